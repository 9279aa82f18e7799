/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What only the SQLite store does: its files and their modes, other people's
 * files, a disk that fails, fills or loses power, and the view `leases`.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <grp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <setjmp.h>
#include <cmocka.h>
#include <sqlite3.h>

#include "abi.h"
#include "faulty_vfs.h"
#include "store/store.h"

#define POWER_CUTS 100
#define NOBODY	   65534

struct ctx {
	char dir[64];
	char name[128];
	struct store *store;
	char why[512];
	struct lease_row rows[64];
	size_t n;
};

static int remove_entry(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st, (void)flag, (void)ftw;
	return remove(path);
}

static int setup(void **state)
{
	struct ctx *ctx = calloc(1, sizeof(*ctx));

	assert_non_null(ctx);
	snprintf(ctx->dir, sizeof(ctx->dir), "/tmp/test-store-XXXXXX");
	assert_non_null(mkdtemp(ctx->dir));
	snprintf(ctx->name, sizeof(ctx->name), "%s/leases.db", ctx->dir);
	*state = ctx;
	return 0;
}

static int teardown(void **state)
{
	struct ctx *ctx = *state;

	store_close(ctx->store);
	nftw(ctx->dir, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
	free(ctx);
	return 0;
}

static int try_open_at(struct ctx *ctx, const char *name, uint8_t boot, uint32_t now)
{
	struct store_options options = {.name = name, .boot_id = {boot}, .now = now};
	int r, holder;

	store_close(ctx->store);
	ctx->store = NULL;
	ctx->why[0] = '\0';
	r = store_open(&options, &ctx->store, &holder, ctx->why, sizeof(ctx->why));
	if (r < 0)
		ctx->store = NULL;
	if (r < 0)
		assert_true(ctx->why[0] != '\0');
	return r;
}

static int try_open(struct ctx *ctx)
{
	return try_open_at(ctx, ctx->name, 1, 0);
}

static struct lease_row make_row(uint32_t addr)
{
	struct lease_row row = {.addr = addr,
				.subnet_id = 7,
				.generation = 1,
				.state = LEASE_BOUND,
				.client = {.chaddr = {2, 0, 0, 0xab, 0xcd, (uint8_t)addr}},
				.cltt = 1000,
				.lifetime = 3600,
				.promised = 4600,
				.ack_until = 11800};
	return row;
}

static int commit(struct ctx *ctx, struct lease_row row, uint64_t expected)
{
	struct store_change change = {&row, expected, false};
	uint64_t number;
	int r = store_commit(ctx->store, &change, 1, 1000, 1700000000, &number);

	if (r == 0)
		assert_false(change.refused);
	return r;
}

static int collect(void *arg, const struct lease_row *row)
{
	struct ctx *ctx = arg;

	if (ctx->n < 64)
		ctx->rows[ctx->n] = *row;
	ctx->n++;
	return 0;
}

static size_t load(struct ctx *ctx)
{
	ctx->n = 0;
	assert_int_equal(store_load(ctx->store, collect, ctx), 0);
	return ctx->n;
}

static char *beside(const struct ctx *ctx, const char *suffix)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s%s", ctx->name, suffix);
	return path;
}

static mode_t mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_mode & 07777;
}

static void put_file(const char *path, const void *data, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0640);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, len), len);
	close(fd);
}

/* FNV-1a of a whole file; 0: there is none. */
static uint64_t checksum(const char *path)
{
	uint64_t sum = 0xcbf29ce484222325u;
	FILE *file = fopen(path, "re");
	int c;

	if (!file)
		return 0;
	while ((c = getc(file)) != EOF)
		sum = (sum ^ (uint64_t)c) * 0x100000001b3u;
	fclose(file);
	return sum;
}

static void sql(const char *path, const char *text)
{
	char *error = NULL;
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	if (sqlite3_exec(db, text, NULL, NULL, &error) != SQLITE_OK)
		fail_msg("%s", error);
	sqlite3_close(db);
}

