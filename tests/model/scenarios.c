// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Client 0 has .10, which XDP answers for; what its actors do at the same time is what the
 * scenario is about, and at the end others want the address. Times are chosen so that what only
 * XDP knows of decides: lifetimes are 60 s, of which the daemon's own promise has run for a while.
 */
#include "scenarios.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "clients.h"
#include "configs.h"
#include "oracle.h"

#define LIFETIME 60

static const char one[] = CONFIG_ONE, two[] = CONFIG_TWO;
/* Longer lifetimes; and such that a client chooses. */
static const char longer[] = CONFIG_WITH(CONFIG_FAST_PATH("") "valid-lifetime: 90\n", "10", "");
static const char chosen[] = CONFIG_WITH(
	CONFIG_FAST_PATH("") "valid-lifetime: 60\nmin-valid-lifetime: 60\nmax-valid-lifetime: "
			     "300\n",
	"10", "");
static const char off[] = CONFIG_WITH(CONFIG_FAST_PATH(", mode: off") CONFIG_SHORT, "10", "");
/* XDP answers on for long without the daemon. */
static const char patient[] = CONFIG_WITH(CONFIG_FAST_PATH(", unattended: 600") CONFIG_SHORT, "10",
					  "");
static const char chosen_two[] = CONFIG_WITH(
	CONFIG_FAST_PATH("") "valid-lifetime: 60\nmin-valid-lifetime: 60\nmax-valid-lifetime: "
			     "300\n",
	"11", "");
static const char wide[] = CONFIG_WIDE(CONFIG_FAST_PATH("") CONFIG_SHORT, "");
/* More slots than the maps have: they are replaced at the next start. */
static const char larger[] = CONFIG_WIDE(
	"fast-path: {pin-path: " WORLD_PINS ", max-entries: 512}\n" CONFIG_SHORT, "");

static void start(const char *config)
{
	world_start(config);
	if (!world_await_serving())
		world_violated("the daemon does not start: %d", world.start_result);
}

static void expect(bool what, const char *text)
{
	if (!what)
		world_violated("the scenario is not what it says: %s", text);
}

/* Bound by the daemon, then renewed by XDP `later_by` seconds later. */
static void bind_and_renew(const char *config, unsigned later_by)
{
	uint64_t before;

	start(config);
	expect(client_lease(0) == ADDRESS_A, "client 0 has .10");
	world_settle();
	world_pass(later_by);
	before = world.fast_acks;
	expect(client_renews(0, ADDRESS_A) && world.fast_acks == before + 1, "XDP renews");
	world_settle();
}

static void setup_bound(void)
{
	start(one);
	expect(client_lease(0) == ADDRESS_A, "client 0 has .10");
	world_settle();
	world_pass(2);
}

static void setup_granted(void)
{
	bind_and_renew(one, 5);
}

/* In one stride, and a second more for what that has begun. */
static void stride(unsigned seconds)
{
	world_advance((seconds - 1) * 1000ull);
	world_settle();
	world_pass(1);
}

/* XDP has renewed until the sweep had to extend its credit; the daemon's own promise is over. */
static void setup_swept(void)
{
	bind_and_renew(one, LIFETIME - 12);
	world_pass(LIFETIME - 12);
	expect(client_renews(0, ADDRESS_A), "XDP renews again");
	world_pass(9);
}

/* Others ask for .10: now, when the daemon's promise is over, when all are. */
static void others_want_it(void)
{
	if (!world.alive)
		start(one);
	client_lease(1);
	stride(3);
	client_lease(1);
	stride(LIFETIME - 4);
	client_lease(2);
	stride(8);
	client_lease(3);
	stride(4 * LIFETIME);
	stride(3);
	expect(client_lease(4) == ADDRESS_A, "in the end it is free");
}

/* A DECLINE is heard before and after the end of the lease that it is about. */
static void it_is_quarantined(void)
{
	expect(oracle_quarantined(ADDRESS_A), "it is quarantined");
	others_want_it();
}

/* --- what actors do --- */

static void releases(void)
{
	client_release(0, ADDRESS_A);
}

static void is_ended_by_command(void)
{
	world_command_release(ADDRESS_A);
}

static void is_ended_by_command_then_another_leases(void)
{
	world_command_release(ADDRESS_A);
	client_lease(1);
}

static void declines(void)
{
	client_decline(0, ADDRESS_A);
}

static void renews(void)
{
	client_look(0)->cpu = 1;
	client_renew(0, ADDRESS_A);
}

