// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What befalls the files of the SQLite store while they are in use: a log that cannot be folded, a
 * log, index or database that is removed or replaced, a page that is damaged; and of files that do
 * not belong together when they are opened.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <setjmp.h>
#include <cmocka.h>
#include <sqlite3.h>

#include "../common/random.h"
#include "../common/faulty_vfs.h"
#include "store_rig.h"

#define ROWS	   16
#define DAMAGE_MAX (3 * 4096)
#define LEASES	   (3 * 4096) /* where the table of leases begins */
#define FOLD_MAX   400	      /* commits after which a log has surely been folded */
#define RETRY	   10	      /* seconds between two looks at a damaged file */

/* Commit k writes k to leases at addresses far apart, so that many pages change. */
static int commit_at(struct ctx *ctx, uint32_t k, uint32_t now)
{
	struct store_change changes[ROWS];
	struct lease_row rows[ROWS];
	uint64_t number = 0;
	int r;

	for (uint32_t i = 0; i < ROWS; i++) {
		rows[i] = rig_make_row(i * 4);
		rows[i].cltt = k;
		memset(rows[i].hostname, 'a' + (int)(k % 26), 250);
		changes[i] = (struct store_change){&rows[i], k > 1, false};
	}
	r = store_commit(ctx->store, changes, ROWS, now, now, &number);
	if (r == 0)
		assert_int_equal(number, k);
	return r;
}

static void commit_up_to(struct ctx *ctx, uint32_t from, uint32_t to)
{
	for (uint32_t k = from; k <= to; k++)
		assert_int_equal(commit_at(ctx, k, k), 0);
}

static void check_newest(struct ctx *ctx, uint32_t k)
{
	struct store_info info;

	store_info(ctx->store, &info);
	assert_int_equal(info.newest_commit, k);
	assert_int_equal(rig_load(ctx), ROWS);
	for (size_t i = 0; i < ROWS; i++)
		assert_int_equal(ctx->rows[i].cltt, k);
}

static off_t size_of(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? st.st_size : -1;
}

