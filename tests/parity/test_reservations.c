// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Parity (I2) where the answer to one client depends on another one, or on the way that a request
 * came: an address reserved for both, clones, relay information of before, routers. Nothing of that
 * is in a form, so XDP must not answer what would change with it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "client.h"
#include "compare.h"
#include "wire.h"

#define ASKS "\x01\x03\x0c"

/* The DUID is "duid"; what client id it makes is by the IAID (RFC 4361 6.1). */
static const char yaml[] = "interfaces-config: {interfaces: [rig0]}\n"
			   "hooks-libraries:\n"
			   "  - library: libdhcp_flex_id.so\n"
			   "    parameters: {identifier-expression: \"option[77].hex\"}\n"
			   "shared-networks:\n"
			   "  - name: floor\n"
			   "    interface: rig0\n"
			   "    subnet4:\n"
			   "      - id: 1\n"
			   "        subnet: 192.0.2.0/24\n"
			   "        pools: [{pool: 192.0.2.10 - 192.0.2.99}]\n"
			   "        reservations:\n"
			   "          - {duid: \"64756964\", ip-address: 192.0.2.50}\n"
			   "          - {client-id: \"'twin'\", hostname: for-the-first}\n"
			   "          - {circuit-id: \"'port'\", hostname: by-port}\n"
			   "          - {flex-id: \"'seat'\", ip-address: 192.0.2.51}\n"
			   "      - id: 2\n"
			   "        subnet: 198.51.100.0/24\n"
			   "        reservations:\n"
			   "          - {duid: \"74686572\", ip-address: 198.51.100.50}\n";

/* Clients are their MACs, and no identifier is sent back. */
static const char by_mac_yaml[] = "interfaces-config: {interfaces: [rig0]}\n"
				  "echo-client-id: false\n"
				  "match-client-id: false\n"
				  "subnet4:\n"
				  "  - id: 1\n"
				  "    subnet: 192.0.2.0/24\n"
				  "    pools: [{pool: 192.0.2.10 - 192.0.2.99}]\n";

RIG_SETUP(setup, yaml)

RIG_SETUP(setup_by_mac, by_mac_yaml)

static struct form with_id(const char *id)
{
	struct form form = form_new(id);

	packet_option_str(&form.p, 55, ASKS);
	packet_option_str(&form.p, 61, id);
	return form;
}

/* The daemon refuses it in every state, and XDP has not answered. */
static void refused(const struct client *c, const struct form *form)
{
	static struct rig_reply reply;

	passed(c, form, XDHCP_VERDICT_pass_no_slot);
	for (unsigned state = 0; state < SHAPE_STATES; state++) {
		client_asks_daemon(c, form, state, &reply);
		assert_true(option_is(&reply, 53, "\x06", 1));
	}
}

/*
 * While the first client has what is reserved for both, the second has not; and once it could have
 * it, it is to move.
 */
static void one_address_for_two(const struct form *ours, const struct form *theirs, uint32_t addr)
{
	struct client first = client_new(rig, 1), second = client_new(rig, 2);

	if (addr >> 8 == 0xc63364)
		first.server = 0xc6336401;
	client_obtains(&first, ours, addr);
	answered(&first, ours);
	client_obtains(&second, theirs, 0);
	never_learned(&second, theirs, XDHCP_VERDICT_pass_no_slot);
	answered(&first, ours);
	client_leaves(&first);
	refused(&second, theirs);
	client_leaves(&second);
}

/* Two interfaces of one host. */
static void an_address_reserved_by_duid(void **state)
{
	struct form ours = with_id("\xff"
				   "eth0duid"),
		    theirs = with_id("\xff"
				     "eth1duid");

	(void)state;
	one_address_for_two(&ours, &theirs, 0xc0000232);
}

static void an_address_reserved_elsewhere_in_the_network(void **state)
{
	struct form ours = with_id("\xff"
				   "eth0ther"),
		    theirs = with_id("\xff"
				     "eth1ther");

	(void)state;
	one_address_for_two(&ours, &theirs, 0xc6336432);
}

static void an_address_reserved_by_flex_id(void **state)
{
	struct form ours = with_id("ours"), theirs = with_id("theirs");

	(void)state;
	packet_option_str(&ours.p, 77, "seat");
	packet_option_str(&theirs.p, 77, "seat");
	one_address_for_two(&ours, &theirs, 0xc0000233);
}

/* A reservation without address is for the first of several machines with one identifier. */
static void the_reservation_of_a_cloned_machine(void **state)
{
	struct client first = client_new(rig, 3), clone = client_new(rig, 4);
	struct form form = with_id("twin");
	static struct rig_reply reply;

	(void)state;
	client_obtains(&first, &form, 0);
	assert_true(client_is_answered(&first, &form, RENEWING, &reply));
	assert_true(option_is(&reply, 12, "for-the-first", 13));
	attacked(&first, &form);
	client_obtains(&clone, &form, 0);
	never_learned(&clone, &form, XDHCP_VERDICT_pass_no_slot);
	answered(&first, &form);
	client_leaves(&first);
	client_learns(&clone, &form, RENEWING);
	assert_true(client_is_answered(&clone, &form, RENEWING, &reply));
	assert_true(option_is(&reply, 12, "for-the-first", 13));
	client_leaves(&clone);
}

static size_t relayed_frame(const struct client *c, const struct form *form, enum shape_state state,
			    uint8_t *frame)
{
	struct form by = *form;
	size_t len;

	packet_option_str(&by.p, 82, "\x01\x04port");
	len = client_frame(c, &by, state, frame);
	packet_put32(frame + PACKET_GIADDR, 0xc0000205);
	packet_fix_udp_checksum(frame);
	return len;
}

