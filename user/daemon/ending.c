// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The end of a binding: slot closed -> barrier -> grant harvested -> end
 * committed -> free (I5). Until the commit the address is CLOSING: neither
 * offered nor ACKed. A crash in between forgets the ending, never the lease.
 */
#include "daemon/daemon.h"

#define EXPIRE_MAX  4096  /* a second */
#define HARVEST_MAX 16384 /* a second: a million leases of 100 s each renew that often */

void ending_begin(struct daemon *d, struct lease *lease, enum lease_end end,
		  uint32_t received_after)
{
	uint32_t addr = lease->addr;

	engine_begin_end(d->engine, lease, end);
	if (quiesce_ending(d, addr, unpublish(d, lease), received_after) < 0)
		log_error("out of memory: an address stays closed until the next start");
}

static void harvest(struct daemon *d, const struct lease *lease, uint32_t *ret_last,
		    uint32_t *ret_granted_until)
{
	struct slot *slot = d->fp ? fastpath_slot(d->fp, lease->addr, false, NULL) : NULL;

	*ret_last = *ret_granted_until = 0;
	if (slot && slot->generation == (uint32_t)lease->generation)
		slot_grant(slot, ret_last, ret_granted_until);
}

/* Still CLOSING; the second's timer tries again. */
static void again(struct daemon *d, const struct ended *ended)
{
	if (quiesce_retry(d, ended->addr, ended->received_after) < 0)
		log_error("out of memory: an address stays closed until the next start");
}

/* At most COMMIT_MAX of them, in one commit. false: it failed. */
static bool finish_some(struct daemon *d, const struct ended *ended, size_t n)
{
	static struct commit_row rows[COMMIT_MAX]; /* too large for the stack */
	static struct change changes[COMMIT_MAX];
	static const struct ended *of[COMMIT_MAX];
	size_t made = 0;
	bool failed;

	for (size_t i = 0; i < n; i++) {
		struct lease *lease = lease_at(d->leases, ended[i].addr);
		uint32_t last, granted_until;

		if (!lease || lease->state != LEASE_CLOSING)
			continue;
		harvest(d, lease, &last, &granted_until);
		engine_finish_end(d->engine, lease, last, granted_until, ended[i].received_after,
				  boot_seconds(), &changes[made]);
		rows[made] = (struct commit_row){
			.row = changes[made].row,
			.expected_generation = changes[made].before.generation,
		};
		of[made++] = &ended[i];
	}
	failed = commit_rows(d, rows, made) < 0;
	for (size_t i = made; i-- > 0;) {
		if (failed || rows[i].refused) {
			engine_undo(d->engine, &changes[i]);
			again(d, of[i]);
		}
	}
	for (size_t i = 0; i < made; i++) {
		if (failed || rows[i].refused)
			continue;
		engine_confirm(d->engine, &changes[i]);
		d->count.reclaimed += rows[i].row.state == LEASE_FREE;
		release_ended(d, &rows[i].row);
	}
	return !failed;
}

void ending_finish(struct daemon *d, const struct ended *ended, size_t n)
{
	bool stored = true;
	size_t at = 0;

	for (; stored && at < n; at += COMMIT_MAX)
		stored = finish_some(d, ended + at, n - at < COMMIT_MAX ? n - at : COMMIT_MAX);
	for (; at < n; at++) { /* they may be many: not decided in vain */
		struct lease *lease = lease_at(d->leases, ended[at].addr);

		if (lease && lease->state == LEASE_CLOSING)
			again(d, &ended[at]);
	}
}

void ending_expire(struct daemon *d)
{
	uint32_t now = boot_seconds(), ended = 0;
	struct lease *lease;

	for (unsigned i = 0;
	     i < HARVEST_MAX && ended < EXPIRE_MAX && (lease = lease_due(d->leases, now)); i++) {
		uint32_t last, granted_until;

		/* What XDP has promised since it was looked at keeps the lease alive. */
		harvest(d, lease, &last, &granted_until);
		if (lease->state == LEASE_BOUND && granted_until > now) {
			lease_granted(d->leases, lease, last, granted_until);
			continue;
		}
		ending_begin(d, lease, LEASE_END_EXPIRED, 0);
		ended++;
	}
}
