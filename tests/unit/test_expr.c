// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Evaluation of expressions: every operand and operator, what absent values give, what is memoised;
 * what is expected is what Kea's manual says. Expressions are written as text; how text is
 * read is test_expr_parse.c's.
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

static struct dhcp_msg msg;
static struct expr_input input;

static void set(unsigned code, const void *data, size_t len)
{
	msg.opt[code] = (struct dhcp_opt){.data = data, .len = (uint16_t)len};
}

#define SET(code, literal) set(code, literal, sizeof(literal) - 1)

static int setup(void **state)
{
	static const uint8_t mac[] = {0x02, 0, 0, 0, 0xab, 0xcd};

	(void)state;
	memset(&msg, 0, sizeof(msg));
	msg.type = DHCP_REQUEST;
	msg.xid = 0x01020304;
	msg.ciaddr = 0x0a000001;
	msg.yiaddr = 0x0a000002;
	msg.siaddr = 0x0a000003;
	msg.giaddr = 0x0a000004;
	msg.ip_src = 0xc0000201;
	msg.ip_dst = 0xffffffff;
	msg.options_len = 60;
	memcpy(msg.chaddr, mac, sizeof(mac));
	SET(12, "host\0\0");
	SET(15, "\0");
	SET(43, "\x01\x03"
		"abc\0\x02\x00\x09\x04\x05\x02zz\x01\x01X\xff\0\x07\x01Z");
	SET(50, "\x0a\0\0\x09");
	SET(60, "docsis3.0:");
	SET(61, "\x01\x02\0\0\0\xab\xcd\0");
	SET(80, "");
	SET(124, "\0\0\x11\x8b\x07"
		 "eRouter\0\0\x11\x8b\x03two\0\0\x11\x8b\x00");
	SET(125, "\0\0\x11\x8b\x06\x01\x01\x02\x05\x01q\0\0\0\x09\x03\x01\x01k");
	input = (struct expr_input){.msg = &msg, .interface = "eth0.7"};
	input.agent = (struct dhcp_opt){
		.data = (const uint8_t *)"\x01\x06port-7\x02\x02\0\x01\x09\x06\x01\x04"
					 "deep\xff\x01!",
		.len = 8 + 4 + 8 + 3};
	return 0;
}

static struct expr *parsed(const char *text, enum expr_type type)
{
	const struct expr_scope scope = {.type = type, .reservations = true};
	struct expr_note note;
	struct expr *expr = NULL;

	if (expr_parse(text, &scope, &expr, &note))
		fail_msg("%s: at %zu: %s", text, note.offset, note.text);
	return expr;
}

static void gives_bytes(const char *text, const void *expected, size_t len)
{
	struct expr *expr = parsed(text, EXPR_STRING);
	uint8_t value[EXPR_VALUE_MAX + 1];
	size_t n = expr_string(expr, &input, value, sizeof(value));

	assert_false(expr_is_bool(expr));
	if (n != len || memcmp(value, expected, len))
		fail_msg("%s: %zu bytes \"%.*s\", not \"%.*s\"", text, n, (int)n, (char *)value,
			 (int)len, (const char *)expected);
	assert_false(expr_bool(expr, &input)); /* a string is no truth */
	expr_free(expr);
}

#define gives(text, literal) gives_bytes(text, literal, sizeof(literal) - 1)

static void is_truth(const char *text, bool expected)
{
	struct expr *expr = parsed(text, EXPR_TRUTH);
	uint8_t value[8];

	assert_true(expr_is_bool(expr));
	if (expr_bool(expr, &input) != expected)
		fail_msg("%s is not %s", text, expected ? "true" : "false");
	assert_int_equal(expr_string(expr, &input, value, sizeof(value)), 0);
	expr_free(expr);
}

static void yes(const char *text)
{
	is_truth(text, true);
}

static void no(const char *text)
{
	is_truth(text, false);
}

/* --- literals --- */

static void test_text_literal(void **state)
{
	(void)state;
	gives("'foo'", "foo");
	gives("''", "");
	gives("'a \"b\" \\n (c)'", "a \"b\" \\n (c)");
}

static void test_hex_literal(void **state)
{
	(void)state;
	gives("0x5a7d", "Z}");
	gives("0X5A7D", "Z}");
	gives("0x7", "\x07"); /* an odd number of digits */
	gives("0xabc", "\x0a\xbc");
	gives("0x00", "\0");
}

