// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Sub-options in the options that encapsulate their space: nesting, flags, vendors' blocks, lengths
 * and cycles. Exact messages of errors: tests/golden/option*.yaml.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config/option_def.h"
#include "config/suboptions.h"
#include "options_fixture.h"

#define ISC                                                                          \
	"option-def: [{name: container, code: 222, type: empty, encapsulate: isc}, " \
	"{name: address, code: 1, space: isc, type: ipv4-address}, "                 \
	"{name: text, code: 2, space: isc, type: string}]\n"

static const struct options_case SUBOPTIONS[] = {
	{"43 from sub-options alone", "option-data: [{code: 2, " VENDOR ", data: 0102}]", 43,
	 BYTES("\2\2\1\2")},
	{"43 that is named",
	 "option-data: [{code: 2, " VENDOR ", data: 0102}, {name: vendor-encapsulated-options}]",
	 43, BYTES("\2\2\1\2")},
	{"43 by its code, empty",
	 "option-data: [{code: 43, data: \"\"}, {code: 2, " VENDOR ", data: 0102}]", 43,
	 BYTES("\2\2\1\2")},
	{"43 with data of its own",
	 "option-data: [{code: 43, data: 010107}, {code: 2, " VENDOR ", data: 0102}]", 43,
	 BYTES("\1\1\7\2\2\1\2")},
	{"43 whose own data has the sub-option, as Kea's config-get tells it",
	 "option-data: [{code: 43, csv-format: false, data: 02020102}, {code: 2, " VENDOR
	 ", data: 0102}, {code: 3, " VENDOR ", data: 03}]",
	 43, BYTES("\2\2\1\2\3\1\3")},
	{"43 whose own data has it with another value",
	 "option-data: [{code: 43, csv-format: false, data: 020107}, {code: 2, " VENDOR
	 ", data: 0102}]",
	 43, BYTES("\2\1\7")},
	{"43 whose own data is no sub-options",
	 "option-data: [{code: 43, csv-format: false, data: 020207}, {code: 2, " VENDOR
	 ", data: 0102}]",
	 43, BYTES("\2\2\7\2\2\1\2")},
	{"43 alone", "option-data: [{code: 43, csv-format: false, data: 010107}]", 43,
	 BYTES("\1\1\7")},
	{"by code, not in the file's order",
	 "option-data: [{code: 9, " VENDOR ", data: 09}, {code: 1, " VENDOR ", data: 01}, "
	 "{code: 3, " VENDOR ", data: 03}]",
	 43, BYTES("\1\1\1\3\1\3\x09\1\x09")},
	/* RFC 2132 8.4 */
	{"END where it is asked for",
	 "option-data: [{code: 255, " VENDOR "}, {code: 6, " VENDOR ", data: 08}]", 43,
	 BYTES("\6\1\x08\xff")},
	{"255 with data", "option-data: [{code: 255, " VENDOR ", data: 01}]", 43,
	 BYTES("\xff\1\1")},
	{"0 with data", "option-data: [{code: 0, " VENDOR ", data: 01}]", 43, BYTES("\0\1\1")},
	{"a sub-option without data", "option-data: [{code: 7, " VENDOR "}]", 43, BYTES("\7\0")},
	{"a defined sub-option",
	 "option-def: [{name: foo, code: 1, " VENDOR ", type: record, record-types: "
	 "\"ipv4-address, uint16, string\"}]\n"
	 "option-data: [{name: foo, " VENDOR ", data: \"192.0.2.3, 123, Hello World\"}, {code: "
	 "43}]",
	 43, BYTES("\1\x11\xc0\0\2\3\0\x7bHello World")},
	{"a space of one's own",
	 ISC "option-data: [{name: text, space: isc, data: Hello}, {name: address, space: isc, "
	     "data: 192.0.2.3}, {name: container}]",
	 222, BYTES("\1\4\xc0\0\2\3\2\5Hello")},
	{"whose option is not given", ISC "option-data: [{name: text, space: isc, data: Hello}]",
	 222, BYTES("\2\5Hello")},
	{"whose sub-options are not given", ISC "option-data: [{name: container}]", 222, BYTES("")},
	{"after a value",
	 "option-def: [{name: number, code: 222, type: uint16, encapsulate: isc}]\n"
	 "option-data: [{name: number, data: 258}, {code: 1, space: isc, data: ff}]",
	 222, BYTES("\1\2\1\1\xff")},
	{"after a record",
	 "option-def: [{name: record, code: 222, type: record, record-types: \"uint8, uint8\", "
	 "encapsulate: isc}]\n"
	 "option-data: [{name: record, data: \"1, 2\"}, {code: 1, space: isc, data: ff}]",
	 222, BYTES("\1\2\1\1\xff")},
	{"122 from sub-options alone",
	 "option-data: [{name: tsp-realm, space: cablelabs-client-conf, data: A.B}, "
	 "{name: tsp-primary-server, space: cablelabs-client-conf, data: 192.0.2.1}]",
	 122, BYTES("\1\4\xc0\0\2\1\6\5\1A\1B\0")},
	{"122 in hex", "option-data: [{code: 122, data: 0701}]", 122, BYTES("\7\1")},
	{"in two options",
	 "option-def: [{name: a, code: 222, type: empty, encapsulate: isc}, {name: b, code: 223, "
	 "type: empty, encapsulate: isc}]\n"
	 "option-data: [{name: a}, {name: b}, {code: 1, space: isc, data: ff}]",
	 223, BYTES("\1\1\xff")},
};

