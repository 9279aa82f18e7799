// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * See packet_builder.h. Bytes are put one by one in network order; nothing of
 * the code under test is used but the numbers of wire.h.
 */
#include "packet_builder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire.h"

#define BROADCAST 0xffffffffu
#define UDP	  17

uint16_t packet_get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

uint32_t packet_get32(const uint8_t *p)
{
	return (uint32_t)packet_get16(p) << 16 | packet_get16(p + 2);
}

void packet_put16(uint8_t *p, uint16_t value)
{
	p[0] = (uint8_t)(value >> 8);
	p[1] = (uint8_t)value;
}

void packet_put32(uint8_t *p, uint32_t value)
{
	packet_put16(p, (uint16_t)(value >> 16));
	packet_put16(p + 2, (uint16_t)value);
}

/* --- messages --- */

struct packet packet_request(const struct packet_host *client)
{
	struct packet p = {
		.ethertype = 0x0800,
		.ip_version = 4,
		.ip_ihl = 5,
		.ttl = 64,
		.protocol = UDP,
		.ip_len = PACKET_AUTO,
		.ip_check = PACKET_AUTO,
		.ip_dst = BROADCAST,
		.sport = DHCP_CLIENT_PORT,
		.dport = DHCP_SERVER_PORT,
		.udp_len = PACKET_AUTO,
		.udp_check = PACKET_AUTO,
		.op = DHCP_BOOTREQUEST,
		.htype = DHCP_HTYPE_ETHERNET,
		.hlen = DHCP_HLEN_ETHERNET,
		.xid = 0x12345678,
		.cookie = DHCP_COOKIE,
		.bootp_min = DHCP_BOOTP_MIN,
	};

	memset(p.eth_dst, 0xff, 6);
	memcpy(p.eth_src, client->mac, 6);
	memcpy(p.chaddr, client->mac, 6);
	return p;
}

static struct packet typed(const struct packet_host *client, uint8_t type)
{
	struct packet p = packet_request(client);

	packet_option_u8(&p, DHO_MESSAGE_TYPE, type);
	return p;
}

static struct packet from(struct packet p, uint32_t ciaddr)
{
	p.ciaddr = ciaddr;
	p.ip_src = ciaddr;
	return p;
}

static struct packet to(struct packet p, const struct packet_host *server)
{
	memcpy(p.eth_dst, server->mac, 6);
	p.ip_dst = server->addr;
	return p;
}

struct packet packet_discover(const struct packet_host *client)
{
	return typed(client, DHCP_DISCOVER);
}

struct packet packet_selecting(const struct packet_host *client, uint32_t requested,
			       uint32_t server_id)
{
	struct packet p = packet_init_reboot(client, requested);

	packet_option_u32(&p, DHO_SERVER_IDENTIFIER, server_id);
	return p;
}

struct packet packet_init_reboot(const struct packet_host *client, uint32_t requested)
{
	struct packet p = typed(client, DHCP_REQUEST);

	packet_option_u32(&p, DHO_REQUESTED_ADDRESS, requested);
	return p;
}

struct packet packet_renewing(const struct packet_host *client, uint32_t ciaddr,
			      const struct packet_host *server)
{
	return to(packet_rebinding(client, ciaddr), server);
}

struct packet packet_rebinding(const struct packet_host *client, uint32_t ciaddr)
{
	return from(typed(client, DHCP_REQUEST), ciaddr);
}

struct packet packet_decline(const struct packet_host *client, uint32_t requested,
			     uint32_t server_id)
{
	struct packet p = typed(client, DHCP_DECLINE);

	packet_option_u32(&p, DHO_REQUESTED_ADDRESS, requested);
	packet_option_u32(&p, DHO_SERVER_IDENTIFIER, server_id);
	return p;
}

struct packet packet_release(const struct packet_host *client, uint32_t ciaddr,
			     const struct packet_host *server)
{
	struct packet p = to(from(typed(client, DHCP_RELEASE), ciaddr), server);

	packet_option_u32(&p, DHO_SERVER_IDENTIFIER, server->addr);
	return p;
}

struct packet packet_inform(const struct packet_host *client, uint32_t ciaddr)
{
	return from(typed(client, DHCP_INFORM), ciaddr);
}

/* --- options --- */

