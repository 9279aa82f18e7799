// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What is in effect, and where it comes from: for each map that is there, or whose defaults count,
 * every key of the schema with its value. Inheritance is the schema's: what a level does not set,
 * the next one outwards does that may have the key. Exceptions have a function each.
 */
#include "build.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "include.h"
#include "option_def.h"

/* Maps in maps: global keys, shared network, subnet, pool. */
#define SCHEMA_DEPTH 4

/* A map, and those that it lies in. */
struct level {
	const struct level *outer; /* NULL: the global keys */
	enum schema_scope scope;
	const struct node *map; /* NULL: it is not there, its defaults are */
	const char *in;		/* "subnet4[1]" */
	const char *from;	/* what others that inherit from it say: "subnet 1" */
	const char *prefix;	/* of its keys: "fast-path." */
};

struct show {
	const struct config *config;
	const struct node *root;
	const uint32_t *only; /* subnets by id; none: all, and all else */
	size_t n_only;
	json_t *rows;
	bool oom;
};

/* Where a value stands; node NULL: nowhere. */
struct found {
	const struct node *node;
	const struct level *level;
};

/* --- rows --- */

/* `value` is stolen. */
static void put_row(struct show *show, const struct level *level, const char *key, json_t *value,
		    struct found found)
{
	const struct source *source = show->config->source;
	char *path = NULL, *at = NULL;
	struct place place = found.node ? found.node->at : (struct place){0};

	if (found.node &&
	    asprintf(&at, "%s:%u:%u", source_file(source, place), place.line, place.col) < 0)
		at = NULL;
	if (asprintf(&path, "%s%s", level->prefix, key) < 0)
		path = NULL;
	if (!value || !path || (found.node && !at) ||
	    json_array_append_new(show->rows,
				  json_pack("{s:s, s:s, s:O, s:s, s:s?}", "in", level->in, "key",
					    path, "value", value, "from",
					    !found.node		   ? "default"
					    : found.level == level ? "here"
								   : found.level->from,
					    "at", at)) < 0)
		show->oom = true;
	json_decref(value);
	free(path);
	free(at);
}

/* --- where a key gets its value --- */

/* May what `outer` sets count in `level`? Of a pool only what is looked for from it outwards. */
static bool reaches(const struct schema_row *row, const struct level *outer,
		    const struct level *level)
{
	if (!(row->scopes & (1u << outer->scope)))
		return false;
	return outer == level || level->scope != SCOPE_POOL || (row->scopes & (1u << SCOPE_ROOT));
}

/* A level that sets valid-lifetime leaves outer minima and maxima behind (lifetimes.c). */
static enum schema_key bounded_by(enum schema_key key)
{
	switch (key) {
	case KEY_MIN_VALID_LIFETIME:
	case KEY_MAX_VALID_LIFETIME:
		return KEY_VALID_LIFETIME;
	case KEY_CLASS_MIN_VALID_LIFETIME:
	case KEY_CLASS_MAX_VALID_LIFETIME:
		return KEY_CLASS_VALID_LIFETIME;
	default:
		return KEY_NONE;
	}
}

static struct found find(const struct level *level, const struct schema_row *row)
{
	enum schema_key lifetime = bounded_by(row->key);

	for (const struct level *it = level; it; it = it->outer) {
		const struct node *node = member(it->map, row->key);

		if (!node && lifetime != KEY_NONE)
			node = member(it->map, lifetime);
		if (node && reaches(row, it, level))
			return (struct found){node, it};
	}
	return (struct found){NULL, NULL};
}

/* reservation-mode is the three keys that have replaced it, where these are not set (subnet.c). */
static bool by_mode(const struct level *level, enum schema_key key, struct found *ret_found,
		    bool *ret_value)
{
	if (key != KEY_RESERVATIONS_GLOBAL && key != KEY_RESERVATIONS_IN_SUBNET &&
	    key != KEY_RESERVATIONS_OUT_OF_POOL)
		return false;
	for (const struct level *it = level; it; it = it->outer) {
		const struct node *map = it->map;
		bool out = member_is(map, KEY_RESERVATION_MODE, "out-of-pool"),
		     in = out || member_is(map, KEY_RESERVATION_MODE, "all");

		if (member(map, key))
			return false;
		if (!member(map, KEY_RESERVATION_MODE) ||
		    (key == KEY_RESERVATIONS_OUT_OF_POOL && !in))
			continue;
		*ret_found = (struct found){member(map, KEY_RESERVATION_MODE), it};
		*ret_value = key == KEY_RESERVATIONS_GLOBAL
				     ? member_is(map, KEY_RESERVATION_MODE, "global")
			     : key == KEY_RESERVATIONS_IN_SUBNET ? in
								 : out;
		return true;
	}
	return false;
}

