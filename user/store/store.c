// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The front of the durable leases: what is the same for every store. Checks a
 * batch, sorts it by address (neighbouring addresses share pages, and every store
 * locks rows in one order) and maps the result of each change back.
 *
 * What survives a crash is said by the store behind it (sqlite.c).
 */
#include "backend.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int store_open(const struct store_options *options, struct store **ret_store, int *ret_holder,
	       char *why, size_t why_len)
{
	return store_sqlite_open(options, ret_store, ret_holder, why, why_len);
}

void store_close(struct store *store)
{
	if (!store)
		return;
	free(store->entries);
	store->ops->close(store);
}

void store_info(const struct store *store, struct store_info *ret_info)
{
	*ret_info = store->info;
}

const char *store_error(const struct store *store)
{
	return store->error;
}

const char *store_note(struct store *store)
{
	if (!store->note[0])
		return NULL;
	memcpy(store->told, store->note, sizeof(store->told));
	store->note[0] = 0;
	return store->told;
}

void store_remark(struct store *store, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(store->note, sizeof(store->note), fmt, ap);
	va_end(ap);
}

int store_fail(struct store *store, int r, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(store->error, sizeof(store->error), fmt, ap);
	va_end(ap);
	return r;
}

int store_load(struct store *store, int (*fn)(void *arg, const struct lease_row *row), void *arg)
{
	return store->ops->load(store, fn, arg);
}

/* Those of one address stay in the caller's order: they lie in one array. */
static int compare_entries(const void *a, const void *b)
{
	const struct store_change *x = ((const struct store_entry *)a)->change;
	const struct store_change *y = ((const struct store_entry *)b)->change;

	if (x->row->addr != y->row->addr)
		return x->row->addr < y->row->addr ? -1 : 1;
	return x < y ? -1 : x > y;
}

static bool row_is_storable(const struct lease_row *row)
{
	return row->generation != 0 && row->generation <= INT64_MAX &&
	       (row->state == LEASE_FREE || row->state == LEASE_BOUND || row->state == LEASE_HELD ||
		row->state == LEASE_DECLINED) &&
	       row->end <= LEASE_END_EXPIRED;
}

static int order(struct store *store, struct store_change *changes, size_t n)
{
	bool sorted = true;

	if (n > store->entries_cap) {
		struct store_entry *grown = reallocarray(store->entries, n, sizeof(*grown));

		if (!grown)
			return store_fail(store, -ENOMEM, "no memory for %zu changes", n);
		store->entries = grown;
		store->entries_cap = n;
	}
	for (size_t i = 0; i < n; i++) {
		if (!row_is_storable(changes[i].row))
			return store_fail(store, -EINVAL,
					  "change %zu of %zu is not a row that can be stored",
					  i + 1, n);
		store->entries[i] = (struct store_entry){.change = &changes[i]};
		if (i > 0 && changes[i].row->addr < changes[i - 1].row->addr)
			sorted = false;
	}
	if (!sorted)
		qsort(store->entries, n, sizeof(*store->entries), compare_entries);
	return 0;
}

int store_commit(struct store *store, struct store_change *changes, size_t n, uint32_t now,
		 uint64_t wall, uint64_t *ret_number)
{
	int r = order(store, changes, n);

	if (r < 0)
		return r;
	r = store->ops->commit(store, store->entries, n, now, wall);
	if (r < 0)
		return r;
	for (size_t i = 0; i < n; i++)
		store->entries[i].change->refused = store->entries[i].refused;
	*ret_number = store->info.newest_commit;
	return 0;
}
