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
#include "csum.h"
#include "message.h"

#define DHCP_REPLY_OPTIONS_MAX 1232
#define DHCP_FRAME_MAX	       1514
#define DHCP_REPLY_IP_MAX      1500 /* of an untagged frame */

struct dhcp_piece {
	uint8_t data[2 + 255]; /* a whole option: code, length, data */
	uint16_t len;	       /* 0: absent */
};

struct dhcp_reply {
	uint8_t type; /* DHCP_OFFER, DHCP_ACK, DHCP_NAK; DHCP_BOOTP: without option 53 */
	bool inform;  /* an ACK of a DHCPINFORM: goes to ciaddr, relayed or not (RFC 2131 4.3.5) */
	uint32_t ciaddr, yiaddr, siaddr;
	uint32_t server_id; /* option 54; by RFC 5107 perhaps the relay's */
	uint32_t source;    /* our own address: the IP source unless the request was unicast to
			       another of ours */
	uint32_t lifetime;  /* seconds, as in option 51; 0: none sent */
	uint8_t sname[64];
	uint8_t file[128];
	uint16_t options_len;
	struct dhcp_piece tail[XDHCP_TAIL_PIECES];
	/*
	 * What dhcp_reply_overload() has put into file and sname; 1 and 2 as in option 52, which
	 * the encoder writes after options[]. 0: none.
	 */
	uint8_t overload;
	uint8_t file_used, sname_used; /* bytes of options in them, without END */
	/* Option 82 is echoed from the request by the encoder. */
	/* Options were left out or overloaded because of 57, or a name has no place in option 81:
	 * never memoised. */
	bool shortened;
	/* Whole options, 53 54 51 58 59 first. Last: what is beyond options_len is not cleared. */
	uint8_t options[DHCP_REPLY_OPTIONS_MAX];
};

/*
 * Appends one option to options[] (split by RFC 3396 if over 255 bytes; length 0 is
 * allowed). -ENOSPC: does not fit; nothing changed.
 */
int dhcp_reply_add(struct dhcp_reply *reply, uint8_t code, const void *data, size_t len);

/* May options stand in file and sname of such a reply? */
static inline bool dhcp_reply_may_overload(const struct dhcp_reply *reply)
{
	return reply->type == DHCP_OFFER || reply->type == DHCP_ACK;
}

#define DHCP_OVERLOAD_LEN 3 /* of option 52 */

/*
 * Puts one whole option into file, else into sname, as far as boot data leaves them empty
 * (RFC 2131 4.1, RFC 2132 9.3), each closed by END. Boot data therefore comes first. Only for
 * OFFER and ACK: a NAK must not use the fields (RFC 2131 table 3), and a BOOTP client
 * does not know option 52. The first one makes the reply three bytes longer, those of option 52,
 * and all others none. -ENOSPC: fits neither; nothing changed.
 */
int dhcp_reply_overload(struct dhcp_reply *reply, uint8_t code, const void *data, size_t len);

/*
 * The length of the reply's IP packet, and what it may be for this client at most: by option 57;
 * of a BOOTP client, 300 bytes of message or what its request had.
 */
size_t dhcp_reply_ip_len(const struct dhcp_msg *request, const struct dhcp_reply *reply);
size_t dhcp_reply_ip_max(const struct dhcp_msg *request);

/* The option 82 that the encoder echoes, in the request; NULL: none. */
const struct dhcp_opt *dhcp_reply_agent(const struct dhcp_msg *request,
					const struct dhcp_reply *reply);

/* Where a reply goes. */
struct dhcp_destination {
	uint32_t addr;
	uint16_t port;
	uint32_t source;    /* our own address; its port is always 67 */
	uint8_t mac[6];	    /* if `routed` a guess: where the request came from */
	bool routed;	    /* the request was relayed: the kernel's routing knows the way */
	bool broadcast_bit; /* is set in the reply, whatever the request says */
	bool past_relay;    /* straight to a relayed client: without giaddr and option 82 */
};

/*
 * By RFC 2131 4.1: to the request's giaddr:67, else (ACK, OFFER, BOOTREPLY) its ciaddr:68, else
 * broadcast if the B bit is set, else yiaddr at chaddr; where there is no yiaddr either,
 * broadcast. A NAK is broadcast (4.3.2; with giaddr it goes to the relay and the B bit is set
 * in it), but one to a client that renews through a router goes to its ciaddr, as no broadcast
 * would reach it. A relay whose option 82 has the source port sub-option is answered at the port
 * it sent from (RFC 8357).
 *
 * The ACK of a DHCPINFORM goes to ciaddr:68 even if it was relayed (4.3.5); as in Kea, giaddr and
 * option 82, which only the relay may see (RFC 3046 2.1), are then left out. Without ciaddr it
 * goes to the relay, with the B bit set, since there is no address in it for the relay to send it
 * to; else to the source address of the request; else it is broadcast.
 *
 * A unicast to ciaddr, giaddr or the source address goes to the MAC the request came from. The
 * source address is request->in.our_addr, else reply->source.
 */
void dhcp_reply_destination(const struct dhcp_msg *request, const struct dhcp_reply *reply,
			    struct dhcp_destination *ret);

/*
 * Encodes the whole frame, to dhcp_reply_destination(). IP id 0, DF, TTL 64, real IP and UDP
 * checksums, BOOTP message padded with zeros to 300 bytes, secs and hops 0; the source MAC is
 * `our_mac`. The options are options[], option 52 if there is overload, tail[] in order, option 82
 * of the request (one option again if it came split), END. An option 82 that would make the IP
 * packet longer than DHCP_REPLY_IP_MAX is left out (RFC 3046 2.2). Tags that stood in the request's
 * frame are copied; stripped ones are put back, priority 0. Returns the frame's length or -ENOSPC.
 */
int dhcp_reply_encode(const struct dhcp_msg *request, const struct dhcp_reply *reply,
		      const uint8_t our_mac[6], uint8_t *frame, size_t cap);

/*
 * Where the UDP payload starts in the encoded frame, whose end is its end: what to send through
 * a socket if the reply is `routed`.
 */
size_t dhcp_reply_payload(const struct dhcp_msg *request);

#endif
