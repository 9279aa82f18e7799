// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * killer: kills the daemon at random moments under the clients' load (clients.h), starts it again,
 * and looks at what is left each time. tests/crash/killloop makes the rig for it.
 *
 *   killer -i IF -w DIR -p PINS -N NETNS -b XDHCPD [-B OTHER] -V VARIANT... [-q SECONDS]
 *          [-n ROUNDS] [-s SEED] [-c CLIENTS] [-r OPS_PER_SECOND] [-v]
 *
 * VARIANT is FILE,LIFETIME,ROUTER,FIRST,LAST,SLOTS: a configuration and what it says. OTHER is a
 * daemon of another map ABI. For -q seconds a declined address is nobody's. A round: the daemon
 * starts, perhaps as the other, with another configuration, killed while it starts; every promise
 * is audited; it lives a while, perhaps reloads, and is killed: at any moment, or while it reloads,
 * sweeps or stops; or it is stopped in order. Checked:
 *
 *  - what oracle and judge say of each frame (oracle.h, judge.h)
 *  - as each death left it, and again before the next start: every running promise is in the store,
 *    and every open slot with all its credit
 *  - after each start: every holder's renewal is ACKed by the daemon itself; under a configuration
 *    that has its address in no pool it may be refused, and nobody else gets it all the same
 *  - the same ABI keeps the maps and, under the same configuration, every slot; another replaces
 *    them, and what had been granted from them is in the store before anything else happens
 *  - XDP goes on answering while the daemon is dead
 *  - the daemon always starts, and stops with exit code 0
 *
 * SEED says what happens in which order, not how fast the machine is. The first violation ends it.
 * Exit code 0: no violation, 1: some, 2: errors.
 */
#include <getopt.h>
#include <signal.h>

#include "../common/random.h"
#include "clients.h"
#include "subject.h"

#define START_MAX 30.0 /* seconds */
#define AUDIT_MAX 20.0
#define STOP_MAX  20.0
#define SWEEP	  1.0 /* seconds between two: the lifetimes are short */
#define FAST_MAX  5.0
#define FAST_MIN  5 /* renewals of which XDP must have answered some */
#define FALSE_MAX 3

enum death { DIE_ANY, DIE_RELOADING, DIE_SWEEPING, DIE_STOPPING, STOP, DEATHS };

static const char *const death_names[DEATHS] = {"killed", "killed reloading", "killed sweeping",
						"killed stopping", "stopped"};

/* All that chance decides of a round. */
struct plan {
	bool other; /* the binary changes */
	unsigned n_false;
	double false_at[FALSE_MAX]; /* killed after this part of a start's time */
	bool false_other[FALSE_MAX];
	int configure; /* another variant at the start; -1: as before */
	double life;
	int reload; /* variant; -1: none */
	bool by_command;
	double reload_at; /* part of the life */
	enum death death;
	double after; /* seconds from what it dies in to its death */
	double dead;
};

static struct {
	uint64_t random;
	unsigned seed, rounds, round, rate;
	bool verbose;
	struct plan plan;

	struct pinned kept; /* as of the last ready daemon */
	unsigned kept_by;   /* binary */
	bool stopping;	    /* it has been told to */
	bool gave_back;	    /* and perhaps did give credit back, since the last ready daemon */
	bool disturbed;	    /* another ABI, or one that wants more slots, has begun a start since */
	uint32_t abi[SUBJECT_BINARIES]; /* 0: not known yet */

	uint64_t kills, stops, reloads, changes_of_abi, replaced, hits, checked, promises_checked,
		slots_kept, fast;
} killer;

/* --- chance --- */

static uint64_t draw(void)
{
	return random_mix(killer.random += RANDOM_STRIDE);
}

static unsigned upto(unsigned n)
{
	return (unsigned)(draw() % n);
}

static double between(double from, double to)
{
	return from + (to - from) * (double)(draw() >> 11) / 9007199254740992.0;
}