static void test_suboptions(void **state)
{
	(void)state;
	CHECK_CASES(SUBOPTIONS);
}

#define NESTED                                                                 \
	"option-def: [{name: outer, code: 222, type: empty, encapsulate: a}, " \
	"{name: middle, code: 1, space: a, type: uint8, encapsulate: b}, "     \
	"{name: inner, code: 2, space: b, type: empty, encapsulate: c}, "      \
	"{name: bare, code: 3, space: a, type: empty, encapsulate: d}, "       \
	"{name: barest, code: 4, space: d, type: empty, encapsulate: e}]\n"

static const struct options_case NESTING[] = {
	{"three deep",
	 NESTED "option-data: [{name: middle, space: a, data: 5}, {name: inner, space: b}, "
		"{code: 7, space: c, data: 06}]",
	 222, BYTES("\1\6\5\2\3\7\1\6")},
	{"what lies between is not given", NESTED "option-data: [{code: 7, space: e, data: 06}]",
	 222, BYTES("\3\5\4\3\7\1\6")},
	{"what lies between has a value", NESTED "option-data: [{code: 7, space: c, data: 06}]",
	 222, ABSENT,
	 .notice = "inner in b is not sent: middle, which encapsulates this space, "
		   "has a value of its own and must be given here too"},
	{"always-send comes out",
	 NESTED "option-data: [{code: 7, space: e, data: 06, always-send: true}]", 222,
	 BYTES("\3\5\4\3\7\1\6"), .always = true},
	{"never-send between",
	 NESTED "option-data: [{name: barest, space: d, never-send: true}, {code: 7, space: e, "
		"data: 06, always-send: true}, {name: outer}]",
	 222, BYTES("")},
};

static void test_nesting(void **state)
{
	(void)state;
	CHECK_CASES(NESTING);
}

static const struct options_case FLAGS[] = {
	{"always-send of a sub-option",
	 "option-data: [{code: 1, " VENDOR ", data: 01, always-send: true}, {code: 2, " VENDOR
	 ", data: 02}]",
	 43, BYTES("\1\1\1\2\1\2"), .always = true},
	{"always-send of the option",
	 "option-data: [{code: 43, always-send: true}, {code: 1, " VENDOR ", data: 01}]", 43,
	 BYTES("\1\1\1"), .always = true},
	{"never-send of a sub-option",
	 "option-data: [{code: 1, " VENDOR ", never-send: true}, {code: 2, " VENDOR ", data: 02}]",
	 43, BYTES("\2\1\2")},
	{"never-send of the only sub-option",
	 "option-data: [{code: 1, " VENDOR ", data: 01, never-send: true}]", 43, ABSENT},
	{"never-send of the option",
	 "option-data: [{code: 43, never-send: true}, {code: 1, " VENDOR ", data: 01}]", 43,
	 BYTES("\1\1\1"), .never = true},
	{"never-send of the option alone", "option-data: [{code: 43, never-send: true}]", 43,
	 BYTES(""), .never = true},
	{"never-send of the option alone, its value empty",
	 "option-data: [{code: 43, data: \"\", never-send: true}]", 43, BYTES(""), .never = true},
	{"always-send of one enterprise",
	 "option-data: [{code: 125, data: 9}, {code: 125, data: 10, always-send: true}]", 125,
	 BYTES("\0\0\0\x09\0\0\0\0\x0a\0"), .always = true},
	{"never-send of a sub-option of 125",
	 "option-data: [{code: 1, space: vendor-9, data: 01, never-send: true}]", 125, ABSENT},
};

