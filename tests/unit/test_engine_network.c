// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Shared networks: several subnets on one link, and one client with one address in them. The
 * network's subnets are A, B and C: 10.0.0.0/24 to 10.0.2.0/24 with ids 1 to 3; D, 10.0.3.0/24, is
 * a stranger. The link's address lies in A.
 */
#include "engine_fixture.h"
#include "engine/private.h"

#define A     POOL
#define B     0x0a000164u
#define C     0x0a000264u
#define D     0x0a000364u
#define RELAY 0x0a000101u /* in B */

static struct req mac(uint8_t last)
{
	return (struct req){.mac = last};
}

static struct req id(uint8_t last, const char *name)
{
	return (struct req){.mac = last, .id = name};
}

static struct req wishing(uint8_t last, uint32_t addr)
{
	return (struct req){.mac = last, .requested = addr};
}

/* Pools of `n` addresses each. */
static struct model *network(uint32_t n)
{
	struct model *model = fx_model(n);

	fx_pool(fx_subnet(model, 0x0a000100, 24), B, B + n - 1);
	fx_pool(fx_subnet(model, 0x0a000200, 24), C, C + n - 1);
	fx_network(model, 0);
	fx_pool(fx_subnet(model, 0x0a000300, 24), D, D + n - 1);
	return model;
}

static unsigned offers(const struct fixture *fx)
{
	const uint32_t first[] = {A, B, C, D};
	unsigned n = 0;

	for (unsigned i = 0; i < 4; i++) {
		for (uint32_t addr = first[i]; addr < first[i] + 8; addr++)
			n += offer_at(fx->engine, addr) != NULL;
	}
	return n;
}

static void one_after_the_other(void **state)
{
	struct fixture fx = fx_open(network(1));

	(void)state;
	assert_int_equal(fx_lease(&fx, mac(1)), A);
	assert_int_equal(fx_offer(&fx, mac(2)), B);
	assert_int_equal(fx_option_u32(&fx.d.reply, DHO_SUBNET_MASK), 0xffffff00);
	assert_int_equal(fx_select(&fx, mac(2), B), DHCP_ACK);
	assert_int_equal(fx.d.change.row.subnet_id, 2);
	assert_true(fx.d.memoise);
	assert_int_equal(fx_lease(&fx, mac(3)), C);
	assert_int_equal(fx_offer(&fx, mac(4)), 0);
	assert_int_equal(fx.d.reason, SILENT_no_free_address);
	assert_int_equal(offers(&fx), 0);
	fx_close(&fx);
}

/* From the one where the message came from on, then from the lowest id. */
static void in_the_order_of_ids(void **state)
{
	struct model *model = network(1);
	struct fixture fx;
	struct req req = mac(1);

	(void)state;
	model->subnets[0].id = 3;
	model->subnets[2].id = 1; /* C, B, A */
	fx = fx_open(model);
	req.giaddr = RELAY;
	assert_int_equal(fx_lease(&fx, req), B);
	req.mac = 2;
	assert_int_equal(fx_lease(&fx, req), A);
	req.mac = 3;
	assert_int_equal(fx_lease(&fx, req), C);
	req.mac = 4;
	assert_int_equal(fx_offer(&fx, req), 0);
	fx_close(&fx);
}

/* However its first subnet is found the network is the same, and is taken once. */
static void by_interface_and_relay(void **state)
{
	struct model *model = network(1);
	struct fixture fx;
	struct req req = mac(1);
	size_t n;

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		strcpy(model->subnets[i].interface, "eth1");
		fx_relay(&model->subnets[i], 0xc0a80001);
	}
	fx = fx_open(model);
	subnets_by_interface(&fx.engine->subnets_by, "eth1", &n);
	assert_int_equal(n, 1);
	strcpy(fx.link.name, "eth1");
	assert_int_equal(fx_lease(&fx, mac(1)), A);
	assert_int_equal(fx_lease(&fx, mac(2)), B);
	assert_int_equal(fx_lease(&fx, mac(3)), C);
	assert_int_equal(fx_offer(&fx, mac(4)), 0);
	fx_release(&fx, mac(2), B);
	req.mac = 5;
	req.giaddr = 0xc0a80001;
	assert_int_equal(fx_lease(&fx, req), B);
	/* renewed by way of a router; the others of the network are known there too */
	req.giaddr = 0;
	req.routed = true;
	fx.link.name[3] = '2';
	assert_int_equal(fx_renew(&fx, req, B), DHCP_ACK);
	assert_int_equal(fx_reboot(&fx, mac(5), B), 0);
	assert_int_equal(fx.d.reason, SILENT_no_subnet_for_link);
	fx_close(&fx);
}

