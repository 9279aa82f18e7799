// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Random pairs of a configuration and a history of clients: the configuration is loaded as
 * text, messages are frames, replies are encoded and read back. The oracle knows the plan
 * (plan.h) and what was promised to whom, and nothing of the server. PAIRS and SEED in the
 * environment replace the numbers below; a pair depends on its own number and the seed alone.
 */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../common/environment.h"
#include "../common/random.h"
#include "config/config.h"
#include "engine/engine.h"
#include "frame.h"
#include "plan.h"

#define PAIRS	   10000
#define STEPS	   60
#define ADDRS	   1024 /* 10.0.0.0 - 10.0.3.255 */
#define START	   1000u
#define QUARANTINE 600u
#define FOREVER	   UINT32_MAX

struct guest {
	unsigned place, places; /* where it is, and the set of where it has been */
	uint32_t offered, last; /* what it was offered, and had; 0: nothing */
};

struct question { /* a message, in the oracle's words */
	unsigned client;
	uint8_t type;
	uint32_t ciaddr, requested, server, lifetime;
	bool direct; /* unicast past the relay, from ciaddr */
	bool rapid, no_prl;
};

struct world {
	struct plan plan;
	struct config *config;
	struct lease_table *leases;
	struct engine *engine;
	struct engine_link link;
	uint32_t now;
	struct guest clients[PLAN_CLIENTS];
	struct lease_row store[ADDRS];		/* generation 0: no row */
	uint32_t promised[ADDRS][PLAN_CLIENTS]; /* until */
	uint32_t quarantined[ADDRS];		/* until */
	uint32_t closing[8];			/* addresses whose ending waits for its barrier */
	size_t n_closing;
	unsigned long acks, offers, naks, silent, ends, deferred, bootps, rapids, undone;
};

static unsigned long pair, the_seed;
static unsigned step;

#define WRONG(...)                                                                  \
	do {                                                                        \
		print_message("SEED=%lu pair %lu step %u: ", the_seed, pair, step); \
		fail_msg(__VA_ARGS__);                                              \
	} while (0)

static unsigned at(uint32_t addr)
{
	assert_int_equal(addr >> 10, 0x0a000000u >> 10);
	return addr & (ADDRS - 1);
}

/* --- the server --- */

static void load_config(struct world *w, struct config **ret)
{
	static char text[65536];
	struct config_errors errors;
	int r;

	plan_text(&w->plan, text, sizeof(text));
	r = config_load("plan", text, ret, &errors);
	if (r < 0)
		WRONG("%s\n%s", errors.n ? errors.lines[0] : "?", text);
	config_errors_free(&errors);
}

static void configure(struct world *w, struct config *config)
{
	struct engine_config ec = {.model = &config->model, .horizon = 3};

	assert_int_equal(engine_configure(w->engine, &ec), 0);
	config_free(w->config);
	w->config = config;
}

static void open_engine(struct world *w)
{
	w->leases = lease_table_new();
	assert_non_null(w->leases);
	for (unsigned i = 0; i < ADDRS; i++) {
		if (w->store[i].generation)
			assert_int_equal(lease_load(w->leases, &w->store[i]), 0);
	}
	w->engine = engine_new(w->leases);
	assert_non_null(w->engine);
}

static void close_engine(struct world *w)
{
	engine_free(w->engine);
	lease_table_free(w->leases);
}

/* Only what was committed is known afterwards. */
static void restart(struct world *w)
{
	struct config *config;

	close_engine(w);
	while (w->n_closing) /* endings that were not committed */
		w->quarantined[at(w->closing[--w->n_closing])] = 0;
	open_engine(w);
	load_config(w, &config);
	configure(w, config);
}

/* The operator changes everything but the clients. */
static void reload(struct world *w)
{
	struct plan_client clients[PLAN_CLIENTS];
	struct config *config;
	struct plan old = w->plan;

	memcpy(clients, w->plan.clients, sizeof(clients));
	plan_make(&w->plan, 1 + random_below(UINT32_MAX - 1));
	/* reservations speak of clients by number: the same clients again, so made anew */
	memcpy(w->plan.clients, clients, sizeof(clients));
	w->plan.n_reservations = 0;
	for (unsigned i = 0; i < old.n_reservations; i++) {
		const struct plan_reservation *r = &old.reservations[i];
		bool placed = !r->addr || plan_subnet_of(&w->plan, r->addr);

		if (r->subnet < (int)w->plan.n_subnets && placed && random_below(2))
			w->plan.reservations[w->plan.n_reservations++] = *r;
	}
	load_config(w, &config);
	configure(w, config);
}

