/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The gates that cover every request. While one of them is closed, or nobody has said for too
 * long that answering is right, the program passes all there is, and polices nothing: it is as if
 * it were not there.
 */
#ifndef XDHCP_BPF_GATES_H
#define XDHCP_BPF_GATES_H

#include "maps.h"
#include "mem.h"

#define GO_ON XDHCP_VERDICT_COUNT /* not a way out */

/* What else the records of the gates say to who may go on. */
struct gates {
	const struct policy *daemons;
	__u32 capture_until; /* capture.h */
};

static __always_inline const struct policy *policy_at(__u32 at)
{
	return bpf_map_lookup_elem(&policy, &at);
}

/* GO_ON: all open, and there is what *ret says. */
static __always_inline enum xdhcp_verdict check_gates(__u32 now, struct gates *ret)
{
	const struct policy *operators = policy_at(XDHCP_POLICY_OPERATOR);
	const struct policy *daemons = policy_at(XDHCP_POLICY_DAEMON);

	if (!operators || READ_ONCE(operators->closed))
		return XDHCP_VERDICT_pass_gate_operator;
	ret->capture_until = operators->capture_until;
	if (!daemons || READ_ONCE(daemons->closed))
		return XDHCP_VERDICT_pass_gate_daemon;
	__u32 until = READ_ONCE(daemons->answer_until);

	if (until != XDHCP_FOREVER && now >= until)
		return XDHCP_VERDICT_pass_unattended;
	ret->daemons = daemons;
	return GO_ON;
}

#endif
