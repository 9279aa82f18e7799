// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Reservations, a subnet's or global ones, and the order of identifiers in which they are
 * looked for. Each is found by one identifier and may hold one address; what must not occur
 * twice is checked in overlaps.c.
 */
#include "build.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "proto/message.h"
#include "proto/options.h"

bool config_parse_mac(const char *text, uint8_t hw[6])
{
	bool separated = strpbrk(text, ":-") != NULL;

	for (int i = 0; i < 6; i++) {
		unsigned value = 0;
		int digits = 0;

		if (i && separated) {
			if (*text != ':' && *text != '-')
				return false;
			text++;
		}
		for (; digits < 2 && isxdigit((unsigned char)*text); digits++, text++)
			value = value << 4 |
				(unsigned)(isdigit((unsigned char)*text) ? *text - '0'
									 : (*text | 32) - 'a' + 10);
		if (digits < (separated ? 1 : 2))
			return false;
		hw[i] = (uint8_t)value;
	}
	return !*text;
}

/* RFC 1123 2.1, and the underscore that people use; one dot may end it. */
bool is_hostname(const char *text)
{
	while (*text) {
		size_t n = strcspn(text, ".");

		if (n < 1 || n > 63 || text[0] == '-' || text[n - 1] == '-')
			return false;
		for (size_t i = 0; i < n; i++) {
			if (!isalnum((unsigned char)text[i]) && text[i] != '-' && text[i] != '_')
				return false;
		}
		text += n;
		if (*text == '.' && !*++text)
			return true; /* the root's, as Kea's files have it; not sent */
	}
	return true;
}

static const enum schema_key identifier_keys[RESERVED_BY_COUNT] = {
#define X(by, name) [RESERVED_BY_##by] = KEY_##by,
	RESERVED_BY(X)
#undef X
};

#define IDENTIFIERS_TEXT 128

/* "hw-address, duid ... or flex-id" */
static const char *identifiers_text(char buf[IDENTIFIERS_TEXT])
{
	size_t n = 0;

	for (int i = 0; i < RESERVED_BY_COUNT; i++)
		n += (size_t)snprintf(buf + n, IDENTIFIERS_TEXT - n, "%s%s",
				      i == 0			  ? ""
				      : i + 1 < RESERVED_BY_COUNT ? ", "
								  : " or ",
				      reserved_by_name((enum reserved_by)i));
	return buf;
}

static bool build_hw_address(struct report *report, const struct node *node,
			     struct reservation *reservation)
{
	char buf[REPORT_QUOTED];
	uint8_t mac[6];

	if (!config_parse_mac(node->text, mac)) {
		report_error(report, node->at,
			     "hw-address %s is not a MAC such as 00:11:22:33:44:55",
			     report_quote(node->text, buf));
		return false;
	}
	reservation_identify(reservation, RESERVED_BY_HW_ADDRESS, mac, sizeof(mac));
	return true;
}

static bool build_identifier(struct report *report, const struct node *node, enum reserved_by by,
			     struct reservation *reservation)
{
	uint8_t bytes[255];
	char why[256] = "";
	int len;

	if (by == RESERVED_BY_HW_ADDRESS)
		return build_hw_address(report, node, reservation);
	len = option_parse_hex(node->text, bytes, sizeof(bytes), why, sizeof(why));
	if (len < 0) {
		report_error(report, node->at, "%s: %s", reserved_by_name(by), why);
		return false;
	}
	/* RFC 8415 11.1: a type of two bytes, then "at least 1 octet and at most 128 octets". */
	if (by == RESERVED_BY_DUID && (len < 3 || len > 130)) {
		report_error(report, node->at, "duid has %d bytes, allowed: 3 to 130", len);
		return false;
	}
	reservation_identify(reservation, by, bytes, (size_t)len);
	return true;
}

static bool build_identity(struct report *report, const struct node *map,
			   struct reservation *reservation)
{
	const struct node *found = NULL;
	enum reserved_by by = RESERVED_BY_COUNT;
	char all[IDENTIFIERS_TEXT];
	bool bad = false;

	for (int i = 0; i < RESERVED_BY_COUNT; i++) {
		const struct node *node = member(map, identifier_keys[i]);

		bad |= member_bad(map, identifier_keys[i]);
		if (node && found) {
			report_error(report, map->at,
				     "a reservation has one identifier, not two: %s",
				     identifiers_text(all));
			return false;
		}
		if (node) {
			found = node;
			by = (enum reserved_by)i;
		}
	}
	if (!found && !bad)
		report_error(report, map->at, "a reservation needs an identifier: %s",
			     identifiers_text(all));
	return found && build_identifier(report, found, by, reservation) && !bad;
}

static bool is_edge(const struct subnet *subnet, uint32_t addr)
{
	return subnet->prefix_len <= 30 &&
	       (addr == subnet->prefix || addr == (subnet->prefix | ~subnet->mask));
}

void check_address(struct report *report, const struct node *map, const struct subnet *subnet)
{
	const struct node *node = member(map, KEY_IP_ADDRESS);
	char addr[DHCP_ADDR_STR], prefix[DHCP_ADDR_STR];
	uint32_t a = node ? node->value.address : 0;

	if (!node)
		return;
	if (!subnet_contains(subnet, a))
		report_error(report, node->at, "ip-address %s is not inside its subnet %s/%u",
			     dhcp_addr_str(a, addr), dhcp_addr_str(subnet->prefix, prefix),
			     subnet->prefix_len);
	else if (is_edge(subnet, a))
		report_error(report, node->at, "ip-address %s is the subnet's %s address",
			     dhcp_addr_str(a, addr), a == subnet->prefix ? "network" : "broadcast");
}

