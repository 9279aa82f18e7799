// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The addresses of a subnet: prefixes and ranges as text, pools, exclusions. In the model
 * both lists are ascending and do not overlap.
 */
#include "build.h"

#include <stdlib.h>
#include <string.h>

#include "proto/message.h"

bool parse_prefix(const char *text, uint32_t *ret_addr, unsigned *ret_len)
{
	char addr[16];
	const char *slash = strchr(text, '/');
	size_t n = slash ? (size_t)(slash - text) : 0;
	unsigned len;

	if (!slash || n >= sizeof(addr) || strspn(slash + 1, "0123456789") != strlen(slash + 1) ||
	    strlen(slash + 1) < 1 || strlen(slash + 1) > 2)
		return false;
	memcpy(addr, text, n);
	addr[n] = 0;
	len = (unsigned)atoi(slash + 1);
	if (len > 32 || !parse_address(addr, ret_addr))
		return false;
	*ret_len = len;
	return true;
}

uint32_t prefix_mask(unsigned len)
{
	return len ? 0xffffffffu << (32 - len) : 0;
}

/* "10.0.0.10 - 10.0.0.20" or "10.0.0.16/28". */
static bool parse_range(const char *text, struct address_range *ret_range)
{
	char first[16] = "", last[16] = "";
	unsigned len;
	int end = 0;

	if (strchr(text, '/')) {
		if (!parse_prefix(text, &ret_range->first, &len) ||
		    (ret_range->first & ~prefix_mask(len)))
			return false;
		ret_range->last = ret_range->first | ~prefix_mask(len);
		return true;
	}
	if (sscanf(text, " %15[0-9.] - %15[0-9.] %n", first, last, &end) != 2 || text[end])
		return false;
	return end && parse_address(first, &ret_range->first) &&
	       parse_address(last, &ret_range->last);
}

/* `what`: "pool" or "exclusion". */
static bool check_range(struct report *report, const struct node *node, const char *what,
			const struct subnet *subnet, const struct address_range *range)
{
	char buf[REPORT_QUOTED], prefix[DHCP_ADDR_STR];

	if (range->first > range->last) {
		report_error(report, node->at, "%s %s ends before it begins", what,
			     report_quote(node->text, buf));
		return false;
	}
	if (range->first < subnet->prefix || range->last > (subnet->prefix | ~subnet->mask)) {
		report_error(report, node->at, "%s %s is not inside its subnet %s/%u", what,
			     report_quote(node->text, buf), dhcp_addr_str(subnet->prefix, prefix),
			     subnet->prefix_len);
		return false;
	}
	return true;
}

/* --- exclusions --- */

static bool build_exclusion(struct report *report, const struct node *node,
			    const struct subnet *subnet, struct address_range *ret_range)
{
	char buf[REPORT_QUOTED];
	bool one = parse_address(node->text, &ret_range->first);

	if (one)
		ret_range->last = ret_range->first;
	if (!one && !parse_range(node->text, ret_range)) {
		report_error(report, node->at,
			     "exclusion %s is neither ADDRESS, FIRST - LAST nor ADDRESS/LENGTH of "
			     "IPv4 addresses",
			     report_quote(node->text, buf));
		return false;
	}
	return check_range(report, node, "exclusion", subnet, ret_range);
}

/* A range and where it is written. */
struct placed {
	struct address_range range;
	const struct node *node; /* a pool's map, an exclusion's text */
};

static int by_first(const void *a, const void *b)
{
	const struct placed *x = a, *y = b;

	if (x->range.first != y->range.first)
		return x->range.first < y->range.first ? -1 : 1;
	return place_order(x->node->at, y->node->at);
}

/* `placed` is ascending: those that overlap or adjoin become one. None is at the end of all. */
static void merge(const struct placed *placed, size_t n, struct subnet *subnet)
{
	for (size_t i = 0; i < n; i++) {
		const struct address_range *it = &placed[i].range;
		struct address_range *last = subnet->n_exclusions
						     ? &subnet->exclusions[subnet->n_exclusions - 1]
						     : NULL;

		if (!last || it->first > last->last + 1)
			subnet->exclusions[subnet->n_exclusions++] = *it;
		else if (it->last > last->last)
			last->last = it->last;
	}
}

/* Returns those that are right, *ret_n of them, ascending; owned by the caller. */
static struct placed *build_exclusions(struct report *report, const struct node *map,
				       struct subnet *subnet, size_t *ret_n)
{
	const struct node *list = member(map, KEY_EXCLUSIONS);
	struct placed *placed;
	size_t n = 0;

	*ret_n = 0;
	if (!list || !list->n)
		return NULL;
	placed = calloc(list->n, sizeof(*placed));
	subnet->exclusions = calloc(list->n, sizeof(*subnet->exclusions));
	if (!placed || !subnet->exclusions) {
		report->oom = true;
		free(placed);
		return NULL;
	}
	for (const struct node *node = list->first; node; node = node->next) {
		if (node->bad || !build_exclusion(report, node, subnet, &placed[n].range))
			continue;
		placed[n++].node = node;
	}
	qsort(placed, n, sizeof(*placed), by_first);
	merge(placed, n, subnet);
	*ret_n = n;
	return placed;
}

