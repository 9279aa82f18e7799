// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * libyaml's events -> tree of nodes (document.h). Anchors, aliases and tags are
 * refused: no file of this daemon needs them, and without them the tree is
 * never larger than its text. All memory is in blocks freed at once.
 */
#include "document.h"
#include "include.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <yaml.h>

#define BLOCK_SIZE 65536u

struct document_block {
	struct document_block *next;
	size_t used, size;
	_Alignas(16) char data[];
};

struct parse {
	yaml_parser_t yaml;
	struct document *document;
	struct report *report;
	const struct source *source;
	const char *text;
	size_t len;
	size_t nodes;
};

static void *allocate(struct parse *p, size_t size)
{
	struct document_block *block = p->document->blocks;
	void *at;

	size = (size + 15) & ~(size_t)15;
	if (!block || block->size - block->used < size) {
		size_t room = size > BLOCK_SIZE ? size : BLOCK_SIZE;

		block = malloc(sizeof(*block) + room);
		if (!block)
			return NULL;
		block->next = p->document->blocks;
		block->used = 0;
		block->size = room;
		p->document->blocks = block;
	}
	at = block->data + block->used;
	block->used += size;
	memset(at, 0, size);
	return at;
}

void document_free(struct document *document)
{
	if (!document)
		return;
	for (struct document_block *block = document->blocks, *next; block; block = next) {
		next = block->next;
		free(block);
	}
	free(document);
}

static struct place place_of(const struct parse *p, yaml_mark_t mark)
{
	return source_place(p->source, (struct place){.line = (uint32_t)mark.line + 1,
						      .col = (uint32_t)mark.column + 1});
}

static struct place place_of_offset(const struct parse *p, size_t offset)
{
	struct place at = {.line = 1, .col = 1};

	for (size_t i = 0; i < offset && i < p->len; i++) {
		if (p->text[i] == '\n') {
			at.line++;
			at.col = 1;
		} else if (((unsigned char)p->text[i] & 0xc0) != 0x80) {
			at.col++;
		}
	}
	return source_place(p->source, at);
}

static void syntax_error(struct parse *p)
{
	const yaml_parser_t *yaml = &p->yaml;
	const char *problem = yaml->problem ? yaml->problem : "cannot be read";
	const char *hint = "";

	if (yaml->error == YAML_READER_ERROR) {
		report_error(p->report, place_of_offset(p, yaml->problem_offset),
			     "syntax error: %s (the file must be UTF-8)", problem);
		return;
	}
	if (yaml->context && strstr(yaml->context, "alias"))
		hint = "; a star is written in quotes: \"*\"";
	else if (strstr(problem, "cannot start any token"))
		hint = "; indent with spaces, and put such a value in quotes";
	if (yaml->context && yaml->context_mark.line != yaml->problem_mark.line)
		report_error(p->report, place_of(p, yaml->problem_mark),
			     "syntax error: %s, %s that starts at %s%s", problem, yaml->context,
			     LINE_OF(p->report, place_of(p, yaml->problem_mark),
				     place_of(p, yaml->context_mark)),
			     hint);
	else
		report_error(p->report, place_of(p, yaml->problem_mark), "syntax error: %s%s%s%s",
			     problem, yaml->context ? ", " : "", yaml->context ? yaml->context : "",
			     hint);
}

static int next_event(struct parse *p, yaml_event_t *event)
{
	if (yaml_parser_parse(&p->yaml, event))
		return 0;
	if (p->yaml.error == YAML_MEMORY_ERROR)
		return -ENOMEM;
	syntax_error(p);
	return -EINVAL;
}

static const char *copy_text(struct parse *p, const yaml_event_t *event)
{
	size_t len = event->data.scalar.length;
	char *text = allocate(p, len + 1);

	if (text && memchr(event->data.scalar.value, 0, len))
		report_error(p->report, place_of(p, event->start_mark),
			     "a NUL character is not allowed in text");
	if (text)
		memcpy(text, event->data.scalar.value, len);
	return text;
}

