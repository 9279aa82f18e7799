// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The scopes' gates in `policy`: one record a subnet, found by its id, marked
 * with the digest of the configuration its templates were made from. A scope whose
 * digest differs is closed, its slots are closed and running programs have left
 * before it opens again: each of its clients is answered once by the daemon. The new
 * digest is stored last, so that a start after a crash in between does it again.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/daemon.h"

#define SCOPES (XDHCP_POLICY_ENTRIES - XDHCP_POLICY_SCOPES)

static struct policy *find(struct policy *scopes, uint32_t id)
{
	for (unsigned i = 0; i < SCOPES; i++) {
		if (scopes[i].kind == XDHCP_POLICY_SCOPE && scopes[i].id == id)
			return &scopes[i];
	}
	return NULL;
}

static struct policy *find_free(struct policy *scopes)
{
	for (unsigned i = 0; i < SCOPES; i++) {
		if (scopes[i].kind == XDHCP_POLICY_NONE)
			return &scopes[i];
	}
	return NULL;
}

uint32_t scope_gate(const struct daemon *d, uint32_t subnet_id)
{
	const struct subnet *subnet = model_subnet_by_id(&d->config->model, subnet_id);

	if (!subnet || !d->scope_gates)
		return 0;
	return d->scope_gates[subnet - d->config->model.subnets];
}

/* Closes the gate of every scope that is not in the configuration as it is there. Returns how many.
 */
static unsigned close_changed(struct daemon *d, struct policy *scopes)
{
	unsigned closed = 0;

	for (unsigned i = 0; i < SCOPES; i++) {
		const struct subnet *subnet;

		if (scopes[i].kind != XDHCP_POLICY_SCOPE)
			continue;
		subnet = model_subnet_by_id(&d->config->model, scopes[i].id);
		if (subnet && subnet->digest == scopes[i].digest)
			continue;
		__atomic_store_n(&scopes[i].closed, 1, __ATOMIC_RELEASE);
		closed++;
	}
	return closed;
}

static void close_slots(struct daemon *d, struct policy *scopes)
{
	struct lease *lease = lease_next(d->leases, 0);
	uint32_t last_id = 0;
	bool last_closed = false;

	for (; lease; lease = lease_after(d->leases, lease)) {
		if (lease->subnet_id != last_id) {
			struct policy *p = find(scopes, lease->subnet_id);

			last_id = lease->subnet_id;
			last_closed = !p || p->closed;
		}
		if (last_closed)
			withdraw(d, lease);
	}
}

static int open_all(struct daemon *d, struct policy *scopes)
{
	const struct model *model = &d->config->model;
	uint32_t *gates = calloc(model->n_subnets + 1, sizeof(*gates));

	if (!gates)
		return -ENOMEM;
	for (size_t i = 0; i < model->n_subnets; i++) {
		const struct subnet *subnet = &model->subnets[i];
		struct policy *p = find(scopes, subnet->id);

		if (!p && !(p = find_free(scopes))) {
			log_warning(
				"fast path: no gate is free for subnet %u, the daemon serves it "
				"alone",
				subnet->id);
			continue;
		}
		p->kind = XDHCP_POLICY_SCOPE;
		p->id = subnet->id;
		p->digest = subnet->digest;
		strcpy(p->name, "subnet");
		__atomic_store_n(&p->closed, 0, __ATOMIC_RELEASE);
		gates[i] = (uint32_t)(p - fastpath_policy(d->fp));
	}
	d->scope_gates = gates;
	return 0;
}

int scopes_apply(struct daemon *d)
{
	struct policy *scopes;

	if (!d->fp)
		return 0;
	free(d->scope_gates);
	d->scope_gates = NULL;
	scopes = fastpath_policy(d->fp) + XDHCP_POLICY_SCOPES;
	if (close_changed(d, scopes)) {
		int r;

		close_slots(d, scopes);
		r = fastpath_barrier(d->fp);
		if (r < 0)
			return r;
		for (unsigned i = 0; i < SCOPES; i++) {
			if (scopes[i].kind == XDHCP_POLICY_SCOPE && scopes[i].closed &&
			    !model_subnet_by_id(&d->config->model, scopes[i].id))
				memset(&scopes[i], 0, sizeof(scopes[i]));
		}
	}
	return open_all(d, scopes);
}
