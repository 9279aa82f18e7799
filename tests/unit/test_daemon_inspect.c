// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What the daemon shows of itself through the control channel: of each counter
 * the name and the value, and a lease with what its relay said. Without network, maps and store.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/baseline.h"
#include "daemon/daemon.h"

static struct config config;
static struct daemon d = {.config = &config};

struct wanted {
	const char *name;
	int64_t value;
	unsigned found;
};

static void compare(void *ctx, const struct control_stat *stat)
{
	struct wanted *wanted = ctx;

	if (strcmp(stat->name, wanted->name) != 0)
		return;
	wanted->value = stat->value;
	wanted->found++;
}

static int64_t statistic(const char *name)
{
	struct wanted wanted = {.name = name};

	daemon_control_ops.statistics(&d, compare, &wanted);
	if (wanted.found != 1)
		fail_msg("%s: %u times", name, wanted.found);
	return wanted.value;
}

/* Why what came was no message: each reason has a statistic and a place in the status. */
static void every_reason_is_shown(void **state)
{
	static const struct {
		enum dhcp_decode_result reason;
		const char *statistic, *status;
	} some[] = {
		{DHCP_DECODE_truncated, "xdhcp-parse-failed-truncated", "truncated"},
		{DHCP_DECODE_udp_checksum, "xdhcp-parse-failed-udp-checksum", "udp_checksum"},
		{DHCP_DECODE_server_message, "xdhcp-parse-failed-server-message", "server_message"},
	};
	int64_t sum = 0;
	json_t *status, *drops, *reasons;

	(void)state;
	for (unsigned i = 1; i < DHCP_DECODE_COUNT; i++)
		sum += (int64_t)(d.count.parse_failed[i] = 100 + i);
	assert_int_equal(statistic("pkt4-parse-failed"), sum);
	assert_int_equal(statistic("pkt4-receive-drop"), sum);
	status = daemon_control_ops.status(&d);
	drops = json_object_get(status, "drops");
	reasons = json_object_get(drops, "parse-failed-by-reason");
	assert_int_equal(json_object_size(reasons), DHCP_DECODE_COUNT - 1);
	assert_int_equal(json_integer_value(json_object_get(drops, "parse-failed")), sum);
	assert_int_equal(json_integer_value(json_object_get(drops, "total")), sum);
	for (unsigned i = 1; i < DHCP_DECODE_COUNT; i++) {
		const char *reason = dhcp_decode_name((enum dhcp_decode_result)i);
		char name[64];

		assert_int_equal(json_integer_value(json_object_get(reasons, reason)), 100 + i);
		snprintf(name, sizeof(name), "xdhcp-parse-failed-%s", reason);
		for (char *c = name; (c = strchr(c, '_'));)
			*c = '-';
		assert_int_equal(statistic(name), 100 + i);
	}
	for (size_t i = 0; i < sizeof(some) / sizeof(some[0]); i++) {
		assert_int_equal(statistic(some[i].statistic), 100 + some[i].reason);
		assert_int_equal(json_integer_value(json_object_get(reasons, some[i].status)),
				 100 + some[i].reason);
	}
	json_decref(status);
}

/* What XDP drops has a statistic and a place in the status by its reason. */
static void every_drop_of_xdp_is_shown(void **state)
{
	static const char *const names[] = {"drop_client_rate", "drop_discover_rate",
					    "drop_other_rate", "drop_internal"};
	json_t *status = daemon_control_ops.status(&d);
	json_t *reasons = json_object_get(json_object_get(status, "drops"), "xdp-by-reason");

	(void)state;
	assert_int_equal(json_object_size(reasons), sizeof(names) / sizeof(names[0]));
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_int_equal(json_integer_value(json_object_get(reasons, names[i])), 0);
	assert_int_equal(statistic("xdhcp-xdp-drop-client-rate"), 0);
	assert_int_equal(statistic("xdhcp-xdp-drop-discover-rate"), 0);
	assert_int_equal(statistic("xdhcp-xdp-drop-other-rate"), 0);
	assert_int_equal(statistic("xdhcp-xdp-drop-internal"), 0);
	json_decref(status);
}

