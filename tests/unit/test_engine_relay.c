// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What a relay says of its client: when it is stored with the lease, whose renewal is judged by
 * it, and that a pair of relays makes one lease.
 */
#include "engine_fixture.h"
#include "proto/options.h"

#define NET	0x0a000100u /* 10.0.1.0/24, behind relays */
#define RELAY_1 (NET + 2)
#define RELAY_2 (NET + 3)
#define FIRST	(NET + 0x10) /* of its pool */
#define HOME	(NET + 9)    /* reserved for circuit "c" */
#define C	"\1\1c"
#define D	"\1\1d\2\1r\x97\4more" /* circuit, remote-id, one that we do not know */

static const char OPTIONS[] = {"\x2a"}; /* asks for 42 */

/* The subnet behind relays; the one on the link has no part in it. */
static struct model *relayed_model(void)
{
	struct model *model = fx_model(8);
	struct subnet *s = fx_subnet(model, NET, 24);
	struct reservation *r;

	fx_pool(s, FIRST, FIRST + 3);
	r = fx_reserve_by(&s->reservations, RESERVED_BY_CIRCUIT_ID, "c", 1, HOME);
	strcpy(r->hostname, "line");
	r = fx_reserve_by(&s->reservations, RESERVED_BY_CIRCUIT_ID, "d", 1, 0);
	fx_option(&r->scope.options, 42, "\1\2\3\4", 4);
	return model;
}

static struct req relayed(uint8_t mac, const char *agent)
{
	return (struct req){.mac = mac, .agent = agent, .giaddr = RELAY_1, .prl = OPTIONS};
}

/* Its unicast renewal, by way of a router and of no relay. */
static struct req direct(uint8_t mac)
{
	return (struct req){.mac = mac, .routed = true, .prl = OPTIONS};
}

static bool has_42(const struct fixture *fx)
{
	size_t len;

	return fx_option_at(&fx->d.reply, 42, &len) != NULL;
}

static void stored(const struct fixture *fx, uint32_t addr, uint32_t giaddr, const char *agent)
{
	const struct lease *lease = lease_at(fx->leases, addr);
	struct lease_row row;

	assert_non_null(lease);
	lease_row(lease, &row);
	assert_int_equal(row.giaddr, giaddr);
	assert_int_equal(row.agent_len, strlen(agent));
	assert_memory_equal(row.agent, agent, row.agent_len);
}

/* --- what is stored --- */

static void stored_with_the_lease(void **state)
{
	struct fixture fx = fx_open(relayed_model());

	(void)state;
	assert_int_equal(fx_lease(&fx, relayed(1, D)), FIRST);
	assert_int_equal(fx.d.change.row.giaddr, RELAY_1);
	stored(&fx, FIRST, RELAY_1, D);
	/* what comes by the relay counts, whatever was known */
	assert_int_equal(fx_reboot(&fx, relayed(1, "\1\1x"), FIRST), DHCP_ACK);
	stored(&fx, FIRST, RELAY_1, "\1\1x");
	assert_int_equal(fx_reboot(&fx, relayed(1, NULL), FIRST), DHCP_ACK);
	stored(&fx, FIRST, RELAY_1, "");
	fx_close(&fx);
}

/* A switch that adds option 82 and no giaddr. */
static void stored_without_giaddr(void **state)
{
	struct fixture fx = fx_open(fx_model(4));

	(void)state;
	assert_int_equal(fx_lease(&fx, (struct req){.mac = 1, .agent = D}), POOL);
	stored(&fx, POOL, 0, D);
	fx_close(&fx);
}

static void stored_if_either_key_says_so(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		struct model *model = relayed_model();
		struct fixture fx;

		model->stash_agent_options = i & 1;
		model->subnets[1].store_extended_info = i & 2;
		fx = fx_open(model);
		assert_int_equal(fx_lease(&fx, relayed(1, D)), FIRST);
		stored(&fx, FIRST, i ? RELAY_1 : 0, i ? D : "");
		fx_close(&fx);
	}
}

