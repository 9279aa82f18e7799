// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The exchanges: a window of clients each waiting for one reply, sent and
 * received in batches, bounded in number, in tries and in time. One timeout for all, so
 * that those in flight stand in a queue by the time they were sent.
 *
 * Every reply that is addressed to one of our clients is counted once: as the
 * answer to its exchange, as a duplicate of an answer we had, or as bad.
 */
#include "loadgen.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define COMPLAINTS_MAX 10
#define MS	       1000000u
#define SECOND	       1000000000u

volatile int stop_requested;

struct run {
	struct io *io;
	const struct options *o;
	struct client *clients;
	size_t n;
	struct stats *stats;
	FILE *log;
	uint64_t random;
	uint32_t in_flight;
	struct client *head, *tail; /* of the queue */
	uint64_t next_send;	    /* by --rate */
	unsigned complaints;
	bool failed;
};

static uint32_t random32(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return (uint32_t)(*state >> 32);
}

static void count_rtt(struct stats *stats, uint64_t ns)
{
	uint64_t us = ns / 1000, step;
	unsigned octave = 0;

	if (us > stats->rtt_max)
		stats->rtt_max = us;
	while (us >> octave > 15)
		octave++;
	step = us >> octave; /* 8-15, or less in the first octave */
	if (step >= 8)
		step = (octave + 1) * 8 + step - 8;
	if (step >= sizeof(stats->rtt) / sizeof(stats->rtt[0]))
		step = sizeof(stats->rtt) / sizeof(stats->rtt[0]) - 1;
	stats->rtt[step]++;
}

static void complain(struct run *run, const struct client *c, const char *what)
{
	struct in_addr a = {htonl(c->addr)};
	char addr[INET_ADDRSTRLEN];

	if (run->complaints++ < COMPLAINTS_MAX)
		fprintf(stderr, "loadgen: client %" PRIu32 " (%s): %s\n", c->index,
			inet_ntop(AF_INET, &a, addr, sizeof(addr)), what);
}

/* --- those in flight, the one that was sent first at the head --- */

static void enqueue(struct run *run, struct client *c)
{
	c->earlier = run->tail;
	c->later = NULL;
	if (run->tail)
		run->tail->later = c;
	else
		run->head = c;
	run->tail = c;
}

static void dequeue(struct run *run, struct client *c)
{
	if (c->earlier)
		c->earlier->later = c->later;
	else
		run->head = c->later;
	if (c->later)
		c->later->earlier = c->earlier;
	else
		run->tail = c->earlier;
}

static int transmit(struct run *run, struct client *c)
{
	uint8_t *frame = io_frame(run->io);
	uint64_t now = io_now();

	if (!frame)
		return -1;
	io_push(run->io, frame_build(c, run->o->broadcast, frame));
	c->sent = now;
	c->tries++;
	if (run->o->rate) { /* what a stall has held up is made good for a tenth of a second only */
		if (run->next_send + SECOND / 10 < now)
			run->next_send = now - SECOND / 10;
		run->next_send += SECOND / run->o->rate;
	}
	return 0;
}

static int begin(struct run *run, struct client *c, enum mode mode)
{
	/* RFC 2131 4.4.1: the REQUEST that answers an OFFER carries its xid. */
	if (mode != MODE_SELECT || c->mode != MODE_DISCOVER || !c->tries)
		c->xid = random32(&run->random);
	c->mode = (uint8_t)mode;
	c->tries = 0;
	c->in_flight = true;
	run->in_flight++;
	run->stats->sent++;
	enqueue(run, c);
	if (transmit(run, c) < 0)
		return -1;
	c->first_sent = c->sent;
	return 0;
}

static void finish(struct run *run, struct client *c)
{
	dequeue(run, c);
	c->in_flight = false;
	run->in_flight--;
}

/* --- replies --- */

/* The promise as the oracle keeps it: when seen, to whom, how long; and when it was asked for. */
static void log_ack(struct run *run, const struct client *c, const struct reply *r)
{
	struct in_addr a = {htonl(r->yiaddr)};
	char addr[INET_ADDRSTRLEN];
	const uint8_t *m = c->mac;

	if (run->log)
		fprintf(run->log,
			"%" PRIu64 " %s %02x:%02x:%02x:%02x:%02x:%02x %" PRIu32 " %" PRIu64 "\n",
			io_now(), inet_ntop(AF_INET, &a, addr, sizeof(addr)), m[0], m[1], m[2],
			m[3], m[4], m[5], r->lease, c->first_sent);
}

