// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The faults, planted where a wrapped call of the product goes by; and the steps around its
 * stores to slots, which are the same calls.
 */
#include "faults.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/daemon.h"
#include "inside.h"
#include "oracle.h"

static enum fault planted;

void fault_plant(enum fault fault)
{
	planted = fault;
}

bool fault_is(enum fault fault)
{
	return planted == fault;
}

const char *fault_name(enum fault fault)
{
	static const char *const names[] = {
#define X(name, what) #name,
		FAULTS(X)
#undef X
	};

	return names[fault];
}

enum fault fault_by_name(const char *name)
{
	for (int fault = 0; name && fault < FAULT_COUNT; fault++) {
		if (!strcmp(name, fault_name((enum fault)fault)))
			return (enum fault)fault;
	}
	return FAULT_NONE;
}

const char *fault_what(enum fault fault)
{
	static const char *const whats[] = {
#define X(name, what) what,
		FAULTS(X)
#undef X
	};

	return whats[fault];
}

#define WRAPPED(type, name, ...)         \
	type __real_##name(__VA_ARGS__); \
	type __wrap_##name(__VA_ARGS__); \
	type __wrap_##name(__VA_ARGS__)

/* --- slots --- */

WRAPPED(void, slot_close, struct slot *slot)
{
	world_step("slot: close");
	__real_slot_close(slot);
	world_step("slot: closed");
}

WRAPPED(void, slot_open, struct slot *slot, const struct slot_identity *identity,
	const struct slot_tail *tail, uint32_t ack_until, uint64_t form)
{
	world_step("slot: open");
	if (fault_is(FAULT_GRANT_CLEARED))
		slot->last = slot->granted_until = 0;
	__real_slot_open(slot, identity, tail, ack_until, form);
	oracle_published(identity->addr);
	world_step("slot: opened");
}

WRAPPED(void, slot_credit, struct slot *slot, uint32_t ack_until)
{
	if (fault_is(FAULT_ADOPTION_KEEPS_CREDIT) && world.starting)
		return;
	world_step("slot: credit");
	__real_slot_credit(slot, ack_until);
	oracle_published(maps_addr(maps_pinned(), slot));
	world_step("slot: credited");
}

WRAPPED(void, slot_add_form, struct slot *slot, uint64_t form, unsigned victim)
{
	world_step("slot: form");
	__real_slot_add_form(slot, form, victim);
	world_step("slot: form added");
}

static bool finishing; /* an ending */

WRAPPED(void, slot_grant, const struct slot *slot, uint32_t *ret_last, uint32_t *ret_granted_until)
{
	world_step("slot: grant");
	__real_slot_grant(slot, ret_last, ret_granted_until);
	if (finishing && (fault_is(FAULT_NO_HARVEST) || fault_is(FAULT_FREE_BEFORE_HARVEST) ||
			  fault_is(FAULT_FREE_AT_ONCE)))
		*ret_last = *ret_granted_until = 0;
}

WRAPPED(uint32_t, template_index_mark_end, struct template_index *index)
{
	uint32_t n = __real_template_index_mark_end(index);

	if (fault_is(FAULT_TEMPLATE_AT_ONCE))
		template_index_release(index);
	return n;
}

/* --- endings --- */

WRAPPED(void, ending_finish, struct daemon *d, const struct ended *ended, size_t n)
{
	finishing = true;
	__real_ending_finish(d, ended, n);
	finishing = false;
	if (!fault_is(FAULT_FREE_BEFORE_HARVEST))
		return;
	for (size_t i = 0; i < n; i++) {
		struct lease *lease = lease_at(d->leases, ended[i].addr);
		struct slot *slot = fastpath_slot(d->fp, ended[i].addr, false, NULL);
		uint32_t last, until;

		if (!lease || !slot)
			continue;
		slot_grant(slot, &last, &until);
		lease_granted(d->leases, lease, last, until);
	}
}

WRAPPED(int, quiesce_ending, struct daemon *d, uint32_t addr, uint64_t epoch,
	uint32_t received_after)
{
	const struct ended ended = {addr, received_after};

	if (!fault_is(FAULT_FREE_AT_ONCE) && !fault_is(FAULT_FREE_BEFORE_BARRIER))
		return __real_quiesce_ending(d, addr, epoch, received_after);
	ending_finish(d, &ended, 1);
	return 0;
}

/* --- decisions --- */

#define HELD_BACK 64

static struct {
	const struct dhcp_msg *msg;
	const struct decision *decision;
} decided[HELD_BACK];
static size_t n_decided;

