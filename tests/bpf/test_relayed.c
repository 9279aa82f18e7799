// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Relayed requests, such with option 82 that a switch has put in, and renewals that come by a
 * router past their relay. Each answer is held against two others for the same request: the one
 * that the test builds from RFC 2131 4.1 and RFC 3046 2.2, and that of the daemon's encoder; its
 * checksums against sums of the test's own. What may not be answered passes untouched.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "wire.h"
#include "world.h"

#define RELAY_ADDR PACKET_ADDR(203, 0, 113, 1)
#define CIRCUIT	   "\x01\x04port"
#define LISTENS	   "\x01\x01p\x13\x00" /* with RFC 8357's sub-option 19 */

static const struct packet_host relay = {{2, 0, 0, 0x77, 0x88, 0x99}, RELAY_ADDR};
static struct world world;

enum start { SELECTING, INIT_REBOOT, REBINDING, ROUTED };

/* As a relay sends on what a client has broadcast; without option 82. */
static struct packet relayed(const struct world *w, enum start start)
{
	struct packet p = start == SELECTING
				  ? packet_selecting(&w->client, WORLD_ADDR, WORLD_SERVER_ADDR)
			  : start == INIT_REBOOT ? packet_init_reboot(&w->client, WORLD_ADDR)
						 : packet_rebinding(&w->client, WORLD_ADDR);

	memcpy(p.eth_src, relay.mac, 6);
	memcpy(p.eth_dst, w->server.mac, 6);
	p.ip_src = relay.addr;
	p.ip_dst = WORLD_SERVER_ADDR;
	p.sport = DHCP_SERVER_PORT;
	p.hops = 1;
	p.giaddr = relay.addr;
	return p;
}

static void expect_ack(struct world *w, const struct packet *p, enum xdhcp_verdict verdict)
{
	uint8_t in[PACKET_MAX], expected[PACKET_MAX], encoded[PACKET_MAX];
	size_t len = packet_build(p, in, sizeof(in));
	size_t want = world_expected(w, p, expected, sizeof(expected));
	size_t theirs = world_encoded(w, in, len, encoded, sizeof(encoded));
	uint64_t hits = w->slot->hits;
	struct outcome out;

	world_run(w, in, len, &out);
	assert_string_equal(verdict_name(out.verdict), verdict_name(verdict));
	assert_int_equal(out.action, XDP_TX);
	assert_int_equal(out.len, want);
	assert_memory_equal(out.frame, expected, want);
	assert_null(packet_check(out.frame, out.len));
	assert_int_equal(out.len, theirs);
	assert_memory_equal(out.frame, encoded, theirs);
	assert_int_equal(w->slot->hits, hits + 1);
}

static void expect_pass(struct world *w, const struct packet *p, enum xdhcp_verdict verdict)
{
	uint8_t in[PACKET_MAX];
	size_t len = packet_build(p, in, sizeof(in));
	struct slot before = *w->slot;
	struct outcome out;

	world_run(w, in, len, &out);
	assert_string_equal(verdict_name(out.verdict), verdict_name(verdict));
	assert_int_equal(out.action, XDP_PASS);
	assert_int_equal(out.len, len);
	assert_memory_equal(out.frame, in, len);
	assert_memory_equal(w->slot, &before, sizeof(before));
}

/* A renewal by way of the router that is the client's relay at other times. */
static struct packet routed(const struct world *w)
{
	struct packet p = packet_renewing(&w->client, WORLD_ADDR, &w->server);

	memcpy(p.eth_src, relay.mac, 6);
	p.ttl = 63;
	return p;
}

/* --- named cases --- */

struct test_case {
	const char *name;
	enum start start;
	const char *agent; /* data of option 82; NULL: none */
	size_t agent_len;
	enum xdhcp_verdict verdict;
	void (*change)(struct world *w, struct packet *p);
};

#define CHANGE(name, ...)                                   \
	static void name(struct world *w, struct packet *p) \
	{                                                   \
		(void)w;                                    \
		(void)p;                                    \
		__VA_ARGS__;                                \
	}
#define RELEARN world_learn(w, p)

static void serve_as(struct world *w, uint32_t addr)
{
	packet_put32(w->template->server_id, addr);
}

