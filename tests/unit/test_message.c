// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * dhcp_decode: what is read from good frames. Why bad ones are refused is in
 * test_malformed.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "frame.h"
#include "proto/message.h"

static const struct dhcp_ingress NOTHING;

/* Static: the message is large, and points into itself. */
static struct dhcp_msg msg;

static enum dhcp_decode_result decode_built(const struct request *r, struct frame *ret_frame)
{
	*ret_frame = frame_build(r);
	return dhcp_decode(ret_frame->data, ret_frame->len, &NOTHING, &msg);
}

static enum dhcp_decode_result decode_once(const struct request *r)
{
	struct frame f;
	enum dhcp_decode_result result = decode_built(r, &f);

	free(f.data);
	return result;
}

static void discover(struct request *r)
{
	request_init(r);
	request_u8(r, 53, DHCP_DISCOVER);
}

static void assert_option(uint8_t code, const void *data, size_t len)
{
	assert_non_null(msg.opt[code].data);
	assert_int_equal(msg.opt[code].len, len);
	assert_memory_equal(msg.opt[code].data, data, len);
}

/* --- good frames --- */

/* An INIT-REBOOT request, every byte by hand, the checksums by another program. */
static const uint8_t HAND_MADE[] = {
	/* Ethernet */
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00, 0x0c, 0x29, 0xaa, 0xbb, 0xcc, 0x08, 0x00,
	/* IP: 0.0.0.0 -> 255.255.255.255, TOS 0x10, TTL 128, 289 bytes */
	0x45, 0x10, 0x01, 0x21, 0x00, 0x00, 0x00, 0x00, 0x80, 0x11, 0x39, 0xbd, 0, 0, 0, 0, 0xff,
	0xff, 0xff, 0xff,
	/* UDP: 68 -> 67, 269 bytes */
	0x00, 0x44, 0x00, 0x43, 0x01, 0x0d, 0x66, 0x0a,
	/* op, htype, hlen, hops; xid; secs, flags */
	1, 1, 6, 3, 0xde, 0xad, 0xbe, 0xef, 0x00, 0x05, 0x80, 0x00,
	/* ciaddr, yiaddr, siaddr, giaddr */
	0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 0, 0, 0, 0,
	/* chaddr, its padding not zero */
	0x00, 0x0c, 0x29, 0xaa, 0xbb, 0xcc, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0,
	/* cookie, after sname and file */
	[14 + 28 + 236] = 0x63, 0x82, 0x53, 0x63,
	/* type; requested address; host name; PAD; max size; END and a leftover */
	53, 1, 3, 50, 4, 192, 168, 1, 77, 12, 3, 'b', 'o', 'x', 0, 57, 2, 5, 0xdc, 255, 51};

static void test_hand_made(void **state)
{
	uint8_t *frame = malloc(sizeof(HAND_MADE));
	struct dhcp_ingress in = {.ifindex = 7, .link = 3, .received_after = 99};

	(void)state;
	assert_non_null(frame);
	memcpy(frame, HAND_MADE, sizeof(HAND_MADE));
	assert_int_equal(dhcp_decode(frame, sizeof(HAND_MADE), &in, &msg), DHCP_DECODE_ok);
	assert_int_equal(msg.in.ifindex, 7);
	assert_int_equal(msg.in.link, 3);
	assert_int_equal(msg.in.received_after, 99);
	assert_int_equal(msg.in.vlan[0], 0);
	assert_ptr_equal(msg.frame, frame);
	assert_memory_equal(msg.eth_dst, frame, 6);
	assert_memory_equal(msg.eth_src, frame + 6, 6);
	assert_int_equal(msg.ip_src, 0);
	assert_int_equal(msg.ip_dst, 0xffffffff);
	assert_int_equal(msg.udp_sport, 68);
	assert_int_equal(msg.xid, 0xdeadbeef);
	assert_int_equal(msg.flags, 0x8000);
	assert_int_equal(msg.ciaddr, 0);
	assert_int_equal(msg.yiaddr, 0x01010101);
	assert_int_equal(msg.siaddr, 0x02020202);
	assert_int_equal(msg.giaddr, 0);
	assert_memory_equal(msg.chaddr, frame + 14 + 28 + 28, 16);
	assert_ptr_equal(msg.options, frame + 14 + 28 + 240);
	assert_int_equal(msg.options_len, 21);
	assert_int_equal(msg.type, DHCP_REQUEST);
	assert_true(msg.has_requested);
	assert_int_equal(msg.requested, FRAME_IP(192, 168, 1, 77));
	assert_false(msg.has_server_id);
	assert_false(msg.has_lease_time);
	assert_int_equal(msg.max_size, 1500);
	assert_option(12, "box", 3);
	assert_ptr_equal(msg.opt[12].data, frame + 14 + 28 + 240 + 11);
	assert_null(msg.opt[51].data);
	assert_null(msg.opt[0].data);
	assert_null(msg.opt[255].data);
	assert_false(msg.overloaded);
	assert_false(msg.repeated);
	assert_int_equal(msg.joined_len, 0);
	free(frame);
}

