// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Sub-options and enterprises' blocks: where each begins and ends, and that nothing is read beyond
 * the end. Every option lies in an allocation of its own size, so that a sanitizer sees that.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/suboption.h"

#define BYTES(s) s, sizeof(s) - 1

static struct dhcp_opt copy(const char *bytes, size_t len)
{
	uint8_t *data = malloc(len ? len : 1);

	assert_non_null(data);
	memcpy(data, bytes, len);
	return (struct dhcp_opt){data, (uint16_t)len};
}

/* "1:3 7:0 |8": codes and lengths, and where the walk ends. */
static const char *walk(const struct dhcp_opt *all, bool padded, char buf[256])
{
	struct suboption sub;
	size_t at = 0;
	char *p = buf;

	while (suboption_next(all, padded, &at, &sub)) {
		assert_ptr_equal(sub.data.data + sub.data.len, all->data + at);
		p += sprintf(p, "%u:%u ", sub.code, sub.data.len);
	}
	sprintf(p, "|%zu", at);
	return buf;
}

static void sub_options(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		const char *plain, *padded;
	} cases[] = {
		{BYTES(""), "|0", "|0"},
		{BYTES("\1\3abc\7\0"), "1:3 7:0 |7", "1:3 7:0 |7"},
		{BYTES("\1\3ab"), "|0", "|0"},
		{BYTES("\1\1a\2"), "1:1 |3", "1:1 |3"},
		{BYTES("\0\0\1\1a"), "0:0 1:1 |5", "1:1 |5"},
		{BYTES("\1\1a\0\0\0"), "1:1 0:0 |5", "1:1 |6"},
		{BYTES("\1\1a\xff\1\1"), "1:1 255:1 |6", "1:1 |3"},
		{BYTES("\1\1a\xff"), "1:1 |3", "1:1 |3"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct dhcp_opt all = copy(cases[i].bytes, cases[i].len);
		char buf[256];

		assert_string_equal(walk(&all, false, buf), cases[i].plain);
		assert_string_equal(walk(&all, true, buf), cases[i].padded);
		free((void *)all.data);
	}
}

static void the_first_with_a_code(void **state)
{
	struct dhcp_opt all = copy(BYTES("\2\1x\0\1\1y\1\2zz")), absent = {0}, found = absent;

	(void)state;
	assert_true(suboption_find(&all, true, 1, &found));
	assert_ptr_equal(found.data, all.data + 6);
	assert_int_equal(found.len, 1);
	found = absent;
	assert_false(suboption_find(&all, false, 1, &found)); /* 0 has a length here */
	assert_false(suboption_find(&absent, true, 1, &found));
	assert_null(found.data);
	free((void *)all.data);
}

static void blocks(void **state)
{
	struct dhcp_opt all = copy(BYTES("\0\0\x01\x02\3abc\xff\0\0\0\0\0\0\x01\x02\1"));
	struct vendor_block block;
	size_t at = 0;

	(void)state;
	assert_true(vendor_block_next(&all, &at, &block));
	assert_int_equal(block.enterprise, 0x102);
	assert_int_equal(block.data.len, 3);
	assert_memory_equal(block.data.data, "abc", 3);
	assert_true(vendor_block_next(&all, &at, &block));
	assert_int_equal(block.enterprise, 0xff000000);
	assert_int_equal(block.data.len, 0);
	assert_int_equal(at, 13);
	assert_false(vendor_block_next(&all, &at, &block)); /* its data is not there */
	assert_int_equal(at, 13);
	all.len = 17; /* nor its length */
	assert_false(vendor_block_next(&all, &at, &block));
	assert_int_equal(at, 13);
	free((void *)all.data);
}

static void a_block_begun_is_read_back(void **state)
{
	uint8_t bytes[VENDOR_BLOCK_HEADER + 2] = {0};
	const struct dhcp_opt all = {bytes, sizeof(bytes)};
	struct vendor_block block;
	size_t at = 0;

	(void)state;
	vendor_block_start(bytes, 4491, 2);
	assert_true(vendor_block_next(&all, &at, &block));
	assert_int_equal(block.enterprise, 4491);
	assert_int_equal(block.data.len, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sub_options),
		cmocka_unit_test(the_first_with_a_code),
		cmocka_unit_test(blocks),
		cmocka_unit_test(a_block_begun_is_read_back),
	};

	return cmocka_run_group_tests_name("proto/suboption", tests, NULL, NULL);
}
