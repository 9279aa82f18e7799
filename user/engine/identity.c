// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Who the client is and what is its. The client identifier is the key, else
 * htype and chaddr (RFC 2131 4.2); but an identifier that turns up on a second
 * MAC while promises to the first run is a cloned machine, a client of its own, and
 * remains one once it is bound.
 *
 * A reserved address is one machine's at a time, whatever it is reserved by: another MAC gets it
 * when all that was promised to the former has ended (I5), and is served from the pools until then;
 * so it is with the CPE that replaces another on one circuit, or the second of two behind it. The
 * identities of one MAC are one machine (ROM, boot loader, system), so a reserved address serves
 * each of them at once that shows what it is reserved by. But by client-id or duid it is one
 * identity's: what else is on that MAC has to wait as others have.
 */
#include <string.h>

#include "ask.h"
#include "expr.h"
#include "proto/relay.h"

#define STRAYS 10 /* seconds that messages which the end of a binding has overtaken may come */

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

static void identifier(struct ask *ask, enum reserved_by by, const uint8_t *data, size_t len)
{
	ask->ids.v[by].data = data;
	ask->ids.v[by].len = (uint16_t)len;
}

static void by_relay(struct ask *ask, enum reserved_by by, uint8_t code)
{
	struct dhcp_opt sub;

	if (relay_suboption(&ask->agent, code, &sub))
		identifier(ask, by, sub.data, sub.len);
}

static void by_expression(struct ask *ask)
{
	const struct expr *expr = ask->engine->config.model->flex_id;
	struct expr_input in = {.msg = ask->msg, .agent = ask->agent, .interface = ask->link->name};

	if (!expr)
		return;
	identifier(ask, RESERVED_BY_FLEX_ID, ask->flex_id,
		   expr_string(expr, &in, ask->flex_id, sizeof(ask->flex_id)));
	ask->fleeting = !expr_memoisable(expr);
}

static void identify_by(struct ask *ask, enum reserved_by by)
{
	const struct client *client = &ask->client;

	switch (by) {
	case RESERVED_BY_HW_ADDRESS:
		identifier(ask, by, client->chaddr, sizeof(client->chaddr));
		break;
	case RESERVED_BY_DUID:
		/* RFC 4361 6.1: type 255, an IAID of four bytes, then the DUID. */
		if (client->client_id_len > 5 && client->client_id[0] == 255)
			identifier(ask, by, client->client_id + 5, client->client_id_len - 5u);
		break;
	case RESERVED_BY_CIRCUIT_ID:
		by_relay(ask, by, RELAY_CIRCUIT_ID);
		break;
	case RESERVED_BY_REMOTE_ID:
		by_relay(ask, by, RELAY_REMOTE_ID);
		break;
	case RESERVED_BY_CLIENT_ID:
		identifier(ask, by, client->client_id, client->client_id_len);
		break;
	case RESERVED_BY_FLEX_ID:
		by_expression(ask);
		break;
	case RESERVED_BY_COUNT:
		break;
	}
}

/* Those that the operator wants it to be known by. What is reserved by another is nobody's. */
static void identifiers(struct ask *ask)
{
	const struct model *model = ask->engine->config.model;

	ask->ids = (struct identifiers){0};
	for (size_t i = 0; i < model->n_order; i++)
		identify_by(ask, model->order[i]);
}

/*
 * RFC 2131 4.3.2, RENEWING: "This message will be unicast, so no relay agents will be involved in
 * its transmission", and it lacks what the relay says of its client (RFC 3046 2.1). The binding
 * knows, if it is this very client's. A broadcast would have come by the relay.
 */
