// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Who the client is and what is its. The client identifier is the key, else
 * htype and chaddr (RFC 2131 4.2); but an identifier that turns up on a second
 * MAC while promises to the first run is a cloned machine, a client of its own, and
 * remains one once it is bound. A hw-address reservation serves every identity on its MAC at once.
 */
#include <string.h>

#include "ask.h"

/*
 * RFC 4702 3.1: of a client that sends both, the Client FQDN option counts and the host name option
 * does not.
 */
static void names(struct ask *ask)
{
	const struct dhcp_opt *name = &ask->msg->opt[DHO_HOST_NAME];

	fqdn_read(&ask->msg->opt[DHO_FQDN], &ask->fqdn);
	if (ask->fqdn.present)
		memcpy(ask->hostname, ask->fqdn.name, sizeof(ask->hostname));
	else
		name_clean(name->data, name->len, ask->hostname);
}

static void identifiers(struct ask *ask)
{
	struct identifiers *ids = &ask->ids;
	const struct client *client = &ask->client;

	*ids = (struct identifiers){0};
	ids->v[RESERVED_BY_HW_ADDRESS].data = client->chaddr;
	ids->v[RESERVED_BY_HW_ADDRESS].len = sizeof(client->chaddr);
	ids->v[RESERVED_BY_CLIENT_ID].data = client->client_id;
	ids->v[RESERVED_BY_CLIENT_ID].len = client->client_id_len;
}

bool ask_client(struct ask *ask)
{
	const struct dhcp_opt *id = &ask->msg->opt[DHO_CLIENT_IDENTIFIER];

	memcpy(ask->client.chaddr, ask->msg->chaddr, sizeof(ask->client.chaddr));
	if (id->data && id->len > sizeof(ask->client.client_id))
		return false;
	if (id->data && id->len) {
		memcpy(ask->client.client_id, id->data, id->len);
		ask->client.client_id_len = (uint8_t)id->len;
	}
	ask->agent = ask->msg->opt[DHO_RELAY_AGENT];
	identifiers(ask);
	names(ask);
	return true;
}

/* By an identifier that another machine may show as well. */
static bool by_client_id(const struct reservation *r)
{
	return reservation_by(r) == RESERVED_BY_CLIENT_ID || reservation_by(r) == RESERVED_BY_DUID;
}

static bool here(const struct ask *ask, const struct lease *lease)
{
	return subnet_contains(ask->subnet, lease->addr);
}

static bool running(const struct lease *lease)
{
	return lease->state == LEASE_BOUND || lease->state == LEASE_HELD;
}

/* Bound to the client, or held for it; also while that is being closed. */
static bool promised(const struct lease *lease)
{
	return lease->stored == LEASE_BOUND || lease->stored == LEASE_HELD;
}

static bool has_id(const struct lease *lease, const struct identity *identity)
{
	return !lease->by_hw && !identity->by_hw &&
	       lease->client_id_len == identity->client_id_len &&
	       !memcmp(lease_client_id(lease), identity->client_id, lease->client_id_len);
}

/* Promises to this client id on another MAC. */
static void look_for_clone(struct ask *ask)
{
	struct lease *lease;

	for (lease = table_first_id(ask->engine->leases, &ask->identity); lease;
	     lease = table_after_id(lease, &ask->identity)) {
		if (!here(ask, lease) || lease_is(lease, &ask->identity))
			continue;
		if (running(lease)) {
			ask->cloned = true;
			return;
		}
		if (lease->state == LEASE_CLOSING)
			ask->closing = true; /* then it is known whether it is a clone */
	}
}

/*
 * Is it the client id that has the binding, since its generation? An address that is reserved
 * for a MAC is bound to whatever identity that MAC shows last.
 */
static bool bound_by_id(const struct ask *ask, const struct lease *lease)
{
	const struct reservation *r;

	if (lease->stored != LEASE_BOUND || !here(ask, lease))
		return false;
	r = subnet_reserved_address(ask->subnet, lease->addr);
	return !r || by_client_id(r);
}

