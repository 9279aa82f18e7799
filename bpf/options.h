/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The walk over the options: finds the FORM_VALUES (50, 53, 54 and 57) and hashes
 * what is part of the form (include/form.h), and where option 82 is. Reads only; never past the UDP
 * payload.
 *
 * Shaped for the verifier, whose work is paths x states. (1) A table makes
 * every kind of option advance by one and the same expression, before any
 * branch on the kind, so that all paths of a step leave the same state
 * behind. (2) What a path learns of a length dies within the step. (3) Numbers
 * that are tested later start unknown (unknown_zero()). The cursor stands eight
 * bytes before the option, so that the eight bytes that end at an option's end are
 * a load at its next position, and one check covers both.
 */
#ifndef XDHCP_BPF_OPTIONS_H
#define XDHCP_BPF_OPTIONS_H

#include "agent.h"
#include "form.h"
#include "parse.h"

/* Steps of the walk: 40 options and END, and some PADs. */
#define WALK_STEPS	64
#define OPTION_WORDS	32 /* whole words of the longest option, 2 + 255 bytes */
#define CURSOR_BACK	8
#define ENDING_BYTES(n) (64 - 8 * (n)) /* shift that leaves the last n of eight bytes */

enum option_kind {
	KIND_FORM, /* part of the form */
	KIND_PAD,
	KIND_END,
	KIND_IGNORED,
	KIND_OVERLOAD,
	KIND_AGENT, /* part of the form, and echoed; at most once */
/* with a value, at most once each: KIND_TYPE ... KIND_SERVER_ID */
#define X(name, code, len) KIND_##name,
	FORM_VALUES(X)
#undef X
};

/* Low byte: mask of the length byte; 2 bits: what is added to it; then the kind. */
#define STEP(kind, base, mask)	    ((kind) << 10 | (base) << 8 | (mask))
#define STEP_BARE(kind)		    STEP(kind, 1, 0)
#define STEP_FULL(kind)		    STEP(kind, 2, 0xff)
#define STEP_VALUE(name, code, len) [code] = STEP_FULL(KIND_##name),
#define STEP_IGNORED(code)	    [code] = STEP_FULL(KIND_IGNORED),

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Winitializer-overrides" /* of the first line */
/* clang-format off */
static const __u16 option_steps[256] = {
	[0 ... 255] = STEP_FULL(KIND_FORM),
	[DHO_PAD] = STEP_BARE(KIND_PAD),
	[DHO_END] = STEP_BARE(KIND_END),
	[DHO_OVERLOAD] = STEP_FULL(KIND_OVERLOAD),
	[DHO_RELAY_AGENT] = STEP_FULL(KIND_AGENT),
	FORM_VALUES(STEP_VALUE)
	FORM_IGNORED(STEP_IGNORED)
};
/* clang-format on */
#pragma clang diagnostic pop

/*
 * Values found. word: type, max_size << 16, and 1 << (32 + kind) for each kind
 * seen. Mixing `zero` in makes the verifier forget which bits it has seen set.
 */
struct found {
	__u64 word, zero;
	__u64 agent; /* whole length of option 82 */
	__u32 asked, server_id;
};

_Static_assert((int)FORM_LEN_ASKED == (int)FORM_LEN_SERVER_ID, "both are addresses");

/* An option with a value: `ending` are the eight bytes that end where it does. */
static __always_inline enum xdhcp_verdict take_value(struct found *found, __u32 kind, __u32 len,
						     __u64 ending)
{
	__u64 bit = 1ull << (32 + kind);

	if ((found->word ^ found->zero) & bit)
		return XDHCP_VERDICT_pass_options_repeated;
	if (kind == KIND_TYPE) {
		if (len != FORM_LEN_TYPE)
			return XDHCP_VERDICT_pass_options_malformed;
		bit |= ending >> ENDING_BYTES(1);
	} else if (kind == KIND_MAX_SIZE) {
		if (len != FORM_LEN_MAX_SIZE)
			return XDHCP_VERDICT_pass_options_malformed;
		bit |= (__u64)bpf_ntohs(ending >> ENDING_BYTES(2)) << 16;
	} else {
		if (len != FORM_LEN_ASKED)
			return XDHCP_VERDICT_pass_options_malformed;
		if (kind == KIND_ASKED)
			found->asked = ending >> ENDING_BYTES(4);
		else
			found->server_id = ending >> ENDING_BYTES(4);
	}
	found->word = (found->word | bit) ^ found->zero;
	return GO_ON;
}

