// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * DHCPREQUEST in the four states of RFC 2131 4.3.2. An ACK is applied to the
 * lease at once and handed out as a change; it may be sent once that is committed.
 * A NAK changes nothing.
 */
#include <string.h>

#include "ask.h"

/* When a promise of `lifetime` made at `now` ends: the caller's clock was rounded down. */
static uint32_t promise(uint32_t now, uint32_t lifetime)
{
	uint64_t until = (uint64_t)now + 1 + lifetime;

	return lifetime == DHCP_LIFETIME_INFINITE || until >= XDHCP_FOREVER ? XDHCP_FOREVER
									    : (uint32_t)until;
}

/*
 * The relay information of the row: this request's; of a unicast renewal, which passes the relay by
 * (RFC 2131 4.3.2), what was known of this identity's binding, by which the next one is judged
 * (recall_relay()); of any other that came directly, none. Where a circuit may have so many leases
 * only, it is kept for that as well, and who asks for its last address past the relay is where it
 * was: else whoever lets a lease run out could come back as one too many.
 */
static void relay_row(const struct ask *ask, const struct lease *lease, struct lease_row *ret)
{
	const struct dhcp_msg *msg = ask->msg;
	const struct dhcp_opt *agent = &msg->opt[DHO_RELAY_AGENT];
	const struct model *model = ask->engine->config.model;
	bool relayed = msg->giaddr || agent->len;
	bool limited = quota_keeps_relay(&ask->engine->quota, model, ask->subnet);
	bool wanted = model->stash_agent_options || ask->subnet->store_extended_info || limited;

	if (relayed && wanted) {
		ret->giaddr = msg->giaddr;
		if (agent->len && agent->len <= sizeof(ret->agent)) {
			memcpy(ret->agent, agent->data, agent->len);
			ret->agent_len = (uint8_t)agent->len;
		}
	} else if (!relayed && msg->ciaddr && msg->in.our_addr && lease &&
		   (lease->state == LEASE_BOUND || limited) && lease_is(lease, &ask->identity)) {
		ret->giaddr = lease->giaddr;
		memcpy(ret->agent, lease_agent(lease), lease->agent_len);
		ret->agent_len = lease->agent_len;
	}
}

/* The row that an ACK of `addr` makes. Promises already made to the client stand. */
static void bound_row(struct ask *ask, uint32_t addr, uint32_t lifetime, bool memoise,
		      struct lease_row *ret)
{
	const struct engine *engine = ask->engine;
	const struct lease *lease = lease_at(engine->leases, addr);
	uint32_t promised = promise(ask->now, lifetime), credit;

	*ret = (struct lease_row){
		.addr = addr,
		.subnet_id = ask->subnet->id,
		.state = LEASE_BOUND,
		.client = ask->client,
		.cltt = ask->now,
		.lifetime = lifetime,
	};
	strcpy(ret->hostname, ask->decision->hostname);
	relay_row(ask, lease, ret);
	if (lease && lease->state != LEASE_FREE)
		promised = later(promised, lease->promised);
	ret->promised = promised;
	credit = memoise ? engine_credit(engine, ask->now, lifetime, promised) : promised;
	ret->ack_until = later(credit, promised);
	if (lease && lease->state == LEASE_BOUND) {
		ret->generation = lease->generation;
		ret->granted_until = lease->granted_until;
		ret->ack_until = later(ret->ack_until, lease->ack_until);
		return;
	}
	if (lease && lease->state == LEASE_HELD)
		ret->promised = later(promised, lease->granted_until);
	ret->ack_until = later(ret->ack_until, ret->promised);
	ret->generation = table_generation(engine->leases);
}

static void bind(struct ask *ask, uint32_t addr, uint32_t lifetime, bool memoise)
{
	const struct lease *lease = lease_at(ask->engine->leases, addr);
	struct decision *decision = ask->decision;
	enum reason refused = REASON_NONE;
	struct lease_row row;

	bound_row(ask, addr, lifetime, memoise, &row);
	/* What is bound is its own already, and goes on. */
	if (!lease || lease->state != LEASE_BOUND)
		refused = quota_refuses(
			ask, row.giaddr,
			&(struct dhcp_opt){.data = row.agent, .len = row.agent_len});
	if (refused) {
		decide_silent(ask, refused);
		return;
	}
	if (change_make(ask->engine, &row, offer_at(ask->engine, addr), &decision->change) < 0) {
		decide_silent(ask, SILENT_out_of_memory);
		return;
	}
	decision->has_change = true;
	decision->memoise = memoise;
}

