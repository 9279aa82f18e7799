// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What a configuration becomes: values, defaults, inheritance, two notations of
 * one meaning, config-get's tree, limits. Exact messages are in test_config_golden.c.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include <cmocka.h>

#include "config/document.h"
#include "config/schema.h"
#include "config_fixture.h"
#include "reservation_of.h"
#include "wire.h"

/* What a file that says next to nothing means. */
static void test_defaults(void **state)
{
	struct config *c = load_named("tests/golden/good/minimal.yaml", NULL);
	const struct subnet *s = &c->model.subnets[0];

	(void)state;
	assert_int_equal(c->n_interfaces, 1);
	assert_string_equal(c->interfaces[0], "*");
	assert_string_equal(c->lease_database, "/var/lib/xdhcp/leases.db");
	assert_string_equal(c->control_socket, "/run/xdhcp/xdhcp.sock");
	assert_string_equal(c->fast_path.pin_path, "/sys/fs/bpf/xdhcp");
	assert_int_equal(c->fast_path.mode, FAST_PATH_AUTO);
	assert_int_equal(c->fast_path.attach, FAST_PATH_LINK);
	assert_int_equal(c->fast_path.priority, 50);
	assert_false(c->fast_path.rxvlan_off);
	assert_int_equal(c->fast_path.route, XDHCP_ROUTE_REVERSE);
	assert_true(c->fast_path.horizon == 3);
	assert_int_equal(c->fast_path.max_entries, 0);
	assert_int_equal(c->fast_path.unattended, 3600);
	assert_true(c->fast_path.client.rate == 0 && c->fast_path.client.burst == 1);
	assert_true(c->fast_path.discover.rate == 0 && c->fast_path.discover.burst == 1);
	assert_true(c->fast_path.other.rate == 0 && c->fast_path.other.burst == 1);
	assert_int_equal(c->log_level, LOG_INFO);
	assert_true(c->model.echo_client_id);
	assert_int_equal(c->model.offer_lifetime, 10);
	assert_int_equal(c->model.decline_probation, 600);
	assert_int_equal(c->model.n_subnets, 1);
	assert_int_equal(s->life.valid, 3600);
	assert_int_equal(s->life.min, 3600);
	assert_int_equal(s->life.max, 3600);
	assert_true(s->life.calculate_tee_times);
	assert_true(s->life.t1_percent == 0.5);
	assert_true(s->life.t2_percent == 0.875);
	assert_int_equal(s->life.renew_timer, 0);
	assert_int_equal(s->life.rebind_timer, 0);
	assert_false(s->authoritative);
	assert_true(s->match_client_id);
	assert_string_equal(s->interface, "");
	assert_int_equal(s->scope.boot.next_server, 0);
	assert_false(s->scope.boot.next_server_set);
	config_free(c);
}

