// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Client classes: who becomes a member, when, and what follows for address, options, boot fields,
 * lifetimes and the memo. The configuration is written as operators write it, so that both sides of
 * the model are held together.
 */
#include "config/config.h"
#include "engine/expr.h"
#include "engine_fixture.h"

/* --- the fixture --- */

static struct fixture open_with(const char *text)
{
	struct fixture fx = {.horizon = 3, .now = START};
	struct engine_config engine = {.horizon = 3};
	struct config_errors errors;
	struct config *config = NULL;

	if (config_load("classes.json", text, &config, &errors) < 0)
		fail_msg("%s", errors.lines[0]);
	config_errors_free(&errors);
	strcpy(fx.link.name, "eth0");
	fx.link.addrs[0] = SERVER;
	fx.link.masks[0] = 0xffffff00;
	fx.model = malloc(sizeof(*fx.model));
	*fx.model = config->model;
	config->model = (struct model){0};
	config_free(config);
	engine.model = fx.model;
	fx.leases = lease_table_new();
	fx.engine = engine_new(fx.leases);
	assert_int_equal(engine_configure(fx.engine, &engine), 0);
	return fx;
}

/* The same leases under another configuration. */
static void reconfigure(struct fixture *fx, const char *text)
{
	struct fixture other = open_with(text);
	struct engine_config engine = {.model = other.model, .horizon = 3};
	struct model *old = fx->model;

	engine_free(other.engine);
	lease_table_free(other.leases);
	assert_int_equal(engine_configure(fx->engine, &engine), 0);
	fx->model = other.model;
	model_free(old);
	free(old);
}

#define CONFIG(classes, global, subnets)                                    \
	"{\"Dhcp4\": {\"interfaces-config\": {\"interfaces\": [\"eth0\"]}," \
	"\"client-classes\": [" classes "]," global "\"subnet4\": [" subnets "]}}"
#define SUBNET(more)                                     \
	"{\"id\": 1, \"subnet\": \"10.0.0.0/24\", " more \
	"\"pools\": [{\"pool\": \"10.0.0.100 - 10.0.0.109\"}]}"
#define DOMAIN(name) "\"option-data\": [{\"name\": \"domain-name\", \"data\": \"" name "\"}],"

#define NETWORK(first, second)                                                            \
	"\"shared-networks\": [{\"name\": \"n\", \"interface\": \"eth0\", \"subnet4\": [" \
	"{\"id\": 1, \"subnet\": \"10.0.0.0/24\"," first                                  \
	" \"pools\": [{\"pool\": \"10.0.0.100 - 10.0.0.109\"}]},"                         \
	"{\"id\": 2, \"subnet\": \"10.0.1.0/24\"," second                                 \
	" \"pools\": [{\"pool\": \"10.0.1.100 - 10.0.1.109\"}]}]}],"

static void domain_is(struct fixture *fx, const char *name)
{
	assert_int_equal(fx->d.kind, DECISION_REPLY);
	fx_option_is(&fx->d.reply, DHO_DOMAIN_NAME, name, strlen(name));
}

static const struct req discover = {.type = DHCP_DISCOVER, .mac = 1};

static void discover_is_told(const char *text, struct req req, const char *domain)
{
	struct fixture fx = open_with(text);

	req.type = DHCP_DISCOVER;
	fx_decide(&fx, req);
	domain_is(&fx, domain);
	fx_close(&fx);
}

/* --- who becomes a member --- */

#define CLASS(name, test, domain)                    \
	"{\"name\": \"" name "\", \"test\": \"" test \
	"\", \"option-data\": [{\"name\": \"domain-name\", \"data\": \"" domain "\"}]}"
#define BUILT_IN(name, domain) \
	"{\"name\": \"" name   \
	"\", \"option-data\": [{\"name\": \"domain-name\", \"data\": \"" domain "\"}]}"

static const struct more phone = {DHO_VENDOR_CLASS, "phone\0", 6};

static void everybody_is_of_ALL(void **state)
{
	(void)state;
	discover_is_told(CONFIG(BUILT_IN("ALL", "all"), "", SUBNET("")), discover, "all");
}

static void option_60_makes_a_member_of_its_vendor_class(void **state)
{
	const char *text = CONFIG(BUILT_IN("VENDOR_CLASS_phone", "of.phones"), DOMAIN("global"),
				  SUBNET(""));

	(void)state;
	discover_is_told(text, (struct req){.mac = 1, .more = {phone}}, "of.phones");
	discover_is_told(text, (struct req){.mac = 1, .more = {{DHO_VENDOR_CLASS, "phones", 6}}},
			 "global");
	discover_is_told(text, discover, "global");
}

