// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * lives: DHCP clients that live as those of a network do, for as long as it takes.
 *
 *   lives -i IF [-n CLIENTS] [-r RECIPES] [-s SEED] [-t SECONDS] [-l LOG]
 *
 * A client renews at T1. At the end of each lifetime of its lease it draws what becomes of it: a
 * fifth of them leaves (by RELEASE, in silence, or by coming back as another client at once),
 * a few reboot, some of them into another system with another request, a few miss T1 and rebind,
 * decline what they have, send an INFORM. Beside them others send a DISCOVER and are not heard of
 * again, and of those that released something some renew it all the same. Who has left comes
 * back after up to one and a half lifetimes, every second one as another client.
 *
 * It runs until -t is over or SIGTERM comes, and ends with one JSON line; exit 0: no violation
 * (crash/oracle.h, where the LOG is described, too, and what is checked of each reply), 1: some, 2:
 * errors.
 */
#include <getopt.h>
#include <poll.h>
#include <signal.h>

#include "../crash/oracle.h"
#include "../e2e/wire.h"

#define LIVES_MAX  4095
#define PASSER_BY  4095 /* in the xid, where the client's number stands */
#define REPLY_WAIT 1.0	/* seconds until a request counts as lost */
#define LOOK_EVERY 0.01 /* seconds */

enum op { OP_NONE, OP_DISCOVER, OP_SELECT, OP_RENEW, OP_REBIND, OP_REBOOT, OP_INFORM, OP_GHOST };

struct life {
	uint32_t serial; /* who it is */
	uint32_t recipe; /* how it asks */
	uint32_t addr;	 /* 0: none */
	double until, t1, t2;
	double draws; /* when it next draws what becomes of it */
	double next;  /* when it acts */
	enum op op;   /* what it waits for */
	uint32_t xid, asked;
	double sent;
};

static struct {
	struct wire wire;
	struct oracle oracle;
	struct life lives[LIVES_MAX];
	uint8_t server_mac[6];
	uint32_t server, serial;
	double lifetime; /* as last granted */
	unsigned n, recipes, seed;
	uint64_t sent, offered, acked, nak, lost, unanswered, renewed, drawn, left, released,
		silent, other, declined, rebooted, rebound, informed, passed_by, ignored, ran_out,
		ghosts;
} all;

static volatile sig_atomic_t stopped;

static void stop(int signo)
{
	(void)signo;
	stopped = 1;
}

static unsigned chance(unsigned n)
{
	return (unsigned)random() % n;
}

static double any(double most)
{
	return most * (double)random() / RAND_MAX;
}

static void chaddr_of(uint32_t serial, uint8_t mac[6])
{
	mac[0] = 2;
	mac[1] = (uint8_t)all.seed;
	wire_put32(mac + 2, serial);
}

static void put(const struct wire_request *r)
{
	uint8_t frame[WIRE_MAX];
	size_t n = wire_build(r, frame);

	all.sent++;
	if (send(all.wire.fd, frame, n, 0) < 0 && errno != ENOBUFS && errno != EAGAIN) {
		perror("lives: send");
		exit(2);
	}
}

static void transmit(struct life *c, uint8_t type, enum op op, uint32_t addr, double now)
{
	bool unicast = op == OP_RENEW || op == OP_GHOST || op == OP_INFORM || type == WIRE_RELEASE;
	struct wire_request r = {.type = type, .dst = unicast ? all.server : 0xffffffff};
	char name[16];

	chaddr_of(c->serial, r.chaddr);
	memcpy(r.smac, r.chaddr, 6);
	memset(r.dmac, 0xff, 6);
	if (unicast)
		memcpy(r.dmac, all.server_mac, 6);
	c->xid = r.xid = (uint32_t)random() << 12 | (uint32_t)(c - all.lives);
	if (unicast || op == OP_REBIND)
		r.src = r.ciaddr = addr;
	else
		r.requested = addr;
	if (op == OP_SELECT || op == OP_NONE)
		r.server_id = all.server;
	/* a third names itself by option 61, the rest by MAC; a half has a name, by its system */
	if (c->serial % 3 == 0) {
		r.cid_len = 7;
		r.cid[0] = 1;
		memcpy(r.cid + 1, r.chaddr, 6);
	}
	snprintf(name, sizeof(name), "host%u", c->serial);
	if (c->recipe % 2)
		r.hostname = name;
	r.prl_len = wire_order(c->recipe, r.prl);
	c->op = op;
	c->asked = addr;
	c->sent = now;
	put(&r);
}

/* Somebody who asks once. */
static void pass_by(void)
{
	struct wire_request r = {.type = WIRE_DISCOVER,
				 .dst = 0xffffffff,
				 .xid = (uint32_t)random() << 12 | PASSER_BY};

	chaddr_of(++all.serial, r.chaddr);
	memcpy(r.smac, r.chaddr, 6);
	memset(r.dmac, 0xff, 6);
	r.prl_len = wire_order(0, r.prl);
	all.passed_by++;
	put(&r);
}