static void assert_full_daemon(const struct config *c)
{
	assert_int_equal(c->n_interfaces, 2);
	assert_string_equal(c->interfaces[0], "eth0");
	assert_string_equal(c->interfaces[1], "eth1");
	assert_string_equal(c->lease_database, "/tmp/leases.db");
	assert_string_equal(c->control_socket, "/tmp/x.sock");
	assert_int_equal(c->fast_path.mode, FAST_PATH_GENERIC);
	assert_int_equal(c->fast_path.attach, FAST_PATH_DISPATCHER);
	assert_int_equal(c->fast_path.priority, 7);
	assert_true(c->fast_path.rxvlan_off);
	assert_int_equal(c->fast_path.route, XDHCP_ROUTE_FIB);
	assert_string_equal(c->fast_path.pin_path, "/sys/fs/bpf/other");
	assert_true(c->fast_path.horizon == 4.5);
	assert_int_equal(c->fast_path.max_entries, 1000);
	assert_int_equal(c->fast_path.unattended, 120);
	assert_true(c->fast_path.client.rate == 0.5 && c->fast_path.client.burst == 3);
	assert_true(c->fast_path.discover.rate == 200 && c->fast_path.discover.burst == 50);
	assert_true(c->fast_path.other.rate == 1000.5 && c->fast_path.other.burst == 1000);
	assert_int_equal(c->log_level, LOG_DEBUG);
	assert_false(c->model.echo_client_id);
	assert_int_equal(c->model.offer_lifetime, 20);
	assert_int_equal(c->model.decline_probation, 0);
	assert_int_equal(c->model.scope.boot.next_server, IP(192, 0, 2, 9));
	assert_string_equal(c->model.scope.boot.server_hostname, "boot");
	assert_string_equal(c->model.scope.boot.boot_file_name, "pxelinux.0");
	assert_int_equal(c->model.scope.options.n, 4);
	assert_option(&c->model.scope.options, 0, 6, true, false, "\xc0\0\2\1\xc0\0\2\2", 8);
	assert_option(&c->model.scope.options, 1, 42, false, false, "\xc0\0\2\3", 4);
	assert_option(&c->model.scope.options, 2, 224, false, false, "\1\2\3", 3);
	assert_option(&c->model.scope.options, 3, 119, false, false,
		      "\7example\3org\0\7example\3com\0", 26);
}

static void assert_full_reservations(const struct model *model, const struct subnet *s)
{
	static const uint8_t printer[6] = {0x00, 0x1a, 0x22, 0x03, 0x44, 0x55};
	static const uint8_t other[6] = {0x00, 0x11, 0x22, 0x33, 0x44, 0x55};
	static const uint8_t nobody[6] = {0x00, 0x11, 0x22, 0x33, 0x44, 0x56};
	const struct reservation *r = reservation_of(model, s, printer, NULL, 0);

	assert_int_equal(s->reservations.n, 4);
	assert_non_null(r);
	assert_int_equal(r->addr, IP(192, 0, 2, 5));
	assert_string_equal(r->hostname, "printer.example.org");
	assert_int_equal(r->scope.boot.next_server, IP(192, 0, 2, 7));
	assert_true(r->scope.boot.next_server_set);
	assert_string_equal(r->scope.boot.server_hostname, "own");
	assert_string_equal(r->scope.boot.boot_file_name, "own.img");
	assert_int_equal(r->scope.options.n, 1);
	assert_option(&r->scope.options, 0, 3, false, false, "\xc0\0\2\2", 4);
	r = reservation_of(model, s, other, NULL, 0);
	assert_non_null(r);
	assert_int_equal(r->addr, IP(192, 0, 2, 6));
	r = reservation_of(model, s, nobody, (const uint8_t *)"foo", 3);
	assert_non_null(r);
	assert_int_equal(r->addr, IP(192, 0, 2, 15));
	r = reservation_of(model, s, nobody, (const uint8_t *)"\1\2\3", 3);
	assert_non_null(r);
	assert_int_equal(r->addr, 0);
	assert_int_equal(reservation_by(r), RESERVED_BY_CLIENT_ID);
	assert_ptr_equal(subnet_reserved_address(s, IP(192, 0, 2, 5)),
			 reservation_of(model, s, printer, NULL, 0));
}

