// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Sub-options of option 82: the ones that have a name, and whatever a relay or an
 * attacker may put there. Every option lies in an allocation of its own size, so that a sanitizer
 * sees the first byte read beyond it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../common/random.h"
#include "frame.h"
#include "proto/relay.h"

struct case_of {
	const char *name;
	const char *bytes;
	size_t len;
	uint8_t code;
	int at;	      /* where its data starts; -1: it is not found */
	uint8_t size; /* of its data */
};

#define BYTES(s) s, sizeof(s) - 1

static const struct case_of CASES[] = {
	/* each one that has a name */
	{"circuit id", BYTES("\x01\x03xyz"), RELAY_CIRCUIT_ID, 2, 3},
	{"remote id", BYTES("\x01\x01x\x02\x02yz"), RELAY_REMOTE_ID, 5, 2},
	{"link selection", BYTES("\x05\x04\x0a\x01\x02\x03"), RELAY_LINK_SELECTION, 2, 4},
	{"server id override", BYTES("\x0b\x04\x0a\x01\x02\x03"), RELAY_SERVER_ID_OVERRIDE, 2, 4},
	{"source port", BYTES("\x13\x00"), RELAY_SOURCE_PORT, 2, 0},
	{"source port not empty", BYTES("\x13\x01x"), RELAY_SOURCE_PORT, 2, 1},
	/* RFC 3046 2.0: they "need not appear in sub-option code order" */
	{"not in order", BYTES("\x0b\x01z\x02\x01y\x01\x01x"), RELAY_CIRCUIT_ID, 8, 1},
	/* unknown ones are stepped over, and found by those who know them */
	{"behind unknown ones", BYTES("\x97\x05vwxyz\xfe\x00\x02\x01y"), RELAY_REMOTE_ID, 11, 1},
	{"unknown", BYTES("\x01\x01x\x97\x02yz"), 151, 5, 2},
	/* RFC 3046 2.0: "A sub-option length may be zero" */
	{"empty", BYTES("\x01\x00"), RELAY_CIRCUIT_ID, 2, 0},
	{"empty before another", BYTES("\x01\x00\x02\x01y"), RELAY_REMOTE_ID, 4, 1},
	{"empty at the end", BYTES("\x01\x01x\x02\x00"), RELAY_REMOTE_ID, 5, 0},
	{"the first of two", BYTES("\x01\x01x\x01\x02yz"), RELAY_CIRCUIT_ID, 2, 1},
	{"the first of two, empty", BYTES("\x01\x00\x01\x02yz"), RELAY_CIRCUIT_ID, 2, 0},
	/* there is no PAD and no END: 0 and 255 have a length */
	{"code 0 is no padding", BYTES("\x00\x01\x05\x02\x01y"), RELAY_REMOTE_ID, 5, 1},
	{"0 taken for padding", BYTES("\x00\x02\x01y"), RELAY_REMOTE_ID, -1, 0},
	{"zeros behind", BYTES("\x02\x01y\x00\x00\x00"), RELAY_REMOTE_ID, 2, 1},
	{"code 255 is no end", BYTES("\xff\x00\x02\x01y"), RELAY_REMOTE_ID, 4, 1},
	{"255 behind", BYTES("\x02\x01y\xff"), RELAY_REMOTE_ID, 2, 1},
	/* not there */
	{"nothing in it", BYTES(""), RELAY_CIRCUIT_ID, -1, 0},
	{"another", BYTES("\x02\x01y"), RELAY_CIRCUIT_ID, -1, 0},
	{"only as data", BYTES("\x02\x03\x01\x01x"), RELAY_CIRCUIT_ID, -1, 0},
	{"only as a length", BYTES("\x02\x01\x01"), RELAY_CIRCUIT_ID, -1, 0},
	/* past the end */
	{"a code alone", BYTES("\x01"), RELAY_CIRCUIT_ID, -1, 0},
	{"a code alone behind another", BYTES("\x02\x01y\x01"), RELAY_CIRCUIT_ID, -1, 0},
	{"one byte short", BYTES("\x01\x03xy"), RELAY_CIRCUIT_ID, -1, 0},
	{"nothing of its data", BYTES("\x01\xff"), RELAY_CIRCUIT_ID, -1, 0},
	{"what stands before is found", BYTES("\x02\x01y\x01\xff"), RELAY_REMOTE_ID, 2, 1},
	{"what stands behind is not", BYTES("\x09\x09\x02\x01y"), RELAY_REMOTE_ID, -1, 0},
};

