// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * A daemon is killed, its maps live on, and another store is there when the next one starts: none,
 * an older copy, another's, one without its log. What XDP may have promised is held before
 * anybody is answered; its holder keeps it, others get something else or nothing until it is over.
 */
#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "wire.h"
#include "../../model/clients.h"
#include "../../model/configs.h"
#include "../../model/oracle.h"
#include "../../model/world.h"
#include "../../common/faulty_vfs.h"
#include "rounds.h"

static struct disk_dirs dirs;
static char name[128];

/* --- files --- */

static const char *const parts[] = {"", "-wal", "-shm"};

static void remove_part(const char *part)
{
	char path[160];

	snprintf(path, sizeof(path), "%s%s", name, part);
	unlink(path);
}

static void copy_part(const char *from_dir, const char *to_dir, const char *part)
{
	char from[160], to[160], command[400];

	snprintf(from, sizeof(from), "%s/leases.db%s", from_dir, part);
	snprintf(to, sizeof(to), "%s/leases.db%s", to_dir, part);
	snprintf(command, sizeof(command), "cp -f %s %s", from, to);
	unlink(to);
	if (access(from, F_OK) == 0 && system(command) != 0)
		abort();
}

/* While no daemon has it. */
static void put_aside(void)
{
	for (unsigned i = 0; i < 3; i++)
		copy_part(dirs.disk, dirs.next, parts[i]);
}

static void put_back(void)
{
	for (unsigned i = 0; i < 3; i++)
		copy_part(dirs.next, dirs.disk, parts[i]);
	world_store_changed();
}

static void delete_store(void)
{
	for (unsigned i = 0; i < 3; i++)
		remove_part(parts[i]);
	world_store_changed();
}

/* --- scripts --- */

static void abandon_store(struct store *store, bool busy)
{
	assert_false(busy);
	store_leave(store);
}

static const char *config; /* of one address, .10, or two */

static void start(void)
{
	world_start(config);
	if (!world_await_serving())
		world_violated("the daemon does not start: %d", world.start_result);
}

static void restart(void)
{
	world_kill();
	start();
}

/* Renewed by XDP, so that nobody but the slot knows how long it is promised. */
static void lease_and_renew(unsigned client, uint32_t addr)
{
	uint64_t before = world.fast_acks;

	assert_int_equal(client_lease(client), addr);
	world_pass(20);
	assert_true(client_renews(client, addr));
	assert_int_equal(world.fast_acks, before + 1);
}

/* In the end both addresses are anybody's. */
static void comes_free(void)
{
	world_pass(5 * 60);
	assert_int_equal(oracle_running(), 0);
	assert_int_not_equal(client_lease(3), 0);
	assert_int_equal(client_lease(4) != 0, strcmp(config, CONFIG_TWO) == 0);
}

/* .10 is client 0's to the end of its promise, and free some time after all that may be. */
static void holds_the_address(void)
{
	if (strcmp(config, CONFIG_TWO) == 0)
		assert_int_equal(client_lease(2), ADDRESS_B);
	assert_int_equal(client_lease(3), 0); /* nothing is left */
	assert_true(client_renews(0, ADDRESS_A));
	world_pass(30);
	assert_true(client_renews(0, ADDRESS_A));
	oracle_check();
	comes_free();
}

static void deleted(void *arg)
{
	(void)arg;
	start();
	lease_and_renew(0, ADDRESS_A);
	world_kill();
	delete_store();
	start();
	holds_the_address();
}

static void deleted_holder_silent(void *arg)
{
	(void)arg;
	start();
	lease_and_renew(0, ADDRESS_A);
	world_kill();
	delete_store();
	start();
	assert_int_equal(client_lease(2), ADDRESS_B);
	world_pass(50);
	assert_int_equal(client_lease(3), 0);
	comes_free();
}

/* XDP has granted nothing yet: what the daemon promised lies within the slot's credit. */
static void deleted_before_the_first_renewal(void *arg)
{
	(void)arg;
	start();
	assert_int_equal(client_lease(0), ADDRESS_A);
	world_kill();
	delete_store();
	start();
	holds_the_address();
}

/* The hold itself must survive: the maps are gone with the machine, only the store can tell. */
static void deleted_then_rebooted(void *arg)
{
	(void)arg;
	start();
	lease_and_renew(0, ADDRESS_A);
	world_kill();
	delete_store();
	start();
	world_kill();
	world_reboot_after(0, 5000);
	start();
	holds_the_address();
}

static void older_copy(void *arg)
{
	(void)arg;
	start();
	world_stop();
	put_aside();
	start();
	lease_and_renew(0, ADDRESS_A);
	world_kill();
	put_back();
	start();
	holds_the_address();
}

static void older_copy_of_another_holder(void *arg)
{
	(void)arg;
	config = CONFIG_ONE;
	start();
	assert_int_equal(client_lease(1), ADDRESS_A);
	world_stop();
	put_aside();
	start();
	client_release(1, ADDRESS_A);
	world_settle();
	lease_and_renew(0, ADDRESS_A);
	world_kill();
	put_back(); /* says that it is client 1's */
	start();
	assert_false(client_renews(1, ADDRESS_A));
	holds_the_address();
}

static void older_copy_twice(void *arg)
{
	(void)arg;
	start();
	world_stop();
	put_aside();
	start();
	lease_and_renew(0, ADDRESS_A);
	world_kill();
	put_back();
	start();
	world_kill();
	put_back();
	start();
	holds_the_address();
}

