// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* DISCOVER: which subnet, which address, and what an OFFER holds. */
#include "engine_fixture.h"

static struct req mac(uint8_t last)
{
	return (struct req){.mac = last};
}

static struct req id(uint8_t last, const char *name)
{
	return (struct req){.mac = last, .id = name};
}

static void offers_what_a_lease_needs(void **state)
{
	struct model *model = fx_model(4);
	struct fixture fx;
	uint8_t routers[4] = {10, 0, 0, 1}, dns[8] = {10, 0, 0, 2, 10, 0, 0, 3};
	char codes[1024];
	size_t len;

	(void)state;
	fx_option(&model->subnets[0].scope.options, DHO_ROUTERS, routers, 4);
	fx_option(&model->scope.options, 6, dns, 8);
	fx = fx_open(model);
	assert_int_equal(fx_offer(&fx, mac(1)), POOL);
	assert_int_equal(fx.d.reply.type, DHCP_OFFER);
	assert_int_equal(fx.d.reply.yiaddr, POOL);
	assert_int_equal(fx.d.reply.server_id, SERVER);
	assert_int_equal(fx.d.reply.ciaddr, 0);
	assert_int_equal(fx.d.reply.lifetime, LIFETIME);
	assert_string_equal(fx_codes(&fx.d.reply, codes), "53 54 51 58 59 1 3 6");
	assert_int_equal(fx_option_u32(&fx.d.reply, DHO_SERVER_IDENTIFIER), SERVER);
	assert_int_equal(fx_option_u32(&fx.d.reply, DHO_LEASE_TIME), LIFETIME);
	assert_int_equal(fx_option_u32(&fx.d.reply, DHO_RENEWAL_TIME), LIFETIME / 2);
	assert_int_equal(fx_option_u32(&fx.d.reply, DHO_REBINDING_TIME), LIFETIME / 8 * 7);
	assert_int_equal(fx_option_u32(&fx.d.reply, DHO_SUBNET_MASK), 0xffffff00);
	assert_memory_equal(fx_option_at(&fx.d.reply, 6, &len), dns, 8);
	assert_false(fx.d.has_change);
	assert_false(fx.d.memoise);
	assert_int_equal(lease_count(fx.leases), 0);
	fx_close(&fx);
}

static void silent_without_subnet_or_server_address(void **state)
{
	struct fixture fx = fx_open(fx_model(4));

	(void)state;
	fx.link.addrs[0] = 0xc0a80001;
	assert_int_equal(fx_offer(&fx, mac(1)), 0);
	assert_int_equal(fx.d.reason, SILENT_no_subnet_for_link);
	strcpy(fx.model->subnets[0].interface, "eth0");
	fx_configure(&fx, fx.model);
	assert_int_equal(fx_offer(&fx, mac(1)), POOL); /* by the interface's name */
	assert_int_equal(fx.d.reply.server_id, 0xc0a80001);
	fx.link.addrs[0] = 0;
	assert_int_equal(fx_offer(&fx, mac(1)), 0);
	assert_int_equal(fx.d.reason, SILENT_no_server_address);
	/* a subnet that names another interface does not serve this one */
	strcpy(fx.model->subnets[0].interface, "eth1");
	fx_configure(&fx, fx.model);
	fx.link.addrs[0] = SERVER;
	assert_int_equal(fx_offer(&fx, mac(1)), 0);
	fx_close(&fx);
}

static void relayed_by_giaddr(void **state)
{
	struct model *model = fx_model(4);
	struct fixture fx;
	struct req req = mac(1);

	(void)state;
	fx_pool(fx_subnet(model, 0x0a000100, 24), 0x0a000101, 0x0a000110);
	fx = fx_open(model);
	req.giaddr = 0x0a000101; /* the relay's own address is never given */
	assert_int_equal(fx_offer(&fx, req), 0x0a000102);
	assert_int_equal(fx.d.reply.server_id, SERVER);
	assert_int_equal(fx_select(&fx, req, 0x0a000102), DHCP_ACK);
	assert_false(fx.d.memoise); /* by broadcast: not to an address of ours */
	req.giaddr = 0x0b000001;
	assert_int_equal(fx_offer(&fx, req), 0);
	/* its unicast renewal comes by a router, without giaddr */
	req.giaddr = 0;
	req.routed = true;
	assert_int_equal(fx_renew(&fx, req, 0x0a000102), DHCP_ACK);
	assert_int_equal(fx.d.change.row.subnet_id, 2);
	assert_true(fx.d.memoise);
	/* sent by the client itself it has moved */
	req.routed = false;
	assert_int_equal(fx_renew(&fx, req, 0x0a000102), DHCP_NAK);
	fx_close(&fx);
}

