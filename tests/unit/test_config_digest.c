// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Digests of subnets: what moves them and what does not. Every key of the schema that may stand
 * in or above a subnet has its case here; a new one without a case fails.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config/schema.h"
#include "config_fixture.h"

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
		{"", "\"interface\": \"\", \"boot-file-name\": \"\", \"next-server\": \"\",",
		 ", \"hostname\": \"\"", 0, 0},
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
		{"", "", ", \"next-server\": \"0.0.0.0\"", 0, 0}, /* as if not set */
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
		assert_int_equal(s->digest, 0xf41648a989039281ull);
		config_free(c);
	}
}

/* --- every key --- */

/* Subnet 1 is looked at; 2 shares its network, 3 has nothing to do with either. */
static const char base[] =
	"{\"Dhcp4\": {\"interfaces-config\": {\"interfaces\": [\"*\"]},"
	" \"reservations-global\": true,"
	" \"compatibility\": {}, \"option-data\": [],"
	" \"hooks-libraries\": [{\"library\": \"libdhcp_flex_id.so\", \"parameters\":"
	"   {\"identifier-expression\": \"pkt4.mac\"}}],"
	" \"option-def\": [{\"name\": \"own\", \"code\": 222, \"type\": \"record\","
	"   \"record-types\": \"uint8, uint8\"},"
	"  {\"name\": \"domain-name\", \"code\": 15, \"space\": \"isc\", \"type\": \"string\"}],"
	" \"client-classes\": [{\"name\": \"a\", \"test\": \"option[60].exists\","
	"   \"option-def\": [{\"name\": \"site\", \"code\": 230, \"type\": \"uint8\"}],"
	"   \"option-data\": [{\"name\": \"site\", \"data\": \"1\"}]}],"
	" \"reservations\": [{\"hw-address\": \"02:00:00:00:00:09\", \"option-data\": []}],"
	" \"shared-networks\": [{\"name\": \"a\", \"relay\": {\"ip-addresses\": [\"192.0.2.1\"]},"
	"  \"subnet4\": ["
	"  {\"id\": 1, \"subnet\": \"10.0.0.0/24\", \"relay\": {\"ip-addresses\": [\"192.0.2.2\"]},"
	"   \"pools\": [{\"pool\": \"10.0.0.10 - 10.0.0.19\"}],"
	"   \"option-data\": [{\"name\": \"domain-name\", \"data\": \"ab\"},"
	"    {\"name\": \"own\", \"data\": \"1, 2\"},"
	"    {\"code\": 1, \"space\": \"isc\", \"data\": \"01\"}],"
	"   \"reservations\": [{\"hw-address\": \"02:00:00:00:00:01\"}]},"
	"  {\"id\": 2, \"subnet\": \"10.0.8.0/24\", \"relay\": {\"ip-addresses\": [\"192.0.2.2\"]},"
	"   \"pools\": [{\"pool\": \"10.0.8.10 - 10.0.8.19\"}],"
	"   \"option-data\": [{\"name\": \"domain-name\", \"data\": \"ab\"},"
	"    {\"name\": \"own\", \"data\": \"1, 2\"},"
	"    {\"code\": 1, \"space\": \"isc\", \"data\": \"01\"}],"
	"   \"reservations\": [{\"hw-address\": \"02:00:00:00:00:02\"}]}]}],"
	" \"subnet4\": [{\"id\": 3, \"subnet\": \"172.16.0.0/24\", \"interface\": \"eth9\","
	"  \"reservations-global\": false}]}}";

