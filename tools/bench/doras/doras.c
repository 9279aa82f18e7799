// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* See doras.h. The messages and the judgement of replies are loadgen's. */
#include "doras.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../../loadgen/loadgen.h"
#include "timers.h"

#define SECOND	   1000000000u
#define MS	   1000000u
#define DEBT_NS	   20000000   /* a stall of the generator's is made good for so long */
#define QUIET_NS   300000000  /* after which what was overrun says no more */
#define OWNERS	   (1u << 21) /* addresses whose client is known, by their low bits */
#define COMPLAINTS 5
#define ODDITIES   16
#define FIRST_WAIT 4  /* seconds; RFC 2131 4.1 */
#define LAST_WAIT  64 /* likewise */
#define SECS_AT	   (14 + 20 + 8 + offsetof(struct dhcp_header, secs))
#define CSUM_AT	   (14 + 20 + 6)
#define NAP_NS	   100000 /* between two looks at what has come, where it comes faster than that */
#define NAP_RATE   10000

enum { OFFER, ACK, WHOLE, LATENCIES };

struct doras {
	struct io *io;
	struct doras_options o;
	struct client *clients;
	uint16_t *secs;	  /* of each client's last DISCOVER */
	uint32_t *owners; /* index + 1 */
	struct timers *timers;
	uint32_t used, at;
	uint64_t random;
	uint32_t in_flight;
	uint64_t patience, ends; /* when no more exchanges begin */
	uint32_t *latency[LATENCIES];
	uint64_t timed[LATENCIES], room;
	struct doras_result r;
	struct {
		const char *what;
		uint8_t type; /* enum dhcp_type */
		uint64_t n;
	} oddities[ODDITIES];
	unsigned complaints;
	bool failed, closing; /* closing: nobody asks any more */
};

static int fail(const char *what)
{
	fprintf(stderr, "doras: %s: %s\n", what, strerror(errno));
	return -1;
}

int doras_open(const struct doras_options *o, struct doras **ret_doras)
{
	struct doras *d = calloc(1, sizeof(*d));

	if (!d)
		return fail("memory");
	d->o = *o;
	d->patience = (uint64_t)o->patience_ms * MS;
	d->random = io_now() | 1;
	d->clients = calloc(o->clients, sizeof(*d->clients));
	d->secs = calloc(o->clients, sizeof(*d->secs));
	d->owners = calloc(OWNERS, sizeof(*d->owners));
	d->timers = timers_new(io_now());
	if (!d->clients || !d->secs || !d->owners || !d->timers) {
		doras_close(d);
		return fail("memory");
	}
	if (io_open(o->interface, &d->io) < 0) {
		doras_close(d);
		return -1;
	}
	*ret_doras = d;
	return 0;
}

void doras_close(struct doras *d)
{
	if (!d)
		return;
	io_close(d->io);
	for (unsigned i = 0; i < LATENCIES; i++)
		free(d->latency[i]);
	timers_free(d->timers);
	free(d->clients);
	free(d->secs);
	free(d->owners);
	free(d);
}

uint32_t doras_next(const struct doras *d)
{
	return d->o.first + d->used;
}

static uint32_t random32(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return (uint32_t)(*state >> 32);
}

static void count(struct doras *d, unsigned what, uint64_t ns)
{
	if (d->timed[what] < d->room)
		d->latency[what][d->timed[what]++] = ns / 1000 > UINT32_MAX ? UINT32_MAX
									    : (uint32_t)(ns / 1000);
}

/* --- an exchange --- */

/* What `secs` adds to a frame that was made without. */
static void put_secs(uint8_t *frame, uint16_t secs)
{
	uint32_t sum = (uint16_t) ~(frame[CSUM_AT] << 8 | frame[CSUM_AT + 1]) + (uint32_t)secs;
	uint16_t csum = (uint16_t) ~((sum & 0xffff) + (sum >> 16));

	csum = csum ? csum : 0xffff;
	frame[SECS_AT] = (uint8_t)(secs >> 8);
	frame[SECS_AT + 1] = (uint8_t)secs;
	frame[CSUM_AT] = (uint8_t)(csum >> 8);
	frame[CSUM_AT + 1] = (uint8_t)csum;
}

/*
 * RFC 2131 4.1: after 4 s, doubled each time up to 64, "randomized by the value of a uniform random
 * number chosen from the range -1 to +1".
 */
static uint64_t wait_of(struct doras *d, unsigned tries)
{
	uint64_t s = tries > 4 ? LAST_WAIT : (uint64_t)FIRST_WAIT << (tries - 1);

	return (s - 1) * SECOND + ((uint64_t)random32(&d->random) * 2 * SECOND >> 32);
}

