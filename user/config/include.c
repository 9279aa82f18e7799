// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Reading of configuration files, one into the other (include.h). Only regular files are included,
 * so that no reading waits; none includes itself; their number, their depth and the size of the
 * whole are bounded.
 */
#include "include.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "document.h"

#define DIRECTIVE "<?include"

/* One file being read, and those that it is included by. */
struct level {
	const struct level *outer;
	const char *file; /* its name */
	uint32_t number;  /* in places */
	dev_t device;
	ino_t inode;
	unsigned depth;
	const char *text;
	size_t len, at;
	struct place place; /* of text[at] */
	size_t indent;	    /* YAML: spaces before each of its lines */
};

struct reading {
	struct report *report;
	struct source *source;
	size_t room;
	struct place place; /* in the whole text, of what comes next */
	bool json, closed;  /* closed: there is nothing that could be included */
	bool failed;	    /* an error was reported: the text is not whole */
	size_t files;
};

/* --- files --- */

/* Reads at most one byte more than is allowed, so that the parser sees that it is too much. */
static int read_all(int fd, char **ret_text, size_t *ret_len)
{
	size_t len = 0, cap = 65536, most = DOCUMENT_SIZE_MAX + 1;
	char *text = malloc(cap);
	ssize_t n = 0;

	if (!text)
		return -ENOMEM;
	while (len < most) {
		char *more = len == cap ? realloc(text, 2 * cap) : text;

		if (!more) {
			free(text);
			return -ENOMEM;
		}
		cap = len == cap ? 2 * cap : cap;
		text = more;
		n = read(fd, text + len, (cap < most ? cap : most) - len);
		if (n < 0 && errno != EINTR) {
			int r = -errno;

			free(text);
			return r;
		}
		if (n == 0)
			break;
		len += n > 0 ? (size_t)n : 0;
	}
	*ret_text = text;
	*ret_len = len;
	return 0;
}

/* level->file -> its text, malloc'ed. */
static int read_file(struct level *level, char **ret_text)
{
	struct stat st;
	char *text = NULL;
	/* of what is no regular file the opening must not wait either */
	int r, fd = open(level->file, O_RDONLY | O_CLOEXEC | (level->outer ? O_NONBLOCK : 0));

	if (fd < 0)
		return -errno;
	r = fstat(fd, &st) < 0 ? -errno : 0;
	if (!r && level->outer && !S_ISREG(st.st_mode))
		r = S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL;
	if (!r)
		r = read_all(fd, &text, &level->len);
	close(fd);
	if (r < 0)
		return r;
	level->device = st.st_dev;
	level->inode = st.st_ino;
	level->text = *ret_text = text;
	return 0;
}

/* --- the whole text --- */

static int put(struct reading *reading, char c)
{
	struct source *source = reading->source;

	if (source->len == reading->room) {
		size_t room = reading->room ? 2 * reading->room : 65536;
		char *text = realloc(source->text, room);

		if (!text)
			return -ENOMEM;
		source->text = text;
		reading->room = room;
	}
	source->text[source->len++] = c;
	if (c == '\n') {
		reading->place.line++;
		reading->place.col = 1;
	} else if (((unsigned char)c & 0xc0) != 0x80) {
		reading->place.col++;
	}
	return 0;
}

/* What comes next is what stands at the level's place. */
static int begin_part(struct reading *reading, const struct level *level)
{
	struct source *source = reading->source;

	if (source->n_parts == source->cap) {
		size_t cap = source->cap ? 2 * source->cap : 16;
		struct source_part *parts = reallocarray(source->parts, cap, sizeof(*parts));

		if (!parts)
			return -ENOMEM;
		source->parts = parts;
		source->cap = cap;
	}
	source->parts[source->n_parts++] = (struct source_part){reading->place, level->place};
	return 0;
}

struct place source_place(const struct source *source, struct place at)
{
	size_t low = 0, high = source->n_parts;
	const struct source_part *part;
	struct place place;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (place_order(source->parts[middle].at, at) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low)
		return at;
	part = &source->parts[low - 1];
	place = part->place;
	if (at.line == part->at.line) {
		place.col += at.col - part->at.col;
	} else {
		place.line += at.line - part->at.line;
		place.col = at.col;
	}
	return place;
}

void source_free(struct source *source)
{
	free(source->text);
	free(source->parts);
	for (size_t i = 0; i < source->n_files; i++)
		free(source->files[i]);
	free(source->files);
	*source = (struct source){0};
}

/* --- the way through one file --- */

