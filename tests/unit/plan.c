// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* See plan.h. */
#include "plan.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../common/random.h"

#define ADDR(k, host) (0x0a000000u | (uint32_t)(k) << 8 | (uint32_t)(host))

static bool chance(unsigned percent)
{
	return random_below(100) < percent;
}

static void make_pools(struct plan_subnet *s)
{
	uint32_t at = 10 + random_below(20);

	s->n_pools = chance(10) ? 0 : 1 + random_below(PLAN_POOLS);
	for (unsigned i = 0; i < s->n_pools; i++) {
		uint32_t last = at + random_below(6);

		if (i == 2 && chance(50)) { /* up to the very end of the subnet */
			at = 250;
			last = 255;
		}
		s->pools[i] = (struct plan_range){s->prefix + at, s->prefix + last};
		at = last + 1 + random_below(5);
	}
	s->n_exclusions = s->n_pools ? random_below(PLAN_EXCLUSIONS + 1) : 0;
	for (unsigned i = 0; i < s->n_exclusions; i++) {
		const struct plan_range *pool = &s->pools[random_below(s->n_pools)];
		uint32_t first = pool->first + random_below(pool->last - pool->first + 1);

		s->exclusions[i] = (struct plan_range){first, first + random_below(2)};
		if (s->exclusions[i].last > s->prefix + 255)
			s->exclusions[i].last = s->prefix + 255;
	}
}

static void make_subnet(struct plan_subnet *s, unsigned k)
{
	static const uint32_t lives[] = {1, 2, 3, 10, 60, 3600, 0xffffffff};

	*s = (struct plan_subnet){
		.prefix = ADDR(k, 0),
		.network = chance(50) ? (int)(k / 2) : -1,
		.enabled = chance(95),
		.authoritative = chance(40),
		.match_client_id = chance(85),
		.rapid_commit = chance(30),
		.bootp = (int)random_below(3),
		.by_relay_address = k && chance(40),
		.valid = lives[random_below(7)],
	};
	s->min = s->max = s->valid;
	if (chance(50))
		s->min = 1 + random_below(s->valid < 100 ? s->valid : 100);
	if (chance(50) && s->valid < 100000)
		s->max = s->valid + random_below(1000);
	make_pools(s);
}

static void make_client(struct plan *plan, unsigned i)
{
	struct plan_client *c = &plan->clients[i];

	*c = (struct plan_client){.mac = {2, 0, 0, 0, 1, (uint8_t)i}, .bootp = chance(5)};
	if (c->bootp || chance(30))
		return;
	if (i && plan->clients[i - 1].id_len && chance(15)) { /* a cloned machine */
		memcpy(c->id, plan->clients[i - 1].id, sizeof(c->id));
		c->id_len = plan->clients[i - 1].id_len;
		return;
	}
	if (chance(50)) { /* RFC 4361: 255, IAID, DUID; two clients may share the DUID */
		const uint8_t id[] = {255, 0, 0, 0, (uint8_t)i, 0, 3, 0, 1, (uint8_t)(i / 2)};

		memcpy(c->id, id, sizeof(id));
		c->id_len = sizeof(id);
		return;
	}
	c->id_len = (uint8_t)(1 + random_below(6));
	for (unsigned j = 0; j < c->id_len; j++)
		c->id[j] = (uint8_t)(0x40 + i);
}

static bool duid_of(const struct plan_client *c, const uint8_t **ret, size_t *ret_len)
{
	if (c->id_len < 6 || c->id[0] != 255)
		return false;
	*ret = c->id + 5;
	*ret_len = c->id_len - 5u;
	return true;
}

