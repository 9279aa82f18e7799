// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Opening an SQLite store: who may use it, is it ours, and how it comes to be.
 *
 *  - flock on NAME.lock, held as long as the store is open; the holder's pid is
 *    written in it. It goes with the process, however that ends.
 *  - What NAME is, is read from its first 100 bytes before SQLite sees the
 *    file: a foreign, damaged or newer one is refused and not a byte of it changes, nor of
 *    a log beside it. An empty file is refused as well: it may be what a crash left of a
 *    store, and beginning with no leases must be somebody's decision.
 *  - An older one of ours is taken to this version by one transaction, which is committed
 *    only when the result has been found to be a store: a crash, a full disk or a
 *    damaged file leave it as it was, for the program that made it.
 *  - What is read from an opened store is on stable storage, also what a killed daemon's kernel
 *    shows of a commit that was never synced (settle_log()).
 *  - A new store is made whole under NAME.creating, synced, and then linked
 *    to NAME: whatever crashes, NAME is a store or is not there.
 */
#include "sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/message.h"

#define BUSY_TIMEOUT_MS 200 /* a shell that writes may delay a commit by this, then -EBUSY */

/* The SQLite file format, section 1.3 */
#define SQLITE_HEADER_LEN	   100
#define SQLITE_HEADER_MAGIC	   "SQLite format 3"
#define SQLITE_HEADER_USER_VERSION 60
#define SQLITE_HEADER_APPLICATION  68

struct opening {
	char *why;
	size_t why_len;
	char dir[PATH_MAX];
	char path[PATH_MAX]; /* resolved, so that two names of one store meet in one lock */
};

__attribute__((format(printf, 3, 4))) static int refuse(const struct opening *o, int r,
							const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(o->why, o->why_len, fmt, ap);
	va_end(ap);
	return r;
}

static int sync_dir(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), r = 0;

	if (fd < 0)
		return -errno;
	if (fsync(fd) < 0)
		r = -errno;
	close(fd);
	return r;
}

/* The parent directory, made 0750 if it is not there. */
static int make_dir(struct opening *o, const char *dir)
{
	char parent[PATH_MAX];
	int r;

	if (mkdir(dir, 0750) < 0)
		return errno == EEXIST ? 0
				       : refuse(o, -errno, "cannot make directory %s: %s", dir,
						strerror(errno));
	if (chmod(dir, 0750) < 0) /* whatever the umask is */
		return refuse(o, -errno, "%s: %s", dir, strerror(errno));
	snprintf(parent, sizeof(parent), "%s", dir);
	r = sync_dir(dirname(parent));
	return r < 0 ? refuse(o, r, "cannot sync the directory of %s: %s", dir, strerror(-r)) : 0;
}

static int resolve(struct opening *o, const char *name)
{
	char dir[PATH_MAX], base[PATH_MAX], real[PATH_MAX];
	int r;

	if (!name[0] || strlen(name) > PATH_MAX - sizeof(".creating-journal"))
		return refuse(o, name[0] ? -ENAMETOOLONG : -EINVAL,
			      "the lease database needs a file name");
	snprintf(dir, sizeof(dir), "%s", name);
	snprintf(base, sizeof(base), "%s", name);
	r = make_dir(o, dirname(dir));
	if (r < 0)
		return r;
	if (realpath(name, o->path)) {
		snprintf(o->dir, sizeof(o->dir), "%s", o->path);
		dirname(o->dir);
		return 0;
	}
	if (errno != ENOENT)
		return refuse(o, -errno, "%s: %s", name, strerror(errno));
	snprintf(dir, sizeof(dir), "%s", name);
	if (!realpath(dirname(dir), real))
		return refuse(o, -errno, "%s: %s", name, strerror(errno));
	if ((size_t)snprintf(o->path, sizeof(o->path), "%s/%s", real, basename(base)) >=
	    sizeof(o->path) - sizeof(".creating-journal"))
		return refuse(o, -ENAMETOOLONG, "%s: the name is too long", name);
	snprintf(o->dir, sizeof(o->dir), "%s", real);
	return 0;
}

static int beside(const struct opening *o, const char *suffix, char path[PATH_MAX])
{
	int len = snprintf(path, PATH_MAX, "%s%s", o->path, suffix);

	return len < PATH_MAX ? 0 : refuse(o, -ENAMETOOLONG, "%s: the name is too long", o->path);
}

/* --- the lock --- */

