// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The corpus of malformed frames against the XDP program, with the good ones' answer in the cache:
 * what the daemon refuses passes untouched (I7), and what is answered gets the whole right
 * reply (I2). The UDP checksum is the stated exception: XDP does not verify it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <form.h>

#include "wire.h"
#include "world.h"

#include "../common/malformed.h"

static struct world world;

struct tally {
	size_t answered, passed, runts;
};

static void run(void *ctx, const struct malformed *m)
{
	struct tally *tally = ctx;
	uint8_t expected[PACKET_MAX];
	struct outcome out;
	size_t len;

	if (m->len < 14) { /* the kernel runs nothing shorter than an Ethernet header */
		tally->runts++;
		return;
	}
	world.slot->granted_until = world.slot->last = 0;
	world_run(&world, m->frame, m->len, &out);
	if (out.action != XDP_TX) {
		if (out.action != XDP_PASS || out.len != m->len ||
		    memcmp(out.frame, m->frame, m->len) != 0)
			fail_msg("%s: %s, and not untouched", m->name, verdict_name(out.verdict));
		tally->passed++;
		return;
	}
	if (m->result != DHCP_DECODE_ok && m->result != DHCP_DECODE_udp_checksum)
		fail_msg("%s: answered, while the daemon says %s", m->name,
			 dhcp_decode_name(m->result));
	len = world_expected_for(&world, m->frame, expected, sizeof(expected));
	if (out.len != len || memcmp(out.frame, expected, len) != 0)
		fail_msg("%s: the wrong answer", m->name);
	tally->answered++;
}

static void learn(void *ctx, const struct malformed *m)
{
	bool *learned = ctx;

	if (strcmp(m->name, "good") != 0)
		return;
	world.slot->forms[0] = form_word(world_form(&world, m->frame, m->len), WORLD_TEMPLATE);
	*learned = true;
}

static void malformed(void **state)
{
	struct packet_host client = world.client;
	struct tally tally = {0};
	bool learned = false;

	(void)state;
	client.addr = WORLD_ADDR;
	world_reset(&world);
	malformed_each(&client, &world.server, learn, &learned);
	assert_true(learned);
	malformed_each(&client, &world.server, run, &tally);
	print_message("  %zu answered, %zu passed, %zu runts\n", tally.answered, tally.passed,
		      tally.runts);
	/* good ones, and lies in what nobody needs: or nothing was at stake */
	assert_true(tally.answered >= 20);
	assert_true(tally.passed > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(malformed)};

	world_open(&world);
	int r = cmocka_run_group_tests_name("malformed", tests, NULL, NULL);

	world_close(&world);
	return r;
}
