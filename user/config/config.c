// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * From a file to struct config: read, parse, check by the schema, build. Each stage reports
 * all it finds; only a text that cannot be parsed keeps the later ones from running.
 */
#include "build.h"
#include "include.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "option_def.h"

/* The map of global keys: the whole document, or what the Dhcp4 wrapper holds. */
static struct node *global_map(struct report *report, struct node *root)
{
	struct node *wrapped = NULL;
	char buf[REPORT_QUOTED];

	if (root->type != NODE_MAP) {
		report_error(report, root->at,
			     "expected a map of keys such as \"subnet4\", not a %s",
			     root->type == NODE_LIST ? "list" : "single value");
		return NULL;
	}
	for (struct node *node = root->first; node; node = node->next) {
		if (!strcmp(node->key, "Dhcp4"))
			wrapped = node;
	}
	if (!wrapped)
		return root;
	for (struct node *node = root->first; node; node = node->next) {
		if (strcmp(node->key, "Dhcp4") != 0)
			report_error(report, node->key_at,
				     "key %s cannot stand beside \"Dhcp4\": put it inside, or "
				     "leave it out",
				     report_quote(node->key, buf));
	}
	if (wrapped->type == NODE_MAP)
		return wrapped;
	report_error(report, wrapped->at, "Dhcp4 must be a map of keys");
	return NULL;
}

static void build(struct report *report, struct node *root, struct config *config)
{
	struct build build = {.report = report, .root = root, .config = config};
	struct model *model = &config->model;
	struct option_defs defs;

	build_option_defs(report, root, &defs);
	build_classes(&build, root, &defs);
	build_lifetimes(report, root, NULL, &build.life);
	build_daemon(report, root, &build.life, config);
	build_scope(report, root, &model->scope);
	build_hw_lists(report, root, &model->hw);
	model->servers = build_servers(report, root);
	check_mode(report, root);
	check_domain(report, root);
	build_identifiers(&build);
	build_conflict_default(&build);
	build_hooks(&build, &defs);
	model->echo_client_id = member_bool(root, KEY_ECHO_CLIENT_ID);
	model->stash_agent_options = member_bool(root, KEY_STASH_AGENT_OPTIONS);
	model->offer_lifetime = (uint32_t)member_integer(root, KEY_OFFER_LIFETIME);
	if (!model->offer_lifetime)
		model->offer_lifetime = (uint32_t)strtoul(schema_row(KEY_OFFER_LIFETIME)->dflt,
							  NULL, 10);
	model->decline_probation = (uint32_t)member_integer(root, KEY_DECLINE_PROBATION_PERIOD);
	build_subnets(&build);
	build_reservations(&build, root, NULL, NULL, false);
	check_reservations(&build);
	check_classes(&build);
	if (build_digests(model) < 0)
		report->oom = true;
	free(build.subnets);
	free(build.claims);
	classes_free(&build.classes);
	option_defs_free(&defs);
}

/* Everything but the model's index and the tree, which only a faultless file gets. */
static int load_source(struct report *report, const struct source *source, struct config *config)
{
	struct document *document = NULL;
	struct node *root;
	int r = document_parse_source(report, source, &document);

	if (r < 0)
		return r;
	root = global_map(report, document->root);
	if (root) {
		read_tree(report, root, document->json);
		build(report, root, config);
	}
	if (!report->errors.n && !report->oom && root) {
		config->tree = tree_json(root);
		r = config->tree ? model_index(&config->model) : -ENOMEM;
	}
	document_free(document);
	if (report->oom)
		return -ENOMEM;
	return report->errors.n ? -EINVAL : r;
}

/* The files that a kept source includes. */
static int name_files(struct report *report, const struct source *source)
{
	int r = 0;

	for (size_t i = 1; !r && i < source->n_files; i++)
		r = report_file(report, source->files[i], &(uint32_t){0});
	return r;
}

/* Of a file, a text, or a text with its parts. What there is of the text is kept. */
static int load(struct report *report, const char *text, const json_t *parts, struct config *config)
{
	struct source *source = calloc(1, sizeof(*source));
	int r = !source ? -ENOMEM
		: parts ? source_from_json(parts, source)
			: source_read(report, text, source);

	config->source = source;
	if (parts && !r)
		r = name_files(report, source);
	if (!r)
		r = load_source(report, source, config);
	if (!r && !parts)
		r = source_keep_files(source, report);
	return r;
}

static void unreadable(struct config_errors *errors, const char *file, int error)
{
	char text[160];

	snprintf(text, sizeof(text), "cannot be read: %s", strerror(-error));
	errors_prepend(errors, file, text);
}

static int load_config(const char *file, const char *text, const json_t *parts,
		       struct config **ret_config, struct config_errors *errors)
{
	struct config *config = calloc(1, sizeof(*config));
	struct report report;
	int r = config ? 0 : -ENOMEM;

