// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Who gets a reserved address, and when: several clients behind one circuit, a replaced CPE, global
 * reservations, reservations that a subnet does not use.
 */
#include "engine_fixture.h"

#define NET	0x0a000000u
#define HOME	(NET + 9)  /* reserved, outside the pool */
#define IN_POOL (POOL + 1) /* reserved, inside */
#define GONE	(NET + 0x100)

static struct req mac(uint8_t last)
{
	return (struct req){.mac = last};
}

/* What clients behind one line have in common. */
static const struct line {
	enum reserved_by by;
	const char *key, *agent;
} lines[] = {
	{RESERVED_BY_CIRCUIT_ID, "c", "\1\1c"},
	{RESERVED_BY_REMOTE_ID, "r", "\1\1d\2\1r"},
};

#define LINES (sizeof(lines) / sizeof(lines[0]))

static struct req on(const struct line *line, uint8_t last)
{
	return (struct req){.mac = last, .agent = line->agent};
}

static struct fixture reserved_on(const struct line *line, uint32_t addr)
{
	struct model *model = fx_model(8);

	strcpy(fx_reserve_by(&model->subnets[0].reservations, line->by, line->key,
			     strlen(line->key), addr)
		       ->hostname,
	       "line");
	return fx_open(model);
}

static void out_of_the_pool_and_in_it(void **state)
{
	static const uint32_t addrs[] = {HOME, IN_POOL};

	(void)state;
	for (size_t i = 0; i < LINES; i++) {
		for (size_t a = 0; a < 2; a++) {
			struct fixture fx = reserved_on(&lines[i], addrs[a]);

			assert_int_equal(fx_lease(&fx, mac(1)), POOL);
			assert_int_equal(fx_lease(&fx, mac(2)), POOL + (a ? 2 : 1));
			/* not by asking for it, not by having heard of it */
			assert_int_equal(
				fx_offer(&fx, (struct req){.mac = 3, .requested = addrs[a]}),
				POOL + (a ? 3 : 2));
			assert_int_equal(fx_select(&fx, mac(3), addrs[a]), DHCP_NAK);
			assert_int_equal(fx.d.reason, NAK_reserved);
			assert_int_equal(fx_lease(&fx, on(&lines[i], 4)), addrs[a]);
			assert_string_equal(fx.d.hostname, "line");
			assert_true(fx.d.memoise);
			fx_close(&fx);
		}
	}
}

/* Two clients behind one line: the address is the first one's, what both have is the name. */
static void one_at_a_time(void **state)
{
	(void)state;
	for (size_t i = 0; i < LINES; i++) {
		const struct line *line = &lines[i];
		struct fixture fx = reserved_on(line, HOME);

		assert_int_equal(fx_lease(&fx, on(line, 1)), HOME);
		assert_true(fx.d.memoise);
		/* what becomes of the first changes what the second is answered */
		assert_int_equal(fx_lease(&fx, on(line, 2)), POOL);
		assert_false(fx.d.memoise);
		assert_int_equal(fx.d.change.row.ack_until, fx.d.change.row.promised);
		assert_string_equal(fx.d.hostname, "line");
		assert_int_equal(fx_renew(&fx, on(line, 2), POOL), DHCP_ACK);
		assert_false(fx.d.memoise);
		/* each stays where it is */
		assert_int_equal(fx_offer(&fx, on(line, 1)), HOME);
		assert_int_equal(fx_offer(&fx, on(line, 2)), POOL);
		/* the first gone, the second moves, and a third finds it taken */
		fx_release(&fx, on(line, 1), HOME);
		assert_int_equal(fx_renew(&fx, on(line, 2), POOL), DHCP_NAK);
		assert_int_equal(fx.d.reason, NAK_reserved_elsewhere);
		assert_int_equal(fx_lease(&fx, on(line, 2)), HOME);
		assert_true(fx.d.memoise);
		assert_int_equal(fx_reboot(&fx, on(line, 1), HOME), DHCP_NAK);
		assert_int_equal(fx.d.reason, NAK_taken);
		fx_close(&fx);
	}
}

