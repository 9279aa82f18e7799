// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * client-classes as the engine gets them: numbers, by what one is a member, what a class says, who
 * is left out where, and what of all that moves the digest of a subnet. What is refused and said is
 * in tests/golden (class-*).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config_fixture.h"
#include "engine/expr.h"
#include "proto/options.h"
#include "wire.h"

#define SUBNET(rest) "subnet4:\n- {id: 1, subnet: 10.0.0.0/24" rest "}\n"

static const struct client_class *class_of(const struct config *c, const char *name)
{
	for (size_t i = 0; i < c->model.n_classes; i++) {
		if (!strcmp(c->model.classes[i].name, name))
			return &c->model.classes[i];
	}
	fail_msg("no class %s", name);
	return NULL;
}

static size_t number_of(const struct config *c, const char *name)
{
	return (size_t)(class_of(c, name) - c->model.classes);
}

/* `names`: "a b c" */
static void assert_classes(const struct config *c, const struct class_list *list, const char *names)
{
	char got[256] = "";

	for (size_t i = 0; i < list->n; i++) {
		assert_true(list->v[i] < c->model.n_classes);
		snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s%s", i ? " " : "",
			 c->model.classes[list->v[i]].name);
	}
	assert_string_equal(got, names);
}

/* Those that are defined stand first, in the file's order; then come those that are named. */
static void test_numbers(void **state)
{
	struct config *c = load(HEAD "client-classes:\n- {name: b, test: \"member('BOOTP')\"}\n"
				     "- {name: a, test: \"member('b')\"}\n- {name: ALL}\n" SUBNET(
					     ", client-classes: [x, a, BOOTP]"));

	(void)state;
	assert_int_equal(c->model.n_classes, 5);
	assert_int_equal(number_of(c, "b"), 0);
	assert_int_equal(number_of(c, "a"), 1);
	assert_int_equal(number_of(c, "ALL"), 2);
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(c->model.classes[i].defined, i < 3);
	assert_int_equal(class_of(c, "BOOTP")->by, CLASS_BY_BOOTP);
	assert_int_equal(class_of(c, "x")->by, CLASS_BY_TEST);
	assert_null(class_of(c, "x")->test);
	assert_classes(c, &c->model.subnets[0].guards, "x a BOOTP");
	config_free(c);
}

