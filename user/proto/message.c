// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Decoding of received frames. See message.h.
 *
 * Every step works on a `span` whose end it never passes: the frame, then the
 * IP packet without the Ethernet padding, then the UDP payload, then one option area.
 * A length on the wire only ever makes a span shorter. What is refused is
 * refused before anything is derived from it.
 */
#include "message.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/udp.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "csum.h"

#define IP_FRAGMENT_MASK 0x3fffu /* MF and the offset; host order */
#define VLAN_ID_MASK	 0x0fffu
#define VLAN_TAGS_MAX	 2

struct span {
	const uint8_t *at, *end;
};

static size_t span_len(const struct span *s)
{
	return (size_t)(s->end - s->at);
}

/* Copies the next `len` bytes out. False: there are not as many. */
static bool span_take(struct span *s, void *ret, size_t len)
{
	if (span_len(s) < len)
		return false;
	memcpy(ret, s->at, len);
	s->at += len;
	return true;
}

static uint16_t get_u16(const uint8_t p[2])
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

/* --- Ethernet, IP, UDP: each takes its header off `s` and trims its end --- */

/* VLAN id 0 is a priority tag: it stays in the frame, but names no VLAN (802.1Q), nor hides one. */
static void add_vlan(struct dhcp_msg *msg, uint16_t id)
{
	msg->in.vlan[msg->in.vlan[0] != 0] = id;
}

static enum dhcp_decode_result decode_ethernet(struct span *s, struct dhcp_msg *msg)
{
	uint8_t type[2], tci[2];

	if (!span_take(s, msg->eth_dst, 6) || !span_take(s, msg->eth_src, 6) ||
	    !span_take(s, type, 2))
		return DHCP_DECODE_truncated;
	while (get_u16(type) == ETH_P_8021Q || get_u16(type) == ETH_P_8021AD) {
		if (msg->tags_stripped + msg->tags_in_frame == VLAN_TAGS_MAX)
			return DHCP_DECODE_not_dhcp;
		if (!span_take(s, tci, 2) || !span_take(s, type, 2))
			return DHCP_DECODE_truncated;
		msg->tags_in_frame++;
		add_vlan(msg, get_u16(tci) & VLAN_ID_MASK);
	}
	return get_u16(type) == ETH_P_IP ? DHCP_DECODE_ok : DHCP_DECODE_not_dhcp;
}

static enum dhcp_decode_result decode_ip(struct span *s, struct dhcp_msg *msg)
{
	const uint8_t *start = s->at;
	struct iphdr ip;

	if (!span_take(s, &ip, sizeof(ip)))
		return DHCP_DECODE_truncated;
	size_t header = ip.ihl * 4u, total = ntohs(ip.tot_len);

	if (ip.version != 4 || header < sizeof(ip) || total < header)
		return DHCP_DECODE_ip_header;
	if (ip.protocol != IPPROTO_UDP)
		return DHCP_DECODE_not_dhcp;
	if ((size_t)(s->end - start) < total)
		return DHCP_DECODE_truncated;
	if (dhcp_csum_fold(dhcp_csum_add(0, start, header, false)) != 0xffff)
		return DHCP_DECODE_ip_header;
	if (ntohs(ip.frag_off) & IP_FRAGMENT_MASK)
		return DHCP_DECODE_fragment;
	msg->ip_src = ntohl(ip.saddr);
	msg->ip_dst = ntohl(ip.daddr);
	s->at = start + header;
	s->end = start + total; /* what follows is Ethernet padding */
	return DHCP_DECODE_ok;
}

/* RFC 768. A zero checksum is none. */
static bool udp_checksum_ok(const struct dhcp_msg *msg, const uint8_t *datagram, uint16_t len)
{
	uint32_t pseudo[3] = {htonl(msg->ip_src), htonl(msg->ip_dst),
			      htonl((uint32_t)IPPROTO_UDP << 16 | len)};
	uint32_t sum = dhcp_csum_add(0, pseudo, sizeof(pseudo), false);

	return dhcp_csum_fold(dhcp_csum_add(sum, datagram, len, false)) == 0xffff;
}

static enum dhcp_decode_result decode_udp(struct span *s, uint8_t op, struct dhcp_msg *msg)
{
	const uint8_t *start = s->at;
	struct udphdr udp;

	if (!span_take(s, &udp, sizeof(udp)))
		return DHCP_DECODE_truncated;
	uint16_t len = ntohs(udp.len);

