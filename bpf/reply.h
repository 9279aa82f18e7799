/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The reply, written over the request: byte for byte what the daemon's encoder
 * (user/proto/reply.c) makes of the same parts (I2). Everything has been decided when
 * write_reply() begins; it can only succeed or find that the frame is not what was made.
 *
 * Lengths are read from the maps again where loops ended, so that the
 * verifier goes on with one state and not with one for each way out of the loop.
 *
 * How parts are copied was chosen by what a hit of build/bench/fastpath executes: of some 1,200
 * instructions 71 less than with steps that halve down to the exact length, each with its own
 * bounds check.
 */
#ifndef XDHCP_BPF_REPLY_H
#define XDHCP_BPF_REPLY_H

#include "agent.h"
#include "lease.h"
#include "words.h"

#define BOOTP_MIN_END (BOOTP_AT + DHCP_BOOTP_MIN)

/* How long the parts are. */
struct layout {
	__u32 options;	     /* of the template */
	__u32 tail_at, tail; /* in slot->tail */
	__u32 agent;	     /* option 82 */
	__u32 bootp, udp, ip, frame;
	bool padded;
};

_Static_assert(sizeof(struct iphdr) + sizeof(struct udphdr) + sizeof(struct dhcp_header) +
			       XDHCP_TEMPLATE_OPTIONS_MAX + XDHCP_TAIL_MAX + AGENT_MAX + 1 <=
		       IP_LEN_MAX,
	       "there is always room for option 82: the daemon leaves it out where there is none");

/* Where the reply goes. */
struct destination {
	__u32 addr;
	__u16 port; /* both as in the packet */
	bool all;   /* a broadcast frame; else to where the request came from */
};

/* Byte n: where n pieces of the tail end, n <= XDHCP_TAIL_PIECES. */
static __always_inline __u32 tail_ends(const struct slot *slot)
{
	_Static_assert(XDHCP_TAIL_PIECES == 3, "fit a word");
	return *(const volatile word32 *)slot->tail_end << 8;
}

static __always_inline __u32 tail_end(__u32 ends, __u32 pieces)
{
	return ends >> (8 * pieces) & 0xff;
}

/* False: slot or template hold what no daemon writes. */
static __always_inline bool lay_out(const struct request *r, const struct slot *slot,
				    const struct template *t, struct layout *l)
{
	__u32 first = t->tail_first, last = t->tail_last, ends = tail_ends(slot), end;

	if (first > last || last > XDHCP_TAIL_PIECES)
		return false;
	l->options = READ_ONCE(t->options_len);
	l->tail_at = tail_end(ends, first);
	end = tail_end(ends, last);
	l->tail = end - l->tail_at; /* huge if they are the wrong way round */
	KEEP(l->options);
	KEEP(l->tail);
	if (l->options > XDHCP_TEMPLATE_OPTIONS_MAX || end > XDHCP_TAIL_MAX ||
	    l->tail > XDHCP_TAIL_MAX)
		return false;
	/* checked before they are spilled: 6.1 does not tell a spilled copy what a check says */
	KEEP(l->options);
	KEEP(l->tail_at);
	KEEP(l->tail);
	l->agent = r->agent_len & AGENT_MASK;
	l->bootp = sizeof(struct dhcp_header) + l->options + l->tail + l->agent + 1;
	l->padded = l->bootp < DHCP_BOOTP_MIN;
	if (l->padded)
		l->bootp = DHCP_BOOTP_MIN;
	l->udp = sizeof(struct udphdr) + l->bootp;
	l->ip = sizeof(struct iphdr) + l->udp;
	l->frame = r->tags_len + IP_AT + l->ip;
	return true;
}

/*
 * Gives the frame the reply's length. It grows at the head, where drivers
 * keep room, else at the tail. One adjustment or none succeeds, so there is nothing to undo.
 */
static __always_inline bool make_room(struct xdp_md *ctx, const struct request *r, __u32 frame)
{
	long grow = (long)frame - (long)((__u64)r->data_end - (__u64)r->frame);

	if (grow == 0)
		return true;
	if (grow > 0 && bpf_xdp_adjust_head(ctx, -grow) == 0)
		return true;
	return bpf_xdp_adjust_tail(ctx, grow) == 0;
}

/*
 * RFC 2131 4.1: to the relay, else to ciaddr, else to everybody if the client wants that, else to
 * yiaddr. The frame goes where the request came from (or what route.h has found instead): a
 * relay's and a router's way back, and a direct client's chaddr. RFC 8357 5.1: a relay may listen
 * where it sent from; port 0 is no place to listen at.
 */
static __always_inline struct destination find_destination(const struct request *r,
							   const struct answer *a)
{
	struct destination to = {.addr = a->addr, .port = bpf_htons(DHCP_CLIENT_PORT)};

	if (r->way == WAY_RELAYED) {
		to.addr = r->giaddr;
		to.port = bpf_htons(DHCP_SERVER_PORT);
		if (a->template->to_sport && r->sport)
			to.port = r->sport;
	} else if (r->ciaddr == 0 && (r->flags & bpf_htons(DHCP_FLAG_BROADCAST))) {
		to.addr = 0xffffffff;
		to.all = true;
	}
	return to;
}

