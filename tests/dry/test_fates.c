// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What becomes of each message: answered, silent by decision, or dropped under one reason that is
 * in the total once. desk.h's oracle compares after each batch, here and in all other tests of a
 * desk, what came in with the sum of all fates; here is what each reason counts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sent.h"

#define CLIENTS 8
#define CONFIG	SENT_CONFIG("3600", "")

static struct desk *desk;
static struct packet_host clients[CLIENTS], server;
static struct packet_host stranger = {{2, 0, 0, 0, 2, 1}, 0};

static void discover(const struct packet_host *client)
{
	struct packet p = packet_discover(client);

	sent_put(desk, &p);
}

static void renew(unsigned i)
{
	struct packet p = packet_renewing(&clients[i], clients[i].addr, &server);

	sent_put(desk, &p);
}

static void release(unsigned i)
{
	struct packet p = packet_release(&clients[i], clients[i].addr, &server);

	sent_put(desk, &p);
}

static void choose_another(unsigned i)
{
	struct packet p = packet_selecting(&clients[i], clients[i].addr, server.addr + 1);

	sent_put(desk, &p);
}

static void inform(unsigned i)
{
	struct packet p = packet_inform(&clients[i], clients[i].addr);

	sent_put(desk, &p);
}

static int begin(void **state)
{
	(void)state;
	desk = desk_start(CONFIG);
	assert_non_null(desk);
	memcpy(server.mac, desk_mac, 6);
	server.addr = PACKET_ADDR(192, 0, 2, 1);
	for (unsigned i = 0; i < CLIENTS; i++) {
		struct packet p;

		clients[i] = (struct packet_host){{2, 0, 0, 0, 1, (uint8_t)i}, 0};
		discover(&clients[i]);
		desk_work(desk);
		clients[i].addr = packet_get32(desk->sent[0].data + PACKET_YIADDR);
		p = packet_selecting(&clients[i], clients[i].addr, server.addr);
		sent_put(desk, &p);
		desk_settle(desk);
		assert_int_equal(desk->n_sent, 2);
		desk->n_sent = 0;
	}
	assert_int_equal(desk_dropped(desk, NULL), 0);
	return 0;
}

static int end(void **state)
{
	(void)state;
	desk->store_refuses = desk->sends_fail = false;
	desk_settle(desk);
	desk_stop(desk);
	return 0;
}

/* The one reason there is, and the total. */
static void assert_dropped(const char *group, uint64_t n)
{
	assert_int_equal(desk_dropped(desk, group), n);
	assert_int_equal(desk_dropped(desk, NULL), n);
}

static void what_is_no_message_is_refused(void **state)
{
	struct packet p = packet_discover(&stranger);

	(void)state;
	p.cookie = 0;
	sent_put(desk, &p);
	p = packet_discover(&stranger);
	p.op = 2;
	sent_put(desk, &p);
	discover(&stranger);
	desk_work(desk);
	assert_int_equal(desk->n_sent, 1);
	assert_dropped("parse-failed", 2);
}

static void what_is_for_others_is_no_drop(void **state)
{
	struct packet p = packet_renewing(&clients[0], clients[0].addr, &server);

	(void)state;
	p.ip_dst++;
	sent_put(desk, &p);
	desk_work(desk);
	assert_int_equal(desk->n_sent, 0);
	assert_int_equal(desk_dropped(desk, NULL), 0);
}

/* RFC 2131 4.3.2: another server was chosen. And no answer is due to a RELEASE. */
static void silence_is_no_drop(void **state)
{
	(void)state;
	choose_another(0);
	release(1);
	desk_settle(desk);
	assert_int_equal(desk->n_sent, 0);
	assert_int_equal(desk->count.silent, 1);
	assert_int_equal(desk_dropped(desk, NULL), 0);
}

