// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * One subnet: its prefix, its flags and what it inherits from its shared network and from the
 * global keys. What concerns several subnets is in network.c and overlaps.c.
 */
#include "build.h"

#include <string.h>

#include "proto/message.h"

/* The maps that a subnet lies in, from its own outwards: what one does not set, the next does. */
struct levels {
	const struct node *map[3];
};

/* The innermost map that sets the key; if none does the last one, whose member_*() is the default.
 */
static const struct node *level_of(const struct levels *levels, enum schema_key key)
{
	const size_t last = sizeof(levels->map) / sizeof(levels->map[0]) - 1;

	for (size_t i = 0; i < last; i++) {
		if (member(levels->map[i], key))
			return levels->map[i];
	}
	return levels->map[last];
}

static bool level_bool(const struct levels *levels, enum schema_key key)
{
	return member_bool(level_of(levels, key), key);
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
	if (prefix & ~prefix_mask(len)) {
		report_error(report, node->at,
			     "subnet %s has bits set beyond its length, did you mean %s/%u?",
			     report_quote(node->text, buf),
			     dhcp_addr_str(prefix & prefix_mask(len), addr), len);
		return false;
	}
	if (!is_host_address(prefix)) {
		report_error(report, node->at, "subnet %s is no network of hosts",
			     report_quote(node->text, buf));
		return false;
	}
	subnet->prefix = prefix;
	subnet->mask = prefix_mask(len);
	subnet->prefix_len = (uint8_t)len;
	return true;
}

/* Kea's three keys of a level, or the one word that they were before. */
struct reservation_keys {
	bool global, in_subnet, out_of_pool;
};

static void apply_mode(const struct node *map, struct reservation_keys *keys)
{
	keys->global = member_is(map, KEY_RESERVATION_MODE, "global");
	keys->in_subnet = member_is(map, KEY_RESERVATION_MODE, "all") ||
			  member_is(map, KEY_RESERVATION_MODE, "out-of-pool");
	if (keys->in_subnet)
		keys->out_of_pool = member_is(map, KEY_RESERVATION_MODE, "out-of-pool");
}

static struct reservation_keys reservation_keys(const struct levels *levels)
{
	struct reservation_keys keys = {.in_subnet = true};

	for (size_t i = sizeof(levels->map) / sizeof(levels->map[0]); i-- > 0;) {
		const struct node *map = levels->map[i];

		if (member(map, KEY_RESERVATION_MODE))
			apply_mode(map, &keys);
		if (member(map, KEY_RESERVATIONS_GLOBAL))
			keys.global = member_bool(map, KEY_RESERVATIONS_GLOBAL);
		if (member(map, KEY_RESERVATIONS_IN_SUBNET))
			keys.in_subnet = member_bool(map, KEY_RESERVATIONS_IN_SUBNET);
		if (member(map, KEY_RESERVATIONS_OUT_OF_POOL))
			keys.out_of_pool = member_bool(map, KEY_RESERVATIONS_OUT_OF_POOL);
	}
	return keys;
}

void check_mode(struct report *report, const struct node *map)
{
	static const enum schema_key keys[] = {KEY_RESERVATIONS_GLOBAL, KEY_RESERVATIONS_IN_SUBNET,
					       KEY_RESERVATIONS_OUT_OF_POOL};
	const struct node *mode = member(map, KEY_RESERVATION_MODE);

	for (size_t i = 0; mode && i < sizeof(keys) / sizeof(keys[0]); i++) {
		const struct node *node = member(map, keys[i]);

		if (!node)
			continue;
		report_error(report, mode->key_at,
			     "reservation-mode and %s (%s) exclude each other", node->key,
			     LINE_OF(report, mode->key_at, node->key_at));
		return;
	}
}

static enum bootp build_bootp(const struct build *build, const struct levels *levels)
{
	const struct node *map = level_of(levels, KEY_BOOTP);

	if (!member(map, KEY_BOOTP) && hooks_set_bootp(build->root))
		return BOOTP_ALL;
	if (member_is(map, KEY_BOOTP, "none"))
		return BOOTP_NONE;
	return member_is(map, KEY_BOOTP, "all") ? BOOTP_ALL : BOOTP_RESERVED;
}

