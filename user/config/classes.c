// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * client-classes, and every place that names one. First each defined class gets its number, in the
 * file's order; then they are built one after the other, so that a test names only what stands
 * before it; then all lists of classes in the tree get the numbers of their names
 * (node->value.integer), and with these are built like anything else. A name that
 * nothing defines is a class without members, unless a reservation gives it: Kea takes such a
 * file, so it is a notice.
 */
#include "classes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "build.h"
#include "proto/message.h"

/* --- names and numbers --- */

/* Where the name is, or would be. */
static uint16_t *slot_of(struct class_names *names, const struct model *model, const char *name)
{
	uint32_t hash = 2166136261u; /* FNV-1a */

	for (const char *c = name; *c; c++)
		hash = (hash ^ (uint8_t)*c) * 16777619u;
	for (;; hash++) {
		uint16_t *slot = &names->slots[hash % CLASS_SLOTS];

		if (!*slot || !strcmp(model->classes[*slot - 1].name, name))
			return slot;
	}
}

/* -1: it is not known. */
static int number_of(struct class_names *names, const struct model *model, const char *name)
{
	return *slot_of(names, model, name) - 1;
}

/* A new class of that name; its number, or -1: no memory, or too many. */
static int add_class(struct build *build, const char *name)
{
	struct class_names *names = &build->classes;
	struct model *model = &build->config->model;
	char *copy;

	if (model->n_classes == MODEL_CLASSES_MAX)
		return -1;
	if (!model->classes)
		model->classes = calloc(MODEL_CLASSES_MAX, sizeof(*model->classes));
	copy = model->classes ? strdup(name) : NULL;
	if (!copy) {
		build->report->oom = true;
		return -1;
	}
	*slot_of(names, model, name) = (uint16_t)(model->n_classes + 1);
	model->classes[model->n_classes] = (struct client_class){
		.name = copy, .by = CLASS_BY_TEST, .memoisable = true};
	return (int)model->n_classes++;
}

#define VENDOR_PREFIX "VENDOR_CLASS_"
#define SPAWN_PREFIX  "SPAWN_"

/* The value that follows "SPAWN_TEMPLATE_" in the name, or NULL. */
static const char *spawned_value(const char *name, const char *template)
{
	size_t prefix = strlen(SPAWN_PREFIX), len = strlen(template);

	if (strncmp(name, SPAWN_PREFIX, prefix) != 0 ||
	    strncmp(name + prefix, template, len) != 0 || name[prefix + len] != '_' ||
	    !name[prefix + len + 1])
		return NULL;
	return name + prefix + len + 1;
}

/*
 * What the name alone makes of it, where `templates` are all that are built. Returns the number of
 * templates that may have made it: of more than one, which is meant cannot be told.
 */
static size_t settle_name(struct model *model, size_t templates, struct client_class *class)
{
	static const struct {
		const char *name;
		enum class_by by;
	} names[] = {
		{"ALL", CLASS_BY_ALL},
		{"BOOTP", CLASS_BY_BOOTP},
		{"KNOWN", CLASS_BY_KNOWN},
		{"UNKNOWN", CLASS_BY_UNKNOWN},
	};
	size_t found = 0;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!strcmp(class->name, names[i].name))
			class->by = names[i].by;
	}
	class->with_reservation = class->by == CLASS_BY_KNOWN || class->by == CLASS_BY_UNKNOWN;
	if (!strncmp(class->name, VENDOR_PREFIX, strlen(VENDOR_PREFIX)) &&
	    class->name[strlen(VENDOR_PREFIX)]) {
		class->by = CLASS_BY_VENDOR;
		class->value = class->name + strlen(VENDOR_PREFIX);
	}
	for (size_t i = 0; i < templates; i++) {
		const struct client_class *template = &model->classes[i];
		const char *value = template->by == CLASS_BY_TEMPLATE
					    ? spawned_value(class->name, template->name)
					    : NULL;

		if (!value)
			continue;
		found++;
		class->by = CLASS_BY_SPAWN;
		class->of = (uint16_t)i;
		class->value = value;
		class->with_reservation = template->with_reservation;
		class->memoisable = template->memoisable;
	}
	return found;
}

/* What Kea's hooks give to clients; here nothing does, but a reservation may. */
static bool is_of_hooks(const char *name)
{
	static const char *const prefixes[] = {"HA_", "AFTER_", "EXTERNAL_"};

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		if (!strncmp(name, prefixes[i], strlen(prefixes[i])) && name[strlen(prefixes[i])])
			return true;
	}
	return !strcmp(name, "SKIP_DDNS");
}

