// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What option-def and option-data become: each type of option-def, whose hex is hex, what each
 * scope has, and that all of it is in the digest. Sub-options: test_config_suboptions.c.
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

#include "options_fixture.h"

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
	/* Kea knows no type of it: a file that is good there loads */
	{"one of ours by code, of another type", "option-data: [{code: 150, data: 0102}]", 150,
	 BYTES("\1\2"), .notice = "the bytes are not of its type"},
	{"a list of names in hex",
	 "option-data: [{code: 119, csv-format: false, data: "
	 "016101620001630161c000}]",
	 119, BYTES("\1a\1b\0\1c\1a\xc0\0")},
	{"sub-options after the value, in hex",
	 "option-def: [{name: own, code: 222, type: uint16, encapsulate: isc}]\n"
	 "option-data: [{name: own, data: 0001050107, csv-format: false}]",
	 222, BYTES("\0\1\5\1\7")},
	{"sub-options of an empty one, in hex",
	 "option-def: [{name: own, code: 222, type: empty, encapsulate: isc}]\n"
	 "option-data: [{name: own, data: 050107, csv-format: false}]",
	 222, BYTES("\5\1\7")},
	{"43 in hex is the vendor's", "option-data: [{code: 43, csv-format: false, data: 010503}]",
	 43, BYTES("\1\5\3")},
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
		cmocka_unit_test(test_types), cmocka_unit_test(test_defined_anew),
		cmocka_unit_test(test_hex),   cmocka_unit_test(test_scopes),
		cmocka_unit_test(test_order), cmocka_unit_test(test_digest),
		cmocka_unit_test(test_tree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