/*
 * The tags are the request's, priority included; where there are fewer, what follows them in the
 * word lies under the ethertype and the IP header, which are written over it.
 */
static __always_inline void write_ethernet(__u8 *frame, __u8 *data, const struct request *r,
					   bool to_all)
{
	__u64 to = to_all ? ~0ull : r->from;

	AT32(frame) = to;
	AT16(frame + 4) = to >> 32;
	AT32(frame + 6) = AT32(r->link->mac);
	AT16(frame + 10) = AT16(r->link->mac + 4);
	AT64(frame + TAGS_AT) = r->tag_bytes;
	AT16(data + ETHERTYPE_AT) = bpf_htons(ETH_P_IP);
}

static __always_inline void write_ip(__u8 *ip, __u32 src, __u32 dst, __u32 len)
{
	const __u32 version = bpf_htonl(0x45000000), flags = bpf_htonl(DHCP_IP_DF);
	const __u32 protocol = bpf_htonl(DHCP_IP_TTL << 24 | IPPROTO_UDP << 16);
	__u32 first = version | bpf_htonl(len);

	AT32(ip) = first;
	AT32(ip + 4) = flags;
	AT32(ip + 8) = protocol;
	AT16(ip + 10) = csum_finish((__u64)first + flags + protocol + src + dst);
	AT32(ip + 12) = src;
	AT32(ip + 16) = dst;
}

/* Sum of the tail where it stands; at an odd offset it counts with its bytes swapped. */
static __always_inline __u64 tail_sum(const struct slot *slot, const struct template *t,
				      const struct layout *l)
{
	const __u8 *sums = (const __u8 *)slot + __builtin_offsetof(struct slot, tail_sum_of_none);
	__u32 first = READ_ONCE(t->tail_first) & XDHCP_TAIL_PIECES;
	__u32 last = READ_ONCE(t->tail_last) & XDHCP_TAIL_PIECES; /* 3: a mask, for the verifier */
	__u32 sum = AT16(sums + last * 2) + (AT16(sums + first * 2) ^ 0xffff);

	return sum << (((l->options ^ l->tail_at) & 1) * 8);
}

static __always_inline void write_udp(__u8 *udp, __u16 port, __u32 len, __u64 sum)
{
	__u32 ports = bpf_htons(DHCP_SERVER_PORT) | (__u32)port
							    << 16; /* little-endian, as form.h */
	__u16 check;

	/* the length counts twice: in the header and in the pseudo-header (RFC 768) */
	sum += ports + (__u64)bpf_htons(len) * 2 + bpf_htons(IPPROTO_UDP);
	check = csum_finish(sum);
	AT32(udp) = ports;
	AT16(udp + 4) = bpf_htons(len);
	AT16(udp + 6) = check ? check : 0xffff;
}

/* RFC 2131 4.3.1 table 3, up to and with chaddr; returns its sum but for siaddr (in t->sum). */
static __always_inline __u64 write_bootp(__u8 *b, const struct request *r, const struct answer *a)
{
	const __u32 hardware = bpf_htonl(DHCP_BOOTREPLY << 24 | DHCP_HTYPE_ETHERNET << 16 |
					 DHCP_HLEN_ETHERNET << 8);
	__u32 chaddr = AT32(a->slot->chaddr);
	__u32 chaddr_end = AT16(a->slot->chaddr + 4); /* and padding */
	__u32 flags = (__u32)r->flags << 16;	      /* after secs, which is 0 */

	AT32(b) = hardware;
	AT32(b + 4) = r->xid;
	AT32(b + 8) = flags;
	AT32(b + 12) = r->ciaddr;
	AT32(b + 16) = a->addr;
	AT32(b + 20) = AT32(a->template->siaddr);
	AT32(b + 24) = r->giaddr;
	AT32(b + 28) = chaddr;
	AT32(b + 32) = chaddr_end;
	AT64(b + 36) = 0;
	return (__u64)hardware + r->xid + flags + r->ciaddr + a->addr + r->giaddr + chaddr +
	       chaddr_end;
}

static __always_inline void write_boot_fields(__u8 *sname, const struct template *t)
{
	const __u32 len = sizeof(t->sname) + sizeof(t->file);
	/* both: a pointer to the one alone could not go on into the other */
	const __u8 *from = (const __u8 *)t + __builtin_offsetof(struct template, sname);

	if (t->has_boot) {
		for (__u32 i = 0; i < len; i += 8)
			AT64(sname + i) = AT64(from + i);
	} else {
		for (__u32 i = 0; i < len; i += 8)
			AT64(sname + i) = 0;
	}
}

/*
 * Copying exact lengths in whole pieces: the one that ends where the part ends begins before the
 * part does, in what is written later. So the order is tail, options, header. The bounds that are
 * checked on the way always hold; they are the verifier's. Map values are bounded by position, the
 * packet by data_end.
 */
#define TAIL_PIECE   8
#define OPTION_PIECE 32

/* From behind. What lies before the tail in the slot is 92 bytes, so the last pieces need a look.
 */