static void foreign(void *arg)
{
	unsigned more = *(const unsigned *)arg;

	config = CONFIG_ONE;
	start();
	for (unsigned i = 0; i <= more; i++) {
		assert_int_equal(client_lease(5), ADDRESS_A);
		client_release(5, ADDRESS_A);
		world_settle();
	}
	world_stop();
	put_aside();
	world_maps_lost();
	delete_store();
	start();
	lease_and_renew(0, ADDRESS_A);
	world_kill();
	put_back();
	start();
	holds_the_address();
}

static void foreign_that_has_it_bound(void *arg)
{
	(void)arg;
	config = CONFIG_ONE;
	start();
	assert_int_equal(client_lease(5), ADDRESS_A);
	world_stop();
	put_aside();
	start();
	client_release(5, ADDRESS_A);
	world_settle();
	world_stop();
	world_maps_lost();
	delete_store();
	start();
	lease_and_renew(0, ADDRESS_A);
	world_kill();
	put_back();
	start();
	assert_false(client_renews(5, ADDRESS_A));
	holds_the_address();
}

static void without_its_log(void *arg)
{
	(void)arg;
	config = CONFIG_ONE;
	start();
	assert_int_equal(client_lease(1), ADDRESS_A);
	client_release(1, ADDRESS_A);
	world_settle();
	world_stop(); /* folds the log into the file */
	start();
	lease_and_renew(0, ADDRESS_A);
	world_kill();
	remove_part("-wal");
	remove_part("-shm");
	world_store_changed();
	start();
	holds_the_address();
}

static void log_alone(void *arg)
{
	(void)arg;
	start();
	lease_and_renew(0, ADDRESS_A);
	world_kill();
	put_aside();
	remove_part("");
	world_start(config);
	assert_false(world_await_serving());
	assert_true(client_renews(0, ADDRESS_A)); /* XDP goes on */
	assert_int_equal(world.fast_acks, 2);
	world_settle();
	put_back();
	start();
	holds_the_address();
}

/* Nothing was taken away: the same script, to see that it asks for no more than is right. */
static void untouched(void *arg)
{
	(void)arg;
	start();
	lease_and_renew(0, ADDRESS_A);
	restart();
	holds_the_address();
}

static void play(void (*script)(void *arg), void *arg)
{
	struct world_options options = {.cpus = 1,
					.store = WORLD_STORE_REAL,
					.store_name = name,
					.abandon_store = abandon_store,
					.trace = getenv("TRACE") != NULL};

	config = CONFIG_TWO;
	world_new(&options);
	world_actor("script", script, arg);
	world_run();
	if (world.violation[0])
		fail_msg("%s", world.violation);
}

static int setup(void **state)
{
	(void)state;
	rounds_reset();
	faulty_vfs_install();
	disk_dirs_make(&dirs);
	snprintf(name, sizeof(name), "%s/leases.db", dirs.disk);
	return 0;
}

static int teardown(void **state)
{
	struct world_options none = {.cpus = 1};

	(void)state;
	world_new(&none);
	disk_dirs_remove(&dirs);
	faulty_vfs_uninstall();
	return 0;
}

#define CASE(name, script)             \
	static void name(void **state) \
	{                              \
		(void)state;           \
		play(script, NULL);    \
	}

CASE(a_store_that_stayed_knows_its_promises, untouched)
CASE(a_deleted_store_learns_what_XDP_promised, deleted)
CASE(a_deleted_store_holds_for_a_silent_holder, deleted_holder_silent)
CASE(a_deleted_store_learns_what_the_daemon_promised, deleted_before_the_first_renewal)
CASE(what_a_deleted_store_learned_survives_a_reboot, deleted_then_rebooted)
CASE(an_older_copy_learns_what_XDP_promised, older_copy)
CASE(an_older_copy_that_names_another_holder_gives_way, older_copy_of_another_holder)
CASE(an_older_copy_put_back_twice_learns_it_twice, older_copy_twice)
CASE(a_foreign_store_that_has_it_bound_gives_way, foreign_that_has_it_bound)
CASE(a_store_without_its_log_learns_what_XDP_promised, without_its_log)
CASE(a_log_without_its_store_is_refused_and_XDP_goes_on, log_alone)

static void a_foreign_store_learns_what_XDP_promised(void **state)
{
	static unsigned fewer_commits = 0, more_commits = 9;

	(void)state;
	play(foreign, &fewer_commits);
	disk_dirs_empty(&dirs);
	play(foreign, &more_commits);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_store_that_stayed_knows_its_promises),
		T(a_deleted_store_learns_what_XDP_promised),
		T(a_deleted_store_holds_for_a_silent_holder),
		T(a_deleted_store_learns_what_the_daemon_promised),
		T(what_a_deleted_store_learned_survives_a_reboot),
		T(an_older_copy_learns_what_XDP_promised),
		T(an_older_copy_that_names_another_holder_gives_way),
		T(an_older_copy_put_back_twice_learns_it_twice),
		T(a_foreign_store_learns_what_XDP_promised),
		T(a_foreign_store_that_has_it_bound_gives_way),
		T(a_store_without_its_log_learns_what_XDP_promised),
		T(a_log_without_its_store_is_refused_and_XDP_goes_on),
	};

	return cmocka_run_group_tests_name("power cut/replaced", tests, NULL, NULL) != 0;
}
