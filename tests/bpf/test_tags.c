// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Tagged requests: 802.1Q and QinQ with either type, each from a request that is answered without
 * its tags. The reply is the reply to that one with the request's own tags in front, bit for bit;
 * what is of another link, or strangely tagged, passes untouched.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "wire.h"
#include "world.h"

#define TYPES_AT 12
#define TAGS_MAX 3
#define C_TAG	 0x8100
#define S_TAG	 0x88a8

struct tag {
	uint16_t type, tci; /* type 0: no tag */
};

struct tag_case {
	const char *name;
	struct tag link[XDHCP_LINK_TAGS]; /* what the record says; the tci is the id */
	struct tag frame[TAGS_MAX];
	enum xdhcp_verdict verdict;
};

#define ACK XDHCP_VERDICT_ack_renewing
#define NO  XDHCP_VERDICT_pass_not_link
#define ODD XDHCP_VERDICT_pass_tags

static const struct tag_case cases[] = {
	{"untagged", {{0}}, {{0}}, ACK},
	{"one C-tag", {{C_TAG, 100}}, {{C_TAG, 100}}, ACK},
	{"one S-tag", {{S_TAG, 100}}, {{S_TAG, 100}}, ACK},
	{"lowest id", {{C_TAG, 1}}, {{C_TAG, 1}}, ACK},
	{"highest id", {{C_TAG, 4094}}, {{C_TAG, 4094}}, ACK},
	{"priority and drop eligibility are kept", {{C_TAG, 100}}, {{C_TAG, 0xf064}}, ACK},
	{"QinQ", {{S_TAG, 7}, {C_TAG, 100}}, {{S_TAG, 7}, {C_TAG, 100}}, ACK},
	{"two C-tags", {{C_TAG, 7}, {C_TAG, 100}}, {{C_TAG, 7}, {C_TAG, 100}}, ACK},
	{"two S-tags", {{S_TAG, 7}, {S_TAG, 100}}, {{S_TAG, 7}, {S_TAG, 100}}, ACK},
	{"C-tag outside", {{C_TAG, 7}, {S_TAG, 100}}, {{C_TAG, 7}, {S_TAG, 100}}, ACK},
	{"the same id twice", {{S_TAG, 9}, {C_TAG, 9}}, {{S_TAG, 9}, {C_TAG, 9}}, ACK},
	{"both priorities are kept",
	 {{S_TAG, 7}, {C_TAG, 9}},
	 {{S_TAG, 0xa007}, {C_TAG, 0x5009}},
	 ACK},

	{"tagged, the link is not", {{0}}, {{C_TAG, 100}}, NO},
	{"untagged, the link is not", {{C_TAG, 100}}, {{0}}, NO},
	{"another id", {{C_TAG, 100}}, {{C_TAG, 101}}, NO},
	{"an id that differs in its high bits", {{C_TAG, 100}}, {{C_TAG, 0x864}}, NO},
	{"another type", {{C_TAG, 100}}, {{S_TAG, 100}}, NO},
	{"another type inside", {{S_TAG, 7}, {C_TAG, 9}}, {{S_TAG, 7}, {S_TAG, 9}}, NO},
	{"another type outside", {{S_TAG, 7}, {C_TAG, 9}}, {{C_TAG, 7}, {C_TAG, 9}}, NO},
	{"another id inside", {{S_TAG, 7}, {C_TAG, 9}}, {{S_TAG, 7}, {C_TAG, 8}}, NO},
	{"another id outside", {{S_TAG, 7}, {C_TAG, 9}}, {{S_TAG, 6}, {C_TAG, 9}}, NO},
	{"ids the wrong way round", {{S_TAG, 7}, {S_TAG, 9}}, {{S_TAG, 9}, {S_TAG, 7}}, NO},
	{"inner tag missing", {{S_TAG, 7}, {C_TAG, 9}}, {{S_TAG, 7}}, NO},
	{"inner tag too many", {{S_TAG, 7}}, {{S_TAG, 7}, {C_TAG, 9}}, NO},
	{"outer tag missing", {{S_TAG, 7}, {C_TAG, 9}}, {{C_TAG, 9}}, NO},

	{"id 0 is no VLAN", {{C_TAG, 0}}, {{C_TAG, 0}}, ODD},
	{"priority only, link untagged", {{0}}, {{C_TAG, 0xe000}}, ODD},
	{"priority only inside", {{S_TAG, 7}}, {{S_TAG, 7}, {C_TAG, 0x2000}}, ODD},
	{"priority only outside", {{C_TAG, 9}}, {{S_TAG, 0}, {C_TAG, 9}}, ODD},
	{"three tags", {{S_TAG, 7}, {C_TAG, 9}}, {{S_TAG, 7}, {C_TAG, 9}, {C_TAG, 5}}, ODD},
	{"three tags, the third 0",
	 {{S_TAG, 7}, {C_TAG, 9}},
	 {{S_TAG, 7}, {C_TAG, 9}, {C_TAG, 0}},
	 ODD},
	{"a type of old", {{0x9100, 7}}, {{0x9100, 7}}, XDHCP_VERDICT_pass_not_ip},
};

