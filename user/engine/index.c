// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The buckets double when there is more than one node a bucket. Rehashing asks
 * the owner for the hash again rather than storing it in every node.
 */
#include "index.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_BUCKETS 64

int index_init(struct index *index, uint64_t seed,
	       uint64_t (*hash)(const struct index *index, const struct index_node *node))
{
	struct index_node **buckets = calloc(FIRST_BUCKETS, sizeof(*buckets));

	if (!buckets)
		return -ENOMEM;
	*index = (struct index){
		.buckets = buckets, .mask = FIRST_BUCKETS - 1, .seed = seed, .hash = hash};
	return 0;
}

void index_destroy(struct index *index)
{
	free(index->buckets);
	index->buckets = NULL;
}

static void link_at(struct index_node **bucket, struct index_node *node)
{
	node->next = *bucket;
	node->at = bucket;
	if (node->next)
		node->next->at = &node->next;
	*bucket = node;
}

static void grow(struct index *index)
{
	size_t n = 2 * (index->mask + 1);
	struct index_node **old = index->buckets, **buckets = calloc(n, sizeof(*buckets));

	if (!buckets)
		return;
	for (size_t i = 0; i <= index->mask; i++) {
		struct index_node *last = old[i];

		/* from the chain's end, so that the newest stays in front */
		while (last && last->next)
			last = last->next;
		while (last) {
			struct index_node *node = last;

			last = node->at == &old[i]
				       ? NULL
				       : (struct index_node *)((char *)node->at -
							       offsetof(struct index_node, next));
			link_at(&buckets[index->hash(index, node) & (n - 1)], node);
		}
	}
	free(old);
	index->buckets = buckets;
	index->mask = n - 1;
}

void index_insert(struct index *index, struct index_node *node)
{
	if (index->n > index->mask)
		grow(index);
	link_at(&index->buckets[index->hash(index, node) & index->mask], node);
	index->n++;
}

void index_remove(struct index *index, struct index_node *node)
{
	*node->at = node->next;
	if (node->next)
		node->next->at = node->at;
	node->next = NULL;
	node->at = NULL;
	index->n--;
}

static uint64_t mix(uint64_t h, uint64_t word)
{
	__uint128_t p = (__uint128_t)(h ^ word) * 0x9e3779b97f4a7c15u;

	h = (uint64_t)p ^ (uint64_t)(p >> 64);
	return h ^ h >> 29;
}

/* Up to 7 bytes as a word that no other bytes of that length give; no call to copy them. */
static uint64_t tail(const uint8_t *p, size_t len)
{
	uint32_t first, last;

	if (len >= 4) {
		memcpy(&first, p, 4);
		memcpy(&last, p + len - 4, 4);
		return (uint64_t)first << 32 | last;
	}
	return len ? (uint64_t)p[0] << 16 | (uint64_t)p[len / 2] << 8 | p[len - 1] : 0;
}

uint64_t index_hash(uint64_t hash, const void *data, size_t len)
{
	const uint8_t *p = data;
	uint64_t word;

	hash = mix(hash, len + 0x5851f42d4c957f2du);
	for (; len >= 8; len -= 8, p += 8) {
		memcpy(&word, p, 8);
		hash = mix(hash, word);
	}
	return mix(hash, tail(p, len));
}
