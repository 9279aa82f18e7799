// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Which subnet a message is about: links, relays, what the relay or the client names; server ids.
 */
#include "engine_fixture.h"

#define NET(n)	   (0x0a000000u + ((uint32_t)(n) << 8)) /* 10.0.n.0/24 is subnet n + 1 */
#define HOST(n, x) (NET(n) + (uint32_t)(x))
#define FAR	   0xc0a80001u /* in no subnet */

static struct req mac(uint8_t last)
{
	return (struct req){.mac = last};
}

static struct req relayed(uint8_t last, uint32_t giaddr)
{
	return (struct req){.mac = last, .giaddr = giaddr};
}

/* With option 82: sub-option `code` of four bytes. */
static struct req with_agent(struct req req, uint8_t code, uint32_t addr)
{
	static char agent[8][6];
	static unsigned next;
	char *at = agent[next++ % 8];

	at[0] = (char)code;
	at[1] = 4;
	dhcp_put_addr((uint8_t *)at + 2, addr);
	req.agent = at;
	req.agent_len = 6;
	return req;
}

/* With option 118. */
static struct req selecting(struct req req, uint32_t addr)
{
	static uint8_t selection[8][4];
	static unsigned next;
	uint8_t *at = selection[next++ % 8];

	dhcp_put_addr(at, addr);
	req.more[0] = (struct more){DHO_SUBNET_SELECTION, at, 4};
	return req;
}

/* 10.0.0.0/24 to 10.0.<n-1>.0/24, each with a pool of .100 to .131. */
static struct model *subnets(unsigned n)
{
	struct model *model = fx_model(32);

	for (unsigned i = 1; i < n; i++)
		fx_pool(fx_subnet(model, NET(i), 24), HOST(i, 100), HOST(i, 131));
	return model;
}

/* The subnet that a DISCOVER is answered from; 0: none. */
static uint32_t subnet_for(struct fixture *fx, struct req req)
{
	uint32_t addr = fx_offer(fx, req);

	return addr ? model_subnet_of(fx->model, addr)->id : 0;
}

static void relay_that_a_subnet_lists(void **state)
{
	struct model *model = subnets(3);
	struct fixture fx;

	(void)state;
	fx_relay(&model->subnets[1], FAR);
	fx_relay(&model->subnets[1], HOST(2, 7));
	fx = fx_open(model);
	assert_int_equal(subnet_for(&fx, relayed(1, FAR)), 2);
	/* before the subnet that it lies in */
	assert_int_equal(subnet_for(&fx, relayed(2, HOST(2, 7))), 2);
	assert_int_equal(subnet_for(&fx, relayed(3, HOST(2, 8))), 3);
	/* one that lists relays is found by its own addresses as well */
	assert_int_equal(subnet_for(&fx, relayed(4, HOST(1, 1))), 2);
	assert_int_equal(subnet_for(&fx, relayed(5, FAR + 1)), 0);
	assert_int_equal(fx.d.reason, SILENT_no_subnet_for_relay);
	fx_close(&fx);
}

static void relay_that_several_subnets_list(void **state)
{
	struct model *model = subnets(3);
	struct fixture fx;

	(void)state;
	model->subnets[1].id = 9;
	for (unsigned i = 0; i < 3; i++)
		fx_relay(&model->subnets[i], FAR + (i == 0));
	fx = fx_open(model);
	assert_int_equal(subnet_for(&fx, relayed(1, FAR)), 3); /* the lower id */
	assert_int_equal(subnet_for(&fx, relayed(2, FAR + 1)), 1);
	fx_close(&fx);
}

