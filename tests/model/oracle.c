// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The oracle's books, and its rules. Times are the world's milliseconds, which no reboot resets. */
#include "oracle.h"

#include <stdio.h>
#include <string.h>

#include "../common/packet_builder.h"
#include "clients.h"
#include "engine/lease.h"
#include "inside.h"
#include "wire.h"
#include "world.h"

#define REQUESTS 4096 /* a ring by xid */
#define PROMISES 256
#define DECLINED 64
#define COMMANDS 64

struct request {
	uint32_t xid, addr;
	unsigned client;
	enum oracle_message message;
	uint64_t handled;
};

struct promise {
	unsigned client;
	uint32_t addr, xid; /* of the request */
	uint64_t until;	    /* UINT64_MAX: for ever */
	bool by_xdp;
};

struct quarantine {
	uint32_t addr;
	uint64_t until;
};

struct command { /* that ended a lease */
	uint32_t addr;
	uint64_t at;
};

static struct request requests[REQUESTS];
static struct promise promises[PROMISES];
static struct quarantine quarantines[DECLINED];
static struct command commands[COMMANDS]; /* a ring */
static unsigned n_promises, n_quarantines, n_commands;
static uint32_t newest; /* xid */
/*
 * An older store lies there, and no daemon has started on it yet: what the maps alone know of is
 * to be held by it when one has.
 */
static bool store_replaced;

static unsigned n_requests(void)
{
	return newest < REQUESTS ? newest + 1 : REQUESTS;
}

void oracle_reset(void)
{
	memset(requests, 0, sizeof(*requests) * n_requests());
	newest = 0;
	oracle_forget();
}

void oracle_forget(void)
{
	n_promises = n_quarantines = n_commands = 0;
	store_replaced = false;
}

/* Is it in a slot, of which a start makes a hold? */
static bool in_maps(const struct promise *p)
{
	struct maps *maps = maps_pinned();
	struct slot *slot = maps ? maps_slot(maps, p->addr) : NULL;
	uint8_t mac[6];

	client_mac(p->client, mac);
	return slot && slot->generation && !memcmp(slot->chaddr, mac, sizeof(mac)) &&
	       world_of_boottime(later(slot->ack_until, slot->granted_until)) >= p->until;
}

void oracle_store_replaced(void)
{
	unsigned kept = 0;

	store_replaced = true;
	for (unsigned i = 0; i < n_promises; i++) {
		if (in_maps(&promises[i]))
			promises[kept++] = promises[i];
	}
	n_promises = kept;
	n_quarantines = 0;
}

static struct request *request_of(uint32_t xid)
{
	struct request *r = &requests[xid % REQUESTS];

	return xid && r->xid == xid ? r : NULL;
}

static void end_promises(unsigned client, uint32_t addr, uint32_t before)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < n_promises; i++) {
		const struct promise *p = &promises[i];

		if (p->until > world.now &&
		    !(p->client == client && p->addr == addr && p->xid < before))
			promises[kept++] = *p;
	}
	n_promises = kept;
}

void oracle_client_sent(unsigned client, uint32_t xid, enum oracle_message message, uint32_t addr)
{
	requests[xid % REQUESTS] = (struct request){
		.xid = xid, .addr = addr, .client = client, .message = message};
	newest = xid;
	if (message == ORACLE_RELEASE || message == ORACLE_DECLINE)
		end_promises(client, addr, xid);
}

/* Has its holder given it up since it sent that request? */
static bool given_up_since(unsigned client, uint32_t addr, uint32_t xid)
{
	for (unsigned i = 0; i < n_requests(); i++) {
		const struct request *r = &requests[i];

		if (r->xid > xid && r->client == client && r->addr == addr &&
		    (r->message == ORACLE_RELEASE || r->message == ORACLE_DECLINE))
			return true;
	}
	return false;
}

void oracle_handled(const uint8_t *frame, size_t len)
{
	struct request *r = request_of(packet_get32(frame + PACKET_XID));

	(void)len;
	if (r)
		r->handled = world.now;
}

void oracle_commanded(uint32_t addr, bool quarantine)
{
	unsigned kept = 0, kept_q = 0;

	for (unsigned i = 0; i < n_promises; i++) {
		if (quarantine || promises[i].addr != addr)
			promises[kept++] = promises[i];
	}
	n_promises = kept;
	if (!quarantine)
		commands[n_commands++ % COMMANDS] = (struct command){addr, world.now};
	for (unsigned i = 0; i < n_quarantines; i++) {
		if (quarantines[i].addr != addr)
			quarantines[kept_q++] = quarantines[i];
	}
	n_quarantines = kept_q;
}

