// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What is remembered of a walk (bpf/walked.h): an unchanged renewal takes it, and whatever else has
 * changed gets the answer that a walk leads to.
 *
 * That a word is taken shows only if it says something else than the walk would: option 57, which
 * the word carries and the hash does not protect. 0 (absent) in the place of 1500 makes a reply of
 * more than 576 bytes pass.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "net/slots.h"
#include "wire.h"
#include "world.h"

#define SIZE_BITS (0xffffull << 2)
#define NO_WORD	  0ull

static struct world world;

/* A renewal with some options. */
static struct packet renewal(const struct world *w)
{
	static const uint8_t wanted[] = {1, 3, 6, 15, 26, 28, 42, 51, 58, 59, 119, 121};
	struct packet p = packet_renewing(&w->client, WORLD_ADDR, &w->server);

	packet_option_u16(&p, DHO_MAX_MESSAGE_SIZE, 1500);
	packet_option_str(&p, DHO_HOST_NAME, "a-client-with-a-name");
	packet_option(&p, DHO_PARAMETER_REQUEST_LIST, wanted, sizeof(wanted));
	return p;
}

/* The reply is longer than 576 bytes. */
static struct packet start(struct world *w)
{
	static const uint8_t more[253] = {0};

	world_reset(w);
	world_template_option(w, 43, more, sizeof(more));
	world_template_option(w, 224, more, 60);
	struct packet p = renewal(w);

	world_learn(w, &p);
	return p;
}

static void assert_answered(struct world *w, const struct packet *p)
{
	uint8_t expected[PACKET_MAX];
	size_t len = world_expected(w, p, expected, sizeof(expected));
	struct outcome o;

	world_run_packet(w, p, &o);
	assert_int_equal(o.verdict, XDHCP_VERDICT_ack_renewing);
	assert_int_equal(o.len, len);
	assert_memory_equal(o.frame, expected, len);
}

static enum xdhcp_verdict verdict_of(struct world *w, const struct packet *p)
{
	struct outcome o;

	world_run_packet(w, p, &o);
	return o.verdict;
}

/* Answered once, and remembered with another option 57: whoever takes the word passes. */
static struct packet start_marked(struct world *w)
{
	struct packet p = start(w);

	assert_answered(w, &p);
	assert_int_not_equal(w->slot->walked, NO_WORD);
	w->slot->walked &= ~SIZE_BITS;
	assert_int_equal(verdict_of(w, &p), XDHCP_VERDICT_pass_max_size);
	return p;
}

static void second_renewal_takes_it(void **state)
{
	struct world *w = &world;
	struct packet p = start(w);
	uint64_t word;

	(void)state;
	assert_int_equal(w->slot->walked, NO_WORD);
	assert_answered(w, &p);
	word = w->slot->walked;
	assert_int_equal((word & SIZE_BITS) >> 2, 1500);
	assert_int_equal(word & 3, 0);
	p.xid++; /* none of the header is in it */
	p.secs = 7;
	assert_answered(w, &p);
	assert_int_equal(w->slot->walked, word);
	assert_int_equal(w->slot->hits, 2);

	p = start_marked(w);
	p = packet_rebinding(&w->client, WORLD_ADDR);
	p.options_len = 0;
	struct packet same = renewal(w);

	packet_raw(&p, same.options, same.options_len);
	assert_int_equal(verdict_of(w, &p), XDHCP_VERDICT_pass_max_size);
}

static void each_of_the_forms(void **state)
{
	struct world *w = &world;

	(void)state;
	for (unsigned at = 0; at < XDHCP_FORMS; at++) {
		struct packet p = start(w);
		uint64_t form = w->slot->forms[0];

		for (unsigned i = 0; i < XDHCP_FORMS; i++)
			w->slot->forms[i] = form + ((uint64_t)(i + 4 - at) % 4 << 30);
		assert_answered(w, &p);
		assert_int_equal(w->slot->walked & 3, at);
		assert_answered(w, &p);
	}
}

