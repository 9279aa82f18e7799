// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Parity (I2): learn a request, mutate any byte of it: XDP passes it untouched, or
 * its reply equals, byte for byte of the whole frame, that of a daemon in the same
 * state with the fast path off. Over client shapes, states, option orders, identities,
 * flags and parameter request lists. Seeds are printed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "compare.h"
#include "shapes.h"

#define SERVER 0xc0000201 /* 192.0.2.1 */

static const char yaml[] =
	"interfaces-config: {interfaces: [rig0]}\n"
	"valid-lifetime: 3600\n"
	"option-data:\n"
	"  - {name: domain-name-servers, data: \"192.0.2.53, 192.0.2.54\"}\n"
	"  - {name: domain-name, data: example.org}\n"
	"  - {name: ntp-servers, data: 192.0.2.123}\n"
	"subnet4:\n"
	"  - id: 1\n"
	"    subnet: 192.0.2.0/24\n"
	"    interface: rig0\n"
	"    pools: [{pool: 192.0.2.10 - 192.0.2.250}]\n"
	"    next-server: 192.0.2.9\n"
	"    boot-file-name: pxelinux.0\n"
	"    option-data:\n"
	"      - {name: routers, data: 192.0.2.1}\n"
	"      - {name: interface-mtu, data: \"1500\"}\n"
	"      - {name: netbios-name-servers, data: \"192.0.2.60, 192.0.2.61, 192.0.2.62\"}\n"
	"      - {name: netbios-node-type, data: \"8\"}\n"
	"      - {name: root-path, data: "
	"\"/a/path/that/makes/the/reply/longer/than/most/requests/so/that/it/grows/at/the/head/"
	"of/the/frame/rather/than/at/its/tail\"}\n"
	"    reservations:\n"
	"      - {hw-address: \"02:00:00:00:07:01\", ip-address: 192.0.2.77, hostname: reserved}\n";

static uint32_t xid = 0x1000;

RIG_SETUP(setup, yaml)

static size_t frame_of(struct shape *s, enum shape_state state, uint8_t *frame)
{
	s->state = state;
	s->xid = ++xid;
	return shape_frame(s, rig_mac(rig), frame, 1500 + 14);
}

static uint32_t yiaddr(const struct rig_reply *reply)
{
	const uint8_t *y = reply->data + 42 + 16;

	return (uint32_t)y[0] << 24 | (uint32_t)y[1] << 16 | (uint32_t)y[2] << 8 | y[3];
}

/* DISCOVER, OFFER, REQUEST, ACK through the daemon; the slot is then published. */
static void obtain(struct shape *s)
{
	static struct rig_reply reply;
	uint8_t frame[1600];
	size_t len;

	s->server = SERVER;
	s->addr = 0;
	len = frame_of(s, DISCOVERING, frame);
	assert_true(rig_daemon(rig, frame, len, true, &reply));
	assert_true(reply.len > 0);
	s->addr = yiaddr(&reply);
	len = frame_of(s, SELECTING, frame);
	assert_true(rig_daemon(rig, frame, len, true, &reply));
	assert_true(reply.len > 0);
	assert_int_equal(yiaddr(&reply), s->addr);
}

static void give_up(struct shape *s)
{
	rig_release(rig, s->addr);
}

static struct shape client(enum shape_kind kind, unsigned n)
{
	struct shape s = {.kind = kind, .client_id = true, .mac = {2, 0, 0, 1, (uint8_t)(n >> 8)}};

	s.mac[5] = (uint8_t)n;
	return s;
}

/* One frame: answered at once, or learned from one slow answer and answered then. Returns slow
 * answers. */
static unsigned answered(struct shape *s, enum shape_state state)
{
	static struct rig_reply reply;
	uint8_t frame[1600];
	size_t len = frame_of(s, state, frame);

	if (same_answer(rig, frame, len, shape_name(s->kind), 0))
		return 0;
	assert_true(rig_daemon(rig, frame, len, true, &reply));
	assert_true(reply.len > 0);
	if (!same_answer(rig, frame, len, shape_name(s->kind), 0)) {
		rig_settle(rig); /* a changed tail waits for a barrier */
		if (!same_answer(rig, frame, len, shape_name(s->kind), 0))
			fail_msg("%s, state %u: not answered by XDP after the daemon's answer",
				 shape_name(s->kind), state);
	}
	return 1;
}

