// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What option-def and option-data become: each type of option-def, sub-options in the options
 * that encapsulate their space, whose hex is hex, and that all of it is in the digest.
 * Exact messages of errors: tests/golden/option*.yaml.
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
#include "config_fixture.h"

#define SUBNET HEAD "subnet4: [{id: 1, subnet: 192.0.2.0/24}]\n"

static struct config *load_noting(const char *text, struct config_errors *errors)
{
	struct config *config = NULL;
	int r = config_load("t", text, &config, errors);

	if (r)
		fail_msg("%d %s\n%s", r, errors->n ? errors->lines[0] : "", text);
	return config;
}

static const struct option_value *find(const struct config *config, uint8_t code)
{
	const struct option_list *list = &config->model.scope.options;
	const struct option_value *found = NULL;

	for (size_t i = 0; i < list->n; i++) {
		if (list->v[i].code != code)
			continue;
		assert_null(found);
		found = &list->v[i];
	}
	return found;
}

static size_t count_notices(const struct config_errors *errors, const char *text)
{
	size_t n = 0;

	for (size_t i = 0; i < errors->n_notices; i++)
		n += strstr(errors->notices[i], text) != NULL;
	return n;
}

/* --- tables of cases: what must be in a file, and one option that comes of it --- */

struct options_case {
	const char *name, *text;
	uint8_t code;
	const char *bytes; /* NULL: the option is not there */
	size_t len;
	bool always, never;
	const char *notice; /* part of the one notice about options; NULL: there is none */
};

#define BYTES(s) .bytes = (s), .len = sizeof(s) - 1
#define ABSENT	 .bytes = NULL

static void check_case(const struct options_case *c)
{
	struct config_errors errors;
	const struct option_value *value;
	struct config *config;
	char text[16384];

	snprintf(text, sizeof(text), SUBNET "%s\n", c->text);
	config = load_noting(text, &errors);
	value = find(config, c->code);
	if (!value != !c->bytes)
		fail_msg("%s: option %u is %s", c->name, c->code, value ? "there" : "absent");
	if (value && (value->len != c->len || memcmp(value->data, c->bytes, c->len) != 0)) {
		char hex[2200];

		option_format(NULL, value->data, value->len, hex, sizeof(hex));
		fail_msg("%s: option %u is %s", c->name, c->code, hex);
	}
	if (value && (value->always_send != c->always || value->never_send != c->never))
		fail_msg("%s: always %d, never %d", c->name, value->always_send, value->never_send);
	/* the subnet without pools is the other one */
	if (errors.n_notices != 1u + (c->notice != NULL) ||
	    (c->notice && !count_notices(&errors, c->notice)))
		fail_msg("%s: %s", c->name, errors.notices[errors.n_notices - 1]);
	config_errors_free(&errors);
	config_free(config);
}

#define CHECK_CASES(cases)                                                  \
	do {                                                                \
		for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) \
			check_case(&cases[i]);                              \
	} while (0)

/* --- option-def --- */

#define DEF(type, more, data)                                         \
	"option-def: [{name: own, code: 222, type: " type more "}]\n" \
	"option-data: [{name: own, data: \"" data "\"}]"

