// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Slots and the template index as plain memory: what opening, closing and
 * changing a slot leaves in it, and that a template's number is never used again
 * before it was released.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "net/slots.h"

#define FORM(hash, template) ((uint64_t)(hash) << XDHCP_TEMPLATE_BITS | (template))

static const struct slot_identity ANN = {
	.addr = 0x0a000102, .chaddr = {2, 0, 0, 0, 0, 1}, .link = 3, .generation = 7};
static const struct slot_tail ANN_TAIL = {
	.data = {12, 3, 'a', 'n', 'n', 61, 1, 9}, .end = {5, 8, 8}, .sum = {0x1111, 0x2222, 0}};

static void put_grant(struct slot *slot, uint32_t last, uint32_t until)
{
	slot->last = last;
	slot->granted_until = until;
}

static void test_open_and_close(void **state)
{
	static const uint8_t addr[4] = {10, 0, 1, 2};
	struct slot slot = {0};
	uint32_t last, until;

	(void)state;
	assert_false(slot_is_open(&slot));
	slot_open(&slot, &ANN, &ANN_TAIL, 5000, FORM(77, 1));
	assert_true(slot_is_open(&slot));
	assert_memory_equal(slot.addr, addr, 4);
	assert_memory_equal(slot.chaddr, ANN.chaddr, 6);
	assert_int_equal(slot.link, 3);
	assert_int_equal(slot.generation, 7);
	assert_int_equal(slot_get_credit(&slot), 5000);
	assert_int_equal(slot.forms[0], FORM(77, 1));
	assert_int_equal(slot.forms[1] | slot.forms[2] | slot.forms[3], 0);
	assert_memory_equal(slot.tail, ANN_TAIL.data, 8);
	assert_memory_equal(slot.tail_end, ANN_TAIL.end, sizeof(slot.tail_end));
	assert_memory_equal(slot.tail_sum, ANN_TAIL.sum, sizeof(slot.tail_sum));
	assert_true(slot_same_identity(&slot, &ANN));
	assert_true(slot_same_tail(&slot, &ANN_TAIL));

	put_grant(&slot, 100, 3700);
	slot.hits = 9;
	slot_credit(&slot, 6000);
	slot_close(&slot);
	assert_false(slot_is_open(&slot));
	/* all that the harvest and a second opening need is still there */
	slot_grant(&slot, &last, &until);
	assert_int_equal(last, 100);
	assert_int_equal(until, 3700);
	assert_int_equal(slot_get_credit(&slot), 6000);
	assert_int_equal(slot.forms[0], FORM(77, 1));
	assert_true(slot_same_identity(&slot, &ANN));
}

static void test_same_generation_keeps_the_grant(void **state)
{
	struct slot slot = {0};
	uint32_t last, until;

	(void)state;
	slot_open(&slot, &ANN, &ANN_TAIL, 5000, FORM(77, 1));
	slot_add_form(&slot, FORM(78, 2), 0);
	put_grant(&slot, 100, 3700);
	slot.hits = 9;
	slot_close(&slot);
	slot_open(&slot, &ANN, &ANN_TAIL, 5000, FORM(79, 3));
	slot_grant(&slot, &last, &until);
	assert_int_equal(last, 100);
	assert_int_equal(until, 3700);
	assert_int_equal(slot.hits, 9);
	assert_int_equal(slot.forms[0], FORM(79, 3));
	assert_int_equal(slot.forms[1], 0);
}

