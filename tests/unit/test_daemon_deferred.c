// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The queue of messages that wait for an ending: what is a copy of what, what is due, and when. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/daemon.h"
#include "daemon/deferred.h"

#define MAX 1024 /* that the queue holds */

static struct daemon d;
static struct port ports[2];
static struct dhcp_msg msg; /* large */

static int setup(void **state)
{
	(void)state;
	memset(&d, 0, sizeof(d));
	ports[0] = (struct port){.next = &ports[1], .info.ifindex = 3};
	ports[1] = (struct port){.info.ifindex = 4};
	d.ports = ports;
	msg = (struct dhcp_msg){.type = DHCP_REQUEST,
				.chaddr = {2, 0, 0, 0, 0, 1},
				.xid = 1,
				.has_requested = true,
				.requested = 0xc0000264};
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	deferred_forget(&d);
	return 0;
}

/* The packet's first byte tells which it is. */
static void put(struct port *port, uint8_t what)
{
	static struct packet packet;

	packet.data[0] = what;
	deferred_put(&d, port, &packet, &msg);
}

static void assert_next(uint8_t what, const struct port *wanted_port)
{
	struct port *port = NULL;
	struct deferred *q = deferred_take(&d, &port);

	assert_non_null(q);
	assert_int_equal(q->packet.data[0], what);
	assert_ptr_equal(port, wanted_port);
	free(q);
}

static void assert_none_due(void)
{
	struct port *port;

	assert_null(deferred_take(&d, &port));
}

static void assert_dropped(uint64_t replaced, uint64_t full, uint64_t late)
{
	assert_int_equal(d.count.dropped[DROP_deferred_replaced], replaced);
	assert_int_equal(d.count.dropped[DROP_deferred_full], full);
	assert_int_equal(d.count.dropped[DROP_deferred_late], late);
}

static void the_last_copy_stays_whatever_its_xid(void **state)
{
	(void)state;
	for (uint8_t i = 0; i < 100; i++) {
		msg.xid = i;
		put(&ports[0], i);
	}
	deferred_make_due(&d);
	assert_next(99, &ports[0]);
	assert_none_due();
	assert_dropped(99, 0, 0);
}

static void without_an_address_copies_have_one_xid(void **state)
{
	(void)state;
	msg.type = DHCP_DISCOVER;
	msg.has_requested = false;
	msg.requested = 0;
	put(&ports[0], 1);
	put(&ports[0], 2);
	msg.xid = 2;
	put(&ports[0], 3);
	deferred_make_due(&d);
	assert_next(2, &ports[0]);
	assert_next(3, &ports[0]);
	assert_none_due();
}

static void who_differs_in_anything_is_no_copy(void **state)
{
	(void)state;
	put(&ports[0], 1);
	put(&ports[1], 2);
	msg.chaddr[5]++;
	put(&ports[0], 3);
	msg.requested++;
	put(&ports[0], 4);
	msg.giaddr = 0x0a000001;
	put(&ports[0], 5);
	msg.type = DHCP_DISCOVER;
	put(&ports[0], 6);
	msg.ciaddr = msg.requested + 1;
	put(&ports[0], 7);
	deferred_make_due(&d);
	for (uint8_t i = 1; i <= 7; i++)
		assert_next(i, i == 2 ? &ports[1] : &ports[0]);
	assert_none_due();
	assert_dropped(0, 0, 0);
}

static void what_comes_after_the_ending_waits_for_the_next(void **state)
{
	(void)state;
	put(&ports[0], 1);
	assert_none_due();
	deferred_make_due(&d);
	msg.requested++;
	put(&ports[0], 2);
	assert_next(1, &ports[0]);
	assert_false(deferred_is_due(&d));
	assert_none_due();
	deferred_make_due(&d);
	assert_next(2, &ports[0]);
}

static void a_copy_after_the_ending_waits_too(void **state)
{
	(void)state;
	put(&ports[0], 1);
	deferred_make_due(&d);
	put(&ports[0], 2);
	assert_none_due();
	deferred_make_due(&d);
	assert_next(2, &ports[0]);
}

static void what_is_too_old_or_without_its_port_is_dropped(void **state)
{
	(void)state;
	put(&ports[0], 1);
	d.deferred->since -= 3;
	msg.requested++;
	put(&ports[1], 2);
	ports[0].next = NULL;
	msg.requested++;
	put(&ports[0], 3);
	deferred_make_due(&d);
	assert_next(3, &ports[0]);
	assert_none_due();
	assert_dropped(0, 0, 2);
}

static void a_full_queue_takes_no_more_but_copies(void **state)
{
	(void)state;
	for (unsigned i = 0; i < MAX + 5; i++) {
		msg.requested++;
		put(&ports[0], 1);
	}
	assert_dropped(0, 5, 0);
	msg.requested -= 5;
	put(&ports[0], 2);
	assert_dropped(1, 5, 0);
	deferred_make_due(&d);
	for (unsigned i = 0; i < MAX - 1; i++)
		assert_next(1, &ports[0]);
	assert_next(2, &ports[0]);
	assert_none_due();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_last_copy_stays_whatever_its_xid, setup,
						teardown),
		cmocka_unit_test_setup_teardown(without_an_address_copies_have_one_xid, setup,
						teardown),
		cmocka_unit_test_setup_teardown(who_differs_in_anything_is_no_copy, setup,
						teardown),
		cmocka_unit_test_setup_teardown(what_comes_after_the_ending_waits_for_the_next,
						setup, teardown),
		cmocka_unit_test_setup_teardown(a_copy_after_the_ending_waits_too, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_too_old_or_without_its_port_is_dropped,
						setup, teardown),
		cmocka_unit_test_setup_teardown(a_full_queue_takes_no_more_but_copies, setup,
						teardown),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
