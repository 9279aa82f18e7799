// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Random expressions: a tree is made, evaluated by the simplest means that do, written as text with
 * as few or as many parentheses as may be, and what the text is evaluated to must be the same. The
 * simple evaluator knows the client as lists, never sees the text or the bytes of sub-options, and
 * shares nothing with the engine.
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

#include "config/expr_parse.h"
#include "random.h"

#define SEED	    0x5eed0008u
#define EXPRESSIONS 10000
#define DEPTH	    5
#define MOST	    4096 /* bytes of a value */

/* --- the client --- */

struct thing { /* an option or sub-option; list: its sub-options */
	unsigned code;
	bool is_string; /* by its definition */
	const char *data;
	size_t len;
	const struct thing *list;
	size_t n;
};

#define DATA(literal) .data = literal, .len = sizeof(literal) - 1
#define LIST(array)   .list = array, .n = sizeof(array) / sizeof((array)[0])

static const struct thing deepest[] = {{.code = 1, DATA("xyz")}, {.code = 200, DATA("")}};
static const struct thing vendor43[] = {
	{.code = 1, DATA("abc")}, {.code = 2, DATA("")}, {.code = 9, LIST(deepest)}};
static const struct thing agent[] = {{.code = 1, DATA("Gi0/7.12")},
				     {.code = 2, DATA("\xa0\xff\0\x02\0\x80")},
				     {.code = 9, LIST(deepest)},
				     {.code = 255, DATA("end")}};
static const struct thing vivso[] = {{.code = 1, DATA("\x01\x02")}, {.code = 6, LIST(deepest)}};
static const struct thing vivco[] = {{.code = 0, DATA("docsis.3")}, {.code = 1, DATA("x")}};
static const struct thing options[] = {
	{.code = 12, .is_string = true, DATA("Host-A\0\0")},
	{.code = 43, LIST(vendor43)},
	{.code = 51, DATA("\0\0\x0e\x10")},
	{.code = 60, .is_string = true, DATA("PXEClient:Arch:00007")},
	{.code = 61, DATA("\xff\0\x01z\0")},
	{.code = 80, DATA("")},
	{.code = 82, LIST(agent)},
};

#define ENTERPRISE 4491u
#define N(array)   (sizeof(array) / sizeof((array)[0]))

static const struct thing *thing_in(const struct thing *list, size_t n, unsigned code)
{
	for (size_t i = 0; list && i < n; i++) {
		if (list[i].code == code)
			return &list[i];
	}
	return NULL;
}

static size_t write_things(uint8_t *to, const struct thing *list, size_t n)
{
	size_t len = 0;

	for (size_t i = 0; i < n; i++) {
		const struct thing *t = &list[i];
		size_t inside = t->list ? write_things(to + len + 2, t->list, t->n) : t->len;

		to[len] = (uint8_t)t->code;
		to[len + 1] = (uint8_t)inside;
		if (!t->list)
			memcpy(to + len + 2, t->data, inside);
		len += 2 + inside;
	}
	return len;
}

static struct dhcp_msg msg;
static uint8_t bytes[2][1024]; /* of all things, then of the vendor options */

static void make_client(struct expr_input *in)
{
	uint8_t *p = bytes[0], *v = bytes[1];
	size_t len = write_things(p, options, N(options));

	*in = (struct expr_input){.msg = &msg, .interface = "wan0"};
	memset(&msg, 0, sizeof(msg));
	for (size_t at = 0; at < len; at += 2u + p[at + 1])
		msg.opt[p[at]] = (struct dhcp_opt){.data = p + at + 2, .len = p[at + 1]};
	in->agent = msg.opt[82];
	memcpy(v, "\0\0\x11\x8b", 4);
	v[4] = (uint8_t)write_things(v + 5, vivso, N(vivso));
	msg.opt[125] = (struct dhcp_opt){.data = v, .len = (uint16_t)(5 + v[4])};
	v += 5 + v[4];
	memcpy(v,
	       "\0\0\x11\x8b\x08"
	       "docsis.3\0\0\x11\x8b\x01x",
	       19);
	msg.opt[124] = (struct dhcp_opt){.data = v, .len = 19};
	memcpy(msg.chaddr, "\x02\x11\x22\x33\x44\x55", 6);
	msg.type = DHCP_DISCOVER;
	msg.giaddr = 0x0a010203;
	msg.xid = 0xfedcba98;
	msg.ip_src = 0xc0a80001;
}

/* --- trees --- */

enum kind {
	/* strings */
	TEXT,
	HEX,
	NUMBER,
	ADDRESS,
	OPTION,
	RELAY,
	VENDOR,
	VENDOR_ID,
	CLASS,
	FIELD,
	SUBSTRING,
	CONCAT,
	PLUS,
	IFELSE,
	SIFELSE,
	LCASE,
	UCASE,
	HEXSTRING,
	SPLIT,
	TOTEXT,
	/* truths */
	EQUAL,
	EXISTS,
	KNOWN,
	NOT,
	AND,
	OR,
	SAND,
	SOR,
};

