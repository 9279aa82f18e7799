// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Parity (I2) of clients behind relays and routers. What the daemon sends to a relay goes through
 * the kernel's routing, whose Ethernet header is not to be had here: the frames compared are those
 * to the MAC that the request came from, as XDP sends them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "wire.h"

#include "client.h"
#include "compare.h"

#define SERVER 0xc0000201 /* 192.0.2.1 */
#define OTHER  0xc6336401 /* 198.51.100.1 */
#define RELAY  0x0a010001 /* 10.1.0.1 */
#define SECOND 0x0a010002
#define PORT   "\x01\x04port"
#define EXIT       \
	"\x01\x04" \
	"exit"
#define AT_PORT "\x01\x04port\x13\x00" /* RFC 8357 */
#define ASKS	"\x01\x03\x06\x0c"

static const char yaml[] = "interfaces-config: {interfaces: [rig0]}\n"
			   "option-data: [{name: domain-name-servers, data: 192.0.2.53}]\n"
			   "subnet4:\n"
			   "  - id: 1\n"
			   "    subnet: 192.0.2.0/24\n"
			   "    pools: [{pool: 192.0.2.10 - 192.0.2.99}]\n"
			   "  - id: 2\n"
			   "    subnet: 10.1.0.0/24\n"
			   "    relay: {ip-addresses: [10.9.9.9]}\n"
			   "    pools: [{pool: 10.1.0.10 - 10.1.0.99}]\n"
			   "    option-data: [{name: routers, data: 10.1.0.1}]\n"
			   "    reservations:\n"
			   "      - {circuit-id: \"'port'\", option-data: [{name: routers, data: "
			   "10.1.0.7}]}\n"
			   "      - {circuit-id: \"'quiet'\", option-data: [{name: host-name, "
			   "never-send: true}]}\n";

RIG_SETUP(setup, yaml)

/* --- frames --- */

/* How a message gets here: by a relay, or giaddr 0: by a router. */
struct way {
	uint32_t giaddr, to; /* to: which address of ours */
	const void *agent;
	size_t agent_len; /* 0: no option 82 */
	uint16_t sport;
};

static struct way by(uint32_t giaddr, const char *agent)
{
	return (struct way){giaddr, SERVER, agent, agent ? strlen(agent) : 0, 67};
}

static size_t frame_by(const struct client *c, const struct form *form, enum shape_state state,
		       const struct way *way, uint8_t *frame)
{
	static const uint8_t from[6] = {2, 0xbb, 0, 0, 0, 1};
	struct form sent = *form;
	size_t len;

	if (way->agent_len)
		packet_option(&sent.p, 82, way->agent, way->agent_len);
	len = client_frame(c, &sent, state, frame);
	memcpy(frame, rig_mac(rig), 6);
	memcpy(frame + 6, from, 6);
	packet_put32(frame + PACKET_IP + 12, way->giaddr ? way->giaddr : c->addr);
	packet_put32(frame + PACKET_IP + 16, way->to);
	packet_put16(frame + PACKET_UDP, way->sport);
	packet_put32(frame + PACKET_GIADDR, way->giaddr);
	packet_fix_ip_checksum(frame);
	packet_fix_udp_checksum(frame);
	return len;
}

static enum xdhcp_verdict verdict_by(const struct client *c, const struct form *form,
				     enum shape_state state, const struct way *way)
{
	uint8_t frame[RIG_FRAME_MAX];
	size_t len = frame_by(c, form, state, way, frame);

	return rig_verdict(rig, frame, len);
}

static bool answered_by(const struct client *c, const struct form *form, enum shape_state state,
			const struct way *way, struct rig_reply *ret_reply)
{
	uint8_t frame[RIG_FRAME_MAX];
	size_t len = frame_by(c, form, state, way, frame);

	if (!same_answer(rig, frame, len, form->name, 0))
		return false;
	if (ret_reply)
		rig_xdp(rig, frame, len, ret_reply);
	return true;
}

/* XDP answers in each state; by a router in the one that it answers so. */
static void all_answered(const struct client *c, const struct form *form, const struct way *way)
{
	for (unsigned state = 0; state < SHAPE_STATES; state++) {
		if (!way->giaddr && state != RENEWING)
			continue;
		if (!answered_by(c, form, state, way, NULL))
			fail_msg("%s in state %u is not answered: %s", form->name, state,
				 rig_verdict_name(verdict_by(c, form, state, way)));
	}
}

static void none_answered(const struct client *c, const struct form *form, const struct way *way,
			  enum xdhcp_verdict verdict)
{
	for (unsigned state = 0; state < SHAPE_STATES; state++) {
		enum xdhcp_verdict v = verdict_by(c, form, state, way);

		if (v != verdict)
			fail_msg("%s in state %u: %s, not %s", form->name, state,
				 rig_verdict_name(v), rig_verdict_name(verdict));
	}
}

