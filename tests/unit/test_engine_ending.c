// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The end of bindings, with XDP's grants crossing it; reloads with leases outstanding. */
#include "engine_fixture.h"

static struct req mac(uint8_t last)
{
	return (struct req){.mac = last};
}

static void grant_outlives_expiry(void **state)
{
	struct fixture fx = fx_open(fx_model(2));
	uint32_t addr = fx_lease(&fx, mac(1)), until;
	uint64_t generation = fx.d.change.row.generation;
	struct change change;

	(void)state;
	fx.now += LIFETIME + 1;
	assert_int_equal(lease_due(fx.leases, fx.now)->addr, addr);
	until = fx.now + 500;
	change = fx_end(&fx, addr, LEASE_END_EXPIRED, fx.now - 100, until, 0);
	assert_int_equal(change.row.state, LEASE_BOUND);
	assert_true(change.row.generation == generation);
	assert_int_equal(change.row.granted_until, until);
	assert_int_equal(change.row.cltt, fx.now - 100);
	assert_null(lease_due(fx.leases, until - 1));
	assert_int_equal(lease_due(fx.leases, until)->addr, addr);
	fx.now = until;
	change = fx_end(&fx, addr, LEASE_END_EXPIRED, fx.now - 100, until, 0);
	assert_int_equal(change.row.state, LEASE_FREE);
	assert_int_equal(change.row.end, LEASE_END_EXPIRED);
	assert_int_equal(change.row.promised, until); /* its age in the queue */
	fx_close(&fx);
}

/* I5: a renewal answered by XDP after the client's RELEASE was received. */
static void grant_crosses_release(void **state)
{
	struct fixture fx = fx_open(fx_model(1));
	uint32_t addr = fx_lease(&fx, mac(1)), until = START + 5000;
	struct change change;

	(void)state;
	fx.now += 100;
	/* the last grant came well before: free at once */
	change = fx_end(&fx, addr, LEASE_END_RELEASED, fx.now - 10, until, fx.now - 8);
	assert_int_equal(change.row.state, LEASE_FREE);
	assert_int_equal(fx_lease(&fx, mac(2)), addr);
	fx_release(&fx, mac(2), addr);
	assert_int_equal(fx_lease(&fx, mac(1)), addr);
	/* less than a second before: held for what was granted */
	change = fx_end(&fx, addr, LEASE_END_RELEASED, fx.now - 10, until, fx.now - 9);
	assert_int_equal(change.row.state, LEASE_HELD);
	assert_int_equal(change.row.promised, until);
	assert_int_equal(fx_offer(&fx, mac(2)), 0);
	assert_int_equal(fx_select(&fx, mac(2), addr), DHCP_NAK);
	/* its last client may be bound anew; the promise stands */
	assert_int_equal(fx_lease(&fx, mac(1)), addr);
	assert_true(fx.d.change.row.generation > change.row.generation);
	assert_int_equal(fx.d.change.row.promised, until);
	change = fx_end(&fx, addr, LEASE_END_RELEASED, fx.now, until, fx.now);
	assert_int_equal(change.row.state, LEASE_HELD);
	fx.now = until - 1;
	fx_expire(&fx);
	assert_int_equal(fx_offer(&fx, mac(2)), 0);
	fx.now = until;
	fx_expire(&fx);
	assert_int_equal(lease_at(fx.leases, addr)->end, LEASE_END_RELEASED);
	assert_int_equal(fx_offer(&fx, mac(2)), addr);
	fx_close(&fx);
}

static void grant_crosses_decline(void **state)
{
	struct fixture fx = fx_open(fx_model(1));
	uint32_t addr = fx_lease(&fx, mac(1));
	struct change change;

	(void)state;
	change = fx_end(&fx, addr, LEASE_END_DECLINED, fx.now, START + 5000, fx.now);
	assert_int_equal(change.row.state, LEASE_DECLINED);
	assert_int_equal(change.row.promised, START + 5000);
	assert_int_equal(change.row.ack_until, START + 5000);
	fx_close(&fx);
}

