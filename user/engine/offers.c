// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * OFFERs outstanding: each keeps a pool address from everybody else until the
 * client's REQUEST, for offer-lifetime, or until the pool is short. An OFFER promises
 * nothing (RFC 2131 3.1 step 2): lost in a crash or a reload, a REQUEST for it is ACKed
 * all the same if the address went to nobody else. Reserved addresses need none.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "private.h"

static uint64_t addr_hash(const struct index *index, const struct index_node *node)
{
	const struct offer *offer = member_of(node, struct offer, at_addr);

	return index_hash(index->seed, &offer->addr, sizeof(offer->addr));
}

/* By subnet too: a client may have an offer in each of a network. */
static uint64_t client_hash(const struct index *index, const struct subnet *subnet,
			    const struct identity *identity)
{
	return index_hash(identity_hash(index->seed, identity), &subnet->prefix,
			  sizeof(subnet->prefix));
}

static uint64_t offer_hash(const struct index *index, const struct index_node *node)
{
	const struct offer *offer = member_of(node, struct offer, at_client);

	return client_hash(index, offer->area->subnet, &offer->identity);
}

bool offer_before(const struct offer *a, const struct offer *b)
{
	return a->until != b->until ? a->until < b->until : a->number < b->number;
}

int offers_init(struct engine *engine)
{
	uint64_t seed = index_hash((uintptr_t)engine, &engine, sizeof(engine));

	if (index_init(&engine->offers_by_addr, seed, addr_hash) < 0 ||
	    index_init(&engine->offers_by_client, seed + 1, offer_hash) < 0)
		return -ENOMEM;
	return 0;
}

void offers_destroy(struct engine *engine)
{
	for (size_t i = 0; i < engine->areas.n; i++) {
		struct offer *offer;

		while ((offer = area_oldest_offer(&engine->areas.v[i]))) {
			heap_remove(&engine->areas.v[i].offers, &offer->at_heap);
			free(offer);
		}
	}
	index_destroy(&engine->offers_by_addr);
	index_destroy(&engine->offers_by_client);
}

struct offer *offer_at(const struct engine *engine, uint32_t addr)
{
	const struct index *index = &engine->offers_by_addr;
	struct index_node *node = index_chain(index, index_hash(index->seed, &addr, sizeof(addr)));

	for (; node; node = node->next) {
		struct offer *offer = member_of(node, struct offer, at_addr);

		if (offer->addr == addr)
			return offer;
	}
	return NULL;
}

struct offer *offer_of(const struct engine *engine, const struct subnet *subnet,
		       const struct identity *identity)
{
	const struct index *index = &engine->offers_by_client;
	struct index_node *node = index_chain(index, client_hash(index, subnet, identity));

	for (; node; node = node->next) {
		struct offer *offer = member_of(node, struct offer, at_client);

		if (subnet_contains(subnet, offer->addr) &&
		    identity_equal(&offer->identity, identity))
			return offer;
	}
	return NULL;
}

int offer_make(struct engine *engine, uint32_t addr, const struct identity *identity,
	       uint32_t until, uint64_t number)
{
	const struct subnet *subnet = model_subnet_of(engine->config.model, addr);
	struct area *area = area_at(engine, addr);
	size_t id_len = identity->by_hw ? 0 : identity->client_id_len;
	struct offer *offer;

	if (!area || !subnet || offer_at(engine, addr))
		return -EINVAL;
	if (offer_of(engine, subnet, identity))
		return -EEXIST;
	offer = malloc(sizeof(*offer) + id_len);
	if (!offer)
		return -ENOMEM;

	*offer = (struct offer){.addr = addr,
				.until = until,
				.number = number ? number : ++engine->offer_number,
				.area = area,
				.identity = {.chaddr = offer->chaddr,
					     .client_id = offer->client_id,
					     .client_id_len = (uint8_t)id_len,
					     .by_hw = identity->by_hw}};
	memcpy(offer->chaddr, identity->chaddr, sizeof(offer->chaddr));
	if (id_len)
		memcpy(offer->client_id, identity->client_id, id_len);
	areas_unfile(engine, addr);
	heap_insert(&area->offers, &offer->at_heap);
	index_insert(&engine->offers_by_addr, &offer->at_addr);
	index_insert(&engine->offers_by_client, &offer->at_client);
	areas_file(engine, addr);
	return 0;
}

void offer_extend(struct offer *offer, uint32_t until)
{
	heap_remove(&offer->area->offers, &offer->at_heap);
	offer->until = until;
	heap_insert(&offer->area->offers, &offer->at_heap);
}

void offer_drop(struct engine *engine, struct offer *offer)
{
	uint32_t addr = offer->addr;

	areas_unfile(engine, addr);
	heap_remove(&offer->area->offers, &offer->at_heap);
	index_remove(&engine->offers_by_addr, &offer->at_addr);
	index_remove(&engine->offers_by_client, &offer->at_client);
	free(offer);
	areas_file(engine, addr);
}

struct offer *area_oldest_offer(const struct area *area)
{
	return area->offers.root ? member_of(area->offers.root, struct offer, at_heap) : NULL;
}

void offers_lapse(struct engine *engine, struct area *area, uint32_t now)
{
	struct offer *offer;

	while ((offer = area_oldest_offer(area)) && offer->until <= now)
		offer_drop(engine, offer);
}
