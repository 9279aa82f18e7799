// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What an expression reads of a packet (expr_operand.h): options, sub-options, vendors' blocks,
 * fields. What has no such part by the definition in force is refused where it stands.
 */
#include "expr_operand.h"

#include <stdio.h>
#include <string.h>

#include "engine/model.h"

static const struct option_def *def_by_code(const struct parser *p, uint8_t code)
{
	const struct expr_scope *scope = p->scope;

	return scope->by_code ? scope->by_code(scope->context, code) : option_by_code(code);
}

static uint8_t option_by_its_name(struct parser *p)
{
	const struct expr_scope *scope = p->scope;
	const struct option_def *def;
	char name[129], buf[FOUND_MAX];

	snprintf(name, sizeof(name), "%.*s", (int)p->token.len, p->text + p->token.at);
	def = scope->by_name ? scope->by_name(scope->context, name) : option_by_name(name);
	if (!def || p->token.len >= sizeof(name)) {
		parser_fail(p, p->token.at, "there is no option %s", parser_found(p, buf));
		return 0;
	}
	parser_next(p);
	return def->code;
}

/* "[CODE]", or "[NAME]" of an option of the message itself. */
static uint8_t bracketed_code(struct parser *p, bool name)
{
	uint8_t code;

	parser_need_sign(p, "[");
	if (name && p->token.kind == TOKEN_WORD)
		code = option_by_its_name(p);
	else if (p->token.kind == TOKEN_WORD)
		return parser_expected(p, "the sub-option's code, a decimal number"), 0;
	else
		code = (uint8_t)parser_integer(
			p, name ? "an option's name or code" : "a sub-option's code", 0, 255);
	parser_need_sign(p, "]");
	return code;
}

/* Where its definition is wrong, that has been said. */
static bool is_known(const struct option_def *def)
{
	return def && !def->wrong;
}

/* What has data of a type of its own has no sub-options, and no text unless it is text. */
static void check_suboptions(struct parser *p, size_t at, uint8_t code)
{
	const struct option_def *def = def_by_code(p, code);
	char what[96];

	if (code == DHO_VENDOR_OPTIONS) {
		parser_fail(p, at, "sub-options of option 125 are those of vendor[ENTERPRISE]");
	} else if (is_known(def) && def->type != OPTION_BINARY && def->type != OPTION_EMPTY) {
		option_describe(def, what, sizeof(what));
		parser_fail(p, at, "option %u (%s) has no sub-options to be read: it is %s", code,
			    def->name, what);
	}
}

static void check_text(struct parser *p, size_t at, const struct expr_operand *operand)
{
	uint8_t code = operand->path[0];
	const struct option_def *def = def_by_code(p, code);
	char what[96];

	if (operand->source != EXPR_OPTION || operand->n > 1) {
		parser_fail(p, at, "sub-options have no text here; use hex, which is their bytes");
	} else if (!def) {
		parser_fail(
			p, at,
			"option %u has no type here, and so no text; use hex, which is its bytes",
			code);
	} else if (!operand->text && is_known(def)) {
		option_describe(def, what, sizeof(what));
		parser_fail(p, at,
			    "option %u (%s) has no text: it is %s; use hex, which is its bytes",
			    code, def->name, what);
	}
}

/* After what may have sub-options: [.option[CODE]]... . hex, text or exists */
static enum expr_type suboptions_and_form(struct parser *p, struct expr_operand *operand, bool more)
{
	for (;;) {
		size_t at;

		parser_need_sign(p, ".");
		at = p->token.at;
		if (parser_take_word(p, "exists")) {
			expr_push_exists(p->builder, operand);
			return EXPR_TRUTH;
		}
		if (more && parser_take_word(p, "hex")) {
			expr_push_value(p->builder, operand);
			return EXPR_STRING;
		}
		if (more && parser_take_word(p, "text")) {
			check_text(p, at, operand);
			expr_push_value(p->builder, operand);
			return EXPR_STRING;
		}
		if (!parser_take_word(p, "option")) {
			parser_expected(p, more ? "hex, text, exists or option[CODE]"
						: "exists, enterprise or option[CODE]");
			return EXPR_STRING;
		}
		if (operand->n == EXPR_PATH_MAX) {
			parser_fail(p, at,
				    "too many sub-options of sub-options, at most %d are allowed",
				    EXPR_PATH_MAX);
			return EXPR_STRING;
		}
		if (operand->source == EXPR_VENDOR_ID)
			operand->source = EXPR_VENDOR;
		else if (operand->source == EXPR_OPTION && operand->n == 1)
			check_suboptions(p, at, operand->path[0]);
		operand->text = false;
		operand->path[operand->n++] = bracketed_code(p, false);
		more = true;
	}
}

