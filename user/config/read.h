/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A document held against the schema: every key known, every value of its type
 * and in its range. After that code reads values by key and need not check types again.
 */
#ifndef XDHCP_CONFIG_READ_H
#define XDHCP_CONFIG_READ_H

#include "document.h"
#include "schema.h"

/*
 * Checks the whole tree below `root` (the map of global keys), sets row, bad
 * and value of its nodes and reports every error. Never stops at the first.
 */
void read_tree(struct report *report, struct node *root, bool json);

/* Likewise one map, by the keys of `scope`: of content that the schema leaves open (hooks.c). */
void read_keys(struct report *report, struct node *map, enum schema_scope scope, bool json);
/* hooks.c: the parameters of the libraries that have any here. */
void read_hooks(struct report *report, struct node *root, bool json);

/* The member of `map` with this key if its value is right, else NULL. `map` may be NULL. */
const struct node *member(const struct node *map, enum schema_key key);
bool member_bad(const struct node *map, enum schema_key key);

/* A member's value, or the schema's default. */
uint64_t member_integer(const struct node *map, enum schema_key key);
double member_number(const struct node *map, enum schema_key key);
bool member_bool(const struct node *map, enum schema_key key);
const char *member_text(const struct node *map, enum schema_key key);
/* A CHOICE: is it this word? */
bool member_is(const struct node *map, enum schema_key key, const char *word);

/* Dotted quad -> host order; strict (four decimal numbers, no more). */
bool parse_address(const char *text, uint32_t *ret_addr);

#endif
