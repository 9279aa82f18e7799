/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The memory of lease records and of their texts; private to engine/. Records keep their place as
 * long as they live, have numbers half as long as pointers, and are re-used when dropped, with the
 * text that they have. A million of them lies in large pages: what is found by hashing lies
 * anywhere among them, and in small ones each look costs a walk of the page tables on top of the
 * cache miss. A network of a few leases takes no more than they need. Lives in memory only.
 */
#ifndef XDHCP_RECORDS_H
#define XDHCP_RECORDS_H

#include <stddef.h>
#include <stdint.h>

#include "lease.h"

#define RECORDS_SLAB	  ((size_t)2 << 20) /* bytes, and what it is aligned to: a large page */
#define RECORDS_SLAB_BITS 15		    /* of a number: the place in its slab */
#define RECORDS_TEXT_MOST 128		    /* bytes; of longer texts each is allocated */

struct slab {
	void *memory; /* what was allocated for it */
	uint32_t number;
	uint32_t used; /* the first so many have been records */
	struct lease leases[];
};

#define RECORDS_A_SLAB ((RECORDS_SLAB - sizeof(struct slab)) / sizeof(struct lease))

struct text_block;

struct records {
	struct slab **slabs;
	size_t n_slabs;
	struct heap_node *unused; /* dropped ones, chained by at_heap.next */
	struct text_block *blocks;
	void *unused_texts[RECORDS_TEXT_MOST / 8]; /* by length */
};

/* All zero: none yet. */
void records_destroy(struct records *records);

/* A record that is as it was dropped, or zero. NULL: no memory. */
struct lease *records_take(struct records *records);
void records_drop(struct records *records, struct lease *lease);
/* Makes lease->text at least so long; what is in it stays. 0 or -ENOMEM. */
int records_text(struct records *records, struct lease *lease, size_t len);

static inline struct slab *records_slab(const struct lease *lease)
{
	return (struct slab *)((uintptr_t)lease & ~(uintptr_t)(RECORDS_SLAB - 1));
}

/* Never 0. */
static inline uint32_t record_number(const struct lease *lease)
{
	const struct slab *slab = records_slab(lease);

	return slab->number << RECORDS_SLAB_BITS | (uint32_t)(lease - slab->leases + 1);
}

static inline struct lease *records_at(const struct records *records, uint32_t number)
{
	struct slab *slab = records->slabs[number >> RECORDS_SLAB_BITS];

	return &slab->leases[(number & ((1u << RECORDS_SLAB_BITS) - 1)) - 1];
}

/* Memory that is going to be used all over: in large pages, as far as it fills whole ones. */
void records_advise(void *at, size_t size);

#endif
