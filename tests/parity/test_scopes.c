// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Parity (I2) of scopes: options of each, of which the narrowest counts; what is sent unasked and
 * what never; vendors' options; lists of options that are for other messages; another subnet by
 * option 118; reservations by what the operator's expression makes of a request.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "client.h"
#include "form.h"

/*
 * 224 to 228 are set in each scope and all outside of it: to 1 by the reservation, 2 by the pool, 3
 * by the subnet, 4 by the network, 5 globally.
 */
static const char yaml[] =
	"interfaces-config: {interfaces: [rig0]}\n"
	"option-data:\n"
	"  - {code: 224, csv-format: false, data: \"05\"}\n"
	"  - {code: 225, csv-format: false, data: \"05\"}\n"
	"  - {code: 226, csv-format: false, data: \"05\"}\n"
	"  - {code: 227, csv-format: false, data: \"05\"}\n"
	"  - {code: 228, csv-format: false, data: \"05\"}\n"
	"  - {code: 229, csv-format: false, data: \"2905\", always-send: true}\n"
	"  - {code: 230, csv-format: false, data: \"3005\"}\n"
	"  - {name: v6-only-preferred, data: \"1800\"}\n"
	"  - {name: auto-config, data: \"1\"}\n"
	"  - {name: vivso-suboptions, csv-format: false,\n"
	"     data: \"0000118b0402020a0b 00000de903010163\"}\n"
	"  - {name: vendor-encapsulated-options, csv-format: false, data: \"0104c0000209ff\"}\n"
	"shared-networks:\n"
	"  - name: floor\n"
	"    interface: rig0\n"
	"    option-data:\n"
	"      - {code: 224, csv-format: false, data: \"04\"}\n"
	"      - {code: 225, csv-format: false, data: \"04\"}\n"
	"      - {code: 226, csv-format: false, data: \"04\"}\n"
	"      - {code: 227, csv-format: false, data: \"04\"}\n"
	"    subnet4:\n"
	"      - id: 1\n"
	"        subnet: 192.0.2.0/24\n"
	"        option-data:\n"
	"          - {code: 224, csv-format: false, data: \"03\"}\n"
	"          - {code: 225, csv-format: false, data: \"03\"}\n"
	"          - {code: 226, csv-format: false, data: \"03\"}\n"
	"          - {code: 230, never-send: true}\n"
	"          - {name: routers, data: 192.0.2.1}\n"
	"        pools:\n"
	"          - pool: 192.0.2.10 - 192.0.2.19\n"
	"            option-data:\n"
	"              - {code: 224, csv-format: false, data: \"02\"}\n"
	"              - {code: 225, csv-format: false, data: \"02\"}\n"
	"              - {code: 229, csv-format: false, data: \"2902\"}\n"
	"          - pool: 192.0.2.20 - 192.0.2.29\n"
	"        reservations:\n"
	"          - hw-address: \"02:00:00:02:01:01\"\n"
	"            ip-address: 192.0.2.11\n"
	"            option-data: [{code: 224, csv-format: false, data: \"01\"}]\n"
	"          - {hw-address: \"02:00:00:02:01:02\", ip-address: 192.0.2.12}\n"
	"          - {hw-address: \"02:00:00:02:01:03\", ip-address: 192.0.2.21}\n"
	"      - id: 2\n"
	"        subnet: 198.51.100.0/24\n"
	"        option-data:\n"
	"          - name: classless-static-route\n"
	"            data: 0.0.0.0/0 - 198.51.100.1\n"
	"          - {name: routers, data: 198.51.100.1}\n"
	"        reservations:\n"
	"          - {hw-address: \"02:00:00:02:01:04\", ip-address: 198.51.100.4}\n"
	"subnet4:\n"
	"  - {id: 3, subnet: 203.0.113.0/24, pools: [{pool: 203.0.113.10 - 203.0.113.20}]}\n";

RIG_SETUP(setup, yaml)

