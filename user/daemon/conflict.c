// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Conflict detection. RFC 2131 3.1 step 2: "When allocating a new address, servers SHOULD check
 * that the offered network address is not already in use; e.g., the server may probe the offered
 * address with an ICMP Echo Request."
 *
 * The engine knows nothing of it. It has decided an OFFER, and holds the address for the client;
 * the daemon asks the network for that address, keeps the DISCOVER, and goes on with all others.
 * When nobody has answered in time the address is believed to be free for a while, and the DISCOVER
 * is decided again, so that what is sent is true then; mostly it is the same OFFER. When somebody
 * has, the address goes into quarantine like a DECLINEd one, and the decision is another address.
 *
 *  - Of one address one probe runs. A DISCOVER that comes meanwhile takes the place of the one
 *    that waits: its client has but retransmitted.
 *  - Not probed is what the client has of us already, and what it had so lately (`cache`) that it
 *    may well use it still: its own echo reply would look like a stranger's. By ARP its own answer
 *    is known by its MAC, and is no conflict.
 *  - REQUESTs are not probed: they are for what was offered, or for what the client says it has.
 *  - Probes in flight are bounded, and so is what is remembered: beyond, OFFERs go out as they are,
 *    counted.
 *
 * A crash forgets the probes under way, whose clients retransmit, and what was believed.
 */
#include "daemon/conflict.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* uthash otherwise ends the process when it finds no memory */
#define HASH_NONFATAL_OOM	  1
#define uthash_nonfatal_oom(item) ((item)->addr = 0) /* no client's */
#include <uthash.h>

#include "daemon/daemon.h"
#include "engine/heap.h"
#include "net/probe.h"

#define FAILED_EVERY  60  /* seconds between two lines of the log */
#define HEARD_AT_ONCE 256 /* answers, before others get their turn: strangers send them as well */

/* A probe under way. */
struct probing {
	uint32_t addr; /* key */
	uint32_t ifindex;
	bool arp;
	uint8_t chaddr[DHCP_HLEN_ETHERNET]; /* of the client that the address is for */
	int64_t due;			    /* microseconds */
	uint64_t number;		    /* in the order of their beginning */
	struct heap_node at_heap;
	struct conflict_waiting *waiting;
	UT_hash_handle hh;
};

/* Nobody has answered for it. */
struct believed {
	uint32_t addr; /* key */
	uint32_t at;   /* second */
	UT_hash_handle hh;
};

struct conflict {
	struct probing *probing;
	struct heap by_due;
	uint64_t number;
	struct believed *believed; /* the oldest first */
	struct conflict_waiting *due, **due_end;
	size_t n_due;
	struct event *timer;
	struct probe_socket *icmp;
	struct event *icmp_readable;
	bool said_deaf;	    /* that there is no socket for ICMP */
	uint64_t failed;    /* probes that could not be sent */
	uint32_t failed_at; /* second of the last line about it; 0: none */
};

static bool is_due_before(const struct heap_node *a, const struct heap_node *b)
{
	const struct probing *x = member_of(a, struct probing, at_heap);
	const struct probing *y = member_of(b, struct probing, at_heap);

	return x->due != y->due ? x->due < y->due : x->number < y->number;
}

static void drop(struct daemon *d, struct conflict_waiting *w, enum daemon_drop reason)
{
	free(w);
	d->count.dropped[reason]++;
}

/* --- what is believed --- */

static void believe(struct conflict *c, uint32_t addr)
{
	struct believed *b;

	HASH_FIND(hh, c->believed, &addr, sizeof(addr), b);
	if (!b && HASH_COUNT(c->believed) >= CONFLICT_CACHE_MAX)
		b = c->believed;
	if (b)
		HASH_DEL(c->believed, b);
	else if (!(b = malloc(sizeof(*b))))
		return;
	*b = (struct believed){.addr = addr, .at = boot_seconds()};
	HASH_ADD(hh, c->believed, addr, sizeof(b->addr), b);
	if (!b->addr)
		free(b);
}

void conflict_forget(struct daemon *d, uint32_t addr)
{
	struct believed *b = NULL;

	if (d->conflict)
		HASH_FIND(hh, d->conflict->believed, &addr, sizeof(addr), b);
	if (!b)
		return;
	HASH_DEL(d->conflict->believed, b);
	free(b);
}