/* Again, or for the first time. The time that has passed is a DISCOVER's to tell (4.4.1, table 5).
 */
static int transmit(struct doras *d, struct client *c)
{
	uint8_t *frame = io_frame(d->io);
	uint16_t *secs = &d->secs[c - d->clients];
	size_t len;

	if (!frame)
		return -1;
	c->sent = io_now();
	c->tries++;
	len = frame_build(c, false, frame);
	if (d->o.retransmit) {
		/* a REQUEST has the DISCOVER's (3.1 step 3) */
		if (c->mode == MODE_DISCOVER)
			*secs = (uint16_t)((c->sent - c->first_sent) / SECOND);
		put_secs(frame, *secs);
		timers_set(d->timers, c, c->sent + wait_of(d, c->tries));
	}
	io_push(d->io, len);
	d->r.sent++;
	d->r.resent += c->tries > 1;
	return 0;
}

static int send_first(struct doras *d, struct client *c, enum mode mode)
{
	c->mode = (uint8_t)mode;
	c->tries = 0;
	return transmit(d, c);
}

static int on_timer(void *arg, struct client *c)
{
	return transmit(arg, c);
}

static struct client *next_client(struct doras *d)
{
	const uint32_t n = d->o.clients;
	uint32_t i;
	struct client *c;

	if (d->o.random)
		i = (uint32_t)((uint64_t)random32(&d->random) * n >> 32);
	else
		i = d->at++ % n;
	c = &d->clients[i];
	if (i >= d->used && !d->o.random)
		d->used = i + 1;
	if (!c->form)
		client_init(c, d->o.first + i, d->o.prefix, form_by_name("fixed"));
	return c;
}

static int begin(struct doras *d)
{
	struct client *c = next_client(d);

	if (c->in_flight) /* it is asked for again before it has ended: lost */
		d->in_flight--;
	d->r.again += c->lease > 0;
	c->xid = random32(&d->random);
	c->in_flight = true;
	c->addr = 0;
	c->first_sent = io_now();
	d->in_flight++;
	d->r.begun++;
	return send_first(d, c, MODE_DISCOVER);
}

static void end(struct doras *d, struct client *c)
{
	timers_clear(c);
	c->in_flight = false;
	d->in_flight--;
}

static void complain(struct doras *d, const struct client *c, const char *what)
{
	d->r.wrong++;
	if (d->complaints++ < COMPLAINTS)
		fprintf(stderr, "doras: client %u: %s\n", c->index, what);
}

/* --- judgement --- */

static void odd(struct doras *d, uint8_t type, const char *what)
{
	unsigned i = 0;

	while (i < ODDITIES - 1 && d->oddities[i].what &&
	       (d->oddities[i].type != type || strcmp(d->oddities[i].what, what) != 0))
		i++;
	d->oddities[i].what = what;
	d->oddities[i].type = type;
	d->oddities[i].n++;
}

json_t *doras_oddities(const struct doras *d)
{
	json_t *json = json_object();
	char name[96];

	for (unsigned i = 0; i < ODDITIES && d->oddities[i].what; i++) {
		uint8_t type = d->oddities[i].type;

		snprintf(name, sizeof(name), "%s: %s",
			 type == DHCP_OFFER ? "OFFER"
			 : type == DHCP_ACK ? "ACK"
			 : type == DHCP_NAK ? "NAK"
					    : "reply",
			 d->oddities[i].what);
		json_object_set_new(json, name, json_integer((json_int_t)d->oddities[i].n));
	}
	return json;
}

/*
 * What a client needs of a reply whose xid and chaddr are its own, and that is sound in itself. It
 * does not look at flags, say, which a server copies from the request (RFC 2131 4.3.1 table 3) and
 * dnsmasq changes in a NAK.
 */
static bool usable(const struct reply *r, const struct client *c)
{
	if (r->type == DHCP_NAK)
		return c->mode == MODE_SELECT;
	if (!r->has_server_id || !r->has_lease || r->lease == 0 || r->yiaddr == 0)
		return false;
	if (c->mode == MODE_DISCOVER)
		return r->type == DHCP_OFFER;
	return r->type == DHCP_ACK && r->yiaddr == c->addr;
}