static void ask(const struct client *c, const struct form *form, enum shape_state state,
		const struct way *way, struct rig_reply *ret_reply)
{
	uint8_t frame[RIG_FRAME_MAX];
	size_t len = frame_by(c, form, state, way, frame);

	assert_true(rig_daemon(rig, frame, len, true, ret_reply));
	rig_settle(rig);
}

static void learns(const struct client *c, const struct form *form, enum shape_state state,
		   const struct way *way)
{
	static struct rig_reply reply;

	ask(c, form, state, way, &reply);
	assert_true(option_is(&reply, 53, "\x05", 1));
}

static void obtains(struct client *c, const struct form *form, const struct way *way)
{
	static struct rig_reply reply;

	c->addr = 0;
	c->server = way->to;
	ask(c, form, DISCOVERING, way, &reply);
	assert_true(option_is(&reply, 53, "\x02", 1));
	c->addr = packet_get32(reply.data + PACKET_YIADDR);
	assert_int_equal(c->addr >> 8, 0x0a0100);
	learns(c, form, SELECTING, way);
}

/* Every byte changed, and mangled frames: what XDP answers the daemon answers alike. */
static void attacked_by(const struct client *c, const struct form *form, const struct way *way)
{
	uint8_t frame[RIG_FRAME_MAX];
	uint64_t hits = 0;
	size_t len;

	for (unsigned state = 0; state < SHAPE_STATES; state++) {
		len = frame_by(c, form, state, way, frame);
		hits += any_byte(rig, frame, len, false, form->name);
		for (unsigned i = 0; i < 300; i++) {
			len = frame_by(c, form, state, way, frame);
			len = mangle(frame, len);
			same_answer(rig, frame, len, form->name, i);
		}
	}
	assert_true(hits > 0);
}

/* --- relayed --- */

static void by_a_relay_without_option_82(void **state)
{
	struct client c = client_new(rig, 1);
	struct form form = form_of("plain relay", &c, ASKS);
	struct way way = by(RELAY, NULL);
	static struct rig_reply reply;

	(void)state;
	obtains(&c, &form, &way);
	all_answered(&c, &form, &way);
	assert_true(answered_by(&c, &form, REBINDING, &way, &reply));
	assert_int_equal(packet_get32(reply.data + PACKET_IP + 12), SERVER);
	assert_int_equal(packet_get32(reply.data + PACKET_IP + 16), RELAY);
	assert_int_equal(packet_get16(reply.data + PACKET_UDP + 2), 67);
	assert_int_equal(packet_get32(reply.data + PACKET_GIADDR), RELAY);
	assert_null(option_in(&reply, 82, NULL));
	attacked_by(&c, &form, &way);
	c.broadcast = true;
	all_answered(&c, &form, &way);
	client_leaves(&c);
}

static void by_a_relay_with_option_82(void **state)
{
	struct client c = client_new(rig, 2);
	struct form form = form_of("option 82", &c, ASKS);
	struct way port = by(RELAY, PORT), moved = by(RELAY, EXIT);
	static struct rig_reply reply;

	(void)state;
	obtains(&c, &form, &port);
	all_answered(&c, &form, &port);
	assert_true(answered_by(&c, &form, SELECTING, &port, &reply));
	assert_true(option_is(&reply, 82, PORT, 6));
	assert_true(option_is(&reply, 3, "\x0a\x01\x00\x07", 4)); /* by its circuit */
	attacked_by(&c, &form, &port);
	/* another circuit is another form, with another answer; both stay */
	none_answered(&c, &form, &moved, XDHCP_VERDICT_pass_form);
	learns(&c, &form, REBINDING, &moved);
	all_answered(&c, &form, &moved);
	assert_true(answered_by(&c, &form, REBINDING, &moved, &reply));
	assert_true(option_is(&reply, 3, "\x0a\x01\x00\x01", 4));
	all_answered(&c, &form, &port);
	client_leaves(&c);
}

