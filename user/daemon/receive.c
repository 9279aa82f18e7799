// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The receiving end: socket -> queue -> batch. Of what a socket has, up to RECEIVE_MAX frames are
 * queued before a batch is decided, so that there is something to choose from (queue.c), and only
 * while the queue has room for them (may_take()); more are not, or a flood would keep the daemon at
 * receiving (the cost of taking a frame in is a tenth of that of an exchange's half). What does not
 * fit a batch waits for the next turn of the loop: timers and control go in between. What is queued
 * when the daemon dies is lost like any other datagram.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>

#include "daemon/daemon.h"

#define RECEIVE_MAX  (4 * BATCH_MAX)
#define QUEUE_PART   128 /* of memory, at most */
#define BUFFER_PART  128 /* each of two, on each interface; the kernel takes up to twice that */
#define BUFFER_LEAST (256 << 10)

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
 * There is room for more, or what the socket holds may be as old as its clients are patient: then
 * the oldest shall go.
 */
static bool may_take(const struct inlet *inlet, enum packet_kind kind)
{
	enum queue_class class = kind == PACKET_BEGINS ? QUEUE_BEGINS : QUEUE_COMPLETES;

	return queue_has_room(inlet->port->daemon->queue, class, PACKET_BATCH) ||
	       boot_seconds() - inlet->empty_at > QUEUE_STALE / 1000;
}

/*
 * Queues what the socket has. Returns what the last packet_receive() did: 0 if the socket was seen
 * empty.
 */
static int drain(struct port *port, enum packet_kind kind, size_t *taken)
{
	static struct packet packets[PACKET_BATCH];
	struct inlet *inlet = &port->inlets[kind];
	struct daemon *d = port->daemon;
	struct queue_count count = {0};
	int n = PACKET_BATCH;

	while (n == PACKET_BATCH && *taken < RECEIVE_MAX && may_take(inlet, kind)) {
		uint32_t before = boot_seconds();
		int64_t now;

		n = packet_receive(inlet->socket, packets, PACKET_BATCH);
		now = milliseconds();
		for (int i = 0; i < n; i++) {
			d->count.received++;
			queue_put(d->queue, port, &packets[i], inlet->empty_at, now, &count);
		}
		if (n >= 0 && n < PACKET_BATCH)
			inlet->empty_at = before;
		*taken += n > 0 ? (size_t)n : 0;
	}
	add_drops(d, &count);
	return n < 0 ? n : n == PACKET_BATCH;
}

/* The socket was seen empty: what comes while it is worth while to wait, for both of them. */
static int gather_more(struct port *port, size_t taken[PACKET_KINDS])
{
	struct daemon *d = port->daemon;
	size_t first = queue_length(d->queue), before, n = first;
	int64_t us = gather_wait(&d->gather, monotonic_microseconds(), n);
	bool more;
	int r = 0;

	if (!us)
		return 0;
	do {
		before = n;
		wait_microseconds(us < GATHER_STEP ? us : GATHER_STEP);
		us -= GATHER_STEP;
		for (enum packet_kind kind = 0; kind < PACKET_KINDS && r == 0; kind++)
			r = drain(port, kind, &taken[kind]);
		n = queue_length(d->queue);
		more = n > before;
	} while (r == 0 && us > 0 && more && n < GATHER_ENOUGH);
	gather_waited(&d->gather, first, n, more && us <= 0);
	return r;
}

/* One batch. Returns of how many. */
static size_t serve(struct daemon *d)
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
	return n;
}

/*
 * Who begins comes with more than a batch holds: then what completes is not to wait for the turn of
 * its own socket. And after a pause both sockets have something, which is to be in one batch.
 */
