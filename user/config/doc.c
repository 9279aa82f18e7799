// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The schema as text, for people, all of it or a key: what is printed is what the parser does.
 */
#include "config.h"
#include "schema.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void print_words(FILE *out, const char *list)
{
	for (; *list; list++)
		fputs(*list == '|' ? ", " : (char[]){*list, 0}, out);
}

static void print_range(FILE *out, const struct schema_row *row)
{
	switch (row->type) {
	case TYPE_INTEGER:
		fprintf(out, ", %.0f to %.0f", row->min, row->max);
		break;
	case TYPE_NUMBER:
		fprintf(out, row->open ? ", above %g and below %g" : ", %g to %g", row->min,
			row->max);
		break;
	case TYPE_STRING:
		fprintf(out, ", %.0f to %.0f bytes", row->min, row->max);
		break;
	case TYPE_MAPS:
	case TYPE_STRINGS:
		if (row->min)
			fprintf(out, ", at least %.0f", row->min);
		if (row->max)
			fprintf(out, ", at most %.0f", row->max);
		break;
	case TYPE_BOOL:
	case TYPE_CHOICE:
		if (row->allowed) {
			fputs(": ", out);
			print_words(out, row->allowed);
		}
		break;
	default:
		break;
	}
}

/* Every place the key may stand in. */
static void print_places(FILE *out, const struct schema_row *row)
{
	const char *between = "";

	if (row->scopes == SCHEMA_EVERYWHERE) {
		fputs("anywhere: ", out);
		print_words(out, row->name);
		return;
	}
	for (int scope = 0; scope < SCOPE_COUNT; scope++) {
		if (!(row->scopes & (1u << scope)))
			continue;
		fprintf(out, "%s%s", between, schema_scope_path((enum schema_scope)scope));
		print_words(out, row->name);
		between = "\n";
	}
}

void config_print_kind(FILE *out, const struct schema_row *row)
{
	fputs(schema_type_name(row), out);
	print_range(out, row);
	if (row->dflt)
		fprintf(out, "; default %s", *row->dflt ? row->dflt : "empty");
	if (row->required)
		fputs("; required", out);
	if (row->restart)
		fputs("; a change needs a restart", out);
	if (row->ignored)
		fputs("; has no effect", out);
}

static void print_row(FILE *out, const struct schema_row *row)
{
	print_places(out, row);
	fputs("\n\t", out);
	config_print_kind(out, row);
	fprintf(out, "\n\t%s\n", row->help);
}

void config_doc(FILE *out)
{
	for (size_t i = 0; i < schema_n; i++)
		print_row(out, &schema[i]);
}

/* --- one key --- */

#define LINE_WIDTH 78

/* The keys that stand in a map, as lines of words. */
static void print_keys(FILE *out, const char *title, enum schema_scope scope)
{
	size_t column = (size_t)fprintf(out, "\t%s", title) + 7;

	for (size_t i = 0; i < schema_n; i++) {
		const struct schema_row *row = &schema[i];
		size_t len = strlen(row->name) + 1;

		if (!row->key || !(row->scopes & (1u << scope)))
			continue;
		if (column + len > LINE_WIDTH) {
			fputs("\n\t", out);
			column = 8;
		}
		column += (size_t)fprintf(out, " %s", row->name);
	}
	fputc('\n', out);
}

int config_doc_key(FILE *out, const char *path, char ret_nearest[CONFIG_PATH_MAX])
{
	struct schema_match matches[SCHEMA_MATCHES_MAX];
	size_t n;

	if (schema_is_global(path)) {
		fputs("global\n", out);
		print_keys(out, "keys:", SCOPE_ROOT);
		return 0;
	}
	n = schema_lookup(path, matches, ret_nearest);
	if (!n)
		return -ENOENT;
	for (size_t i = 0; i < n; i++) {
		enum schema_scope scope;

		print_row(out, matches[i].row);
		if (schema_holds(matches[i].row, &scope))
			print_keys(out, "keys in it:", scope);
	}
	return 0;
}

void config_doc_nearest(const char *path, char ret_nearest[CONFIG_PATH_MAX])
{
	struct schema_match matches[SCHEMA_MATCHES_MAX];

	schema_lookup(path, matches, ret_nearest);
}

/* One row as config_doc_json() has it. */
static json_t *row_json(const struct schema_row *row)
{
	json_t *places = json_array();
	char *range = NULL;
	size_t len;
	FILE *f = open_memstream(&range, &len);
	json_t *json;

	for (int scope = 0; f && scope < SCOPE_COUNT; scope++) {
		char path[SCHEMA_PATH_MAX];

		if (row->scopes & (1u << scope))
			json_array_append_new(
				places,
				json_string(schema_plain_path(
					schema_scope_path((enum schema_scope)scope), path)));
	}
	if (f) {
		fputs(schema_type_name(row), f);
		print_range(f, row);
		fclose(f);
	}
	json = json_pack("{s:s, s:o, s:s?, s:s?, s:b, s:b, s:b, s:s}", "key", row->name, "in",
			 places, "type", range, "default", row->dflt, "required", row->required,
			 "restart", row->restart, "no-effect",
			 row->ignored || row->type == TYPE_IGNORED, "help", row->help);
	free(range);
	return json;
}

json_t *config_doc_json(const char *path)
{
	struct schema_match matches[SCHEMA_MATCHES_MAX];
	char nearest[CONFIG_PATH_MAX];
	json_t *list = json_array();
	bool all = schema_is_global(path);
	size_t n = all ? schema_n : schema_lookup(path, matches, nearest);

	for (size_t i = 0; i < n; i++) {
		if (all && !(schema[i].scopes & (1u << SCOPE_ROOT)))
			continue;
		json_array_append_new(list, row_json(all ? &schema[i] : matches[i].row));
	}
	if (json_array_size(list))
		return list;
	json_decref(list);
	return NULL;
}
