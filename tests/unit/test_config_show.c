// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What is in effect and where it comes from: inheritance level by level and its exceptions,
 * defaults that depend on others, options by name or code; and the same from the text that a daemon
 * hands out.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config/schema.h"
#include "config_fixture.h"

static const char text[] = HEAD "valid-lifetime: 600\n"
				"max-valid-lifetime: 900\n"
				"option-data:\n"
				"- {name: routers, data: 10.0.0.1}\n"
				"- {code: 6, data: 10.0.0.2}\n"
				"next-server: 10.0.0.9\n"
				"shared-networks:\n"
				"- name: n\n"
				"  valid-lifetime: 300\n"
				"  interface: eth0\n"
				"  subnet4:\n"
				"  - subnet: 192.0.2.0/24\n"
				"    id: 7\n"
				"    option-data:\n"
				"    - {name: routers, never-send: true}\n"
				"    - {name: domain-name-servers, data: 10.9.9.9}\n"
				"    pools:\n"
				"    - {pool: 192.0.2.10 - 192.0.2.20, next-server: 1.2.3.4}\n"
				"subnet4:\n"
				"- subnet: 10.0.0.0/24\n"
				"  reservation-mode: out-of-pool\n"
				"  min-valid-lifetime: 60\n"
				"- {subnet: 10.0.1.0/24, id: 9, valid-lifetime: 700, bootp: none}\n"
				"reservation-mode: disabled\n"
				"fast-path: {limits: {client-rate: 5}}\n"
				"conflict-detection: {method: arp}\n";

static const json_t *find(const json_t *rows, const char *in, const char *key)
{
	const json_t *row;
	size_t i;

	json_array_foreach (rows, i, row) {
		if (!strcmp(json_string_value(json_object_get(row, "in")), in) &&
		    !strcmp(json_string_value(json_object_get(row, "key")), key))
			return row;
	}
	return NULL;
}

/* `value` as JSON; `at` "LINE:COL" of t, NULL: a default. */
static void check(const json_t *rows, const char *in, const char *key, const char *value,
		  const char *from, const char *at)
{
	const json_t *row = find(rows, in, key), *place;
	char *is, where[64];

	if (!row)
		fail_msg("%s %s is not shown", in, key);
	is = json_dumps(json_object_get(row, "value"), JSON_ENCODE_ANY);
	place = json_object_get(row, "at");
	snprintf(where, sizeof(where), "t:%s", at ? at : "");
	if (strcmp(is, value) != 0 ||
	    strcmp(json_string_value(json_object_get(row, "from")), from) != 0 ||
	    (at ? strcmp(json_string_value(place), where) != 0 : !json_is_null(place)))
		fail_msg("%s %s: %s", in, key, json_dumps(row, 0));
	free(is);
}

static json_t *rows_of(const struct config *config, const uint32_t *ids, size_t n)
{
	json_t *rows = NULL;

	assert_int_equal(config_show(config, ids, n, &rows), 0);
	return rows;
}

#define NET  "shared-networks[n]"
#define IN   NET ".subnet4[7]"
#define POOL IN ".pools[192.0.2.10 - 192.0.2.20]"