	*errors = (struct config_errors){0};
	report_init(&report, file);
	if (!r)
		r = load(&report, text, parts, config);
	report_finish(&report, errors);
	if (r < 0 && (r != -EINVAL || !errors->n))
		unreadable(errors, file, r);
	if (r < 0) {
		config_free(config);
		return r;
	}
	*ret_config = config;
	return 0;
}

int config_load(const char *file, const char *text, struct config **ret_config,
		struct config_errors *errors)
{
	return load_config(file, text, NULL, ret_config, errors);
}

json_t *config_source(const struct config *config)
{
	return source_json(config->source);
}

int config_load_source(const json_t *source, struct config **ret_config,
		       struct config_errors *errors)
{
	const json_t *file = json_array_get(json_object_get(source, "files"), 0);

	return load_config(file ? json_string_value(file) : "the running configuration", NULL,
			   source, ret_config, errors);
}

int config_show(const struct config *config, const uint32_t *ids, size_t n_ids, json_t **ret_rows)
{
	struct document *document = NULL;
	struct config_errors ignored;
	struct option_defs defs;
	struct report report;
	struct node *root;
	json_t *rows = NULL;
	int r;

	/* it has been read without an error before */
	report_init(&report, "");
	r = name_files(&report, config->source);
	if (!r)
		r = document_parse_source(&report, config->source, &document);
	root = r < 0 ? NULL : global_map(&report, document->root);
	if (root) {
		read_tree(&report, root, document->json);
		build_option_defs(&report, root, &defs);
		rows = show_tree(config, root, ids, n_ids);
		option_defs_free(&defs);
	}
	document_free(document);
	report_finish(&report, &ignored);
	config_errors_free(&ignored);
	if (!rows)
		return -ENOMEM;
	*ret_rows = rows;
	return 0;
}

void config_free(struct config *config)
{
	if (!config)
		return;
	model_free(&config->model);
	free(config->interfaces);
	free(config->lease_database);
	free(config->control_socket);
	free(config->fast_path.pin_path);
	json_decref(config->tree);
	if (config->source)
		source_free(config->source);
	free(config->source);
	free(config);
}

/* Where the value of a schema row marked `restart` is; a test holds the rows against this. */
static const struct fixed {
	enum schema_key key;
	enum { FIXED_TEXT, FIXED_NUMBER, FIXED_CHOICE } type;
	size_t offset;
} fixed[] = {
	{KEY_LEASE_NAME, FIXED_TEXT, offsetof(struct config, lease_database)},
	{KEY_SOCKET_NAME, FIXED_TEXT, offsetof(struct config, control_socket)},
	{KEY_FAST_PATH_MODE, FIXED_CHOICE, offsetof(struct config, fast_path.mode)},
	{KEY_FAST_PATH_ATTACH, FIXED_CHOICE, offsetof(struct config, fast_path.attach)},
	{KEY_FAST_PATH_PRIORITY, FIXED_NUMBER, offsetof(struct config, fast_path.priority)},
	{KEY_FAST_PATH_PIN_PATH, FIXED_TEXT, offsetof(struct config, fast_path.pin_path)},
	{KEY_FAST_PATH_MAX_ENTRIES, FIXED_NUMBER, offsetof(struct config, fast_path.max_entries)},
};

/* 1: it differed and is as in `running` now; 0: it did not differ; -ENOMEM. */
static int keep(const struct fixed *it, struct config *wanted, const struct config *running)
{
	void *to = (char *)wanted + it->offset;
	const void *from = (const char *)running + it->offset;
	size_t size = it->type == FIXED_NUMBER ? sizeof(uint32_t) : sizeof(enum fast_path_mode);
	char *copy;

	if (it->type != FIXED_TEXT) {
		if (!memcmp(to, from, size))
			return 0;
		memcpy(to, from, size);
		return 1;
	}
	if (!strcmp(*(char **)to, *(char *const *)from))
		return 0;
	copy = strdup(*(char *const *)from);
	if (!copy)
		return -ENOMEM;
	free(*(char **)to);
	*(char **)to = copy;
	return 1;
}

static void scope_of(const struct schema_row *row, char *buf, size_t len)
{
	unsigned scope = 0;

	while (!(row->scopes & (1u << scope)))
		scope++;
	snprintf(buf, len, "%s%s", schema_scope_path((enum schema_scope)scope), row->name);
}

int config_keep_fixed(struct config *wanted, const struct config *running, char *names, size_t len)
{
	int n = 0;

	if (len)
		*names = 0;
	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++) {
		size_t used = strnlen(names, len);
		int r = keep(&fixed[i], wanted, running);
		char name[64];

		if (r < 0)
			return r;
		if (!r)
			continue;
		scope_of(schema_row(fixed[i].key), name, sizeof(name));
		snprintf(names + used, len - used, "%s%s", n++ ? ", " : "", name);
	}
	return n;
}
