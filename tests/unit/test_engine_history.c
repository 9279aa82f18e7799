// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Random histories against an oracle. A daemon in miniature (store, slots,
 * barrier, sweep, expiry, restart, reload) drives the engine through messages of a
 * few clients in simulated time; an XDP program in miniature renews from open slots, also
 * while they are being closed. The oracle only knows what was promised to whom,
 * and what is configured.
 */
#include "engine_fixture.h"

#define STEPS	100000
#define MACS	20
#define BASE	0x0a000000u
#define ADDRS	512u /* two /24s from BASE */
#define RING	6
#define PENDING 64
#define DUID(n) "\xff" n "aidDU" /* RFC 4361 6.1: an IAID, then a DUID of two bytes */

struct slot_sim {
	bool open;
	uint64_t generation;
	uint8_t mac;
	uint32_t lifetime, ack_until, last, granted_until;
};

struct pending {
	uint32_t addr, received_after, steps;
	bool was_open; /* a program may have seen it so */
};

struct world {
	struct fixture fx;
	bool authoritative;
	unsigned config; /* which of the models */

	struct lease_row store[ADDRS]; /* generation 0: no row */
	struct slot_sim slots[ADDRS];
	struct pending pending[PENDING];
	size_t n_pending;
	struct {
		struct req req;
		uint32_t received;
	} ring[RING];
	size_t n_ring;

	/* the oracle */
	uint32_t promised[ADDRS][MACS]; /* until; 0: nothing */
	uint32_t quarantined[ADDRS];

	unsigned long offers, acks, naks, silent, deferred, ends, grants, late_grants, undone, held,
		restarts, reloads, rebound, cloned, recalled;
};

static unsigned long step;

static uint32_t at(uint32_t addr)
{
	return addr - BASE;
}

static struct model *make_model(unsigned config, bool authoritative)
{
	struct model *model = fx_model(12);
	struct subnet *first = &model->subnets[0], *second = fx_subnet(model, BASE + 256, 24);

	first = &model->subnets[0];
	second = &model->subnets[1];
	first->authoritative = second->authoritative = authoritative;
	fx_pool(second, BASE + 256 + 16, BASE + 256 + 19);
	if (config == 0)
		fx_pool(second, BASE + 256 + 32, BASE + 256 + 34);
	if (config == 1)
		fx_pool(first, POOL + 50, POOL + 52);
	if (config == 1)
		fx_exclude(first, POOL + 5, POOL + 8);
	if (config == 2)
		first->pools[0].last -= 4;
	second->match_client_id = config != 2;
	first->life.min = 10;
	first->life.valid = 60;
	first->life.max = 120;
	second->life.min = second->life.valid = second->life.max = 40;
	fx_reserve(first, 1, NULL, BASE + 9);
	fx_reserve(first, 0, "b", POOL + 5);
	fx_reserve(first, config == 1 ? 3 : 2, NULL, POOL + 3);
	fx_reserve(second, 4, NULL, BASE + 256 + 17);
	fx_reserve_by(&second->reservations, RESERVED_BY_CIRCUIT_ID, "c", 1, BASE + 256 + 18);
	fx_reserve_by(&first->reservations, RESERVED_BY_REMOTE_ID, "r", 1, POOL + 7);
	fx_reserve_by(&model->reservations, RESERVED_BY_DUID, "DU", 2, POOL + 6);
	if (config == 1)
		fx_look_first_for(model, RESERVED_BY_CLIENT_ID);
	first->reservations_global = config != 2;
	model->stash_agent_options = config != 1;
	return model;
}

static const struct subnet *subnet_of(const struct world *w, uint32_t addr)
{
	return model_subnet_of(w->fx.model, addr);
}

static bool in_a_pool(const struct subnet *subnet, uint32_t addr)
{
	for (size_t i = 0; i < subnet->n_exclusions; i++) {
		if (addr >= subnet->exclusions[i].first && addr <= subnet->exclusions[i].last)
			return false;
	}
	for (size_t i = 0; i < subnet->n_pools; i++) {
		if (addr >= subnet->pools[i].first && addr <= subnet->pools[i].last)
			return true;
	}
	return false;
}

