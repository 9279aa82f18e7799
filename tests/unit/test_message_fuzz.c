// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * dhcp_decode against seeded mutations of clients' frames: no read outside
 * the frame (run with SAN=1), every reason reached, every pointer of a decoded
 * message within its frame; and whatever is decoded can be answered.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "../common/random.h"
#include "frame.h"
#include "proto/message.h"
#include "proto/reply.h"

static const struct dhcp_ingress NOTHING;

/* Static: the message is large, and points into itself. */
static struct dhcp_msg msg;

#define FUZZ_ROUNDS 300000

/* A random client's frame: the shape that a mutation then spoils. */
static void fuzz_seed(struct request *r, uint64_t *rng)
{
	unsigned n = random_next(rng) % 6;

	request_init(r);
	r->n_tags = random_next(rng) % 8 ? 0 : random_next(rng) % 3;
	r->tags[0][0] = 0x88a8;
	r->tags[1][0] = 0x8100;
	r->tags[0][1] = (uint16_t)random_next(rng);
	r->tags[1][1] = (uint16_t)random_next(rng);
	r->ip_options_words = random_next(rng) % 10 ? 0 : random_next(rng) % 11;
	r->no_udp_checksum = random_next(rng) % 4 == 0;
	r->padding = random_next(rng) % 3 ? 0 : random_next(rng) % 40;
	if (random_next(rng) % 20)
		request_u8(r, 53, (uint8_t)(random_next(rng) % 9));
	if (random_next(rng) % 8 == 0) {
		request_u8(r, 52, (uint8_t)(random_next(rng) % 4));
		for (int i = 0; i < 64; i += 1 + (int)(random_next(rng) % 9))
			r->h.sname[i] = (uint8_t)random_next(rng);
		for (int i = 0; i < 128; i += 1 + (int)(random_next(rng) % 9))
			r->h.file[i] = (uint8_t)random_next(rng);
	}
	for (unsigned i = 0; i < n; i++) {
		static const uint8_t codes[] = {12, 50, 51, 54, 55, 57, 60, 61, 81, 82, 43, 0};
		uint8_t code = codes[random_next(rng) % sizeof(codes)], data[64];

		for (size_t j = 0; j < sizeof(data); j++)
			data[j] = (uint8_t)random_next(rng);
		if (code == 0)
			request_raw(r, &code, 1); /* PAD */
		else if (random_next(rng) % 16 == 0)
			request_option(r, code, data, random_next(rng) % 64);
		else
			request_option(r, code, data, code == 57 ? 2 : 4);
	}
	if (random_next(rng) % 2)
		request_end(r);
}

/* Spoils up to 6 bytes, or cuts, then mostly mends the sums so that the decoder goes on. */
static size_t fuzz_spoil(struct frame *f, uint64_t *rng)
{
	unsigned n = random_next(rng) % 7;
	size_t len = f->len;

	for (unsigned i = 0; i < n; i++) {
		size_t from = random_next(rng) % 2 ? f->bootp + 240 : 0;

		if (from < f->len)
			f->data[from + random_next(rng) % (f->len - from)] = (uint8_t)random_next(
				rng);
	}
	if (random_next(rng) % 8)
		frame_mend_ip(f);
	if (random_next(rng) % 4 && get16(f->data + f->udp + 6) != 0) {
		size_t udp_len = get16(f->data + f->udp + 4);

		if (f->udp + udp_len <= f->len)
			frame_mend_udp(f, udp_len);
	}
	if (random_next(rng) % 16 == 0)
		len = random_next(rng) % (f->len + 1);
	return len;
}

static bool within(const uint8_t *p, size_t len, const uint8_t *start, size_t size)
{
	return p >= start && p <= start + size && len <= (size_t)(start + size - p);
}

static void check_decoded(const uint8_t *frame, size_t len)
{
	assert_true(within(msg.options, msg.options_len, frame, len));
	assert_true(msg.joined_len <= sizeof(msg.joined));
	assert_null(msg.opt[0].data);
	assert_null(msg.opt[255].data);
	for (int i = 0; i < 256; i++) {
		const struct dhcp_opt *o = &msg.opt[i];

		if (!o->data)
			assert_int_equal(o->len, 0);
		else
			assert_true(within(o->data, o->len, frame, len) ||
				    within(o->data, o->len, msg.joined, msg.joined_len));
	}
	if (msg.type == DHCP_BOOTP)
		assert_null(msg.opt[53].data);
	else
		assert_int_equal(msg.opt[53].len, 1);
	assert_int_equal(msg.has_requested, msg.opt[50].len == 4);
	assert_int_equal(msg.has_server_id, msg.opt[54].len == 4);
	assert_int_equal(msg.has_lease_time, msg.opt[51].len == 4);
	assert_true(msg.overloaded == (msg.opt[52].data != NULL));
}