static int lock_holder(int fd)
{
	char text[16] = "";
	long pid;

	if (pread(fd, text, sizeof(text) - 1, 0) <= 0)
		return 0;
	pid = strtol(text, NULL, 10);
	return pid > 0 && pid <= INT_MAX ? (int)pid : 0;
}

static int lock(const struct opening *o, int *ret_fd, int *ret_holder)
{
	char path[PATH_MAX], text[16];
	int fd, len, r = beside(o, ".lock", path);

	if (r < 0)
		return r;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (fd < 0)
		return refuse(o, -errno, "cannot open %s: %s", path, strerror(errno));
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		r = errno == EWOULDBLOCK ? -EBUSY : -errno;
		if (r == -EBUSY) {
			int holder = lock_holder(fd);

			*ret_holder = holder;
			refuse(o, r, "%s is in use by process %d: stop it first", o->path, holder);
		} else {
			refuse(o, r, "cannot lock %s: %s", path, strerror(-r));
		}
		close(fd);
		return r;
	}
	len = snprintf(text, sizeof(text), "%d\n", (int)getpid());
	/* Advice for the loser only: a full disk is no reason not to start. */
	if (ftruncate(fd, 0) < 0 || pwrite(fd, text, (size_t)len, 0) != len)
		(void)!ftruncate(fd, 0);
	*ret_fd = fd;
	return 0;
}

/* --- is it ours? --- */

#define REMEDY "nothing was changed; name another file in lease-database, or move this one away"

static int check_versions(const struct opening *o, uint32_t application, uint32_t version)
{
	if (application != SQLITE_STORE_APPLICATION_ID)
		return refuse(o, -EINVAL, "%s is another program's SQLite database: " REMEDY,
			      o->path);
	if (version > SQLITE_STORE_VERSION)
		return refuse(o, -EINVAL,
			      "%s has schema version %u, this program knows up to %d: nothing was "
			      "changed; use the newer version, or restore a copy",
			      o->path, version, SQLITE_STORE_VERSION);
	if (version < 1)
		return refuse(o, -EINVAL, "%s has the unknown schema version %u: " REMEDY, o->path,
			      version);
	return 0;
}

/* 0: ours as far as the header says; 1: there is none. */
static int check_file(const struct opening *o)
{
	uint8_t header[SQLITE_HEADER_LEN];
	struct stat st;
	ssize_t len;
	int fd;

	if (stat(o->path, &st) < 0)
		return errno == ENOENT ? 1 : refuse(o, -errno, "%s: %s", o->path, strerror(errno));
	if (!S_ISREG(st.st_mode)) /* before open(), which would wait for a pipe's writer */
		return refuse(o, -EINVAL, "%s is not a regular file: " REMEDY, o->path);
	fd = open(o->path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return refuse(o, -errno, "%s: %s", o->path, strerror(errno));
	len = pread(fd, header, sizeof(header), 0);
	close(fd);
	if (len < 0)
		return refuse(o, -EIO, "cannot read %s", o->path);
	if (len == 0)
		return refuse(o, -EINVAL,
			      "%s is empty: remove it to begin without any leases, or restore a "
			      "copy",
			      o->path);
	if (len < SQLITE_HEADER_LEN ||
	    memcmp(header, SQLITE_HEADER_MAGIC, sizeof(SQLITE_HEADER_MAGIC)) != 0)
		return refuse(o, -EINVAL, "%s is not a lease database: " REMEDY, o->path);
	return check_versions(o, dhcp_get_u32(header + SQLITE_HEADER_APPLICATION),
			      dhcp_get_u32(header + SQLITE_HEADER_USER_VERSION));
}

/* --- making one --- */

static int fill_new(const struct opening *o, const char *path)
{
	uint8_t uuid[16];
	sqlite3 *db = NULL;
	sqlite3_stmt *stmt = NULL;
	int r = 0;

	if (getrandom(uuid, sizeof(uuid), 0) != sizeof(uuid))
		return refuse(o, -EIO, "no random numbers");
	uuid[6] = (uint8_t)((uuid[6] & 0x0f) | 0x40); /* RFC 4122 4.4 */
	uuid[8] = (uint8_t)((uuid[8] & 0x3f) | 0x80);
	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) !=
		    SQLITE_OK ||
	    sqlite3_exec(db, "PRAGMA journal_mode = WAL; BEGIN;" SQLITE_STORE_SCHEMA, NULL, NULL,
			 NULL) != SQLITE_OK ||
	    sqlite3_prepare_v2(db, SQLITE_STORE_FIRST_META, -1, &stmt, NULL) != SQLITE_OK ||
	    sqlite3_bind_blob(stmt, 1, uuid, sizeof(uuid), SQLITE_STATIC) != SQLITE_OK ||
	    sqlite3_step(stmt) != SQLITE_DONE || sqlite3_reset(stmt) != SQLITE_OK ||
	    sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK ||
	    sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL) !=
		    SQLITE_OK)
		r = refuse(o, db ? sqlite_store_errno(db) : -ENOMEM, "cannot make %s: %s", path,
			   db ? sqlite3_errmsg(db) : "no memory");
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	return r;
}

