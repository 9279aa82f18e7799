// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * dhcp_reply_*: whole frames against bytes made by another program, every rule
 * of RFC 2131 4.1 on where a reply goes, and sums recomputed byte by byte.
 * Also that a template's and a tail's sums add up to the reply's, as abi.h says.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "../common/random.h"
#include "frame.h"
#include "proto/message.h"
#include "proto/reply.h"

static const uint8_t OUR_MAC[6] = {0x02, 0xaa, 0xbb, 0xcc, 0xdd, 0xee};
static const uint8_t CLIENT_MAC[6] = {0x02, 0x00, 0x5e, 0x10, 0x20, 0x30};
static const uint8_t ROUTER_MAC[6] = {0x02, 0x99, 0x99, 0x99, 0x99, 0x99};
static const uint8_t BROADCAST_MAC[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

#define SERVER FRAME_IP(10, 0, 0, 1)
#define CLIENT FRAME_IP(10, 0, 0, 50)
#define RELAY  FRAME_IP(10, 9, 0, 1)

static struct dhcp_msg msg;
static struct dhcp_reply reply;
static uint8_t out[4096];

/* The caller keeps the frame while it uses msg. */
static struct frame decode(const struct request *r, const struct dhcp_ingress *in)
{
	struct frame f = frame_build(r);

	assert_int_equal(dhcp_decode(f.data, f.len, in, &msg), DHCP_DECODE_ok);
	return f;
}

static void add_u32(uint8_t code, uint32_t v)
{
	uint8_t be[4];

	set32(be, v);
	assert_int_equal(dhcp_reply_add(&reply, code, be, 4), 0);
}

static void reply_init(uint8_t type)
{
	memset(&reply, 0, sizeof(reply));
	reply.type = type;
	reply.server_id = reply.source = SERVER;
	assert_int_equal(dhcp_reply_add(&reply, 53, &type, 1), 0);
	add_u32(54, SERVER);
}

static void tail(enum xdhcp_tail_piece piece, uint8_t code, const void *data, uint8_t len)
{
	struct dhcp_piece *p = &reply.tail[piece];

	p->data[0] = code;
	p->data[1] = len;
	memcpy(p->data + 2, data, len);
	p->len = 2 + len;
}

/* Encodes into an allocation of exactly the frame's size and copies it to out[]. */
static size_t encode(void)
{
	size_t tags = 4u * (msg.tags_stripped + msg.tags_in_frame);
	size_t len = 14 + tags + dhcp_reply_ip_len(&msg, &reply);
	uint8_t *exact = malloc(len);

	assert_non_null(exact);
	assert_int_equal(dhcp_reply_encode(&msg, &reply, OUR_MAC, exact, len - 1), -ENOSPC);
	memset(exact, 0xcc, len);
	assert_int_equal(dhcp_reply_encode(&msg, &reply, OUR_MAC, exact, len), len);
	memcpy(out, exact, len);
	free(exact);
	return len;
}

/* An INFORM of a relayed client that says where it is. */
static bool past_relay(void)
{
	return reply.inform && msg.ciaddr;
}

/* What every reply has, whatever it says: RFC 791, 768, 2131 4.3.1, 1542 2.1. */
static void check_frame(size_t len)
{
	size_t l2 = 14 + 4u * (msg.tags_stripped + msg.tags_in_frame);
	const uint8_t *ip = out + l2, *udp = ip + 20, *bootp = udp + 8;
	size_t ip_len = len - l2, udp_len = ip_len - 20, bootp_len = udp_len - 8;

	assert_memory_equal(out + 6, OUR_MAC, 6);
	assert_int_equal(get16(ip - 2), 0x0800);
	assert_int_equal(ip[0], 0x45);
	assert_int_equal(ip[1], 0);
	assert_int_equal(get16(ip + 2), ip_len);
	assert_int_equal(ip_len, dhcp_reply_ip_len(&msg, &reply));
	assert_int_equal(get16(ip + 4), 0);
	assert_int_equal(get16(ip + 6), 0x4000);
	assert_int_equal(ip[8], 64);
	assert_int_equal(ip[9], 17);
	assert_int_equal(slow_sum(ip, 20, 0), 0xffff);
	assert_int_equal(get16(udp), 67);
	assert_int_equal(get16(udp + 4), udp_len);
	assert_int_not_equal(get16(udp + 6), 0);
	assert_int_equal(slow_udp_sum(ip, udp, udp_len), 0xffff);
	assert_true(bootp_len >= 300);
	assert_memory_equal(bootp, "\x02\x01\x06\x00", 4); /* hops 0 */
	assert_int_equal(get32(bootp + 4), msg.xid);
	assert_int_equal(get16(bootp + 8), 0); /* secs */
	assert_int_equal(get32(bootp + 12), reply.ciaddr);
	assert_int_equal(get32(bootp + 16), reply.yiaddr);
	assert_int_equal(get32(bootp + 20), reply.siaddr);
	assert_int_equal(get32(bootp + 24), past_relay() ? 0 : msg.giaddr);
	assert_memory_equal(bootp + 28, msg.chaddr, 16);
	assert_memory_equal(bootp + 44, reply.sname, 64);
	assert_memory_equal(bootp + 108, reply.file, 128);
	assert_memory_equal(bootp + 236, "\x63\x82\x53\x63", 4);
	assert_memory_equal(bootp + 240, reply.options, reply.options_len);
}

/* --- a whole frame --- */

/* An ACK of a DISCOVER-shaped request without B bit; sums by another program. */
static const uint8_t HAND_MADE[14 + 20 + 8 + 300] = {
	/* Ethernet: to the client, from us */
	0x02, 0x00, 0x5e, 0x10, 0x20, 0x30, 0x02, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0x08, 0x00,
	/* IP: 10.0.0.1 -> 10.0.0.50, id 0, DF, TTL 64, 328 bytes */
	0x45, 0x00, 0x01, 0x48, 0x00, 0x00, 0x40, 0x00, 0x40, 0x11, 0x25, 0x73, 10, 0, 0, 1, 10, 0,
	0, 50,
	/* UDP: 67 -> 68, 308 bytes */
	0x00, 0x43, 0x00, 0x44, 0x01, 0x34, 0x3b, 0x16,
	/* op, htype, hlen, hops; xid; secs, flags */
	2, 1, 6, 0, 0x12, 0x34, 0x56, 0x78, 0, 0, 0, 0,
	/* ciaddr, yiaddr, siaddr, giaddr */
	10, 0, 0, 50, 10, 0, 0, 50, 10, 0, 0, 9, 0, 0, 0, 0,
	/* chaddr with its padding */
	0x02, 0x00, 0x5e, 0x10, 0x20, 0x30, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
	/* sname, file */
	's', [14 + 28 + 108] = 'f',
	/* cookie */
	[14 + 28 + 236] = 0x63, 0x82, 0x53, 0x63,
	/* constant options */
	53, 1, 5, 54, 4, 10, 0, 0, 1, 51, 4, 0, 0, 0x0e, 0x10, 1, 4, 255, 255, 255, 0,
	/* the client's tail, option 82, END, padding */
	12, 1, 'a', 61, 2, 1, 'b', 82, 3, 1, 1, 9, 255};

static void test_hand_made(void **state)
{
	struct dhcp_ingress in = {.our_addr = SERVER};
	struct request r;

	(void)state;
	request_init(&r);
	r.h.hops = 4;
	r.h.secs = htons(77);
	set32(r.h.ciaddr, CLIENT);
	set32(r.h.yiaddr, 0xffffffff);
	set32(r.h.siaddr, 0xffffffff);
	memcpy(r.h.chaddr + 6, "\1\2\3\4\5\6\7\x8\x9\xa", 10);
	memset(r.h.sname, 'x', 64);
	memset(r.h.file, 'x', 128);
	r.ip_src = CLIENT;
	r.ip_dst = SERVER;
	request_option(&r, 82, "\1\1\x9", 3);
	request_u8(&r, 53, DHCP_REQUEST);
	request_end(&r);
	struct frame f = decode(&r, &in);

	reply_init(DHCP_ACK);
	reply.ciaddr = reply.yiaddr = CLIENT;
	reply.siaddr = FRAME_IP(10, 0, 0, 9);
	reply.sname[0] = 's';
	reply.file[0] = 'f';
	add_u32(51, 3600);
	add_u32(1, 0xffffff00);
	tail(XDHCP_TAIL_CLIENT_ID, 61, "\1b", 2);
	tail(XDHCP_TAIL_HOSTNAME, 12, "a", 1);
	size_t len = encode();

	assert_int_equal(len, sizeof(HAND_MADE));
	for (size_t i = 0; i < len; i++)
		if (out[i] != HAND_MADE[i])
			fail_msg("byte %zu: %02x instead of %02x", i, out[i], HAND_MADE[i]);
	check_frame(len);
	free(f.data);
}

/* --- where to --- */

/* What is asked and what is answered. */
struct destination_case {
	const char *name;
	uint8_t type;
	bool inform;
	uint32_t giaddr, ciaddr, yiaddr, ip_src;
	uint16_t flags, sport;
	const char *agent; /* option 82, of agent_len bytes; NULL: none */
	uint8_t agent_len;
	uint32_t our_addr;
	/* expected */
	const uint8_t *mac;
	uint32_t dst;
	uint16_t port;
	uint32_t src;
	uint16_t flags_out;
	bool routed, no_agent;
	bool direct; /* from the client's own MAC; not by a router or relay */
};

#define B     0x8000
#define ALL   0xffffffffu
#define OTHER FRAME_IP(10, 0, 0, 2) /* another address of ours */
#define FROM  FRAME_IP(10, 7, 7, 7)

/* clang-format off */
#define TO_ALL	     .mac = BROADCAST_MAC, .dst = ALL, .port = 68
#define TO_YIADDR    .mac = CLIENT_MAC, .dst = CLIENT, .port = 68
#define TO_CIADDR    .mac = ROUTER_MAC, .dst = CLIENT, .port = 68
#define TO_RELAY(at) .mac = ROUTER_MAC, .dst = RELAY, .port = (at), .routed = true
#define AGENT(bytes) .agent = (bytes), .agent_len = sizeof(bytes) - 1

static const struct destination_case DESTINATIONS[] = {
	/* RFC 2131 4.1; what the IP header says does not matter: in.our_addr does */
	{"OFFER to yiaddr", DHCP_OFFER, .yiaddr = CLIENT, .ip_src = FROM, TO_YIADDR, .src = SERVER},
	{"OFFER with B", DHCP_OFFER, .yiaddr = CLIENT, .flags = B, TO_ALL, .src = SERVER,
	 .flags_out = B},
	{"OFFER to ciaddr", DHCP_OFFER, .ciaddr = CLIENT, .yiaddr = 7, .flags = B, TO_CIADDR,
	 .src = SERVER, .flags_out = B},
	{"OFFER to giaddr", DHCP_OFFER, .giaddr = RELAY, .yiaddr = CLIENT, .flags = B, TO_RELAY(67),
	 .src = SERVER, .flags_out = B},
	{"ACK to yiaddr", DHCP_ACK, .yiaddr = CLIENT, TO_YIADDR, .src = SERVER},
	{"ACK with B", DHCP_ACK, .yiaddr = CLIENT, .flags = B, TO_ALL, .src = SERVER,
	 .flags_out = B},
	{"ACK to ciaddr", DHCP_ACK, .ciaddr = CLIENT, .yiaddr = CLIENT, .our_addr = SERVER,
	 TO_CIADDR, .src = SERVER},
	{"ACK to ciaddr, B set", DHCP_ACK, .ciaddr = CLIENT, .yiaddr = CLIENT, .flags = B,
	 TO_CIADDR, .src = SERVER, .flags_out = B},
	{"ACK from the address asked", DHCP_ACK, .ciaddr = CLIENT, .yiaddr = CLIENT,
	 .our_addr = OTHER, TO_CIADDR, .src = OTHER},
	{"ACK to giaddr", DHCP_ACK, .giaddr = RELAY, .ciaddr = CLIENT, .yiaddr = CLIENT,
	 .our_addr = OTHER, TO_RELAY(67), .src = OTHER},
	{"ACK, no address at all", DHCP_ACK, .ip_src = FROM, TO_ALL, .src = SERVER},
	{"flags beside B kept", DHCP_ACK, .yiaddr = CLIENT, .flags = 0x7fff, TO_YIADDR,
	 .src = SERVER, .flags_out = 0x7fff},
	{"NAK", DHCP_NAK, .ip_src = FROM, TO_ALL, .src = SERVER},
	{"NAK with ciaddr", DHCP_NAK, .direct = true, .ciaddr = CLIENT, .our_addr = SERVER, TO_ALL,
	 .src = SERVER},
	{"NAK with ciaddr, asked by broadcast", DHCP_NAK, .ciaddr = CLIENT, TO_ALL, .src = SERVER},
	{"NAK without ciaddr, by a router", DHCP_NAK, .our_addr = SERVER, TO_ALL, .src = SERVER},
	{"NAK with ciaddr, by a router", DHCP_NAK, .ciaddr = CLIENT, .our_addr = OTHER, .flags = B,
	 TO_CIADDR, .src = OTHER, .flags_out = B},
	{"NAK, B set", DHCP_NAK, .flags = B, TO_ALL, .src = SERVER, .flags_out = B},
	{"NAK, whatever yiaddr", DHCP_NAK, .yiaddr = CLIENT, TO_ALL, .src = SERVER},
	/* 4.3.2 */
	{"NAK to giaddr", DHCP_NAK, .giaddr = RELAY, .flags = 1, .our_addr = OTHER, TO_RELAY(67),
	 .src = OTHER, .flags_out = B | 1},
	{"NAK to giaddr with ciaddr", DHCP_NAK, .giaddr = RELAY, .ciaddr = CLIENT, TO_RELAY(67),
	 .src = SERVER, .flags_out = B},
	/* RFC 1542 5.4: as an ACK */
	{"BOOTREPLY to yiaddr", DHCP_BOOTP, .yiaddr = CLIENT, TO_YIADDR, .src = SERVER},
	{"BOOTREPLY with B", DHCP_BOOTP, .yiaddr = CLIENT, .flags = B, TO_ALL, .src = SERVER,
	 .flags_out = B},
	{"BOOTREPLY to ciaddr", DHCP_BOOTP, .ciaddr = CLIENT, TO_CIADDR, .src = SERVER},
	{"BOOTREPLY to giaddr", DHCP_BOOTP, .giaddr = RELAY, .yiaddr = CLIENT, TO_RELAY(67),
	 .src = SERVER},
	/* 4.3.5 */
	{"INFORM", DHCP_ACK, true, .ciaddr = CLIENT, .ip_src = CLIENT, TO_CIADDR, .src = SERVER},
	{"INFORM, B set", DHCP_ACK, true, .ciaddr = CLIENT, .flags = B, TO_CIADDR, .src = SERVER,
	 .flags_out = B},
	{"INFORM relayed", DHCP_ACK, true, .giaddr = RELAY, .ciaddr = CLIENT, .sport = 67,
	 AGENT("\1\1x"), TO_CIADDR, .routed = true, .no_agent = true, .src = SERVER},
	{"INFORM relayed, source port", DHCP_ACK, true, .giaddr = RELAY, .ciaddr = CLIENT,
	 .sport = 1067, AGENT("\x13\0"), TO_CIADDR, .routed = true, .no_agent = true,
	 .src = SERVER},
	{"INFORM without ciaddr", DHCP_ACK, true, .ip_src = CLIENT, TO_CIADDR, .src = SERVER},
	{"INFORM without ciaddr, B set", DHCP_ACK, true, .ip_src = CLIENT, .flags = B, TO_CIADDR,
	 .src = SERVER, .flags_out = B},
	{"INFORM without any address", DHCP_ACK, true, TO_ALL, .src = SERVER},
	{"INFORM relayed, without ciaddr", DHCP_ACK, true, .giaddr = RELAY, .ip_src = RELAY,
	 AGENT("\1\1x"), TO_RELAY(67), .src = SERVER, .flags_out = B},
	{"INFORM relayed, without ciaddr, source port", DHCP_ACK, true, .giaddr = RELAY,
	 .sport = 1067, AGENT("\x13\0"), TO_RELAY(1067), .src = SERVER, .flags_out = B},
	/* RFC 8357 */
	{"relay's source port", DHCP_ACK, .giaddr = RELAY, .yiaddr = CLIENT, .sport = 1067,
	 AGENT("\1\1x\x13\0\2\1y"), TO_RELAY(1067), .src = SERVER},
	{"relay's source port, NAK", DHCP_NAK, .giaddr = RELAY, .sport = 65535, AGENT("\x13\0"),
	 TO_RELAY(65535), .src = SERVER, .flags_out = B},
	{"relay's source port, BOOTREPLY", DHCP_BOOTP, .giaddr = RELAY, .sport = 1067,
	 AGENT("\x13\0"), TO_RELAY(1067), .src = SERVER},
	{"a source port that is none", DHCP_ACK, .giaddr = RELAY, .sport = 0, AGENT("\x13\0"),
	 TO_RELAY(67), .src = SERVER},
	{"another port, not said so", DHCP_ACK, .giaddr = RELAY, .sport = 1067, AGENT("\1\1\x13"),
	 TO_RELAY(67), .src = SERVER},
	{"said behind the end", DHCP_ACK, .giaddr = RELAY, .sport = 1067, AGENT("\1\3\x13\0"),
	 TO_RELAY(67), .src = SERVER},
	{"said without a relay", DHCP_ACK, .yiaddr = CLIENT, .sport = 1067, AGENT("\x13\0"),
	 TO_YIADDR, .src = SERVER},
};
/* clang-format on */

static const uint8_t *sent_agent(size_t len)
{
	size_t at = dhcp_reply_payload(&msg) + 240 + reply.options_len;

	assert_in_range(at, 0, len - 1);
	return out[at] == 82 ? out + at : NULL;
}

static void test_destinations(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(DESTINATIONS) / sizeof(DESTINATIONS[0]); i++) {
		const struct destination_case *c = &DESTINATIONS[i];
		struct dhcp_ingress in = {.our_addr = c->our_addr};
		struct dhcp_destination to;
		struct request r;

		request_init(&r);
		memcpy(r.eth_src, c->direct ? CLIENT_MAC : ROUTER_MAC, 6);
		set32(r.h.giaddr, c->giaddr);
		set32(r.h.ciaddr, c->ciaddr);
		r.h.flags = htons(c->flags);
		r.ip_src = c->ip_src;
		r.ip_dst = FRAME_IP(10, 8, 8, 8);
		r.sport = c->sport;
		request_u8(&r, 53, c->inform ? DHCP_INFORM : DHCP_REQUEST);
		if (c->agent)
			request_option(&r, 82, c->agent, c->agent_len);
		struct frame f = decode(&r, &in);

		reply_init(c->type);
		reply.yiaddr = c->yiaddr;
		reply.inform = c->inform;
		size_t len = encode();
		const uint8_t *agent = sent_agent(len);

		check_frame(len);
		if (memcmp(out, c->mac, 6) != 0 || get32(out + 30) != c->dst ||
		    get16(out + 36) != c->port || get32(out + 26) != c->src ||
		    get16(out + 52) != c->flags_out)
			fail_msg("%s: went from %08x to %08x:%u at %02x:..:%02x, flags %04x",
				 c->name, get32(out + 26), get32(out + 30), get16(out + 36), out[0],
				 out[5], get16(out + 52));
		if ((agent != NULL) != (c->agent && !c->no_agent))
			fail_msg("%s: option 82 is %s", c->name, agent ? "there" : "not there");
		dhcp_reply_destination(&msg, &reply, &to);
		if (to.addr != c->dst || to.port != c->port || to.source != c->src ||
		    memcmp(to.mac, c->mac, 6) != 0 || to.routed != c->routed)
			fail_msg("%s: not what dhcp_reply_destination() says", c->name);
		free(f.data);
	}
}