/* In a process of its own: closing a file takes the locks with it that SQLite has on it here. */
static void overwrite(const char *path, off_t at, const void *data, size_t len)
{
	pid_t child = fork();
	int status, fd;

	if (child == 0) {
		fd = open(path, O_WRONLY | O_CLOEXEC);
		_exit(fd < 0 || pwrite(fd, data, len, at) != (ssize_t)len);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void copy_file(const char *from, const char *to)
{
	char command[600];

	snprintf(command, sizeof(command), "cp %s %s", from, to);
	assert_int_equal(system(command), 0);
}

/* --- folding --- */

static void a_log_is_folded_in_time(void **state)
{
	struct ctx *ctx = *state;
	off_t most;

	assert_int_equal(rig_try_open(ctx), 0);
	commit_up_to(ctx, 1, FOLD_MAX);
	most = size_of(rig_beside(ctx, "-wal"));
	assert_true(most > 0);
	commit_up_to(ctx, FOLD_MAX + 1, 3 * FOLD_MAX);
	assert_int_equal(size_of(rig_beside(ctx, "-wal")), most);
	assert_null(store_note(ctx->store));
}

static void fail_when_folding(void *arg)
{
	const unsigned *folded = arg; /* writes of an earlier fold, not synced */

	if (disk_unsynced("/leases.db") > *folded)
		faulty_vfs_fail(FAULTY_SYNC_LOSES, SQLITE_IOERR_FSYNC);
}

/* Commits until the store remarks that it cannot fold; the commits themselves hold. */
static uint32_t fail_to_fold(struct ctx *ctx, uint32_t k)
{
	const char *note = NULL;
	unsigned folded = disk_unsynced("/leases.db");

	disk_watch(fail_when_folding, &folded);
	for (uint32_t end = k + FOLD_MAX; !note && k < end; note = store_note(ctx->store)) {
		k++;
		commit_up_to(ctx, k, k);
	}
	assert_non_null(note);
	assert_non_null(strstr(note, "cannot be folded"));
	assert_null(store_note(ctx->store));
	disk_watch(NULL, NULL);
	faulty_vfs_fail(FAULTY_SYNC_LOSES, 0);
	return k;
}

/* What a disk without power has, after the fold's bytes have had every chance to be forgotten. */
static void cut_and_check(struct ctx *ctx, uint32_t newest)
{
	char dir[128], name[160];

	for (int i = 0; i < 10; i++) {
		snprintf(dir, sizeof(dir), "%s/cut%d", ctx->dir, i);
		assert_int_equal(mkdir(dir, 0750), 0);
		disk_cut(dir, random_below);
	}
	store_close(ctx->store);
	ctx->store = NULL;
	faulty_vfs_uninstall();
	faulty_vfs_install();
	for (int i = 0; i < 10; i++) {
		snprintf(name, sizeof(name), "%s/cut%d/leases.db", ctx->dir, i);
		if (rig_try_open_at(ctx, name, 1, newest) != 0)
			fail_msg("cut %d: %s", i, ctx->why);
		check_newest(ctx, newest);
	}
}

static void a_fold_whose_sync_failed_is_done_again_whole(void **state)
{
	struct ctx *ctx = *state;
	const char *note;
	uint32_t k;

	random_seed(0x2545f4914f6cdd1du);
	assert_int_equal(rig_try_open(ctx), 0);
	k = fail_to_fold(ctx, 0);
	commit_up_to(ctx, k + 1, k + FOLD_MAX);
	note = store_note(ctx->store);
	assert_non_null(note);
	assert_non_null(strstr(note, "folded into it again"));
	cut_and_check(ctx, k + FOLD_MAX);
}

static sqlite3 *reader(struct ctx *ctx)
{
	sqlite3 *shell;

	assert_int_equal(sqlite3_open(ctx->name, &shell), SQLITE_OK);
	assert_int_equal(sqlite3_exec(shell, "BEGIN; SELECT * FROM lease", NULL, NULL, NULL), 0);
	return shell;
}

static void note_folding(void *arg)
{
	bool *folding = arg;

	*folding |= disk_unsynced("/leases.db") > 0;
}

/*
 * While somebody reads, SQLite folds what that one does not need, does not sync it and counts it as
 * done. If the sync fails that comes with the rest, the kernel forgets what was not synced till
 * then.
 */
static uint32_t fold_a_part(struct ctx *ctx)
{
	uint32_t k = 20;
	bool folding = false;
	sqlite3 *shell;

	assert_int_equal(rig_try_open(ctx), 0);
	commit_up_to(ctx, 1, k);
	shell = reader(ctx);
	disk_watch(note_folding, &folding);
	while (!folding && !disk_unsynced("/leases.db")) {
		assert_true(++k < FOLD_MAX);
		assert_int_equal(commit_at(ctx, k, k), 0);
	}
	disk_watch(NULL, NULL);
	assert_int_equal(sqlite3_exec(shell, "COMMIT", NULL, NULL, NULL), 0);
	sqlite3_close(shell);
	return k;
}

static void a_fold_that_fails_after_a_part_was_counted_is_done_again(void **state)
{
	struct ctx *ctx = *state;
	const char *note;
	uint32_t k;

	random_seed(0x9e3779b97f4a7c15u);
	k = fold_a_part(ctx);
	k = fail_to_fold(ctx, k);
	commit_up_to(ctx, k + 1, k + FOLD_MAX);
	note = store_note(ctx->store);
	assert_non_null(note);
	assert_non_null(strstr(note, "folded into it again"));
	cut_and_check(ctx, k + FOLD_MAX);
}

/* It keeps the index, and with it SQLite's count of what is done. */
static void a_part_that_was_counted_is_there_for_a_program_open_across_a_restart(void **state)
{
	struct ctx *ctx = *state;
	sqlite3 *shell;
	uint32_t k;

	random_seed(0xd1b54a32d192ed03u);
	k = fold_a_part(ctx);
	shell = reader(ctx);
	assert_int_equal(sqlite3_exec(shell, "COMMIT", NULL, NULL, NULL), 0);
	k = fail_to_fold(ctx, k);
	assert_int_equal(rig_try_open_at(ctx, ctx->name, 1, k), 0);
	commit_up_to(ctx, k + 1, k + FOLD_MAX);
	sqlite3_close(shell);
	cut_and_check(ctx, k + FOLD_MAX);
}

static void a_part_that_was_counted_and_not_synced_is_left_to_the_next_daemon(void **state)
{
	struct ctx *ctx = *state;
	sqlite3 *shell;
	uint32_t k;

	random_seed(0x9e3779b97f4a7c15u);
	assert_int_equal(rig_try_open(ctx), 0);
	commit_up_to(ctx, 1, 20);
	shell = reader(ctx);
	k = fail_to_fold(ctx, 20);
	assert_int_equal(sqlite3_exec(shell, "COMMIT", NULL, NULL, NULL), 0);
	sqlite3_close(shell);
	commit_up_to(ctx, k + 1, k + FOLD_MAX);
	assert_null(store_note(ctx->store));
	assert_int_equal(disk_unsynced("/leases.db"), 0);
	cut_and_check(ctx, k + FOLD_MAX);
}

static void a_reader_without_end_is_told_once_and_when_it_ends(void **state)
{
	struct ctx *ctx = *state;
	const char *note = NULL;
	uint32_t k = 20;
	sqlite3 *shell;

	assert_int_equal(rig_try_open(ctx), 0);
	commit_up_to(ctx, 1, k);
	shell = reader(ctx);
	/* Somebody else fills the log: a commit of ours for each page would take its time. */
	rig_sql(ctx->name, "CREATE TABLE filler (bytes); INSERT INTO filler "
			   "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
			   "WHERE i < 16000) SELECT zeroblob(4000) FROM n");
	assert_null(store_note(ctx->store));
	k++;
	commit_up_to(ctx, k, k);
	note = store_note(ctx->store);
	assert_non_null(note);
	assert_non_null(strstr(note, "reading without end"));
	assert_true(size_of(rig_beside(ctx, "-wal")) > (off_t)16 * 1000 * 4096);
	commit_up_to(ctx, k + 1, k + FOLD_MAX);
	assert_null(store_note(ctx->store));
	k += FOLD_MAX;
	assert_int_equal(sqlite3_exec(shell, "COMMIT", NULL, NULL, NULL), 0);
	sqlite3_close(shell);
	commit_up_to(ctx, k + 1, k + FOLD_MAX);
	note = store_note(ctx->store);
	assert_non_null(note);
	assert_non_null(strstr(note, "folded into it again"));
	assert_null(store_note(ctx->store));
}

/* --- files that go --- */

static void a_log_that_is_removed_loses_nothing(void **state)
{
	struct ctx *ctx = *state;
	uint32_t k = 3;
	const char *note;

	assert_int_equal(rig_try_open(ctx), 0);
	commit_up_to(ctx, 1, k);
	for (int what = 1; what <= 3; what++) { /* the log, its index, both */
		if (what & 1)
			assert_int_equal(unlink(rig_beside(ctx, "-wal")), 0);
		if (what & 2)
			assert_int_equal(unlink(rig_beside(ctx, "-shm")), 0);
		k++;
		commit_up_to(ctx, k, k);
		note = store_note(ctx->store);
		assert_non_null(note);
		assert_non_null(strstr(note, "removed while in use"));
		assert_true(size_of(rig_beside(ctx, "-wal")) > 0);
		assert_true(size_of(rig_beside(ctx, "-shm")) > 0);
		commit_up_to(ctx, k + 1, k + 2);
		k += 2;
		assert_null(store_note(ctx->store));
		check_newest(ctx, k);
	}
	assert_int_equal(rig_try_open_at(ctx, ctx->name, 1, k), 0);
	check_newest(ctx, k);
	/* removed, and then stopped in order before anybody has noticed */
	commit_up_to(ctx, k + 1, k + 2);
	assert_int_equal(unlink(rig_beside(ctx, "-wal")), 0);
	assert_int_equal(rig_try_open_at(ctx, ctx->name, 1, k), 0);
	check_newest(ctx, k + 2);
}

static void a_log_that_cannot_be_saved_ends_the_promises(void **state)
{
	struct ctx *ctx = *state;
	sqlite3 *shell;

	assert_int_equal(rig_try_open(ctx), 0);
	commit_up_to(ctx, 1, 3);
	assert_int_equal(sqlite3_open(ctx->name, &shell), SQLITE_OK);
	assert_int_equal(sqlite3_exec(shell, "BEGIN; SELECT * FROM lease", NULL, NULL, NULL), 0);
	commit_up_to(ctx, 4, 5);
	assert_int_equal(unlink(rig_beside(ctx, "-wal")), 0);
	assert_int_equal(commit_at(ctx, 6, 6), -ESTALE);
	assert_non_null(strstr(store_error(ctx->store), "its log was removed"));
	assert_int_equal(sqlite3_exec(shell, "COMMIT", NULL, NULL, NULL), 0);
	sqlite3_close(shell);
	assert_int_equal(commit_at(ctx, 6, 6), 0);
	check_newest(ctx, 6);
}

static void a_log_of_somebody_elses_is_not_touched(void **state)
{
	static const char theirs[] = "not a log of ours at all";
	struct ctx *ctx = *state;
	char *wal = rig_beside(ctx, "-wal");
	uint64_t sum;
	int fd;

	assert_int_equal(rig_try_open(ctx), 0);
	commit_up_to(ctx, 1, 3);
	assert_int_equal(unlink(wal), 0);
	fd = open(wal, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
	assert_int_equal(write(fd, theirs, sizeof(theirs)), sizeof(theirs));
	close(fd);
	sum = rig_checksum(wal);
	assert_int_equal(commit_at(ctx, 4, 4), -ESTALE);
	assert_non_null(strstr(store_error(ctx->store), "-wal: the file was replaced"));
	store_close(ctx->store);
	ctx->store = NULL;
	wal = rig_beside(ctx, "-wal");
	assert_int_equal(rig_checksum(wal), sum);
	assert_int_equal(unlink(wal), 0);
	unlink(rig_beside(ctx, "-shm"));
	assert_int_equal(rig_try_open_at(ctx, ctx->name, 1, 4), 0);
	check_newest(ctx, 3);
}

static void a_file_that_is_removed_ends_the_promises_until_it_is_back(void **state)
{
	struct ctx *ctx = *state;
	char away[256];

	assert_int_equal(rig_try_open(ctx), 0);
	commit_up_to(ctx, 1, 3);
	snprintf(away, sizeof(away), "%s", rig_beside(ctx, ".away"));
	assert_int_equal(rename(ctx->name, away), 0);
	assert_int_equal(commit_at(ctx, 4, 4), -ESTALE);
	assert_int_equal(commit_at(ctx, 4, 4), -ESTALE);
	assert_int_equal(rename(away, ctx->name), 0);
	assert_int_equal(commit_at(ctx, 4, 4), 0);
	check_newest(ctx, 4);
}

/* --- files that do not belong together --- */

static void three_commits(struct ctx *ctx)
{
	CHILD_CHECK(1, rig_try_open(ctx) == 0);
	for (uint32_t k = 1; k <= 3; k++)
		CHILD_CHECK(2, commit_at(ctx, k, k) == 0);
	store_close(ctx->store);
}

static void many_more_and_killed(struct ctx *ctx)
{
	CHILD_CHECK(3, rig_try_open(ctx) == 0);
	for (uint32_t k = 4; k <= FOLD_MAX; k++)
		CHILD_CHECK(4, commit_at(ctx, k, k) == 0);
}

static void killed_at_once(struct ctx *ctx)
{
	CHILD_CHECK(5, rig_try_open(ctx) == 0);
	CHILD_CHECK(6, commit_at(ctx, 1, 1) == 0);
}

/* The log was left where it was when the file was restored. */
static void refused_untouched(struct ctx *ctx, const char *why)
{
	uint64_t file = rig_checksum(ctx->name), log = rig_checksum(rig_beside(ctx, "-wal"));

	assert_int_equal(rig_try_open(ctx), -EINVAL);
	assert_non_null(strstr(ctx->why, why));
	assert_non_null(strstr(ctx->why, "nothing was changed"));
	assert_int_equal(rig_checksum(ctx->name), file);
	assert_int_equal(rig_checksum(rig_beside(ctx, "-wal")), log);
}

static void an_older_copy_beside_a_newer_log_is_refused(void **state)
{
	struct ctx *ctx = *state;

	rig_in_child(ctx, three_commits);
	copy_file(ctx->name, rig_beside(ctx, ".old"));
	rig_in_child(ctx, many_more_and_killed);
	copy_file(ctx->name, rig_beside(ctx, ".good"));
	copy_file(rig_beside(ctx, ".old"), ctx->name);
	refused_untouched(ctx, "is older than the log beside it");
	assert_int_equal(unlink(ctx->name), 0);
	assert_int_equal(rename(rig_beside(ctx, ".good"), ctx->name), 0);
	assert_int_equal(rig_try_open(ctx), 0);
	check_newest(ctx, FOLD_MAX);
}

static void the_log_of_another_store_is_refused(void **state)
{
	struct ctx *ctx = *state;
	char log[256];

	snprintf(log, sizeof(log), "%s", rig_beside(ctx, "-wal"));
	rig_in_child(ctx, killed_at_once);
	assert_int_equal(rename(log, rig_beside(ctx, ".log")), 0);
	assert_int_equal(unlink(ctx->name), 0);
	unlink(rig_beside(ctx, "-shm"));
	rig_in_child(ctx, three_commits);
	assert_int_equal(rename(rig_beside(ctx, ".log"), log), 0);
	refused_untouched(ctx, "is another store than that of the log beside it");
	assert_int_equal(unlink(log), 0);
	assert_int_equal(rig_try_open(ctx), 0);
	check_newest(ctx, 3);
}

/* --- damage --- */

/* The disk reads well again: no program has written. */
static void heal(const char *path, off_t at, const void *data, size_t len)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	overwrite(path, at, data, len);
	assert_int_equal(utimensat(AT_FDCWD, path, (struct timespec[2]){st.st_atim, st.st_mtim}, 0),
			 0);
}

static void damaged(struct ctx *ctx, off_t at, size_t len)
{
	uint8_t good[DAMAGE_MAX], bad[DAMAGE_MAX];
	uint64_t sum;
	FILE *file;

	assert_int_equal(rig_try_open(ctx), 0);
	commit_up_to(ctx, 1, 3);
	rig_sql(ctx->name, "PRAGMA wal_checkpoint");
	copy_file(ctx->name, rig_beside(ctx, ".copy"));
	file = fopen(rig_beside(ctx, ".copy"), "re");
	assert_int_equal(fseek(file, at, SEEK_SET), 0);
	assert_int_equal(fread(good, 1, len, file), len);
	fclose(file);
	memset(bad, 0xa5, sizeof(bad));
	overwrite(ctx->name, at, bad, len);
	/* somebody writes, so that SQLite looks again */
	rig_sql(ctx->name, "UPDATE meta SET newest_commit = 9; UPDATE meta SET newest_commit = 3");
	sum = rig_checksum(ctx->name);
	assert_int_equal(commit_at(ctx, 4, 100), -EUCLEAN);
	assert_non_null(strstr(store_error(ctx->store), ctx->name));
	assert_int_equal(commit_at(ctx, 4, 101), -EUCLEAN);
	assert_int_equal(commit_at(ctx, 4, 100 + RETRY), -EUCLEAN); /* it has looked again */
	assert_non_null(strstr(store_error(ctx->store), "is damaged"));
	assert_int_equal(rig_checksum(ctx->name), sum);
	heal(ctx->name, at, good, len);
	assert_int_equal(commit_at(ctx, 4, 100 + RETRY + 1), -EUCLEAN); /* not before its time */
	assert_int_equal(commit_at(ctx, 4, 100 + 2 * RETRY), 0);
	check_newest(ctx, 4);
	assert_int_equal(rig_try_open_at(ctx, ctx->name, 1, 200), 0);
	check_newest(ctx, 4);
}

static void a_damaged_page_ends_the_promises_until_it_is_whole(void **state)
{
	damaged(*state, LEASES, DAMAGE_MAX);
}

/* Where the cells of a page lie: whoever only counts them does not see it. */
static void a_damaged_cell_ends_the_promises_until_it_is_whole(void **state)
{
	damaged(*state, LEASES + 4096 + 8, 12);
}

/*
 * Somebody puts an older copy in the place of the damaged file. The log beside it is newer: it
 * brings the number of the newest commit and a tree in order, but not the rows of between.
 */
static void a_copy_beside_a_newer_log_is_not_what_was_left(void **state)
{
	struct ctx *ctx = *state;
	struct lease_row row = rig_make_row(0);
	struct store_change change = {&row, 1, false};
	uint8_t copy[DAMAGE_MAX], bad[DAMAGE_MAX];
	uint64_t number;
	FILE *file;

	assert_int_equal(rig_try_open(ctx), 0);
	commit_up_to(ctx, 1, 3);
	rig_sql(ctx->name, "PRAGMA wal_checkpoint");
	copy_file(ctx->name, rig_beside(ctx, ".copy"));
	commit_up_to(ctx, 4, 4);
	rig_sql(ctx->name, "PRAGMA wal_checkpoint");
	row.cltt = 5;
	assert_int_equal(store_commit(ctx->store, &change, 1, 5, 5, &number), 0);

	memset(bad, 0xa5, sizeof(bad));
	overwrite(ctx->name, LEASES, bad, sizeof(bad));
	rig_sql(ctx->name, "UPDATE meta SET newest_commit = 9; UPDATE meta SET newest_commit = 5");
	assert_int_equal(commit_at(ctx, 6, 100), -EUCLEAN);
	file = fopen(rig_beside(ctx, ".copy"), "re");
	assert_int_equal(fseek(file, LEASES, SEEK_SET), 0);
	assert_int_equal(fread(copy, 1, sizeof(copy), file), sizeof(copy));
	fclose(file);
	overwrite(ctx->name, LEASES, copy, sizeof(copy));
	row.cltt = 6;
	assert_int_equal(store_commit(ctx->store, &change, 1, 100 + RETRY, 6, &number), -ESTALE);
	assert_non_null(strstr(store_error(ctx->store), "restart"));
}

#define T(name) cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)
#define F(name) cmocka_unit_test_setup_teardown(name, rig_setup_faulty, rig_teardown_faulty)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_log_is_folded_in_time),
		F(a_fold_whose_sync_failed_is_done_again_whole),
		F(a_fold_that_fails_after_a_part_was_counted_is_done_again),
		F(a_part_that_was_counted_is_there_for_a_program_open_across_a_restart),
		F(a_part_that_was_counted_and_not_synced_is_left_to_the_next_daemon),
		F(a_reader_without_end_is_told_once_and_when_it_ends),
		T(a_log_that_is_removed_loses_nothing),
		T(a_log_that_cannot_be_saved_ends_the_promises),
		T(a_log_of_somebody_elses_is_not_touched),
		T(a_file_that_is_removed_ends_the_promises_until_it_is_back),
		T(an_older_copy_beside_a_newer_log_is_refused),
		T(the_log_of_another_store_is_refused),
		T(a_damaged_page_ends_the_promises_until_it_is_whole),
		T(a_damaged_cell_ends_the_promises_until_it_is_whole),
		T(a_copy_beside_a_newer_log_is_not_what_was_left),
	};

	return cmocka_run_group_tests_name("store/trouble", tests, NULL, NULL) != 0;
}
