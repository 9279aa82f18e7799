// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Options that change an exchange: rapid commit (80), IPv6-only preferred (108), auto-configure
 * (116). Which case checks what: test_engine_messages.c.
 */
#include "engine_fixture.h"

static const uint8_t wait[4] = {0, 0, 7, 8}; /* of option 108 */
static char codes[1024];

/* What is held or bound of the pool: offers do not count as assigned. */
static uint64_t free_addresses(struct fixture *fx)
{
	struct engine_usage usage;

	engine_usage(fx->engine, &fx->model->subnets[0], &usage);
	return usage.free_fresh + usage.free_used;
}

/* --- rapid commit (RFC 4039) --- */

static struct fixture rapid_fixture(uint32_t n)
{
	struct model *model = fx_model(n);

	model->subnets[0].rapid_commit = true;
	return fx_open(model);
}

static struct req rapid(uint8_t mac)
{
	return (struct req){.type = DHCP_DISCOVER, .mac = mac, .more = {{DHO_RAPID_COMMIT, "", 0}}};
}

static void rapid_commit_acks_a_discover(void **state)
{
	struct fixture fx = rapid_fixture(4);
	struct req req = rapid(1);
	const struct lease_row *row = &fx.d.change.row;

	(void)state;
	req.ciaddr = 0x0a000050; /* means nothing in a DISCOVER */
	assert_int_equal(fx_ask(&fx, req), DHCP_ACK);
	assert_string_equal(fx_codes(&fx.d.reply, codes), "53 54 51 58 59 80 1");
	fx_option_is(&fx.d.reply, DHO_RAPID_COMMIT, "", 0);
	assert_int_equal(fx.d.reply.yiaddr, POOL);
	assert_int_equal(fx.d.reply.ciaddr, 0);
	/* it is a binding, to be committed before; and none that a form could be learned from */
	assert_true(fx.d.has_change);
	assert_false(fx.d.memoise);
	assert_int_equal(row->state, LEASE_BOUND);
	assert_int_equal(row->promised, START + 1 + LIFETIME);
	assert_int_equal(row->ack_until, row->promised);
	assert_int_equal(lease_at(fx.leases, POOL)->state, LEASE_BOUND);
	assert_int_equal(fx_offer(&fx, (struct req){.mac = 2}), POOL + 1);
	/* the same client again: the same address */
	assert_int_equal(fx_ask(&fx, rapid(1)), DHCP_ACK);
	assert_int_equal(fx.d.reply.yiaddr, POOL);
	assert_true(row->generation == fx.d.change.before.generation);
	/* and its renewals are as others' */
	assert_int_equal(fx_renew(&fx, (struct req){.mac = 1}, POOL), DHCP_ACK);
	assert_true(fx.d.memoise);
	fx_close(&fx);
}

/* RFC 4039 3.1: only where both are prepared for it. */
static void rapid_commit_needs_both(void **state)
{
	struct fixture fx = rapid_fixture(4);

	(void)state;
	assert_int_equal(fx_offer(&fx, (struct req){.mac = 1}), POOL);
	assert_false(fx_has(&fx.d.reply, DHO_RAPID_COMMIT));
	fx.model->subnets[0].rapid_commit = false;
	assert_int_equal(fx_ask(&fx, rapid(1)), DHCP_OFFER);
	assert_false(fx_has(&fx.d.reply, DHO_RAPID_COMMIT));
	assert_false(fx.d.has_change);
	fx_close(&fx);
}

/* RFC 4039 4: the option stands in the answer of a DISCOVER only; a form has no part of it. */
static void rapid_commit_in_a_request_changes_nothing(void **state)
{
	struct fixture fx = rapid_fixture(4);
	struct req req = rapid(1);
	struct dhcp_reply plain;

	(void)state;
	fx_lease(&fx, (struct req){.mac = 1});
	plain = fx.d.reply;
	assert_int_equal(fx_select(&fx, req, POOL), DHCP_ACK);
	assert_true(fx.d.memoise);
	assert_memory_equal(&fx.d.reply, &plain, sizeof(plain));
	fx_close(&fx);
}