/* --- messages --- */

static void put_relayed(struct world *w, const struct question *q, struct request *r)
{
	const struct guest *c = &w->clients[q->client];
	char circuit[18];
	size_t n = plan_circuit(c->place, q->client, circuit + 2);

	circuit[0] = 1; /* RFC 3046 3.1 */
	circuit[1] = (char)n;
	set32(r->h.giaddr, plan_giaddr(&w->plan, c->place));
	request_option(r, DHO_RELAY_AGENT, circuit, (uint8_t)(n + 2));
	r->ip_src = plan_giaddr(&w->plan, c->place);
	r->sport = 67;
}

static void build(struct world *w, const struct question *q, struct request *r)
{
	static const uint8_t prl[] = {1, 3, 6, 12, 15, 58, 59};
	const struct plan_client *c = &w->plan.clients[q->client];
	const struct guest *state = &w->clients[q->client];
	bool relayed = state->place && !q->direct;

	request_init(r);
	memcpy(r->h.chaddr, c->mac, 6);
	memcpy(r->eth_src, c->mac, 6);
	r->h.xid = htonl(random_below(UINT32_MAX));
	r->h.flags = htons(random_below(4) ? 0 : DHCP_FLAG_BROADCAST);
	set32(r->h.ciaddr, q->ciaddr);
	r->ip_src = q->ciaddr;
	if (state->place)
		r->eth_src[0] = 6; /* the relay, or the router */
	if (q->type)
		request_u8(r, DHO_MESSAGE_TYPE, q->type);
	if (q->requested)
		request_u32(r, DHO_REQUESTED_ADDRESS, q->requested);
	if (q->server)
		request_u32(r, DHO_SERVER_IDENTIFIER, q->server);
	if (q->lifetime)
		request_u32(r, DHO_LEASE_TIME, q->lifetime);
	if (c->id_len)
		request_option(r, DHO_CLIENT_IDENTIFIER, c->id, c->id_len);
	if (q->rapid)
		request_option(r, DHO_RAPID_COMMIT, NULL, 0);
	if (!q->no_prl)
		request_option(r, DHO_PARAMETER_REQUEST_LIST, prl, sizeof(prl));
	if (relayed)
		put_relayed(w, q, r);
	if (relayed || q->direct)
		r->ip_dst = PLAN_SERVER;
	request_end(r);
}

/* --- what may be --- */

/* The place that the message tells of: a renewal past the relay is known by its address. */
static unsigned place_of(const struct world *w, const struct question *q)
{
	if (q->direct && w->clients[q->client].place)
		return q->ciaddr >> 8 & 255;
	return w->clients[q->client].place;
}

static bool may_have(const struct world *w, unsigned client, uint32_t addr)
{
	if (plan_reserved(&w->plan, addr))
		return plan_reserved_for(&w->plan, addr, client, w->clients[client].places);
	return plan_in_pool(&w->plan, addr);
}

static void check_given(const struct world *w, const struct question *q, uint32_t addr,
			const char *what)
{
	const struct plan_subnet *s = plan_subnet_of(&w->plan, addr);

	if (!s || !s->enabled)
		WRONG("%s of %08x: no subnet that is served", what, addr);
	if (!plan_is_at(&w->plan, place_of(w, q), addr))
		WRONG("%s of %08x: client %u is at place %u", what, addr, q->client,
		      place_of(w, q));
	if (!may_have(w, q->client, addr))
		WRONG("%s of %08x to client %u: neither in a pool nor reserved for it", what, addr,
		      q->client);
	if (w->quarantined[at(addr)] > w->now)
		WRONG("%s of %08x: it was declined", what, addr);
	for (unsigned other = 0; other < PLAN_CLIENTS; other++) {
		if (other != q->client && w->promised[at(addr)][other] > w->now)
			WRONG("%s of %08x to client %u: promised to client %u until %u, now %u",
			      what, addr, q->client, other, w->promised[at(addr)][other], w->now);
	}
}

