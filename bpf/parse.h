/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Is this frame a DHCP client's request to us, and a plain one? Reads the
 * headers up to the cookie; what is not ours or merely unusual passes (I7). Writes nothing.
 *
 * A check that the daemon makes too is made here as strictly or more so: what
 * one of the two would refuse must never be answered by the other (I2). The
 * UDP checksum is the stated exception.
 *
 * Where the daemon serves a VLAN's interface, parity is judged from that interface upwards: it is
 * the kernel that puts the tag before the daemon's reply, with the priority that the interface's
 * egress map says. The reply from here has the request's own tags, priority and all.
 */
#ifndef XDHCP_BPF_PARSE_H
#define XDHCP_BPF_PARSE_H

#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/udp.h>

#include "gates.h"
#include "linear.h"
#include "maps.h"
#include "mem.h"
#include "wire.h"
#include "words.h"

#define IP_AT	   sizeof(struct ethhdr)
#define UDP_AT	   (IP_AT + sizeof(struct iphdr))
#define BOOTP_AT   (UDP_AT + sizeof(struct udphdr))
#define OPTIONS_AT (BOOTP_AT + sizeof(struct dhcp_header))
#define IP_LEN_MAX 1500

#define BOOTP_FIELD(name) (BOOTP_AT + __builtin_offsetof(struct dhcp_header, name))

#define ETHERTYPE_AT (2 * ETH_ALEN)
#define TAG_LEN	     4
#define TAGS_AT	     ETHERTYPE_AT
#define TAGS_LEN_MAX (XDHCP_LINK_TAGS * TAG_LEN)
#define TAGS_MASK    0xc /* all that the length of the tags can be, for the verifier */

_Static_assert(TAGS_LEN_MAX == 8, "the tags are a word");

/*
 * What is known of a request. Addresses and xid are words as they lie in the
 * packet. Valid after the frame has changed, but for the packet pointers.
 *
 * `data` is `frame` moved on by the tags, so that everything from the ethertype on stands where it
 * would without them. How long they are the verifier does not know: it would look at the rest of
 * the program once for each length.
 */
struct request {
	const __u8 *frame, *data, *data_end; /* linear */
	const __u8 *end;		     /* of the UDP payload */
	const struct policy *link;
	__u64 tags;	 /* ids and types as in the link's record */
	__u64 tag_bytes; /* TAGS_AT on, as they came: tags_len of them, and what follows */
	__u32 tags_len;
	__u32 link_at; /* where the link's record is in `policy`; 0: not found */
	__u32 xid, ciaddr, giaddr, ip_dst;
	__u64 from;	 /* Ethernet source; above it zero */
	__u16 sport;	 /* as in the packet */
	__u32 asked;	 /* option 50; 0: absent */
	__u32 server_id; /* option 54, with has_server_id */
	__u16 flags;	 /* as in the packet */
	__u16 max_size;	 /* option 57, host order; 0: absent */
	__u8 type;	 /* option 53; 0: absent */
	__u8 has_asked, has_server_id;
	__u8 to_our_addr; /* ip_dst is one of our unicast addresses */
	__u8 way;	  /* enum way; the verifier does not know it */
	__u16 agent_len;  /* of option 82, with both bytes; 0: absent. See agent.h */
	__u64 form;	  /* hash */
	__u64 area;	  /* hash, see walked.h; 0: of no use */
};

/* How the request came to us, and the reply gets back. */
enum way {
	WAY_DIRECT,  /* from the client itself */
	WAY_RELAYED, /* by a relay: it has put its address into giaddr */
	WAY_ROUTED,  /* by a router, past the client's relay: not from chaddr's own frame */
};

/* The record of the link that these tags are of. Closed ones are found too. */
static __always_inline const struct policy *find_link(__u32 ifindex, __u64 tags, __u32 *ret_at)
{
	__u32 place = policy_link_place(ifindex, tags);

	for (__u32 i = 0; i < XDHCP_POLICY_PROBES; i++) {
		__u32 at = XDHCP_POLICY_LINKS + ((place + i) & (XDHCP_POLICY_LINKS_N - 1));
		const struct policy *p = bpf_map_lookup_elem(&policy, &at);

		if (p && p->kind == XDHCP_POLICY_LINK && p->ifindex == ifindex &&
		    AT64(p->vlan) == tags) {
			*ret_at = at;
			return p;
		}
	}
	return NULL;
}

