// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Parity (I2) of what is a form and what is none: parameter request lists, more forms than a slot
 * holds, options that change no answer, relay information, the other messages, and the corpus of
 * malformed frames.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../common/malformed.h"
#include "client.h"
#include "compare.h"
#include "wire.h"

static const char yaml[] = "interfaces-config: {interfaces: [rig0]}\n"
			   "option-data:\n"
			   "  - {name: domain-name-servers, data: \"192.0.2.53, 192.0.2.54\"}\n"
			   "  - {name: domain-name, data: example.org}\n"
			   "  - {name: ntp-servers, data: 192.0.2.123}\n"
			   "  - {name: broadcast-address, data: 192.0.2.255}\n"
			   "  - {name: auto-config, data: \"1\"}\n"
			   "subnet4:\n"
			   "  - id: 1\n"
			   "    subnet: 192.0.2.0/24\n"
			   "    pools: [{pool: 192.0.2.10 - 192.0.2.99}]\n"
			   "    option-data: [{name: routers, data: 192.0.2.1}]\n"
			   "    rapid-commit: true\n"
			   "    bootp: all\n";

RIG_SETUP(setup, yaml)

RIG_SETUP_WITH(setup_unstashed, "stash-agent-options: false\n", yaml)

/* --- forms --- */

static void another_list_is_another_form(void **state)
{
	struct client c = client_new(rig, 1);
	struct form before = form_of("list", &c, "\x01\x03\x06\x0f");
	struct form after = form_of("longer list", &c, "\x01\x03\x06\x0f\x2a");
	struct form turned = form_of("list in another order", &c, "\x0f\x06\x03\x01");
	static struct rig_reply reply;

	(void)state;
	client_obtains(&c, &before, 0);
	learned(&c, &after);
	answered(&c, &before);
	learned(&c, &turned);
	assert_true(client_is_answered(&c, &after, RENEWING, &reply));
	assert_true(option_is(&reply, 42, "\xc0\x00\x02\x7b", 4));
	assert_true(client_is_answered(&c, &before, RENEWING, &reply));
	assert_null(option_in(&reply, 42, NULL));
	attacked(&c, &before);
	attacked(&c, &after);
	attacked(&c, &turned);
	client_leaves(&c);
}

/* More than XDHCP_FORMS by one: whoever gives way passes, and comes back by one slow answer. */
static void five_forms_are_one_too_many(void **state)
{
	static const char *const lists[] = {"\x01", "\x01\x03", "\x01\x06", "\x01\x0f", "\x01\x2a"};
	struct client c = client_new(rig, 2);
	struct form forms[XDHCP_FORMS + 1];
	unsigned gave_way = 0;

	(void)state;
	for (unsigned i = 0; i < XDHCP_FORMS + 1; i++)
		forms[i] = form_of(lists[i], &c, lists[i]);
	client_obtains(&c, &forms[0], 0);
	for (unsigned i = 1; i < XDHCP_FORMS; i++)
		learned(&c, &forms[i]);
	for (unsigned i = 0; i < XDHCP_FORMS; i++)
		answered(&c, &forms[i]);
	learned(&c, &forms[XDHCP_FORMS]);
	for (unsigned round = 0; round < 20; round++) {
		unsigned n = 0, passes = 0;

		for (unsigned i = 0; i < XDHCP_FORMS + 1; i++) {
			if (client_is_answered(&c, &forms[i], RENEWING, NULL)) {
				answered(&c, &forms[i]);
				n++;
			} else {
				passed(&c, &forms[i], XDHCP_VERDICT_pass_form);
				passes = i;
			}
		}
		assert_int_equal(n, XDHCP_FORMS);
		gave_way |= 1u << passes;
		learned(&c, &forms[passes]);
	}
	/* each in its turn, not always the same two */
	assert_int_equal(gave_way, (1u << (XDHCP_FORMS + 1)) - 1);
	client_leaves(&c);
}

