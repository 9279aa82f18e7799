// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The queue of messages that wait for an ending (DECISION_DEFER). Of the copies of
 * one request only the last stays: clients retransmit, and whoever sends a thousand shall
 * cost what one costs. What an ending has made due is taken a batch at a time
 * (batch.c); what is deferred meanwhile waits for the next ending. A crash forgets all of it;
 * clients retransmit.
 */
#include <stdlib.h>
#include <string.h>

/* uthash otherwise ends the process when it finds no memory */
#define HASH_NONFATAL_OOM	  1
#define uthash_nonfatal_oom(item) ((item)->number = 0)
#include <uthash.h>

#include "daemon/daemon.h"
#include "daemon/deferred.h"

#define DEFERRED_MAX	  1024
#define DEFERRED_LIFETIME 2 /* seconds; the client has sent again by then */

/* Two messages of one key are copies, or the later one replaces the earlier in its client's mind.
 */
static void set_key(struct deferred_key *key, uint32_t ifindex, const struct dhcp_msg *msg)
{
	uint32_t asked = dhcp_asked_address(msg);

	memset(key, 0, sizeof(*key));
	key->ifindex = ifindex;
	key->giaddr = msg->giaddr;
	key->names_address = asked != 0;
	key->what = asked ? asked : msg->xid;
	key->type = msg->type;
	memcpy(key->chaddr, msg->chaddr, sizeof(key->chaddr));
}

static void drop(struct daemon *d, struct deferred *q, enum daemon_drop reason)
{
	HASH_DEL(d->deferred, q);
	free(q);
	d->count.dropped[reason]++;
}

void deferred_put(struct daemon *d, const struct port *port, const struct packet *packet,
		  const struct dhcp_msg *msg)
{
	struct deferred *q, *former;
	struct deferred_key key;

	set_key(&key, port->info.ifindex, msg);
	HASH_FIND(hh, d->deferred, &key, sizeof(key), former);
	if (former)
		drop(d, former, DROP_deferred_replaced);
	if (HASH_COUNT(d->deferred) >= DEFERRED_MAX || !(q = malloc(sizeof(*q)))) {
		d->count.dropped[DROP_deferred_full]++;
		return;
	}
	q->key = key;
	q->number = ++d->deferred_newest;
	q->since = boot_seconds();
	q->received_after = msg->in.received_after;
	q->packet = *packet;
	HASH_ADD(hh, d->deferred, key, sizeof(q->key), q);
	if (!q->number) {
		free(q);
		d->count.dropped[DROP_deferred_full]++;
	}
}

void deferred_make_due(struct daemon *d)
{
	d->deferred_due = d->deferred_newest;
}

bool deferred_is_due(const struct daemon *d)
{
	return d->deferred && d->deferred->number <= d->deferred_due;
}

struct deferred *deferred_take(struct daemon *d, struct port **ret_port)
{
	uint32_t now = boot_seconds();

	/* The table walks in the order of arrival. */
	while (deferred_is_due(d)) {
		struct deferred *q = d->deferred;
		struct port *port = port_by_ifindex(d, q->key.ifindex);

		if (port && now - q->since <= DEFERRED_LIFETIME) {
			HASH_DEL(d->deferred, q);
			*ret_port = port;
			return q;
		}
		drop(d, q, DROP_deferred_late);
	}
	return NULL;
}

void deferred_forget(struct daemon *d)
{
	struct deferred *q, *next;

	HASH_ITER (hh, d->deferred, q, next)
		drop(d, q, DROP_deferred_late);
}