/* Runs fn in a child; it ends with _exit(0) where all is well, with the line that is not else. */
static void in_child(struct ctx *ctx, void (*fn)(struct ctx *ctx))
{
	int status;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		fn(ctx);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status))
		print_error("the child failed check number %d\n", WEXITSTATUS(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

#define CHILD_CHECK(number, condition) \
	do {                           \
		if (!(condition))      \
			_exit(number); \
	} while (0)

static uint64_t seed;

static uint32_t rnd(uint32_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)(seed >> 32) % below;
}

/* --- files --- */

static void files_are_for_the_group_at_most(void **state)
{
	struct ctx *ctx = *state;
	char name[128];
	mode_t old = umask(0);

	snprintf(name, sizeof(name), "%s/made/leases.db", ctx->dir);
	assert_int_equal(try_open_at(ctx, name, 1, 0), 0);
	umask(077);
	snprintf(ctx->name, sizeof(ctx->name), "%s/made/second.db", ctx->dir);
	assert_int_equal(try_open(ctx), 0);
	assert_int_equal(commit(ctx, make_row(1), 0), 0);
	umask(old);
	assert_int_equal(mode_of(name), 0640);
	assert_int_equal(mode_of(ctx->name), 0640);
	assert_int_equal(mode_of(beside(ctx, "-wal")), 0640);
	*strrchr(name, '/') = '\0';
	assert_int_equal(mode_of(name), 0750);
	assert_int_equal(access(beside(ctx, ".creating"), F_OK), -1);
}

static void a_creation_that_crashed_is_begun_anew(void **state)
{
	struct ctx *ctx = *state;

	put_file(beside(ctx, ".creating"), "half", 4);
	put_file(beside(ctx, ".creating-wal"), "half", 4);
	assert_int_equal(try_open(ctx), 0);
	assert_int_equal(commit(ctx, make_row(1), 0), 0);
	assert_int_equal(access(beside(ctx, ".creating"), F_OK), -1);
	assert_int_equal(access(beside(ctx, ".creating-wal"), F_OK), -1);
}

/* Two names of one file meet in one lock, in one process too. */
static void an_alias_is_the_same_store(void **state)
{
	struct ctx *ctx = *state;
	struct store_options options = {.name = beside(ctx, ".alias")};
	struct store *second = NULL;
	int holder = 0;

	assert_int_equal(try_open(ctx), 0);
	assert_int_equal(symlink("leases.db", options.name), 0);
	assert_int_equal(store_open(&options, &second, &holder, ctx->why, sizeof(ctx->why)),
			 -EBUSY);
	assert_null(second);
	assert_int_equal(holder, getpid());
}

static void a_file_that_goes_away_is_noticed(void **state)
{
	struct ctx *ctx = *state;
	char away[256];

	assert_int_equal(try_open(ctx), 0);
	assert_int_equal(commit(ctx, make_row(1), 0), 0);
	snprintf(away, sizeof(away), "%s", beside(ctx, ".away"));
	assert_int_equal(rename(ctx->name, away), 0);
	assert_int_equal(commit(ctx, make_row(2), 0), -ESTALE);
	put_file(ctx->name, "another", 7);
	assert_int_equal(commit(ctx, make_row(2), 0), -ESTALE);
	assert_int_equal(rename(away, ctx->name), 0);
	assert_int_equal(commit(ctx, make_row(2), 0), 0);
}

/* --- what is not ours --- */

static void make_text(struct ctx *ctx)
{
	static const char text[] = "lease 192.0.2.1 {\n  starts 4 2024/01/01 00:00:00;\n}\n"
				   "# and more of the like, to be longer than any header is\n";

	put_file(ctx->name, text, sizeof(text) - 1);
}

static void make_empty(struct ctx *ctx)
{
	put_file(ctx->name, "", 0);
}

static void make_foreign(struct ctx *ctx)
{
	sql(ctx->name, "CREATE TABLE lease (addr); INSERT INTO lease VALUES (1)");
}

static void make_newer(struct ctx *ctx)
{
	assert_int_equal(try_open(ctx), 0);
	store_close(ctx->store);
	ctx->store = NULL;
	sql(ctx->name, "PRAGMA user_version = 2");
}

static void make_never_used_version(struct ctx *ctx)
{
	make_newer(ctx);
	sql(ctx->name, "PRAGMA user_version = 0");
}

/* The newer version stands in the log only, as after a migration that was killed. */
static void make_newer_in_log(struct ctx *ctx)
{
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		sqlite3 *db;

		CHILD_CHECK(1, try_open(ctx) == 0);
		store_close(ctx->store);
		CHILD_CHECK(1, sqlite3_open(ctx->name, &db) == SQLITE_OK);
		CHILD_CHECK(1, sqlite3_exec(db, "PRAGMA user_version = 2", NULL, NULL, NULL) ==
				       SQLITE_OK);
		_exit(0); /* without closing: no checkpoint */
	}
	assert_int_equal(waitpid(child, NULL, 0), child);
	assert_int_equal(access(beside(ctx, "-wal"), F_OK), 0);
}

