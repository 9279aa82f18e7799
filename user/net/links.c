// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Interfaces by rtnetlink: two dumps make a snapshot, and a multicast socket
 * says when to make another. No state, nothing to survive a crash.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <endian.h>

#include <libmnl/libmnl.h>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include "links.h"

#define DUMP_ATTEMPTS 8
#define DUMP_BUFFER   32768

#define BOND_ACTIVE_MEMBER 0 /* IFLA_BOND_SLAVE_STATE: the kernel's BOND_STATE_ACTIVE */

struct snapshot {
	struct link_info *links;
	int n, room;
};

static void copy_text(char *to, size_t len, const struct nlattr *attr)
{
	size_t n = mnl_attr_get_payload_len(attr);

	n = strnlen(mnl_attr_get_payload(attr), n < len ? n : len - 1);
	memcpy(to, mnl_attr_get_payload(attr), n);
	to[n] = 0;
}

/* An attribute of `len` bytes inside `nest`; NULL: there is none, or of another length. */
static const struct nlattr *inside(const struct nlattr *nest, uint16_t type, size_t len)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, nest)
	{
		if (mnl_attr_get_type(attr) == type && mnl_attr_get_payload_len(attr) >= len)
			return attr;
	}
	return NULL;
}

/* IFLA_LINKINFO: what kind of device, what kind of member, and of these what XDP's place asks. */
static void read_kind(struct link_info *link, const struct nlattr *info)
{
	const struct nlattr *kind = inside(info, IFLA_INFO_KIND, 1);
	const struct nlattr *data = inside(info, IFLA_INFO_DATA, 0);
	const struct nlattr *member_of = inside(info, IFLA_INFO_SLAVE_KIND, 1);
	const struct nlattr *member = inside(info, IFLA_INFO_SLAVE_DATA, 0);
	const struct nlattr *attr;
	char of[sizeof(link->kind)] = "";

	if (kind)
		copy_text(link->kind, sizeof(link->kind), kind);
	if (member_of)
		copy_text(of, sizeof(of), member_of);
	if (data && !strcmp(link->kind, "vlan")) {
		attr = inside(data, IFLA_VLAN_ID, sizeof(uint16_t));
		link->vlan = attr ? mnl_attr_get_u16(attr) : 0;
		attr = inside(data, IFLA_VLAN_PROTOCOL, sizeof(uint16_t));
		link->tpid = attr ? be16toh(mnl_attr_get_u16(attr)) : 0;
	}
	if (data && !strcmp(link->kind, "bond")) {
		attr = inside(data, IFLA_BOND_MODE, sizeof(uint8_t));
		link->bond_mode = attr ? mnl_attr_get_u8(attr) : 0;
	}
	if (member && !strcmp(of, "bond")) {
		attr = inside(member, IFLA_BOND_SLAVE_STATE, sizeof(uint8_t));
		link->is_backup = attr && mnl_attr_get_u8(attr) != BOND_ACTIVE_MEMBER;
	}
}

static void read_attributes(struct link_info *link, const struct nlmsghdr *msg)
{
	const struct nlattr *attr, *xdp;
	bool elsewhere = false;

	mnl_attr_for_each(attr, msg, sizeof(struct ifinfomsg))
	{
		uint16_t len = mnl_attr_get_payload_len(attr);

		switch (mnl_attr_get_type(attr)) {
		case IFLA_IFNAME:
			copy_text(link->name, sizeof(link->name), attr);
			break;
		case IFLA_ADDRESS:
			if (len == sizeof(link->mac))
				memcpy(link->mac, mnl_attr_get_payload(attr), sizeof(link->mac));
			break;
		case IFLA_LINK:
			link->lower = mnl_attr_get_u32(attr);
			break;
		case IFLA_LINK_NETNSID:
			elsewhere = true;
			break;
		case IFLA_MASTER:
			link->master = mnl_attr_get_u32(attr);
			break;
		case IFLA_LINKINFO:
			read_kind(link, attr);
			break;
		case IFLA_XDP:
			xdp = inside(attr, IFLA_XDP_ATTACHED, sizeof(uint8_t));
			link->xdp = xdp ? mnl_attr_get_u8(xdp) : XDP_ATTACHED_NONE;
			break;
		}
	}
	/* of a veth it is the other end, of which nothing depends here */
	if (elsewhere || strcmp(link->kind, "vlan") != 0)
		link->lower = 0;
}

