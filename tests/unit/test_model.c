// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The model's look-ups and the arithmetic of lifetimes. */
#include "engine_fixture.h"
#include "reservation_of.h"

static void subnets_by_address(void **state)
{
	struct model *model = calloc(1, sizeof(*model));

	(void)state;
	fx_subnet(model, 0x0a000000, 24);
	fx_subnet(model, 0x0a000200, 23);
	fx_subnet(model, 0xc0a80000, 16);
	model->subnets[0].id = 9; /* not in the order of their prefixes */
	assert_int_equal(model_index(model), 0);
	assert_null(model_subnet_of(model, 0x09ffffff));
	assert_int_equal(model_subnet_of(model, 0x0a000000)->id, 9);
	assert_int_equal(model_subnet_of(model, 0x0a0000ff)->id, 9);
	assert_null(model_subnet_of(model, 0x0a000100));
	assert_int_equal(model_subnet_of(model, 0x0a0003ff)->id, 2);
	assert_null(model_subnet_of(model, 0x0a000400));
	assert_int_equal(model_subnet_of(model, 0xc0a8ffff)->id, 3);
	assert_null(model_subnet_of(model, 0xffffffff));
	assert_int_equal(model_subnet_by_id(model, 2)->prefix, 0x0a000200);
	assert_int_equal(model_subnet_by_id(model, 3)->prefix, 0xc0a80000);
	assert_int_equal(model_subnet_by_id(model, 9)->prefix, 0x0a000000);
	assert_null(model_subnet_by_id(model, 1));
	assert_null(model_subnet_by_id(model, 4));
	assert_null(model_subnet_by_id(model, 10));
	model_free(model);
	free(model);
}

static void reservations(void **state)
{
	struct model *model = fx_model(4);
	struct subnet *s = &model->subnets[0];
	const uint8_t mac1[6] = {2, 0, 0, 0, 0, 1}, mac2[6] = {2, 0, 0, 0, 0, 2};
	const uint8_t id[] = {'i', 'd'};
	uint8_t long_id[300] = {0};

	(void)state;
	fx_reserve(s, 1, NULL, POOL);
	fx_reserve(s, 0, "id", 0x0a000007);
	fx_reserve(s, 3, NULL, 0);
	assert_int_equal(model_index(model), 0);
	assert_int_equal(reservation_of(model, s, mac1, NULL, 0)->addr, POOL);
	assert_null(reservation_of(model, s, mac2, NULL, 0));
	/* hw-address comes before client-id */
	assert_int_equal(reservation_of(model, s, mac1, id, 2)->addr, POOL);
	assert_int_equal(reservation_of(model, s, mac2, id, 2)->addr, 0x0a000007);
	assert_int_equal(reservation_of(model, s, mac1, id, 1)->addr, POOL);
	assert_int_equal(reservation_of(model, s, mac1, long_id, sizeof(long_id))->addr, POOL);
	/* a client id that reads like a MAC is no MAC */
	assert_null(reservation_of(model, s, mac2, mac1, 6));
	assert_ptr_equal(subnet_reserved_address(s, POOL), &s->reservations.list[0]);
	assert_null(subnet_reserved_address(s, 0));
	model_free(model);
	free(model);
}

static void pools_and_exclusions(void **state)
{
	struct model *model = calloc(1, sizeof(*model));
	struct subnet *s = fx_subnet(model, 0x0a000000, 22);
	struct subnet *small;

	(void)state;
	fx_pool(s, 0x0a000010, 0x0a00001f);
	fx_pool(s, 0x0a000120, 0x0a00012f);
	fx_pool(s, 0x0a000140, 0x0a00017f);
	fx_exclude(s, 0x0a000012, 0x0a000012);
	fx_exclude(s, 0x0a000014, 0x0a000130);
	fx_subnet(model, 0x0a000400, 25)->exclude_first_last = true;
	assert_int_equal(model_index(model), 0);
	s = &model->subnets[0];
	small = &model->subnets[1];
	assert_null(subnet_pool_of(s, 0x0a00000f));
	assert_int_equal(subnet_pool_of(s, 0x0a000010)->last, 0x0a00001f);
	assert_int_equal(subnet_pool_of(s, 0x0a00001f)->last, 0x0a00001f);
	assert_null(subnet_pool_of(s, 0x0a000020));
	assert_int_equal(subnet_pool_of(s, 0x0a000120)->last, 0x0a00012f);
	assert_int_equal(subnet_pool_of(s, 0x0a00017f)->first, 0x0a000140);
	assert_null(subnet_pool_of(s, 0x0a000180));
	assert_null(subnet_pool_of(small, 0x0a000410));

	assert_false(subnet_excludes(s, 0x0a000011));
	assert_true(subnet_excludes(s, 0x0a000012));
	assert_false(subnet_excludes(s, 0x0a000013));
	assert_true(subnet_excludes(s, 0x0a000014));
	assert_true(subnet_excludes(s, 0x0a000130));
	assert_false(subnet_excludes(s, 0x0a000131));
	assert_false(subnet_excludes(s, 0x0a0001ff));
	s->exclude_first_last = true;
	assert_true(subnet_excludes(s, 0x0a0001ff));
	assert_true(subnet_excludes(s, 0x0a000200));
	assert_false(subnet_excludes(s, 0x0a000201));
	assert_false(subnet_excludes(small, 0x0a000400)); /* not a /24 */
	model_free(model);
	free(model);
}

