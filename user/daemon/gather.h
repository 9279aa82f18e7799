/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Is it worth while to let more messages gather before a batch is decided? A commit costs about the
 * same for one row as for fifty, and while messages come fast each wait makes many commits one. It
 * is not waited when the last commit is longer ago than GATHER_MICROSECONDS, when there is a good
 * batch already, nor, but for a try now and then, where waits bring few messages: below some 800
 * a second, or where no more clients than GATHER_FEW send again as soon as they are answered.
 *
 * What a client sees of it: its answer is later by up to GATHER_MICROSECONDS, by about
 * 2 * GATHER_STEP where a few dozen clients, and none else, ask again as soon as they are answered
 * (the second step shows that no more come). While the messages of one interface gather, those of
 * the others wait, too. Pure; nothing of it outlives the process.
 */
#ifndef XDHCP_GATHER_H
#define XDHCP_GATHER_H

#include <stddef.h>
#include <stdint.h>

#define GATHER_MICROSECONDS 5000 /* from one commit to the next */
#define GATHER_STEP	    1000 /* microseconds without a message: all there are wait for us */
#define GATHER_ENOUGH	    128	 /* messages: more of them make a commit little cheaper */
#define GATHER_FEW	    4  /* messages: a wait that brings fewer saves no more than it costs */
#define GATHER_REST	    64 /* batches before the next try at most, after waits in vain */

struct gather {
	int64_t committed; /* microseconds of some clock: when the last commit began */
	unsigned rest;	   /* batches left that are not waited for */
	unsigned next;	   /* rest after the next wait in vain; 0: the shortest */
};

/* How many microseconds to wait for more, with `n` messages there; 0: not at all. */
int64_t gather_wait(struct gather *gather, int64_t now, size_t n);
/* It was waited, and `before` messages became `after`. */
void gather_waited(struct gather *gather, size_t before, size_t after);
/* A commit begins. */
void gather_commit(struct gather *gather, int64_t now);

#endif
