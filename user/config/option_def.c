// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * option-def (option_def.h). What Kea refuses is refused, and so is what it takes and then
 * ignores. The number of definitions is bounded by the schema, so that walks over all of them
 * for each of them are affordable.
 */
#include "option_def.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "build.h"

static bool is_name(const char *text)
{
	size_t len = strlen(text);

	for (size_t i = 0; i < len; i++) {
		bool inside = i > 0 && i + 1 < len && (text[i] == '-' || text[i] == '_');

		if (!inside && !isalnum((unsigned char)text[i]))
			return false;
	}
	return len > 0;
}

#define NAME_RULE "letters and digits, with '-' and '_' between them"

static bool is_vendor(const char *space)
{
	return !strncmp(space, "vendor-", 7) && space[7] &&
	       strspn(space + 7, "0123456789") == strlen(space + 7);
}

uint32_t option_space_enterprise(const char *space)
{
	unsigned long long number;

	if (!is_vendor(space) || space[7] == '0' || strlen(space + 7) > 10)
		return 0;
	number = strtoull(space + 7, NULL, 10);
	return number <= UINT32_MAX ? (uint32_t)number : 0;
}

const char *option_space(struct report *report, const struct node *map, enum schema_key key)
{
	const struct node *node = member(map, key);
	char buf[REPORT_QUOTED];

	if (!node)
		return member_bad(map, key) ? NULL : OPTION_SPACE_DHCP4;
	if (!is_name(node->text))
		report_error(report, node->at, "%s %s is no name of a space: " NAME_RULE, node->key,
			     report_quote(node->text, buf));
	else if (!strcmp(node->text, "dhcp6"))
		report_error(report, node->at, "%s \"dhcp6\" is that of DHCPv6", node->key);
	else if (is_vendor(node->text) && !option_space_enterprise(node->text))
		report_error(report, node->at,
			     "%s %s is no enterprise's space: vendor-1 to vendor-4294967295",
			     node->key, report_quote(node->text, buf));
	else
		return node->text;
	return NULL;
}

bool option_code_allowed(struct report *report, const struct node *code, const char *space)
{
	uint64_t value = code->value.integer;

	if (strcmp(space, OPTION_SPACE_DHCP4) != 0 || (value >= 1 && value <= 254))
		return true;
	report_error(report, code->at,
		     "code %u is out of range, allowed: 1 to 254, and 0 to 255 in spaces other "
		     "than dhcp4",
		     (unsigned)value);
	return false;
}

/* --- finding --- */

const struct option_def *option_defs_by_code(const struct option_defs *defs, const char *space,
					     uint8_t code)
{
	for (; defs; defs = defs->outer) {
		for (size_t i = 0; i < defs->n; i++) {
			if (defs->v[i].def.code == code && !strcmp(defs->v[i].space, space))
				return &defs->v[i].def;
		}
	}
	return option_in_space(space, code);
}

const struct option_def *option_defs_by_name(const struct option_defs *defs, const char *space,
					     const char *name)
{
	const struct option_def *def;

	for (const struct option_defs *level = defs; level; level = level->outer) {
		for (size_t i = 0; i < level->n; i++) {
			def = &level->v[i].def;
			/* the name of one that is defined anew is gone */
			if (!strcmp(def->name, name) && !strcmp(level->v[i].space, space) &&
			    option_defs_by_code(defs, space, def->code) == def)
				return def;
		}
	}
	def = option_in_space_by_name(space, name);
	return def && option_defs_by_code(defs, space, def->code) == def ? def : NULL;
}

const struct option_def *option_defs_of_message_by_name(const void *defs, const char *name)
{
	return option_defs_by_name(defs, OPTION_SPACE_DHCP4, name);
}

const struct option_def *option_defs_of_message_by_code(const void *defs, uint8_t code)
{
	return option_defs_by_code(defs, OPTION_SPACE_DHCP4, code);
}

