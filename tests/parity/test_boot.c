// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Parity (I2) of network boot: the stages of one machine are forms of one lease, each with an
 * answer of its own; boot data of every scope; option 60 echoed where there is any.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "client.h"
#include "form.h"

#define ROM_PRL                                                                                \
	"\x01\x02\x03\x04\x05\x06\x0b\x0c\x0d\x0f\x10\x11\x12\x16\x17\x1c\x28\x29\x2a\x2b\x32" \
	"\x33\x36\x3a\x3b\x3c\x42\x43\x61\x80\x81\x82\x83\x84\x85\x86\x87"
#define IPXE_PRL "\x01\x03\x06\x07\x0c\x0f\x11\x1a\x2b\x3c\x42\x43\x77\x80\xaf\xcb"
#define OS_PRL	 "\x01\x03\x06\x0c\x0f\x1c\x2a"

/*
 * Two subnets of a shared network. Of the first, addresses 10 to 29 are in a pool that sets
 * nothing, 30 to 39 in one with boot data of its own; reservations lie outside of both.
 */
static const char yaml[] =
	"interfaces-config: {interfaces: [rig0]}\n"
	"next-server: 192.0.2.4\n"
	"boot-file-name: global.0\n"
	"option-data:\n"
	"  - {name: domain-search, data: example.org}\n" /* iPXE asks for this one */
	"  - {name: ntp-servers, data: 192.0.2.123}\n"	 /* and the two others for that */
	"shared-networks:\n"
	"  - name: floor\n"
	"    interface: rig0\n"
	"    server-hostname: network\n"
	"    subnet4:\n"
	"      - id: 1\n"
	"        subnet: 192.0.2.0/24\n"
	"        boot-file-name: subnet.0\n"
	"        option-data: [{name: routers, data: 192.0.2.1}]\n"
	"        pools:\n"
	"          - {pool: 192.0.2.10 - 192.0.2.29}\n"
	"          - pool: 192.0.2.30 - 192.0.2.39\n"
	"            next-server: 192.0.2.5\n"
	"            boot-file-name: pool.0\n"
	"        reservations:\n"
	"          - {hw-address: \"02:00:00:02:01:01\", ip-address: 192.0.2.101, hostname: "
	"node1}\n"
	"          - hw-address: \"02:00:00:02:01:02\"\n"
	"            ip-address: 192.0.2.102\n"
	"            next-server: 192.0.2.6\n"
	"            server-hostname: reservation\n"
	"            boot-file-name: reservation.0\n"
	"            option-data: [{name: boot-file-name, data: \"http://[2001:db8::1]/boot\"}]\n"
	"          - {hw-address: \"02:00:00:02:01:03\", ip-address: 192.0.2.35}\n"
	"      - id: 2\n"
	"        subnet: 198.51.100.0/24\n"
	"        pools: [{pool: 198.51.100.10 - 198.51.100.20}]\n"
	"        reservations:\n"
	"          - {hw-address: \"02:00:00:02:01:04\", ip-address: 198.51.100.104}\n";

/* No scope has boot data. */
static const char plain_yaml[] =
	"interfaces-config: {interfaces: [rig0]}\n"
	"option-data: [{name: vendor-encapsulated-options, csv-format: false, data: 060108}]\n"
	"subnet4:\n"
	"  - id: 1\n"
	"    subnet: 192.0.2.0/24\n"
	"    pools: [{pool: 192.0.2.10 - 192.0.2.99}]\n";

RIG_SETUP(setup, yaml)

RIG_SETUP(setup_plain, plain_yaml)

enum id { ID_NONE, ID_MAC, ID_UUID, ID_DUID };

static void add_id(struct form *form, const struct client *c, enum id id)
{
	uint8_t uuid[17] = {0, 1, 2, 3}, duid[19] = {0xff, 0, 0, 0, 1, 0, 1, 0, 1, 9, 9, 9, 9};

	memcpy(uuid + 11, c->mac, 6);
	memcpy(duid + 13, c->mac, 6);
	if (id == ID_MAC)
		form_client_id(form, c);
	else if (id == ID_UUID)
		packet_option(&form->p, 61, uuid, sizeof(uuid));
	else if (id == ID_DUID)
		packet_option(&form->p, 61, duid, sizeof(duid));
}

static struct form rom(const struct client *c, enum id id)
{
	static const uint8_t uuid[17] = {0, 0x44, 0x45, 0x4c, 0x4c};
	struct form form = form_new("ROM");

	packet_option_str(&form.p, 55, ROM_PRL);
	packet_option_u16(&form.p, 57, 1464);
	packet_option(&form.p, 97, uuid, sizeof(uuid));
	packet_option(&form.p, 93, "\0\x07", 2);
	packet_option(&form.p, 94, "\x01\x03\x10", 3);
	packet_option_str(&form.p, 60, "PXEClient:Arch:00007:UNDI:003016");
	add_id(&form, c, id);
	return form;
}

