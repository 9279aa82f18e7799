/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What tests of the SQLite store share: a directory of its own, a store in it,
 * and one-line changes. Everything here fails the test by cmocka's asserts.
 */
#ifndef XDHCP_TEST_STORE_RIG_H
#define XDHCP_TEST_STORE_RIG_H

#include <stdlib.h>
#include <unistd.h>

#include "store/store.h"

#define RIG_ROWS 128

struct ctx {
	char dir[64];
	char name[128];
	struct store *store;
	char why[512];
	int holder; /* who holds the store that could not be opened; -1: nobody was named */
	struct lease_row rows[RIG_ROWS];
	size_t n;	   /* read, and kept as far as there is room */
	size_t stop_after; /* rig_collect() ends the load after so many; 0: never */
};

/* A directory of its own and the name of a store that does not exist yet; and away with it. */
void rig_fresh(struct ctx *ctx);
void rig_dispose(struct ctx *ctx);
int rig_setup(void **state);
int rig_teardown(void **state);
/* The same on a disk that can be told to fail (faulty_vfs.h). */
int rig_setup_faulty(void **state);
int rig_teardown_faulty(void **state);
/* Closes what is open first. On failure ctx->store is NULL and ctx->why says why, in one line. */
int rig_try_open_at(struct ctx *ctx, const char *name, uint8_t boot, uint32_t now);
int rig_try_open(struct ctx *ctx);
struct lease_row rig_make_row(uint32_t addr);
int rig_commit(struct ctx *ctx, struct lease_row row, uint64_t expected);
/* Rows rise by address. */
int rig_collect(void *arg, const struct lease_row *row);
/* Reads all into ctx->rows, returns how many; as many as the store says it has. */
size_t rig_load(struct ctx *ctx);
/* The store's name and a suffix, until the next call. */
char *rig_beside(const struct ctx *ctx, const char *suffix);
/* FNV-1a of a whole file; 0: there is none. */
uint64_t rig_checksum(const char *path);
/* Runs SQL in a file of SQLite's, as a shell would. */
void rig_sql(const char *path, const char *text);
/* Runs fn in a child, which fails by CHILD_CHECK: cmocka is the parent's. */
void rig_in_child(struct ctx *ctx, void (*fn)(struct ctx *ctx));

#define CHILD_CHECK(number, condition) \
	do {                           \
		if (!(condition))      \
			_exit(number); \
	} while (0)

#endif
