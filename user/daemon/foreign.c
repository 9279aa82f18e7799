// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Foreign servers. What can be seen of them: replies that are broadcast (a switch shows others only
 * to their client), replies to a relay that pass by, and REQUESTs that name another server, which a
 * client broadcasts when it has chosen (RFC 2131 4.3.2).
 *
 * Replies have a socket of their own on each link, small, which nobody waits for: once a second up
 * to FOREIGN_EACH are read of it, after all else that a second brings. So requests are never
 * delayed by more than that, and a flood of replies is dropped by the kernel, and counted.
 *
 * A server is judged by option 54 and by the IP source. Neither is foreign that is an address of
 * ours, on whichever link, or in allow-servers. What a relay hands on has the relay's source, and,
 * where it overrides the server identifier (RFC 5107 4), its address in option 54, too: that says
 * nothing of the server.
 *
 * The table is bounded, and so are the lines: who sends replies under many names gets the oldest
 * forgotten, and no more than FOREIGN_LINES in a period. All in memory.
 */
#include "daemon/foreign.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/daemon.h"
#include "proto/relay.h"

#define BUFFER	(64 << 10) /* bytes */
#define AT_ONCE 16	   /* replies of one packet_receive() */

_Static_assert(FOREIGN_EACH % AT_ONCE == 0, "whole batches");

/* A server on a link. */
struct foreign_server {
	uint32_t id; /* option 54, or the source of one who sends none; 0: this place is free */
	char link[MODEL_IFNAME];
	bool replied; /* else it was only chosen, and is not known beyond its id */
	uint32_t source;
	uint8_t mac[6];
	uint64_t offers, acks, naks, chosen;
	uint32_t first, last; /* second */

	/* of the last message */
	uint8_t type; /* DHCP_REQUEST: a client's */
	uint32_t addr, giaddr;
	uint8_t client[DHCP_CHADDR_LEN];

	/* the log */
	bool told, news;
	uint32_t told_at;
	uint64_t told_of; /* messages up to then */

	/* an ACK of an address of ours */
	uint64_t conflicts;
	bool conflict_told, conflict_news;
	uint32_t conflict_told_at, conflict_addr;
	uint8_t conflict_client[DHCP_CHADDR_LEN], holder[DHCP_CHADDR_LEN];
	bool held; /* it is bound by us to `holder`; else it only lies in a pool */
};

struct foreign {
	struct foreign_server v[FOREIGN_SERVERS];
	struct packet packets[AT_ONCE];
	struct dhcp_msg msg;
	uint32_t lines_from; /* second at which the period of `lines` began */
	uint32_t lines;
	uint64_t left_out;
};

int foreign_start(struct daemon *d)
{
	d->foreign = calloc(1, sizeof(*d->foreign));
	return d->foreign ? 0 : -ENOMEM;
}

void foreign_stop(struct daemon *d)
{
	free(d->foreign);
	d->foreign = NULL;
}

/* --- sockets --- */

void foreign_leave(struct port *port)
{
	packet_close(port->replies);
	port->replies = NULL;
	port->replies_dropped = 0;
}

/* Without it the link is served all the same. */
static void open_socket(struct port *port)
{
	int r = packet_open(port->info.ifindex, PACKET_REPLIES, BUFFER, &port->replies);

	if (r < 0)
		log_warning("%s: cannot look for foreign servers: %s", port->info.name,
			    strerror(-r));
}

void foreign_follow(struct daemon *d)
{
	if (!d->foreign)
		return;
	for (struct port *port = d->ports; port; port = port->next) {
		if (!d->config->foreign_period)
			foreign_leave(port);
		else if (!port->replies)
			open_socket(port);
	}
}

/* --- who is foreign --- */

/* Are the subnet's clients where this message is of: at the relay, or on our link? */
static bool is_here(const struct model *model, const struct subnet *subnet, const struct port *port,
		    uint32_t giaddr)
{
	if (giaddr) {
		const struct subnet *at = model_subnet_of(model, giaddr);

		for (size_t i = 0; i < subnet->n_relays; i++) {
			if (subnet->relays[i] == giaddr)
				return true;
		}
		return at && subnets_on_one_link(at, subnet);
	}
	if (!strcmp(subnet->interface, port->info.name))
		return true;
	for (unsigned i = 0; i < port->info.n_addrs; i++) {
		const struct subnet *at = model_subnet_of(model, port->info.addrs[i].addr);

		if (at && subnets_on_one_link(at, subnet))
			return true;
	}
	return false;
}

