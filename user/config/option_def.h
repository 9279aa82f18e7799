/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Which options there are, for reading option-data: those that proto/ knows, and those of the
 * file's option-def. Names point into the document: all of this ends before it does. What
 * is built here holds no space that lies in itself, and none deeper than OPTION_NESTING.
 */
#ifndef XDHCP_CONFIG_OPTION_DEF_H
#define XDHCP_CONFIG_OPTION_DEF_H

#include "proto/options.h"
#include "read.h"

#define OPTION_NESTING 8

struct own_def {
	struct option_def def;
	const char *space;
	struct place at;
};

struct option_defs {
	struct own_def *v;
	size_t n;
	const struct option_defs *outer; /* what is not defined here; NULL: none */
};

/*
 * option-def of the map of global keys -> *ret_defs, and its address into every option-data list
 * below `root` (node->value.defs). To be freed with option_defs_free() even after errors.
 */
void build_option_defs(struct report *report, struct node *root, struct option_defs *ret_defs);
/* Likewise option-def of a class, for its own option-data; `global`: what is defined for all. */
void build_class_defs(struct report *report, struct node *map, const struct option_defs *global,
		      struct option_defs *ret_defs);
void option_defs_free(struct option_defs *defs);

/*
 * NULL: nothing is known of that option. `wrong`: its definition is, and that has been said.
 */
const struct option_def *option_defs_by_code(const struct option_defs *defs, const char *space,
					     uint8_t code);
const struct option_def *option_defs_by_name(const struct option_defs *defs, const char *space,
					     const char *name);
/* The same of a message's own options, for expressions; `defs` is a struct option_defs. */
const struct option_def *option_defs_of_message_by_name(const void *defs, const char *name);
const struct option_def *option_defs_of_message_by_code(const void *defs, uint8_t code);
/*
 * The option that `space` follows in, where there is one such definition and not several; with
 * its own space. Returns how many there are.
 */
unsigned option_defs_around(const struct option_defs *defs, const char *space,
			    const struct option_def **ret_def, const char **ret_space);

/* A space's name in the value of `key`, checked; "dhcp4" if there is none. NULL: reported. */
const char *option_space(struct report *report, const struct node *map, enum schema_key key);
/* The enterprise whose options of 125 (RFC 3925 4) "vendor-N" is; 0: it is no such space. */
uint32_t option_space_enterprise(const char *space);
/* Is the code allowed there? In dhcp4 0 and 255 are no options (RFC 2132 3.1, 3.2). */
bool option_code_allowed(struct report *report, const struct node *code, const char *space);

#endif
