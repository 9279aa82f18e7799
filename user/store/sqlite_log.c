// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The files of an SQLite store while it is in use: the log is folded into the database from time
 * to time, and whatever befalls the files is noticed before a commit relies on them.
 *
 * A failed sync. Linux reports an error of writing back once, and takes the pages for clean from
 * then on: a later sync that succeeds says nothing of them. So nothing may ever rest on bytes that
 * were not written anew after it:
 *
 *  - In the log: the frames of a commit that failed lie behind the last good one. The next
 *    commit begins at the same place and writes all of its own frames (and, in a new log, the
 *    header), so that its sync speaks for every byte that it adds; what the failed one left
 *    behind it does not continue its chain of checksums. All before it was synced by its own
 * commit.
 *  - In the database: a fold that fails is begun again from where the last good one ended, and
 *    writes all its pages anew. SQLite does not sync those that it folds while somebody reads or
 *    writes, and yet counts them as done: they are synced here, at once. Only if that sync fails is
 *    the log not folded any more, neither by this process nor when it closes it. The count lies
 *    in the index, and goes when nobody has the store open: whoever opens it then folds all of
 *    the log. A program that has it open across the restart keeps the count: the operator is told.
 *
 * The log is the only place where a commit is until it is folded. If its name is removed, it lives
 * on as long as it is open: it is folded at once, and a new one begun.
 *
 * A crash at any of this leaves a log that SQLite replays whole; but not while the log has no name:
 * then what is in it dies with the process, and a power cut during the fold that saves it may leave
 * a database that is written half.
 */
#include "sqlite.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define FOLD_AGAIN    100 /* more, if it could not be */
#define FOLD_LATE     16  /* times as long as it should be: somebody reads without end */
#define DAMAGED_RETRY 10  /* seconds between two looks at a damaged file: each reads all of it */

/* --- which files --- */

static int name_of(const struct sqlite_store *s, const char *suffix, char path[PATH_MAX])
{
	return snprintf(path, PATH_MAX, "%s%s", s->path, suffix) < PATH_MAX ? 0 : -ENAMETOOLONG;
}

static void know(const struct sqlite_store *s, const char *suffix, struct sqlite_file *file)
{
	char path[PATH_MAX];
	struct stat st;

	*file = (struct sqlite_file){0};
	if (name_of(s, suffix, path) == 0 && stat(path, &st) == 0)
		*file = (struct sqlite_file){st.st_dev, st.st_ino};
}

enum place { PLACE_AS_IT_WAS, PLACE_EMPTY, PLACE_TAKEN };

/* What stands there now, as far as it matters: a file without a byte is none. */
static enum place look(const struct sqlite_store *s, const char *suffix,
		       const struct sqlite_file *file)
{
	char path[PATH_MAX];
	struct stat st;

	if (!file->ino)
		return PLACE_AS_IT_WAS;
	if (name_of(s, suffix, path) < 0 || stat(path, &st) < 0)
		return PLACE_EMPTY;
	if (st.st_dev == file->dev && st.st_ino == file->ino)
		return PLACE_AS_IT_WAS;
	return st.st_size ? PLACE_TAKEN : PLACE_EMPTY;
}

/* --- folding --- */

static int on_commit(void *arg, sqlite3 *db, const char *name, int pages)
{
	struct sqlite_store *s = arg;

	(void)db;
	(void)name;
	s->log_pages = pages;
	return SQLITE_OK;
}

/* Through SQLite's own handle: closing another would drop its locks on the file. */
static int sync_database(struct sqlite_store *s)
{
	sqlite3_file *file = NULL;
	int rc = sqlite3_file_control(s->db, "main", SQLITE_FCNTL_FILE_POINTER, &file);

	errno = 0;
	if (rc == SQLITE_OK)
		rc = file->pMethods->xSync(file, SQLITE_SYNC_NORMAL);
	if (rc == SQLITE_OK)
		return 0;
	return errno ? -errno : -EIO;
}

static void never_fold(struct sqlite_store *s)
{
	s->fold_never = true;
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
}

/*
 * 0: all of it is in the database; 1: not all; negative: errno. Also one that looks whole was not
 * synced by SQLite if somebody wrote meanwhile.
 */
static int fold(struct sqlite_store *s)
{
	int pages = 0, folded = 0, rc, r;

	errno = 0;
	rc = sqlite3_wal_checkpoint_v2(s->db, NULL, SQLITE_CHECKPOINT_PASSIVE, &pages, &folded);
	if (rc == SQLITE_BUSY || rc == SQLITE_LOCKED)
		return 1;
	if (rc != SQLITE_OK)
		return sqlite_store_errno(s->db);
	r = folded > 0 ? sync_database(s) : 0;
	if (r < 0)
		never_fold(s);
	return r < 0 ? r : folded < pages;
}