/* Who is promised a held address finds it in use: quarantined, and the promise stands. */
static void decline_of_a_held_one(void **state)
{
	static const uint32_t promises[] = {5000, 50};
	struct fixture fx = fx_open(fx_model(2));

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		uint32_t addr = fx_lease(&fx, mac(1)), until = fx.now + promises[i];
		uint32_t quarantined = fx.now + 1 + 600;
		struct change change;

		fx_end(&fx, addr, LEASE_END_RELEASED, fx.now, until, fx.now);
		assert_int_equal(lease_at(fx.leases, addr)->state, LEASE_HELD);
		fx_decline(&fx, mac(2), addr);
		assert_int_equal(fx.d.kind, DECISION_SILENT);
		/* the slot is gone and cannot say what it granted */
		fx_decide(&fx, (struct req){.type = DHCP_DECLINE,
					    .mac = 1,
					    .requested = addr,
					    .server = SERVER});
		assert_int_equal(fx.d.kind, DECISION_END);
		change = fx_end(&fx, addr, fx.d.end, 0, 0, fx.now + 5);
		assert_int_equal(change.row.state, LEASE_DECLINED);
		assert_int_equal(change.row.promised, later(until, quarantined));
		assert_int_equal(change.row.ack_until, later(until, quarantined));
		assert_int_equal(fx_select(&fx, mac(2), addr), DHCP_NAK);
		fx.now = later(until, quarantined) - 1;
		fx_expire(&fx);
		assert_int_equal(lease_at(fx.leases, addr)->state, LEASE_DECLINED);
		fx.now++;
		fx_expire(&fx);
		assert_int_equal(lease_at(fx.leases, addr)->state, LEASE_FREE);
	}
	fx_close(&fx);
}

/* The client had the address until just now and says that it is in use: no end makes it free. */
static void decline_while_another_end_is_under_way(void **state)
{
	static const enum lease_end ends[] = {LEASE_END_EXPIRED, LEASE_END_RELEASED};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct fixture fx = fx_open(fx_model(2));
		uint32_t addr = fx_lease(&fx, mac(1));
		const struct req decline = {
			.type = DHCP_DECLINE, .mac = 1, .requested = addr, .server = SERVER};
		struct lease *lease = lease_at(fx.leases, addr);
		struct change change;

		fx.now = lease->promised;
		engine_begin_end(fx.engine, lease, ends[i]);
		fx_decide(&fx, decline);
		assert_int_equal(fx.d.kind, DECISION_END);
		assert_int_equal(fx.d.end, LEASE_END_DECLINED);
		engine_begin_end(fx.engine, lease, fx.d.end);
		fx_decide(&fx, decline);
		assert_int_equal(fx.d.reason, SILENT_ended_already);
		engine_finish_end(fx.engine, lease, 0, 0, fx.now, fx.now, &change);
		assert_int_equal(change.row.state, LEASE_DECLINED);
		assert_int_equal(change.row.promised, fx.now + 1 + 600);
		assert_int_not_equal(fx_offer(&fx, mac(2)), addr);
		fx_close(&fx);
	}
}

static void decline_after_the_end(void **state)
{
	static const struct {
		uint32_t late;
		bool taken;
	} cases[] = {{0, true}, {9, true}, {10, false}};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct fixture fx = fx_open(fx_model(2));
		uint32_t addr = fx_lease(&fx, mac(1));
		const struct req decline = {
			.type = DHCP_DECLINE, .mac = 1, .requested = addr, .server = SERVER};

		fx.now = lease_at(fx.leases, addr)->promised;
		fx_expire(&fx);
		assert_int_equal(lease_at(fx.leases, addr)->state, LEASE_FREE);
		fx.now += cases[i].late;
		fx_decline(&fx, mac(2), addr); /* another's word counts for nothing */
		assert_int_equal(fx.d.reason, SILENT_not_its_address);
		fx_decide(&fx, decline);
		if (!cases[i].taken) {
			assert_int_equal(fx.d.reason, SILENT_not_its_address);
		} else {
			struct change change;

			assert_int_equal(fx.d.kind, DECISION_END);
			change = fx_end(&fx, addr, fx.d.end, 0, 0, fx.now);
			assert_int_equal(change.row.state, LEASE_DECLINED);
			assert_int_not_equal(fx_offer(&fx, mac(2)), addr);
		}
		fx_close(&fx);
	}
}