/* Of option 82; what is sent here has its value at the end of one byte. */
static uint8_t suboption(const char *agent, uint8_t code)
{
	for (; agent && *agent; agent += 2 + agent[1]) {
		if (*agent == code)
			return (uint8_t)agent[2];
	}
	return 0;
}

/*
 * What a relay says, or said of the binding that is renewed past it. Every agent here is text.
 */
static const char *agent_of(const struct world *w, const struct req *req)
{
	static char stored[sizeof(((struct lease_row *)0)->agent) + 1];
	const struct lease_row *row;
	size_t id_len = req->id ? strlen(req->id) : 0;

	if (req->agent || req->giaddr || !req->unicast || req->type != DHCP_REQUEST ||
	    !w->fx.model->stash_agent_options || at(req->ciaddr) >= ADDRS)
		return req->agent;
	row = &w->store[at(req->ciaddr)];
	if (row->state != LEASE_BOUND || row->client.chaddr[5] != req->mac)
		return NULL;
	if (subnet_of(w, req->ciaddr)->match_client_id &&
	    (row->client.client_id_len != id_len ||
	     memcmp(row->client.client_id, req->id ? req->id : "", id_len) != 0))
		return NULL;
	memcpy(stored, row->agent, row->agent_len);
	stored[row->agent_len] = '\0';
	return row->agent_len ? stored : NULL;
}

/* Is the reservation this client's? */
static bool reserved_for(const struct world *w, const struct req *req, const struct reservation *r)
{
	const char *agent = agent_of(w, req);
	const uint8_t *key = r->key + 1;
	size_t len = r->key_len - 1u;

	switch (reservation_by(r)) {
	case RESERVED_BY_HW_ADDRESS:
		return key[5] == req->mac;
	case RESERVED_BY_CLIENT_ID:
		return req->id && strlen(req->id) == len && !memcmp(req->id, key, len);
	case RESERVED_BY_DUID:
		return req->id && req->id[0] == '\xff' && !strcmp(req->id + 5, "DU");
	case RESERVED_BY_CIRCUIT_ID:
		return suboption(agent, 1) == key[0];
	case RESERVED_BY_REMOTE_ID:
		return suboption(agent, 2) == key[0];
	default:
		fail();
		return false;
	}
}

/* May this client have the address by the configuration? */
static bool configured(const struct world *w, const struct req *req, uint32_t addr)
{
	const struct subnet *subnet = subnet_of(w, addr);
	const struct reservation *r = subnet ? subnet_reserved_address(subnet, addr) : NULL;

	if (!subnet)
		return false;
	return r ? reserved_for(w, req, r) : in_a_pool(subnet, addr);
}

static bool promised_to_another(const struct world *w, uint8_t mac, uint32_t addr)
{
	for (unsigned m = 0; m < MACS; m++) {
		if (m != mac && w->promised[at(addr)][m] > w->fx.now)
			return true;
	}
	return false;
}

static void check_tee(const struct dhcp_reply *reply)
{
	uint32_t t1 = fx_option_u32(reply, DHO_RENEWAL_TIME);
	uint32_t t2 = fx_option_u32(reply, DHO_REBINDING_TIME);

	assert_int_equal(fx_option_u32(reply, DHO_LEASE_TIME), reply->lifetime);
	assert_true(t1 && t1 < t2 && t2 < reply->lifetime);
}

static void check_given(struct world *w, const struct req *req, uint32_t addr, const char *what)
{
	if (promised_to_another(w, req->mac, addr))
		fail_msg("step %lu: %s of %08x to %u: promised to another", step, what, addr,
			 req->mac);
	if (!configured(w, req, addr))
		fail_msg("step %lu: %s of %08x to %u: not by the configuration", step, what, addr,
			 req->mac);
	if (w->quarantined[at(addr)] > w->fx.now)
		fail_msg("step %lu: %s of %08x to %u: quarantined", step, what, addr, req->mac);
	check_tee(&w->fx.d.reply);
}

