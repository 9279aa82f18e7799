// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * storm: many DHCP clients doing everything at random, and the oracle that
 * watches what they are promised.
 *
 *   storm -i IF [-n CLIENTS] [-s SEED] [-t SECONDS] [-r OPS_PER_SECOND] [-l LOG] [-d]
 *
 * Clients get leases, renew, rebind, reboot and release (with -d decline, too); some
 * go on renewing what they have released ("ghosts"). More clients than addresses
 * make the addresses wander. It runs until -t is over or SIGTERM comes, and ends with one JSON
 * line; exit 0: no violation, 1: some, 2: errors.
 *
 * The invariant and the log: oracle.h.
 */
#include <getopt.h>
#include <poll.h>
#include <signal.h>

#include "../e2e/wire.h"
#include "oracle.h"

#define CLIENTS_MAX 4096
#define REPLY_WAIT  1.0 /* seconds until a request counts as lost */
#define GHOST_TIME  2.0 /* seconds that a ghost goes on */

enum op { OP_NONE, OP_DISCOVER, OP_SELECT, OP_RENEW, OP_REBIND, OP_REBOOT };

struct client {
	uint32_t addr; /* 0: none */
	double until;
	uint32_t ghost; /* address given up, which it still renews */
	double ghost_until;
	enum op op; /* what it waits for */
	uint32_t xid, asked;
	double sent;
};

static struct {
	struct wire wire;
	struct client clients[CLIENTS_MAX];
	struct oracle oracle;
	uint8_t server_mac[6];
	uint32_t server;
	unsigned n, seed;
	bool decline;
	const char *log;
	uint64_t sent, acked, nak, lost, unanswered, released, declined, ghosts;
} storm;

static volatile sig_atomic_t stopped;

static void stop(int signo)
{
	(void)signo;
	stopped = 1;
}

static void chaddr_of(const struct client *c, uint8_t mac[6])
{
	unsigned i = (unsigned)(c - storm.clients);

	mac[0] = 2;
	mac[1] = (uint8_t)storm.seed;
	mac[2] = mac[3] = 0;
	mac[4] = (uint8_t)(i >> 8);
	mac[5] = (uint8_t)i;
}

static unsigned chance(unsigned n)
{
	return (unsigned)random() % n;
}

static void note_end(struct client *c, uint32_t addr, double now)
{
	uint8_t mac[6];

	chaddr_of(c, mac);
	oracle_ended(&storm.oracle, addr, mac, now);
	if (c->addr == addr)
		c->addr = 0;
}

static void transmit(struct client *c, uint8_t type, enum op op, uint32_t addr, double now)
{
	bool unicast = op == OP_RENEW || (op == OP_NONE && type == WIRE_RELEASE);
	struct wire_request r = {.type = type, .dst = unicast ? storm.server : 0xffffffff};
	uint8_t frame[WIRE_MAX];
	size_t n;

	chaddr_of(c, r.chaddr);
	memcpy(r.smac, r.chaddr, 6);
	memset(r.dmac, 0xff, 6);
	if (unicast)
		memcpy(r.dmac, storm.server_mac, 6);
	r.xid = c->xid = (uint32_t)random();
	if (op == OP_RENEW || op == OP_REBIND || type == WIRE_RELEASE)
		r.src = r.ciaddr = addr;
	else if (op != OP_DISCOVER)
		r.requested = addr;
	if (op == OP_SELECT || op == OP_NONE)
		r.server_id = storm.server;
	/* a third of the clients names itself by option 61, the rest by MAC */
	if (r.chaddr[5] % 3 == 0) {
		r.cid_len = 7;
		r.cid[0] = 1;
		memcpy(r.cid + 1, r.chaddr, 6);
	}
	memcpy(r.prl, (const uint8_t[]){1, 3, 6, 15, 28, 51, 58, 59}, 8);
	r.prl_len = 8;
	n = wire_build(&r, frame);
	c->op = op;
	c->asked = addr;
	c->sent = now;
	storm.sent++;
	if (send(storm.wire.fd, frame, n, 0) < 0 && errno != ENOBUFS && errno != EAGAIN) {
		perror("storm: send");
		exit(2);
	}
}

static void give_up(struct client *c, double now)
{
	uint32_t addr = c->addr;
	bool decline = storm.decline && !chance(8);

	transmit(c, decline ? WIRE_DECLINE : WIRE_RELEASE, OP_NONE, addr, now);
	note_end(c, addr, now);
	if (decline) {
		storm.declined++;
	} else {
		storm.released++;
		c->ghost = chance(2) ? addr : 0;
		c->ghost_until = now + GHOST_TIME;
		/* on the heels of its own RELEASE: XDP may still grant it, and that is a promise */
		if (c->ghost && chance(2))
			transmit(c, WIRE_REQUEST, OP_RENEW, addr, wire_now());
	}
}

