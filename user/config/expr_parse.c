// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Parsing of expressions (expr_parse.h): recursive descent, the builder fed in the order of
 * evaluation. After the first error nothing more is reported, and every loop ends at the end of the
 * text. Binding, from the loosest: sor, or, sand, and, not, ==, +. The s-words are Kea's strict
 * forms, which evaluate all of their parts.
 */
#include "expr_parse.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "expr_operand.h"
#include "engine/model.h"
#include "schema.h"

static void too_much(struct parser *p, size_t at)
{
	if (expr_builder_error(p->builder) == -E2BIG)
		parser_fail(p, at,
			    "too much at once: a value has at most %d bytes, all that are held %d",
			    EXPR_VALUE_MAX, EXPR_SCRATCH_MAX);
	else if (expr_builder_error(p->builder))
		parser_fail(p, at, "out of memory");
}

/* Was the operand that starts there the first that is not in a request's form? */
static void note_operand(struct parser *p, size_t at)
{
	size_t end = p->token.at;

	if (p->failed || *p->note->text || (expr_builder_memoisable(p->builder) && !p->unsteady))
		return;
	p->note->by_class = p->unsteady;
	while (end > at && strchr(" \t\r\n", p->text[end - 1]))
		end--;
	p->note->offset = at;
	snprintf(p->note->text, sizeof(p->note->text), "%.*s", (int)(end - at), p->text + at);
}

/* --- literals --- */

static void push_text(struct parser *p)
{
	expr_push_literal(p->builder, p->text + p->token.at + 1, p->token.len - 2);
}

static unsigned digit_value(char c)
{
	return isdigit((unsigned char)c) ? (unsigned)(c - '0') : (unsigned)((c | 32) - 'a' + 10);
}

/* An odd number of digits has a zero before them. */
static void push_hex(struct parser *p)
{
	const char *digits = p->text + p->token.at + 2;
	size_t n = p->token.len - 2, odd = n % 2;
	uint8_t bytes[EXPR_VALUE_MAX] = {0};

	if (n > 2 * sizeof(bytes)) {
		parser_fail(p, p->token.at, "a value has at most %d bytes", EXPR_VALUE_MAX);
		return;
	}
	for (size_t i = 0; i < n; i++)
		bytes[(i + odd) / 2] = (uint8_t)(bytes[(i + odd) / 2] << 4 |
						 digit_value(digits[i]));
	expr_push_literal(p->builder, bytes, (n + odd) / 2);
}

static void push_address(struct parser *p)
{
	char text[64], buf[FOUND_MAX];
	uint8_t address[16];

	snprintf(text, sizeof(text), "%.*s", (int)p->token.len, p->text + p->token.at);
	if (p->token.len < sizeof(text) && inet_pton(AF_INET, text, address) == 1)
		expr_push_literal(p->builder, address, 4);
	else if (p->token.len < sizeof(text) && inet_pton(AF_INET6, text, address) == 1)
		expr_push_literal(p->builder, address, 16);
	else
		parser_fail(p, p->token.at, "%s is neither an IPv4 nor an IPv6 address",
			    parser_found(p, buf));
}

/* --- functions --- */

static enum expr_type parse_any(struct parser *p);

/* An argument, parenthesis and so on: one level deeper. */
static void need_type(struct parser *p, enum expr_type type, const char *where)
{
	size_t at = p->token.at;

	if (parse_any(p) == type)
		return;
	if (type == EXPR_STRING)
		parser_fail(p, at,
			    "%s must be a string, and this is true or false; ifelse(...) makes a "
			    "string "
			    "of "
			    "it",
			    where);
	else
		parser_fail(p, at,
			    "%s must be true or false, and this is a string; compare it with ==, "
			    "or use "
			    "exists",
			    where);
}

static void need_string(struct parser *p, const char *function, const char *ordinal)
{
	char where[64];

	snprintf(where, sizeof(where), "the %s of %s", ordinal, function);
	need_type(p, EXPR_STRING, where);
}

/* Functions of one or two strings. */
static const struct function {
	const char *name;
	enum expr_operator op;
	unsigned strings;
} functions[] = {
	{"concat", EXPR_CONCAT, 2},
	{"hexstring", EXPR_HEXSTRING, 2},
	{"lcase", EXPR_LCASE, 1},
	{"ucase", EXPR_UCASE, 1},
	{"addrtotext", EXPR_ADDRTOTEXT, 1},
	{"int8totext", EXPR_INT8TOTEXT, 1},
	{"int16totext", EXPR_INT16TOTEXT, 1},
	{"int32totext", EXPR_INT32TOTEXT, 1},
	{"uint8totext", EXPR_UINT8TOTEXT, 1},
	{"uint16totext", EXPR_UINT16TOTEXT, 1},
	{"uint32totext", EXPR_UINT32TOTEXT, 1},
};