static void assert_full_subnets(const struct config *c)
{
	const struct subnet *low = &c->model.subnets[0], *high = &c->model.subnets[1];

	assert_int_equal(c->model.n_subnets, 2);
	assert_int_equal(low->id, 10);
	assert_int_equal(low->prefix, IP(192, 0, 2, 0));
	assert_int_equal(low->mask, 0xffffff00);
	assert_int_equal(low->prefix_len, 24);
	assert_string_equal(low->interface, "eth1");
	assert_int_equal(low->n_pools, 1);
	assert_int_equal(low->pools[0].first, IP(192, 0, 2, 10));
	assert_int_equal(low->pools[0].last, IP(192, 0, 2, 20));
	assert_int_equal(low->life.valid, 600);
	/* a scope that sets valid-lifetime leaves the outer min and max behind */
	assert_int_equal(low->life.min, 600);
	assert_int_equal(low->life.max, 600);
	assert_int_equal(low->life.renew_timer, 0);
	assert_int_equal(low->life.rebind_timer, 0);
	assert_true(low->life.calculate_tee_times);
	assert_true(low->life.t1_percent == 0.4);
	assert_true(low->life.t2_percent == 0.8);
	assert_true(low->authoritative);
	assert_false(low->match_client_id);
	assert_int_equal(low->scope.boot.next_server, IP(192, 0, 2, 8));
	assert_string_equal(low->scope.boot.server_hostname, "other");
	assert_string_equal(low->scope.boot.boot_file_name, "ipxe.efi");
	assert_int_equal(low->scope.options.n, 2);
	assert_option(&low->scope.options, 0, 3, false, false, "\xc0\0\2\1", 4);
	assert_option(&low->scope.options, 1, 42, false, true, "", 0);
	assert_full_reservations(&c->model, low);

	assert_int_equal(high->id, 20);
	assert_int_equal(high->n_pools, 2);
	assert_int_equal(high->pools[0].first, IP(198, 51, 100, 10));
	assert_int_equal(high->pools[1].first, IP(198, 51, 100, 128));
	assert_int_equal(high->pools[1].last, IP(198, 51, 100, 191));
	assert_int_equal(high->life.valid, DHCP_LIFETIME_INFINITE);
	assert_int_equal(high->life.renew_timer, 1000);
	assert_int_equal(high->life.rebind_timer, 2000);
	assert_false(high->life.calculate_tee_times);
	assert_false(high->authoritative);
	assert_true(high->match_client_id);
}

/* The same in YAML and in JSON with comments, other order, other spellings. */
static void test_twins(void **state)
{
	struct config *yaml = load_named("tests/golden/good/full.yaml", NULL);
	struct config *json = load_named("tests/golden/good/full.json", NULL);

	(void)state;
	assert_full_daemon(yaml);
	assert_full_daemon(json);
	assert_full_subnets(yaml);
	assert_full_subnets(json);
	for (size_t i = 0; i < 2; i++) {
		assert_true(yaml->model.subnets[i].digest == json->model.subnets[i].digest);
		assert_true(yaml->model.subnets[i].digest != 0);
	}
	assert_true(yaml->model.subnets[0].digest != yaml->model.subnets[1].digest);
	config_free(yaml);
	config_free(json);
}

static void assert_mode(const char *word, enum fast_path_mode mode, const char *shown)
{
	char text[256];
	struct config *c;
	json_t *at;

	snprintf(text, sizeof(text), HEAD "fast-path: {mode: %s}\n", word);
	c = load(text);
	assert_int_equal(c->fast_path.mode, mode);
	at = json_object_get(json_object_get(c->tree, "Dhcp4"), "fast-path");
	assert_string_equal(json_string_value(json_object_get(at, "mode")), shown);
	config_free(c);
}

static void test_fast_path(void **state)
{
	static const char *const offs[] = {"off", "OFF", "Off", "false", "no", "\"off\"", "'off'"};
	struct config *c;

	(void)state;
	for (size_t i = 0; i < sizeof(offs) / sizeof(offs[0]); i++)
		assert_mode(offs[i], FAST_PATH_OFF, "off");
	assert_mode("auto", FAST_PATH_AUTO, "auto");
	assert_mode("Native", FAST_PATH_NATIVE, "native");
	assert_mode("generic", FAST_PATH_GENERIC, "generic");
	c = load("{\"interfaces-config\":{\"interfaces\":[\"a\"]},\"fast-path\":{\"mode\":false}}");
	assert_int_equal(c->fast_path.mode, FAST_PATH_OFF);
	config_free(c);

	/* unattended: one global lifetime; a day if that is infinite */
	c = load(HEAD "valid-lifetime: 777\n");
	assert_int_equal(c->fast_path.unattended, 777);
	config_free(c);
	c = load(HEAD "valid-lifetime: 4294967295\n");
	assert_int_equal(c->fast_path.unattended, 86400);
	config_free(c);
	c = load(HEAD "fast-path: {unattended: 0, horizon: 2}\n");
	assert_int_equal(c->fast_path.unattended, 0);
	assert_true(c->fast_path.horizon == 2);
	config_free(c);

	/* a burst that is not given is a second's worth, and at least one packet */
	c = load(HEAD "fast-path: {limits: {client-rate: 0.001, discover-rate: 0.25, "
		      "other-rate: 10000000}}\n");
	assert_true(c->fast_path.client.rate == 0.001 && c->fast_path.client.burst == 1);
	assert_true(c->fast_path.discover.rate == 0.25 && c->fast_path.discover.burst == 1);
	assert_true(c->fast_path.other.rate == 1e7 && c->fast_path.other.burst == 10000000);
	config_free(c);
}

