// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Every word of Kea's DHCPv4 configuration, of 2.2 and of the newest release (3.3), in each map
 * that it may stand in there: none is unknown here. It works, or is accepted with a notice, or is
 * refused with the reason.
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

static const struct {
	enum schema_scope scope;
	const char *keys;
} kea[] = {
	{SCOPE_ROOT, "adaptive-lease-time-threshold allocator authoritative boot-file-name "
		     "cache-max-age cache-threshold calculate-tee-times client-classes comment "
		     "compatibility config-control control-socket control-sockets "
		     "ddns-conflict-resolution-mode ddns-generated-prefix "
		     "ddns-override-client-update ddns-override-no-update ddns-qualifying-suffix "
		     "ddns-replace-client-name ddns-send-updates ddns-ttl ddns-ttl-max "
		     "ddns-ttl-min ddns-ttl-percent ddns-update-on-renew "
		     "ddns-use-conflict-resolution decline-probation-period dhcp-ddns "
		     "dhcp-queue-control dhcp4o6-port early-global-reservations-lookup "
		     "echo-client-id expired-leases-processing hooks-libraries "
		     "host-reservation-identifiers hostname-char-replacement hostname-char-set "
		     "hosts-database hosts-databases interfaces-config ip-reservations-unique "
		     "lease-database loggers match-client-id max-valid-lifetime min-valid-lifetime "
		     "multi-threading next-server offer-lifetime option-data option-def "
		     "parked-packet-limit rebind-timer renew-timer reservation-mode reservations "
		     "reservations-global reservations-in-subnet reservations-lookup-first "
		     "reservations-out-of-pool sanity-checks server-hostname server-tag "
		     "shared-networks stash-agent-options statistic-default-sample-age "
		     "statistic-default-sample-count store-extended-info subnet4 t1-percent "
		     "t2-percent user-context valid-lifetime"},
	{SCOPE_INTERFACES, "comment dhcp-socket-type interfaces outbound-interface re-detect "
			   "service-sockets-max-retries service-sockets-require-all "
			   "service-sockets-retry-wait-time user-context"},
	{SCOPE_NETWORK,
	 "adaptive-lease-time-threshold allocator authoritative boot-file-name "
	 "cache-max-age cache-threshold calculate-tee-times client-class "
	 "client-classes comment ddns-conflict-resolution-mode ddns-generated-prefix "
	 "ddns-override-client-update ddns-override-no-update ddns-qualifying-suffix "
	 "ddns-replace-client-name ddns-send-updates ddns-ttl ddns-ttl-max "
	 "ddns-ttl-min ddns-ttl-percent ddns-update-on-renew "
	 "ddns-use-conflict-resolution evaluate-additional-classes "
	 "hostname-char-replacement hostname-char-set interface match-client-id "
	 "max-valid-lifetime min-valid-lifetime name next-server offer-lifetime "
	 "option-data rebind-timer relay renew-timer require-client-classes "
	 "reservation-mode reservations-global reservations-in-subnet "
	 "reservations-out-of-pool server-hostname store-extended-info subnet4 "
	 "t1-percent t2-percent user-context valid-lifetime"},
	{SCOPE_SUBNET,
	 "4o6-interface 4o6-interface-id 4o6-subnet adaptive-lease-time-threshold "
	 "allocator authoritative boot-file-name cache-max-age cache-threshold "
	 "calculate-tee-times client-class client-classes comment "
	 "ddns-conflict-resolution-mode ddns-generated-prefix "
	 "ddns-override-client-update ddns-override-no-update ddns-qualifying-suffix "
	 "ddns-replace-client-name ddns-send-updates ddns-ttl ddns-ttl-max "
	 "ddns-ttl-min ddns-ttl-percent ddns-update-on-renew "
	 "ddns-use-conflict-resolution evaluate-additional-classes "
	 "hostname-char-replacement hostname-char-set id interface match-client-id "
	 "max-valid-lifetime min-valid-lifetime next-server offer-lifetime option-data "
	 "pools rebind-timer relay renew-timer require-client-classes reservation-mode "
	 "reservations reservations-global reservations-in-subnet "
	 "reservations-out-of-pool server-hostname store-extended-info subnet "
	 "t1-percent t2-percent user-context valid-lifetime"},
	{SCOPE_POOL, "client-class client-classes comment ddns-conflict-resolution-mode "
		     "ddns-generated-prefix ddns-override-client-update ddns-override-no-update "
		     "ddns-qualifying-suffix ddns-replace-client-name ddns-send-updates ddns-ttl "
		     "ddns-ttl-max ddns-ttl-min ddns-ttl-percent ddns-update-on-renew "
		     "evaluate-additional-classes hostname-char-replacement hostname-char-set "
		     "option-data pool pool-id require-client-classes user-context"},
	{SCOPE_RESERVATION,
	 "boot-file-name circuit-id client-classes client-id comment duid flex-id "
	 "hostname hw-address ip-address next-server option-data server-hostname "
	 "user-context"},
	{SCOPE_RELAY, "ip-address ip-addresses"},
	{SCOPE_OPTION, "always-send client-classes code comment csv-format data name never-send "
		       "space user-context"},
	{SCOPE_OPTION_DEF,
	 "array code comment encapsulate name record-types space type user-context"},
	{SCOPE_HOOK, "library parameters"},
	{SCOPE_LEASE_DATABASE,
	 "cert-file cipher-list connect-timeout host key-file lfc-interval "
	 "max-reconnect-tries max-row-errors name on-fail password password-file "
	 "persist port read-timeout readonly reconnect-wait-time retry-on-startup "
	 "ssl-mode tcp-user-timeout trust-anchor type user write-timeout"},
	{SCOPE_SOCKET,
	 "authentication cert-file cert-required comment http-headers key-file "
	 "socket-address socket-name socket-port socket-type trust-anchor user-context"},
	{SCOPE_LOGGER,
	 "comment debuglevel name output-options output_options severity user-context"},
	{SCOPE_LOG_OUTPUT, "comment flush maxsize maxver output pattern user-context"},
	{SCOPE_DDNS,
	 "comment enable-updates generated-prefix hostname-char-replacement "
	 "hostname-char-set max-queue-size ncr-format ncr-protocol "
	 "override-client-update override-no-update qualifying-suffix "
	 "replace-client-name sender-ip sender-port server-ip server-port user-context"},
	{SCOPE_EXPIRED, "flush-reclaimed-timer-wait-time hold-reclaimed-time max-reclaim-leases "
			"max-reclaim-time reclaim-timer-wait-time unwarned-reclaim-cycles"},
	{SCOPE_SANITY, "extended-info-checks lease-checks"},
	{SCOPE_THREADS, "comment enable-multi-threading packet-queue-size thread-pool-size "
			"user-context"},
	{SCOPE_QUEUE, "capacity comment enable-queue queue-type user-context"},
	{SCOPE_CONFIG_CONTROL, "config-databases config-fetch-wait-time"},
	{SCOPE_COMPATIBILITY, "exclude-first-last-24 ignore-dhcp-server-identifier "
			      "ignore-rai-link-selection lenient-option-parsing"},
};

