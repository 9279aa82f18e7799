// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What shared networks, relays, pools, exclusions and reservations become in the model, and
 * what is inherited from where. Exact messages are in test_config_golden.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config_fixture.h"

#define SCOPES "tests/golden/good/scopes.yaml"

static const struct subnet *subnet_at(const struct config *c, uint32_t addr)
{
	const struct subnet *s = model_subnet_of(&c->model, addr);

	assert_non_null(s);
	return s;
}

/* --- shared networks --- */

static void shared_network(void **state)
{
	struct config *c = load_named(SCOPES, NULL);
	const struct subnet *first = subnet_at(c, IP(10, 0, 0, 1));
	const struct shared_network *network = first->network;

	(void)state;
	assert_int_equal(c->model.n_networks, 3);
	assert_int_equal(c->model.n_subnets, 5);
	assert_non_null(network);
	assert_ptr_equal(subnet_at(c, IP(10, 1, 0, 1))->network, network);
	assert_non_null(subnet_at(c, IP(10, 2, 0, 1))->network);
	assert_ptr_not_equal(subnet_at(c, IP(10, 2, 0, 1))->network, network);
	assert_null(subnet_at(c, IP(192, 0, 2, 1))->network);
	assert_option(&network->scope.options, 0, 15, false, false, "floor.example.org", 17);
	assert_int_equal(network->scope.boot.next_server, IP(192, 0, 2, 8));
	assert_string_equal(network->scope.boot.server_hostname, "floor");
	assert_string_equal(network->scope.boot.boot_file_name, "floor.img");
	/* options and boot fields stay where they are set: the engine takes the narrowest */
	assert_int_equal(first->scope.options.n, 0);
	assert_string_equal(first->scope.boot.boot_file_name, "");
	config_free(c);
}

static void network_lifetimes(void **state)
{
	struct config *c = load_named(SCOPES, NULL);
	const struct lifetimes *from_network = &subnet_at(c, IP(10, 0, 0, 1))->life;
	const struct lifetimes *own = &subnet_at(c, IP(10, 1, 0, 1))->life;
	const struct lifetimes *global = &subnet_at(c, IP(192, 0, 2, 1))->life;

	(void)state;
	assert_int_equal(from_network->valid, 600);
	assert_int_equal(from_network->min, 300);
	/* a scope that sets valid-lifetime leaves the outer min and max behind */
	assert_int_equal(from_network->max, 600);
	assert_int_equal(from_network->renew_timer, 200);
	assert_int_equal(from_network->rebind_timer, 400);
	assert_false(from_network->calculate_tee_times);
	assert_true(from_network->t1_percent == 0.4 && from_network->t2_percent == 0.8);
	assert_int_equal(own->valid, 60);
	assert_int_equal(own->min, 60);
	assert_int_equal(own->renew_timer, 20);
	assert_true(own->t1_percent == 0.4);
	assert_int_equal(global->valid, 4000);
	assert_int_equal(global->max, 8000);
	assert_true(global->calculate_tee_times && global->t1_percent == 0.5);
	config_free(c);
}

static void network_flags(void **state)
{
	struct config *c = load_named(SCOPES, NULL);
	const struct subnet *from_network = subnet_at(c, IP(10, 0, 0, 1));
	const struct subnet *own = subnet_at(c, IP(10, 1, 0, 1));
	const struct subnet *global = subnet_at(c, IP(192, 0, 2, 1));

	(void)state;
	assert_true(from_network->enabled && !own->enabled && global->enabled);
	assert_true(!from_network->authoritative && own->authoritative && global->authoritative);
	assert_true(!from_network->match_client_id && own->match_client_id &&
		    global->match_client_id);
	assert_true(!from_network->rapid_commit && own->rapid_commit && global->rapid_commit);
	assert_true(!from_network->store_extended_info && own->store_extended_info &&
		    global->store_extended_info);
	assert_int_equal(from_network->bootp, BOOTP_NONE);
	assert_int_equal(own->bootp, BOOTP_RESERVED);
	assert_int_equal(global->bootp, BOOTP_ALL);
	assert_true(from_network->exclude_first_last && global->exclude_first_last);
	assert_false(c->model.stash_agent_options);
	config_free(c);
}

