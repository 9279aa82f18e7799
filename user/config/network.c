// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * shared-networks and subnet4 -> the model's lists. A shared network is one link: its subnets
 * have one interface, and those without relays of their own have the network's. The list of
 * subnets is sorted by prefix at the end; until then they stand as they were read, beside the
 * nodes that errors point to.
 */
#include "build.h"

#include <stdlib.h>
#include <string.h>

#include "proto/message.h"

void build_interface(struct report *report, const struct node *map, const struct config *config,
		     char ret_interface[MODEL_IFNAME])
{
	const struct node *node = member(map, KEY_SUBNET_INTERFACE);
	char buf[REPORT_QUOTED];

	if (!node || !*node->text)
		return;
	if (strpbrk(node->text, "/ \t\n:"))
		report_error(report, node->at, "interface %s is no interface name",
			     report_quote(node->text, buf));
	else if (!config_serves(config, node->text))
		report_notice(report, node->at,
			      "interface %s is not served: it is not in interfaces-config",
			      report_quote(node->text, buf));
	snprintf(ret_interface, MODEL_IFNAME, "%s", node->text);
}

/* --- relays --- */

static int by_value(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static bool has(const uint32_t *relays, size_t n, uint32_t addr)
{
	for (size_t i = 0; i < n; i++) {
		if (relays[i] == addr)
			return true;
	}
	return false;
}

static void add_relay(struct report *report, const struct node *node, uint32_t addr,
		      uint32_t *relays, size_t *n)
{
	char text[DHCP_ADDR_STR];

	if (!addr)
		return; /* Kea's word for none */
	if (!is_host_address(addr))
		report_error(report, node->at, "relay %s is no host's address",
			     dhcp_addr_str(addr, text));
	else if (has(relays, *n, addr))
		report_error(report, node->at, "relay %s is here a second time",
			     dhcp_addr_str(addr, text));
	else
		relays[(*n)++] = addr;
}

void build_relays(struct report *report, const struct node *map, uint32_t **ret_relays,
		  size_t *ret_n)
{
	const struct node *relay = member(map, KEY_RELAY);
	const struct node *list = member(relay, KEY_RELAY_ADDRESSES);
	const struct node *one = member(relay, KEY_RELAY_ADDRESS);
	char buf[REPORT_QUOTED];
	uint32_t addr;

	if (list && one)
		report_error(report, one->key_at,
			     "ip-address and ip-addresses (%s) exclude each other",
			     LINE_OF(report, one->key_at, list->key_at));
	if (!one && (!list || !list->n))
		return;
	*ret_relays = calloc((list ? list->n : 0) + 1, sizeof(**ret_relays));
	if (!*ret_relays) {
		report->oom = true;
		return;
	}
	if (one)
		add_relay(report, one, one->value.address, *ret_relays, ret_n);
	for (const struct node *node = list ? list->first : NULL; node; node = node->next) {
		if (node->bad)
			continue;
		if (parse_address(node->text, &addr))
			add_relay(report, node, addr, *ret_relays, ret_n);
		else
			report_error(report, node->at,
				     "ip-addresses: %s is not an IPv4 address such as 192.0.2.1",
				     report_quote(node->text, buf));
	}
	qsort(*ret_relays, *ret_n, sizeof(**ret_relays), by_value);
}

/* --- shared networks --- */

/* What a shared network gives to its subnets beside what `levels` gives. */
struct link {
	const struct node *map;
	const struct shared_network *network;
	struct lifetimes life;
	char interface[MODEL_IFNAME];
	struct place interface_at;
	uint32_t *relays;
	size_t n_relays;
};

static void add_subnets(struct build *build, const struct node *list, const struct link *link)
{
	struct model *model = &build->config->model;

	for (const struct node *map = list ? list->first : NULL; map; map = map->next) {
		struct subnet *subnet = &model->subnets[model->n_subnets];
		struct placed_subnet *placed = &build->subnets[build->n_subnets];

		if (map->bad)
			continue;
		model->n_subnets++;
		build->n_subnets++;
		*placed = (struct placed_subnet){
			.subnet = subnet,
			.map = map,
			.network = link->map,
			.good = build_subnet(build, map, link->map, link->network, &link->life,
					     subnet),
		};
	}
}

/* The interface that one of them names is that of all: they are on one link. */
static void settle_interface(struct report *report, struct placed_subnet *subnets, size_t n,
			     struct link *link)
{
	char buf[REPORT_QUOTED], other[REPORT_QUOTED];

	for (size_t i = 0; i < n; i++) {
		const char *own = subnets[i].subnet->interface;

		if (!*own)
			continue;
		if (!*link->interface) {
			strcpy(link->interface, own);
			link->interface_at = place_in(subnets[i].map, KEY_SUBNET_INTERFACE);
		} else if (strcmp(own, link->interface) != 0) {
			report_error(report, place_in(subnets[i].map, KEY_SUBNET_INTERFACE),
				     "interface %s is not %s as at %s: the subnets of a "
				     "shared network are on one link",
				     report_quote(own, buf), report_quote(link->interface, other),
				     LINE_OF(report, subnets[i].map->at, link->interface_at));
		}
	}
	for (size_t i = 0; i < n; i++)
		strcpy(subnets[i].subnet->interface, link->interface);
}

static void inherit_relays(struct report *report, struct placed_subnet *subnets, size_t n,
			   const struct link *link)
{
	for (size_t i = 0; i < n && link->n_relays; i++) {
		struct subnet *subnet = subnets[i].subnet;

		if (subnet->n_relays)
			continue;
		free(subnet->relays);
		subnet->relays = calloc(link->n_relays, sizeof(*subnet->relays));
		if (!subnet->relays) {
			report->oom = true;
			return;
		}
		memcpy(subnet->relays, link->relays, link->n_relays * sizeof(*subnet->relays));
		subnet->n_relays = link->n_relays;
	}
}

/* A client is found by its relay in one of them, and may then get an address of any. */
static void notice_relays(struct report *report, const struct placed_subnet *subnets, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		const struct subnet *first = subnets[0].subnet, *it = subnets[i].subnet;

		if (it->n_relays == first->n_relays &&
		    (!it->n_relays ||
		     !memcmp(it->relays, first->relays, it->n_relays * sizeof(*it->relays))))
			continue;
		report_notice(report, subnets[i].map->at,
			      "this subnet's relays are not those of the one at %s, but both "
			      "are of one shared network: a client behind any of them may get an "
			      "address of either",
			      LINE_OF(report, subnets[i].map->at, subnets[0].map->at));
		return;
	}
}

