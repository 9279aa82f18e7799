// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * A lease or a quarantine is ended by command. It is as if its client had sent a RELEASE: slot
 * closed -> barrier -> grant harvested -> end committed -> free (ending.c), and what XDP grants in
 * the last moment holds the address still. Whoever gave the command is told when that is committed.
 * A crash forgets the command, as it does any ending under way; who gave it hears nothing.
 */
#include <stdlib.h>

#include "daemon/conflict.h"
#include "daemon/daemon.h"

struct release {
	struct release *next;
	uint32_t addr;
	void (*done)(void *ctx, enum control_deleted outcome);
	void *ctx;
};

void release_lease(struct daemon *d, uint32_t addr,
		   void (*done)(void *ctx, enum control_deleted outcome), void *ctx)
{
	struct lease *lease = lease_at(d->leases, addr);
	char text[DHCP_ADDR_STR];
	struct release *release;

	if (!lease || lease->state == LEASE_FREE) {
		done(ctx, CONTROL_DELETED_NONE);
		return;
	}
	/* No command takes back what has been promised to a client. */
	if (lease->state != LEASE_BOUND && lease->state != LEASE_DECLINED) {
		done(ctx, CONTROL_DELETED_ENDS);
		return;
	}
	release = malloc(sizeof(*release));
	if (!release) {
		done(ctx, CONTROL_DELETED_FAILED);
		return;
	}
	*release = (struct release){d->releases, addr, done, ctx};
	d->releases = release;
	log_notice("%s: its %s is ended by command", dhcp_addr_str(addr, text),
		   lease->state == LEASE_BOUND ? "lease" : "quarantine");
	conflict_forget(d, addr); /* it is asked for again before it is offered */
	ending_begin(d, lease, LEASE_END_RELEASED, boot_seconds());
}

void release_ended(struct daemon *d, const struct lease_row *row)
{
	struct release **at = &d->releases, *release;

	while ((release = *at)) {
		if (release->addr != row->addr) {
			at = &release->next;
			continue;
		}
		*at = release->next;
		release->done(release->ctx,
			      row->state == LEASE_FREE ? CONTROL_DELETED : CONTROL_DELETED_HELD);
		free(release);
	}
}

void release_forget(struct daemon *d)
{
	struct release *release;

	while ((release = d->releases)) {
		d->releases = release->next;
		release->done(release->ctx, CONTROL_DELETED_FAILED);
		free(release);
	}
}
