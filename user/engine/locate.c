// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Which subnet a message is about, and as which server it is answered. First the client's link
 * is found: one subnet or several, and with a subnet all others of its shared network. Of these
 * the one is chosen where the client is at home. Pure look-ups: nothing is walked but the
 * subnets of that link. (Offers that have lapsed are dropped on the way.)
 */
#include <string.h>

#include "ask.h"
#include "proto/relay.h"

/* --- the link --- */

static void only(struct candidates *link, const struct subnet *subnet)
{
	link->one[0] = subnet;
	link->v = link->one;
	link->n = subnet != NULL;
}

static bool on_link(const struct candidates *link, const struct subnet *subnet)
{
	for (size_t i = 0; i < link->n; i++) {
		if (subnets_on_one_link(link->v[i], subnet))
			return true;
	}
	return false;
}

/* The link's subnet that `addr` lies in, or NULL. */
static const struct subnet *containing(const struct ask *ask, uint32_t addr)
{
	const struct subnet *subnet = model_subnet_of(ask->engine->config.model, addr);

	return addr && subnet && on_link(&ask->link_subnets, subnet) ? subnet : NULL;
}

/*
 * An address of the link that the relay or the client names; 0: none. RFC 3527 3: "the relay agent
 * adds it whenever it sets the giaddr value", so only with giaddr: a switch that adds option 82 to
 * what it forwards leaves the client on our own link. It counts more than option 118, which is the
 * client's own word, or its proxy's (RFC 3011 2). There are no virtual subnets (RFC 6607): that
 * sub-option 152 comes back tells the relay so.
 */
static uint32_t named_link(struct ask *ask)
{
	const struct dhcp_opt *selection = &ask->msg->opt[DHO_SUBNET_SELECTION];

	if (ask->msg->giaddr)
		ask->relay_there = relay_address(&ask->agent, RELAY_LINK_SELECTION);
	if (ask->relay_there)
		return ask->relay_there;
	return selection->data && selection->len == 4 ? dhcp_get_addr(selection->data) : 0;
}

/*
 * Where a direct client is: in the subnets that name the interface, else in those of its
 * addresses. A subnet that names an interface serves that one alone. One that lists relays is as
 * good as any, as in Kea.
 */
static void find_by_interface(struct ask *ask)
{
	const struct model *model = ask->engine->config.model;
	struct candidates *link = &ask->link_subnets;

	link->v = subnets_by_interface(&ask->engine->subnets_by, ask->link->name, &link->n);
	if (link->n)
		return;
	link->v = link->one;
	for (unsigned i = 0; i < XDHCP_LINK_ADDRS; i++) {
		const struct subnet *subnet = ask->link->addrs[i]
						      ? model_subnet_of(model, ask->link->addrs[i])
						      : NULL;

		if (subnet && !subnet->interface[0] && !on_link(link, subnet))
			link->one[link->n++] = subnet;
	}
}

/*
 * RFC 2131 4.3.1: "the address is selected based on the subnet from which the message was received
 * (if 'giaddr' is 0) or on the address of the relay agent that forwarded the message ('giaddr' when
 * not 0)." A relay that a subnet lists is on that one's link whatever its address.
 */
static void find_link(struct ask *ask)
{
	const struct model *model = ask->engine->config.model;
	struct candidates *link = &ask->link_subnets;
	const struct dhcp_msg *msg = ask->msg;
	uint32_t named = named_link(ask);

	/* RFC 3527 3: "the DHCP server MUST allocate the address on either" the subnet named or one
	 * on the same link: so nothing else will do. */
	ask->link_named = named != 0;
	if (named) {
		only(link, model_subnet_of(model, named));
		return;
	}
	if (msg->giaddr) {
		only(link, subnet_by_relay(&ask->engine->subnets_by, msg->giaddr));
		if (!link->n)
			only(link, model_subnet_of(model, msg->giaddr));
		return;
	}
	find_by_interface(ask);
	/*
	 * A renewal by way of a relayed client's router: no giaddr, not on this link
	 * (RFC 2131 4.3.2, RENEWING: "the DHCPREQUEST message will be unicast").
	 */
	if (ask->routed && msg->in.our_addr && msg->ciaddr && !containing(ask, msg->ciaddr))
		only(link, model_subnet_of(model, msg->ciaddr));
}

/* --- the subnet --- */

static uint32_t own_address(const struct ask *ask)
{
	uint32_t first = 0;

	/* RFC 2131 4.1: an identifier "that, to the best of the server's knowledge, is reachable
	 * from the client": the one by which its relay, or a client behind a router, reached us. */
	if (ask->msg->in.our_addr && (ask->msg->giaddr || ask->routed))
		return ask->msg->in.our_addr;
	for (unsigned i = 0; i < XDHCP_LINK_ADDRS; i++) {
		uint32_t addr = ask->link->addrs[i];

		if (addr && subnet_contains(ask->subnet, addr))
			return addr;
		if (!first)
			first = addr;
	}
	return first;
}

