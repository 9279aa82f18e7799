// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Forms: what changes the hash and what does not, and which requests have none.
 * That the XDP program computes the same is shown by every hit in tests/bpf.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <form.h>
#include "proto/form.h"
#include "proto/message.h"

#include "../common/packet_builder.h"

#define ADDR   PACKET_ADDR(192, 0, 2, 10)
#define SERVER PACKET_ADDR(192, 0, 2, 1)

static const uint64_t key[2] = {0x0123456789abcdefull, 0xfedcba9876543211ull};
static const struct packet_host client = {{2, 0, 0, 0, 0, 1}, 0};
static const struct packet_host server = {{2, 0, 0, 0, 0, 2}, SERVER};

static uint64_t form_of(const struct packet *p)
{
	uint8_t frame[PACKET_MAX];
	struct dhcp_ingress in = {0};
	struct dhcp_msg msg;
	size_t len = packet_build(p, frame, sizeof(frame));

	assert_int_equal(dhcp_decode(frame, len, &in, &msg), DHCP_DECODE_ok);
	return dhcp_form(&msg, key);
}

/* A message that the decoder might refuse: only what dhcp_form() reads. */
static uint64_t form_of_bytes(const void *options, size_t len)
{
	static struct dhcp_msg msg;
	uint8_t *copy = malloc(len ? len : 1); /* so that a byte too far is noticed */

	memset(&msg, 0, sizeof(msg));
	memcpy(copy, options, len);
	msg.options = copy;
	msg.options_len = len;
	uint64_t form = dhcp_form(&msg, key);

	free(copy);
	return form;
}

static void words(void **state)
{
	uint64_t word = form_word(0xfffffffffffull, 0xfffff);

	(void)state;
	assert_true(word == UINT64_MAX);
	assert_true(form_hash(word) == 0xfffffffffffull);
	assert_int_equal(form_template(word), 0xfffff);
	assert_int_equal(form_template(form_word(1, 2)), 2);
	assert_true(form_hash(form_word(1, 2)) == 1);
}

/* The last word is the option's remaining 1 to 8 bytes, whatever stands before them. */
static void last_words(void **state)
{
	uint8_t bytes[8 + 300];

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 73 + 11);
	for (uint32_t len = 0; len <= 255; len++) {
		const uint8_t *option = bytes + 8;
		uint64_t ending, want = 0;

		memcpy(&ending, option + 2 + len - 8, 8);
		memcpy(&want, option + 8 * form_whole_words(len),
		       2 + len - 8 * form_whole_words(len));
		assert_true(form_last_word(ending, len) == want);
	}
}

static void states_share_a_form(void **state)
{
	struct packet p[] = {
		packet_selecting(&client, ADDR, SERVER),
		packet_init_reboot(&client, ADDR),
		packet_renewing(&client, ADDR, &server),
		packet_rebinding(&client, ADDR),
	};
	uint64_t first;

	(void)state;
	for (int i = 0; i < 4; i++) {
		packet_option_str(&p[i], 12, "host");
		packet_option_str(&p[i], 60, "vendor");
	}
	first = form_of(&p[0]);
	assert_true(first != 0 && first >> 44 == 0);
	for (int i = 1; i < 4; i++)
		assert_true(form_of(&p[i]) == first);
}

static void what_does_not_count(void **state)
{
	struct packet plain = packet_rebinding(&client, ADDR), p;

	(void)state;
	packet_option_str(&plain, 12, "host");
	p = packet_rebinding(&client, ADDR);
	packet_option(&p, 80, NULL, 0);
	packet_raw(&p, "\0\0\0", 3);
	packet_option_u16(&p, 57, 1500);
	packet_option_str(&p, 12, "host");
	packet_option_u8(&p, 116, 1);
	p.xid = 1;
	p.secs = 2;
	p.flags = 0x8000;
	p.hops = 3;
	p.no_end = true;
	p.bootp_min = 0;
	assert_true(form_of(&p) == form_of(&plain));
}