/* Does our record say that it is this very client's, or remembers it as its last? */
static bool recorded(const struct world *w, const struct lease *lease, const struct req *req)
{
	size_t len = req->id ? strlen(req->id) : 0;
	const struct subnet *subnet = lease ? subnet_of(w, lease->addr) : NULL;

	if (!lease || lease->chaddr[5] != req->mac)
		return false;
	if (subnet && !subnet->match_client_id)
		return true;
	return lease->client_id_len == len &&
	       !memcmp(lease_client_id(lease), req->id ? req->id : "", len);
}

/* A free one that its client id had on another MAC. */
static bool recorded_elsewhere(const struct lease *lease, const struct req *req)
{
	return lease && lease->state == LEASE_FREE && req->id &&
	       lease->client_id_len == strlen(req->id) &&
	       !memcmp(lease_client_id(lease), req->id, lease->client_id_len);
}

static bool bound_elsewhere(const struct world *w, const struct req *req, uint32_t addr)
{
	const struct lease *lease;

	for (lease = lease_next(w->fx.leases, 0); lease;
	     lease = lease_next(w->fx.leases, lease->addr + 1)) {
		if (lease->addr != addr && recorded(w, lease, req) &&
		    (lease->state == LEASE_BOUND || lease->state == LEASE_HELD))
			return true;
	}
	return false;
}

/* Its client id is bound on another MAC, and not on this one. */
static bool is_clone(const struct world *w, const struct req *req, const struct subnet *on)
{
	const struct lease *lease = lease_next(w->fx.leases, on->prefix);
	bool another = false;

	for (; req->id && lease && lease->addr <= (on->prefix | ~on->mask);
	     lease = lease_next(w->fx.leases, lease->addr + 1)) {
		if ((lease->state != LEASE_BOUND && lease->state != LEASE_HELD) ||
		    lease->client_id_len != strlen(req->id) ||
		    memcmp(lease_client_id(lease), req->id, lease->client_id_len))
			continue;
		if (lease->chaddr[5] == req->mac)
			return false;
		another = true;
	}
	return another;
}

/* The first of them in the order of the model; a subnet's own before the global ones. */
static const struct reservation *reservation_in(const struct world *w, const struct req *req,
						const struct reservation_set *set)
{
	for (size_t i = 0; i < w->fx.model->n_order; i++) {
		for (size_t j = 0; j < set->n; j++) {
			if (reservation_by(&set->list[j]) == w->fx.model->order[i] &&
			    reserved_for(w, req, &set->list[j]))
				return &set->list[j];
		}
	}
	return NULL;
}

static bool has_reservation_elsewhere(const struct world *w, const struct req *req, uint32_t addr)
{
	const struct subnet *subnet = subnet_of(w, addr);
	const struct reservation *r = NULL;

	if (subnet)
		r = reservation_in(w, req, &subnet->reservations);
	if (subnet && !r && subnet->reservations_global)
		r = reservation_in(w, req, &w->fx.model->reservations);
	return r && (r->addr & subnet->mask) == subnet->prefix && r->addr != addr;
}

/* A NAK must have a reason that RFC 2131 4.3.2 or the operator gives. */
static void check_nak(struct world *w, const struct req *req)
{
	uint32_t addr = req->ciaddr ? req->ciaddr : req->requested;
	const struct subnet *on = &w->fx.model->subnets[req->giaddr || req->routed];
	const struct lease *lease = lease_at(w->fx.leases, addr);
	bool in_subnet = (addr & on->mask) == on->prefix;
	bool ours = in_a_pool(on, addr) || subnet_reserved_address(on, addr);

	assert_false(w->fx.d.has_change);
	if (!in_subnet)
		return; /* the wrong network */
	if (lease && lease->state != LEASE_FREE && lease->state != LEASE_DECLINED &&
	    !recorded(w, lease, req))
		return; /* another's */
	if (has_reservation_elsewhere(w, req, addr))
		return; /* to be moved */
	if ((recorded(w, lease, req) || recorded_elsewhere(lease, req)) &&
	    !configured(w, req, addr))
		return; /* it was its, but cannot be any more */
	if (is_clone(w, req, on) && subnet_reserved_address(on, addr))
		return; /* reserved for the first that has the identifier */
	if (req->server && !(lease && lease->state == LEASE_BOUND && recorded(w, lease, req)))
		return; /* it chose us for an address we may not give */
	if (ours && bound_elsewhere(w, req, addr))
		return;
	if (on->authoritative && in_a_pool(on, addr) && !(lease && lease->state == LEASE_BOUND))
		return;
	fail_msg("step %lu: NAK of %08x to %u (%s): %s", step, addr, req->mac,
		 req->id ? req->id : "", reason_text(w->fx.d.reason));
}

