// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The contract of user/store/store.h, run against every store in `kinds`. A
 * new store becomes one entry there. What only one store can do (files,
 * faults, the view) is tested in a file of its own.
 */
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <setjmp.h>
#include <cmocka.h>

#include "../common/random.h"
#include "abi.h"
#include "store/store.h"
#include "store_rig.h"

#define KILLS 50

/* --- the stores --- */

struct kind {
	const char *label;
	void (*fresh)(struct ctx *ctx); /* fills ctx->name: a store that does not exist yet */
	void (*dispose)(struct ctx *ctx);
};

static const struct kind kinds[] = {{"sqlite", rig_fresh, rig_dispose}};
static const struct kind *kind; /* of this run */

/* --- helpers --- */

static void open_at(struct ctx *ctx, uint8_t boot, uint32_t now)
{
	assert_int_equal(rig_try_open_at(ctx, ctx->name, boot, now), 0);
	assert_int_equal(ctx->holder, -1);
}

static int setup(void **state)
{
	struct ctx *ctx = calloc(1, sizeof(*ctx));

	assert_non_null(ctx);
	kind->fresh(ctx);
	open_at(ctx, 1, 100);
	*state = ctx;
	return 0;
}

static int teardown(void **state)
{
	struct ctx *ctx = *state;

	store_close(ctx->store);
	kind->dispose(ctx);
	free(ctx);
	return 0;
}

/* A client of its own for every address. */
static struct lease_row make_row(uint32_t addr, uint64_t generation)
{
	struct lease_row row = rig_make_row(addr);

	row.generation = generation;
	for (int i = 0; i < 4; i++)
		row.client.chaddr[2 + i] = (uint8_t)(addr >> (24 - 8 * i));
	return row;
}

/* Commits rows; a row's expected generation is given, 0: new. */
static int commit_n(struct ctx *ctx, const struct lease_row *rows, const uint64_t *expected,
		    bool *ret_refused, size_t n, uint32_t now)
{
	struct store_change changes[64];
	struct store_info before, after;
	uint64_t number = 0;
	int r;

	assert_true(n <= 64);
	for (size_t i = 0; i < n; i++)
		changes[i] = (struct store_change){&rows[i], expected[i], false};
	store_info(ctx->store, &before);
	r = store_commit(ctx->store, changes, n, now, now + 1700000000ull, &number);
	store_info(ctx->store, &after);
	if (r < 0) {
		assert_true(store_error(ctx->store)[0] != '\0');
		assert_int_equal(number, 0);
		assert_int_equal(after.newest_commit, before.newest_commit);
		return r;
	}
	assert_int_equal(number, before.newest_commit + 1);
	assert_int_equal(after.newest_commit, number);
	for (size_t i = 0; i < n && ret_refused; i++)
		ret_refused[i] = changes[i].refused;
	return r;
}

static void commit_one(struct ctx *ctx, struct lease_row row, uint64_t expected, uint32_t now)
{
	bool refused;

	assert_int_equal(commit_n(ctx, &row, &expected, &refused, 1, now), 0);
	assert_false(refused);
}

static void load(struct ctx *ctx)
{
	assert_in_range(rig_load(ctx), 0, RIG_ROWS);
}

static void assert_row(const struct lease_row *a, const struct lease_row *b)
{
	assert_int_equal(a->addr, b->addr);
	assert_int_equal(a->subnet_id, b->subnet_id);
	assert_int_equal(a->generation, b->generation);
	assert_int_equal(a->state, b->state);
	assert_int_equal(a->end, b->end);
	assert_memory_equal(a->client.chaddr, b->client.chaddr, sizeof(a->client.chaddr));
	assert_int_equal(a->client.client_id_len, b->client.client_id_len);
	assert_memory_equal(a->client.client_id, b->client.client_id, a->client.client_id_len);
	assert_string_equal(a->hostname, b->hostname);
	assert_int_equal(a->giaddr, b->giaddr);
	assert_int_equal(a->agent_len, b->agent_len);
	assert_memory_equal(a->agent, b->agent, a->agent_len);
	assert_int_equal(a->cltt, b->cltt);
	assert_int_equal(a->lifetime, b->lifetime);
	assert_int_equal(a->promised, b->promised);
	assert_int_equal(a->granted_until, b->granted_until);
	assert_int_equal(a->ack_until, b->ack_until);
}

