// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Work that waits until running XDP programs have left a closed slot: endings
 * (I5: out of the cache before the address can reach anybody else) and slots to
 * be opened again with another tail or identity. Epochs are the barrier's (barrier.h).
 * A barrier that fails lets nothing pass: addresses stay closed, which is safe.
 * So does memory that is not there to note down a slot that was closed: of no slot it is known then
 * whether it is the one, until that barrier has passed.
 * A crash forgets all of this: slots stay closed until their client renews, and an
 * ending is as if it had not begun (ending.c).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* uthash otherwise ends the process when it finds no memory */
#define HASH_NONFATAL_OOM	  1
#define uthash_nonfatal_oom(item) ((item)->addr = 0) /* no slot's */
#include <uthash.h>

#include "daemon/barrier.h"
#include "daemon/daemon.h"
#include "form.h"

struct quiesce {
	uint32_t addr;	/* key */
	uint64_t epoch; /* 0: nothing to wait for */
	bool ending, reopen;
	uint32_t received_after; /* ending */
	struct reopen open;
	UT_hash_handle hh;
};

static uint64_t done_epoch(const struct daemon *d)
{
	return d->barrier ? barrier_done(d->barrier) : UINT64_MAX;
}

uint64_t quiesce_request(struct daemon *d)
{
	return d->barrier ? barrier_request(d->barrier) : 0;
}

bool quiesce_passed(const struct daemon *d, uint64_t epoch)
{
	return done_epoch(d) >= epoch;
}

static void open_again(struct daemon *d, const struct quiesce *q)
{
	struct lease *lease = lease_at(d->leases, q->addr);
	struct slot *slot = d->fp ? fastpath_slot(d->fp, q->addr, false, NULL) : NULL;

	if (!slot || !lease || lease->state != LEASE_BOUND ||
	    (uint32_t)lease->generation != q->open.identity.generation)
		return;
	slot_open(slot, &q->open.identity, &q->open.tail, q->open.ack_until, q->open.forms[0]);
	for (unsigned i = 1; i < XDHCP_FORMS; i++) {
		if (q->open.forms[i])
			slot_add_form(slot, q->open.forms[i], i);
	}
	set_published(d, lease, true);
}

/* Does whatever waited for barriers that have passed; endings, when the store may be asked. */
static void quiesce_run(struct daemon *d)
{
	uint64_t done = done_epoch(d);
	struct ended *ended = calloc(HASH_COUNT(d->quiesce) + 1, sizeof(*ended));
	bool resting = commit_rests(d);
	struct quiesce *q, *next;
	size_t n = 0;

	if (!ended)
		return;
	HASH_ITER (hh, d->quiesce, q, next) {
		if (q->epoch > done || (q->ending && resting))
			continue;
		if (q->ending)
			ended[n++] = (struct ended){q->addr, q->received_after};
		else if (q->reopen)
			open_again(d, q);
		HASH_DEL(d->quiesce, q);
		free(q);
	}
	if (n) {
		ending_finish(d, ended, n);
		batch_deferred(d);
	}
	free(ended);
}

static void barrier_completed(void *arg)
{
	quiesce_run(arg);
	collect_release(arg);
}

static void run_now(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	quiesce_run(arg);
}

static struct quiesce *find(const struct daemon *d, uint32_t addr)
{
	struct quiesce *q;

	HASH_FIND(hh, d->quiesce, &addr, sizeof(addr), q);
	return q;
}

static struct quiesce *find_or_add(struct daemon *d, uint32_t addr)
{
	struct quiesce *q = find(d, addr);

	if (q)
		return q;
	q = calloc(1, sizeof(*q));
	if (!q)
		return NULL;
	q->addr = addr;
	q->epoch = d->quiesce_unnoted;
	HASH_ADD(hh, d->quiesce, addr, sizeof(q->addr), q);
	if (!q->addr) {
		free(q);
		return NULL;
	}
	return q;
}

