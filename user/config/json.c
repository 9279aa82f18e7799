// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * JSON's differences from YAML, removed before libyaml reads the text: comments
 * (//, # and C's), tabs, and escaped surrogate pairs. Every character is
 * replaced by as many, so that libyaml's marks are the file's places.
 */
#include "document.h"
#include "include.h"

#include <stdlib.h>
#include <string.h>

struct blanker {
	const char *text;
	size_t len, at;
	char *out;
	size_t out_len;
	struct place place; /* of text[at] */
	size_t owed;	    /* spaces owed after the string for shortened escapes */
};

static bool is_continuation(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

static bool starts(const struct blanker *b, const char *what)
{
	size_t n = strlen(what);

	return b->len - b->at >= n && !memcmp(b->text + b->at, what, n);
}

static void put(struct blanker *b, char c)
{
	if (b->out)
		b->out[b->out_len] = c;
	b->out_len++;
}

static void advance(struct blanker *b)
{
	char c = b->text[b->at++];

	if (c == '\n') {
		b->place.line++;
		b->place.col = 1;
	} else if (!is_continuation(c)) {
		b->place.col++;
	}
}

static void copy(struct blanker *b)
{
	put(b, b->text[b->at]);
	advance(b);
}

/* One character becomes one space; line ends stay. */
static void blank(struct blanker *b)
{
	char c = b->text[b->at];

	if (c == '\n' || c == '\r')
		put(b, c);
	else if (!is_continuation(c))
		put(b, ' ');
	advance(b);
}

/* Blanks the comment that starts here, if one does. -1: it does not end. */
static int comment(struct blanker *b)
{
	if (starts(b, "//") || starts(b, "#")) {
		while (b->at < b->len && b->text[b->at] != '\n' && b->text[b->at] != '\r')
			blank(b);
		return 1;
	}
	if (!starts(b, "/*"))
		return 0;
	blank(b);
	blank(b);
	while (b->at < b->len && !starts(b, "*/"))
		blank(b);
	if (b->at >= b->len)
		return -1;
	blank(b);
	blank(b);
	return 1;
}

static int hex4(const struct blanker *b, size_t at)
{
	char digits[5] = {0};

	if (at + 6 > b->len || b->text[at] != '\\' || b->text[at + 1] != 'u')
		return -1;
	memcpy(digits, b->text + at + 2, 4);
	if (strspn(digits, "0123456789abcdefABCDEF") != 4)
		return -1;
	return (int)strtol(digits, NULL, 16);
}

/* \ud83d\ude00 -> \U0001f600: YAML knows no surrogates, JSON no \U. */
static bool surrogates(struct blanker *b)
{
	int high = hex4(b, b->at), low;
	char escape[16];

	if (high < 0xd800 || high > 0xdbff)
		return false;
	low = hex4(b, b->at + 6);
	if (low < 0xdc00 || low > 0xdfff)
		return false;
	snprintf(escape, sizeof(escape), "\\U%08x",
		 0x10000u + ((unsigned)(high - 0xd800) << 10) + (unsigned)(low - 0xdc00));
	for (const char *c = escape; *c; c++)
		put(b, *c);
	for (int i = 0; i < 12; i++)
		advance(b);
	b->owed += 2;
	return true;
}

static void string(struct blanker *b)
{
	copy(b);
	while (b->at < b->len && b->text[b->at] != '"') {
		if (b->text[b->at] == '\\' && surrogates(b))
			continue;
		if (b->text[b->at] == '\\' && b->at + 1 < b->len)
			copy(b);
		copy(b);
	}
	if (b->at < b->len)
		copy(b);
	while (b->owed) {
		put(b, ' ');
		b->owed--;
	}
}

/* The first significant character, comments skipped; 0: none. */
static char first_significant(struct blanker b)
{
	b.out = NULL;
	while (b.at < b.len) {
		int is = comment(&b);

		if (is < 0)
			return 0;
		if (is)
			continue;
		if (!memchr(" \t\r\n", b.text[b.at], 4))
			return b.text[b.at];
		advance(&b);
	}
	return 0;
}

bool json_is(const char *text, size_t len)
{
	return first_significant((struct blanker){.text = text, .len = len}) == '{';
}

bool json_blank_comments(struct report *report, const struct source *source, char **ret_text,
			 size_t *ret_len)
{
	const char *text = source->text;
	size_t len = source->len;
	struct blanker b = {.text = text, .len = len, .place = {.line = 1, .col = 1}};

	if (!json_is(text, len))
		return false;
	b.out = malloc(len + 1);
	while (b.out && b.at < len) {
		struct place start = b.place;
		int is = comment(&b);

		if (is < 0)
			report_error(report, source_place(source, start),
				     "this comment does not end: */ is missing");
		if (is)
			continue;
		if (text[b.at] == '"')
			string(&b);
		else if (text[b.at] == '\t')
			blank(&b);
		else
			copy(&b);
	}
	*ret_text = b.out;
	*ret_len = b.out_len;
	return true;
}
