// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The generic walk of a document by the schema (read.h). Knows types, not
 * meanings: what concerns more than one key is checked where the model is built.
 */
#include "read.h"

#include <arpa/inet.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define LIST_MAX   512
#define LISTED_MAX 16 /* more keys than that are no help in a line */

/* "a|b|c" -> "a, b, c" */
static const char *words(const char *list, char buf[LIST_MAX])
{
	size_t n = 0;

	for (; *list && n + 3 < LIST_MAX; list++) {
		if (*list == '|') {
			buf[n++] = ',';
			buf[n++] = ' ';
		} else {
			buf[n++] = *list;
		}
	}
	buf[n] = 0;
	return buf;
}

bool parse_address(const char *text, uint32_t *ret_addr)
{
	struct in_addr in;

	if (inet_pton(AF_INET, text, &in) != 1)
		return false;
	*ret_addr = ntohl(in.s_addr);
	return true;
}

/* What stands there instead of what should. */
static const char *found(const struct node *node, char buf[REPORT_QUOTED])
{
	if (node->type != NODE_SCALAR)
		return node->type == NODE_LIST ? "a list" : "a map";
	switch (scalar_kind(node)) {
	case SCALAR_NULL:
		return "nothing";
	case SCALAR_STRING:
		return report_quote(node->text, buf);
	default:
		snprintf(buf, REPORT_QUOTED, "%.60s", node->text);
		return buf;
	}
}

static void wrong_type(struct report *report, struct node *node, const char *wanted)
{
	char buf[REPORT_QUOTED];

	node->bad = true;
	report_error(report, node->at, "%s must be %s, not %s", node->key, wanted,
		     found(node, buf));
}

static void out_of_range(struct report *report, struct node *node)
{
	const struct schema_row *row = node->row;
	char buf[REPORT_QUOTED];

	node->bad = true;
	if (row->open)
		report_error(report, node->at,
			     "%s %s is out of range, allowed: above %g and below %g", node->key,
			     found(node, buf), row->min, row->max);
	else
		report_error(report, node->at, "%s %s is out of range, allowed: %.0f to %.0f",
			     node->key, found(node, buf), row->min, row->max);
}

/* What Kea allows, and this does not: of the values of a key only some. */
static bool is_possible(struct report *report, struct node *node)
{
	const struct schema_row *row = node->row;
	char buf[REPORT_QUOTED];

	if (!row->allowed || schema_word(row->allowed, node->text) >= 0 ||
	    (row->type == TYPE_NUMBER && strtod(node->text, NULL) == strtod(row->allowed, NULL)))
		return true;
	node->bad = true;
	report_error(report, node->at, "%s %s is not possible: %s", node->key, found(node, buf),
		     row->help);
	return false;
}

static void read_integer(struct report *report, struct node *node)
{
	long long value;

	if (node->type != NODE_SCALAR || scalar_kind(node) != SCALAR_INTEGER) {
		wrong_type(report, node, "a whole number without quotes");
		return;
	}
	errno = 0;
	value = strtoll(node->text, NULL, 10);
	if (errno || value < node->row->min || value > node->row->max)
		out_of_range(report, node);
	else if (is_possible(report, node))
		node->value.integer = (uint64_t)value;
}

static void read_number(struct report *report, struct node *node)
{
	const struct schema_row *row = node->row;
	double value;
	enum scalar_kind kind = node->type == NODE_SCALAR ? scalar_kind(node) : SCALAR_NULL;

	if (kind != SCALAR_INTEGER && kind != SCALAR_REAL) {
		wrong_type(report, node, "a number without quotes");
		return;
	}
	value = strtod(node->text, NULL);
	if (!isfinite(value) || value < row->min || value > row->max ||
	    (row->open && (value == row->min || value == row->max)))
		out_of_range(report, node);
	else if (is_possible(report, node))
		node->value.number = value;
}

