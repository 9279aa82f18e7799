// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Slots as memory shared with the XDP program. Pure: no I/O, no clock.
 *
 * The daemon's stores and the program's loads meet in three ways only:
 *
 *   addr        opens and closes. Stored last with release, so that whoever
 *               sees the address sees all the rest; stored first (zero) when closing.
 *               What a program does that read the old address before, the
 *               barrier between close and the next change of identity waits for.
 *   forms, ack_until
 *               change while open, each in one aligned store. A form is stored with release: the
 *               template it names is complete before anybody can find it, and the program
 *               reaches the template through the form's own value, which orders its loads.
 *   the grant   is the program's; here it is read as one word, so that `last`
 *               and `granted_until` belong to the same grant, and cleared only while closed.
 *
 * The program loads the address first and all the rest through it (READ_AFTER in
 * bpf/mem.h), so that no processor pairs a new address with what was there before.
 *
 * What survives a crash of the daemon at any point here: a slot is closed, or
 * is open and whole.
 */
#include <string.h>
#include <endian.h>

#include "form.h"
#include "slots.h"

_Static_assert(FORM_TEMPLATE_BITS == XDHCP_TEMPLATE_BITS, "one layout");
_Static_assert(sizeof(((struct slot *)0)->forms[0]) == 8, "a form is one 64-bit store");

static uint32_t *addr_word(const struct slot *slot)
{
	return (uint32_t *)(uintptr_t)slot->addr;
}

static uint64_t *grant_word(const struct slot *slot)
{
	return (uint64_t *)((uintptr_t)slot + XDHCP_GRANT_OFFSET);
}

bool slot_is_open(const struct slot *slot)
{
	return __atomic_load_n(addr_word(slot), __ATOMIC_ACQUIRE) != 0;
}

void slot_close(struct slot *slot)
{
	/* seq_cst: no later load here (of the grant, say) may come before the close */
	__atomic_store_n(addr_word(slot), 0, __ATOMIC_SEQ_CST);
}

void slot_open(struct slot *slot, const struct slot_identity *identity,
	       const struct slot_tail *tail, uint32_t ack_until, uint64_t form)
{
	uint16_t used = tail->end[XDHCP_TAIL_PIECES - 1];

	/* Nobody reads a closed slot whose barrier is past: plain stores, then the address. */
	if (slot->generation != identity->generation) {
		__atomic_store_n(grant_word(slot), 0, __ATOMIC_RELAXED);
		__atomic_store_n(&slot->hits, 0, __ATOMIC_RELAXED);
		slot->paced = 0;
	}
	slot->walked = 0;
	memcpy(slot->chaddr, identity->chaddr, sizeof(slot->chaddr));
	slot->link = identity->link;
	slot->generation = identity->generation;
	__atomic_store_n(&slot->ack_until, ack_until, __ATOMIC_RELAXED);
	for (unsigned i = 0; i < XDHCP_FORMS; i++)
		__atomic_store_n(&slot->forms[i], i ? 0 : form, __ATOMIC_RELAXED);

	memcpy(slot->tail_sum, tail->sum, sizeof(slot->tail_sum));
	memcpy(slot->tail_end, tail->end, sizeof(slot->tail_end));
	slot->reserved2 = 0;
	slot->tail_sum_of_none = 0;
	if (used > XDHCP_TAIL_MAX)
		used = XDHCP_TAIL_MAX;
	memcpy(slot->tail, tail->data, used);
	/* a dump shows nothing of the last tenant */
	memset(slot->tail + used, 0, sizeof(slot->tail) - used);

	__atomic_store_n(addr_word(slot), htobe32(identity->addr), __ATOMIC_RELEASE);
}

/* The address is compared only where there is one: a closed slot has the rest of its identity. */
bool slot_same_identity(const struct slot *slot, const struct slot_identity *identity)
{
	uint32_t addr = __atomic_load_n(addr_word(slot), __ATOMIC_ACQUIRE);

	return (addr == 0 || addr == htobe32(identity->addr)) &&
	       memcmp(slot->chaddr, identity->chaddr, sizeof(slot->chaddr)) == 0 &&
	       slot->link == identity->link && slot->generation == identity->generation;
}

bool slot_same_tail(const struct slot *slot, const struct slot_tail *tail)
{
	uint8_t used = tail->end[XDHCP_TAIL_PIECES - 1];

	return used <= XDHCP_TAIL_MAX &&
	       memcmp(slot->tail_end, tail->end, sizeof(slot->tail_end)) == 0 &&
	       memcmp(slot->tail_sum, tail->sum, sizeof(slot->tail_sum)) == 0 &&
	       memcmp(slot->tail, tail->data, used) == 0;
}

bool slot_tails_same(const struct slot_tail *a, const struct slot_tail *b)
{
	uint8_t used = b->end[XDHCP_TAIL_PIECES - 1];

	return used <= XDHCP_TAIL_MAX && memcmp(a->end, b->end, sizeof(a->end)) == 0 &&
	       memcmp(a->data, b->data, used) == 0;
}

void slot_credit(struct slot *slot, uint32_t ack_until)
{
	__atomic_store_n(&slot->ack_until, ack_until, __ATOMIC_RELEASE);
}

uint32_t slot_get_credit(const struct slot *slot)
{
	return __atomic_load_n(&slot->ack_until, __ATOMIC_ACQUIRE);
}

/*
 * Where the form with this hash is, else the first empty place, else XDHCP_FORMS. No form's hash is
 * zero.
 */
static unsigned place_for(const __u64 forms[XDHCP_FORMS], uint64_t form)
{
	unsigned empty = XDHCP_FORMS;

	for (unsigned i = 0; i < XDHCP_FORMS; i++) {
		if (form_hash(forms[i]) == form_hash(form))
			return i;
		if (forms[i] == 0 && empty == XDHCP_FORMS)
			empty = i;
	}
	return empty;
}

/*
 * One store: the word that was there and the word that comes are both whole,
 * so a program finds either, never a hash of one with the template of the other.
 */
void forms_add(__u64 forms[XDHCP_FORMS], uint64_t form, unsigned victim)
{
	unsigned at = place_for(forms, form);

	if (at == XDHCP_FORMS)
		at = victim % XDHCP_FORMS;
	if (forms[at] != form)
		__atomic_store_n(&forms[at], form, __ATOMIC_RELEASE);
}

void forms_add_spare(__u64 forms[XDHCP_FORMS], uint64_t form)
{
	unsigned at = place_for(forms, form);

	if (at < XDHCP_FORMS && forms[at] == 0)
		__atomic_store_n(&forms[at], form, __ATOMIC_RELEASE);
}

bool forms_have(const __u64 forms[XDHCP_FORMS], uint64_t form)
{
	unsigned at = place_for(forms, form);

	return at < XDHCP_FORMS && forms[at] != 0;
}

void forms_remove(__u64 forms[XDHCP_FORMS], unsigned at)
{
	__atomic_store_n(&forms[at], 0, __ATOMIC_RELEASE);
}

void slot_add_form(struct slot *slot, uint64_t form, unsigned victim)
{
	forms_add(slot->forms, form, victim);
}

void slot_grant(const struct slot *slot, uint32_t *ret_last, uint32_t *ret_granted_until)
{
	uint64_t word = __atomic_load_n(grant_word(slot), __ATOMIC_ACQUIRE);
	uint32_t halves[2];

	memcpy(halves, &word, sizeof(halves));
	*ret_last = halves[0];
	*ret_granted_until = halves[1];
}
