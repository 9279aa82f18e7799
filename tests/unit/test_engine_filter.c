// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Lists of hardware addresses: what is in one, against a plain walk of its entries; who is answered
 * by them and in which subnet; and what is never remembered of those who are not.
 */
#include "engine_fixture.h"
#include "engine/filter.h"

#define BRANCH 0xc0000200u /* 192.0.2.0/24, a second subnet */

static struct hw_list *new_list(void)
{
	struct hw_list *list = calloc(1, sizeof(*list));

	assert_non_null(list);
	return list;
}

/* The clients with these last bytes, 0 ends. */
static struct hw_list *list_of(const uint8_t *macs)
{
	struct hw_list *list = new_list();
	uint8_t hw[6];

	for (; *macs; macs++) {
		fx_mac(hw, *macs);
		assert_int_equal(hw_list_add(list, hw, sizeof(hw)), 0);
	}
	hw_list_settle(list);
	return list;
}

#define LIST(...) list_of((const uint8_t[]){__VA_ARGS__, 0})

static void an_entry_is_what_begins_with_it(void **state)
{
	static const uint8_t prefix[] = {0x00, 0x11, 0x22};
	static const struct {
		uint8_t hw[6];
		bool in;
	} cases[] = {
		{{0x00, 0x11, 0x22, 0x00, 0x00, 0x00}, true},
		{{0x00, 0x11, 0x22, 0xff, 0xff, 0xff}, true},
		{{0x00, 0x11, 0x21, 0xff, 0xff, 0xff}, false},
		{{0x00, 0x11, 0x23, 0x00, 0x00, 0x00}, false},
		{{0x80, 0x11, 0x22, 0x00, 0x00, 0x00}, false},
	};
	struct hw_list *list = new_list();

	(void)state;
	assert_int_equal(hw_list_add(list, prefix, sizeof(prefix)), 0);
	hw_list_settle(list);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(hw_list_has(list, cases[i].hw), cases[i].in);
	hw_list_free(list);
}

/* What lies within, upon or beside another one is one with it. */
static void entries_that_touch_are_one(void **state)
{
	static const uint8_t prefixes[][2] = {{0, 3}, {0, 2}, {0, 5}, {0, 3}, {0, 4}, {1, 0}};
	struct hw_list *list = new_list();

	(void)state;
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		assert_int_equal(hw_list_add(list, prefixes[i], 2), 0);
	hw_list_settle(list);
	assert_int_equal(list->n, 2);
	assert_int_equal(list->v[0].first, 0x000200000000);
	assert_int_equal(list->v[0].last, 0x0005ffffffff);
	hw_list_free(list);
}

static void an_empty_list_has_nobody_and_no_byte_everybody(void **state)
{
	static const uint8_t lowest[6] = {0}, highest[6] = {255, 255, 255, 255, 255, 255};
	struct hw_list *list = new_list();

	(void)state;
	hw_list_settle(list);
	assert_false(hw_list_has(list, lowest));
	assert_int_equal(hw_list_add(list, lowest, 0), 0);
	hw_list_settle(list);
	assert_true(hw_list_has(list, lowest));
	assert_true(hw_list_has(list, highest));
	hw_list_free(list);
}

/* Of few different bytes, so that entries lie within, beside and upon each other. */
static void random_lists_have_what_a_walk_finds(void **state)
{
	unsigned in = 0, out = 0;

	(void)state;
	srandom(7);
	for (int round = 0; round < 300; round++) {
		struct {
			uint8_t hw[6];
			size_t len;
		} entries[40];
		size_t n = (size_t)random() % 40;
		struct hw_list *list = new_list();

		for (size_t i = 0; i < n; i++) {
			for (size_t j = 0; j < 6; j++)
				entries[i].hw[j] = (uint8_t)(random() % 4 * 85);
			entries[i].len = 1 + (size_t)random() % 6;
			assert_int_equal(hw_list_add(list, entries[i].hw, entries[i].len), 0);
		}
		hw_list_settle(list);
		for (size_t i = 1; i < list->n; i++)
			assert_true(list->v[i].first > list->v[i - 1].last + 1);
		for (int ask = 0; ask < 200; ask++) {
			uint8_t hw[6];
			bool has = false;

			for (size_t j = 0; j < 6; j++)
				hw[j] = (uint8_t)(random() % 4 * 85);
			for (size_t i = 0; i < n; i++)
				has |= !memcmp(hw, entries[i].hw, entries[i].len);
			assert_int_equal(hw_list_has(list, hw), has);
			in += has;
			out += !has;
		}
		hw_list_free(list);
	}
	assert_true(in > 10000 && out > 1000);
}

