// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The memory of leases: numbers, places and texts, also where memory runs out and where no large
 * pages are to be had. malloc, reallocarray and madvise fail when the test says so.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/records.h"

#define MANY (9 * RECORDS_A_SLAB + 1) /* the list of slabs becomes longer, too */

static bool no_memory, no_large_pages;
static unsigned advised;

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__real_reallocarray(void *old, size_t n, size_t size);
void *__wrap_reallocarray(void *old, size_t n, size_t size);
int __real_madvise(void *at, size_t size, int advice);
int __wrap_madvise(void *at, size_t size, int advice);

void *__wrap_malloc(size_t size)
{
	return no_memory ? NULL : __real_malloc(size);
}

void *__wrap_reallocarray(void *old, size_t n, size_t size)
{
	return no_memory ? NULL : __real_reallocarray(old, n, size);
}

int __wrap_madvise(void *at, size_t size, int advice)
{
	advised++;
	if (!no_large_pages)
		return __real_madvise(at, size, advice);
	errno = EINVAL;
	return -1;
}

static int setup(void **state)
{
	(void)state;
	no_memory = no_large_pages = false;
	advised = 0;
	return 0;
}

static void fill(struct records *r)
{
	for (uint32_t i = 1; i <= MANY; i++) {
		struct lease *lease = records_take(r);

		assert_non_null(lease);
		assert_int_equal(lease->addr, 0);
		lease->addr = i;
	}
}

/* Each number is one record's, and none is 0. */
static void check_numbers(const struct records *r)
{
	uint32_t n = 0;

	for (size_t i = 0; i < r->n_slabs; i++) {
		for (size_t j = 0; j < r->slabs[i]->used; j++) {
			const struct lease *lease = &r->slabs[i]->leases[j];

			assert_int_equal(lease->addr, ++n);
			assert_int_not_equal(record_number(lease), 0);
			assert_ptr_equal(records_at(r, record_number(lease)), lease);
		}
	}
	assert_int_equal(n, MANY);
}

static void numbers_find_their_records(void **state)
{
	struct records r = {0};

	(void)state;
	fill(&r);
	check_numbers(&r);
	assert_true(advised > 0);
	records_destroy(&r);
}

static void without_large_pages(void **state)
{
	struct records r = {0};

	(void)state;
	no_large_pages = true;
	fill(&r);
	check_numbers(&r);
	records_destroy(&r);
}

/* What may stay nearly empty is to take no whole large page. */
static void a_few_ask_for_no_large_pages(void **state)
{
	struct records r = {0};
	struct lease *lease = records_take(&r);

	(void)state;
	assert_int_equal(records_text(&r, lease, 10), 0);
	assert_int_equal(advised, 0);
	records_destroy(&r);
}

static void without_memory(void **state)
{
	struct records r = {0};
	struct lease *lease;

	(void)state;
	no_memory = true;
	assert_null(records_take(&r));
	no_memory = false;
	lease = records_take(&r);
	assert_non_null(lease);

	for (size_t len = 10; len <= RECORDS_TEXT_MOST + 10; len += RECORDS_TEXT_MOST) {
		uint8_t *text = lease->text;
		uint16_t cap = lease->text_cap;

		no_memory = true;
		assert_int_equal(records_text(&r, lease, len), -ENOMEM);
		assert_ptr_equal(lease->text, text);
		assert_int_equal(lease->text_cap, cap);
		no_memory = false;
		assert_int_equal(records_text(&r, lease, len), 0);
		assert_true(lease->text_cap >= len);
	}
	records_destroy(&r);
}

/* The next slab is not to be had: those there are stay, and the same is tried again. */
static void when_a_slab_is_full(void **state)
{
	struct records r = {0};
	struct lease *first;

	(void)state;
	first = records_take(&r);
	for (size_t i = 1; i < RECORDS_A_SLAB; i++)
		assert_non_null(records_take(&r));
	no_memory = true;
	assert_null(records_take(&r));
	records_drop(&r, first);
	assert_ptr_equal(records_take(&r), first);
	assert_null(records_take(&r));
	no_memory = false;
	assert_non_null(records_take(&r));
	assert_int_equal(r.n_slabs, 2);
	records_destroy(&r);
}

static void a_dropped_record_keeps_its_text(void **state)
{
	struct records r = {0};
	struct lease *lease = records_take(&r);
	uint8_t *text;

	(void)state;
	assert_int_equal(records_text(&r, lease, 20), 0);
	text = lease->text;
	memset(text, 't', 20);
	records_drop(&r, lease);
	assert_ptr_equal(records_take(&r), lease);
	assert_ptr_equal(lease->text, text);
	assert_int_equal(records_text(&r, lease, lease->text_cap), 0);
	assert_ptr_equal(lease->text, text);
	records_destroy(&r);
}

/* Of all lengths, with what was in them; no two share a byte. */
static void texts_grow_and_leave_room_for_others(void **state)
{
	enum { LEASES = 60 };
	struct records r = {0};
	struct lease *leases[LEASES];

	(void)state;
	for (unsigned i = 0; i < LEASES; i++)
		leases[i] = records_take(&r);
	for (size_t len = 1; len <= 2 * RECORDS_TEXT_MOST; len++) {
		for (unsigned i = 0; i < LEASES; i++) {
			assert_int_equal(records_text(&r, leases[i], len), 0);
			assert_true(leases[i]->text_cap >= len);
			leases[i]->text[len - 1] = (uint8_t)(i + len);
		}
		for (unsigned i = 0; i < LEASES; i++) {
			for (size_t j = 0; j < len; j++)
				assert_int_equal(leases[i]->text[j], (uint8_t)(i + j + 1));
		}
	}

	/* what they have outgrown is there for others */
	for (unsigned i = 0; i < LEASES; i++) {
		leases[i] = records_take(&r);
		assert_int_equal(records_text(&r, leases[i], 40), 0);
	}
	for (size_t i = 0; i < sizeof(r.unused_texts) / sizeof(r.unused_texts[0]); i++)
		assert_int_equal(!r.unused_texts[i], i == 40 / 8 - 1);
	records_destroy(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(numbers_find_their_records, setup),
		cmocka_unit_test_setup(without_large_pages, setup),
		cmocka_unit_test_setup(a_few_ask_for_no_large_pages, setup),
		cmocka_unit_test_setup(without_memory, setup),
		cmocka_unit_test_setup(when_a_slab_is_full, setup),
		cmocka_unit_test_setup(a_dropped_record_keeps_its_text, setup),
		cmocka_unit_test_setup(texts_grow_and_leave_room_for_others, setup),
	};

	return cmocka_run_group_tests_name("engine: records", tests, NULL, NULL);
}