/* Would two reservations be for the same identifier? */
static bool same_identifier(const struct plan *plan, const struct plan_reservation *a,
			    const struct plan_reservation *b)
{
	const struct plan_client *x = &plan->clients[a->client], *y = &plan->clients[b->client];
	const uint8_t *p, *q;
	size_t m, n;
	char ca[16], cb[16];

	if (a->by != b->by)
		return false;
	switch (a->by) {
	case PLAN_HW:
		return a->client == b->client;
	case PLAN_ID:
		return x->id_len == y->id_len && !memcmp(x->id, y->id, x->id_len);
	case PLAN_DUID:
		return duid_of(x, &p, &m) && duid_of(y, &q, &n) && m == n && !memcmp(p, q, n);
	default:
		m = plan_circuit(a->place, a->client, ca);
		n = plan_circuit(b->place, b->client, cb);
		return m == n && !memcmp(ca, cb, n);
	}
}

static bool clashes(const struct plan *plan, const struct plan_reservation *r)
{
	for (unsigned i = 0; i < plan->n_reservations; i++) {
		const struct plan_reservation *other = &plan->reservations[i];

		if (r->addr && r->addr == other->addr)
			return true;
		if (r->subnet == other->subnet && same_identifier(plan, r, other))
			return true;
	}
	return false;
}

static void make_reservation(struct plan *plan)
{
	struct plan_reservation r = {
		.subnet = chance(20) ? -1 : (int)random_below(plan->n_subnets),
		.client = random_below(PLAN_CLIENTS),
		.by = (enum plan_by)random_below(4),
		.place = random_below(PLAN_PLACES),
		.named = chance(40),
	};
	const struct plan_client *c = &plan->clients[r.client];
	unsigned in = r.subnet < 0 ? random_below(plan->n_subnets) : (unsigned)r.subnet;
	const struct plan_subnet *s = &plan->subnets[in];
	const uint8_t *duid;
	size_t len;

	if ((r.by == PLAN_ID && !c->id_len) || (r.by == PLAN_DUID && !duid_of(c, &duid, &len)))
		r.by = PLAN_HW;
	if (chance(80))
		r.addr = s->n_pools && chance(50) ? s->pools[0].first + random_below(3)
						  : s->prefix + 100 + random_below(5);
	if (!clashes(plan, &r))
		plan->reservations[plan->n_reservations++] = r;
}

void plan_make(struct plan *plan, uint64_t seed)
{
	unsigned n;

	random_seed(seed);
	*plan = (struct plan){
		.n_subnets = 1 + random_below(PLAN_SUBNETS),
		.stash = chance(80),
		.exclude_first_last = chance(30),
		.global_reservations = chance(60),
	};
	for (unsigned k = 0; k < plan->n_subnets; k++)
		make_subnet(&plan->subnets[k], k);
	for (unsigned i = 0; i < PLAN_CLIENTS; i++)
		make_client(plan, i);
	n = random_below(PLAN_RESERVATIONS + 1);
	for (unsigned i = 0; i < n; i++)
		make_reservation(plan);
}

/* --- as a configuration --- */

struct text {
	char *buf;
	size_t len, cap;
};

static void __attribute__((format(printf, 2, 3))) put(struct text *t, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(t->buf + t->len, t->cap - t->len, format, args);
	va_end(args);
	if (n < 0 || (size_t)n >= t->cap - t->len)
		abort();
	t->len += (size_t)n;
}

static void put_addr(struct text *t, uint32_t addr)
{
	put(t, "%u.%u.%u.%u", addr >> 24, addr >> 16 & 255, addr >> 8 & 255, addr & 255);
}

static void put_ranges(struct text *t, const char *key, const char *each,
		       const struct plan_range *ranges, unsigned n)
{
	put(t, ", %s: [", key);
	for (unsigned i = 0; i < n; i++) {
		put(t, "%s%s\"", i ? ", " : "", each);
		put_addr(t, ranges[i].first);
		put(t, " - ");
		put_addr(t, ranges[i].last);
		put(t, "\"%s", *each ? "}" : "");
	}
	put(t, "]");
}

