// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The XDP program itself (bpf/xdhcp.bpf.c), compiled for this processor over the model's maps. It
 * steps before each access to a word that others may write while it runs:
 *
 *   link closed, answer_until      parse.h parse_headers(), gates.h check_gates()
 *   address word                   lease.h find_slot()
 *   identity                       lease.h find_slot() -> check_client(), READ_AFTER
 *   walked, forms                  walked.h recall(), lease.h find_form()
 *   scope closed                   lease.h find_template()
 *   credit                         lease.h promise()
 *   the grant, once a try          lease.h grant()
 *
 *   template                       reply.h lay_out(), copy_options(), if the test wants it
 *
 * and the CPU before the transmission (world.c). The helpers of the kernel are those that it uses.
 */
#include <linux/bpf.h>
#include <linux/types.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "faults.h"
#include "inside.h"

void abort(void);

static void step_at(const volatile void *what, const char *where);
static void *map_lookup(const void *map, const void *key);
static __u64 boot_ns(void);
static long adjust_head(struct xdp_md *ctx, int delta);
static long adjust_tail(struct xdp_md *ctx, int delta);
static long load_bytes(const struct xdp_md *ctx, __u32 at, void *to, __u32 len);
static long store_bytes(const struct xdp_md *ctx, __u32 at, const void *from, __u32 len);
static __u64 raise_grant(__u64 *word, __u64 old, __u64 new, __u32 last, __u32 until);

#define bpf_map_lookup_elem(map, key) map_lookup(map, key)
/* Jiffies that are stalled as long as they may be: the clock is read ten times a second. */
#define bpf_jiffies64()				(boot_ns() / 100000000)
#define bpf_ktime_get_boot_ns()			boot_ns()
#define bpf_xdp_adjust_head(ctx, delta)		adjust_head(ctx, delta)
#define bpf_xdp_adjust_tail(ctx, delta)		adjust_tail(ctx, delta)
#define bpf_xdp_load_bytes(ctx, at, to, len)	load_bytes(ctx, at, to, len)
#define bpf_xdp_store_bytes(ctx, at, from, len) store_bytes(ctx, at, from, len)
/* The way back is that of the request: no link asks for another. */
#define bpf_fib_lookup(ctx, way, size, flags) ((void)(ctx), (void)(way), (void)(size), -1)
#define bpf_xdp_get_buff_len(ctx)	      ((__u64)(ctx)->data_end - (ctx)->data)

/* Its assembly is the BPF machine's; what it says to the verifier nobody hears here. */
#define unknown_zero bpf_unknown_zero
#include "../../bpf/mem.h"
#undef unknown_zero
static inline __u64 unknown_zero(__u64 any)
{
	(void)any;
	return 0;
}
#undef READ_ONCE
#define READ_ONCE(x) (step_at(&(x), #x), *(const volatile typeof(x) *)&(x))
#undef READ_AFTER
#define READ_AFTER(p, word) ((void)(word), step_at(p, "what the address guards"), (p))
/* In grant(), whose arguments `last` and `until` are. */
#define __sync_val_compare_and_swap(word, old, new) raise_grant(word, old, new, last, until)

#define XDHCP_BPF_LINEAR_H /* no frame here has fragments, and there is no kernel to ask */
static inline bool is_linear(const struct xdp_md *ctx, __u64 linear)
{
	return linear == bpf_xdp_get_buff_len(ctx);
}

#define XDHCP_BPF_LEASES_TXT_H /* the iterator reads only, and needs the kernel's types */
#undef SEC
#define SEC(name)
#pragma GCC visibility push(hidden)
#pragma GCC diagnostic ignored "-Wunknown-pragmas"
#pragma GCC diagnostic ignored "-Woverride-init"
#pragma GCC diagnostic ignored "-Wsign-compare"
#include "../../bpf/xdhcp.bpf.c"
#pragma GCC visibility pop
#undef __sync_val_compare_and_swap

#define BUFFER	  4096
#define BUFFER_AT 0x10000000ul /* ctx->data has 32 bits */
#define LAST	  (XDP_HEADROOM + WORLD_FRAME)

static uint8_t *buffers;
static struct link_budgets link_budgets[XDHCP_POLICY_LINKS_N];
static struct agent saved_agents[WORLD_CPUS];
static __u64 counters[WORLD_CPUS][XDHCP_VERDICT_COUNT];

/* Of the run that goes on now. */
static struct maps *in;
static unsigned cpu;

static void step(const char *where)
{
	struct maps *maps = in;
	unsigned number = cpu;

	world_step(where);
	in = maps;
	meta = maps->meta;
	cpu = number;
}

static bool within(const volatile void *p, const void *start, size_t len)
{
	return (uintptr_t)p >= (uintptr_t)start && (uintptr_t)p < (uintptr_t)start + len;
}