unsigned option_defs_around(const struct option_defs *defs, const char *space,
			    const struct option_def **ret_def, const char **ret_space)
{
	const struct option_def *found = NULL;
	const char *in = NULL;
	unsigned n = 0;

	for (const struct option_defs *level = defs; level; level = level->outer) {
		for (size_t i = 0; i < level->n; i++) {
			const struct own_def *own = &level->v[i];

			if (!own->def.encapsulates || strcmp(own->def.encapsulates, space) != 0 ||
			    option_defs_by_code(defs, own->space, own->def.code) != &own->def)
				continue;
			found = &own->def;
			in = own->space;
			n++;
		}
	}
	for (unsigned code = 1; code < 255; code++) {
		const struct option_def *def = option_by_code((uint8_t)code);

		if (!def || !def->encapsulates || strcmp(def->encapsulates, space) != 0 ||
		    option_defs_by_code(defs, OPTION_SPACE_DHCP4, (uint8_t)code) != def)
			continue;
		found = def;
		in = OPTION_SPACE_DHCP4;
		n++;
	}
	if (n == 1) {
		*ret_def = found;
		*ret_space = in;
	}
	return n;
}

/* --- one definition --- */

/* false: there is no such type */
static bool type_of(const char *word, size_t len, enum option_type *ret_type)
{
	static const char *const words[] = {
#define X(name, word, ...) word,
		OPTION_KEA_TYPES(X)
#undef X
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strlen(words[i]) != len || memcmp(words[i], word, len) != 0)
			continue;
		*ret_type = (enum option_type)i;
		return true;
	}
	return false;
}

static bool endless(unsigned type)
{
	return type == OPTION_STRING || type == OPTION_BINARY;
}

/* One word of record-types: a field more. */
static bool build_field(struct report *report, struct place at, const char *word, size_t len,
			struct option_def *def)
{
	enum option_type type;
	char field[64], buf[REPORT_QUOTED];

	snprintf(field, sizeof(field), "%.*s", (int)len, word);
	if (!type_of(word, len, &type))
		report_error(report, at, "record-types: %s is no type", report_quote(field, buf));
	else if (type == OPTION_EMPTY || type == OPTION_RECORD)
		report_error(report, at, "record-types: no field can be of type %s", field);
	else if (def->n_fields && endless(def->fields[def->n_fields - 1]))
		report_error(report, at,
			     "record-types: a string or binary has no end of its own and can only "
			     "be the last field");
	else if (def->n_fields == OPTION_FIELDS_MAX)
		report_error(report, at, "record-types: at most %d fields", OPTION_FIELDS_MAX);
	else {
		def->fields[def->n_fields++] = type;
		return true;
	}
	return false;
}

/* "ipv4-address, uint16, string" */
static bool build_record(struct report *report, const struct node *map, struct option_def *def)
{
	const struct node *node = member(map, KEY_DEF_RECORD_TYPES);
	const char *text = node ? node->text : "";

	if (member_bad(map, KEY_DEF_RECORD_TYPES))
		return false;
	if (*text && def->type != OPTION_RECORD) {
		report_error(report, node->at, "record-types is for the type record alone");
		return false;
	}
	while (*text) {
		const char *end = text + strcspn(text, ","), *last = end;

		while (text < end && isspace((unsigned char)*text))
			text++;
		while (last > text && isspace((unsigned char)last[-1]))
			last--;
		if (last > text && !build_field(report, node->at, text, (size_t)(last - text), def))
			return false;
		text = end + (*end == ',');
	}
	if (def->type != OPTION_RECORD || def->n_fields >= 2)
		return true;
	report_error(report, place_in(map, KEY_DEF_RECORD_TYPES),
		     "a record has 2 fields or more, in record-types");
	return false;
}

static bool build_array(struct report *report, const struct node *map, struct option_def *def)
{
	unsigned last = def->n_fields ? def->fields[def->n_fields - 1] : def->type;

	def->array = member_bool(map, KEY_DEF_ARRAY);
	if (!def->array || (!endless(last) && last != OPTION_EMPTY))
		return true;
	report_error(report, place_in(map, KEY_DEF_ARRAY), "array: there is no list of type %s",
		     last == OPTION_EMPTY    ? "empty"
		     : last == OPTION_STRING ? "string"
					     : "binary");
	return false;
}