/* A free address of a sibling comes before another client's offer. */
static void free_before_offered(void **state)
{
	struct fixture fx = fx_open(network(1));

	(void)state;
	assert_int_equal(fx_offer(&fx, mac(1)), A);
	assert_int_equal(fx_offer(&fx, mac(2)), B);
	assert_int_equal(fx_offer(&fx, mac(3)), C);
	assert_int_equal(offers(&fx), 3);
	fx.now++;
	assert_int_equal(fx_offer(&fx, mac(4)), A); /* evicted */
	assert_int_equal(offers(&fx), 3);
	assert_int_equal(fx_select(&fx, mac(1), A), DHCP_NAK);
	assert_int_equal(fx_select(&fx, mac(2), B), DHCP_ACK);
	fx_close(&fx);
}

/* What only the link has in common is no network: its other subnet is not a reserve. */
static void strangers_on_one_link(void **state)
{
	struct fixture fx = fx_open(network(1));

	(void)state;
	fx.link.addrs[1] = 0x0a000301;
	fx.link.masks[1] = 0xffffff00;
	assert_int_equal(fx_lease(&fx, mac(1)), A);
	assert_int_equal(fx_lease(&fx, mac(2)), B);
	assert_int_equal(fx_lease(&fx, mac(3)), C);
	assert_int_equal(fx_offer(&fx, mac(4)), 0);
	assert_int_equal(fx_lease(&fx, wishing(4, D)), D);
	assert_int_equal(fx.d.reply.server_id, 0x0a000301);
	fx_close(&fx);
}

static void one_offer_a_client(void **state)
{
	struct fixture fx = fx_open(network(4));
	struct req req = mac(1);

	(void)state;
	assert_int_equal(fx_offer(&fx, wishing(1, B + 2)), B + 2);
	assert_int_equal(fx_offer(&fx, mac(1)), B + 2);
	assert_int_equal(fx_offer(&fx, wishing(1, C)), B + 2);
	req.giaddr = RELAY + 0x100;
	assert_int_equal(fx_offer(&fx, req), B + 2);
	assert_int_equal(offers(&fx), 1);
	fx.now += 11; /* it has lapsed */
	assert_int_equal(fx_offer(&fx, wishing(1, C)), C);
	assert_int_equal(fx_offer(&fx, mac(1)), C);
	fx_close(&fx);
}

static void one_address_a_client(void **state)
{
	struct fixture fx = fx_open(network(4));

	(void)state;
	assert_int_equal(fx_lease(&fx, wishing(1, C)), C);
	assert_int_equal(fx_offer(&fx, mac(1)), C);
	assert_int_equal(fx_offer(&fx, wishing(1, A)), C);
	assert_int_equal(offers(&fx), 0);
	/* nor by asking at once, without an offer */
	assert_int_equal(fx_select(&fx, mac(1), A), DHCP_NAK);
	assert_int_equal(fx.d.reason, NAK_bound_elsewhere);
	assert_int_equal(fx_select(&fx, mac(1), C + 1), DHCP_NAK);
	assert_int_equal(fx_reboot(&fx, mac(1), B), DHCP_NAK);
	assert_int_equal(fx.d.reason, NAK_bound_elsewhere);
	/* one that it had before */
	assert_int_equal(fx_lease(&fx, mac(2)), A);
	fx_release(&fx, mac(2), A);
	assert_int_equal(fx_lease(&fx, wishing(3, A)), A);
	assert_int_equal(fx_lease(&fx, wishing(2, B)), B);
	fx_release(&fx, mac(3), A);
	assert_int_equal(lease_at(fx.leases, A)->state, LEASE_FREE);
	assert_int_equal(fx_select(&fx, mac(2), A), DHCP_NAK);
	assert_int_equal(fx_select(&fx, mac(2), B), DHCP_ACK);
	fx_close(&fx);
}