/* Is the client id bound here on another MAC, and was before this generation? */
static bool bound_before(const struct ask *ask, uint64_t generation)
{
	const struct lease *lease;

	for (lease = table_first_id(ask->engine->leases, &ask->identity); lease;
	     lease = table_after_id(lease, &ask->identity)) {
		if (bound_by_id(ask, lease) && !lease_is(lease, &ask->identity) &&
		    lease->generation < generation)
			return true;
	}
	return false;
}

/*
 * Of several machines with one client id, the reservation by it is for the one that has
 * the reserved address, else for the one that was bound first; so it stays with that
 * one whoever comes after. `since`: the generation since which this one is bound.
 */
static bool is_clone(const struct ask *ask, uint64_t since)
{
	const struct lease *home = NULL;

	if (ask->by_id->addr)
		home = lease_at(ask->engine->leases, ask->by_id->addr);
	if (home && promised(home) && has_id(home, &ask->identity))
		return !lease_is(home, &ask->identity);
	return bound_before(ask, since);
}

bool ask_reservation_lasts(const struct ask *ask, uint32_t addr)
{
	const struct lease *lease = lease_at(ask->engine->leases, addr);
	const struct reservation *r = subnet_reserved_address(ask->subnet, addr);

	if (!ask->by_id)
		return true;
	if (ask->cloned)
		return false;
	if (ask->by_id->addr)
		return ask->by_id->addr == addr;
	if (r && !by_client_id(r))
		return false;
	return !bound_before(ask,
			     lease && bound_by_id(ask, lease) ? lease->generation : UINT64_MAX);
}

/* Which of two leases of a client is rather its own: 0 for none. */
static unsigned rank(const struct ask *ask, const struct lease *lease)
{
	unsigned r = lease->state == LEASE_BOUND ? 3 : lease->state == LEASE_HELD ? 2 : 1;

	return ask_permit(ask, lease->addr) == PERMIT_OK ? r + 3 : r;
}

static void consider(struct ask *ask, struct lease *lease)
{
	unsigned mine, best;

	if (!here(ask, lease))
		return;
	if (lease->state == LEASE_CLOSING) {
		ask->closing = true;
		return;
	}
	mine = rank(ask, lease);
	best = ask->own ? rank(ask, ask->own) : 0;
	if (mine > best || (mine == best && lease->generation > ask->own->generation))
		ask->own = lease;
}

/* The client's reservation, if it is not a clone whose reservation is another's. */
static void find_reservation(struct ask *ask, bool bound, uint64_t since)
{
	const struct model *model = ask->engine->config.model;
	const struct reservation *r = model_reservation(model, ask->subnet, &ask->ids);
	struct identifiers others = ask->ids;

	ask->by_id = r && by_client_id(r) && !ask->identity.by_hw ? r : NULL;
	if (!bound && !ask->identity.by_hw)
		look_for_clone(ask);
	else if (ask->by_id)
		ask->cloned = is_clone(ask, since);
	others.v[RESERVED_BY_CLIENT_ID].len = others.v[RESERVED_BY_DUID].len = 0;
	ask->reservation = ask->cloned ? model_reservation(model, ask->subnet, &others) : r;
	ask->reserved = 0;
	if (ask->reservation && subnet_contains(ask->subnet, ask->reservation->addr))
		ask->reserved = ask->reservation->addr;
}

void ask_identify(struct ask *ask)
{
	const struct lease_table *leases = ask->engine->leases;
	struct client *client = &ask->client;
	uint64_t since = UINT64_MAX;
	struct lease *lease;
	bool bound = false;

	ask->identity = (struct identity){
		.chaddr = client->chaddr,
		.client_id = client->client_id,
		.client_id_len = client->client_id_len,
		.by_hw = !client->client_id_len || !ask->subnet->match_client_id,
	};
	ask->own = NULL;
	ask->closing = ask->cloned = false;
	for (lease = table_first(leases, &ask->identity); lease;
	     lease = table_after(lease, &ask->identity)) {
		bound |= here(ask, lease) && running(lease);
		if (bound_by_id(ask, lease) && lease->generation < since)
			since = lease->generation;
	}
	find_reservation(ask, bound, since);

	for (lease = table_first(leases, &ask->identity); lease;
	     lease = table_after(lease, &ask->identity))
		consider(ask, lease);
	if (bound || ask->identity.by_hw || ask->cloned)
		return;
	/* Its last address, though it comes with another MAC now. */
	for (lease = table_first_id(leases, &ask->identity); lease;
	     lease = table_after_id(lease, &ask->identity))
		consider(ask, lease);
}

