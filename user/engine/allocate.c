// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * An address for a DISCOVER, in this order: the client's reservation, its
 * binding, its offer, its last address, the one it asks for, one never used,
 * the longest free; then what the other subnets of the network have; last the one of the oldest
 * offer. Nothing here walks leases or addresses; it costs O(pools of the link + log n).
 */
#include <errno.h>

#include "ask.h"

bool ask_obtainable(struct ask *ask, uint32_t addr)
{
	if (ask_permit(ask, addr) != PERMIT_OK)
		return false;
	switch (ask_holder(ask, addr)) {
	case HOLDER_NOBODY:
	case HOLDER_LAST:
	case HOLDER_MINE:
	case HOLDER_MINE_HELD:
		return true;
	default:
		return false;
	}
}

bool ask_reserved_closing(struct ask *ask)
{
	return ask_permit(ask, ask->reserved) == PERMIT_OK &&
	       ask_holder(ask, ask->reserved) == HOLDER_MINE_CLOSING;
}

/* What needs no hold: reserved for it, bound to it or promised to it. */
static uint32_t secure(struct ask *ask)
{
	const struct lease *own = ask->own;
	uint32_t addr = ask->reserved;

	if (ask_obtainable(ask, addr))
		return addr;
	if (own && own->state != LEASE_FREE && ask_permit(ask, own->addr) == PERMIT_OK)
		return own->addr;
	return 0;
}

/* RFC 2131 4.3.1: its previous address, "if that address is in the server's pool of available
 * addresses and not already allocated", then "the address requested". */
static uint32_t wished(struct ask *ask)
{
	uint32_t addr;

	if (ask->own) {
		addr = ask->own->addr;
		if (ask_permit(ask, addr) == PERMIT_OK && ask_holder(ask, addr) == HOLDER_LAST)
			return addr;
	}
	addr = ask->msg->has_requested ? ask->msg->requested : 0;
	return ask_obtainable(ask, addr) ? addr : 0;
}

/*
 * Addresses taken out of the way that are not the client's to have. What is ours or a listed
 * relay's stays out; what this message says to be its relay's is put back after the choice, or
 * whoever sends a message could empty a pool.
 */
struct aside {
	uint32_t addrs[4];
	size_t n;
};

static void set_aside(struct ask *ask, struct aside *aside, uint32_t addr)
{
	area_withhold(ask->engine, addr);
	if (ask_named_by_relay(ask, addr) &&
	    aside->n < sizeof(aside->addrs) / sizeof(*aside->addrs))
		aside->addrs[aside->n++] = addr;
}

static void put_back(struct ask *ask, const struct aside *aside)
{
	for (size_t i = 0; i < aside->n; i++)
		area_give_back(ask->engine, aside->addrs[i]);
}

/* Is the area's pool for other classes? Then its addresses are not even looked at. */
static bool closed_to(const struct ask *ask, const struct area *area)
{
	return !classes_allow_pool(ask, area->first);
}

static uint32_t never_used(struct ask *ask, struct area *area, size_t n, struct aside *aside)
{
	for (size_t i = 0; i < n; i++) {
		uint32_t addr;

		if (closed_to(ask, &area[i]))
			continue;
		while ((addr = area_fresh(&area[i]))) {
			if (ask_permit(ask, addr) == PERMIT_OK)
				return addr;
			set_aside(ask, aside, addr);
		}
	}
	return 0;
}

static uint32_t longest_free(struct ask *ask, struct area *area, size_t n, struct aside *aside)
{
	const struct lease *longest = NULL;

	for (size_t i = 0; i < n; i++) {
		const struct lease *lease;

		if (closed_to(ask, &area[i]))
			continue;
		while ((lease = area_longest_free(&area[i])) &&
		       ask_permit(ask, lease->addr) != PERMIT_OK)
			set_aside(ask, aside, lease->addr);
		if (lease && (!longest || lease_freed_before(lease, longest)))
			longest = lease;
	}
	return longest ? longest->addr : 0;
}

static uint32_t evicted(struct ask *ask, struct area *area, size_t n)
{
	struct offer *oldest = NULL;
	uint32_t addr;

	for (size_t i = 0; i < n; i++) {
		struct offer *offer = area_oldest_offer(&area[i]);

		if (offer && !closed_to(ask, &area[i]) && (!oldest || offer_before(offer, oldest)))
			oldest = offer;
	}
	if (!oldest)
		return 0;
	addr = oldest->addr;
	offer_drop(ask->engine, oldest);
	return ask_permit(ask, addr) == PERMIT_OK ? addr : 0;
}