#define N_CASES (sizeof(cases) / sizeof(cases[0]))

static struct world world;

/* The link's record is that of these tags, where it is looked for. */
static struct policy *set_link(struct world *w, const struct tag tags[XDHCP_LINK_TAGS])
{
	struct policy link = *w->link, *moved;
	uint64_t word;

	for (int i = 0; i < XDHCP_LINK_TAGS; i++) {
		link.vlan[i] = tags[i].tci;
		link.tpid[i] = tags[i].type;
	}
	memcpy(&word, link.vlan, sizeof(word));
	memset(w->link, 0, sizeof(*w->link));
	moved = &w->policy[XDHCP_POLICY_LINKS + policy_link_place(WORLD_IFINDEX, word)];
	*moved = link;
	return moved;
}

/* Puts tags into an untagged frame; returns its length with them. */
static size_t put_tags(uint8_t *frame, size_t len, const struct tag tags[TAGS_MAX])
{
	size_t at = TYPES_AT;

	for (int i = 0; i < TAGS_MAX && tags[i].type; i++, at += 4, len += 4) {
		memmove(frame + at + 4, frame + at, len - at);
		packet_put16(frame + at, tags[i].type);
		packet_put16(frame + at + 2, tags[i].tci);
	}
	return len;
}

/* Runs `p` with the tags of `c`: the reply's are the same, the rest as without them. */
static void expect(const struct tag_case *c, const struct packet *p)
{
	uint8_t in[2 * PACKET_MAX], expected[PACKET_MAX + 4 * TAGS_MAX];
	size_t len = put_tags(in, packet_build(p, in, sizeof(in)), c->frame);
	struct slot before = *world.slot;
	struct outcome out;

	world_run(&world, in, len, &out);
	assert_string_equal(verdict_name(out.verdict), verdict_name(c->verdict));
	if (c->verdict != ACK) {
		assert_int_equal(out.action, XDP_PASS);
		assert_int_equal(out.len, len);
		assert_memory_equal(out.frame, in, len);
		assert_memory_equal(world.slot, &before, sizeof(before));
		return;
	}
	size_t want = world_expected(&world, p, expected, PACKET_MAX);

	assert_null(packet_check(expected, want));
	want = put_tags(expected, want, c->frame);
	assert_int_equal(out.action, XDP_TX);
	assert_int_equal(out.len, want);
	assert_memory_equal(out.frame, expected, want);
	assert_int_equal(world.slot->hits, before.hits + 1);
}

static struct packet renewing(struct world *w)
{
	struct packet p = packet_renewing(&w->client, WORLD_ADDR, &w->server);

	packet_option_u16(&p, DHO_MAX_MESSAGE_SIZE, 1500);
	world_learn(w, &p);
	return p;
}