static void a_test_is_evaluated_and_may_ask_for_classes_before_it(void **state)
{
	const char *text = CONFIG(
		CLASS("a", "option[60].text == 'phone'",
		      "a") "," CLASS("b", "not member('a') and pkt4.mac == 0x020000000002", "b"),
		DOMAIN("global"), SUBNET(""));

	(void)state;
	discover_is_told(text, (struct req){.mac = 1, .more = {phone}}, "a");
	discover_is_told(text, (struct req){.mac = 2, .more = {phone}}, "a");
	discover_is_told(text, (struct req){.mac = 2}, "b");
	discover_is_told(text, (struct req){.mac = 1}, "global");
}

#define RESERVATION(more) "\"reservations\": [{\"hw-address\": \"02:00:00:00:00:01\"" more "}],"

static void a_reservation_makes_known_and_gives_classes(void **state)
{
	const char *known = CONFIG(BUILT_IN("KNOWN", "known") "," BUILT_IN("UNKNOWN", "unknown"),
				   "", SUBNET(RESERVATION("")));
	const char *gives = CONFIG(
		BUILT_IN("gold", "gold") "," CLASS("of-known", "known and member('gold')", "both"),
		DOMAIN("global"), SUBNET(RESERVATION(", \"client-classes\": [\"gold\"]")));

	(void)state;
	discover_is_told(known, (struct req){.mac = 1}, "known");
	discover_is_told(known, (struct req){.mac = 2}, "unknown");
	discover_is_told(gives, (struct req){.mac = 2}, "global");
	/* the reservation's come first */
	discover_is_told(gives, (struct req){.mac = 1}, "gold");
}

#define GIVEN                                                                                     \
	CLASS("tested", "not option[99].exists", "tested")                                        \
	"," BUILT_IN("gold", "gold") ","                                                          \
				     "{\"name\": \"with\", \"test\": \"member('gold')\", "        \
				     "\"option-data\": [{\"name\": "                              \
				     "\"tftp-server-name\", \"data\": \"gold\"}]},"               \
				     "{\"name\": \"without\", \"test\": \"not member('gold')\", " \
				     "\"option-data\": "                                          \
				     "[{\"name\": \"tftp-server-name\", \"data\": \"common\"}]}"

static void is_told(struct fixture *fx, struct req req, const char *domain, const char *server)
{
	req.type = DHCP_DISCOVER;
	req.prl = "\x0f\x42";
	fx_decide(fx, req);
	domain_is(fx, domain);
	fx_option_is(&fx->d.reply, 66, server, strlen(server));
}

/* The tests that do not depend on KNOWN are asked again, and come after. */
static void tests_may_ask_for_the_reservation_s_classes(void **state)
{
	struct fixture fx = open_with(
		CONFIG(GIVEN, "", SUBNET(RESERVATION(", \"client-classes\": [\"gold\"]"))));

	(void)state;
	is_told(&fx, (struct req){.mac = 1}, "gold", "gold");
	is_told(&fx, (struct req){.mac = 2}, "tested", "common");
	is_told(&fx, (struct req){.mac = 1}, "gold", "gold");
	fx_close(&fx);
}

/* There they come with the answer, when it is known which subnet's they are. */
static void in_a_shared_network_a_reservation_s_classes_come_last(void **state)
{
	struct fixture fx = open_with(CONFIG(
		GIVEN ",{\"name\": \"late\", \"option-data\": [{\"name\": \"nis-domain\", "
		      "\"data\": \"late\"}]}",
		"\"shared-networks\": [{\"name\": \"n\", \"interface\": \"eth0\", \"subnet4\": ["
		"{\"id\": 2, \"subnet\": \"10.0.1.0/24\"},"
		"{\"id\": 1, \"subnet\": \"10.0.0.0/24\", \"pools\": [{\"pool\": \"10.0.0.100 - "
		"10.0.0.109\"}], \"reservations\": [{\"hw-address\": \"02:00:00:00:00:01\", "
		"\"client-classes\": [\"gold\", \"late\"]}]}]}],",
		""));
	struct req req = {.type = DHCP_DISCOVER, .mac = 1, .prl = "\x28"};

	(void)state;
	is_told(&fx, (struct req){.mac = 1}, "tested", "common");
	fx_decide(&fx, req);
	fx_option_is(&fx.d.reply, 40, "late", 4);
	fx_close(&fx);
}

