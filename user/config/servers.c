// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * allow-servers -> the servers that may answer beside us, at one level. An empty list is one: no
 * other server may, whatever outer levels allow.
 */
#include "build.h"

#include <stdlib.h>

static void add(struct report *report, const struct node *node, struct server_list *list)
{
	char buf[REPORT_QUOTED];
	uint32_t addr;

	if (!parse_address(node->text, &addr))
		report_error(report, node->at,
			     "allow-servers: %s is not an IPv4 address such as 192.0.2.1",
			     report_quote(node->text, buf));
	else if (!is_host_address(addr))
		report_error(report, node->at, "allow-servers: no server has the address %s",
			     node->text);
	else if (server_list_has(list, addr))
		report_error(report, node->at, "allow-servers: %s is here a second time",
			     node->text);
	else
		list->addrs[list->n++] = addr;
}

struct server_list *build_servers(struct report *report, const struct node *map)
{
	const struct node *nodes = member(map, KEY_ALLOW_SERVERS);
	struct server_list *list;

	if (!nodes)
		return NULL;
	list = calloc(1, sizeof(*list) + (nodes->n + 1) * sizeof(list->addrs[0]));
	if (!list) {
		report->oom = true;
		return NULL;
	}
	for (const struct node *node = nodes->first; node && !report_full(report);
	     node = node->next) {
		if (!node->bad)
			add(report, node, list);
	}
	return list;
}
