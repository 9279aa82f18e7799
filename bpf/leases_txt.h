/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * leases_txt: the pinned iterator over `leases` that `cat` reads. A header
 * line, then one line an open slot; times are seconds of CLOCK_BOOTTIME as
 * in the slot (abi.h). Reads only; works without a daemon. The kernel's types
 * are declared as far as they are used and relocated when the program is loaded.
 */
#ifndef XDHCP_BPF_LEASES_TXT_H
#define XDHCP_BPF_LEASES_TXT_H

#include "maps.h"

struct seq_file;

struct bpf_iter_meta {
	struct seq_file *seq;
	__u64 session_id;
	__u64 seq_num;
} __attribute__((preserve_access_index));

struct bpf_iter__bpf_map_elem {
	struct bpf_iter_meta *meta;
	struct bpf_map *map;
	void *key;
	void *value;
} __attribute__((preserve_access_index));

/* bpf_seq_printf() with its arguments as the array that it wants (at most 12). */
#define seq_print(seq, fmt, ...)                                                 \
	({                                                                       \
		static const char format[] = fmt;                                \
		__u64 args[] = {__VA_ARGS__};                                    \
		bpf_seq_printf(seq, format, sizeof(format), args, sizeof(args)); \
	})

SEC("iter/bpf_map_elem")
int leases_txt(struct bpf_iter__bpf_map_elem *ctx)
{
	static const char header[] =
		"slot address mac link generation last granted_until ack_until hits\n";
	struct seq_file *seq = ctx->meta->seq;
	const __u32 *number = ctx->key;
	const struct slot *slot = ctx->value;

	if (!number || !slot)
		return 0;
	if (ctx->meta->seq_num == 0)
		bpf_seq_write(seq, header, sizeof(header) - 1);
	if (*(const volatile __u32 *)slot->addr == 0)
		return 0;
	/* %pI4 would do for the address, but %pM prints nothing here, so both are spelt out. */
	seq_print(seq, "%u %u.%u.%u.%u %02x:%02x:%02x:%02x:%02x:%02x", *number, slot->addr[0],
		  slot->addr[1], slot->addr[2], slot->addr[3], slot->chaddr[0], slot->chaddr[1],
		  slot->chaddr[2], slot->chaddr[3], slot->chaddr[4], slot->chaddr[5]);
	seq_print(seq, " %u %u %u %u %u %llu\n", slot->link, slot->generation, slot->last,
		  slot->granted_until, slot->ack_until, slot->hits);
	return 0;
}

#endif
