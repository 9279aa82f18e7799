/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Interfaces by netlink (libmnl): index, name, MAC, state, IPv4 addresses, what they
 * are made of (VLANs, bonds and their members), and a socket that says when any of it changed.
 */
#ifndef XDHCP_LINKS_H
#define XDHCP_LINKS_H

#include <stdbool.h>
#include <stddef.h>
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

	char kind[16];	     /* "vlan", "bond", "bridge", "veth" ...; empty: no virtual device */
	uint32_t lower;	     /* what a VLAN lies on; 0: nothing that is in this namespace */
	uint16_t vlan, tpid; /* of a VLAN: its own tag's */
	uint32_t master;     /* the bond, bridge ... that it is a member of; 0: none */
	bool is_backup;	     /* member of a bond, at which the bond does not receive now */
	uint8_t bond_mode;   /* of a bond: the kernel's BOND_MODE_* */
	uint8_t xdp;	     /* what is attached: XDP_ATTACHED_* (linux/if_link.h) */
	bool served;	     /* set by who serves it, before links_find_hiding() */
	uint8_t hides;	     /* LINK_HIDES_*; only as links_find_hiding() has found */
};

/* Tags that the device has taken off a frame before XDP sees it. */
#define LINK_HIDES_CTAG 1 /* 0x8100: rx-vlan-offload */
#define LINK_HIDES_STAG 2 /* 0x88a8: rx-vlan-stag-hw-parse */

/* Snapshot of all interfaces of this namespace; *ret_links malloc'ed. Returns the number or
 * negative errno. */
int links_list(struct link_info **ret_links);
/* The one of this index; NULL: none. */
static inline const struct link_info *links_find(const struct link_info *links, int n,
						 uint32_t ifindex)
{
	for (int i = 0; ifindex && i < n; i++) {
		if (links[i].ifindex == ifindex)
			return &links[i];
	}
	return NULL;
}

/*
 * What an interface has lost of all that came, since it is there: in the kernel, and in its own
 * ring for want of buffers. Frames of any kind; some drivers (virtio_net) count what XDP drops too.
 */
struct link_losses {
	uint32_t ifindex; /* in */
	bool known;	  /* the interface is there, and tells */
	uint64_t rx_dropped, rx_missed;
};
/* Of `n` interfaces. 0, or negative errno: none is known. */
int links_losses(struct link_losses *losses, size_t n);

/*
 * A non-blocking netlink socket subscribed to link and IPv4 address changes (links: also features,
 * members, which of them is active). fd or negative errno.
 */
int links_monitor_open(void);
/* Drains it. true: something changed (or messages were lost): list again. */
bool links_monitor_read(int fd);

/* --- ethtool.c --- */

/*
 * Fills `hides` of every link that is served or that VLANs of the snapshot lie on, and of the
 * members of such a bond. Where the kernel does not tell, it is as if both tags were hidden.
 */
void links_find_hiding(struct link_info *links, int n);
/* Turns off what hides tags (LINK_HIDES_*). -EOPNOTSUPP: the device has not done it. */
int links_unhide(uint32_t ifindex, uint8_t hides);

#endif
