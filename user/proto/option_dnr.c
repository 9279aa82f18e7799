// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Resolvers of encrypted DNS. See option_dnr.h. Each is written as its length, priority, name
 * and, if there is more than a name, addresses and service parameters (RFC 9460 2.2), the latter
 * in the order of their keys.
 */
#include "option_dnr.h"

#include <string.h>

#define INSTANCE "PRIORITY, NAME, ADDRESSES, PARAMETERS"

/* The service parameters that resolvers have, by their numbers (RFC 9460 14.3.2, RFC 9461 5). */
enum { ALPN = 1, PORT = 3, DOHPATH = 7, KEYS };

static const char *const key_names[KEYS] = {
	[ALPN] = "alpn", [PORT] = "port", [DOHPATH] = "dohpath"};

/* --- text to bytes --- */

static void set_be16(uint8_t *p, size_t value)
{
	p[0] = (uint8_t)(value >> 8);
	p[1] = (uint8_t)value;
}

/* RFC 9460 7.1.1: each with its length before it. Those of HTTP begin with an h. */
static int parse_alpn(struct out *out, struct token value, bool *ret_http)
{
	for (const char *at = value.at, *end = value.at + value.len; at <= end;) {
		const char *comma = at;

		while (comma < end && !(comma[0] == '\\' && comma + 1 < end && comma[1] == ','))
			comma++;
		size_t len = (size_t)(comma - at);
		int r = opt_append_be(out, (uint32_t)len, 1);

		if (len == 0 || len > 255 || memchr(at, '\\', len))
			r = opt_fail(out,
				     "%s: each protocol of alpn has 1 to 255 bytes, and \"\\,\" "
				     "stands between them",
				     opt_quote(value).text);
		if (r == 0)
			r = opt_append(out, at, len);
		if (r < 0)
			return r;
		*ret_http |= *at == 'h';
		at = comma + 2;
	}
	return 0;
}

static int parse_port(struct out *out, struct token value)
{
	uint64_t port;

	if (!opt_read_number(value, &port) || port == 0 || port > 65535)
		return opt_fail(out, "%s is not a port from 1 to 65535", opt_quote(value).text);
	return opt_append_be(out, (uint32_t)port, 2);
}

/* RFC 9461 5: a relative URI template that has the variable "dns". */
static int parse_dohpath(struct out *out, struct token value)
{
	if (value.at[0] != '/' || !memmem(value.at, value.len, "dns}", 4))
		return opt_fail(out, "%s is not a path of DNS over HTTPS (like /dns-query{?dns})",
				opt_quote(value).text);
	for (size_t i = 0; i < value.len; i++) {
		if (value.at[i] == '\\') {
			if (i + 1 == value.len ||
			    (value.at[i + 1] != ',' && value.at[i + 1] != '|'))
				return opt_fail(
					out, "%s: in a path \"\\\" stands before ',' or '|' only",
					opt_quote(value).text);
			continue;
		}
		int r = opt_append(out, value.at + i, 1);
		if (r < 0)
			return r;
	}
	return 0;
}

/* What has no place in the notation is a mistake in it. */
static bool is_graphic(struct token t)
{
	for (size_t i = 0; i < t.len; i++) {
		if (t.at[i] <= ' ' || t.at[i] >= 0x7f)
			return false;
	}
	return true;
}

/* "alpn=dot\,doq port=853" */
static int split_params(struct out *out, struct token text, struct token ret_values[KEYS])
{
	struct token word;

	while (opt_next_token(&text, ' ', &word)) {
		const char *equals = memchr(word.at, '=', word.len);
		size_t name = equals ? (size_t)(equals - word.at) : word.len;
		int key = 0;

		if (word.len == 0)
			continue;
		for (int i = 1; i < KEYS; i++)
			if (key_names[i] && strlen(key_names[i]) == name &&
			    memcmp(key_names[i], word.at, name) == 0)
				key = i;
		if (!key || name + 1 >= word.len || !is_graphic(word))
			return opt_fail(out, "%s is not KEY=VALUE of alpn, port or dohpath",
					opt_quote(word).text);
		if (ret_values[key].at)
			return opt_fail(out, "%s is there twice", key_names[key]);
		ret_values[key] = (struct token){word.at + name + 1, word.len - name - 1};
	}
	return 0;
}

static int parse_params(struct out *out, struct token text)
{
	struct token values[KEYS] = {0};
	bool http = false;
	int r = split_params(out, text, values);

	for (int key = 1; key < KEYS && r == 0; key++) {
		size_t start = out->len;

		if (!values[key].at)
			continue;
		r = opt_append_be(out, (uint32_t)key << 16, 4);
		if (r == 0)
			r = key == ALPN	  ? parse_alpn(out, values[key], &http)
			    : key == PORT ? parse_port(out, values[key])
					  : parse_dohpath(out, values[key]);
		if (r == 0)
			set_be16(out->buf + start + 2, out->len - start - 4);
	}
	/* RFC 9461 5: "If the "alpn" SvcParam indicates support for HTTP, "dohpath" MUST be
	 * present." */
	if (r == 0 && http && !values[DOHPATH].at)
		return opt_fail(out, "alpn with HTTP needs dohpath");
	return r;
}