static void test_all_values(void **state)
{
	struct request r;

	(void)state;
	request_init(&r);
	r.h.secs = htons(0xabcd);
	memcpy(r.h.ciaddr, "\x0a\x01\x02\x03", 4);
	memcpy(r.h.giaddr, "\x0a\x01\x02\xfe", 4);
	r.ip_src = FRAME_IP(10, 1, 2, 3);
	r.ip_dst = FRAME_IP(10, 1, 2, 1);
	r.sport = 1067;
	request_u8(&r, 53, DHCP_REQUEST);
	request_u32(&r, 50, FRAME_IP(10, 1, 2, 4));
	request_u32(&r, 51, 7200);
	request_u32(&r, 54, FRAME_IP(10, 1, 2, 1));
	request_option(&r, 57, "\x02\x40", 2);
	request_option(&r, 80, NULL, 0);
	request_end(&r);
	assert_int_equal(decode_once(&r), DHCP_DECODE_ok);
	assert_int_equal(msg.ciaddr, FRAME_IP(10, 1, 2, 3));
	assert_int_equal(msg.giaddr, FRAME_IP(10, 1, 2, 254));
	assert_int_equal(msg.ip_src, FRAME_IP(10, 1, 2, 3));
	assert_int_equal(msg.ip_dst, FRAME_IP(10, 1, 2, 1));
	assert_int_equal(msg.udp_sport, 1067);
	assert_int_equal(msg.requested, FRAME_IP(10, 1, 2, 4));
	assert_int_equal(msg.lease_time, 7200);
	assert_int_equal(msg.server_id, FRAME_IP(10, 1, 2, 1));
	assert_int_equal(msg.max_size, 576);
	assert_true(msg.has_requested && msg.has_lease_time && msg.has_server_id);
	assert_non_null(msg.opt[80].data);
	assert_int_equal(msg.opt[80].len, 0);
}

static void test_client_types(void **state)
{
	static const uint8_t types[] = {DHCP_DISCOVER, DHCP_REQUEST, DHCP_DECLINE, DHCP_RELEASE,
					DHCP_INFORM};

	(void)state;
	for (size_t i = 0; i < sizeof(types); i++) {
		struct request r;

		request_init(&r);
		request_u8(&r, 53, types[i]);
		assert_int_equal(decode_once(&r), DHCP_DECODE_ok);
		assert_int_equal(msg.type, types[i]);
	}
}

/* RFC 1534 2: a cookie, but no type that counts. */
static void test_bootp(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
	} cases[] = {
		{"", 0},
		{"\xff", 1},
		{"\0\0\0", 3},
		{"\x0c\x03xyz\xff", 6},
		{"\xff\x35\x01\x01", 4},	 /* 53 behind END */
		{"\x0c\x03\x35\x01\x01\xff", 6}, /* 53 within another option */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct request r;

		msg.type = 77;
		request_init(&r);
		request_raw(&r, cases[i].bytes, cases[i].len);
		assert_int_equal(decode_once(&r), DHCP_DECODE_ok);
		assert_int_equal(msg.type, DHCP_BOOTP);
		assert_null(msg.opt[53].data);
	}
	struct request r;

	request_init(&r);
	request_option(&r, 12, "box", 3);
	request_u32(&r, 50, FRAME_IP(10, 0, 0, 9));
	struct frame f;
	assert_int_equal(decode_built(&r, &f), DHCP_DECODE_ok);
	assert_option(12, "box", 3);
	assert_int_equal(dhcp_asked_address(&msg), FRAME_IP(10, 0, 0, 9));
	free(f.data);
}