/* The caller frees ret->data. */
static struct dhcp_opt exact(const void *bytes, size_t len)
{
	uint8_t *copy = malloc(len + !len);

	assert_non_null(copy);
	memcpy(copy, bytes, len);
	return (struct dhcp_opt){.data = copy, .len = (uint16_t)len};
}

static void test_suboptions(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		const struct case_of *c = &CASES[i];
		struct dhcp_opt agent = exact(c->bytes, c->len);
		struct dhcp_opt got = {.data = (const uint8_t *)c, .len = 7777};
		bool found = relay_suboption(&agent, c->code, &got);

		if (found != (c->at >= 0))
			fail_msg("%s: %sfound", c->name, found ? "" : "not ");
		if (found && (got.data != agent.data + c->at || got.len != c->size))
			fail_msg("%s: %u bytes at %td", c->name, got.len, got.data - agent.data);
		/* untouched */
		if (!found && (got.data != (const uint8_t *)c || got.len != 7777))
			fail_msg("%s: not found, but written", c->name);
		free((void *)agent.data);
	}
}

static void test_absent(void **state)
{
	const struct dhcp_opt absent = {0};
	struct dhcp_opt got;

	(void)state;
	for (unsigned code = 0; code < 256; code++) {
		assert_false(relay_suboption(&absent, (uint8_t)code, &got));
		assert_int_equal(relay_address(&absent, (uint8_t)code), 0);
	}
}

static void test_address(void **state)
{
	static const struct {
		const char *name, *bytes;
		size_t len;
		uint32_t addr;
	} cases[] = {
		{"an address", BYTES("\x05\x04\xc0\x00\x02\xfe"), FRAME_IP(192, 0, 2, 254)},
		{"highest", BYTES("\x05\x04\xff\xff\xff\xff"), 0xffffffff},
		{"zero", BYTES("\x05\x04\0\0\0\0"), 0},
		{"behind another", BYTES("\x0b\x04\1\2\3\4\x05\x04\5\6\7\x08"),
		 FRAME_IP(5, 6, 7, 8)},
		{"empty", BYTES("\x05\x00"), 0},
		{"of three", BYTES("\x05\x03\1\2\3"), 0},
		{"of five", BYTES("\x05\x05\1\2\3\4\5"), 0},
		{"cut", BYTES("\x05\x04\1\2\3"), 0},
		/* what the first one says counts */
		{"of three, then right", BYTES("\x05\x03\1\2\3\x05\x04\5\6\7\x08"), 0},
		{"twice", BYTES("\x05\x04\1\2\3\4\x05\x04\5\6\7\x08"), FRAME_IP(1, 2, 3, 4)},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct dhcp_opt agent = exact(cases[i].bytes, cases[i].len);
		uint32_t addr = relay_address(&agent, RELAY_LINK_SELECTION);

		if (addr != cases[i].addr)
			fail_msg("%s: %08x", cases[i].name, addr);
		free((void *)agent.data);
	}
}

/* Every prefix of a good option: what is whole is found, and nothing else. */
static void test_every_prefix(void **state)
{
	static const char whole[] = "\x01\x03xyz\x02\x00\x05\x04\1\2\3\4\x13\x00";
	static const struct {
		uint8_t code;
		size_t ends;
	} subs[] = {{1, 5}, {2, 7}, {5, 13}, {19, 15}};

	(void)state;
	for (size_t len = 0; len < sizeof(whole); len++) {
		struct dhcp_opt agent = exact(whole, len), got;

		for (size_t i = 0; i < sizeof(subs) / sizeof(subs[0]); i++)
			assert_int_equal(relay_suboption(&agent, subs[i].code, &got),
					 subs[i].ends <= len);
		free((void *)agent.data);
	}
}

