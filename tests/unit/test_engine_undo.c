// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Undoing: after any sequence of decisions and its undoing in reverse, leases,
 * indexes, queues, offers and counters are as they were. Everything is compared,
 * through the engine's inside.
 */
#include "../common/engine_dump.h"
#include "engine_fixture.h"
#include "engine/private.h"

#define CLIENTS 24
#define POOL_N	16
#define BATCH	12

/* The second and the third are a shared network. */
static struct model *three_subnets(void)
{
	struct model *model = fx_model(POOL_N);
	struct subnet *second = fx_subnet(model, 0x0a000100, 24);
	struct subnet *third;

	fx_pool(second, 0x0a000110, 0x0a000113);
	fx_pool(second, 0x0a000120, 0x0a000123);
	second->match_client_id = false;
	third = fx_subnet(model, 0x0a000200, 24);
	fx_pool(third, 0x0a000210, 0x0a000213);
	fx_reserve(third, 3, NULL, 0x0a000211);
	fx_reserve(third, 4, NULL, 0x0a000209);
	fx_network(model, 1);
	fx_reserve(&model->subnets[0], 1, NULL, 0x0a000009);
	fx_reserve(&model->subnets[0], 2, NULL, POOL + 3);
	fx_reserve(&model->subnets[0], 0, "b", POOL + 5);
	fx_reserve_by(&model->subnets[0].reservations, RESERVED_BY_CIRCUIT_ID, "c", 1, POOL + 6);
	fx_reserve_by(&model->reservations, RESERVED_BY_REMOTE_ID, "r", 1, 0x0a000121);
	fx_exclude(&model->subnets[0], POOL + 5, POOL + 7);
	return model;
}

static uint32_t any_address(void)
{
	switch (lrand48() % 9) {
	case 0:
		return 0x0a000009;
	case 1:
		return 0x0a000110 + (uint32_t)(lrand48() % 20);
	case 2:
		return 0x0a000001 + (uint32_t)(lrand48() % 250);
	case 3:
		return 0x0a000209 + (uint32_t)(lrand48() % 12);
	default:
		return POOL + (uint32_t)(lrand48() % POOL_N);
	}
}

static struct req any_request(const struct fixture *fx)
{
	static const uint8_t types[] = {DHCP_DISCOVER, DHCP_DISCOVER, DHCP_REQUEST, DHCP_REQUEST,
					DHCP_REQUEST,  DHCP_REQUEST,  DHCP_REQUEST, DHCP_INFORM};
	static const char *const ids[] = {NULL, NULL, "a", "b", "cc"};
	static const char *const names[] = {NULL, "one", "a-much-longer-name.example.org"};
	static const char *const agents[] = {NULL, NULL, "\1\1c", "\1\1d\2\1r\x09\x04more"};
	struct req req = {.type = types[lrand48() % 8],
			  .mac = (uint8_t)(lrand48() % CLIENTS),
			  .id = ids[lrand48() % 5],
			  .name = names[lrand48() % 3],
			  .agent = agents[lrand48() % 4]};
	uint32_t addr = any_address();
	struct offer *offer = offer_at(fx->engine, addr);
	struct lease *lease = lease_at(fx->leases, addr);

	if (lrand48() % 4 == 0)
		req.giaddr = 0x0a000101;
	/* often what can succeed */
	if (offer && lrand48() % 4) {
		req.mac = offer->chaddr[5];
		req.id = offer->identity.client_id_len == 1 ? offer->client_id[0] == 'a' ? "a" : "b"
			 : offer->identity.client_id_len    ? "cc"
							    : NULL;
		req.requested = addr;
		req.server = SERVER;
		req.giaddr = addr >= 0x0a000100 ? 0x0a000101 : 0;
	} else if (lease && lrand48() % 2) {
		req.mac = lease->chaddr[5];
		req.ciaddr = addr;
		req.giaddr = addr >= 0x0a000100 ? 0x0a000101 : 0;
		if (lrand48() % 2) { /* direct */
			req.unicast = true;
			req.routed = req.giaddr != 0;
			req.giaddr = 0;
			req.agent = NULL;
		}
	} else {
		req.requested = lrand48() % 3 ? addr : 0;
		req.server = lrand48() % 2 ? SERVER : 0;
	}
	return req;
}

/* Some change: a decision's, or an ending's. false: it came to none. */
static bool some_change(struct fixture *fx, struct change *ret)
{
	struct lease *lease = lease_at(fx->leases, any_address());

	if (lrand48() % 4) {
		struct req req = any_request(fx);

		req.type = DHCP_REQUEST;
		fx_decide(fx, req);
		*ret = fx->d.change;
		return fx->d.has_change;
	}
	if (!lease || lease->state != LEASE_CLOSING)
		return false;
	engine_finish_end(fx->engine, lease, lease->cltt, lease->granted_until, fx->now, fx->now,
			  ret);
	return true;
}

static unsigned long batches, changes;