static void answered(struct run *run, struct client *c, const struct reply *r)
{
	finish(run, c);
	count_rtt(run->stats, io_now() - c->sent);
	if (r->type == DHCP_NAK) {
		run->stats->nak++;
	} else if (r->type == DHCP_OFFER) {
		run->stats->offers++;
		c->addr = r->yiaddr;
		c->server_id = r->server_id;
		memcpy(c->server_mac, r->eth_src, 6);
		if (begin(run, c, MODE_SELECT) < 0)
			run->failed = true;
	} else {
		run->stats->acked++;
		if (c->mode != MODE_INFORM) {
			c->lease = r->lease;
			log_ack(run, c, r);
		}
	}
}

static struct client *client_of(const struct run *run, const uint8_t mac[6])
{
	uint32_t index = client_index(mac);
	size_t low = 0, high = run->n;

	if (index - run->clients[0].index < run->n) /* mostly they are in a row */
		low = index - run->clients[0].index;
	if (run->clients[low].index != index)
		low = 0;
	else
		high = low + 1;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		struct client *c = &run->clients[mid];

		if (c->index == index)
			return memcmp(c->mac, mac, 6) == 0 ? c : NULL;
		if (c->index < index)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

static void on_frame(void *arg, const uint8_t *frame, size_t len)
{
	struct run *run = arg;
	struct reply r;
	const char *wrong = reply_parse(frame, len, &r);
	struct client *c = client_of(run, r.chaddr);

	if (!c) {
		run->stats->foreign++;
		return;
	}
	if (!wrong && !c->in_flight && r.xid == c->xid && c->tries > 0) {
		run->stats->duplicates++; /* one more promise all the same */
		if (r.type == DHCP_ACK && c->mode != MODE_INFORM)
			log_ack(run, c, &r);
		return;
	}
	/* A second server's OFFER, or a late one: we have chosen. */
	if (!wrong && r.type == DHCP_OFFER && c->mode == MODE_SELECT && r.xid == c->xid) {
		run->stats->duplicates++;
		return;
	}
	if (!wrong)
		wrong = c->in_flight ? reply_check(&r, c, run->o, run->o->any_lease)
				     : "reply to nothing that was asked";
	if (wrong) {
		complain(run, c, wrong);
		run->stats->bad++;
		if (c->in_flight)
			finish(run, c);
		return;
	}
	answered(run, c, &r);
}

/* --- the loop --- */

static bool over(const struct run *run)
{
	return stop_requested || run->failed ||
	       (run->o->seconds &&
		io_now() - run->stats->started >= (uint64_t)run->o->seconds * SECOND);
}

/* Those that have waited long enough are sent again, or given up. */
static int expire(struct run *run)
{
	uint64_t now = io_now(), timeout = (uint64_t)run->o->timeout_ms * MS;

	while (run->head && run->head->sent + timeout <= now) {
		struct client *c = run->head;

		if (c->tries > run->o->retries) {
			complain(run, c, "no answer");
			run->stats->lost++;
			finish(run, c);
			continue;
		}
		run->stats->resent++;
		dequeue(run, c);
		enqueue(run, c);
		if (transmit(run, c) < 0)
			return -1;
	}
	return 0;
}

static uint64_t deadline(const struct run *run, bool more)
{
	uint64_t until = io_now() + SECOND / 5; /* signals and the run's own bound */

	if (run->head) {
		uint64_t t = run->head->sent + (uint64_t)run->o->timeout_ms * MS;

		until = t < until ? t : until;
	}
	if (more && run->o->rate && run->in_flight < run->o->window && run->next_send < until)
		until = run->next_send;
	return until;
}

/* May the next exchange begin: by window, by rate, and the client's last is over? */
static bool may_begin(const struct run *run, const struct client *c)
{
	return !c->in_flight && run->in_flight < run->o->window &&
	       (!run->o->rate || run->next_send <= io_now());
}

/* Begins up to a batch of exchanges. */
static int begin_some(struct run *run, uint64_t *begun, uint64_t total)
{
	for (int i = 0; i < BATCH && *begun < total; i++) {
		struct client *c = &run->clients[*begun % run->n];

		if (!may_begin(run, c))
			return 0;
		if (begin(run, c, run->o->mode) < 0)
			return -1;
		(*begun)++;
	}
	return 0;
}

static int loop(struct run *run, uint64_t total)
{
	uint64_t begun = 0;

	for (;;) {
		int n;

		if (over(run))
			total = begun;
		if ((begun == total && !run->in_flight) || stop_requested > 1)
			return 0;
		if (begin_some(run, &begun, total) < 0 || io_flush(run->io) < 0)
			return -1;
		n = io_receive(run->io, on_frame, run);
		if (n < 0 || run->failed || expire(run) < 0 || io_flush(run->io) < 0)
			return -1;
		if (run->log && n > 0)
			fflush(run->log);
		if (n == 0 && !(begun < total && may_begin(run, &run->clients[begun % run->n])))
			io_wait(run->io, deadline(run, begun < total));
	}
}

static int open_log(struct run *run)
{
	if (!run->o->log)
		return 0;
	run->log = fopen(run->o->log, "ae");
	if (!run->log)
		perror(run->o->log);
	return run->log ? 0 : -1;
}

static void start(struct run *run)
{
	run->random = run->o->seed | 1;
	for (int i = 0; i < 8; i++)
		random32(&run->random);
	run->stats->started = run->next_send = io_now();
}

int run_exchanges(struct io *io, const struct options *o, struct client *clients, size_t n,
		  struct stats *stats)
{
	struct run run = {.io = io, .o = o, .clients = clients, .n = n, .stats = stats};
	int r;