/* The maps of a scope that stand in subnet 1, in its sibling or above. */
static const struct {
	enum schema_scope scope;
	const char *path; /* of keys and numbers, below Dhcp4 */
} places[] = {
	{SCOPE_ROOT, ""},
	{SCOPE_NETWORK, "shared-networks 0"},
	{SCOPE_SUBNET, "shared-networks 0 subnet4 0"},
	{SCOPE_SUBNET, "shared-networks 0 subnet4 1"},
	{SCOPE_POOL, "shared-networks 0 subnet4 0 pools 0"},
	{SCOPE_POOL, "shared-networks 0 subnet4 1 pools 0"},
	{SCOPE_RESERVATION, "shared-networks 0 subnet4 0 reservations 0"},
	{SCOPE_RESERVATION, "shared-networks 0 subnet4 1 reservations 0"},
	{SCOPE_RESERVATION, "reservations 0"},
	{SCOPE_RELAY, "shared-networks 0 subnet4 0 relay"},
	{SCOPE_RELAY, "shared-networks 0 subnet4 1 relay"},
	{SCOPE_OPTION, "shared-networks 0 subnet4 0 option-data 0"},
	{SCOPE_OPTION, "shared-networks 0 subnet4 1 option-data 0"},
	{SCOPE_OPTION_DEF, "option-def 0"},
	{SCOPE_CLASS, "client-classes 0"},
	{SCOPE_COMPATIBILITY, "compatibility"},
	{SCOPE_HOOK, "hooks-libraries 0"},
	{SCOPE_FLEX_ID, "hooks-libraries 0 parameters"},
};

#define AT(scope)    (1u << SCOPE_##scope)
#define ALL	     SCHEMA_EVERYWHERE
#define OPTION_DATA  "[{\"code\": 3, \"data\": \"10.0.0.1\"}]"
#define MINIMAL	     "[{\"id\": 1, \"subnet\": \"10.0.0.0/24\"}]"
#define RESERVATIONS "[{\"hw-address\": \"02:00:00:00:00:77\", \"hostname\": \"x\"}]"

