// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The whole daemon, with XDP, on a machine whose power fails at any operation on its disk or at
 * any step of any of its threads. Clients come, renew (with the daemon or XDP), release, decline
 * and stay away; the daemon is reloaded, stopped and killed. A cut leaves of the disk what
 * disk.h says, and nothing of the maps; the next boot has another id and a clock that starts
 * anew, after an outage that may have lasted no time at all. The daemon then starts by itself, and
 * of every ACK that was on the wire:
 *
 *  - the store holds it to its end (tests/model/oracle.c, at the start and at each commit),
 *  - nobody else is offered or ACKed its address before (oracle.c, at each frame),
 *  - its holder's renewal is ACKed (here).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "wire.h"
#include "../../common/faulty_vfs.h"
#include "../../model/clients.h"
#include "../../model/configs.h"
#include "../../model/faults.h"
#include "../../model/oracle.h"
#include "../../model/world.h"
#include "rounds.h"
#include "store/store.h"

#define ROUNDS	  1500
#define WHO	  12   /* clients, of fewer addresses */
#define STEPS_MAX 4000 /* of a round */
#define FATE	  WORLD_FIRST_ACTOR

#define TOP                                                                                        \
	CONFIG_FAST_PATH("")                                                                       \
	"valid-lifetime: 40\nmin-valid-lifetime: 20\nmax-valid-lifetime: 120\noffer-lifetime: 4\n" \
	"decline-probation-period: 30\n"

static const char *const configs[] = {
	CONFIG_WITH(TOP, "17", ""),
	CONFIG_WITH(TOP, "17", "  option-data: [{name: routers, data: 192.0.2.1}]\n"),
	CONFIG_WITH(TOP, "17", "  valid-lifetime: 60\n  min-valid-lifetime: 30\n"),
};

enum where { AT_START, AT_STOP, IN_SERVICE, AT_A_STEP, WHERES };

static const char *const where_names[] = {"at a start", "at a stop", "in service", "at a step"};

/* What a client has heard. */
struct holding {
	uint32_t addr;
	uint64_t until; /* of the world's time; 0: it has nothing */
};

struct machine {
	struct disk_dirs dirs;
	char name[128];
	enum disk_lie lie; /* planted */
	bool learns;	   /* the mirror takes what the store has as true */
	enum fault fault;  /* planted in the model */
	const char *config;
	struct holding held[WHO];
	unsigned cut_in; /* operations on the disk until the cut */
	uint64_t cut_at; /* steps */
	bool starting, stopping, verified, over;
	unsigned cuts[WHERES], verifications, restarts, reloads, failures;
	uint64_t fast, slow, running;
};

static struct machine *m; /* of the test that runs */

/* --- the power --- */

static void fail_power(enum where where)
{
	disk_cut(m->dirs.next, rnd);
	disk_set_dead(true);
	m->cuts[where]++;
	m->running += oracle_running();
	world_say("POWER CUT");
}

static void count_down(void *arg)
{
	(void)arg;
	if (--m->cut_in == 0)
		fail_power(m->starting ? AT_START : m->stopping ? AT_STOP : IN_SERVICE);
}

static bool is_dark(void *arg)
{
	(void)arg;
	if (!disk_is_dead() && world.steps >= m->cut_at)
		fail_power(AT_A_STEP);
	return disk_is_dead();
}

static void abandon_store(struct store *store, bool busy)
{
	assert_false(busy);
	store_leave(store);
}

/* --- who runs --- */

/* When it is dark only fate goes on, once the call of the store has come to its end. */
static unsigned schedule(void *arg, const unsigned *threads, unsigned n, bool last_is_first)
{
	unsigned at = 0;

	(void)arg;
	if (disk_is_dead()) {
		for (unsigned i = 0; i < n; i++)
			if (threads[i] == FATE)
				return i;
		for (unsigned i = 0; i < n; i++)
			if (threads[i] < 2) /* the daemon's */
				return i;
		return 0;
	}
	at = last_is_first && rnd(4) ? 0 : rnd(n);
	return at;
}

