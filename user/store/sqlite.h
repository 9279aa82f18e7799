/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The SQLite store's insides, shared by its parts: sqlite_open.c finds,
 * checks, makes and locks the file; sqlite.c reads and writes leases; sqlite_log.c looks after
 * the log and the files while they are in use, sqlite_pair.c tells whether they belong together.
 */
#ifndef XDHCP_STORE_SQLITE_H
#define XDHCP_STORE_SQLITE_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>
#include <time.h>

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

struct sqlite_file { /* that is in use; ino 0: none is known */
	dev_t dev;
	ino_t ino;
};

struct sqlite_store {
	struct store base;
	sqlite3 *db; /* NULL: closed for a reason that store.error told, to be opened again */
	sqlite3_stmt *stmt[SQLITE_STMT_COUNT];
	int lock_fd;
	char path[PATH_MAX];
	struct sqlite_file file, log, index; /* NAME, NAME-wal, NAME-shm */

	int log_pages, fold_pages,
		fold_at;	  /* in the log after the last commit; it is folded at so many */
	bool fold_failed;	  /* and has been told */
	bool fold_late;		  /* somebody reads without end, and that has been told */
	bool fold_never;	  /* by this process any more */
	bool damaged;		  /* SQLite said so: to be checked before it is used again */
	uint32_t damaged_checked; /* second */
	struct sqlite_file damaged_file; /* what it was when it was closed for it, */
	off_t damaged_size;
	struct timespec damaged_mtime; /* and when it had last been written */
	uint8_t boot_id[16];
	uint32_t start;		   /* when this boot first opened the store */
	struct sqlite_boot *older; /* [number - 1] */
	size_t n_older;		   /* this boot's number is one more */
	bool boot_stored;	   /* this boot's row is as of second `boot_newest` */
	uint32_t boot_newest;
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
/* Closes the database alone, without folding its log. */
void sqlite_store_close_database(struct sqlite_store *s);
/* And opens it again: it must be what it was. Errors are told in base.error. */
int sqlite_store_open_again(struct sqlite_store *s);

/* sqlite_pair.c: the file as it was opened, with the log that was beside it. */
enum sqlite_pair {
	SQLITE_PAIR_FITS,
	SQLITE_PAIR_NEWER,    /* than this copy of the file is */
	SQLITE_PAIR_ANOTHERS, /* another store's */
};
enum sqlite_pair sqlite_store_pair(const struct sqlite_store *s, const char *wal);

/* sqlite_log.c */
int sqlite_log_start(struct sqlite_store *s); /* of a database that was just opened */
/* Before a commit at second `now`: is what was opened still what everybody sees? */
int sqlite_log_check(struct sqlite_store *s, uint32_t now);
/* Before the database is closed: what lies under the log's name may be somebody else's by now. */
void sqlite_log_stop(struct sqlite_store *s);
/* After a commit whose result is `r`. */
void sqlite_log_after(struct sqlite_store *s, int r, uint32_t now);

#endif
