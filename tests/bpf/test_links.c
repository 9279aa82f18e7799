// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Interfaces by netlink, over a real veth: what they are and have, what they have lost, which tags
 * they hide, and that a change is told.
 */
#include <errno.h>
#include <net/if.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>
#include <linux/if_link.h>

#include "abi.h"
#include "net/links.h"
#include "netns.h"
#include "pair.h"

static int set_up(void **state)
{
	(void)state;
	return pair_make();
}

static int tear_down(void **state)
{
	(void)state;
	return pair_remove();
}

static struct link_info find_link(const char *name)
{
	struct link_info *links = NULL, found = {0};
	int n = links_list(&links);

	assert_true(n >= 3);
	for (int i = 0; i < n; i++)
		if (strcmp(links[i].name, name) == 0)
			found = links[i];
	free(links);
	return found;
}

static void test_links(void **state)
{
	struct link_info link = find_link("v0");

	(void)state;
	assert_int_equal(link.ifindex, if_nametoindex("v0"));
	assert_memory_equal(link.mac, ((uint8_t[]){2, 0, 0, 0, 0, 0xa0}), 6);
	assert_true(link.up && link.ethernet && !link.loopback);
	assert_int_equal(link.n_addrs, 0);
	link = find_link("lo");
	assert_true(link.up && !link.ethernet && link.loopback);
	assert_int_equal(link.n_addrs, 1);
	assert_int_equal(link.addrs[0].addr, 0x7f000001);

	assert_int_equal(netns_run("ip link set v1 down"), 0);
	assert_false(find_link("v1").up);
	assert_int_equal(find_link("nonsense").ifindex, 0);
}

/* Nobody takes frames of that kind: the kernel drops them, and the interface has lost them. */
static void test_losses(void **state)
{
	static const uint8_t frame[60] = {2, 0, 0, 0, 0, 0xd0, 2, 0, 0, 0, 0, 0xd1, 0x88, 0xb5};
	struct link_losses losses[3] = {{.ifindex = 999999}};
	uint64_t before;
	int fd;

	(void)state;
	assert_int_equal(
		netns_run("ip link add d0 address 02:00:00:00:00:d0 type veth peer name d1 && "
			  "sysctl -qw net.ipv6.conf.d0.disable_ipv6=1 "
			  "net.ipv6.conf.d1.disable_ipv6=1 && "
			  "ip link set d0 up && ip link set d1 up"),
		0);
	losses[1].ifindex = if_nametoindex("d0");
	losses[2].ifindex = if_nametoindex("lo");
	assert_int_equal(links_losses(losses, 3), 0);
	assert_false(losses[0].known);
	assert_true(losses[1].known && losses[2].known);
	before = losses[1].rx_dropped;
	fd = pair_raw_socket(if_nametoindex("d1"));
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(send(fd, frame, sizeof(frame), 0), sizeof(frame));
	for (unsigned i = 0; i < 1000 && losses[1].rx_dropped < before + 3; i++) {
		usleep(5000);
		assert_int_equal(links_losses(losses, 3), 0);
	}
	assert_int_equal(losses[1].rx_dropped, before + 3);
	assert_int_equal(losses[1].rx_missed, 0);
	assert_int_equal(losses[2].rx_dropped, 0);
	close(fd);
	assert_int_equal(netns_run("ip link del d0"), 0);
}

static void test_addresses(void **state)
{
	struct link_info link;

	(void)state;
	assert_int_equal(netns_run("ip addr add 10.9.0.1/24 dev v0 && "
				   "ip addr add 10.9.0.3/24 dev v0 && " /* a secondary one */
				   "ip addr add 192.0.2.0/31 dev v0 && "
				   "ip addr add 198.51.100.7/32 dev v0 && "
				   "ip addr add 172.16.0.1 peer 172.16.0.2/30 dev v0"),
			 0);
	link = find_link("v0");
	assert_int_equal(link.n_addrs, 5);
	assert_false(link.more_addrs);
	for (unsigned i = 0; i < 5; i++) {
		static const struct link_addr expected[5] = {
			{0x0a090001, 0xffffff00, 0x0a0900ff}, {0x0a090003, 0xffffff00, 0x0a0900ff},
			{0xc0000200, 0xfffffffe, 0},	      {0xc6336407, 0xffffffff, 0},
			{0xac100001, 0xfffffffc, 0xac100003},
		};
		bool found = false;

		for (unsigned j = 0; j < 5; j++)
			found |= memcmp(&link.addrs[j], &expected[i], sizeof(expected[i])) == 0;
		assert_true(found);
	}
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(netns_run("ip addr add 10.10.%u.1/24 dev v0", i), 0);
	link = find_link("v0");
	assert_int_equal(link.n_addrs, XDHCP_LINK_ADDRS);
	assert_true(link.more_addrs);
}

