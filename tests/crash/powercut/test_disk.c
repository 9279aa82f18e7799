// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The disk whose power is cut (tests/common/disk.h): what was synced is there in every cut, and
 * whatever may be lost, torn or in another order is so in some.
 */
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <setjmp.h>
#include <cmocka.h>
#include <sqlite3.h>

#include "../../common/faulty_vfs.h"
#include "rounds.h"

#define CUTS 400

struct ctx {
	struct disk_dirs dirs;
	char text[8192]; /* of the file read last */
	ssize_t len;	 /* -1: there is none */
};

static int setup(void **state)
{
	struct ctx *c = calloc(1, sizeof(*c));

	assert_non_null(c);
	rounds_reset();
	disk_dirs_make(&c->dirs);
	*state = c;
	return 0;
}

static int teardown(void **state)
{
	struct ctx *c = *state;

	disk_stop();
	disk_dirs_remove(&c->dirs);
	free(c);
	return 0;
}

static const char *path(struct ctx *c, const char *name)
{
	static char paths[4][200];
	static unsigned at;
	char *p = paths[at++ % 4];

	snprintf(p, sizeof(paths[0]), "%s/%s", c->dirs.disk, name);
	return p;
}

/* Cuts into an empty directory. */
static void cut(struct ctx *c)
{
	static const char *const names[] = {"a", "b", "new"};
	char p[200];

	for (unsigned i = 0; i < 3; i++) {
		snprintf(p, sizeof(p), "%s/%s", c->dirs.next, names[i]);
		unlink(p);
	}
	disk_cut(c->dirs.next, rnd);
}