static void recall_relay(struct ask *ask)
{
	const struct model *model = ask->engine->config.model;
	const struct dhcp_msg *msg = ask->msg;
	const struct lease *lease;
	struct identity identity;

	if (!model->stash_agent_options || msg->type != DHCP_REQUEST || !msg->ciaddr ||
	    !msg->in.our_addr || msg->giaddr || ask->agent.len)
		return;
	lease = lease_at(ask->engine->leases, msg->ciaddr);
	identity = identity_of_client(&ask->client, model_subnet_of(model, msg->ciaddr));
	if (!lease || lease->state != LEASE_BOUND || !lease->agent_len ||
	    !lease_is(lease, &identity))
		return;
	memcpy(ask->stored_agent, lease_agent(lease), lease->agent_len);
	ask->agent = (struct dhcp_opt){.data = ask->stored_agent, .len = lease->agent_len};
	ask->recalled = true;
	ask->by_relay = lease->giaddr != 0;
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
	ask->by_relay = ask->msg->giaddr != 0;
	recall_relay(ask);
	identifiers(ask);
	names(ask);
	return true;
}

/* The address of a reservation where the client is: of a global one it may lie elsewhere. */
static uint32_t address_here(const struct ask *ask, const struct reservation *r)
{
	return r && subnet_contains(ask->subnet, r->addr) ? r->addr : 0;
}

/* Bound to the client, or held for it; also while that is being closed. */
static bool promised(const struct lease *lease)
{
	return lease->stored == LEASE_BOUND || lease->stored == LEASE_HELD;
}

static struct lease_firsts of_client_id(const struct ask *ask)
{
	return table_find_id(ask->engine->leases, &ask->identity, ask->subnet);
}

/* Something of it is CLOSING: not known yet what remains. */
static bool any_closing(const struct lease_firsts *firsts)
{
	return firsts->of[KIND_BOUND_CLOSING] || firsts->of[KIND_OTHER_CLOSING];
}

/* Since when has the client id been bound by its own right? UINT64_MAX: it is not. */
static uint64_t bound_since(const struct lease_firsts *firsts)
{
	const struct lease *bound = firsts->of[KIND_BOUND],
			   *closing = firsts->of[KIND_BOUND_CLOSING];
	uint64_t since = bound ? bound->generation : UINT64_MAX;

	return closing && closing->generation < since ? closing->generation : since;
}

/* Promises to this client id here, where this one has none, so to another MAC. */
static void look_for_clone(struct ask *ask, const struct lease_firsts *others)
{
	if (others->of[KIND_BOUND] || others->of[KIND_OTHER])
		ask->cloned = true;
	else if (any_closing(others))
		ask->closing = true; /* then it is known whether it is a clone */
}

/* Is the client id bound here since before this generation? */
static bool bound_before(const struct ask *ask, uint64_t generation)
{
	struct lease_firsts firsts = of_client_id(ask);

	return bound_since(&firsts) < generation;
}

/*
 * Of several machines with one client id, the reservation by it is for the one that has
 * the reserved address, else for the one that was bound first; so it stays with that
 * one whoever comes after. `since`: the generation since which this one is bound; what
 * was bound before is another's.
 */
static bool is_clone(const struct ask *ask, uint64_t since)
{
	const struct lease *home = lease_at(ask->engine->leases, address_here(ask, ask->by_id));

	if (home && promised(home) && lease_has_id(home, &ask->identity))
		return !lease_is(home, &ask->identity);
	return bound_before(ask, since);
}

bool ask_reservation_lasts(const struct ask *ask, uint32_t addr)
{
	const struct lease *lease = lease_at(ask->engine->leases, addr);
	const struct reservation *r = subnet_reserved_address(ask->subnet, addr);
	uint32_t home = address_here(ask, ask->by_id);

	if (!ask->by_id)
		return true;
	if (ask->cloned)
		return false;
	if (home)
		return home == addr;
	if (r && !reservation_by_client_id(r))
		return false;
	/* What was bound before may be its own, and lasts no longer than that: no in doubt. */
	return !bound_before(ask, lease && lease->indexed && lease->kind == KIND_BOUND
					  ? lease->generation
					  : UINT64_MAX);
}

/* What it is known by beside its client id. */
static struct identifiers other_identifiers(const struct ask *ask)
{
	struct identifiers others = ask->ids;

	others.v[RESERVED_BY_CLIENT_ID].len = others.v[RESERVED_BY_DUID].len = 0;
	return others;
}