WRAPPED(void, engine_decide, struct engine *engine, const struct engine_link *link,
	const struct dhcp_msg *msg, uint32_t now, struct decision *ret)
{
	struct lease *lease;

	__real_engine_decide(engine, link, msg, now, ret);
	if (n_decided < HELD_BACK && ret->kind == DECISION_REPLY && ret->has_change) {
		decided[n_decided].msg = msg;
		decided[n_decided++].decision = ret;
	}
	if (fault_is(FAULT_PROMISED_NOT_COUNTED) && ret->has_change) {
		lease = lease_at(world.daemon->leases, ret->change.row.addr);
		ret->change.row.promised = lease->promised = now;
		lease_granted(world.daemon->leases, lease, 0, 0);
	}
	lease = lease_at(world.daemon->leases, dhcp_asked_address(msg));
	if (fault_is(FAULT_NAK_FREES) && ret->kind == DECISION_REPLY &&
	    ret->reply.type == DHCP_NAK && lease && lease->state == LEASE_BOUND)
		ending_begin(world.daemon, lease, LEASE_END_RELEASED, msg->in.received_after);
}

/* --- commits --- */

static struct commit_row late_rows[COMMIT_MAX];
static size_t n_late;

static void commit_late(evutil_socket_t fd, short what, void *arg);

int __real_commit_rows(struct daemon *d, struct commit_row *rows, size_t n);
int __wrap_commit_rows(struct daemon *d, struct commit_row *rows, size_t n);

static int commit_later(struct daemon *d, struct commit_row *rows, size_t n)
{
	static const struct timeval at_once;

	if (n_late + n > COMMIT_MAX)
		abort();
	memcpy(late_rows + n_late, rows, n * sizeof(*rows));
	if (!n_late)
		event_base_once(d->base, -1, EV_TIMEOUT, commit_late, d, &at_once);
	n_late += n;
	for (size_t i = 0; i < n; i++)
		rows[i].refused = false;
	return 0;
}

static void commit_late(evutil_socket_t fd, short what, void *arg)
{
	size_t n = n_late;

	(void)fd, (void)what;
	n_late = 0;
	__real_commit_rows(arg, late_rows, n);
}

static void publish_early(struct daemon *d)
{
	for (size_t i = 0; i < n_decided; i++)
		publish_ack(d, decided[i].msg, decided[i].decision);
}

static void credit_early(struct daemon *d, const struct commit_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct slot *slot = fastpath_slot(d->fp, rows[i].row.addr, false, NULL);

		if (slot && slot_is_open(slot) && rows[i].row.ack_until > slot_get_credit(slot))
			slot_credit(slot, rows[i].row.ack_until);
	}
}

/* The store's stays what it was. */
static void keep_credit(struct commit_row *rows, size_t n)
{
	struct lease_row stored;

	for (size_t i = 0; i < n; i++) {
		if (rows[i].row.state == LEASE_BOUND && disk_row(rows[i].row.addr, &stored))
			rows[i].row.ack_until = stored.ack_until;
	}
}

/* No fault: a start with many rows commits them in parts, between which it may be killed. */
static int commit_one_by_one(struct daemon *d, struct commit_row *rows, size_t n)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i++)
		r = __real_commit_rows(d, &rows[i], 1);
	return r;
}

int __wrap_commit_rows(struct daemon *d, struct commit_row *rows, size_t n)
{
	int r;

	if (fault_is(FAULT_ADOPTION_NOT_COMMITTED) && world.starting)
		return 0;
	if (fault_is(FAULT_ADOPTION_KEEPS_CREDIT) && world.starting)
		keep_credit(rows, n);
	if (fault_is(FAULT_SENT_BEFORE_COMMIT) && world.serving && n)
		r = commit_later(d, rows, n);
	else if (world.starting)
		r = commit_one_by_one(d, rows, n);
	else {
		if (fault_is(FAULT_PUBLISHED_BEFORE_COMMIT))
			publish_early(d);
		if (fault_is(FAULT_CREDIT_BEFORE_COMMIT) && world.serving)
			credit_early(d, rows, n);
		r = __real_commit_rows(d, rows, n);
	}
	n_decided = 0;
	return r;
}

/* --- start --- */

WRAPPED(int, lease_load, struct lease_table *table, const struct lease_row *row)
{
	struct lease_row changed = *row, stored;

	if (fault_is(FAULT_GONE_IGNORED) && disk_row(row->addr, &stored) &&
	    row->state == LEASE_BOUND)
		changed.promised = stored.promised;
	return __real_lease_load(table, &changed);
}

void faults_process_gone(void)
{
	finishing = false;
	n_decided = n_late = 0;
}
