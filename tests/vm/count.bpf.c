// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Another XDP program beside xdhcp's: counts the IPv4 frames to UDP port 67 that it
 * sees, and passes everything.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} counted SEC(".maps");

SEC("xdp")
int count(struct xdp_md *ctx)
{
	const void *data = (const void *)(long)ctx->data, *end = (const void *)(long)ctx->data_end;
	const struct ethhdr *eth = data;
	const struct iphdr *ip = (const void *)(eth + 1);
	const struct udphdr *udp = (const void *)(ip + 1); /* IP options: none of ours has any */
	__u32 zero = 0;
	__u64 *n;

	if ((const void *)(udp + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP) ||
	    ip->protocol != 17 || udp->dest != bpf_htons(67))
		return XDP_PASS;
	n = bpf_map_lookup_elem(&counted, &zero);
	if (n)
		__sync_fetch_and_add(n, 1);
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
