// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * bpf/xdhcp.bpf.c for this machine. In place of bpf/mem.h, maps.h, linear.h and leases_txt.h, whose
 * words are the BPF machine's and the kernel's, stand their doubles below; every other line of the
 * program is the one that is loaded into the kernel.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <sanitizer/asan_interface.h>

/* Its pointers to the packet are 32 bits wide: ours are not. */
#define xdp_md kernels_xdp_md
#include <linux/bpf.h>
#undef xdp_md
#include <bpf/bpf_endian.h>

#include "../common/require.h"
#include "dry.h"

struct xdp_md {
	uint64_t data, data_end;
	uint32_t ingress_ifindex;
	const uint8_t *room, *room_end; /* the driver's buffer */
};

/* --- in place of bpf/mem.h --- */

#define XDHCP_BPF_MEM_H
typedef __u16 __attribute__((may_alias, aligned(1))) word16;
typedef __u32 __attribute__((may_alias, aligned(1))) word32;
typedef __u64 __attribute__((may_alias, aligned(1))) word64;
#define AT16(p)		    (*(word16 *)(p))
#define AT32(p)		    (*(word32 *)(p))
#define AT64(p)		    (*(word64 *)(p))
#define READ_ONCE(x)	    (*(const volatile typeof(x) *)&(x))
#define READ_AFTER(p, word) ((void)(word), (p))
#define KEEP(p)		    asm volatile("" : "+r"(p))

static __u64 unknown_zero(__u64 any)
{
	(void)any;
	return 0;
}

/* --- in place of bpf/maps.h and of the helpers --- */

#define XDHCP_BPF_MAPS_H
#define XDHCP_BPF_LEASES_TXT_H
#define SEC(name)
#define __uint(name, value) int(*name)[value]
#define __type(name, value) typeof(value) *name

static char leases, blocks, templates, policy, verdicts, budgets, captures, capture;
static struct meta meta; /* what the maps at hand say, as long as it runs */
static void *bpf_map_lookup_elem(const void *map, const void *key);
static long bpf_xdp_adjust_head(struct xdp_md *ctx, long delta);
static long bpf_xdp_adjust_tail(struct xdp_md *ctx, long delta);
static long bpf_xdp_load_bytes(const struct xdp_md *ctx, __u32 at, void *to, __u32 len);
static long bpf_xdp_store_bytes(const struct xdp_md *ctx, __u32 at, const void *from, __u32 len);

static __u64 bpf_ktime_get_boot_ns(void)
{
	return dry_clock;
}

/* Never the same: the clock is read each time. */
static __u64 bpf_jiffies64(void)
{
	static __u64 jiffies;

	return ++jiffies;
}

/* Nothing is captured here: there is no ring. */
#define __noinline			   __attribute__((noinline))
#define bpf_ringbuf_submit(record, flags)  ((void)(record))
#define bpf_ringbuf_discard(record, flags) ((void)(record))

static void *bpf_ringbuf_reserve(void *ring, __u64 size, __u64 flags)
{
	(void)ring, (void)size, (void)flags;
	return NULL;
}

/* The way back is that of the request: no link asks for another. */
static long bpf_fib_lookup(struct xdp_md *ctx, struct bpf_fib_lookup *way, __u32 size, __u32 flags)
{
	(void)ctx, (void)way, (void)size, (void)flags;
	return -1;
}

static __u32 bpf_get_prandom_u32(void)
{
	return 0;
}

/* No frame here has fragments. */
#define XDHCP_BPF_LINEAR_H
static bool is_linear(const struct xdp_md *ctx, __u64 linear)
{
	return linear == ctx->data_end - ctx->data;
}

static __u64 bpf_xdp_get_buff_len(const struct xdp_md *ctx)
{
	return ctx->data_end - ctx->data;
}

#define __sync_val_compare_and_swap(word, old, new) swap((uint64_t *)(word), old, new)

static uint64_t swap(uint64_t *word, uint64_t old, uint64_t new)
{
	uint64_t found = *word;

	if (found == old)
		*word = new;
	return found;
}

#ifndef __clang__
#pragma GCC diagnostic ignored "-Wunknown-pragmas"
#pragma GCC diagnostic ignored "-Woverride-init"
#endif
#include "../../bpf/xdhcp.bpf.c"