static int parse_addresses(struct out *out, struct token text)
{
	size_t start = out->len, len;
	struct token word;
	uint32_t addr;
	int r = opt_append_be(out, 0, 1);

	while (r == 0 && opt_next_token(&text, ' ', &word)) {
		if (word.len == 0 && out->len > start + 1)
			continue;
		if (!opt_read_address(word, &addr))
			return opt_fail(out, "%s is not an IPv4 address (like 192.0.2.1)",
					opt_quote(word).text);
		r = opt_append_be(out, addr, 4);
	}
	if (r < 0)
		return r;
	len = out->len - start - 1;
	if (len > 255)
		return opt_fail(out, "more than 63 addresses");
	out->buf[start] = (uint8_t)len;
	return 0;
}

static int parse_instance(struct out *out, struct token text)
{
	struct token rest = text, priority, name, field;
	uint8_t labels[OPTION_NAME_MAX];
	size_t start = out->len;
	uint64_t number;
	int n, r = opt_append_be(out, 0, 2);

	opt_next_token(&rest, ',', &priority);
	if (!opt_next_token(&rest, ',', &name))
		return opt_fail(out, "%s is no resolver: " INSTANCE, opt_quote(text).text);
	if (!opt_read_number(priority, &number) || number > 65535)
		return opt_fail(out, "%s is not a number from 0 to 65535",
				opt_quote(priority).text);
	n = opt_read_name(out, name, labels);
	if (n < 0)
		return n;
	if (r == 0)
		r = opt_append_be(out, (uint32_t)number, 2);
	if (r == 0)
		r = opt_append_be(out, (uint32_t)n, 1);
	if (r == 0)
		r = opt_append(out, labels, (size_t)n);
	if (r == 0 && opt_next_token(&rest, ',', &field))
		r = parse_addresses(out, field);
	if (r == 0 && opt_next_token(&rest, ',', &field))
		r = parse_params(out, field);
	if (r == 0 && rest.at)
		return opt_fail(out, "%s has more than " INSTANCE "; a comma in them is \"\\,\"",
				opt_quote(text).text);
	if (r == 0)
		set_be16(out->buf + start, out->len - start - 2);
	return r;
}

int option_dnr_parse(struct out *out, struct token text)
{
	struct token instance;
	int r = 0;

	while (r == 0 && opt_next_token(&text, '|', &instance))
		r = parse_instance(out, instance);
	return r;
}

/* --- bytes to text --- */

/* What is neither an end nor an escape in the notation. */
static bool put_value(struct text *t, const uint8_t *data, size_t len, bool commas)
{
	for (size_t i = 0; i < len; i++) {
		uint8_t c = data[i];

		if (c <= ' ' || c >= 0x7f || c == '\\' || (c == ',' && !commas))
			return false;
		if (c == ',' || c == '|')
			opt_put(t, '\\');
		opt_put(t, (char)c);
	}
	return len > 0;
}

static bool put_alpn(struct text *t, const uint8_t *data, size_t len)
{
	for (size_t at = 0; at < len; at += 1u + data[at]) {
		if (data[at] > len - at - 1)
			return false;
		if (at > 0)
			opt_putf(t, "\\,");
		/* a bar would be escaped, which alpn is not read with */
		if (memchr(data + at + 1, '|', data[at]) ||
		    !put_value(t, data + at + 1, data[at], false))
			return false;
	}
	return len > 0;
}

static bool put_params(struct text *t, const uint8_t *data, size_t len)
{
	uint32_t last = 0;

	for (size_t at = 0, n; at < len; at += 4 + n) {
		const uint8_t *p = data + at;
		uint32_t key = len - at < 4 ? 0 : opt_get_be(p, 2);

		if (key <= last || key >= KEYS || !key_names[key])
			return false;
		n = opt_get_be(p + 2, 2);
		if (n > len - at - 4)
			return false;
		opt_putf(t, "%s%s=", last ? " " : "", key_names[key]);
		last = key;
		p += 4;
		if (key == PORT && n == 2)
			opt_putf(t, "%u", opt_get_be(p, 2));
		else if (key == PORT)
			return false;
		else if (!(key == ALPN ? put_alpn(t, p, n) : put_value(t, p, n, true)))
			return false;
	}
	return true;
}

static bool put_instance(struct text *t, const uint8_t *p, size_t len)
{
	uint8_t name[OPTION_NAME_MAX];
	size_t n, at, addresses;

	if (len < 3 || p[2] > len - 3 || p[2] == 0 ||
	    option_name_expand(p + 3, p[2], 0, false, name, &n) != p[2])
		return false;
	opt_putf(t, "%u, ", opt_get_be(p, 2));
	for (size_t i = 0; name[i] != 0; i += 1u + name[i]) {
		if (i > 0)
			opt_put(t, '.');
		opt_put_string(t, name + i + 1, name[i]);
	}
	at = 3u + p[2];
	if (at == len)
		return true;
	addresses = p[at++];
	if (addresses == 0 || addresses % 4 != 0 || addresses > len - at)
		return false;
	for (size_t i = 0; i < addresses; i += 4) {
		opt_putf(t, i == 0 ? ", " : " ");
		opt_put_address(t, p + at + i);
	}
	at += addresses;
	if (at < len)
		opt_putf(t, ", ");
	return put_params(t, p + at, len - at);
}

bool option_dnr_format(struct text *t, const uint8_t *data, size_t len)
{
	for (size_t at = 0, n; at < len && !t->cut; at += 2 + n) {
		if (len - at < 2)
			return false;
		n = opt_get_be(data + at, 2);
		if (n > len - at - 2)
			return false;
		if (at > 0)
			opt_putf(t, " | ");
		if (!put_instance(t, data + at + 2, n))
			return false;
	}
	return true;
}
