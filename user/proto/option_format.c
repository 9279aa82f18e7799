// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Option values as text, for dumps and logs. See options.h. Data may be
 * anything that a client sent: what is not of its type is shown in hex, and what is
 * not printable is escaped, so that nobody writes into the operator's terminal.
 */
#include "options.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct text {
	char *buf;
	size_t cap, len;
	bool cut;
};

static void put(struct text *t, char c)
{
	if (t->len + 1 < t->cap)
		t->buf[t->len++] = c;
	else
		t->cut = true;
}

__attribute__((format(printf, 2, 3))) static void putf(struct text *t, const char *format, ...)
{
	char part[64];
	va_list args;

	va_start(args, format);
	vsnprintf(part, sizeof(part), format, args);
	va_end(args);
	for (const char *p = part; *p; p++)
		put(t, *p);
}

static void finish(struct text *t)
{
	t->buf[t->len] = '\0';
	if (t->cut && t->len >= 3)
		memcpy(t->buf + t->len - 3, "...", 3);
}

static uint32_t get_be(const uint8_t *data, size_t len)
{
	uint32_t value = 0;

	for (size_t i = 0; i < len; i++)
		value = value << 8 | data[i];
	return value;
}

static void put_address(struct text *t, const uint8_t p[4])
{
	putf(t, "%u.%u.%u.%u", p[0], p[1], p[2], p[3]);
}

static void put_hex(struct text *t, const uint8_t *data, size_t len)
{
	putf(t, "0x");
	for (size_t i = 0; i < len && !t->cut; i++)
		putf(t, "%02x", data[i]);
}

/* --- one value: returns its length, 0 if the data is not of the type --- */

static size_t put_string(struct text *t, const uint8_t *data, size_t len)
{
	for (size_t i = 0; i < len && !t->cut; i++) {
		if (data[i] >= 0x20 && data[i] < 0x7f)
			put(t, (char)data[i]);
		else
			putf(t, "\\x%02x", data[i]);
	}
	return len;
}

/* Uncompressed only: a compression pointer (RFC 1035 4.1.4) is not ours. */
static size_t put_fqdn(struct text *t, const uint8_t *data, size_t len)
{
	size_t at = 0;

	while (at < len && data[at] != 0) {
		size_t label = data[at];

		if (label > 63 || label > len - at - 1)
			return 0;
		if (at > 0)
			put(t, '.');
		put_string(t, data + at + 1, label);
		at += 1 + label;
	}
	return at > 0 && at < len ? at + 1 : 0;
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
	put_address(t, network);
	putf(t, "/%u - ", data[0]);
	put_address(t, data + 1 + n);
	return 1 + n + 4;
}

static size_t put_value(struct text *t, enum option_type type, const uint8_t *data, size_t len)
{
	switch (type) {
	case OPTION_FLAG:
		if (len < 1 || data[0] > 1)
			return 0;
		putf(t, "%s", data[0] ? "true" : "false");
		return 1;
	case OPTION_U8:
	case OPTION_U16:
	case OPTION_U32: {
		size_t bytes = type == OPTION_U8 ? 1 : type == OPTION_U16 ? 2 : 4;

		if (len < bytes)
			return 0;
		putf(t, "%u", get_be(data, bytes));
		return bytes;
	}
	case OPTION_S32:
		if (len < 4)
			return 0;
		putf(t, "%d", (int32_t)get_be(data, 4));
		return 4;
	case OPTION_ADDRESS:
		if (len < 4)
			return 0;
		put_address(t, data);
		return 4;
	case OPTION_ADDRESS_PAIR:
		if (len < 8)
			return 0;
		put_address(t, data);
		putf(t, ", ");
		put_address(t, data + 4);
		return 8;
	case OPTION_STRING:
		return put_string(t, data, len);
	case OPTION_FQDN:
		return put_fqdn(t, data, len);
	case OPTION_ROUTE:
		return put_route(t, data, len);
	case OPTION_EMPTY:
	case OPTION_BINARY:
		break;
	}
	return 0;
}

/* False: the data is not one value, or a list, of the type; t holds part of it then. */
static bool put_values(struct text *t, const struct option_def *def, const uint8_t *data,
		       size_t len)
{
	do {
		size_t used = put_value(t, def->type, data, len);

		if (used == 0)
			return false;
		data += used;
		len -= used;
		if (len > 0 && !def->array)
			return false;
		if (len > 0)
			putf(t, ", ");
	} while (len > 0 && !t->cut);
	return true;
}

void option_format(const struct option_def *def, const uint8_t *data, size_t len, char *buf,
		   size_t cap)
{
	struct text t = {.buf = buf, .cap = cap};

	if (cap == 0)
		return;
	if (len > 0 && (!def || !put_values(&t, def, data, len))) {
		t = (struct text){.buf = buf, .cap = cap};
		put_hex(&t, data, len);
	}
	finish(&t);
}