	if (op == DHCP_BOOTREQUEST ? ntohs(udp.dest) != DHCP_SERVER_PORT
				   : ntohs(udp.source) != DHCP_SERVER_PORT)
		return DHCP_DECODE_not_dhcp;
	if (len < sizeof(udp) || (size_t)(s->end - start) < len)
		return DHCP_DECODE_truncated;
	s->end = start + len;
	if (udp.check != 0 && !msg->in.csum_not_ready && !udp_checksum_ok(msg, start, len))
		return DHCP_DECODE_udp_checksum;
	msg->udp_sport = ntohs(udp.source);
	msg->udp_dport = ntohs(udp.dest);
	return DHCP_DECODE_ok;
}

/* --- the BOOTP message --- */

static bool is_client_mac(const uint8_t mac[6])
{
	static const uint8_t zero[6];

	return !(mac[0] & 1) && memcmp(mac, zero, 6) != 0;
}

/*
 * The reply goes to giaddr, so whoever sends a request chooses where: not to ourselves, nor to
 * many. RFC 1122 3.2.1.3: network 0 means "this" host or network, 127 never leaves a host; from 224
 * on are groups, what is reserved, and everybody (RFC 1112 4). 0.0.0.0 is no relay at all.
 */
static bool is_relay(uint32_t giaddr)
{
	uint32_t net = giaddr >> 24;

	return giaddr == 0 || (net != 0 && net != 127 && net < 224);
}

static enum dhcp_decode_result decode_header(struct span *s, uint8_t op, struct dhcp_msg *msg)
{
	struct dhcp_header h;

	if (!span_take(s, &h, sizeof(h)))
		return DHCP_DECODE_truncated;
	if (h.op != op)
		return DHCP_DECODE_op;
	if (h.htype != DHCP_HTYPE_ETHERNET || h.hlen != DHCP_HLEN_ETHERNET ||
	    !is_client_mac(h.chaddr))
		return DHCP_DECODE_hardware;
	if (h.cookie != htonl(DHCP_COOKIE))
		return DHCP_DECODE_cookie;
	if (!is_relay(dhcp_get_addr(h.giaddr)))
		return DHCP_DECODE_relay;
	msg->xid = ntohl(h.xid);
	msg->flags = ntohs(h.flags);
	msg->ciaddr = dhcp_get_addr(h.ciaddr);
	msg->yiaddr = dhcp_get_addr(h.yiaddr);
	msg->siaddr = dhcp_get_addr(h.siaddr);
	msg->giaddr = dhcp_get_addr(h.giaddr);
	memcpy(msg->chaddr, h.chaddr, sizeof(msg->chaddr));
	msg->options = s->at;
	msg->options_len = span_len(s);
	return DHCP_DECODE_ok;
}

/* --- options --- */

struct option {
	uint8_t code, len;
	const uint8_t *data;
};

/*
 * RFC 2132 2: PAD has no length, END ends the area. 1: *ret_option is the next
 * one; 0: no more; -1: it runs past the end.
 */
static int next_option(struct span *s, struct option *ret_option)
{
	uint8_t len;

	while (s->at < s->end && *s->at == DHO_PAD)
		s->at++;
	if (s->at == s->end || *s->at == DHO_END)
		return 0;
	if (span_len(s) < 2)
		return -1;
	len = s->at[1];
	if (span_len(s) - 2 < len)
		return -1;
	*ret_option = (struct option){.code = s->at[0], .len = len, .data = s->at + 2};
	s->at += 2 + len;
	return 1;
}

/*
 * First pass: opt[] gets each option's first piece, and the length of all of its
 * pieces. Pieces do not overlap within one UDP payload, so the lengths cannot overflow.
 */
static bool scan_area(struct dhcp_msg *msg, struct span area)
{
	struct option o;
	int r;

	while ((r = next_option(&area, &o)) > 0) {
		struct dhcp_opt *opt = &msg->opt[o.code];

		if (opt->data) {
			msg->repeated = true;
		} else {
			msg->codes[msg->n_codes++] = o.code;
			opt->data = o.data;
		}
		opt->len += o.len;
	}
	return r == 0;
}

/*
 * Second pass (RFC 3396), only if some code occurred twice: options in several pieces move to
 * joined[]. next[code] is 1 + where the next piece goes; 0: the option stays in the frame (it
 * came once, or its other pieces were empty). False: joined[] is full.
 */
static bool join_area(struct dhcp_msg *msg, struct span area, uint16_t next[256])
{
	struct option o;

	while (next_option(&area, &o) > 0) {
		struct dhcp_opt *opt = &msg->opt[o.code];

		if (opt->data == o.data && opt->len != o.len) { /* the first of several */
			if (opt->len > sizeof(msg->joined) - msg->joined_len)
				return false;
			opt->data = msg->joined + msg->joined_len;
			next[o.code] = msg->joined_len + 1;
			msg->joined_len += opt->len;
		}
		if (next[o.code] == 0)
			continue;
		memcpy(msg->joined + next[o.code] - 1, o.data, o.len);
		next[o.code] += o.len;
	}
	return true;
}