/* Of its batch those that would have been answered are dropped, and no others. */
static void a_commit_that_fails_drops_its_answers(void **state)
{
	(void)state;
	desk->commits_fail = true;
	renew(0);
	discover(&stranger);
	inform(1);
	choose_another(2);
	release(3);
	desk_work(desk);
	assert_int_equal(desk->n_sent, 0);
	assert_dropped("commit-failed", 3);
	/* from now on nothing is begun that needs it, and what needs it not is answered */
	renew(0);
	discover(&stranger);
	inform(1);
	choose_another(2);
	desk_work(desk);
	assert_int_equal(desk->n_sent, 1);
	assert_dropped("commit-failed", 5);
	desk->commits_fail = false;
	desk_pass(desk, 2);
}

/* A message that waits for an ending is not lost with the commit beside it. */
static void what_waits_is_not_dropped_with_a_commit(void **state)
{
	(void)state;
	release(0);
	desk_work(desk);
	desk->commits_fail = true;
	discover(&clients[0]);
	renew(1);
	desk_work(desk);
	assert_int_equal(desk->count.deferred, 1);
	assert_dropped("commit-failed", 1);
	desk->commits_fail = false;
	desk_pass(desk, 1);
	desk_settle(desk);
	assert_int_equal(desk->n_sent, 1);
	assert_dropped("commit-failed", 1);
}

static void a_change_that_the_store_refuses(void **state)
{
	(void)state;
	desk->store_refuses = true;
	renew(0);
	renew(1);
	discover(&stranger);
	desk_work(desk);
	assert_int_equal(desk->n_sent, 1);
	assert_dropped("store-refused", 2);
}

static void an_answer_that_cannot_be_sent(void **state)
{
	(void)state;
	desk->sends_fail = true;
	renew(0);
	discover(&stranger);
	inform(1);
	desk_work(desk);
	assert_dropped("send-failed", 3);
}

static void copies_of_what_waits_are_replaced(void **state)
{
	(void)state;
	release(0);
	desk_work(desk);
	for (unsigned i = 0; i < 5; i++) {
		discover(&clients[0]);
		desk_work(desk);
	}
	desk_settle(desk);
	assert_int_equal(desk->n_sent, 1);
	assert_dropped("deferred", 4);
}

static void copies_in_one_batch_are_answered_once(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 5; i++)
		discover(&stranger);
	desk_settle(desk);
	assert_int_equal(desk->n_sent, 1);
	assert_dropped("repeated", 4);
}

static void what_waits_too_long_is_dropped(void **state)
{
	(void)state;
	release(0);
	desk_work(desk);
	renew(0);
	desk_work(desk);
	desk_pass(desk, 10);
	desk_settle(desk);
	assert_int_equal(desk->n_sent, 0);
	assert_dropped("deferred", 1);
}

/* It came in once, however often it is looked at. */
static void what_waited_and_is_not_ours_any_more(void **state)
{
	(void)state;
	release(0);
	desk_work(desk);
	renew(0);
	desk_work(desk);
	desk_other_mac(desk);
	desk_settle(desk);
	assert_int_equal(desk->n_sent, 0);
	assert_int_equal(desk_dropped(desk, NULL), 0);
}

static void what_the_socket_had_no_room_for(void **state)
{
	(void)state;
	desk->kernel_drops = 17;
	assert_dropped("kernel", 17);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		CASE(what_is_no_message_is_refused),
		CASE(what_is_for_others_is_no_drop),
		CASE(silence_is_no_drop),
		CASE(a_commit_that_fails_drops_its_answers),
		CASE(what_waits_is_not_dropped_with_a_commit),
		CASE(a_change_that_the_store_refuses),
		CASE(an_answer_that_cannot_be_sent),
		CASE(copies_of_what_waits_are_replaced),
		CASE(copies_in_one_batch_are_answered_once),
		CASE(what_waits_too_long_is_dropped),
		CASE(what_waited_and_is_not_ours_any_more),
		CASE(what_the_socket_had_no_room_for),
	};

	return cmocka_run_group_tests_name("fates", tests, NULL, NULL);
}
