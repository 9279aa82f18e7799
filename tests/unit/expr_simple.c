// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * See expr_simple.h.
 */
#include "expr_simple.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

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

#define N(array) (sizeof(array) / sizeof((array)[0]))

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

void simple_client(struct expr_input *in)
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
	msg.ip_dst = 0xffffffff;
	msg.options_len = 308 - sizeof(struct dhcp_header);
	msg.ciaddr = 0x0a010207;
	msg.yiaddr = 0x0a010208;
	msg.siaddr = 0x0a010209;
	simple_known = false;
	memset(simple_member, 0, sizeof(simple_member));
	simple_classes(in);
}

bool simple_known, simple_member[SIMPLE_CLASSES];

void simple_classes(struct expr_input *in)
{
	static uint64_t bits[(SIMPLE_CLASSES + 63) / 64];

	memset(bits, 0, sizeof(bits));
	for (unsigned i = 0; i < SIMPLE_CLASSES; i++) {
		if (simple_member[i])
			bits[i >> 6] += 1ull << (i & 63);
	}
	in->classes = bits;
	in->known = simple_known;
}

/* --- the simple evaluator --- */

static struct value *new_value(const void *data, size_t len)
{
	struct value *v = calloc(1, sizeof(*v));

	assert_non_null(v);
	v->len = len < SIMPLE_MOST ? len : SIMPLE_MOST;
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
	bool other = t->number && t->number != SIMPLE_ENTERPRISE;
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
	case CLASS_ID:
		return other ? NULL : number_value(SIMPLE_ENTERPRISE);
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

static struct value *eval_leaf(const struct tree *t)
{
	/* src, dst, len, hlen, htype, ciaddr, giaddr, yiaddr, siaddr, msgtype, transid */
	static const uint32_t numbers[] = {0xc0a80001, 0xffffffff, 308,	       6,
					   1,	       0x0a010207, 0x0a010203, 0x0a010208,
					   0x0a010209, 1,	   0xfedcba98};
	struct value *v;

	switch (t->kind) {
	case TEXT:
	case HEX:
		return new_value(t->data, t->len);
	case NUMBER:
	case ADDRESS:
		return number_value(t->number);
	case ADDRESS6:
		v = new_value("\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\0", 16);
		v->data[14] = (char)(t->number >> 8);
		v->data[15] = (char)t->number;
		return v;
	case FIELD:
		switch (t->number) {
		case 0:
			return new_value("wan0", 4);
		case 1:
			return new_value("\x02\x11\x22\x33\x44\x55", 6);
		default:
			return number_value(numbers[t->number - 2]);
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

	for (size_t i = 0; i < of->len && v->len < SIMPLE_MOST; i++) {
		if (i) {
			memcpy(v->data + v->len, separator->data, separator->len);
			v->len += separator->len;
		}
		if (v->len < SIMPLE_MOST)
			v->len += (size_t)sprintf(v->data + v->len, "%02x", (uint8_t)of->data[i]);
	}
	v->len = v->len < SIMPLE_MOST ? v->len : SIMPLE_MOST;
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

bool simple_unknowable;

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
		simple_unknowable |= !v;
		return v ? v : new_value("", 0);
	default: /* CONCAT, PLUS */
		v = new_value(a->data, a->len);
		memcpy(v->data + v->len, b->data, b->len);
		v->len = v->len + b->len < SIMPLE_MOST ? v->len + b->len : SIMPLE_MOST;
		return v;
	}
}

static struct value *eval_choice(const struct tree *t)
{
	int truth = simple_truth(t->sub[0]);
	struct value *a, *b;

	if (truth < 0) {
		a = new_value("", 0);
		a->failed = true;
		return a;
	}
	if (t->kind == IFELSE)
		return simple_string(truth ? t->sub[1] : t->sub[2]);
	a = simple_string(t->sub[1]);
	b = simple_string(t->sub[2]);
	a->failed = b->failed = a->failed || b->failed;
	free(truth ? b : a);
	return truth ? a : b;
}

struct value *simple_string(const struct tree *t)
{
	bool two = t->kind == CONCAT || t->kind == PLUS || t->kind == HEXSTRING || t->kind == SPLIT;
	struct value *a, *b = NULL, *v;

	if (t->kind < SUBSTRING)
		return eval_leaf(t);
	if (t->kind == IFELSE || t->kind == SIFELSE)
		return eval_choice(t);
	a = simple_string(t->sub[0]);
	if (two)
		b = simple_string(t->sub[1]);
	v = combine(t, a, b);
	v->failed |= a->failed || (b && b->failed);
	free(a);
	free(b);
	return v;
}

int simple_truth(const struct tree *t)
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
		return simple_known;
	case UNKNOWN:
		return !simple_known;
	case MEMBER:
		return simple_member[t->number];
	case EQUAL:
		a = simple_string(t->sub[0]);
		b = simple_string(t->sub[1]);
		left = a->failed || b->failed
			       ? -1
			       : a->len == b->len && !memcmp(a->data, b->data, a->len);
		free(a);
		free(b);
		return left;
	case NOT:
		left = simple_truth(t->sub[0]);
		return left < 0 ? -1 : !left;
	default:
		break;
	}
	left = simple_truth(t->sub[0]);
	if (left < 0 || (t->kind == AND && !left) || (t->kind == OR && left))
		return left;
	right = simple_truth(t->sub[1]);
	if (right < 0)
		return -1;
	return t->kind == AND || t->kind == SAND ? left && right : left || right;
}
