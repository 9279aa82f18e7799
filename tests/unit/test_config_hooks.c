// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * hooks-libraries: what becomes of the flex-id library's parameters in the model and in config-get.
 * Errors and notices are in tests/golden.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config/config.h"
#include "engine/expr.h"

#define SERVED                                      \
	"interfaces-config: {interfaces: [eth0]}\n" \
	"subnet4: [{id: 1, subnet: 192.0.2.0/24, pools: [{pool: 192.0.2.10 - 192.0.2.20}]}]\n"

static struct config *load_text(const char *text, size_t *ret_notices)
{
	struct config *config = NULL;
	struct config_errors errors;
	int r = config_load("t", text, &config, &errors);

	if (r)
		fail_msg("%d %s", r, errors.n ? errors.lines[0] : "");
	*ret_notices = errors.n_notices;
	config_errors_free(&errors);
	return config;
}

/* What the expression of tests/golden/good/flex-id.yaml gives is what is reserved there. */
static void test_expression(void **state)
{
	struct config *config = NULL;
	struct config_errors errors;
	static struct dhcp_msg msg;
	struct expr_input in = {
		.msg = &msg,
		.interface = "eth0",
		.agent = {.data = (const uint8_t *)"\x01\x01x\x02\x02\x01\x02", .len = 7}};
	const struct reservation *reservation;
	uint8_t value[255];
	size_t len;

	(void)state;
	assert_int_equal(config_load("tests/golden/good/flex-id.yaml", NULL, &config, &errors), 0);
	config_errors_free(&errors);
	assert_false(expr_is_bool(config->model.flex_id));
	assert_true(expr_memoisable(config->model.flex_id));
	msg.opt[224] = (struct dhcp_opt){.data = (const uint8_t *)"a\0", .len = 2};
	len = expr_string(config->model.flex_id, &in, value, sizeof(value));
	reservation = &config->model.subnets[0].reservations.list[0];
	assert_int_equal(reservation_by(reservation), RESERVED_BY_FLEX_ID);
	assert_int_equal(len, reservation->key_len - 1);
	assert_memory_equal(value, reservation->key + 1, len);
	config_free(config);
}

static void test_no_expression(void **state)
{
	static const char *const texts[] = {
		SERVED,
		SERVED "hooks-libraries: [{library: libdhcp_flex_id.so}]\n",
		SERVED "hooks-libraries: [{library: libdhcp_flex_id.so, parameters: {}}]\n",
		SERVED "hooks-libraries: [{library: libdhcp_flex_id.so, parameters: "
		       "{identifier-expression: ''}}]\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		size_t notices;
		struct config *config = load_text(texts[i], &notices);

		assert_null(config->model.flex_id);
		assert_int_equal(notices, 0);
		config_free(config);
	}
}

/* Nobody is told that the fast path rests where flex-ids are not looked for. */
static void test_passing_expression_is_noticed_where_it_is_used(void **state)
{
	static const char text[] = SERVED
		"host-reservation-identifiers: [%s]\n"
		"hooks-libraries: [{library: libdhcp_flex_id.so, parameters: "
		"{identifier-expression: pkt4.transid}}]\n";

	(void)state;
	for (int used = 0; used < 2; used++) {
		char buf[512];
		size_t notices;
		struct config *config;

		snprintf(buf, sizeof(buf), text, used ? "hw-address, flex-id" : "hw-address");
		config = load_text(buf, &notices);
		assert_false(expr_memoisable(config->model.flex_id));
		assert_int_equal(notices, used);
		config_free(config);
	}
}