/* The payload is what a UDP socket would have to send. */
static void test_payload(void **state)
{
	static const uint16_t tags[2][2] = {{0x88a8, 5}, {0x8100, 6}};

	(void)state;
	for (unsigned stripped = 0; stripped <= 2; stripped++) {
		for (unsigned n = 0; n + stripped <= 2; n++) {
			struct dhcp_ingress in = {
				.vlan = {stripped > 0 ? 7 : 0, stripped > 1 ? 8 : 0}};
			struct request r;

			request_init(&r);
			r.n_tags = n;
			memcpy(r.tags, tags, sizeof(tags));
			request_u8(&r, 53, DHCP_REQUEST);
			struct frame f = decode(&r, &in);

			reply_init(DHCP_ACK);
			size_t len = encode(), at = dhcp_reply_payload(&msg);

			assert_int_equal(at, 14 + 4 * (stripped + n) + 28);
			assert_int_equal(get16(out + at - 4) - 8, len - at);
			assert_memory_equal(out + at, "\x02\x01\x06\x00", 4);
			free(f.data);
		}
	}
}

static void test_vlan_tags(void **state)
{
	static const struct {
		uint16_t stripped[2];
		unsigned n;
		uint16_t tags[2][2];
		unsigned n_out;
		uint16_t out[2][2];
	} cases[] = {
		{{0, 0}, 1, {{0x8100, 0x600a}}, 1, {{0x8100, 0x600a}}},
		{{0, 0}, 2, {{0x88a8, 5}, {0x8100, 6}}, 2, {{0x88a8, 5}, {0x8100, 6}}},
		{{0, 0}, 2, {{0x8100, 5}, {0x8100, 6}}, 2, {{0x8100, 5}, {0x8100, 6}}},
		{{0, 0}, 1, {{0x8100, 0xe000}}, 1, {{0x8100, 0xe000}}}, /* priority only */
		{{8, 0}, 0, {{0}}, 1, {{0x8100, 8}}},
		{{8, 0}, 1, {{0x8100, 9}}, 2, {{0x88a8, 8}, {0x8100, 9}}},
		{{8, 9}, 0, {{0}}, 2, {{0x88a8, 8}, {0x8100, 9}}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct dhcp_ingress in = {.vlan = {cases[i].stripped[0], cases[i].stripped[1]}};
		struct request r;

		request_init(&r);
		request_u8(&r, 53, DHCP_REQUEST);
		r.n_tags = cases[i].n;
		memcpy(r.tags, cases[i].tags, sizeof(r.tags));
		struct frame f = decode(&r, &in);

		reply_init(DHCP_ACK);
		reply.yiaddr = CLIENT;
		size_t len = encode();

		assert_int_equal(len, 14 + 4 * cases[i].n_out + 328);
		for (unsigned j = 0; j < cases[i].n_out; j++) {
			assert_int_equal(get16(out + 12 + 4 * j), cases[i].out[j][0]);
			assert_int_equal(get16(out + 14 + 4 * j), cases[i].out[j][1]);
		}
		check_frame(len);
		free(f.data);
	}
}

/* --- options --- */

/* From 12 bytes of options to the most that options[] holds: padding, then growth by one. */
static void test_every_length(void **state)
{
	struct request r;

	(void)state;
	request_init(&r);
	request_u8(&r, 53, DHCP_DISCOVER);
	struct frame f = decode(&r, &(struct dhcp_ingress){0});

	for (size_t n = 9; n <= DHCP_REPLY_OPTIONS_MAX; n++) {
		reply_init(DHCP_OFFER);
		reply.yiaddr = CLIENT;
		memset(reply.options + reply.options_len, 0x5a, n - reply.options_len);
		reply.options_len = n;
		size_t len = encode(), want = 240 + n + 1 < 300 ? 300 : 240 + n + 1;

		assert_int_equal(len, 14 + 28 + want);
		check_frame(len);
		assert_int_equal(out[14 + 28 + 240 + n], 255);
		for (size_t i = 14 + 28 + 240 + n + 1; i < len; i++)
			assert_int_equal(out[i], 0);
	}
	free(f.data);
}

static void test_tail_order(void **state)
{
	static const uint8_t want[] = {12, 2,	'h', 'n', 61, 1, 'c', 81,
				       3,  'f', 'q', 'd', 82, 0, 255};
	struct request r;

	(void)state;
	request_init(&r);
	request_option(&r, 82, NULL, 0);
	request_u8(&r, 53, DHCP_DISCOVER);
	struct frame f = decode(&r, &(struct dhcp_ingress){0});

	reply_init(DHCP_OFFER);
	tail(XDHCP_TAIL_FQDN, 81, "fqd", 3);
	tail(XDHCP_TAIL_CLIENT_ID, 61, "c", 1);
	tail(XDHCP_TAIL_HOSTNAME, 12, "hn", 2);
	size_t len = encode();

	check_frame(len);
	assert_memory_equal(out + 14 + 28 + 240 + reply.options_len, want, sizeof(want));
	free(f.data);
}

/* Option 82 that came in two pieces goes back whole, in pieces if it must. */
static void test_agent_option_long(void **state)
{
	uint8_t agent[300];
	struct request r;

	(void)state;
	for (size_t i = 0; i < sizeof(agent); i++)
		agent[i] = (uint8_t)(i + 1);
	request_init(&r);
	request_option(&r, 82, agent, 200);
	request_u8(&r, 53, DHCP_DISCOVER);
	request_option(&r, 82, agent + 200, 100);
	struct frame f = decode(&r, &(struct dhcp_ingress){0});

	reply_init(DHCP_OFFER);
	size_t len = encode();
	const uint8_t *p = out + 14 + 28 + 240 + reply.options_len;

	check_frame(len);
	assert_memory_equal(p, "\x52\xff", 2);
	assert_memory_equal(p + 2, agent, 255);
	assert_memory_equal(p + 257, "\x52\x2d", 2);
	assert_memory_equal(p + 259, agent + 255, 45);
	assert_int_equal(p[304], 255);
	assert_int_equal(len, 14 + 28 + 240 + reply.options_len + 304 + 1);
	free(f.data);
}

static void test_add(void **state)
{
	static const struct {
		size_t len, wire;
	} cases[] = {{0, 2}, {1, 3}, {254, 256}, {255, 257}, {256, 260}, {510, 514}, {511, 517}};
	uint8_t data[1300];

	(void)state;
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 3);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t at = 0, done = 0;

		memset(&reply, 0, sizeof(reply));
		assert_int_equal(dhcp_reply_add(&reply, 43, data, cases[i].len), 0);
		assert_int_equal(reply.options_len, cases[i].wire);
		while (at < reply.options_len) {
			size_t n = reply.options[at + 1];

			assert_int_equal(reply.options[at], 43);
			assert_memory_equal(reply.options + at + 2, data + done, n);
			done += n;
			at += 2 + n;
		}
		assert_int_equal(done, cases[i].len);
	}
	memset(&reply, 0, sizeof(reply));
	assert_int_equal(dhcp_reply_add(&reply, 12, NULL, 0), 0);
	assert_int_equal(reply.options_len, 2);
}