/* Nothing depends on its success but the log's length. */
static void fold_in_time(struct sqlite_store *s)
{
	int r;

	if (s->fold_never || s->log_pages < s->fold_at)
		return;
	r = fold(s);
	s->fold_at = r == 0 ? s->fold_pages : s->log_pages + FOLD_AGAIN;
	if (r < 0 && (!s->fold_failed || s->fold_never)) {
		store_remark(&s->base, "%s: the log cannot be folded into it and grows: %s%s",
			     s->path, strerror(-r),
			     s->fold_never ? "; when the disk is in order, end every program that "
					     "has it open, and restart"
					   : "");
		s->fold_failed = true;
	} else if (r > 0 && !s->fold_late && s->log_pages / FOLD_LATE >= s->fold_pages) {
		store_remark(&s->base,
			     "%s: the log cannot be folded into it and grows, to %d pages by now: "
			     "another program is reading without end",
			     s->path, s->log_pages);
		s->fold_late = true;
	} else if (r == 0 && (s->fold_failed || s->fold_late)) {
		store_remark(&s->base, "%s: the log is folded into it again", s->path);
		s->fold_failed = s->fold_late = false;
	}
}

int sqlite_log_start(struct sqlite_store *s)
{
	sqlite3_stmt *stmt = NULL;
	int r = 0;

	know(s, "", &s->file);
	know(s, "-wal", &s->log);
	know(s, "-shm", &s->index);
	if (sqlite3_prepare_v2(s->db, "PRAGMA wal_autocheckpoint", -1, &stmt, NULL) != SQLITE_OK ||
	    sqlite3_step(stmt) != SQLITE_ROW)
		r = sqlite_store_fail(s, "log");
	else
		s->fold_pages = s->fold_at = sqlite3_column_int(stmt, 0);
	sqlite3_finalize(stmt);
	s->log_pages = 0;
	if (s->fold_never) /* opened again: somebody else may have kept SQLite's count */
		never_fold(s);
	sqlite3_wal_hook(s->db, on_commit, s); /* in the place of SQLite's own */
	return r;
}

/* --- trouble --- */

void sqlite_log_stop(struct sqlite_store *s)
{
	if (!s->db || look(s, "-wal", &s->log) != PLACE_TAKEN)
		return;
	if (!s->fold_never)
		(void)fold(s); /* what is left is as lost as the log */
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
}

/* The name of the log is gone; all that is in it goes into the database, and a new one begins. */
static int save_log(struct sqlite_store *s)
{
	int r = s->fold_never ? -EIO : fold(s);

	if (r != 0)
		return store_fail(&s->base, -ESTALE,
				  "%s: its log was removed while in use, and what was in it cannot "
				  "be folded: %s",
				  s->path, r > 0 ? "somebody is reading" : strerror(-r));
	sqlite_store_close_database(s);
	r = sqlite_store_open_again(s);
	if (r == 0)
		store_remark(&s->base,
			     "%s: its log was removed while in use; nothing that was in it is lost",
			     s->path);
	return r;
}

static void note_damaged(struct sqlite_store *s)
{
	struct stat st = {0};

	(void)stat(s->path, &st); /* 0: not found again either */
	s->damaged_file = (struct sqlite_file){st.st_dev, st.st_ino};
	s->damaged_size = st.st_size;
	s->damaged_mtime = st.st_mtim;
}

/*
 * A copy put in its place may lack what this process has committed, and yet have the newest
 * commit's number: from the log beside it, or from whoever recovered what there was.
 */
static bool is_as_damaged(const struct sqlite_store *s)
{
	struct stat st;

	return stat(s->path, &st) == 0 && st.st_dev == s->damaged_file.dev &&
	       st.st_ino == s->damaged_file.ino && st.st_size == s->damaged_size &&
	       st.st_mtim.tv_sec == s->damaged_mtime.tv_sec &&
	       st.st_mtim.tv_nsec == s->damaged_mtime.tv_nsec;
}

static int open_again(struct sqlite_store *s, uint32_t now)
{
	if (s->damaged && !is_as_damaged(s))
		return store_fail(&s->base, -ESTALE,
				  "%s was damaged and has been written or replaced since: restart",
				  s->path);
	if (s->damaged && now - s->damaged_checked < DAMAGED_RETRY)
		return -EUCLEAN; /* base.error is still what it was */
	s->damaged_checked = now;
	return sqlite_store_open_again(s);
}

int sqlite_log_check(struct sqlite_store *s, uint32_t now)
{
	enum place log, index;

	if (!s->db)
		return open_again(s, now);
	if (look(s, "", &s->file) != PLACE_AS_IT_WAS)
		/* SQLite would go on writing into a file that was removed: durable for nobody. */
		return store_fail(&s->base, -ESTALE,
				  "%s: the file was removed or replaced while in use: put it back, "
				  "or restart",
				  s->path);
	log = look(s, "-wal", &s->log);
	index = look(s, "-shm", &s->index);
	if (log == PLACE_TAKEN)
		return store_fail(&s->base, -ESTALE,
				  "%s-wal: the file was replaced while in use: move it away",
				  s->path);
	return log == PLACE_AS_IT_WAS && index == PLACE_AS_IT_WAS ? 0 : save_log(s);
}

void sqlite_log_after(struct sqlite_store *s, int r, uint32_t now)
{
	if (r == 0)
		fold_in_time(s);
	if (!s->damaged)
		return;
	/* Nothing is written to it any more, and what SQLite has of it in memory is forgotten. */
	sqlite_store_close_database(s);
	note_damaged(s);
	s->damaged_checked = now;
}