/* Types are those of the schema, and other libraries' parameters stay as they are. */
static void test_config_get(void **state)
{
	size_t notices;
	struct config *config = load_text(
		SERVED
		"hooks-libraries:\n"
		"- {library: libdhcp_flex_id.so, parameters: {replace-client-id: off, "
		"identifier-expression: 17}}\n"
		"- {library: libdhcp_perfmon.so, parameters: {replace-client-id: 7, x: [1]}}\n",
		&notices);
	const json_t *list = json_object_get(json_object_get(config->tree, "Dhcp4"),
					     "hooks-libraries");
	const json_t *flex_id = json_object_get(json_array_get(list, 0), "parameters");
	const json_t *other = json_object_get(json_array_get(list, 1), "parameters");

	(void)state;
	assert_int_equal(notices, 1);
	assert_true(json_is_false(json_object_get(flex_id, "replace-client-id")));
	assert_string_equal(json_string_value(json_object_get(flex_id, "identifier-expression")),
			    "17");
	assert_int_equal(json_integer_value(json_object_get(other, "replace-client-id")), 7);
	assert_int_equal(json_array_size(json_object_get(other, "x")), 1);
	config_free(config);
}

/* --- ping checks --- */

static void assert_conflict(const struct config *config, uint32_t addr, enum conflict_method method,
			    uint32_t timeout, uint32_t cache)
{
	const struct subnet *subnet = model_subnet_of(&config->model, addr);

	assert_non_null(subnet);
	assert_int_equal(subnet->conflict.method, method);
	assert_int_equal(subnet->conflict.timeout, timeout);
	assert_int_equal(subnet->conflict.cache, cache);
}

/* Its parameters are what the outermost level would set. */
static void test_ping_check(void **state)
{
	struct config *config = NULL;
	struct config_errors errors;

	(void)state;
	assert_int_equal(config_load("tests/golden/good/ping-check.yaml", NULL, &config, &errors),
			 0);
	config_errors_free(&errors);
	assert_conflict(config, 0xc0000201, CONFLICT_ICMP, 250, 120);
	assert_conflict(config, 0xc0000301, CONFLICT_ARP, 250, 120);
	config_free(config);
}

static void test_ping_check_by_default(void **state)
{
	struct config *config;
	size_t notices;

	(void)state;
	config = load_text(SERVED "hooks-libraries: [{library: libdhcp_ping_check.so}]\n",
			   &notices);
	assert_conflict(config, 0xc0000201, CONFLICT_ICMP, 100, 60);
	config_free(config);
	config = load_text(SERVED "hooks-libraries: [{library: libdhcp_ping_check.so, "
				  "parameters: {enable-ping-check: false}}]\n",
			   &notices);
	assert_conflict(config, 0xc0000201, CONFLICT_NONE, 100, 60);
	config_free(config);
}

/* Key by key the innermost level that sets it. */
static void test_conflict_levels(void **state)
{
	struct config *config;
	size_t notices;

	(void)state;
	config = load_text("interfaces-config: {interfaces: [eth0]}\n"
			   "conflict-detection: {method: icmp, cache: 30}\n"
			   "shared-networks:\n"
			   "- name: a\n"
			   "  conflict-detection: {timeout: 200}\n"
			   "  subnet4:\n"
			   "  - {id: 1, subnet: 192.0.2.0/24, conflict-detection: {method: arp}}\n"
			   "  - {id: 2, subnet: 192.0.3.0/24}\n"
			   "subnet4:\n"
			   "- {id: 3, subnet: 192.0.4.0/24, conflict-detection: {method: none}}\n",
			   &notices);
	assert_conflict(config, 0xc0000201, CONFLICT_ARP, 200, 30);
	assert_conflict(config, 0xc0000301, CONFLICT_ICMP, 200, 30);
	assert_conflict(config, 0xc0000401, CONFLICT_NONE, 500, 30);
	config_free(config);
	config = load_text(SERVED, &notices);
	assert_conflict(config, 0xc0000201, CONFLICT_NONE, 500, 600);
	config_free(config);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_expression),
		cmocka_unit_test(test_no_expression),
		cmocka_unit_test(test_passing_expression_is_noticed_where_it_is_used),
		cmocka_unit_test(test_config_get),
		cmocka_unit_test(test_ping_check),
		cmocka_unit_test(test_ping_check_by_default),
		cmocka_unit_test(test_conflict_levels),
	};

	return cmocka_run_group_tests_name("config_hooks", tests, NULL, NULL);
}
