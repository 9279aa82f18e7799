// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * hooks-libraries: Kea's libraries by name. None is loaded: what a library does is built in, or
 * does no harm where it is missing, or is refused with its reason. Of the flex-id library the
 * identifier-expression becomes the model's; that of ping checks is the outermost
 * conflict-detection; that of BOOTP the default of `bootp`.
 */
#include "build.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "expr_parse.h"
#include "option_def.h"

/* --- identifier-expression --- */

static bool is_looked_for(const struct model *model)
{
	for (size_t i = 0; i < model->n_order; i++) {
		if (model->order[i] == RESERVED_BY_FLEX_ID)
			return true;
	}
	return false;
}

static void build_flex_id(struct build *build, const struct node *parameters,
			  const struct option_defs *defs)
{
	const struct node *node = member(parameters, KEY_IDENTIFIER_EXPRESSION);
	const struct expr_scope scope = {.type = EXPR_STRING,
					 .by_name = option_defs_of_message_by_name,
					 .by_code = option_defs_of_message_by_code,
					 .context = defs};
	struct model *model = &build->config->model;
	struct report *report = build->report;
	struct expr *expr;
	struct expr_note note;
	char buf[REPORT_QUOTED];

	if (!node || !*node->text)
		return;
	if (build_expression(report, node, &scope, &expr, &note) < 0)
		return;
	model->flex_id = expr;
	if (*note.text && is_looked_for(model))
		report_notice(report, place_in_text(node, note.offset),
			      "%s reads %s, which tells one request of a client from the next: the "
			      "fast path answers nobody",
			      node->key, report_quote(note.text, buf));
}

/* --- ping checks --- */

/* It is the outermost level of conflict-detection. */
static void build_ping_check(struct build *build, const struct node *parameters,
			     const struct option_defs *defs)
{
	const struct node *ours = member(build->root, KEY_CONFLICT_DETECTION);

	(void)defs;
	if (ours && parameters)
		report_error(build->report, parameters->key_at,
			     "the parameters of this library and the global conflict-detection "
			     "(%s) exclude each other",
			     LINE_OF(build->report, parameters->key_at, ours->key_at));
	build->ping_check = true;
	build->conflict.method = member_bool(parameters, KEY_PING_ENABLE) ? CONFLICT_ICMP
									  : CONFLICT_NONE;
	build->conflict.timeout = (uint32_t)member_integer(parameters, KEY_PING_TIMEOUT);
	build->conflict.cache = (uint32_t)member_integer(parameters, KEY_PING_CLTT);
}

/* --- the libraries --- */

enum library_kind { LIBRARY_BUILT_IN, LIBRARY_SETTING, LIBRARY_HARMLESS, LIBRARY_REFUSED };

#define LIBRARY_BOOTP "libdhcp_bootp.so"

#define COMMANDS  "what commands there are is built in"
#define DATABASES "the embedded store needs none"

static const struct library {
	const char *name; /* of its file, without directory */
	enum library_kind kind;
	const char *why;
	/* of what is built in: its parameters' keys, and what becomes of them */
	enum schema_scope scope;
	void (*build)(struct build *build, const struct node *parameters,
		      const struct option_defs *defs);
} libraries[] = {
	{"libdhcp_cb_cmds.so", LIBRARY_HARMLESS, .why = COMMANDS},
	{"libdhcp_class_cmds.so", LIBRARY_HARMLESS, .why = COMMANDS},
	{"libdhcp_host_cmds.so", LIBRARY_HARMLESS, .why = COMMANDS},
	{"libdhcp_lease_cmds.so", LIBRARY_HARMLESS, .why = COMMANDS},
	{"libdhcp_stat_cmds.so", LIBRARY_HARMLESS, .why = COMMANDS},
	{"libdhcp_subnet_cmds.so", LIBRARY_HARMLESS, .why = COMMANDS},
	{"libdhcp_mysql.so", LIBRARY_HARMLESS, .why = DATABASES},
	{"libdhcp_pgsql.so", LIBRARY_HARMLESS, .why = DATABASES},
	{"libdhcp_host_cache.so", LIBRARY_HARMLESS, .why = "reservations are always in memory"},
	{"libdhcp_perfmon.so", LIBRARY_HARMLESS, .why = "statistics are built in"},
	{LIBRARY_BOOTP, LIBRARY_SETTING, .why = "bootp is all where it is not set"},
	{"libdhcp_ddns_tuning.so", LIBRARY_REFUSED, .why = "dynamic DNS is not in this release"},
	{"libdhcp_flex_option.so", LIBRARY_REFUSED,
	 .why = "computed options are not in this release"},
	{"libdhcp_ha.so", LIBRARY_REFUSED, .why = "high availability is not in this release"},
	{"libdhcp_lease_query.so", LIBRARY_REFUSED, .why = "lease queries are not in this release"},
	{"libdhcp_legal_log.so", LIBRARY_REFUSED, .why = "the legal log is not in this release"},
	{"libdhcp_limits.so", LIBRARY_REFUSED,
	 .why = "limits by client class are not in this release: use leases-per-circuit-id or "
		"leases-per-link"},
	{"libdhcp_radius.so", LIBRARY_REFUSED, .why = "RADIUS is not in this release"},
	{"libdhcp_rbac.so", LIBRARY_REFUSED, .why = "roles for commands are not in this release"},
	{"libdhcp_run_script.so", LIBRARY_REFUSED, .why = "scripts are not in this release"},
	{"libdhcp_user_chk.so", LIBRARY_REFUSED, .why = "the list of users is not in this release"},
#define X(scope, file, build) {file, LIBRARY_BUILT_IN, NULL, SCOPE_##scope, build},
	SCHEMA_LIBRARIES(X)
#undef X
};

