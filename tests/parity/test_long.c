// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Parity (I2) of long answers: as long as a template can be and longer, options in pieces
 * (RFC 3396), and what a client's option 57 allows. An answer that is shortened or overloaded
 * is never repeated; one that is whole goes to whoever of its form takes it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "client.h"
#include "form.h"

/* 53, 54, 51, 58, 59 and the mask */
#define BASE_LEN    33
#define HEADERS_LEN (20 + 8 + 240)

/* Options 224 to 239 by the length of their data; only those asked for are sent. */
static const unsigned lengths[] = {255, 156, 157, 155, 300, 15, 16, 0, 600, 510, 11};
enum { L255, L156, L157, L155, L300, L15, L16, L0, L600, L510, L11 };

static void start(const char *more)
{
	static char yaml[16384];
	size_t at = 0;

	at += (size_t)snprintf(yaml, sizeof(yaml),
			       "interfaces-config: {interfaces: [rig0]}\n"
			       "%s"
			       "option-data:\n",
			       more);
	for (unsigned i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		at += (size_t)snprintf(yaml + at, sizeof(yaml) - at,
				       "  - {code: %u, csv-format: false, data: \"", 224 + i);
		for (unsigned b = 0; b < lengths[i]; b++)
			at += (size_t)snprintf(yaml + at, sizeof(yaml) - at, "%02x",
					       (b * 7 + i) & 0xff);
		at += (size_t)snprintf(yaml + at, sizeof(yaml) - at, "\"}\n");
	}
	snprintf(yaml + at, sizeof(yaml) - at,
		 "subnet4:\n"
		 "  - id: 1\n"
		 "    subnet: 192.0.2.0/24\n"
		 "    pools: [{pool: 192.0.2.10 - 192.0.2.99}]\n");
	rig = rig_start(yaml);
}

static int setup(void **state)
{
	(void)state;
	start("");
	return 0;
}

/* Asks for options of these lengths (enum above), ended by -1. Without a client id, so no tail. */
static struct form asking(const char *name, const int *which, unsigned max_size)
{
	struct form form = form_new(name);
	uint8_t prl[16];
	size_t n = 0;

	while (which[n] >= 0) {
		prl[n] = (uint8_t)(224 + which[n]);
		n++;
	}
	packet_option(&form.p, 55, prl, n);
	if (max_size)
		packet_option_u16(&form.p, 57, (uint16_t)max_size);
	return form;
}

#define WHICH(...) ((const int[]){__VA_ARGS__, -1})

static unsigned template_len(const struct client *c)
{
	return rig_template(rig, rig_slot(rig, c->addr)->forms[0])->options_len;
}

static void templates_up_to_448_bytes(void **state)
{
	static const struct {
		int which[4];
		unsigned len;
	} cases[] = {
		{{L0, -1}, BASE_LEN + 2},
		{{L15, -1}, BASE_LEN + 17},
		{{L255, -1}, BASE_LEN + 257},
		{{L255, L155, -1}, 447},
		{{L255, L156, -1}, 448},
		{{L156, L255, -1}, 448},
		{{L300, -1}, BASE_LEN + 304},
		{{L300, L15, L16, -1}, BASE_LEN + 304 + 35},
		{{L156, L155, L15, -1}, BASE_LEN + 332},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct client c = client_new(rig, i);
		struct form form = asking("up to 448", cases[i].which, 1500);

		client_obtains(&c, &form, 0);
		answered(&c, &form);
		assert_int_equal(template_len(&c), cases[i].len);
		attacked(&c, &form);
		client_leaves(&c);
	}
}

static void templates_of_more_than_448_bytes(void **state)
{
	static const int cases[][4] = {{L255, L157, -1}, {L600, -1}, {L510, -1}, {L255, L300, -1}};

	(void)state;
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct client c = client_new(rig, i);
		struct form form = asking("too long", cases[i], 1500);
		struct form fits = asking("fits", WHICH(L15), 1500);

		client_obtains(&c, &form, 0);
		never_learned(&c, &form, XDHCP_VERDICT_pass_no_slot);
		client_learns(&c, &fits, SELECTING);
		answered(&c, &fits);
		never_learned(&c, &form, XDHCP_VERDICT_pass_form);
		answered(&c, &fits);
		client_leaves(&c);
	}
}