static void put_hex(struct text *t, const uint8_t *data, size_t len)
{
	put(t, "\"");
	for (size_t i = 0; i < len; i++)
		put(t, "%s%02x", i ? ":" : "", data[i]);
	put(t, "\"");
}

static void put_reservation(struct text *t, const struct plan *plan,
			    const struct plan_reservation *r)
{
	const struct plan_client *c = &plan->clients[r->client];
	const uint8_t *duid = NULL;
	char circuit[16];
	size_t len = 0;

	put(t, "{");
	switch (r->by) {
	case PLAN_HW:
		put(t, "hw-address: ");
		put_hex(t, c->mac, 6);
		break;
	case PLAN_ID:
		put(t, "client-id: ");
		put_hex(t, c->id, c->id_len);
		break;
	case PLAN_DUID:
		duid_of(c, &duid, &len);
		put(t, "duid: ");
		put_hex(t, duid, len);
		break;
	case PLAN_CIRCUIT:
		len = plan_circuit(r->place, r->client, circuit);
		put(t, "circuit-id: \"'%.*s'\"", (int)len, circuit);
		break;
	}
	if (r->addr) {
		put(t, ", ip-address: ");
		put_addr(t, r->addr);
	}
	if (r->named)
		put(t, ", hostname: host-%u", r->client);
	put(t, "}");
}

static void put_reservations(struct text *t, const struct plan *plan, int subnet)
{
	bool first = true;

	put(t, "reservations: [");
	for (unsigned i = 0; i < plan->n_reservations; i++) {
		if (plan->reservations[i].subnet != subnet)
			continue;
		if (!first)
			put(t, ", ");
		put_reservation(t, plan, &plan->reservations[i]);
		first = false;
	}
	put(t, "]");
}

static void put_subnet(struct text *t, const struct plan *plan, unsigned k)
{
	static const char *const bootp[] = {"none", "reserved", "all"};
	const struct plan_subnet *s = &plan->subnets[k];

	put(t, "{id: %u, subnet: 10.0.%u.0/24", k + 1, k);
	put(t, ", enabled: %s", s->enabled ? "true" : "false");
	put(t, ", authoritative: %s", s->authoritative ? "true" : "false");
	put(t, ", match-client-id: %s", s->match_client_id ? "true" : "false");
	put(t, ", rapid-commit: %s", s->rapid_commit ? "true" : "false");
	put(t, ", bootp: %s", bootp[s->bootp]);
	put(t, ", valid-lifetime: %u, min-valid-lifetime: %u, max-valid-lifetime: %u", s->valid,
	    s->min, s->max);
	if (s->by_relay_address) {
		put(t, ", relay: {ip-addresses: [");
		put_addr(t, plan_giaddr(plan, k));
		put(t, "]}");
	}
	put_ranges(t, "pools", "{pool: ", s->pools, s->n_pools);
	put_ranges(t, "exclusions", "", s->exclusions, s->n_exclusions);
	put(t, ", ");
	put_reservations(t, plan, (int)k);
	put(t, "}");
}

static void put_subnets(struct text *t, const struct plan *plan, int network)
{
	bool first = true;

	for (unsigned k = 0; k < plan->n_subnets; k++) {
		if (plan->subnets[k].network != network)
			continue;
		put(t, "%s\n  ", first ? "" : ",");
		put_subnet(t, plan, k);
		first = false;
	}
}

void plan_text(const struct plan *plan, char *buf, size_t cap)
{
	struct text t = {.buf = buf, .cap = cap};

	put(&t, "interfaces-config: {interfaces: [eth0]}\n");
	put(&t, "stash-agent-options: %s\n", plan->stash ? "true" : "false");
	put(&t, "compatibility: {exclude-first-last-24: %s}\n",
	    plan->exclude_first_last ? "true" : "false");
	put(&t, "reservations-global: %s\n", plan->global_reservations ? "true" : "false");
	put_reservations(&t, plan, -1);
	put(&t, "\nsubnet4: [");
	put_subnets(&t, plan, -1);
	put(&t, "]\nshared-networks:\n");
	for (int n = 0; n < PLAN_SUBNETS / 2; n++) {
		put(&t, "- {name: net%d, subnet4: [", n);
		put_subnets(&t, plan, n);
		put(&t, "]}\n");
	}
}