static unsigned choose(void *arg, unsigned n, const char *what)
{
	(void)arg, (void)what;
	return one_in(2) ? 0 : rnd(n);
}

/* --- clients --- */

static bool round_over(void)
{
	return m->over || world.violation[0];
}

static void look_somehow(unsigned n)
{
	static const uint32_t lifetimes[] = {0, 0, 20, 120};
	static const char *const names[] = {NULL, "a", "b"};
	struct client_look *look = client_look(n);

	look->cpu = rnd(2);
	look->lifetime = lifetimes[rnd(4)];
	look->hostname = names[rnd(8) ? 0 : rnd(3)];
	look->id = n % 3 == 0 ? (const char *[]){"p", "q", "r", "s"}[n / 3 % 4] : NULL;
}

/* It believes what it hears. */
static void hears(unsigned n, uint64_t sent)
{
	struct client_reply r = client_await(n);

	if (r.type == DHCP_NAK)
		m->held[n] = (struct holding){0};
	if (r.type == DHCP_ACK)
		m->held[n] = (struct holding){r.yiaddr, sent + r.lifetime * 1000ull};
}

static void asks(unsigned n)
{
	uint64_t sent = world.now;
	uint32_t addr;

	client_discover(n);
	if (client_await(n).type != DHCP_OFFER || round_over())
		return;
	addr = client_await(n).yiaddr;
	sent = world.now;
	client_select(n, addr);
	hears(n, sent);
}

static void renews(unsigned n)
{
	uint64_t sent = world.now;
	uint32_t addr = m->held[n].addr;

	switch (rnd(8)) {
	case 0:
		client_reboot(n, addr);
		break;
	case 1:
		client_rebind(n, addr);
		break;
	default:
		client_renew(n, addr);
		break;
	}
	hears(n, sent);
}

static void gives_up(unsigned n)
{
	uint32_t addr = m->held[n].addr;

	m->held[n] = (struct holding){0};
	if (one_in(4))
		client_decline(n, addr);
	else
		client_release(n, addr);
}

static void a_client_does(unsigned n)
{
	look_somehow(n);
	if (m->held[n].until <= world.now || one_in(12))
		asks(n);
	else if (one_in(8))
		gives_up(n);
	else
		renews(n);
}

static bool may_begin(void *arg)
{
	(void)arg;
	return m->verified || m->over;
}

/* Each has the clients of its own, every second one. */
static void clients(void *arg)
{
	unsigned first = *(const unsigned *)arg;

	world_wait("the round to begin", may_begin, NULL);
	while (!round_over()) {
		uint32_t what = rnd(20);

		if (what < 17)
			a_client_does(first + 2 * rnd(WHO / 2));
		else if (what < 19)
			world_advance(rnd(6000));
		else
			world_advance(rnd(40000));
		if (one_in(2))
			world_settle();
	}
}

/* --- the machine --- */

static bool serves_or_not(void *arg)
{
	return world.serving || !world.alive || is_dark(arg);
}

static void start(void)
{
	m->starting = true;
	if (m->learns)
		world_store_changed();
	world_start(m->config);
	world_wait("the daemon to serve", serves_or_not, NULL);
	m->starting = false;
	if (!world.serving && !disk_is_dead())
		world_violated("the daemon does not start: %d", world.start_result);
}

/* Whoever was promised something that still runs is ACKed. */
static void verify(void)
{
	for (unsigned n = 0; n < WHO && !disk_is_dead() && !round_over(); n++) {
		const struct holding *h = &m->held[n];
		uint64_t sent = world.now;
		struct client_reply r;

		if (h->until <= world.now)
			continue;
		look_somehow(n);
		client_renew(n, h->addr);
		r = client_await(n);
		if (is_dark(NULL) || h->until <= world.now)
			continue;
		if (r.type != DHCP_ACK || r.yiaddr != h->addr)
			world_violated(
				"client %u is promised .%u until %.3f, and its renewal gets %s", n,
				h->addr & 0xff, (double)h->until / 1000,
				r.type == DHCP_NAK ? "a NAK" : "nothing");
		m->held[n].until = sent + r.lifetime * 1000ull;
		m->verifications++;
	}
}

