/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Operations on slots and templates as memory: each keeps abi.h's rules of
 * order and single stores. No I/O. Pairs of loads and stores that XDP may see are
 * __atomic, and the address word is always the last to open and the first to close.
 */
#ifndef XDHCP_SLOTS_H
#define XDHCP_SLOTS_H

#include <stdbool.h>
#include <stdint.h>

#include "abi.h"

struct slot_identity {
	uint32_t addr; /* host order */
	uint8_t chaddr[6];
	uint16_t link;
	uint32_t generation;
};

struct slot_tail {
	uint8_t data[XDHCP_TAIL_MAX];
	uint8_t end[XDHCP_TAIL_PIECES];
	uint16_t sum[XDHCP_TAIL_PIECES];
};

bool slot_is_open(const struct slot *slot);
/* Closes: the address word becomes zero. Grant, forms and the rest stay for the harvest. */
void slot_close(struct slot *slot);
/*
 * Opens a slot that is closed and that no running program still reads (fresh,
 * or after a barrier). Another generation than the slot's clears grant, hits and the client's
 * bucket, the same one keeps them. One form is set, the others are empty, and no walk is
 * remembered.
 */
void slot_open(struct slot *slot, const struct slot_identity *identity,
	       const struct slot_tail *tail, uint32_t ack_until, uint64_t form);
bool slot_same_identity(const struct slot *slot, const struct slot_identity *identity);
bool slot_same_tail(const struct slot *slot, const struct slot_tail *tail);
bool slot_tails_same(const struct slot_tail *a, const struct slot_tail *b);
void slot_credit(struct slot *slot, uint32_t ack_until);
uint32_t slot_get_credit(const struct slot *slot);
/*
 * The forms of a slot, or of one that waits to be opened. Adds one, or replaces the one with the
 * same hash, else an empty one, else victim.
 */
void forms_add(__u64 forms[XDHCP_FORMS], uint64_t form, unsigned victim);
/* Adds one that nobody has asked in yet: takes no other's place. */
void forms_add_spare(__u64 forms[XDHCP_FORMS], uint64_t form);
bool forms_have(const __u64 forms[XDHCP_FORMS], uint64_t form); /* the same hash */
void forms_remove(__u64 forms[XDHCP_FORMS], unsigned at);
void slot_add_form(struct slot *slot, uint64_t form, unsigned victim); /* as forms_add() */
void slot_grant(const struct slot *slot, uint32_t *ret_last, uint32_t *ret_granted_until);

/*
 * The index of template contents: finds an equal template or writes a new one.
 * Contents never change while an index is in use.
 */
struct template_index;
/*
 * All n templates are free at first: adopt those that adopted slots name before the first get.
 * n: 2 to 1 << XDHCP_TEMPLATE_BITS, else -EINVAL. The templates are borrowed.
 */
int template_index_new(struct template *templates, uint32_t n, struct template_index **ret_index);
void template_index_free(struct template_index *index);
/* Marks an adopted template as in use and indexes its contents. -EINVAL: there can be no such one.
 */
int template_index_adopt(struct template_index *index, uint32_t at);
/* Is a template of these contents at hand, so that a get makes no new one? */
bool template_index_has(const struct template_index *index, const struct template *wanted);
/* Returns the template's number (>= 1), or -ENOSPC: full, collect and come again. */
int64_t template_index_get(struct template_index *index, const struct template *wanted);
/*
 * Collection: begin marks all as unused, mark keeps one, end hands out the unmarked into
 * limbo; after a barrier release makes limbo free again. Returns the number in limbo.
 * While anything is in limbo, a further end adds nothing to it.
 */
void template_index_mark_begin(struct template_index *index);
void template_index_mark(struct template_index *index, uint32_t at);
uint32_t template_index_mark_end(struct template_index *index);
void template_index_release(struct template_index *index);
uint32_t template_index_in_use(const struct template_index *index);

#endif