/* --- defaults --- */

static const struct subnet *subnet_of(const struct show *show, const struct node *map)
{
	const struct model *model = &show->config->model;
	const struct node *node = member(map, KEY_SUBNET_PREFIX);
	uint32_t prefix;
	unsigned len;

	if (!node || !parse_prefix(node->text, &prefix, &len))
		return NULL;
	for (size_t i = 0; i < model->n_subnets; i++) {
		if (model->subnets[i].prefix == prefix && model->subnets[i].prefix_len == len)
			return &model->subnets[i];
	}
	return NULL;
}

/* What the library sets where nobody else does (hooks.c). */
static json_t *of_ping_check(const struct show *show, enum schema_key key)
{
	const struct node *library = hooks_library(show->root, "libdhcp_ping_check.so"),
			  *parameters = member(library, KEY_HOOK_PARAMETERS);

	if (!library)
		return NULL;
	if (key == KEY_CONFLICT_METHOD)
		return json_string(member_bool(parameters, KEY_PING_ENABLE) ? "icmp" : "none");
	return json_integer((json_int_t)member_integer(
		parameters, key == KEY_CONFLICT_TIMEOUT ? KEY_PING_TIMEOUT : KEY_PING_CLTT));
}

/* What a default comes to that depends on other things; NULL: it does not. */
static json_t *computed(const struct show *show, const struct level *level, enum schema_key key)
{
	const struct config *config = show->config;
	const struct subnet *subnet;

	switch (key) {
	case KEY_SUBNET_ID:
		subnet = subnet_of(show, level->map);
		return subnet ? json_integer(subnet->id) : NULL;
	case KEY_MIN_VALID_LIFETIME:
	case KEY_MAX_VALID_LIFETIME:
		return json_integer((json_int_t)member_integer(NULL, KEY_VALID_LIFETIME));
	case KEY_BOOTP:
		return hooks_set_bootp(show->root) ? json_string("all") : NULL;
	case KEY_CONFLICT_METHOD:
	case KEY_CONFLICT_TIMEOUT:
	case KEY_CONFLICT_CACHE:
		return of_ping_check(show, key);
	case KEY_FAST_PATH_UNATTENDED:
		return json_integer(config->fast_path.unattended);
	case KEY_LIMIT_CLIENT_BURST:
		return json_integer(config->fast_path.client.burst);
	case KEY_LIMIT_DISCOVER_BURST:
		return json_integer(config->fast_path.discover.burst);
	case KEY_LIMIT_OTHER_BURST:
		return json_integer(config->fast_path.other.burst);
	default:
		return NULL;
	}
}

static json_t *default_of(const struct show *show, const struct level *level,
			  const struct schema_row *row)
{
	json_t *value = computed(show, level, row->key);
	char *end;
	double number;

	if (value)
		return value;
	number = strtod(row->dflt, &end);
	if (row->type == TYPE_BOOL && (!strcmp(row->dflt, "true") || !strcmp(row->dflt, "false")))
		return json_boolean(!strcmp(row->dflt, "true"));
	if (row->type == TYPE_INTEGER && *row->dflt && !*end)
		return json_integer((json_int_t)number);
	if (row->type == TYPE_NUMBER && *row->dflt && !*end)
		return json_real(number);
	return json_string(row->dflt);
}

/* --- one level --- */

static void show_level(struct show *show, const struct level *level);

static void show_value(struct show *show, const struct level *level, const struct schema_row *row)
{
	struct found found = find(level, row);
	bool value;

	if (by_mode(level, row->key, &found, &value))
		put_row(show, level, row->name, json_boolean(value), found);
	else if (found.node)
		put_row(show, level, row->name, tree_value(found.node), found);
	else if (row->dflt)
		put_row(show, level, row->name, default_of(show, level, row), found);
}

