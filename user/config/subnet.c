// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * subnet4 -> struct subnet: prefixes, numbers, pools, and what they inherit. The list
 * is sorted by prefix at the end; until then subnets stand in the file's order,
 * beside the nodes that errors point to.
 */
#include "build.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "proto/message.h"

/* "192.0.2.0/24"; false with a message in `why`. */
static bool parse_prefix(const char *text, uint32_t *ret_addr, unsigned *ret_len)
{
	char addr[16];
	const char *slash = strchr(text, '/');
	size_t n = slash ? (size_t)(slash - text) : 0;

	if (!slash || n >= sizeof(addr) || strspn(slash + 1, "0123456789") != strlen(slash + 1) ||
	    strlen(slash + 1) < 1 || strlen(slash + 1) > 2)
		return false;
	memcpy(addr, text, n);
	addr[n] = 0;
	*ret_len = (unsigned)atoi(slash + 1);
	return *ret_len <= 32 && parse_address(addr, ret_addr);
}

static uint32_t mask_of(unsigned len)
{
	return len ? 0xffffffffu << (32 - len) : 0;
}

static bool build_prefix(struct report *report, const struct node *map, struct subnet *subnet)
{
	const struct node *node = member(map, KEY_SUBNET_PREFIX);
	char buf[REPORT_QUOTED], addr[DHCP_ADDR_STR];
	uint32_t prefix;
	unsigned len;

	if (!node)
		return false;
	if (!parse_prefix(node->text, &prefix, &len)) {
		report_error(report, node->at,
			     "subnet %s is not ADDRESS/LENGTH such as 192.0.2.0/24",
			     report_quote(node->text, buf));
		return false;
	}
	if (len < 8) {
		report_error(report, node->at, "subnet %s is too large, allowed: /8 to /32",
			     report_quote(node->text, buf));
		return false;
	}
	if (prefix & ~mask_of(len)) {
		report_error(report, node->at,
			     "subnet %s has bits set beyond its length, did you mean %s/%u?",
			     report_quote(node->text, buf),
			     dhcp_addr_str(prefix & mask_of(len), addr), len);
		return false;
	}
	if (prefix >> 24 == 0 || prefix >> 24 == 127 || prefix >> 24 >= 224) {
		report_error(report, node->at, "subnet %s is no network of hosts",
			     report_quote(node->text, buf));
		return false;
	}
	subnet->prefix = prefix;
	subnet->mask = mask_of(len);
	subnet->prefix_len = (uint8_t)len;
	return true;
}

/* "10.0.0.10 - 10.0.0.20" or "10.0.0.16/28". */
static bool parse_pool(const char *text, struct pool *ret_pool)
{
	char first[16] = "", last[16] = "";
	unsigned len;
	int end = 0;

	if (strchr(text, '/')) {
		if (!parse_prefix(text, &ret_pool->first, &len) ||
		    (ret_pool->first & ~mask_of(len)))
			return false;
		ret_pool->last = ret_pool->first | ~mask_of(len);
		return true;
	}
	if (sscanf(text, " %15[0-9.] - %15[0-9.] %n", first, last, &end) != 2 || text[end])
		return false;
	return end && parse_address(first, &ret_pool->first) &&
	       parse_address(last, &ret_pool->last);
}

static bool build_pool(struct report *report, const struct node *map, const struct subnet *subnet,
		       struct pool *pool)
{
	const struct node *node = member(map, KEY_POOL);
	char buf[REPORT_QUOTED], prefix[DHCP_ADDR_STR], other[DHCP_ADDR_STR];
	uint32_t broadcast = subnet->prefix | ~subnet->mask;

	if (!node)
		return false;
	if (!parse_pool(node->text, pool)) {
		report_error(report, node->at,
			     "pool %s is neither FIRST - LAST nor ADDRESS/LENGTH of IPv4 addresses",
			     report_quote(node->text, buf));
		return false;
	}
	if (pool->first > pool->last) {
		report_error(report, node->at, "pool %s ends before it begins",
			     report_quote(node->text, buf));
		return false;
	}
	if (pool->first < subnet->prefix || pool->last > broadcast) {
		report_error(report, node->at, "pool %s is not inside its subnet %s/%u",
			     report_quote(node->text, buf), dhcp_addr_str(subnet->prefix, prefix),
			     subnet->prefix_len);
		return false;
	}
	if (subnet->prefix_len <= 30 && (pool->first == subnet->prefix || pool->last == broadcast))
		report_notice(report, node->at,
			      "pool %s holds the subnet's network or broadcast address (%s, %s), "
			      "which hosts may refuse",
			      report_quote(node->text, buf), dhcp_addr_str(subnet->prefix, prefix),
			      dhcp_addr_str(broadcast, other));
	return true;
}