/* 100,000 of the addresses 4, 8, 12 ... : each look-up is by halves, none is missed. */
static void a_long_list_is_searched(void **state)
{
	struct hw_list *list = new_list();
	uint8_t hw[6] = {2};

	(void)state;
	for (uint32_t i = 100000; i > 0; i--) {
		uint32_t be = htonl(4 * i);

		memcpy(hw + 2, &be, 4);
		assert_int_equal(hw_list_add(list, hw, 6), 0);
	}
	hw_list_settle(list);
	assert_int_equal(list->n, 100000);
	for (uint32_t i = 0; i <= 400008; i++) {
		uint32_t be = htonl(i);

		memcpy(hw + 2, &be, 4);
		assert_int_equal(hw_list_has(list, hw), i && i % 4 == 0 && i <= 400000);
	}
	hw_list_free(list);
}

/* --- who is answered --- */

static void deny(struct subnet *subnet, struct hw_list *list)
{
	subnet->hw.deny = list;
	subnet->deny = list;
}

static void allow(struct subnet *subnet, struct hw_list *list)
{
	subnet->hw.allow = list;
	subnet->allow = list;
}

static void who_is_denied_hears_nothing(void **state)
{
	struct model *model = fx_model(4);
	struct fixture fx;

	(void)state;
	deny(&model->subnets[0], LIST(1));
	fx = fx_open(model);
	for (uint8_t type = DHCP_DISCOVER; type <= DHCP_INFORM; type++) {
		if (type != DHCP_DISCOVER && type != DHCP_REQUEST && type != DHCP_INFORM)
			continue;
		fx_decide(&fx,
			  (struct req){.type = type, .mac = 1, .requested = POOL, .ciaddr = POOL});
		assert_int_equal(fx.d.kind, DECISION_SILENT);
		assert_int_equal(fx.d.reason, SILENT_hw_address_denied);
		assert_false(fx.d.memoise);
		assert_false(fx.d.has_change);
	}
	fx_lease(&fx, (struct req){.mac = 2});
	fx_close(&fx);
}

static void who_is_allowed_is_not_if_denied(void **state)
{
	struct model *model = fx_model(4);
	struct fixture fx;

	(void)state;
	allow(&model->subnets[0], LIST(1, 2));
	deny(&model->subnets[0], LIST(2));
	fx = fx_open(model);
	fx_lease(&fx, (struct req){.mac = 1});
	assert_int_equal(fx_offer(&fx, (struct req){.mac = 2}), 0);
	assert_int_equal(fx.d.reason, SILENT_hw_address_denied);
	assert_int_equal(fx_offer(&fx, (struct req){.mac = 3}), 0);
	assert_int_equal(fx.d.reason, SILENT_hw_address_not_allowed);
	fx_close(&fx);
}

/* Its model with a list that denies this client. */
static void now_denied(struct fixture *fx, uint8_t mac)
{
	struct model *model = fx_model(4);

	deny(&model->subnets[0], LIST(mac));
	fx_configure(fx, model);
}

static void what_a_denied_client_gives_back_is_taken(void **state)
{
	struct fixture fx = fx_open(fx_model(4));
	uint32_t released = fx_lease(&fx, (struct req){.mac = 1}),
		 declined = fx_lease(&fx, (struct req){.mac = 2});

	(void)state;
	now_denied(&fx, 1);
	assert_int_equal(fx_renew(&fx, (struct req){.mac = 1}, released), 0);
	assert_int_equal(fx.d.reason, SILENT_hw_address_denied);
	assert_int_equal(lease_at(fx.leases, released)->state, LEASE_BOUND); /* to its end */
	fx_release(&fx, (struct req){.mac = 1}, released);
	assert_int_equal(lease_at(fx.leases, released)->state, LEASE_FREE);
	now_denied(&fx, 2);
	fx_decline(&fx, (struct req){.mac = 2}, declined);
	assert_int_equal(lease_at(fx.leases, declined)->state, LEASE_DECLINED);
	fx_close(&fx);
}

static void a_bootp_client_is_as_denied(void **state)
{
	struct model *model = fx_model(4);
	struct fixture fx;

	(void)state;
	model->subnets[0].bootp = BOOTP_ALL;
	deny(&model->subnets[0], LIST(1));
	fx = fx_open(model);
	assert_int_equal(fx_ask(&fx, (struct req){.type = DHCP_BOOTP, .mac = 1}), 0);
	assert_int_equal(fx.d.reason, SILENT_hw_address_denied);
	assert_int_equal(fx_ask(&fx, (struct req){.type = DHCP_BOOTP, .mac = 2}), DHCP_BOOTP);
	fx_close(&fx);
}