static void rapid_commit_and_auto_configure_are_no_part_of_a_form(void **state)
{
	struct client a = client_new(rig, 3), b = client_new(rig, 4);
	struct form plain = form_new("plain"), with;
	static struct rig_reply reply;

	(void)state;
	packet_option_str(&plain.p, 55, "\x01\x03\x74");
	with = plain;
	with.name = "with 80 and 116";
	packet_option(&with.p, 80, NULL, 0);
	packet_option_u8(&with.p, 116, 1);
	client_obtains(&a, &plain, 0);
	answered(&a, &with);
	attacked(&a, &with);
	client_leaves(&a);

	/* The DISCOVER binds, and is not memoised: an answer to it is none to a REQUEST. */
	client_asks_daemon(&b, &with, DISCOVERING, &reply);
	assert_true(option_is(&reply, 53, "\x05", 1));
	b.addr = packet_get32(reply.data + PACKET_YIADDR);
	rig_settle(rig);
	passed(&b, &with, XDHCP_VERDICT_pass_no_slot);
	client_learns(&b, &with, SELECTING);
	answered(&b, &with);
	answered(&b, &plain);
	client_asks_daemon(&b, &with, DISCOVERING, &reply);
	answered(&b, &with);
	client_leaves(&b);
}

/* --- relay information --- */

static struct form switched(const struct form *form, const char *circuit)
{
	struct form by = *form;

	by.name = circuit;
	packet_option_str(&by.p, 82, circuit);
	return by;
}

static void option_82_of_a_switch_is_part_of_the_form(void **state)
{
	struct client c = client_new(rig, 5);
	struct form form = form_of("direct", &c, "\x01\x03\x06");
	struct form by = switched(&form, "\x01\x04port"), other = switched(&form, "\x01\x04exit");

	(void)state;
	client_obtains(&c, &form, 0);
	answered(&c, &form);
	learned(&c, &by);
	passed(&c, &other, XDHCP_VERDICT_pass_form);
	says(&c, &by, 82, "\x01\x04port", 6);
	attacked(&c, &by);
	client_leaves(&c);
}

/* Nothing of it is stored, so nothing changes for the direct form. */
static void option_82_that_is_not_kept_changes_nothing(void **state)
{
	struct client c = client_new(rig, 5);
	struct form form = form_of("direct", &c, "\x01\x03\x06");
	struct form by = switched(&form, "\x01\x04port");

	(void)state;
	client_obtains(&c, &form, 0);
	learned(&c, &by);
	answered(&c, &form);
	client_leaves(&c);
}

/* It may be for any server; what is sent to an address of ours is test_relays.c's. */
static void what_a_relay_broadcasts_passes(void **state)
{
	struct client c = client_new(rig, 6);
	struct form form = form_of("direct", &c, "\x01\x03\x06");
	struct form by = switched(&form, "\x01\x04port");
	const struct form *const forms[] = {&form, &by};
	static struct rig_reply reply;
	uint8_t frame[RIG_FRAME_MAX];

	(void)state;
	client_obtains(&c, &form, 0);
	for (unsigned i = 0; i < 2 * SHAPE_STATES; i++) {
		size_t len = client_frame(&c, forms[i / SHAPE_STATES], i % SHAPE_STATES, frame);

		if (i % SHAPE_STATES == RENEWING)
			continue;
		packet_put32(frame + PACKET_GIADDR, 0xc0000205);
		packet_fix_udp_checksum(frame);
		for (unsigned times = 0; times < 2; times++) {
			assert_int_equal(rig_verdict(rig, frame, len), XDHCP_VERDICT_pass_relayed);
			assert_true(rig_daemon(rig, frame, len, true, &reply));
			assert_true(reply.len > 0);
			rig_settle(rig);
		}
	}
	client_leaves(&c);
}

/* --- other messages --- */

static struct packet with_options(struct packet p, const struct form *form)
{
	packet_raw(&p, form->p.options, form->p.options_len);
	return p;
}

static void passes_as(const struct packet *p, enum xdhcp_verdict verdict)
{
	static struct rig_reply reply;
	uint8_t frame[RIG_FRAME_MAX];
	size_t len = packet_build(p, frame, sizeof(frame));

	for (unsigned times = 0; times < 3; times++) {
		enum xdhcp_verdict v = rig_verdict(rig, frame, len);

		if (v != verdict)
			fail_msg("XDP's way out is %s, not %s", verdict_name(v),
				 verdict_name(verdict));
		assert_true(rig_daemon(rig, frame, len, times > 0, &reply));
		rig_settle(rig);
	}
}

