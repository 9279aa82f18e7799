// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What was published stays true for as long as it is answered (I2): random configurations and
 * clients, a daemon at work without a kernel (desk.h). Each REQUEST that was sent is remembered,
 * and shown to XDP again after whatever happened since: other forms, other clients, endings,
 * time, commits that fail, restarts, reloads that change a digit somewhere or everything. Where XDP
 * answers, the daemon's answer in that state must be the same, byte for byte; desk.h says what else
 * must hold.
 *
 * MODELS and SEED in the environment replace the numbers below.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../common/environment.h"
#include "../parity/compare.h"
#include "../parity/random_model.h"
#include "../unit/plan.h"
#include "desk.h"
#include "wire.h"

#define MODELS	   400
#define SEED	   "20261122"
#define STEPS	   250
#define GUESTS	   12
#define REMEMBERED 160
#define PROBES	   10 /* after each step */
#define TEXT_MAX   65536

struct guest {
	struct client client;
	struct form form;
	uint32_t relay; /* giaddr; 0: on our link */
	bool pair;	/* with another relay, at the next address */
};

struct remembered {
	uint8_t frame[RIG_FRAME_MAX];
	size_t len;
};

static struct guest guests[GUESTS];
static struct remembered known[REMEMBERED];
static unsigned n_known;
static struct desk *desk;
static struct plan plan;
static bool by_plan;
static char text[TEXT_MAX];
static struct desk_counts total;
static unsigned long reloads, refused, starts;

const uint8_t *__wrap_rig_mac(const struct rig *rig);

const uint8_t *__wrap_rig_mac(const struct rig *rig)
{
	(void)rig;
	return desk_mac;
}

/* --- configurations --- */

/* What plans have nothing of: answers that differ. */
static const char extras[] = "option-data:\n"
			     "- {name: domain-name-servers, data: 192.0.2.53}\n"
			     "- {name: domain-name, data: example.org, always-send: true}\n"
			     "- {code: 43, csv-format: false, data: \"0102\"}\n"
			     "- {name: v6-only-preferred, data: 1800}\n"
			     "boot-file-name: file7.0\n"
			     "echo-client-id: true\n";

#define POLICY_MAX 128 /* bytes */

/* Some of its clients, and few leases; reloads make others of them. */
static void add_policy(void)
{
	const uint8_t *mac = plan.clients[below(PLAN_CLIENTS)].mac;
	size_t len = strlen(text);

	snprintf(text + len, sizeof(text) - len,
		 "deny-hw-addresses: [%02x:%02x:%02x:%02x:%02x:%02x]\n"
		 "leases-per-circuit-id: %u\n"
		 "leases-per-link: %u\n",
		 mac[0], mac[1], mac[2], mac[3], mac[4], mac[5], below(4), 10 * below(2));
}

static void make_config(void)
{
	by_plan = below(3) == 0;
	if (!by_plan) {
		snprintf(text, sizeof(text), "%s", random_model());
		return;
	}
	plan_make(&plan, 1 + random32() % (UINT32_MAX - 1));
	plan_text(&plan, text, sizeof(text) - sizeof(extras) - POLICY_MAX);
	strcat(text, extras);
	add_policy();
}

/* One digit of it is another, or who is denied; or all of it is. */
static void reload(void)
{
	static char before[TEXT_MAX];
	size_t len = strlen(text), at = below((uint32_t)len);
	char *policy = strstr(text, "deny-hw-addresses");

	strcpy(before, text);
	if (below(8) == 0) {
		make_config();
	} else if (policy && below(3) == 0) {
		*policy = '\0';
		add_policy();
	} else if ((at = at + strcspn(text + at, "0123456789")) < len) {
		text[at] = (char)('0' + below(10));
	}
	if (desk_reload(desk, text)) {
		reloads++;
		return;
	}
	strcpy(text, before);
	refused++;
}

/* --- clients --- */