/* The number of a name, which is a class from now on; -1: none. */
static int intern(struct build *build, const char *name)
{
	struct model *model = &build->config->model;
	int number = number_of(&build->classes, model, name);

	if (number >= 0)
		return number;
	number = add_class(build, name);
	if (number >= 0)
		settle_name(model, build->classes.n_built, &model->classes[number]);
	return number;
}

const char *nearest_class(const struct build *build, const char *name, size_t limit,
			  char buf[NEAREST_MAX])
{
	static const char *const builtin[] = {"ALL", "KNOWN", "UNKNOWN", "BOOTP"};
	const struct model *model = &build->config->model;
	const char *nearest = NULL;
	unsigned best = 99;

	for (size_t i = 0; i < limit + sizeof(builtin) / sizeof(builtin[0]); i++) {
		const char *other = i < limit ? model->classes[i].name : builtin[i - limit];
		unsigned d = schema_distance(name, other);

		if (d && d < best) {
			best = d;
			nearest = other;
		}
	}
	*buf = 0;
	if (best <= (strlen(name) + 1) / 3)
		snprintf(buf, NEAREST_MAX, ", did you mean \"%s\"?", nearest);
	return buf;
}

static void mention(struct build *build, struct place at, enum mention_kind kind, int number,
		    size_t in)
{
	struct class_names *names = &build->classes;

	if (names->n_mentions == names->room_mentions) {
		size_t room = names->room_mentions ? 2 * names->room_mentions : 64;
		struct mention *more = reallocarray(names->mentions, room, sizeof(*more));

		if (!more) {
			build->report->oom = true;
			return;
		}
		names->mentions = more;
		names->room_mentions = room;
	}
	names->mentions[names->n_mentions++] = (struct mention){
		.at = at, .kind = kind, .number = (uint16_t)number, .in = (uint16_t)in};
}

/* --- tests --- */

int build_expression(struct report *report, const struct node *node, const struct expr_scope *scope,
		     struct expr **ret, struct expr_note *ret_note)
{
	char where[48] = "";
	int r = expr_parse(node->text, scope, ret, ret_note);

	if (node->lines)
		snprintf(where, sizeof(where), " (at byte %zu of it)", ret_note->offset + 1);
	if (r == -EINVAL)
		report_error(report, place_in_text(node, ret_note->offset), "%s%s: %s", node->key,
			     where, ret_note->text);
	else if (r < 0)
		report->oom = true;
	return r;
}

struct naming { /* while a class's test is parsed */
	struct build *build;
	const struct node *node; /* its text */
	size_t number;		 /* the class's own */
};

static bool class_by_name(void *context, const char *name, size_t offset, struct expr_class *ret,
			  char why[EXPR_WHY_MAX])
{
	const struct naming *naming = context;
	struct build *build = naming->build;
	const struct model *model = &build->config->model;
	int number = number_of(&build->classes, model, name);
	char quoted[REPORT_QUOTED], nearest[NEAREST_MAX];
	const struct client_class *class;

	report_quote(name, quoted);
	if (number >= 0 && (size_t)number == naming->number) {
		snprintf(why, EXPR_WHY_MAX, "class %s cannot ask for itself", quoted);
		return false;
	}
	if (number >= 0 && (size_t)number < build->classes.n_defined &&
	    (size_t)number > naming->number) {
		snprintf(why, EXPR_WHY_MAX,
			 "class %s is defined further down, at %s: a class asks only for those "
			 "before it",
			 quoted,
			 LINE_OF(build->report, naming->node->at,
				 build->classes.infos[number].map->at));
		return false;
	}
	number = intern(build, name);
	if (number < 0) {
		snprintf(why, EXPR_WHY_MAX, "more than %d names of classes", MODEL_CLASSES_MAX);
		return false;
	}
	class = &model->classes[number];
	if (!class->defined && class->by == CLASS_BY_TEST && !is_of_hooks(name)) {
		snprintf(why, EXPR_WHY_MAX, "class %s is not defined%s", quoted,
			 nearest_class(build, name, naming->number, nearest));
		return false;
	}
	mention(build, place_in_text(naming->node, offset), MENTION_MEMBER, number, naming->number);
	*ret = (struct expr_class){.number = (uint16_t)number,
				   .memoisable = class->memoisable,
				   .with_reservation = class->with_reservation};
	return true;
}