static const struct options_case TYPES[] = {
	{"empty", DEF("empty", "", ""), 222, BYTES("")},
	{"binary", DEF("binary", "", "0x0102"), 222, BYTES("\1\2")},
	{"boolean", DEF("boolean", "", "true"), 222, BYTES("\1")},
	{"int8", DEF("int8", "", "-1"), 222, BYTES("\xff")},
	{"int16", DEF("int16", "", "-2"), 222, BYTES("\xff\xfe")},
	{"int32", DEF("int32", "", "-3"), 222, BYTES("\xff\xff\xff\xfd")},
	{"uint8", DEF("uint8", "", "200"), 222, BYTES("\xc8")},
	{"uint16", DEF("uint16", "", "0x102"), 222, BYTES("\1\2")},
	{"uint32", DEF("uint32", "", "12345"), 222, BYTES("\0\0\x30\x39")},
	{"string", DEF("string", "", "a, b"), 222, BYTES("a, b")},
	{"fqdn", DEF("fqdn", "", "a.b"), 222, BYTES("\1a\1b\0")},
	{"ipv4-address", DEF("ipv4-address", "", "192.0.2.1"), 222, BYTES("\xc0\0\2\1")},
	{"ipv6-address", DEF("ipv6-address", "", "::1"), 222,
	 BYTES("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1")},
	{"ipv6-prefix", DEF("ipv6-prefix", "", "2001:db8::/32"), 222, BYTES("\x20\x20\1\x0d\xb8")},
	{"psid", DEF("psid", "", "3/4"), 222, BYTES("\4\x30\0")},
	{"tuple", DEF("tuple", "", "text"), 222, BYTES("\4text")},
	{"record",
	 DEF("record", ", record-types: \"ipv4-address, uint16, boolean, string\"",
	     "192.0.2.100, 123, true, Hello World"),
	 222, BYTES("\xc0\0\2\x64\0\x7b\1Hello World")},
	{"array of booleans", DEF("boolean", ", array: true", "true, false"), 222, BYTES("\1\0")},
	{"array of int8", DEF("int8", ", array: true", "1, -1"), 222, BYTES("\1\xff")},
	{"array of int16", DEF("int16", ", array: true", "1, -1"), 222, BYTES("\0\1\xff\xff")},
	{"array of int32", DEF("int32", ", array: true", "1, -1"), 222,
	 BYTES("\0\0\0\1\xff\xff\xff\xff")},
	{"array of uint8", DEF("uint8", ", array: true", "1, 2"), 222, BYTES("\1\2")},
	{"array of uint16", DEF("uint16", ", array: true", "1, 2"), 222, BYTES("\0\1\0\2")},
	{"array of uint32", DEF("uint32", ", array: true", "1, 2"), 222, BYTES("\0\0\0\1\0\0\0\2")},
	/* RFC 3397's compression is for 119 alone */
	{"array of names", DEF("fqdn", ", array: true", "a.b, c.a.b"), 222,
	 BYTES("\1a\1b\0\1c\1a\1b\0")},
	{"array of addresses", DEF("ipv4-address", ", array: true", "192.0.2.1, 192.0.2.2"), 222,
	 BYTES("\xc0\0\2\1\xc0\0\2\2")},
	{"array of IPv6 addresses", DEF("ipv6-address", ", array: true", "::1, ::2"), 222,
	 BYTES("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\2")},
	{"array of prefixes", DEF("ipv6-prefix", ", array: true", "::/0, 8000::/1"), 222,
	 BYTES("\0\1\x80")},
	{"array of PSIDs", DEF("psid", ", array: true", "3/4, 0/0"), 222, BYTES("\4\x30\0\0\0\0")},
	{"array of tuples", DEF("tuple", ", array: true", "a, bc"), 222, BYTES("\1a\2bc")},
	{"record with array",
	 DEF("record", ", array: true, record-types: \"ipv4-address, uint16\"",
	     "192.0.2.1, 1, 2, 3"),
	 222, BYTES("\xc0\0\2\1\0\1\0\2\0\3")},
	/* with a record's own spaces and empty words, as Kea takes them */
	{"record-types trimmed", DEF("record", ", record-types: \" uint8 ,, uint8 , \"", "1, 2"),
	 222, BYTES("\1\2")},
};

static void test_types(void **state)
{
	(void)state;
	CHECK_CASES(TYPES);
}

