// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Options as text and as bytes, and Kea's expressions. Input: a letter that says what the rest is:
 *
 *   p CODE TEXT         a value of our table, as people write it
 *   s SPACE CODE TEXT   the same of another space (its place in spaces[])
 *   d DEFINITION TEXT   of an option-def, see take_definition()
 *   b CODE BYTES        a value as it comes from the network
 *   h TEXT              hex
 *   w BYTES             what has an inside: option 82, sub-options, blocks of vendors
 *   e TEXT NUL BYTES    an expression, and the options of the message it is evaluated on
 *
 * What is parsed is checked, formatted, and parsed again to the same bytes; what is formatted is
 * printable whatever it was.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../common/packet_builder.h"
#include "../common/require.h"
#include "config/expr_parse.h"
#include "engine/model.h"
#include "fuzz.h"
#include "proto/options.h"
#include "proto/relay.h"
#include "proto/suboption.h"

#define TEXT_MAX   4096
#define VALUE_MAX  4096
#define FORMAT_MAX (16 * VALUE_MAX)

/* A copy of exactly this size, so that a byte read beyond is seen. The caller frees it. */
static char *copy(const uint8_t *data, size_t len)
{
	char *text = malloc(len + 1);

	require(text != NULL);
	memcpy(text, data, len);
	text[len] = '\0';
	return text;
}

static char *take_text(struct input *in)
{
	size_t n;
	const uint8_t *at = take_bytes(in, TEXT_MAX, &n);

	return copy(at, n);
}

static void require_printable(const char *text, size_t cap)
{
	require(memchr(text, '\0', cap) != NULL);
	for (const char *c = text; *c; c++)
		require(*c >= 0x20 && *c < 0x7f);
}

/* --- values --- */

static const char *format(const struct option_def *def, const uint8_t *value, size_t len)
{
	static char text[FORMAT_MAX];
	char little[24];

	option_format(def, value, len, text, sizeof(text));
	require_printable(text, sizeof(text));
	option_format(def, value, len, little, sizeof(little));
	require_printable(little, sizeof(little));
	/* whether all of it is of the type is not known where it was cut */
	size_t n = strlen(little);
	bool cut = n >= 3 && !strcmp(little + n - 3, "...");

	require(cut || !strcmp(text, little));
	return text;
}

/* A string may hold what is printed escaped, and is not read so. */
static bool is_plain(const char *text)
{
	return !strchr(text, '\\');
}

static void parse(const struct option_def *def, const char *text)
{
	uint8_t *value = malloc(VALUE_MAX), *exact, again[VALUE_MAX];
	char why[128] = "";
	int n, m;

	require(value != NULL);
	n = option_parse(def, text, value, VALUE_MAX, why, sizeof(why));
	require(n >= 0 || n == -EINVAL);
	if (n < 0) {
		require(*why);
		require_printable(why, sizeof(why));
		free(value);
		return;
	}
	require(n <= VALUE_MAX && (n > 0 || def->type == OPTION_EMPTY));
	/* it fits what it needs, and in less it is refused */
	exact = malloc((size_t)n + !n);
	require(exact && option_parse(def, text, exact, (size_t)n, why, sizeof(why)) == n);
	require(!memcmp(exact, value, (size_t)n));
	if (n)
		require(option_parse(def, text, again, (size_t)n - 1, why, sizeof(why)) < 0);
	if (option_check_bytes(def, exact, (size_t)n, why, sizeof(why)) < 0)
		wrong("\"%s\" is parsed, and refused as bytes: %s", text, why);
	const char *formatted = format(def, exact, (size_t)n);

	if (is_plain(formatted) && is_plain(text)) {
		m = option_parse(def, formatted, again, sizeof(again), why, sizeof(why));
		if (m != n || memcmp(again, exact, (size_t)n))
			wrong("\"%s\" is formatted as \"%s\", which is not read so: %s", text,
			      formatted, m < 0 ? why : "other bytes");
	}
	free(exact);
	free(value);
}

/*
 * Of names and routes the text is held to more than the bytes: to what people mistype; and spaces
 * around text do not count.
 */
static bool is_strict(enum option_type type)
{
	return type == OPTION_ROUTE || type == OPTION_FQDN || type == OPTION_HOSTS ||
	       type == OPTION_DNR || type == OPTION_STRING || type == OPTION_TUPLE ||
	       type == OPTION_TUPLE8;
}

static bool has_strict(const struct option_def *def)
{
	for (unsigned i = 0; i < def->n_fields; i++) {
		if (is_strict(def->fields[i]))
			return true;
	}
	return is_strict(def->type);
}

static void bytes(const struct option_def *def, const uint8_t *data, size_t len)
{
	uint8_t *exact = (uint8_t *)copy(data, len), again[VALUE_MAX];
	char why[128] = "";
	int r = option_check_bytes(def, exact, len, why, sizeof(why));

	require(r == 0 || r == -EINVAL);
	if (r < 0)
		require_printable(why, sizeof(why));
	format(NULL, exact, len);
	const char *formatted = format(def, exact, len);

	/* what people are shown of a good value, they can write; nothing is nothing */
	if (r == 0 && len && is_plain(formatted) && !def->encapsulates && !has_strict(def)) {
		r = option_parse(def, formatted, again, sizeof(again), why, sizeof(why));
		if (r < 0 && len <= VALUE_MAX)
			wrong("\"%s\" is good bytes, and not read: %s", formatted, why);
	}
	free(exact);
}