static void reboots_and_renews(void)
{
	client_look(0)->cpu = 1;
	client_reboot(0, ADDRESS_A);
	client_look(0)->cpu = 0;
	client_renew(0, ADDRESS_A);
}

static void another_leases(void)
{
	client_lease(1);
}

static void a_third_leases(void)
{
	client_lease(2);
}

static void time_passes(void)
{
	world_advance(1000);
	world_settle();
	world_advance(1000);
	world_settle();
	world_advance(1000);
}

static void is_killed_and_starts(void)
{
	world_kill();
	start(one);
}

static void power_fails(void)
{
	world_reboot();
	start(one);
}

/* --- endings --- */

static void releases_then_another_leases(void)
{
	client_release(0, ADDRESS_A);
	client_lease(1);
}

/* The last seconds of both promises, the daemon's and XDP's. */
static void setup_last_second(void)
{
	setup_granted();
	world_pass(LIFETIME - 1);
}

static void refuses_a_stranger(void)
{
	client_reboot(1, ADDRESS_A);
	client_await(1);
	client_select(1, ADDRESS_A);
}

static void setup_clones(void)
{
	client_look(0)->id = client_look(1)->id = "same";
	start(two);
	expect(client_lease(0) == ADDRESS_A, "client 0 has .10");
	world_settle();
	world_pass(2);
}

static void the_clone_wants_it(void)
{
	client_reboot(1, ADDRESS_A);
	client_await(1);
	client_release(1, ADDRESS_A);
	client_lease(1);
}

static void clones_want_it(void)
{
	client_lease(1);
	world_pass(3);
	client_lease(0);
	world_pass(LIFETIME + 8);
	client_lease(1);
	client_lease(0);
}

/* --- reload, sweep --- */

static void is_reloaded(void)
{
	world_reload(longer);
}

static void renews_twice(void)
{
	client_look(0)->cpu = 1;
	client_renew(0, ADDRESS_A);
	client_await(0);
	client_renew(0, ADDRESS_A);
}

/* The sweep (each T1 / 4 = 7 s) is about to extend what XDP has granted. */
static void setup_sweep(void)
{
	setup_granted();
	world_pass(LIFETIME);
	expect(client_renews(0, ADDRESS_A), "it renews late");
	world_pass(LIFETIME);
	client_renews(0, ADDRESS_A);
	while (world.daemon && (world.now / 1000) % 7)
		world_pass(1);
}

static void sweep_comes(void)
{
	for (unsigned i = 0; i < 4; i++) {
		world_advance(2000);
		world_settle();
	}
}

/* Several renewals, so far apart that credit must be extended between them. */
static void renews_for_long(void)
{
	for (unsigned i = 0; i < 8; i++) {
		client_renew(0, ADDRESS_A);
		world_pass(LIFETIME / 2);
	}
}

/* --- restarts --- */

static void setup_fresh(void)
{
	start(one);
}

static void leases(void)
{
	client_lease(0);
}

static void stops_and_starts_late(void)
{
	world_stop();
	world_advance(50000);
	start(one);
}

static void renews_late(void)
{
	client_look(0)->cpu = 1;
	client_renew(0, ADDRESS_A);
	client_await(0);
	client_renew(0, ADDRESS_A);
	client_await(0);
	client_renew(0, ADDRESS_A);
}

static void setup_stopped(void)
{
	setup_granted();
	world_stop();
}

static void starts_again(void)
{
	start(one);
}

static void maps_of_another_abi(void)
{
	world_kill();
	world_maps_of_other_abi();
	world_advance(3000);
	start(one);
}

static void maps_grow(void)
{
	world_kill();
	start(larger);
}

/* A copy from before one commit that bound both addresses. */
static void setup_copied_before_a_batch(void)
{
	start(two);
	world_store_copy();
	client_discover(0);
	expect(client_await(0).yiaddr == ADDRESS_A, "client 0 is offered .10");
	client_discover(1);
	expect(client_await(1).yiaddr == ADDRESS_B, "client 1 is offered .11");
	world_settle();
	world_stall(true);
	client_select(0, ADDRESS_A);
	client_select(1, ADDRESS_B);
	world_settle();
	world_stall(false);
	world_settle();
	expect(oracle_address_of(0) && oracle_address_of(1), "both are bound");
	world_kill();
	world_store_restore();
}

static void starts_with_two(void)
{
	world_start(two);
	world_await_serving();
}