static int on_link(const struct nlmsghdr *msg, void *arg)
{
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(msg);
	struct snapshot *snapshot = arg;
	struct link_info *link;

	if (snapshot->n == snapshot->room) {
		int room = snapshot->room ? 2 * snapshot->room : 16;

		link = reallocarray(snapshot->links, room, sizeof(*link));
		if (!link) {
			errno = ENOMEM;
			return MNL_CB_ERROR;
		}
		snapshot->links = link;
		snapshot->room = room;
	}
	link = &snapshot->links[snapshot->n++];
	*link = (struct link_info){
		.ifindex = info->ifi_index,
		.up = info->ifi_flags & IFF_UP,
		.ethernet = info->ifi_type == ARPHRD_ETHER,
		.loopback = info->ifi_flags & IFF_LOOPBACK,
	};
	read_attributes(link, msg);
	return MNL_CB_OK;
}

static int on_addr(const struct nlmsghdr *msg, void *arg)
{
	const struct ifaddrmsg *info = mnl_nlmsg_get_payload(msg);
	const struct nlattr *attr, *local = NULL, *address = NULL;
	struct snapshot *snapshot = arg;
	struct link_addr addr;
	struct link_info *link = NULL;

	for (int i = 0; i < snapshot->n; i++)
		if (snapshot->links[i].ifindex == info->ifa_index)
			link = &snapshot->links[i];
	mnl_attr_for_each(attr, msg, sizeof(*info))
	{
		if (mnl_attr_get_type(attr) == IFA_LOCAL)
			local = attr;
		if (mnl_attr_get_type(attr) == IFA_ADDRESS)
			address = attr;
	}
	/* on a point-to-point link IFA_ADDRESS is the peer's */
	if (!local)
		local = address;
	if (!link || info->ifa_family != AF_INET || info->ifa_prefixlen > 32 || !local ||
	    mnl_attr_get_payload_len(local) != sizeof(uint32_t))
		return MNL_CB_OK;
	if (link->n_addrs == XDHCP_LINK_ADDRS) {
		link->more_addrs = true;
		return MNL_CB_OK;
	}
	addr.addr = be32toh(mnl_attr_get_u32(local));
	addr.mask = info->ifa_prefixlen ? ~0u << (32 - info->ifa_prefixlen) : 0;
	/* the kernel takes it as broadcast whether or not the address names it (RFC 3021 for /31)
	 */
	addr.broadcast = info->ifa_prefixlen < 31 ? addr.addr | ~addr.mask : 0;
	link->addrs[link->n_addrs++] = addr;
	return MNL_CB_OK;
}

/* -EINTR: something changed meanwhile, what came is not one state. */
static int dump(struct mnl_socket *nl, uint16_t type, uint8_t family, mnl_cb_t fn, void *arg)
{
	char *buf = malloc(DUMP_BUFFER);
	struct nlmsghdr *msg;
	unsigned seq = type;
	ssize_t len;
	int r = 0;

	if (!buf)
		return -ENOMEM;
	msg = mnl_nlmsg_put_header(buf);
	msg->nlmsg_type = type;
	msg->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	msg->nlmsg_seq = seq;
	if (type == RTM_GETLINK) {
		struct ifinfomsg *info = mnl_nlmsg_put_extra_header(msg, sizeof(*info));

		info->ifi_family = family;
	} else {
		struct ifaddrmsg *info = mnl_nlmsg_put_extra_header(msg, sizeof(*info));

		info->ifa_family = family;
	}
	if (mnl_socket_sendto(nl, msg, msg->nlmsg_len) < 0)
		r = -errno;
	while (r == 0) {
		len = mnl_socket_recvfrom(nl, buf, DUMP_BUFFER);
		if (len < 0) {
			r = -errno;
			break;
		}
		r = mnl_cb_run(buf, len, seq, mnl_socket_get_portid(nl), fn, arg);
		if (r == MNL_CB_STOP)
			break;
		r = r < 0 ? -errno : 0;
	}
	free(buf);
	return r < 0 ? r : 0;
}