/* The subnets here say; if there is none, what holds for all does. */
static bool is_allowed(const struct model *model, const struct port *port, uint32_t giaddr,
		       uint32_t addr)
{
	for (size_t i = 0; i < model->n_subnets; i++) {
		const struct subnet *subnet = &model->subnets[i];

		if (server_list_has(subnet->allow_servers, addr) &&
		    is_here(model, subnet, port, giaddr))
			return true;
	}
	if (!server_list_has(model->servers, addr))
		return false;
	for (size_t i = 0; i < model->n_subnets; i++) {
		if (is_here(model, &model->subnets[i], port, giaddr))
			return false;
	}
	return true;
}

static bool is_known(const struct daemon *d, const struct port *port, uint32_t giaddr,
		     uint32_t addr)
{
	return port_address_is_ours(d, addr) || is_allowed(&d->config->model, port, giaddr, addr);
}

/* RFC 5107 4: the server has put the relay's sub-option into option 54. */
static bool is_override(const struct dhcp_msg *msg, uint32_t id)
{
	return relay_address(&msg->opt[DHO_RELAY_AGENT], RELAY_SERVER_ID_OVERRIDE) == id;
}

/* Who has sent this reply, if it is a foreign server; else 0. */
static uint32_t sender(const struct daemon *d, const struct port *port, const struct dhcp_msg *msg)
{
	bool by_relay = msg->giaddr && msg->udp_dport == DHCP_CLIENT_PORT;
	uint32_t id = msg->has_server_id ? msg->server_id : 0;

	if (by_relay) /* the relay takes option 82 out before (RFC 3046 2.1) */
		return !id || id == msg->giaddr || id == msg->ip_src ||
				       is_known(d, port, msg->giaddr, id)
			       ? 0
			       : id;
	if (is_known(d, port, msg->giaddr, msg->ip_src))
		return 0;
	if (!id || is_override(msg, id) || port_address_is_ours(d, id))
		return msg->ip_src; /* calls itself by none of its own names */
	return is_allowed(&d->config->model, port, msg->giaddr, id) ? 0 : id;
}

/* --- the table --- */

static bool is_of(const struct foreign_server *s, uint32_t id, const struct port *port)
{
	return s->id == id && !strcmp(s->link, port->info.name);
}

/* Its place, or a new one: the longest unseen goes. */
static struct foreign_server *place_of(struct daemon *d, const struct port *port, uint32_t id)
{
	struct foreign_server *oldest = NULL;
	uint32_t now = boot_seconds();

	for (size_t i = 0; i < FOREIGN_SERVERS; i++) {
		struct foreign_server *s = &d->foreign->v[i];

		if (is_of(s, id, port)) {
			s->last = now;
			return s;
		}
		if (!oldest || (oldest->id && (!s->id || s->last < oldest->last)))
			oldest = s;
	}
	*oldest = (struct foreign_server){.id = id, .first = now, .last = now};
	snprintf(oldest->link, sizeof(oldest->link), "%s", port->info.name);
	return oldest;
}

static void note(struct foreign_server *s, const struct dhcp_msg *msg, uint8_t type, uint32_t addr)
{
	s->news = true;
	s->type = type;
	s->addr = addr;
	s->giaddr = msg->giaddr;
	memcpy(s->client, msg->chaddr, sizeof(s->client));
}

/* It gives out what is ours to give. */
static void note_conflict(struct daemon *d, struct foreign_server *s, const struct dhcp_msg *msg)
{
	const struct lease *lease = lease_at(d->leases, msg->yiaddr);
	const struct subnet *subnet = model_subnet_of(&d->config->model, msg->yiaddr);
	bool held = lease && lease->state == LEASE_BOUND &&
		    memcmp(lease->chaddr, msg->chaddr, DHCP_CHADDR_LEN) != 0;

	if (!msg->yiaddr || (!held && !(subnet && subnet_pool_of(subnet, msg->yiaddr))))
		return;
	s->conflicts++;
	s->conflict_news = true;
	s->conflict_addr = msg->yiaddr;
	s->held = held;
	memcpy(s->conflict_client, msg->chaddr, sizeof(s->conflict_client));
	if (held)
		memcpy(s->holder, lease->chaddr, sizeof(s->holder));
}

