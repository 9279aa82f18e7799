/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The errors and notices of one run over a configuration, collected with
 * their places, sorted by line at the end. What comes out is always one printable line
 * of valid UTF-8, whatever the file held. Nothing survives a crash: all of it is memory.
 */
#ifndef XDHCP_CONFIG_ERRORS_H
#define XDHCP_CONFIG_ERRORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config.h"

struct place {
	uint32_t line, col; /* from 1; col counts characters */
	uint32_t file;	    /* 0: the one that was asked for; else one that it includes */
};

/* <0, 0, >0: x stands before, at, after y. */
static inline int place_order(struct place x, struct place y)
{
	if (x.file != y.file)
		return x.file < y.file ? -1 : 1;
	if (x.line != y.line)
		return x.line < y.line ? -1 : 1;
	return x.col < y.col ? -1 : x.col > y.col;
}

#define REPORT_MAX 1000 /* errors kept; more than that says nothing new, and costs memory */

struct report_entry {
	struct place at;
	uint32_t seq; /* order of discovery, so that sorting is stable */
	size_t again; /* how often the same notice was given at other places */
	char *text;
};

struct report_list {
	struct report_entry *v;
	size_t n, cap;
	bool cut; /* there were more than REPORT_MAX */
};

struct report {
	const char *file; /* borrowed */
	char **included;  /* the names of places' files, from 1 on */
	size_t n_included;
	struct report_list errors, notices;
	bool oom; /* something could not be allocated: the load fails with -ENOMEM */
};

void report_init(struct report *report, const char *file);
void report_error(struct report *report, struct place at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void report_notice(struct report *report, struct place at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Another file of places, by its name, copied. -ENOMEM. */
int report_file(struct report *report, const char *name, uint32_t *ret_file);
/* How a message at `at` names another place: "line 7", or "line 7 of FILE". */
#define REPORT_LINE 160
const char *report_line(const struct report *report, struct place at, struct place other,
			char buf[REPORT_LINE]);
#define LINE_OF(report, at, other) report_line(report, at, other, (char[REPORT_LINE]){0})
/* No more errors are kept: what is costly to word may be left out. */
bool report_full(struct report *report);
/* Sorts and formats into *ret_errors (owned by the caller), and frees the report. */
void report_finish(struct report *report, struct config_errors *ret_errors);
/* A message without a place ("FILE: text") put before all others; for what is no one line's fault.
 */
void errors_prepend(struct config_errors *errors, const char *file, const char *text);

/* `text` in double quotes, cut to a readable length, for messages. */
#define REPORT_QUOTED 80
const char *report_quote(const char *text, char buf[REPORT_QUOTED]);

#endif