static void rapid_commit_keeps_what_was_promised(void **state)
{
	struct fixture fx = rapid_fixture(4);

	(void)state;
	fx_lease(&fx, (struct req){.mac = 1});
	assert_int_equal(fx.d.change.row.ack_until, START + 1 + 3 * LIFETIME);
	fx.now += 10;
	assert_int_equal(fx_ask(&fx, rapid(1)), DHCP_ACK);
	assert_int_equal(fx.d.change.row.ack_until, START + 1 + 3 * LIFETIME);
	assert_int_equal(fx.d.change.row.promised, fx.now + 1 + LIFETIME);
	fx_close(&fx);
}

static void rapid_commit_waits_for_a_closing_lease(void **state)
{
	struct fixture fx = rapid_fixture(4);
	uint32_t addr = fx_lease(&fx, (struct req){.mac = 1});
	struct change change;

	(void)state;
	engine_begin_end(fx.engine, lease_at(fx.leases, addr), LEASE_END_RELEASED);
	assert_int_equal(fx_decide(&fx, rapid(1)), DECISION_DEFER);
	assert_false(fx.d.has_change);
	engine_finish_end(fx.engine, lease_at(fx.leases, addr), 0, 0, fx.now, fx.now, &change);
	assert_int_equal(fx_ask(&fx, rapid(1)), DHCP_ACK);
	assert_int_equal(fx.d.reply.yiaddr, addr);
	fx_close(&fx);
}

/* The commit failed: nobody has the address, and it is still held for the client. */
static void rapid_commit_undone(void **state)
{
	struct fixture fx = rapid_fixture(1);

	(void)state;
	assert_int_equal(fx_decide(&fx, rapid(1)), DECISION_REPLY);
	engine_undo(fx.engine, &fx.d.change);
	assert_null(lease_at(fx.leases, POOL));
	assert_int_equal(fx_select(&fx, (struct req){.mac = 2}, POOL), DHCP_NAK);
	assert_int_equal(fx_ask(&fx, rapid(1)), DHCP_ACK);
	fx_close(&fx);
}

/* --- IPv6-only preferred (RFC 8925) --- */

#define ASKS_108 "\x01\x6c\x03"

static struct req ipv6(uint8_t mac)
{
	return (struct req){.type = DHCP_DISCOVER, .mac = mac, .prl = ASKS_108};
}

static struct model *ipv6_model(uint32_t n)
{
	struct model *model = fx_model(n);

	fx_option(&model->subnets[0].scope.options, DHO_V6_ONLY, wait, 4);
	return model;
}

static void is_ipv6_only(struct fixture *fx)
{
	assert_int_equal(fx->d.reply.type, DHCP_OFFER);
	fx_has_no_lease(&fx->d.reply);
	fx_option_is(&fx->d.reply, DHO_V6_ONLY, wait, 4);
	assert_int_equal(fx_option_u32(&fx->d.reply, DHO_SERVER_IDENTIFIER), SERVER);
	assert_false(fx->d.has_change);
	assert_false(fx->d.memoise);
	assert_int_equal(fx->d.reply.yiaddr, 0);
}

/* 3.3: the server "SHOULD return 0.0.0.0 as the offered address" to who asks for the option. */
static void ipv6_only_offers_no_address(void **state)
{
	struct fixture fx = fx_open(ipv6_model(4));

	(void)state;
	assert_int_equal(fx_ask(&fx, ipv6(1)), DHCP_OFFER);
	is_ipv6_only(&fx);
	assert_string_equal(fx_codes(&fx.d.reply, codes), "53 54 1 108");
	assert_int_equal(free_addresses(&fx), 4);
	assert_int_equal(fx_offer(&fx, (struct req){.mac = 2}), POOL);
	assert_false(fx_has(&fx.d.reply, DHO_V6_ONLY)); /* has not asked */
	/* nor does its own binding matter, though it is being closed */
	fx_lease(&fx, (struct req){.mac = 3});
	assert_int_equal(fx_ask(&fx, ipv6(3)), DHCP_OFFER);
	is_ipv6_only(&fx);
	engine_begin_end(fx.engine, lease_at(fx.leases, POOL + 1), LEASE_END_RELEASED);
	assert_int_equal(fx_ask(&fx, ipv6(3)), DHCP_OFFER);
	is_ipv6_only(&fx);
	fx_close(&fx);
}

