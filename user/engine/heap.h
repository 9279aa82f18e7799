/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A pairing heap of nodes inside other records: the least at the top, O(1) to
 * insert, O(log n) amortised to remove anywhere. It never allocates, so that neither
 * undoing a change nor ending a lease can fail. Pure; lives in memory only.
 */
#ifndef XDHCP_HEAP_H
#define XDHCP_HEAP_H

#include <stdbool.h>
#include <stddef.h>

#define member_of(ptr, type, member) ((type *)((char *)(ptr)-offsetof(type, member)))

struct heap_node {
	struct heap_node *child, *next,
		*prev; /* prev: the left sibling, or for the first the parent */
};

/* Total order: never equal for two nodes of one heap, so that its content alone decides. */
typedef bool heap_less(const struct heap_node *a, const struct heap_node *b);

struct heap {
	struct heap_node *root; /* NULL: empty */
	heap_less *less;
	size_t n;
};

void heap_insert(struct heap *heap, struct heap_node *node);
/* The node must be in this heap, and its key as it was when inserted. */
void heap_remove(struct heap *heap, struct heap_node *node);

#endif
