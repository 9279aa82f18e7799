// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * RX VLAN offload, by ethtool's generic netlink: is it on, and turn it off. That it has changed
 * rtnetlink says, as for any feature (links.c). A socket a call, no state; what has been turned
 * off stays off when this process goes, as after `ethtool -K`.
 */
#include <errno.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/ethtool_netlink.h>
#include <linux/genetlink.h>

#include "links.h"
#include "place.h"

#define BUFFER 32768 /* a reply has the names of all features, and their bits, three times */

/* The kernel's names; `ethtool -K` has rxvlan and rx-vlan-offload for the first. */
static const struct {
	uint8_t hides;
	const char *name;
} features[] = {
	{LINK_HIDES_CTAG, "rx-vlan-hw-parse"},
	{LINK_HIDES_STAG, "rx-vlan-stag-hw-parse"},
};

struct genl {
	struct mnl_socket *nl;
	uint16_t family;
	unsigned seq;
	char buf[BUFFER];
};

static struct nlmsghdr *begin(struct genl *g, uint16_t family, uint8_t command, uint16_t flags)
{
	struct nlmsghdr *msg = mnl_nlmsg_put_header(g->buf);
	struct genlmsghdr *genl;

	msg->nlmsg_type = family;
	msg->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	msg->nlmsg_seq = ++g->seq;
	genl = mnl_nlmsg_put_extra_header(msg, sizeof(*genl));
	genl->cmd = command;
	genl->version = 1;
	return msg;
}

/* Sends the message and reads up to its acknowledgement. */
static int ask(struct genl *g, const struct nlmsghdr *msg, mnl_cb_t fn, void *arg)
{
	int r;

	if (mnl_socket_sendto(g->nl, msg, msg->nlmsg_len) < 0)
		return -errno;
	do {
		ssize_t len = mnl_socket_recvfrom(g->nl, g->buf, sizeof(g->buf));

		if (len < 0)
			return -errno;
		r = mnl_cb_run(g->buf, len, g->seq, mnl_socket_get_portid(g->nl), fn, arg);
	} while (r > MNL_CB_STOP);
	return r < 0 ? -errno : 0;
}

static int on_family(const struct nlmsghdr *msg, void *arg)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, msg, sizeof(struct genlmsghdr))
	{
		if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID)
			*(uint16_t *)arg = mnl_attr_get_u16(attr);
	}
	return MNL_CB_OK;
}

static void close_genl(struct genl *g)
{
	if (g->nl)
		mnl_socket_close(g->nl);
}

static int open_genl(struct genl *g)
{
	struct nlmsghdr *msg;
	int r;

	g->seq = 0;
	g->family = 0;
	g->nl = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!g->nl)
		return -errno;
	r = mnl_socket_bind(g->nl, 0, MNL_SOCKET_AUTOPID) < 0 ? -errno : 0;
	if (r == 0) {
		msg = begin(g, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 0);
		mnl_attr_put_strz(msg, CTRL_ATTR_FAMILY_NAME, ETHTOOL_GENL_NAME);
		r = ask(g, msg, on_family, &g->family);
	}
	if (r == 0 && !g->family)
		r = -ENOENT;
	if (r < 0)
		close_genl(g);
	return r;
}

static void put_device(struct nlmsghdr *msg, uint32_t ifindex)
{
	struct nlattr *nest = mnl_attr_nest_start(msg, ETHTOOL_A_FEATURES_HEADER);

	mnl_attr_put_u32(msg, ETHTOOL_A_HEADER_DEV_INDEX, ifindex);
	mnl_attr_nest_end(msg, nest);
}

/* One bit of a bitset in its long form: there with a name and, in a list without mask, set. */
static void read_bit(const struct nlattr *bit, uint8_t *hides)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, bit)
	{
		if (mnl_attr_get_type(attr) != ETHTOOL_A_BITSET_BIT_NAME)
			continue;
		for (size_t i = 0; i < sizeof(features) / sizeof(features[0]); i++) {
			if (!strcmp(mnl_attr_get_str(attr), features[i].name))
				*hides |= features[i].hides;
		}
	}
}

static int on_features(const struct nlmsghdr *msg, void *arg)
{
	const struct nlattr *set, *bits, *bit;

	mnl_attr_for_each(set, msg, sizeof(struct genlmsghdr))
	{
		if (mnl_attr_get_type(set) != ETHTOOL_A_FEATURES_ACTIVE)
			continue;
		mnl_attr_for_each_nested(bits, set)
		{
			if (mnl_attr_get_type(bits) != ETHTOOL_A_BITSET_BITS)
				continue;
			mnl_attr_for_each_nested(bit, bits)
			{
				read_bit(bit, arg);
			}
		}
	}
	return MNL_CB_OK;
}

static int get_hides(struct genl *g, uint32_t ifindex, uint8_t *ret_hides)
{
	struct nlmsghdr *msg = begin(g, g->family, ETHTOOL_MSG_FEATURES_GET, 0);
	uint8_t hides = 0;
	int r;

	put_device(msg, ifindex);
	r = ask(g, msg, on_features, &hides);
	if (r == 0)
		*ret_hides = hides;
	return r;
}

void links_find_hiding(struct link_info *links, int n)
{
	struct genl g = {0};
	int r = 1; /* not asked for the family yet */

	for (int i = 0; i < n; i++) {
		if (!place_hiding_matters(links, n, i))
			continue;
		if (r == 1)
			r = open_genl(&g);
		if (r < 0 || get_hides(&g, links[i].ifindex, &links[i].hides) < 0)
			links[i].hides = LINK_HIDES_CTAG | LINK_HIDES_STAG;
	}
	if (r == 0)
		close_genl(&g);
}

static int ignore(const struct nlmsghdr *msg, void *arg)
{
	(void)msg, (void)arg;
	return MNL_CB_OK;
}

/* A bit that is in the list without the flag that it has a value is wanted off. */
static int set_off(struct genl *g, uint32_t ifindex, uint8_t hides)
{
	struct nlmsghdr *msg = begin(g, g->family, ETHTOOL_MSG_FEATURES_SET, 0);
	struct nlattr *set, *bits, *bit;

	put_device(msg, ifindex);
	set = mnl_attr_nest_start(msg, ETHTOOL_A_FEATURES_WANTED);
	bits = mnl_attr_nest_start(msg, ETHTOOL_A_BITSET_BITS);
	for (size_t i = 0; i < sizeof(features) / sizeof(features[0]); i++) {
		if (!(hides & features[i].hides))
			continue;
		bit = mnl_attr_nest_start(msg, ETHTOOL_A_BITSET_BITS_BIT);
		mnl_attr_put_strz(msg, ETHTOOL_A_BITSET_BIT_NAME, features[i].name);
		mnl_attr_nest_end(msg, bit);
	}
	mnl_attr_nest_end(msg, bits);
	mnl_attr_nest_end(msg, set);
	return ask(g, msg, ignore, NULL);
}

int links_unhide(uint32_t ifindex, uint8_t hides)
{
	struct genl g = {0};
	uint8_t left = 0;
	int r = open_genl(&g);

	if (r < 0)
		return r;
	r = set_off(&g, ifindex, hides);
	if (r == 0)
		r = get_hides(&g, ifindex, &left);
	close_genl(&g);
	return r < 0 ? r : left & hides ? -EOPNOTSUPP : 0;
}