#define SAYS(c, form, code, data) says(c, form, code, data, sizeof(data) - 1)
#define SAYS_NOT(c, form, code)	  says(c, form, code, NULL, 0)

static void the_narrowest_scope_counts(void **state)
{
	static const struct {
		unsigned client;
		uint32_t addr;
		char of[5]; /* options 224 to 228 */
	} cases[] = {
		{0x101, 0xc000020b, {1, 2, 3, 4, 5}}, /* reserved, in the pool with options */
		{0x102, 0xc000020c, {2, 2, 3, 4, 5}},
		{0x103, 0xc0000215, {3, 3, 3, 4, 5}}, /* in the pool without */
		{0x104, 0xc6336404, {4, 4, 4, 4, 5}}, /* in the other subnet */
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct client c = client_new(rig, cases[i].client);
		struct form form = form_of("scopes", &c, "\xe0\xe1\xe2\xe3\xe4");

		if (i == 3)
			c.server = 0xc6336401;
		client_obtains(&c, &form, cases[i].addr);
		for (unsigned o = 0; o < 5; o++)
			says(&c, &form, (uint8_t)(224 + o), &cases[i].of[o], 1);
		attacked(&c, &form);
		client_leaves(&c);
	}
}

static void always_and_never_sent(void **state)
{
	struct client in_pool = client_new(rig, 0x102), other = client_new(rig, 0x103);
	struct form form = form_of("asks for 230", &in_pool, "\xe6");
	struct form second = form_of("asks for 230", &other, "\xe6");

	(void)state;
	client_obtains(&in_pool, &form, 0);
	client_obtains(&other, &second, 0);
	SAYS(&in_pool, &form, 229, "\x29\x02");
	SAYS(&other, &second, 229, "\x29\x05");
	SAYS_NOT(&in_pool, &form, 230);
	SAYS_NOT(&other, &second, 230);
	attacked(&in_pool, &form);
	client_leaves(&in_pool);
	client_leaves(&other);
	/* the other subnet forbids nothing */
	other = client_new(rig, 0x104);
	other.server = 0xc6336401;
	second = form_of("asks for 230", &other, "\xe6");
	client_obtains(&other, &second, 0);
	SAYS(&other, &second, 230, "\x30\x05");
	client_leaves(&other);
}

/* RFC 3442: whoever takes classless routes is not sent the others. */
static void classless_routes_replace_routers(void **state)
{
	struct client c = client_new(rig, 0x104);
	struct form both = form_of("121 and 3", &c, "\x79\x03"), old = form_of("3", &c, "\x03");

	(void)state;
	c.server = 0xc6336401;
	client_obtains(&c, &both, 0);
	SAYS(&c, &both, 121, "\0\xc6\x33\x64\x01");
	SAYS_NOT(&c, &both, 3);
	learned(&c, &old);
	SAYS(&c, &old, 3, "\xc6\x33\x64\x01");
	attacked(&c, &both);
	attacked(&c, &old);
	client_leaves(&c);
}

/* RFC 3925, RFC 2132 8.4 */
static void vendors_options_by_enterprise(void **state)
{
	static const char cable[] = "\0\0\x11\x8b\x04\x02\x02\x0a\x0b";
	static const char adsl[] = "\0\0\x0d\xe9\x03\x01\x01\x63";
	struct client c = client_new(rig, 1);
	struct form forms[5];

	(void)state;
	for (unsigned i = 0; i < 5; i++)
		forms[i] = form_new("vendor");
	packet_option(&forms[0].p, 124,
		      "\0\0\x11\x8b\x04\x03"
		      "abc",
		      9);
	packet_option(&forms[1].p, 125, "\0\0\x0d\xe9\x03\x01\x01\x00", 8);
	packet_option(&forms[2].p, 124,
		      "\0\0\0\x09\x02\x01"
		      "a",
		      7); /* of whom nothing is known */
	packet_option(&forms[2].p, 55, "\x7d", 1);
	packet_option(&forms[3].p, 55, "\x7d\x2b", 2);
	client_obtains(&c, &forms[4], 0);
	learned(&c, &forms[0]);
	says(&c, &forms[0], 125, cable, sizeof(cable) - 1);
	learned(&c, &forms[1]);
	says(&c, &forms[1], 125, adsl, sizeof(adsl) - 1);
	learned(&c, &forms[2]);
	SAYS_NOT(&c, &forms[2], 125);
	SAYS_NOT(&c, &forms[4], 125);
	for (unsigned i = 0; i < 3; i++)
		attacked(&c, &forms[i]);
	client_learns(&c, &forms[3], RENEWING);
	answered(&c, &forms[3]);
	SAYS(&c, &forms[3], 43, "\x01\x04\xc0\x00\x02\x09\xff");
	attacked(&c, &forms[3]);
	client_leaves(&c);
}