static void meet(struct guest *g)
{
	unsigned number = below(RANDOM_CLIENTS);

	g->client = client_new(NULL, number);
	g->client.server = desk_addrs[below(8) ? (by_plan ? 0 : 1) : below(DESK_ADDRS)];
	g->relay = 0;
	if (by_plan) {
		const struct plan_client *c = &plan.clients[below(PLAN_CLIENTS)];
		unsigned place = below(2) ? 0 : below(plan.n_subnets);

		memcpy(g->client.mac, c->mac, 6);
		random_form(&g->client, 0, &g->form);
		if (c->id_len)
			packet_option(&g->form.p, 61, c->id, c->id_len);
		g->relay = place ? plan_giaddr(&plan, place) : 0;
	} else {
		random_form(&g->client, below(RANDOM_IDS), &g->form);
		if (below(4) == 0)
			g->relay = 0xc0000205 + below(2);
	}
	g->pair = g->relay && below(2);
}

/* A relay sends it on, to an address of ours as a rule; it may be one of a pair (VRRP). */
static void by_relay(const struct guest *g, uint32_t relay, uint8_t *frame)
{
	packet_put32(frame + PACKET_GIADDR, relay);
	frame[6] ^= 4;
	if (below(8) == 0)
		return;
	memcpy(frame, desk_mac, 6);
	packet_put32(frame + PACKET_IP + 12, relay);
	packet_put32(frame + PACKET_IP + 16, g->client.server);
	packet_put16(frame + PACKET_UDP, below(8) ? 67 : (uint16_t)(1066 * below(3)));
	packet_fix_ip_checksum(frame);
}

/* Who is behind a relay renews past it, or not; a switch may add option 82 without a relay. */
static size_t frame_of(const struct guest *g, enum shape_state state, bool twin, uint8_t *frame)
{
	static const char *const agents[] = {"\1\4port", "\1\4port", "\1\4port", "\1\4exit",
					     "\1\4exit\2\1r"};
	bool relayed = g->relay && (state != RENEWING || below(4) == 0);
	struct form form = g->form;
	size_t len;

	if (relayed ? below(4) : below(24) == 0)
		packet_option_str(&form.p, 82, agents[twin ? 4 : below(5)]);
	else if (relayed && below(4) == 0)
		packet_option(&form.p, 82, "\1\4port\x13", 8); /* RFC 8357 */
	len = client_frame(&g->client, &form, state, frame);
	if (relayed)
		by_relay(g, g->relay + twin, frame);
	else if (g->relay && state == RENEWING)
		frame[6] ^= 8; /* by a router */
	return len;
}

static void remember(const uint8_t *frame, size_t len)
{
	struct remembered *r = &known[n_known < REMEMBERED ? n_known++ : below(REMEMBERED)];

	memcpy(r->frame, frame, len);
	r->len = len;
}

/* The daemon's answer to this chaddr, if it sent any. */
static const struct desk_reply *answer_to(const struct guest *g)
{
	for (unsigned i = desk->n_sent; i-- > 0;) {
		if (!memcmp(desk->sent[i].data + PACKET_CHADDR, g->client.mac, 6))
			return &desk->sent[i];
	}
	return NULL;
}

static void send_one(struct guest *g, enum shape_state state, bool twin)
{
	uint8_t frame[RIG_FRAME_MAX];
	size_t len = frame_of(g, state, twin, frame);
	static struct desk_reply reply;

	if (state != DISCOVERING) {
		remember(frame, len);
		if (desk_xdp(desk, frame, len, &reply))
			return;
	}
	desk_put(desk, frame, len);
	if (below(4))
		desk_work(desk);
}

static void send(struct guest *g, enum shape_state state)
{
	send_one(g, state, false);
	if (g->pair && state != RENEWING)
		send_one(g, state, true);
}

static void obtain(struct guest *g)
{
	const struct desk_reply *reply;

	desk_work(desk);
	desk->n_sent = 0;
	g->client.addr = 0;
	send(g, DISCOVERING);
	desk_work(desk);
	reply = answer_to(g);
	if (!reply)
		return;
	g->client.addr = packet_get32(reply->data + PACKET_YIADDR);
	if (g->client.addr && below(8))
		send(g, SELECTING);
}

