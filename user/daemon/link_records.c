// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The link records of `policy`: which interface XDP may answer on, and what is
 * ours on it. A link's stable id is kept by name: what slots carry outlives the
 * daemon and the interface's index. A record changes only while it is closed and after a
 * barrier; all slots of a link whose addresses changed are closed, because their
 * answers were made from the old ones. A crash in between leaves the record closed or gone,
 * and the next start does it again.
 */
#include <errno.h>
#include <string.h>

#include "daemon/daemon.h"

/* Where the search for the records of an interface begins. */
static uint32_t place_of(uint32_t ifindex)
{
	return policy_link_place(ifindex, 0);
}

static struct policy *record_of(struct daemon *d, uint32_t ifindex, bool make)
{
	struct policy *links = fastpath_policy(d->fp) + XDHCP_POLICY_LINKS, *free_one = NULL;

	for (unsigned i = 0; i < XDHCP_POLICY_PROBES; i++) {
		struct policy *p = &links[(place_of(ifindex) + i) % XDHCP_POLICY_LINKS_N];

		if (p->kind == XDHCP_POLICY_LINK && p->ifindex == ifindex)
			return p;
		if (p->kind == XDHCP_POLICY_NONE && !free_one)
			free_one = p;
	}
	return make ? free_one : NULL;
}

uint16_t link_id(struct daemon *d, const char *name)
{
	struct policy *links;
	uint16_t highest = 0;

	for (const struct port *port = d->ports; port; port = port->next) {
		if (!strcmp(port->info.name, name))
			return port->link_id;
		if (port->link_id > highest)
			highest = port->link_id;
	}
	if (!d->fp)
		return (uint16_t)(highest + 1);
	links = fastpath_policy(d->fp) + XDHCP_POLICY_LINKS;
	for (unsigned i = 0; i < XDHCP_POLICY_LINKS_N; i++) {
		if (links[i].kind != XDHCP_POLICY_LINK)
			continue;
		if (!strncmp(links[i].name, name, sizeof(links[i].name)))
			return links[i].link;
		if (links[i].link > highest)
			highest = links[i].link;
	}
	return (uint16_t)(highest + 1);
}

static void fill(struct policy *p, const struct port *port)
{
	memset(p, 0, sizeof(*p));
	p->kind = XDHCP_POLICY_LINK;
	p->closed = 1;
	p->ifindex = p->device = port->info.ifindex;
	p->link = port->link_id;
	memcpy(p->mac, port->info.mac, sizeof(p->mac));
	for (unsigned i = 0; i < port->info.n_addrs; i++) {
		dhcp_put_addr(p->addrs[i], port->info.addrs[i].addr);
		dhcp_put_addr(p->broadcasts[i], port->info.addrs[i].broadcast);
	}
	memcpy(p->name, port->info.name, sizeof(p->name));
}

static void close_slots_of(struct daemon *d, uint16_t link)
{
	struct lease *lease = lease_next(d->leases, 0);

	for (; lease; lease = lease_after(d->leases, lease)) {
		struct slot *slot = fastpath_slot(d->fp, lease->addr, false, NULL);

		if (slot && (slot->link == link || quiesce_waits(d, lease->addr)))
			withdraw(d, lease);
	}
}

static void open_gate(struct policy *p)
{
	__atomic_store_n(&p->closed, 0, __ATOMIC_RELEASE);
}

static void close_gate(struct policy *p)
{
	__atomic_store_n(&p->closed, 1, __ATOMIC_RELEASE);
}

/* Is it the record of an index that this interface had before it came back? */
static bool is_earlier(struct daemon *d, const struct policy *p, const struct port *port)
{
	return p->kind == XDHCP_POLICY_LINK && p->ifindex != port->info.ifindex &&
	       !strncmp(p->name, port->info.name, sizeof(p->name)) &&
	       !port_by_ifindex(d, p->ifindex);
}

/* Are answers made on the one true on the other? The name chooses subnets. */
static bool same_answers(const struct policy *a, const struct policy *b)
{
	return !memcmp(a->mac, b->mac, sizeof(a->mac)) &&
	       !memcmp(a->addrs, b->addrs, sizeof(a->addrs)) &&
	       !memcmp(a->broadcasts, b->broadcasts, sizeof(a->broadcasts)) &&
	       !memcmp(a->name, b->name, sizeof(a->name));
}

