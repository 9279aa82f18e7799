/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * CLOCK_BOOTTIME in seconds, read once a jiffy: reading it costs as much as half a hit. What was
 * read is for all CPUs: whoever finds it old reads anew, and stores the times and then the jiffy,
 * so whoever sees that jiffy sees times that were read in it or later. A CPU that was away
 * in between (a guest's may be for long) stores nothing over what another has stored meanwhile. It
 * is never ahead of the clock, and behind it by no more than CLOCK_LAG.
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
	__u32 now;   /* whole seconds, rounded down */
	__u32 later; /* rounded up, and the lag added: no earlier than the true time */
	__u32 ms;    /* as `now`, in milliseconds; wraps after 49 days */
};

struct boottime {
	__u64 jiffies; /* when it was read; 0: never */
	__u64 seconds; /* now, and above it later */
	__u64 ms;
} __attribute__((aligned(64))); /* one cache line */

/* A variable: it needs no lookup, and goes with the program. */
static struct boottime boottime;

static __always_inline struct clock clock_of(__u64 seconds, __u64 ms)
{
	return (struct clock){.now = seconds, .later = seconds >> 32, .ms = ms};
}

static __always_inline struct clock clock_renew(__u64 jiffies)
{
	__u64 old_seconds = READ_ONCE(boottime.seconds), old_ms = READ_ONCE(boottime.ms);
	__u64 ns = bpf_ktime_get_boot_ns(), ms = ns / 1000000;
	__u64 later = (ns + CLOCK_LAG) / NSEC_PER_SEC + 1;
	__u64 seconds = later << 32 | ns / NSEC_PER_SEC;

	if (__sync_bool_compare_and_swap(&boottime.seconds, old_seconds, seconds) &&
	    __sync_bool_compare_and_swap(&boottime.ms, old_ms, ms))
		__sync_lock_test_and_set(&boottime.jiffies, jiffies); /* behind both */
	return clock_of(seconds, ms);
}

static __always_inline struct clock clock_read(void)
{
	__u64 jiffies = bpf_jiffies64(), read_in = READ_ONCE(boottime.jiffies);
	const struct boottime *times = READ_AFTER(&boottime, read_in);

	if (read_in != jiffies)
		return clock_renew(jiffies);
	return clock_of(READ_ONCE(times->seconds), READ_ONCE(times->ms));
}

#endif
