// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What concerns several subnets or reservations: numbers, prefixes, relays, addresses and
 * identifiers that are taken twice. All by sorting, so that a file of any size is checked
 * in O(n log n).
 */
#include "build.h"

#include <stdlib.h>
#include <string.h>

#include "proto/message.h"

/* --- numbers of subnets --- */

static int by_id(const void *a, const void *b)
{
	const struct placed_subnet *x = a, *y = b;

	if (x->subnet->id != y->subnet->id)
		return x->subnet->id < y->subnet->id ? -1 : 1;
	return place_order(x->map->at, y->map->at);
}

static bool id_taken(const uint32_t *ids, size_t n, uint32_t id)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (ids[mid] < id)
			low = mid + 1;
		else
			high = mid;
	}
	return low < n && ids[low] == id;
}

/* Those without come first in `placed`, in the file's order; `ids` are those that are given. */
static void give_ids(struct report *report, const struct placed_subnet *placed, size_t n,
		     const uint32_t *ids)
{
	uint32_t next = 1;

	for (size_t i = 0; i < n; i++) {
		if (placed[i].subnet->id || member_bad(placed[i].map, KEY_SUBNET_ID))
			continue;
		while (id_taken(ids, n, next))
			next++;
		if (placed[i].good) {
			placed[i].subnet->id = next;
			report_notice(report, placed[i].map->at,
				      "this subnet has no id and is number %u now; leases are kept "
				      "by it: "
				      "write \"id: %u\"",
				      next, next);
		}
		next++;
	}
}

static void check_ids(struct report *report, struct placed_subnet *placed, size_t n)
{
	uint32_t *ids = calloc(n + 1, sizeof(*ids));

	if (!ids) {
		report->oom = true;
		return;
	}
	qsort(placed, n, sizeof(*placed), by_id);
	for (size_t i = 0; i < n; i++) {
		ids[i] = placed[i].subnet->id;
		if (i && ids[i] && ids[i] == ids[i - 1])
			report_error(report, place_in(placed[i].map, KEY_SUBNET_ID),
				     "id %u is already that of the subnet at %s", ids[i],
				     LINE_OF(report, placed[i].map->at, placed[i - 1].map->at));
	}
	give_ids(report, placed, n, ids);
	free(ids);
}

/* --- prefixes --- */

static int by_prefix(const void *a, const void *b)
{
	const struct placed_subnet *x = a, *y = b;

	if (x->subnet->prefix != y->subnet->prefix)
		return x->subnet->prefix < y->subnet->prefix ? -1 : 1;
	return place_order(x->map->at, y->map->at);
}

static void check_overlaps(struct report *report, struct placed_subnet *placed, size_t n)
{
	const struct placed_subnet *widest = NULL;
	uint32_t last = 0;

	qsort(placed, n, sizeof(*placed), by_prefix);
	for (size_t i = 0; i < n; i++) {
		const struct placed_subnet *it = &placed[i];
		uint32_t end = it->subnet->prefix | ~it->subnet->mask;

		if (!it->good)
			continue;
		if (widest && it->subnet->prefix <= last) {
			bool after = place_order(it->map->at, widest->map->at) > 0;

			report_error(report, (after ? it : widest)->map->at,
				     "this subnet overlaps the one at %s",
				     LINE_OF(report, (after ? it : widest)->map->at,
					     (after ? widest : it)->map->at));
		}
		if (!widest || end > last) {
			widest = it;
			last = end;
		}
	}
}

/* --- relays --- */

struct relay {
	uint32_t addr;
	const struct placed_subnet *of;
};

static int by_relay(const void *a, const void *b)
{
	const struct relay *x = a, *y = b;

	if (x->addr != y->addr)
		return x->addr < y->addr ? -1 : 1;
	return x->of->subnet->id < y->of->subnet->id ? -1 : x->of->subnet->id > y->of->subnet->id;
}

static void forget_relay(struct subnet *subnet, uint32_t addr)
{
	size_t n = 0;

	for (size_t i = 0; i < subnet->n_relays; i++) {
		if (subnet->relays[i] != addr)
			subnet->relays[n++] = subnet->relays[i];
	}
	subnet->n_relays = n;
}