static bool shares_id(const struct world *w, unsigned client)
{
	const struct plan_client *c = &w->plan.clients[client];

	for (unsigned i = 0; i < PLAN_CLIENTS; i++) {
		const struct plan_client *other = &w->plan.clients[i];

		/* a DUID begins at the sixth byte; it may be reserved as well */
		if (i != client && c->id_len && c->id_len == other->id_len &&
		    (!memcmp(c->id, other->id, c->id_len) ||
		     (c->id[0] == 255 && other->id[0] == 255 && c->id_len > 5 &&
		      !memcmp(c->id + 5, other->id + 5, c->id_len - 5u))))
			return true;
	}
	return false;
}

static bool is_recorded(const struct world *w, unsigned client)
{
	const struct plan_client *c = &w->plan.clients[client];
	const struct lease *lease;

	for (lease = lease_next(w->leases, 0); lease; lease = lease_after(w->leases, lease)) {
		if (!memcmp(lease->chaddr, c->mac, 6) ||
		    (c->id_len && lease->client_id_len == c->id_len &&
		     !memcmp(lease_client_id(lease), c->id, c->id_len)))
			return true;
	}
	return false;
}

/*
 * A NAK takes away no running lease that the client may keep, and RFC 2131 4.3.2: to a client that
 * the server knows nothing of it is silent, unless the operator says that there is no other.
 */
static void check_nak(const struct world *w, const struct question *q, const char *reason)
{
	uint32_t addr = q->ciaddr ? q->ciaddr : q->requested;
	const struct plan_subnet *s = plan_subnet_of(&w->plan, addr);
	const struct lease *lease = lease_at(w->leases, addr);

	if (q->type != DHCP_REQUEST)
		WRONG("a NAK to a message of type %u", q->type);
	if (!s || !plan_is_at(&w->plan, place_of(w, q), addr))
		return; /* the wrong network */
	if (w->promised[at(addr)][q->client] > w->now && s->enabled && !shares_id(w, q->client) &&
	    !plan_reserved(&w->plan, addr) && plan_in_pool(&w->plan, addr) &&
	    !plan_reserved_elsewhere(&w->plan, addr, q->client, w->clients[q->client].places))
		WRONG("client %u holds %08x, and is told: %s", q->client, addr, reason);
	if (!q->server && !s->authoritative && !is_recorded(w, q->client) &&
	    (!lease || lease->state == LEASE_FREE))
		WRONG("nothing is known of client %u, and it is told of %08x: %s", q->client, addr,
		      reason);
	if (!q->server && !is_recorded(w, q->client) && !plan_in_pool(&w->plan, addr) &&
	    (!lease || lease->state == LEASE_FREE))
		WRONG("a stranger is told of %08x, which is in no pool: %s", addr, reason);
}

/* --- replies, read back --- */

struct answer {
	uint32_t yiaddr, lifetime, t1, t2, server;
	uint8_t type;
	bool rapid;
};

static void read_reply(const struct request *r, const struct dhcp_msg *msg,
		       const struct dhcp_reply *reply, struct answer *ret)
{
	static const uint8_t mac[6] = {2, 0, 0, 0, 0, 1};
	uint8_t frame[DHCP_FRAME_MAX];
	int len = dhcp_reply_encode(msg, reply, mac, frame, sizeof(frame));
	const uint8_t *bootp = frame + 42, *p = bootp + 240, *end = frame + len;
	size_t constant = 0;

	*ret = (struct answer){0};
	assert_true(len >= 42 + 300);
	assert_int_equal(slow_sum(frame + 14, 20, 0), 0xffff);
	assert_int_equal(slow_udp_sum(frame + 14, frame + 34, (size_t)len - 34), 0xffff);
	assert_int_equal(bootp[0], 2);
	assert_memory_equal(bootp + 4, &r->h.xid, 4);
	assert_memory_equal(bootp + 28, r->h.chaddr, 16);
	assert_int_equal(get32(bootp + 12), reply->ciaddr);
	assert_memory_equal(bootp + 24, r->h.giaddr, 4);
	assert_int_equal(get32(bootp + 20), reply->siaddr);
	ret->yiaddr = get32(bootp + 16);
	for (; p < end && *p != 255; p += 2 + p[1]) {
		assert_true(*p != 0 && end - p > 2 + p[1]);
		if (constant < reply->options_len) {
			assert_memory_equal(p, reply->options + constant, 2u + p[1]);
			constant += 2u + p[1];
		}
		if (p[0] == 53)
			ret->type = p[2];
		if (p[0] == 54)
			ret->server = get32(p + 2);
		if (p[0] == 51)
			ret->lifetime = get32(p + 2);
		if (p[0] == 58)
			ret->t1 = get32(p + 2);
		if (p[0] == 59)
			ret->t2 = get32(p + 2);
		ret->rapid |= p[0] == 80;
	}
	assert_true(p < end && *p == 255);
	assert_int_equal(constant, reply->options_len);
	assert_int_equal(ret->type, reply->type);
	assert_int_equal(ret->yiaddr, reply->yiaddr);
	assert_int_equal(ret->lifetime, reply->lifetime == 0 ? ret->lifetime : reply->lifetime);
}