static void become_another(struct life *c)
{
	c->serial = ++all.serial;
	c->recipe = chance(all.recipes);
}

static void note_end(const struct life *c, uint32_t addr, double now)
{
	uint8_t mac[6];

	chaddr_of(c->serial, mac);
	oracle_ended(&all.oracle, addr, mac, now);
}

static void leave(struct life *c, double now)
{
	uint32_t addr = c->addr;

	all.left++;
	c->addr = 0;
	c->next = now + any(1.5 * all.lifetime);
	switch (chance(3)) {
	case 0:
		transmit(c, WIRE_RELEASE, OP_NONE, addr, now);
		note_end(c, addr, now);
		all.released++;
		/* on the heels of its RELEASE: XDP may still grant it, and that is a promise */
		if (!chance(4))
			transmit(c, WIRE_REQUEST, OP_GHOST, addr, wire_now());
		else if (chance(2))
			become_another(c);
		break;
	case 1:
		all.silent++;
		if (chance(2))
			become_another(c);
		break;
	default:
		all.other++;
		become_another(c);
		c->next = now;
	}
}

static void decline(struct life *c, double now)
{
	uint32_t addr = c->addr;

	all.declined++;
	c->addr = 0;
	c->next = now + any(1);
	transmit(c, WIRE_DECLINE, OP_NONE, addr, now);
	note_end(c, addr, now);
}

static void reboot(struct life *c, double now)
{
	all.rebooted++;
	if (chance(2))
		c->recipe = chance(all.recipes);
	transmit(c, WIRE_REQUEST, OP_REBOOT, c->addr, now);
}

/* What a lifetime ends with. */
static void draw(struct life *c, double now)
{
	unsigned dice = chance(100);

	all.drawn++;
	c->draws = now + all.lifetime;
	if (dice < 20) {
		leave(c, now);
	} else if (dice < 21) {
		decline(c, now);
	} else if (dice < 26) {
		reboot(c, now);
	} else if (dice < 31) {
		c->t1 = c->t2;
		all.rebound++;
	} else if (dice < 34) {
		all.informed++;
		transmit(c, WIRE_INFORM, OP_INFORM, c->addr, now);
	}
}

static void plan(struct life *c)
{
	double due = c->t1 < c->draws ? c->t1 : c->draws;

	c->next = c->addr ? due : c->next;
}

static bool waits(struct life *c, double now)
{
	if (c->op == OP_NONE)
		return false;
	if (now < c->sent + REPLY_WAIT)
		return true;
	all.lost += c->op != OP_GHOST;
	/* what a holder of a lease gets no answer to */
	all.unanswered += c->addr && c->op >= OP_RENEW;
	c->op = OP_NONE;
	return false;
}

static void act(struct life *c, double now)
{
	if (waits(c, now) || now < c->next)
		return;
	if (c->addr && now >= c->until) {
		all.ran_out++;
		c->addr = 0;
	}
	if (!c->addr) {
		transmit(c, WIRE_DISCOVER, OP_DISCOVER, 0, now);
	} else if (now >= c->draws) {
		draw(c, now);
		plan(c);
	} else {
		all.renewed++;
		transmit(c, WIRE_REQUEST, now >= c->t2 ? OP_REBIND : OP_RENEW, c->addr, now);
	}
}

static void promised(struct life *c, const struct wire_reply *r, bool ghost, double now)
{
	double until = oracle_promised(&all.oracle, r->yiaddr, r->chaddr, c->sent, now,
				       r->lifetime);

	all.lifetime = r->lifetime;
	if (ghost) {
		all.ghosts++;
		return;
	}
	if (!c->addr)
		c->draws = now + any(all.lifetime);
	c->addr = r->yiaddr;
	c->until = until;
	c->t1 = c->sent + r->t1 * (0.9 + any(0.1));
	c->t2 = c->sent + r->t2;
	plan(c);
}

static void acked(struct life *c, const struct wire_reply *r, enum op op, double now)
{
	if (op == OP_INFORM) {
		if (r->yiaddr || r->lifetime)
			oracle_violation(&all.oracle, "an INFORM is answered with an address or a "
						      "lease time");
		return;
	}
	if (op != OP_REBOOT && r->yiaddr != c->asked)
		oracle_violation(&all.oracle, "%08x is ACKed where %08x was asked for", r->yiaddr,
				 c->asked);
	all.acked++;
	promised(c, r, op == OP_GHOST, now);
}

static void refused(struct life *c, enum op op, double now)
{
	all.nak++;
	note_end(c, c->asked, now);
	if (op != OP_GHOST) {
		c->addr = 0;
		c->next = now;
	}
}

