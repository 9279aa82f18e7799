// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The policers to the millisecond: a daemon with fast-path.limits, the XDP program beside it, and a
 * clock that moves only when it is told to. Limits come from the configuration, and change by a
 * reload.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <linux/bpf.h>

#include "sent.h"

#define MS	1000000ull
#define WRAP_MS (1ull << 32)
#define ROUTER	"192.0.2.254"

static struct desk *desk;
static struct packet_host client = {{2, 0, 0, 0, 0, 1}, 0}, server;

static const char *config(const char *limits)
{
	static char text[1024];

	snprintf(text, sizeof(text),
		 SENT_CONFIG("4294967295",
			     ", limits: {%s}") "  option-data: [{name: routers, data: " ROUTER
					       "}]\n",
		 limits);
	return text;
}

static enum xdhcp_verdict run(const struct packet *p)
{
	struct verdicts before = dry_maps.verdicts;
	uint8_t frame[PACKET_MAX], out[2 * PACKET_MAX];
	size_t len = packet_build(p, frame, sizeof(frame)), n;

	dry_xdp(frame, len, out, sizeof(out), &n);
	for (int i = 0; i < XDHCP_VERDICT_COUNT; i++) {
		if (((uint64_t *)&dry_maps.verdicts)[i] != ((uint64_t *)&before)[i])
			return (enum xdhcp_verdict)i;
	}
	return XDHCP_VERDICT_COUNT;
}

static struct packet renewal(void)
{
	return packet_renewing(&client, client.addr, &server);
}

static bool renews(void)
{
	struct packet p = renewal();
	enum xdhcp_verdict v = run(&p);

	assert_true(v == XDHCP_VERDICT_ack_renewing || v == XDHCP_VERDICT_drop_client_rate);
	return v == XDHCP_VERDICT_ack_renewing;
}

static unsigned renew(unsigned times)
{
	unsigned n = 0;

	while (times--)
		n += renews();
	return n;
}

static void pass(uint64_t ms)
{
	dry_clock += ms * MS;
}

/* A client with a lease whose renewals are known, at this time. */
static void begin(const char *limits, uint64_t at_ms)
{
	struct packet p;

	dry_clock = at_ms * MS;
	desk = desk_start(config(limits));
	assert_non_null(desk);
	memcpy(server.mac, desk_mac, 6);
	server.addr = PACKET_ADDR(192, 0, 2, 1);
	p = packet_discover(&client);
	sent_now(desk, &p);
	assert_true(desk->n_sent > 0);
	client.addr = packet_get32(desk->sent[desk->n_sent - 1].data + PACKET_YIADDR);
	assert_in_range(client.addr, PACKET_ADDR(192, 0, 2, 10), PACKET_ADDR(192, 0, 2, 99));
	p = packet_selecting(&client, client.addr, server.addr);
	sent_now(desk, &p);
	p = renewal();
	sent_now(desk, &p);
}

static void limits(const char *text)
{
	assert_true(desk_reload(desk, config(text)));
}

static int end(void **state)
{
	(void)state;
	desk_stop(desk);
	dry_clock = 1000 * DRY_SECOND;
	return 0;
}

#define START 1000000 /* ms */

static struct slot *slot(void)
{
	for (uint32_t i = 0; i < dry_maps.n_slots; i++) {
		if (packet_get32(dry_maps.slots[i].addr) == client.addr)
			return &dry_maps.slots[i];
	}
	fail_msg("no slot");
	return NULL;
}

/* --- clients --- */

static void burst_then_rate(void **state)
{
	unsigned n = 0;

	(void)state;
	begin("client-rate: 2, client-burst: 3", START);
	assert_int_equal(renew(10), 3);
	pass(499);
	assert_false(renews());
	pass(1);
	assert_true(renews());
	assert_false(renews());
	for (unsigned i = 0; i < 1000; i++) {
		pass(100);
		n += renews();
	}
	assert_int_equal(n, 200);
}