/* What is sent must be covered by what is stored (I1). */
static void transmit_ack(struct world *w, const struct req *req)
{
	const struct decision *d = &w->fx.d;
	uint32_t addr = d->reply.yiaddr, until = w->fx.now + 1 + d->reply.lifetime;
	const struct lease_row *stored = &w->store[at(addr)];
	struct slot_sim *slot = &w->slots[at(addr)];

	w->recalled += !req->agent && stored->agent_len && req->ciaddr == addr;
	assert_true(stored->state == LEASE_BOUND && stored->promised >= until);
	assert_true(stored->ack_until >= stored->promised);
	assert_true((uint32_t)stored->generation != 0);
	w->promised[at(addr)][req->mac] = until > w->promised[at(addr)][req->mac]
						  ? until
						  : w->promised[at(addr)][req->mac];
	w->acks++;
	w->cloned += d->cloned;
	if (!d->memoise)
		return;
	if (slot->generation != stored->generation)
		*slot = (struct slot_sim){.generation = stored->generation};
	slot->open = true;
	slot->mac = req->mac;
	slot->lifetime = d->reply.lifetime;
	slot->ack_until = stored->ack_until;
}

static void begin_end(struct world *w, uint32_t addr, enum lease_end end, uint32_t received)
{
	struct lease *lease = lease_at(w->fx.leases, addr);

	assert_non_null(lease);
	assert_true(w->n_pending < PENDING);
	engine_begin_end(w->fx.engine, lease, end);
	for (size_t i = 0; i < w->n_pending; i++) {
		if (w->pending[i].addr == addr) { /* a DECLINE turns what is under way */
			w->pending[i].received_after = received;
			return;
		}
	}
	w->pending[w->n_pending++] = (struct pending){.addr = addr,
						      .received_after = received,
						      .steps = (uint32_t)(lrand48() % 4),
						      .was_open = w->slots[at(addr)].open};
	w->slots[at(addr)].open = false;
}

static void end_by_client(struct world *w, const struct req *req, uint32_t received)
{
	const struct decision *d = &w->fx.d;
	uint32_t addr = d->end_addr;

	w->ends++;
	/* From its sending on the client has no claim, but for what XDP granted since. */
	if (w->slots[at(addr)].generation != w->store[at(addr)].generation ||
	    w->slots[at(addr)].last < received)
		w->promised[at(addr)][req->mac] = 0;
	else
		w->promised[at(addr)][req->mac] = w->slots[at(addr)].granted_until;
	if (d->end == LEASE_END_DECLINED)
		w->quarantined[at(addr)] = w->fx.now + w->fx.model->decline_probation;
	begin_end(w, addr, d->end, received);
}