/* Kea looks for hosts in all of a shared network. */
static void who_has_a_reservation_in_a_sibling_is_known(void **state)
{
	const char *text = CONFIG(
		BUILT_IN("KNOWN", "known") "," BUILT_IN("UNKNOWN", "unknown"),
		"\"shared-networks\": [{\"name\": \"n\", \"interface\": \"eth0\", \"subnet4\": ["
		"{\"id\": 1, \"subnet\": \"10.0.0.0/24\", \"pools\": [{\"pool\": \"10.0.0.100 - "
		"10.0.0.109\"}]},"
		"{\"id\": 2, \"subnet\": \"10.0.1.0/24\", \"reservations\": [{\"hw-address\": "
		"\"02:00:00:00:00:01\", \"hostname\": \"x\"}]}]}],",
		"");

	(void)state;
	discover_is_told(text, (struct req){.mac = 1}, "known");
	discover_is_told(text, (struct req){.mac = 2}, "unknown");
}

static void a_template_makes_a_member_of_itself_and_of_what_it_spawns(void **state)
{
	const char *text = CONFIG(
		"{\"name\": \"port\", \"template-test\": \"relay4[1].hex\", \"option-data\": "
		"[{\"name\": \"domain-name\", \"data\": \"port\"}]}," BUILT_IN("SPAWN_port_a1",
									       "a1"),
		DOMAIN("global"), SUBNET(""));
	static const struct req from_a1 = {
		.mac = 1, .giaddr = 0x0a000002, .agent = "\1\2a1", .agent_len = 4};
	static const struct req from_b1 = {
		.mac = 2, .giaddr = 0x0a000002, .agent = "\1\2b1", .agent_len = 4};

	(void)state;
	discover_is_told(text, from_a1, "a1");
	discover_is_told(text, from_b1, "port");
	discover_is_told(text, (struct req){.mac = 3}, "global");
}

static void members_of_DROP_are_not_answered(void **state)
{
	const char *early = CONFIG("{\"name\": \"DROP\", \"test\": \"pkt4.mac == 0x020000000001\"}",
				   "", SUBNET(""));
	const char *late = CONFIG("{\"name\": \"DROP\", \"test\": \"known\"}", "",
				  SUBNET(RESERVATION("")));

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct fixture fx = open_with(i ? late : early);

		assert_int_equal(fx_decide(&fx, discover), DECISION_SILENT);
		assert_int_equal(fx.d.reason, SILENT_dropped_by_class);
		assert_int_equal(fx_offer(&fx, (struct req){.mac = 2}), POOL);
		fx_close(&fx);
	}
}

/* What its REQUEST would not be answered for is not offered either. */
static void nothing_is_offered_where_one_is_of_DROP(void **state)
{
	struct fixture fx = open_with(CONFIG(
		"",
		"\"reservations\": [{\"hw-address\": \"02:00:00:00:00:01\", \"client-classes\": "
		"[\"DROP\"]}], \"shared-networks\": [{\"name\": \"n\", \"interface\": \"eth0\", "
		"\"subnet4\": [{\"id\": 1, \"subnet\": \"10.0.0.0/24\", \"pools\": [{\"pool\": "
		"\"10.0.0.100/32\"}]}, {\"id\": 2, \"subnet\": \"10.0.1.0/24\", "
		"\"reservations-global\": true, \"pools\": [{\"pool\": \"10.0.1.100/32\"}]}]}],",
		""));

	(void)state;
	assert_int_equal(fx_lease(&fx, (struct req){.mac = 2}), POOL);
	assert_int_equal(fx_offer(&fx, (struct req){.mac = 1}), 0);
	assert_int_equal(fx.d.reason, SILENT_no_free_address);
	assert_int_equal(fx_offer(&fx, (struct req){.mac = 3}), POOL + 0x100);
	fx_close(&fx);
}

/* Which config/ says of it. */
static void DROP_of_a_reservation_in_a_shared_network_comes_too_late(void **state)
{
	struct fixture fx = open_with(
		CONFIG("", NETWORK(RESERVATION(", \"client-classes\": [\"DROP\"]"), ""), ""));

	(void)state;
	assert_int_equal(fx_offer(&fx, (struct req){.mac = 1}), POOL);
	fx_close(&fx);
}

static void what_is_only_required_is_evaluated_where_it_is(void **state)
{
#define REQUIRED                                                                         \
	"{\"name\": \"r\", \"only-if-required\": true, \"test\": \"option[60].exists\"," \
	"\"option-data\": [{\"name\": \"domain-name\", \"data\": \"r\"}]}," CLASS(       \
		"other", "option[77].exists", "other")
	const char *nowhere = CONFIG(REQUIRED, DOMAIN("global"), SUBNET(""));
	const char *in_subnet = CONFIG(REQUIRED, DOMAIN("global"),
				       SUBNET("\"require-client-classes\": [\"r\"],"));
	const char *in_pool = CONFIG(
		REQUIRED, DOMAIN("global"),
		"{\"id\": 1, \"subnet\": \"10.0.0.0/24\", \"pools\": [{\"pool\": \"10.0.0.100/32\","
		"\"require-client-classes\": [\"r\"]}, {\"pool\": \"10.0.0.101/32\"}]}");
	struct req req = {.mac = 1, .more = {phone}};
	struct req both = {.mac = 1, .more = {phone, {77, "u", 1}}};

	(void)state;
	discover_is_told(nowhere, req, "global");
	discover_is_told(in_subnet, req, "r");
	discover_is_told(in_subnet, discover, "global"); /* its test is false */
	discover_is_told(in_subnet, both, "other");	 /* joined last, so it counts least */
	req.requested = POOL;
	discover_is_told(in_pool, req, "r");
	req.requested = POOL + 1;
	discover_is_told(in_pool, req, "global");
}

