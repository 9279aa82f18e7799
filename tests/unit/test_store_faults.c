// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The SQLite store on a disk that is full, read-only or broken, beside a shell
 * that writes, and with its power cut.
 */
#include <errno.h>
#include <grp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <setjmp.h>
#include <cmocka.h>
#include <sqlite3.h>

#include "../common/random.h"
#include "../common/faulty_vfs.h"
#include "store_rig.h"

#define POWER_CUTS 100
#define NOBODY	   65534

/* --- a disk in trouble --- */

static void on_a_full_disk(struct ctx *ctx)
{
	struct rlimit limit;
	struct stat st;
	uint32_t a = 100, stored;
	int r;

	signal(SIGXFSZ, SIG_IGN);
	CHILD_CHECK(1, rig_try_open(ctx) == 0);
	CHILD_CHECK(2, rig_commit(ctx, rig_make_row(1), 0) == 0);
	CHILD_CHECK(3, stat(rig_beside(ctx, "-wal"), &st) == 0);
	CHILD_CHECK(4, getrlimit(RLIMIT_FSIZE, &limit) == 0);
	limit.rlim_cur = (rlim_t)st.st_size + 100000; /* a few commits more */
	CHILD_CHECK(5, setrlimit(RLIMIT_FSIZE, &limit) == 0);
	while ((r = rig_commit(ctx, rig_make_row(a), 0)) == 0)
		CHILD_CHECK(6, ++a < 200);
	CHILD_CHECK(7, r == -ENOSPC);
	CHILD_CHECK(8, strstr(store_error(ctx->store), ctx->name));
	for (int i = 0; i < 3; i++) /* and again */
		CHILD_CHECK(9, rig_commit(ctx, rig_make_row(a), 0) == -ENOSPC);
	stored = a - 100;
	CHILD_CHECK(10, rig_load(ctx) == 1 + stored); /* nothing of what failed */
	limit.rlim_cur = limit.rlim_max;
	CHILD_CHECK(11, setrlimit(RLIMIT_FSIZE, &limit) == 0);
	CHILD_CHECK(12, rig_commit(ctx, rig_make_row(a), 0) == 0); /* it recovers with the disk */
	CHILD_CHECK(13, rig_try_open(ctx) == 0);
	CHILD_CHECK(14, rig_load(ctx) == 2 + stored);
}

static void a_full_disk_fails_the_commit_and_no_more(void **state)
{
	rig_in_child(*state, on_a_full_disk);
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
	CHILD_CHECK(2, rig_try_open(ctx) == -EACCES);
	CHILD_CHECK(3, strstr(ctx->why, ctx->dir));
	CHILD_CHECK(4, access(ctx->name, F_OK) < 0);
	CHILD_CHECK(5, chmod(ctx->dir, 0750) == 0);
	CHILD_CHECK(6, rig_try_open(ctx) == 0);
	CHILD_CHECK(7, rig_commit(ctx, rig_make_row(1), 0) == 0);
	store_close(ctx->store);
	ctx->store = NULL;
	CHILD_CHECK(8, chmod(ctx->name, 0440) == 0);
	CHILD_CHECK(9, rig_try_open(ctx) == -EROFS);
	CHILD_CHECK(10, strstr(ctx->why, "may only be read"));
	CHILD_CHECK(11, chmod(ctx->name, 0) == 0);
	CHILD_CHECK(12, rig_try_open(ctx) == -EACCES);
	CHILD_CHECK(13, chmod(ctx->name, 0640) == 0);
	CHILD_CHECK(14, rig_try_open(ctx) == 0);
	CHILD_CHECK(15, rig_load(ctx) == 1);
}

static void a_read_only_place_is_refused(void **state)
{
	rig_in_child(*state, where_nothing_may_be_written);
}