static enum death draw_death(bool reloads)
{
	unsigned dice = upto(20);

	if (reloads && dice < 10)
		return DIE_RELOADING;
	if (dice < 12)
		return DIE_ANY;
	return dice < 15 ? DIE_SWEEPING : dice < 18 ? DIE_STOPPING : STOP;
}

/* Leases end on the second, so some lives last a few; and some last long enough for XDP to live on
 * credit that only a sweep can have given. */
static double draw_life(void)
{
	unsigned dice = upto(14);

	return dice < 9 ? between(0.02, 1) : dice < 13 ? between(1, 2.5) : between(4, 6);
}

static void draw_plan(struct plan *ret)
{
	unsigned n = judge.n_variants;
	struct plan p = {.configure = -1, .reload = -1};

	p.other = upto(8) == 0 && subject.binaries[1];
	if (upto(4) == 0)
		p.n_false = 1 + (upto(4) ? 0 : upto(FALSE_MAX));
	for (unsigned i = 0; i < p.n_false; i++) {
		p.false_at[i] = between(0, 1.2);
		p.false_other[i] = upto(6) == 0 && subject.binaries[1];
	}
	if (upto(6) == 0)
		p.configure = (int)upto(n);
	p.life = draw_life();
	if (upto(3) == 0)
		p.reload = (int)upto(n);
	p.by_command = upto(2) == 0;
	p.reload_at = between(0, 1);
	p.death = draw_death(p.reload >= 0);
	p.after = between(0, 0.03);
	/* and some deaths for that credit to run out */
	p.dead = upto(14) ? between(0, 0.3) : between(2, 7);
	*ret = p;
}

static void print_plan(void)
{
	const struct plan *p = &killer.plan;

	printf("round %u of seed %u: binary %u, variant %u%s", killer.round, killer.seed,
	       subject.binary, subject.variant, p->other ? ", other ABI" : "");
	for (unsigned i = 0; i < p->n_false; i++)
		printf(", start killed at %.2f%s", p->false_at[i],
		       p->false_other[i] ? " by the other" : "");
	if (p->configure >= 0)
		printf(", starts with variant %d", p->configure);
	printf(", lives %.3f s", p->life);
	if (p->reload >= 0)
		printf(", reloads variant %d at %.2f by %s", p->reload, p->reload_at,
		       p->by_command ? "command" : "SIGHUP");
	printf(", %s after %.4f s, dead for %.2f s\n", death_names[p->death], p->after, p->dead);
}

/* --- what a death has left --- */

static void check_store(double before)
{
	/*
	 * An orderly stop takes credit back in the store alone, and XDP is stopped before maps of
	 * another ABI are replaced: then slots may say more than the store.
	 */
	bool slots = !subject.pid && !killer.gave_back && !killer.disturbed;
	int n = store_check(before, slots);

	if (n < 0) {
		printf("the store cannot be read\n");
		exit(2);
	}
	killer.checked++;
	killer.promises_checked += (unsigned)n;
}

static void note_credit(void)
{
	static struct pinned_slot slots[SLOTS_MAX];
	size_t n = subject_slots(slots, SLOTS_MAX);

	memset(clients.credit, 0, sizeof(clients.credit));
	for (size_t i = 0; i < n; i++)
		clients.credit[slots[i].addr % ORACLE_HOLDERS] = slots[i].ack_until;
}

static void died(void)
{
	clients.life = 0;
	clients.dead = wire_now();
	clients.fast_sent = clients.fast_answered = 0;
	note_credit();
	clients_receive();
	check_store(1e18);
}

static void kill_it(void)
{
	enum subject_end end = subject_kill();

	if (end == SUBJECT_FAILED || (end == SUBJECT_STOPPED && !killer.stopping))
		violation("the daemon has ended by itself, see its log");
	killer.kills += end == SUBJECT_KILLED;
	killer.stops += end == SUBJECT_STOPPED;
	died();
}