static void test_add_full(void **state)
{
	static uint8_t data[70000];
	struct dhcp_reply before;

	(void)state;
	memset(&reply, 0, sizeof(reply));
	/* 1232 = 1222 and five headers */
	assert_int_equal(dhcp_reply_add(&reply, 43, data, 1223), -ENOSPC);
	assert_int_equal(dhcp_reply_add(&reply, 43, data, DHCP_REPLY_OPTIONS_MAX), -ENOSPC);
	assert_int_equal(dhcp_reply_add(&reply, 43, data, sizeof(data)), -ENOSPC);
	assert_int_equal(reply.options_len, 0);
	assert_int_equal(dhcp_reply_add(&reply, 43, data, 1222), 0);
	assert_int_equal(reply.options_len, DHCP_REPLY_OPTIONS_MAX);
	reply.options_len -= 4;
	before = reply;
	assert_int_equal(dhcp_reply_add(&reply, 12, "abc", 3), -ENOSPC);
	assert_memory_equal(&before, &reply, sizeof(reply));
	assert_int_equal(dhcp_reply_add(&reply, 12, "ab", 2), 0);
	assert_int_equal(reply.options_len, DHCP_REPLY_OPTIONS_MAX);
}

/* --- sums --- */

/* RFC 768: "If the computed checksum is zero, it is transmitted as all ones". */
static void test_udp_checksum_never_zero(void **state)
{
	bool all_ones = false;
	struct request r;

	(void)state;
	request_init(&r);
	request_u8(&r, 53, DHCP_DISCOVER);
	struct frame f = decode(&r, &(struct dhcp_ingress){0});

	reply_init(DHCP_OFFER);
	reply.yiaddr = CLIENT;
	for (uint32_t low = 0; low < 0x10000; low++) {
		msg.xid = low;
		assert_true(dhcp_reply_encode(&msg, &reply, OUR_MAC, out, sizeof(out)) > 0);
		assert_int_not_equal(get16(out + 14 + 26), 0);
		all_ones |= get16(out + 14 + 26) == 0xffff;
	}
	assert_true(all_ones);
	free(f.data);
}