static void relays_of_thousands_of_subnets(void **state)
{
	struct model *model = calloc(1, sizeof(*model));
	const unsigned n = 3000;
	struct fixture fx;

	(void)state;
	model->offer_lifetime = 10;
	for (unsigned i = 0; i < n; i++) {
		struct subnet *s = fx_subnet(model, NET(i), 24);

		fx_pool(s, HOST(i, 100), HOST(i, 101));
		fx_relay(s, FAR + i * 7919 % n); /* in another order */
		fx_relay(s, FAR + n + i);
	}
	fx = fx_open(model);
	for (unsigned i = 0; i < n; i++) {
		assert_int_equal(fx_offer(&fx, relayed(1, FAR + i * 7919 % n)), HOST(i, 100));
		assert_int_equal(fx_offer(&fx, relayed(2, FAR + n + i)), HOST(i, 101));
	}
	assert_int_equal(fx_offer(&fx, relayed(1, FAR - 1)), 0);
	assert_int_equal(fx_offer(&fx, relayed(1, FAR + 2 * n)), 0);
	fx_close(&fx);
}

/* RFC 3527 3 */
static void link_selection(void **state)
{
	struct fixture fx;
	struct model *model = subnets(3);
	struct req req;

	(void)state;
	fx_relay(&model->subnets[0], FAR);
	fx = fx_open(model);
	assert_int_equal(subnet_for(&fx, with_agent(relayed(1, HOST(1, 1)), 5, NET(2))), 3);
	assert_int_equal(subnet_for(&fx, with_agent(relayed(2, FAR), 5, HOST(1, 1))), 2);
	assert_int_equal(
		fx_select(&fx, with_agent(relayed(2, FAR), 5, HOST(1, 1)), fx.d.reply.yiaddr),
		DHCP_ACK);
	/* "MUST allocate the address on either" that one or one on the same link */
	assert_int_equal(subnet_for(&fx, with_agent(relayed(3, FAR), 5, FAR)), 0);
	assert_int_equal(fx.d.kind, DECISION_SILENT);
	assert_int_equal(fx.d.reason, SILENT_no_subnet_for_selected_link);
	/* it counts more than option 118 */
	req = selecting(with_agent(relayed(4, FAR), 5, NET(2)), NET(1));
	assert_int_equal(subnet_for(&fx, req), 3);
	/* "identical copy of the option to any client that sends it" (RFC 3011 2) */
	assert_int_equal(fx_option_u32(&fx.d.reply, DHO_SUBNET_SELECTION), NET(1));
	/* one of a wrong length is none */
	req = with_agent(relayed(5, FAR), 5, NET(2));
	req.agent = "\5\3\12\0\2";
	req.agent_len = 5;
	assert_int_equal(subnet_for(&fx, req), 1);
	/* nor is another sub-option */
	assert_int_equal(subnet_for(&fx, with_agent(relayed(6, FAR), 1, NET(2))), 1);
	/* a renewal is on the wrong network by what is named, not by giaddr */
	req = with_agent(relayed(2, FAR), 5, NET(2));
	req.type = DHCP_REQUEST;
	req.ciaddr = HOST(1, 100);
	assert_int_equal(fx_ask(&fx, req), DHCP_NAK);
	assert_int_equal(fx.d.reason, NAK_wrong_network);
	fx_close(&fx);
}

/* RFC 3527 3: it comes with giaddr. A switch that snoops does not move the client. */
static void option_82_without_a_relay(void **state)
{
	struct fixture fx = fx_open(subnets(3));
	struct req req = with_agent(mac(1), 5, NET(2));

	(void)state;
	assert_int_equal(fx_lease(&fx, req), POOL);
	assert_true(fx.d.memoise);
	assert_int_equal(fx.d.reply.source, SERVER);
	fx_close(&fx);
}