static void put_agent_first(struct packet *p, const char *agent)
{
	struct packet rest = *p;

	p->options_len = 0;
	packet_option_str(p, DHO_RELAY_AGENT, agent);
	packet_raw(p, rest.options, rest.options_len);
}

CHANGE(nothing, )
CHANGE(broadcast_flag, p->flags = 0x8000)
CHANGE(other_flags, p->flags = 0x7fff)
CHANGE(broadcast_frame, memset(p->eth_dst, 0xff, 6))
CHANGE(many_hops, p->hops = 16)
CHANGE(agent_first, put_agent_first(p, CIRCUIT); RELEARN)
CHANGE(agent_in_the_middle, packet_option_u32(p, DHO_LEASE_TIME, 7);
       packet_option_str(p, DHO_HOST_NAME, "host"); RELEARN)
CHANGE(agent_ends_the_packet, p->bootp_min = 0; p->no_end = true)
CHANGE(second_address, p->ip_dst = WORLD_SECOND_ADDR; serve_as(w, WORLD_SECOND_ADDR))
CHANGE(other_sport, p->sport = 1067)
CHANGE(sport_zero, p->sport = 0)
CHANGE(to_sport, p->sport = 1067; w->template->to_sport = 1)
CHANGE(to_sport_67, w->template->to_sport = 1)
CHANGE(to_sport_zero, p->sport = 0; w->template->to_sport = 1)
CHANGE(by_a_switch, p->giaddr = 0; memcpy(p->eth_src, w->client.mac, 6);
       memset(p->eth_dst, 0xff, 6); p->ip_dst = 0xffffffff; p->ip_src = p->ciaddr;
       p->sport = DHCP_CLIENT_PORT; RELEARN)
CHANGE(by_a_switch_broadcast, p->flags = 0x8000; by_a_switch(w, p))
CHANGE(by_a_switch_renewing, by_a_switch(w, p); memcpy(p->eth_dst, w->server.mac, 6);
       p->ip_dst = WORLD_SERVER_ADDR)
CHANGE(with_tail, world_tail(w, XDHCP_TAIL_HOSTNAME, DHO_HOST_NAME, 9);
       world_tail(w, XDHCP_TAIL_CLIENT_ID, DHO_CLIENT_IDENTIFIER, 6);
       world_tail(w, XDHCP_TAIL_FQDN, DHO_FQDN, 5); w->template->tail_last = XDHCP_TAIL_PIECES)
CHANGE(with_boot, packet_put32(w->template->siaddr, RELAY_ADDR);
       memset(w->template->file, 'f', sizeof(w->template->file)); w->template->has_boot = 1;
       world_template_option(w, 43, "x", 1))
CHANGE(highest_relay, p->giaddr = PACKET_ADDR(223, 255, 255, 255); RELEARN)
CHANGE(lowest_relay, p->giaddr = PACKET_ADDR(1, 0, 0, 0); RELEARN)

CHANGE(direct, memcpy(p->eth_src, w->client.mac, 6))
CHANGE(direct_learned, direct(w, p); RELEARN)
CHANGE(other_router, p->eth_src[5] ^= 1)
CHANGE(high_byte_of_the_mac, direct(w, p); p->eth_src[0] ^= 4)
CHANGE(low_byte_of_the_mac, direct(w, p); p->eth_src[5] ^= 1)
CHANGE(no_ciaddr, p->ciaddr = 0; packet_option_u32(p, 50, WORLD_ADDR); RELEARN)
CHANGE(of_another_client, p->chaddr[5] ^= 1)
CHANGE(by_a_relay, p->giaddr = RELAY_ADDR)
CHANGE(to_sport_without_relay, p->sport = 1067; w->template->to_sport = 1)

CHANGE(broadcast, p->ip_dst = 0xffffffff)
CHANGE(subnet_broadcast, p->ip_dst = WORLD_BROADCAST)
CHANGE(another_of_ours, p->ip_dst = WORLD_SECOND_ADDR)
CHANGE(another_server, serve_as(w, WORLD_SECOND_ADDR))
CHANGE(another_host, p->ip_dst = RELAY_ADDR)
CHANGE(relays_own_server_id, /* RFC 5107 */
       serve_as(w, RELAY_ADDR);
       p->options_len = 9; packet_option_u32(p, 54, RELAY_ADDR);
       packet_option_str(p, DHO_RELAY_AGENT, CIRCUIT))
