/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Rounds of a machine whose power fails: random, and the same again for the same seed.
 *
 *   ROUNDS=n  how many (each test has its own short default)
 *   SEED=n    which (default 1; "random": any, it is printed)
 *   ROUND=n   no others than the series this one belongs to, up to it
 *
 * A round ends with one cut. CHAIN rounds after one another have one disk: what a cut leaves is
 * where the next begins. Each chain has a seed of its own, of SEED and its number.
 */
#ifndef XDHCP_TEST_ROUNDS_H
#define XDHCP_TEST_ROUNDS_H

#include <stdbool.h>
#include <stdint.h>

#define CHAIN 8

uint32_t rnd(uint32_t below); /* 0 where below is 0 */
static inline bool one_in(uint32_t n)
{
	return rnd(n) == 0;
}

void rounds_reset(void); /* each test begins with the seed */

/* Runs `fn` for each chain; it plays rounds until *round reaches `end`, and raises *round by the
 * way. false: it has found something, the series ends. Returns the rounds played. */
unsigned rounds_run(unsigned how_many, bool (*fn)(void *arg, unsigned *round, unsigned end),
		    void *arg);

/* Two directories: the disk, and what a cut leaves of it. */
struct disk_dirs {
	char top[64], disk[80], next[80];
};
void disk_dirs_make(struct disk_dirs *dirs);
void disk_dirs_remove(struct disk_dirs *dirs);
void disk_dirs_empty(struct disk_dirs *dirs); /* a new machine's disk, nothing on it */
void disk_dirs_swap(struct disk_dirs *dirs);  /* the disk is what the cut has left, for certain */

struct store;
/* The store of a process that is gone: closed, and nothing of it is written any more. */
void store_leave(struct store *store);

/* What store_open()'s pragmas become: as small a log as it likes; and the planted fault. */
struct sqlite_plan {
	unsigned autocheckpoint; /* pages; 0: as the store has it */
	unsigned size_limit;	 /* bytes; 0: as the store has it */
	bool synchronous_off;
	const char *more; /* SQL that is run too; NULL: none */
};
extern struct sqlite_plan sqlite_plan;

#endif
