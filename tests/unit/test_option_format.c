// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Option data as text: data that is not of its option's type, what is cut, and names that share
 * their ends. Values that are right, both ways: test_options.c.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "../common/random.h"
#include "frame.h"
#include "option_cases.h"
#include "proto/options.h"

struct format_case {
	int code; /* -1: no definition */
	const char *bytes;
	size_t len;
	const char *text;
};

static const struct format_case FORMATS[] = {
	{-1, BYTES("\x01\xab"), "0x01ab"},
	{-1, BYTES(""), ""},
	{3, BYTES("\x0a\0\0"), "0x0a0000"},
	{3, BYTES("\x0a\0\0\x01\x02"), "0x0a00000102"},
	{28, BYTES("\x0a\0\0\x01\x0a\0\0\x02"), "0x0a0000010a000002"},
	{26, BYTES("\x05"), "0x05"},
	{2, BYTES("\xff\xff\xff"), "0xffffff"},
	{19, BYTES("\x02"), "0x02"},
	{21, BYTES("\x0a\0\0\x01"), "0x0a000001"},
	{80, BYTES("x"), "0x78"},
	{12, BYTES("a\n\x1b[2J\x7f\0"), "a\\x0a\\x1b[2J\\x7f\\x00"},
	/* pointers: a loop, forward, to itself, half of one, into the labels before it, reserved */
	{119, BYTES("\003com\xc0\x00"), "0x03636f6dc000"},
	{119, BYTES("\xc0\x02\001a\0"), "0xc002016100"},
	{119, BYTES("\001a\0\xc0\x03"), "0x016100c003"},
	{119, BYTES("\001a\0\xc0"), "0x016100c0"},
	{119, BYTES("\001a\0\001b\xc0\x03"), "0x0161000162c003"},
	{119, BYTES("\003\001a\0\xc0\x01"), "0x03016100c001"},
	{119, BYTES("\001a\0\001b\x80\x00"), "0x01610001628000"},
	{119, BYTES("\001a\0\xc0\x02"), "0x016100c002"},		    /* only the root */
	{119, BYTES("\001a\0\xc0\0\xc0\x03\001b\xc0\x05"), "a, a, a, b.a"}, /* a chain */
	{141, BYTES("\001a\0\001b\xc0\0"), "0x0161000162c000"},		    /* RFC 6011 has none */
	{78, BYTES("\x01"), "0x01"},
	{78, BYTES("\x02\x0a\0\0\x01"), "0x020a000001"},
	{78, BYTES("\x01\x0a\0\0\x01\x0a"), "0x010a0000010a"},
	{94, BYTES("\x01\x02"), "0x0102"},
	{94, BYTES("\x01\x02\x03\x04"), "0x01020304"},
	{97, BYTES("\0"), "0x00"},
	{109, BYTES("\x20\x01"), "0x2001"},
	{120, BYTES("\x01"), "0x01"},
	{120, BYTES("\x02\x0a\0\0\x01"), "0x020a000001"},
	{120, BYTES("\0\x0a\0\0\x01"), "0x000a000001"},
	{143, BYTES("\0\x02x"), "0x000278"},
	{143, BYTES("\0\0"), "0x0000"},
	{143, BYTES("\0\002a\\\0\001b"), "0x0002615c000162"},
	{143, BYTES("\0\003a,\n"), "a\\,\\x0a"},
	{159, BYTES("\0\x06\xfc\x01"), "0x0006fc01"},
	{159, BYTES("\0\x11\0\0"), "0x00110000"},
	{159, BYTES("\0\x06\xfc"), "0x0006fc"},
	/* no length, too long, no name, a name with more, none that ends */
	{162, BYTES("\0"), "0x00"},
	{162, BYTES("\0\x07\0\1\3\1a\0"), "0x0007000103016100"},
	{162, BYTES("\0\x03\0\1\0"), "0x0003000100"},
	{162, BYTES("\0\x07\0\1\4\1a\0\0"), "0x000700010401610000"},
	{162, BYTES("\0\x05\0\1\2\1a"), "0x00050001020161"},
	{162, BYTES("\0\2\0\1"), "0x00020001"},
	/* no address, part of one */
	{162, BYTES("\0\x07\0\1\3\1a\0\0"), "0x000700010301610000"},
	{162, BYTES("\0\x0a\0\1\3\1a\0\3\1\2\3"), "0x000a00010301610003010203"},
	{162, BYTES("\0\x0a\0\1\3\1a\0\4\1\2\3"), "0x000a00010301610004010203"},
#define DNR(n)	"\0" n "\0\1\3\1a\0\4\1\2\3\4"
#define DNR_(n) "0x00" n "0001030161000401020304"
	/* parameters: half of one, unknown, too long, twice, a port of one byte, empty ones */
	{162, BYTES(DNR("\x0d") "\0\3"), DNR_("0d") "0003"},
	{162, BYTES(DNR("\x0f") "\0\2\0\0"), DNR_("0f") "00020000"},
	{162, BYTES(DNR("\x0f") "\0\x09\0\0"), DNR_("0f") "00090000"},
	{162, BYTES(DNR("\x10") "\0\3\0\2\1"), DNR_("10") "0003000201"},
	{162, BYTES(DNR("\x10") "\0\3\0\1\1"), DNR_("10") "0003000101"},
	{162, BYTES(DNR("\x17") "\0\3\0\2\0\1\0\3\0\2\0\1"), DNR_("17") "000300020001000300020001"},
	{162, BYTES(DNR("\x0f") "\0\1\0\0"), DNR_("0f") "00010000"},
	{162, BYTES(DNR("\x10") "\0\1\0\1\0"), DNR_("10") "0001000100"},
	{162, BYTES(DNR("\x11") "\0\1\0\2\2a"), DNR_("11") "000100020261"},
	{162, BYTES(DNR("\x11") "\0\1\0\2\1,"), DNR_("11") "00010002012c"},
	{162, BYTES(DNR("\x11") "\0\1\0\2\1|"), DNR_("11") "00010002017c"},
	{162, BYTES(DNR("\x0f") "\0\7\0\0"), DNR_("0f") "00070000"},
	{162, BYTES(DNR("\x11") "\0\7\0\2/ "), DNR_("11") "000700022f20"},
	{162, BYTES(DNR("\x11") "\0\7\0\2/\\"), DNR_("11") "000700022f5c"},
	{162, BYTES(DNR("\x11") "\0\7\0\2/\x80"), DNR_("11") "000700022f80"},
	{162, BYTES(DNR("\x0f") "\0\7\0\2"), DNR_("0f") "00070002"},
	{119,
	 BYTES("\x03"
	       "com"),
	 "0x03636f6d"}, /* no root */
	{119,
	 BYTES("\x05"
	       "com\0"),
	 "0x05636f6d00"},
	{119, BYTES("\0"), "0x00"},
	{121, BYTES("\x21\x0a\0\0\0\0\0\0\0"), "0x210a00000000000000"},
	{121, BYTES("\x08\x0a\x0a\0\0"), "0x080a0a0000"},
};

