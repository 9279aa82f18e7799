// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Work of many pieces lets others have their turn after each.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/daemon.h"

#define PIECES	 100
#define COMES_AT 10

static struct daemon d;
static unsigned done, done_when_read;
static int ends[2];

static void piece(evutil_socket_t fd, short what, void *arg)
{
	assert_ptr_equal(arg, &d);
	assert_int_equal(fd, -1);
	assert_true(what & EV_TIMEOUT);
	if (++done == COMES_AT)
		assert_int_equal(write(ends[1], "x", 1), 1);
	if (done < PIECES)
		assert_int_equal(daemon_go_on(&d, piece), 0);
}

static void readable(evutil_socket_t fd, short what, void *arg)
{
	char c;

	(void)what;
	(void)arg;
	assert_int_equal(read(fd, &c, 1), 1);
	done_when_read = done;
}

static void sockets_are_looked_at_in_between(void **state)
{
	struct event *event;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	d.base = event_base_new();
	assert_non_null(d.base);
	event = event_new(d.base, ends[0], EV_READ, readable, NULL);
	assert_non_null(event);
	assert_int_equal(event_add(event, NULL), 0);
	piece(-1, EV_TIMEOUT, &d);
	event_base_dispatch(d.base);
	assert_int_equal(done, PIECES);
	assert_in_range(done_when_read, COMES_AT, COMES_AT + 1);
	event_free(event);
	event_base_free(d.base);
	close(ends[0]);
	close(ends[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(sockets_are_looked_at_in_between)};

	return cmocka_run_group_tests_name("daemon/go_on", tests, NULL, NULL);
}