static void offered(struct life *c, const struct wire_reply *r, double now)
{
	all.offered++;
	all.server = r->server_id;
	memcpy(all.server_mac, r->smac, 6);
	if (chance(20)) {
		transmit(c, WIRE_REQUEST, OP_SELECT, r->yiaddr, now);
	} else { /* nothing comes after its DISCOVER, for a while */
		all.ignored++;
		c->next = now + any(all.lifetime);
	}
}

static void replied(const struct wire_reply *r, double now)
{
	unsigned i = r->xid & 0xfff;
	struct life *c = &all.lives[i];
	uint8_t mac[6];
	enum op op;

	if (i >= all.n || r->xid != c->xid || c->op == OP_NONE)
		return;
	chaddr_of(c->serial, mac);
	if (!r->sums_good || memcmp(mac, r->chaddr, 6))
		oracle_violation(&all.oracle, "a reply to %u with a bad checksum or chaddr", i);
	op = c->op;
	c->op = OP_NONE;
	if (r->type == WIRE_OFFER && op == OP_DISCOVER)
		offered(c, r, now);
	else if (r->type == WIRE_ACK && op != OP_DISCOVER)
		acked(c, r, op, now);
	else if (r->type == WIRE_NAK && op != OP_DISCOVER && op != OP_INFORM)
		refused(c, op, now);
	else
		oracle_violation(&all.oracle, "a reply of type %u to an operation %u", r->type, op);
}

static void receive(void)
{
	struct wire_reply reply;
	uint8_t frame[2048];
	ssize_t n;

	while ((n = recv(all.wire.fd, frame, sizeof(frame), 0)) > 0)
		if (wire_parse(frame, (size_t)n, &reply))
			replied(&reply, wire_now());
}

static void run(double seconds)
{
	double start = wire_now(), look = start, now;

	for (unsigned i = 0; i < all.n; i++) {
		become_another(&all.lives[i]);
		all.lives[i].next = start + any(all.lifetime);
	}
	while (!stopped && (now = wire_now()) < start + seconds) {
		struct pollfd pfd = {.fd = all.wire.fd, .events = POLLIN};

		if (now >= look) {
			for (unsigned i = 0; i < all.n; i++)
				act(&all.lives[i], now);
			/* three in a hundred a lifetime */
			if (any(1) < 0.03 * all.n * (now - look + LOOK_EVERY) / all.lifetime)
				pass_by();
			look = now + LOOK_EVERY;
		}
		if (poll(&pfd, 1, 5) > 0)
			receive();
	}
	receive();
}

static void summary(void)
{
#define X(name) printf("\"" #name "\":%lu,", all.name);
	printf("{\"seed\":%u,", all.seed);
	X(sent)
	X(offered)
	X(acked)
	X(nak)
	X(lost)
	X(unanswered)
	X(renewed)
	X(drawn)
	X(left)
	X(released)
	X(silent)
	X(other)
	X(declined)
	X(rebooted)
	X(rebound)
	X(informed)
	X(passed_by)
	X(ignored)
	X(ran_out)
	X(ghosts)
#undef X
	printf("\"clients\":%u,\"wandered\":%lu,\"violations\":%lu}\n", all.serial,
	       all.oracle.wandered, all.oracle.violations);
}

int main(int argc, char **argv)
{
	const char *ifname = NULL, *log = NULL;
	double seconds = 10;
	int c, r;

	all.n = 100;
	all.recipes = 1000;
	all.lifetime = 5; /* until one is granted */
	all.seed = (unsigned)getpid();
	while ((c = getopt(argc, argv, "i:n:r:s:t:l:")) != -1) {
		switch (c) {
		case 'i':
			ifname = optarg;
			break;
		case 'n':
			all.n = (unsigned)atoi(optarg);
			break;
		case 'r':
			all.recipes = (unsigned)atoi(optarg);
			break;
		case 's':
			all.seed = (unsigned)strtoul(optarg, NULL, 0);
			break;
		case 't':
			seconds = atof(optarg);
			break;
		case 'l':
			log = optarg;
			break;
		default:
			return 2;
		}
	}
	if (!ifname || !all.n || all.n > LIVES_MAX || !all.recipes) {
		fprintf(stderr, "lives: -i IF, -n 1..%u, -r at least 1\n", LIVES_MAX);
		return 2;
	}
	oracle_open(&all.oracle, log);
	r = wire_open(&all.wire, ifname);
	if (r < 0) {
		fprintf(stderr, "lives: %s: %s\n", ifname, strerror(-r));
		return 2;
	}
	srandom(all.seed);
	signal(SIGTERM, stop);
	signal(SIGINT, stop);
	run(seconds);
	summary();
	return all.oracle.violations ? 1 : 0;
}