/* Offered to both, since an OFFER of a reserved address holds nothing; the first REQUEST has it. */
static void offered_to_two(void **state)
{
	struct fixture fx = reserved_on(&lines[0], HOME);

	(void)state;
	assert_int_equal(fx_offer(&fx, on(&lines[0], 1)), HOME);
	assert_int_equal(fx_offer(&fx, on(&lines[0], 2)), HOME);
	assert_int_equal(fx_select(&fx, on(&lines[0], 2), HOME), DHCP_ACK);
	assert_int_equal(fx_select(&fx, on(&lines[0], 1), HOME), DHCP_NAK);
	assert_int_equal(fx.d.reason, NAK_taken);
	assert_int_equal(fx_lease(&fx, on(&lines[0], 1)), POOL);
	fx_close(&fx);
}

/* In every state that a client can ask in. */
static void refused(struct fixture *fx, struct req req)
{
	assert_int_equal(fx_offer(fx, req), POOL);
	assert_int_equal(fx_select(fx, req, HOME), DHCP_NAK);
	assert_int_equal(fx->d.reason, NAK_taken);
	assert_int_equal(fx_reboot(fx, req, HOME), DHCP_NAK);
	assert_int_equal(fx_renew(fx, req, HOME), DHCP_NAK);
	assert_int_equal(fx->d.reason, NAK_taken);
}

/* I5: the former one's promises, XDP's too, end before another MAC gets the address. */
static void replaced_cpe(void **state)
{
	struct req former = on(&lines[0], 1), next = on(&lines[0], 2);
	struct fixture fx = reserved_on(&lines[0], HOME);
	struct lease *lease;
	struct change change;

	(void)state;
	assert_int_equal(fx_lease(&fx, former), HOME);
	lease = lease_at(fx.leases, HOME);
	fx.now = START + LIFETIME;
	refused(&fx, next);
	/* bound still by what XDP granted */
	lease_granted(fx.leases, lease, fx.now, fx.now + LIFETIME);
	fx.now = START + LIFETIME + 1;
	fx_expire(&fx);
	refused(&fx, next);
	/* being closed */
	fx.now = START + 2 * LIFETIME;
	engine_begin_end(fx.engine, lease, LEASE_END_EXPIRED);
	refused(&fx, next);
	engine_finish_end(fx.engine, lease, 0, 0, 0, fx.now, &change);
	assert_int_equal(lease->state, LEASE_FREE);
	assert_int_equal(fx_lease(&fx, next), HOME);
	assert_true(fx.d.memoise);
	fx_close(&fx);
}

/* Released, but XDP may have answered a renewal after that: held for the former. */
static void replaced_while_held(void **state)
{
	struct req former = on(&lines[0], 1), next = on(&lines[0], 2);
	struct fixture fx = reserved_on(&lines[0], HOME);
	struct change change;

	(void)state;
	assert_int_equal(fx_lease(&fx, former), HOME);
	change = fx_end(&fx, HOME, LEASE_END_RELEASED, fx.now, fx.now + 500, fx.now);
	assert_int_equal(change.row.state, LEASE_HELD);
	refused(&fx, next);
	fx.now += 500;
	fx_expire(&fx);
	assert_int_equal(fx_lease(&fx, next), HOME);
	fx_close(&fx);
}

/* The client on another line: the address stays the line's. What was promised to it stands. */
static void client_moved(void **state)
{
	struct fixture fx = reserved_on(&lines[0], HOME);
	struct req moved = {.mac = 1, .agent = "\1\1x"};

	(void)state;
	assert_int_equal(fx_lease(&fx, on(&lines[0], 1)), HOME);
	assert_int_equal(fx_reboot(&fx, moved, HOME), DHCP_NAK);
	assert_int_equal(fx.d.reason, NAK_reserved);
	assert_int_equal(fx_lease(&fx, moved), POOL);
	assert_true(fx.d.memoise);
	assert_int_equal(fx_offer(&fx, on(&lines[0], 2)), POOL + 1);
	/* and back */
	assert_int_equal(fx_reboot(&fx, on(&lines[0], 1), HOME), DHCP_ACK);
	fx_close(&fx);
}

