// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The served interfaces: which of the machine's they are, and their sockets; where XDP sits for
 * them is places.c. Brought up to date whenever netlink says that something changed.
 * When the daemon dies its sockets go and the attachments stay (net/attach.c).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/if_link.h>

#include "daemon/conflict.h"
#include "daemon/daemon.h"
#include "daemon/foreign.h"

#define RESCAN_AFTER 5 /* seconds */

struct port *port_by_ifindex(struct daemon *d, uint32_t ifindex)
{
	struct port *port = d->ports;

	while (port && port->info.ifindex != ifindex)
		port = port->next;
	return port;
}

size_t ports_count(const struct daemon *d)
{
	size_t n = 0;

	for (const struct port *port = d->ports; port; port = port->next)
		n++;
	return n;
}

bool port_address_is_ours(const struct daemon *d, uint32_t addr)
{
	for (size_t i = 0; i < d->n_host_addrs; i++) {
		if (d->host_addrs[i] == addr)
			return true;
	}
	return false;
}

static bool is_loopback(uint32_t addr)
{
	return addr >> 24 == 127;
}

/*
 * A host has an address whichever interface it is on (RFC 1122 3.3.4.2, the weak model, which is
 * the kernel's): relays are told one on lo, and clients renew at what another link's offered.
 */
static int list_host_addresses(struct daemon *d, const struct link_info *links, int n,
			       bool *ret_changed)
{
	uint32_t *list = calloc((size_t)n * XDHCP_LINK_ADDRS + 1, sizeof(*list));
	size_t count = 0;

	if (!list)
		return -ENOMEM;
	for (int i = 0; i < n; i++) {
		for (unsigned j = 0; j < links[i].n_addrs; j++) {
			if (!is_loopback(links[i].addrs[j].addr))
				list[count++] = links[i].addrs[j].addr;
		}
	}
	*ret_changed = count != d->n_host_addrs ||
		       (count && memcmp(list, d->host_addrs, count * sizeof(*list)));
	free(d->host_addrs);
	d->host_addrs = list;
	d->n_host_addrs = count;
	for (struct port *port = d->ports; port; port = port->next) {
		port->link.host = list;
		port->link.n_host = count;
	}
	return 0;
}

/*
 * What the host has, no client has any more (ask_permit() in engine/): XDP must not go on answering
 * who was told so before. The link's records say nothing of that.
 */
static void close_slots_of_host(struct daemon *d)
{
	for (size_t i = 0; i < d->n_host_addrs; i++) {
		struct lease *lease = lease_at(d->leases, d->host_addrs[i]);

		if (lease)
			withdraw(d, lease);
	}
}

static bool is_named(const struct daemon *d, const char *name)
{
	for (size_t i = 0; i < d->config->model.n_subnets; i++) {
		if (!strcmp(d->config->model.subnets[i].interface, name))
			return true;
	}
	return false;
}

/*
 * An interface without an address, which a subnet names: like any unnumbered
 * link it goes by an address of the host's that clients can reach by routing.
 */
static void borrow_address(const struct daemon *d, struct link_info *info,
			   const struct link_info *links, int n)
{
	if (info->n_addrs || !is_named(d, info->name))
		return;
	for (int i = 0; i < n; i++) {
		for (unsigned j = 0; j < links[i].n_addrs; j++) {
			uint32_t addr = links[i].addrs[j].addr;

			if (is_loopback(addr))
				continue;
			info->addrs[0] = (struct link_addr){.addr = addr, .mask = 0xffffffff};
			info->n_addrs = 1;
			return;
		}
	}
}

static bool serves_a_subnet(const struct daemon *d, const struct link_info *info)
{
	if (is_named(d, info->name))
		return true;
	for (unsigned i = 0; i < info->n_addrs; i++) {
		if (model_subnet_of(&d->config->model, info->addrs[i].addr))
			return true;
	}
	return false;
}

/* Can clients of the subnet be on one of our links? Those of a shared network are on one. */
static bool is_local(const struct daemon *d, const struct subnet *subnet,
		     const struct link_info *links, int n)
{
	if (*subnet->interface)
		return true;
	for (int i = 0; i < n; i++) {
		for (unsigned j = 0; j < links[i].n_addrs; j++) {
			const struct subnet *here = model_subnet_of(&d->config->model,
								    links[i].addrs[j].addr);

			if (here && subnets_on_one_link(here, subnet))
				return true;
		}
	}
	return false;
}

