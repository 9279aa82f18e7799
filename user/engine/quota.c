// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Limits of leases (quota.h). What counts is what the store calls bound: also while it is being
 * closed, since a crash would bring it back; neither what is only offered, nor what is held for a
 * promise that has outlived its binding.
 */
#include "quota.h"

#include <errno.h>
#include <stdlib.h>

#include "ask.h"
#include "proto/relay.h"

static size_t link_place(const struct model *model, const struct subnet *subnet)
{
	if (subnet->network)
		return (size_t)(subnet->network - model->networks);
	return model->n_networks + (size_t)(subnet - model->subnets);
}

static struct quota_link *link_of(const struct quota *quota, const struct model *model,
				  const struct subnet *subnet)
{
	return &quota->links[link_place(model, subnet)];
}

/* --- the table of circuits --- */

#define ROOM_LEAST 64

/* Of so many circuits at most three quarters of the places are taken. */
static int make_room(struct quota *quota, size_t n)
{
	struct quota_circuit *old = quota->circuits, *places;
	size_t size = old ? quota->mask + 1 : ROOM_LEAST, old_size = old ? size : 0;

	while (n > size / 4 * 3)
		size *= 2;
	if (size == old_size)
		return 0;
	places = calloc(size, sizeof(*places));
	if (!places)
		return -ENOMEM;
	quota->mask = size - 1;
	quota->circuits = places;
	for (size_t i = 0; i < old_size; i++) {
		size_t at = old[i].key & quota->mask;

		if (!old[i].key)
			continue;
		while (places[at].key)
			at = (at + 1) & quota->mask;
		places[at] = old[i];
	}
	free(old);
	return 0;
}

/* Where it is, or the free place where it would be. */
static struct quota_circuit *find(const struct quota *quota, uint64_t key)
{
	size_t at = key & quota->mask;

	while (quota->circuits[at].key && quota->circuits[at].key != key)
		at = (at + 1) & quota->mask;
	return &quota->circuits[at];
}

/* Those behind it move up, so that what is looked for is never behind a free place. */
static void remove_circuit(struct quota *quota, struct quota_circuit *circuit)
{
	size_t hole = (size_t)(circuit - quota->circuits), at = hole;

	for (;;) {
		size_t home;

		at = (at + 1) & quota->mask;
		if (!quota->circuits[at].key)
			break;
		home = quota->circuits[at].key & quota->mask;
		if (((at - home) & quota->mask) < ((at - hole) & quota->mask))
			continue; /* its home is behind the hole */
		quota->circuits[hole] = quota->circuits[at];
		hole = at;
	}
	quota->circuits[hole] = (struct quota_circuit){0};
}

/*
 * RFC 3046 3.1: the circuit id "encodes an agent-local identifier of the circuit". The agent need
 * not be the one of giaddr: switches put the option in and leave giaddr to a router behind them.
 * They tell themselves apart by the remote id, so that is part of what a circuit is. 0: none.
 */
static uint64_t circuit_key(const struct quota *quota, size_t link, uint32_t giaddr,
			    const struct dhcp_opt *agent)
{
	struct dhcp_opt circuit, remote;
	uint64_t hash = quota->seed;

	if (!relay_suboption(agent, RELAY_CIRCUIT_ID, &circuit))
		return 0;
	if (!relay_suboption(agent, RELAY_REMOTE_ID, &remote))
		remote = (struct dhcp_opt){.data = (const uint8_t *)"", .len = 0};
	hash = index_hash(hash, &link, sizeof(link));
	hash = index_hash(hash, &giaddr, sizeof(giaddr));
	hash = index_hash(hash, circuit.data, circuit.len);
	hash = index_hash(hash, remote.data, remote.len);
	return hash ? hash : 1;
}

/* --- its life --- */