/* RFC 3011 2 */
static void subnet_selection(void **state)
{
	struct model *model = subnets(4);
	struct fixture fx;
	struct req req;

	(void)state;
	fx_relay(&model->subnets[3], FAR);
	fx = fx_open(model);
	req = selecting(relayed(1, HOST(1, 1)), HOST(2, 5));
	assert_int_equal(subnet_for(&fx, req), 3);
	req.giaddr = FAR;
	assert_int_equal(subnet_for(&fx, req), 3);
	/* from a direct client, whichever way it sends it */
	req = selecting(mac(2), NET(2));
	assert_int_equal(fx_lease(&fx, req), HOST(2, 101));
	assert_true(fx.d.memoise); /* the option is in the form */
	assert_int_equal(fx_option_u32(&fx.d.reply, DHO_SUBNET_SELECTION), NET(2));
	assert_int_equal(fx_renew(&fx, req, HOST(2, 101)), DHCP_ACK);
	assert_int_equal(fx_reboot(&fx, req, HOST(2, 101)), DHCP_ACK);
	/* its address on this link is no good there */
	assert_int_equal(fx_reboot(&fx, req, POOL), DHCP_NAK);
	assert_int_equal(fx.d.reason, NAK_wrong_network);
	assert_int_equal(fx_reboot(&fx, mac(2), HOST(2, 101)), DHCP_NAK);
	req = selecting(req, FAR);
	assert_int_equal(subnet_for(&fx, req), 0);
	assert_int_equal(fx.d.reason, SILENT_no_subnet_for_selected_link);
	fx_close(&fx);
}

static void subnet_selection_of_a_wrong_length(void **state)
{
	static struct dhcp_msg msg;
	static const uint8_t bytes[5] = {10, 0, 2, 0, 0};
	struct fixture fx = fx_open(subnets(3));
	struct req req = mac(1);
	size_t n;

	(void)state;
	req.type = DHCP_DISCOVER;
	for (unsigned len = 0; len <= 5; len++) {
		fx_message(&req, &msg);
		fx_set(&msg, DHO_SUBNET_SELECTION, bytes, len);
		engine_decide(fx.engine, &fx.link, &msg, fx.now, &fx.d);
		assert_int_equal(fx.d.kind, DECISION_REPLY);
		assert_int_equal(model_subnet_of(fx.model, fx.d.reply.yiaddr)->id,
				 len == 4 ? 3 : 1);
		assert_true((fx_option_at(&fx.d.reply, DHO_SUBNET_SELECTION, &n) != NULL) ==
			    (len == 4));
	}
	fx_close(&fx);
}

/* RFC 5107 */
static void server_identifier_override(void **state)
{
	struct fixture fx = fx_open(subnets(2));
	const uint32_t relay = HOST(1, 1);
	struct req req = with_agent(relayed(1, relay), 11, HOST(1, 100));
	uint32_t addr = fx_offer(&fx, req);

	(void)state;
	assert_int_equal(addr, HOST(1, 101)); /* .100 is the relay's */
	assert_int_equal(fx_option_u32(&fx.d.reply, DHO_SERVER_IDENTIFIER), HOST(1, 100));
	assert_int_equal(fx.d.reply.server_id, HOST(1, 100));
	assert_int_equal(fx.d.reply.source, SERVER);
	/* the client chose us by that address */
	req.type = DHCP_REQUEST;
	req.requested = addr;
	req.server = HOST(1, 100);
	assert_int_equal(fx_ask(&fx, req), DHCP_ACK);
	assert_int_equal(fx.d.reply.server_id, HOST(1, 100));
	assert_int_equal(fx.d.reply.source, SERVER);
	assert_false(fx.d.memoise);
	/* by our own as well; by another's not, and not without the relay's word */
	req.server = SERVER;
	assert_int_equal(fx_ask(&fx, req), DHCP_ACK);
	req.server = OTHER;
	assert_int_equal(fx_ask(&fx, req), 0);
	assert_int_equal(fx.d.reason, SILENT_another_server_chosen);
	req.server = HOST(1, 100);
	req.agent = NULL;
	assert_int_equal(fx_ask(&fx, req), 0);
	assert_int_equal(fx.d.reason, SILENT_another_server_chosen);
	/* in a NAK too */
	req = with_agent(relayed(2, relay), 11, HOST(1, 100));
	assert_int_equal(fx_select(&fx, req, addr), DHCP_NAK);
	assert_int_equal(fx_option_u32(&fx.d.reply, DHO_SERVER_IDENTIFIER), HOST(1, 100));
	/* it is not given to anybody that way, asked for or not */
	assert_int_equal(fx_select(&fx, req, HOST(1, 100)), DHCP_NAK);
	/* DECLINE and RELEASE to it are to us */
	req = with_agent(relayed(1, relay), 11, HOST(1, 100));
	req.server = HOST(1, 100);
	req.type = DHCP_RELEASE;
	req.ciaddr = addr;
	fx_decide(&fx, req);
	assert_int_equal(fx.d.kind, DECISION_END);
	req.type = DHCP_DECLINE;
	req.requested = addr;
	fx_decide(&fx, req);
	assert_int_equal(fx.d.kind, DECISION_END);
	fx_close(&fx);
}