static void held_by_mac_from_a_slot(void **state)
{
	struct fixture fx = fx_open(fx_model(2));
	struct lease_row row = {.addr = POOL,
				.subnet_id = 1,
				.generation = 5,
				.state = LEASE_HELD,
				.promised = START + 500,
				.ack_until = START + 500};

	(void)state;
	fx_close(&fx);
	fx = (struct fixture){.horizon = 3, .now = START};
	fx.leases = lease_table_new();
	fx_mac(row.client.chaddr, 1);
	assert_int_equal(lease_load(fx.leases, &row), 0);
	fx.engine = engine_new(fx.leases);
	fx_configure(&fx, fx_model(2));
	fx.link.addrs[0] = SERVER;
	fx.link.masks[0] = 0xffffff00;
	assert_int_equal(fx_renew(&fx, (struct req){.mac = 2, .id = "b"}, POOL), DHCP_NAK);
	/* only the MAC was known; the client proves to have an identifier */
	assert_int_equal(fx_renew(&fx, (struct req){.mac = 1, .id = "a"}, POOL), DHCP_ACK);
	assert_true(fx.d.change.row.generation > 5);
	assert_int_equal(fx_renew(&fx, (struct req){.mac = 1, .id = "a"}, POOL), DHCP_ACK);
	fx_close(&fx);
}

static void reload_without_the_pool(void **state)
{
	struct fixture fx = fx_open(fx_model(4));
	uint32_t addr = fx_lease(&fx, mac(1));
	struct model *model = fx_model(0);

	(void)state;
	fx_pool(&model->subnets[0], POOL + 10, POOL + 11);
	fx_configure(&fx, model);
	assert_int_equal(fx_renew(&fx, mac(1), addr), DHCP_NAK);
	assert_int_equal(fx.d.reason, NAK_in_no_pool);
	/* a NAK frees nothing; the client gets another */
	assert_int_equal(lease_at(fx.leases, addr)->state, LEASE_BOUND);
	assert_int_equal(fx_lease(&fx, mac(1)), POOL + 10);
	fx_close(&fx);
}

static void reload_without_the_subnet(void **state)
{
	struct fixture fx = fx_open(fx_model(4));
	uint32_t addr = fx_lease(&fx, mac(1));
	struct model *model = calloc(1, sizeof(*model));

	(void)state;
	fx_pool(fx_subnet(model, 0xc0a80000, 24), 0xc0a80064, 0xc0a80070);
	fx_configure(&fx, model);
	assert_int_equal(fx_renew(&fx, mac(1), addr), 0);
	fx.link.addrs[1] = 0xc0a80001;
	fx.link.masks[1] = 0xffffff00;
	assert_int_equal(fx_renew(&fx, mac(1), addr), DHCP_NAK); /* its own, but it can't stay */
	assert_int_equal(fx_lease(&fx, mac(1)), 0xc0a80064);
	fx_release(&fx, mac(1), addr);
	fx.now += LIFETIME + 1;
	fx_expire(&fx);
	assert_int_equal(lease_at(fx.leases, addr)->state, LEASE_FREE);
	fx_close(&fx);
}

