// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Planted fault: the reply is sent before the commit. What is to be committed is on stable storage
 * only some time later; a kill -9 in between loses what has been promised.
 */
#include "broken.h"

int __wrap_store_commit(struct store *store, struct store_change *changes, size_t n, uint32_t now,
			uint64_t wall, uint64_t *ret_number)
{
	int r = broken_commit_due();

	return r < 0 ? r : broken_keep(store, changes, n, now, wall, ret_number);
}
