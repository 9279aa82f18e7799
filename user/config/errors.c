// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Collecting, sorting and formatting of errors and notices (errors.h). Text from
 * the file reaches messages only cut to length and cleaned: a hostile file
 * writes no control sequences to an operator's terminal and no invalid UTF-8 into a JSON answer.
 */
#include "errors.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define MESSAGE_MAX 2048

void report_init(struct report *report, const char *file)
{
	*report = (struct report){.file = file};
}

/* The length of the valid UTF-8 sequence at `s`, or 0. */
static size_t utf8_len(const unsigned char *s)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t n = s[0] < 0x80	     ? 1
		   : s[0] >> 5 == 6  ? 2
		   : s[0] >> 4 == 14 ? 3
		   : s[0] >> 3 == 30 ? 4
				     : 0;
	uint32_t code;

	if (n < 2)
		return n;
	code = s[0] & (0x7f >> n);
	for (size_t i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (s[i] & 0x3f);
	}
	if (code < least[n] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
		return 0;
	return n;
}

static void clean(char *text)
{
	unsigned char *s = (unsigned char *)text;

	while (*s) {
		size_t n = utf8_len(s);
		bool control = n == 1 && (*s < 0x20 || *s == 0x7f);
		bool c1 = n == 2 && s[0] == 0xc2 && s[1] < 0xa0;

		if (n == 0 || control)
			*s++ = '?';
		else if (c1)
			*s++ = '?', *s++ = '?';
		else
			s += n;
	}
}

const char *report_quote(const char *text, char buf[REPORT_QUOTED])
{
	size_t max = REPORT_QUOTED - 6, len = 0;

	while (text[len]) {
		size_t n = utf8_len((const unsigned char *)text + len);

		n = n ? n : 1;
		if (len + n > max)
			break;
		len += n;
	}
	snprintf(buf, REPORT_QUOTED, "\"%.*s%s\"", (int)len, text, text[len] ? "..." : "");
	return buf;
}

/* A key without effect in each of a thousand subnets is one notice. */
static bool given_before(struct report_list *list, const char *text)
{
	for (size_t i = 0; i < list->n; i++) {
		if (!strcmp(list->v[i].text, text)) {
			list->v[i].again++;
			return true;
		}
	}
	return false;
}

static void add(struct report *report, struct report_list *list, struct place at, const char *fmt,
		va_list args)
{
	char text[MESSAGE_MAX];

	if (list->n >= REPORT_MAX) {
		list->cut = true;
		return;
	}
	if (list->n == list->cap) {
		size_t cap = list->cap ? 2 * list->cap : 16;
		struct report_entry *v = reallocarray(list->v, cap, sizeof(*v));

		if (!v) {
			report->oom = true;
			return;
		}
		list->v = v;
		list->cap = cap;
	}
	vsnprintf(text, sizeof(text), fmt, args);
	clean(text);
	if (list == &report->notices && given_before(list, text))
		return;
	list->v[list->n] = (struct report_entry){
		.at = at, .seq = (uint32_t)list->n, .text = strdup(text)};
	if (!list->v[list->n].text) {
		report->oom = true;
		return;
	}
	list->n++;
}

void report_error(struct report *report, struct place at, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	add(report, &report->errors, at, fmt, args);
	va_end(args);
}

void report_notice(struct report *report, struct place at, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	add(report, &report->notices, at, fmt, args);
	va_end(args);
}

bool report_full(struct report *report)
{
	if (report->errors.n < REPORT_MAX)
		return false;
	report->errors.cut = true;
	return true;
}

int report_file(struct report *report, const char *name, uint32_t *ret_file)
{
	char **included = reallocarray(report->included, report->n_included + 1, sizeof(*included));

	if (!included)
		return -ENOMEM;
	report->included = included;
	included[report->n_included] = strdup(name);
	if (!included[report->n_included])
		return -ENOMEM;
	*ret_file = (uint32_t)++report->n_included;
	return 0;
}

static const char *file_of(const struct report *report, struct place at)
{
	return at.file ? report->included[at.file - 1] : report->file;
}

const char *report_line(const struct report *report, struct place at, struct place other,
			char buf[REPORT_LINE])
{
	if (at.file == other.file)
		snprintf(buf, REPORT_LINE, "line %u", other.line);
	else
		snprintf(buf, REPORT_LINE, "line %u of %s", other.line, file_of(report, other));
	return buf;
}

static int by_place(const void *a, const void *b)
{
	const struct report_entry *x = a, *y = b;
	int order = place_order(x->at, y->at);

	if (order)
		return order;
	return x->seq < y->seq ? -1 : x->seq > y->seq;
}

/* Turns a list into lines; what cannot be allocated is left out. */
static void finish(const struct report *report, struct report_list *list, const char *kind,
		   char ***ret_lines, size_t *ret_n)
{
	char **lines = calloc(list->n + 2, sizeof(*lines));
	size_t n = 0;

	if (list->n)
		qsort(list->v, list->n, sizeof(*list->v), by_place);
	for (size_t i = 0; i < list->n; i++) {
		struct report_entry *entry = &list->v[i];

		char again[48] = "";

		if (entry->again)
			snprintf(again, sizeof(again), " (and %zu more)", entry->again);
		if (lines && asprintf(&lines[n], "%s:%u:%u: %s%s%s", file_of(report, entry->at),
				      entry->at.line, entry->at.col, kind, entry->text, again) >= 0)
			n++;
		free(entry->text);
	}
	if (lines && list->cut &&
	    asprintf(&lines[n], "%s: there are more; only %d are shown", report->file,
		     REPORT_MAX) >= 0)
		n++;
	free(list->v);
	*ret_lines = lines;
	*ret_n = n;
}

void report_finish(struct report *report, struct config_errors *ret_errors)
{
	finish(report, &report->errors, "", &ret_errors->lines, &ret_errors->n);
	finish(report, &report->notices, "notice: ", &ret_errors->notices, &ret_errors->n_notices);
	for (size_t i = 0; i < report->n_included; i++)
		free(report->included[i]);
	free(report->included);
	*report = (struct report){0};
}

void errors_prepend(struct config_errors *errors, const char *file, const char *text)
{
	char **lines = reallocarray(errors->lines, errors->n + 1, sizeof(*lines));
	char *line;

	if (!lines)
		return;
	errors->lines = lines;
	if (asprintf(&line, "%s: %s", file, text) < 0)
		return;
	memmove(lines + 1, lines, errors->n * sizeof(*lines));
	lines[0] = line;
	errors->n++;
}

void config_errors_free(struct config_errors *errors)
{
	for (size_t i = 0; i < errors->n; i++)
		free(errors->lines[i]);
	for (size_t i = 0; i < errors->n_notices; i++)
		free(errors->notices[i]);
	free(errors->lines);
	free(errors->notices);
	*errors = (struct config_errors){0};
}
