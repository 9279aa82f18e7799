// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The daemon's queue: what is served, and what is dropped, when more comes than it can decide. What
 * counts is how many clients get an address for the work that is done (goodput).
 *
 * - While everything fits one batch it is decided in the order in which it came.
 * - Else what completes an exchange goes before what begins one. Behind a REQUEST is work that has
 *   been done and an address that is held for it; an OFFER more is only another REQUEST to come.
 *   One place in QUEUE_SHARE stays for beginnings, of a batch and of the queue: whoever floods with
 *   REQUESTs shall not keep everybody else from ever starting. When there is no place, those go
 *   first that begin and are more than their share.
 * - Within its class the oldest is decided first, and, when there is no place, the oldest is
 *   dropped for the newest. Dropping the newest would let each message wait for as long as the
 *   whole queue takes to be served; dropping the oldest lets it wait for as long as the queue takes
 *   to be filled, which is the less, the more come: what is served in a flood is fresh. To serve
 *   the newest first would be fresher still, but would send some of those who are but second in a
 *   burst home for 4 seconds, for nothing.
 * - A client sends again after 4 seconds, give or take one (RFC 2131 4.1), then after 8 and more.
 *   What has waited for QUEUE_STALE, 3 seconds, is answered when its client has asked anew, or is
 *   about to: two decisions for one client. While others wait who can still be helped such a
 *   message is dropped, and it is the first to go for want of a place. When nobody else waits it
 *   is answered: late is better than never. To a RELEASE or a DECLINE there is no answer that its
 *   client could miss, and ask for again: it is never too old.
 * - A copy of what waits already is not queued, but counted: one decision, one commit, one reply
 *   (most clients keep their xid; what differs in anything else is no copy). The first copy keeps
 *   its place, and from now on is as fresh as the second. A RELEASE or a DECLINE of that client in
 *   between makes the second a wish of its own.
 *
 * The sockets' buffers before it hold tens of thousands: a burst that can be decided within the
 * clients' patience waits there, and nothing of it is dropped here. How long a message has been
 * there is not known; so when a socket has not been empty for QUEUE_STALE, it is emptied faster
 * than is decided, and the oldest go (receive.c).
 *
 * A message that is dropped costs its client a retransmission, and nothing else: nothing was
 * decided.
 */
#include "daemon/queue.h"

#include <stdlib.h>
#include <string.h>

#define CHAIN_MAX 8 /* of one hash that are compared: many of one chaddr cost no more */

struct queue {
	struct queued *oldest[QUEUE_CLASSES], *newest[QUEUE_CLASSES];
	size_t n[QUEUE_CLASSES];
	struct queued *free, *all; /* by next, by other */
	uint64_t number;
	size_t capacity, places, mask;
	struct queued *hash[]; /* by chaddr, newest first */
};

static enum queue_class class_of(uint8_t type)
{
	return type == DHCP_DISCOVER || type == DHCP_BOOTP ? QUEUE_BEGINS : QUEUE_COMPLETES;
}

/* Does nobody send it again, nor wait for an answer? */
static bool is_farewell(uint8_t type)
{
	return type == DHCP_RELEASE || type == DHCP_DECLINE;
}

static bool is_stale(uint8_t type, int64_t since, int64_t now)
{
	return !is_farewell(type) && now - since >= QUEUE_STALE;
}

/* Of so many places: what begins has them, whatever completes. */
static size_t share_of(size_t places)
{
	return places / QUEUE_SHARE;
}

static const uint8_t *chaddr_in(const struct packet *packet, const struct dhcp_glimpse *glimpse)
{
	return packet->data + glimpse->header + offsetof(struct dhcp_header, chaddr);
}

struct queue *queue_new(size_t capacity)
{
	struct queue *queue;
	size_t buckets = 1;

	while (buckets < capacity)
		buckets *= 2;
	queue = calloc(1, sizeof(*queue) + buckets * sizeof(queue->hash[0]));
	if (!queue)
		return NULL;
	queue->capacity = capacity;
	queue->mask = buckets - 1;
	return queue;
}

