// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Parity (I2) of names: option 81 (RFC 4702), reserved and remembered hostnames, and the tail
 * of a slot, which is all that a slot can hold of them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "client.h"

#define ASKS_NAME "\x01\x03\x06\x0f\x0c" /* 12 among them */
#define ASKS	  "\x01\x03\x06\x0f"

static const char yaml[] =
	"interfaces-config: {interfaces: [rig0]}\n"
	"option-data: [{name: domain-name-servers, data: 192.0.2.53}]\n"
	"subnet4:\n"
	"  - id: 1\n"
	"    subnet: 192.0.2.0/24\n"
	"    pools: [{pool: 192.0.2.10 - 192.0.2.99}]\n"
	"    option-data: [{name: routers, data: 192.0.2.1}]\n"
	"    reservations:\n"
	"      - {hw-address: \"02:00:00:02:01:01\", ip-address: 192.0.2.101, hostname: reserved}\n"
	"      - {client-id: \"01:02:00:00:02:01:02\", ip-address: 192.0.2.102,\n"
	"         hostname: reserved.example.org}\n"
	"      - {hw-address: \"02:00:00:02:01:03\", hostname: named-only}\n";

RIG_SETUP(setup, yaml)

static struct form windows(const struct client *c, const char *fqdn)
{
	struct form form = form_of(fqdn, c, "\x01\x0f\x03\x06\x2c\x2e\x2f\x1f\x21\x79\xf9\x2b");

	packet_option_str(&form.p, 12, "DESKTOP-7A");
	form_fqdn(&form, 0, fqdn);
	packet_option_str(&form.p, 60, "MSFT 5.0");
	return form;
}

static void says_name(const struct client *c, const struct form *form, const char *name)
{
	says(c, form, 12, name, name ? strlen(name) : 0);
}

/* --- option 81 --- */

static void windows_learns_its_domain(void **state)
{
	struct client c = client_new(rig, 1);
	struct form first = windows(&c, "DESKTOP-7A"), later = windows(&c, "DESKTOP-7A.example");

	(void)state;
	client_obtains(&c, &first, 0);
	says(&c, &first, 81,
	     "\x08\xff\xff"
	     "DESKTOP-7A",
	     13);
	displaces(&c, &later, &first);
	says(&c, &later, 81,
	     "\x08\xff\xff"
	     "DESKTOP-7A.example",
	     21);
	/* its short name is answered with the whole one from now on: one tail, so both stay */
	learned(&c, &first);
	says(&c, &first, 81,
	     "\x08\xff\xff"
	     "DESKTOP-7A.example",
	     21);
	answered(&c, &later);
	attacked(&c, &first);
	attacked(&c, &later);
	client_leaves(&c);
}

static void flags_of_81_are_tails_of_their_own(void **state)
{
	static const struct {
		uint8_t flags;
		const char *answer;
		size_t len;
	} cases[] = {
		{0,
		 "\x08\xff\xff"
		 "pc.example",
		 13},
		{FQDN_E,
		 "\x0c\xff\xff\x02pc\x07"
		 "example\0",
		 15},
		{FQDN_S,
		 "\x0a\xff\xff"
		 "pc.example",
		 13},
		{FQDN_S | FQDN_E,
		 "\x0e\xff\xff\x02pc\x07"
		 "example\0",
		 15},
	};
	struct client c = client_new(rig, 2);
	struct form former;

	(void)state;
	for (unsigned i = 0; i < 2 * 4; i++) {
		struct form form = form_of("81", &c, ASKS);

		form_fqdn(&form, cases[i % 4].flags, "pc.example");
		if (i == 0)
			client_obtains(&c, &form, 0);
		else
			displaces(&c, &form, &former);
		says(&c, &form, 81, cases[i % 4].answer, cases[i % 4].len);
		if (i < 4)
			attacked(&c, &form);
		former = form;
	}
	client_leaves(&c);
}

static void a_client_without_81_keeps_the_form_that_has_it(void **state)
{
	struct client c = client_new(rig, 3);
	struct form with = form_of("with 81", &c, ASKS), without = form_of("without", &c, ASKS);

	(void)state;
	form_fqdn(&with, FQDN_S | FQDN_E, "pc.example.");
	client_obtains(&c, &with, 0);
	learned(&c, &without);
	says(&c, &without, 81, NULL, 0);
	says(&c, &with, 81,
	     "\x0e\xff\xff\x02pc\x07"
	     "example\0",
	     15);
	attacked(&c, &without);
	client_leaves(&c);
}