/* --- rules --- */

static const char *state_name(unsigned state)
{
	static const char *const names[] = {"free", "bound", "closing", "held", "declined"};

	return state < sizeof(names) / sizeof(*names) ? names[state] : "?";
}

static uint64_t covered_until(const struct lease_row *row)
{
	uint32_t until = later(later(row->promised, row->granted_until), row->ack_until);

	return row->state == LEASE_FREE ? 0 : world_of_boottime(until);
}

/* NULL: the store holds it. */
static const char *uncovered(const struct promise *p)
{
	static char why[256];
	struct lease_row row;
	uint8_t mac[6];
	uint64_t until;

	if (!disk_row(p->addr, &row))
		return "the store has no row";
	client_mac(p->client, mac);
	until = covered_until(&row);
	if (row.state != LEASE_DECLINED && memcmp(row.client.chaddr, mac, sizeof(mac))) {
		snprintf(why, sizeof(why), "the store has another's row, %s",
			 state_name(row.state));
		return why;
	}
	if (until >= p->until)
		return NULL;
	snprintf(why, sizeof(why), "the store has it %s until %.3f (promised %u granted %u ack %u)",
		 state_name(row.state), (double)until / 1000, row.promised, row.granted_until,
		 row.ack_until);
	return why;
}

static void check_covered(const char *when)
{
	if (store_replaced)
		return;
	for (unsigned i = 0; i < n_promises; i++) {
		const struct promise *p = &promises[i];
		const char *why = p->until > world.now ? uncovered(p) : NULL;

		if (why)
			world_violated("uncovered (%s): .%u is promised to client %u until %.3f by "
				       "%s, and %s",
				       when, p->addr & 0xff, p->client, (double)p->until / 1000,
				       p->by_xdp ? "XDP" : "the daemon", why);
	}
}

bool oracle_quarantined(uint32_t addr)
{
	for (unsigned i = 0; i < n_quarantines; i++) {
		if (quarantines[i].addr == addr && quarantines[i].until > world.now)
			return true;
	}
	return false;
}

static void check_alone(unsigned client, uint32_t addr, const char *what)
{
	for (unsigned i = 0; i < n_promises; i++) {
		const struct promise *p = &promises[i];

		if (p->addr == addr && p->client != client && p->until > world.now)
			world_violated("two holders: .%u is %s client %u, and promised to client "
				       "%u until %.3f by %s",
				       addr & 0xff, what, client, p->client,
				       (double)p->until / 1000, p->by_xdp ? "XDP" : "the daemon");
	}
	for (unsigned i = 0; i < n_quarantines; i++) {
		const struct quarantine *q = &quarantines[i];

		if (q->addr == addr && q->until > world.now)
			world_violated("quarantine: .%u is %s client %u, and declined until %.3f",
				       addr & 0xff, what, client, (double)q->until / 1000);
	}
}

/*
 * A run that began so long before its lease was ended, and grants it now, is none of a machine's:
 * a second is much more than a run takes.
 */
static bool is_of_a_lease_before(const struct request *r, uint32_t addr)
{
	for (unsigned i = 0; i < n_commands && i < COMMANDS; i++) {
		if (commands[i].addr == addr && r->handled + 1000 <= commands[i].at)
			return true;
	}
	return false;
}

static void promise(const struct request *r, uint32_t addr, uint32_t lifetime, bool by_xdp)
{
	struct promise p = {.client = r->client, .addr = addr, .xid = r->xid, .by_xdp = by_xdp};

	p.until = lifetime == DHCP_LIFETIME_INFINITE ? UINT64_MAX : r->handled + lifetime * 1000ull;
	/* Sent before its RELEASE, answered after: its client is no holder. */
	if (given_up_since(r->client, addr, r->xid) || is_of_a_lease_before(r, addr))
		return;
	for (unsigned i = 0; i < n_promises; i++) {
		if (promises[i].client == p.client && promises[i].addr == addr &&
		    promises[i].xid <= p.xid && promises[i].until <= p.until) {
			promises[i] = p;
			return;
		}
	}
	end_promises(UINT32_MAX, 0, 0);
	if (n_promises == PROMISES) {
		world_violated("the oracle's book is full");
		return;
	}
	promises[n_promises++] = p;
}