static enum expr_type parse_function(struct parser *p, int which)
{
	const struct function *f = &functions[which];

	parser_need_sign(p, "(");
	need_string(p, f->name, f->strings == 1 ? "argument" : "first argument");
	if (f->strings == 2) {
		parser_need_sign(p, ",");
		need_string(p, f->name, "second argument");
	}
	parser_need_sign(p, ")");
	expr_apply(p->builder, f->op);
	return EXPR_STRING;
}

static enum expr_type parse_substring(struct parser *p, int which)
{
	int32_t start, length = INT32_MAX;

	(void)which;
	parser_need_sign(p, "(");
	need_string(p, "substring", "first argument");
	parser_need_sign(p, ",");
	start = (int32_t)parser_integer(p, "the start", INT32_MIN, INT32_MAX);
	parser_need_sign(p, ",");
	if (!parser_take_word(p, "all"))
		length = (int32_t)parser_integer(p, "the length, or all", INT32_MIN, INT32_MAX);
	parser_need_sign(p, ")");
	expr_apply_substring(p->builder, start, length);
	return EXPR_STRING;
}

static enum expr_type parse_split(struct parser *p, int which)
{
	int32_t field;

	(void)which;
	parser_need_sign(p, "(");
	need_string(p, "split", "first argument");
	parser_need_sign(p, ",");
	need_string(p, "split", "second argument");
	parser_need_sign(p, ",");
	field = (int32_t)parser_integer(p, "the field's number", INT32_MIN, INT32_MAX);
	parser_need_sign(p, ")");
	expr_apply_split(p->builder, field);
	return EXPR_STRING;
}

static enum expr_type parse_ifelse(struct parser *p, int strict)
{
	const char *name = strict ? "sifelse" : "ifelse";
	size_t at = 0;

	parser_need_sign(p, "(");
	need_type(p, EXPR_TRUTH, "the condition of ifelse");
	if (!strict && !p->failed)
		at = expr_branch(p->builder, EXPR_IF);
	parser_need_sign(p, ",");
	need_string(p, name, "second argument");
	if (!strict && !p->failed)
		at = expr_else(p->builder, at);
	parser_need_sign(p, ",");
	need_string(p, name, "third argument");
	parser_need_sign(p, ")");
	if (p->failed)
		return EXPR_STRING;
	if (strict)
		expr_apply(p->builder, EXPR_SIFELSE);
	else
		expr_end(p->builder, at);
	return EXPR_STRING;
}

/* known, unknown, also with empty parentheses. */
static enum expr_type push_known(struct parser *p, size_t at, bool known)
{
	if (!p->scope->reservations)
		parser_fail(p, at,
			    "a client is known by its reservation, and this is evaluated before "
			    "that is "
			    "looked up");
	p->note->with_reservation = true;
	expr_push_known(p->builder);
	if (!known)
		expr_apply(p->builder, EXPR_NOT);
	return EXPR_TRUTH;
}

static enum expr_type parse_known(struct parser *p, int known)
{
	size_t at = p->word_at;

	if (parser_take_sign(p, "("))
		parser_need_sign(p, ")");
	return push_known(p, at, known);
}

static void push_class(struct parser *p, size_t at, const char *name)
{
	const struct expr_scope *scope = p->scope;
	struct expr_class class = {0};
	char why[EXPR_WHY_MAX] = "";

	if (p->failed)
		return;
	if (!scope->class_by_name) {
		parser_fail(p, at, "a client's classes are not told yet where this is evaluated");
	} else if (!scope->class_by_name(scope->classes, name, at, &class, why)) {
		parser_fail(p, at, "%s", why);
	} else {
		p->unsteady |= !class.memoisable;
		p->note->with_reservation |= class.with_reservation;
		expr_push_member(p->builder, class.number);
	}
}

static enum expr_type parse_member(struct parser *p, int which)
{
	char name[MODEL_CLASS_NAME_MAX + 1];
	size_t at;