/* RFC 8357: to where it sent from, whichever port that is; also after 67, which it is as a rule. */
static void by_a_relay_at_another_port(void **state)
{
	struct client c = client_new(rig, 3);
	struct form form = form_of("another port", &c, ASKS);
	struct way way = by(RELAY, PORT), deaf = way;
	static struct rig_reply reply;
	uint8_t frame[RIG_FRAME_MAX];

	(void)state;
	deaf.sport = 1067;
	obtains(&c, &form, &deaf);
	assert_true(answered_by(&c, &form, REBINDING, &deaf, &reply));
	assert_int_equal(packet_get16(reply.data + PACKET_UDP + 2), 67);
	client_leaves(&c);

	way.agent = AT_PORT;
	way.agent_len = sizeof(AT_PORT) - 1;
	obtains(&c, &form, &way);
	way.sport = 1067;
	all_answered(&c, &form, &way);
	assert_true(answered_by(&c, &form, REBINDING, &way, &reply));
	assert_int_equal(packet_get16(reply.data + PACKET_UDP + 2), 1067);
	attacked_by(&c, &form, &way);
	for (unsigned sport = 0; sport < 70; sport++) {
		size_t len;

		way.sport = (uint16_t)sport;
		len = frame_by(&c, &form, REBINDING, &way, frame);
		same_answer(rig, frame, len, "source port", sport);
	}
	client_leaves(&c);
}

static void of_rogue_relays(void **state)
{
	static const uint32_t bad[] = {0x7f000001, 0xe0000001, 0xffffffff,
				       0x00000001, SERVER,     OTHER};
	struct client c = client_new(rig, 4);
	struct form form = form_of("rogue", &c, ASKS);
	struct way way = by(RELAY, PORT);
	static struct rig_reply reply;
	uint8_t frame[RIG_FRAME_MAX];

	(void)state;
	obtains(&c, &form, &way);
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct way rogue = by(bad[i], PORT);
		size_t len = frame_by(&c, &form, REBINDING, &rogue, frame);

		assert_false(rig_daemon(rig, frame, len, true, &reply));
		none_answered(&c, &form, &rogue, XDHCP_VERDICT_pass_relayed);
	}
	/* in no subnet; of another one; and one that is its own */
	way.giaddr = 0x0a0a0a0a;
	none_answered(&c, &form, &way, XDHCP_VERDICT_pass_form);
	way.giaddr = 0xc0000205;
	none_answered(&c, &form, &way, XDHCP_VERDICT_pass_form);
	ask(&c, &form, REBINDING, &way, &reply);
	assert_true(option_is(&reply, 53, "\x06", 1));
	none_answered(&c, &form, &way, XDHCP_VERDICT_pass_form);
	way.giaddr = 0x0a090909;
	none_answered(&c, &form, &way, XDHCP_VERDICT_pass_form);
	learns(&c, &form, REBINDING, &way);
	all_answered(&c, &form, &way);
	client_leaves(&c);
}

/* The server identifier is the address that the relay asked: another one has another answer. */
static void to_our_other_address(void **state)
{
	struct client c = client_new(rig, 5);
	struct form form = form_of("another address", &c, ASKS);
	struct way way = by(RELAY, PORT), other = way;
	static struct rig_reply reply;

	(void)state;
	other.to = OTHER;
	obtains(&c, &form, &way);
	assert_false(answered_by(&c, &form, REBINDING, &other, NULL));
	assert_false(answered_by(&c, &form, SELECTING, &other, NULL));
	learns(&c, &form, REBINDING, &other);
	assert_true(answered_by(&c, &form, REBINDING, &other, &reply));
	assert_true(option_is(&reply, 54, "\xc6\x33\x64\x01", 4));
	assert_false(answered_by(&c, &form, REBINDING, &way, NULL));
	client_leaves(&c);
}

/* RFC 5107, and option 82 in two pieces: the daemon's. */
static void what_is_never_learned(void **state)
{
	static const struct way ways[] = {
		{RELAY, SERVER, "\x01\x04port\x0b\x04\x0a\x01\x00\x01", 12, 67},
		{RELAY, 0xffffffff, PORT, 6, 67},
	};
	struct client c = client_new(rig, 6);
	struct form form = form_of("never", &c, ASKS), twice = form;
	struct way way = by(RELAY, PORT);

	(void)state;
	obtains(&c, &form, &way);
	for (unsigned i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		learns(&c, &form, REBINDING, &ways[i]);
		assert_false(answered_by(&c, &form, REBINDING, &ways[i], NULL));
	}
	packet_option_str(&twice.p, 82, EXIT);
	learns(&c, &twice, REBINDING, &way);
	assert_false(answered_by(&c, &twice, REBINDING, &way, NULL));
	all_answered(&c, &form, &way);
	client_leaves(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_a_relay_without_option_82),
		cmocka_unit_test(by_a_relay_with_option_82),
		cmocka_unit_test(by_a_relay_at_another_port),
		cmocka_unit_test(of_rogue_relays),
		cmocka_unit_test(to_our_other_address),
		cmocka_unit_test(what_is_never_learned),
	};

	return cmocka_run_group_tests_name("relays", tests, setup, rig_teardown);
}