/* Another identity on its MAC keeps it from nobody's line: promised to that MAC all the same. */
static void left_by_its_first_identity(void **state)
{
	struct req rom = on(&lines[0], 1), os = on(&lines[0], 1);
	struct fixture fx = reserved_on(&lines[0], HOME);

	(void)state;
	rom.id = "rom";
	os.id = "os";
	assert_int_equal(fx_lease(&fx, rom), HOME);
	fx.now += 100;
	assert_int_equal(fx_lease(&fx, os), HOME);
	/* the ROM's RELEASE is not the system's */
	fx_release(&fx, rom, HOME);
	assert_int_equal(fx.d.kind, DECISION_SILENT);
	assert_int_equal(lease_at(fx.leases, HOME)->state, LEASE_BOUND);
	fx.now = START + LIFETIME + 1;
	fx_expire(&fx);
	assert_int_equal(fx_offer(&fx, on(&lines[0], 2)), POOL);
	fx.now += 100;
	fx_expire(&fx);
	assert_int_equal(fx_offer(&fx, on(&lines[0], 2)), HOME);
	fx_close(&fx);
}

/* --- global ones --- */

static struct reservation *fx_global(struct model *model, uint8_t last, uint32_t addr)
{
	uint8_t hw[6];

	fx_mac(hw, last);
	return fx_reserve_by(&model->reservations, RESERVED_BY_HW_ADDRESS, hw, sizeof(hw), addr);
}

static void global_address(void **state)
{
	struct model *model = fx_model(4);
	struct fixture fx;
	struct engine_usage usage;

	(void)state;
	strcpy(fx_global(model, 1, HOME)->hostname, "one");
	fx_global(model, 2, POOL);
	fx = fx_open(model);
	engine_usage(fx.engine, &fx.model->subnets[0], &usage);
	assert_int_equal(usage.free_fresh, 3);
	assert_int_equal(fx_offer(&fx, mac(3)), POOL + 1); /* the pool's first is another's */
	assert_int_equal(fx_select(&fx, mac(3), POOL), DHCP_NAK);
	assert_int_equal(fx.d.reason, NAK_reserved);
	assert_int_equal(fx_lease(&fx, mac(1)), HOME);
	assert_string_equal(fx.d.hostname, "one");
	assert_true(fx.d.memoise);
	assert_int_equal(fx_lease(&fx, mac(2)), POOL);
	assert_int_equal(fx_lease(&fx, mac(3)), POOL + 1);
	assert_int_equal(fx_lease(&fx, mac(4)), POOL + 2);
	engine_usage(fx.engine, &fx.model->subnets[0], &usage);
	assert_int_equal(usage.free_fresh, 1);
	fx_close(&fx);
}

/* The name and the options of one whose address lies elsewhere are given, from the pool. */
static void global_address_elsewhere(void **state)
{
	struct model *model = fx_model(4);
	struct reservation *r = fx_global(model, 1, GONE + 9);
	struct fixture fx;
	size_t len;

	(void)state;
	strcpy(r->hostname, "one");
	fx_option(&r->scope.options, 42, "\1\2\3\4", 4)->always_send = true;
	fx = fx_open(model);
	assert_int_equal(fx_lease(&fx, mac(1)), POOL);
	assert_string_equal(fx.d.hostname, "one");
	assert_non_null(fx_option_at(&fx.d.reply, 42, &len));
	assert_true(fx.d.memoise);
	assert_int_equal(fx_reboot(&fx, mac(1), GONE + 9), DHCP_NAK);
	fx_close(&fx);
}

/* Both: the subnet's own, though it has no address. */
static void subnet_before_global(void **state)
{
	struct model *model = fx_model(4);
	struct fixture fx;

	(void)state;
	fx_look_first_for(model, RESERVED_BY_CLIENT_ID);
	strcpy(fx_reserve(&model->subnets[0], 1, NULL, 0)->hostname, "here");
	strcpy(fx_reserve_by(&model->reservations, RESERVED_BY_CLIENT_ID, "x", 1, HOME)->hostname,
	       "everywhere");
	fx = fx_open(model);
	assert_int_equal(fx_lease(&fx, (struct req){.mac = 1, .id = "x"}), POOL);
	assert_string_equal(fx.d.hostname, "here");
	assert_int_equal(fx_lease(&fx, (struct req){.mac = 2, .id = "x"}), POOL + 1);
	assert_true(fx.d.cloned);
	fx_release(&fx, (struct req){.mac = 1, .id = "x"}, POOL);
	assert_int_equal(fx_lease(&fx, (struct req){.mac = 2, .id = "x"}), HOME);
	assert_string_equal(fx.d.hostname, "everywhere");
	fx_close(&fx);
}