/* YAML 1.1's words: what people write there is what they mean. */
static int bool_word(const struct node *node)
{
	static const char *const yes[] = {"true", "yes", "on"}, *const no[] = {"false", "no",
									       "off"};

	if (node->type != NODE_SCALAR || !node->plain)
		return -1;
	for (int i = 0; i < 3; i++) {
		if (!strcasecmp(node->text, yes[i]))
			return 1;
		if (!strcasecmp(node->text, no[i]))
			return 0;
	}
	return -1;
}

static void read_bool(struct report *report, struct node *node)
{
	int value = bool_word(node);

	if (value < 0) {
		wrong_type(report, node, "true or false without quotes");
		return;
	}
	node->value.boolean = value;
	if (node->row->allowed && strcmp(node->row->allowed, value ? "true" : "false")) {
		node->bad = true;
		report_error(report, node->at, "%s: only %s is possible: %s", node->key,
			     node->row->allowed, node->row->help);
	}
}

/* The word of `list` that is `text` in any case, or NULL. It points into the list. */
static const char *choice_in(const char *list, const char *text)
{
	size_t len = strlen(text);

	while (list) {
		size_t n = strcspn(list, "|");

		if (n == len && !strncasecmp(list, text, n))
			return list;
		list = list[n] ? list + n + 1 : NULL;
	}
	return NULL;
}

static void read_choice(struct report *report, struct node *node)
{
	const struct schema_row *row = node->row;
	char buf[REPORT_QUOTED], list[LIST_MAX];
	const char *text = node->text;

	if (node->type != NODE_SCALAR) {
		snprintf(list, sizeof(list), "one of ");
		words(row->allowed, list + strlen(list));
		wrong_type(report, node, list);
		return;
	}
	/* A bare `off` is false to programs that rewrite YAML, and comes back as that. */
	if (bool_word(node) == 0 && choice_in(row->allowed, "off"))
		text = "off";
	node->value.choice = choice_in(row->allowed, text);
	if (node->value.choice)
		return;
	node->bad = true;
	if (row->later && choice_in(row->later, text))
		report_error(report, node->at, "%s %s is not in this release, allowed: %s",
			     node->key, report_quote(text, buf), words(row->allowed, list));
	else
		report_error(report, node->at, "%s %s is unknown, allowed: %s", node->key,
			     report_quote(text, buf), words(row->allowed, list));
}

/* In YAML text may go without quotes whatever it looks like; in JSON it may not. */
static bool is_text(const struct node *node, bool json)
{
	if (node->type != NODE_SCALAR)
		return false;
	return !node->plain || (!json && scalar_kind(node) != SCALAR_NULL);
}

static void read_string(struct report *report, struct node *node, bool json)
{
	const struct schema_row *row = node->row;
	size_t len;

	if (!is_text(node, json)) {
		wrong_type(report, node, "text");
		return;
	}
	len = strlen(node->text);
	if (len >= row->min && (row->max == 0 || len <= row->max)) {
		is_possible(report, node);
		return;
	}
	node->bad = true;
	if (len == 0)
		report_error(report, node->at, "%s must not be empty", node->key);
	else
		report_error(report, node->at, "%s has %zu bytes, allowed: %.0f to %.0f", node->key,
			     len, row->min, row->max);
}

static void read_address(struct report *report, struct node *node, bool json)
{
	char buf[REPORT_QUOTED];

	if (!is_text(node, json)) {
		wrong_type(report, node, "an IPv4 address");
	} else if (!*node->text && node->row->dflt && !*node->row->dflt) {
		node->value.address = 0; /* Kea's word for not set */
	} else if (!parse_address(node->text, &node->value.address)) {
		node->bad = true;
		report_error(report, node->at, "%s %s is not an IPv4 address such as 192.0.2.1",
			     node->key, report_quote(node->text, buf));
	}
}

