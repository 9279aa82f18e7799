// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Sub-options of option 82. See relay.h.
 */
#include "relay.h"

#include <stdio.h>

#include "suboption.h"

bool relay_suboption(const struct dhcp_opt *agent, uint8_t code, struct dhcp_opt *ret)
{
	return suboption_find(agent, false, code, ret);
}

uint32_t relay_address(const struct dhcp_opt *agent, uint8_t code)
{
	struct dhcp_opt opt;

	if (!relay_suboption(agent, code, &opt) || opt.len != 4)
		return 0;
	return dhcp_get_addr(opt.data);
}

bool relay_at_source_port(const struct dhcp_opt *agent)
{
	struct dhcp_opt unused;

	return relay_suboption(agent, RELAY_SOURCE_PORT, &unused);
}

static bool is_text(const uint8_t *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (data[i] < ' ' || data[i] > '~' || data[i] == '"' || data[i] == '\\')
			return false;
	return len > 0;
}

const char *relay_text(const struct dhcp_opt *id, char buf[RELAY_TEXT_STR])
{
	size_t len = id->len <= 255 ? id->len : 255;
	char *p = buf;

	if (is_text(id->data, len)) {
		snprintf(buf, RELAY_TEXT_STR, "\"%.*s\"", (int)len, (const char *)id->data);
		return buf;
	}
	*p = '\0';
	for (size_t i = 0; i < len; i++)
		p += sprintf(p, "%s%02x", i ? ":" : "", id->data[i]);
	return buf;
}
