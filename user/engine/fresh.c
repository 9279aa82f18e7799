// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * level[0] has a bit an address; a bit of level[i + 1] says that the word of
 * level[i] with its number is not zero. The last level is one word.
 */
#include "fresh.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int fresh_init(struct fresh *fresh, uint64_t size)
{
	struct fresh new = {.size = size, .count = size};
	uint64_t bits = size;

	do {
		uint64_t words = (bits + 63) / 64;
		uint64_t *level = malloc((words ? words : 1) * sizeof(*level));

		if (!level) {
			fresh_destroy(&new);
			return -ENOMEM;
		}
		memset(level, 0xff, (words ? words : 1) * sizeof(*level));
		if (bits % 64)
			level[words - 1] = (UINT64_C(1) << bits % 64) - 1;
		else if (!bits)
			level[0] = 0;
		new.level[new.levels++] = level;
		bits = words;
	} while (bits > 1);
	*fresh = new;
	return 0;
}

void fresh_destroy(struct fresh *fresh)
{
	for (unsigned i = 0; i < fresh->levels; i++)
		free(fresh->level[i]);
	*fresh = (struct fresh){0};
}

bool fresh_test(const struct fresh *fresh, uint64_t at)
{
	return fresh->level[0][at / 64] >> at % 64 & 1;
}

void fresh_set(struct fresh *fresh, uint64_t at)
{
	if (fresh_test(fresh, at))
		return;
	fresh->count++;
	for (unsigned i = 0; i < fresh->levels; i++, at /= 64)
		fresh->level[i][at / 64] |= UINT64_C(1) << at % 64;
}

/* Clears bits of one word of level[0], and above it what has become empty. */
static void clear_bits(struct fresh *fresh, uint64_t word, uint64_t bits)
{
	bits &= fresh->level[0][word];
	fresh->count -= (unsigned)__builtin_popcountll(bits);
	fresh->level[0][word] &= ~bits;
	for (unsigned i = 1; i < fresh->levels && !fresh->level[i - 1][word]; i++, word /= 64)
		fresh->level[i][word / 64] &= ~(UINT64_C(1) << word % 64);
}

void fresh_clear(struct fresh *fresh, uint64_t at)
{
	clear_bits(fresh, at / 64, UINT64_C(1) << at % 64);
}

void fresh_clear_range(struct fresh *fresh, uint64_t from, uint64_t to)
{
	for (uint64_t word = from / 64; word <= to / 64; word++) {
		uint64_t bits = UINT64_MAX;

		if (word == from / 64)
			bits &= UINT64_MAX << from % 64;
		if (word == to / 64)
			bits &= UINT64_MAX >> (63 - to % 64);
		clear_bits(fresh, word, bits);
	}
}

int64_t fresh_lowest(const struct fresh *fresh)
{
	uint64_t at = 0;

	if (!fresh->count)
		return -1;
	for (unsigned i = fresh->levels; i-- > 0;)
		at = at * 64 + (unsigned)__builtin_ctzll(fresh->level[i][at]);
	return (int64_t)at;
}