/* --- the contract --- */

static void a_new_store_is_empty_and_keeps_its_uuid(void **state)
{
	static const uint8_t none[16];
	struct ctx *ctx = *state, other = {0};
	struct store_info info, again;

	store_info(ctx->store, &info);
	assert_int_equal(info.rows, 0);
	assert_int_equal(info.newest_commit, 0);
	assert_memory_not_equal(info.uuid, none, 16);
	load(ctx);

	open_at(ctx, 1, 200);
	store_info(ctx->store, &again);
	assert_memory_equal(info.uuid, again.uuid, 16);

	kind->fresh(&other);
	open_at(&other, 1, 100);
	store_info(other.store, &again);
	assert_memory_not_equal(info.uuid, again.uuid, 16);
	store_close(other.store);
	kind->dispose(&other);
}

static void rows_come_back_whole(void **state)
{
	struct ctx *ctx = *state;
	struct lease_row rows[6];
	const uint64_t expected[6] = {0};

	rows[0] = make_row(0xffffffff, 1);
	rows[1] = make_row(0x0a000001, INT64_MAX);
	rows[2] = make_row(0x0a000002, 3);
	rows[3] = make_row(0xc0a80001, 4);
	rows[4] = make_row(1, 5);
	rows[5] = make_row(0x7fffffff, 6);
	rows[0].subnet_id = UINT32_MAX;
	rows[0].cltt = rows[0].lifetime = rows[0].promised = rows[0].granted_until =
		rows[0].ack_until = XDHCP_FOREVER;
	rows[1].client.client_id_len = 255;
	memset(rows[1].client.client_id, 0, 255); /* NUL is a byte like any other */
	memset(rows[1].hostname, 'h', MODEL_NAME_MAX);
	rows[2].state = LEASE_FREE;
	rows[2].end = LEASE_END_RELEASED;
	rows[2].client.client_id_len = 1;
	rows[2].client.client_id[0] = 0xff;
	rows[3].state = LEASE_HELD;
	rows[3].end = LEASE_END_EXPIRED;
	rows[3].granted_until = 9000;
	rows[4].state = LEASE_DECLINED;
	rows[4].end = LEASE_END_DECLINED;
	rows[0].giaddr = 0xffffffff;
	rows[0].agent_len = 255;
	memset(rows[0].agent, 0, 255);
	rows[3].giaddr = 1;    /* a relay that says nothing of the circuit */
	rows[5].agent_len = 3; /* option 82 without giaddr: a switch that snoops */
	memcpy(rows[5].agent, "\x01\x01\xff", 3);
	snprintf(rows[4].hostname, sizeof(rows[4].hostname), "quote'\"; drop table lease; --");
	assert_int_equal(commit_n(ctx, rows, expected, NULL, 6, 1000), 0);

	for (int pass = 0; pass < 2; pass++) {
		static const int order[] = {4, 1, 2, 5, 3, 0};

		load(ctx);
		assert_int_equal(ctx->n, 6);
		for (int i = 0; i < 6; i++)
			assert_row(&ctx->rows[i], &rows[order[i]]);
		open_at(ctx, 1, 1001);
	}
}

/* A renewal by another relay, then directly: each commit says all of it anew. */
static void relay_information_is_replaced(void **state)
{
	struct ctx *ctx = *state;
	struct lease_row row = make_row(1, 1);

	row.giaddr = 0x0a000001;
	row.agent_len = 6;
	memcpy(row.agent, "\x01\x04port", 6);
	commit_one(ctx, row, 0, 1000);
	row.giaddr = 0x0a000002;
	row.agent_len = 3;
	memcpy(row.agent, "\x02\x01x", 3);
	commit_one(ctx, row, 1, 1001);
	open_at(ctx, 2, 50); /* it is of no boot */
	load(ctx);
	assert_int_equal(ctx->rows[0].giaddr, row.giaddr);
	assert_int_equal(ctx->rows[0].agent_len, 3);
	assert_memory_equal(ctx->rows[0].agent, row.agent, 3);
	row.giaddr = row.agent_len = 0;
	commit_one(ctx, row, 1, 60);
	load(ctx);
	assert_row(&ctx->rows[0], &row);
}

