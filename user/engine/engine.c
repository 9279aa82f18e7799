// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The engine's life, its configuration, credit and counters. Nothing of it
 * survives a crash but the leases, which others store and load.
 */
#include "engine.h"

#include <errno.h>
#include <stdlib.h>

#include "private.h"

struct engine *engine_new(struct lease_table *leases)
{
	struct engine *engine = calloc(1, sizeof(*engine));

	if (!engine)
		return NULL;
	engine->leases = leases;
	if (offers_init(engine) < 0) {
		engine_free(engine);
		return NULL;
	}
	return engine;
}

void engine_free(struct engine *engine)
{
	if (!engine)
		return;
	offers_destroy(engine);
	areas_destroy(&engine->areas);
	subnets_by_destroy(&engine->subnets_by);
	quota_destroy(&engine->quota);
	free(engine);
}

static void drop_all_offers(struct engine *engine)
{
	for (size_t i = 0; i < engine->areas.n; i++)
		offers_lapse(engine, &engine->areas.v[i], UINT32_MAX);
}

/* One that is about to be filed: where it belongs is anywhere, and is fetched with that of others.
 */
struct filing {
	struct lease *lease;
	uint64_t exact, by_id; /* hashes */
	bool by_hw;
};

#define AT_ONCE 32

static void look_ahead(const struct engine *engine, struct filing *f, unsigned step)
{
	if (step == 0) {
		const struct subnet *subnet = model_subnet_of(engine->config.model, f->lease->addr);
		struct identity identity = lease_identity(f->lease);

		identity.by_hw = f->by_hw = identity_by_hw(subnet, f->lease->client_id_len);
		table_hashes(engine->leases, &identity, subnet, &f->exact, &f->by_id);
	}
	table_look_ahead(engine->leases, f->exact, f->by_hw ? NULL : &f->by_id, 0, step);
}

/* Files a lease under the new model. */
static void refile(struct engine *engine, const struct filing *f)
{
	struct lease *lease = f->lease;
	struct area *area = area_at(engine, lease->addr);

	lease->spare = false;
	table_refile(engine->leases, lease, f->by_hw);
	if (area)
		fresh_clear(&area->fresh, lease->addr - area->first);
	areas_file(engine, lease->addr);
}

static void refile_all(struct engine *engine)
{
	struct lease *lease = lease_next(engine->leases, 0);
	const struct engine_config *config = &engine->config;
	struct filing filings[AT_ONCE];
	size_t filed = 0;

	while (lease) {
		size_t n = 0;

		for (; lease && n < AT_ONCE; lease = lease_after(engine->leases, lease)) {
			filings[n] = (struct filing){.lease = lease};
			look_ahead(engine, &filings[n++], 0);
		}
		for (size_t i = 0; i < n; i++)
			look_ahead(engine, &filings[i], 1);
		for (size_t i = 0; i < n; i++)
			refile(engine, &filings[i]);
		filed += n;
		if (config->filed)
			config->filed(config->arg, filed);
	}
}

int engine_configure(struct engine *engine, const struct engine_config *config)
{
	struct areas areas;
	struct subnets_by subnets_by = {0};
	struct quota quota;
	int r = areas_build(&areas, config->model);

	if (r < 0)
		return r;
	r = subnets_by_build(&subnets_by, config->model);
	if (r == 0)
		r = quota_build(&quota, config->model, engine->leases);
	if (r < 0) {
		areas_destroy(&areas);
		subnets_by_destroy(&subnets_by);
		return r;
	}
	drop_all_offers(engine);
	areas_destroy(&engine->areas);
	subnets_by_destroy(&engine->subnets_by);
	quota_destroy(&engine->quota);
	engine->areas = areas;
	engine->subnets_by = subnets_by;
	engine->quota = quota;
	engine->config = *config;
	table_configure(engine->leases, config->model);
	refile_all(engine);
	engine->config.filed = NULL;
	return 0;
}

uint32_t engine_credit(const struct engine *engine, uint32_t now, uint32_t lifetime,
		       uint32_t promised)
{
	double until = (double)now + 1 + engine->config.horizon * lifetime;

	if (!(engine->config.horizon > 0))
		return promised;
	if (lifetime == DHCP_LIFETIME_INFINITE || until >= XDHCP_FOREVER)
		return XDHCP_FOREVER;
	return until > promised ? (uint32_t)until : promised;
}

void engine_usage(const struct engine *engine, const struct subnet *subnet,
		  struct engine_usage *ret_usage)
{
	struct engine_usage usage = {.subnet_id = subnet->id};
	const struct model *model = engine->config.model;
	size_t n;
	const struct area *area = areas_of(engine, subnet, &n);

	for (size_t i = 0; i < n; i++) {
		usage.total += area[i].fresh.size - area[i].excluded;
		usage.free_fresh += area[i].fresh.count;
		usage.free_used += area[i].spare.n;
	}
	usage.assigned = engine->areas.counts[subnet - model->subnets].assigned;
	usage.declined = engine->areas.counts[subnet - model->subnets].declined;
	*ret_usage = usage;
}
