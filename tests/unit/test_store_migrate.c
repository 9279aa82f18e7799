// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Stores of older versions of the schema: each is made here by the text that the
 * program of that time made it with, which never changes.
 */
#include <errno.h>
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
#include "abi.h"
#include "../common/faulty_vfs.h"
#include "../common/store_version_1.h"
#include "store_rig.h"

#define LEASES 200
#define CUTS   64

/* --- its leases --- */

/*
 * A lease of every state, client id and hostname or none: a pure function of its number. Those
 * of even number are the first boot's, whose newest commit was at 2000; the store says of
 * them what was left then. The others are this boot's.
 */
static struct lease_row row_of(uint32_t i)
{
	static const uint8_t states[] = {LEASE_FREE, LEASE_BOUND, LEASE_HELD, LEASE_DECLINED};
	struct lease_row row = {.addr = 0xc0000200 + i,
				.subnet_id = 7,
				.generation = i * 1000000007ull,
				.state = states[i % 4],
				.end = (uint8_t)(i % 4),
				.client.chaddr = {2, 0, 0, 0, 0xab, (uint8_t)i},
				.cltt = 900 + i,
				.lifetime = 3600,
				.promised = 4600 + i,
				.ack_until = 4600 + i};

	if (i % 3 == 0) {
		row.client.client_id_len = 2;
		row.client.client_id[0] = 0xff;
		row.client.client_id[1] = (uint8_t)i;
	}
	if (i % 5 == 0)
		snprintf(row.hostname, sizeof(row.hostname), "host-%u", i);
	return row;
}

/* As the store shows it in a boot that first opened it in second 50, which ends at 51. */
static struct lease_row row_shown(uint32_t i)
{
	struct lease_row row = row_of(i);

	if (i % 2 == 0) {
		row.promised = row.ack_until = 51 + (row.promised - 2000);
		row.cltt = 0;
	}
	return row;
}

static char *leases_text(void)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	fputs("BEGIN; INSERT INTO boot VALUES"
	      " (1, x'09000000000000000000000000000000', 100, 2000, 1699999000),"
	      " (2, x'01000000000000000000000000000000', 50, 1000, 1699999000);"
	      " UPDATE meta SET newest_commit = 77;",
	      out);
	for (uint32_t i = 1; i <= LEASES; i++) {
		struct lease_row row = row_of(i);

		fprintf(out, "INSERT INTO lease VALUES (%u, 7, %llu, %u, %u, x'02000000ab%02x',",
			row.addr, (unsigned long long)row.generation, row.state, row.end, i);
		if (row.client.client_id_len)
			fprintf(out, " x'ff%02x',", i);
		else
			fputs(" NULL,", out);
		if (row.hostname[0])
			fprintf(out, " '%s',", row.hostname);
		else
			fputs(" NULL,", out);
		fprintf(out, " %u, 3600, %u, 0, %u, %u);", row.cltt, row.promised, row.ack_until,
			1 + i % 2);
	}
	fputs("COMMIT;", out);
	fclose(out);
	return text;
}

static void make_version_1(struct ctx *ctx)
{
	char *leases = leases_text();

	rig_sql(ctx->name, store_version_1);
	rig_sql(ctx->name, leases);
	free(leases);
}

/* The first number that a query yields. */
static int64_t number(const char *path, const char *query)
{
	sqlite3_stmt *stmt;
	sqlite3 *db;
	int64_t value;

	assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, query, -1, &stmt, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	value = sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	return value;
}

static void close_store(struct ctx *ctx)
{
	store_close(ctx->store);
	ctx->store = NULL;
}

/* Every lease as it was, and of no relay. */
static void assert_leases(struct ctx *ctx)
{
	struct store_info info;

	assert_int_equal(store_load(ctx->store, rig_collect, (ctx->n = 0, ctx)), 0);
	assert_int_equal(ctx->n, LEASES);
	for (uint32_t i = 0; i < RIG_ROWS; i++) {
		struct lease_row want = row_shown(i + 1);

		assert_memory_equal(&ctx->rows[i], &want, sizeof(want));
	}
	store_info(ctx->store, &info);
	assert_int_equal(info.rows, LEASES);
	assert_int_equal(info.newest_commit, 77);
	assert_memory_equal(info.uuid, "\x00\x11\x22\x33\x44\x55\x66\x77", 8);
}

/* --- version 1 --- */

