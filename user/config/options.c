// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What any scope may set: option-data -> struct option_list, through the one option table of
 * proto/, and the boot fields.
 */
#include "build.h"

#include <stdlib.h>
#include <string.h>

#include "proto/options.h"
#include "wire.h"

#define OPTION_MAX 1024 /* bytes of one option: more never fits a reply with the rest */

static void unknown_option(struct report *report, const struct node *name)
{
	const char *nearest = NULL;
	char buf[REPORT_QUOTED];
	unsigned best = 99;

	if (report_full(report))
		return;
	for (unsigned code = 1; code < 255; code++) {
		const struct option_def *def = option_by_code((uint8_t)code);
		unsigned d = def ? schema_distance(name->text, def->name) : 99;

		if (d < best) {
			best = d;
			nearest = def->name;
		}
	}
	if (best <= strlen(name->text) / 3)
		report_error(report, name->at, "unknown option %s, did you mean \"%s\"?",
			     report_quote(name->text, buf), nearest);
	else
		report_error(
			report, name->at,
			"unknown option %s; an option without a name here is given by its code, "
			"with its data in hex",
			report_quote(name->text, buf));
}

/* Which key says what a client would read in an option that the server makes itself. */
static const char *instead_of(uint8_t code)
{
	switch (code) {
	case DHO_LEASE_TIME:
		return "; use valid-lifetime";
	case DHO_RENEWAL_TIME:
		return "; use renew-timer or t1-percent";
	case DHO_REBINDING_TIME:
		return "; use rebind-timer or t2-percent";
	case DHO_CLIENT_IDENTIFIER:
		return "; use echo-client-id";
	default:
		return "";
	}
}

/* The option's code, or 0 if that was wrong. *ret_def NULL: not in the table. */
static uint8_t option_code(struct report *report, const struct node *map,
			   const struct option_def **ret_def)
{
	const struct node *name = member(map, KEY_OPTION_NAME),
			  *code = member(map, KEY_OPTION_CODE);
	const struct option_def *def = NULL;

	if (!name && !code) {
		if (!member_bad(map, KEY_OPTION_NAME) && !member_bad(map, KEY_OPTION_CODE))
			report_error(report, map->at, "an option needs its name or its code");
		return 0;
	}
	if (name) {
		def = option_by_name(name->text);
		if (!def) {
			unknown_option(report, name);
			return 0;
		}
		if (code && code->value.integer != def->code) {
			report_error(report, code->at, "code %u is not that of %s, which is %u",
				     (unsigned)code->value.integer, def->name, def->code);
			return 0;
		}
	} else {
		def = option_by_code((uint8_t)code->value.integer);
	}
	if (def && def->reserved) {
		report_error(report, name ? name->at : code->at,
			     "option %u (%s) is set by the server itself%s", def->code, def->name,
			     instead_of(def->code));
		return 0;
	}
	*ret_def = def;
	return def ? def->code : (uint8_t)code->value.integer;
}

/* The option's data; returns its length or -1 if it was wrong. */
static int option_bytes(struct report *report, const struct node *map, uint8_t code,
			const struct option_def *def, uint8_t *buf)
{
	const struct node *data = member(map, KEY_OPTION_TEXT);
	const struct node *csv = member(map, KEY_OPTION_CSV_FORMAT);
	const char *text = data ? data->text : "";
	char why[256] = "", name[160];
	bool hex = csv ? !csv->value.boolean : !def;
	int len;

	if (member_bad(map, KEY_OPTION_TEXT) || member_bad(map, KEY_OPTION_CSV_FORMAT))
		return -1;
	if (!data && member_bool(map, KEY_OPTION_NEVER_SEND))
		return 0;
	if (!hex && !def) {
		report_error(
			report, csv->at,
			"option %u has no type here: give its data in hex, with csv-format false",
			code);
		return -1;
	}
	if (hex && !*text && (!def || def->type == OPTION_EMPTY))
		return 0;
	len = hex ? option_parse_hex(text, buf, OPTION_MAX, why, sizeof(why))
		  : option_parse(def, text, buf, OPTION_MAX, why, sizeof(why));
	if (len >= 0)
		return len;
	if (def)
		snprintf(name, sizeof(name), "%s", def->name);
	else
		snprintf(name, sizeof(name), "option %u", code);
	report_error(report, data ? data->at : map->at, "%s: %s", name, why);
	return -1;
}

static void build_option(struct report *report, const struct node *map, struct option_list *list,
			 struct place seen[256])
{
	uint8_t buf[OPTION_MAX];
	const struct option_def *def = NULL;
	struct option_value *value = &list->v[list->n];
	uint8_t code = option_code(report, map, &def);
	int len = code ? option_bytes(report, map, code, def, buf) : -1;

	if (!code)
		return;
	if (seen[code].line) {
		report_error(report, map->at,
			     "option %u%s%s%s is here a second time; the first is at line %u", code,
			     def ? " (" : "", def ? def->name : "", def ? ")" : "",
			     seen[code].line);
		return;
	}
	seen[code] = map->at;
	if (member_bool(map, KEY_OPTION_ALWAYS_SEND) && member_bool(map, KEY_OPTION_NEVER_SEND))
		report_error(report, place_in(map, KEY_OPTION_NEVER_SEND),
			     "always-send and never-send exclude each other");
	if (len < 0)
		return;
	*value = (struct option_value){
		.code = code,
		.always_send = member_bool(map, KEY_OPTION_ALWAYS_SEND),
		.never_send = member_bool(map, KEY_OPTION_NEVER_SEND),
		.len = (uint16_t)len,
		.data = malloc(len ? (size_t)len : 1),
	};
	if (!value->data) {
		report->oom = true;
		return;
	}
	memcpy(value->data, buf, (size_t)len);
	list->n++;
}

void build_options(struct report *report, const struct node *scope, struct option_list *ret_list)
{
	const struct node *list = member(scope, KEY_OPTION_DATA);
	struct place seen[256] = {0};

	*ret_list = (struct option_list){0};
	if (!list || !list->n)
		return;
	ret_list->v = calloc(list->n, sizeof(*ret_list->v));
	if (!ret_list->v) {
		report->oom = true;
		return;
	}
	for (const struct node *map = list->first; map; map = map->next) {
		if (!map->bad)
			build_option(report, map, ret_list, seen);
	}
}

static void build_boot(const struct node *scope, struct boot_fields *ret_boot)
{
	const struct node *next = member(scope, KEY_NEXT_SERVER);

	*ret_boot = (struct boot_fields){.next_server = next ? next->value.address : 0};
	snprintf(ret_boot->server_hostname, sizeof(ret_boot->server_hostname), "%s",
		 member_text(scope, KEY_SERVER_HOSTNAME));
	snprintf(ret_boot->boot_file_name, sizeof(ret_boot->boot_file_name), "%s",
		 member_text(scope, KEY_BOOT_FILE_NAME));
}

void build_scope(struct report *report, const struct node *map, struct scope *ret_scope)
{
	build_options(report, map, &ret_scope->options);
	build_boot(map, &ret_scope->boot);
}