/* A map of keys is as its keys are; those of the outer levels' maps of that name count, too. */
static void show_map(struct show *show, const struct level *level, const struct schema_row *row)
{
	struct level inner[SCHEMA_DEPTH];
	char *prefix = NULL;
	size_t n = 0;

	if (asprintf(&prefix, "%s%s.", level->prefix, row->name) < 0) {
		show->oom = true;
		return;
	}
	for (const struct level *it = level; it && n < SCHEMA_DEPTH; it = it->outer) {
		if (!reaches(row, it, level))
			continue;
		inner[n] = (struct level){.scope = row->child,
					  .map = member(it->map, row->key),
					  .in = it->in,
					  .from = it->from,
					  .prefix = prefix};
		if (n)
			inner[n - 1].outer = &inner[n];
		n++;
	}
	if (n)
		show_level(show, &inner[0]);
	free(prefix);
}

/* "dhcp4.3" -> so that an option is one by its name or by its code; its name in *ret_name. */
static char *option_identity(const struct node *list, const struct node *map, const char **ret_name)
{
	const struct option_defs *defs = list->value.defs;
	const char *space = member_text(map, KEY_OPTION_SPACE);
	const struct node *name = member(map, KEY_OPTION_NAME),
			  *code = member(map, KEY_OPTION_CODE);
	const struct option_def *def = name ? option_defs_by_name(defs, space, name->text)
					    : option_defs_by_code(
						      defs, space,
						      (uint8_t)(code ? code->value.integer : 0));
	char *identity;

	*ret_name = name ? name->text : def ? def->name : NULL;
	return asprintf(&identity, "%s.%u", space,
			def    ? def->code
			: code ? (unsigned)code->value.integer
			       : 0) < 0
		       ? NULL
		       : identity;
}

/* "(a, b)": the classes that the option is for; NULL: no memory, empty: for all. */
static char *option_classes(const struct node *map)
{
	const struct node *list = member(map, KEY_OPTION_CLASSES);
	char *text = strdup("");

	for (const struct node *it = list ? list->first : NULL; it && text; it = it->next) {
		char *longer = NULL;

		if (asprintf(&longer, "%s%s%s%s", text, it == list->first ? " (" : ", ", it->text,
			     it->next ? "" : ")") < 0)
			longer = NULL;
		free(text);
		text = longer;
	}
	return text;
}

/* Of option-data of `of`. `seen`: what inner levels have for everybody; `all`: what this one has.
 */
static void show_option(struct show *show, const struct level *level, const struct level *of,
			const struct node *list, const struct node *map, json_t *seen, json_t *all)
{
	const char *name, *space = member_text(map, KEY_OPTION_SPACE);
	char *identity = option_identity(list, map, &name), *classes = option_classes(map),
	     *key = NULL;
	bool bare = !strcmp(space, OPTION_SPACE_DHCP4) || !name;
	const struct node *text = member(map, KEY_OPTION_TEXT);

	if (!identity || !classes ||
	    asprintf(&key, "option-data[%s%s%s]%s", bare ? "" : space, bare ? "" : ".",
		     name ? name : identity, classes) < 0) {
		show->oom = true;
		key = NULL;
	}
	if (key && !*classes)
		json_object_set_new(all, identity, json_true());
	if (key && !json_object_get(seen, identity))
		put_row(show, level, key,
			json_string(member_bool(map, KEY_OPTION_NEVER_SEND) ? "(never sent)"
				    : text				    ? text->text
									    : ""),
			(struct found){map, of});
	free(identity);
	free(classes);
	free(key);
}

/* Each option is that of the innermost level which has it, for everybody or for some classes. */
static void show_options(struct show *show, const struct level *level, const struct schema_row *row)
{
	json_t *seen = json_object();

	for (const struct level *it = level; it; it = it->outer) {
		const struct node *list = member(it->map, KEY_OPTION_DATA);
		json_t *all = json_object();

		for (const struct node *map = list ? list->first : NULL; map; map = map->next) {
			if (reaches(row, it, level))
				show_option(show, level, it, list, map, seen, all);
		}
		json_object_update(seen, all);
		json_decref(all);
	}
	json_decref(seen);
}

static bool is_wanted(const struct show *show, uint32_t id)
{
	for (size_t i = 0; i < show->n_only; i++) {
		if (show->only[i] == id)
			return true;
	}
	return !show->n_only;
}