/* --- what follows --- */

static void options_of_classes_stand_between_global_and_network(void **state)
{

	(void)state;
	discover_is_told(CONFIG(BUILT_IN("ALL", "class"), DOMAIN("global"), SUBNET("")), discover,
			 "class");
	discover_is_told(
		CONFIG(BUILT_IN("ALL", "class"), DOMAIN("global"), SUBNET(DOMAIN("subnet"))),
		discover, "subnet");
	discover_is_told(CONFIG(CLASS("a", "option[60].exists",
				      "a") "," CLASS("b", "option[60].text == 'phone'", "b"),
				"", SUBNET("")),
			 (struct req){.mac = 1, .more = {phone}}, "a");
}

/* An answer without an address is looked at first, for option 108. */
static void what_is_required_has_no_part_in_the_lifetime(void **state)
{
	struct fixture fx = open_with(CONFIG("{\"name\": \"r\", \"only-if-required\": true, "
					     "\"test\": \"not option[99].exists\", "
					     "\"valid-lifetime\": 600}",
					     "\"valid-lifetime\": 7200,",
					     SUBNET("\"require-client-classes\": [\"r\"],")));

	(void)state;
	fx_decide(&fx, (struct req){.type = DHCP_DISCOVER, .mac = 1, .prl = "\x6c"});
	assert_int_equal(fx.d.reply.lifetime, 7200);
	fx_close(&fx);
}

/* RFC 8925 3.3: who could do without an address gets one where the pool's class says no. */
static void what_a_pool_requires_counts_for_option_108(void **state)
{
	struct model *model = fx_model(4);
	uint16_t all = fx_class(model, "ALL", CLASS_BY_ALL),
		 r = fx_class(model, "r", CLASS_BY_TEST);
	struct expr_builder *builder = expr_build();
	struct fixture fx;

	(void)state;
	expr_push_member(builder, all);
	assert_int_equal(expr_build_end(builder, &model->classes[r].test), 0);
	model->classes[r].when_required = true;
	fx_option(&model->classes[r].scope.options, 108, "\0\0\7\x08", 4)->never_send = true;
	fx_option(&model->scope.options, 108, "\0\0\7\x08", 4);
	fx_name_class(&model->subnets[0].pools[0].required, r);
	fx = fx_open(model);
	assert_int_equal(fx_offer(&fx, (struct req){.mac = 1, .prl = "\x6c"}), POOL);
	fx_close(&fx);
}

static void of_several_values_the_one_that_counts_says_whether_it_is_sent(void **state)
{
	struct model *model = fx_model(4);
	struct option_list *options = &model->subnets[0].scope.options;
	uint16_t all = fx_class(model, "ALL", CLASS_BY_ALL);
	struct fixture fx;

	(void)state;
	fx_name_class(&fx_option(options, 66, "members", 7)->classes, all);
	fx_option(options, 66, "others", 6)->never_send = true;
	fx = fx_open(model);
	fx_decide(&fx, (struct req){.type = DHCP_DISCOVER, .mac = 1, .prl = "\x42"});
	fx_option_is(&fx.d.reply, 66, "members", 7);
	fx_close(&fx);
}

static void an_option_may_be_for_classes_alone(void **state)
{
	const char *text = CONFIG(
		"{\"name\": \"phones\", \"test\": \"option[60].exists\"}", DOMAIN("global"),
		SUBNET("\"option-data\": [{\"name\": \"domain-name\", \"data\": \"phones\", "
		       "\"client-classes\": [\"phones\"]}, {\"name\": \"domain-name-servers\", "
		       "\"data\": \"10.0.0.53\", \"client-classes\": [\"phones\"]}],"));
	struct fixture fx = open_with(text);

	(void)state;
	fx_decide(&fx, discover);
	domain_is(&fx, "global");
	assert_false(fx_has(&fx.d.reply, DHO_DOMAIN_NAME_SERVERS));
	fx_decide(&fx, (struct req){.type = DHCP_DISCOVER, .mac = 2, .more = {phone}});
	domain_is(&fx, "phones");
	assert_true(fx_has(&fx.d.reply, DHO_DOMAIN_NAME_SERVERS));
	fx_close(&fx);
}

