// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* REQUEST in the four states of RFC 2131 4.3.2, DECLINE, RELEASE and INFORM; credit. */
#include "engine_fixture.h"

static struct req mac(uint8_t last)
{
	return (struct req){.mac = last};
}

static void selecting(void **state)
{
	struct fixture fx = fx_open(fx_model(4));
	uint32_t addr = fx_offer(&fx, mac(1));
	const struct lease_row *row = &fx.d.change.row;

	(void)state;
	assert_int_equal(fx_select(&fx, mac(1), addr), DHCP_ACK);
	assert_true(fx.d.has_change);
	assert_true(fx.d.memoise);
	assert_int_equal(row->addr, addr);
	assert_int_equal(row->state, LEASE_BOUND);
	assert_int_equal(row->subnet_id, 1);
	assert_int_equal(row->cltt, START);
	assert_int_equal(row->lifetime, LIFETIME);
	assert_int_equal(row->promised, START + 1 + LIFETIME); /* the clock was rounded down */
	assert_int_equal(row->ack_until, START + 1 + 3 * LIFETIME);
	assert_true(row->generation != 0);
	assert_true(fx.d.change.before.generation == 0);
	/* outside the subnet, and in it but in no pool */
	assert_int_equal(fx_select(&fx, mac(2), 0x0b000001), DHCP_NAK);
	assert_int_equal(fx.d.reason, NAK_wrong_network);
	assert_int_equal(fx_select(&fx, mac(2), 0x0a000032), DHCP_NAK);
	assert_int_equal(fx_select(&fx, mac(2), addr), DHCP_NAK);
	/* no address at all */
	assert_int_equal(fx_select(&fx, mac(2), 0), 0);
	fx_close(&fx);
}

static void naks_say_little(void **state)
{
	struct fixture fx = fx_open(fx_model(4));
	struct req req = {.mac = 1, .id = "x", .name = "host", .prl = "\x01\x03\x0c"};
	char codes[1024];

	(void)state;
	assert_int_equal(fx_reboot(&fx, req, 0x0b000001), DHCP_NAK);
	assert_string_equal(fx_codes(&fx.d.reply, codes), "53 54 56");
	assert_int_equal(fx.d.reply.tail[XDHCP_TAIL_HOSTNAME].len, 0);
	assert_int_equal(fx.d.reply.tail[XDHCP_TAIL_CLIENT_ID].len, 3);
	assert_int_equal(fx.d.reply.yiaddr, 0);
	assert_int_equal(fx.d.reply.ciaddr, 0);
	assert_int_equal(fx.d.reply.siaddr, 0);
	assert_false(fx.d.has_change);
	assert_false(fx.d.memoise);
	fx_close(&fx);
}

static void init_reboot(void **state)
{
	struct fixture fx = fx_open(fx_model(4));
	uint32_t addr = fx_lease(&fx, mac(1));
	uint64_t generation = fx.d.change.row.generation;

	(void)state;
	fx.now += 100;
	assert_int_equal(fx_reboot(&fx, mac(1), addr), DHCP_ACK);
	assert_true(fx.d.memoise);
	assert_true(fx.d.change.row.generation == generation);
	assert_int_equal(fx.d.change.row.promised, fx.now + 1 + LIFETIME);
	/* the wrong network */
	assert_int_equal(fx_reboot(&fx, mac(1), 0xc0a80105), DHCP_NAK);
	assert_int_equal(fx.d.reason, NAK_wrong_network);
	assert_int_equal(fx_reboot(&fx, mac(7), 0xc0a80105), DHCP_NAK);
	/* bound by us to another */
	assert_int_equal(fx_reboot(&fx, mac(2), addr), DHCP_NAK);
	/* known, but at another address of ours; outside our pools it may be another server's */
	assert_int_equal(fx_reboot(&fx, mac(1), POOL + 2), DHCP_NAK);
	assert_int_equal(fx_reboot(&fx, mac(1), 0x0a000032), 0);
	/* unknown: silence */
	assert_int_equal(fx_reboot(&fx, mac(2), POOL + 2), 0);
	assert_int_equal(fx.d.reason, SILENT_unknown_client);
	/* authoritative: NAK in our pools, silence outside them */
	fx.model->subnets[0].authoritative = true;
	assert_int_equal(fx_reboot(&fx, mac(2), POOL + 2), DHCP_NAK);
	assert_int_equal(fx_reboot(&fx, mac(2), 0x0a000032), 0);
	fx_close(&fx);
}

