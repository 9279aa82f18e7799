/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Option 82 on its way from the request into the reply: it comes back as it came, as the last
 * option (RFC 3046 2.2), but the reply is written over the request. So it waits in memory of this
 * CPU from before the first change of the frame until after the last.
 *
 * Functions of their own, which the verifier looks at once; only requests that have the option
 * pay for them.
 */
#ifndef XDHCP_BPF_AGENT_H
#define XDHCP_BPF_AGENT_H

#include "mem.h"

#define AGENT_MAX   (2 + 255)		  /* code, length, data */
#define AGENT_MASK  0x1ff		  /* all that its length can be, for the verifier */
#define AGENT_WORDS ((AGENT_MAX + 7) / 8) /* the last one partly */

struct agent {
	__u8 bytes[8 * AGENT_WORDS + 8];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct agent);
} agents SEC(".maps");

/*
 * Takes `len` bytes, a whole option, from `at` of the frame. Returns their ones-complement sum, as
 * if at an even offset and not folded; negative: there are no such bytes.
 */
__noinline long agent_take(struct xdp_md *ctx, __u32 at, __u32 len)
{
	__u32 zero = 0;
	struct agent *agent = bpf_map_lookup_elem(&agents, &zero);
	__u64 n = len;
	long sum = 0;

	if (!agent || n < 2)
		return -1;
	KEEP(n); /* two checks of the register that is used: clang makes one of another */
	if (n > AGENT_MAX)
		return -1;
	KEEP(n);
	if (bpf_xdp_load_bytes(ctx, at, agent->bytes, n))
		return -1;
	AT64(agent->bytes + n) = 0; /* what was there before does not count */
	for (__u32 i = 0; i < AGENT_WORDS && i * 8 < n; i++) {
		__u64 word = AT64(agent->bytes + i * 8);

		sum += (word >> 32) + (__u32)word;
	}
	return sum;
}

/* Puts what agent_take() took to `at` of the frame. */
__noinline bool agent_put(struct xdp_md *ctx, __u32 at, __u32 len)
{
	__u32 zero = 0;
	struct agent *agent = bpf_map_lookup_elem(&agents, &zero);
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
