// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Pieces of option values as text. See option_text.h.
 */
#include "option_text.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* --- in --- */

int opt_fail(struct out *out, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(out->why, out->why_len, format, args);
	va_end(args);
	return -EINVAL;
}

struct quoted opt_quote(struct token t)
{
	struct quoted q;
	size_t n = t.len > OPT_QUOTE_MAX ? OPT_QUOTE_MAX : t.len, i = 0;

	q.text[i++] = '\'';
	for (size_t j = 0; j < n; j++)
		q.text[i++] = isprint((unsigned char)t.at[j]) ? t.at[j] : '?';
	strcpy(q.text + i, t.len > n ? "...'" : "'");
	return q;
}

int opt_append(struct out *out, const void *data, size_t len)
{
	if (len > out->cap - out->len)
		return opt_fail(out, "too long: at most %zu bytes", out->cap);
	memcpy(out->buf + out->len, data, len);
	out->len += len;
	return 0;
}

int opt_append_be(struct out *out, uint32_t value, unsigned bytes)
{
	uint8_t be[4] = {value >> 24, value >> 16, value >> 8, value};

	return opt_append(out, be + 4 - bytes, bytes);
}

struct token opt_trim(struct token t)
{
	while (t.len > 0 && isspace((unsigned char)t.at[0])) {
		t.at++;
		t.len--;
	}
	while (t.len > 0 && isspace((unsigned char)t.at[t.len - 1]))
		t.len--;
	return t;
}

/* Kea's "\\," and "\\|" are text. */
static const char *find_separator(struct token t, char separator)
{
	for (size_t i = 0; i < t.len; i++)
		if (t.at[i] == separator &&
		    !((separator == ',' || separator == '|') && i > 0 && t.at[i - 1] == '\\'))
			return t.at + i;
	return NULL;
}

bool opt_next_token(struct token *rest, char separator, struct token *ret_token)
{
	if (!rest->at)
		return false;
	const char *end = find_separator(*rest, separator);

	*ret_token = *rest;
	if (end) {
		ret_token->len = (size_t)(end - rest->at);
		rest->at = end + 1;
		rest->len -= ret_token->len + 1;
	} else {
		rest->at = NULL;
	}
	*ret_token = opt_trim(*ret_token);
	return true;
}

bool opt_read_number(struct token t, uint64_t *ret_value)
{
	uint64_t value = 0;

	if (t.len == 0 || t.len > 10)
		return false;
	for (size_t i = 0; i < t.len; i++) {
		if (!isdigit((unsigned char)t.at[i]))
			return false;
		value = value * 10 + (uint64_t)(t.at[i] - '0');
	}
	*ret_value = value;
	return true;
}

bool opt_read_address(struct token t, uint32_t *ret_addr)
{
	struct token part;
	uint32_t addr = 0;
	unsigned n = 0;

	for (size_t i = 0; i < t.len; i++)
		if (!isdigit((unsigned char)t.at[i]) && t.at[i] != '.')
			return false;
	while (opt_next_token(&t, '.', &part)) {
		uint64_t value;

		if (!opt_read_number(part, &value) || value > 255 ||
		    (part.len > 1 && part.at[0] == '0'))
			return false;
		addr = addr << 8 | (uint32_t)value;
		n++;
	}
	if (n != 4)
		return false;
	*ret_addr = addr;
	return true;
}

int opt_read_name(struct out *out, struct token t, uint8_t ret_name[OPTION_NAME_MAX])
{
	int n = option_name_encode(t.at, t.len, ret_name);

	if (n == -E2BIG)
		return opt_fail(out, "%s is too long: a domain name has at most %d bytes",
				opt_quote(t).text, OPTION_NAME_MAX);
	if (n < 0)
		return opt_fail(out,
				"%s is not a domain name: labels of 1 to %d letters, digits, "
				"'-' and '_', separated by dots",
				opt_quote(t).text, OPTION_LABEL_MAX);
	return n;
}

/* --- out --- */

void opt_put(struct text *t, char c)
{
	if (t->dry)
		return;
	if (t->len + 1 < t->cap)
		t->buf[t->len++] = c;
	else
		t->cut = true;
}

void opt_putf(struct text *t, const char *format, ...)
{
	char part[64];
	va_list args;

	va_start(args, format);
	vsnprintf(part, sizeof(part), format, args);
	va_end(args);
	for (const char *p = part; *p; p++)
		opt_put(t, *p);
}

uint32_t opt_get_be(const uint8_t *data, size_t len)
{
	uint32_t value = 0;

	for (size_t i = 0; i < len; i++)
		value = value << 8 | data[i];
	return value;
}

void opt_put_address(struct text *t, const uint8_t p[4])
{
	opt_putf(t, "%u.%u.%u.%u", p[0], p[1], p[2], p[3]);
}

size_t opt_put_string(struct text *t, const uint8_t *data, size_t len)
{
	for (size_t i = 0; i < len && !t->cut; i++) {
		if (data[i] >= 0x20 && data[i] < 0x7f)
			opt_put(t, (char)data[i]);
		else
			opt_putf(t, "\\x%02x", data[i]);
	}
	return len;
}

void opt_finish(struct text *t)
{
	t->buf[t->len] = '\0';
	if (t->cut && t->len >= 3)
		memcpy(t->buf + t->len - 3, "...", 3);
}
