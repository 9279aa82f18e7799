// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The index of template contents. Pure: the templates are memory that the
 * caller owns, the index is this process's and is rebuilt from adopted slots at start.
 *
 *   FREE ──get──▶ USED ──collected, unmarked──▶ LIMBO ──release──▶ FREE
 *                  ▲                              │
 *                  └──────── get, mark ───────────┘
 *
 * Contents are written in FREE and nowhere else. A template in limbo is named
 * by no slot any more, but a program that read its number before may still be
 * copying it: only the barrier between mark_end and release makes it free. Until
 * then it is whole, so who wants the same contents gets it back.
 * One collection is under way at a time: while anything is in limbo, mark_end
 * adds nothing, since the barrier that will release it may already be running.
 *
 * What survives a crash: the templates (pinned). The index does not need to: those
 * that no adopted slot names are free.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* uthash otherwise ends the process when it finds no memory */
#define HASH_NONFATAL_OOM	   1
#define uthash_nonfatal_oom(entry) ((entry)->state = TEMPLATE_OOM)
#include <uthash.h>

#include "slots.h"

enum template_state {
	TEMPLATE_FREE,
	TEMPLATE_USED,
	TEMPLATE_LIMBO,
	TEMPLATE_OOM, /* only while it is being added */
};

struct template_entry {
	UT_hash_handle hh; /* by contents; in the table while USED or LIMBO */
	uint32_t free_at;  /* while FREE: where in free[] */
	uint8_t state;
	bool marked;
	bool indexed; /* a second adopted copy of the same contents is not in the table */
};

struct template_index {
	struct template *templates;
	struct template_entry *entries; /* one a template */
	struct template_entry *by_content;
	uint32_t *free; /* the numbers of the FREE, in any order */
	uint32_t n, n_free, n_used, n_limbo;
	struct template_entry *latest; /* that was asked for; NULL: none. Most ask for the same */
};

/* What is beyond options_len is no content. Of every template up to here, the length is checked. */
static size_t key_len(const struct template *t)
{
	return offsetof(struct template, options) + t->options_len;
}

static void give_back(struct template_index *index, uint32_t at)
{
	if (index->latest == &index->entries[at])
		index->latest = NULL;
	memset(&index->entries[at], 0, sizeof(index->entries[at]));
	index->entries[at].free_at = index->n_free;
	index->free[index->n_free++] = at;
}

/* Fills the gap with the last one: adoption takes from anywhere. */
static void take(struct template_index *index, uint32_t at)
{
	uint32_t gap = index->entries[at].free_at;
	uint32_t last = index->free[--index->n_free];

	index->free[gap] = last;
	index->entries[last].free_at = gap;
}

static bool add_to_table(struct template_index *index, uint32_t at)
{
	struct template_entry *entry = &index->entries[at];
	struct template *t = &index->templates[at];

	entry->state = TEMPLATE_USED;
	HASH_ADD_KEYPTR(hh, index->by_content, t, key_len(t), entry);
	if (entry->state == TEMPLATE_OOM) {
		entry->state = TEMPLATE_FREE;
		return false;
	}
	entry->indexed = true;
	return true;
}

static struct template_entry *find(const struct template_index *index, const struct template *t)
{
	struct template_entry *entry = index->latest;

	if (entry && !memcmp(&index->templates[entry - index->entries], t, key_len(t)))
		return entry;
	HASH_FIND(hh, index->by_content, t, key_len(t), entry);
	return entry;
}

static void keep(struct template_index *index, struct template_entry *entry)
{
	if (entry->state == TEMPLATE_LIMBO) {
		entry->state = TEMPLATE_USED;
		index->n_limbo--;
		index->n_used++;
	}
	entry->marked = true;
}