struct moment {
	uint64_t step;
};

static bool has_come(void *arg)
{
	return is_dark(NULL) || world.steps >= ((struct moment *)arg)->step;
}

/* The disk fails for as long as the next thing lasts. */
static void trouble(void)
{
	static const struct {
		enum faulty_op op;
		int rc;
	} faults[] = {{FAULTY_WRITE, SQLITE_FULL},
		      {FAULTY_SYNC, SQLITE_IOERR_FSYNC},
		      {FAULTY_SYNC_LOSES, SQLITE_IOERR_FSYNC}};
	unsigned which = rnd(3);
	struct moment end = {world.steps + rnd(one_in(2) ? 100 : 1500)};

	faulty_vfs_fail(faults[which].op, faults[which].rc);
	world_wait("the disk to be mended", has_come, &end);
	faulty_vfs_fail(faults[which].op, 0);
	m->failures++;
}

static void something_happens(void)
{
	uint32_t what = rnd(10);

	if (what < 3) {
		m->config = configs[rnd(3)];
		world_reload(m->config);
		m->reloads++;
	} else if (what < 6) {
		world_kill();
		if (one_in(2))
			world_advance(rnd(20000));
		start();
		m->restarts++;
	} else if (what < 8) {
		m->stopping = true;
		world_stop();
		m->stopping = false;
		if (!is_dark(NULL))
			start();
		m->restarts++;
	} else {
		trouble();
	}
}

static void fate(void *arg)
{
	(void)arg;
	start();
	verify();
	m->verified = true;
	while (!is_dark(NULL) && !world.violation[0]) {
		struct moment next = {world.steps + 100 + rnd(900)};

		world_wait("something to happen", has_come, &next);
		if (!is_dark(NULL))
			something_happens();
	}
	world_reboot_after(one_in(3) ? 0 : rnd(8000), one_in(4)	  ? 0
						      : one_in(4) ? rnd(100000000)
								  : 5000);
	disk_dirs_swap(&m->dirs);
	m->over = true;
}

static void the_round(void)
{
	static const unsigned far[] = {10, 60, 250, 1000};
	static const unsigned even = 0, odd = 1;

	m->cut_in = 1 + rnd(far[rnd(4)]);
	m->cut_at = world.steps + (one_in(4) ? rnd(STEPS_MAX) : STEPS_MAX);
	m->verified = m->over = false;
	disk_set_lie(m->lie);
	disk_watch(count_down, NULL);
	world_actor("fate", fate, NULL);
	world_actor("even clients", clients, (void *)&even);
	world_actor("odd clients", clients, (void *)&odd);
	world_run();
	if (!world.violation[0] && !m->over)
		world_violated("the round has no end");
}

static bool chain(void *arg, unsigned *round, unsigned end)
{
	static const unsigned pages[] = {0, 6, 20};
	struct world_options options = {.cpus = 2,
					.store = WORLD_STORE_REAL,
					.store_name = m->name,
					.abandon_store = abandon_store,
					.trace = getenv("TRACE") != NULL};
	struct world_decider decider = {schedule, choose, NULL};

	(void)arg;
	disk_dirs_empty(&m->dirs);
	sqlite_plan.autocheckpoint = pages[rnd(3)];
	sqlite_plan.size_limit = 4096 * rnd(20);
	memset(m->held, 0, sizeof(m->held));
	m->config = configs[0];
	fault_plant(m->fault);
	world_new(&options);
	world_decide_by(&decider);
	for (; *round < end && !world.violation[0]; ++*round)
		the_round();
	m->fast += world.fast_acks;
	m->slow += world.slow_acks;
	world_decide_by(NULL);
	if (world.violation[0])
		--*round;
	return !world.violation[0];
}