/* Its place has another form, another hash's or another template's: what the walk says. */
static void form_replaced(void **state)
{
	struct world *w = &world;
	struct packet p = start_marked(w);
	uint64_t marked = w->slot->walked, form = w->slot->forms[0];

	(void)state;
	w->slot->forms[0] = form + (1ull << 20);
	assert_int_equal(verdict_of(w, &p), XDHCP_VERDICT_pass_form);
	w->slot->forms[0] = 0;
	assert_int_equal(verdict_of(w, &p), XDHCP_VERDICT_pass_form);
	w->slot->forms[0] = form + (1ull << 63);
	assert_int_equal(verdict_of(w, &p), XDHCP_VERDICT_pass_form);

	/* the daemon answers the same form otherwise now */
	w->templates[WORLD_TEMPLATE + 1] = *w->template;
	w->template = &w->templates[WORLD_TEMPLATE + 1];
	w->template->lifetime = 1800;
	w->template->options[w->template->options_len - 1] ^= 1;
	w->slot->forms[0] = form + 1;
	w->slot->walked = marked;
	struct outcome o;

	world_run_packet(w, &p, &o);
	assert_int_equal(o.verdict, XDHCP_VERDICT_ack_renewing);
	assert_int_equal(o.frame[o.len - 2], 1);
	assert_int_not_equal(w->slot->walked, marked);
	w->template = &w->templates[WORLD_TEMPLATE];

	/* it has moved */
	w->slot->forms[3] = form;
	w->slot->forms[0] = 0;
	w->slot->walked = marked;
	assert_answered(w, &p);
	assert_int_equal(w->slot->walked & 3, 3);
}

/* The next lease of the address: nothing is remembered, and an older word would not help. */
static void slot_reopened(void **state)
{
	struct world *w = &world;
	struct packet p = start_marked(w);
	uint64_t marked = w->slot->walked, form = w->slot->forms[0];
	struct slot_identity identity = {.addr = WORLD_ADDR, .link = WORLD_LINK, .generation = 2};
	struct slot_tail tail = {0};

	(void)state;
	memcpy(identity.chaddr, w->client.mac, 6);
	slot_close(w->slot);
	assert_int_equal(verdict_of(w, &p), XDHCP_VERDICT_pass_no_slot);
	slot_open(w->slot, &identity, &tail, w->slot->ack_until, form);
	assert_int_equal(w->slot->walked, NO_WORD);
	assert_answered(w, &p);

	identity.chaddr[5]++;
	slot_close(w->slot);
	slot_open(w->slot, &identity, &tail, w->slot->ack_until, form);
	w->slot->walked = marked;
	assert_int_equal(verdict_of(w, &p), XDHCP_VERDICT_pass_chaddr);
	slot_close(w->slot);
	identity.chaddr[5]--;
	identity.link++;
	slot_open(w->slot, &identity, &tail, w->slot->ack_until, form);
	w->slot->walked = marked;
	assert_int_equal(verdict_of(w, &p), XDHCP_VERDICT_pass_moved);
	slot_close(w->slot);
	identity.link--;
	slot_open(w->slot, &identity, &tail, w->slot->ack_until, form + (5ull << 20));
	w->slot->walked = marked;
	assert_int_equal(verdict_of(w, &p), XDHCP_VERDICT_pass_form);
}

/* Each bit of each byte, at every length of the area up to a few pieces of the hash. */
static void changed_byte_anywhere(void **state)
{
	struct world *w = &world;

	(void)state;
	for (unsigned more = 0; more < 70; more += more < 34 ? 1 : 9) {
		uint8_t frame[PACKET_MAX], changed[PACKET_MAX];
		struct packet p = start(w);
		size_t len;

		p.options_len = 3;
		packet_option_u16(&p, DHO_MAX_MESSAGE_SIZE, 1500);
		for (unsigned i = 0; i < more; i++)
			packet_raw(&p, &(uint8_t){0}, 1);
		packet_raw(&p, &(uint8_t){DHO_END}, 1);
		p.udp_check = 0;
		world_learn(w, &p);
		len = packet_build(&p, frame, sizeof(frame));
		assert_answered(w, &p);
		uint64_t word = w->slot->walked & ~SIZE_BITS;

		for (size_t at = PACKET_OPTIONS; at < len; at++) {
			struct outcome with, without;

			memcpy(changed, frame, len);
			changed[at] ^= (uint8_t)(1u << (at % 8));
			w->slot->walked = word;
			world_run(w, changed, len, &with);
			w->slot->walked = NO_WORD;
			world_run(w, changed, len, &without);
			assert_int_equal(with.verdict, without.verdict);
			assert_int_equal(with.len, without.len);
			assert_memory_equal(with.frame, without.frame, with.len);
		}
		w->slot->walked = word;
		assert_int_equal(verdict_of(w, &p), XDHCP_VERDICT_pass_max_size);
	}
}

