// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * See baseline.h. As many as there are statistics, at most.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* uthash otherwise ends the process when it finds no memory */
#define HASH_NONFATAL_OOM	  1
#define uthash_nonfatal_oom(item) ((item)->hh.tbl = NULL)
#include <uthash.h>

#include "daemon/baseline.h"

struct baseline {
	uint64_t value;
	UT_hash_handle hh;
	char name[]; /* key */
};

static struct baseline *find(const struct baseline *list, const char *name)
{
	struct baseline *b;

	HASH_FIND(hh, (struct baseline *)(uintptr_t)list, name, strlen(name), b);
	return b;
}

uint64_t baseline_of(const struct baseline *list, const char *name)
{
	const struct baseline *b = find(list, name);

	return b ? b->value : 0;
}

int baseline_set(struct baseline **list, const char *name, uint64_t value)
{
	struct baseline *b = find(*list, name);
	size_t len = strlen(name);

	if (b) {
		b->value = value;
		return 0;
	}
	b = malloc(sizeof(*b) + len + 1);
	if (!b)
		return -ENOMEM;
	b->value = value;
	memcpy(b->name, name, len + 1);
	HASH_ADD(hh, *list, name, len, b);
	if (!b->hh.tbl) {
		free(b);
		return -ENOMEM;
	}
	return 0;
}

void baseline_forget(struct baseline **list)
{
	struct baseline *b, *next;

	HASH_ITER (hh, *list, b, next) {
		HASH_DEL(*list, b);
		free(b);
	}
}
