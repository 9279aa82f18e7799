// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Option values as text, for the log. See options.h. Data may be
 * anything that a client sent: what is not of its type is shown in hex, and what is
 * not printable is escaped, so that nobody writes into the operator's terminal.
 */
#include "options.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "option_dnr.h"
#include "suboption.h"

static void put_hex(struct text *t, const uint8_t *data, size_t len)
{
	opt_putf(t, "0x");
	for (size_t i = 0; i < len && !t->cut; i++)
		opt_putf(t, "%02x", data[i]);
}

/* --- one value: returns its length, 0 if the data is not of the type --- */

/* Pointers (RFC 1035 4.1.4) count from the option's first byte, hence the place and not the rest.
 */
static size_t put_fqdn(struct text *t, const uint8_t *data, size_t len, size_t at, bool compressed)
{
	uint8_t name[OPTION_NAME_MAX];
	size_t n, used = option_name_expand(data, len, at, compressed, name, &n);

	for (size_t i = 0; used > 0 && name[i] != 0; i += 1u + name[i]) {
		if (i > 0)
			opt_put(t, '.');
		opt_put_string(t, name + i + 1, name[i]);
	}
	return used;
}

/*
 * A comma separates tuples and is therefore escaped; a last backslash would escape the next one, so
 * that there is no text for it: the value is good all the same.
 */
static size_t put_tuple(struct text *t, const uint8_t *data, size_t len, size_t size)
{
	size_t n = len < size ? 0 : opt_get_be(data, size);

	if (n == 0 || n > len - size || (!t->dry && data[size + n - 1] == '\\'))
		return 0;
	for (size_t i = 0; i < n; i++) {
		if (data[size + i] == ',')
			opt_put(t, '\\');
		opt_put_string(t, data + size + i, 1);
	}
	return size + n;
}

static size_t put_psid(struct text *t, const uint8_t p[3])
{
	uint32_t bits = opt_get_be(p + 1, 2);

	if (p[0] > 16 || (bits << p[0] & 0xffff) != 0)
		return 0;
	opt_putf(t, "%u/%u", bits >> (16 - p[0]), p[0]);
	return 3;
}

static size_t put_address6(struct text *t, const uint8_t p[16])
{
	char text[INET6_ADDRSTRLEN];

	opt_putf(t, "%s", inet_ntop(AF_INET6, p, text, sizeof(text)));
	return 16;
}

static size_t put_prefix6(struct text *t, const uint8_t *data, size_t len)
{
	uint8_t network[16] = {0};
	size_t bits = data[0], n = (bits + 7) / 8;

	if (bits > 128 || n > len - 1 || (bits % 8 && data[n] & 0xff >> bits % 8))
		return 0;
	memcpy(network, data + 1, n);
	put_address6(t, network);
	opt_putf(t, "/%zu", bits);
	return 1 + n;
}

static size_t put_signed(struct text *t, const uint8_t *p, size_t bytes)
{
	unsigned unused = 32 - 8 * (unsigned)bytes;

	opt_putf(t, "%d", (int32_t)(opt_get_be(p, bytes) << unused) >> unused);
	return bytes;
}

static size_t put_route(struct text *t, const uint8_t *data, size_t len)
{
	uint8_t network[4] = {0};
	size_t n;

	if (len < 1 || data[0] > 32)
		return 0;
	n = (data[0] + 7u) / 8;
	if (len < 1 + n + 4)
		return 0;
	memcpy(network, data + 1, n);
	opt_put_address(t, network);
	opt_putf(t, "/%u - ", data[0]);
	opt_put_address(t, data + 1 + n);
	return 1 + n + 4;
}

/* What a value has at least. */
static size_t least(enum option_type type)
{
	static const uint8_t bytes[] = {
#define X(name, word, one, several, least, parser) least,
		OPTION_TYPES(X)
#undef X
	};

	return bytes[type];
}

