// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * See clients.h. Replies carry the kernel's time of receipt, so that what the oracle knows does not
 * depend on when this process gets to run.
 */
#include <poll.h>

#include "clients.h"

#define GHOST_TIME 2.0	/* seconds that a ghost goes on */
#define BACKLOG	   0.02 /* seconds of acting that are made up for after a pause */
#define GRACE                                                                     \
	0.3 /* seconds by which a later request has to be later: some wait in the \
	       daemon until an ending is done */
#define DROPPED_MAX 3
#define REPEATS	    256
#define RECEIVE	    64

struct clients clients;

/* Copies of requests that are sent once more, as a client that hears nothing does. */
static struct repeat {
	double at; /* 0: free */
	int client;
	uint32_t xid;
	size_t len;
	uint8_t frame[WIRE_MAX];
} repeats[REPEATS];

static unsigned chance(unsigned n)
{
	return (unsigned)random() % n;
}

static int number_of(const struct client *c)
{
	return (int)(c - clients.list);
}

static struct asked *newest(struct client *c)
{
	return &c->asked[(c->asks - 1) % ASKED_MAX];
}

/* --- sending --- */

static void send_frame(const uint8_t *frame, size_t n)
{
	if (send(clients.wire.fd, frame, n, 0) < 0 && errno != ENOBUFS && errno != EAGAIN) {
		perror("send");
		exit(2);
	}
}

static void repeat_later(const struct client *c, uint32_t xid, const uint8_t *frame, size_t len,
			 double now)
{
	for (unsigned i = 0; i < REPEATS; i++) {
		if (repeats[i].at > 0)
			continue;
		repeats[i].at = now + chance(250) / 1000.0;
		repeats[i].client = number_of(c);
		repeats[i].xid = xid;
		repeats[i].len = len;
		memcpy(repeats[i].frame, frame, len);
		return;
	}
}

static void repeat_now(double now)
{
	for (unsigned i = 0; i < REPEATS; i++) {
		struct repeat *r = &repeats[i];

		if (r->at <= 0 || r->at > now)
			continue;
		r->at = 0;
		/* not after a later message of its own */
		if (newest(&clients.list[r->client])->xid != r->xid)
			continue;
		send_frame(r->frame, r->len);
		clients.repeated++;
	}
}

static void fill(const struct client *c, uint8_t type, enum op op, uint32_t addr,
		 struct wire_request *ret)
{
	bool unicast = op == OP_RENEW || op == OP_AUDIT || (op == OP_NONE && type == WIRE_RELEASE);
	struct wire_request r = {.type = type, .dst = unicast ? clients.server : 0xffffffff};

	judge_mac(number_of(c), r.chaddr);
	memcpy(r.smac, r.chaddr, 6);
	memset(r.dmac, 0xff, 6);
	if (unicast)
		memcpy(r.dmac, clients.server_mac, 6);
	if (op == OP_RENEW || op == OP_REBIND || op == OP_AUDIT || type == WIRE_RELEASE)
		r.src = r.ciaddr = addr;
	else if (op != OP_DISCOVER)
		r.requested = addr;
	/* in two places at once: in no state of RFC 2131 4.3.2, so XDP leaves it to the daemon */
	if (op == OP_AUDIT)
		r.requested = addr;
	if (op == OP_SELECT || op == OP_NONE)
		r.server_id = clients.server;
	/* a third of the clients names itself by option 61, the rest by MAC */
	if (r.chaddr[5] % 3 == 0) {
		r.cid_len = 7;
		r.cid[0] = 1;
		memcpy(r.cid + 1, r.chaddr, 6);
	}
	memcpy(r.prl, (const uint8_t[]){1, 3, 6, 15, 28, 51, 58, 59}, 8);
	r.prl_len = 8;
	*ret = r;
}

/* The promise would end a lifetime after the next second, at most. */
static bool must_be_fast(const struct client *c, const struct asked *asked)
{
	return clients.dead > 0 && asked->sent > clients.dead && asked->op == OP_RENEW &&
	       c->renewed >= 2 &&
	       clients.credit[asked->addr % ORACLE_HOLDERS] >= asked->sent + c->lifetime + 2;
}

