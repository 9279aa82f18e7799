// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Values of types that no option of the table has, only definitions of an operator's own: both
 * ways, and refused. Those of the table: test_options.c.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "frame.h"
#include "option_cases.h"
#include "proto/options.h"

struct type_case {
	struct option_def def;
	const char *good, *bytes;
	size_t len;
	const char *bad, *why;
};

/* Types that no row has, only definitions of an operator's own. */
static const struct type_case TYPES[] = {
	{{.type = OPTION_S8, .array = true},
	 "-128, -1, 127",
	 BYTES("\x80\xff\x7f"),
	 "128",
	 "'128' is not a number from -128 to 127"},
	{{.type = OPTION_S8},
	 "-2",
	 BYTES("\xfe"),
	 "-129",
	 "'-129' is not a number from -128 to 127"},
	{{.type = OPTION_S16},
	 "-32768",
	 BYTES("\x80\0"),
	 "-32769",
	 "'-32769' is not a number from -32768 to 32767"},
	{{.type = OPTION_S16},
	 "32767",
	 BYTES("\x7f\xff"),
	 "32768",
	 "'32768' is not a number from -32768 to 32767"},
	{{.type = OPTION_S16, .array = true},
	 "1, -1",
	 BYTES("\0\1\xff\xff"),
	 "1, ",
	 "an item of the list is empty"},
	{{.type = OPTION_S32, .array = true},
	 "1, -1",
	 BYTES("\0\0\0\1\xff\xff\xff\xff"),
	 "1, x",
	 "'x' is not a number from -2147483648 to 2147483647"},
	{{.type = OPTION_U32, .array = true},
	 "1, 2",
	 BYTES("\0\0\0\1\0\0\0\2"),
	 "-1",
	 "'-1' is not a number from 0 to 4294967295"},
	{{.type = OPTION_FLAG, .array = true},
	 "true, false",
	 BYTES("\1\0"),
	 "true, maybe",
	 "'maybe' is neither true nor false"},
	{{.type = OPTION_FQDN, .array = true},
	 "a.b, c.a.b",
	 BYTES("\1a\1b\0\1c\1a\1b\0"),
	 "a.b c",
	 NO_NAME("a.b c")},
	{{.type = OPTION_ADDRESS6, .array = true},
	 "::1, 2001:db8::",
	 BYTES("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\0"),
	 "::1, ::g",
	 "'::g' is not an IPv6 address (like 2001:db8::1)"},
	{{.type = OPTION_PREFIX6},
	 "2001:db8::/32",
	 BYTES("\x20\x20\1\x0d\xb8"),
	 "2001:db8::",
	 NO_PREFIX6("2001:db8::")},
	{{.type = OPTION_PREFIX6}, "::/0", BYTES("\0"), "::/129", NO_PREFIX6("::/129")},
	{{.type = OPTION_PREFIX6},
	 "2001:db8:8000::/33",
	 BYTES("\x21\x20\1\x0d\xb8\x80"),
	 "2001:db8:8000::/32",
	 "'2001:db8:8000::/32' has bits set beyond the prefix length"},
	{{.type = OPTION_PREFIX6, .array = true},
	 "::1/128, 8000::/1",
	 BYTES("\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\1\x80"),
	 "::1/128, 10.0.0.0/8",
	 NO_PREFIX6("10.0.0.0/8")},
	{{.type = OPTION_PSID, .array = true},
	 "3/4, 0/0",
	 BYTES("\4\x30\0\0\0\0"),
	 "3/4, 4/2",
	 NO_PSID("4/2")},
	{{.type = OPTION_PSID}, "3/4", BYTES("\4\x30\0"), "3", NO_PSID("3")},
	{{.type = OPTION_TUPLE}, "text", BYTES("\0\4text"), "", "empty: expected: string"},
	{{.type = OPTION_TUPLE8}, "text", BYTES("\4text"), "", "empty: expected: string"},
	{{.type = OPTION_TUPLE8, .array = true},
	 "a\\,b, c",
	 BYTES("\3a,b\1c"),
	 "a,,c",
	 "an item of the list is empty"},
	{{.type = OPTION_HOSTS}, "a.b", BYTES("\0\1a\1b\0"), "a..b", NO_NAME("a..b")},
	{{.type = OPTION_ROUTE},
	 "10.0.0.0/8 - 10.0.0.1",
	 BYTES("\x08\x0a\x0a\0\0\1"),
	 "10.0.0.0/8",
	 NO_ROUTE("10.0.0.0/8")},
	{{.type = OPTION_ADDRESS_PAIR},
	 "10.0.0.0, 10.0.0.1",
	 BYTES("\x0a\0\0\0\x0a\0\0\1"),
	 "10.0.0.0",
	 "'10.0.0.0' stands alone: addresses come in pairs"},
	{{.type = OPTION_EMPTY}, "", BYTES(""), "x", "'x': this option has no value"},
};