static void test_new_generation_inherits_nothing(void **state)
{
	struct slot_identity bob = {
		.addr = ANN.addr, .chaddr = {2, 0, 0, 0, 0, 2}, .link = 4, .generation = 8};
	struct slot_tail short_tail = {.data = {12, 1, 'b'}, .end = {3, 3, 3}, .sum = {0x3333}};
	struct slot slot = {0};
	uint32_t last, until;

	(void)state;
	slot_open(&slot, &ANN, &ANN_TAIL, 5000, FORM(77, 1));
	slot_add_form(&slot, FORM(78, 2), 0);
	put_grant(&slot, 100, 3700);
	slot.hits = 9;
	slot_close(&slot);
	assert_false(slot_same_identity(&slot, &bob));
	slot_open(&slot, &bob, &short_tail, 200, FORM(80, 4));
	slot_grant(&slot, &last, &until);
	assert_int_equal(last, 0);
	assert_int_equal(until, 0);
	assert_int_equal(slot.hits, 0);
	assert_int_equal(slot.forms[0], FORM(80, 4));
	assert_int_equal(slot.forms[1], 0);
	assert_true(slot_same_identity(&slot, &bob));
	assert_false(slot_same_identity(&slot, &ANN));
	assert_true(slot_same_tail(&slot, &short_tail));
	assert_false(slot_same_tail(&slot, &ANN_TAIL));
	for (unsigned i = 3; i < XDHCP_TAIL_MAX; i++)
		assert_int_equal(slot.tail[i], 0);
}

static void test_identity_is_every_field(void **state)
{
	struct slot_identity other;
	struct slot slot = {0};

	(void)state;
	slot_open(&slot, &ANN, &ANN_TAIL, 5000, FORM(77, 1));
	other = ANN;
	other.addr++;
	assert_false(slot_same_identity(&slot, &other));
	other = ANN;
	other.chaddr[5]++;
	assert_false(slot_same_identity(&slot, &other));
	other = ANN;
	other.link++;
	assert_false(slot_same_identity(&slot, &other));
	other = ANN;
	other.generation++;
	assert_false(slot_same_identity(&slot, &other));
}

static void test_tail_is_every_piece(void **state)
{
	struct slot_tail other = ANN_TAIL;
	struct slot slot = {0};

	(void)state;
	slot_open(&slot, &ANN, &ANN_TAIL, 5000, FORM(77, 1));
	other.data[7]++;
	assert_false(slot_same_tail(&slot, &other));
	other = ANN_TAIL;
	other.end[1] = 5; /* the same bytes, otherwise divided */
	assert_false(slot_same_tail(&slot, &other));
	other = ANN_TAIL;
	other.data[20] = 1; /* beyond the last piece: no difference */
	assert_true(slot_same_tail(&slot, &other));
}

static void test_forms(void **state)
{
	struct slot slot = {0};

	(void)state;
	slot_open(&slot, &ANN, &ANN_TAIL, 5000, FORM(1, 1));
	slot_add_form(&slot, FORM(1, 1), 2); /* there already */
	assert_int_equal(slot.forms[2], 0);
	slot_add_form(&slot, FORM(2, 1), 3); /* an empty one comes before the victim */
	assert_int_equal(slot.forms[1], FORM(2, 1));
	slot_add_form(&slot, FORM(1, 9), 3); /* the same hash, another answer */
	assert_int_equal(slot.forms[0], FORM(1, 9));
	slot_add_form(&slot, FORM(3, 1), 0);
	slot_add_form(&slot, FORM(4, 1), 0);
	assert_int_equal(slot.forms[2], FORM(3, 1));
	assert_int_equal(slot.forms[3], FORM(4, 1));
	slot_add_form(&slot, FORM(5, 1), 2); /* full */
	assert_int_equal(slot.forms[0], FORM(1, 9));
	assert_int_equal(slot.forms[2], FORM(5, 1));
	slot_add_form(&slot, FORM(6, 1), 7); /* any number may be the victim */
	assert_int_equal(slot.forms[3], FORM(6, 1));
	assert_true(slot_is_open(&slot));
}

/* A form of the same hash behind an empty place is replaced, not doubled. */
static void test_form_behind_a_gap(void **state)
{
	struct slot slot = {.forms = {0, FORM(2, 1), 0, FORM(3, 1)}};

	(void)state;
	slot_add_form(&slot, FORM(3, 5), 0);
	assert_int_equal(slot.forms[0], 0);
	assert_int_equal(slot.forms[3], FORM(3, 5));
}

/* One that nobody has asked in takes no other's place; the daemon's answer is better than its
 * guess. */
