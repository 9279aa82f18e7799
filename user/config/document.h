/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A YAML or JSON text as a tree of nodes that know their line and column. Says
 * nothing of keys or types: that is schema.h and read.h. Depth, size and number of nodes are
 * bounded, there are no references between nodes, and no text holds a NUL, so that
 * walking the tree is safe whatever the file was.
 */
#ifndef XDHCP_CONFIG_DOCUMENT_H
#define XDHCP_CONFIG_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "errors.h"

#define DOCUMENT_DEPTH_MAX 64
#define DOCUMENT_SIZE_MAX  (16u << 20) /* bytes */
#define DOCUMENT_NODES_MAX (2u << 20)

enum node_type { NODE_SCALAR, NODE_LIST, NODE_MAP };

/* What an unquoted scalar reads as when no schema says otherwise (JSON's types). */
enum scalar_kind { SCALAR_NULL, SCALAR_BOOL, SCALAR_INTEGER, SCALAR_REAL, SCALAR_STRING };

struct schema_row;
struct option_defs;

struct node {
	enum node_type type;
	bool plain; /* a scalar without quotes */
	char quote; /* of a scalar: " or ', 0: none */
	bool lines; /* a scalar written over several lines */
	bool bad;   /* its value is wrong, and that has been said */
	struct place at;
	struct place key_at; /* of a map's member */
	const char *key;     /* NULL: not a map's member */
	const char *text;    /* of a scalar; never NULL there */
	struct node *first;  /* members, in the file's order */
	struct node *next;
	size_t n; /* how many members */

	/* Set by read.c */
	const struct schema_row *row; /* NULL: no known key */
	union {
		uint64_t integer;
		double number;
		bool boolean;
		uint32_t address;   /* host order */
		const char *choice; /* one of the row's allowed values, as the schema spells it */
		/* Of option-data: the definitions in force there, set by option_def.c. */
		const struct option_defs *defs;
	} value;
};

struct document {
	struct node *root;
	bool json;
	struct document_block *blocks; /* all nodes and texts live here */
};

/*
 * Parses `text`. 0: *ret_document is owned by the caller. -EINVAL: at least one
 * error was reported. -ENOMEM. A repeated key is an error too, but leaves a document.
 */
int document_parse(struct report *report, const char *text, size_t len,
		   struct document **ret_document);
struct source;
/* Likewise of a text with what it includes. */
int document_parse_source(struct report *report, const struct source *source,
			  struct document **ret_document);
void document_free(struct document *document);

enum scalar_kind scalar_kind(const struct node *node);

/*
 * Where the byte at `offset` of a scalar's text stands in the file, as far as that can be told:
 * escapes of more than two characters count as one, and of a text over several lines it is the
 * start.
 */
struct place place_in_text(const struct node *node, size_t offset);

/*
 * JSON with comments -> JSON for libyaml: comments and tabs become spaces,
 * surrogate escapes become one, lines and columns stay. Returns false if the
 * text is YAML (its first significant character is no brace); then *ret_text is untouched. An
 * unterminated comment is reported. *ret_text is malloc'ed, NULL if there is no memory.
 */
bool json_blank_comments(struct report *report, const struct source *source, char **ret_text,
			 size_t *ret_len);
/* Is it JSON by that character? */
bool json_is(const char *text, size_t len);

#endif
