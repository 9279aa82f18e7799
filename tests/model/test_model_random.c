// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Many clients, everything that can happen, at random. SEED= (a number, or random; printed with
 * what it finds), EXECUTIONS= or SECONDS=; SCENARIO=, SEED= and TRACE=1: that one alone, with a
 * trace. FAULT=: with that fault (faults.h), so that it should fail.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "../common/environment.h"
#include "scenarios.h"

#define EXECUTIONS 2000
#define CHUNK	   100

/* 0: its promises are kept. */
static int run(const struct scenario *scenario)
{
	uint64_t seed = from_environment("SEED", 1), seconds = from_environment("SECONDS", 0),
		 done = 0;
	uint64_t executions = seconds ? UINT64_MAX : from_environment("EXECUTIONS", EXECUTIONS);
	time_t end = time(NULL) + (time_t)seconds;
	struct explored e = {0}, sum = {0};

	while (done < executions && !e.violation[0] && (!seconds || time(NULL) < end)) {
		explore_random(scenario, seed + done,
			       executions - done < CHUNK ? executions - done : CHUNK, &e);
		done += e.executions;
		sum.steps += e.steps;
		sum.fast_acks += e.fast_acks;
		sum.slow_acks += e.slow_acks;
		sum.naks += e.naks;
		sum.commits += e.commits;
		sum.starts += e.starts;
	}
	printf("%s, seeds %llu to %llu: %llu executions, %llu steps\n", scenario->name,
	       (unsigned long long)seed, (unsigned long long)(seed + done - 1),
	       (unsigned long long)done, (unsigned long long)sum.steps);
	printf("  %llu ACKs by XDP, %llu by the daemon, %llu NAKs, %llu commits, %llu starts\n",
	       (unsigned long long)sum.fast_acks, (unsigned long long)sum.slow_acks,
	       (unsigned long long)sum.naks, (unsigned long long)sum.commits,
	       (unsigned long long)sum.starts);
	if (e.violation[0])
		printf("  SCENARIO=%s SEED=%llu: %s\n", scenario->name,
		       (unsigned long long)(seed + done - 1), e.violation);
	fflush(stdout);
	return e.violation[0] != '\0';
}

static bool is_wanted(const struct scenario *scenario)
{
	const char *only = getenv("SCENARIO");

	return !only || !strcmp(only, scenario->name);
}

static void plant(void)
{
	const char *name = getenv("FAULT");

	fault_plant(fault_by_name(name));
	assert_true(!name || !fault_is(FAULT_NONE)); /* or there is none of that name */
}

static void long_runs_keep_promises(void **state)
{
	int failed = 0;

	(void)state;
	plant();
	assert_true(is_wanted(&scenario_mixed) || is_wanted(&scenario_scarce));
	if (is_wanted(&scenario_mixed))
		failed += run(&scenario_mixed);
	if (is_wanted(&scenario_scarce))
		failed += run(&scenario_scarce);
	assert_int_equal(failed, 0);
}

static void one_run_with_a_trace(void **state)
{
	(void)state;
	plant();
	explore_random_traced(is_wanted(&scenario_mixed) ? &scenario_mixed : &scenario_scarce,
			      from_environment("SEED", 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(long_runs_keep_promises),
	};
	const struct CMUnitTest traced[] = {
		cmocka_unit_test(one_run_with_a_trace),
	};

	if (getenv("TRACE"))
		return cmocka_run_group_tests(traced, NULL, NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
