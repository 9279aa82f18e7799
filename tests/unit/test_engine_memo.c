// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Parity of the memo with its engine (I2): after every step of a random history, each
 * request that was memoised is asked again, in every state that XDP answers, and must get
 * the very answer that was memoised; what the daemon closes is forgotten here as there.
 */
#include "engine/expr.h"
#include "engine_fixture.h"

#define BASE	0x0a000000u
#define ADDRS	24u
#define FORMS	4u
#define STEPS	2500u
#define PENDING 8u
#define DUID(n) "\xff" n "aidDU" /* RFC 4361 6.1: an IAID, then a DUID of two bytes */

struct memo {
	struct req form; /* what is not compared (state, address) is zero */
	struct dhcp_reply reply;
};

struct slot_sim {
	uint64_t generation;
	uint8_t mac;
	struct dhcp_piece tail[XDHCP_TAIL_PIECES];
	struct memo memos[FORMS];
	unsigned n;
};

struct world {
	struct fixture fx;
	struct slot_sim slots[ADDRS];
	uint32_t pending[PENDING]; /* being closed */
	unsigned n_pending;
	unsigned long asked, memoised, deferred, clones, unlasting, recalled, bootp, rapid,
		predicted;
};

static const uint8_t one[4] = {10, 0, 0, 1}, two[4] = {10, 0, 0, 2};

static struct expr *expr_of_name(void)
{
	const struct expr_operand name = {.source = EXPR_OPTION, .n = 1, .path = {DHO_HOST_NAME}};
	struct expr_builder *builder = expr_build();
	struct expr *expr;

	expr_push_value(builder, &name);
	assert_int_equal(expr_build_end(builder, &expr), 0);
	return expr;
}

/* Addresses 4 to 15 are a pool; 1 is ours. */
static struct model *make_model(unsigned variant)
{
	struct model *model = fx_model(0);
	struct subnet *s = &model->subnets[0];

	fx_pool(s, BASE + 4, BASE + 15);
	s->life.min = 600;
	s->life.max = 7200;
	fx_option(&model->scope.options, DHO_ROUTERS, one, 4);
	fx_option(&model->scope.options, 6, two, 4);
	if (variant & 1)
		fx_option(&s->scope.options, DHO_HOST_NAME, "configured", 10);
	model->echo_client_id = !(variant & 2);
	s->rapid_commit = variant & 1;
	s->bootp = variant & 2 ? BOOTP_ALL : BOOTP_RESERVED;
	if (variant % 3 == 1)
		strcpy(s->scope.boot.boot_file_name, "boot.efi");
	fx_option(&s->pools[0].scope.options, 43, "pool", 4);
	fx_option(&s->scope.options, 125, "\0\0\0\1\1a\0\0\0\2\1b", 12);
	fx_option(&s->scope.options, 121, "\0\x0a\0\0\1", 5);
	model->stash_agent_options = variant % 3;
	fx_look_first_for(model, variant % 2 ? RESERVED_BY_CLIENT_ID : RESERVED_BY_HW_ADDRESS);
	s->match_client_id = variant % 5 != 4;
	if (variant & 4)
		return model;
	strcpy(fx_reserve(s, 0, "a", BASE + 17)->hostname, "first");
	fx_option(&s->reservations.list[0].scope.options, 42, one, 4);
	fx_option(&fx_reserve(s, 0, "b", 0)->scope.options, 42, two, 4);
	s->reservations.list[1].scope.boot.next_server = BASE + 2;
	s->reservations.list[1].scope.boot.next_server_set = true;
	fx_option(&fx_reserve(s, 0, "c", BASE + 6)->scope.options, 43, "c", 1);
	fx_option(&fx_reserve(s, 3, NULL, BASE + 18)->scope.options, 43, "hw", 2);
	fx_option(&fx_reserve(s, 4, NULL, 0)->scope.options, 43, "no", 2);
	strcpy(fx_reserve_by(&s->reservations, RESERVED_BY_CIRCUIT_ID, "c", 1, BASE + 7)->hostname,
	       "circuit");
	fx_option(&fx_reserve_by(&s->reservations, RESERVED_BY_REMOTE_ID, "r", 1, 0)->scope.options,
		  43, "r", 1);
	fx_option(&fx_reserve_by(&s->reservations, RESERVED_BY_DUID, "DU", 2, BASE + 8)
			   ->scope.options,
		  43, "duid", 4);
	fx_option(&fx_reserve_by(&model->reservations, RESERVED_BY_CLIENT_ID, "d", 1, BASE + 256)
			   ->scope.options,
		  43, "global", 6);
	if (variant & 8) { /* option[12].hex */
		model->flex_id = expr_of_name();
		fx_option(&fx_reserve_by(&s->reservations, RESERVED_BY_FLEX_ID, "m", 1, BASE + 10)
				   ->scope.options,
			  43, "flex", 4);
	}
	return model;
}

