/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the daemons with planted faults share: they are linked from the product's own objects with
 * some of its functions wrapped (ld --wrap), so that the harness can be seen to find the fault.
 * Here: commits that are kept for a while, though the caller is told that they are in the store.
 */
#ifndef XDHCP_TESTS_BROKEN_H
#define XDHCP_TESTS_BROKEN_H

#include <string.h>
#include <time.h>

#include "store/store.h"

#define BROKEN_DELAY_MS 250
#define BROKEN_KEPT_MAX 4096

int __real_store_commit(struct store *store, struct store_change *changes, size_t n, uint32_t now,
			uint64_t wall, uint64_t *ret_number);
int __wrap_store_commit(struct store *store, struct store_change *changes, size_t n, uint32_t now,
			uint64_t wall, uint64_t *ret_number);

static struct {
	struct store *store;
	uint32_t now;
	uint64_t wall;
	struct broken_change {
		struct lease_row row;
		uint64_t expected_generation;
		uint64_t due; /* milliseconds */
	} changes[BROKEN_KEPT_MAX];
	size_t n;
} broken;

static inline uint64_t broken_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* Commits what has been kept for long enough. */
static inline int broken_commit_due(void)
{
	static struct store_change due[BROKEN_KEPT_MAX];
	uint64_t number, now = broken_ms();
	size_t n = 0;
	int r;

	for (; n < broken.n && broken.changes[n].due <= now; n++)
		due[n] = (struct store_change){
			.row = &broken.changes[n].row,
			.expected_generation = broken.changes[n].expected_generation};
	if (!n)
		return 0;
	r = __real_store_commit(broken.store, due, n, broken.now, broken.wall, &number);
	broken.n -= n;
	memmove(broken.changes, broken.changes + n, broken.n * sizeof(*broken.changes));
	return r;
}

static inline int broken_keep(struct store *store, struct store_change *changes, size_t n,
			      uint32_t now, uint64_t wall, uint64_t *ret_number)
{
	struct store_info info;

	if (broken.n + n > BROKEN_KEPT_MAX)
		return -12; /* ENOMEM */
	for (size_t i = 0; i < n; i++) {
		broken.changes[broken.n++] = (struct broken_change){*changes[i].row,
								    changes[i].expected_generation,
								    broken_ms() + BROKEN_DELAY_MS};
		changes[i].refused = false;
	}
	broken.store = store;
	broken.now = now;
	broken.wall = wall;
	store_info(store, &info);
	*ret_number = info.newest_commit + 1;
	return 0;
}

#endif