CHANGE(another_relay, p->giaddr = RELAY_ADDR + 1)
CHANGE(no_relay, p->giaddr = 0; memcpy(p->eth_src, w->client.mac, 6))
CHANGE(we_as_relay, p->giaddr = WORLD_SECOND_ADDR; RELEARN)
CHANGE(relay_in_network_0, p->giaddr = PACKET_ADDR(0, 0, 0, 1))
CHANGE(relay_loops_back, p->giaddr = PACKET_ADDR(127, 0, 0, 1))
CHANGE(relay_is_a_group, p->giaddr = PACKET_ADDR(224, 0, 0, 1))
CHANGE(relay_is_all, p->giaddr = 0xffffffff)
CHANGE(from_a_group, p->eth_src[0] |= 1)
CHANGE(another_circuit, p->options[p->options_len - 1] ^= 1)
CHANGE(agent_gone, p->options_len -= 2 + strlen(CIRCUIT))
CHANGE(agent_elsewhere, p->options_len -= 2 + strlen(CIRCUIT); put_agent_first(p, CIRCUIT);
       packet_option_u32(p, DHO_LEASE_TIME, 7))
CHANGE(agent_twice, packet_option_str(p, DHO_RELAY_AGENT, CIRCUIT))
CHANGE(agent_split, packet_option(p, DHO_RELAY_AGENT, NULL, 0))
CHANGE(agent_cut, p->options[p->options_len - strlen(CIRCUIT) - 1] += 1; p->no_end = true;
       p->bootp_min = 0)
CHANGE(agent_without_length, p->options_len -= 1 + strlen(CIRCUIT); p->no_end = true;
       p->bootp_min = 0)
CHANGE(too_many_options, for (uint8_t i = 0; i < 39; i++) packet_option_u8(p, 130 + i, i))
CHANGE(no_credit, w->slot->ack_until = 0)

#define CASE(start, agent, change, verdict)                                               \
	{                                                                                 \
#change, start, agent, sizeof(agent) - 1, XDHCP_VERDICT_##verdict, change \
	}