static struct form ipxe(const struct client *c, enum id id)
{
	static const uint8_t uuid[17] = {0, 0x44, 0x45, 0x4c, 0x4c};
	struct form form = form_new("iPXE");

	packet_option_u16(&form.p, 57, 1472);
	packet_option(&form.p, 93, "\0\x07", 2);
	packet_option(&form.p, 94, "\x01\x03\x0a", 3);
	packet_option_str(&form.p, 60, "PXEClient:Arch:00007:UNDI:003010");
	packet_option_str(&form.p, 77, "iPXE");
	packet_option_str(&form.p, 55, IPXE_PRL);
	packet_option(&form.p, 175, "\xb1\x05\x01\x80\x86\x10\x0e\xeb\x03\x01\x00\x00", 12);
	add_id(&form, c, id);
	packet_option(&form.p, 97, uuid, sizeof(uuid));
	return form;
}

static struct form os(const struct client *c, enum id id)
{
	struct form form = form_new("OS");

	add_id(&form, c, id);
	packet_option_str(&form.p, 55, OS_PRL);
	packet_option_u16(&form.p, 57, 1500);
	packet_option_str(&form.p, 12, "installed");
	return form;
}

static unsigned templates_of(uint32_t addr)
{
	const struct slot *slot = rig_slot(rig, addr);
	unsigned n = 0;

	for (unsigned i = 0; i < XDHCP_FORMS; i++) {
		bool again = !slot->forms[i];

		for (unsigned j = 0; j < i; j++)
			again |= form_template(slot->forms[j]) == form_template(slot->forms[i]);
		n += !again;
	}
	return n;
}

static void three_stages_are_three_forms_of_one_lease(void **state)
{
	struct client c = client_new(rig, 0x101);
	struct form stages[] = {rom(&c, ID_MAC), ipxe(&c, ID_MAC), os(&c, ID_MAC)};

	(void)state;
	client_obtains(&c, &stages[0], 0xc0000265);
	learned(&c, &stages[1]);
	learned(&c, &stages[2]);
	assert_int_equal(templates_of(c.addr), 3);
	for (unsigned i = 0; i < 3; i++)
		answered(&c, &stages[i]);
	for (unsigned i = 0; i < 3; i++)
		attacked(&c, &stages[i]);
	client_leaves(&c);
}

/* One slot has one identity and one tail, so whoever comes displaces the one before. */
static void stages_with_identities_of_their_own(void **state)
{
	struct client c = client_new(rig, 0x101);
	struct form stages[] = {rom(&c, ID_UUID), ipxe(&c, ID_MAC), os(&c, ID_DUID),
				rom(&c, ID_NONE)};
	uint32_t addr;

	(void)state;
	client_obtains(&c, &stages[0], 0xc0000265);
	addr = c.addr;
	for (unsigned i = 1; i < 9; i++) {
		displaces(&c, &stages[i % 4], &stages[(i - 1) % 4]);
		assert_true(rig_is_bound(rig, addr));
		if (i < 5)
			attacked(&c, &stages[i % 4]);
	}
	client_leaves(&c);
}

static void option_60_is_echoed_with_boot_data(void **state)
{
	struct client c = client_new(rig, 1);
	struct form forms[] = {rom(&c, ID_MAC), os(&c, ID_MAC), os(&c, ID_MAC)};
	static struct rig_reply reply;

	(void)state;
	packet_option_str(&forms[1].p, 60, "HTTPClient:Arch:00016:UNDI:003001");
	packet_option_str(&forms[2].p, 60, "MSFT 5.0");
	client_obtains(&c, &forms[2], 0);
	learned(&c, &forms[1]);
	learned(&c, &forms[0]);
	assert_true(client_is_answered(&c, &forms[0], SELECTING, &reply));
	assert_true(option_is(&reply, 60, "PXEClient", 9));
	assert_true(client_is_answered(&c, &forms[1], SELECTING, &reply));
	assert_true(option_is(&reply, 60, "HTTPClient", 10));
	assert_true(client_is_answered(&c, &forms[2], SELECTING, &reply));
	assert_null(option_in(&reply, 60, NULL));
	for (unsigned i = 0; i < 3; i++)
		attacked(&c, &forms[i]);
	client_leaves(&c);
}

