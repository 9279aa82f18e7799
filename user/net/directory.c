// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The directory's writer. See directory.h.
 *
 * Open addressing: a /24 is put in the first of its places that is empty or given up. One that
 * goes leaves a mark (GONE), so that a search goes on behind it; a mark is used again. As a
 * /24 has its places at most once, the order in which a reader meets them does not matter.
 *
 * Places: eight to each /24 that can have slots, so that a search ends at the first or second: of
 * 4,096 /24s in rows or at equal distances each is in its first place, of those at random prefixes
 * the last is in its fourth (tests/unit/test_directory.c).
 *
 * What survives a crash: all of it; a store is whole or has not been.
 */
#include <endian.h>
#include <errno.h>
#include <string.h>

#include "directory.h"

#define GONE 0xffffffffu /* no prefix: its last byte is not 0 */

uint32_t directory_places_of(uint32_t shift)
{
	/* up to 2^19 lines: SLOTS_MAX in fastpath.c */
	if (shift > 32 || shift < 13)
		return 0;
	return ((uint32_t)(1ull << (32 - shift)) + XDHCP_BLOCK_PROBES - 1) * XDHCP_BLOCK_GROUP;
}

uint32_t directory_places(uint32_t slots, uint32_t *ret_shift)
{
	uint32_t shift = 32;

	while (shift > 13 && 1ull << (32 - shift) < slots / XDHCP_BLOCK_SLOTS)
		shift--;
	*ret_shift = shift;
	return directory_places_of(shift);
}

static uint32_t prefix_of(const struct block *place)
{
	uint32_t prefix;

	memcpy(&prefix, place->prefix, sizeof(prefix));
	return be32toh(prefix);
}

/* With release: what the slots hold when the /24 gets them is seen by whoever finds them. */
static void store(struct block *place, uint32_t prefix, uint32_t first)
{
	struct block block = {.first = first};
	uint64_t word;

	prefix = htobe32(prefix);
	memcpy(block.prefix, &prefix, sizeof(block.prefix));
	memcpy(&word, &block, sizeof(word));
	__atomic_store_n((uint64_t *)(void *)place, word, __ATOMIC_RELEASE);
}

/* NULL: none. */
static const struct block *free_place(const struct block *places, uint32_t shift, uint32_t prefix)
{
	const struct block *place = places + block_place(prefix, shift);

	for (unsigned i = 0; i < XDHCP_BLOCK_PROBES; i++, place += XDHCP_BLOCK_GROUP) {
		uint32_t there = prefix_of(place);

		if (there == 0 || there == GONE)
			return place;
	}
	return NULL;
}

bool directory_has_room(const struct block *places, uint32_t shift, uint32_t prefix)
{
	return free_place(places, shift, prefix);
}

int directory_add(struct block *places, uint32_t shift, uint32_t prefix, uint32_t first)
{
	const struct block *place = free_place(places, shift, prefix);

	if (prefix >> 8 == 0)
		return -EINVAL;
	if (!place)
		return -ENOSPC;
	store(places + (place - places), prefix & ~0xffu, first);
	return 0;
}

int directory_remove(struct block *places, uint32_t shift, uint32_t prefix)
{
	struct block *place = places + block_place(prefix, shift);

	for (unsigned i = 0; i < XDHCP_BLOCK_PROBES; i++, place += XDHCP_BLOCK_GROUP) {
		if (prefix_of(place) != (prefix & ~0xffu))
			continue;
		store(place, GONE, 0);
		return 0;
	}
	return -ENOENT;
}