static void several_subnets_on_a_link(void **state)
{
	struct model *model = fx_model(4);
	struct subnet *second = fx_subnet(model, 0x0a000100, 24);
	struct fixture fx;
	struct req req;

	(void)state;
	fx_pool(second, 0x0a000110, 0x0a000120);
	fx_reserve(second, 5, NULL, 0x0a000199);
	fx = fx_open(model);
	fx.link.addrs[1] = 0x0a000101;
	fx.link.masks[1] = 0xffffff00;
	assert_int_equal(fx_offer(&fx, mac(1)), POOL);
	req = mac(2);
	req.requested = 0x0a000112;
	assert_int_equal(fx_offer(&fx, req), 0x0a000112);
	assert_int_equal(fx.d.reply.server_id, 0x0a000101); /* of that subnet */
	assert_int_equal(fx_offer(&fx, mac(5)), 0x0a000199);
	assert_int_equal(fx_select(&fx, mac(2), 0x0a000112), DHCP_ACK);
	assert_int_equal(fx_offer(&fx, mac(2)), 0x0a000112); /* where it is bound */
	assert_int_equal(fx_renew(&fx, mac(2), 0x0a000112), DHCP_ACK);
	assert_int_equal(fx.d.change.row.subnet_id, 2);
	fx_close(&fx);
}

static void order_of_allocation(void **state)
{
	struct model *model = fx_model(3);
	struct fixture fx;
	struct req req;
	uint32_t a, b, c;

	(void)state;
	fx_reserve(&model->subnets[0], 9, NULL, 0x0a000009);
	fx = fx_open(model);
	/* its reservation, even if it wishes for another */
	req = mac(9);
	req.requested = POOL + 2;
	assert_int_equal(fx_offer(&fx, req), 0x0a000009);
	/* the one it asks for */
	req = mac(1);
	req.requested = POOL + 1;
	b = fx_lease(&fx, req);
	assert_int_equal(b, POOL + 1);
	/* its own, though it asks for another */
	req.requested = POOL + 2;
	assert_int_equal(fx_offer(&fx, req), POOL + 1);
	/* asked for, but another's; then one never used */
	req = mac(2);
	req.requested = POOL + 1;
	a = fx_lease(&fx, req);
	assert_int_equal(a, POOL);
	/* asked for, but outside the pool, or outside the subnet */
	req = mac(3);
	req.requested = 0x0a000032;
	c = fx_lease(&fx, req);
	assert_int_equal(c, POOL + 2);

	/* released: 2 first, then 1; each gets its own again although 2's ended earlier */
	fx.now += 10;
	fx_release(&fx, mac(2), a);
	fx.now += 10;
	fx_release(&fx, mac(1), b);
	assert_int_equal(fx_offer(&fx, mac(1)), b);
	assert_int_equal(fx_offer(&fx, mac(2)), a);
	fx.now += 60; /* the offers lapse */
	/* a stranger gets the longest free one, the next stranger the next */
	assert_int_equal(fx_offer(&fx, mac(20)), a);
	assert_int_equal(fx_offer(&fx, mac(21)), b);
	/* expired */
	fx.now += 2 * LIFETIME;
	fx_expire(&fx);
	assert_int_equal(fx_offer(&fx, mac(3)), c);
	assert_int_equal(fx_offer(&fx, mac(30)), a);
	assert_int_equal(fx_offer(&fx, mac(31)), b);
	fx_close(&fx);
}

static void reserved_addresses_are_their_owners(void **state)
{
	struct model *model = fx_model(3);
	struct fixture fx;
	struct req req = mac(1);

	(void)state;
	fx_reserve(&model->subnets[0], 9, NULL, POOL);
	fx_reserve(&model->subnets[0], 0, "boss", POOL + 2);
	fx = fx_open(model);
	req.requested = POOL;
	assert_int_equal(fx_lease(&fx, req), POOL + 1);
	assert_int_equal(fx_offer(&fx, mac(2)), 0);
	assert_int_equal(fx.d.reason, SILENT_no_free_address);
	assert_int_equal(fx_lease(&fx, mac(9)), POOL);
	assert_int_equal(fx_lease(&fx, id(7, "boss")), POOL + 2);
	/* also after they were used and given back */
	fx_release(&fx, mac(9), POOL);
	assert_int_equal(fx_offer(&fx, mac(2)), 0);
	assert_int_equal(fx_select(&fx, mac(2), POOL), DHCP_NAK);
	assert_int_equal(fx_offer(&fx, mac(9)), POOL);
	fx_close(&fx);
}

