// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The way of a packet: queue (receive.c) -> decode -> decide -> commit -> publish ->
 * transmit. A batch is decided in order, committed in one transaction, and only
 * then published and sent; what was not committed is undone and nothing of
 * the batch leaves (I1). Clients retransmit. Of the batch that a crash interrupts the
 * store has all or nothing, and nobody was told what is not in it.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/conflict.h"
#include "daemon/daemon.h"
#include "daemon/deferred.h"
#include "daemon/foreign.h"

#define ROW_PLACES	  (2 * BATCH_MAX) /* a power of two */
#define AHEAD_FROM	  4  /* messages: fewer are decided as soon as looked ahead for */
#define SEND_FAILED_EVERY 10 /* seconds between two lines of the log */

struct item {
	struct port *port;
	const struct packet *packet;
	struct engine_ahead ahead;
	struct dhcp_msg msg;
	struct decision decision;
	struct commit_row
		*row;	 /* in the commit; several items may share the last row of an address */
	bool unstorable; /* nothing comes of it: the store fails */
	bool held;	 /* its address is probed first (conflict.c) */
};

_Static_assert(BATCH_MAX <= COMMIT_MAX && BATCH_MAX < UINT16_MAX, "a batch is one commit");

/* Replies to clients of one port's link, which leave together. */
struct outbox {
	const struct item *items[PACKET_BATCH];
	struct packet_frame frames[PACKET_BATCH];
	uint8_t data[PACKET_BATCH][DHCP_FRAME_MAX];
	size_t n;
};

struct batch {
	struct item items[BATCH_MAX];
	size_t n;
	struct outbox out;
	struct commit_row rows[BATCH_MAX];
	size_t n_rows;
	uint16_t row_at[ROW_PLACES]; /* 1 + a row's number, hashed by its address; 0: none */
};