static const char class_keys[] =
	"boot-file-name comment max-valid-lifetime min-valid-lifetime name "
	"next-server offer-lifetime only-if-required only-in-additional-list "
	"option-data option-def server-hostname template-test test user-context "
	"valid-lifetime";

static size_t check_keys(enum schema_scope scope, const char *keys)
{
	char *copy = strdup(keys), *rest = copy;
	size_t n = 0;

	assert_non_null(copy);
	for (char *key; (key = strsep(&rest, " ")); n++) {
		const struct schema_row *row = schema_find(scope, key);

		if (!row || !*key)
			fail_msg("%s%s is unknown", schema_scope_path(scope), key);
	}
	free(copy);
	return n;
}

static void test_every_key(void **state)
{
	const struct schema_row *classes = schema_find(SCOPE_ROOT, "client-classes");
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(kea) / sizeof(kea[0]); i++)
		n += check_keys(kea[i].scope, kea[i].keys);
	assert_true(n > 300);
	assert_true(classes->type == TYPE_MAPS || classes->type == TYPE_REFUSED);
	if (classes->type == TYPE_MAPS)
		check_keys(classes->child, class_keys);
}

/* What nothing in the daemon reads says so, or allows only what it does anyway. */
static void test_nothing_is_silent(void **state)
{
	(void)state;
	for (size_t i = 0; i < schema_n; i++) {
		const struct schema_row *row = &schema[i];

		if (row->key)
			assert_false(row->ignored);
		else if (!row->ignored && row->type != TYPE_IGNORED && row->type != TYPE_REFUSED &&
			 row->type != TYPE_MAP && !row->allowed)
			fail_msg("%s is read by nobody, and says nothing", row->name);
	}
}

