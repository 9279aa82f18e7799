// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Reading the text of expressions: what is wrong is said with its place, whatever the text is
 * nothing crashes, and depth and size are bounded. What expressions mean is test_expr.c's.
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

static int parse(const char *text, enum expr_type type, struct expr_note *note)
{
	const struct expr_scope scope = {.type = type, .reservations = true};
	struct expr *expr = NULL;
	int r = expr_parse(text, &scope, &expr, note);

	assert_true(r ? !expr : expr != NULL);
	expr_free(expr);
	return r;
}

static void good(const char *text, enum expr_type type)
{
	struct expr_note note;

	if (parse(text, type, &note))
		fail_msg("%s: at %zu: %s", text, note.offset, note.text);
}

/* The error is at the offset of '^' in `marks`, or at the start. */
static void bad_of(enum expr_type type, const char *text, const char *marks, const char *message)
{
	struct expr_note note;
	const char *mark = strchr(marks, '^');
	size_t offset = mark ? (size_t)(mark - marks) : 0;
	int r = parse(text, type, &note);

	if (r != -EINVAL || note.offset != offset || strcmp(note.text, message) != 0)
		fail_msg("\n%s\n%*s%s\nbut: %d at %zu: %s", text, (int)offset + 1, "^ ", message, r,
			 note.offset, note.text);
}

static void bad(const char *text, const char *marks, const char *message)
{
	bad_of(EXPR_STRING, text, marks, message);
}

static void bad_truth(const char *text, const char *marks, const char *message)
{
	bad_of(EXPR_TRUTH, text, marks, message);
}

/* --- what is read --- */

static void test_spaces(void **state)
{
	(void)state;
	good(" \t\n substring ( option [ 12 ] . hex\n,\t-1 , all ) ", EXPR_STRING);
	good("concat('a','b')+'c'+0x01+1", EXPR_STRING);
	good("not(known)and(unknown)or'a'=='b'", EXPR_TRUTH);
	good("option[\n host-name \n ].text == \n'foo'", EXPR_TRUTH);
}

static void test_parentheses_hold_either_type(void **state)
{
	(void)state;
	good("(('a' + ('b')) == ('ab')) and (known)", EXPR_TRUTH);
	good("(('a') + 'b')", EXPR_STRING);
	good("ifelse((known), ('a'), (0x00))", EXPR_STRING);
}

static void test_names_of_options(void **state)
{
	(void)state;
	good("option[host-name].exists and option[ v4-dnr\n].exists", EXPR_TRUTH);
}

/* --- what is refused --- */

static void test_syntax_errors(void **state)
{
	(void)state;
	bad("", "^", "expected a value, not the end");
	bad("  ", "  ^", "expected a value, not the end");
	bad("'abc", "^", "the text that starts here does not end: ' is missing");
	bad("'a' + 'b\nc'", "      ^", "the text that starts here does not end: ' is missing");
	bad("'a' 'b'", "    ^", "expected an operator or the end, not \"'b'\"");
	bad("'a' +", "     ^", "expected a value, not the end");
	bad("('a'", "    ^", "expected \")\", not the end");
	bad("'a')", "   ^", "expected an operator or the end, not \")\"");
	bad("\"a\"", "^", "the character \"\"\" has no meaning here");
	bad("'a' & 'b'", "    ^", "the character \"&\" has no meaning here");
	bad("'a' + \xc3\xa4", "      ^",
	    "the byte 0xc3 has no meaning here; text stands in 'quotes'");
	bad("0x", " ^", "expected an operator or the end, not \"x\"");
	bad("-1", "^", "a number \"-1\" is out of range, allowed: 0 to 4294967295");
	bad("4294967296", "^", "a number \"4294967296\" is out of range, allowed: 0 to 4294967295");
	bad("99999999999999999999", "^",
	    "a number \"99999999999999999999\" is out of range, allowed: 0 to 4294967295");
	bad("10.0.0.256", "^", "\"10.0.0.256\" is neither an IPv4 nor an IPv6 address");
	bad("2001:db8:::1", "^", "\"2001:db8:::1\" is neither an IPv4 nor an IPv6 address");
	bad("concat('a')", "          ^", "expected \",\", not \")\"");
	bad("concat('a', 'b', 'c')", "               ^", "expected \")\", not \",\"");
	bad("concat", "      ^", "expected \"(\", not the end");
}

