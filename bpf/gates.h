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

static __always_inline const struct policy *policy_at(__u32 at)
{
	return bpf_map_lookup_elem(&policy, &at);
}

/* GO_ON: all open, and *ret is their record, which says more to who may go on. */
static __always_inline enum xdhcp_verdict check_gates(__u32 now, const struct policy **ret)
{
	const struct policy *gates = policy_at(XDHCP_POLICY_GATES);

	if (!gates || READ_ONCE(gates->closed))
		return XDHCP_VERDICT_pass_gate_operator;
	if (READ_ONCE(gates->daemon_closed))
		return XDHCP_VERDICT_pass_gate_daemon;
	__u32 until = READ_ONCE(gates->answer_until);

	if (until != XDHCP_FOREVER && now >= until)
		return XDHCP_VERDICT_pass_unattended;
	*ret = gates;
	return GO_ON;
}

#endif
