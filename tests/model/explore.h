/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Exploration: a scenario is run again and again from the same beginning, each time with another
 * interleaving. Exhaustively: depth first over every choice, as long as no more than `bound` of
 * them are unusual (another thread runs although the last one could go on; another event than the
 * first); where the last thread has to wait, whoever runs next costs nothing. At random: by a seed.
 * Either way an execution is replayed by the list of its choices.
 */
#ifndef XDHCP_TESTS_MODEL_EXPLORE_H
#define XDHCP_TESTS_MODEL_EXPLORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "world.h"

#define EXPLORE_CHOICES 65536 /* of one execution */

struct scenario {
	const char *name;
	unsigned cpus;	     /* 0: one */
	unsigned templates;  /* 0: enough */
	unsigned bound;	     /* unusual choices at most */
	void (*setup)(void); /* plays alone, as usual, from an empty world */
	void (*actors[WORLD_ACTORS])(void);
	void (*finale)(void); /* plays alone at the end, as usual */
};

struct explored {
	uint64_t executions, steps, choices;
	uint64_t fast_acks, slow_acks, naks, commits, starts;
	uint64_t states;	 /* distinct ones, seen where a choice was made */
	bool complete;		 /* all within the bound */
	char violation[512];	 /* empty: none; the exploration ended with it */
	char choices_text[4096]; /* of the execution that violates, for explore_replay() */
};

/* Up to `executions` of them. */
void explore_all(const struct scenario *scenario, uint64_t executions, struct explored *ret);
/* `executions` of them, seeds from `seed` on; ret->executions - 1 + seed is the last one's. */
void explore_random(const struct scenario *scenario, uint64_t seed, uint64_t executions,
		    struct explored *ret);
/* From now on the executions have a real store, a new one each, at this path; NULL: in memory. */
void explore_on(const char *store);
/* Once more, with a trace on stderr. */
void explore_random_traced(const struct scenario *scenario, uint64_t seed);
void explore_replay(const struct scenario *scenario, const char *choices);

#endif