static void reload_with_new_reservations(void **state)
{
	struct fixture fx = fx_open(fx_model(4));
	uint32_t old = fx_lease(&fx, mac(1)), dynamic = fx_lease(&fx, mac(2));
	struct model *model = fx_model(4);

	(void)state;
	/* the address of 1 is now 2's */
	fx_reserve(&model->subnets[0], 2, NULL, old);
	fx_configure(&fx, model);
	/* closed to its new owner until the promise has run out: who renews what it has */
	assert_int_equal(fx_select(&fx, mac(2), old), DHCP_NAK);
	assert_int_equal(fx_renew(&fx, mac(2), dynamic), DHCP_ACK);
	assert_false(fx.d.memoise); /* that answer will change without its doing */
	assert_int_equal(fx.d.change.row.promised, START + 1 + LIFETIME);
	assert_int_equal(fx_offer(&fx, mac(2)), dynamic);
	/* the old holder is told, gets another, and its binding runs out */
	assert_int_equal(fx_renew(&fx, mac(1), old), DHCP_NAK);
	assert_int_equal(fx.d.reason, NAK_reserved);
	assert_int_equal(lease_at(fx.leases, old)->state, LEASE_BOUND);
	assert_int_not_equal(fx_lease(&fx, mac(1)), old);
	fx.now += LIFETIME;
	fx_renew(&fx, mac(2), dynamic);
	fx.now += 1;
	fx_expire(&fx);
	assert_int_equal(lease_at(fx.leases, old)->state, LEASE_FREE);
	/* then the new owner is moved */
	assert_int_equal(fx_renew(&fx, mac(2), dynamic), DHCP_NAK);
	assert_int_equal(fx.d.reason, NAK_reserved_elsewhere);
	assert_int_equal(fx_lease(&fx, mac(2)), old);
	fx_close(&fx);
}

static void reload_drops_offers_only(void **state)
{
	struct fixture fx = fx_open(fx_model(4));
	uint32_t addr = fx_offer(&fx, mac(1));
	struct engine_usage usage;

	(void)state;
	fx_configure(&fx, fx_model(4));
	engine_usage(fx.engine, &fx.model->subnets[0], &usage);
	assert_int_equal(usage.free_fresh, 4);
	assert_int_equal(fx_select(&fx, mac(1), addr), DHCP_ACK);
	fx_configure(&fx, fx_model(4));
	engine_usage(fx.engine, &fx.model->subnets[0], &usage);
	assert_int_equal(usage.free_fresh, 3);
	assert_int_equal(usage.assigned, 1);
	assert_int_equal(fx_renew(&fx, mac(1), addr), DHCP_ACK);
	fx_close(&fx);
}

static void restart_keeps_the_order_of_the_free(void **state)
{
	struct fixture fx = fx_open(fx_model(3)), again;
	struct lease *lease;

	(void)state;
	for (uint8_t i = 1; i <= 3; i++)
		fx_lease(&fx, mac(i));
	for (uint8_t i = 0; i < 3; i++) { /* 2, 3, 1 */
		fx.now += 5;
		fx_release(&fx, mac((i + 1) % 3 + 1), POOL + (i + 1) % 3);
	}
	again = (struct fixture){.horizon = 3, .now = fx.now, .link = fx.link};
	again.leases = lease_table_new();
	for (lease = lease_next(fx.leases, 0); lease;
	     lease = lease_next(fx.leases, lease->addr + 1)) {
		struct lease_row row;

		lease_row(lease, &row);
		assert_int_equal(lease_load(again.leases, &row), 0);
	}
	again.engine = engine_new(again.leases);
	fx_configure(&again, fx_model(3));
	assert_int_equal(fx_offer(&again, mac(11)), POOL + 1);
	assert_int_equal(fx_offer(&again, mac(12)), POOL + 2);
	assert_int_equal(fx_offer(&again, mac(13)), POOL);
	fx_close(&fx);
	fx_close(&again);
}

/* By command: the address is free at once, for anybody, and not as its last client's. */
static void quarantine_ended_early(void **state)
{
	struct fixture fx = fx_open(fx_model(1));
	uint32_t addr = fx_lease(&fx, mac(1));
	struct change change;

	(void)state;
	fx.now += 100;
	fx_decline(&fx, mac(1), addr);
	assert_int_equal(lease_at(fx.leases, addr)->state, LEASE_DECLINED);
	fx.now += 5;
	change = fx_end(&fx, addr, LEASE_END_RELEASED, 0, 0, fx.now);
	assert_int_equal(change.row.state, LEASE_FREE);
	assert_int_equal(change.row.end, LEASE_END_DECLINED);
	assert_int_equal(change.row.promised, fx.now);
	assert_int_equal(fx_offer(&fx, mac(2)), addr);
	fx_close(&fx);
}