static void test_spare_form(void **state)
{
	struct slot slot = {.forms = {FORM(1, 1), FORM(2, 1), 0, FORM(3, 1)}};

	(void)state;
	forms_add_spare(slot.forms, FORM(3, 5));
	assert_int_equal(slot.forms[2], 0);
	assert_int_equal(slot.forms[3], FORM(3, 1));
	assert_true(forms_have(slot.forms, FORM(3, 5)));
	assert_false(forms_have(slot.forms, FORM(4, 1)));
	forms_add_spare(slot.forms, FORM(4, 1));
	assert_int_equal(slot.forms[2], FORM(4, 1));
	assert_false(forms_have(slot.forms, FORM(5, 1)));
	forms_add_spare(slot.forms, FORM(5, 1));
	assert_false(forms_have(slot.forms, FORM(5, 1)));
	forms_remove(slot.forms, 1);
	assert_false(forms_have(slot.forms, FORM(2, 1)));
	forms_add_spare(slot.forms, FORM(5, 1));
	assert_int_equal(slot.forms[1], FORM(5, 1));
}

static void test_tails_compared(void **state)
{
	struct slot_tail other = ANN_TAIL;

	(void)state;
	other.data[other.end[XDHCP_TAIL_PIECES - 1]] ^= 1; /* behind all of it */
	assert_true(slot_tails_same(&ANN_TAIL, &other));
	other.data[0] ^= 1;
	assert_false(slot_tails_same(&ANN_TAIL, &other));
	other = ANN_TAIL;
	other.end[0]--;
	assert_false(slot_tails_same(&ANN_TAIL, &other));
}

/* --- templates --- */

#define N 8u

struct rig {
	struct template templates[N];
	struct template_index *index;
};

static struct template content(uint32_t lifetime, uint16_t len)
{
	struct template t = {.lifetime = lifetime, .gate = 512, .options_len = len};

	memset(t.options, 0x35, len);
	return t;
}

static int set_up(void **state)
{
	struct rig *rig = calloc(1, sizeof(*rig));

	*state = rig;
	return rig ? template_index_new(rig->templates, N, &rig->index) : -1;
}

static int tear_down(void **state)
{
	struct rig *rig = *state;

	template_index_free(rig->index);
	free(rig);
	return 0;
}

static void test_equal_contents_share(void **state)
{
	struct rig *rig = *state;
	struct template a = content(3600, 30), b = content(3600, 30);
	int64_t at = template_index_get(rig->index, &a);

	assert_in_range(at, 1, N - 1);
	assert_memory_equal(&rig->templates[at], &a, sizeof(a));
	b.options[200] = 7; /* beyond the options: no content, and not kept */
	assert_int_equal(template_index_get(rig->index, &b), at);
	assert_int_equal(rig->templates[at].options[200], 0);
	assert_int_equal(template_index_in_use(rig->index), 1);

	b = content(3601, 30);
	assert_int_not_equal(template_index_get(rig->index, &b), at);
	b = content(3600, 31);
	assert_int_not_equal(template_index_get(rig->index, &b), at);
	b = content(3600, 30);
	b.file[127] = 1;
	assert_int_not_equal(template_index_get(rig->index, &b), at);
	assert_int_equal(template_index_in_use(rig->index), 4);
	/* beside the one that was asked for last */
	assert_int_equal(template_index_get(rig->index, &a), at);
	a.options[29]++;
	assert_int_not_equal(template_index_get(rig->index, &a), at);
	assert_int_equal(template_index_in_use(rig->index), 5);
}

static void test_full(void **state)
{
	struct rig *rig = *state;
	struct template t;
	bool seen[N] = {0};

	for (unsigned i = 1; i < N; i++) {
		int64_t at;

		t = content(i, 30);
		at = template_index_get(rig->index, &t);
		assert_in_range(at, 1, N - 1);
		assert_false(seen[at]);
		seen[at] = true;
	}
	t = content(100, 30);
	assert_int_equal(template_index_get(rig->index, &t), -ENOSPC);
	t = content(1, 30); /* those that are there are still found */
	assert_true(template_index_get(rig->index, &t) > 0);
	t.options_len = XDHCP_TEMPLATE_OPTIONS_MAX + 1;
	assert_int_equal(template_index_get(rig->index, &t), -EINVAL);
}