static const struct test_case cases[] = {
	CASE(SELECTING, CIRCUIT, nothing, ack_selecting),
	CASE(INIT_REBOOT, CIRCUIT, nothing, ack_init_reboot),
	CASE(REBINDING, CIRCUIT, nothing, ack_rebinding),
	CASE(SELECTING, NULL, nothing, ack_selecting),
	CASE(INIT_REBOOT, NULL, nothing, ack_init_reboot),
	CASE(REBINDING, NULL, nothing, ack_rebinding),
	CASE(SELECTING, "", nothing, ack_selecting),
	CASE(REBINDING, "", agent_in_the_middle, ack_rebinding),
	CASE(SELECTING, CIRCUIT, broadcast_flag, ack_selecting),
	CASE(REBINDING, CIRCUIT, broadcast_flag, ack_rebinding),
	CASE(INIT_REBOOT, CIRCUIT, other_flags, ack_init_reboot),
	CASE(REBINDING, CIRCUIT, broadcast_frame, ack_rebinding),
	CASE(REBINDING, CIRCUIT, many_hops, ack_rebinding),
	CASE(REBINDING, NULL, agent_first, ack_rebinding),
	CASE(SELECTING, CIRCUIT, agent_in_the_middle, ack_selecting),
	CASE(REBINDING, CIRCUIT, agent_ends_the_packet, ack_rebinding),
	CASE(REBINDING, "", agent_ends_the_packet, ack_rebinding),
	CASE(REBINDING, CIRCUIT, second_address, ack_rebinding),
	CASE(REBINDING, CIRCUIT, other_sport, ack_rebinding),
	CASE(REBINDING, CIRCUIT, sport_zero, ack_rebinding),
	CASE(REBINDING, LISTENS, to_sport, ack_rebinding),
	CASE(SELECTING, LISTENS, to_sport_67, ack_selecting),
	CASE(REBINDING, LISTENS, to_sport_zero, ack_rebinding),
	CASE(SELECTING, CIRCUIT, by_a_switch, ack_selecting),
	CASE(INIT_REBOOT, "", by_a_switch, ack_init_reboot),
	CASE(SELECTING, CIRCUIT, by_a_switch_broadcast, ack_selecting),
	CASE(REBINDING, CIRCUIT, by_a_switch_broadcast, ack_rebinding),
	CASE(REBINDING, CIRCUIT, by_a_switch_renewing, ack_renewing),
	CASE(SELECTING, LISTENS, by_a_switch, ack_selecting),
	CASE(SELECTING, CIRCUIT, with_tail, ack_selecting),
	CASE(SELECTING, CIRCUIT, with_boot, ack_selecting),
	CASE(REBINDING, CIRCUIT, highest_relay, ack_rebinding),
	CASE(REBINDING, CIRCUIT, lowest_relay, ack_rebinding),
	CASE(ROUTED, NULL, nothing, ack_renewing),
	CASE(ROUTED, CIRCUIT, nothing, ack_renewing),
	CASE(ROUTED, NULL, broadcast_flag, ack_renewing),
	CASE(ROUTED, NULL, broadcast_frame, ack_renewing),
	CASE(ROUTED, NULL, second_address, ack_renewing),
	CASE(ROUTED, NULL, other_router, ack_renewing),
	CASE(ROUTED, NULL, high_byte_of_the_mac, ack_renewing),
	CASE(ROUTED, NULL, low_byte_of_the_mac, ack_renewing),
	CASE(ROUTED, NULL, direct_learned, ack_renewing),
	CASE(ROUTED, LISTENS, to_sport_without_relay, ack_renewing),
	CASE(ROUTED, NULL, with_tail, ack_renewing),

	CASE(REBINDING, CIRCUIT, broadcast, pass_relayed),
	CASE(SELECTING, CIRCUIT, subnet_broadcast, pass_relayed),
	CASE(REBINDING, CIRCUIT, another_of_ours, pass_relayed),
	CASE(REBINDING, CIRCUIT, another_server, pass_relayed),
	CASE(SELECTING, CIRCUIT, another_of_ours, pass_relayed),
	CASE(SELECTING, CIRCUIT, another_server, pass_server_id),
	CASE(REBINDING, CIRCUIT, another_host, pass_not_us),
	CASE(SELECTING, CIRCUIT, relays_own_server_id, pass_relayed),
	CASE(REBINDING, CIRCUIT, another_relay, pass_form),
	CASE(REBINDING, CIRCUIT, no_relay, pass_form),
	CASE(REBINDING, CIRCUIT, we_as_relay, pass_relayed),
	CASE(REBINDING, CIRCUIT, relay_in_network_0, pass_relayed),
	CASE(REBINDING, CIRCUIT, relay_loops_back, pass_relayed),
	CASE(REBINDING, CIRCUIT, relay_is_a_group, pass_relayed),
	CASE(REBINDING, CIRCUIT, relay_is_all, pass_relayed),
	CASE(REBINDING, CIRCUIT, from_a_group, pass_relayed),
	CASE(REBINDING, CIRCUIT, another_circuit, pass_form),
	CASE(REBINDING, CIRCUIT, agent_gone, pass_form),
	CASE(REBINDING, CIRCUIT, agent_elsewhere, pass_form),
	CASE(REBINDING, CIRCUIT, agent_twice, pass_options_repeated),
	CASE(REBINDING, "", agent_twice, pass_options_repeated),
	CASE(REBINDING, CIRCUIT, agent_split, pass_options_repeated),
	CASE(REBINDING, "", agent_split, pass_options_repeated),
	CASE(REBINDING, CIRCUIT, agent_cut, pass_options_malformed),
	CASE(REBINDING, CIRCUIT, agent_without_length, pass_options_malformed),
	CASE(REBINDING, CIRCUIT, too_many_options, pass_options_many),
	CASE(REBINDING, CIRCUIT, no_credit, pass_credit),
	CASE(ROUTED, NULL, broadcast, pass_routed),
	CASE(ROUTED, NULL, subnet_broadcast, pass_routed),
	CASE(ROUTED, NULL, another_of_ours, pass_routed),
	CASE(ROUTED, NULL, another_server, pass_routed),
	CASE(ROUTED, NULL, another_host, pass_not_us),
	CASE(ROUTED, NULL, no_ciaddr, pass_routed),
	CASE(ROUTED, NULL, from_a_group, pass_routed),
	CASE(ROUTED, NULL, direct, pass_form),
	CASE(ROUTED, NULL, by_a_relay, pass_form),
	CASE(ROUTED, NULL, of_another_client, pass_chaddr),
	CASE(ROUTED, NULL, no_credit, pass_credit),
};

