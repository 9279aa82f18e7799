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

/* Kea's names of the later ones; what is not here has a name of ours. */
static const char *const KEA[256] = {
	[77] = "user-class",
	[78] = "slp-directory-agent",
	[79] = "slp-service-scope",
	[80] = "rapid-commit",
	[81] = "fqdn",
	[82] = "dhcp-agent-options",
	[85] = "nds-servers",
	[86] = "nds-tree-name",
	[87] = "nds-context",
	[88] = "bcms-controller-names",
	[89] = "bcms-controller-address",
	[90] = "authenticate",
	[91] = "client-last-transaction-time",
	[92] = "associated-ip",
	[93] = "client-system",
	[94] = "client-ndi",
	[97] = "uuid-guid",
	[98] = "uap-servers",
	[99] = "geoconf-civic",
	[100] = "pcode",
	[101] = "tcode",
	[108] = "v6-only-preferred",
	[112] = "netinfo-server-address",
	[113] = "netinfo-server-tag",
	[114] = "v4-captive-portal",
	[116] = "auto-config",
	[117] = "name-service-search",
	[118] = "subnet-selection",
	[119] = "domain-search",
	[121] = "classless-static-route",
	[124] = "vivco-suboptions",
	[125] = "vivso-suboptions",
	[136] = "pana-agent",
	[137] = "v4-lost",
	[138] = "capwap-ac-v4",
	[141] = "sip-ua-cs-domains",
	[143] = "v4-sztp-redirect",
	[146] = "rdnss-selection",
	[151] = "status-code",
	[152] = "base-time",
	[153] = "start-time-of-state",
	[154] = "query-start-time",
	[155] = "query-end-time",
	[156] = "dhcp-state",
	[157] = "data-source",
	[159] = "v4-portparams",
	[162] = "v4-dnr",
	[212] = "option-6rd",
	[213] = "v4-access-domain",
};

static void test_table_kea(void **state)
{
	(void)state;
	for (int code = 77; code < 256; code++) {
		const struct option_def *def = option_by_code((uint8_t)code);

		if (KEA[code] && (!def || strcmp(def->name, KEA[code]) != 0))
			fail_msg("option %d is %s instead of %s", code, def ? def->name : "absent",
				 KEA[code]);
		if (def && def->ours != !KEA[code])
			fail_msg("%s: ours is %d", def->name, def->ours);
	}
}

/* IANA's registry of BOOTP and DHCP options, with 160 and 249; nothing else has a name. */
static void test_table_is_whole(void **state)
{
	static const uint8_t ranges[][2] = {{1, 83},	{85, 95},   {97, 101},	{108, 109},
					    {112, 114}, {116, 125}, {128, 148}, {150, 162},
					    {175, 177}, {208, 213}, {220, 221}, {249, 249}};
	bool want[256] = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
		for (unsigned code = ranges[i][0]; code <= ranges[i][1]; code++)
			want[code] = true;
	for (unsigned code = 0; code < 256; code++)
		if (!option_by_code((uint8_t)code) == want[code])
			fail_msg("option %u is %s", code, want[code] ? "absent" : "in the table");
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
		if (def->compressed)
			assert_true(def->type == OPTION_FQDN && def->array);
		assert_int_equal(def->type == OPTION_RECORD, def->n_fields > 0);
		assert_true(def->n_fields <= OPTION_FIELDS_MAX);
		for (unsigned i = 0; i < def->n_fields; i++) {
			enum option_type type = def->fields[i];

			assert_true(type != OPTION_RECORD && type != OPTION_EMPTY &&
				    type != OPTION_HOSTS && type != OPTION_ADDRESS_PAIR);
			if (type == OPTION_STRING || type == OPTION_BINARY)
				assert_true(i + 1 == def->n_fields && !def->array);
		}
		if (def->min || def->max)
			assert_true(def->min < def->max && def->type >= OPTION_U8 &&
				    def->type <= OPTION_U32);
	}
	assert_int_equal(n, 160);
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
	for (int type = 0; type < OPTION_TYPES; type++)
		for (int array = 0; array < 2; array++)
			assert_non_null(option_type_name((enum option_type)type, array));
}