static void test_end_is_not_needed(void **state)
{
	struct request r;

	(void)state;
	discover(&r);
	request_option(&r, 12, "abc", 3);
	r.padding = 9; /* after the IP packet: no part of the options */
	assert_int_equal(decode_once(&r), DHCP_DECODE_ok);
	assert_int_equal(msg.options_len, 8);
	assert_int_equal(msg.opt[12].len, 3);

	/* an empty option as the last two bytes */
	discover(&r);
	request_option(&r, 80, NULL, 0);
	assert_int_equal(decode_once(&r), DHCP_DECODE_ok);
	assert_non_null(msg.opt[80].data);
}

static void test_padding(void **state)
{
	struct request r;
	struct frame f;

	(void)state;
	discover(&r);
	request_raw(&r, "\0\0\0", 3);
	request_option(&r, 12, "abc", 3);
	request_raw(&r, "\0\0", 2);
	r.padding = 60;
	assert_int_equal(decode_built(&r, &f), DHCP_DECODE_ok);
	assert_int_equal(msg.options_len, 13);
	assert_option(12, "abc", 3);
	free(f.data);
}

/* UDP may end before the IP packet does; what lies between is nobody's. */
static void test_udp_shorter_than_ip(void **state)
{
	struct request r;

	(void)state;
	discover(&r);
	request_option(&r, 12, "abc", 3);
	r.udp_len_add = -5;
	r.no_udp_checksum = true;
	assert_int_equal(decode_once(&r), DHCP_DECODE_ok);
	assert_int_equal(msg.options_len, 3);
	assert_null(msg.opt[12].data);
}

static void test_ip_options(void **state)
{
	struct request r;

	(void)state;
	for (unsigned words = 1; words <= 10; words++) {
		discover(&r);
		r.ip_options_words = words;
		assert_int_equal(decode_once(&r), DHCP_DECODE_ok);
		assert_int_equal(msg.type, DHCP_DISCOVER);
	}
}

/* --- VLAN tags --- */

struct vlan_case {
	const char *name;
	uint16_t stripped[2];
	unsigned n_tags;
	uint16_t tags[2][2];
	enum dhcp_decode_result result;
	uint16_t vlan[2];
	unsigned in_frame, n_stripped;
};

static const struct vlan_case VLAN_CASES[] = {
	{"802.1Q", {0}, 1, {{0x8100, 0x600a}}, DHCP_DECODE_ok, {10, 0}, 1, 0},
	{"802.1ad alone", {0}, 1, {{0x88a8, 20}}, DHCP_DECODE_ok, {20, 0}, 1, 0},
	{"QinQ", {0}, 2, {{0x88a8, 100}, {0x8100, 0xe00b}}, DHCP_DECODE_ok, {100, 11}, 2, 0},
	{"802.1Q twice", {0}, 2, {{0x8100, 1}, {0x8100, 4095}}, DHCP_DECODE_ok, {1, 4095}, 2, 0},
	{"priority tag", {0}, 1, {{0x8100, 0xe000}}, DHCP_DECODE_ok, {0, 0}, 1, 0},
	{"priority outside", {0}, 2, {{0x8100, 0}, {0x8100, 5}}, DHCP_DECODE_ok, {5, 0}, 2, 0},
	{"stripped", {30, 0}, 0, {{0}}, DHCP_DECODE_ok, {30, 0}, 0, 1},
	{"stripped, one in the frame", {30, 0}, 1, {{0x8100, 7}}, DHCP_DECODE_ok, {30, 7}, 1, 1},
	{"both stripped", {30, 40}, 0, {{0}}, DHCP_DECODE_ok, {30, 40}, 0, 2},
	{"one and two", {30, 0}, 2, {{0x8100, 7}, {0x8100, 8}}, DHCP_DECODE_not_dhcp, {0}, 0, 0},
	{"two and one", {30, 40}, 1, {{0x8100, 7}}, DHCP_DECODE_not_dhcp, {0}, 0, 0},
};

static void test_vlan(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(VLAN_CASES) / sizeof(VLAN_CASES[0]); i++) {
		const struct vlan_case *c = &VLAN_CASES[i];
		struct dhcp_ingress in = {.vlan = {c->stripped[0], c->stripped[1]}};
		struct request r;

		discover(&r);
		r.n_tags = c->n_tags;
		memcpy(r.tags, c->tags, sizeof(r.tags));
		struct frame f = frame_build(&r);
		enum dhcp_decode_result result = dhcp_decode(f.data, f.len, &in, &msg);

		if (result != c->result)
			fail_msg("%s: %s", c->name, dhcp_decode_name(result));
		if (result == DHCP_DECODE_ok) {
			assert_int_equal(msg.in.vlan[0], c->vlan[0]);
			assert_int_equal(msg.in.vlan[1], c->vlan[1]);
			assert_int_equal(msg.tags_in_frame, c->in_frame);
			assert_int_equal(msg.tags_stripped, c->n_stripped);
		}
		free(f.data);
	}
}