/*
 * One relay is one link. Kea tries its subnets by ascending number and takes the first, then
 * those of that one's shared network; so in the model nobody else has the relay.
 */
static void settle_relay(struct report *report, const struct relay *first, const struct relay *it)
{
	char addr[DHCP_ADDR_STR];
	bool inherited = !member(it->of->map, KEY_RELAY);

	report_notice(report,
		      inherited ? place_in(it->of->network, KEY_RELAY)
				: place_in(it->of->map, KEY_RELAY),
		      "relay %s is without effect here: it is that of the subnet at %s, whose "
		      "id %u is lower, and of no shared network with it",
		      dhcp_addr_str(it->addr, addr),
		      LINE_OF(report, it->of->map->at, first->of->map->at), first->of->subnet->id);
	forget_relay(it->of->subnet, it->addr);
}

static void check_relays(struct report *report, const struct placed_subnet *placed, size_t n)
{
	const struct relay *first = NULL;
	struct relay *relays;
	size_t room = 0, m = 0;

	for (size_t i = 0; i < n; i++)
		room += placed[i].subnet->n_relays;
	relays = calloc(room + 1, sizeof(*relays));
	if (!relays) {
		report->oom = true;
		return;
	}
	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; j < placed[i].subnet->n_relays; j++)
			relays[m++] = (struct relay){placed[i].subnet->relays[j], &placed[i]};
	}
	qsort(relays, m, sizeof(*relays), by_relay);
	for (size_t i = 0; i < m; i++) {
		if (!first || relays[i].addr != first->addr)
			first = &relays[i];
		else if (!first->of->network || relays[i].of->network != first->of->network)
			settle_relay(report, first, &relays[i]);
	}
	free(relays);
}

void check_subnets(struct build *build)
{
	check_ids(build->report, build->subnets, build->n_subnets);
	check_overlaps(build->report, build->subnets, build->n_subnets);
	check_relays(build->report, build->subnets, build->n_subnets);
}

/* --- reservations --- */

static int by_address(const void *a, const void *b)
{
	const struct claim *x = a, *y = b;

	if (x->reservation->addr != y->reservation->addr)
		return x->reservation->addr < y->reservation->addr ? -1 : 1;
	return place_order(x->map->at, y->map->at);
}

static void check_addresses(struct report *report, struct claim *claims, size_t n)
{
	char addr[DHCP_ADDR_STR];

	qsort(claims, n, sizeof(*claims), by_address);
	for (size_t i = 1; i < n; i++) {
		const struct claim *it = &claims[i], *before = &claims[i - 1];

		if (it->reservation->addr && it->reservation->addr == before->reservation->addr)
			report_error(report, place_in(it->map, KEY_IP_ADDRESS),
				     "ip-address %s is already reserved at %s",
				     dhcp_addr_str(it->reservation->addr, addr),
				     LINE_OF(report, it->map->at,
					     place_in(before->map, KEY_IP_ADDRESS)));
	}
}

static int identity_order(const struct reservation *x, const struct reservation *y)
{
	if (x->key_len != y->key_len)
		return x->key_len < y->key_len ? -1 : 1;
	return memcmp(x->key, y->key, x->key_len);
}

static int pointer_order(const void *x, const void *y)
{
	return (uintptr_t)x < (uintptr_t)y ? -1 : (uintptr_t)x > (uintptr_t)y;
}

/* By set, or by shared network where there is one; the order of those means nothing. */
static int by_identity(const void *a, const void *b)
{
	const struct claim *x = a, *y = b;
	int order = pointer_order(x->network, y->network);

	if (!order && !x->network)
		order = pointer_order(x->list, y->list);
	if (!order)
		order = identity_order(x->reservation, y->reservation);
	return order ? order : place_order(x->map->at, y->map->at);
}

static bool same_client(const struct claim *x, const struct claim *y)
{
	return x->identified && y->identified && x->network == y->network &&
	       (x->network || x->list == y->list) &&
	       !identity_order(x->reservation, y->reservation);
}