void ask_enter(struct ask *ask, const struct subnet *subnet)
{
	uint32_t relay = 0;

	ask->subnet = subnet;
	ask->source = own_address(ask);
	/* RFC 5107: the relay wants renewals for itself, so that it can add option 82 to them. A
	 * relay's word, so not a client's own or a switch's. */
	if (ask->by_relay)
		relay = relay_address(&ask->agent, RELAY_SERVER_ID_OVERRIDE);
	ask->server_id = relay ? relay : ask->source;
	ask_identify(ask);
}

/* The address that the message is about; a DISCOVER only wishes for one. */
static uint32_t about(const struct dhcp_msg *msg)
{
	if (msg->type == DHCP_DISCOVER)
		return 0;
	if (msg->type == DHCP_INFORM && !msg->ciaddr)
		return msg->giaddr ? 0 : msg->ip_src;
	if (msg->type == DHCP_DECLINE && msg->has_requested)
		return msg->requested;
	return msg->ciaddr ? msg->ciaddr : msg->requested;
}

/*
 * Why the client is not answered in the subnet, whatever else it may have there. What it gives back
 * is taken back all the same.
 */
static enum reason refusal(const struct ask *ask, const struct subnet *subnet)
{
	if (ask->msg->type == DHCP_RELEASE || ask->msg->type == DHCP_DECLINE)
		return REASON_NONE;
	if (!subnet->enabled)
		return SILENT_subnet_deactivated;
	return filter_refuses(subnet, ask->client.chaddr);
}

static bool served(const struct ask *ask, const struct subnet *subnet)
{
	return refusal(ask, subnet) == REASON_NONE;
}

bool ask_admitted(const struct ask *ask)
{
	if (ask->msg->type == DHCP_RELEASE || ask->msg->type == DHCP_DECLINE)
		return true;
	return classes_allow_subnet(ask);
}

/* What speaks for one of several subnets; each counts more than all below it. */
enum {
	HAS_RESERVED = 1 << 6, /* an address reserved for the client, and to be had */
	HAS_LEASE = 1 << 5,
	HAS_CLOSING = 1 << 4, /* a lease of which it is not known yet what remains */
	HAS_OFFER = 1 << 3,
	HAS_LAST = 1 << 2, /* a free address that it had last */
	HAS_WISHED = 1 << 1,
	HAS_RESERVATION = 1 << 0, /* of options or a name; of an address that another has */
};

struct merit {
	unsigned weight;
	uint64_t since; /* the later of two last leases wins */
};

static bool permitted(const struct ask *ask, uint32_t addr)
{
	return ask_permit(ask, addr) == PERMIT_OK;
}

/* Of the client in ask->subnet. */
static struct merit merit(struct ask *ask)
{
	const struct reservation *r = ask->reservation;
	const struct lease *own = ask->own;
	struct merit merit = {0};
	struct offer *offer;

	if (r && (!r->global || ask->reserved))
		merit.weight |= HAS_RESERVATION;
	if (ask_obtainable(ask, ask->reserved) || ask_reserved_closing(ask))
		merit.weight |= HAS_RESERVED;
	if (ask->closing)
		merit.weight |= HAS_CLOSING;
	if (own && permitted(ask, own->addr)) {
		if (own->state != LEASE_FREE)
			merit.weight |= HAS_LEASE;
		else if (ask_holder(ask, own->addr) == HOLDER_LAST)
			merit = (struct merit){merit.weight | HAS_LAST, own->generation};
	}
	offer = offer_of(ask->engine, ask->subnet, &ask->identity);
	if (offer && offer->until > ask->now && permitted(ask, offer->addr))
		merit.weight |= HAS_OFFER;
	if (ask->msg->has_requested && ask_obtainable(ask, ask->msg->requested))
		merit.weight |= HAS_WISHED;
	return merit;
}

/* Enters the one where the client is at home. false: it is refused in all of them. */
static bool choose(struct ask *ask)
{
	const struct subnets_by *by = &ask->engine->subnets_by;
	const struct candidates *link = &ask->link_subnets;
	const struct subnet *best = NULL;
	struct merit most = {0};
	size_t n, at;

	for (size_t i = 0; i < link->n; i++) {
		const struct subnet *const *v = subnets_by_network(by, &link->v[i], &n, &at);

		if (link->n == 1 && n == 1 && served(ask, v[0])) {
			ask_enter(ask, v[0]);
			return ask_admitted(ask);
		}
		for (size_t j = 0; j < n; j++) {
			const struct subnet *subnet = v[(at + j) % n];
			struct merit its;

			if (!served(ask, subnet))
				continue;
			ask_enter(ask, subnet);
			if (!ask_admitted(ask))
				continue;
			its = merit(ask);
			if (best && (its.weight < most.weight ||
				     (its.weight == most.weight && its.since <= most.since)))
				continue;
			best = subnet;
			most = its;
		}
	}
	if (best && best != ask->subnet)
		ask_enter(ask, best);
	return best != NULL;
}