static bool is_starting(void *arg)
{
	(void)arg;
	return world.starting || world.serving;
}

static void is_killed_as_it_starts(void)
{
	world_wait("a start", is_starting, NULL);
	world_kill();
	world_start(two);
	world_await_serving();
}

static void third_parties_want_them(void)
{
	client_lease(2);
	stride(LIFETIME + 8);
	client_lease(2);
	client_lease(3);
}

static void an_older_store_comes_and_the_fast_path_goes(void)
{
	world_kill();
	world_store_restore();
	start(off);
}

static void an_older_store_comes_and_the_maps_grow(void)
{
	world_kill();
	world_store_restore();
	start(larger);
}

static void an_older_store_comes_with_another_abi(void)
{
	world_kill();
	world_store_restore();
	world_maps_of_other_abi();
	start(one);
}

static void the_fast_path_goes(void)
{
	world_kill();
	start(off);
}

static void maps_are_lost(void)
{
	world_kill();
	world_maps_lost();
	start(one);
}

/* A copy from before client 0 had anything. */
static void setup_copied(void)
{
	start(one);
	world_store_copy();
	expect(client_lease(0) == ADDRESS_A, "client 0 has .10");
	world_settle();
	world_pass(2);
}

/* A copy in which .10 is another's, who has released it since. */
static void setup_copied_of_another(void)
{
	start(one);
	expect(client_lease(1) == ADDRESS_A, "client 1 has .10");
	world_store_copy();
	client_release(1, ADDRESS_A);
	world_settle();
	world_pass(2);
	expect(client_lease(0) == ADDRESS_A, "client 0 has it now");
}

static void an_older_store_comes(void)
{
	world_kill();
	world_store_restore();
	start(one);
}

/* --- the store says no --- */

static void setup_offered(void)
{
	start(one);
	client_discover(1);
	expect(client_await(1).yiaddr == ADDRESS_A, "client 1 is offered .10");
}

/*
 * The daemon has stood still while XDP has used up nearly all the credit: the sweep that comes
 * with its next event is what lets XDP go on.
 */
static void setup_stalled(void)
{
	start(patient);
	expect(client_lease(0) == ADDRESS_A, "client 0 has .10");
	world_settle();
	world_stall(true);
	world_advance(50000);
	expect(client_renews(0, ADDRESS_A), "XDP renews without the daemon");
	world_advance(55000);
	expect(client_renews(0, ADDRESS_A), "and again");
	world_advance(20000);
}

static void goes_on(void)
{
	world_stall(false);
}

static void takes_the_offer(void)
{
	client_select(1, ADDRESS_A);
}

static void another_server_gives_it(void)
{
	world_store_bound_by_other(ADDRESS_A, 3, LIFETIME);
}

static void store_fails(void)
{
	world_commits_fail(1, -EIO);
	world_settle();
	world_advance(1000);
	world_commits_fail(1, -EIO);
	world_settle();
	world_advance(1000);
}

static void barriers_fail(void)
{
	world_barriers_fail(2);
	world_settle();
	world_advance(1000);
}

/* --- forms --- */

/* XDP has granted 300 s by one form, which only the slot knows; another form gets 60 s. */
static void setup_two_lifetimes(void)
{
	start(chosen);
	client_look(0)->lifetime = 300;
	expect(client_lease(0) == ADDRESS_A, "client 0 has .10");
	client_look(0)->lifetime = 0;
	expect(client_renews(0, ADDRESS_A), "its other form is learned");
	world_settle();
	world_pass(5);
}

static void renews_in_both_forms(void)
{
	client_look(0)->lifetime = 300;
	client_renew(0, ADDRESS_A);
	client_look(0)->lifetime = 0;
	world_advance(1000);
	client_look(0)->cpu = 1;
	client_renew(0, ADDRESS_A);
}

static void changes_its_name(void)
{
	client_look(0)->lifetime = 300;
	expect(client_renews(0, ADDRESS_A), "it renews");
	client_look(0)->lifetime = 0;
	client_look(0)->hostname = "other";
	client_renew(0, ADDRESS_A);
}

/* There is room for two templates: the first is .10's, which is there for 120 s. */
static void setup_two_templates(void)
{
	start(chosen_two);
	client_look(0)->lifetime = 120;
	expect(client_lease(0) == ADDRESS_A, "client 0 has .10");
	world_settle();
	world_pass(2);
}

