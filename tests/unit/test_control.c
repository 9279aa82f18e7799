// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Every command of the control channel with its exact reply, through control_execute().
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "control_fake.h"

static void no_leases(void *arg, uint32_t from,
		      bool (*fn)(void *ctx, const struct control_lease *lease), void *ctx)
{
	(void)arg, (void)from, (void)fn, (void)ctx;
}

static char *execute(const struct control_ops *with, struct fake *fake, const char *request)
{
	json_t *json = json_loads(request, JSON_DECODE_ANY, NULL);

	assert_non_null(json);

	json_t *reply = control_execute(with, fake, json);
	char *text = json_dumps(reply, JSON_COMPACT);

	assert_non_null(text);
	json_decref(reply);
	json_decref(json);
	return text;
}

static void expect(const char *request, const char *reply)
{
	struct fake fake = {0};
	char *text = execute(&fake_ops, &fake, request);

	assert_string_equal(text, reply);
	free(text);
	json_decref(fake.tested);
}

static void test_envelope(void **state)
{
	(void)state;
	expect("[]", "{\"result\":1,\"text\":\"invalid command: a map was expected\"}");
	expect("3", "{\"result\":1,\"text\":\"invalid command: a map was expected\"}");
	expect("{}", "{\"result\":1,\"text\":\"invalid command: there is no 'command'\"}");
	expect("{\"command\":1}",
	       "{\"result\":1,\"text\":\"invalid command: 'command' must be a string\"}");
	expect("{\"command\":\"status-get\",\"arguments\":[1]}",
	       "{\"result\":1,\"text\":\"invalid command: 'arguments' must be a map\"}");
	expect("{\"command\":\"status-get\",\"argument\":{}}",
	       "{\"result\":1,\"text\":\"invalid command: unsupported parameter 'argument'\"}");
	expect("{\"command\":\"no-such\"}",
	       "{\"result\":2,\"text\":\"'no-such' command not supported.\"}");
	expect("{\"command\":\"\"}", "{\"result\":2,\"text\":\"'' command not supported.\"}");
	/* what Kea's control agent forwards */
	expect("{\"command\":\"x\",\"service\":[\"dhcp4\"],\"remote-address\":\"::1\"}",
	       "{\"result\":2,\"text\":\"'x' command not supported.\"}");
}

static void test_plain_commands(void **state)
{
	(void)state;
	expect("{\"command\":\"list-commands\"}",
	       "{\"result\":0,\"arguments\":[\"config-get\",\"config-reload\",\"config-source\","
	       "\"config-test\","
	       "\"lease4-del\",\"lease4-get\",\"lease4-get-all\",\"list-commands\",\"statistic-"
	       "get\","
	       "\"statistic-get-all\",\"statistic-reset\",\"statistic-reset-all\","
	       "\"status-get\",\"version-get\"]}");
	expect("{\"command\":\"status-get\",\"arguments\":{}}",
	       "{\"result\":0,\"arguments\":{\"pid\":42,\"fast-path\":{\"mode\":\"native\"}}}");
	expect("{\"command\":\"config-get\"}",
	       "{\"result\":0,\"arguments\":{\"Dhcp4\":{\"subnet4\":[{\"id\":1}]}}}");

	struct fake fake = {0};
	char *text = execute(&fake_ops, &fake, "{\"command\":\"version-get\"}");
	const char begins[] =
		"{\"result\":0,\"text\":\"1.2.3\",\"arguments\":{\"extended\":\"xdhcp 1.2.3\\n";

	assert_memory_equal(text, begins, sizeof(begins) - 1);
	free(text);
}

/* Every command of the list is there: none answers "not supported". */
static void test_listed_commands_exist(void **state)
{
	struct fake fake = {0};
	json_t *request = json_pack("{s:s}", "command", "list-commands");
	json_t *list = control_execute(&fake_ops, &fake, request);
	size_t i;
	json_t *name;

	(void)state;
	assert_int_equal(json_array_size(json_object_get(list, "arguments")), 14);
	json_array_foreach (json_object_get(list, "arguments"), i, name) {
		json_object_set(request, "command", name);

		json_t *reply = control_execute(&fake_ops, &fake, request);

		assert_int_not_equal(json_integer_value(json_object_get(reply, "result")), 2);
		json_decref(reply);
	}
	json_decref(list);
	json_decref(request);
}

