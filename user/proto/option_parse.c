// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Option values from configuration text. See options.h. Each parser reads one
 * value, a `token` that the caller has trimmed, and appends it to `out`. Text comes
 * from files and from the control channel: messages quote it with everything
 * unprintable replaced and cut short.
 */
#include "options.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "option_dnr.h"

#define TUPLE8_MAX 255

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Decimal, or hex after 0x, as in Kea, where a number is the value. */
static bool read_value(struct token t, uint64_t *ret_value)
{
	uint64_t value = 0;

	if (t.len < 3 || t.at[0] != '0' || (t.at[1] | 32) != 'x')
		return opt_read_number(t, ret_value);
	if (t.len > 2 + 8)
		return false;
	for (size_t i = 2; i < t.len; i++) {
		int digit = hex_digit(t.at[i]);

		if (digit < 0)
			return false;
		value = value << 4 | (uint64_t)digit;
	}
	*ret_value = value;
	return true;
}

static bool is_netmask(uint32_t addr)
{
	return (~addr & (~addr + 1)) == 0;
}

/* --- one value of each type --- */

static int parse_address_into(struct out *out, struct token t, uint32_t *ret_addr)
{
	if (!opt_read_address(t, ret_addr))
		return opt_fail(out, "%s is not an IPv4 address (like 192.0.2.1)",
				opt_quote(t).text);
	return opt_append_be(out, *ret_addr, 4);
}

static int parse_netmask_into(struct out *out, struct token t)
{
	uint32_t mask;

	if (!opt_read_address(t, &mask) || !is_netmask(mask))
		return opt_fail(out, "%s is not a netmask (like 255.255.255.0)", opt_quote(t).text);
	return opt_append_be(out, mask, 4);
}

static int parse_address(const struct option_def *def, struct token t, struct out *out)
{
	uint32_t addr;

	if (def->check != OPTION_CHECK_NETMASK)
		return parse_address_into(out, t, &addr);
	if (opt_read_address(t, &addr) && addr == 0)
		return opt_fail(out, "0.0.0.0 is no subnet's mask");
	return parse_netmask_into(out, t);
}

static int parse_flag(const struct option_def *def, struct token t, struct out *out)
{
	static const struct {
		const char *text;
		uint8_t value;
	} words[] = {{"true", 1}, {"false", 0}, {"1", 1}, {"0", 0}};

	(void)def;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (t.len == strlen(words[i].text) && strncasecmp(t.at, words[i].text, t.len) == 0)
			return opt_append_be(out, words[i].value, 1);
	return opt_fail(out, "%s is neither true nor false", opt_quote(t).text);
}

static int parse_unsigned(const struct option_def *def, struct token t, struct out *out)
{
	unsigned bytes = def->type == OPTION_U8 ? 1 : def->type == OPTION_U16 ? 2 : 4;
	uint32_t type_max = UINT32_MAX >> (32 - 8 * bytes);
	uint32_t max = def->max == 0 || def->max > type_max ? type_max : def->max;
	uint64_t value;

	if (!read_value(t, &value) || value < def->min || value > max)
		return opt_fail(out, "%s is not a number from %u to %u", opt_quote(t).text,
				def->min, max);
	if (def->check == OPTION_CHECK_NODE_TYPE && value != 1 && value != 2 && value != 4 &&
	    value != 8)
		return opt_fail(
			out,
			"%s is not a NetBIOS node type: 1 (B-node), 2 (P-node), 4 (M-node) or 8 "
			"(H-node)",
			opt_quote(t).text);
	return opt_append_be(out, (uint32_t)value, bytes);
}

static int parse_signed(const struct option_def *def, struct token t, struct out *out)
{
	unsigned bytes = def->type == OPTION_S8 ? 1 : def->type == OPTION_S16 ? 2 : 4;
	int32_t max = INT32_MAX >> (32 - 8 * bytes);
	bool negative = t.len > 0 && t.at[0] == '-';
	struct token digits = {t.at + negative, t.len - negative};
	uint64_t value;

	if (!read_value(digits, &value) || value > (uint64_t)max + negative)
		return opt_fail(out, "%s is not a number from %d to %d", opt_quote(t).text,
				-max - 1, max);
	return opt_append_be(out, negative ? (uint32_t)-value : (uint32_t)value, bytes);
}

