// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Every reason for silence, for a NAK and for an OFFER of no address is reached, and what is
 * decided is of the reason's kind. malloc and calloc are wrapped (Makefile), so that there can be
 * no memory.
 */
#include "engine_fixture.h"

static bool no_memory;

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);

void *__wrap_malloc(size_t size)
{
	return no_memory ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
	return no_memory ? NULL : __real_calloc(n, size);
}

#define HOME   0x0a000014u /* 10.0.0.20, in no pool */
#define ABROAD 0xc0000205u /* 192.0.2.5 */

/* A pool of four. What the client of MAC 1 then sends is the last decision. */
static struct fixture open_four(void)
{
	return fx_open(fx_model(4));
}

static struct req one(uint8_t type)
{
	return (struct req){.type = type, .mac = 1};
}

/* --- silence --- */

static struct fixture client_id_too_long(void)
{
	static const char id[256];
	struct fixture fx = open_four();

	fx_decide(&fx, (struct req){.type = DHCP_DISCOVER, .mac = 1, .id = id, .id_len = 256});
	return fx;
}

static struct fixture no_subnet_for_link(void)
{
	struct fixture fx = open_four();

	fx.link.addrs[0] = ABROAD;
	fx_decide(&fx, one(DHCP_DISCOVER));
	return fx;
}

static struct fixture no_subnet_for_relay(void)
{
	struct fixture fx = open_four();

	fx_decide(&fx, (struct req){.type = DHCP_DISCOVER, .mac = 1, .giaddr = ABROAD});
	return fx;
}

static struct fixture no_subnet_for_selected_link(void)
{
	struct fixture fx = open_four();

	fx_decide(&fx, (struct req){.type = DHCP_DISCOVER,
				    .mac = 1,
				    .more = {{DHO_SUBNET_SELECTION, "\xc0\0\2\5", 4}}});
	return fx;
}

static struct fixture subnet_deactivated(void)
{
	struct fixture fx = open_four();

	fx.model->subnets[0].enabled = false;
	fx_decide(&fx, one(DHCP_DISCOVER));
	return fx;
}

/* The client's own address, 02:00:00:00:00:01, or another one. */
static struct hw_list *list_of(uint8_t mac)
{
	struct hw_list *list = __real_calloc(1, sizeof(*list));
	uint8_t hw[6];

	fx_mac(hw, mac);
	assert_int_equal(hw_list_add(list, hw, sizeof(hw)), 0);
	hw_list_settle(list);
	return list;
}

static struct fixture hw_address_denied(void)
{
	struct model *model = fx_model(4);
	struct fixture fx;

	model->subnets[0].deny = model->hw.deny = list_of(1);
	fx = fx_open(model);
	fx_decide(&fx, one(DHCP_DISCOVER));
	return fx;
}

static struct fixture hw_address_not_allowed(void)
{
	struct model *model = fx_model(4);
	struct fixture fx;

	model->subnets[0].allow = model->hw.allow = list_of(2);
	fx = fx_open(model);
	fx_decide(&fx, one(DHCP_DISCOVER));
	return fx;
}

static struct fixture dropped_by_class(void)
{
	struct model *model = fx_model(4);
	struct fixture fx;

	fx_class(model, "DROP", CLASS_BY_ALL);
	fx = fx_open(model);
	fx_decide(&fx, one(DHCP_DISCOVER));
	return fx;
}

/* A model with a class that nobody is a member of. */
static struct model *with_nobodys_class(uint16_t *ret_class)
{
	struct model *model = fx_model(4);

	*ret_class = fx_class(model, "nobody", CLASS_BY_TEST);
	return model;
}

static struct fixture subnet_of_other_classes(void)
{
	uint16_t class;
	struct model *model = with_nobodys_class(&class);
	struct fixture fx;

	fx_name_class(&model->subnets[0].guards, class);
	fx = fx_open(model);
	fx_decide(&fx, one(DHCP_DISCOVER));
	return fx;
}

static struct fixture pool_of_other_classes(void)
{
	uint16_t class;
	struct model *model = with_nobodys_class(&class);
	struct fixture fx;

	fx_name_class(&model->subnets[0].pools[0].guards, class);
	fx = fx_open(model);
	fx_select(&fx, one(0), POOL);
	return fx;
}

static struct fixture circuit_full(void)
{
	struct req behind = {.mac = 2, .giaddr = SERVER + 1, .agent = "\1\1p", .agent_len = 3};
	struct model *model = fx_model(4);
	struct fixture fx;