static const struct digest_case {
	enum schema_key key;
	unsigned scopes;
	const char *value;   /* JSON */
	const char *instead; /* what leaves the map for it */
	bool same;	     /* the digest does not move */
} cases[] = {
	{KEY_VALID_LIFETIME, ALL, "1800", NULL, false},
	{KEY_MIN_VALID_LIFETIME, ALL, "1800", NULL, false},
	{KEY_MAX_VALID_LIFETIME, ALL, "7200", NULL, false},
	{KEY_RENEW_TIMER, ALL, "100", NULL, false},
	{KEY_REBIND_TIMER, ALL, "3000", NULL, false},
	{KEY_CALCULATE_TEE_TIMES, ALL, "false", NULL, false},
	{KEY_T1_PERCENT, ALL, "0.4", NULL, false},
	{KEY_T2_PERCENT, ALL, "0.8", NULL, false},
	{KEY_OPTION_DATA, ALL, OPTION_DATA, NULL, false},
	{KEY_OPTION_NAME, ALL, "\"root-path\"", NULL, false},
	{KEY_OPTION_CODE, ALL, "17", "name", false},
	{KEY_OPTION_SPACE, ALL, "\"isc\"", NULL, false},
	{KEY_OPTION_TEXT, ALL, "\"cd\"", NULL, false},
	{KEY_OPTION_CSV_FORMAT, ALL, "false", NULL, false},
	{KEY_OPTION_ALWAYS_SEND, ALL, "true", NULL, false},
	{KEY_OPTION_NEVER_SEND, ALL, "true", NULL, false},
	{KEY_OPTION_DEF, AT(CLASS), "[{\"name\": \"site\", \"code\": 230, \"type\": \"uint16\"}]",
	 NULL, false},
	{KEY_OPTION_DEF, ALL, "[{\"name\": \"own\", \"code\": 222, \"type\": \"string\"}]", NULL,
	 false},
	/* what option-data names must be there; the name itself is on no wire */
	{KEY_DEF_NAME, ALL, "\"own\"", NULL, true},
	{KEY_DEF_SPACE, ALL, "\"dhcp4\"", NULL, true},
	{KEY_DEF_CODE, ALL, "223", NULL, false},
	{KEY_DEF_TYPE, ALL, "\"string\"", "record-types", false},
	{KEY_DEF_ARRAY, ALL, "true", NULL, true}, /* of one */
	{KEY_DEF_RECORD_TYPES, ALL, "\"uint8, uint16\"", NULL, false},
	{KEY_DEF_ENCAPSULATE, ALL, "\"isc\"", NULL, false},
	{KEY_SHARED_NETWORKS, ALL, "[{\"name\": \"b\", \"subnet4\": " MINIMAL "}]", NULL, false},
	{KEY_NETWORK_NAME, ALL, "\"other\"", NULL, true},
	{KEY_SUBNET4, AT(ROOT),
	 "[{\"id\": 3, \"subnet\": \"172.16.0.0/24\", \"interface\": \"eth9\"}, "
	 "{\"id\": 4, \"subnet\": \"172.16.1.0/24\"}]",
	 NULL, true},
	{KEY_SUBNET4, AT(NETWORK), MINIMAL, NULL, false},
	{KEY_SUBNET_ID, ALL, "7", NULL, true},
	{KEY_SUBNET_PREFIX, ALL, "null", NULL, false}, /* made up below */
	{KEY_SUBNET_INTERFACE, ALL, "\"eth1\"", NULL, false},
	{KEY_ENABLED, ALL, "false", NULL, false},
	{KEY_RELAY, AT(NETWORK), "{\"ip-addresses\": [\"192.0.2.3\"]}", NULL, true},
	{KEY_RELAY, AT(SUBNET), "{\"ip-addresses\": [\"192.0.2.3\"]}", NULL, false},
	{KEY_RELAY_ADDRESSES, ALL, "[\"192.0.2.2\", \"192.0.2.3\"]", NULL, false},
	{KEY_RELAY_ADDRESS, ALL, "\"192.0.2.3\"", "ip-addresses", false},
	{KEY_POOLS, ALL, "[]", NULL, false},
	{KEY_POOL, ALL, "null", NULL, false}, /* made up below */
	{KEY_EXCLUSIONS, ALL, "null", NULL, false},
	{KEY_COMPATIBILITY, ALL, "{\"exclude-first-last-24\": true}", NULL, false},
	{KEY_EXCLUDE_FIRST_LAST_24, ALL, "true", NULL, false},
	{KEY_RESERVATIONS, ALL, RESERVATIONS, NULL, false},
	{KEY_HW_ADDRESS, ALL, "\"02:00:00:00:00:77\"", NULL, false},
	{KEY_DUID, ALL, "\"00:00:01\"", "hw-address", false},
	{KEY_CIRCUIT_ID, ALL, "\"'x'\"", "hw-address", false},
	{KEY_REMOTE_ID, ALL, "\"'x'\"", "hw-address", false},
	{KEY_CLIENT_ID, ALL, "\"02:00:00:00:00:01\"", "hw-address", false},
	{KEY_FLEX_ID, ALL, "\"'x'\"", "hw-address", false},
	{KEY_IP_ADDRESS, ALL, "null", NULL, false}, /* made up below */
	{KEY_HOSTNAME, ALL, "\"x\"", NULL, false},
	{KEY_HOST_RESERVATION_IDENTIFIERS, ALL, "[\"hw-address\"]", NULL, false},
	{KEY_RESERVATIONS_GLOBAL, ALL, "false", NULL, false},
	{KEY_RESERVATIONS_IN_SUBNET, ALL, "false", NULL, false},
	{KEY_RESERVATIONS_OUT_OF_POOL, ALL, "true", NULL, true},
	{KEY_RESERVATION_MODE, ALL, "\"disabled\"", "reservations-global", false},
	{KEY_AUTHORITATIVE, ALL, "true", NULL, false},
	{KEY_RAPID_COMMIT, ALL, "true", NULL, false},
	{KEY_BOOTP, ALL, "\"all\"", NULL, false},
	{KEY_QUALIFYING_SUFFIX, ALL, "\"x.org\"", NULL, false},
	{KEY_STORE_EXTENDED_INFO, ALL, "true", NULL, false},
	{KEY_STASH_AGENT_OPTIONS, ALL, "false", NULL, false},
	/* lists are held against each client, numbers against who is not bound yet */
	{KEY_ALLOW_HW_ADDRESSES, ALL, "[\"02:*\"]", NULL, true},
	{KEY_DENY_HW_ADDRESSES, ALL, "[\"02:*\"]", NULL, true},
	{KEY_LEASES_PER_CIRCUIT_ID, ALL, "2", NULL, false},
	{KEY_LEASES_PER_LINK, ALL, "2", NULL, true},
	{KEY_NEXT_SERVER, ALL, "\"192.0.2.9\"", NULL, false},
	{KEY_SERVER_HOSTNAME, ALL, "\"x\"", NULL, false},
	{KEY_BOOT_FILE_NAME, ALL, "\"x\"", NULL, false},
	{KEY_MATCH_CLIENT_ID, ALL, "false", NULL, false},
	{KEY_ECHO_CLIENT_ID, ALL, "false", NULL, false},
	{KEY_HOOKS_LIBRARIES, ALL, "[]", NULL, false},
	{KEY_HOOK_LIBRARY, ALL, "\"libdhcp_lease_cmds.so\"", NULL, false},
	{KEY_HOOK_PARAMETERS, ALL, "{}", NULL, false},
	{KEY_IDENTIFIER_EXPRESSION, ALL, "\"option[60].hex\"", NULL, false},
	{KEY_REPLACE_CLIENT_ID, ALL, "false", NULL, true},
	{KEY_CLASSES, ALL, "[{\"name\": \"b\", \"test\": \"known\", \"valid-lifetime\": 60}]", NULL,
	 false},
	{KEY_CLASS_NAME, ALL, "\"b\"", NULL, false},
	{KEY_CLASS_TEST, ALL, "\"option[61].exists\"", NULL, false},
	{KEY_CLASS_TEMPLATE_TEST, ALL, "\"option[60].hex\"", "test", false},
	{KEY_CLASS_IF_REQUIRED, ALL, "true", NULL, false},
	{KEY_CLASS_IN_ADDITIONAL, ALL, "true", NULL, false},
	{KEY_CLASS_VALID_LIFETIME, ALL, "60", NULL, false},
	{KEY_CLASS_MIN_VALID_LIFETIME, ALL, "60", NULL, false},
	{KEY_CLASS_MAX_VALID_LIFETIME, ALL, "60", NULL, false},
	{KEY_GUARD, ALL, "\"a\"", NULL, false},
	{KEY_GUARDS, ALL, "[\"a\"]", NULL, false},
	{KEY_REQUIRED_CLASSES, ALL, "[\"a\"]", NULL, false},
	{KEY_ADDITIONAL_CLASSES, ALL, "[\"a\"]", NULL, false},
	{KEY_RESERVED_CLASSES, ALL, "[\"a\"]", NULL, false},
	{KEY_OPTION_CLASSES, ALL, "[\"a\"]", NULL, false},
	/* what concerns no answer of a subnet's, or the daemon alone */
	{KEY_CLASS_OFFER_LIFETIME, ALL, "20", NULL, true},
	{KEY_OFFER_LIFETIME, ALL, "20", NULL, true},
	{KEY_DECLINE_PROBATION_PERIOD, ALL, "20", NULL, true},
	{KEY_INTERFACES_CONFIG, ALL, "{\"interfaces\": [\"eth0\"]}", NULL, true},
	{KEY_FAST_PATH, ALL,
	 "{\"horizon\": 5, \"unattended\": 9, \"limits\": {\"client-rate\": 1}}", NULL, true},
	{KEY_LOGGERS, ALL, "[{\"name\": \"root\", \"severity\": \"DEBUG\"}]", NULL, true},
	{KEY_CONFLICT_DETECTION, ALL, "{\"method\": \"icmp\"}", NULL, true},
	{KEY_ALLOW_SERVERS, ALL, "[\"192.0.2.2\"]", NULL, true},
	{KEY_FOREIGN_SERVER_PERIOD, ALL, "60", NULL, true},
	{KEY_USER_CONTEXT, ALL, "{\"x\": 1}", NULL, true},
	{KEY_COMMENT, ALL, "\"x\"", NULL, true},
};