int template_index_new(struct template *templates, uint32_t n, struct template_index **ret_index)
{
	struct template_index *index;

	if (n < 2 || n > 1u << XDHCP_TEMPLATE_BITS)
		return -EINVAL;
	index = calloc(1, sizeof(*index));
	if (!index)
		return -ENOMEM;
	index->templates = templates;
	index->n = n;
	index->entries = calloc(n, sizeof(*index->entries));
	index->free = calloc(n, sizeof(*index->free));
	if (!index->entries || !index->free) {
		template_index_free(index);
		return -ENOMEM;
	}
	/* 0 is never used: a form word of zero is an empty one */
	for (uint32_t at = n - 1; at >= 1; at--)
		give_back(index, at);
	*ret_index = index;
	return 0;
}

void template_index_free(struct template_index *index)
{
	if (!index)
		return;
	HASH_CLEAR(hh, index->by_content);
	free(index->entries);
	free(index->free);
	free(index);
}

/* -EINVAL: no such number, or contents that no daemon wrote. Adopting twice is no error. */
int template_index_adopt(struct template_index *index, uint32_t at)
{
	struct template_entry *entry;

	if (at < 1 || at >= index->n ||
	    index->templates[at].options_len > XDHCP_TEMPLATE_OPTIONS_MAX)
		return -EINVAL;
	entry = &index->entries[at];
	if (entry->state != TEMPLATE_FREE)
		return 0;
	if (find(index, &index->templates[at]))
		entry->state = TEMPLATE_USED;
	else if (!add_to_table(index, at))
		return -ENOMEM;
	take(index, at);
	entry->marked = true;
	index->n_used++;
	return 0;
}

bool template_index_has(const struct template_index *index, const struct template *wanted)
{
	return wanted->options_len <= XDHCP_TEMPLATE_OPTIONS_MAX && find(index, wanted);
}

int64_t template_index_get(struct template_index *index, const struct template *wanted)
{
	struct template_entry *entry;
	uint32_t at;

	if (wanted->options_len > XDHCP_TEMPLATE_OPTIONS_MAX)
		return -EINVAL;
	entry = find(index, wanted);
	if (entry) {
		keep(index, entry);
		index->latest = entry;
		return entry - index->entries;
	}
	if (index->n_free == 0)
		return -ENOSPC;
	at = index->free[index->n_free - 1];
	/*
	 * Plain stores: no form names it yet. The form's own store is a release
	 * (slot_add_form, slot_open), which is what makes them seen in order.
	 */
	memset(&index->templates[at], 0, sizeof(index->templates[at]));
	memcpy(&index->templates[at], wanted, key_len(wanted));
	if (!add_to_table(index, at))
		return -ENOMEM;
	take(index, at);
	index->entries[at].marked = true;
	index->n_used++;
	index->latest = &index->entries[at];
	return at;
}

void template_index_mark_begin(struct template_index *index)
{
	for (uint32_t at = 1; at < index->n; at++)
		index->entries[at].marked = false;
}

void template_index_mark(struct template_index *index, uint32_t at)
{
	if (at >= 1 && at < index->n && index->entries[at].state != TEMPLATE_FREE)
		keep(index, &index->entries[at]);
}

uint32_t template_index_mark_end(struct template_index *index)
{
	if (index->n_limbo > 0)
		return index->n_limbo;
	for (uint32_t at = 1; at < index->n; at++) {
		struct template_entry *entry = &index->entries[at];

		if (entry->state == TEMPLATE_USED && !entry->marked) {
			entry->state = TEMPLATE_LIMBO;
			index->n_limbo++;
			index->n_used--;
		}
	}
	return index->n_limbo;
}

void template_index_release(struct template_index *index)
{
	for (uint32_t at = 1; at < index->n && index->n_limbo > 0; at++) {
		struct template_entry *entry = &index->entries[at];

		if (entry->state != TEMPLATE_LIMBO)
			continue;
		if (entry->indexed)
			HASH_DELETE(hh, index->by_content, entry);
		give_back(index, at);
		index->n_limbo--;
	}
}

uint32_t template_index_in_use(const struct template_index *index)
{
	return index->n_used;
}