static long below(long n)
{
	return lrand48() % n;
}

static const char *const ids[] = {NULL, "a", "b", "c", "d", DUID("1"), DUID("2")};

static struct req any_client(void)
{
	static const char *const agents[] = {NULL, NULL, NULL, "\1\1c", "\1\1d\2\1r"};
	static const char *const names[] = {NULL, NULL, "n", "m", "--"};
	static const char *const prls[] = {NULL, "\x01\x03\x06", "\x0c\x2a\x2b\x79\x03"};
	static const struct more fqdns[] = {{0},
					    {0},
					    {DHO_FQDN, "\0\0\0pc", 5},
					    {DHO_FQDN, "\1\0\0pc.example.org", 17},
					    {DHO_FQDN, "\4\0\0\2pc", 6},
					    {DHO_FQDN, "\5\0\0", 3},
					    {DHO_FQDN, "\4\0\0\2p", 5}};
	static const struct more vendors[] = {{0},
					      {0},
					      {DHO_VENDOR_CLASS, "PXEClient:x", 11},
					      {DHO_VENDOR_CLASSES, "\0\0\0\2\0", 5},
					      {DHO_SUBNET_SELECTION, "\x0a\0\0\0", 4}};

	return (struct req){.mac = (uint8_t)(1 + below(5)),
			    .id = ids[below(7)],
			    .agent = agents[below(5)],
			    .name = names[below(5)],
			    .prl = prls[below(3)],
			    .lifetime = below(3) ? 0 : 900,
			    .more = {fqdns[below(7)], vendors[below(5)]}};
}

static struct slot_sim *slot_of(struct world *w, uint32_t addr)
{
	assert_true(addr - BASE < ADDRS);
	return &w->slots[addr - BASE];
}

static bool same_form(const struct req *a, const struct req *b)
{
	return a->id == b->id && a->name == b->name && a->prl == b->prl && a->agent == b->agent &&
	       a->giaddr == b->giaddr && a->routed == b->routed && a->lifetime == b->lifetime &&
	       a->more[0].data == b->more[0].data && a->more[1].data == b->more[1].data;
}

/* Did this ACK change what other forms' answers are made of? As daemon/publish.c asks. */
static bool answer_changed(const struct change *change)
{
	const struct lease_row *a = &change->before, *b = &change->row;

	return a->generation != b->generation || strcmp(a->hostname, b->hostname) != 0 ||
	       a->client.client_id_len != b->client.client_id_len ||
	       memcmp(a->client.client_id, b->client.client_id, a->client.client_id_len) != 0;
}

/* And what renewals past a relay are judged by? */
static bool recalled_changed(const struct change *change)
{
	const struct lease_row *a = &change->before, *b = &change->row;

	return a->agent_len != b->agent_len || memcmp(a->agent, b->agent, a->agent_len) != 0 ||
	       (a->agent_len && !a->giaddr != !b->giaddr);
}

