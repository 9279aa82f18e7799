// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Reservations of a subnet. Each is found by one identity and may hold one
 * address; neither may occur twice in a subnet.
 */
#include "build.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "proto/message.h"
#include "proto/options.h"

/* "00:11:22:33:44:55", also with '-', without separators, or with single digits. */
static bool parse_mac(const char *text, uint8_t hw[6])
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

/* RFC 1123 2.1, and the underscore that people use. */
static bool is_hostname(const char *text)
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
			return false;
	}
	return true;
}

static bool build_identity(struct report *report, const struct node *map,
			   struct reservation *reservation)
{
	const struct node *hw = member(map, KEY_HW_ADDRESS), *id = member(map, KEY_CLIENT_ID);
	char buf[REPORT_QUOTED], why[256] = "";
	uint8_t bytes[255];
	int len;

	if (member_bad(map, KEY_HW_ADDRESS) || member_bad(map, KEY_CLIENT_ID))
		return false;
	if (!hw == !id) {
		report_error(report, map->at, "a reservation %s: hw-address or client-id",
			     hw ? "has one identity, not two" : "needs an identity");
		return false;
	}
	if (hw) {
		uint8_t mac[6];

		if (!parse_mac(hw->text, mac)) {
			report_error(report, hw->at,
				     "hw-address %s is not a MAC such as 00:11:22:33:44:55",
				     report_quote(hw->text, buf));
			return false;
		}
		reservation_identify(reservation, RESERVED_BY_HW_ADDRESS, mac, sizeof(mac));
		return true;
	}
	len = option_parse_hex(id->text, bytes, sizeof(bytes), why, sizeof(why));
	if (len < 0) {
		report_error(report, id->at, "client-id: %s", why);
		return false;
	}
	reservation_identify(reservation, RESERVED_BY_CLIENT_ID, bytes, (size_t)len);
	return true;
}

static void build_address(struct report *report, const struct node *map,
			  const struct subnet *subnet, struct reservation *reservation)
{
	const struct node *node = member(map, KEY_IP_ADDRESS);
	char addr[DHCP_ADDR_STR], prefix[DHCP_ADDR_STR];
	uint32_t a = node ? node->value.address : 0;

	if (!node)
		return;
	if ((a & subnet->mask) != subnet->prefix)
		report_error(report, node->at, "ip-address %s is not inside its subnet %s/%u",
			     dhcp_addr_str(a, addr), dhcp_addr_str(subnet->prefix, prefix),
			     subnet->prefix_len);
	else if (subnet->prefix_len <= 30 &&
		 (a == subnet->prefix || a == (subnet->prefix | ~subnet->mask)))
		report_error(report, node->at, "ip-address %s is the subnet's %s address",
			     dhcp_addr_str(a, addr), a == subnet->prefix ? "network" : "broadcast");
	reservation->addr = a;
}

static bool build_reservation(struct report *report, const struct node *map,
			      const struct subnet *subnet, struct reservation *reservation)
{
	const struct node *name = member(map, KEY_HOSTNAME);
	char buf[REPORT_QUOTED];
	bool good = build_identity(report, map, reservation);

	build_address(report, map, subnet, reservation);
	if (name && !is_hostname(name->text))
		report_error(report, name->at,
			     "hostname %s is not valid: labels of 1 to 63 letters, digits, '-' and "
			     "'_', separated by dots",
			     report_quote(name->text, buf));
	else if (name)
		snprintf(reservation->hostname, sizeof(reservation->hostname), "%s", name->text);
	build_scope(report, map, &reservation->scope);
	return good;
}

struct placed_reservation {
	const struct reservation *reservation;
	bool good; /* its identity is right */
	struct place at, addr_at;
};

static int identity_order(const struct reservation *x, const struct reservation *y)
{
	if (x->key_len != y->key_len)
		return x->key_len < y->key_len ? -1 : 1;
	return memcmp(x->key, y->key, x->key_len);
}

static int place_order(struct place x, struct place y)
{
	if (x.line != y.line)
		return x.line < y.line ? -1 : 1;
	return x.col < y.col ? -1 : x.col > y.col;
}

static int by_identity(const void *a, const void *b)
{
	const struct placed_reservation *x = a, *y = b;
	int order = identity_order(x->reservation, y->reservation);

	return order ? order : place_order(x->at, y->at);
}

static int by_address(const void *a, const void *b)
{
	const struct placed_reservation *x = a, *y = b;

	if (x->reservation->addr != y->reservation->addr)
		return x->reservation->addr < y->reservation->addr ? -1 : 1;
	return place_order(x->at, y->at);
}

static void check_unique(struct report *report, struct placed_reservation *placed, size_t n)
{
	char addr[DHCP_ADDR_STR];

	qsort(placed, n, sizeof(*placed), by_address);
	for (size_t i = 1; i < n; i++) {
		const struct placed_reservation *it = &placed[i], *before = &placed[i - 1];

		if (it->reservation->addr && it->reservation->addr == before->reservation->addr)
			report_error(
				report, it->addr_at, "ip-address %s is already reserved at line %u",
				dhcp_addr_str(it->reservation->addr, addr), before->addr_at.line);
	}
	qsort(placed, n, sizeof(*placed), by_identity);
	for (size_t i = 1; i < n; i++) {
		const struct placed_reservation *it = &placed[i], *before = &placed[i - 1];

		if (it->good && before->good &&
		    !identity_order(it->reservation, before->reservation))
			report_error(
				report, it->at,
				"this client already has a reservation in this subnet, at line %u",
				before->at.line);
	}
}

void build_reservations(struct report *report, const struct node *scope, struct subnet *subnet)
{
	const struct node *list = member(scope, KEY_RESERVATIONS);
	struct placed_reservation *placed;
	size_t n = 0;

	if (!list || !list->n)
		return;
	placed = calloc(list->n, sizeof(*placed));
	subnet->reservations.list = calloc(list->n, sizeof(*subnet->reservations.list));
	if (!placed || !subnet->reservations.list) {
		report->oom = true;
		free(placed);
		return;
	}
	for (const struct node *map = list->first; map; map = map->next) {
		struct reservation *reservation = &subnet->reservations.list[n];

		if (map->bad)
			continue;
		placed[n++] = (struct placed_reservation){
			.reservation = reservation,
			.good = build_reservation(report, map, subnet, reservation),
			.at = map->at,
			.addr_at = place_in(map, KEY_IP_ADDRESS),
		};
		subnet->reservations.n = n;
	}
	check_unique(report, placed, n);
	free(placed);
}