/* Longer than one option can be (joined by RFC 3396), and one of 255 bytes. */
static void test_long(void **state)
{
	uint8_t bytes[1000] = {0};
	struct dhcp_opt agent, got;

	(void)state;
	for (size_t at = 0; at + 257 <= sizeof(bytes); at += 257) {
		bytes[at] = (uint8_t)(10 + at / 257);
		bytes[at + 1] = 255;
	}
	bytes[771] = 1;
	bytes[772] = 227;
	agent = exact(bytes, sizeof(bytes));
	assert_true(relay_suboption(&agent, 12, &got));
	assert_ptr_equal(got.data, agent.data + 516);
	assert_int_equal(got.len, 255);
	assert_true(relay_suboption(&agent, 1, &got));
	assert_ptr_equal(got.data, agent.data + 773);
	assert_int_equal(got.len, 227);
	free((void *)agent.data);
	bytes[772] = 228; /* one more than there is */
	agent = exact(bytes, sizeof(bytes));
	assert_false(relay_suboption(&agent, 1, &got));
	free((void *)agent.data);
}

/* Any bytes at all: whatever is found lies within. */
static void test_random(void **state)
{
	uint64_t rng = 20260301;
	uint8_t bytes[40];
	unsigned long found = 0;

	(void)state;
	for (int i = 0; i < 200000; i++) {
		size_t len = random_next(&rng) % sizeof(bytes);

		for (size_t j = 0; j < len; j++)
			bytes[j] = (uint8_t)(random_next(&rng) % (random_next(&rng) % 2 ? 8 : 256));
		struct dhcp_opt agent = exact(bytes, len), got;

		for (uint8_t code = 0; code < 20; code++) {
			relay_address(&agent, code);
			if (!relay_suboption(&agent, code, &got))
				continue;
			found++;
			assert_true(got.data >= agent.data + 2);
			assert_true(got.len <= (size_t)(agent.data + len - got.data));
			assert_int_equal(got.data[-2], code);
			assert_int_equal(got.data[-1], got.len);
		}
		free((void *)agent.data);
	}
	assert_true(found > 10000);
}

/* Text in quotes, which a line of the log can hold and a reader can tell from hex. */
static void test_text_for_people(void **state)
{
	static const struct {
		const char *bytes;
		uint16_t len;
		const char *text;
	} cases[] = {
		{"ge-0/0/1:100 ~", 14, "\"ge-0/0/1:100 ~\""},
		{"0a", 2, "\"0a\""},
		{"\x0a", 1, "0a"},
		{"\x00\x04\x00\x01\xfe", 5, "00:04:00:01:fe"},
		{"a\x1f", 2, "61:1f"},
		{"a\x7f", 2, "61:7f"},
		{"a\"b", 3, "61:22:62"},
		{"a\\b", 3, "61:5c:62"},
		{"", 0, ""},
	};
	char buf[RELAY_TEXT_STR];
	uint8_t longest[300];
	struct dhcp_opt id = {longest, sizeof(longest)};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct dhcp_opt opt = exact((const uint8_t *)cases[i].bytes, cases[i].len);

		assert_string_equal(relay_text(&opt, buf), cases[i].text);
		free((void *)opt.data);
	}
	memset(longest, 'x', sizeof(longest));
	assert_int_equal(strlen(relay_text(&id, buf)), 257);
	memset(longest, 0xff, sizeof(longest));
	assert_int_equal(strlen(relay_text(&id, buf)), RELAY_TEXT_STR - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_suboptions),
		cmocka_unit_test(test_absent),
		cmocka_unit_test(test_address),
		cmocka_unit_test(test_every_prefix),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_text_for_people),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