static void test_types_without_option(void **state)
{
	bool types[OPTION_TYPE_COUNT] = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(TYPES) / sizeof(TYPES[0]); i++) {
		char why[200] = "", text[100];
		uint8_t buf[64];

		assert_int_equal(option_parse(&TYPES[i].def, TYPES[i].good, buf, sizeof(buf), why,
					      sizeof(why)),
				 TYPES[i].len);
		assert_memory_equal(buf, TYPES[i].bytes, TYPES[i].len);
		option_format(&TYPES[i].def, buf, TYPES[i].len, text, sizeof(text));
		assert_string_equal(text, TYPES[i].good);
		assert_int_equal(option_parse(&TYPES[i].def, TYPES[i].bad, buf, sizeof(buf), why,
					      sizeof(why)),
				 -EINVAL);
		assert_string_equal(why, TYPES[i].why);
		types[TYPES[i].def.type] = true;
	}
	/* with the values of test_options.c that is all of them */
	for (unsigned type = 0; type < OPTION_TYPE_COUNT; type++) {
		bool row = false;

		for (int code = 0; code < 256; code++)
			row |= option_by_code((uint8_t)code) &&
			       option_by_code((uint8_t)code)->type == type;
		if (!row && !types[type])
			fail_msg("type %u is not tested", type);
	}
}

/* Fields that no row has, one after the other. */
#define RECORD(n, ...) .type = OPTION_RECORD, .n_fields = (n), .fields = {__VA_ARGS__}

static const struct type_case RECORDS[] = {
	{{RECORD(3, OPTION_S8, OPTION_S16, OPTION_S32)},
	 "-1, -2, -3",
	 BYTES("\xff\xff\xfe\xff\xff\xff\xfd"),
	 "-1, 40000, -3",
	 "'40000' is not a number from -32768 to 32767"},
	{{RECORD(2, OPTION_PREFIX6, OPTION_PSID)},
	 "2001:db8::/32, 3/4",
	 BYTES("\x20\x20\1\x0d\xb8\4\x30\0"),
	 "2001:db8::/32, 3",
	 NO_PSID("3")},
	{{RECORD(3, OPTION_TUPLE8, OPTION_FQDN, OPTION_STRING)},
	 "a\\,b, c.d, e, f",
	 BYTES("\3a,b\1c\1d\0e, f"),
	 "a, c.d",
	 "only 2 of 3 fields: expected: string, domain name, string"},
	{{RECORD(2, OPTION_FQDN, OPTION_TUPLE8), .array = true},
	 "a.b, x, yz",
	 BYTES("\1a\1b\0\1x\2yz"),
	 "a.b, x,",
	 "an item of the list is empty"},
	{{RECORD(2, OPTION_ADDRESS, OPTION_ROUTE), .array = true},
	 "10.0.0.1, 0.0.0.0/0 - 10.0.0.2, 10.0.0.0/8 - 10.0.0.3",
	 BYTES("\x0a\0\0\1\0\x0a\0\0\2\x08\x0a\x0a\0\0\3"),
	 "10.0.0.1, 10.0.0.2",
	 NO_ROUTE("10.0.0.2")},
	/* Kea's all-options example has one of eleven */
	{{RECORD(11, OPTION_S8, OPTION_S16, OPTION_S32, OPTION_U8, OPTION_U16, OPTION_U32,
		 OPTION_ADDRESS, OPTION_PSID, OPTION_FLAG, OPTION_FQDN, OPTION_STRING)},
	 "127, 32767, 2147483647, 255, 65535, 4294967295, 192.0.2.75, 3/4, true, "
	 "example.org, string",
	 BYTES("\x7f\x7f\xff\x7f\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xc0\0\2\x4b\4\x30"
	       "\0\1"
	       "\7example\3org\0string"),
	 "127, 32767, 2147483647, 255, 65535, 4294967295, 192.0.2.75, 3/4, 2, a, b",
	 "'2' is neither true nor false"},
};

static void test_records_without_option(void **state)
{

	(void)state;
	for (size_t i = 0; i < sizeof(RECORDS) / sizeof(RECORDS[0]); i++) {
		char why[200] = "", text[200];
		uint8_t buf[100];
		int len = option_parse(&RECORDS[i].def, RECORDS[i].good, buf, sizeof(buf), why,
				       sizeof(why));

		if (len < 0)
			fail_msg("'%s': %s", RECORDS[i].good, why);
		assert_int_equal(len, RECORDS[i].len);
		assert_memory_equal(buf, RECORDS[i].bytes, RECORDS[i].len);
		option_format(&RECORDS[i].def, buf, RECORDS[i].len, text, sizeof(text));
		assert_string_equal(text, RECORDS[i].good);
		assert_int_equal(option_parse(&RECORDS[i].def, RECORDS[i].bad, buf, sizeof(buf),
					      why, sizeof(why)),
				 -EINVAL);
		assert_string_equal(why, RECORDS[i].why);
	}
}

/* An 8-bit length holds 255. */
static void test_short_tuple(void **state)
{
	const struct option_def def = {.type = OPTION_TUPLE8};
	char text[257], why[200];
	uint8_t buf[300];

	(void)state;
	memset(text, 'x', sizeof(text));
	text[255] = '\0';
	assert_int_equal(option_parse(&def, text, buf, sizeof(buf), why, sizeof(why)), 256);
	assert_int_equal(buf[0], 255);
	text[255] = 'x';
	text[256] = '\0';
	assert_int_equal(option_parse(&def, text, buf, sizeof(buf), why, sizeof(why)), -EINVAL);
	assert_non_null(strstr(why, "...' is too long: a string has at most 255 bytes here"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_types_without_option),
		cmocka_unit_test(test_records_without_option),
		cmocka_unit_test(test_short_tuple),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