static void test_reuse_only_after_release(void **state)
{
	struct rig *rig = *state;
	struct template t, first;
	int64_t at[N];

	for (unsigned i = 1; i < N; i++) {
		t = content(i, 30);
		at[i] = template_index_get(rig->index, &t);
	}
	first = rig->templates[at[1]];
	template_index_mark_begin(rig->index);
	for (unsigned i = 3; i < N; i++)
		template_index_mark(rig->index, at[i]);
	assert_int_equal(template_index_mark_end(rig->index), 2);
	assert_int_equal(template_index_in_use(rig->index), N - 3);

	/* in limbo: a program may still be copying it */
	t = content(100, 30);
	assert_int_equal(template_index_get(rig->index, &t), -ENOSPC);
	assert_memory_equal(&rig->templates[at[1]], &first, sizeof(first));

	template_index_release(rig->index);
	assert_int_equal(template_index_mark_end(rig->index), 0);
	for (unsigned i = 0; i < 2; i++) {
		int64_t got;

		t = content(100 + i, 30);
		got = template_index_get(rig->index, &t);
		assert_true(got == at[1] || got == at[2]);
	}
	t = content(102, 30);
	assert_int_equal(template_index_get(rig->index, &t), -ENOSPC);
	t = content(1, 30); /* its contents are gone with it */
	assert_int_equal(template_index_get(rig->index, &t), -ENOSPC);
}

/* In use or in limbo: a get makes no new one. To ask changes nothing. */
static void test_has(void **state)
{
	struct rig *rig = *state;
	struct template a = content(1, 30), b = content(2, 30);

	template_index_get(rig->index, &a);
	assert_true(template_index_has(rig->index, &a));
	assert_false(template_index_has(rig->index, &b));
	template_index_mark_begin(rig->index);
	assert_true(template_index_has(rig->index, &a));
	assert_int_equal(template_index_mark_end(rig->index), 1);
	assert_true(template_index_has(rig->index, &a));
	assert_int_equal(template_index_in_use(rig->index), 0);
	template_index_release(rig->index);
	assert_false(template_index_has(rig->index, &a));
	a.options_len = XDHCP_TEMPLATE_OPTIONS_MAX + 1;
	assert_false(template_index_has(rig->index, &a));
}

static void test_out_of_limbo(void **state)
{
	struct rig *rig = *state;
	struct template a = content(1, 30), b = content(2, 30), c = content(3, 30);
	int64_t at_a = template_index_get(rig->index, &a);
	int64_t at_b = template_index_get(rig->index, &b);
	int64_t at_c = template_index_get(rig->index, &c);

	template_index_mark_begin(rig->index);
	assert_int_equal(template_index_mark_end(rig->index), 3);
	/* wanted again, and named by a slot after all */
	assert_int_equal(template_index_get(rig->index, &a), at_a);
	template_index_mark(rig->index, at_b);
	assert_int_equal(template_index_in_use(rig->index), 2);
	template_index_release(rig->index);
	assert_int_equal(template_index_get(rig->index, &a), at_a);
	assert_int_equal(template_index_get(rig->index, &b), at_b);
	assert_memory_equal(&rig->templates[at_a], &a, sizeof(a));
	assert_int_equal(template_index_in_use(rig->index), 2);
	(void)at_c;
}

/* What is got while marking is under way is in use, whatever the marking finds. */
static void test_got_while_marking(void **state)
{
	struct rig *rig = *state;
	struct template a = content(1, 30), b = content(2, 30);
	int64_t at_a = template_index_get(rig->index, &a), at_b;

	template_index_mark_begin(rig->index);
	assert_int_equal(template_index_get(rig->index, &a), at_a);
	at_b = template_index_get(rig->index, &b);
	assert_true(at_b > 0);
	assert_int_equal(template_index_mark_end(rig->index), 0);
	assert_int_equal(template_index_in_use(rig->index), 2);
}