/* Is it its own, or was it lately? `change` NULL: as it is; else before that. */
static bool is_clients(const struct daemon *d, const struct dhcp_msg *msg, uint32_t addr,
		       const struct change *change, uint32_t cache)
{
	const struct lease *lease = lease_at(d->leases, addr);
	struct lease_row row;

	if (!lease)
		return false;
	if ((change ? change->before_state : lease->state) != LEASE_FREE)
		return true; /* nobody else's is ever offered (engine/allocate.c) */
	if (change)
		row = change->before;
	else
		lease_row(lease, &row);
	return row.generation && row.end != LEASE_END_DECLINED &&
	       !memcmp(row.client.chaddr, msg->chaddr, DHCP_HLEN_ETHERNET) &&
	       boot_seconds() - row.cltt <= cache;
}

bool conflict_suspected(const struct daemon *d, const struct dhcp_msg *msg, uint32_t addr,
			const struct change *change)
{
	const struct subnet *subnet = model_subnet_of(&d->config->model, addr);
	const struct believed *b = NULL;

	if (!d->conflict || !subnet || subnet->conflict.method == CONFLICT_NONE)
		return false;
	HASH_FIND(hh, d->conflict->believed, &addr, sizeof(addr), b);
	/* whole seconds, and another one may begin before what was probed is decided again */
	if (b && boot_seconds() - b->at <= (subnet->conflict.cache ? subnet->conflict.cache : 1))
		return false;
	return !is_clients(d, msg, addr, change, subnet->conflict.cache);
}

/* --- probes --- */

static void set_timer(struct conflict *c)
{
	const struct probing *p;
	struct timeval after = {0};
	int64_t us;

	if (!c->by_due.root) {
		event_del(c->timer);
		return;
	}
	p = member_of(c->by_due.root, struct probing, at_heap);
	us = p->due - monotonic_microseconds();
	if (us > 0)
		after = (struct timeval){.tv_sec = us / 1000000, .tv_usec = us % 1000000};
	event_add(c->timer, &after);
}

/* The probe is over; its message is to be decided again, or is dropped (NULL). */
static void end_probe(struct conflict *c, struct probing *p)
{
	HASH_DEL(c->probing, p);
	heap_remove(&c->by_due, &p->at_heap);
	if (p->waiting) {
		p->waiting->next = NULL;
		*c->due_end = p->waiting;
		c->due_end = &p->waiting->next;
		c->n_due++;
	}
	free(p);
}

static void timer_fired(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *d = arg;
	struct conflict *c = d->conflict;
	int64_t now = monotonic_microseconds();

	(void)fd;
	(void)what;
	while (c->by_due.root) {
		struct probing *p = member_of(c->by_due.root, struct probing, at_heap);

		if (p->due > now)
			break;
		believe(c, p->addr);
		end_probe(c, p);
	}
	set_timer(c);
	batch_probed(d);
}

/* One line a while: a subnet without a route fails with each of its clients. */
static void log_failed(struct conflict *c, uint32_t addr, int r)
{
	uint32_t now = boot_seconds();
	char text[DHCP_ADDR_STR];

	c->failed++;
	if (c->failed_at && now - c->failed_at < FAILED_EVERY)
		return;
	c->failed_at = now;
	log_warning("cannot probe %s: %s; it is offered as it is (%" PRIu64
		    " such probes since the start)",
		    dhcp_addr_str(addr, text), strerror(-r), c->failed);
}

/* RFC 5227's probe is for one's own link; to where a relay is only IP leads. */
static bool is_by_arp(const struct dhcp_msg *msg, const struct subnet *subnet)
{
	return subnet->conflict.method == CONFLICT_ARP && !msg->giaddr;
}

static int send_probe(struct conflict *c, const struct port *port, bool arp, uint32_t addr)
{
	if (arp)
		return port->arp ? probe_send_arp(port->arp, port->info.mac, addr) : -ENOTCONN;
	return c->icmp ? probe_send_icmp(c->icmp, addr) : -ENOTCONN;
}

static struct conflict_waiting *copy_of(const struct port *port, const struct packet *packet,
					const struct dhcp_msg *msg)
{
	struct conflict_waiting *w = malloc(sizeof(*w));

	if (!w)
		return NULL;
	w->next = NULL;
	w->ifindex = port->info.ifindex;
	w->received_after = msg->in.received_after;
	packet_copy(&w->packet, packet);
	return w;
}

