// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What the reply is copied from: every length of the template's options, and of a tail at every
 * place in the slot, before and without option 82, with and without boot fields, into requests
 * that are shorter and longer. Nothing around the parts is zero, neither in the maps nor in the
 * request, so a byte too few or too many shows. Each reply is held against the daemon's encoder and
 * against a frame that the test builds and sums up on its own. And slots and templates that no
 * daemon writes: the program says so, or sends what they say, and writes nowhere else.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <form.h>
#include "../common/random.h"
#include "wire.h"
#include "world.h"

#define SEED   0x5eed
#define LEFT   0xee /* in the request, where the reply has something else, or padding */
#define AGENTS 8
#define SHAPES (2 * AGENTS)

/* Data of option 82; less than 0: there is none, and no relay. */
static const int agents[AGENTS] = {-1, 0, 1, 2, 7, 8, 254, 255};

static struct world world;
static struct request {
	struct packet p;
	uint8_t frame[PACKET_MAX];
	size_t len;
	uint64_t form; /* the slot's word */
	int agent;
} requests[SHAPES];

/* A renewal to us; a relay's with option 82. `filled`: longer than most replies. */
static void make_request(struct request *r, int agent, bool filled)
{
	const struct world *w = &world;
	uint8_t bytes[255];

	r->agent = agent;
	r->p = packet_renewing(&w->client, WORLD_ADDR, &w->server);
	packet_option_u16(&r->p, DHO_MAX_MESSAGE_SIZE, 1500);
	r->p.bootp_min = 0;
	if (filled) {
		memset(bytes, LEFT, sizeof(bytes));
		memset(r->p.sname, LEFT, sizeof(r->p.sname));
		memset(r->p.file, LEFT, sizeof(r->p.file));
		for (uint8_t code = 224; code < 227; code++)
			packet_option(&r->p, code, bytes, sizeof(bytes));
	}
	if (agent >= 0) {
		memset(bytes, 0xff, sizeof(bytes)); /* the largest sum there is */
		packet_option(&r->p, DHO_RELAY_AGENT, bytes, (size_t)agent);
		memcpy(r->p.eth_src, "\x02\x77\x77\x77\x77\x77", 6);
		r->p.giaddr = PACKET_ADDR(203, 0, 113, 1);
		r->p.sport = DHCP_SERVER_PORT;
	}
	r->len = packet_build(&r->p, r->frame, sizeof(r->frame));
	r->form = form_word(world_form(w, r->frame, r->len), WORLD_TEMPLATE);
	assert_true(form_hash(r->form) != 0);
}

/* All of a part and of what is around it: one byte everywhere, or any bytes. */
static void fill(uint8_t *p, size_t len, uint32_t how)
{
	static const uint8_t same[] = {0x00, 0xff, 0x01};

	for (size_t i = 0; i < len; i++)
		p[i] = how < sizeof(same) ? same[how] : (uint8_t)random_below(256);
}

#define FILLS 6 /* half of them with any bytes */

/* Template and tail, with `options` bytes of the one, and the other whole. */
static void fill_parts(struct world *w, size_t options, bool boot, uint32_t how)
{
	struct template *t = w->template;

	fill(t->options, sizeof(t->options), how);
	fill(w->slot->tail, sizeof(w->slot->tail), how);
	t->options_len = (uint16_t)options;
	t->has_boot = boot;
	fill(t->sname, sizeof(t->sname), boot ? FILLS : 0);
	fill(t->file, sizeof(t->file), boot ? FILLS : 0);
}

static void set_tail(struct world *w, uint8_t first, uint8_t last, const uint8_t ends[3])
{
	w->template->tail_first = first;
	w->template->tail_last = last;
	memcpy(w->slot->tail_end, ends, XDHCP_TAIL_PIECES);
}

static void same_frame(const struct world *w, const struct request *r, const char *whose,
		       const struct outcome *out, const uint8_t *frame, size_t len)
{
	const struct template *t = w->template;
	const uint8_t *ends = w->slot->tail_end;
	size_t at = 0;

	while (at < len && at < out->len && out->frame[at] == frame[at])
		at++;
	if (out->len == len && at == len)
		return;
	fail_msg("%u of options, tail %u to %u of {%u %u %u}, boot %u, option 82 of %d, request of "
		 "%zu: %zu bytes where %s are %zu, another one at %zu",
		 t->options_len, t->tail_first, t->tail_last, ends[0], ends[1], ends[2],
		 t->has_boot, r->agent, r->len, out->len, whose, len, at);
}

