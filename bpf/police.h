/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The policers: the only frames that are ever dropped unanswered, and only where an operator has
 * set a limit (I7). All are off unless set, and act only while XDP may answer (gates.h).
 *
 *   client      ACKs that one client gets of XDP. Over it: dropped, not passed, which would only
 *               move the work to the daemon.
 *   discover    DISCOVERs of one link that the daemon is given.
 *   other       all else of one link that the daemon is given: whatever is addressed to us, to
 *               port 67, and is not answered here, be it well formed or not.
 *
 * What is answered here never counts against a link's budgets, so no flood of what is passed can
 * starve renewals; and what is not to us, or not to port 67, no policer looks at. Nor at fragments,
 * which the daemon refuses at a glance.
 *
 * Each bucket is one word by the generic cell rate algorithm (ITU-T I.371): the time up to which
 * the past packets have spent the budget. A packet may go if that lies no more than burst - 1
 * intervals ahead, and moves it by an interval. So nothing has to be refilled, and a changed limit
 * is in force with the next packet: a word further ahead than the present limits can bring it is
 * of other limits, and counts as unspent. The clock is CLOCK_BOOTTIME, which nobody sets and which
 * goes on while the machine sleeps: after a sleep the buckets are full.
 *
 * A client's word is in its slot, in the cache line that the comparison has loaded. A hash map,
 * LRU or not, would cost a second cache miss, and whoever invents clients could flush it, so that
 * its insertions would need a limit of their own; a slot is there only for who has a lease, and
 * nobody is forgotten before it. The word counts milliseconds in 32 bits, which wrap after 49
 * days: `last`, the second of the client's latest ACK, tells one that has wrapped from one that
 * lies ahead.
 *
 * Two CPUs: words change by compare-and-exchange, so what may go is counted. A packet that has
 * lost POLICE_TRIES times goes uncounted: the rate is exceeded by at most one packet a CPU for
 * each POLICE_TRIES that are counted, and only while CPUs meet in the same word. The clients' clock
 * is read once a jiffy (clock.h), so two packets may differ by CLOCK_LAG, and a client's rate
 * by what it gets in so long.
 *
 * Survives a crash of the daemon: limits and words are in the pinned maps.
 */
#ifndef XDHCP_BPF_POLICE_H
#define XDHCP_BPF_POLICE_H

#include "clock.h"
#include "gates.h"
#include "parse.h"

#define POLICE_TRIES 4

/*
 * Of a client whose ACKs are limited to one in `interval` ms: may it have another now? Global, so
 * that the verifier looks at it once and not once for each way that leads here.
 */
int client_bucket(struct slot *slot, __u32 now, __u32 ms, __u32 interval, __u32 burst);

__attribute__((noinline)) int client_bucket(struct slot *slot, __u32 now, __u32 ms, __u32 interval,
					    __u32 burst)
{
	if (!slot)
		return true;
	__u64 full = (__u64)interval * burst;
	/* beyond what CPUs differ by, the word is of other limits, or of an earlier turn */
	__u64 furthest = full + 2 * CLOCK_LAG / 1000000;
	/* `last` is in whole seconds, and may be another CPU's, whose now is later than ours */
	__u32 seconds = now - READ_ONCE(slot->last);
	bool quiet = seconds < 1u << 31 && seconds * 1000ull > furthest + 1000;

	for (int i = 0; i < POLICE_TRIES; i++) {
		__u32 word = READ_ONCE(slot->paced), ahead = word - ms;

		if (!word || quiet || ahead > furthest)
			ahead = 0;
		if ((__u64)ahead + interval > full)
			return false;
		__u32 next = ms + ahead + interval;

		if (!next) /* would say untouched */
			next = 1;
		if (__sync_bool_compare_and_swap(&slot->paced, word, next))
			return true;
	}
	return true;
}

/* Off: one look at a record whose cache line check_gates() has loaded. */
static __always_inline bool client_may(struct slot *slot, const struct policy *gates,
				       const struct clock *clock)
{
	__u32 interval = READ_ONCE(gates->client_interval);

	return !interval ||
	       client_bucket(slot, clock->now, clock->ms, interval, READ_ONCE(gates->client_burst));
}

/*
 * Of a message whose options were not walked to their end: is the first what all DISCOVERs' is?
 * Whoever puts another in front of it is policed by the other budget.
 */
static __always_inline bool begins_as_discover(const __u8 *options, const __u8 *data_end)
{
	return options + 3 <= data_end && options[0] == DHO_MESSAGE_TYPE && options[1] == 1 &&
	       options[2] == DHCP_DISCOVER;
}

/* May the daemon be given another one by this link? */
static __always_inline bool link_may(__u64 *due, __u64 interval, __u64 burst)
{
	__u64 now = bpf_ktime_get_boot_ns(), full = interval * burst;
	const struct policy *gates; /* of no interest here */

	if (check_gates(now / NSEC_PER_SEC, &gates) != GO_ON)
		return true;
	for (int i = 0; i < POLICE_TRIES; i++) {
		__u64 word = READ_ONCE(*due), ahead = word - now;

		if (ahead > full + NSEC_PER_SEC) /* or behind: a huge one */
			ahead = 0;
		if (ahead + interval > full)
			return false;
		if (__sync_bool_compare_and_swap(due, word, now + ahead + interval))
			return true;
	}
	return true;
}