static const struct digest_case *case_of(enum schema_key key, enum schema_scope scope)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (cases[i].key == key && cases[i].scopes & (1u << scope))
			return &cases[i];
	}
	return NULL;
}

static json_t *walk(json_t *at, const char *path)
{
	char word[64];
	int len;

	while (sscanf(path, " %63s%n", word, &len) == 1) {
		path += len;
		at = word[0] >= '0' && word[0] <= '9' ? json_array_get(at, (size_t)atoi(word))
						      : json_object_get(at, word);
		assert_non_null(at);
	}
	return at;
}

/* The values that must lie in the subnet where they stand. */
static json_t *made_up(enum schema_key key, const char *path)
{
	bool sibling = strstr(path, "subnet4 1") != NULL;
	const char *net = sibling ? "10.0.8" : "10.0.0";

	switch (key) {
	case KEY_SUBNET_PREFIX:
		return json_sprintf("%s.0/23", net);
	case KEY_POOL:
		return json_sprintf("%s.10 - %s.20", net, net);
	case KEY_EXCLUSIONS:
		return json_pack("[o]", json_sprintf("%s.12", net));
	case KEY_IP_ADDRESS:
		return json_sprintf("%s.50", net);
	default:
		return json_null();
	}
}

/* The digests of subnets 1 and 3, wherever they stand by now. */
static void tree_digests(json_t *tree, uint64_t ret_digests[2])
{
	char *text = json_dumps(tree, 0);
	struct config *c = load(text);
	const struct subnet *s = model_subnet_of(&c->model, IP(10, 0, 0, 1));
	const struct subnet *other = model_subnet_of(&c->model, IP(172, 16, 0, 1));

	assert_non_null(s);
	assert_non_null(other);
	ret_digests[0] = s->digest;
	ret_digests[1] = other->digest;
	config_free(c);
	free(text);
}

