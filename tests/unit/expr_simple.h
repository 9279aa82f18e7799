/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Expressions as trees, and one client to evaluate them on by the simplest means that do: the
 * client is lists, no text and no bytes of sub-options are looked at, and nothing is shared with
 * the engine.
 */
#ifndef XDHCP_TEST_EXPR_SIMPLE_H
#define XDHCP_TEST_EXPR_SIMPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/expr.h"

#define SIMPLE_MOST	  4096 /* bytes of a value */
#define SIMPLE_ENTERPRISE 4491u

enum kind {
	/* strings */
	TEXT,
	HEX,
	NUMBER,
	ADDRESS,
	OPTION,
	RELAY,
	VENDOR,
	VENDOR_ID,
	CLASS,
	FIELD,
	SUBSTRING,
	CONCAT,
	PLUS,
	IFELSE,
	SIFELSE,
	LCASE,
	UCASE,
	HEXSTRING,
	SPLIT,
	TOTEXT,
	/* truths */
	EQUAL,
	EXISTS,
	KNOWN,
	NOT,
	AND,
	OR,
	SAND,
	SOR,
};

struct tree {
	enum kind kind;
	struct tree *sub[3];
	char data[24]; /* of a literal */
	size_t len;
	uint32_t number; /* of a literal; enterprise; field */
	int32_t start, length;
	bool all;
	unsigned path[4];
	size_t n;
};

struct value {
	bool failed;
	size_t len;
	char data[3 * SIMPLE_MOST];
};

/* The client as the engine sees it; what it points to stays. */
void simple_client(struct expr_input *ret_in);
/* To be freed. */
struct value *simple_string(const struct tree *tree);
int simple_truth(const struct tree *tree); /* -1: failed */
/* Has an evaluation met what the simple means do not know? */
extern bool simple_unknowable;

#endif