static void our_own_address_is_never_given(void **state)
{
	struct model *model = fx_model(0);
	struct fixture fx;
	struct req req = mac(1);

	(void)state;
	fx_pool(&model->subnets[0], SERVER, SERVER + 1);
	fx = fx_open(model);
	req.requested = SERVER;
	assert_int_equal(fx_lease(&fx, req), SERVER + 1);
	assert_int_equal(fx_offer(&fx, mac(2)), 0);
	assert_int_equal(fx_select(&fx, mac(2), SERVER), DHCP_NAK);
	fx_close(&fx);
}

static void offer_is_held_and_repeated(void **state)
{
	struct fixture fx = fx_open(fx_model(2));
	struct req req = mac(2);

	(void)state;
	assert_int_equal(fx_offer(&fx, mac(1)), POOL);
	assert_int_equal(fx_offer(&fx, mac(1)), POOL);
	req.requested = POOL;
	assert_int_equal(fx_offer(&fx, req), POOL + 1); /* held for 1 */
	fx.now += 10;
	assert_int_equal(fx_select(&fx, mac(2), POOL), DHCP_NAK);
	fx.now += 1;
	/* lapsed: never used still, and free for whom it was for */
	assert_int_equal(fx_offer(&fx, mac(3)), POOL);
	fx.now += 11;
	assert_int_equal(fx_select(&fx, mac(1), POOL), DHCP_ACK);
	fx_close(&fx);
}

/* The subnet's own time, where it has one. */
static void a_subnet_holds_offers_longer(void **state)
{
	struct model *model = fx_model(2);
	struct fixture fx;

	(void)state;
	model->subnets[0].offer_lifetime = 30;
	fx = fx_open(model);
	assert_int_equal(fx_offer(&fx, mac(1)), POOL);
	fx.now += 20; /* the model's time is over */
	assert_int_equal(fx_offer(&fx, mac(2)), POOL + 1);
	fx.now += 11;
	assert_int_equal(fx_offer(&fx, mac(3)), POOL);
	fx_close(&fx);
}

static void oldest_offer_is_evicted(void **state)
{
	struct fixture fx = fx_open(fx_model(2));

	(void)state;
	assert_int_equal(fx_offer(&fx, mac(1)), POOL);
	fx.now++;
	assert_int_equal(fx_offer(&fx, mac(2)), POOL + 1);
	fx.now++;
	assert_int_equal(fx_offer(&fx, mac(1)), POOL); /* asked again: now 2's is older */
	assert_int_equal(fx_offer(&fx, mac(3)), POOL + 1);
	/* evicted and gone to another: NAK */
	assert_int_equal(fx_select(&fx, mac(2), POOL + 1), DHCP_NAK);
	assert_int_equal(fx_select(&fx, mac(3), POOL + 1), DHCP_ACK);
	/* evicted, but free again when its REQUEST comes: ACK */
	assert_int_equal(fx_offer(&fx, mac(4)), POOL);
	fx.now += 11;
	assert_int_equal(fx_select(&fx, mac(1), POOL), DHCP_ACK);
	assert_int_equal(fx_offer(&fx, mac(5)), 0);
	fx_close(&fx);
}

