// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The reply itself: every length of template and tail, at odd and even
 * offsets, shorter and longer than the request; compared whole with a frame that
 * the test builds and sums up on its own. And what a hit leaves in the slot.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "wire.h"
#include "world.h"

static struct world world;

static struct packet renewing(const struct world *w)
{
	struct packet p = packet_renewing(&w->client, WORLD_ADDR, &w->server);

	packet_option_u16(&p, DHO_MAX_MESSAGE_SIZE, 1500);
	return p;
}

static void expect_reply(struct world *w, const struct packet *p, struct outcome *out)
{
	uint8_t expected[PACKET_MAX];

	world_run_packet(w, p, out);
	assert_int_equal(out->action, XDP_TX);
	size_t len = world_expected(w, p, expected, sizeof(expected));

	assert_int_equal(out->len, len);
	assert_memory_equal(out->frame, expected, len);
	assert_null(packet_check(out->frame, out->len));
}

/* Options of `len` bytes in all (0, or at least 2). */
static void fill_template(struct world *w, size_t len)
{
	uint8_t data[255];

	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 37 + len);
	world_template(w, NULL, 0);
	for (uint8_t code = 200; len >= 2; code++) {
		size_t n = len > 257 ? (len - 257 < 2 ? 256 : 257) : len;

		world_template_option(w, code, data, n - 2);
		len -= n;
	}
}

static void every_template_length(void **state)
{
	struct world *w = &world;
	struct packet p;
	struct outcome out;

	(void)state;
	world_reset(w);
	p = renewing(w);
	world_learn(w, &p);
	for (size_t len = 2; len <= XDHCP_TEMPLATE_OPTIONS_MAX - 15; len++) {
		fill_template(w, len);
		assert_int_equal(w->template->options_len, 15 + len);
		expect_reply(w, &p, &out);
	}
}

static void every_tail(void **state)
{
	static const int lengths[] = {-1, 0, 1, 2, 5, 6, 7, 8, 30, 31};
	const size_t n = sizeof(lengths) / sizeof(lengths[0]);
	struct world *w = &world;
	struct outcome out;
	struct packet p;

	(void)state;
	world_reset(w);
	p = renewing(w);
	world_learn(w, &p);
	for (size_t c = 0; c < n * n * n; c++) {
		memset(w->slot->tail, 0, sizeof(w->slot->tail));
		world_tail(w, XDHCP_TAIL_HOSTNAME, 12, lengths[c % n]);
		world_tail(w, XDHCP_TAIL_CLIENT_ID, 61, lengths[c / n % n]);
		world_tail(w, XDHCP_TAIL_FQDN, 81, lengths[c / n / n]);
		fill_template(w, 2 + c % 7);
		for (uint8_t first = 0; first <= XDHCP_TAIL_PIECES; first++) {
			for (uint8_t last = first; last <= XDHCP_TAIL_PIECES; last++) {
				w->template->tail_first = first;
				w->template->tail_last = last;
				expect_reply(w, &p, &out);
			}
		}
	}
}

static void longest_tail_and_template(void **state)
{
	struct world *w = &world;
	struct outcome out;
	struct packet p;

	(void)state;
	world_reset(w);
	p = renewing(w);
	world_learn(w, &p);
	fill_template(w, XDHCP_TEMPLATE_OPTIONS_MAX - 15);
	world_tail(w, XDHCP_TAIL_HOSTNAME, 12, 30);
	world_tail(w, XDHCP_TAIL_CLIENT_ID, 61, 31);
	world_tail(w, XDHCP_TAIL_FQDN, 81, XDHCP_TAIL_MAX - 65 - 2);
	w->template->tail_last = XDHCP_TAIL_PIECES;
	assert_int_equal(w->slot->tail_end[XDHCP_TAIL_FQDN], XDHCP_TAIL_MAX);
	expect_reply(w, &p, &out);
	assert_int_equal(out.len, PACKET_OPTIONS + XDHCP_TEMPLATE_OPTIONS_MAX + XDHCP_TAIL_MAX + 1);
}

/* From a request without padding: growth beyond the head's room goes on at the tail. */
static void growth_and_trimming(void **state)
{
	struct world *w = &world;
	struct outcome out;

	(void)state;
	for (size_t bootp = 0; bootp <= 1472; bootp += bootp < 300 ? 300 : 117) {
		for (size_t len = 2; len <= XDHCP_TEMPLATE_OPTIONS_MAX - 15; len += 43) {
			struct packet p;

			world_reset(w);
			p = renewing(w);
			p.bootp_min = bootp;
			p.trailer = len % 3;
			p.trailer_byte = 0xaa;
			world_learn(w, &p);
			fill_template(w, len);
			expect_reply(w, &p, &out);
		}
	}
}

static void boot_fields(void **state)
{
	struct world *w = &world;
	struct outcome out;
	struct packet p;

	(void)state;
	world_reset(w);
	p = renewing(w);
	memset(p.sname, 0x11, sizeof(p.sname));
	memset(p.file, 0x22, sizeof(p.file));
	p.siaddr = 0x01020304;
	world_learn(w, &p);
	expect_reply(w, &p, &out); /* nothing of the request's shows through */

	packet_put32(w->template->siaddr, PACKET_ADDR(192, 0, 2, 66));
	for (int i = 0; i < 64; i++)
		w->template->sname[i] = (uint8_t)(i + 1);
	for (int i = 0; i < 128; i++)
		w->template->file[i] = (uint8_t)(i + 100);
	w->template->has_boot = 1;
	world_template_option(w, 43, "x", 1);
	expect_reply(w, &p, &out);
	assert_int_equal(packet_get32(out.frame + PACKET_SIADDR), PACKET_ADDR(192, 0, 2, 66));
	assert_int_equal(out.frame[PACKET_FILE + 127], 227);
}