static bool starts(const struct level *level, const char *what)
{
	size_t n = strlen(what);

	return level->len - level->at >= n && !memcmp(level->text + level->at, what, n);
}

static void advance(struct level *level)
{
	char c = level->text[level->at++];

	if (c == '\n') {
		level->place.line++;
		level->place.col = 1;
	} else if (((unsigned char)c & 0xc0) != 0x80) {
		level->place.col++;
	}
}

static int copy(struct reading *reading, struct level *level)
{
	int r = put(reading, level->text[level->at]);

	advance(level);
	return r;
}

static int copy_to(struct reading *reading, struct level *level, size_t end)
{
	int r = 0;

	while (!r && level->at < end)
		r = copy(reading, level);
	return r;
}

/* Up to and with the first `what`; to the end if there is none. */
static size_t end_of(const struct level *level, size_t from, const char *what)
{
	const char *end = from < level->len ? memmem(level->text + from, level->len - from, what,
						     strlen(what))
					    : NULL;

	return end ? (size_t)(end - level->text) + strlen(what) : level->len;
}

static size_t end_of_string(const struct level *level)
{
	size_t at = level->at + 1;

	while (at < level->len && level->text[at] != '"')
		at += level->text[at] == '\\' ? 2 : 1;
	return at < level->len ? at + 1 : level->len;
}

static size_t skip_blanks(const struct level *level, size_t at)
{
	while (at < level->len && (level->text[at] == ' ' || level->text[at] == '\t'))
		at++;
	return at;
}

/* The directive here: its file, malloc'ed, and where it ends. *ret_name NULL: it is none. */
static int directive(struct reading *reading, const struct level *level, char **ret_name,
		     size_t *ret_end)
{
	size_t from = skip_blanks(level, level->at + strlen(DIRECTIVE)), to = from + 1, end;

	while (to < level->len && !strchr("\"\n", level->text[to]))
		to++;
	end = skip_blanks(level, to + 1);
	*ret_end = level->at + strlen(DIRECTIVE);
	*ret_name = NULL;
	if (from >= level->len || level->text[from] != '"' || to >= level->len ||
	    level->text[to] != '"' || to == from + 1 || end + 2 > level->len ||
	    memcmp(level->text + end, "?>", 2) != 0) {
		report_error(reading->report, level->place,
			     "an include is written <?include \"FILE\"?>");
		reading->failed = true;
		return 0;
	}
	*ret_name = strndup(level->text + from + 1, to - from - 1);
	*ret_end = end + 2;
	return *ret_name ? 0 : -ENOMEM;
}

/* `name` as the file that names it means it. */
static char *beside(const char *file, const char *name)
{
	const char *slash = strrchr(file, '/');
	char *path;

	/* standard input has no directory: the working directory is what people mean */
	if (*name == '/' || !slash || !strcmp(file, "/dev/stdin"))
		return strdup(name);
	return asprintf(&path, "%.*s%s", (int)(slash + 1 - file), file, name) < 0 ? NULL : path;
}

static void refuse(struct reading *reading, const struct level *at, const char *name,
		   const char *why)
{
	char buf[REPORT_QUOTED];

	report_error(reading->report, at->place, "include %s %s", report_quote(name, buf), why);
	reading->failed = true;
}

#define BYTE_ORDER_MARK 3 /* bytes */

static bool has_mark(const struct level *level)
{
	return starts(level, "\xef\xbb\xbf");
}

static bool includes_itself(const struct level *level)
{
	for (const struct level *it = level->outer; it; it = it->outer) {
		if (it->device == level->device && it->inode == level->inode)
			return true;
	}
	return false;
}

/* Why this one cannot be read at this place, or NULL. */
static const char *forbidden(struct reading *reading, const struct level *level)
{
	if (reading->closed)
		return "is not possible: this is no file";
	if (level->depth > INCLUDE_DEPTH_MAX)
		return "is nested too deeply, at most 10 are allowed";
	if (reading->files++ >= INCLUDE_FILES_MAX)
		return "is one too many, at most 1000 are allowed";
	return NULL;
}

static int read_level(struct reading *reading, struct level *level);

