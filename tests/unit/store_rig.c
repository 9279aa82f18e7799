// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What tests of the SQLite store share; see store_rig.h. */
#include "store_rig.h"

#include <errno.h>
#include <ftw.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <setjmp.h>
#include <cmocka.h>
#include <sqlite3.h>

#include "../common/faulty_vfs.h"

static int remove_entry(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st, (void)flag, (void)ftw;
	return remove(path);
}

void rig_fresh(struct ctx *ctx)
{
	snprintf(ctx->dir, sizeof(ctx->dir), "/tmp/test-store-XXXXXX");
	assert_non_null(mkdtemp(ctx->dir));
	snprintf(ctx->name, sizeof(ctx->name), "%s/leases.db", ctx->dir);
}

void rig_dispose(struct ctx *ctx)
{
	nftw(ctx->dir, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

int rig_setup(void **state)
{
	struct ctx *ctx = calloc(1, sizeof(*ctx));

	assert_non_null(ctx);
	rig_fresh(ctx);
	*state = ctx;
	return 0;
}

int rig_teardown(void **state)
{
	struct ctx *ctx = *state;

	store_close(ctx->store);
	rig_dispose(ctx);
	free(ctx);
	return 0;
}

int rig_setup_faulty(void **state)
{
	faulty_vfs_install();
	return rig_setup(state);
}

int rig_teardown_faulty(void **state)
{
	int r = rig_teardown(state);

	faulty_vfs_uninstall();
	return r;
}

int rig_try_open_at(struct ctx *ctx, const char *name, uint8_t boot, uint32_t now)
{
	struct store_options options = {.name = name, .boot_id = {boot}, .now = now};
	int r;

	store_close(ctx->store);
	ctx->store = NULL;
	ctx->why[0] = '\0';
	ctx->holder = -1;
	r = store_open(&options, &ctx->store, &ctx->holder, ctx->why, sizeof(ctx->why));
	if (r < 0) {
		ctx->store = NULL;
		assert_true(ctx->why[0] != '\0');
		assert_null(strchr(ctx->why, '\n'));
	}
	return r;
}

int rig_try_open(struct ctx *ctx)
{
	return rig_try_open_at(ctx, ctx->name, 1, 0);
}

struct lease_row rig_make_row(uint32_t addr)
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

int rig_commit(struct ctx *ctx, struct lease_row row, uint64_t expected)
{
	struct store_change change = {&row, expected, false};
	uint64_t number;
	int r = store_commit(ctx->store, &change, 1, 1000, 1700000000, &number);

	if (r == 0)
		assert_false(change.refused);
	return r;
}

int rig_collect(void *arg, const struct lease_row *row)
{
	struct ctx *ctx = arg;

	if (ctx->n > 0 && ctx->n <= RIG_ROWS)
		assert_true(row->addr > ctx->rows[ctx->n - 1].addr);
	if (ctx->n < RIG_ROWS)
		ctx->rows[ctx->n] = *row;
	ctx->n++;
	return ctx->n == ctx->stop_after ? -ECANCELED : 0;
}

size_t rig_load(struct ctx *ctx)
{
	struct store_info info;

	ctx->n = ctx->stop_after = 0;
	assert_int_equal(store_load(ctx->store, rig_collect, ctx), 0);
	store_info(ctx->store, &info);
	assert_int_equal(info.rows, ctx->n);
	return ctx->n;
}

char *rig_beside(const struct ctx *ctx, const char *suffix)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s%s", ctx->name, suffix);
	return path;
}

/* Runs fn in a child; it ends with _exit(0) where all is well, with the line that is not else. */
void rig_in_child(struct ctx *ctx, void (*fn)(struct ctx *ctx))
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

uint64_t rig_checksum(const char *path)
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

void rig_sql(const char *path, const char *text)
{
	char *error = NULL;
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	if (sqlite3_exec(db, text, NULL, NULL, &error) != SQLITE_OK)
		fail_msg("%s", error);
	sqlite3_close(db);
}
