/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The never-used addresses of a pool: a tree of bitmaps, 64 wide, so that the
 * lowest is found in log64(n) steps whatever was taken and given back. Nothing
 * depends on the order of what happened, so undoing is giving back. Pure; rebuilt
 * from pool and leases at every configuration. 1.02 bits an address.
 */
#ifndef XDHCP_FRESH_H
#define XDHCP_FRESH_H

#include <stdbool.h>
#include <stdint.h>

#define FRESH_LEVELS 6 /* 64^6 > 2^32 */

struct fresh {
	uint64_t size, count; /* places, and how many are set */
	uint64_t *level[FRESH_LEVELS];
	unsigned levels;
};

/* All of 0 .. size-1 set. -ENOMEM. */
int fresh_init(struct fresh *fresh, uint64_t size);
void fresh_destroy(struct fresh *fresh);
bool fresh_test(const struct fresh *fresh, uint64_t at);
void fresh_set(struct fresh *fresh, uint64_t at);
void fresh_clear(struct fresh *fresh, uint64_t at);
/* From `from` to `to`, both within: a word at a time. */
void fresh_clear_range(struct fresh *fresh, uint64_t from, uint64_t to);
/* The lowest one set, or -1. */
int64_t fresh_lowest(const struct fresh *fresh);

#endif