static void test_daemon(void **state)
{
	struct config *c = load(HEAD "lease-database: {type: memfile, name: /tmp/kea.csv}\n");

	(void)state;
	assert_string_equal(c->lease_database, "/tmp/kea.csv.db");
	config_free(c);
	c = load(HEAD "lease-database: {type: memfile}\n");
	assert_string_equal(c->lease_database, "/var/lib/xdhcp/leases.db");
	config_free(c);
	c = load(HEAD "control-socket: {socket-name: \"\"}\n");
	assert_string_equal(c->control_socket, "");
	config_free(c);
	c = load(HEAD "control-sockets: []\n");
	assert_string_equal(c->control_socket, "");
	config_free(c);
	c = load(HEAD "control-socket: {socket-type: unix}\n");
	assert_string_equal(c->control_socket, "/run/xdhcp/xdhcp.sock");
	config_free(c);
	c = load(HEAD "loggers: [{name: other, severity: DEBUG}, {name: '*', severity: warn}]\n");
	assert_int_equal(c->log_level, LOG_WARNING);
	config_free(c);
	c = load(HEAD "loggers: [{name: xdhcpd, severity: FATAL}]\n");
	assert_int_equal(c->log_level, LOG_ERR);
	config_free(c);
}

static void test_lifetimes(void **state)
{
	struct config *c = load(
		HEAD "valid-lifetime: 1000\n"
		     "min-valid-lifetime: 500\n"
		     "max-valid-lifetime: 2000\n"
		     "t2-percent: 0.9\n"
		     "subnet4:\n"
		     "- {id: 1, subnet: 10.0.1.0/24, pools: []}\n"
		     "- {id: 2, subnet: 10.0.2.0/24, pools: [], max-valid-lifetime: 3000}\n"
		     "- {id: 3, subnet: 10.0.3.0/24, pools: [], valid-lifetime: 60}\n"
		     "- {id: 4, subnet: 10.0.4.0/24, pools: [], valid-lifetime: 60, "
		     "min-valid-lifetime: 30, renew-timer: 20, rebind-timer: 40}\n");
	static const uint32_t expected[4][3] = {
		{1000, 500, 2000}, {1000, 500, 3000}, {60, 60, 60}, {60, 30, 60}};

	(void)state;
	assert_int_equal(c->model.n_subnets, 4);
	for (int i = 0; i < 4; i++) {
		const struct lifetimes *life = &c->model.subnets[i].life;

		assert_int_equal(life->valid, expected[i][0]);
		assert_int_equal(life->min, expected[i][1]);
		assert_int_equal(life->max, expected[i][2]);
		assert_true(life->t2_percent == 0.9);
		assert_int_equal(life->renew_timer, i == 3 ? 20 : 0);
		assert_int_equal(life->rebind_timer, i == 3 ? 40 : 0);
	}
	config_free(c);
}