static void test_unknown_words(void **state)
{
	(void)state;
	bad("'a' + substr('b', 0, 1)", "      ^",
	    "unknown word \"substr\", did you mean \"substring\"?");
	bad("substing('b', 0, 1)", "^", "unknown word \"substing\", did you mean \"substring\"?");
	bad("Option[12].hex", "^", "unknown word \"Option\", did you mean \"option\"?");
	bad("foo", "^", "unknown word \"foo\"; text stands in 'quotes'");
	bad("pkt6.transid", "^", "\"pkt6\" is of DHCPv6");
	bad("relay6[0].option[18].hex", "^", "\"relay6\" is of DHCPv6");
	bad_truth("match('a.*', pkt.iface)", "^", "\"match\" is not in this release");
	bad_truth("member('gold')", "       ^",
		  "a client's classes are not told yet where this is evaluated");
	bad_truth("member(gold)", "       ^", "expected a class's name in 'quotes', not \"gold\"");
}

static void test_options(void **state)
{
	(void)state;
	bad("option[256].hex", "       ^",
	    "an option's name or code \"256\" is out of range, allowed: 0 to 255");
	bad("option[-1].hex", "       ^",
	    "an option's name or code \"-1\" is out of range, allowed: 0 to 255");
	bad("option[0x01].hex", "       ^",
	    "expected an option's name or code, a decimal number, not \"0x01\"");
	bad("option[no-such].hex", "       ^", "there is no option \"no-such\"");
	bad("option.hex", "      ^", "expected \"[\", not \".\"");
	bad("option[12]hex", "          ^", "expected \".\", not \"hex\"");
	bad("option[12].hexx", "           ^",
	    "expected hex, text, exists or option[CODE], not \"hexx\"");
	bad("option[43].option[x].hex", "                  ^",
	    "expected the sub-option's code, a decimal number, not \"x\"");
	bad("relay4[circuit-id].hex", "       ^",
	    "expected the sub-option's code, a decimal number, not \"circuit-id\"");
	bad("option[12].option[1].hex", "           ^",
	    "option 12 (host-name) has no sub-options to be read: it is string");
	bad("option[125].option[1].hex", "            ^",
	    "sub-options of option 125 are those of vendor[ENTERPRISE]");
	good("relay4[1].option[2].option[3].option[4].option[5].option[6].option[7].hex",
	     EXPR_STRING);
	bad("relay4[1].option[2].option[3].option[4].option[5].option[6].option[7].option[8].hex",
	    "                                                                      ^",
	    "too many sub-options of sub-options, at most 8 are allowed");
}

/* Kea gives what it would log of such an option; nothing that a file could mean. */
static void test_text_is_of_strings_only(void **state)
{
	(void)state;
	bad("option[61].text", "           ^",
	    "option 61 (dhcp-client-identifier) has no text: it is hex digits; use hex, which is "
	    "its "
	    "bytes");
	bad("option[routers].text", "                ^",
	    "option 3 (routers) has no text: it is list of IPv4 addresses; use hex, which is its "
	    "bytes");
	bad("option[224].text", "            ^",
	    "option 224 has no type here, and so no text; use hex, which is its bytes");
	bad("relay4[1].text", "          ^",
	    "sub-options have no text here; use hex, which is their bytes");
	bad("vendor[*].option[1].text", "                    ^",
	    "sub-options have no text here; use hex, which is their bytes");
}