/* reservations-global: false. The addresses are like any others. */
static void global_ones_not_used(void **state)
{
	struct model *model = fx_model(4);
	struct fixture fx;

	(void)state;
	model->subnets[0].reservations_global = false;
	strcpy(fx_global(model, 1, POOL + 1)->hostname, "one");
	fx = fx_open(model);
	assert_int_equal(fx_lease(&fx, mac(1)), POOL);
	assert_string_equal(fx.d.hostname, "");
	assert_true(fx.d.memoise);
	assert_int_equal(fx_lease(&fx, mac(2)), POOL + 1);
	assert_int_equal(fx_renew(&fx, mac(2), POOL + 1), DHCP_ACK);
	fx_close(&fx);
}

/* reservations-in-subnet: false. */
static void own_ones_not_used(void **state)
{
	struct model *model = fx_model(2);
	struct fixture fx;
	struct engine_usage usage;

	(void)state;
	model->subnets[0].reservations_in_subnet = false;
	strcpy(fx_reserve(&model->subnets[0], 1, NULL, POOL + 1)->hostname, "one");
	fx_reserve(&model->subnets[0], 2, NULL, HOME);
	strcpy(fx_global(model, 1, 0)->hostname, "global");
	fx = fx_open(model);
	engine_usage(fx.engine, &fx.model->subnets[0], &usage);
	assert_int_equal(usage.free_fresh, 2);
	assert_int_equal(fx_lease(&fx, mac(1)), POOL);
	assert_string_equal(fx.d.hostname, "global");
	assert_int_equal(fx_lease(&fx, mac(2)), POOL + 1);
	assert_int_equal(fx_reboot(&fx, mac(2), HOME), 0); /* in no pool of ours */
	fx_close(&fx);
}

/* A reload that reserves an address which somebody has: it moves, then the owner gets it. */
static void reserved_by_a_reload(void **state)
{
	struct fixture fx = fx_open(fx_model(4));
	struct model *model = fx_model(4);

	(void)state;
	assert_int_equal(fx_lease(&fx, mac(1)), POOL);
	fx_reserve_by(&model->reservations, RESERVED_BY_CIRCUIT_ID, "c", 1, POOL);
	fx_configure(&fx, model);
	assert_int_equal(fx_lease(&fx, on(&lines[0], 2)), POOL + 1);
	assert_false(fx.d.memoise);
	assert_int_equal(fx_renew(&fx, mac(1), POOL), DHCP_NAK);
	assert_int_equal(fx.d.reason, NAK_reserved);
	/* behind that line itself it may stay */
	assert_int_equal(fx_reboot(&fx, on(&lines[0], 1), POOL), DHCP_ACK);
	fx.now += LIFETIME + 1;
	fx_expire(&fx);
	assert_int_equal(fx_lease(&fx, on(&lines[0], 2)), POOL);
	fx_close(&fx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(out_of_the_pool_and_in_it),
		cmocka_unit_test(one_at_a_time),
		cmocka_unit_test(offered_to_two),
		cmocka_unit_test(replaced_cpe),
		cmocka_unit_test(replaced_while_held),
		cmocka_unit_test(client_moved),
		cmocka_unit_test(left_by_its_first_identity),
		cmocka_unit_test(global_address),
		cmocka_unit_test(global_address_elsewhere),
		cmocka_unit_test(subnet_before_global),
		cmocka_unit_test(global_ones_not_used),
		cmocka_unit_test(own_ones_not_used),
		cmocka_unit_test(reserved_by_a_reload),
	};

	return cmocka_run_group_tests_name("engine: reservations", tests, NULL, NULL);
}
