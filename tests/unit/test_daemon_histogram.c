// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Histograms: where a bucket ends and the next begins, to the unit; what is beyond the last; and
 * percentiles and cumulative counts against the values themselves.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/histogram.h"

#define VALUES 1000

static struct histogram h;

static void buckets_end_where_they_say(void **state)
{
	static const uint64_t ends[] = {1,  2,	3,  4,	5,  6,	7,  8,	10, 12,
					14, 16, 20, 24, 28, 32, 40, 48, 56, 64};

	(void)state;
	for (unsigned i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		assert_int_equal(histogram_end(i), ends[i]);
	for (unsigned i = 0; i + 1 < HISTOGRAM_BUCKETS; i++) {
		assert_int_equal(histogram_bucket(histogram_end(i)), i);
		assert_int_equal(histogram_bucket(histogram_end(i) + 1), i + 1);
	}
	assert_int_equal(histogram_bucket(0), 0);
	assert_int_equal(histogram_end(HISTOGRAM_BUCKETS - 1), UINT64_C(1) << 32);
}

/* A power of two is the end of a bucket: what is not greater can be told exactly. */
static void each_power_of_two_is_an_end(void **state)
{
	(void)state;
	for (unsigned i = 0; i < HISTOGRAM_POWERS; i++) {
		uint64_t power = UINT64_C(1) << i;

		memset(&h, 0, sizeof(h));
		assert_int_equal(histogram_end(histogram_bucket(power)), power);
		histogram_add(&h, power);
		histogram_add(&h, power + 1);
		assert_int_equal(histogram_up_to(&h, i), 1);
		if (i > 0)
			assert_int_equal(histogram_up_to(&h, i - 1), 0);
		if (i > 1 && i + 1 < HISTOGRAM_POWERS)
			assert_int_equal(histogram_up_to(&h, i + 1), 2);
	}
}

static void what_is_beyond_the_last_is_in_it(void **state)
{
	(void)state;
	memset(&h, 0, sizeof(h));
	histogram_add(&h, UINT64_C(1) << 32);
	histogram_add(&h, UINT64_C(1) << 40);
	assert_int_equal(h.buckets[HISTOGRAM_BUCKETS - 1], 2);
	assert_int_equal(h.count, 2);
	assert_int_equal(h.sum, (UINT64_C(1) << 40) + (UINT64_C(1) << 32));
	assert_int_equal(h.max, UINT64_C(1) << 40);
	assert_int_equal(histogram_up_to(&h, HISTOGRAM_POWERS - 1), 0);
	assert_int_equal(histogram_percentile(&h, 50), UINT64_C(1) << 40);
}

static void an_empty_one_is_zero(void **state)
{
	(void)state;
	memset(&h, 0, sizeof(h));
	assert_int_equal(histogram_percentile(&h, 50), 0);
	assert_int_equal(histogram_percentile(&h, 100), 0);
	assert_int_equal(histogram_up_to(&h, 0), 0);
}

/* One value is all percentiles; what is told is never more than the greatest. */
static void one_value_is_every_percentile(void **state)
{
	(void)state;
	memset(&h, 0, sizeof(h));
	histogram_add(&h, 1000);
	assert_int_equal(histogram_percentile(&h, 1), 1000);
	assert_int_equal(histogram_percentile(&h, 99), 1000);
	histogram_add(&h, 2000);
	assert_int_equal(histogram_percentile(&h, 50), 1024);
	assert_int_equal(histogram_percentile(&h, 51), 2000);
}

static int by_value(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static void percentiles_are_as_of_the_values(void **state)
{
	static uint64_t values[VALUES];
	uint64_t x = 1, sum = 0;

	(void)state;
	memset(&h, 0, sizeof(h));
	for (unsigned i = 0; i < VALUES; i++) {
		x = x * 6364136223846793005u + 1442695040888963407u;
		values[i] = x >> (34 + x % 24); /* from 1 to 2^30 */
		sum += values[i];
		histogram_add(&h, values[i]);
	}
	qsort(values, VALUES, sizeof(values[0]), by_value);
	assert_int_equal(h.count, VALUES);
	assert_int_equal(h.sum, sum);
	assert_int_equal(h.max, values[VALUES - 1]);
	for (unsigned percent = 1; percent <= 100; percent++) {
		uint64_t value = values[VALUES * percent / 100 - 1];
		uint64_t told = histogram_percentile(&h, percent);

		assert_true(told >= value);
		assert_true(told <= value + value / 4 + 1);
	}
	for (unsigned i = 0; i < HISTOGRAM_POWERS; i++) {
		uint64_t n = 0;

		while (n < VALUES && values[n] <= UINT64_C(1) << i)
			n++;
		assert_int_equal(histogram_up_to(&h, i), n);
	}
}

/* The rank is found without a product that does not fit. */
static void counts_beyond_any_product_are_ranked(void **state)
{
	(void)state;
	memset(&h, 0, sizeof(h));
	histogram_add(&h, 7);
	histogram_add(&h, 100);
	h.buckets[histogram_bucket(7)] = UINT64_MAX / 2;
	h.buckets[histogram_bucket(100)] = UINT64_MAX / 2;
	h.count = UINT64_MAX - 1;
	assert_int_equal(histogram_percentile(&h, 50), 7);
	assert_int_equal(histogram_percentile(&h, 51), 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(buckets_end_where_they_say),
		cmocka_unit_test(each_power_of_two_is_an_end),
		cmocka_unit_test(what_is_beyond_the_last_is_in_it),
		cmocka_unit_test(an_empty_one_is_zero),
		cmocka_unit_test(one_value_is_every_percentile),
		cmocka_unit_test(percentiles_are_as_of_the_values),
		cmocka_unit_test(counts_beyond_any_product_are_ranked),
	};

	return cmocka_run_group_tests_name("daemon/histogram", tests, NULL, NULL);
}