static void several_pools(void **state)
{
	struct model *model = fx_model(0);
	const uint32_t low = POOL - 50, high = POOL + 50;
	struct fixture fx;

	(void)state;
	fx_pool(&model->subnets[0], low, low);
	fx_pool(&model->subnets[0], POOL, POOL);
	fx_pool(&model->subnets[0], high, high);
	fx = fx_open(model);
	/* never used: by address */
	assert_int_equal(fx_lease(&fx, mac(1)), low);
	assert_int_equal(fx_lease(&fx, mac(2)), POOL);
	assert_int_equal(fx_lease(&fx, mac(3)), high);
	/* the longest free, whichever pool it is in */
	fx_release(&fx, mac(2), POOL);
	fx.now++;
	fx_release(&fx, mac(3), high);
	fx.now++;
	fx_release(&fx, mac(1), low);
	assert_int_equal(fx_offer(&fx, mac(11)), POOL);
	fx.now++;
	assert_int_equal(fx_offer(&fx, mac(12)), high);
	fx.now++;
	assert_int_equal(fx_offer(&fx, mac(13)), low);
	fx.now++;
	/* the oldest OFFER likewise */
	assert_int_equal(fx_offer(&fx, mac(14)), POOL);
	assert_int_equal(fx_offer(&fx, mac(15)), high);
	assert_int_equal(fx_offer(&fx, mac(16)), low);
	fx_close(&fx);
}

static void another_server_was_chosen(void **state)
{
	struct fixture fx = fx_open(fx_model(1));
	struct req req = mac(1);

	(void)state;
	assert_int_equal(fx_offer(&fx, mac(1)), POOL);
	req.type = DHCP_REQUEST;
	req.server = OTHER;
	req.requested = 0x0a000080;
	assert_int_equal(fx_ask(&fx, req), 0);
	assert_int_equal(fx.d.kind, DECISION_SILENT);
	assert_int_equal(fx.d.reason, SILENT_another_server_chosen);
	assert_int_equal(fx_offer(&fx, mac(2)), POOL); /* withdrawn, not held on */
	fx_close(&fx);
}

static void several_identities_on_one_mac(void **state)
{
	struct model *model = fx_model(8);
	struct fixture fx;
	uint64_t generation;
	uint32_t rom, os;

	(void)state;
	fx_reserve(&model->subnets[0], 9, NULL, 0x0a000009);
	fx = fx_open(model);
	/* without reservation each is a client of its own */
	rom = fx_lease(&fx, mac(1));
	os = fx_lease(&fx, id(1, "os"));
	assert_int_not_equal(rom, os);
	assert_int_equal(fx_offer(&fx, mac(1)), rom);
	/* the reservation serves all of them at once: same address, same binding */
	assert_int_equal(fx_lease(&fx, mac(9)), 0x0a000009);
	generation = fx.d.change.row.generation;
	assert_int_equal(fx_lease(&fx, id(9, "os")), 0x0a000009);
	assert_true(fx.d.change.row.generation == generation);
	assert_int_equal(fx.d.change.row.client.client_id_len, 2);
	assert_int_equal(fx_renew(&fx, mac(9), 0x0a000009), DHCP_ACK);
	assert_int_equal(fx_reboot(&fx, id(9, "ipxe"), 0x0a000009), DHCP_ACK);
	fx_close(&fx);
}

static void cloned_machine(void **state)
{
	struct model *model = fx_model(8);
	struct fixture fx;
	uint32_t first, second;

	(void)state;
	fx_reserve(&model->subnets[0], 0, "twin", 0x0a000009);
	fx = fx_open(model);
	first = fx_lease(&fx, id(1, "x"));
	assert_false(fx.d.cloned);
	second = fx_offer(&fx, id(2, "x"));
	assert_int_not_equal(second, first);
	assert_true(fx.d.cloned);
	assert_int_equal(fx_reboot(&fx, id(2, "x"), first), DHCP_NAK);
	assert_true(fx.d.cloned);
	assert_int_equal(fx_renew(&fx, id(2, "x"), first), DHCP_NAK);
	assert_int_equal(fx_select(&fx, id(2, "x"), second), DHCP_ACK);
	/* both go on */
	assert_int_equal(fx_renew(&fx, id(1, "x"), first), DHCP_ACK);
	assert_int_equal(fx_renew(&fx, id(2, "x"), second), DHCP_ACK);
	assert_false(fx.d.cloned);
	/* a reservation by that client id is the first's alone */
	assert_int_equal(fx_lease(&fx, id(1, "twin")), 0x0a000009);
	assert_int_not_equal(fx_lease(&fx, id(2, "twin")), 0x0a000009);
	/* the promise to the first over, the identifier has moved to another MAC */
	fx_release(&fx, id(1, "x"), first);
	fx_release(&fx, id(2, "x"), second);
	assert_int_equal(fx_lease(&fx, id(3, "x")), second);
	assert_false(fx.d.cloned);
	fx_close(&fx);
}