static void check_all(const json_t *rows)
{
	check(rows, "global", "valid-lifetime", "600", "here", "2:17");
	check(rows, "global", "interfaces-config.interfaces", "[\"eth0\"]", "here", "1:33");
	check(rows, "global", "t1-percent", "0.5", "default", NULL);
	check(rows, "global", "match-client-id", "true", "default", NULL);
	check(rows, "global", "host-reservation-identifiers", "\"auto\"", "default", NULL);
	/* level by level */
	check(rows, "subnet4[1]", "valid-lifetime", "600", "global", "2:17");
	check(rows, IN, "valid-lifetime", "300", "shared network n", "10:19");
	check(rows, IN, "interface", "\"eth0\"", "shared network n", "11:14");
	check(rows, "subnet4[9]", "valid-lifetime", "700", "here", "24:48");
	check(rows, IN, "conflict-detection.method", "\"arp\"", "global", "27:30");
	check(rows, IN, "conflict-detection.timeout", "500", "default", NULL);
	/* a level with a valid-lifetime leaves outer bounds behind */
	check(rows, "global", "max-valid-lifetime", "900", "here", "3:21");
	check(rows, "global", "min-valid-lifetime", "600", "here", "2:17");
	check(rows, "subnet4[1]", "max-valid-lifetime", "900", "global", "3:21");
	check(rows, "subnet4[1]", "min-valid-lifetime", "60", "here", "23:23");
	check(rows, IN, "max-valid-lifetime", "300", "shared network n", "10:19");
	check(rows, "subnet4[9]", "max-valid-lifetime", "700", "here", "24:48");
	/* one word for three keys */
	check(rows, "subnet4[1]", "reservations-in-subnet", "true", "here", "22:21");
	check(rows, "subnet4[1]", "reservations-out-of-pool", "true", "here", "22:21");
	check(rows, "subnet4[1]", "reservations-global", "false", "here", "22:21");
	check(rows, IN, "reservations-in-subnet", "false", "global", "25:19");
	/* options and boot fields down to the pool */
	check(rows, "subnet4[1]", "option-data[domain-name-servers]", "\"10.0.0.2\"", "global",
	      "6:3");
	check(rows, POOL, "option-data[domain-name-servers]", "\"10.9.9.9\"", "subnet 7", "17:7");
	check(rows, POOL, "option-data[routers]", "\"(never sent)\"", "subnet 7", "16:7");
	check(rows, POOL, "next-server", "\"1.2.3.4\"", "here", "19:52");
	check(rows, IN, "next-server", "\"10.0.0.9\"", "global", "7:14");
	/* what depends on others */
	check(rows, "subnet4[1]", "id", "1", "default", NULL);
	check(rows, "global", "fast-path.unattended", "600", "default", NULL);
	check(rows, "global", "fast-path.limits.client-burst", "5", "default", NULL);
	check(rows, "global", "fast-path.limits.client-rate", "5", "here", "26:35");
	/* a pool has no lifetimes, and nothing is there twice */
	assert_null(find(rows, POOL, "valid-lifetime"));
	assert_null(find(rows, "global", "user-context"));
}

static void test_values(void **state)
{
	struct config *config = load(text);
	json_t *rows = rows_of(config, NULL, 0);

	(void)state;
	check_all(rows);
	for (size_t i = 0; i < json_array_size(rows); i++) {
		const json_t *row = json_array_get(rows, i);
		const char *in = json_string_value(json_object_get(row, "in"));
		const char *key = json_string_value(json_object_get(row, "key"));

		if (find(rows, in, key) != row)
			fail_msg("%s %s is there twice", in, key);
	}
	json_decref(rows);
	config_free(config);
}

/* Every key that has a value and may stand among the global keys is shown there. */
static void test_every_key(void **state)
{
	struct config *config = load(text);
	json_t *rows = rows_of(config, NULL, 0);
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < schema_n; i++) {
		const struct schema_row *row = &schema[i];

		if (!row->key || !(row->scopes & (1u << SCOPE_ROOT)) || !row->dflt)
			continue;
		if (!find(rows, "global", row->name))
			fail_msg("%s is not shown", row->name);
		n++;
	}
	assert_true(n > 25);
	json_decref(rows);
	config_free(config);
}

/* Kea's libraries whose function is built in set what nobody else does. */
static void test_libraries(void **state)
{
	struct config *config = load(
		HEAD "hooks-libraries:\n- library: libdhcp_bootp.so\n- library: "
		     "libdhcp_ping_check.so\n  parameters: {reply-timeout: 250}\nsubnet4:\n- "
		     "{id: 1, subnet: 192.0.2.0/24, conflict-detection: {cache: 5}}\n");
	json_t *rows = rows_of(config, NULL, 0);

	(void)state;
	check(rows, "global", "bootp", "\"all\"", "default", NULL);
	check(rows, "subnet4[1]", "bootp", "\"all\"", "default", NULL);
	check(rows, "subnet4[1]", "conflict-detection.method", "\"icmp\"", "default", NULL);
	check(rows, "subnet4[1]", "conflict-detection.timeout", "250", "default", NULL);
	check(rows, "subnet4[1]", "conflict-detection.cache", "5", "here", "7:61");
	check(rows, "global", "hooks-libraries", "\"(2)\"", "here", "3:1");
	json_decref(rows);
	config_free(config);
}

/* A class has nothing from elsewhere; an option may be for some classes, and then for the others.
 */