static void a_class_s_boot_fields_beat_the_subnet_s_and_not_the_reservation_s(void **state)
{
	const char *text = CONFIG(
		"{\"name\": \"ALL\", \"next-server\": \"10.0.0.8\", \"boot-file-name\": \"class\", "
		"\"option-data\": []}, {\"name\": \"none\", \"test\": \"option[60].exists\", "
		"\"next-server\": \"0.0.0.0\"}",
		"\"next-server\": \"10.0.0.7\", \"boot-file-name\": \"global\", "
		"\"server-hostname\": \"name\",",
		SUBNET("\"boot-file-name\": \"subnet\", " RESERVATION(
			", \"boot-file-name\": \"reserved\"")));
	struct fixture fx = open_with(text);

	(void)state;
	fx_decide(&fx, (struct req){.type = DHCP_DISCOVER, .mac = 2, .more = {phone}});
	assert_int_equal(fx.d.reply.siaddr, 0x0a000008);
	assert_string_equal((char *)fx.d.reply.file, "class");
	assert_string_equal((char *)fx.d.reply.sname, "name");
	fx_decide(&fx, discover);
	assert_string_equal((char *)fx.d.reply.file, "reserved");
	fx_close(&fx);
}

static void the_first_class_with_lifetimes_has_them(void **state)
{
	const char *text = CONFIG(
		"{\"name\": \"short\", \"test\": \"option[60].exists\", \"valid-lifetime\": 600, "
		"\"min-valid-lifetime\": 300, \"max-valid-lifetime\": 900},"
		"{\"name\": \"any\", \"test\": \"not option[99].exists\", \"valid-lifetime\": "
		"1200}",
		"\"valid-lifetime\": 7200,", SUBNET(""));
	struct fixture fx = open_with(text);
	struct req req = {.type = DHCP_DISCOVER, .mac = 1, .more = {phone}};

	(void)state;
	fx_decide(&fx, req);
	assert_int_equal(fx.d.reply.lifetime, 600);
	assert_int_equal(fx_option_u32(&fx.d.reply, DHO_RENEWAL_TIME), 300);
	req.lifetime = 100;
	fx_decide(&fx, req);
	assert_int_equal(fx.d.reply.lifetime, 300);
	req.lifetime = 5000;
	fx_decide(&fx, req);
	assert_int_equal(fx.d.reply.lifetime, 900);
	assert_int_equal(fx_select(&fx, req, POOL), DHCP_ACK);
	assert_int_equal(fx.d.reply.lifetime, 900);
	fx_decide(&fx, (struct req){.type = DHCP_DISCOVER, .mac = 2});
	assert_int_equal(fx.d.reply.lifetime, 1200);
	/* the sweep goes by the shortest that anybody may have */
	assert_int_equal(model_shortest_t1(fx.model), 150);
	fx_close(&fx);
}

/* One that has no least lifetime grants its valid one. */
static void the_shortest_T1_may_be_a_class_s(void **state)
{
	struct model *model = fx_model(4);

	(void)state;
	assert_int_equal(model_shortest_t1(model), LIFETIME / 2);
	fx_class(model, "short", CLASS_BY_ALL);
	model->classes[0].valid = 600;
	assert_int_equal(model_shortest_t1(model), 300);
	model->classes[0].min = 200;
	assert_int_equal(model_shortest_t1(model), 100);
	model_free(model);
	free(model);
}

static void a_class_may_say_how_long_an_offer_is_held(void **state)
{
	const char *text = CONFIG("{\"name\": \"slow\", \"test\": \"option[60].exists\", "
				  "\"offer-lifetime\": 100}",
				  "\"offer-lifetime\": 5,",
				  "{\"id\": 1, \"subnet\": \"10.0.0.0/24\", \"pools\": [{\"pool\": "
				  "\"10.0.0.100/31\"}]}");
	struct fixture fx = open_with(text);

	(void)state;
	assert_int_equal(fx_offer(&fx, (struct req){.mac = 1, .more = {phone}}), POOL);
	assert_int_equal(fx_offer(&fx, (struct req){.mac = 2}), POOL + 1);
	fx.now += 50; /* the second one has lapsed, the first has not */
	assert_int_equal(fx_offer(&fx, (struct req){.mac = 3}), POOL + 1);
	fx_close(&fx);
}

/* --- guards --- */

#define GUARDED_POOLS                                                                    \
	"{\"id\": 1, \"subnet\": \"10.0.0.0/24\", \"authoritative\": true, \"pools\": [" \
	"{\"pool\": \"10.0.0.100 - 10.0.0.104\", \"client-class\": \"phones\"},"         \
	"{\"pool\": \"10.0.0.110 - 10.0.0.111\"}]}"