static void test_csum_against_slow(void **state)
{
	uint64_t rng = 7;
	uint8_t data[600] = {0};

	(void)state;
	assert_int_equal(dhcp_csum_fold(dhcp_csum_add(0, data, 0, false)), 0);
	assert_int_equal(dhcp_csum_fold(0xffffffff), 0xffff);
	assert_int_equal(dhcp_csum_fold(0x1fffe), 0xffff);
	for (int i = 0; i < 20000; i++) {
		size_t n = random_next(&rng) % sizeof(data), cut = n ? random_next(&rng) % n : 0;
		uint32_t fill = random_next(&rng) % 4;

		for (size_t j = 0; j < n; j++)
			data[j] = fill == 0 ? 0xff : (uint8_t)random_next(&rng);
		uint16_t want = htons(slow_sum(data, n, 0));
		uint32_t sum = dhcp_csum_add(0, data, cut, false);

		assert_int_equal(dhcp_csum_fold(dhcp_csum_add(0, data, n, false)), want);
		sum = dhcp_csum_add(sum, data + cut, n - cut, cut & 1);
		assert_int_equal(dhcp_csum_fold(sum), want);
	}
	memset(data, 0xff, sizeof(data));
	uint32_t sum = 0;
	for (int i = 0; i < 65535; i++)
		sum = dhcp_csum_add(sum, data, 600, i & 1);
	assert_int_equal(dhcp_csum_fold(sum), 0xffff);
}