static void test_config_test(void **state)
{
	(void)state;
	expect("{\"command\":\"config-test\"}",
	       "{\"result\":1,\"text\":\"Missing mandatory 'arguments' parameter.\"}");
	expect("{\"command\":\"config-test\",\"arguments\":{}}",
	       "{\"result\":1,\"text\":\"Missing mandatory 'Dhcp4' parameter.\"}");
	expect("{\"command\":\"config-test\",\"arguments\":{\"Dhcp4\":[]}}",
	       "{\"result\":1,\"text\":\"'Dhcp4' parameter expected to be a map.\"}");
	expect("{\"command\":\"config-test\",\"arguments\":{\"Dhcp4\":{},\"x\":1}}",
	       "{\"result\":1,\"text\":\"Unsupported 'x' parameter.\"}");

	const char *good = "{\"command\":\"config-test\",\"arguments\":{\"Dhcp4\":{\"a\":1}}}";
	struct fake fake = {0};
	char *text = execute(&fake_ops, &fake, good);

	assert_string_equal(text, "{\"result\":0,\"text\":\"Configuration seems sane.\"}");
	free(text);
	text = json_dumps(fake.tested, JSON_COMPACT);
	assert_string_equal(text, "{\"Dhcp4\":{\"a\":1}}");
	free(text);

	fake.refuse = "config-test:1:8: 'a' is unknown\nconfig-test:2:1: and \xff";
	text = execute(&fake_ops, &fake, good);
	assert_string_equal(text, "{\"result\":1,\"text\":\"config-test:1:8: 'a' is unknown\\n"
				  "config-test:2:1: and ?\"}");
	free(text);
	json_decref(fake.tested);
}

static void test_config_reload(void **state)
{
	struct fake fake = {0};
	char *text = execute(&fake_ops, &fake, "{\"command\":\"config-reload\"}");

	(void)state;
	assert_string_equal(text, "{\"result\":0,\"text\":\"Configuration successful.\"}");
	free(text);
	fake.refuse = "x.yaml:3:1: 'pool' is unknown";
	text = execute(&fake_ops, &fake, "{\"command\":\"config-reload\"}");
	assert_string_equal(text,
			    "{\"result\":1,\"text\":\"Config reload failed, nothing was changed: "
			    "x.yaml:3:1: 'pool' is unknown\"}");
	free(text);
	assert_int_equal(fake.reloads, 2);
}

/* Kea's stamp: "2024-01-31 09:05:07.000123", local time. Digits become 0 so that they compare. */
static void blank_stamps(char *text)
{
	for (char *c = strstr(text, ",\""); c; c = strstr(c + 1, ",\""))
		if (c[2] == '2')
			for (c += 2; *c != '"'; c++)
				if (*c >= '0' && *c <= '9')
					*c = '0';
}

static void test_statistics(void **state)
{
	struct fake fake = {0};
	char *text = execute(&fake_ops, &fake, "{\"command\":\"statistic-get-all\"}");
	time_t now = time(NULL), then;
	struct tm tm = {.tm_isdst = -1};

	(void)state;
	assert_non_null(strptime(strchr(text + 40, ',') + 2, "%Y-%m-%d %H:%M:%S", &tm));
	then = mktime(&tm);
	assert_true(then <= now && now - then < 100);
	blank_stamps(text);
	assert_string_equal(
		text,
		"{\"result\":0,\"arguments\":{"
		"\"pkt4-ack-sent\":[[7,\"0000-00-00 00:00:00.000000\"]],"
		"\"subnet[1].total-addresses\":[[5000000000,\"0000-00-00 00:00:00.000000\"]]}}");
	free(text);

	text = execute(
		&fake_ops, &fake,
		"{\"command\":\"statistic-get\",\"arguments\":{\"name\":\"pkt4-ack-sent\"}}");
	blank_stamps(text);
	assert_string_equal(text, "{\"result\":0,\"arguments\":{"
				  "\"pkt4-ack-sent\":[[7,\"0000-00-00 00:00:00.000000\"]]}}");
	free(text);
	expect("{\"command\":\"statistic-get\",\"arguments\":{\"name\":\"no-such\"}}",
	       "{\"result\":0,\"arguments\":{}}");
	expect("{\"command\":\"statistic-get\"}",
	       "{\"result\":1,\"text\":\"'name' parameter is missing\"}");
	expect("{\"command\":\"statistic-get\",\"arguments\":{\"name\":1}}",
	       "{\"result\":1,\"text\":\"'name' parameter must be a string\"}");
}