/*
 * Is the link as it always was? An interface that came back under another index,
 * but as it was, keeps its slots; one of whose records any says otherwise does not.
 */
static bool is_unchanged(struct daemon *d, const struct policy *wanted)
{
	const struct policy *links = fastpath_policy(d->fp) + XDHCP_POLICY_LINKS;
	bool known = false;

	for (unsigned i = 0; i < XDHCP_POLICY_LINKS_N; i++) {
		if (links[i].kind != XDHCP_POLICY_LINK || links[i].link != wanted->link)
			continue;
		if (!same_answers(&links[i], wanted))
			return false;
		known = true;
	}
	return known;
}

static void close_earlier(struct daemon *d, const struct port *port)
{
	struct policy *links = fastpath_policy(d->fp) + XDHCP_POLICY_LINKS;

	for (unsigned i = 0; i < XDHCP_POLICY_LINKS_N; i++) {
		if (is_earlier(d, &links[i], port))
			close_gate(&links[i]);
	}
}

/* After a barrier: nobody reads them any more, and their places are free. */
static void forget_earlier(struct daemon *d, const struct port *port)
{
	struct policy *links = fastpath_policy(d->fp) + XDHCP_POLICY_LINKS;

	for (unsigned i = 0; i < XDHCP_POLICY_LINKS_N; i++) {
		if (is_earlier(d, &links[i], port))
			memset(&links[i], 0, sizeof(links[i]));
	}
}

/* Makes room: an interface that is not served loses its record, and its slots with it. */
static struct policy *evict(struct daemon *d, uint32_t ifindex)
{
	struct policy *links = fastpath_policy(d->fp) + XDHCP_POLICY_LINKS;

	for (unsigned i = 0; i < XDHCP_POLICY_PROBES; i++) {
		struct policy *p = &links[(place_of(ifindex) + i) % XDHCP_POLICY_LINKS_N];

		if (port_by_ifindex(d, p->ifindex))
			continue;
		close_gate(p);
		close_slots_of(d, p->link);
		if (fastpath_barrier(d->fp) < 0)
			return NULL;
		memset(p, 0, sizeof(*p));
		return p;
	}
	return NULL;
}

int link_publish(struct daemon *d, const struct port *port)
{
	struct policy *p = record_of(d, port->info.ifindex, true), wanted;
	uint16_t renamed;
	bool keep;
	int r;

	if (!p)
		p = evict(d, port->info.ifindex);
	if (!p)
		return -ENOSPC;
	fill(&wanted, port);
	wanted.closed = p->closed;
	if (!memcmp(p, &wanted, sizeof(wanted))) {
		open_gate(p);
		return 0;
	}
	keep = is_unchanged(d, &wanted);
	renamed = p->kind == XDHCP_POLICY_LINK && p->link != wanted.link ? p->link : 0;
	close_gate(p);
	close_earlier(d, port);
	r = fastpath_barrier(d->fp);
	if (!keep || r < 0)
		close_slots_of(d, wanted.link);
	if (renamed)
		close_slots_of(d, renamed);
	if (r < 0)
		return r;
	forget_earlier(d, port);
	wanted.closed = 1;
	*p = wanted;
	open_gate(p);
	return 0;
}

void link_close(struct daemon *d, uint32_t ifindex)
{
	struct policy *p = d->fp ? record_of(d, ifindex, false) : NULL;

	if (p)
		close_gate(p);
}

/* Records of interfaces that are not served any more: closed, and kept, so that the ids stay with
 * their names. */
void link_close_unserved(struct daemon *d)
{
	struct policy *links = fastpath_policy(d->fp) + XDHCP_POLICY_LINKS;

	for (unsigned i = 0; i < XDHCP_POLICY_LINKS_N; i++) {
		if (links[i].kind == XDHCP_POLICY_LINK && !port_by_ifindex(d, links[i].ifindex))
			close_gate(&links[i]);
	}
}
