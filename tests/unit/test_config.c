// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What a configuration becomes: values, defaults, inheritance, two notations of
 * one meaning, config-get's tree, digests, limits. Exact messages are in test_config_golden.c.
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

#include "config/config.h"
#include "config/document.h"
#include "wire.h"

#define IP(a, b, c, d) ((uint32_t)(a) << 24 | (b) << 16 | (c) << 8 | (d))
#define HEAD	       "interfaces-config: {interfaces: [eth0]}\n"

/* Loads what must be right: a text, or (NULL) a file. */
static struct config *load_named(const char *file, const char *text)
{
	struct config *config = NULL;
	struct config_errors errors;
	int r = config_load(file, text, &config, &errors);

	if (r)
		fail_msg("%d %s", r, errors.n ? errors.lines[0] : "");
	assert_int_equal(errors.n, 0);
	config_errors_free(&errors);
	return config;
}

static struct config *load(const char *text)
{
	return load_named("t", text);
}

static void assert_option(const struct option_list *list, size_t at, uint8_t code, bool always,
			  bool never, const void *data, size_t len)
{
	assert_true(at < list->n);
	assert_int_equal(list->v[at].code, code);
	assert_int_equal(list->v[at].always_send, always);
	assert_int_equal(list->v[at].never_send, never);
	assert_int_equal(list->v[at].len, len);
	assert_memory_equal(list->v[at].data, data, len);
}

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
	assert_true(c->fast_path.horizon == 3);
	assert_int_equal(c->fast_path.max_entries, 0);
	assert_int_equal(c->fast_path.unattended, 3600);
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
	assert_string_equal(c->fast_path.pin_path, "/sys/fs/bpf/other");
	assert_true(c->fast_path.horizon == 4.5);
	assert_int_equal(c->fast_path.max_entries, 1000);
	assert_int_equal(c->fast_path.unattended, 120);
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

/* The reservation of a client with this MAC and client id. */
static const struct reservation *reservation_of(const struct model *model, const struct subnet *s,
						const uint8_t hw[6], const uint8_t *id,
						size_t id_len)
{
	struct identifiers ids = {0};

	ids.v[RESERVED_BY_HW_ADDRESS].data = hw;
	ids.v[RESERVED_BY_HW_ADDRESS].len = 6;
	ids.v[RESERVED_BY_CLIENT_ID].data = id;
	ids.v[RESERVED_BY_CLIENT_ID].len = (uint16_t)id_len;
	return model_reservation(model, s, &ids);
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
		"tests/golden/good/full.yaml", "tests/golden/good/full.json",
		"tests/golden/good/kea.json", "tests/golden/good/readable.yaml"};
	static const size_t flags[] = {JSON_COMPACT, JSON_INDENT(4), JSON_ENSURE_ASCII};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
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

/* --- digests --- */

/* Two subnets with something of every kind; %s: globals, first subnet, its reservation. */
static const char two[] =
	"{\"interfaces-config\": {\"interfaces\": [\"eth0\"]}, %s \"subnet4\": ["
	"{\"id\": 1, \"subnet\": \"10.0.1.0/24\", \"pools\": [{\"pool\": \"10.0.1.5 - 10.0.1.9\"}, "
	"{\"pool\": \"10.0.1.20 - 10.0.1.29\"}], %s \"reservations\": ["
	"{\"hw-address\": \"00:00:00:00:00:01\", \"ip-address\": \"10.0.1.100\"%s}, "
	"{\"client-id\": \"01:02\", \"hostname\": \"b\"}]}, "
	"{\"id\": 2, \"subnet\": \"10.0.2.0/24\", \"pools\": [], \"valid-lifetime\": 60, "
	"\"authoritative\": false, \"boot-file-name\": \"own\", \"next-server\": \"10.0.2.1\", "
	"\"server-hostname\": \"own\", \"match-client-id\": true, \"calculate-tee-times\": true, "
	"\"t1-percent\": 0.3, \"t2-percent\": 0.7, "
	"\"option-data\": [{\"name\": \"routers\", \"data\": \"10.0.2.1\"}]}]}";

