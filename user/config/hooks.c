// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * hooks-libraries: Kea's libraries by name. None is loaded: what a library does is built in, or
 * does no harm where it is missing, or is refused with its reason. Of the flex-id library the
 * identifier-expression becomes the model's.
 */
#include "build.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "expr_parse.h"
#include "option_def.h"

enum library_kind { LIBRARY_FLEX_ID, LIBRARY_HARMLESS, LIBRARY_REFUSED };

#define COMMANDS  "what commands there are is built in"
#define DATABASES "the embedded store needs none"

static const struct library {
	const char *name; /* of its file, without directory */
	enum library_kind kind;
	const char *why;
} libraries[] = {
	{"libdhcp_flex_id.so", LIBRARY_FLEX_ID, NULL},
	{"libdhcp_cb_cmds.so", LIBRARY_HARMLESS, COMMANDS},
	{"libdhcp_class_cmds.so", LIBRARY_HARMLESS, COMMANDS},
	{"libdhcp_host_cmds.so", LIBRARY_HARMLESS, COMMANDS},
	{"libdhcp_lease_cmds.so", LIBRARY_HARMLESS, COMMANDS},
	{"libdhcp_stat_cmds.so", LIBRARY_HARMLESS, COMMANDS},
	{"libdhcp_subnet_cmds.so", LIBRARY_HARMLESS, COMMANDS},
	{"libdhcp_mysql.so", LIBRARY_HARMLESS, DATABASES},
	{"libdhcp_pgsql.so", LIBRARY_HARMLESS, DATABASES},
	{"libdhcp_host_cache.so", LIBRARY_HARMLESS, "reservations are always in memory"},
	{"libdhcp_perfmon.so", LIBRARY_HARMLESS, "statistics are built in"},
	{"libdhcp_bootp.so", LIBRARY_REFUSED, "use bootp: all, which is built in"},
	{"libdhcp_ddns_tuning.so", LIBRARY_REFUSED, "dynamic DNS is not in this release"},
	{"libdhcp_flex_option.so", LIBRARY_REFUSED, "computed options are not in this release"},
	{"libdhcp_ha.so", LIBRARY_REFUSED, "high availability is not in this release"},
	{"libdhcp_lease_query.so", LIBRARY_REFUSED, "lease queries are not in this release"},
	{"libdhcp_legal_log.so", LIBRARY_REFUSED, "the legal log is not in this release"},
	{"libdhcp_limits.so", LIBRARY_REFUSED, "limits are not in this release"},
	{"libdhcp_ping_check.so", LIBRARY_REFUSED, "ping checks are not in this release"},
	{"libdhcp_radius.so", LIBRARY_REFUSED, "RADIUS is not in this release"},
	{"libdhcp_rbac.so", LIBRARY_REFUSED, "roles for commands are not in this release"},
	{"libdhcp_run_script.so", LIBRARY_REFUSED, "scripts are not in this release"},
	{"libdhcp_user_chk.so", LIBRARY_REFUSED, "the list of users is not in this release"},
};

static const struct library *library_of(const struct node *node)
{
	const char *slash = node ? strrchr(node->text, '/') : NULL;
	const char *name = !node ? "" : slash ? slash + 1 : node->text;

	for (size_t i = 0; i < sizeof(libraries) / sizeof(libraries[0]); i++) {
		if (!strcmp(libraries[i].name, name))
			return &libraries[i];
	}
	return NULL;
}

static bool is_flex_id(const struct library *library)
{
	return library && library->kind == LIBRARY_FLEX_ID;
}

void read_hooks(struct report *report, struct node *root, bool json)
{
	const struct node *list = member(root, KEY_HOOKS_LIBRARIES);

	for (struct node *map = list ? list->first : NULL; map; map = map->next) {
		struct node *parameters;

		if (map->bad || !is_flex_id(library_of(member(map, KEY_HOOK_LIBRARY))))
			continue;
		for (parameters = map->first; parameters; parameters = parameters->next) {
			if (!parameters->row || parameters->row->key != KEY_HOOK_PARAMETERS)
				continue;
			if (parameters->type == NODE_MAP)
				read_keys(report, parameters, SCOPE_FLEX_ID, json);
			else
				report_error(report, parameters->at,
					     "parameters must be a map of keys");
		}
	}
}

/* --- identifier-expression --- */

static const struct option_def *by_name(const void *defs, const char *name)
{
	return option_defs_by_name(defs, OPTION_SPACE_DHCP4, name);
}

static const struct option_def *by_code(const void *defs, uint8_t code)
{
	return option_defs_by_code(defs, OPTION_SPACE_DHCP4, code);
}

static bool is_looked_for(const struct model *model)
{
	for (size_t i = 0; i < model->n_order; i++) {
		if (model->order[i] == RESERVED_BY_FLEX_ID)
			return true;
	}
	return false;
}

static void build_flex_id(struct build *build, const struct node *node,
			  const struct option_defs *defs)
{
	const struct expr_scope scope = {
		.type = EXPR_STRING, .by_name = by_name, .by_code = by_code, .context = defs};
	struct model *model = &build->config->model;
	struct report *report = build->report;
	struct expr *expr;
	struct expr_note note;
	char where[48] = "", buf[REPORT_QUOTED];
	int r;

	if (!node || !*node->text)
		return;
	r = expr_parse(node->text, &scope, &expr, &note);
	if (node->lines)
		snprintf(where, sizeof(where), " (at byte %zu of it)", note.offset + 1);
	if (r == -EINVAL)
		report_error(report, place_in_text(node, note.offset), "%s%s: %s", node->key, where,
			     note.text);
	else if (r < 0)
		report->oom = true;
	if (r < 0)
		return;
	model->flex_id = expr;
	model->flex_id_text = strdup(node->text);
	if (!model->flex_id_text)
		report->oom = true;
	if (*note.text && is_looked_for(model))
		report_notice(report, place_in_text(node, note.offset),
			      "%s reads %s, which tells one request of a client from the next: the "
			      "fast path answers nobody",
			      node->key, report_quote(note.text, buf));
}

/* --- the list --- */

void build_hooks(struct build *build, const struct option_defs *defs)
{
	const struct node *list = member(build->root, KEY_HOOKS_LIBRARIES);
	const struct node *first = NULL;
	struct report *report = build->report;
	char buf[REPORT_QUOTED];

	for (const struct node *map = list ? list->first : NULL; map; map = map->next) {
		const struct node *name = map->bad ? NULL : member(map, KEY_HOOK_LIBRARY);
		const struct library *library = library_of(name);

		if (!name)
			continue;
		if (!library) {
			report_error(report, name->at,
				     "library %s is unknown, allowed: libdhcp_flex_id.so; what "
				     "others of Kea's do is built in or not in this release",
				     report_quote(name->text, buf));
		} else if (library->kind == LIBRARY_REFUSED) {
			report_error(report, name->at, "library %s cannot be used: %s",
				     library->name, library->why);
		} else if (library->kind == LIBRARY_HARMLESS) {
			report_notice(report, name->at, "library %s has no effect: %s",
				      library->name, library->why);
		} else if (first) {
			report_error(report, name->at,
				     "library %s is here a second time; the first is at line %u",
				     library->name, first->at.line);
		} else {
			const struct node *parameters = member(map, KEY_HOOK_PARAMETERS);

			first = name;
			build_flex_id(build, member(parameters, KEY_IDENTIFIER_EXPRESSION), defs);
		}
	}
}