struct placed_pool {
	struct pool pool;
	struct place at;
};

static int by_first(const void *a, const void *b)
{
	const struct placed_pool *x = a, *y = b;

	if (x->pool.first != y->pool.first)
		return x->pool.first < y->pool.first ? -1 : 1;
	return x->at.line < y->at.line ? -1 : x->at.line > y->at.line;
}

static void build_pools(struct report *report, const struct node *map, struct subnet *subnet)
{
	const struct node *list = member(map, KEY_POOLS);
	struct placed_pool *placed, *widest = NULL;
	size_t n = 0;

	if (!list || !list->n)
		return;
	placed = calloc(list->n, sizeof(*placed));
	subnet->pools = calloc(list->n, sizeof(*subnet->pools));
	if (!placed || !subnet->pools) {
		report->oom = true;
		free(placed);
		return;
	}
	for (const struct node *node = list->first; node; node = node->next) {
		if (node->bad || !build_pool(report, node, subnet, &placed[n].pool))
			continue;
		placed[n++].at = member(node, KEY_POOL)->at;
	}
	qsort(placed, n, sizeof(*placed), by_first);
	for (size_t i = 0; i < n; i++) {
		if (widest && placed[i].pool.first <= widest->pool.last) {
			bool after = placed[i].at.line > widest->at.line;

			report_error(report, after ? placed[i].at : widest->at,
				     "this pool overlaps the one at line %u",
				     after ? widest->at.line : placed[i].at.line);
		}
		if (!widest || placed[i].pool.last > widest->pool.last)
			widest = &placed[i];
		subnet->pools[subnet->n_pools++] = placed[i].pool;
	}
	free(placed);
}

static void build_interface(struct report *report, const struct node *map,
			    const struct config *config, struct subnet *subnet)
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
	snprintf(subnet->interface, sizeof(subnet->interface), "%s", node->text);
}

/* One subnet and all in it; false: its prefix is wrong, and with it the rest has no place. */
static bool build_subnet(struct report *report, const struct node *map, const struct node *root,
			 const struct lifetimes *life, const struct config *config,
			 struct subnet *subnet)
{
	bool placed = build_prefix(report, map, subnet);

	build_interface(report, map, config, subnet);
	build_lifetimes(report, map, life, &subnet->life);
	build_scope(report, map, &subnet->scope);
	subnet->enabled = subnet->reservations_in_subnet = true;
	subnet->bootp = BOOTP_RESERVED;
	subnet->authoritative = member_bool(member(map, KEY_AUTHORITATIVE) ? map : root,
					    KEY_AUTHORITATIVE);
	subnet->match_client_id = member_bool(member(map, KEY_MATCH_CLIENT_ID) ? map : root,
					      KEY_MATCH_CLIENT_ID);
	subnet->id = (uint32_t)(member(map, KEY_SUBNET_ID) ? member_integer(map, KEY_SUBNET_ID)
							   : 0);
	if (!placed)
		return false;
	build_pools(report, map, subnet);
	build_reservations(report, map, subnet);
	if (!subnet->n_pools && !subnet->reservations.n && !member(map, KEY_POOLS))
		report_notice(report, map->at, "this subnet has neither pools nor reservations");
	return true;
}

/* --- what concerns all subnets --- */

struct placed_subnet {
	struct subnet *subnet; /* NULL: its prefix is wrong */
	uint32_t prefix, last, id;
	struct place at, id_at;
	bool id_bad;
};

static int by_id(const void *a, const void *b)
{
	const struct placed_subnet *x = a, *y = b;

	if (x->id != y->id)
		return x->id < y->id ? -1 : 1;
	return x->at.line < y->at.line ? -1 : x->at.line > y->at.line;
}