/* A BOOTREPLY that is no DHCP message gives an address as an ACK does. */
static void count(struct daemon *d, struct port *port, struct foreign_server *s, uint8_t type)
{
	if (type == DHCP_OFFER) {
		d->count.foreign_offers++;
		port->foreign_offers++;
		s->offers++;
	} else if (type == DHCP_NAK) {
		d->count.foreign_naks++;
		port->foreign_naks++;
		s->naks++;
	} else {
		d->count.foreign_acks++;
		port->foreign_acks++;
		s->acks++;
	}
}

static void look_at(struct daemon *d, struct port *port, const struct packet *packet)
{
	struct dhcp_ingress in = {.vlan = {packet->vlan[0], packet->vlan[1]},
				  .csum_not_ready = packet->csum_not_ready};
	struct dhcp_msg *msg = &d->foreign->msg;
	struct foreign_server *s;
	uint32_t id;

	/* a tagged frame belongs to the VLAN's own interface */
	if (dhcp_decode_sent(packet->data, packet->len, &in, msg) != DHCP_DECODE_ok ||
	    msg->in.vlan[0])
		return;
	id = sender(d, port, msg);
	if (!id)
		return;
	s = place_of(d, port, id);
	s->replied = true;
	s->source = msg->ip_src;
	memcpy(s->mac, msg->eth_src, sizeof(s->mac));
	count(d, port, s, msg->type);
	note(s, msg, msg->type == DHCP_BOOTP ? DHCP_ACK : msg->type, msg->yiaddr);
	if (msg->type == DHCP_ACK || msg->type == DHCP_BOOTP)
		note_conflict(d, s, msg);
}

void foreign_chosen(struct daemon *d, const struct port *port, const struct dhcp_msg *msg)
{
	uint32_t id = msg->server_id;
	struct foreign_server *s;

	/* a relay that overrides names itself (RFC 5107 4) */
	if (!d->foreign || !d->config->foreign_period || !msg->has_server_id || !id ||
	    id == msg->giaddr || is_override(msg, id) || is_known(d, port, msg->giaddr, id))
		return;
	s = place_of(d, port, id);
	d->count.foreign_chosen++;
	s->chosen++;
	note(s, msg, DHCP_REQUEST, dhcp_asked_address(msg));
}

/* --- once a second --- */

static void read_replies(struct daemon *d, struct port *port)
{
	uint64_t dropped;
	int n = AT_ONCE;

	for (unsigned i = 0; n == AT_ONCE && i < FOREIGN_EACH / AT_ONCE; i++) {
		n = packet_receive(port->replies, d->foreign->packets, AT_ONCE);
		for (int j = 0; j < n; j++)
			look_at(d, port, &d->foreign->packets[j]);
		if (n <= 0 && i == 0)
			return; /* nothing can have been lost, or the link is down */
	}
	dropped = packet_kernel_drops(port->replies);
	d->count.replies_dropped += dropped - port->replies_dropped;
	port->replies_dropped = dropped;
}

static bool is_due(const struct daemon *d, bool told, uint32_t told_at)
{
	return !told || boot_seconds() - told_at >= d->config->foreign_period;
}

/* May one more line be written? */
static bool take_line(struct daemon *d)
{
	struct foreign *f = d->foreign;

	if (boot_seconds() - f->lines_from >= d->config->foreign_period) {
		if (f->left_out)
			log_warning("%" PRIu64 " lines about foreign servers were left out",
				    f->left_out);
		f->lines_from = boot_seconds();
		f->left_out = f->lines = 0;
	}
	if (f->lines == FOREIGN_LINES) {
		f->left_out++;
		return false;
	}
	f->lines++;
	return true;
}

static uint64_t messages(const struct foreign_server *s)
{
	return s->offers + s->acks + s->naks + s->chosen;
}

