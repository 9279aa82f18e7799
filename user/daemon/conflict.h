/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Conflict detection: OFFERs that wait until it is known that nobody uses their address. See
 * conflict.c. Nothing of it outlives the process: clients retransmit, and are probed for again.
 */
#ifndef XDHCP_DAEMON_CONFLICT_H
#define XDHCP_DAEMON_CONFLICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/packet.h"
#include "proto/message.h"

struct change;
struct daemon;
struct port;

#define CONFLICT_PROBES_MAX 512	  /* at a time; what is offered beyond goes out unprobed */
#define CONFLICT_CACHE_MAX  65536 /* addresses that are believed to be free */

/* A DISCOVER that was held back, to be decided again. */
struct conflict_waiting {
	struct conflict_waiting *next;
	uint32_t ifindex, received_after;
	struct packet packet;
};

int conflict_start(struct daemon *d); /* 0 or -ENOMEM */
void conflict_stop(struct daemon *d);
/* After a scan of the interfaces or a reload: the sockets that are needed are there. */
void conflict_follow(struct daemon *d);
void conflict_leave(struct port *port); /* it goes */

/*
 * May `addr` not be given to this client before it is probed? `change`: what would be made of its
 * lease, if that is decided already; NULL: nothing.
 */
bool conflict_suspected(const struct daemon *d, const struct dhcp_msg *msg, uint32_t addr,
			const struct change *change);
/*
 * Begins a probe of such an address, unless one runs, and keeps a copy of the DISCOVER. false: it
 * may be offered at once, since it need not or cannot be probed.
 */
bool conflict_hold(struct daemon *d, const struct port *port, const struct packet *packet,
		   const struct dhcp_msg *msg, uint32_t addr);
/* Somebody says that it is in use, or what was found out is not to be believed any more. */
void conflict_forget(struct daemon *d, uint32_t addr);

/* The oldest whose probe is over, for the caller to free. NULL: there is none. */
struct conflict_waiting *conflict_take(struct daemon *d, struct port **ret_port);
bool conflict_is_due(const struct daemon *d);
size_t conflict_waits(const struct daemon *d); /* messages, with those that are due */

#endif