/* Of a client whose REQUESTs of these options are answered. */
static void other_messages_pass(void **state)
{
	struct client c = client_new(rig, 7);
	struct form form = form_of("known", &c, "\x01\x03\x06");
	struct packet_host host, server = {.addr = 0xc0000201};
	struct packet p;

	(void)state;
	client_obtains(&c, &form, 0);
	host.addr = c.addr;
	memcpy(host.mac, c.mac, 6);
	memcpy(server.mac, rig_mac(rig), 6);
	p = with_options(packet_discover(&host), &form);
	passes_as(&p, XDHCP_VERDICT_pass_discover);
	packet_option(&p, 80, NULL, 0);
	passes_as(&p, XDHCP_VERDICT_pass_discover);
	p = with_options(packet_inform(&host, c.addr), &form);
	passes_as(&p, XDHCP_VERDICT_pass_inform);
	p = with_options(packet_inform(&host, c.addr), &form);
	memcpy(p.eth_dst, server.mac, 6);
	p.ip_dst = server.addr;
	passes_as(&p, XDHCP_VERDICT_pass_inform);
	p = with_options(packet_decline(&host, c.addr, server.addr), &form);
	passes_as(&p, XDHCP_VERDICT_pass_decline);
	p = with_options(packet_release(&host, c.addr, &server), &form);
	passes_as(&p, XDHCP_VERDICT_pass_release);
	answered(&c, &form);
	p = with_options(packet_request(&host), &form); /* BOOTP */
	passes_as(&p, XDHCP_VERDICT_pass_no_type);
	p.ciaddr = c.addr;
	passes_as(&p, XDHCP_VERDICT_pass_no_type);
	client_leaves(&c);
}

static void types_that_are_none_pass(void **state)
{
	struct client c = client_new(rig, 8);
	struct form form = form_of("known", &c, "\x01\x03\x06");
	uint8_t frame[RIG_FRAME_MAX];

	(void)state;
	client_obtains(&c, &form, 0);
	for (unsigned type = 0; type < 256; type++) {
		size_t len = client_frame(&c, &form, REBINDING, frame);

		frame[PACKET_OPTIONS + 2] = (uint8_t)type;
		assert_int_equal(same_answer(rig, frame, len, "type", type), type == DHCP_REQUEST);
	}
	client_leaves(&c);
}

/* --- malformed frames --- */

struct corpus {
	struct client client;
	struct form form;
	size_t answered, learned, passed;
};

static void one_malformed(void *ctx, const struct malformed *m)
{
	static struct rig_reply reply;
	struct corpus *corpus = ctx;

	if (m->len < 14 || m->len > 1514) /* the kernel runs nothing shorter than a header */
		return;
	if (same_answer(rig, m->frame, m->len, m->name, 0)) {
		corpus->answered++;
		return;
	}
	corpus->passed++;
	if (!rig_daemon(rig, m->frame, m->len, true, &reply) || !reply.len)
		return;
	if (!same_answer(rig, m->frame, m->len, m->name, 0))
		rig_settle(rig);
	corpus->learned += same_answer(rig, m->frame, m->len, m->name, 0);
	client_is_answered(&corpus->client, &corpus->form, REBINDING, NULL);
}

/* What is odd but well-formed is learned; whatever that does, no answer is another. */
static void malformed_frames_are_answered_alike(void **state)
{
	struct corpus corpus = {.client = client_new(rig, 9), .form = form_new("good")};
	struct packet_host host, server = {.addr = 0xc0000201};

	(void)state;
	packet_option_str(&corpus.form.p, 12, "host");
	packet_option_str(&corpus.form.p, 55, "\x01\x03\x06\x0f");
	client_obtains(&corpus.client, &corpus.form, 0);
	host.addr = corpus.client.addr;
	memcpy(host.mac, corpus.client.mac, 6);
	memcpy(server.mac, rig_mac(rig), 6);
	malformed_each(&host, &server, one_malformed, &corpus);
	print_message("%zu answered, %zu passed, of these %zu learned\n", corpus.answered,
		      corpus.passed, corpus.learned);
	assert_true(corpus.answered >= 20 && corpus.learned >= 5 && corpus.passed > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(another_list_is_another_form),
		cmocka_unit_test(five_forms_are_one_too_many),
		cmocka_unit_test(rapid_commit_and_auto_configure_are_no_part_of_a_form),
		cmocka_unit_test(option_82_of_a_switch_is_part_of_the_form),
		cmocka_unit_test(what_a_relay_broadcasts_passes),
		cmocka_unit_test(other_messages_pass),
		cmocka_unit_test(types_that_are_none_pass),
		cmocka_unit_test(malformed_frames_are_answered_alike),
	};
	const struct CMUnitTest unstashed[] = {
		cmocka_unit_test(option_82_that_is_not_kept_changes_nothing),
	};
	int failed = cmocka_run_group_tests_name("forms", tests, setup, rig_teardown);

	return failed +
	       cmocka_run_group_tests_name("unstashed", unstashed, setup_unstashed, rig_teardown);
}
