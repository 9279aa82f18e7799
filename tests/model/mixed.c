// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The large scenario: more clients than addresses do whatever clients do, on several CPUs, while
 * the daemon is killed, stopped, reloaded and upgraded, the machine rebooted, and the store and
 * the barrier fail now and then. What happens is chosen like the interleaving, so that a seed or
 * a list of choices says it all.
 */
#include <errno.h>

#include "clients.h"
#include "configs.h"
#include "oracle.h"
#include "scenarios.h"

#define MANY 7 /* clients */
#define OPS  60

#define MIXED_TIMES                                                             \
	"valid-lifetime: 40\nmin-valid-lifetime: 20\nmax-valid-lifetime: 120\n" \
	"offer-lifetime: 4\ndecline-probation-period: 30\n"
#define MIXED_TOP     CONFIG_FAST_PATH("") MIXED_TIMES
#define MIXED_TOP_OFF CONFIG_FAST_PATH(", mode: off") MIXED_TIMES

static const char small[] = CONFIG_WITH(MIXED_TOP, "12", "");
static const char other[] = CONFIG_WITH(MIXED_TOP, "12",
					"  option-data: [{name: routers, data: 192.0.2.1}]\n");
static const char smaller[] = CONFIG_WITH(MIXED_TOP, "11", "");
/* .10 for client 5, and .11 by a client id that two clients have. */
static const char reserved[] = CONFIG_WITH(
	MIXED_TOP, "12",
	"  reservations:\n"
	"  - {hw-address: '02:00:00:00:00:06', ip-address: 192.0.2.10}\n"
	"  - {client-id: '63:6c:6f:6e:65:64', ip-address: 192.0.2.11}\n");
static const char elsewhere[] = "interfaces-config: {interfaces: [" WORLD_INTERFACE "]}\n"
				"control-socket: {socket-type: unix, socket-name: ''}\n"
				"lease-database: {type: sqlite, name: /model}\n" MIXED_TOP
				"subnet4: [{id: 9, subnet: 198.51.100.0/24}]\n";
static const char small_off[] = CONFIG_WITH(MIXED_TOP_OFF, "12", "");
static const char wide_off[] = CONFIG_WIDE(MIXED_TOP_OFF, "");
static const char wide_larger[] = CONFIG_WIDE(
	"fast-path: {pin-path: " WORLD_PINS ", max-entries: 512}\n" MIXED_TIMES, "");
static const char wide[] = CONFIG_WIDE(MIXED_TOP, "");
static const char wide_other[] = CONFIG_WIDE(MIXED_TOP,
					     "  option-data: [{name: routers, data: 192.0.2.1}]\n");

/* What a run is about. */
static struct {
	const char *configs[5], *off, *larger;
	uint32_t addresses[3];
} about;
static const char *config;

static void begin(void)
{
	world_store_copy();
	config = about.configs[0];
	world_start(config);
	world_await_serving();
}

static void setup(void)
{
	about.configs[0] = small;
	about.configs[1] = other;
	about.configs[2] = smaller;
	about.configs[3] = reserved;
	about.configs[4] = elsewhere;
	about.off = small_off;
	about.larger = small;
	for (unsigned i = 0; i < 3; i++)
		about.addresses[i] = ADDRESS_A + i;
	begin();
}

static void setup_scarce(void)
{
	about.configs[0] = about.configs[2] = wide;
	about.configs[1] = about.configs[3] = about.configs[4] = wide_other;
	about.off = wide_off;
	about.larger = wide_larger;
	about.addresses[0] = ADDRESS_A;
	about.addresses[1] = ADDRESS_B;
	about.addresses[2] = ADDRESS_C;
	begin();
}

static uint32_t some_address(void)
{
	return about.addresses[world_choose(3, "address")];
}

static void look_somehow(unsigned n)
{
	static const uint32_t lifetimes[] = {0, 0, 20, 120};
	struct client_look *look = client_look(n);

	look->cpu = world_choose(3, "cpu");
	if (!world_choose(6, "other form"))
		look->lifetime = lifetimes[world_choose(4, "lifetime")];
	if (!world_choose(12, "other name"))
		look->hostname = world_choose(2, "name") ? "a" : "b";
	look->id = n < 2 ? "cloned" : n == 2 ? "own" : NULL;
}