static void leave(struct guest *g)
{
	struct packet_host host = {.addr = g->client.addr}, server = {.addr = g->client.server};
	uint8_t frame[RIG_FRAME_MAX];
	struct packet p;

	memcpy(host.mac, g->client.mac, 6);
	memcpy(server.mac, desk_mac, 6);
	p = below(3) ? packet_release(&host, host.addr, &server)
		     : packet_decline(&host, host.addr, server.addr);
	packet_raw(&p, g->form.p.options, g->form.p.options_len);
	memset(frame, 0, sizeof(frame));
	desk_put(desk, frame, packet_build(&p, frame, sizeof(frame)));
}

/* --- the history --- */

static void probe(void)
{
	static struct desk_reply reply;
	struct remembered *r = &known[below(n_known)];

	packet_put32(r->frame + PACKET_XID, random32());
	desk_xdp(desk, r->frame, r->len, &reply);
}

static void pass_time(void)
{
	static const uint32_t spans[] = {1, 1, 1, 2, 5, 30, 60, 150, 300, 700, 3600};

	desk_work(desk);
	desk_pass(desk, spans[below(sizeof(spans) / sizeof(spans[0]))]);
}

static void step(void)
{
	struct guest *g = &guests[below(GUESTS)];
	uint32_t what = below(64);

	if (what < 3) {
		uint32_t addr = below(4) ? g->client.addr : guests[below(GUESTS)].client.addr;

		meet(g);
		g->client.addr = addr;
	} else if (what < 8) {
		pass_time();
	} else if (what == 8 && below(3) == 0) {
		desk_work(desk);
		reload();
	} else if (what == 8 && below(3) == 0) {
		desk_restart(desk, below(2));
	} else if (what == 9) {
		desk->commits_fail = below(4) == 0;
	} else if (what < 12 && g->client.addr) {
		leave(g);
	} else if (what < 20 || !g->client.addr) {
		obtain(g);
	} else {
		g->client.broadcast = below(2);
		send(g, below(SHAPE_STATES));
	}
	if (below(3) == 0)
		desk_settle(desk);
	for (unsigned i = 0; n_known && i < PROBES; i++)
		probe();
}

static void add(const struct desk_counts *c)
{
	const unsigned long *from = (const unsigned long *)c;

	for (size_t i = 0; i < sizeof(*c) / sizeof(*from); i++)
		((unsigned long *)&total)[i] += from[i];
}

static void one_model(void)
{
	do
		make_config();
	while (!(desk = desk_start(text)));
	desk->thorough = below(4) == 0;
	n_known = 0;
	for (unsigned i = 0; i < GUESTS; i++)
		meet(&guests[i]);
	for (unsigned i = 0; i < STEPS; i++)
		step();
	desk_settle(desk);
	add(&desk->count);
	desk_stop(desk);
	starts++;
}

static void memos_stay_true(void **state)
{
	unsigned long models = from_environment("MODELS", MODELS);

	(void)state;
	while (starts < models)
		one_model();
	print_message(
		"%lu configurations, %lu reloads, %lu refused, %lu restarts; %lu messages, "
		"%lu decided: "
		"%lu offers, %lu acks, "
		"%lu naks, %lu silent, %lu deferred, %lu ends; %lu changes, %lu undone and "
		"made again, %lu commits "
		"failed; XDP answered %lu of %lu, %lu of a relay, %lu of a router, %lu compared\n",
		starts, reloads, refused, total.restarts, total.received, total.decided,
		total.offers, total.acks, total.naks, total.silent, total.deferred, total.ends,
		total.changes, total.undone, total.commits_failed, total.xdp_acks,
		total.xdp_acks + total.xdp_passes, total.xdp_relayed, total.xdp_routed,
		total.compared);
	if (models < 100)
		return;
	assert_true(total.compared > 100 * models && total.acks > 10 * models);
	assert_true(reloads > models / 4 && refused > models / 20 && total.ends > models);
	assert_true(total.commits_failed > models / 2 && total.undone > models);
	assert_true(total.restarts > models / 4);
	assert_true(total.xdp_relayed > models && total.xdp_routed > models);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memos_stay_true),
	};

	setenv("SEED", SEED, 0);
	return cmocka_run_group_tests_name("memo replay", tests, NULL, NULL);
}