/* Is a reply to what is under way good enough? `unsound`: what is wrong with the frame itself. */
static bool judge(struct doras *d, const struct reply *r, struct client *c, const char *unsound)
{
	const struct options strict = {.any_lease = true},
			     lenient = {.any_lease = true, .lenient = true};
	const char *wrong = unsound ? unsound : reply_check(r, c, &strict, true), *more;

	if (!wrong)
		return true;
	if (d->o.lenient) {
		odd(d, r->type, wrong);
		/* what is usual is looked at before some of what matters */
		more = unsound ? unsound : reply_check(r, c, &lenient, true);
		if (more && more != wrong)
			odd(d, r->type, more);
		if (!unsound && usable(r, c))
			return true;
	}
	complain(d, c, wrong);
	return false;
}

/* One address, one client: leases last longer than the whole run. */
static bool owned_by_another(struct doras *d, const struct client *c)
{
	uint32_t *owner = &d->owners[c->addr % OWNERS];

	if (*owner && *owner != c->index + 1)
		return true;
	*owner = c->index + 1;
	return false;
}

static void on_ack(struct doras *d, struct client *c, uint32_t lease, uint64_t now)
{
	end(d, c);
	c->lease = lease;
	if (!d->o.echo && owned_by_another(d, c)) {
		d->r.doubled++;
		complain(d, c, "its address is another client's");
		return;
	}
	if (now - c->first_sent > d->patience) {
		d->r.late++;
		return;
	}
	d->r.acked++;
	d->r.in_time += now < d->ends;
	count(d, ACK, now - c->sent);
	count(d, WHOLE, now - c->first_sent);
}

static void on_offer(struct doras *d, struct client *c, const struct reply *r, uint64_t now)
{
	d->r.offered++;
	count(d, OFFER, now - c->sent);
	c->addr = r->yiaddr;
	c->server_id = r->server_id;
	memcpy(c->server_mac, r->eth_src, sizeof(c->server_mac));
	if (send_first(d, c, MODE_SELECT) < 0)
		d->failed = true;
}

static void on_nak(struct doras *d, struct client *c)
{
	d->r.naks++;
	if (!d->o.retransmit) {
		end(d, c);
		return;
	}
	c->addr = 0;
	if (send_first(d, c, MODE_DISCOVER) < 0)
		d->failed = true;
}

/* What an echo brings, as if it were a server's answer: enough for the next message. */
static void be_answer(const struct client *c, struct reply *r)
{
	r->type = c->mode == MODE_DISCOVER ? DHCP_OFFER : DHCP_ACK;
	r->yiaddr = 0x0a400000 + (c->index & 0x1fffff);
	r->server_id = 0x0a400001;
	r->lease = 1;
}

static void on_frame(void *arg, const uint8_t *frame, size_t len)
{
	struct doras *d = arg;
	struct reply r;
	const char *wrong = reply_parse(frame, len, &r);
	uint32_t i = client_index(r.chaddr) - d->o.first;
	struct client *c = i < d->o.clients ? &d->clients[i] : NULL;
	uint64_t now = io_now();

	if (!c || !c->form || memcmp(c->mac, r.chaddr, sizeof(c->mac)) != 0) {
		d->r.foreign++;
		return;
	}
	d->r.answered++;
	if (d->closing)
		return;
	if (!c->in_flight || r.xid != c->xid || (r.type == DHCP_OFFER && c->mode == MODE_SELECT)) {
		d->r.late++;
		return;
	}
	if (d->o.echo)
		be_answer(c, &r);
	else if (!judge(d, &r, c, wrong)) {
		end(d, c);
		return;
	}
	if (r.type == DHCP_OFFER)
		on_offer(d, c, &r, now);
	else if (r.type == DHCP_NAK)
		on_nak(d, c);
	else
		on_ack(d, c, r.lease, now);
}

/* --- a run --- */

/* One turn: what is due, what has come, and what that asks for. Returns how many replies came; -1:
 * said why. */
static int turn(struct doras *d, uint64_t *next, uint64_t interval, uint64_t until)
{
	uint64_t now = io_now();
	int n;

	if (interval && *next + DEBT_NS < now)
		*next = now - DEBT_NS;
	for (int i = 0; interval && i < BATCH && *next <= now && *next < until; i++) {
		if (begin(d) < 0)
			return -1;
		*next += interval;
	}
	if (io_flush(d->io) < 0)
		return -1;
	n = io_receive(d->io, on_frame, d);
	if (n < 0 || d->failed ||
	    (!d->closing && timers_run(d->timers, io_now(), on_timer, d) < 0) ||
	    io_flush(d->io) < 0)
		return -1;
	return n;
}