/* Numbers that are not given are the next free ones, in the file's order. */
static void test_ids(void **state)
{
	struct config *c = load(HEAD "subnet4:\n"
				     "- {subnet: 10.0.9.0/24, pools: []}\n"
				     "- {subnet: 10.0.8.0/24, pools: [], id: 2}\n"
				     "- {subnet: 10.0.7.0/24, pools: []}\n"
				     "- {subnet: 10.0.6.0/24, pools: [], id: 4294967294}\n");

	(void)state;
	assert_int_equal(c->model.subnets[3].id, 1);
	assert_int_equal(c->model.subnets[2].id, 2);
	assert_int_equal(c->model.subnets[1].id, 3);
	assert_int_equal(c->model.subnets[0].id, 4294967294);
	assert_int_equal(c->model.subnets[0].prefix, IP(10, 0, 6, 0));
	config_free(c);
}

/* --- config-get's tree --- */

static void assert_same_digests(const struct config *a, const struct config *b)
{
	assert_int_equal(a->model.n_subnets, b->model.n_subnets);
	for (size_t i = 0; i < a->model.n_subnets; i++) {
		assert_int_equal(a->model.subnets[i].id, b->model.subnets[i].id);
		assert_true(a->model.subnets[i].digest == b->model.subnets[i].digest);
	}
}

static void test_tree(void **state)
{
	static const char *const files[] = {
		"tests/golden/good/full.yaml",	 "tests/golden/good/full.json",
		"tests/golden/good/kea.json",	 "tests/golden/good/readable.yaml",
		"tests/golden/good/scopes.yaml", "tests/golden/good/classes.yaml"};
	static const size_t flags[] = {JSON_COMPACT, JSON_INDENT(4), JSON_ENSURE_ASCII};

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		struct config *c = load_named(files[i], NULL);

		/* what config-get says is a configuration that means the same */
		for (size_t j = 0; j < 3; j++) {
			char *text = json_dumps(c->tree, flags[j]);
			struct config *again = load(text);

			assert_true(json_equal(c->tree, again->tree));
			assert_same_digests(c, again);
			assert_string_equal(c->lease_database, again->lease_database);
			config_free(again);
			free(text);
		}
		config_free(c);
	}
}

static void test_tree_types(void **state)
{
	struct config *c = load(
		HEAD "authoritative: yes\n"
		     "t1-percent: 0.25\n"
		     "server-hostname: 12\n"
		     "boot-file-name: true\n"
		     "fast-path: {horizon: 4, mode: off}\n"
		     "user-context: {a: 1, b: 1.5, c: true, d: null, e: '1', f: 007, g: 1e400, "
		     "h: 99999999999999999999}\n"
		     "subnet4: [{id: 7, subnet: 10.0.0.0/8, pools: []}]\n");
	json_t *wanted = json_pack(
		"{s:{s:{s:[s]}, s:b, s:f, s:s, s:s, s:{s:i, s:s}, "
		"s:{s:i, s:f, s:b, s:n, s:s, s:s, s:s, s:f}, s:[{s:i, s:s, s:[]}]}}",
		"Dhcp4", "interfaces-config", "interfaces", "eth0", "authoritative", 1,
		"t1-percent", 0.25, "server-hostname", "12", "boot-file-name", "true", "fast-path",
		"horizon", 4, "mode", "off", "user-context", "a", 1, "b", 1.5, "c", 1, "d", "e",
		"1", "f", "007", "g", "1e400", "h", 1e20, "subnet4", "id", 7, "subnet",
		"10.0.0.0/8", "pools");

	(void)state;
	assert_non_null(wanted);
	if (!json_equal(c->tree, wanted)) {
		char *text = json_dumps(c->tree, JSON_INDENT(1));

		print_message("%s\n", text);
		free(text);
		fail();
	}
	json_decref(wanted);
	config_free(c);
}

/* --- limits and failures --- */