static void test_integer_is_four_bytes(void **state)
{
	(void)state;
	gives("123", "\0\0\0\x7b");
	gives("0", "\0\0\0\0");
	gives("007", "\0\0\0\x07");
	gives("4294967295", "\xff\xff\xff\xff");
	no("1 == 0x01");
	yes("1 == 0x00000001");
}

static void test_address_literal(void **state)
{
	(void)state;
	gives("10.0.0.1", "\x0a\0\0\x01");
	gives("2001:db8::1", "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01");
	gives("::", "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
	gives("::ffff:10.0.0.1", "\0\0\0\0\0\0\0\0\0\0\xff\xff\x0a\0\0\x01");
}

/* --- what a message has --- */

static void test_option_hex(void **state)
{
	(void)state;
	gives("option[60].hex", "docsis3.0:");
	gives("option[61].hex", "\x01\x02\0\0\0\xab\xcd\0"); /* binary: its NUL stays */
	gives("option[vendor-class-identifier].hex", "docsis3.0:");
	gives("option[80].hex", "");
}

static void test_option_text(void **state)
{
	(void)state;
	gives("option[60].text", "docsis3.0:");
	gives("option[ host-name ].text", "host");
}

/* RFC 2132 2 */
static void test_trailing_nuls_of_a_string_do_not_count(void **state)
{
	(void)state;
	gives("option[12].hex", "host");
	gives("option[12].text", "host");
	no("option[15].exists"); /* nothing but a NUL */
	gives("option[15].hex", "");
	SET(12, "a\0b");
	gives("option[12].hex", "a\0b");
}

static void test_option_exists(void **state)
{
	(void)state;
	yes("option[60].exists");
	yes("option[80].exists"); /* empty, but there */
	no("option[81].exists");
	no("option[0].exists");
	no("option[255].exists");
}

static void test_absent_option_is_empty(void **state)
{
	(void)state;
	gives("option[81].hex", "");
	gives("option[66].text", "");
	gives("option[66].hex + 'x'", "x");
	yes("option[66].hex == ''");
	gives("substring(option[66].hex, 0, 2)", "");
	gives("hexstring(option[66].hex, ':')", "");
	gives("lcase(option[66].hex)", "");
	gives("addrtotext(option[66].hex)", "");
	gives("uint32totext(option[66].hex)", "");
	gives("split(option[66].hex, '.', 1)", "");
}

static void test_suboption(void **state)
{
	(void)state;
	gives("option[43].option[1].hex", "abc"); /* the first of two */
	yes("option[43].option[2].exists");
	gives("option[43].option[2].hex", "");
	gives("option[43].option[9].option[5].hex", "zz");
	no("option[43].option[7].exists"); /* after END */
	no("option[43].option[3].exists");
	gives("option[43].option[3].hex", "");
	no("option[43].option[3].option[1].exists");
	no("option[90].option[1].exists");
	gives("option[90].option[1].hex", "");
}

static void test_suboptions_past_the_end_are_absent(void **state)
{
	(void)state;
	SET(43, "\x01\x01x\x02\x05y");
	yes("option[43].option[1].exists");
	no("option[43].option[2].exists");
	SET(43, "\x01");
	no("option[43].option[1].exists");
	input.agent = (struct dhcp_opt){.data = (const uint8_t *)"\x01\x02x", .len = 3};
	no("relay4[1].exists");
	yes("option[82].exists");
}

static void test_relay4(void **state)
{
	(void)state;
	gives("relay4[1].hex", "port-7");
	gives("relay4[2].hex", "\0\x01");
	gives("relay4[9].option[1].hex", "deep");
	gives("option[82].option[1].hex", "port-7");
	yes("relay4[1].exists");
	yes("relay4[255].exists"); /* RFC 3046 2.0: no END among them */
	no("relay4[3].exists");
	gives("relay4[3].hex", "");
}

/* What the lease stored may stand in for the message's own option 82. */
static void test_relay4_is_what_is_in_effect(void **state)
{
	(void)state;
	SET(82, "\x01\x03own");
	gives("relay4[1].hex", "port-7");
	input.agent = (struct dhcp_opt){0};
	gives("relay4[1].hex", "");
	no("relay4[1].exists");
	no("option[82].exists");
}

static void test_vendor(void **state)
{
	(void)state;
	yes("vendor[4491].exists");
	yes("vendor[*].exists");
	yes("vendor[0].exists"); /* any, too */
	no("vendor[9].exists");	 /* not the first one */
	gives("vendor.enterprise", "\0\0\x11\x8b");
	gives("vendor[4491].enterprise", "\0\0\x11\x8b");
	gives("vendor[9].enterprise", "");
	yes("vendor.enterprise == 4491");
	gives("vendor[4491].option[1].hex", "\x02");
	gives("vendor[*].option[5].hex", "q");
	yes("vendor[*].option[5].exists");
	no("vendor[*].option[6].exists");
	gives("vendor[9].option[1].hex", "");
	no("vendor[9].option[1].exists");
}

static void test_no_vendor(void **state)
{
	(void)state;
	set(125, NULL, 0);
	no("vendor[*].exists");
	gives("vendor.enterprise", "");
	gives("vendor[*].option[1].hex", "");
	no("vendor[*].option[1].exists");
	SET(125, "\0\0\x11\x8b\x06\x01\x01\x02"); /* runs past the end */
	no("vendor[*].exists");
	SET(125, "\0\0\x11\x8b");
	no("vendor[*].exists");
	SET(125, "\0\0\x11\x8b\0");
	yes("vendor[*].exists");
	no("vendor[*].option[1].exists");
}

static void test_vendor_class(void **state)
{
	(void)state;
	yes("vendor-class[4491].exists");
	yes("vendor-class[*].exists");
	no("vendor-class[4492].exists");
	gives("vendor-class.enterprise", "\0\0\x11\x8b");
	gives("vendor-class[4491].enterprise", "\0\0\x11\x8b");
	gives("vendor-class[4491].data", "eRouter");
	gives("vendor-class[*].data[0]", "eRouter");
	gives("vendor-class[*].data[1]", "two");
	gives("vendor-class[*].data[2]", "");
	gives("vendor-class[*].data[3]", "");
	gives("vendor-class[4492].data", "");
	set(124, NULL, 0);
	no("vendor-class[*].exists");
	gives("vendor-class.enterprise", "");
	gives("vendor-class[*].data", "");
}

static void test_packet(void **state)
{
	(void)state;
	gives("pkt.iface", "eth0.7");
	gives("pkt.src", "\xc0\0\x02\x01");
	gives("pkt.dst", "\xff\xff\xff\xff");
	yes("pkt.len == 300");
}

static void test_header(void **state)
{
	(void)state;
	gives("pkt4.mac", "\x02\0\0\0\xab\xcd");
	yes("pkt4.hlen == 6");
	yes("pkt4.htype == 1");
	yes("pkt4.ciaddr == 10.0.0.1");
	yes("pkt4.yiaddr == 10.0.0.2");
	yes("pkt4.siaddr == 10.0.0.3");
	yes("pkt4.giaddr == 10.0.0.4");
	yes("pkt4.msgtype == 3");
	yes("pkt4.transid == 16909060");
}

static void test_known(void **state)
{
	(void)state;
	no("known");
	yes("unknown");
	yes("unknown()");
	no("member('KNOWN')");
	yes("member('UNKNOWN')");
	input.known = true;
	yes("known");
	yes("known()");
	no("unknown");
	yes("member('KNOWN')");
	no("member('UNKNOWN')");
}

/* --- operators --- */

static void test_equal(void **state)
{
	(void)state;
	yes("'foo' == 'foo'");
	no("'foo' == 'fooo'");
	no("'fooo' == 'foo'");
	no("'foo' == 'Foo'");
	yes("0x666f6f == 'foo'");
	yes("'' == ''");
	no("0x00 == ''");
}

static void test_not_and_or(void **state)
{
	(void)state;
	yes("not 'a' == 'b'");
	no("not ('a' == 'a')");
	yes("not not option[60].exists");
	yes("option[60].exists and option[61].exists");
	no("option[60].exists and option[62].exists");
	no("option[62].exists and option[60].exists");
	yes("option[62].exists or option[60].exists");
	yes("option[60].exists or option[62].exists");
	no("option[62].exists or option[63].exists");
}

static void test_strict_forms(void **state)
{
	(void)state;
	yes("option[60].exists sand option[61].exists");
	no("option[60].exists sand option[62].exists");
	no("option[62].exists sand option[60].exists");
	yes("option[62].exists sor option[60].exists");
	yes("option[60].exists sor option[62].exists");
	no("option[62].exists sor option[63].exists");
	gives("sifelse(option[60].exists, 'yes', 'n')", "yes");
	gives("sifelse(option[62].exists, 'yes', 'n')", "n");
}

static void test_binding(void **state)
{
	(void)state;
	/* f or t and f */
	no("known or unknown and known");
	/* t or t and f: "and" first */
	yes("unknown or unknown and known");
	no("(unknown or unknown) and known");
	/* "not" before "and" */
	no("not unknown and known");
	yes("not (unknown and known)");
	/* sor, or, sand, and: each tighter than the one before */
	yes("unknown or unknown sand known");
	no("(unknown or unknown) sand known");
	yes("known sand known or unknown");
	no("known sand (known or unknown)");
	yes("unknown sor unknown and known");
	no("(unknown sor unknown) and known");
	yes("unknown sor unknown sand known");
	yes("'a' + 'b' == 'a' + 'b'");
	yes("('a' + 'b') + 'c' == 'a' + ('b' + 'c')");
}

static void test_substring(void **state)
{
	(void)state;
	gives("substring('foobar', 0, 6)", "foobar");
	gives("substring('foobar', 3, 3)", "bar");
	gives("substring('foobar', 3, all)", "bar");
	gives("substring('foobar', 1, 4)", "ooba");
	gives("substring('foobar', -5, 4)", "ooba");
	gives("substring('foobar', -1, -3)", "oba");
	gives("substring('foobar', 4, -2)", "ob");
	gives("substring('foobar', 10, 2)", "");
	gives("substring('foobar', 0, 0)", "");
	gives("substring('foobar', 3, 100)", "bar");
	gives("substring('foobar', 5, 2147483647)", "r");
	gives("substring('foobar', 6, all)", ""); /* the byte after the last one is outside */
	gives("substring('foobar', -6, 1)", "f");
	gives("substring('foobar', -7, 1)", "");
	gives("substring('foobar', 2, -9)", "fo");
	gives("substring('foobar', 0, -1)", "");
	gives("substring('foobar', -1, -2147483648)", "fooba");
	gives("substring('', 0, all)", "");
	gives("substring('', -1, -1)", "");
}

static void test_concat(void **state)
{
	(void)state;
	gives("concat('foo', 'bar')", "foobar");
	gives("'foo' + 'bar' + '' + 'x'", "foobarx");
	gives("concat(concat('a', 'b') + 'c', 'd' + 'e')", "abcde");
	gives("concat(0x00, pkt4.mac)", "\0\x02\0\0\0\xab\xcd");
}

static void test_ifelse(void **state)
{
	(void)state;
	gives("ifelse('foo' == 'bar', 'us', 'them')", "them");
	gives("ifelse('foo' == 'foo', 'us', 'them')", "us");
	gives("ifelse(option[230].exists, option[230].hex, 'none')", "none");
	gives("ifelse(known, 'a', ifelse(unknown, 'b', 'c') + 'd') + 'e'", "bde");
	gives("'x' + ifelse(unknown and not known, 'long value', '')", "xlong value");
}

static void test_case(void **state)
{
	(void)state;
	gives("lcase('LoWeR@[`{ \xc3\x84')", "lower@[`{ \xc3\x84");
	gives("ucase('uPpEr@[`{ \xc3\xa4')", "UPPER@[`{ \xc3\xa4");
}

static void test_hexstring(void **state)
{
	(void)state;
	gives("hexstring(pkt4.mac, ':')", "02:00:00:00:ab:cd");
	gives("hexstring('foo', '-')", "66-6f-6f");
	gives("hexstring(0x1234, '')", "1234");
	gives("hexstring(0xf01234, '..')", "f0..12..34");
	gives("hexstring(0x0a, ':')", "0a");
	gives("hexstring('', ':')", "");
	gives("'<' + hexstring('foo', '-') + '>'", "<66-6f-6f>");
}

static void test_split(void **state)
{
	(void)state;
	gives("split('one.two..four', '.', 1)", "one");
	gives("split('one.two..four', '.', 2)", "two");
	gives("split('one.two..four', '.', 3)", "");
	gives("split('one.two..four', '.', 4)", "four");
	gives("split('one.two..four', '.', 5)", "");
	gives("split('one.two..four', '.', 0)", "");
	gives("split('one.two..four', '.', -1)", "");
	gives("split('a:b.c', ':.', 3)", "c");
	gives("split('a.', '.', 2)", "");
	gives("split('.a', '.', 2)", "a");
	gives("split('one.two', '', 7)", "one.two"); /* no delimiters: all of it */
	gives("split('', '.', 1)", "");
	gives("split('', '', 1)", "");
	SET(77, "it's"); /* what stands in no literal */
	gives("split(option[77].hex, 0x27, 2)", "s");
}

static void test_address_to_text(void **state)
{
	(void)state;
	gives("addrtotext(192.10.0.1)", "192.10.0.1");
	gives("addrtotext(2003:db8::)", "2003:db8::");
	gives("addrtotext(::ffff:10.0.0.1)", "::ffff:10.0.0.1");
	gives("addrtotext(ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff)",
	      "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
	gives("addrtotext('')", "");
	gives("addrtotext(pkt4.giaddr)", "10.0.0.4");
}

static void test_number_to_text(void **state)
{
	(void)state;
	gives("int8totext(0xff)", "-1");
	gives("int8totext(0x7f)", "127");
	gives("int16totext(0xffff)", "-1");
	gives("int16totext(0x8000)", "-32768");
	gives("int32totext(0xffffffff)", "-1");
	gives("int32totext(2147483648)", "-2147483648");
	gives("uint8totext(0xff)", "255");
	gives("uint16totext(0xffff)", "65535");
	gives("uint32totext(0xffffffff)", "4294967295");
	gives("uint32totext(4294967295)", "4294967295");
	gives("uint8totext('')", "");
	gives("int32totext('')", "");
}

/* Kea throws, and the client is in no class and has no identifier. */
static void test_wrong_length_has_no_value(void **state)
{
	(void)state;
	gives("uint8totext(1)", "");
	gives("'a' + uint16totext('abc') + 'b'", "");
	gives("int32totext(0x00)", "");
	gives("addrtotext('abcde')", "");
	gives("addrtotext(pkt4.mac)", "");
	no("uint8totext('ab') == ''");
	no("not uint8totext('ab') == 'x'");
	no("uint8totext('ab') == 'x' or unknown");
	/* what is not evaluated does no harm ... */
	yes("unknown or uint8totext('ab') == 'x'");
	no("known and uint8totext('ab') == 'x'");
	yes("not (known and uint8totext('ab') == 'x')");
	gives("ifelse(unknown, 'a', uint8totext('ab'))", "a");
	gives("ifelse(known, uint8totext('ab'), 'b')", "b");
	/* ... but the strict forms evaluate all */
	no("unknown sor uint8totext('ab') == 'x'");
	no("not (known sand uint8totext('ab') == 'x')");
	gives("sifelse(unknown, 'a', uint8totext('ab'))", "");
	gives("sifelse(known, uint8totext('ab'), 'b')", "");
	/* they bind looser than their like: what is right of them is evaluated */
	no("unknown or known sor uint8totext('ab') == 'x'");
	no("not (known and unknown sand uint8totext('ab') == 'x')");
}

/* --- bounds --- */

static void test_long_values_are_cut(void **state)
{
	static uint8_t long_option[2048], expected[EXPR_VALUE_MAX];
	uint8_t few[5];
	struct expr *expr;

	(void)state;
	memset(long_option, 'x', sizeof(long_option));
	memset(expected, 'x', sizeof(expected));
	set(77, long_option, sizeof(long_option));
	gives_bytes("option[77].hex + option[77].hex + option[77].hex", expected, sizeof(expected));
	gives_bytes("substring('ab' + option[77].hex + option[77].hex, 4094, all)", "xx", 2);
	for (size_t i = 0; i < sizeof(expected); i++)
		expected[i] = (uint8_t) "78:"[i % 3];
	gives_bytes("hexstring(option[77].hex, ':')", expected, sizeof(expected));
	expr = parsed("option[77].hex", EXPR_STRING);
	assert_int_equal(expr_string(expr, &input, few, sizeof(few)), sizeof(few));
	assert_memory_equal(few, "xxxxx", 5);
	assert_int_equal(expr_string(expr, &input, few, 0), 0);
	expr_free(expr);
}

/* Thirty of them in one another, each with a string that waits. */
static void refused_as_too_much(const char *waiting)
{
	const struct expr_scope scope = {.type = EXPR_STRING, .reservations = true};
	static char text[8192];
	struct expr_note note;
	struct expr *expr = NULL;

	*text = 0;
	for (int i = 0; i < 30; i++) {
		strcat(text, "concat(");
		strcat(text, waiting);
		strcat(text, ", ");
	}
	strcat(text, "'end'");
	for (int i = 0; i < 30; i++)
		strcat(text, ")");
	assert_int_equal(expr_parse(text, &scope, &expr, &note), -EINVAL);
	assert_non_null(strstr(note.text, "too much at once"));
	assert_null(expr);
}

static void test_all_that_is_held_at_once_is_bounded(void **state)
{
	static char text[8192];

	(void)state;
	refused_as_too_much("option[77].hex");
	refused_as_too_much("ifelse(known, option[77].hex, 'x')");
	refused_as_too_much("ifelse(known, 'x', option[77].hex)");
	refused_as_too_much("sifelse(known, option[77].hex, 'x')");
	refused_as_too_much("hexstring(substring(option[77].hex, 0, 500), '-')");
	/* a chain holds no more than two values */
	*text = 0;
	for (int i = 0; i < 300; i++)
		strcat(text, "option[77].hex + ");
	strcat(text, "'end'");
	gives_bytes(text, "end", 3);
}

/* --- what is memoised --- */

static bool memoisable(const char *text)
{
	struct expr *expr = parsed(text, EXPR_STRING);
	bool is = expr_memoisable(expr);

	expr_free(expr);
	return is;
}

static void test_what_the_form_holds_is_memoisable(void **state)
{
	static const char *const in_form[] = {
		"'a' + 0x00 + 1 + 10.0.0.1",
		"option[60].hex",
		"option[61].hex",
		"option[12].text",
		"option[82].hex",
		"option[55].hex",
		"option[51].hex",
		"option[43].option[1].hex",
		"relay4[1].hex",
		"vendor[*].option[1].hex",
		"vendor.enterprise",
		"vendor-class[*].data",
		"pkt.iface",
		"pkt4.mac",
		"pkt4.hlen",
		"pkt4.htype",
		"pkt4.giaddr",
		"pkt4.msgtype",
		"ifelse(known, 'a', 'b')",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(in_form) / sizeof(in_form[0]); i++) {
		if (!memoisable(in_form[i]))
			fail_msg("%s", in_form[i]);
	}
}

static void test_what_is_outside_the_form_is_not_memoisable(void **state)
{
	static const char *const outside[] = {
		"option[50].hex",
		"option[53].hex",
		"option[54].hex",
		"option[57].hex",
		"option[80].hex",
		"option[116].hex",
		"pkt.src",
		"pkt.dst",
		"pkt.len",
		"pkt4.ciaddr",
		"pkt4.yiaddr",
		"pkt4.siaddr",
		"pkt4.transid",
		"ifelse(option[80].exists, 'a', 'b')",
		"'a' + substring(pkt.src, 0, 1) + pkt4.mac",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(outside) / sizeof(outside[0]); i++) {
		if (memoisable(outside[i]))
			fail_msg("%s", outside[i]);
	}
}

#define T(test) cmocka_unit_test_setup(test, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_text_literal),
		T(test_hex_literal),
		T(test_integer_is_four_bytes),
		T(test_address_literal),
		T(test_option_hex),
		T(test_option_text),
		T(test_trailing_nuls_of_a_string_do_not_count),
		T(test_option_exists),
		T(test_absent_option_is_empty),
		T(test_suboption),
		T(test_suboptions_past_the_end_are_absent),
		T(test_relay4),
		T(test_relay4_is_what_is_in_effect),
		T(test_vendor),
		T(test_no_vendor),
		T(test_vendor_class),
		T(test_packet),
		T(test_header),
		T(test_known),
		T(test_equal),
		T(test_not_and_or),
		T(test_strict_forms),
		T(test_binding),
		T(test_substring),
		T(test_concat),
		T(test_ifelse),
		T(test_case),
		T(test_hexstring),
		T(test_split),
		T(test_address_to_text),
		T(test_number_to_text),
		T(test_wrong_length_has_no_value),
		T(test_long_values_are_cut),
		T(test_all_that_is_held_at_once_is_bounded),
		T(test_what_the_form_holds_is_memoisable),
		T(test_what_is_outside_the_form_is_not_memoisable),
	};

	return cmocka_run_group_tests_name("expr", tests, NULL, NULL);
}
