// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Whom the sweep extends: who has renewed and needs credit, and with a commit that is made for such
 * a one also who will soon. And when it looks: not before it can be so. A daemon with the XDP
 * program beside it, and a clock that moves only when it is told to. Lifetime 3600 s, so T1 1800,
 * T2 3150, half-way 2475; horizon 3: at second `t` a lease is given credit up to t + 10801. A
 * renewal promises 3601, and shall leave 2475 more. With horizon 2 it is given 7201.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "oracle.h"
#include "sent.h"

#define CREDIT	 10801
#define CREDIT_2 7201

static struct desk *desk;
static struct packet_host a = {{2, 0, 0, 0, 0, 1}, 0}, b = {{2, 0, 0, 0, 0, 2}, 0}, server;
static uint32_t start;

static uint32_t now(void)
{
	return (uint32_t)(dry_clock / DRY_SECOND) - start;
}

/* A lease, and a first renewal, which XDP then knows. */
static void gets_lease(struct packet_host *client)
{
	struct packet p = packet_discover(client);

	desk->n_sent = 0;
	sent_now(desk, &p);
	assert_true(desk->n_sent == 1);
	client->addr = packet_get32(desk->sent[0].data + PACKET_YIADDR);
	p = packet_selecting(client, client->addr, server.addr);
	sent_now(desk, &p);
	p = packet_renewing(client, client->addr, &server);
	sent_now(desk, &p);
}

static void renews(const struct packet_host *client)
{
	struct packet p = packet_renewing(client, client->addr, &server);
	uint8_t frame[PACKET_MAX];
	struct desk_reply reply;

	assert_true(desk_xdp(desk, frame, packet_build(&p, frame, sizeof(frame)), &reply));
}

/* It is swept then; and not before. */
static void until(uint32_t second)
{
	assert_in_range(second, now() + 60, UINT32_MAX);
	desk_pass(desk, second - now());
}

static uint32_t credit(const struct packet_host *client)
{
	return oracle_row(client->addr)->ack_until - start;
}

static void committed(unsigned long commits, unsigned long rows)
{
	assert_int_equal(desk->count.commits, commits);
	assert_int_equal(desk->count.rows, rows);
	desk->count.commits = desk->count.rows = 0;
}

static int begin(const char *fast_path)
{
	char text[512];

	dry_clock = 1000 * DRY_SECOND;
	start = 1000;
	snprintf(text, sizeof(text), SENT_CONFIG("3600", ", %s"), fast_path);
	desk = desk_start(text);
	assert_non_null(desk);
	memcpy(server.mac, desk_mac, 6);
	server.addr = PACKET_ADDR(192, 0, 2, 1);
	gets_lease(&a);
	return 0;
}

static int horizon_3(void **state)
{
	(void)state;
	return begin("horizon: 3");
}

static int horizon_2(void **state)
{
	(void)state;
	return begin("horizon: 2");
}

static int end(void **state)
{
	(void)state;
	desk_stop(desk);
	return 0;
}

/* Both have credit from second 0 on, and have renewed at 1800. */
static void both_renew(void)
{
	gets_lease(&b);
	until(1800);
	renews(&a);
	renews(&b);
	until(1860);
	assert_int_equal(credit(&a), CREDIT);
	assert_int_equal(credit(&b), CREDIT);
	desk->count.commits = desk->count.rows = 0;
}

/* Between two sweeps: the next is at 4790. */
static void a_renews_at_4730(void)
{
	until(4715);
	desk_pass(desk, 15);
	renews(&a);
}

static void who_has_renewed_and_needs_it(void **state)
{
	(void)state;
	both_renew();
	until(3580);
	renews(&a);
	until(4740);
	committed(0, 0);
	until(5370);
	renews(&a);
	until(5430);
	committed(1, 1);
	assert_int_equal(credit(&a), 5430 + CREDIT);
	assert_int_equal(credit(&b), CREDIT);
	until(5490);
	committed(0, 0);
}

static void a_second_earlier_it_does_not_need_it(void **state)
{
	(void)state;
	both_renew();
	until(4725);
	renews(&a);
	until(5175);
	committed(0, 0);
	assert_int_equal(credit(&a), CREDIT);
}

/* It is looked at when it may be in need, then every 450 s. */
static void who_is_late_is_looked_at_before_it_renews_again(void **state)
{
	(void)state;
	both_renew();
	until(4726);
	renews(&a);
	until(5116);
	committed(0, 0);
	until(5176);
	committed(1, 1);
	assert_int_equal(credit(&a), 5176 + CREDIT);
}

static void who_comes_again_is_looked_at(void **state)
{
	struct packet p;

	(void)state;
	p = packet_release(&a, a.addr, &server);
	sent_now(desk, &p);
	until(60); /* the slot is closed: it is not looked at again */
	until(3000);
	gets_lease(&a);
	until(3060);
	until(4800);
	renews(&a);
	until(6600);
	renews(&a);
	until(7730);
	until(8390);
	renews(&a);
	desk->count.commits = desk->count.rows = 0;
	until(8450);
	committed(1, 1);
	assert_int_equal(credit(&a), 8450 + CREDIT);
}