void receive_readable(evutil_socket_t fd, short what, void *arg)
{
	struct port *port = ((struct inlet *)arg)->port;
	enum packet_kind kind = (enum packet_kind)((struct inlet *)arg - port->inlets);
	struct daemon *d = port->daemon;
	enum packet_kind other = kind == PACKET_BEGINS ? PACKET_COMPLETES : PACKET_BEGINS;
	size_t taken[PACKET_KINDS] = {0}, served;
	int64_t us;
	int r;

	(void)fd;
	(void)what;
	r = drain(port, kind, &taken[kind]);
	if (kind == PACKET_BEGINS && queue_length(d->queue) > BATCH_MAX)
		(void)drain(port, PACKET_COMPLETES, &taken[PACKET_COMPLETES]);
	else if (r == 0 && d->gather.pauses)
		r = drain(port, other, &taken[other]);
	if (r == 0)
		r = gather_more(port, taken);
	served = serve(d);
	if (r < 0 && r != -EAGAIN && kind == PACKET_COMPLETES)
		log_warning("cannot receive on %s: %s", port->info.name, strerror(-r));
	if (!served || queue_length(d->queue))
		return;
	us = gather_pause(&d->gather, monotonic_microseconds(), served);
	if (us)
		wait_microseconds(us);
}

static void go_on(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	serve(arg);
}

/* A part of the memory there is, and no less or more than that. */
static size_t part_of_memory(const struct daemon *d, unsigned part, size_t least, size_t most)
{
	uint64_t bytes = machine_memory(&d->machine) / part;

	return bytes < least ? least : bytes > most ? most : (size_t)bytes;
}

int receive_start(struct daemon *d)
{
	const size_t each = sizeof(struct queued);
	size_t queue = part_of_memory(d, QUEUE_PART, QUEUE_MIN * each, QUEUE_MAX * each);

	d->receive_buffer = part_of_memory(d, BUFFER_PART, BUFFER_LEAST, PACKET_BUFFER);
	d->queue = queue_new(queue / each);
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

static int open_inlet(struct port *port, enum packet_kind kind)
{
	struct inlet *inlet = &port->inlets[kind];
	int r = packet_open(port->info.ifindex, kind, port->daemon->receive_buffer, &inlet->socket);

	if (r < 0)
		return r;
	inlet->port = port;
	inlet->empty_at = boot_seconds();
	inlet->readable = event_new(port->daemon->base, packet_fd(inlet->socket),
				    EV_READ | EV_PERSIST, receive_readable, inlet);
	return inlet->readable && !event_add(inlet->readable, NULL) ? 0 : -ENOMEM;
}

int receive_open(struct port *port)
{
	int r = 0;

	for (enum packet_kind kind = 0; kind < PACKET_KINDS && r == 0; kind++)
		r = open_inlet(port, kind);
	if (r < 0)
		receive_close(port);
	return r;
}

void receive_close(struct port *port)
{
	struct daemon *d = port->daemon;
	struct queue_count count = {0};

	for (enum packet_kind kind = 0; kind < PACKET_KINDS; kind++) {
		struct inlet *inlet = &port->inlets[kind];
		enum daemon_drop drop = kind == PACKET_BEGINS ? DROP_kernel_begins
							      : DROP_kernel_completes;

		if (inlet->readable)
			event_free(inlet->readable);
		if (inlet->socket)
			d->count.dropped[drop] += packet_kernel_drops(inlet->socket);
		packet_close(inlet->socket);
		*inlet = (struct inlet){0};
	}
	if (d->queue)
		queue_forget(d->queue, port, &count);
	add_drops(d, &count);
}

/* Whatever comes out of a socket that is empty now was not received before this second. */
void receive_note_empty(struct port *port)
{
	for (enum packet_kind kind = 0; kind < PACKET_KINDS; kind++) {
		struct inlet *inlet = &port->inlets[kind];
		struct pollfd p = {.fd = packet_fd(inlet->socket), .events = POLLIN};
		uint32_t before = boot_seconds();

		if (poll(&p, 1, 0) == 0)
			inlet->empty_at = before;
	}
}