static void digests(const char *globals, const char *subnet, const char *reservation,
		    uint64_t ret_digests[2])
{
	char text[2048];
	struct config *c;

	assert_true(snprintf(text, sizeof(text), two, globals, subnet, reservation) <
		    (int)sizeof(text));
	c = load(text);
	assert_int_equal(c->model.n_subnets, 2);
	ret_digests[0] = c->model.subnets[0].digest;
	ret_digests[1] = c->model.subnets[1].digest;
	config_free(c);
}

/* What changes which of the two digests. */
static void test_digest_changes(void **state)
{
	static const struct {
		const char *globals, *subnet, *reservation;
		bool first, second;
	} cases[] = {
		/* what cannot change an answer */
		{"\"comment\": \"x\",", "\"user-context\": {\"a\": 1},", ", \"comment\": \"y\"", 0,
		 0},
		{"\"offer-lifetime\": 30,", "", "", 0, 0},
		{"\"decline-probation-period\": 30,", "", "", 0, 0},
		{"\"fast-path\": {\"mode\": \"off\"},", "", "", 0, 0},
		/* a default that is written out */
		{"\"valid-lifetime\": 3600,", "\"min-valid-lifetime\": 3600,", "", 0, 0},
		{"", "\"authoritative\": false, \"match-client-id\": true,", "", 0, 0},
		{"", "\"interface\": \"\", \"boot-file-name\": \"\",", ", \"hostname\": \"\"", 0,
		 0},
		/* globals: only where they are not overridden */
		{"\"valid-lifetime\": 1800,", "", "", 1, 0},
		{"\"min-valid-lifetime\": 1800,", "", "", 1, 0},
		{"\"max-valid-lifetime\": 7200,", "", "", 1, 0},
		{"\"renew-timer\": 20,", "", "", 1, 1},
		{"\"rebind-timer\": 50, \"renew-timer\": 20,", "", "", 1, 1},
		{"\"calculate-tee-times\": false,", "", "", 1, 0},
		{"\"t1-percent\": 0.4,", "", "", 1, 0},
		{"\"t2-percent\": 0.8,", "", "", 1, 0},
		{"\"authoritative\": true,", "", "", 1, 0},
		{"\"match-client-id\": false,", "", "", 1, 0},
		{"\"boot-file-name\": \"a\",", "", "", 1, 0},
		{"\"server-hostname\": \"a\",", "", "", 1, 0},
		{"\"next-server\": \"10.9.9.9\",", "", "", 1, 0},
		{"\"echo-client-id\": false,", "", "", 1, 1},
		{"\"option-data\": [{\"code\": 3, \"data\": \"10.0.1.1\"}],", "", "", 1, 0},
		{"\"option-data\": [{\"code\": 6, \"data\": \"10.0.1.1\"}],", "", "", 1, 1},
		/* the first takes an interface from the second */
		{"", "\"interface\": \"eth0\",", "", 1, 1},
		/* the first subnet only */
		{"", "\"valid-lifetime\": 1800,", "", 1, 0},
		{"", "\"option-data\": [{\"code\": 3, \"data\": \"10.0.1.1\"}],", "", 1, 0},
		{"", "\"option-data\": [{\"code\": 3, \"data\": \"10.0.1.2\"}],", "", 1, 0},
		{"",
		 "\"option-data\": [{\"code\": 3, \"data\": \"10.0.1.1\", \"always-send\": true}],",
		 "", 1, 0},
		{"", "\"option-data\": [{\"code\": 3, \"never-send\": true}],", "", 1, 0},
		{"", "\"boot-file-name\": \"a\",", "", 1, 0},
		{"", "\"server-hostname\": \"a\",", "", 1, 0},
		/* a reservation */
		{"", "", ", \"hostname\": \"a\"", 1, 0},
		{"", "", ", \"next-server\": \"10.0.0.1\"", 1, 0},
		{"", "", ", \"server-hostname\": \"a\"", 1, 0},
		{"", "", ", \"boot-file-name\": \"a\"", 1, 0},
		{"", "", ", \"option-data\": [{\"code\": 3, \"data\": \"10.0.1.1\"}]", 1, 0},
	};
	uint64_t base[2], now[2], seen[sizeof(cases) / sizeof(cases[0])];
	size_t n = 0;

	(void)state;
	digests("", "", "", base);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		digests(cases[i].globals, cases[i].subnet, cases[i].reservation, now);
		if ((now[0] != base[0]) != cases[i].first || (now[1] != base[1]) != cases[i].second)
			fail_msg("case %zu: %s %s %s", i, cases[i].globals, cases[i].subnet,
				 cases[i].reservation);
		if (now[0] != base[0])
			seen[n++] = now[0];
	}
	/* a value of the subnet itself or inherited: the same meaning, the same digest; the four
	 * that are there twice are valid-lifetime, routers, boot-file-name and server-hostname */
	size_t same = 0;

	for (size_t i = 0; i < n; i++) {
		for (size_t j = i + 1; j < n; j++)
			same += seen[i] == seen[j];
	}
	assert_int_equal(same, 4);
}