static void test_vendor(void **state)
{
	(void)state;
	bad("vendor[4294967296].enterprise", "       ^",
	    "an enterprise number \"4294967296\" is out of range, allowed: 0 to 4294967295");
	bad("vendor.exists", "       ^",
	    "expected enterprise; or [ENTERPRISE] or [*] before the dot, not \"exists\"");
	bad("vendor[*].hex", "          ^",
	    "expected exists, enterprise or option[CODE], not \"hex\"");
	bad("vendor[*]", "         ^", "expected \".\", not the end");
	bad("vendor-class.data", "             ^",
	    "expected enterprise; or [ENTERPRISE] or [*] before the dot, not \"data\"");
	bad("vendor-class[*].option[1].hex", "                ^",
	    "expected exists, enterprise, data or data[INDEX], not \"option\"");
	bad("vendor-class[*].data[256]", "                     ^",
	    "an index \"256\" is out of range, allowed: 0 to 255");
}

static void test_fields(void **state)
{
	(void)state;
	bad("pkt.mac", "    ^", "expected one of iface src dst len, not \"mac\"");
	bad("pkt4.xid", "     ^",
	    "expected one of mac hlen htype ciaddr giaddr yiaddr siaddr msgtype transid, not "
	    "\"xid\"");
	bad("pkt4", "    ^", "expected \".\", not the end");
}

static void test_arguments(void **state)
{
	(void)state;
	bad("substring('a', all, 1)", "               ^",
	    "expected the start, a decimal number, not \"all\"");
	bad("substring('a', 0, 'b')", "                  ^",
	    "expected the length, or all, a decimal number, not \"'b'\"");
	bad("substring('a', 2147483648, all)", "               ^",
	    "the start \"2147483648\" is out of range, allowed: -2147483648 to 2147483647");
	bad("split('a', '.', 0x01)", "                ^",
	    "expected the field's number, a decimal number, not \"0x01\"");
}

static void test_types(void **state)
{
	(void)state;
	bad("known", "^",
	    "the expression must be a string, and this is true or false; ifelse(...) makes a "
	    "string "
	    "of it");
	bad_truth("option[12].hex", "^",
		  "the expression must be true or false, and this is a string; compare it with ==, "
		  "or use exists");
	bad("lcase(known)", "      ^",
	    "the argument of lcase must be a string, and this is true or false; ifelse(...) makes "
	    "a "
	    "string of it");
	bad("concat('a', 'a' == 'b')", "            ^",
	    "the second argument of concat must be a string, and this is true or false; "
	    "ifelse(...) "
	    "makes a string of it");
	bad("ifelse('a', 'b', 'c')", "       ^",
	    "the condition of ifelse must be true or false, and this is a string; compare it with "
	    "==, or use exists");
	bad("'a' + known", "      ^", "\"+\" takes strings, and this is true or false");
	bad("known + 'a'", "^", "\"+\" takes strings, and this is true or false");
	bad_truth("known == 'true'", "^", "\"==\" takes strings, and this is true or false");
	bad_truth("'true' == known", "          ^",
		  "\"==\" takes strings, and this is true or false");
	bad_truth("'a' == 'b' == 'c'", "           ^", "\"==\" compares two strings, not three");
	bad_truth("not 'a'", "    ^",
		  "\"not\" takes true or false, and this is a string; compare it with ==, or use "
		  "exists");
	bad_truth("known and 'a'", "          ^",
		  "\"and\" takes true or false, and this is a string; compare it with ==, or use "
		  "exists");
	bad_truth("'a' or known", "^",
		  "\"or\" takes true or false, and this is a string; compare it with ==, or use "
		  "exists");
}

