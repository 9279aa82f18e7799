/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The queue of messages that wait for an ending: see deferred.c. Used by batch.c alone. */
#ifndef XDHCP_DEFERRED_H
#define XDHCP_DEFERRED_H

#include <stdbool.h>
#include <stdint.h>

#include <uthash.h>

#include "net/packet.h"
#include "proto/message.h"

struct daemon;
struct port;

struct deferred_key {
	uint32_t ifindex, giaddr;
	uint32_t what; /* the address it asks for; without one its xid */
	uint8_t type, chaddr[6];
	uint8_t names_address; /* which of them `what` is */
};

struct deferred {
	struct deferred_key key;
	uint64_t number; /* in the order of arrival, from 1 */
	uint32_t since, received_after;
	struct packet packet;
	UT_hash_handle hh;
};

/* Queues a copy of the packet, in place of an earlier one of the same key. */
void deferred_put(struct daemon *d, const struct port *port, const struct packet *packet,
		  const struct dhcp_msg *msg);
/* An ending is done: all that is queued by now is due. */
void deferred_make_due(struct daemon *d);
bool deferred_is_due(const struct daemon *d);
/* The oldest that is due and not too old, for the caller to free. NULL: there is none. */
struct deferred *deferred_take(struct daemon *d, struct port **ret_port);
void deferred_forget(struct daemon *d);

#endif