static void generations_decide(void **state)
{
	static const struct {
		uint64_t held, expected, wanted; /* held 0: no row */
		bool refused;
	} cases[] = {
		{0, 0, 1, false}, {0, 1, 1, true},  {0, 1, 2, true},  {1, 0, 1, true},
		{1, 0, 2, true},  {1, 1, 1, false}, {1, 1, 2, false}, {2, 1, 2, true},
		{2, 1, 3, true},  {2, 3, 3, true},  {5, 5, 9, false},
	};
	struct ctx *ctx = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct lease_row held = make_row(100 + i, cases[i].held);
		struct lease_row wanted = make_row(100 + i, cases[i].wanted);
		size_t at;
		bool refused;

		wanted.promised = 7777;
		if (cases[i].held)
			commit_one(ctx, held, 0, 1000);
		load(ctx);
		at = ctx->n - (cases[i].held != 0);
		assert_int_equal(commit_n(ctx, &wanted, &cases[i].expected, &refused, 1, 1001), 0);
		if (refused != cases[i].refused)
			print_error("case %zu\n", i);
		assert_int_equal(refused, cases[i].refused);
		load(ctx);
		if (!refused)
			assert_row(&ctx->rows[at], &wanted);
		else if (cases[i].held)
			assert_row(&ctx->rows[at], &held);
		else
			assert_int_equal(ctx->n, at);
	}
}

/* In any order of the batch, each result reaches its own change, and the rest is stored. */
static void refusals_are_single(void **state)
{
	struct ctx *ctx = *state;
	struct lease_row rows[16];
	uint64_t expected[16];
	bool refused[16];

	for (uint32_t a = 0; a < 16; a++)
		commit_one(ctx, make_row(a, 1 + a % 3), 0, 1000);
	for (uint32_t i = 0; i < 16; i++) {
		rows[i] = make_row((i * 7 + 3) % 16, 4); /* every address once, unsorted */
		expected[i] = 1;
	}
	assert_int_equal(commit_n(ctx, rows, expected, refused, 16, 1001), 0);
	for (uint32_t i = 0; i < 16; i++)
		assert_int_equal(refused[i], rows[i].addr % 3 != 0);
	open_at(ctx, 1, 1002);
	load(ctx);
	for (uint32_t a = 0; a < 16; a++)
		assert_int_equal(ctx->rows[a].generation, a % 3 ? 1 + a % 3 : 4);
}

static void changes_of_one_address_keep_their_order(void **state)
{
	struct ctx *ctx = *state;
	/* 9: bound, renewed, freed, bound anew, in one batch, with others between. */
	struct lease_row rows[] = {make_row(9, 1), make_row(5, 1), make_row(9, 1),
				   make_row(9, 1), make_row(2, 1), make_row(9, 2)};
	const uint64_t expected[] = {0, 0, 1, 1, 0, 1};
	bool refused[6];

	rows[3].state = LEASE_FREE;
	rows[5].lifetime = 42;
	assert_int_equal(commit_n(ctx, rows, expected, refused, 6, 1000), 0);
	for (int i = 0; i < 6; i++)
		assert_false(refused[i]);
	load(ctx);
	assert_int_equal(ctx->n, 3);
	assert_row(&ctx->rows[2], &rows[5]);
}

/* What was decided on a change that did not happen does not happen either. */
static void a_refusal_takes_later_changes_of_its_address_along(void **state)
{
	struct ctx *ctx = *state;
	struct lease_row held = make_row(9, 1);
	struct lease_row rows[] = {make_row(9, 1), make_row(9, 1), make_row(9, 2), make_row(8, 1)};
	const uint64_t expected[] = {0, 1, 1, 0};
	bool refused[4];

	commit_one(ctx, held, 0, 1000);
	for (int i = 0; i < 4; i++)
		rows[i].client.chaddr[5] = 0xee;
	assert_int_equal(commit_n(ctx, rows, expected, refused, 4, 1001), 0);
	assert_true(refused[0]);
	assert_true(refused[1]);
	assert_true(refused[2]);
	assert_false(refused[3]);
	load(ctx);
	assert_int_equal(ctx->n, 2);
	assert_row(&ctx->rows[1], &held);
}