/* RFC 7618 9: the PSID's bits are the first of the 16. */
static int parse_psid(const struct option_def *def, struct token t, struct out *out)
{
	struct token rest = t, value, bits = {NULL, 0};
	uint64_t psid, len;

	(void)def;
	opt_next_token(&rest, '/', &value);
	if (rest.at)
		bits = opt_trim(rest);
	if (!read_value(value, &psid) || !opt_read_number(bits, &len) || len > 16 ||
	    psid >> len != 0)
		return opt_fail(
			out, "%s is not a PSID (like 63/6: a number, and the 0 to 16 bits it fits)",
			opt_quote(t).text);
	int r = opt_append_be(out, (uint32_t)len, 1);
	return r < 0 ? r : opt_append_be(out, (uint32_t)(psid << (16 - len)), 2);
}

static bool read_address6(struct token t, uint8_t addr[16])
{
	char text[INET6_ADDRSTRLEN] = "";

	if (t.len < sizeof(text))
		memcpy(text, t.at, t.len);
	return inet_pton(AF_INET6, text, addr) == 1;
}

static int parse_address6(const struct option_def *def, struct token t, struct out *out)
{
	uint8_t addr[16];

	(void)def;
	if (!read_address6(t, addr))
		return opt_fail(out, "%s is not an IPv6 address (like 2001:db8::1)",
				opt_quote(t).text);
	return opt_append(out, addr, sizeof(addr));
}

/* RFC 7598 4.1: "padded on the right with zero bits up to the nearest octet boundary" */
static int parse_prefix6(const struct option_def *def, struct token t, struct out *out)
{
	struct token rest = t, network, length = {NULL, 0};
	uint8_t addr[16];
	uint64_t len;

	(void)def;
	opt_next_token(&rest, '/', &network);
	if (rest.at)
		length = opt_trim(rest);
	if (!read_address6(network, addr) || !opt_read_number(length, &len) || len > 128)
		return opt_fail(out, "%s is not an IPv6 prefix (like 2001:db8::/32)",
				opt_quote(t).text);
	for (size_t bit = len; bit < 128; bit++)
		if (addr[bit / 8] & 0x80 >> bit % 8)
			return opt_fail(out, "%s has bits set beyond the prefix length",
					opt_quote(t).text);
	int r = opt_append_be(out, (uint32_t)len, 1);
	return r < 0 ? r : opt_append(out, addr, (len + 7) / 8);
}

/* The whole text is one string, but for Kea's escaped commas. RFC 2132 2: no trailing NUL. */
static int parse_string(const struct option_def *def, struct token t, struct out *out)
{
	(void)def;
	for (size_t i = 0; i < t.len; i++) {
		if (t.at[i] == '\\' && i + 1 < t.len && t.at[i + 1] == ',')
			continue;
		int r = opt_append(out, &t.at[i], 1);
		if (r < 0)
			return r;
	}
	return 0;
}

/* RFC 8572 8.3. The length is written once it is known. */
static int parse_tuple(const struct option_def *def, struct token t, struct out *out)
{
	unsigned size = def->type == OPTION_TUPLE8 ? 1 : 2;
	size_t start = out->len, len;
	int r = opt_append_be(out, 0, size);

	if (r == 0)
		r = parse_string(def, t, out);
	if (r < 0)
		return r;
	len = out->len - start - size;
	if (def->type == OPTION_TUPLE8 && len > TUPLE8_MAX)
		return opt_fail(out, "%s is too long: a string has at most %d bytes here",
				opt_quote(t).text, TUPLE8_MAX);
	out->buf[start] = (uint8_t)(len >> 8 * (size - 1));
	out->buf[start + size - 1] = (uint8_t)len;
	return 0;
}