void queue_free(struct queue *queue)
{
	while (queue && queue->all) {
		struct queued *q = queue->all;

		queue->all = q->other;
		free(q);
	}
	free(queue);
}

size_t queue_length(const struct queue *queue)
{
	return queue->n[QUEUE_COMPLETES] + queue->n[QUEUE_BEGINS];
}

bool queue_has_room(const struct queue *queue, enum queue_class class, size_t n)
{
	size_t others = class == QUEUE_BEGINS ? queue->n[QUEUE_BEGINS] : share_of(queue->capacity);

	return queue->n[QUEUE_COMPLETES] + others + n <= queue->capacity;
}

static struct queued **bucket_of(struct queue *queue, const uint8_t *chaddr)
{
	uint64_t word = 0;

	memcpy(&word, chaddr, DHCP_HLEN_ETHERNET);
	return &queue->hash[word * 0x9e3779b97f4a7c15ull >> 40 & queue->mask];
}

/* Out of its class and its client's messages. */
static void take_out(struct queue *queue, struct queued *q)
{
	enum queue_class class = class_of(q->glimpse.type);

	*(q->former ? &q->former->next : &queue->oldest[class]) = q->next;
	*(q->next ? &q->next->former : &queue->newest[class]) = q->former;
	queue->n[class]--;
	if (!q->at_hash)
		return;
	*q->at_hash = q->of_hash;
	if (q->of_hash)
		q->of_hash->at_hash = q->at_hash;
}

static void put_in(struct queue *queue, struct queued *q)
{
	enum queue_class class = class_of(q->glimpse.type);
	struct queued **bucket;

	q->former = queue->newest[class];
	q->next = NULL;
	*(q->former ? &q->former->next : &queue->oldest[class]) = q;
	queue->newest[class] = q;
	queue->n[class]++;
	q->at_hash = NULL;
	if (!q->glimpse.header)
		return;
	bucket = bucket_of(queue, chaddr_in(&q->packet, &q->glimpse));
	q->of_hash = *bucket;
	q->at_hash = bucket;
	if (q->of_hash)
		q->of_hash->at_hash = &q->of_hash;
	*bucket = q;
}

static void free_place(struct queue *queue, struct queued *q)
{
	q->next = queue->free;
	queue->free = q;
}

static void drop(struct queue *queue, struct queued *q, uint64_t count[DHCP_INFORM + 1])
{
	take_out(queue, q);
	count[q->glimpse.type]++;
	free_place(queue, q);
}

/* A message on its way in. */
struct newcomer {
	void *from;
	const struct packet *packet;
	struct dhcp_glimpse glimpse;
};

static bool is_copy(const struct queued *q, const struct newcomer *new)
{
	const struct packet *a = &q->packet, *b = new->packet;

	return q->from == new->from && a->vlan[0] == b->vlan[0] && a->vlan[1] == b->vlan[1] &&
	       a->csum_not_ready == b->csum_not_ready &&dhcp_is_repeated(a->data, a->len,
									 &q->glimpse, b->data,
									 b->len, &new->glimpse);
}

/* What waits and says the same; NULL: nothing. */
static struct queued *find_copy(struct queue *queue, const struct newcomer *new)
{
	const uint8_t *chaddr = chaddr_in(new->packet, &new->glimpse);
	struct queued *q;
	unsigned n = 0;

	if (!new->glimpse.header)
		return NULL;
	for (q = *bucket_of(queue, chaddr); q && n < CHAIN_MAX; q = q->of_hash, n++) {
		if (memcmp(chaddr_in(&q->packet, &q->glimpse), chaddr, DHCP_HLEN_ETHERNET))
			continue;
		if (is_copy(q, new))
			return q;
		if (is_farewell(q->glimpse.type))
			return NULL;
	}
	return NULL;
}

/* One more place, while there may be more. */
static void make_place(struct queue *queue)
{
	struct queued *q = queue->places < queue->capacity ? malloc(sizeof(*q)) : NULL;

	if (!q)
		return;
	queue->places++;
	q->other = queue->all;
	queue->all = q;
	free_place(queue, q);
}