static void renews_for_120(void)
{
	*client_look(0) = (struct client_look){.lifetime = 120, .cpu = 1};
	client_renew(0, ADDRESS_A);
}

/* .10 leaves the first template to the sweep; somebody with another lifetime needs one. */
static void a_template_is_taken_again(void)
{
	*client_look(0) = (struct client_look){.lifetime = 60, .hostname = "new"};
	client_reboot(0, ADDRESS_A);
	client_await(0);
	world_advance(8000);
	client_look(1)->lifetime = 300;
	client_lease(1);
}

static void others_want_it_after_120(void)
{
	stride(130);
	client_lease(2);
	stride(200);
	client_lease(3);
}

/* --- slots that go from one /24 to another --- */

static void setup_wide(void)
{
	start(wide);
	expect(client_lease(0) == ADDRESS_A, "client 0 has .2.10");
	world_settle();
	world_pass(2);
}

static void releases_and_leases_elsewhere(void)
{
	client_release(0, ADDRESS_A);
	client_lease(1);
	client_lease(2); /* .2.11, then .3.10 if .2.10 is still held */
	client_release(1, ADDRESS_B);
	client_renew(2, ADDRESS_C);
	client_await(2);
	client_renew(2, ADDRESS_C);
}

static void wide_end(void)
{
	if (!world.alive)
		start(wide);
	client_lease(3);
	stride(LIFETIME + 8);
	client_lease(0);
	stride(4 * LIFETIME);
	client_lease(1);
	client_renew(1, ADDRESS_C);
}

static void is_killed_and_starts_wide(void)
{
	world_kill();
	start(wide);
}

static void others_want_it_later(void)
{
	stride(LIFETIME + 8);
	client_lease(1);
	stride(300 - LIFETIME - 10);
	client_lease(2);
	stride(4);
	client_lease(3);
	stride(300);
	client_lease(4);
}

#define SCENARIO(n, b, s, f, ...)                                                                  \
	{                                                                                          \
		.name = n, .cpus = 2, .bound = b, .setup = s, .actors = {__VA_ARGS__}, .finale = f \
	}

