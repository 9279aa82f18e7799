// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What a reload forbids is out of the fast path when it returns: the slots of clients whom it
 * denies, also one that was about to be opened again, and nobody else's. A daemon that is killed
 * then finds it so.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sent.h"

#define CLIENTS	 3
#define BASE	 SENT_CONFIG("3600", "")
#define DENIED	 BASE "deny-hw-addresses: [\"02:00:00:00:01:00\"]\n"
#define ALLOWED	 BASE "allow-hw-addresses: [\"02:00:00:00:01:01\", \"02:00:00:00:01:02\"]\n"
#define ELSEWISE BASE "  deny-hw-addresses: [\"02:00:00:00:01:00\"]\n"

static struct desk *desk;
static struct packet_host clients[CLIENTS], server;

static struct packet renewal(unsigned i)
{
	return packet_renewing(&clients[i], clients[i].addr, &server);
}

/* Does XDP answer it? Then as the daemon would: desk_xdp() sees to that. */
static bool hit(const struct packet *p)
{
	struct desk_reply reply;
	uint8_t frame[PACKET_MAX];

	return desk_xdp(desk, frame, packet_build(p, frame, sizeof(frame)), &reply);
}

static bool is_fast(unsigned i)
{
	struct packet p = renewal(i);

	return hit(&p);
}

/* By the daemon; false: it is silent. */
static bool is_answered(unsigned i)
{
	struct packet p = renewal(i);

	desk->n_sent = 0;
	sent_now(desk, &p);
	return desk->n_sent > 0;
}

static int begin(void **state)
{
	(void)state;
	desk = desk_start(BASE);
	assert_non_null(desk);
	memcpy(server.mac, desk_mac, 6);
	server.addr = PACKET_ADDR(192, 0, 2, 1);
	for (unsigned i = 0; i < CLIENTS; i++) {
		struct packet p;

		clients[i] = (struct packet_host){{2, 0, 0, 0, 1, (uint8_t)i}, 0};
		p = packet_discover(&clients[i]);
		desk->n_sent = 0;
		sent_now(desk, &p);
		clients[i].addr = packet_get32(desk->sent[0].data + PACKET_YIADDR);
		p = packet_selecting(&clients[i], clients[i].addr, server.addr);
		sent_now(desk, &p);
		assert_true(is_answered(i));
		assert_true(is_fast(i));
	}
	return 0;
}

static int end(void **state)
{
	(void)state;
	desk_settle(desk);
	desk_stop(desk);
	return 0;
}

static void is_denied_alone(void)
{
	assert_false(is_fast(0));
	assert_true(is_fast(1) && is_fast(2));
	assert_false(is_answered(0));
	assert_false(is_fast(0));
}

static void whom_a_reload_denies_is_out_of_the_fast_path(void **state)
{
	static const char *const configs[] = {DENIED, ALLOWED, ELSEWISE};

	(void)state;
	for (size_t i = 0; i < sizeof(configs) / sizeof(configs[0]); i++) {
		assert_true(desk_reload(desk, configs[i]));
		is_denied_alone();
		assert_true(desk_reload(desk, BASE));
		assert_true(is_fast(1) && is_fast(2));
		assert_false(is_fast(0)); /* the daemon is asked once */
		assert_true(is_answered(0));
		assert_true(is_fast(0));
	}
}

static void a_daemon_that_is_killed_then_finds_it_so(void **state)
{
	(void)state;
	assert_true(desk_reload(desk, DENIED));
	desk_restart(desk, true);
	is_denied_alone();
	desk_restart(desk, false);
	is_denied_alone();
}

/* It has another name by now: its slot is closed, and will be opened again once programs have left.
 */
static void what_was_to_be_opened_again_stays_closed(void **state)
{
	struct packet p = renewal(0);

	(void)state;
	packet_option_str(&p, 12, "renamed");
	sent_put(desk, &p);
	desk_work(desk);
	assert_false(hit(&p));
	assert_true(desk_reload(desk, DENIED));
	desk_settle(desk);
	assert_false(hit(&p));
	is_denied_alone();
}

/* That it would have been opened, but for the list. */
static void else_it_is_opened(void **state)
{
	struct packet p = renewal(0);

	(void)state;
	packet_option_str(&p, 12, "renamed");
	sent_put(desk, &p);
	desk_work(desk);
	assert_true(desk_reload(desk, BASE));
	assert_false(hit(&p));
	desk_settle(desk);
	assert_true(hit(&p));
}

/* A message that came before the reload is decided after it. */
static void what_waited_to_be_decided_is_not_answered(void **state)
{
	struct packet p = renewal(0);

	(void)state;
	desk->n_sent = 0;
	sent_put(desk, &p);
	assert_true(desk_reload(desk, DENIED));
	desk_work(desk);
	desk_settle(desk);
	assert_int_equal(desk->n_sent, 0);
	is_denied_alone();
}

/* A limit of what is bound already is nothing to XDP, but where a relay has to be heard once. */
static void limits_close_no_direct_client_s_slot(void **state)
{
	(void)state;
	assert_true(desk_reload(desk, BASE "leases-per-link: 1\n"));
	for (unsigned i = 0; i < CLIENTS; i++)
		assert_true(is_fast(i));
}

#define T(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(whom_a_reload_denies_is_out_of_the_fast_path),
		T(a_daemon_that_is_killed_then_finds_it_so),
		T(what_was_to_be_opened_again_stays_closed),
		T(else_it_is_opened),
		T(what_waited_to_be_decided_is_not_answered),
		T(limits_close_no_direct_client_s_slot),
	};

	return cmocka_run_group_tests_name("dry/policy", tests, NULL, NULL);
}
