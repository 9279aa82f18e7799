// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * By what a client is known: the identifiers of a message, the order in which reservations are
 * looked for, several identities on one MAC, one identifier on several.
 */
#include "engine_fixture.h"

#define NET	 0x0a000000u
#define HOME	 (NET + 9)	  /* reserved, outside the pool */
#define DUID(n)	 "\xff" n "aidDU" /* RFC 4361 6.1: an IAID that begins with n, the DUID "DU" */
#define CIRCUIT	 "\1\1c"
#define REMOTE	 "\2\1r"
#define ROM	 "rom"
#define OF(name) (name), sizeof(name) - 1

static struct req mac(uint8_t last)
{
	return (struct req){.mac = last};
}

static struct req id(uint8_t last, const char *name)
{
	return (struct req){.mac = last, .id = name};
}

static struct req behind(uint8_t last, const char *name, const char *agent)
{
	return (struct req){.mac = last, .id = name, .agent = agent};
}

/* One reservation of HOME. */
static struct fixture reserved(enum reserved_by by, const char *key, size_t len)
{
	struct model *model = fx_model(8);

	strcpy(fx_reserve_by(&model->subnets[0].reservations, by, key, len, HOME)->hostname,
	       "reserved");
	return fx_open(model);
}

/* Who is offered HOME, of those that show these bytes? */
static bool is_home(enum reserved_by by, const char *key, size_t key_len, const char *client_id,
		    size_t id_len, const char *agent, size_t agent_len)
{
	struct fixture fx = reserved(by, key, key_len);
	uint32_t addr = fx_offer(&fx, (struct req){.mac = 1,
						   .id = client_id,
						   .id_len = id_len,
						   .agent = agent,
						   .agent_len = agent_len});

	fx_close(&fx);
	return addr == HOME;
}

static bool by_duid(const char *key, const char *client_id, size_t len)
{
	return is_home(RESERVED_BY_DUID, key, strlen(key), client_id, len, NULL, 0);
}

/* RFC 4361 6.1: type 255, four bytes of IAID, the DUID. */
static void duid_of_a_client_id(void **state)
{
	(void)state;
	assert_true(by_duid("DU", OF("\xff\0\0\0\1DU")));
	assert_true(by_duid("DU", OF("\xffiaidDU")));
	assert_true(by_duid("D", OF("\xffiaidD")));
	assert_false(by_duid("D", OF("\xffiaidDU")));
	assert_false(by_duid("DU", OF("\xffiaidD")));
	assert_false(by_duid("DU", OF("\1iaidDU"))); /* another type */
	assert_false(by_duid("d", OF("\xffiaid")));  /* nothing after the IAID */
	assert_false(by_duid("\xff", OF("\xff")));
}

static bool by_relay(enum reserved_by by, const char *agent, size_t len)
{
	return is_home(by, "c", 1, NULL, 0, agent, len);
}

/* RFC 3046 3.1, 3.2; what runs past the end is not there, nor is what is empty. */
static void sub_options_of_the_relay(void **state)
{
	(void)state;
	assert_true(by_relay(RESERVED_BY_CIRCUIT_ID, OF("\1\1c")));
	assert_true(by_relay(RESERVED_BY_CIRCUIT_ID, OF("\x09\3abc\1\1c\2\1d")));
	assert_false(by_relay(RESERVED_BY_CIRCUIT_ID, OF("\2\1c")));
	assert_false(by_relay(RESERVED_BY_CIRCUIT_ID, OF("\1\2cc")));
	assert_false(by_relay(RESERVED_BY_CIRCUIT_ID, OF("\1\2c")));
	assert_false(by_relay(RESERVED_BY_CIRCUIT_ID, OF("\1\0")));
	assert_false(by_relay(RESERVED_BY_CIRCUIT_ID, OF("\x09\x09\1\1c")));
	assert_true(by_relay(RESERVED_BY_REMOTE_ID, OF("\2\1c")));
	assert_true(by_relay(RESERVED_BY_REMOTE_ID, OF("\1\1d\2\1c")));
	assert_false(by_relay(RESERVED_BY_REMOTE_ID, OF("\1\1c")));
}

/* All that one client shows is reserved, each with an address of its own. */
static struct model *one_of_each(void)
{
	struct model *model = fx_model(8);
	struct reservation_set *set = &model->subnets[0].reservations;
	uint8_t hw[6];