static void test_known_where_no_client_is_known_yet(void **state)
{
	static const char *const texts[] = {"ifelse(known, 'a', 'b')",
					    "ifelse(unknown(), 'a', 'b')",
					    "ifelse(member('KNOWN'), 'a', 'b')"};
	const struct expr_scope scope = {.type = EXPR_STRING};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct expr_note note;
		struct expr *expr = NULL;

		assert_int_equal(expr_parse(texts[i], &scope, &expr, &note), -EINVAL);
		assert_int_equal(note.offset, i < 2 ? 7 : 14);
		assert_string_equal(note.text, "a client is known by its reservation, and this is "
					       "evaluated before that is "
					       "looked up");
	}
}

/* --- notes and names --- */

static void notes(const char *text, size_t offset, const char *operand)
{
	struct expr_note note;

	assert_int_equal(parse(text, EXPR_STRING, &note), 0);
	assert_string_equal(note.text, operand);
	assert_int_equal(note.offset, offset);
}

static void test_the_first_operand_outside_the_form_is_noted(void **state)
{
	(void)state;
	notes("pkt4.mac + option[60].hex", 0, "");
	notes("pkt4.mac + pkt4.transid", 11, "pkt4.transid");
	notes("lcase( option[ 50 ].hex ) + pkt.src", 7, "option[ 50 ].hex");
	notes("ifelse(option[80].exists, 'a', 'b')", 7, "option[80].exists");
}

static const struct option_def own = {.code = 224, .name = "my-own", .type = OPTION_STRING};

static const struct option_def *own_by_name(const void *context, const char *name)
{
	assert_ptr_equal(context, &own);
	return strcmp(name, own.name) ? option_by_name(name) : &own;
}

static const struct option_def *own_by_code(const void *context, uint8_t code)
{
	assert_ptr_equal(context, &own);
	return code == own.code ? &own : option_by_code(code);
}

static void test_other_options_can_be_named(void **state)
{
	const struct expr_scope scope = {
		.by_name = own_by_name, .by_code = own_by_code, .context = &own};
	struct expr_note note;
	struct expr *expr = NULL;
	static struct dhcp_msg msg;
	struct expr_input in = {.msg = &msg, .interface = ""};
	uint8_t value[8];

	(void)state;
	msg.opt[224] = (struct dhcp_opt){.data = (const uint8_t *)"x\0", .len = 2};
	assert_int_equal(
		expr_parse("option[my-own].text + option[224].text + option[host-name].text",
			   &scope, &expr, &note),
		0);
	assert_int_equal(expr_string(expr, &in, value, sizeof(value)), 2);
	assert_memory_equal(value, "xx", 2);
	expr_free(expr);
}

/* --- bounds --- */

static char *repeated(const char *open, size_t n, const char *middle, const char *close)
{
	char *text = malloc(n * (strlen(open) + strlen(close)) + strlen(middle) + 1), *at = text;

	assert_non_null(text);
	for (size_t i = 0; i < n; i++)
		at = stpcpy(at, open);
	at = stpcpy(at, middle);
	for (size_t i = 0; i < n; i++)
		at = stpcpy(at, close);
	return text;
}

static void deep(const char *open, const char *middle, const char *close)
{
	struct expr_note note;
	char *text = repeated(open, EXPR_DEPTH_MAX - 1, middle, close);

	good(text, EXPR_STRING);
	free(text);
	text = repeated(open, EXPR_DEPTH_MAX, middle, close);
	assert_int_equal(parse(text, EXPR_STRING, &note), -EINVAL);
	assert_string_equal(note.text, "nested too deeply, at most 64 levels are allowed");
	assert_in_range(note.offset, (EXPR_DEPTH_MAX - 1) * strlen(open),
			EXPR_DEPTH_MAX * strlen(open));
	free(text);
	text = repeated(open, 60000 / strlen(open), "", "");
	assert_int_equal(parse(text, EXPR_STRING, &note), -EINVAL);
	free(text);
}