static void rest_fills_the_burst_and_no_more(void **state)
{
	(void)state;
	begin("client-rate: 2, client-burst: 3", START);
	assert_int_equal(renew(10), 3);
	pass(1000);
	assert_int_equal(renew(10), 2);
	pass(3600 * 1000);
	assert_int_equal(renew(10), 3);
}

static void less_than_one_a_second(void **state)
{
	(void)state;
	begin("client-rate: 0.001", START);
	assert_int_equal(renew(10), 1);
	pass(999999);
	assert_false(renews());
	pass(1);
	assert_true(renews());
}

/* The burst of a rate of 1,000 is 1,000: what stands in the record, in milliseconds, is still
 * whole. */
static void as_fast_as_it_can_be_said(void **state)
{
	(void)state;
	begin("client-rate: 1000", START);
	assert_int_equal(renew(1500), 1000);
	pass(7);
	assert_int_equal(renew(100), 7);
}

/* The machine slept: the clock has gone on, and nothing of before counts any more. */
static void a_sleep_is_a_rest(void **state)
{
	(void)state;
	begin("client-rate: 0.1, client-burst: 4", START);
	assert_int_equal(renew(10), 4);
	pass(8ull * 3600 * 1000);
	assert_int_equal(renew(10), 4);
}

/* Over the moment at which 32 bits of milliseconds begin anew. */
static void the_clock_wraps(void **state)
{
	unsigned n = 0;

	(void)state;
	begin("client-rate: 2, client-burst: 3", WRAP_MS - 1700);
	assert_int_equal(renew(10), 3);
	for (unsigned i = 0; i < 40; i++) {
		pass(100);
		n += renews();
	}
	assert_int_equal(n, 8);
}

/* The word that says "untouched" is not used for another: the wrap's very moment is a spent one. */
static void spent_up_to_the_wrap(void **state)
{
	(void)state;
	begin("client-rate: 2, client-burst: 1", WRAP_MS - 500);
	assert_true(renews());
	assert_int_equal(slot()->paced, 1);
	assert_false(renews());
	pass(400);
	assert_false(renews());
	pass(101);
	assert_true(renews());
}

/* 49 days later the word looks as it did then; the second of the last ACK does not. */
static void a_turn_of_the_clock_later(void **state)
{
	(void)state;
	for (int before = 0; before < 2; before++) {
		begin("client-rate: 0.1, client-burst: 5", START);
		assert_int_equal(renew(10), 5);
		pass(WRAP_MS + (before ? -100ull : 100));
		assert_int_equal(renew(10), 5);
		if (!before)
			end(NULL);
	}
}

/* An ACK of another CPU, whose clock was read later, has another second. */
static void a_second_that_is_not_yet(void **state)
{
	(void)state;
	begin("client-rate: 0.1, client-burst: 2", START);
	assert_int_equal(renew(10), 2);
	slot()->last += 1;
	assert_false(renews());
}

static void words_of_other_limits(void **state)
{
	(void)state;
	begin("client-rate: 0.001, client-burst: 100", START);
	assert_int_equal(renew(200), 100);
	limits("client-rate: 10, client-burst: 2");
	assert_int_equal(renew(10), 2);
	pass(100);
	assert_int_equal(renew(10), 1);
	limits("client-rate: 10, client-burst: 4");
	assert_int_equal(renew(10), 2);
	limits("client-rate: 1, client-burst: 4");
	pass(10000);
	assert_int_equal(renew(10), 4);
	limits("");
	assert_int_equal(renew(100), 100);
	limits("client-rate: 1");
	pass(1000);
	assert_int_equal(renew(10), 1);
}

/* Nothing is closed for a limit: whoever is in the cache does not notice the reload. */
static void a_reload_closes_nothing(void **state)
{
	struct verdicts before;

	(void)state;
	begin("", START);
	assert_int_equal(renew(3), 3);
	before = dry_maps.verdicts;
	limits("client-rate: 1000, discover-rate: 5, other-rate: 5");
	assert_int_equal(renew(3), 3);
	limits("discover-rate: 6");
	assert_int_equal(renew(3), 3);
	limits("");
	assert_int_equal(renew(3), 3);
	before.ack_renewing += 9;
	assert_memory_equal(&before, &dry_maps.verdicts, sizeof(before));
}