static void option_57_different(void **state)
{
	struct world *w = &world;
	struct packet p = start(w), less = p;

	(void)state;
	assert_answered(w, &p);
	/* 57 follows 53: its value */
	packet_put16(less.options + 3 + 2, 577);
	assert_int_equal(verdict_of(w, &less), XDHCP_VERDICT_pass_max_size);
	assert_answered(w, &p);
	packet_put16(less.options + 3 + 2, 777);
	assert_answered(w, &less);
	assert_int_equal((w->slot->walked & SIZE_BITS) >> 2, 777);
	assert_answered(w, &p);
	assert_int_equal((w->slot->walked & SIZE_BITS) >> 2, 1500);
}

/* What follows END changes no answer, but is another area: walked, answered, remembered. */
static void padding_after_end(void **state)
{
	struct world *w = &world;
	struct packet p = start_marked(w);
	uint64_t word = w->slot->walked;

	(void)state;
	for (unsigned i = 1; i < 40; i++) {
		packet_raw(&p, &(uint8_t){i == 1 ? DHO_END : 0}, 1);
		w->slot->walked = word;
		assert_answered(w, &p);
		assert_int_not_equal(w->slot->walked, word);
	}
	packet_raw(&p, &(uint8_t){0x55}, 1);
	w->slot->walked = word;
	assert_answered(w, &p);
}

/* Only what led to a hit; and nothing of requests without ciaddr. */
static void not_remembered(void **state)
{
	struct world *w = &world;
	struct packet p = start(w), bad = p;

	(void)state;
	packet_option_u8(&bad, DHO_OVERLOAD, 1);
	assert_int_equal(verdict_of(w, &bad), XDHCP_VERDICT_pass_overload);
	bad = p;
	packet_option_u16(&bad, DHO_MAX_MESSAGE_SIZE, 1500);
	assert_int_equal(verdict_of(w, &bad), XDHCP_VERDICT_pass_options_repeated);
	bad = p;
	packet_raw(&bad, (const uint8_t[]){60, 200, 1}, 3);
	assert_int_equal(verdict_of(w, &bad), XDHCP_VERDICT_pass_options_malformed);
	w->slot->ack_until = 0;
	assert_int_equal(verdict_of(w, &p), XDHCP_VERDICT_pass_credit);
	assert_int_equal(w->slot->walked, NO_WORD);

	p = packet_init_reboot(&w->client, WORLD_ADDR);
	world_reset(w);
	world_learn(w, &p);
	assert_int_equal(verdict_of(w, &p), XDHCP_VERDICT_ack_init_reboot);
	assert_int_equal(w->slot->walked, NO_WORD);
}

/* The gates stand before what is remembered, too, and the credit behind it. */
static void gates_and_credit(void **state)
{
	struct world *w = &world;
	struct packet p = start(w);

	(void)state;
	assert_answered(w, &p);
	w->policy[XDHCP_POLICY_GATES].closed = 1;
	assert_int_equal(verdict_of(w, &p), XDHCP_VERDICT_pass_gate_operator);
	w->policy[XDHCP_POLICY_GATES].closed = 0;
	w->policy[XDHCP_POLICY_GATES].daemon_closed = 1;
	assert_int_equal(verdict_of(w, &p), XDHCP_VERDICT_pass_gate_daemon);
	w->policy[XDHCP_POLICY_GATES].daemon_closed = 0;
	w->policy[XDHCP_POLICY_GATES].answer_until = 0;
	assert_int_equal(verdict_of(w, &p), XDHCP_VERDICT_pass_unattended);
	w->policy[XDHCP_POLICY_GATES].answer_until = XDHCP_FOREVER;
	w->scope->closed = 1;
	assert_int_equal(verdict_of(w, &p), XDHCP_VERDICT_pass_gate_scope);
	w->scope->closed = 0;
	w->slot->ack_until = 0;
	assert_int_equal(verdict_of(w, &p), XDHCP_VERDICT_pass_credit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(second_renewal_takes_it), cmocka_unit_test(each_of_the_forms),
		cmocka_unit_test(form_replaced),	   cmocka_unit_test(slot_reopened),
		cmocka_unit_test(changed_byte_anywhere),   cmocka_unit_test(option_57_different),
		cmocka_unit_test(padding_after_end),	   cmocka_unit_test(not_remembered),
		cmocka_unit_test(gates_and_credit),
	};

	world_open(&world);
	int r = cmocka_run_group_tests_name("walked", tests, NULL, NULL);

	world_close(&world);
	return r;
}
