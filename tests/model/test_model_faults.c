// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Each planted fault is found by some scenario. FAULT=name: that one alone; SCENARIO=name
 * CHOICES=list: once, with a trace.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "scenarios.h"

#define EXECUTIONS 30000 /* within which each is found */

/* By which scenario; each has its own. */
static const char *const found_by[FAULT_COUNT] = {
	[FAULT_FREE_AT_ONCE] = "release, renewal",
	[FAULT_FREE_BEFORE_BARRIER] = "release, renewal",
	[FAULT_FREE_BEFORE_HARVEST] = "release, renewal",
	[FAULT_BARRIER_AT_ONCE] = "release, renewal",
	[FAULT_NO_HARVEST] = "expiry, late grant",
	[FAULT_GRANT_OVERWRITTEN] = "two lifetimes",
	[FAULT_GRANT_CLEARED] = "another name",
	[FAULT_PROMISED_NOT_STORED] = "kill before a renewal",
	[FAULT_PROMISED_NOT_COUNTED] = "kill",
	[FAULT_COMMIT_UNCONDITIONAL] = "refused commit",
	[FAULT_NAK_FREES] = "NAK, renewal",
	[FAULT_SENT_BEFORE_COMMIT] = "first lease, kill",
	[FAULT_PUBLISHED_BEFORE_COMMIT] = "sweep, release, renewal",
	[FAULT_CREDIT_BEFORE_COMMIT] = "late sweep, renewal",
	[FAULT_ADOPTION_NOT_COMMITTED] = "start",
	[FAULT_ADOPTION_KEEPS_CREDIT] = "start",
	[FAULT_GONE_IGNORED] = "maps lost",
	[FAULT_REBASE_FORGETS] = "reboot",
	[FAULT_NEWEST_NOT_KNOWN] = "older store, another holder",
	[FAULT_TEMPLATE_AT_ONCE] = "templates taken again",
	[FAULT_FOREIGN_ANSWERS] = "another ABI, renewal",
};

static bool is_found(enum fault fault)
{
	const struct scenario *s = scenario_by_name(found_by[fault]);
	struct explored e;

	printf("%s: %s\n", fault_name(fault), fault_what(fault));
	if (!s) {
		printf("  no scenario is to find it (found_by)\n");
		return false;
	}
	explore_all(s, EXECUTIONS, &e);
	if (!e.violation[0] || !strncmp(e.violation, "the scenario", 12)) {
		printf("  NOT FOUND by \"%s\" in %llu executions, %llu steps\n", s->name,
		       (unsigned long long)e.executions, (unsigned long long)e.steps);
		return false;
	}
	printf("  found by \"%s\" after %llu executions, %llu steps: %s\n"
	       "  replay: FAULT=%s SCENARIO='%s' CHOICES=%s\n",
	       s->name, (unsigned long long)e.executions, (unsigned long long)e.steps, e.violation,
	       fault_name(fault), s->name, e.choices_text);
	return true;
}

static void each_planted_fault_is_found(void **state)
{
	const char *only = getenv("FAULT"), *choices = getenv("CHOICES");
	const struct scenario *s = getenv("SCENARIO") ? scenario_by_name(getenv("SCENARIO")) : NULL;
	unsigned planted = 0, missed = 0;

	(void)state;
	for (int fault = FAULT_NONE + 1; fault < FAULT_COUNT; fault++) {
		if (only && strcmp(only, fault_name((enum fault)fault)))
			continue;
		planted++;
		fault_plant((enum fault)fault);
		if (s && choices)
			explore_replay(s, choices);
		else
			missed += !is_found((enum fault)fault);
		fault_plant(FAULT_NONE);
		fflush(stdout);
	}
	assert_int_not_equal(planted, 0);
	assert_int_equal(missed, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_planted_fault_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