/* RFC 2131 4.4.5, and the operator's limits. */
static void check_times(const struct world *w, const struct question *q, const struct answer *a)
{
	const struct plan_subnet *s = plan_subnet_of(&w->plan, a->yiaddr);

	if (a->lifetime < s->min || a->lifetime > s->max)
		WRONG("%u s are granted, allowed %u to %u", a->lifetime, s->min, s->max);
	if (!q->lifetime && a->lifetime != s->valid)
		WRONG("%u s are granted where none were asked for, not %u", a->lifetime, s->valid);
	if (a->lifetime == FOREVER && (a->t1 || a->t2))
		WRONG("an infinite lease has T1 %u, T2 %u", a->t1, a->t2);
	if ((a->t1 && a->t1 >= a->lifetime) || (a->t2 && a->t2 >= a->lifetime) ||
	    (a->t1 && a->t2 && a->t1 >= a->t2))
		WRONG("T1 %u, T2 %u of %u s", a->t1, a->t2, a->lifetime);
}

static uint32_t until(uint32_t now, uint32_t lifetime)
{
	uint64_t end = (uint64_t)now + lifetime;

	return lifetime == FOREVER || end >= FOREVER ? FOREVER : (uint32_t)end;
}

static void promise(struct world *w, const struct question *q, uint32_t addr, uint32_t lifetime)
{
	const struct lease_row *row = &w->store[at(addr)];
	uint32_t end = until(w->now, lifetime), *promised = &w->promised[at(addr)][q->client];

	check_given(w, q, addr, "ACK");
	if (row->state != LEASE_BOUND || row->promised < end || row->ack_until < row->promised ||
	    memcmp(row->client.chaddr, w->plan.clients[q->client].mac, 6))
		WRONG("the promise of %08x until %u is not in the store", addr, end);
	if (end > *promised)
		*promised = end;
	w->clients[q->client].last = addr;
}

static void check_bootp(struct world *w, const struct question *q, const struct answer *a)
{
	const struct plan_subnet *s = plan_subnet_of(&w->plan, a->yiaddr);

	w->bootps++;
	promise(w, q, a->yiaddr, FOREVER);
	if (!s->bootp || (s->bootp == 1 && !plan_reserved(&w->plan, a->yiaddr)))
		WRONG("a BOOTP client is given %08x", a->yiaddr);
	if (a->lifetime || a->t1 || a->t2 || a->server)
		WRONG("a BOOTP client is sent DHCP's options");
}

static void check_ack(struct world *w, const struct question *q, const struct answer *a)
{
	const struct plan_subnet *s = plan_subnet_of(&w->plan, a->yiaddr);

	w->acks++;
	promise(w, q, a->yiaddr, a->lifetime);
	check_times(w, q, a);
	if (q->type == DHCP_DISCOVER) {
		w->rapids++;
		if (!q->rapid || !s->rapid_commit || !a->rapid)
			WRONG("a DISCOVER is answered with an ACK");
	} else if (a->yiaddr != (q->ciaddr ? q->ciaddr : q->requested)) {
		WRONG("%08x is not what was asked for", a->yiaddr);
	}
}

static void check_reply(struct world *w, const struct question *q, const struct answer *a)
{
	switch (a->type) {
	case DHCP_BOOTP:
		assert_int_equal(q->type, DHCP_BOOTP);
		check_bootp(w, q, a);
		break;
	case DHCP_OFFER:
		w->offers++;
		assert_int_equal(q->type, DHCP_DISCOVER);
		check_given(w, q, a->yiaddr, "OFFER");
		check_times(w, q, a);
		w->clients[q->client].offered = a->yiaddr;
		break;
	case DHCP_ACK:
		if (q->type == DHCP_INFORM) {
			assert_true(!a->yiaddr && !a->lifetime && !a->t1 && !a->t2);
			break;
		}
		assert_true(q->type == DHCP_REQUEST || q->type == DHCP_DISCOVER);
		check_ack(w, q, a);
		break;
	case DHCP_NAK:
		w->naks++;
		assert_true(!a->yiaddr && !a->lifetime);
		break;
	default:
		WRONG("a reply of type %u", a->type);
	}
	if (a->type && a->server != PLAN_SERVER)
		WRONG("the server is %08x", a->server);
}

