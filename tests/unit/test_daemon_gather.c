// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * When a batch is waited for: only soon after a commit, only where it is small, and not where
 * waiting has brought nothing. And when there is a pause: only where messages have kept coming.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/gather.h"

#define NOW 1000000

static struct gather committed(int64_t ago)
{
	struct gather gather = {0};

	gather_commit(&gather, NOW - ago);
	return gather;
}

static void the_first_message_is_not_waited_for(void **state)
{
	struct gather never = {0}, long_ago = committed(GATHER_MICROSECONDS);

	(void)state;
	assert_int_equal(gather_wait(&never, NOW, 1), 0);
	assert_int_equal(gather_wait(&long_ago, NOW, 1), 0);
}

static void the_next_commit_is_as_long_after_the_last(void **state)
{
	struct gather gather = committed(1000);

	(void)state;
	assert_int_equal(gather_wait(&gather, NOW, 1), GATHER_MICROSECONDS - 1000);
}

static void a_clock_that_went_back_keeps_nobody_longer(void **state)
{
	struct gather gather = committed(-1000000);

	(void)state;
	assert_int_equal(gather_wait(&gather, NOW, 1), GATHER_MICROSECONDS);
}

static void nothing_and_enough_are_not_waited_for(void **state)
{
	struct gather gather = committed(1000);

	(void)state;
	assert_int_equal(gather_wait(&gather, NOW, 0), 0);
	assert_int_equal(gather_wait(&gather, NOW, GATHER_ENOUGH), 0);
	assert_true(gather_wait(&gather, NOW, GATHER_ENOUGH - 1) > 0);
}

/* How many batches of one message are not waited for before the next that is. */
static unsigned rests(struct gather *gather)
{
	unsigned n = 0;

	while (!gather_wait(gather, NOW, 1))
		n++;
	return n;
}

static void a_wait_in_vain_makes_the_next_rarer(void **state)
{
	struct gather gather = committed(1000);

	(void)state;
	assert_int_equal(rests(&gather), 0);
	for (unsigned n = 1; n <= GATHER_REST; n *= 2) {
		gather_waited(&gather, 2, 3, false);
		assert_int_equal(rests(&gather), n);
	}
	gather_waited(&gather, 1, 1, false);
	assert_int_equal(rests(&gather), GATHER_REST);
}

static void a_wait_that_was_worth_it_makes_them_frequent(void **state)
{
	struct gather gather = committed(1000);

	(void)state;
	gather_waited(&gather, 1, 1, false);
	gather_waited(&gather, 1, 1, false);
	(void)rests(&gather);
	gather_waited(&gather, GATHER_FEW, 2 * GATHER_FEW, false);
	assert_int_equal(rests(&gather), 0);
	gather_waited(&gather, 1, 1, false);
	assert_int_equal(rests(&gather), 1);
}

/* Two clients that both wait for us make one batch of two: that is no crowd. */
static void a_few_more_are_not_worth_a_wait(void **state)
{
	struct gather gather = committed(1000);

	(void)state;
	gather_waited(&gather, 1, GATHER_FEW, false);
	assert_int_equal(rests(&gather), 1);
	gather_waited(&gather, 1, 1 + GATHER_FEW, false);
	assert_int_equal(rests(&gather), 0);
	gather_waited(&gather, 2 * GATHER_FEW, 3 * GATHER_FEW, false);
	assert_int_equal(rests(&gather), 1);
}

static void wait_that_lasts(struct gather *gather, unsigned times)
{
	while (times-- > 0)
		gather_waited(gather, 1, 2 * GATHER_STEADY, true);
}

static void several_waits_that_last_are_followed_by_pauses(void **state)
{
	struct gather gather = committed(1000);

	(void)state;
	wait_that_lasts(&gather, GATHER_LASTING - 1);
	assert_int_equal(gather_pause(&gather, NOW, GATHER_STEADY), 0);
	wait_that_lasts(&gather, 1);
	assert_int_equal(gather_pause(&gather, NOW, GATHER_STEADY), GATHER_MICROSECONDS - 1000);
}

static void a_wait_that_ended_early_begins_the_count_anew(void **state)
{
	struct gather gather = committed(1000);

	(void)state;
	wait_that_lasts(&gather, GATHER_LASTING - 1);
	gather_waited(&gather, 1, 2 * GATHER_STEADY, false);
	wait_that_lasts(&gather, GATHER_LASTING - 1);
	assert_int_equal(gather_pause(&gather, NOW, GATHER_STEADY), 0);
}

/* How many batches of GATHER_STEADY are followed by one. */
static unsigned pauses(struct gather *gather)
{
	unsigned n = 0;

	while (gather_pause(gather, NOW, GATHER_STEADY))
		n++;
	return n;
}

static void after_some_pauses_a_wait_in_steps_decides(void **state)
{
	struct gather gather = committed(1000);

	(void)state;
	wait_that_lasts(&gather, GATHER_LASTING);
	assert_int_equal(pauses(&gather), GATHER_PAUSES);
	wait_that_lasts(&gather, 1);
	assert_int_equal(pauses(&gather), GATHER_PAUSES);
	wait_that_lasts(&gather, 1);
	assert_true(gather_pause(&gather, NOW, GATHER_STEADY) > 0);
	gather_waited(&gather, 1, 2 * GATHER_STEADY, false);
	assert_int_equal(pauses(&gather), 0);
}

static void few_messages_end_the_pauses(void **state)
{
	struct gather gather = committed(1000);

	(void)state;
	wait_that_lasts(&gather, GATHER_LASTING);
	assert_int_equal(gather_pause(&gather, NOW, GATHER_STEADY - 1), 0);
	assert_int_equal(pauses(&gather), 0);
	wait_that_lasts(&gather, GATHER_LASTING - 1);
	assert_int_equal(pauses(&gather), 0);
}

static void no_pause_where_there_was_no_commit_or_a_crowd(void **state)
{
	struct gather gather = committed(GATHER_MICROSECONDS);

	(void)state;
	wait_that_lasts(&gather, GATHER_LASTING);
	assert_int_equal(pauses(&gather), 0);
	gather_commit(&gather, NOW - 1000);
	assert_int_equal(gather_pause(&gather, NOW, GATHER_ENOUGH + 1), 0);
	assert_int_equal(pauses(&gather), GATHER_PAUSES);
	gather_commit(&gather, NOW + 1000000); /* a clock that went back */
	wait_that_lasts(&gather, 1);
	assert_int_equal(gather_pause(&gather, NOW, GATHER_STEADY), GATHER_MICROSECONDS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_message_is_not_waited_for),
		cmocka_unit_test(the_next_commit_is_as_long_after_the_last),
		cmocka_unit_test(a_clock_that_went_back_keeps_nobody_longer),
		cmocka_unit_test(nothing_and_enough_are_not_waited_for),
		cmocka_unit_test(a_wait_in_vain_makes_the_next_rarer),
		cmocka_unit_test(a_wait_that_was_worth_it_makes_them_frequent),
		cmocka_unit_test(a_few_more_are_not_worth_a_wait),
		cmocka_unit_test(several_waits_that_last_are_followed_by_pauses),
		cmocka_unit_test(a_wait_that_ended_early_begins_the_count_anew),
		cmocka_unit_test(after_some_pauses_a_wait_in_steps_decides),
		cmocka_unit_test(few_messages_end_the_pauses),
		cmocka_unit_test(no_pause_where_there_was_no_commit_or_a_crowd),
	};

	return cmocka_run_group_tests_name("daemon: messages that gather", tests, NULL, NULL);
}
