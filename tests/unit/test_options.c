// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The option table and its text: every row of the table, every type both ways,
 * every refusal with its message, and random text and data without a bad access.
 */
#include <ctype.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "frame.h"
#include "proto/options.h"
#include "wire.h"

/* --- the table --- */

/* RFC 2132's options by code, under Kea's names. */
static const char *const RFC_2132[] = {
	[1] = "subnet-mask",
	[2] = "time-offset",
	[3] = "routers",
	[4] = "time-servers",
	[5] = "name-servers",
	[6] = "domain-name-servers",
	[7] = "log-servers",
	[8] = "cookie-servers",
	[9] = "lpr-servers",
	[10] = "impress-servers",
	[11] = "resource-location-servers",
	[12] = "host-name",
	[13] = "boot-size",
	[14] = "merit-dump",
	[15] = "domain-name",
	[16] = "swap-server",
	[17] = "root-path",
	[18] = "extensions-path",
	[19] = "ip-forwarding",
	[20] = "non-local-source-routing",
	[21] = "policy-filter",
	[22] = "max-dgram-reassembly",
	[23] = "default-ip-ttl",
	[24] = "path-mtu-aging-timeout",
	[25] = "path-mtu-plateau-table",
	[26] = "interface-mtu",
	[27] = "all-subnets-local",
	[28] = "broadcast-address",
	[29] = "perform-mask-discovery",
	[30] = "mask-supplier",
	[31] = "router-discovery",
	[32] = "router-solicitation-address",
	[33] = "static-routes",
	[34] = "trailer-encapsulation",
	[35] = "arp-cache-timeout",
	[36] = "ieee802-3-encapsulation",
	[37] = "default-tcp-ttl",
	[38] = "tcp-keepalive-interval",
	[39] = "tcp-keepalive-garbage",
	[40] = "nis-domain",
	[41] = "nis-servers",
	[42] = "ntp-servers",
	[43] = "vendor-encapsulated-options",
	[44] = "netbios-name-servers",
	[45] = "netbios-dd-server",
	[46] = "netbios-node-type",
	[47] = "netbios-scope",
	[48] = "font-servers",
	[49] = "x-display-manager",
	[50] = "dhcp-requested-address",
	[51] = "dhcp-lease-time",
	[52] = "dhcp-option-overload",
	[53] = "dhcp-message-type",
	[54] = "dhcp-server-identifier",
	[55] = "dhcp-parameter-request-list",
	[56] = "dhcp-message",
	[57] = "dhcp-max-message-size",
	[58] = "dhcp-renewal-time",
	[59] = "dhcp-rebinding-time",
	[60] = "vendor-class-identifier",
	[61] = "dhcp-client-identifier",
	[62] = "nwip-domain-name",
	[63] = "nwip-suboptions",
	[64] = "nisplus-domain-name",
	[65] = "nisplus-servers",
	[66] = "tftp-server-name",
	[67] = "boot-file-name",
	[68] = "mobile-ip-home-agent",
	[69] = "smtp-server",
	[70] = "pop-server",
	[71] = "nntp-server",
	[72] = "www-server",
	[73] = "finger-server",
	[74] = "irc-server",
	[75] = "streettalk-server",
	[76] = "streettalk-directory-assistance-server",
};

static void test_table_rfc_2132(void **state)
{
	(void)state;
	for (int code = 1; code <= 76; code++) {
		const struct option_def *def = option_by_code((uint8_t)code);

		if (!def || strcmp(def->name, RFC_2132[code]) != 0)
			fail_msg("option %d is %s instead of %s", code, def ? def->name : "absent",
				 RFC_2132[code]);
	}
}

static void test_table_wire(void **state)
{
	static const uint8_t wire[] = {DHO_RAPID_COMMIT, DHO_FQDN, DHO_RELAY_AGENT,
				       DHO_AUTO_CONFIGURE, DHO_SUBNET_SELECTION};

	(void)state;
	for (size_t i = 0; i < sizeof(wire); i++)
		assert_non_null(option_by_code(wire[i]));
	assert_null(option_by_code(DHO_PAD));
	assert_null(option_by_code(DHO_END));
	assert_null(option_by_code(224));
}

static void test_table_is_consistent(void **state)
{
	int n = 0;

	(void)state;
	for (int code = 0; code < 256; code++) {
		const struct option_def *def = option_by_code((uint8_t)code);

		if (!def)
			continue;
		n++;
		assert_int_equal(def->code, code);
		/* a name that two rows had would find the first */
		assert_ptr_equal(option_by_name(def->name), def);
		for (const char *c = def->name; *c; c++)
			assert_true(islower(*c) || isdigit(*c) || *c == '-');
		assert_string_not_equal(option_type_name(def->type, def->array), "?");
		if (def->type == OPTION_EMPTY || def->type == OPTION_BINARY ||
		    def->type == OPTION_STRING)
			assert_false(def->array);
		if (def->min || def->max)
			assert_true(def->min < def->max && def->type >= OPTION_U8 &&
				    def->type <= OPTION_U32);
	}
	assert_true(n > 100);
	assert_null(option_by_name("router"));
	assert_null(option_by_name(""));
	assert_null(option_by_name("Routers"));
}