static bool is_word(const char *text, const char *const *words)
{
	for (; *words; words++) {
		if (!strcmp(text, *words))
			return true;
	}
	return false;
}

/* JSON's grammar of numbers: what both notations agree to be one. */
static enum scalar_kind number_kind(const char *s)
{
	enum scalar_kind kind = SCALAR_INTEGER;

	s += *s == '-';
	if (*s == '0')
		s++;
	else if (*s >= '1' && *s <= '9')
		s += strspn(s, "0123456789");
	else if (*s != '.') /* ".5", as Kea and YAML take it */
		return SCALAR_STRING;
	if (*s == '.') {
		size_t n = strspn(s + 1, "0123456789");

		if (!n)
			return SCALAR_STRING;
		s += 1 + n;
		kind = SCALAR_REAL;
	}
	if (*s == 'e' || *s == 'E') {
		s += 1 + (s[1] == '+' || s[1] == '-');
		if (!strspn(s, "0123456789"))
			return SCALAR_STRING;
		s += strspn(s, "0123456789");
		kind = SCALAR_REAL;
	}
	return *s ? SCALAR_STRING : kind;
}

enum scalar_kind scalar_kind(const struct node *node)
{
	static const char *const nulls[] = {"", "~", "null", "Null", "NULL", NULL};
	static const char *const bools[] = {"true",  "True",  "TRUE", "false",
					    "False", "FALSE", NULL};

	if (!node->plain)
		return SCALAR_STRING;
	if (is_word(node->text, nulls))
		return SCALAR_NULL;
	if (is_word(node->text, bools))
		return SCALAR_BOOL;
	return number_kind(node->text);
}

struct place place_in_text(const struct node *node, size_t offset)
{
	struct place at = node->at;

	if (node->lines)
		return at;
	at.col += node->quote != 0;
	for (size_t i = 0; i < offset && node->text[i]; i++) {
		char c = node->text[i];
		bool control = (unsigned char)c < ' ';

		if ((c & 0xc0) == 0x80)
			continue;
		/* '' stands for ' between such, and \", \\, \n for these between the others */
		at.col += 1 + (node->quote && c == node->quote) +
			  (node->quote == '"' && (c == '\\' || control));
	}
	return at;
}

/* JSON quotes all text with double quotes; libyaml would let more pass. */
static void check_json_scalar(struct parse *p, struct node *node, yaml_scalar_style_t style,
			      bool key)
{
	static const char *const words[] = {"null", "true", "false", NULL};
	char buf[REPORT_QUOTED];

	if (style == YAML_DOUBLE_QUOTED_SCALAR_STYLE)
		return;
	if (key) {
		report_error(p->report, node->key_at, "a JSON key is written in double quotes: %s",
			     report_quote(node->key, buf));
		return;
	}
	if (node->plain && (is_word(node->text, words) || number_kind(node->text) != SCALAR_STRING))
		return;
	node->bad = true;
	if (node->plain && !*node->text)
		report_error(p->report, node->at, "a value is missing here");
	else
		report_error(p->report, node->at, "JSON text is written in double quotes: %s",
			     report_quote(node->text, buf));
}

static void check_properties(struct parse *p, const yaml_event_t *event)
{
	const yaml_char_t *anchor = NULL, *tag = NULL;

	if (event->type == YAML_SCALAR_EVENT) {
		anchor = event->data.scalar.anchor;
		tag = event->data.scalar.tag;
	} else if (event->type == YAML_SEQUENCE_START_EVENT) {
		anchor = event->data.sequence_start.anchor;
		tag = event->data.sequence_start.tag;
	} else if (event->type == YAML_MAPPING_START_EVENT) {
		anchor = event->data.mapping_start.anchor;
		tag = event->data.mapping_start.tag;
	}
	if (anchor)
		report_error(p->report, place_of(p, event->start_mark),
			     "anchors (&name) are not supported: write the value out where it is "
			     "needed");
	if (tag)
		report_error(p->report, place_of(p, event->start_mark),
			     "tags (!name) are not supported: the key decides the type");
}

