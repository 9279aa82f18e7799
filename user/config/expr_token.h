/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Tokens of an expression, and what a parser of it does with them; private to expr_token.c,
 * expr_operand.c and expr_parse.c. After the first error every token is the end of the text, so
 * that all loops end.
 */
#ifndef XDHCP_CONFIG_EXPR_TOKEN_H
#define XDHCP_CONFIG_EXPR_TOKEN_H

#include "expr_parse.h"

enum token_kind {
	TOKEN_END,
	TOKEN_TEXT,    /* 'text', with its quotes */
	TOKEN_HEX,     /* 0x00 */
	TOKEN_INTEGER, /* decimal, with its sign */
	TOKEN_ADDRESS,
	TOKEN_WORD,
	TOKEN_SIGN, /* one of ( ) [ ] , . * + or == */
	TOKEN_WRONG,
};

struct token {
	enum token_kind kind;
	size_t at, len;
};

struct parser {
	const char *text;
	const struct expr_scope *scope;
	struct expr_builder *builder;
	struct expr_note *note;
	struct token token;
	size_t word_at; /* where the word began whose rest is being parsed */
	unsigned depth;
	bool failed;
	bool unsteady; /* it has named a class that is not memoisable */
};

/* The first error is the one that is noted. */
void parser_fail(struct parser *p, size_t at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void parser_expected(struct parser *p, const char *what);
#define FOUND_MAX 40
/* What stands at the token, for messages. */
const char *parser_found(const struct parser *p, char buf[FOUND_MAX]);

void parser_next(struct parser *p);
bool parser_is(const struct parser *p, enum token_kind kind, const char *text);
/* Is it there? Then it is passed. */
bool parser_take_sign(struct parser *p, const char *sign);
bool parser_take_word(struct parser *p, const char *word);
/* It must be there. */
void parser_need_sign(struct parser *p, const char *sign);
/* A decimal number from min to max; `what` it is. min: there is none. */
int64_t parser_integer(struct parser *p, const char *what, int64_t min, int64_t max);

#endif