/* RFC 8925: its DISCOVER gets no address, but a lease that it has is renewed. */
static void an_ipv6_mostly_client_renews(void **state)
{
	struct client c = client_new(rig, 2);
	struct form plain = form_of("before", &c, "\x01\x03"),
		    asks = form_of("108", &c, "\x01\x6c");
	static struct rig_reply reply;

	(void)state;
	client_obtains(&c, &plain, 0);
	learned(&c, &asks);
	SAYS(&c, &asks, 108, "\0\0\x07\x08");
	SAYS_NOT(&c, &plain, 108);
	client_asks_daemon(&c, &asks, DISCOVERING, &reply);
	assert_int_equal(packet_get32(reply.data + PACKET_YIADDR), 0);
	answered(&c, &asks);
	answered(&c, &plain);
	attacked(&c, &asks);
	client_leaves(&c);
}

/* RFC 2563: 116 is for OFFERs. */
static void auto_configure_is_in_no_ack(void **state)
{
	struct client c = client_new(rig, 3);
	struct form form = form_of("116", &c, "\x01\x74");

	(void)state;
	packet_option_u8(&form.p, 116, 1);
	client_obtains(&c, &form, 0);
	SAYS_NOT(&c, &form, 116);
	attacked(&c, &form);
	client_leaves(&c);
}

/* RFC 3011 */
static void a_subnet_by_option_118(void **state)
{
	struct client c = client_new(rig, 4);
	struct form there = form_of("118", &c, "\x01\x03\xe4"),
		    here = form_of("no 118", &c, "\x01");
	struct form nowhere = form_of("118 of no subnet", &c, "\x01");
	static struct rig_reply reply;

	(void)state;
	packet_option_u32(&there.p, 118, 0xcb007100);
	packet_option_u32(&nowhere.p, 118, 0xcb007200);
	client_obtains(&c, &there, 0);
	assert_int_equal(c.addr & 0xffffff00, 0xcb007100);
	SAYS(&c, &there, 118, "\xcb\0\x71\0");
	SAYS_NOT(&c, &there, 3);
	SAYS(&c, &there, 228, "\x05");
	attacked(&c, &there);
	/* without it the address is of another network, and that is not learned either */
	for (unsigned i = 0; i < SHAPE_STATES; i++) {
		client_asks_daemon(&c, &here, i, &reply);
		assert_true(option_is(&reply, 53, "\x06", 1));
		client_asks_daemon(&c, &nowhere, i, &reply);
		assert_int_equal(reply.len, 0);
	}
	passed(&c, &here, XDHCP_VERDICT_pass_form);
	passed(&c, &nowhere, XDHCP_VERDICT_pass_form);
	answered(&c, &there);
	client_leaves(&c);
}

/* An address of the network's other subnet is the client's wherever it asks from. */
static void option_118_within_the_network(void **state)
{
	struct client c = client_new(rig, 5);
	struct form plain = form_of("plain", &c, "\x01\x03"),
		    named = form_of("118", &c, "\x01\x03");

	(void)state;
	packet_option_u32(&named.p, 118, 0xc6336400);
	client_obtains(&c, &plain, 0);
	assert_int_equal(c.addr & 0xffffff00, 0xc0000200);
	learned(&c, &named);
	SAYS(&c, &named, 118, "\xc6\x33\x64\0");
	SAYS_NOT(&c, &plain, 118);
	attacked(&c, &named);
	client_leaves(&c);
}