/* --- what it means --- */

uint32_t plan_giaddr(const struct plan *plan, unsigned place)
{
	if (place < plan->n_subnets && plan->subnets[place].by_relay_address)
		return 0x0a630001u | place << 8; /* 10.99.k.1 */
	return ADDR(place, 1);
}

size_t plan_circuit(unsigned place, unsigned client, char buf[16])
{
	return (size_t)snprintf(buf, 16, "p%u-c%u", place, client % 5);
}

const struct plan_subnet *plan_subnet_of(const struct plan *plan, uint32_t addr)
{
	unsigned k = addr >> 8 & 255;

	return addr >> 16 == 0x0a00 && k < plan->n_subnets ? &plan->subnets[k] : NULL;
}

bool plan_is_at(const struct plan *plan, unsigned place, uint32_t addr)
{
	const struct plan_subnet *s = plan_subnet_of(plan, addr), *here;

	if (!s || place >= plan->n_subnets)
		return false;
	here = &plan->subnets[place];
	return s == here || (s->network >= 0 && s->network == here->network);
}

static bool in_range(const struct plan_range *ranges, unsigned n, uint32_t addr)
{
	for (unsigned i = 0; i < n; i++) {
		if (addr >= ranges[i].first && addr <= ranges[i].last)
			return true;
	}
	return false;
}

bool plan_in_pool(const struct plan *plan, uint32_t addr)
{
	const struct plan_subnet *s = plan_subnet_of(plan, addr);

	if (!s || addr == PLAN_SERVER || in_range(s->exclusions, s->n_exclusions, addr))
		return false;
	if (plan->exclude_first_last && ((addr & 255) == 0 || (addr & 255) == 255))
		return false;
	return in_range(s->pools, s->n_pools, addr);
}

static bool in_use(const struct plan *plan, const struct plan_reservation *r)
{
	return r->addr && (r->subnet >= 0 || plan->global_reservations);
}

bool plan_reserved(const struct plan *plan, uint32_t addr)
{
	for (unsigned i = 0; i < plan->n_reservations; i++) {
		if (in_use(plan, &plan->reservations[i]) && plan->reservations[i].addr == addr)
			return true;
	}
	return false;
}

static bool meant_for(const struct plan *plan, const struct plan_reservation *r, unsigned client,
		      unsigned places)
{
	struct plan_reservation mine = *r;
	char circuit[16], theirs[16];
	size_t n;

	mine.client = client;
	if (r->by != PLAN_CIRCUIT)
		return same_identifier(plan, r, &mine);
	n = plan_circuit(r->place, r->client, theirs);
	for (unsigned place = 0; place < PLAN_PLACES; place++) {
		if ((places & 1u << place) && plan_circuit(place, client, circuit) == n &&
		    !memcmp(circuit, theirs, n))
			return true;
	}
	return false;
}

bool plan_reserved_for(const struct plan *plan, uint32_t addr, unsigned client, unsigned places)
{
	for (unsigned i = 0; i < plan->n_reservations; i++) {
		const struct plan_reservation *r = &plan->reservations[i];

		if (in_use(plan, r) && r->addr == addr && meant_for(plan, r, client, places))
			return true;
	}
	return false;
}

bool plan_reserved_elsewhere(const struct plan *plan, uint32_t addr, unsigned client,
			     unsigned places)
{
	for (unsigned i = 0; i < plan->n_reservations; i++) {
		const struct plan_reservation *r = &plan->reservations[i];

		if (in_use(plan, r) && r->addr != addr && meant_for(plan, r, client, places))
			return true;
	}
	return false;
}