static void handle(struct world *w, const struct req *req, uint32_t received)
{
	struct decision *d = &w->fx.d;

	fx_decide(&w->fx, *req);
	if (d->kind == DECISION_DEFER) {
		w->deferred++;
		return;
	}
	if (d->kind == DECISION_END) {
		end_by_client(w, req, received);
		return;
	}
	if (d->kind == DECISION_SILENT) {
		w->silent++;
		return;
	}
	if (d->has_change && lrand48() % 20 == 0) { /* the commit failed */
		engine_undo(w->fx.engine, &d->change);
		w->undone++;
		return;
	}
	if (d->has_change) {
		uint32_t a = at(d->change.row.addr);

		assert_true(w->store[a].generation == d->change.before.generation);
		if (d->reply.type == DHCP_ACK) /* by what was stored when it was asked */
			check_given(w, req, d->reply.yiaddr, "ACK");
		w->rebound += w->store[a].generation &&
			      w->store[a].generation != d->change.row.generation;
		w->store[a] = d->change.row;
		engine_confirm(w->fx.engine, &d->change);
	}
	switch (d->reply.type) {
	case DHCP_OFFER:
		check_given(w, req, d->reply.yiaddr, "OFFER");
		w->offers++;
		break;
	case DHCP_ACK:
		if (req->type == DHCP_REQUEST)
			transmit_ack(w, req);
		break;
	default:
		check_nak(w, req);
		w->naks++;
		break;
	}
}

/* The XDP program: it may answer from an open slot, or from one it saw open before the barrier. */
static void xdp(struct world *w, uint32_t a, bool late)
{
	struct slot_sim *slot = &w->slots[a];
	uint32_t until = w->fx.now + 1 + slot->lifetime;

	if ((!slot->open && !late) || until > slot->ack_until)
		return;
	if (slot->generation != w->store[a].generation || until > w->store[a].ack_until)
		fail_msg("step %lu: grant of %08x beyond what is stored", step, BASE + a);
	for (unsigned m = 0; m < MACS; m++)
		assert_true(m == slot->mac || w->promised[a][m] <= w->fx.now);
	slot->last = w->fx.now;
	if (until > slot->granted_until)
		slot->granted_until = until;
	if (until > w->promised[a][slot->mac])
		w->promised[a][slot->mac] = until;
	w->grants++;
	w->late_grants += late;
}

static void harvest(const struct world *w, const struct lease *lease, uint32_t *last,
		    uint32_t *granted)
{
	const struct slot_sim *slot = &w->slots[at(lease->addr)];
	bool same = slot->generation == lease->generation;

	*last = same ? slot->last : 0;
	*granted = same ? slot->granted_until : 0;
}

static void finish_endings(struct world *w)
{
	for (size_t i = 0; i < w->n_pending;) {
		struct pending *p = &w->pending[i];
		struct lease *lease = lease_at(w->fx.leases, p->addr);
		uint32_t last, granted;
		struct change change;

		if (p->steps && p->was_open && lrand48() % 3 == 0)
			xdp(w, at(p->addr), true);
		if (p->steps) {
			p->steps--;
			i++;
			continue;
		}
		harvest(w, lease, &last, &granted);
		engine_finish_end(w->fx.engine, lease, last, granted, p->received_after, w->fx.now,
				  &change);
		if (lrand48() % 20 == 0) {
			engine_undo(w->fx.engine, &change);
			assert_int_equal(lease->state, LEASE_CLOSING);
			i++;
			continue;
		}
		assert_true(w->store[at(p->addr)].generation == change.before.generation);
		w->store[at(p->addr)] = change.row;
		w->held += change.row.state == LEASE_HELD;
		*p = w->pending[--w->n_pending];
	}
}

static void expire(struct world *w)
{
	struct lease *lease;

	while (w->n_pending < PENDING / 2 && (lease = lease_due(w->fx.leases, w->fx.now))) {
		uint32_t last, granted;

		harvest(w, lease, &last, &granted);
		if (lease->state == LEASE_BOUND && granted > w->fx.now)
			lease_granted(w->fx.leases, lease, last, granted);
		else
			begin_end(w, lease->addr, LEASE_END_EXPIRED, 0);
	}
}

static void sweep(struct world *w)
{
	struct lease *lease;

	for (lease = lease_next(w->fx.leases, 0); lease;
	     lease = lease_next(w->fx.leases, lease->addr + 1)) {
		struct slot_sim *slot = &w->slots[at(lease->addr)];
		struct lease_row row;
		uint32_t last, granted;

		if (lease->state != LEASE_BOUND)
			continue;
		harvest(w, lease, &last, &granted);
		if (granted <= lease->granted_until)
			continue;
		lease_granted(w->fx.leases, lease, last, granted);
		lease_row(lease, &row);
		row.ack_until = engine_credit(w->fx.engine, w->fx.now, row.lifetime, row.ack_until);
		w->store[at(lease->addr)] = row;
		lease_credit(lease, row.ack_until);
		if (slot->open)
			slot->ack_until = row.ack_until;
	}
}