static void test_flags(void **state)
{
	(void)state;
	CHECK_CASES(FLAGS);
}

/* Spaces that end nowhere: a notice, not silence. */
static const struct options_case HOMELESS[] = {
	{"nobody's", "option-data: [{code: 1, space: isc, data: 01}]", 222, ABSENT,
	 .notice = "option 1 in isc is not sent: no option encapsulates this space"},
	{"43 is somebody else's",
	 "option-def: [{name: x, code: 43, type: empty, encapsulate: isc}]\n"
	 "option-data: [{code: 1, " VENDOR ", data: 01}]",
	 43, ABSENT, .notice = "is not sent: no option encapsulates this space"},
	{"its option has a value",
	 "option-def: [{name: number, code: 222, type: uint16, encapsulate: isc}]\n"
	 "option-data: [{code: 1, space: isc, data: ff}]",
	 222, ABSENT,
	 .notice = "is not sent: number, which encapsulates this space, has a value of its own"},
	{"two options have it",
	 "option-def: [{name: a, code: 222, type: empty, encapsulate: isc}, {name: b, code: 223, "
	 "type: empty, encapsulate: isc}]\n"
	 "option-data: [{code: 1, space: isc, data: ff}]",
	 222, ABSENT, .notice = "is not sent: several options encapsulate this space"},
	{"relays' options", "option-data: [{code: 1, space: dhcp-agent-options-space, data: 01}]",
	 82, ABSENT, .notice = "no option encapsulates this space"},
};

static void test_homeless(void **state)
{
	(void)state;
	CHECK_CASES(HOMELESS);
}

