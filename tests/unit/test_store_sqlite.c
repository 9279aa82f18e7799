// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What only the SQLite store does: its files and their modes, other people's
 * files, and the view `leases`. A disk in trouble: test_store_faults.c.
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

#include "abi.h"
#include "store_rig.h"

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

/* --- files --- */

static void files_are_for_the_group_at_most(void **state)
{
	struct ctx *ctx = *state;
	char name[128];
	mode_t old = umask(0);

	snprintf(name, sizeof(name), "%s/made/leases.db", ctx->dir);
	assert_int_equal(rig_try_open_at(ctx, name, 1, 0), 0);
	umask(077);
	snprintf(ctx->name, sizeof(ctx->name), "%s/made/second.db", ctx->dir);
	assert_int_equal(rig_try_open(ctx), 0);
	assert_int_equal(rig_commit(ctx, rig_make_row(1), 0), 0);
	umask(old);
	assert_int_equal(mode_of(name), 0640);
	assert_int_equal(mode_of(ctx->name), 0640);
	assert_int_equal(mode_of(rig_beside(ctx, "-wal")), 0640);
	*strrchr(name, '/') = '\0';
	assert_int_equal(mode_of(name), 0750);
	assert_int_equal(access(rig_beside(ctx, ".creating"), F_OK), -1);
}

static void a_creation_that_crashed_is_begun_anew(void **state)
{
	struct ctx *ctx = *state;

	put_file(rig_beside(ctx, ".creating"), "half", 4);
	put_file(rig_beside(ctx, ".creating-wal"), "half", 4);
	assert_int_equal(rig_try_open(ctx), 0);
	assert_int_equal(rig_commit(ctx, rig_make_row(1), 0), 0);
	assert_int_equal(access(rig_beside(ctx, ".creating"), F_OK), -1);
	assert_int_equal(access(rig_beside(ctx, ".creating-wal"), F_OK), -1);
}

/* Two names of one file meet in one lock, in one process too. */
static void an_alias_is_the_same_store(void **state)
{
	struct ctx *ctx = *state;
	struct store_options options = {.name = rig_beside(ctx, ".alias")};
	struct store *second = NULL;
	int holder = 0;

	assert_int_equal(rig_try_open(ctx), 0);
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

	assert_int_equal(rig_try_open(ctx), 0);
	assert_int_equal(rig_commit(ctx, rig_make_row(1), 0), 0);
	snprintf(away, sizeof(away), "%s", rig_beside(ctx, ".away"));
	assert_int_equal(rename(ctx->name, away), 0);
	assert_int_equal(rig_commit(ctx, rig_make_row(2), 0), -ESTALE);
	put_file(ctx->name, "another", 7);
	assert_int_equal(rig_commit(ctx, rig_make_row(2), 0), -ESTALE);
	assert_int_equal(rename(away, ctx->name), 0);
	assert_int_equal(rig_commit(ctx, rig_make_row(2), 0), 0);
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
	rig_sql(ctx->name, "CREATE TABLE lease (addr); INSERT INTO lease VALUES (1)");
}

static void make_newer(struct ctx *ctx)
{
	assert_int_equal(rig_try_open(ctx), 0);
	store_close(ctx->store);
	ctx->store = NULL;
	rig_sql(ctx->name, "PRAGMA user_version = 3");
}

static void make_never_used_version(struct ctx *ctx)
{
	make_newer(ctx);
	rig_sql(ctx->name, "PRAGMA user_version = 0");
}

/* The newer version stands in the log only, as after a migration that was killed. */
static void make_newer_in_log(struct ctx *ctx)
{
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		sqlite3 *db;

		CHILD_CHECK(1, rig_try_open(ctx) == 0);
		store_close(ctx->store);
		CHILD_CHECK(1, sqlite3_open(ctx->name, &db) == SQLITE_OK);
		CHILD_CHECK(1, sqlite3_exec(db, "PRAGMA user_version = 3", NULL, NULL, NULL) ==
				       SQLITE_OK);
		_exit(0); /* without closing: no checkpoint */
	}
	assert_int_equal(waitpid(child, NULL, 0), child);
	assert_int_equal(access(rig_beside(ctx, "-wal"), F_OK), 0);
}

static void make_ours(struct ctx *ctx)
{
	assert_int_equal(rig_try_open(ctx), 0);
	for (uint32_t a = 0; a < 200; a++)
		assert_int_equal(rig_commit(ctx, rig_make_row(a), 0), 0);
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
	rig_sql(ctx->name, "DROP VIEW leases; DROP TABLE boot");
}

static void make_metaless(struct ctx *ctx)
{
	make_ours(ctx);
	rig_sql(ctx->name, "DELETE FROM meta");
}

