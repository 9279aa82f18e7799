// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The model: look-ups of subnets and addresses, the indexes that they need, and its end. What is
 * searched comes sorted from the builder. The model does not change after model_index(); nothing
 * of it survives the process.
 */
#define HASH_NONFATAL_OOM 1
#define uthash_nonfatal_oom(elt) \
	do {                     \
		(void)(elt);     \
		oom = true;      \
	} while (0)

#include "model.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "expr.h"

bool server_list_has(const struct server_list *list, uint32_t addr)
{
	for (size_t i = 0; list && i < list->n; i++) {
		if (list->addrs[i] == addr)
			return true;
	}
	return false;
}

const struct subnet *model_subnet_of(const struct model *model, uint32_t addr)
{
	size_t low = 0, high = model->n_subnets;

	/* the last one whose prefix is not above addr */
	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (model->subnets[mid].prefix <= addr)
			low = mid + 1;
		else
			high = mid;
	}
	return low && subnet_contains(&model->subnets[low - 1], addr) ? &model->subnets[low - 1]
								      : NULL;
}

const struct subnet *model_subnet_by_id(const struct model *model, uint32_t id)
{
	size_t low = 0, high = model->n_subnets;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (model->by_id[mid]->id < id)
			low = mid + 1;
		else
			high = mid;
	}
	return low < model->n_subnets && model->by_id[low]->id == id ? model->by_id[low] : NULL;
}

const struct pool *subnet_pool_from(const struct subnet *subnet, uint32_t addr)
{
	size_t low = 0, high = subnet->n_pools;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (subnet->pools[mid].last < addr)
			low = mid + 1;
		else
			high = mid;
	}
	return low < subnet->n_pools ? &subnet->pools[low] : NULL;
}

const struct pool *subnet_pool_of(const struct subnet *subnet, uint32_t addr)
{
	const struct pool *pool = subnet_pool_from(subnet, addr);

	return pool && pool->first <= addr ? pool : NULL;
}

const struct address_range *subnet_exclusion_from(const struct subnet *subnet, uint32_t addr)
{
	size_t low = 0, high = subnet->n_exclusions;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (subnet->exclusions[mid].last < addr)
			low = mid + 1;
		else
			high = mid;
	}
	return low < subnet->n_exclusions ? &subnet->exclusions[low] : NULL;
}

bool subnet_excludes(const struct subnet *subnet, uint32_t addr)
{
	const struct address_range *range = subnet_exclusion_from(subnet, addr);

	if (subnet->exclude_first_last && subnet->prefix_len <= 24 &&
	    ((addr & 0xff) == 0 || (addr & 0xff) == 0xff))
		return true;
	return range && range->first <= addr;
}

void scopes_of(const struct model *model, const struct subnet *subnet, const struct pool *pool,
	       const struct reservation *reservation, struct scopes *ret)
{
	ret->n = 0;
	if (reservation)
		ret->v[ret->n++] = &reservation->scope;
	if (pool)
		ret->v[ret->n++] = &pool->scope;
	ret->v[ret->n++] = &subnet->scope;
	if (subnet->network)
		ret->v[ret->n++] = &subnet->network->scope;
	ret->v[ret->n++] = &model->scope;
}

/* --- indexes, made once --- */

/* The first of two reservations with the same key or address wins; config/ refuses both. */
static int index_set(struct reservation_set *set)
{
	bool oom = false;

	set->by_id = NULL;
	for (size_t i = 0; i < set->n; i++) {
		struct reservation *r = &set->list[i], *same = NULL;

		HASH_FIND(by_id, set->by_id, r->key, r->key_len, same);
		if (!same)
			HASH_ADD_KEYPTR(by_id, set->by_id, r->key, r->key_len, r);
	}
	return oom ? -ENOMEM : 0;
}

static int index_address(struct subnet *subnet, struct reservation *r)
{
	bool oom = false;

	if (r->addr && !subnet_reserved_address(subnet, r->addr))
		HASH_ADD(by_addr, subnet->reserved, addr, sizeof(r->addr), r);
	return oom ? -ENOMEM : 0;
}