/*
 * The areas in the order in which RFC 3396 joins them. Option 52 counts in the options
 * field only; a value that RFC 2132 9.3 does not know leaves no safe way to read on. Returns
 * how many, or -1.
 */
static int option_areas(struct dhcp_msg *msg, struct span areas[3])
{
	const uint8_t *header = msg->options - sizeof(struct dhcp_header);
	const struct dhcp_opt *overload = &msg->opt[DHO_OVERLOAD];
	int n = 0;

	areas[n++] = (struct span){msg->options, msg->options + msg->options_len};
	if (!scan_area(msg, areas[0]))
		return -1;
	if (!overload->data)
		return n;
	/* data[-1] is the length of its first piece: one byte is not split */
	if (overload->len != 1 || overload->data[-1] != 1 || overload->data[0] < 1 ||
	    overload->data[0] > 3)
		return -1;
	msg->overloaded = true;
	if (overload->data[0] & DHCP_OVERLOAD_FILE) {
		const uint8_t *file = header + offsetof(struct dhcp_header, file);

		areas[n++] = (struct span){file, file + 128};
	}
	if (overload->data[0] & DHCP_OVERLOAD_SNAME) {
		const uint8_t *sname = header + offsetof(struct dhcp_header, sname);

		areas[n++] = (struct span){sname, sname + 64};
	}
	for (int i = 1; i < n; i++)
		if (!scan_area(msg, areas[i]))
			return -1;
	return n;
}

static bool decode_options(struct dhcp_msg *msg)
{
	struct span areas[3];
	int n = option_areas(msg, areas);

	if (n < 0)
		return false;
	if (msg->repeated) {
		uint16_t next[256] = {0};

		for (int i = 0; i < n; i++)
			if (!join_area(msg, areas[i], next))
				return false;
	}
	return true;
}

/* Of the right length, or absent. */
static bool option_is(const struct dhcp_msg *msg, uint8_t code, uint16_t len, bool *ret_present)
{
	const struct dhcp_opt *opt = &msg->opt[code];

	*ret_present = opt->data != NULL;
	return !opt->data || opt->len == len;
}

static enum dhcp_decode_result decode_values(uint8_t op, struct dhcp_msg *msg)
{
	bool has_type, has_max;

	if (!option_is(msg, DHO_MESSAGE_TYPE, 1, &has_type) ||
	    !option_is(msg, DHO_REQUESTED_ADDRESS, 4, &msg->has_requested) ||
	    !option_is(msg, DHO_SERVER_IDENTIFIER, 4, &msg->has_server_id) ||
	    !option_is(msg, DHO_LEASE_TIME, 4, &msg->has_lease_time) ||
	    !option_is(msg, DHO_MAX_MESSAGE_SIZE, 2, &has_max))
		return DHCP_DECODE_options;
	if (msg->has_requested)
		msg->requested = dhcp_get_addr(msg->opt[DHO_REQUESTED_ADDRESS].data);
	if (msg->has_server_id)
		msg->server_id = dhcp_get_addr(msg->opt[DHO_SERVER_IDENTIFIER].data);
	if (msg->has_lease_time)
		msg->lease_time = dhcp_get_u32(msg->opt[DHO_LEASE_TIME].data);
	if (has_max)
		msg->max_size = get_u16(msg->opt[DHO_MAX_MESSAGE_SIZE].data);
	/* RFC 1534 2: without the option it is a BOOTP client's. A type of 0 is no type. */
	if (!has_type) {
		msg->type = DHCP_BOOTP;
		return DHCP_DECODE_ok;
	}
	msg->type = msg->opt[DHO_MESSAGE_TYPE].data[0];
	switch (msg->type) {
	case DHCP_DISCOVER:
	case DHCP_REQUEST:
	case DHCP_DECLINE:
	case DHCP_RELEASE:
	case DHCP_INFORM:
		return op == DHCP_BOOTREQUEST ? DHCP_DECODE_ok : DHCP_DECODE_no_type;
	case DHCP_OFFER:
	case DHCP_ACK:
	case DHCP_NAK:
		return op == DHCP_BOOTREPLY ? DHCP_DECODE_ok : DHCP_DECODE_server_message;
	default:
		return DHCP_DECODE_no_type;
	}
}

/* --- public --- */