/* Is the datagram for us? A host that routes sees others' renewals in transit. */
static bool addressed_to_us(const struct daemon *d, const struct port *port, struct dhcp_msg *msg)
{
	static const uint8_t broadcast[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

	if (memcmp(msg->eth_dst, port->info.mac, 6) && memcmp(msg->eth_dst, broadcast, 6))
		return false;
	msg->in.our_addr = 0;
	if (msg->ip_dst == 0xffffffff)
		return true;
	/* Address by address, as the XDP program does: one's broadcast may be another's own. */
	for (unsigned i = 0; i < port->info.n_addrs && msg->ip_dst; i++) {
		if (port->info.addrs[i].addr == msg->ip_dst)
			break;
		if (port->info.addrs[i].broadcast == msg->ip_dst)
			return true;
	}
	if (!port_address_is_ours(d, msg->ip_dst))
		return false;
	msg->in.our_addr = msg->ip_dst;
	return true;
}

bool batch_admit(struct daemon *d, struct port *port, const struct packet *packet,
		 uint32_t received_after, struct dhcp_msg *msg)
{
	struct dhcp_ingress in = {
		.ifindex = port->info.ifindex,
		.link = port->xdp_mode ? port->link_id : 0, /* 0: nothing to publish for */
		.vlan = {packet->vlan[0], packet->vlan[1]},
		.csum_not_ready = packet->csum_not_ready,
		.received_after = received_after,
	};
	enum dhcp_decode_result result;

	result = dhcp_decode_anew(packet->data, packet->len, &in, msg);
	if (result != DHCP_DECODE_ok) {
		d->count.parse_failed[result]++;
		log_debug("dropped a frame on %s: %s", port->info.name, dhcp_decode_help(result));
		return false;
	}
	/*
	 * A tagged frame belongs to the VLAN's own interface. No relay has an address of ours: the
	 * reply would go to whatever listens here, on a port that a stranger may choose (RFC 8357).
	 */
	if (msg->in.vlan[0] || !addressed_to_us(d, port, msg) ||
	    port_address_is_ours(d, msg->giaddr)) {
		d->count.not_ours++;
		return false;
	}
	d->count.type_received[msg->type]++;
	return true;
}

/*
 * While the store fails nothing is begun that would need it (slots stay as they are), and nothing
 * offered that could not be ACKed: silence leaves the client to a server that can. INFORM and NAK
 * promise nothing; RELEASE and DECLINE are taken, their endings wait for the store.
 */
static bool give_up(struct daemon *d, struct item *item)
{
	struct decision *decision = &item->decision;

	item->unstorable = d->outage.failing &&
			   (decision->has_change || (decision->kind == DECISION_REPLY &&
						     decision->reply.type == DHCP_OFFER));
	if (item->unstorable && decision->has_change)
		engine_undo(d->engine, &decision->change);
	return item->unstorable;
}

/*
 * Is the answer held back until its address has been probed? An address that a DISCOVER would be
 * bound to at once (RFC 4039) is only offered until then, so that it is held for the client.
 */
static bool hold_back(struct daemon *d, struct item *item)
{
	struct decision *decision = &item->decision;
	struct dhcp_msg *msg = &item->msg;

	if (msg->type != DHCP_DISCOVER || decision->kind != DECISION_REPLY ||
	    !decision->reply.yiaddr ||
	    !conflict_suspected(d, msg, decision->reply.yiaddr,
				decision->has_change ? &decision->change : NULL))
		return false;
	if (decision->has_change) {
		struct dhcp_opt rapid = msg->opt[DHO_RAPID_COMMIT];

		engine_undo(d->engine, &decision->change);
		msg->opt[DHO_RAPID_COMMIT] = (struct dhcp_opt){0};
		engine_decide(d->engine, &item->port->link, msg, boot_seconds(), decision);
		msg->opt[DHO_RAPID_COMMIT] = rapid;
		if (decision->kind != DECISION_REPLY || !decision->reply.yiaddr)
			return false;
	}
	return conflict_hold(d, item->port, item->packet, msg, decision->reply.yiaddr);
}

/* The row of an address in the commit. NULL: there is none yet, *ret_place is for its number. */
static struct commit_row *find_row(struct batch *b, uint32_t addr, uint16_t **ret_place)
{
	uint32_t at = addr * 0x9e3779b1u >> 16;

	for (;; at++) {
		uint16_t *place = &b->row_at[at % ROW_PLACES];

		if (!*place) {
			*ret_place = place;
			return NULL;
		}
		if (b->rows[*place - 1].row.addr == addr)
			return &b->rows[*place - 1];
	}
}

/* The last decision on an address is what the store shall hold. */
static struct commit_row *add_row(struct batch *b, const struct change *change)
{
	uint16_t *place;
	struct commit_row *row = find_row(b, change->row.addr, &place);

	if (!row) {
		row = &b->rows[b->n_rows++];
		*place = (uint16_t)b->n_rows;
		row->expected_generation = change->before.generation;
		row->refused = false;
	}
	row->row = change->row;
	return row;
}

static void decide(struct daemon *d, struct batch *b, struct item *item)
{
	struct decision *decision = &item->decision;
	struct lease *lease;

	engine_decide(d->engine, &item->port->link, &item->msg, boot_seconds(), decision);
	item->row = NULL;
	item->held = false;
	if (give_up(d, item))
		return;
	item->held = hold_back(d, item);
	if (item->held)
		return;
	if (decision->kind == DECISION_END) {
		lease = lease_at(d->leases, decision->end_addr);
		if (decision->end == LEASE_END_DECLINED)
			conflict_forget(d, decision->end_addr);
		if (lease)
			ending_begin(d, lease, decision->end, item->msg.in.received_after);
	}
	if (decision->kind == DECISION_DEFER)
		deferred_put(d, item->port, item->packet, &item->msg);
	if (!decision->has_change)
		return;
	publish_prepare(d, &decision->change);
	item->row = add_row(b, &decision->change);
}

/* Takes back the changes that are not in the store, newest first. */
static void settle(struct daemon *d, struct batch *b, bool failed)
{
	for (size_t i = b->n; i-- > 0;) {
		struct item *item = &b->items[i];

		if (item->row && (failed || item->row->refused))
			engine_undo(d->engine, &item->decision.change);
	}
	for (size_t i = 0; i < b->n; i++) {
		struct item *item = &b->items[i];

		if (item->row && !failed && !item->row->refused)
			engine_confirm(d->engine, &item->decision.change);
	}
}

/* One line a while, however many are lost: whoever sends requests must not fill the disk. */
static void log_send_failed(struct daemon *d, const struct item *item, int r)
{
	struct dhcp_destination to;
	char addr[DHCP_ADDR_STR], more[48] = "";
	uint32_t now = boot_seconds();
	uint64_t n = ++d->count.dropped[DROP_send_failed];

	if (d->send_failed_logged && now - d->send_failed_at < SEND_FAILED_EVERY)
		return;
	dhcp_reply_destination(&item->msg, &item->decision.reply, &to);
	if (n > d->send_failed_logged + 1)
		snprintf(more, sizeof(more), " (%" PRIu64 " more since the last such line)",
			 n - d->send_failed_logged - 1);
	log_warning("cannot send to %s%s%s: %s%s", dhcp_addr_str(to.addr, addr),
		    to.routed ? "" : " on ", to.routed ? "" : item->port->info.name, strerror(-r),
		    more);
	d->send_failed_logged = n;
	d->send_failed_at = now;
}

static void sent(struct daemon *d, const struct item *item, int r)
{
	if (r < 0)
		log_send_failed(d, item, r);
	else
		d->count.type_sent[item->decision.reply.type]++;
}

static void send_all(struct daemon *d, struct outbox *out)
{
	if (!out->n)
		return;
	packet_send(out->items[0]->port->inlets[PACKET_COMPLETES].socket, out->frames, out->n);
	for (size_t i = 0; i < out->n; i++)
		sent(d, out->items[i], out->frames[i].result);
	out->n = 0;
}

/* What clients on our links get is written whole; relays are where the kernel's routing says. */
static void transmit(struct daemon *d, struct outbox *out, const struct item *item)
{
	const struct dhcp_reply *reply = &item->decision.reply;
	struct dhcp_destination to;
	uint8_t *frame;
	size_t at;
	int len;

	if (out->n == PACKET_BATCH || (out->n && out->items[0]->port != item->port))
		send_all(d, out);
	frame = out->data[out->n];
	len = dhcp_reply_encode(&item->msg, reply, item->port->info.mac, frame, DHCP_FRAME_MAX);
	if (len < 0) {
		sent(d, item, len);
		return;
	}
	dhcp_reply_destination(&item->msg, reply, &to);
	if (!to.routed) {
		out->frames[out->n] = (struct packet_frame){.data = frame, .len = (size_t)len};
		out->items[out->n++] = item;
		return;
	}
	at = dhcp_reply_payload(&item->msg);
	sent(d, item,
	     packet_send_routed(d->port_guard, to.source, to.addr, to.port, frame + at,
				(size_t)len - at));
}

/* Nothing leaves; it is a drop if something would have. What is deferred is answered later. */
static void unanswered(struct daemon *d, const struct item *item, enum daemon_drop why)
{
	if (item->decision.kind == DECISION_REPLY)
		d->count.dropped[why]++;
	else
		d->count.reasons[item->decision.reason]++;
}

static void finish(struct daemon *d, struct outbox *out, struct item *item)
{
	struct decision *decision = &item->decision;

	if (item->row && item->row->refused) {
		unanswered(d, item, DROP_store_refused);
		return;
	}
	if (item->unstorable) {
		unanswered(d, item, DROP_commit_failed);
		return;
	}
	if (decision->kind == DECISION_REPLY && decision->has_change)
		publish_ack(d, &item->msg, decision);
	if (decision->kind == DECISION_REPLY)
		transmit(d, out, item);
	d->count.reasons[decision->reason]++;
	if (decision->reason == SILENT_another_server_chosen)
		foreign_chosen(d, item->port, &item->msg);
	if (decision->reason == SILENT_no_free_address || decision->reason == OFFER_no_free_address)
		usage_look_soon(d);
	if (decision->kind != DECISION_DEFER)
		log_transaction(item->port, &item->msg, decision);
}

static void look_ahead(struct daemon *d, struct batch *b)
{
	for (unsigned step = 0; step < ENGINE_AHEAD && b->n >= AHEAD_FROM; step++) {
		for (size_t i = 0; i < b->n; i++) {
			struct item *item = &b->items[i];

			engine_look_ahead(d->engine, &item->port->link, &item->msg, step,
					  &item->ahead);
		}
	}
}

static void run(struct daemon *d, struct batch *b)
{
	bool failed;

	b->n_rows = 0;
	memset(b->row_at, 0, sizeof(b->row_at));
	look_ahead(d, b);
	for (size_t i = 0; i < b->n; i++)
		decide(d, b, &b->items[i]);
	if (b->n_rows)
		gather_commit(&d->gather, monotonic_microseconds());
	failed = commit_rows(d, b->rows, b->n_rows) < 0;
	settle(d, b, failed);
	for (size_t i = 0; i < b->n; i++) {
		if (b->items[i].held)
			continue; /* it will be decided again */
		if (failed)
			unanswered(d, &b->items[i], DROP_commit_failed);
		else
			finish(d, &b->out, &b->items[i]);
	}
	send_all(d, &b->out);
}

static struct batch *the_batch(void)
{
	static struct batch batch; /* megabytes; one thread, never re-entered */

	batch.n = batch.out.n = 0;
	return &batch;
}

void batch_run(struct daemon *d, struct queued *const *of, size_t n)
{
	struct batch *b = the_batch();

	for (size_t i = 0; i < n; i++) {
		struct item *item = &b->items[b->n];

		if (!batch_admit(d, of[i]->from, &of[i]->packet, of[i]->received_after, &item->msg))
			continue;
		item->port = of[i]->from;
		item->packet = &of[i]->packet;
		b->n++;
	}
	if (b->n)
		run(d, b);
}

/* A message that waited. Who the daemon is may have changed meanwhile. */
static void admit_again(struct daemon *d, struct batch *b, struct port *port,
			const struct packet *packet, uint32_t received_after)
{
	struct item *item = &b->items[b->n];

	if (!batch_admit(d, port, packet, received_after, &item->msg))
		return;
	d->count.type_received[item->msg.type]--; /* counted when it came in */
	item->port = port;
	item->packet = packet;
	b->n++;
}

/* One batch an event: timers, control and other clients get their turn in between. */
static void deferred_batch(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *d = arg;
	struct batch *b = the_batch();
	struct deferred *of[PACKET_BATCH];
	struct port *port;
	size_t n = 0;

	(void)fd;
	(void)what;
	while (n < PACKET_BATCH && (of[n] = deferred_take(d, &port))) {
		const struct deferred *q = of[n++];

		admit_again(d, b, port, &q->packet, q->received_after);
	}
	run(d, b);
	while (n > 0)
		free(of[--n]);
	d->deferred_running = deferred_is_due(d) && daemon_go_on(d, deferred_batch) == 0;
}

void batch_deferred(struct daemon *d)
{
	deferred_make_due(d);
	if (deferred_is_due(d) && !d->deferred_running)
		deferred_batch(-1, 0, d);
}

void batch_forget(struct daemon *d)
{
	deferred_forget(d);
}

/* Likewise. */
static void probed_batch(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *d = arg;
	struct batch *b = the_batch();
	struct conflict_waiting *of[PACKET_BATCH];
	struct port *port;
	size_t n = 0;

	(void)fd;
	(void)what;
	while (n < PACKET_BATCH && (of[n] = conflict_take(d, &port))) {
		const struct conflict_waiting *w = of[n++];

		admit_again(d, b, port, &w->packet, w->received_after);
	}
	run(d, b);
	while (n > 0)
		free(of[--n]);
	d->probed_running = conflict_is_due(d) && daemon_go_on(d, probed_batch) == 0;
}

void batch_probed(struct daemon *d)
{
	if (conflict_is_due(d) && !d->probed_running)
		probed_batch(-1, 0, d);
}