static int index_subnet(struct subnet *subnet)
{
	int r = index_set(&subnet->reservations);

	subnet->reserved = NULL;
	for (size_t i = 0; r == 0 && subnet->reservations_in_subnet && i < subnet->reservations.n;
	     i++)
		r = index_address(subnet, &subnet->reservations.list[i]);
	return r;
}

/* An address that is reserved globally is its client's in the subnet where it lies. */
static int index_global(struct model *model)
{
	int r = index_set(&model->reservations);

	for (size_t i = 0; r == 0 && i < model->reservations.n; i++) {
		struct reservation *it = &model->reservations.list[i];
		const struct subnet *subnet = model_subnet_of(model, it->addr);

		it->global = true;
		if (it->addr && subnet && subnet->reservations_global)
			r = index_address(&model->subnets[subnet - model->subnets], it);
	}
	return r;
}

static int by_id(const void *a, const void *b)
{
	uint32_t x = (*(const struct subnet *const *)a)->id;
	uint32_t y = (*(const struct subnet *const *)b)->id;

	return x < y ? -1 : x > y;
}

static int index_ids(struct model *model)
{
	model->by_id = calloc(model->n_subnets + 1, sizeof(*model->by_id));
	if (!model->by_id)
		return -ENOMEM;
	for (size_t i = 0; i < model->n_subnets; i++)
		model->by_id[i] = &model->subnets[i];
	qsort(model->by_id, model->n_subnets, sizeof(*model->by_id), by_id);
	return 0;
}

int model_index(struct model *model)
{
	int r = index_ids(model);

	for (size_t i = 0; i < model->n_classes; i++) {
		if (!strcmp(model->classes[i].name, "DROP"))
			model->drop = &model->classes[i];
	}
	for (size_t i = 0; r == 0 && i < model->n_subnets; i++)
		r = index_subnet(&model->subnets[i]);
	return r == 0 ? index_global(model) : r;
}

/* --- the end --- */

static void free_scope(struct scope *scope)
{
	for (size_t i = 0; i < scope->options.n; i++) {
		free(scope->options.v[i].data);
		free(scope->options.v[i].classes.v);
	}
	free(scope->options.v);
	*scope = (struct scope){0};
}

static void free_hw_lists(struct hw_lists *hw)
{
	hw_list_free(hw->allow);
	hw_list_free(hw->deny);
}

static void free_set(struct reservation_set *set)
{
	HASH_CLEAR(by_id, set->by_id);
	for (size_t i = 0; i < set->n; i++) {
		free_scope(&set->list[i].scope);
		free(set->list[i].classes.v);
	}
	free(set->list);
}

static void free_subnet(struct subnet *subnet)
{
	HASH_CLEAR(by_addr, subnet->reserved);
	free_set(&subnet->reservations);
	for (size_t i = 0; i < subnet->n_pools; i++) {
		free_scope(&subnet->pools[i].scope);
		free(subnet->pools[i].guards.v);
		free(subnet->pools[i].required.v);
	}
	free(subnet->pools);
	free(subnet->guards.v);
	free(subnet->required.v);
	free(subnet->exclusions);
	free(subnet->relays);
	free(subnet->domain);
	free_hw_lists(&subnet->hw);
	free(subnet->servers);
	free_scope(&subnet->scope);
}

static void free_class(struct client_class *class)
{
	free(class->name);
	expr_free(class->test);
	free_scope(&class->scope);
}

void model_free(struct model *model)
{
	for (size_t i = 0; i < model->n_subnets; i++)
		free_subnet(&model->subnets[i]);
	free(model->subnets);
	free(model->by_id);
	for (size_t i = 0; i < model->n_networks; i++) {
		free_hw_lists(&model->networks[i].hw);
		free(model->networks[i].servers);
		free(model->networks[i].guards.v);
		free_scope(&model->networks[i].scope);
	}
	free_hw_lists(&model->hw);
	free(model->servers);
	free(model->networks);
	for (size_t i = 0; i < model->n_classes; i++)
		free_class(&model->classes[i]);
	free(model->classes);
	free_set(&model->reservations);
	free_scope(&model->scope);
	expr_free(model->flex_id);
	*model = (struct model){0};
}