	if (open_log(&run) < 0)
		return -1;
	start(&run);
	r = loop(&run, o->rounds ? (uint64_t)o->rounds * n : UINT64_MAX);
	stats->lost += run.in_flight;
	stats->ended = io_now();
	if (run.log && fclose(run.log) != 0) {
		perror(o->log);
		r = -1;
	}
	return r;
}

int run_one_way(struct io *io, const struct options *o, struct client *clients, size_t n,
		struct stats *stats)
{
	struct run run = {.io = io, .o = o, .clients = clients, .n = n, .stats = stats};

	start(&run);
	for (size_t i = 0; i < n && !over(&run); i++) {
		clients[i].xid = random32(&run.random);
		clients[i].mode = (uint8_t)o->mode;
		if (transmit(&run, &clients[i]) < 0)
			return -1;
		stats->sent++;
		if (o->rate && run.next_send > io_now()) {
			if (io_flush(io) < 0)
				return -1;
			while (run.next_send > io_now())
				io_wait(io, run.next_send);
		}
	}
	stats->ended = io_now();
	return io_flush(io);
}

/* --- the flood --- */

struct flood {
	const struct options *o;
	struct stats *stats;
	unsigned complaints;
};

/* A MAC of its own for each xid, so that a reply can be judged without remembering. */
static void flood_client(struct client *c, uint32_t xid, const struct options *o)
{
	uint64_t mix = (xid ^ o->seed) * 0x9e3779b97f4a7c15u;

	mix ^= mix >> 29;
	client_init(c, (uint32_t)(mix >> 16), (uint8_t)(mix >> 8), o->form);
	c->mac[0] = 6; /* not one of our clients */
	c->xid = xid;
	c->mode = MODE_DISCOVER;
}

static void on_offer(void *arg, const uint8_t *frame, size_t len)
{
	struct flood *flood = arg;
	struct client c;
	struct reply r;
	const char *wrong = reply_parse(frame, len, &r);

	flood_client(&c, r.xid, flood->o);
	if (memcmp(r.chaddr, c.mac, 6) != 0) {
		flood->stats->foreign++;
		return;
	}
	if (!wrong)
		wrong = reply_check(&r, &c, flood->o, true);
	if (!wrong) {
		flood->stats->offers++;
		return;
	}
	flood->stats->bad++;
	if (flood->complaints++ < COMPLAINTS_MAX)
		fprintf(stderr, "loadgen: xid %08x: %s\n", r.xid, wrong);
}

int run_flood(struct io *io, const struct options *o, struct stats *stats)
{
	struct flood flood = {.o = o, .stats = stats};
	uint64_t random = o->seed | 1, now, next, quiet;

	next = stats->started = io_now();
	while (stats->sent < o->clients && !stop_requested) {
		for (int i = 0; i < BATCH && stats->sent < o->clients; i++) {
			uint8_t *frame = io_frame(io);
			struct client c;

			if (!frame || (o->rate && next > io_now()))
				break;
			flood_client(&c, random32(&random), o);
			io_push(io, frame_build(&c, o->broadcast, frame));
			stats->sent++;
			next += o->rate ? SECOND / o->rate : 0;
		}
		if (io_flush(io) < 0 || io_receive(io, on_offer, &flood) < 0)
			return -1;
		if (o->rate && next > io_now())
			io_wait(io, next);
		if (o->seconds && io_now() - stats->started > (uint64_t)o->seconds * SECOND)
			break;
	}
	/* Until no OFFER has come for one timeout, whatever others hear. */
	quiet = io_now() + (uint64_t)o->timeout_ms * MS;
	while ((now = io_now()) < quiet && stats->offers < stats->sent && !stop_requested) {
		uint64_t offers = stats->offers + stats->bad;

		io_wait(io, quiet);
		if (io_receive(io, on_offer, &flood) < 0)
			return -1;
		if (stats->offers + stats->bad > offers)
			quiet = now + (uint64_t)o->timeout_ms * MS;
	}
	stats->ended = io_now();
	return 0;
}