/* So nobody's offer is taken away for it. */
static void ipv6_only_evicts_nobody(void **state)
{
	struct fixture fx = fx_open(ipv6_model(1));

	(void)state;
	assert_int_equal(fx_offer(&fx, (struct req){.mac = 1}), POOL);
	assert_int_equal(fx_ask(&fx, ipv6(2)), DHCP_OFFER);
	is_ipv6_only(&fx);
	assert_int_equal(fx_select(&fx, (struct req){.mac = 3}, POOL), DHCP_NAK);
	assert_int_equal(fx_select(&fx, (struct req){.mac = 1}, POOL), DHCP_ACK);
	fx_close(&fx);
}

/* "MUST NOT include ... if the option was not present in the Parameter Request List" */
static void ipv6_only_must_be_asked_for(void **state)
{
	struct model *model = ipv6_model(4);
	struct fixture fx;

	(void)state;
	model->subnets[0].scope.options.v[0].always_send = true;
	fx = fx_open(model);
	assert_int_equal(fx_offer(&fx, (struct req){.mac = 1, .prl = "\x01"}), POOL);
	assert_false(fx_has(&fx.d.reply, DHO_V6_ONLY));
	assert_int_equal(fx_offer(&fx, (struct req){.mac = 1}), POOL);
	assert_false(fx_has(&fx.d.reply, DHO_V6_ONLY));
	fx_close(&fx);
	fx = fx_open(fx_model(4)); /* nor is it configured here */
	assert_int_equal(fx_offer(&fx, ipv6(1)), POOL);
	assert_false(fx_has(&fx.d.reply, DHO_V6_ONLY));
	fx_close(&fx);
}

static void ipv6_only_of_any_scope(void **state)
{
	(void)state;
	for (int level = 0; level < 5; level++) {
		struct model *model = fx_model(4);
		struct subnet *s = &model->subnets[0];
		struct fixture fx;
		struct scope *scopes[5];

		fx_reserve(s, 9, NULL, 0);
		model->networks = calloc(1, sizeof(*model->networks));
		model->n_networks = 1;
		s->network = &model->networks[0];
		scopes[0] = &s->reservations.list[0].scope;
		scopes[1] = &s->pools[0].scope;
		scopes[2] = &s->scope;
		scopes[3] = &model->networks[0].scope;
		scopes[4] = &model->scope;
		fx_option(&scopes[level]->options, DHO_V6_ONLY, wait, 4);
		fx = fx_open(model);
		assert_int_equal(fx_ask(&fx, ipv6(9)), DHCP_OFFER);
		is_ipv6_only(&fx);
		assert_int_equal(free_addresses(&fx), 4);
		/* who has no reservation */
		assert_int_equal(fx_ask(&fx, ipv6(1)), DHCP_OFFER);
		if (level)
			is_ipv6_only(&fx);
		else
			assert_int_equal(fx.d.reply.yiaddr, POOL);
		fx_close(&fx);
	}
}

/* One pool of two is IPv6-mostly: what counts is from where the address would have come. */
static void ipv6_only_in_one_pool(void **state)
{
	struct model *model = fx_model(1);
	struct subnet *s = &model->subnets[0];
	struct fixture fx;

	(void)state;
	fx_pool(s, POOL + 10, POOL + 10);
	fx_option(&s->pools[1].scope.options, DHO_V6_ONLY, wait, 4);
	fx = fx_open(model);
	assert_int_equal(fx_ask(&fx, ipv6(1)), DHCP_OFFER);
	assert_int_equal(fx.d.reply.yiaddr, POOL);
	assert_false(fx_has(&fx.d.reply, DHO_V6_ONLY));
	assert_int_equal(fx_ask(&fx, ipv6(2)), DHCP_OFFER);
	is_ipv6_only(&fx);
	/* nothing is held for it */
	assert_int_equal(fx_offer(&fx, (struct req){.mac = 3}), POOL + 10);
	fx_close(&fx);
	/* a pool that is not, in a subnet that is */
	model = ipv6_model(2);
	fx_option(&model->subnets[0].pools[0].scope.options, DHO_V6_ONLY, wait, 4)->never_send =
		true;
	fx = fx_open(model);
	assert_int_equal(fx_ask(&fx, ipv6(1)), DHCP_OFFER);
	assert_int_equal(fx.d.reply.yiaddr, POOL);
	assert_false(fx_has(&fx.d.reply, DHO_V6_ONLY));
	fx_lease(&fx, (struct req){.mac = 2});
	fx_lease(&fx, (struct req){.mac = 3});
	assert_int_equal(fx_ask(&fx, ipv6(4)), DHCP_OFFER); /* none is left anyway */
	is_ipv6_only(&fx);
	fx_close(&fx);
}