	fx_mac(hw, 1);
	fx_reserve_by(set, RESERVED_BY_HW_ADDRESS, hw, 6, NET + 20 + RESERVED_BY_HW_ADDRESS);
	fx_reserve_by(set, RESERVED_BY_DUID, OF("DU"), NET + 20 + RESERVED_BY_DUID);
	fx_reserve_by(set, RESERVED_BY_CIRCUIT_ID, OF("c"), NET + 20 + RESERVED_BY_CIRCUIT_ID);
	fx_reserve_by(set, RESERVED_BY_REMOTE_ID, OF("r"), NET + 20 + RESERVED_BY_REMOTE_ID);
	fx_reserve_by(set, RESERVED_BY_CLIENT_ID, OF(DUID("1")), NET + 20 + RESERVED_BY_CLIENT_ID);
	return model;
}

static void order_of_identifiers(void **state)
{
	struct req req = behind(1, DUID("1"), CIRCUIT REMOTE);

	(void)state;
	for (int by = 0; by < RESERVED_BY_COUNT; by++) {
		struct model *model = one_of_each();
		struct fixture fx;

		fx_look_first_for(model, (enum reserved_by)by);
		fx = fx_open(model);
		assert_int_equal(fx_offer(&fx, req),
				 NET + 20 + (by == RESERVED_BY_FLEX_ID ? 0 : (uint32_t)by));
		fx_close(&fx);
	}
}

/* Without the earlier ones: what is left of the default order. */
static void default_order(void **state)
{
	struct fixture fx = fx_open(one_of_each());

	(void)state;
	assert_int_equal(fx.model->n_order, RESERVED_BY_COUNT);
	assert_int_equal(fx_offer(&fx, behind(1, DUID("1"), CIRCUIT REMOTE)),
			 NET + 20 + RESERVED_BY_HW_ADDRESS);
	assert_int_equal(fx_offer(&fx, behind(2, DUID("1"), CIRCUIT REMOTE)),
			 NET + 20 + RESERVED_BY_DUID);
	assert_int_equal(fx_offer(&fx, behind(2, "x", CIRCUIT REMOTE)),
			 NET + 20 + RESERVED_BY_CIRCUIT_ID);
	assert_int_equal(fx_offer(&fx, behind(2, "x", REMOTE)), NET + 20 + RESERVED_BY_REMOTE_ID);
	fx_close(&fx);
}

/* Not in host-reservation-identifiers: never looked for. */
static void identifiers_left_out(void **state)
{
	struct model *model = one_of_each();
	struct fixture fx;

	(void)state;
	model->n_order = 1;
	model->order[0] = RESERVED_BY_CLIENT_ID;
	fx = fx_open(model);
	assert_int_equal(fx_offer(&fx, behind(1, DUID("2"), CIRCUIT REMOTE)), POOL);
	for (int by = 0; by < RESERVED_BY_CLIENT_ID; by++) { /* nor given, to anybody */
		assert_int_equal(fx_select(&fx, behind(1, DUID("2"), CIRCUIT REMOTE),
					   NET + 20 + (uint32_t)by),
				 DHCP_NAK);
		assert_int_equal(fx.d.reason, NAK_reserved);
	}
	assert_int_equal(fx_offer(&fx, behind(3, DUID("1"), CIRCUIT REMOTE)),
			 NET + 20 + RESERVED_BY_CLIENT_ID);
	fx_close(&fx);
}

/* ROM, boot loader and system of one machine, none of which has ended its lease. */
static void stages_of_one_machine(void **state)
{
	static const struct {
		enum reserved_by by;
		const char *key;
		size_t len;
	} cases[] = {
		{RESERVED_BY_HW_ADDRESS, OF("\2\0\0\0\0\1")},
		{RESERVED_BY_CIRCUIT_ID, OF("c")},
		{RESERVED_BY_REMOTE_ID, OF("r")},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fixture fx = reserved(cases[i].by, cases[i].key, cases[i].len);
		uint64_t generation;

		assert_int_equal(fx_lease(&fx, behind(1, ROM, CIRCUIT REMOTE)), HOME);
		generation = fx.d.change.row.generation;
		assert_int_equal(fx_lease(&fx, behind(1, NULL, CIRCUIT REMOTE)), HOME);
		assert_int_equal(fx_lease(&fx, behind(1, "os", CIRCUIT REMOTE)), HOME);
		assert_true(fx.d.memoise);
		assert_int_equal(fx.d.change.row.generation, generation);
		assert_int_equal(fx_renew(&fx, behind(1, ROM, CIRCUIT REMOTE), HOME), DHCP_ACK);
		/* another machine there, and the same one elsewhere: reserved, for somebody else */
		assert_int_not_equal(fx_offer(&fx, behind(2, ROM, CIRCUIT REMOTE)), HOME);
		assert_int_equal(fx_reboot(&fx, behind(2, ROM, CIRCUIT REMOTE), HOME), DHCP_NAK);
		if (cases[i].by != RESERVED_BY_HW_ADDRESS) {
			assert_int_equal(fx_reboot(&fx, behind(1, ROM, "\1\1x"), HOME), DHCP_NAK);
			assert_int_equal(fx.d.reason, NAK_reserved);
		}
		fx_close(&fx);
	}
}

