// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The receiving end: socket -> queue -> batch. Of what a socket has up to RECEIVE_MAX frames are
 * queued before a batch is decided, so that there is something to choose from (queue.c); more are
 * not, or a flood would keep the daemon at receiving (the cost of taking a frame in is a tenth of
 * that of an exchange's half). What does not fit a batch waits for the next turn of the loop:
 * timers and control go in between. What is queued when the daemon dies is lost like any other
 * datagram.
 */
#include <errno.h>
#include <string.h>

#include "daemon/daemon.h"

#define RECEIVE_MAX (4 * BATCH_MAX)

/* Where a type's counter is among those of one reason. */
enum {
	place_OTHER,
	place_DISCOVER,
	place_REQUEST,
	place_DECLINE,
	place_RELEASE,
	place_INFORM,
};

_Static_assert(DROP_queue_full_inform == DROP_queue_full_other + place_INFORM, "in their order");

static void add_drops(struct daemon *d, const struct queue_count *count)
{
	static const uint8_t places[DHCP_INFORM + 1] = {
		[DHCP_DISCOVER] = place_DISCOVER, [DHCP_REQUEST] = place_REQUEST,
		[DHCP_DECLINE] = place_DECLINE,	  [DHCP_RELEASE] = place_RELEASE,
		[DHCP_INFORM] = place_INFORM,
	};

	for (unsigned t = 0; t <= DHCP_INFORM; t++) {
		uint64_t *dropped = d->count.dropped + places[t];

		dropped[DROP_queue_full_other] += count->queue_full[t];
		dropped[DROP_queue_stale_other] += count->queue_stale[t];
		dropped[DROP_queue_gone_other] += count->queue_gone[t];
		dropped[DROP_repeated_other] += count->repeated[t];
	}
}

static int64_t milliseconds(void)
{
	return monotonic_microseconds() / 1000;
}

/*
 * Queues what the socket has. Returns what the last packet_receive() did: 0 if the socket was seen
 * empty.
 */
static int drain(struct daemon *d, struct port *port, size_t *taken)
{
	static struct packet packets[PACKET_BATCH];
	struct queue_count count = {0};
	int n = PACKET_BATCH;

	while (n == PACKET_BATCH && *taken < RECEIVE_MAX) {
		uint32_t before = boot_seconds();
		int64_t now;

		n = packet_receive(port->socket, packets, PACKET_BATCH);
		now = milliseconds();
		for (int i = 0; i < n; i++) {
			if (packets[i].outgoing)
				continue;
			d->count.received++;
			queue_put(d->queue, port, &packets[i], port->empty_at, now, 0, &count);
		}
		if (n >= 0 && n < PACKET_BATCH)
			port->empty_at = before;
		*taken += n > 0 ? (size_t)n : 0;
	}
	add_drops(d, &count);
	return n < 0 ? n : n == PACKET_BATCH;
}

/* The socket was seen empty: what comes while it is worth while to wait. Returns as drain(). */
static int gather_more(struct daemon *d, struct port *port, size_t *taken)
{
	size_t first = queue_length(d->queue), before, n = first;
	int64_t us = gather_wait(&d->gather, monotonic_microseconds(), n);
	int r = 0;

	if (!us)
		return 0;
	do {
		before = n;
		wait_microseconds(us < GATHER_STEP ? us : GATHER_STEP);
		us -= GATHER_STEP;
		r = drain(d, port, taken);
		n = queue_length(d->queue);
	} while (r == 0 && us > 0 && n > before && n < GATHER_ENOUGH);
	gather_waited(&d->gather, first, n);
	return r;
}

/* One batch. */
static void serve(struct daemon *d)
{
	static const struct timeval at_once = {0, 0};
	struct queue_count count = {0};
	struct queued *of[BATCH_MAX];
	size_t n = queue_take(d->queue, milliseconds(), of, BATCH_MAX, &count);

	add_drops(d, &count);
	batch_run(d, of, n);
	queue_give_back(d->queue, of, n);
	if (queue_length(d->queue))
		event_add(d->queue_timer, &at_once);
}

void receive_readable(evutil_socket_t fd, short what, void *arg)
{
	struct port *port = arg;
	struct daemon *d = port->daemon;
	size_t taken = 0;
	int r;

	(void)fd;
	(void)what;
	r = drain(d, port, &taken);
	if (r == 0)
		r = gather_more(d, port, &taken);
	serve(d);
	if (r < 0 && r != -EAGAIN)
		log_warning("cannot receive on %s: %s", port->info.name, strerror(-r));
}

static void go_on(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	serve(arg);
}

int receive_start(struct daemon *d)
{
	d->queue = queue_new(QUEUE_MAX);
	d->queue_timer = event_new(d->base, -1, 0, go_on, d);
	return d->queue && d->queue_timer ? 0 : -ENOMEM;
}

void receive_stop(struct daemon *d)
{
	if (d->queue_timer)
		event_free(d->queue_timer);
	queue_free(d->queue);
	d->queue_timer = NULL;
	d->queue = NULL;
}

void receive_forget(struct daemon *d, const struct port *port)
{
	struct queue_count count = {0};

	if (d->queue)
		queue_forget(d->queue, port, &count);
	add_drops(d, &count);
}
