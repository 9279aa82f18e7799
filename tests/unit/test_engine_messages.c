// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* clang-format off */
/*
 * What a DHCP server does with each message: the exchanges that are not plain DISCOVER and REQUEST;
 * and which case checks what the engine has to decide. "discover: x" is x in
 * test_engine_discover.c, and so on; a name alone is in this file.
 *
 *   DISCOVER: an OFFER with address, mask, router, DNS, lease time, server id
 *       -> offer_has_it_all; discover: offers_what_a_lease_needs
 *   DISCOVER: silence if there is nothing to give
 *       -> discover: exhausted, silent_without_subnet_or_server_address
 *   SELECTING: ACK what was offered; NAK if that lapsed and the address went to another
 *       -> lapsed_offer_that_went_to_another; request: selecting
 *   SELECTING another server: the offer is withdrawn, no reply
 *       -> discover: another_server_was_chosen; network: another_server_was_chosen
 *   INIT-REBOOT: ACK if theirs; NAK for the wrong network or another's address; else silence, or
 *   NAK if authoritative, never for an address outside our pools
 *       -> request: init_reboot, init_reboot_of_a_reservation
 *   RENEWING, REBINDING: ACK, extended; NAK if it cannot be theirs any more
 *       -> request: renewing_and_rebinding, after_the_end
 *   DECLINE: quarantined, never offered meanwhile
 *       -> request: decline; ending: decline_of_a_held_one, grant_crosses_decline
 *   RELEASE: remembered for the same client, reusable
 *       -> request: release; ending: grant_crosses_release
 *   INFORM: options, no lease; direct, without ciaddr, relayed, repeated
 *       -> inform_of_any_address and the next ones; request: inform;
 *          network: informed_through_a_relay
 *   allocation: dynamic, automatic, manual
 *       -> discover: order_of_allocation; infinite_lease; reservation: out_of_the_pool_and_in_it
 *   scopes: ranges, exclusions
 *       -> discover: several_pools; exclusions: excluded_addresses_are_not_given and the others
 *   scopes: lifetimes, clamped between min and max
 *       -> lifetime_of_zero_asked; request: lifetimes_asked_for;
 *          test_model.c: lifetimes_are_clamped
 *   scopes: options
 *       -> options: the_narrowest_scope_wins and the next ones
 *   scopes: deactivated, authoritative
 *       -> locate: deactivated; request: init_reboot
 *   T1 at 50 %, T2 at 87.5 %, always T1 < T2 < lease; none of an infinite lease
 *       -> offer_has_it_all, infinite_lease; test_model.c: tee_times, tee_times_always_in_order
 *   a manual renewal gets current options
 *       -> renewal_gets_current_options
 *   a host with several NICs: one address each
 *       -> identity: interfaces_of_one_host
 *   several identities on one MAC
 *       -> discover: several_identities_on_one_mac; identity: stages_of_one_machine
 *   a client id on a second MAC
 *       -> discover: cloned_machine, cloned_while_bound, cloned_without_an_address
 *   several servers on one network: the server id decides
 *       -> discover: another_server_was_chosen; locate: server_identifier_override
 *   a client that moved: NAK
 *       -> request: init_reboot; reservation: client_moved
 *   one client cannot take the pool
 *       -> discover: one_client_cannot_take_the_pool
 *   a request that omits 12 or 81 clears no stored name
 *       -> answer: hostnames; fqdn: omitted_clears_nothing
 *   RFC 2131 4.1, where a reply goes; 4.3.2, a NAK is broadcast
 *       -> test_reply.c: test_destinations
 *   RFC 2131 3.1 (4), a binding is stored before its ACK
 *       -> history: all of it
 *   RFC 2131 table 3: ciaddr, yiaddr, siaddr by message; what a NAK may have
 *       -> fields_by_message; request: naks_say_little
 *   RFC 2131 4.2, the client identifier is the key
 *       -> discover: several_identities_on_one_mac, client_id_not_matched
 *   RFC 6842, it is echoed
 *       -> answer: client_id_is_echoed
 *   RFC 3046, 3527, 5107: relays
 *       -> locate: link_selection, server_identifier_override; relay: all of it
 *   RFC 2131 4.3.2, a unicast renewal bypasses the relay
 *       -> relay: renewal_past_the_relay
 *   RFC 3011, subnet selection
 *       -> selection_is_echoed; locate: subnet_selection
 *   RFC 2132 9.8, 3.3: the order of the request list
 *       -> answer: in_the_order_requested; options: basics_are_sent_unasked, odd_lists
 *   RFC 2132 9.10, 9.3: the client's maximum, overload
 *       -> answer: no_longer_than_the_client_takes; options: overloaded and the next ones
 *   RFC 4039, rapid commit
 *       -> rapid_commit_acks_a_discover and the next ones
 *   RFC 8925, IPv6-only preferred
 *       -> ipv6_only_offers_no_address and the next ones
 *   RFC 2563, auto-configure
 *       -> auto_configure_without_an_address and the next ones
 *   RFC 8910, captive portal
 *       -> options: captive_portal
 *   RFC 3442, classless routes
 *       -> options: classless_routes_replace_routers
 *   RFC 4702, option 81
 *       -> fqdn: all of it
 *   RFC 3925, vendor options; 2132 8.4, option 43
 *       -> options: vendor_options_of_all and the next ones, vendor_specific
 *   PXE and HTTP boot
 *       -> options: boot_class_is_said, configured_boot_class_goes_before
 *   RFC 951, 1534: BOOTP
 *       -> bootp_of_a_reservation and the next ones; network: bootp_clients_of_some
 *   a hostname that sanitises to nothing (CVE-2025-40779)
 *       -> fqdn: names_of_nothing, names_of_any_bytes_are_answered
 *   the same answer to the same form in every state
 *       -> answer: same_answer_in_every_state; memo: all of it
 */
