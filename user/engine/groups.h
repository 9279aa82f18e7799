/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Leases by client; private to engine/. Those of one client in one subnet, as far as they are
 * of one kind, are a group: a pairing heap, whose first answers all that is ever asked of it, so
 * that a message costs the same however many records name its client. All groups of a client in
 * a subnet are found in one bucket of a hash index, seeded, since clients choose the keys. Records
 * are named by their numbers, which are half as long as pointers. Nothing here allocates but the
 * buckets, and where they cannot become more, the chains grow longer: neither undoing a
 * change nor ending a lease can fail. What is first depends on the records alone, not on
 * the order of the changes. Lives in memory only.
 */
#ifndef XDHCP_GROUPS_H
#define XDHCP_GROUPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct identity;
struct lease;
struct lease_table;
struct records;
struct subnet;

enum lease_kind {
	KIND_BOUND,	    /* bound by right of the client id; that since the longest is first */
	KIND_OTHER,	    /* held, or bound where a machine has a reservation */
	KIND_BOUND_CLOSING, /* as KIND_BOUND, CLOSING */
	KIND_OTHER_CLOSING, /* all others that are CLOSING */
	KIND_FREE,	    /* its last addresses; the latest is first */
	KIND_COUNT,
};

/* Numbers of records; 0: none. */
struct group_link {
	uint32_t child;
	uint32_t next; /* the right sibling; of a first one: the next first one in its bucket */
	uint32_t prev; /* the left sibling, or the parent; of a first one 0 */
};

struct groups {
	struct lease_table *table;
	const struct records *records;
	bool exact; /* by identity; else by client id, on whatever MAC */
	uint64_t seed;
	uint32_t *buckets;
	size_t n_buckets; /* in use */
	size_t room;	  /* a power of two; n_buckets are half of it or more */
	size_t n;	  /* groups */
	uint64_t visited; /* records looked at so far */
};

/* The first of each kind; NULL: none. */
struct lease_firsts {
	struct lease *of[KIND_COUNT];
};

/* -ENOMEM */
int groups_init(struct groups *groups, struct lease_table *table, const struct records *records,
		bool exact, uint64_t seed);
void groups_destroy(struct groups *groups);
/* Forgets all at once; the records' links mean nothing then. `expected`: so many will come. */
void groups_clear(struct groups *groups, size_t expected);
/* By lease->kind, which stays as it is until groups_remove(). */
void groups_insert(struct groups *groups, struct lease *lease);
void groups_remove(struct groups *groups, struct lease *lease);
struct lease_firsts groups_find(struct groups *groups, const struct identity *identity,
				const struct subnet *subnet);
/* What groups_find() hashes; and fetches for it: the bucket, the first record in it, its text. */
uint64_t groups_hash(const struct groups *groups, const struct identity *identity,
		     const struct subnet *subnet);
void groups_look_ahead(const struct groups *groups, uint64_t hash, unsigned step);
/* Another one of its group: a walk of the group from its first. NULL ends. */
struct lease *groups_after(struct groups *groups, const struct lease *lease);

#endif