void decide_bind(struct ask *ask, uint32_t addr, uint32_t lifetime)
{
	bind(ask, addr, lifetime, false);
}

/* Does the reply fit a template and the client's own slot? */
static bool fits_slot(const struct dhcp_reply *reply)
{
	size_t tail = 0;

	for (int i = 0; i < XDHCP_TAIL_PIECES; i++)
		tail += reply->tail[i].len;
	return tail <= XDHCP_TAIL_MAX && reply->options_len <= XDHCP_TEMPLATE_OPTIONS_MAX;
}

/*
 * Is all that the answer is made of in what XDP compares? What was relayed, or brought by a router,
 * is answered by the address that it was sent to, which XDP knows by option 54. A renewal that is
 * judged by what the relay once said is one as long as that is what the lease has, but not the
 * broadcast of the same form, which is judged by itself: so a client's own, which may be either, is
 * not known by its form, and one that a router brought is, since only unicasts get that far.
 */
static bool in_form(const struct ask *ask)
{
	const struct dhcp_msg *msg = ask->msg;

	if (msg->giaddr)
		return msg->in.our_addr != 0;
	if (ask->routed)
		return msg->in.our_addr && msg->ciaddr;
	return !ask->recalled;
}

/*
 * Why the ACK may not be memoised; NULL: it may. A reservation elsewhere that is not free yet: the
 * answer depends on when it will be. The server identifier is also the source that a template has:
 * not a relay's (RFC 5107).
 */
static const char *fleeting(const struct ask *ask, uint32_t addr, bool plain)
{
	const struct dhcp_reply *reply = &ask->decision->reply;

	if (!ask->msg->in.link)
		return "no fast path on this link";
	if (!plain)
		return "a REQUEST of no state of RFC 2131";
	if (!in_form(ask))
		return "the way that it came by says more than its form";
	if (ask->fleeting)
		return "its flex-id is made of what no form has";
	if (classes_fleeting(ask))
		return "decided by a class whose test reads what no form has";
	if (ask->msg->overloaded)
		return "its options are in sname or file";
	if (reply->shortened)
		return "the answer is shortened for its maximum message size";
	if (!fits_slot(reply))
		return "the answer fits no slot";
	if ((ask->reserved && ask->reserved != addr) || ask->elsewhere.may_be_reserved ||
	    !ask_reservation_lasts(ask, addr))
		return "a reservation that is not in effect yet";
	if (ask->server_id != ask->source)
		return "the relay overrides the server identifier";
	return NULL;
}

void decide_ack(struct ask *ask, uint32_t addr, bool plain)
{
	uint32_t lifetime = ask_lifetime(ask);

	answer_lease(ask, DHCP_ACK, addr, lifetime);
	ask->decision->fleeting = fleeting(ask, addr, plain);
	bind(ask, addr, lifetime, !ask->decision->fleeting);
}

static enum reason not_permitted(enum permit permit)
{
	switch (permit) {
	case PERMIT_RESERVED:
		return NAK_reserved;
	case PERMIT_CLASSES:
		return NAK_of_other_classes;
	default:
		return NAK_in_no_pool;
	}
}

/* ACKs what the client has or may have, unless it is to move to its reservation. */
static void grant(struct ask *ask, uint32_t addr, bool plain)
{
	enum permit permit = ask_permit(ask, addr);

	if (permit != PERMIT_OK)
		answer_nak(ask, not_permitted(permit));
	else if (ask_reserved_elsewhere(ask, addr) || ask->elsewhere.reserved)
		answer_nak(ask, NAK_reserved_elsewhere);
	else
		decide_ack(ask, addr, plain);
}

/* Does it have another address here that it may keep? One client cannot take a whole pool. */
static bool has_elsewhere(const struct ask *ask, uint32_t addr)
{
	const struct lease *own = ask->own;

	return ask->elsewhere.bound || (own && own->addr != addr && own->state != LEASE_FREE &&
					ask_permit(ask, own->addr) == PERMIT_OK);
}