static bool build_reservation(struct report *report, const struct node *map,
			      struct reservation *reservation)
{
	const struct node *name = member(map, KEY_HOSTNAME), *addr = member(map, KEY_IP_ADDRESS);
	char buf[REPORT_QUOTED];
	bool good = build_identity(report, map, reservation);
	size_t len = name ? strlen(name->text) : 0;

	reservation->addr = addr ? addr->value.address : 0;
	if (name && !is_hostname(name->text))
		report_error(report, name->at,
			     "hostname %s is not valid: labels of 1 to 63 letters, digits, '-' and "
			     "'_', separated by dots",
			     report_quote(name->text, buf));
	else if (name)
		snprintf(reservation->hostname, sizeof(reservation->hostname), "%.*s",
			 (int)(len - (len && name->text[len - 1] == '.')), name->text);
	build_scope(report, map, &reservation->scope);
	/* Kea writes 0.0.0.0 into each reservation that sets none, and takes it for that */
	reservation->scope.boot.next_server_set = reservation->scope.boot.next_server != 0;
	build_class_list(report, map, KEY_RESERVED_CLASSES, KEY_NONE, &reservation->classes);
	return good;
}

static struct claim *add_claim(struct build *build)
{
	if (build->n_claims == build->room_claims) {
		size_t room = build->room_claims ? 2 * build->room_claims : 64;
		struct claim *claims = reallocarray(build->claims, room, sizeof(*claims));

		if (!claims) {
			build->report->oom = true;
			return NULL;
		}
		build->claims = claims;
		build->room_claims = room;
	}
	return &build->claims[build->n_claims++];
}

static void add_reservation(struct build *build, const struct node *map, const struct node *network,
			    const struct subnet *subnet, struct reservation_set *set)
{
	struct reservation *reservation = &set->list[set->n++];
	bool identified = build_reservation(build->report, map, reservation);
	struct claim *claim = add_claim(build);

	if (subnet)
		check_address(build->report, map, subnet);
	if (claim)
		*claim = (struct claim){
			.reservation = reservation,
			.list = set->list,
			.map = map,
			.network = network,
			.global = !subnet,
			.identified = identified,
		};
}

/* What Kea would not look for in pools if it were told so. */
static void notice_in_pool(struct report *report, const struct node *list,
			   const struct subnet *subnet)
{
	char addr[DHCP_ADDR_STR];

	for (size_t i = 0; i < subnet->reservations.n; i++) {
		uint32_t a = subnet->reservations.list[i].addr;

		if (!a || !subnet_pool_of(subnet, a))
			continue;
		report_notice(report, list->key_at,
			      "reservations-out-of-pool is true, but ip-address %s lies in a pool; "
			      "it is its client's all the same",
			      dhcp_addr_str(a, addr));
		return;
	}
}

void build_reservations(struct build *build, const struct node *map, const struct node *network,
			struct subnet *subnet, bool out_of_pool)
{
	struct reservation_set *set = subnet ? &subnet->reservations
					     : &build->config->model.reservations;
	const struct node *list = member(map, KEY_RESERVATIONS);

	if (!list || !list->n)
		return;
	set->list = calloc(list->n, sizeof(*set->list));
	if (!set->list) {
		build->report->oom = true;
		return;
	}
	for (const struct node *node = list->first; node; node = node->next) {
		if (!node->bad)
			add_reservation(build, node, network, subnet, set);
	}
	if (subnet && !subnet->reservations_in_subnet)
		report_notice(build->report, list->key_at,
			      "these reservations are not used: reservations-in-subnet is false");
	else if (subnet && out_of_pool)
		notice_in_pool(build->report, list, subnet);
}

/* --- the order in which they are looked for --- */

static void all_identifiers(struct model *model)
{
	for (model->n_order = 0; model->n_order < RESERVED_BY_COUNT; model->n_order++)
		model->order[model->n_order] = (enum reserved_by)model->n_order;
}

static void add_identifier(struct report *report, const struct node *node, struct model *model)
{
	char buf[REPORT_QUOTED], all[IDENTIFIERS_TEXT];
	int by = 0;

	while (by < RESERVED_BY_COUNT &&
	       strcmp(reserved_by_name((enum reserved_by)by), node->text) != 0)
		by++;
	if (by == RESERVED_BY_COUNT) {
		report_error(report, node->at,
			     "identifier %s is unknown, allowed: %s, or auto alone",
			     report_quote(node->text, buf), identifiers_text(all));
		return;
	}
	for (size_t i = 0; i < model->n_order; i++) {
		if (model->order[i] != (enum reserved_by)by)
			continue;
		report_error(report, node->at, "identifier %s is here a second time",
			     report_quote(node->text, buf));
		return;
	}
	model->order[model->n_order++] = (enum reserved_by)by;
}

void build_identifiers(struct build *build)
{
	const struct node *list = member(build->root, KEY_HOST_RESERVATION_IDENTIFIERS);
	struct model *model = &build->config->model;

	if (!list || (list->n == 1 && !list->first->bad && !strcmp(list->first->text, "auto"))) {
		all_identifiers(model);
		return;
	}
	for (const struct node *node = list->first; node; node = node->next) {
		if (!node->bad)
			add_identifier(build->report, node, model);
	}
}