/* Do its keys concern all networks? */
static bool is_global(enum schema_scope scope)
{
	return scope == SCOPE_ROOT || scope == SCOPE_COMPATIBILITY || scope == SCOPE_HOOK ||
	       scope == SCOPE_FLEX_ID || scope == SCOPE_CLASS;
}

static void try_key(const struct schema_row *row, size_t place, const struct digest_case *it)
{
	json_t *tree = json_loads(base, 0, NULL),
	       *value = json_loads(it->value, JSON_DECODE_ANY, NULL);
	json_t *map = walk(json_object_get(tree, "Dhcp4"), places[place].path);
	uint64_t before[2], after[2];

	assert_non_null(value);
	tree_digests(tree, before);
	if (json_is_null(value)) {
		json_decref(value);
		value = made_up(row->key, places[place].path);
	}
	if (it->instead)
		json_object_del(map, it->instead);
	assert_int_equal(json_object_set_new(map, row->name, value), 0);
	tree_digests(tree, after);
	if ((before[0] == after[0]) != it->same)
		fail_msg("%s at %s: the digest %s", row->name, places[place].path,
			 it->same ? "moves" : "does not move");
	/* and nothing of one network concerns another */
	if (!is_global(places[place].scope) && before[1] != after[1])
		fail_msg("%s at %s: the digest of another network moves", row->name,
			 places[place].path);
	json_decref(tree);
}