	model->subnets[0].leases_per_circuit = 1;
	fx = fx_open(model);
	fx_lease(&fx, behind);
	behind.mac = 1;
	behind.type = DHCP_DISCOVER;
	fx_decide(&fx, behind);
	return fx;
}

static struct fixture link_full(void)
{
	struct model *model = fx_model(4);
	struct fixture fx;

	model->subnets[0].leases_per_link = 1;
	fx = fx_open(model);
	fx_lease(&fx, (struct req){.mac = 2});
	fx_decide(&fx, one(DHCP_DISCOVER));
	return fx;
}

static struct fixture no_server_address(void)
{
	struct model *model = fx_model(4);
	struct fixture fx;

	strcpy(model->subnets[0].interface, "eth0");
	fx = fx_open(model);
	fx.link.addrs[0] = 0;
	fx_decide(&fx, one(DHCP_DISCOVER));
	return fx;
}

static struct fixture not_for_a_server(void)
{
	struct fixture fx = open_four();

	fx_decide(&fx, one(DHCP_OFFER));
	return fx;
}

static struct fixture for_another_server(uint8_t type)
{
	struct fixture fx = open_four();
	uint32_t addr = fx_lease(&fx, one(0));

	fx_decide(&fx, (struct req){.type = type,
				    .mac = 1,
				    .ciaddr = type == DHCP_RELEASE ? addr : 0,
				    .requested = type == DHCP_RELEASE ? 0 : addr,
				    .server = OTHER});
	return fx;
}

static struct fixture another_released(void)
{
	return for_another_server(DHCP_RELEASE);
}

static struct fixture another_declined(void)
{
	return for_another_server(DHCP_DECLINE);
}

static struct fixture another_server_chosen(void)
{
	return for_another_server(DHCP_REQUEST);
}

static struct fixture no_address_asked_for(void)
{
	struct fixture fx = open_four();

	fx_decide(&fx, one(DHCP_REQUEST));
	return fx;
}

static struct fixture unknown_client(void)
{
	struct fixture fx = open_four();

	fx_reboot(&fx, one(0), POOL);
	return fx;
}

static struct fixture no_free_address(void)
{
	struct fixture fx = fx_open(fx_model(0));

	fx_decide(&fx, one(DHCP_DISCOVER));
	return fx;
}

static struct fixture not_its_release(void)
{
	struct fixture fx = open_four();

	fx_release(&fx, one(0), fx_lease(&fx, (struct req){.mac = 2}));
	return fx;
}

static struct fixture not_its_decline(void)
{
	struct fixture fx = open_four();

	fx_decline(&fx, one(0), fx_lease(&fx, (struct req){.mac = 2}));
	return fx;
}

static struct fixture released_already(void)
{
	struct fixture fx = open_four();
	uint32_t addr = fx_lease(&fx, one(0));

	fx_release(&fx, one(0), addr);
	fx_release(&fx, one(0), addr);
	return fx;
}

static struct fixture declined_already(void)
{
	struct fixture fx = open_four();
	uint32_t addr = fx_lease(&fx, one(0));

	fx_decline(&fx, one(0), addr);
	fx_decline(&fx, one(0), addr);
	return fx;
}

static struct fixture inform_from_another_network(void)
{
	struct fixture fx = open_four();

	fx_decide(&fx, (struct req){.type = DHCP_INFORM, .mac = 1, .ciaddr = ABROAD});
	return fx;
}

static struct fixture bootp(enum bootp who, uint32_t n, uint32_t ciaddr)
{
	struct model *model = fx_model(n);
	struct fixture fx;

	model->subnets[0].bootp = who;
	fx = fx_open(model);
	fx_decide(&fx, (struct req){.type = DHCP_BOOTP, .mac = 1, .ciaddr = ciaddr});
	return fx;
}

static struct fixture bootp_from_another_network(void)
{
	return bootp(BOOTP_ALL, 4, ABROAD);
}

/* Of 10.0.0.0/24; one hears of it by a relay. */
static struct fixture inform_from_its_network(void)
{
	struct fixture fx = open_four();

	fx_decide(&fx, (struct req){.type = DHCP_INFORM, .mac = 1, .ciaddr = 0x0a000000});
	return fx;
}

static struct fixture inform_from_its_broadcast(void)
{
	struct fixture fx = open_four();

	fx_decide(&fx, (struct req){.type = DHCP_INFORM,
				    .mac = 1,
				    .ciaddr = 0x0a0000ff,
				    .giaddr = 0x0a000002});
	return fx;
}

static struct fixture bootp_not_served(void)
{
	return bootp(BOOTP_NONE, 4, 0);
}