/* clang-format on */
#include "engine_fixture.h"

static const uint8_t routers[4] = {10, 0, 0, 1}, dns[4] = {10, 0, 0, 2};
static const uint8_t wait[4] = {0, 0, 7, 8}; /* of option 108 */

static char codes[1024];

/* What is held or bound of the pool: offers do not count as assigned. */
static uint64_t free_addresses(struct fixture *fx)
{
	struct engine_usage usage;

	engine_usage(fx->engine, &fx->model->subnets[0], &usage);
	return usage.free_fresh + usage.free_used;
}

static bool has(const struct dhcp_reply *reply, uint8_t code)
{
	size_t len;

	return fx_option_at(reply, code, &len) != NULL;
}

static void has_no_lease(const struct dhcp_reply *reply)
{
	assert_int_equal(reply->yiaddr, 0);
	assert_int_equal(reply->lifetime, 0);
	assert_false(has(reply, DHO_LEASE_TIME));
	assert_false(has(reply, DHO_RENEWAL_TIME));
	assert_false(has(reply, DHO_REBINDING_TIME));
}

/* --- the plain ones --- */

static void offer_has_it_all(void **state)
{
	struct model *model = fx_model(4);
	struct fixture fx;

	(void)state;
	fx_option(&model->scope.options, DHO_ROUTERS, routers, 4);
	fx_option(&model->scope.options, DHO_DOMAIN_NAME_SERVERS, dns, 4);
	fx = fx_open(model);
	assert_int_equal(fx_offer(&fx, (struct req){.mac = 1}), POOL);
	assert_string_equal(fx_codes(&fx.d.reply, codes), "53 54 51 58 59 1 3 6");
	assert_int_equal(fx_option_u32(&fx.d.reply, DHO_SERVER_IDENTIFIER), SERVER);
	assert_int_equal(fx_option_u32(&fx.d.reply, DHO_LEASE_TIME), LIFETIME);
	assert_int_equal(fx_option_u32(&fx.d.reply, DHO_RENEWAL_TIME), LIFETIME / 2);
	assert_int_equal(fx_option_u32(&fx.d.reply, DHO_REBINDING_TIME), LIFETIME / 8 * 7);
	assert_int_equal(fx_option_u32(&fx.d.reply, DHO_SUBNET_MASK), 0xffffff00);
	assert_false(fx.d.has_change);
	fx_close(&fx);
}