static bool has(struct ctx *c, const char *name)
{
	char p[200];
	int fd;

	snprintf(p, sizeof(p), "%s/%s", c->dirs.next, name);
	fd = open(p, O_RDONLY | O_CLOEXEC);
	c->len = fd < 0 ? -1 : read(fd, c->text, sizeof(c->text));
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* open(), link(), unlink() and fsync() tell the disk by themselves (disk_wrap.c). */
static struct disk_file *make(struct ctx *c, const char *name)
{
	int fd = open(path(c, name), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	close(fd);
	return disk_open(path(c, name), false);
}

static struct disk_file *make_synced(struct ctx *c, const char *name)
{
	struct disk_file *file = make(c, name);

	disk_sync(file);
	disk_sync_dir(c->dirs.disk);
	return file;
}

static void what_is_synced_is_there(void **state)
{
	struct ctx *c = *state;
	struct disk_file *file = make_synced(c, "a");

	disk_write(file, "12345678", 8, 0);
	disk_write(file, "x", 1, 2);
	disk_truncate(file, 6);
	assert_int_equal(disk_unsynced("/a"), 3);
	disk_sync(file);
	assert_int_equal(disk_unsynced("/a"), 0);
	for (unsigned i = 0; i < CUTS; i++) {
		cut(c);
		assert_true(has(c, "a"));
		assert_int_equal(c->len, 6);
		assert_memory_equal(c->text, "12x456", 6);
	}
}

static void an_unsynced_write_is_lost_or_torn_or_there(void **state)
{
	struct ctx *c = *state;
	struct disk_file *file = make_synced(c, "a");
	unsigned none = 0, whole = 0, first = 0, last = 0, zeros = 0, other = 0;
	char old[1024], new[1024];

	memset(old, 'o', sizeof(old));
	memset(new, 'n', sizeof(new));
	disk_write(file, old, 512, 0);
	disk_sync(file);
	disk_write(file, new, 1024, 0);
	for (unsigned i = 0; i < CUTS; i++) {
		cut(c);
		assert_true(has(c, "a"));
		none += c->len == 512 && !memcmp(c->text, old, 512);
		whole += c->len == 1024 && !memcmp(c->text, new, 1024);
		first += c->len == 512 && !memcmp(c->text, new, 512);
		last += c->len == 1024 && c->text[0] == 'o' && c->text[1023] == 'n';
		zeros += c->len == 1024 && c->text[0] == 'o' && !c->text[512] && !c->text[1023];
		other += c->len == 1024 && c->text[0] == 'o' && c->text[1023] != 'n' &&
			 (c->text[512] || c->text[1023]);
	}
	assert_true(none && whole && first && last && zeros && other);
	assert_int_equal(none + whole + first + last + zeros + other, CUTS);
}

static void a_later_write_may_be_there_without_the_earlier(void **state)
{
	struct ctx *c = *state;
	struct disk_file *a = make_synced(c, "a"), *b = make_synced(c, "b");
	unsigned same_file = 0, other_file = 0;

	disk_write(a, "1", 1, 0);
	disk_write(a, "2", 1, 1);
	disk_write(b, "3", 1, 0);
	for (unsigned i = 0; i < CUTS; i++) {
		bool first;

		cut(c);
		has(c, "a");
		first = c->len > 0 && c->text[0] == '1';
		same_file += c->len == 2 && c->text[1] == '2' && !first;
		other_file += has(c, "b") && c->len == 1 && c->text[0] == '3' && !first;
	}
	assert_true(same_file && other_file);
}

static void an_unsynced_truncation_is_there_or_not(void **state)
{
	struct ctx *c = *state;
	struct disk_file *file = make_synced(c, "a");
	unsigned lost = 0, done = 0, tail = 0;

	disk_write(file, "1234", 4, 0);
	disk_sync(file);
	disk_truncate(file, 0);
	disk_write(file, "x", 1, 0);
	for (unsigned i = 0; i < CUTS; i++) {
		cut(c);
		has(c, "a");
		lost += c->len == 4 && !memcmp(c->text, "1234", 4);
		done += c->len == 1 && c->text[0] == 'x';
		tail += c->len == 4 && !memcmp(c->text, "x234", 4);
	}
	assert_true(lost && done && tail);
}

static void a_name_is_certain_only_by_its_directory(void **state)
{
	struct ctx *c = *state;
	struct disk_file *file = make(c, "new");
	unsigned there = 0;

	disk_sync(file);
	assert_int_equal(disk_unsynced_names("/new"), 1);
	for (unsigned i = 0; i < CUTS; i++) {
		cut(c);
		there += has(c, "new");
	}
	/* where a journal orders all, any sync writes it; else it may be lost */
	assert_in_range(there, CUTS / 2, CUTS - 1);
	disk_sync_dir(c->dirs.disk);
	assert_int_equal(disk_unsynced_names("/new"), 0);
	for (unsigned i = 0; i < CUTS; i++) {
		cut(c);
		assert_true(has(c, "new"));
	}
}

static void an_unsynced_deletion_is_there_or_not(void **state)
{
	struct ctx *c = *state;
	struct disk_file *file = make_synced(c, "a");
	unsigned back = 0, gone = 0, replaced = 0;

	disk_write(file, "old", 3, 0);
	disk_sync(file);
	unlink(path(c, "a"));
	file = make(c, "a");
	disk_write(file, "new", 3, 0);
	disk_sync(file);
	for (unsigned i = 0; i < CUTS; i++) {
		cut(c);
		if (!has(c, "a"))
			gone++;
		else if (c->len == 3 && memcmp(c->text, "old", 3) == 0)
			back++;
		else
			replaced += c->len == 3 && memcmp(c->text, "new", 3) == 0;
	}
	assert_true(back && gone && replaced);
	assert_int_equal(back + gone + replaced, CUTS);
}

static void a_rename_is_whole_or_not(void **state)
{
	struct ctx *c = *state;
	struct disk_file *file = make_synced(c, "a");
	unsigned before = 0, after = 0;

	disk_write(file, "x", 1, 0);
	disk_sync(file);
	disk_rename(path(c, "a"), path(c, "b"));
	for (unsigned i = 0; i < CUTS; i++) {
		bool a, b;

		cut(c);
		a = has(c, "a");
		b = has(c, "b");
		assert_true(a != b);
		before += a;
		after += b;
	}
	assert_true(before && after);
}

static void two_names_of_a_file_stay_one_file(void **state)
{
	struct ctx *c = *state;
	struct disk_file *file = make_synced(c, "a");
	char a[200], b[200];
	struct stat st;

	disk_write(file, "x", 1, 0);
	assert_int_equal(link(path(c, "a"), path(c, "b")), 0);
	disk_sync_dir(c->dirs.disk);
	cut(c);
	snprintf(a, sizeof(a), "%s/a", c->dirs.next);
	snprintf(b, sizeof(b), "%s/b", c->dirs.next);
	assert_int_equal(stat(a, &st), 0);
	assert_int_equal(st.st_nlink, 2);
	assert_int_equal(stat(b, &st), 0);
	assert_int_equal(st.st_nlink, 2);
}

static void what_a_failed_sync_has_lost_no_later_one_brings(void **state)
{
	struct ctx *c = *state;
	struct disk_file *file = make_synced(c, "a");

	disk_write(file, "1", 1, 0);
	disk_lose_unsynced(file);
	disk_write(file, "2", 1, 1);
	disk_sync(file);
	cut(c);
	has(c, "a");
	assert_int_equal(c->len, 2);
	assert_memory_equal(c->text,
			    "\0"
			    "2",
			    2);
}

static void what_lies_there_at_first_is_synced(void **state)
{
	struct ctx *c = *state;
	FILE *out = fopen(path(c, "a"), "we");

	assert_non_null(out);
	fputs("hello", out);
	fclose(out);
	disk_start(c->dirs.disk);
	for (unsigned i = 0; i < 20; i++) {
		cut(c);
		assert_true(has(c, "a"));
		assert_int_equal(c->len, 5);
	}
}

/* SQLite's own order of things, as it was seen once: a new log's name is synced with it. */
static void sqlite_syncs_the_directory_with_the_first_sync_of_a_log(void **state)
{
	struct ctx *c = *state;
	sqlite3 *db;

	faulty_vfs_install();
	disk_start(c->dirs.disk);
	assert_int_equal(sqlite3_open(path(c, "db"), &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL",
				      NULL, NULL, NULL),
			 SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "BEGIN; CREATE TABLE t (x)", NULL, NULL, NULL),
			 SQLITE_OK);
	assert_int_equal(disk_unsynced_names("-wal"), 1);
	assert_int_equal(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(disk_unsynced_names("-wal"), 0);
	assert_int_equal(disk_unsynced("-wal"), 0);
	sqlite3_close(db);
	assert_int_equal(disk_unsynced_names("-wal"), 1); /* gone, and nobody has synced that */
	faulty_vfs_uninstall();
}

static void a_dead_machine_writes_nothing(void **state)
{
	struct ctx *c = *state;
	sqlite3 *db;

	faulty_vfs_install();
	disk_start(c->dirs.disk);
	assert_int_equal(sqlite3_open(path(c, "db"), &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "CREATE TABLE t (x)", NULL, NULL, NULL), SQLITE_OK);
	disk_set_dead(true);
	assert_int_not_equal(sqlite3_exec(db, "CREATE TABLE u (x)", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(disk_unsynced("db"), 0);
	sqlite3_close(db);
	faulty_vfs_uninstall();
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(what_is_synced_is_there),
		T(an_unsynced_write_is_lost_or_torn_or_there),
		T(a_later_write_may_be_there_without_the_earlier),
		T(an_unsynced_truncation_is_there_or_not),
		T(a_name_is_certain_only_by_its_directory),
		T(an_unsynced_deletion_is_there_or_not),
		T(a_rename_is_whole_or_not),
		T(two_names_of_a_file_stay_one_file),
		T(what_a_failed_sync_has_lost_no_later_one_brings),
		T(what_lies_there_at_first_is_synced),
		T(sqlite_syncs_the_directory_with_the_first_sync_of_a_log),
		T(a_dead_machine_writes_nothing),
	};

	return cmocka_run_group_tests_name("power cut/disk", tests, NULL, NULL) != 0;
}
