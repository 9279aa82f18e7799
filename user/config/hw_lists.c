// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * allow-hw-addresses and deny-hw-addresses -> the lists that are looked up (engine/filter.h). A
 * list may be generated and long: what is wrong in it is reported entry by entry, what is there
 * twice is there once.
 */
#include "build.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/filter.h"

/* "00:11:22:33:44:55"; "00:11:22:*" or "*", of whole bytes. */
static bool parse_entry(const char *text, uint8_t hw[DHCP_CHADDR_LEN], size_t *ret_len)
{
	static const char zeros[] = "0:0:0:0:0:0";
	const char *star = strchr(text, '*');
	size_t n = star ? (size_t)(star - text) : 0, len = 0;
	char whole[3 * DHCP_CHADDR_LEN + sizeof(zeros)];

	if (!star) {
		*ret_len = DHCP_CHADDR_LEN;
		return config_parse_mac(text, hw);
	}
	if (star[1] || n > 3 * DHCP_CHADDR_LEN || (n && !strchr(":-", text[n - 1])))
		return false;
	for (size_t i = 0; i < n; i++)
		len += text[i] == ':' || text[i] == '-';
	if (len >= DHCP_CHADDR_LEN)
		return false;
	snprintf(whole, sizeof(whole), "%.*s%s", (int)n, text, zeros + 2 * len);
	*ret_len = len;
	return config_parse_mac(whole, hw);
}

static struct hw_list *build_list(struct report *report, const struct node *map,
				  enum schema_key key)
{
	const struct node *nodes = member(map, key);
	struct hw_list *list = nodes ? calloc(1, sizeof(*list)) : NULL;
	uint8_t hw[DHCP_CHADDR_LEN];
	char buf[REPORT_QUOTED];
	size_t len;

	if (nodes && !list)
		report->oom = true;
	for (const struct node *node = list ? nodes->first : NULL; node; node = node->next) {
		if (node->bad)
			continue;
		if (!parse_entry(node->text, hw, &len))
			report_error(report, node->at,
				     "%s: %s is neither a MAC such as 00:11:22:33:44:55 nor the "
				     "whole bytes that one begins with, such as 00:11:22:*",
				     nodes->key, report_quote(node->text, buf));
		else if (hw_list_add(list, hw, len) < 0)
			report->oom = true;
	}
	if (list)
		hw_list_settle(list);
	return list;
}

void build_hw_lists(struct report *report, const struct node *map, struct hw_lists *ret_lists)
{
	const struct node *allow = member(map, KEY_ALLOW_HW_ADDRESSES);

	ret_lists->allow = build_list(report, map, KEY_ALLOW_HW_ADDRESSES);
	ret_lists->deny = build_list(report, map, KEY_DENY_HW_ADDRESSES);
	if (allow && !allow->n)
		report_notice(report, allow->at,
			      "allow-hw-addresses is empty: nobody is answered here");
}
