/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Received DHCP messages: Ethernet frame -> struct dhcp_msg. Pure: no I/O, no
 * clock, no allocation, no logging. Decoding never trusts a length and never
 * reads outside the frame; a frame that is refused gets a numbered reason,
 * which is also its metric.
 *
 * IPv4 addresses in user/ are uint32_t in HOST byte order everywhere except
 * in wire structs. Times are uint32_t seconds of CLOCK_BOOTTIME.
 */
#ifndef XDHCP_MESSAGE_H
#define XDHCP_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire.h"

#define DHCP_CHADDR_LEN 6

/* X(name, help): why a frame was not decoded. The first is "decoded". */
#define DHCP_DECODE_RESULTS(X)                                                 \
	X(ok, "decoded")                                                       \
	X(not_dhcp, "not an IPv4 UDP datagram to port 67")                     \
	X(ip_header, "IP header is short, has a bad length or a bad checksum") \
	X(fragment, "IP fragment")                                             \
	X(truncated, "shorter than its own lengths, or than a BOOTP message")  \
	X(udp_checksum, "UDP checksum is wrong")                               \
	X(op, "not a BOOTREQUEST")                                             \
	X(hardware, "htype, hlen or chaddr is not an Ethernet client's")       \
	X(relay, "giaddr is no relay's address")                               \
	X(cookie, "no DHCP cookie")                                            \
	X(options, "an option runs past the end, or has a wrong length")       \
	X(no_type, "an unknown message type")                                  \
	X(server_message, "a message only servers send")

enum dhcp_decode_result {
#define X(name, help) DHCP_DECODE_##name,
	DHCP_DECODE_RESULTS(X)
#undef X
		DHCP_DECODE_COUNT,
};

const char *dhcp_decode_name(enum dhcp_decode_result result);
const char *dhcp_decode_help(enum dhcp_decode_result result);

/* What the link layer knows of a frame beside its bytes. */
struct dhcp_ingress {
	uint32_t ifindex;
	uint16_t link;	     /* stable id as in struct policy; 0: no fast path on it */
	uint16_t vlan[2];    /* ids of tags stripped on the way in, outer first; 0: none */
	bool csum_not_ready; /* TP_STATUS_CSUMNOTREADY: do not verify UDP's sum */
	uint32_t our_addr;   /* IP destination if it is one of our addresses on that link; else 0 */
	uint32_t received_after; /* no earlier than this second; bounds RELEASE/DECLINE crossings */
};

/* What option 52 says of the fields (RFC 2132 9.3): they hold options. */
enum dhcp_overload { DHCP_OVERLOAD_FILE = 1, DHCP_OVERLOAD_SNAME = 2 };

struct dhcp_opt {
	const uint8_t *data; /* NULL: absent */
	uint16_t len;
};

/*
 * A decoded message. opt[] points into `frame` or, where an option was split
 * (RFC 3396: pieces join in the order options, file, sname), into `joined`; so a
 * message is neither copied nor moved, and lives no longer than its frame.
 * Values are validated only as far as the named fields below.
 *
 * The padding of chaddr (bytes 6 to 15) may hold anything: it is accepted and
 * copied back as it came (RFC 2131 4.3.1 table 3). The fast path passes such a
 * request if the padding is not zero. chaddr itself must be a client's: neither zero nor
 * a group address.
 */
struct dhcp_msg {
	struct dhcp_ingress in; /* vlan: stripped tags first, then those in the frame */
	const uint8_t *frame;	/* borrowed from the caller */
	uint8_t eth_src[6];
	uint8_t eth_dst[6];
	uint8_t tags_stripped; /* how many of in.vlan the caller gave */
	uint8_t tags_in_frame; /* 4 bytes each at frame + 12 */
	uint32_t ip_src, ip_dst;
	uint16_t udp_sport, udp_dport;

	uint32_t xid;	/* host order */
	uint16_t flags; /* host order */
	uint32_t ciaddr, yiaddr, siaddr, giaddr;
	uint8_t chaddr[16]; /* with its padding */