static void lifetimes_are_clamped(void **state)
{
	struct lifetimes life = {.valid = 3600, .min = 600, .max = 7200};
	struct lifetimes plain = {.valid = 3600};
	struct lifetimes infinite = {.valid = 3600, .min = 60, .max = DHCP_LIFETIME_INFINITE};

	(void)state;
	assert_int_equal(lifetimes_grant(&life, 0), 3600);
	assert_int_equal(lifetimes_grant(&life, 1), 600);
	assert_int_equal(lifetimes_grant(&life, 1000), 1000);
	assert_int_equal(lifetimes_grant(&life, 7776000), 7200);
	assert_int_equal(lifetimes_grant(&life, DHCP_LIFETIME_INFINITE), 7200);
	assert_int_equal(lifetimes_grant(&plain, 5), 3600);
	assert_int_equal(lifetimes_grant(&plain, 500000), 3600);
	assert_int_equal(lifetimes_grant(&infinite, DHCP_LIFETIME_INFINITE),
			 DHCP_LIFETIME_INFINITE);
}

static void tee(struct lifetimes life, uint32_t lifetime, uint32_t t1, uint32_t t2)
{
	uint32_t got1 = 77, got2 = 77;

	lifetimes_tee(&life, lifetime, &got1, &got2);
	if (got1 != t1 || got2 != t2)
		fail_msg("lifetime %u: T1 %u T2 %u, not %u %u", lifetime, got1, got2, t1, t2);
}

static void tee_times(void **state)
{
	struct lifetimes life = {
		.calculate_tee_times = true, .t1_percent = 0.5, .t2_percent = 0.875};
	struct lifetimes none = {0};
	struct lifetimes timers = life, t1_only = none, t2_only = none;

	(void)state;
	tee(life, 3600, 1800, 3150);
	tee(life, 8, 4, 7);
	tee(life, 3, 1, 2);
	tee(life, 2, 0, 0);
	tee(life, 1, 0, 0);
	tee(life, DHCP_LIFETIME_INFINITE, 0, 0);
	tee(life, 0xfffffffe, 0x7fffffff, 0xdffffffe);
	tee(none, 3600, 0, 0);
	timers.renew_timer = 100;
	timers.rebind_timer = 200;
	tee(timers, 3600, 100, 200);
	tee(timers, 150, 100, 131); /* T2 does not fit: by percentage */
	tee(timers, 80, 40, 70);
	timers.renew_timer = 300;
	tee(timers, 3600, 100, 200); /* T1 behind T2 */
	t1_only.renew_timer = 1000;
	tee(t1_only, 3600, 1000, 0);
	tee(t1_only, 1100, 0, 0); /* the client's own T2 would be 962 */
	t2_only.rebind_timer = 3000;
	tee(t2_only, 3600, 0, 3000);
	t2_only.rebind_timer = 1000;
	tee(t2_only, 3600, 500, 1000); /* its own T1 would be 1800 */
}

static void tee_times_always_in_order(void **state)
{
	(void)state;
	srand48(1);
	for (unsigned i = 0; i < 200000; i++) {
		struct lifetimes life = {.calculate_tee_times = i & 1,
					 .t1_percent = drand48(),
					 .t2_percent = drand48(),
					 .renew_timer = i & 2 ? (uint32_t)(lrand48() % 5000) : 0,
					 .rebind_timer = i & 4 ? (uint32_t)(lrand48() % 5000) : 0};
		uint32_t lifetime = (uint32_t)(lrand48() % (i & 8 ? 10 : 5000)) + 1, t1, t2;

		lifetimes_tee(&life, lifetime, &t1, &t2);
		assert_true(t2 < lifetime && t1 < lifetime);
		assert_true(!t1 || !t2 || t1 < t2);
	}
}

static void the_shortest_t1(void **state)
{
	struct model *model = calloc(1, sizeof(*model));
	struct lifetimes *life;

	(void)state;
	assert_int_equal(model_shortest_t1(model), 0);
	for (unsigned i = 0; i < 3; i++) {
		life = &fx_subnet(model, 0x0a000000 + (i << 8), 24)->life;
		*life = (struct lifetimes){.valid = DHCP_LIFETIME_INFINITE,
					   .min = DHCP_LIFETIME_INFINITE};
	}
	assert_int_equal(model_shortest_t1(model), 0); /* nobody renews */
	model->subnets[1].life = (struct lifetimes){.valid = 3600, .min = 600, .renew_timer = 100};
	model->subnets[2].life = (struct lifetimes){
		.valid = 600, .min = 600, .calculate_tee_times = true, .t1_percent = 0.1};
	assert_int_equal(model_shortest_t1(model), 60);
	model->subnets[1].life.renew_timer = 50;
	assert_int_equal(model_shortest_t1(model), 50);
	model_free(model);
	free(model);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(subnets_by_address),
		cmocka_unit_test(reservations),
		cmocka_unit_test(pools_and_exclusions),
		cmocka_unit_test(lifetimes_are_clamped),
		cmocka_unit_test(tee_times),
		cmocka_unit_test(tee_times_always_in_order),
		cmocka_unit_test(the_shortest_t1),
	};

	return cmocka_run_group_tests_name("model", tests, NULL, NULL);
}