static void count_hits(const struct pinned *now)
{
	if (now->ids[0] != killer.kept.ids[0])
		return;
	if (now->acks < killer.kept.acks)
		violation("XDP had answered %lu requests, now %lu", killer.kept.acks, now->acks);
	if (now->internal)
		violation("XDP has dropped %lu frames on a failed check", now->internal);
	killer.hits += now->acks - killer.kept.acks;
	killer.kept.acks = now->acks;
}

/* --- starting --- */

static void start(void)
{
	const struct variant *v = &judge.variants[subject.variant];

	judge_may(subject.variant);
	if (subject.binary != killer.kept_by || v->slots > killer.kept.slots)
		killer.disturbed = true;
	subject_start();
	clients.dead = 0;
}

static void false_starts(void)
{
	const struct plan *p = &killer.plan;

	for (unsigned i = 0; i < p->n_false; i++) {
		unsigned binary = subject.binary;

		if (p->false_other[i])
			subject.binary ^= 1;
		start();
		clients_run(subject.forked + subject.start_time * p->false_at[i], killer.rate,
			    subject_has_ended);
		kill_it();
		subject.binary = binary;
	}
}

/*
 * Whoever XDP answered before it answers again, without a word with the daemon: its slot is still
 * open, as it was. Unless the configuration may be another: then slots are closed with good reason.
 */
static void check_slots(const struct pinned_slot *before, size_t n, double now)
{
	static struct pinned_slot after[SLOTS_MAX];
	size_t n_after = subject_slots(after, SLOTS_MAX), at = 0;
	char a[16], m[18];

	for (size_t i = 0; i < n; i++) {
		const struct pinned_slot *b = &before[i];

		/* of one map, so in one order */
		while (at < n_after && after[at].addr < b->addr)
			at++;
		if (at < n_after && after[at].addr == b->addr &&
		    after[at].generation == b->generation &&
		    !memcmp(after[at].chaddr, b->chaddr, 6) &&
		    after[at].granted_until >= b->granted_until) {
			killer.slots_kept++;
		} else if (oracle_holds(&judge.oracle, b->addr, b->chaddr, now) &&
			   judge.oracle.holders[b->addr % ORACLE_HOLDERS].gave_up <
				   subject.forked) {
			/* the new daemon may have taken a RELEASE already */
			violation("the slot of %s for %s has not come through the start",
				  wire_ip(b->addr, a), wire_mac(b->chaddr, m));
		}
	}
}

/* Are the maps what they have to be after this start? */
static void check_maps(void)
{
	struct pinned now;
	bool same;

	subject_pinned(&now);
	same = !memcmp(now.ids, killer.kept.ids, sizeof(now.ids));
	count_hits(&now);
	if (!now.whole)
		violation("a daemon is ready and a map is not pinned");
	if (killer.abi[subject.binary] && killer.abi[subject.binary] != now.abi)
		violation("ABI %u is pinned by a daemon of ABI %u", now.abi,
			  killer.abi[subject.binary]);
	killer.abi[subject.binary] = now.abi;
	if (killer.kept.whole && !killer.disturbed && !same)
		violation("the maps have other ids");
	if (killer.kept.whole && subject.binary != killer.kept_by &&
	    now.ids[0] == killer.kept.ids[0])
		violation("the maps of the other ABI are still in use");
	killer.replaced += killer.kept.whole && !same;
	killer.kept = now;
	killer.kept_by = subject.binary;
	killer.disturbed = killer.gave_back = false;
}

