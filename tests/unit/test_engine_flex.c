// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Reservations by flex-id: what the operator's expression makes of a message is an identifier like
 * any other; where it is made of what no form of request holds, the answer is not memoised.
 */
#include "engine/expr.h"
#include "engine_fixture.h"

#define HOME (POOL - 91) /* 10.0.0.9 */

static struct expr *built(struct expr_builder *builder)
{
	struct expr *expr;

	assert_int_equal(expr_build_end(builder, &expr), 0);
	return expr;
}

/* option[code].hex, or relay4[sub].hex */
static struct expr *value_of(uint8_t code, uint8_t sub)
{
	struct expr_operand operand = {.source = EXPR_OPTION, .n = 1, .path = {code, sub}};
	struct expr_builder *builder = expr_build();

	operand.n += sub != 0;
	expr_push_value(builder, &operand);
	return built(builder);
}

static struct expr *field(enum expr_field field)
{
	struct expr_builder *builder = expr_build();

	expr_push_field(builder, field);
	return built(builder);
}

static struct fixture reserved(struct expr *expr, const void *id, size_t len)
{
	struct model *model = fx_model(8);

	model->flex_id = expr;
	strcpy(fx_reserve_by(&model->subnets[0].reservations, RESERVED_BY_FLEX_ID, id, len, HOME)
		       ->hostname,
	       "flex");
	return fx_open(model);
}

static struct req named(uint8_t mac, const char *name)
{
	return (struct req){.mac = mac, .name = name};
}

static void by_an_option(void **state)
{
	struct fixture fx = reserved(value_of(DHO_HOST_NAME, 0), "cpe", 3);

	(void)state;
	assert_int_equal(fx_lease(&fx, named(1, "other")), POOL);
	assert_true(fx.d.memoise);
	assert_int_equal(fx_lease(&fx, named(2, NULL)), POOL + 1); /* empty: none */
	assert_int_equal(fx_lease(&fx, named(3, "cpe")), HOME);
	assert_string_equal(fx.d.hostname, "flex");
	assert_true(fx.d.memoise);
	/* a second one, as behind one circuit */
	assert_int_equal(fx_lease(&fx, named(4, "cpe")), POOL + 2);
	assert_false(fx.d.memoise);
	assert_int_equal(fx_reboot(&fx, named(4, "cpe"), HOME), DHCP_NAK);
	assert_int_equal(fx_reboot(&fx, named(1, "other"), HOME), DHCP_NAK);
	fx_close(&fx);
}

/* Another identity on the MAC that shows the same value is the same machine. */
static void stages_of_one_machine(void **state)
{
	struct fixture fx = reserved(value_of(DHO_HOST_NAME, 0), "cpe", 3);
	struct req rom = named(1, "cpe"), os = named(1, "cpe");

	(void)state;
	rom.id = "rom";
	assert_int_equal(fx_lease(&fx, rom), HOME);
	assert_int_equal(fx_lease(&fx, os), HOME);
	os.name = "os";
	assert_int_equal(fx_reboot(&fx, os, HOME), DHCP_NAK);
	fx_close(&fx);
}

/* What the relay said once is in effect for a renewal that passes it by. */
static void by_the_relay_recalled(void **state)
{
	struct fixture fx = reserved(value_of(DHO_RELAY_AGENT, 1), "c", 1);

	(void)state;
	assert_int_equal(fx_lease(&fx, (struct req){.mac = 1, .agent = "\1\1c"}), HOME);
	assert_true(fx.d.memoise);
	assert_int_equal(fx_renew(&fx, (struct req){.mac = 1}, HOME), DHCP_ACK);
	assert_string_equal(fx.d.hostname, "flex");
	assert_false(fx.d.memoise);
	assert_int_equal(fx_reboot(&fx, (struct req){.mac = 1}, HOME), DHCP_NAK);
	fx_close(&fx);
}

/* pkt.iface: the link's name. */
static void by_the_interface(void **state)
{
	struct fixture fx = reserved(field(EXPR_FIELD_IFACE), "eth0", 4);

	(void)state;
	assert_int_equal(fx_offer(&fx, named(1, NULL)), HOME);
	strcpy(fx.link.name, "eth1");
	assert_int_equal(fx_offer(&fx, named(1, NULL)), POOL);
	fx_close(&fx);
}

/* Not even for a client that has no such reservation: another request of its form may. */
static void made_of_what_no_form_holds(void **state)
{
	struct fixture fx = reserved(field(EXPR_FIELD_TRANSID), "\0\0\0\1", 4);

	(void)state;
	assert_int_equal(fx_lease(&fx, named(1, NULL)), POOL); /* its xid is 0 */
	assert_false(fx.d.memoise);
	assert_int_equal(fx.d.change.row.ack_until, fx.d.change.row.promised);
	fx_close(&fx);
}

/* Not in host-reservation-identifiers: not evaluated. */
static void not_looked_for(void **state)
{
	struct model *model = fx_model(8);
	struct fixture fx;

	(void)state;
	model->flex_id = field(EXPR_FIELD_TRANSID);
	model->n_order--;
	assert_int_equal(model->order[model->n_order], RESERVED_BY_FLEX_ID);
	fx = fx_open(model);
	assert_int_equal(fx_lease(&fx, named(1, NULL)), POOL);
	assert_true(fx.d.memoise);
	fx_close(&fx);
}

static void no_expression(void **state)
{
	struct fixture fx = reserved(NULL, "cpe", 3);

	(void)state;
	assert_int_equal(fx_lease(&fx, named(1, "cpe")), POOL);
	assert_true(fx.d.memoise);
	fx_close(&fx);
}

/* A value longer than an identifier can be is none: cut, it could be another client's too. */
static void too_long_values_are_none(void **state)
{
	char id[300];
	struct fixture fx;
	struct req req = {.mac = 1, .agent = id, .agent_len = sizeof(id)};

	(void)state;
	memset(id, 'x', sizeof(id));
	fx = reserved(value_of(DHO_RELAY_AGENT, 0), id, 255);
	assert_int_equal(fx_offer(&fx, req), POOL);
	req.agent_len = 255;
	assert_int_equal(fx_offer(&fx, req), HOME);
	req.agent_len = 254;
	assert_int_equal(fx_offer(&fx, req), POOL);
	fx_close(&fx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_an_option),
		cmocka_unit_test(stages_of_one_machine),
		cmocka_unit_test(by_the_relay_recalled),
		cmocka_unit_test(by_the_interface),
		cmocka_unit_test(made_of_what_no_form_holds),
		cmocka_unit_test(not_looked_for),
		cmocka_unit_test(no_expression),
		cmocka_unit_test(too_long_values_are_none),
	};

	return cmocka_run_group_tests_name("engine: flex-id", tests, NULL, NULL);
}