enum expr_type parse_option(struct parser *p, int which)
{
	struct expr_operand operand = {.source = EXPR_OPTION, .n = 1};
	const struct option_def *def;

	(void)which;
	operand.path[0] = bracketed_code(p, true);
	def = def_by_code(p, operand.path[0]);
	operand.text = def && def->type == OPTION_STRING && !def->array;
	return suboptions_and_form(p, &operand, true);
}

enum expr_type parse_relay4(struct parser *p, int which)
{
	struct expr_operand operand = {.source = EXPR_OPTION, .n = 2, .path = {DHO_RELAY_AGENT}};

	(void)which;
	operand.path[1] = bracketed_code(p, false);
	return suboptions_and_form(p, &operand, true);
}

static uint32_t parse_enterprise(struct parser *p)
{
	uint32_t enterprise = 0;

	if (!parser_take_sign(p, "["))
		return 0;
	if (!parser_take_sign(p, "*"))
		enterprise = (uint32_t)parser_integer(p, "an enterprise number", 0, UINT32_MAX);
	parser_need_sign(p, "]");
	return enterprise;
}

/* vendor.enterprise, vendor[ID].enterprise; else false, and nothing is taken but the dot before. */
static bool take_enterprise(struct parser *p, const struct expr_operand *operand)
{
	struct token dot = p->token;

	parser_need_sign(p, ".");
	if (parser_take_word(p, "enterprise")) {
		expr_push_value(p->builder, operand);
		return true;
	}
	if (!p->failed)
		p->token = dot;
	return false;
}

enum expr_type parse_vendor(struct parser *p, int which)
{
	struct expr_operand operand = {.source = EXPR_VENDOR_ID};
	bool bracket = parser_is(p, TOKEN_SIGN, "[");

	(void)which;
	operand.enterprise = parse_enterprise(p);
	if (take_enterprise(p, &operand))
		return EXPR_STRING;
	if (!bracket) {
		parser_next(p);
		parser_expected(p, "enterprise; or [ENTERPRISE] or [*] before the dot");
	}
	return suboptions_and_form(p, &operand, false);
}

enum expr_type parse_vendor_class(struct parser *p, int which)
{
	struct expr_operand operand = {.source = EXPR_VENDOR_CLASS_ID};
	bool bracket = parser_is(p, TOKEN_SIGN, "[");

	(void)which;
	operand.enterprise = parse_enterprise(p);
	if (take_enterprise(p, &operand))
		return EXPR_STRING;
	parser_next(p); /* the dot */
	if (!bracket) {
		parser_expected(p, "enterprise; or [ENTERPRISE] or [*] before the dot");
	} else if (parser_take_word(p, "exists")) {
		expr_push_exists(p->builder, &operand);
		return EXPR_TRUTH;
	} else if (!parser_take_word(p, "data")) {
		parser_expected(p, "exists, enterprise, data or data[INDEX]");
	} else {
		operand.source = EXPR_VENDOR_CLASS;
		operand.n = 1;
		if (parser_take_sign(p, "[")) {
			operand.path[0] = (uint8_t)parser_integer(p, "an index", 0, 255);
			parser_need_sign(p, "]");
		}
		expr_push_value(p->builder, &operand);
	}
	return EXPR_STRING;
}

enum expr_type parse_field(struct parser *p, int which)
{
	static const char *const spaces[] = {[FIELDS_OF_PKT] = "pkt", [FIELDS_OF_PKT4] = "pkt4"};
	static const struct {
		const char *space, *key;
	} fields[] = {
#define X(name, space, key, bytes, memoisable) [EXPR_FIELD_##name] = {space, key},
		EXPR_FIELDS(X)
#undef X
	};
	const char *space = spaces[which];
	char allowed[128] = "one of";

	parser_need_sign(p, ".");
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		size_t len = strlen(allowed);

		if (strcmp(fields[i].space, space) != 0)
			continue;
		if (parser_take_word(p, fields[i].key)) {
			expr_push_field(p->builder, (enum expr_field)i);
			return EXPR_STRING;
		}
		snprintf(allowed + len, sizeof(allowed) - len, " %s", fields[i].key);
	}
	parser_expected(p, allowed);
	return EXPR_STRING;
}