static void build_test(struct build *build, const struct node *node, size_t number,
		       const struct option_defs *defs)
{
	struct model *model = &build->config->model;
	struct class_info *info = &build->classes.infos[number];
	struct naming naming = {build, node, number};
	bool template = node->row->key == KEY_CLASS_TEMPLATE_TEST;
	const struct expr_scope scope = {.type = template ? EXPR_STRING : EXPR_TRUTH,
					 .reservations = true,
					 .class_by_name = class_by_name,
					 .classes = &naming,
					 .by_name = option_defs_of_message_by_name,
					 .by_code = option_defs_of_message_by_code,
					 .context = defs};
	struct client_class *class = &model->classes[number];
	struct expr *expr;
	struct expr_note note;

	if (build_expression(build->report, node, &scope, &expr, &note) < 0)
		return;
	class->test = expr;
	class->with_reservation |= note.with_reservation;
	class->memoisable = !*note.text;
	if (!*note.text)
		return;
	info->read_at = place_in_text(node, note.offset);
	info->by_class = note.by_class;
	report_quote(note.text, info->read);
}

/* --- definitions --- */

/* What of a class's keys its name does not allow; `flag`: that which makes it wait. */
static void check_name(struct report *report, const struct node *map, const struct node *flag,
		       struct client_class *class)
{
	const struct node *test = member(map, KEY_CLASS_TEST),
			  *template = member(map, KEY_CLASS_TEMPLATE_TEST);
	const struct node *any = test ? test : template;
	bool drop = !strcmp(class->name, "DROP");
	char buf[REPORT_QUOTED];

	report_quote(class->name, buf);
	if (!strcmp(class->name, "REJECT"))
		report_error(report, member(map, KEY_CLASS_NAME)->at,
			     "class REJECT, whose members newer Kea refuses, is not in this "
			     "release; members of DROP are not answered");
	if (drop && template)
		report_error(report, template->key_at, "class DROP cannot be a template");
	if (class->by == CLASS_BY_TEST && !drop)
		return;
	if (any && class->by == CLASS_BY_VENDOR)
		report_error(report, any->key_at,
			     "class %s has as its members those whose option 60 is that, and "
			     "cannot have a test",
			     buf);
	else if (any && class->by == CLASS_BY_SPAWN)
		report_error(report, any->key_at,
			     "class %s has its members by its template, and cannot have a test",
			     buf);
	else if (any && !drop)
		report_error(report, any->key_at, "class %s is built in and cannot have a test",
			     buf);
	if (class->when_required && (class->by == CLASS_BY_VENDOR || class->by == CLASS_BY_SPAWN))
		report_notice(report, flag->at, "%s has no effect: class %s is not evaluated",
			      flag->key, buf);
	else if (class->when_required)
		report_error(report, flag->at,
			     "class %s cannot be evaluated only where it is asked for", buf);
	class->when_required = false;
}

static uint32_t lifetime(const struct node *map, enum schema_key key)
{
	const struct node *node = member(map, key);

	return node ? (uint32_t)node->value.integer : 0;
}

/* As Kea reads them: one bound alone is the lifetime, too. */
static void build_class_lifetimes(struct report *report, const struct node *map,
				  struct client_class *class)
{
	uint32_t valid = lifetime(map, KEY_CLASS_VALID_LIFETIME),
		 min = lifetime(map, KEY_CLASS_MIN_VALID_LIFETIME),
		 max = lifetime(map, KEY_CLASS_MAX_VALID_LIFETIME);

	class->offer_lifetime = lifetime(map, KEY_CLASS_OFFER_LIFETIME);
	if (member_bad(map, KEY_CLASS_VALID_LIFETIME) ||
	    member_bad(map, KEY_CLASS_MIN_VALID_LIFETIME) ||
	    member_bad(map, KEY_CLASS_MAX_VALID_LIFETIME))
		return;
	if (!valid && min && max && min != max) {
		report_error(report, place_in(map, KEY_CLASS_MIN_VALID_LIFETIME),
			     "min-valid-lifetime and max-valid-lifetime need a valid-lifetime "
			     "beside them");
		return;
	}
	valid = valid ? valid : min ? min : max;
	class->valid = valid;
	class->min = min ? min : valid;
	class->max = max ? max : valid;
	if (class->min > valid)
		report_error(report, place_in(map, KEY_CLASS_MIN_VALID_LIFETIME),
			     "min-valid-lifetime %u is above valid-lifetime %u", class->min, valid);
	if (class->max < valid)
		report_error(report, place_in(map, KEY_CLASS_MAX_VALID_LIFETIME),
			     "max-valid-lifetime %u is below valid-lifetime %u", class->max, valid);
	if (class->when_required && (valid || class->offer_lifetime))
		report_notice(report, map->at,
			      "the lifetimes of class \"%s\" have no effect: it is evaluated when "
			      "the lease is chosen already",
			      class->name);
}