/* What a client has, if it has heard an ACK; .10 to .12 are tried by those that have not, too. */
static uint32_t its_address(unsigned n)
{
	uint32_t addr = oracle_address_of(n);

	return addr && world_choose(8, "stray") ? addr : some_address();
}

static void renews_somehow(unsigned n, uint32_t addr)
{
	switch (world_choose(6, "renewal")) {
	case 0:
		client_reboot(n, addr);
		break;
	case 1:
		client_rebind(n, addr);
		break;
	case 2:
		client_select(n, addr);
		break;
	default:
		client_renew(n, addr);
		break;
	}
}

static void a_client_does(unsigned n)
{
	look_somehow(n);
	if (!oracle_address_of(n) && world_choose(4, "new")) {
		client_lease(n);
		return;
	}
	switch (world_choose(10, "client")) {
	case 0:
		client_lease(n);
		break;
	case 1:
	case 2:
		client_release(n, its_address(n));
		if (world_choose(2, "ghost"))
			renews_somehow(n, its_address(n));
		break;
	case 3:
		if (!world_choose(4, "decline"))
			client_decline(n, its_address(n));
		break;
	default:
		renews_somehow(n, its_address(n));
		break;
	}
}

static void clients(unsigned first)
{
	for (unsigned i = 0; i < OPS; i++) {
		a_client_does((first + 2 * world_choose(4, "who")) % MANY);
		if (world_choose(2, "rest"))
			world_settle();
	}
}

static void even_clients(void)
{
	clients(0);
}

static void odd_clients(void)
{
	clients(1);
}

static void restart(void)
{
	switch (world_choose(10, "restart")) {
	case 0:
		world_reboot();
		break;
	case 1:
		world_kill();
		world_maps_of_other_abi();
		break;
	case 2:
	case 3:
		world_stop();
		break;
	case 4:
		world_kill();
		world_maps_lost();
		break;
	case 5:
		world_kill();
		if (world.options.store == WORLD_STORE_MEMORY)
			world_store_restore();
		break;
	default:
		world_kill();
		break;
	}
	if (!world_choose(3, "copy") && world.options.store == WORLD_STORE_MEMORY)
		world_store_copy();
	if (world_choose(2, "late"))
		world_advance(1000ull * (1 + world_choose(40, "how late")));
	switch (world_choose(8, "fast path")) {
	case 0:
		world_start(about.off);
		break;
	case 1:
		world_start(about.larger);
		break;
	default:
		world_start(config);
		break;
	}
	world_await_serving();
}

static void fate(void)
{
	for (unsigned i = 0; i < OPS; i++) {
		switch (world_choose(12, "fate")) {
		case 0:
			restart();
			break;
		case 1:
			config = about.configs[world_choose(5, "configuration")];
			world_reload(config);
			break;
		case 2:
			/* one, or for a while: it is asked once a second */
			world_commits_fail(
				world_choose(2, "outage") ? 2 + world_choose(20, "how long") : 1,
				-EIO);
			break;
		case 3:
			world_barriers_fail(1);
			break;
		case 4:
			world_advance(1000ull * (1 + world_choose(30, "stride")));
			break;
		case 6:
			if (world_choose(2, "interface"))
				break;
			world_interface(false);
			world_advance(70 * (1 + world_choose(40, "how long")));
			world_interface(true);
			break;
		case 5:
			world_stall(true);
			world_advance(1000ull * (1 + world_choose(30, "stall")));
			world_stall(false);
			break;
		case 7:
			if (!world_choose(2, "command"))
				world_command_release(some_address());
			break;
		default:
			world_advance(70 * (1 + world_choose(40, "time")));
			if (world_choose(2, "rest"))
				world_settle();
			break;
		}
	}
}

static void to_the_end(void)
{
	world_commits_fail(0, 0);
	if (!world.alive) {
		world_start(config);
		world_await_serving();
	}
	world_pass(10);
	oracle_check();
}

const struct scenario scenario_mixed = {.name = "mixed",
					.cpus = 2,
					.setup = setup,
					.actors = {even_clients, odd_clients, fate},
					.finale = to_the_end};

const struct scenario scenario_scarce = {.name = "scarce",
					 .cpus = 3,
					 .templates = 5,
					 .setup = setup_scarce,
					 .actors = {even_clients, odd_clients, fate},
					 .finale = to_the_end};