static void longer_than_the_record(void **state)
{
	struct fixture fx = fx_open(relayed_model());
	struct req req = relayed(1, NULL);
	char agent[257] = "\1\1d\x97\xfa";

	(void)state;
	req.agent = agent;
	req.agent_len = 255;
	assert_int_equal(fx_lease(&fx, req), FIRST);
	assert_int_equal(fx.d.change.row.agent_len, 255);
	assert_int_equal(fx_renew(&fx, direct(1), FIRST), DHCP_ACK);
	assert_true(has_42(&fx));
	req.agent_len = 256;
	assert_int_equal(fx_reboot(&fx, req, FIRST), DHCP_ACK);
	assert_true(has_42(&fx)); /* by its own */
	stored(&fx, FIRST, RELAY_1, "");
	assert_int_equal(fx_renew(&fx, direct(1), FIRST), DHCP_ACK);
	assert_false(has_42(&fx));
	fx_close(&fx);
}

static void kept_by_a_renewal_only(void **state)
{
	struct fixture fx = fx_open(fx_model(4));
	struct req by_switch = {.mac = 1, .agent = D}, past = {.mac = 1};

	(void)state;
	assert_int_equal(fx_lease(&fx, by_switch), POOL);
	assert_int_equal(fx_renew(&fx, past, POOL), DHCP_ACK);
	stored(&fx, POOL, 0, D);
	/* broadcast, it would have come by the switch if that still were there */
	past.type = DHCP_REQUEST;
	past.ciaddr = POOL;
	assert_int_equal(fx_ask(&fx, past), DHCP_ACK);
	stored(&fx, POOL, 0, "");
	assert_int_equal(fx_reboot(&fx, by_switch, POOL), DHCP_ACK);
	stored(&fx, POOL, 0, D);
	past.ciaddr = 0;
	assert_int_equal(fx_reboot(&fx, past, POOL), DHCP_ACK);
	stored(&fx, POOL, 0, "");
	fx_close(&fx);
}

static void forgotten_by_a_new_binding(void **state)
{
	struct fixture fx = fx_open(relayed_model());

	(void)state;
	assert_int_equal(fx_lease(&fx, relayed(1, D)), FIRST);
	fx_end(&fx, FIRST, LEASE_END_EXPIRED, 0, 0, 0);
	assert_int_equal(lease_at(fx.leases, FIRST)->state, LEASE_BOUND); /* promised still */
	fx.now += LIFETIME + 1;
	fx_expire(&fx);
	assert_int_equal(fx_renew(&fx, direct(1), FIRST), DHCP_ACK);
	stored(&fx, FIRST, 0, "");
	assert_false(has_42(&fx));
	/* held for it: a new binding too */
	assert_int_equal(fx_reboot(&fx, relayed(1, D), FIRST), DHCP_ACK);
	fx_end(&fx, FIRST, LEASE_END_RELEASED, fx.now, fx.now + 500, fx.now);
	assert_int_equal(fx_renew(&fx, direct(1), FIRST), DHCP_ACK);
	stored(&fx, FIRST, 0, "");
	fx_close(&fx);
}

/* Declined while it was only offered: not what its last client's relay said. */
static void forgotten_by_a_quarantine(void **state)
{
	struct fixture fx = fx_open(relayed_model());

	(void)state;
	assert_int_equal(fx_lease(&fx, relayed(1, D)), FIRST);
	fx.now += LIFETIME + 1;
	fx_expire(&fx);
	assert_int_equal(
		fx_offer(&fx, (struct req){.mac = 2, .giaddr = RELAY_1, .requested = FIRST}),
		FIRST);
	fx_decline(&fx, (struct req){.mac = 2, .giaddr = RELAY_1}, FIRST);
	assert_int_equal(lease_at(fx.leases, FIRST)->state, LEASE_DECLINED);
	stored(&fx, FIRST, 0, "");
	fx_close(&fx);
}

/* --- who is judged by it --- */

