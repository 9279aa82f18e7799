// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The scopes' gates in `policy`: one record a subnet, found by its id, marked
 * with the digest of the configuration its templates were made from. A scope whose
 * digest differs, or that is gone or deactivated, is closed before anything else knows
 * of it; its slots are closed and running programs have left before the engine
 * takes the new configuration and the scope opens again: each of its clients is
 * answered once by the daemon, or by nobody where the scope is deactivated. The new
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

/*
 * Closes the gate of every scope that is not in `model` as it is there, or not to be answered; and
 * finds those that are closed already, since a crash may have left their slots open. Returns how
 * many.
 */
static unsigned close_gates(struct policy *scopes, const struct model *model)
{
	unsigned closed = 0;

	for (unsigned i = 0; i < SCOPES; i++) {
		const struct subnet *subnet;

		if (scopes[i].kind != XDHCP_POLICY_SCOPE)
			continue;
		subnet = model_subnet_by_id(model, scopes[i].id);
		if (subnet && subnet->enabled && subnet->digest == scopes[i].digest &&
		    !scopes[i].closed)
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

/* The record of a scope, taken if it has none. NULL: none is free. */
static struct policy *record(struct policy *scopes, uint32_t id)
{
	struct policy *p = find(scopes, id);

	if (p || !(p = find_free(scopes)))
		return p;
	p->closed = 1;
	p->id = id;
	strcpy(p->name, "subnet");
	p->kind = XDHCP_POLICY_SCOPE;
	return p;
}

int scopes_close(struct daemon *d, const struct model *model)
{
	struct policy *scopes;
	int r;

	if (!d->fp)
		return 0;
	scopes = fastpath_policy(d->fp) + XDHCP_POLICY_SCOPES;
	if (!close_gates(scopes, model))
		return 0;
	close_slots(d, scopes);
	r = fastpath_barrier(d->fp);
	if (r < 0)
		return r;
	for (unsigned i = 0; i < SCOPES; i++) {
		if (scopes[i].kind == XDHCP_POLICY_SCOPE && scopes[i].closed &&
		    !model_subnet_by_id(model, scopes[i].id))
			memset(&scopes[i], 0, sizeof(scopes[i]));
	}
	return 0;
}

int scopes_open(struct daemon *d)
{
	const struct model *model = &d->config->model;
	struct policy *scopes;
	uint32_t *gates;

	if (!d->fp)
		return 0;
	gates = calloc(model->n_subnets + 1, sizeof(*gates));
	if (!gates)
		return -ENOMEM;
	scopes = fastpath_policy(d->fp) + XDHCP_POLICY_SCOPES;
	for (size_t i = 0; i < model->n_subnets; i++) {
		const struct subnet *subnet = &model->subnets[i];
		struct policy *p = record(scopes, subnet->id);

		if (!p) {
			log_warning(
				"fast path: no gate is free for subnet %u, the daemon serves it "
				"alone",
				subnet->id);
			continue;
		}
		p->digest = subnet->digest;
		if (!subnet->enabled)
			continue;
		__atomic_store_n(&p->closed, 0, __ATOMIC_RELEASE);
		gates[i] = (uint32_t)(p - fastpath_policy(d->fp));
	}
	free(d->scope_gates);
	d->scope_gates = gates;
	return 0;
}

void scopes_forget(struct daemon *d)
{
	free(d->scope_gates);
	d->scope_gates = NULL;
}