/* Codes that have names of ours can be defined anew; 43 and 122 too, and vendors' own. */
static const struct options_case DEFINED_ANEW[] = {
	{"150",
	 "option-def: [{name: servers, code: 150, type: uint8}]\n"
	 "option-data: [{name: servers, data: 7}]",
	 150, BYTES("\7")},
	{"150 by its code",
	 "option-def: [{name: servers, code: 150, type: uint8}]\n"
	 "option-data: [{code: 150, data: 7}]",
	 150, BYTES("\7")},
	{"160 as it is called here",
	 "option-def: [{name: v4-captive-portal-rfc7710, code: 160, type: uint8}]\n"
	 "option-data: [{name: v4-captive-portal-rfc7710, data: 7}]",
	 160, BYTES("\7")},
	{"a name of ours for another code",
	 "option-def: [{name: etherboot, code: 240, type: uint8}]\n"
	 "option-data: [{name: etherboot, data: 7}, {code: 175, data: 08}]",
	 240, BYTES("\7")},
	{"249",
	 "option-def: [{name: routes, code: 249, type: binary}]\n"
	 "option-data: [{code: 249, data: 0102}]",
	 249, BYTES("\1\2")},
	{"43 with another space",
	 "option-def: [{name: vendor-encapsulated-options, code: 43, type: empty, encapsulate: "
	 "APC}, {name: cookie, code: 1, space: APC, type: string}]\n"
	 "option-data: [{name: cookie, space: APC, data: 1APC}]",
	 43, BYTES("\1\0041APC")},
	{"43 with a value",
	 "option-def: [{name: x, code: 43, type: uint8}]\n"
	 "option-data: [{name: x, data: 7}]",
	 43, BYTES("\7")},
	{"122",
	 "option-def: [{name: ccc, code: 122, type: uint8}]\n"
	 "option-data: [{name: ccc, data: 7}]",
	 122, BYTES("\7")},
	{"a sub-option of an enterprise",
	 "option-def: [{name: x, code: 2, type: uint8, space: vendor-4491}]\n"
	 "option-data: [{name: x, space: vendor-4491, data: 7}]",
	 125, BYTES("\0\0\x11\x8b\3\2\1\7")},
};

static void test_defined_anew(void **state)
{
	(void)state;
	CHECK_CASES(DEFINED_ANEW);
}

/* --- whose hex is hex --- */

static const struct options_case HEX[] = {
	{"Kea's option by name", "option-data: [{name: host-name, data: abcd}]", 12, BYTES("abcd")},
	{"Kea's option by code", "option-data: [{code: 12, data: abcd}]", 12, BYTES("abcd")},
	{"Kea's option in hex", "option-data: [{code: 12, data: abcd, csv-format: false}]", 12,
	 BYTES("\xab\xcd")},
	{"Kea's option in hex by name",
	 "option-data: [{name: host-name, data: abcd, csv-format: false}]", 12, BYTES("\xab\xcd")},
	{"an unknown one", "option-data: [{code: 224, data: abcd}]", 224, BYTES("\xab\xcd")},
	{"an unknown one as text", "option-data: [{code: 224, data: \"'abcd'\"}]", 224,
	 BYTES("abcd")},
	{"an unknown one, empty", "option-data: [{code: 224}]", 224, BYTES("")},
	{"one of ours by code", "option-data: [{code: 209, data: abcd}]", 209, BYTES("\xab\xcd")},
	{"one of ours by name", "option-data: [{name: pxelinux-configfile, data: abcd}]", 209,
	 BYTES("abcd")},
	{"one of ours by both", "option-data: [{code: 209, name: pxelinux-configfile, data: abcd}]",
	 209, BYTES("abcd")},
	{"one of ours by code as text", "option-data: [{code: 209, data: abcd, csv-format: true}]",
	 209, BYTES("abcd")},
	{"one of ours in hex",
	 "option-data: [{name: pxelinux-configfile, data: abcd, csv-format: false}]", 209,
	 BYTES("\xab\xcd")},
	{"one of ours under a name of somebody's",
	 "option-data: [{name: conf-file, code: 209, data: abcd}]", 209, BYTES("\xab\xcd")},
	{"an unknown one under a name", "option-data: [{name: foo, code: 224, data: abcd}]", 224,
	 BYTES("\xab\xcd")},
	{"an unknown one under a name of ours",
	 "option-data: [{name: etherboot, code: 224, data: abcd}]", 224, BYTES("\xab\xcd")},
	{"a defined one in hex",
	 "option-def: [{name: own, code: 222, type: string}]\n"
	 "option-data: [{name: own, data: abcd, csv-format: false}]",
	 222, BYTES("\xab\xcd")},
	{"a defined one by code",
	 "option-def: [{name: own, code: 222, type: string}]\n"
	 "option-data: [{code: 222, data: abcd}]",
	 222, BYTES("abcd")},
};

