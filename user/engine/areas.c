// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Pools and what is free in them. Filing an address costs O(log n); nothing
 * here walks a pool except building it. Lives in memory only.
 */
#include <errno.h>
#include <stdlib.h>

#include "private.h"

bool lease_freed_before(const struct lease *a, const struct lease *b)
{
	if (a->promised != b->promised)
		return a->promised < b->promised;
	if (a->generation != b->generation)
		return a->generation < b->generation;
	return a->addr < b->addr;
}

static bool spare_less(const struct heap_node *a, const struct heap_node *b)
{
	return lease_freed_before(member_of(a, struct lease, at_heap),
				  member_of(b, struct lease, at_heap));
}

static bool offers_less(const struct heap_node *a, const struct heap_node *b)
{
	return offer_before(member_of(a, struct offer, at_heap),
			    member_of(b, struct offer, at_heap));
}

/* The number of areas that begin at or before `addr`. */
static size_t upto(const struct areas *areas, uint32_t addr)
{
	size_t low = 0, high = areas->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (areas->v[mid].first <= addr)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static struct area *area_in(const struct areas *areas, uint32_t addr)
{
	size_t n = upto(areas, addr);

	return n && areas->v[n - 1].last >= addr ? &areas->v[n - 1] : NULL;
}

struct area *area_at(const struct engine *engine, uint32_t addr)
{
	struct area *area = area_in(&engine->areas, addr);

	return area && !subnet_excludes(area->subnet, addr) ? area : NULL;
}

static int by_first(const void *a, const void *b)
{
	const struct area *x = a, *y = b;

	return x->first < y->first ? -1 : x->first > y->first;
}

static void take_out(struct area *area, uint64_t first, uint64_t last)
{
	if (first < area->first)
		first = area->first;
	if (last > area->last)
		last = area->last;
	if (first <= last)
		fresh_clear_range(&area->fresh, first - area->first, last - area->first);
}

/* As subnet_excludes() says it of one address. */
static void take_out_excluded(struct area *area)
{
	const struct subnet *subnet = area->subnet;

	for (size_t i = 0; i < subnet->n_exclusions; i++)
		take_out(area, subnet->exclusions[i].first, subnet->exclusions[i].last);
	if (subnet->exclude_first_last && subnet->prefix_len <= 24) {
		for (uint64_t at = area->first & ~0xffu; at <= area->last; at += 256) {
			take_out(area, at, at);
			take_out(area, at + 255, at + 255);
		}
	}
	area->excluded = area->fresh.size - area->fresh.count;
}

static int build_pools(struct areas *areas, const struct model *model)
{
	size_t n = 0;

	for (size_t i = 0; i < model->n_subnets; i++)
		n += model->subnets[i].n_pools;
	areas->v = calloc(n + 1, sizeof(*areas->v));
	if (!areas->v)
		return -ENOMEM;
	for (size_t i = 0; i < model->n_subnets; i++) {
		const struct subnet *subnet = &model->subnets[i];

		for (size_t j = 0; j < subnet->n_pools; j++) {
			struct area *area = &areas->v[areas->n];

			*area = (struct area){.first = subnet->pools[j].first,
					      .last = subnet->pools[j].last,
					      .subnet = subnet,
					      .spare.less = spare_less,
					      .offers.less = offers_less};
			if (fresh_init(&area->fresh, (uint64_t)area->last - area->first + 1) < 0)
				return -ENOMEM;
			take_out_excluded(area);
			areas->n++;
		}
	}
	qsort(areas->v, areas->n, sizeof(*areas->v), by_first);
	return 0;
}

/* An address that is reserved, here or globally, is its owner's; nobody else is given it. */
static void take_out_reserved(struct areas *areas, const struct model *model)
{
	for (size_t i = 0; i < model->n_subnets; i++) {
		const struct reservation *r = model->subnets[i].reserved;

		for (; r; r = r->by_addr.next) {
			struct area *area = area_in(areas, r->addr);

			if (area)
				fresh_clear(&area->fresh, r->addr - area->first);
		}
	}
}

int areas_build(struct areas *areas, const struct model *model)
{
	struct areas new = {.counts = calloc(model->n_subnets + 1, sizeof(*new.counts))};

	if (!new.counts || build_pools(&new, model) < 0) {
		areas_destroy(&new);
		return -ENOMEM;
	}
	take_out_reserved(&new, model);
	*areas = new;
	return 0;
}

void areas_destroy(struct areas *areas)
{
	for (size_t i = 0; areas->v && i < areas->n; i++)
		fresh_destroy(&areas->v[i].fresh);
	free(areas->v);
	free(areas->counts);
	*areas = (struct areas){0};
}

struct area *areas_of(const struct engine *engine, const struct subnet *subnet, size_t *ret_n)
{
	size_t from = subnet->prefix ? upto(&engine->areas, subnet->prefix - 1) : 0;

	*ret_n = upto(&engine->areas, subnet->prefix | ~subnet->mask) - from;
	return &engine->areas.v[from];
}

/* Adds `by`, 1 or -1, to the counts that the record belongs to. */
static void count(struct engine *engine, const struct lease *lease, int by)
{
	const struct model *model = engine->config.model;
	const struct subnet *subnet = model_subnet_of(model, lease->addr);
	struct subnet_count *counts;

	if (!subnet)
		return;
	quota_count(&engine->quota, model, subnet, lease, by);
	counts = &engine->areas.counts[subnet - model->subnets];
	if (lease->stored == LEASE_DECLINED)
		counts->declined += (uint64_t)by;
	else if (lease->stored != LEASE_FREE)
		counts->assigned += (uint64_t)by;
}

static bool reserved(const struct engine *engine, uint32_t addr)
{
	const struct subnet *subnet = model_subnet_of(engine->config.model, addr);

	return !subnet || subnet_reserved_address(subnet, addr);
}

void areas_unfile(struct engine *engine, uint32_t addr)
{
	struct area *area = area_in(&engine->areas, addr);
	struct lease *lease = lease_at(engine->leases, addr);

	if (lease)
		count(engine, lease, -1);
	if (!area)
		return;
	if (lease && lease->spare) {
		heap_remove(&area->spare, &lease->at_heap);
		lease->spare = false;
	}
	fresh_clear(&area->fresh, addr - area->first);
}

void areas_file(struct engine *engine, uint32_t addr)
{
	struct area *area = area_at(engine, addr);
	struct lease *lease = lease_at(engine->leases, addr);

	if (lease)
		count(engine, lease, 1);
	if (!area || offer_at(engine, addr) || reserved(engine, addr))
		return;
	if (!lease) {
		fresh_set(&area->fresh, addr - area->first);
	} else if (lease->state == LEASE_FREE) {
		heap_insert(&area->spare, &lease->at_heap);
		lease->spare = true;
	}
}

void area_withhold(struct engine *engine, uint32_t addr)
{
	const struct lease *lease = lease_at(engine->leases, addr);

	areas_unfile(engine, addr);
	if (lease)
		count(engine, lease, 1);
}

void area_give_back(struct engine *engine, uint32_t addr)
{
	areas_unfile(engine, addr);
	areas_file(engine, addr);
}

uint32_t area_fresh(const struct area *area)
{
	int64_t lowest = fresh_lowest(&area->fresh);

	return lowest < 0 ? 0 : area->first + (uint32_t)lowest;
}

struct lease *area_longest_free(const struct area *area)
{
	return area->spare.root ? member_of(area->spare.root, struct lease, at_heap) : NULL;
}
