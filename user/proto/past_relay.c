// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* See past_relay.h. The options keep their order, of which a form is made. */
#include "past_relay.h"

#include <string.h>

static bool is_left_out(uint8_t code)
{
	return code == DHO_RELAY_AGENT || code == DHO_REQUESTED_ADDRESS ||
	       code == DHO_SERVER_IDENTIFIER;
}

/* Returns the length of what is left of the options. They were decoded, so they are whole. */
static size_t copy_options(const struct dhcp_msg *relayed, uint8_t *room)
{
	const uint8_t *p = relayed->options, *end = p + relayed->options_len;
	uint8_t *to = room;

	while (p < end) {
		size_t len = *p == DHO_PAD || end - p < 2 ? 1 : 2u + p[1];

		if (*p == DHO_END || len > (size_t)(end - p))
			break;
		if (!is_left_out(*p)) {
			memcpy(to, p, len);
			to += len;
		}
		p += len;
	}
	return (size_t)(to - room);
}

void dhcp_past_relay(const struct dhcp_msg *relayed, uint32_t addr, uint8_t *room,
		     struct dhcp_msg *ret_msg)
{
	struct dhcp_msg *msg = ret_msg;

	*msg = *relayed; /* opt[] goes on pointing into what `relayed` points into */
	msg->options = room;
	msg->options_len = copy_options(relayed, room);
	for (unsigned code = 0; code < 256; code++) {
		if (is_left_out((uint8_t)code))
			msg->opt[code] = (struct dhcp_opt){0};
	}
	msg->has_requested = msg->has_server_id = false;
	msg->requested = msg->server_id = 0;
	msg->giaddr = 0;
	msg->ciaddr = msg->ip_src = addr;
	msg->udp_sport = DHCP_CLIENT_PORT;
}
