// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The sweep: reads slots as memory, and extends the credit of those whose client has renewed and
 * whose credit does not cover its next renewal. That comes at T1; if it is lost the client sends
 * again half-way to T2 (RFC 2131 4.4.5), and that is covered, too. Who is later still is answered
 * by the daemon. An extension is a change like any other: committed first, then stored in the slot,
 * one row for many renewals. Who has not renewed is not extended. A crash loses nothing: the grants
 * stand in the slots, and the store's ack_until bounds them.
 *
 * A slot is looked at when its lease may be in need, and not in every sweep: not before a renewal
 * would need more than there is, and not before the client is expected to renew. One that is late
 * is looked at four times a T1, always before it renews once more. What it was granted meanwhile
 * stands in the slot: whoever ends a lease or shows it looks there. So a sweep costs what is due,
 * and 4 bytes a slot to know that. Two sweeps over 200,000 leases that are not due, and the
 * daemon's seconds between them, took 14 ms where a walk over all leases took 72. Where the log has
 * a line of each client's hits, all are looked at.
 *
 * A commit costs as much as a hundred rows. So one that must be made anyway extends also whose next
 * renewal is near and would need it: few sweeps have something to commit, and the neighbours in it
 * share their pages. Where nobody is in need, nothing is committed.
 *
 * An orderly stop gives back the credit that nobody will use. The first sweep of the next daemon
 * restores what each lease had from its last renewal, so that the next one is a hit again; before
 * that XDP goes by what the store has.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "daemon/daemon.h"
#include "form.h"

/* The first after it was turned on says what was left out before. */
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
	uint32_t lifetime;
	uint32_t t1;   /* after a renewal comes the next */
	uint32_t late; /* the same, if it was lost */
};

/* false: never; its scope is gone, or its slot closed. */
static bool need_of(const struct daemon *d, const struct lease *lease, const struct slot *slot,
		    struct need *ret)
{
	const struct subnet *subnet = model_subnet_by_id(&d->config->model, lease->subnet_id);
	uint32_t t2, lifetime = longest_lifetime(d, slot);

	if (!subnet || !lifetime || lease->ack_until == XDHCP_FOREVER)
		return false;
	lifetimes_tee(&subnet->life, lifetime, &ret->t1, &t2);
	ret->lifetime = lifetime;
	if (!ret->t1)
		ret->t1 = lifetime / 2; /* RFC 2131 4.4.5: by default */
	if (t2 < ret->t1)
		t2 = lifetime;
	/* "the client SHOULD wait one-half of the remaining time until T2" (RFC 2131 4.4.5) */
	ret->late = ret->t1 + (t2 - ret->t1) / 2;
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

/*
 * The second from which on it may be in need, if it renewed at `last` and is not so now. A
 * renewal's second is rounded down, and what XDP promises then counts from one that is rounded up,
 * by 2 at most.
 */
static uint32_t look_again(const struct need *need, uint32_t ack_until, uint32_t last, uint32_t now)
{
	uint64_t next = (uint64_t)last + need->t1;
	uint64_t at = next > now ? next : (uint64_t)now + need->t1 / 4;

	if (at + need->lifetime + need->late + 1 < ack_until)
		at = (uint64_t)ack_until - need->lifetime - need->late - 1;
	return at < XDHCP_FOREVER ? (uint32_t)at : XDHCP_FOREVER;
}

enum sweep_row { ROW_NONE, ROW_SOON, ROW_NOW };

/* `last`: when it renewed; what it was promised then ends at `end` */
static enum sweep_row extension(const struct daemon *d, const struct lease *lease,
				const struct need *need, uint32_t last, uint32_t end, uint32_t now,
				uint32_t *ret_until)
{
	/* What it is promised next will end so much later as it renews later. */
	uint64_t enough = (uint64_t)last + need->lifetime;

	enough = (enough > end ? enough : end) + need->late;
	if (d->sweep_restores) {
		*ret_until = engine_credit(d->engine, last, need->lifetime, lease->promised);
		if (*ret_until > lease->ack_until)
			return ROW_NOW;
	}
	if (lease->ack_until >= enough + need->t1)
		return ROW_NONE;
	*ret_until = engine_credit(d->engine, now, need->lifetime, lease->promised);
	/* Has it renewed since it was extended? Then that would have given it more. */
	if (*ret_until <= lease->ack_until ||
	    engine_credit(d->engine, last, need->lifetime, lease->promised) <= lease->ack_until)
		return ROW_NONE;
	if (lease->ack_until < enough)
		return ROW_NOW;
	return (uint64_t)last + need->t1 <= (uint64_t)now + need->t1 / 2 ? ROW_SOON : ROW_NONE;
}

/*
 * Looks at one slot; ROW_NOW: a row is to be committed, ROW_SOON: if others are. A grant
 * within the credit needs none: the slot knows of it, and once that is lost ack_until bounds it.
 */
static enum sweep_row look(struct daemon *d, uint32_t addr, uint32_t index, uint32_t now,
			   struct commit_row *ret_row)
{
	struct lease *lease = lease_at(d->leases, addr);
	struct slot *slot = lease ? slot_of(d, lease, NULL) : NULL;
	uint32_t last, granted_until, end, until;
	enum sweep_row row;
	struct need need;

