// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * fast-path.route: fib: replies to relays and to clients behind routers go the kernel's way, if
 * that is over the link's own device; else the request passes untouched. The kernel's routes and
 * neighbours are those of a namespace of the test's own, with two pairs of veths.
 */
#include <net/if.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "netns.h"
#include "wire.h"
#include "world.h"

#define RELAY_ADDR PACKET_ADDR(203, 0, 113, 1)
#define FROM	   "\x02\x00\x00\x77\x88\x99"
#define GATEWAY	   "\x02\x00\x00\x00\x00\xfe" /* neighbour 192.0.2.254 */
#define NEIGHBOUR  "\x02\x00\x00\x00\x00\x0a" /* neighbour 192.0.2.10, WORLD_ADDR */

static struct world world;

static int set_up(void **state)
{
	(void)state;
	return netns_run("ip link add v0 address 02:00:00:aa:bb:cc type veth peer name v1 && "
			 "ip link add w0 type veth peer name w1 && "
			 "ip link set v0 up && ip link set v1 up && "
			 "ip link set w0 up && ip link set w1 up && "
			 "ip addr add 192.0.2.1/24 dev v0 && ip addr add 10.9.0.1/24 dev w0") ||
	       netns_run("ip neigh add 192.0.2.254 lladdr 02:00:00:00:00:fe dev v0 && "
			 "ip neigh add 192.0.2.10 lladdr 02:00:00:00:00:0a dev v0 && "
			 "ip neigh add 10.9.0.254 lladdr 02:00:00:00:00:fd dev w0 && "
			 "ip route add 203.0.113.0/24 via 192.0.2.254 && "
			 "echo 1 >/proc/sys/net/ipv4/conf/v0/forwarding");
}

static int tear_down(void **state)
{
	(void)state;
	return netns_run("ip link del v0 && ip link del w0");
}

static void begin(enum xdhcp_route route)
{
	world_reset(&world);
	world.link->route = route;
	world.link->device = if_nametoindex("v0");
	assert_int_not_equal(world.link->device, 0);
}

static struct packet relayed(void)
{
	struct packet p = packet_rebinding(&world.client, WORLD_ADDR);

	memcpy(p.eth_src, FROM, 6);
	memcpy(p.eth_dst, world.server.mac, 6);
	p.ip_src = p.giaddr = RELAY_ADDR;
	p.ip_dst = WORLD_SERVER_ADDR;
	p.sport = DHCP_SERVER_PORT;
	packet_option_str(&p, DHO_RELAY_AGENT, "\x01\x04port");
	world_learn(&world, &p);
	return p;
}

static struct packet routed(void)
{
	struct packet p = packet_renewing(&world.client, WORLD_ADDR, &world.server);

	memcpy(p.eth_src, FROM, 6);
	world_learn(&world, &p);
	return p;
}

/* Answered to this MAC, and otherwise as ever; NULL: passes untouched. */
static void expect(const struct packet *p, const char *mac)
{
	uint8_t in[PACKET_MAX], expected[PACKET_MAX];
	size_t len = packet_build(p, in, sizeof(in)), want;
	struct slot before = *world.slot;
	struct outcome out;

	world_run(&world, in, len, &out);
	if (!mac) {
		assert_string_equal(verdict_name(out.verdict), "pass_route");
		assert_int_equal(out.action, XDP_PASS);
		assert_int_equal(out.len, len);
		assert_memory_equal(out.frame, in, len);
		assert_memory_equal(world.slot, &before, sizeof(before));
		return;
	}
	want = world_expected(&world, p, expected, sizeof(expected));
	memcpy(expected, mac, 6);
	assert_int_equal(out.action, XDP_TX);
	assert_int_equal(out.len, want);
	assert_memory_equal(out.frame, expected, want);
	assert_null(packet_check(out.frame, out.len));
}

