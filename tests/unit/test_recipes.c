// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The recipes of README.md's chapter "Policy", exactly as they stand there: whether they do what
 * is said of them. Runs with the repository's root as working directory.
 */
#include "config/config.h"
#include "engine/expr.h"
#include "engine_fixture.h"

#define IP(a, b, c, d) ((uint32_t)(a) << 24 | (b) << 16 | (c) << 8 | (d))

/* An example, with an interface. */
static struct config *load(const char *example)
{
	struct config_errors errors;
	struct config *config = NULL;
	char *whole;

	assert_true(asprintf(&whole, "interfaces-config: {interfaces: [eth0]}\n%s", example) > 0);
	if (config_load("README.md", whole, &config, &errors) < 0)
		fail_msg("%s\n%s", errors.lines[0], example);
	config_errors_free(&errors);
	free(whole);
	return config;
}

/* The one under this heading. */
static char *recipe(const char *heading)
{
	FILE *f = fopen("README.md", "r");
	char *text = malloc(1 << 20), *at, *end;

	assert_non_null(f);
	assert_non_null(text);
	text[fread(text, 1, (1 << 20) - 1, f)] = '\0';
	fclose(f);
	at = strstr(text, heading);
	at = at ? strstr(at, "```yaml\n") : NULL;
	end = at ? strstr(at + 8, "```") : NULL;
	assert_non_null(end);
	*end = '\0';
	memmove(text, at + 8, (size_t)(end - at) - 7);
	return text;
}

static struct config *load_recipe(const char *heading)
{
	char *text = recipe(heading);
	struct config *config = load(text);

	free(text);
	return config;
}

struct desk {
	struct config *config;
	struct fixture fx;
};

/* Takes the configuration. */
static struct desk serve(struct config *with)
{
	struct desk desk = {.config = with, .fx = {.horizon = 3, .now = START}};
	struct engine_config config = {.model = &desk.config->model, .horizon = 3};

	strcpy(desk.fx.link.name, "eth0");
	desk.fx.link.addrs[0] = IP(192, 0, 2, 1);
	desk.fx.link.masks[0] = 0xffffff00;
	desk.fx.leases = lease_table_new();
	desk.fx.engine = engine_new(desk.fx.leases);
	assert_non_null(desk.fx.engine);
	assert_int_equal(engine_configure(desk.fx.engine, &config), 0);
	return desk;
}

static void close_desk(struct desk *desk)
{
	engine_free(desk->fx.engine);
	lease_table_free(desk->fx.leases);
	config_free(desk->config);
}

static uint8_t ask(struct desk *desk, struct req req, const char *mac)
{
	struct fixture *fx = &desk->fx;
	static struct dhcp_msg msg;

	fx_message(&req, &msg);
	assert_true(config_parse_mac(mac, msg.chaddr));
	memcpy(msg.eth_src, msg.chaddr, sizeof(msg.eth_src));
	engine_decide(fx->engine, &fx->link, &msg, fx->now, &fx->d);
	return fx->d.kind == DECISION_REPLY ? fx->d.reply.type : 0;
}

/* The address that it is offered and given, 0: none. */
static uint32_t lease(struct desk *desk, struct req req, const char *mac)
{
	uint32_t addr;

	req.type = DHCP_DISCOVER;
	if (ask(desk, req, mac) != DHCP_OFFER)
		return 0;
	addr = desk->fx.d.reply.yiaddr;
	req.type = DHCP_REQUEST;
	req.requested = addr;
	req.server = desk->fx.link.addrs[0];
	assert_int_equal(ask(desk, req, mac), DHCP_ACK);
	assert_true(desk->fx.d.memoise || req.giaddr);
	return addr;
}

static void who_is_answered(void **state)
{
	struct config *config = load_recipe("### Who is answered");
	const uint8_t *listed[] = {(const uint8_t *)"\x52\x54\x00\xab\xcd\x01",
				   (const uint8_t *)"\x00\x11\x22\x33\x44\x55"},
		      *other = (const uint8_t *)"\x52\x54\x00\xab\xcd\x02";

	(void)state;
	for (size_t i = 0; i < 2; i++)
		assert_true(hw_list_has(config->model.hw.deny, listed[i]));
	assert_false(hw_list_has(config->model.hw.deny, other));
	config_free(config);
}