static void a_name_that_the_server_shall_choose(void **state)
{
	struct client c = client_new(rig, 4), named = client_new(rig, 0x101);
	struct form form = form_of("no name", &c, ASKS_NAME);
	struct form reserved = form_of("no name, one reserved", &named, ASKS_NAME);

	(void)state;
	form_fqdn(&form, FQDN_S | FQDN_E, "");
	form_fqdn(&reserved, FQDN_S | FQDN_E, "");
	client_obtains(&c, &form, 0);
	says(&c, &form, 81, "\x0e\xff\xff", 3);
	attacked(&c, &form);
	client_obtains(&named, &reserved, 0xc0000265);
	says(&named, &reserved, 81, "\x0e\xff\xff\x08reserved", 12);
	says_name(&named, &reserved, "reserved");
	attacked(&named, &reserved);
	client_leaves(&c);
	client_leaves(&named);
}

/* Options 12, 61 and 81 of the answer, all in the tail: 7 + 2 * `name` + 2 + `id` bytes. */
static struct form long_tail(const char *what, const char *prl, size_t name, size_t id)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz";
	struct form form = form_new(what);
	char text[64];

	snprintf(text, sizeof(text), "%.*s", (int)name, letters);
	packet_option(&form.p, 61, "an identifier that no other client has", id);
	packet_option_str(&form.p, 55, prl);
	form_fqdn(&form, 0, text);
	return form;
}

static void a_tail_as_long_as_fits(void **state)
{
	struct client c = client_new(rig, 5);
	struct form form = long_tail("as long as fits", ASKS_NAME, 36, 19);

	(void)state;
	client_obtains(&c, &form, 0);
	answered(&c, &form);
	assert_int_equal(rig_slot(rig, c.addr)->tail_end[XDHCP_TAIL_PIECES - 1], XDHCP_TAIL_MAX);
	says_name(&c, &form, "abcdefghijklmnopqrstuvwxyzabcdefghij");
	attacked(&c, &form);
	client_leaves(&c);
}

static void a_tail_a_byte_too_long(void **state)
{
	struct client c = client_new(rig, 6);
	struct form form = long_tail("a byte too long", ASKS_NAME, 36, 20);
	struct form short_one = long_tail("the same without 12", ASKS, 36, 20);

	(void)state;
	client_obtains(&c, &form, 0);
	never_learned(&c, &form, XDHCP_VERDICT_pass_no_slot);
	client_learns(&c, &short_one, REBINDING);
	answered(&c, &short_one);
	/* what cannot be published takes nothing away that is */
	never_learned(&c, &form, XDHCP_VERDICT_pass_form);
	answered(&c, &short_one);
	client_leaves(&c);
}

/* The new name is not published, but the answers with the old one must go. */
static void a_name_too_long_for_the_tail_removes_the_old_one(void **state)
{
	struct client c = client_new(rig, 7);
	struct form form = long_tail("as long as fits", ASKS_NAME, 36, 19);
	struct form longer = long_tail("110 bytes", ASKS_NAME, 41, 19);

	(void)state;
	client_obtains(&c, &form, 0);
	answered(&c, &form);
	client_learns(&c, &longer, RENEWING);
	passed(&c, &form, XDHCP_VERDICT_pass_no_slot);
	rig_settle(rig);
	passed(&c, &form, XDHCP_VERDICT_pass_no_slot);
	client_learns(&c, &form, RENEWING);
	rig_settle(rig);
	answered(&c, &form);
	client_leaves(&c);
}

/* --- hostnames --- */

static void a_hostname_reserved_by_hw_address(void **state)
{
	struct client c = client_new(rig, 0x101);
	struct form form = form_of("asks", &c, ASKS_NAME), silent = form_of("asks not", &c, ASKS);
	struct form own = form_of("has a name", &c, ASKS);

	(void)state;
	packet_option_str(&own.p, 12, "my-own");
	client_obtains(&c, &form, 0xc0000265);
	says_name(&c, &form, "reserved");
	learned(&c, &silent);
	says_name(&c, &silent, NULL);
	learned(&c, &own);
	says_name(&c, &own, "reserved");
	says_name(&c, &form, "reserved");
	attacked(&c, &form);
	attacked(&c, &silent);
	attacked(&c, &own);
	client_leaves(&c);
}