/* The innermost conflict-detection that sets the key; NULL: none does. */
static const struct node *conflict_level(const struct levels *levels, enum schema_key key)
{
	for (size_t i = 0; i < sizeof(levels->map) / sizeof(levels->map[0]); i++) {
		const struct node *map = member(levels->map[i], KEY_CONFLICT_DETECTION);

		if (member(map, key))
			return map;
	}
	return NULL;
}

static enum conflict_method method_of(const struct node *map)
{
	if (member_is(map, KEY_CONFLICT_METHOD, "none"))
		return CONFLICT_NONE;
	return member_is(map, KEY_CONFLICT_METHOD, "arp") ? CONFLICT_ARP : CONFLICT_ICMP;
}

void build_conflict_default(struct build *build)
{
	build->conflict = (struct conflict_detection){
		.method = method_of(NULL),
		.timeout = (uint32_t)member_integer(NULL, KEY_CONFLICT_TIMEOUT),
		.cache = (uint32_t)member_integer(NULL, KEY_CONFLICT_CACHE),
	};
}

/* Where Kea's library reads what a subnet has of its own: here that is said in our words. */
static void refuse_ping_context(const struct build *build, const struct node *subnet)
{
	const struct node *context = build->ping_check ? member(subnet, KEY_USER_CONTEXT) : NULL;

	for (const struct node *n = context && context->type == NODE_MAP ? context->first : NULL; n;
	     n = n->next) {
		if (strcmp(n->key, "enable-ping-check") != 0 &&
		    strcmp(n->key, "reply-timeout") != 0 && strcmp(n->key, "ping-cltt-secs") != 0)
			continue;
		report_error(build->report, n->key_at,
			     "%s in a user-context has no effect: set the subnet's "
			     "conflict-detection",
			     n->key);
	}
}

static void build_conflict(const struct build *build, const struct levels *levels,
			   struct conflict_detection *ret)
{
	const struct node *map;

	refuse_ping_context(build, levels->map[0]);
	*ret = build->conflict;
	if ((map = conflict_level(levels, KEY_CONFLICT_METHOD)))
		ret->method = method_of(map);
	if ((map = conflict_level(levels, KEY_CONFLICT_TIMEOUT)))
		ret->timeout = (uint32_t)member_integer(map, KEY_CONFLICT_TIMEOUT);
	if ((map = conflict_level(levels, KEY_CONFLICT_CACHE)))
		ret->cache = (uint32_t)member_integer(map, KEY_CONFLICT_CACHE);
}

/* Whose offer lapses while its address is probed may lose it to another. */
static void check_timeout(struct report *report, const struct node *map,
			  const struct conflict_detection *conflict, uint32_t offer_lifetime)
{
	if (conflict->method != CONFLICT_NONE && conflict->timeout > 1000 * offer_lifetime)
		report_error(report, place_in(map, KEY_CONFLICT_DETECTION),
			     "conflict-detection waits for %u ms here, longer than an offered "
			     "address is held (offer-lifetime: %u s)",
			     conflict->timeout, offer_lifetime);
}

/* ddns-qualifying-suffix; what is wrong is said where it stands, once (check_domain()). */
static void build_domain(struct report *report, const struct levels *levels, struct subnet *subnet)
{
	const char *text = member_text(level_of(levels, KEY_QUALIFYING_SUFFIX),
				       KEY_QUALIFYING_SUFFIX);
	size_t len = strlen(text);

	if (!len)
		return;
	subnet->domain = strndup(text, len - (text[len - 1] == '.'));
	if (!subnet->domain)
		report->oom = true;
}

void check_domain(struct report *report, const struct node *map)
{
	const struct node *node = member(map, KEY_QUALIFYING_SUFFIX);
	char buf[REPORT_QUOTED];

	if (node && *node->text && (!is_hostname(node->text) || node->text[0] == '.'))
		report_error(report, node->at,
			     "ddns-qualifying-suffix %s is not a domain such as example.org",
			     report_quote(node->text, buf));
}

