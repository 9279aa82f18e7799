/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Interfaces by netlink (libmnl): index, name, MAC, state, IPv4 addresses, and
 * a socket that says when any of it changed.
 */
#ifndef XDHCP_LINKS_H
#define XDHCP_LINKS_H

#include <stdbool.h>
#include <stdint.h>

#include "abi.h"

struct link_addr {
	uint32_t addr, mask, broadcast; /* host order; broadcast 0: none (/31, /32) */
};

struct link_info {
	uint32_t ifindex;
	char name[16];
	uint8_t mac[6];
	bool up, ethernet, loopback;
	struct link_addr addrs[XDHCP_LINK_ADDRS];
	unsigned n_addrs;
	bool more_addrs; /* there were more than XDHCP_LINK_ADDRS */
};

/* Snapshot of all interfaces of this namespace; *ret_links malloc'ed. Returns the number or
 * negative errno. */
int links_list(struct link_info **ret_links);

/* A non-blocking netlink socket subscribed to link and IPv4 address changes. fd or negative errno.
 */
int links_monitor_open(void);
/* Drains it. true: something changed (or messages were lost): list again. */
bool links_monitor_read(int fd);

#endif