static bool begin(struct conflict *c, const struct dhcp_msg *msg, const struct subnet *subnet,
		  uint32_t addr, struct conflict_waiting *w)
{
	struct probing *p = calloc(1, sizeof(*p));

	if (!p)
		return false;
	p->addr = addr;
	p->ifindex = w->ifindex;
	p->arp = is_by_arp(msg, subnet);
	memcpy(p->chaddr, msg->chaddr, sizeof(p->chaddr));
	p->due = monotonic_microseconds() + INT64_C(1000) * subnet->conflict.timeout;
	p->number = ++c->number;
	HASH_ADD(hh, c->probing, addr, sizeof(p->addr), p);
	if (!p->addr) {
		free(p);
		return false;
	}
	p->waiting = w;
	heap_insert(&c->by_due, &p->at_heap);
	return true;
}

/* It runs already. */
static void join(struct daemon *d, struct probing *p, const struct dhcp_msg *msg,
		 struct conflict_waiting *w)
{
	drop(d, p->waiting, DROP_probe_replaced);
	p->waiting = w;
	memcpy(p->chaddr, msg->chaddr, sizeof(p->chaddr));
}

bool conflict_hold(struct daemon *d, const struct port *port, const struct packet *packet,
		   const struct dhcp_msg *msg, uint32_t addr)
{
	const struct subnet *subnet = model_subnet_of(&d->config->model, addr);
	struct conflict *c = d->conflict;
	struct conflict_waiting *w;
	struct probing *p;
	int r;

	if (!conflict_suspected(d, msg, addr, NULL))
		return false;
	HASH_FIND(hh, c->probing, &addr, sizeof(addr), p);
	w = p || HASH_COUNT(c->probing) < CONFLICT_PROBES_MAX ? copy_of(port, packet, msg) : NULL;
	if (p && w) {
		join(d, p, msg, w);
		return true;
	}
	r = w ? send_probe(c, port, is_by_arp(msg, subnet), addr) : 0;
	if (r < 0)
		log_failed(c, addr, r);
	if (!w || r < 0 || !begin(c, msg, subnet, addr, w)) {
		free(w);
		d->count.unprobed++;
		return false;
	}
	d->count.probes_sent++;
	set_timer(c);
	return true;
}

/* --- answers --- */

static void found(struct daemon *d, struct probing *p, const struct probe_answer *answer)
{
	struct lease *lease = engine_unbound(d->engine, p->addr);
	char addr[DHCP_ADDR_STR], mac[DHCP_MAC_STR], wanted[DHCP_MAC_STR];

	/* Not free any more: whom it was ACKed to meanwhile has it, and may have answered. */
	if (!lease)
		return;
	d->count.conflicts++;
	log_warning("%s is in use by %s, which has it not of us: nobody is offered it for %" PRIu32
		    " s, and %s another",
		    dhcp_addr_str(p->addr, addr),
		    p->arp ? dhcp_mac_str(answer->mac, mac) : "a host that answers ICMP",
		    d->config->model.decline_probation, dhcp_mac_str(p->chaddr, wanted));
	ending_begin(d, lease, LEASE_END_DECLINED, boot_seconds());
}

/* `ifindex` 0: by ICMP, from wherever. */
static void hear(struct daemon *d, struct probe_socket *socket, uint32_t ifindex)
{
	struct conflict *c = d->conflict;
	struct probe_answer answer;

	for (unsigned i = 0; i < HEARD_AT_ONCE && probe_receive(socket, &answer) == 1; i++) {
		struct probing *p;

		HASH_FIND(hh, c->probing, &answer.addr, sizeof(answer.addr), p);
		if (!p || p->arp != (ifindex != 0) || (p->arp && p->ifindex != ifindex))
			continue;
		/* The client itself uses it still: nobody has it who should not. */
		if (p->arp && !memcmp(answer.mac, p->chaddr, sizeof(answer.mac)))
			continue;
		found(d, p, &answer);
		end_probe(c, p);
	}
	set_timer(c);
	batch_probed(d);
}

static void hear_arp(evutil_socket_t fd, short what, void *arg)
{
	struct port *port = arg;

	(void)fd;
	(void)what;
	hear(port->daemon, port->arp, port->info.ifindex);
}

static void hear_icmp(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *d = arg;

	(void)fd;
	(void)what;
	hear(d, d->conflict->icmp, 0);
}

/* --- messages --- */

bool conflict_is_due(const struct daemon *d)
{
	return d->conflict && d->conflict->due;
}

struct conflict_waiting *conflict_take(struct daemon *d, struct port **ret_port)
{
	struct conflict *c = d->conflict;