static void who_will_soon_goes_along(void **state)
{
	(void)state;
	both_renew();
	until(3200);
	renews(&b);
	a_renews_at_4730();
	until(4790);
	committed(1, 2);
	assert_int_equal(credit(&a), 4790 + CREDIT);
	assert_int_equal(credit(&b), 4790 + CREDIT);
	assert_int_equal(oracle_row(b.addr)->cltt, start + 3200);
	assert_int_equal(oracle_row(b.addr)->granted_until, start + 3200 + 3601);
}

static void for_who_will_soon_alone_nothing_is_committed(void **state)
{
	(void)state;
	both_renew();
	until(3500); /* it is looked at at 4760, and the next is at 5300 */
	renews(&b);
	for (uint32_t t = 3560; t < 5300; t += 60)
		until(t);
	committed(0, 0);
	renews(&b);
	until(5300);
	committed(1, 1);
	assert_int_equal(credit(&b), 5300 + CREDIT);
}

static void who_will_only_later_does_not_go_along(void **state)
{
	(void)state;
	both_renew();
	until(3900); /* the next is at 5700 */
	renews(&b);
	a_renews_at_4730();
	until(4790);
	committed(1, 1);
	assert_int_equal(credit(&b), CREDIT);
}

static void whose_credit_lasts_does_not_go_along(void **state)
{
	(void)state;
	until(1800);
	renews(&a);
	until(2700);
	gets_lease(&b);
	until(3100);
	renews(&b);
	a_renews_at_4730();
	desk->count.commits = desk->count.rows = 0;
	until(4790);
	committed(1, 1);
	assert_int_equal(credit(&b), 2700 + CREDIT);
}

static void who_has_not_renewed_since_does_not_go_along(void **state)
{
	(void)state;
	gets_lease(&b);
	desk->count.commits = desk->count.rows = 0;
	until(1790);
	renews(&b);
	until(1850);
	committed(1, 1);
	assert_int_equal(credit(&b), 1850 + CREDIT_2);
	until(2300);
	until(2700);
	renews(&a);
	until(2760);
	committed(1, 1);
	assert_int_equal(credit(&a), 2760 + CREDIT_2);
	assert_int_equal(credit(&b), 1850 + CREDIT_2);
}

/* Its last renewal has been provided for; that it does not come again costs nothing. */
static void who_is_gone_is_not_extended(void **state)
{
	(void)state;
	both_renew();
	a_renews_at_4730();
	until(4790);
	committed(1, 1);
	for (uint32_t t = 4850; t < 5400; t += 60)
		until(t);
	committed(0, 0);
	assert_int_equal(credit(&a), 4790 + CREDIT);
}

static void a_failed_commit_is_made_up_for(void **state)
{
	(void)state;
	both_renew();
	until(3200);
	renews(&b);
	a_renews_at_4730();
	desk->commits_fail = true;
	until(4790);
	committed(0, 0);
	assert_int_equal(credit(&a), CREDIT);
	desk->commits_fail = false;
	until(4850);
	committed(1, 2);
	assert_int_equal(credit(&a), 4850 + CREDIT);
	assert_int_equal(credit(&b), 4850 + CREDIT);
}

/* Each gets what its last renewal would have been given, by the first sweep that can commit. */
static void what_a_stop_gave_back_is_restored(void **state)
{
	(void)state;
	both_renew();
	until(3600);
	renews(&b);
	until(3660);
	desk_restart(desk, false);
	assert_in_range(credit(&a), 3660 + 3600, 3660 + 60 + 3602);
	assert_in_range(credit(&b), 3600 + 3601, 3660 + 60 + 3602);
	desk->count.commits = desk->count.rows = 0;
	desk->commits_fail = true;
	until(3720);
	committed(0, 0);
	desk->commits_fail = false;
	until(3780);
	committed(1, 2);
	assert_int_equal(credit(&a), 1800 + CREDIT);
	assert_int_equal(credit(&b), 3600 + CREDIT);
	/* and from then on whoever needs it, as ever */
	until(5400);
	renews(&b);
	until(5460);
	committed(0, 0);
}

static void a_crash_gave_nothing_back(void **state)
{
	(void)state;
	both_renew();
	desk_restart(desk, true);
	assert_int_equal(credit(&a), CREDIT);
	until(1920);
	committed(0, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define CASE(name, horizon) cmocka_unit_test_setup_teardown(name, horizon, end)
		CASE(who_has_renewed_and_needs_it, horizon_3),
		CASE(a_second_earlier_it_does_not_need_it, horizon_3),
		CASE(who_is_late_is_looked_at_before_it_renews_again, horizon_3),
		CASE(who_comes_again_is_looked_at, horizon_3),
		CASE(who_will_soon_goes_along, horizon_3),
		CASE(for_who_will_soon_alone_nothing_is_committed, horizon_3),
		CASE(who_will_only_later_does_not_go_along, horizon_3),
		CASE(whose_credit_lasts_does_not_go_along, horizon_3),
		CASE(who_has_not_renewed_since_does_not_go_along, horizon_2),
		CASE(who_is_gone_is_not_extended, horizon_3),
		CASE(a_failed_commit_is_made_up_for, horizon_3),
		CASE(what_a_stop_gave_back_is_restored, horizon_3),
		CASE(a_crash_gave_nothing_back, horizon_3),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