static void hex(const char *text)
{
	uint8_t value[VALUE_MAX], again[VALUE_MAX];
	char why[128] = "";
	int n = option_parse_hex(text, value, sizeof(value), why, sizeof(why));

	require(n > 0 || n == -EINVAL);
	if (n < 0) {
		require_printable(why, sizeof(why));
		return;
	}
	require(option_parse_hex(format(NULL, value, (size_t)n), again, sizeof(again), why,
				 sizeof(why)) == n);
	require(!memcmp(value, again, (size_t)n));
}

static const struct option_def *take_row(struct input *in, const char *space)
{
	const struct option_def *def = option_in_space(space, take_u8(in));

	require(!def || option_in_space_by_name(space, def->name));
	return def;
}

static const char *const spaces[] = {"vendor-encapsulated-options-space",
				     "dhcp-agent-options-space",
				     "vendor-4491",
				     "v4-rse",
				     "dhcp4",
				     "nonsense",
				     "vendor-9"};

/* --- definitions --- */

/* Of struct option_def what it says of fields: some cannot stand there, or only last. */
static bool may_stand(enum option_type type, bool last, bool array)
{
	switch (type) {
	case OPTION_RECORD:
	case OPTION_EMPTY:
	case OPTION_HOSTS:
	case OPTION_DNR:
	case OPTION_ADDRESS_PAIR:
		return false;
	case OPTION_STRING:
	case OPTION_BINARY:
		return last && !array;
	default:
		return true;
	}
}

/* A byte of flags, the type; of a record how many fields, and their types. */
static bool take_definition(struct input *in, struct option_def *ret)
{
	uint8_t flags = take_u8(in);
	struct option_def def = {.code = 224,
				 .name = "own",
				 .array = flags & 1,
				 .compressed = flags & 2,
				 .type = take_u8(in) % OPTION_TYPE_COUNT};

	if (def.type == OPTION_FQDN)
		def.compressed = def.compressed && def.array;
	else
		def.compressed = false;
	if (def.type == OPTION_RECORD)
		def.n_fields = (uint8_t)(1 + take_u8(in) % OPTION_FIELDS_MAX);
	for (unsigned i = 0; i < def.n_fields; i++) {
		def.fields[i] = take_u8(in) % OPTION_TYPE_COUNT;
		if (!may_stand(def.fields[i], i + 1u == def.n_fields, def.array))
			return false;
	}
	/* lists by nature, or never */
	if (def.type == OPTION_HOSTS || def.type == OPTION_DNR)
		def.array = true;
	if (def.array &&
	    (def.type == OPTION_EMPTY || def.type == OPTION_BINARY || def.type == OPTION_STRING))
		return false;
	if (flags & 4)
		def.encapsulates = "inside";
	*ret = def;
	return true;
}

static void definition(struct input *in)
{
	struct option_def def;
	char about[64];

	if (!take_definition(in, &def))
		return;
	option_describe(&def, about, sizeof(about));
	require_printable(about, sizeof(about));
	char *text = take_text(in);

	parse(&def, text);
	bytes(&def, (const uint8_t *)text, strlen(text));
	free(text);
}

/* --- what has an inside --- */

static bool within(const struct dhcp_opt *o, const struct dhcp_opt *all)
{
	return o->data >= all->data && o->data + o->len <= all->data + all->len;
}

static void walk(const struct dhcp_opt *all, bool padded)
{
	struct suboption sub;
	struct dhcp_opt found;
	size_t at = 0, before = 0;

	while (suboption_next(all, padded, &at, &sub)) {
		require(at > before && at <= all->len && within(&sub.data, all));
		require(suboption_find(all, padded, sub.code, &found) && within(&found, all));
		before = at;
	}
	require(at <= all->len);
}

static void inside(const uint8_t *data, size_t len)
{
	uint8_t *exact = (uint8_t *)copy(data, len);
	struct dhcp_opt all = {exact, (uint16_t)len}, sub;
	struct vendor_block block;
	size_t at = 0, before = 0;

	walk(&all, false);
	walk(&all, true);
	while (vendor_block_next(&all, &at, &block)) {
		require(at > before && at <= len && within(&block.data, &all));
		walk(&block.data, false);
		before = at;
	}
	for (unsigned code = 0; code < 256; code++) {
		char text[RELAY_TEXT_STR];
		uint32_t addr = relay_address(&all, (uint8_t)code);
		bool found = relay_suboption(&all, (uint8_t)code, &sub);

		require(found || !addr);
		if (found) {
			require(within(&sub, &all));
			require_printable(relay_text(&sub, text), sizeof(text));
		}
	}
	free(exact);
}

/* --- expressions --- */