/* --- in a shared network --- */

static struct model *two_on_a_link(void)
{
	struct model *model = fx_model(4);
	struct subnet *second = fx_subnet(model, BRANCH, 24);

	fx_pool(second, BRANCH + 10, BRANCH + 13);
	fx_network(model, 0);
	return model;
}

static void who_is_denied_in_one_subnet_is_served_by_the_next(void **state)
{
	struct model *model = two_on_a_link();
	struct fixture fx;
	uint32_t addr;

	(void)state;
	deny(&model->subnets[0], LIST(1));
	fx = fx_open(model);
	addr = fx_lease(&fx, (struct req){.mac = 1});
	assert_int_equal(addr, BRANCH + 10);
	assert_true(fx.d.memoise);
	assert_int_equal(fx_lease(&fx, (struct req){.mac = 2}), POOL);
	fx_close(&fx);
}

static void who_is_denied_in_all_of_them_is_by_none(void **state)
{
	struct model *model = two_on_a_link();
	struct fixture fx;

	(void)state;
	deny(&model->subnets[0], LIST(1));
	allow(&model->subnets[1], LIST(2));
	fx = fx_open(model);
	assert_int_equal(fx_offer(&fx, (struct req){.mac = 1}), 0);
	assert_int_equal(fx.d.reason, SILENT_hw_address_denied);
	fx_close(&fx);
}

/* When the first one fills up, clients whom the second denies are not given its addresses. */
static void a_full_subnet_does_not_spill_into_one_that_denies(void **state)
{
	struct model *model = two_on_a_link();
	struct fixture fx;

	(void)state;
	deny(&model->subnets[1], LIST(9));
	fx = fx_open(model);
	for (uint8_t mac = 1; mac <= 4; mac++)
		fx_lease(&fx, (struct req){.mac = mac});
	assert_int_equal(fx_offer(&fx, (struct req){.mac = 9}), 0);
	assert_int_equal(fx.d.reason, SILENT_no_free_address);
	assert_int_equal(fx_lease(&fx, (struct req){.mac = 8}), BRANCH + 10);
	fx_close(&fx);
}

/*
 * Lists change without the slots of those who stay allowed being closed. A reservation in a subnet
 * that denies its client calls it there once the list is lifted; so what it is told meanwhile is
 * no memo, and nothing is left behind that would be untrue then.
 */
static void what_a_lifted_list_would_change_is_no_memo(void **state)
{
	struct model *model = two_on_a_link();
	struct fixture fx;
	uint32_t addr;

	(void)state;
	deny(&model->subnets[0], LIST(1));
	fx_reserve(&model->subnets[0], 1, NULL, POOL + 50);
	fx = fx_open(model);
	addr = fx_lease(&fx, (struct req){.mac = 1});
	assert_int_equal(addr, BRANCH + 10);
	assert_false(fx.d.memoise);
	assert_int_equal(fx_renew(&fx, (struct req){.mac = 1}, addr), DHCP_ACK);
	assert_false(fx.d.memoise);
	model = two_on_a_link();
	fx_reserve(&model->subnets[0], 1, NULL, POOL + 50);
	fx_configure(&fx, model);
	assert_int_equal(fx_renew(&fx, (struct req){.mac = 1}, addr), DHCP_NAK);
	assert_int_equal(fx.d.reason, NAK_reserved_elsewhere);
	fx_close(&fx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_entry_is_what_begins_with_it),
		cmocka_unit_test(entries_that_touch_are_one),
		cmocka_unit_test(an_empty_list_has_nobody_and_no_byte_everybody),
		cmocka_unit_test(random_lists_have_what_a_walk_finds),
		cmocka_unit_test(a_long_list_is_searched),
		cmocka_unit_test(who_is_denied_hears_nothing),
		cmocka_unit_test(who_is_allowed_is_not_if_denied),
		cmocka_unit_test(what_a_denied_client_gives_back_is_taken),
		cmocka_unit_test(a_bootp_client_is_as_denied),
		cmocka_unit_test(who_is_denied_in_one_subnet_is_served_by_the_next),
		cmocka_unit_test(who_is_denied_in_all_of_them_is_by_none),
		cmocka_unit_test(a_full_subnet_does_not_spill_into_one_that_denies),
		cmocka_unit_test(what_a_lifted_list_would_change_is_no_memo),
	};

	return cmocka_run_group_tests_name("engine/filter", tests, NULL, NULL);
}