/* null, false, 0, "", and lists and maps of nothing else. */
static bool is_empty(const struct node *node)
{
	if (node->type == NODE_SCALAR)
		return scalar_kind(node) == SCALAR_NULL || !*node->text || bool_word(node) == 0 ||
		       (node->plain && !strcmp(node->text, "0"));
	for (const struct node *child = node->first; child; child = child->next) {
		if (!is_empty(child))
			return false;
	}
	return true;
}

static void read_map(struct report *report, struct node *map, enum schema_scope scope, bool json);

static void read_maps(struct report *report, struct node *list, bool json)
{
	char buf[REPORT_QUOTED];

	for (struct node *map = list->first; map; map = map->next) {
		if (map->bad)
			continue;
		if (map->type == NODE_MAP) {
			map->row = list->row;
			read_map(report, map, list->row->child, json);
			continue;
		}
		map->bad = true;
		report_error(report, map->at, "%s holds maps of keys, not %s", list->key,
			     found(map, buf));
	}
}

static void read_strings(struct report *report, struct node *list, bool json)
{
	char buf[REPORT_QUOTED];

	for (struct node *node = list->first; node; node = node->next) {
		if (node->bad || is_text(node, json))
			continue;
		node->bad = true;
		report_error(report, node->at, "%s holds words, not %s", list->key,
			     found(node, buf));
	}
}

static void read_list(struct report *report, struct node *list, bool json)
{
	const struct schema_row *row = list->row;

	if (list->type != NODE_LIST) {
		wrong_type(report, list,
			   row->type == TYPE_MAPS ? "a list of maps" : "a list of words");
		return;
	}
	if (list->n < row->min) {
		report_error(report, list->at, "%s is empty, allowed: at least %.0f", list->key,
			     row->min);
	} else if (row->max && list->n > row->max) {
		list->bad = true;
		report_error(report, list->at, "%s has %zu members, allowed: at most %.0f",
			     list->key, list->n, row->max);
	}
	if (row->type == TYPE_MAPS)
		read_maps(report, list, json);
	else
		read_strings(report, list, json);
}

static void no_effect(struct report *report, const struct node *node)
{
	report_notice(report, node->key_at, "%s has no effect: %s", node->key, node->row->help);
}

static void read_value(struct report *report, struct node *node, bool json)
{
	if (node->bad)
		return;
	switch (node->row->type) {
	case TYPE_INTEGER:
		read_integer(report, node);
		break;
	case TYPE_NUMBER:
		read_number(report, node);
		break;
	case TYPE_BOOL:
		read_bool(report, node);
		break;
	case TYPE_STRING:
		read_string(report, node, json);
		break;
	case TYPE_CHOICE:
		read_choice(report, node);
		break;
	case TYPE_ADDRESS:
		read_address(report, node, json);
		break;
	case TYPE_MAP:
		if (node->type == NODE_MAP)
			read_map(report, node, node->row->child, json);
		else
			wrong_type(report, node, "a map of keys");
		break;
	case TYPE_MAPS:
	case TYPE_STRINGS:
		read_list(report, node, json);
		break;
	case TYPE_ANY:
		break;
	case TYPE_IGNORED:
		no_effect(report, node);
		break;
	case TYPE_REFUSED:
		if (!is_empty(node))
			report_error(report, node->key_at, "%s cannot be used: %s", node->key,
				     node->row->help);
		break;
	}
}

/* The keys of the scope, "a, b, c", if they are few: our own, or Kea's in a map without effect. */
static bool list_keys(const struct node *map, enum schema_scope scope, char *buf, size_t len)
{
	bool ignored = map->row && map->row->ignored;
	char list[LIST_MAX];
	size_t n = 0;

	*buf = 0;
	for (size_t i = 0; i < schema_n; i++) {
		const struct schema_row *row = &schema[i];
		size_t used = strlen(buf);

		if (!(row->key || (ignored && row->ignored)) || !(row->scopes & (1u << scope)))
			continue;
		snprintf(buf + used, len - used, "%s%s", used ? ", " : "", words(row->name, list));
		n++;
	}
	return n <= LISTED_MAX;
}