#define PHONES "{\"name\": \"phones\", \"test\": \"option[60].text == 'phone'\"}"

static void a_guarded_pool_is_for_its_classes(void **state)
{
	struct fixture fx = open_with(CONFIG(PHONES, "", GUARDED_POOLS));
	const struct req a_phone = {.mac = 1, .more = {phone}};

	(void)state;
	assert_int_equal(fx_lease(&fx, a_phone), POOL);
	assert_int_equal(fx_lease(&fx, (struct req){.mac = 2}), POOL + 10);
	/* not even where it is asked for */
	assert_int_equal(fx_offer(&fx, (struct req){.mac = 3, .requested = POOL + 2}), POOL + 11);
	assert_int_equal(fx_select(&fx, (struct req){.mac = 3}, POOL + 2), DHCP_NAK);
	assert_int_equal(fx.d.reason, NAK_of_other_classes);
	assert_int_equal(fx_select(&fx, (struct req){.mac = 3}, POOL + 11), DHCP_ACK);
	/* nor where nothing else is left; what is there for phones stays so */
	assert_int_equal(fx_offer(&fx, (struct req){.mac = 4}), 0);
	assert_int_equal(fx.d.reason, SILENT_no_free_address);
	for (uint8_t i = 1; i < 5; i++)
		assert_int_equal(fx_lease(&fx, (struct req){.mac = 10 + i, .more = {phone}}),
				 POOL + i);
	fx_close(&fx);
}

static void who_is_no_member_any_more_has_to_move(void **state)
{
	struct fixture fx = open_with(CONFIG(PHONES, "", GUARDED_POOLS));
	const struct req a_phone = {.mac = 1, .more = {phone}};

	(void)state;
	fx_lease(&fx, a_phone);
	assert_int_equal(fx_renew(&fx, a_phone, POOL), DHCP_ACK);
	assert_int_equal(fx_renew(&fx, (struct req){.mac = 1}, POOL), DHCP_NAK);
	assert_int_equal(fx.d.reason, NAK_of_other_classes);
	assert_int_equal(fx_lease(&fx, (struct req){.mac = 1}), POOL + 10);
	fx_close(&fx);
}

static void a_reserved_address_needs_no_class(void **state)
{
	struct fixture fx = open_with(
		CONFIG(PHONES, "",
		       "{\"id\": 1, \"subnet\": \"10.0.0.0/24\", "
		       "\"reservations\": [{\"hw-address\": \"02:00:00:00:00:01\", \"ip-address\": "
		       "\"10.0.0.103\"}], \"pools\": [{\"pool\": \"10.0.0.100 - 10.0.0.104\", "
		       "\"client-class\": \"phones\"}]}"));

	(void)state;
	assert_int_equal(fx_lease(&fx, (struct req){.mac = 1}), POOL + 3);
	fx_close(&fx);
}

static void of_a_shared_network_the_subnet_is_taken_that_is_for_the_client(void **state)
{
	const char *text = CONFIG(PHONES, NETWORK("\"client-class\": \"phones\",", ""), "");
	const char *both = CONFIG(
		PHONES, NETWORK("\"client-class\": \"phones\",", "\"client-class\": \"phones\","),
		"");
	struct fixture fx = open_with(text);

	(void)state;
	assert_int_equal(fx_lease(&fx, (struct req){.mac = 1, .more = {phone}}), POOL);
	assert_int_equal(fx_lease(&fx, (struct req){.mac = 2}), POOL + 0x100);
	/* the phone that is none any more: not its subnet */
	assert_int_equal(fx_renew(&fx, (struct req){.mac = 1}, POOL), DHCP_NAK);
	assert_int_equal(fx_lease(&fx, (struct req){.mac = 1}), POOL + 0x101);
	reconfigure(&fx, both);
	assert_int_equal(fx_decide(&fx, (struct req){.type = DHCP_DISCOVER, .mac = 3}),
			 DECISION_SILENT);
	assert_int_equal(fx.d.reason, SILENT_of_other_classes);
	/* it gives back all the same what it has */
	fx_release(&fx, (struct req){.mac = 2}, POOL + 0x100);
	assert_int_equal(lease_at(fx.leases, POOL + 0x100)->state, LEASE_FREE);
	fx_close(&fx);
}