/* What only the daemon reads. */
static bool is_apart(unsigned scopes)
{
	const unsigned apart = AT(INTERFACES) | AT(LEASE_DATABASE) | AT(FAST_PATH) | AT(LIMITS) |
			       AT(SOCKET) | AT(LOGGER) | AT(LOG_OUTPUT) | AT(DDNS) | AT(EXPIRED) |
			       AT(SANITY) | AT(PING) | AT(CONFLICT) | AT(THREADS) | AT(QUEUE) |
			       AT(CONFIG_CONTROL);

	return !(scopes & ~apart);
}

static void test_digest_every_key(void **state)
{
	size_t tried = 0;

	(void)state;
	for (size_t i = 0; i < schema_n; i++) {
		const struct schema_row *row = &schema[i];

		if (!row->key || row->restart || is_apart(row->scopes))
			continue;
		for (size_t p = 0; p < sizeof(places) / sizeof(places[0]); p++) {
			const struct digest_case *it;

			if (!(row->scopes & (1u << places[p].scope)))
				continue;
			it = case_of(row->key, places[p].scope);
			if (!it)
				fail_msg("%s at %s has no case", row->name, places[p].path);
			try_key(row, p, it);
			tried++;
		}
	}
	assert_true(tried > 150);
}

/* Each scope that a key may stand in is one of `places`, or apart. */
static void test_digest_every_scope(void **state)
{
	(void)state;
	for (int scope = 0; scope < SCOPE_COUNT; scope++) {
		bool known = is_apart(1u << scope);

		for (size_t p = 0; p < sizeof(places) / sizeof(places[0]); p++)
			known |= places[p].scope == (enum schema_scope)scope;
		if (!known)
			fail_msg("%s is in no place", schema_scope_path((enum schema_scope)scope));
	}
}

/* --- who is left to a subnet --- */

static uint64_t first_digest(const char *text)
{
	struct config *c = load(text);
	uint64_t digest = c->model.subnets[0].digest;

	config_free(c);
	return digest;
}

/* A relay with an address in one subnet that another one lists has its clients there. */
static void test_digest_lost_relays(void **state)
{
#define TWO_SUBNETS(rest)                                            \
	HEAD "subnet4:\n- {id: 1, subnet: 10.0.1.0/24, pools: []}\n" \
	     "- {id: 2, subnet: 10.0.2.0/24, pools: []" rest "}\n"
	uint64_t none = first_digest(TWO_SUBNETS(""));
	uint64_t lost = first_digest(TWO_SUBNETS(", relay: {ip-addresses: [10.0.1.7]}"));
	uint64_t more = first_digest(TWO_SUBNETS(", relay: {ip-addresses: [10.0.1.7, 10.0.1.9]}"));

	(void)state;
	assert_true(none == first_digest(TWO_SUBNETS(", relay: {ip-addresses: [10.0.3.7]}")));
	assert_true(none != lost && none != more && lost != more);
	/* by whom does not matter, nor who lists it too without effect */
	assert_true(lost ==
		    first_digest(TWO_SUBNETS("}\n- {id: 3, subnet: 10.0.3.0/24, pools: [], relay: "
					     "{ip-addresses: [10.0.1.7]}")));
	/* its own relay, if it says so or not */
	assert_true(first_digest(HEAD "subnet4:\n- {id: 1, subnet: 10.0.1.0/24, pools: [], relay: "
				      "{ip-address: 10.0.1.7}}\n") != none);
}

/* Of those that list one relay, the subnet with the lowest id has its clients: 2 has them, or not.
 */
static void test_digest_relay_of_another(void **state)
{
#define LISTS	"relay: {ip-addresses: [10.9.0.1]}"
#define LISTING HEAD "subnet4:\n- {id: 2, subnet: 10.0.1.0/24, pools: [], " LISTS "}\n"
	uint64_t alone = first_digest(LISTING);

	(void)state;
	assert_true(alone ==
		    first_digest(LISTING "- {id: 3, subnet: 10.0.2.0/24, pools: [], " LISTS "}"));
	assert_true(alone !=
		    first_digest(LISTING "- {id: 1, subnet: 10.0.2.0/24, pools: [], " LISTS "}"));
	assert_true(alone == first_digest(LISTING "- {id: 1, subnet: 10.0.2.0/24, pools: []}"));
}