static void test_format_foreign_data(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(FORMATS) / sizeof(FORMATS[0]); i++) {
		const struct format_case *c = &FORMATS[i];
		char text[100];

		option_format(c->code < 0 ? NULL : option_by_code((uint8_t)c->code),
			      (const uint8_t *)c->bytes, c->len, text, sizeof(text));
		assert_string_equal(text, c->text);
	}
}

/* Data that is not of a type which no row has: hex. */
static void test_format_foreign_types(void **state)
{
	static const struct {
		struct option_def def;
		const char *bytes;
		size_t len;
		const char *text;
	} cases[] = {
		{{.type = OPTION_PREFIX6}, BYTES("\x81\0"), "0x8100"},
		{{.type = OPTION_PREFIX6}, BYTES("\x20\x20\1\x0d"), "0x2020010d"},
		{{.type = OPTION_PREFIX6}, BYTES("\x04\x10\0"), "0x041000"},
		{{.type = OPTION_PREFIX6}, BYTES("\x03\x10"), "0x0310"},
		{{.type = OPTION_TUPLE8}, BYTES("\2x"), "0x0278"},
		{{.type = OPTION_TUPLE8}, BYTES("\0"), "0x00"},
		{{.type = OPTION_TUPLE8}, BYTES("\1xy"), "0x017879"},
		{{.type = OPTION_S8}, BYTES("\1\2"), "0x0102"},
		{{.type = OPTION_S16}, BYTES("\1"), "0x01"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[100];

		option_format(&cases[i].def, (const uint8_t *)cases[i].bytes, cases[i].len, text,
			      sizeof(text));
		assert_string_equal(text, cases[i].text);
	}
}

/* Whatever becomes of a good one, it is read within its bounds and printable. */
static void test_format_broken_dnr(void **state)
{
	static const char good[] =
		"1, a.b, 10.0.0.1, alpn=dot\\,h2 port=853 dohpath=/q{?dns} | 2, c";
	const struct option_def *def = option_by_code(162);
	uint8_t whole[200];
	char text[400], why[100];
	int len = option_parse(def, good, whole, sizeof(whole), why, sizeof(why));

	(void)state;
	assert_true(len > 0);
	for (int cut = 1; cut <= len; cut++) {
		for (int at = 0; at < cut; at++) {
			for (unsigned bit = 0; bit < 8; bit++) {
				uint8_t *data = malloc((size_t)cut);

				assert_non_null(data);
				memcpy(data, whole, (size_t)cut);
				data[at] ^= 1u << bit;
				option_format(def, data, (size_t)cut, text, sizeof(text));
				for (const char *c = text; *c; c++)
					assert_true(*c >= 0x20 && *c < 0x7f);
				free(data);
			}
		}
	}
}

/* A first byte of 64 is no length of a label (RFC 1035 2.3.4), even with as many bytes after it. */
static void test_format_long_label(void **state)
{
	uint8_t data[66] = {64};
	char text[200];

	(void)state;
	memset(data + 1, 'a', 64);
	option_format(option_by_code(137), data, sizeof(data), text, sizeof(text));
	assert_memory_equal(text, "0x406161", 8);
	data[0] = 63;
	data[64] = 0;
	option_format(option_by_code(137), data, sizeof(data) - 1, text, sizeof(text));
	assert_int_equal(strlen(text), 63);
}

/* RFC 1035 2.3.4 of what pointers expand to: each name is a label before the one before it. */
static void test_format_expands_to_255(void **state)
{
	static char text[20000];

	(void)state;
	for (uint8_t last = 1; last <= 2; last++) {
		uint8_t data[600] = {last, 'z', 'z'};
		size_t n = last + 2u, to = 0, len = n;

		data[n - 1] = 0;
		for (; len + 2 <= 255; len += 2) {
			memcpy(data + n, (uint8_t[]){1, 'a', 0xc0 | to >> 8, (uint8_t)to}, 4);
			to = n;
			n += 4;
		}
		assert_int_equal(len, 256 - last); /* 255, and with the other one 254 */
		option_format(option_by_code(119), data, n, text, sizeof(text));
		assert_memory_equal(text, last == 1 ? "z, a.z, a.a.z, " : "zz, a.zz, a.a.zz, ", 15);
		assert_int_equal(strlen(strrchr(text, ' ') + 1), len - 2);
		memcpy(data + n, (uint8_t[]){1, 'a', 0xc0 | to >> 8, (uint8_t)to}, 4);
		option_format(option_by_code(119), data, n + 4, text, sizeof(text));
		assert_memory_equal(text, last == 1 ? "0x017a00" : "0x027a7a00", 8);
	}
}

/* Names drawn from few labels, so that they share ends: what is written is read, and not longer. */
static void test_compression_round_trip(void **state)
{
	static const char *const labels[] = {"a", "b", "example", "org", "A", "x-1"};
	struct option_def plain = *option_by_code(119);
	uint64_t rng = 3397;
	int shorter = 0;

	(void)state;
	plain.compressed = false;
	for (int round = 0; round < 20000; round++) {
		unsigned names = 1 + random_next(&rng) % 6;
		char text[400], out[400], why[100];
		uint8_t *buf;
		size_t n = 0;

		for (unsigned i = 0; i < names; i++)
			for (unsigned l = 1 + random_next(&rng) % 4; l > 0; l--)
				n += (size_t)sprintf(text + n, "%s%s",
						     labels[random_next(&rng) % 6],
						     l > 1	     ? "."
						     : i + 1 < names ? ", "
								     : "");
		uint8_t wide[400];
		int full = option_parse(&plain, text, wide, sizeof(wide), why, sizeof(why));

		assert_true(full > 0);
		buf = malloc((size_t)full); /* no more than without compression */
		assert_non_null(buf);
		int r = option_parse(option_by_code(119), text, buf, (size_t)full, why,
				     sizeof(why));

		assert_true(r > 0 && r <= full);
		shorter += r < full;
		option_format(option_by_code(119), buf, (size_t)r, out, sizeof(out));
		assert_string_equal(out, text);
		option_format(&plain, wide, (size_t)full, out, sizeof(out));
		assert_string_equal(out, text);
		free(buf);
	}
	assert_true(shorter > 10000);
}

static void test_format_truncates(void **state)
{
	static const uint8_t data[] = {10, 0, 0, 1, 10, 0, 0, 2};
	char text[32];

	(void)state;
	option_format(option_by_code(3), data, 8, text, 19);
	assert_string_equal(text, "10.0.0.1, 10.0.0.2");
	option_format(option_by_code(3), data, 8, text, 18);
	assert_string_equal(text, "10.0.0.1, 10.0...");
	option_format(option_by_code(3), data, 8, text, 4);
	assert_string_equal(text, "...");
	option_format(option_by_code(3), data, 8, text, 3);
	assert_string_equal(text, "10");
	option_format(option_by_code(3), data, 8, text, 1);
	assert_string_equal(text, "");
	text[0] = 'x';
	option_format(option_by_code(3), data, 8, text, 0);
	assert_int_equal(text[0], 'x');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_format_foreign_data),
		cmocka_unit_test(test_format_foreign_types),
		cmocka_unit_test(test_format_broken_dnr),
		cmocka_unit_test(test_format_long_label),
		cmocka_unit_test(test_format_expands_to_255),
		cmocka_unit_test(test_compression_round_trip),
		cmocka_unit_test(test_format_truncates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
