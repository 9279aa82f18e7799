// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Messages that are let gather: a daemon at work without a kernel (desk.h), whose clock stands
 * nearly still, so that each commit is soon after the last; what comes while it waits, the test
 * says. Whatever comes of it, desk.h's oracle looks on (I1, I5).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/gather.h"
#include "oracle.h"
#include "sent.h"

#define CLIENTS 80
#define CONFIG	SENT_CONFIG("3600", "")

static struct desk *desk;
static struct packet_host clients[CLIENTS], server;
static unsigned long commits; /* before the messages at hand */
static unsigned waits;
static int64_t waited; /* microseconds */
static void (*arrive)(unsigned wait);

static void renew_as(unsigned client, uint32_t xid)
{
	struct packet p = packet_renewing(&clients[client], clients[client].addr, &server);

	p.xid += xid;
	sent_put(desk, &p);
}

static void renew(unsigned client)
{
	renew_as(client, 0);
}

static unsigned pauses;

static void wait(int64_t us)
{
	assert_in_range(us, 1, GATHER_MICROSECONDS);
	pauses += us > GATHER_STEP;
	waited += us;
	arrive(waits++);
}

static void lease(unsigned i)
{
	struct packet p = packet_discover(&clients[i]);

	sent_put(desk, &p);
	desk_work(desk);
	assert_int_equal(desk->n_sent, 1);
	clients[i].addr = packet_get32(desk->sent[0].data + PACKET_YIADDR);
	p = packet_selecting(&clients[i], clients[i].addr, server.addr);
	sent_put(desk, &p);
	desk_settle(desk);
	assert_int_equal(desk->n_sent, 2);
	desk->n_sent = 0;
}

/* All have leases, and a commit has just been. */
static int begin(void **state)
{
	(void)state;
	desk = desk_start(CONFIG);
	assert_non_null(desk);
	memcpy(server.mac, desk_mac, 6);
	server.addr = PACKET_ADDR(192, 0, 2, 1);
	for (unsigned i = 0; i < CLIENTS; i++) {
		clients[i] = (struct packet_host){{2, 0, 0, 0, 1, (uint8_t)i}, 0};
		if (i == CLIENTS - 1)
			dry_microseconds = 10; /* its commit is the one that has just been */
		lease(i);
	}
	commits = desk->count.commits;
	waits = pauses = 0;
	waited = 0;
	dry_wait = wait;
	return 0;
}

static int end(void **state)
{
	(void)state;
	dry_microseconds = 1000000;
	dry_wait = NULL;
	desk_settle(desk);
	desk_stop(desk);
	return 0;
}

static void check_acked(unsigned n)
{
	assert_int_equal(desk->n_sent, n);
	for (unsigned i = 0; i < n; i++)
		assert_int_equal(*packet_find(desk->sent[i].data, desk->sent[i].len, 53, NULL), 5);
}

static void four_thrice(unsigned wait)
{
	for (unsigned i = 1; i <= 4 && wait < 3; i++)
		renew(4 * wait + i);
}

static void what_comes_meanwhile_is_in_one_commit(void **state)
{
	(void)state;
	arrive = four_thrice;
	renew(0);
	desk_work(desk);
	assert_int_equal(waits, 4); /* the last in silence: nobody else is there */
	assert_int_equal(desk->count.commits - commits, 1);
	check_acked(13);
}

static void one(unsigned wait)
{
	renew(1 + wait);
}

static void nobody_waits_for_ever(void **state)
{
	(void)state;
	arrive = one;
	renew(0);
	desk_work(desk);
	assert_in_range(waited, GATHER_STEP, GATHER_MICROSECONDS);
	assert_int_equal(desk->count.commits - commits, 1);
	check_acked(1 + waits);
}

static void until_it_pauses(unsigned wait)
{
	static bool over;

	over = wait && over;
	for (unsigned i = 0; i < GATHER_STEADY && !over; i++)
		renew_as((wait + i) % CLIENTS, 1 + wait);
	over = over || pauses;
}

/* What comes while it pauses is answered after it. */
static void where_messages_come_all_the_time_it_pauses(void **state)
{
	unsigned long decided = desk->count.decided;

	(void)state;
	arrive = until_it_pauses;
	for (unsigned i = 0; i < GATHER_LASTING; i++) {
		assert_int_equal(pauses, 0);
		renew(0);
		desk_work(desk);
	}
	assert_int_equal(pauses, 1);
	assert_in_range(desk->count.commits - commits, GATHER_LASTING, GATHER_LASTING + 1);
	/* in steps, but for the one before the pause was over; the last in silence */
	assert_int_equal(waits, GATHER_LASTING * (GATHER_MICROSECONDS / GATHER_STEP) + 2);
	assert_int_equal(desk->count.decided - decided,
			 GATHER_LASTING + (waits - 1) * GATHER_STEADY);
}