/* A grant that crossed the DECLINE is promised still. */
static void quarantine_ended_early_within_a_grant(void **state)
{
	struct fixture fx = fx_open(fx_model(1));
	uint32_t addr = fx_lease(&fx, mac(1)), until = START + 5000;
	struct change change;

	(void)state;
	fx_end(&fx, addr, LEASE_END_DECLINED, fx.now, until, fx.now);
	fx.now += 5;
	change = fx_end(&fx, addr, LEASE_END_RELEASED, 0, 0, fx.now);
	assert_int_equal(change.row.state, LEASE_HELD);
	assert_int_equal(change.row.promised, until);
	assert_int_equal(fx_offer(&fx, mac(2)), 0);
	fx.now = until;
	fx_expire(&fx);
	assert_int_equal(lease_at(fx.leases, addr)->state, LEASE_FREE);
	assert_int_equal(fx_offer(&fx, mac(2)), addr);
	fx_close(&fx);
}

/* What a held address was promised for survives a quarantine that is shorter. */
static void quarantine_of_a_held_one_ended_early(void **state)
{
	struct fixture fx = fx_open(fx_model(1));
	struct lease_row row = {.addr = POOL,
				.subnet_id = 1,
				.generation = 7,
				.state = LEASE_HELD,
				.promised = START + 50,
				.ack_until = START + 50};
	struct change change;

	(void)state;
	fx_close(&fx);
	fx = (struct fixture){.horizon = 3, .now = START, .link = fx.link};
	fx.leases = lease_table_new();
	assert_int_equal(lease_load(fx.leases, &row), 0);
	fx.engine = engine_new(fx.leases);
	fx_configure(&fx, fx_model(1));
	change = fx_end(&fx, POOL, LEASE_END_DECLINED, 0, 0, fx.now);
	assert_int_equal(change.row.state, LEASE_DECLINED);
	assert_int_equal(change.row.promised, START + 1 + 600);
	change = fx_end(&fx, POOL, LEASE_END_RELEASED, 0, 0, fx.now);
	assert_int_equal(change.row.state, LEASE_HELD);
	assert_int_equal(change.row.promised, START + 50);
	fx_close(&fx);
}

/* A stranger uses an address that was offered: nobody's, it is quarantined as one. */
static void unbound_address_in_use(void **state)
{
	struct fixture fx = fx_open(fx_model(2));
	uint32_t addr = fx_offer(&fx, mac(1));
	struct lease *lease = engine_unbound(fx.engine, addr);
	struct change change;

	(void)state;
	assert_non_null(lease);
	assert_int_equal(lease->state, LEASE_FREE);
	change = fx_end(&fx, addr, LEASE_END_DECLINED, 0, 0, fx.now);
	assert_int_equal(change.row.state, LEASE_DECLINED);
	assert_int_equal(change.row.promised, START + 1 + 600);
	assert_int_not_equal(fx_offer(&fx, mac(1)), addr);
	assert_int_not_equal(fx_offer(&fx, mac(1)), 0);
	/* the second one is bound, and the first is quarantined: they are not strangers' */
	addr = fx_lease(&fx, mac(1));
	assert_null(engine_unbound(fx.engine, addr));
	assert_null(engine_unbound(fx.engine, change.row.addr));
	assert_int_equal(fx_renew(&fx, mac(1), addr), DHCP_ACK);
	fx_close(&fx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grant_outlives_expiry),
		cmocka_unit_test(grant_crosses_release),
		cmocka_unit_test(grant_crosses_decline),
		cmocka_unit_test(decline_of_a_held_one),
		cmocka_unit_test(decline_while_another_end_is_under_way),
		cmocka_unit_test(decline_after_the_end),
		cmocka_unit_test(held_by_mac_from_a_slot),
		cmocka_unit_test(reload_without_the_pool),
		cmocka_unit_test(reload_without_the_subnet),
		cmocka_unit_test(reload_with_new_reservations),
		cmocka_unit_test(reload_drops_offers_only),
		cmocka_unit_test(restart_keeps_the_order_of_the_free),
		cmocka_unit_test(quarantine_ended_early),
		cmocka_unit_test(quarantine_ended_early_within_a_grant),
		cmocka_unit_test(quarantine_of_a_held_one_ended_early),
		cmocka_unit_test(unbound_address_in_use),
	};

	return cmocka_run_group_tests_name("engine: ending", tests, NULL, NULL);
}