#define RESET(name) "{\"command\":\"statistic-reset\",\"arguments\":{\"name\":" name "}}"

/* Each refusal says why; of all counts those that cannot be are left. */
static void test_statistics_reset(void **state)
{
	struct fake fake = {0};
	char *text = execute(&fake_ops, &fake, RESET("\"pkt4-ack-sent\""));

	(void)state;
	assert_string_equal(text, "{\"result\":0,\"text\":\"'pkt4-ack-sent' is reset\"}");
	free(text);
	assert_int_equal(fake.resets, 1);
	text = execute(&fake_ops, &fake, "{\"command\":\"statistic-reset-all\"}");
	assert_string_equal(text, "{\"result\":0,\"text\":\"all counts are reset\"}");
	free(text);
	assert_int_equal(fake.resets, 2);
	fake.refuse = "no memory";
	text = execute(&fake_ops, &fake, "{\"command\":\"statistic-reset-all\"}");
	assert_string_equal(text, "{\"result\":1,\"text\":\"no memory to reset all counts\"}");
	free(text);
	text = execute(&fake_ops, &fake, RESET("\"pkt4-ack-sent\""));
	assert_string_equal(text, "{\"result\":1,\"text\":\"no memory to reset 'pkt4-ack-sent'\"}");
	free(text);
	expect(RESET("\"no-such\""), "{\"result\":1,\"text\":\"there is no statistic 'no-such'\"}");
	expect(RESET("\"subnet[1].total-addresses\""),
	       "{\"result\":1,\"text\":\"'subnet[1].total-addresses' is no count: it is not "
	       "reset\"}");
	expect(RESET("1"), "{\"result\":1,\"text\":\"'name' parameter must be a string\"}");
	expect("{\"command\":\"statistic-reset\"}",
	       "{\"result\":1,\"text\":\"'name' parameter is missing\"}");
}

#define BAD_SUBNET                                                                     \
	"{\"result\":1,\"text\":\"'subnet-id' parameter must be an integer from 1 to " \
	"4294967295\"}"

static void test_lease4_get(void **state)
{
	(void)state;
	expect(GET("\"ip-address\":\"10.0.0.5\""),
	       "{\"result\":0,\"text\":\"IPv4 lease found.\",\"arguments\":" LEASE_5 "}");
	expect(GET("\"ip-address\":\"10.0.0.6\",\"subnet-id\":1"),
	       "{\"result\":0,\"text\":\"IPv4 lease found.\",\"arguments\":" LEASE_6 "}");
	expect(GET("\"ip-address\":\"255.255.255.255\""),
	       "{\"result\":0,\"text\":\"IPv4 lease found.\",\"arguments\":" LEASE_LAST "}");
	expect(GET("\"ip-address\":\"10.0.0.6\",\"subnet-id\":2"),
	       "{\"result\":3,\"text\":\"Lease not found.\"}");
	expect(GET("\"ip-address\":\"10.0.0.7\""), "{\"result\":3,\"text\":\"Lease not found.\"}");
	expect("{\"command\":\"lease4-get\"}",
	       "{\"result\":1,\"text\":\"'ip-address' parameter is missing\"}");
	expect(GET("\"ip-address\":5"),
	       "{\"result\":1,\"text\":\"'ip-address' parameter must be a string\"}");
	expect(GET("\"ip-address\":\"10.0.0\""),
	       "{\"result\":1,\"text\":\"'ip-address': '10.0.0' is not an IPv4 address\"}");
	expect(GET("\"ip-address\":\"10.0.0.5\",\"subnet-id\":0"), BAD_SUBNET);
	expect(GET("\"ip-address\":\"10.0.0.5\",\"subnet-id\":4294967297"), BAD_SUBNET);
	expect(GET("\"ip-address\":\"10.0.0.5\",\"subnet-id\":\"1\""), BAD_SUBNET);
}

