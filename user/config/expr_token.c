// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The tokens of expressions (expr_token.h), as Kea's: the longest one that can stand there. Text is
 * bytes between single quotes on one line; nothing in it is escaped.
 */
#include "expr_token.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- errors --- */

void parser_fail(struct parser *p, size_t at, const char *fmt, ...)
{
	va_list args;

	if (p->failed)
		return;
	p->failed = true;
	p->note->offset = at;
	va_start(args, fmt);
	vsnprintf(p->note->text, sizeof(p->note->text), fmt, args);
	va_end(args);
}

const char *parser_found(const struct parser *p, char buf[FOUND_MAX])
{
	const struct token *t = &p->token;
	int max = FOUND_MAX - 8;

	if (t->kind == TOKEN_END)
		return "the end";
	snprintf(buf, FOUND_MAX, "\"%.*s%s\"", t->len < (size_t)max ? (int)t->len : max,
		 p->text + t->at, t->len > (size_t)max ? "..." : "");
	return buf;
}

void parser_expected(struct parser *p, const char *what)
{
	char buf[FOUND_MAX];

	parser_fail(p, p->token.at, "expected %s, not %s", what, parser_found(p, buf));
}

/* --- tokens --- */

static size_t count(const char *s, int (*is)(int))
{
	size_t n = 0;

	while (is((unsigned char)s[n]))
		n++;
	return n;
}

/* Digits and colons with two colons at least; whether that is an address is seen later. */
static size_t address6_len(const char *s)
{
	size_t first = count(s, isxdigit), second;

	if (s[first] != ':')
		return 0;
	second = first + 1 + count(s + first + 1, isxdigit);
	if (s[second] != ':')
		return 0;
	return second + strspn(s + second, "0123456789abcdefABCDEF:.");
}

static size_t address4_len(const char *s)
{
	size_t n = 0;

	for (int i = 0; i < 4; i++) {
		size_t digits;

		if (i && s[n++] != '.')
			return 0;
		digits = count(s + n, isdigit);
		if (!digits)
			return 0;
		n += digits;
	}
	return n;
}

static size_t word_len(const char *s)
{
	size_t n = 0;

	if (!isalpha((unsigned char)*s))
		return 0;
	while (isalnum((unsigned char)s[n]) || s[n] == '-' || s[n] == '_')
		n++;
	return n;
}

static struct token scan(const char *text, size_t at)
{
	const char *s = text + at;
	size_t n;

	if (!*s)
		return (struct token){TOKEN_END, at, 0};
	if (*s == '\'') {
		n = strcspn(s + 1, "'\n");
		return (struct token){s[1 + n] == '\'' ? TOKEN_TEXT : TOKEN_WRONG, at,
				      n + 1 + (s[1 + n] == '\'')};
	}
	n = address6_len(s);
	n = n ? n : address4_len(s);
	if (n)
		return (struct token){TOKEN_ADDRESS, at, n};
	if (*s == '0' && (s[1] | 32) == 'x' && isxdigit((unsigned char)s[2]))
		return (struct token){TOKEN_HEX, at, 2 + count(s + 2, isxdigit)};
	n = count(s + (*s == '-'), isdigit);
	if (n)
		return (struct token){TOKEN_INTEGER, at, n + (*s == '-')};
	n = word_len(s);
	if (n)
		return (struct token){TOKEN_WORD, at, n};
	if (*s == '=' && s[1] == '=')
		return (struct token){TOKEN_SIGN, at, 2};
	return (struct token){strchr("()[],.*+", *s) ? TOKEN_SIGN : TOKEN_WRONG, at, 1};
}

void parser_next(struct parser *p)
{
	size_t at = p->token.at + p->token.len;

	at += strspn(p->text + at, " \t\r\n");
	p->token = p->failed ? (struct token){TOKEN_END, at, 0} : scan(p->text, at);
	if (p->token.kind != TOKEN_WRONG)
		return;
	if (p->text[at] == '\'')
		parser_fail(p, at, "the text that starts here does not end: ' is missing");
	else if (p->text[at] == '=')
		parser_fail(p, at, "\"=\" alone is no operator; equality is \"==\"");
	else if (isprint((unsigned char)p->text[at]))
		parser_fail(p, at, "the character \"%c\" has no meaning here", p->text[at]);
	else
		parser_fail(p, at, "the byte 0x%02x has no meaning here; text stands in 'quotes'",
			    (unsigned char)p->text[at]);
	p->token = (struct token){TOKEN_END, at, 0};
}

bool parser_is(const struct parser *p, enum token_kind kind, const char *text)
{
	return p->token.kind == kind && p->token.len == strlen(text) &&
	       !memcmp(p->text + p->token.at, text, p->token.len);
}

bool parser_take_sign(struct parser *p, const char *sign)
{
	if (!parser_is(p, TOKEN_SIGN, sign))
		return false;
	parser_next(p);
	return true;
}

void parser_need_sign(struct parser *p, const char *sign)
{
	char what[8];

	if (parser_take_sign(p, sign))
		return;
	snprintf(what, sizeof(what), "\"%s\"", sign);
	parser_expected(p, what);
}

bool parser_take_word(struct parser *p, const char *word)
{
	if (!parser_is(p, TOKEN_WORD, word))
		return false;
	parser_next(p);
	return true;
}

int64_t parser_integer(struct parser *p, const char *what, int64_t min, int64_t max)
{
	char buf[FOUND_MAX];
	long long value;

	if (p->token.kind != TOKEN_INTEGER) {
		parser_fail(p, p->token.at, "expected %s, a decimal number, not %s", what,
			    parser_found(p, buf));
		return min;
	}
	value = strtoll(p->text + p->token.at, NULL, 10);
	if (value < min || value > max) {
		parser_fail(p, p->token.at, "%s %s is out of range, allowed: %lld to %lld", what,
			    parser_found(p, buf), (long long)min, (long long)max);
		return min;
	}
	parser_next(p);
	return value;
}
