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

RIG_SETUP_WITH(setup_unstashed, "stash-agent-options: false\n", yaml)

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

static const struct way by_router = {0, SERVER, NULL, 0, 68};

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
				 verdict_name(verdict_by(c, form, state, way)));
	}
}

static void none_answered(const struct client *c, const struct form *form, const struct way *way,
			  enum xdhcp_verdict verdict)
{
	for (unsigned state = 0; state < SHAPE_STATES; state++) {
		enum xdhcp_verdict v = verdict_by(c, form, state, way);

		if (v != verdict)
			fail_msg("%s in state %u: %s, not %s", form->name, state, verdict_name(v),
				 verdict_name(verdict));
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

/* --- past the relay --- */

/* With the first ACK: no renewal has been seen yet. */
static void the_first_renewal(void **state)
{
	static const char *const agents[] = {NULL, PORT, EXIT};

	(void)state;
	for (unsigned i = 0; i < sizeof(agents) / sizeof(agents[0]); i++) {
		struct client c = client_new(rig, 16 + i);
		struct form form = form_of("foretold", &c, ASKS);
		struct way way = by(RELAY, agents[i]), broadcast = by_router;
		static struct rig_reply reply;

		obtains(&c, &form, &way);
		assert_true(answered_by(&c, &form, RENEWING, &by_router, &reply));
		assert_int_equal(packet_get32(reply.data + PACKET_IP + 16), c.addr);
		assert_int_equal(packet_get16(reply.data + PACKET_UDP + 2), 68);
		assert_null(option_in(&reply, 82, NULL));
		all_answered(&c, &form, &way);
		attacked_by(&c, &form, &by_router);
		/* no renewal by a router: not answered, nor a broadcast of it, nor the client's own
		 */
		assert_false(answered_by(&c, &form, SELECTING, &by_router, NULL));
		assert_false(answered_by(&c, &form, INIT_REBOOT, &by_router, NULL));
		broadcast.to = 0xffffffff;
		assert_false(answered_by(&c, &form, REBINDING, &broadcast, NULL));
		passed(&c, &form, XDHCP_VERDICT_pass_form);
		client_leaves(&c);
	}
}

/* Judged by what its relay said last, which is XDP's to say as well. */
static void when_its_relay_says_otherwise(void **state)
{
	struct client c = client_new(rig, 7);
	struct form form = form_of("moved", &c, ASKS);
	struct way port = by(RELAY, PORT), moved = by(RELAY, EXIT);
	static struct rig_reply reply;

	(void)state;
	obtains(&c, &form, &port);
	for (unsigned i = 0; i < 3; i++) {
		assert_true(answered_by(&c, &form, RENEWING, &by_router, &reply));
		assert_true(option_is(&reply, 3, "\x0a\x01\x00\x07", 4));
		learns(&c, &form, REBINDING, &moved);
		assert_true(answered_by(&c, &form, RENEWING, &by_router, &reply));
		assert_true(option_is(&reply, 3, "\x0a\x01\x00\x01", 4));
		all_answered(&c, &form, &moved);
		all_answered(&c, &form, &port);
		learns(&c, &form, REBINDING, &port);
	}
	client_leaves(&c);
}

/* RFC 5107: a server identifier for the client is a relay's word and no switch's, also afterwards.
 */
static void what_a_switch_has_said_a_relay_says(void **state)
{
	static const char agent[] = "\x01\x04port\x0b\x04\xc0\x00\x02\x05";
	struct client c = client_new(rig, 10);
	struct form form = form_of("switch", &c, ASKS), by_switch = form;
	struct way relay = {0xc0000205, SERVER, agent, 12, 67};
	static struct rig_reply reply;

	(void)state;
	packet_option(&by_switch.p, 82, agent, 12);
	client_obtains(&c, &by_switch, 0);
	learns(&c, &form, RENEWING, &by_router);
	assert_true(answered_by(&c, &form, RENEWING, &by_router, &reply));
	assert_true(option_is(&reply, 54, "\xc0\x00\x02\x01", 4));
	learns(&c, &form, REBINDING, &relay);
	assert_false(answered_by(&c, &form, RENEWING, &by_router, NULL));
	answered(&c, &by_switch);
	client_leaves(&c);
}

/* It sends something else past its relay: learned as any form is. */
static void another_renewal_than_foretold(void **state)
{
	struct client c = client_new(rig, 8);
	struct form form = form_of("as foretold", &c, ASKS), other = form;
	struct way way = by(RELAY, PORT);

	(void)state;
	other.name = "otherwise";
	packet_option_str(&other.p, 77, "renewing");
	obtains(&c, &form, &way);
	assert_false(answered_by(&c, &other, RENEWING, &by_router, NULL));
	learns(&c, &other, RENEWING, &by_router);
	all_answered(&c, &other, &by_router);
	all_answered(&c, &form, &by_router);
	attacked_by(&c, &other, &by_router);
	client_leaves(&c);
}

/* What is foretold takes no place of what was asked. */
static void four_forms_by_a_relay(void **state)
{
	struct client c = client_new(rig, 9);
	struct form form = form_of("four", &c, ASKS);
	struct way way[XDHCP_FORMS];
	char agents[XDHCP_FORMS][4] = {"\1\2a", "\1\2b", "\1\2c", "\1\2d"};

	(void)state;
	for (unsigned i = 0; i < XDHCP_FORMS; i++) {
		agents[i][3] = 'x';
		way[i] = (struct way){RELAY, SERVER, agents[i], 4, 67};
	}
	obtains(&c, &form, &way[0]);
	assert_true(answered_by(&c, &form, RENEWING, &by_router, NULL));
	/* with the first change of what is stored its place is free, and taken again */
	for (unsigned i = 1; i < XDHCP_FORMS; i++)
		learns(&c, &form, REBINDING, &way[i]);
	for (unsigned i = 0; i < XDHCP_FORMS; i++)
		all_answered(&c, &form, &way[i]);
	assert_false(answered_by(&c, &form, RENEWING, &by_router, NULL));
	client_leaves(&c);
}

/* --- two relays --- */

/* Each message comes by both, in one batch or in two: what they say alternates in the lease. */
static void twice_in(unsigned batches, const struct client *c, const struct form *form,
		     enum shape_state state, const struct way *first, const struct way *second)
{
	static struct rig_reply reply;
	uint8_t frame[RIG_FRAME_MAX];
	size_t len = frame_by(c, form, state, first, frame);

	assert_true(rig_batch_add(rig, frame, len, &reply));
	if (batches > 1)
		rig_batch_end(rig, false);
	len = frame_by(c, form, state, second, frame);
	assert_true(rig_batch_add(rig, frame, len, &reply));
	rig_batch_end(rig, false);
	rig_settle(rig);
	if (!c->addr)
		((struct client *)c)->addr = packet_get32(reply.data + PACKET_YIADDR);
}

static void twice(const struct client *c, const struct form *form, enum shape_state state,
		  const struct way *first, const struct way *second)
{
	twice_in(1, c, form, state, first, second);
}

static void by_a_pair_of_relays(void **state)
{
	static const char *const agents[][2] = {
		{NULL, NULL}, {PORT, PORT}, {PORT, EXIT}, {PORT, NULL}, {NULL, EXIT}};

	(void)state;
	for (unsigned i = 0; i < sizeof(agents) / sizeof(agents[0]); i++) {
		struct client c = client_new(rig, 32 + i);
		struct form form = form_of("pair", &c, ASKS);
		struct way one = by(RELAY, agents[i][0]), two = by(SECOND, agents[i][1]);

		twice(&c, &form, DISCOVERING, &one, &two);
		for (unsigned round = 0; round < 4; round++) {
			twice(&c, &form, round % SHAPE_STATES, &one, &two);
			all_answered(&c, &form, &one);
			all_answered(&c, &form, &two);
			all_answered(&c, &form, &by_router);
			learns(&c, &form, RENEWING, &by_router);
			all_answered(&c, &form, &by_router);
		}
		attacked_by(&c, &form, &two);
		attacked_by(&c, &form, &by_router);
		client_leaves(&c);
	}
}

/* The slot is closed and waits to be opened again (another tail) while both ask: with both forms.
 */
static void a_pair_while_the_slot_waits(void **state)
{
	struct client c = client_new(rig, 40);
	struct form before = form_of("before", &c, ASKS), after = form_of("after", &c, ASKS);
	struct way one = by(RELAY, PORT), two = by(SECOND, EXIT);

	(void)state;
	packet_option_str(&before.p, 12, "one-name");
	packet_option_str(&after.p, 12, "another");
	obtains(&c, &before, &one);
	all_answered(&c, &before, &one);
	for (unsigned batches = 1; batches <= 2; batches++) {
		twice_in(batches, &c, &after, REBINDING, &one, &two);
		none_answered(&c, &before, &one, XDHCP_VERDICT_pass_form);
		all_answered(&c, &after, &one);
		all_answered(&c, &after, &two);
		all_answered(&c, &after, &by_router);
		learns(&c, &before, REBINDING, &two);
		none_answered(&c, &after, &one, XDHCP_VERDICT_pass_form);
	}
	client_leaves(&c);
}

/* In one batch the renewal comes first, and is judged by what is not stored any more at its end. */
static void a_renewal_overtaken_by_its_relay(void **state)
{
	struct client c = client_new(rig, 42);
	struct form form = form_of("overtaken", &c, ASKS);
	struct way port = by(RELAY, PORT), moved = by(RELAY, EXIT);
	static struct rig_reply reply;
	uint8_t frame[RIG_FRAME_MAX];
	size_t len;

	(void)state;
	obtains(&c, &form, &port);
	len = frame_by(&c, &form, RENEWING, &by_router, frame);
	assert_true(rig_batch_add(rig, frame, len, &reply));
	len = frame_by(&c, &form, REBINDING, &moved, frame);
	assert_true(rig_batch_add(rig, frame, len, &reply));
	rig_batch_end(rig, false);
	assert_true(answered_by(&c, &form, RENEWING, &by_router, &reply));
	assert_true(option_is(&reply, 3, "\x0a\x01\x00\x01", 4));
	client_leaves(&c);
}

/* What the slot cannot send beside what it sends by the relay is not foretold. */
static void quiet_by_its_circuit(void **state)
{
	struct client c = client_new(rig, 43);
	struct form form = form_of("quiet", &c, ASKS);
	struct way way = by(RELAY, "\x01\x05quiet");
	static struct rig_reply reply;

	(void)state;
	packet_option_str(&form.p, 12, "pc");
	obtains(&c, &form, &way);
	assert_true(answered_by(&c, &form, REBINDING, &way, &reply));
	assert_null(option_in(&reply, 12, NULL));
	assert_false(answered_by(&c, &form, RENEWING, &by_router, NULL));
	ask(&c, &form, RENEWING, &by_router, &reply);
	assert_true(option_is(&reply, 12, "pc", 2));
	assert_true(answered_by(&c, &form, RENEWING, &by_router, NULL));
	client_leaves(&c);
}

/* Of two by two links the slot stays with the first; who is heard on another one later moves. */
static void a_pair_by_two_links(void **state)
{
	struct client c = client_new(rig, 41);
	struct form form = form_of("two links", &c, ASKS);
	struct way one = by(RELAY, PORT), two = by(SECOND, PORT);

	(void)state;
	obtains(&c, &form, &one);
	all_answered(&c, &form, &one);
	rig_move(rig, 2);
	learns(&c, &form, SELECTING, &two);
	rig_move(rig, 1);
	all_answered(&c, &form, &one);
	all_answered(&c, &form, &by_router);
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
		cmocka_unit_test(the_first_renewal),
		cmocka_unit_test(when_its_relay_says_otherwise),
		cmocka_unit_test(what_a_switch_has_said_a_relay_says),
		cmocka_unit_test(another_renewal_than_foretold),
		cmocka_unit_test(four_forms_by_a_relay),
		cmocka_unit_test(by_a_pair_of_relays),
		cmocka_unit_test(a_pair_while_the_slot_waits),
		cmocka_unit_test(a_pair_by_two_links),
		cmocka_unit_test(a_renewal_overtaken_by_its_relay),
	};
	const struct CMUnitTest unstashed[] = {
		cmocka_unit_test(the_first_renewal),
		cmocka_unit_test(another_renewal_than_foretold),
		cmocka_unit_test(by_a_pair_of_relays),
		cmocka_unit_test(quiet_by_its_circuit),
	};
	int failed = cmocka_run_group_tests_name("relays", tests, setup, rig_teardown);

	return failed + cmocka_run_group_tests_name("relays, nothing stored", unstashed,
						    setup_unstashed, rig_teardown);
}
