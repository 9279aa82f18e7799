/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the last walk for a slot found, so that an unchanged renewal needs none: its slot is known
 * by ciaddr alone, and most clients send the same options each time. slot->walked is one word:
 *
 *   46 bits  a keyed hash of the whole option area, of how the request came and of the form's word
 *   16 bits  option 57 as the walk found it
 *    2 bits  where among the slot's forms that form was
 *
 * A word says: "a request whose area has this hash has the form forms[i], asks for nothing by 50
 * or 54, is a REQUEST, and has this option 57". That follows from the area and the hash key
 * alone, which never changes while the maps live, so a word that was true once is true for ever.
 * What may have changed is the slot, and it is looked at anew: address, client and link by
 * whoever calls, and the form by being part of the hash as it stands there now, template and all.
 * So a stale word, or one that another CPU has just written over, at worst does not fit, and then
 * the options are walked. It cannot tear: it is one aligned 64-bit load or store.
 *
 * By build/bench/fastpath, with 60 bytes of options and the program cut short where the form is
 * found: 41 ns this way, 80 ns by the walk.
 *
 * Only an area that was walked to its end and led to a hit is remembered. So one that the
 * walk refuses (malformed, repeated, overloaded) never is; nor is one with option 82, whose
 * place in the packet the walk must find.
 *
 * The hash is the form's (form.h), a polynomial in one half of the secret key over words
 * multiplied by the other half and folded, here over the area as it lies: its length, its 32-byte
 * pieces, and the 32 bytes that end where it ends, in two lanes of which each is the same
 * polynomial in the square (four did not fit the registers). Two different areas have the same word
 * with a probability of about 2^-46 for each attempt on the wire; who succeeds gets the answer of a
 * form that the daemon has answered to this client, no other client's. What the last 32 bytes have
 * of the header (its boot file's end, of short areas) can only make the word fit less often.
 */
#ifndef XDHCP_BPF_WALKED_H
#define XDHCP_BPF_WALKED_H

#include "lease.h"

#define WALKED_PIECE  32 /* bytes */
#define WALKED_PIECES ((IP_LEN_MAX + IP_AT - OPTIONS_AT) / WALKED_PIECE)
#define WALKED_LEN    0x7ff /* all that the area's length can be, for the verifier */

_Static_assert(IP_LEN_MAX <= WALKED_LEN, "a mask of it");
_Static_assert(XDHCP_FORMS == 4, "two bits");

#define WALKED_FORM_BITS 2
#define WALKED_BITS	 18 /* below the hash */

static __always_inline __u64 walked_fold(__u64 word, __u64 key)
{
	word *= key;
	return word ^ word >> 32;
}

/* Of a whole request with `ciaddr`. 0: never (the length begins it). */
static __always_inline __u64 hash_area(const struct request *r, const __u64 key[2])
{
	/* loads of its own: what would be kept for the walk would make it another one for the
	 * verifier */
	__u64 seed = READ_ONCE(key[0]), word_key = seed | 1, state_key = READ_ONCE(key[1]) | 1;
	__u64 square = state_key * state_key;
	__u64 len = ((__u64)r->end - (__u64)r->data - OPTIONS_AT) & WALKED_LEN;
	__u64 a = seed ^ len ^ (__u64)r->way << 32, b = 0;
	/* + 0: see walk_options() */
	const __u8 *p = r->data + OPTIONS_AT + (unknown_zero(len) & 1);
	const __u8 *last = r->data + (OPTIONS_AT - WALKED_PIECE) + len;

#define MIX(at)                                                          \
	do {                                                             \
		a = a * square + walked_fold(AT64(at), word_key);        \
		b = b * square + walked_fold(AT64((at) + 8), word_key);  \
		a = a * square + walked_fold(AT64((at) + 16), word_key); \
		b = b * square + walked_fold(AT64((at) + 24), word_key); \
	} while (0)
	__u64 whole = len / WALKED_PIECE; /* counted: the verifier of 6.1 forgets what is left */

	for (__u64 i = 0; i < WALKED_PIECES && i < whole; i++, p += WALKED_PIECE) {
		if (p + WALKED_PIECE > r->data_end)
			break;
		MIX(p);
	}
	KEEP(last);
	if (last + WALKED_PIECE > r->data_end) /* never */
		return 0;
	MIX(last);
#undef MIX
	return a * state_key + b;
}

/* The word for an area of this hash, as far as it depends on the form that is there now. */
static __always_inline __u64 walked_hash(__u64 area, __u64 form, const __u64 key[2])
{
	return ((area ^ form) * (READ_ONCE(key[0]) | 1)) >> WALKED_BITS;
}

/* What is to be remembered of a walk; `a` is what it led to. */
static __always_inline __u64 walked_word(const struct request *r, const struct answer *a,
					 const __u64 key[2])
{
	return walked_hash(r->area, a->form, key) << WALKED_BITS |
	       (__u64)r->max_size << WALKED_FORM_BITS | a->form_at;
}

/*
 * Does this renewal need no walk? Then `a` has slot, form and all that check_state() says; else
 * nothing is known of it, but that r->area is the area's hash if there is a slot that it could be
 * remembered in.
 */
static __always_inline bool recall(struct request *r, struct answer *a)
{
	/* read anew: what is learned of them here the walk need not know */
	__u32 addr = *(const volatile word32 *)(r->data + BOOTP_FIELD(ciaddr));
	__s64 giaddr = *(const volatile word32 *)(r->data + BOOTP_FIELD(giaddr));

	/* nor that it is a relay's: then it is no address, 0, which has no slot */
	giaddr = (giaddr - 1) >> 63;
	KEEP(giaddr);
	addr &= giaddr;
	r->area = unknown_zero(AT64(r->data + BOOTP_AT));
	struct slot *slot = find_slot(addr, READ_ONCE(meta.block_shift));

	if (!slot || check_client(r, slot) != GO_ON)
		return false;
	r->area = hash_area(r, meta.hash_key);
	/* volatile: one load */
	__u64 walked = *(const volatile word64 *)&slot->walked;
	__u64 form = READ_ONCE(slot->forms[walked & (XDHCP_FORMS - 1)]);

	if (walked >> WALKED_BITS != walked_hash(r->area, form, meta.hash_key))
		return false;
	a->slot = slot;
	a->form = form;
	a->addr = addr;
	a->ack = renewing(r);
	r->max_size = walked >> WALKED_FORM_BITS;
	return true;
}

#endif