/* --- a step of the daemon --- */

static void finish_end(struct world *w, uint32_t addr)
{
	struct lease *lease = lease_at(w->leases, addr);
	struct change change;

	engine_finish_end(w->engine, lease, 0, 0, w->now, w->now, &change);
	engine_confirm(w->engine, &change);
	w->store[at(addr)] = change.row;
}

static void begin_end(struct world *w, uint32_t addr, enum lease_end end)
{
	struct lease *lease = lease_at(w->leases, addr);

	assert_non_null(lease);
	engine_begin_end(w->engine, lease, end);
	if (w->n_closing < sizeof(w->closing) / sizeof(w->closing[0]) && random_below(2))
		w->closing[w->n_closing++] = addr;
	else
		finish_end(w, addr);
}

static void finish_some(struct world *w)
{
	struct lease *due;

	while (w->n_closing && random_below(3))
		finish_end(w, w->closing[--w->n_closing]);
	while ((due = lease_due(w->leases, w->now)))
		begin_end(w, due->addr, LEASE_END_EXPIRED);
}

static void handle(struct world *w, const struct question *q)
{
	static struct decision d;
	static struct dhcp_msg msg;
	struct dhcp_ingress in = {.link = 1};
	struct request r;
	struct frame f;
	struct answer a;

	build(w, q, &r);
	in.our_addr = r.ip_dst == PLAN_SERVER ? PLAN_SERVER : 0;
	f = frame_build(&r);
	assert_int_equal(dhcp_decode(f.data, f.len, &in, &msg), DHCP_DECODE_ok);
	engine_decide(w->engine, &w->link, &msg, w->now, &d);
	switch (d.kind) {
	case DECISION_DEFER:
		w->deferred++;
		break;
	case DECISION_SILENT:
		w->silent++;
		assert_int_not_equal(d.reason, REASON_NONE);
		if (getenv("V"))
			print_message("%u: type %u place %u: %s\n", step, q->type,
				      w->clients[q->client].place, reason_text(d.reason));
		break;
	case DECISION_END:
		w->ends++;
		assert_true(q->type == DHCP_RELEASE || q->type == DHCP_DECLINE);
		w->promised[at(d.end_addr)][q->client] = 0;
		if (d.end == LEASE_END_DECLINED)
			w->quarantined[at(d.end_addr)] = w->now + QUARANTINE;
		begin_end(w, d.end_addr, d.end);
		break;
	case DECISION_REPLY:
		if (d.has_change && !random_below(15)) { /* the commit failed */
			engine_undo(w->engine, &d.change);
			w->undone++;
			break;
		}
		if (d.has_change) {
			w->store[at(d.change.row.addr)] = d.change.row;
			engine_confirm(w->engine, &d.change);
		}
		read_reply(&r, &msg, &d.reply, &a);
		if (a.type == DHCP_NAK)
			check_nak(w, q, reason_text(d.reason));
		check_reply(w, q, &a);
		break;
	}
	free(f.data);
}

/* --- what clients do --- */

static uint32_t some_address(const struct world *w, unsigned client)
{
	const struct guest *c = &w->clients[client];

	switch (random_below(8)) {
	case 0:
		return 0x0a000000u + random_below(ADDRS);
	case 1:
		return w->clients[random_below(PLAN_CLIENTS)].last; /* another's, perhaps */
	case 2:
		return w->plan.n_reservations
			       ? w->plan.reservations[random_below(w->plan.n_reservations)].addr
			       : 0;
	case 3:
		return c->offered;
	default:
		return c->last ? c->last : c->offered;
	}
}

static struct question any_question(struct world *w)
{
	struct question q = {.client = random_below(PLAN_CLIENTS)};
	const struct guest *c = &w->clients[q.client];