/*
 * What a REQUEST for `addr` has to know of the network's other subnets: an address reserved for the
 * client there is to be preferred, as in Kea, and one address is enough.
 */
static void look_at_siblings(struct ask *ask, uint32_t addr)
{
	const struct subnet *home = ask->subnet;
	bool reserved_here = subnet_reserved_address(home, addr) && permitted(ask, addr);
	size_t n, at;
	const struct subnet *const *v = subnets_by_network(&ask->engine->subnets_by, &home, &n,
							   &at);

	for (size_t i = 1; i < n; i++) {
		const struct subnet *subnet = v[(at + i) % n];

		if (!subnet->enabled)
			continue;
		ask_enter(ask, subnet);
		/* One where it is refused today has nothing for it, but what is answered shall not
		 * outlast that: lists change without a word to other subnets' clients. */
		if (!reserved_here)
			ask->elsewhere.may_be_reserved |= ask_may_be_reserved(ask);
		if (!served(ask, subnet) || !ask_admitted(ask))
			continue;
		if (ask->own && ask->own->state != LEASE_FREE && permitted(ask, ask->own->addr))
			ask->elsewhere.bound = true;
		if (!reserved_here)
			ask->elsewhere.reserved |= ask_obtainable(ask, ask->reserved);
	}
	if (n > 1)
		ask_enter(ask, home);
}

/* Why choose() has found none. */
static enum reason no_subnet(const struct ask *ask)
{
	enum reason reason = refusal(ask, ask->link_subnets.v[0]);

	return reason ? reason : SILENT_of_other_classes;
}

bool ask_locate(struct ask *ask)
{
	const struct dhcp_msg *msg = ask->msg;
	const struct subnet *subnet;

	ask->routed = dhcp_is_routed(msg);
	find_link(ask);
	if (!ask->link_subnets.n) {
		decide_silent(ask, ask->link_named ? SILENT_no_subnet_for_selected_link
				   : msg->giaddr   ? SILENT_no_subnet_for_relay
						   : SILENT_no_subnet_for_link);
		return false;
	}
	subnet = containing(ask, about(msg));
	if (subnet && !served(ask, subnet)) {
		decide_silent(ask, refusal(ask, subnet));
		return false;
	}
	if (subnet)
		ask_enter(ask, subnet);
	/* Where the address lies in a subnet that is not for it, another one may refuse it. */
	if ((!subnet || !ask_admitted(ask)) && !choose(ask)) {
		decide_silent(ask, classes_drop(ask) ? SILENT_dropped_by_class : no_subnet(ask));
		return false;
	}
	if (classes_drop(ask)) {
		decide_silent(ask, SILENT_dropped_by_class);
		return false;
	}
	if (msg->type == DHCP_REQUEST)
		look_at_siblings(ask, about(msg));
	return true;
}

bool ask_on_network(const struct ask *ask, uint32_t addr)
{
	/* The one that it lies in was chosen if it is of this link. */
	if (subnet_contains(ask->subnet, addr))
		return true;
	if (ask->msg->giaddr || ask->link_named)
		return false;
	for (unsigned i = 0; i < XDHCP_LINK_ADDRS; i++) {
		uint32_t ours = ask->link->addrs[i], mask = ask->link->masks[i];

		if (ours && mask && (addr & mask) == (ours & mask))
			return true;
	}
	return false;
}

bool ask_is_ours(const struct ask *ask, uint32_t server_id)
{
	if (!server_id)
		return false;
	if (server_id == ask->msg->in.our_addr || server_id == ask->server_id)
		return true;
	for (unsigned i = 0; i < XDHCP_LINK_ADDRS; i++) {
		if (server_id == ask->link->addrs[i])
			return true;
	}
	/* Two relays of a link may know us by different addresses; each forwards what the client
	 * broadcasts, whichever of them it has heard of. */
	for (size_t i = 0; ask->msg->giaddr && i < ask->link->n_host; i++) {
		if (server_id == ask->link->host[i])
			return true;
	}
	return false;
}

void ask_withdraw_offers(struct ask *ask)
{
	const struct subnet *home = ask->subnet;
	size_t n, at;
	const struct subnet *const *v = subnets_by_network(&ask->engine->subnets_by, &home, &n,
							   &at);

	for (size_t i = n; i-- > 0;) { /* its own last, which it then is in again */
		struct offer *offer;

		if (v[(at + i) % n] != ask->subnet)
			ask_enter(ask, v[(at + i) % n]);
		offer = offer_of(ask->engine, ask->subnet, &ask->identity);
		if (offer)
			offer_drop(ask->engine, offer);
	}
}