static bool any_remote(const struct daemon *d, const struct link_info *links, int n)
{
	for (size_t i = 0; i < d->config->model.n_subnets; i++) {
		if (!is_local(d, &d->config->model.subnets[i], links, n))
			return true;
	}
	return false;
}

/*
 * "*" is every interface that clients may be on; and, if there are clients behind relays
 * alone, every one that the relays' requests and those clients' own renewals may come in by.
 */
static bool may_serve(const struct daemon *d, const struct link_info *info)
{
	return info->ethernet && !info->loopback && info->up &&
	       (serves_a_subnet(d, info) || (d->remote && info->n_addrs));
}

static bool is_wanted(const struct daemon *d, const struct link_info *info)
{
	for (size_t i = 0; i < d->config->n_interfaces; i++) {
		const char *name = d->config->interfaces[i];

		if (!strcmp(name, info->name))
			return true;
		if (!strcmp(name, "*") && may_serve(d, info))
			return true;
	}
	return false;
}

static void fill_engine_link(struct port *port)
{
	memset(port->link.addrs, 0, sizeof(port->link.addrs));
	memset(port->link.masks, 0, sizeof(port->link.masks));
	memcpy(port->link.name, port->info.name, sizeof(port->link.name));
	for (unsigned i = 0; i < port->info.n_addrs; i++) {
		port->link.addrs[i] = port->info.addrs[i].addr;
		port->link.masks[i] = port->info.addrs[i].mask;
	}
	port->link.host = port->daemon->host_addrs;
	port->link.n_host = port->daemon->n_host_addrs;
}

static void drop_port(struct daemon *d, struct port *port)
{
	struct port **at = &d->ports;

	while (*at != port)
		at = &(*at)->next;
	*at = port->next;
	receive_close(port);
	conflict_leave(port);
	foreign_leave(port);
	free(port);
}

static int add_port(struct daemon *d, const struct link_info *info, const struct place *best)
{
	struct port *port = calloc(1, sizeof(*port)), **end = &d->ports;
	int r;

	if (!port)
		return -ENOMEM;
	port->daemon = d;
	port->info = *info;
	port->best = *best;
	port->link_id = link_id(d, info->name);
	port->fresh = true;
	fill_engine_link(port);
	r = receive_open(port);
	if (r < 0) {
		log_error("%s: cannot open a packet socket: %s%s", info->name, strerror(-r),
			  r == -EPERM ? " (CAP_NET_RAW is needed)" : "");
		free(port);
		return r;
	}
	while (*end)
		end = &(*end)->next;
	*end = port;
	place_attach(d, port);
	return 0;
}

static void say_serving(const struct port *port)
{
	const struct link_info *info = &port->info;
	char where[64];

	place_text(port, where, sizeof(where));
	log_notice("serving on %s (link %u, %u address%s, fast path: %s)", info->name,
		   port->link_id, info->n_addrs, info->n_addrs == 1 ? "" : "es", where);
	if (info->more_addrs)
		log_warning("%s has more than %d addresses: the rest is not served", info->name,
			    XDHCP_LINK_ADDRS);
}

/*
 * Serving beside a program that answers from other maps would give addresses out twice (I5). Asked
 * for the new ones when the programs are where they shall be: what is there then of xdhcp's
 * is ours or another's.
 */
static int welcome_fresh(struct daemon *d)
{
	struct port *port, *next;
	int refused = 0;

	for (port = d->ports; port; port = next) {
		int r = port->fresh ? place_answered_by_others(d, port) : 0;

		next = port->next;
		if (r < 0)
			log_warning("%s: an XDP program is attached that cannot be told from "
				    "another xdhcp's (CAP_SYS_ADMIN is needed)",
				    port->info.name);
		if (r == 1) {
			log_error("%s: an xdhcp program answers there from maps that are not ours "
				  "(another pin-path, or a bpffs that is not visible here); not "
				  "served. Stop it with xdhcpd --detach-fast-path and the "
				  "configuration it was started with",
				  port->info.name);
			refused++;
			place_leave(d, port);
			drop_port(d, port);
			continue;
		}
		if (port->fresh)
			say_serving(port);
		port->fresh = false;
	}
	return refused;
}

static bool same_addresses(const struct link_info *a, const struct link_info *b)
{
	return a->n_addrs == b->n_addrs && !memcmp(a->mac, b->mac, sizeof(a->mac)) &&
	       !memcmp(a->addrs, b->addrs, sizeof(a->addrs[0]) * a->n_addrs);
}

