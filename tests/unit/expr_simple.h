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
#define SIMPLE_CLASSES	  130 /* that there are; the client is a member of some */
#define SIMPLE_FIELDS	  13

enum kind {
	/* strings */
	TEXT,
	HEX,
	NUMBER,
	ADDRESS,
	ADDRESS6,
	OPTION,
	RELAY,
	VENDOR,
	VENDOR_ID,
	CLASS,
	CLASS_ID,
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
	UNKNOWN,
	MEMBER,
	NOT,
	AND,
	OR,
	SAND,
	SOR,
	KINDS, /* how many */
};

struct tree {
	enum kind kind;
	struct tree *sub[3];
	char data[24]; /* of a literal */
	size_t len;
	uint32_t number; /* of a literal; enterprise; field; class */
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

/* The client as the engine sees it; what it points to stays. Of no class, and unknown. */
void simple_client(struct expr_input *ret_in);
/* Has the client a reservation, and which classes is it a member of? */
extern bool simple_known, simple_member[SIMPLE_CLASSES];
/* What these say now, as the engine sees it. */
void simple_classes(struct expr_input *in);
/* To be freed. */
struct value *simple_string(const struct tree *tree);
int simple_truth(const struct tree *tree); /* -1: failed */
/* Has an evaluation met what the simple means do not know? */
extern bool simple_unknowable;

#endif