static void what_is_no_row_fails_the_whole_commit(void **state)
{
	struct ctx *ctx = *state;
	struct lease_row rows[2] = {make_row(1, 1), make_row(2, 0)};
	const uint64_t expected[2] = {0, 0};

	assert_int_equal(commit_n(ctx, rows, expected, NULL, 2, 1000), -EINVAL);
	rows[1] = make_row(2, (uint64_t)INT64_MAX + 1);
	assert_int_equal(commit_n(ctx, rows, expected, NULL, 2, 1000), -EINVAL);
	rows[1] = make_row(2, 1);
	rows[1].state = LEASE_CLOSING;
	assert_int_equal(commit_n(ctx, rows, expected, NULL, 2, 1000), -EINVAL);
	load(ctx);
	assert_int_equal(ctx->n, 0);
}

static void commits_are_numbered_across_openings(void **state)
{
	struct ctx *ctx = *state;
	struct store_info info;

	commit_one(ctx, make_row(1, 1), 0, 1000);
	assert_int_equal(commit_n(ctx, NULL, NULL, NULL, 0, 1001), 0);
	open_at(ctx, 1, 1002);
	store_info(ctx->store, &info);
	assert_int_equal(info.newest_commit, 2);
	assert_int_equal(info.rows, 1);
	commit_one(ctx, make_row(2, 1), 0, 1003);
	open_at(ctx, 2, 5);
	store_info(ctx->store, &info);
	assert_int_equal(info.newest_commit, 3);
	assert_int_equal(info.rows, 2);
}

static void the_reader_can_end_a_load(void **state)
{
	struct ctx *ctx = *state;

	for (uint32_t a = 1; a <= 5; a++)
		commit_one(ctx, make_row(a, 1), 0, 1000);
	ctx->n = 0;
	ctx->stop_after = 2;
	assert_int_equal(store_load(ctx->store, rig_collect, ctx), -ECANCELED);
	assert_int_equal(ctx->n, 2);
	load(ctx); /* and begin anew */
	assert_int_equal(ctx->n, 5);
	commit_one(ctx, make_row(6, 1), 0, 1000);
}

static void the_second_opener_is_told_who_was_first(void **state)
{
	struct ctx *ctx = *state;
	int ready[2], status;
	pid_t child;
	char c;

	store_close(ctx->store);
	ctx->store = NULL;
	assert_int_equal(pipe(ready), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		c = rig_try_open_at(ctx, ctx->name, 1, 100) == 0 ? 'y' : 'n';
		if (write(ready[1], &c, 1) == 1)
			pause();
		_exit(1);
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &c, 1), 1);
	close(ready[0]);
	assert_int_equal(c, 'y');
	assert_int_equal(rig_try_open_at(ctx, ctx->name, 1, 100), -EBUSY);
	assert_int_equal(ctx->holder, child);
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, &status, 0), child);
	open_at(ctx, 1, 100); /* a dead holder holds nothing */
}

/* --- boots --- */