bool ask_may_be_reserved(const struct ask *ask)
{
	const struct model *model = ask->engine->config.model;
	struct identifiers others = other_identifiers(ask);

	return address_here(ask, model_reservation(model, ask->subnet, &ask->ids)) ||
	       address_here(ask, model_reservation(model, ask->subnet, &others));
}

/* Which of two leases of a client is rather its own: 0 for none. */
static unsigned rank(const struct ask *ask, const struct lease *lease)
{
	unsigned r = lease->state == LEASE_BOUND ? 3 : lease->state == LEASE_HELD ? 2 : 1;

	return ask_permit(ask, lease->addr) == PERMIT_OK ? r + 3 : r;
}

static void consider(struct ask *ask, struct lease *lease)
{
	unsigned mine = rank(ask, lease), best = ask->own ? rank(ask, ask->own) : 0;

	if (mine > best || (mine == best && lease->generation > ask->own->generation))
		ask->own = lease;
}

/*
 * What runs of one client here: one lease as a rule, else as many as are reserved for it. Of
 * its last addresses, of which there may be any number, the latest.
 */
static void consider_all(struct ask *ask, const struct lease_firsts *firsts)
{
	struct lease_table *leases = ask->engine->leases;

	for (int kind = KIND_BOUND; kind <= KIND_OTHER; kind++) {
		struct lease *lease = firsts->of[kind];

		for (; lease; lease = table_after(leases, lease))
			consider(ask, lease);
	}
	if (firsts->of[KIND_FREE])
		consider(ask, firsts->of[KIND_FREE]);
}

/*
 * The client's reservation, if it is not a clone whose reservation is another's. `others`: all of
 * its client id, of one that is known by that and has nothing bound; else NULL.
 */
static void find_reservation(struct ask *ask, const struct lease_firsts *others, uint64_t since)
{
	const struct model *model = ask->engine->config.model;
	const struct reservation *r = model_reservation(model, ask->subnet, &ask->ids);
	struct identifiers but_id = other_identifiers(ask);

	ask->by_id = r && reservation_by_client_id(r) && !ask->identity.by_hw ? r : NULL;
	if (others)
		look_for_clone(ask, others);
	else if (ask->by_id)
		ask->cloned = is_clone(ask, since);
	ask->reservation = ask->cloned ? model_reservation(model, ask->subnet, &but_id) : r;
	ask->reserved = address_here(ask, ask->reservation);
}

void ask_identify(struct ask *ask)
{
	struct lease_firsts firsts, others;
	bool bound, by_id;

	ask->identity = identity_of_client(&ask->client, ask->subnet);
	ask->own = NULL;
	ask->cloned = false;
	firsts = table_find(ask->engine->leases, &ask->identity, ask->subnet);
	ask->closing = any_closing(&firsts);
	bound = firsts.of[KIND_BOUND] || firsts.of[KIND_OTHER];
	by_id = !bound && !ask->identity.by_hw;
	if (by_id)
		others = of_client_id(ask);
	find_reservation(ask, by_id ? &others : NULL, bound_since(&firsts));
	classes_enter(ask); /* by what is known now; what follows asks for it */
	consider_all(ask, &firsts);
	/* Its last address, though it comes with another MAC now. */
	if (by_id && !ask->cloned && others.of[KIND_FREE])
		consider(ask, others.of[KIND_FREE]);
}

static bool reserved_for(const struct ask *ask, const struct reservation *r)
{
	return !(ask->cloned && reservation_by_client_id(r)) && reservation_is_for(r, &ask->ids);
}

static bool taken_by_infrastructure(const struct ask *ask, uint32_t addr)
{
	for (unsigned i = 0; i < XDHCP_LINK_ADDRS; i++) {
		if (addr == ask->link->addrs[i])
			return true;
	}
	for (size_t i = 0; i < ask->link->n_host; i++) {
		if (addr == ask->link->host[i])
			return true;
	}
	return subnet_by_relay(&ask->engine->subnets_by, addr);
}

/* What a relay names by RFC 3527 or 5107 is its address on the client's link, as a rule. */
bool ask_named_by_relay(const struct ask *ask, uint32_t addr)
{
	return addr == ask->msg->giaddr || addr == ask->relay_there || addr == ask->server_id;
}

