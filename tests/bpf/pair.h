/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A veth for a test in a world of its own (netns.h): v0 with the MAC 02:00:00:00:00:a0 and v1 with
 * 02:00:00:00:00:b0, without IPv6, whose frames would come between.
 */
#ifndef XDHCP_TESTS_PAIR_H
#define XDHCP_TESTS_PAIR_H

#include <poll.h>
#include <stdint.h>
#include <sys/socket.h>
#include <arpa/inet.h>

#include <linux/if_ether.h>
#include <linux/if_packet.h>

#include "netns.h"

/* 0 or -1. */
static inline int pair_make(void)
{
	if (netns_run("ip link add v0 address 02:00:00:00:00:a0 type veth "
		      "peer name v1 address 02:00:00:00:00:b0") != 0 ||
	    netns_run("sysctl -qw net.ipv6.conf.v0.disable_ipv6=1 net.ipv6.conf.v1.disable_ipv6=1 "
		      "net.ipv4.icmp_ratelimit=0") != 0 ||
	    netns_run("ip link set v0 up && ip link set v1 up") != 0)
		return -1;
	return 0;
}

static inline int pair_remove(void)
{
	return netns_run("ip link del v0");
}

/* Of all frames that come and go by that interface. */
static inline int pair_raw_socket(uint32_t ifindex)
{
	struct sockaddr_ll address = {
		.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = ifindex};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_ALL));

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

static inline void pair_wait(int fd)
{
	struct pollfd wait = {.fd = fd, .events = POLLIN};

	assert_int_equal(poll(&wait, 1, 10000), 1);
}

#endif
