// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What any scope may set: option-data -> struct option_list, by the definitions in force
 * there, and the boot fields.
 */
#include "build.h"

#include <stdlib.h>
#include <string.h>

#include "proto/message.h"
#include "proto/suboption.h"
#include "suboptions.h"
#include "wire.h"

#define MIN_V6ONLY_WAIT 300 /* RFC 8925 3.4 */

static void unknown_option(struct report *report, const struct node *name, const char *space,
			   const struct option_defs *defs)
{
	bool dhcp4 = !strcmp(space, OPTION_SPACE_DHCP4);
	char buf[REPORT_QUOTED], other[REPORT_QUOTED];
	const char *nearest = NULL;
	unsigned best = 99;

	if (report_full(report))
		return;
	for (unsigned code = 0; code < 256; code++) {
		const struct option_def *def = option_defs_by_code(defs, space, (uint8_t)code);
		unsigned d = def ? schema_distance(name->text, def->name) : 99;

		if (d < best) {
			best = d;
			nearest = def->name;
		}
	}
	report_quote(name->text, buf);
	if (best <= strlen(name->text) / 3)
		report_error(report, name->at, "unknown option %s, did you mean \"%s\"?", buf,
			     nearest);
	else if (dhcp4)
		report_error(
			report, name->at,
			"unknown option %s; an option without a name here is given by its code, "
			"with its data in hex, or defined in option-def",
			buf);
	else
		report_error(report, name->at,
			     "unknown option %s in space %s: define it in option-def, or give its "
			     "code, with its data in hex",
			     buf, report_quote(space, other));
}

