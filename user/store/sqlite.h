/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The SQLite store's insides, shared by its two halves: sqlite_open.c finds,
 * checks, makes and locks the file; sqlite.c reads and writes leases.
 */
#ifndef XDHCP_STORE_SQLITE_H
#define XDHCP_STORE_SQLITE_H

#include <limits.h>
#include <sys/types.h>

#include <sqlite3.h>

#include "backend.h"
#include "sqlite_schema.h"

enum sqlite_statement {
#define X(name, sql) SQLITE_STMT_##name,
	SQLITE_STORE_STATEMENTS(X)
#undef X
		SQLITE_STMT_COUNT,
};

/* A lease's columns as they are read; each one's parameter has the next higher number. */
enum sqlite_lease_column {
#define X(name, type) SQLITE_LEASE_##name,
	SQLITE_LEASE_COLUMNS(X)
#undef X
		SQLITE_LEASE_boot,
	SQLITE_LEASE_addr,
};

struct sqlite_boot {
	uint8_t boot_id[16];
	uint32_t start, newest; /* boottime of its first opening and of its newest commit */
	uint64_t elapsed;	/* what has surely passed, on its clock, when this boot began */
};

struct sqlite_store {
	struct store base;
	sqlite3 *db;
	sqlite3_stmt *stmt[SQLITE_STMT_COUNT];
	int lock_fd;
	char path[PATH_MAX];
	dev_t dev; /* of the file that was opened */
	ino_t ino;
	uint8_t boot_id[16];
	uint32_t start;		   /* when this boot first opened the store */
	struct sqlite_boot *older; /* [number - 1] */
	size_t n_older;		   /* this boot's number is one more */
};

extern const struct store_ops sqlite_store_ops;

/* The database's last failure as a negative errno; for a corrupt one -EUCLEAN. */
int sqlite_store_errno(sqlite3 *db);
/* The same, told in base.error with what was being done. */
int sqlite_store_fail(struct sqlite_store *s, const char *doing);
/* Prepares statements, reads meta and boots. Errors are told in base.error. */
int sqlite_store_prepare(struct sqlite_store *s, uint32_t now);
/* Frees what prepare and open made, the lock last. */
void sqlite_store_free(struct sqlite_store *s);

#endif