/* INIT-REBOOT for its last address, while it is bound in a sibling. */
static void last_address_while_bound_elsewhere(void **state)
{
	struct fixture fx = fx_open(network(4));
	struct lease_row row = {.addr = B,
				.subnet_id = 2,
				.generation = 7,
				.state = LEASE_FREE,
				.end = LEASE_END_EXPIRED,
				.promised = 5};

	(void)state;
	fx_close(&fx);
	fx = fx_open(network(4));
	fx_mac(row.client.chaddr, 1);
	assert_int_equal(lease_load(fx.leases, &row), 0);
	fx_configure(&fx, fx.model);
	assert_int_equal(fx_select(&fx, mac(1), A), DHCP_ACK);
	assert_int_equal(fx_reboot(&fx, mac(1), B), DHCP_NAK);
	assert_int_equal(fx.d.reason, NAK_bound_elsewhere);
	fx_release(&fx, mac(1), A);
	assert_int_equal(fx_reboot(&fx, mac(1), B), DHCP_ACK);
	fx_close(&fx);
}

/* Lease, offer, last address, wish: in this order, in whichever subnet. */
static void where_the_client_is_at_home(void **state)
{
	struct fixture fx = fx_open(network(4));

	(void)state;
	assert_int_equal(fx_offer(&fx, mac(1)), A); /* where the message came from */
	assert_int_equal(fx_offer(&fx, wishing(2, B)), B);
	assert_int_equal(fx_select(&fx, mac(2), B), DHCP_ACK);
	fx_release(&fx, mac(2), B);
	assert_int_equal(fx_offer(&fx, wishing(2, C)), B); /* last before wish */
	fx.now += 11;
	/* the later of two last ones */
	assert_int_equal(fx_select(&fx, mac(2), C), DHCP_ACK);
	fx_release(&fx, mac(2), C);
	assert_int_equal(fx_offer(&fx, mac(2)), C);
	fx.now += 11;
	assert_int_equal(fx_select(&fx, mac(3), C), DHCP_ACK);
	assert_int_equal(fx_offer(&fx, mac(2)), B); /* that one is taken */
	/* a wish that cannot be had is none */
	assert_int_equal(fx_offer(&fx, wishing(4, C)), A);
	fx_close(&fx);
}

static void the_right_network(void **state)
{
	struct fixture fx = fx_open(network(2));
	struct req req = mac(1);

	(void)state;
	req.giaddr = RELAY;
	assert_int_equal(fx_lease(&fx, req), B);
	/* through whichever address of the link */
	req.giaddr = RELAY + 0x100;
	assert_int_equal(fx_reboot(&fx, req, B), DHCP_ACK);
	assert_int_equal(fx_reboot(&fx, mac(1), B), DHCP_ACK);
	assert_int_equal(fx_renew(&fx, mac(1), B), DHCP_ACK);
	assert_int_equal(fx.d.change.row.subnet_id, 2);
	assert_true(fx.d.memoise);
	/* a stranger's is the wrong one */
	assert_int_equal(fx_reboot(&fx, mac(1), D), DHCP_NAK);
	assert_int_equal(fx.d.reason, NAK_wrong_network);
	req.giaddr = 0x0a000301;
	assert_int_equal(fx_reboot(&fx, req, B), DHCP_NAK);
	assert_int_equal(fx.d.reason, NAK_wrong_network);
	fx_close(&fx);
}

static void reservation_in_a_sibling(void **state)
{
	struct model *model = network(4);
	struct fixture fx;
	struct req req = mac(9);

	(void)state;
	fx_reserve(&model->subnets[1], 9, NULL, 0x0a000109);
	strcpy(fx_reserve(&model->subnets[2], 8, NULL, 0)->hostname, "eight");
	fx_reserve(&model->subnets[3], 7, NULL, 0x0a000309);
	fx = fx_open(model);
	req.requested = A;
	assert_int_equal(fx_offer(&fx, req), 0x0a000109);
	assert_int_equal(fx_select(&fx, mac(9), 0x0a000109), DHCP_ACK);
	assert_true(fx.d.memoise);
	assert_int_equal(fx_renew(&fx, mac(9), 0x0a000109), DHCP_ACK);
	assert_int_equal(fx_select(&fx, mac(9), A), DHCP_NAK);
	/* of a name only: there if nothing else speaks for another */
	assert_int_equal(fx_offer(&fx, mac(8)), C);
	assert_string_equal(fx.d.hostname, "eight");
	fx.now += 11;
	assert_int_equal(fx_lease(&fx, wishing(8, A + 1)), A + 1);
	assert_string_equal(fx.d.hostname, "");
	assert_true(fx.d.memoise); /* no address: it is not moved there */
	/* not in a stranger */
	assert_int_equal(fx_lease(&fx, mac(7)), A);
	assert_true(fx.d.memoise);
	fx_close(&fx);
}

