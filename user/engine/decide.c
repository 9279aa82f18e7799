// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The decision on one message: DISCOVER, DECLINE, RELEASE and INFORM here,
 * REQUEST in request.c, BOOTP in bootp.c. Nothing of a decision is durable; its change is committed
 * by the caller before anything is sent.
 */
#include <errno.h>
#include <string.h>

#include "option_choice.h"

void decide_silent(struct ask *ask, enum reason reason)
{
	ask->decision->kind = DECISION_SILENT;
	ask->decision->reason = reason;
}

/* May one of the subnet's pools say something else of this option than the subnet? */
static bool pools_differ(const struct subnet *subnet, uint8_t code)
{
	for (size_t i = 0; i < subnet->n_pools; i++) {
		const struct option_list *options = &subnet->pools[i].scope.options;

		if (subnet->pools[i].required.n)
			return true; /* one of these may */
		for (size_t j = 0; j < options->n; j++) {
			if (options->v[j].code == code)
				return true;
		}
	}
	return false;
}

/* RFC 8925 3.3: does the client ask for option 108, and is it configured for it at `addr`? */
static bool wants_no_address(const struct ask *ask, uint32_t addr)
{
	struct scopes scopes;

	if (!option_asked(ask, DHO_V6_ONLY))
		return false;
	ask_scopes(ask, addr, &scopes);
	return scopes_have(ask, &scopes, DHO_V6_ONLY);
}

/*
 * RFC 2563 2.3: a client that sends option 116 may be told whether to configure itself, where
 * there is no address for it. Others hear nothing then.
 */
static void decide_none_free(struct ask *ask)
{
	struct scopes scopes;

	ask_scopes(ask, 0, &scopes);
	if (ask->msg->opt[DHO_AUTO_CONFIGURE].len == 1 &&
	    scopes_have(ask, &scopes, DHO_AUTO_CONFIGURE))
		answer_no_address(ask, 0, OFFER_no_free_address);
	else
		decide_silent(ask, SILENT_no_free_address);
}

/* An address that was found is there. */
static void decide_offer(struct ask *ask, uint32_t addr)
{
	const struct dhcp_msg *msg = ask->msg;
	bool rapid = ask->subnet->rapid_commit && msg->opt[DHO_RAPID_COMMIT].data;

	if (rapid)
		decide_ack(ask, addr, false);
	else
		answer_lease(ask, DHCP_OFFER, addr, ask_lifetime(ask));
}

static void decide_discover(struct ask *ask)
{
	uint32_t addr;
	struct offer *offer;
	int r;

	/* "The server SHOULD NOT assign an address", so none is looked for where no pool differs,
	 * nor is Rapid Commit honoured (RFC 8925 3.3). */
	if (wants_no_address(ask, 0) && !pools_differ(ask->subnet, DHO_V6_ONLY)) {
		answer_no_address(ask, 0, OFFER_ipv6_only);
		return;
	}
	if (ask->closing || ask_reserved_closing(ask)) {
		ask->decision->kind = DECISION_DEFER;
		return;
	}
	r = ask_allocate(ask, &addr);
	if (r == -ENOENT && wants_no_address(ask, 0)) {
		answer_no_address(ask, 0, OFFER_ipv6_only);
	} else if (r == -ENOENT) {
		decide_none_free(ask);
	} else if (r == -EDQUOT) {
		decide_silent(ask, ask->refused);
	} else if (r < 0) {
		decide_silent(ask, SILENT_out_of_memory);
	} else if (wants_no_address(ask, addr)) {
		offer = offer_at(ask->engine, addr);
		if (offer)
			offer_drop(ask->engine, offer);
		answer_no_address(ask, addr, OFFER_ipv6_only);
	} else {
		decide_offer(ask, addr);
	}
}

static void end(struct ask *ask, uint32_t addr, enum lease_end end)
{
	ask->decision->kind = DECISION_END;
	ask->decision->end_addr = addr;
	ask->decision->end = end;
	ask_name(ask, addr, ask->decision->hostname);
}

/* An address that was offered, or is reserved, but not bound: it gets a record to be closed. */
static void end_unbound(struct ask *ask, uint32_t addr)
{
	if (engine_unbound(ask->engine, addr))
		end(ask, addr, LEASE_END_DECLINED);
	else
		decide_silent(ask, SILENT_out_of_memory);
}

static void decide_decline(struct ask *ask)
{
	const struct dhcp_msg *msg = ask->msg;
	uint32_t addr = msg->has_requested ? msg->requested : msg->ciaddr;
	enum permit permit = ask_permit(ask, addr);

	if (msg->has_server_id && !ask_is_ours(ask, msg->server_id)) {
		decide_silent(ask, SILENT_for_another_server);
		return;
	}
	switch (ask_holder(ask, addr)) {
	case HOLDER_MINE:
	case HOLDER_MINE_HELD: /* promised to it, so it may have tried it */
		end(ask, addr, LEASE_END_DECLINED);
		return;
	case HOLDER_NOBODY:
	case HOLDER_LAST:
		if (permit == PERMIT_OK &&
		    (offer_at(ask->engine, addr) || subnet_reserved_address(ask->subnet, addr) ||
		     ask_lately_its(ask, addr))) {
			end_unbound(ask, addr);
			return;
		}
		break;
	case HOLDER_MINE_CLOSING:
		/* Expired or released, and found to be in use: it must not become free. */
		if (lease_at(ask->engine->leases, addr)->closing_to != LEASE_END_DECLINED) {
			end(ask, addr, LEASE_END_DECLINED);
			return;
		}
		decide_silent(ask, SILENT_ended_already);
		return;
	case HOLDER_DECLINED:
		decide_silent(ask, SILENT_ended_already);
		return;
	default:
		break;
	}
	decide_silent(ask, SILENT_not_its_address);
}