struct tree {
	enum kind kind;
	struct tree *sub[3];
	char data[24]; /* of a literal */
	size_t len;
	uint32_t number; /* of a literal; enterprise; field */
	int32_t start, length;
	bool all;
	unsigned path[4];
	size_t n;
};

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
	static const enum kind kinds[] = {OPTION, OPTION, RELAY, VENDOR, VENDOR_ID, CLASS};
	struct tree *t = new_tree(kinds[random_below(N(kinds))]);

	make_path(t);
	t->number = (const uint32_t[]){0, ENTERPRISE, ENTERPRISE, 9}[random_below(4)];
	return t;
}

/* That a chunk of a vendor class exists cannot be asked. */
static struct tree *make_existing(void)
{
	struct tree *t = make_operand();

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
		t = new_tree(random_below(2) ? NUMBER : ADDRESS);
		t->number = random_below(2) ? random_below(UINT32_MAX) : random_below(300);
		return t;
	case 4:
		t = new_tree(FIELD);
		t->number = random_below(6);
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
		t = new_tree(random_below(4) ? EXISTS : KNOWN);
		t->sub[0] = make_existing();
		return t;
	}
	t = new_tree((enum kind)(EQUAL + random_below(SOR - EQUAL + 1)));
	if (t->kind == EXISTS) {
		t->sub[0] = make_existing();
	} else if (t->kind == EQUAL) {
		t->sub[0] = make_string(depth - 1);
		t->sub[1] = random_below(3) ? make_string(depth - 1) : t->sub[0];
	} else if (t->kind != KNOWN) {
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
	char id[16] = "*";

	if (t->number || random_below(2))
		snprintf(id, sizeof(id), "%u", t->number);
	switch (t->kind) {
	case OPTION:
		if (t->path[0] == 12 && random_below(2))
			put("option[host-name]");
		else
			put("option[%u]", t->path[0]);
		for (size_t i = 1; i <= t->n; i++)
			put(".option[%u]", t->path[i]);
		break;
	case RELAY:
		put("relay4[%u]", t->path[0]);
		for (size_t i = 1; i <= t->n; i++)
			put(".option[%u]", t->path[i]);
		break;
	case VENDOR:
		put("vendor[%s]", id);
		for (size_t i = 0; i <= t->n; i++)
			put(".option[%u]", t->path[i]);
		break;
	case VENDOR_ID:
		put("vendor[%s]", id);
		what = strcmp(what, "hex") ? what : "enterprise";
		break;
	default:
		put("vendor-class[%s]", id);
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

static const char *const field_names[] = {"pkt.iface",	 "pkt.src",	 "pkt4.mac",
					  "pkt4.giaddr", "pkt4.msgtype", "pkt4.transid"};
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

static void put_tree(const struct tree *t)
{
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
		put("known");
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

/* --- the simple evaluator --- */

struct value {
	bool failed;
	size_t len;
	char data[3 * MOST];
};

static struct value *new_value(const void *data, size_t len)
{
	struct value *v = calloc(1, sizeof(*v));

	assert_non_null(v);
	v->len = len < MOST ? len : MOST;
	if (v->len)
		memcpy(v->data, data, v->len);
	return v;
}

static struct value *number_value(uint32_t number)
{
	char wire[4] = {(char)(number >> 24), (char)(number >> 16), (char)(number >> 8),
			(char)number};

	return new_value(wire, 4);
}

/* NULL: it is not there. */
static struct value *find(const struct tree *t)
{
	const struct thing *at = NULL;
	bool other = t->number && t->number != ENTERPRISE;
	size_t from = 1;
	uint8_t raw[256];
	size_t len;

	switch (t->kind) {
	case OPTION:
		at = thing_in(options, N(options), t->path[0]);
		break;
	case RELAY:
		at = thing_in(agent, N(agent), t->path[0]);
		break;
	case VENDOR:
		at = other ? NULL : thing_in(vivso, N(vivso), t->path[0]);
		break;
	case VENDOR_ID:
		return other ? NULL : number_value(ENTERPRISE);
	default:
		at = other ? NULL : thing_in(vivco, N(vivco), (unsigned)t->n);
		return at ? new_value(at->data, at->len) : NULL;
	}
	for (; at && from <= t->n; from++)
		at = thing_in(at->list, at->n, t->path[from]);
	if (!at)
		return NULL;
	if (!at->list) {
		len = at->len;
		while (at->is_string && len && !at->data[len - 1])
			len--;
		return new_value(at->data, len);
	}
	len = write_things(raw, at->list, at->n);
	return new_value(raw, len);
}

static struct value *eval(const struct tree *t);
static int eval_truth(const struct tree *t); /* -1: failed */

static struct value *eval_leaf(const struct tree *t)
{
	struct value *v;

	switch (t->kind) {
	case TEXT:
	case HEX:
		return new_value(t->data, t->len);
	case NUMBER:
	case ADDRESS:
		return number_value(t->number);
	case FIELD:
		switch (t->number) {
		case 0:
			return new_value("wan0", 4);
		case 1:
			return number_value(0xc0a80001);
		case 2:
			return new_value("\x02\x11\x22\x33\x44\x55", 6);
		case 3:
			return number_value(0x0a010203);
		case 4:
			return number_value(1);
		default:
			return number_value(0xfedcba98);
		}
	default:
		v = find(t);
		return v ? v : new_value("", 0);
	}
}

/* Byte by byte: is it within what start and length mean? */
static struct value *cut(const struct value *of, const struct tree *t)
{
	struct value *v = new_value("", 0);
	int n = (int)of->len, start = t->start < 0 ? n + t->start : t->start;

	if (start < 0 || start >= n)
		return v;
	for (int i = 0; i < n; i++) {
		bool after = i >= start && (t->all || i < start + t->length);
		bool before = !t->all && i < start && i >= start + t->length;

		if (!t->all && t->length < 0 ? before : after)
			v->data[v->len++] = of->data[i];
	}
	return v;
}

static struct value *field_of(const struct value *of, const struct value *delimiters, int wanted)
{
	struct value *v = new_value("", 0);
	int field = 1;

	if (!delimiters->len) {
		memcpy(v, of, sizeof(*v));
		return v;
	}
	for (size_t i = 0; i < of->len; i++) {
		bool is_delimiter = false;

		for (size_t j = 0; j < delimiters->len; j++)
			is_delimiter |= of->data[i] == delimiters->data[j];
		if (is_delimiter)
			field++;
		else if (field == wanted)
			v->data[v->len++] = of->data[i];
	}
	return v;
}

static struct value *hex_of(const struct value *of, const struct value *separator)
{
	struct value *v = new_value("", 0);

	for (size_t i = 0; i < of->len && v->len < MOST; i++) {
		if (i) {
			memcpy(v->data + v->len, separator->data, separator->len);
			v->len += separator->len;
		}
		if (v->len < MOST)
			v->len += (size_t)sprintf(v->data + v->len, "%02x", (uint8_t)of->data[i]);
	}
	v->len = v->len < MOST ? v->len : MOST;
	return v;
}

static struct value *to_text(const struct value *of, unsigned which)
{
	static const size_t sizes[] = {4, 1, 2, 4, 1, 2, 4};
	const uint8_t *p = (const uint8_t *)of->data;
	uint32_t n = 0;
	char buf[32] = "";
	struct value *v;

	for (size_t i = 0; i < of->len && i < 4; i++)
		n = n * 256 + p[i];
	if (which == 0 && of->len == 16)
		return NULL; /* no IPv6 address occurs but by chance: not compared */
	if (which == 0)
		sprintf(buf, "%u.%u.%u.%u", p[0], p[1], p[2], p[3]);
	else if (which == 1)
		sprintf(buf, "%d", (int8_t)n);
	else if (which == 2)
		sprintf(buf, "%d", (int16_t)n);
	else if (which == 3)
		sprintf(buf, "%d", (int32_t)n);
	else
		sprintf(buf, "%u", n);
	v = new_value(buf, of->len ? strlen(buf) : 0);
	v->failed = of->len && of->len != sizes[which];
	return v;
}

static bool unknowable; /* see to_text() */

static struct value *combine(const struct tree *t, const struct value *a, const struct value *b)
{
	struct value *v;

	switch (t->kind) {
	case SUBSTRING:
		return cut(a, t);
	case LCASE:
	case UCASE:
		v = new_value(a->data, a->len);
		for (size_t i = 0; i < v->len; i++) {
			char *c = &v->data[i];

			if (t->kind == LCASE && *c >= 'A' && *c <= 'Z')
				*c = (char)(*c + 32);
			if (t->kind == UCASE && *c >= 'a' && *c <= 'z')
				*c = (char)(*c - 32);
		}
		return v;
	case HEXSTRING:
		return hex_of(a, b);
	case SPLIT:
		return field_of(a, b, t->length);
	case TOTEXT:
		v = to_text(a, t->number);
		unknowable |= !v;
		return v ? v : new_value("", 0);
	default: /* CONCAT, PLUS */
		v = new_value(a->data, a->len);
		memcpy(v->data + v->len, b->data, b->len);
		v->len = v->len + b->len < MOST ? v->len + b->len : MOST;
		return v;
	}
}

static struct value *eval_choice(const struct tree *t)
{
	int truth = eval_truth(t->sub[0]);
	struct value *a, *b;

	if (truth < 0) {
		a = new_value("", 0);
		a->failed = true;
		return a;
	}
	if (t->kind == IFELSE)
		return eval(truth ? t->sub[1] : t->sub[2]);
	a = eval(t->sub[1]);
	b = eval(t->sub[2]);
	a->failed = b->failed = a->failed || b->failed;
	free(truth ? b : a);
	return truth ? a : b;
}

static struct value *eval(const struct tree *t)
{
	bool two = t->kind == CONCAT || t->kind == PLUS || t->kind == HEXSTRING || t->kind == SPLIT;
	struct value *a, *b = NULL, *v;

	if (t->kind < SUBSTRING)
		return eval_leaf(t);
	if (t->kind == IFELSE || t->kind == SIFELSE)
		return eval_choice(t);
	a = eval(t->sub[0]);
	if (two)
		b = eval(t->sub[1]);
	v = combine(t, a, b);
	v->failed |= a->failed || (b && b->failed);
	free(a);
	free(b);
	return v;
}

static int eval_truth(const struct tree *t)
{
	struct value *a, *b;
	int left, right;

	switch (t->kind) {
	case EXISTS:
		a = find(t->sub[0]);
		left = a != NULL;
		free(a);
		return left;
	case KNOWN:
		return 0;
	case EQUAL:
		a = eval(t->sub[0]);
		b = eval(t->sub[1]);
		left = a->failed || b->failed
			       ? -1
			       : a->len == b->len && !memcmp(a->data, b->data, a->len);
		free(a);
		free(b);
		return left;
	case NOT:
		left = eval_truth(t->sub[0]);
		return left < 0 ? -1 : !left;
	default:
		break;
	}
	left = eval_truth(t->sub[0]);
	if (left < 0 || (t->kind == AND && !left) || (t->kind == OR && left))
		return left;
	right = eval_truth(t->sub[1]);
	if (right < 0)
		return -1;
	return t->kind == AND || t->kind == SAND ? left && right : left || right;
}

/* --- held against each other --- */

static unsigned failures, longest, unknowables;

static void compare_string(const struct tree *t, const struct expr *expr,
			   const struct expr_input *in)
{
	static uint8_t got[MOST + 1];
	struct value *v = eval(t);
	size_t expected = v->failed ? 0 : v->len;
	size_t len = expr_string(expr, in, got, sizeof(got));

	failures += v->failed;
	longest = len > longest ? (unsigned)len : longest;
	unknowables += unknowable;
	if (!unknowable && (len != expected || memcmp(got, v->data, len)))
		fail_msg("%s\ngives %zu bytes \"%.*s\", not %zu \"%.*s\"", text, len, (int)len,
			 (char *)got, expected, (int)expected, v->data);
	free(v);
}

static unsigned truths;

static void compare_truth(const struct tree *t, const struct expr *expr,
			  const struct expr_input *in)
{
	int expected = eval_truth(t);
	bool got = expr_bool(expr, in);

	failures += expected < 0;
	truths += got;
	unknowables += unknowable;
	if (!unknowable && got != (expected > 0))
		fail_msg("%s\nis %s", text, got ? "true" : "false");
}

static void test_random_expressions(void **state)
{
	struct expr_input in;

	(void)state;
	make_client(&in);
	random_seed(SEED);
	printf("seed %#x\n", SEED);
	for (int i = 0; i < EXPRESSIONS; i++) {
		const struct expr_scope scope = {.type = i % 2 ? EXPR_TRUTH : EXPR_STRING,
						 .reservations = true};
		struct expr *expr = NULL;
		struct expr_note note;
		struct tree *t;

		in_pool = text_len = 0;
		unknowable = false;
		t = i % 2 ? make_truth(DEPTH) : make_string(DEPTH);
		put_at(t, 0);
		if (expr_parse(text, &scope, &expr, &note))
			fail_msg("%s\nat %zu: %s", text, note.offset, note.text);
		if (i % 2)
			compare_truth(t, expr, &in);
		else
			compare_string(t, expr, &in);
		expr_free(expr);
	}
	printf("%u true, %u without a value, the longest has %u bytes\n", truths, failures,
	       longest);
	assert_in_range(failures, EXPRESSIONS / 100, EXPRESSIONS / 4);
	assert_in_range(truths, EXPRESSIONS / 10, EXPRESSIONS / 2 - EXPRESSIONS / 10);
	assert_true(unknowables < EXPRESSIONS / 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_random_expressions)};

	return cmocka_run_group_tests_name("expr_random", tests, NULL, NULL);
}
