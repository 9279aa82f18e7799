// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Slots for everybody, as far as they go. A /24 gets 256 of them with its first lease; when none
 * are left it gets those of a /24 all of whose leases have ended, or nothing: then its clients are
 * the daemon's to serve. Whoever takes an address in each network and gives it back
 * leaves nothing behind.
 *
 * A lease is FREE only after its slot was closed, programs have left it, and what it granted
 * was committed (ending.c). So a /24 whose records are all FREE has slots that say nothing
 * that the store does not know.
 */
#include <string.h>

#include "daemon/daemon.h"

#define RECLAIM_STEPS 64 /* /24s looked at in one search */
#define RECLAIM_AGAIN 1	 /* seconds after a search in vain */

static bool is_spare(struct daemon *d, uint32_t prefix)
{
	struct lease *lease = lease_next(d->leases, prefix);

	for (; lease && lease->addr <= (prefix | 0xff); lease = lease_after(d->leases, lease)) {
		if (lease->state != LEASE_FREE || quiesce_waits(d, lease->addr))
			return false;
	}
	return true;
}

/* Finds a /24 that can do without, from where the last search ended. */
static bool find_spare(struct daemon *d, uint32_t *ret_prefix)
{
	uint32_t prefix;

	for (int i = 0; i < RECLAIM_STEPS; i++) {
		if (fastpath_block_next(d->fp, d->reclaim_at, &prefix) < 0) {
			if (!d->reclaim_at)
				return false;
			d->reclaim_at = 0;
			continue;
		}
		d->reclaim_at = prefix + 256; /* past the last one: 0, from the start */
		if (is_spare(d, prefix)) {
			*ret_prefix = prefix;
			return true;
		}
	}
	return false;
}

/* What is kept by slot number begins anew. */
static void forget(struct daemon *d, uint32_t addr)
{
	uint32_t first;

	if (!fastpath_slot(d->fp, addr & ~0xffu, false, &first))
		return;
	memset(&d->hits_logged[first], 0, XDHCP_BLOCK_SLOTS * sizeof(*d->hits_logged));
	memset(&d->look_at[first], 0, XDHCP_BLOCK_SLOTS * sizeof(*d->look_at));
	memset(&d->templates_made[first], 0, XDHCP_BLOCK_SLOTS * sizeof(*d->templates_made));
}

static bool reclaim(struct daemon *d, uint32_t addr)
{
	uint32_t prefix, now = boot_seconds();

	if (now < d->reclaim_not_before)
		return false;
	if (!find_spare(d, &prefix) || fastpath_block_move(d->fp, prefix, addr) < 0) {
		d->reclaim_not_before = now + RECLAIM_AGAIN;
		return false;
	}
	forget(d, addr);
	return true;
}

struct slot *capacity_slot(struct daemon *d, uint32_t addr, uint32_t *ret_index)
{
	struct slot *slot = fastpath_slot(d->fp, addr, true, ret_index);

	if (!slot && reclaim(d, addr))
		slot = fastpath_slot(d->fp, addr, false, ret_index);
	if (slot)
		return slot;
	d->count.publish_full++;
	if (!d->full_warned)
		log_warning("fast path: all %u slots are given to other networks; further clients "
			    "are served by the daemon (fast-path.max-entries)",
			    fastpath_capacity(d->fp));
	d->full_warned = true;
	return NULL;
}
