/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * CLOCK_BOOTTIME in seconds, read once a jiffy and CPU: reading it costs as
 * much as half a hit. The cache is per CPU and not shared, so it cannot tear; it is never
 * ahead of the clock, and behind it by no more than CLOCK_LAG.
 */
#ifndef XDHCP_BPF_CLOCK_H
#define XDHCP_BPF_CLOCK_H

#include "mem.h"

#define NSEC_PER_SEC 1000000000ull
/*
 * A jiffy is at most 10 ms; after 5 stalled ones each CPU's tick takes over
 * (MAX_STALLED_JIFFIES in kernel/time/tick-sched.c). Twice that, to be sure.
 */
#define CLOCK_LAG (NSEC_PER_SEC / 8)

struct clock {
	__u64 jiffies; /* when it was read; 0: never */
	__u32 now;     /* whole seconds, rounded down */
	__u32 later;   /* rounded up, and the lag added: no earlier than the true time */
	__u32 ms;      /* as `now`, in milliseconds; wraps after 49 days */
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct clock);
} clock SEC(".maps");

/* NULL only if the map were gone. */
static __always_inline const struct clock *clock_read(void)
{
	__u32 zero = 0;
	struct clock *c = bpf_map_lookup_elem(&clock, &zero);
	__u64 jiffies = bpf_jiffies64();

	if (!c)
		return NULL;
	if (c->jiffies != jiffies) {
		__u64 ns = bpf_ktime_get_boot_ns();

		c->now = ns / NSEC_PER_SEC;
		c->later = (ns + CLOCK_LAG) / NSEC_PER_SEC + 1;
		c->ms = ns / 1000000;
		c->jiffies = jiffies;
	}
	return c;
}

#endif