/* RFC 3925 3, 4 */
static const struct options_case VENDORS[] = {
	{"from sub-options alone",
	 "option-data: [{name: tftp-servers, space: vendor-4491, data: 192.0.2.1}]", 125,
	 BYTES("\0\0\x11\x8b\6\2\4\xc0\0\2\1")},
	{"as Kea names the enterprise",
	 "option-data: [{name: vivso-suboptions, data: 4491}, {name: tftp-servers, space: "
	 "vendor-4491, data: 192.0.2.1}]",
	 125, BYTES("\0\0\x11\x8b\6\2\4\xc0\0\2\1")},
	{"two enterprises, each named",
	 "option-def: [{name: tag, code: 22, space: vendor-2234, type: string}, "
	 "{name: url, code: 11, space: vendor-3561, type: string}]\n"
	 "option-data: [{name: vivso-suboptions, data: 3561}, {name: vivso-suboptions, data: "
	 "2234}, "
	 "{name: tag, space: vendor-2234, data: tagged, always-send: true}, "
	 "{name: url, space: vendor-3561, data: x}]",
	 125, BYTES("\0\0\x0d\xe9\3\x0b\1x\0\0\x08\xba\x08\x16\6tagged"), .always = true},
	{"two enterprises, none named: by number",
	 "option-data: [{code: 1, space: vendor-10, data: 01}, {code: 1, space: vendor-9, data: "
	 "02}]",
	 125, BYTES("\0\0\0\x09\3\1\1\2\0\0\0\x0a\3\1\1\1")},
	{"two enterprises, one named",
	 "option-data: [{code: 1, space: vendor-9, data: 02}, {name: vivso-suboptions, data: 10}, "
	 "{code: 1, space: vendor-10, data: 01}]",
	 125, BYTES("\0\0\0\x0a\3\1\1\1\0\0\0\x09\3\1\1\2")},
	{"the enterprise alone", "option-data: [{name: vivso-suboptions, data: 4491}]", 125,
	 BYTES("\0\0\x11\x8b\0")},
	{"as a record", "option-data: [{name: vivso-suboptions, data: \"4491, 03020107\"}]", 125,
	 BYTES("\0\0\x11\x8b\3\2\1\7")},
	{"in hex", "option-data: [{code: 125, csv-format: false, data: 0000118b03020107}]", 125,
	 BYTES("\0\0\x11\x8b\3\2\1\7")},
	{"in hex, and a sub-option more",
	 "option-data: [{code: 125, csv-format: false, data: 0000118b030201070000000900}, "
	 "{code: 5, space: vendor-4491, data: 06}]",
	 125, BYTES("\0\0\x11\x8b\6\2\1\7\5\1\6\0\0\0\x09\0")},
	/* RFC 3925 4 gives 0 and 255 no meaning */
	{"255 has a length", "option-data: [{code: 255, space: vendor-9}]", 125,
	 BYTES("\0\0\0\x09\2\xff\0")},
	{"the greatest enterprise", "option-data: [{code: 1, space: vendor-4294967295, data: 01}]",
	 125, BYTES("\xff\xff\xff\xff\3\1\1\1")},
	{"a space in a sub-option",
	 "option-def: [{name: x, code: 1, space: vendor-9, type: uint8, encapsulate: isc}]\n"
	 "option-data: [{name: x, space: vendor-9, data: 1}, {code: 2, space: isc, data: 02}]",
	 125, BYTES("\0\0\0\x09\6\1\4\1\2\1\2")},
	{"classes", "option-data: [{name: vivco-suboptions, data: \"4491, 0341:42:43\"}]", 124,
	 BYTES("\0\0\x11\x8b\3ABC")},
	{"classes of two enterprises",
	 "option-data: [{name: vivco-suboptions, data: \"9, 0141\"}, "
	 "{name: vivco-suboptions, data: \"10, 0142\", never-send: true}]",
	 124, BYTES("\0\0\0\x09\1A\0\0\0\x0a\1B"), .never = true},
	{"classes of two enterprises have no sub-options",
	 "option-data: [{name: vivco-suboptions, data: \"9, 0141\"}, "
	 "{name: vivco-suboptions, data: \"10, 0142\"}, {code: 1, space: vendor-9, data: 01}]",
	 124, BYTES("\0\0\0\x09\1A\0\0\0\x0a\1B")},
	{"classes have no sub-options",
	 "option-data: [{name: vivco-suboptions, data: \"9, 0141\"}, {code: 1, space: vendor-9, "
	 "data: 01}]",
	 124, BYTES("\0\0\0\x09\1A")},
};

static void test_vendors(void **state)
{
	(void)state;
	CHECK_CASES(VENDORS);
}

/* --- lengths --- */

/* 254 bytes in the sub-option and its head: one option. One more: pieces, and a notice. */
static void test_long_suboptions(void **state)
{
	for (size_t len = 250; len <= 260; len++) {
		char text[2048] = SUBNET "option-data: [{code: 1, " VENDOR ", data: \"'", *p;
		struct config_errors errors;
		const struct option_value *value;
		struct config *config;

		p = text + strlen(text);
		memset(p, 'x', len);
		strcpy(p + len, "'\"}]\n");
		config = load_noting(text, &errors);
		value = find(config, 43);
		assert_int_equal(value->len, len + (len > 255 ? 4 : 2));
		assert_int_equal(value->data[0], 1);
		assert_int_equal(value->data[1], len > 255 ? 255 : len);
		if (len > 255) {
			assert_int_equal(value->data[257], 1);
			assert_int_equal(value->data[258], len - 255);
		}
		assert_int_equal(count_notices(&errors, "is sent in pieces of 255"),
				 value->len > 255);
		config_errors_free(&errors);
		config_free(config);
	}
	(void)state;
}

static void refuse(const char *text, const char *why)
{
	struct config *config = NULL;
	struct config_errors errors;

	assert_int_equal(config_load("t", text, &config, &errors), -EINVAL);
	assert_null(config);
	if (errors.n != 1 || !strstr(errors.lines[0], why))
		fail_msg("%s", errors.lines[0]);
	config_errors_free(&errors);
}