/* Which key says what a client would read in an option that the server makes itself. */
static const char *instead_of(uint8_t code)
{
	switch (code) {
	case DHO_LEASE_TIME:
		return "; use valid-lifetime";
	case DHO_SERVER_IDENTIFIER:
		return ": it is the address that the client is answered from";
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

/*
 * By its name. As in Kea, a name that nothing is known of may stand beside the code: it is then
 * for people, and the data is in hex.
 */
static bool option_named(struct report *report, const struct node *name, const struct node *code,
			 const struct option_defs *defs, struct option_entry *entry)
{
	const struct option_def *def = option_defs_by_name(defs, entry->space, name->text), *other,
				*usual;

	if (def && (!code || code->value.integer == def->code)) {
		entry->def = def;
		entry->code = def->code;
		return true;
	}
	if (def && !def->ours) {
		report_error(report, code->at, "code %u is not that of %s, which is %u",
			     (unsigned)code->value.integer, def->name, def->code);
		return false;
	}
	if (!code) {
		unknown_option(report, name, entry->space, defs);
		return false;
	}
	entry->code = (uint8_t)code->value.integer;
	other = option_defs_by_code(defs, entry->space, entry->code);
	usual = option_in_space_by_name(entry->space, name->text);
	if (other && usual && usual->code == entry->code) {
		/* Kea shows its own name of 43 though that is defined anew. */
		entry->def = other;
		return true;
	}
	if (other && !other->ours) {
		char buf[REPORT_QUOTED];

		report_error(report, name->at, "option %u is %s and not %s", other->code,
			     other->name, report_quote(name->text, buf));
		return false;
	}
	return true;
}

/* Sets space, code and def; false: that was wrong. */
static bool option_identity(struct report *report, const struct node *map,
			    const struct option_defs *defs, struct option_entry *entry)
{
	const struct node *name = member(map, KEY_OPTION_NAME),
			  *code = member(map, KEY_OPTION_CODE);

	entry->space = option_space(report, map, KEY_OPTION_SPACE);
	if (!name && !code) {
		if (!member_bad(map, KEY_OPTION_NAME) && !member_bad(map, KEY_OPTION_CODE))
			report_error(report, map->at, "an option needs its name or its code");
		return false;
	}
	if (!entry->space || (code && !option_code_allowed(report, code, entry->space)))
		return false;
	entry->enterprise = option_space_enterprise(entry->space);
	if (name) {
		if (!option_named(report, name, code, defs, entry))
			return false;
	} else {
		entry->code = (uint8_t)code->value.integer;
		entry->def = option_defs_by_code(defs, entry->space, entry->code);
	}
	if (entry->def && entry->def->reserved) {
		report_error(report, name ? name->at : code->at,
			     "option %u (%s) is set by the server itself%s", entry->def->code,
			     entry->def->name, instead_of(entry->def->code));
		return false;
	}
	return !entry->def || !entry->def->wrong;
}

/* Kea's type of 125 is the enterprise number alone: a block to which sub-options are added. */
static int parse_vivso(const struct option_def *def, const char *text, uint8_t *buf, char *why,
		       size_t why_len)
{
	static const struct option_def number = {.type = OPTION_U32};
	int len;

	if (!*text || strchr(text, ','))
		return option_parse(def, text, buf, OPTION_MAX, why, why_len);
	len = option_parse(&number, text, buf, OPTION_MAX, why, why_len);
	if (len >= 0)
		buf[len++] = 0; /* RFC 3925 4: the length of what follows */
	return len;
}

static void check_meaning(struct report *report, const struct option_entry *entry)
{
	uint32_t seconds;

	if (strcmp(entry->space, OPTION_SPACE_DHCP4) != 0 || entry->code != DHO_V6_ONLY ||
	    entry->len != 4)
		return;
	seconds = dhcp_get_u32(entry->data);
	if (seconds > 0 && seconds < MIN_V6ONLY_WAIT)
		report_notice(report, entry->at,
			      "v6-only-preferred: clients wait %d seconds at least (RFC 8925)",
			      MIN_V6ONLY_WAIT);
}

/* 124 and 125 are made of blocks; Kea's type of them is that of the first one. */
static bool are_blocks(const uint8_t *data, size_t len)
{
	const struct dhcp_opt all = {.data = data, .len = (uint16_t)len};
	struct vendor_block block;
	size_t at = 0;

	while (vendor_block_next(&all, &at, &block))
		;
	return at == len;
}

/*
 * Hex is held against the definition as text is: a client that reads half an address gets none.
 * What Kea has no type for passes, so that its files load.
 */
static int check_hex(struct report *report, const struct option_entry *entry, struct place at,
		     bool foreign, const uint8_t *data, size_t len)
{
	char why[384] = "", label[OPTION_LABEL_SIZE];

	if (!entry->def)
		return 0;
	if (of_vendors(entry)) {
		if (are_blocks(data, len))
			return 0;
		report_error(report, at,
			     "%s: this is not enterprise number, length and data, again and again "
			     "(RFC 3925)",
			     entry->def->name);
		return -1;
	}
	if (!option_check_bytes(entry->def, data, len, why, sizeof(why)))
		return 0;
	option_label(entry, label);
	if (!foreign) {
		report_error(report, at, "%s: %s", label, why);
		return -1;
	}
	report_notice(report, at, "%s: %s; sent all the same", label, why);
	return 0;
}

/* The option's data; returns its length or -1 if it was wrong. */
static int option_bytes(struct report *report, const struct node *map, struct option_entry *entry,
			uint8_t *buf)
{
	const struct node *data = member(map, KEY_OPTION_TEXT);
	const struct node *csv = member(map, KEY_OPTION_CSV_FORMAT);
	const struct option_def *def = entry->def;
	const char *text = data ? data->text : "";
	char why[256] = "", label[OPTION_LABEL_SIZE];
	/* Kea knows nothing of what is ours, so that without our name data is meant as Kea reads it
	 */
	bool foreign = !def || (def->ours && !member(map, KEY_OPTION_NAME));
	bool hex = csv ? !csv->value.boolean : foreign;
	int len;

	if (member_bad(map, KEY_OPTION_TEXT) || member_bad(map, KEY_OPTION_CSV_FORMAT))
		return -1;
	if (!data && member_bool(map, KEY_OPTION_NEVER_SEND))
		return 0;
	if (!hex && !def) {
		report_error(report, csv->at,
			     "%s has no type here: give its data in hex, with csv-format false, or "
			     "define it in option-def",
			     option_label(entry, label));
		return -1;
	}
	entry->hex = hex;
	entry->bare = !*text && def && def->encapsulates &&
		      (def->type == OPTION_EMPTY || def->type == OPTION_BINARY);
	if (entry->bare || (hex && !*text && (!def || def->type == OPTION_EMPTY)))
		return 0;
	if (hex)
		len = option_parse_hex(text, buf, OPTION_MAX, why, sizeof(why));
	else if (def == option_by_code(DHO_VENDOR_OPTIONS))
		len = parse_vivso(def, text, buf, why, sizeof(why));
	else
		len = option_parse(def, text, buf, OPTION_MAX, why, sizeof(why));
	if (len > 0 && (hex || (def && of_vendors(entry))) &&
	    check_hex(report, entry, data ? data->at : map->at, foreign, buf, (size_t)len) < 0)
		return -1;
	if (len < 0)
		report_error(report, data ? data->at : map->at, "%s: %s%s%s%s",
			     option_label(entry, label), why,
			     def && hex && !csv ? "; for text give its name, \"" : "",
			     def && hex && !csv ? def->name : "", def && hex && !csv ? "\"" : "");
	return len;
}

static void read_option(struct report *report, const struct node *map,
			struct option_entries *entries)
{
	struct option_entry *entry = &entries->v[entries->n];
	uint8_t buf[OPTION_MAX];
	int len;

	*entry = (struct option_entry){0};
	if (!option_identity(report, map, entries->defs, entry)) {
		entries->bad = true;
		return;
	}
	entries->n++;
	entry->at = map->at;
	build_class_list(report, map, KEY_OPTION_CLASSES, KEY_NONE, &entry->classes);
	entry->never_send = member_bool(map, KEY_OPTION_NEVER_SEND);
	entry->always_send = member_bool(map, KEY_OPTION_ALWAYS_SEND) && !entry->never_send;
	if (entry->never_send && member_bool(map, KEY_OPTION_ALWAYS_SEND))
		report_notice(report, place_in(map, KEY_OPTION_NEVER_SEND),
			      "always-send has no effect beside never-send");
	len = option_bytes(report, map, entry, buf);
	entries->bad |= len < 0;
	if (len <= 0)
		return;
	entry->data = malloc((size_t)len);
	if (!entry->data) {
		report->oom = true;
		return;
	}
	memcpy(entry->data, buf, (size_t)len);
	entry->len = (size_t)len;
	check_meaning(report, entry);
}

/* option-data of a scope -> *ret_list. */
static void build_options(struct report *report, const struct node *scope,
			  struct option_list *ret_list)
{
	const struct node *list = member(scope, KEY_OPTION_DATA);
	struct option_entries entries = {0};

	*ret_list = (struct option_list){0};
	if (!list || !list->n)
		return;
	entries.defs = list->value.defs;
	entries.v = calloc(list->n, sizeof(*entries.v));
	if (!entries.v) {
		report->oom = true;
		return;
	}
	for (const struct node *map = list->first; map; map = map->next) {
		if (map->bad)
			entries.bad = true;
		else
			read_option(report, map, &entries);
	}
	build_suboptions(report, &entries, ret_list);
	option_entries_free(&entries);
}

static void build_boot(const struct node *scope, struct boot_fields *ret_boot)
{
	const struct node *next = member(scope, KEY_NEXT_SERVER);

	*ret_boot = (struct boot_fields){0};
	if (next && *next->text) {
		ret_boot->next_server = next->value.address;
		ret_boot->next_server_set = true;
	}
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