/* A pair of relays, each of which was told another address of ours; a client's own word of it
 * counts only where it could have heard it. */
static void relays_that_know_us_by_different_addresses(void **state)
{
	static const uint32_t host[] = {SERVER, 0x0a630001};
	struct fixture fx = fx_open(subnets(2));
	struct req req = relayed(1, HOST(1, 1));
	uint32_t addr = fx_offer(&fx, req);

	(void)state;
	fx.link.host = host;
	fx.link.n_host = 2;
	req.type = DHCP_REQUEST;
	req.requested = addr;
	req.server = host[1];
	assert_int_equal(fx_ask(&fx, req), DHCP_ACK);
	req.giaddr = 0;
	req.mac = 2;
	assert_int_equal(fx_ask(&fx, req), 0);
	assert_int_equal(fx.d.reason, SILENT_another_server_chosen);
	fx_close(&fx);
}

/* RFC 5107 is between relays and us: sub-option 11 of a client or a switch says nothing. */
static void override_without_giaddr_is_none(void **state)
{
	struct fixture fx = fx_open(subnets(1));
	struct req req = with_agent(mac(1), 11, 0x0a000032);

	(void)state;
	assert_int_equal(fx_lease(&fx, req), POOL);
	assert_int_equal(fx.d.reply.server_id, SERVER);
	/* nor once it is stored */
	assert_int_equal(fx_renew(&fx, mac(1), POOL), DHCP_ACK);
	assert_int_equal(fx.d.reply.server_id, SERVER);
	fx_close(&fx);
}

/* What a message says of relays is true of that message alone: it empties no pool. */
static void relays_that_are_said_to_be_in_the_pool(void **state)
{
	struct fixture fx = fx_open(fx_model(4));
	struct engine_usage usage;

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		struct req req = relayed(1, POOL + i);

		assert_int_not_equal(fx_offer(&fx, req), POOL + i);
		req = with_agent(relayed(2, HOST(0, 9)), 5, POOL + i);
		assert_int_not_equal(fx_offer(&fx, req), POOL + i);
		req = with_agent(relayed(3, HOST(0, 9)), 11, POOL + i);
		assert_int_not_equal(fx_offer(&fx, req), POOL + i);
	}
	fx.now += 100;
	for (uint8_t i = 0; i < 4; i++)
		assert_int_equal(fx_lease(&fx, mac((uint8_t)(10 + i))), POOL + i);
	/* and none of those that were used before */
	for (uint8_t i = 0; i < 4; i++)
		fx_release(&fx, mac((uint8_t)(10 + i)), POOL + i);
	for (unsigned i = 0; i < 4; i++)
		fx_offer(&fx, relayed(1, POOL + i));
	fx.now += 100;
	for (uint8_t i = 0; i < 4; i++)
		assert_int_not_equal(fx_lease(&fx, mac((uint8_t)(20 + i))), 0);
	engine_usage(fx.engine, &fx.model->subnets[0], &usage);
	assert_int_equal(usage.assigned, 4);
	fx_close(&fx);
}