/* 3.3: the server "SHOULD NOT honor the Rapid Commit option" then. */
static void ipv6_only_before_rapid_commit(void **state)
{
	struct model *model = ipv6_model(4);
	struct req req = ipv6(1);
	struct fixture fx;

	(void)state;
	model->subnets[0].rapid_commit = true;
	req.more[0] = (struct more){DHO_RAPID_COMMIT, "", 0};
	fx = fx_open(model);
	assert_int_equal(fx_ask(&fx, req), DHCP_OFFER);
	is_ipv6_only(&fx);
	assert_false(fx_has(&fx.d.reply, DHO_RAPID_COMMIT));
	fx_close(&fx);
}

/* 3.3: a REQUEST is answered as ever, with the option if it is asked for. */
static void ipv6_only_in_a_request(void **state)
{
	struct fixture fx = fx_open(ipv6_model(4));

	(void)state;
	fx_lease(&fx, (struct req){.mac = 1});
	for (int i = 0; i < 3; i++) {
		uint8_t type = i == 0	? fx_select(&fx, ipv6(1), POOL)
			       : i == 1 ? fx_reboot(&fx, ipv6(1), POOL)
					: fx_renew(&fx, ipv6(1), POOL);

		assert_int_equal(type, DHCP_ACK);
		assert_int_equal(fx.d.reply.yiaddr, POOL);
		fx_option_is(&fx.d.reply, DHO_V6_ONLY, wait, 4);
		assert_true(fx.d.memoise);
	}
	fx_close(&fx);
}

/* --- auto-configure (RFC 2563) --- */

static struct fixture auto_fixture(uint32_t n, uint8_t value)
{
	struct model *model = fx_model(n);

	fx_option(&model->scope.options, DHO_AUTO_CONFIGURE, &value, 1);
	return fx_open(model);
}

static struct req with_116(uint8_t mac)
{
	return (struct req){.type = DHCP_DISCOVER,
			    .mac = mac,
			    .prl = "\x01\x74",
			    .more = {{DHO_AUTO_CONFIGURE, "\1", 1}}};
}

/* 2.3: where there is no address, the client is told whether to make itself one. */
static void auto_configure_without_an_address(void **state)
{
	(void)state;
	for (uint8_t value = 0; value < 2; value++) {
		struct fixture fx = auto_fixture(1, value);

		fx_lease(&fx, (struct req){.mac = 9});
		assert_int_equal(fx_ask(&fx, with_116(1)), DHCP_OFFER);
		fx_has_no_lease(&fx.d.reply);
		fx_option_is(&fx.d.reply, DHO_AUTO_CONFIGURE, &value, 1);
		assert_int_equal(fx.d.reason, OFFER_no_free_address);
		assert_false(fx.d.has_change);
		fx_close(&fx);
	}
}