static void unknown_key(struct report *report, const struct node *map, struct node *node,
			enum schema_scope scope)
{
	char buf[REPORT_QUOTED], allowed[2048], nearest[SCHEMA_NAME_MAX];
	char path[SCHEMA_PATH_MAX];

	node->bad = true;
	if (report_full(report))
		return;
	report_quote(node->key, buf);
	if (schema_nearest(scope, node->key, nearest))
		report_error(report, node->key_at, "unknown key %s, did you mean \"%s\"?", buf,
			     nearest);
	else if (list_keys(map, scope, allowed, sizeof(allowed)))
		report_error(report, node->key_at, "unknown key %s, allowed here: %s", buf,
			     allowed);
	else
		report_error(report, node->key_at,
			     "unknown key %s, for those that are allowed here see: xdhcpctl config "
			     "doc %s",
			     buf, schema_plain_path(schema_scope_path(scope), path));
}

static void check_required(struct report *report, const struct node *map, enum schema_scope scope)
{
	for (size_t i = 0; i < schema_n; i++) {
		const struct schema_row *row = &schema[i];
		const struct node *node = map->first;

		if (!row->required || !(row->scopes & (1u << scope)))
			continue;
		while (node && node->row != row)
			node = node->next;
		if (!node)
			report_error(report, map->at, "key \"%s\" is missing here: %s", row->name,
				     row->help);
	}
}

static void read_map(struct report *report, struct node *map, enum schema_scope scope, bool json)
{
	for (struct node *node = map->first; node; node = node->next) {
		node->row = schema_find(scope, node->key);
		if (!node->row) {
			unknown_key(report, map, node, scope);
			continue;
		}
		read_value(report, node, json);
		/* of a map that has none that is said once, not of each of its keys */
		if (node->row->ignored && !node->bad && !(map->row && map->row->ignored))
			no_effect(report, node);
	}
	check_required(report, map, scope);
}

void read_keys(struct report *report, struct node *map, enum schema_scope scope, bool json)
{
	read_map(report, map, scope, json);
}

void read_tree(struct report *report, struct node *root, bool json)
{
	read_map(report, root, SCOPE_ROOT, json);
	read_hooks(report, root, json);
}

static const struct node *any_member(const struct node *map, enum schema_key key)
{
	if (!map || map->type != NODE_MAP)
		return NULL;
	for (const struct node *node = map->first; node; node = node->next) {
		if (node->row && node->row->key == key)
			return node;
	}
	return NULL;
}

const struct node *member(const struct node *map, enum schema_key key)
{
	const struct node *node = any_member(map, key);

	return node && !node->bad ? node : NULL;
}

bool member_bad(const struct node *map, enum schema_key key)
{
	const struct node *node = any_member(map, key);

	return node && node->bad;
}

uint64_t member_integer(const struct node *map, enum schema_key key)
{
	const struct node *node = member(map, key);

	return node ? node->value.integer : strtoull(schema_row(key)->dflt, NULL, 10);
}

double member_number(const struct node *map, enum schema_key key)
{
	const struct node *node = member(map, key);

	return node ? node->value.number : strtod(schema_row(key)->dflt, NULL);
}

bool member_bool(const struct node *map, enum schema_key key)
{
	const struct node *node = member(map, key);

	return node ? node->value.boolean : !strcmp(schema_row(key)->dflt, "true");
}

const char *member_text(const struct node *map, enum schema_key key)
{
	const struct node *node = member(map, key);

	return node ? node->text : schema_row(key)->dflt;
}

bool member_is(const struct node *map, enum schema_key key, const char *word)
{
	const struct node *node = member(map, key);
	const char *is = node ? node->value.choice : schema_row(key)->dflt;
	size_t n = strcspn(is, "|");

	return strlen(word) == n && !memcmp(is, word, n);
}
