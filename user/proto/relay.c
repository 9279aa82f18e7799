// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Sub-options of option 82. See relay.h.
 */
#include "relay.h"

bool relay_suboption(const struct dhcp_opt *agent, uint8_t code, struct dhcp_opt *ret)
{
	const uint8_t *p = agent->data, *end = p + agent->len;

	if (!p)
		return false;
	while (end - p >= 2 && end - p - 2 >= p[1]) {
		if (p[0] == code) {
			*ret = (struct dhcp_opt){.data = p + 2, .len = p[1]};
			return true;
		}
		p += 2 + p[1];
	}
	return false;
}

uint32_t relay_address(const struct dhcp_opt *agent, uint8_t code)
{
	struct dhcp_opt opt;

	if (!relay_suboption(agent, code, &opt) || opt.len != 4)
		return 0;
	return (uint32_t)opt.data[0] << 24 | (uint32_t)opt.data[1] << 16 |
	       (uint32_t)opt.data[2] << 8 | opt.data[3];
}
