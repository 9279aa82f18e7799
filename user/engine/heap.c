// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Pairing heap (Fredman, Sedgewick, Sleator, Tarjan 1986), two-pass, without
 * recursion: the depth of a heap is not bounded by its logarithm.
 */
#include "heap.h"

static struct heap_node *meld(const struct heap *heap, struct heap_node *a, struct heap_node *b)
{
	if (!a)
		return b;
	if (!b)
		return a;
	if (heap->less(b, a)) {
		struct heap_node *t = a;

		a = b;
		b = t;
	}
	b->prev = a;
	b->next = a->child;
	if (b->next)
		b->next->prev = b;
	a->child = b;
	return a;
}

/* Melds a list of siblings pairwise from the left, then the pairs from the right. */
static struct heap_node *meld_siblings(const struct heap *heap, struct heap_node *first)
{
	struct heap_node *pairs = NULL, *whole = NULL;

	while (first) {
		struct heap_node *a = first, *b = a->next, *pair;

		first = b ? b->next : NULL;
		a->next = a->prev = NULL;
		if (b)
			b->next = b->prev = NULL;
		pair = meld(heap, a, b);
		pair->next = pairs;
		pairs = pair;
	}
	while (pairs) {
		struct heap_node *pair = pairs;

		pairs = pair->next;
		pair->next = NULL;
		whole = meld(heap, whole, pair);
	}
	return whole;
}

void heap_insert(struct heap *heap, struct heap_node *node)
{
	node->child = node->next = node->prev = NULL;
	heap->root = meld(heap, heap->root, node);
	heap->n++;
}

void heap_remove(struct heap *heap, struct heap_node *node)
{
	struct heap_node *children = meld_siblings(heap, node->child);

	if (node == heap->root) {
		heap->root = children;
	} else {
		if (node->prev->child == node)
			node->prev->child = node->next;
		else
			node->prev->next = node->next;
		if (node->next)
			node->next->prev = node->prev;
		heap->root = meld(heap, heap->root, children);
	}
	if (heap->root)
		heap->root->next = heap->root->prev = NULL;
	node->child = node->next = node->prev = NULL;
	heap->n--;
}