static void run_case(void **state)
{
	const struct tag_case *c = *state;

	world_reset(&world);
	set_link(&world, c->link);
	struct packet p = renewing(&world);

	expect(c, &p);
}

/* Without room at the head for all of it the frame grows at the tail; tags go with either. */
static void growth_and_trimming(void **state)
{
	static const uint8_t fill[255];

	(void)state;
	for (size_t i = 1; i < N_CASES && cases[i].verdict == ACK; i++) {
		for (size_t bootp = 0; bootp <= 1472; bootp += bootp < 300 ? 300 : 293) {
			for (size_t more = 0; more <= 420; more += 42) {
				world_reset(&world);
				set_link(&world, cases[i].link);
				struct packet p = renewing(&world);

				p.bootp_min = bootp;
				p.trailer = more % 5;
				p.trailer_byte = 0xee;
				if (more > 0)
					world_template_option(&world, 200, fill, more / 2);
				if (more > 0)
					world_template_option(&world, 201, fill, more / 2);
				expect(&cases[i], &p);
			}
		}
	}
}

/* IP packets as long as without tags: the frame is longer by them, not the packet shorter. */
static void longest(void **state)
{
	static const struct tag_case qinq = {
		"", {{S_TAG, 7}, {C_TAG, 9}}, {{S_TAG, 7}, {C_TAG, 9}}, ACK};
	struct tag_case too_long = qinq;

	(void)state;
	world_reset(&world);
	set_link(&world, qinq.link);
	struct packet p = renewing(&world);

	p.bootp_min = 1500 - 28;
	expect(&qinq, &p);
	p.bootp_min++;
	too_long.verdict = XDHCP_VERDICT_pass_length;
	expect(&too_long, &p);
}

/* Frames that end within their tags, or soon after. */
static void cut(void **state)
{
	static const struct tag tags[TAGS_MAX] = {{S_TAG, 7}, {C_TAG, 9}};
	uint8_t in[PACKET_MAX + 4 * TAGS_MAX];
	struct outcome out;

	(void)state;
	world_reset(&world);
	set_link(&world, tags);
	struct packet p = renewing(&world);
	size_t len = put_tags(in, packet_build(&p, in, PACKET_MAX), tags);

	for (size_t n = 14; n < len; n++) {
		world_run(&world, in, n, &out);
		assert_int_equal(out.action, XDP_PASS);
		assert_int_equal(out.len, n);
		assert_memory_equal(out.frame, in, n);
		assert_int_equal(out.verdict,
				 n < 22 ? XDHCP_VERDICT_pass_not_ip : XDHCP_VERDICT_pass_length);
	}
}

/* A record at its probe distance, behind others of the same interface. */
static void probed(void **state)
{
	static const struct tag_case c = {"", {{C_TAG, 100}}, {{C_TAG, 100}}, ACK};

	(void)state;
	world_reset(&world);
	struct policy *link = set_link(&world, c.link);
	struct policy *last = link + XDHCP_POLICY_PROBES - 1;
	struct packet p = renewing(&world);

	*last = *link;
	link->vlan[0] = 101;
	expect(&c, &p);
	last[1] = *last;
	last->tpid[0] = S_TAG;
	struct tag_case beyond = c;

	beyond.verdict = NO;
	expect(&beyond, &p);
}

int main(void)
{
	static const struct CMUnitTest others[] = {
		cmocka_unit_test(growth_and_trimming),
		cmocka_unit_test(longest),
		cmocka_unit_test(cut),
		cmocka_unit_test(probed),
	};
	struct CMUnitTest tests[N_CASES + sizeof(others) / sizeof(others[0])];

	world_open(&world);
	for (size_t i = 0; i < N_CASES; i++)
		tests[i] = (struct CMUnitTest){cases[i].name, run_case, NULL, NULL,
					       (void *)(uintptr_t)&cases[i]};
	memcpy(tests + N_CASES, others, sizeof(others));
	int r = _cmocka_run_group_tests("tags", tests, sizeof(tests) / sizeof(tests[0]), NULL,
					NULL);

	world_close(&world);
	return r;
}