/* One step of one client. Every second client is restless, the others keep their leases long. */
static void act(struct client *c, double now)
{
	unsigned dice;

	if (c->op != OP_NONE) {
		if (now < c->sent + REPLY_WAIT)
			return;
		storm.lost++;
		/* what a holder of a lease gets no answer to */
		storm.unanswered += c->addr && c->op >= OP_RENEW;
		c->op = OP_NONE;
	}
	if (c->addr && now >= c->until)
		c->addr = 0;
	if (!c->addr) {
		if (c->ghost && now < c->ghost_until)
			transmit(c, WIRE_REQUEST, OP_RENEW, c->ghost, now);
		else
			transmit(c, WIRE_DISCOVER, OP_DISCOVER, 0, now);
		return;
	}
	dice = chance((c - storm.clients) % 2 ? 20 : 1000);
	if (dice == 0)
		give_up(c, now);
	else if (dice == 1)
		c->addr = 0; /* goes away without a word; its lease has to expire */
	else if (dice % 8 == 2)
		transmit(c, WIRE_REQUEST, OP_REBOOT, c->addr, now);
	else if (dice % 8 == 3)
		transmit(c, WIRE_REQUEST, OP_REBIND, c->addr, now);
	else
		transmit(c, WIRE_REQUEST, OP_RENEW, c->addr, now);
}

static void promised(struct client *c, const struct wire_reply *r, double now)
{
	double until = oracle_promised(&storm.oracle, r->yiaddr, r->chaddr, c->sent, now,
				       r->lifetime);

	if (c->ghost == r->yiaddr && !c->addr)
		storm.ghosts++;
	c->addr = r->yiaddr;
	c->until = until;
	c->ghost = 0;
}

static void replied(const struct wire_reply *r, double now)
{
	unsigned i = (unsigned)r->chaddr[4] << 8 | r->chaddr[5];
	struct client *c = &storm.clients[i];
	enum op op;

	if (i >= storm.n || r->chaddr[0] != 2 || r->chaddr[1] != (uint8_t)storm.seed ||
	    r->xid != c->xid || c->op == OP_NONE)
		return;
	if (!r->sums_good)
		oracle_violation(&storm.oracle, "a reply to %u with a bad checksum", i);
	op = c->op;
	c->op = OP_NONE;
	if (r->type == WIRE_OFFER && op == OP_DISCOVER) {
		storm.server = r->server_id;
		memcpy(storm.server_mac, r->smac, 6);
		transmit(c, WIRE_REQUEST, OP_SELECT, r->yiaddr, now);
	} else if (r->type == WIRE_ACK && op != OP_DISCOVER) {
		storm.acked++;
		promised(c, r, now);
	} else if (r->type == WIRE_NAK && op != OP_DISCOVER) {
		storm.nak++;
		c->ghost = 0;
		note_end(c, c->asked, now);
	} else {
		oracle_violation(&storm.oracle, "a reply of type %u to an operation %u", r->type,
				 op);
	}
}

static void receive(void)
{
	struct wire_reply reply;
	uint8_t frame[2048];
	ssize_t n;

	while ((n = recv(storm.wire.fd, frame, sizeof(frame), 0)) > 0)
		if (wire_parse(frame, (size_t)n, &reply))
			replied(&reply, wire_now());
}

static void run(double seconds, unsigned rate)
{
	double start = wire_now(), next = start, step = 1.0 / rate, now;

	while (!stopped && (now = wire_now()) < start + seconds) {
		struct pollfd pfd = {.fd = storm.wire.fd, .events = POLLIN};

		for (; next <= now; next += step)
			act(&storm.clients[chance(storm.n)], now);
		if (poll(&pfd, 1, 1) > 0)
			receive();
	}
	receive();
}

static void parse(int argc, char **argv, const char **ret_ifname, double *ret_seconds,
		  unsigned *ret_rate)
{
	int c;

	while ((c = getopt(argc, argv, "i:n:s:t:r:l:d")) != -1) {
		switch (c) {
		case 'i':
			*ret_ifname = optarg;
			break;
		case 'n':
			storm.n = (unsigned)atoi(optarg);
			break;
		case 's':
			storm.seed = (unsigned)strtoul(optarg, NULL, 0);
			break;
		case 't':
			*ret_seconds = atof(optarg);
			break;
		case 'r':
			*ret_rate = (unsigned)atoi(optarg);
			break;
		case 'l':
			storm.log = optarg;
			break;
		case 'd':
			storm.decline = true;
			break;
		default:
			exit(2);
		}
	}
}

int main(int argc, char **argv)
{
	const char *ifname = NULL;
	double seconds = 10;
	unsigned rate = 1000;
	int r;

	storm.n = 100;
	storm.seed = (unsigned)getpid();
	parse(argc, argv, &ifname, &seconds, &rate);
	if (!ifname || !storm.n || storm.n > CLIENTS_MAX || !rate) {
		fprintf(stderr, "storm: -i IF, -n 1..%u, -r at least 1\n", CLIENTS_MAX);
		return 2;
	}
	oracle_open(&storm.oracle, storm.log);
	r = wire_open(&storm.wire, ifname);
	if (r < 0) {
		fprintf(stderr, "storm: %s: %s\n", ifname, strerror(-r));
		return 2;
	}
	srandom(storm.seed);
	signal(SIGTERM, stop);
	signal(SIGINT, stop);
	run(seconds, rate);
	printf("{\"seed\":%u,\"sent\":%lu,\"acked\":%lu,\"nak\":%lu,\"lost\":%lu,\"unanswered\":%"
	       "lu,\"released\":%lu,"
	       "\"declined\":%lu,\"wandered\":%lu,\"ghosts\":%lu,\"violations\":%lu}\n",
	       storm.seed, storm.sent, storm.acked, storm.nak, storm.lost, storm.unanswered,
	       storm.released, storm.declined, storm.oracle.wandered, storm.ghosts,
	       storm.oracle.violations);
	return storm.oracle.violations ? 1 : 0;
}