/* With option 43 it is boot data all the same, and without any it is not. */
static void option_60_without_boot_data(void **state)
{
	struct client c = client_new(rig, 1);
	struct form with = rom(&c, ID_MAC), without = form_of("no 43", &c, "\x01\x03");
	static struct rig_reply reply;

	(void)state;
	packet_option_str(&without.p, 60, "PXEClient:Arch:00007:UNDI:003016");
	client_obtains(&c, &with, 0);
	learned(&c, &without);
	assert_true(client_is_answered(&c, &with, RENEWING, &reply));
	assert_true(option_is(&reply, 60, "PXEClient", 9));
	assert_true(client_is_answered(&c, &without, RENEWING, &reply));
	assert_null(option_in(&reply, 60, NULL));
	attacked(&c, &with);
	client_leaves(&c);
}

static void boot_fields_of_each_scope(void **state)
{
	static const struct {
		unsigned client;
		uint32_t addr, next_server;
		const char *name, *file;
	} cases[] = {
		/* subnet, network, global; a dynamic address */
		{2, 0, 0xc0000204, "network", "subnet.0"},
		/* pool: the address is reserved, and lies in it */
		{0x103, 0xc0000223, 0xc0000205, "network", "pool.0"},
		{0x102, 0xc0000266, 0xc0000206, "reservation", "reservation.0"},
		/* the other subnet has none of its own */
		{0x104, 0xc6336468, 0xc0000204, "network", "global.0"},
	};
	static struct rig_reply reply;

	(void)state;
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct client c = client_new(rig, cases[i].client);
		struct form form = rom(&c, ID_MAC);

		if (c.mac[4] == 1 && c.mac[5] == 4)
			c.server = 0xc6336401;
		client_obtains(&c, &form, cases[i].addr);
		answered(&c, &form);
		for (unsigned st = 0; st < SHAPE_STATES; st++) {
			assert_true(client_is_answered(&c, &form, st, &reply));
			assert_int_equal(packet_get32(reply.data + PACKET_SIADDR),
					 cases[i].next_server);
			assert_string_equal((char *)reply.data + PACKET_SNAME, cases[i].name);
			assert_string_equal((char *)reply.data + PACKET_FILE, cases[i].file);
		}
		attacked(&c, &form);
		client_leaves(&c);
	}
}

/* Each of the two fields makes the template one that has boot data. */
static void one_boot_field_alone(void **state)
{
	static const char *const keys[] = {"server-hostname: alone", "boot-file-name: alone"};
	static const size_t at[] = {PACKET_SNAME, PACKET_FILE};
	static struct rig_reply reply;
	char text[256];

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct client c;
		struct form form;

		snprintf(text, sizeof(text),
			 "interfaces-config: {interfaces: [rig0]}\n"
			 "%s\n"
			 "subnet4: [{subnet: 192.0.2.0/24, pools: [{pool: 192.0.2.10/31}]}]\n",
			 keys[i]);
		rig = rig_start(text);
		c = client_new(rig, 1);
		form = os(&c, ID_NONE);
		client_obtains(&c, &form, 0);
		assert_true(client_is_answered(&c, &form, RENEWING, &reply));
		assert_string_equal((char *)reply.data + at[i], "alone");
		assert_int_equal(reply.data[at[1 - i]], 0);
		rig_teardown(NULL);
	}
}

/* Another machine type asks for the same file: a form of its own, and the same template. */
static void other_architectures_share_the_template(void **state)
{
	struct client a = client_new(rig, 4), b = client_new(rig, 5);
	struct form bios = os(&a, ID_NONE), efi = os(&b, ID_NONE);

	(void)state;
	packet_option(&bios.p, 93, "\0\0", 2);
	packet_option(&efi.p, 93, "\0\x09", 2);
	client_obtains(&a, &bios, 0);
	client_obtains(&b, &efi, 0);
	assert_int_equal(form_template(rig_slot(rig, a.addr)->forms[0]),
			 form_template(rig_slot(rig, b.addr)->forms[0]));
	assert_false(client_is_answered(&a, &efi, RENEWING, NULL));
	assert_false(client_is_answered(&b, &bios, RENEWING, NULL));
	client_leaves(&a);
	client_leaves(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(three_stages_are_three_forms_of_one_lease),
		cmocka_unit_test(stages_with_identities_of_their_own),
		cmocka_unit_test(option_60_is_echoed_with_boot_data),
		cmocka_unit_test(boot_fields_of_each_scope),
		cmocka_unit_test(other_architectures_share_the_template),
	};
	const struct CMUnitTest plain[] = {
		cmocka_unit_test(option_60_without_boot_data),
	};
	const struct CMUnitTest alone[] = {
		cmocka_unit_test(one_boot_field_alone),
	};
	int failed = cmocka_run_group_tests_name("boot", tests, setup, rig_teardown);

	failed += cmocka_run_group_tests_name("plain", plain, setup_plain, rig_teardown);
	return failed + cmocka_run_group_tests_name("alone", alone, NULL, NULL);
}
