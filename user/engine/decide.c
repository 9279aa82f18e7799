// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The decision on one message: DISCOVER, DECLINE, RELEASE and INFORM here,
 * REQUEST in request.c. Nothing of a decision is durable; its change is committed
 * by the caller before anything is sent.
 */
#include <errno.h>
#include <string.h>

#include "ask.h"

void decide_silent(struct ask *ask, const char *reason)
{
	ask->decision->kind = DECISION_SILENT;
	ask->decision->reason = reason;
}

static void decide_discover(struct ask *ask)
{
	const struct dhcp_msg *msg = ask->msg;
	uint32_t addr, reserved = ask->reserved;
	int r;

	if (ask->closing || (ask_permit(ask, reserved) == PERMIT_OK &&
			     ask_holder(ask, reserved) == HOLDER_MINE_CLOSING)) {
		ask->decision->kind = DECISION_DEFER;
		return;
	}
	r = ask_allocate(ask, &addr);
	if (r < 0) {
		decide_silent(ask, r == -ENOENT ? "no free address" : "out of memory");
		return;
	}
	ask->decision->addr = addr;
	answer_lease(
		ask, DHCP_OFFER, addr,
		lifetimes_grant(&ask->subnet->life, msg->has_lease_time ? msg->lease_time : 0));
}

static void end(struct ask *ask, uint32_t addr, enum lease_end end, const char *reason)
{
	ask->decision->kind = DECISION_END;
	ask->decision->reason = reason;
	ask->decision->end_addr = addr;
	ask->decision->end = end;
	strcpy(ask->decision->hostname, ask_name(ask, addr));
}

/* An address that was offered, or is reserved, but not bound: it gets a record to be closed. */
static void end_unbound(struct ask *ask, uint32_t addr)
{
	struct engine *engine = ask->engine;
	struct offer *offer = offer_at(engine, addr);

	if (!lease_at(engine->leases, addr)) {
		areas_unfile(engine, addr);
		if (!table_make(engine->leases, addr)) {
			areas_file(engine, addr);
			decide_silent(ask, "out of memory");
			return;
		}
		areas_file(engine, addr);
	}
	if (offer)
		offer_drop(engine, offer);
	end(ask, addr, LEASE_END_DECLINED, "declined");
}

static void decide_decline(struct ask *ask)
{
	const struct dhcp_msg *msg = ask->msg;
	uint32_t addr = msg->has_requested ? msg->requested : msg->ciaddr;
	enum permit permit = ask_permit(ask, addr);

	ask->decision->addr = addr;
	if (msg->has_server_id && !ask_is_ours(ask, msg->server_id)) {
		decide_silent(ask, "for another server");
		return;
	}
	switch (ask_holder(ask, addr)) {
	case HOLDER_MINE:
	case HOLDER_MINE_HELD: /* promised to it, so it may have tried it */
		end(ask, addr, LEASE_END_DECLINED, "declined");
		return;
	case HOLDER_NOBODY:
	case HOLDER_LAST: {
		struct offer *offer = offer_at(ask->engine, addr);

		if (permit == PERMIT_OK && (offer || subnet_reserved_address(ask->subnet, addr))) {
			end_unbound(ask, addr);
			return;
		}
		break;
	}
	case HOLDER_MINE_CLOSING:
	case HOLDER_DECLINED:
		decide_silent(ask, "ended already");
		return;
	default:
		break;
	}
	decide_silent(ask, "not this client's address");
}

static void decide_release(struct ask *ask)
{
	const struct dhcp_msg *msg = ask->msg;
	const struct lease *lease = lease_at(ask->engine->leases, msg->ciaddr);

	ask->decision->addr = msg->ciaddr;
	if (msg->has_server_id && !ask_is_ours(ask, msg->server_id))
		decide_silent(ask, "for another server");
	else if (!lease || !lease_is(lease, &ask->identity))
		decide_silent(ask, "not this client's address");
	else if (lease->state != LEASE_BOUND)
		decide_silent(ask, "ended already");
	else
		end(ask, msg->ciaddr, LEASE_END_RELEASED, "released");
}

static void decide_inform(struct ask *ask)
{
	ask->decision->addr = ask->msg->ciaddr ? ask->msg->ciaddr : ask->msg->ip_src;
	answer_inform(ask);
}

static void decide_answered(struct ask *ask)
{
	if (!ask->server_id) {
		decide_silent(ask, "no server address on this link");
		return;
	}
	switch (ask->msg->type) {
	case DHCP_DISCOVER:
		decide_discover(ask);
		return;
	case DHCP_REQUEST:
		decide_request(ask);
		return;
	default:
		decide_inform(ask);
		return;
	}
}

void engine_decide(struct engine *engine, const struct engine_link *link,
		   const struct dhcp_msg *msg, uint32_t now, struct decision *ret_decision)
{
	struct ask ask = {
		.engine = engine, .link = link, .msg = msg, .now = now, .decision = ret_decision};

	*ret_decision = (struct decision){.kind = DECISION_SILENT};
	if (!ask_client(&ask)) {
		decide_silent(&ask, "the client identifier is too long");
		return;
	}
	if (!ask_locate(&ask)) {
		decide_silent(&ask, "no subnet for this link");
		return;
	}
	ret_decision->subnet = ask.subnet;
	ret_decision->cloned = ask.cloned &&
			       (msg->type == DHCP_DISCOVER || msg->type == DHCP_REQUEST);
	switch (msg->type) {
	case DHCP_DISCOVER:
	case DHCP_REQUEST:
	case DHCP_INFORM:
		decide_answered(&ask);
		break;
	case DHCP_DECLINE:
		decide_decline(&ask);
		break;
	case DHCP_RELEASE:
		decide_release(&ask);
		break;
	default:
		decide_silent(&ask, "not a message for a server");
		break;
	}
}