static bool touches_pool(const struct subnet *subnet, const struct address_range *range)
{
	const struct pool *pool = subnet_pool_from(subnet, range->first);

	return pool && pool->first <= range->last;
}

/* What no pool holds is given to nobody anyway. */
static void notice_idle(struct report *report, const struct subnet *subnet,
			const struct placed *placed, size_t n)
{
	char buf[REPORT_QUOTED];

	for (size_t i = 0; i < n; i++) {
		if (!touches_pool(subnet, &placed[i].range))
			report_notice(report, placed[i].node->at,
				      "exclusion %s has no effect: none of it is in a pool",
				      report_quote(placed[i].node->text, buf));
	}
}

/* --- pools --- */

static bool is_excluded(const struct subnet *subnet, const struct address_range *range)
{
	/* no other can hold all of it */
	const struct address_range *it = subnet_exclusion_from(subnet, range->first);

	return it && it->first <= range->first && it->last >= range->last;
}

static void notice_pool(struct report *report, const struct node *node, const struct subnet *subnet,
			const struct address_range *range)
{
	char buf[REPORT_QUOTED], prefix[DHCP_ADDR_STR], other[DHCP_ADDR_STR];
	uint32_t broadcast = subnet->prefix | ~subnet->mask;
	bool lowest = range->first == subnet->prefix && !subnet_excludes(subnet, range->first);
	bool highest = range->last == broadcast && !subnet_excludes(subnet, broadcast);

	if (is_excluded(subnet, range))
		report_notice(report, node->at, "pool %s gives nothing: exclusions hold all of it",
			      report_quote(node->text, buf));
	else if (subnet->prefix_len <= 30 && (lowest || highest))
		report_notice(report, node->at,
			      "pool %s holds the subnet's network or broadcast address (%s, %s), "
			      "which hosts may refuse",
			      report_quote(node->text, buf), dhcp_addr_str(subnet->prefix, prefix),
			      dhcp_addr_str(broadcast, other));
}

static bool build_pool(struct report *report, const struct node *map, const struct subnet *subnet,
		       struct address_range *ret_range)
{
	const struct node *node = member(map, KEY_POOL);
	char buf[REPORT_QUOTED];

	if (!node)
		return false;
	if (!parse_range(node->text, ret_range)) {
		report_error(report, node->at,
			     "pool %s is neither FIRST - LAST nor ADDRESS/LENGTH of IPv4 addresses",
			     report_quote(node->text, buf));
		return false;
	}
	if (!check_range(report, node, "pool", subnet, ret_range))
		return false;
	notice_pool(report, node, subnet, ret_range);
	return true;
}

static void check_overlaps(struct report *report, const struct placed *placed, size_t n)
{
	const struct placed *widest = NULL;

	for (size_t i = 0; i < n; i++) {
		const struct placed *it = &placed[i];

		if (widest && it->range.first <= widest->range.last) {
			struct place at = member(it->node, KEY_POOL)->at;
			struct place other = member(widest->node, KEY_POOL)->at;
			bool after = place_order(at, other) > 0;

			report_error(report, after ? at : other, "this pool overlaps the one at %s",
				     LINE_OF(report, after ? at : other, after ? other : at));
		}
		if (!widest || it->range.last > widest->range.last)
			widest = it;
	}
}

static int pool_by_first(const void *a, const void *b)
{
	const struct pool *x = a, *y = b;

	return x->first < y->first ? -1 : x->first > y->first;
}

static void build_list(struct report *report, const struct node *map, struct subnet *subnet)
{
	const struct node *list = member(map, KEY_POOLS);
	struct placed *placed;
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
		struct pool *pool = &subnet->pools[subnet->n_pools];

		if (node->bad)
			continue;
		subnet->n_pools++;
		build_scope(report, node, &pool->scope);
		build_class_list(report, node, KEY_GUARDS, KEY_GUARD, &pool->guards);
		build_class_list(report, node, KEY_ADDITIONAL_CLASSES, KEY_REQUIRED_CLASSES,
				 &pool->required);
		if (!build_pool(report, node, subnet, &placed[n].range))
			continue;
		pool->first = placed[n].range.first;
		pool->last = placed[n].range.last;
		placed[n++].node = node;
	}
	qsort(placed, n, sizeof(*placed), by_first);
	check_overlaps(report, placed, n);
	free(placed);
	qsort(subnet->pools, subnet->n_pools, sizeof(*subnet->pools), pool_by_first);
}

void build_pools(struct report *report, const struct node *map, struct subnet *subnet)
{
	size_t n;
	struct placed *exclusions = build_exclusions(report, map, subnet, &n);

	build_list(report, map, subnet);
	notice_idle(report, subnet, exclusions, n);
	free(exclusions);
}