static void renewal_past_the_relay(void **state)
{
	struct fixture fx = fx_open(relayed_model());

	(void)state;
	assert_int_equal(fx_lease(&fx, relayed(1, C)), HOME);
	assert_int_equal(fx_renew(&fx, direct(1), HOME), DHCP_ACK);
	assert_string_equal(fx.d.hostname, "line");
	assert_int_equal(fx_lease(&fx, relayed(2, D)), FIRST);
	assert_true(has_42(&fx));
	for (unsigned i = 0; i < 3; i++) { /* not once only */
		fx.now += LIFETIME / 2;
		assert_int_equal(fx_renew(&fx, direct(2), FIRST), DHCP_ACK);
		assert_true(has_42(&fx));
	}
	/* empty, it is none (RFC 3046 2.0: at least one sub-option) */
	struct req empty = direct(2);

	empty.agent = "";
	assert_int_equal(fx_renew(&fx, empty, FIRST), DHCP_ACK);
	assert_true(has_42(&fx));
	fx_close(&fx);
}

/* RFC 5107: the server id that the relay asked for is in the answer to the renewal as well. */
static void server_id_of_the_relay(void **state)
{
	struct fixture fx = fx_open(relayed_model());
	struct req req = relayed(1, "\1\1d\x0b\4\x0a\0\1\1");

	(void)state;
	req.agent_len = 9;
	assert_int_equal(fx_offer(&fx, req), FIRST);
	req.type = DHCP_REQUEST;
	req.requested = FIRST;
	req.server = NET + 1;
	assert_int_equal(fx_ask(&fx, req), DHCP_ACK);
	assert_int_equal(fx_option_u32(&fx.d.reply, DHO_SERVER_IDENTIFIER), NET + 1);
	assert_int_equal(fx_renew(&fx, direct(1), FIRST), DHCP_ACK);
	assert_int_equal(fx_option_u32(&fx.d.reply, DHO_SERVER_IDENTIFIER), NET + 1);
	assert_int_equal(fx.d.reply.source, SERVER);
	assert_true(has_42(&fx));
	/* another client's is our own */
	assert_int_equal(fx_lease(&fx, relayed(2, D)), FIRST + 1);
	assert_int_equal(fx_renew(&fx, direct(2), FIRST + 1), DHCP_ACK);
	assert_int_equal(fx_option_u32(&fx.d.reply, DHO_SERVER_IDENTIFIER), SERVER);
	fx_close(&fx);
}

/* RFC 3527: the relay's own address says nothing of the client's link; nor does the renewal's way.
 */
static void link_selected_by_the_relay(void **state)
{
	struct fixture fx = fx_open(relayed_model());
	struct req req = relayed(1, "\1\1c\5\4\x0a\0\1\1");

	(void)state;
	req.agent_len = 9;
	req.giaddr = 0x0a090001; /* in no subnet of ours */
	assert_int_equal(fx_lease(&fx, req), HOME);
	assert_int_equal(lease_at(fx.leases, HOME)->giaddr, 0x0a090001);
	assert_int_equal(fx_renew(&fx, direct(1), HOME), DHCP_ACK);
	assert_string_equal(fx.d.hostname, "line");
	assert_int_equal(lease_at(fx.leases, HOME)->giaddr, 0x0a090001);
	fx_close(&fx);
}

/* With its own option 82, or by a relay that adds none, there is nothing to recall. */
static void renewal_by_a_relay(void **state)
{
	struct fixture fx = fx_open(relayed_model());
	struct req req = direct(1);

	(void)state;
	assert_int_equal(fx_lease(&fx, relayed(1, D)), FIRST);
	req.agent = "\1\1x";
	assert_int_equal(fx_renew(&fx, req, FIRST), DHCP_ACK);
	assert_false(has_42(&fx));
	assert_int_equal(fx_reboot(&fx, relayed(1, D), FIRST), DHCP_ACK);
	req = relayed(1, NULL);
	assert_int_equal(fx_renew(&fx, req, FIRST), DHCP_ACK);
	assert_false(has_42(&fx));
	stored(&fx, FIRST, RELAY_1, "");
	fx_close(&fx);
}

