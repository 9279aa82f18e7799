// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The sweep: reads the slots as memory, records what XDP has granted since the
 * last one, and extends the credit of those whose credit does not cover T2 + lifetime.
 * An extension is a change like any other: committed first, then stored in the
 * slot, one row for many renewals. Who has not renewed is not extended. A crash loses nothing: the
 * grants stand in the slots, and the store's ack_until bounds them.
 *
 * A commit costs as much as a hundred rows. So one that must be made anyway extends also whose next
 * renewal is near and would need it: few sweeps have something to commit, and the neighbours in
 * it share their pages. Where nobody is in need, nothing is committed.
 *
 * An orderly stop gives back the credit that nobody will use. The first sweep of the next daemon
 * restores what each lease had from its last renewal, so that the next one is a hit again; before
 * that XDP goes by what the store has.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "daemon/daemon.h"
#include "form.h"

static void log_hits(struct daemon *d, const struct lease *lease, const struct slot *slot,
		     uint32_t index)
{
	/* A new lease of the address counts from 0 again. */
	uint32_t before = slot->hits < d->hits_logged[index] ? 0 : d->hits_logged[index];
	uint32_t hits = (uint32_t)slot->hits - before;
	char addr[DHCP_ADDR_STR], mac[DHCP_MAC_STR];

	d->hits_logged[index] = (uint32_t)slot->hits;
	if (hits)
		log_info("DHCPREQUEST for %s from %s%s%s%s: DHCPACK by XDP, %" PRIu32
			 " since the last sweep",
			 dhcp_addr_str(lease->addr, addr), dhcp_mac_str(lease->chaddr, mac),
			 lease->hostname_len ? " (" : "", lease_hostname(lease),
			 lease->hostname_len ? ")" : "", hits);
}

/* The longest lifetime that XDP may grant: each form's template has its own. 0: the slot is closed.
 */
static uint32_t longest_lifetime(const struct daemon *d, const struct slot *slot)
{
	uint32_t n, longest = 0;
	const struct template *templates = fastpath_templates(d->fp, &n);

	for (unsigned i = 0; slot && slot_is_open(slot) && i < XDHCP_FORMS; i++) {
		const struct template *t = &templates[form_template(slot->forms[i]) % n];

		if (slot->forms[i] && t->lifetime > longest)
			longest = t->lifetime;
	}
	return longest;
}

/* When does a lease need more credit? */
struct need {
	uint32_t t1;	/* after a renewal comes the next */
	uint64_t floor; /* seconds of credit below which one that was just granted is extended */
};

/* false: never; its scope is gone, or its slot closed. */
static bool need_of(const struct daemon *d, const struct lease *lease, uint32_t lifetime,
		    struct need *ret)
{
	const struct subnet *subnet = model_subnet_by_id(&d->config->model, lease->subnet_id);
	uint32_t t1, t2;

	if (!subnet || !lifetime || lease->ack_until == XDHCP_FOREVER)
		return false;
	lifetimes_tee(&subnet->life, lifetime, &t1, &t2);
	ret->t1 = t1 ? t1 : lifetime / 2; /* RFC 2131 4.4.5: by default */
	ret->floor = (uint64_t)(t2 ? t2 : lifetime) + lifetime;
	return true;
}

static struct slot *slot_of(struct daemon *d, const struct lease *lease, uint32_t *ret_index)
{
	struct slot *slot = fastpath_slot(d->fp, lease->addr, false, ret_index);

	return slot && slot->generation == (uint32_t)lease->generation ? slot : NULL;
}

static struct commit_row row_of(const struct lease *lease, uint32_t ack_until)
{
	struct commit_row row = {.expected_generation = lease->generation};

	lease_row(lease, &row.row);
	row.row.ack_until = ack_until;
	return row;
}

enum sweep_row { ROW_NONE, ROW_SOON, ROW_NOW };

/* `granted`: since the last sweep. */
static enum sweep_row extension(const struct daemon *d, const struct lease *lease,
				const struct slot *slot, bool granted, uint32_t last, uint32_t now,
				uint32_t *ret_until)
{
	uint32_t lifetime = longest_lifetime(d, slot);
	struct need need;
	uint64_t next;
	bool due;

	if (!need_of(d, lease, lifetime, &need))
		return ROW_NONE;
	if (d->sweep_restores) {
		*ret_until = engine_credit(d->engine, later(last, lease->cltt), lifetime,
					   lease->promised);
		if (*ret_until > lease->ack_until)
			return ROW_NOW;
	}
	due = granted && lease->ack_until < now + need.floor;
	next = (uint64_t)last + need.t1;
	if (!due && (next > (uint64_t)now + need.t1 / 2 || lease->ack_until >= next + need.floor))
		return ROW_NONE;
	*ret_until = engine_credit(d->engine, now, lifetime, lease->promised);
	if (*ret_until <= lease->ack_until)
		return ROW_NONE;
	if (due)
		return ROW_NOW;
	/* Has it renewed since it was extended? Then that would have given it more. */
	return engine_credit(d->engine, last, lifetime, lease->promised) > lease->ack_until
		       ? ROW_SOON
		       : ROW_NONE;
}

/*
 * Reads one lease's slot; ROW_NOW: a row is to be committed, ROW_SOON: if others are. A grant
 * within the credit needs none: memory knows of it, and after a crash the slot does, or ack_until
 * bounds it.
 */