/* The daemon's own: each has a statistic and a place in the status, and is in the sum once. */
static void every_drop_of_the_daemon_is_in_the_total(void **state)
{
	static const struct {
		enum daemon_drop drop;
		const char *statistic, *group, *reason;
	} all[] = {
		{DROP_kernel_completes, "xdhcp-drop-kernel-completes", "kernel", "completes"},
		{DROP_kernel_begins, "xdhcp-drop-kernel-begins", "kernel", "begins"},
		{DROP_queue_full_discover, "xdhcp-drop-queue-full-discover", "queue-full",
		 "discover"},
		{DROP_queue_stale_request, "xdhcp-drop-queue-stale-request", "queue-stale",
		 "request"},
		{DROP_queue_gone_other, "xdhcp-drop-queue-gone-other", "queue-gone", "other"},
		{DROP_repeated_release, "xdhcp-drop-repeated-release", "repeated", "release"},
		{DROP_deferred_replaced, "xdhcp-drop-deferred-replaced", "deferred", "replaced"},
		{DROP_deferred_full, "xdhcp-drop-deferred-full", "deferred", "full"},
		{DROP_deferred_late, "xdhcp-drop-deferred-late", "deferred", "late"},
		{DROP_commit_failed, "xdhcp-drop-commit-failed", "commit-failed", NULL},
		{DROP_store_refused, "xdhcp-drop-store-refused", "store-refused", NULL},
		{DROP_send_failed, "xdhcp-drop-send-failed", "send-failed", NULL},
	};
	const struct counters before = d.count;

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		json_t *status, *drops, *reasons;
		char name[64];

		memset(&d.count, 0, sizeof(d.count));
		d.count.dropped[all[i].drop] = 1000 + i;
		assert_int_equal(statistic(all[i].statistic), 1000 + i);
		assert_int_equal(statistic("pkt4-receive-drop"), 1000 + i);
		status = daemon_control_ops.status(&d);
		drops = json_object_get(status, "drops");
		assert_int_equal(json_integer_value(json_object_get(drops, "total")), 1000 + i);
		assert_int_equal(json_integer_value(json_object_get(drops, all[i].group)),
				 1000 + i);
		snprintf(name, sizeof(name), "%s-by-reason", all[i].group);
		reasons = json_object_get(drops, name);
		assert_true(!reasons == !all[i].reason);
		if (reasons)
			assert_int_equal(
				json_integer_value(json_object_get(reasons, all[i].reason)),
				1000 + i);
		json_decref(status);
	}
	d.count = before;
}

struct parts {
	int64_t total, sum;
	unsigned n;
};

/* By their names, as who asks for all statistics sees them. */
static void add_part(void *ctx, const struct control_stat *stat)
{
	static const char *const prefixes[] = {"xdhcp-drop-", "xdhcp-parse-failed-",
					       "xdhcp-xdp-drop-"};
	struct parts *parts = ctx;

	if (!strcmp(stat->name, "pkt4-receive-drop"))
		parts->total = stat->value;
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		if (!strncmp(stat->name, prefixes[i], strlen(prefixes[i]))) {
			parts->sum += stat->value;
			parts->n++;
		}
	}
}

/* Whatever is added to the tables: one total, and its parts beside it make it up. */
static void the_parts_make_up_the_total(void **state)
{
	const struct counters before = d.count;
	struct parts parts = {0};
	json_t *status, *drops, *value;
	const char *name;
	int64_t groups = 0, reasons = 0, alone = 0;

	(void)state;
	for (unsigned i = 0; i < DROP_COUNT; i++)
		d.count.dropped[i] = UINT64_C(1) << (i % 32);
	d.count.reasons[SILENT_out_of_memory] = 5;
	d.count.dropped[DROP_out_of_memory] = 0;
	daemon_control_ops.statistics(&d, add_part, &parts);
	assert_int_equal(parts.sum, parts.total);
	assert_int_equal(parts.n, DROP_COUNT + DHCP_DECODE_COUNT - 1 + XDHCP_VERDICT_COUNT -
					  XDHCP_VERDICT_FIRST_DROP);
	status = daemon_control_ops.status(&d);
	drops = json_object_get(status, "drops");
	json_object_foreach (drops, name, value) {
		json_t *each;
		const char *reason;
		char by[64];

		json_object_foreach (value, reason, each)
			reasons += json_integer_value(each);
		if (!json_is_integer(value) || !strcmp(name, "total"))
			continue;
		groups += json_integer_value(value);
		snprintf(by, sizeof(by), "%s-by-reason", name);
		alone += json_object_get(drops, by) ? 0 : json_integer_value(value);
	}
	assert_int_equal(groups, parts.total);
	assert_int_equal(alone + reasons, parts.total);
	assert_int_equal(json_integer_value(json_object_get(drops, "total")), parts.total);
	json_decref(status);
	d.count = before;
}

