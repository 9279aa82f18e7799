// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The world itself: that what the model checks is there at all. Leases are given, XDP answers,
 * kills are survived by maps and reboots by the store; the store in memory says at every load what
 * SQLite's says.
 */
#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "clients.h"
#include "configs.h"
#include "engine/engine.h"
#include "oracle.h"
#include "scenarios.h"
#include "world.h"

static char dir[64], store[96];

static int make_dir(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/xdhcp-model-XXXXXX");
	if (!mkdtemp(dir))
		return -1;
	snprintf(store, sizeof(store), "%s/store", dir);
	return 0;
}

static int remove_dir(void **state)
{
	DIR *d = opendir(dir);
	struct dirent *e;

	(void)state;
	while (d && (e = readdir(d)))
		unlinkat(dirfd(d), e->d_name, 0);
	closedir(d);
	return rmdir(dir);
}

static void begin(enum world_store kind)
{
	struct world_options options = {
		.cpus = 2, .store = kind, .store_name = store, .trace = getenv("TRACE") != NULL};

	world_new(&options);
}

static void play(void (*script)(void *arg))
{
	world_actor("script", script, NULL);
	world_run();
	if (world.violation[0])
		fail_msg("%s", world.violation);
}

static void start(const char *config)
{
	world_start(config);
	if (!world_await_serving())
		world_violated("the daemon does not start: %d", world.start_result);
}

/* --- a client's day --- */

static void day(void *arg)
{
	uint32_t addr;

	(void)arg;
	start(CONFIG_TWO);
	addr = client_lease(0);
	assert_int_equal(addr, ADDRESS_A);
	world_pass(5);
	assert_true(client_renews(0, addr));
	assert_int_equal(world.fast_acks, 1);
	client_release(0, addr);
	world_pass(2);
	assert_int_equal(client_lease(1), ADDRESS_B);
	world_kill();
	assert_true(client_renews(1, ADDRESS_B)); /* nobody but XDP is there */
	assert_int_equal(world.fast_acks, 2);
	start(CONFIG_TWO);
	assert_true(client_renews(1, ADDRESS_B));
	assert_int_equal(world.fast_acks, 3); /* adopted */
	world_stop();
	world_reboot();
	start(CONFIG_TWO);
	assert_true(client_renews(1, ADDRESS_B));
	assert_int_equal(world.fast_acks, 3); /* the maps did not survive */
	world_pass(130);
	assert_int_equal(oracle_running(), 0);
	assert_int_equal(client_lease(2), ADDRESS_A);
	assert_int_equal(client_lease(3), ADDRESS_B); /* expired */
	oracle_check();
}

static void a_clients_day(void **state)
{
	(void)state;
	begin(WORLD_STORE_MEMORY);
	play(day);
}

static void the_same_day_on_sqlite_loads_the_same_rows(void **state)
{
	(void)state;
	begin(WORLD_STORE_REAL);
	play(day);
}

static void long_runs_on_sqlite_load_the_same_rows(void **state)
{
	struct explored e;

	(void)state;
	explore_on(store);
	explore_random(&scenario_mixed, 1, 60, &e);
	explore_on(NULL);
	if (e.violation[0])
		fail_msg("SEED=%u: %s", (unsigned)e.executions, e.violation);
	printf("%u commits and %u starts on SQLite\n", (unsigned)e.commits, (unsigned)e.starts);
}

/* --- other ways up and down --- */

static void another_abi(void *arg)
{
	(void)arg;
	start(CONFIG_TWO);
	assert_int_equal(client_lease(0), ADDRESS_A);
	world_kill();
	world_maps_of_other_abi();
	world_advance(20000);
	assert_true(client_renews(0, ADDRESS_A)); /* the old program still runs */
	start(CONFIG_TWO);
	assert_int_equal(world.fast_acks, 1);
	assert_true(client_renews(0, ADDRESS_A));
	assert_int_equal(world.fast_acks, 1); /* the new maps have yet to learn it */
	assert_true(client_renews(0, ADDRESS_A));
	assert_int_equal(world.fast_acks, 2);
}

static void maps_of_another_abi_are_replaced(void **state)
{
	(void)state;
	begin(WORLD_STORE_MEMORY);
	play(another_abi);
}

static void older(void *arg)
{
	(void)arg;
	start(CONFIG_TWO);
	world_store_copy();
	assert_int_equal(client_lease(0), ADDRESS_A);
	world_kill();
	world_store_restore();
	start(CONFIG_TWO);
	assert_int_equal(client_lease(1), ADDRESS_B); /* the other is held */
	assert_true(client_renews(0, ADDRESS_A));
}

static void an_older_store_learns_from_the_maps(void **state)
{
	(void)state;
	begin(WORLD_STORE_MEMORY);
	play(older);
}

/* --- an outage of the store --- */

#define HOLDERS 12

void __real_engine_finish_end(struct engine *engine, struct lease *lease, uint32_t last,
			      uint32_t granted_until, uint32_t received_after, uint32_t now,
			      struct change *ret_change);
void __wrap_engine_finish_end(struct engine *engine, struct lease *lease, uint32_t last,
			      uint32_t granted_until, uint32_t received_after, uint32_t now,
			      struct change *ret_change);

static unsigned n_finished;

void __wrap_engine_finish_end(struct engine *engine, struct lease *lease, uint32_t last,
			      uint32_t granted_until, uint32_t received_after, uint32_t now,
			      struct change *ret_change)
{
	n_finished++;
	__real_engine_finish_end(engine, lease, last, granted_until, received_after, now,
				 ret_change);
}

/* Each RELEASE has a barrier of its own, after which all that wait for the store could be tried. */
static void releases_in_an_outage(void *arg)
{
	uint32_t addr[HOLDERS];

	(void)arg;
	start(CONFIG_WITH(CONFIG_FAST_PATH("") CONFIG_SHORT, "30", ""));
	for (unsigned i = 0; i < HOLDERS; i++)
		addr[i] = client_lease(i);
	world_pass(2);
	world_commits_fail(1000, -EIO);
	n_finished = 0;
	for (unsigned i = 0; i < HOLDERS; i++) {
		client_release(i, addr[i]);
		world_settle();
	}
	assert_int_equal(n_finished, 1); /* which has found that the store fails */
	world_pass(1);
	assert_int_equal(n_finished, 1 + HOLDERS);
	world_commits_fail(0, 0);
	world_pass(3);
	for (unsigned i = 0; i < HOLDERS; i++)
		assert_int_equal(client_lease(i), addr[i]);
	oracle_check();
}

static void endings_ask_a_store_that_fails_once_a_second(void **state)
{
	(void)state;
	begin(WORLD_STORE_MEMORY);
	play(releases_in_an_outage);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_clients_day),
		cmocka_unit_test_setup_teardown(the_same_day_on_sqlite_loads_the_same_rows,
						make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(long_runs_on_sqlite_load_the_same_rows, make_dir,
						remove_dir),
		cmocka_unit_test(maps_of_another_abi_are_replaced),
		cmocka_unit_test(an_older_store_learns_from_the_maps),
		cmocka_unit_test(endings_ask_a_store_that_fails_once_a_second),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