static void remove_new(const char *path)
{
	static const char *const suffix[] = {"", "-journal", "-wal", "-shm"};
	char name[PATH_MAX];

	for (size_t i = 0; i < sizeof(suffix) / sizeof(suffix[0]); i++)
		if (snprintf(name, sizeof(name), "%s%s", path, suffix[i]) < (int)sizeof(name))
			unlink(name);
}

static int create(const struct opening *o)
{
	char path[PATH_MAX], wal[PATH_MAX];
	int fd, r = beside(o, ".creating", path);

	if (r == 0)
		r = beside(o, "-wal", wal);
	if (r < 0)
		return r;
	if (access(wal, F_OK) == 0)
		return refuse(o, -EINVAL,
			      "%s is missing but its log %s is there: put the file back, or move "
			      "the log away to begin without any leases",
			      o->path, wal);
	remove_new(path); /* of a creation that a crash ended */
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
	if (fd < 0)
		return refuse(o, -errno, "cannot make %s: %s", path, strerror(errno));
	if (fchmod(fd, 0640) < 0)
		r = refuse(o, -errno, "%s: %s", path, strerror(errno));
	if (r == 0)
		r = fill_new(o, path);
	if (r == 0 && fsync(fd) < 0)
		r = refuse(o, -errno, "cannot sync %s: %s", path, strerror(errno));
	close(fd);
	/* Not rename(): what came to be there meanwhile is not ours to replace. */
	if (r == 0 && link(path, o->path) < 0)
		r = refuse(o, -errno, "cannot make %s: %s", o->path, strerror(errno));
	remove_new(path);
	if (r == 0 && (r = sync_dir(o->dir)) < 0)
		refuse(o, r, "cannot sync %s: %s", o->dir, strerror(-r));
	return r;
}

/* --- opening --- */

static int pragma_text(sqlite3 *db, const char *sql, const char *expected)
{
	sqlite3_stmt *stmt = NULL;
	int r = -EINVAL;

	if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK)
		r = sqlite_store_errno(db);
	else if (sqlite3_step(stmt) != SQLITE_ROW)
		r = sqlite_store_errno(db);
	else if (sqlite3_stricmp((const char *)sqlite3_column_text(stmt, 0), expected) == 0)
		r = 0;
	sqlite3_finalize(stmt);
	return r;
}

static int pragma_u32(sqlite3 *db, const char *sql, uint32_t *ret_value)
{
	sqlite3_stmt *stmt = NULL;
	int r = 0;

	if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK ||
	    sqlite3_step(stmt) != SQLITE_ROW)
		r = sqlite_store_errno(db);
	else
		*ret_value = (uint32_t)sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	return r;
}

static int database_failed(const struct opening *o, int r, const char *error)
{
	if (r == -EUCLEAN)
		return refuse(o, -EINVAL,
			      "%s is damaged (%s): nothing was changed; restore a copy, or save "
			      "what sqlite3's .dump still reads",
			      o->path, error);
	if (r == -EBUSY)
		return refuse(o, r, "%s is locked by another program", o->path);
	return refuse(o, r, "cannot open %s: %s", o->path, error);
}

/*
 * Takes a store of an older version to this one, and prepares it. All in one transaction, so
 * that what turns out to be no store after all is not changed.
 */