/* The renewal is judged by what the relay had said; a broadcast of the same form is not. */
static void a_reservation_by_what_the_relay_said(void **state)
{
	struct client c = client_new(rig, 5);
	struct form form = with_id("behind a relay");
	static struct rig_reply reply;
	uint8_t frame[RIG_FRAME_MAX];
	size_t len;

	(void)state;
	client_obtains(&c, &form, 0);
	answered(&c, &form);
	len = relayed_frame(&c, &form, REBINDING, frame);
	assert_int_equal(rig_verdict(rig, frame, len), XDHCP_VERDICT_pass_relayed);
	assert_true(rig_daemon(rig, frame, len, true, &reply));
	assert_true(option_is(&reply, 12, "by-port", 7));
	for (unsigned i = 0; i < 3; i++) {
		rig_settle(rig);
		assert_false(client_is_answered(&c, &form, RENEWING, NULL));
		client_asks_daemon(&c, &form, RENEWING, &reply);
		assert_true(option_is(&reply, 12, "by-port", 7));
	}
	/* it has moved: the name stays, since it is stored, but is its own now */
	client_learns(&c, &form, REBINDING);
	rig_settle(rig);
	answered(&c, &form);
	attacked(&c, &form);
	client_leaves(&c);
}

/*
 * Its Ethernet source is a router's: the client is elsewhere, whatever the rest says. A renewal at
 * our address is another form than the client's own, once learned answered; all else passes.
 */
static void what_a_router_has_sent_on(void **state)
{
	struct client c = client_new(rig, 6);
	struct form near = with_id("near"), far = with_id("near");
	static struct rig_reply reply;
	uint8_t frame[RIG_FRAME_MAX];

	(void)state;
	packet_option_str(&far.p, 77, "another form");
	client_obtains(&c, &near, 0);
	for (unsigned i = 0; i < 2 * SHAPE_STATES; i++) {
		size_t len = client_frame(&c, &far, i % SHAPE_STATES, frame);

		enum xdhcp_verdict expected = XDHCP_VERDICT_pass_routed;

		if (i % SHAPE_STATES == RENEWING)
			expected = i < SHAPE_STATES ? XDHCP_VERDICT_pass_form
						    : XDHCP_VERDICT_ack_renewing;
		frame[6] ^= 4;
		assert_int_equal(rig_verdict(rig, frame, len), expected);
		assert_true(rig_daemon(rig, frame, len, true, &reply));
		assert_true(option_is(&reply, 53, "\x05", 1));
		rig_settle(rig);
		passed(&c, &far, XDHCP_VERDICT_pass_form);
		answered(&c, &near);
	}
	learned(&c, &far);
	client_leaves(&c);
}

/* Whom it asks of our addresses is who answers; selecting the other one is the daemon's. */
static void our_other_address(void **state)
{
	struct client c = client_new(rig, 7), by_other;
	struct form form = with_id("two addresses");
	static struct rig_reply reply;

	(void)state;
	client_obtains(&c, &form, 0);
	by_other = c;
	by_other.server = 0xc6336401;
	assert_true(client_is_answered(&by_other, &form, RENEWING, &reply));
	assert_int_equal(packet_get32(reply.data + PACKET_IP + 12), 0xc6336401);
	assert_true(option_is(&reply, 54, "\xc0\x00\x02\x01", 4));
	assert_false(client_is_answered(&by_other, &form, SELECTING, NULL));
	client_learns(&by_other, &form, SELECTING);
	assert_false(client_is_answered(&by_other, &form, SELECTING, NULL));
	answered(&c, &form);
	client_leaves(&c);
}

/* A slot is of one link: where its client was heard last. */
static void a_client_that_moves_to_another_link(void **state)
{
	struct client c = client_new(rig, 9);
	struct form form = with_id("moves"), other = with_id("moves");

	(void)state;
	packet_option_str(&other.p, 77, "another form");
	client_obtains(&c, &form, 0);
	learned(&c, &other);
	rig_move(rig, 2);
	client_learns(&c, &form, REBINDING);
	passed(&c, &form, XDHCP_VERDICT_pass_no_slot);
	rig_settle(rig);
	passed(&c, &form, XDHCP_VERDICT_pass_moved);
	passed(&c, &other, XDHCP_VERDICT_pass_moved);
	rig_move(rig, 1);
	client_learns(&c, &form, REBINDING);
	rig_settle(rig);
	answered(&c, &form);
	passed(&c, &other, XDHCP_VERDICT_pass_form);
	client_leaves(&c);
}

/* The identifier is stored, though nothing is known by it. */
static void identifiers_that_do_not_count(void **state)
{
	struct client c = client_new(rig, 8);
	struct form one = with_id("one"), two = with_id("two"), none = form_new("none");

	(void)state;
	packet_option_str(&none.p, 55, ASKS);
	client_obtains(&c, &one, 0);
	attacked(&c, &one);
	displaces(&c, &two, &one);
	displaces(&c, &none, &two);
	displaces(&c, &one, &none);
	client_leaves(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_reserved_by_duid),
		cmocka_unit_test(an_address_reserved_elsewhere_in_the_network),
		cmocka_unit_test(an_address_reserved_by_flex_id),
		cmocka_unit_test(the_reservation_of_a_cloned_machine),
		cmocka_unit_test(a_reservation_by_what_the_relay_said),
		cmocka_unit_test(what_a_router_has_sent_on),
		cmocka_unit_test(our_other_address),
		cmocka_unit_test(a_client_that_moves_to_another_link),
	};
	const struct CMUnitTest by_mac[] = {
		cmocka_unit_test(identifiers_that_do_not_count),
	};
	int failed = cmocka_run_group_tests_name("reservations", tests, setup, rig_teardown);

	return failed + cmocka_run_group_tests_name("by MAC", by_mac, setup_by_mac, rig_teardown);
}
