/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a store must hold, kept beside it: the contract of store.h over again, with real time
 * in place of the boots' clocks. Real time is that of somebody who watches the machine from
 * outside, in seconds; a boot's second 0 is `zero` on it.
 */
#ifndef XDHCP_TEST_STORE_TRUTH_H
#define XDHCP_TEST_STORE_TRUTH_H

#include "store/store.h"

#define TRUTH_ADDRS 48
#define TRUTH_BOOTS 24
#define TRUTH_ADDR  0x0a000000u /* the first one */

struct truth_boot {
	int64_t zero;
	bool known; /* the store has a row of it: something was committed in it */
	int64_t start, newest;
};

struct truth {
	bool made; /* somebody was told that the store is open */
	uint8_t uuid[16];
	uint64_t newest_commit;
	struct truth_boot boots[TRUTH_BOOTS];
	struct truth_row {
		bool known;
		unsigned boot;
		struct lease_row row; /* as committed, on that boot's clock */
	} at[TRUTH_ADDRS];
};

/* A commit in `boot` at real time `now`, `start` being when this boot first opened the store.
 * refused[] gets what the contract refuses. */
void truth_commit(struct truth *t, unsigned boot, int64_t start, int64_t now,
		  const struct store_change *changes, size_t n, bool *refused);

/* Is it what was read from an opened store? If not, what[] says in one line why. */
bool truth_matches(const struct truth *t, unsigned boot, int64_t start,
		   const struct store_info *info, const struct lease_row *rows, size_t n,
		   char *what, size_t what_len);

/* The boot id of a boot. */
void truth_boot_id(unsigned boot, uint8_t ret_id[16]);

#endif