/* Into a message that is clear up to codes[]. */
static enum dhcp_decode_result decode(const uint8_t *frame, size_t len,
				      const struct dhcp_ingress *in, uint8_t op,
				      struct dhcp_msg *ret_msg)
{
	struct span s = {frame, frame + len};
	enum dhcp_decode_result r;

	ret_msg->in = *in;
	ret_msg->frame = frame;
	ret_msg->tags_stripped = (in->vlan[0] != 0) + (in->vlan[1] != 0);

	r = decode_ethernet(&s, ret_msg);
	if (r == DHCP_DECODE_ok)
		r = decode_ip(&s, ret_msg);
	if (r == DHCP_DECODE_ok)
		r = decode_udp(&s, op, ret_msg);
	if (r == DHCP_DECODE_ok)
		r = decode_header(&s, op, ret_msg);
	if (r == DHCP_DECODE_ok && !decode_options(ret_msg))
		r = DHCP_DECODE_options;
	if (r == DHCP_DECODE_ok)
		r = decode_values(op, ret_msg);
	return r;
}

enum dhcp_decode_result dhcp_decode(const uint8_t *frame, size_t len, const struct dhcp_ingress *in,
				    struct dhcp_msg *ret_msg)
{
	memset(ret_msg, 0, offsetof(struct dhcp_msg, codes));
	return decode(frame, len, in, DHCP_BOOTREQUEST, ret_msg);
}

enum dhcp_decode_result dhcp_decode_sent(const uint8_t *frame, size_t len,
					 const struct dhcp_ingress *in, struct dhcp_msg *ret_msg)
{
	memset(ret_msg, 0, offsetof(struct dhcp_msg, codes));
	return decode(frame, len, in, DHCP_BOOTREPLY, ret_msg);
}

enum dhcp_decode_result dhcp_decode_anew(const uint8_t *frame, size_t len,
					 const struct dhcp_ingress *in, struct dhcp_msg *msg)
{
	const size_t behind = offsetof(struct dhcp_msg, opt) + sizeof(msg->opt);

	while (msg->n_codes > 0)
		msg->opt[msg->codes[--msg->n_codes]] = (struct dhcp_opt){0};
	memset(msg, 0, offsetof(struct dhcp_msg, opt));
	memset((uint8_t *)msg + behind, 0, offsetof(struct dhcp_msg, codes) - behind);
	return decode(frame, len, in, DHCP_BOOTREQUEST, msg);
}

bool dhcp_is_routed(const struct dhcp_msg *msg)
{
	return !msg->giaddr && memcmp(msg->eth_src, msg->chaddr, DHCP_CHADDR_LEN) != 0;
}

uint32_t dhcp_asked_address(const struct dhcp_msg *msg)
{
	return msg->ciaddr ? msg->ciaddr : msg->requested;
}

const char *dhcp_decode_name(enum dhcp_decode_result result)
{
	static const char *const names[] = {
#define X(name, help) #name,
		DHCP_DECODE_RESULTS(X)
#undef X
	};

	return (unsigned)result < DHCP_DECODE_COUNT ? names[result] : "?";
}

const char *dhcp_decode_help(enum dhcp_decode_result result)
{
	static const char *const helps[] = {
#define X(name, help) help,
		DHCP_DECODE_RESULTS(X)
#undef X
	};

	return (unsigned)result < DHCP_DECODE_COUNT ? helps[result] : "?";
}

const char *dhcp_type_name(uint8_t type)
{
	static const char *const names[] = {
		[DHCP_BOOTP] = "BOOTREQUEST",	[DHCP_DISCOVER] = "DHCPDISCOVER",
		[DHCP_OFFER] = "DHCPOFFER",	[DHCP_REQUEST] = "DHCPREQUEST",
		[DHCP_DECLINE] = "DHCPDECLINE", [DHCP_ACK] = "DHCPACK",
		[DHCP_NAK] = "DHCPNAK",		[DHCP_RELEASE] = "DHCPRELEASE",
		[DHCP_INFORM] = "DHCPINFORM",
	};

	return type <= DHCP_INFORM ? names[type] : "DHCP?";
}

const char *dhcp_addr_str(uint32_t addr, char buf[DHCP_ADDR_STR])
{
	snprintf(buf, DHCP_ADDR_STR, "%u.%u.%u.%u", addr >> 24, addr >> 16 & 0xff, addr >> 8 & 0xff,
		 addr & 0xff);
	return buf;
}

const char *dhcp_mac_str(const uint8_t mac[6], char buf[DHCP_MAC_STR])
{
	snprintf(buf, DHCP_MAC_STR, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3],
		 mac[4], mac[5]);
	return buf;
}