/* Whichever interface they are on. */
static void our_own_addresses_are_given_to_nobody(void **state)
{
	static const uint32_t host[] = {SERVER, POOL, POOL + 2};
	struct fixture fx = fx_open(fx_model(4));

	(void)state;
	fx.link.host = host;
	fx.link.n_host = 3;
	assert_int_equal(fx_lease(&fx, mac(1)), POOL + 1);
	assert_int_equal(fx_lease(&fx, mac(2)), POOL + 3);
	assert_int_equal(fx_offer(&fx, mac(3)), 0);
	fx_close(&fx);
}

/* A relay's own address, known in whichever way, is nobody else's. */
static void relays_have_addresses(void **state)
{
	struct model *model = subnets(2);
	struct fixture fx;

	(void)state;
	fx_relay(&model->subnets[1], HOST(0, 101)); /* the other one of a pair, say */
	fx = fx_open(model);
	assert_int_equal(fx_offer(&fx, mac(3)), HOST(0, 100));
	assert_int_equal(fx_offer(&fx, mac(4)), HOST(0, 102));
	assert_int_equal(fx_select(&fx, mac(4), HOST(0, 101)), DHCP_NAK);
	assert_int_equal(fx_offer(&fx, with_agent(relayed(1, FAR), 5, HOST(1, 100))), HOST(1, 101));
	assert_int_equal(fx_offer(&fx, relayed(2, HOST(1, 102))), HOST(1, 100));
	fx_close(&fx);
}

/* RFC 2131 4.1: an identifier that is reachable from the client. */
static void identified_as_it_was_reached(void **state)
{
	struct fixture fx = fx_open(subnets(2));
	struct req req = relayed(1, HOST(1, 1));

	(void)state;
	fx.link.addrs[0] = 0x0a000002;
	fx.link.addrs[1] = SERVER; /* .unicast goes to this one */
	assert_int_equal(fx_offer(&fx, req), HOST(1, 100));
	assert_int_equal(fx.d.reply.server_id, 0x0a000002);
	req.unicast = true;
	assert_int_equal(fx_offer(&fx, req), HOST(1, 100));
	assert_int_equal(fx.d.reply.server_id, SERVER);
	assert_int_equal(fx_select(&fx, req, HOST(1, 100)), DHCP_ACK);
	/* renewed by way of a router it has the same */
	req = mac(1);
	req.routed = true;
	assert_int_equal(fx_renew(&fx, req, HOST(1, 100)), DHCP_ACK);
	assert_int_equal(fx.d.reply.server_id, SERVER);
	/* on the link it is the same in all states, whichever of them is asked */
	req = mac(2);
	assert_int_equal(fx_lease(&fx, req), POOL);
	assert_int_equal(fx.d.reply.server_id, 0x0a000002);
	assert_int_equal(fx_renew(&fx, req, POOL), DHCP_ACK);
	assert_int_equal(fx.d.reply.server_id, 0x0a000002);
	fx_close(&fx);
}

static void subnets_of_an_interface(void **state)
{
	struct model *model = subnets(4);
	struct fixture fx;

	(void)state;
	fx_relay(&model->subnets[0], FAR);
	strcpy(model->subnets[2].interface, "eth1");
	strcpy(model->subnets[3].interface, "eth1");
	model->subnets[3].id = 2;
	model->subnets[1].id = 4;
	fx = fx_open(model);
	/* one that lists relays is chosen by an interface's address, as in Kea */
	assert_int_equal(subnet_for(&fx, mac(1)), 1);
	/* of several that name the interface the one with the lowest id */
	strcpy(fx.link.name, "eth1");
	assert_int_equal(subnet_for(&fx, mac(2)), 2);
	/* they are nobody's by address: */
	strcpy(fx.link.name, "eth0");
	fx.link.addrs[0] = HOST(2, 1);
	assert_int_equal(subnet_for(&fx, mac(3)), 0);
	assert_int_equal(fx.d.reason, SILENT_no_subnet_for_link);
	/* but a relay may have clients there */
	assert_int_equal(subnet_for(&fx, relayed(4, HOST(2, 9))), 3);
	fx_close(&fx);
}