static enum sweep_row sweep_lease(struct daemon *d, struct lease *lease, uint32_t now,
				  struct commit_row *ret_row)
{
	uint32_t index, last, granted_until, until;
	enum sweep_row row;
	struct slot *slot;
	bool granted;

	if (lease->state != LEASE_BOUND || !(slot = slot_of(d, lease, &index)))
		return ROW_NONE;
	log_hits(d, lease, slot, index);
	slot_grant(slot, &last, &granted_until);
	granted = last > lease->cltt || granted_until > lease->granted_until;
	row = extension(d, lease, slot, granted, last, now, &until);
	if (granted && row != ROW_NOW)
		lease_granted(d->leases, lease, last, granted_until);
	if (row == ROW_NONE)
		return ROW_NONE;
	*ret_row = row_of(lease, until);
	ret_row->row.cltt = later(ret_row->row.cltt, last);
	ret_row->row.granted_until = later(ret_row->row.granted_until, granted_until);
	return row;
}

/*
 * Commits the rows, then takes what is now durable into lease and slot. After a
 * failure the leases are as they were, so that the next sweep tries again.
 */
static void commit_sweep(struct daemon *d, struct commit_row *rows, size_t n, bool raise_slots)
{
	if (commit_rows(d, rows, n) < 0) {
		d->sweep_failed = true;
		return; /* the fast path lives on the credit it has */
	}
	for (size_t i = 0; i < n; i++) {
		struct lease *lease = lease_at(d->leases, rows[i].row.addr);
		struct slot *slot;

		if (rows[i].refused || !lease)
			continue;
		lease_granted(d->leases, lease, rows[i].row.cltt, rows[i].row.granted_until);
		lease_credit(lease, rows[i].row.ack_until);
		slot = slot_of(d, lease, NULL);
		if (raise_slots && slot && slot_is_open(slot))
			slot_credit(slot, rows[i].row.ack_until);
	}
}

static void sweep_chunk(evutil_socket_t fd, short what, void *arg)
{
	static struct commit_row rows[COMMIT_MAX];
	struct daemon *d = arg;
	struct lease *lease = lease_next(d->leases, d->sweep_at);
	uint32_t now = boot_seconds();
	bool needed = false;
	size_t n = 0;

	(void)fd;
	(void)what;
	for (unsigned i = 0; lease && i < COMMIT_MAX; i++) {
		enum sweep_row row = sweep_lease(d, lease, now, &rows[n]);

		n += row != ROW_NONE;
		needed |= row == ROW_NOW;
		lease = lease_after(d->leases, lease);
	}
	if (needed)
		commit_sweep(d, rows, n, true);
	d->sweep_at = lease ? lease->addr : 0;
	if (lease)
		d->sweeping = daemon_go_on(d, sweep_chunk) == 0;
	else
		d->sweeping = false;
	if (!d->sweeping && !d->sweep_failed)
		d->sweep_restores = false;
}

void sweep_begin(struct daemon *d)
{
	if (!d->fp || d->sweeping)
		return;
	collect_sweep(d);
	d->sweeping = true;
	d->sweep_failed = false;
	d->sweep_at = 0;
	sweep_chunk(-1, 0, d);
}

/* What a lease needs of its credit if XDP answers until `answer_until` and then no more. */
static uint32_t credit_needed(struct daemon *d, const struct lease *lease, const struct slot *slot,
			      uint32_t answer_until)
{
	uint32_t lifetime = longest_lifetime(d, slot);
	/* XDP rounds its promises up to the next second. */
	uint64_t until = (uint64_t)answer_until + 1 + lifetime;

	if (lifetime == XDHCP_FOREVER)
		return lease->ack_until;
	if (until < lease_deadline(lease))
		until = lease_deadline(lease);
	return until < lease->ack_until ? (uint32_t)until : lease->ack_until;
}

void sweep_give_back(struct daemon *d, uint32_t answer_until)
{
	static struct commit_row rows[COMMIT_MAX];
	struct lease *lease = d->fp ? lease_next(d->leases, 0) : NULL;
	size_t n = 0;

	for (; lease; lease = lease_after(d->leases, lease)) {
		struct slot *slot = slot_of(d, lease, NULL);
		uint32_t last, granted_until, before = lease->granted_until, needed;

		if (lease->state == LEASE_BOUND && slot) {
			slot_grant(slot, &last, &granted_until);
			lease_granted(d->leases, lease, last, granted_until);
			needed = credit_needed(d, lease, slot, answer_until);
			if (needed != lease->ack_until || before != lease->granted_until)
				rows[n++] = row_of(lease, needed);
		}
		/* The slots keep their credit: answer_until bounds it until a daemon is back. */
		if (n == COMMIT_MAX) {
			commit_sweep(d, rows, n, false);
			n = 0;
		}
	}
	commit_sweep(d, rows, n, false);
}

uint32_t sweep_period(const struct daemon *d)
{
	uint32_t t1 = model_shortest_t1(&d->config->model);
	uint32_t period = t1 && t1 / 4 < DAEMON_SWEEP_MAX ? t1 / 4 : DAEMON_SWEEP_MAX;

	return period ? period : 1;
}