static __always_inline bool copy_tail(__u8 *options, const __u8 *data_end, const struct slot *slot,
				      const struct layout *l)
{
	__u64 at = l->options + l->tail, end = l->tail_at + l->tail;
	__u8 *to = options - TAIL_PIECE + at;

	if (l->tail == 0)
		return true;
	KEEP(end);
	KEEP(to);
	if (end > XDHCP_TAIL_MAX || to + TAIL_PIECE > data_end)
		return false;
	const __u8 *from = (const __u8 *)slot + end;
#pragma unroll
	for (__u32 i = 0; i < (XDHCP_TAIL_MAX + TAIL_PIECE - 1) / TAIL_PIECE; i++) {
		const __u32 back = i * TAIL_PIECE;
		const int place = (int)__builtin_offsetof(struct slot, tail) - TAIL_PIECE -
				  (int)back;

		if (place >= 0) {
			if (l->tail <= back)
				break;
		} else { /* `end` is no less than the tail */
			if (end <= back)
				break;
			KEEP(end);
			from = (const __u8 *)slot + end;
		}
		AT64(to - back) = AT64(from + place);
	}
	return true;
}

static __always_inline bool copy_options(__u8 *options, const __u8 *data_end,
					 const struct template *t)
{
	__u64 len = READ_ONCE(t->options_len);
	const __u8 *from = (const __u8 *)t +
			   (__builtin_offsetof(struct template, options) - OPTION_PIECE);
	__u8 *to = options - OPTION_PIECE;

	KEEP(len);
	if (len > XDHCP_TEMPLATE_OPTIONS_MAX)
		return false;
#define COPY(to, from)                                     \
	do {                                               \
		for (int b = 0; b < OPTION_PIECE; b += 8)  \
			AT64((to) + b) = AT64((from) + b); \
	} while (0)
#pragma unroll
	for (__u32 at = 0; at < XDHCP_TEMPLATE_OPTIONS_MAX - OPTION_PIECE; at += OPTION_PIECE) {
		if (len <= at + OPTION_PIECE)
			break;
		if (options + at + OPTION_PIECE > data_end)
			return false;
		COPY(options + at, t->options + at);
	}
	to += len;
	from += len;
	KEEP(to);
	if (to + OPTION_PIECE > data_end)
		return false;
	COPY(to, from);
#undef COPY
	return true;
}

static __always_inline bool write_options(__u8 *data, const __u8 *data_end, const struct answer *a,
					  const struct layout *l)
{
	__u8 *options = data + OPTIONS_AT;
	__u8 *end = options + l->options + l->tail + l->agent;

	if (l->padded) { /* to 300 bytes; what is written below lies over it */
		for (__u32 i = 0; i + 8 <= BOOTP_MIN_END - OPTIONS_AT; i += 8)
			AT64(options + i) = 0;
		AT32(data + BOOTP_MIN_END - 4) = 0;
	}
	KEEP(end);
	if (end + 1 > data_end)
		return false;
	*end = DHO_END;
	return copy_tail(options, data_end, a->slot, l) &&
	       copy_options(options, data_end, a->template);
}

static __always_inline __u64 agent_sum(const struct request *r)
{
	const struct agent *agent = r->agent_len ? agent_of_this_cpu() : NULL;

	return agent ? agent->sum : 0;
}

/* True: the frame is the reply. False: it is not as make_room() left it. */
static __always_inline bool write_reply(struct xdp_md *ctx, const struct request *r,
					const struct answer *a, const struct layout *l)
{
	__u8 *frame = (__u8 *)(long)ctx->data, *data = frame + (r->tags_len & TAGS_MASK);
	const __u8 *data_end = (const __u8 *)(long)ctx->data_end;
	__u32 src = r->to_our_addr ? r->ip_dst : AT32(a->template->server_id);

	if (data + BOOTP_MIN_END > data_end || frame + BOOTP_MIN_END > data_end ||
	    (__u64)data_end - (__u64)frame != l->frame)
		return false;
	if (!write_options(data, data_end, a, l))
		return false;
	struct destination to = find_destination(r, a);

	write_ethernet(frame, data, r, to.all);
	write_ip(data + IP_AT, src, to.addr, l->ip);
	__u64 sum = write_bootp(data + BOOTP_AT, r, a);
	__u32 agent = l->options + l->tail, end = agent + l->agent;

	sum += (__u64)src + to.addr + a->template->sum + tail_sum(a->slot, a->template, l);
	_Static_assert(AGENT_WORDS * 2 < 1 << 7, "shifted below 2^47, and all the rest below 2^40");
	sum += agent_sum(r) << ((agent & 1) * 8);
	sum += (__u64)bpf_htons(DHO_END << 8) << ((end & 1) * 8);
	write_udp(data + UDP_AT, to.port, l->udp, sum);
	write_boot_fields(data + BOOTP_FIELD(sname), a->template);
	AT32(data + BOOTP_FIELD(cookie)) = bpf_htonl(DHCP_COOKIE);
	return !r->agent_len || agent_put(ctx, r->tags_len + OPTIONS_AT + agent, r->agent_len);
}

#endif
