// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The one door to the store: every row that is committed goes through here.
 * After commit_rows() returns 0 the rows are on stable storage, and the maps know
 * the commit's number (written before anything is published from it, so that a store
 * older than the maps is recognised at the next start).
 */
#include <errno.h>

#include "daemon/daemon.h"

#define COMMIT_HEARTBEAT 60 /* seconds without a commit */

/* The maps know it before anything is published from the commit. */
static void remember(struct daemon *d, uint64_t number)
{
	d->newest_commit = number;
	if (d->templates) /* the maps are ours and in use */
		__atomic_store_n(&fastpath_meta(d->fp)->newest_commit, number, __ATOMIC_RELEASE);
}

int commit_rows(struct daemon *d, struct commit_row *rows, size_t n)
{
	static struct store_change changes[COMMIT_MAX];
	uint64_t number;
	int r;

	if (!n)
		return 0;
	d->last_commit = boot_seconds();
	if (n > COMMIT_MAX)
		return -E2BIG;

	for (size_t i = 0; i < n; i++)
		changes[i] = (struct store_change){
			.row = &rows[i].row,
			.expected_generation = rows[i].expected_generation,
		};
	r = store_commit(d->store, changes, n, boot_seconds(), wall_seconds(), &number);
	if (r < 0) {
		d->count.commit_failed++;
		log_error("the store did not commit %zu leases: %s; nothing new is promised", n,
			  store_error(d->store));
		return r;
	}
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
	remember(d, number);
	return 0;
}

void commit_heartbeat(struct daemon *d)
{
	uint32_t now = boot_seconds();
	uint64_t number;

	if (now - d->last_commit < COMMIT_HEARTBEAT)
		return;
	d->last_commit = now;
	if (store_commit(d->store, NULL, 0, now, wall_seconds(), &number) < 0) {
		log_warning("the store does not take a heartbeat: %s", store_error(d->store));
		return;
	}
	remember(d, number);
}
