/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The text of an expression, in Kea's language -> struct expr (engine/expr.h). Depth and size are
 * bounded. What this server does not have is refused by name: nothing is taken that would later be
 * evaluated otherwise than Kea does.
 */
#ifndef XDHCP_CONFIG_EXPR_PARSE_H
#define XDHCP_CONFIG_EXPR_PARSE_H

#include "engine/expr.h"
#include "proto/options.h"

#define EXPR_DEPTH_MAX	64 /* parentheses and functions in one another */
#define EXPR_SOURCE_MAX 65535

struct expr_class { /* that member('X') asks for */
	uint16_t number;
	bool memoisable, with_reservation; /* as of struct client_class */
};

#define EXPR_WHY_MAX 224

/* What surrounds an expression. Borrowed. */
struct expr_scope {
	enum expr_type type; /* what it must be */
	/* Can it wait until the client's reservation is known? Else `known` is refused. */
	bool reservations;
	/*
	 * The class of that name, which stands at `offset`; false: it cannot be named here, `why`.
	 * KNOWN and UNKNOWN are not asked for. NULL: no class can be named.
	 */
	bool (*class_by_name)(void *classes, const char *name, size_t offset,
			      struct expr_class *ret, char why[EXPR_WHY_MAX]);
	void *classes;
	/* The options that can be named; both NULL: proto's table. */
	const struct option_def *(*by_name)(const void *context, const char *name);
	const struct option_def *(*by_code)(const void *context, uint8_t code);
	const void *context;
};

struct expr_note {
	size_t offset; /* bytes from the start of the text */
	char text[256];
	bool by_class;	       /* the operand is a class that is not memoisable */
	bool with_reservation; /* it asks whether the client is known, or for a class that does */
};

/*
 * 0: *ret is the caller's, and ret_note->text names the first operand because of which it is not
 * memoisable, or is empty. -EINVAL: ret_note says what is wrong, and what is allowed. -ENOMEM.
 */
int expr_parse(const char *text, const struct expr_scope *scope, struct expr **ret,
	       struct expr_note *ret_note);

#endif