/* A third tag is in the ethertype's place. */
static void test_three_tags(void **state)
{
	struct request r;

	(void)state;
	discover(&r);
	r.n_tags = 2;
	r.tags[0][0] = r.tags[1][0] = 0x8100;
	r.ethertype = 0x8100;
	assert_int_equal(decode_once(&r), DHCP_DECODE_not_dhcp);
}

/* --- the UDP checksum --- */

static void test_udp_checksum_absent(void **state)
{
	struct request r;

	(void)state;
	discover(&r);
	r.no_udp_checksum = true;
	assert_int_equal(decode_once(&r), DHCP_DECODE_ok);
}

/* An odd length; and the receiver that offloads leaves a sum that is not one yet. */
static void test_udp_checksum_verified(void **state)
{
	struct dhcp_ingress not_ready = {.csum_not_ready = true};

	(void)state;
	for (size_t extra = 0; extra < 2; extra++) {
		struct request r;

		discover(&r);
		request_raw(&r, "\0\0", 2 + extra);
		struct frame f = frame_build(&r);

		assert_int_equal(dhcp_decode(f.data, f.len, &NOTHING, &msg), DHCP_DECODE_ok);
		for (size_t i = f.bootp; i < f.len; i += 13) {
			f.data[i] ^= 0x10;
			assert_int_equal(dhcp_decode(f.data, f.len, &NOTHING, &msg),
					 DHCP_DECODE_udp_checksum);
			f.data[i] ^= 0x10;
		}
		f.data[f.udp + 6] ^= 0x55;
		assert_int_equal(dhcp_decode(f.data, f.len, &NOTHING, &msg),
				 DHCP_DECODE_udp_checksum);
		assert_int_equal(dhcp_decode(f.data, f.len, &not_ready, &msg), DHCP_DECODE_ok);
		free(f.data);
	}
}

/* The pseudo header counts: a datagram with another source is not this one. */
static void test_udp_checksum_addresses(void **state)
{
	struct request r;

	(void)state;
	discover(&r);
	struct frame f = frame_build(&r);

	f.data[f.ip + 15] = 9;
	frame_mend_ip(&f);
	assert_int_equal(dhcp_decode(f.data, f.len, &NOTHING, &msg), DHCP_DECODE_udp_checksum);
	free(f.data);
}

/* --- RFC 3396 and overload --- */

static void test_split_option(void **state)
{
	uint8_t big[300];
	struct request r;
	struct frame f;

	(void)state;
	for (size_t i = 0; i < sizeof(big); i++)
		big[i] = (uint8_t)(i * 7);
	discover(&r);
	request_option(&r, 43, big, 255);
	request_option(&r, 12, "one", 3);
	request_option(&r, 43, big + 255, 45);
	request_option(&r, 61,
		       "\x01"
		       "x",
		       2);
	request_option(&r, 61, NULL, 0);
	assert_int_equal(decode_built(&r, &f), DHCP_DECODE_ok);
	assert_true(msg.repeated);
	assert_option(43, big, 300);
	assert_ptr_equal(msg.opt[43].data, msg.joined);
	assert_int_equal(msg.joined_len, 300);
	assert_option(12, "one", 3);
	/* other pieces empty: nothing to join */
	assert_option(61, "\x01x", 2);
	free(f.data);
}

static void test_split_in_bytes(void **state)
{
	struct request r;

	(void)state;
	request_init(&r);
	for (int i = 0; i < 4; i++) {
		request_option(&r, 50, (uint8_t[]){(uint8_t)(10 + i)}, 1);
		request_option(&r, 54, (uint8_t[]){(uint8_t)(20 + i)}, 1);
		request_option(&r, 90, NULL, 0);
	}
	request_u8(&r, 53, DHCP_REQUEST);
	assert_int_equal(decode_once(&r), DHCP_DECODE_ok);
	assert_int_equal(msg.requested, FRAME_IP(10, 11, 12, 13));
	assert_int_equal(msg.server_id, FRAME_IP(20, 21, 22, 23));
	assert_true(msg.repeated);
	assert_non_null(msg.opt[90].data);
	assert_int_equal(msg.opt[90].len, 0);
}