static void test_classes(void **state)
{
	struct config *config = load(
		HEAD
		"client-classes:\n- {name: a, valid-lifetime: 30, test: known()}\n- {name: b}\n"
		"option-data:\n- {name: routers, data: 10.0.0.1, client-classes: [a]}\n"
		"- {name: routers, data: 10.0.0.2}\nsubnet4:\n- id: 1\n  subnet: 10.0.0.0/24\n"
		"  client-class: a\n  pools: [{pool: 10.0.0.8/30}]\n  option-data:\n"
		"  - {name: routers, data: 10.0.0.3, client-classes: [a, b]}\n- id: 2\n"
		"  subnet: 10.0.1.0/24\n  option-data: [{code: 3, data: 10.0.0.4}]\n");
	json_t *rows = rows_of(config, NULL, 0);

	(void)state;
	check(rows, "client-classes[a]", "valid-lifetime", "30", "here", "3:29");
	check(rows, "client-classes[a]", "max-valid-lifetime", "30", "here", "3:29");
	assert_null(find(rows, "client-classes[b]", "valid-lifetime"));
	assert_null(find(rows, "client-classes[b]", "option-data[routers]"));
	check(rows, "global", "option-data[routers] (a)", "\"10.0.0.1\"", "here", "6:3");
	check(rows, "global", "option-data[routers]", "\"10.0.0.2\"", "here", "7:3");
	check(rows, "subnet4[1]", "option-data[routers] (a, b)", "\"10.0.0.3\"", "here", "14:5");
	check(rows, "subnet4[1]", "option-data[routers] (a)", "\"10.0.0.1\"", "global", "6:3");
	check(rows, "subnet4[1]", "option-data[routers]", "\"10.0.0.2\"", "global", "7:3");
	/* who may have an address of a subnet is said there, not in its pools once more */
	check(rows, "subnet4[1]", "client-class", "\"a\"", "here", "11:17");
	check(rows, "subnet4[1].pools[10.0.0.8/30]", "client-class", "\"\"", "default", NULL);
	/* what is for everybody there leaves nothing further out */
	check(rows, "subnet4[2]", "option-data[routers]", "\"10.0.0.4\"", "here", "17:17");
	assert_null(find(rows, "subnet4[2]", "option-data[routers] (a)"));
	json_decref(rows);
	config_free(config);
}

static void test_some_subnets(void **state)
{
	static const uint32_t seven = 7, none = 8;
	struct config *config = load(text);
	json_t *rows = rows_of(config, &seven, 1);

	(void)state;
	check(rows, IN, "valid-lifetime", "300", "shared network n", "10:19");
	check(rows, IN, "conflict-detection.method", "\"arp\"", "global", "27:30");
	check(rows, POOL, "next-server", "\"1.2.3.4\"", "here", "19:52");
	assert_null(find(rows, "global", "valid-lifetime"));
	assert_null(find(rows, NET, "valid-lifetime"));
	assert_null(find(rows, "subnet4[9]", "valid-lifetime"));
	json_decref(rows);
	rows = rows_of(config, &none, 1);
	assert_int_equal(json_array_size(rows), 0);
	json_decref(rows);
	config_free(config);
}

static struct config *again(const struct config *config)
{
	json_t *source = config_source(config);
	struct config *other = NULL;
	struct config_errors errors;

	assert_non_null(source);
	assert_int_equal(config_load_source(source, &other, &errors), 0);
	config_errors_free(&errors);
	json_decref(source);
	return other;
}

/* What a daemon hands out is shown as its own configuration, files that it includes and all. */
static void test_source(void **state)
{
	struct config *config = load(text), *other = again(config);
	json_t *rows = rows_of(other, NULL, 0), *same;

	(void)state;
	check_all(rows);
	json_decref(rows);
	config_free(other);
	config_free(config);

	config = load_named("tests/golden/good/include.json", NULL);
	other = again(config);
	rows = rows_of(config, NULL, 0);
	same = rows_of(other, NULL, 0);
	assert_true(json_equal(rows, same));
	assert_string_equal(
		json_string_value(json_object_get(
			find(rows, "subnet4[1].pools[192.0.2.10 - 192.0.2.20]", "pool"), "at")),
		"tests/golden/good/../parts/deep/pools.json:1:11");
	json_decref(rows);
	json_decref(same);
	config_free(other);
	config_free(config);
}

static void test_source_that_is_none(void **state)
{
	static const char *const wrong[] = {
		"{}",
		"{\"files\": [], \"text\": \"a\", \"parts\": []}",
		"{\"files\": [1], \"text\": \"a\", \"parts\": []}",
		"{\"files\": [\"f\"], \"text\": 1, \"parts\": []}",
		"{\"files\": [\"f\"], \"text\": \"a\", \"parts\": [1, 1, 1, 1, 1]}",
		"{\"files\": [\"f\"], \"text\": \"a\", \"parts\": []}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		json_t *source = json_loads(wrong[i], 0, NULL);
		struct config *config = NULL;
		struct config_errors errors;

		assert_non_null(source);
		assert_int_equal(config_load_source(source, &config, &errors), -EINVAL);
		assert_true(errors.n >= 1);
		config_errors_free(&errors);
		json_decref(source);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_every_key),
		cmocka_unit_test(test_libraries),
		cmocka_unit_test(test_some_subnets),
		cmocka_unit_test(test_classes),
		cmocka_unit_test(test_source),
		cmocka_unit_test(test_source_that_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