static size_t message(const uint8_t *options, size_t len, uint32_t other, uint8_t *frame,
		      struct dhcp_msg *ret)
{
	static const struct packet_host client = {.mac = {2, 0, 0, 0, 0, 1}};
	struct packet p = packet_request(&client);
	struct dhcp_ingress in = {.link = 1};
	size_t n;

	/* what is in no form of request */
	p.xid = other;
	p.secs = (uint16_t)other;
	p.hops = (uint8_t)other;
	p.ip_src = other ? PACKET_ADDR(10, 0, 0, 9) : 0;
	p.bootp_min = other ? 548 : 300;
	packet_option_u8(&p, DHO_MESSAGE_TYPE, DHCP_REQUEST);
	packet_raw(&p, options, len < 1000 ? len : 1000);
	n = packet_build(&p, frame, PACKET_MAX);
	return dhcp_decode(frame, n, &in, ret) == DHCP_DECODE_ok ? n : 0;
}

static void evaluate(const struct expr *expr, const uint8_t *options, size_t len)
{
	static uint8_t frame[2][PACKET_MAX], value[EXPR_VALUE_MAX], again[EXPR_VALUE_MAX];
	static struct dhcp_msg msg[2];
	static const uint64_t classes[] = {0x5555555555555555, 0x3333333333333333};
	struct expr_input in = {.interface = "eth0", .classes = classes};
	size_t n, m;

	for (unsigned i = 0; i < 2; i++) {
		if (!message(options, len, i * 0x01020304, frame[i], &msg[i]))
			return;
	}
	in.msg = &msg[0];
	in.agent = msg[0].opt[DHO_RELAY_AGENT];
	if (expr_is_bool(expr)) {
		bool truth = expr_bool(expr, &in);

		in.msg = &msg[1];
		in.agent = msg[1].opt[DHO_RELAY_AGENT];
		require(!expr_memoisable(expr) || expr_bool(expr, &in) == truth);
		return;
	}
	n = expr_string(expr, &in, value, sizeof(value));
	require(n <= sizeof(value));
	m = expr_string(expr, &in, again, 5);
	require(m == (n < 5 ? n : 5) && !memcmp(value, again, m));
	in.msg = &msg[1];
	in.agent = msg[1].opt[DHO_RELAY_AGENT];
	m = expr_string(expr, &in, again, sizeof(again));
	require(!expr_memoisable(expr) || (m == n && !memcmp(value, again, n)));
}

/* All that begin with a letter are there; those with a small one are memoisable. */
static bool class_by_name(void *classes, const char *name, size_t offset, struct expr_class *ret,
			  char why[EXPR_WHY_MAX])
{
	(void)classes;
	require(offset <= EXPR_SOURCE_MAX && strlen(name) <= MODEL_CLASS_NAME_MAX);
	if (!isalpha((unsigned char)*name)) {
		snprintf(why, EXPR_WHY_MAX, "class \"%.64s\" is not there", name);
		return false;
	}
	*ret = (struct expr_class){.number = (uint8_t)*name,
				   .memoisable = islower((unsigned char)*name),
				   .with_reservation = *name == 'k'};
	return true;
}

static void expression(struct input *in)
{
	const uint8_t *nul = memchr(in->at, 0, input_left(in));
	size_t len = nul ? (size_t)(nul - in->at) : input_left(in);
	char *text = copy(in->at, len);

	in->at += len + (nul != NULL);
	for (int type = EXPR_STRING; type <= EXPR_TRUTH; type++) {
		struct expr_scope scope = {.type = (enum expr_type)type,
					   .reservations = true,
					   .class_by_name = class_by_name};
		struct expr *expr = NULL, *same = NULL;
		struct expr_note note = {0};
		int r = expr_parse(text, &scope, &expr, &note);

		require(r == 0 || r == -EINVAL);
		require((r == 0) == (expr != NULL));
		require(note.offset <= strlen(text));
		if (r < 0) {
			require(note.text[0]);
			continue;
		}
		require(expr_is_bool(expr) == (type == EXPR_TRUTH));
		require(expr_memoisable(expr) ? !note.text[0] || note.by_class : note.text[0]);
		require(expr_parse(text, &scope, &same, &note) == 0);
		require(expr_digest(expr) == expr_digest(same));
		evaluate(expr, in->at, input_left(in));
		expr_free(expr);
		expr_free(same);
	}
	free(text);
}

static void value(struct input *in, const char *space)
{
	const struct option_def *def = take_row(in, space);
	char *text = take_text(in);

	if (def)
		parse(def, text);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, data + size};
	const struct option_def *def;
	char *text;

	switch (take_u8(&in)) {
	case 'p':
		value(&in, OPTION_SPACE_DHCP4);
		break;
	case 's':
		value(&in, spaces[take_u8(&in) % (sizeof(spaces) / sizeof(spaces[0]))]);
		break;
	case 'd':
		definition(&in);
		break;
	case 'b':
		def = take_row(&in, OPTION_SPACE_DHCP4);
		if (def)
			bytes(def, in.at, input_left(&in));
		break;
	case 'h':
		text = take_text(&in);
		hex(text);
		free(text);
		break;
	case 'w':
		inside(in.at, input_left(&in));
		break;
	case 'e':
		expression(&in);
		break;
	}
	return 0;
}