#define N_CASES (sizeof(cases) / sizeof(cases[0]))

static void run_case(void **state)
{
	const struct test_case *c = *state;
	struct world *w = &world;

	world_reset(w);
	struct packet p = c->start == ROUTED ? routed(w) : relayed(w, c->start);

	if (c->agent)
		packet_option(&p, DHO_RELAY_AGENT, c->agent, c->agent_len);
	world_learn(w, &p);
	c->change(w, &p);
	if (world_verdict_action(c->verdict) == XDP_TX)
		expect_ack(w, &p, c->verdict);
	else
		expect_pass(w, &p, c->verdict);
}

/* --- option 82 of every length --- */

static struct packet with_agent(struct world *w, size_t len, bool middle)
{
	struct packet p = relayed(w, REBINDING);
	uint8_t data[255];

	for (size_t i = 0; i < len; i++)
		data[i] = (uint8_t)(i * 73 + len * 5 + 0x83);
	packet_option_u16(&p, DHO_MAX_MESSAGE_SIZE, 1500);
	packet_option(&p, DHO_RELAY_AGENT, data, len);
	if (middle)
		packet_option_str(&p, DHO_HOST_NAME, "host");
	return p;
}

/* Also from long to short, so that of a longer one nothing is left over; at odd offsets, too. */
static void every_length(void **state)
{
	struct world *w = &world;

	(void)state;
	for (int i = -255; i <= 255; i++) {
		size_t len = (size_t)(i < 0 ? -i : i);

		for (unsigned odd = 0; odd < 4; odd++) {
			world_reset(w);
			struct packet p = with_agent(w, len, odd & 1);

			p.bootp_min = odd & 1 ? 300 : 0;
			world_learn(w, &p);
			if (odd & 2)
				world_template_option(w, 43, "odd", 3);
			expect_ack(w, &p, XDHCP_VERDICT_ack_rebinding);
		}
	}
}

/* Growth at the head, at the tail, and trimming; with the longest template and tail. */
static void every_geometry(void **state)
{
	static const uint8_t fill[255];
	struct world *w = &world;

	(void)state;
	for (size_t bootp = 0; bootp <= 1472; bootp += bootp < 300 ? 300 : 293) {
		for (size_t options = 15; options <= XDHCP_TEMPLATE_OPTIONS_MAX; options += 7) {
			world_reset(w);
			struct packet p = with_agent(w, options % 256, options & 1);
			size_t more = options - 15;

			p.bootp_min = bootp;
			p.trailer = options % 3;
			world_learn(w, &p);
			if (more >= 2)
				world_template_option(w, 200, fill, more >= 259 ? 255 : more - 2);
			if (more >= 259)
				world_template_option(w, 201, fill, more - 259);
			world_tail(w, XDHCP_TAIL_HOSTNAME, DHO_HOST_NAME, 30);
			world_tail(w, XDHCP_TAIL_CLIENT_ID, DHO_CLIENT_IDENTIFIER, 31);
			world_tail(w, XDHCP_TAIL_FQDN, DHO_FQDN, 33);
			w->template->tail_last = XDHCP_TAIL_PIECES;
			expect_ack(w, &p, XDHCP_VERDICT_ack_rebinding);
		}
	}
}