/* What becomes of a frame to us that would pass by `verdict`; `at`: its link's record. */
static __always_inline __u32 spend(__u32 at, enum xdhcp_budget which, __u32 verdict)
{
	const struct policy *link = policy_at(at);
	__u32 place = at - XDHCP_POLICY_LINKS;
	struct link_budgets *spent = bpf_map_lookup_elem(&budgets, &place);

	if (!link || !spent)
		return verdict;
	/* interval and burst in one load: of one and the same budget */
	__u64 limit = *(const volatile word64 *)&link->budgets[which];

	if (!(__u32)limit || link_may(&spent->due[which], (__u32)limit, limit >> 32))
		return verdict;
	return which == XDHCP_BUDGET_DISCOVER ? XDHCP_VERDICT_drop_discover_rate
					      : XDHCP_VERDICT_drop_other_rate;
}

/* The same, but of which budget it is must be seen. */
static __always_inline __u32 police_link(struct xdp_md *ctx, __u32 at, __u32 tags_len,
					 __u32 verdict)
{
	const __u8 *options = (const __u8 *)(long)ctx->data;

	if (tags_len > TAGS_LEN_MAX)
		return verdict;
	options += tags_len + OPTIONS_AT;
	KEEP(options);
	/* pass_room: the frame has moved, and is a REQUEST */
	if (verdict == XDHCP_VERDICT_pass_discover ||
	    (verdict != XDHCP_VERDICT_pass_room &&
	     begins_as_discover(options, (const __u8 *)(long)ctx->data_end)))
		return spend(at, XDHCP_BUDGET_DISCOVER, verdict);
	return spend(at, XDHCP_BUDGET_OTHER, verdict);
}

/* The tags of VLANs; a tag of id 0 is none: the kernel takes it off. NULL: it is no whole frame. */
static __always_inline const __u8 *skip_tags(struct request *r)
{
	const __u8 *p = r->frame;
	unsigned named = 0;

	for (int i = 0; i < XDHCP_LINK_TAGS; i++, p += TAG_LEN) {
		if (p + sizeof(struct ethhdr) + TAG_LEN > r->data_end)
			return NULL;
		if (!is_tag(AT16(p + TAGS_AT)))
			break;
		__u64 tag = tag_named(AT16(p + TAGS_AT), AT16(p + TAGS_AT + 2));

		r->tags |= tag << 16 * named;
		named += tag != 0;
	}
	return p;
}

/*
 * Frames that were let go before their port was known, because of IP options or a tag without a
 * VLAN, which the daemon is given all the same: those to us and to port 67.
 */
static __always_inline __u32 police_unparsed(struct xdp_md *ctx, __u32 verdict)
{
	struct request r = {.frame = (const __u8 *)(long)ctx->data,
			    .data_end = (const __u8 *)(long)ctx->data_end};
	const struct iphdr *ip;
	const __u8 *udp;
	__u32 at = 0;

	r.data = skip_tags(&r);
	if (!r.data || r.data + UDP_AT > r.data_end || AT16(r.data + 12) != bpf_htons(ETH_P_IP))
		return verdict;
	ip = (const void *)(r.data + IP_AT);
	if (ip->version != 4 || ip->ihl < 5 || ip->protocol != IPPROTO_UDP ||
	    ip->frag_off & ~bpf_htons(DHCP_IP_DF))
		return verdict;
	udp = (const __u8 *)ip + ip->ihl * 4;
	KEEP(udp);
	if (udp + sizeof(struct udphdr) > r.data_end ||
	    AT16(udp + 2) != bpf_htons(DHCP_SERVER_PORT))
		return verdict;
	r.link = find_link(ctx->ingress_ifindex, r.tags, &at);
	if (!r.link || READ_ONCE(r.link->closed) || !is_to_us(&r))
		return verdict;
	return spend(at,
		     begins_as_discover(udp + sizeof(struct udphdr) + sizeof(struct dhcp_header),
					r.data_end)
			     ? XDHCP_BUDGET_DISCOVER
			     : XDHCP_BUDGET_OTHER,
		     verdict);
}

/*
 * What becomes of a frame that would pass by `verdict`; `at`: the record of the link, if it is
 * known. A global function, so that the verifier looks at it once, and not once for
 * each way out.
 */
__u32 police_pass(struct xdp_md *ctx, __u32 at, __u32 tags_len, __u32 verdict);

__attribute__((noinline)) __u32 police_pass(struct xdp_md *ctx, __u32 at, __u32 tags_len,
					    __u32 verdict)
{
	if (verdict == XDHCP_VERDICT_pass_gate_link || verdict == XDHCP_VERDICT_pass_not_us)
		return verdict;
	if (at)
		return police_link(ctx, at, tags_len, verdict);
	if (verdict == XDHCP_VERDICT_pass_ip_options || verdict == XDHCP_VERDICT_pass_tags)
		return police_unparsed(ctx, verdict);
	return verdict;
}

/*
 * Every verdict comes by here; one that gives the daemon work may become a drop. Which it is, is
 * found out over there: each comparison here would be one for each way out.
 */
static __always_inline __u32 police(struct xdp_md *ctx, const struct request *r, __u32 v)
{
	if (v < XDHCP_VERDICT_FIRST_PASS || v >= XDHCP_VERDICT_FIRST_DROP)
		return v;
	return police_pass(ctx, r->link_at, r->tags_len, v);
}

#endif