/* Takes what comes until nothing has for `quiet`, all has ended, or `until`. */
static int listen_on(struct doras *d, uint64_t quiet, uint64_t until)
{
	uint64_t none = 0, last = io_now();

	while ((d->in_flight || d->closing) && io_now() - last < quiet && io_now() < until) {
		int n = turn(d, &none, 0, 0);

		if (n < 0)
			return -1;
		if (n > 0)
			last = io_now();
		else
			io_wait(d->io, io_now() + 2000000);
	}
	return 0;
}

/*
 * What is under way ends, or is overrun: nothing has come for a while; of clients that ask again,
 * their time is over, and answers to what they have sent last are still waited for.
 */
static int drain(struct doras *d)
{
	uint64_t settle = (uint64_t)d->o.settle_ms * MS;
	int r;

	if (d->o.retransmit) {
		r = listen_on(d, settle, io_now() + settle);
		d->closing = d->in_flight > 0;
		if (r == 0)
			r = listen_on(d, QUIET_NS, UINT64_MAX);
		d->closing = false;
	} else {
		r = listen_on(d, d->patience > QUIET_NS ? d->patience : QUIET_NS, UINT64_MAX);
	}
	if (r < 0)
		return -1;
	for (uint32_t i = 0; i < (d->o.random ? d->o.clients : d->used) && d->in_flight; i++)
		if (d->clients[i].in_flight)
			end(d, &d->clients[i]);
	return 0;
}

static int begin_run(struct doras *d, double rate, double seconds)
{
	uint64_t room = (uint64_t)(rate * seconds) + 1024;

	d->r = (struct doras_result){0};
	d->in_flight = 0;
	for (unsigned i = 0; i < LATENCIES; i++) {
		free(d->latency[i]);
		d->latency[i] = malloc(room * sizeof(*d->latency[i]));
		d->timed[i] = 0;
		if (!d->latency[i])
			return fail("memory");
	}
	d->room = room;
	return 0;
}

/* Not to be woken for every reply. */
static void nap(void)
{
	nanosleep(&(struct timespec){0, NAP_NS}, NULL);
}

/* How many more were under way at the end than at half time: a server that keeps up, however long
 * an exchange takes it, has as many at any time, more or less a batch of its own. */
static uint64_t fallen_behind(uint32_t half, uint32_t end, double rate)
{
	uint64_t allowed = half + (uint64_t)(rate / 50) + 1;

	return end > allowed ? end - allowed : 0;
}

int doras_run(struct doras *d, double rate, double seconds, struct doras_result *ret_result)
{
	uint64_t start, next, until, drops, middle;
	uint32_t half = 0;

	if (begin_run(d, rate, seconds) < 0)
		return -1;
	drops = io_drops(d->io);
	start = next = io_now();
	until = d->ends = start + (uint64_t)(seconds * SECOND);
	middle = start + (until - start) / 2;
	while (next < until) {
		int n = turn(d, &next, (uint64_t)(SECOND / rate), until);
		uint64_t now = io_now();

		if (n < 0)
			return -1;
		if (now >= middle && middle) {
			half = d->in_flight;
			middle = 0;
		}
		if (now >= until)
			break;
		if (n == 0 && rate > NAP_RATE)
			nap();
		else if (n == 0 && next > now)
			io_wait(d->io, d->o.retransmit && next > now + TIMERS_TICK
					       ? now + TIMERS_TICK
					       : next);
	}
	d->r.seconds = (double)(io_now() - start) / SECOND;
	d->r.behind = fallen_behind(half, d->in_flight, rate);
	if (drain(d) < 0)
		return -1;
	d->r.dropped = io_drops(d->io) - drops;
	if (!d->r.begun) {
		fprintf(stderr, "doras: nothing was sent\n");
		return -1;
	}
	d->r.loss = 1 - (double)d->r.acked / (double)d->r.begun;
	*ret_result = d->r;
	return 0;
}

static int compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

json_t *doras_latency(struct doras *d)
{
	static const char *const names[LATENCIES] = {"offer", "ack", "whole"};
	static const struct {
		const char *name;
		double p;
	} marks[] = {{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p99.9", 0.999}, {"max", 1}};
	json_t *all = json_object();

	for (unsigned i = 0; i < LATENCIES; i++) {
		uint64_t n = d->timed[i];
		json_t *of = json_object();

		qsort(d->latency[i], n, sizeof(*d->latency[i]), compare);
		for (unsigned m = 0; n && m < sizeof(marks) / sizeof(marks[0]); m++)
			json_object_set_new(
				of, marks[m].name,
				json_integer(
					d->latency[i][(uint64_t)((double)(n - 1) * marks[m].p)]));
		json_object_set_new(all, names[i], of);
	}
	return all;
}
