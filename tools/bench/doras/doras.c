// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* See doras.h. The messages and the judgement of replies are loadgen's. */
#include "doras.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../../loadgen/loadgen.h"

#define SECOND	   1000000000u
#define DEBT_NS	   20000000   /* a stall of the generator's is made good for so long */
#define QUIET_NS   300000000  /* after which what was overrun says no more */
#define OWNERS	   (1u << 21) /* addresses whose client is known, by their low bits */
#define COMPLAINTS 5
#define NAP_NS	   100000 /* between two looks at what has come, where it comes faster than that */
#define NAP_RATE   10000

enum { OFFER, ACK, WHOLE, LATENCIES };

struct doras {
	struct io *io;
	struct options judge; /* loadgen's, of which it reads only how to judge a reply */
	struct doras_options o;
	struct client *clients;
	uint32_t *owners; /* index + 1 */
	uint32_t used, at;
	uint64_t random;
	uint32_t in_flight;
	uint64_t patience;
	uint32_t *latency[LATENCIES];
	uint64_t timed[LATENCIES], room;
	struct doras_result r;
	unsigned complaints;
	bool failed;
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
	d->judge = (struct options){.lenient = o->lenient, .any_lease = true};
	d->patience = (uint64_t)o->patience_ms * 1000000u;
	d->random = io_now() | 1;
	d->clients = calloc(o->clients, sizeof(*d->clients));
	d->owners = calloc(OWNERS, sizeof(*d->owners));
	if (!d->clients || !d->owners) {
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
	free(d->clients);
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

static int transmit(struct doras *d, struct client *c, enum mode mode)
{
	uint8_t *frame = io_frame(d->io);

	if (!frame)
		return -1;
	c->mode = (uint8_t)mode;
	io_push(d->io, frame_build(c, false, frame));
	c->sent = io_now();
	return 0;
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
	d->in_flight++;
	d->r.begun++;
	if (transmit(d, c, MODE_DISCOVER) < 0)
		return -1;
	c->first_sent = c->sent;
	return 0;
}

static void end(struct doras *d, struct client *c)
{
	c->in_flight = false;
	d->in_flight--;
}

static void complain(struct doras *d, const struct client *c, const char *what)
{
	d->r.wrong++;
	if (d->complaints++ < COMPLAINTS)
		fprintf(stderr, "doras: client %u: %s\n", c->index, what);
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
	if (owned_by_another(d, c)) {
		complain(d, c, "its address is another client's");
		return;
	}
	if (now - c->first_sent > d->patience) {
		d->r.late++;
		return;
	}
	d->r.acked++;
	count(d, ACK, now - c->sent);
	count(d, WHOLE, now - c->first_sent);
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
	if (!c->in_flight || r.xid != c->xid || (r.type == DHCP_OFFER && c->mode == MODE_SELECT)) {
		d->r.late++;
		return;
	}
	wrong = wrong ? wrong : reply_check(&r, c, &d->judge, true);
	if (wrong) {
		complain(d, c, wrong);
		end(d, c);
	} else if (r.type == DHCP_OFFER) {
		d->r.offered++;
		count(d, OFFER, now - c->sent);
		c->addr = r.yiaddr;
		c->server_id = r.server_id;
		memcpy(c->server_mac, r.eth_src, sizeof(c->server_mac));
		if (transmit(d, c, MODE_SELECT) < 0)
			d->failed = true;
	} else if (r.type == DHCP_NAK) {
		d->r.naks++;
		end(d, c);
	} else {
		on_ack(d, c, r.lease, now);
	}
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
	if (n < 0 || d->failed || io_flush(d->io) < 0)
		return -1;
	return n;
}

/* What is under way ends, or is overrun: nothing has come for a while. */
static int drain(struct doras *d)
{
	uint64_t none = 0, quiet = io_now();

	while (d->in_flight &&
	       io_now() - quiet < (d->patience > QUIET_NS ? d->patience : QUIET_NS)) {
		int n = turn(d, &none, 0, 0);

		if (n < 0)
			return -1;
		if (n > 0)
			quiet = io_now();
		else
			io_wait(d->io, io_now() + 2000000);
	}
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

int doras_run(struct doras *d, double rate, double seconds, struct doras_result *ret_result)
{
	uint64_t start, next, until, drops, allowed = (uint64_t)(rate / 50) + 1;

	if (begin_run(d, rate, seconds) < 0)
		return -1;
	drops = io_drops(d->io);
	start = next = io_now();
	until = start + (uint64_t)(seconds * SECOND);
	while (next < until) {
		int n = turn(d, &next, (uint64_t)(SECOND / rate), until);
		uint64_t now = io_now();

		if (n < 0)
			return -1;
		if (now >= until)
			break;
		if (n == 0 && rate > NAP_RATE)
			nap();
		else if (n == 0 && next > now)
			io_wait(d->io, next);
	}
	d->r.seconds = (double)(io_now() - start) / SECOND;
	d->r.behind = d->in_flight > allowed ? d->in_flight - allowed : 0;
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