static void auto_configure_needs_both(void **state)
{
	struct fixture fx = auto_fixture(1, 0);
	struct req req = with_116(1);

	(void)state;
	fx_lease(&fx, (struct req){.mac = 9});
	/* a client that has not sent it hears nothing, asked for or always sent */
	fx.model->scope.options.v[0].always_send = true;
	assert_int_equal(fx_ask(&fx, (struct req){.type = DHCP_DISCOVER, .mac = 1, .prl = "\x74"}),
			 0);
	assert_int_equal(fx.d.reason, SILENT_no_free_address);
	req.more[0].len = 0;
	assert_int_equal(fx_ask(&fx, req), 0);
	req.more[0].data = "\1\1";
	req.more[0].len = 2;
	assert_int_equal(fx_ask(&fx, req), 0);
	/* nor is anything said that is not configured, or never to be said */
	fx.model->scope.options.v[0].never_send = true;
	assert_int_equal(fx_ask(&fx, with_116(1)), 0);
	fx_close(&fx);
	fx = fx_open(fx_model(0));
	assert_int_equal(fx_ask(&fx, with_116(1)), 0);
	assert_int_equal(fx.d.reason, SILENT_no_free_address);
	fx_close(&fx);
}

/* With an address there is nothing to say of it, in an OFFER as in an ACK. */
static void auto_configure_with_an_address(void **state)
{
	struct fixture fx = auto_fixture(4, 0);
	struct req inform = with_116(1);
	struct dhcp_reply plain;

	(void)state;
	fx.model->scope.options.v[0].always_send = true;
	fx_lease(&fx, (struct req){.mac = 1, .prl = "\x01\x74"});
	plain = fx.d.reply;
	assert_false(fx_has(&plain, DHO_AUTO_CONFIGURE));
	assert_int_equal(fx_ask(&fx, with_116(1)), DHCP_OFFER);
	assert_int_equal(fx.d.reply.yiaddr, POOL);
	assert_false(fx_has(&fx.d.reply, DHO_AUTO_CONFIGURE));
	assert_int_equal(fx_select(&fx, with_116(1), POOL), DHCP_ACK);
	assert_memory_equal(&fx.d.reply, &plain, sizeof(plain)); /* it is in no form */
	assert_true(fx.d.memoise);
	inform.type = DHCP_INFORM;
	inform.ciaddr = POOL;
	assert_int_equal(fx_ask(&fx, inform), DHCP_ACK);
	assert_false(fx_has(&fx.d.reply, DHO_AUTO_CONFIGURE));
	fx_close(&fx);
}

/* RFC 8925 3.3.1: an OFFER of none has both for who wants both, and 116 only if it was sent. */
static void auto_configure_and_ipv6_only(void **state)
{
	struct model *model = ipv6_model(4);
	struct req req = ipv6(1);
	struct fixture fx;

	(void)state;
	fx_option(&model->scope.options, DHO_AUTO_CONFIGURE, "\0", 1);
	fx = fx_open(model);
	assert_int_equal(fx_ask(&fx, req), DHCP_OFFER);
	is_ipv6_only(&fx);
	assert_false(fx_has(&fx.d.reply, DHO_AUTO_CONFIGURE));
	req.more[0] = (struct more){DHO_AUTO_CONFIGURE, "\1", 1};
	assert_int_equal(fx_ask(&fx, req), DHCP_OFFER);
	is_ipv6_only(&fx);
	fx_option_is(&fx.d.reply, DHO_AUTO_CONFIGURE, "\0", 1);
	fx_close(&fx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rapid_commit_acks_a_discover),
		cmocka_unit_test(rapid_commit_needs_both),
		cmocka_unit_test(rapid_commit_in_a_request_changes_nothing),
		cmocka_unit_test(rapid_commit_keeps_what_was_promised),
		cmocka_unit_test(rapid_commit_waits_for_a_closing_lease),
		cmocka_unit_test(rapid_commit_undone),
		cmocka_unit_test(ipv6_only_offers_no_address),
		cmocka_unit_test(ipv6_only_evicts_nobody),
		cmocka_unit_test(ipv6_only_must_be_asked_for),
		cmocka_unit_test(ipv6_only_of_any_scope),
		cmocka_unit_test(ipv6_only_in_one_pool),
		cmocka_unit_test(ipv6_only_before_rapid_commit),
		cmocka_unit_test(ipv6_only_in_a_request),
		cmocka_unit_test(auto_configure_without_an_address),
		cmocka_unit_test(auto_configure_needs_both),
		cmocka_unit_test(auto_configure_with_an_address),
		cmocka_unit_test(auto_configure_and_ipv6_only),
	};

	return cmocka_run_group_tests_name("engine: extensions", tests, NULL, NULL);
}