static void flag_defaults(void **state)
{
	struct config *c = load(HEAD "subnet4: [{id: 1, subnet: 10.0.0.0/24, pools: []}]\n");
	const struct subnet *s = &c->model.subnets[0];

	(void)state;
	assert_true(s->enabled);
	assert_false(s->rapid_commit);
	assert_false(s->store_extended_info);
	assert_false(s->exclude_first_last);
	assert_int_equal(s->bootp, BOOTP_NONE);
	assert_true(s->reservations_in_subnet);
	assert_false(s->reservations_global);
	assert_true(c->model.stash_agent_options);
	assert_int_equal(s->n_relays, 0);
	assert_int_equal(s->n_exclusions, 0);
	assert_null(s->network);
	assert_int_equal(c->model.n_networks, 0);
	config_free(c);
}

static void interface_of_a_network(void **state)
{
	struct config *c = load_named(SCOPES, NULL);

	(void)state;
	assert_string_equal(subnet_at(c, IP(10, 0, 0, 1))->interface, "eth1");
	assert_string_equal(subnet_at(c, IP(10, 1, 0, 1))->interface, "eth1");
	/* that of one subnet is that of its siblings: they are on one link */
	assert_string_equal(subnet_at(c, IP(10, 2, 0, 1))->interface, "eth0");
	assert_string_equal(subnet_at(c, IP(10, 2, 1, 1))->interface, "eth0");
	assert_string_equal(subnet_at(c, IP(192, 0, 2, 1))->interface, "");
	config_free(c);
}

/* Numbers are given in the file's order, whatever list a subnet stands in. */
static void ids_across_networks(void **state)
{
	struct config *c = load(HEAD "subnet4:\n- {subnet: 10.0.1.0/24}\n"
				     "shared-networks:\n"
				     "- {name: a, subnet4: [{subnet: 10.0.2.0/24}, {id: 2, subnet: "
				     "10.0.3.0/24}]}\n"
				     "- {name: b, subnet4: [{subnet: 10.0.4.0/24}]}\n");
	struct config *d = load(HEAD "shared-networks:\n"
				     "- {name: a, subnet4: [{subnet: 10.0.2.0/24}]}\n"
				     "subnet4:\n- {subnet: 10.0.1.0/24}\n");

	(void)state;
	assert_int_equal(c->model.subnets[0].id, 1);
	assert_int_equal(c->model.subnets[1].id, 3);
	assert_int_equal(c->model.subnets[2].id, 2);
	assert_int_equal(c->model.subnets[3].id, 4);
	assert_int_equal(d->model.subnets[0].id, 2);
	assert_int_equal(d->model.subnets[1].id, 1);
	config_free(c);
	config_free(d);
}

/* --- relays --- */

static void assert_relays(const struct subnet *s, const char *wanted)
{
	char text[256] = "";

	for (size_t i = 0; i < s->n_relays; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%u", i ? " " : "",
			 s->relays[i] & 0xff);
	assert_string_equal(text, wanted);
}

static void relays(void **state)
{
	struct config *c = load_named(SCOPES, NULL);

	(void)state;
	/* ascending; inherited where a subnet has none */
	assert_relays(subnet_at(c, IP(10, 0, 0, 1)), "1 9");
	assert_relays(subnet_at(c, IP(10, 1, 0, 1)), "1 9");
	assert_relays(subnet_at(c, IP(192, 0, 2, 1)), "1");
	assert_int_equal(subnet_at(c, IP(192, 0, 2, 1))->relays[0], IP(192, 0, 3, 1));
	config_free(c);
	/* one with relays of its own keeps to them */
	c = load(HEAD "shared-networks: [{name: a, relay: {ip-addresses: [192.0.2.1]}, subnet4: "
		      "[{id: 1, subnet: 10.0.1.0/24, relay: {ip-addresses: [192.0.2.2]}}]}]\n");
	assert_relays(subnet_at(c, IP(10, 0, 1, 1)), "2");
	config_free(c);
}