static void lapsed_offer_that_went_to_another(void **state)
{
	struct fixture fx = fx_open(fx_model(1));

	(void)state;
	assert_int_equal(fx_offer(&fx, (struct req){.mac = 1}), POOL);
	fx.now += 20;
	/* lapsed, but nobody else's: it is given all the same */
	assert_int_equal(fx_select(&fx, (struct req){.mac = 1}, POOL), DHCP_ACK);
	fx_release(&fx, (struct req){.mac = 1}, POOL);
	assert_int_equal(fx_offer(&fx, (struct req){.mac = 1}), POOL);
	fx.now += 20;
	assert_int_equal(fx_lease(&fx, (struct req){.mac = 2}), POOL);
	assert_int_equal(fx_select(&fx, (struct req){.mac = 1}, POOL), DHCP_NAK);
	fx_close(&fx);
}

/* RFC 2131 table 3: ciaddr is zero in an OFFER, the client's in an ACK, zero in a NAK. */
static void fields_by_message(void **state)
{
	struct model *model = fx_model(4);
	struct req req = {.type = DHCP_DISCOVER, .mac = 1, .ciaddr = 0x0a000050};
	struct fixture fx;
	const struct dhcp_reply *reply = &fx.d.reply;

	(void)state;
	model->scope.boot.next_server = 7;
	fx = fx_open(model);
	assert_int_equal(fx_ask(&fx, req), DHCP_OFFER);
	assert_int_equal(reply->ciaddr, 0);
	assert_int_equal(reply->yiaddr, POOL);
	assert_int_equal(reply->siaddr, 7);
	fx_lease(&fx, (struct req){.mac = 1});
	assert_int_equal(reply->ciaddr, 0);
	assert_int_equal(fx_renew(&fx, (struct req){.mac = 1}, POOL), DHCP_ACK);
	assert_int_equal(reply->ciaddr, POOL);
	assert_int_equal(reply->yiaddr, POOL);
	assert_int_equal(reply->siaddr, 7);
	assert_int_equal(fx_renew(&fx, (struct req){.mac = 2}, POOL), DHCP_NAK);
	assert_int_equal(reply->ciaddr, 0);
	assert_int_equal(reply->yiaddr, 0);
	assert_int_equal(reply->siaddr, 0);
	fx_close(&fx);
}

/* A lifetime of 0 is none asked for, as in Kea; else it is clamped. */
static void lifetime_of_zero_asked(void **state)
{
	struct model *model = fx_model(4);
	struct req req = {.mac = 1};
	static struct dhcp_msg msg;
	struct fixture fx;

	(void)state;
	model->subnets[0].life.min = 600;
	model->subnets[0].life.max = 7200;
	fx = fx_open(model);
	fx_lease(&fx, req);
	req.type = DHCP_REQUEST;
	req.ciaddr = POOL;
	fx_message(&req, &msg);
	msg.has_lease_time = true;
	engine_decide(fx.engine, &fx.link, &msg, fx.now, &fx.d);
	assert_int_equal(fx.d.reply.lifetime, LIFETIME);
	msg.lease_time = 1;
	engine_decide(fx.engine, &fx.link, &msg, fx.now, &fx.d);
	assert_int_equal(fx.d.reply.lifetime, 600);
	msg.lease_time = DHCP_LIFETIME_INFINITE;
	engine_decide(fx.engine, &fx.link, &msg, fx.now, &fx.d);
	assert_int_equal(fx.d.reply.lifetime, 7200);
	fx_close(&fx);
}