/* --- a link --- */

static unsigned count(const struct packet *p, unsigned times, enum xdhcp_verdict pass_verdict,
		      enum xdhcp_verdict drop)
{
	unsigned n = 0;

	while (times--) {
		enum xdhcp_verdict v = run(p);

		assert_true(v == pass_verdict || v == drop);
		n += v == pass_verdict;
	}
	return n;
}

static unsigned discover(unsigned times)
{
	struct packet p = packet_discover(&client);

	return count(&p, times, XDHCP_VERDICT_pass_discover, XDHCP_VERDICT_drop_discover_rate);
}

static unsigned inform(unsigned times)
{
	struct packet p = packet_inform(&client, client.addr);

	return count(&p, times, XDHCP_VERDICT_pass_inform, XDHCP_VERDICT_drop_other_rate);
}

static void a_links_rates(void **state)
{
	unsigned n = 0;

	(void)state;
	begin("discover-rate: 4, discover-burst: 2, other-rate: 100", START);
	pass(60000);
	assert_int_equal(discover(10), 2);
	assert_int_equal(inform(200), 100);
	pass(249);
	assert_int_equal(discover(10), 0);
	pass(1);
	assert_int_equal(discover(10), 1);
	assert_int_equal(inform(200), 25);
	for (unsigned i = 0; i < 10000; i++) {
		pass(10);
		n += discover(3);
	}
	assert_int_equal(n, 400);
	assert_int_equal(renew(100), 100);
}

static void the_extremes_of_a_links_rate(void **state)
{
	(void)state;
	begin("discover-rate: 0.25, other-rate: 10000000", START);
	pass(60000);
	assert_int_equal(discover(10), 1);
	pass(3999);
	assert_int_equal(discover(10), 0);
	pass(1);
	assert_int_equal(discover(10), 1);
	assert_int_equal(inform(1000), 1000);
}

static void a_links_other_limits(void **state)
{
	(void)state;
	begin("discover-rate: 0.25, discover-burst: 1000", START);
	pass(10000);
	assert_int_equal(discover(2000), 1000);
	limits("discover-rate: 10, discover-burst: 3");
	assert_int_equal(discover(10), 3);
	pass(8ull * 3600 * 1000); /* asleep */
	assert_int_equal(discover(10), 3);
	limits("");
	assert_int_equal(discover(100), 100);
	assert_int_equal(inform(100), 100);
	limits("other-rate: 1");
	assert_int_equal(discover(100), 100);
	assert_int_equal(inform(100), 1);
}

/* A daemon that starts with what the last one left has the limits that it is configured with. */
static void after_a_restart(void **state)
{
	(void)state;
	begin("client-rate: 2, discover-rate: 4", START);
	pass(60000);
	desk_restart(desk, true);
	assert_int_equal(renew(10), 2);
	assert_int_equal(discover(10), 4);
	desk_restart(desk, false);
	assert_int_equal(renew(10), 0);
	assert_int_equal(discover(10), 0);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_teardown(name, end)
	const struct CMUnitTest tests[] = {
		CASE(burst_then_rate),
		CASE(rest_fills_the_burst_and_no_more),
		CASE(less_than_one_a_second),
		CASE(as_fast_as_it_can_be_said),
		CASE(a_sleep_is_a_rest),
		CASE(the_clock_wraps),
		CASE(spent_up_to_the_wrap),
		CASE(a_turn_of_the_clock_later),
		CASE(a_second_that_is_not_yet),
		CASE(words_of_other_limits),
		CASE(a_reload_closes_nothing),
		CASE(a_links_rates),
		CASE(the_extremes_of_a_links_rate),
		CASE(a_links_other_limits),
		CASE(after_a_restart),
	};

	return cmocka_run_group_tests_name("police", tests, NULL, NULL);
}