/* RFC 1035 3.1; compressed, the names of the list share their ends (4.1.4, RFC 3397 2). */
static int parse_fqdn(const struct option_def *def, struct token t, struct out *out)
{
	uint8_t name[OPTION_NAME_MAX];
	int n = opt_read_name(out, t, name), pointer = -1;

	if (n < 0)
		return n;
	if (!def->compressed)
		return opt_append(out, name, (size_t)n);
	int r = opt_append(out, name, option_name_compress(name, out->buf, out->len, &pointer));
	if (r == 0 && pointer >= 0)
		r = opt_append_be(out, 0xc000u | (uint32_t)pointer, 2);
	return r;
}

/* RFC 3442: prefix length, the prefix's significant bytes, router. "NETWORK/LENGTH - ROUTER" */
static int parse_route(const struct option_def *def, struct token t, struct out *out)
{
	struct token rest = t, prefix, router = {NULL, 0}, length = {NULL, 0}, network;
	uint32_t addr, via;
	uint64_t len;

	(void)def;
	opt_next_token(&rest, '-', &prefix);
	if (rest.at)
		router = opt_trim(rest);
	rest = prefix;
	opt_next_token(&rest, '/', &network);
	if (rest.at)
		length = opt_trim(rest);
	if (!opt_read_address(network, &addr) || !opt_read_number(length, &len) || len > 32 ||
	    !opt_read_address(router, &via))
		return opt_fail(out, "%s is not a route (like 10.0.0.0/8 - 192.0.2.1)",
				opt_quote(t).text);
	if (len < 32 && (addr & (UINT32_MAX >> len)) != 0)
		return opt_fail(out, "%s has bits set beyond the prefix length", opt_quote(t).text);
	int r = opt_append_be(out, (uint32_t)len, 1);
	for (unsigned i = 0; r == 0 && i < (len + 7) / 8; i++)
		r = opt_append_be(out, addr >> (24 - 8 * i), 1);
	return r < 0 ? r : opt_append_be(out, via, 4);
}

static int parse_empty(const struct option_def *def, struct token t, struct out *out)
{
	(void)def;
	return t.len == 0 ? 0 : opt_fail(out, "%s: this option has no value", opt_quote(t).text);
}

static int parse_hex(const struct option_def *def, struct token t, struct out *out)
{
	struct token rest = t;
	size_t start = out->len;

	(void)def;
	if (t.len >= 2 && t.at[0] == '\'' && t.at[t.len - 1] == '\'')
		return t.len == 2 ? opt_fail(out, "empty: at least one byte is needed")
				  : opt_append(out, t.at + 1, t.len - 2);
	if (rest.len >= 2 && rest.at[0] == '0' && (rest.at[1] == 'x' || rest.at[1] == 'X'))
		rest = (struct token){rest.at + 2, rest.len - 2};
	for (size_t i = 0; i < rest.len; i += 2) {
		int high, low;

		if (i > 0 && (rest.at[i] == ':' || rest.at[i] == ' '))
			i++;
		high = i < rest.len ? hex_digit(rest.at[i]) : -1;
		low = i + 1 < rest.len ? hex_digit(rest.at[i + 1]) : -1;
		if (high < 0 || low < 0)
			return opt_fail(
				out,
				"%s is not hex: pairs of hex digits, separated by ':', ' ' or "
				"nothing, or text in single quotes",
				opt_quote(t).text);
		int r = opt_append_be(out, (uint32_t)(high << 4 | low), 1);
		if (r < 0)
			return r;
	}
	return out->len > start ? 0 : opt_fail(out, "empty: at least one byte is needed");
}

/* --- lists --- */

typedef int (*parse_fn)(const struct option_def *def, struct token t, struct out *out);

static parse_fn parser_of(enum option_type type)
{
	static const parse_fn parsers[] = {
#define X(name, word, one, several, least, parser) parser,
		OPTION_TYPES(X)
#undef X
	};

	return parsers[type];
}

/* RFC 2132 4.3, 5.8. Kea writes a pair as two items of the list. */
static int parse_pairs(const struct option_def *def, struct token rest, struct out *out)
{
	struct token first, second;

	while (opt_next_token(&rest, ',', &first)) {
		uint32_t addr;
		int r = parse_address_into(out, first, &addr);

		if (r < 0)
			return r;
		if (def->check == OPTION_CHECK_ROUTE && addr == 0)
			return opt_fail(out, "0.0.0.0 is not allowed as a destination here: use "
					     "'routers' for the default route");
		if (!opt_next_token(&rest, ',', &second))
			return opt_fail(out, "%s stands alone: addresses come in pairs",
					opt_quote(first).text);
		r = def->check == OPTION_CHECK_FILTER ? parse_netmask_into(out, second)
						      : parse_address_into(out, second, &addr);
		if (r < 0)
			return r;
	}
	return 0;
}

