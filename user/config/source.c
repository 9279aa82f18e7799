// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * A configuration's text as it was read (include.h), kept and handed on: the program that shows
 * what is in effect reads the running daemon's text, not the file, which may be another by now.
 */
#include "include.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int source_keep_files(struct source *source, const struct report *report)
{
	source->files = calloc(report->n_included + 1, sizeof(*source->files));
	if (!source->files)
		return -ENOMEM;
	for (size_t i = 0; i <= report->n_included; i++) {
		source->files[i] = strdup(i ? report->included[i - 1] : report->file);
		if (!source->files[i])
			return -ENOMEM;
		source->n_files++;
	}
	return 0;
}

const char *source_file(const struct source *source, struct place place)
{
	return place.file < source->n_files ? source->files[place.file] : "";
}

/* A part is five numbers. */
#define NUMBERS 5

static void put_part(json_t *list, const struct source_part *part)
{
	const uint32_t numbers[NUMBERS] = {part->at.line, part->at.col, part->place.file,
					   part->place.line, part->place.col};

	for (size_t i = 0; i < NUMBERS; i++)
		json_array_append_new(list, json_integer(numbers[i]));
}

json_t *source_json(const struct source *source)
{
	json_t *files = json_array(), *parts = json_array();

	for (size_t i = 0; i < source->n_files; i++)
		json_array_append_new(files, json_string(source->files[i]));
	for (size_t i = 0; i < source->n_parts; i++)
		put_part(parts, &source->parts[i]);
	return json_pack("{s:o, s:s%, s:o}", "files", files, "text", source->text, source->len,
			 "parts", parts);
}

static int read_files(const json_t *list, struct source *source)
{
	size_t n = json_array_size(list);

	if (!n || n > INCLUDE_FILES_MAX + 1)
		return -EINVAL;
	source->files = calloc(n, sizeof(*source->files));
	if (!source->files)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		const char *name = json_string_value(json_array_get(list, i));

		if (!name)
			return -EINVAL;
		source->files[i] = strdup(name);
		if (!source->files[i])
			return -ENOMEM;
		source->n_files++;
	}
	return 0;
}

/* Places that name no file are refused: what is reported there would have no name. */
static int read_parts(const json_t *list, struct source *source)
{
	size_t n = json_array_size(list) / NUMBERS;

	source->parts = calloc(n + 1, sizeof(*source->parts));
	if (!source->parts)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		uint32_t v[NUMBERS];

		for (size_t j = 0; j < NUMBERS; j++)
			v[j] = (uint32_t)json_integer_value(json_array_get(list, i * NUMBERS + j));
		if (v[2] >= source->n_files)
			return -EINVAL;
		source->parts[source->n_parts++] = (struct source_part){
			.at = {.line = v[0], .col = v[1]},
			.place = {.file = v[2], .line = v[3], .col = v[4]}};
	}
	return 0;
}

int source_from_json(const json_t *json, struct source *ret_source)
{
	const json_t *text = json_object_get(json, "text");
	struct source source = {0};
	int r = json_is_string(text) ? read_files(json_object_get(json, "files"), &source)
				     : -EINVAL;

	if (!r)
		r = read_parts(json_object_get(json, "parts"), &source);
	if (!r) {
		source.len = json_string_length(text);
		source.text = malloc(source.len + 1);
		if (!source.text)
			r = -ENOMEM;
		else
			memcpy(source.text, json_string_value(text), source.len + 1);
	}
	if (r < 0) {
		source_free(&source);
		return r;
	}
	*ret_source = source;
	return 0;
}