/* What the engine makes of an outer option although the subnet has its own: its flags. */
static void test_digest_flags(void **state)
{
#define OWN(rest)   "\"option-data\": [{\"code\": 3, \"data\": \"10.0.1.1\"" rest "}],"
#define OUTER(rest) "\"option-data\": [{\"code\": 3, \"data\": \"10.9.9.9\"" rest "}],"
#define ALWAYS	    ", \"always-send\": true"
#define NEVER	    ", \"never-send\": true"
#define LIST(order) "\"option-data\": [" order "],"
#define DNS	    "{\"code\": 6, \"data\": \"10.0.0.1\"" ALWAYS "}"
#define NTP	    "{\"code\": 42, \"data\": \"10.0.0.1\"" ALWAYS "}"
#define OWN_BOTH                                                                \
	LIST("{\"code\": 6, \"data\": \"10.0.1.1\"}, {\"code\": 42, \"data\": " \
	     "\"10.0.1.1\"}")
	static const struct {
		const char *globals, *subnet, *other_globals, *other_subnet;
		bool same;
	} cases[] = {
		{"", OWN(""), OUTER(""), OWN(""), true},
		{OUTER(""), OWN(""), OUTER(NEVER), OWN(""), false},
		{OUTER(""), OWN(""), OUTER(ALWAYS), OWN(""), false},
		{"", OWN(ALWAYS), OUTER(ALWAYS), OWN(""), true},
		{OUTER(""), OWN(NEVER), OUTER(ALWAYS), OWN(NEVER), true},
		{OUTER(NEVER), OWN(""), OUTER(""), OWN(NEVER), true},
		{OUTER(NEVER), "", OUTER(NEVER), OWN(""), true},
		/* the order of what is always sent, wherever that is said */
		{LIST(DNS ", " NTP), OWN_BOTH, LIST(NTP ", " DNS), OWN_BOTH, false},
		{LIST(DNS ", " NTP), "", "", LIST(DNS ", " NTP), true},
		{"", LIST(DNS ", " NTP), "", LIST(NTP ", " DNS), false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t a[2], b[2];

		digests(cases[i].globals, cases[i].subnet, "", a);
		digests(cases[i].other_globals, cases[i].other_subnet, "", b);
		if ((a[0] == b[0]) != cases[i].same)
			fail_msg("case %zu: %s %s and %s %s", i, cases[i].globals, cases[i].subnet,
				 cases[i].other_globals, cases[i].other_subnet);
	}
}

/* A subnet without an interface is not served on one that another subnet names. */
static void test_digest_interfaces(void **state)
{
	static const char *const others[] = {
		"{id: 2, subnet: 10.0.2.0/24, pools: []}",
		"{id: 2, subnet: 10.0.2.0/24, pools: [], interface: eth0}",
		"{id: 2, subnet: 10.0.2.0/24, pools: [], interface: eth1}",
		"{id: 2, subnet: 10.0.2.0/24, pools: [], interface: eth0}\n"
		"- {id: 3, subnet: 10.0.3.0/24, pools: [], interface: eth1}",
		/* the same in another order, and twice */
		"{id: 2, subnet: 10.0.2.0/24, pools: [], interface: eth1}\n"
		"- {id: 3, subnet: 10.0.3.0/24, pools: [], interface: eth0}\n"
		"- {id: 4, subnet: 10.0.4.0/24, pools: [], interface: eth1}",
	};
	uint64_t unnamed[5], named[5];

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		char text[1024];
		struct config *c;

		for (int j = 0; j < 2; j++) {
			snprintf(text, sizeof(text),
				 "interfaces-config: {interfaces: [eth0, eth1]}\nsubnet4:\n"
				 "- {id: 1, subnet: 10.0.1.0/24, pools: []%s}\n- %s\n",
				 j ? ", interface: eth0" : "", others[i]);
			c = load(text);
			(j ? named : unnamed)[i] = c->model.subnets[0].digest;
			config_free(c);
		}
	}
	for (size_t i = 0; i < 5; i++) {
		for (size_t j = 0; j < i; j++)
			assert_true((unnamed[i] == unnamed[j]) == (i == 4 && j == 3));
		/* one that names its own is served there whatever others do */
		assert_true(named[i] == named[0]);
	}
}

