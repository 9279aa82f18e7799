/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The barrier (fastpath_barrier) on a thread of its own, since it takes milliseconds. One
 * barrier serves everything requested before it began.
 *
 * Epochs: a request gets the number of the next barrier to begin; it has passed once a barrier of
 * that number or a later one has completed. A barrier that fails lets nothing pass, and is tried
 * again. All calls but the wait itself are the main thread's. Nothing of it survives a crash.
 */
#ifndef XDHCP_DAEMON_BARRIER_H
#define XDHCP_DAEMON_BARRIER_H

#include <stdint.h>

#include <event2/event.h>

#include "net/fastpath.h"

struct barrier_thread;

/* `completed` is called from the event loop after each barrier. The fast path is borrowed. */
int barrier_start(struct fastpath *fp, struct event_base *base, void (*completed)(void *arg),
		  void *arg, struct barrier_thread **ret_barrier);
/* The epoch that a barrier begun from now on completes. */
uint64_t barrier_request(struct barrier_thread *b);
uint64_t barrier_done(struct barrier_thread *b); /* the newest epoch that has passed */
/* Ends the thread and waits once more: 0: all that was requested has passed. Negative errno. */
int barrier_stop(struct barrier_thread *b);
void barrier_free(struct barrier_thread *b); /* a stopped one */

#endif
