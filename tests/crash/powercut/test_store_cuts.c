// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The SQLite store on a machine whose power fails at any operation on its disk: while a store
 * is made, migrated, opened, committed to, folded into its file, closed. After each cut it
 * opens by itself and holds every commit that had returned 0, whole, with nothing of any other
 * but, whole too, one that had not returned; every promise lasts as long as it was made for.
 * With a lie planted anywhere in the chain (the disk's sync, the directory's, SQLite's) the
 * same rounds find a loss: they can see one.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>
#include <sqlite3.h>

#include "abi.h"
#include "../../common/faulty_vfs.h"
#include "../../common/store_version_1.h"
#include "rounds.h"
#include "store_truth.h"

#define ROUNDS	  1200
#define MAYBE_MAX 16
#define BATCH	  24

enum phase { MAKING, MIGRATING, OPENING, COMMITTING, FOLDING, CLOSING, PHASES };

static const char *const phase_names[] = {"making",	"migrating", "opening",
					  "committing", "folding",   "closing"};

struct life {
	struct disk_dirs dirs;
	char name[128];
	struct store *store;
	struct truth sure;	       /* what it must hold */
	struct truth maybe[MAYBE_MAX]; /* or one of these: of nobody was told */
	unsigned n_maybe;
	int64_t now; /* real time */
	unsigned boot;
	int64_t start; /* real time at which this boot first opened the store, as far as it says */
	unsigned cut_in; /* operations until the cut */
	enum phase phase, cut_phase;
	enum disk_lie lie; /* planted */
	bool forgets;	   /* a boot knows nothing of the former ones' ack_until */
	bool found;
	char what[512];
	unsigned cuts[PHASES], ahead, failed, crashes;
};

static void found(struct life *l, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(l->what, sizeof(l->what), format, ap);
	va_end(ap);
	l->found = true;
}

static uint32_t clock_now(const struct life *l)
{
	return (uint32_t)(l->now - l->sure.boots[l->boot].zero);
}

/* --- the cut --- */

static void count_down(void *arg)
{
	struct life *l = arg;

	if (--l->cut_in > 0)
		return;
	/* The log is being folded into the file: inside a commit, or at the close. */
	l->cut_phase = l->phase == COMMITTING && disk_unsynced("/leases.db") ? FOLDING : l->phase;
	disk_cut(l->dirs.next, rnd);
	disk_set_dead(true);
}

static void new_boot(struct life *l)
{
	uint32_t up = one_in(8) ? rnd(1000000) : 5 + rnd(40); /* seconds until we are started */

	l->boot++;
	assert_true(l->boot < TRUTH_BOOTS);
	l->now += one_in(4) ? rnd(5000) : 0; /* the outage */
	l->sure.boots[l->boot].zero = l->now - up;
	for (unsigned i = 0; i < l->n_maybe; i++)
		l->maybe[i].boots[l->boot].zero = l->now - up;
}

static void close_store(struct life *l)
{
	store_close(l->store);
	l->store = NULL;
}

/* --- what it holds --- */

struct rows {
	struct lease_row rows[TRUTH_ADDRS + 1];
	size_t n;
};

static int collect(void *arg, const struct lease_row *row)
{
	struct rows *rows = arg;

	if (rows->n <= TRUTH_ADDRS)
		rows->rows[rows->n++] = *row;
	return 0;
}

/*
 * Reads it; what it was among all it may be is what it must be from here on. What has not
 * returned may come to light until a later commit has: from a log that was removed, or when the
 * first frame that was torn is written again, byte for byte, by the next commit that does not
 * return.
 */
static void check(struct life *l)
{
	static struct rows rows;
	struct store_info info;
	char why[200];

	rows.n = 0;
	if (store_load(l->store, collect, &rows) < 0) {
		found(l, "cannot be read: %s", store_error(l->store));
		return;
	}
	store_info(l->store, &info);
	if (info.rows != rows.n)
		found(l, "says %zu rows and has %zu", info.rows, rows.n);
	if (truth_matches(&l->sure, l->boot, l->start, &info, rows.rows, rows.n, l->what,
			  sizeof(l->what)))
		return;
	for (unsigned i = 0; i < l->n_maybe; i++) {
		if (!truth_matches(&l->maybe[i], l->boot, l->start, &info, rows.rows, rows.n, why,
				   sizeof(why)))
			continue;
		l->sure = l->maybe[i];
		l->n_maybe = 0;
		l->ahead++;
		return;
	}
	l->found = true; /* l->what says how it differs from what is sure */
	if (l->n_maybe) {
		strncat(l->what,
			"; of what had not returned: ", sizeof(l->what) - strlen(l->what) - 1);
		strncat(l->what, why, sizeof(l->what) - strlen(l->what) - 1);
	}
}

static void open_store(struct life *l)
{
	const struct truth_boot *boot = &l->sure.boots[l->boot];
	struct store_options options = {.name = l->name, .now = clock_now(l)};
	struct store_info info;
	int holder = -1, r;
	char why[400] = "";

	truth_boot_id(l->boot, options.boot_id);
	sqlite_plan.more =
		l->forgets && !boot->known
			? "UPDATE lease SET ack_until = min(ack_until, promised) WHERE state = 1"
			: NULL;
	l->start = boot->known ? boot->start : l->now;
	r = store_open(&options, &l->store, &holder, why, sizeof(why));
	if (r < 0)
		l->store = NULL;
	if (disk_is_dead())
		return;
	if (r < 0) {
		found(l, "does not open: %s (%s)", strerror(-r), why);
		return;
	}
	check(l);
	store_info(l->store, &info);
	memcpy(l->sure.uuid, info.uuid, sizeof(info.uuid));
	l->sure.made = true;
	l->phase = COMMITTING;
}

/* --- what is done to it --- */

static uint32_t some_time(const struct life *l)
{
	return one_in(30) ? XDHCP_FOREVER : clock_now(l) + rnd(10000);
}

static void dress(struct lease_row *row)
{
	row->client = (struct client){.chaddr = {2, 0, 0, 0, (uint8_t)rnd(256), (uint8_t)rnd(256)}};
	row->client.client_id_len = one_in(2) ? 0 : (uint8_t)rnd(256);
	memset(row->client.client_id, (int)rnd(256), row->client.client_id_len);
	memset(row->hostname, 0, sizeof(row->hostname));
	memset(row->hostname, 'a' + (int)rnd(26), rnd(64));
	row->giaddr = rnd(3);
	memset(row->agent, 0, sizeof(row->agent));
	row->agent_len = one_in(3) ? (uint8_t)rnd(256) : 0;
	memset(row->agent, (int)rnd(256), row->agent_len);
}

/* A change of an address, now and then one that must be refused. */
static uint64_t make_change(const struct life *l, struct lease_row *row, uint32_t at)
{
	static const uint8_t states[] = {LEASE_FREE, LEASE_BOUND,    LEASE_BOUND,
					 LEASE_HELD, LEASE_DECLINED, LEASE_BOUND};
	const struct truth_row *there = &l->sure.at[at];
	uint64_t generation = there->known ? there->row.generation : 0;

	*row = (struct lease_row){.addr = TRUTH_ADDR + at, .subnet_id = rnd(3)};
	dress(row);
	row->generation = generation + (generation == 0 || one_in(3));
	row->state = states[rnd(6)];
	row->end = (uint8_t)rnd(4);
	row->cltt = clock_now(l);
	row->lifetime = rnd(5000);
	row->promised = some_time(l);
	row->granted_until = one_in(2) ? 0 : some_time(l);
	row->ack_until = some_time(l);
	return one_in(12) ? generation + 1 + rnd(2) : generation;
}

static void commit(struct life *l)
{
	static struct lease_row rows[BATCH];
	struct store_change changes[BATCH];
	bool refused[BATCH];
	size_t n = one_in(6) ? 0 : 1 + rnd(one_in(3) ? BATCH : 3);
	uint64_t number = 0;
	struct truth next = l->sure;
	int r;

	for (size_t i = 0; i < n; i++) {
		changes[i].row = &rows[i];
		changes[i].refused = false;
		changes[i].expected_generation = make_change(l, &rows[i], rnd(TRUTH_ADDRS));
	}
	truth_commit(&next, l->boot, l->start, l->now, changes, n, refused);
	r = store_commit(l->store, changes, n, clock_now(l), (uint64_t)l->now + 1600000000,
			 &number);
	if (r < 0 || disk_is_dead()) {
		if (l->n_maybe == MAYBE_MAX)
			abort(); /* fail_once() leaves room for one a round */
		l->maybe[l->n_maybe++] = next;
		return;
	}
	for (size_t i = 0; i < n; i++)
		if (changes[i].refused != refused[i])
			found(l, "change %zu of %zu is %srefused", i, n, refused[i] ? "not " : "");
	if (number != next.newest_commit)
		found(l, "commit %" PRIu64 " has number %" PRIu64, next.newest_commit, number);
	l->sure = next;
	l->n_maybe = 0;
}

/* The disk fails while one commit is made, and works again. */
static void fail_once(struct life *l)
{
	static const struct {
		enum faulty_op op;
		int rc;
	} faults[] = {{FAULTY_WRITE, SQLITE_FULL},
		      {FAULTY_WRITE, SQLITE_IOERR_WRITE},
		      {FAULTY_SYNC, SQLITE_IOERR_FSYNC},
		      {FAULTY_SYNC_LOSES, SQLITE_IOERR_FSYNC}};
	unsigned which = rnd(4);

	if (l->n_maybe + CHAIN >= MAYBE_MAX)
		return;
	faulty_vfs_fail(faults[which].op, faults[which].rc);
	commit(l);
	faulty_vfs_fail(faults[which].op, 0);
	l->failed += l->n_maybe > 0;
}

/* The daemon is killed: what the kernel has, stays. */
static void crash(struct life *l)
{
	store_leave(l->store);
	l->store = NULL;
	l->crashes++;
	l->phase = OPENING;
	open_store(l);
}

static void close_and_open(struct life *l)
{
	l->phase = CLOSING;
	close_store(l);
	if (disk_is_dead())
		return;
	l->phase = OPENING;
	open_store(l);
}

static void act(struct life *l)
{
	uint32_t what = rnd(100);

	if (what < 75)
		commit(l);
	else if (what < 85)
		l->now += 1 + rnd(1500);
	else if (what < 88)
		close_and_open(l);
	else if (what < 91)
		crash(l);
	else if (what < 96)
		fail_once(l);
	else
		check(l);
}

/* --- a chain of rounds --- */

/* A store of the first version, of a boot that is over. */
static void make_version_1(struct life *l)
{
	struct truth *t = &l->sure;
	char sql[1024], *error = NULL;
	sqlite3 *db;

	if (sqlite3_open(l->name, &db) != SQLITE_OK ||
	    sqlite3_exec(db, store_version_1, NULL, NULL, &error) != SQLITE_OK)
		fail_msg("%s", error);
	t->boots[0] = (struct truth_boot){0, true, 100, 2000};
	snprintf(sql, sizeof(sql),
		 "INSERT INTO boot VALUES (1, x'005a5a5a5a5a5a5a5a5a5a5a5a5a5a5a', 100, 2000, 0);"
		 "UPDATE meta SET newest_commit = 9");
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	for (uint32_t i = 0; i < TRUTH_ADDRS; i += 1 + rnd(3)) {
		struct truth_row *row = &t->at[i];

		row->row = (struct lease_row){.addr = TRUTH_ADDR + i,
					      .generation = 1 + rnd(9),
					      .state = LEASE_BOUND,
					      .client.chaddr = {2, 0, 0, 0, 1, (uint8_t)i},
					      .promised = 2000 + rnd(4000),
					      .ack_until = 2000 + rnd(9000)};
		row->known = true;
		snprintf(sql, sizeof(sql),
			 "INSERT INTO lease VALUES (%u, 0, %" PRIu64
			 ", 1, 0, x'0200000001%02x', NULL, NULL, 0, 0, %u, 0, %u, 1)",
			 row->row.addr, row->row.generation, i, row->row.promised,
			 row->row.ack_until);
		assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	}
	sqlite3_close(db);
	memcpy(t->uuid, "\x00\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb\xcc\xdd\xee\xff", 16);
	t->made = true;
	t->newest_commit = 9;
	l->now = 2000 + rnd(500);
	disk_start(l->dirs.disk);
}

static void begin_chain(struct life *l)
{
	static const unsigned pages[] = {0, 4, 12, 40};

	disk_dirs_empty(&l->dirs);
	memset(&l->sure, 0, sizeof(l->sure));
	l->n_maybe = l->boot = 0;
	l->now = 1000;
	sqlite_plan.autocheckpoint = pages[rnd(4)];
	sqlite_plan.size_limit = 4096 * rnd(20);
	l->phase = MAKING;
	if (one_in(4)) {
		make_version_1(l);
		l->phase = MIGRATING;
	}
	new_boot(l);
}

static void round_of(struct life *l)
{
	static const unsigned far[] = {12, 60, 300, 1200};

	l->cut_in = 1 + rnd(far[rnd(4)]);
	disk_watch(count_down, l);
	open_store(l);
	while (!disk_is_dead() && !l->found)
		act(l);
	close_store(l);
	if (!disk_is_dead())
		return; /* it has found something */
	l->cuts[l->cut_phase]++;
	disk_dirs_swap(&l->dirs);
	new_boot(l);
	if (l->sure.made && l->phase != MIGRATING)
		l->phase = OPENING;
}

static bool chain(void *arg, unsigned *round, unsigned end)
{
	struct life *l = arg;

	begin_chain(l);
	for (; *round < end; ++*round) {
		disk_set_lie(l->lie);
		round_of(l);
		if (l->found)
			return false;
	}
	/* What the last cut has left. */
	disk_watch(NULL, NULL);
	open_store(l);
	close_store(l);
	return !l->found;
}

static int setup(void **state)
{
	struct life *l = calloc(1, sizeof(*l));

	assert_non_null(l);
	rounds_reset();
	faulty_vfs_install();
	disk_dirs_make(&l->dirs);
	snprintf(l->name, sizeof(l->name), "%s/leases.db", l->dirs.disk);
	*state = l;
	return 0;
}

static int teardown(void **state)
{
	struct life *l = *state;

	disk_watch(NULL, NULL);
	close_store(l);
	disk_dirs_remove(&l->dirs);
	faulty_vfs_uninstall();
	memset(&sqlite_plan, 0, sizeof(sqlite_plan));
	free(l);
	return 0;
}

static void a_power_cut_loses_nothing_and_makes_nothing(void **state)
{
	struct life *l = *state;
	unsigned n = rounds_run(ROUNDS, chain, l);

	for (unsigned i = 0; i < PHASES; i++)
		printf("%u cuts while %s\n", l->cuts[i], phase_names[i]);
	printf("%u rounds: %u times a commit was there that had not returned; %u failed commits, "
	       "%u kills\n",
	       n, l->ahead, l->failed, l->crashes);
	if (l->found)
		fail_msg("round %u: %s", n, l->what);
	for (unsigned i = 0; i < PHASES && n >= ROUNDS; i++)
		assert_true(l->cuts[i] > 0);
	assert_true(l->ahead > 0 || n < ROUNDS);
}

/* --- what is planted is found --- */

static void is_found(struct life *l, const char *as_what)
{
	unsigned n = rounds_run(ROUNDS, chain, l);

	printf("%s: found in round %u: %s\n", as_what, n, l->what);
	assert_true(l->found);
}

static void a_store_that_does_not_sync_is_found(void **state)
{
	sqlite_plan.synchronous_off = true;
	is_found(*state, "PRAGMA synchronous = OFF");
}

static void a_disk_that_lies_of_its_syncs_is_found(void **state)
{
	struct life *l = *state;

	l->lie = DISK_LIE_SYNC;
	is_found(l, "xSync does nothing");
}

static void a_directory_that_is_not_synced_is_found(void **state)
{
	struct life *l = *state;

	l->lie = DISK_LIE_SYNC_DIR;
	is_found(l, "a directory's sync does nothing");
}

static void a_boot_that_forgets_ack_until_is_found(void **state)
{
	struct life *l = *state;

	l->forgets = true;
	is_found(l, "ack_until is not counted after a reboot");
	assert_non_null(strstr(l->what, "promised"));
}

/* --- what the rounds have found, each by itself --- */

static void begin_calm(struct life *l)
{
	disk_dirs_empty(&l->dirs);
	l->now = 1000;
	l->cut_in = UINT32_MAX;
	new_boot(l);
	open_store(l);
	commit(l);
}

static void cut_now(struct life *l)
{
	disk_watch(NULL, NULL);
	disk_cut(l->dirs.next, rnd);
	disk_set_dead(true);
	close_store(l);
	disk_dirs_swap(&l->dirs);
	new_boot(l);
	open_store(l);
	if (l->found)
		fail_msg("%s", l->what);
}

/* Its frames lie in the log before theirs, shown by the kernel and never written. */
static void a_commit_whose_sync_failed_takes_no_later_one_with_it(void **state)
{
	struct life *l = *state;

	for (unsigned i = 0; i < 20; i++) {
		memset(&l->sure, 0, sizeof(l->sure));
		l->n_maybe = l->boot = 0;
		begin_calm(l);
		faulty_vfs_fail(FAULTY_SYNC_LOSES, SQLITE_IOERR_FSYNC);
		commit(l);
		faulty_vfs_fail(FAULTY_SYNC_LOSES, 0);
		assert_int_equal(l->n_maybe, 1);
		crash(l);
		assert_int_equal(l->ahead, i + 1); /* the kernel shows it */
		commit(l);
		commit(l);
		cut_now(l);
		close_store(l);
	}
}

/* What is shown is there for good, before anything is made of it. */
static void what_a_killed_daemon_left_unsynced_is_durable_once_it_is_read(void **state)
{
	struct life *l = *state;

	for (unsigned i = 0; i < 20; i++) {
		memset(&l->sure, 0, sizeof(l->sure));
		l->n_maybe = l->boot = 0;
		begin_calm(l);
		faulty_vfs_fail(FAULTY_SYNC, SQLITE_IOERR_FSYNC);
		commit(l);
		faulty_vfs_fail(FAULTY_SYNC, 0);
		crash(l);
		assert_int_equal(l->ahead, i + 1);
		cut_now(l);
		close_store(l);
	}
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_power_cut_loses_nothing_and_makes_nothing),
		T(a_store_that_does_not_sync_is_found),
		T(a_disk_that_lies_of_its_syncs_is_found),
		T(a_directory_that_is_not_synced_is_found),
		T(a_boot_that_forgets_ack_until_is_found),
		T(a_commit_whose_sync_failed_takes_no_later_one_with_it),
		T(what_a_killed_daemon_left_unsynced_is_durable_once_it_is_read),
	};

	return cmocka_run_group_tests_name("power cut/store", tests, NULL, NULL) != 0;
}