	q.no_prl = !random_below(5);
	if (!random_below(4))
		q.lifetime = 1 + random_below(random_below(2) ? 100 : FOREVER - 1);
	if (w->plan.clients[q.client].bootp) {
		q.type = DHCP_BOOTP;
		q.lifetime = 0;
		return q;
	}
	/* who has nothing begins at the beginning, as a rule */
	switch (c->offered || c->last || !random_below(5) ? random_below(10) : 0) {
	case 0:
	case 1:
		q.type = DHCP_DISCOVER;
		q.rapid = random_below(2);
		q.requested = random_below(3) ? 0 : some_address(w, q.client);
		break;
	case 2:
	case 3:
	case 4: /* SELECTING */
		q.type = DHCP_REQUEST;
		q.requested = c->offered && random_below(5) ? c->offered
							    : some_address(w, q.client);
		q.server = random_below(8) ? PLAN_SERVER : 0x0a0000fe;
		break;
	case 5: /* INIT-REBOOT */
		q.type = DHCP_REQUEST;
		q.requested = some_address(w, q.client);
		break;
	case 6: /* RENEWING */
	case 7: /* REBINDING */
		q.type = DHCP_REQUEST;
		q.ciaddr = some_address(w, q.client);
		q.direct = q.ciaddr && random_below(2);
		break;
	case 8:
		q.type = random_below(3) ? DHCP_RELEASE : DHCP_INFORM;
		q.ciaddr = some_address(w, q.client);
		q.direct = q.ciaddr != 0;
		break;
	default:
		q.type = random_below(3) ? DHCP_REQUEST : DHCP_DECLINE;
		q.requested = some_address(w, q.client);
		q.server = PLAN_SERVER;
	}
	return q;
}

static void pass_time(struct world *w)
{
	if (random_below(3))
		return;
	w->now += random_below(4) ? random_below(4) : random_below(700);
}

static void history(struct world *w)
{
	for (step = 0; step < STEPS; step++) {
		struct question q;

		pass_time(w);
		finish_some(w);
		if (!random_below(40))
			restart(w);
		if (!random_below(60))
			reload(w);
		q = any_question(w);
		if (!random_below(15)) { /* it is carried elsewhere */
			struct guest *c = &w->clients[q.client];

			c->place = random_below(random_below(8) ? w->plan.n_subnets : PLAN_PLACES);
			c->places |= 1u << c->place;
		}
		handle(w, &q);
	}
}

static void one_pair(struct world *w)
{
	struct config *config;

	random_seed((the_seed * 1000003 + pair) * 0x9e3779b97f4a7c15ull | 1);
	for (int i = 0; i < 8; i++)
		random_below(2); /* neighbouring seeds part */
	plan_make(&w->plan, 1 + random_below(UINT32_MAX - 1));
	w->now = START;
	strcpy(w->link.name, "eth0");
	w->link.addrs[0] = PLAN_SERVER;
	w->link.masks[0] = 0xffffff00;
	for (unsigned i = 0; i < PLAN_CLIENTS; i++) {
		w->clients[i].place = random_below(w->plan.n_subnets);
		w->clients[i].places = 1u << w->clients[i].place;
	}
	open_engine(w);
	load_config(w, &config);
	configure(w, config);
	history(w);
	close_engine(w);
	config_free(w->config);
}

static void random_pairs(void **state)
{
	unsigned long pairs = from_environment("PAIRS", PAIRS), first = from_environment("PAIR", 0);
	unsigned long acks = 0, offers = 0, naks = 0, ends = 0, bootps = 0, rapids = 0, silent = 0;
	static struct world w;

	(void)state;
	the_seed = from_environment("SEED", 20261122);
	print_message("SEED=%lu, %lu pairs of %d steps\n", the_seed, pairs, STEPS);
	for (pair = first; pair < first + pairs; pair++) {
		memset(&w, 0, sizeof(w));
		one_pair(&w);
		acks += w.acks;
		offers += w.offers;
		naks += w.naks;
		ends += w.ends;
		bootps += w.bootps;
		rapids += w.rapids;
		silent += w.silent;
	}
	print_message("%lu offers, %lu acks (%lu by rapid commit), %lu to BOOTP clients, %lu naks, "
		      "%lu ends, %lu silent\n",
		      offers, acks, rapids, bootps, naks, ends, silent);
	if (pairs >= 1000)
		assert_true(acks > pairs && naks > pairs / 10 && bootps > pairs / 100 &&
			    rapids > pairs / 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_pairs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