/* A scalar each for who asks for statistics; cumulative buckets in the status. */
static void commits_are_shown(void **state)
{
	json_t *status, *commit, *us, *buckets;

	(void)state;
	for (unsigned i = 0; i < 99; i++) {
		histogram_add(&d.count.commit_us, 400);
		histogram_add(&d.count.commit_batch, 3);
	}
	histogram_add(&d.count.commit_us, 1000000);
	histogram_add(&d.count.commit_batch, COMMIT_MAX);
	assert_int_equal(statistic("xdhcp-commit-us-p50"), 448);
	assert_int_equal(statistic("xdhcp-commit-us-p99"), 448);
	assert_int_equal(statistic("xdhcp-commit-us-max"), 1000000);
	assert_int_equal(statistic("xdhcp-commit-us-sum"), 99 * 400 + 1000000);
	assert_int_equal(statistic("xdhcp-commit-leases-p50"), 3);
	assert_int_equal(statistic("xdhcp-commit-leases-p99"), 3);
	assert_int_equal(statistic("xdhcp-commit-leases-max"), COMMIT_MAX);
	status = daemon_control_ops.status(&d);
	commit = json_object_get(status, "commit");
	us = json_object_get(commit, "microseconds");
	assert_int_equal(json_integer_value(json_object_get(us, "count")), 100);
	assert_int_equal(json_integer_value(json_object_get(us, "sum")), 99 * 400 + 1000000);
	assert_int_equal(json_integer_value(json_object_get(us, "max")), 1000000);
	assert_int_equal(json_integer_value(json_object_get(us, "p50")), 448);
	buckets = json_object_get(us, "buckets");
	assert_int_equal(json_integer_value(json_object_get(buckets, "256")), 0);
	assert_int_equal(json_integer_value(json_object_get(buckets, "512")), 99);
	assert_int_equal(json_integer_value(json_object_get(buckets, "524288")), 99);
	assert_int_equal(json_integer_value(json_object_get(buckets, "1048576")), 100);
	assert_int_equal(json_integer_value(json_object_get(buckets, "+Inf")), 100);
	buckets = json_object_get(json_object_get(commit, "leases"), "buckets");
	assert_int_equal(json_integer_value(json_object_get(buckets, "2")), 0);
	assert_int_equal(json_integer_value(json_object_get(buckets, "4")), 99);
	assert_int_equal(json_integer_value(json_object_get(buckets, "1024")), 100);
	json_decref(status);
}

/* What is shown begins anew, what the daemon counts goes on; and the parts still make up the total.
 */
static void a_reset_begins_anew(void **state)
{
	const struct counters before = d.count;
	struct parts parts = {0};
	json_t *status;

	(void)state;
	d.count.dropped[DROP_send_failed] = 10;
	d.count.dropped[DROP_commit_failed] = 5;
	d.count.type_sent[DHCP_OFFER] = 7;
	assert_int_equal(daemon_control_ops.statistics_reset(&d, "pkt4-offer-sent"), 0);
	assert_int_equal(statistic("pkt4-offer-sent"), 0);
	assert_int_equal(statistic("xdhcp-drop-send-failed"), 10);
	d.count.type_sent[DHCP_OFFER] = 9;
	assert_int_equal(statistic("pkt4-offer-sent"), 2);
	assert_int_equal(daemon_control_ops.statistics_reset(&d, "pkt4-offer-sent"), 0);
	assert_int_equal(statistic("pkt4-offer-sent"), 0);

	assert_int_equal(daemon_control_ops.statistics_reset(&d, NULL), 0);
	assert_int_equal(statistic("pkt4-receive-drop"), 0);
	d.count.dropped[DROP_send_failed] += 3;
	d.count.parse_failed[DHCP_DECODE_op] += 4;
	daemon_control_ops.statistics(&d, add_part, &parts);
	assert_int_equal(parts.total, 7);
	assert_int_equal(parts.sum, 7);
	assert_int_equal(statistic("pkt4-parse-failed"), 4);
	assert_int_equal(d.count.dropped[DROP_send_failed], 13);
	status = daemon_control_ops.status(&d);
	assert_true(json_integer_value(json_object_get(json_object_get(status, "drops"), "total")) >
		    7);
	json_decref(status);
	/* less than it was then: an interface went with its counts */
	d.count.type_sent[DHCP_OFFER] = 1;
	assert_int_equal(statistic("pkt4-offer-sent"), 0);
	d.count = before;
	baseline_forget(&d.baselines);
	assert_int_equal(statistic("pkt4-offer-sent"), before.type_sent[DHCP_OFFER]);
}