	while (conflict_is_due(d)) {
		struct conflict_waiting *w = c->due;
		struct port *port = port_by_ifindex(d, w->ifindex);

		c->due = w->next;
		if (!c->due)
			c->due_end = &c->due;
		c->n_due--;
		if (port) {
			*ret_port = port;
			return w;
		}
		drop(d, w, DROP_probe_gone);
	}
	return NULL;
}

size_t conflict_waits(const struct daemon *d)
{
	return d->conflict ? HASH_COUNT(d->conflict->probing) + d->conflict->n_due : 0;
}

/* --- sockets --- */

static bool is_wanted(const struct daemon *d, enum conflict_method method)
{
	for (size_t i = 0; i < d->config->model.n_subnets; i++) {
		if (d->config->model.subnets[i].conflict.method == method)
			return true;
	}
	return false;
}

/* Said once; it is tried again with every change of the links. */
static void say_deaf(bool *said, const char *where, const char *what, int r)
{
	if (*said)
		return;
	*said = true;
	log_error("%s%scannot probe addresses by %s: %s; they are offered as they are", where,
		  *where ? ": " : "", what, strerror(-r));
}

/* Level-triggered: what is left is read when all others have had their turn. */
static int watch(struct daemon *d, const struct probe_socket *socket, event_callback_fn fn,
		 void *arg, struct event **ret_event)
{
	struct event *event = event_new(d->base, probe_fd(socket), EV_READ | EV_PERSIST, fn, arg);

	if (!event)
		return -ENOMEM;
	if (event_add(event, NULL)) {
		event_free(event);
		return -ENOMEM;
	}
	*ret_event = event;
	return 0;
}

static void unwatch(struct probe_socket **socket, struct event **event)
{
	if (*event)
		event_free(*event);
	probe_close(*socket);
	*socket = NULL;
	*event = NULL;
}

static void follow_port(struct daemon *d, struct port *port, bool wanted)
{
	int r;

	if (port->arp && (!wanted || !probe_is_bound(port->arp, port->info.ifindex)))
		conflict_leave(port);
	if (!wanted || port->arp)
		return;
	r = probe_open_arp(port->info.ifindex, &port->arp);
	if (r == 0)
		r = watch(d, port->arp, hear_arp, port, &port->arp_readable);
	port->said_deaf &= r < 0;
	if (r < 0) {
		conflict_leave(port);
		say_deaf(&port->said_deaf, port->info.name, "ARP", r);
	}
}

void conflict_follow(struct daemon *d)
{
	struct conflict *c = d->conflict;
	bool arp, icmp;
	int r;

	if (!c)
		return;
	arp = is_wanted(d, CONFLICT_ARP);
	icmp = arp || is_wanted(d, CONFLICT_ICMP); /* for those behind relays */
	for (struct port *port = d->ports; port; port = port->next)
		follow_port(d, port, arp);
	if (!icmp && c->icmp)
		unwatch(&c->icmp, &c->icmp_readable);
	if (!icmp || c->icmp)
		return;
	r = probe_open_icmp(&c->icmp);
	if (r == 0)
		r = watch(d, c->icmp, hear_icmp, d, &c->icmp_readable);
	c->said_deaf &= r < 0;
	if (r < 0) {
		unwatch(&c->icmp, &c->icmp_readable);
		say_deaf(&c->said_deaf, "", "ICMP", r);
	}
}

void conflict_leave(struct port *port)
{
	unwatch(&port->arp, &port->arp_readable);
}

int conflict_start(struct daemon *d)
{
	struct conflict *c = calloc(1, sizeof(*c));

	if (!c)
		return -ENOMEM;
	c->by_due.less = is_due_before;
	c->due_end = &c->due;
	d->conflict = c;
	c->timer = event_new(d->base, -1, 0, timer_fired, d);
	return c->timer ? 0 : -ENOMEM;
}

void conflict_stop(struct daemon *d)
{
	struct conflict *c = d->conflict;
	struct probing *p, *next;
	struct believed *b, *next_b;

	if (!c)
		return;
	HASH_ITER (hh, c->probing, p, next)
		end_probe(c, p);
	for (struct conflict_waiting *w = c->due, *next_w; w; w = next_w) {
		next_w = w->next;
		drop(d, w, DROP_probe_gone);
	}
	HASH_ITER (hh, c->believed, b, next_b) {
		HASH_DEL(c->believed, b);
		free(b);
	}
	unwatch(&c->icmp, &c->icmp_readable);
	if (c->timer)
		event_free(c->timer);
	free(c);
	d->conflict = NULL;
}