static void not_if_it_is_not_configured(void **state)
{
	struct model *model = relayed_model();
	struct fixture fx;

	(void)state;
	model->stash_agent_options = false;
	model->subnets[1].store_extended_info = true;
	fx = fx_open(model);
	assert_int_equal(fx_lease(&fx, relayed(1, D)), FIRST);
	assert_int_equal(fx_renew(&fx, direct(1), FIRST), DHCP_ACK);
	assert_false(has_42(&fx));
	stored(&fx, FIRST, RELAY_1, D);
	assert_int_equal(fx_lease(&fx, relayed(2, C)), HOME);
	assert_int_equal(fx_renew(&fx, direct(2), HOME), DHCP_NAK);
	fx_close(&fx);
}

/* Another MAC, another identity on that MAC, an address that is free: nobody's circuit. */
static void not_of_another_client(void **state)
{
	struct fixture fx = fx_open(relayed_model());
	struct req other = direct(1);

	(void)state;
	assert_int_equal(fx_lease(&fx, relayed(1, C)), HOME);
	assert_int_equal(fx_renew(&fx, direct(2), HOME), DHCP_NAK);
	other.id = "x";
	assert_int_equal(fx_renew(&fx, other, HOME), DHCP_NAK);
	assert_int_equal(fx.d.reason, NAK_taken);
	fx_release(&fx, direct(1), HOME);
	assert_int_equal(lease_at(fx.leases, HOME)->state, LEASE_FREE);
	assert_int_equal(fx_renew(&fx, direct(1), HOME), 0);
	fx_close(&fx);
}

static void client_id_not_matched(void **state)
{
	struct model *model = relayed_model();
	struct req req = direct(1);
	struct fixture fx;

	(void)state;
	model->subnets[1].match_client_id = false;
	fx = fx_open(model);
	assert_int_equal(fx_lease(&fx, relayed(1, C)), HOME);
	req.id = "x";
	assert_int_equal(fx_renew(&fx, req, HOME), DHCP_ACK);
	assert_string_equal(fx.d.hostname, "line");
	fx_close(&fx);
}

static void not_of_broadcasts(void **state)
{
	struct model *model = fx_model(4);
	struct req req = {.mac = 1, .agent = C};
	struct fixture fx;

	(void)state;
	fx_reserve_by(&model->subnets[0].reservations, RESERVED_BY_CIRCUIT_ID, "c", 1, POOL + 1);
	fx = fx_open(model);
	assert_int_equal(fx_lease(&fx, req), POOL + 1);
	req.agent = NULL;
	assert_int_equal(fx_renew(&fx, req, POOL + 1), DHCP_ACK);
	assert_int_equal(fx_reboot(&fx, req, POOL + 1), DHCP_NAK);
	req.ciaddr = POOL + 1;
	req.type = DHCP_REQUEST;
	assert_int_equal(fx_ask(&fx, req), DHCP_NAK); /* REBINDING */
	assert_int_equal(fx.d.reason, NAK_reserved);
	fx_close(&fx);
}

/* Of a renewal only: what an INFORM asks for is not the binding's. */
static void not_of_an_inform(void **state)
{
	struct fixture fx = fx_open(relayed_model());
	struct req req = direct(1);

	(void)state;
	assert_int_equal(fx_lease(&fx, relayed(1, D)), FIRST);
	req.type = DHCP_INFORM;
	req.ciaddr = FIRST;
	req.unicast = true;
	assert_int_equal(fx_ask(&fx, req), DHCP_ACK);
	assert_false(has_42(&fx));
	req.agent = D;
	assert_int_equal(fx_ask(&fx, req), DHCP_ACK);
	assert_true(has_42(&fx));
	fx_close(&fx);
}