static void step_at(const volatile void *what, const char *where)
{
	const struct policy *gates = in->policy;
	const struct slot *slots = in->slots;

	if (within(what, slots, in->capacity * sizeof(*slots))) {
		size_t at = ((uintptr_t)what - (uintptr_t)slots) % sizeof(*slots);

		/* The forms in one look: they are single words, and independent. */
		if (at > offsetof(struct slot, forms) &&
		    at < offsetof(struct slot, forms[XDHCP_FORMS]))
			return;
		step(where);
	} else if (within(what, in->templates, in->n_templates * sizeof(*in->templates))) {
		if (world.options.templates)
			step("the template");
	} else if (within(what, gates, XDHCP_POLICY_ENTRIES * sizeof(*gates))) {
		/* Only the operator writes its gate, and whole links only the start. */
		if (what == (void *)&gates[XDHCP_POLICY_GATES].closed ||
		    what == (void *)&gates[XDHCP_POLICY_GATES].daemon_closed)
			return;
		if (within(what, &gates[XDHCP_POLICY_LINKS],
			   XDHCP_POLICY_LINKS_N * sizeof(*gates)) &&
		    !strcmp(where, "what the address guards"))
			return;
		step(where);
	}
}

static void *map_lookup(const void *map, const void *key)
{
	__u32 at = *(const __u32 *)key;

	if (map == &leases) {
		if (at >= in->capacity)
			return NULL;
		step("the address word");
		return &in->slots[at];
	}
	if (map == &blocks)
		return at < MAPS_BLOCKS_PLACES ? &in->directory[at] : NULL;
	if (map == &templates)
		return at < in->n_templates ? &in->templates[at] : NULL;
	if (map == &policy)
		return at < XDHCP_POLICY_ENTRIES ? &in->policy[at] : NULL;
	if (map == &budgets)
		return at < XDHCP_POLICY_LINKS_N ? &link_budgets[at] : NULL;
	if (map == &agents)
		return &saved_agents[cpu];
	if (map == &verdicts)
		return counters[cpu];
	abort();
}

static __u64 boot_ns(void)
{
	return (world.now - world.booted) * 1000000;
}

static long adjust_head(struct xdp_md *ctx, int delta)
{
	if ((long)ctx->data + delta < (long)(uintptr_t)xdp_buffer(cpu))
		return -1;
	ctx->data += (__u32)delta;
	return 0;
}

static long adjust_tail(struct xdp_md *ctx, int delta)
{
	if (ctx->data_end + delta > (uintptr_t)xdp_buffer(cpu) + LAST)
		return -1;
	ctx->data_end += (__u32)delta;
	return 0;
}

static long load_bytes(const struct xdp_md *ctx, __u32 at, void *to, __u32 len)
{
	if ((__u64)at + len > ctx->data_end - ctx->data)
		return -1;
	memcpy(to, (const uint8_t *)(uintptr_t)ctx->data + at, len);
	return 0;
}

static long store_bytes(const struct xdp_md *ctx, __u32 at, const void *from, __u32 len)
{
	if ((__u64)at + len > ctx->data_end - ctx->data)
		return -1;
	memcpy((uint8_t *)(uintptr_t)ctx->data + at, from, len);
	return 0;
}

static __u64 raise_grant(__u64 *word, __u64 old, __u64 new, __u32 last, __u32 until)
{
	step("the grant");
	if (fault_is(FAULT_GRANT_OVERWRITTEN)) {
		*word = (__u64)until << 32 | last;
		return old;
	}
	return __sync_val_compare_and_swap(word, old, new);
}

uint8_t *xdp_buffer(unsigned number)
{
	if (!buffers) {
		buffers = mmap((void *)BUFFER_AT, BUFFER * WORLD_CPUS, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
		if (buffers == MAP_FAILED)
			abort();
	}
	return buffers + number * BUFFER;
}

static void say_verdict(void)
{
	for (unsigned v = 0; v < XDHCP_VERDICT_COUNT; v++) {
		if (counters[cpu][v])
			world_say("XDP: %s", verdict_name(v));
	}
}

enum xdp_fate xdp_run(unsigned number, struct maps *maps, uint8_t **frame, size_t *len)
{
	struct xdp_md ctx = {.data = (__u32)(uintptr_t)*frame,
			     .data_end = (__u32)((uintptr_t)*frame + *len),
			     .ingress_ifindex = WORLD_IFINDEX};
	int action;

	in = maps;
	meta = maps->meta;
	cpu = number;
	memset(counters[cpu], 0, sizeof(counters[cpu]));
	action = xdhcp(&ctx);
	say_verdict();
	*frame = (uint8_t *)(uintptr_t)ctx.data;
	*len = ctx.data_end - ctx.data;
	if (action == XDP_DROP)
		world_violated("XDP drops a frame: its own check has failed");
	return action == XDP_TX ? XDP_FATE_TX : action == XDP_PASS ? XDP_FATE_PASS : XDP_FATE_DROP;
}

void xdp_reset(void)
{
	memset(&boottime, 0, sizeof(boottime));
	memset(link_budgets, 0, sizeof(link_budgets));
}
