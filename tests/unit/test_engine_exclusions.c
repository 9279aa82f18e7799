// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Exclusions: addresses inside a pool that nobody is given from it. */
#include "engine_fixture.h"
#include "engine/fresh.h"

static struct req mac(uint8_t last)
{
	return (struct req){.mac = last};
}

/* Clearing a range does what clearing one by one does, on every level. */
static void ranges_of_a_bitmap(void **state)
{
	static const uint64_t sizes[] = {1, 63, 64, 65, 200, 4096, 4097, 300000};

	(void)state;
	srand48(5);
	for (unsigned round = 0; round < 400; round++) {
		uint64_t size = sizes[round % 8];
		uint64_t from = (uint64_t)lrand48() % size;
		uint64_t to = from + (uint64_t)lrand48() % (size - from);
		struct fresh range, single;

		assert_int_equal(fresh_init(&range, size), 0);
		assert_int_equal(fresh_init(&single, size), 0);
		if (round & 16) { /* some are taken already */
			fresh_clear(&range, from);
			fresh_clear(&single, from);
		}
		fresh_clear_range(&range, from, to);
		for (uint64_t at = from; at <= to; at++)
			fresh_clear(&single, at);
		assert_int_equal(range.count, single.count);
		assert_int_equal(single.count, size - (to - from + 1));
		for (uint64_t left = range.count; left; left--) {
			int64_t lowest = fresh_lowest(&single);

			assert_int_equal(fresh_lowest(&range), lowest);
			if (left < range.count - 100)
				break;
			fresh_clear(&single, (uint64_t)lowest);
			fresh_clear(&range, (uint64_t)lowest);
		}
		fresh_destroy(&range);
		fresh_destroy(&single);
	}
}

static void excluded_addresses_are_not_given(void **state)
{
	struct model *model = fx_model(6);
	struct subnet *s = &model->subnets[0];
	struct engine_usage usage;
	struct fixture fx;
	struct req req = mac(1);

	(void)state;
	fx_exclude(s, POOL - 90, POOL); /* begins before the pool */
	fx_exclude(s, POOL + 3, POOL + 4);
	fx = fx_open(model);
	engine_usage(fx.engine, &model->subnets[0], &usage);
	assert_int_equal(usage.total, 3);
	assert_int_equal(usage.free_fresh, 3);
	req.requested = POOL + 3; /* not for the asking either */
	assert_int_equal(fx_lease(&fx, req), POOL + 1);
	assert_int_equal(fx_lease(&fx, mac(2)), POOL + 2);
	assert_int_equal(fx_offer(&fx, mac(3)), POOL + 5);
	assert_int_equal(fx_select(&fx, mac(3), POOL + 4), DHCP_NAK);
	assert_int_equal(fx.d.reason, NAK_in_no_pool);
	assert_int_equal(fx_select(&fx, mac(3), POOL + 5), DHCP_ACK);
	assert_int_equal(fx_offer(&fx, mac(4)), 0);
	assert_int_equal(fx.d.reason, SILENT_no_free_address);
	engine_usage(fx.engine, &model->subnets[0], &usage);
	assert_int_equal(usage.total, 3);
	assert_int_equal(usage.assigned, 3);
	assert_int_equal(usage.free_fresh, 0);
	fx_close(&fx);
}

static void reserved_though_excluded(void **state)
{
	struct model *model = fx_model(4);
	struct fixture fx;

	(void)state;
	fx_exclude(&model->subnets[0], POOL, POOL + 2);
	fx_reserve(&model->subnets[0], 9, NULL, POOL + 1);
	fx = fx_open(model);
	assert_int_equal(fx_lease(&fx, mac(9)), POOL + 1);
	assert_int_equal(fx_renew(&fx, mac(9), POOL + 1), DHCP_ACK);
	assert_int_equal(fx_lease(&fx, mac(1)), POOL + 3);
	assert_int_equal(fx_offer(&fx, mac(2)), 0);
	/* given back it is its owner's still */
	fx_release(&fx, mac(9), POOL + 1);
	assert_int_equal(fx_offer(&fx, mac(2)), 0);
	assert_int_equal(fx_lease(&fx, mac(9)), POOL + 1);
	fx_close(&fx);
}

static struct model *excluding(uint32_t first, uint32_t last)
{
	struct model *model = fx_model(4);

	fx_exclude(&model->subnets[0], first, last);
	return model;
}