static int parse_values(const struct option_def *def, struct token rest, struct out *out)
{
	parse_fn parse = parser_of(def->type);
	struct token t;

	/* commas separate values; in a string they are text, in anything else an error */
	if (!def->array)
		return parse(def, rest, out);
	while (opt_next_token(&rest, ',', &t)) {
		int r = t.len == 0 ? opt_fail(out, "an item of the list is empty")
				   : parse(def, t, out);

		if (r < 0)
			return r;
	}
	return 0;
}

/*
 * RFC 3361 3: a list is all addresses or all names, and its first byte says which. Digits and
 * dots are meant as an address, though they could be labels.
 */
static int parse_hosts(const struct option_def *def, struct token rest, struct out *out)
{
	struct option_def item = {.array = def->array, .type = OPTION_ADDRESS};
	struct token all = rest, first;

	opt_next_token(&rest, ',', &first);
	for (size_t i = 0; i < first.len; i++)
		if (!isdigit((unsigned char)first.at[i]) && first.at[i] != '.')
			item.type = OPTION_FQDN;
	int r = opt_append_be(out, item.type == OPTION_ADDRESS, 1);
	return r < 0 ? r : parse_values(&item, all, out);
}

/* All but the last are one item each; the last is all that is left: a list, or one value. */
static int parse_record(const struct option_def *def, struct token rest, struct out *out)
{
	struct option_def field = {0};
	struct token t;

	for (unsigned i = 0; i + 1u < def->n_fields; i++) {
		field.type = (enum option_type)def->fields[i];
		if (opt_next_token(&rest, ',', &t) && t.len == 0)
			return opt_fail(out, "field %u is empty", i + 1);
		int r = parser_of(field.type)(&field, t, out);

		if (r < 0)
			return r;
		if (!rest.at) {
			char all[256];

			option_describe(def, all, sizeof(all));
			return opt_fail(out, "only %u of %u fields: expected: %s", i + 1,
					def->n_fields, all);
		}
	}
	rest = opt_trim(rest);
	if (rest.len == 0)
		return opt_fail(out, "field %u is empty", def->n_fields);
	field.type = (enum option_type)def->fields[def->n_fields - 1];
	field.array = def->array;
	return parse_values(&field, rest, out);
}

static int refuse_empty(const struct option_def *def, struct out *out)
{
	char all[256];

	option_describe(def, all, sizeof(all));
	return opt_fail(out, "empty: expected: %s", all);
}

int option_parse(const struct option_def *def, const char *text, uint8_t *buf, size_t cap,
		 char *whybuf, size_t whylen)
{
	struct out out = {.buf = buf, .cap = cap, .why = whybuf, .why_len = whylen};
	struct token all = opt_trim((struct token){text, strlen(text)});
	int r;

	if (all.len == 0 && def->type != OPTION_EMPTY)
		return refuse_empty(def, &out);
	switch (def->type) {
	case OPTION_ADDRESS_PAIR:
		r = parse_pairs(def, all, &out);
		break;
	case OPTION_HOSTS:
		r = parse_hosts(def, all, &out);
		break;
	case OPTION_DNR:
		r = option_dnr_parse(&out, all);
		break;
	case OPTION_RECORD:
		r = parse_record(def, all, &out);
		break;
	default:
		r = parse_values(def, all, &out);
	}
	return r < 0 ? r : (int)out.len;
}

int option_parse_hex(const char *text, uint8_t *buf, size_t cap, char *whybuf, size_t whylen)
{
	struct out out = {.buf = buf, .cap = cap, .why = whybuf, .why_len = whylen};
	int r = parse_hex(NULL, opt_trim((struct token){text, strlen(text)}), &out);

	return r < 0 ? r : (int)out.len;
}