static void a_network_s_guard_counts_beside_its_subnet_s(void **state)
{
	const char *text = CONFIG(
		PHONES ", {\"name\": \"user\", \"test\": \"option[77].exists\"}",
		"\"shared-networks\": [{\"name\": \"n\", \"interface\": \"eth0\", "
		"\"client-class\": \"user\", \"subnet4\": [{\"id\": 1, \"subnet\": "
		"\"10.0.0.0/24\", \"client-class\": \"phones\", \"pools\": [{\"pool\": "
		"\"10.0.0.100 - 10.0.0.109\"}]}]}],",
		"");
	struct fixture fx = open_with(text);
	const struct more user = {77, "u", 1};

	(void)state;
	assert_int_equal(fx_offer(&fx, (struct req){.mac = 1, .more = {phone}}), 0);
	assert_int_equal(fx_offer(&fx, (struct req){.mac = 1, .more = {user}}), 0);
	assert_int_equal(fx_offer(&fx, (struct req){.mac = 1, .more = {phone, user}}), POOL);
	fx_close(&fx);
}

/* --- the memo --- */

static bool ack_is_memoised(const char *text, struct req req)
{
	struct fixture fx = open_with(text);
	bool memoised;

	fx_offer(&fx, req);
	assert_int_equal(fx_select(&fx, req, POOL), DHCP_ACK);
	memoised = fx.d.memoise;
	fx_close(&fx);
	return memoised;
}

/* X(operand): true or not, they are not in a request's form. */
#define FLEETING(X)                       \
	X("pkt4.transid == 0x00000001")   \
	X("pkt.len == 0")                 \
	X("pkt.src == 10.0.0.1")          \
	X("pkt.dst == 10.0.0.1")          \
	X("pkt4.ciaddr == 10.0.0.1")      \
	X("pkt4.yiaddr == 10.0.0.1")      \
	X("pkt4.siaddr == 10.0.0.1")      \
	X("option[50].hex == 0x0a000064") \
	X("option[54].exists")            \
	X("option[57].exists")            \
	X("option[80].exists")            \
	X("option[116].exists")

static void what_no_form_tells_is_not_memoised(void **state)
{
	static const struct {
		const char *what, *text;
	} cases[] = {
#define X(test) {test, CONFIG(CLASS("c", test, "c"), "", SUBNET(""))},
		FLEETING(X)
#undef X
#define X(test)                                                                                  \
	{test " by another class",                                                               \
	 CONFIG("{\"name\": \"c\", \"test\": \"" test "\"}," CLASS("d", "member('c')", "d"), "", \
		SUBNET(""))},
			FLEETING(X)
#undef X
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (ack_is_memoised(cases[i].text, (struct req){.mac = 1}))
			fail_msg("%s", cases[i].what);
	}
}

static void what_the_form_tells_is_memoised(void **state)
{
	(void)state;
	assert_true(ack_is_memoised(
		CONFIG(CLASS("a", "option[60].text == 'phone' and pkt4.msgtype == 3",
			     "a") "," CLASS("b", "known or pkt.iface == 'eth0'", "b"),
		       "", SUBNET(RESERVATION(", \"client-classes\": [\"b\"]"))),
		(struct req){.mac = 1, .more = {phone}}));
}

#define XID "{\"name\": \"x\", \"test\": \"pkt4.transid == 0x00000001\"}"

static void a_fleeting_class_that_changes_nothing_does_no_harm(void **state)
{
	(void)state;
	assert_true(ack_is_memoised(CONFIG(XID, "", SUBNET("")), (struct req){.mac = 1}));
}

static void a_fleeting_guard_makes_fleeting_unless_another_lets_in(void **state)
{
#define POOL_FOR(classes)                                                                        \
	CONFIG(PHONES "," XID ", {\"name\": \"y\", \"test\": \"not member('x')\"}", "",          \
	       "{\"id\": 1, \"subnet\": \"10.0.0.0/24\", \"pools\": [{\"pool\": \"10.0.0.100 - " \
	       "10.0.0.109\", \"client-classes\": [" classes "]}]}")
	const struct req a_phone = {.mac = 1, .more = {phone}};

	(void)state;
	assert_false(ack_is_memoised(POOL_FOR("\"y\""), a_phone));
	assert_true(ack_is_memoised(POOL_FOR("\"y\", \"phones\""), a_phone));
	assert_false(ack_is_memoised(POOL_FOR("\"y\", \"phones\""), (struct req){.mac = 1}));
}

static void a_required_fleeting_class_makes_fleeting_where_it_is_required(void **state)
{
#define REQUIRED_XID                                                                 \
	"{\"name\": \"x\", \"only-if-required\": true, \"test\": \"pkt4.transid == " \
	"0x00000001\", \"option-data\": [{\"name\": \"domain-name\", \"data\": \"x\"}]}"
	(void)state;
	assert_true(ack_is_memoised(CONFIG(REQUIRED_XID, "", SUBNET("")), (struct req){.mac = 1}));
	assert_false(ack_is_memoised(
		CONFIG(REQUIRED_XID, "", SUBNET("\"require-client-classes\": [\"x\"],")),
		(struct req){.mac = 1}));
}