/* While the binding is closed the renewal waits for that, and is not judged as a stranger's. */
static void renewal_of_a_closing_lease(void **state)
{
	struct fixture fx = fx_open(relayed_model());
	struct req req = direct(1);

	(void)state;
	assert_int_equal(fx_lease(&fx, relayed(1, C)), HOME);
	engine_begin_end(fx.engine, lease_at(fx.leases, HOME), LEASE_END_EXPIRED);
	req.type = DHCP_REQUEST;
	req.ciaddr = HOME;
	req.unicast = true;
	assert_int_equal(fx_decide(&fx, req), DECISION_DEFER);
	fx_close(&fx);
}

static size_t echoed(const struct fixture *fx, struct req req)
{
	static const uint8_t our_mac[6] = {2, 0xaa};
	static struct dhcp_msg msg;
	uint8_t frame[DHCP_FRAME_MAX];
	const uint8_t *p;
	int len;

	fx_message(&req, &msg);
	len = dhcp_reply_encode(&msg, &fx->d.reply, our_mac, frame, sizeof(frame));
	assert_true(len > 0);
	for (p = frame + dhcp_reply_payload(&msg) + 240; *p != DHO_END; p += 2 + p[1]) {
		if (*p == DHO_RELAY_AGENT)
			return p[1];
	}
	return 0;
}

/* RFC 3046 2.2: what is echoed is what came. */
static void not_echoed(void **state)
{
	struct fixture fx = fx_open(relayed_model());
	struct req req = relayed(1, D);

	(void)state;
	assert_int_equal(fx_lease(&fx, req), FIRST);
	req.type = DHCP_REQUEST;
	assert_int_equal(echoed(&fx, req), strlen(D));
	req = direct(1);
	req.ciaddr = FIRST;
	req.unicast = true;
	assert_int_equal(fx_renew(&fx, direct(1), FIRST), DHCP_ACK);
	assert_true(has_42(&fx));
	assert_int_equal(echoed(&fx, req), 0);
	fx_close(&fx);
}

/* --- the fast path --- */

/* What a switch adds is in the form; what is recalled is not, and a broadcast is not judged so. */
static void memoised_unless_recalled(void **state)
{
	struct fixture fx = fx_open(fx_model(4));

	(void)state;
	fx_lease(&fx, (struct req){.mac = 1, .agent = D});
	assert_true(fx.d.memoise);
	fx_renew(&fx, (struct req){.mac = 1, .agent = D}, POOL);
	assert_true(fx.d.memoise);
	fx_renew(&fx, (struct req){.mac = 1}, POOL);
	assert_int_equal(fx.d.reply.type, DHCP_ACK);
	assert_false(fx.d.memoise);
	assert_int_equal(fx.d.change.row.ack_until, lease_at(fx.leases, POOL)->ack_until);
	/* nothing is stored any more: of every state the same */
	fx_reboot(&fx, (struct req){.mac = 1}, POOL);
	assert_true(fx.d.memoise);
	fx_renew(&fx, (struct req){.mac = 1}, POOL);
	assert_true(fx.d.memoise);
	fx_close(&fx);
}

/* The same relayed request to an address of ours; what the relay says is in the form. */
static struct req to_us(struct req req)
{
	req.unicast = true;
	return req;
}

/* In each state; by a relay that names a link (RFC 3527), and by one that names a server (5107). */
static void memoised_if_relayed_to_our_address(void **state)
{
	static const char link[] = "\1\1d\5\4\x0a\0\1\1", server[] = "\1\1d\x0b\4\x0a\0\1\1";
	struct fixture fx = fx_open(relayed_model());
	struct req req = to_us(relayed(1, D));

	(void)state;
	assert_int_equal(fx_lease(&fx, req), FIRST);
	assert_true(fx.d.memoise);
	assert_int_equal(fx.d.reply.server_id, SERVER);
	assert_int_equal(fx.d.change.row.ack_until, fx.now + 1 + 3 * LIFETIME);
	fx_reboot(&fx, req, FIRST);
	assert_true(fx.d.memoise);
	fx_renew(&fx, req, FIRST);
	assert_true(fx.d.memoise);
	fx_reboot(&fx, relayed(1, D), FIRST); /* by broadcast */
	assert_false(fx.d.memoise);
	req.agent = link;
	req.agent_len = sizeof(link) - 1;
	fx_renew(&fx, req, FIRST);
	assert_true(fx.d.memoise);
	req.agent = server;
	fx_renew(&fx, req, FIRST);
	assert_int_equal(fx.d.reply.type, DHCP_ACK);
	assert_int_equal(fx.d.reply.server_id, NET + 1);
	assert_false(fx.d.memoise);
	/* past that relay, which has the last word */
	fx_renew(&fx, direct(1), FIRST);
	assert_int_equal(fx.d.reply.server_id, NET + 1);
	assert_false(fx.d.memoise);
	fx_close(&fx);
}