void oracle_sent(const uint8_t *frame, size_t len, bool by_xdp)
{
	const struct request *r = request_of(packet_get32(frame + PACKET_XID));
	const uint8_t *type = packet_find(frame, len, DHO_MESSAGE_TYPE, NULL);
	const uint8_t *lifetime = packet_find(frame, len, DHO_LEASE_TIME, NULL);
	uint32_t addr = packet_get32(frame + PACKET_YIADDR);

	if (!r || !type) {
		world_violated("a frame that answers nothing was sent");
		return;
	}
	world_say("-> client %u: %s .%u for %u s", r->client,
		  *type == DHCP_ACK   ? "ACK"
		  : *type == DHCP_NAK ? "NAK"
				      : "OFFER",
		  addr & 0xff, lifetime ? packet_get32(lifetime) : 0);
	world.naks += *type == DHCP_NAK;
	world.offers += *type == DHCP_OFFER;
	world.slow_acks += *type == DHCP_ACK && !by_xdp;
	if (!addr || *type == DHCP_NAK)
		return;
	check_alone(r->client, addr, *type == DHCP_ACK ? "ACKed to" : "offered to");
	if (*type != DHCP_ACK || !lifetime)
		return;
	promise(r, addr, packet_get32(lifetime), by_xdp);
	check_covered("as it is sent");
}

static void quarantine_rows(void)
{
	for (unsigned i = 0; i < n_requests(); i++) {
		struct request *r = &requests[i];
		struct lease_row row;

		if (r->message != ORACLE_DECLINE || !disk_row(r->addr, &row) ||
		    row.state != LEASE_DECLINED)
			continue;
		r->message = ORACLE_OTHER;
		if (n_quarantines == DECLINED)
			memmove(quarantines, quarantines + 1,
				--n_quarantines * sizeof(*quarantines));
		quarantines[n_quarantines++] = (struct quarantine){
			.addr = r->addr, .until = world_of_boottime(row.promised)};
	}
}

void oracle_committed(void)
{
	quarantine_rows();
	check_covered("after a commit");
}

/* An open slot is a lease's that the store has, and may promise no more than that. */
static void check_slot(uint32_t addr, const struct slot *slot)
{
	struct lease_row row;

	if (!*(const uint32_t *)slot->addr)
		return;
	if (!disk_row(addr, &row) || row.state != LEASE_BOUND ||
	    (uint32_t)row.generation != slot->generation ||
	    memcmp(row.client.chaddr, slot->chaddr, sizeof(slot->chaddr)))
		world_violated("credit: the slot of .%u is open, and the store has it not bound "
			       "to that client",
			       addr & 0xff);
	else if (slot->ack_until > later(later(row.promised, row.granted_until), row.ack_until))
		world_violated("credit: the slot of .%u may promise until %u, the store has %u",
			       addr & 0xff, slot->ack_until, row.ack_until);
}

static void check_slots(void)
{
	struct maps *maps = maps_pinned();

	for (uint32_t i = 0; maps && i < maps->meta.slots_used; i++)
		check_slot(maps_addr(maps, &maps->slots[i]), &maps->slots[i]);
}

void oracle_published(uint32_t addr)
{
	struct maps *maps = maps_pinned();
	struct slot *slot = maps && addr ? maps_slot(maps, addr) : NULL;

	/* A start that has not come to its end lowers what is too high one by one. */
	if (slot && !world.starting)
		check_slot(addr, slot);
}

void oracle_serving(void)
{
	store_replaced = false;
	check_slots();
	check_covered("after a start");
}

void oracle_check(void)
{
	check_covered("at rest");
	if (world.serving)
		check_slots();
}

void oracle_promised(unsigned client, uint32_t addr, uint32_t lifetime)
{
	const struct request r = {.client = client, .addr = addr, .handled = world.now};

	check_alone(client, addr, "given by another server to");
	promise(&r, addr, lifetime, false);
}

uint32_t oracle_address_of(unsigned client)
{
	uint32_t xid = 0, addr = 0;

	for (unsigned i = 0; i < n_promises; i++) {
		if (promises[i].client == client && promises[i].until > world.now &&
		    promises[i].xid >= xid) {
			xid = promises[i].xid;
			addr = promises[i].addr;
		}
	}
	return addr;
}

unsigned oracle_running(void)
{
	unsigned n = 0;

	for (unsigned i = 0; i < n_promises; i++)
		n += promises[i].until > world.now;
	return n;
}

uint64_t oracle_hash(void)
{
	uint64_t hash = 14695981039346656037ull;

	for (unsigned i = 0; i < n_promises; i++) {
		hash = (hash ^ promises[i].client) * 1099511628211ull;
		hash = (hash ^ promises[i].addr) * 1099511628211ull;
		hash = (hash ^ promises[i].until) * 1099511628211ull;
	}
	return hash;
}