const struct scenario scenarios[] = {
	SCENARIO("release, renewal", 2, setup_bound, others_want_it, releases, renews),
	SCENARIO("release, renewal, another client", 1, setup_bound, others_want_it,
		 releases_then_another_leases, renews),
	SCENARIO("release, two clients", 1, setup_granted, others_want_it, releases, another_leases,
		 a_third_leases),
	SCENARIO("expiry, late grant", 2, setup_last_second, others_want_it, time_passes, renews),
	SCENARIO("expiry, decline", 2, setup_last_second, it_is_quarantined, time_passes, declines),
	SCENARIO("release, decline", 2, setup_bound, it_is_quarantined, releases, declines),
	SCENARIO("decline, renewal", 2, setup_bound, others_want_it, declines, renews),
	SCENARIO("command, renewal", 2, setup_bound, others_want_it, is_ended_by_command, renews),
	SCENARIO("command, renewal, another client", 1, setup_bound, others_want_it,
		 is_ended_by_command_then_another_leases, renews),
	SCENARIO("command, decline", 2, setup_bound, others_want_it, is_ended_by_command, declines),
	SCENARIO("decline, renewal, command", 1, setup_bound, others_want_it, declines, renews,
		 is_ended_by_command),
	SCENARIO("command, renewal, kill", 1, setup_bound, others_want_it, is_ended_by_command,
		 renews, is_killed_and_starts),
	SCENARIO("failing store, command", 1, setup_granted, others_want_it, store_fails,
		 is_ended_by_command, renews),
	SCENARIO("NAK, renewal", 2, setup_granted, others_want_it, refuses_a_stranger, renews),
	SCENARIO("cloned client id", 2, setup_clones, clones_want_it, the_clone_wants_it, renews),
	SCENARIO("reload, renewals", 2, setup_granted, others_want_it, is_reloaded, renews_twice),
	SCENARIO("sweep, release, renewal", 1, setup_sweep, others_want_it, sweep_comes, releases,
		 reboots_and_renews),
	SCENARIO("sweep, kill", 1, setup_sweep, others_want_it, sweep_comes, renews,
		 is_killed_and_starts),
	SCENARIO("first lease, kill", 2, setup_fresh, others_want_it, leases, is_killed_and_starts),
	SCENARIO("release, renewal, kill", 1, setup_bound, others_want_it, releases, renews,
		 is_killed_and_starts),
	SCENARIO("expiry, renewal, kill", 1, setup_last_second, others_want_it, time_passes, renews,
		 is_killed_and_starts),
	SCENARIO("renewals, reboot", 2, setup_granted, others_want_it, renews_twice, power_fails),
	SCENARIO("first lease, reboot", 2, setup_fresh, others_want_it, leases, power_fails),
	SCENARIO("orderly stop, renewals", 1, setup_granted, others_want_it, stops_and_starts_late,
		 renews_late),
	SCENARIO("start, renewals", 2, setup_stopped, others_want_it, starts_again, renews_twice),
	SCENARIO("long use", 0, setup_bound, others_want_it, renews_for_long),
	SCENARIO("another ABI, renewal", 2, setup_granted, others_want_it, maps_of_another_abi,
		 renews),
	SCENARIO("larger maps, renewal", 2, setup_granted, wide_end, maps_grow, renews),
	SCENARIO("maps lost, renewal", 2, setup_granted, others_want_it, maps_are_lost, renews),
	SCENARIO("older store, renewal", 2, setup_copied, others_want_it, an_older_store_comes,
		 renews),
	SCENARIO("refused commit", 2, setup_offered, NULL, takes_the_offer,
		 another_server_gives_it),
	SCENARIO("failing store, release", 1, setup_granted, others_want_it, store_fails, releases,
		 renews),
	SCENARIO("failing store, lease", 1, setup_fresh, others_want_it, store_fails, leases),
	SCENARIO("failing barriers, release", 1, setup_granted, others_want_it, barriers_fail,
		 releases, renews),
	SCENARIO("kill before a renewal", 1, setup_bound, others_want_it, is_killed_and_starts),
	SCENARIO("kill", 1, setup_granted, others_want_it, is_killed_and_starts),
	SCENARIO("reboot", 1, setup_swept, others_want_it, power_fails),
	SCENARIO("start", 1, setup_stopped, others_want_it, starts_again),
	SCENARIO("another ABI", 1, setup_granted, others_want_it, maps_of_another_abi),
	SCENARIO("maps lost", 1, setup_granted, others_want_it, maps_are_lost),
	SCENARIO("older store", 1, setup_copied, others_want_it, an_older_store_comes),
	SCENARIO("older store, another holder", 1, setup_copied_of_another, others_want_it,
		 an_older_store_comes, renews),
	SCENARIO("older store, kill", 1, setup_copied_before_a_batch, third_parties_want_them,
		 starts_with_two, is_killed_as_it_starts),
	SCENARIO("older store, switched off", 1, setup_copied_of_another, others_want_it,
		 an_older_store_comes_and_the_fast_path_goes, renews),
	SCENARIO("older store, larger maps", 1, setup_copied_of_another, wide_end,
		 an_older_store_comes_and_the_maps_grow, renews),
	SCENARIO("older store, another ABI", 1, setup_copied_of_another, others_want_it,
		 an_older_store_comes_with_another_abi, renews),
	SCENARIO("switched off, renewal", 2, setup_granted, others_want_it, the_fast_path_goes,
		 renews),
	SCENARIO("late sweep, renewal", 2, setup_stalled, others_want_it, goes_on, renews),
	SCENARIO("two lifetimes", 1, setup_two_lifetimes, others_want_it_later,
		 renews_in_both_forms),
	{.name = "templates taken again",
	 .cpus = 2,
	 .templates = 3,
	 .bound = 1,
	 .setup = setup_two_templates,
	 .actors = {renews_for_120, a_template_is_taken_again},
	 .finale = others_want_it_after_120},
	SCENARIO("slots taken again", 1, setup_wide, wide_end, releases_and_leases_elsewhere,
		 renews),
	SCENARIO("slots taken again, kill", 1, setup_wide, wide_end, releases_and_leases_elsewhere,
		 is_killed_and_starts_wide),
	SCENARIO("another name", 1, setup_two_lifetimes, others_want_it_later, changes_its_name),
};
const unsigned n_scenarios = sizeof(scenarios) / sizeof(*scenarios);

const struct scenario *scenario_by_name(const char *name)
{
	for (unsigned i = 0; i < n_scenarios; i++) {
		if (!strcmp(scenarios[i].name, name))
			return &scenarios[i];
	}
	if (!strcmp(scenario_mixed.name, name))
		return &scenario_mixed;
	return !strcmp(scenario_scarce.name, name) ? &scenario_scarce : NULL;
}