static void check_identities(struct report *report, struct claim *claims, size_t n)
{
	qsort(claims, n, sizeof(*claims), by_identity);
	for (size_t i = 1; i < n; i++) {
		const struct claim *it = &claims[i], *before = &claims[i - 1];

		if (!same_client(it, before))
			continue;
		if (it->list == before->list)
			report_error(report, it->map->at, "this client already has a %s, at %s",
				     it->global ? "global reservation"
						: "reservation in this subnet",
				     LINE_OF(report, it->map->at, before->map->at));
		else
			report_notice(report, it->map->at,
				      "this client also has a reservation at %s, in another "
				      "subnet of the shared network: only one of them is used",
				      LINE_OF(report, it->map->at, before->map->at));
	}
}

/* By something that is not looked for, or that nothing makes. */
static void check_order(struct report *report, const struct model *model, const struct claim *claim)
{
	enum reserved_by by = reservation_by(claim->reservation);
	bool looked_for = false;

	if (!claim->identified)
		return;
	for (size_t i = 0; i < model->n_order; i++)
		looked_for |= model->order[i] == by;
	if (!looked_for)
		report_notice(report, claim->map->at,
			      "this reservation is never found: %s is not in "
			      "host-reservation-identifiers",
			      reserved_by_name(by));
	else if (by == RESERVED_BY_FLEX_ID && !model->flex_id)
		report_notice(report, claim->map->at,
			      "this reservation is never found: there is no identifier-expression "
			      "for its flex-id");
}

/* Where a global reservation's address lies; the subnets are sorted. */
static void check_global(struct build *build, const struct claim *claim)
{
	struct report *report = build->report;
	const struct node *node = member(claim->map, KEY_IP_ADDRESS);
	const struct subnet *subnet = model_subnet_of(&build->config->model,
						      claim->reservation->addr);
	char addr[DHCP_ADDR_STR], prefix[DHCP_ADDR_STR];

	if (!node)
		return;
	dhcp_addr_str(claim->reservation->addr, addr);
	if (!subnet)
		report_error(report, node->at, "ip-address %s is in no subnet", addr);
	else
		check_address(report, claim->map, subnet);
	if (subnet && !subnet->reservations_global)
		report_notice(report, node->at,
			      "ip-address %s is given to nobody: reservations-global is false in "
			      "its subnet %s/%u",
			      addr, dhcp_addr_str(subnet->prefix, prefix), subnet->prefix_len);
}

/* A relay's address is its own: the engine gives it to nobody. */
static void check_relayed(struct build *build, const struct claim *claim)
{
	uint32_t a = claim->reservation->addr;
	const struct subnet *subnet = a ? model_subnet_of(&build->config->model, a) : NULL;
	char addr[DHCP_ADDR_STR];

	for (size_t i = 0; subnet && i < subnet->n_relays; i++) {
		if (subnet->relays[i] == a)
			report_notice(build->report, place_in(claim->map, KEY_IP_ADDRESS),
				      "ip-address %s is given to nobody: it is a relay's, by relay "
				      "of its subnet",
				      dhcp_addr_str(a, addr));
	}
}

static bool any_bad_subnet(const struct build *build)
{
	for (size_t i = 0; i < build->n_subnets; i++) {
		if (!build->subnets[i].good)
			return true;
	}
	return member_bad(build->root, KEY_SUBNET4) || member_bad(build->root, KEY_SHARED_NETWORKS);
}

static void check_use(struct build *build)
{
	const struct node *list = member(build->root, KEY_RESERVATIONS);
	const struct model *model = &build->config->model;

	for (size_t i = 0; i < model->n_subnets; i++) {
		if (model->subnets[i].reservations_global)
			return;
	}
	if (list && list->n)
		report_notice(build->report, list->key_at,
			      "no subnet uses the global reservations: reservations-global is "
			      "false everywhere");
}

void check_reservations(struct build *build)
{
	bool unknown = any_bad_subnet(build);

	if (!build->n_claims)
		return;
	check_addresses(build->report, build->claims, build->n_claims);
	check_identities(build->report, build->claims, build->n_claims);
	for (size_t i = 0; i < build->n_claims; i++) {
		const struct claim *claim = &build->claims[i];

		check_order(build->report, &build->config->model, claim);
		if (claim->global && !unknown)
			check_global(build, claim);
		if (!unknown)
			check_relayed(build, claim);
	}
	check_use(build);
}