/* Numbers, order of subnets, pools and reservations, notation: no change. The literal: no run may
 * differ. */
static void test_digest_stable(void **state)
{
	static const char *const texts[] = {
		HEAD
		"subnet4:\n"
		"- {id: 1, subnet: 10.0.1.0/24, pools: [{pool: 10.0.1.16/28}, {pool: 10.0.1.5 - "
		"10.0.1.9}], reservations: [{client-id: 01:02}, {hw-address: 0:1:2:3:4:5}]}\n"
		"- {id: 2, subnet: 10.0.2.0/24, pools: []}\n",
		HEAD "subnet4:\n"
		     "- {id: 4, subnet: 10.0.0.0/24, pools: []}\n"
		     "- {id: 2, subnet: 10.0.3.0/24, pools: []}\n"
		     "- {id: 7, subnet: 10.0.1.0/24, pools: [{pool: 10.0.1.5-10.0.1.9}, {pool: "
		     "10.0.1.16 - 10.0.1.31}], reservations: [{hw-address: 00-01-02-03-04-05}, "
		     "{client-id: '0x0102'}]}\n"};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct config *c = load(texts[i]);
		const struct subnet *s = model_subnet_of(&c->model, IP(10, 0, 1, 1));

		assert_non_null(s);
		assert_int_equal(s->digest, 0x52e42c2b1cfc9c8cull);
		config_free(c);
	}
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

static void test_needs_restart(void **state)
{
	struct config *a = load(HEAD);
	struct config *b = load(HEAD
				"lease-database: {name: /x}\n"
				"fast-path: {pin-path: /sys/fs/bpf/y, mode: off, max-entries: 9}\n"
				"control-socket: {socket-name: /z}\nvalid-lifetime: 1\n");
	struct config *c = load(HEAD "valid-lifetime: 1\n");
	char names[160] = "?";

	(void)state;
	assert_int_equal(config_needs_restart(a, c, names, sizeof(names)), 0);
	assert_string_equal(names, "");
	assert_int_equal(config_needs_restart(a, b, names, sizeof(names)), 5);
	assert_string_equal(names, "lease-database.name, control-socket.socket-name, "
				   "fast-path.mode, fast-path.pin-path, fast-path.max-entries");
	config_free(a);
	config_free(b);
	config_free(c);
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
		cmocka_unit_test(test_digest_changes),
		cmocka_unit_test(test_digest_flags),
		cmocka_unit_test(test_digest_interfaces),
		cmocka_unit_test(test_digest_stable),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_many_errors),
		cmocka_unit_test(test_repeated_notices),
		cmocka_unit_test(test_unreadable),
		cmocka_unit_test(test_needs_restart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