static void test_reserved(void **state)
{
	static const uint8_t reserved[] = {50, 51, 52, 53, 54, 55, 56,	57,
					   58, 59, 61, 80, 81, 82, 116, 118};
	bool want[256] = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(reserved); i++)
		want[reserved[i]] = true;
	for (int code = 0; code < 256; code++) {
		const struct option_def *def = option_by_code((uint8_t)code);

		if (def && def->reserved != want[code])
			fail_msg("%s: reserved is %d", def->name, def->reserved);
	}
}

static void test_type_names(void **state)
{
	(void)state;
	assert_string_equal(option_type_name(OPTION_ADDRESS, false), "IPv4 address");
	assert_string_equal(option_type_name(OPTION_ADDRESS, true), "list of IPv4 addresses");
	assert_string_equal(option_type_name(OPTION_U16, true), "list of 16-bit numbers");
	assert_string_equal(option_type_name((enum option_type)99, false), "?");
}

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
};

static void test_values(void **state)
{
	bool types[OPTION_ROUTE + 1][2] = {0};

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

/* What is formatted can be parsed again, for every option of the table. */
static void test_every_option_round_trip(void **state)
{
	static const char *const samples[][2] = {
		[OPTION_EMPTY] = {"", ""},
		[OPTION_FLAG] = {"true", "true, false"},
		[OPTION_U8] = {"2", "2, 1"},
		[OPTION_U16] = {"1500", "1500, 576"},
		[OPTION_U32] = {"86400", "86400, 1"},
		[OPTION_S32] = {"-3600", "-3600, 7200"},
		[OPTION_ADDRESS] = {"255.255.254.0", "192.0.2.1, 192.0.2.2"},
		[OPTION_STRING] = {"some text, all of it", NULL},
		[OPTION_FQDN] = {"example.org", "example.org, a.b.c"},
		[OPTION_BINARY] = {"0x00ff", NULL},
		[OPTION_ADDRESS_PAIR] = {"10.0.0.0, 255.0.0.0", "10.0.0.0, 255.0.0.0"},
		[OPTION_ROUTE] = {"10.0.0.0/8 - 10.0.0.1", "10.0.0.0/8 - 10.0.0.1"},
	};

	(void)state;
	for (int code = 0; code < 256; code++) {
		const struct option_def *def = option_by_code((uint8_t)code);
		char why[200], text[300];
		uint8_t buf[300];

		if (!def)
			continue;
		const char *sample = samples[def->type][def->array];
		int r = option_parse(def, sample, buf, sizeof(buf), why, sizeof(why));

		if (r < 0)
			fail_msg("%s '%s': %s", def->name, sample, why);
		option_format(def, buf, (size_t)r, text, sizeof(text));
		assert_string_equal(text, sample);
	}
}

struct refusal_case {
	const char *name, *text, *why;
};

#define NO_ADDRESS(t) "'" t "' is not an IPv4 address (like 192.0.2.1)"
#define NO_ROUTE(t)   "'" t "' is not a route (like 10.0.0.0/8 - 192.0.2.1)"
#define NO_NAME(t)                                                                                 \
	"'" t "' is not a domain name: labels of 1 to 63 letters, digits, '-' and '_', separated " \
	"by dots"
#define NO_HEX(t)                                                                                \
	"'" t "' is not hex: pairs of hex digits, separated by ':', ' ' or nothing, or text in " \
	"single quotes"

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
	{"boot-size", "0x10", "'0x10' is not a number from 0 to 65535"},
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
	memset(text, 'x', sizeof(text));
	text[255] = '\0';
	assert_int_equal(option_parse(option_by_code(12), text, buf, sizeof(buf), why, sizeof(why)),
			 255);
	text[255] = 'x';
	text[256] = '\0';
	assert_int_equal(option_parse(option_by_code(12), text, buf, sizeof(buf), why, sizeof(why)),
			 -EINVAL);
	assert_non_null(strstr(why, "...' is too long: a string has at most 255 bytes"));

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
	{119,
	 BYTES("\x03"
	       "com\xc0\x00"),
	 "0x03636f6dc000"}, /* compressed */
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
		cmocka_unit_test(test_table_rfc_2132),
		cmocka_unit_test(test_table_wire),
		cmocka_unit_test(test_table_is_consistent),
		cmocka_unit_test(test_reserved),
		cmocka_unit_test(test_type_names),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_every_option_round_trip),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_long_values),
		cmocka_unit_test(test_hex),
		cmocka_unit_test(test_format_foreign_data),
		cmocka_unit_test(test_format_long_label),
		cmocka_unit_test(test_format_truncates),
		cmocka_unit_test(test_fuzz),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