static void reserved_globally(void **state)
{
	struct model *model = network(4);
	struct fixture fx;
	uint8_t hw[6];

	(void)state;
	fx_mac(hw, 9);
	fx_reserve_by(&model->reservations, RESERVED_BY_HW_ADDRESS, hw, 6, 0x0a000209);
	fx_mac(hw, 8);
	strcpy(fx_reserve_by(&model->reservations, RESERVED_BY_HW_ADDRESS, hw, 6, 0)->hostname,
	       "eight");
	fx_mac(hw, 7);
	fx_reserve_by(&model->reservations, RESERVED_BY_HW_ADDRESS, hw, 6, 0x0a000309);
	fx = fx_open(model);
	assert_int_equal(fx_lease(&fx, mac(9)), 0x0a000209);
	assert_int_equal(fx_lease(&fx, mac(8)), A);
	assert_string_equal(fx.d.hostname, "eight");
	assert_true(fx.d.memoise);
	assert_int_equal(fx_lease(&fx, mac(7)), A + 1); /* not in this network */
	/* without an address it is as good in a subnet that has nothing to do with it */
	fx_release(&fx, mac(8), A);
	fx.model->subnets[0].reservations_global = false;
	fx_configure(&fx, fx.model);
	assert_int_equal(fx_offer(&fx, (struct req){.mac = 8, .id = "new"}), A + 2);
	assert_string_equal(fx.d.hostname, "");
	fx_close(&fx);
}

/* The reserved address is another's still: an address elsewhere meanwhile, and no memo of it. */
static void moved_when_the_reserved_address_is_free(void **state)
{
	struct model *model = network(4);
	struct fixture fx;

	(void)state;
	fx = fx_open(model);
	assert_int_equal(fx_lease(&fx, wishing(1, B)), B);
	assert_int_equal(fx_lease(&fx, mac(9)), A);
	assert_true(fx.d.memoise);
	model = network(4);
	fx_reserve(&model->subnets[1], 9, NULL, B);
	fx_configure(&fx, model);
	assert_int_equal(fx_renew(&fx, mac(9), A), DHCP_ACK);
	assert_false(fx.d.memoise);
	assert_int_equal(fx_offer(&fx, mac(9)), A);
	/* anew it begins where its reservation is */
	fx_release(&fx, mac(9), A);
	assert_int_equal(fx_lease(&fx, wishing(9, A)), A);
	assert_false(fx.d.memoise);
	fx_release(&fx, mac(1), B);
	assert_int_equal(fx_renew(&fx, mac(9), A), DHCP_NAK);
	assert_int_equal(fx.d.reason, NAK_reserved_elsewhere);
	assert_int_equal(fx_reboot(&fx, mac(9), A), DHCP_NAK);
	assert_int_equal(fx_lease(&fx, mac(9)), B);
	assert_true(fx.d.memoise);
	assert_int_equal(fx_reboot(&fx, mac(9), A), DHCP_NAK);
	fx_close(&fx);
}

/* Reserved in two of them: whichever it has is good. */
static void reserved_in_two(void **state)
{
	struct model *model = network(4);
	struct fixture fx;
	struct req req = mac(9);

	(void)state;
	for (uint8_t i = 8; i <= 9; i++) {
		fx_reserve(&model->subnets[0], i, NULL, 0x0a000000u + i);
		fx_reserve(&model->subnets[1], i, NULL, 0x0a000100u + i);
	}
	fx = fx_open(model);
	assert_int_equal(fx_lease(&fx, mac(9)), 0x0a000009);
	assert_true(fx.d.memoise);
	assert_int_equal(fx_renew(&fx, mac(9), 0x0a000009), DHCP_ACK);
	req.giaddr = RELAY;
	assert_int_equal(fx_offer(&fx, req), 0x0a000009);
	assert_int_equal(fx_renew(&fx, mac(9), 0x0a000009), DHCP_ACK);
	fx_release(&fx, mac(9), 0x0a000009);
	assert_int_equal(fx_offer(&fx, req), 0x0a000009); /* its last */
	req.mac = 8;
	assert_int_equal(fx_lease(&fx, req), 0x0a000108);
	assert_int_equal(fx_renew(&fx, mac(8), 0x0a000108), DHCP_ACK);
	assert_true(fx.d.memoise);
	fx_close(&fx);
}

