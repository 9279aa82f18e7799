/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Building struct config out of a tree that read.c has checked. Every
 * function reports what is wrong and goes on; what it builds is then never
 * used, only freed, so that a half-built model must always be freeable.
 */
#ifndef XDHCP_CONFIG_BUILD_H
#define XDHCP_CONFIG_BUILD_H

#include "config.h"
#include "read.h"

/* For errors in `node`: after "x:" the value, for a list's map the map. */
static inline struct place place_in(const struct node *map, enum schema_key key)
{
	const struct node *node = member(map, key);

	return node ? node->at : map->at;
}

/* What any level may set: option-data and boot fields. */
void build_scope(struct report *report, const struct node *map, struct scope *ret_scope);
/* option-data of a scope -> *ret_list. */
void build_options(struct report *report, const struct node *scope, struct option_list *ret_list);
/* The lifetimes of a scope inside `outer` (NULL: the global scope). */
void build_lifetimes(struct report *report, const struct node *scope, const struct lifetimes *outer,
		     struct lifetimes *ret_life);
/* interfaces, store, fast path, control socket, loggers. */
void build_daemon(struct report *report, const struct node *root, const struct lifetimes *life,
		  struct config *config);
/* subnet4, sorted by prefix; the model's global fields and `life` are there already. */
void build_subnets(struct report *report, const struct node *root, const struct lifetimes *life,
		   struct config *config);
/* reservations of one subnet; its prefix and mask are there already. */
void build_reservations(struct report *report, const struct node *scope, struct subnet *subnet);

/* Is one of the interfaces that are served, or are all? */
bool config_serves(const struct config *config, const char *interface);

/*
 * Fills every subnet's digest, a 64-bit hash of everything that can change an answer in it:
 * its own and inherited values in effect, pools, reservations and options, and which
 * interfaces are left to it. Equal for equal meanings, whatever the notation, the numbering of
 * subnets or the order of other scopes. -ENOMEM.
 */
int build_digests(struct model *model);

/* The document as jansson's tree, {"Dhcp4": ...}. New reference; NULL: no memory. */
json_t *tree_json(const struct node *root);

#endif
