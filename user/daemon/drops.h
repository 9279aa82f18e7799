/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Messages that got no answer for a reason of ours, each counted once, under one reason; their sum
 * is the server's one total. Three tables make it up and there is no other list of reasons:
 *
 *   - XDP's verdicts whose action is DROP (verdicts.h)         group "xdp"
 *   - why a frame is no client's message (proto/message.h)     group "parse-failed"
 *   - what the daemon and the kernel's queue before it drop    DAEMON_DROPS here
 *
 * Whoever drops a message adds a line to one of them and counts it there: status, statistics and
 * the total follow, and the README's table is told of it. What is left unanswered by decision
 * (SILENT_REASONS in engine/reasons.h), but for one reason that is below, and what is addressed to
 * others (count.not_ours) is no drop and in none of them; nor is a RELEASE or DECLINE that was
 * heeded, to which no answer is due.
 *
 * The daemon's counts end with it; XDP's outlive it in their map, with what was dropped while
 * nobody was there.
 */
#ifndef XDHCP_DROPS_H
#define XDHCP_DROPS_H

#include <stdint.h>

/*
 * What the daemon's queue drops (queue.h) or answers once, by the type the message seems to have;
 * add_drops() in receive.c brings them here.
 */
#define QUEUE_DROPS(X, why, group, help)                                   \
	X(why##_other, group, "other", help " (BOOTP, or not recognised)") \
	X(why##_discover, group, "discover", help)                         \
	X(why##_request, group, "request", help)                           \
	X(why##_decline, group, "decline", help)                           \
	X(why##_release, group, "release", help)                           \
	X(why##_inform, group, "inform", help)

/*
 * X(name, group, reason, help): count.dropped[DROP_name], shown as GROUP in the status' `drops`
 * (with REASON below it, if the group has several) and as the statistic xdhcp-drop-GROUP[-REASON].
 */
#define DAEMON_DROPS(X)                                                                        \
	X(kernel_completes, "kernel", "completes",                                             \
	  "the buffer for what completes an exchange was full")                                \
	X(kernel_begins, "kernel", "begins",                                                   \
	  "the buffer for what begins an exchange, or is no message, was full")                \
	QUEUE_DROPS(X, queue_full, "queue-full", "the oldest of a full queue")                 \
	QUEUE_DROPS(X, queue_stale, "queue-stale", "older than its client's patience")         \
	QUEUE_DROPS(X, queue_gone, "queue-gone", "its interface went while it waited")         \
	QUEUE_DROPS(X, repeated, "repeated", "a copy of one that waited, and was answered")    \
	X(deferred_replaced, "deferred", "replaced", "a later copy was answered in its place") \
	X(deferred_full, "deferred", "full", "too many waited for an address to be closed")    \
	X(deferred_late, "deferred", "late",                                                   \
	  "an address was not closed in time, or its interface went")                          \
	X(probe_replaced, "probe", "replaced",                                                 \
	  "a later DISCOVER was answered in its place, while its address was probed")          \
	X(probe_gone, "probe", "gone", "its interface went while its address was probed")      \
	X(commit_failed, "commit-failed", NULL, "the store failed")                            \
	X(store_refused, "store-refused", NULL, "the store refused the change of the lease")   \
	X(out_of_memory, "out-of-memory", NULL,                                                \
	  "there was no memory to decide it (counted as a "                                    \
	  "reason of silence, shown here alone)")                                              \
	X(send_failed, "send-failed", NULL, "the answer could not be sent")

enum daemon_drop {
#define X(name, group, reason, help) DROP_##name,
	DAEMON_DROPS(X)
#undef X
		DROP_COUNT,
};

struct daemon;

struct drop {
	const char *group, *reason; /* reason NULL: the group has but this one */
	const char *statistic;	    /* the statistic's name up to the reason, or the whole of it */
	uint64_t n;
};

struct verdicts;

/* XDP's, of all CPUs; without a fast path all are 0. */
struct verdicts verdicts_by_now(const struct daemon *d);
/* All of them, zero or not, group by group. */
void drops_each(const struct daemon *d, void (*fn)(void *ctx, const struct drop *drop), void *ctx);

#endif
