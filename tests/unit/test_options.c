// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Option values as text: every type of the table both ways, every refusal with its message, and
 * random text and data without a bad access. The table itself: test_option_table.c; other types:
 * test_option_types.c; what is not of its type: test_option_format.c.
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

/* --- values --- */

struct value_case {
	const char *name, *text;
	const char *bytes;
	size_t len;
	const char *formatted; /* NULL: as text */
};

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
	{"v4-dnr", "1, a, 10.0.0.1, alpn=dot\001",
	 "'alpn=dot?' is not KEY=VALUE of alpn, port or dohpath"},
	{"v4-dnr", "1, a, 10.0.0.1, dohpath=/\\q{?dns}",
	 "'/\\q{?dns}': in a path \"\\\" stands before ',' or '|' only"},
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
		cmocka_unit_test(test_values),	    cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_long_values), cmocka_unit_test(test_hex),
		cmocka_unit_test(test_fuzz),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
