// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The policers' limits (bpf/police.h), from the configuration's packets a second to what stands in
 * `policy`. They change while records are open and programs run: each budget is one aligned store,
 * and a client's burst is there before an interval that goes with it. Nothing is closed for them.
 * What survives a crash: the limits, with the records.
 */
#include <math.h>
#include <string.h>

#include "daemon/daemon.h"

static uint32_t interval(const struct rate_limit *limit, double second)
{
	return limit->rate > 0 ? (uint32_t)lround(second / limit->rate) : 0;
}

void limits_of_link(const struct config *config, struct budget ret_budgets[XDHCP_BUDGETS])
{
	const struct rate_limit *const limits[XDHCP_BUDGETS] = {
		[XDHCP_BUDGET_DISCOVER] = &config->fast_path.discover,
		[XDHCP_BUDGET_OTHER] = &config->fast_path.other};

	for (unsigned i = 0; i < XDHCP_BUDGETS; i++)
		ret_budgets[i] = (struct budget){interval(limits[i], 1e9), limits[i]->burst};
}

static void store_budget(struct budget *budget, const struct budget *wanted)
{
	uint64_t word;

	_Static_assert(sizeof(word) == sizeof(*wanted), "one store");
	memcpy(&word, wanted, sizeof(word));
	__atomic_store_n((uint64_t *)budget, word, __ATOMIC_RELEASE);
}

void limits_apply(struct daemon *d)
{
	const struct rate_limit *client = &d->config->fast_path.client;
	struct budget budgets[XDHCP_BUDGETS];
	struct policy *policy, *gates, *links;

	if (!d->fp)
		return;
	policy = fastpath_policy(d->fp);
	gates = policy + XDHCP_POLICY_GATES;
	links = policy + XDHCP_POLICY_LINKS;
	__atomic_store_n(&gates->client_burst, client->burst, __ATOMIC_RELEASE);
	__atomic_store_n(&gates->client_interval, interval(client, 1e3), __ATOMIC_RELEASE);
	limits_of_link(d->config, budgets);
	for (unsigned i = 0; i < XDHCP_POLICY_LINKS_N; i++) {
		for (unsigned j = 0; links[i].kind == XDHCP_POLICY_LINK && j < XDHCP_BUDGETS; j++)
			store_budget(&links[i].budgets[j], &budgets[j]);
	}
}