/* Empty ones say nothing: newer Kea writes both. */
static bool is_set(const struct node *node)
{
	return node && (node->type == NODE_SCALAR ? *node->text != 0 : node->n);
}

/* Two that exclude each other; the one that stands there, or NULL. */
static const struct node *either(struct report *report, const struct node *map, enum schema_key one,
				 enum schema_key other)
{
	const struct node *first = member(map, one), *second = member(map, other);

	if (is_set(first) && is_set(second))
		report_error(report, second->key_at, "%s and %s (%s) exclude each other",
			     second->key, first->key,
			     LINE_OF(report, second->key_at, first->key_at));
	return first ? first : second;
}

/* Its template would find it too late. */
static void check_spawned(struct build *build, size_t number)
{
	const struct class_names *names = &build->classes;
	const struct model *model = &build->config->model;
	struct place at = member(names->infos[number].map, KEY_CLASS_NAME)->at;
	char buf[REPORT_QUOTED], other[REPORT_QUOTED];

	for (size_t i = number + 1; i < names->n_defined; i++) {
		const struct node *map = names->infos[i].map;

		if (!spawned_value(model->classes[number].name, model->classes[i].name) ||
		    !member(map, KEY_CLASS_TEMPLATE_TEST))
			continue;
		report_error(build->report, at,
			     "class %s stands before its template %s, at %s: put it after that",
			     report_quote(model->classes[number].name, buf),
			     report_quote(model->classes[i].name, other),
			     LINE_OF(build->report, at, map->at));
	}
}

static void build_class(struct build *build, size_t number, const struct option_defs *defs)
{
	struct model *model = &build->config->model;
	struct report *report = build->report;
	struct class_info *info = &build->classes.infos[number];
	const struct node *map = info->map, *flag, *test;
	struct client_class *class = &model->classes[number];
	char buf[REPORT_QUOTED];

	class->defined = true;
	if (settle_name(model, number, class) > 1)
		report_error(report, member(map, KEY_CLASS_NAME)->at,
			     "class %s may be of more than one template",
			     report_quote(class->name, buf));
	check_spawned(build, number);
	flag = either(report, map, KEY_CLASS_IF_REQUIRED, KEY_CLASS_IN_ADDITIONAL);
	class->when_required = flag && flag->value.boolean;
	check_name(report, map, flag, class);
	test = either(report, map, KEY_CLASS_TEST, KEY_CLASS_TEMPLATE_TEST);
	if (test && class->by == CLASS_BY_TEST) {
		if (test->row->key == KEY_CLASS_TEMPLATE_TEST)
			class->by = CLASS_BY_TEMPLATE;
		build_test(build, test, number, defs);
	}
	info->tested = test || member_bad(map, KEY_CLASS_TEST) ||
		       member_bad(map, KEY_CLASS_TEMPLATE_TEST);
	build->classes.n_built = number + 1;
	build_class_lifetimes(report, map, class);
	if (!strcmp(class->name, "SKIP_DDNS"))
		report_notice(
			report, map->at,
			"that a client is a member of SKIP_DDNS has no effect: dynamic DNS is "
			"not in this release");
}

static void number_classes(struct build *build, const struct node *list)
{
	struct class_names *names = &build->classes;
	const struct model *model = &build->config->model;
	char buf[REPORT_QUOTED];

	for (const struct node *map = list->first; map; map = map->next) {
		const struct node *name = map->bad ? NULL : member(map, KEY_CLASS_NAME);
		int number = name ? number_of(names, model, name->text) : -1;

		if (!name)
			continue;
		if (number >= 0)
			report_error(
				build->report, name->at, "class %s is already defined at %s",
				report_quote(name->text, buf),
				LINE_OF(build->report, name->at, names->infos[number].map->at));
		else if ((number = add_class(build, name->text)) >= 0)
			names->infos[number].map = map;
	}
	names->n_defined = model->n_classes;
}

/* --- names elsewhere --- */

static void number_name(struct build *build, struct node *node, enum mention_kind kind,
			bool network)
{
	char buf[REPORT_QUOTED];
	int number = *node->text ? intern(build, node->text) : -1;

	if (number >= 0) {
		node->value.integer = (uint64_t)number;
		if (kind != MENTION_GIVEN) {
			mention(build, node->at, kind, number, 0);
			return;
		}
		build->classes.given[number] = true;
		build->classes.in_time[number] |= !network;
		if (network && !strcmp(node->text, "DROP"))
			report_notice(build->report, node->at,
				      "class DROP has no effect here: in a shared network a "
				      "reservation gives its classes when an address is chosen "
				      "already; deny-hw-addresses keeps a client out");
		return;
	}
	node->bad = true;
	if (!*node->text)
		report_error(build->report, node->at, "a class's name must not be empty");
	else if (strlen(node->text) > MODEL_CLASS_NAME_MAX)
		report_error(build->report, node->at, "%s is too long for a class's name",
			     report_quote(node->text, buf));
	else
		report_error(build->report, node->at,
			     "class %s is one too many: at most %d names of classes",
			     report_quote(node->text, buf), MODEL_CLASSES_MAX);
}

