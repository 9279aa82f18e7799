// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Lists of hardware addresses and limits of leases: what is inherited from where, and lists of a
 * hundred thousand. Exact messages are in test_config_golden.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config_fixture.h"
#include "engine/filter.h"

#define LEVELS "tests/golden/good/hw-addresses.yaml"

static const struct subnet *numbered(const struct config *c, uint32_t id)
{
	const struct subnet *subnet = model_subnet_by_id(&c->model, id);

	assert_non_null(subnet);
	return subnet;
}

static enum reason refused(const struct subnet *subnet, const char *text)
{
	uint8_t hw[6];

	assert_true(config_parse_mac(text, hw));
	return filter_refuses(subnet, hw);
}

static void each_list_is_the_narrowest_there_is(void **state)
{
	struct config *c = load_named(LEVELS, NULL);
	const struct subnet *network = numbered(c, 1), *own = numbered(c, 2),
			    *global = numbered(c, 3);

	(void)state;
	assert_int_equal(refused(global, "02:00:00:00:00:01"), REASON_NONE);
	assert_int_equal(refused(global, "02:00:00:00:00:02"), SILENT_hw_address_not_allowed);
	assert_int_equal(refused(global, "02:00:00:00:00:09"), SILENT_hw_address_denied);
	/* as the file writes them */
	assert_int_equal(refused(global, "00:11:22:ff:00:01"), REASON_NONE);
	assert_int_equal(refused(global, "00:11:23:ff:00:01"), REASON_NONE);
	assert_int_equal(refused(global, "00:01:02:03:04:05"), REASON_NONE);
	assert_int_equal(refused(global, "00:11:22:33:44:55"), REASON_NONE);
	assert_int_equal(refused(network, "02:00:00:00:00:02"), REASON_NONE);
	assert_int_equal(refused(network, "02:00:00:00:00:09"), REASON_NONE);
	assert_int_equal(refused(network, "02:00:00:00:01:09"), SILENT_hw_address_denied);
	assert_int_equal(refused(own, "02:00:00:00:01:09"), SILENT_hw_address_not_allowed);
	assert_int_equal(refused(own, "02:00:00:00:00:01"), SILENT_hw_address_not_allowed);
	config_free(c);
}

static void each_limit_is_the_narrowest_there_is(void **state)
{
	static const uint32_t wanted[][3] = {
		{1, 2, 50}, {2, 0, 4294967295}, {3, 4, 100}, {4, 1, 100}};
	struct config *c = load_named(LEVELS, NULL);

	(void)state;
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		const struct subnet *subnet = numbered(c, wanted[i][0]);

		assert_int_equal(subnet->leases_per_circuit, wanted[i][1]);
		assert_int_equal(subnet->leases_per_link, wanted[i][2]);
	}
	config_free(c);
}

static void without_a_word_there_are_none(void **state)
{
	struct config *c = load(HEAD "subnet4: [{id: 1, subnet: 10.0.0.0/24, pools: []}]\n");
	const struct subnet *subnet = numbered(c, 1);

	(void)state;
	assert_null(subnet->allow);
	assert_null(subnet->deny);
	assert_int_equal(subnet->leases_per_circuit, 0);
	assert_int_equal(subnet->leases_per_link, 0);
	config_free(c);
}

/* Nor is one held twice: of subnets that inherit it, all have the same. */
static void a_list_of_100000_loads(void **state)
{
	size_t room = 4u << 20, n;
	char *text = malloc(room);
	struct config *c;

	(void)state;
	assert_non_null(text);
	n = (size_t)sprintf(text, HEAD "subnet4:\n"
				       "- {id: 1, subnet: 10.0.0.0/24, pools: []}\n"
				       "- {id: 2, subnet: 10.0.1.0/24, pools: []}\n"
				       "deny-hw-addresses:\n");
	for (unsigned i = 100000; i-- > 0;)
		n += (size_t)sprintf(text + n, "- 02:00:%02x:%02x:%02x:00\n", i >> 16, i >> 8 & 255,
				     i & 255);
	assert_true(n < room);
	c = load(text);
	assert_ptr_equal(numbered(c, 1)->deny, numbered(c, 2)->deny);
	assert_int_equal(numbered(c, 1)->deny->n, 100000);
	assert_int_equal(refused(numbered(c, 1), "02:00:00:00:00:00"), SILENT_hw_address_denied);
	assert_int_equal(refused(numbered(c, 1), "02:00:01:86:9f:00"), SILENT_hw_address_denied);
	assert_int_equal(refused(numbered(c, 1), "02:00:01:86:a0:00"), REASON_NONE);
	assert_int_equal(refused(numbered(c, 1), "02:00:01:86:9f:01"), REASON_NONE);
	config_free(c);
	free(text);
}

/* allow-servers: the innermost list counts, an empty one too. */
static void each_list_of_servers_is_the_narrowest_there_is(void **state)
{
	struct config *c = load_named("tests/golden/good/foreign-servers.yaml", NULL);
	const struct server_list *network = numbered(c, 1)->allow_servers;

	(void)state;
	assert_int_equal(c->foreign_period, 60);
	assert_int_equal(network->n, 2);
	assert_int_equal(network->addrs[1], 0xc0000303);
	assert_non_null(numbered(c, 2)->allow_servers);
	assert_int_equal(numbered(c, 2)->allow_servers->n, 0);
	assert_ptr_equal(numbered(c, 3)->allow_servers, c->model.servers);
	assert_int_equal(c->model.servers->addrs[0], 0xc0000202);
	config_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_list_of_servers_is_the_narrowest_there_is),
		cmocka_unit_test(each_list_is_the_narrowest_there_is),
		cmocka_unit_test(each_limit_is_the_narrowest_there_is),
		cmocka_unit_test(without_a_word_there_are_none),
		cmocka_unit_test(a_list_of_100000_loads),
	};

	return cmocka_run_group_tests_name("config/limits", tests, NULL, NULL);
}
