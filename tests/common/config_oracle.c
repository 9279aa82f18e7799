// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* See config_oracle.h. Nothing is read outside the text, so it is called with exact allocations. */
#include "config_oracle.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/config.h"
#include "engine/engine.h"
#include "require.h"

static bool looked_for(const struct model *model, enum reserved_by by)
{
	for (size_t i = 0; i < model->n_order; i++) {
		if (model->order[i] == by)
			return true;
	}
	return false;
}

static void check_reservation(const struct model *model, const struct subnet *s,
			      const struct reservation *r)
{
	struct identifiers ids = {0};
	enum reserved_by by = reservation_by(r);
	bool used = r->global ? s->reservations_global : s->reservations_in_subnet;

	require(r->key_len > 1 && by < RESERVED_BY_COUNT);
	require(r->global || !r->addr || (r->addr & s->mask) == s->prefix);
	if (used && r->addr && (r->addr & s->mask) == s->prefix)
		require(subnet_reserved_address(s, r->addr) == r);
	ids.v[by].data = r->key + 1;
	ids.v[by].len = r->key_len - 1;
	require(reservation_is_for(r, &ids));
	if (used && !r->global)
		require(model_reservation(model, s, &ids) == (looked_for(model, by) ? r : NULL));
}

static void check_ranges(const struct subnet *s)
{
	for (size_t i = 0; i < s->n_pools; i++) {
		require(s->pools[i].first <= s->pools[i].last);
		require((s->pools[i].first & s->mask) == s->prefix);
		require((s->pools[i].last & s->mask) == s->prefix);
		require(!i || s->pools[i].first > s->pools[i - 1].last);
	}
	for (size_t i = 0; i < s->n_exclusions; i++) {
		const struct address_range *it = &s->exclusions[i];

		require(it->first <= it->last);
		require((it->first & s->mask) == s->prefix);
		require((it->last & s->mask) == s->prefix);
		require(!i || it->first > (uint64_t)it[-1].last + 1);
		require(subnet_excludes(s, it->first) && subnet_excludes(s, it->last));
	}
}

static void check_network(const struct model *model, const struct subnet *s)
{
	for (size_t i = 0; i < s->n_relays; i++)
		require(s->relays[i] && (!i || s->relays[i] > s->relays[i - 1]));
	if (!s->network)
		return;
	require(s->network >= model->networks && s->network < model->networks + model->n_networks);
	for (size_t i = 0; i < model->n_subnets; i++) {
		if (model->subnets[i].network == s->network)
			require(!strcmp(model->subnets[i].interface, s->interface));
	}
}

static void check_subnet(const struct model *model, const struct subnet *s,
			 const struct subnet *before)
{
	require(s->id >= 1 && s->digest);
	require((s->prefix & ~s->mask) == 0);
	require(!before || s->prefix > (before->prefix | ~before->mask));
	require(s->life.min <= s->life.valid && s->life.valid <= s->life.max);
	require(s->life.min >= 1);
	require(s->life.t1_percent > 0 && s->life.t1_percent < s->life.t2_percent &&
		s->life.t2_percent < 1);
	check_ranges(s);
	check_network(model, s);
	for (size_t i = 0; i < s->reservations.n; i++)
		check_reservation(model, s, &s->reservations.list[i]);
	for (size_t i = 0; i < model->reservations.n; i++)
		check_reservation(model, s, &model->reservations.list[i]);
}

static void check_model(const struct config *config)
{
	char *text = json_dumps(config->tree, JSON_COMPACT);
	struct config *again = NULL;
	struct config_errors errors;
	int r;

	require(text != NULL);
	for (size_t i = 0; i < config->model.n_subnets; i++)
		check_subnet(&config->model, &config->model.subnets[i],
			     i ? &config->model.subnets[i - 1] : NULL);
	r = config_load("again", text, &again, &errors);
	if (r)
		wrong("%s\n%s", errors.lines[0], text);
	require(json_equal(config->tree, again->tree));
	for (size_t i = 0; i < config->model.n_subnets; i++)
		require(again->model.subnets[i].digest == config->model.subnets[i].digest);
	config_errors_free(&errors);
	config_free(again);
	free(text);
}

static void check_lines(char *const *lines, size_t n, size_t most_lines)
{
	unsigned last_line = 0, last_col = 0;

	for (size_t i = 0; i < n; i++) {
		unsigned line, col;
		int at = 0;

		if (sscanf(lines[i], "f:%u:%u: %n", &line, &col, &at) != 2 || !at || !lines[i][at])
			wrong("%s", lines[i]);
		require(line >= 1 && line <= most_lines && col >= 1);
		require(line > last_line || (line == last_line && col >= last_col));
		for (const unsigned char *c = (const unsigned char *)lines[i]; *c; c++)
			require(*c >= 0x20 && *c != 0x7f);
		last_line = line;
		last_col = col;
	}
}

/* libyaml also ends lines at CR, NEL, LS and PS, and takes the end of the file for one. */
static size_t count_lines(const char *text)
{
	size_t n = 2;

	for (const char *c = text; *c; c++)
		n += *c == '\n' || *c == '\r' || !strncmp(c, "\xc2\x85", 2) ||
		     !strncmp(c, "\xe2\x80\xa8", 3) || !strncmp(c, "\xe2\x80\xa9", 3);
	return n;
}

/* What is accepted can be served. */
static void configure(const struct config *config)
{
	struct engine_config ec = {.model = &config->model, .horizon = config->fast_path.horizon};
	struct lease_table *leases = lease_table_new();
	struct engine *engine = leases ? engine_new(leases) : NULL;

	require(engine != NULL);
	require(engine_configure(engine, &ec) == 0);
	for (size_t i = 0; i < config->model.n_subnets; i++) {
		struct engine_usage usage;

		engine_usage(engine, &config->model.subnets[i], &usage);
		require(usage.free_fresh + usage.free_used <= usage.total);
		require(!usage.assigned && !usage.declined && !usage.free_used);
	}
	engine_free(engine);
	lease_table_free(leases);
}

bool config_oracle(const char *text)
{
	struct config *config = NULL;
	struct config_errors errors;
	int r = config_load("f", text, &config, &errors);

	require(r == 0 || r == -EINVAL);
	require((r == 0) == (errors.n == 0));
	require((r == 0) == (config != NULL));
	check_lines(errors.lines, errors.n, count_lines(text));
	check_lines(errors.notices, errors.n_notices, count_lines(text));
	if (config) {
		check_model(config);
		configure(config);
	}
	config_errors_free(&errors);
	config_free(config);
	return r == 0;
}