/* Lists of one length that say different things. */
static void test_digest_lists(void **state)
{
#define ONE(rest) "subnet4:\n- {id: 1, subnet: 10.0.1.0/24, min-valid-lifetime: 60, " rest "}\n"
	static const char *const pairs[][2] = {
		{HEAD ONE("exclusions: [10.0.1.12 - 10.0.1.15]"),
		 HEAD ONE("exclusions: [10.0.1.12 - 10.0.1.16]")},
		{HEAD ONE("exclusions: [10.0.1.12 - 10.0.1.15]"),
		 HEAD ONE("exclusions: [10.0.1.11 - 10.0.1.15]")},
		{HEAD ONE("pools: [{pool: 10.0.1.12 - 10.0.1.15}]"),
		 HEAD ONE("pools: [{pool: 10.0.1.11 - 10.0.1.15}]")},
		{HEAD ONE("relay: {ip-address: 192.0.2.1}"),
		 HEAD ONE("relay: {ip-address: 192.0.2.2}")},
		{HEAD "host-reservation-identifiers: [duid, client-id]\n" ONE("pools: []"),
		 HEAD "host-reservation-identifiers: [client-id, duid]\n" ONE("pools: []")},
		/* those of 125 add up: an outer one counts also under an inner one */
		{HEAD
		 "option-data: [{code: 1, space: vendor-9, csv-format: false, data: 01}]\n" ONE(
			 "option-data: [{code: 2, space: vendor-9, csv-format: false, data: 01}]"),
		 HEAD
		 "option-data: [{code: 1, space: vendor-9, csv-format: false, data: 02}]\n" ONE(
			 "option-data: [{code: 2, space: vendor-9, csv-format: false, data: 01}]")},
		{HEAD ONE("max-valid-lifetime: 7200, valid-lifetime: 1000"),
		 HEAD ONE("max-valid-lifetime: 7200, valid-lifetime: 1001")},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		if (first_digest(pairs[i][0]) == first_digest(pairs[i][1]))
			fail_msg("%s%s", pairs[i][0], pairs[i][1]);
	}
}

/* What a subnet has from its network is what it would have of its own. */
static void test_digest_inherited(void **state)
{
	static const char *const same[] = {
		HEAD
		"subnet4:\n- {id: 1, subnet: 10.0.1.0/24, pools: [], interface: eth0, relay: "
		"{ip-addresses: [192.0.2.1]}, valid-lifetime: 60, bootp: all, next-server: "
		"192.0.2.9, option-data: [{name: domain-name, data: a}], rapid-commit: true}\n",
		HEAD "shared-networks:\n- {name: x, interface: eth0, relay: {ip-address: "
		     "192.0.2.1}, valid-lifetime: 60, bootp: all, next-server: 192.0.2.9, "
		     "option-data: [{name: domain-name, data: a}], rapid-commit: true, subnet4: "
		     "[{id: 7, subnet: 10.0.1.0/24, pools: []}]}\n",
		HEAD "valid-lifetime: 60\nbootp: all\nnext-server: 192.0.2.9\nrapid-commit: true\n"
		     "option-data: [{name: domain-name, data: a}]\n"
		     "shared-networks:\n- {name: y, subnet4: [{id: 1, subnet: 10.0.1.0/24, "
		     "interface: eth0, relay: {ip-addresses: [192.0.2.1]}}]}\n"};

	(void)state;
	assert_true(first_digest(same[0]) == first_digest(same[1]));
	assert_true(first_digest(same[0]) == first_digest(same[2]));
}