static void selecting(struct ask *ask, uint32_t addr, bool plain)
{
	if (!subnet_contains(ask->subnet, addr)) {
		answer_nak(ask, NAK_wrong_network);
		return;
	}
	switch (ask_holder(ask, addr)) {
	case HOLDER_OTHER:
		answer_nak(ask, NAK_taken);
		return;
	case HOLDER_OFFERED:
		answer_nak(ask, NAK_offered);
		return;
	case HOLDER_DECLINED:
		answer_nak(ask, NAK_declined);
		return;
	case HOLDER_MINE_CLOSING:
		ask->decision->kind = DECISION_DEFER;
		return;
	case HOLDER_NOBODY:
	case HOLDER_LAST:
		if (has_elsewhere(ask, addr) && !offer_at(ask->engine, addr) &&
		    !subnet_reserved_address(ask->subnet, addr)) {
			answer_nak(ask, NAK_bound_elsewhere);
			return;
		}
		grant(ask, addr, plain);
		return;
	case HOLDER_MINE:
	case HOLDER_MINE_HELD:
		grant(ask, addr, plain);
		return;
	}
}

/*
 * RFC 2131 4.3.2: "If the DHCP server has no record of this client, then it MUST
 * remain silent", since another server on the network may have one; unless the
 * operator says that there is none (authoritative). Addresses outside our pools are not
 * ours to refuse.
 */
static void unknown(struct ask *ask, uint32_t addr)
{
	bool in_pool = subnet_contains(ask->subnet, addr) && area_at(ask->engine, addr);
	bool ours = in_pool || subnet_reserved_address(ask->subnet, addr);
	const struct lease *own = ask->own;
	bool bound = own && own->addr != addr && own->state != LEASE_FREE;

	if ((bound || ask->elsewhere.bound) && ours)
		answer_nak(ask, NAK_bound_elsewhere);
	else if (ask->subnet->authoritative && in_pool)
		answer_nak(ask, NAK_no_lease);
	else
		decide_silent(ask, SILENT_unknown_client);
}

/* INIT-REBOOT (`renewing` false), RENEWING and REBINDING. */
static void verify(struct ask *ask, uint32_t addr, bool renewing, bool plain)
{
	const struct lease *lease = lease_at(ask->engine->leases, addr);
	const struct reservation *reserved;

	/*
	 * RFC 2131 4.3.2: "Server SHOULD send a DHCPNAK message to the client if the
	 * 'requested IP address' is incorrect, or is on the wrong network."
	 */
	if (!ask_on_network(ask, addr)) {
		answer_nak(ask, NAK_wrong_network);
		return;
	}
	switch (ask_holder(ask, addr)) {
	case HOLDER_OTHER:
		answer_nak(ask, NAK_taken);
		return;
	case HOLDER_MINE_CLOSING:
		ask->decision->kind = DECISION_DEFER;
		return;
	case HOLDER_MINE:
	case HOLDER_MINE_HELD:
		grant(ask, addr, plain);
		return;
	case HOLDER_LAST:
		/*
		 * Who released an address does not renew it; after a reboot it may have it back.
		 * Who still renews it after a while has never released it: others can write a
		 * RELEASE as well. It uses the address, so nobody else shall get it.
		 */
		if (renewing && lease && lease->end == LEASE_END_RELEASED &&
		    ask_lately_its(ask, addr))
			break;
		if (has_elsewhere(ask, addr))
			break;
		grant(ask, addr, plain);
		return;
	case HOLDER_NOBODY:
		reserved = subnet_reserved_address(ask->subnet, addr);
		if (!reserved || ask_permit(ask, addr) != PERMIT_OK)
			break;
		grant(ask, addr, plain);
		return;
	case HOLDER_OFFERED:
	case HOLDER_DECLINED:
		break;
	}
	unknown(ask, addr);
}

void decide_request(struct ask *ask)
{
	const struct dhcp_msg *msg = ask->msg;
	uint32_t addr = dhcp_asked_address(msg);
	bool plain = msg->has_server_id ? !msg->ciaddr : !msg->ciaddr || !msg->has_requested;

	/* RFC 2131 3.1 step 4: servers not selected "use the message as notification that the
	 * client has declined that server's offer". */
	if (msg->has_server_id && !ask_is_ours(ask, msg->server_id)) {
		ask_withdraw_offers(ask);
		decide_silent(ask, SILENT_another_server_chosen);
		return;
	}
	if (!addr) {
		decide_silent(ask, SILENT_no_address_asked_for);
		return;
	}
	if (ask->closing) {
		ask->decision->kind = DECISION_DEFER;
		return;
	}
	if (msg->has_server_id && !msg->ciaddr)
		selecting(ask, addr, plain);
	else
		verify(ask, addr, msg->ciaddr != 0, plain);
}
