// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * A million mutated requests against an oracle. Whatever comes in: one verdict
 * moves by one; a passed frame is untouched (I4, I7); an answered one would
 * have been decoded by the daemon, is of a form that was learned, asks for this slot's
 * address, gets the whole right reply, and its grant covers the lease and stays within
 * the credit (I1).
 *
 * MUTATIONS and SEED override how many and which; the seed is printed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include <form.h>
#include "../common/environment.h"
#include "../common/random.h"
#include "proto/form.h"
#include "proto/message.h"
#include "wire.h"
#include "world.h"

#define MUTATIONS 1000000
#define SHAPES	  24
#define BASES	  (3 * SHAPES) /* directly, by a relay, and by a router */

static struct world world;
static struct {
	uint8_t frame[PACKET_MAX];
	size_t len;
	uint64_t form; /* hash */
} bases[BASES];
static uint64_t seed;
static uint64_t histogram[XDHCP_VERDICT_COUNT];

static uint64_t random64(void)
{
	return random_mix(seed += RANDOM_STRIDE);
}

static size_t below(size_t n)
{
	return random64() % n;
}

/* --- what is mutated: each state, with more and more options --- */

static struct packet shape(int i)
{
	const struct world *w = &world;
	struct packet p;

	switch (i % 4) {
	case 0:
		p = packet_renewing(&w->client, WORLD_ADDR, &w->server);
		break;
	case 1:
		p = packet_rebinding(&w->client, WORLD_ADDR);
		break;
	case 2:
		p = packet_selecting(&w->client, WORLD_ADDR, WORLD_SERVER_ADDR);
		break;
	default:
		p = packet_init_reboot(&w->client, WORLD_ADDR);
	}
	if (i / 4 >= 1)
		packet_option(&p, DHO_PARAMETER_REQUEST_LIST, "\x01\x03\x06\x0f\x1c\x2a", 6);
	if (i / 4 >= 2)
		packet_option_str(&p, DHO_HOST_NAME, "a-host-name");
	if (i / 4 >= 3) {
		packet_option(&p, DHO_CLIENT_IDENTIFIER, "\x01\x02\x00\x00\x11\x22\x33", 7);
		packet_option_u16(&p, DHO_MAX_MESSAGE_SIZE, 1500);
	}
	if (i / 4 >= 4) {
		packet_option_str(&p, DHO_VENDOR_CLASS, "a vendor class of some length");
		p.flags = 0x8000;
		p.no_end = true;
	}
	if (i / 4 >= 5) {
		uint8_t bytes[200];

		memset(bytes, 0x33, sizeof(bytes));
		packet_option(&p, 43, bytes, sizeof(bytes));
		packet_option(&p, DHO_RAPID_COMMIT, NULL, 0);
		p.bootp_min = 0;
	}
	return p;
}

static struct packet base_packet(int i)
{
	struct packet p = shape(i % SHAPES);

	if (i < SHAPES)
		return p;
	memcpy(p.eth_src, "\x02\x77\x77\x77\x77\x77", 6);
	memcpy(p.eth_dst, world.server.mac, 6);
	p.ip_dst = WORLD_SERVER_ADDR;
	if (i >= 2 * SHAPES)
		return p;
	p.sport = DHCP_SERVER_PORT;
	p.giaddr = PACKET_ADDR(203, 0, 113, 1);
	if (i % 3)
		packet_option(&p, DHO_RELAY_AGENT, "\x01\x05port1\x02\x04here", (size_t)i % 14);
	return p;
}

static void make_bases(void)
{
	for (int i = 0; i < BASES; i++) {
		struct packet p = base_packet(i);

		bases[i].len = packet_build(&p, bases[i].frame, sizeof(bases[i].frame));
		bases[i].form = world_form(&world, bases[i].frame, bases[i].len);
		if (bases[i].form == 0)
			fail_msg("base %d has no form", i);
	}
}

/* --- mutation --- */

static void set_lengths(uint8_t *frame, size_t ip_len)
{
	packet_put16(frame + PACKET_IP + 2, (uint16_t)ip_len);
	packet_put16(frame + PACKET_UDP + 4, (uint16_t)(ip_len - 20));
}

/* Where a mutation strikes: often among the options or the fields that decide. */
static size_t place(size_t len)
{
	switch (below(4)) {
	case 0:
		return below(len);
	case 1:
		return PACKET_BOOTP + below(44);
	default:
		return PACKET_OPTIONS + below(len - PACKET_OPTIONS);
	}
}

static uint8_t interesting_byte(void)
{
	static const uint8_t bytes[] = {0,  1,	2,  3,	4,  5,	8,   12,  50,  51,  52, 53,
					54, 55, 57, 61, 80, 82, 116, 127, 128, 254, 255};

	return below(3) ? bytes[below(sizeof(bytes))] : (uint8_t)random64();
}