/* RFC 3396: each piece with its code and length, and at most 255 bytes. */
static void an_option_in_pieces(void **state)
{
	struct client c = client_new(rig, 1);
	struct form form = asking("in pieces", WHICH(L300), 1500);
	static struct rig_reply reply;
	const uint8_t *piece;
	size_t len;

	(void)state;
	client_obtains(&c, &form, 0);
	assert_true(client_is_answered(&c, &form, REBINDING, &reply));
	piece = option_in(&reply, 224 + L300, &len);
	assert_non_null(piece);
	assert_int_equal(len, 255);
	assert_int_equal(piece[255], 224 + L300);
	assert_int_equal(piece[256], 45);
	client_leaves(&c);
}

/* Answers of one form: whole where 57 allows, else shortened, and those only by the daemon. */
static void option_57_bounds_the_answer(void **state)
{
	struct client c = client_new(rig, 1);
	struct form form = asking("any", WHICH(L255, L155), 1500), small;
	unsigned whole = HEADERS_LEN + BASE_LEN + 257 + 157 + 1;
	static struct rig_reply reply;

	(void)state;
	client_obtains(&c, &form, 0);
	for (unsigned max = whole - 3; max <= whole + 3; max++) {
		form = asking("near its length", WHICH(L255, L155), max);
		if (max >= whole)
			answered(&c, &form);
		else
			passed(&c, &form, XDHCP_VERDICT_pass_max_size);
	}
	form = asking("the most", WHICH(L255, L155), 65535);
	answered(&c, &form);
	small = asking("absent", WHICH(L255, L155), 0);
	never_learned(&c, &small, XDHCP_VERDICT_pass_max_size);
	small = asking("less than 576", WHICH(L255, L155), 300);
	never_learned(&c, &small, XDHCP_VERDICT_pass_max_size);
	small = asking("one less", WHICH(L255, L155), whole - 1);
	never_learned(&c, &small, XDHCP_VERDICT_pass_max_size);
	client_asks_daemon(&c, &small, RENEWING, &reply);
	assert_true(reply.len - 14 <= whole - 1);
	answered(&c, &form);
	attacked(&c, &form);
	client_leaves(&c);
}

/* The first answer is shortened: nothing is published until one is whole. */
static void a_shortened_answer_is_not_learned(void **state)
{
	struct client c = client_new(rig, 2);
	struct form small = asking("576", WHICH(L255, L156), 0);
	struct form large = asking("1500", WHICH(L255, L156), 1500);

	(void)state;
	client_obtains(&c, &small, 0);
	never_learned(&c, &small, XDHCP_VERDICT_pass_no_slot);
	client_learns(&c, &large, REBINDING);
	answered(&c, &large);
	never_learned(&c, &small, XDHCP_VERDICT_pass_max_size);
	answered(&c, &large);
	client_leaves(&c);
}

/* What does not fit goes to file and sname (RFC 2131 4.1): option 52 stands in the answer. */
static void an_overloaded_answer_is_not_learned(void **state)
{
	struct client c = client_new(rig, 3);
	struct form small = asking("overloaded", WHICH(L255, L15, L16, L11), 576);
	struct form large = asking("whole", WHICH(L255, L15, L16, L11), 1500);
	static struct rig_reply reply;

	(void)state;
	client_obtains(&c, &small, 0);
	client_asks_daemon(&c, &small, RENEWING, &reply);
	assert_non_null(option_in(&reply, 52, NULL));
	never_learned(&c, &small, XDHCP_VERDICT_pass_no_slot);
	client_learns(&c, &large, REBINDING);
	answered(&c, &large);
	never_learned(&c, &small, XDHCP_VERDICT_pass_max_size);
	answered(&c, &large);
	attacked(&c, &large);
	client_leaves(&c);
}