/* What is bound stays so until its end, but is not renewed; afterwards it is nobody's. */
static void excluded_while_bound(void **state)
{
	struct fixture fx = fx_open(fx_model(4));
	struct engine_usage usage;

	(void)state;
	assert_int_equal(fx_lease(&fx, mac(1)), POOL);
	assert_int_equal(fx_lease(&fx, mac(2)), POOL + 1);
	fx_release(&fx, mac(2), POOL + 1);
	assert_int_equal(fx_offer(&fx, mac(3)), POOL + 2);
	fx_configure(&fx, excluding(POOL, POOL + 2));
	engine_usage(fx.engine, &fx.model->subnets[0], &usage);
	assert_int_equal(usage.total, 1);
	assert_int_equal(usage.assigned, 1); /* promised all the same */
	assert_int_equal(usage.free_used, 0);
	assert_int_equal(fx_renew(&fx, mac(1), POOL), DHCP_NAK);
	assert_int_equal(fx.d.reason, NAK_in_no_pool);
	assert_false(fx.d.has_change);
	assert_int_equal(lease_at(fx.leases, POOL)->state, LEASE_BOUND);
	assert_int_equal(fx_reboot(&fx, mac(1), POOL), DHCP_NAK);
	assert_int_equal(fx_select(&fx, mac(3), POOL + 2), DHCP_NAK); /* an offer that lapsed */
	assert_int_equal(fx_offer(&fx, mac(1)), POOL + 3);
	fx.now += LIFETIME + 2;
	fx_expire(&fx);
	assert_int_equal(lease_at(fx.leases, POOL)->state, LEASE_FREE);
	assert_int_equal(fx_reboot(&fx, mac(1), POOL), DHCP_NAK);
	assert_int_equal(fx_lease(&fx, mac(4)), POOL + 3);
	assert_int_equal(fx_offer(&fx, mac(5)), 0);
	/* and back */
	fx_configure(&fx, fx_model(4));
	assert_int_equal(fx_offer(&fx, mac(1)), POOL);
	assert_int_equal(fx_offer(&fx, mac(2)), POOL + 1);
	assert_int_equal(fx_offer(&fx, mac(5)), POOL + 2);
	fx_close(&fx);
}

static void excluded_and_declined(void **state)
{
	struct fixture fx = fx_open(fx_model(2));

	(void)state;
	assert_int_equal(fx_lease(&fx, mac(1)), POOL);
	fx_configure(&fx, excluding(POOL, POOL));
	fx_decline(&fx, mac(1), POOL);
	assert_int_equal(lease_at(fx.leases, POOL)->state, LEASE_DECLINED);
	fx.now += 602;
	fx_expire(&fx);
	assert_int_equal(fx_lease(&fx, mac(1)), POOL + 1);
	assert_int_equal(fx_lease(&fx, mac(2)), POOL + 2);
	assert_int_equal(fx_lease(&fx, mac(3)), POOL + 3);
	assert_int_equal(fx_offer(&fx, mac(4)), 0);
	fx_close(&fx);
}

static struct model *first_last(uint8_t prefix_len, uint32_t first, uint32_t last)
{
	struct model *model = calloc(1, sizeof(*model));
	struct subnet *s = fx_subnet(model, 0x0a000000, prefix_len);

	model->offer_lifetime = 10;
	s->exclude_first_last = true;
	fx_pool(s, first, last);
	return model;
}

static void first_and_last_of_every_24(void **state)
{
	struct fixture fx = fx_open(first_last(8, 0x0a0000fe, 0x0a000201));
	struct engine_usage usage;

	(void)state;
	engine_usage(fx.engine, &fx.model->subnets[0], &usage);
	assert_int_equal(usage.total, 0x201 - 0xfe + 1 - 4);
	assert_int_equal(fx_offer(&fx, mac(1)), 0x0a0000fe);
	assert_int_equal(fx_offer(&fx, mac(2)), 0x0a000101);
	assert_int_equal(fx_select(&fx, mac(3), 0x0a0001ff), DHCP_NAK);
	assert_int_equal(fx_select(&fx, mac(3), 0x0a000200), DHCP_NAK);
	assert_int_equal(fx_select(&fx, mac(3), 0x0a000201), DHCP_ACK);
	/* a smaller subnet has its own last address somewhere else */
	fx_configure(&fx, first_last(25, 0x0a000000, 0x0a000003));
	assert_int_equal(fx_offer(&fx, mac(1)), 0x0a000000);
	fx_configure(&fx, first_last(24, 0x0a000000, 0x0a000003));
	assert_int_equal(fx_offer(&fx, mac(2)), 0x0a000002); /* .1 is the server's */
	fx_close(&fx);
}

/* All of 10/8: nothing is walked for a message. */
static void a_pool_of_16_million(void **state)
{
	struct fixture fx = fx_open(first_last(8, 0x0a000000, 0x0affffff));
	struct engine_usage usage;

	(void)state;
	engine_usage(fx.engine, &fx.model->subnets[0], &usage);
	assert_int_equal(usage.total, (1u << 24) - 2 * (1u << 16));
	assert_int_equal(fx_offer(&fx, mac(1)), 0x0a000002);
	fx_close(&fx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ranges_of_a_bitmap),
		cmocka_unit_test(excluded_addresses_are_not_given),
		cmocka_unit_test(reserved_though_excluded),
		cmocka_unit_test(excluded_while_bound),
		cmocka_unit_test(excluded_and_declined),
		cmocka_unit_test(first_and_last_of_every_24),
		cmocka_unit_test(a_pool_of_16_million),
	};

	return cmocka_run_group_tests_name("engine: exclusions", tests, NULL, NULL);
}