static void expect_reply(struct world *w, const struct request *r)
{
	uint8_t frame[PACKET_MAX];
	struct outcome out;
	const char *wrong;
	size_t len;

	world_sums(w);
	w->slot->forms[0] = r->form;
	world_run(w, r->frame, r->len, &out);
	if (out.action != XDP_TX)
		fail_msg("%s", verdict_name(out.verdict));
	len = world_encoded(w, r->frame, r->len, frame, sizeof(frame));
	same_frame(w, r, "the encoder's", &out, frame, len);
	len = world_expected(w, &r->p, frame, sizeof(frame));
	same_frame(w, r, "the test's", &out, frame, len);
	wrong = packet_check(out.frame, out.len);
	if (wrong)
		fail_msg("%s", wrong);
}

static void start(struct world *w)
{
	random_seed(SEED);
	world_reset(w);
}

static void options_of_every_length(void **state)
{
	static const uint8_t ends[][XDHCP_TAIL_PIECES] = {{0, 0, 0}, {3, 44, XDHCP_TAIL_MAX}};
	struct world *w = &world;
	uint32_t run = 0;

	(void)state;
	start(w);
	for (size_t len = 0; len <= XDHCP_TEMPLATE_OPTIONS_MAX; len++)
		for (int boot = 0; boot < 2; boot++)
			for (int i = 0; i < SHAPES; i++, run++) {
				fill_parts(w, len, boot, run % FILLS);
				set_tail(w, 0, XDHCP_TAIL_PIECES, ends[random_below(2)]);
				expect_reply(w, &requests[i]);
			}
}

/* Some number from `from` to `to`. */
static uint8_t between(uint8_t from, uint8_t to)
{
	return (uint8_t)(from + random_below(to - from + 1u));
}

/* Pieces `first` to `last` are the tail, from `at` to `end`; the others are around it. */
static void expect_tail(struct world *w, uint8_t first, uint8_t last, uint8_t at, uint8_t end)
{
	const struct request *r = &requests[random_below(SHAPES)];
	/* mostly so few that pieces of the tail reach the header */
	uint32_t options = random_below(random_below(4) ? 24 : XDHCP_TEMPLATE_OPTIONS_MAX + 1);
	uint8_t ends[XDHCP_TAIL_PIECES] = {0}, before = 0;

	for (int i = 0; i < XDHCP_TAIL_PIECES; i++) {
		uint8_t to = i < first - 1 ? at : i < last - 1 ? end : XDHCP_TAIL_MAX;

		if (i == first - 1)
			before = at;
		else if (i == last - 1)
			before = end;
		else
			before = between(before, to);
		ends[i] = before;
	}
	fill_parts(w, options, random_below(2), random_below(FILLS));
	set_tail(w, first, last, ends);
	expect_reply(w, r);
}

static void tails_of_every_length(void **state)
{
	struct world *w = &world;

	(void)state;
	start(w);
	for (uint8_t last = 1; last <= XDHCP_TAIL_PIECES; last++) {
		for (uint8_t end = 0; end <= XDHCP_TAIL_MAX; end++)
			for (int i = 0; i < 2 * SHAPES; i++)
				expect_tail(w, 0, last, 0, end);
		for (uint8_t first = 1; first < last; first++)
			for (uint8_t at = 0; at <= XDHCP_TAIL_MAX; at++)
				for (uint8_t end = at; end <= XDHCP_TAIL_MAX; end++)
					expect_tail(w, first, last, at, end);
	}
}

/*
 * A sum that carries again when it has been folded twice. That is one of few, and only the sum of
 * a long option 82 is large enough for it to be one in four of those whose checksum is 0xfffe.
 */