/* RFC 2131 3.3: 0xffffffff; there is nothing to renew. */
static void infinite_lease(void **state)
{
	struct model *model = fx_model(4);
	struct fixture fx;

	(void)state;
	model->subnets[0].life.valid = model->subnets[0].life.min = DHCP_LIFETIME_INFINITE;
	model->subnets[0].life.max = DHCP_LIFETIME_INFINITE;
	fx = fx_open(model);
	fx_lease(&fx, (struct req){.mac = 1});
	assert_string_equal(fx_codes(&fx.d.reply, codes), "53 54 51 1");
	assert_int_equal(fx_option_u32(&fx.d.reply, DHO_LEASE_TIME), DHCP_LIFETIME_INFINITE);
	assert_int_equal(fx.d.change.row.promised, XDHCP_FOREVER);
	assert_true(fx.d.memoise);
	fx_close(&fx);
}

static void renewal_gets_current_options(void **state)
{
	struct model *model = fx_model(4), *next = fx_model(4);
	struct fixture fx;

	(void)state;
	fx_option(&model->scope.options, DHO_DOMAIN_NAME_SERVERS, dns, 4);
	fx_option(&next->scope.options, DHO_DOMAIN_NAME_SERVERS, routers, 4);
	fx = fx_open(model);
	fx_lease(&fx, (struct req){.mac = 1});
	fx_option_is(&fx.d.reply, DHO_DOMAIN_NAME_SERVERS, dns, 4);
	fx_configure(&fx, next);
	assert_int_equal(fx_renew(&fx, (struct req){.mac = 1}, POOL), DHCP_ACK);
	fx_option_is(&fx.d.reply, DHO_DOMAIN_NAME_SERVERS, routers, 4);
	fx_close(&fx);
}

