/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Forms: what of a REQUEST, beside who asks for which address, can change the
 * answer. Both sides hash it with the same functions, so that a form that the
 * daemon has answered is known again by the XDP program.
 *
 * Hashed: giaddr, whether a router brought it, then in the order of the packet every option but
 * PAD, END and those of FORM_VALUES and FORM_IGNORED (50, 53, 54, 57, 80, 116). An option is its
 * bytes [code, length, data...] as little-endian words: whole ones from the front, then one last
 * word of its 1 to 8 remaining bytes, zero above. That last word is what a load of the eight bytes
 * that end at the option's end gives, shifted (form_last_word()), so no load ever goes beyond the
 * option; code and length frame the bytes, so two different option areas never give the same words.
 *
 * The key is random per map set (struct meta), so that nobody outside can make two
 * forms collide. It is a polynomial in one half of the key over words that have been
 * multiplied by the other half and folded; without the folding, the topmost bits of two
 * words could cancel each other under every key.
 */
#ifndef XDHCP_FORM_H
#define XDHCP_FORM_H

#include <linux/types.h>

#include "wire.h"

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the form's words are loads: little-endian machines only"
#endif

#define FORM_TEMPLATE_BITS 20 /* = XDHCP_TEMPLATE_BITS */

/*
 * X(name, code, len): the options that the fast path reads for itself. At most
 * one each, of exactly this length; a request that has it otherwise has no form.
 */
#define FORM_VALUES(X)                       \
	X(TYPE, DHO_MESSAGE_TYPE, 1)         \
	X(MAX_SIZE, DHO_MAX_MESSAGE_SIZE, 2) \
	X(ASKED, DHO_REQUESTED_ADDRESS, 4)   \
	X(SERVER_ID, DHO_SERVER_IDENTIFIER, 4)

/* X(code): the options that change no answer to a REQUEST. */
#define FORM_IGNORED(X)     \
	X(DHO_RAPID_COMMIT) \
	X(DHO_AUTO_CONFIGURE)

/* FORM_LEN_TYPE and so on: the lengths. */
enum form_value_len {
#define X(name, code, len) FORM_LEN_##name = len,
	FORM_VALUES(X)
#undef X
};

/* Of an option that the fast path reads for itself, the only right length; else -1. */
static inline int form_value_len(__u8 code)
{
	switch (code) {
#define X(name, code, len) \
	case code:         \
		return len;
		FORM_VALUES(X)
#undef X
	default:
		return -1;
	}
}

/* Is this option hashed? */
static inline _Bool form_has(__u8 code)
{
	switch (code) {
#define X(code) case code:
		FORM_IGNORED(X)
#undef X
		return 0;
	default:
		return form_value_len(code) < 0;
	}
}

/* A slot's form: 44 bits of hash, 20 of template index. 0 is an empty place. */
static inline __u64 form_word(__u64 hash, __u32 template_index)
{
	return hash << FORM_TEMPLATE_BITS | template_index;
}

static inline __u64 form_hash(__u64 word)
{
	return word >> FORM_TEMPLATE_BITS;
}

static inline __u32 form_template(__u64 word)
{
	return word & ((1u << FORM_TEMPLATE_BITS) - 1);
}

struct form_state {
	__u64 word_key, state_key; /* odd: multiplication keeps every bit */
	__u64 state;
};

/*
 * giaddr in host order. routed: no relay, but a router has brought it, as its Ethernet source is
 * not chaddr; such a client may be where its link's subnets are not.
 */
static inline void form_start(struct form_state *form, const __u64 key[2], __u32 giaddr,
			      _Bool routed)
{
	form->word_key = key[0] | 1;
	form->state_key = key[1] | 1;
	form->state = (key[0] ^ giaddr ^ (__u64)routed << 32) * form->state_key;
}

static inline void form_mix(struct form_state *form, __u64 word)
{
	word *= form->word_key;
	word ^= word >> 32;
	form->state = form->state * form->state_key + word;
}

/* How many whole words precede the last one of an option with `len` bytes of data. */
static inline __u32 form_whole_words(__u32 len)
{
	return (len + 1) >> 3;
}

/* The last word, from the eight bytes that end where the option ends. */
static inline __u64 form_last_word(__u64 ending, __u32 len)
{
	return ending >> (56 - 8 * ((len + 1) & 7));
}

/* The 44-bit hash; never 0. */
static inline __u64 form_end(const struct form_state *form)
{
	__u64 hash = form->state ^ form->state >> 32;

	hash = (hash * form->word_key) >> FORM_TEMPLATE_BITS;
	return hash ? hash : 1;
}

#endif