static void routed_to_a_subnet_of_relays(void **state)
{
	struct model *model = subnets(3);
	struct fixture fx;
	struct req req = relayed(1, FAR);
	uint32_t addr;

	(void)state;
	fx_relay(&model->subnets[2], FAR);
	fx_option(&model->subnets[2].scope.options, DHO_DOMAIN_NAME, "third", 5);
	fx = fx_open(model);
	addr = fx_lease(&fx, req);
	assert_int_equal(addr, HOST(2, 100));
	req = mac(1);
	req.routed = true;
	assert_int_equal(fx_renew(&fx, req, addr), DHCP_ACK);
	assert_int_equal(fx.d.change.row.subnet_id, 3);
	assert_true(fx.d.memoise);
	/* an address of no subnet of ours */
	assert_int_equal(fx_renew(&fx, req, FAR), 0);
	assert_int_equal(fx.d.reason, SILENT_no_subnet_for_link);
	req.type = DHCP_INFORM;
	req.unicast = true;
	req.ciaddr = addr;
	assert_int_equal(fx_ask(&fx, req), DHCP_ACK);
	fx_option_is(&fx.d.reply, DHO_DOMAIN_NAME, "third", 5);
	fx_release(&fx, req, addr);
	assert_int_equal(lease_at(fx.leases, addr)->state, LEASE_FREE);
	fx_close(&fx);
}

/* What the relay once said of the link does not matter to a renewal that does not come by it. */
static void routed_with_stored_relay_information(void **state)
{
	struct fixture fx = fx_open(subnets(3));
	struct req req = with_agent(relayed(1, FAR), 5, HOST(2, 1));
	uint32_t addr = fx_lease(&fx, req);

	(void)state;
	assert_int_equal(addr, HOST(2, 100));
	assert_true(lease_at(fx.leases, addr)->agent_len > 0);
	req = mac(1);
	req.routed = true;
	assert_int_equal(fx_renew(&fx, req, addr), DHCP_ACK);
	assert_int_equal(fx.d.change.row.subnet_id, 3);
	fx_close(&fx);
}

static void deactivated(void **state)
{
	static const uint8_t silent[] = {DHCP_DISCOVER, DHCP_REQUEST, DHCP_INFORM};
	struct fixture fx = fx_open(subnets(2));
	struct req req;

	(void)state;
	assert_int_equal(fx_lease(&fx, mac(1)), POOL);
	assert_int_equal(fx_lease(&fx, mac(2)), POOL + 1);
	assert_int_equal(fx_lease(&fx, relayed(3, HOST(1, 1))), HOST(1, 100));
	fx.model->subnets[0].enabled = fx.model->subnets[1].enabled = false;
	fx_configure(&fx, fx.model);
	for (unsigned i = 0; i < sizeof(silent); i++) {
		req = mac(1);
		req.type = silent[i];
		req.ciaddr = silent[i] == DHCP_DISCOVER ? 0 : POOL;
		assert_int_equal(fx_ask(&fx, req), 0);
		assert_int_equal(fx.d.kind, DECISION_SILENT);
		assert_int_equal(fx.d.reason, SILENT_subnet_deactivated);
		assert_false(fx.d.has_change);
	}
	/* also for an address that is on another network; and relayed, and routed */
	assert_int_equal(fx_reboot(&fx, mac(1), FAR), 0);
	assert_int_equal(fx.d.reason, SILENT_subnet_deactivated);
	assert_int_equal(fx_offer(&fx, relayed(3, HOST(1, 1))), 0);
	assert_int_equal(fx.d.reason, SILENT_subnet_deactivated);
	req = mac(3);
	req.routed = true;
	assert_int_equal(fx_renew(&fx, req, HOST(1, 100)), 0);
	assert_int_equal(fx.d.reason, SILENT_subnet_deactivated);
	/* what is given back is taken back */
	fx_release(&fx, mac(1), POOL);
	assert_int_equal(lease_at(fx.leases, POOL)->state, LEASE_FREE);
	fx_decline(&fx, mac(2), POOL + 1);
	assert_int_equal(lease_at(fx.leases, POOL + 1)->state, LEASE_DECLINED);
	req.unicast = true;
	fx_release(&fx, req, HOST(1, 100));
	assert_int_equal(lease_at(fx.leases, HOST(1, 100))->state, LEASE_FREE);
	/* and active again */
	fx.model->subnets[0].enabled = true;
	fx_configure(&fx, fx.model);
	assert_int_equal(fx_lease(&fx, mac(1)), POOL);
	fx_close(&fx);
}