static void make_ours(struct ctx *ctx)
{
	assert_int_equal(try_open(ctx), 0);
	for (uint32_t a = 0; a < 200; a++)
		assert_int_equal(commit(ctx, make_row(a), 0), 0);
	store_close(ctx->store);
	ctx->store = NULL;
}

static void make_cut(struct ctx *ctx)
{
	make_ours(ctx);
	assert_int_equal(truncate(ctx->name, 4096 + 100), 0);
}

static void make_half_header(struct ctx *ctx)
{
	make_ours(ctx);
	assert_int_equal(truncate(ctx->name, 60), 0);
}

static void make_scribbled(struct ctx *ctx)
{
	uint8_t junk[4096];
	int fd;

	make_ours(ctx);
	memset(junk, 0x5a, sizeof(junk));
	fd = open(ctx->name, O_WRONLY);
	assert_true(fd >= 0);
	for (int page = 1; page < 8; page++)
		if (pwrite(fd, junk, sizeof(junk), page * 4096) != sizeof(junk))
			fail();
	close(fd);
}

static void make_tableless(struct ctx *ctx)
{
	make_ours(ctx);
	sql(ctx->name, "DROP VIEW leases; DROP TABLE boot");
}

static void make_metaless(struct ctx *ctx)
{
	make_ours(ctx);
	sql(ctx->name, "DELETE FROM meta");
}

static void make_log_alone(struct ctx *ctx)
{
	put_file(beside(ctx, "-wal"), "log", 3);
}

static void make_directory(struct ctx *ctx)
{
	assert_int_equal(mkdir(ctx->name, 0750), 0);
}

static void make_pipe(struct ctx *ctx)
{
	assert_int_equal(mkfifo(ctx->name, 0640), 0);
}

static void what_is_not_ours_is_refused_untouched(void **state)
{
	static const struct {
		void (*make)(struct ctx *ctx);
		const char *why; /* a part of it */
		bool no_file;
	} cases[] = {
		{make_text, "is not a lease database", false},
		{make_empty, "is empty: remove it", false},
		{make_foreign, "another program's SQLite database", false},
		{make_newer, "has schema version 2, this program knows up to 1", false},
		{make_newer_in_log, "has schema version 2, this program knows up to 1", false},
		{make_never_used_version, "unknown schema version 0", false},
		{make_cut, "is damaged", false},
		{make_half_header, "is not a lease database", false},
		{make_scribbled, "is damaged", false},
		{make_tableless, "is damaged (", false},
		{make_metaless, "table meta is empty or damaged", false},
		{make_log_alone, "put the file back", true},
		{make_directory, "is not a regular file", true},
		{make_pipe, "is not a regular file", true},
	};
	struct ctx *ctx = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t file, wal;
		int r;

		snprintf(ctx->name, sizeof(ctx->name), "%s/%zu.db", ctx->dir, i);
		cases[i].make(ctx);
		file = cases[i].no_file ? 0 : checksum(ctx->name);
		wal = checksum(beside(ctx, "-wal"));
		for (int twice = 0; twice < 2; twice++) {
			r = try_open(ctx);
			if (r != -EINVAL || !strstr(ctx->why, cases[i].why))
				print_error("case %zu: %d, %s\n", i, r, ctx->why);
			assert_int_equal(r, -EINVAL);
			assert_non_null(strstr(ctx->why, cases[i].why));
			assert_int_equal(cases[i].no_file ? 0 : checksum(ctx->name), file);
			assert_int_equal(checksum(beside(ctx, "-wal")), wal);
		}
	}
}

