// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* See frames.h. */
#include <stdlib.h>
#include <string.h>

#include <linux/bpf.h>

#include "../../tests/common/packet_builder.h"
#include "frames.h"
#include "wire.h"

#define PROTOCOL_TCP   6
#define ETHERTYPE_IPV6 0x86dd
#define TAG_LEN	       4

/* Systems differ in which options they send and in what order. 0: the usual client's. */
static void add_options(struct packet *p, const struct packet_host *client, uint32_t shape)
{
	static const uint8_t wanted[] = {1, 3, 6, 15, 26, 28, 42, 51, 58, 59};
	uint8_t id[7] = {DHCP_HTYPE_ETHERNET};

	memcpy(id + 1, client->mac, 6);
	packet_option(p, DHO_CLIENT_IDENTIFIER, id, sizeof(id));
	if (shape & 1)
		packet_option_str(p, DHO_VENDOR_CLASS, "MSFT 5.0");
	if (!(shape & 2))
		packet_option_u16(p, DHO_MAX_MESSAGE_SIZE, 1500);
	if (shape & 4)
		packet_option(p, DHO_PARAMETER_REQUEST_LIST, wanted, sizeof(wanted));
	packet_option_str(p, DHO_HOST_NAME, "bench-client");
	if (!(shape & 4))
		packet_option(p, DHO_PARAMETER_REQUEST_LIST, wanted, sizeof(wanted));
	if (shape & 2) { /* where 57 stands is no other form */
		packet_option_u16(p, DHO_MAX_MESSAGE_SIZE, 1400);
		packet_option_u32(p, DHO_LEASE_TIME, 86400);
	}
	p->udp_check = 0;
}

/* By a relay: it has put in its address, and option 82 behind all others (RFC 3046 2.1). */
static void add_relay(struct packet *p)
{
	/* circuit id, remote id */
	static const uint8_t agent[] = {1, 4, 0, FRAMES_VLAN, 1, 7, 2, 6, 2, 0xcc, 0, 0, 0, 1};

	packet_option(p, DHO_RELAY_AGENT, agent, sizeof(agent));
	p->ip_src = p->giaddr = FRAMES_RELAY;
	p->sport = DHCP_SERVER_PORT;
	p->hops = 1;
}

/* What is in front of the message, and in it, if it does not come from the client's own port. */
static void add_way(enum frame_kind kind, struct packet *p)
{
	static const uint8_t mac[6] = {2, 0xbb, 0, 0, 0, 1}; /* no client's */

	if (kind == FRAME_vlan) {
		p->vlan[0] = FRAMES_VLAN;
	} else if (kind == FRAME_qinq) {
		p->vlan[0] = FRAMES_OUTER_VLAN;
		p->vlan[1] = FRAMES_VLAN;
	} else if (kind == FRAME_relayed || kind == FRAME_routed) {
		memcpy(p->eth_src, mac, sizeof(mac));
	}
	if (kind == FRAME_relayed)
		add_relay(p);
	for (int i = 0; i < 2; i++)
		p->bootp_min -= p->vlan[i] ? TAG_LEN : 0;
}

/* Message type, and where it goes; the type is the first option. */
static struct packet begin(enum frame_kind kind, const struct packet_host *client,
			   const struct packet_host *server)
{
	switch (kind) {
	case FRAME_discover:
		return packet_discover(client);
	case FRAME_unknown_address:
		return packet_renewing(client, FRAMES_UNKNOWN, server);
	default:
		return packet_renewing(client, client->addr, server);
	}
}

void frame_build(enum frame_kind kind, uint32_t client, uint32_t xid, const uint8_t server_mac[6],
		 uint8_t frame[BENCH_FRAME])
{
	frame_build_shape(kind, client, 0, xid, server_mac, frame);
}

void frame_build_shape(enum frame_kind kind, uint32_t client, uint32_t shape, uint32_t xid,
		       const uint8_t server_mac[6], uint8_t frame[BENCH_FRAME])
{
	struct packet_host host = {.mac = {2, 0}, .addr = FRAMES_BASE + client};
	struct packet_host server = {.addr = FRAMES_SERVER};
	struct packet p;

	packet_put32(host.mac + 2, client);
	memcpy(server.mac, server_mac, 6);
	p = kind == FRAME_first ? packet_selecting(&host, host.addr, FRAMES_SERVER)
				: begin(kind, &host, &server);
	p.xid = xid;
	add_options(&p, &host, shape);
	add_way(kind, &p);
	if (kind == FRAME_unknown_form)
		packet_option_str(&p, DHO_VENDOR_CLASS, "new");
	else if (kind == FRAME_dns)
		p.dport = 53;
	else if (kind == FRAME_tcp)
		p.protocol = PROTOCOL_TCP;
	else if (kind == FRAME_ipv6)
		p.ethertype = ETHERTYPE_IPV6;
	if (packet_build(&p, frame, BENCH_FRAME) != BENCH_FRAME)
		abort();
}

void frame_load(struct bench_run *run, const uint8_t frame[BENCH_FRAME], uint32_t clients,
		uint32_t xid)
{
	uint32_t sum = 0;

	/* in the machine's order, without the checksum's and the source address' words */
	for (unsigned at = PACKET_IP; at < PACKET_UDP; at += 2) {
		uint16_t word;

		memcpy(&word, frame + at, 2);
		if (at != PACKET_IP + 10 && at != PACKET_IP + 12 && at != PACKET_IP + 14)
			sum += word;
	}
	memcpy(run->frame, frame, BENCH_FRAME);
	run->base = FRAMES_BASE;
	run->clients = clients;
	run->ip_sum = sum;
	run->xid = xid;
}

/* --- names --- */

const char *frame_help(enum frame_kind kind)
{
	static const char *const help_texts[] = {
#define X(name, verdict, help) help,
		FRAME_KINDS(X)
#undef X
	};

	return help_texts[kind];
}

enum xdhcp_verdict frame_verdict(enum frame_kind kind)
{
	static const enum xdhcp_verdict verdicts[] = {
#define X(name, verdict, help) XDHCP_VERDICT_##verdict,
		FRAME_KINDS(X)
#undef X
	};

	return verdicts[kind];
}

bool frame_is_answered(enum frame_kind kind)
{
	return frame_verdict(kind) < XDHCP_VERDICT_FIRST_PASS;
}

uint32_t frame_client(enum frame_kind kind)
{
	switch (kind) {
	case FRAME_vlan:
		return FRAMES_CLIENTS_MAX;
	case FRAME_qinq:
		return FRAMES_CLIENTS_MAX + 1;
	case FRAME_relayed:
	case FRAME_routed:
		return FRAMES_CLIENTS_MAX + 2;
	default:
		return 0;
	}
}