/* --- the kernel --- */

struct dry_maps dry_maps;
uint64_t dry_clock = 1000 * DRY_SECOND;
const struct dry_memory *dry_memory;

static void *bpf_map_lookup_elem(const void *map, const void *key)
{
	static struct agent the_agent;
	uint32_t at = *(const uint32_t *)key;

	if (map == &blocks)
		return at < dry_maps.n_places ? &dry_maps.blocks[at] : NULL;
	if (map == &leases)
		return at < dry_maps.n_slots ? &dry_maps.slots[at] : NULL;
	if (map == &templates)
		return at < dry_maps.n_templates ? &dry_maps.templates[at] : NULL;
	if (map == &policy)
		return at < XDHCP_POLICY_ENTRIES ? &dry_maps.policy[at] : NULL;
	if (map == &verdicts)
		return &dry_maps.verdicts;
	if (map == &budgets)
		return at < XDHCP_POLICY_LINKS_N ? &dry_maps.budgets[at] : NULL;
	if (map == &captures || map == &capture)
		return NULL;
	require(map == &agents);
	return &the_agent;
}

static long bpf_xdp_adjust_head(struct xdp_md *ctx, long delta)
{
	const uint8_t *at = (const uint8_t *)ctx->data + delta;

	if (at < ctx->room || at + sizeof(struct ethhdr) > (const uint8_t *)ctx->data_end)
		return -1;
	ctx->data = (uint64_t)at;
	return 0;
}

/* What is beyond is nobody's, until the frame has grown. */
static void set_end(const struct xdp_md *ctx)
{
	const uint8_t *end = (const uint8_t *)ctx->data_end;

	ASAN_UNPOISON_MEMORY_REGION(ctx->room, ctx->room_end - ctx->room);
	ASAN_POISON_MEMORY_REGION(end, ctx->room_end - end);
}

static long bpf_xdp_adjust_tail(struct xdp_md *ctx, long delta)
{
	const uint8_t *at = (const uint8_t *)ctx->data_end + delta;

	if (at > ctx->room_end || at < (const uint8_t *)ctx->data + sizeof(struct ethhdr))
		return -1;
	uint8_t *end = (uint8_t *)ctx->data_end;

	ctx->data_end = (uint64_t)at;
	set_end(ctx);
	if (delta > 0)
		memset(end, 0, (size_t)delta); /* as the kernel does */
	return 0;
}

static bool within(const struct xdp_md *ctx, __u32 at, __u32 len)
{
	return at <= ctx->data_end - ctx->data && len <= ctx->data_end - ctx->data - at;
}

static long bpf_xdp_load_bytes(const struct xdp_md *ctx, __u32 at, void *to, __u32 len)
{
	if (!within(ctx, at, len))
		return -1;
	memcpy(to, (const uint8_t *)ctx->data + at, len);
	return 0;
}

static long bpf_xdp_store_bytes(const struct xdp_md *ctx, __u32 at, const void *from, __u32 len)
{
	if (!within(ctx, at, len))
		return -1;
	memcpy((uint8_t *)ctx->data + at, from, len);
	return 0;
}

#define HEADROOM 256
#define TAILROOM 1600

uint32_t dry_xdp(const uint8_t *frame, size_t len, uint8_t *out, size_t cap, size_t *ret_len)
{
	uint8_t *room = malloc(HEADROOM + len + TAILROOM), *at = room + HEADROOM;
	struct xdp_md ctx = {.data = (uint64_t)at,
			     .data_end = (uint64_t)(at + len),
			     .ingress_ifindex = 1,
			     .room = room,
			     .room_end = at + len + TAILROOM};
	int action;

	require(room != NULL);
	memset(room, 0xa5, HEADROOM); /* whatever was there before */
	memcpy(at, frame, len);
	set_end(&ctx);
	meta = *dry_maps.meta;
	action = xdhcp(&ctx);
	*ret_len = ctx.data_end - ctx.data;
	require(*ret_len <= cap);
	memcpy(out, (const uint8_t *)ctx.data, *ret_len);
	ASAN_UNPOISON_MEMORY_REGION(room, ctx.room_end - room);
	free(room);
	if (dry_memory)
		dry_memory->ran(frame, len, (uint32_t)action, out, *ret_len);
	return (uint32_t)action;
}
