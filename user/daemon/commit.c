// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The one door to the store: every row that is committed goes through here.
 * After commit_rows() returns 0 the rows are on stable storage, and the maps know
 * the commit's number (written before anything is published from it, so that a store
 * older than the maps is recognised at the next start).
 *
 * The outage. From a commit that fails to the next that succeeds nothing new is promised
 * (batch.c); XDP lives on the credit that is stored. The store is tried once a second, not once a
 * batch: a dying disk may take its time to say no, and timers and control need theirs. The outage
 * is over when nothing has failed for OUTAGE_OVER seconds: on a full disk a small commit may find
 * room between two that do not. A crash forgets it; the next start either can use the store or is
 * refused.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "daemon/daemon.h"

#define COMMIT_HEARTBEAT 60 /* seconds without a commit */
#define OUTAGE_RETRY	 1  /* seconds from one try to the next */
#define OUTAGE_OVER	 3  /* seconds without a failure */
#define OUTAGE_AGAIN	 10 /* seconds between the lines of the log about two outages */
#define OUTAGE_REMINDER	 60 /* seconds between two lines about the same one */

/* The maps know it before anything is published from the commit. */
static void remember(struct daemon *d, uint64_t number)
{
	d->newest_commit = number;
	if (d->templates) /* the maps are ours and in use */
		__atomic_store_n(&fastpath_meta(d->fp)->newest_commit, number, __ATOMIC_RELEASE);
}

static void outage_goes_on(struct daemon *d, uint32_t now)
{
	struct outage *o = &d->outage;

	d->count.commit_failed++;
	snprintf(o->why, sizeof(o->why), "%s", store_error(d->store));
	if (!o->lasts) {
		o->lasts = true;
		o->told = false;
		o->since = now;
		o->messages_before = d->count.dropped[DROP_commit_failed];
	}
	o->failing = true;
	o->failed_at = now;
	if (o->told_at && now - o->told_at < (o->told ? OUTAGE_REMINDER : OUTAGE_AGAIN))
		return;
	log_error("the store does not commit%s: %s; nothing new is promised, renewals go on as far "
		  "as their credit is stored",
		  o->told ? " still" : "", o->why);
	o->told = true;
	o->told_at = now;
}

static void outage_ends(struct daemon *d, uint32_t now)
{
	struct outage *o = &d->outage;

	if (!o->lasts || o->failing || now - o->failed_at < OUTAGE_OVER)
		return;
	o->lasts = false;
	if (o->told)
		log_notice("the store commits again, after %" PRIu32 " s; %" PRIu64
			   " messages got no answer meanwhile",
			   now - o->since,
			   d->count.dropped[DROP_commit_failed] - o->messages_before);
	sweep_begin(d); /* what XDP has granted meanwhile, and new credit for it */
}

static void pass_on_notes(struct daemon *d)
{
	const char *note = store_note(d->store);

	if (note)
		log_warning("%s", note);
}

bool commit_rests(const struct daemon *d)
{
	return d->outage.failing && boot_seconds() - d->outage.failed_at < OUTAGE_RETRY;
}

/* -EAGAIN: the store has just failed and is not asked. */
static int try_commit(struct daemon *d, struct store_change *changes, size_t n)
{
	uint32_t now = boot_seconds();
	uint64_t number;
	int r;

	if (commit_rests(d))
		return -EAGAIN;
	r = store_commit(d->store, changes, n, now, wall_seconds(), &number);
	d->last_commit = boot_seconds(); /* after it: a commit may take long */
	if (r == -EINVAL) {		 /* these changes, not the store */
		d->count.commit_failed++;
		log_error("cannot commit: %s", store_error(d->store));
	} else if (r < 0) {
		outage_goes_on(d, d->last_commit);
	} else {
		d->outage.failing = false;
		remember(d, number);
		pass_on_notes(d);
	}
	return r;
}

int commit_rows(struct daemon *d, struct commit_row *rows, size_t n)
{
	static struct store_change changes[COMMIT_MAX];
	int64_t began;
	int r;

	if (!n)
		return 0;
	if (n > COMMIT_MAX)
		return -E2BIG;

	for (size_t i = 0; i < n; i++)
		changes[i] = (struct store_change){
			.row = &rows[i].row,
			.expected_generation = rows[i].expected_generation,
		};
	began = monotonic_microseconds();
	r = try_commit(d, changes, n);
	if (r < 0)
		return r;
	histogram_add(&d->count.commit_us, (uint64_t)(monotonic_microseconds() - began));
	histogram_add(&d->count.commit_batch, n);
	for (size_t i = 0; i < n; i++) {
		rows[i].refused = changes[i].refused;
		if (changes[i].refused) {
			char addr[DHCP_ADDR_STR];

			log_error("the store refused a change of %s: it holds another generation",
				  dhcp_addr_str(rows[i].row.addr, addr));
		}
	}
	d->count.commits++;
	d->count.commit_rows += n;
	return 0;
}

void commit_tick(struct daemon *d)
{
	if (d->outage.failing || boot_seconds() - d->last_commit >= COMMIT_HEARTBEAT)
		(void)try_commit(d, NULL, 0);
	outage_ends(d, boot_seconds());
}

void commit_try_now(struct daemon *d)
{
	d->outage.failing = false;
}