/* The maps of a list, each a level of its own, by the key that names it. */
static void show_maps(struct show *show, const struct level *level, const struct schema_row *row,
		      enum schema_key named_by, const char *kind)
{
	const struct node *list = member(level->map, row->key);
	bool global = !level->outer;

	for (const struct node *map = list ? list->first : NULL; map; map = map->next) {
		const struct subnet *subnet = row->key == KEY_SUBNET4 ? subnet_of(show, map) : NULL;
		const struct node *node = member(map, named_by);
		char id[16], *in = NULL, *from = NULL;

		snprintf(id, sizeof(id), "%u", subnet ? subnet->id : 0);
		if (subnet && !is_wanted(show, subnet->id))
			continue;
		if (asprintf(&in, "%s%s%s[%s]", global ? "" : level->in, global ? "" : ".",
			     row->name,
			     subnet ? id
			     : node ? node->text
				    : "") < 0 ||
		    asprintf(&from, "%s %s", kind,
			     subnet ? id
			     : node ? node->text
				    : "") < 0)
			show->oom = true;
		else
			/* a class has nothing from the global keys: it goes before them */
			show_level(show, &(struct level){.outer = row->child == SCOPE_CLASS ? NULL
											    : level,
							 .scope = row->child,
							 .map = map,
							 .in = in,
							 .from = from,
							 .prefix = ""});
		free(in);
		free(from);
	}
}

/* Of a list whose maps are no levels there is to say how many these are. */
static void show_count(struct show *show, const struct level *level, const struct schema_row *row)
{
	const struct node *list = member(level->map, row->key);
	char text[32];

	if (!list || !list->n)
		return;
	snprintf(text, sizeof(text), "(%zu)", list->n);
	put_row(show, level, row->name, json_string(text), (struct found){list, level});
}

static bool is_shown(const struct show *show, const struct level *level)
{
	return !show->n_only || level->scope == SCOPE_SUBNET || level->scope == SCOPE_POOL ||
	       *level->prefix;
}

static bool is_levels(enum schema_key key)
{
	return key == KEY_SUBNET4 || key == KEY_SHARED_NETWORKS || key == KEY_POOLS ||
	       key == KEY_CLASSES;
}

/* Its own keys first, then the levels in it. */
static void show_level(struct show *show, const struct level *level)
{
	for (size_t i = 0; i < schema_n && is_shown(show, level); i++) {
		const struct schema_row *row = &schema[i];

		if (!row->key || row->scopes == SCHEMA_EVERYWHERE ||
		    !(row->scopes & (1u << level->scope)))
			continue;
		if (row->key == KEY_OPTION_DATA)
			show_options(show, level, row);
		else if (row->type == TYPE_MAP)
			show_map(show, level, row);
		else if (row->type == TYPE_MAPS && !is_levels(row->key))
			show_count(show, level, row);
		else if (row->type != TYPE_MAPS && row->type != TYPE_ANY)
			show_value(show, level, row);
	}
	if (level->scope == SCOPE_ROOT || level->scope == SCOPE_NETWORK)
		show_maps(show, level, schema_row(KEY_SUBNET4), KEY_SUBNET_PREFIX, "subnet");
	if (level->scope == SCOPE_ROOT)
		show_maps(show, level, schema_row(KEY_SHARED_NETWORKS), KEY_NETWORK_NAME,
			  "shared network");
	if (level->scope == SCOPE_ROOT)
		show_maps(show, level, schema_row(KEY_CLASSES), KEY_CLASS_NAME, "class");
	if (level->scope == SCOPE_SUBNET)
		show_maps(show, level, schema_row(KEY_POOLS), KEY_POOL, "pool");
}

json_t *show_tree(const struct config *config, const struct node *root, const uint32_t *only,
		  size_t n_only)
{
	struct show show = {.config = config,
			    .root = root,
			    .only = only,
			    .n_only = n_only,
			    .rows = json_array()};

	show_level(&show, &(struct level){.scope = SCOPE_ROOT,
					  .map = root,
					  .in = "global",
					  .from = "global",
					  .prefix = ""});
	if (show.oom) {
		json_decref(show.rows);
		return NULL;
	}
	return show.rows;
}