static void build_encapsulate(struct report *report, const struct node *map, struct own_def *own)
{
	const struct node *node = member(map, KEY_DEF_ENCAPSULATE);
	const char *space = NULL;

	if (node && *node->text)
		space = option_space(report, map, KEY_DEF_ENCAPSULATE);
	if (!space)
		return;
	if (!strcmp(space, OPTION_SPACE_DHCP4))
		report_error(report, node->at,
			     "encapsulate: dhcp4 is the space of a message's own options");
	else if (option_space_enterprise(space))
		report_error(report, node->at,
			     "encapsulate: %s is in option 125 (vivso-suboptions) and nowhere else",
			     space);
	else if (!strcmp(space, own->space))
		report_error(report, node->at, "encapsulate: an option cannot hold its own space");
	else if (own->def.array)
		report_error(
			report, node->at,
			"encapsulate: no sub-option can follow a list, which has no end of its "
			"own");
	else
		own->def.encapsulates = space;
}

/*
 * Kea's own options stay as they are, but for 43, which each vendor fills as it likes, and 122,
 * which older Kea does not know. An enterprise's are the enterprise's.
 */
static bool is_fixed(const struct option_def *def, const char *space)
{
	return def && !def->ours && !def->encapsulates && !option_space_enterprise(space);
}

static bool check_new(struct report *report, const struct node *map, const struct own_def *own,
		      const struct option_defs *defs)
{
	const struct option_def *code = option_in_space(own->space, own->def.code),
				*name = option_in_space_by_name(own->space, own->def.name);

	if (is_fixed(code, own->space)) {
		report_error(report, member(map, KEY_DEF_CODE)->at,
			     "option %u is %s and cannot be defined anew", code->code, code->name);
		return false;
	}
	if (is_fixed(name, own->space)) {
		report_error(report, member(map, KEY_DEF_NAME)->at,
			     "%s is the name of option %u and cannot be given to another",
			     name->name, name->code);
		return false;
	}
	for (size_t i = 0; i < defs->n; i++) {
		const struct own_def *it = &defs->v[i];
		bool same_code = it->def.code == own->def.code;

		if (strcmp(it->space, own->space) != 0 ||
		    (!same_code && strcmp(it->def.name, own->def.name) != 0))
			continue;
		report_error(report, map->at,
			     "this option's %s in space %s is already that of the definition at "
			     "%s",
			     same_code ? "code" : "name", own->space,
			     LINE_OF(report, map->at, it->at));
		return false;
	}
	return true;
}

static void build_def(struct report *report, const struct node *map, struct option_defs *defs)
{
	const struct node *name = member(map, KEY_DEF_NAME), *code = member(map, KEY_DEF_CODE),
			  *type = member(map, KEY_DEF_TYPE);
	struct own_def own = {.space = option_space(report, map, KEY_DEF_SPACE), .at = map->at};
	char buf[REPORT_QUOTED];

	if (name && !is_name(name->text)) {
		report_error(report, name->at, "%s is no name of an option: " NAME_RULE,
			     report_quote(name->text, buf));
		name = NULL;
	}
	if (!name || !code || !type || !own.space || !option_code_allowed(report, code, own.space))
		return;
	own.def.name = name->text;
	own.def.code = (uint8_t)code->value.integer;
	type_of(type->value.choice, strcspn(type->value.choice, "|"), &own.def.type);
	own.def.wrong = !build_record(report, map, &own.def) || !build_array(report, map, &own.def);
	build_encapsulate(report, map, &own);
	if (check_new(report, map, &own, defs))
		defs->v[defs->n++] = own;
}

/* --- all of them --- */

#define ON_THE_WAY 1
#define KNOWN	   2

/*
 * How many spaces lie in each other below a definition, depth first. state: 0 not seen,
 * ON_THE_WAY here, or KNOWN and more by that number. What is wrong is cut off, so that the next
 * one is not wrong for the same reason.
 */