static void test_many_links(void **state)
{
	struct link_info *links = NULL;

	(void)state;
	for (unsigned i = 0; i < 40; i++)
		assert_int_equal(netns_run("ip link add m%u type veth peer name n%u", i, i), 0);
	assert_int_equal(links_list(&links), 1 + 2 + 80);
	free(links);
	assert_memory_not_equal(find_link("n39").mac, ((uint8_t[6]){0}), 6);
	for (unsigned i = 0; i < 40; i++)
		assert_int_equal(netns_run("ip link del m%u", i), 0);
}

static void test_kinds(void **state)
{
	struct link_info link;

	(void)state;
	assert_int_equal(netns_run("ip link add name b0 type bridge && ip link set v1 master b0 && "
				   "ip link add link v0 name mac0 type macvlan"),
			 0);
	link = find_link("v1");
	assert_string_equal(link.kind, "veth");
	assert_int_equal(link.master, find_link("b0").ifindex);
	assert_int_equal(link.xdp, XDP_ATTACHED_NONE);
	assert_int_equal(link.lower, 0); /* its other end is none */
	assert_false(link.is_backup);
	assert_string_equal(find_link("b0").kind, "bridge");
	link = find_link("mac0");
	assert_string_equal(link.kind, "macvlan");
	assert_int_equal(link.lower, 0); /* only of a VLAN it is of interest */
	assert_string_equal(find_link("lo").kind, "");
	assert_int_equal(netns_run("ip link del b0 && ip link del mac0"), 0);
}

/* What lies on v0 is made up: not every kernel has VLANs. */
static uint8_t hides_of(const char *name)
{
	struct link_info links[2] = {find_link(name), {.ifindex = 999, .kind = "vlan", .vlan = 5}};

	links[1].lower = links[0].ifindex;
	links_find_hiding(links, 2);
	assert_int_equal(links[1].hides, 0);
	return links[0].hides;
}

static void test_offload(void **state)
{
	const uint8_t both = LINK_HIDES_CTAG | LINK_HIDES_STAG;
	struct link_info links[2] = {{0}, {.ifindex = 999, .kind = "vlan", .vlan = 5}};
	uint32_t v0 = if_nametoindex("v0");
	int fd;

	(void)state;
	assert_int_equal(netns_run("ethtool -K v0 rxvlan on rx-vlan-stag-hw-parse on"), 0);
	assert_int_equal(hides_of("v0"), both);
	fd = links_monitor_open();
	assert_true(fd >= 0);
	assert_int_equal(links_unhide(v0, LINK_HIDES_STAG), 0);
	pair_wait(fd);
	assert_true(links_monitor_read(fd)); /* a change of features is told */
	close(fd);
	assert_int_equal(hides_of("v0"), LINK_HIDES_CTAG);
	assert_int_equal(netns_run("ethtool -K v0 rx-vlan-stag-hw-parse on"), 0);
	assert_int_equal(links_unhide(v0, LINK_HIDES_CTAG), 0);
	assert_int_equal(hides_of("v0"), LINK_HIDES_STAG);
	assert_int_equal(links_unhide(v0, both), 0);
	assert_int_equal(hides_of("v0"), 0);
	assert_int_equal(netns_run("ethtool -k v0 | grep -qx 'rx-vlan-offload: off'"), 0);
	assert_int_equal(links_unhide(9999, both), -ENODEV);
	assert_int_equal(hides_of("lo"), 0);
	/* of what is gone by now the worst is assumed */
	links[0].ifindex = links[1].lower = 9999;
	links_find_hiding(links, 2);
	assert_int_equal(links[0].hides, both);
}

static void test_monitor(void **state)
{
	int fd = links_monitor_open();

	(void)state;
	assert_true(fd >= 0);
	assert_false(links_monitor_read(fd));
	assert_int_equal(netns_run("ip addr add 10.9.0.1/24 dev v0"), 0);
	pair_wait(fd);
	assert_true(links_monitor_read(fd));
	assert_int_equal(netns_run("ip link set v1 down"), 0);
	pair_wait(fd);
	assert_true(links_monitor_read(fd));
	close(fd);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_links),     TEST(test_losses),     TEST(test_kinds),	 TEST(test_offload),
		TEST(test_addresses), TEST(test_many_links), TEST(test_monitor),
	};

	if (netns_enter() < 0)
		return 1;
	return cmocka_run_group_tests_name("links", tests, NULL, NULL);
}