/* One lease, written at 1000 in a boot whose newest commit is at 2000; the next opens at 50. */
static void what_was_to_run_runs_again(void **state)
{
	const uint32_t F = XDHCP_FOREVER;
	const struct {
		uint8_t state;
		uint32_t promised, granted, ack;
		uint32_t want_promised, want_granted, want_ack;
	} cases[] = {
		/* never published: what the daemon promised */
		{LEASE_BOUND, 4600, 0, 4600, 2650, 0, 2650},
		/* published: XDP may have granted up to ack_until, unharvested */
		{LEASE_BOUND, 4600, 0, 11800, 9850, 0, 9850},
		{LEASE_BOUND, 4600, 7000, 11800, 9850, 5050, 9850},
		{LEASE_BOUND, 1500, 0, 2500, 550, 0, 550},
		/* an orderly stop cut ack_until back to what was granted */
		{LEASE_BOUND, 4600, 7000, 7000, 5050, 5050, 5050},
		/* all but over, over, long over */
		{LEASE_BOUND, 2001, 0, 2001, 51, 0, 51},
		{LEASE_BOUND, 2000, 0, 2000, 0, 0, 0},
		{LEASE_BOUND, 1001, 1500, 1500, 0, 0, 0},
		/* for ever, wherever it stands */
		{LEASE_BOUND, F, 0, F, F, 0, F},
		{LEASE_BOUND, 4600, F, F, F, F, F},
		{LEASE_BOUND, 4600, 0, F, F, 0, F},
		/* far away is not for ever */
		{LEASE_BOUND, F - 1, 0, F - 1, F - 1 - 1950, 0, F - 1 - 1950},
		/* harvested already: what may still be granted is no more */
		{LEASE_HELD, 4600, 0, 11800, 2650, 0, 9850},
		{LEASE_HELD, 4600, 7000, 11800, 5050, 5050, 9850},
		/* quarantine, and nobody's */
		{LEASE_DECLINED, 2600, 0, 0, 650, 0, 0},
		{LEASE_DECLINED, 2600, 7000, 0, 650, 5050, 0},
		{LEASE_FREE, 0, 0, 0, 0, 0, 0},
		{LEASE_FREE, 1200, 1300, 1300, 0, 0, 0},
	};
	const size_t n = sizeof(cases) / sizeof(cases[0]);
	struct ctx *ctx = *state;

	for (uint32_t i = 0; i < n; i++) {
		struct lease_row row = make_row(i, 1);

		row.state = cases[i].state;
		row.promised = cases[i].promised;
		row.granted_until = cases[i].granted;
		row.ack_until = cases[i].ack;
		commit_one(ctx, row, 0, 1000);
	}
	assert_int_equal(commit_n(ctx, NULL, NULL, NULL, 0, 2000), 0);

	open_at(ctx, 1, 2100);
	load(ctx);
	for (uint32_t i = 0; i < n; i++) /* same boot: as it was */
		assert_int_equal(ctx->rows[i].promised, cases[i].promised);

	for (int pass = 0; pass < 2; pass++) { /* reading changes nothing */
		open_at(ctx, 2, 49);	       /* in that second: at 50 it surely has */
		load(ctx);
		assert_int_equal(ctx->n, n);
		for (uint32_t i = 0; i < n; i++) {
			const struct lease_row *row = &ctx->rows[i];

			if (row->promised != cases[i].want_promised ||
			    row->granted_until != cases[i].want_granted ||
			    row->ack_until != cases[i].want_ack)
				print_error("case %u\n", i);
			assert_int_equal(row->promised, cases[i].want_promised);
			assert_int_equal(row->granted_until, cases[i].want_granted);
			assert_int_equal(row->ack_until, cases[i].want_ack);
			assert_int_equal(row->cltt, 0);
			assert_int_equal(row->lifetime, 3600);
			assert_int_equal(row->generation, 1);
			assert_int_equal(row->state, cases[i].state);
		}
	}
}

static uint32_t promised_of(struct ctx *ctx, uint32_t addr)
{
	load(ctx);
	for (size_t i = 0; i < ctx->n; i++)
		if (ctx->rows[i].addr == addr)
			return ctx->rows[i].promised;
	fail();
	return 0;
}

static void heartbeat(struct ctx *ctx, uint32_t now)
{
	assert_int_equal(commit_n(ctx, NULL, NULL, NULL, 0, now), 0);
}

static void a_boot_in_between_counts_as_long_as_it_surely_lasted(void **state)
{
	struct ctx *ctx = *state;
	struct lease_row row = make_row(1, 1);

	row.promised = row.ack_until = 10000;
	commit_one(ctx, row, 0, 1000); /* 9000 left */
	open_at(ctx, 2, 30);
	assert_int_equal(promised_of(ctx, 1), 9031);
	heartbeat(ctx, 40);
	open_at(ctx, 2, 500); /* the daemon started anew: still counted from 30 */
	assert_int_equal(promised_of(ctx, 1), 9031);
	heartbeat(ctx, 2030); /* 7001 left: whole seconds, so at least 1999 have passed */
	open_at(ctx, 2, 3000);
	assert_int_equal(promised_of(ctx, 1), 9031);
	open_at(ctx, 3, 100); /* a boot that commits nothing leaves no trace */
	assert_int_equal(promised_of(ctx, 1), 7102);
	open_at(ctx, 4, 60);
	assert_int_equal(promised_of(ctx, 1), 7062);
	heartbeat(ctx, 1060); /* 6002 left */
	open_at(ctx, 5, 9);
	assert_int_equal(promised_of(ctx, 1), 6012);
	/* Written anew, it is this boot's, and the old ones do not matter. */
	row.promised = row.ack_until = 800;
	commit_one(ctx, row, 1, 20);
	assert_int_equal(promised_of(ctx, 1), 800);
	open_at(ctx, 5, 25);
	assert_int_equal(promised_of(ctx, 1), 800);
}