/* First piece empty. */
static void test_split_after_empty(void **state)
{
	struct request r;
	struct frame f;

	(void)state;
	discover(&r);
	request_option(&r, 12, NULL, 0);
	request_option(&r, 12, "late", 4);
	assert_int_equal(decode_built(&r, &f), DHCP_DECODE_ok);
	assert_option(12, "late", 4);
	free(f.data);
}

/* joined[] bounds what a jumbo frame may make us copy. */
static void test_joined_is_bounded(void **state)
{
	uint8_t block[255] = {1};
	struct request r;

	(void)state;
	discover(&r);
	for (int i = 0; i < 8; i++)
		request_option(&r, 43, block, 255); /* 2040 */
	request_option(&r, 12, "abcd", 4);
	request_option(&r, 12, "efgh", 4); /* 2048 */
	assert_int_equal(decode_once(&r), DHCP_DECODE_ok);
	assert_int_equal(msg.joined_len, 2048);
	request_option(&r, 12, "i", 1);
	assert_int_equal(decode_once(&r), DHCP_DECODE_options);
}

static void overload_fields(struct request *r)
{
	static const uint8_t file[] = {12, 3, 'f', 'i', 'l', 0, 53, 1, DHCP_REQUEST, 255, 77};
	static const uint8_t sname[] = {50, 4, 10, 0, 0, 9, 12, 2, 's', 'n', 255, 12};

	request_init(r);
	memset(r->h.file, 12, 128); /* after END: garbage that nobody may read */
	memset(r->h.sname, 12, 64);
	memcpy(r->h.file, file, sizeof(file));
	memcpy(r->h.sname, sname, sizeof(sname));
	request_option(r, 12, "opt-", 4);
}

static void test_overload_both(void **state)
{
	struct request r;
	struct frame f;

	(void)state;
	overload_fields(&r);
	request_u8(&r, 52, 3);
	request_end(&r);
	assert_int_equal(decode_built(&r, &f), DHCP_DECODE_ok);
	assert_true(msg.overloaded);
	assert_int_equal(msg.type, DHCP_REQUEST);
	assert_int_equal(msg.requested, FRAME_IP(10, 0, 0, 9));
	assert_option(12, "opt-filsn", 9); /* options, file, sname */
	free(f.data);
}

static void test_overload_file(void **state)
{
	struct request r;
	struct frame f;

	(void)state;
	overload_fields(&r);
	request_u8(&r, 52, 1);
	assert_int_equal(decode_built(&r, &f), DHCP_DECODE_ok);
	assert_false(msg.has_requested);
	assert_option(12, "opt-fil", 7);
	free(f.data);
}

static void test_overload_sname(void **state)
{
	struct request r;
	struct frame f;

	(void)state;
	overload_fields(&r);
	request_u8(&r, 53, DHCP_INFORM);
	request_u8(&r, 52, 2);
	assert_int_equal(decode_built(&r, &f), DHCP_DECODE_ok);
	assert_int_equal(msg.type, DHCP_INFORM);
	assert_int_equal(msg.requested, FRAME_IP(10, 0, 0, 9));
	assert_option(12, "opt-sn", 6);
	free(f.data);
}

/* END may be missing in file and sname too; without option 52 they are not read. */
static void test_overload_whole_fields(void **state)
{
	struct request r;
	struct frame f;

	(void)state;
	discover(&r);
	r.h.file[0] = 43;
	r.h.file[1] = 126;
	r.h.sname[0] = 60;
	r.h.sname[1] = 62;
	assert_int_equal(decode_built(&r, &f), DHCP_DECODE_ok);
	assert_null(msg.opt[43].data);
	assert_false(msg.overloaded);
	free(f.data);
	request_u8(&r, 52, 3);
	assert_int_equal(decode_built(&r, &f), DHCP_DECODE_ok);
	assert_int_equal(msg.opt[43].len, 126);
	assert_int_equal(msg.opt[60].len, 62);
	free(f.data);
}

/* --- small functions --- */

static void test_asked_address(void **state)
{
	(void)state;
	memset(&msg, 0, sizeof(msg));
	assert_int_equal(dhcp_asked_address(&msg), 0);
	msg.requested = 5;
	assert_int_equal(dhcp_asked_address(&msg), 5);
	msg.ciaddr = 6;
	assert_int_equal(dhcp_asked_address(&msg), 6);
}