/* Of two subnets on the link one is deactivated: the other serves who comes anew. */
static void one_of_two_deactivated(void **state)
{
	struct fixture fx = fx_open(subnets(2));

	(void)state;
	fx.link.addrs[1] = HOST(1, 1);
	fx.link.masks[1] = 0xffffff00;
	assert_int_equal(fx_lease(&fx, mac(1)), POOL);
	fx.model->subnets[0].enabled = false;
	fx_configure(&fx, fx.model);
	assert_int_equal(fx_renew(&fx, mac(1), POOL), 0);
	assert_int_equal(fx.d.reason, SILENT_subnet_deactivated);
	assert_int_equal(fx_lease(&fx, mac(1)), HOST(1, 100));
	fx_close(&fx);
}

/* Addresses of the link count as its network only for who is on it. */
static void networks_of_the_link(void **state)
{
	struct fixture fx = fx_open(subnets(2));
	struct req req = mac(1);

	(void)state;
	fx.link.addrs[1] = FAR; /* of a network that is not configured */
	fx.link.masks[1] = 0xffffff00;
	assert_int_equal(fx_reboot(&fx, req, FAR + 9), 0);
	assert_int_equal(fx.d.reason, SILENT_unknown_client);
	req.giaddr = HOST(1, 1);
	assert_int_equal(fx_reboot(&fx, req, FAR + 9), DHCP_NAK);
	assert_int_equal(fx.d.reason, NAK_wrong_network);
	req.giaddr = 0;
	req = selecting(req, NET(0));
	assert_int_equal(fx_reboot(&fx, req, FAR + 9), DHCP_NAK);
	fx_close(&fx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(relay_that_a_subnet_lists),
		cmocka_unit_test(relay_that_several_subnets_list),
		cmocka_unit_test(relays_of_thousands_of_subnets),
		cmocka_unit_test(link_selection),
		cmocka_unit_test(option_82_without_a_relay),
		cmocka_unit_test(subnet_selection),
		cmocka_unit_test(subnet_selection_of_a_wrong_length),
		cmocka_unit_test(server_identifier_override),
		cmocka_unit_test(relays_that_know_us_by_different_addresses),
		cmocka_unit_test(override_without_giaddr_is_none),
		cmocka_unit_test(relays_that_are_said_to_be_in_the_pool),
		cmocka_unit_test(our_own_addresses_are_given_to_nobody),
		cmocka_unit_test(relays_have_addresses),
		cmocka_unit_test(identified_as_it_was_reached),
		cmocka_unit_test(subnets_of_an_interface),
		cmocka_unit_test(routed_to_a_subnet_of_relays),
		cmocka_unit_test(routed_with_stored_relay_information),
		cmocka_unit_test(deactivated),
		cmocka_unit_test(one_of_two_deactivated),
		cmocka_unit_test(networks_of_the_link),
	};

	return cmocka_run_group_tests_name("engine: locate", tests, NULL, NULL);
}