static uint32_t held(const char *text, size_t subnet)
{
	struct config *config = load(text);
	uint32_t seconds = config->model.subnets[subnet].offer_lifetime;

	config_free(config);
	return seconds ? seconds : 10;
}

static void test_offer_lifetime(void **state)
{
	static const char text[] = HEAD
		"offer-lifetime: 20\n"
		"subnet4: [{subnet: 192.0.2.0/24}, {subnet: 198.51.100.0/24, offer-lifetime: 30}]\n"
		"shared-networks: [{name: n, offer-lifetime: 40, subnet4: [{subnet: "
		"203.0.113.0/25}, {subnet: 203.0.113.128/25, offer-lifetime: 0}]}]\n";

	(void)state;
	assert_int_equal(held(text, 0), 20);
	assert_int_equal(held(text, 1), 30);
	assert_int_equal(held(text, 2), 40);
	assert_int_equal(held(text, 3), 10);
	assert_int_equal(held(HEAD "subnet4: [{subnet: 192.0.2.0/24}]\n", 0), 10);
}

static enum bootp bootp(const char *more)
{
	char text[512];
	struct config *config;
	enum bootp is;

	snprintf(text, sizeof(text),
		 HEAD "hooks-libraries: [{library: /usr/lib/kea/libdhcp_bootp.so}]\n"
		      "subnet4: [{subnet: 192.0.2.0/24}]\n%s",
		 more);
	config = load(text);
	is = config->model.subnets[0].bootp;
	config_free(config);
	return is;
}

/* Kea's library serves all; what is set goes before. */
static void test_bootp_library(void **state)
{
	(void)state;
	assert_int_equal(bootp(""), BOOTP_ALL);
	assert_int_equal(bootp("bootp: reserved\n"), BOOTP_RESERVED);
	assert_int_equal(bootp("bootp: none\n"), BOOTP_NONE);
}

/* A domain of its own, of a level further out, or none. */
static void test_domain(void **state)
{
	struct config *config = load(
		HEAD "ddns-qualifying-suffix: example.org.\n"
		     "subnet4: [{id: 1, subnet: 192.0.2.0/24}, {id: 2, subnet: 198.51.100.0/24, "
		     "ddns-qualifying-suffix: b.org}, {id: 3, subnet: 203.0.113.0/24, "
		     "ddns-qualifying-suffix: \"\"}]\n");

	(void)state;
	assert_string_equal(config->model.subnets[0].domain, "example.org");
	assert_string_equal(config->model.subnets[1].domain, "b.org");
	assert_null(config->model.subnets[2].domain);
	config_free(config);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_key),      cmocka_unit_test(test_nothing_is_silent),
		cmocka_unit_test(test_offer_lifetime), cmocka_unit_test(test_bootp_library),
		cmocka_unit_test(test_domain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