/* "02:00:00:00:00:02 from 192.0.2.2"; of one that has only been chosen nothing is known. */
static const char *who(const struct foreign_server *s, char *buf, size_t len)
{
	char mac[DHCP_MAC_STR], source[DHCP_ADDR_STR];

	if (s->replied)
		snprintf(buf, len, "%s from %s", dhcp_mac_str(s->mac, mac),
			 dhcp_addr_str(s->source, source));
	else
		snprintf(buf, len, "only its clients are heard");
	return buf;
}

static void tell(struct daemon *d, struct foreign_server *s)
{
	char id[DHCP_ADDR_STR], addr[DHCP_ADDR_STR], relay[DHCP_ADDR_STR], mac[DHCP_MAC_STR];
	bool chosen = s->type == DHCP_REQUEST;
	char of[64], via[64] = "", more[64] = "";
	uint64_t n = messages(s) - s->told_of;

	if (s->giaddr)
		snprintf(via, sizeof(via), " at relay %s", dhcp_addr_str(s->giaddr, relay));
	if (n > 1)
		snprintf(more, sizeof(more), "; %" PRIu64 " messages%s", n,
			 s->told ? " since the last such line" : "");
	if (take_line(d))
		log_warning("foreign DHCP server %s on %s%s (%s): %s of %s %s %s%s",
			    dhcp_addr_str(s->id, id), s->link, via, who(s, of, sizeof(of)),
			    dhcp_type_name(s->type), dhcp_addr_str(s->addr, addr),
			    chosen ? "by" : "to", dhcp_mac_str(s->client, mac), more);
	s->told = true;
	s->news = false;
	s->told_at = boot_seconds();
	s->told_of = messages(s);
}

static void tell_conflict(struct daemon *d, struct foreign_server *s)
{
	char id[DHCP_ADDR_STR], addr[DHCP_ADDR_STR], mac[DHCP_MAC_STR], holder[DHCP_MAC_STR];
	char of[64];

	if (take_line(d))
		log_error("foreign DHCP server %s on %s (%s) gave %s to %s, which %s%s",
			  dhcp_addr_str(s->id, id), s->link, who(s, of, sizeof(of)),
			  dhcp_addr_str(s->conflict_addr, addr),
			  dhcp_mac_str(s->conflict_client, mac),
			  s->held ? "is leased by us to " : "lies in our pools",
			  s->held ? dhcp_mac_str(s->holder, holder) : "");
	s->conflict_told = true;
	s->conflict_news = false;
	s->conflict_told_at = boot_seconds();
}

/* The line is of the last message that was heard by now, so of the one that says the most. */
void foreign_tick(struct daemon *d)
{
	if (!d->foreign || !d->config->foreign_period)
		return;
	for (struct port *port = d->ports; port; port = port->next) {
		if (port->replies)
			read_replies(d, port);
	}
	for (size_t i = 0; i < FOREIGN_SERVERS; i++) {
		struct foreign_server *s = &d->foreign->v[i];

		if (s->news && is_due(d, s->told, s->told_at))
			tell(d, s);
		if (s->conflict_news && is_due(d, s->conflict_told, s->conflict_told_at))
			tell_conflict(d, s);
	}
}

static json_t *shown(const struct foreign_server *s)
{
	char id[DHCP_ADDR_STR], source[DHCP_ADDR_STR], mac[DHCP_MAC_STR];
	json_t *object = json_pack(
		"{s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "server", dhcp_addr_str(s->id, id),
		"interface", s->link, "offers", (json_int_t)s->offers, "acks", (json_int_t)s->acks,
		"naks", (json_int_t)s->naks, "chosen", (json_int_t)s->chosen, "conflicts",
		(json_int_t)s->conflicts, "first-seen", (json_int_t)boot_to_wall(s->first),
		"last-seen", (json_int_t)boot_to_wall(s->last));

	if (s->replied)
		json_object_update_new(object, json_pack("{s:s, s:s}", "source",
							 dhcp_addr_str(s->source, source), "mac",
							 dhcp_mac_str(s->mac, mac)));
	return object;
}

json_t *foreign_show(const struct daemon *d)
{
	json_t *list = json_array();

	for (size_t i = 0; d->foreign && i < FOREIGN_SERVERS; i++) {
		if (d->foreign->v[i].id)
			json_array_append_new(list, shown(&d->foreign->v[i]));
	}
	return list;
}
