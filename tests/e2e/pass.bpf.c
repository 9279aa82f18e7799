// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * XDP_PASS for the client's end of a veth pair: a frame that XDP_TX sends into
 * a veth is delivered only if the peer runs an XDP program too. Keeps no state.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int pass(struct xdp_md *ctx)
{
	(void)ctx;
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
