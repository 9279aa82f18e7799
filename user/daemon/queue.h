/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Messages that wait to be decided, and which of them is when there are more than can be: see
 * queue.c. Pure: it has no clock, and does not look at what `from` points to. Nothing of it
 * outlives the process.
 */
#ifndef XDHCP_QUEUE_H
#define XDHCP_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/packet.h"
#include "proto/glimpse.h"
#include "wire.h"

#define QUEUE_MIN   512	 /* messages: two batches */
#define QUEUE_MAX   2048 /* a tenth of a second's work, at what a core decides */
#define QUEUE_STALE 3000 /* milliseconds; see queue.c */
#define QUEUE_SHARE 8	 /* one in so many places is for what begins an exchange, at least */

enum queue_class {
	QUEUE_COMPLETES, /* REQUEST, DECLINE, RELEASE, INFORM */
	QUEUE_BEGINS,	 /* DISCOVER, BOOTP, what is not recognised */
	QUEUE_CLASSES,
};

/* By type; DHCP_BOOTP: and what is not recognised. */
struct queue_count {
	uint64_t queue_full[DHCP_INFORM + 1]; /* dropped: there was no place, this was the oldest */
	uint64_t queue_stale[DHCP_INFORM + 1]; /* dropped: too old, and others wait */
	uint64_t repeated[DHCP_INFORM + 1];    /* a copy waited already: one answer for both */
	uint64_t queue_gone[DHCP_INFORM + 1];  /* dropped: the interface is not served any more */
};

struct queued {
	struct queued *next, *former;	   /* of its class, older ones before; free ones: next */
	struct queued *of_hash, **at_hash; /* of clients' hash */
	struct queued *other;		   /* places that there are */
	void *from;
	uint64_t number; /* in the order of arrival, from 1 */
	int64_t since;	 /* milliseconds at which it, or its last copy, came */
	uint32_t received_after;
	struct dhcp_glimpse glimpse;
	struct packet packet;
};

struct queue;

struct queue *
queue_new(size_t capacity); /* NULL: no memory. Places cost some when they are first used */
void queue_free(struct queue *queue);
size_t queue_length(const struct queue *queue);
/* Is there room for so many of a class, without the loss of one of it, or of the others' share? */
bool queue_has_room(const struct queue *queue, enum queue_class class, size_t n);
/* Copies the packet in. `now`: milliseconds of some clock. */
void queue_put(struct queue *queue, void *from, const struct packet *packet,
	       uint32_t received_after, int64_t now, struct queue_count *count);
/*
 * Takes up to `n` in the order in which they shall be decided, and returns how many. They are the
 * caller's until queue_give_back().
 */
size_t queue_take(struct queue *queue, int64_t now, struct queued **ret, size_t n,
		  struct queue_count *count);
void queue_give_back(struct queue *queue, struct queued **of, size_t n);
/* The interface goes. */
void queue_forget(struct queue *queue, const void *from, struct queue_count *count);

#endif