static __always_inline bool is_frame_to_us(const struct request *r)
{
	__u64 to = mac_word(AT64(r->frame));

	return to == mac_word(AT64(r->link->mac)) || to == mac_word(~0ull);
}

enum ip_to { IP_TO_OTHERS, IP_TO_ALL, IP_TO_OUR_ADDR };

/* Address by address, its own before its broadcast: one's broadcast may be another's own. */
static __always_inline enum ip_to ip_to(const struct policy *link, __u32 dst)
{
	if (dst == 0xffffffff)
		return IP_TO_ALL;
	if (dst == 0) /* would equal an unused place */
		return IP_TO_OTHERS;
	for (int i = 0; i < XDHCP_LINK_ADDRS; i++) {
		if (dst == AT32(link->addrs[i]))
			return IP_TO_OUR_ADDR;
		if (dst == AT32(link->broadcasts[i]))
			return IP_TO_ALL;
	}
	return IP_TO_OTHERS;
}

/*
 * Is it to us at both layers, by the daemon's own rules (addressed_to_us() in
 * user/daemon/batch.c)? What goes to an address of another interface the daemon
 * takes, too; here it passes. What was learned of the destination on the way is forgotten, so that
 * the verifier looks at the rest of the program once and not once for each way.
 */
static __always_inline bool is_to_us(struct request *r)
{
	const __u8 *dst = r->data + IP_AT + __builtin_offsetof(struct iphdr, daddr);
	__u64 unknown = AT32(dst);
	enum ip_to to = ip_to(r->link, unknown);

	if (to == IP_TO_OTHERS || !is_frame_to_us(r))
		return false;
	r->ip_dst = *(const volatile word32 *)dst;
	r->to_our_addr = (to == IP_TO_OUR_ADDR) ^ unknown_zero(r->ip_dst);
	return true;
}

static __always_inline bool ip_checksum_ok(const __u8 *ip)
{
	__u64 sum = (__u64)AT32(ip) + AT32(ip + 4) + AT32(ip + 8) + AT32(ip + 12) + AT32(ip + 16);

	return csum_fold(sum) == 0xffff;
}

static __always_inline bool is_tag(__u16 ethertype)
{
	return ethertype == bpf_htons(ETH_P_8021Q) || ethertype == bpf_htons(ETH_P_8021AD);
}

/* A tag's id, and its type above as it stands in a link's record; 0: it names no VLAN. */
static __always_inline __u64 tag_named(__u16 type, __u16 tci)
{
	__u64 id = bpf_ntohs(tci) & 0xfff;

	return id ? id | (__u64)bpf_ntohs(type) << 32 : 0;
}

/*
 * One or two tags before an IP packet; *tags are they as in a link's record. A tag of id 0 has only
 * a priority (802.1Q), and the kernel has a way of its own with it.
 */
static __always_inline enum xdhcp_verdict read_tags(const __u8 *frame, __u64 *tags, __u64 *len)
{
	__u16 type = AT16(frame + TAGS_AT);
	__u64 inner;

	if (!is_tag(type))
		return XDHCP_VERDICT_pass_not_ip;
	*tags = tag_named(type, AT16(frame + TAGS_AT + 2));
	if (!*tags)
		return XDHCP_VERDICT_pass_tags;
	*len = TAG_LEN;
	type = AT16(frame + TAGS_AT + TAG_LEN);
	if (is_tag(type)) {
		inner = tag_named(type, AT16(frame + TAGS_AT + TAG_LEN + 2));
		if (!inner)
			return XDHCP_VERDICT_pass_tags;
		*tags |= inner << 16;
		*len = 2 * TAG_LEN;
		type = AT16(frame + TAGS_AT + 2 * TAG_LEN);
		if (is_tag(type))
			return XDHCP_VERDICT_pass_tags;
	}
	return type == bpf_htons(ETH_P_IP) ? GO_ON : XDHCP_VERDICT_pass_not_ip;
}

