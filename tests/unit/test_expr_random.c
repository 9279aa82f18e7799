// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Random expressions, as many that are true or false, as client classes have them, as strings, as
 * flex-ids: a tree is made, evaluated by the simplest means that do, written as text with
 * as few or as many parentheses as may be, and what the text is evaluated to must be the same.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../common/random.h"
#include "config/expr_parse.h"
#include "expr_simple.h"

#define SEED	    0x5eed0008u
#define EXPRESSIONS 20000
#define DEPTH	    5

#define N(array) (sizeof(array) / sizeof((array)[0]))

/* --- trees --- */

static struct tree pool[4096];
static size_t in_pool;

static struct tree *new_tree(enum kind kind)
{
	struct tree *t = &pool[in_pool++];

	assert_true(in_pool < N(pool));
	*t = (struct tree){.kind = kind};
	return t;
}

static const unsigned codes[] = {12, 60, 61, 80, 51, 82, 43, 15, 77, 224};
static const unsigned holders[] = {43, 82, 77, 224}; /* those that can have sub-options */
static const unsigned subcodes[] = {1, 2, 6, 9, 200, 255};

static unsigned one_of(const unsigned *list, size_t n)
{
	return list[random_below((uint32_t)n)];
}

/* path[0], then n below it. */
static void make_path(struct tree *t)
{
	t->n = random_below(3);
	for (size_t i = 0; i < N(t->path); i++)
		t->path[i] = one_of(subcodes, N(subcodes));
	if (t->kind != OPTION)
		return;
	t->path[0] = t->n ? one_of(holders, N(holders)) : one_of(codes, N(codes));
	for (size_t i = 1; i < N(t->path); i++) {
		if (t->path[0] != 82 && t->path[i] == 255)
			t->path[i] = 2; /* 255 ends what is padded */
	}
}

static struct tree *make_operand(void)
{
	static const enum kind kinds[] = {OPTION, OPTION,    OPTION, RELAY,
					  VENDOR, VENDOR_ID, CLASS,  CLASS_ID};
	struct tree *t = new_tree(kinds[random_below(N(kinds))]);

	make_path(t);
	t->number = (const uint32_t[]){0, SIMPLE_ENTERPRISE, SIMPLE_ENTERPRISE, 9}[random_below(4)];
	return t;
}

/* That a chunk of a vendor class exists cannot be asked. */
static struct tree *make_existing(void)
{
	struct tree *t = make_operand();

	if (t->kind == CLASS_ID)
		t->kind = CLASS;
	t->n = t->kind == CLASS ? 0 : t->n;
	return t;
}

static struct tree *make_leaf(void)
{
	static const char letters[] = "abcABCxyz019.:-, ()[]+=\"";
	struct tree *t;

	switch (random_below(8)) {
	case 0:
	case 1:
		t = new_tree(TEXT);
		t->len = random_below(7);
		for (size_t i = 0; i < t->len; i++)
			t->data[i] = letters[random_below(sizeof(letters) - 1)];
		return t;
	case 2:
		t = new_tree(HEX);
		t->len = 1 + random_below(4);
		for (size_t i = 0; i < t->len; i++)
			t->data[i] = (char)random_below(256);
		return t;
	case 3:
		t = new_tree((const enum kind[]){NUMBER, ADDRESS, ADDRESS6}[random_below(3)]);
		t->number = random_below(2) ? random_below(UINT32_MAX) : random_below(300);
		return t;
	case 4:
		t = new_tree(FIELD);
		t->number = random_below(SIMPLE_FIELDS);
		return t;
	default:
		return make_operand();
	}
}

static struct tree *make_truth(unsigned depth);

static struct tree *make_string(unsigned depth)
{
	struct tree *t;

	if (!depth || !random_below(4))
		return make_leaf();
	t = new_tree((enum kind)(SUBSTRING + random_below(TOTEXT - SUBSTRING + 1)));
	if (t->kind == TOTEXT && random_below(3))
		t->kind = LCASE; /* it mostly fails */
	t->sub[0] = t->kind == IFELSE || t->kind == SIFELSE ? make_truth(depth - 1)
							    : make_string(depth - 1);
	t->sub[1] = make_string(depth - 1);
	t->sub[2] = make_string(depth - 1);
	t->start = (int32_t)random_below(20) - 10;
	t->length = (int32_t)random_below(20) - 10;
	t->all = !random_below(4);
	t->number = random_below(7);
	return t;
}