static void a_version_1_store_keeps_every_lease(void **state)
{
	struct ctx *ctx = *state;

	make_version_1(ctx);
	for (int pass = 0; pass < 3; pass++) {
		if (rig_try_open_at(ctx, ctx->name, 1, 1000) != 0)
			fail_msg("%s", ctx->why);
		assert_leases(ctx);
	}
	close_store(ctx);
	assert_int_equal(number(ctx->name, "PRAGMA user_version"), 2);
	assert_int_equal(number(ctx->name, "SELECT count(*) FROM lease"), LEASES);
}

static void it_then_takes_relay_information(void **state)
{
	struct ctx *ctx = *state;
	struct lease_row row = row_of(1);

	make_version_1(ctx);
	assert_int_equal(rig_try_open_at(ctx, ctx->name, 1, 1000), 0);
	row.giaddr = 0x0a000001;
	row.agent_len = 3;
	memcpy(row.agent, "\x01\x01x", 3);
	assert_int_equal(rig_commit(ctx, row, row.generation), 0);
	assert_int_equal(rig_try_open_at(ctx, ctx->name, 1, 1000), 0);
	rig_load(ctx);
	assert_memory_equal(&ctx->rows[0], &row, sizeof(row));
	close_store(ctx);
	assert_int_equal(number(ctx->name, "SELECT count(*) FROM leases WHERE relay = '10.0.0.1'"
					   " AND agent = '010178' AND address = '192.0.2.1'"),
			 1);
}

/* Columns in their order with their types, and the view's text: as of a store made new. */
static void it_is_what_a_new_store_is(void **state)
{
	static const char compare[] =
		"SELECT count(*) FROM (SELECT cid, name, type, \"notnull\", pk FROM"
		" pragma_table_xinfo('lease') EXCEPT SELECT cid, name, type, \"notnull\", pk FROM"
		" pragma_table_xinfo('lease', 'new'))";
	static const char compare_view[] = "SELECT (SELECT sql FROM sqlite_schema WHERE name ="
					   " 'leases') = (SELECT sql FROM new.sqlite_schema WHERE"
					   " name = 'leases')";
	struct ctx *ctx = *state;
	char attach[256], name[128];
	const struct {
		const char *query;
		int want;
	} checks[] = {{compare, 0}, {compare_view, 1}};

	make_version_1(ctx);
	assert_int_equal(rig_try_open_at(ctx, ctx->name, 1, 1000), 0);
	snprintf(name, sizeof(name), "%s/new.db", ctx->dir);
	assert_int_equal(rig_try_open_at(ctx, name, 1, 1000), 0);
	close_store(ctx);
	snprintf(attach, sizeof(attach), "ATTACH '%s' AS new", name);
	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		sqlite3_stmt *stmt;
		sqlite3 *db;

		assert_int_equal(sqlite3_open(ctx->name, &db), SQLITE_OK);
		assert_int_equal(sqlite3_exec(db, attach, NULL, NULL, NULL), SQLITE_OK);
		assert_int_equal(sqlite3_prepare_v2(db, checks[i].query, -1, &stmt, NULL),
				 SQLITE_OK);
		assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
		assert_int_equal(sqlite3_column_int(stmt, 0), checks[i].want);
		sqlite3_finalize(stmt);
		sqlite3_close(db);
	}
}

/* Its program was killed: the leases stand in the log only. */
static void leases_in_its_log_are_kept(void **state)
{
	struct ctx *ctx = *state;
	pid_t child;
	int status;

	rig_sql(ctx->name, store_version_1);
	rig_sql(ctx->name, "UPDATE meta SET newest_commit = 76"); /* the log has the 77th alone */
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		char *leases = leases_text();
		sqlite3 *db;

		CHILD_CHECK(1, sqlite3_open(ctx->name, &db) == SQLITE_OK);
		CHILD_CHECK(2, sqlite3_exec(db, leases, NULL, NULL, NULL) == SQLITE_OK);
		_exit(0); /* without closing: no checkpoint */
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(access(rig_beside(ctx, "-wal"), F_OK), 0);
	assert_int_equal(rig_try_open_at(ctx, ctx->name, 1, 1000), 0);
	assert_leases(ctx);
}