static void a_damaged_row_is_named(void **state)
{
	static const char *const damage[] = {
		"chaddr = x'0102'",
		"client_id = zeroblob(256)",
		"state = 2",
		"state = 5",
		"ended = 4",
		"promised = -1",
		"ack_until = 1 << 32",
		"generation = 0",
		"boot = 9",
		"granted_until = 'text'",
		"hostname = printf('%0256d', 1)",
	};
	struct ctx *ctx = *state;
	char text[128];

	for (size_t i = 0; i < sizeof(damage) / sizeof(damage[0]); i++) {
		snprintf(ctx->name, sizeof(ctx->name), "%s/%zu.db", ctx->dir, i);
		make_ours(ctx);
		snprintf(text, sizeof(text), "UPDATE lease SET %s WHERE addr = 42", damage[i]);
		sql(ctx->name, text);
		assert_int_equal(try_open(ctx), 0);
		ctx->n = 0;
		assert_int_equal(store_load(ctx->store, collect, ctx), -EUCLEAN);
		assert_int_equal(ctx->n, 42);
		assert_non_null(strstr(store_error(ctx->store), "addr = 42"));
	}
}

/* --- a disk in trouble --- */

static void on_a_full_disk(struct ctx *ctx)
{
	struct rlimit limit;
	struct stat st;
	uint32_t a = 100, stored;
	int r;

	signal(SIGXFSZ, SIG_IGN);
	CHILD_CHECK(1, try_open(ctx) == 0);
	CHILD_CHECK(2, commit(ctx, make_row(1), 0) == 0);
	CHILD_CHECK(3, stat(beside(ctx, "-wal"), &st) == 0);
	CHILD_CHECK(4, getrlimit(RLIMIT_FSIZE, &limit) == 0);
	limit.rlim_cur = (rlim_t)st.st_size + 100000; /* a few commits more */
	CHILD_CHECK(5, setrlimit(RLIMIT_FSIZE, &limit) == 0);
	while ((r = commit(ctx, make_row(a), 0)) == 0)
		CHILD_CHECK(6, ++a < 200);
	CHILD_CHECK(7, r == -ENOSPC);
	CHILD_CHECK(8, strstr(store_error(ctx->store), ctx->name));
	for (int i = 0; i < 3; i++) /* and again */
		CHILD_CHECK(9, commit(ctx, make_row(a), 0) == -ENOSPC);
	stored = a - 100;
	CHILD_CHECK(10, load(ctx) == 1 + stored); /* nothing of what failed */
	limit.rlim_cur = limit.rlim_max;
	CHILD_CHECK(11, setrlimit(RLIMIT_FSIZE, &limit) == 0);
	CHILD_CHECK(12, commit(ctx, make_row(a), 0) == 0); /* it recovers with the disk */
	CHILD_CHECK(13, try_open(ctx) == 0);
	CHILD_CHECK(14, load(ctx) == 2 + stored);
}

static void a_full_disk_fails_the_commit_and_no_more(void **state)
{
	in_child(*state, on_a_full_disk);
}

/* Root may write anywhere: be nobody. */
static void become_nobody(struct ctx *ctx)
{
	if (geteuid() != 0)
		return;
	CHILD_CHECK(100, chown(ctx->dir, NOBODY, NOBODY) == 0);
	CHILD_CHECK(101, setgroups(0, NULL) == 0);
	CHILD_CHECK(102, setresgid(NOBODY, NOBODY, NOBODY) == 0);
	CHILD_CHECK(103, setresuid(NOBODY, NOBODY, NOBODY) == 0);
}

static void where_nothing_may_be_written(struct ctx *ctx)
{
	become_nobody(ctx);
	CHILD_CHECK(1, chmod(ctx->dir, 0550) == 0);
	CHILD_CHECK(2, try_open(ctx) == -EACCES);
	CHILD_CHECK(3, strstr(ctx->why, ctx->dir));
	CHILD_CHECK(4, access(ctx->name, F_OK) < 0);
	CHILD_CHECK(5, chmod(ctx->dir, 0750) == 0);
	CHILD_CHECK(6, try_open(ctx) == 0);
	CHILD_CHECK(7, commit(ctx, make_row(1), 0) == 0);
	store_close(ctx->store);
	ctx->store = NULL;
	CHILD_CHECK(8, chmod(ctx->name, 0440) == 0);
	CHILD_CHECK(9, try_open(ctx) == -EROFS);
	CHILD_CHECK(10, strstr(ctx->why, "may only be read"));
	CHILD_CHECK(11, chmod(ctx->name, 0) == 0);
	CHILD_CHECK(12, try_open(ctx) == -EACCES);
	CHILD_CHECK(13, chmod(ctx->name, 0640) == 0);
	CHILD_CHECK(14, try_open(ctx) == 0);
	CHILD_CHECK(15, load(ctx) == 1);
}

static void a_read_only_place_is_refused(void **state)
{
	in_child(*state, where_nothing_may_be_written);
}

