// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The subnets' gates in `policy`: one record a subnet, found by its id, marked
 * with the digest of the configuration its templates were made from. A subnet whose
 * digest differs, or that is gone or deactivated, is closed before anything else knows
 * of it; its slots are closed and running programs have left before the engine
 * takes the new configuration and the gate opens again: each of its clients is
 * answered once by the daemon, or by nobody where the subnet is deactivated. The new
 * digest is stored last, so that a start after a crash in between does it again.
 *
 * Clients that are not to be answered any more, by their hardware addresses, are few among many:
 * their own slots are closed, with the same barrier behind them and before anything else changes.
 * Who else is in their subnet stays in the fast path. Lists are no part of the digest; a start
 * looks at all clients as a reload does.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/daemon.h"

#define GATES (XDHCP_POLICY_ENTRIES - XDHCP_POLICY_SCOPES)

static struct policy *find(struct policy *records, uint32_t id)
{
	for (unsigned i = 0; i < GATES; i++) {
		if (records[i].kind == XDHCP_POLICY_SCOPE && records[i].id == id)
			return &records[i];
	}
	return NULL;
}

static struct policy *find_free(struct policy *records)
{
	for (unsigned i = 0; i < GATES; i++) {
		if (records[i].kind == XDHCP_POLICY_NONE)
			return &records[i];
	}
	return NULL;
}

uint32_t gate_of(const struct daemon *d, uint32_t subnet_id)
{
	const struct subnet *subnet = model_subnet_by_id(&d->config->model, subnet_id);

	if (!subnet || !d->gates)
		return 0;
	return d->gates[subnet - d->config->model.subnets];
}

/*
 * Closes the gate of every subnet that is not in `model` as it is there, or not to be answered; and
 * finds those that are closed already, since a crash may have left their slots open. Returns how
 * many.
 */
static unsigned close_changed(struct policy *records, const struct model *model)
{
	unsigned closed = 0;

	for (unsigned i = 0; i < GATES; i++) {
		const struct subnet *subnet;

		if (records[i].kind != XDHCP_POLICY_SCOPE)
			continue;
		subnet = model_subnet_by_id(model, records[i].id);
		if (subnet && subnet->enabled && subnet->digest == records[i].digest &&
		    !records[i].closed)
			continue;
		__atomic_store_n(&records[i].closed, 1, __ATOMIC_RELEASE);
		closed++;
	}
	return closed;
}

static bool has_lists(const struct model *model)
{
	for (size_t i = 0; i < model->n_subnets; i++) {
		if (model->subnets[i].deny || model->subnets[i].allow)
			return true;
	}
	return false;
}

/* Closes the slots of all whom `model` refuses; also those that were to be opened again. */
static unsigned close_refused(struct daemon *d, const struct model *model)
{
	struct lease *lease = has_lists(model) ? lease_next(d->leases, 0) : NULL;
	const struct subnet *subnet = NULL;
	unsigned closed = 0;

	for (; lease; lease = lease_after(d->leases, lease)) {
		if (!subnet || !subnet_contains(subnet, lease->addr))
			subnet = model_subnet_of(model, lease->addr);
		if (!subnet || !filter_refuses(subnet, lease->chaddr))
			continue;
		closed += lease->published;
		withdraw(d, lease);
	}
	return closed;
}

static void close_slots(struct daemon *d, struct policy *records)
{
	struct lease *lease = lease_next(d->leases, 0);
	uint32_t last_id = 0;
	bool last_closed = false;

	for (; lease; lease = lease_after(d->leases, lease)) {
		if (lease->subnet_id != last_id) {
			struct policy *p = find(records, lease->subnet_id);

			last_id = lease->subnet_id;
			last_closed = !p || p->closed;
		}
		if (last_closed)
			withdraw(d, lease);
	}
}

/* The record of a subnet, taken if it has none. NULL: none is free. */
static struct policy *record(struct policy *records, uint32_t id)
{
	struct policy *p = find(records, id);

	if (p || !(p = find_free(records)))
		return p;
	p->closed = 1;
	p->id = id;
	strcpy(p->name, "subnet");
	p->kind = XDHCP_POLICY_SCOPE;
	return p;
}

int gates_close(struct daemon *d, const struct model *model)
{
	struct policy *records;
	unsigned changed;
	int r;

	if (!d->fp)
		return 0;
	records = fastpath_policy(d->fp) + XDHCP_POLICY_SCOPES;
	changed = close_changed(records, model);
	if (changed)
		close_slots(d, records);
	if (!close_refused(d, model) && !changed)
		return 0;
	r = fastpath_barrier(d->fp);
	if (r < 0)
		return r;
	for (unsigned i = 0; i < GATES; i++) {
		if (records[i].kind == XDHCP_POLICY_SCOPE && records[i].closed &&
		    !model_subnet_by_id(model, records[i].id))
			memset(&records[i], 0, sizeof(records[i]));
	}
	return 0;
}

int gates_open(struct daemon *d)
{
	const struct model *model = &d->config->model;
	struct policy *records;
	uint32_t *gates;

	if (!d->fp)
		return 0;
	gates = calloc(model->n_subnets + 1, sizeof(*gates));
	if (!gates)
		return -ENOMEM;
	records = fastpath_policy(d->fp) + XDHCP_POLICY_SCOPES;
	for (size_t i = 0; i < model->n_subnets; i++) {
		const struct subnet *subnet = &model->subnets[i];
		struct policy *p = record(records, subnet->id);

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
	free(d->gates);
	d->gates = gates;
	return 0;
}

void gates_forget(struct daemon *d)
{
	free(d->gates);
	d->gates = NULL;
}
