// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Many clients, everything that can happen, at random. SEED= (printed with what it finds),
 * EXECUTIONS= or SECONDS=; SEED= and TRACE=1: that one alone, with a trace.
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

#include "scenarios.h"

#define EXECUTIONS 2000
#define CHUNK	   100

static uint64_t number(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text ? strtoull(text, NULL, 10) : otherwise;
}

static void mixed_runs_keep_promises(void **state)
{
	uint64_t seed = number("SEED", 1), seconds = number("SECONDS", 0), done = 0, steps = 0;
	uint64_t executions = seconds ? UINT64_MAX : number("EXECUTIONS", EXECUTIONS);
	time_t end = time(NULL) + (time_t)seconds;
	struct explored e = {0}, sum = {0};

	(void)state;
	while (done < executions && !e.violation[0] && (!seconds || time(NULL) < end)) {
		explore_random(&scenario_mixed, seed + done,
			       executions - done < CHUNK ? executions - done : CHUNK, &e);
		done += e.executions;
		steps += e.steps;
		sum.fast_acks += e.fast_acks;
		sum.slow_acks += e.slow_acks;
		sum.naks += e.naks;
		sum.commits += e.commits;
		sum.starts += e.starts;
	}
	printf("seeds %llu to %llu: %llu executions, %llu steps\n", (unsigned long long)seed,
	       (unsigned long long)(seed + done - 1), (unsigned long long)done,
	       (unsigned long long)steps);
	printf("%llu ACKs by XDP, %llu by the daemon, %llu NAKs, %llu commits, %llu starts\n",
	       (unsigned long long)sum.fast_acks, (unsigned long long)sum.slow_acks,
	       (unsigned long long)sum.naks, (unsigned long long)sum.commits,
	       (unsigned long long)sum.starts);
	if (e.violation[0])
		fail_msg("SEED=%llu: %s", (unsigned long long)(seed + done - 1), e.violation);
}

static void one_run_with_a_trace(void **state)
{
	(void)state;
	explore_random_traced(&scenario_mixed, number("SEED", 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mixed_runs_keep_promises),
	};
	const struct CMUnitTest traced[] = {
		cmocka_unit_test(one_run_with_a_trace),
	};

	if (getenv("TRACE"))
		return cmocka_run_group_tests(traced, NULL, NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