/* A place for one more: free, or whose message is dropped. NULL: it is the newcomer that goes. */
static struct queued *find_place(struct queue *queue, const struct newcomer *new, int64_t now,
				 struct queue_count *count)
{
	struct queued *completes = queue->oldest[QUEUE_COMPLETES];
	struct queued *begins = queue->oldest[QUEUE_BEGINS];
	uint8_t type = new->glimpse.type;
	size_t begun = queue->n[QUEUE_BEGINS] + (class_of(type) == QUEUE_BEGINS);
	struct queued *q;

	if (!queue->free)
		make_place(queue);
	if (queue->free)
		;
	else if (begins && is_stale(begins->glimpse.type, begins->since, now))
		drop(queue, begins, count->queue_stale);
	else if (completes && is_stale(completes->glimpse.type, completes->since, now))
		drop(queue, completes, count->queue_stale);
	else if (completes && begun <= share_of(queue->capacity))
		drop(queue, completes, count->queue_full);
	else if (begins)
		drop(queue, begins, count->queue_full);
	else
		count->queue_full[type]++;
	q = queue->free;
	if (q)
		queue->free = q->next;
	return q;
}

void queue_put(struct queue *queue, void *from, const struct packet *packet,
	       uint32_t received_after, int64_t now, struct queue_count *count)
{
	struct newcomer new = {.from = from, .packet = packet};
	struct queued *q;

	dhcp_glimpse(packet->data, packet->len, &new.glimpse);
	q = find_copy(queue, &new);
	if (q) {
		q->since = now;
		count->repeated[q->glimpse.type]++;
		return;
	}
	q = find_place(queue, &new, now, count);
	if (!q)
		return;
	q->from = from;
	q->number = ++queue->number;
	q->since = now;
	q->received_after = received_after;
	q->glimpse = new.glimpse;
	packet_copy(&q->packet, packet);
	put_in(queue, q);
}

static struct queued *first_of_all(const struct queue *queue)
{
	struct queued *a = queue->oldest[QUEUE_COMPLETES], *b = queue->oldest[QUEUE_BEGINS];

	return !a || (b && b->number < a->number) ? b : a;
}

/* Up to `n` of a class. Those that are too old make way as long as more wait than are taken. */
static size_t take_class(struct queue *queue, enum queue_class class, int64_t now,
			 struct queued **ret, size_t n, struct queue_count *count)
{
	size_t taken = 0;

	while (taken < n && queue->n[class]) {
		struct queued *q = queue->oldest[class];

		if (queue->n[class] > n - taken && is_stale(q->glimpse.type, q->since, now)) {
			drop(queue, q, count->queue_stale);
			continue;
		}
		take_out(queue, q);
		ret[taken++] = q;
	}
	return taken;
}

size_t queue_take(struct queue *queue, int64_t now, struct queued **ret, size_t n,
		  struct queue_count *count)
{
	size_t taken = 0, share = share_of(n);

	if (queue_length(queue) <= n) {
		for (struct queued *q = first_of_all(queue); q; q = first_of_all(queue)) {
			take_out(queue, q);
			ret[taken++] = q;
		}
		return taken;
	}
	if (share > queue->n[QUEUE_BEGINS])
		share = queue->n[QUEUE_BEGINS];
	taken = take_class(queue, QUEUE_COMPLETES, now, ret, n - share, count);
	return taken + take_class(queue, QUEUE_BEGINS, now, ret + taken, n - taken, count);
}

void queue_give_back(struct queue *queue, struct queued **of, size_t n)
{
	while (n > 0)
		free_place(queue, of[--n]);
}

void queue_forget(struct queue *queue, const void *from, struct queue_count *count)
{
	for (enum queue_class class = 0; class < QUEUE_CLASSES; class ++) {
		struct queued *q = queue->oldest[class], *next;

		for (; q; q = next) {
			next = q->next;
			if (q->from == from)
				drop(queue, q, count->queue_gone);
		}
	}
}