static void init_reboot_of_a_reservation(void **state)
{
	struct model *model = fx_model(4);
	struct fixture fx;

	(void)state;
	fx_reserve(&model->subnets[0], 9, NULL, 0x0a000009);
	fx = fx_open(model);
	assert_int_equal(fx_reboot(&fx, mac(9), 0x0a000009), DHCP_ACK);
	fx_close(&fx);
}

static void renewing_and_rebinding(void **state)
{
	struct fixture fx = fx_open(fx_model(4));
	uint32_t addr = fx_lease(&fx, mac(1));
	uint64_t generation = fx.d.change.row.generation;
	struct req rebind = {.type = DHCP_REQUEST, .mac = 1, .ciaddr = addr};

	(void)state;
	fx.now += LIFETIME / 2;
	assert_int_equal(fx_renew(&fx, mac(1), addr), DHCP_ACK);
	assert_true(fx.d.memoise);
	assert_int_equal(fx.d.reply.ciaddr, addr);
	assert_int_equal(fx.d.reply.yiaddr, addr);
	assert_int_equal(fx.d.change.row.promised, fx.now + 1 + LIFETIME);
	assert_true(fx.d.change.before.generation == generation);
	fx.now += LIFETIME / 2;
	assert_int_equal(fx_ask(&fx, rebind), DHCP_ACK);
	assert_true(fx.d.change.row.generation == generation);
	/* another's, unknown, outside */
	assert_int_equal(fx_renew(&fx, mac(2), addr), DHCP_NAK);
	assert_int_equal(fx_renew(&fx, mac(2), POOL + 1), 0);
	assert_int_equal(fx_renew(&fx, mac(2), 0xc0a80001), DHCP_NAK);
	fx.model->subnets[0].authoritative = true;
	assert_int_equal(fx_renew(&fx, mac(2), POOL + 1), DHCP_NAK);
	/* with a server identifier, against 4.3.2 but seen: answered, never memoised */
	rebind.server = SERVER;
	assert_int_equal(fx_ask(&fx, rebind), DHCP_ACK);
	assert_false(fx.d.memoise);
	rebind.server = OTHER;
	assert_int_equal(fx_ask(&fx, rebind), 0);
	fx_close(&fx);
}

static void after_the_end(void **state)
{
	struct fixture fx = fx_open(fx_model(4));
	uint32_t addr = fx_lease(&fx, mac(1));
	uint64_t generation = fx.d.change.row.generation;

	(void)state;
	/* expired, still free and remembered: bound anew */
	fx.now += LIFETIME + 1;
	fx_expire(&fx);
	assert_int_equal(lease_at(fx.leases, addr)->state, LEASE_FREE);
	assert_int_equal(lease_at(fx.leases, addr)->end, LEASE_END_EXPIRED);
	assert_int_equal(fx_renew(&fx, mac(1), addr), DHCP_ACK);
	assert_true(fx.d.change.row.generation > generation);
	assert_true(fx.d.change.before.generation == generation);
	/* released: a renewal right after it is a stray one, a reboot may have it back */
	fx_release(&fx, mac(1), addr);
	assert_int_equal(lease_at(fx.leases, addr)->end, LEASE_END_RELEASED);
	assert_int_equal(fx_renew(&fx, mac(1), addr), 0);
	fx.now += 9;
	assert_int_equal(fx_renew(&fx, mac(1), addr), 0);
	assert_int_equal(fx_reboot(&fx, mac(1), addr), DHCP_ACK);
	/* who renews it all the same has not released it: somebody else did in its name */
	fx_release(&fx, mac(1), addr);
	fx.now += 10;
	assert_int_equal(fx_renew(&fx, mac(2), addr), 0);
	assert_int_equal(fx_renew(&fx, mac(1), addr), DHCP_ACK);
	/* at any time, unless it has another address by now */
	fx_release(&fx, mac(1), addr);
	fx.now += 10 * LIFETIME;
	assert_int_equal(fx_select(&fx, mac(1), addr + 1), DHCP_ACK);
	assert_int_equal(fx_renew(&fx, mac(1), addr), DHCP_NAK);
	fx_release(&fx, mac(1), addr + 1);
	assert_int_equal(fx_reboot(&fx, mac(1), addr), DHCP_ACK);
	/* gone to another: NAK */
	fx_release(&fx, mac(1), addr);
	assert_int_equal(fx_select(&fx, mac(2), addr), DHCP_ACK);
	assert_int_equal(fx_renew(&fx, mac(1), addr), DHCP_NAK);
	assert_int_equal(fx_reboot(&fx, mac(1), addr), DHCP_NAK);
	fx_close(&fx);
}