static void remove_direct(struct slot_sim *slot)
{
	unsigned n = 0;

	for (unsigned i = 0; i < slot->n; i++) {
		if (slot->memos[i].form.giaddr || slot->memos[i].form.agent)
			slot->memos[n++] = slot->memos[i];
	}
	slot->n = n;
}

/* As daemon/predict.c: what this one will ask past its relay, and how it would be answered. */
static void predict(struct world *w, const struct req *relayed, uint32_t addr)
{
	struct slot_sim *slot = slot_of(w, addr);
	struct req form = *relayed, req;
	static struct dhcp_msg msg;
	static struct decision d;
	unsigned at;

	form.giaddr = 0;
	form.agent = NULL;
	form.routed = true;
	req = form;
	req.type = DHCP_REQUEST;
	req.ciaddr = addr;
	req.unicast = true;
	fx_message(&req, &msg);
	engine_decide(w->fx.engine, &w->fx.link, &msg, w->fx.now, &d);
	if (d.has_change)
		engine_undo(w->fx.engine, &d.change);
	if (d.kind != DECISION_REPLY || !d.memoise || d.reply.yiaddr != addr ||
	    answer_changed(&d.change) || recalled_changed(&d.change))
		return;
	for (unsigned p = 0; p < XDHCP_TAIL_PIECES; p++) {
		if (d.reply.tail[p].len &&
		    (d.reply.tail[p].len != slot->tail[p].len ||
		     memcmp(d.reply.tail[p].data, slot->tail[p].data, slot->tail[p].len) != 0))
			return;
	}
	for (at = 0; at < slot->n && !same_form(&slot->memos[at].form, &form); at++)
		;
	if (at < slot->n || at == FORMS)
		return;
	slot->memos[slot->n++] = (struct memo){.form = form, .reply = d.reply};
	w->predicted++;
}

static void publish(struct world *w, const struct req *req)
{
	const struct decision *d = &w->fx.d;
	struct slot_sim *slot = slot_of(w, d->change.row.addr);
	bool changed = answer_changed(&d->change), same_tail = true;
	struct dhcp_piece tail[XDHCP_TAIL_PIECES];
	unsigned at;

	if (recalled_changed(&d->change))
		remove_direct(slot);
	if (!d->memoise) {
		slot->n = changed ? 0 : slot->n;
		w->unlasting++;
		return;
	}
	for (unsigned p = 0; p < XDHCP_TAIL_PIECES; p++) {
		tail[p] = d->reply.tail[p];
		if (!tail[p].len && !changed && slot->n)
			tail[p] = slot->tail[p];
		same_tail &= tail[p].len == slot->tail[p].len &&
			     !memcmp(tail[p].data, slot->tail[p].data, tail[p].len);
	}
	if (slot->generation != d->change.row.generation || slot->mac != req->mac || !same_tail ||
	    changed)
		slot->n = 0;
	slot->generation = d->change.row.generation;
	slot->mac = req->mac;
	memcpy(slot->tail, tail, sizeof(tail));
	for (at = 0; at < slot->n && !same_form(&slot->memos[at].form, req); at++)
		;
	if (at == FORMS)
		at = (unsigned)below(FORMS);
	if (at == slot->n)
		slot->n++;
	slot->memos[at] = (struct memo){.form = *req, .reply = d->reply};
	w->memoised++;
	if (req->giaddr)
		predict(w, req, d->change.row.addr);
}

static void begin_end(struct world *w, uint32_t addr, enum lease_end end)
{
	slot_of(w, addr)->n = 0;
	engine_begin_end(w->fx.engine, lease_at(w->fx.leases, addr), end);
	w->pending[w->n_pending++] = addr;
}