static uint16_t swapped(uint16_t v)
{
	return (uint16_t)(v >> 8 | v << 8);
}

/*
 * What the fast path does with the sums of abi.h: template's sum, each piece's sum swapped if
 * it lands on an odd offset, and the fields that it copies.
 */
static uint16_t composed_checksum(size_t len)
{
	const uint8_t *udp = out + 14 + 20, *bootp = udp + 8;
	uint32_t cookie = htonl(DHCP_COOKIE), siaddr = htonl(reply.siaddr), sum = 0;
	uint16_t template_sum, pseudo[2] = {htons(17), htons((uint16_t)(len - 34))};
	size_t at = 240 + reply.options_len;

	sum = dhcp_csum_add(sum, &siaddr, 4, false);
	sum = dhcp_csum_add(sum, reply.sname, 64, false);
	sum = dhcp_csum_add(sum, reply.file, 128, false);
	sum = dhcp_csum_add(sum, &cookie, 4, false);
	template_sum = dhcp_csum_fold(dhcp_csum_add(sum, reply.options, reply.options_len, false));

	sum = template_sum;
	for (int i = 0; i < XDHCP_TAIL_PIECES; i++) {
		const struct dhcp_piece *p = &reply.tail[i];
		uint16_t tail_sum = dhcp_csum_fold(dhcp_csum_add(0, p->data, p->len, false));

		sum += at & 1 ? swapped(tail_sum) : tail_sum;
		at += p->len;
	}
	sum = dhcp_csum_add(sum, bootp + at, len - 14 - 28 - at, at & 1); /* 82, END */
	sum = dhcp_csum_add(sum, out + 14 + 12, 8, false);		  /* addresses */
	sum = dhcp_csum_add(sum, pseudo, 4, false);
	sum = dhcp_csum_add(sum, udp, 6, false);
	sum = dhcp_csum_add(sum, bootp, 20, false);	 /* op to yiaddr */
	sum = dhcp_csum_add(sum, bootp + 24, 20, false); /* giaddr, chaddr */
	uint16_t check = ~dhcp_csum_fold(sum);
	return ntohs(check ? check : 0xffff);
}