static void lifetimes_asked_for(void **state)
{
	struct model *model = fx_model(4);
	struct fixture fx;
	struct req req = mac(1);
	uint32_t addr;

	(void)state;
	model->subnets[0].life.min = 600;
	model->subnets[0].life.max = DHCP_LIFETIME_INFINITE;
	fx = fx_open(model);
	addr = fx_lease(&fx, req);
	req.lifetime = 60;
	assert_int_equal(fx_renew(&fx, req, addr), DHCP_ACK);
	assert_int_equal(fx.d.reply.lifetime, 600);
	/* what was promised stands, and credit never falls */
	assert_int_equal(fx.d.change.row.promised, START + 1 + LIFETIME);
	assert_int_equal(fx.d.change.row.ack_until, START + 1 + 3 * LIFETIME);
	req.lifetime = DHCP_LIFETIME_INFINITE;
	assert_int_equal(fx_renew(&fx, req, addr), DHCP_ACK);
	assert_int_equal(fx_option_u32(&fx.d.reply, DHO_LEASE_TIME), DHCP_LIFETIME_INFINITE);
	assert_int_equal(fx_option_u32(&fx.d.reply, DHO_RENEWAL_TIME), 0);
	assert_int_equal(fx.d.change.row.promised, XDHCP_FOREVER);
	assert_int_equal(fx.d.change.row.ack_until, XDHCP_FOREVER);
	fx.now = 0xfffffff0;
	assert_null(lease_due(fx.leases, fx.now));
	fx_close(&fx);
}

static void credit(void **state)
{
	struct fixture fx = fx_open(fx_model(4));

	(void)state;
	assert_int_equal(engine_credit(fx.engine, 100, 50, 151), 251);
	assert_int_equal(engine_credit(fx.engine, 100, 50, 900), 900);
	assert_int_equal(engine_credit(fx.engine, 100, DHCP_LIFETIME_INFINITE, 900), XDHCP_FOREVER);
	assert_int_equal(engine_credit(fx.engine, 0xffffff00, 200, 0xffffff00), XDHCP_FOREVER);
	fx.horizon = 0; /* the fast path is off */
	fx_configure(&fx, fx.model);
	assert_int_equal(engine_credit(fx.engine, 100, 50, 151), 151);
	fx_lease(&fx, mac(1));
	assert_int_equal(fx.d.change.row.ack_until, fx.d.change.row.promised);
	fx_close(&fx);
}

/* What may not be memoised gets no credit. */
static void not_memoised(void **state)
{
	static const uint8_t big[350];
	struct model *model = fx_model(4);
	struct req req = mac(1);
	struct fixture fx;
	uint32_t addr;

	(void)state;
	fx_option(&model->scope.options, 224, big, sizeof(big));
	fx = fx_open(model);
	req.giaddr = 0x0a000002;
	fx_lease(&fx, req); /* broadcast by its relay: XDP answers what is to an address of ours */
	assert_false(fx.d.memoise);
	assert_int_equal(fx.d.change.row.ack_until, fx.d.change.row.promised);
	/* sent on by a router, and no renewal; the same directly; too long for the client */
	req = mac(2);
	addr = fx_lease(&fx, req);
	req.routed = true;
	assert_int_equal(fx_reboot(&fx, req, addr), DHCP_ACK);
	assert_false(fx.d.memoise);
	req.routed = false;
	assert_int_equal(fx_reboot(&fx, req, addr), DHCP_ACK);
	assert_true(fx.d.memoise);
	req.prl = "\x01\x03\xe0";
	assert_int_equal(fx_renew(&fx, req, addr), DHCP_ACK);
	assert_true(fx.d.reply.shortened);
	assert_false(fx.d.memoise);
	req.max = 1500;
	assert_int_equal(fx_renew(&fx, req, addr), DHCP_ACK);
	assert_true(fx.d.memoise);
	/* ciaddr and 50 are no state of RFC 2131's */
	req.type = DHCP_REQUEST;
	req.ciaddr = req.requested = addr;
	assert_int_equal(fx_ask(&fx, req), DHCP_ACK);
	assert_false(fx.d.memoise);
	fx_close(&fx);
}