static void a_shell_that_writes_delays_but_does_not_break(void **state)
{
	struct ctx *ctx = *state;
	sqlite3 *shell;

	assert_int_equal(try_open(ctx), 0);
	assert_int_equal(commit(ctx, make_row(1), 0), 0);
	assert_int_equal(sqlite3_open(ctx->name, &shell), SQLITE_OK);
	assert_int_equal(sqlite3_exec(shell, "BEGIN; SELECT * FROM lease", NULL, NULL, NULL), 0);
	assert_int_equal(commit(ctx, make_row(2), 0), 0); /* a reader is in nobody's way */
	assert_int_equal(sqlite3_exec(shell, "COMMIT; BEGIN IMMEDIATE", NULL, NULL, NULL), 0);
	assert_int_equal(commit(ctx, make_row(3), 0), -EBUSY);
	assert_int_equal(sqlite3_exec(shell, "ROLLBACK", NULL, NULL, NULL), 0);
	assert_int_equal(commit(ctx, make_row(3), 0), 0);
	assert_int_equal(load(ctx), 3);
	/* One that writes what only we write: nothing is left half done, not even our lock. */
	assert_int_equal(
		sqlite3_exec(shell, "UPDATE meta SET newest_commit = 99", NULL, NULL, NULL), 0);
	assert_int_equal(commit(ctx, make_row(4), 0), -EUCLEAN);
	assert_int_equal(sqlite3_exec(shell, "UPDATE meta SET newest_commit = 3", NULL, NULL, NULL),
			 0);
	assert_int_equal(commit(ctx, make_row(4), 0), 0);
	sqlite3_close(shell);
}

static int setup_faulty(void **state)
{
	faulty_vfs_install();
	return setup(state);
}

static int teardown_faulty(void **state)
{
	int r = teardown(state);

	faulty_vfs_uninstall();
	return r;
}

static void errors_of_the_disk_have_their_names(void **state)
{
	static const struct {
		enum faulty_op op;
		int rc, want;
	} cases[] = {
		{FAULTY_WRITE, SQLITE_FULL, -ENOSPC},	 {FAULTY_WRITE, SQLITE_IOERR_WRITE, -EIO},
		{FAULTY_WRITE, SQLITE_READONLY, -EROFS}, {FAULTY_WRITE, SQLITE_NOMEM, -ENOMEM},
		{FAULTY_SYNC, SQLITE_IOERR_FSYNC, -EIO},
	};
	struct ctx *ctx = *state;

	assert_int_equal(try_open(ctx), 0);
	for (uint32_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(commit(ctx, make_row(10 + i), 0), 0);
		errno = 0;
		faulty_vfs_fail(cases[i].op, cases[i].rc);
		for (int twice = 0; twice < 2; twice++)
			assert_int_equal(commit(ctx, make_row(40 + i), 0), cases[i].want);
		assert_int_equal(load(ctx), 2 * i + 1);
		faulty_vfs_fail(cases[i].op, 0);
		assert_int_equal(commit(ctx, make_row(40 + i), 0), 0);
		assert_int_equal(load(ctx), 2 * i + 2);
	}
	assert_int_equal(try_open(ctx), 0);
	assert_int_equal(load(ctx), 10);
}

static void a_commit_is_synced_before_it_returns(void **state)
{
	struct ctx *ctx = *state;

	assert_int_equal(try_open(ctx), 0);
	assert_int_equal(faulty_vfs_unsynced("/leases.db"), 0);
	for (uint32_t a = 0; a < 50; a++) {
		assert_int_equal(commit(ctx, make_row(a), 0), 0);
		assert_int_equal(faulty_vfs_unsynced("-wal"), 0);
	}
}

/* The power fails at any write or sync, again and again; each time another disk is left. */
struct cuts {
	struct ctx *ctx;
	uint32_t confirmed, n, due;
	struct {
		uint32_t confirmed;
	} cut[POWER_CUTS];
};

static void maybe_cut(void *arg)
{
	struct cuts *cuts = arg;
	char dir[128];

	/* always while the log is being folded into the file, now and then else */
	if (cuts->n == POWER_CUTS || (faulty_vfs_unsynced("/leases.db") == 0 && cuts->due-- > 0))
		return;
	cuts->due = rnd(120);
	snprintf(dir, sizeof(dir), "%s/cut%u", cuts->ctx->dir, cuts->n);
	if (mkdir(dir, 0750) < 0)
		abort();
	cuts->cut[cuts->n++].confirmed = cuts->confirmed;
	faulty_vfs_power_cut(dir, rnd);
}