/*
 * Reserved in a sibling by an identifier that two machines have: the second is not moved there
 * while it is the first's, but that may change.
 */
static void clone_of_one_that_is_reserved_elsewhere(void **state)
{
	struct model *model = network(4);
	struct fixture fx;

	(void)state;
	fx_look_first_for(model, RESERVED_BY_CLIENT_ID);
	fx_reserve(&model->subnets[1], 0, "twin", 0x0a000109);
	fx = fx_open(model);
	assert_int_equal(fx_lease(&fx, id(1, "twin")), 0x0a000109);
	assert_true(fx.d.memoise);
	assert_int_equal(fx_lease(&fx, id(2, "twin")), A);
	assert_false(fx.d.memoise);
	fx_release(&fx, id(1, "twin"), 0x0a000109);
	assert_int_equal(fx_renew(&fx, id(2, "twin"), A), DHCP_NAK);
	assert_int_equal(fx_lease(&fx, id(2, "twin")), 0x0a000109);
	fx_close(&fx);
}

static void deactivated_sibling(void **state)
{
	struct model *model = network(1);
	struct fixture fx;

	(void)state;
	fx_reserve(&model->subnets[1], 9, NULL, 0x0a000109);
	fx = fx_open(model);
	assert_int_equal(fx_lease(&fx, mac(1)), A);
	assert_int_equal(fx_lease(&fx, mac(2)), B);
	assert_int_equal(fx_lease(&fx, mac(9)), 0x0a000109);
	fx.model->subnets[1].enabled = false;
	fx_configure(&fx, fx.model);
	assert_int_equal(fx_renew(&fx, mac(2), B), 0);
	assert_int_equal(fx.d.reason, SILENT_subnet_deactivated);
	/* who comes anew is served by the others, whatever it has or has reserved there */
	assert_int_equal(fx_lease(&fx, mac(2)), C);
	assert_true(fx.d.memoise);
	assert_int_equal(fx_offer(&fx, mac(3)), 0);
	fx_release(&fx, mac(2), C);
	assert_int_equal(fx_lease(&fx, mac(9)), C);
	assert_true(fx.d.memoise);
	assert_int_equal(fx_renew(&fx, mac(9), C), DHCP_ACK);
	fx_release(&fx, mac(2), B);
	assert_int_equal(lease_at(fx.leases, B)->state, LEASE_FREE);
	assert_int_equal(fx_offer(&fx, mac(4)), 0);
	/* a relay in the one that is deactivated has the others' addresses */
	fx_release(&fx, mac(1), A);
	assert_int_equal(fx_offer(&fx, (struct req){.mac = 5, .giaddr = RELAY}), A);
	fx_close(&fx);
}

static void closing_in_a_sibling(void **state)
{
	struct fixture fx = fx_open(network(2));
	struct change change;

	(void)state;
	assert_int_equal(fx_lease(&fx, wishing(1, B)), B);
	engine_begin_end(fx.engine, lease_at(fx.leases, B), LEASE_END_RELEASED);
	assert_int_equal(fx_offer(&fx, mac(1)), 0);
	assert_int_equal(fx.d.kind, DECISION_DEFER);
	engine_finish_end(fx.engine, lease_at(fx.leases, B), 0, 0, fx.now, fx.now, &change);
	assert_int_equal(fx_offer(&fx, mac(1)), B);
	assert_int_equal(fx_select(&fx, mac(1), B), DHCP_ACK);
	/* who has a lease in another one need not wait */
	fx.model->subnets[1].enabled = false;
	fx_configure(&fx, fx.model);
	assert_int_equal(fx_lease(&fx, mac(1)), A);
	fx.model->subnets[1].enabled = true;
	fx_configure(&fx, fx.model);
	engine_begin_end(fx.engine, lease_at(fx.leases, B), LEASE_END_EXPIRED);
	assert_int_equal(fx_offer(&fx, mac(1)), A);
	/* nor is it for an address that it had */
	engine_finish_end(fx.engine, lease_at(fx.leases, B), 0, 0, 0, fx.now + 2 * LIFETIME,
			  &change);
	assert_int_equal(lease_at(fx.leases, B)->state, LEASE_FREE);
	assert_int_equal(fx_offer(&fx, mac(1)), A);
	assert_int_equal(fx_offer(&fx, (struct req){.mac = 1, .giaddr = RELAY}), A);
	fx_close(&fx);
}

