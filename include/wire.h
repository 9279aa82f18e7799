/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * DHCP on the wire, as both paths see it: header layout, option codes that the
 * code itself acts on, and the few rules that must be the same on both sides
 * to the byte (I2). The names and types of options for configuration are in
 * user/proto/options.h. All multi-byte fields are in network byte order.
 */
#ifndef XDHCP_WIRE_H
#define XDHCP_WIRE_H

#include <linux/types.h>

#define DHCP_SERVER_PORT 67
#define DHCP_CLIENT_PORT 68

#define DHCP_COOKIE		0x63825363u /* host order */
#define DHCP_FLAG_BROADCAST	0x8000u	    /* host order */
#define DHCP_HTYPE_ETHERNET	1
#define DHCP_HLEN_ETHERNET	6
#define DHCP_LIFETIME_INFINITE	0xffffffffu /* RFC 2131 3.3 */
#define DHCP_MAX_OPTIONS_WALKED 40	    /* the fast path's limit; the 41st passes */
#define DHCP_BOOTP_MIN		300 /* RFC 1542 2.1: a BOOTP message is at least this long */
#define DHCP_IP_TTL		64
#define DHCP_IP_DF		0x4000u /* host order: replies are atomic datagrams, id 0 (RFC 6864) */

/* RFC 2131 2, figure 1. */
struct dhcp_header {
	__u8 op;
	__u8 htype;
	__u8 hlen;
	__u8 hops;
	__be32 xid;
	__be16 secs;
	__be16 flags;
	__u8 ciaddr[4];
	__u8 yiaddr[4];
	__u8 siaddr[4];
	__u8 giaddr[4];
	__u8 chaddr[16];
	__u8 sname[64];
	__u8 file[128];
	__be32 cookie; /* RFC 2131 3: the first four octets of the options field */
} __attribute__((packed));

_Static_assert(sizeof(struct dhcp_header) == 240, "RFC 2131 figure 1 and the cookie");

enum dhcp_op { DHCP_BOOTREQUEST = 1, DHCP_BOOTREPLY = 2 };

/* RFC 2132 9.6 */
enum dhcp_type {
	DHCP_BOOTP = 0, /* no option 53: a BOOTP client (RFC 1534 2) */
	DHCP_DISCOVER = 1,
	DHCP_OFFER = 2,
	DHCP_REQUEST = 3,
	DHCP_DECLINE = 4,
	DHCP_ACK = 5,
	DHCP_NAK = 6,
	DHCP_RELEASE = 7,
	DHCP_INFORM = 8,
};

enum dhcp_option {
	DHO_PAD = 0,
	DHO_SUBNET_MASK = 1,
	DHO_ROUTERS = 3,
	DHO_DOMAIN_NAME_SERVERS = 6,
	DHO_HOST_NAME = 12,
	DHO_DOMAIN_NAME = 15,
	DHO_STATIC_ROUTES = 33,
	DHO_VENDOR_SPECIFIC = 43,
	DHO_REQUESTED_ADDRESS = 50,
	DHO_LEASE_TIME = 51,
	DHO_OVERLOAD = 52,
	DHO_MESSAGE_TYPE = 53,
	DHO_SERVER_IDENTIFIER = 54,
	DHO_PARAMETER_REQUEST_LIST = 55,
	DHO_MESSAGE = 56,
	DHO_MAX_MESSAGE_SIZE = 57,
	DHO_RENEWAL_TIME = 58,
	DHO_REBINDING_TIME = 59,
	DHO_VENDOR_CLASS = 60,
	DHO_CLIENT_IDENTIFIER = 61,
	DHO_TFTP_SERVER = 66,
	DHO_BOOT_FILE = 67,
	DHO_RAPID_COMMIT = 80,
	DHO_FQDN = 81,
	DHO_RELAY_AGENT = 82,
	DHO_V6_ONLY = 108,
	DHO_AUTO_CONFIGURE = 116,
	DHO_SUBNET_SELECTION = 118,
	DHO_CLASSLESS_ROUTES = 121,
	DHO_VENDOR_CLASSES = 124,
	DHO_VENDOR_OPTIONS = 125,
	DHO_END = 255,
};

/*
 * The bound on the reply's IP length that a request sets (RFC 2132 9.10: 576
 * is the smallest legal value; absent counts as 576). `value`: host order, 0
 * when option 57 is absent.
 */
static inline __u32 dhcp_max_reply(__u32 value)
{
	return value < 576 ? 576 : value;
}

#endif
