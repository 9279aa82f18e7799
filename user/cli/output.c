// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Output for people: tables, fields, times. What comes from clients (host
 * names) is shown with '?' for every byte that a terminal would obey.
 */
#include "cli.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define GAP	   2
#define SHRINK_MIN 6
#define WIDE	   256 /* where nothing is cut: what is longer moves what follows, in its line alone */
#define FIELD	   11 /* width of a field's name */

struct table {
	const struct column *columns;
	size_t n, n_rows, cap;
	char **cells; /* n a row */
	bool failed;
};

/* Columns of the terminal; 0: not a terminal, no limit. */
static size_t terminal_width(FILE *out)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size;

	if (!isatty(fileno(out)))
		return 0;
	if (columns && atoi(columns) > 0)
		return (size_t)atoi(columns);
	if (ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		return size.ws_col;
	return 80;
}

/* Characters, not bytes: what follows the first byte of a UTF-8 character is 10xxxxxx. */
static size_t text_width(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}

static void put_clean(const char *text, FILE *out)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		/* C0, DEL, and C1 as UTF-8 has it: c2 80..9f */
		if (c < 0x20 || c == 0x7f)
			putc('?', out);
		else if (c == 0xc2 && (unsigned char)text[1] < 0xa0 && text[1])
			putc('?', out), text++;
		else
			putc(c, out);
	}
}

void put_text(const char *text, FILE *out)
{
	for (const char *next; *text; text = next) {
		next = strchr(text, '\n');

		char *line = next ? strndup(text, (size_t)(next - text)) : strdup(text);

		put_clean(line ? line : "", out);
		putc('\n', out);
		free(line);
		next = next ? next + 1 : text + strlen(text);
	}
}

struct table *table_new(const struct column *columns, size_t n)
{
	struct table *table = calloc(1, sizeof(*table));

	if (table) {
		table->columns = columns;
		table->n = n;
	}
	return table;
}

void table_row(struct table *table, const char *const *cells)
{
	if (!table || table->failed)
		return;
	if (table->n_rows == table->cap) {
		size_t cap = table->cap ? table->cap * 2 : 64;
		char **more = realloc(table->cells, cap * table->n * sizeof(*more));

		if (!more) {
			table->failed = true;
			return;
		}
		table->cells = more;
		table->cap = cap;
	}
	for (size_t i = 0; i < table->n; i++)
		table->cells[table->n_rows * table->n + i] = strdup(cells[i] ? cells[i] : "");
	table->n_rows++;
}

static const char *cell(const struct table *table, size_t row, size_t column)
{
	const char *text = table->cells[row * table->n + column];

	return text ? text : "";
}

static void print_cell(const struct column *column, const char *text, size_t width, bool cut,
		       bool last, FILE *out)
{
	size_t len = text_width(text);
	size_t pad = len < width ? width - len : 0;

	if (column->right)
		fprintf(out, "%*s", (int)pad, "");
	if (cut && len > width) { /* with a mark; never inside a character */
		const char *end = text;

		for (size_t i = 0; i + 1 < width; i++)
			for (end++; ((unsigned char)*end & 0xc0) == 0x80; end++)
				;

		char *head = strndup(text, (size_t)(end - text));

		put_clean(head ? head : "", out);
		free(head);
		putc('~', out);
	} else {
		put_clean(text, out);
	}
	if (!last)
		fprintf(out, "%*s", (int)((column->right ? 0 : pad) + GAP), "");
}