static unsigned nesting(struct report *report, struct option_defs *defs, size_t at, uint16_t *state)
{
	struct own_def *own = &defs->v[at];
	unsigned deepest = 0;

	if (state[at] >= KNOWN)
		return state[at] - KNOWN;
	state[at] = ON_THE_WAY;
	for (size_t i = 0; own->def.encapsulates && i < defs->n; i++) {
		unsigned below;

		if (strcmp(defs->v[i].space, own->def.encapsulates) != 0)
			continue;
		if (state[i] == ON_THE_WAY) {
			report_error(report, own->at,
				     "encapsulate: %s holds option %s (%s), which holds this "
				     "one again",
				     own->def.encapsulates, defs->v[i].def.name,
				     LINE_OF(report, own->at, defs->v[i].at));
			own->def.encapsulates = NULL;
			break;
		}
		below = nesting(report, defs, i, state);
		deepest = below > deepest ? below : deepest;
	}
	if (own->def.encapsulates && deepest >= OPTION_NESTING) {
		report_error(report, own->at, "encapsulate: more than %d spaces lie in each other",
			     OPTION_NESTING);
		own->def.encapsulates = NULL;
	}
	state[at] = (uint16_t)(KNOWN + (own->def.encapsulates ? deepest + 1 : 0));
	return state[at] - KNOWN;
}

static void check_nesting(struct report *report, struct option_defs *defs)
{
	uint16_t *state = calloc(defs->n + 1, sizeof(*state));

	if (!state) {
		report->oom = true;
		return;
	}
	for (size_t i = 0; i < defs->n; i++)
		nesting(report, defs, i, state);
	free(state);
}

static void put_into_lists(struct node *node, const struct option_defs *defs)
{
	if (node->row && node->row->key == KEY_OPTION_DATA)
		node->value.defs = defs;
	for (struct node *child = node->first; child; child = child->next)
		put_into_lists(child, defs);
}

/* The definitions of `map`, of the map of global keys or of a class. */
static void build_defs(struct report *report, struct node *root, struct option_defs *ret_defs)
{
	const struct node *list = member(root, KEY_OPTION_DEF);

	put_into_lists(root, ret_defs);
	if (!list || !list->n)
		return;
	ret_defs->v = calloc(list->n, sizeof(*ret_defs->v));
	if (!ret_defs->v) {
		report->oom = true;
		return;
	}
	for (const struct node *map = list->first; map; map = map->next) {
		if (!map->bad)
			build_def(report, map, ret_defs);
	}
	check_nesting(report, ret_defs);
}

void build_option_defs(struct report *report, struct node *root, struct option_defs *ret_defs)
{
	*ret_defs = (struct option_defs){0};
	build_defs(report, root, ret_defs);
}

/*
 * Kea's rule: only those that are each vendor's or each site's own (RFC 2132 8.4, RFC 3942 4). All
 * are a message's own options, which no option encapsulates: they close no circle.
 */
void build_class_defs(struct report *report, struct node *map, const struct option_defs *global,
		      struct option_defs *ret_defs)
{
	const struct node *list = member(map, KEY_OPTION_DEF);

	*ret_defs = (struct option_defs){.outer = global};
	for (struct node *def = list ? list->first : NULL; def; def = def->next) {
		const struct node *code = def->bad ? NULL : member(def, KEY_DEF_CODE);
		uint64_t value = code ? code->value.integer : DHO_VENDOR_SPECIFIC;
		const char *space = member(def, KEY_DEF_SPACE) ? member(def, KEY_DEF_SPACE)->text
							       : OPTION_SPACE_DHCP4;

		if ((value == DHO_VENDOR_SPECIFIC || (value >= 224 && value <= 254)) &&
		    !strcmp(space, OPTION_SPACE_DHCP4))
			continue;
		report_error(report, def->at,
			     "a class defines options 43 and 224 to 254 of a message alone, not "
			     "option %u in %s: define it for all",
			     (unsigned)value, space);
		def->bad = true;
	}
	build_defs(report, map, ret_defs);
}

void option_defs_free(struct option_defs *defs)
{
	free(defs->v);
	*defs = (struct option_defs){0};
}
