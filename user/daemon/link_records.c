// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The link records of `policy`: by which interface and tags XDP finds a link, and what is ours on
 * it. A link has one record for each way its frames come in by (net/place.h), and all of them have
 * its stable id, which is kept by name: what slots carry outlives the daemon and the interface's
 * index. A record changes only while it is closed and after a barrier; all slots of a link whose
 * own addresses changed are closed, because their answers were made from the old ones. A crash in
 * between leaves records closed or gone, and the next start does it again.
 */
#include <errno.h>
#include <string.h>

#include "daemon/daemon.h"

_Static_assert(sizeof(struct place_tags) == sizeof(uint64_t), "compared as one word");

static uint64_t tags_word(const struct place_tags *tags)
{
	uint64_t word;

	memcpy(&word, tags, sizeof(word));
	return word;
}

static uint64_t tags_of(const struct policy *p)
{
	struct place_tags tags;

	memcpy(tags.vlan, p->vlan, sizeof(tags.vlan));
	memcpy(tags.tpid, p->tpid, sizeof(tags.tpid));
	return tags_word(&tags);
}

/* The i-th of the records where that of an interface and tags may be. */
static struct policy *probe(struct daemon *d, uint32_t ifindex, uint64_t tags, unsigned i)
{
	return fastpath_policy(d->fp) + XDHCP_POLICY_LINKS +
	       (policy_link_place(ifindex, tags) + i) % XDHCP_POLICY_LINKS_N;
}

static struct policy *record_of(struct daemon *d, uint32_t ifindex, uint64_t tags)
{
	for (unsigned i = 0; i < XDHCP_POLICY_PROBES; i++) {
		struct policy *p = probe(d, ifindex, tags, i);

		if (p->kind == XDHCP_POLICY_LINK && p->ifindex == ifindex && tags_of(p) == tags)
			return p;
	}
	return NULL;
}

static bool is_way_of(const struct port *port, const struct policy *p)
{
	if (tags_of(p) != tags_word(&port->place.tags))
		return false;
	for (unsigned i = 0; i < port->place.n_ways; i++) {
		if (port->place.ways[i].ifindex == p->ifindex)
			return true;
	}
	return false;
}