static int parse_node(struct parse *p, const yaml_event_t *event, unsigned depth,
		      struct node *node);

static struct node *new_node(struct parse *p)
{
	return p->nodes++ < DOCUMENT_NODES_MAX ? allocate(p, sizeof(struct node)) : NULL;
}

static int no_node(struct parse *p, const yaml_event_t *event)
{
	if (p->nodes <= DOCUMENT_NODES_MAX)
		return -ENOMEM;
	report_error(p->report, place_of(p, event->start_mark),
		     "too many values, at most %u are allowed", DOCUMENT_NODES_MAX);
	return -EINVAL;
}

/* The key of a map's next member. */
static int parse_key(struct parse *p, const yaml_event_t *event, struct node *node)
{
	node->key_at = place_of(p, event->start_mark);
	if (event->type != YAML_SCALAR_EVENT) {
		report_error(p->report, node->key_at, "a key must be a word, not a %s",
			     event->type == YAML_ALIAS_EVENT ? "reference" : "list or map");
		return -EINVAL;
	}
	check_properties(p, event);
	node->key = copy_text(p, event);
	if (!node->key)
		return -ENOMEM;
	if (p->document->json)
		check_json_scalar(p, node, event->data.scalar.style, true);
	return 0;
}

/* The members of a list or map, up to its end. */
static int parse_members(struct parse *p, struct node *parent, unsigned depth)
{
	bool map = parent->type == NODE_MAP;
	struct node **tail = &parent->first;
	yaml_event_t event;
	int r;

	for (;;) {
		struct node *node;

		r = next_event(p, &event);
		if (r < 0)
			return r;
		if (event.type == YAML_MAPPING_END_EVENT || event.type == YAML_SEQUENCE_END_EVENT) {
			yaml_event_delete(&event);
			return 0;
		}
		node = new_node(p);
		r = node ? 0 : no_node(p, &event);
		if (!r && map) {
			r = parse_key(p, &event, node);
			yaml_event_delete(&event);
			if (!r)
				r = next_event(p, &event);
			if (r < 0)
				return r;
		}
		if (!r)
			r = parse_node(p, &event, depth, node);
		yaml_event_delete(&event);
		if (r < 0)
			return r;
		*tail = node;
		tail = &node->next;
		parent->n++;
	}
}

static int parse_node(struct parse *p, const yaml_event_t *event, unsigned depth, struct node *node)
{
	node->at = place_of(p, event->start_mark);
	check_properties(p, event);
	if (event->type == YAML_ALIAS_EVENT) {
		report_error(p->report, node->at,
			     "aliases (*name) are not supported: write the value out, or \"*\" in "
			     "quotes");
		node->text = "";
		node->bad = true;
		return 0;
	}
	if (event->type == YAML_SCALAR_EVENT) {
		node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
		if (event->data.scalar.style == YAML_DOUBLE_QUOTED_SCALAR_STYLE)
			node->quote = '"';
		if (event->data.scalar.style == YAML_SINGLE_QUOTED_SCALAR_STYLE)
			node->quote = '\'';
		node->lines = event->end_mark.line != event->start_mark.line;
		node->text = copy_text(p, event);
		if (!node->text)
			return -ENOMEM;
		if (p->document->json)
			check_json_scalar(p, node, event->data.scalar.style, false);
		return 0;
	}
	if (depth >= DOCUMENT_DEPTH_MAX) {
		report_error(p->report, node->at,
			     "nested too deeply, at most %d levels are allowed",
			     DOCUMENT_DEPTH_MAX);
		return -EINVAL;
	}
	node->type = event->type == YAML_MAPPING_START_EVENT ? NODE_MAP : NODE_LIST;
	return parse_members(p, node, depth + 1);
}

static int by_key(const void *a, const void *b)
{
	const struct node *x = *(const struct node *const *)a, *y = *(const struct node *const *)b;
	int order = strcmp(x->key, y->key);

	return order ? order : place_order(x->key_at, y->key_at);
}

