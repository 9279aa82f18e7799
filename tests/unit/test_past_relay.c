// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The renewal that a relayed request foretells: decoded from a frame of its own, the real one is
 * the same message of the same form.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "proto/form.h"
#include "proto/past_relay.h"

#include "../common/packet_builder.h"

#define ADDR   PACKET_ADDR(10, 0, 1, 10)
#define RELAY  PACKET_ADDR(10, 0, 1, 1)
#define SERVER PACKET_ADDR(192, 0, 2, 1)

static const uint64_t key[2] = {0x0123456789abcdefull, 0xfedcba9876543211ull};
static const struct packet_host client = {{2, 0, 0, 0, 0, 1}, ADDR};
static const struct packet_host server = {{2, 0, 0, 0, 0, 2}, SERVER};

struct received {
	uint8_t frame[PACKET_MAX];
	struct dhcp_msg msg;
};

static void receive(const struct packet *p, struct received *ret)
{
	struct dhcp_ingress in = {.ifindex = 3, .link = 7, .our_addr = SERVER};
	size_t len = packet_build(p, ret->frame, sizeof(ret->frame));

	memset(ret->frame + 6, 9, 6); /* a router's */
	assert_int_equal(dhcp_decode(ret->frame, len, &in, &ret->msg), DHCP_DECODE_ok);
}

/* What a client sends in each of its messages, here with a hole and a code that comes twice. */
static void client_options(struct packet *p)
{
	packet_option_str(p, 61, "id");
	packet_raw(p, "\0\0", 2);
	packet_option_u16(p, 57, 1500);
	packet_option_str(p, 12, "host");
	packet_option_str(p, 77, "one");
	packet_option_str(p, 77, "two");
	packet_option(p, 80, NULL, 0);
}

static struct packet relayed(bool rebinding, const char *agent)
{
	struct packet p = rebinding ? packet_rebinding(&client, ADDR)
				    : packet_selecting(&client, ADDR, SERVER);

	p.giaddr = RELAY;
	p.hops = 1;
	client_options(&p);
	if (agent)
		packet_option_str(&p, 82, agent);
	return p;
}

static void same_option(const struct dhcp_msg *a, const struct dhcp_msg *b, unsigned code)
{
	assert_int_equal(!a->opt[code].data, !b->opt[code].data);
	assert_int_equal(a->opt[code].len, b->opt[code].len);
	if (a->opt[code].len)
		assert_memory_equal(a->opt[code].data, b->opt[code].data, a->opt[code].len);
}

static void foretold(const struct packet *p, const struct packet *renewal)
{
	static struct received before, after;
	static struct dhcp_msg msg;
	static uint8_t room[PACKET_MAX];

	receive(p, &before);
	receive(renewal, &after);
	memset(room, 0xa5, sizeof(room));
	dhcp_past_relay(&before.msg, ADDR, room, &msg);
	assert_true(before.msg.options_len <= sizeof(room));
	assert_true(dhcp_is_routed(&msg));
	assert_int_equal(msg.type, after.msg.type);
	assert_int_equal(msg.giaddr, 0);
	assert_int_equal(msg.ciaddr, ADDR);
	assert_int_equal(msg.ip_src, after.msg.ip_src);
	assert_int_equal(msg.udp_sport, after.msg.udp_sport);
	assert_int_equal(msg.in.our_addr, SERVER);
	assert_false(msg.has_requested || msg.has_server_id);
	assert_int_equal(msg.requested | msg.server_id, 0);
	for (unsigned code = 0; code < 256; code++)
		same_option(&msg, &after.msg, code);
	assert_true(dhcp_form(&msg, key) != 0);
	assert_true(dhcp_form(&msg, key) == dhcp_form(&after.msg, key));
}

static void the_renewal_past_the_relay(void **state)
{
	struct packet renewal = packet_renewing(&client, ADDR, &server), p;

	(void)state;
	client_options(&renewal);
	for (unsigned rebinding = 0; rebinding < 2; rebinding++) {
		p = relayed(rebinding, "\1\4port");
		foretold(&p, &renewal);
		p = relayed(rebinding, NULL);
		foretold(&p, &renewal);
		p.no_end = true;
		foretold(&p, &renewal);
	}
	/* first of all the options, as some relays have it */
	p = packet_rebinding(&client, ADDR);
	p.giaddr = RELAY;
	packet_option_str(&p, 82, "\1\4port");
	client_options(&p);
	foretold(&p, &renewal);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_renewal_past_the_relay),
	};

	return cmocka_run_group_tests_name("past the relay", tests, NULL, NULL);
}