static void test_lease4_get_all(void **state)
{
	(void)state;
	expect("{\"command\":\"lease4-get-all\"}",
	       "{\"arguments\":{\"leases\":[" LEASE_5 "," LEASE_6 "," LEASE_LAST
	       "]},\"result\":0,\"text\":\"3 IPv4 lease(s) found.\"}");
	expect(ALL("\"subnets\":[2,7]"), "{\"arguments\":{\"leases\":[" LEASE_LAST
					 "]},\"result\":0,\"text\":\"1 IPv4 lease(s) found.\"}");
	expect(ALL("\"subnets\":[3]"), "{\"arguments\":{\"leases\":[]},\"result\":3,"
				       "\"text\":\"0 IPv4 lease(s) found.\"}");
	expect(ALL("\"subnets\":[]"), BAD_SUBNETS);
	expect(ALL("\"subnets\":1"), BAD_SUBNETS);
	expect(ALL("\"subnets\":[1,\"2\"]"), BAD_SUBNETS);

	struct control_ops none = fake_ops;
	struct fake fake = {0};

	none.leases = no_leases;

	char *text = execute(&none, &fake, "{\"command\":\"lease4-get-all\"}");

	assert_string_equal(text, "{\"arguments\":{\"leases\":[]},\"result\":3,"
				  "\"text\":\"0 IPv4 lease(s) found.\"}");
	free(text);
}

static void test_lease_del(void **state)
{
	struct fake fake = {0};
	char *text;

	(void)state;
	expect(DEL("\"ip-address\":\"10.0.0.6\",\"update-ddns\":false"),
	       "{\"result\":0,\"text\":\"IPv4 lease deleted.\"}");
	expect(DEL("\"ip-address\":\"10.0.0.7\""),
	       "{\"result\":3,\"text\":\"IPv4 lease not found.\"}");
	expect(DEL("\"ip-address\":\"255.255.255.255\""),
	       "{\"result\":4,\"text\":\"The lease is over already; its address is held for as "
	       "long as it may be promised still.\"}");
	expect(DEL(""), "{\"result\":1,\"text\":\"'ip-address' parameter is missing\"}");
	expect(DEL("\"ip-address\":\"10.0.0.x\""),
	       "{\"result\":1,\"text\":\"'ip-address': '10.0.0.x' is not an IPv4 address\"}");
	expect(DEL("\"identifier-type\":\"hw-address\""),
	       "{\"result\":1,\"text\":\"'identifier-type' parameter is not supported: a lease is "
	       "deleted by its 'ip-address'\"}");
	/* nobody waits */
	text = execute(&fake_ops, &fake, DEL("\"ip-address\":\"10.0.0.5\""));
	assert_string_equal(text, "{\"result\":0,\"text\":\"It is under way.\"}");
	free(text);
	assert_non_null(fake.done);
	fake.done(fake.done_ctx, CONTROL_DELETED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_envelope),
		cmocka_unit_test(test_plain_commands),
		cmocka_unit_test(test_listed_commands_exist),
		cmocka_unit_test(test_config_test),
		cmocka_unit_test(test_config_reload),
		cmocka_unit_test(test_statistics),
		cmocka_unit_test(test_statistics_reset),
		cmocka_unit_test(test_lease4_get),
		cmocka_unit_test(test_lease4_get_all),
		cmocka_unit_test(test_lease_del),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
