// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Sub-options (suboptions.h). All entries are sorted by space and code, which is also the
 * order on the wire, as in Kea; END comes last by its number. Definitions hold no
 * cycle and bound the nesting (option_def.h); what is written is bounded by OPTION_MAX, and the
 * first byte too many ends the walk, so that a file cannot make it long.
 */
#include "suboptions.h"

#include <stdlib.h>
#include <string.h>

#include "proto/suboption.h"
#include "wire.h"

#define PIECE_MAX 255 /* RFC 2132 2: what a length byte holds */

struct flat {
	struct report *report;
	struct option_entries *entries;
	size_t *sorted; /* places in entries->v */
};

struct out {
	uint8_t data[OPTION_MAX];
	size_t len;
	bool full;   /* did not fit */
	bool always; /* a sub-option is always sent */
};

const char *option_label(const struct option_entry *entry, char buf[OPTION_LABEL_SIZE])
{
	char code[16];

	snprintf(code, sizeof(code), "option %u", entry->code);
	snprintf(buf, OPTION_LABEL_SIZE, "%s%s%s", entry->def ? entry->def->name : code,
		 strcmp(entry->space, OPTION_SPACE_DHCP4) != 0 ? " in " : "",
		 strcmp(entry->space, OPTION_SPACE_DHCP4) != 0 ? entry->space : "");
	return buf;
}

static bool own_of_message(const struct option_entry *entry)
{
	return !strcmp(entry->space, OPTION_SPACE_DHCP4);
}

bool of_vendors(const struct option_entry *entry)
{
	return own_of_message(entry) &&
	       (entry->code == DHO_VENDOR_CLASSES || entry->code == DHO_VENDOR_OPTIONS);
}

/* --- by space --- */

static int space_order(uint32_t enterprise, const char *space, const struct option_entry *entry)
{
	if (enterprise != entry->enterprise)
		return enterprise < entry->enterprise ? -1 : 1;
	return strcmp(space, entry->space);
}

static int by_space(const void *a, const void *b, void *entries)
{
	const struct option_entry *v = entries, *x = v + *(const size_t *)a,
				  *y = v + *(const size_t *)b;
	int order = space_order(x->enterprise, x->space, y);

	if (order)
		return order;
	if (x->code != y->code)
		return x->code < y->code ? -1 : 1;
	return x < y ? -1 : x > y;
}

static bool sort(struct flat *flat)
{
	size_t n = flat->entries->n;

	free(flat->sorted);
	flat->sorted = calloc(n + 1, sizeof(*flat->sorted));
	if (!flat->sorted) {
		flat->report->oom = true;
		return false;
	}
	for (size_t i = 0; i < n; i++)
		flat->sorted[i] = i;
	qsort_r(flat->sorted, n, sizeof(*flat->sorted), by_space, flat->entries->v);
	return true;
}

static struct option_entry *entry_at(const struct flat *flat, size_t at)
{
	return &flat->entries->v[flat->sorted[at]];
}