/* Half of them with a grant that crossed the ending. */
static void finish_end(struct world *w)
{
	uint32_t addr = w->pending[--w->n_pending];
	uint32_t granted = below(2) ? w->fx.now + 900 : 0;
	struct change change;

	engine_finish_end(w->fx.engine, lease_at(w->fx.leases, addr), w->fx.now, granted, w->fx.now,
			  w->fx.now, &change);
	engine_confirm(w->fx.engine, &change);
}

static void ask(struct world *w, struct req req, struct req form)
{
	struct decision *d = &w->fx.d;
	enum decision_kind kind;

	if (below(4) == 0) {
		req.giaddr = form.giaddr = BASE + 1 + 2 * (uint32_t)(1 + below(2));
		req.unicast = below(8) != 0;
	} else if (req.ciaddr && below(3) == 0) {
		req.routed = form.routed = true;
	}
	kind = fx_decide(&w->fx, req);
	w->recalled += d->has_change && req.unicast && !req.agent && !req.giaddr &&
		       d->change.row.agent_len;
	if (kind == DECISION_END)
		begin_end(w, d->end_addr, d->end);
	if (d->has_change) {
		engine_confirm(w->fx.engine, &d->change);
		publish(w, &form);
	}
	w->clones += d->cloned;
}

static void expire(struct world *w)
{
	struct lease *lease;

	while (w->n_pending < PENDING - 1 && (lease = lease_due(w->fx.leases, w->fx.now)))
		begin_end(w, lease->addr, LEASE_END_EXPIRED);
}

/* A digest that differs closes every slot of its scope. */
static void reload(struct world *w)
{
	fx_configure(&w->fx, make_model((unsigned)below(16)));
	memset(w->slots, 0, sizeof(w->slots));
}

/* The client that the record names. */
static void as_holder(struct req *req, const struct lease *lease)
{
	size_t at = 0;

	while (lease->client_id_len != (ids[at] ? strlen(ids[at]) : 0) ||
	       memcmp(lease_client_id(lease), ids[at] ? ids[at] : "", lease->client_id_len) != 0)
		at++;
	req->id = ids[at];
	req->mac = lease->chaddr[5];
}

static void step(struct world *w)
{
	struct req form = any_client(), req;
	uint32_t addr = BASE + 3 + (uint32_t)below(17);
	const struct lease *lease = lease_at(w->fx.leases, addr);
	long what = below(100);

	if (lease && lease->state == LEASE_BOUND && below(3))
		as_holder(&form, lease);
	req = form;

	if (w->n_pending && (w->n_pending == PENDING - 1 || below(3) == 0))
		finish_end(w);
	req.type = DHCP_REQUEST;
	if (what < 3) {
		req.type = DHCP_BOOTP;
		if (below(4) == 0)
			req.ciaddr = addr;
		ask(w, req, form);
		w->bootp += w->fx.d.has_change;
		return;
	}
	if (what < 40) {
		req.type = DHCP_DISCOVER;
		if (below(4) == 0)
			req.more[2] = (struct more){DHO_RAPID_COMMIT, "", 0};
		ask(w, req, form);
		w->rapid += w->fx.d.has_change;
		if (w->fx.d.kind != DECISION_REPLY || w->fx.d.has_change)
			return;
		req = form;
		req.type = DHCP_REQUEST;
		req.requested = w->fx.d.reply.yiaddr;
		req.server = SERVER;
	} else if (what < 60) {
		req.ciaddr = addr;
		req.unicast = below(2);
		if (below(2)) /* past the relay */
			req.agent = form.agent = NULL;
	} else if (what < 70) {
		req.requested = addr;
	} else if (what < 80) {
		req.requested = addr;
		req.server = SERVER;
	} else if (what < 90) {
		req.type = DHCP_RELEASE;
		req.ciaddr = addr;
	} else if (what < 94) {
		req.type = DHCP_DECLINE;
		req.requested = addr;
	} else if (what < 99) {
		w->fx.now += (uint32_t)below(600);
		expire(w);
		return;
	} else {
		reload(w);
		return;
	}
	ask(w, req, form);
}