static void build_flags(const struct build *build, const struct levels *levels,
			struct subnet *subnet)
{
	const struct node *map = levels->map[0];

	subnet->enabled = member_bool(map, KEY_ENABLED);
	subnet->exclude_first_last = member_bool(member(build->root, KEY_COMPATIBILITY),
						 KEY_EXCLUDE_FIRST_LAST_24);
	subnet->authoritative = level_bool(levels, KEY_AUTHORITATIVE);
	subnet->match_client_id = level_bool(levels, KEY_MATCH_CLIENT_ID);
	subnet->rapid_commit = level_bool(levels, KEY_RAPID_COMMIT);
	subnet->store_extended_info = level_bool(levels, KEY_STORE_EXTENDED_INFO);
	subnet->bootp = build_bootp(build, levels);
	subnet->offer_lifetime = (uint32_t)member_integer(level_of(levels, KEY_OFFER_LIFETIME),
							  KEY_OFFER_LIFETIME);
	build_conflict(build, levels, &subnet->conflict);
	check_timeout(build->report, map, &subnet->conflict,
		      subnet->offer_lifetime ? subnet->offer_lifetime
					     : build->config->model.offer_lifetime);
	subnet->id = (uint32_t)(member(map, KEY_SUBNET_ID) ? member_integer(map, KEY_SUBNET_ID)
							   : 0);
}

/* Each list and each number is that of the innermost level which has it. */
static void build_policy(const struct build *build, const struct levels *levels,
			 struct subnet *subnet)
{
	const struct hw_lists *lists[] = {&subnet->hw,
					  subnet->network ? &subnet->network->hw : NULL,
					  &build->config->model.hw};

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		if (lists[i] && !subnet->allow)
			subnet->allow = lists[i]->allow;
		if (lists[i] && !subnet->deny)
			subnet->deny = lists[i]->deny;
	}
	subnet->leases_per_circuit = (uint32_t)member_integer(
		level_of(levels, KEY_LEASES_PER_CIRCUIT_ID), KEY_LEASES_PER_CIRCUIT_ID);
	subnet->leases_per_link = (uint32_t)member_integer(level_of(levels, KEY_LEASES_PER_LINK),
							   KEY_LEASES_PER_LINK);
}

bool build_subnet(struct build *build, const struct node *map, const struct node *network_map,
		  const struct shared_network *network, const struct lifetimes *life,
		  struct subnet *subnet)
{
	const struct levels levels = {{map, network_map, build->root}};
	struct reservation_keys keys = reservation_keys(&levels);
	struct report *report = build->report;

	if (!build_prefix(report, map, subnet))
		subnet->prefix_len = 0;
	subnet->network = network;
	build_interface(report, map, build->config, subnet->interface);
	build_relays(report, map, &subnet->relays, &subnet->n_relays);
	build_lifetimes(report, map, life, &subnet->life);
	build_scope(report, map, &subnet->scope);
	build_class_list(report, map, KEY_GUARDS, KEY_GUARD, &subnet->guards);
	build_class_list(report, network_map, KEY_ADDITIONAL_CLASSES, KEY_REQUIRED_CLASSES,
			 &subnet->required);
	build_class_list(report, map, KEY_ADDITIONAL_CLASSES, KEY_REQUIRED_CLASSES,
			 &subnet->required);
	build_flags(build, &levels, subnet);
	build_hw_lists(report, map, &subnet->hw);
	subnet->servers = build_servers(report, map);
	subnet->allow_servers = subnet->servers		      ? subnet->servers
				: network && network->servers ? network->servers
							      : build->config->model.servers;
	build_policy(build, &levels, subnet);
	check_mode(report, map);
	check_domain(report, map);
	build_domain(report, &levels, subnet);
	subnet->reservations_global = keys.global;
	subnet->reservations_in_subnet = keys.in_subnet;
	if (!subnet->prefix_len)
		return false;
	build_pools(report, map, subnet);
	build_reservations(build, map, network_map, subnet, keys.out_of_pool);
	if (!subnet->n_pools && !subnet->reservations.n && !member(map, KEY_POOLS))
		report_notice(report, map->at, "this subnet has neither pools nor reservations");
	return true;
}