static size_t put_value(struct text *t, enum option_type type, bool compressed, const uint8_t *data,
			size_t len, size_t at)
{
	const uint8_t *p = data + at;
	size_t rest = len - at;

	if (rest < least(type))
		return 0;
	switch (type) {
	case OPTION_FLAG:
		if (p[0] > 1)
			return 0;
		opt_putf(t, "%s", p[0] ? "true" : "false");
		return 1;
	case OPTION_U8:
	case OPTION_U16:
	case OPTION_U32:
		opt_putf(t, "%u", opt_get_be(p, least(type)));
		return least(type);
	case OPTION_S8:
	case OPTION_S16:
	case OPTION_S32:
		return put_signed(t, p, least(type));
	case OPTION_ADDRESS:
		opt_put_address(t, p);
		return 4;
	case OPTION_ADDRESS_PAIR:
		opt_put_address(t, p);
		opt_putf(t, ", ");
		opt_put_address(t, p + 4);
		return 8;
	case OPTION_ADDRESS6:
		return put_address6(t, p);
	case OPTION_PREFIX6:
		return put_prefix6(t, p, rest);
	case OPTION_PSID:
		return put_psid(t, p);
	case OPTION_TUPLE:
		return put_tuple(t, p, rest, 2);
	case OPTION_TUPLE8:
		return put_tuple(t, p, rest, 1);
	case OPTION_STRING:
		return opt_put_string(t, p, rest);
	case OPTION_FQDN:
		return put_fqdn(t, data, len, at, compressed);
	case OPTION_ROUTE:
		return put_route(t, p, rest);
	case OPTION_BINARY:
		put_hex(t, p, rest);
		return rest;
	case OPTION_EMPTY:
	case OPTION_HOSTS:
	case OPTION_DNR:
	case OPTION_RECORD:
		break;
	}
	return 0;
}

/* False: the data is not one value, or a list, of the type; t holds part of it then. */
static bool put_values(struct text *t, enum option_type type, const struct option_def *def,
		       const uint8_t *data, size_t len, size_t at)
{
	do {
		size_t used = put_value(t, type, def->compressed, data, len, at);

		if (used == 0)
			return false;
		at += used;
		if (at < len && !def->array)
			return false;
		if (at < len)
			opt_putf(t, ", ");
	} while (at < len && !t->cut);
	return true;
}

static bool put_record(struct text *t, const struct option_def *def, const uint8_t *data,
		       size_t len)
{
	size_t at = 0;

	for (unsigned i = 0; i + 1u < def->n_fields; i++) {
		size_t used = put_value(t, (enum option_type)def->fields[i], false, data, len, at);

		if (used == 0)
			return false;
		at += used;
		opt_putf(t, ", ");
	}
	return def->n_fields > 0 &&
	       put_values(t, (enum option_type)def->fields[def->n_fields - 1], def, data, len, at);
}

/* False: not of the type, as put_values(). */
static bool put_option(struct text *t, const struct option_def *def, const uint8_t *data,
		       size_t len)
{
	if (def->type == OPTION_RECORD)
		return put_record(t, def, data, len);
	if (def->type == OPTION_DNR)
		return option_dnr_format(t, data, len);
	if (def->type == OPTION_HOSTS) /* RFC 3361 3 */
		return data[0] <= 1 &&
		       put_values(t, data[0] ? OPTION_ADDRESS : OPTION_FQDN, def, data, len, 1);
	return put_values(t, def->type, def, data, len, 0);
}

void option_format(const struct option_def *def, const uint8_t *data, size_t len, char *buf,
		   size_t cap)
{
	struct text t = {.buf = buf, .cap = cap};

	if (cap == 0)
		return;
	if (len > 0 && (!def || !put_option(&t, def, data, len))) {
		t = (struct text){.buf = buf, .cap = cap};
		put_hex(&t, data, len);
	}
	opt_finish(&t);
}

/* --- bytes that nobody has parsed --- */

static bool is_value(const struct option_def *def, const uint8_t *data, size_t len)
{
	struct text t = {.dry = true};

	if (def->type == OPTION_EMPTY || len == 0)
		return def->type == OPTION_EMPTY && len == 0;
	return put_option(&t, def, data, len);
}

static bool is_suboptions(const uint8_t *data, size_t len)
{
	const struct dhcp_opt all = {.data = data, .len = (uint16_t)len};
	struct suboption it;
	size_t at = 0;

	while (suboption_next(&all, false, &at, &it))
		;
	return at == len;
}

static bool fits(const struct option_def *def, const uint8_t *data, size_t len)
{
	if (def->type == OPTION_BINARY)
		return true;
	if (is_value(def, data, len))
		return true;
	for (size_t own = 0; def->encapsulates && own < len; own++)
		if (is_value(def, data, own) && is_suboptions(data + own, len - own))
			return true;
	return false;
}

int option_check_bytes(const struct option_def *def, const uint8_t *data, size_t len, char *whybuf,
		       size_t whylen)
{
	uint8_t again[1024];
	char text[8 * sizeof(again)], all[256];
	int r;

	if (!fits(def, data, len)) {
		option_describe(def, all, sizeof(all));
		snprintf(whybuf, whylen, "the bytes are not of its type; expected: %s", all);
		return -EINVAL;
	}
	if (!def->check && !def->min && !def->max)
		return 0;
	option_format(def, data, len, text, sizeof(text));
	r = option_parse(def, text, again, sizeof(again), whybuf, whylen);
	return r < 0 ? r : 0;
}