static void test_by(void **state)
{
	struct config *c = load(
		HEAD "client-classes:\n- {name: ALL}\n- {name: KNOWN}\n- {name: UNKNOWN}\n"
		     "- {name: BOOTP}\n- {name: VENDOR_CLASS_docsis3.0}\n- {name: VENDOR_CLASS_}\n"
		     "- {name: t, template-test: pkt4.mac}\n- {name: SPAWN_t_a_b}\n"
		     "- {name: SPAWN_t_}\n- {name: SPAWN_u_a}\n- {name: x, test: known}\n" SUBNET(
			     ", client-class: SPAWN_t_later"));
	static const struct {
		const char *name;
		enum class_by by;
		const char *value;
	} cases[] = {
		{"ALL", CLASS_BY_ALL, NULL},
		{"KNOWN", CLASS_BY_KNOWN, NULL},
		{"UNKNOWN", CLASS_BY_UNKNOWN, NULL},
		{"BOOTP", CLASS_BY_BOOTP, NULL},
		{"VENDOR_CLASS_docsis3.0", CLASS_BY_VENDOR, "docsis3.0"},
		{"VENDOR_CLASS_", CLASS_BY_TEST, NULL},
		{"t", CLASS_BY_TEMPLATE, NULL},
		{"SPAWN_t_a_b", CLASS_BY_SPAWN, "a_b"},
		{"SPAWN_t_", CLASS_BY_TEST, NULL},
		{"SPAWN_u_a", CLASS_BY_TEST, NULL},
		{"SPAWN_t_later", CLASS_BY_SPAWN, "later"},
		{"x", CLASS_BY_TEST, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct client_class *class = class_of(c, cases[i].name);

		assert_int_equal(class->by, cases[i].by);
		if (!cases[i].value)
			assert_null(class->value);
		else
			assert_string_equal(class->value, cases[i].value);
		if (class->by == CLASS_BY_SPAWN)
			assert_int_equal(class->of, number_of(c, "t"));
	}
	assert_true(expr_is_bool(class_of(c, "x")->test));
	assert_false(expr_is_bool(class_of(c, "t")->test));
	config_free(c);
}

/* What is evaluated late, and what is not memoised, passes to those that ask for it. */
static void test_inherited_by_tests(void **state)
{
	struct config *c = load(
		HEAD "client-classes:\n- {name: plain, test: 'option[60].exists'}\n"
		     "- {name: late, test: 'not known'}\n"
		     "- {name: later, test: \"member('late') or member('plain')\"}\n"
		     "- {name: latest, test: \"member('UNKNOWN')\"}\n"
		     "- {name: fleeting, test: 'pkt4.transid == 1'}\n"
		     "- {name: fleeing, test: \"member('plain') and member('fleeting')\"}\n"
		     "- {name: fled, test: \"member('fleeing')\"}\n"
		     "- {name: t, template-test: \"ifelse(known, pkt4.mac, pkt4.ciaddr)\"}\n"
		     "- {name: after, test: \"member('SPAWN_t_x')\"}\n"
		     "- {name: asked, only-if-required: true, test: \"member('plain')\"}\n" SUBNET(
			     ", require-client-classes: [asked]"));
	static const struct {
		const char *name;
		bool with_reservation, memoisable, when_required;
	} cases[] = {
		{"plain", false, true, false},	   {"late", true, true, false},
		{"later", true, true, false},	   {"latest", true, true, false},
		{"fleeting", false, false, false}, {"fleeing", false, false, false},
		{"fled", false, false, false},	   {"t", true, false, false},
		{"SPAWN_t_x", true, false, false}, {"after", true, false, false},
		{"asked", false, true, true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct client_class *class = class_of(c, cases[i].name);

		if (class->with_reservation != cases[i].with_reservation ||
		    class->memoisable != cases[i].memoisable ||
		    class->when_required != cases[i].when_required)
			fail_msg("%s: %d %d %d", class->name, class->with_reservation,
				 class->memoisable, class->when_required);
	}
	config_free(c);
}

/* As Kea reads them: a bound that stands alone is the lifetime. */
static void test_lifetimes(void **state)
{
	static const struct {
		const char *keys;
		uint32_t valid, min, max, offer;
	} cases[] = {
		{"", 0, 0, 0, 0},
		{", valid-lifetime: 60", 60, 60, 60, 0},
		{", min-valid-lifetime: 60", 60, 60, 60, 0},
		{", max-valid-lifetime: 60", 60, 60, 60, 0},
		{", valid-lifetime: 60, min-valid-lifetime: 50", 60, 50, 60, 0},
		{", valid-lifetime: 60, max-valid-lifetime: 70, offer-lifetime: 9", 60, 60, 70, 9},
		{", min-valid-lifetime: 5, max-valid-lifetime: 5", 5, 5, 5, 0},
		{", max-valid-lifetime: 4294967295", UINT32_MAX, UINT32_MAX, UINT32_MAX, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[512];
		struct config *c;
		const struct client_class *class;

		snprintf(text, sizeof(text),
			 HEAD "client-classes: [{name: a, test: known%s}]\n" SUBNET(""),
			 cases[i].keys);
		c = load(text);
		class = class_of(c, "a");
		assert_int_equal(class->valid, cases[i].valid);
		assert_int_equal(class->min, cases[i].min);
		assert_int_equal(class->max, cases[i].max);
		assert_int_equal(class->offer_lifetime, cases[i].offer);
		config_free(c);
	}
}

/*
 * What Kea writes of a class and of a reservation that set no boot field; of a subnet 0.0.0.0 says
 * that none is sent.
 */
static void test_boot(void **state)
{
	struct config *c = load(
		HEAD
		"client-classes: [{name: a, test: known, next-server: 0.0.0.0, "
		"server-hostname: '', boot-file-name: ''}, {name: b, test: known, next-server: "
		"10.0.0.9, boot-file-name: x}]\n" SUBNET(
			", next-server: 0.0.0.0, reservations: [{hw-address: '02:00:00:00:00:01', "
			"next-server: 0.0.0.0}, {hw-address: '02:00:00:00:00:02', next-server: "
			"10.0.0.8}]"));
	const struct reservation *reservations;

	(void)state;
	reservations = c->model.subnets[0].reservations.list;
	assert_false(reservations[0].scope.boot.next_server_set);
	assert_true(reservations[1].scope.boot.next_server_set);
	assert_false(class_of(c, "a")->scope.boot.next_server_set);
	assert_true(class_of(c, "b")->scope.boot.next_server_set);
	assert_int_equal(class_of(c, "b")->scope.boot.next_server, IP(10, 0, 0, 9));
	assert_string_equal(class_of(c, "b")->scope.boot.boot_file_name, "x");
	assert_true(c->model.subnets[0].scope.boot.next_server_set);
	config_free(c);
}

/* One code is one byte in a class and two in another, and 43 holds a space of the class's own. */
static void test_definitions(void **state)
{
	struct config *c = load(
		HEAD "option-def: [{name: site, code: 230, type: uint32}, "
		     "{name: deep, code: 1, space: mine, type: uint8}]\n"
		     "client-classes:\n"
		     "- {name: a, test: known, option-def: [{name: site, code: 230, type: uint8}],"
		     " option-data: [{name: site, data: 7}]}\n"
		     "- {name: b, test: known, option-def: [{name: other, code: 230, type: uint16},"
		     " {name: vendor, code: 43, type: empty, encapsulate: mine}],"
		     " option-data: [{name: other, data: 7}, {name: deep, space: mine, data: 9}]}\n"
		     "- {name: c, test: known, option-data: [{name: site, data: 7}]}\n"
		     "- {name: d, test: 'option[site].hex == 7'}\n" SUBNET(
			     ", option-data: [{name: site, data: 8}]"));

	(void)state;
	assert_option(&class_of(c, "a")->scope.options, 0, 230, false, false, "\7", 1);
	assert_option(&class_of(c, "b")->scope.options, 0, 230, false, false, "\0\7", 2);
	assert_option(&class_of(c, "b")->scope.options, 1, 43, false, false, "\1\1\11", 3);
	assert_option(&class_of(c, "c")->scope.options, 0, 230, false, false, "\0\0\0\7", 4);
	assert_option(&c->model.subnets[0].scope.options, 0, 230, false, false, "\0\0\0\10", 4);
	config_free(c);
}

/* Kea's config-get calls 43 what it always does, and gives its text by the class's definition. */
static void test_definition_as_kea_shows_it(void **state)
{
	struct config *c = load(
		HEAD "client-classes:\n- {name: a, test: known, option-def: [{name: own, code: 43, "
		     "type: uint8}], option-data: [{name: vendor-encapsulated-options, code: 43, "
		     "csv-format: true, data: 12}]}\n" SUBNET(""));

	(void)state;
	assert_option(&class_of(c, "a")->scope.options, 0, 43, false, false, "\14", 1);
	config_free(c);
}

/* Of one code, what is for all comes last, wherever it stands. */
static void test_option_classes(void **state)
{
	struct config *c = load(
		HEAD "client-classes: [{name: a, test: known}, {name: b, test: unknown}]\n" SUBNET(
			", option-data: [{name: log-servers, data: 10.0.0.1},"
			" {name: domain-name, data: x}, {name: log-servers, data: 10.0.0.2, "
			"client-classes: [b, a, b]}, {name: domain-name, data: y, client-classes: "
			"[a]}, {name: log-servers, data: 10.0.0.3, client-classes: [b]}]"));
	const struct option_list *list = &c->model.subnets[0].scope.options;
	static const struct {
		uint8_t code;
		const char *classes;
	} expected[] = {{7, "b a"}, {15, "a"}, {15, ""}, {7, "b"}, {7, ""}};

	(void)state;
	assert_int_equal(list->n, 5);
	for (size_t i = 0; i < 5; i++) {
		assert_int_equal(list->v[i].code, expected[i].code);
		assert_classes(c, &list->v[i].classes, expected[i].classes);
	}
	assert_memory_equal(list->v[4].data, "\12\0\0\1", 4);
	config_free(c);
}

/* Older keys and newer ones, and what a network gives. */
static void test_guards(void **state)
{
	struct config *c = load(
		HEAD
		"client-classes: [{name: a, test: known}, {name: b, test: unknown}, {name: c}]\n"
		"shared-networks:\n- name: n\n  client-class: a\n"
		"  require-client-classes: [b, a]\n  subnet4:\n"
		"  - {id: 1, subnet: 10.0.0.0/24, client-classes: [b, b, a],"
		" evaluate-additional-classes: [a, c], pools: [{pool: 10.0.0.1/32, client-class: "
		"c, evaluate-additional-classes: [b]}, {pool: 10.0.0.2/32, client-classes: [],"
		" client-class: b}], reservations: [{hw-address: 02:00:00:00:00:01, "
		"client-classes: [c, b]}]}\n");
	const struct subnet *subnet = &c->model.subnets[0];

	(void)state;
	assert_classes(c, &c->model.networks[0].guards, "a");
	assert_classes(c, &subnet->guards, "b a");
	assert_classes(c, &subnet->required, "b a c");
	assert_classes(c, &subnet->pools[0].guards, "c");
	assert_classes(c, &subnet->pools[0].required, "b");
	assert_classes(c, &subnet->pools[1].guards, "b");
	assert_int_equal(subnet->pools[1].required.n, 0);
	assert_classes(c, &subnet->reservations.list[0].classes, "c b");
	config_free(c);
}

/* As many names as there may be, and one more. */
static void test_many_names(void **state)
{
	(void)state;
	for (int more = 0; more < 2; more++) {
		char *text = NULL;
		size_t len = 0;
		FILE *f = open_memstream(&text, &len);
		struct config *c = NULL;
		struct config_errors errors;
		int r;

		fprintf(f, HEAD "subnet4:\n- id: 1\n  subnet: 10.0.0.0/24\n  reservations:\n");
		for (int i = 0; i < MODEL_CLASSES_MAX + more; i++)
			fprintf(f,
				"  - {client-id: '%08x', client-classes: [a, class%d, class%d]}\n",
				i, i, i / 2);
		fclose(f);
		/* `a` is one of them */
		r = config_load("t", text, &c, &errors);
		assert_int_equal(r, -22);
		assert_int_equal(errors.n, (size_t)more + 1);
		assert_non_null(strstr(errors.lines[0],
				       "class \"class1023\" is one too many: at most "
				       "1024 names of classes"));
		config_errors_free(&errors);
		free(text);
	}
}

static uint64_t digest(const char *classes, const char *subnet)
{
	char text[2048];
	struct config *c;
	uint64_t value;

	assert_true(snprintf(text, sizeof(text), HEAD "client-classes: [%s]\n" SUBNET("%s"),
			     classes, subnet) < (int)sizeof(text));
	c = load(text);
	value = c->model.subnets[0].digest;
	config_free(c);
	return value;
}

#define A	  "{name: a, test: 'option[60].exists'}"
#define B	  "{name: b, test: \"member('a')\"}"
#define A_SAYS	  "{name: a, test: 'option[60].exists', valid-lifetime: 60}"
#define T	  "{name: t, template-test: 'pkt4.mac'}"
#define ASKS	  ", {name: x, test: \"member('SPAWN_t_v')\", valid-lifetime: 60}"
#define DNS(s)	  "{name: domain-name-servers, data: 10.0.0." s "}"
#define DNS_NEVER "{name: domain-name-servers, data: 10.0.0.9, never-send: true}"
#define DNS_A(s)  "{name: domain-name-servers, data: 10.0.0." s ", client-classes: [a]}"

static void test_digests(void **state)
{
	static const struct {
		const char *classes, *subnet, *others, *other_subnet;
		bool same;
	} cases[] = {
		/* what says nothing to anybody */
		{"", "", A, "", true},
		{A, "", A ", " B, "", true},
		{"", "", "{name: o, test: known, offer-lifetime: 9}", "", true},
		{"", "", "{name: DROP, test: known}", "", false},
		{"", "", A_SAYS, "", false},
		{A_SAYS, "", "{name: a, test: 'option[61].exists', valid-lifetime: 60}", "", false},
		{A_SAYS, "", "{name: a, test: ' (option[60].exists) ', valid-lifetime: 60}", "",
		 true},
		{"{name: a, test: known, next-server: 10.0.0.1}", "",
		 "{name: a, test: known, next-server: 10.0.0.2}", "", false},
		/* numbers that others have moved */
		{A ", " B, ", client-class: b", "{name: z}, " A ", " B, ", client-class: b", true},
		{A ", {name: z}, " B, ", client-class: b", A ", " B, ", client-class: b", true},
		/* down to what a test asks for */
		{A ", " B, ", client-class: b", "{name: a, test: known}, " B, ", client-class: b",
		 false},
		{T ASKS, "", "{name: t, template-test: 'pkt4.giaddr'}" ASKS, "", false},
		{T ", {name: SPAWN_t_v, valid-lifetime: 9}", "",
		 "{name: t, template-test: 'pkt4.giaddr'}, {name: SPAWN_t_v, valid-lifetime: 9}",
		 "", false},
		/* the order of what two of them say */
		{A_SAYS ", {name: c, test: known, valid-lifetime: 70}", "",
		 "{name: c, test: known, valid-lifetime: 70}, " A_SAYS, "", false},
		/* guards: any of them will do */
		{A ", " B, "", A ", " B, ", client-classes: [a]", false},
		{A ", " B, ", client-classes: [a, b]", A ", " B, ", client-classes: [b, a, b]",
		 true},
		{A ", " B, ", client-classes: [a]", A ", " B, ", client-class: a", true},
		{A ", " B, ", pools: [{pool: 10.0.0.1/32, client-class: a}]", A ", " B,
		 ", pools: [{pool: 10.0.0.1/32, client-class: b}]", false},
		{A ", " B, ", pools: [{pool: 10.0.0.1/32, client-class: b}]", A ", " B,
		 ", pools: [{pool: 10.0.0.1/32, client-class: b, client-classes: []}]", true},
		/* evaluated one after the other */
		{A ", " B, ", require-client-classes: [a, b]", A ", " B,
		 ", evaluate-additional-classes: [b, a]", false},
		{A ", " B, ", require-client-classes: [a, b]", A ", " B,
		 ", evaluate-additional-classes: [a, b]", true},
		/* what is evaluated nowhere */
		{"", "", "{name: a, test: known, only-if-required: true, boot-file-name: x}", "",
		 true},
		{"", "", "{name: VENDOR_CLASS_a, only-if-required: true, boot-file-name: x}", "",
		 false},
		{"{name: a, test: known, only-if-required: true, boot-file-name: x}",
		 ", require-client-classes: [a]",
		 "{name: a, test: known, only-if-required: true, boot-file-name: y}",
		 ", require-client-classes: [a]", false},
		{"{name: a, test: known, only-if-required: true, boot-file-name: x}",
		 ", reservations: [{duid: 00010203, client-classes: [a]}]",
		 "{name: a, test: known, only-if-required: true, boot-file-name: y}",
		 ", reservations: [{duid: 00010203, client-classes: [a]}]", false},
		{"", ", reservations: [{duid: 00010203, client-classes: [a]}]", "",
		 ", reservations: [{duid: 00010203, client-classes: [b]}]", false},
		/* options of classes */
		{A, ", option-data: [" DNS("1") "]", A, ", option-data: [" DNS_A("1") "]", false},
		{A, ", option-data: [" DNS("1") ", " DNS_A("2") "]", A,
		 ", option-data: [" DNS_A("2") ", " DNS("1") "]", true},
		{A, ", option-data: [" DNS_A("2") "]", "{name: a, test: known}",
		 ", option-data: [" DNS_A("2") "]", false},
		{A, ", option-data: [" DNS_A("2") "]", A, ", option-data: [" DNS_A("3") "]", false},
		/* what is never sent to the others */
		{A, ", option-data: [" DNS_A("2") ", " DNS_NEVER "]", A,
		 ", option-data: [" DNS_A("3") ", " DNS_NEVER "]", false},
		{A, ", option-data: [" DNS_A("2") ", " DNS_NEVER "]", A,
		 ", option-data: [" DNS_A("2") ", " DNS("9") "]", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bool same = digest(cases[i].classes, cases[i].subnet) ==
			    digest(cases[i].others, cases[i].other_subnet);

		if (same != cases[i].same)
			fail_msg("case %zu: [%s]%s and [%s]%s", i, cases[i].classes,
				 cases[i].subnet, cases[i].others, cases[i].other_subnet);
	}
}

/* An outer option that an inner one for some only does not hide. */
static void test_digest_of_what_is_behind(void **state)
{
	static const char text[] = HEAD "client-classes: [" A "]\noption-data: [{name: "
					"domain-name, data: %s}]\n" SUBNET(
						", option-data: [{name: domain-name, data: x%s}]");
	uint64_t value[4];

	(void)state;
	for (int i = 0; i < 4; i++) {
		char buf[512];
		struct config *c;

		snprintf(buf, sizeof(buf), text, i & 1 ? "p" : "q",
			 i & 2 ? ", client-classes: [a]" : "");
		c = load(buf);
		value[i] = c->model.subnets[0].digest;
		config_free(c);
	}
	assert_true(value[0] == value[1]);
	assert_true(value[2] != value[3]);
}

/* What classes say hides what is global, and is hidden by what is not. */
static void test_digest_of_either_side(void **state)
{
#define DNS_ALWAYS "{name: domain-name-servers, data: 10.0.0.1, always-send: true}"
#define DNS_B	   "{name: domain-name-servers, data: 10.0.0.2, client-classes: [b], never-send: true}"
#define VENDOR	   "{name: vivso-suboptions, csv-format: false, data: 0000118b0401020304}"
#define HAS(more)  "{name: a, test: 'option[60].exists', option-data: [" more "]}"
	static const struct {
		const char *classes, *global, *subnet, *other_global, *other_subnet;
		bool same;
	} cases[] = {
		{A, DNS("1"), DNS("1"), DNS("1"), "", true},
		{HAS("{name: ntp-servers, data: 10.0.0.1}"), DNS("1"), DNS("1"), DNS("1"), "",
		 true},
		{HAS(DNS("2")), DNS("1"), DNS("1"), DNS("1"), "", false},
		{HAS(DNS("2")), DNS("1"), DNS("3"), DNS("2"), DNS("3"), true},
		{HAS(DNS("2")), DNS_A("1"), "", "", DNS_A("1"), false},
		{A, DNS_A("1"), "", "", DNS_A("1"), true},
		/* their order on the wire */
		{HAS("{name: ntp-servers, data: 10.0.0.1, always-send: true}"), DNS_ALWAYS, "", "",
		 DNS_ALWAYS, false},
		{A, DNS_ALWAYS, "", "", DNS_ALWAYS, true},
		/* those of all scopes add up, the narrowest first */
		{HAS(VENDOR), VENDOR, "", "", VENDOR, false},
		{A, VENDOR, "", "", VENDOR, true},
		/* of one scope's the first that is for the client, of several all that are */
		{A ", " B, DNS_B, DNS_A("1"), "", DNS_A("1") ", " DNS_B, false},
	};
	static const char text[] = HEAD
		"client-classes: [%s]\noption-data: [%s]\n" SUBNET(", option-data: [%s]");

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t value[2];

		for (int j = 0; j < 2; j++) {
			char buf[1024];
			struct config *c;

			snprintf(buf, sizeof(buf), text, cases[i].classes,
				 j ? cases[i].other_global : cases[i].global,
				 j ? cases[i].other_subnet : cases[i].subnet);
			c = load(buf);
			value[j] = c->model.subnets[0].digest;
			config_free(c);
		}
		if ((value[0] == value[1]) != cases[i].same)
			fail_msg("case %zu", i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_by),
		cmocka_unit_test(test_inherited_by_tests),
		cmocka_unit_test(test_lifetimes),
		cmocka_unit_test(test_boot),
		cmocka_unit_test(test_definitions),
		cmocka_unit_test(test_definition_as_kea_shows_it),
		cmocka_unit_test(test_option_classes),
		cmocka_unit_test(test_guards),
		cmocka_unit_test(test_many_names),
		cmocka_unit_test(test_digests),
		cmocka_unit_test(test_digest_of_what_is_behind),
		cmocka_unit_test(test_digest_of_either_side),
	};

	return cmocka_run_group_tests_name("config_classes", tests, NULL, NULL);
}
