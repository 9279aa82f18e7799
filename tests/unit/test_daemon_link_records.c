// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The records by which XDP finds a link: as many as ways its frames come in by, each at the place
 * that XDP looks at. Maps, barrier and leases are doubles (the linker's wraps).
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/daemon.h"

#define OWN   0xc0000201u /* 192.0.2.1 */
#define OTHER 0xc6336401u /* 198.51.100.1 */

static struct policy records[XDHCP_POLICY_ENTRIES];
static struct lease leases[2] = {{.addr = 1}, {.addr = 2}};
static struct slot slots[2];
static uint32_t host[12];
static struct config config;
static struct daemon d;
static struct port ports[XDHCP_POLICY_PROBES + 1];
static unsigned n_ports, barriers, withdrawn, relayed_withdrawn;
static int barrier_result;
static bool open_at_barrier; /* a record that was not closed */

#define WRAP(type, name, ...)            \
	type __wrap_##name(__VA_ARGS__); \
	type __wrap_##name(__VA_ARGS__)

WRAP(struct policy *, fastpath_policy, struct fastpath *fp)
{
	(void)fp;
	return records;
}

WRAP(int, fastpath_barrier, struct fastpath *fp)
{
	(void)fp;
	barriers++;
	for (unsigned i = 0; i < XDHCP_POLICY_LINKS_N; i++)
		open_at_barrier |= records[XDHCP_POLICY_LINKS + i].kind == XDHCP_POLICY_LINK &&
				   !records[XDHCP_POLICY_LINKS + i].closed;
	return barrier_result;
}

WRAP(struct slot *, fastpath_slot, struct fastpath *fp, uint32_t addr, bool make,
     uint32_t *ret_index)
{
	(void)fp, (void)make, (void)ret_index;
	return &slots[addr - 1];
}

WRAP(struct lease *, lease_next, struct lease_table *table, uint32_t addr)
{
	(void)table, (void)addr;
	return &leases[0];
}

WRAP(struct lease *, lease_after, struct lease_table *table, const struct lease *lease)
{
	(void)table;
	return lease == &leases[0] ? &leases[1] : NULL;
}

WRAP(bool, quiesce_waits, const struct daemon *daemon, uint32_t addr)
{
	(void)daemon, (void)addr;
	return false;
}

WRAP(uint64_t, withdraw, struct daemon *daemon, struct lease *lease)
{
	(void)daemon;
	withdrawn |= 1u << (lease - leases);
	return 0;
}

WRAP(void, withdraw_relayed, struct daemon *daemon, const struct lease *lease)
{
	(void)daemon;
	relayed_withdrawn |= 1u << (lease - leases);
}

static int start(void **state)
{
	(void)state;
	memset(records, 0, sizeof(records));
	memset(ports, 0, sizeof(ports));
	memset(&d, 0, sizeof(d));
	d.fp = (void *)records; /* nothing looks into it */
	host[0] = OWN;
	host[1] = OTHER;
	memset(&config, 0, sizeof(config));
	d.config = &config;
	d.host_addrs = host;
	d.n_host_addrs = 2;
	n_ports = barriers = withdrawn = relayed_withdrawn = 0;
	barrier_result = 0;
	open_at_barrier = false;
	slots[0].link = 1;
	slots[1].link = 2;
	return 0;
}

static struct port *serve(const char *name, uint32_t ifindex, uint16_t id)
{
	struct port *port = &ports[n_ports++], **end = &d.ports;

	*port = (struct port){.daemon = &d, .link_id = id, .info = {.ifindex = ifindex}};
	strncpy(port->info.name, name, sizeof(port->info.name) - 1);
	port->info.mac[5] = 1;
	port->info.addrs[0] = (struct link_addr){OWN, 0xffffff00, OWN | 0xff};
	port->info.n_addrs = 1;
	while (*end)
		end = &(*end)->next;
	*end = port;
	return port;
}

static void way(struct port *port, uint32_t ifindex, bool closed)
{
	port->place.ways[port->place.n_ways++] = (struct place_way){ifindex, closed};
}

static void tag(struct port *port, unsigned i, uint16_t tpid, uint16_t vlan)
{
	port->place.tags.tpid[i] = tpid;
	port->place.tags.vlan[i] = vlan;
}

/* As XDP looks for it (bpf/parse.h): ids and types are one word. */
static struct policy *found(uint32_t ifindex, const struct place_tags *tags)
{
	uint64_t word;

	memcpy(&word, tags, sizeof(word));
	for (unsigned i = 0; i < XDHCP_POLICY_PROBES; i++) {
		struct policy *p =
			&records[XDHCP_POLICY_LINKS + ((policy_link_place(ifindex, word) + i) &
						       (XDHCP_POLICY_LINKS_N - 1))];

		if (p->kind == XDHCP_POLICY_LINK && p->ifindex == ifindex &&
		    !memcmp(p->vlan, tags->vlan, sizeof(p->vlan)) &&
		    !memcmp(p->tpid, tags->tpid, sizeof(p->tpid)))
			return p;
	}
	return NULL;
}

static unsigned count(void)
{
	unsigned n = 0;

	for (unsigned i = 0; i < XDHCP_POLICY_LINKS_N; i++)
		n += records[XDHCP_POLICY_LINKS + i].kind != XDHCP_POLICY_NONE;
	return n;
}

static struct port *vlan(void)
{
	struct port *port = serve("eth0.5", 9, 1);

	tag(port, 0, 0x88a8, 5);
	tag(port, 1, 0x8100, 6);
	way(port, 2, false);
	return port;
}

static struct port *bond(void)
{
	struct port *port = serve("bond0", 3, 1);

	way(port, 11, false);
	way(port, 12, true);
	return port;
}

static void a_vlan_is_found_at_its_device_by_its_tags(void **state)
{
	struct port *port = vlan();
	struct policy *p;

	(void)state;
	assert_int_equal(link_publish(&d, port), 0);
	p = found(2, &port->place.tags);
	assert_non_null(p);
	assert_int_equal(p->closed, 0);
	assert_int_equal(p->ifindex, 2);
	assert_int_equal(p->device, 9);
	assert_int_equal(p->link, 1);
	assert_memory_equal(p->mac, port->info.mac, 6);
	assert_string_equal(p->name, "eth0.5");
	assert_null(found(2, &(struct place_tags){0}));
	assert_int_equal(count(), 1);
	assert_false(open_at_barrier);
}

static void its_own_addresses_come_before_the_hosts_others(void **state)
{
	struct port *port = vlan();
	struct policy *p;

	(void)state;
	assert_int_equal(link_publish(&d, port), 0);
	p = found(2, &port->place.tags);
	assert_int_equal(p->id, 1);
	assert_int_equal(dhcp_get_addr(p->addrs[0]), OWN);
	assert_int_equal(dhcp_get_addr(p->broadcasts[0]), OWN | 0xff);
	assert_int_equal(dhcp_get_addr(p->addrs[1]), OTHER);
	assert_int_equal(dhcp_get_addr(p->broadcasts[1]), 0);
	assert_int_equal(dhcp_get_addr(p->addrs[2]), 0);
}

static void of_many_addresses_there_are_as_many_as_fit(void **state)
{
	struct port *port = vlan();
	struct policy *p;

	(void)state;
	for (unsigned i = 0; i < 12; i++)
		host[i] = 0x0a000001 + i;
	host[4] = OWN;
	d.n_host_addrs = 12;
	assert_int_equal(link_publish(&d, port), 0);
	p = found(2, &port->place.tags);
	assert_int_equal(dhcp_get_addr(p->addrs[0]), OWN);
	for (unsigned i = 1; i < XDHCP_LINK_ADDRS; i++)
		assert_int_equal(dhcp_get_addr(p->addrs[i]), 0x0a000001 + (i <= 4 ? i - 1 : i));
}

static void untagged_and_tagged_links_share_a_device(void **state)
{
	struct port *tagged = vlan(), *untagged = serve("eth0", 2, 2);

	(void)state;
	way(untagged, 2, false);
	assert_int_equal(link_publish(&d, tagged), 0);
	assert_int_equal(link_publish(&d, untagged), 0);
	assert_int_equal(count(), 2);
	assert_int_equal(found(2, &untagged->place.tags)->link, 2);
	link_close(&d, tagged);
	assert_int_equal(found(2, &tagged->place.tags)->closed, 1);
	assert_int_equal(found(2, &untagged->place.tags)->closed, 0);
}

static uint32_t place_of(const struct port *port, uint32_t ifindex)
{
	uint64_t word;

	memcpy(&word, &port->place.tags, sizeof(word));
	return policy_link_place(ifindex, word);
}

/* Each would be found where the other is looked for, but for its tags, or its interface. */
static void links_whose_places_are_near_are_told_apart(void **state)
{
	struct port *untagged = serve("eth0", 2, 2), *tagged = serve("eth0.5", 9, 1);
	uint16_t id = 0;

	(void)state;
	way(untagged, 2, false);
	way(tagged, 2, false);
	do
		tag(tagged, 0, 0x8100, ++id);
	while (id < 4094 && place_of(tagged, 2) + 1 != place_of(untagged, 2));
	assert_in_range(id, 1, 4093);
	assert_int_equal(link_publish(&d, untagged), 0);
	assert_int_equal(link_publish(&d, tagged), 0);
	records[XDHCP_POLICY_LINKS + place_of(tagged, 2)].ifindex = 3; /* another's */
	assert_int_equal(link_publish(&d, tagged), 0);
	assert_int_equal(found(2, &untagged->place.tags)->link, 2);
	assert_int_equal(found(2, &tagged->place.tags)->link, 1);
	assert_ptr_not_equal(found(2, &untagged->place.tags), found(2, &tagged->place.tags));
}

static void a_bond_is_found_at_its_members(void **state)
{
	struct port *port = bond();
	struct policy *active, *backup;

	(void)state;
	assert_int_equal(link_publish(&d, port), 0);
	assert_int_equal(count(), 2);
	active = found(11, &port->place.tags);
	backup = found(12, &port->place.tags);
	assert_int_equal(active->link, 1);
	assert_int_equal(backup->link, 1);
	assert_int_equal(active->device, 3);
	assert_int_equal(active->closed, 0);
	assert_int_equal(backup->closed, 1);
	link_close(&d, port);
	assert_int_equal(active->closed, 1);
}

static void a_failover_moves_the_gates_and_nothing_else(void **state)
{
	struct port *port = bond();

	(void)state;
	assert_int_equal(link_publish(&d, port), 0);
	barriers = withdrawn = 0;
	port->place.ways[0].closed = true;
	port->place.ways[1].closed = false;
	assert_int_equal(link_publish(&d, port), 0);
	assert_int_equal(found(11, &port->place.tags)->closed, 1);
	assert_int_equal(found(12, &port->place.tags)->closed, 0);
	assert_int_equal(barriers, 0);
	assert_int_equal(withdrawn, 0);
}

static void a_member_that_comes_keeps_the_slots_and_one_that_leaves_is_forgotten(void **state)
{
	struct port *port = bond();
	struct policy *left;

	(void)state;
	assert_int_equal(link_publish(&d, port), 0);
	left = found(11, &port->place.tags);
	withdrawn = 0;
	way(port, 13, false);
	assert_int_equal(link_publish(&d, port), 0);
	assert_int_equal(found(13, &port->place.tags)->closed, 0);
	assert_int_equal(count(), 3);
	port->place.ways[0] = port->place.ways[2];
	port->place.n_ways = 2;
	assert_int_equal(link_publish(&d, port), 0);
	assert_int_equal(withdrawn, 0);
	assert_null(found(11, &port->place.tags));
	assert_int_equal(left->link, 0);
	assert_int_equal(left->closed, 1); /* to a program that has just found it, too */
	assert_int_equal(count(), 2);
	assert_false(open_at_barrier);
}

static void another_vlan_id_keeps_the_slots(void **state)
{
	struct port *port = vlan();
	struct place_tags before = port->place.tags;

	(void)state;
	assert_int_equal(link_publish(&d, port), 0);
	withdrawn = 0;
	tag(port, 1, 0x8100, 7);
	assert_int_equal(link_publish(&d, port), 0);
	assert_null(found(2, &before));
	assert_int_equal(found(2, &port->place.tags)->closed, 0);
	assert_int_equal(withdrawn, 0);
}

static void another_address_of_the_hosts_changes_records_but_no_slot(void **state)
{
	struct port *port = vlan();

	(void)state;
	assert_int_equal(link_publish(&d, port), 0);
	barriers = withdrawn = 0;
	host[1] = OTHER + 1;
	assert_int_equal(link_publish(&d, port), 0);
	assert_int_equal(dhcp_get_addr(found(2, &port->place.tags)->addrs[1]), OTHER + 1);
	assert_int_equal(barriers, 1);
	assert_false(open_at_barrier);
	assert_int_equal(withdrawn, 0);
}

static void another_route_changes_records_but_no_slot(void **state)
{
	struct port *port = vlan();

	(void)state;
	assert_int_equal(link_publish(&d, port), 0);
	assert_int_equal(found(2, &port->place.tags)->route, XDHCP_ROUTE_REVERSE);
	withdrawn = 0;
	config.fast_path.route = XDHCP_ROUTE_FIB;
	assert_int_equal(link_publish(&d, port), 0);
	assert_int_equal(found(2, &port->place.tags)->route, XDHCP_ROUTE_FIB);
	assert_false(open_at_barrier);
	assert_int_equal(withdrawn, 0);
}

static void clients_are(uint32_t interval, uint32_t burst)
{
	assert_int_equal(records[XDHCP_POLICY_GATES].client_interval, interval);
	assert_int_equal(records[XDHCP_POLICY_GATES].client_burst, burst);
}

static void budget_is(const struct policy *p, enum xdhcp_budget which, uint32_t interval,
		      uint32_t burst)
{
	assert_int_equal(p->budgets[which].interval, interval);
	assert_int_equal(p->budgets[which].burst, burst);
}

/* A reload's are in the record that is open; what is published then is what is there. */
static void limits_change_in_an_open_record(void **state)
{
	struct port *port = vlan();
	struct policy *p;

	(void)state;
	config.fast_path.discover = (struct rate_limit){.rate = 0.25, .burst = 1};
	config.fast_path.other = (struct rate_limit){.rate = 3, .burst = 9};
	assert_int_equal(link_publish(&d, port), 0);
	p = found(2, &port->place.tags);
	budget_is(p, XDHCP_BUDGET_DISCOVER, 4000000000u, 1);
	budget_is(p, XDHCP_BUDGET_OTHER, 333333333, 9);
	barriers = withdrawn = 0;
	config.fast_path.discover = (struct rate_limit){.rate = 1e7, .burst = 10000000};
	config.fast_path.other = (struct rate_limit){.rate = 0, .burst = 1};
	config.fast_path.client = (struct rate_limit){.rate = 0.001, .burst = 5};
	limits_apply(&d);
	budget_is(p, XDHCP_BUDGET_DISCOVER, 100, 10000000);
	budget_is(p, XDHCP_BUDGET_OTHER, 0, 1);
	clients_are(1000000, 5);
	assert_int_equal(p->closed, 0);
	assert_int_equal(link_publish(&d, port), 0);
	budget_is(p, XDHCP_BUDGET_DISCOVER, 100, 10000000);
	assert_int_equal(p->closed + barriers + withdrawn, 0);
	config.fast_path.client = (struct rate_limit){.rate = 1000, .burst = 1000};
	limits_apply(&d);
	clients_are(1, 1000);
	config.fast_path.client.rate = 0;
	limits_apply(&d);
	clients_are(0, 1000);
}

/* A daemon that starts with other limits than the last one had. */
static void other_limits_keep_the_slots(void **state)
{
	struct port *port = vlan();

	(void)state;
	assert_int_equal(link_publish(&d, port), 0);
	config.fast_path.discover = (struct rate_limit){.rate = 100, .burst = 100};
	withdrawn = 0;
	assert_int_equal(link_publish(&d, port), 0);
	assert_int_equal(withdrawn, 0);
	budget_is(found(2, &port->place.tags), XDHCP_BUDGET_DISCOVER, 10000000, 100);
}

static void another_own_address_or_mac_closes_the_slots_of_this_link(void **state)
{
	struct port *port = vlan();

	(void)state;
	assert_int_equal(link_publish(&d, port), 0);
	withdrawn = 0;
	port->info.addrs[0].addr++;
	assert_int_equal(link_publish(&d, port), 0);
	assert_int_equal(withdrawn, 1); /* the second slot is another link's */
	withdrawn = 0;
	port->info.mac[0] ^= 2;
	assert_int_equal(link_publish(&d, port), 0);
	assert_int_equal(withdrawn, 1);
	withdrawn = 0;
	/* the host's becomes its own */
	port->info.addrs[1] = (struct link_addr){OTHER, 0xffffffff, 0};
	port->info.n_addrs = 2;
	assert_int_equal(link_publish(&d, port), 0);
	assert_int_equal(withdrawn, 1);
	assert_int_equal(found(2, &port->place.tags)->closed, 0);
}

static void nothing_is_open_when_a_barrier_fails(void **state)
{
	struct port *port = bond();

	(void)state;
	assert_int_equal(link_publish(&d, port), 0);
	withdrawn = 0;
	barrier_result = -ENOMEM;
	port->info.addrs[0].addr++;
	assert_int_equal(link_publish(&d, port), -ENOMEM);
	assert_int_equal(found(11, &port->place.tags)->closed, 1);
	assert_int_equal(dhcp_get_addr(found(11, &port->place.tags)->addrs[0]), OWN);
	assert_int_equal(withdrawn, 1);
	barrier_result = 0;
	assert_int_equal(link_publish(&d, port), 0);
	assert_int_equal(found(11, &port->place.tags)->closed, 0);
	assert_int_equal(found(12, &port->place.tags)->closed, 1);
}

/* Another interface's records are where this one's would be. */
static void fill_probes(const struct port *port, bool served)
{
	uint64_t word;

	memcpy(&word, &port->place.tags, sizeof(word));
	for (unsigned i = 0; i < XDHCP_POLICY_PROBES; i++) {
		struct policy *p = &records[XDHCP_POLICY_LINKS + ((policy_link_place(2, word) + i) &
								  (XDHCP_POLICY_LINKS_N - 1))];

		*p = (struct policy){.kind = XDHCP_POLICY_LINK, .ifindex = 100 + i, .link = 2};
		p->name[0] = (char)('a' + i);
		if (served)
			way(serve(p->name, 100 + i, 2), 100 + i, false);
	}
}

static void a_link_that_is_not_served_makes_room(void **state)
{
	struct port *port = vlan();

	(void)state;
	fill_probes(port, false);
	assert_int_equal(link_publish(&d, port), 0);
	assert_int_equal(found(2, &port->place.tags)->closed, 0);
	assert_int_equal(count(), XDHCP_POLICY_PROBES);
	assert_true(withdrawn & 2); /* the evicted one's */
}

static void no_record_is_taken_from_a_link_that_is_served(void **state)
{
	struct port *port = vlan();

	(void)state;
	fill_probes(port, true);
	assert_int_equal(link_publish(&d, port), -ENOSPC);
	assert_null(found(2, &port->place.tags));
	assert_int_equal(withdrawn, 0);
}

static void ids_stay_with_names(void **state)
{
	struct port *port = vlan();

	(void)state;
	port->link_id = 7;
	assert_int_equal(link_publish(&d, port), 0);
	d.ports = NULL;
	link_close_unserved(&d);
	assert_int_equal(found(2, &port->place.tags)->closed, 1);
	assert_int_equal(link_id(&d, "eth0.5"), 7);
	assert_int_equal(link_id(&d, "eth0.6"), 8);
}

/* Which relay a form is of is not known; the daemon refuses a giaddr that is the host's. */
static void addresses_without_room_end_what_relays_brought_by_this_link(void **state)
{
	struct port *port = vlan();

	(void)state;
	d.n_host_addrs = XDHCP_LINK_ADDRS;
	for (unsigned i = 0; i < d.n_host_addrs; i++)
		host[i] = OWN + i;
	assert_int_equal(link_publish(&d, port), 0);
	assert_int_equal(relayed_withdrawn, 0);
	host[d.n_host_addrs++] = OTHER;
	assert_int_equal(link_publish(&d, port), 0);
	assert_int_equal(relayed_withdrawn, 1);
	relayed_withdrawn = withdrawn = 0;
	d.n_host_addrs--;
	host[0] = OTHER; /* as many as there is room for, but its own is none of them */
	assert_int_equal(link_publish(&d, port), 0);
	assert_int_equal(relayed_withdrawn, 1);
	assert_int_equal(withdrawn, 0);
}

#define T(name) cmocka_unit_test_setup(name, start)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_vlan_is_found_at_its_device_by_its_tags),
		T(its_own_addresses_come_before_the_hosts_others),
		T(of_many_addresses_there_are_as_many_as_fit),
		T(untagged_and_tagged_links_share_a_device),
		T(links_whose_places_are_near_are_told_apart),
		T(a_bond_is_found_at_its_members),
		T(a_failover_moves_the_gates_and_nothing_else),
		T(a_member_that_comes_keeps_the_slots_and_one_that_leaves_is_forgotten),
		T(another_vlan_id_keeps_the_slots),
		T(another_address_of_the_hosts_changes_records_but_no_slot),
		T(addresses_without_room_end_what_relays_brought_by_this_link),
		T(another_route_changes_records_but_no_slot),
		T(limits_change_in_an_open_record),
		T(other_limits_keep_the_slots),
		T(another_own_address_or_mac_closes_the_slots_of_this_link),
		T(nothing_is_open_when_a_barrier_fails),
		T(a_link_that_is_not_served_makes_room),
		T(no_record_is_taken_from_a_link_that_is_served),
		T(ids_stay_with_names),
	};

	return cmocka_run_group_tests_name("daemon/link_records", tests, NULL, NULL);
}