	(void)which;
	parser_need_sign(p, "(");
	at = p->token.at;
	if (p->token.kind != TOKEN_TEXT) {
		parser_expected(p, "a class's name in 'quotes'");
		return EXPR_TRUTH;
	}
	snprintf(name, sizeof(name), "%.*s", (int)p->token.len - 2, p->text + at + 1);
	if (p->token.len - 2 >= sizeof(name))
		parser_fail(p, at, "a class's name has at most %d bytes", MODEL_CLASS_NAME_MAX);
	parser_next(p);
	parser_need_sign(p, ")");
	if (!strcmp(name, "KNOWN") || !strcmp(name, "UNKNOWN"))
		return push_known(p, at, *name == 'K');
	push_class(p, at, name);
	return EXPR_TRUTH;
}

static enum expr_type parse_absent(struct parser *p, int which)
{
	static const char *const why[] = {"is of DHCPv6", "is not in this release"};
	char buf[FOUND_MAX];

	parser_fail(p, p->token.at, "%s %s", parser_found(p, buf), why[which]);
	return EXPR_STRING;
}

/* --- the grammar --- */

static const struct word {
	const char *name;
	enum expr_type (*parse)(struct parser *p, int which);
	int which;
} words[] = {
	{"option", parse_option, 0},	     {"relay4", parse_relay4, 0},
	{"vendor", parse_vendor, 0},	     {"vendor-class", parse_vendor_class, 0},
	{"pkt", parse_field, FIELDS_OF_PKT}, {"pkt4", parse_field, FIELDS_OF_PKT4},
	{"substring", parse_substring, 0},   {"split", parse_split, 0},
	{"ifelse", parse_ifelse, 0},	     {"sifelse", parse_ifelse, 1},
	{"known", parse_known, 1},	     {"unknown", parse_known, 0},
	{"member", parse_member, 0},	     {"pkt6", parse_absent, 0},
	{"relay6", parse_absent, 0},	     {"match", parse_absent, 1},
};

#define N(array) (sizeof(array) / sizeof((array)[0]))

static void unknown_word(struct parser *p)
{
	const char *nearest = NULL;
	char word[49], buf[FOUND_MAX];
	unsigned best = 99;

	snprintf(word, sizeof(word), "%.*s", (int)p->token.len, p->text + p->token.at);
	for (size_t i = 0; i < N(words) + N(functions); i++) {
		const char *name = i < N(words) ? words[i].name : functions[i - N(words)].name;
		bool begins = strlen(word) > 2 && !strncmp(name, word, strlen(word));
		unsigned d = begins ? 0 : schema_distance(word, name);

		if (d < best) {
			best = d;
			nearest = name;
		}
	}
	if (best <= strlen(word) / 3)
		parser_fail(p, p->token.at, "unknown word %s, did you mean \"%s\"?",
			    parser_found(p, buf), nearest);
	else
		parser_fail(p, p->token.at, "unknown word %s; text stands in 'quotes'",
			    parser_found(p, buf));
}

static enum expr_type parse_word(struct parser *p)
{
	for (size_t i = 0; i < N(words); i++) {
		size_t at = p->token.at;

		if (!parser_is(p, TOKEN_WORD, words[i].name))
			continue;
		if (words[i].parse == parse_absent)
			return parse_absent(p, words[i].which);
		p->word_at = at;
		parser_next(p);
		enum expr_type type = words[i].parse(p, words[i].which);

		note_operand(p, at);
		return type;
	}
	for (size_t i = 0; i < N(functions); i++) {
		if (parser_take_word(p, functions[i].name))
			return parse_function(p, (int)i);
	}
	unknown_word(p);
	return EXPR_STRING;
}

static enum expr_type parse_primary(struct parser *p)
{
	size_t at = p->token.at;
	enum expr_type type = EXPR_STRING;

	switch (p->token.kind) {
	case TOKEN_WORD:
		type = parse_word(p);
		too_much(p, at);
		return type;
	case TOKEN_TEXT:
		push_text(p);
		break;
	case TOKEN_HEX:
		push_hex(p);
		break;
	case TOKEN_ADDRESS:
		push_address(p);
		break;
	case TOKEN_INTEGER:
		expr_push_integer(p->builder,
				  (uint32_t)parser_integer(p, "a number", 0, UINT32_MAX));
		too_much(p, at);
		return EXPR_STRING;
	default:
		if (parser_take_sign(p, "(")) {
			type = parse_any(p);
			parser_need_sign(p, ")");
		} else {
			parser_expected(p, "a value");
		}
		return type;
	}
	too_much(p, at);
	parser_next(p);
	return EXPR_STRING;
}