static __always_inline enum xdhcp_verdict parse_tags(struct request *r)
{
	const __u8 *frame = r->frame;
	__u64 tags = 0, len = 0;

	if (frame + sizeof(struct ethhdr) + TAGS_LEN_MAX > r->data_end) {
		if (frame + sizeof(struct ethhdr) > r->data_end ||
		    AT16(frame + ETHERTYPE_AT) != bpf_htons(ETH_P_IP))
			return XDHCP_VERDICT_pass_not_ip;
		return XDHCP_VERDICT_pass_length;
	}
	if (AT16(frame + ETHERTYPE_AT) != bpf_htons(ETH_P_IP)) {
		enum xdhcp_verdict v = read_tags(frame, &tags, &len);

		if (v != GO_ON)
			return v;
	}
	r->tag_bytes = AT64(frame + TAGS_AT);
	r->tags = tags ^ unknown_zero(r->tag_bytes);
	len ^= unknown_zero(r->tag_bytes);
	r->tags_len = len & TAGS_MASK;
	r->data = frame + r->tags_len;
	return GO_ON;
}

/* IP and UDP: is it a whole, plain datagram to port 67? */
static __always_inline enum xdhcp_verdict parse_datagram(struct request *r)
{
	const __u8 *data = r->data, *data_end = r->data_end;
	const struct iphdr *ip = (const void *)(data + IP_AT);
	const struct udphdr *udp = (const void *)(data + UDP_AT);

	if (data + UDP_AT > data_end)
		return XDHCP_VERDICT_pass_length;
	if (ip->version != 4)
		return XDHCP_VERDICT_pass_not_ip;
	if (ip->protocol != IPPROTO_UDP)
		return XDHCP_VERDICT_pass_not_udp;
	if (ip->ihl != 5)
		return ip->ihl > 5 ? XDHCP_VERDICT_pass_ip_options : XDHCP_VERDICT_pass_length;
	if (ip->frag_off & ~bpf_htons(DHCP_IP_DF)) /* MF, an offset, or the reserved bit */
		return XDHCP_VERDICT_pass_fragment;
	if (data + BOOTP_AT > data_end)
		return XDHCP_VERDICT_pass_length;
	if (udp->dest != bpf_htons(DHCP_SERVER_PORT))
		return XDHCP_VERDICT_pass_not_dhcp;
	return GO_ON;
}

/*
 * Has its sender left the UDP checksum to hardware? Then the kernel has put the pseudo-header's sum
 * there, and on its way out completes whatever stands where the request's checksum stood. Generic
 * XDP cannot tell it that the reply's stands elsewhere; of what is sent natively it completes
 * nothing. One checksum of 65,536 looks like this by chance, and passes.
 */
static __always_inline bool is_partial(const struct request *r)
{
	const __u8 *ip = r->data + IP_AT, *udp = r->data + UDP_AT;
	__u64 sum = (__u64)AT32(ip + 12) + AT32(ip + 16) + AT16(udp + 4) + bpf_htons(IPPROTO_UDP);

	return (csum_finish(sum) ^ AT16(udp + 6)) == 0xffff;
}

/* The lengths agree with each other and with the frame, which may carry padding. */
static __always_inline enum xdhcp_verdict parse_lengths(struct xdp_md *ctx, struct request *r)
{
	const struct iphdr *ip = (const void *)(r->data + IP_AT);
	const struct udphdr *udp = (const void *)(r->data + UDP_AT);
	__u32 ip_len = bpf_ntohs(ip->tot_len);
	__u64 linear = (__u64)r->data_end - (__u64)r->frame;

	KEEP(ip_len); /* to the verifier of 6.1 a swapped half-word is any 64-bit number */
	if (!is_linear(ctx, linear))
		return XDHCP_VERDICT_pass_fragment;
	if (ip_len > IP_LEN_MAX || r->tags_len + IP_AT + ip_len > linear ||
	    bpf_ntohs(udp->len) + sizeof(*ip) != ip_len)
		return XDHCP_VERDICT_pass_length;
	if (ip_len < OPTIONS_AT - IP_AT || r->data + OPTIONS_AT > r->data_end)
		return XDHCP_VERDICT_pass_length;
	if (!ip_checksum_ok((const __u8 *)ip))
		return XDHCP_VERDICT_pass_ip_checksum;
	if (r->link->generic && is_partial(r))
		return XDHCP_VERDICT_pass_partial_checksum;
	r->end = r->data + IP_AT + ip_len;
	KEEP(r->end);
	return GO_ON;
}

/*
 * RFC 1122 3.2.1.3: no relay has an address of network 0 or 127, or a group's, nor one of ours; the
 * daemon refuses them.
 */