static void test_hex(void **state)
{
	(void)state;
	CHECK_CASES(HEX);
}

/* --- sub-options --- */

#define VENDOR "space: vendor-encapsulated-options-space"
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
	{"in hex, whatever it is", "option-data: [{code: 125, csv-format: false, data: 00}]", 125,
	 BYTES("\0")},
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

/* --- scopes --- */

/* Each scope's sub-options are in its own option; definitions are everybody's. */
static void test_scopes(void **state)
{
#define FOO(n) "option-data: [{name: foo, " VENDOR ", data: " n "}]"
	struct config *config = load(
		HEAD
		"option-def: [{name: foo, code: 1, " VENDOR ", type: uint8}]\n"
		"option-data: [{name: foo, " VENDOR ", data: 1}, "
		"{code: 2, " VENDOR ", data: 02}]\n"
		"reservations: [{hw-address: 1:1:1:1:1:1, " FOO(
			"2") "}]\n"
			     "shared-networks:\n"
			     "- name: n\n"
			     "  " FOO("3") "\n"
					   "  subnet4:\n"
					   "  - id: 1\n"
					   "    subnet: 192.0.2.0/24\n"
					   "    " FOO("4") "\n"
							   "    pools: [{pool: 192.0.2.16/28, " FOO(
								   "5") "}]\n"
									"    reservations: "
									"[{hw-address: "
									"0:1:2:3:4:5, " FOO(
										"6") "}]\n");
	const struct model *model = &config->model;
	const struct subnet *subnet = &model->subnets[0];
	const struct option_list *lists[] = {
		&model->reservations.list[0].scope.options, &model->networks[0].scope.options,
		&subnet->scope.options, &subnet->pools[0].scope.options,
		&subnet->reservations.list[0].scope.options};

	(void)state;
	assert_int_equal(model->scope.options.n, 1);
	assert_option(&model->scope.options, 0, 43, false, false, "\1\1\1\2\1\2", 6);
	for (uint8_t i = 0; i < 5; i++) {
		assert_int_equal(lists[i]->n, 1);
		assert_option(lists[i], 0, 43, false, false, (uint8_t[]){1, 1, i + 2}, 3);
	}
	config_free(config);
}

/* The order of the list is that of the file; what nobody gave comes last. */
static void test_order(void **state)
{
	static const uint8_t want[] = {6, 125, 3, 43, 222};
	struct config *config = load(
		SUBNET "option-def: [{name: o, code: 222, type: empty, encapsulate: isc}]\n"
		       "option-data: [{code: 1, " VENDOR ", data: 01}, "
		       "{code: 6, data: 192.0.2.1}, {code: 1, space: isc, data: 01}, "
		       "{code: 125, data: 9}, {code: 3, data: 192.0.2.1}, {code: 125, data: "
		       "10}]\n");
	const struct option_list *list = &config->model.scope.options;
	bool seen[256] = {false};

	(void)state;
	assert_int_equal(list->n, sizeof(want));
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(list->v[i].code, want[i]);
	for (size_t i = 3; i < list->n; i++)
		seen[list->v[i].code] = true;
	assert_true(seen[43] && seen[222]);
	config_free(config);
}

/* --- the digest --- */

static uint64_t digest_of(const char *text)
{
	struct config *config = load(text);
	uint64_t digest = config->model.subnets[0].digest;

	config_free(config);
	return digest;
}