static void transmit(struct client *c, uint8_t type, enum op op, uint32_t addr, double now)
{
	struct wire_request r;
	uint8_t frame[WIRE_MAX];
	size_t n;

	fill(c, type, op, addr, &r);
	/* so that the number of a request can be told from its reply */
	r.xid = (uint32_t)number_of(c) << 20 | (c->asks & 0xfffff);
	n = wire_build(&r, frame);
	c->asks++;
	*newest(c) = (struct asked){number_of(c), r.xid, addr, r.ciaddr, op, now, clients.life};
	c->waits = op != OP_NONE;
	clients.sent++;
	clients.fast_sent += must_be_fast(c, newest(c));
	send_frame(frame, n);
	if (type == WIRE_REQUEST && op != OP_AUDIT && !chance(op == OP_SELECT ? 2 : 12))
		repeat_later(c, r.xid, frame, n, now);
}

static void give_up(struct client *c, double now)
{
	uint32_t addr = c->addr;
	bool decline = clients.decline && !chance(8);
	uint8_t mac[6];

	judge_mac(number_of(c), mac);
	transmit(c, decline ? WIRE_DECLINE : WIRE_RELEASE, OP_NONE, addr, now);
	oracle_ended(&judge.oracle, addr, mac, now);
	c->addr = 0;
	c->renewed = 0;
	if (decline) {
		judge_decline(addr, now, clients.life);
		clients.declined++;
	} else {
		clients.released++;
		c->ghost = chance(2) ? addr : 0;
		c->ghost_until = now + GHOST_TIME;
		/* on the heels of its own RELEASE: XDP may still grant it, and that is a promise */
		if (c->ghost && chance(2))
			transmit(c, WIRE_REQUEST, OP_RENEW, addr, wire_now());
	}
}

/* --- acting --- */

/* Has the daemon that was ready when this was asked answered something later, but not this? */
static bool was_dropped(const struct asked *asked)
{
	return asked->life && clients.fence.life == asked->life &&
	       clients.fence.sent > asked->sent + GRACE;
}

static void forgotten(int client, uint32_t addr)
{
	uint8_t mac[6];
	char a[16], m[18];

	judge_mac(client, mac);
	violation("%s is forgotten: %s, who holds it until %.3f, gets no answer", wire_ip(addr, a),
		  wire_mac(mac, m), judge.oracle.holders[addr % ORACLE_HOLDERS].until);
}

static void gave_no_answer(struct client *c, double now)
{
	const struct asked *asked = newest(c);

	clients.lost++;
	c->waits = false;
	c->renewed = 0;
	if (asked->op < OP_RENEW || !c->addr)
		return;
	clients.unanswered++; /* what a holder of a lease gets no answer to */
	if (!was_dropped(asked) || !judge_holds(asked->client, asked->addr, now) ||
	    judge_may_lack(asked->addr, asked->sent))
		return;
	if (++c->dropped == DROPPED_MAX)
		forgotten(asked->client, asked->addr);
}