static int check_repeated(struct report *report, const struct node *map)
{
	const struct node **members = calloc(map->n + 1, sizeof(*members));
	char buf[REPORT_QUOTED];
	size_t n = 0;

	if (!members)
		return -ENOMEM;
	for (const struct node *node = map->first; node; node = node->next)
		members[n++] = node;
	qsort(members, n, sizeof(*members), by_key);
	for (size_t i = 1, first = 0; i < n; i++) {
		if (strcmp(members[first]->key, members[i]->key) != 0)
			first = i;
		else
			report_error(report, members[i]->key_at,
				     "key %s is here again; the first is at %s",
				     report_quote(members[i]->key, buf),
				     LINE_OF(report, members[i]->key_at, members[first]->key_at));
	}
	free(members);
	return 0;
}

static int check_all_repeated(struct report *report, const struct node *node)
{
	int r = node->type == NODE_MAP ? check_repeated(report, node) : 0;

	for (const struct node *child = node->first; child && !r; child = child->next)
		r = check_all_repeated(report, child);
	return r;
}

/* Stream start, one document, stream end. */
static int parse_stream(struct parse *p)
{
	yaml_event_t event;
	bool done = false;
	int r = 0;

	while (!r && !done) {
		r = next_event(p, &event);
		if (r < 0)
			return r;
		switch (event.type) {
		case YAML_STREAM_START_EVENT:
		case YAML_DOCUMENT_END_EVENT:
			break;
		case YAML_DOCUMENT_START_EVENT:
			if (!p->document->root)
				break;
			report_error(p->report, place_of(p, event.start_mark),
				     "a second document starts here; a file holds one");
			r = -EINVAL;
			break;
		case YAML_STREAM_END_EVENT:
			done = true;
			break;
		default:
			p->document->root = new_node(p);
			r = p->document->root ? parse_node(p, &event, 0, p->document->root)
					      : -ENOMEM;
			break;
		}
		yaml_event_delete(&event);
	}
	if (!r && !p->document->root) {
		report_error(p->report, (struct place){.line = 1, .col = 1},
			     "the file is empty; expected a map of keys such as \"subnet4\"");
		r = -EINVAL;
	}
	return r;
}

static int parse_text(struct parse *p)
{
	int r;

	if (!yaml_parser_initialize(&p->yaml))
		return -ENOMEM;
	yaml_parser_set_encoding(&p->yaml, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&p->yaml, (const unsigned char *)p->text, p->len);
	r = parse_stream(p);
	yaml_parser_delete(&p->yaml);
	return r ? r : check_all_repeated(p->report, p->document->root);
}

int document_parse(struct report *report, const char *text, size_t len,
		   struct document **ret_document)
{
	const struct source source = {.text = (char *)text, .len = len};

	return document_parse_source(report, &source, ret_document);
}

int document_parse_source(struct report *report, const struct source *whole,
			  struct document **ret_document)
{
	struct source source = *whole;
	struct parse p = {.report = report, .source = &source};
	char *blanked = NULL;
	int r = -ENOMEM;

	if (source.len > DOCUMENT_SIZE_MAX) {
		report_error(report, (struct place){.line = 1, .col = 1},
			     "the file is larger than %u MiB", DOCUMENT_SIZE_MAX >> 20);
		return -EINVAL;
	}
	/* a byte order mark says nothing */
	if (source.len >= 3 && !memcmp(source.text, "\xef\xbb\xbf", 3)) {
		source.text += 3;
		source.len -= 3;
	}
	p.text = source.text;
	p.len = source.len;
	p.document = calloc(1, sizeof(*p.document));
	if (!p.document)
		return -ENOMEM;
	p.document->json = json_blank_comments(report, &source, &blanked, &p.len);
	if (p.document->json)
		p.text = blanked;
	if (report->errors.n)
		r = -EINVAL;
	else if (!p.document->json || blanked)
		r = parse_text(&p);
	free(blanked);
	if (r < 0) {
		document_free(p.document);
		return r;
	}
	*ret_document = p.document;
	return 0;
}
