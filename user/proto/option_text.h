/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the parsers and formatters of option values have in common: text cut into tokens, bytes
 * appended within bounds, text put within bounds. For option_*.c alone. Pure.
 */
#ifndef XDHCP_OPTION_TEXT_H
#define XDHCP_OPTION_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "option_names.h"

/* --- in: text to bytes --- */

struct token { /* at NULL: there was none */
	const char *at;
	size_t len;
};

struct out {
	uint8_t *buf;
	size_t cap, len;
	char *why;
	size_t why_len;
};

/* Writes why and fails; -EINVAL is all there is to say in a number. */
int opt_fail(struct out *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define OPT_QUOTE_MAX 48

struct quoted {
	char text[OPT_QUOTE_MAX + 6];
};

/* The token in single quotes, printable and cut short. */
struct quoted opt_quote(struct token t);

int opt_append(struct out *out, const void *data, size_t len);
int opt_append_be(struct out *out, uint32_t value, unsigned bytes);

struct token opt_trim(struct token t);
/*
 * Takes what stands before `separator` off *rest, trimmed. False: *rest was used up. A comma or
 * bar after a backslash separates nothing.
 */
bool opt_next_token(struct token *rest, char separator, struct token *ret_token);

/* Decimal digits and nothing else, up to 10 of them. */
bool opt_read_number(struct token t, uint64_t *ret_value);
/* Four decimal numbers; a leading zero, which some read as octal, is refused. */
bool opt_read_address(struct token t, uint32_t *ret_addr);
/* Labels and their length, or opt_fail(). */
int opt_read_name(struct out *out, struct token t, uint8_t ret_name[OPTION_NAME_MAX]);

/* --- out: bytes to text --- */

struct text {
	char *buf;
	size_t cap, len;
	bool cut;
	bool dry; /* nothing is written, so that nothing is cut */
};

void opt_put(struct text *t, char c);
/* At most 63 characters. */
void opt_putf(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
void opt_put_address(struct text *t, const uint8_t p[4]);
/* What is not printable escaped. Returns len. */
size_t opt_put_string(struct text *t, const uint8_t *data, size_t len);
/* Terminates it; what was cut ends in "...". */
void opt_finish(struct text *t);
uint32_t opt_get_be(const uint8_t *data, size_t len);

#endif
