// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Looking ahead: what deciding a message will find in memory is asked for while others of its
 * batch are prepared, so that among a million leases the caches' misses of many messages pass at
 * once. It decides nothing and changes nothing; where it guesses another subnet than the decision
 * will find, that merely takes its time.
 */
#include "private.h"

static const struct subnet *guess(const struct engine *engine, const struct engine_link *link,
				  const struct dhcp_msg *msg)
{
	uint32_t addr = msg->ciaddr ? msg->ciaddr : msg->giaddr ? msg->giaddr : link->addrs[0];

	return model_subnet_of(engine->config.model, addr);
}

/* The same as identity_of_client() of the message's client, without a copy of it. */
static struct identity identity_in(const struct dhcp_msg *msg, const struct subnet *subnet)
{
	const struct dhcp_opt *id = &msg->opt[DHO_CLIENT_IDENTIFIER];
	uint8_t len = id->data && id->len <= UINT8_MAX ? (uint8_t)id->len : 0;

	return (struct identity){.chaddr = msg->chaddr,
				 .client_id = id->data,
				 .client_id_len = len,
				 .by_hw = identity_by_hw(subnet, len)};
}

void engine_look_ahead(const struct engine *engine, const struct engine_link *link,
		       const struct dhcp_msg *msg, unsigned step, struct engine_ahead *ahead)
{
	if (step == 0) {
		const struct subnet *subnet = guess(engine, link, msg);
		const struct identity identity = identity_in(msg, subnet);

		table_hashes(engine->leases, &identity, subnet, &ahead->exact, &ahead->by_id);
		ahead->has_id = !identity.by_hw;
		ahead->addr = dhcp_asked_address(msg);
	}
	table_look_ahead(engine->leases, ahead->exact, ahead->has_id ? &ahead->by_id : NULL,
			 ahead->addr, step);
}