static struct tree *make_truth(unsigned depth)
{
	struct tree *t;

	if (!depth || !random_below(5)) {
		static const enum kind kinds[] = {EXISTS, EXISTS, EXISTS, MEMBER, KNOWN, UNKNOWN};

		t = new_tree(kinds[random_below(N(kinds))]);
		t->sub[0] = make_existing();
		t->number = random_below(SIMPLE_CLASSES);
		return t;
	}
	t = new_tree((enum kind)(EQUAL + random_below(SOR - EQUAL + 1)));
	t->number = random_below(SIMPLE_CLASSES);
	if (t->kind == EXISTS) {
		t->sub[0] = make_existing();
	} else if (t->kind == EQUAL) {
		t->sub[0] = make_string(depth - 1);
		t->sub[1] = random_below(3) ? make_string(depth - 1) : t->sub[0];
	} else if (t->kind >= NOT) {
		t->sub[0] = make_truth(depth - 1);
		t->sub[1] = make_truth(depth - 1);
	}
	return t;
}

/* --- text --- */

static char text[EXPR_SOURCE_MAX + 1];
static size_t text_len;

static void put(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static void put(const char *fmt, ...)
{
	va_list args;

	if (!random_below(8))
		text_len += (size_t)snprintf(text + text_len, sizeof(text) - text_len, "%s",
					     (const char *[]){" ", "\t", "\n "}[random_below(3)]);
	va_start(args, fmt);
	text_len += (size_t)vsnprintf(text + text_len, sizeof(text) - text_len, fmt, args);
	va_end(args);
	assert_true(text_len < sizeof(text));
}

/* How tightly it binds. */
static int level(const struct tree *t)
{
	switch (t->kind) {
	case SOR:
		return 0;
	case OR:
		return 1;
	case SAND:
		return 2;
	case AND:
		return 3;
	case NOT:
		return 4;
	case EQUAL:
		return 5;
	case PLUS:
		return 6;
	default:
		return 7;
	}
}

static void put_tree(const struct tree *t);

static void put_at(const struct tree *t, int least)
{
	bool parentheses = level(t) < least || !random_below(10);

	put("%s", parentheses ? "(" : "");
	put_tree(t);
	put("%s", parentheses ? ")" : "");
}

static void put_infix(const struct tree *t, const char *operator)
{
	put_at(t->sub[0], level(t));
	put(" %s ", operator);
	put_at(t->sub[1], level(t) + 1);
}

static void put_call(const struct tree *t, const char *name, unsigned n)
{
	put("%s", name);
	put("(");
	for (unsigned i = 0; i < n; i++) {
		put("%s", i ? "," : "");
		put_at(t->sub[i], 0);
	}
	put("%s", t->kind == SUBSTRING || t->kind == SPLIT ? "," : ")");
}

static void put_operand(const struct tree *t, const char *what)
{
	char id[16] = "[*]";
	bool any = !t->number && !random_below(3);

	if (t->number || random_below(2))
		snprintf(id, sizeof(id), "[%u]", t->number);
	switch (t->kind) {
	case OPTION:
		if (t->path[0] == 12 && random_below(2))
			put("option[host-name]");
		else
			put("option[%u]", t->path[0]);
		for (size_t i = 1; i <= t->n; i++)
			put(".option[%u]", t->path[i]);
		if (!t->n && (t->path[0] == 12 || t->path[0] == 60 || t->path[0] == 15) &&
		    !strcmp(what, "hex") && random_below(2))
			what = "text";
		break;
	case RELAY:
		put("relay4[%u]", t->path[0]);
		for (size_t i = 1; i <= t->n; i++)
			put(".option[%u]", t->path[i]);
		break;
	case VENDOR:
		put("vendor%s", id);
		for (size_t i = 0; i <= t->n; i++)
			put(".option[%u]", t->path[i]);
		break;
	case VENDOR_ID:
		put("vendor%s", any && !strcmp(what, "hex") ? "" : id);
		what = strcmp(what, "hex") ? what : "enterprise";
		break;
	case CLASS_ID:
		put("vendor-class%s", any ? "" : id);
		what = "enterprise";
		break;
	default:
		put("vendor-class%s", id);
		if (strcmp(what, "hex") != 0)
			break;
		if (t->n)
			put(".data[%zu]", t->n);
		else
			put(".data");
		return;
	}
	put(".%s", what);
}

static const char *const field_names[SIMPLE_FIELDS] = {
	"pkt.iface",   "pkt4.mac",     "pkt.src",     "pkt.dst",     "pkt.len",
	"pkt4.hlen",   "pkt4.htype",   "pkt4.ciaddr", "pkt4.giaddr", "pkt4.yiaddr",
	"pkt4.siaddr", "pkt4.msgtype", "pkt4.transid"};
static const char *const totext[] = {"addrtotext",  "int8totext",   "int16totext", "int32totext",
				     "uint8totext", "uint16totext", "uint32totext"};

static void put_leaf(const struct tree *t)
{
	switch (t->kind) {
	case TEXT:
		put("'%.*s'", (int)t->len, t->data);
		break;
	case HEX: /* a first digit of 0 may be left out */
		put("0x%.*x", (uint8_t)t->data[0] < 16 && random_below(2) ? 1 : 2,
		    (uint8_t)t->data[0]);
		for (size_t i = 1; i < t->len; i++)
			text_len += (size_t)sprintf(text + text_len, "%02X", (uint8_t)t->data[i]);
		break;
	case NUMBER:
		put("%u", t->number);
		break;
	case ADDRESS:
		put("%u.%u.%u.%u", t->number >> 24, t->number >> 16 & 255, t->number >> 8 & 255,
		    t->number & 255);
		break;
	case ADDRESS6:
		put("2001:db8::%x", t->number & 0xffff);
		break;
	case FIELD:
		put("%s", field_names[t->number]);
		break;
	default:
		put_operand(t, "hex");
		break;
	}
}

static void put_function(const struct tree *t)
{
	switch (t->kind) {
	case SUBSTRING:
		put_call(t, "substring", 1);
		put("%d,", t->start);
		if (t->all)
			put("all)");
		else
			put("%d)", t->length);
		break;
	case CONCAT:
		put_call(t, "concat", 2);
		break;
	case IFELSE:
		put_call(t, "ifelse", 3);
		break;
	case SIFELSE:
		put_call(t, "sifelse", 3);
		break;
	case LCASE:
		put_call(t, "lcase", 1);
		break;
	case UCASE:
		put_call(t, "ucase", 1);
		break;
	case HEXSTRING:
		put_call(t, "hexstring", 2);
		break;
	case SPLIT:
		put_call(t, "split", 2);
		put("%d)", t->length);
		break;
	default:
		put_call(t, totext[t->number], 1);
		break;
	}
}

/* How many there were of each kind, and of each field and conversion, in what is true or false. */
static bool meeting;
static unsigned met[KINDS], met_fields[SIMPLE_FIELDS], met_totext[N(totext)];

static void meet(const struct tree *t)
{
	met[t->kind] += meeting;
	if (t->kind == FIELD)
		met_fields[t->number] += meeting;
	if (t->kind == TOTEXT)
		met_totext[t->number] += meeting;
}

static void put_tree(const struct tree *t)
{
	meet(t);
	switch (t->kind) {
	case EQUAL:
		/* neither side is a truth, so none needs parentheses */
		put_at(t->sub[0], 6);
		put("==");
		put_at(t->sub[1], 6);
		break;
	case EXISTS:
		put_operand(t->sub[0], "exists");
		break;
	case KNOWN:
		put("%s", (const char *[]){"known", "known()", "member('KNOWN')"}[random_below(3)]);
		break;
	case UNKNOWN:
		put("%s",
		    (const char *[]){"unknown", "unknown()", "member('UNKNOWN')"}[random_below(3)]);
		break;
	case MEMBER:
		put("member");
		put("(");
		put("'class %u'", t->number);
		put(")");
		break;
	case NOT:
		put("not ");
		put_at(t->sub[0], 4);
		break;
	case AND:
		put_infix(t, "and");
		break;
	case OR:
		put_infix(t, "or");
		break;
	case SAND:
		put_infix(t, "sand");
		break;
	case SOR:
		put_infix(t, "sor");
		break;
	case PLUS:
		put_infix(t, "+");
		break;
	default:
		if (t->kind < SUBSTRING)
			put_leaf(t);
		else
			put_function(t);
		break;
	}
}

/* --- held against each other --- */

static bool class_by_name(void *classes, const char *name, size_t offset, struct expr_class *ret,
			  char why[EXPR_WHY_MAX])
{
	unsigned number;

	(void)classes;
	(void)offset;
	(void)why;
	assert_int_equal(sscanf(name, "class %u", &number), 1);
	*ret = (struct expr_class){.number = (uint16_t)number, .memoisable = true};
	return true;
}

static void change_client(struct expr_input *in)
{
	simple_known = random_below(2);
	for (size_t i = 0; i < SIMPLE_CLASSES; i++)
		simple_member[i] = random_below(2);
	simple_classes(in);
}

static unsigned failures, longest, unknowables;

static void compare_string(const struct tree *t, const struct expr *expr,
			   const struct expr_input *in)
{
	static uint8_t got[SIMPLE_MOST + 1];
	struct value *v = simple_string(t);
	size_t expected = v->failed ? 0 : v->len;
	size_t len = expr_string(expr, in, got, sizeof(got));

	failures += v->failed;
	longest = len > longest ? (unsigned)len : longest;
	unknowables += simple_unknowable;
	if (!simple_unknowable && (len != expected || memcmp(got, v->data, len)))
		fail_msg("%s\ngives %zu bytes \"%.*s\", not %zu \"%.*s\"", text, len, (int)len,
			 (char *)got, expected, (int)expected, v->data);
	free(v);
}

static unsigned truths;

static void compare_truth(const struct tree *t, const struct expr *expr,
			  const struct expr_input *in)
{
	int expected = simple_truth(t);
	bool got = expr_bool(expr, in);

	failures += expected < 0;
	truths += got;
	unknowables += simple_unknowable;
	if (!simple_unknowable && got != (expected > 0))
		fail_msg("%s\nis %s", text, got ? "true" : "false");
}

static void test_random_expressions(void **state)
{
	struct expr_input in;

	(void)state;
	simple_client(&in);
	random_seed(SEED);
	printf("seed %#x\n", SEED);
	for (int i = 0; i < EXPRESSIONS; i++) {
		const struct expr_scope scope = {.type = i % 2 ? EXPR_TRUTH : EXPR_STRING,
						 .reservations = true,
						 .class_by_name = class_by_name};
		struct expr *expr = NULL;
		struct expr_note note;
		struct tree *t;

		in_pool = text_len = 0;
		simple_unknowable = false;
		change_client(&in);
		t = i % 2 ? make_truth(DEPTH) : make_string(DEPTH);
		meeting = i % 2;
		put_at(t, 0);
		if (expr_parse(text, &scope, &expr, &note))
			fail_msg("%s\nat %zu: %s", text, note.offset, note.text);
		if (i % 2)
			compare_truth(t, expr, &in);
		else
			compare_string(t, expr, &in);
		expr_free(expr);
	}
	printf("%d classes and %d strings, %u true, %u without a value, the longest has %u bytes\n",
	       EXPRESSIONS / 2, EXPRESSIONS / 2, truths, failures, longest);
	for (int kind = 0; kind < KINDS; kind++)
		assert_true(met[kind] >= 100);
	for (size_t i = 0; i < N(met_fields); i++)
		assert_true(met_fields[i] >= 20);
	for (size_t i = 0; i < N(met_totext); i++)
		assert_true(met_totext[i] >= 20);
	assert_in_range(failures, EXPRESSIONS / 100, EXPRESSIONS / 4);
	assert_in_range(truths, EXPRESSIONS / 10, EXPRESSIONS / 2 - EXPRESSIONS / 10);
	assert_true(unknowables < EXPRESSIONS / 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_random_expressions)};

	return cmocka_run_group_tests_name("expr_random", tests, NULL, NULL);
}