static void test_sums_of_template_and_tail(void **state)
{
	uint64_t rng = 99;
	uint8_t data[60];
	struct request r;

	(void)state;
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)random_next(&rng);
	for (int i = 0; i < 20000; i++) {
		request_init(&r);
		request_u8(&r, 53, DHCP_REQUEST);
		r.h.xid = random_next(&rng);
		if (random_next(&rng) % 2)
			request_option(&r, 82, data, random_next(&rng) % 20);
		struct frame f = decode(&r, &(struct dhcp_ingress){0});

		reply_init(DHCP_ACK);
		reply.yiaddr = random_next(&rng);
		reply.siaddr = random_next(&rng);
		memcpy(reply.sname, data, random_next(&rng) % 60);
		memcpy(reply.file, data, random_next(&rng) % 60);
		for (unsigned j = random_next(&rng) % 5; j > 0; j--)
			dhcp_reply_add(&reply, (uint8_t)j, data, random_next(&rng) % 60);
		for (int j = 0; j < XDHCP_TAIL_PIECES; j++)
			if (random_next(&rng) % 2)
				tail(j, (uint8_t)random_next(&rng), data,
				     (uint8_t)(random_next(&rng) % 60));
		size_t len = encode();

		check_frame(len);
		assert_int_equal(composed_checksum(len), get16(out + 14 + 26));
		free(f.data);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hand_made),
		cmocka_unit_test(test_destinations),
		cmocka_unit_test(test_payload),
		cmocka_unit_test(test_vlan_tags),
		cmocka_unit_test(test_every_length),
		cmocka_unit_test(test_tail_order),
		cmocka_unit_test(test_agent_option_long),
		cmocka_unit_test(test_add),
		cmocka_unit_test(test_add_full),
		cmocka_unit_test(test_udp_checksum_never_zero),
		cmocka_unit_test(test_csum_against_slow),
		cmocka_unit_test(test_sums_of_template_and_tail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