static int no_memory(struct daemon *d, uint64_t epoch)
{
	if (epoch > d->quiesce_unnoted)
		d->quiesce_unnoted = epoch;
	return -ENOMEM;
}

/* Of one client with one tail: the forms of both are answered. */
static bool can_be_one(const struct reopen *a, const struct reopen *b)
{
	return a->identity.link == b->identity.link &&
	       a->identity.generation == b->identity.generation &&
	       !memcmp(a->identity.chaddr, b->identity.chaddr, sizeof(a->identity.chaddr)) &&
	       slot_tails_same(&a->tail, &b->tail);
}

static void reopen_with(struct daemon *d, struct quiesce *q, const struct reopen *reopen)
{
	if (!q->reopen || !can_be_one(&q->open, reopen)) {
		q->open = *reopen;
		return;
	}
	q->open.ack_until = reopen->ack_until;
	forms_add(q->open.forms, reopen->forms[0], (unsigned)d->count.commits % XDHCP_FORMS);
	if (reopen->forms[1])
		forms_add_spare(q->open.forms, reopen->forms[1]);
}

int quiesce_slot(struct daemon *d, uint32_t addr, uint64_t epoch, const struct reopen *reopen)
{
	struct quiesce *q = find_or_add(d, addr);

	if (!q)
		return no_memory(d, epoch);
	if (epoch > q->epoch)
		q->epoch = epoch;
	if (reopen)
		reopen_with(d, q, reopen);
	q->reopen = reopen != NULL;
	return 0;
}

bool quiesce_waits(const struct daemon *d, uint32_t addr)
{
	return find(d, addr) || !quiesce_passed(d, d->quiesce_unnoted);
}

struct reopen *quiesce_reopen(struct daemon *d, uint32_t addr)
{
	struct quiesce *q = find(d, addr);

	return q && q->reopen ? &q->open : NULL;
}

static void mark_ending(struct quiesce *q, uint32_t received_after)
{
	q->reopen = false;
	q->ending = true;
	q->received_after = received_after;
}

int quiesce_ending(struct daemon *d, uint32_t addr, uint64_t epoch, uint32_t received_after)
{
	struct quiesce *q = find_or_add(d, addr);
	struct timeval now = {0, 0};

	if (!q)
		return no_memory(d, epoch);
	if (epoch > q->epoch)
		q->epoch = epoch;
	mark_ending(q, received_after);
	if (quiesce_passed(d, q->epoch))
		event_base_once(d->base, -1, EV_TIMEOUT, run_now, d, &now);
	return 0;
}

int quiesce_retry(struct daemon *d, uint32_t addr, uint32_t received_after)
{
	struct quiesce *q = find_or_add(d, addr);

	if (!q)
		return -ENOMEM;
	mark_ending(q, received_after);
	return 0;
}

void quiesce_tick(struct daemon *d)
{
	if (d->quiesce)
		quiesce_run(d);
}

void quiesce_mark_templates(struct daemon *d)
{
	struct quiesce *q, *next;

	HASH_ITER (hh, d->quiesce, q, next) {
		for (unsigned i = 0; q->reopen && i < XDHCP_FORMS; i++) {
			if (q->open.forms[i])
				template_index_mark(d->templates, form_template(q->open.forms[i]));
		}
	}
}

int quiesce_start(struct daemon *d)
{
	return barrier_start(d->fp, d->base, barrier_completed, d, &d->barrier);
}

void quiesce_stop(struct daemon *d)
{
	struct quiesce *q, *next;

	if (d->barrier) {
		/* What waits is finished now: an orderly stop forgets no ending. */
		if (barrier_stop(d->barrier) == 0)
			quiesce_run(d);
		barrier_free(d->barrier);
		d->barrier = NULL;
	}
	HASH_ITER (hh, d->quiesce, q, next) {
		HASH_DEL(d->quiesce, q);
		free(q);
	}
}