/* Commit k writes k to 16 leases, at addresses far apart so that many pages change. */
static void commit_round(struct ctx *ctx, uint32_t k)
{
	struct store_change changes[16];
	struct lease_row rows[16];
	uint64_t number = 0;

	for (uint32_t i = 0; i < 16; i++) {
		rows[i] = make_row(i * 4);
		rows[i].cltt = k;
		memset(rows[i].hostname, 'a' + (int)(k % 26), 250);
		changes[i] = (struct store_change){&rows[i], k > 1, false};
	}
	assert_int_equal(store_commit(ctx->store, changes, 16, k, k, &number), 0);
	assert_int_equal(number, k);
	assert_false(changes[0].refused);
}

static void a_power_cut_loses_nothing_that_was_confirmed(void **state)
{
	struct ctx *ctx = *state;
	struct cuts *cuts = calloc(1, sizeof(*cuts));
	uint32_t ahead = 0;
	char name[128];

	assert_non_null(cuts);
	seed = 0x2545f4914f6cdd1du;
	cuts->ctx = ctx;
	assert_int_equal(try_open(ctx), 0);
	faulty_vfs_watch(maybe_cut, cuts);
	for (uint32_t k = 1; cuts->n < POWER_CUTS; k++) {
		assert_true(k < 10000);
		commit_round(ctx, k);
		cuts->confirmed = k;
	}
	/* far enough for the log to have been folded into the file while it was cut */
	assert_true(cuts->confirmed > 220);
	faulty_vfs_watch(NULL, NULL);
	for (uint32_t i = 0; i < POWER_CUTS; i++) {
		uint32_t confirmed = cuts->cut[i].confirmed, got;

		snprintf(name, sizeof(name), "%s/cut%u/leases.db", ctx->dir, i);
		if (try_open_at(ctx, name, 1, 0) != 0)
			fail_msg("cut %u: %s", i, ctx->why);
		load(ctx);
		got = ctx->n ? ctx->rows[0].cltt : 0;
		if (got != confirmed && got != confirmed + 1)
			print_error("cut %u: %u confirmed, %u found\n", i, confirmed, got);
		assert_true(got == confirmed || got == confirmed + 1);
		ahead += got > confirmed;
		assert_int_equal(ctx->n, got ? 16 : 0);
		for (size_t j = 0; j < ctx->n; j++)
			assert_int_equal(ctx->rows[j].cltt, got);
		commit_round(ctx, got + 1);
		/* keep the number of images small */
		store_close(ctx->store);
		ctx->store = NULL;
		faulty_vfs_uninstall();
		faulty_vfs_install();
	}
	assert_true(ahead > 0); /* some of the writes under way did arrive */
	free(cuts);
}

/* --- the view --- */

static int print_row(void *arg, int n, char **values, char **names)
{
	FILE *out = arg;

	(void)names;
	for (int i = 0; i < n; i++)
		fprintf(out, "%s%s", i ? "|" : "", values[i] ? values[i] : "");
	fputc('\n', out);
	return 0;
}