/* Every bit of every option that counts, and of giaddr. */
static void what_counts(void **state)
{
	uint8_t data[40];

	(void)state;
	for (size_t len = 0; len <= sizeof(data); len++) {
		memset(data, 0x5a, sizeof(data));
		struct packet p = packet_rebinding(&client, ADDR);
		size_t at = p.options_len;

		packet_option(&p, 55, data, len);
		uint64_t plain = form_of(&p);

		for (size_t bit = 0; bit < 8 * len; bit++) {
			p.options[at + 2 + bit / 8] ^= (uint8_t)(1u << bit % 8);
			assert_true(form_of(&p) != plain);
			p.options[at + 2 + bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
		p.options[at] = 56;
		assert_true(form_of(&p) != plain);
		p.options[at] = 55;
		p.giaddr = 0x0a000001;
		assert_true(form_of(&p) != plain);
	}
}

static void order_and_framing_count(void **state)
{
	(void)state;
	/* twice is not once; the other way round; the same bytes cut differently */
	assert_true(form_of_bytes("\x0c\x01x\x0c\x01x", 6) != form_of_bytes("\x0c\x01x", 3));
	assert_true(form_of_bytes("\x0c\x01x\x3c\x01y", 6) !=
		    form_of_bytes("\x3c\x01y\x0c\x01x", 6));
	assert_true(form_of_bytes("\x0c\x04xx\x0c\x00", 6) !=
		    form_of_bytes("\x0c\x02xx\x0c\x00", 6));
	assert_true(form_of_bytes("\x0c\x00", 2) != form_of_bytes("", 0));
	assert_true(form_of_bytes("\x0c\x01\x00", 3) != form_of_bytes("\x0c\x02\x00\x00", 4));
	assert_true(form_of_bytes("\x52\x01x", 3) != form_of_bytes("", 0));
}

static void key_counts(void **state)
{
	const uint64_t other[2] = {key[0] ^ 2, key[1]}, another[2] = {key[0], key[1] ^ 2};
	static struct dhcp_msg msg;

	(void)state;
	memset(&msg, 0, sizeof(msg));
	msg.options = (const uint8_t *)"\x0c\x01x";
	msg.options_len = 3;
	assert_true(dhcp_form(&msg, key) != dhcp_form(&msg, other));
	assert_true(dhcp_form(&msg, key) != dhcp_form(&msg, another));
}

/* The topmost bits of two words must not cancel each other, whatever the key. */
static void no_cancelling(void **state)
{
	uint8_t a[18] = {55, 16}, b[18] = {55, 16};

	(void)state;
	b[7] ^= 0x80;
	for (int first = 0; first < 4; first++) {
		for (int second = 0; second < 4; second++) {
			memcpy(b, a, sizeof(b));
			b[7] ^= 0x80;
			b[3] ^= first & 1 ? 0x80 : 0;
			b[15] ^= second & 1 ? 0x80 : 0;
			b[11] ^= second & 2 ? 0x80 : 0;
			assert_true(form_of_bytes(a, 18) != form_of_bytes(b, 18));
		}
	}
}

static void requests_without_a_form(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
	} bad[] = {
		{"\x34\x01\x01", 3},		  /* overload */
		{"\x35\x01\x03\x35\x01\x03", 6},  /* 53 twice */
		{"\x32\x04wxyz\x32\x04wxyz", 12}, /* 50 twice */
		{"\x36\x04wxyz\x36\x04wxyz", 12}, /* 54 twice */
		{"\x39\x02xy\x39\x02xy", 8},	  /* 57 twice */
		{"\x52\x02\1\0\x52\x02\2\0", 8},  /* 82 twice: no copy of it can be one option */
		{"\x32\x03wxy", 5},
		{"\x36\x05wxyza", 7},
		{"\x35\x00", 2},
		{"\x39\x04wxyz", 6},
		{"\x0c", 1},
		{"\x0c\x01", 2},
		{"\x0c\xff zz", 5},
		{"\x35\x01\x03\x0c", 4},
	};
	uint8_t many[3 * 41 + 1];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_true(form_of_bytes(bad[i].bytes, bad[i].len) == 0);
	for (int i = 0; i < 41; i++)
		memcpy(many + 3 * i, "\x0c\x01x", 3);
	assert_true(form_of_bytes(many, 3 * 40) != 0);
	assert_true(form_of_bytes(many, 3 * 41) == 0);
	many[3 * 40] = 255;
	assert_true(form_of_bytes(many, 3 * 40 + 1) == form_of_bytes(many, 3 * 40));
}

/* Random option areas: no crash, no byte read too far (ASan), few without a form. */
static void random_bytes(void **state)
{
	uint8_t bytes[64];
	unsigned without = 0;

	(void)state;
	srandom(1);
	for (int i = 0; i < 200000; i++) {
		size_t len = (size_t)random() % sizeof(bytes);

		for (size_t b = 0; b < len; b++)
			bytes[b] = (uint8_t)(random() % 3 ? random() % 8 : random());
		without += form_of_bytes(bytes, len) == 0;
	}
	assert_in_range(without, 1000, 195000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words),
		cmocka_unit_test(last_words),
		cmocka_unit_test(states_share_a_form),
		cmocka_unit_test(what_does_not_count),
		cmocka_unit_test(what_counts),
		cmocka_unit_test(order_and_framing_count),
		cmocka_unit_test(key_counts),
		cmocka_unit_test(no_cancelling),
		cmocka_unit_test(requests_without_a_form),
		cmocka_unit_test(random_bytes),
	};

	return cmocka_run_group_tests_name("form", tests, NULL, NULL);
}
