/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The schema as text, for people: what config_doc() prints is what the parser does.
 */
#include "config.h"
#include "schema.h"

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

static void print_row(FILE *out, const struct schema_row *row, enum schema_scope scope)
{
	fputs(schema_scope_path(scope), out);
	print_words(out, row->name);
	fprintf(out, "\n\t%s", schema_type_name(row));
	print_range(out, row);
	if (row->dflt)
		fprintf(out, "; default %s", *row->dflt ? row->dflt : "empty");
	if (row->required)
		fputs("; required", out);
	if (row->restart)
		fputs("; a change needs a restart", out);
	fprintf(out, "\n\t%s\n", row->help);
}

void config_doc(FILE *out)
{
	for (int scope = 0; scope < SCOPE_COUNT; scope++) {
		for (size_t i = 0; i < schema_n; i++) {
			/* a key of several scopes stands under the first */
			if (schema[i].scopes & (1u << scope) &&
			    !(schema[i].scopes & ((1u << scope) - 1)))
				print_row(out, &schema[i], (enum schema_scope)scope);
		}
	}
}