/* Another interface by now: renamed, or made anew under the same index. */
static bool is_another(const struct port *port, const struct link_info *info)
{
	return strcmp(port->info.name, info->name) ||
	       !packet_is_bound(port->inlets[PACKET_COMPLETES].socket, info->ifindex);
}

static void update_port(struct daemon *d, struct port *port, const struct link_info *info,
			const struct place *best, bool host_changed)
{
	bool changed = !same_addresses(&port->info, info);

	port->info = *info;
	if (changed) {
		fill_engine_link(port);
		log_notice("%s: addresses changed, %u now", info->name, info->n_addrs);
	}
	place_follow(d, port, best, changed || host_changed);
}

static void drop_unseen(struct daemon *d)
{
	struct port *port, *next;

	for (port = d->ports; port; port = next) {
		next = port->next;
		if (port->seen)
			continue;
		log_notice("%s is gone or not to be served any more", port->info.name);
		place_leave(d, port);
		drop_port(d, port);
	}
}

/* Marks the ports that are still what they were; the others go before any new one comes. */
static void see(struct daemon *d, const struct link_info *links, int n)
{
	for (struct port *port = d->ports; port; port = port->next)
		port->seen = false;
	for (int i = 0; i < n; i++) {
		struct port *port = port_by_ifindex(d, links[i].ifindex);

		if (port && is_wanted(d, &links[i]) && !is_another(port, &links[i]))
			port->seen = true;
	}
}

/* Another program was where this one's should be, and is there no more. */
static bool is_free_now(const struct port *port, const struct link_info *links, int n)
{
	const struct link_info *on = links_find(links, n, port->best.on);

	return on && port->other_xdp && on->xdp == XDP_ATTACHED_NONE;
}

static int update(struct daemon *d, struct link_info *links, int n, bool host_changed)
{
	int failed = 0;

	see(d, links, n);
	drop_unseen(d);
	for (int i = 0; i < n; i++) {
		struct port *port = port_by_ifindex(d, links[i].ifindex);
		struct place best;

		if (!is_wanted(d, &links[i]))
			continue;
		borrow_address(d, &links[i], links, n);
		place_port(d, links, n, i, &best);
		if (port && is_free_now(port, links, n))
			port->attach_again = true;
		if (port)
			update_port(d, port, &links[i], &best, host_changed);
		else if (add_port(d, &links[i], &best) < 0)
			failed++;
	}
	if (d->fp) {
		link_close_unserved(d);
		place_prune(d);
	}
	failed += welcome_fresh(d);
	for (struct port *port = d->ports; port; port = port->next)
		failed += port->attach_again;
	return failed;
}

int ports_open(struct daemon *d)
{
	struct link_info *links = NULL;
	bool host_changed = false;
	int n = links_list(&links), failed;
	int r = n < 0 ? n : list_host_addresses(d, links, n, &host_changed);

	if (r < 0) {
		log_error("cannot list the interfaces: %s", strerror(-r));
		free(links);
		return r;
	}
	if (host_changed)
		close_slots_of_host(d);
	d->remote = any_remote(d, links, n);
	for (int i = 0; i < n; i++)
		links[i].served = is_wanted(d, &links[i]);
	if (d->fp)
		links_find_hiding(links, n);
	failed = update(d, links, n, host_changed);
	free(links);
	routes_follow(d);
	conflict_follow(d);
	foreign_follow(d);
	if (!d->ports)
		log_warning("no interface is served: none of interfaces-config.interfaces is here "
			    "yet");
	return failed ? -EIO : 0;
}

static void rescan_later(struct daemon *d)
{
	struct timeval later = {.tv_sec = RESCAN_AFTER};

	event_add(d->rescan_timer, &later); /* one timer: a second failure only sets it anew */
}

void ports_rescan(struct daemon *d)
{
	if (ports_open(d) < 0)
		rescan_later(d);
}

void ports_give_again(struct daemon *d)
{
	for (struct port *port = d->ports; d->fp && port; port = port->next) {
		if (place_give_again(d, port))
			rescan_later(d);
	}
}

void ports_close(struct daemon *d)
{
	while (d->ports)
		drop_port(d, d->ports);
	free(d->host_addrs);
	d->host_addrs = NULL;
	d->n_host_addrs = 0;
}
