// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * See records.h. A slab is one large page, so that a record's slab is found from where it lies.
 * What was not used yet of the last one is not touched. Texts are cut from blocks in steps of eight
 * bytes; one that was outgrown waits for another record that needs as much.
 */
#include "records.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define STEP	    8 /* bytes; a pointer, for the chain of those unused, fits in */
#define SLABS_FIRST 8 /* room for so many slabs */

struct text_block {
	void *memory;
	struct text_block *next;
	size_t used;
	uint8_t bytes[];
};

#define BLOCK_BYTES (RECORDS_SLAB - sizeof(struct text_block))

_Static_assert(RECORDS_A_SLAB < 1 << RECORDS_SLAB_BITS, "numbers in a slab are 1 and more");
_Static_assert(sizeof(struct text_block) % STEP == 0 && sizeof(void *) <= STEP, "aligned");

void records_advise(void *at, size_t size)
{
	uintptr_t first = ((uintptr_t)at + RECORDS_SLAB - 1) & ~(uintptr_t)(RECORDS_SLAB - 1);
	uintptr_t end = ((uintptr_t)at + size) & ~(uintptr_t)(RECORDS_SLAB - 1);

	/* An advice only: whatever comes of it changes nothing but the time. */
	if (first < end)
		(void)madvise((void *)first, end - first, MADV_HUGEPAGE);
}

/*
 * An aligned page, and in *ret_memory what to free. `few`: it may stay nearly empty, and is to take
 * no more than is used of it. What lies beside it is address space, and never touched.
 */
static void *new_page(bool few, void **ret_memory)
{
	void *memory = malloc(2 * RECORDS_SLAB), *page;

	if (!memory)
		return NULL;
	page = (void *)(((uintptr_t)memory + RECORDS_SLAB - 1) & ~(uintptr_t)(RECORDS_SLAB - 1));
	if (!few)
		records_advise(page, RECORDS_SLAB);
	*ret_memory = memory;
	return page;
}

static struct slab *add_slab(struct records *r)
{
	struct slab *slab;
	void *memory;

	if (r->n_slabs >> (32 - RECORDS_SLAB_BITS))
		return NULL;
	/* the room doubles whenever the number is a power of two */
	if (!r->n_slabs || (r->n_slabs >= SLABS_FIRST && !(r->n_slabs & (r->n_slabs - 1)))) {
		size_t room = r->n_slabs ? 2 * r->n_slabs : SLABS_FIRST;
		struct slab **slabs = reallocarray(r->slabs, room, sizeof(struct slab *));

		if (!slabs)
			return NULL;
		r->slabs = slabs;
	}
	slab = new_page(!r->n_slabs, &memory);
	if (!slab)
		return NULL;
	slab->memory = memory;
	slab->number = (uint32_t)r->n_slabs;
	slab->used = 0;
	r->slabs[r->n_slabs++] = slab;
	return slab;
}

struct lease *records_take(struct records *r)
{
	struct slab *slab = r->n_slabs ? r->slabs[r->n_slabs - 1] : NULL;
	struct heap_node *first = r->unused;
	struct lease *lease;

	if (first) {
		r->unused = first->next;
		return member_of(first, struct lease, at_heap);
	}
	if ((!slab || slab->used == RECORDS_A_SLAB) && !(slab = add_slab(r)))
		return NULL;
	lease = &slab->leases[slab->used++];
	*lease = (struct lease){0};
	return lease;
}

void records_drop(struct records *r, struct lease *lease)
{
	lease->at_heap.next = r->unused;
	r->unused = &lease->at_heap;
}

/* --- texts --- */

/* `size` is a multiple of STEP. */
static uint8_t *take_text(struct records *r, size_t size)
{
	struct text_block *block = r->blocks;
	void **unused;
	uint8_t *text;

	if (size > RECORDS_TEXT_MOST)
		return malloc(size);
	unused = &r->unused_texts[size / STEP - 1];
	if (*unused) {
		text = *unused;
		memcpy(unused, text, sizeof(*unused));
		return text;
	}
	if (!block || BLOCK_BYTES - block->used < size) {
		struct text_block *next = block;
		void *memory;

		block = new_page(!next, &memory);
		if (!block)
			return NULL;
		*block = (struct text_block){.memory = memory, .next = next};
		r->blocks = block;
	}
	text = block->bytes + block->used;
	block->used += size;
	return text;
}

static void give_text(struct records *r, uint8_t *text, size_t size)
{
	void **unused;

	if (!size)
		return;
	if (size > RECORDS_TEXT_MOST) {
		free(text);
		return;
	}
	unused = &r->unused_texts[size / STEP - 1];
	memcpy(text, unused, sizeof(*unused));
	*unused = text;
}

int records_text(struct records *r, struct lease *lease, size_t len)
{
	size_t size = (len + STEP - 1) / STEP * STEP;
	uint8_t *text;

	if (len <= lease->text_cap)
		return 0;
	text = take_text(r, size);
	if (!text)
		return -ENOMEM;
	if (lease->text_cap)
		memcpy(text, lease->text, lease->text_cap);
	give_text(r, lease->text, lease->text_cap);
	lease->text = text;
	lease->text_cap = (uint16_t)size;
	return 0;
}

void records_destroy(struct records *r)
{
	struct text_block *block, *next;

	for (size_t i = 0; i < r->n_slabs; i++) {
		struct slab *slab = r->slabs[i];

		for (size_t j = 0; j < slab->used; j++) {
			if (slab->leases[j].text_cap > RECORDS_TEXT_MOST)
				free(slab->leases[j].text);
		}
		free(slab->memory);
	}
	for (block = r->blocks; block; block = next) {
		next = block->next;
		free(block->memory);
	}
	free(r->slabs);
	*r = (struct records){0};
}