/* Option 82 counts against option 57: RFC 2132 9.10 is about the whole datagram. */
static void max_size(void **state)
{
	static const uint8_t fill[255];
	struct world *w = &world;

	(void)state;
	/* 20 + 8 + 240, 15 and 257 of the template, END */
	for (size_t len = 0; len <= 255; len += 5) {
		size_t whole = 268 + 15 + 257 + 2 + len + 1;

		for (int less = 0; less < 2; less++) {
			world_reset(w);
			struct packet p = relayed(w, REBINDING);

			packet_option(&p, DHO_RELAY_AGENT, fill, len);
			if (whole - (size_t)less > 576)
				packet_option_u16(&p, DHO_MAX_MESSAGE_SIZE,
						  (uint16_t)(whole - (size_t)less));
			world_learn(w, &p);
			world_template_option(w, 200, fill, 255);
			if (less && whole > 576)
				expect_pass(w, &p, XDHCP_VERDICT_pass_max_size);
			else
				expect_ack(w, &p, XDHCP_VERDICT_ack_rebinding);
		}
	}
}

/* RFC 768: a sum of zero is sent as all ones. */
static void udp_checksum_zero(void **state)
{
	struct world *w = &world;
	uint8_t expected[PACKET_MAX];

	(void)state;
	world_reset(w);
	struct packet p = with_agent(w, 7, false);

	world_learn(w, &p);
	p.xid = 0;
	world_expected(w, &p, expected, sizeof(expected));
	p.xid = packet_get16(expected + PACKET_UDP + 6);
	world_expected(w, &p, expected, sizeof(expected));
	assert_int_equal(packet_get16(expected + PACKET_UDP + 6), 0xffff);
	expect_ack(w, &p, XDHCP_VERDICT_ack_rebinding);
}

/* With two tags: the reply is that without them, with the tags. */
static void tagged(void **state)
{
	static const uint8_t tags[8] = {0x88, 0xa8, 0x60, 7, 0x81, 0, 0xa0, 9};
	struct world *w = &world;
	uint8_t in[PACKET_MAX], expected[PACKET_MAX];
	struct outcome out;
	uint64_t word;

	(void)state;
	for (size_t len = 0; len <= 255; len += 17) {
		world_reset(w);
		struct packet p = with_agent(w, len, true);
		struct policy link = *w->link;

		link.vlan[0] = 7;
		link.vlan[1] = 9;
		link.tpid[0] = 0x88a8;
		link.tpid[1] = 0x8100;
		memcpy(&word, link.vlan, sizeof(word));
		memset(w->link, 0, sizeof(*w->link));
		w->policy[XDHCP_POLICY_LINKS + policy_link_place(WORLD_IFINDEX, word)] = link;
		world_learn(w, &p);
		size_t n = packet_build(&p, in, sizeof(in) - 8);
		size_t want = world_expected(w, &p, expected, sizeof(expected) - 8);

		memmove(in + 20, in + 12, n - 12);
		memcpy(in + 12, tags, 8);
		memmove(expected + 20, expected + 12, want - 12);
		memcpy(expected + 12, tags, 8);
		world_run(w, in, n + 8, &out);
		assert_string_equal(verdict_name(out.verdict), "ack_rebinding");
		assert_int_equal(out.len, want + 8);
		assert_memory_equal(out.frame, expected, want + 8);
		assert_int_equal(world_encoded(w, in, n + 8, expected, sizeof(expected)), want + 8);
		assert_memory_equal(out.frame, expected, want + 8);
	}
}

int main(void)
{
	static const struct CMUnitTest others[] = {
		cmocka_unit_test(every_length), cmocka_unit_test(every_geometry),
		cmocka_unit_test(max_size),	cmocka_unit_test(udp_checksum_zero),
		cmocka_unit_test(tagged),
	};
	struct CMUnitTest tests[N_CASES + sizeof(others) / sizeof(others[0])];

	world_open(&world);
	for (size_t i = 0; i < N_CASES; i++)
		tests[i] = (struct CMUnitTest){cases[i].name, run_case, NULL, NULL,
					       (void *)(uintptr_t)&cases[i]};
	memcpy(tests + N_CASES, others, sizeof(others));
	int r = _cmocka_run_group_tests("relayed", tests, sizeof(tests) / sizeof(tests[0]), NULL,
					NULL);

	world_close(&world);
	return r;
}
