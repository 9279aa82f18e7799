// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Option values as text: every type both ways, every refusal with its message, and random text
 * and data without a bad access. The table itself: test_option_table.c.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "frame.h"
#include "proto/options.h"

/* --- values --- */

struct value_case {
	const char *name, *text;
	const char *bytes;
	size_t len;
	const char *formatted; /* NULL: as text */
};

#define BYTES(s) s, sizeof(s) - 1

static const struct value_case VALUES[] = {
	{"subnet-mask", "255.255.255.0", BYTES("\xff\xff\xff\x00"), NULL},
	{"subnet-mask", "255.255.255.255", BYTES("\xff\xff\xff\xff"), NULL},
	{"subnet-mask", "128.0.0.0", BYTES("\x80\0\0\0"), NULL},
	{"time-offset", "-18000", BYTES("\xff\xff\xb9\xb0"), NULL},
	{"time-offset", "2147483647", BYTES("\x7f\xff\xff\xff"), NULL},
	{"time-offset", "-2147483648", BYTES("\x80\0\0\0"), NULL},
	{"time-offset", "-0", BYTES("\0\0\0\0"), "0"},
	{"routers", "10.0.0.1", BYTES("\x0a\0\0\x01"), NULL},
	{"routers", " 10.0.0.1 ,10.0.0.2\t", BYTES("\x0a\0\0\x01\x0a\0\0\x02"),
	 "10.0.0.1, 10.0.0.2"},
	{"domain-name-servers", "255.255.255.255, 0.0.0.0", BYTES("\xff\xff\xff\xff\0\0\0\0"),
	 NULL},
	{"host-name", "box", BYTES("box"), NULL},
	{"host-name", "  a b  ", BYTES("a b"), "a b"},
	{"root-path", "10.0.0.1:/srv,rw", BYTES("10.0.0.1:/srv,rw"), NULL},
	{"root-path", "nfs\\,rw\\x", BYTES("nfs,rw\\x"), "nfs,rw\\x"},
	{"root-path", "\\", BYTES("\\"), NULL},
	{"domain-name", "example.org", BYTES("example.org"), NULL},
	{"merit-dump", "\xc3\xa4\x1b", BYTES("\xc3\xa4\x1b"), "\\xc3\\xa4\\x1b"},
	{"boot-size", "65535", BYTES("\xff\xff"), NULL},
	{"boot-size", "0x10", BYTES("\0\x10"), "16"},
	{"arp-cache-timeout", "0XfFfF0000", BYTES("\xff\xff\0\0"), "4294901760"},
	{"time-offset", "-0x10", BYTES("\xff\xff\xff\xf0"), "-16"},
	{"ip-forwarding", "true", BYTES("\x01"), NULL},
	{"ip-forwarding", "false", BYTES("\0"), NULL},
	{"ip-forwarding", "TRUE", BYTES("\x01"), "true"},
	{"ip-forwarding", "0", BYTES("\0"), "false"},
	{"ip-forwarding", "1", BYTES("\x01"), "true"},
	{"policy-filter", "10.0.0.0, 255.0.0.0, 10.1.0.0, 0.0.0.0",
	 BYTES("\x0a\0\0\0\xff\0\0\0\x0a\x01\0\0\0\0\0\0"), NULL},
	{"static-routes", "10.1.0.0, 10.0.0.1", BYTES("\x0a\x01\0\0\x0a\0\0\x01"), NULL},
	{"max-dgram-reassembly", "576", BYTES("\x02\x40"), NULL},
	{"default-ip-ttl", "1", BYTES("\x01"), NULL},
	{"default-ip-ttl", "255", BYTES("\xff"), NULL},
	{"path-mtu-aging-timeout", "4294967295", BYTES("\xff\xff\xff\xff"), NULL},
	{"path-mtu-plateau-table", "68, 1500, 65535", BYTES("\0\x44\x05\xdc\xff\xff"), NULL},
	{"interface-mtu", "0068", BYTES("\0\x44"), "68"},
	{"vendor-encapsulated-options", "0102ff", BYTES("\x01\x02\xff"), "0x0102ff"},
	{"vendor-encapsulated-options", "0x01:AB", BYTES("\x01\xab"), "0x01ab"},
	{"vendor-encapsulated-options", "'hello'", BYTES("hello"), "0x68656c6c6f"},
	{"netbios-node-type", "1", BYTES("\x01"), NULL},
	{"netbios-node-type", "8", BYTES("\x08"), NULL},
	{"dhcp-parameter-request-list", "1, 3, 255", BYTES("\x01\x03\xff"), NULL},
	{"rapid-commit", "", BYTES(""), NULL},
	{"rapid-commit", "  ", BYTES(""), ""},
	{"v4-lost", "a.example.org", BYTES("\001a\007example\003org\0"), NULL},
	{"v4-lost", "a.", BYTES("\001a\0"), "a"},
	{"domain-search", "example.org, _x.a-b.c",
	 BYTES("\007example\003org\0\002_x\003a-b\001c\0"), NULL},
	{"classless-static-route", "10.0.0.0/8 - 10.0.0.1", BYTES("\x08\x0a\x0a\0\0\x01"), NULL},
	{"classless-static-route", "0.0.0.0/0 - 10.0.0.1, 10.229.0.128/25-10.0.0.2",
	 BYTES("\0\x0a\0\0\x01\x19\x0a\xe5\0\x80\x0a\0\0\x02"),
	 "0.0.0.0/0 - 10.0.0.1, 10.229.0.128/25 - 10.0.0.2"},
	{"classless-static-route", "10.1.2.3/32 - 0.0.0.0", BYTES("\x20\x0a\x01\x02\x03\0\0\0\0"),
	 NULL},
	{"ms-classless-static-route", "0.0.0.0/0 - 10.0.0.1", BYTES("\0\x0a\0\0\x01"), NULL},
	{"slp-directory-agent", "true, 10.0.0.1 ,10.0.0.2", BYTES("\x01\x0a\0\0\x01\x0a\0\0\x02"),
	 "true, 10.0.0.1, 10.0.0.2"},
	{"slp-service-scope", "0, a, b\\,c", BYTES("\0a, b,c"), "false, a, b,c"},
	{"client-ndi", "1,2,3", BYTES("\x01\x02\x03"), "1, 2, 3"},
	{"uuid-guid", "0, 00:11 22", BYTES("\0\0\x11\x22"), "0, 0x001122"},
	{"uuid-guid", "255, 'a, b'",
	 BYTES("\xff"
	       "a, b"),
	 "255, 0x612c2062"},
	{"vivco-suboptions", "4491, 02abcd", BYTES("\0\0\x11\x8b\x02\xab\xcd"), "4491, 0x02abcd"},
	{"isns-servers", "1, 2, 3, 4, 10.0.0.1", BYTES("\0\x01\0\x02\0\x03\0\0\0\x04\x0a\0\0\x01"),
	 NULL},
	{"dhcp4o6-s46-saddr", "2001:DB8:0::1", BYTES("\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01"),
	 "2001:db8::1"},
	{"dhcp4o6-s46-saddr", "::", BYTES("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), NULL},
	{"option-6rd", "14, 32, 2001:db8::, 10.0.0.1, 10.0.0.2",
	 BYTES("\x0e\x20\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\0\x0a\0\0\x01\x0a\0\0\x02"), NULL},
	{"v4-portparams", "4, 63/6", BYTES("\x04\x06\xfc\0"), NULL},
	{"v4-portparams", "0, 65535/16", BYTES("\0\x10\xff\xff"), NULL},
	{"v4-portparams", "0, 0/0", BYTES("\0\0\0\0"), NULL},
	{"v4-portparams", "0, 0x3f/6", BYTES("\0\x06\xfc\0"), "0, 63/6"},
	{"auto-config", "0", BYTES("\0"), NULL},
	{"auto-config", "1", BYTES("\1"), NULL},
	{"rdnss-selection", "1, 10.0.0.1, 10.0.0.2, a.b, c.b",
	 BYTES("\x01\x0a\0\0\x01\x0a\0\0\x02\001a\001b\0\001c\001b\0"), NULL},
	{"v4-sztp-redirect", "https://a/?b\\,c, d", BYTES("\0\x0ehttps://a/?b,c\0\001d"), NULL},
	{"sip-servers", "10.0.0.1, 10.0.0.2", BYTES("\x01\x0a\0\0\x01\x0a\0\0\x02"), NULL},
	{"sip-servers", "sip.example.org, 1a.", BYTES("\0\003sip\007example\003org\0\0021a\0"),
	 "sip.example.org, 1a"},
	/* RFC 9463 5.1, RFC 9460 2.2, RFC 9461 5; the first is Kea's example */
	{"v4-dnr",
	 "1, resolver.example., 10.2.3.4 10.0.4.5, alpn=dot\\,doq\\,h2\\,h3 dohpath=/q{?dns} | 2, "
	 "resolver.example., 10.0.5.6, alpn=dot port=8530 | 3, fooexp.resolver.example.",
	 BYTES("\0\x3c\0\1\x12\010resolver\007example\0\010\x0a\2\3\4\x0a\0\4\5\0\1\0\016\003dot"
	       "\003doq"
	       "\002h2\002h3\0\7\0\010/q{?dns}"
	       "\0\x28\0\2\x12\010resolver\007example\0\4\x0a\0\5\6\0\1\0\4\003dot\0\3\0\2\x21\x52"
	       "\0\x1c\0\3\x19\006fooexp\010resolver\007example\0"),
	 "1, resolver.example, 10.2.3.4 10.0.4.5, alpn=dot\\,doq\\,h2\\,h3 dohpath=/q{?dns} | 2, "
	 "resolver.example, 10.0.5.6, alpn=dot port=8530 | 3, fooexp.resolver.example"},
	{"v4-dnr", "65535,a , 10.0.0.1  10.0.0.2 ,port=1  alpn=x",
	 BYTES("\0\x1b\xff\xff\3\1a\0\x08\x0a\0\0\1\x0a\0\0\2\0\1\0\2\1x\0\3\0\2\0\1"),
	 "65535, a, 10.0.0.1 10.0.0.2, alpn=x port=1"},
	{"v4-dnr", "0, a, 10.0.0.1", BYTES("\0\x0b\0\0\3\1a\0\4\x0a\0\0\1"), NULL},
	{"v4-dnr", "0, a, 10.0.0.1, dohpath=/a\\,b\\|c=d{?dns}",
	 BYTES("\0\x1d\0\0\3\1a\0\4\x0a\0\0\1\0\7\0\x0e/a,b|c=d{?dns}"), NULL},
	/* RFC 3397 2 has the first two */
	{"domain-search", "eng.apple.com., marketing.apple.com.",
	 BYTES("\003eng\005apple\003com\0\011marketing\xc0\x04"),
	 "eng.apple.com, marketing.apple.com"},
	{"domain-search", "a.b.c, b.c, c, x.a.b.c, b.C",
	 BYTES("\001a\001b\001c\0\xc0\x02\xc0\x04\001x\xc0\0\001b\001C\0"), NULL},
	{"domain-search", "b, a.b, c.a.b", BYTES("\001b\0\001a\xc0\0\001c\xc0\x03"), NULL},
};

static void test_values(void **state)
{
	bool types[OPTION_TYPE_COUNT][2] = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(VALUES) / sizeof(VALUES[0]); i++) {
		const struct value_case *c = &VALUES[i];
		const struct option_def *def = option_by_name(c->name);
		char why[200] = "", text[256];
		uint8_t *buf = malloc(c->len + 1); /* no more than the value needs */

		assert_non_null(buf);
		assert_non_null(def);
		int r = option_parse(def, c->text, buf, c->len, why, sizeof(why));

		if (r != (int)c->len || memcmp(buf, c->bytes, c->len) != 0)
			fail_msg("%s '%s': %d %s", c->name, c->text, r, why);
		option_format(def, buf, c->len, text, sizeof(text));
		assert_string_equal(text, c->formatted ? c->formatted : c->text);
		types[def->type][def->array] = true;
		/* one byte less does not do */
		if (c->len > 0) {
			r = option_parse(def, c->text, buf, c->len - 1, why, sizeof(why));
			assert_int_equal(r, -EINVAL);
			assert_non_null(strstr(why, "too long: at most"));
		}
		free(buf);
	}
	for (int code = 0; code < 256; code++) {
		const struct option_def *def = option_by_code((uint8_t)code);

		if (def && !types[def->type][def->array])
			fail_msg("no value of the type of %s is tested", def->name);
	}
}

#define NO_ADDRESS(t) "'" t "' is not an IPv4 address (like 192.0.2.1)"
#define NO_ROUTE(t)   "'" t "' is not a route (like 10.0.0.0/8 - 192.0.2.1)"
#define NO_NAME(t)                                                                                 \
	"'" t "' is not a domain name: labels of 1 to 63 letters, digits, '-' and '_', separated " \
	"by dots"
#define NO_HEX(t)                                                                                \
	"'" t "' is not hex: pairs of hex digits, separated by ':', ' ' or nothing, or text in " \
	"single quotes"

#define NO_PSID(t)    "'" t "' is not a PSID (like 63/6: a number, and the 0 to 16 bits it fits)"
#define NO_PREFIX6(t) "'" t "' is not an IPv6 prefix (like 2001:db8::/32)"

/* Types that no row has, only definitions of an operator's own. */
static void test_types_without_option(void **state)
{
	static const struct {
		struct option_def def;
		const char *good, *bytes;
		size_t len;
		const char *bad, *why;
	} cases[] = {
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
	bool types[OPTION_TYPE_COUNT] = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char why[200] = "", text[100];
		uint8_t buf[64];

		assert_int_equal(option_parse(&cases[i].def, cases[i].good, buf, sizeof(buf), why,
					      sizeof(why)),
				 cases[i].len);
		assert_memory_equal(buf, cases[i].bytes, cases[i].len);
		option_format(&cases[i].def, buf, cases[i].len, text, sizeof(text));
		assert_string_equal(text, cases[i].good);
		assert_int_equal(option_parse(&cases[i].def, cases[i].bad, buf, sizeof(buf), why,
					      sizeof(why)),
				 -EINVAL);
		assert_string_equal(why, cases[i].why);
		types[cases[i].def.type] = true;
	}
	/* with test_values() that is all of them */
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
static void test_records_without_option(void **state)
{
	static const struct {
		struct option_def def;
		const char *good, *bytes;
		size_t len;
		const char *bad, *why;
	} cases[] = {
#define RECORD(n, ...) .type = OPTION_RECORD, .n_fields = (n), .fields = {__VA_ARGS__}
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

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char why[200] = "", text[200];
		uint8_t buf[100];
		int len = option_parse(&cases[i].def, cases[i].good, buf, sizeof(buf), why,
				       sizeof(why));

		if (len < 0)
			fail_msg("'%s': %s", cases[i].good, why);
		assert_int_equal(len, cases[i].len);
		assert_memory_equal(buf, cases[i].bytes, cases[i].len);
		option_format(&cases[i].def, buf, cases[i].len, text, sizeof(text));
		assert_string_equal(text, cases[i].good);
		assert_int_equal(option_parse(&cases[i].def, cases[i].bad, buf, sizeof(buf), why,
					      sizeof(why)),
				 -EINVAL);
		assert_string_equal(why, cases[i].why);
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

struct refusal_case {
	const char *name, *text, *why;
};

#define NO_ALPN(t) \
	"'" t "': each protocol of alpn has 1 to 255 bytes, and \"\\,\" stands between them"

static const struct refusal_case REFUSALS[] = {
	{"routers", "", "empty: expected: list of IPv4 addresses"},
	{"routers", " \t ", "empty: expected: list of IPv4 addresses"},
	{"host-name", "", "empty: expected: string"},
	{"routers", "10.0.0.1,", "an item of the list is empty"},
	{"routers", ",", "an item of the list is empty"},
	{"routers", "10.0.0.1, , 10.0.0.2", "an item of the list is empty"},
	{"routers", "10.0.0.256", NO_ADDRESS("10.0.0.256")},
	{"routers", "10.0.0.1, 10.0.0", NO_ADDRESS("10.0.0")},
	{"routers", "10.0.0.1.2", NO_ADDRESS("10.0.0.1.2")},
	{"routers", "10.0.0.01", NO_ADDRESS("10.0.0.01")},
	{"routers", "10.0.0.", NO_ADDRESS("10.0.0.")},
	{"routers", "10.0.0.1 10.0.0.2", NO_ADDRESS("10.0.0.1 10.0.0.2")},
	{"routers", "10. 0.0.1", NO_ADDRESS("10. 0.0.1")},
	{"routers", "-1.0.0.1", NO_ADDRESS("-1.0.0.1")},
	{"routers", "gateway", NO_ADDRESS("gateway")},
	{"routers", "::1", NO_ADDRESS("::1")},
	{"swap-server", "10.0.0.1, 10.0.0.2", NO_ADDRESS("10.0.0.1, 10.0.0.2")},
	{"subnet-mask", "255.0.255.0", "'255.0.255.0' is not a netmask (like 255.255.255.0)"},
	{"subnet-mask", "/24", "'/24' is not a netmask (like 255.255.255.0)"},
	{"subnet-mask", "0.0.0.0", "0.0.0.0 is no subnet's mask"},
	{"ip-forwarding", "yes", "'yes' is neither true nor false"},
	{"ip-forwarding", "true, false", "'true, false' is neither true nor false"},
	{"default-ip-ttl", "0", "'0' is not a number from 1 to 255"},
	{"default-ip-ttl", "256", "'256' is not a number from 1 to 255"},
	{"default-tcp-ttl", "0", "'0' is not a number from 1 to 255"},
	{"boot-size", "65536", "'65536' is not a number from 0 to 65535"},
	{"boot-size", "-1", "'-1' is not a number from 0 to 65535"},
	{"boot-size", "0x10000", "'0x10000' is not a number from 0 to 65535"},
	{"boot-size", "0x", "'0x' is not a number from 0 to 65535"},
	{"boot-size", "0x10000000000000001",
	 "'0x10000000000000001' is not a number from 0 to 65535"},
	{"boot-size", "0x1g", "'0x1g' is not a number from 0 to 65535"},
	{"boot-size", "1f", "'1f' is not a number from 0 to 65535"},
	{"arp-cache-timeout", "0x100000000", "'0x100000000' is not a number from 0 to 4294967295"},
	{"boot-size", "1.5", "'1.5' is not a number from 0 to 65535"},
	{"boot-size", "1, 2", "'1, 2' is not a number from 0 to 65535"},
	{"interface-mtu", "67", "'67' is not a number from 68 to 65535"},
	{"path-mtu-plateau-table", "68, 67", "'67' is not a number from 68 to 65535"},
	{"max-dgram-reassembly", "575", "'575' is not a number from 576 to 65535"},
	{"arp-cache-timeout", "4294967296", "'4294967296' is not a number from 0 to 4294967295"},
	{"arp-cache-timeout", "99999999999999999999",
	 "'99999999999999999999' is not a number from 0 to 4294967295"},
	{"arp-cache-timeout", "18446744073709551617",
	 "'18446744073709551617' is not a number from 0 to 4294967295"},
	{"time-offset", "2147483648",
	 "'2147483648' is not a number from -2147483648 to 2147483647"},
	{"time-offset", "-2147483649",
	 "'-2147483649' is not a number from -2147483648 to 2147483647"},
	{"time-offset", "-", "'-' is not a number from -2147483648 to 2147483647"},
	{"time-offset", "--1", "'--1' is not a number from -2147483648 to 2147483647"},
	{"time-offset", "+1", "'+1' is not a number from -2147483648 to 2147483647"},
	{"netbios-node-type", "3",
	 "'3' is not a NetBIOS node type: 1 (B-node), 2 (P-node), 4 (M-node) or 8 (H-node)"},
	{"netbios-node-type", "16",
	 "'16' is not a NetBIOS node type: 1 (B-node), 2 (P-node), 4 (M-node) or 8 (H-node)"},
	{"netbios-node-type", "300", "'300' is not a number from 0 to 255"},
	{"static-routes", "0.0.0.0, 10.0.0.1",
	 "0.0.0.0 is not allowed as a destination here: use 'routers' for the default route"},
	{"static-routes", "10.1.0.0", "'10.1.0.0' stands alone: addresses come in pairs"},
	{"static-routes", "10.1.0.0, 10.0.0.1, 10.2.0.0",
	 "'10.2.0.0' stands alone: addresses come in pairs"},
	{"static-routes", "10.1.0.0,", NO_ADDRESS("")},
	{"policy-filter", "10.0.0.0, 255.0.0.1",
	 "'255.0.0.1' is not a netmask (like 255.255.255.0)"},
	{"v4-lost", "a..b", NO_NAME("a..b")},
	{"v4-lost", ".", NO_NAME(".")},
	{"v4-lost", "a b", NO_NAME("a b")},
	{"v4-lost", "a .b", NO_NAME("a .b")},
	{"v4-lost", "b\xc3\xbc", NO_NAME("b??")},
	{"v4-lost", "a234567890123456789012345678901234567890123456789012345678901234.org",
	 NO_NAME("a23456789012345678901234567890123456789012345678...")},
	{"classless-static-route", "10.0.0.0/8", NO_ROUTE("10.0.0.0/8")},
	{"classless-static-route", "10.0.0.0 - 10.0.0.1", NO_ROUTE("10.0.0.0 - 10.0.0.1")},
	{"classless-static-route", "10.0.0.0/33 - 10.0.0.1", NO_ROUTE("10.0.0.0/33 - 10.0.0.1")},
	{"classless-static-route", "10.0.0.0/8 - 10.0.0.1 - 1",
	 NO_ROUTE("10.0.0.0/8 - 10.0.0.1 - 1")},
	{"classless-static-route", "-", NO_ROUTE("-")},
	{"classless-static-route", "10.0.0.1/8 - 10.0.0.1",
	 "'10.0.0.1/8 - 10.0.0.1' has bits set beyond the prefix length"},
	{"vendor-encapsulated-options", "012", NO_HEX("012")},
	{"vendor-encapsulated-options", "xyz", NO_HEX("xyz")},
	{"vendor-encapsulated-options", "01:", NO_HEX("01:")},
	{"vendor-encapsulated-options", "01::02", NO_HEX("01::02")},
	{"vendor-encapsulated-options", ":01", NO_HEX(":01")},
	{"vendor-encapsulated-options", "0 1", NO_HEX("0 1")},
	{"vendor-encapsulated-options", "01,02", NO_HEX("01,02")},
	{"vendor-encapsulated-options", "'abc", NO_HEX("'abc")},
	{"vendor-encapsulated-options", "0x", "empty: at least one byte is needed"},
	{"vendor-encapsulated-options", "''", "empty: at least one byte is needed"},
	{"rapid-commit", "1", "'1': this option has no value"},
	{"client-ndi", "", "empty: expected: 8-bit number, 8-bit number, 8-bit number"},
	{"client-ndi", "1, 2",
	 "only 2 of 3 fields: expected: 8-bit number, 8-bit number, 8-bit number"},
	{"client-ndi", "1, , 3", "field 2 is empty"},
	{"client-ndi", "1, 2,", "field 3 is empty"},
	{"client-ndi", "1, 2, 3, 4", "'3, 4' is not a number from 0 to 255"},
	{"client-ndi", "1, 256, 3", "'256' is not a number from 0 to 255"},
	{"slp-directory-agent", "true, 10.0.0.1,", "an item of the list is empty"},
	{"slp-directory-agent", "1, 10.0.0", NO_ADDRESS("10.0.0")},
	{"uuid-guid", "0, 0x", "empty: at least one byte is needed"},
	{"uuid-guid", "0, 00, 11", NO_HEX("00, 11")},
	{"option-6rd", "0, 32, 10.0.0.1, 10.0.0.1",
	 "'10.0.0.1' is not an IPv6 address (like 2001:db8::1)"},
	{"dhcp4o6-s46-saddr", "fe80::1%eth0",
	 "'fe80::1%eth0' is not an IPv6 address (like 2001:db8::1)"},
	{"dhcp4o6-s46-saddr", "2001:db8:0000:0000:0000:0000:0000:0000:0000:0001",
	 "'2001:db8:0000:0000:0000:0000:0000:0000:0000:0001' is not an IPv6 address (like "
	 "2001:db8::1)"},
	{"v4-portparams", "0, 64/6", NO_PSID("64/6")},
	{"v4-portparams", "0, 1/0", NO_PSID("1/0")},
	{"v4-portparams", "0, 1/17", NO_PSID("1/17")},
	{"v4-portparams", "0, 1", NO_PSID("1")},
	{"v4-portparams", "0, 1/2/3", NO_PSID("1/2/3")},
	{"sip-servers", "10.0.0.1, example.org", NO_ADDRESS("example.org")},
	{"sip-servers", "10.0.0", NO_ADDRESS("10.0.0")},
	{"sip-servers", "example.org, a..b", NO_NAME("a..b")},
	{"sip-servers", ",", "an item of the list is empty"},
	{"routers", "10.0.0.1\\,10.0.0.2", NO_ADDRESS("10.0.0.1\\,10.0.0.2")},
	{"v4-dnr", "",
	 "empty: expected: list of resolvers (PRIORITY, NAME, ADDRESSES, PARAMETERS)"},
	{"v4-dnr", "1", "'1' is no resolver: PRIORITY, NAME, ADDRESSES, PARAMETERS"},
	{"v4-dnr", "1, a |", "'' is no resolver: PRIORITY, NAME, ADDRESSES, PARAMETERS"},
	{"v4-dnr", "65536, a", "'65536' is not a number from 0 to 65535"},
	{"v4-dnr", "first, a", "'first' is not a number from 0 to 65535"},
	{"v4-dnr", "1, a..b", NO_NAME("a..b")},
	{"v4-dnr", "1, a,", NO_ADDRESS("")},
	{"v4-dnr", "1, a, 10.0.0.1 b", NO_ADDRESS("b")},
	{"v4-dnr", "1, a, 10.0.0.1, alpn=dot,doq",
	 "'1, a, 10.0.0.1, alpn=dot,doq' has more than PRIORITY, NAME, ADDRESSES, PARAMETERS; a "
	 "comma in them is \"\\,\""},
	{"v4-dnr", "1, a, 10.0.0.1, ech=x", "'ech=x' is not KEY=VALUE of alpn, port or dohpath"},
	{"v4-dnr", "1, a, 10.0.0.1, ipv4hint=10.0.0.1",
	 "'ipv4hint=10.0.0.1' is not KEY=VALUE of alpn, port or dohpath"},
	{"v4-dnr", "1, a, 10.0.0.1, port", "'port' is not KEY=VALUE of alpn, port or dohpath"},
	{"v4-dnr", "1, a, 10.0.0.1, port=", "'port=' is not KEY=VALUE of alpn, port or dohpath"},
	{"v4-dnr", "1, a, 10.0.0.1, port=1 port=2", "port is there twice"},
	{"v4-dnr", "1, a, 10.0.0.1, port=0", "'0' is not a port from 1 to 65535"},
	{"v4-dnr", "1, a, 10.0.0.1, port=65536", "'65536' is not a port from 1 to 65535"},
	{"v4-dnr", "1, a, 10.0.0.1, alpn=dot\\,", NO_ALPN("dot\\,")},
	{"v4-dnr", "1, a, 10.0.0.1, alpn=dot\\,\\,doq", NO_ALPN("dot\\,\\,doq")},
	{"v4-dnr", "1, a, 10.0.0.1, alpn=a\\|b", NO_ALPN("a\\|b")},
	{"v4-dnr", "1, a, 10.0.0.1, alpn=h2", "alpn with HTTP needs dohpath"},
	{"v4-dnr", "1, a, 10.0.0.1, alpn=dot\\,http/1.1", "alpn with HTTP needs dohpath"},
	{"v4-dnr", "1, a, 10.0.0.1, dohpath=q{?dns}",
	 "'q{?dns}' is not a path of DNS over HTTPS (like /dns-query{?dns})"},
	{"v4-dnr", "1, a, 10.0.0.1, dohpath=/q",
	 "'/q' is not a path of DNS over HTTPS (like /dns-query{?dns})"},
};

static void test_refusals(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(REFUSALS) / sizeof(REFUSALS[0]); i++) {
		const struct refusal_case *c = &REFUSALS[i];
		char why[200] = "";
		uint8_t buf[512];
		int r = option_parse(option_by_name(c->name), c->text, buf, sizeof(buf), why,
				     sizeof(why));

		if (r != -EINVAL || strcmp(why, c->why) != 0)
			fail_msg("%s '%s': %d: %s", c->name, c->text, r, why);
	}
}

static void test_long_values(void **state)
{
	char text[2000], why[200];
	uint8_t buf[1000];
	size_t n = 0;

	(void)state;
	/* a string is as long as what it is written into, and then split on the wire too */
	memset(text, 'x', sizeof(text));
	text[1000] = '\0';
	assert_int_equal(option_parse(option_by_code(12), text, buf, sizeof(buf), why, sizeof(why)),
			 1000);
	text[1000] = 'x';
	text[1001] = '\0';
	assert_int_equal(option_parse(option_by_code(12), text, buf, sizeof(buf), why, sizeof(why)),
			 -EINVAL);
	assert_string_equal(why, "too long: at most 1000 bytes");

	/* 100 addresses: longer than one option, and split on the wire */
	for (int i = 0; i < 100; i++)
		n += (size_t)sprintf(text + n, "%s10.0.0.%d", i ? "," : "", i);
	assert_int_equal(option_parse(option_by_code(3), text, buf, sizeof(buf), why, sizeof(why)),
			 400);

	/* a name of 255 bytes on the wire, and one more */
	n = 0;
	for (int i = 0; i < 126; i++)
		n += (size_t)sprintf(text + n, "a.");
	strcpy(text + n, "b");
	assert_int_equal(
		option_parse(option_by_code(137), text, buf, sizeof(buf), why, sizeof(why)), 255);
	strcpy(text + n, "bc");
	assert_int_equal(
		option_parse(option_by_code(137), text, buf, sizeof(buf), why, sizeof(why)),
		-EINVAL);
	assert_non_null(strstr(why, "a domain name has at most 255 bytes"));
}

static void test_hex(void **state)
{
	char why[200] = "";
	uint8_t buf[8];

	(void)state;
	assert_int_equal(option_parse_hex(" 0X01:fF 7e ", buf, sizeof(buf), why, sizeof(why)), 3);
	assert_memory_equal(buf, "\x01\xff\x7e", 3);
	assert_int_equal(option_parse_hex("0001020304050607", buf, 8, why, sizeof(why)), 8);
	assert_int_equal(option_parse_hex("'a,b'", buf, 8, why, sizeof(why)), 3);
	assert_memory_equal(buf, "a,b", 3);
	assert_int_equal(option_parse_hex("", buf, 8, why, sizeof(why)), -EINVAL);
	assert_string_equal(why, "empty: at least one byte is needed");
	assert_int_equal(option_parse_hex("000102030405060708", buf, 8, why, sizeof(why)), -EINVAL);
	assert_string_equal(why, "too long: at most 8 bytes");
	assert_int_equal(option_parse_hex("0g", buf, 8, why, sizeof(why)), -EINVAL);
	assert_string_equal(why, NO_HEX("0g"));
}

/* --- dumps --- */

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

/* --- anything at all --- */

#define FUZZ_ROUNDS 200000

static void test_fuzz(void **state)
{
	static const char letters[] = "0123456789abcfx., :-/'\\truefals \t_\x1b\xff";
	uint64_t rng = 4711;
	size_t good = 0;

	(void)state;
	for (int i = 0; i < FUZZ_ROUNDS; i++) {
		const struct option_def *def = option_by_code((uint8_t)random_next(&rng));
		size_t n = random_next(&rng) % 24, cap = random_next(&rng) % 24;
		size_t text_cap = random_next(&rng) % 40;
		char *text = malloc(n + 1), *formatted = malloc(text_cap + 1), why[40];
		uint8_t *buf = malloc(cap + 1);

		assert_true(text && buf && formatted);
		for (size_t j = 0; j < n; j++)
			text[j] = letters[random_next(&rng) % (sizeof(letters) - 1)];
		text[n] = '\0';
		int r = def ? option_parse(def, text, buf, cap, why, sizeof(why))
			    : option_parse_hex(text, buf, cap, why, sizeof(why));

		assert_true(r == -EINVAL || (r >= 0 && (size_t)r <= cap));
		if (r == -EINVAL)
			assert_true(strlen(why) > 0);
		good += r > 0;
		option_format(def, (const uint8_t *)text, n, formatted, text_cap);
		if (text_cap > 0)
			for (const char *c = formatted; *c; c++)
				assert_true(*c >= 0x20 && *c < 0x7f);
		free(text);
		free(formatted);
		free(buf);
	}
	assert_true(good > FUZZ_ROUNDS / 50);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_types_without_option),
		cmocka_unit_test(test_records_without_option),
		cmocka_unit_test(test_short_tuple),
		cmocka_unit_test(test_format_foreign_types),
		cmocka_unit_test(test_format_broken_dnr),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_long_values),
		cmocka_unit_test(test_hex),
		cmocka_unit_test(test_format_foreign_data),
		cmocka_unit_test(test_format_long_label),
		cmocka_unit_test(test_format_expands_to_255),
		cmocka_unit_test(test_compression_round_trip),
		cmocka_unit_test(test_format_truncates),
		cmocka_unit_test(test_fuzz),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
