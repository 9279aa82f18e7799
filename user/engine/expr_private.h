/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The program that an expression is compiled to; private to expr.c and expr_build.c. One stack of
 * strings, whose bytes lie one after the other; a truth is a string of one byte or none. Branches
 * only go forward, so every program ends.
 */
#ifndef XDHCP_EXPR_PRIVATE_H
#define XDHCP_EXPR_PRIVATE_H

#include "expr.h"

#define EXPR_HEIGHT_MAX 192 /* strings and truths on the stack */

enum step_kind {
	STEP_LITERAL, /* at, n: in the pool */
	STEP_FIELD,   /* n: enum expr_field */
	STEP_VALUE,   /* at: of the operand */
	STEP_EXISTS,  /* likewise */
	STEP_KNOWN,
	STEP_MEMBER,	/* n: of the class */
	STEP_OPERATOR,	/* n: enum expr_operator */
	STEP_SUBSTRING, /* a: start, b: length */
	STEP_SPLIT,	/* a: field */
	/* at: the step to go on with */
	STEP_AND,  /* a false on top stays, and the right side is left out; a true one is taken off
		    */
	STEP_OR,   /* the other way round */
	STEP_IF,   /* takes the truth off; if false, to the step after STEP_ELSE */
	STEP_ELSE, /* the first string has been pushed: over the second one */
};

struct step {
	uint8_t kind;
	uint16_t n;
	uint32_t at;
	int32_t a, b;
};

struct expr {
	struct step *steps;
	struct expr_operand *operands;
	uint8_t *pool; /* bytes of literals */
	size_t n_steps, n_operands, pool_len;
	enum expr_type type;
	bool memoisable;
};

#endif