static void assert_view(struct ctx *ctx, const char *query, const char *want)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	sqlite3 *db;

	assert_non_null(out);
	assert_int_equal(sqlite3_open_v2(ctx->name, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	if (sqlite3_exec(db, query, print_row, out, NULL) != SQLITE_OK)
		fail_msg("%s", sqlite3_errmsg(db));
	sqlite3_close(db);
	fclose(out);
	assert_string_equal(text, want);
	free(text);
}

static void commit_view_rows(struct ctx *ctx)
{
	struct lease_row rows[6];
	struct store_change changes[6];
	uint64_t number;

	for (uint32_t i = 0; i < 6; i++) {
		rows[i] = make_row(0xc0000200 + 6 - i); /* 192.0.2.x, falling */
		changes[i] = (struct store_change){&rows[i], 0, false};
	}
	rows[0].addr = 0xffffffff;
	rows[1].granted_until = 5000; /* later than what the daemon itself promised */
	snprintf(rows[1].hostname, sizeof(rows[1].hostname), "printer");
	rows[1].client.client_id_len = 3;
	memcpy(rows[1].client.client_id, "\x01\xab\x00", 3);
	rows[2].promised = rows[2].ack_until = XDHCP_FOREVER;
	rows[3].state = LEASE_FREE;
	rows[3].end = LEASE_END_RELEASED;
	rows[3].promised = rows[3].ack_until = 0;
	rows[4].state = LEASE_HELD;
	rows[4].end = LEASE_END_EXPIRED;
	rows[5].state = LEASE_DECLINED;
	rows[5].end = LEASE_END_DECLINED;
	/* 2023-11-14 22:13:20 UTC is second 1000 of this boot */
	assert_int_equal(store_commit(ctx->store, changes, 6, 1000, 1700000000, &number), 0);
}

static void the_view_is_for_people(void **state)
{
	struct ctx *ctx = *state;

	assert_int_equal(try_open(ctx), 0);
	commit_view_rows(ctx);
	assert_view(ctx, "SELECT * FROM leases",
		    "192.0.2.1|02:00:00:ab:cd:01|||declined|2023-11-14 23:13:20|"
		    "2023-11-15 01:13:20|2023-11-14 22:13:20|7\n"
		    "192.0.2.2|02:00:00:ab:cd:02|||held (expired)|2023-11-14 23:13:20|"
		    "2023-11-15 01:13:20|2023-11-14 22:13:20|7\n"
		    "192.0.2.3|02:00:00:ab:cd:03|||free (released)|||2023-11-14 22:13:20|7\n"
		    "192.0.2.4|02:00:00:ab:cd:04|||bound|never|never|2023-11-14 22:13:20|7\n"
		    "192.0.2.5|02:00:00:ab:cd:05|01ab00|printer|bound|2023-11-14 23:20:00|"
		    "2023-11-15 01:13:20|2023-11-14 22:13:20|7\n"
		    "255.255.255.255|02:00:00:ab:cd:06|||bound|2023-11-14 23:13:20|"
		    "2023-11-15 01:13:20|2023-11-14 22:13:20|7\n");
	assert_view(ctx, "SELECT name FROM pragma_table_info('leases')",
		    "address\nmac\nclient_id\nhostname\nstate\nexpires\nack_until\ncltt\n"
		    "subnet_id\n");
	assert_view(ctx, "SELECT address FROM leases WHERE mac = '02:00:00:ab:cd:04'",
		    "192.0.2.4\n");
}

/* Each row by the clock of its own boot; a clock that was set moves this boot's. */
static void the_view_follows_the_wall_clock(void **state)
{
	struct ctx *ctx = *state;
	struct lease_row row = make_row(9);
	struct store_change change = {&row, 0, false};
	uint64_t number;

	assert_int_equal(try_open(ctx), 0);
	assert_int_equal(commit(ctx, make_row(1), 0), 0);
	assert_int_equal(try_open_at(ctx, ctx->name, 2, 10), 0);
	row.cltt = 20;
	assert_int_equal(store_commit(ctx->store, &change, 1, 20, 100, &number), 0);
	assert_view(ctx, "SELECT address, cltt FROM leases",
		    "0.0.0.1|2023-11-14 22:13:20\n0.0.0.9|1970-01-01 00:01:40\n");
	assert_int_equal(store_commit(ctx->store, NULL, 0, 50, 1700001000, &number), 0);
	assert_view(ctx, "SELECT address, cltt FROM leases",
		    "0.0.0.1|2023-11-14 22:13:20\n0.0.0.9|2023-11-14 22:29:30\n");
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
#define F(name) cmocka_unit_test_setup_teardown(name, setup_faulty, teardown_faulty)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(files_are_for_the_group_at_most),
		T(a_creation_that_crashed_is_begun_anew),
		T(an_alias_is_the_same_store),
		T(a_file_that_goes_away_is_noticed),
		T(what_is_not_ours_is_refused_untouched),
		T(a_damaged_row_is_named),
		T(a_full_disk_fails_the_commit_and_no_more),
		T(a_read_only_place_is_refused),
		T(a_shell_that_writes_delays_but_does_not_break),
		F(errors_of_the_disk_have_their_names),
		F(a_commit_is_synced_before_it_returns),
		F(a_power_cut_loses_nothing_that_was_confirmed),
		T(the_view_is_for_people),
		T(the_view_follows_the_wall_clock),
	};

	return cmocka_run_group_tests_name("store/sqlite", tests, NULL, NULL) != 0;
}