static bool become_ready(void)
{
	static struct pinned_slot before[SLOTS_MAX];
	static unsigned lives;
	double asked_before;
	size_t n;

	n = judge.may == 1u << subject.variant ? subject_slots(before, SLOTS_MAX) : 0;
	start();
	clients_run(wire_now() + START_MAX, killer.rate, subject_is_ready);
	if (!subject.ready) {
		violation("the daemon %s",
			  subject_has_ended() ? "ended at its start" : "does not start");
		return false;
	}
	asked_before = wire_now();
	judge_settled(subject.variant, subject.ready_at);
	clients_forget_renewals();
	clients.life = ++lives;
	if (!killer.disturbed)
		check_slots(before, n, subject.ready_at);
	check_maps();
	/* what the last maps have granted has been committed by now */
	check_store(asked_before);
	clients_audit();
	clients_run(wire_now() + AUDIT_MAX, killer.rate, clients_audited);
	return true;
}

/* --- life and death --- */

static void reload(unsigned variant)
{
	judge_may(variant);
	subject_configure(variant);
	clients_forget_renewals();
	killer.reloads++;
	if (!killer.plan.by_command) {
		subject_signal(SIGHUP);
	} else if (subject_reload() < 0) {
		violation("no reload by the control socket");
	} else if (killer.plan.death != DIE_RELOADING) {
		clients_run(wire_now() + STOP_MAX, killer.rate, subject_reload_over);
		if (subject_reload_result() > 0)
			judge_settled(variant, wire_now());
		else
			violation("the daemon does not reload");
	}
}

static void live(void)
{
	const struct plan *p = &killer.plan;
	double end = wire_now() + p->life;

	if (p->reload >= 0) {
		clients_run(wire_now() + p->life * p->reload_at, killer.rate, subject_has_ended);
		reload((unsigned)p->reload);
		if (p->death == DIE_RELOADING)
			return;
	}
	clients_run(end, killer.rate, subject_has_ended);
	if (p->death == DIE_SWEEPING) {
		double since = wire_now() - subject.ready_at;

		clients_run(subject.ready_at + SWEEP * (double)(uint64_t)(since / SWEEP + 1) - 0.01,
			    killer.rate, subject_has_ended);
	}
}

static void die(void)
{
	const struct plan *p = &killer.plan;

	killer.stopping = p->death == DIE_STOPPING || p->death == STOP;
	if (killer.stopping) {
		killer.gave_back = true;
		subject_signal(SIGTERM);
	}
	if (p->death != DIE_ANY)
		clients_run(wire_now() + (p->death == STOP ? STOP_MAX : p->after), killer.rate,
			    subject_has_ended);
	if (p->death == STOP && !subject_has_ended())
		violation("the daemon does not stop");
	kill_it();
	killer.stopping = false;
}

/* Until the next start; what XDP promises meanwhile has to be in the store already. */
static void be_dead(void)
{
	const struct plan *p = &killer.plan;
	struct pinned now;

	clients_run(wire_now() + p->dead, killer.rate, NULL);
	if ((p->death == DIE_ANY || p->death == DIE_SWEEPING || p->death == STOP) &&
	    p->reload < 0 && clients.fast_sent >= FAST_MIN) {
		/* however busy the machine is */
		clients_run(wire_now() + FAST_MAX, killer.rate, clients_fast_answered);
		killer.fast++;
		if (!clients_fast_answered())
			violation("XDP has answered none of %lu renewals since the daemon's death",
				  clients.fast_sent);
	}
	check_store(1e18);
	subject_pinned(&now);
	count_hits(&now);
}

static void round_run(void)
{
	const struct plan *p = &killer.plan;

	draw_plan(&killer.plan);
	if (p->other) {
		subject.binary ^= 1;
		killer.changes_of_abi++;
	}
	if (p->configure >= 0)
		subject_configure((unsigned)p->configure);
	if (killer.verbose)
		print_plan();
	false_starts();
	if (!become_ready())
		return;
	live();
	die();
	be_dead();
}

/* --- the command line --- */

