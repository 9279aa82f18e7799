// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The sweep: reads the slots as memory, records what XDP has granted since the
 * last one, and extends the credit of those whose credit does not cover T2 + lifetime.
 * An extension is a change like any other: committed first, then stored in the
 * slot. Who has not renewed is not extended. A crash loses nothing: the grants stand in the
 * slots, and the store's ack_until bounds them.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "daemon/daemon.h"
#include "form.h"

#define SWEEP_CHUNK 1024 /* leases looked at in one event */

static void mark_templates(struct daemon *d)
{
	struct lease *lease = lease_next(d->leases, 0);

	template_index_mark_begin(d->templates);
	quiesce_mark_templates(d);
	for (; lease; lease = lease_next(d->leases, lease->addr + 1)) {
		struct slot *slot = fastpath_slot(d->fp, lease->addr, false, NULL);

		for (unsigned i = 0; slot && slot_is_open(slot) && i < XDHCP_FORMS; i++) {
			if (slot->forms[i])
				template_index_mark(d->templates, form_template(slot->forms[i]));
		}
		if (lease->addr == UINT32_MAX)
			break;
	}
}

/* Templates nobody names any more are free once running programs have left. */
static void collect_templates(struct daemon *d)
{
	uint32_t n;

	if (d->template_epoch && quiesce_passed(d, d->template_epoch)) {
		template_index_release(d->templates);
		d->template_epoch = 0;
		d->templates_warned = false;
	}
	fastpath_templates(d->fp, &n);
	if (d->template_epoch || template_index_in_use(d->templates) < n / 2)
		return;
	mark_templates(d);
	if (template_index_mark_end(d->templates))
		d->template_epoch = quiesce_request(d);
}

static void log_hits(struct daemon *d, const struct lease *lease, const struct slot *slot,
		     uint32_t index)
{
	uint32_t hits = (uint32_t)slot->hits - d->hits_logged[index];
	char addr[DHCP_ADDR_STR], mac[DHCP_MAC_STR];

	d->hits_logged[index] = (uint32_t)slot->hits;
	if (hits)
		log_info("DHCPREQUEST for %s from %s%s%s%s: DHCPACK by XDP, %" PRIu32
			 " since the last sweep",
			 dhcp_addr_str(lease->addr, addr), dhcp_mac_str(lease->chaddr, mac),
			 lease->hostname_len ? " (" : "", lease_hostname(lease),
			 lease->hostname_len ? ")" : "", hits);
}

/* Reads one lease's slot; true: a change is to be committed. */
static bool sweep_lease(struct daemon *d, struct lease *lease, uint32_t now,
			struct change *ret_change)
{
	uint32_t index, last, granted_until;
	struct slot *slot;

	if (lease->state != LEASE_BOUND ||
	    !(slot = fastpath_slot(d->fp, lease->addr, false, &index)) ||
	    slot->generation != (uint32_t)lease->generation)
		return false;
	log_hits(d, lease, slot, index);
	slot_grant(slot, &last, &granted_until);
	return engine_sweep(d->engine, lease, last, granted_until, now, ret_change) !=
	       SWEEP_NOTHING;
}

/* Commits the changes, then stores the credit that is now durable in the slots. */
static void commit_sweep(struct daemon *d, const struct change *changes, size_t n)
{
	static struct commit_row rows[SWEEP_CHUNK];
	bool failed;

	for (size_t i = 0; i < n; i++)
		rows[i] = (struct commit_row){.row = changes[i].row,
					      .expected_generation = changes[i].before.generation};
	/* Failed: the fast path lives on the credit it has; the next sweep tries again. */
	failed = commit_rows(d, rows, n) < 0;
	for (size_t i = n; i-- > 0;) {
		struct lease *lease = lease_at(d->leases, rows[i].row.addr);
		struct slot *slot = fastpath_slot(d->fp, rows[i].row.addr, false, NULL);

		if (failed || rows[i].refused) {
			engine_undo(d->engine, &changes[i]);
			continue;
		}
		engine_confirm(d->engine, &changes[i]);
		if (lease && slot && slot_is_open(slot) &&
		    slot->generation == (uint32_t)lease->generation)
			slot_credit(slot, lease->ack_until);
	}
}

static void sweep_chunk(evutil_socket_t fd, short what, void *arg)
{
	static struct change changes[SWEEP_CHUNK];
	struct timeval at_once = {0, 0};
	struct daemon *d = arg;
	struct lease *lease = lease_next(d->leases, d->sweep_at);
	uint32_t now = boot_seconds();
	size_t n = 0;

	(void)fd;
	(void)what;
	for (unsigned i = 0; lease && i < SWEEP_CHUNK; i++) {
		n += sweep_lease(d, lease, now, &changes[n]);
		d->sweep_at = lease->addr + 1;
		lease = d->sweep_at ? lease_next(d->leases, d->sweep_at) : NULL;
	}
	commit_sweep(d, changes, n);
	if (lease)
		event_base_once(d->base, -1, EV_TIMEOUT, sweep_chunk, d, &at_once);
	else
		d->sweeping = false;
}

void sweep_begin(struct daemon *d)
{
	if (!d->fp || d->sweeping)
		return;
	collect_templates(d);
	d->sweeping = true;
	d->sweep_at = 0;
	sweep_chunk(-1, 0, d);
}

static void give_back(struct daemon *d, const struct change *changes, size_t n)
{
	static struct commit_row rows[SWEEP_CHUNK];

	for (size_t i = 0; i < n; i++)
		rows[i] = (struct commit_row){.row = changes[i].row,
					      .expected_generation = changes[i].before.generation};
	/* The slots keep their larger credit: answer_until bounds it until a daemon is back. */
	if (commit_rows(d, rows, n) < 0)
		log_warning("unused credit stays reserved in the store");
}

void sweep_give_back(struct daemon *d, uint32_t answer_until)
{
	static struct change changes[SWEEP_CHUNK];
	struct lease *lease = d->fp ? lease_next(d->leases, 0) : NULL;
	size_t n = 0;

	for (; lease; lease = lease_next(d->leases, lease->addr + 1)) {
		struct slot *slot = fastpath_slot(d->fp, lease->addr, false, NULL);
		uint32_t last, granted_until;

		if (slot && lease->state == LEASE_BOUND &&
		    slot->generation == (uint32_t)lease->generation) {
			slot_grant(slot, &last, &granted_until);
			lease_granted(d->leases, lease, last, granted_until);
		}
		/* XDP rounds its promises up: one second more than answer_until + lifetime. */
		n += engine_settle(d->engine, lease, answer_until + 1, &changes[n]);
		if (n == SWEEP_CHUNK) {
			give_back(d, changes, n);
			n = 0;
		}
		if (lease->addr == UINT32_MAX)
			break;
	}
	give_back(d, changes, n);
}

uint32_t sweep_period(const struct daemon *d)
{
	const struct model *model = &d->config->model;
	uint32_t period = DAEMON_SWEEP_MAX;

	for (size_t i = 0; i < model->n_subnets; i++) {
		const struct lifetimes *life = &model->subnets[i].life;
		uint32_t t1, t2, shortest = life->min < life->valid ? life->min : life->valid;

		if (shortest == DHCP_LIFETIME_INFINITE)
			continue;
		lifetimes_tee(life, shortest, &t1, &t2);
		if (t1 && t1 / 4 < period)
			period = t1 / 4;
	}
	return period ? period : 1;
}
