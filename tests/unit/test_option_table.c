// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The option table: which options it has, under which names, and for every row of it a good
 * value that goes both ways and a bad one.
 */
#include <ctype.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../common/option_examples.h"
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
	[122] = "cablelabs-client-conf",
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
			unsigned type = def->fields[i];

			assert_true(type != OPTION_RECORD && type != OPTION_EMPTY &&
				    type != OPTION_HOSTS && type != OPTION_DNR &&
				    type != OPTION_ADDRESS_PAIR);
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

/* What has the options of a space in it begins with no value, or with hex. */
static void test_spaces_of_options(void **state)
{
	(void)state;
	for (int code = 0; code < 256; code++) {
		const struct option_def *def = option_by_code((uint8_t)code);
		const char *space = code == 43	  ? "vendor-encapsulated-options-space"
				    : code == 122 ? "cablelabs-client-conf"
						  : NULL;

		if (!def)
			continue;
		if (!space)
			assert_null(def->encapsulates);
		else
			assert_string_equal(def->encapsulates, space);
		if (space)
			assert_int_equal(def->type, OPTION_BINARY);
		assert_ptr_equal(option_in_space(OPTION_SPACE_DHCP4, (uint8_t)code), def);
		assert_ptr_equal(option_in_space_by_name(OPTION_SPACE_DHCP4, def->name), def);
	}
}

/* Kea's sub-options: a good value as it is formatted, and its bytes. */
static void test_suboptions(void **state)
{
	static const struct {
		const char *space;
		uint8_t code;
		const char *name, *good, *bytes;
		int len;
	} cases[] = {
#define BYTES(s) s, sizeof(s) - 1
		{"vendor-4491", 1, "oro", "2, 1", BYTES("\2\1")},
		{"vendor-4491", 2, "tftp-servers", "10.0.0.1, 10.0.0.2",
		 BYTES("\x0a\0\0\1\x0a\0\0\2")},
		{"cablelabs-client-conf", 1, "tsp-primary-server", "10.0.0.1", BYTES("\x0a\0\0\1")},
		{"cablelabs-client-conf", 2, "tsp-secondary-server", "10.0.0.2",
		 BYTES("\x0a\0\0\2")},
		{"cablelabs-client-conf", 4, "tsp-as-parameters", "1, 2, 3",
		 BYTES("\0\0\0\1\0\0\0\2\0\0\0\3")},
		{"cablelabs-client-conf", 5, "tsp-ap-parameters", "1, 2, 3",
		 BYTES("\0\0\0\1\0\0\0\2\0\0\0\3")},
		{"cablelabs-client-conf", 6, "tsp-realm", "A.B", BYTES("\1A\1B\0")},
		{"cablelabs-client-conf", 7, "tsp-use-tgt", "true", BYTES("\1")},
		{"cablelabs-client-conf", 8, "tsp-provisioning-timer", "30", BYTES("\x1e")},
		{"cablelabs-client-conf", 9, "tsp-sct", "3", BYTES("\0\3")},
		{"cablelabs-client-conf", 10, "kdc-server", "10.0.0.1, 10.0.0.2",
		 BYTES("\x0a\0\0\1\x0a\0\0\2")},
	};
	int n = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct option_def *def = option_in_space(cases[i].space, cases[i].code);
		char why[200] = "", text[200];
		uint8_t buf[100];

		assert_non_null(def);
		assert_string_equal(def->name, cases[i].name);
		assert_ptr_equal(option_in_space_by_name(cases[i].space, def->name), def);
		assert_int_equal(
			option_parse(def, cases[i].good, buf, sizeof(buf), why, sizeof(why)),
			cases[i].len);
		assert_memory_equal(buf, cases[i].bytes, (size_t)cases[i].len);
		option_format(def, buf, (size_t)cases[i].len, text, sizeof(text));
		assert_string_equal(text, cases[i].good);
	}
	for (unsigned code = 0; code < 256; code++)
		n += (option_in_space("vendor-4491", (uint8_t)code) != NULL) +
		     (option_in_space("cablelabs-client-conf", (uint8_t)code) != NULL);
	assert_int_equal(n, sizeof(cases) / sizeof(cases[0]));
	assert_ptr_equal(option_in_space("docsis3-v4", 2), option_in_space("vendor-4491", 2));
	assert_null(option_in_space("vendor-4492", 2));
	assert_null(option_in_space_by_name("vendor-4491", "tsp-realm"));
	assert_null(option_in_space_by_name("", "oro"));
}

static void test_reserved(void **state)
{
	static const uint8_t reserved[] = {50, 51, 52, 53, 54, 55, 56, 57,
					   58, 59, 61, 80, 81, 82, 118};
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
	for (int type = 0; type < OPTION_TYPE_COUNT; type++)
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

static void test_every_option(void **state)
{
	(void)state;
	for (int code = 0; code < 256; code++) {
		const struct option_def *def = option_by_code((uint8_t)code);
		const struct option_example *e = &option_examples[code];
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table_rfc_2132),	    cmocka_unit_test(test_table_kea),
		cmocka_unit_test(test_table_is_whole),	    cmocka_unit_test(test_table_wire),
		cmocka_unit_test(test_table_is_consistent), cmocka_unit_test(test_reserved),
		cmocka_unit_test(test_type_names),	    cmocka_unit_test(test_describe),
		cmocka_unit_test(test_every_option),	    cmocka_unit_test(test_suboptions),
		cmocka_unit_test(test_spaces_of_options),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
