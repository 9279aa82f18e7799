/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A configuration file as JSON for the control channel: JSON (comments made
 * blank) by jansson, anything else as YAML by libyaml. Only what carries the
 * file over is checked here; what it means is the daemon's to judge.
 *
 * An alias may stand for its own parent, and many aliases for one large node: depth and the
 * number of nodes are bounded.
 */
#include "cli.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <yaml.h>

#define SIZE_MAX_FILE (4u << 20) /* more than the daemon takes is not worth sending */
#define DEPTH_MAX     64
#define NODES_MAX     (1u << 20)

static char *read_file(const char *name, size_t *ret_len)
{
	FILE *file = strcmp(name, "-") == 0 ? stdin : fopen(name, "re");
	char *text = file ? malloc(SIZE_MAX_FILE + 1) : NULL;

	if (!text) {
		if (file && file != stdin)
			fclose(file);
		return NULL;
	}

	size_t len = fread(text, 1, SIZE_MAX_FILE + 1, file);
	int error = ferror(file) ? errno : len > SIZE_MAX_FILE ? EFBIG : 0;

	if (file != stdin)
		fclose(file);
	if (error) {
		free(text);
		errno = error;
		return NULL;
	}
	text[len] = '\0';
	*ret_len = len;
	return text;
}

/* Blanks one comment that begins at text[i]; returns where it ends, or i when none begins there. */
static size_t blank_comment(char *text, size_t len, size_t i)
{
	bool line = text[i] == '#' || (text[i] == '/' && i + 1 < len && text[i + 1] == '/');
	bool block = text[i] == '/' && i + 1 < len && text[i + 1] == '*';
	size_t end = i;

	if (line) {
		while (end < len && text[end] != '\n')
			end++;
	} else if (block) {
		for (end = i + 2; end < len; end++)
			if (text[end] == '/' && text[end - 1] == '*' && end - 1 > i + 1)
				break;
		end = end < len ? end + 1 : len;
	}
	for (; i < end; i++)
		if (text[i] != '\n')
			text[i] = ' ';
	return end;
}

/* Is it JSON? Then its comments are blanked, places kept. */
static bool blank_json(char *text, size_t len)
{
	bool json = false;

	for (size_t i = 0; i < len;) {
		if (text[i] == '"') {
			for (i++; i < len && text[i] != '"'; i++)
				i += text[i] == '\\';
			i++;
			continue;
		}
		if (!json && !isspace((unsigned char)text[i]) && text[i] != '/' && text[i] != '#') {
			if (text[i] != '{')
				return false;
			json = true;
		}
		/* before the first brace '#' is YAML's as well: blank or not is the same */
		size_t end = blank_comment(text, len, i);

		i = end > i ? end : i + 1;
	}
	return json;
}

struct walk {
	yaml_document_t *document;
	size_t nodes;
	const char *wrong;
	yaml_mark_t at;
};

static json_t *from_node(struct walk *walk, const yaml_node_t *node, unsigned depth);

