// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * A checked document -> jansson's tree, for config-get. The schema gives known keys
 * their type, so that YAML's `subnet: 10` is text where text belongs; in
 * free content the notation decides, by JSON's rules.
 */
#include "build.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static json_t *number(const char *text, bool integer)
{
	double value;

	if (integer) {
		long long whole;

		errno = 0;
		whole = strtoll(text, NULL, 10);
		if (!errno)
			return json_integer(whole);
	}
	value = strtod(text, NULL);
	return isfinite(value) ? json_real(value) : json_string(text);
}

static json_t *free_scalar(const struct node *node)
{
	switch (scalar_kind(node)) {
	case SCALAR_NULL:
		return json_null();
	case SCALAR_BOOL:
		return json_boolean(node->text[0] == 't' || node->text[0] == 'T');
	case SCALAR_INTEGER:
		return number(node->text, true);
	case SCALAR_REAL:
		return number(node->text, false);
	default:
		return json_string(node->text);
	}
}

static json_t *scalar(const struct node *node, const struct schema_row *row)
{
	if (!row)
		return free_scalar(node);
	switch (row->type) {
	case TYPE_INTEGER:
		return json_integer((json_int_t)node->value.integer);
	case TYPE_NUMBER:
		return number(node->text, scalar_kind(node) == SCALAR_INTEGER);
	case TYPE_BOOL:
		return json_boolean(node->value.boolean);
	case TYPE_CHOICE:
		return json_stringn(node->value.choice, strcspn(node->value.choice, "|"));
	case TYPE_STRING:
	case TYPE_STRINGS:
	case TYPE_ADDRESS:
		return json_string(node->text);
	default:
		return free_scalar(node);
	}
}

/* `row` is the node's own, or that of the list of strings it stands in. */
static json_t *value(const struct node *node, const struct schema_row *row)
{
	json_t *json;

	if (node->type == NODE_SCALAR)
		return scalar(node, row);
	json = node->type == NODE_MAP ? json_object() : json_array();
	for (const struct node *child = node->first; child && json; child = child->next) {
		bool words = row && row->type == TYPE_STRINGS;
		json_t *it = value(child, words ? row : child->row);
		int r = node->type == NODE_MAP ? json_object_set_new(json, child->key, it)
					       : json_array_append_new(json, it);

		if (r < 0) {
			json_decref(json);
			return NULL;
		}
	}
	return json;
}

json_t *tree_value(const struct node *node)
{
	return value(node, node->row);
}

json_t *tree_json(const struct node *root)
{
	json_t *tree = value(root, NULL);

	return tree ? json_pack("{s:o}", "Dhcp4", tree) : NULL;
}
