/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Replies: struct dhcp_reply -> Ethernet frame. Pure. The engine fills a
 * reply in the parts that the fast path knows (constant options, the client's
 * tail, option 82), so that a template is a copy of what was sent, and parity
 * (I2) is a matter of bytes rather than of two encoders agreeing.
 */
#ifndef XDHCP_REPLY_H
#define XDHCP_REPLY_H

#include "abi.h"
#include "message.h"

#define DHCP_REPLY_OPTIONS_MAX 1232
#define DHCP_FRAME_MAX	       1514

struct dhcp_piece {
	uint8_t data[2 + 255]; /* a whole option: code, length, data */
	uint16_t len;	       /* 0: absent */
};

struct dhcp_reply {
	uint8_t type; /* DHCP_OFFER, DHCP_ACK, DHCP_NAK */
	uint32_t ciaddr, yiaddr, siaddr;
	uint32_t server_id; /* also the IP source unless the request was unicast to another of ours
			     */
	uint32_t lifetime;  /* seconds, as in option 51; 0: none sent */
	uint8_t sname[64];
	uint8_t file[128];
	uint8_t options[DHCP_REPLY_OPTIONS_MAX]; /* whole options, 53 54 51 58 59 first */
	uint16_t options_len;
	struct dhcp_piece tail[XDHCP_TAIL_PIECES];
	/* Option 82 is echoed from the request by the encoder. */
	bool shortened; /* options were left out or overloaded because of 57: never memoised */
};

/* Appends one option (split by RFC 3396 if over 255). -ENOSPC: does not fit; nothing changed. */
int dhcp_reply_add(struct dhcp_reply *reply, uint8_t code, const void *data, size_t len);

/* The length of the reply's IP packet, to hold against dhcp_max_reply(). */
size_t dhcp_reply_ip_len(const struct dhcp_msg *request, const struct dhcp_reply *reply);

/*
 * Encodes the whole frame by RFC 2131 4.1: to giaddr:67, else (ACK, OFFER)
 * ciaddr, else broadcast if the B bit is set, else yiaddr at chaddr. A NAK is
 * broadcast (4.3.2; with giaddr the B bit is set in it). IP id 0, DF, TTL 64, real IP
 * and UDP checksums, BOOTP message padded to 300 bytes, secs and hops 0; the
 * source address is the request's unicast destination, else server_id; the source
 * MAC is `our_mac`; a unicast to ciaddr goes to the MAC the request came from.
 * The tags of the request are kept. Returns the frame's length or -ENOSPC.
 */
int dhcp_reply_encode(const struct dhcp_msg *request, const struct dhcp_reply *reply,
		      const uint8_t our_mac[6], uint8_t *frame, size_t cap);

/* Ones-complement helpers shared with the template builder; host-endian 16-bit words in memory
 * order. */
uint32_t dhcp_csum_add(uint32_t sum, const void *data, size_t len, bool odd);
uint16_t dhcp_csum_fold(uint32_t sum);

#endif
