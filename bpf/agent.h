/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Option 82 on its way from the request into the reply: it comes back as it came, as the last
 * option (RFC 3046 2.2), but the reply is written over the request. So it waits in memory of this
 * CPU from the walk, which hashes it as part of the form, until after all else is written.
 *
 * Functions of their own, which the verifier looks at once; a branch of the walk that hashed it
 * there would have doubled what the verifier of 6.1 looks at. Only requests that have the option
 * pay for them.
 */
#ifndef XDHCP_BPF_AGENT_H
#define XDHCP_BPF_AGENT_H

#include "form.h"
#include "mem.h"

#define AGENT_MAX   (2 + 255)		  /* code, length, data */
#define AGENT_MASK  0x1ff		  /* all that its length can be, for the verifier */
#define AGENT_WORDS ((AGENT_MAX + 7) / 8) /* the last one partly */

struct agent {
	__u64 sum; /* ones-complement, as if at an even offset, not folded */
	__u8 bytes[8 * AGENT_WORDS + 8];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct agent);
} agents SEC(".maps");

static __always_inline struct agent *agent_of_this_cpu(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&agents, &zero);
}

/*
 * Takes a whole option, `where`: its place in the frame << 16, and its length with both bytes.
 * Returns the form's state with it (form.h); if there are no such bytes, some other.
 */
__noinline __u64 agent_take(struct xdp_md *ctx, __u32 where, __u64 state, __u64 word_key,
			    __u64 state_key)
{
	struct form_state form = {.word_key = word_key, .state_key = state_key, .state = state};
	struct agent *agent = agent_of_this_cpu();
	__u64 len = where & 0xffff, sum = 0;

	if (!agent || len < 2)
		return 0;
	KEEP(len); /* two checks of the register that is used: clang makes one of another */
	if (len > AGENT_MAX)
		return 0;
	KEEP(len);
	if (bpf_xdp_load_bytes(ctx, where >> 16, agent->bytes, len))
		return 0;
	AT64(agent->bytes + len) = 0; /* above the last word's bytes nothing counts */
	for (__u32 i = 0; i < AGENT_WORDS && i * 8 < len; i++) {
		__u64 word = AT64(agent->bytes + i * 8);

		form_mix(&form, word);
		sum += (word >> 32) + (__u32)word;
	}
	agent->sum = sum;
	return form.state;
}

/* Puts what agent_take() took, `len` bytes, to `at` of the frame. */
__noinline bool agent_put(struct xdp_md *ctx, __u32 at, __u32 len)
{
	struct agent *agent = agent_of_this_cpu();
	__u64 n = len;

	if (!agent || n < 2)
		return false;
	KEEP(n);
	if (n > AGENT_MAX)
		return false;
	KEEP(n);
	return bpf_xdp_store_bytes(ctx, at, agent->bytes, n) == 0;
}

#endif