static void each_form_needs_one_slow_answer(void **state)
{
	(void)state;
	for (unsigned kind = 0; kind < SHAPE_KINDS; kind++) {
		struct shape s = client(kind, kind);
		unsigned slow = 1; /* the REQUEST of obtain() */

		obtain(&s);
		for (unsigned st = RENEWING; st < SHAPE_STATES; st++)
			slow += answered(&s, st);
		slow += answered(&s, INIT_REBOOT) + answered(&s, SELECTING);
		print_message("%-16s %u slow answer%s, then hits\n", shape_name(kind), slow,
			      slow == 1 ? "" : "s");
		assert_true(slow <= shape_forms(kind));
		for (unsigned st = 0; st < SHAPE_STATES; st++)
			assert_int_equal(answered(&s, st), 0);
		give_up(&s);
	}
}

static void every_variant_is_answered_alike(void **state)
{
	unsigned n = 0;

	(void)state;
	for (unsigned kind = 0; kind < SHAPE_KINDS; kind++) {
		for (unsigned v = 0; v < 16 * SHAPE_PRLS; v++) {
			struct shape s = client(kind, 1000 + n++);

			s.broadcast = v & 1;
			s.client_id = v & 2;
			s.reversed = v & 4;
			s.prl = v >> 4;
			obtain(&s);
			/* the second time with the name that was learned the first time */
			for (unsigned st = 0; st < 2 * SHAPE_STATES; st++)
				answered(&s, st % SHAPE_STATES);
			s.broadcast = !s.broadcast; /* no part of the form */
			for (unsigned st = 0; st < SHAPE_STATES; st++)
				assert_int_equal(answered(&s, st), 0);
			give_up(&s);
		}
	}
	print_message("%u clients x 4 states x 2 flags\n", n);
}

static void any_byte_may_change(void **state)
{
	uint64_t runs = rig_runs(rig), hits = 0;

	(void)state;
	for (unsigned kind = 0; kind < SHAPE_KINDS; kind++) {
		struct shape s = client(kind, 5000 + kind);

		obtain(&s);
		for (unsigned st = 0; st < SHAPE_STATES; st++) {
			uint8_t frame[1600];
			size_t len;

			answered(&s, st);
			len = frame_of(&s, st, frame);
			hits += any_byte(rig, frame, len, kind == SHAPE_DHCLIENT, shape_name(kind));
		}
		give_up(&s);
	}
	print_message("%llu frames, %llu answered by XDP, all as the daemon would\n",
		      (unsigned long long)(rig_runs(rig) - runs), (unsigned long long)hits);
	assert_true(hits > 0);
}

static void mangled_frames_are_answered_alike(void **state)
{
	struct shape clients[SHAPE_KINDS];
	uint64_t hits = 0;

	(void)state;
	for (unsigned kind = 0; kind < SHAPE_KINDS; kind++) {
		clients[kind] = client(kind, 6000 + kind);
		obtain(&clients[kind]);
		for (unsigned st = 0; st < SHAPE_STATES; st++)
			answered(&clients[kind], st);
	}
	for (unsigned i = 0; i < 1000000; i++) {
		struct shape *s = &clients[random32() % SHAPE_KINDS];
		uint8_t frame[2048] = {0};
		size_t len = frame_of(s, random32() % SHAPE_STATES, frame);

		len = mangle(frame, len);
		hits += same_answer(rig, frame, len, shape_name(s->kind), i);
	}
	print_message("1000000 mangled frames, %llu answered by XDP, all as the daemon would\n",
		      (unsigned long long)hits);
	assert_true(hits > 0);
	for (unsigned kind = 0; kind < SHAPE_KINDS; kind++)
		give_up(&clients[kind]);
}

static void a_reserved_hostname_is_sent_alike(void **state)
{
	struct shape s = client(SHAPE_DHCLIENT, 0);

	(void)state;
	memcpy(s.mac, "\x02\0\0\0\x07\x01", 6);
	s.prl = 1;
	obtain(&s);
	assert_int_equal(s.addr, 0xc000024d);
	for (unsigned st = 0; st < SHAPE_STATES; st++)
		answered(&s, st);
	give_up(&s);
}

