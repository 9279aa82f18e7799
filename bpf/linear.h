/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Has a frame no fragments? From 6.2 on a program may look at the kernel's own flag. The helper
 * that 6.1 has costs a hit 9 ns of 82 by `build/bench/fastpath -r 25`, most of it the return from a
 * call where the CPU's speculation of returns is mitigated (AMD, "Safe RET").
 */
#ifndef XDHCP_BPF_LINEAR_H
#define XDHCP_BPF_LINEAR_H

#include <stdbool.h>

#include <linux/bpf.h>
#include <linux/types.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

/* By libbpf, before the verifier looks; it then skips what is for another kernel. */
extern int LINUX_KERNEL_VERSION __kconfig;

extern void *bpf_cast_to_kern_ctx(void *ctx) __ksym __weak;

enum xdp_buff_flags {
	XDP_FLAGS_HAS_FRAGS = 1,
};

struct xdp_buff {
	__u32 flags;
} __attribute__((preserve_access_index));

/* `linear`: the bytes from data to data_end. */
static __always_inline bool is_linear(struct xdp_md *ctx, __u64 linear)
{
	/* not every compiler tells of enums of which only the numbers are used */
	if (LINUX_KERNEL_VERSION >= KERNEL_VERSION(6, 2, 0) &&
	    bpf_core_enum_value_exists(enum xdp_buff_flags, XDP_FLAGS_HAS_FRAGS))
		return !(((const struct xdp_buff *)bpf_cast_to_kern_ctx(ctx))->flags &
			 bpf_core_enum_value(enum xdp_buff_flags, XDP_FLAGS_HAS_FRAGS));
	return linear == bpf_xdp_get_buff_len(ctx);
}

#endif