static int open_socket(struct mnl_socket **ret_nl)
{
	struct mnl_socket *nl = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	int r;

	if (!nl)
		return -errno;
	if (mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) < 0) {
		r = -errno;
		mnl_socket_close(nl);
		return r;
	}
	*ret_nl = nl;
	return 0;
}

static int list_once(struct snapshot *snapshot)
{
	struct mnl_socket *nl;
	int r = open_socket(&nl);

	if (r < 0)
		return r;
	r = dump(nl, RTM_GETLINK, AF_UNSPEC, on_link, snapshot);
	if (r == 0)
		r = dump(nl, RTM_GETADDR, AF_INET, on_addr, snapshot);
	mnl_socket_close(nl);
	return r;
}

int links_list(struct link_info **ret_links)
{
	struct snapshot snapshot;
	int r = -EINTR;

	for (unsigned i = 0; r == -EINTR && i < DUMP_ATTEMPTS; i++) {
		snapshot = (struct snapshot){0};
		r = list_once(&snapshot);
		if (r < 0)
			free(snapshot.links);
	}
	if (r < 0)
		return r;
	*ret_links = snapshot.links;
	return snapshot.n;
}

struct losses {
	struct link_losses *of;
	size_t n;
};

static int on_stats(const struct nlmsghdr *msg, void *arg)
{
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(msg);
	const struct losses *losses = arg;
	struct rtnl_link_stats64 stats = {0};
	const struct nlattr *attr, *found = NULL;

	mnl_attr_for_each(attr, msg, sizeof(*info))
	{
		if (mnl_attr_get_type(attr) == IFLA_STATS64)
			found = attr;
	}
	for (size_t i = 0; found && i < losses->n; i++) {
		struct link_losses *of = &losses->of[i];
		/* another kernel's may be shorter, or longer */
		size_t len = mnl_attr_get_payload_len(found);

		if (of->ifindex != (uint32_t)info->ifi_index)
			continue;
		memcpy(&stats, mnl_attr_get_payload(found),
		       len < sizeof(stats) ? len : sizeof(stats));
		of->known = true;
		of->rx_dropped = stats.rx_dropped;
		of->rx_missed = stats.rx_missed_errors;
	}
	return MNL_CB_OK;
}

int links_losses(struct link_losses *of, size_t n)
{
	struct losses losses = {of, n};
	struct mnl_socket *nl;
	int r;

	for (size_t i = 0; i < n; i++)
		of[i].known = false;
	r = open_socket(&nl);
	if (r < 0)
		return r;
	r = dump(nl, RTM_GETLINK, AF_UNSPEC, on_stats, &losses);
	mnl_socket_close(nl);
	return r == -EINTR ? 0 : r; /* what came is true */
}

int links_monitor_open(void)
{
	struct sockaddr_nl groups = {
		.nl_family = AF_NETLINK,
		.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR,
	};
	int fd, r;

	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (fd < 0)
		return -errno;
	if (bind(fd, (struct sockaddr *)&groups, sizeof(groups)) < 0) {
		r = -errno;
		close(fd);
		return r;
	}
	return fd;
}

bool links_monitor_read(int fd)
{
	char buf[4096];
	bool changed = false;

	/* What changed is in the next snapshot; ENOBUFS says that messages were lost. */
	for (;;) {
		if (recv(fd, buf, sizeof(buf), MSG_DONTWAIT) >= 0 || errno == ENOBUFS)
			changed = true;
		else if (errno != EINTR)
			return changed;
	}
}