/* What a clone is answered changes when the first machine leaves: no answer for the fast path. */
static void cloned_while_bound(void **state)
{
	struct model *model = fx_model(8);
	struct fixture fx;
	uint32_t second;
	size_t len;

	(void)state;
	fx_option(&fx_reserve(&model->subnets[0], 0, "twin", 0x0a000009)->scope.options, 42,
		  "\1\2\3\4", 4)
		->always_send = true;
	fx = fx_open(model);
	assert_int_equal(fx_lease(&fx, id(1, "twin")), 0x0a000009);
	assert_true(fx.d.memoise);
	assert_non_null(fx_option_at(&fx.d.reply, 42, &len));
	second = fx_lease(&fx, id(2, "twin"));
	assert_int_not_equal(second, 0x0a000009);
	assert_true(fx.d.cloned);
	assert_false(fx.d.memoise);
	assert_int_equal(fx.d.change.row.ack_until, fx.d.change.row.promised);
	assert_null(fx_option_at(&fx.d.reply, 42, &len));
	/* bound, it is a clone still */
	assert_int_equal(fx_renew(&fx, id(2, "twin"), second), DHCP_ACK);
	assert_true(fx.d.cloned);
	assert_false(fx.d.memoise);
	assert_null(fx_option_at(&fx.d.reply, 42, &len));
	/* the first is none, whoever came after it */
	assert_int_equal(fx_renew(&fx, id(1, "twin"), 0x0a000009), DHCP_ACK);
	assert_false(fx.d.cloned);
	assert_true(fx.d.memoise);
	assert_non_null(fx_option_at(&fx.d.reply, 42, &len));
	/* the identifier is the second's alone, and with it the reservation */
	fx_release(&fx, id(1, "twin"), 0x0a000009);
	assert_int_equal(fx_renew(&fx, id(2, "twin"), second), DHCP_NAK);
	assert_int_equal(fx_lease(&fx, id(2, "twin")), 0x0a000009);
	assert_true(fx.d.memoise);
	fx_close(&fx);
}

/* A reservation of options only: the machine that was bound first has it. */
static void cloned_without_an_address(void **state)
{
	struct model *model = fx_model(8);
	struct fixture fx;
	uint32_t first, second;
	struct change change;

	(void)state;
	fx_look_first_for(model, RESERVED_BY_CLIENT_ID); /* the third has a MAC's as well */
	strcpy(fx_reserve(&model->subnets[0], 0, "twin", 0)->hostname, "reserved");
	fx_reserve(&model->subnets[0], 3, NULL, 0x0a000009);
	fx = fx_open(model);
	first = fx_lease(&fx, id(1, "twin"));
	assert_true(fx.d.memoise);
	assert_string_equal(fx.d.hostname, "reserved");
	second = fx_lease(&fx, id(2, "twin"));
	assert_false(fx.d.memoise);
	assert_string_equal(fx.d.hostname, "");
	assert_int_equal(fx_renew(&fx, id(1, "twin"), first), DHCP_ACK);
	assert_true(fx.d.memoise);
	assert_string_equal(fx.d.hostname, "reserved");
	/* released, but held for a grant that crossed: bound anew it comes after the second */
	change = fx_end(&fx, first, LEASE_END_RELEASED, fx.now, fx.now + 500, fx.now);
	assert_int_equal(change.row.state, LEASE_HELD);
	assert_int_equal(fx_reboot(&fx, id(1, "twin"), first), DHCP_ACK);
	assert_false(fx.d.memoise);
	assert_int_equal(fx_renew(&fx, id(1, "twin"), first), DHCP_ACK);
	assert_false(fx.d.memoise);
	assert_int_equal(fx_renew(&fx, id(2, "twin"), second), DHCP_ACK);
	assert_true(fx.d.memoise);
	assert_string_equal(fx.d.hostname, "reserved");
	fx_release(&fx, id(1, "twin"), first);
	fx_release(&fx, id(2, "twin"), second);
	/* on an address of its MAC's, whose binding may be older than its use of the identifier */
	assert_int_equal(fx_lease(&fx, mac(3)), 0x0a000009);
	assert_true(fx.d.memoise);
	assert_int_equal(fx_reboot(&fx, id(3, "twin"), 0x0a000009), DHCP_ACK);
	assert_string_equal(fx.d.hostname, "reserved");
	assert_false(fx.d.memoise);
	fx_lease(&fx, id(2, "twin"));
	assert_int_equal(fx_renew(&fx, id(3, "twin"), 0x0a000009), DHCP_ACK);
	assert_true(fx.d.cloned);
	fx_close(&fx);
}