static void crowd(unsigned wait)
{
	for (unsigned i = 0; i < GATHER_ENOUGH; i++)
		renew_as(1 + (wait + i) % (CLIENTS - 1), i);
}

static void a_crowd_is_enough(void **state)
{
	(void)state;
	arrive = crowd;
	renew(0);
	desk_work(desk);
	assert_int_equal(waits, 1);
	assert_int_equal(desk->count.commits - commits, 1);
	check_acked(DESK_SENT); /* what is remembered of them */
}

static void a_commit_that_fails_answers_nobody(void **state)
{
	(void)state;
	arrive = four_thrice;
	desk->commits_fail = true;
	renew(0);
	desk_work(desk);
	assert_int_equal(desk->count.commits_failed, 1);
	assert_int_equal(desk->n_sent, 0);

	desk->commits_fail = false;
	desk_pass(desk, 2);
	waits = 0;
	renew(0);
	desk_work(desk);
	check_acked(13);
}

static void nothing_more(unsigned wait)
{
	(void)wait;
	desk->link_is_down = true;
}

static void those_who_wait_are_answered_when_the_link_goes_down(void **state)
{
	(void)state;
	arrive = nothing_more;
	renew(0);
	renew(1);
	desk_work(desk);
	assert_int_equal(waits, 1);
	assert_int_equal(desk->count.commits - commits, 1);
	check_acked(2);
}

static void the_same_again(unsigned wait)
{
	for (unsigned i = 0; i < 4 && wait == 0; i++) {
		struct packet p = packet_renewing(&clients[i], clients[i].addr, &server);

		p.secs = 4;
		sent_put(desk, &p);
	}
}

static void what_is_sent_again_meanwhile_is_decided_and_answered_once(void **state)
{
	unsigned long decided = desk->count.decided, rows = desk->count.rows;

	(void)state;
	arrive = the_same_again;
	for (unsigned i = 0; i < 4; i++)
		renew(i);
	desk_work(desk);
	assert_int_equal(desk->count.decided - decided, 4);
	assert_int_equal(desk->count.rows - rows, 4);
	check_acked(4);
}

static void other_name(unsigned wait)
{
	struct packet p = packet_renewing(&clients[0], clients[0].addr, &server);

	packet_option_str(&p, 12, wait ? "last" : "former");
	if (wait < 2)
		sent_put(desk, &p);
}

/* It is another answer, too: the slot has to follow. */
static void the_last_word_on_an_address_is_stored(void **state)
{
	struct packet p;
	struct desk_reply reply;
	uint8_t frame[PACKET_MAX];

	(void)state;
	arrive = other_name;
	renew(0);
	desk_work(desk);
	assert_int_equal(desk->count.commits - commits, 1);
	check_acked(3);
	assert_string_equal(oracle_row(clients[0].addr)->hostname, "last");
	desk_settle(desk);
	p = packet_renewing(&clients[0], clients[0].addr, &server);
	packet_option_str(&p, 12, "last");
	assert_true(desk_xdp(desk, frame, packet_build(&p, frame, sizeof(frame)), &reply));
}

static void again_and_farewell(unsigned wait)
{
	struct packet p = packet_release(&clients[0], clients[0].addr, &server);

	if (wait == 0) {
		renew(0); /* sent once more: one answer for both */
		renew(1);
	} else if (wait == 1) {
		sent_put(desk, &p);
	} else if (wait == 2) {
		renew(0); /* it has thought better of it: when the end is stored */
	}
}

static void a_release_ends_what_was_acked_beside_it(void **state)
{
	(void)state;
	arrive = again_and_farewell;
	renew(0);
	desk_work(desk);
	assert_int_equal(desk->count.commits - commits, 1);
	assert_int_equal(desk->count.ends, 1);
	assert_int_equal(desk->count.deferred, 1);
	check_acked(2);
	arrive = nothing_more;
	desk_settle(desk);
	assert_int_equal(oracle_row(clients[0].addr)->state, LEASE_FREE);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		CASE(what_comes_meanwhile_is_in_one_commit),
		CASE(nobody_waits_for_ever),
		CASE(where_messages_come_all_the_time_it_pauses),
		CASE(a_crowd_is_enough),
		CASE(a_commit_that_fails_answers_nobody),
		CASE(those_who_wait_are_answered_when_the_link_goes_down),
		CASE(what_is_sent_again_meanwhile_is_decided_and_answered_once),
		CASE(the_last_word_on_an_address_is_stored),
		CASE(a_release_ends_what_was_acked_beside_it),
	};

	return cmocka_run_group_tests_name("gather", tests, NULL, NULL);
}