/* A state is not reset, alone it is refused; of commits the values are forgotten. */
static void only_counts_are_reset(void **state)
{
	const struct counters before = d.count;

	(void)state;
	assert_int_equal(daemon_control_ops.statistics_reset(&d, "no-such"), -ENOENT);
	assert_int_equal(daemon_control_ops.statistics_reset(&d, "assigned-addresses"), -EINVAL);
	d.outage.lasts = true;
	histogram_add(&d.count.commit_us, 1000);
	histogram_add(&d.count.commit_batch, 3);
	assert_int_equal(daemon_control_ops.statistics_reset(&d, "xdhcp-commit-us-p99"), 0);
	assert_int_equal(statistic("xdhcp-commit-us-max"), 0);
	assert_int_equal(statistic("xdhcp-commit-us-sum"), 0);
	assert_true(statistic("xdhcp-commit-leases-max") > 0);
	assert_int_equal(daemon_control_ops.statistics_reset(&d, NULL), 0);
	assert_int_equal(statistic("xdhcp-commit-leases-max"), 0);
	assert_int_equal(statistic("xdhcp-store-failing"), 1);
	d.outage.lasts = false;
	d.count = before;
	baseline_forget(&d.baselines);
}

/* Why what was understood got no answer, a NAK or no address. */
static void every_decision_is_shown(void **state)
{
	int64_t silent = 0, dropped = statistic("pkt4-receive-drop");
	json_t *status, *kinds;

	(void)state;
	for (unsigned i = REASON_NONE; i < REASON_COUNT; i++)
		d.count.reasons[i] = 300 + i;
	status = daemon_control_ops.status(&d);
	kinds = json_object_get(status, "reasons");
	assert_int_equal(json_object_size(kinds), 3);
	for (unsigned i = REASON_NONE + 1; i < REASON_COUNT; i++) {
		const char *kind = reason_kind((enum reason)i), *it = reason_name((enum reason)i);
		const json_t *shown = json_object_get(json_object_get(kinds, kind), it);
		char name[80];

		if (i == SILENT_out_of_memory) { /* no decision */
			assert_null(shown);
			continue;
		}
		assert_int_equal(json_integer_value(shown), 300 + i);
		snprintf(name, sizeof(name), "xdhcp-%s-%s", kind, it);
		for (char *c = name; (c = strchr(c, '_'));)
			*c = '-';
		assert_int_equal(statistic(name), 300 + i);
		silent += strcmp(kind, "silent") == 0 ? 300 + (int64_t)i : 0;
	}
	assert_int_equal(statistic("xdhcp-silent"), silent);
	assert_int_equal(statistic("xdhcp-drop-out-of-memory"), 300 + SILENT_out_of_memory);
	assert_int_equal(statistic("pkt4-receive-drop") - dropped, 300 + SILENT_out_of_memory);
	assert_int_equal(statistic("xdhcp-silent-no-free-address"), 300 + SILENT_no_free_address);
	assert_int_equal(statistic("xdhcp-nak-wrong-network"), 300 + NAK_wrong_network);
	assert_int_equal(statistic("xdhcp-offer-ipv6-only"), 300 + OFFER_ipv6_only);
	memset(d.count.reasons, 0, sizeof(d.count.reasons));
	json_decref(status);
}

