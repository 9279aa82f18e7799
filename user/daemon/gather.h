/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Is it worth while to let more messages gather before a batch is decided? A commit costs about the
 * same for one row as for fifty, and while messages come fast each wait makes many commits one. It
 * is not waited when the last commit is longer ago than GATHER_MICROSECONDS, when there is a good
 * batch already, nor, but for a try now and then, where waits bring few messages: below some 800
 * a second, or where no more clients than GATHER_FEW send again as soon as they are answered.
 *
 * It is waited in steps. Each is a wake-up; so where messages have come at every step for several
 * batches, the daemon pauses after a batch until the next one is due, and is not woken by the first
 * message of it, either. A wait in steps now and then shows whether they still come.
 *
 * What a client sees of it: its answer is later by up to GATHER_MICROSECONDS, by about
 * 2 * GATHER_STEP where a few dozen clients, and none else, ask again as soon as they are answered
 * (the second step shows that no more come). While the messages of one interface gather, those of
 * the others wait, too. Pure; nothing of it outlives the process.
 *
 * Measured with bench/doras at 2,925 exchanges a second, CPU each and, of an ACK, the median: 5 ms
 * in steps only 35.3 us, 5.7 ms; 5 ms with pauses 0.93 of that, 5.3 ms; 7 ms with pauses 0.85,
 * 7.4 ms; 8 ms 0.82, 8.6 ms. With 8 ms and the batch's own time, the last in it would have their
 * answers after 10 ms.
 */
#ifndef XDHCP_GATHER_H
#define XDHCP_GATHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GATHER_MICROSECONDS 7000 /* from one commit to the next */
#define GATHER_STEP	    1000 /* microseconds without a message: all there are wait for us */
#define GATHER_ENOUGH	    128	 /* messages: more of them make a commit little cheaper */
#define GATHER_FEW	    4  /* messages: a wait that brings fewer saves no more than it costs */
#define GATHER_REST	    64 /* batches before the next try at most, after waits in vain */
#define GATHER_LASTING	    4  /* waits that last, one after the other, before the first pause */
#define GATHER_PAUSES	    16 /* then, before a wait in steps shows whether it is still so */
#define GATHER_STEADY	    (2 * GATHER_FEW) /* messages: after fewer it is not */

struct gather {
	int64_t committed; /* microseconds of some clock: when the last commit began */
	unsigned rest;	   /* batches left that are not waited for */
	unsigned next;	   /* rest after the next wait in vain; 0: the shortest */
	unsigned lasted;   /* waits in a row in which messages came to the end */
	unsigned pauses;   /* left before the next wait in steps */
};

/* How many microseconds to wait for more, with `n` messages there; 0: not at all. */
int64_t gather_wait(struct gather *gather, int64_t now, size_t n);
/* It was waited, and `before` messages became `after`; `lasted`: to the end, and there were some at
 * each step. */
void gather_waited(struct gather *gather, size_t before, size_t after, bool lasted);
/* `n` messages are answered. How many microseconds not to look for more, nor to be woken; 0: none.
 */
int64_t gather_pause(struct gather *gather, int64_t now, size_t n);
/* A commit begins. */
void gather_commit(struct gather *gather, int64_t now);

#endif
