// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Parity (I2) of messages that the daemon takes in one batch: they are decided one after another
 * and published only when all of them are committed, so what one of them publishes may be untrue
 * by the next; and what is not committed has not happened.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "client.h"
#include "wire.h"

#define ASKS_NAME "\x01\x03\x0c"

static const char yaml[] = "interfaces-config: {interfaces: [rig0]}\n"
			   "subnet4:\n"
			   "  - id: 1\n"
			   "    subnet: 192.0.2.0/24\n"
			   "    pools: [{pool: 192.0.2.10 - 192.0.2.99}]\n"
			   "    reservations:\n"
			   "      - {circuit-id: \"'port'\", boot-file-name: by-port}\n";

RIG_SETUP(setup, yaml)

/* Decided, and ACKed once the batch is committed. */
static void add(const struct client *c, const struct form *form, enum shape_state state,
		uint32_t giaddr)
{
	static struct rig_reply reply;
	uint8_t frame[RIG_FRAME_MAX];
	size_t len = client_frame(c, form, state, frame);

	if (giaddr) {
		packet_put32(frame + PACKET_GIADDR, giaddr);
		packet_fix_udp_checksum(frame);
	}
	assert_true(rig_batch_add(rig, frame, len, &reply));
	assert_true(option_is(&reply, 53, "\x05", 1));
}

static void end(bool fails)
{
	rig_batch_end(rig, fails);
	rig_settle(rig);
}

static struct form named(const struct client *c, const char *name)
{
	struct form form = form_of(name, c, ASKS_NAME);

	packet_option_str(&form.p, 12, name);
	return form;
}

static bool is_answered_with(const struct client *c, const struct form *form, const char *name)
{
	static struct rig_reply reply;

	return client_is_answered(c, form, REBINDING, &reply) &&
	       option_is(&reply, 12, name, strlen(name));
}

/* The first ACK is published when the second has brought what renewals are judged by. */
static void relay_information_in_the_batch_of_the_first_ack(void **state)
{
	struct client c = client_new(rig, 1);
	struct form form = form_of("direct", &c, ASKS_NAME), by_switch = form;
	static struct rig_reply reply;

	(void)state;
	packet_option_str(&by_switch.p, 82, "\x01\x04port");
	client_asks_daemon(&c, &form, DISCOVERING, &reply);
	c.addr = packet_get32(reply.data + PACKET_YIADDR);
	add(&c, &form, SELECTING, 0);
	add(&c, &by_switch, REBINDING, 0);
	end(false);
	assert_false(client_is_answered(&c, &form, RENEWING, NULL));
	client_asks_daemon(&c, &form, RENEWING, &reply);
	assert_string_equal((char *)reply.data + PACKET_FILE, "by-port");
	client_leaves(&c);
}

/* And the other way round: what a direct broadcast says last is true. */
static void relay_information_that_the_batch_takes_back(void **state)
{
	struct client c = client_new(rig, 2);
	struct form form = form_of("direct", &c, ASKS_NAME), by_switch = form;

	(void)state;
	packet_option_str(&by_switch.p, 82, "\x01\x04port");
	client_obtains(&c, &form, 0);
	add(&c, &by_switch, REBINDING, 0);
	add(&c, &form, REBINDING, 0);
	end(false);
	assert_int_equal(rig_agent_len(rig, c.addr), 0);
	answered(&c, &form);
	client_leaves(&c);
}