static void a_hostname_reserved_by_client_id(void **state)
{
	struct client c = client_new(rig, 0x102);
	struct form form = form_of("by client id", &c, ASKS_NAME), other = form_new("another id");

	(void)state;
	form_fqdn(&form, FQDN_E, "my-own");
	client_obtains(&c, &form, 0xc0000266);
	says_name(&c, &form, "reserved.example.org");
	says(&c, &form, 81,
	     "\x0c\xff\xff\x08reserved\x07"
	     "example\x03org\0",
	     25);
	attacked(&c, &form);
	/* the same MAC with another identifier is not the one that it is reserved for */
	packet_option_str(&other.p, 61, "another");
	passed(&c, &other, XDHCP_VERDICT_pass_form);
	client_leaves(&c);
}

static void a_hostname_without_an_address(void **state)
{
	struct client c = client_new(rig, 0x103);
	struct form form = form_of("named only", &c, ASKS_NAME);

	(void)state;
	client_obtains(&c, &form, 0);
	says_name(&c, &form, "named-only");
	attacked(&c, &form);
	client_leaves(&c);
}

/* "A request that omits 12 or 81 clears no stored name." */
static void a_remembered_hostname(void **state)
{
	struct client c = client_new(rig, 8);
	struct form named = form_of("laptop", &c, ASKS), asks = form_of("asks", &c, ASKS_NAME);
	struct form renamed = form_of("desktop", &c, ASKS);

	(void)state;
	packet_option_str(&named.p, 12, "laptop");
	packet_option_str(&renamed.p, 12, "desktop");
	client_obtains(&c, &named, 0);
	learned(&c, &asks);
	says_name(&c, &asks, "laptop");
	says_name(&c, &named, "laptop");
	attacked(&c, &asks);
	client_learns(&c, &renamed, REBINDING);
	passed(&c, &asks, XDHCP_VERDICT_pass_no_slot);
	passed(&c, &named, XDHCP_VERDICT_pass_no_slot);
	rig_settle(rig);
	passed(&c, &named, XDHCP_VERDICT_pass_form);
	learned(&c, &asks);
	says_name(&c, &asks, "desktop");
	says_name(&c, &renamed, "desktop");
	client_leaves(&c);
}

static void sanitised_hostnames(void **state)
{
	static const struct {
		const char *sent;
		size_t len;
		const char *kept; /* NULL: nothing */
	} cases[] = {
		{"my laptop", 9, "my-laptop"},
		{"my_laptop\0\0", 11, "my_laptop"},
		{"..pc..lan..", 11, "pc.lan"},
		{"-pc-", 4, "pc"},
		{"\xff\xfe", 2, NULL},
		{"...", 3, NULL},
		{"", 0, NULL},
		{"\0", 1, NULL},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct client c = client_new(rig, 20 + i);
		struct form form = form_of("sanitised", &c, ASKS_NAME);

		packet_option(&form.p, 12, cases[i].sent, cases[i].len);
		client_obtains(&c, &form, 0);
		says_name(&c, &form, cases[i].kept);
		attacked(&c, &form);
		client_leaves(&c);
	}
}

/* Two spellings of one name are two forms with one tail. */
static void spellings_of_one_name_share_the_tail(void **state)
{
	struct client c = client_new(rig, 9);
	struct form plain = form_of("my-pc", &c, ASKS), odd = form_of("my pc", &c, ASKS);

	(void)state;
	packet_option_str(&plain.p, 12, "my-pc");
	packet_option_str(&odd.p, 12, "my pc");
	client_obtains(&c, &plain, 0);
	learned(&c, &odd);
	says_name(&c, &odd, "my-pc");
	says_name(&c, &plain, "my-pc");
	client_leaves(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(windows_learns_its_domain),
		cmocka_unit_test(flags_of_81_are_tails_of_their_own),
		cmocka_unit_test(a_client_without_81_keeps_the_form_that_has_it),
		cmocka_unit_test(a_name_that_the_server_shall_choose),
		cmocka_unit_test(a_tail_as_long_as_fits),
		cmocka_unit_test(a_tail_a_byte_too_long),
		cmocka_unit_test(a_name_too_long_for_the_tail_removes_the_old_one),
		cmocka_unit_test(a_hostname_reserved_by_hw_address),
		cmocka_unit_test(a_hostname_reserved_by_client_id),
		cmocka_unit_test(a_hostname_without_an_address),
		cmocka_unit_test(a_remembered_hostname),
		cmocka_unit_test(sanitised_hostnames),
		cmocka_unit_test(spellings_of_one_name_share_the_tail),
	};

	return cmocka_run_group_tests(tests, setup, rig_teardown);
}