/* By client-id or duid an address is one identity's; what else is on the MAC waits for its end. */
static void one_identity_of_a_mac(void **state)
{
	struct fixture fx = reserved(RESERVED_BY_DUID, OF("DU"));

	(void)state;
	assert_int_equal(fx_lease(&fx, id(1, DUID("1"))), HOME);
	assert_int_equal(fx_lease(&fx, id(1, DUID("2"))), POOL);
	assert_false(fx.d.cloned);
	assert_false(fx.d.memoise);
	assert_int_equal(fx_reboot(&fx, id(1, DUID("2")), HOME), DHCP_NAK);
	fx_release(&fx, id(1, DUID("1")), HOME);
	assert_int_equal(fx_renew(&fx, id(1, DUID("2")), POOL), DHCP_NAK); /* is to move */
	assert_int_equal(fx_lease(&fx, id(1, DUID("2"))), HOME);
	assert_true(fx.d.memoise);
	fx_close(&fx);
}

/* A host with two interfaces: one DUID, two IAIDs. No clone; the address is the first one's. */
static void interfaces_of_one_host(void **state)
{
	struct fixture fx = reserved(RESERVED_BY_DUID, OF("DU"));

	(void)state;
	assert_int_equal(fx_lease(&fx, id(1, DUID("1"))), HOME);
	assert_true(fx.d.memoise);
	assert_int_equal(fx_lease(&fx, id(2, DUID("2"))), POOL);
	assert_false(fx.d.cloned);
	assert_false(fx.d.memoise);
	assert_string_equal(fx.d.hostname, "reserved");
	assert_int_equal(fx_renew(&fx, id(2, DUID("2")), POOL), DHCP_ACK);
	assert_false(fx.d.cloned);
	assert_int_equal(fx_renew(&fx, id(1, DUID("1")), HOME), DHCP_ACK);
	fx_close(&fx);
}

/* The whole client id on a second MAC: what is reserved by its DUID is the first machine's. */
static void clone_by_duid(void **state)
{
	struct fixture fx = reserved(RESERVED_BY_DUID, OF("DU"));

	(void)state;
	assert_int_equal(fx_lease(&fx, id(1, DUID("1"))), HOME);
	assert_int_equal(fx_lease(&fx, id(2, DUID("1"))), POOL);
	assert_true(fx.d.cloned);
	assert_false(fx.d.memoise);
	assert_string_equal(fx.d.hostname, "");
	assert_int_equal(fx_reboot(&fx, id(2, DUID("1")), HOME), DHCP_NAK);
	assert_true(fx.d.cloned);
	assert_int_equal(fx_renew(&fx, id(2, DUID("1")), POOL), DHCP_ACK);
	assert_true(fx.d.cloned);
	assert_int_equal(fx_renew(&fx, id(1, DUID("1")), HOME), DHCP_ACK);
	assert_false(fx.d.cloned);
	assert_true(fx.d.memoise);
	/* the first gone, the identifier is the second's alone */
	fx_release(&fx, id(1, DUID("1")), HOME);
	assert_int_equal(fx_renew(&fx, id(2, DUID("1")), POOL), DHCP_NAK);
	assert_int_equal(fx_lease(&fx, id(2, DUID("1"))), HOME);
	assert_string_equal(fx.d.hostname, "reserved");
	fx_close(&fx);
}

/* A clone that has a reservation of another kind keeps that. */
static void clone_with_a_circuit(void **state)
{
	struct model *model = fx_model(8);
	struct reservation_set *set = &model->subnets[0].reservations;
	struct fixture fx;

	(void)state;
	fx_look_first_for(model, RESERVED_BY_CLIENT_ID);
	fx_reserve_by(set, RESERVED_BY_CLIENT_ID, OF("twin"), HOME);
	fx_reserve_by(set, RESERVED_BY_CIRCUIT_ID, OF("c"), HOME + 1);
	fx = fx_open(model);
	assert_int_equal(fx_lease(&fx, id(1, "twin")), HOME);
	assert_int_equal(fx_lease(&fx, behind(2, "twin", CIRCUIT)), HOME + 1);
	assert_true(fx.d.cloned);
	assert_int_equal(fx_renew(&fx, behind(2, "twin", CIRCUIT), HOME + 1), DHCP_ACK);
	assert_true(fx.d.cloned);
	assert_false(fx.d.memoise); /* the first gone, it would move */
	fx_close(&fx);
}