/* The option after `cursor`, which is known to be whole; the checks are the verifier's. */
static __always_inline void take_form(struct form_state *form, const __u8 *cursor,
				      const __u8 *data_end, __u32 len, __u64 ending)
{
	const __u8 *p = cursor + CURSOR_BACK;
	__u32 words = form_whole_words(len);
	__u64 last = form_last_word(ending, len);

	for (__u32 i = 0; i < OPTION_WORDS; i++, p += 8) {
		if (i >= words || p + 8 > data_end)
			break;
		form_mix(form, AT64(p));
	}
	form_mix(form, last);
}

/* Option 82: part of the form, and kept to be echoed. */
static __always_inline __u64 take_agent(struct xdp_md *ctx, const struct request *r,
					struct form_state *form, const __u8 *cursor, __u64 len)
{
	__u64 at = (__u64)cursor - (__u64)r->frame;

	KEEP(at); /* no longer of pointers, which 32 bits must not hold */
	len += 2;
	form->state = agent_take(ctx, (at + CURSOR_BACK) << 16 | len, form->state, form->word_key,
				 form->state_key);
	return len;
}

/* Fewer than two bytes are left: END is missing (or is the last byte), or an option is cut. */
static __always_inline bool walk_ends_well(const __u8 *cursor, const struct request *r)
{
	const __u8 *p = cursor + CURSOR_BACK;

	if (p + 1 > r->end || p + 1 > r->data_end)
		return true;
	return *p == DHO_END || *p == DHO_PAD;
}

static __always_inline enum xdhcp_verdict walk_options(struct xdp_md *ctx, struct request *r,
						       const __u64 key[2])
{
	__u64 unknown = AT64(r->data + BOOTP_AT);
	/* + 0 makes it a pointer of its own: what the walk checks is not learned of `data` */
	const __u8 *cursor = r->data + OPTIONS_AT - CURSOR_BACK + (unknown_zero(unknown) & 1);
	const __u8 *next;
	__u64 i, options, pads = unknown_zero(unknown);
	struct found found = {
		.word = unknown_zero(unknown),
		.zero = unknown_zero(unknown),
		.asked = unknown_zero(unknown),
		.server_id = unknown_zero(unknown),
		.agent = unknown_zero(unknown),
	};
	struct form_state form;
	enum xdhcp_verdict v;

	_Static_assert(WAY_ROUTED == 2 && WAY_RELAYED == 1, "a bit: no branch, no states");
	form_start(&form, key, bpf_ntohl(r->giaddr), r->way >> 1 & 1);
	for (i = 0; i < WALK_STEPS; i++, cursor = next) {
		if (cursor + CURSOR_BACK + 2 > r->data_end || cursor + CURSOR_BACK + 2 > r->end) {
			if (!walk_ends_well(cursor, r))
				return XDHCP_VERDICT_pass_options_malformed;
			goto done;
		}
		__u32 len = cursor[CURSOR_BACK + 1];
		__u32 step = option_steps[cursor[CURSOR_BACK]];
		__u32 kind = step >> 10;

		next = cursor + (step & len) + (step >> 8 & 3);
		KEEP(next);
		if (next + CURSOR_BACK > r->data_end || next + CURSOR_BACK > r->end)
			return XDHCP_VERDICT_pass_options_malformed;
		__u64 ending = AT64(next);

		if (kind == KIND_FORM) {
			take_form(&form, cursor, r->data_end, len, ending);
		} else if (kind == KIND_END) {
			goto done;
		} else if (kind == KIND_PAD) {
			pads++;
		} else if (kind == KIND_OVERLOAD) {
			return XDHCP_VERDICT_pass_overload;
		} else if (kind == KIND_AGENT) {
			if (found.agent ^ found.zero)
				return XDHCP_VERDICT_pass_options_repeated;
			found.agent = take_agent(ctx, r, &form, cursor, len) ^ found.zero;
		} else if (kind != KIND_IGNORED) {
			v = take_value(&found, kind, len, ending);
			if (v != GO_ON)
				return v;
		}
	}
	return XDHCP_VERDICT_pass_options_many;
done:
	options = (i ^ found.zero) - pads; /* a step each, and none for END */
	if (options > DHCP_MAX_OPTIONS_WALKED)
		return XDHCP_VERDICT_pass_options_many;
	r->form = form_end(&form);
	r->type = found.word;
	r->max_size = found.word >> 16;
	r->has_asked = found.word >> (32 + KIND_ASKED) & 1;
	r->has_server_id = found.word >> (32 + KIND_SERVER_ID) & 1;
	r->asked = found.asked;
	r->server_id = found.server_id;
	r->agent_len = found.agent;
	return GO_ON;
}

#endif