/* What asks is decided with the old name; the new one comes by a relay and is not published. */
static void a_name_that_changes_within_the_batch(void **state)
{
	struct client c = client_new(rig, 3);
	struct form laptop = named(&c, "laptop"), desktop = named(&c, "desktop");
	struct form asks = form_of("asks", &c, ASKS_NAME);

	(void)state;
	client_obtains(&c, &laptop, 0);
	add(&c, &asks, REBINDING, 0);
	assert_true(is_answered_with(&c, &laptop, "laptop"));
	add(&c, &desktop, REBINDING, 0xc0000205);
	/* decided: nothing says the old name any more */
	passed(&c, &laptop, XDHCP_VERDICT_pass_no_slot);
	end(false);
	passed(&c, &laptop, XDHCP_VERDICT_pass_no_slot);
	passed(&c, &asks, XDHCP_VERDICT_pass_no_slot);

	client_learns(&c, &laptop, REBINDING);
	rig_settle(rig);
	add(&c, &desktop, REBINDING, 0xc0000205);
	add(&c, &asks, REBINDING, 0);
	end(false);
	assert_true(is_answered_with(&c, &asks, "desktop"));
	passed(&c, &laptop, XDHCP_VERDICT_pass_form);
	client_leaves(&c);
}

/* While a slot waits for its barrier, what is published of its last name is added to it. */
static void two_names_in_a_batch(void **state)
{
	struct client c = client_new(rig, 4);
	struct form laptop = named(&c, "laptop"), desktop = named(&c, "desktop");
	struct form asks = form_of("asks", &c, ASKS_NAME);

	(void)state;
	client_obtains(&c, &asks, 0);
	add(&c, &laptop, SELECTING, 0);
	add(&c, &desktop, INIT_REBOOT, 0);
	add(&c, &asks, RENEWING, 0);
	end(false);
	passed(&c, &laptop, XDHCP_VERDICT_pass_form);
	/* both were to be opened with the slot */
	assert_true(is_answered_with(&c, &asks, "desktop"));
	assert_true(is_answered_with(&c, &desktop, "desktop"));
	client_leaves(&c);
}

/* Closed when it was decided, it stays so, since it is not known when the change was undone. */
static void what_is_not_committed_has_not_happened(void **state)
{
	struct client c = client_new(rig, 5), other = client_new(rig, 6);
	struct form laptop = named(&c, "laptop"), desktop = named(&c, "desktop");
	struct form asks = form_of("asks", &c, ASKS_NAME), new = named(&other, "new");
	static struct rig_reply reply;

	(void)state;
	client_obtains(&c, &laptop, 0);
	client_asks_daemon(&other, &new, DISCOVERING, &reply);
	other.addr = packet_get32(reply.data + PACKET_YIADDR);
	add(&c, &desktop, RENEWING, 0);
	add(&c, &asks, RENEWING, 0);
	add(&other, &new, SELECTING, 0);
	end(true);
	assert_false(rig_is_bound(rig, other.addr));
	passed(&other, &new, XDHCP_VERDICT_pass_no_slot);
	passed(&c, &laptop, XDHCP_VERDICT_pass_no_slot);
	passed(&c, &desktop, XDHCP_VERDICT_pass_no_slot);
	client_learns(&c, &asks, RENEWING);
	rig_settle(rig);
	assert_true(is_answered_with(&c, &asks, "laptop"));
	client_leaves(&c);
}

/* An address that is released in the batch that its ACK is in. */
static void an_ending_in_the_batch(void **state)
{
	struct client c = client_new(rig, 7);
	struct form form = form_of("short", &c, ASKS_NAME);
	static struct rig_reply reply;

	(void)state;
	client_asks_daemon(&c, &form, DISCOVERING, &reply);
	c.addr = packet_get32(reply.data + PACKET_YIADDR);
	add(&c, &form, SELECTING, 0);
	rig_end_begin(rig, c.addr, false);
	end(false);
	passed(&c, &form, XDHCP_VERDICT_pass_no_slot);
	rig_end_finish(rig, c.addr, false);
	passed(&c, &form, XDHCP_VERDICT_pass_no_slot);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(relay_information_in_the_batch_of_the_first_ack),
		cmocka_unit_test(relay_information_that_the_batch_takes_back),
		cmocka_unit_test(a_name_that_changes_within_the_batch),
		cmocka_unit_test(two_names_in_a_batch),
		cmocka_unit_test(what_is_not_committed_has_not_happened),
		cmocka_unit_test(an_ending_in_the_batch),
	};

	return cmocka_run_group_tests_name("batches", tests, setup, rig_teardown);
}