/* YAML's core schema for plain scalars, as far as JSON has the types. */
static json_t *from_scalar(const yaml_node_t *node)
{
	const char *text = (const char *)node->data.scalar.value;
	char *end;

	if (node->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
		return json_stringn(text, node->data.scalar.length);
	if (!*text || strcmp(text, "~") == 0 || strcasecmp(text, "null") == 0)
		return json_null();
	if (strcasecmp(text, "true") == 0 || strcasecmp(text, "false") == 0)
		return json_boolean(tolower((unsigned char)*text) == 't');
	if (strspn(text, "+-0123456789") == strlen(text)) {
		errno = 0;
		long long integer = strtoll(text, &end, 10);

		if (!errno && !*end && end != text)
			return json_integer(integer);
	}
	if (strspn(text, "+-0123456789.eE") == strlen(text)) {
		errno = 0;
		double real = strtod(text, &end);

		if (!errno && !*end && end != text)
			return json_real(real);
	}
	return json_stringn(text, node->data.scalar.length);
}

static json_t *from_map(struct walk *walk, const yaml_node_t *node, unsigned depth)
{
	json_t *map = json_object();

	for (const yaml_node_pair_t *pair = node->data.mapping.pairs.start;
	     pair < node->data.mapping.pairs.top; pair++) {
		const yaml_node_t *key = yaml_document_get_node(walk->document, pair->key);
		const char *name = key->type == YAML_SCALAR_NODE
					   ? (const char *)key->data.scalar.value
					   : NULL;
		json_t *value;

		if (!name || json_object_get(map, name)) {
			walk->wrong = name ? "a key twice" : "a key that is no text";
			walk->at = key->start_mark;
			json_decref(map);
			return NULL;
		}
		value = from_node(walk, yaml_document_get_node(walk->document, pair->value), depth);
		if (!value || json_object_set_new(map, name, value) < 0) {
			json_decref(map);
			return NULL;
		}
	}
	return map;
}

static json_t *from_node(struct walk *walk, const yaml_node_t *node, unsigned depth)
{
	json_t *json = NULL;

	walk->at = node->start_mark;
	if (depth >= DEPTH_MAX || walk->nodes++ >= NODES_MAX) {
		walk->wrong = depth >= DEPTH_MAX ? "nested too deep" : "too many values";
		return NULL;
	}
	switch (node->type) {
	case YAML_MAPPING_NODE:
		return from_map(walk, node, depth + 1);
	case YAML_SEQUENCE_NODE:
		json = json_array();
		for (const yaml_node_item_t *item = node->data.sequence.items.start;
		     item < node->data.sequence.items.top; item++) {
			json_t *value = from_node(
				walk, yaml_document_get_node(walk->document, *item), depth + 1);

			if (!value || json_array_append_new(json, value) < 0) {
				json_decref(json);
				return NULL;
			}
		}
		return json;
	case YAML_SCALAR_NODE:
		json = from_scalar(node);
		if (!json)
			walk->wrong = "text that is not UTF-8, or has a NUL";
		return json;
	default:
		walk->wrong = "nothing there";
		return NULL;
	}
}

static json_t *from_yaml(const char *file, const char *text, size_t len, char *why, size_t why_len)
{
	yaml_parser_t parser;
	yaml_document_t document;
	json_t *json = NULL;

	if (!yaml_parser_initialize(&parser)) {
		snprintf(why, why_len, "%s: no memory", file);
		return NULL;
	}
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, len);
	if (!yaml_parser_load(&parser, &document)) {
		snprintf(why, why_len, "%s:%zu:%zu: %s", file, parser.problem_mark.line + 1,
			 parser.problem_mark.column + 1,
			 parser.problem ? parser.problem : "not YAML");
		yaml_parser_delete(&parser);
		return NULL;
	}

	struct walk walk = {.document = &document};
	const yaml_node_t *root = yaml_document_get_root_node(&document);

	if (!root)
		snprintf(why, why_len, "%s:1:1: the file is empty", file);
	else if (!(json = from_node(&walk, root, 0)))
		snprintf(why, why_len, "%s:%zu:%zu: %s", file, walk.at.line + 1, walk.at.column + 1,
			 walk.wrong ? walk.wrong : "no memory");
	yaml_document_delete(&document);
	yaml_parser_delete(&parser);
	return json;
}

json_t *document_read(const char *file, char *why, size_t why_len)
{
	size_t len;
	char *text = read_file(file, &len);
	json_t *json;

	if (!text) {
		snprintf(why, why_len, "%s: %s", file, strerror(errno));
		return NULL;
	}
	if (blank_json(text, len)) {
		json_error_t error;

		json = json_loadb(text, len, JSON_REJECT_DUPLICATES, &error);
		if (!json)
			snprintf(why, why_len, "%s:%d:%d: %s", file, error.line, error.column,
				 error.text);
	} else {
		json = from_yaml(file, text, len, why, why_len);
	}
	free(text);
	if (json && !json_is_object(json)) {
		snprintf(why, why_len, "%s:1:1: a configuration is a map", file);
		json_decref(json);
		return NULL;
	}
	if (json && !json_object_get(json, "Dhcp4"))
		json = json_pack("{s:o}", "Dhcp4", json);
	return json;
}