static void test_names(void **state)
{
	static const uint8_t mac[6] = {0, 0x0c, 0x29, 0xff, 1, 0xa0};
	char buf[32];

	(void)state;
	assert_string_equal(dhcp_type_name(DHCP_DISCOVER), "DHCPDISCOVER");
	assert_string_equal(dhcp_type_name(DHCP_INFORM), "DHCPINFORM");
	assert_string_equal(dhcp_type_name(DHCP_BOOTP), "BOOTREQUEST");
	assert_string_equal(dhcp_type_name(9), "DHCP?");
	assert_string_equal(dhcp_addr_str(FRAME_IP(255, 255, 255, 255), buf), "255.255.255.255");
	assert_string_equal(dhcp_addr_str(FRAME_IP(10, 0, 2, 30), buf), "10.0.2.30");
	assert_string_equal(dhcp_mac_str(mac, buf), "00:0c:29:ff:01:a0");
	assert_string_equal(dhcp_decode_name(DHCP_DECODE_udp_checksum), "udp_checksum");
	assert_string_equal(dhcp_decode_help(DHCP_DECODE_op), "not a BOOTREQUEST");
	assert_string_equal(dhcp_decode_name(DHCP_DECODE_COUNT), "?");
	assert_string_equal(dhcp_decode_help(DHCP_DECODE_COUNT), "?");
}

/* --- what servers send --- */

static enum dhcp_decode_result decode_sent(const struct request *r)
{
	struct frame f = frame_build(r);
	enum dhcp_decode_result result = dhcp_decode_sent(f.data, f.len, &NOTHING, &msg);

	free(f.data);
	return result;
}

static void sent(struct request *r, uint8_t type)
{
	request_init(r);
	r->h.op = DHCP_BOOTREPLY;
	r->sport = 67;
	r->dport = 68;
	if (type)
		request_u8(r, 53, type);
}

static void test_what_a_server_sends(void **state)
{
	static const uint8_t types[] = {DHCP_OFFER, DHCP_ACK, DHCP_NAK, DHCP_BOOTP};
	struct request r;

	(void)state;
	for (size_t i = 0; i < sizeof(types); i++) {
		sent(&r, types[i]);
		assert_int_equal(decode_sent(&r), DHCP_DECODE_ok);
		assert_int_equal(msg.type, types[i]);
		assert_int_equal(msg.udp_sport, 67);
		assert_int_equal(msg.udp_dport, 68);
		assert_int_equal(decode_once(&r), DHCP_DECODE_not_dhcp);
		r.dport = 67; /* to a relay */
		assert_int_equal(decode_sent(&r), DHCP_DECODE_ok);
		assert_int_equal(decode_once(&r), DHCP_DECODE_op);
	}
	sent(&r, DHCP_DISCOVER);
	assert_int_equal(decode_sent(&r), DHCP_DECODE_no_type);
	sent(&r, DHCP_OFFER);
	r.sport = 68;
	assert_int_equal(decode_sent(&r), DHCP_DECODE_not_dhcp);
	discover(&r);
	r.sport = 67;
	assert_int_equal(decode_sent(&r), DHCP_DECODE_op);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_a_server_sends),
		cmocka_unit_test(test_hand_made),
		cmocka_unit_test(test_all_values),
		cmocka_unit_test(test_client_types),
		cmocka_unit_test(test_bootp),
		cmocka_unit_test(test_end_is_not_needed),
		cmocka_unit_test(test_padding),
		cmocka_unit_test(test_udp_shorter_than_ip),
		cmocka_unit_test(test_ip_options),
		cmocka_unit_test(test_vlan),
		cmocka_unit_test(test_three_tags),
		cmocka_unit_test(test_udp_checksum_absent),
		cmocka_unit_test(test_udp_checksum_verified),
		cmocka_unit_test(test_udp_checksum_addresses),
		cmocka_unit_test(test_split_option),
		cmocka_unit_test(test_split_in_bytes),
		cmocka_unit_test(test_split_after_empty),
		cmocka_unit_test(test_joined_is_bounded),
		cmocka_unit_test(test_overload_both),
		cmocka_unit_test(test_overload_file),
		cmocka_unit_test(test_overload_sname),
		cmocka_unit_test(test_overload_whole_fields),
		cmocka_unit_test(test_asked_address),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