static void one_batch(struct fixture *fx)
{
	static struct engine_dump before, after;
	struct change made[BATCH];
	unsigned n = 0;

	engine_lapse(fx->engine, fx->now);
	engine_dump(fx->engine, fx->model, &before);
	for (unsigned i = 0; i < BATCH; i++)
		n += some_change(fx, &made[n]);
	for (unsigned i = n; i-- > 0;) {
		engine_undo(fx->engine, &made[i]);
		changes++;
	}
	engine_dump(fx->engine, fx->model, &after);
	if (strcmp(before.text, after.text)) {
		size_t at = 0;

		while (before.text[at] == after.text[at])
			at++;
		while (at && before.text[at - 1] != '\n')
			at--;
		fail_msg("batch %lu:\n%.400s\nbecame\n%.400s", batches, before.text + at,
			 after.text + at);
	}
	batches++;
}

static void undone_is_as_before(void **state)
{
	struct fixture fx = fx_open(three_subnets());

	(void)state;
	srand48(11);
	for (unsigned step = 0; step < 9000; step++) {
		struct req req = any_request(&fx);
		struct lease *lease = lease_at(fx.leases, any_address());

		fx_decide(&fx, req);
		if (lease && lease->state == LEASE_BOUND && lrand48() % 6 == 0)
			engine_begin_end(fx.engine, lease, (enum lease_end)(1 + lrand48() % 3));
		if (lease && lease->state == LEASE_CLOSING && lrand48() % 2) {
			struct change change;

			engine_finish_end(fx.engine, lease, 0, 0, 0, fx.now, &change);
		}
		if (lease && lrand48() % 2) /* a grant once seen is not undone: seen before */
			lease_granted(fx.leases, lease, fx.now, fx.now + 9);
		fx.now += lrand48() % 50 ? (uint32_t)(lrand48() % 3) : LIFETIME / 2;
		fx_expire(&fx);
		one_batch(&fx);
	}
	print_message("%lu batches, %lu changes undone\n", batches, changes);
	assert_true(changes > 10000);
	fx_close(&fx);
}

/* One change of several is refused: the others stand. */
static void one_of_several(void **state)
{
	struct fixture fx = fx_open(fx_model(4));
	struct change first, second;
	uint32_t a = fx_offer(&fx, (struct req){.mac = 1});
	uint32_t b = fx_offer(&fx, (struct req){.mac = 2});

	(void)state;
	assert_int_equal(fx_select(&fx, (struct req){.mac = 1}, a), DHCP_ACK);
	first = fx.d.change;
	assert_int_equal(fx_select(&fx, (struct req){.mac = 2}, b), DHCP_ACK);
	second = fx.d.change;
	engine_undo(fx.engine, &first);
	engine_confirm(fx.engine, &second);
	assert_null(lease_at(fx.leases, a));
	assert_int_equal(lease_at(fx.leases, b)->state, LEASE_BOUND);
	/* still offered to the first, and to nobody else */
	assert_int_not_equal(fx_offer(&fx, (struct req){.mac = 3, .requested = a}), a);
	assert_int_equal(fx_offer(&fx, (struct req){.mac = 1}), a);
	fx_close(&fx);
}

/* What happened between decision and undo, and is no part of the change, stays. */
static void grants_and_endings_stay(void **state)
{
	struct fixture fx = fx_open(fx_model(4));
	uint32_t a = fx_lease(&fx, (struct req){.mac = 1});
	struct lease *lease = lease_at(fx.leases, a);
	struct change extension, end;

	(void)state;
	fx.now += 10;
	assert_int_equal(fx_renew(&fx, (struct req){.mac = 1}, a), DHCP_ACK);
	extension = fx.d.change;
	lease_granted(fx.leases, lease, fx.now, fx.now + 5000);
	engine_begin_end(fx.engine, lease, LEASE_END_RELEASED);
	engine_undo(fx.engine, &extension);
	assert_int_equal(lease->state, LEASE_CLOSING);
	assert_int_equal(lease->promised, START + 1 + LIFETIME);
	assert_int_equal(lease->granted_until, fx.now + 5000);
	/* the end's own commit fails: closing still, to be finished again */
	engine_finish_end(fx.engine, lease, 0, 0, fx.now + 100, fx.now, &end);
	assert_int_equal(lease->state, LEASE_FREE);
	assert_int_equal(fx_offer(&fx, (struct req){.mac = 5, .requested = a}), a);
	engine_undo(fx.engine, &end);
	assert_int_equal(lease->state, LEASE_CLOSING);
	assert_int_equal(lease->closing_to, LEASE_END_RELEASED);
	/* the OFFER made meanwhile is void */
	assert_int_equal(fx_select(&fx, (struct req){.mac = 5}, a), DHCP_NAK);
	engine_finish_end(fx.engine, lease, 0, 0, fx.now + 100, fx.now, &end);
	assert_int_equal(end.row.state, LEASE_FREE);
	assert_int_equal(fx_offer(&fx, (struct req){.mac = 6, .requested = a}), a);
	fx_close(&fx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(undone_is_as_before),
		cmocka_unit_test(one_of_several),
		cmocka_unit_test(grants_and_endings_stay),
	};

	return cmocka_run_group_tests_name("engine: undo", tests, NULL, NULL);
}