static int include(struct reading *reading, const struct level *outer, const char *name,
		   size_t indent)
{
	char *path = beside(outer->file, name), *text = NULL, why[160];
	struct level level = {.outer = outer,
			      .file = path,
			      .depth = outer->depth + 1,
			      .indent = indent,
			      .place = {.line = 1, .col = 1}};
	const char *no = forbidden(reading, &level);
	int r = path ? 0 : -ENOMEM;

	if (!r && !no) {
		r = read_file(&level, &text);
		if (r < 0 && r != -ENOMEM) {
			snprintf(why, sizeof(why), "cannot be read: %s",
				 r == -EINVAL ? "it is no file" : strerror(-r));
			no = why;
			r = 0;
		} else if (!r && includes_itself(&level)) {
			no = "includes itself";
		}
	}
	if (!r && no) {
		refuse(reading, outer, name, no);
	} else if (!r) {
		level.at = has_mark(&level) ? BYTE_ORDER_MARK : 0; /* it says nothing */
		r = report_file(reading->report, path, &level.place.file);
		if (!r)
			r = begin_part(reading, &level);
		if (!r)
			r = read_level(reading, &level);
	}
	free(text);
	free(path);
	return r;
}

/* The directive at the level's place, and all of its file. */
static int take(struct reading *reading, struct level *level, size_t indent)
{
	size_t end;
	char *name;
	int r = directive(reading, level, &name, &end);

	if (!r && name)
		r = include(reading, level, name, indent);
	free(name);
	/* a comment at its end is not to swallow what follows here */
	if (!r && reading->source->len && reading->source->text[reading->source->len - 1] != '\n')
		r = put(reading, '\n');
	while (level->at < end)
		advance(level);
	return r;
}

static int read_json(struct reading *reading, struct level *level)
{
	int r = 0;

	while (!r && level->at < level->len && reading->source->len <= DOCUMENT_SIZE_MAX) {
		if (starts(level, DIRECTIVE)) {
			r = take(reading, level, 0);
			if (!r)
				r = begin_part(reading, level);
		} else if (level->text[level->at] == '"') {
			r = copy_to(reading, level, end_of_string(level));
		} else if (starts(level, "//") || starts(level, "#")) {
			r = copy_to(reading, level, end_of(level, level->at, "\n"));
		} else if (starts(level, "/*")) {
			r = copy_to(reading, level, end_of(level, level->at + 2, "*/"));
		} else {
			r = copy(reading, level);
		}
	}
	return r;
}

static size_t skip_spaces(const struct level *level, size_t at)
{
	while (at < level->len && level->text[at] == ' ')
		at++;
	return at;
}

/* The line of a directive, at which the level stands. */
static int take_line(struct reading *reading, struct level *level, size_t indent, size_t end)
{
	int r = take(reading, level, indent);
	size_t rest = skip_blanks(level, level->at);

	if (!r && !reading->failed && rest < end && !strchr("\r\n#", level->text[rest])) {
		report_error(reading->report, level->place,
			     "in YAML an include has a line of its own");
		reading->failed = true;
	}
	while (level->at < end)
		advance(level);
	return r ? r : begin_part(reading, level);
}

/* One line after the other: as it is, or what it includes. */
static int read_yaml(struct reading *reading, struct level *level)
{
	int r = 0;

	while (!r && level->at < level->len && reading->source->len <= DOCUMENT_SIZE_MAX) {
		size_t end = end_of(level, level->at, "\n"), word = skip_spaces(level, level->at);
		size_t indent = level->indent + (word - level->at);

		while (level->at < word)
			advance(level);
		if (starts(level, DIRECTIVE)) {
			r = take_line(reading, level, indent, end);
			continue;
		}
		for (size_t i = 0; !r && word < end && level->text[word] != '\n' && i < indent; i++)
			r = put(reading, ' ');
		if (!r && level->outer)
			r = begin_part(reading, level);
		if (!r)
			r = copy_to(reading, level, end);
	}
	return r;
}

static int read_level(struct reading *reading, struct level *level)
{
	return reading->json ? read_json(reading, level) : read_yaml(reading, level);
}

int source_read(struct report *report, const char *text, struct source *ret_source)
{
	struct source source = {0};
	struct reading reading = {.report = report,
				  .source = &source,
				  .place = {.line = 1, .col = 1},
				  .closed = text != NULL};
	struct level level = {.file = report->file,
			      .text = text,
			      .len = text ? strlen(text) : 0,
			      .place = {.line = 1, .col = 1}};
	char *owned = NULL;
	int r = text ? 0 : read_file(&level, &owned);

	if (!r) {
		size_t mark = has_mark(&level) ? BYTE_ORDER_MARK : 0;

		reading.json = json_is(level.text + mark, level.len - mark);
		r = read_level(&reading, &level);
	}
	if (!r && !source.text) /* of an empty file */
		r = (source.text = strdup("")) ? 0 : -ENOMEM;
	free(owned);
	if (!r && reading.failed)
		r = -EINVAL;
	if (r < 0) {
		source_free(&source);
		return r;
	}
	*ret_source = source;
	return 0;
}