static void make_log_alone(struct ctx *ctx)
{
	put_file(rig_beside(ctx, "-wal"), "log", 3);
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
		{make_newer, "has schema version 3, this program knows up to 2", false},
		{make_newer_in_log, "has schema version 3, this program knows up to 2", false},
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
		file = cases[i].no_file ? 0 : rig_checksum(ctx->name);
		wal = rig_checksum(rig_beside(ctx, "-wal"));
		for (int twice = 0; twice < 2; twice++) {
			r = rig_try_open(ctx);
			if (r != -EINVAL || !strstr(ctx->why, cases[i].why))
				print_error("case %zu: %d, %s\n", i, r, ctx->why);
			assert_int_equal(r, -EINVAL);
			assert_non_null(strstr(ctx->why, cases[i].why));
			assert_int_equal(cases[i].no_file ? 0 : rig_checksum(ctx->name), file);
			assert_int_equal(rig_checksum(rig_beside(ctx, "-wal")), wal);
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
		"giaddr = -1",
		"giaddr = 'text'",
		"agent = zeroblob(256)",
	};
	struct ctx *ctx = *state;
	char text[128];

	for (size_t i = 0; i < sizeof(damage) / sizeof(damage[0]); i++) {
		snprintf(ctx->name, sizeof(ctx->name), "%s/%zu.db", ctx->dir, i);
		make_ours(ctx);
		snprintf(text, sizeof(text), "UPDATE lease SET %s WHERE addr = 42", damage[i]);
		rig_sql(ctx->name, text);
		assert_int_equal(rig_try_open(ctx), 0);
		ctx->n = 0;
		assert_int_equal(store_load(ctx->store, rig_collect, ctx), -EUCLEAN);
		assert_int_equal(ctx->n, 42);
		assert_non_null(strstr(store_error(ctx->store), "addr = 42"));
	}
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
		rows[i] = rig_make_row(0xc0000200 + 6 - i); /* 192.0.2.x, falling */
		changes[i] = (struct store_change){&rows[i], 0, false};
	}
	rows[0].addr = 0xffffffff;
	rows[1].granted_until = 5000; /* later than what the daemon itself promised */
	snprintf(rows[1].hostname, sizeof(rows[1].hostname), "printer");
	rows[1].client.client_id_len = 3;
	memcpy(rows[1].client.client_id, "\x01\xab\x00", 3);
	rows[1].giaddr = 0xc0a8fe01;
	rows[1].agent_len = 4;
	memcpy(rows[1].agent, "\x01\x02\xe0\x07", 4);
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

	assert_int_equal(rig_try_open(ctx), 0);
	commit_view_rows(ctx);
	assert_view(ctx, "SELECT * FROM leases",
		    "192.0.2.1|02:00:00:ab:cd:01|||declined|2023-11-14 23:13:20|"
		    "2023-11-15 01:13:20|2023-11-14 22:13:20|7||\n"
		    "192.0.2.2|02:00:00:ab:cd:02|||held (expired)|2023-11-14 23:13:20|"
		    "2023-11-15 01:13:20|2023-11-14 22:13:20|7||\n"
		    "192.0.2.3|02:00:00:ab:cd:03|||free (released)|||2023-11-14 22:13:20|7||\n"
		    "192.0.2.4|02:00:00:ab:cd:04|||bound|never|never|2023-11-14 22:13:20|7||\n"
		    "192.0.2.5|02:00:00:ab:cd:05|01ab00|printer|bound|2023-11-14 23:20:00|"
		    "2023-11-15 01:13:20|2023-11-14 22:13:20|7|192.168.254.1|0102e007\n"
		    "255.255.255.255|02:00:00:ab:cd:06|||bound|2023-11-14 23:13:20|"
		    "2023-11-15 01:13:20|2023-11-14 22:13:20|7||\n");
	assert_view(ctx, "SELECT name FROM pragma_table_info('leases')",
		    "address\nmac\nclient_id\nhostname\nstate\nexpires\nack_until\ncltt\n"
		    "subnet_id\nrelay\nagent\n");
	assert_view(ctx, "SELECT address FROM leases WHERE mac = '02:00:00:ab:cd:04'",
		    "192.0.2.4\n");
}

/* Each row by the clock of its own boot; a clock that was set moves this boot's. */
static void the_view_follows_the_wall_clock(void **state)
{
	struct ctx *ctx = *state;
	struct lease_row row = rig_make_row(9);
	struct store_change change = {&row, 0, false};
	uint64_t number;

	assert_int_equal(rig_try_open(ctx), 0);
	assert_int_equal(rig_commit(ctx, rig_make_row(1), 0), 0);
	assert_int_equal(rig_try_open_at(ctx, ctx->name, 2, 10), 0);
	row.cltt = 20;
	assert_int_equal(store_commit(ctx->store, &change, 1, 20, 100, &number), 0);
	assert_view(ctx, "SELECT address, cltt FROM leases",
		    "0.0.0.1|2023-11-14 22:13:20\n0.0.0.9|1970-01-01 00:01:40\n");
	assert_int_equal(store_commit(ctx->store, NULL, 0, 50, 1700001000, &number), 0);
	assert_view(ctx, "SELECT address, cltt FROM leases",
		    "0.0.0.1|2023-11-14 22:13:20\n0.0.0.9|2023-11-14 22:29:30\n");
}

#define T(name) cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(files_are_for_the_group_at_most),
		T(a_creation_that_crashed_is_begun_anew),
		T(an_alias_is_the_same_store),
		T(a_file_that_goes_away_is_noticed),
		T(what_is_not_ours_is_refused_untouched),
		T(a_damaged_row_is_named),
		T(the_view_is_for_people),
		T(the_view_follows_the_wall_clock),
	};

	return cmocka_run_group_tests_name("store/sqlite", tests, NULL, NULL) != 0;
}