enum permit ask_permit(const struct ask *ask, uint32_t addr)
{
	const struct reservation *r;

	if (!addr || !subnet_contains(ask->subnet, addr) || taken_by_infrastructure(ask, addr) ||
	    ask_named_by_relay(ask, addr))
		return PERMIT_OUTSIDE;
	r = subnet_reserved_address(ask->subnet, addr);
	if (r)
		return reserved_for(ask, r) ? PERMIT_OK : PERMIT_RESERVED;
	if (!area_at(ask->engine, addr))
		return PERMIT_OUTSIDE;
	return classes_allow_pool(ask, addr) ? PERMIT_OK : PERMIT_CLASSES;
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
	/* Another identity of the machine that the address is reserved for. */
	r = subnet_reserved_address(ask->subnet, lease->addr);
	return r && !reservation_by_client_id(r) && reserved_for(ask, r);
}

static bool remembers(const struct ask *ask, const struct lease *lease)
{
	if (!lease->indexed)
		return false;
	if (lease_is(lease, &ask->identity))
		return true;
	return !ask->cloned && lease_has_id(lease, &ask->identity);
}

enum holder ask_holder(struct ask *ask, uint32_t addr)
{
	struct lease *lease = lease_at(ask->engine->leases, addr);
	struct offer *offer = offer_at(ask->engine, addr);

	if (offer && offer->until <= ask->now) {
		offer_drop(ask->engine, offer);
		offer = NULL;
	}
	/* FREE and being closed: declined while it was only offered, or reserved. */
	if (lease && (lease->stored == LEASE_DECLINED ||
		      (lease->stored == LEASE_FREE && lease->state == LEASE_CLOSING)))
		return HOLDER_DECLINED;
	if (lease && lease->state != LEASE_FREE) {
		if (!is_mine(ask, lease))
			return HOLDER_OTHER;
		if (lease->state == LEASE_CLOSING)
			return HOLDER_MINE_CLOSING;
		return lease->state == LEASE_HELD ? HOLDER_MINE_HELD : HOLDER_MINE;
	}
	if (offer && offer != offer_of(ask->engine, ask->subnet, &ask->identity))
		return HOLDER_OFFERED;
	return lease && remembers(ask, lease) ? HOLDER_LAST : HOLDER_NOBODY;
}

bool ask_lately_its(const struct ask *ask, uint32_t addr)
{
	const struct lease *lease = lease_at(ask->engine->leases, addr);

	return lease && lease->state == LEASE_FREE && remembers(ask, lease) &&
	       ask->now < lease->promised + STRAYS;
}

uint32_t ask_reserved_elsewhere(struct ask *ask, uint32_t addr)
{
	uint32_t reserved = ask->reserved;

	if (!reserved || reserved == addr)
		return 0;
	/* Reserved for this MAC by another reservation: its choice which. */
	if (subnet_reserved_address(ask->subnet, addr) && ask_permit(ask, addr) == PERMIT_OK)
		return 0;
	return ask_obtainable(ask, reserved) ? reserved : 0;
}

void ask_name(const struct ask *ask, uint32_t addr, char ret_name[MODEL_NAME_MAX + 1])
{
	const struct lease *lease = lease_at(ask->engine->leases, addr);
	const char *domain = ask->subnet ? ask->subnet->domain : NULL, *name = "";
	bool reserved = ask->reservation && ask->reservation->hostname[0], partial;

	if (reserved)
		name = ask->reservation->hostname;
	else if (lease &&
		 (lease->state == LEASE_FREE ? remembers(ask, lease) : is_mine(ask, lease)))
		name = lease_hostname(lease);
	/* RFC 4702 2.3: of option 81 the client says itself whether the name is a whole one */
	partial = reserved || !strchr(name, '.');
	if (!reserved && ask->hostname[0] && (domain || !name_completes(name, ask->hostname))) {
		name = ask->hostname;
		partial = ask->fqdn.present ? !ask->fqdn.full : !strchr(name, '.');
	}
	if (domain && partial)
		name_qualify(name, domain, ret_name);
	else
		strcpy(ret_name, name);
}