/* kill -9 and start: the store and the slots are all there is. */
static void restart(struct world *w)
{
	struct fixture *fx = &w->fx;

	for (size_t i = 0; i < w->n_pending; i++) /* an end that was not committed is forgotten */
		w->quarantined[at(w->pending[i].addr)] = 0;
	engine_free(fx->engine);
	lease_table_free(fx->leases);
	fx->leases = lease_table_new();
	for (uint32_t a = 0; a < ADDRS; a++) {
		struct slot_sim *slot = &w->slots[a];
		struct lease_row row = w->store[a];

		if (!row.generation)
			continue;
		if (slot->generation == row.generation && slot->granted_until > row.granted_until)
			row.granted_until = slot->granted_until;
		assert_true(!slot->open ||
			    (slot->generation == row.generation && row.state == LEASE_BOUND));
		assert_int_equal(lease_load(fx->leases, &row), 0);
	}
	fx->engine = engine_new(fx->leases);
	fx_configure(fx, fx->model);
	w->n_pending = 0;
	w->restarts++;
}

/* Another configuration; the daemon closes the slots of what changed: here, all. */
static void reload(struct world *w)
{
	for (uint32_t a = 0; a < ADDRS; a++)
		w->slots[a].open = false;
	w->config = (unsigned)(lrand48() % 3);
	w->authoritative = lrand48() % 2;
	fx_configure(&w->fx, make_model(w->config, w->authoritative));
	w->reloads++;
}

static uint32_t any_address(void)
{
	switch (lrand48() % 10) {
	case 0:
		return BASE + 9;
	case 1:
		return BASE + 2 + (uint32_t)(lrand48() % 500);
	case 2:
		return 0xc0a80001;
	case 3:
	case 4:
		return BASE + 256 + 16 + (uint32_t)(lrand48() % 20);
	default:
		return POOL + (uint32_t)(lrand48() % 14);
	}
}

static const char *const ids[] = {NULL, NULL, "a", "b", "cc", DUID("1"), DUID("2")};

/* The record's own client, and where it is. */
static void as_holder(struct req *req, const struct lease *lease)
{
	size_t i = 0;

	while (lease->client_id_len != (ids[i] ? strlen(ids[i]) : 0) ||
	       memcmp(lease_client_id(lease), ids[i] ? ids[i] : "", lease->client_id_len) != 0)
		i++;
	req->id = ids[i];
	req->mac = lease->chaddr[5];
	req->giaddr = lease->addr >= BASE + 256 ? BASE + 256 + 1 : 0;
}

static struct req any_request(const struct world *w)
{
	static const char *const agents[] = {NULL, "\1\1c", "\1\1c", "\1\1d\2\1r"};
	static const uint32_t lifetimes[] = {0, 0, 5, 30, 100000, DHCP_LIFETIME_INFINITE};
	struct req req = {.mac = (uint8_t)(lrand48() % MACS),
			  .id = ids[lrand48() % 7],
			  .name = lrand48() % 3 ? NULL : "name",
			  .agent = agents[lrand48() % 4],
			  .lifetime = lifetimes[lrand48() % 6],
			  .giaddr = lrand48() % 3 ? 0 : BASE + 256 + 1};
	uint32_t addr = any_address();
	const struct lease *lease = lease_at(w->fx.leases, addr);

