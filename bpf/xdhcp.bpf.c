// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The XDP program: repeats what the daemon has already answered (I3).
 *
 *   parse.h    is it ours, whole and plain?        else pass
 *   walked.h   unchanged since the last time?      then on with the gates
 *   options.h  walk: what is asked, in which form  else pass
 *   gates.h    is answering allowed, now?          else pass
 *   lease.h    slot, form, template, credit        else pass
 *   route.h    the way back, if not to the client  else pass
 *   police.h   the client's rate                   else drop
 *   reply.h    room, then the reply (agent.h:      TX
 *              option 82 as it came)
 *   capture.h  copies of both, while xdhcpctl looks
 *   police.h   what would pass: the link's budgets else drop
 *
 * Up to make_room() nothing of the frame has been touched (I4); after it the
 * frame is sent, or dropped if it is not what was made. Every way out is a verdict, and is
 * counted in one place, below. Beside it: maps.h, mem.h, words.h, clock.h, linear.h, leases_txt.h.
 *
 * Tests run it in userspace, too: a helper or map that it takes into use needs a double in
 * tests/dry/xdp.c and in tests/model/xdp.c.
 */
#include "capture.h"
#include "leases_txt.h"
#include "lease.h"
#include "maps.h"
#include "options.h"
#include "parse.h"
#include "police.h"
#include "reply.h"
#include "route.h"
#include "walked.h"

static __always_inline enum xdhcp_verdict answer(struct xdp_md *ctx, struct request *r)
{
	struct answer a = {};
	struct layout l;
	enum xdhcp_verdict v = parse_headers(ctx, r);
	__u64 walked = 0;

	if (v != GO_ON)
		return v;
	const struct clock clock = clock_read();

	walked = unknown_zero(meta.hash_key[0]);
	if (recall(r, &a)) {
		v = check_gates(clock.now, &a.gates);
	} else {
		v = walk_options(ctx, r, meta.hash_key);
		if (v == GO_ON)
			v = find_answer(r, &clock, &a);
		if (v == GO_ON && r->area && !r->agent_len)
			walked = walked_word(r, &a, meta.hash_key);
	}
	if (v == GO_ON)
		v = find_template(r, &a);
	if (v != GO_ON)
		return v;
	if (!lay_out(r, a.slot, a.template, &l))
		return XDHCP_VERDICT_pass_inconsistent;
	if (l.ip > dhcp_max_reply(r->max_size))
		return XDHCP_VERDICT_pass_max_size;
	if (forget(r->way) != WAY_DIRECT && !find_route(ctx, r, l.ip))
		return XDHCP_VERDICT_pass_route;
	v = promise(&a, &clock);
	if (v != GO_ON)
		return v;
	if (clock.now < a.gates->capture_until)
		a.captured = capture_request(
			ctx, a.addr, AT32(a.slot->chaddr) | (__u64)AT16(a.slot->chaddr + 4) << 32,
			r->link->link);
	if (!make_room(ctx, r, l.frame))
		return XDHCP_VERDICT_pass_room;
	if (!write_reply(ctx, r, &a, &l))
		return XDHCP_VERDICT_drop_internal;
	if (a.captured)
		capture_frame(ctx, 1);
	if (walked)
		*(volatile word64 *)&a.slot->walked = walked;
	a.slot->hits++;
	return a.ack;
}

static __always_inline void count(__u32 v)
{
	__u32 zero = 0;
	__u64 *counters = bpf_map_lookup_elem(&verdicts, &zero);

	if (counters && v < XDHCP_VERDICT_COUNT)
		counters[v]++;
}

SEC("xdp.frags")
int xdhcp(struct xdp_md *ctx)
{
	static const __u8 actions[] = {
#define X(name, action, help) XDP_##action,
		XDHCP_VERDICTS(X)
#undef X
	};
	struct request r = {};
	__u32 v = police(ctx, &r, answer(ctx, &r));

	count(v);
	return v < XDHCP_VERDICT_COUNT ? actions[v] : XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
