/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a store behind the contract of store.h implements. The front (store.c)
 * checks and orders a commit's changes and carries the result of each back to
 * the caller, so that every store treats a batch alike.
 *
 * Invariant: entries reach commit() in address order, and those of one
 * address in the order in which they were decided.
 */
#ifndef XDHCP_STORE_BACKEND_H
#define XDHCP_STORE_BACKEND_H

#include <stdbool.h>

#include "store.h"

struct store_entry {
	struct store_change *change;
	bool refused; /* out; reaches the caller only if the whole commit succeeded */
};

/* Of each call: 0 or a negative errno with store->error saying why. */
struct store_ops {
	int (*load)(struct store *store, int (*fn)(void *arg, const struct lease_row *row),
		    void *arg);
	/* All or, apart from refused entries, nothing; raises info.newest_commit and info.rows. */
	int (*commit)(struct store *store, struct store_entry *entries, size_t n, uint32_t now,
		      uint64_t wall);
	void (*close)(struct store *store);
};

/* First member of every store. */
struct store {
	const struct store_ops *ops;
	struct store_info info;
	struct store_entry *entries; /* scratch of store_commit() */
	size_t entries_cap;
	char error[512];
	char note[512], told[512]; /* store_note()'s next, and its last */
};

/* Tells why in store->error; returns r. */
__attribute__((format(printf, 3, 4))) int store_fail(struct store *store, int r, const char *fmt,
						     ...);

/* The same for store_note(). */
__attribute__((format(printf, 2, 3))) void store_remark(struct store *store, const char *fmt, ...);

/*
 * Has an earlier entry of this batch for the same address been refused? Then
 * this one was decided on what did not happen, and is refused too, even where its
 * expected generation happens to match.
 */
static inline bool store_entry_follows_refused(const struct store_entry *entries, size_t i)
{
	return i > 0 && entries[i - 1].refused &&
	       entries[i - 1].change->row->addr == entries[i].change->row->addr;
}

int store_sqlite_open(const struct store_options *options, struct store **ret_store,
		      int *ret_holder, char *why, size_t why_len);

#endif