static bool is_served(const struct daemon *d, const struct policy *p)
{
	for (const struct port *port = d->ports; port; port = port->next) {
		if (is_way_of(port, p))
			return true;
	}
	return false;
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

/* Among the first `n` of the record's. */
static bool has_address(const struct policy *p, unsigned n, uint32_t addr)
{
	for (unsigned i = 0; i < n; i++) {
		if (dhcp_get_addr(p->addrs[i]) == addr)
			return true;
	}
	return false;
}

/*
 * The link's own addresses, and then, as far as there is room, the host's others: relays and
 * clients behind routers use any of them, and the daemon takes them all (port_address_is_ours()).
 */
static void fill_addresses(struct policy *p, const struct port *port)
{
	const struct daemon *d = port->daemon;
	unsigned n = port->info.n_addrs;

	for (unsigned i = 0; i < n; i++) {
		dhcp_put_addr(p->addrs[i], port->info.addrs[i].addr);
		dhcp_put_addr(p->broadcasts[i], port->info.addrs[i].broadcast);
	}
	p->id = n;
	for (size_t i = 0; i < d->n_host_addrs && n < XDHCP_LINK_ADDRS; i++) {
		if (!has_address(p, n, d->host_addrs[i]))
			dhcp_put_addr(p->addrs[n++], d->host_addrs[i]);
	}
}

static void fill(struct policy *p, const struct port *port, const struct place_way *way)
{
	const struct place_tags *tags = &port->place.tags;

	memset(p, 0, sizeof(*p));
	p->kind = XDHCP_POLICY_LINK;
	p->closed = 1;
	p->ifindex = way->ifindex;
	p->device = port->info.ifindex;
	memcpy(p->vlan, tags->vlan, sizeof(p->vlan));
	memcpy(p->tpid, tags->tpid, sizeof(p->tpid));
	p->link = port->link_id;
	p->route = (uint16_t)port->daemon->config->fast_path.route;
	p->generic = port->place.how == PLACE_GENERIC;
	memcpy(p->mac, port->info.mac, sizeof(p->mac));
	limits_of_link(port->daemon->config, p->budgets);
	fill_addresses(p, port);
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

static bool knows_host(const struct daemon *d, const struct policy *p)
{
	for (size_t i = 0; i < d->n_host_addrs; i++) {
		if (!has_address(p, XDHCP_LINK_ADDRS, d->host_addrs[i]))
			return false;
	}
	return true;
}

/*
 * A relay's giaddr may have become an address of ours: the daemon refuses it then, and so does XDP
 * if the record has the address. What has no room in there is not learned anew, and nobody knows
 * which relays the forms are of that were learned before.
 */
static void forget_relayed(struct daemon *d, uint16_t link)
{
	struct lease *lease = lease_next(d->leases, 0);

	for (; lease; lease = lease_after(d->leases, lease)) {
		const struct slot *slot = fastpath_slot(d->fp, lease->addr, false, NULL);

		if (slot && (slot->link == link || quiesce_waits(d, lease->addr)))
			withdraw_relayed(d, lease);
	}
}

static void set_gate(struct policy *p, bool closed)
{
	__atomic_store_n(&p->closed, closed, __ATOMIC_RELEASE);
}

/*
 * After a barrier. A program that has just found the record and not yet looked at its gate must
 * not find that open because all of it is zero: it stays closed, free or not.
 */
static void clear(struct policy *p)
{
	p->kind = XDHCP_POLICY_NONE;
	memset(&p->ifindex, 0, sizeof(*p) - offsetof(struct policy, ifindex));
}

/*
 * Is it the record of a way by which this link's frames came in once, and do no more? An index of
 * before it came back, a member that left its bond, another VLAN id.
 */
static bool is_earlier(struct daemon *d, const struct policy *p, const struct port *port)
{
	return p->kind == XDHCP_POLICY_LINK &&
	       !strncmp(p->name, port->info.name, sizeof(p->name)) && !is_served(d, p);
}

/* Are answers made on the one true on the other? The name chooses subnets. */
static bool same_answers(const struct policy *a, const struct policy *b)
{
	return !memcmp(a->mac, b->mac, sizeof(a->mac)) && a->id == b->id &&
	       !memcmp(a->addrs, b->addrs, sizeof(a->addrs[0]) * a->id) &&
	       !memcmp(a->broadcasts, b->broadcasts, sizeof(a->broadcasts[0]) * a->id) &&
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

/* Were there any? */
static bool close_earlier(struct daemon *d, const struct port *port)
{
	struct policy *links = fastpath_policy(d->fp) + XDHCP_POLICY_LINKS;
	bool any = false;

	for (unsigned i = 0; i < XDHCP_POLICY_LINKS_N; i++) {
		if (!is_earlier(d, &links[i], port))
			continue;
		set_gate(&links[i], true);
		any = true;
	}
	return any;
}

/* After a barrier: nobody reads them any more, and their places are free. */
static void forget_earlier(struct daemon *d, const struct port *port)
{
	struct policy *links = fastpath_policy(d->fp) + XDHCP_POLICY_LINKS;

	for (unsigned i = 0; i < XDHCP_POLICY_LINKS_N; i++) {
		if (is_earlier(d, &links[i], port))
			clear(&links[i]);
	}
}

/* Makes room: a link that is not served loses a record, and its slots with it. */
static struct policy *evict(struct daemon *d, const struct policy *wanted)
{
	for (unsigned i = 0; i < XDHCP_POLICY_PROBES; i++) {
		struct policy *p = probe(d, wanted->ifindex, tags_of(wanted), i);

		if (is_served(d, p))
			continue;
		set_gate(p, true);
		close_slots_of(d, p->link);
		if (fastpath_barrier(d->fp) < 0)
			return NULL;
		clear(p);
		return p;
	}
	return NULL;
}

/* The record that there is, or a place for one, which is taken at once by a closed copy. */
static struct policy *record_for(struct daemon *d, const struct policy *wanted)
{
	struct policy *p = record_of(d, wanted->ifindex, tags_of(wanted));

	if (p)
		return p;
	for (unsigned i = 0; i < XDHCP_POLICY_PROBES && !p; i++) {
		struct policy *free_one = probe(d, wanted->ifindex, tags_of(wanted), i);

		if (free_one->kind == XDHCP_POLICY_NONE)
			p = free_one;
	}
	if (!p)
		p = evict(d, wanted);
	if (p) {
		set_gate(p, true); /* before XDP may find it */
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
		*p = *wanted;
	}
	return p;
}

/* In all but the gate. */
static bool same_record(const struct policy *a, const struct policy *b)
{
	struct policy copy = *b;

	copy.closed = a->closed;
	return !memcmp(a, &copy, sizeof(copy));
}

/* What a link that is to be changed has: its records as they are and as they shall be. */
struct change_of_link {
	struct policy wanted[PLACE_WAYS], *at[PLACE_WAYS];
	unsigned n;
	bool keep, same;
};

static int prepare(struct daemon *d, const struct port *port, struct change_of_link *c)
{
	c->n = port->place.n_ways;
	c->same = true;
	for (unsigned i = 0; i < c->n; i++)
		fill(&c->wanted[i], port, &port->place.ways[i]);
	c->keep = c->n > 0 && is_unchanged(d, &c->wanted[0]);
	for (unsigned i = 0; i < c->n; i++) {
		c->at[i] = record_for(d, &c->wanted[i]);
		if (!c->at[i])
			return -ENOSPC;
		c->same = c->same && same_record(c->at[i], &c->wanted[i]);
	}
	return 0;
}

/* The slots of this link, unless it is as it was, and those of links whose records become its. */
static void close_slots(struct daemon *d, const struct change_of_link *c, bool keep)
{
	for (unsigned i = 0; i < c->n; i++) {
		if (c->at[i]->link != c->wanted[i].link)
			close_slots_of(d, c->at[i]->link);
	}
	if (!keep && c->n > 0)
		close_slots_of(d, c->wanted[0].link);
}

int link_publish(struct daemon *d, const struct port *port)
{
	struct change_of_link c;
	int r = prepare(d, port, &c);

	if (r < 0)
		return r;
	if (c.n > 0 && !knows_host(d, &c.wanted[0]))
		forget_relayed(d, port->link_id);
	if (close_earlier(d, port) || !c.same || !c.keep) {
		for (unsigned i = 0; i < c.n; i++)
			set_gate(c.at[i], true);
		r = fastpath_barrier(d->fp);
		close_slots(d, &c, c.keep && r == 0);
		if (r < 0)
			return r;
		forget_earlier(d, port);
		for (unsigned i = 0; i < c.n; i++)
			*c.at[i] = c.wanted[i];
	}
	for (unsigned i = 0; i < c.n; i++)
		set_gate(c.at[i], port->place.ways[i].closed);
	return 0;
}

void link_close(struct daemon *d, const struct port *port)
{
	for (unsigned i = 0; d->fp && i < port->place.n_ways; i++) {
		struct policy *p = record_of(d, port->place.ways[i].ifindex,
					     tags_word(&port->place.tags));

		if (p)
			set_gate(p, true);
	}
}

/* Records of links that are not served any more: closed, and kept, so that the ids stay with
 * their names. */
void link_close_unserved(struct daemon *d)
{
	struct policy *links = fastpath_policy(d->fp) + XDHCP_POLICY_LINKS;

	for (unsigned i = 0; i < XDHCP_POLICY_LINKS_N; i++) {
		if (links[i].kind == XDHCP_POLICY_LINK && !is_served(d, &links[i]))
			set_gate(&links[i], true);
	}
}