	/* Until it is opened (anew). What an ACK of the daemon's changes else gives it time. */
	d->look_at[index] = XDHCP_FOREVER;
	if (!slot || lease->state != LEASE_BOUND)
		return ROW_NONE;
	if (log_takes(6))
		log_hits(d, lease, slot, index);
	if (!need_of(d, lease, slot, &need))
		return ROW_NONE;
	slot_grant(slot, &last, &granted_until);
	last = later(last, lease->cltt);
	end = later(granted_until, lease_deadline(lease));
	row = extension(d, lease, &need, last, end, now, &until);
	/* In need it is looked at in each sweep, until that is committed. */
	d->look_at[index] = row == ROW_NOW ? 0 : look_again(&need, lease->ack_until, last, now);
	if (row == ROW_NONE)
		return ROW_NONE;
	*ret_row = row_of(lease, until);
	ret_row->row.cltt = last;
	ret_row->row.granted_until = later(ret_row->row.granted_until, granted_until);
	return row;
}

/* It is durable: into the lease and, if `raise_slots`, the slot. */
static void take(struct daemon *d, const struct lease_row *row, bool raise_slots)
{
	struct lease *lease = lease_at(d->leases, row->addr);
	struct need need;
	struct slot *slot;
	uint32_t index;

	if (!lease)
		return;
	lease_granted(d->leases, lease, row->cltt, row->granted_until);
	lease_credit(lease, row->ack_until);
	slot = slot_of(d, lease, &index);
	if (!raise_slots || !slot || !slot_is_open(slot))
		return;
	slot_credit(slot, row->ack_until);
	if (need_of(d, lease, slot, &need))
		d->look_at[index] = look_again(&need, row->ack_until, row->cltt, boot_seconds());
}

/* After a failure the leases are as they were, so that the next sweep tries again. */
static void commit_sweep(struct daemon *d, struct commit_row *rows, size_t n, bool raise_slots)
{
	if (commit_rows(d, rows, n) < 0) {
		d->sweep_failed = true;
		return; /* the fast path lives on the credit it has */
	}
	for (size_t i = 0; i < n; i++) {
		if (!rows[i].refused)
			take(d, &rows[i].row, raise_slots);
	}
}

/* What a walk over the slots has found. */
struct found {
	struct commit_row rows[COMMIT_MAX];
	size_t n;
	bool needed;
	uint64_t at; /* the address to go on from; past the last one: there are no more */
};

/*
 * Looks from `from` on at the slots that are due, no more than rows can be of, in address order, up
 * to one that is in need. `soon`: at all of them, and at those that will be due within half the
 * shortest T1, and takes all rows.
 */
static void find(struct daemon *d, uint32_t from, bool soon, struct found *found)
{
	uint32_t now = boot_seconds(), when = now, index, looks = 0;
	struct lease *lease;

	if (soon)
		when += model_shortest_t1(&d->config->model) / 2;
	if (log_takes(6))
		when = XDHCP_FOREVER;
	found->n = 0;
	found->needed = false;
	found->at = from;
	while (found->at <= UINT32_MAX && looks < COMMIT_MAX) {
		uint64_t end;

		lease = lease_next(d->leases, (uint32_t)found->at);
		found->at = lease ? lease->addr : UINT64_MAX;
		end = found->at | 0xff;
		if (!lease || !fastpath_slot(d->fp, lease->addr & ~0xffu, false, &index)) {
			found->at = lease ? end + 1 : found->at;
			continue;
		}
		for (; found->at <= end && looks < COMMIT_MAX; found->at++) {
			uint32_t addr = (uint32_t)found->at, i = index + (addr & 0xff);
			enum sweep_row row;

			if (d->look_at[i] > when)
				continue;
			looks++;
			row = look(d, addr, i, now, &found->rows[found->n]);
			found->n += row != ROW_NONE;
			found->needed |= row == ROW_NOW;
			if (found->needed && !soon)
				return;
		}
	}
}

static void sweep_chunk(evutil_socket_t fd, short what, void *arg)
{
	static struct found found;
	struct daemon *d = arg;

	(void)fd;
	(void)what;
	find(d, d->sweep_at, false, &found);
	if (found.needed)
		find(d, d->sweep_at, true, &found);
	if (found.needed)
		commit_sweep(d, found.rows, found.n, true);
	d->sweep_at = (uint32_t)found.at;
	d->sweeping = found.at <= UINT32_MAX && daemon_go_on(d, sweep_chunk) == 0;
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

void sweep_tick(struct daemon *d)
{
	uint32_t now = boot_seconds();

	if (now - d->swept < sweep_period(d))
		return;
	d->swept = now;
	sweep_begin(d);
}

int sweep_start(struct daemon *d)
{
	free(d->hits_logged);
	free(d->look_at);
	d->hits_logged = calloc(fastpath_capacity(d->fp), sizeof(*d->hits_logged));
	d->look_at = calloc(fastpath_capacity(d->fp), sizeof(*d->look_at));
	return d->hits_logged && d->look_at ? 0 : -ENOMEM;
}

void sweep_look_soon(struct daemon *d, const struct lease *lease)
{
	uint32_t index;

	if (slot_of(d, lease, &index))
		d->look_at[index] = 0;
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
