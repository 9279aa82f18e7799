// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
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

static void print_row(FILE *out, const struct schema_row *row)
{
	print_places(out, row);
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
	for (size_t i = 0; i < schema_n; i++)
		print_row(out, &schema[i]);
}
