// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The directory of /24s: what is entered is found by the XDP program's search, in whatever order
 * entries come and go; no place is beyond the end, and a /24 without one is refused.
 */
#include <endian.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "net/directory.h"

/* The search of bpf/lease.h. -1: none. */
static int64_t search(const struct block *places, uint32_t shift, uint32_t addr,
		      unsigned *ret_probes)
{
	uint32_t at = block_place(addr, shift);

	for (*ret_probes = 1; *ret_probes <= XDHCP_BLOCK_PROBES; ++*ret_probes) {
		const struct block *b = &places[at];
		uint32_t prefix;

		memcpy(&prefix, b->prefix, 4);
		if (prefix == 0 && b->first == 0)
			return -1;
		if (be32toh(prefix) == (addr & ~0xffu))
			return b->first;
		at += XDHCP_BLOCK_GROUP;
	}
	return -1;
}

static struct block *make(uint32_t blocks, uint32_t *ret_shift, uint32_t *ret_n)
{
	struct block *places;

	*ret_n = directory_places(blocks * XDHCP_BLOCK_SLOTS, ret_shift);
	assert_int_equal(*ret_n, directory_places_of(*ret_shift));
	places = calloc(*ret_n, sizeof(*places));
	assert_non_null(places);
	return places;
}

static void sizes(void **state)
{
	uint32_t shift;

	(void)state;
	assert_int_equal(directory_places(256, &shift), 16 * 8);
	assert_int_equal(shift, 32);
	assert_int_equal(directory_places(3 * 256, &shift), (4 + 15) * 8);
	assert_int_equal(shift, 30);
	assert_int_equal(directory_places(1u << 27, &shift), ((1u << 19) + 15) * 8);
	assert_int_equal(shift, 13);
	assert_int_equal(directory_places_of(12), 0);
	assert_int_equal(directory_places_of(33), 0);
	/* whatever the address, its last place is one of them */
	for (shift = 13; shift <= 32; shift++)
		for (uint32_t addr = 0; addr < 0xffff0000; addr += 0xfff1)
			assert_true(block_place(addr, shift) +
					    (XDHCP_BLOCK_PROBES - 1) * XDHCP_BLOCK_GROUP <
				    directory_places_of(shift));
}

/* As many as there are slots for: rows, rows far apart, one of each /16, any. */
static void all_found(void **state)
{
	const uint32_t n = 4096;
	uint32_t shift, places_n, *prefixes = calloc(n, sizeof(*prefixes));
	uint64_t seed = 7;
	unsigned probes, most;

	(void)state;
	for (int kind = 0; kind < 5; kind++) {
		struct block *places = make(n, &shift, &places_n);

		most = 0;
		for (uint32_t i = 0; i < n; i++) {
			uint32_t any;

			do {
				seed = seed * 6364136223846793005ull + 1442695040888963407ull;
				any = (uint32_t)(seed >> 32) & ~0xffu;
			} while (any >> 8 == 0 || search(places, shift, any, &probes) >= 0);
			prefixes[i] = kind == 0	  ? 0x0a000000 + (i << 8)
				      : kind == 1 ? 0x0a000000 + (i << 12)
				      : kind == 2 ? (i + 1) << 16
				      : kind == 3 ? 0x0a000000 + (i % 16 << 16) + (i / 16 << 8)
						  : any;
			assert_int_equal(directory_add(places, shift, prefixes[i], i * 256), 0);
		}
		for (uint32_t i = 0; i < n; i++) {
			assert_int_equal(search(places, shift, prefixes[i] | 77, &probes), i * 256);
			most = probes > most ? probes : most;
		}
		assert_true(most <= (kind < 4 ? 1 : 4));
		free(places);
	}
	free(prefixes);
}

/* Seventeen /24s with the same places: the last is refused, until one goes, whose place it gets. */
static void full_and_given_away(void **state)
{
	uint32_t shift, n, prefix[XDHCP_BLOCK_PROBES + 1];
	struct block *places = make(1, &shift, &n);
	unsigned probes;

	(void)state;
	for (uint32_t i = 0, any = 0x0a000000; i <= XDHCP_BLOCK_PROBES; any += 256)
		if (block_place(any, shift) == block_place(0x0a000000, shift))
			prefix[i++] = any;
	for (uint32_t i = 0; i < XDHCP_BLOCK_PROBES; i++) {
		assert_true(directory_has_room(places, shift, prefix[i]));
		assert_int_equal(directory_add(places, shift, prefix[i], i), 0);
	}
	assert_false(directory_has_room(places, shift, prefix[XDHCP_BLOCK_PROBES]));
	assert_int_equal(directory_add(places, shift, prefix[XDHCP_BLOCK_PROBES], 99), -ENOSPC);
	assert_true(directory_has_room(places, shift, prefix[XDHCP_BLOCK_PROBES] + 0x100));

	assert_int_equal(directory_remove(places, shift, prefix[XDHCP_BLOCK_PROBES]), -ENOENT);
	assert_int_equal(directory_remove(places, shift, prefix[3] | 9), 0);
	assert_int_equal(directory_remove(places, shift, prefix[3]), -ENOENT);
	assert_int_equal(search(places, shift, prefix[3], &probes), -1);
	/* those behind it are found still */
	assert_int_equal(search(places, shift, prefix[15], &probes), 15);
	assert_int_equal(directory_add(places, shift, prefix[XDHCP_BLOCK_PROBES], 99), 0);
	assert_int_equal(search(places, shift, prefix[XDHCP_BLOCK_PROBES], &probes), 99);
	assert_int_equal(probes, 4);
	free(places);
}

static void no_network(void **state)
{
	uint32_t shift, n;
	struct block *places = make(1, &shift, &n);
	const struct block empty = {0};

	(void)state;
	assert_int_equal(directory_add(places, shift, 0x00000005, 0), -EINVAL);
	for (uint32_t i = 0; i < n; i++)
		assert_memory_equal(&places[i], &empty, sizeof(empty));
	assert_int_equal(directory_add(places, shift, 0xffffff00, 256), 0);
	free(places);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes),
		cmocka_unit_test(all_found),
		cmocka_unit_test(full_and_given_away),
		cmocka_unit_test(no_network),
	};

	return cmocka_run_group_tests_name("directory", tests, NULL, NULL);
}