static void test_depth(void **state)
{
	(void)state;
	deep("(", "'a'", ")");
	deep("lcase(", "'a'", ")");
	deep("concat('a', 'b' + ", "'c'", ")");
	deep("split('a', '.' + ", "'c'", ", 1)");
	deep("ifelse(known, 'a', ", "'b'", ")");
}

static void test_chains_are_not_depth(void **state)
{
	char *text = repeated("'a' + ", 1000, "'b'", "");

	(void)state;
	good(text, EXPR_STRING);
	free(text);
	text = repeated("pkt4.mac == 0x010203040506 or not ", 1000, "known", "");
	good(text, EXPR_TRUTH);
	free(text);
	text = repeated("not ", 10001, "known", "");
	good(text, EXPR_TRUTH);
	free(text);
}

static void test_size(void **state)
{
	struct expr_note note;
	char *text = repeated(" ", EXPR_SOURCE_MAX - 2, "''", "");

	(void)state;
	good(text, EXPR_STRING);
	free(text);
	text = repeated(" ", EXPR_SOURCE_MAX - 1, "''", "");
	assert_int_equal(parse(text, EXPR_STRING, &note), -EINVAL);
	assert_string_equal(note.text, "an expression has at most 65535 bytes");
	free(text);
}

static void test_long_literals(void **state)
{
	struct expr_note note;
	char *text = repeated("ab", EXPR_VALUE_MAX, "", ""), *hex = malloc(3 * EXPR_VALUE_MAX);

	(void)state;
	sprintf(hex, "0x%s", text);
	good(hex, EXPR_STRING);
	sprintf(hex, "0x%s0", text);
	assert_int_equal(parse(hex, EXPR_STRING, &note), -EINVAL);
	assert_string_equal(note.text, "a value has at most 4096 bytes");
	text[EXPR_VALUE_MAX] = 0;
	sprintf(hex, "'%s'", text);
	good(hex, EXPR_STRING);
	sprintf(hex, "'%s'+'a%s'", text, text);
	assert_int_equal(parse(hex, EXPR_STRING, &note), -EINVAL);
	assert_int_equal(note.offset, EXPR_VALUE_MAX + 3);
	assert_string_equal(
		note.text,
		"too much at once: a value has at most 4096 bytes, all that are held 32768");
	free(hex);
	free(text);
}

/* --- any text --- */

#define SEED	 0x5eed0007u
#define ROUNDS	 40000
#define TEXT_CAP 512

static const char *const pieces[] = {
	"option[",
	"]",
	".hex",
	".text",
	".exists",
	"relay4[",
	"vendor[",
	"vendor-class[",
	".data",
	".enterprise",
	"pkt.",
	"pkt4.",
	"mac",
	"transid",
	"substring(",
	"split(",
	"concat(",
	"ifelse(",
	"sifelse(",
	"hexstring(",
	"lcase(",
	"addrtotext(",
	"int8totext(",
	"uint32totext(",
	"member(",
	"match(",
	"known",
	"unknown",
	" and ",
	" or ",
	" sand ",
	" sor ",
	"not ",
	" == ",
	" + ",
	"(",
	")",
	",",
	".",
	"*",
	"'a'",
	"''",
	"'",
	"0x",
	"0xabc",
	"1",
	"-1",
	"4294967295",
	"10.0.0.1",
	"2001:db8::1",
	"::",
	":",
	" ",
	"\n",
	"all",
	"host-name",
	"option[12].text",
	"pkt4.mac == 0x010203040506",
	"option[43].option[1].hex",
	"'KNOWN'",
	"\xff",
	"=",
};

static size_t mutated(char text[TEXT_CAP])
{
	size_t len = 0, n = 1 + random_below(14);

	for (size_t i = 0; i < n; i++) {
		const char *piece = pieces[random_below(sizeof(pieces) / sizeof(pieces[0]))];

		if (len + strlen(piece) < TEXT_CAP - 1)
			len += (size_t)sprintf(text + len, "%s", piece);
	}
	for (uint32_t flips = random_below(4); flips && random_below(2); flips--)
		text[random_below((uint32_t)len)] = (char)(1 + random_below(255));
	text[len] = 0;
	return len;
}

