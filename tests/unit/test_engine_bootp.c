// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * BOOTP clients (RFC 951, RFC 1534). Which case checks what: test_engine_messages.c.
 */
#include "engine_fixture.h"

static const uint8_t routers[4] = {10, 0, 0, 1}, dns[4] = {10, 0, 0, 2};
static char codes[1024];

#define BOOTP 0xff /* fx_ask() cannot tell a BOOTREPLY from silence */

static uint8_t bootp(struct fixture *fx, struct req req)
{
	req.type = DHCP_BOOTP;
	fx_ask(fx, req);
	if (fx->d.kind != DECISION_REPLY)
		return 0;
	assert_int_equal(fx->d.reply.type, DHCP_BOOTP);
	return BOOTP;
}

static struct fixture bootp_fixture(uint32_t n, enum bootp which)
{
	struct model *model = fx_model(n);

	model->subnets[0].bootp = which;
	fx_option(&model->scope.options, DHO_ROUTERS, routers, 4);
	fx_option(&model->scope.options, DHO_DOMAIN_NAME_SERVERS, dns, 4);
	fx_option(&model->scope.options, 15, "example.org", 11);
	fx_option(&model->scope.options, 42, dns, 4);
	fx_option(&model->scope.options, 43, "v", 1)->always_send = true;
	strcpy(fx_reserve(&model->subnets[0], 9, NULL, 0x0a000009)->hostname, "netboot");
	return fx_open(model);
}

static void bootp_of_a_reservation(void **state)
{
	struct fixture fx = bootp_fixture(4, BOOTP_RESERVED);
	const struct lease_row *row = &fx.d.change.row;

	(void)state;
	strcpy(fx.model->scope.boot.boot_file_name, "vmunix");
	assert_int_equal(bootp(&fx, (struct req){.mac = 9, .id = "id"}), BOOTP);
	/* no 53, 54, 51, 58, 59, 61 */
	assert_string_equal(fx_codes(&fx.d.reply, codes), "1 3 6 15 43");
	fx_piece_is(&fx.d.reply.tail[XDHCP_TAIL_HOSTNAME], DHO_HOST_NAME, "netboot", 7);
	assert_int_equal(fx.d.reply.tail[XDHCP_TAIL_CLIENT_ID].len, 0);
	assert_int_equal(fx.d.reply.tail[XDHCP_TAIL_FQDN].len, 0);
	assert_int_equal(fx.d.reply.yiaddr, 0x0a000009);
	assert_int_equal(fx.d.reply.source, SERVER);
	assert_int_equal(fx.d.reply.lifetime, 0);
	assert_string_equal((char *)fx.d.reply.file, "vmunix");
	/* bound for ever, committed before, never memoised */
	assert_true(fx.d.has_change);
	assert_false(fx.d.memoise);
	assert_int_equal(row->state, LEASE_BOUND);
	assert_int_equal(row->lifetime, DHCP_LIFETIME_INFINITE);
	assert_int_equal(row->promised, XDHCP_FOREVER);
	assert_string_equal(row->hostname, "netboot");
	fx.now = 0xfffffff0;
	assert_null(lease_due(fx.leases, fx.now));
	/* again the same */
	assert_int_equal(bootp(&fx, (struct req){.mac = 9, .id = "id"}), BOOTP);
	assert_int_equal(fx.d.reply.yiaddr, 0x0a000009);
	assert_true(fx.d.change.before.generation == row->generation);
	fx_close(&fx);
}

static void bootp_of_others(void **state)
{
	struct fixture fx = bootp_fixture(2, BOOTP_RESERVED);

	(void)state;
	assert_int_equal(bootp(&fx, (struct req){.mac = 1}), 0);
	assert_int_equal(fx.d.reason, SILENT_bootp_not_reserved);
	assert_int_equal(lease_count(fx.leases), 0);
	fx.model->subnets[0].bootp = BOOTP_ALL;
	assert_int_equal(bootp(&fx, (struct req){.mac = 9}), BOOTP);
	assert_int_equal(fx.d.reply.yiaddr, 0x0a000009);
	assert_int_equal(bootp(&fx, (struct req){.mac = 1}), BOOTP);
	assert_int_equal(fx.d.reply.yiaddr, POOL);
	assert_int_equal(fx.d.change.row.promised, XDHCP_FOREVER);
	assert_int_equal(bootp(&fx, (struct req){.mac = 2}), BOOTP);
	assert_int_equal(fx.d.reply.yiaddr, POOL + 1);
	assert_int_equal(bootp(&fx, (struct req){.mac = 3}), 0);
	assert_int_equal(fx.d.reason, SILENT_no_free_address);
	assert_int_equal(bootp(&fx, (struct req){.mac = 1}), BOOTP);
	assert_int_equal(fx.d.reply.yiaddr, POOL);
	fx.model->subnets[0].bootp = BOOTP_NONE;
	assert_int_equal(bootp(&fx, (struct req){.mac = 9}), 0);
	assert_int_equal(bootp(&fx, (struct req){.mac = 1}), 0);
	assert_int_equal(fx.d.reason, SILENT_bootp_not_served);
	fx_close(&fx);
}