static void one_device_for_each_port(void **state)
{
	struct desk desk = serve(load_recipe("### One device for each port"));
	struct req port = {.giaddr = IP(192, 0, 2, 1), .agent = "\1\2p1"};

	(void)state;
	desk.fx.link.addrs[0] = IP(10, 0, 0, 1);
	port.id = "boot loader";
	assert_int_equal(lease(&desk, port, "52:54:00:ab:cd:01") >> 8, IP(192, 0, 2, 0) >> 8);
	port.id = "system";
	assert_int_not_equal(lease(&desk, port, "52:54:00:ab:cd:01"), 0);
	assert_int_equal(lease(&desk, port, "52:54:00:ab:cd:02"), 0);
	assert_int_equal(desk.fx.d.reason, SILENT_circuit_full);
	port.agent = "\1\2p2";
	assert_int_not_equal(lease(&desk, port, "52:54:00:ab:cd:02"), 0);
	close_desk(&desk);
}

static void a_pool_for_those_who_are_known(void **state)
{
	struct desk desk = serve(load_recipe("### A pool for those who are known"));

	(void)state;
	assert_int_equal(lease(&desk, (struct req){0}, "52:54:00:ab:cd:01"), IP(192, 0, 2, 10));
	assert_int_equal(lease(&desk, (struct req){0}, "52:54:00:ab:cd:02"), IP(192, 0, 2, 5));
	assert_int_equal(lease(&desk, (struct req){0}, "52:54:00:ab:cd:03"), 0);
	assert_int_equal(desk.fx.d.kind, DECISION_SILENT);
	close_desk(&desk);
}

/* As the text says below it: a second pool for all others. */
static void a_second_pool_for_the_guests(void **state)
{
	char *text = recipe("### A pool for those who are known"), *more;
	const char *second = "  - {pool: 192.0.2.100 - 192.0.2.199, client-class: UNKNOWN}\n";
	char *rest = strstr(text, "  reservations:");
	struct desk desk;

	(void)state;
	assert_non_null(rest);
	assert_true(asprintf(&more, "%.*s%s%s", (int)(rest - text), text, second, rest) > 0);
	desk = serve(load(more));
	free(more);
	free(text);
	assert_int_equal(lease(&desk, (struct req){0}, "52:54:00:ab:cd:01"), IP(192, 0, 2, 10));
	assert_int_equal(lease(&desk, (struct req){0}, "52:54:00:ab:cd:03"), IP(192, 0, 2, 100));
	close_desk(&desk);
}

#define RANDOMISED "### Randomised MAC addresses"

static const struct client_class *class_named(const struct model *model, const char *name)
{
	for (size_t i = 0; i < model->n_classes; i++) {
		if (!strcmp(model->classes[i].name, name))
			return &model->classes[i];
	}
	fail_msg("no class %s", name);
	return NULL;
}

/* IEEE 802: of the first byte bit 1 says that the address is locally administered, and bit 0 that
 * it is a group's, which no client has. */
static void randomised_is_told_by_the_second_digit(void **state)
{
	struct config *config = load_recipe(RANDOMISED);
	const struct client_class *class = class_named(&config->model, "randomised");
	static struct dhcp_msg msg;
	struct expr_input in = {.msg = &msg, .interface = "eth0"};

	(void)state;
	assert_true(class->memoisable);
	for (unsigned byte = 0; byte < 256; byte++) {
		memset(msg.chaddr, 0x22, sizeof(msg.chaddr));
		msg.chaddr[0] = (uint8_t)byte;
		assert_int_equal(expr_bool(class->test, &in), (byte & 3) == 2);
	}
	config_free(config);
}

static void randomised_addresses_have_a_pool_of_their_own(void **state)
{
	struct desk desk = serve(load_recipe(RANDOMISED));

	(void)state;
	assert_int_equal(lease(&desk, (struct req){0}, "5a:00:00:00:00:01"), IP(192, 0, 2, 100));
	assert_int_equal(desk.fx.d.reply.lifetime, 1800);
	assert_int_equal(lease(&desk, (struct req){0}, "50:00:00:00:00:01"), IP(192, 0, 2, 10));
	assert_int_equal(desk.fx.d.reply.lifetime, 3600);
	close_desk(&desk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_is_answered),
		cmocka_unit_test(one_device_for_each_port),
		cmocka_unit_test(a_pool_for_those_who_are_known),
		cmocka_unit_test(a_second_pool_for_the_guests),
		cmocka_unit_test(randomised_is_told_by_the_second_digit),
		cmocka_unit_test(randomised_addresses_have_a_pool_of_their_own),
	};

	return cmocka_run_group_tests_name("recipes", tests, NULL, NULL);
}