void packet_raw(struct packet *p, const void *bytes, size_t len)
{
	if (len > sizeof(p->options) - p->options_len)
		abort();
	memcpy(p->options + p->options_len, bytes, len);
	p->options_len += len;
}

void packet_option(struct packet *p, uint8_t code, const void *data, size_t len)
{
	uint8_t head[2] = {code, (uint8_t)len};

	if (len > 255)
		abort();
	packet_raw(p, head, 2);
	if (len)
		packet_raw(p, data, len);
}

void packet_option_u8(struct packet *p, uint8_t code, uint8_t value)
{
	packet_option(p, code, &value, 1);
}

void packet_option_u16(struct packet *p, uint8_t code, uint16_t value)
{
	uint8_t data[2];

	packet_put16(data, value);
	packet_option(p, code, data, 2);
}

void packet_option_u32(struct packet *p, uint8_t code, uint32_t value)
{
	uint8_t data[4];

	packet_put32(data, value);
	packet_option(p, code, data, 4);
}

void packet_option_str(struct packet *p, uint8_t code, const char *text)
{
	packet_option(p, code, text, strlen(text));
}

/* --- checksums (RFC 1071), big-endian words, byte by byte --- */

static uint32_t sum_bytes(uint32_t sum, const uint8_t *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		sum += i % 2 ? p[i] : (uint32_t)p[i] << 8;
	return sum;
}