static void by_the_kernels_route(void **state)
{
	(void)state;
	begin(XDHCP_ROUTE_FIB);
	struct packet p = relayed();

	expect(&p, GATEWAY);
	p = routed();
	expect(&p, NEIGHBOUR);
}

static void reversed_unless_asked_for(void **state)
{
	(void)state;
	begin(XDHCP_ROUTE_REVERSE);
	struct packet p = relayed();

	expect(&p, FROM);
	p = routed();
	expect(&p, FROM);
}

/* It needs no route: the frame is its own. */
static void direct_clients_are_answered_as_ever(void **state)
{
	(void)state;
	assert_int_equal(netns_run("echo 0 >/proc/sys/net/ipv4/conf/v0/forwarding"), 0);
	begin(XDHCP_ROUTE_FIB);
	struct packet p = packet_renewing(&world.client, WORLD_ADDR, &world.server);

	world_learn(&world, &p);
	expect(&p, (const char *)world.client.mac);
}

static void without_forwarding(void **state)
{
	(void)state;
	begin(XDHCP_ROUTE_FIB);
	struct packet p = relayed();

	assert_int_equal(netns_run("echo 0 >/proc/sys/net/ipv4/conf/v0/forwarding"), 0);
	expect(&p, NULL);
	p = routed();
	expect(&p, NULL);
}

static void the_next_hop_is_not_known(void **state)
{
	(void)state;
	begin(XDHCP_ROUTE_FIB);
	struct packet p = relayed();

	assert_int_equal(netns_run("ip neigh del 192.0.2.254 dev v0"), 0);
	expect(&p, NULL);
	assert_int_equal(netns_run("ip neigh add 192.0.2.254 lladdr 02:00:00:00:00:fc dev v0"), 0);
	expect(&p, "\x02\x00\x00\x00\x00\xfc");
}

static void no_route(void **state)
{
	(void)state;
	begin(XDHCP_ROUTE_FIB);
	struct packet p = relayed();

	assert_int_equal(netns_run("ip route del 203.0.113.0/24"), 0);
	expect(&p, NULL);
	assert_int_equal(netns_run("ip route add unreachable 203.0.113.0/24"), 0);
	expect(&p, NULL);
	assert_int_equal(netns_run("ip route del unreachable 203.0.113.0/24"), 0);
}

/* XDP transmits on the interface by which the request came in. */
static void over_another_device(void **state)
{
	(void)state;
	begin(XDHCP_ROUTE_FIB);
	struct packet p = relayed();

	assert_int_equal(netns_run("ip route del 203.0.113.0/24 && "
				   "ip route add 203.0.113.0/24 via 10.9.0.254"),
			 0);
	expect(&p, NULL);
	/* nor is a worse route over this one what the kernel would take */
	assert_int_equal(netns_run("ip route add default via 192.0.2.254"), 0);
	expect(&p, NULL);
}

/* The kernel would have to fragment it, and it says that it must not be. */
static void longer_than_the_route_takes(void **state)
{
	static const uint8_t fill[255];

	(void)state;
	begin(XDHCP_ROUTE_FIB);
	struct packet p = relayed();

	assert_int_equal(netns_run("ip route del 203.0.113.0/24 && "
				   "ip route add 203.0.113.0/24 via 192.0.2.254 mtu lock 400"),
			 0);
	expect(&p, GATEWAY);
	world_template_option(&world, 200, fill, 120);
	expect(&p, NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(by_the_kernels_route),
		TEST(reversed_unless_asked_for),
		TEST(direct_clients_are_answered_as_ever),
		TEST(without_forwarding),
		TEST(the_next_hop_is_not_known),
		TEST(no_route),
		TEST(over_another_device),
		TEST(longer_than_the_route_takes),
	};

	if (netns_enter() < 0)
		return 1;
	world_open(&world);
	int r = cmocka_run_group_tests_name("route", tests, NULL, NULL);

	world_close(&world);
	return r;
}