/* --- reservations by an expression --- */

static void start_with_expression(const char *expression, const char *id)
{
	char text[1024];

	snprintf(text, sizeof(text),
		 "interfaces-config: {interfaces: [rig0]}\n"
		 "hooks-libraries:\n"
		 "  - library: libdhcp_flex_id.so\n"
		 "    parameters: {identifier-expression: \"%s\"}\n"
		 "subnet4:\n"
		 "  - id: 1\n"
		 "    subnet: 192.0.2.0/24\n"
		 "    pools: [{pool: 192.0.2.10 - 192.0.2.99}]\n"
		 "    reservations:\n"
		 "      - {flex-id: \"%s\", hostname: flexible}\n",
		 expression, id);
	rig = rig_start(text);
}

static void flex_id_of_what_is_in_the_form(void **state)
{
	struct client c;
	struct form form, other;

	(void)state;
	start_with_expression("option[77].hex", "'vip'");
	c = client_new(rig, 1);
	form = form_of("vip", &c, "\x0c");
	other = form_of("another", &c, "\x0c");
	packet_option_str(&form.p, 77, "vip");
	packet_option_str(&other.p, 77, "other");
	client_obtains(&c, &form, 0);
	SAYS(&c, &form, 12, "flexible");
	attacked(&c, &form);
	learned(&c, &other);
	attacked(&c, &other);
	client_leaves(&c);
}

/* Options that change without being part of the form, and fields that differ by the packet. */
static void flex_id_of_what_is_in_no_form(void **state)
{
	static const struct {
		const char *expression, *id;
	} cases[] = {
		{"option[57].hex", "05dc"},
		{"option[50].hex", "c000020a"},
		{"option[54].hex", "c0000201"},
		{"option[80].hex", "00"},
		{"ifelse(option[80].exists, 'yes', 'no')", "'yes'"},
		{"ifelse(option[116].exists, 'yes', 'no')", "'yes'"},
		{"ifelse(option[54].exists, 'yes', 'no')", "'yes'"},
		{"pkt4.ciaddr", "c000020a"},
		{"pkt4.transid", "00002001"},
		{"pkt.src", "00000000"},
		{"pkt.dst", "ffffffff"},
		{"pkt.len", "0000012c"},
		{"concat(pkt4.mac, option[50].hex)", "00"},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct client c;
		struct form form;

		start_with_expression(cases[i].expression, cases[i].id);
		c = client_new(rig, 1);
		form = form_of(cases[i].expression, &c, "\x0c");
		packet_option_u16(&form.p, 57, 1500);
		client_obtains(&c, &form, 0);
		never_learned(&c, &form, XDHCP_VERDICT_pass_no_slot);
		client_leaves(&c);
		rig_teardown(NULL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_narrowest_scope_counts),
		cmocka_unit_test(always_and_never_sent),
		cmocka_unit_test(classless_routes_replace_routers),
		cmocka_unit_test(vendors_options_by_enterprise),
		cmocka_unit_test(an_ipv6_mostly_client_renews),
		cmocka_unit_test(auto_configure_is_in_no_ack),
		cmocka_unit_test(a_subnet_by_option_118),
		cmocka_unit_test(option_118_within_the_network),
	};
	const struct CMUnitTest expressions[] = {
		cmocka_unit_test_teardown(flex_id_of_what_is_in_the_form, rig_teardown),
		cmocka_unit_test(flex_id_of_what_is_in_no_form),
	};
	int failed = cmocka_run_group_tests_name("scopes", tests, setup, rig_teardown);

	return failed + cmocka_run_group_tests_name("expressions", expressions, NULL, NULL);
}
