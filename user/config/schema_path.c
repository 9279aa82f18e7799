// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Keys by their paths, as people name them (schema.h): what "subnet4.pools.option-data" or a bare
 * "option-data" is, and what may have been meant by one that is none.
 */
#include "schema.h"

#include <stdio.h>
#include <string.h>

#define PARTS_MAX 8

struct parts {
	char text[SCHEMA_PATH_MAX];
	const char *v[PARTS_MAX];
	size_t n;
};

bool schema_is_global(const char *path)
{
	return !strcmp(path, "") || !strcmp(path, "global") || !strcmp(path, "Dhcp4");
}

/* False: more parts than any key is deep, or a part is empty. */
static bool split(const char *path, struct parts *parts)
{
	char *rest = parts->text, *part;

	parts->n = 0;
	schema_plain_path(path, parts->text);
	if (!strncmp(rest, "Dhcp4.", 6))
		rest += 6;
	while ((part = strsep(&rest, "."))) {
		if (!*part || parts->n == PARTS_MAX)
			return false;
		parts->v[parts->n++] = part;
	}
	return parts->n > 0;
}

bool schema_holds(const struct schema_row *row, enum schema_scope *ret_scope)
{
	if (row->type != TYPE_MAP && row->type != TYPE_MAPS)
		return false;
	*ret_scope = row->child;
	return true;
}

/* The parameters of a library are keys by the library: any of those that have some. */
static const struct schema_row *find_parameter(const char *name, enum schema_scope *ret_scope)
{
	static const enum schema_scope scopes[] = {
#define X(scope, file, build) SCOPE_##scope,
		SCHEMA_LIBRARIES(X)
#undef X
	};

	for (size_t i = 0; i < sizeof(scopes) / sizeof(scopes[0]); i++) {
		const struct schema_row *row = schema_find(scopes[i], name);

		if (row) {
			*ret_scope = scopes[i];
			return row;
		}
	}
	return NULL;
}

/* From `scope` down. Returns how many parts are keys; all of them: *ret_match is the last. */
static size_t walk(enum schema_scope scope, const struct parts *parts,
		   struct schema_match *ret_match, enum schema_scope *ret_scope)
{
	const struct schema_row *row = NULL;

	*ret_scope = scope;
	for (size_t i = 0; i < parts->n; i++) {
		if (row && row->key == KEY_HOOK_PARAMETERS) {
			row = find_parameter(parts->v[i], &scope);
		} else {
			if (row && !schema_holds(row, &scope))
				return i;
			*ret_scope = scope;
			row = schema_find(scope, parts->v[i]);
		}
		if (!row)
			return i;
	}
	*ret_match = (struct schema_match){row, scope};
	return parts->n;
}

static size_t add(struct schema_match *matches, size_t n, struct schema_match match)
{
	for (size_t i = 0; i < n; i++) {
		if (matches[i].row == match.row)
			return n;
	}
	matches[n] = match;
	return n + 1;
}

/* What stands before the part that is no key, and the nearest of the keys that might. */
static void suggest(const struct parts *parts, char ret_nearest[SCHEMA_PATH_MAX])
{
	char best[SCHEMA_NAME_MAX] = "";
	unsigned distance = 99;
	size_t known = 0, used = 0;

	for (int start = 0; start < SCOPE_COUNT; start++) {
		enum schema_scope scope;
		struct schema_match match;
		char near[SCHEMA_NAME_MAX];
		size_t n = walk((enum schema_scope)start, parts, &match, &scope);

		if (n < known || !schema_nearest(scope, parts->v[n], near))
			continue;
		if (n > known || schema_distance(parts->v[n], near) < distance) {
			known = n;
			distance = schema_distance(parts->v[n], near);
			memcpy(best, near, sizeof(best));
		}
	}
	*ret_nearest = 0;
	if (!*best)
		return;
	for (size_t i = 0; i < known; i++)
		used += (size_t)snprintf(ret_nearest + used, SCHEMA_PATH_MAX - used, "%s.",
					 parts->v[i]);
	snprintf(ret_nearest + used, SCHEMA_PATH_MAX - used, "%s", best);
}

size_t schema_lookup(const char *path, struct schema_match ret_matches[SCHEMA_MATCHES_MAX],
		     char ret_nearest[SCHEMA_PATH_MAX])
{
	struct parts parts;
	size_t n = 0;

	*ret_nearest = 0;
	if (!split(path, &parts))
		return 0;
	for (int start = 0; start < SCOPE_COUNT; start++) {
		struct schema_match match;
		enum schema_scope scope;

		if (walk((enum schema_scope)start, &parts, &match, &scope) == parts.n)
			n = add(ret_matches, n, match);
	}
	if (!n)
		suggest(&parts, ret_nearest);
	return n;
}
