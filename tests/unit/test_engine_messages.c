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
 *       -> request: decline; ending: decline_*, grant_crosses_decline
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
 *       -> extensions: rapid_commit_acks_a_discover and the next ones
 *   RFC 8925, IPv6-only preferred
 *       -> extensions: ipv6_only_offers_no_address and the next ones
 *   RFC 2563, auto-configure
 *       -> extensions: auto_configure_without_an_address and the next ones
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
 *       -> bootp: bootp_of_a_reservation and the next ones; network: bootp_clients_of_some
 *   a hostname that sanitises to nothing (CVE-2025-40779)
 *       -> fqdn: names_of_nothing, names_of_any_bytes_are_answered
 *   the same answer to the same form in every state
 *       -> answer: same_answer_in_every_state; memo: all of it
 */
/* clang-format on */
#include "engine_fixture.h"

static const uint8_t routers[4] = {10, 0, 0, 1}, dns[4] = {10, 0, 0, 2};

static char codes[1024];

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
	model->scope.boot.next_server_set = true;
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
	assert_false(fx_has(&fx.d.reply, DHO_SUBNET_SELECTION));
	/* to an INFORM, to BOOTP and in an OFFER of no address (RFC 8925) as well */
	req.more[0].len = 4;
	req.type = DHCP_INFORM;
	req.ciaddr = POOL;
	assert_int_equal(fx_ask(&fx, req), DHCP_ACK);
	fx_option_is(&fx.d.reply, DHO_SUBNET_SELECTION, here, 4);
	req.ciaddr = 0;
	req.type = DHCP_BOOTP;
	fx.model->subnets[0].bootp = BOOTP_ALL;
	fx_ask(&fx, req);
	assert_int_equal(fx.d.kind, DECISION_REPLY);
	fx_option_is(&fx.d.reply, DHO_SUBNET_SELECTION, here, 4);
	fx_option(&fx.model->scope.options, 108, here, 4);
	req.mac = 2;
	req.type = DHCP_DISCOVER;
	req.prl = "\x6c";
	assert_int_equal(fx_ask(&fx, req), DHCP_OFFER);
	assert_int_equal(fx.d.reply.yiaddr, 0);
	fx_option_is(&fx.d.reply, DHO_SUBNET_SELECTION, here, 4);
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
	fx_has_no_lease(&fx->d.reply);
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
	struct model *model = inform_model();
	static struct dhcp_msg msg;
	struct req req = {.type = DHCP_INFORM, .mac = 1};
	struct fixture fx;

	(void)state;
	fx_option(&model->subnets[0].pools[0].scope.options, DHO_DOMAIN_NAME, "pool", 4);
	fx = fx_open(model);
	informed(&fx, req);
	assert_string_equal(fx_codes(&fx.d.reply, codes), "53 54 1 6");
	/* the source address tells */
	fx_message(&req, &msg);
	msg.ip_src = POOL + 3;
	engine_decide(fx.engine, &fx.link, &msg, fx.now, &fx.d);
	assert_int_equal(fx.d.kind, DECISION_REPLY);
	fx_option_is(&fx.d.reply, DHO_DOMAIN_NAME, "pool", 4);
	assert_int_equal(fx.d.reply.ciaddr, 0);
	/* but not a relay's */
	msg.giaddr = 0x0a000002;
	msg.ip_src = 0x0a000002;
	engine_decide(fx.engine, &fx.link, &msg, fx.now, &fx.d);
	assert_int_equal(fx.d.kind, DECISION_REPLY);
	assert_string_equal(fx_codes(&fx.d.reply, codes), "53 54 1 6");
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

/* RFC 3021: of a /31 both addresses are hosts'. */
static void inform_of_the_edge(void **state)
{
	struct fixture fx = fx_open(inform_model());
	struct req req = {.type = DHCP_INFORM, .mac = 1, .ciaddr = 0x0a0000fe};

	(void)state;
	assert_int_equal(fx_ask(&fx, req), DHCP_ACK);
	req.ciaddr = 0x0a000001;
	assert_int_equal(fx_ask(&fx, req), DHCP_ACK);
	for (uint8_t len = 30; len <= 31; len++) {
		fx.model->subnets[0].prefix_len = len;
		fx.model->subnets[0].mask = 0xffffffffu << (32 - len);
		req.ciaddr = 0x0a000000;
		assert_int_equal(fx_ask(&fx, req), len == 31 ? DHCP_ACK : 0);
		req.ciaddr += len == 31 ? 1 : 3;
		assert_int_equal(fx_ask(&fx, req), len == 31 ? DHCP_ACK : 0);
	}
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
		cmocka_unit_test(inform_of_any_address),
		cmocka_unit_test(inform_repeated),
		cmocka_unit_test(inform_without_ciaddr),
		cmocka_unit_test(inform_relayed),
		cmocka_unit_test(inform_of_another_network),
		cmocka_unit_test(inform_of_the_edge),
	};

	return cmocka_run_group_tests_name("engine: messages", tests, NULL, NULL);
}
