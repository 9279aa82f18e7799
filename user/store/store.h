/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The durable leases: one contract, several stores, one test suite
 * (tests/unit/test_store.c). A commit is on stable storage when store_commit returns 0: what it
 * says may then be promised (I1). A commit may refuse single changes; it
 * fails as a whole with a negative errno, and then nothing of it is stored.
 *
 * Times in rows are seconds of CLOCK_BOOTTIME of the boot that wrote them. A
 * row of an older boot is rebased at load: what was still to run then, counted
 * from that boot's newest commit, runs again from the end of the second in which this boot first
 * opened the store (not from second 0: a store may come to a machine that has long been
 * up). What XDP may have granted up to `ack_until` is then part of `promised`. No wall
 * clock decides anything; wall time is stored for display only.
 *
 * A store is used by one thread at a time.
 */
#ifndef XDHCP_STORE_H
#define XDHCP_STORE_H

#include <stddef.h>
#include <stdint.h>

#include "engine/lease.h"

struct store;

struct store_options {
	const char *name; /* file; created with its parent directory 0750 if absent */
	uint8_t boot_id[16];
	uint32_t now; /* CLOCK_BOOTTIME at opening */
};

struct store_change {
	const struct lease_row *row;
	uint64_t expected_generation; /* what the store must hold for this address; 0: no row */
	bool refused; /* out: the row was not stored, the store holds another generation */
};

struct store_info {
	uint8_t uuid[16];	/* made when the store was */
	uint64_t newest_commit; /* number of the newest commit, monotone */
	size_t rows;
};

/*
 * Opens, creates or migrates; takes an exclusive flock on NAME.lock. -EBUSY:
 * *ret_holder is the pid that holds it (0: unknown). -EINVAL: not ours, or corrupt: nothing is
 * touched. -EROFS, -EACCES, -ENOSPC and others as the file system says. `why` gets one line
 * for the operator on every error.
 */
int store_open(const struct store_options *options, struct store **ret_store, int *ret_holder,
	       char *why, size_t why_len);
void store_close(struct store *store);
void store_info(const struct store *store, struct store_info *ret_info);

/*
 * Calls `fn` for every row in address order, rebased to this boot. fn's negative return ends it
 * and is returned. -EUCLEAN: a row or the store is damaged; store_error() says where.
 */
int store_load(struct store *store, int (*fn)(void *arg, const struct lease_row *row), void *arg);

/*
 * One transaction, synced before it returns. `now` and `wall` are CLOCK_BOOTTIME
 * and CLOCK_REALTIME seconds. On success *ret_number is the commit's number. With n = 0
 * it moves the newest commit on, so that less of what has run out is held again after a reboot.
 *
 * Changes of one address are taken in the caller's order; after one that was refused the
 * batch's later ones for that address are refused too. A row's generation is 1 .. INT64_MAX.
 * Errors: -EIO, -ENOSPC, -EROFS, -EBUSY (another program writes), -ENOMEM, -EUCLEAN (damaged),
 * -ESTALE (the file was removed or replaced), -EINVAL (not a row). Then nothing is stored,
 * `refused` is as it was, and the store can be used again as soon as the cause is gone. What a
 * later commit stores never rests on what a failed one has written.
 */
int store_commit(struct store *store, struct store_change *changes, size_t n, uint32_t now,
		 uint64_t wall, uint64_t *ret_number);

const char *store_error(const struct store *store); /* the last failure, one line */

/* What the operator should know although the commit succeeded, once; NULL: nothing. */
const char *store_note(struct store *store);

#endif
