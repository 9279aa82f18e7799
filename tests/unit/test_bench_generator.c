// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What the benchmarks' generators decide themselves: which rate a server carries, for how long
 * each is tried, whose limit it was, and when a client that has no answer sends again.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../tools/bench/doras/timers.h"
#include "../../tools/bench/generator/generator.h"

/* --- rates --- */

/* Carries so much for a moment, and less for longer; the generator makes no more than `makes`. */
struct server {
	double carries, carries_long, makes;
	double shortest, longest; /* probes */
	unsigned measured, nothing;
	bool broken;
};

static struct search_result try_at(const struct server *s, double rate, double carries)
{
	double made = rate < s->makes ? rate : s->makes;

	return (struct search_result){
		.carried = made <= carries, .cut_short = made < rate * SEARCH_MADE, .made = made};
}

static int probe(void *arg, double rate, double seconds, struct search_result *ret_result)
{
	struct server *s = arg;

	if (s->broken)
		return -1;
	if (s->shortest == 0 || seconds < s->shortest)
		s->shortest = seconds;
	if (seconds > s->longest)
		s->longest = seconds;
	*ret_result = try_at(s, rate, s->carries);
	return 0;
}

static json_t *measure(void *arg, double rate, struct search_result *ret_result)
{
	struct server *s = arg;

	s->measured++;
	*ret_result = try_at(s, rate, s->carries_long);
	return json_pack("{s:f}", "rate", rate);
}

static void nothing(void *arg)
{
	((struct server *)arg)->nothing++;
}

static json_t *measured(struct server *s, double rate, bool search)
{
	static const struct generator_calls calls = {probe, measure, nothing};
	struct generator g = GENERATOR_DEFAULTS;

	g.rate = rate;
	g.search = search;
	if (s->makes == 0)
		s->makes = 1e9;
	if (s->carries_long == 0)
		s->carries_long = s->carries;
	return generator_measure(&g, &calls, s);
}

static double rate_of(json_t *json)
{
	return json_number_value(json_object_get(json, "rate"));
}

static const char *limit_of(json_t *json)
{
	return json_string_value(json_object_get(json, "limit"));
}

static void the_highest_rate_is_found_from_below_and_above(void **state)
{
	const double first[] = {10, 900, 1000, 1001, 50000};

	(void)state;
	for (unsigned i = 0; i < sizeof(first) / sizeof(first[0]); i++) {
		struct server s = {.carries = 1000};
		json_t *json = measured(&s, first[i], true);

		assert_non_null(json);
		assert_true(rate_of(json) <= 1000 && rate_of(json) * SEARCH_CLOSE >= 1000);
		assert_string_equal(limit_of(json), "server");
		assert_int_equal(s.measured, 1);
		json_decref(json);
	}
}

static void what_the_generator_cannot_make_is_its_own_limit(void **state)
{
	struct server s = {.carries = 1e6, .makes = 3000};
	json_t *json = measured(&s, 1000, true);

	(void)state;
	assert_true(rate_of(json) == 3000);
	assert_string_equal(limit_of(json), "generator");
	json_decref(json);
}

static void what_is_carried_for_a_moment_only_is_tried_lower(void **state)
{
	struct server s = {.carries = 1000, .carries_long = 800};
	json_t *json = measured(&s, 1000, true);

	(void)state;
	assert_true(rate_of(json) <= 800 && rate_of(json) * SEARCH_CLOSE * SEARCH_CLOSE >= 800);
	assert_true(s.measured > 1);
	json_decref(json);
}

static void nothing_carried_is_said(void **state)
{
	struct server s = {.carries = 0.1};

	(void)state;
	assert_null(measured(&s, 1000, true));
	assert_int_equal(s.nothing, 1);
	assert_int_equal(s.measured, 0);
}

static void a_probe_that_fails_ends_it(void **state)
{
	struct server s = {.carries = 1000, .broken = true};

	(void)state;
	assert_null(measured(&s, 1000, true));
	assert_int_equal(s.nothing, 0);
	assert_int_equal(s.measured, 0);
}

static void without_a_search_the_rate_is_taken_as_it_is(void **state)
{
	struct server s = {.carries = 1};
	json_t *json = measured(&s, 1000, false);

	(void)state;
	assert_true(rate_of(json) == 1000);
	assert_null(limit_of(json));
	assert_int_equal(s.measured, 1);
	json_decref(json);
}

/* Of four exchanges none can be one in a hundred; but nobody waits for a minute either. */
static void few_exchanges_are_tried_for_longer(void **state)
{
	struct server fast = {.carries = 1000}, slow = {.carries = 8}, slowest = {.carries = 2};

	(void)state;
	json_decref(measured(&fast, 1000, true));
	assert_true(fast.shortest == 0.5 && fast.longest == 0.5);
	json_decref(measured(&slow, 8, true));
	assert_true(slow.shortest == 1 && slow.longest <= 2);
	json_decref(measured(&slowest, 2, true));
	assert_true(slowest.longest == 3);
}

/* --- timers --- */