static void decline(void **state)
{
	struct model *model = fx_model(4);
	struct fixture fx;
	uint32_t addr;
	struct req other = {.type = DHCP_DECLINE, .mac = 1, .server = OTHER};

	(void)state;
	fx_reserve(&model->subnets[0], 9, NULL, 0x0a000009);
	fx = fx_open(model);
	addr = fx_lease(&fx, mac(1));
	/* only the holder, only to us */
	fx_decline(&fx, mac(2), addr);
	assert_int_equal(fx.d.kind, DECISION_SILENT);
	other.requested = addr;
	assert_int_equal(fx_decide(&fx, other), DECISION_SILENT);
	fx_decline(&fx, mac(1), POOL + 1);
	assert_int_equal(fx.d.kind, DECISION_SILENT);
	assert_int_equal(lease_at(fx.leases, addr)->state, LEASE_BOUND);
	fx_decline(&fx, mac(1), addr);
	assert_int_equal(fx.d.kind, DECISION_END);
	assert_int_equal(fx.d.end, LEASE_END_DECLINED);
	assert_int_equal(lease_at(fx.leases, addr)->state, LEASE_DECLINED);
	assert_int_equal(lease_at(fx.leases, addr)->promised, START + 1 + 600);
	/* never offered or ACKed meanwhile */
	assert_int_equal(fx_select(&fx, mac(2), addr), DHCP_NAK);
	assert_int_equal(fx_reboot(&fx, mac(1), addr), 0);
	assert_int_equal(fx_offer(&fx, mac(1)), POOL + 1);
	/* offered, not bound: its offeree may decline it */
	fx_decline(&fx, mac(2), POOL + 1);
	assert_int_equal(fx.d.kind, DECISION_SILENT);
	fx_decline(&fx, mac(1), POOL + 1);
	assert_int_equal(fx.d.kind, DECISION_END);
	assert_int_equal(lease_at(fx.leases, POOL + 1)->state, LEASE_DECLINED);
	assert_true(lease_at(fx.leases, POOL + 1)->generation != 0);
	/* its reservation */
	fx_decline(&fx, mac(9), 0x0a000009);
	assert_int_equal(fx.d.kind, DECISION_END);
	assert_int_equal(fx_offer(&fx, mac(9)), POOL + 2);
	/* the quarantine ends */
	fx.now += 601;
	fx_expire(&fx);
	assert_int_equal(lease_at(fx.leases, addr)->state, LEASE_FREE);
	assert_int_equal(fx_offer(&fx, mac(9)), 0x0a000009);
	fx_close(&fx);
}

static void release(void **state)
{
	struct fixture fx = fx_open(fx_model(4));
	uint32_t addr = fx_lease(&fx, mac(1));
	struct req req = {
		.type = DHCP_RELEASE, .mac = 1, .ciaddr = addr, .unicast = true, .server = OTHER};

	(void)state;
	fx_release(&fx, mac(2), addr);
	assert_int_equal(fx.d.kind, DECISION_SILENT);
	assert_int_equal(fx_decide(&fx, req), DECISION_SILENT);
	req.server = 0;
	assert_int_equal(fx_decide(&fx, req), DECISION_END);
	assert_int_equal(fx.d.end, LEASE_END_RELEASED);
	assert_int_equal(fx.d.end_addr, addr);
	fx_release(&fx, mac(1), addr);
	assert_int_equal(lease_at(fx.leases, addr)->state, LEASE_FREE);
	fx_release(&fx, mac(1), addr);
	assert_int_equal(fx.d.kind, DECISION_SILENT);
	/* remembered for the same client */
	fx.now += 100000;
	fx_lease(&fx, mac(2));
	assert_int_equal(fx_offer(&fx, mac(1)), addr);
	fx_close(&fx);
}