static void parse_variant(const char *text)
{
	struct variant v = {0};
	char router[16], first[16], last[16];

	if (judge.n_variants == VARIANTS_MAX ||
	    sscanf(text, "%107[^,],%u,%15[^,],%15[^,],%15[^,],%u", v.file, &v.lifetime, router,
		   first, last, &v.slots) != 6 ||
	    !wire_parse_ip(router, &v.router) || !wire_parse_ip(first, &v.first) ||
	    !wire_parse_ip(last, &v.last)) {
		fprintf(stderr, "killer: -V %s\n", text);
		exit(2);
	}
	judge.variants[judge.n_variants++] = v;
}

struct arguments {
	const char *ifname;
	unsigned clients;
};

static void parse(int argc, char **argv, struct arguments *a)
{
	int c;

	while ((c = getopt(argc, argv, "i:w:p:N:b:B:V:q:n:s:c:r:v")) != -1) {
		switch (c) {
		case 'i':
			a->ifname = optarg;
			break;
		case 'w':
			subject.dir = optarg;
			break;
		case 'p':
			subject.pins = optarg;
			break;
		case 'N':
			subject.netns = optarg;
			break;
		case 'b':
			subject.binaries[0] = optarg;
			break;
		case 'B':
			subject.binaries[1] = optarg;
			break;
		case 'V':
			parse_variant(optarg);
			break;
		case 'q':
			judge.quarantine = atof(optarg);
			break;
		case 'n':
			killer.rounds = (unsigned)atoi(optarg);
			break;
		case 's':
			killer.seed = (unsigned)strtoul(optarg, NULL, 0);
			break;
		case 'c':
			a->clients = (unsigned)atoi(optarg);
			break;
		case 'r':
			killer.rate = (unsigned)atoi(optarg);
			break;
		case 'v':
			killer.verbose = true;
			break;
		default:
			exit(2);
		}
	}
}

static int prepare(const struct arguments *a)
{
	int r;

	if (!a->ifname || !subject.dir || !subject.pins || !subject.netns || !subject.binaries[0] ||
	    !judge.n_variants || !a->clients || a->clients > CLIENTS_MAX || !killer.rate) {
		fprintf(stderr, "killer: something is missing on the command line\n");
		return -EINVAL;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	oracle_open(&judge.oracle, NULL);
	judge.seed = (uint8_t)killer.seed;
	killer.random = killer.seed;
	r = clients_open(a->ifname, a->clients, killer.seed);
	if (r == 0)
		r = subject_open();
	if (r < 0) {
		fprintf(stderr, "killer: %s: %s\n", a->ifname, strerror(-r));
		return r;
	}
	clients.patience = 0.3;
	clients.decline = true;
	subject.start_time = 0.3;
	subject_configure(0);
	return 0;
}

static void print_summary(void)
{
	printf("{\"seed\":%u,\"rounds\":%u,\"kills\":%lu,\"stops\":%lu,\"reloads\":%lu,"
	       "\"abi_changes\":%lu,\"maps_replaced\":%lu,\"store_checks\":%lu,"
	       "\"promises_checked\":%lu,\"slots_kept\":%lu,\"fast\":%lu,\"audited\":%lu,\"audits_"
	       "void\":%lu,"
	       "\"hits\":%lu,"
	       "\"hits_dead\":%lu,",
	       killer.seed, killer.round - 1, killer.kills, killer.stops, killer.reloads,
	       killer.changes_of_abi, killer.replaced, killer.checked, killer.promises_checked,
	       killer.slots_kept, killer.fast, clients.audited, clients.audits_void, killer.hits,
	       clients.hits_dead);
	clients_print();
	puts("}");
}

int main(int argc, char **argv)
{
	struct arguments a = {.clients = 90};

	killer.rounds = 10;
	killer.rate = 400;
	parse(argc, argv, &a);
	if (prepare(&a) < 0)
		return 2;
	for (killer.round = 1; killer.round <= killer.rounds && !judge.oracle.violations;
	     killer.round++)
		round_run();
	if (judge.oracle.violations) {
		killer.round--;
		print_plan();
		killer.round++;
		if (subject.pid)
			subject_kill();
	}
	print_summary();
	return judge.oracle.violations ? 1 : 0;
}