static struct fixture bootp_not_reserved(void)
{
	return bootp(BOOTP_RESERVED, 4, 0);
}

static struct fixture bootp_not_reserved_its_own(void)
{
	return bootp(BOOTP_RESERVED, 4, HOME);
}

static struct fixture bootp_none_free(void)
{
	return bootp(BOOTP_ALL, 0, 0);
}

static struct fixture no_memory_for_an_offer(void)
{
	struct fixture fx = open_four();

	no_memory = true;
	fx_decide(&fx, one(DHCP_DISCOVER));
	no_memory = false;
	return fx;
}

/* Reserved, so there is no offer; and the first record there is. */
static struct fixture reserved_without_memory(struct req req)
{
	struct model *model = fx_model(4);
	struct fixture fx;

	fx_reserve(&model->subnets[0], 1, NULL, HOME);
	fx = fx_open(model);
	no_memory = true;
	fx_decide(&fx, req);
	no_memory = false;
	return fx;
}

static struct fixture no_memory_for_a_binding(void)
{
	return reserved_without_memory(
		(struct req){.type = DHCP_REQUEST, .mac = 1, .requested = HOME, .server = SERVER});
}

static struct fixture no_memory_for_a_declined_one(void)
{
	return reserved_without_memory(
		(struct req){.type = DHCP_DECLINE, .mac = 1, .requested = HOME, .server = SERVER});
}

static struct fixture no_memory_for_bootp(void)
{
	return reserved_without_memory(one(DHCP_BOOTP));
}

/* --- NAKs --- */

static struct fixture wrong_network(void)
{
	struct fixture fx = open_four();

	fx_reboot(&fx, one(0), ABROAD);
	return fx;
}

static struct fixture taken(void)
{
	struct fixture fx = open_four();

	fx_reboot(&fx, one(0), fx_lease(&fx, (struct req){.mac = 2}));
	return fx;
}

static struct fixture reserved(void)
{
	struct model *model = fx_model(4);
	struct fixture fx;

	fx_reserve(&model->subnets[0], 2, NULL, HOME);
	fx = fx_open(model);
	fx_select(&fx, one(0), HOME);
	return fx;
}

static struct fixture in_no_pool(void)
{
	struct fixture fx = open_four();

	fx_select(&fx, one(0), HOME);
	return fx;
}

static struct fixture reserved_elsewhere(void)
{
	struct model *model = fx_model(4);
	struct fixture fx;

	fx_reserve(&model->subnets[0], 1, NULL, HOME);
	fx = fx_open(model);
	fx_select(&fx, one(0), POOL);
	return fx;
}

static struct fixture bound_elsewhere(void)
{
	struct fixture fx = open_four();

	fx_select(&fx, one(0), fx_lease(&fx, one(0)) + 1);
	return fx;
}

static struct fixture no_lease(void)
{
	struct fixture fx = open_four();

	fx.model->subnets[0].authoritative = true;
	fx_reboot(&fx, one(0), POOL);
	return fx;
}

static struct fixture offered(void)
{
	struct fixture fx = open_four();

	fx_select(&fx, one(0), fx_offer(&fx, (struct req){.mac = 2}));
	return fx;
}

static struct fixture declined(void)
{
	struct fixture fx = open_four();
	uint32_t addr = fx_lease(&fx, one(0));

	fx_decline(&fx, one(0), addr);
	fx_select(&fx, one(0), addr);
	return fx;
}

/* --- no address --- */

static struct fixture with_option(uint8_t code, const char *prl, uint32_t n)
{
	struct model *model = fx_model(n);
	struct fixture fx;

	fx_option(&model->scope.options, code, "\0\0\1\1", code == DHO_AUTO_CONFIGURE ? 1 : 4);
	fx = fx_open(model);
	fx_decide(&fx, (struct req){.type = DHCP_DISCOVER,
				    .mac = 1,
				    .prl = prl,
				    .more = {{DHO_AUTO_CONFIGURE, "\1", 1}}});
	return fx;
}

static struct fixture ipv6_only(void)
{
	return with_option(DHO_V6_ONLY, "\x01\x6c", 4);
}

static struct fixture no_free_address_and_said_so(void)
{
	return with_option(DHO_AUTO_CONFIGURE, "\x01\x74", 0);
}

