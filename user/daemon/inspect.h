/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the daemon shows of itself, a subject a file; inspect.c hands it to the control room.
 */
#ifndef XDHCP_INSPECT_H
#define XDHCP_INSPECT_H

#include "control/control.h"

struct daemon;

/* status.c: the arguments of status-get. New reference. */
json_t *show_status(const struct daemon *d);
/* status_start.c: what it says of the start, and of memory. */
json_t *status_start(const struct daemon *d);
json_t *status_memory(const struct daemon *d);
struct link_losses;
/* status.c: what the served interfaces have lost, in the order of d->ports; malloc'ed. NULL: no
 * memory. */
struct link_losses *losses_of_ports(const struct daemon *d);
/* statistics.c: every statistic, once. */
void show_statistics(const struct daemon *d, void (*fn)(void *ctx, const struct control_stat *stat),
		     void *ctx);
/*
 * A count begins anew from now on as far as statistics show it; NULL: all of them. -ENOENT: there
 * is none of this name; -EINVAL: it is how things are, and no count; -ENOMEM: some may not have
 * begun anew.
 */
int reset_statistics(struct daemon *d, const char *name);
/* leases_shown.c: as struct control_ops has them. */
void show_leases(struct daemon *d, uint32_t from,
		 bool (*fn)(void *ctx, const struct control_lease *lease), void *ctx);
bool show_lease(struct daemon *d, uint32_t addr, struct control_lease *ret_lease);

#endif