/* What was in a message before it is decoded anew leaves no trace. */
static void check_anew(const uint8_t *frame, size_t len, enum dhcp_decode_result result)
{
	const size_t behind = offsetof(struct dhcp_msg, opt) + sizeof(msg.opt);
	static struct dhcp_msg anew;

	assert_int_equal(dhcp_decode_anew(frame, len, &NOTHING, &anew), result);
	if (result != DHCP_DECODE_ok)
		return;
	assert_memory_equal(&anew, &msg, offsetof(struct dhcp_msg, opt));
	assert_memory_equal((uint8_t *)&anew + behind, (uint8_t *)&msg + behind,
			    offsetof(struct dhcp_msg, codes) - behind);
	assert_memory_equal(anew.joined, msg.joined, msg.joined_len);
	for (int i = 0; i < 256; i++) {
		const struct dhcp_opt *o = &msg.opt[i];

		assert_int_equal(anew.opt[i].len, o->len);
		if (within(o->data, o->len, msg.joined, msg.joined_len))
			assert_ptr_equal(anew.opt[i].data, anew.joined + (o->data - msg.joined));
		else
			assert_ptr_equal(anew.opt[i].data, o->data);
	}
}

/* Any decoded message can be answered, into exactly the space that the answer takes. */
static void check_answer(uint64_t *rng)
{
	static const uint8_t types[] = {DHCP_OFFER, DHCP_ACK, DHCP_NAK, DHCP_BOOTP}, mac[6] = {2};
	static struct dhcp_reply reply;
	uint8_t data[255] = {1, 2, 3};

	memset(&reply, 0, sizeof(reply));
	reply.type = types[random_next(rng) % 4];
	reply.inform = reply.type == DHCP_ACK && random_next(rng) % 2;
	reply.server_id = reply.source = random_next(rng);
	reply.yiaddr = random_next(rng) % 4 ? random_next(rng) : 0;
	dhcp_reply_add(&reply, 53, &reply.type, 1);
	dhcp_reply_add(&reply, 43, data, random_next(rng) % 255);
	if (random_next(rng) % 4 == 0)
		dhcp_reply_overload(&reply, 43, data, random_next(rng) % 255);

	size_t l2 = 14 + 4u * (msg.tags_stripped + msg.tags_in_frame);
	size_t len = l2 + dhcp_reply_ip_len(&msg, &reply);
	uint8_t *out = malloc(len);

	assert_non_null(out);
	assert_int_equal(dhcp_reply_encode(&msg, &reply, mac, out, len), len);
	assert_int_equal(slow_sum(out + l2, 20, 0), 0xffff);
	assert_int_equal(slow_udp_sum(out + l2, out + l2 + 20, len - l2 - 20), 0xffff);
	free(out);
}

static void test_fuzz(void **state)
{
	unsigned long reached[DHCP_DECODE_COUNT] = {0};
	uint64_t rng = 20240607;
	static struct request r;

	(void)state;
	for (int i = 0; i < FUZZ_ROUNDS; i++) {
		fuzz_seed(&r, &rng);
		struct frame f = frame_build(&r);
		size_t len = fuzz_spoil(&f, &rng);
		uint8_t *exact = malloc(len + !len);

		assert_non_null(exact);
		memcpy(exact, f.data, len);
		enum dhcp_decode_result result = dhcp_decode(exact, len, &NOTHING, &msg);

		assert_in_range(result, 0, DHCP_DECODE_COUNT - 1);
		reached[result]++;
		check_anew(exact, len, result);
		if (result == DHCP_DECODE_ok) {
			check_decoded(exact, len);
			check_answer(&rng);
		}
		free(exact);
		free(f.data);
	}
	for (int i = 0; i < DHCP_DECODE_COUNT; i++) {
		print_message("  %-15s %lu\n", dhcp_decode_name(i), reached[i]);
		assert_true(reached[i] > 0);
	}
	assert_true(reached[DHCP_DECODE_ok] > FUZZ_ROUNDS / 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fuzz),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