/* Where the entries of the space begin; n: there are none. */
static size_t find_space(const struct flat *flat, const char *space)
{
	uint32_t enterprise = option_space_enterprise(space);
	size_t low = 0, n = flat->entries->n, high = n;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (space_order(enterprise, space, entry_at(flat, mid)) > 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low < n && !space_order(enterprise, space, entry_at(flat, low)) ? low : n;
}

/* `n` are sorted. */
static size_t end_of_space(const struct flat *flat, size_t n, size_t at)
{
	const struct option_entry *first = entry_at(flat, at);

	while (at < n && !space_order(first->enterprise, first->space, entry_at(flat, at)))
		at++;
	return at;
}

static bool has_class(const struct class_list *list, uint16_t number)
{
	for (size_t i = 0; i < list->n; i++) {
		if (list->v[i] == number)
			return true;
	}
	return false;
}

/* Neither list holds a class twice. */
static bool same_classes(const struct class_list *x, const struct class_list *y)
{
	for (size_t i = 0; i < x->n && x->n == y->n; i++) {
		if (!has_class(y, x->v[i]))
			return false;
	}
	return x->n == y->n;
}

/* One before place `i`, from `from` on, that is for the same classes; or NULL. */
static const struct option_entry *found_before(const struct flat *flat, size_t from, size_t i)
{
	const struct option_entry *it = entry_at(flat, i);

	for (; from < i; from++) {
		if (same_classes(&entry_at(flat, from)->classes, &it->classes))
			return entry_at(flat, from);
	}
	return NULL;
}

static void say_repeated(const struct flat *flat, const struct option_entry *it,
			 const struct option_entry *first)
{
	bool dhcp4 = own_of_message(it), named = it->def;

	report_error(flat->report, it->at,
		     "option %u%s%s%s%s%s is here a second time%s; the first is at %s", it->code,
		     named ? " (" : "", named ? it->def->name : "", named ? ")" : "",
		     dhcp4 ? "" : " in ", dhcp4 ? "" : it->space,
		     it->classes.n ? " for the same classes" : "",
		     LINE_OF(flat->report, it->at, first->at));
}

#define ALTERNATIVES_MAX 64 /* of one option, for classes of clients */

/* An option stands once, or once for each of several lists of classes. */
static void check_repeated(const struct flat *flat)
{
	size_t from = 0;

	for (size_t i = 0; i < flat->entries->n; i++) {
		const struct option_entry *it = entry_at(flat, i), *first = entry_at(flat, from);

		if (first->code != it->code || space_order(first->enterprise, first->space, it)) {
			from = i;
			continue;
		}
		if (from == i || of_vendors(it))
			continue;
		if (i - from >= ALTERNATIVES_MAX) {
			report_error(flat->report, it->at,
				     "option %u stands here more than %d times", it->code,
				     ALTERNATIVES_MAX);
			flat->entries->bad = true;
			return;
		}
		first = found_before(flat, from, i);
		if (first) {
			say_repeated(flat, it, first);
			flat->entries->bad = true;
		}
	}
}

/* What is told classes is an option of the message, whole: sub-options go into it for all. */
static void check_classes_of(const struct flat *flat)
{
	size_t vendors[2] = {0};

	for (size_t i = 0; i < flat->entries->n; i++) {
		const struct option_entry *it = &flat->entries->v[i];

		vendors[0] += it->code == DHO_VENDOR_CLASSES && of_vendors(it);
		vendors[1] += it->enterprise || (it->code == DHO_VENDOR_OPTIONS && of_vendors(it));
	}
	for (size_t i = 0; i < flat->entries->n; i++) {
		const struct option_entry *it = &flat->entries->v[i];
		size_t n = of_vendors(it) ? vendors[it->code == DHO_VENDOR_OPTIONS] : 1;
		char buf[OPTION_LABEL_SIZE];

		if (!it->classes.n || (own_of_message(it) && n == 1))
			continue;
		option_label(it, buf);
		if (own_of_message(it))
			report_error(flat->report, it->at,
				     "%s: with client-classes it stands alone, with all of its "
				     "enterprises in hex",
				     buf);
		else
			report_error(flat->report, it->at,
				     "%s: client-classes is of whole options: set it in the one "
				     "that holds this",
				     buf);
		flat->entries->bad = true;
	}
}

/* --- values --- */

static void put(struct out *out, const void *data, size_t len)
{
	if (out->full || len > sizeof(out->data) - out->len) {
		out->full = true;
		return;
	}
	if (len)
		memcpy(out->data + out->len, data, len);
	out->len += len;
}

/* A long one is several with the same code, as Kea writes it and as RFC 3396 has it for options. */
static void put_suboption(struct out *out, const struct option_entry *entry,
			  const struct out *value)
{
	const uint8_t *data = value->data;
	size_t len = value->len;

	/*
	 * RFC 2132 8.4: "Code 255 (END), if present, signifies the end of the encapsulated vendor
	 * extensions"; in 125 it has no such meaning (RFC 3925 4).
	 */
	if (entry->code == DHO_END && !len && !entry->enterprise) {
		put(out, &entry->code, 1);
		return;
	}
	do {
		size_t n = len < PIECE_MAX ? len : PIECE_MAX;

		put(out, (uint8_t[]){entry->code, (uint8_t)n}, 2);
		put(out, data, n);
		data += n;
		len -= n;
	} while (len);
}

static void put_space(const struct flat *flat, const char *space, const bool have[256],
		      struct out *out);

/*
 * The codes of the sub-options that its own data is; none, if it is anything else. Kea's config-get
 * gives an option that encapsulates a space with what is in it, and that once more by itself: as in
 * Kea, the option's own come before, and only once.
 */
static void own_suboptions(const struct option_entry *entry, bool ret_have[256])
{
	const struct dhcp_opt all = {.data = entry->data, .len = (uint16_t)entry->len};
	struct suboption sub;
	bool have[256] = {false};
	size_t at = 0;

	if (!all.len || (entry->def->type != OPTION_EMPTY && entry->def->type != OPTION_BINARY))
		return;
	while (suboption_next(&all, false, &at, &sub))
		have[sub.code] = true;
	if (at == all.len)
		memcpy(ret_have, have, sizeof(have));
}

static void put_value(const struct flat *flat, const struct option_entry *entry, struct out *out)
{
	bool have[256] = {false};

	put(out, entry->data, entry->len);
	if (!entry->def || !entry->def->encapsulates)
		return;
	own_suboptions(entry, have);
	put_space(flat, entry->def->encapsulates, have, out);
}

/* Those of the space that are not in `have`; but one that is sent always makes the whole so. */
static void put_space(const struct flat *flat, const char *space, const bool have[256],
		      struct out *out)
{
	size_t i = find_space(flat, space), n = flat->entries->n, end = i;

	if (i < n)
		end = end_of_space(flat, n, i);
	for (; i < end && !out->full; i++) {
		struct out value = {0};

		if (entry_at(flat, i)->never_send)
			continue;
		put_value(flat, entry_at(flat, i), &value);
		out->always |= entry_at(flat, i)->always_send || value.always;
		out->full |= value.full;
		if (!have[entry_at(flat, i)->code])
			put_suboption(out, entry_at(flat, i), &value);
	}
}

/* --- 124 and 125 (RFC 3925 3, 4) --- */

struct vendors {
	const struct flat *flat;
	uint8_t code;
	struct out *out;
	uint32_t seen[OPTION_MAX / VENDOR_BLOCK_HEADER];
	size_t n_seen;
};

static bool is_seen(const struct vendors *vendors, uint32_t enterprise)
{
	for (size_t i = 0; i < vendors->n_seen; i++) {
		if (vendors->seen[i] == enterprise)
			return true;
	}
	return false;
}

/* One enterprise's block: its data and, of 125, its sub-options. */
static bool put_block(struct vendors *vendors, const struct option_entry *entry,
		      uint32_t enterprise, const uint8_t *data, size_t len)
{
	uint8_t header[VENDOR_BLOCK_HEADER];
	struct out *out = vendors->out;
	size_t start = out->len, used;
	char space[24];

	vendor_block_start(header, enterprise, 0); /* the length is not known yet */
	put(out, header, sizeof(header));
	put(out, data, len);
	snprintf(space, sizeof(space), "vendor-%u", enterprise);
	if (vendors->code == DHO_VENDOR_OPTIONS)
		put_space(vendors->flat, space, (const bool[256]){false}, out);
	if (out->full)
		return true;
	used = out->len - start - VENDOR_BLOCK_HEADER;
	out->data[start + VENDOR_BLOCK_HEADER - 1] = (uint8_t)used;
	vendors->seen[vendors->n_seen++] = enterprise;
	if (used <= PIECE_MAX)
		return true;
	report_error(vendors->flat->report, entry->at,
		     "%s has %zu bytes of sub-options: option 125 holds %d of an enterprise "
		     "(RFC 3925)",
		     space, used, PIECE_MAX);
	return false;
}

static bool put_blocks(struct vendors *vendors, const struct option_entry *entry)
{
	const struct dhcp_opt all = {.data = entry->data, .len = (uint16_t)entry->len};
	struct vendor_block block;
	size_t at = 0;

	while (vendor_block_next(&all, &at, &block)) {
		if (is_seen(vendors, block.enterprise)) {
			report_error(vendors->flat->report, entry->at,
				     "%s: enterprise %u is here a second time", entry->def->name,
				     block.enterprise);
			return false;
		}
		if (!put_block(vendors, entry, block.enterprise, block.data.data, block.data.len))
			return false;
	}
	return true;
}

/* The first entry that is sent of an enterprise's, at or after `at`; n: none. */
static size_t next_enterprise(const struct flat *flat, size_t at)
{
	while (at < flat->entries->n &&
	       (!entry_at(flat, at)->enterprise || entry_at(flat, at)->never_send))
		at++;
	return at;
}

/* All entries with the code of `first`, then the enterprises that none of them names. */
static bool put_vendors(const struct flat *flat, struct option_entry *first, struct out *out)
{
	struct vendors vendors = {.flat = flat, .code = first->code, .out = out};
	struct option_entries *entries = flat->entries;
	size_t n = 0, at = entries->n;

	if (first->code == DHO_VENDOR_OPTIONS)
		at = next_enterprise(flat, 0);
	for (size_t i = 0; i < entries->n; i++)
		n += of_vendors(&entries->v[i]) && entries->v[i].code == first->code;
	if (n == 1 && at == entries->n) {
		put(out, first->data, first->len);
		return true;
	}
	for (size_t i = 0; i < entries->n; i++) {
		struct option_entry *it = &entries->v[i];

		if (!of_vendors(it) || it->code != first->code)
			continue;
		if (!put_blocks(&vendors, it))
			return false;
		first->always_send |= it->always_send;
		first->never_send |= it->never_send;
	}
	for (; at < entries->n; at = next_enterprise(flat, at)) {
		const struct option_entry *it = entry_at(flat, at);

		if (!is_seen(&vendors, it->enterprise) &&
		    !put_block(&vendors, it, it->enterprise, NULL, 0))
			return false;
		at = end_of_space(flat, entries->n, at);
	}
	return true;
}

/* --- options that nobody has given, but sub-options need --- */

/* It is not sorted yet. */
static bool add_entry(struct flat *flat, const struct option_def *def, const char *space,
		      struct place at)
{
	struct option_entries *entries = flat->entries;
	struct option_entry *more = realloc(entries->v, (entries->n + 1) * sizeof(*more));

	if (!more) {
		flat->report->oom = true;
		return false;
	}
	entries->v = more;
	entries->v[entries->n++] = (struct option_entry){
		.def = def,
		.space = space,
		.code = def->code,
		.bare = true,
		.at = at,
	};
	return true;
}

static bool is_sent(const struct flat *flat, size_t at, size_t end)
{
	while (at < end && entry_at(flat, at)->never_send)
		at++;
	return at < end;
}

/* What holds this space, if that is clear and it needs no value of its own; or a notice. */
static const struct option_def *holder(const struct flat *flat, struct option_entry *first,
				       const char **ret_space)
{
	const struct option_def *def = NULL;
	unsigned n = option_defs_around(flat->entries->defs, first->space, &def, ret_space);
	char buf[OPTION_LABEL_SIZE];

	if (n == 1 && !def->wrong && (def->type == OPTION_EMPTY || def->type == OPTION_BINARY))
		return def;
	first->homeless = true;
	option_label(first, buf);
	if (n == 0)
		report_notice(flat->report, first->at,
			      "%s is not sent: no option encapsulates this space", buf);
	else if (n == 1)
		report_notice(flat->report, first->at,
			      "%s is not sent: %s, which encapsulates this space, has a value of "
			      "its own and must be given here too",
			      buf, def->name);
	else
		report_notice(flat->report, first->at,
			      "%s is not sent: several options encapsulate this space; give here "
			      "the one that is meant",
			      buf);
	return NULL;
}

/* One round: holders of spaces that have none. They may need some themselves: false when done. */
static bool add_holders(struct flat *flat)
{
	struct option_entries *entries = flat->entries;
	size_t n = entries->n;

	for (size_t i = 0; i < n; i++) {
		const struct option_def *def = entries->v[i].def;
		size_t at = def && def->encapsulates ? find_space(flat, def->encapsulates) : n;

		if (at < n)
			entry_at(flat, at)->held = true;
	}
	for (size_t at = 0, end; at < n; at = end) {
		struct option_entry *first = entry_at(flat, at);
		const struct option_def *def;
		const char *space;

		end = end_of_space(flat, n, at);
		if (own_of_message(first) || first->enterprise || first->held || first->homeless ||
		    !is_sent(flat, at, end))
			continue;
		def = holder(flat, first, &space);
		if (def && !add_entry(flat, def, space, first->at))
			return false;
	}
	return entries->n > n && sort(flat);
}

/* vivso-suboptions for vendor-N spaces. */
static bool add_vivso(struct flat *flat)
{
	size_t at = next_enterprise(flat, 0);

	if (at == flat->entries->n)
		return true;
	for (size_t i = 0; i < flat->entries->n; i++) {
		if (of_vendors(&flat->entries->v[i]) &&
		    flat->entries->v[i].code == DHO_VENDOR_OPTIONS)
			return true;
	}
	return add_entry(flat, option_by_code(DHO_VENDOR_OPTIONS), OPTION_SPACE_DHCP4,
			 entry_at(flat, at)->at) &&
	       sort(flat);
}

/* --- the list --- */

static void add_option(struct flat *flat, struct option_entry *entry, const struct out *out,
		       struct option_list *list)
{
	struct option_value *value = &list->v[list->n];

	*value = (struct option_value){
		.code = entry->code,
		.always_send = entry->always_send || out->always,
		.never_send = entry->never_send,
		.classes = entry->classes,
		.len = (uint16_t)out->len,
		.data = malloc(out->len ? out->len : 1),
	};
	if (!value->data) {
		flat->report->oom = true;
		return;
	}
	memcpy(value->data, out->data, out->len);
	entry->classes = (struct class_list){0};
	list->n++;
}

/* Of several of one code the one for all comes last: it is for those whom no other is for. */
static void put_general_last(struct option_list *list)
{
	size_t last[256] = {0};

	for (size_t i = 0; i < list->n; i++)
		last[list->v[i].code] = i;
	for (size_t i = list->n; i-- > 0;) {
		struct option_value value = list->v[i];
		size_t to = last[value.code];

		if (value.classes.n || to == i)
			continue;
		memmove(&list->v[i], &list->v[i + 1], (to - i) * sizeof(value));
		list->v[to] = value;
		for (size_t j = i; j <= to; j++) {
			if (last[list->v[j].code] <= to)
				last[list->v[j].code] = j;
		}
	}
}

static void build_option(struct flat *flat, struct option_entry *entry, struct option_list *list)
{
	char buf[OPTION_LABEL_SIZE];
	struct out out = {0};

	if (of_vendors(entry)) {
		if (!put_vendors(flat, entry, &out))
			return;
	} else {
		put_value(flat, entry, &out);
	}
	if (out.full)
		report_error(flat->report, entry->at,
			     "%s is too long with its sub-options: at most %d bytes",
			     option_label(entry, buf), OPTION_MAX);
	else if (!out.len && entry->bare && entry->hex && entry->def->type == OPTION_BINARY &&
		 !entry->never_send)
		/* As Kea's config-get shows one without sub-options; RFC 2132 8.4: "Its minimum
		 * length is 1." */
		report_notice(flat->report, entry->at,
			      "%s is not sent: it is empty, and has no sub-options in the space %s "
			      "here",
			      option_label(entry, buf), entry->def->encapsulates);
	else if (!out.len && entry->bare && entry->def->type != OPTION_EMPTY && !entry->never_send)
		report_error(flat->report, entry->at,
			     "%s: empty: expected: %s, or sub-options in the space %s",
			     option_label(entry, buf), option_type_name(entry->def->type, false),
			     entry->def->encapsulates);
	else {
		if (out.len > PIECE_MAX)
			report_notice(flat->report, entry->at,
				      "%s has %zu bytes and is sent in pieces of %d, which clients "
				      "must put together (RFC 3396)",
				      option_label(entry, buf), out.len, PIECE_MAX);
		add_option(flat, entry, &out, list);
	}
}

void build_suboptions(struct report *report, struct option_entries *entries,
		      struct option_list *ret_list)
{
	struct flat flat = {.report = report, .entries = entries};
	bool done[256] = {false};

	*ret_list = (struct option_list){0};
	if (!sort(&flat))
		return;
	check_repeated(&flat);
	check_classes_of(&flat);
	while (!entries->bad && add_holders(&flat))
		;
	if (entries->bad || report->oom || !add_vivso(&flat))
		goto out;
	ret_list->v = calloc(entries->n + 1, sizeof(*ret_list->v));
	if (!ret_list->v) {
		report->oom = true;
		goto out;
	}
	for (size_t i = 0; i < entries->n; i++) {
		struct option_entry *it = &entries->v[i];

		if (!own_of_message(it) || (of_vendors(it) && done[it->code]))
			continue;
		done[it->code] = true;
		build_option(&flat, it, ret_list);
	}
	put_general_last(ret_list);
out:
	free(flat.sorted);
}

void option_entries_free(struct option_entries *entries)
{
	for (size_t i = 0; i < entries->n; i++) {
		free(entries->v[i].data);
		free(entries->v[i].classes.v);
	}
	free(entries->v);
}
