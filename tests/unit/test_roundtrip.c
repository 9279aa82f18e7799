// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * decode(encode(x)) = x, both ways. Random replies are encoded and read by a walker that shares
 * nothing with the codec, and by the decoder, as if a client had sent them; random requests
 * are built here, with their options split and spread over options, file and sname, and decoded.
 *
 * The seed is printed; SEED=n in the environment runs another one.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "../common/environment.h"
#include "../common/random.h"
#include "frame.h"
#include "proto/message.h"
#include "proto/reply.h"

#define ROUNDS 20000

static uint64_t seed, rng;
static unsigned round_now;

static uint32_t below(uint32_t n)
{
	return random_next(&rng) % n;
}

/* Of every round its own, so that one can be looked at alone. */
static void round_start(unsigned i)
{
	round_now = i;
	rng = (seed << 32 ^ i) * 0x9e3779b97f4a7c15ull | 1;
	for (int j = 0; j < 4; j++)
		random_next(&rng);
}

#define require(truth)                                                                          \
	do {                                                                                    \
		if (!(truth))                                                                   \
			fail_msg("seed %llu round %u: %s", (unsigned long long)seed, round_now, \
				 #truth);                                                       \
	} while (0)

/* --- what a message must hold: of each code the bytes, in the order in which they are read --- */

struct content {
	uint8_t data[4096];
	size_t len;
	unsigned pieces; /* 0: absent */
};

static struct content want[256], got[256];

static void content_clear(struct content c[256])
{
	for (int code = 0; code < 256; code++)
		c[code].len = c[code].pieces = 0;
}

static void content_add(struct content c[256], uint8_t code, const void *data, size_t len)
{
	require(c[code].len + len <= sizeof(c[code].data));
	if (len)
		memcpy(c[code].data + c[code].len, data, len);
	c[code].len += len;
	c[code].pieces++;
}

static void require_same(const struct content *a, const struct content *b)
{
	for (int code = 0; code < 256; code++) {
		if (!a[code].pieces != !b[code].pieces || a[code].len != b[code].len ||
		    memcmp(a[code].data, b[code].data, a[code].len) != 0)
			fail_msg("seed %llu round %u: option %d has %zu bytes instead of %zu",
				 (unsigned long long)seed, round_now, code, b[code].len,
				 a[code].len);
	}
}

static struct dhcp_msg msg;

static void require_decoded(void)
{
	for (int code = 0; code < 256; code++) {
		const struct dhcp_opt *o = &msg.opt[code];

		if ((o->data != NULL) != (want[code].pieces > 0) || o->len != want[code].len ||
		    (o->len && memcmp(o->data, want[code].data, o->len) != 0))
			fail_msg("seed %llu round %u: option %d is decoded as %u bytes, not %zu",
				 (unsigned long long)seed, round_now, code, o->len, want[code].len);
	}
}

/* --- replies --- */

static struct dhcp_reply reply;
static uint8_t data[4096];

/* What went where, until it is known in which order it will be read. */
static struct content in_options[256], in_file[256], in_sname[256];

/* Neither PAD nor END, nor what the encoder or the decoder looks at itself. */
static uint8_t random_code(void)
{
	static const uint8_t not [] = {0, 50, 51, 52, 53, 54, 57, 82, 255};
	uint8_t code;

	do
		code = (uint8_t)below(256);
	while (memchr(not, code, sizeof(not )));
	return code;
}

static size_t random_len(void)
{
	switch (below(4)) {
	case 0:
		return below(1001);
	case 1:
		return 250 + below(12); /* about the longest piece */
	default:
		return below(40);
	}
}

static size_t wire_len(size_t len)
{
	return len == 0 ? 2 : len + 2 * ((len + 254) / 255);
}

static void add_option(void)
{
	uint8_t code = random_code();
	size_t len = random_len(), before = reply.options_len;
	const uint8_t *from = data + below(2000);
	int r = dhcp_reply_add(&reply, code, from, len);

	if (r == 0) {
		require(reply.options_len == before + wire_len(len));
		content_add(in_options, code, from, len);
	} else {
		require(r == -ENOSPC && reply.options_len == before);
		require(before + wire_len(len) > DHCP_REPLY_OPTIONS_MAX);
	}
}

static void add_overload(void)
{
	uint8_t code = random_code();
	size_t len = below(4) ? below(40) : below(140);
	const uint8_t *from = data + below(2000);
	bool typed = reply.type == DHCP_OFFER || reply.type == DHCP_ACK;
	bool file = (reply.overload & 1 || reply.file[0] == 0) && reply.file_used + len + 3 <= 128;
	bool sname = (reply.overload & 2 || reply.sname[0] == 0) &&
		     reply.sname_used + len + 3 <= 64;
	int r = dhcp_reply_overload(&reply, code, from, len);

	require(r == (typed && (file || sname) ? 0 : -ENOSPC));
	if (r == 0)
		content_add(file ? in_file : in_sname, code, from, len);
}

static void set_tail(enum xdhcp_tail_piece which, uint8_t code)
{
	struct dhcp_piece *piece = &reply.tail[which];
	uint8_t len = (uint8_t)below(256);
	const uint8_t *from = data + below(2000);

	piece->data[0] = code;
	piece->data[1] = len;
	memcpy(piece->data + 2, from, len);
	piece->len = 2 + len;
	content_add(in_options, code, from, len);
}

static void random_reply(void)
{
	static const uint8_t types[] = {DHCP_OFFER, DHCP_ACK, DHCP_ACK, DHCP_NAK, DHCP_BOOTP};

	memset(&reply, 0, sizeof(reply));
	content_clear(in_options);
	content_clear(in_file);
	content_clear(in_sname);
	reply.type = types[below(5)];
	reply.inform = reply.type == DHCP_ACK && below(4) == 0;
	reply.ciaddr = random_next(&rng);
	reply.yiaddr = below(4) ? random_next(&rng) : 0;
	reply.siaddr = random_next(&rng);
	reply.source = random_next(&rng);
	if (reply.type != DHCP_BOOTP) {
		require(dhcp_reply_add(&reply, 53, &reply.type, 1) == 0);
		content_add(in_options, 53, &reply.type, 1);
	}
	if (below(3) == 0)
		memcpy(reply.file, data, 1 + below(128));
	if (below(3) == 0)
		memcpy(reply.sname, data, 1 + below(64));
	for (unsigned n = below(8); n > 0; n--)
		add_option();
	for (unsigned n = below(3) ? 0 : below(12); n > 0; n--)
		add_overload();
	if (below(2))
		set_tail(XDHCP_TAIL_HOSTNAME, 12);
	if (below(2))
		set_tail(XDHCP_TAIL_CLIENT_ID, 61);
	if (below(2))
		set_tail(XDHCP_TAIL_FQDN, 81);
}

static struct request request;
static uint8_t agent[1000];
static int agent_len; /* -1: none */

/* What the reply answers, decoded into msg; the caller frees the frame. */
static struct frame random_question(void)
{
	request_init(&request);
	request.n_tags = below(8) ? 0 : below(3);
	request.tags[0][0] = 0x88a8;
	request.tags[1][0] = 0x8100;
	request.tags[0][1] = (uint16_t)below(4096);
	request.tags[1][1] = (uint16_t)below(4096);
	request.ip_src = below(2) ? random_next(&rng) : 0;
	request.sport = (uint16_t)random_next(&rng);
	request.h.xid = random_next(&rng);
	request.h.secs = (uint16_t)random_next(&rng);
	request.h.hops = (uint8_t)random_next(&rng);
	request.h.flags = (uint16_t)random_next(&rng);
	set32(request.h.ciaddr, below(2) ? random_next(&rng) : 0);
	/* a host's: from 128.0.0.0 to 191.255.255.255 */
	set32(request.h.giaddr, below(2) ? 0x80000000u | random_next(&rng) >> 2 : 0);
	request_u8(&request, 53, DHCP_REQUEST);
	agent_len = below(2) ? -1 : (int)below(below(2) ? 256 : sizeof(agent));
	for (int i = 0; i < agent_len; i++)
		agent[i] = (uint8_t)random_next(&rng);
	if (agent_len == 0)
		request_option(&request, 82, NULL, 0);
	for (int at = 0, n; at < agent_len; at += n) {
		n = 1 + (int)below(255);
		n = n < agent_len - at ? n : agent_len - at;
		request_option(&request, 82, agent + at, (uint8_t)n);
	}
	struct frame f = frame_build(&request);

	require(dhcp_decode(f.data, f.len, &(struct dhcp_ingress){0}, &msg) == DHCP_DECODE_ok);
	return f;
}

/* One area, after RFC 2132 2: PAD, END, or code, length, data. Returns where END stood. */
static size_t walk(const uint8_t *area, size_t len)
{
	size_t at = 0;

	while (at < len && area[at] != 255) {
		if (area[at] == 0) {
			at++;
			continue;
		}
		require(at + 2 <= len && at + 2 + area[at + 1] <= len);
		content_add(got, area[at], area + at + 2, area[at + 1]);
		at += 2u + area[at + 1];
	}
	require(at < len); /* RFC 2131 4.1: "The last option must always be the 'end' option" */
	for (size_t i = at + 1; i < len; i++)
		require(area[i] == 0);
	return at;
}

/* The BOOTP message and all before it, but for the destination, which has tests of its own. */
static void walk_headers(const uint8_t *frame, size_t len, const uint8_t *bootp)
{
	const uint8_t *udp = bootp - 8, *ip = udp - 20;
	bool past_relay = reply.inform && msg.ciaddr;
	uint16_t flags = ntohs(request.h.flags);

	if (msg.giaddr && (reply.type == DHCP_NAK || (reply.inform && !msg.ciaddr)))
		flags |= 0x8000;
	require(get16(ip - 2) == 0x0800);
	require(get16(ip + 2) == (size_t)(frame + len - ip));
	require(get16(udp + 4) == (size_t)(frame + len - udp));
	require(slow_sum(ip, 20, 0) == 0xffff);
	require(slow_udp_sum(ip, udp, (size_t)(frame + len - udp)) == 0xffff);
	require(memcmp(bootp, "\x02\x01\x06\x00", 4) == 0);
	require(get32(bootp + 4) == ntohl(request.h.xid));
	require(get16(bootp + 8) == 0);
	require(get16(bootp + 10) == flags);
	require(get32(bootp + 12) == reply.ciaddr);
	require(get32(bootp + 16) == reply.yiaddr);
	require(get32(bootp + 20) == reply.siaddr);
	require(get32(bootp + 24) == (past_relay ? 0 : msg.giaddr));
	require(memcmp(bootp + 28, request.h.chaddr, 16) == 0);
	require(memcmp(bootp + 236, "\x63\x82\x53\x63", 4) == 0);
}

/* RFC 3396: options, file, sname. */
static void expect_in_order(bool with_agent)
{
	const struct content *areas[] = {in_options, in_file, in_sname};

	content_clear(want);
	for (int code = 0; code < 256; code++)
		for (int i = 0; i < 3; i++)
			if (areas[i][code].pieces)
				content_add(want, (uint8_t)code, areas[i][code].data,
					    areas[i][code].len);
	if (reply.overload)
		content_add(want, 52, &reply.overload, 1);
	if (with_agent)
		content_add(want, 82, agent, (size_t)agent_len);
}

/*
 * The decoder reads it too, once it looks like a client's: to port 67, a request, and no
 * message that only servers send.
 */
static void decode_as_request(uint8_t *frame, size_t len, size_t payload)
{
	struct frame f = {.data = frame, .len = len, .ip = payload - 28, .udp = payload - 8};
	enum dhcp_decode_result result;

	frame[payload] = 1;
	set16(frame + f.udp + 2, 67);
	if (reply.type != DHCP_BOOTP) {
		frame[payload + 242] = want[53].data[0] = DHCP_INFORM;
		require(frame[payload + 240] == 53);
	}
	frame_mend_udp(&f, len - f.udp);
	result = dhcp_decode(frame, len, &(struct dhcp_ingress){0}, &msg);
	if (result != DHCP_DECODE_ok)
		fail_msg("seed %llu round %u: %s", (unsigned long long)seed, round_now,
			 dhcp_decode_name(result));
	require(msg.type == (reply.type == DHCP_BOOTP ? DHCP_BOOTP : DHCP_INFORM));
	require(msg.overloaded == (reply.overload != 0));
	require_decoded();
}

static void test_replies(void **state)
{
	static const uint8_t mac[6] = {2, 3, 4, 5, 6, 7};
	unsigned overloaded = 0, split = 0, without_agent = 0;

	(void)state;
	for (unsigned i = 0; i < ROUNDS; i++) {
		round_start(i);
		struct frame f = random_question();

		random_reply();
		size_t l3_len = dhcp_reply_ip_len(&msg, &reply), payload = dhcp_reply_payload(&msg);
		bool echoed = agent_len >= 0 && !(reply.inform && msg.ciaddr && msg.giaddr);

		if (echoed && l3_len > 1500) {
			echoed = false;
			l3_len -= wire_len((size_t)agent_len);
			if (l3_len < 328)
				l3_len = 328;
			without_agent++;
		}
		size_t len = payload - 28 + l3_len;
		uint8_t *out = malloc(len);

		assert_non_null(out);
		require(dhcp_reply_encode(&msg, &reply, mac, out, len - 1) == -ENOSPC);
		require(dhcp_reply_encode(&msg, &reply, mac, out, len) == (int)len);
		walk_headers(out, len, out + payload);
		content_clear(got);
		walk(out + payload + 240, len - payload - 240);
		if (reply.overload & 1)
			require(walk(out + payload + 108, 128) == reply.file_used);
		else
			require(memcmp(out + payload + 108, reply.file, 128) == 0);
		if (reply.overload & 2)
			require(walk(out + payload + 44, 64) == reply.sname_used);
		else
			require(memcmp(out + payload + 44, reply.sname, 64) == 0);
		expect_in_order(echoed);
		require_same(want, got);
		overloaded += reply.overload != 0;
		for (int code = 0; code < 256; code++)
			split += got[code].pieces > 1;
		decode_as_request(out, len, payload);
		free(out);
		free(f.data);
	}
	print_message("  seed %llu: %u overloaded, %u options in pieces, %u without room for 82\n",
		      (unsigned long long)seed, overloaded, split, without_agent);
	assert_true(overloaded > ROUNDS / 20 && split > ROUNDS / 2 && without_agent > 10);
}

/* --- requests --- */

#define PIECES_MAX 200

struct piece {
	uint8_t code, len;
	const uint8_t *from;
};

/* All pieces of all options, in the order in which they will be read. */
static struct piece pieces[PIECES_MAX];
static size_t n_pieces;

/* Somewhere behind the piece before it of the same option. */
static void put_piece(uint8_t code, const uint8_t *from, size_t len)
{
	size_t first = 0, at;

	require(n_pieces < PIECES_MAX && len <= 255);
	for (size_t i = 0; i < n_pieces; i++)
		if (pieces[i].code == code)
			first = i + 1;
	at = first + below((uint32_t)(n_pieces - first) + 1);
	memmove(&pieces[at + 1], &pieces[at], (n_pieces - at) * sizeof(pieces[0]));
	pieces[at] = (struct piece){.code = code, .len = (uint8_t)len, .from = from};
	n_pieces++;
}

static void put_option(uint8_t code, size_t len, bool in_pieces)
{
	const uint8_t *from = data + below(2000);
	size_t done = 0;

	content_add(want, code, from, len);
	do {
		size_t n = len - done < 255 ? len - done : 255;

		if (in_pieces)
			n = below((uint32_t)n + 1); /* empty ones as well */
		put_piece(code, from + done, n);
		done += n;
	} while (done < len);
}

static void random_pieces(void)
{
	static const struct {
		uint8_t code, len;
	} checked[] = {{50, 4}, {51, 4}, {54, 4}, {57, 2}, {82, 200}};
	static const uint8_t types[] = {DHCP_DISCOVER, DHCP_REQUEST, DHCP_DECLINE, DHCP_RELEASE,
					DHCP_INFORM};
	bool used[256] = {false};
	size_t room = 1500; /* not more than the decoder joins */

	n_pieces = 0;
	content_clear(want);
	if (below(10)) {
		data[4000] = types[below(5)];
		content_add(want, 53, data + 4000, 1);
		put_piece(53, data + 4000, 1);
	}
	for (size_t i = 0; i < sizeof(checked) / sizeof(checked[0]); i++)
		if (below(2))
			put_option(checked[i].code, checked[i].len, below(4) == 0);
	for (unsigned n = below(10); n > 0; n--) {
		uint8_t code = random_code();
		size_t len = random_len();
		bool in_pieces = below(3) == 0 && len < 60;

		if (used[code] || len > room)
			continue;
		used[code] = true;
		room -= len;
		put_option(code, len, in_pieces);
	}
}

/* Into `to`, which has `room` bytes; PAD here and there as long as there is room for it. */
static size_t write_pieces(uint8_t *to, size_t room, size_t from, size_t n)
{
	size_t needed = 0, at = 0;

	for (size_t i = from; i < from + n; i++)
		needed += 2u + pieces[i].len;
	require(needed <= room);
	for (size_t i = from; i < from + n; i++) {
		for (unsigned pad = below(6) ? 0 : below(4); pad > 0 && needed < room; pad--) {
			to[at++] = 0;
			room--;
		}
		to[at++] = pieces[i].code;
		to[at++] = pieces[i].len;
		memcpy(to + at, pieces[i].from, pieces[i].len);
		at += pieces[i].len;
		needed -= 2u + pieces[i].len;
		room -= 2u + pieces[i].len;
	}
	return at;
}

/* Takes the last pieces into a field, as many as fit or fewer. Returns how many are left. */
static size_t write_field(uint8_t *field, size_t size, size_t n)
{
	size_t fit = 0, bytes = 0, at;

	while (fit < n && bytes + 2u + pieces[n - fit - 1].len <= size && below(20)) {
		bytes += 2u + pieces[n - fit - 1].len;
		fit++;
	}
	at = write_pieces(field, size, n - fit, fit);
	/* END and then anything, or PAD to the end, or nothing if it is full */
	if (at < size && below(2))
		field[at] = 255;
	else
		memset(field + at, 0, size - at);
	return n - fit;
}

/* Writes the pieces to `request`. Returns option 52. */
static uint8_t spread_pieces(void)
{
	uint8_t overload = below(2) ? 0 : (uint8_t)(1 + below(3));
	size_t n;

	for (size_t i = 0; i < 64; i++)
		request.h.sname[i] = (uint8_t)random_next(&rng);
	for (size_t i = 0; i < 128; i++)
		request.h.file[i] = (uint8_t)random_next(&rng);
	n = n_pieces;
	if (overload & 2)
		n = write_field(request.h.sname, 64, n);
	if (overload & 1)
		n = write_field(request.h.file, 128, n);
	size_t before = below((uint32_t)n + 1);

	request.options_len += write_pieces(request.options, 2048, 0, before);
	if (overload) {
		request_u8(&request, 52, overload);
		content_add(want, 52, &overload, 1);
	}
	request.options_len += write_pieces(request.options + request.options_len, 2048, before,
					    n - before);
	if (below(2))
		request_end(&request);
	if (below(4) == 0 &&
	    request.options_len < 2048) /* behind END, or PAD where there is none */
		request_raw(&request, "\0\0\0\0", below(5));
	return overload;
}

static uint32_t want_u32(uint8_t code)
{
	return want[code].pieces ? get32(want[code].data) : 0;
}

static void test_requests(void **state)
{
	unsigned joined = 0, overloaded = 0, bootp = 0;

	(void)state;
	for (unsigned i = 0; i < ROUNDS; i++) {
		round_start(i);
		request_init(&request);
		random_pieces();
		uint8_t overload = spread_pieces();
		bool repeated = false;
		struct frame f = frame_build(&request);
		enum dhcp_decode_result result = dhcp_decode(f.data, f.len,
							     &(struct dhcp_ingress){0}, &msg);

		if (result != DHCP_DECODE_ok)
			fail_msg("seed %llu round %u: %s", (unsigned long long)seed, i,
				 dhcp_decode_name(result));
		require_decoded();
		for (size_t j = 0; j < n_pieces; j++)
			for (size_t k = 0; k < j; k++)
				repeated |= pieces[j].code == pieces[k].code;
		require(msg.repeated == repeated);
		require(msg.overloaded == (overload != 0));
		require(msg.type == (want[53].pieces ? data[4000] : DHCP_BOOTP));
		require(msg.has_requested == (want[50].pieces > 0));
		require(msg.has_lease_time == (want[51].pieces > 0));
		require(msg.has_server_id == (want[54].pieces > 0));
		require(msg.requested == want_u32(50));
		require(msg.lease_time == want_u32(51));
		require(msg.server_id == want_u32(54));
		require(msg.max_size == (want[57].pieces ? get16(want[57].data) : 0));
		joined += msg.joined_len > 0;
		overloaded += msg.overloaded;
		bootp += msg.type == DHCP_BOOTP;
		free(f.data);
	}
	print_message("  seed %llu: %u with joined options, %u overloaded, %u BOOTP\n",
		      (unsigned long long)seed, joined, overloaded, bootp);
	assert_true(joined > ROUNDS / 4 && overloaded > ROUNDS / 4 && bootp > ROUNDS / 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_replies),
		cmocka_unit_test(test_requests),
	};

	seed = from_environment("SEED", 20260301);
	printf("SEED=%llu\n", (unsigned long long)seed);
	rng = 1;
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)random_next(&rng);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