/* Both sides of an operator are of its type. */
static void check_side(struct parser *p, size_t at, enum expr_type type, enum expr_type wanted,
		       const char *operator)
{
	if (type == wanted)
		return;
	if (wanted == EXPR_STRING)
		parser_fail(p, at, "\"%s\" takes strings, and this is true or false", operator);
	else
		parser_fail(p, at,
			    "\"%s\" takes true or false, and this is a string; compare it with ==, "
			    "or use "
			    "exists",
			    operator);
}

static enum expr_type parse_concat(struct parser *p)
{
	size_t at = p->token.at;
	enum expr_type type = parse_primary(p);

	while (parser_is(p, TOKEN_SIGN, "+")) {
		size_t plus = p->token.at;

		check_side(p, at, type, EXPR_STRING, "+");
		parser_next(p);
		at = p->token.at;
		type = parse_primary(p);
		check_side(p, at, type, EXPR_STRING, "+");
		expr_apply(p->builder, EXPR_CONCAT);
		too_much(p, plus);
	}
	return type;
}

static enum expr_type parse_equal(struct parser *p)
{
	size_t at = p->token.at;
	enum expr_type type = parse_concat(p);

	if (!parser_is(p, TOKEN_SIGN, "=="))
		return type;
	check_side(p, at, type, EXPR_STRING, "==");
	parser_next(p);
	at = p->token.at;
	check_side(p, at, parse_concat(p), EXPR_STRING, "==");
	if (parser_is(p, TOKEN_SIGN, "=="))
		parser_fail(p, p->token.at, "\"==\" compares two strings, not three");
	expr_apply(p->builder, EXPR_EQUAL);
	return EXPR_TRUTH;
}

static enum expr_type parse_not(struct parser *p)
{
	bool negated = false, any = false;
	enum expr_type type;
	size_t at;

	while (parser_take_word(p, "not")) {
		negated = !negated;
		any = true;
	}
	at = p->token.at;
	type = parse_equal(p);
	if (any)
		check_side(p, at, type, EXPR_TRUTH, "not");
	if (negated)
		expr_apply(p->builder, EXPR_NOT);
	return type;
}

static const struct {
	const char *word;
	bool strict;
	enum expr_branch branch;
	enum expr_operator op;
} levels[] = {
	{"sor", true, EXPR_OR, EXPR_SOR},
	{"or", false, EXPR_OR, EXPR_SOR},
	{"sand", true, EXPR_AND, EXPR_SAND},
	{"and", false, EXPR_AND, EXPR_SAND},
};

static enum expr_type parse_logic(struct parser *p, unsigned level)
{
	size_t at = p->token.at, branch = 0;
	enum expr_type type;

	if (level == N(levels))
		return parse_not(p);
	type = parse_logic(p, level + 1);
	while (parser_is(p, TOKEN_WORD, levels[level].word)) {
		check_side(p, at, type, EXPR_TRUTH, levels[level].word);
		parser_next(p);
		if (!levels[level].strict && !p->failed)
			branch = expr_branch(p->builder, levels[level].branch);
		at = p->token.at;
		type = parse_logic(p, level + 1);
		check_side(p, at, type, EXPR_TRUTH, levels[level].word);
		if (p->failed)
			break;
		if (levels[level].strict)
			expr_apply(p->builder, levels[level].op);
		else
			expr_end(p->builder, branch);
	}
	return type;
}

static enum expr_type parse_any(struct parser *p)
{
	enum expr_type type;

	if (p->depth == EXPR_DEPTH_MAX) {
		parser_fail(p, p->token.at, "nested too deeply, at most %d levels are allowed",
			    EXPR_DEPTH_MAX);
		return EXPR_STRING;
	}
	p->depth++;
	type = parse_logic(p, 0);
	p->depth--;
	return type;
}

int expr_parse(const char *text, const struct expr_scope *scope, struct expr **ret,
	       struct expr_note *ret_note)
{
	struct parser p = {.text = text, .scope = scope, .note = ret_note};
	struct expr *expr = NULL;
	int r;

	*ret_note = (struct expr_note){0};
	p.builder = expr_build();
	if (!p.builder)
		return -ENOMEM;
	if (strlen(text) > EXPR_SOURCE_MAX)
		parser_fail(&p, 0, "an expression has at most %d bytes", EXPR_SOURCE_MAX);
	parser_next(&p);
	need_type(&p, scope->type, "the expression");
	if (p.token.kind != TOKEN_END)
		parser_expected(&p, "an operator or the end");
	too_much(&p, 0);
	r = expr_build_end(p.builder, &expr);
	if (r != -ENOMEM && p.failed)
		r = -EINVAL;
	if (r == 0)
		*ret = expr;
	else
		expr_free(expr);
	return r;
}