/* Nothing but no crash, a place inside the text, and a printed reason. */
static bool survives(const char *text, size_t len)
{
	static uint8_t options[4] = {1, 2, 'x', 'y'};
	static struct dhcp_msg msg;
	const struct expr_scope scope = {.type = (enum expr_type)random_below(2),
					 .reservations = random_below(2)};
	struct expr_input in = {.msg = &msg, .interface = "eth0"};
	struct expr *expr = NULL;
	struct expr_note note;
	uint8_t value[64];
	int r = expr_parse(text, &scope, &expr, &note);

	assert_true(r == 0 || r == -EINVAL);
	assert_true(note.offset <= len);
	assert_true(r == 0 || *note.text);
	if (r)
		return false;
	for (unsigned i = 0; i < 256; i++)
		msg.opt[i] = (struct dhcp_opt){.data = random_below(2) ? options : NULL, .len = 4};
	assert_true(expr_string(expr, &in, value, sizeof(value)) <= sizeof(value));
	expr_bool(expr, &in);
	expr_free(expr);
	return true;
}

static void test_any_text(void **state)
{
	char text[TEXT_CAP];
	unsigned taken = 0;

	(void)state;
	printf("seed %#x\n", SEED);
	random_seed(SEED);
	for (unsigned i = 0; i < ROUNDS; i++) {
		size_t len = mutated(text);

		taken += survives(text, len);
	}
	for (unsigned i = 0; i < ROUNDS / 4; i++) {
		size_t len = random_below(40);

		for (size_t j = 0; j < len; j++)
			text[j] = (char)(1 + random_below(i % 2 ? 255 : 126));
		text[len] = 0;
		survives(text, len);
	}
	printf("%u of %u are expressions\n", taken, ROUNDS);
	assert_true(taken > ROUNDS / 200);
}

/* One that is right, with one byte changed, left out or cut off. */
static void test_slips(void **state)
{
	static const char *const right[] = {
		"substring(option[82].option[1].hex, -3, all) + hexstring(pkt4.mac, ':')",
		"ifelse(relay4[2].exists and not (pkt4.giaddr == 10.0.0.1), 'a', 0xab)",
		"split(lcase(option[host-name].text), '.-', 2) + vendor-class[4491].data[1]",
		"addrtotext(pkt4.ciaddr) + uint8totext(0x01) + vendor[*].option[1].hex",
	};
	char text[TEXT_CAP];

	(void)state;
	random_seed(SEED);
	for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++) {
		size_t len = strlen(right[i]);

		for (size_t at = 0; at < len; at++) {
			for (int k = 0; k < 20; k++) {
				strcpy(text, right[i]);
				text[at] = (char)(1 + random_below(255));
				survives(text, len);
			}
			snprintf(text, sizeof(text), "%.*s%s", (int)at, right[i],
				 right[i] + at + 1);
			survives(text, len - 1);
			text[at] = 0;
			survives(text, at);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_spaces),
		cmocka_unit_test(test_parentheses_hold_either_type),
		cmocka_unit_test(test_names_of_options),
		cmocka_unit_test(test_syntax_errors),
		cmocka_unit_test(test_unknown_words),
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_text_is_of_strings_only),
		cmocka_unit_test(test_vendor),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_arguments),
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_known_where_no_client_is_known_yet),
		cmocka_unit_test(test_the_first_operand_outside_the_form_is_noted),
		cmocka_unit_test(test_other_options_can_be_named),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_chains_are_not_depth),
		cmocka_unit_test(test_size),
		cmocka_unit_test(test_long_literals),
		cmocka_unit_test(test_any_text),
		cmocka_unit_test(test_slips),
	};

	return cmocka_run_group_tests_name("expr_parse", tests, NULL, NULL);
}
