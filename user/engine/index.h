/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A hash index of nodes inside other records, chained both ways. Inserting
 * cannot fail: if there is no memory for more buckets the chains grow longer.
 * Of equal keys the newest comes first. Hashes are seeded, since clients choose the keys. Pure;
 * lives in memory only.
 */
#ifndef XDHCP_INDEX_H
#define XDHCP_INDEX_H

#include <stddef.h>
#include <stdint.h>

struct index_node {
	struct index_node *next, **at;
};

struct index {
	struct index_node **buckets;
	size_t mask, n;
	uint64_t seed;
	uint64_t (*hash)(const struct index *index, const struct index_node *node);
};

/* -ENOMEM */
int index_init(struct index *index, uint64_t seed,
	       uint64_t (*hash)(const struct index *index, const struct index_node *node));
void index_destroy(struct index *index);
void index_insert(struct index *index, struct index_node *node);
void index_remove(struct index *index, struct index_node *node);

/* Of all nodes whose key may have this hash; the caller compares, and goes on by ->next. */
static inline struct index_node *index_chain(const struct index *index, uint64_t hash)
{
	return index->buckets[hash & index->mask];
}

/* Folds `len` bytes into a hash; begin with index->seed. */
uint64_t index_hash(uint64_t hash, const void *data, size_t len);

#endif