	if (lease && lrand48() % 4)
		as_holder(&req, lease);
	switch (lrand48() % 12) {
	case 0:
	case 1:
	case 2:
		req.type = DHCP_DISCOVER;
		req.requested = lrand48() % 2 ? addr : 0;
		break;
	case 3:
	case 4:
	case 5:
		req.type = DHCP_REQUEST;
		req.ciaddr = addr;
		if (lrand48() % 2) { /* past the relay */
			req.unicast = true;
			req.routed = req.giaddr || addr >= BASE + 256;
			req.giaddr = 0;
			req.agent = NULL;
		}
		break;
	case 6:
		req.type = DHCP_REQUEST;
		req.requested = addr;
		break;
	case 7:
	case 8:
		req.type = DHCP_REQUEST;
		req.requested = addr;
		req.server = lrand48() % 10 ? SERVER : OTHER;
		break;
	case 9:
		req.type = DHCP_RELEASE;
		req.ciaddr = addr;
		break;
	case 10:
		req.type = lrand48() % 3 ? DHCP_RELEASE : DHCP_DECLINE;
		req.ciaddr = req.type == DHCP_RELEASE ? addr : 0;
		req.requested = req.type == DHCP_DECLINE ? addr : 0;
		break;
	default:
		req.type = DHCP_INFORM;
		req.ciaddr = addr;
		break;
	}
	return req;
}

/* Messages wait in the ring while XDP and time go on. */
static void traffic(struct world *w)
{
	if (w->n_ring < RING && lrand48() % 2) {
		w->ring[w->n_ring].req = any_request(w);
		w->ring[w->n_ring++].received = w->fx.now;
		return;
	}
	if (!w->n_ring)
		return;
	{
		struct req req = w->ring[0].req;
		uint32_t received = w->ring[0].received, offered = 0;
		uint8_t type = req.type;

		memmove(&w->ring[0], &w->ring[1], --w->n_ring * sizeof(w->ring[0]));
		if (w->n_pending >= PENDING - 2)
			return;
		handle(w, &req, received);
		if (type == DHCP_DISCOVER && w->fx.d.kind == DECISION_REPLY)
			offered = w->fx.d.reply.yiaddr;
		if (offered && lrand48() % 3) {
			req.type = DHCP_REQUEST;
			req.requested = offered;
			req.server = SERVER;
			handle(w, &req, w->fx.now);
		}
	}
}

static void run(struct world *w, long seed)
{
	*w = (struct world){0};
	srand48(seed);
	w->fx = fx_open(make_model(0, false));
	for (step = 0; step < STEPS; step++) {
		finish_endings(w);
		traffic(w);
		xdp(w, (uint32_t)(lrand48() % ADDRS), false);
		for (unsigned i = 0; i < 1 + step % 3; i++)
			xdp(w, at(POOL) + (uint32_t)(lrand48() % 14), false);
		if (lrand48() % 3 == 0)
			w->fx.now += (uint32_t)(lrand48() % 3);
		if (lrand48() % 2000 == 0)
			w->fx.now += 700;
		expire(w);
		if (lrand48() % 20 == 0)
			sweep(w);
		if (lrand48() % 1500 == 0)
			restart(w);
		if (lrand48() % 3000 == 0)
			reload(w);
	}
	print_message(
		"%lu offers, %lu acks, %lu naks, %lu silent, %lu deferred, %lu ends (%lu held), "
		"%lu grants (%lu late), %lu undone, %lu rebound, %lu clones, %lu past a relay, "
		"%lu restarts, %lu reloads\n",
		w->offers, w->acks, w->naks, w->silent, w->deferred, w->ends, w->held, w->grants,
		w->late_grants, w->undone, w->rebound, w->cloned, w->recalled, w->restarts,
		w->reloads);
	fx_close(&w->fx);
	/* a history in which little happens proves little */
	assert_true(w->offers > 3000 && w->acks > 5000 && w->naks > 2000 && w->deferred > 50);
	assert_true(w->ends > 1000 && w->held > 20 && w->held < w->ends && w->grants > 20000);
	assert_true(w->late_grants > 50 && w->undone > 200 && w->rebound > 500);
	assert_true(w->restarts > 20 && w->reloads > 10 && w->cloned > 20);
	assert_true(w->recalled > 20);
}

static void histories(void **state)
{
	static struct world w;

	(void)state;
	for (long seed = 1; seed <= 4; seed++)
		run(&w, seed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(histories),
	};

	return cmocka_run_group_tests_name("engine: history", tests, NULL, NULL);
}