static void build_network(struct build *build, const struct node *map)
{
	struct report *report = build->report;
	struct model *model = &build->config->model;
	struct shared_network *network = &model->networks[model->n_networks++];
	const struct node *list = member(map, KEY_SUBNET4);
	size_t before = build->n_subnets, n;
	struct link link = {.map = map, .network = network};

	build_scope(report, map, &network->scope);
	build_class_list(report, map, KEY_GUARDS, KEY_GUARD, &network->guards);
	build_hw_lists(report, map, &network->hw);
	network->servers = build_servers(report, map);
	build_interface(report, map, build->config, link.interface);
	link.interface_at = place_in(map, KEY_SUBNET_INTERFACE);
	build_relays(report, map, &link.relays, &link.n_relays);
	build_lifetimes(report, map, &build->life, &link.life);
	check_mode(report, map);
	check_domain(report, map);
	if ((!list || !list->n) && !member_bad(map, KEY_SUBNET4))
		report_notice(report, list ? list->at : map->at,
			      "this shared network has no subnets");
	add_subnets(build, list, &link);
	n = build->n_subnets - before;
	settle_interface(report, build->subnets + before, n, &link);
	inherit_relays(report, build->subnets + before, n, &link);
	notice_relays(report, build->subnets + before, n);
	free(link.relays);
}

static int by_name(const void *a, const void *b)
{
	const struct node *x = *(const struct node *const *)a, *y = *(const struct node *const *)b;
	int order = strcmp(x->text, y->text);

	return order ? order : place_order(x->at, y->at);
}

static void check_names(struct report *report, const struct node *list)
{
	const struct node **names = calloc(list->n + 1, sizeof(const struct node *));
	char buf[REPORT_QUOTED];
	size_t n = 0;

	if (!names) {
		report->oom = true;
		return;
	}
	for (const struct node *map = list->first; map; map = map->next) {
		if (member(map, KEY_NETWORK_NAME))
			names[n++] = member(map, KEY_NETWORK_NAME);
	}
	qsort(names, n, sizeof(const struct node *), by_name);
	for (size_t i = 1; i < n; i++) {
		if (!strcmp(names[i]->text, names[i - 1]->text))
			report_error(report, names[i]->at,
				     "name %s is already that of the shared network at %s",
				     report_quote(names[i]->text, buf),
				     LINE_OF(report, names[i]->at, names[i - 1]->at));
	}
	free(names);
}

/* --- all of them --- */

static bool make_room(struct build *build, const struct node *plain, const struct node *networks)
{
	struct model *model = &build->config->model;
	size_t n = plain ? plain->n : 0;

	for (const struct node *map = networks ? networks->first : NULL; map; map = map->next) {
		const struct node *list = member(map, KEY_SUBNET4);

		n += list ? list->n : 0;
	}
	build->subnets = calloc(n + 1, sizeof(*build->subnets));
	model->subnets = calloc(n + 1, sizeof(*model->subnets));
	model->networks = calloc((networks ? networks->n : 0) + 1, sizeof(*model->networks));
	if (build->subnets && model->subnets && model->networks)
		return true;
	build->report->oom = true;
	return false;
}

static int by_prefix(const void *a, const void *b)
{
	const struct subnet *x = a, *y = b;

	return x->prefix < y->prefix ? -1 : x->prefix > y->prefix;
}

void build_subnets(struct build *build)
{
	const struct node *plain = member(build->root, KEY_SUBNET4);
	const struct node *networks = member(build->root, KEY_SHARED_NETWORKS);
	const struct link none = {.life = build->life};
	struct model *model = &build->config->model;

	if (!make_room(build, plain, networks))
		return;
	add_subnets(build, plain, &none);
	for (const struct node *map = networks ? networks->first : NULL; map; map = map->next) {
		if (!map->bad)
			build_network(build, map);
	}
	if (networks)
		check_names(build->report, networks);
	if (!model->n_subnets && (!plain || !plain->n) && !member_bad(build->root, KEY_SUBNET4))
		report_notice(build->report, plain ? plain->at : build->root->at,
			      "there is no subnet: nobody will be served");
	check_subnets(build);
	qsort(model->subnets, model->n_subnets, sizeof(*model->subnets), by_prefix);
}