static uint16_t sum_finish(uint32_t sum)
{
	while (sum > 0xffff)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

/* Over the pseudo-header and `n` bytes of a datagram of `len`, the checksum field as it stands. */
static uint16_t udp_sum(const uint8_t *ip, const uint8_t *udp, size_t n, size_t len)
{
	return sum_finish(sum_bytes(sum_bytes(UDP + (uint32_t)len, ip + 12, 8), udp, n));
}

static void fix_ip(uint8_t *ip)
{
	packet_put16(ip + 10, 0);
	packet_put16(ip + 10, sum_finish(sum_bytes(0, ip, (ip[0] & 15) * 4u)));
}

static void fix_udp(uint8_t *ip, uint8_t *udp, size_t len)
{
	packet_put16(udp + 6, 0);
	uint16_t check = udp_sum(ip, udp, len, len);

	packet_put16(udp + 6, check ? check : 0xffff);
}

void packet_fix_ip_checksum(uint8_t *frame)
{
	fix_ip(frame + PACKET_IP);
}

void packet_fix_udp_checksum(uint8_t *frame)
{
	fix_udp(frame + PACKET_IP, frame + PACKET_UDP, packet_get16(frame + PACKET_UDP + 4));
}

/* --- building --- */

static uint8_t *put(uint8_t *at, const void *bytes, size_t len)
{
	memcpy(at, bytes, len);
	return at + len;
}

static uint8_t *put_u8(uint8_t *at, uint8_t value)
{
	*at = value;
	return at + 1;
}

static uint8_t *put_u16(uint8_t *at, uint16_t value)
{
	packet_put16(at, value);
	return at + 2;
}

static uint8_t *put_u32(uint8_t *at, uint32_t value)
{
	packet_put32(at, value);
	return at + 4;
}

static uint8_t *put_ethernet(const struct packet *p, uint8_t *at)
{
	at = put(at, p->eth_dst, 6);
	at = put(at, p->eth_src, 6);
	for (int i = 0; i < 2; i++) {
		if (!p->vlan[i])
			continue;
		at = put_u16(at, i == 0 && p->vlan[1] ? 0x88a8 : 0x8100);
		at = put_u16(at, p->vlan[i]);
	}
	return put_u16(at, p->ethertype);
}

static uint8_t *put_ip(const struct packet *p, uint8_t *at, size_t len)
{
	at = put_u8(at, (uint8_t)(p->ip_version << 4 | p->ip_ihl));
	at = put_u8(at, 0);
	at = put_u16(at, p->ip_len == PACKET_AUTO ? (uint16_t)len : (uint16_t)p->ip_len);
	at = put_u16(at, p->ip_id);
	at = put_u16(at, p->frag);
	at = put_u8(at, p->ttl);
	at = put_u8(at, p->protocol);
	at = put_u16(at, p->ip_check == PACKET_AUTO ? 0 : (uint16_t)p->ip_check);
	at = put_u32(at, p->ip_src);
	at = put_u32(at, p->ip_dst);
	for (int i = 5; i < p->ip_ihl; i++)
		at = put_u32(at, 0x01010101);
	return at;
}

static uint8_t *put_bootp(const struct packet *p, uint8_t *at)
{
	uint8_t *start = at;

	at = put_u8(at, p->op);
	at = put_u8(at, p->htype);
	at = put_u8(at, p->hlen);
	at = put_u8(at, p->hops);
	at = put_u32(at, p->xid);
	at = put_u16(at, p->secs);
	at = put_u16(at, p->flags);
	at = put_u32(at, p->ciaddr);
	at = put_u32(at, p->yiaddr);
	at = put_u32(at, p->siaddr);
	at = put_u32(at, p->giaddr);
	at = put(at, p->chaddr, 16);
	at = put(at, p->sname, 64);
	at = put(at, p->file, 128);
	at = put_u32(at, p->cookie);
	at = put(at, p->options, p->options_len);
	if (!p->no_end)
		at = put_u8(at, DHO_END);
	while ((size_t)(at - start) < p->bootp_min)
		*at++ = 0;
	return at;
}

size_t packet_build(const struct packet *p, uint8_t *frame, size_t cap)
{
	uint8_t work[2 * PACKET_MAX];
	uint8_t *ip = put_ethernet(p, work);
	uint8_t *udp = put_ip(p, ip, 0);
	uint8_t *end = put_bootp(p, udp + 8);
	size_t udp_len = (size_t)(end - udp);

	put_ip(p, ip, (size_t)(end - ip));
	if (p->ip_check == PACKET_AUTO)
		fix_ip(ip);
	packet_put16(udp, p->sport);
	packet_put16(udp + 2, p->dport);
	packet_put16(udp + 4, p->udp_len == PACKET_AUTO ? (uint16_t)udp_len : (uint16_t)p->udp_len);
	if (p->udp_check == PACKET_AUTO)
		fix_udp(ip, udp, udp_len);
	else if (p->udp_check == PACKET_PARTIAL)
		packet_put16(udp + 6, (uint16_t)~udp_sum(ip, udp, 0, udp_len));
	else
		packet_put16(udp + 6, (uint16_t)p->udp_check);
	memset(end, p->trailer_byte, p->trailer);
	size_t len = (size_t)(end - work) + p->trailer;

	if (len > cap)
		abort();
	memcpy(frame, work, len);
	return len;
}

/* --- reading --- */

const char *packet_check(const uint8_t *frame, size_t len)
{
	if (len < PACKET_OPTIONS + 1)
		return "shorter than a DHCP message";
	const uint8_t *ip = frame + PACKET_IP, *udp = frame + PACKET_UDP;
	size_t ip_len = packet_get16(ip + 2);

	if (packet_get16(frame + 12) != 0x0800 || ip[0] != 0x45 || ip[9] != UDP)
		return "not a plain IPv4 UDP datagram";
	if (PACKET_IP + ip_len > len)
		return "IP length is beyond the frame";
	if (packet_get16(udp + 4) + 20u != ip_len)
		return "UDP length is not that of IP";
	if (sum_finish(sum_bytes(0, ip, 20)) != 0)
		return "IP checksum is wrong";
	if (packet_get16(udp + 6) == 0)
		return "no UDP checksum";
	if (udp_sum(ip, udp, ip_len - 20, ip_len - 20) != 0)
		return "UDP checksum is wrong";
	if (packet_get32(frame + PACKET_COOKIE) != DHCP_COOKIE)
		return "no cookie";
	return NULL;
}

const uint8_t *packet_find(const uint8_t *frame, size_t len, uint8_t code, size_t *ret_len)
{
	for (size_t at = PACKET_OPTIONS; at < len && frame[at] != DHO_END;) {
		if (frame[at] == DHO_PAD) {
			at++;
			continue;
		}
		if (at + 2 > len || at + 2 + frame[at + 1] > len)
			return NULL;
		if (frame[at] == code) {
			if (ret_len)
				*ret_len = frame[at + 1];
			return frame + at + 2;
		}
		at += 2u + frame[at + 1];
	}
	return NULL;
}