/* What changes an answer changes the digest. Each differs from all others. */
static const char *const DIFFERENT[] = {
	SUBNET,
	SUBNET "option-data: [{code: 1, " VENDOR ", data: 01}]\n",
	SUBNET "option-data: [{code: 1, " VENDOR ", data: 02}]\n",
	SUBNET "option-data: [{code: 2, " VENDOR ", data: 01}]\n",
	SUBNET "option-data: [{code: 1, " VENDOR ", data: 01, always-send: true}]\n",
	SUBNET "option-data: [{code: 1, space: vendor-9, data: 01}]\n",
	SUBNET "option-data: [{code: 1, space: vendor-10, data: 01}]\n",
	SUBNET
	"option-data: [{code: 1, space: vendor-9, data: 01}, {code: 2, space: vendor-9, data: "
	"01}]\n",
	SUBNET "option-def: [{name: a, code: 222, type: uint8}]\noption-data: [{code: 222, data: "
	       "10}]\n",
	SUBNET "option-def: [{name: a, code: 222, type: uint16}]\noption-data: [{code: 222, data: "
	       "10}]\n",
	SUBNET "option-def: [{name: a, code: 222, type: string}]\noption-data: [{code: 222, data: "
	       "10}]\n",
	SUBNET
	"option-def: [{name: a, code: 222, type: empty, encapsulate: s}]\noption-data: [{code: "
	"1, space: s, data: 01}]\n",
	SUBNET
	"option-def: [{name: a, code: 223, type: empty, encapsulate: s}]\noption-data: [{code: "
	"1, space: s, data: 01}]\n",
};

/* Another notation of the second of them, and definitions that nothing uses. */
static const char *const SAME[] = {
	SUBNET "option-data: [{name: vendor-encapsulated-options}, {code: 1, " VENDOR
	       ", data: \"0x01\"}]\n",
	SUBNET "option-data: [{code: 43, data: 010101}]\n",
	SUBNET "option-def: [{name: foo, code: 1, " VENDOR ", type: uint8}, {name: bar, code: 222, "
	       "type: uint8}]\n"
	       "option-data: [{name: foo, " VENDOR ", data: 1}, {code: 2, " VENDOR
	       ", data: 02, never-send: true}]\n",
};

static void test_digest(void **state)
{
	uint64_t digests[sizeof(DIFFERENT) / sizeof(*DIFFERENT)];

	(void)state;
	for (size_t i = 0; i < sizeof(digests) / sizeof(*digests); i++) {
		digests[i] = digest_of(DIFFERENT[i]);
		for (size_t j = 0; j < i; j++) {
			if (digests[i] == digests[j])
				fail_msg("the digest is the same of\n%s%s", DIFFERENT[j],
					 DIFFERENT[i]);
		}
	}
	for (size_t i = 0; i < sizeof(SAME) / sizeof(*SAME); i++) {
		if (digest_of(SAME[i]) != digests[1])
			fail_msg("the digest differs of\n%s", SAME[i]);
	}
}

/* --- config-get --- */

/* What was read comes out as it was written, spaces and definitions too. */
static void test_tree(void **state)
{
	struct config *config = load(
		SUBNET "option-def: [{name: \"339\", code: 222, type: EMPTY, encapsulate: 340}]\n"
		       "option-data: [{code: 1, space: 340, data: 01}]\n");
	json_t *dhcp4 = json_object_get(config->tree, "Dhcp4"),
	       *def = json_array_get(json_object_get(dhcp4, "option-def"), 0),
	       *data = json_array_get(json_object_get(dhcp4, "option-data"), 0);

	(void)state;
	assert_string_equal(json_string_value(json_object_get(def, "name")), "339");
	assert_int_equal(json_integer_value(json_object_get(def, "code")), 222);
	assert_string_equal(json_string_value(json_object_get(def, "type")), "empty");
	assert_string_equal(json_string_value(json_object_get(def, "encapsulate")), "340");
	assert_string_equal(json_string_value(json_object_get(data, "space")), "340");
	assert_string_equal(json_string_value(json_object_get(data, "data")), "01");
	config_free(config);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_defined_anew),
		cmocka_unit_test(test_hex),
		cmocka_unit_test(test_suboptions),
		cmocka_unit_test(test_nesting),
		cmocka_unit_test(test_flags),
		cmocka_unit_test(test_homeless),
		cmocka_unit_test(test_vendors),
		cmocka_unit_test(test_long_suboptions),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_inner_too_long),
		cmocka_unit_test(test_deep),
		cmocka_unit_test(test_cycles),
		cmocka_unit_test(test_scopes),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_digest),
		cmocka_unit_test(test_tree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