static void assert_fails(const char *text, size_t least, const char *first)
{
	struct config *config = NULL;
	struct config_errors errors;

	assert_int_equal(config_load("t", text, &config, &errors), -EINVAL);
	assert_null(config);
	assert_true(errors.n >= least);
	if (strncmp(errors.lines[0], first, strlen(first)) != 0)
		fail_msg("%s", errors.lines[0]);
	config_errors_free(&errors);
}

static char *repeat(const char *head, const char *unit, size_t n)
{
	size_t len = strlen(unit), at = strlen(head);
	char *text = malloc(at + n * len + 1);

	assert_non_null(text);
	memcpy(text, head, at);
	for (size_t i = 0; i < n; i++, at += len)
		memcpy(text + at, unit, len);
	text[at] = 0;
	return text;
}

static void test_limits(void **state)
{
	static const struct {
		const char *head, *unit;
		size_t n;
		const char *first;
	} cases[] = {
		{"", "[", 100000, "t:1:65: nested too deeply"},
		{"", "{\"a\":", 100000, "t:1:321: nested too deeply"},
		{"", "- ", 100000, "t:1:129: nested too deeply"},
		{"", "? ", 100000, "t:1:3: a key must be a word"},
		{"", "a: 1\n", 5000, "t:2:1: key \"a\" is here again; the first is at line 1"},
		{"a: [", "[],", (2u << 20) + 2, "t:1:6291455: too many values"},
		{"a: ", "x", DOCUMENT_SIZE_MAX, "t:1:1: the file is larger than 16 MiB"},
		{"", "\"", 10001, "t:1:3: syntax error"},
		{"{", "\"k\" ", 10000, "t:1:6: a value is missing"},
		{"interfaces-config: {interfaces: [", "e,", 2000, "t:2:1: syntax error"},
		{"{ /* ", "x", 100000, "t:1:3: this comment does not end"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *text = repeat(cases[i].head, cases[i].unit, cases[i].n);

		assert_fails(text, 1, cases[i].first);
		free(text);
	}
	assert_fails("", 1, "t:1:1: the file is empty");
	assert_fails("{}", 1, "t:1:1: key \"interfaces-config\" is missing");
	assert_fails("\xef\xbb\xbf{}", 1, "t:1:1: key \"interfaces-config\" is missing");
}

/* Sorted by line, capped, and it says so. */
static void test_many_errors(void **state)
{
	char *text = repeat(HEAD, "x1: 1\n", 5000);
	struct config *config = NULL;
	struct config_errors errors;
	unsigned long last = 0;

	(void)state;
	assert_int_equal(config_load("t", text, &config, &errors), -EINVAL);
	assert_int_equal(errors.n, 1001);
	for (size_t i = 0; i < 1000; i++) {
		unsigned long line = strtoul(errors.lines[i] + 2, NULL, 10);

		assert_true(line >= last);
		last = line;
	}
	assert_string_equal(errors.lines[1000], "t: there are more; only 1000 are shown");
	config_errors_free(&errors);
	free(text);
}

static void test_repeated_notices(void **state)
{
	struct config *config = NULL;
	struct config_errors errors;

	(void)state;
	assert_int_equal(
		config_load("t",
			    HEAD "subnet4:\n"
				 "- {id: 1, subnet: 10.0.1.0/24, pools: [], allocator: random}\n"
				 "- {id: 2, subnet: 10.0.2.0/24, pools: [], allocator: random}\n"
				 "- {id: 3, subnet: 10.0.3.0/24, pools: [], allocator: random}\n",
			    &config, &errors),
		0);
	assert_int_equal(errors.n, 0);
	assert_int_equal(errors.n_notices, 1);
	assert_string_equal(
		errors.notices[0],
		"t:3:43: notice: allocator has no effect: a client's own address first, "
		"then one never used, then the longest unused (and 2 more)");
	config_errors_free(&errors);
	config_free(config);
}

static void test_unreadable(void **state)
{
	struct config *config = NULL;
	struct config_errors errors;

	(void)state;
	assert_int_equal(config_load("/nonexistent/x", NULL, &config, &errors), -ENOENT);
	assert_null(config);
	assert_int_equal(errors.n, 1);
	assert_string_equal(errors.lines[0],
			    "/nonexistent/x: cannot be read: No such file or directory");
	config_errors_free(&errors);
	assert_int_equal(config_load("tests", NULL, &config, &errors), -EISDIR);
	config_errors_free(&errors);
}

static void test_keep_fixed(void **state)
{
	struct config *a = load(HEAD);
	struct config *b = load(HEAD
				"lease-database: {name: /x}\n"
				"fast-path: {pin-path: /sys/fs/bpf/y, mode: off, max-entries: 9, "
				"attach: dispatcher, priority: 7}\n"
				"control-socket: {socket-name: /z}\nvalid-lifetime: 1\n");
	struct config *c = load(HEAD "valid-lifetime: 1\n");
	char names[256] = "?";

	(void)state;
	assert_int_equal(config_keep_fixed(c, a, names, sizeof(names)), 0);
	assert_string_equal(names, "");
	assert_int_equal(config_keep_fixed(b, a, names, sizeof(names)), 7);
	assert_string_equal(names, "lease-database.name, control-socket.socket-name, "
				   "fast-path.mode, fast-path.attach, fast-path.priority, "
				   "fast-path.pin-path, fast-path.max-entries");
	assert_string_equal(b->lease_database, a->lease_database);
	assert_string_equal(b->control_socket, a->control_socket);
	assert_string_equal(b->fast_path.pin_path, a->fast_path.pin_path);
	assert_int_equal(b->fast_path.mode, FAST_PATH_AUTO);
	assert_int_equal(b->fast_path.attach, FAST_PATH_LINK);
	assert_int_equal(b->fast_path.priority, 50);
	assert_int_equal(b->fast_path.max_entries, 0);
	assert_int_equal(config_keep_fixed(b, a, names, sizeof(names)), 0);
	config_free(a);
	config_free(b);
	config_free(c);
}

/*
 * Every key that a reload does not change is kept by it, and no other; but maps, and what has one
 * possible value or is part of another key's.
 */
static void test_restart_rows(void **state)
{
	struct config *a = load(HEAD);
	struct config *b = load(HEAD
				"lease-database: {name: /x}\n"
				"fast-path: {pin-path: /sys/fs/bpf/y, mode: off, max-entries: 9, "
				"attach: dispatcher, priority: 7, horizon: 5, unattended: 7}\n"
				"control-socket: {socket-name: /z}\n");
	char names[256];

	(void)state;
	config_keep_fixed(b, a, names, sizeof(names));
	for (size_t i = 0; i < schema_n; i++) {
		const struct schema_row *row = &schema[i];
		bool named = false;

		if (row->type == TYPE_MAP || row->type == TYPE_MAPS || row->key == KEY_LEASE_TYPE ||
		    row->key == KEY_SOCKET_TYPE || row->key == KEY_NONE)
			continue;
		for (int scope = 0; scope < SCOPE_COUNT; scope++) {
			char name[80];

			if (!(row->scopes & (1u << scope)) || scope == SCOPE_ROOT)
				continue;
			snprintf(name, sizeof(name), "%s%s",
				 schema_scope_path((enum schema_scope)scope), row->name);
			named |= strstr(names, name) != NULL;
		}
		if (named != row->restart)
			fail_msg("%s: restart %d, kept %d", row->name, row->restart, named);
	}
	config_free(a);
	config_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_twins),
		cmocka_unit_test(test_fast_path),
		cmocka_unit_test(test_daemon),
		cmocka_unit_test(test_lifetimes),
		cmocka_unit_test(test_ids),
		cmocka_unit_test(test_tree),
		cmocka_unit_test(test_tree_types),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_many_errors),
		cmocka_unit_test(test_repeated_notices),
		cmocka_unit_test(test_unreadable),
		cmocka_unit_test(test_keep_fixed),
		cmocka_unit_test(test_restart_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
