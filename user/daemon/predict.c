// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The answer before the question. A relayed client that has been ACKed renews past its relay, in a
 * form that was not seen yet. As it sends there what it sent here, less what the relay put in, the
 * engine can be asked at once how it would answer: with the leases as they are after the commit,
 * and without a trace. So already its first renewal is XDP's to answer. A client that sends
 * something else has another form, and is learned as any other.
 *
 * Nothing of it needs to survive a crash: what was not predicted is learned.
 */
#include "daemon/daemon.h"
#include "proto/past_relay.h"

bool predict_renewal(const struct dhcp_msg *relayed, uint32_t addr, struct prediction *ret)
{
	if (!relayed->giaddr || relayed->options_len > sizeof(ret->options))
		return false;
	dhcp_past_relay(relayed, addr, ret->options, &ret->msg);
	return true;
}

bool predict_answer(struct daemon *d, struct prediction *p)
{
	const struct port *port = port_by_ifindex(d, p->msg.in.ifindex);
	struct decision *decision = &p->decision;

	if (!port)
		return false;
	engine_decide(d->engine, &port->link, &p->msg, boot_seconds(), decision);
	if (decision->has_change)
		engine_undo(d->engine, &decision->change);
	return decision->kind == DECISION_REPLY && decision->memoise &&
	       decision->reply.yiaddr == p->msg.ciaddr;
}