/* A reserved address needs no hold: nobody else may have it. Nor does one held for the client. */
static int hold(struct ask *ask, uint32_t addr, uint32_t until)
{
	if (subnet_reserved_address(ask->subnet, addr) || ask_holder(ask, addr) == HOLDER_MINE_HELD)
		return 0;
	return offer_make(ask->engine, addr, &ask->identity, until, 0);
}

/* What is obtainable and bound is the client's. */
static bool is_bound(const struct ask *ask, uint32_t addr)
{
	const struct lease *lease = lease_at(ask->engine->leases, addr);

	return lease && lease->state == LEASE_BOUND;
}

static uint32_t offer_lifetime(const struct ask *ask)
{
	uint32_t by_class = classes_offer_lifetime(ask);

	if (by_class)
		return by_class;
	return ask->subnet->offer_lifetime ? ask->subnet->offer_lifetime
					   : ask->engine->config.model->offer_lifetime;
}

/* In ask->subnet; `evict`: nothing is free in all the network, so from another client's offer. */
static int allocate_here(struct ask *ask, bool evict, uint32_t *ret_addr)
{
	struct engine *engine = ask->engine;
	uint32_t until = ask->now + 1 + offer_lifetime(ask);
	struct aside aside = {0};
	struct offer *offer;
	enum reason full;
	struct area *area;
	uint32_t addr;
	size_t n;
	int r;

	addr = secure(ask);
	if (addr && is_bound(ask, addr)) {
		*ret_addr = addr;
		return 0;
	}
	full = quota_refuses(ask, ask->msg->giaddr, &ask->msg->opt[DHO_RELAY_AGENT]);
	if (full) {
		ask->refused = full;
		return -EDQUOT;
	}
	if (addr) {
		*ret_addr = addr;
		return 0;
	}
	area = areas_of(engine, ask->subnet, &n);
	for (size_t i = 0; i < n; i++)
		offers_lapse(engine, &area[i], ask->now);

	offer = offer_of(engine, ask->subnet, &ask->identity);
	if (offer && ask_permit(ask, offer->addr) == PERMIT_OK) {
		offer_extend(offer, until);
		*ret_addr = offer->addr;
		return 0;
	}
	if (offer)
		offer_drop(engine, offer);
	if (!(addr = wished(ask)) && !(addr = never_used(ask, area, n, &aside)) &&
	    !(addr = longest_free(ask, area, n, &aside)) && evict)
		addr = evicted(ask, area, n);
	put_back(ask, &aside);
	if (!addr)
		return -ENOENT;
	r = hold(ask, addr, until);
	if (r < 0)
		return r;
	*ret_addr = addr;
	return 0;
}

/* RFC 1534 2: a BOOTP client is given a pool's address where it is so configured. */
static bool gives(const struct ask *ask, const struct subnet *subnet)
{
	return subnet->enabled && !filter_refuses(subnet, ask->client.chaddr) &&
	       (ask->msg->type != DHCP_BOOTP || subnet->bootp == BOOTP_ALL);
}

int ask_allocate(struct ask *ask, uint32_t *ret_addr)
{
	const struct subnet *home = ask->subnet;
	size_t n, at;
	const struct subnet *const *v = subnets_by_network(&ask->engine->subnets_by, &home, &n,
							   &at);
	bool full = false;
	int r = -ENOENT;

	for (size_t i = 0; (r == -ENOENT || r == -EDQUOT) && i < 2 * n; i++) {
		const struct subnet *subnet = v[(at + i) % n];

		if (!gives(ask, subnet))
			continue;
		if (subnet != ask->subnet)
			ask_enter(ask, subnet);
		/* Of the first one ask_locate() knows that it is not of DROP. */
		if (!ask_admitted(ask) || classes_drop(ask))
			continue;
		r = allocate_here(ask, i >= n, ret_addr);
		full |= r == -EDQUOT;
	}
	if (r == -ENOENT && full)
		r = -EDQUOT;
	if (r < 0 && ask->subnet != home)
		ask_enter(ask, home);
	ask->decision->cloned = ask->cloned;
	return r;
}
