/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Client classes while a file is read: their names' numbers, and what is still to be said of them
 * when all of it has been. Points into the document and the model; ends before they do.
 */
#ifndef XDHCP_CONFIG_CLASSES_H
#define XDHCP_CONFIG_CLASSES_H

#include "expr_parse.h"
#include "option_def.h"

#define CLASS_SLOTS (4 * MODEL_CLASSES_MAX)

/* Where a class is named outside of its definition. */
enum mention_kind {
	MENTION_GUARD,
	MENTION_REQUIRED,
	MENTION_OPTION,
	MENTION_MEMBER, /* in the test of another */
	MENTION_GIVEN,	/* by a reservation */
};

struct mention {
	struct place at;
	enum mention_kind kind;
	uint16_t number;
	uint16_t in; /* MENTION_MEMBER: whose test */
};

struct class_info { /* of a defined one */
	const struct node *map;
	struct option_defs defs; /* in force in its option-data */
	struct place read_at;	 /* why it is not memoisable: what its test reads */
	char read[REPORT_QUOTED];
	bool by_class; /* ... which is another such class */
	bool tested;   /* it has a test, be that right or not */
};

struct class_names {
	uint16_t slots[CLASS_SLOTS]; /* by name, a number and 1; 0: free */
	struct class_info *infos;    /* of those defined: numbers from 0 */
	size_t n_defined, n_built;
	bool given[MODEL_CLASSES_MAX];	 /* by a reservation */
	bool in_time[MODEL_CLASSES_MAX]; /* ... one that is not of a shared network */
	bool told[MODEL_CLASSES_MAX];	 /* that it has no members */
	struct mention *mentions;
	size_t n_mentions, room_mentions;
};

struct build;

/*
 * client-classes -> the model's, and into every list of classes below `root` the numbers of what
 * it names. `defs` must stay where they are until classes_free(), which is due even after errors.
 */
void build_classes(struct build *build, struct node *root, const struct option_defs *defs);
void classes_free(struct class_names *names);
/*
 * The classes that `map` lists under `key`, or under the `older` name of that, added to `list`.
 * KEY_NONE: it has no older name.
 */
void build_class_list(struct report *report, const struct node *map, enum schema_key key,
		      enum schema_key older, struct class_list *list);
#define NEAREST_MAX (MODEL_CLASS_NAME_MAX + 32)
/*
 * The class that may have been meant, built in or of the first `limit`: "", or ", did you mean
 * \"NAME\"?".
 */
const char *nearest_class(const struct build *build, const char *name, size_t limit,
			  char buf[NEAREST_MAX]);

/* class_notices.c */
/* When all else is built. */
void check_classes(struct build *build);

/* A scalar's text -> *ret, with errors where they stand in it. As expr_parse(). */
int build_expression(struct report *report, const struct node *node, const struct expr_scope *scope,
		     struct expr **ret, struct expr_note *ret_note);

#endif
