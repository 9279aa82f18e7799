// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Parity (I2) over random histories: a few clients with identifiers that they share and a lot of
 * forms, on a link of random configuration. Whatever happens to one of them (it obtains, renews,
 * is another's clone, comes by a relay, releases, declines), whatever XDP answers after it, to
 * whomever, is what the daemon would have answered. SEED is printed; STEPS is how many there are.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../common/environment.h"
#include "compare.h"
#include "random_model.h"
#include "wire.h"

#define MODELS	   16
#define STEPS	   600
#define REMEMBERED 24 /* requests that are made again */
#define PENDING	   4  /* addresses being closed at once */
#define PROBES	   12 /* after each step */

struct remembered {
	struct client client;
	uint32_t id;
	struct form form;
};

static struct remembered known[REMEMBERED];
static uint32_t pending[PENDING];
static unsigned n_pending;
static struct {
	uint64_t compared, learned, mangled, ended, undone, relayed, refused, silent, failed;
	uint64_t hits[SHAPE_STATES];
} count;

static struct rig_reply reply;

/*
 * One batch in eight is not committed. A binding that it had made and that was already being ended
 * has then never been: nothing of it is left to end. No other ending comes to nothing.
 */
static void commit(void)
{
	bool fails = below(8) == 0;

	count.failed += fails && rig_batched(rig);
	rig_batch_end(rig, fails);
	for (unsigned i = n_pending; i-- > 0;) {
		if (rig_is_closing(rig, pending[i]))
			continue;
		assert_true(fails);
		count.undone++;
		pending[i] = pending[--n_pending];
	}
}

/*
 * The daemon's answer is kept, in a batch with others or alone. Returns the message type of it; 0:
 * none.
 */
static uint8_t tell_daemon(const uint8_t *frame, size_t len)
{
	const uint8_t *type = NULL;

	if (rig_batch_add(rig, frame, len, &reply) && reply.len)
		type = packet_find(reply.data, reply.len, 53, NULL);
	count.silent += !type;
	count.learned += type && *type == DHCP_ACK;
	count.refused += type && *type == DHCP_NAK;
	if (rig_batched(rig) == RIG_BATCH || below(2))
		commit();
	return type ? *type : 0;
}

/* What waits for a barrier does not happen within a batch. */
static void settle(void)
{
	commit();
	rig_settle(rig);
}

static void probe(struct remembered *r)
{
	enum shape_state state = below(SHAPE_STATES);
	uint8_t frame[RIG_FRAME_MAX];
	size_t len;

	if (!r->client.addr)
		return;
	r->client.broadcast = below(2);
	len = client_frame(&r->client, &r->form, state, frame);
	count.compared++;
	count.hits[state] += same_answer(rig, frame, len, "remembered", state);
	if (below(4))
		return;
	len = mangle(frame, len);
	count.mangled += same_answer(rig, frame, len, "mangled", state);
}

/* --- what happens --- */

static void obtain(struct remembered *r)
{
	uint8_t frame[RIG_FRAME_MAX];
	uint8_t type;

	type = tell_daemon(frame, client_frame(&r->client, &r->form, DISCOVERING, frame));
	if ((type != DHCP_OFFER && type != DHCP_ACK) ||
	    !packet_get32(reply.data + PACKET_YIADDR)) /* it can do without an address */
		return;
	r->client.addr = packet_get32(reply.data + PACKET_YIADDR);
	if (type == DHCP_OFFER)
		tell_daemon(frame, client_frame(&r->client, &r->form, SELECTING, frame));
}

/* As it is, or by a relay, a switch that adds option 82, a router, or somehow damaged. */
static size_t on_its_way(const struct remembered *r, enum shape_state state, uint8_t *frame)
{
	struct form form = r->form;
	uint32_t how = below(16);
	size_t len;

	if (how <= 1)
		packet_option_str(&form.p, 82, below(2) ? "\1\4port" : "\1\4exit");
	len = client_frame(&r->client, &form, state, frame);
	if (how == 1 || how == 2)
		packet_put32(frame + PACKET_GIADDR, 0xc0000205 + below(2));
	else if (how == 3)
		frame[6] ^= 4; /* sent on by a router */
	else if (how == 4)
		len = mangle(frame, len);
	count.relayed += how <= 3;
	return len;
}

static void request(struct remembered *r)
{
	enum shape_state state = below(SHAPE_STATES);
	uint8_t frame[RIG_FRAME_MAX];
	size_t len = on_its_way(r, state, frame);

	if (same_answer(rig, frame, len, "before", state) && below(4))
		return;
	if (tell_daemon(frame, len) == DHCP_ACK && below(2)) {
		settle();
		same_answer(rig, frame, len, "learned", state);
	}
}

static void finish_one(void)
{
	uint32_t at;

	settle();
	if (!n_pending)
		return;
	at = below(n_pending);
	rig_end_finish(rig, pending[at], below(3) == 0);
	pending[at] = pending[--n_pending];
}

/* RELEASE or DECLINE of whoever has the address. It takes a while. */
static void end(const struct remembered *r)
{
	if (n_pending == PENDING)
		finish_one(); /* the commit of whatever is being done may fail */
	if (!r->client.addr || !rig_is_bound(rig, r->client.addr))
		return;
	pending[n_pending++] = r->client.addr;
	rig_end_begin(rig, r->client.addr, below(4) == 0);
	count.ended++;
}

/* Another form of somebody known, or somebody else who claims the address, or has the identifier.
 */
static void become_another(struct remembered *r)
{
	const struct remembered *like = &known[below(REMEMBERED)];

	r->client = like->client;
	r->id = like->id;
	if (!below(8)) {
		r->client = client_new(rig, below(RANDOM_CLIENTS));
		r->client.addr = like->client.addr;
	}
	if (!below(8))
		r->id = below(RANDOM_IDS);
	r->client.server = below(4) ? 0xc0000201 : 0xc6336401;
	random_form(&r->client, r->id, &r->form);
}

static void step(void)
{
	struct remembered *r = &known[below(REMEMBERED)];
	uint32_t what = below(32);

	if (n_pending && below(6) == 0)
		finish_one();
	if (what < 2 || !r->client.addr)
		obtain(r);
	else if (what < 10)
		become_another(r);
	else if (what < 11)
		end(r);
	else
		request(r);
	if (below(6) == 0)
		settle();
	for (unsigned i = 0; i < PROBES; i++)
		probe(&known[below(REMEMBERED)]);
}

static void one_model(unsigned long steps)
{
	rig = rig_start(random_model());
	n_pending = 0;
	for (unsigned i = 0; i < REMEMBERED; i++) {
		known[i].client = client_new(rig, below(RANDOM_CLIENTS));
		known[i].id = below(RANDOM_IDS);
		random_form(&known[i].client, known[i].id, &known[i].form);
	}
	while (steps--)
		step();
	settle();
	while (n_pending)
		finish_one();
	rig_stop(rig);
}

static void histories_are_answered_alike(void **state)
{
	unsigned long steps = from_environment("STEPS", STEPS);

	(void)state;
	for (unsigned i = 0; i < MODELS; i++)
		one_model(steps);
	print_message(
		"%llu compared, answered by XDP %llu %llu %llu %llu by state and %llu "
		"mangled; %llu ACKs of the daemon, %llu NAKs, %llu silences, %llu not direct, "
		"%llu endings, %llu of them undone, %llu batches not committed\n",
		(unsigned long long)count.compared, (unsigned long long)count.hits[0],
		(unsigned long long)count.hits[1], (unsigned long long)count.hits[2],
		(unsigned long long)count.hits[3], (unsigned long long)count.mangled,
		(unsigned long long)count.learned, (unsigned long long)count.refused,
		(unsigned long long)count.silent, (unsigned long long)count.relayed,
		(unsigned long long)count.ended, (unsigned long long)count.undone,
		(unsigned long long)count.failed);
	for (unsigned i = 0; i < SHAPE_STATES; i++)
		assert_true(count.hits[i] > 300);
	assert_true(count.learned > 1000 && count.refused > 10 && count.relayed > 100);
	assert_true(count.mangled > 100 && count.ended > 10 && count.failed > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(histories_are_answered_alike),
	};

	return cmocka_run_group_tests_name("random", tests, NULL, NULL);
}