static int setup(void **state)
{
	m = calloc(1, sizeof(*m));
	assert_non_null(m);
	rounds_reset();
	faulty_vfs_install();
	disk_dirs_make(&m->dirs);
	snprintf(m->name, sizeof(m->name), "%s/leases.db", m->dirs.disk);
	*state = m;
	return 0;
}

static int teardown(void **state)
{
	struct world_options none = {.cpus = 1};

	(void)state;
	disk_watch(NULL, NULL);
	disk_set_lie(DISK_LIE_NONE);
	fault_plant(FAULT_NONE);
	memset(&sqlite_plan, 0, sizeof(sqlite_plan));
	world_new(&none); /* what was open is closed */
	disk_dirs_remove(&m->dirs);
	faulty_vfs_uninstall();
	free(m);
	return 0;
}

static void a_power_cut_breaks_no_promise(void **state)
{
	unsigned n;

	(void)state;
	n = rounds_run(ROUNDS, chain, NULL);
	for (unsigned i = 0; i < WHERES; i++)
		printf("%u cuts %s\n", m->cuts[i], where_names[i]);
	printf("%u rounds: %llu ACKs by the daemon, %llu by XDP; %llu promises ran at the cuts, %u "
	       "renewals after them; %u restarts, %u reloads, %u times the disk failed\n",
	       n, (unsigned long long)m->slow, (unsigned long long)m->fast,
	       (unsigned long long)m->running, m->verifications, m->restarts, m->reloads,
	       m->failures);
	if (world.violation[0])
		fail_msg("round %u: %s", n, world.violation);
	if (n < ROUNDS)
		return; /* some were asked for by name */
	for (unsigned i = 0; i < WHERES; i++)
		assert_true(m->cuts[i] > 0);
	assert_true(m->fast > n && m->slow > n && m->verifications > n);
}

/* --- what is planted is found --- */

static void is_found(const char *as_what)
{
	unsigned n = rounds_run(ROUNDS, chain, NULL);

	printf("%s: found in round %u: %s\n", as_what, n, world.violation);
	assert_true(world.violation[0] != '\0');
}

/* Here what the store says is taken as true: the promises alone must show the loss. */
static void commits_that_are_not_synced_are_found(void **state)
{
	(void)state;
	sqlite_plan.synchronous_off = true;
	m->learns = true;
	is_found("PRAGMA synchronous = OFF");
}

static void a_disk_that_lies_of_its_syncs_is_found(void **state)
{
	(void)state;
	m->lie = DISK_LIE_SYNC;
	m->learns = true;
	is_found("xSync does nothing");
}

static void a_fault_is_found(enum fault fault)
{
	m->fault = fault;
	is_found(fault_what(fault));
}

static void a_memo_published_before_its_commit_is_found(void **state)
{
	(void)state;
	a_fault_is_found(FAULT_PUBLISHED_BEFORE_COMMIT);
}

static void an_ACK_sent_before_its_commit_is_found(void **state)
{
	(void)state;
	a_fault_is_found(FAULT_SENT_BEFORE_COMMIT);
}

static void credit_given_before_its_commit_is_found(void **state)
{
	(void)state;
	a_fault_is_found(FAULT_CREDIT_BEFORE_COMMIT);
}

static void a_reboot_that_does_not_count_ack_until_is_found(void **state)
{
	(void)state;
	a_fault_is_found(FAULT_REBASE_FORGETS);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_power_cut_breaks_no_promise),
		T(commits_that_are_not_synced_are_found),
		T(a_disk_that_lies_of_its_syncs_is_found),
		T(an_ACK_sent_before_its_commit_is_found),
		T(a_memo_published_before_its_commit_is_found),
		T(credit_given_before_its_commit_is_found),
		T(a_reboot_that_does_not_count_ack_until_is_found),
	};

	return cmocka_run_group_tests_name("power cut/daemon", tests, NULL, NULL) != 0;
}