static void a_shell_that_writes_delays_but_does_not_break(void **state)
{
	struct ctx *ctx = *state;
	sqlite3 *shell;

	assert_int_equal(rig_try_open(ctx), 0);
	assert_int_equal(rig_commit(ctx, rig_make_row(1), 0), 0);
	assert_int_equal(sqlite3_open(ctx->name, &shell), SQLITE_OK);
	assert_int_equal(sqlite3_exec(shell, "BEGIN; SELECT * FROM lease", NULL, NULL, NULL), 0);
	assert_int_equal(rig_commit(ctx, rig_make_row(2), 0), 0); /* a reader is in nobody's way */
	assert_int_equal(sqlite3_exec(shell, "COMMIT; BEGIN IMMEDIATE", NULL, NULL, NULL), 0);
	assert_int_equal(rig_commit(ctx, rig_make_row(3), 0), -EBUSY);
	assert_int_equal(sqlite3_exec(shell, "ROLLBACK", NULL, NULL, NULL), 0);
	assert_int_equal(rig_commit(ctx, rig_make_row(3), 0), 0);
	assert_int_equal(rig_load(ctx), 3);
	/* One that writes what only we write: nothing is left half done, not even our lock. */
	assert_int_equal(
		sqlite3_exec(shell, "UPDATE meta SET newest_commit = 99", NULL, NULL, NULL), 0);
	assert_int_equal(rig_commit(ctx, rig_make_row(4), 0), -EUCLEAN);
	assert_int_equal(sqlite3_exec(shell, "UPDATE meta SET newest_commit = 3", NULL, NULL, NULL),
			 0);
	assert_int_equal(rig_commit(ctx, rig_make_row(4), 0), 0);
	sqlite3_close(shell);
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

	assert_int_equal(rig_try_open(ctx), 0);
	for (uint32_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(rig_commit(ctx, rig_make_row(10 + i), 0), 0);
		errno = 0;
		faulty_vfs_fail(cases[i].op, cases[i].rc);
		for (int twice = 0; twice < 2; twice++)
			assert_int_equal(rig_commit(ctx, rig_make_row(40 + i), 0), cases[i].want);
		assert_int_equal(rig_load(ctx), 2 * i + 1);
		faulty_vfs_fail(cases[i].op, 0);
		assert_int_equal(rig_commit(ctx, rig_make_row(40 + i), 0), 0);
		assert_int_equal(rig_load(ctx), 2 * i + 2);
	}
	assert_int_equal(rig_try_open(ctx), 0);
	assert_int_equal(rig_load(ctx), 10);
}

static void a_commit_is_synced_before_it_returns(void **state)
{
	struct ctx *ctx = *state;

	assert_int_equal(rig_try_open(ctx), 0);
	assert_int_equal(disk_unsynced("/leases.db"), 0);
	for (uint32_t a = 0; a < 50; a++) {
		assert_int_equal(rig_commit(ctx, rig_make_row(a), 0), 0);
		assert_int_equal(disk_unsynced("-wal"), 0);
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
	if (cuts->n == POWER_CUTS || (disk_unsynced("/leases.db") == 0 && cuts->due-- > 0))
		return;
	cuts->due = random_below(120);
	snprintf(dir, sizeof(dir), "%s/cut%u", cuts->ctx->dir, cuts->n);
	if (mkdir(dir, 0750) < 0)
		abort();
	cuts->cut[cuts->n++].confirmed = cuts->confirmed;
	disk_cut(dir, random_below);
}

/* Commit k writes k to 16 leases, at addresses far apart so that many pages change. */
static void commit_round(struct ctx *ctx, uint32_t k)
{
	struct store_change changes[16];
	struct lease_row rows[16];
	uint64_t number = 0;

	for (uint32_t i = 0; i < 16; i++) {
		rows[i] = rig_make_row(i * 4);
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
	random_seed(0x2545f4914f6cdd1du);
	cuts->ctx = ctx;
	assert_int_equal(rig_try_open(ctx), 0);
	disk_watch(maybe_cut, cuts);
	for (uint32_t k = 1; cuts->n < POWER_CUTS; k++) {
		assert_true(k < 10000);
		commit_round(ctx, k);
		cuts->confirmed = k;
	}
	/* far enough for the log to have been folded into the file while it was cut */
	assert_true(cuts->confirmed > 220);
	disk_watch(NULL, NULL);
	for (uint32_t i = 0; i < POWER_CUTS; i++) {
		uint32_t confirmed = cuts->cut[i].confirmed, got;

		snprintf(name, sizeof(name), "%s/cut%u/leases.db", ctx->dir, i);
		if (rig_try_open_at(ctx, name, 1, 0) != 0)
			fail_msg("cut %u: %s", i, ctx->why);
		rig_load(ctx);
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

#define T(name) cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)
#define F(name) cmocka_unit_test_setup_teardown(name, rig_setup_faulty, rig_teardown_faulty)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_full_disk_fails_the_commit_and_no_more),
		T(a_read_only_place_is_refused),
		T(a_shell_that_writes_delays_but_does_not_break),
		F(errors_of_the_disk_have_their_names),
		F(a_commit_is_synced_before_it_returns),
		F(a_power_cut_loses_nothing_that_was_confirmed),
	};

	return cmocka_run_group_tests_name("store/faults", tests, NULL, NULL) != 0;
}