static const struct {
	enum reason reason;
	struct fixture (*reach)(void);
} table[] = {
	{SILENT_client_id_too_long, client_id_too_long},
	{SILENT_no_subnet_for_link, no_subnet_for_link},
	{SILENT_no_subnet_for_relay, no_subnet_for_relay},
	{SILENT_no_subnet_for_selected_link, no_subnet_for_selected_link},
	{SILENT_subnet_deactivated, subnet_deactivated},
	{SILENT_hw_address_denied, hw_address_denied},
	{SILENT_hw_address_not_allowed, hw_address_not_allowed},
	{SILENT_circuit_full, circuit_full},
	{SILENT_link_full, link_full},
	{SILENT_dropped_by_class, dropped_by_class},
	{SILENT_of_other_classes, subnet_of_other_classes},
	{SILENT_no_server_address, no_server_address},
	{SILENT_not_for_a_server, not_for_a_server},
	{SILENT_for_another_server, another_released},
	{SILENT_for_another_server, another_declined},
	{SILENT_another_server_chosen, another_server_chosen},
	{SILENT_no_address_asked_for, no_address_asked_for},
	{SILENT_unknown_client, unknown_client},
	{SILENT_no_free_address, no_free_address},
	{SILENT_no_free_address, bootp_none_free},
	{SILENT_not_its_address, not_its_release},
	{SILENT_not_its_address, not_its_decline},
	{SILENT_ended_already, released_already},
	{SILENT_ended_already, declined_already},
	{SILENT_address_of_another_network, inform_from_another_network},
	{SILENT_address_of_another_network, bootp_from_another_network},
	{SILENT_address_of_no_host, inform_from_its_network},
	{SILENT_address_of_no_host, inform_from_its_broadcast},
	{SILENT_bootp_not_served, bootp_not_served},
	{SILENT_bootp_not_reserved, bootp_not_reserved},
	{SILENT_bootp_not_reserved, bootp_not_reserved_its_own},
	{SILENT_out_of_memory, no_memory_for_an_offer},
	{SILENT_out_of_memory, no_memory_for_a_binding},
	{SILENT_out_of_memory, no_memory_for_a_declined_one},
	{SILENT_out_of_memory, no_memory_for_bootp},
	{NAK_wrong_network, wrong_network},
	{NAK_taken, taken},
	{NAK_reserved, reserved},
	{NAK_of_other_classes, pool_of_other_classes},
	{NAK_in_no_pool, in_no_pool},
	{NAK_reserved_elsewhere, reserved_elsewhere},
	{NAK_bound_elsewhere, bound_elsewhere},
	{NAK_no_lease, no_lease},
	{NAK_offered, offered},
	{NAK_declined, declined},
	{OFFER_ipv6_only, ipv6_only},
	{OFFER_no_free_address, no_free_address_and_said_so},
};

static void is_decided_so(const struct decision *d, enum reason reason)
{
	const char *text = reason_text(reason);

	if (!strcmp(reason_kind(reason), "silent")) {
		assert_int_equal(d->kind, DECISION_SILENT);
		return;
	}
	assert_int_equal(d->kind, DECISION_REPLY);
	if (!strcmp(reason_kind(reason), "nak")) {
		assert_int_equal(d->reply.type, DHCP_NAK);
		fx_option_is(&d->reply, DHO_MESSAGE, text, strlen(text));
	} else {
		assert_int_equal(d->reply.type, DHCP_OFFER);
		assert_int_equal(d->reply.yiaddr, 0);
	}
}

static void each_is_reached(void **state)
{
	bool reached[REASON_COUNT] = {false};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct fixture fx = table[i].reach();

		if (fx.d.reason != table[i].reason)
			fail_msg("row %zu: %s, not %s", i, reason_name(fx.d.reason),
				 reason_name(table[i].reason));
		is_decided_so(&fx.d, table[i].reason);
		reached[table[i].reason] = true;
		fx_close(&fx);
	}
	for (unsigned i = REASON_NONE + 1; i < REASON_COUNT; i++) {
		if (!reached[i])
			fail_msg("%s %s is not reached", reason_kind((enum reason)i),
				 reason_name((enum reason)i));
	}
}

/* What is granted or ended needs no reason. */
static void none_where_all_is_well(void **state)
{
	struct fixture fx = open_four();
	uint32_t addr = fx_lease(&fx, one(0));

	(void)state;
	assert_int_equal(fx.d.reason, REASON_NONE);
	fx_release(&fx, one(0), addr);
	assert_int_equal(fx.d.kind, DECISION_END);
	assert_int_equal(fx.d.reason, REASON_NONE);
	assert_string_equal(reason_text(REASON_NONE), "");
	fx_close(&fx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_is_reached),
		cmocka_unit_test(none_where_all_is_well),
	};

	return cmocka_run_group_tests_name("engine/reasons", tests, NULL, NULL);
}