static void a_damaged_one_is_refused_untouched(void **state)
{
	static const struct {
		const char *damage, *why;
	} cases[] = {
		{"DROP VIEW leases; DROP TABLE boot", "is damaged ("},
		{"DROP VIEW leases; DROP TABLE lease", "is damaged ("},
		{"DELETE FROM meta", "table meta is empty or damaged"},
		{"ALTER TABLE lease ADD COLUMN agent", "duplicate column name"},
	};
	struct ctx *ctx = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t file;

		snprintf(ctx->name, sizeof(ctx->name), "%s/%zu.db", ctx->dir, i);
		make_version_1(ctx);
		rig_sql(ctx->name, cases[i].damage);
		file = rig_checksum(ctx->name);
		assert_int_equal(rig_try_open(ctx), -EINVAL);
		if (!strstr(ctx->why, cases[i].why))
			fail_msg("case %zu: %s", i, ctx->why);
		assert_int_equal(rig_checksum(ctx->name), file);
		assert_int_equal(number(ctx->name, "PRAGMA user_version"), 1);
	}
}

/* --- trouble on the way --- */

static void a_full_disk_leaves_it_as_it_was(void **state)
{
	struct ctx *ctx = *state;

	make_version_1(ctx);
	faulty_vfs_fail(FAULTY_WRITE, SQLITE_FULL);
	for (int twice = 0; twice < 2; twice++)
		assert_int_equal(rig_try_open_at(ctx, ctx->name, 1, 1000), -ENOSPC);
	faulty_vfs_fail(FAULTY_WRITE, 0);
	assert_int_equal(number(ctx->name, "PRAGMA user_version"), 1);
	assert_int_equal(number(ctx->name, "SELECT count(*) FROM pragma_table_info('lease')"
					   " WHERE name IN ('giaddr', 'agent')"),
			 0);
	assert_int_equal(rig_try_open_at(ctx, ctx->name, 1, 1000), 0);
	assert_leases(ctx);
}

struct cuts {
	struct ctx *ctx;
	uint32_t n;
};

static void cut(void *arg)
{
	struct cuts *cuts = arg;
	char dir[128];

	if (cuts->n == CUTS)
		return;
	snprintf(dir, sizeof(dir), "%s/cut%u", cuts->ctx->dir, cuts->n++);
	if (mkdir(dir, 0750) < 0)
		abort();
	disk_cut(dir, random_below);
}

/* At each write and each sync of a migration: the old store is left, or the new one. */
static void a_power_cut_leaves_the_old_one_or_the_new(void **state)
{
	struct ctx *ctx = *state;
	struct cuts cuts = {ctx, 0};
	unsigned old = 0, new = 0;
	char name[128];

	random_seed(0x2545f4914f6cdd1du);
	make_version_1(ctx);
	disk_watch(cut, &cuts);
	assert_int_equal(rig_try_open_at(ctx, ctx->name, 1, 1000), 0);
	close_store(ctx); /* folds the log into the file */
	disk_watch(NULL, NULL);
	assert_in_range(cuts.n, 4, CUTS - 1); /* all of them */
	for (uint32_t i = 0; i < cuts.n; i++) {
		int64_t version;

		snprintf(name, sizeof(name), "%s/cut%u/leases.db", ctx->dir, i);
		version = number(name, "PRAGMA user_version");
		assert_in_range(version, 1, 2);
		assert_int_equal(number(name, "SELECT count(*) FROM pragma_table_info('lease')"
					      " WHERE name IN ('giaddr', 'agent')"),
				 version == 1 ? 0 : 2);
		assert_int_equal(number(name, "SELECT count(*) FROM leases"), LEASES);
		old += version == 1;
		new += version == 2;
		if (rig_try_open_at(ctx, name, 1, 1000) != 0)
			fail_msg("cut %u: %s", i, ctx->why);
		assert_leases(ctx);
		close_store(ctx);
	}
	assert_true(old > 0 && new > 0);
}

#define T(name) cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)
#define F(name) cmocka_unit_test_setup_teardown(name, rig_setup_faulty, rig_teardown_faulty)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_version_1_store_keeps_every_lease),
		T(it_then_takes_relay_information),
		T(it_is_what_a_new_store_is),
		T(leases_in_its_log_are_kept),
		T(a_damaged_one_is_refused_untouched),
		F(a_full_disk_leaves_it_as_it_was),
		F(a_power_cut_leaves_the_old_one_or_the_new),
	};

	return cmocka_run_group_tests_name("store/migrate", tests, NULL, NULL) != 0;
}