/* Brought by a router it is a unicast, and judged by what is stored: memoised. The client's own may
 * be a broadcast as well: not. */
static void memoised_past_the_relay(void **state)
{
	struct fixture fx = fx_open(relayed_model());
	struct dhcp_reply past;
	struct req own = direct(1);

	(void)state;
	own.routed = false;
	fx_lease(&fx, to_us(relayed(1, D)));
	for (unsigned i = 0; i < 2; i++) {
		fx_renew(&fx, direct(1), FIRST);
		assert_true(fx.d.memoise);
		assert_true(has_42(&fx));
		if (i)
			assert_memory_equal(&past, &fx.d.reply, sizeof(past));
		past = fx.d.reply;
		fx_renew(&fx, own, FIRST);
		assert_false(fx.d.memoise);
	}
	/* nor what a router sends on that is no renewal, or none to our address */
	own.routed = true;
	fx_reboot(&fx, own, FIRST);
	assert_false(fx.d.memoise);
	fx_reboot(&fx, to_us(own), FIRST);
	assert_false(fx.d.memoise);
	own.ciaddr = FIRST;
	own.type = DHCP_REQUEST;
	fx_ask(&fx, own);
	assert_false(fx.d.memoise);
	fx_close(&fx);
}

/* --- pairs of relays --- */

static struct req by_relay(uint32_t giaddr, const char *agent)
{
	return (struct req){.mac = 1, .giaddr = giaddr, .agent = agent};
}

/* VRRP: each broadcast comes twice. Both are answered; it is one lease, of one generation. */
static void pair_of_relays(void **state)
{
	struct fixture fx = fx_open(relayed_model());
	uint64_t generation;

	(void)state;
	assert_int_equal(fx_offer(&fx, by_relay(RELAY_1, "\1\1x")), FIRST);
	assert_int_equal(fx_offer(&fx, by_relay(RELAY_2, "\1\1y")), FIRST);
	assert_int_equal(fx_select(&fx, by_relay(RELAY_1, "\1\1x"), FIRST), DHCP_ACK);
	generation = fx.d.change.row.generation;
	fx.now++;
	assert_int_equal(fx_select(&fx, by_relay(RELAY_2, "\1\1y"), FIRST), DHCP_ACK);
	assert_int_equal(fx.d.reply.yiaddr, FIRST);
	assert_int_equal(fx.d.change.row.generation, generation);
	assert_int_equal(fx.d.change.before.generation, generation);
	stored(&fx, FIRST, RELAY_2, "\1\1y");
	assert_int_equal(fx_reboot(&fx, by_relay(RELAY_1, NULL), FIRST), DHCP_ACK);
	assert_int_equal(fx_reboot(&fx, by_relay(RELAY_2, NULL), FIRST), DHCP_ACK);
	assert_int_equal(fx.d.change.row.generation, generation);
	assert_int_equal(lease_count(fx.leases), 1);
	fx_close(&fx);
}