/* RFC 2131 tables 4 and 5: it is in option 50 what a DECLINE is about, and not whence it came. */
static void declined_in_a_sibling(void **state)
{
	struct fixture fx = fx_open(network(2));
	struct req req = {.type = DHCP_DECLINE, .mac = 1, .requested = B, .ciaddr = A};

	(void)state;
	assert_int_equal(fx_offer(&fx, wishing(1, B)), B);
	assert_int_equal(fx_ask(&fx, req), 0);
	assert_non_null(lease_at(fx.leases, B));
	assert_int_equal(lease_at(fx.leases, B)->state, LEASE_DECLINED);
	assert_int_equal(fx_offer(&fx, mac(1)), A);
	fx_close(&fx);
}

/* An INFORM without an address is the relay's word, but the relay's address is not the client's. */
static void informed_through_a_relay(void **state)
{
	static struct dhcp_msg msg;
	struct model *model = network(2);
	struct fixture fx;
	struct req req = {.type = DHCP_INFORM, .mac = 1, .giaddr = RELAY};

	(void)state;
	fx_option(&model->subnets[2].scope.options, DHO_DOMAIN_NAME, "third", 5);
	fx = fx_open(model);
	assert_int_equal(fx_lease(&fx, wishing(1, C)), C);
	fx_message(&req, &msg);
	msg.ip_src = 0x0a000009;
	engine_decide(fx.engine, &fx.link, &msg, fx.now, &fx.d);
	assert_int_equal(fx.d.kind, DECISION_REPLY);
	fx_option_is(&fx.d.reply, DHO_DOMAIN_NAME, "third", 5);
	fx_close(&fx);
}

/* RFC 1534 2: only in subnets whose pools are for BOOTP clients too. */
static void bootp_clients_of_some(void **state)
{
	struct model *model = network(1);
	struct fixture fx;

	(void)state;
	model->subnets[0].bootp = model->subnets[2].bootp = BOOTP_ALL;
	fx = fx_open(model);
	assert_int_equal(fx_lease(&fx, mac(1)), A);
	assert_int_equal(fx_decide(&fx, (struct req){.type = DHCP_BOOTP, .mac = 2}),
			 DECISION_REPLY);
	assert_int_equal(fx.d.reply.yiaddr, C);
	assert_int_equal(fx.d.change.row.subnet_id, 3);
	assert_int_equal(fx_decide(&fx, (struct req){.type = DHCP_BOOTP, .mac = 3}),
			 DECISION_SILENT);
	assert_int_equal(fx_lease(&fx, mac(3)), B);
	fx_close(&fx);
}

/* Each subnet knows its clients in its own way. */
static void client_ids_matched_in_some(void **state)
{
	struct model *model = network(2);
	struct fixture fx;

	(void)state;
	model->subnets[1].match_client_id = false;
	fx = fx_open(model);
	assert_int_equal(fx_lease(&fx, (struct req){.mac = 1, .id = "x", .requested = B}), B);
	assert_int_equal(fx_offer(&fx, id(1, "x")), B);
	assert_int_equal(fx_offer(&fx, id(1, "y")), B); /* the same there */
	assert_int_equal(fx_offer(&fx, (struct req){.mac = 2, .id = "x", .requested = B + 1}),
			 B + 1);
	assert_int_equal(fx_offer(&fx, (struct req){.mac = 2, .id = "y", .requested = A}), B + 1);
	assert_int_equal(offers(&fx), 1);
	fx_close(&fx);
}

/* RFC 2131 3.1 step 4: the offer is declined, wherever it is. */
static void another_server_was_chosen(void **state)
{
	struct fixture fx = fx_open(network(2));
	struct req req = mac(1);

	(void)state;
	assert_int_equal(fx_offer(&fx, wishing(1, C)), C);
	assert_int_equal(offers(&fx), 1);
	req.type = DHCP_REQUEST;
	req.server = OTHER;
	req.requested = A + 1;
	assert_int_equal(fx_ask(&fx, req), 0);
	assert_int_equal(fx.d.reason, SILENT_another_server_chosen);
	assert_int_equal(offers(&fx), 0);
	fx_close(&fx);
}