static void test_describe(void **state)
{
	char text[100];

	(void)state;
	option_describe(option_by_code(3), text, sizeof(text));
	assert_string_equal(text, "list of IPv4 addresses");
	option_describe(option_by_code(212), text, sizeof(text));
	assert_string_equal(text,
			    "8-bit number, 8-bit number, IPv6 address, list of IPv4 addresses");
	option_describe(option_by_code(212), text, 20);
	assert_string_equal(text, "8-bit number, 8-bit");
	option_describe(option_by_code(212), text, 1);
	assert_string_equal(text, "");
	text[0] = 'x';
	option_describe(option_by_code(212), text, 0);
	assert_int_equal(text[0], 'x');
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
	{"rdnss-selection", "1, 10.0.0.1, 10.0.0.2, a.b, c.b",
	 BYTES("\x01\x0a\0\0\x01\x0a\0\0\x02\001a\001b\0\001c\001b\0"), NULL},
	{"v4-sztp-redirect", "https://a/?b\\,c, d", BYTES("\0\x0ehttps://a/?b,c\0\001d"), NULL},
	{"sip-servers", "10.0.0.1, 10.0.0.2", BYTES("\x01\x0a\0\0\x01\x0a\0\0\x02"), NULL},
	{"sip-servers", "sip.example.org, 1a.", BYTES("\0\003sip\007example\003org\0\0021a\0"),
	 "sip.example.org, 1a"},
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
	bool types[OPTION_TYPES][2] = {0};

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

/* A good value, as it is formatted too, and a bad one. */
static const struct example {
	const char *good, *bad;
} EXAMPLES[256] = {
	[1] = {"255.255.254.0", "255.0.255.0"},			   /* subnet-mask */
	[2] = {"-3600", "2147483648"},				   /* time-offset */
	[3] = {"192.0.2.1, 192.0.2.2", "192.0.2.1, 192.0.2.256"},  /* routers */
	[4] = {"192.0.2.1, 192.0.2.2", "192.0.2.1, 192.0.2.256"},  /* time-servers */
	[5] = {"192.0.2.1, 192.0.2.2", "192.0.2.1, 192.0.2.256"},  /* name-servers */
	[6] = {"192.0.2.1, 192.0.2.2", "192.0.2.1, 192.0.2.256"},  /* domain-name-servers */
	[7] = {"192.0.2.1, 192.0.2.2", "192.0.2.1, 192.0.2.256"},  /* log-servers */
	[8] = {"192.0.2.1, 192.0.2.2", "192.0.2.1, 192.0.2.256"},  /* cookie-servers */
	[9] = {"192.0.2.1, 192.0.2.2", "192.0.2.1, 192.0.2.256"},  /* lpr-servers */
	[10] = {"192.0.2.1, 192.0.2.2", "192.0.2.1, 192.0.2.256"}, /* impress-servers */
	[11] = {"192.0.2.1, 192.0.2.2", "192.0.2.1, 192.0.2.256"}, /* resource-location-servers */
	[12] = {"some text, all of it", ""},			   /* host-name */
	[13] = {"1500", "65536"},				   /* boot-size */
	[14] = {"some text, all of it", ""},			   /* merit-dump */
	[15] = {"some text, all of it", ""},			   /* domain-name */
	[16] = {"192.0.2.1", "192.0.2"},			   /* swap-server */
	[17] = {"some text, all of it", ""},			   /* root-path */
	[18] = {"some text, all of it", ""},			   /* extensions-path */
	[19] = {"true", "yes"},					   /* ip-forwarding */
	[20] = {"true", "yes"},					   /* non-local-source-routing */
	[21] = {"10.0.0.0, 255.0.0.0", "10.0.0.0"},		   /* policy-filter */
	[22] = {"576", "575"},					   /* max-dgram-reassembly */
	[23] = {"64", "0"},					   /* default-ip-ttl */
	[24] = {"86400", "4294967296"},				   /* path-mtu-aging-timeout */
	[25] = {"68, 1500", "67"},				   /* path-mtu-plateau-table */
	[26] = {"1500", "67"},					   /* interface-mtu */
	[27] = {"true", "yes"},					   /* all-subnets-local */
	[28] = {"192.0.2.1", "192.0.2"},			   /* broadcast-address */
	[29] = {"true", "yes"},					   /* perform-mask-discovery */
	[30] = {"true", "yes"},					   /* mask-supplier */
	[31] = {"true", "yes"},					   /* router-discovery */
	[32] = {"192.0.2.1", "192.0.2"},			   /* router-solicitation-address */
	[33] = {"10.0.0.0, 192.0.2.1", "0.0.0.0, 192.0.2.1"},	   /* static-routes */
	[34] = {"true", "yes"},					   /* trailer-encapsulation */
	[35] = {"86400", "4294967296"},				   /* arp-cache-timeout */
	[36] = {"true", "yes"},					   /* ieee802-3-encapsulation */
	[37] = {"64", "0"},					   /* default-tcp-ttl */
	[38] = {"86400", "4294967296"},				   /* tcp-keepalive-interval */
	[39] = {"true", "yes"},					   /* tcp-keepalive-garbage */
	[40] = {"some text, all of it", ""},			   /* nis-domain */
	[41] = {"192.0.2.1, 192.0.2.2", "192.0.2.1, 192.0.2.256"}, /* nis-servers */
	[42] = {"192.0.2.1, 192.0.2.2", "192.0.2.1, 192.0.2.256"}, /* ntp-servers */
	[43] = {"0x00ff", "0x0"},				   /* vendor-encapsulated-options */
	[44] = {"192.0.2.1, 192.0.2.2", "192.0.2.1, 192.0.2.256"}, /* netbios-name-servers */
	[45] = {"192.0.2.1, 192.0.2.2", "192.0.2.1, 192.0.2.256"}, /* netbios-dd-server */
	[46] = {"2", "3"},					   /* netbios-node-type */
	[47] = {"some text, all of it", ""},			   /* netbios-scope */
	[48] = {"192.0.2.1, 192.0.2.2", "192.0.2.1, 192.0.2.256"}, /* font-servers */
	[49] = {"192.0.2.1, 192.0.2.2", "192.0.2.1, 192.0.2.256"}, /* x-display-manager */
	[50] = {"192.0.2.1", "192.0.2"},			   /* dhcp-requested-address */
	[51] = {"86400", "4294967296"},				   /* dhcp-lease-time */
	[52] = {"3", "4"},					   /* dhcp-option-overload */
	[53] = {"2", "256"},					   /* dhcp-message-type */
	[54] = {"192.0.2.1", "192.0.2"},			   /* dhcp-server-identifier */
	[55] = {"2, 1", "2, 256"},				   /* dhcp-parameter-request-list */
	[56] = {"some text, all of it", ""},			   /* dhcp-message */
	[57] = {"576", "575"},					   /* dhcp-max-message-size */
	[58] = {"86400", "4294967296"},				   /* dhcp-renewal-time */
	[59] = {"86400", "4294967296"},				   /* dhcp-rebinding-time */
	[60] = {"some text, all of it", ""},			   /* vendor-class-identifier */
	[61] = {"0x00ff", "0x0"},				   /* dhcp-client-identifier */
	[62] = {"some text, all of it", ""},			   /* nwip-domain-name */
	[63] = {"0x00ff", "0x0"},				   /* nwip-suboptions */
	[64] = {"some text, all of it", ""},			   /* nisplus-domain-name */
	[65] = {"192.0.2.1, 192.0.2.2", "192.0.2.1, 192.0.2.256"}, /* nisplus-servers */
	[66] = {"some text, all of it", ""},			   /* tftp-server-name */
	[67] = {"some text, all of it", ""},			   /* boot-file-name */
	[68] = {"192.0.2.1, 192.0.2.2", "192.0.2.1, 192.0.2.256"}, /* mobile-ip-home-agent */
	[69] = {"192.0.2.1, 192.0.2.2", "192.0.2.1, 192.0.2.256"}, /* smtp-server */
	[70] = {"192.0.2.1, 192.0.2.2", "192.0.2.1, 192.0.2.256"}, /* pop-server */
	[71] = {"192.0.2.1, 192.0.2.2", "192.0.2.1, 192.0.2.256"}, /* nntp-server */
	[72] = {"192.0.2.1, 192.0.2.2", "192.0.2.1, 192.0.2.256"}, /* www-server */
	[73] = {"192.0.2.1, 192.0.2.2", "192.0.2.1, 192.0.2.256"}, /* finger-server */
	[74] = {"192.0.2.1, 192.0.2.2", "192.0.2.1, 192.0.2.256"}, /* irc-server */
	[75] = {"192.0.2.1, 192.0.2.2", "192.0.2.1, 192.0.2.256"}, /* streettalk-server */
	[76] = {"192.0.2.1, 192.0.2.2",
		"192.0.2.1, 192.0.2.256"},		/* streettalk-directory-assistance-server */
	[77] = {"0x00ff", "0x0"},			/* user-class */
	[78] = {"true, 192.0.2.1, 192.0.2.2", "true"},	/* slp-directory-agent */
	[79] = {"false, CAMPUS,HOME", "maybe, CAMPUS"}, /* slp-service-scope */
	[80] = {"", "1"},				/* rapid-commit */
	[81] = {"0x00ff", "0x0"},			/* fqdn */
	[82] = {"0x00ff", "0x0"},			/* dhcp-agent-options */
	[83] = {"1, 2, 3, 4, 192.0.2.1, 192.0.2.2", "1, 2, 3, 4, here"}, /* isns-servers */
	[85] = {"192.0.2.1, 192.0.2.2", "192.0.2.1, 192.0.2.256"},	 /* nds-servers */
	[86] = {"some text, all of it", ""},				 /* nds-tree-name */
	[87] = {"some text, all of it", ""},				 /* nds-context */
	[88] = {"example.org, a.example.org", "example.org,"},		 /* bcms-controller-names */
	[89] = {"192.0.2.1, 192.0.2.2", "192.0.2.1, 192.0.2.256"}, /* bcms-controller-address */
	[90] = {"0x00ff", "0x0"},				   /* authenticate */
	[91] = {"86400", "4294967296"}, /* client-last-transaction-time */
	[92] = {"192.0.2.1, 192.0.2.2", "192.0.2.1, 192.0.2.256"},  /* associated-ip */
	[93] = {"1500, 576", "1500, -1"},			    /* client-system */
	[94] = {"1, 3, 16", "1, 3"},				    /* client-ndi */
	[95] = {"some text, all of it", ""},			    /* ldap-url */
	[97] = {"0, 0x00112233445566778899aabbccddeeff", "0"},	    /* uuid-guid */
	[98] = {"some text, all of it", ""},			    /* uap-servers */
	[99] = {"0x00ff", "0x0"},				    /* geoconf-civic */
	[100] = {"some text, all of it", ""},			    /* pcode */
	[101] = {"some text, all of it", ""},			    /* tcode */
	[108] = {"86400", "4294967296"},			    /* v6-only-preferred */
	[109] = {"2001:db8::1", "192.0.2.1"},			    /* dhcp4o6-s46-saddr */
	[112] = {"192.0.2.1, 192.0.2.2", "192.0.2.1, 192.0.2.256"}, /* netinfo-server-address */
	[113] = {"some text, all of it", ""},			    /* netinfo-server-tag */
	[114] = {"some text, all of it", ""},			    /* v4-captive-portal */
	[116] = {"2", "256"},					    /* auto-config */
	[117] = {"1500, 576", "1500, -1"},			    /* name-service-search */
	[118] = {"192.0.2.1", "192.0.2"},			    /* subnet-selection */
	[119] = {"example.org, a.example.org", "example.org,"},	    /* domain-search */
	[120] = {"192.0.2.1, 192.0.2.2", "192.0.2.1, example.org"}, /* sip-servers */
	[121] = {"10.0.0.0/8 - 192.0.2.1", "10.0.0.0/8"},	    /* classless-static-route */
	[122] = {"0x00ff", "0x0"},		    /* cablelabs-client-configuration */
	[123] = {"0x00ff", "0x0"},		    /* geoconf */
	[124] = {"4491, 0x03414243", "0x118b, 00"}, /* vivco-suboptions */
	[125] = {"4491, 0x06020401020304", "4491"}, /* vivso-suboptions */
	[128] = {"0x00ff", "0x0"},		    /* pxe-vendor-128 */
	[129] = {"0x00ff", "0x0"},		    /* pxe-vendor-129 */
	[130] = {"0x00ff", "0x0"},		    /* pxe-vendor-130 */
	[131] = {"0x00ff", "0x0"},		    /* pxe-vendor-131 */
	[132] = {"0x00ff", "0x0"},		    /* pxe-vendor-132 */
	[133] = {"0x00ff", "0x0"},		    /* pxe-vendor-133 */
	[134] = {"0x00ff", "0x0"},		    /* pxe-vendor-134 */
	[135] = {"0x00ff", "0x0"},		    /* pxe-vendor-135 */
	[136] = {"192.0.2.1, 192.0.2.2", "192.0.2.1, 192.0.2.256"}, /* pana-agent */
	[137] = {"example.org", "a..b"},			    /* v4-lost */
	[138] = {"192.0.2.1, 192.0.2.2", "192.0.2.1, 192.0.2.256"}, /* capwap-ac-v4 */
	[139] = {"0x00ff", "0x0"},				    /* mos-addresses */
	[140] = {"0x00ff", "0x0"},				    /* mos-domains */
	[141] = {"example.org, a.example.org", "example.org,"},	    /* sip-ua-cs-domains */
	[142] = {"192.0.2.1, 192.0.2.2", "192.0.2.1, 192.0.2.256"}, /* andsf-servers */
	[143] = {"https://a.example/, https://b.example/",
		 "https://a.example/,"}, /* v4-sztp-redirect */
	[144] = {"0x00ff", "0x0"},	 /* geoloc */
	[145] = {"2, 1", "2, 256"},	 /* forcerenew-nonce-capable */
	[146] = {"1, 192.0.2.1, 192.0.2.2, example.org, a.b",
		 "1, 192.0.2.1, example.org"},			    /* rdnss-selection */
	[147] = {"example.org", "a..b"},			    /* v4-dots-ri */
	[148] = {"192.0.2.1, 192.0.2.2", "192.0.2.1, 192.0.2.256"}, /* v4-dots-address */
	[150] = {"192.0.2.1, 192.0.2.2", "192.0.2.1, 192.0.2.256"}, /* tftp-server-address */
	[151] = {"3, not allowed, sorry", "256, text"},		    /* status-code */
	[152] = {"86400", "4294967296"},			    /* base-time */
	[153] = {"86400", "4294967296"},			    /* start-time-of-state */
	[154] = {"86400", "4294967296"},			    /* query-start-time */
	[155] = {"86400", "4294967296"},			    /* query-end-time */
	[156] = {"2", "256"},					    /* dhcp-state */
	[157] = {"2", "256"},					    /* data-source */
	[158] = {"0x00ff", "0x0"},				    /* v4-pcp-server */
	[159] = {"0, 63/6", "0, 64/6"},				    /* v4-portparams */
	[160] = {"some text, all of it", ""},			    /* v4-captive-portal-rfc7710 */
	[161] = {"some text, all of it", ""},			    /* mud-url */
	[162] = {"0x00ff", "0x0"},				    /* v4-dnr */
	[175] = {"0x00ff", "0x0"},				    /* etherboot */
	[176] = {"some text, all of it", ""},			    /* ip-telephone */
	[177] = {"0x00ff", "0x0"},				    /* packetcable-cablehome */
	[208] = {"86400", "4294967296"},			    /* pxelinux-magic */
	[209] = {"some text, all of it", ""},			    /* pxelinux-configfile */
	[210] = {"some text, all of it", ""},			    /* pxelinux-pathprefix */
	[211] = {"86400", "4294967296"},			    /* pxelinux-reboottime */
	[212] = {"0, 32, 2001:db8::, 192.0.2.1", "0, 32, 2001:db8::"}, /* option-6rd */
	[213] = {"example.org", "a..b"},			       /* v4-access-domain */
	[220] = {"0x00ff", "0x0"},				       /* subnet-allocation */
	[221] = {"0x00ff", "0x0"},			  /* virtual-subnet-selection */
	[249] = {"10.0.0.0/8 - 192.0.2.1", "10.0.0.0/8"}, /* ms-classless-static-route */
};

static void test_every_option(void **state)
{
	(void)state;
	for (int code = 0; code < 256; code++) {
		const struct option_def *def = option_by_code((uint8_t)code);
		const struct example *e = &EXAMPLES[code];
		char why[200] = "", text[300];
		uint8_t buf[300], again[300];

		if (!def != !e->good)
			fail_msg("option %d: %s", code, def ? "no example" : "not in the table");
		if (!def)
			continue;
		int r = option_parse(def, e->good, buf, sizeof(buf), why, sizeof(why));

		if (r < 0)
			fail_msg("%s '%s': %s", def->name, e->good, why);
		assert_true(r > 0 || def->type == OPTION_EMPTY);
		option_format(def, buf, (size_t)r, text, sizeof(text));
		assert_string_equal(text, e->good);
		assert_int_equal(option_parse(def, text, again, sizeof(again), why, sizeof(why)),
				 r);
		assert_memory_equal(again, buf, (size_t)r);
		r = option_parse(def, e->bad, buf, sizeof(buf), why, sizeof(why));
		if (r != -EINVAL || !*why)
			fail_msg("%s '%s': %d", def->name, e->bad, r);
	}
}

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
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char why[200] = "", text[100];
		uint8_t buf[16];

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

#define NO_PSID(t) "'" t "' is not a PSID (like 63/6: a number, and the 0 to 16 bits it fits)"

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
		cmocka_unit_test(test_table_rfc_2132),
		cmocka_unit_test(test_table_kea),
		cmocka_unit_test(test_table_is_whole),
		cmocka_unit_test(test_table_wire),
		cmocka_unit_test(test_table_is_consistent),
		cmocka_unit_test(test_reserved),
		cmocka_unit_test(test_type_names),
		cmocka_unit_test(test_describe),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_every_option),
		cmocka_unit_test(test_types_without_option),
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
