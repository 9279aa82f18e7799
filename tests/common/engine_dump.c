// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* See engine_dump.h. Through the engine's inside. */
#include "engine_dump.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "engine/private.h"
#include "require.h"

static void __attribute__((format(printf, 2, 3)))
put(struct engine_dump *d, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	d->len += (size_t)vsnprintf(d->text + d->len, sizeof(d->text) - d->len, format, ap);
	va_end(ap);
	require(d->len < sizeof(d->text));
}

static void dump_lease(struct engine_dump *d, const struct engine *engine, uint32_t addr)
{
	struct lease *lease = lease_at(engine->leases, addr), *l;
	struct lease_row row;

	if (!lease)
		return;
	lease_row(lease, &row);
	put(d, " %d/%d->%d end %d gen %lu cltt %u life %u prom %u grant %u ack %u host %s id %.*s",
	    lease->state, row.state, lease->closing_to, row.end, (unsigned long)row.generation,
	    row.cltt, row.lifetime, row.promised, row.granted_until, row.ack_until, row.hostname,
	    row.client.client_id_len, (char *)row.client.client_id);
	put(d, " mac %02x subnet %u hw %d spare %d timed %d indexed %d", row.client.chaddr[5],
	    row.subnet_id, lease->by_hw, lease->spare, lease->timed, lease->indexed);
	put(d, " relay %08x ", row.giaddr);
	for (unsigned i = 0; i < row.agent_len; i++)
		put(d, "%02x", row.agent[i]);
	if (lease->indexed) {
		struct identity identity = {.chaddr = row.client.chaddr,
					    .client_id = row.client.client_id,
					    .client_id_len = row.client.client_id_len,
					    .by_hw = lease->by_hw};
		const struct subnet *subnet = table_subnet(engine->leases, addr);
		bool exact = false, by_id = lease->by_hw;

		l = table_find(engine->leases, &identity, subnet).of[lease->kind];
		put(d, " kind %d first %08x", lease->kind, l ? l->addr : 0);
		for (; l; l = table_after(engine->leases, l))
			exact |= l == lease;
		l = by_id ? NULL : table_find_id(engine->leases, &identity, subnet).of[lease->kind];
		put(d, " %08x", l ? l->addr : 0);
		for (; l; l = table_after_id(engine->leases, l))
			by_id |= l == lease;
		require(exact && by_id);
	}
}

static size_t heap_size(const struct heap_node *node)
{
	return node ? 1 + heap_size(node->child) + heap_size(node->next) : 0;
}

static bool in_heap(const struct heap_node *node, const struct heap_node *wanted)
{
	return node &&
	       (node == wanted || in_heap(node->child, wanted) || in_heap(node->next, wanted));
}

static void dump_subnet(struct engine_dump *d, const struct engine *engine,
			const struct subnet *subnet)
{
	struct engine_usage u;

	for (uint32_t addr = subnet->prefix; addr <= (subnet->prefix | ~subnet->mask); addr++) {
		const struct area *area = area_at(engine, addr);
		const struct lease *lease = lease_at(engine->leases, addr);
		const struct offer *offer = offer_at(engine, addr);

		if (!area && !lease)
			continue;
		put(d, "%08x:", addr);
		dump_lease(d, engine, addr);
		if (area && fresh_test(&area->fresh, addr - area->first))
			put(d, " fresh");
		if (lease && lease->spare)
			require(in_heap(area->spare.root, &lease->at_heap));
		if (offer) {
			require(in_heap(area->offers.root, &offer->at_heap));
			require(offer_of(engine, subnet, &offer->identity) == offer);
			put(d, " offered to %02x %.*s until %u number %lu", offer->chaddr[5],
			    offer->identity.client_id_len, (char *)offer->client_id, offer->until,
			    (unsigned long)offer->number);
		}
		put(d, "\n");
	}
	engine_usage(engine, subnet, &u);
	put(d, "total %lu assigned %lu declined %lu fresh %lu used %lu\n", (unsigned long)u.total,
	    (unsigned long)u.assigned, (unsigned long)u.declined, (unsigned long)u.free_fresh,
	    (unsigned long)u.free_used);
}

void engine_dump(const struct engine *engine, const struct model *model, struct engine_dump *d)
{
	struct lease *lease;
	size_t n = 0;

	d->len = 0;
	for (size_t i = 0; i < model->n_subnets; i++)
		dump_subnet(d, engine, &model->subnets[i]);
	for (size_t i = 0; i < engine->areas.n; i++) {
		const struct area *area = &engine->areas.v[i];
		const struct lease *longest = area_longest_free(area);
		const struct offer *oldest = area_oldest_offer(area);

		require(heap_size(area->spare.root) == area->spare.n);
		require(heap_size(area->offers.root) == area->offers.n);
		put(d, "longest %08x oldest %08x spare %zu offers %zu\n",
		    longest ? longest->addr : 0, oldest ? oldest->addr : 0, area->spare.n,
		    area->offers.n);
	}
	for (lease = lease_next(engine->leases, 0); lease;
	     lease = lease_next(engine->leases, lease->addr + 1))
		n++;
	require(n == lease_count(engine->leases));
	lease = lease_due(engine->leases, XDHCP_FOREVER);
	put(d, "leases %zu deadline %u\n", n, lease ? lease_deadline(lease) : XDHCP_FOREVER);
}

void engine_lapse(struct engine *engine, uint32_t now)
{
	for (size_t i = 0; i < engine->areas.n; i++)
		offers_lapse(engine, &engine->areas.v[i], now);
}