/* As on every link, our address in the subnet is the server id there. */
static void an_address_of_ours_in_each(void **state)
{
	struct fixture fx = fx_open(network(1));

	(void)state;
	fx.link.addrs[1] = 0x0a000201;
	fx.link.masks[1] = 0xffffff00;
	assert_int_equal(fx_lease(&fx, mac(1)), A);
	assert_int_equal(fx.d.reply.server_id, SERVER);
	assert_int_equal(fx_lease(&fx, mac(2)), B);
	assert_int_equal(fx.d.reply.server_id, SERVER);
	assert_int_equal(fx_offer(&fx, mac(3)), C);
	assert_int_equal(fx.d.reply.server_id, 0x0a000201);
	assert_int_equal(fx.d.reply.source, 0x0a000201);
	assert_int_equal(fx_offer(&fx, mac(4)), C); /* evicted; each subnet is tried once */
	assert_int_equal(offers(&fx), 1);
	fx_close(&fx);
}

/* The second machine of an identifier is one in the subnet where it gets its address. */
static void cloned_in_a_sibling(void **state)
{
	struct fixture fx = fx_open(network(1));

	(void)state;
	assert_int_equal(fx_lease(&fx, id(1, "x")), A);
	assert_int_equal(fx_offer(&fx, id(2, "x")), B);
	assert_int_equal(fx_select(&fx, id(2, "x"), B), DHCP_ACK);
	assert_int_equal(fx_renew(&fx, id(1, "x"), A), DHCP_ACK);
	assert_int_equal(fx_renew(&fx, id(2, "x"), B), DHCP_ACK);
	assert_int_equal(fx_renew(&fx, id(2, "x"), A), DHCP_NAK);
	fx_close(&fx);
}

/* --- random histories --- */

#define MACS  14u
#define STEPS 40000u

struct memo { /* what XDP would repeat for whoever has the address */
	uint64_t generation;
	uint8_t mac;
	const char *id;
	uint32_t server_id;
};

static struct model *random_network(void)
{
	struct model *model = network(3);

	for (uint8_t m = 1; m <= 3; m++) /* inside and outside of pools, some in two subnets */
		fx_reserve(&model->subnets[m % 3], m, NULL, m == 2 ? C + 1 : B + 15 + m);
	fx_reserve(&model->subnets[0], 1, NULL, A + 1);
	fx_reserve(&model->subnets[2], 0, "twin", C + 9);
	strcpy(fx_reserve(&model->subnets[1], 4, NULL, 0)->hostname, "four");
	model->subnets[1].reservations.list[0].addr = B + 1;
	model->subnets[0].reservations.list[0].addr = A + 9;
	return model;
}

static struct req random_client(void)
{
	struct req req = mac((uint8_t)(lrand48() % MACS));

	if (req.mac >= MACS - 3)
		req.id = "twin";
	return req;
}

/* How many addresses of the network has it that are not reserved? */
static unsigned bound_to(const struct fixture *fx, uint8_t last)
{
	const struct lease *lease = lease_next(fx->leases, 0);
	unsigned n = 0;

	for (; lease; lease = lease_after(fx->leases, lease)) {
		if (lease->state == LEASE_BOUND && lease->chaddr[5] == last &&
		    !subnet_reserved_address(model_subnet_of(fx->model, lease->addr), lease->addr))
			n++;
	}
	return n;
}

static void remember(const struct fixture *fx, struct req req, struct memo *memo)
{
	*memo = (struct memo){0};
	if (fx->d.memoise)
		*memo = (struct memo){fx->d.change.row.generation, req.mac, req.id,
				      fx->d.reply.server_id};
}

/* I2: what was published is still what the daemon says. */
static void repeat(struct fixture *fx, uint32_t addr, struct memo *memo)
{
	const struct lease *lease = lease_at(fx->leases, addr);
	struct req req = {.mac = memo->mac, .id = memo->id};

	if (!memo->generation || lease->state != LEASE_BOUND ||
	    lease->generation != memo->generation)
		return;
	if (fx_renew(fx, req, addr) != DHCP_ACK || fx->d.reply.yiaddr != addr ||
	    fx->d.reply.server_id != memo->server_id)
		fail_msg("%08x is not renewed for %u: %s", addr, memo->mac,
			 reason_text(fx->d.reason));
	remember(fx, req, memo);
}