/* RFC 3011: an identical copy, asked for or not, though the reply be short of room. */
static void selection_is_echoed(void **state)
{
	static const uint8_t here[4] = {10, 0, 0, 0}, big[400];
	struct model *model = fx_model(4);
	struct req req = {.mac = 1, .prl = "\xc8\x01", .more = {{DHO_SUBNET_SELECTION, here, 4}}};
	struct fixture fx;

	(void)state;
	fx_option(&model->scope.options, 200, big, sizeof(big));
	fx = fx_open(model);
	assert_int_not_equal(fx_offer(&fx, req), 0);
	assert_string_equal(fx_codes(&fx.d.reply, codes), "53 54 51 58 59 118 1");
	assert_true(fx.d.reply.shortened);
	fx_option_is(&fx.d.reply, DHO_SUBNET_SELECTION, here, 4);
	assert_int_equal(fx_select(&fx, req, POOL), DHCP_ACK);
	fx_option_is(&fx.d.reply, DHO_SUBNET_SELECTION, here, 4);
	req.more[0].len = 3;
	assert_int_equal(fx_select(&fx, req, POOL), DHCP_ACK);
	assert_false(has(&fx.d.reply, DHO_SUBNET_SELECTION));
	fx_close(&fx);
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
	assert_false(has(&fx.d.reply, DHO_RAPID_COMMIT));
	fx.model->subnets[0].rapid_commit = false;
	assert_int_equal(fx_ask(&fx, rapid(1)), DHCP_OFFER);
	assert_false(has(&fx.d.reply, DHO_RAPID_COMMIT));
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
	has_no_lease(&fx->d.reply);
	fx_option_is(&fx->d.reply, DHO_V6_ONLY, wait, 4);
	assert_int_equal(fx_option_u32(&fx->d.reply, DHO_SERVER_IDENTIFIER), SERVER);
	assert_false(fx->d.has_change);
	assert_false(fx->d.memoise);
	assert_int_equal(fx->d.addr, 0);
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
	assert_false(has(&fx.d.reply, DHO_V6_ONLY)); /* has not asked */
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
	assert_false(has(&fx.d.reply, DHO_V6_ONLY));
	assert_int_equal(fx_offer(&fx, (struct req){.mac = 1}), POOL);
	assert_false(has(&fx.d.reply, DHO_V6_ONLY));
	fx_close(&fx);
	fx = fx_open(fx_model(4)); /* nor is it configured here */
	assert_int_equal(fx_offer(&fx, ipv6(1)), POOL);
	assert_false(has(&fx.d.reply, DHO_V6_ONLY));
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
		model->networks[0].name = strdup("n");
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
	assert_false(has(&fx.d.reply, DHO_V6_ONLY));
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
	assert_false(has(&fx.d.reply, DHO_V6_ONLY));
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
	assert_false(has(&fx.d.reply, DHO_RAPID_COMMIT));
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
		has_no_lease(&fx.d.reply);
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
	assert_false(has(&plain, DHO_AUTO_CONFIGURE));
	assert_int_equal(fx_ask(&fx, with_116(1)), DHCP_OFFER);
	assert_int_equal(fx.d.reply.yiaddr, POOL);
	assert_false(has(&fx.d.reply, DHO_AUTO_CONFIGURE));
	assert_int_equal(fx_select(&fx, with_116(1), POOL), DHCP_ACK);
	assert_memory_equal(&fx.d.reply, &plain, sizeof(plain)); /* it is in no form */
	assert_true(fx.d.memoise);
	inform.type = DHCP_INFORM;
	inform.ciaddr = POOL;
	assert_int_equal(fx_ask(&fx, inform), DHCP_ACK);
	assert_false(has(&fx.d.reply, DHO_AUTO_CONFIGURE));
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
	assert_false(has(&fx.d.reply, DHO_AUTO_CONFIGURE));
	req.more[0] = (struct more){DHO_AUTO_CONFIGURE, "\1", 1};
	assert_int_equal(fx_ask(&fx, req), DHCP_OFFER);
	is_ipv6_only(&fx);
	fx_option_is(&fx.d.reply, DHO_AUTO_CONFIGURE, "\0", 1);
	fx_close(&fx);
}

/* --- BOOTP (RFC 951, RFC 1534) --- */

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
	assert_true(has(&fx.d.reply, DHO_ROUTERS));
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
		assert_true(has(&fx.d.reply, 200) == (len >= 160));
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

/* --- INFORM (RFC 2131 4.3.5) --- */

static struct model *inform_model(void)
{
	struct model *model = fx_model(4);

	fx_option(&model->scope.options, DHO_DOMAIN_NAME_SERVERS, dns, 4);
	fx_option(&model->scope.options, 252, "http://wpad/", 12);
	return model;
}

static void informed(struct fixture *fx, struct req req)
{
	req.type = DHCP_INFORM;
	assert_int_equal(fx_ask(fx, req), DHCP_ACK);
	has_no_lease(&fx->d.reply);
	assert_true(fx->d.reply.inform);
	assert_int_equal(fx->d.reply.ciaddr, req.ciaddr);
	assert_false(fx->d.has_change);
	assert_false(fx->d.memoise);
}

static void inform_of_any_address(void **state)
{
	struct fixture fx = fx_open(inform_model());
	struct req req = {.mac = 1, .ciaddr = 0x0a000032, .id = "id", .prl = "\x06\xfc"};

	(void)state;
	informed(&fx, req);
	assert_string_equal(fx_codes(&fx.d.reply, codes), "53 54 6 252 1");
	fx_piece_is(&fx.d.reply.tail[XDHCP_TAIL_CLIENT_ID], DHO_CLIENT_IDENTIFIER, "id", 2);
	assert_int_equal(lease_count(fx.leases), 0);
	/* one of our pool, unknown, or another client's: no lease is looked for */
	req.ciaddr = POOL;
	informed(&fx, req);
	fx_lease(&fx, (struct req){.mac = 2});
	informed(&fx, req);
	assert_int_equal(lease_at(fx.leases, POOL)->chaddr[5], 2);
	/* sent straight to us */
	req.unicast = true;
	informed(&fx, req);
	fx_close(&fx);
}