/* The barrier of the first collection says nothing about what the second finds unused. */
static void test_one_collection_at_a_time(void **state)
{
	struct rig *rig = *state;
	struct template a = content(1, 30), b = content(2, 30);
	int64_t at_a = template_index_get(rig->index, &a);
	int64_t at_b = template_index_get(rig->index, &b);

	template_index_mark_begin(rig->index);
	template_index_mark(rig->index, at_b);
	assert_int_equal(template_index_mark_end(rig->index), 1);
	template_index_mark_begin(rig->index);
	assert_int_equal(template_index_mark_end(rig->index), 1);
	template_index_release(rig->index);
	assert_int_equal(template_index_in_use(rig->index), 1);
	assert_int_equal(template_index_get(rig->index, &b), at_b);
	(void)at_a;
}

static void test_adopt(void **state)
{
	struct rig *rig = *state;
	struct template a = content(1, 30), b = content(2, 40), t;
	bool seen[N] = {0};

	rig->templates[3] = a;
	rig->templates[5] = b;
	rig->templates[6] = b; /* twice the same */
	rig->templates[4].options_len = XDHCP_TEMPLATE_OPTIONS_MAX + 1;
	assert_int_equal(template_index_adopt(rig->index, 3), 0);
	assert_int_equal(template_index_adopt(rig->index, 3), 0);
	assert_int_equal(template_index_adopt(rig->index, 5), 0);
	assert_int_equal(template_index_adopt(rig->index, 6), 0);
	assert_int_equal(template_index_adopt(rig->index, 4), -EINVAL);
	assert_int_equal(template_index_adopt(rig->index, 0), -EINVAL);
	assert_int_equal(template_index_adopt(rig->index, N), -EINVAL);
	assert_int_equal(template_index_in_use(rig->index), 3);
	assert_int_equal(template_index_get(rig->index, &a), 3);
	assert_int_equal(template_index_get(rig->index, &b), 5);

	/* new ones go nowhere near the adopted */
	seen[3] = seen[5] = seen[6] = true;
	for (unsigned i = 0; i < N - 1 - 3; i++) {
		int64_t at;

		t = content(100 + i, 30);
		at = template_index_get(rig->index, &t);
		assert_in_range(at, 1, N - 1);
		assert_false(seen[at]);
		seen[at] = true;
	}
	t = content(200, 30);
	assert_int_equal(template_index_get(rig->index, &t), -ENOSPC);

	/* adopted ones are collected like any other, several times over */
	for (unsigned round = 0; round < 3; round++) {
		template_index_mark_begin(rig->index);
		assert_int_equal(template_index_mark_end(rig->index), N - 1);
		template_index_release(rig->index);
		assert_int_equal(template_index_in_use(rig->index), 0);
		for (unsigned i = 0; i < N - 1; i++) {
			t = content(1000 * (round + 1) + i, 30);
			assert_in_range(template_index_get(rig->index, &t), 1, N - 1);
		}
		assert_int_equal(template_index_get(rig->index, &a), -ENOSPC);
	}
}

static void test_index_sizes(void **state)
{
	struct template_index *index = NULL;

	(void)state;
	assert_int_equal(template_index_new(NULL, 1, &index), -EINVAL);
	assert_int_equal(template_index_new(NULL, (1u << XDHCP_TEMPLATE_BITS) + 1, &index),
			 -EINVAL);
	assert_null(index);
	template_index_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_open_and_close),
		cmocka_unit_test(test_same_generation_keeps_the_grant),
		cmocka_unit_test(test_new_generation_inherits_nothing),
		cmocka_unit_test(test_identity_is_every_field),
		cmocka_unit_test(test_tail_is_every_piece),
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_form_behind_a_gap),
		cmocka_unit_test(test_spare_form),
		cmocka_unit_test(test_tails_compared),
		cmocka_unit_test_setup_teardown(test_equal_contents_share, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_full, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_reuse_only_after_release, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_has, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_out_of_limbo, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_got_while_marking, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_one_collection_at_a_time, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_adopt, set_up, tear_down),
		cmocka_unit_test(test_index_sizes),
	};

	return cmocka_run_group_tests_name("slots", tests, NULL, NULL);
}