	const uint8_t *options; /* after the cookie, as received */
	size_t options_len;	/* up to the UDP length's end */
	struct dhcp_opt opt[256];
	uint16_t n_codes; /* of opt[] that are set, and which: codes[] */
	uint16_t joined_len;
	bool overloaded; /* option 52 present: no fast path */
	bool repeated;	 /* a code occurred twice, and was concatenated (RFC 3396) */

	/* Of options whose value is validated by decode; a wrong length there is
	 * DHCP_DECODE_options. */
	uint8_t type; /* enum dhcp_type, 53; DHCP_BOOTP: there is none (RFC 1534) */
	bool has_requested, has_server_id, has_lease_time;
	uint32_t requested;  /* 50 */
	uint32_t server_id;  /* 54 */
	uint32_t lease_time; /* 51, seconds */
	uint16_t max_size;   /* 57; 0: absent */

	/* last: what is beyond n_codes and joined_len is never set, nor read */
	uint8_t codes[256];
	uint8_t joined[2048];
};

/*
 * Decodes one Ethernet frame (untagged, or with up to two VLAN tags counting
 * those stripped, whose ids then land in msg->in.vlan; id 0 carries only a
 * priority and is no VLAN). Returns DHCP_DECODE_ok with *ret_msg filled, or
 * why not; *ret_msg is then undefined. END may be missing (the UDP payload's end
 * ends the options). Ethernet padding after the IP total length is ignored.
 */
enum dhcp_decode_result dhcp_decode(const uint8_t *frame, size_t len, const struct dhcp_ingress *in,
				    struct dhcp_msg *ret_msg);
/*
 * The same for what a server has sent, from port 67 to whichever (to look at, never to answer): a
 * BOOTREPLY, whose type is OFFER, ACK, NAK or DHCP_BOOTP. What is none is DHCP_DECODE_op, or
 * DHCP_DECODE_no_type.
 */
enum dhcp_decode_result dhcp_decode_sent(const uint8_t *frame, size_t len,
					 const struct dhcp_ingress *in, struct dhcp_msg *ret_msg);
/*
 * The same as dhcp_decode() into a message that dhcp_decode() or this has filled before, or that is
 * all zero: only what was set is cleared. Where many are held opt[] is too much to be in a cache.
 */
enum dhcp_decode_result dhcp_decode_anew(const uint8_t *frame, size_t len,
					 const struct dhcp_ingress *in, struct dhcp_msg *msg);

/* Not relayed, and sent on by a router: the client has the frame to itself on its own link. */
bool dhcp_is_routed(const struct dhcp_msg *msg);
/* The address that a REQUEST asks for: ciaddr, else option 50; 0: none. */
uint32_t dhcp_asked_address(const struct dhcp_msg *msg);

const char *dhcp_type_name(uint8_t type); /* "DHCPREQUEST", "DHCP?"; 0: "BOOTREQUEST" */

/* A number as it stands on the wire. */
static inline void dhcp_put_u32(uint8_t wire[4], uint32_t value)
{
	wire[0] = (uint8_t)(value >> 24);
	wire[1] = (uint8_t)(value >> 16);
	wire[2] = (uint8_t)(value >> 8);
	wire[3] = (uint8_t)value;
}

static inline uint32_t dhcp_get_u32(const uint8_t wire[4])
{
	return (uint32_t)wire[0] << 24 | (uint32_t)wire[1] << 16 | (uint32_t)wire[2] << 8 | wire[3];
}

/* An address, in host order. */
static inline void dhcp_put_addr(uint8_t wire[4], uint32_t addr)
{
	dhcp_put_u32(wire, addr);
}

static inline uint32_t dhcp_get_addr(const uint8_t wire[4])
{
	return dhcp_get_u32(wire);
}

#define DHCP_ADDR_STR 16
#define DHCP_MAC_STR  18
const char *dhcp_addr_str(uint32_t addr, char buf[DHCP_ADDR_STR]);
const char *dhcp_mac_str(const uint8_t mac[6], char buf[DHCP_MAC_STR]);

#endif
