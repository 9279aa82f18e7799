// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What waits for running programs to leave a slot, when there is no memory to note it down. The
 * barrier, the slot, the lease and memory are doubles (the linker's wraps).
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/barrier.h"
#include "daemon/daemon.h"

#define ADDR  0xc0000264u
#define OTHER 0xc0000265u

static char a_barrier; /* nothing looks into it */
static struct daemon d;
static struct slot slot;
static uint32_t look_at;
static struct lease lease = {.addr = ADDR, .state = LEASE_BOUND, .generation = 1};
static const struct reopen memo = {.identity = {.addr = ADDR, .link = 1, .generation = 1},
				   .ack_until = 100,
				   .forms = {0x100001}};
static uint64_t done;
static int memory; /* allocations that there is memory for; negative: for all */

#define WRAP(type, name, ...)            \
	type __wrap_##name(__VA_ARGS__); \
	type __wrap_##name(__VA_ARGS__)

void *__real_calloc(size_t n, size_t size);
void *__real_malloc(size_t size);

static bool is_short(void)
{
	return memory == 0 || (memory > 0 && !memory--);
}

WRAP(void *, calloc, size_t n, size_t size)
{
	return is_short() ? NULL : __real_calloc(n, size);
}

WRAP(void *, malloc, size_t size)
{
	return is_short() ? NULL : __real_malloc(size);
}

WRAP(uint64_t, barrier_done, struct barrier_thread *b)
{
	(void)b;
	return done;
}

WRAP(int, barrier_stop, struct barrier_thread *b)
{
	(void)b;
	return -EIO;
}

WRAP(void, barrier_free, struct barrier_thread *b)
{
	(void)b;
}

WRAP(bool, commit_rests, const struct daemon *daemon)
{
	(void)daemon;
	return false;
}

WRAP(struct lease *, lease_at, const struct lease_table *table, uint32_t addr)
{
	(void)table;
	return addr == ADDR ? &lease : NULL;
}

WRAP(struct slot *, fastpath_slot, struct fastpath *fp, uint32_t addr, bool make, uint32_t *ret)
{
	(void)fp, (void)make;
	if (ret)
		*ret = 0;
	return addr == ADDR ? &slot : NULL;
}

static int start(void **state)
{
	(void)state;
	memset(&d, 0, sizeof(d));
	memset(&slot, 0, sizeof(slot));
	d.barrier = (void *)&a_barrier;
	d.fp = (void *)&slot;
	look_at = XDHCP_FOREVER;
	d.look_at = &look_at;
	done = 1;
	memory = -1;
	return 0;
}

static int stop(void **state)
{
	(void)state;
	memory = -1;
	quiesce_stop(&d);
	return 0;
}

static void a_slot_opens_when_its_barrier_has_passed(void **state)
{
	(void)state;
	assert_int_equal(quiesce_slot(&d, ADDR, 2, &memo), 0);
	assert_true(quiesce_waits(&d, ADDR));
	assert_false(quiesce_waits(&d, OTHER));
	quiesce_tick(&d);
	assert_false(slot_is_open(&slot));
	done = 2;
	quiesce_tick(&d);
	assert_true(slot_is_open(&slot));
	assert_int_equal(look_at, 0); /* by the next sweep */
	assert_false(quiesce_waits(&d, ADDR));
}

/* For want of the note itself (0), or of the table's parts (1, 2). */
static void a_slot_without_a_note_is_not_opened_before(void **state)
{
	for (int enough = 0; enough < 3; enough++) {
		start(state);
		memory = enough;
		assert_int_equal(quiesce_slot(&d, ADDR, 2, NULL), -ENOMEM);
		memory = -1;
		assert_true(quiesce_waits(&d, ADDR)); /* so that nobody opens it at once */
		assert_int_equal(quiesce_slot(&d, ADDR, 0, &memo), 0);
		quiesce_tick(&d);
		assert_false(slot_is_open(&slot));
		assert_true(quiesce_waits(&d, ADDR));
		done = 2;
		quiesce_tick(&d);
		assert_true(slot_is_open(&slot));
		assert_false(quiesce_waits(&d, ADDR));
		assert_false(quiesce_waits(&d, OTHER));
		stop(state);
	}
}

static void an_ending_without_a_note_keeps_its_slot_closed_as_long(void **state)
{
	(void)state;
	memory = 0;
	assert_int_equal(quiesce_ending(&d, ADDR, 3, 0), -ENOMEM);
	assert_int_equal(quiesce_slot(&d, OTHER, 2, NULL), -ENOMEM);
	memory = -1;
	done = 2;
	assert_true(quiesce_waits(&d, ADDR));
	done = 3;
	assert_false(quiesce_waits(&d, ADDR));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_slot_opens_when_its_barrier_has_passed, start,
						stop),
		cmocka_unit_test_setup_teardown(a_slot_without_a_note_is_not_opened_before, start,
						stop),
		cmocka_unit_test_setup_teardown(
			an_ending_without_a_note_keeps_its_slot_closed_as_long, start, stop),
	};

	return cmocka_run_group_tests_name("daemon/quiesce", tests, NULL, NULL);
}