static void client_id_not_matched(void **state)
{
	struct model *model = fx_model(8);
	struct fixture fx;
	uint32_t addr;

	(void)state;
	model->subnets[0].match_client_id = false;
	fx = fx_open(model);
	addr = fx_lease(&fx, id(1, "a"));
	assert_int_equal(fx_offer(&fx, id(1, "b")), addr);
	assert_int_equal(fx_renew(&fx, mac(1), addr), DHCP_ACK);
	assert_int_not_equal(fx_offer(&fx, id(2, "a")), addr);
	fx_close(&fx);
}

static void one_client_cannot_take_the_pool(void **state)
{
	struct fixture fx = fx_open(fx_model(4));

	(void)state;
	assert_int_equal(fx_lease(&fx, mac(1)), POOL);
	assert_int_equal(fx_select(&fx, mac(1), POOL + 1), DHCP_NAK);
	assert_int_equal(fx_select(&fx, mac(1), POOL + 2), DHCP_NAK);
	assert_int_equal(lease_count(fx.leases), 1);
	fx_close(&fx);
}

static void exhausted(void **state)
{
	struct fixture fx = fx_open(fx_model(2));
	struct engine_usage usage;

	(void)state;
	fx_lease(&fx, mac(1));
	engine_usage(fx.engine, &fx.model->subnets[0], &usage);
	assert_int_equal(usage.total, 2);
	assert_int_equal(usage.assigned, 1);
	assert_int_equal(usage.free_fresh, 1);
	fx_lease(&fx, mac(2));
	assert_int_equal(fx_offer(&fx, mac(3)), 0);
	assert_int_equal(fx.d.reason, SILENT_no_free_address);
	assert_int_equal(fx_offer(&fx, mac(2)), POOL + 1);
	fx_release(&fx, mac(1), POOL);
	engine_usage(fx.engine, &fx.model->subnets[0], &usage);
	assert_int_equal(usage.assigned, 1);
	assert_int_equal(usage.free_used, 1);
	fx_decline(&fx, mac(2), POOL + 1);
	engine_usage(fx.engine, &fx.model->subnets[0], &usage);
	assert_int_equal(usage.assigned, 0);
	assert_int_equal(usage.declined, 1);
	assert_int_equal(fx_offer(&fx, mac(2)), POOL); /* not the one it declined */
	fx_close(&fx);
}

static void long_client_identifier(void **state)
{
	struct fixture fx = fx_open(fx_model(2));
	char longest[256];
	struct req req = {.mac = 1, .id = longest, .id_len = 255};

	(void)state;
	memset(longest, 'i', sizeof(longest));
	assert_int_equal(fx_lease(&fx, req), POOL);
	req.id_len = 256;
	assert_int_equal(fx_offer(&fx, req), 0);
	assert_int_equal(fx.d.reason, SILENT_client_id_too_long);
	fx_close(&fx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(offers_what_a_lease_needs),
		cmocka_unit_test(silent_without_subnet_or_server_address),
		cmocka_unit_test(relayed_by_giaddr),
		cmocka_unit_test(several_subnets_on_a_link),
		cmocka_unit_test(order_of_allocation),
		cmocka_unit_test(reserved_addresses_are_their_owners),
		cmocka_unit_test(our_own_address_is_never_given),
		cmocka_unit_test(offer_is_held_and_repeated),
		cmocka_unit_test(a_subnet_holds_offers_longer),
		cmocka_unit_test(oldest_offer_is_evicted),
		cmocka_unit_test(several_pools),
		cmocka_unit_test(another_server_was_chosen),
		cmocka_unit_test(several_identities_on_one_mac),
		cmocka_unit_test(cloned_machine),
		cmocka_unit_test(cloned_while_bound),
		cmocka_unit_test(cloned_without_an_address),
		cmocka_unit_test(client_id_not_matched),
		cmocka_unit_test(one_client_cannot_take_the_pool),
		cmocka_unit_test(exhausted),
		cmocka_unit_test(long_client_identifier),
	};

	return cmocka_run_group_tests_name("engine: discover", tests, NULL, NULL);
}