#define LIBRARIES (sizeof(libraries) / sizeof(libraries[0]))

static const struct library *library_of(const struct node *node)
{
	const char *slash = node ? strrchr(node->text, '/') : NULL;
	const char *name = !node ? "" : slash ? slash + 1 : node->text;

	for (size_t i = 0; i < LIBRARIES; i++) {
		if (!strcmp(libraries[i].name, name))
			return &libraries[i];
	}
	return NULL;
}

const struct node *hooks_library(const struct node *root, const char *name)
{
	const struct node *list = member(root, KEY_HOOKS_LIBRARIES);

	for (const struct node *map = list ? list->first : NULL; map; map = map->next) {
		const struct library *library = library_of(
			map->bad ? NULL : member(map, KEY_HOOK_LIBRARY));

		if (library && !strcmp(library->name, name))
			return map;
	}
	return NULL;
}

bool hooks_set_bootp(const struct node *root)
{
	return hooks_library(root, LIBRARY_BOOTP);
}

void read_hooks(struct report *report, struct node *root, bool json)
{
	const struct node *list = member(root, KEY_HOOKS_LIBRARIES);

	for (struct node *map = list ? list->first : NULL; map; map = map->next) {
		const struct library *library = library_of(
			map->bad ? NULL : member(map, KEY_HOOK_LIBRARY));
		struct node *parameters;

		if (!library || library->kind != LIBRARY_BUILT_IN)
			continue;
		for (parameters = map->first; parameters; parameters = parameters->next) {
			if (!parameters->row || parameters->row->key != KEY_HOOK_PARAMETERS)
				continue;
			if (parameters->type == NODE_MAP)
				read_keys(report, parameters, library->scope, json);
			else
				report_error(report, parameters->at,
					     "parameters must be a map of keys");
		}
	}
}

/* --- the list --- */

#define FILE_NAME(scope, file, build) " " file
#define BUILT_IN		      SCHEMA_LIBRARIES(FILE_NAME)

void build_hooks(struct build *build, const struct option_defs *defs)
{
	const struct node *list = member(build->root, KEY_HOOKS_LIBRARIES);
	const struct node *first[LIBRARIES] = {NULL}; /* where each was named */
	struct report *report = build->report;
	char buf[REPORT_QUOTED];

	for (const struct node *map = list ? list->first : NULL; map; map = map->next) {
		const struct node *name = map->bad ? NULL : member(map, KEY_HOOK_LIBRARY);
		const struct library *library = library_of(name);
		size_t i = library ? (size_t)(library - libraries) : 0;

		if (!name)
			continue;
		if (!library) {
			report_error(report, name->at,
				     "library %s is unknown, allowed:" BUILT_IN "; what others of "
				     "Kea's do is built in or not in this release",
				     report_quote(name->text, buf));
		} else if (library->kind == LIBRARY_REFUSED) {
			report_error(report, name->at, "library %s cannot be used: %s",
				     library->name, library->why);
		} else if (library->kind == LIBRARY_SETTING) {
			report_notice(report, name->at, "library %s is built in: %s", library->name,
				      library->why);
		} else if (library->kind == LIBRARY_HARMLESS) {
			report_notice(report, name->at, "library %s has no effect: %s",
				      library->name, library->why);
		} else if (first[i]) {
			report_error(report, name->at,
				     "library %s is here a second time; the first is at %s",
				     library->name, LINE_OF(report, name->at, first[i]->at));
		} else {
			first[i] = name;
			library->build(build, member(map, KEY_HOOK_PARAMETERS), defs);
		}
	}
}