/* Without option 57 an answer has 576 bytes, and not one more. */
static void exactly_576_bytes(void **state)
{
	struct client a = client_new(rig, 4), b = client_new(rig, 5);
	struct form fits = asking("576 bytes", WHICH(L255, L15), 0);
	struct form longer = asking("577 bytes", WHICH(L255, L16), 0);
	static struct rig_reply reply;

	(void)state;
	client_obtains(&a, &fits, 0);
	answered(&a, &fits);
	assert_true(client_is_answered(&a, &fits, RENEWING, &reply));
	assert_int_equal(reply.len, 14 + 576);
	attacked(&a, &fits);
	client_obtains(&b, &longer, 0);
	never_learned(&b, &longer, XDHCP_VERDICT_pass_no_slot);
	client_leaves(&a);
	client_leaves(&b);
}

/* A name makes the same answer longer: with it 576 bytes are too few, without it they are not. */
static void a_name_too_much(void **state)
{
	struct client c = client_new(rig, 6);
	struct form without = asking("without", WHICH(L255), 0), with = without;
	struct form large = asking("with, 1500", WHICH(L255), 1500);

	(void)state;
	with.name = "with";
	packet_option_str(&with.p, 12, "a-host-name-of-twenty");
	packet_option_str(&large.p, 12, "a-host-name-of-twenty");
	client_obtains(&c, &without, 0);
	answered(&c, &without);
	client_learns(&c, &with, RENEWING);
	rig_settle(rig);
	/* the name is stored, so the old answer had to go all the same */
	passed(&c, &without, XDHCP_VERDICT_pass_no_slot);
	never_learned(&c, &with, XDHCP_VERDICT_pass_no_slot);
	client_learns(&c, &large, REBINDING);
	answered(&c, &large);
	learned(&c, &without);
	answered(&c, &large);
	client_leaves(&c);
}

static void an_overloaded_request_passes(void **state)
{
	struct client c = client_new(rig, 7);
	struct form plain = asking("plain", WHICH(L15), 0), form;

	(void)state;
	client_obtains(&c, &plain, 0);
	for (uint8_t fields = 1; fields <= 3; fields++) {
		form = plain;
		form.name = "overloaded request";
		packet_option_u8(&form.p, 52, fields);
		never_learned(&c, &form, XDHCP_VERDICT_pass_overload);
		answered(&c, &plain);
	}
	client_leaves(&c);
}

/* The fields are taken by boot data, which is in the template too. */
static void long_and_with_boot_data(void **state)
{
	struct client c;
	struct form form, small;

	(void)state;
	rig_teardown(NULL);
	start("next-server: 192.0.2.9\nserver-hostname: boot\nboot-file-name: file.0\n");
	c = client_new(rig, 8);
	form = asking("with boot data", WHICH(L255, L156), 1500);
	client_obtains(&c, &form, 0);
	answered(&c, &form);
	assert_int_equal(template_len(&c), 448);
	attacked(&c, &form);
	small = asking("shortened", WHICH(L255, L156), 600);
	never_learned(&c, &small, XDHCP_VERDICT_pass_max_size);
	answered(&c, &form);
	client_leaves(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(templates_up_to_448_bytes),
		cmocka_unit_test(templates_of_more_than_448_bytes),
		cmocka_unit_test(an_option_in_pieces),
		cmocka_unit_test(option_57_bounds_the_answer),
		cmocka_unit_test(a_shortened_answer_is_not_learned),
		cmocka_unit_test(an_overloaded_answer_is_not_learned),
		cmocka_unit_test(exactly_576_bytes),
		cmocka_unit_test(a_name_too_much),
		cmocka_unit_test(an_overloaded_request_passes),
		cmocka_unit_test(
			long_and_with_boot_data), /* last: with a configuration of its own */
	};

	return cmocka_run_group_tests_name("long", tests, setup, rig_teardown);
}