static int migrate(struct sqlite_store *s, uint32_t version, uint32_t now)
{
	static const char *const migrations[] = {SQLITE_STORE_MIGRATIONS};
	static const char finish[] = SQLITE_STORE_VIEW
		"PRAGMA user_version = " SQLITE_SCHEMA_STR(SQLITE_STORE_VERSION);
	int r = 0;

	_Static_assert(sizeof(migrations) / sizeof(migrations[0]) == SQLITE_STORE_VERSION - 1,
		       "one from every older version");
	if (sqlite3_exec(s->db, "BEGIN IMMEDIATE; DROP VIEW IF EXISTS leases;", NULL, NULL, NULL) !=
	    SQLITE_OK)
		r = sqlite_store_fail(s, "migration");
	for (; r == 0 && version < SQLITE_STORE_VERSION; version++)
		if (sqlite3_exec(s->db, migrations[version - 1], NULL, NULL, NULL) != SQLITE_OK)
			r = sqlite_store_fail(s, "migration");
	if (r == 0 && sqlite3_exec(s->db, finish, NULL, NULL, NULL) != SQLITE_OK)
		r = sqlite_store_fail(s, "migration");
	if (r == 0)
		r = sqlite_store_prepare(s, now);
	if (r == 0 && sqlite3_exec(s->db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
		r = sqlite_store_fail(s, "migration");
	return r; /* an open transaction is rolled back when the database is closed */
}

static int write_anew(int fd)
{
	uint8_t part[65536];
	off_t at = 0;
	ssize_t n;

	while ((n = pread(fd, part, sizeof(part), at)) > 0) {
		if (pwrite(fd, part, (size_t)n, at) != n)
			return errno ? -errno : -ENOSPC;
		at += n;
	}
	return n < 0 || fsync(fd) < 0 ? -errno : 0;
}

/*
 * What is read is on stable storage. A daemon that was killed may have left a commit whose sync
 * was not done, or had failed: the kernel shows it, the disk does not have it, and after a
 * failure no later sync need write it, so that a power cut would take with it all that is
 * appended. The log is therefore written over with what it holds, while nobody else may write.
 */
static int settle_log(const struct opening *o, struct sqlite_store *s, const char *wal)
{
	int fd, r;

	if (sqlite3_exec(s->db, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK)
		return database_failed(o, sqlite_store_errno(s->db), sqlite3_errmsg(s->db));
	errno = 0;
	fd = open(wal, O_RDWR | O_CLOEXEC);
	r = fd < 0 ? -errno : write_anew(fd);
	if (fd >= 0)
		close(fd);
	sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	return r < 0 ? refuse(o, r, "cannot write %s: %s", wal, strerror(-r)) : 0;
}

static int check_pair(const struct opening *o, const struct sqlite_store *s, const char *wal)
{
	enum sqlite_pair pair = sqlite_store_pair(s, wal);

	if (pair == SQLITE_PAIR_FITS)
		return 0;
	return refuse(
		o, -EINVAL,
		"%s is %s the log beside it, %s: nothing was changed; put back the file that the "
		"log belongs to, or move the log away",
		o->path, pair == SQLITE_PAIR_NEWER ? "older than" : "another store than that of",
		wal);
}

/* The log may hold newer versions than the header: ask again through SQLite. */
static int open_database(const struct opening *o, struct sqlite_store *s, uint32_t now)
{
	uint32_t application = 0, version = 0;
	char wal[PATH_MAX];
	struct stat st;
	bool has_log;
	int r = beside(o, "-wal", wal);

	if (r < 0)
		return r;
	if (sqlite3_open_v2(o->path, &s->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) !=
	    SQLITE_OK)
		return s->db ? database_failed(o, sqlite_store_errno(s->db), sqlite3_errmsg(s->db))
			     : -ENOMEM;
	sqlite3_extended_result_codes(s->db, 1);
	sqlite3_busy_timeout(s->db, BUSY_TIMEOUT_MS);
	/* Until it is accepted, closing it must not fold the log that it has into it. */
	has_log = stat(wal, &st) == 0 && st.st_size > 0;
	if (has_log)
		sqlite3_db_config(s->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	if (sqlite3_db_readonly(s->db, "main") == 1)
		return refuse(o, -EROFS, "%s may only be read: its leases could not be kept",
			      o->path);
	r = pragma_u32(s->db, "PRAGMA application_id", &application);
	if (r == 0)
		r = pragma_u32(s->db, "PRAGMA user_version", &version);
	if (r < 0)
		return database_failed(o, r, sqlite3_errmsg(s->db));
	r = check_versions(o, application, version);
	if (r == 0 && has_log)
		r = settle_log(o, s, wal);
	if (r < 0)
		return r;
	r = pragma_text(s->db, "PRAGMA journal_mode = WAL", "wal");
	if (r == -EINVAL)
		return refuse(o, r,
			      "%s lies on a file system without the shared memory that "
			      "SQLite's WAL needs: use a local one",
			      o->path);
	if (r == 0 && sqlite3_exec(s->db, SQLITE_STORE_PRAGMAS, NULL, NULL, NULL) != SQLITE_OK)
		r = sqlite_store_errno(s->db);
	if (r < 0)
		return database_failed(o, r, sqlite3_errmsg(s->db));
	r = version == SQLITE_STORE_VERSION ? sqlite_store_prepare(s, now)
					    : migrate(s, version, now);
	if (r < 0)
		return database_failed(o, r, s->base.error);
	r = has_log ? check_pair(o, s, wal) : 0;
	if (r == 0)
		sqlite3_db_config(s->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
	return r;
}

static int open_as_it_was(const struct opening *o, const struct sqlite_store *s,
			  struct sqlite_store *fresh)
{
	const struct store_info *was = &s->base.info, *is = &fresh->base.info;
	int r = check_file(o);

	if (r == 1)
		return refuse(o, -ESTALE, "%s: the file was removed while in use: put it back",
			      o->path);
	if (r == 0)
		r = open_database(o, fresh, s->start);
	if (r < 0)
		return r == -EINVAL ? -EUCLEAN : r;
	if (s->damaged && pragma_text(fresh->db, "PRAGMA quick_check(1)", "ok") < 0)
		return refuse(o, -EUCLEAN,
			      "%s is damaged: move it and its -wal away, put a good copy in its "
			      "place and restart",
			      o->path);
	if (memcmp(is->uuid, was->uuid, sizeof(is->uuid)) != 0 ||
	    is->newest_commit != was->newest_commit)
		return refuse(o, -ESTALE,
			      "%s is not as it was left (commit %llu, not %llu): restart", o->path,
			      (unsigned long long)is->newest_commit,
			      (unsigned long long)was->newest_commit);
	return 0;
}

int sqlite_store_open_again(struct sqlite_store *s)
{
	struct opening *o = calloc(1, sizeof(*o));
	struct sqlite_store *fresh = calloc(1, sizeof(*fresh));
	int r = -ENOMEM;

	if (o && fresh) {
		o->why = s->base.error;
		o->why_len = sizeof(s->base.error);
		memcpy(o->path, s->path, sizeof(o->path));
		memcpy(fresh->path, s->path, sizeof(fresh->path));
		memcpy(fresh->boot_id, s->boot_id, sizeof(fresh->boot_id));
		fresh->lock_fd = -1;
		r = open_as_it_was(o, s, fresh);
	}
	if (r == 0) {
		s->db = fresh->db;
		memcpy(s->stmt, fresh->stmt, sizeof(s->stmt));
		fresh->db = NULL;
		memset(fresh->stmt, 0, sizeof(fresh->stmt));
		s->damaged = false;
		s->boot_stored = false; /* nothing is known of it but what was checked */
		r = sqlite_log_start(s);
	} else if (fresh && fresh->db) {
		sqlite_store_close_database(fresh);
	}
	if (fresh)
		sqlite_store_free(fresh);
	free(o);
	return r;
}

int store_sqlite_open(const struct store_options *options, struct store **ret_store,
		      int *ret_holder, char *why, size_t why_len)
{
	struct opening *o = calloc(1, sizeof(*o));
	struct sqlite_store *s = calloc(1, sizeof(*s));
	int r = -ENOMEM;

	if (!o || !s) {
		snprintf(why, why_len, "no memory");
		goto out;
	}
	s->base.ops = &sqlite_store_ops;
	s->lock_fd = -1;
	memcpy(s->boot_id, options->boot_id, sizeof(s->boot_id));
	o->why = why;
	o->why_len = why_len;
	r = resolve(o, options->name);
	if (r == 0)
		r = lock(o, &s->lock_fd, ret_holder);
	if (r < 0)
		goto out;
	memcpy(s->path, o->path, sizeof(s->path));
	r = check_file(o);
	if (r == 1)
		r = create(o);
	if (r == 0)
		r = open_database(o, s, options->now);
	if (r == 0 && (r = sqlite_log_start(s)) < 0)
		refuse(o, r, "%s", s->base.error);
out:
	if (r == 0)
		*ret_store = &s->base;
	else if (s)
		sqlite_store_free(s);
	free(o);
	return r;
}