/* Kea has names for DHCP's; BOOTP's are ours, and in its totals. */
static void messages_by_type(void **state)
{
	static const struct {
		uint8_t type;
		bool sent;
		const char *name;
	} types[] = {
		{DHCP_BOOTP, false, "xdhcp-bootp-received"},
		{DHCP_BOOTP, true, "xdhcp-bootp-sent"},
		{DHCP_DISCOVER, false, "pkt4-discover-received"},
		{DHCP_OFFER, true, "pkt4-offer-sent"},
		{DHCP_REQUEST, false, "pkt4-request-received"},
		{DHCP_DECLINE, false, "pkt4-decline-received"},
		{DHCP_ACK, true, "pkt4-ack-sent"},
		{DHCP_NAK, true, "pkt4-nak-sent"},
		{DHCP_RELEASE, false, "pkt4-release-received"},
		{DHCP_INFORM, false, "pkt4-inform-received"},
	};
	int64_t sent = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		uint64_t *count = types[i].sent ? d.count.type_sent : d.count.type_received;

		count[types[i].type] = 200 + i;
		sent += types[i].sent ? 200 + (int64_t)i : 0;
	}
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		assert_int_equal(statistic(types[i].name), 200 + i);
	assert_int_equal(statistic("pkt4-sent"), sent);
}

static void assert_bytes(const struct control_bytes *bytes, const char *want)
{
	assert_int_equal(bytes->len, strlen(want));
	if (bytes->len)
		assert_memory_equal(bytes->data, want, bytes->len);
}

static void a_lease_with_its_relay(void **state)
{
	static const char agent[] = "\x01\x03"
				    "one\x02\x03two\x0c\x05twelv";
	struct lease_row row = {.addr = 0xc000020a,
				.subnet_id = 1,
				.generation = 1,
				.state = LEASE_BOUND,
				.client.chaddr = {2, 0, 0, 0, 0, 1},
				.promised = 5000,
				.ack_until = 5000,
				.giaddr = 0xc0000201,
				.agent_len = sizeof(agent) - 1};
	struct control_lease shown;

	(void)state;
	memcpy(row.agent, agent, row.agent_len);
	assert_int_equal(lease_load(d.leases, &row), 0);
	row.addr++;
	row.giaddr = row.agent_len = 0;
	assert_int_equal(lease_load(d.leases, &row), 0);
	assert_true(daemon_control_ops.lease(&d, 0xc000020a, &shown));
	assert_int_equal(shown.giaddr, 0xc0000201);
	assert_bytes(&shown.agent, agent);
	assert_bytes(&shown.remote_id, "two");
	assert_bytes(&shown.relay_id, "twelv");
	assert_true(daemon_control_ops.lease(&d, 0xc000020b, &shown));
	assert_int_equal(shown.giaddr, 0);
	assert_bytes(&shown.agent, "");
	assert_bytes(&shown.remote_id, "");
	assert_bytes(&shown.relay_id, "");
}

/* The file's name may be of whatever bytes, and the line is cut anywhere. */
static void an_outage_is_shown_in_whatever_bytes(void **state)
{
	json_t *status, *store;
	const char *error;

	(void)state;
	d.outage.lasts = true;
	memset(d.outage.why, 'x', sizeof(d.outage.why) - 2);
	d.outage.why[sizeof(d.outage.why) - 2] = '\xc3'; /* the first half of a character */
	status = daemon_control_ops.status(&d);
	assert_non_null(status);
	store = json_object_get(status, "store");
	assert_string_equal(json_string_value(json_object_get(store, "state")), "failing");
	error = json_string_value(json_object_get(store, "error"));
	assert_non_null(error);
	assert_int_equal(strlen(error), sizeof(d.outage.why) - 1);
	assert_string_equal(error + sizeof(d.outage.why) - 3, "x?");
	json_decref(status);
	d.outage = (struct outage){0};
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_reason_is_shown),
		cmocka_unit_test(every_drop_of_xdp_is_shown),
		cmocka_unit_test(every_drop_of_the_daemon_is_in_the_total),
		cmocka_unit_test(the_parts_make_up_the_total),
		cmocka_unit_test(commits_are_shown),
		cmocka_unit_test(a_reset_begins_anew),
		cmocka_unit_test(only_counts_are_reset),
		cmocka_unit_test(every_decision_is_shown),
		cmocka_unit_test(messages_by_type),
		cmocka_unit_test(a_lease_with_its_relay),
		cmocka_unit_test(an_outage_is_shown_in_whatever_bytes),
	};
	int r;

	d.leases = lease_table_new();
	r = d.leases ? cmocka_run_group_tests_name("daemon/inspect", tests, NULL, NULL) : 1;
	lease_table_free(d.leases);
	return r;
}