/* In one batch the second is decided before the first is committed. */
static void pair_of_relays_in_one_batch(void **state)
{
	struct req first = by_relay(RELAY_1, "\1\1x"), second = by_relay(RELAY_2, D);
	struct fixture fx = fx_open(relayed_model());
	struct change made[2];

	(void)state;
	assert_int_equal(fx_offer(&fx, first), FIRST);
	first.type = second.type = DHCP_REQUEST;
	first.requested = second.requested = FIRST;
	first.server = second.server = SERVER;
	for (unsigned round = 0; round < 2; round++) {
		assert_int_equal(fx_decide(&fx, first), DECISION_REPLY);
		assert_int_equal(fx.d.reply.type, DHCP_ACK);
		made[0] = fx.d.change;
		assert_int_equal(fx_decide(&fx, second), DECISION_REPLY);
		assert_int_equal(fx.d.reply.type, DHCP_ACK);
		assert_int_equal(fx.d.reply.yiaddr, FIRST);
		made[1] = fx.d.change;
		assert_true(made[0].row.generation == made[1].row.generation);
		assert_true(made[0].row.generation == made[1].before.generation);
		if (round == 0) { /* refused: both are taken back, the OFFER stands */
			engine_undo(fx.engine, &made[1]);
			stored(&fx, FIRST, RELAY_1, "\1\1x");
			engine_undo(fx.engine, &made[0]);
			assert_int_equal(lease_count(fx.leases), 0);
			assert_int_equal(fx_offer(&fx, by_relay(RELAY_2, D)), FIRST);
		}
	}
	engine_confirm(fx.engine, &made[0]);
	engine_confirm(fx.engine, &made[1]);
	assert_int_equal(lease_count(fx.leases), 1);
	stored(&fx, FIRST, RELAY_2, D);
	assert_int_equal(made[1].before.giaddr, RELAY_1);
	fx_close(&fx);
}

/*
 * Of two identities on one MAC, which a reserved address serves at once, one's relay information is
 * not the other's: what a renewal is not judged by, it does not keep for the next one.
 */
static void not_of_another_identity_on_the_mac(void **state)
{
	struct model *model = fx_model(4);
	const char agent[] = {11, 4, 10, 0, 0, 99};
	struct req rom = {.mac = 1, .agent = agent, .agent_len = 6, .giaddr = 0x0a000009};
	struct req os = {.mac = 1, .id = "os"};
	struct fixture fx;

	(void)state;
	fx_reserve(&model->subnets[0], 1, NULL, 0x0a000032);
	fx = fx_open(model);
	assert_int_equal(fx_reboot(&fx, rom, 0x0a000032), DHCP_ACK);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(fx_renew(&fx, os, 0x0a000032), DHCP_ACK);
		assert_true(fx.d.memoise);
		assert_int_equal(fx.d.reply.server_id, SERVER);
		assert_int_equal(fx.d.change.row.agent_len, 0);
	}
	fx_close(&fx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stored_with_the_lease),
		cmocka_unit_test(stored_without_giaddr),
		cmocka_unit_test(stored_if_either_key_says_so),
		cmocka_unit_test(longer_than_the_record),
		cmocka_unit_test(kept_by_a_renewal_only),
		cmocka_unit_test(forgotten_by_a_new_binding),
		cmocka_unit_test(forgotten_by_a_quarantine),
		cmocka_unit_test(renewal_past_the_relay),
		cmocka_unit_test(server_id_of_the_relay),
		cmocka_unit_test(link_selected_by_the_relay),
		cmocka_unit_test(renewal_by_a_relay),
		cmocka_unit_test(not_if_it_is_not_configured),
		cmocka_unit_test(not_of_another_client),
		cmocka_unit_test(client_id_not_matched),
		cmocka_unit_test(not_of_broadcasts),
		cmocka_unit_test(not_of_an_inform),
		cmocka_unit_test(renewal_of_a_closing_lease),
		cmocka_unit_test(not_echoed),
		cmocka_unit_test(memoised_unless_recalled),
		cmocka_unit_test(memoised_if_relayed_to_our_address),
		cmocka_unit_test(memoised_past_the_relay),
		cmocka_unit_test(pair_of_relays),
		cmocka_unit_test(pair_of_relays_in_one_batch),
		cmocka_unit_test(not_of_another_identity_on_the_mac),
	};

	return cmocka_run_group_tests_name("engine: relays", tests, NULL, NULL);
}