/* What another has, or what is being closed, is not given. */
static void bootp_of_what_is_taken(void **state)
{
	struct fixture fx = bootp_fixture(1, BOOTP_ALL);
	struct change change;
	struct lease *lease;

	(void)state;
	fx_lease(&fx, (struct req){.mac = 1, .id = "os"});
	assert_int_equal(bootp(&fx, (struct req){.mac = 1}), 0); /* another identity */
	assert_int_equal(bootp(&fx, (struct req){.mac = 9}), BOOTP);
	lease = lease_at(fx.leases, 0x0a000009);
	engine_begin_end(fx.engine, lease, LEASE_END_RELEASED);
	assert_int_equal(bootp(&fx, (struct req){.mac = 9}), 0);
	assert_int_equal(fx.d.kind, DECISION_DEFER);
	engine_finish_end(fx.engine, lease, 0, 0, fx.now, fx.now, &change);
	assert_int_equal(bootp(&fx, (struct req){.mac = 9}), BOOTP);
	fx_decline(&fx, (struct req){.mac = 9}, 0x0a000009);
	assert_int_equal(bootp(&fx, (struct req){.mac = 9}), 0);
	assert_int_equal(fx.d.kind, DECISION_SILENT);
	fx_close(&fx);
}

/* RFC 951 3: with ciaddr it knows its address, and is only told the rest. */
static void bootp_with_ciaddr(void **state)
{
	struct fixture fx = bootp_fixture(4, BOOTP_RESERVED);
	struct req req = {.mac = 9, .ciaddr = 0x0a000009};

	(void)state;
	assert_int_equal(bootp(&fx, req), BOOTP);
	assert_int_equal(fx.d.reply.yiaddr, 0);
	assert_int_equal(fx.d.reply.ciaddr, 0x0a000009);
	assert_true(fx_has(&fx.d.reply, DHO_ROUTERS));
	assert_false(fx.d.has_change);
	req.ciaddr = 0x0a000033;
	assert_int_equal(bootp(&fx, req), 0);
	fx.model->subnets[0].bootp = BOOTP_ALL;
	assert_int_equal(bootp(&fx, req), BOOTP);
	req.ciaddr = 0x0b000001;
	assert_int_equal(bootp(&fx, req), 0);
	assert_int_equal(fx.d.reason, SILENT_address_of_another_network);
	fx_close(&fx);
}

/*
 * RFC 1534 2: no longer than a BOOTP client takes, which is 300 bytes of message, or as much as
 * it sends itself; and no option 52, which it does not know.
 */
static void bootp_replies_are_short(void **state)
{
	static const uint8_t big[100];
	static struct dhcp_msg msg;
	struct req req = {.type = DHCP_BOOTP, .mac = 9};
	struct fixture fx = bootp_fixture(4, BOOTP_RESERVED);
	size_t len;

	(void)state;
	fx_option(&fx.model->scope.options, 200, big, sizeof(big))->always_send = true;
	fx_option(&fx.model->scope.options, 201, big, 8)->always_send = true;
	assert_int_equal(bootp(&fx, req), BOOTP);
	assert_string_equal(fx_codes(&fx.d.reply, codes), "1 3 6 15 43 201");
	assert_true(fx.d.reply.shortened);
	assert_int_equal(fx.d.reply.overload, 0);
	assert_int_equal(fx.d.reply.file[0], 0);
	fx_message(&req, &msg);
	assert_int_equal(dhcp_reply_ip_len(&msg, &fx.d.reply), 328);
	/* a longer request */
	for (len = 60; len < 400; len += 20) {
		msg.options_len = len;
		engine_decide(fx.engine, &fx.link, &msg, fx.now, &fx.d);
		assert_int_equal(fx.d.kind, DECISION_REPLY);
		assert_true(dhcp_reply_ip_len(&msg, &fx.d.reply) <= 28 + 240 + len);
		assert_true(fx_has(&fx.d.reply, 200) == (len >= 160));
	}
	fx_close(&fx);
}

/* A machine that boots by BOOTP and goes on by DHCP, with one reservation for both. */
static void bootp_then_dhcp(void **state)
{
	struct fixture fx = bootp_fixture(4, BOOTP_RESERVED);
	struct req os = {.mac = 9, .id = "os"};

	(void)state;
	assert_int_equal(bootp(&fx, (struct req){.mac = 9}), BOOTP);
	assert_int_equal(fx_lease(&fx, os), 0x0a000009);
	assert_int_equal(fx.d.reply.lifetime, LIFETIME);
	assert_int_equal(fx.d.change.row.promised, XDHCP_FOREVER); /* promises stand */
	assert_int_equal(bootp(&fx, (struct req){.mac = 9}), BOOTP);
	assert_int_equal(fx_renew(&fx, os, 0x0a000009), DHCP_ACK);
	fx_release(&fx, os, 0x0a000009);
	assert_int_equal(lease_at(fx.leases, 0x0a000009)->state, LEASE_FREE);
	fx_close(&fx);
}

static void bootp_relayed_and_without_us(void **state)
{
	struct fixture fx = bootp_fixture(4, BOOTP_RESERVED);

	(void)state;
	assert_int_equal(bootp(&fx, (struct req){.mac = 9, .giaddr = 0x0a000002}), BOOTP);
	assert_int_equal(fx.d.reply.yiaddr, 0x0a000009);
	fx.link.addrs[0] = 0;
	assert_int_equal(bootp(&fx, (struct req){.mac = 9, .giaddr = 0x0a000002}), 0);
	fx_close(&fx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bootp_of_a_reservation),	cmocka_unit_test(bootp_of_others),
		cmocka_unit_test(bootp_of_what_is_taken),	cmocka_unit_test(bootp_with_ciaddr),
		cmocka_unit_test(bootp_replies_are_short),	cmocka_unit_test(bootp_then_dhcp),
		cmocka_unit_test(bootp_relayed_and_without_us),
	};

	return cmocka_run_group_tests_name("engine: bootp", tests, NULL, NULL);
}