static void decide_release(struct ask *ask)
{
	const struct dhcp_msg *msg = ask->msg;
	const struct lease *lease = lease_at(ask->engine->leases, msg->ciaddr);

	if (msg->has_server_id && !ask_is_ours(ask, msg->server_id))
		decide_silent(ask, SILENT_for_another_server);
	else if (!lease || !lease_is(lease, &ask->identity))
		decide_silent(ask, SILENT_not_its_address);
	else if (lease->state != LEASE_BOUND)
		decide_silent(ask, SILENT_ended_already);
	else
		end(ask, msg->ciaddr, LEASE_END_RELEASED);
}

/* The first and the last address of a network are no host's (RFC 1122 3.2.1.3); RFC 3021: of two
 * addresses both are. */
static bool is_of_no_host(const struct subnet *subnet, uint32_t addr)
{
	uint32_t host = addr & ~subnet->mask;

	return subnet_contains(subnet, addr) && subnet->prefix_len < 31 &&
	       (host == 0 || host == ~subnet->mask);
}

/*
 * RFC 2131 4.3.5: the server "SHOULD check the network address in a DHCPINFORM message for
 * consistency, but MUST NOT check for an existing lease". Some clients leave ciaddr zero; then
 * the source address says who it is, if no relay has sent it.
 */
static void decide_inform(struct ask *ask)
{
	const struct dhcp_msg *msg = ask->msg;
	uint32_t addr = msg->ciaddr || msg->giaddr ? msg->ciaddr : msg->ip_src;

	if (addr && !ask_on_network(ask, addr))
		decide_silent(ask, SILENT_address_of_another_network);
	else if (addr && is_of_no_host(ask->subnet, addr))
		decide_silent(ask, SILENT_address_of_no_host);
	else
		answer_inform(ask, addr);
}

static void decide_answered(struct ask *ask)
{
	if (!ask->source) {
		decide_silent(ask, SILENT_no_server_address);
		return;
	}
	switch (ask->msg->type) {
	case DHCP_DISCOVER:
		decide_discover(ask);
		return;
	case DHCP_REQUEST:
		decide_request(ask);
		return;
	case DHCP_BOOTP:
		decide_bootp(ask);
		return;
	default:
		decide_inform(ask);
		return;
	}
}

static void decide(struct ask *ask, struct membership *membership)
{
	const struct dhcp_msg *msg = ask->msg;

	ask->decision->kind = DECISION_SILENT;
	if (!ask_client(ask)) {
		decide_silent(ask, SILENT_client_id_too_long);
		return;
	}
	classes_begin(ask, membership);
	if (classes_drop(ask)) {
		decide_silent(ask, SILENT_dropped_by_class);
		return;
	}
	if (!ask_locate(ask))
		return;
	ask->decision->cloned = ask->cloned &&
				(msg->type == DHCP_DISCOVER || msg->type == DHCP_REQUEST);
	switch (msg->type) {
	case DHCP_DISCOVER:
	case DHCP_REQUEST:
	case DHCP_INFORM:
	case DHCP_BOOTP:
		decide_answered(ask);
		break;
	case DHCP_DECLINE:
		decide_decline(ask);
		break;
	case DHCP_RELEASE:
		decide_release(ask);
		break;
	default:
		decide_silent(ask, SILENT_not_for_a_server);
		break;
	}
}

void engine_decide(struct engine *engine, const struct engine_link *link,
		   const struct dhcp_msg *msg, uint32_t now, struct decision *ret_decision)
{
	struct ask ask = {
		.engine = engine, .link = link, .msg = msg, .now = now, .decision = ret_decision};

	struct membership membership; /* set by classes_begin(), if there are classes */

	/* What is large, and stands last in the reply and in the decision, is left as it is. */
	memset(ret_decision, 0, offsetof(struct decision, reply.options));
	decide(&ask, &membership);
	if (engine->watch && ask.classes)
		engine->watch(engine->watch_arg, membership.order, membership.n);
}

void engine_watch(struct engine *engine,
		  void (*members)(void *arg, const uint16_t *classes, size_t n), void *arg)
{
	engine->watch = members;
	engine->watch_arg = arg;
}

const char *decision_outcome(const struct dhcp_msg *msg, const struct decision *decision)
{
	switch (decision->kind) {
	case DECISION_REPLY:
		if (msg->type == DHCP_DISCOVER && decision->reply.type == DHCP_ACK)
			return "DHCPACK (rapid commit)"; /* RFC 4039 */
		if (decision->reply.type == DHCP_BOOTP)
			return "BOOTREPLY";
		return dhcp_type_name(decision->reply.type);
	case DECISION_END:
		return decision->end == LEASE_END_DECLINED ? "declined" : "released";
	default:
		return "no answer";
	}
}