int quota_build(struct quota *quota, const struct model *model, const struct lease_table *leases)
{
	struct quota new = {
		.links = calloc(model->n_networks + model->n_subnets + 1, sizeof(*new.links))};
	bool any = false;

	if (!new.links)
		return -ENOMEM;
	/* Where memory lies is unknown to clients; what is counted does not depend on it. */
	new.seed = index_hash((uintptr_t) new.links, &new.links, sizeof(new.links));
	for (size_t i = 0; i < model->n_subnets; i++) {
		const struct subnet *subnet = &model->subnets[i];

		if (!subnet->leases_per_circuit)
			continue;
		link_of(&new, model, subnet)->by_circuit = true;
		any = true;
	}
	if (any && make_room(&new, lease_count(leases)) < 0) {
		quota_destroy(&new);
		return -ENOMEM;
	}
	*quota = new;
	return 0;
}

void quota_destroy(struct quota *quota)
{
	free(quota->links);
	free(quota->circuits);
	*quota = (struct quota){0};
}

int quota_reserve(struct quota *quota, const struct lease_table *leases)
{
	return quota->circuits ? make_room(quota, lease_count(leases)) : 0;
}

/* --- counting --- */

void quota_count(struct quota *quota, const struct model *model, const struct subnet *subnet,
		 const struct lease *lease, int by)
{
	struct quota_link *link = link_of(quota, model, subnet);
	struct dhcp_opt agent = {.data = lease_agent(lease), .len = lease->agent_len};
	struct quota_circuit *circuit;
	uint64_t key;

	if (lease->stored != LEASE_BOUND)
		return;
	link->bound += (uint64_t)by;
	if (!link->by_circuit ||
	    !(key = circuit_key(quota, link_place(model, subnet), lease->giaddr, &agent)))
		return;
	circuit = find(quota, key);
	circuit->key = key;
	circuit->bound += (uint64_t)by;
	if (!circuit->bound)
		remove_circuit(quota, circuit);
}

bool quota_keeps_relay(const struct quota *quota, const struct model *model,
		       const struct subnet *subnet)
{
	return link_of(quota, model, subnet)->by_circuit;
}

uint64_t quota_of_link(const struct quota *quota, const struct model *model,
		       const struct subnet *subnet)
{
	return link_of(quota, model, subnet)->bound;
}

uint64_t quota_of_circuit(const struct quota *quota, const struct model *model,
			  const struct subnet *subnet, uint32_t giaddr,
			  const struct dhcp_opt *agent)
{
	uint64_t key = circuit_key(quota, link_place(model, subnet), giaddr, agent);

	if (!key || !link_of(quota, model, subnet)->by_circuit)
		return 0;
	return find(quota, key)->bound;
}

/* --- the limit --- */

/* Something is bound to it in a subnet of this link. */
static bool has_lease(const struct ask *ask)
{
	const struct subnet *home = ask->subnet;
	struct lease_table *leases = ask->engine->leases;
	size_t n, at;
	const struct subnet *const *v = subnets_by_network(&ask->engine->subnets_by, &home, &n,
							   &at);

	for (size_t i = 0; i < n; i++) {
		struct identity identity = identity_of_client(&ask->client, v[i]);
		struct lease_firsts firsts = table_find(leases, &identity, v[i]);

		for (int kind = KIND_BOUND; kind <= KIND_OTHER; kind++) {
			struct lease *lease = firsts.of[kind];

			for (; lease; lease = table_after(leases, lease)) {
				if (lease->state == LEASE_BOUND)
					return true;
			}
		}
	}
	return false;
}

enum reason quota_refuses(const struct ask *ask, uint32_t giaddr, const struct dhcp_opt *agent)
{
	const struct model *model = ask->engine->config.model;
	const struct quota *quota = &ask->engine->quota;
	const struct subnet *subnet = ask->subnet;
	bool circuit_full = subnet->leases_per_circuit &&
			    quota_of_circuit(quota, model, subnet, giaddr, agent) >=
				    subnet->leases_per_circuit;
	bool link_full = subnet->leases_per_link &&
			 quota_of_link(quota, model, subnet) >= subnet->leases_per_link;

	if ((!circuit_full && !link_full) || has_lease(ask))
		return REASON_NONE;
	return circuit_full ? SILENT_circuit_full : SILENT_link_full;
}