/* As wide as the contents; the one that may shrink gives what the terminal lacks. */
static void fit(const struct table *table, size_t *widths, size_t width)
{
	size_t total = GAP * (table->n - 1);

	for (size_t i = 0; i < table->n; i++) {
		widths[i] = text_width(table->columns[i].title);
		for (size_t row = 0; row < table->n_rows; row++) {
			size_t w = text_width(cell(table, row, i));

			w = !width && w > WIDE ? WIDE : w;
			widths[i] = w > widths[i] ? w : widths[i];
		}
		total += widths[i];
	}
	for (size_t i = 0; i < table->n && width && total > width; i++) {
		size_t give = total - width;

		if (!table->columns[i].shrink || widths[i] <= SHRINK_MIN)
			continue;
		if (give > widths[i] - SHRINK_MIN)
			give = widths[i] - SHRINK_MIN;
		widths[i] -= give;
		total -= give;
	}
}

void table_free(struct table *table)
{
	for (size_t i = 0; i < table->n_rows * table->n; i++)
		free(table->cells[i]);
	free(table->cells);
	free(table);
}

void table_put(struct table *table, FILE *out, size_t width)
{
	if (!table)
		return;

	size_t *widths = calloc(table->n, sizeof(*widths));

	if (widths) {
		fit(table, widths, width);
		for (size_t i = 0; i < table->n; i++)
			print_cell(&table->columns[i], table->columns[i].title, widths[i], width,
				   i + 1 == table->n, out);
		putc('\n', out);
	}
	for (size_t row = 0; widths && row < table->n_rows; row++) {
		for (size_t i = 0; i < table->n; i++)
			print_cell(&table->columns[i], cell(table, row, i), widths[i], width,
				   i + 1 == table->n, out);
		putc('\n', out);
	}
	if (!widths || table->failed)
		fputs("xdhcpctl: no memory for the whole table\n", stderr);
	free(widths);
	table_free(table);
}

void table_print(struct table *table, FILE *out)
{
	table_put(table, out, terminal_width(out));
}

void print_field(const char *name, const char *format, ...)
{
	char *text = NULL;
	va_list ap;

	va_start(ap, format);
	int n = vasprintf(&text, format, ap);
	va_end(ap);
	if (n < 0)
		return;
	printf("%-*s  ", FIELD, name);
	for (char *line = text, *next; line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		if (line != text)
			printf("%-*s  ", FIELD, "");
		put_clean(line, stdout);
		putchar('\n');
	}
	free(text);
}

const char *duration_str(uint64_t seconds, char buf[DURATION_STR])
{
	unsigned long long s = seconds;

	if (s < 60)
		snprintf(buf, DURATION_STR, "%llus", s);
	else if (s < 3600)
		snprintf(buf, DURATION_STR, "%llum%02llus", s / 60, s % 60);
	else if (s < 86400)
		snprintf(buf, DURATION_STR, "%lluh%02llum", s / 3600, s / 60 % 60);
	else
		snprintf(buf, DURATION_STR, "%llud%02lluh", s / 86400, s / 3600 % 24);
	return buf;
}

const char *key_str(uint32_t key, char buf[KEY_STR])
{
	uint8_t bytes[sizeof(key)];

	memcpy(bytes, &key, sizeof(key));
	snprintf(buf, KEY_STR, "%02x %02x %02x %02x", bytes[0], bytes[1], bytes[2], bytes[3]);
	return buf;
}

const char *time_str(int64_t wall, char buf[TIME_STR])
{
	time_t t = (time_t)wall;
	struct tm tm;

	if (!localtime_r(&t, &tm) || !strftime(buf, TIME_STR, "%Y-%m-%d %H:%M:%S", &tm))
		snprintf(buf, TIME_STR, "%lld", (long long)wall);
	return buf;
}

int64_t get_int(const json_t *map, const char *name, int64_t otherwise)
{
	const json_t *value = json_object_get(map, name);

	return json_is_integer(value) ? json_integer_value(value) : otherwise;
}

const json_t *get_sample(const json_t *statistics, const char *name)
{
	return json_array_get(json_array_get(json_object_get(statistics, name), 0), 0);
}

const char *get_str(const json_t *map, const char *name, const char *otherwise)
{
	const json_t *value = json_object_get(map, name);

	return json_is_string(value) ? json_string_value(value) : otherwise;
}