/*
 * The address of a global reservation lies in another subnet: who has it there says nothing of who
 * is a clone here.
 */
static void clones_are_of_a_subnet(void **state)
{
	struct model *model = fx_model(8);
	struct req there = {.mac = 1, .id = "roams", .giaddr = NET + 0x101};
	struct fixture fx;

	(void)state;
	fx_pool(fx_subnet(model, NET + 0x100, 24), NET + 0x110, NET + 0x11f);
	strcpy(fx_reserve_by(&model->reservations, RESERVED_BY_CLIENT_ID, OF("roams"), NET + 0x109)
		       ->hostname,
	       "reserved");
	fx = fx_open(model);
	assert_int_equal(fx_lease(&fx, there), NET + 0x109);
	assert_string_equal(fx.d.hostname, "reserved");
	for (unsigned i = 0; i < 2; i++) { /* its first ACK, and when it is bound */
		if (i == 0)
			assert_int_equal(fx_lease(&fx, id(2, "roams")), POOL);
		else
			assert_int_equal(fx_renew(&fx, id(2, "roams"), POOL), DHCP_ACK);
		assert_false(fx.d.cloned);
		assert_true(fx.d.memoise);
		assert_string_equal(fx.d.hostname, "reserved");
	}
	fx_close(&fx);
}

/* Nobody has it; that it is being closed for its quarantine makes it nobody else's. */
static void declined_while_only_reserved(void **state)
{
	struct fixture fx = reserved(RESERVED_BY_CIRCUIT_ID, OF("c"));
	struct req req = behind(1, NULL, CIRCUIT);
	struct change change;

	(void)state;
	assert_int_equal(fx_lease(&fx, behind(2, NULL, CIRCUIT)), HOME);
	fx_release(&fx, behind(2, NULL, CIRCUIT), HOME);
	req.type = DHCP_DECLINE;
	req.requested = HOME;
	req.server = SERVER;
	assert_int_equal(fx_decide(&fx, req), DECISION_END);
	engine_begin_end(fx.engine, lease_at(fx.leases, HOME), LEASE_END_DECLINED);
	for (unsigned i = 0; i < 2; i++) { /* while it is closed, and after */
		assert_int_equal(fx_select(&fx, behind(1, NULL, CIRCUIT), HOME), DHCP_NAK);
		assert_int_equal(fx.d.reason, NAK_declined);
		assert_int_equal(fx_reboot(&fx, behind(1, NULL, CIRCUIT), HOME), 0);
		assert_int_equal(fx_offer(&fx, behind(1, NULL, CIRCUIT)), POOL);
		if (i == 0)
			engine_finish_end(fx.engine, lease_at(fx.leases, HOME), 0, 0, fx.now,
					  fx.now, &change);
	}
	assert_int_equal(change.row.state, LEASE_DECLINED);
	fx_close(&fx);
}

/* The MAC is whose the reservation is, not whose client id it once was. */
static void by_mac_of_another(void **state)
{
	struct fixture fx = reserved(RESERVED_BY_HW_ADDRESS, OF("\2\0\0\0\0\1"));

	(void)state;
	assert_int_equal(fx_lease(&fx, id(1, "x")), HOME);
	assert_int_equal(fx_offer(&fx, id(2, "x")), POOL);
	assert_int_equal(fx_reboot(&fx, id(2, "x"), HOME), DHCP_NAK);
	assert_int_equal(fx_lease(&fx, mac(1)), HOME);
	fx_close(&fx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(duid_of_a_client_id),
		cmocka_unit_test(sub_options_of_the_relay),
		cmocka_unit_test(order_of_identifiers),
		cmocka_unit_test(default_order),
		cmocka_unit_test(identifiers_left_out),
		cmocka_unit_test(stages_of_one_machine),
		cmocka_unit_test(one_identity_of_a_mac),
		cmocka_unit_test(interfaces_of_one_host),
		cmocka_unit_test(clone_by_duid),
		cmocka_unit_test(clone_with_a_circuit),
		cmocka_unit_test(clones_are_of_a_subnet),
		cmocka_unit_test(declined_while_only_reserved),
		cmocka_unit_test(by_mac_of_another),
	};

	return cmocka_run_group_tests_name("engine: identity", tests, NULL, NULL);
}
