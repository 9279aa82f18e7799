// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * How many lines of the log a flood may cause, second by second.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/log_limit.h"

static unsigned taken(struct log_limit *limit, uint32_t now, unsigned n)
{
	unsigned got = 0;

	while (n--)
		got += log_limit_take(limit, now);
	return got;
}

static void a_burst_is_written_whole(void **state)
{
	struct log_limit limit = {0};

	(void)state;
	assert_int_equal(taken(&limit, 100, LOG_LIMIT_BURST), LOG_LIMIT_BURST);
	assert_int_equal(log_limit_left_out(&limit, 100), 0);
	assert_int_equal(taken(&limit, 100, 500), 0);
	assert_int_equal(limit.left_out, 500);
}

static void a_flood_gets_so_many_a_second(void **state)
{
	struct log_limit limit = {0};
	unsigned got = 0;

	(void)state;
	for (uint32_t now = 7; now < 7 + 60; now++)
		got += taken(&limit, now, 20000);
	assert_int_equal(got, LOG_LIMIT_BURST + 59 * LOG_LIMIT_RATE);
	assert_int_equal(limit.left_out, 60 * 20000 - got);
}

static void what_stays_below_the_rate_is_never_left_out(void **state)
{
	struct log_limit limit = {0};

	(void)state;
	for (uint32_t now = 1; now < 1000; now++)
		assert_int_equal(taken(&limit, now, LOG_LIMIT_RATE), LOG_LIMIT_RATE);
}

static void after_a_pause_the_burst_is_there_again(void **state)
{
	struct log_limit limit = {0};

	(void)state;
	taken(&limit, 5, 5000);
	assert_int_equal(taken(&limit, 5 + LOG_LIMIT_BURST / LOG_LIMIT_RATE, 5000),
			 LOG_LIMIT_BURST);
	/* and no more than that after whatever time */
	assert_int_equal(taken(&limit, UINT32_MAX, 5000), LOG_LIMIT_BURST);
}

static void what_was_left_out_is_said_now_and_then_and_once(void **state)
{
	struct log_limit limit = {0};

	(void)state;
	taken(&limit, 1, LOG_LIMIT_BURST + 3);
	assert_int_equal(log_limit_left_out(&limit, 1), 3);
	assert_int_equal(log_limit_left_out(&limit, 2), 0);
	taken(&limit, 1, 4);
	assert_int_equal(log_limit_left_out(&limit, LOG_LIMIT_SAID_EVERY), 0);
	assert_int_equal(log_limit_left_out(&limit, 1 + LOG_LIMIT_SAID_EVERY), 4);
	assert_int_equal(log_limit_left_out(&limit, 100 + LOG_LIMIT_SAID_EVERY), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_burst_is_written_whole),
		cmocka_unit_test(a_flood_gets_so_many_a_second),
		cmocka_unit_test(what_stays_below_the_rate_is_never_left_out),
		cmocka_unit_test(after_a_pause_the_burst_is_there_again),
		cmocka_unit_test(what_was_left_out_is_said_now_and_then_and_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