/* dhclient's name changes: the other forms, which still say the old one, are gone at once. */
static void a_changed_name_removes_the_other_forms(void **state)
{
	static struct rig_reply reply;
	struct shape s = client(SHAPE_APPLE, 7000), named = s;
	uint8_t frame[1600];
	size_t len;

	(void)state;
	s.prl = named.prl = 1; /* asks for 12 */
	obtain(&s);
	assert_int_equal(answered(&s, RENEWING), 1);
	assert_int_equal(answered(&s, RENEWING), 0);
	named = s;
	named.kind = SHAPE_ANDROID; /* same identity, another name */
	len = frame_of(&named, RENEWING, frame);
	assert_false(same_answer(rig, frame, len, "renamed", 0));
	rig_daemon(rig, frame, len, true, &reply);
	len = frame_of(&s, RENEWING, frame);
	assert_false(rig_xdp(rig, frame, len, &reply));
	rig_settle(rig);
	len = frame_of(&named, RENEWING, frame);
	assert_true(same_answer(rig, frame, len, "renamed", 0));
	len = frame_of(&s, RENEWING, frame);
	assert_false(rig_xdp(rig, frame, len, &reply));
	give_up(&s);
}

/* Option 82 as a switch adds it, without giaddr: last, before END. Returns the frame's length. */
static size_t add_agent(uint8_t *frame, size_t len)
{
	static const uint8_t agent[] = {82, 6, 1, 4, 'p', 'o', 'r', 't', 255};
	size_t end = 42 + 240; /* of the options */

	while (frame[end] != 255)
		end += frame[end] ? 2u + frame[end + 1] : 1;
	memcpy(frame + end, agent, sizeof(agent));
	end += sizeof(agent);
	if (end < len)
		return len;
	len = end;
	frame[16] = (uint8_t)((len - 14) >> 8);
	frame[17] = (uint8_t)(len - 14);
	frame[38] = (uint8_t)((len - 34) >> 8);
	frame[39] = (uint8_t)(len - 34);
	frame[40] = frame[41] = 0; /* no checksum */
	shape_fix_ip(frame);
	return len;
}

/*
 * Once it came by way of a relay, the client's unicast renewals are judged by what that said: those
 * forms that were learned before it are gone, and none are learned until a broadcast comes
 * directly.
 */
static void relay_information_removes_the_other_forms(void **state)
{
	static struct rig_reply reply;
	struct shape s = client(SHAPE_DHCLIENT, 7050);
	uint8_t frame[1600];
	size_t len;

	(void)state;
	obtain(&s);
	for (unsigned by_giaddr = 0; by_giaddr < 2; by_giaddr++) { /* by a switch; by a relay */
		assert_int_equal(answered(&s, RENEWING), 0);
		len = add_agent(frame, frame_of(&s, REBINDING, frame));
		if (by_giaddr)
			memcpy(frame + 42 + 24, (uint8_t[4]){192, 0, 2, 5}, 4);
		assert_false(rig_xdp(rig, frame, len, &reply));
		assert_true(rig_daemon(rig, frame, len, true, &reply));
		assert_int_equal(rig_agent_len(rig, s.addr), 6);
		for (unsigned i = 0; i < 3; i++) {
			len = frame_of(&s, RENEWING, frame);
			assert_false(rig_xdp(rig, frame, len, &reply));
			assert_true(rig_daemon(rig, frame, len, true, &reply));
			assert_int_equal(rig_agent_len(rig, s.addr), 6);
			rig_settle(rig);
		}
		assert_int_equal(answered(&s, REBINDING), 1);
		assert_int_equal(rig_agent_len(rig, s.addr), 0);
		for (unsigned st = 0; st < SHAPE_STATES; st++)
			assert_int_equal(answered(&s, st), 0);
	}
	give_up(&s);
}

static void nothing_is_answered_after_the_end(void **state)
{
	static struct rig_reply reply;
	struct shape s = client(SHAPE_DHCLIENT, 7100);
	uint8_t frame[1600];

	(void)state;
	obtain(&s);
	assert_int_equal(answered(&s, RENEWING), 0);
	give_up(&s);
	for (unsigned st = 0; st < SHAPE_STATES; st++)
		assert_false(rig_xdp(rig, frame, frame_of(&s, st, frame), &reply));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_form_needs_one_slow_answer),
		cmocka_unit_test(every_variant_is_answered_alike),
		cmocka_unit_test(a_reserved_hostname_is_sent_alike),
		cmocka_unit_test(a_changed_name_removes_the_other_forms),
		cmocka_unit_test(relay_information_removes_the_other_forms),
		cmocka_unit_test(nothing_is_answered_after_the_end),
		cmocka_unit_test(any_byte_may_change),
		cmocka_unit_test(mangled_frames_are_answered_alike),
	};

	return cmocka_run_group_tests(tests, setup, rig_teardown);
}