static int by_prefix(const void *a, const void *b)
{
	const struct placed_subnet *x = a, *y = b;

	if (x->prefix != y->prefix)
		return x->prefix < y->prefix ? -1 : 1;
	return x->at.line < y->at.line ? -1 : x->at.line > y->at.line;
}

static int subnet_by_prefix(const void *a, const void *b)
{
	const struct subnet *x = a, *y = b;

	return x->prefix < y->prefix ? -1 : x->prefix > y->prefix;
}

static bool id_taken(const struct placed_subnet *sorted, size_t n, uint32_t id)
{
	struct placed_subnet key = {.id = id};
	size_t low = 0, high = n;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (sorted[mid].id < key.id)
			low = mid + 1;
		else
			high = mid;
	}
	return low < n && sorted[low].id == id;
}

/* Numbers that the file gives must differ; the others get the next free ones, in its order. */
static void check_ids(struct report *report, struct placed_subnet *placed, size_t n)
{
	struct placed_subnet *sorted = calloc(n + 1, sizeof(*sorted));
	uint32_t next = 1;

	if (!sorted) {
		report->oom = true;
		return;
	}
	memcpy(sorted, placed, n * sizeof(*sorted));
	qsort(sorted, n, sizeof(*sorted), by_id);
	for (size_t i = 1; i < n; i++) {
		if (sorted[i].id && sorted[i].id == sorted[i - 1].id)
			report_error(report, sorted[i].id_at,
				     "id %u is already that of the subnet at line %u", sorted[i].id,
				     sorted[i - 1].at.line);
	}
	for (size_t i = 0; i < n; i++) {
		if (placed[i].id || placed[i].id_bad)
			continue;
		while (id_taken(sorted, n, next))
			next++;
		if (placed[i].subnet) {
			placed[i].subnet->id = next;
			report_notice(report, placed[i].at,
				      "this subnet has no id and is number %u now; leases are kept "
				      "by it: "
				      "write \"id: %u\"",
				      next, next);
		}
		next++;
	}
	free(sorted);
}

static void check_overlaps(struct report *report, struct placed_subnet *placed, size_t n)
{
	const struct placed_subnet *widest = NULL;

	qsort(placed, n, sizeof(*placed), by_prefix);
	for (size_t i = 0; i < n; i++) {
		const struct placed_subnet *it = &placed[i];

		if (!it->subnet)
			continue;
		if (widest && it->prefix <= widest->last) {
			bool after = it->at.line > widest->at.line;

			report_error(report, after ? it->at : widest->at,
				     "this subnet overlaps the one at line %u",
				     after ? widest->at.line : it->at.line);
		}
		if (!widest || it->last > widest->last)
			widest = it;
	}
}

static struct placed_subnet place(const struct node *map, struct subnet *subnet, bool good)
{
	return (struct placed_subnet){
		.subnet = good ? subnet : NULL,
		.prefix = subnet->prefix,
		.last = subnet->prefix | ~subnet->mask,
		.id = subnet->id,
		.at = map->at,
		.id_at = place_in(map, KEY_SUBNET_ID),
		.id_bad = member_bad(map, KEY_SUBNET_ID),
	};
}

void build_subnets(struct report *report, const struct node *root, const struct lifetimes *life,
		   struct config *config)
{
	const struct node *list = member(root, KEY_SUBNET4);
	struct model *model = &config->model;
	struct placed_subnet *placed;
	size_t n = 0;

	if (!list || !list->n) {
		if (!member_bad(root, KEY_SUBNET4))
			report_notice(report, list ? list->at : root->at,
				      "there is no subnet: nobody will be served");
		return;
	}
	placed = calloc(list->n, sizeof(*placed));
	model->subnets = calloc(list->n, sizeof(*model->subnets));
	if (!placed || !model->subnets) {
		report->oom = true;
		free(placed);
		return;
	}
	for (const struct node *map = list->first; map; map = map->next) {
		struct subnet *subnet = &model->subnets[n];
		bool good;

		if (map->bad)
			continue;
		good = build_subnet(report, map, root, life, config, subnet);
		placed[n++] = place(map, subnet, good);
		model->n_subnets = n;
	}
	check_ids(report, placed, n);
	check_overlaps(report, placed, n);
	free(placed);
	qsort(model->subnets, n, sizeof(*model->subnets), subnet_by_prefix);
}