/* All names of classes below `node` but those of client-classes itself; `network`: it is in one. */
static void number_names(struct build *build, struct node *node, bool network)
{
	static const struct {
		enum schema_key key;
		enum mention_kind kind;
	} lists[] = {
		{KEY_GUARD, MENTION_GUARD},
		{KEY_GUARDS, MENTION_GUARD},
		{KEY_REQUIRED_CLASSES, MENTION_REQUIRED},
		{KEY_ADDITIONAL_CLASSES, MENTION_REQUIRED},
		{KEY_RESERVED_CLASSES, MENTION_GIVEN},
		{KEY_OPTION_CLASSES, MENTION_OPTION},
	};

	for (size_t i = 0; node->row && !node->bad && i < sizeof(lists) / sizeof(lists[0]); i++) {
		if (node->row->key != lists[i].key)
			continue;
		if (node->type == NODE_SCALAR && *node->text)
			number_name(build, node, lists[i].kind, network);
		for (struct node *name = node->first; name; name = name->next) {
			if (!name->bad)
				number_name(build, name, lists[i].kind, network);
		}
		return;
	}
	network |= node->row && node->row->key == KEY_SHARED_NETWORKS;
	if (node->type == NODE_MAP) {
		either(build->report, node, KEY_GUARD, KEY_GUARDS);
		either(build->report, node, KEY_REQUIRED_CLASSES, KEY_ADDITIONAL_CLASSES);
	}
	for (struct node *child = node->first; child; child = child->next)
		number_names(build, child, network);
}

void build_classes(struct build *build, struct node *root, const struct option_defs *defs)
{
	const struct node *list = member(root, KEY_CLASSES);
	struct class_names *names = &build->classes;

	if (list && list->n) {
		names->infos = calloc(list->n, sizeof(*names->infos));
		if (!names->infos) {
			build->report->oom = true;
			return;
		}
		number_classes(build, list);
		for (size_t i = 0; i < names->n_defined; i++)
			build_class(build, i, defs);
	}
	number_names(build, root, false);
	for (size_t i = 0; i < names->n_defined; i++) {
		struct client_class *class = &build->config->model.classes[i];
		struct node *map = (struct node *)names->infos[i].map;

		build_class_defs(build->report, map, defs, &names->infos[i].defs);
		build_scope(build->report, map, &class->scope);
		/* Kea writes 0.0.0.0 into each class that sets none, and takes it for that */
		class->scope.boot.next_server_set = class->scope.boot.next_server != 0;
	}
}

static void add_to_list(const struct node *name, struct class_list *list,
			uint64_t seen[MODEL_CLASSES_MAX / 64])
{
	uint16_t number = (uint16_t)name->value.integer;

	if (name->bad || (seen[number / 64] & 1ull << number % 64))
		return;
	seen[number / 64] |= 1ull << number % 64;
	list->v[list->n++] = number;
}

void build_class_list(struct report *report, const struct node *map, enum schema_key key,
		      enum schema_key older, struct class_list *list)
{
	const struct node *node = member(map, key);
	uint64_t seen[MODEL_CLASSES_MAX / 64] = {0};
	size_t more;
	uint16_t *v;

	if (!is_set(node) && older != KEY_NONE)
		node = member(map, older);
	more = !node ? 0 : node->type == NODE_SCALAR ? *node->text != 0 : node->n;
	if (!more)
		return;
	v = reallocarray(list->v, list->n + more, sizeof(*v));
	if (!v) {
		report->oom = true;
		return;
	}
	list->v = v;
	for (size_t i = 0; i < list->n; i++)
		seen[v[i] / 64] |= 1ull << v[i] % 64;
	if (node->type == NODE_SCALAR)
		add_to_list(node, list, seen);
	for (const struct node *name = node->first; name; name = name->next)
		add_to_list(name, list, seen);
}

void classes_free(struct class_names *names)
{
	for (size_t i = 0; i < names->n_defined; i++)
		option_defs_free(&names->infos[i].defs);
	free(names->infos);
	free(names->mentions);
}