static bool reserved_for(const struct ask *ask, const struct reservation *r)
{
	return !(ask->cloned && by_client_id(r)) && reservation_is_for(r, &ask->ids);
}

static bool taken_by_infrastructure(const struct ask *ask, uint32_t addr)
{
	for (unsigned i = 0; i < XDHCP_LINK_ADDRS; i++) {
		if (addr == ask->link->addrs[i])
			return true;
	}
	return addr == ask->msg->giaddr;
}

enum permit ask_permit(const struct ask *ask, uint32_t addr)
{
	const struct reservation *r;

	if (!addr || !subnet_contains(ask->subnet, addr) || taken_by_infrastructure(ask, addr))
		return PERMIT_OUTSIDE;
	r = subnet_reserved_address(ask->subnet, addr);
	if (r)
		return reserved_for(ask, r) ? PERMIT_OK : PERMIT_RESERVED;
	return area_at(ask->engine, addr) ? PERMIT_OK : PERMIT_OUTSIDE;
}

/* Is a running lease the client's? */
static bool is_mine(const struct ask *ask, const struct lease *lease)
{
	const struct reservation *r;

	if (lease_is(lease, &ask->identity))
		return true;
	if (memcmp(lease->chaddr, ask->client.chaddr, sizeof(lease->chaddr)))
		return false;
	/* Held from a slot found at start: only the MAC is known. */
	if (lease->stored == LEASE_HELD && !lease->client_id_len)
		return true;
	r = subnet_reserved_address(ask->subnet, lease->addr);
	return r && !by_client_id(r) && reserved_for(ask, r);
}

static bool remembers(const struct ask *ask, const struct lease *lease)
{
	if (!lease->indexed)
		return false;
	if (lease_is(lease, &ask->identity))
		return true;
	return !ask->cloned && has_id(lease, &ask->identity);
}

enum holder ask_holder(struct ask *ask, uint32_t addr)
{
	struct lease *lease = lease_at(ask->engine->leases, addr);
	struct offer *offer = offer_at(ask->engine, addr);

	if (offer && offer->until <= ask->now) {
		offer_drop(ask->engine, offer);
		offer = NULL;
	}
	if (lease && lease->stored == LEASE_DECLINED)
		return HOLDER_DECLINED;
	if (lease && lease->state != LEASE_FREE) {
		if (lease->stored == LEASE_FREE || !is_mine(ask, lease))
			return HOLDER_OTHER;
		if (lease->state == LEASE_CLOSING)
			return HOLDER_MINE_CLOSING;
		return lease->state == LEASE_HELD ? HOLDER_MINE_HELD : HOLDER_MINE;
	}
	if (offer && offer != offer_of(ask->engine, ask->subnet, &ask->identity))
		return HOLDER_OFFERED;
	return lease && remembers(ask, lease) ? HOLDER_LAST : HOLDER_NOBODY;
}

uint32_t ask_reserved_elsewhere(struct ask *ask, uint32_t addr)
{
	uint32_t reserved = ask->reserved;

	if (!reserved || reserved == addr || ask_permit(ask, reserved) != PERMIT_OK)
		return 0;
	/* Reserved for this MAC by another reservation: its choice which. */
	if (subnet_reserved_address(ask->subnet, addr) && ask_permit(ask, addr) == PERMIT_OK)
		return 0;
	switch (ask_holder(ask, reserved)) {
	case HOLDER_NOBODY:
	case HOLDER_LAST:
	case HOLDER_MINE:
	case HOLDER_MINE_HELD:
		return reserved;
	default:
		return 0;
	}
}

const char *ask_name(const struct ask *ask, uint32_t addr)
{
	const struct lease *lease = lease_at(ask->engine->leases, addr);

	if (ask->reservation && ask->reservation->hostname[0])
		return ask->reservation->hostname;
	if (ask->hostname[0] || !lease)
		return ask->hostname;
	if (lease->state == LEASE_FREE ? remembers(ask, lease) : is_mine(ask, lease))
		return lease_hostname(lease);
	return "";
}