static void sums_that_carry(void **state)
{
	struct world *w = &world;
	struct request r = requests[AGENTS - 1];
	uint8_t frame[PACKET_MAX];

	(void)state;
	start(w);
	fill_parts(w, 15, false, FILLS);
	world_sums(w);
	for (int i = 0; i < 256; i++) {
		r.p.xid = random_below(0x10000) << 16;
		world_expected(w, &r.p, frame, sizeof(frame));
		uint16_t sum = (uint16_t)~packet_get16(frame + PACKET_UDP + 6);

		r.p.xid |= (0xffff + 0x0100u - sum) % 0xffff; /* little-endian, as form.h */
		r.len = packet_build(&r.p, r.frame, sizeof(r.frame));
		world_expected(w, &r.p, frame, sizeof(frame));
		assert_memory_equal(frame + PACKET_UDP + 6, "\xfe\xff", 2);
		expect_reply(w, &r);
	}
}

/* --- what no daemon writes --- */

/* Is the whole reply there, by what the program knows without looking at the pieces? */
static bool is_consistent(const struct world *w)
{
	const struct template *t = w->template;
	const uint8_t *ends = w->slot->tail_end;
	unsigned first = t->tail_first, last = t->tail_last;

	if (first > last || last > XDHCP_TAIL_PIECES || t->options_len > XDHCP_TEMPLATE_OPTIONS_MAX)
		return false;
	unsigned at = first ? ends[first - 1] : 0, end = last ? ends[last - 1] : 0;

	return at <= end && end <= XDHCP_TAIL_MAX;
}

static void scramble(struct world *w)
{
	struct template *t = w->template;
	struct slot *s = w->slot;

	fill_parts(w, random_below(500), random_below(2), random_below(FILLS));
	if (!random_below(8))
		t->options_len = (uint16_t)random_below(0x10000);
	set_tail(w, between(0, 4), between(0, 4),
		 (uint8_t[]){between(0, 110), between(0, 110), between(0, 110)});
	if (!random_below(8))
		fill(s->tail_end, sizeof(s->tail_end), FILLS);
	if (!random_below(8))
		t->tail_first = between(0, 255);
	if (!random_below(8))
		t->tail_last = between(0, 255);
	fill((uint8_t *)s->tail_sum, sizeof(s->tail_sum), random_below(FILLS));
	fill((uint8_t *)&s->reserved2, sizeof(s->reserved2), FILLS);
	t->sum = (uint16_t)random_below(0x10000);
}

static void expect_no_harm(struct world *w, const struct request *r)
{
	uint8_t frame[PACKET_MAX];
	struct template t = *w->template;
	struct slot s = *w->slot;
	struct outcome out;

	world_run(w, r->frame, r->len, &out);
	if (is_consistent(w)) {
		assert_int_equal(out.action, XDP_TX);
		size_t len = world_expected(w, &r->p, frame, sizeof(frame));

		/* it is as right as the sums are */
		memcpy(frame + PACKET_UDP + 6, out.frame + PACKET_UDP + 6, 2);
		same_frame(w, r, "the test's", &out, frame, len);
	} else {
		assert_string_equal(verdict_name(out.verdict), "pass_inconsistent");
		same_frame(w, r, "the request's", &out, r->frame, r->len);
	}
	s.last = w->slot->last;
	s.granted_until = w->slot->granted_until;
	s.hits = w->slot->hits;
	s.walked = w->slot->walked;
	assert_memory_equal(w->slot, &s, sizeof(s));
	assert_memory_equal(w->template, &t, sizeof(t));
}

static void what_no_daemon_writes(void **state)
{
	const struct slot *neighbour;
	struct world *w = &world;
	struct slot none = {0};

	(void)state;
	start(w);
	for (int i = 0; i < 20000; i++) {
		const struct request *r = &requests[random_below(SHAPES)];

		scramble(w);
		w->slot->forms[0] = r->form;
		expect_no_harm(w, r);
	}
	for (neighbour = w->slots; neighbour < w->slots + WORLD_SLOTS; neighbour++)
		if (neighbour != w->slot)
			assert_memory_equal(neighbour, &none, sizeof(none));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_of_every_length),
		cmocka_unit_test(tails_of_every_length),
		cmocka_unit_test(sums_that_carry),
		cmocka_unit_test(what_no_daemon_writes),
	};

	world_open(&world);
	for (int i = 0; i < SHAPES; i++)
		make_request(&requests[i], agents[i % AGENTS], i >= AGENTS);
	int r = cmocka_run_group_tests_name("copies", tests, NULL, NULL);

	world_close(&world);
	return r;
}
