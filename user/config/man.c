// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The schema as the list of keys of xdhcpd.conf(5), in mdoc(7): what xdhcpd.conf.5.in is wrapped
 * around. A key that may stand in several maps is described once, in the first of them.
 */
#include "config.h"
#include "schema.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define WIDTH 72 /* an input line that mandoc does not find too long, escapes and all */

/* Text of any kind as mdoc's: no line is a request, a sentence ends its line. */
static void put_text(FILE *out, const char *text)
{
	size_t column = 0;

	while (*text) {
		size_t n = strcspn(text, " ");
		bool ends = n && strchr(".;", text[n - 1]) != NULL;

		if (column && column + n > WIDTH) {
			fputc('\n', out);
			column = 0;
		}
		if (column)
			fputc(' ', out);
		else if (n && strchr(".'", text[0]))
			fputs("\\&", out);
		for (size_t i = 0; i < n; i++)
			fputs(text[i] == '\\' ? "\\e" : (char[]){text[i], 0}, out);
		column += n + 1;
		text += n + (text[n] == ' ');
		if (ends && *text && isupper((unsigned char)*text)) {
			fputc('\n', out);
			column = 0;
		}
	}
	fputc('\n', out);
}

/* A sentence, if `capital`, or a part of one. */
static void put_words(FILE *out, bool capital, const char *before, const char *list,
		      const char *after)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	if (!f)
		return;
	fputs(before, f);
	for (; *list; list++)
		fputs(*list == '|' ? ", " : (char[]){*list, 0}, f);
	fputs(after, f);
	fclose(f);
	if (capital)
		text[0] = (char)toupper((unsigned char)text[0]);
	put_text(out, text);
	free(text);
}

/* Type, range and default, as one sentence. */
static void put_kind(FILE *out, const struct schema_row *row)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	if (!f)
		return;
	config_print_kind(f, row);
	fputc('.', f);
	fclose(f);
	text[0] = (char)toupper((unsigned char)text[0]);
	put_text(out, text);
	free(text);
}

static void put_row(FILE *out, const struct schema_row *row)
{
	bool refused = row->type == TYPE_REFUSED;

	fputs(".It Ic ", out);
	for (const char *c = row->name; *c; c++)
		fputs(*c == '|' ? " , " : (char[]){*c, 0}, out);
	fputc('\n', out);
	put_kind(out, row);
	if (row->ignored || row->type == TYPE_IGNORED)
		put_words(out, true, "Kea's, without effect: ", row->help, ".");
	else if (refused || (!row->key && row->type != TYPE_MAP && row->type != TYPE_MAPS))
		put_words(out, true, "Kea's, refused if it is set to anything else: ", row->help,
			  ".");
	else
		put_words(out, true, "", row->help, ".");
}

static bool is_first(const struct schema_row *row, int scope)
{
	return !(row->scopes & ((1u << scope) - 1));
}

static void put_scope(FILE *out, int scope)
{
	char path[SCHEMA_PATH_MAX];
	size_t others = 0, described = 0;

	fprintf(out, ".Ss %s\n",
		scope ? schema_plain_path(schema_scope_path((enum schema_scope)scope), path)
		      : "Global keys");
	for (size_t i = 0; i < schema_n; i++) {
		const struct schema_row *row = &schema[i];

		if (row->scopes == SCHEMA_EVERYWHERE || !(row->scopes & (1u << scope)))
			continue;
		if (is_first(row, scope) && !described++)
			fputs(".Bl -tag -width Ds\n", out);
		if (is_first(row, scope))
			put_row(out, row);
		else
			others++;
	}
	if (described)
		fputs(".El\n", out);
	if (!others)
		return;
	fprintf(out, "%sAs above:\n", described ? ".Pp\n" : "");
	for (size_t i = 0; i < schema_n; i++) {
		const struct schema_row *row = &schema[i];

		if (row->scopes == SCHEMA_EVERYWHERE || !(row->scopes & (1u << scope)) ||
		    is_first(row, scope))
			continue;
		others--;
		put_words(out, false, "", row->name, others ? "," : ".");
	}
}

void config_man(FILE *out)
{
	for (int scope = 0; scope < SCOPE_COUNT; scope++)
		put_scope(out, scope);
	fputs(".Ss Anywhere\n.Bl -tag -width Ds\n", out);
	for (size_t i = 0; i < schema_n; i++) {
		if (schema[i].scopes == SCHEMA_EVERYWHERE)
			put_row(out, &schema[i]);
	}
	fputs(".El\n", out);
}