/* Windows asks a second time, for its proxy's configuration alone; it gets the same each time. */
static void inform_repeated(void **state)
{
	struct fixture fx = fx_open(inform_model());
	struct req req = {.mac = 1, .ciaddr = 0x0a000032, .prl = "\xfc"};
	struct dhcp_reply first;

	(void)state;
	informed(&fx, req);
	fx_option_is(&fx.d.reply, 252, "http://wpad/", 12);
	first = fx.d.reply;
	fx.now += 5;
	informed(&fx, req);
	assert_memory_equal(&fx.d.reply, &first, sizeof(first));
	fx_close(&fx);
}

static void inform_without_ciaddr(void **state)
{
	struct fixture fx = fx_open(inform_model());
	static struct dhcp_msg msg;
	struct req req = {.type = DHCP_INFORM, .mac = 1};

	(void)state;
	informed(&fx, req);
	assert_int_equal(fx.d.addr, 0);
	/* the source address tells */
	fx_message(&req, &msg);
	msg.ip_src = POOL + 3;
	engine_decide(fx.engine, &fx.link, &msg, fx.now, &fx.d);
	assert_int_equal(fx.d.kind, DECISION_REPLY);
	assert_int_equal(fx.d.addr, POOL + 3);
	assert_int_equal(fx.d.reply.ciaddr, 0);
	/* but not a relay's */
	msg.giaddr = 0x0a000002;
	msg.ip_src = 0x0a000002;
	engine_decide(fx.engine, &fx.link, &msg, fx.now, &fx.d);
	assert_int_equal(fx.d.kind, DECISION_REPLY);
	assert_int_equal(fx.d.addr, 0);
	fx_close(&fx);
}

static void inform_relayed(void **state)
{
	struct fixture fx = fx_open(inform_model());
	struct req req = {.mac = 1, .ciaddr = 0x0a000032, .giaddr = 0x0a000002};

	(void)state;
	informed(&fx, req);
	req.flags = DHCP_FLAG_BROADCAST; /* copied by the encoder */
	informed(&fx, req);
	fx_close(&fx);
}

/* "The server SHOULD check the network address in a DHCPINFORM message for consistency" */
static void inform_of_another_network(void **state)
{
	struct fixture fx = fx_open(inform_model());
	struct req req = {.type = DHCP_INFORM, .mac = 1, .ciaddr = 0xc0a80101};

	(void)state;
	assert_int_equal(fx_ask(&fx, req), 0);
	assert_int_equal(fx.d.reason, SILENT_address_of_another_network);
	fx_close(&fx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(offer_has_it_all),
		cmocka_unit_test(lapsed_offer_that_went_to_another),
		cmocka_unit_test(fields_by_message),
		cmocka_unit_test(lifetime_of_zero_asked),
		cmocka_unit_test(infinite_lease),
		cmocka_unit_test(renewal_gets_current_options),
		cmocka_unit_test(selection_is_echoed),
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
		cmocka_unit_test(bootp_of_a_reservation),
		cmocka_unit_test(bootp_of_others),
		cmocka_unit_test(bootp_of_what_is_taken),
		cmocka_unit_test(bootp_with_ciaddr),
		cmocka_unit_test(bootp_replies_are_short),
		cmocka_unit_test(bootp_then_dhcp),
		cmocka_unit_test(bootp_relayed_and_without_us),
		cmocka_unit_test(inform_of_any_address),
		cmocka_unit_test(inform_repeated),
		cmocka_unit_test(inform_without_ciaddr),
		cmocka_unit_test(inform_relayed),
		cmocka_unit_test(inform_of_another_network),
	};

	return cmocka_run_group_tests_name("engine: messages", tests, NULL, NULL);
}