/* The daemon's answer to a memoised form, in one of XDP's four states; nothing is changed by it. */
static void probe(struct world *w, uint32_t addr, const struct slot_sim *slot,
		  const struct memo *memo, unsigned in_state)
{
	static struct dhcp_msg msg;
	static struct decision d;
	struct req req = memo->form;

	req.mac = slot->mac;
	req.type = DHCP_REQUEST;
	req.ciaddr = in_state < 2 ? addr : 0;
	req.unicast = in_state == 0;
	req.requested = in_state < 2 ? 0 : addr;
	req.server = in_state == 3 ? SERVER : 0;
	req.unicast |= req.giaddr || req.routed; /* or XDP passes */
	if (req.routed && !req.ciaddr)
		return;
	fx_message(&req, &msg);
	engine_decide(w->fx.engine, &w->fx.link, &msg, w->fx.now, &d);
	w->asked++;
	if (d.kind == DECISION_DEFER) { /* another address of its is being closed: a moment */
		w->deferred++;
		return;
	}
	if (d.kind != DECISION_REPLY || d.reply.type != DHCP_ACK)
		fail_msg("%08x of %u (%s) is not ACKed: %s", addr, req.mac, req.id ? req.id : "",
			 reason_text(d.reason));
	d.reply.ciaddr = memo->reply.ciaddr; /* copied from the request by either path */
	if (memcmp(&d.reply, &memo->reply,
		   offsetof(struct dhcp_reply, options) + d.reply.options_len) != 0)
		fail_msg("%08x of %u (%s) as \"%s\", %s gets another answer (%s), state %u: "
			 "options %u "
			 "and %u bytes, tail %u %u and %u %u",
			 addr, req.mac, req.id ? req.id : "", req.name ? req.name : "",
			 req.prl ? "list" : "no list", d.hostname, in_state,
			 memo->reply.options_len, d.reply.options_len, memo->reply.tail[0].len,
			 memo->reply.tail[1].len, d.reply.tail[0].len, d.reply.tail[1].len);
	engine_undo(w->fx.engine, &d.change);
}

static void compare(struct world *w)
{
	for (uint32_t a = 0; a < ADDRS; a++) {
		const struct slot_sim *slot = &w->slots[a];

		for (unsigned i = 0; i < slot->n; i++)
			probe(w, BASE + a, slot, &slot->memos[i], (unsigned)below(4));
	}
}

static void memoised_answers_hold(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	(void)state;
	assert_non_null(w);
	for (long seed = 1; seed <= 8; seed++) {
		srand48(seed);
		*w = (struct world){.asked = w->asked,
				    .memoised = w->memoised,
				    .deferred = w->deferred,
				    .clones = w->clones,
				    .unlasting = w->unlasting,
				    .recalled = w->recalled,
				    .bootp = w->bootp,
				    .predicted = w->predicted,
				    .rapid = w->rapid};
		w->fx = fx_open(make_model(0));
		for (unsigned i = 0; i < STEPS; i++) {
			step(w);
			compare(w);
		}
		fx_close(&w->fx);
	}
	print_message("%lu asked again, %lu memoised, %lu deferred, %lu clones, %lu not memoised, "
		      "%lu past a relay, %lu predicted, %lu by BOOTP, %lu rapid\n",
		      w->asked, w->memoised, w->deferred, w->clones, w->unlasting, w->recalled,
		      w->predicted, w->bootp, w->rapid);
	assert_true(w->asked > 10000 && w->memoised > 1000 && w->clones > 100);
	assert_true(w->deferred && w->unlasting > 100 && w->recalled > 50 && w->predicted > 100);
	assert_true(w->bootp > 50 && w->rapid > 100);
	free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memoised_answers_hold),
	};

	return cmocka_run_group_tests_name("engine: memo", tests, NULL, NULL);
}