/* Kea goes through subnets by their number, and then through the first one's network. */
static void a_relay_of_strangers_is_the_lowest_id_s(void **state)
{
	struct config *c = load(
		HEAD "shared-networks:\n"
		     "- name: a\n"
		     "  relay: {ip-addresses: [192.0.2.1, 192.0.2.2]}\n"
		     "  subnet4: [{id: 9, subnet: 10.0.9.0/24}, {id: 3, subnet: "
		     "10.0.3.0/24}]\n"
		     "subnet4:\n"
		     "- {id: 5, subnet: 10.0.5.0/24, relay: {ip-addresses: [192.0.2.1, "
		     "192.0.2.5]}}\n"
		     "- {id: 1, subnet: 10.0.1.0/24, relay: {ip-addresses: [192.0.2.2]}}\n"
		     "- {id: 4, subnet: 10.0.4.0/24, relay: {ip-addresses: [192.0.2.5]}}\n");

	(void)state;
	assert_relays(subnet_at(c, IP(10, 0, 1, 1)), "2");
	assert_relays(subnet_at(c, IP(10, 0, 3, 1)), "1");
	assert_relays(subnet_at(c, IP(10, 0, 9, 1)), "1");
	assert_relays(subnet_at(c, IP(10, 0, 4, 1)), "5");
	assert_relays(subnet_at(c, IP(10, 0, 5, 1)), "");
	config_free(c);
}

/* --- pools and exclusions --- */

static void assert_exclusions(const struct subnet *s, const char *wanted)
{
	char text[256] = "";

	for (size_t i = 0; i < s->n_exclusions; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%u.%u-%u.%u",
			 i ? " " : "", s->exclusions[i].first >> 8 & 0xff,
			 s->exclusions[i].first & 0xff, s->exclusions[i].last >> 8 & 0xff,
			 s->exclusions[i].last & 0xff);
	assert_string_equal(text, wanted);
}

static void pools(void **state)
{
	struct config *c = load_named(SCOPES, NULL);
	const struct subnet *s = subnet_at(c, IP(10, 0, 0, 1));

	(void)state;
	assert_int_equal(s->n_pools, 2);
	assert_int_equal(s->pools[0].first, IP(10, 0, 0, 0));
	assert_int_equal(s->pools[0].last, IP(10, 0, 1, 255));
	assert_option(&s->pools[0].scope.options, 0, 3, false, false, "\x0a\0\0\1", 4);
	assert_int_equal(s->pools[0].scope.boot.next_server, IP(192, 0, 2, 7));
	assert_string_equal(s->pools[0].scope.boot.server_hostname, "pool");
	assert_string_equal(s->pools[0].scope.boot.boot_file_name, "pool.img");
	assert_int_equal(s->pools[1].first, IP(10, 0, 2, 0));
	assert_int_equal(s->pools[1].scope.options.n, 0);
	config_free(c);
}

/* A pool's own options stay with it when pools are sorted. */
static void options_of_sorted_pools(void **state)
{
	struct config *c = load(HEAD "subnet4:\n"
				     "- {id: 1, subnet: 10.0.0.0/24, pools: [{pool: 10.0.0.20 - "
				     "10.0.0.29, boot-file-name: b}, {pool: 10.0.0.10 - 10.0.0.19, "
				     "boot-file-name: a}]}\n");
	const struct subnet *s = &c->model.subnets[0];

	(void)state;
	assert_int_equal(s->pools[0].first, IP(10, 0, 0, 10));
	assert_string_equal(s->pools[0].scope.boot.boot_file_name, "a");
	assert_int_equal(s->pools[1].first, IP(10, 0, 0, 20));
	assert_string_equal(s->pools[1].scope.boot.boot_file_name, "b");
	config_free(c);
}

