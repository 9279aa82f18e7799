/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The daemon that is killed, and what it leaves behind: its store and its pinned maps, each looked
 * at by other code than the daemon's own.
 */
#ifndef XDHCP_TESTS_SUBJECT_H
#define XDHCP_TESTS_SUBJECT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "abi.h"

#define SUBJECT_BINARIES 2

struct subject {
	/* of the rig */
	const char *dir;			/* s.yaml, s.db, s.sock, s.log are in it */
	const char *pins;			/* pin path */
	const char *netns;			/* where it runs */
	const char *binaries[SUBJECT_BINARIES]; /* [1] may be NULL */
	unsigned binary, variant;		/* of the next start */

	pid_t pid;  /* 0: does not run */
	bool ready; /* says it serves */
	double forked, ready_at;
	double start_time; /* from the one to the other, of the last start */
};

extern struct subject subject;

int subject_open(void);
/* The configuration file is of this variant from now on. */
void subject_configure(unsigned variant);
void subject_start(void);
bool subject_is_ready(void); /* for clients_run(): ready or dead */
/* Ends it by kill -9, unless it has ended by itself: with exit code 0, or otherwise. */
enum subject_end { SUBJECT_KILLED, SUBJECT_STOPPED, SUBJECT_FAILED };
enum subject_end subject_kill(void);
void subject_signal(int signo);
bool subject_has_ended(void); /* for clients_run() */
/* Begins to reload by the control socket. */
int subject_reload(void);
bool subject_reload_over(void);	 /* for clients_run() */
int subject_reload_result(void); /* 1: it is done; 0: it is not known; -1: it failed */

#define ONE(id, name) +1
enum { PINNED_MAPS = 0 XDHCP_MAPS(ONE) };
#undef ONE
struct pinned {
	bool whole; /* all are there */
	uint32_t ids[PINNED_MAPS];
	uint32_t abi, slots;
	uint64_t acks;	   /* by XDP, of all time */
	uint64_t internal; /* frames dropped on a failed check */
};
void subject_pinned(struct pinned *ret_pinned);

#define SLOTS_MAX 4096
/* A slot that is open. */
struct pinned_slot {
	uint32_t addr;
	uint8_t chaddr[6];
	uint32_t generation, ack_until, granted_until;
};
size_t subject_slots(struct pinned_slot *ret_slots, size_t max); /* how many */

/*
 * Is every promise that runs, of those received up to `before`, in the store, for its client and as
 * long? And with `slots`, every open slot, with all that XDP may promise from it? Each that is not
 * is a violation. With the daemon dead the store is looked at in a copy. The number of promises, or
 * negative: the store cannot be read.
 */
int store_check(double before, bool slots);

#endif