/* Whom a sibling has a reservation for is known before it is bound as afterwards, be it a clone. */
static void a_clone_is_known_by_a_sibling_whenever_it_comes(void **state)
{
	struct fixture fx = open_with(CONFIG(
		BUILT_IN("KNOWN", "known") "," BUILT_IN("UNKNOWN", "unknown"),
		"\"shared-networks\": [{\"name\": \"n\", \"interface\": \"eth0\", \"subnet4\": ["
		"{\"id\": 1, \"subnet\": \"10.0.0.0/24\", \"pools\": [{\"pool\": \"10.0.0.100 - "
		"10.0.0.109\"}]},"
		"{\"id\": 2, \"subnet\": \"10.0.1.0/24\", \"reservations\": [{\"client-id\": "
		"\"636c6f6e65\", \"hostname\": \"x\"}]}]}],",
		""));
	struct req clone = {.mac = 2, .id = "clone"};

	(void)state;
	fx_lease(&fx, (struct req){.mac = 1, .id = "clone"});
	assert_int_equal(fx_offer(&fx, clone), POOL + 1);
	domain_is(&fx, "known");
	assert_int_equal(fx_select(&fx, clone, POOL + 1), DHCP_ACK);
	assert_true(fx.d.memoise);
	domain_is(&fx, "known");
	assert_int_equal(fx_renew(&fx, clone, POOL + 1), DHCP_ACK);
	domain_is(&fx, "known");
	fx_close(&fx);
}

/* The template itself says nothing, and this value spawns nothing. */
static void what_a_fleeting_template_may_spawn_makes_fleeting(void **state)
{
	(void)state;
	assert_false(ack_is_memoised(
		CONFIG("{\"name\": \"t\", \"template-test\": \"pkt4.transid\"}," BUILT_IN(
			       "SPAWN_t_abcd", "s"),
		       "", SUBNET("")),
		(struct req){.mac = 1}));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everybody_is_of_ALL),
		cmocka_unit_test(option_60_makes_a_member_of_its_vendor_class),
		cmocka_unit_test(a_test_is_evaluated_and_may_ask_for_classes_before_it),
		cmocka_unit_test(a_reservation_makes_known_and_gives_classes),
		cmocka_unit_test(who_has_a_reservation_in_a_sibling_is_known),
		cmocka_unit_test(a_template_makes_a_member_of_itself_and_of_what_it_spawns),
		cmocka_unit_test(members_of_DROP_are_not_answered),
		cmocka_unit_test(nothing_is_offered_where_one_is_of_DROP),
		cmocka_unit_test(DROP_of_a_reservation_in_a_shared_network_comes_too_late),
		cmocka_unit_test(what_is_only_required_is_evaluated_where_it_is),
		cmocka_unit_test(options_of_classes_stand_between_global_and_network),
		cmocka_unit_test(an_option_may_be_for_classes_alone),
		cmocka_unit_test(a_class_s_boot_fields_beat_the_subnet_s_and_not_the_reservation_s),
		cmocka_unit_test(the_first_class_with_lifetimes_has_them),
		cmocka_unit_test(the_shortest_T1_may_be_a_class_s),
		cmocka_unit_test(a_class_may_say_how_long_an_offer_is_held),
		cmocka_unit_test(a_guarded_pool_is_for_its_classes),
		cmocka_unit_test(who_is_no_member_any_more_has_to_move),
		cmocka_unit_test(a_reserved_address_needs_no_class),
		cmocka_unit_test(of_a_shared_network_the_subnet_is_taken_that_is_for_the_client),
		cmocka_unit_test(a_network_s_guard_counts_beside_its_subnet_s),
		cmocka_unit_test(what_no_form_tells_is_not_memoised),
		cmocka_unit_test(what_the_form_tells_is_memoised),
		cmocka_unit_test(a_fleeting_class_that_changes_nothing_does_no_harm),
		cmocka_unit_test(a_fleeting_guard_makes_fleeting_unless_another_lets_in),
		cmocka_unit_test(a_required_fleeting_class_makes_fleeting_where_it_is_required),
		cmocka_unit_test(tests_may_ask_for_the_reservation_s_classes),
		cmocka_unit_test(in_a_shared_network_a_reservation_s_classes_come_last),
		cmocka_unit_test(a_clone_is_known_by_a_sibling_whenever_it_comes),
		cmocka_unit_test(what_a_fleeting_template_may_spawn_makes_fleeting),
		cmocka_unit_test(what_is_required_has_no_part_in_the_lifetime),
		cmocka_unit_test(what_a_pool_requires_counts_for_option_108),
		cmocka_unit_test(of_several_values_the_one_that_counts_says_whether_it_is_sent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
