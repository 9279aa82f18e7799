// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Which subnet a message is about, and as which server it is answered. Pure
 * look-ups.
 */
#include <string.h>

#include "ask.h"

struct candidates {
	const struct subnet *const *v;
	size_t n;
	const struct subnet *by_addr[XDHCP_LINK_ADDRS];
};

/*
 * RFC 2131 4.3.1: "The network on which the client is located" is told by giaddr,
 * else by the link. A subnet that names an interface serves that one alone.
 */
static void find_candidates(const struct ask *ask, struct candidates *ret)
{
	const struct model *model = ask->engine->config.model;

	ret->n = 0;
	if (!ask->msg->giaddr) {
		ret->v = areas_by_interface(&ask->engine->areas, ask->link->name, &ret->n);
		if (ret->n)
			return;
	}
	ret->v = ret->by_addr;
	if (ask->msg->giaddr) {
		ret->by_addr[0] = model_subnet_of(model, ask->msg->giaddr);
		ret->n = ret->by_addr[0] != NULL;
		return;
	}
	for (unsigned i = 0; i < XDHCP_LINK_ADDRS; i++) {
		const struct subnet *subnet = ask->link->addrs[i]
						      ? model_subnet_of(model, ask->link->addrs[i])
						      : NULL;
		bool known = !subnet || subnet->interface[0];

		for (size_t j = 0; j < ret->n; j++)
			known |= ret->v[j] == subnet;
		if (!known)
			ret->by_addr[ret->n++] = subnet;
	}
}

static const struct subnet *containing(const struct candidates *c, uint32_t addr)
{
	for (size_t i = 0; addr && i < c->n; i++) {
		if (subnet_contains(c->v[i], addr))
			return c->v[i];
	}
	return NULL;
}

/* The address that the message is about; a DISCOVER only wishes for one. */
static uint32_t about(const struct dhcp_msg *msg)
{
	if (msg->type == DHCP_DISCOVER)
		return 0;
	if (msg->type == DHCP_INFORM && !msg->ciaddr)
		return msg->ip_src;
	return msg->ciaddr ? msg->ciaddr : msg->requested;
}

/* Of several subnets on one link, the one where the client is at home. */
static const struct subnet *choose(struct ask *ask, const struct candidates *c)
{
	const struct subnet *subnet = containing(c, about(ask->msg));

	if (subnet || c->n == 1)
		return subnet ? subnet : c->v[0];
	for (size_t i = 0; i < c->n; i++) {
		ask->subnet = c->v[i];
		ask_identify(ask);
		if (ask->reserved)
			return ask->subnet;
		if (!subnet && ask->own && ask->own->state != LEASE_FREE)
			subnet = ask->subnet;
	}
	if (!subnet)
		subnet = containing(c, ask->msg->requested);
	return subnet ? subnet : c->v[0];
}

static uint32_t server_id(const struct ask *ask)
{
	uint32_t first = 0;

	for (unsigned i = 0; i < XDHCP_LINK_ADDRS; i++) {
		uint32_t addr = ask->link->addrs[i];

		if (addr && subnet_contains(ask->subnet, addr))
			return addr;
		if (!first)
			first = addr;
	}
	return first;
}

bool ask_locate(struct ask *ask)
{
	const struct dhcp_msg *msg = ask->msg;
	struct candidates c;

	find_candidates(ask, &c);
	/*
	 * A renewal by way of a relayed client's router: no giaddr, not on this link
	 * (RFC 2131 4.3.2, RENEWING: "the DHCPREQUEST message will be unicast").
	 */
	ask->routed = !msg->giaddr && memcmp(msg->eth_src, msg->chaddr, 6);
	if (ask->routed && msg->in.our_addr && msg->ciaddr && !containing(&c, msg->ciaddr)) {
		ask->subnet = model_subnet_of(ask->engine->config.model, msg->ciaddr);
		if (!ask->subnet)
			return false;
	} else if (!c.n) {
		return false;
	} else {
		ask->subnet = choose(ask, &c);
	}
	ask->server_id = server_id(ask);
	ask_identify(ask);
	return true;
}

bool ask_on_network(const struct ask *ask, uint32_t addr)
{
	struct candidates c;

	if (subnet_contains(ask->subnet, addr))
		return true;
	find_candidates(ask, &c);
	if (containing(&c, addr))
		return true;
	for (unsigned i = 0; !ask->msg->giaddr && i < XDHCP_LINK_ADDRS; i++) {
		uint32_t ours = ask->link->addrs[i], mask = ask->link->masks[i];

		if (ours && mask && (addr & mask) == (ours & mask))
			return true;
	}
	return false;
}

bool ask_is_ours(const struct ask *ask, uint32_t server_id)
{
	if (!server_id)
		return false;
	if (server_id == ask->msg->in.our_addr)
		return true;
	for (unsigned i = 0; i < XDHCP_LINK_ADDRS; i++) {
		if (server_id == ask->link->addrs[i])
			return true;
	}
	return false;
}