/* Spaces in spaces multiply: the bound on an option ends it, and ends it soon. */
static void test_too_long(void **state)
{
	static char text[400000];
	size_t n = (size_t)sprintf(text, SUBNET "option-def:\n");

	(void)state;
	n += (size_t)sprintf(text + n, "- {name: o, code: 222, type: empty, encapsulate: s0}\n");
	for (int level = 0; level < 7; level++)
		for (int code = 0; code < 100; code++)
			n += (size_t)sprintf(text + n,
					     "- {name: o%d, code: %d, space: s%d, type: empty, "
					     "encapsulate: s%d}\n",
					     code, code, level, level + 1);
	n += (size_t)sprintf(text + n, "option-data:\n");
	for (int level = 0; level < 8; level++)
		for (int code = 0; code < 100; code++)
			n += (size_t)sprintf(text + n, "- {code: %d, space: s%d}\n", code, level);
	assert_true(n < sizeof(text));
	refuse(text, "o is too long with its sub-options: at most 1024 bytes");
}

/* What does not fit an inner option does not disappear from the outer one. */
static void test_inner_too_long(void **state)
{
	static char text[8192];
	size_t n = (size_t)sprintf(
		text, SUBNET "option-def: [{name: o, code: 222, type: empty, encapsulate: a}, "
			     "{name: i, code: 1, space: a, type: empty, encapsulate: b}]\n"
			     "option-data:\n");

	(void)state;
	for (int code = 1; code <= 2; code++) {
		n += (size_t)sprintf(text + n, "- {code: %d, space: b, data: \"", code);
		for (int i = 0; i < 600; i++)
			n += (size_t)sprintf(text + n, "00");
		n += (size_t)sprintf(text + n, "\"}\n");
	}
	refuse(text, "o is too long with its sub-options: at most 1024 bytes");
}

/* Nesting is allowed to OPTION_NESTING and not beyond, in whatever order it is defined. */
static void test_deep(void **state)
{
	(void)state;
	for (int order = 0; order < 2; order++) {
		for (int depth = 1; depth <= OPTION_NESTING + 1; depth++) {
			char text[4096];
			size_t n = (size_t)sprintf(text, SUBNET "option-def:\n");
			struct config_errors errors;
			struct config *config;

			for (int i = 0; i < depth; i++) {
				int level = order ? depth - 1 - i : i;
				char space[16] = "dhcp4";

				if (level)
					sprintf(space, "s%d", level);
				n += (size_t)sprintf(text + n,
						     "- {name: o, code: 222, space: %s, type: "
						     "empty, encapsulate: s%d}\n",
						     space, level + 1);
			}
			sprintf(text + n, "option-data: [{code: 1, space: s%d, data: 01}]\n",
				depth);
			if (depth > OPTION_NESTING) {
				refuse(text, "more than 8 spaces lie in each other");
				continue;
			}
			config = load_noting(text, &errors);
			assert_int_equal(find(config, 222)->len, 3 + 2 * (depth - 1));
			config_errors_free(&errors);
			config_free(config);
		}
	}
}

/* A cycle is an error wherever it is entered, and reported once. */
static void test_cycles(void **state)
{
	(void)state;
	refuse(SUBNET "option-def: [{name: a, code: 1, space: x, type: empty, encapsulate: y}, "
		      "{name: b, code: 1, space: y, type: empty, encapsulate: x}]\n",
	       "encapsulate: x holds option a (line 3), which holds this one again");
	refuse(SUBNET
	       "option-def: [{name: o, code: 222, type: empty, encapsulate: z}, "
	       "{name: c, code: 1, space: z, type: empty, encapsulate: x}, "
	       "{name: a, code: 1, space: x, type: empty, encapsulate: y}, "
	       "{name: d, code: 2, space: x, type: uint8}, "
	       "{name: b, code: 1, space: y, type: empty, encapsulate: z}]\n"
	       "option-data: [{name: a, space: x}, {name: b, space: y}, {name: c, space: z}]\n",
	       "encapsulate: z holds option c (line 3), which holds this one again");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_suboptions), cmocka_unit_test(test_nesting),
		cmocka_unit_test(test_flags),	   cmocka_unit_test(test_homeless),
		cmocka_unit_test(test_vendors),	   cmocka_unit_test(test_long_suboptions),
		cmocka_unit_test(test_too_long),   cmocka_unit_test(test_inner_too_long),
		cmocka_unit_test(test_deep),	   cmocka_unit_test(test_cycles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