#define START UINT64_C(1000000000000)
#define AT(n) (START + (n)*TIMERS_TICK)

struct fired {
	const struct client *who[8];
	unsigned n;
	int result;
};

static int fire(void *arg, struct client *client)
{
	struct fired *f = arg;

	assert_true(f->n < sizeof(f->who) / sizeof(f->who[0]));
	f->who[f->n++] = client;
	return f->result;
}

static void a_client_is_told_once_and_when_it_is_due(void **state)
{
	struct timers *t = timers_new(START);
	struct client a = {0}, b = {0};
	struct fired f = {0};

	(void)state;
	timers_set(t, &a, AT(5));
	timers_set(t, &b, AT(5));
	assert_int_equal(timers_run(t, AT(5), fire, &f), 0);
	assert_int_equal(f.n, 0);
	assert_int_equal(timers_run(t, AT(6), fire, &f), 0);
	assert_int_equal(f.n, 2);
	assert_ptr_equal(f.who[0], &a);
	assert_ptr_equal(f.who[1], &b);
	assert_int_equal(timers_run(t, AT(8000), fire, &f), 0);
	assert_int_equal(f.n, 2);
	timers_free(t);
}

static void what_is_set_anew_counts_instead(void **state)
{
	struct timers *t = timers_new(START);
	struct client a = {0}, b = {0};
	struct fired f = {0};

	(void)state;
	timers_set(t, &a, AT(5));
	timers_set(t, &a, AT(700));
	timers_set(t, &b, AT(700));
	timers_set(t, &b, AT(5));
	timers_run(t, AT(100), fire, &f);
	assert_int_equal(f.n, 1);
	assert_ptr_equal(f.who[0], &b);
	timers_run(t, AT(701), fire, &f);
	assert_int_equal(f.n, 2);
	assert_ptr_equal(f.who[1], &a);
	timers_free(t);
}

static void who_has_an_answer_is_not_told(void **state)
{
	struct timers *t = timers_new(START);
	struct client a = {0}, b = {0}, never = {0};
	struct fired f = {0};

	(void)state;
	timers_set(t, &a, AT(5));
	timers_set(t, &b, AT(5));
	timers_clear(&a);
	timers_clear(&a);
	timers_clear(&never);
	timers_run(t, AT(100), fire, &f);
	assert_int_equal(f.n, 1);
	assert_ptr_equal(f.who[0], &b);
	timers_free(t);
}

/* 64 s, give or take one, is the longest that RFC 2131 4.1 has a client wait. */
static void the_longest_wait_does_not_come_round_early(void **state)
{
	struct timers *t = timers_new(START);
	struct client a = {0};
	struct fired f = {0};
	uint64_t due = START + 65 * UINT64_C(1000000000);

	(void)state;
	timers_set(t, &a, due);
	timers_run(t, due - TIMERS_TICK, fire, &f);
	assert_int_equal(f.n, 0);
	timers_run(t, due + TIMERS_TICK, fire, &f);
	assert_int_equal(f.n, 1);
	timers_free(t);
}

static int again(void *arg, struct client *client)
{
	timers_set(arg, client, AT(50));
	return 0;
}

static void one_that_is_told_may_be_set_again(void **state)
{
	struct timers *t = timers_new(START);
	struct client a = {0};
	struct fired f = {0};

	(void)state;
	timers_set(t, &a, AT(5));
	timers_run(t, AT(10), again, t);
	timers_run(t, AT(50), fire, &f);
	assert_int_equal(f.n, 0);
	timers_run(t, AT(51), fire, &f);
	assert_int_equal(f.n, 1);
	timers_free(t);
}

static void an_error_ends_the_round_and_loses_nobody(void **state)
{
	struct timers *t = timers_new(START);
	struct client a = {0}, b = {0};
	struct fired f = {.result = -5};

	(void)state;
	timers_set(t, &a, AT(5));
	timers_set(t, &b, AT(5));
	assert_int_equal(timers_run(t, AT(10), fire, &f), -5);
	assert_int_equal(f.n, 1);
	f.result = 0;
	assert_int_equal(timers_run(t, AT(10), fire, &f), 0);
	assert_int_equal(f.n, 2);
	timers_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_highest_rate_is_found_from_below_and_above),
		cmocka_unit_test(what_the_generator_cannot_make_is_its_own_limit),
		cmocka_unit_test(what_is_carried_for_a_moment_only_is_tried_lower),
		cmocka_unit_test(nothing_carried_is_said),
		cmocka_unit_test(a_probe_that_fails_ends_it),
		cmocka_unit_test(without_a_search_the_rate_is_taken_as_it_is),
		cmocka_unit_test(few_exchanges_are_tried_for_longer),
		cmocka_unit_test(a_client_is_told_once_and_when_it_is_due),
		cmocka_unit_test(what_is_set_anew_counts_instead),
		cmocka_unit_test(who_has_an_answer_is_not_told),
		cmocka_unit_test(the_longest_wait_does_not_come_round_early),
		cmocka_unit_test(one_that_is_told_may_be_set_again),
		cmocka_unit_test(an_error_ends_the_round_and_loses_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
