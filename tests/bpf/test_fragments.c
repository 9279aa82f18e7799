// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Frames that lie in several buffers. The program reads the first only, and has room for a reply
 * only there, so none is answered: not one whose first buffer is a whole request, and not one of
 * which a single byte of padding lies in the second. All pass untouched.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "wire.h"
#include "world.h"

#define STARTS	  5
#define HEADERS	  42   /* to the end of UDP's: then it is known to be to us */
#define ONE_PAGE  4096 /* holds the first buffer and what the kernel keeps beside it */
#define SURELY_IN 3000 /* what is no longer is in one */

static struct world world;

static struct packet start(const struct world *w, int i)
{
	struct packet p;

	switch (i) {
	case 0:
		return packet_renewing(&w->client, WORLD_ADDR, &w->server);
	case 1:
		return packet_rebinding(&w->client, WORLD_ADDR);
	case 2:
		return packet_selecting(&w->client, WORLD_ADDR, WORLD_SERVER_ADDR);
	case 3:
		return packet_init_reboot(&w->client, WORLD_ADDR);
	default:
		p = packet_renewing(&w->client, WORLD_ADDR, &w->server);
		memcpy(p.eth_src, "\x02\x77\x77\x77\x77\x77", 6);
		p.giaddr = PACKET_ADDR(203, 0, 113, 1);
		packet_option_str(&p, DHO_RELAY_AGENT, "\x01\x04port");
		return p;
	}
}

static void learn(struct world *w, const struct packet *p)
{
	world_reset(w);
	world_learn(w, p);
}

static void expect_untouched(const struct world *w, const struct outcome *out, const uint8_t *frame,
			     size_t len)
{
	assert_int_equal(out->action, XDP_PASS);
	assert_int_equal(out->len, len);
	assert_memory_equal(out->frame, frame, len);
	assert_int_equal(w->slot->granted_until, 0);
	assert_int_equal(w->slot->hits, 0);
}

/* Longer and longer, until there is no more room in the first buffer. */
static void what_is_too_long_for_one(void **state)
{
	struct world *w = &world;
	uint8_t frame[ONE_PAGE];
	struct outcome out;

	(void)state;
	for (int i = 0; i < STARTS; i++) {
		struct packet p = start(w, i);
		size_t split = 0;

		learn(w, &p);
		memset(frame, 0xee, sizeof(frame));
		packet_build(&p, frame, sizeof(frame));
		for (size_t len = SURELY_IN; len <= ONE_PAGE; len++) {
			world_run(w, frame, len, &out);
			if (out.verdict == XDHCP_VERDICT_pass_fragment) {
				expect_untouched(w, &out, frame, len);
				split = split ? split : len;
				continue;
			}
			assert_int_equal(out.action, XDP_TX);
			assert_int_equal(split, 0);
			learn(w, &p);
		}
		assert_in_range(split, SURELY_IN + 1, ONE_PAGE);
	}
}

/* Split anywhere, in the middle of headers and of options. */
static void split_anywhere(void **state)
{
	struct world *w = &world;
	uint8_t frame[PACKET_MAX];
	struct outcome out;

	(void)state;
	for (int i = 0; i < STARTS; i++) {
		struct packet p = start(w, i);

		learn(w, &p);
		p.trailer = 30;
		p.trailer_byte = 0xee;
		size_t len = packet_build(&p, frame, sizeof(frame));

		for (size_t first = 0; first < len; first++) {
			int r = world_run_split(w, frame, len, first, &out);

			if (r == -EINVAL && i == 0 && first == 0) {
				print_message("this kernel splits no frames in two\n");
				return;
			}
			assert_int_equal(r, 0);
			expect_untouched(w, &out, frame, len);
			if (first >= HEADERS)
				assert_string_equal(verdict_name(out.verdict), "pass_fragment");
		}
		assert_int_equal(world_run_split(w, frame, len, len, &out), 0);
		assert_int_equal(out.action, XDP_TX);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_too_long_for_one),
		cmocka_unit_test(split_anywhere),
	};

	world_open(&world);
	int r = cmocka_run_group_tests_name("fragments", tests, NULL, NULL);

	world_close(&world);
	return r;
}