static __always_inline bool is_from_relay(const struct request *r)
{
	__u32 net = bpf_ntohl(r->giaddr) >> 24;

	for (int i = 0; i < XDHCP_LINK_ADDRS; i++)
		if (r->giaddr == AT32(r->link->addrs[i]))
			return false;
	return net != 0 && net != 127 && net < 224;
}

/* The same number (which the verifier must not know), but what is learned of it is not of `value`.
 */
static __always_inline __u64 forget(__u64 value)
{
	return value ^ unknown_zero(value);
}

/*
 * What a relay or a router has brought must have come to an address of ours: that is whose answer
 * the daemon gives to it. What is broadcast is for any server. By a router come only renewals, as
 * the client has no address before (RFC 2131 4.3.2). A group's address is no source of a frame
 * (802.3), but would be where the reply goes.
 */
static __always_inline enum xdhcp_verdict find_far_way(const struct request *r, __u64 *way)
{
	__u64 to_our_addr = forget(r->to_our_addr), from = forget(r->from);
	bool may = to_our_addr && !(from & 1);

	if (forget(r->giaddr) != 0) {
		if (!may || !is_from_relay(r))
			return XDHCP_VERDICT_pass_relayed;
		*way = WAY_RELAYED;
	} else {
		if (!may || forget(r->ciaddr) == 0)
			return XDHCP_VERDICT_pass_routed;
		*way = WAY_ROUTED;
	}
	return GO_ON;
}

static __always_inline enum xdhcp_verdict find_way(struct request *r)
{
	const __u8 *chaddr = r->data + BOOTP_FIELD(chaddr);
	__u64 way = WAY_DIRECT;

	if (forget(r->giaddr) != 0 || r->from != AT64(chaddr)) {
		enum xdhcp_verdict v = find_far_way(r, &way);

		if (v != GO_ON)
			return v;
	}
	r->way = way ^ unknown_zero(r->from);
	return GO_ON;
}

/* RFC 2131 2: the fixed part, of an Ethernet client. */
static __always_inline enum xdhcp_verdict parse_bootp(struct request *r)
{
	const __u8 *data = r->data, *chaddr = data + BOOTP_FIELD(chaddr);
	const __u32 hardware = bpf_htonl(DHCP_BOOTREQUEST << 24 | DHCP_HTYPE_ETHERNET << 16 |
					 DHCP_HLEN_ETHERNET << 8);

	/* `hops` is the fourth byte: a direct client's is of no interest, but the daemon's. */
	if ((AT32(data + BOOTP_AT) & bpf_htonl(0xffffff00)) != hardware ||
	    AT32(data + BOOTP_FIELD(cookie)) != bpf_htonl(DHCP_COOKIE) || AT16(chaddr + 6) != 0 ||
	    AT64(chaddr + 8) != 0)
		return XDHCP_VERDICT_pass_header;
	r->from = AT64(r->frame + ETH_ALEN - 2) >> 16;
	r->sport = AT16(data + UDP_AT);
	r->giaddr = AT32(data + BOOTP_FIELD(giaddr));
	r->xid = AT32(data + BOOTP_FIELD(xid));
	r->flags = AT16(data + BOOTP_FIELD(flags));
	r->ciaddr = AT32(data + BOOTP_FIELD(ciaddr));
	return find_way(r);
}

static __always_inline enum xdhcp_verdict parse_headers(struct xdp_md *ctx, struct request *r)
{
	enum xdhcp_verdict v;

	r->frame = (const __u8 *)(long)ctx->data;
	r->data_end = (const __u8 *)(long)ctx->data_end;
	v = parse_tags(r);
	if (v != GO_ON)
		return v;
	v = parse_datagram(r);
	if (v != GO_ON)
		return v;
	r->link = find_link(ctx->ingress_ifindex, r->tags, &r->link_at);
	if (!r->link)
		return XDHCP_VERDICT_pass_not_link;
	__u32 closed = READ_ONCE(r->link->closed);

	if (closed)
		return XDHCP_VERDICT_pass_gate_link;
	r->link = READ_AFTER(r->link, closed);
	if (!is_to_us(r))
		return XDHCP_VERDICT_pass_not_us;
	v = parse_lengths(ctx, r);
	if (v != GO_ON)
		return v;
	return parse_bootp(r);
}

#endif