/* A machine that is up for 100,000 s gets the store; then it comes back. */
static void a_store_may_move_to_another_machine_and_back(void **state)
{
	struct ctx *ctx = *state;
	struct lease_row row = make_row(1, 1);

	row.promised = row.ack_until = 4600;
	commit_one(ctx, row, 0, 1000); /* 3600 left */
	open_at(ctx, 2, 100000);
	assert_int_equal(promised_of(ctx, 1), 103601);
	row = make_row(2, 1);
	row.promised = row.ack_until = 104600;
	commit_one(ctx, row, 0, 101000); /* 2601 and 3600 left */
	open_at(ctx, 1, 2500); /* its clock has run on meanwhile; we need not know how far */
	assert_int_equal(promised_of(ctx, 1), 2501 + 2601);
	assert_int_equal(promised_of(ctx, 2), 2501 + 3600);
}

/* `now` may be read before another commit's: the newest counts. */
static void the_newest_commit_never_falls_back(void **state)
{
	struct ctx *ctx = *state;

	commit_one(ctx, make_row(1, 1), 0, 1000);
	heartbeat(ctx, 3000);
	heartbeat(ctx, 2999);
	open_at(ctx, 2, 0);
	assert_int_equal(promised_of(ctx, 1), 11801 - 3000);
}

/* Those after a second's first do not write it anew. */
static void all_commits_of_a_second_count(void **state)
{
	struct ctx *ctx = *state;

	commit_one(ctx, make_row(1, 1), 0, 1000);
	heartbeat(ctx, 1000);
	commit_one(ctx, make_row(2, 1), 0, 2000);
	heartbeat(ctx, 2000);
	open_at(ctx, 1, 2000); /* who opens it next knows nothing of that */
	heartbeat(ctx, 2000);
	heartbeat(ctx, 3000);
	open_at(ctx, 2, 0);
	assert_int_equal(promised_of(ctx, 1), 11801 - 3000);
}

/* --- crashes --- */

#define ROUND_ROWS  8
#define ROUND_ADDRS 128

/* The rows of commit number k: a pure function of k, so that any prefix can be replayed. */
static void rows_of_commit(uint64_t k, struct lease_row rows[ROUND_ROWS])
{
	for (uint32_t j = 0; j < ROUND_ROWS; j++) {
		/* an odd stride: no address twice */
		uint32_t addr = (uint32_t)(k * 37 + j * 29) % ROUND_ADDRS;

		rows[j] = make_row(addr, 1);
		rows[j].cltt = (uint32_t)k;
		rows[j].promised = rows[j].ack_until = (uint32_t)(k + 3600);
	}
}

static void commit_forever(struct ctx *ctx, uint64_t k, int confirmed)
{
	struct store_change changes[ROUND_ROWS];
	struct lease_row rows[ROUND_ROWS];
	bool known[ROUND_ADDRS] = {0};
	uint64_t number;

	for (size_t i = 0; i < ctx->n; i++)
		known[ctx->rows[i].addr] = true;
	for (;; k++) {
		rows_of_commit(k, rows);
		for (int j = 0; j < ROUND_ROWS; j++) {
			changes[j] = (struct store_change){&rows[j], known[rows[j].addr], false};
			known[rows[j].addr] = true;
		}
		if (store_commit(ctx->store, changes, ROUND_ROWS, (uint32_t)k, k, &number) != 0 ||
		    number != k || write(confirmed, &k, sizeof(k)) != sizeof(k))
			_exit(1);
		for (int j = 0; j < ROUND_ROWS; j++)
			if (changes[j].refused)
				_exit(1);
	}
}

static void assert_holds_first(const struct ctx *ctx, uint64_t commits)
{
	uint32_t cltt[ROUND_ADDRS] = {0};
	struct lease_row rows[ROUND_ROWS];
	size_t n = 0;

	for (uint64_t k = 1; k <= commits; k++) {
		rows_of_commit(k, rows);
		for (int j = 0; j < ROUND_ROWS; j++) {
			n += cltt[rows[j].addr] == 0;
			cltt[rows[j].addr] = rows[j].cltt;
		}
	}
	assert_int_equal(ctx->n, n);
	for (size_t i = 0; i < ctx->n; i++)
		assert_int_equal(ctx->rows[i].cltt, cltt[ctx->rows[i].addr]);
}

