/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A configuration's text with what it includes in its place, as Kea writes that:
 *
 *	<?include "FILE"?>
 *
 * In JSON anywhere but in strings and comments; in YAML on a line of its own, whose indentation all
 * lines of FILE get. FILE is read as it is, in the notation of what includes it, relative to its
 * directory, and may include others. Everything that is read further on has its place in the file
 * that it stands in.
 */
#ifndef XDHCP_CONFIG_INCLUDE_H
#define XDHCP_CONFIG_INCLUDE_H

#include <stdbool.h>
#include <stddef.h>

#include "errors.h"

#define INCLUDE_DEPTH_MAX 10   /* as in Kea */
#define INCLUDE_FILES_MAX 1000 /* in all */

/* From `at` in the whole text on, up to the next part, it is that of a file from `place` on. */
struct source_part {
	struct place at, place;
};

struct source {
	char *text;
	size_t len;
	struct source_part *parts; /* ascending; none: the text is one file's */
	size_t n_parts, cap;
	/* Kept for later: the file of place.file 0, and those that it includes. */
	char **files;
	size_t n_files;
};

/*
 * The whole text of report->file, or of `text` if it is not NULL, which can include nothing.
 * -EINVAL: an error was reported. Other negative errno: report->file cannot be read, or
 * there is no memory.
 */
int source_read(struct report *report, const char *text, struct source *ret_source);
void source_free(struct source *source);
/* source.c */
/* From now on it names its files without the report, which names them to the end of the run. */
int source_keep_files(struct source *source, const struct report *report);
const char *source_file(const struct source *source, struct place place);
json_t *source_json(const struct source *source);
/* What source_json() has made. -EINVAL: it is not that; -ENOMEM. */
int source_from_json(const json_t *json, struct source *ret_source);

/* Where the whole text's `at` stands. */
struct place source_place(const struct source *source, struct place at);

#endif