static void exclusions(void **state)
{
	static const struct {
		const char *list, *merged;
	} cases[] = {
		{"10.0.0.5", "0.5-0.5"},
		{"10.0.0.5 - 10.0.0.5", "0.5-0.5"},
		{"10.0.0.8/29", "0.8-0.15"},
		{"10.0.0.5-10.0.0.9", "0.5-0.9"},
		{"10.0.0.5/32", "0.5-0.5"},
		{"10.0.0.9, 10.0.0.5", "0.5-0.5 0.9-0.9"},
		{"10.0.0.6, 10.0.0.5", "0.5-0.6"},			   /* they adjoin */
		{"10.0.0.5 - 10.0.0.9, 10.0.0.7 - 10.0.0.20", "0.5-0.20"}, /* they overlap */
		{"10.0.0.5 - 10.0.0.20, 10.0.0.7 - 10.0.0.9", "0.5-0.20"}, /* one in the other */
		{"10.0.0.7 - 10.0.0.9, 10.0.0.5 - 10.0.0.20", "0.5-0.20"},
		{"10.0.0.5, 10.0.0.5", "0.5-0.5"},
		{"10.0.0.5 - 10.0.0.6, 10.0.0.8", "0.5-0.6 0.8-0.8"},
		{"10.0.0.0/16", "0.0-255.255"},
		{"", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[512];
		struct config *c;

		snprintf(text, sizeof(text),
			 HEAD "subnet4: [{id: 1, subnet: 10.0.0.0/16, pools: [{pool: 10.0.0.1 - "
			      "10.0.0.200}], exclusions: [%s]}]\n",
			 cases[i].list);
		c = load(text);
		assert_exclusions(&c->model.subnets[0], cases[i].merged);
		config_free(c);
	}
}

/* The last address there is: nothing overflows. */
static void exclusions_at_the_end(void **state)
{
	struct config *c = load(HEAD "subnet4: [{id: 1, subnet: 223.255.255.0/24, pools: "
				     "[{pool: 223.255.255.0/24}], exclusions: "
				     "[223.255.255.255, 223.255.255.0 - 223.255.255.1]}]\n");

	(void)state;
	assert_exclusions(&c->model.subnets[0], "255.0-255.1 255.255-255.255");
	config_free(c);
}

/* --- reservations --- */

static const struct reservation *find(const struct model *model, const struct subnet *s,
				      enum reserved_by by, const void *data, size_t len)
{
	struct identifiers ids = {0};

	ids.v[by].data = data;
	ids.v[by].len = (uint16_t)len;
	return model_reservation(model, s, &ids);
}

static void reservation_kinds(void **state)
{
	struct config *c = load(HEAD "subnet4:\n- id: 1\n  subnet: 10.0.0.0/24\n  reservations:\n"
				     "  - {hw-address: 02:00:00:00:00:01, hostname: hw}\n"
				     "  - {duid: 00:03:00:01:02, hostname: duid}\n"
				     "  - {circuit-id: \"'port 1'\", hostname: circuit}\n"
				     "  - {remote-id: 0x0a0b, hostname: remote}\n"
				     "  - {client-id: 01:02, hostname: client}\n"
				     "  - {flex-id: \"'a:b'\", hostname: flex}\n");
	const struct subnet *s = &c->model.subnets[0];
	static const struct {
		enum reserved_by by;
		const char *data;
		size_t len;
		const char *hostname;
	} cases[] = {
		{RESERVED_BY_HW_ADDRESS, "\2\0\0\0\0\1", 6, "hw"},
		{RESERVED_BY_DUID, "\0\3\0\1\2", 5, "duid"},
		{RESERVED_BY_CIRCUIT_ID, "port 1", 6, "circuit"},
		{RESERVED_BY_REMOTE_ID, "\x0a\x0b", 2, "remote"},
		{RESERVED_BY_CLIENT_ID, "\1\2", 2, "client"},
		{RESERVED_BY_FLEX_ID, "a:b", 3, "flex"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct reservation *r = find(&c->model, s, cases[i].by, cases[i].data,
						   cases[i].len);

		assert_non_null(r);
		assert_int_equal(reservation_by(r), cases[i].by);
		assert_string_equal(r->hostname, cases[i].hostname);
		assert_false(r->global);
		/* the same bytes as another kind of identifier are another client */
		for (size_t j = 0; j < RESERVED_BY_COUNT; j++)
			assert_true(j == cases[i].by || !find(&c->model, s, (enum reserved_by)j,
							      cases[i].data, cases[i].len));
	}
	config_free(c);
}

static void global_reservations(void **state)
{
	struct config *c = load_named(SCOPES, NULL);
	const struct subnet *uses = subnet_at(c, IP(10, 0, 0, 1));
	const struct subnet *not = subnet_at(c, IP(192, 0, 2, 1));
	const struct reservation *r = find(&c->model, uses, RESERVED_BY_CIRCUIT_ID, "port 7", 6);

	(void)state;
	assert_int_equal(c->model.reservations.n, 4);
	assert_non_null(r);
	assert_true(r->global);
	assert_int_equal(r->addr, IP(10, 0, 0, 7));
	assert_ptr_equal(subnet_reserved_address(uses, IP(10, 0, 0, 7)), r);
	assert_null(find(&c->model, not, RESERVED_BY_CIRCUIT_ID, "port 7", 6));
	r = find(&c->model, uses, RESERVED_BY_FLEX_ID, "a:b", 3);
	assert_non_null(r);
	assert_string_equal(r->scope.boot.boot_file_name, "flex.img");
	assert_string_equal(r->scope.boot.server_hostname, "boot");
	assert_int_equal(r->scope.boot.next_server, IP(192, 0, 2, 9));
	r = find(&c->model, uses, RESERVED_BY_DUID, "\0\3\0\1\2\0\0\0\0\1", 10);
	assert_non_null(r);
	assert_option(&r->scope.options, 0, 3, false, false, "\x0a\0\0\2", 4);
	/* a subnet's own comes first */
	r = find(&c->model, uses, RESERVED_BY_REMOTE_ID, "\1\2", 2);
	assert_non_null(r);
	assert_false(r->global);
	assert_int_equal(r->addr, IP(10, 0, 3, 5));
	config_free(c);
}

static void assert_order(const char *list, const char *wanted)
{
	static const char letters[] = "hdcrif"; /* in RESERVED_BY order */
	char text[512], order[RESERVED_BY_COUNT + 1] = "";
	struct config *c;

	snprintf(text, sizeof(text), HEAD "%s", list);
	c = load(text);
	for (size_t i = 0; i < c->model.n_order; i++)
		order[i] = letters[c->model.order[i]];
	assert_string_equal(order, wanted);
	config_free(c);
}

static void order_of_identifiers(void **state)
{
	(void)state;
	assert_order("", "hdcrif");
	assert_order("host-reservation-identifiers: [auto]\n", "hdcrif");
	assert_order("host-reservation-identifiers: [client-id]\n", "i");
	assert_order("host-reservation-identifiers: [flex-id, circuit-id, remote-id, duid, "
		     "client-id, hw-address]\n",
		     "fcrdih");
}

/* Which reservations a subnet uses, by Kea's flags or by the older word, at every level. */
static void reservation_flags(void **state)
{
	static const struct {
		const char *root, *network, *subnet;
		bool in_subnet, global;
	} cases[] = {
		{"", "", "", true, false},
		{"reservations-global: true\n", "", "", true, true},
		{"reservations-in-subnet: false\n", "", "", false, false},
		{"reservations-out-of-pool: true\n", "", "", true, false},
		{"reservations-global: true\n", "reservations-global: false, ", "", true, false},
		{"reservations-global: true\n", "reservations-global: false, ",
		 "reservations-global: true, ", true, true},
		{"", "reservations-in-subnet: false, ", "", false, false},
		{"", "reservations-in-subnet: false, ", "reservations-in-subnet: true, ", true,
		 false},
		{"", "", "reservations-in-subnet: false, reservations-global: true, ", false, true},
		{"reservation-mode: all\n", "", "", true, false},
		{"reservation-mode: out-of-pool\n", "", "", true, false},
		{"reservation-mode: global\n", "", "", false, true},
		{"reservation-mode: disabled\n", "", "", false, false},
		{"reservation-mode: off\n", "", "", false, false},
		{"reservation-mode: global\n", "reservation-mode: all, ", "", true, false},
		{"reservation-mode: global\n", "", "reservations-in-subnet: true, ", true, true},
		{"reservations-global: true\n", "", "reservation-mode: all, ", true, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[512];
		struct config *c;

		snprintf(text, sizeof(text),
			 HEAD "%sshared-networks: [{name: a, %ssubnet4: [{%sid: 1, subnet: "
			      "10.0.0.0/24}]}]\n",
			 cases[i].root, cases[i].network, cases[i].subnet);
		c = load(text);
		if (c->model.subnets[0].reservations_in_subnet != cases[i].in_subnet ||
		    c->model.subnets[0].reservations_global != cases[i].global)
			fail_msg("%s", text);
		config_free(c);
	}
}

/* A client may be reserved in several subnets, and globally, without a word. */
static void one_client_in_several_sets(void **state)
{
	static const char text[] = HEAD
		"reservations-global: true\n"
		"reservations: [{hw-address: 02:00:00:00:00:01, hostname: global}]\n"
		"subnet4:\n"
		"- {id: 1, subnet: 10.0.1.0/24, reservations: [{hw-address: 02:00:00:00:00:01, "
		"ip-address: 10.0.1.9}]}\n"
		"- {id: 2, subnet: 10.0.2.0/24, reservations: [{hw-address: 02:00:00:00:00:01, "
		"ip-address: 10.0.2.9}]}\n"
		"- {id: 3, subnet: 10.0.3.0/24, pools: []}\n";
	struct config_errors errors;
	struct config *c = NULL;
	const struct subnet *s;

	(void)state;
	assert_int_equal(config_load("t", text, &c, &errors), 0);
	assert_int_equal(errors.n_notices, 0);
	config_errors_free(&errors);
	s = c->model.subnets;
	assert_int_equal(find(&c->model, &s[0], RESERVED_BY_HW_ADDRESS, "\2\0\0\0\0\1", 6)->addr,
			 IP(10, 0, 1, 9));
	assert_int_equal(find(&c->model, &s[1], RESERVED_BY_HW_ADDRESS, "\2\0\0\0\0\1", 6)->addr,
			 IP(10, 0, 2, 9));
	assert_true(find(&c->model, &s[2], RESERVED_BY_HW_ADDRESS, "\2\0\0\0\0\1", 6)->global);
	config_free(c);
}

/*
 * What ISC's example files have: a name with its last dot, ".5", and 0.0.0.0 for no relay and for
 * no next-server of a reservation.
 */
static void test_kea_ways(void **state)
{
	struct config_errors errors;
	struct config *config = NULL;
	const struct model *model;

	(void)state;
	assert_int_equal(config_load("tests/golden/good/kea-ways.json", NULL, &config, &errors), 0);
	model = &config->model;
	assert_true(model->subnets[0].life.t1_percent == 0.5);
	assert_int_equal(model->subnets[0].n_relays, 0);
	assert_int_equal(model->subnets[1].n_relays, 0);
	assert_int_equal(model->subnets[2].n_relays, 1);
	assert_string_equal(model->subnets[0].reservations.list[0].hostname,
			    "alice-laptop.isc.org");
	assert_false(model->scope.boot.next_server_set);
	assert_false(model->subnets[1].reservations.list[0].scope.boot.next_server_set);
	assert_true(model->scope.options.v[0].never_send);
	assert_false(model->scope.options.v[0].always_send);
	config_free(config);
	config_errors_free(&errors);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kea_ways),
		cmocka_unit_test(shared_network),
		cmocka_unit_test(network_lifetimes),
		cmocka_unit_test(network_flags),
		cmocka_unit_test(flag_defaults),
		cmocka_unit_test(interface_of_a_network),
		cmocka_unit_test(ids_across_networks),
		cmocka_unit_test(relays),
		cmocka_unit_test(a_relay_of_strangers_is_the_lowest_id_s),
		cmocka_unit_test(pools),
		cmocka_unit_test(options_of_sorted_pools),
		cmocka_unit_test(exclusions),
		cmocka_unit_test(exclusions_at_the_end),
		cmocka_unit_test(reservation_kinds),
		cmocka_unit_test(global_reservations),
		cmocka_unit_test(order_of_identifiers),
		cmocka_unit_test(reservation_flags),
		cmocka_unit_test(one_client_in_several_sets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