/* kill -9 in the middle of committing: all that was confirmed is there, and whole commits only. */
static void a_killed_process_loses_nothing_it_confirmed(void **state)
{
	struct ctx *ctx = *state;
	uint64_t last = 0;

	random_seed(0x9e3779b97f4a7c15u);
	for (int round = 0; round < KILLS; round++) {
		uint32_t reports = 1 + random_below(40);
		struct store_info info;
		int fds[2], status;
		pid_t child;
		uint64_t k;

		assert_int_equal(pipe(fds), 0);
		load(ctx);
		store_close(ctx->store);
		ctx->store = NULL;
		child = fork();
		assert_true(child >= 0);
		if (child == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			if (rig_try_open_at(ctx, ctx->name, 1, 0) == 0)
				commit_forever(ctx, last + 1, fds[1]);
			_exit(1);
		}
		close(fds[1]);
		/* the kill falls wherever the child is a few turns of a loop after the report */
		while (reports-- > 0 && read(fds[0], &k, sizeof(k)) == sizeof(k))
			last = k;
		for (volatile uint32_t spin = random_below(200000); spin > 0; spin--)
			;
		kill(child, SIGKILL);
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFSIGNALED(status));
		while (read(fds[0], &k, sizeof(k)) == sizeof(k))
			last = k;
		close(fds[0]);

		open_at(ctx, 1, 0);
		store_info(ctx->store, &info);
		assert_true(info.newest_commit == last || info.newest_commit == last + 1);
		load(ctx);
		assert_holds_first(ctx, info.newest_commit);
		last = info.newest_commit;
	}
	assert_true(last > KILLS);
}

/* Random batches, right and wrong generations, openings between: as a plain array would do it. */
static void it_behaves_like_an_array(void **state)
{
	struct ctx *ctx = *state;
	struct lease_row model[64] = {0}; /* generation 0: none */

	random_seed(0xd1b54a32d192ed03u);
	for (uint32_t step = 1; step <= 300; step++) {
		size_t n = random_below(20);
		struct lease_row rows[20];
		uint64_t expected[20];
		bool refused[20], want[20], taken[64] = {0};

		for (size_t i = 0; i < n; i++) {
			uint32_t a = random_below(64);

			expected[i] = random_below(4) ? model[a].generation : random_below(4);
			rows[i] = make_row(a, expected[i] +
						      (expected[i] == 0 || random_below(3) == 0));
			rows[i].cltt = step * 100 + (uint32_t)i;
			want[i] = taken[a] || expected[i] != model[a].generation;
			taken[a] |= want[i];
			if (!want[i])
				model[a] = rows[i];
		}
		assert_int_equal(commit_n(ctx, rows, expected, refused, n, step), 0);
		for (size_t i = 0; i < n; i++)
			assert_int_equal(refused[i], want[i]);
		if (random_below(10) == 0)
			open_at(ctx, 1, step);
		if (step % 10)
			continue;
		load(ctx);
		for (size_t a = 0, i = 0; a < 64; a++)
			if (model[a].generation)
				assert_row(&ctx->rows[i++], &model[a]);
	}
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_new_store_is_empty_and_keeps_its_uuid),
		T(rows_come_back_whole),
		T(relay_information_is_replaced),
		T(generations_decide),
		T(refusals_are_single),
		T(changes_of_one_address_keep_their_order),
		T(a_refusal_takes_later_changes_of_its_address_along),
		T(what_is_no_row_fails_the_whole_commit),
		T(commits_are_numbered_across_openings),
		T(the_reader_can_end_a_load),
		T(the_second_opener_is_told_who_was_first),
		T(what_was_to_run_runs_again),
		T(a_boot_in_between_counts_as_long_as_it_surely_lasted),
		T(a_store_may_move_to_another_machine_and_back),
		T(the_newest_commit_never_falls_back),
		T(all_commits_of_a_second_count),
		T(a_killed_process_loses_nothing_it_confirmed),
		T(it_behaves_like_an_array),
	};
	int failures = 0;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		kind = &kinds[i];
		failures += cmocka_run_group_tests_name(kind->label, tests, NULL, NULL);
	}
	return failures != 0;
}
