// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Every interleaving of the small scenarios, within their bounds, keeps what was promised.
 *
 * Where there are too many, some at random are added.
 *
 *	SCENARIO=name BOUND=n CHOICES=list   one alone, with another bound, or once, with a trace
 *	EXECUTIONS=n SEED=n                  of a scenario at most, and where its random ones begin
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../common/environment.h"
#include "scenarios.h"

#define EXECUTIONS 2500

static struct {
	uint64_t executions, steps;
	unsigned failed;
} sum;

static void tell(const struct scenario *s, const struct explored *e, const char *how)
{
	printf("%-34s %u preemptions: %7llu executions%s, %9llu steps, %7llu states\n", s->name,
	       s->bound, (unsigned long long)e->executions, how, (unsigned long long)e->steps,
	       (unsigned long long)e->states);
	sum.executions += e->executions;
	sum.steps += e->steps;
	if (e->violation[0]) {
		sum.failed++;
		printf("  %s\n  replay: SCENARIO='%s' CHOICES=%s\n", e->violation, s->name,
		       e->choices_text);
	}
	fflush(stdout);
}

static void explore(const struct scenario *s)
{
	uint64_t most = from_environment("EXECUTIONS", EXECUTIONS);
	struct scenario level = *s;
	struct explored e;

	/* Those that need few preemptions first. */
	for (level.bound = 0; level.bound <= s->bound; level.bound++) {
		explore_all(&level, most, &e);
		if (!e.complete || level.bound == s->bound)
			tell(&level, &e, e.complete ? "" : " (the first)");
		if (!e.complete)
			break;
	}
	if (e.complete || e.violation[0])
		return;
	explore_random(s, from_environment("SEED", 1), most / 2, &e);
	tell(s, &e, " at random");
}

static void all_interleavings_keep_promises(void **state)
{
	const char *only = getenv("SCENARIO"), *choices = getenv("CHOICES");
	unsigned found = 0;

	(void)state;
	for (unsigned i = 0; i < n_scenarios; i++) {
		struct scenario s = scenarios[i];

		if (only && strcmp(only, s.name))
			continue;
		found++;
		s.bound = (unsigned)from_environment("BOUND", s.bound);
		if (choices)
			explore_replay(&s, choices);
		else
			explore(&s);
	}
	printf("together: %llu executions, %llu steps\n", (unsigned long long)sum.executions,
	       (unsigned long long)sum.steps);
	assert_int_not_equal(found, 0);
	assert_int_equal(sum.failed, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_interleavings_keep_promises),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