/* RFC 768: a sum of zero is sent as all ones. */
static void udp_checksum_zero(void **state)
{
	struct world *w = &world;
	uint8_t expected[PACKET_MAX];
	struct outcome out;
	struct packet p;

	(void)state;
	world_reset(w);
	p = renewing(w);
	world_learn(w, &p);
	p.xid = 0;
	world_expected(w, &p, expected, sizeof(expected));
	p.xid = packet_get16(expected + PACKET_UDP + 6);
	expect_reply(w, &p, &out);
	assert_int_equal(packet_get16(out.frame + PACKET_UDP + 6), 0xffff);
}

/* Field by field for one reply, as RFC 2131 4.3.1 table 3 and 4.1 list them. */
static void fields(void **state)
{
	struct world *w = &world;
	struct outcome out;
	size_t len;

	(void)state;
	world_reset(w);
	struct packet p = packet_selecting(&w->client, WORLD_ADDR, WORLD_SERVER_ADDR);

	p.flags = 0x8000;
	p.secs = 9;
	p.hops = 2;
	world_learn(w, &p);
	expect_reply(w, &p, &out);
	const uint8_t *f = out.frame;

	assert_memory_equal(f, "\xff\xff\xff\xff\xff\xff", 6);
	assert_memory_equal(f + 6, w->server.mac, 6);
	assert_int_equal(out.len, 14 + 20 + 8 + 300);
	assert_int_equal(f[PACKET_IP], 0x45);
	assert_int_equal(packet_get16(f + PACKET_IP + 4), 0);
	assert_int_equal(packet_get16(f + PACKET_IP + 6), 0x4000);
	assert_int_equal(f[PACKET_IP + 8], 64);
	assert_int_equal(packet_get32(f + PACKET_IP + 12), WORLD_SERVER_ADDR);
	assert_int_equal(packet_get32(f + PACKET_IP + 16), 0xffffffff);
	assert_int_equal(packet_get16(f + PACKET_UDP), 67);
	assert_int_equal(packet_get16(f + PACKET_UDP + 2), 68);
	assert_memory_equal(f + PACKET_BOOTP, "\x02\x01\x06\x00", 4);
	assert_int_equal(packet_get32(f + PACKET_XID), p.xid);
	assert_int_equal(packet_get32(f + PACKET_XID + 4), 0x8000); /* secs 0, flags */
	assert_int_equal(packet_get32(f + PACKET_CIADDR), 0);
	assert_int_equal(packet_get32(f + PACKET_YIADDR), WORLD_ADDR);
	assert_int_equal(packet_get32(f + PACKET_GIADDR), 0);
	assert_memory_equal(f + PACKET_CHADDR, w->client.mac, 6);
	assert_memory_equal(f + PACKET_CHADDR + 6, "\0\0\0\0\0\0\0\0\0\0", 10);
	assert_int_equal(*packet_find(f, out.len, DHO_MESSAGE_TYPE, &len), DHCP_ACK);
	assert_int_equal(packet_get32(packet_find(f, out.len, DHO_LEASE_TIME, &len)),
			 WORLD_LIFETIME);
	assert_int_equal(f[PACKET_OPTIONS + 15], DHO_END);
}

/* What a hit leaves: the grant covers the lease, counted from a time rounded up. */
static void grant_is_recorded(void **state)
{
	struct world *w = &world;
	struct outcome out;
	struct packet p;

	(void)state;
	world_reset(w);
	p = renewing(w);
	world_learn(w, &p);
	uint32_t before = world_now();

	expect_reply(w, &p, &out);
	uint32_t after = world_now();

	assert_in_range(w->slot->last, before - 1, after);
	assert_in_range(w->slot->granted_until, before + WORLD_LIFETIME + 1,
			after + WORLD_LIFETIME + 2);
	assert_true(w->slot->granted_until <= w->slot->ack_until);
	assert_int_equal(w->slot->hits, 1);
}

static void grant_never_falls(void **state)
{
	struct world *w = &world;
	struct outcome out;
	struct packet p;

	(void)state;
	world_reset(w);
	p = renewing(w);
	world_learn(w, &p);
	w->slot->last = world_now() + 100;
	w->slot->granted_until = world_now() + 2 * WORLD_LIFETIME;
	struct slot before = *w->slot;

	expect_reply(w, &p, &out);
	assert_int_equal(w->slot->last, before.last);
	assert_int_equal(w->slot->granted_until, before.granted_until);

	w->slot->last = 1;
	expect_reply(w, &p, &out);
	assert_true(w->slot->last >= world_now() - 1);
	assert_int_equal(w->slot->granted_until, before.granted_until);
	assert_int_equal(w->slot->hits, 2);
}

static void infinite_grant(void **state)
{
	struct world *w = &world;
	struct outcome out;
	struct packet p;

	(void)state;
	world_reset(w);
	p = renewing(w);
	world_learn(w, &p);
	w->template->lifetime = XDHCP_FOREVER;
	w->slot->ack_until = XDHCP_FOREVER;
	expect_reply(w, &p, &out);
	assert_int_equal(w->slot->granted_until, XDHCP_FOREVER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields),
		cmocka_unit_test(every_template_length),
		cmocka_unit_test(every_tail),
		cmocka_unit_test(longest_tail_and_template),
		cmocka_unit_test(growth_and_trimming),
		cmocka_unit_test(boot_fields),
		cmocka_unit_test(udp_checksum_zero),
		cmocka_unit_test(grant_is_recorded),
		cmocka_unit_test(grant_never_falls),
		cmocka_unit_test(infinite_grant),
	};

	world_open(&world);
	int r = cmocka_run_group_tests_name("reply", tests, NULL, NULL);

	world_close(&world);
	return r;
}