static size_t mutate_once(uint8_t *frame, size_t len)
{
	size_t at = place(len), n;

	switch (below(8)) {
	case 0:
		frame[at] ^= (uint8_t)(1u << below(8));
		break;
	case 1:
	case 2:
		frame[at] = interesting_byte();
		break;
	case 3: /* cut bytes out */
		n = 1 + below(len - at < 8 ? len - at : 8);
		memmove(frame + at, frame + at + n, len - at - n);
		len -= n;
		break;
	case 4: /* put bytes in */
		n = 1 + below(8);
		memmove(frame + at + n, frame + at, len - at);
		for (size_t i = 0; i < n; i++)
			frame[at + i] = interesting_byte();
		len += n;
		break;
	case 5: /* copy a piece elsewhere */
		n = 1 + below(12);
		if (at + n <= len)
			memmove(frame + at, frame + PACKET_OPTIONS + below(8), n);
		break;
	case 6: /* shorter or longer at the end */
		n = below(40);
		if (below(2)) {
			len = len - n > PACKET_OPTIONS ? len - n : len;
		} else {
			memset(frame + len, below(2) ? 0 : (int)interesting_byte(), n);
			len += n;
		}
		break;
	default:
		packet_put16(frame + at, (uint16_t)random64());
	}
	return len > PACKET_OPTIONS + 2 ? len : PACKET_OPTIONS + 2;
}

static size_t mutate(uint8_t *frame, size_t len)
{
	for (size_t i = below(4) + 1; i > 0 && len < 1400; i--)
		len = mutate_once(frame, len);
	if (below(8))
		set_lengths(frame, len - PACKET_IP);
	if (below(16))
		packet_fix_ip_checksum(frame);
	if (below(64) == 0)
		len = 14 + below(len - 13);
	return len;
}

/* --- the oracle --- */

static void check_answer(const uint8_t *request, size_t len, const struct outcome *out,
			 uint32_t before)
{
	struct world *w = &world;
	struct dhcp_ingress in = {.csum_not_ready = true};
	const uint64_t key[2] = {w->meta->hash_key[0], w->meta->hash_key[1]};
	uint8_t expected[PACKET_MAX];
	struct dhcp_msg msg;
	bool learned = false;

	assert_int_equal(dhcp_decode(request, len, &in, &msg), DHCP_DECODE_ok);
	assert_int_equal(msg.type, DHCP_REQUEST);
	assert_int_equal(dhcp_asked_address(&msg), WORLD_ADDR);
	assert_memory_equal(msg.chaddr, w->client.mac, 6);
	uint64_t form = dhcp_form(&msg, key);

	for (int i = 0; i < XDHCP_FORMS; i++)
		learned |= form_hash(w->slot->forms[i]) == form;
	assert_true(form != 0 && learned);
	/* RFC 2131 4.1: else the daemon would answer as another server */
	assert_true((msg.giaddr == 0 && !dhcp_is_routed(&msg)) ||
		    msg.ip_dst == packet_get32(w->template->server_id));
	assert_null(packet_check(out->frame, out->len));
	size_t want = world_expected_for(w, request, expected, sizeof(expected));

	assert_int_equal(out->len, want);
	assert_memory_equal(out->frame, expected, want);
	assert_true(w->slot->granted_until >= before + 1 + w->template->lifetime);
	assert_true(w->slot->granted_until <= w->slot->ack_until);
	assert_in_range(w->slot->last, before - 1, world_now());
}

static void run_one(void)
{
	struct world *w = &world;
	size_t base = below(BASES), len = bases[base].len;
	uint8_t frame[2 * PACKET_MAX];
	struct outcome out;
	uint32_t now = world_now();

	memcpy(frame, bases[base].frame, len);
	len = mutate(frame, len);
	w->slot->forms[below(XDHCP_FORMS)] = form_word(bases[base].form, WORLD_TEMPLATE);
	w->slot->last = w->slot->granted_until = 0;
	w->slot->ack_until = now + w->template->lifetime + (below(8) ? 100 : below(4));
	struct slot before = *w->slot;

	world_run(w, frame, len, &out);
	histogram[out.verdict]++;
	assert_int_equal(out.action, world_verdict_action(out.verdict));
	if (out.action == XDP_TX) {
		check_answer(frame, len, &out, now);
		return;
	}
	assert_int_equal(out.action, XDP_PASS);
	assert_int_equal(out.len, len);
	assert_memory_equal(out.frame, frame, len);
	assert_memory_equal(w->slot, &before, sizeof(before));
}

static void mutations(void **state)
{
	uint64_t n = from_environment("MUTATIONS", MUTATIONS);
	uint64_t reached = 0, answered = 0;

	(void)state;
	seed = from_environment("SEED", (uint64_t)time(NULL));
	print_message("SEED=%llu MUTATIONS=%llu\n", (unsigned long long)seed,
		      (unsigned long long)n);
	world_reset(&world);
	world_tail(&world, XDHCP_TAIL_HOSTNAME, DHO_HOST_NAME, 9);
	world_tail(&world, XDHCP_TAIL_CLIENT_ID, DHO_CLIENT_IDENTIFIER, 7);
	world_tail(&world, XDHCP_TAIL_FQDN, DHO_FQDN, -1);
	world.template->tail_last = XDHCP_TAIL_PIECES;
	make_bases();
	for (uint64_t i = 0; i < n; i++)
		run_one();
	for (int i = 0; i < XDHCP_VERDICT_COUNT; i++) {
		if (!histogram[i])
			continue;
		print_message("%10llu %s\n", (unsigned long long)histogram[i],
			      verdict_name((enum xdhcp_verdict)i));
		reached++;
		if (world_verdict_action((enum xdhcp_verdict)i) == XDP_TX)
			answered += histogram[i];
	}
	/* or the mutations are too wild, or too tame, to say anything */
	assert_in_range(answered, n / 50, n / 2);
	assert_true(reached >= 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(mutations)};

	world_open(&world);
	int r = cmocka_run_group_tests_name("mutations", tests, NULL, NULL);

	world_close(&world);
	return r;
}