static void inform(void **state)
{
	struct model *model = fx_model(4);
	struct req req = {
		.type = DHCP_INFORM, .mac = 1, .ciaddr = 0x0a000032, .prl = "\x01\x03\xfc"};
	struct fixture fx;
	char codes[1024];

	(void)state;
	fx_option(&model->scope.options, 252, "wpad", 4);
	fx = fx_open(model);
	assert_int_equal(fx_ask(&fx, req), DHCP_ACK);
	assert_string_equal(fx_codes(&fx.d.reply, codes), "53 54 1 252");
	assert_int_equal(fx.d.reply.yiaddr, 0);
	assert_int_equal(fx.d.reply.ciaddr, 0x0a000032);
	assert_int_equal(fx.d.reply.lifetime, 0);
	assert_false(fx.d.has_change);
	assert_false(fx.d.memoise);
	assert_int_equal(lease_count(fx.leases), 0);
	/* relayed, and without ciaddr */
	req.giaddr = 0x0a000002;
	assert_int_equal(fx_ask(&fx, req), DHCP_ACK);
	req.giaddr = req.ciaddr = 0;
	assert_int_equal(fx_ask(&fx, req), DHCP_ACK);
	fx_close(&fx);
}

static void closing_defers(void **state)
{
	struct fixture fx = fx_open(fx_model(4));
	uint32_t addr = fx_lease(&fx, mac(1));
	struct req renew = {.type = DHCP_REQUEST, .mac = 1, .ciaddr = addr, .unicast = true};
	struct req discover = {.type = DHCP_DISCOVER, .mac = 1};
	struct lease *lease = lease_at(fx.leases, addr);
	struct change change;

	(void)state;
	engine_begin_end(fx.engine, lease, LEASE_END_RELEASED);
	assert_int_equal(fx_decide(&fx, renew), DECISION_DEFER);
	assert_int_equal(fx_decide(&fx, discover), DECISION_DEFER);
	assert_false(fx.d.has_change);
	/* nor is it given another meanwhile */
	renew.ciaddr = 0;
	renew.requested = POOL + 2;
	renew.server = SERVER;
	assert_int_equal(fx_decide(&fx, renew), DECISION_DEFER);
	/* nobody else gets it */
	assert_int_equal(fx_select(&fx, mac(2), addr), DHCP_NAK);
	assert_int_equal(fx_offer(&fx, mac(2)), POOL + 1);
	fx_release(&fx, mac(1), addr);
	assert_int_equal(fx.d.kind, DECISION_SILENT);
	engine_finish_end(fx.engine, lease, 0, 0, fx.now, fx.now, &change);
	assert_int_equal(fx_decide(&fx, discover), DECISION_REPLY);
	assert_int_equal(fx.d.reply.yiaddr, addr);
	fx_close(&fx);
}

static void unknown_types(void **state)
{
	struct fixture fx = fx_open(fx_model(4));

	(void)state;
	for (unsigned type = 0; type < 256; type++) {
		struct req req = {.type = (uint8_t)type, .mac = 1};

		fx_decide(&fx, req);
		if (type != DHCP_DISCOVER && type != DHCP_INFORM)
			assert_int_equal(fx.d.kind, DECISION_SILENT);
	}
	fx_close(&fx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(selecting),
		cmocka_unit_test(naks_say_little),
		cmocka_unit_test(init_reboot),
		cmocka_unit_test(init_reboot_of_a_reservation),
		cmocka_unit_test(renewing_and_rebinding),
		cmocka_unit_test(after_the_end),
		cmocka_unit_test(lifetimes_asked_for),
		cmocka_unit_test(credit),
		cmocka_unit_test(not_memoised),
		cmocka_unit_test(decline),
		cmocka_unit_test(release),
		cmocka_unit_test(inform),
		cmocka_unit_test(closing_defers),
		cmocka_unit_test(unknown_types),
	};

	return cmocka_run_group_tests_name("engine: request", tests, NULL, NULL);
}