/* One step of one client. Every second client is restless, the others keep their leases long. */
static void act(struct client *c, double now)
{
	unsigned dice;

	if (c->waits) {
		if (now < newest(c)->sent + clients.patience)
			return;
		gave_no_answer(c, now);
	}
	if (c->addr && now >= c->until)
		c->addr = 0;
	if (!c->addr) {
		c->dropped = c->renewed = 0;
		if (c->ghost && now < c->ghost_until)
			transmit(c, WIRE_REQUEST, OP_RENEW, c->ghost, now);
		else
			transmit(c, WIRE_DISCOVER, OP_DISCOVER, 0, now);
		return;
	}
	dice = chance(number_of(c) % 2 ? 20 : 1000);
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

void clients_forget_renewals(void)
{
	for (unsigned i = 0; i < clients.n; i++)
		clients.list[i].renewed = 0;
}

bool clients_fast_answered(void)
{
	return !clients.fast_sent || clients.fast_answered;
}

/* --- audits --- */

static void audit_send(struct audit *a, double now)
{
	struct client *c = &clients.list[a->client];

	transmit(c, WIRE_REQUEST, OP_AUDIT, a->addr, now);
	a->xid = newest(c)->xid;
	a->sent = now;
}

void clients_audit(void)
{
	double now = wire_now();

	clients.n_audits = 0;
	for (size_t i = 0; i < ORACLE_HOLDERS; i++) {
		uint32_t addr = judge.oracle.holders[i].addr;
		const struct oracle_holder *h = oracle_running(&judge.oracle, addr, now);
		struct audit *a = &clients.audits[clients.n_audits];
		int client = h ? judge_client(h->chaddr) : -1;

		if (client < 0 || (clients.list[client].addr != addr && chance(4)))
			continue;
		*a = (struct audit){.client = client, .addr = addr};
		clients.n_audits++;
		audit_send(a, now);
	}
}

bool clients_audited(void)
{
	double now = wire_now();
	bool all = true;

	for (size_t i = 0; i < clients.n_audits; i++) {
		struct audit *a = &clients.audits[i];
		const struct asked asked = {.sent = a->sent, .life = clients.life};

		if (a->done)
			continue;
		if (!judge_holds(a->client, a->addr, now) || judge_may_lack(a->addr, a->sent)) {
			a->done = true;
			clients.audits_void++;
			continue;
		}
		all = false;
		if (now < a->sent + clients.patience)
			continue;
		if (was_dropped(&asked) && ++a->dropped == DROPPED_MAX)
			forgotten(a->client, a->addr);
		audit_send(a, now);
	}
	return all;
}

static void audit_answered(const struct asked *asked)
{
	for (size_t i = 0; i < clients.n_audits; i++) {
		struct audit *a = &clients.audits[i];

		if (a->client == asked->client && a->addr == asked->addr && !a->done) {
			a->done = true;
			clients.audited++;
		}
	}
}

/* --- receiving --- */

static void acked(struct client *c, const struct asked *asked, const struct wire_reply *r,
		  double at)
{
	clients.acked++;
	if (clients.dead > 0 && at > clients.dead) {
		clients.hits_dead++;
		clients.fast_answered += must_be_fast(c, asked);
	}
	if (asked->op == OP_AUDIT)
		audit_answered(asked);
	if (!oracle_promised(&judge.oracle, r->yiaddr, r->chaddr, asked->sent, at, r->lifetime) ||
	    asked != newest(c))
		return;
	c->dropped = 0;
	if (!c->waits && asked->op != OP_AUDIT)
		return; /* a copy's */
	c->waits = false;
	if (c->ghost == r->yiaddr && !c->addr)
		clients.ghosts++;
	if (asked->op == OP_AUDIT && c->addr && c->addr != r->yiaddr)
		return; /* it has another by now */
	if (asked->op == OP_RENEW)
		c->renewed++;
	c->addr = r->yiaddr;
	c->until = asked->sent + r->lifetime;
	c->lifetime = r->lifetime;
	c->ghost = 0;
}

static void refused(struct client *c, const struct asked *asked, double at)
{
	clients.nak++;
	judge_nak(asked, at);
	if (asked->op == OP_AUDIT)
		audit_answered(asked);
	if (asked != newest(c))
		return;
	c->waits = false;
	c->ghost = 0;
	c->renewed = 0;
	if (c->addr == asked->addr)
		c->addr = 0;
}

static void offered(struct client *c, const struct asked *asked, const struct wire_reply *r,
		    double at, double now)
{
	oracle_offered(&judge.oracle, r->yiaddr, r->chaddr, at);
	if (asked != newest(c) || !c->waits)
		return;
	clients.server = r->server_id;
	memcpy(clients.server_mac, r->smac, 6);
	transmit(c, WIRE_REQUEST, OP_SELECT, r->yiaddr, now);
}

static void note_fence(const struct asked *asked)
{
	if (!asked->life || asked->life < clients.fence.life ||
	    (asked->life == clients.fence.life && asked->sent < clients.fence.sent))
		return;
	clients.fence.life = asked->life;
	clients.fence.sent = asked->sent;
}

static void replied(const struct wire_reply *r, double at, double now)
{
	unsigned i = (unsigned)r->chaddr[4] << 8 | r->chaddr[5];
	struct client *c = &clients.list[i];
	const struct asked *asked;
	uint32_t age;

	if (i >= clients.n || r->chaddr[0] != 2 || r->chaddr[1] != judge.seed)
		return;
	age = (c->asks - 1 - r->xid) & 0xfffff;
	if (r->xid >> 20 != i || age >= c->asks) {
		violation("a reply to %u with xid %#x, which it has never used", i, r->xid);
		return;
	}
	if (age >= ASKED_MAX) {
		clients.late++;
		return;
	}
	asked = &c->asked[(c->asks - 1 - age) % ASKED_MAX];
	if (!(r->type == WIRE_OFFER && asked->op == OP_DISCOVER) &&
	    !((r->type == WIRE_ACK || r->type == WIRE_NAK) && asked->op >= OP_SELECT)) {
		violation("a reply of type %u to operation %u of %u", r->type, asked->op, i);
		return;
	}
	judge_reply(asked, r);
	if (r->type != WIRE_ACK || asked->op == OP_AUDIT)
		note_fence(asked);
	if (r->type == WIRE_OFFER)
		offered(c, asked, r, at, now);
	else if (r->type == WIRE_ACK)
		acked(c, asked, r, at);
	else
		refused(c, asked, at);
}

/* The kernel's time of receipt, which it has by CLOCK_REALTIME. */
static double received_at(struct msghdr *msg, double now, double offset)
{
	for (struct cmsghdr *m = CMSG_FIRSTHDR(msg); m; m = CMSG_NXTHDR(msg, m)) {
		struct timespec t;
		double at;

		if (m->cmsg_level != SOL_SOCKET || m->cmsg_type != SCM_TIMESTAMPNS)
			continue;
		memcpy(&t, CMSG_DATA(m), sizeof(t));
		at = (double)t.tv_sec + (double)t.tv_nsec / 1e9 - offset;
		/* unless that clock was set meanwhile */
		if (at < now && at > now - 10)
			return at;
	}
	return now;
}

static void received(const uint8_t *frame, size_t n, double at, double now)
{
	struct wire_reply reply;

	if (wire_parse(frame, n, &reply))
		replied(&reply, at, now);
	else if (n >= WIRE_HEAD && frame[14] == 0x45 && frame[23] == 17 &&
		 wire_be16(frame + 34) == 67 && wire_be16(frame + 36) == 68)
		violation("a frame of %zu bytes from port 67 that is no reply", n);
}

void clients_receive(void)
{
	static uint8_t frames[RECEIVE][2048], controls[RECEIVE][128];
	struct timespec wall;
	struct mmsghdr msgs[RECEIVE];
	struct iovec iov[RECEIVE];
	double now;
	int n;

	do {
		for (int i = 0; i < RECEIVE; i++) {
			iov[i] = (struct iovec){frames[i], sizeof(frames[i])};
			msgs[i].msg_hdr = (struct msghdr){.msg_iov = &iov[i],
							  .msg_iovlen = 1,
							  .msg_control = controls[i],
							  .msg_controllen = sizeof(controls[i])};
		}
		n = recvmmsg(clients.wire.fd, msgs, RECEIVE, MSG_DONTWAIT, NULL);
		now = wire_now();
		clock_gettime(CLOCK_REALTIME, &wall);
		for (int i = 0; i < n; i++) {
			double offset = (double)wall.tv_sec + (double)wall.tv_nsec / 1e9 - now;

			received(frames[i], msgs[i].msg_len,
				 received_at(&msgs[i].msg_hdr, now, offset), wire_now());
		}
	} while (n > 0);
}

void clients_run(double until, unsigned rate, bool (*done)(void))
{
	static double next;
	double step = 1.0 / rate, now;

	while ((now = wire_now()) < until && !(done && done())) {
		struct pollfd pfd = {.fd = clients.wire.fd, .events = POLLIN};
		double wait = until - now;

		if (next < now - BACKLOG)
			next = now - BACKLOG;
		for (; next <= now; next += step)
			act(&clients.list[chance(clients.n)], now);
		repeat_now(now);
		if (wait > 0.001)
			wait = 0.001;
		if (ppoll(&pfd, 1, &(struct timespec){0, (long)(wait * 1e9)}, NULL) > 0)
			clients_receive();
	}
	clients_receive();
}

int clients_open(const char *ifname, unsigned n, unsigned seed)
{
	int on = 1, r = wire_open(&clients.wire, ifname);

	if (r < 0)
		return r;
	if (setsockopt(clients.wire.fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on)) < 0)
		return -errno;
	clients.n = n;
	clients.patience = 1.0;
	srandom(seed);
	return 0;
}

void clients_print(void)
{
	printf("\"sent\":%lu,\"acked\":%lu,\"nak\":%lu,\"lost\":%lu,\"unanswered\":%lu,"
	       "\"released\":%lu,\"declined\":%lu,\"ghosts\":%lu,\"repeated\":%lu,\"late\":%lu,"
	       "\"promised\":%lu,\"wandered\":%lu,\"violations\":%lu",
	       clients.sent, clients.acked, clients.nak, clients.lost, clients.unanswered,
	       clients.released, clients.declined, clients.ghosts, clients.repeated, clients.late,
	       judge.oracle.promised, judge.oracle.wandered, judge.oracle.violations);
}