static void histories(void **state)
{
	static struct memo memos[0x400];
	struct fixture fx = fx_open(random_network());
	const uint32_t first[] = {A, B, C};
	unsigned acks = 0, moved = 0, full = 0, repeated = 0;
	const long seed = 3;

	(void)state;
	srand48(seed);
	for (unsigned step = 0; step < STEPS; step++) {
		struct req req = random_client();
		uint32_t some = first[lrand48() % 3] + (uint32_t)(lrand48() % 4), addr;
		struct lease *lease;

		if (lrand48() % 8 == 0)
			some = C + 9;
		lease = lease_at(fx.leases, some);
		req.requested = lrand48() % 2 ? some : 0;
		req.giaddr = lrand48() % 2 ? 0 : RELAY + 0x100 * (uint32_t)(lrand48() % 2);
		switch (lrand48() % 6) {
		case 0:
		case 1: /* what is offered is given */
			addr = fx_offer(&fx, req);
			full += !addr;
			if (!addr)
				break;
			req.giaddr = 0;
			if (fx_select(&fx, req, addr) != DHCP_ACK)
				fail_msg("seed %ld step %u: %08x was offered to %u, but: %s", seed,
					 step, addr, req.mac, reason_text(fx.d.reason));
			remember(&fx, req, &memos[addr & 0x3ff]);
			acks++;
			break;
		case 2: /* what is not offered: perhaps */
			if (fx_select(&fx, req, some) == DHCP_ACK)
				remember(&fx, req, &memos[some & 0x3ff]);
			break;
		case 3:
			if (lease && lease->state == LEASE_BOUND) {
				req = (struct req){.mac = lease->chaddr[5]};
				req.id = lease->client_id_len ? "twin" : NULL;
				if (lrand48() % 2)
					fx_release(&fx, req, some);
				else if (fx_renew(&fx, req, some) == DHCP_NAK)
					moved++;
				else
					remember(&fx, req, &memos[some & 0x3ff]);
			}
			break;
		case 4:
			if (lease) {
				repeat(&fx, some, &memos[some & 0x3ff]);
				repeated++;
			}
			break;
		default:
			fx.now += lrand48() % 40 ? (uint32_t)(lrand48() % 9) : LIFETIME / 2;
			fx_expire(&fx);
		}
		if (bound_to(&fx, req.mac) > 1)
			fail_msg("seed %ld step %u: %u has several addresses", seed, step, req.mac);
	}
	print_message("seed %ld: %u acks, %u moved, %u without address, %u repeated\n", seed, acks,
		      moved, full, repeated);
	assert_true(acks > 3000 && moved > 50 && full > 50 && repeated > 3000);
	fx_close(&fx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_after_the_other),
		cmocka_unit_test(in_the_order_of_ids),
		cmocka_unit_test(by_interface_and_relay),
		cmocka_unit_test(free_before_offered),
		cmocka_unit_test(strangers_on_one_link),
		cmocka_unit_test(one_offer_a_client),
		cmocka_unit_test(one_address_a_client),
		cmocka_unit_test(last_address_while_bound_elsewhere),
		cmocka_unit_test(where_the_client_is_at_home),
		cmocka_unit_test(the_right_network),
		cmocka_unit_test(reservation_in_a_sibling),
		cmocka_unit_test(reserved_globally),
		cmocka_unit_test(moved_when_the_reserved_address_is_free),
		cmocka_unit_test(reserved_in_two),
		cmocka_unit_test(clone_of_one_that_is_reserved_elsewhere),
		cmocka_unit_test(deactivated_sibling),
		cmocka_unit_test(closing_in_a_sibling),
		cmocka_unit_test(declined_in_a_sibling),
		cmocka_unit_test(informed_through_a_relay),
		cmocka_unit_test(bootp_clients_of_some),
		cmocka_unit_test(client_ids_matched_in_some),
		cmocka_unit_test(another_server_was_chosen),
		cmocka_unit_test(an_address_of_ours_in_each),
		cmocka_unit_test(cloned_in_a_sibling),
		cmocka_unit_test(histories),
	};

	return cmocka_run_group_tests_name("engine: shared networks", tests, NULL, NULL);
}