/* The order of subnets in a network, of exclusions and relays, and who is first: no change. */
static void test_digest_order(void **state)
{
	static const char *const texts[] = {
		HEAD "shared-networks:\n- {name: x, subnet4: [{id: 1, subnet: 10.0.1.0/24, "
		     "exclusions: [10.0.1.1, 10.0.1.2, 10.0.1.9], relay: {ip-addresses: "
		     "[192.0.2.1, 192.0.2.2]}}, {id: 2, subnet: 10.0.2.0/24}, {id: 3, subnet: "
		     "10.0.3.0/24}]}\n",
		HEAD "shared-networks:\n- {name: z, subnet4: [{id: 5, subnet: 10.0.3.0/24}, {id: "
		     "4, subnet: 10.0.1.0/24, exclusions: [10.0.1.9, 10.0.1.1 - 10.0.1.2, "
		     "10.0.1.2], relay: {ip-addresses: [192.0.2.2, 192.0.2.1]}}, {id: 1, subnet: "
		     "10.0.2.0/24}]}\n",
		/* one subnet less */
		HEAD "shared-networks:\n- {name: x, subnet4: [{id: 1, subnet: 10.0.1.0/24, "
		     "exclusions: [10.0.1.1, 10.0.1.2, 10.0.1.9], relay: {ip-addresses: "
		     "[192.0.2.1, 192.0.2.2]}}, {id: 2, subnet: 10.0.2.0/24}]}\n"};

	(void)state;
	assert_true(first_digest(texts[0]) == first_digest(texts[1]));
	assert_true(first_digest(texts[0]) != first_digest(texts[2]));
}

/* The text stays, what it means does not: by the definition that a name has. */
static void test_digest_expression(void **state)
{
#define EXPRESSION(code, type, text)                                        \
	HEAD "option-def: [{name: own, code: " code ", type: " type "}]\n"  \
	     "hooks-libraries: [{library: libdhcp_flex_id.so, parameters: " \
	     "{identifier-expression: \"" text "\"}}]\n"                    \
	     "subnet4:\n- {id: 1, subnet: 10.0.1.0/24, pools: []}\n"
	static const char *const texts[] = {
		EXPRESSION("222", "binary", "option[own].hex"),
		EXPRESSION("223", "binary", "option[own].hex"),
		EXPRESSION("222", "string", "option[own].hex"),
		EXPRESSION("222", "binary", "substring(option[own].hex, 0, 2)"),
		EXPRESSION("222", "binary", "substring(option[own].hex, 1, 2)"),
		EXPRESSION("222", "binary", "substring(option[own].hex, 0, 3)"),
		EXPRESSION("222", "binary", "concat(option[own].hex, 'a')"),
		EXPRESSION("222", "binary", "concat(option[own].hex, 'b')"),
		EXPRESSION("222", "binary", "lcase(option[own].hex)"),
		EXPRESSION("222", "binary", "ucase(option[own].hex)"),
		EXPRESSION("222", "binary", "pkt4.mac"),
	};
	enum { N = sizeof(texts) / sizeof(texts[0]) };
	uint64_t digests[N];

	(void)state;
	for (size_t i = 0; i < N; i++) {
		digests[i] = first_digest(texts[i]);
		for (size_t j = 0; j < i; j++)
			assert_true(digests[i] != digests[j]);
	}
	/* notation means nothing */
	assert_true(first_digest(EXPRESSION("222", "binary", "option[222].hex")) == digests[0]);
	assert_true(first_digest(EXPRESSION("222", "binary", " ( option[ own ].hex ) ")) ==
		    digests[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_digest_changes),
		cmocka_unit_test(test_digest_flags),
		cmocka_unit_test(test_digest_interfaces),
		cmocka_unit_test(test_digest_stable),
		cmocka_unit_test(test_digest_every_key),
		cmocka_unit_test(test_digest_every_scope),
		cmocka_unit_test(test_digest_lost_relays),
		cmocka_unit_test(test_digest_relay_of_another),
		cmocka_unit_test(test_digest_inherited),
		cmocka_unit_test(test_digest_order),
		cmocka_unit_test(test_digest_lists),
		cmocka_unit_test(test_digest_expression),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
