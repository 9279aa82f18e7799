// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Limits of leases by circuit and by link: whom they refuse and whom never, and that the counts are
 * at any time what a walk of all records gives, whatever was bound, moved, ended and undone.
 */
#include "engine_fixture.h"
#include "engine/private.h"
#include "engine/quota.h"

#define RELAY  (SERVER + 1)
#define BRANCH 0xc0000200u /* 192.0.2.0/24, a second subnet */

#define PORT_1 "\1\2p1"
#define PORT_2 "\1\2p2"

static struct fixture open_limited(uint32_t per_circuit, uint32_t per_link)
{
	struct model *model = fx_model(20);

	model->subnets[0].leases_per_circuit = per_circuit;
	model->subnets[0].leases_per_link = per_link;
	return fx_open(model);
}

static struct req behind(uint8_t mac, const char *agent)
{
	return (struct req){.mac = mac, .giaddr = RELAY, .agent = agent};
}

/* Neither a DISCOVER nor a REQUEST of it is answered, for this reason. */
static void is_refused(struct fixture *fx, struct req req, uint32_t addr, enum reason reason)
{
	assert_int_equal(fx_offer(fx, req), 0);
	assert_int_equal(fx->d.kind, DECISION_SILENT);
	assert_int_equal(fx->d.reason, reason);
	assert_int_equal(fx_select(fx, req, addr), 0);
	assert_int_equal(fx->d.kind, DECISION_SILENT);
	assert_int_equal(fx->d.reason, reason);
	assert_false(fx->d.has_change);
	assert_false(fx->d.memoise);
}

/* --- circuits --- */

static void one_more_of_a_circuit_is_not_answered(void **state)
{
	struct fixture fx = open_limited(2, 0);

	(void)state;
	fx_lease(&fx, behind(1, PORT_1));
	fx_lease(&fx, behind(2, PORT_1));
	is_refused(&fx, behind(3, PORT_1), POOL + 5, SILENT_circuit_full);
	fx_lease(&fx, behind(3, PORT_2));
	fx_close(&fx);
}

/* Two are offered an address before either asks for it; one of them gets it. */
static void what_is_offered_does_not_count_yet(void **state)
{
	struct fixture fx = open_limited(1, 0);
	uint32_t first = fx_offer(&fx, behind(1, PORT_1)),
		 second = fx_offer(&fx, behind(2, PORT_1));

	(void)state;
	assert_true(first && second);
	assert_int_equal(fx_select(&fx, behind(2, PORT_1), second), DHCP_ACK);
	assert_int_equal(fx_select(&fx, behind(1, PORT_1), first), 0);
	assert_int_equal(fx.d.reason, SILENT_circuit_full);
	assert_null(lease_at(fx.leases, first));
	fx_close(&fx);
}

/* In all of its states, by way of its relay and past it, also when it has moved to a full port. */
static void what_is_bound_goes_on(void **state)
{
	struct fixture fx = open_limited(1, 0);
	uint32_t addr = fx_lease(&fx, behind(1, PORT_1)), other;
	struct req rebind = behind(1, PORT_1);

	(void)state;
	assert_true(fx_renew(&fx, (struct req){.mac = 1, .routed = true}, addr) == DHCP_ACK);
	assert_true(fx.d.memoise);
	rebind.type = DHCP_REQUEST;
	rebind.ciaddr = addr;
	assert_int_equal(fx_ask(&fx, rebind), DHCP_ACK);
	assert_int_equal(fx_reboot(&fx, behind(1, PORT_1), addr), DHCP_ACK);
	assert_int_equal(fx_offer(&fx, behind(1, PORT_1)), addr);
	assert_int_equal(fx_select(&fx, behind(1, PORT_1), addr), DHCP_ACK);

	other = fx_lease(&fx, behind(2, PORT_2));
	assert_int_equal(fx_reboot(&fx, behind(1, PORT_2), addr), DHCP_ACK);
	assert_int_equal(fx_renew(&fx, (struct req){.mac = 2, .routed = true}, other), DHCP_ACK);
	fx_lease(&fx, behind(3, PORT_1)); /* which it has left */
	is_refused(&fx, behind(4, PORT_2), POOL + 5, SILENT_circuit_full);
	fx_close(&fx);
}

static void what_has_ended_leaves_room(void **state)
{
	struct fixture fx = open_limited(1, 0);
	uint32_t addr = fx_lease(&fx, behind(1, PORT_1));

	(void)state;
	fx_release(&fx, (struct req){.mac = 1, .routed = true}, addr);
	addr = fx_lease(&fx, behind(2, PORT_1));
	fx_decline(&fx, behind(2, PORT_1), addr);
	fx_lease(&fx, behind(3, PORT_1));
	fx.now += LIFETIME + 2;
	fx_expire(&fx);
	fx_lease(&fx, behind(4, PORT_1));
	is_refused(&fx, behind(5, PORT_1), POOL + 9, SILENT_circuit_full);
	fx_close(&fx);
}

/* The store has it still, and after a crash so would the next daemon. */
static void what_is_being_closed_counts(void **state)
{
	struct fixture fx = open_limited(1, 0);
	uint32_t addr = fx_lease(&fx, behind(1, PORT_1));
	struct change change;

	(void)state;
	engine_begin_end(fx.engine, lease_at(fx.leases, addr), LEASE_END_RELEASED);
	is_refused(&fx, behind(2, PORT_1), POOL + 5, SILENT_circuit_full);
	engine_finish_end(fx.engine, lease_at(fx.leases, addr), 0, 0, fx.now, fx.now, &change);
	fx_lease(&fx, behind(2, PORT_1));
	fx_close(&fx);
}

/* Who has an address on the link may move to the one that is reserved for it. */
static void a_reservation_can_be_moved_to(void **state)
{
	struct fixture fx = open_limited(1, 0);
	struct model *model = fx_model(20);
	uint32_t addr = fx_lease(&fx, behind(1, PORT_1));

	(void)state;
	model->subnets[0].leases_per_circuit = 1;
	fx_reserve(&model->subnets[0], 1, NULL, POOL + 50);
	fx_configure(&fx, model);
	assert_int_equal(fx_reboot(&fx, behind(1, PORT_1), addr), DHCP_NAK);
	assert_int_equal(fx_lease(&fx, behind(1, PORT_1)), POOL + 50);
	is_refused(&fx, behind(2, PORT_1), POOL + 5, SILENT_circuit_full);
	fx_close(&fx);
}

/* One machine, one reserved address, one lease: the boot loader's client id is not the system's. */
static void another_identity_of_a_reserved_address_is_no_other_lease(void **state)
{
	struct model *model = fx_model(20);
	struct req rom = behind(1, PORT_1), system = behind(1, PORT_1);
	struct fixture fx;

	(void)state;
	rom.id = "rom";
	system.id = "system";
	model->subnets[0].leases_per_circuit = 1;
	fx_reserve(&model->subnets[0], 1, NULL, POOL + 50);
	fx = fx_open(model);
	assert_int_equal(fx_lease(&fx, rom), POOL + 50);
	assert_int_equal(fx_lease(&fx, system), POOL + 50);
	fx_close(&fx);
}

/* As the switch tells itself and its ports apart, and the relay its links. */
static void a_circuit_is_the_relay_s_the_switch_s_and_the_port_s(void **state)
{
	static const struct {
		uint32_t giaddr;
		const char *agent;
		bool same;
	} cases[] = {
		{RELAY, "\1\2p1", true},
		{RELAY, "\x05\4\x0a\0\0\0\1\2p1", true}, /* whatever else it says */
		{RELAY, "\1\2p1\2\1s", false},
		{RELAY, "\1\2p2", false},
		{RELAY, "\1\3p11", false},
		{RELAY + 1, "\1\2p1", false},
		{0, "\1\2p1", false},
		{RELAY, "\2\2p1", false},   /* of no circuit */
		{RELAY, "\1\x09p1", false}, /* not to be read */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fixture fx = open_limited(1, 0);
		struct req req = {.mac = 2, .giaddr = cases[i].giaddr, .agent = cases[i].agent};

		if (i == 1)
			req.agent_len = 10;
		fx_lease(&fx, behind(1, PORT_1));
		if (!fx_offer(&fx, req) != cases[i].same)
			fail_msg("case %zu", i);
		fx_close(&fx);
	}
}

static void who_comes_by_no_relay_is_of_no_circuit(void **state)
{
	struct fixture fx = open_limited(1, 0);

	(void)state;
	for (uint8_t mac = 1; mac < 5; mac++)
		fx_lease(&fx, (struct req){.mac = mac});
	fx_close(&fx);
}

/* Past its relay, for an address that it once had: it counts where it was then. */
static void letting_a_lease_run_out_is_no_way_round(void **state)
{
	struct fixture fx = open_limited(1, 0);
	uint32_t addr = fx_lease(&fx, behind(1, PORT_1));

	(void)state;
	fx.now += LIFETIME + 2;
	fx_expire(&fx);
	fx_lease(&fx, behind(2, PORT_1));
	assert_int_equal(fx_renew(&fx, (struct req){.mac = 1, .routed = true}, addr), 0);
	assert_int_equal(fx.d.reason, SILENT_circuit_full);
	/* and with room it is on its circuit again */
	fx.now += LIFETIME + 2;
	fx_expire(&fx);
	assert_int_equal(fx_renew(&fx, (struct req){.mac = 1, .routed = true}, addr), DHCP_ACK);
	is_refused(&fx, behind(3, PORT_1), POOL + 9, SILENT_circuit_full);
	fx_close(&fx);
}

/* Whatever else would keep it. */
static void what_the_relay_says_is_kept(void **state)
{
	struct model *model;
	struct fixture fx;

	(void)state;
	for (int limited = 0; limited < 2; limited++) {
		struct lease *lease;

		model = fx_model(20);
		model->stash_agent_options = false;
		model->subnets[0].leases_per_circuit = limited ? 1 : 0;
		fx = fx_open(model);
		lease = lease_at(fx.leases, fx_lease(&fx, behind(1, PORT_1)));
		assert_int_equal(lease->agent_len, limited ? 4 : 0);
		assert_int_equal(lease->giaddr, limited ? RELAY : 0);
		fx_close(&fx);
	}
}

/* --- links --- */

static void one_more_on_a_link_is_not_answered(void **state)
{
	struct fixture fx = open_limited(0, 2);
	uint32_t addr = fx_lease(&fx, (struct req){.mac = 1});

	(void)state;
	fx_lease(&fx, behind(2, PORT_1));
	is_refused(&fx, (struct req){.mac = 3}, POOL + 5, SILENT_link_full);
	assert_int_equal(fx_renew(&fx, (struct req){.mac = 1}, addr), DHCP_ACK);
	assert_true(fx.d.memoise);
	fx_release(&fx, (struct req){.mac = 1}, addr);
	fx_lease(&fx, (struct req){.mac = 3});
	fx_close(&fx);
}

/* It does not cost another client its offer either. */
static void who_is_refused_takes_no_offer_away(void **state)
{
	struct model *model = fx_model(2);
	struct fixture fx;
	uint32_t addr;

	(void)state;
	model->subnets[0].leases_per_circuit = 1;
	fx = fx_open(model);
	fx_lease(&fx, behind(1, PORT_1));
	addr = fx_offer(&fx, behind(2, PORT_2));
	for (uint8_t mac = 10; mac < 20; mac++)
		assert_int_equal(fx_offer(&fx, behind(mac, PORT_1)), 0);
	assert_non_null(offer_at(fx.engine, addr));
	assert_int_equal(fx_select(&fx, behind(2, PORT_2), addr), DHCP_ACK);
	fx_close(&fx);
}

static void a_bootp_client_counts(void **state)
{
	struct model *model = fx_model(20);
	struct fixture fx;

	(void)state;
	model->subnets[0].leases_per_link = 1;
	model->subnets[0].bootp = BOOTP_ALL;
	fx_reserve(&model->subnets[0], 3, NULL, POOL + 50);
	fx = fx_open(model);
	assert_int_equal(fx_ask(&fx, (struct req){.type = DHCP_BOOTP, .mac = 1}), DHCP_BOOTP);
	assert_int_equal(fx_ask(&fx, (struct req){.type = DHCP_BOOTP, .mac = 1}), DHCP_BOOTP);
	for (uint8_t mac = 2; mac <= 3; mac++) {
		assert_int_equal(fx_ask(&fx, (struct req){.type = DHCP_BOOTP, .mac = mac}), 0);
		assert_int_equal(fx.d.reason, SILENT_link_full);
	}
	fx_close(&fx);
}

static void rapid_commit_is_bound_by_it(void **state)
{
	struct req req = {.mac = 2, .more = {{DHO_RAPID_COMMIT, "", 0}}};
	struct model *model = fx_model(20);
	struct fixture fx;

	(void)state;
	model->subnets[0].leases_per_link = 1;
	model->subnets[0].rapid_commit = true;
	fx = fx_open(model);
	fx_lease(&fx, (struct req){.mac = 1});
	req.type = DHCP_DISCOVER;
	assert_int_equal(fx_ask(&fx, req), 0);
	assert_int_equal(fx.d.reason, SILENT_link_full);
	fx_close(&fx);
}

/* --- shared networks --- */

static struct model *two_on_a_link(uint32_t first, uint32_t second)
{
	struct model *model = fx_model(4);
	struct subnet *branch = fx_subnet(model, BRANCH, 24);

	fx_pool(branch, BRANCH + 10, BRANCH + 13);
	model->subnets[0].leases_per_circuit = first;
	model->subnets[1].leases_per_circuit = second;
	fx_network(model, 0);
	return model;
}

static void a_shared_network_is_one_link(void **state)
{
	struct fixture fx = fx_open(two_on_a_link(5, 5));

	(void)state;
	for (uint8_t mac = 1; mac <= 5; mac++)
		fx_lease(&fx, behind(mac, PORT_1)); /* four here, one there */
	is_refused(&fx, behind(6, PORT_1), BRANCH + 11, SILENT_circuit_full);
	fx_close(&fx);
}

/* What is bound in a subnet without a limit counts for the others; it lets in whom they do not. */
static void each_subnet_has_its_own_limit(void **state)
{
	struct fixture fx = fx_open(two_on_a_link(2, 0));

	(void)state;
	for (uint8_t mac = 1; mac <= 2; mac++)
		assert_in_range(fx_lease(&fx, behind(mac, PORT_1)), POOL, POOL + 3);
	for (uint8_t mac = 3; mac <= 6; mac++)
		assert_in_range(fx_lease(&fx, behind(mac, PORT_1)), BRANCH + 10, BRANCH + 13);
	is_refused(&fx, behind(7, PORT_1), POOL + 3, SILENT_circuit_full);
	fx_close(&fx);
}

/* A lease in one of them lets its client move to the address reserved for it in the other. */
static void a_move_within_the_network_is_no_other_lease(void **state)
{
	struct fixture fx = fx_open(two_on_a_link(1, 1));
	struct model *model = two_on_a_link(1, 1);
	uint32_t addr = fx_lease(&fx, behind(1, PORT_1));

	(void)state;
	fx_reserve(&model->subnets[1], 1, NULL, BRANCH + 50);
	fx_configure(&fx, model);
	assert_int_equal(fx_reboot(&fx, behind(1, PORT_1), addr), DHCP_NAK);
	assert_int_equal(fx_lease(&fx, behind(1, PORT_1)), BRANCH + 50);
	fx_close(&fx);
}

/* --- the counts, against a walk --- */

#define MACS	 24
#define CIRCUITS 5
#define PENDING	 8

static const char *const agents[CIRCUITS] = {PORT_1, PORT_2, "\1\2p1\2\1a", "\1\2p1\2\1b", NULL};

struct world {
	struct fixture fx;
	struct change pending[PENDING]; /* not committed yet */
	unsigned n_pending;
	uint32_t offered; /* lately */
	uint8_t offered_to;
	unsigned long bound, undone, ended, refused, reloads, most;
};

static uint64_t walk(const struct world *w, const struct subnet *subnet, const char *agent,
		     uint32_t giaddr)
{
	const struct model *model = w->fx.model;
	struct lease *lease = lease_next(w->fx.leases, 0);
	uint64_t n = 0;

	for (; lease; lease = lease_after(w->fx.leases, lease)) {
		const struct subnet *its = model_subnet_of(model, lease->addr);

		if (lease->stored != LEASE_BOUND || !subnets_on_one_link(its, subnet))
			continue;
		n += !agent || (lease->giaddr == giaddr && lease->agent_len == strlen(agent) &&
				!memcmp(lease_agent(lease), agent, lease->agent_len));
	}
	return n;
}

static void is_counted(struct world *w)
{
	const struct model *model = w->fx.model;
	const struct quota *quota = &w->fx.engine->quota;

	for (size_t i = 0; i < model->n_subnets; i++) {
		const struct subnet *subnet = &model->subnets[i];

		assert_int_equal(quota_of_link(quota, model, subnet), walk(w, subnet, NULL, 0));
		for (int c = 0; c < CIRCUITS - 1; c++) {
			for (uint32_t giaddr = RELAY; giaddr <= RELAY + 1; giaddr++) {
				struct dhcp_opt agent = {.data = (const uint8_t *)agents[c],
							 .len = (uint16_t)strlen(agents[c])};
				uint64_t n = quota_of_circuit(quota, model, subnet, giaddr, &agent);

				if (!quota_keeps_relay(quota, model, subnet)) {
					assert_int_equal(n, 0);
					continue;
				}
				assert_int_equal(n, walk(w, subnet, agents[c], giaddr));
				if (n > w->most)
					w->most = n;
			}
		}
	}
}

static struct model *random_model(void)
{
	struct model *model = fx_model(8);
	struct subnet *branch = fx_subnet(model, BRANCH, 24);

	fx_pool(branch, BRANCH + 10, BRANCH + 17);
	for (size_t i = 0; i < 2; i++) {
		model->subnets[i].leases_per_circuit = (uint32_t)random() % 4;
		model->subnets[i].leases_per_link = random() % 4 ? 0 : (uint32_t)random() % 12;
	}
	if (random() % 2)
		fx_network(model, 0);
	return model;
}

static void ask_something(struct world *w)
{
	static const uint8_t types[] = {DHCP_DISCOVER, DHCP_REQUEST, DHCP_REQUEST,
					DHCP_REQUEST,  DHCP_RELEASE, DHCP_DECLINE};
	uint32_t addr = (random() % 2 ? POOL : BRANCH + 10) + (uint32_t)random() % 8;
	struct req req = {.type = types[random() % 6],
			  .mac = (uint8_t)(1 + random() % MACS),
			  .giaddr = random() % 5 ? RELAY + (uint32_t)random() % 2 : 0,
			  .agent = agents[random() % CIRCUITS]};

	const struct lease *lease = lease_at(w->fx.leases, addr);

	if (lease && random() % 3)
		req.mac = lease->chaddr[5];
	if (w->offered && random() % 2) {
		addr = w->offered;
		req.mac = w->offered_to;
		w->offered = 0;
	}
	switch (random() % 3) {
	case 0: /* SELECTING */
		req.requested = addr;
		req.server = SERVER;
		break;
	case 1: /* RENEWING */
		req.ciaddr = addr;
		req.unicast = req.routed = true;
		req.giaddr = 0;
		req.agent = NULL;
		break;
	default: /* INIT-REBOOT */
		req.requested = addr;
		break;
	}
	fx_decide(&w->fx, req);
	if (w->fx.d.kind == DECISION_REPLY && w->fx.d.reply.type == DHCP_OFFER) {
		w->offered = w->fx.d.reply.yiaddr;
		w->offered_to = req.mac;
	}
	w->refused += w->fx.d.reason == SILENT_circuit_full || w->fx.d.reason == SILENT_link_full;
	if (w->fx.d.kind == DECISION_END) {
		fx_end(&w->fx, w->fx.d.end_addr, w->fx.d.end, 0, 0, w->fx.now);
		w->ended++;
	}
	if (w->fx.d.has_change)
		w->pending[w->n_pending++] = w->fx.d.change;
}

/* The commit held, or it did not: then all of them go back, the last first. */
static void settle(struct world *w)
{
	bool held = random() % 2;

	for (unsigned i = w->n_pending; i-- > 0;) {
		if (held)
			engine_confirm(w->fx.engine, &w->pending[i]);
		else
			engine_undo(w->fx.engine, &w->pending[i]);
		is_counted(w);
	}
	*(held ? &w->bound : &w->undone) += w->n_pending;
	w->n_pending = 0;
}

static void the_counts_are_what_a_walk_finds(void **state)
{
	struct world w = {.fx = fx_open(random_model())};

	(void)state;
	srandom(11);
	for (int step = 0; step < 20000; step++) {
		ask_something(&w);
		is_counted(&w);
		if (w.n_pending == PENDING || random() % 6 == 0)
			settle(&w);
		if (!w.n_pending && random() % 40 == 0) {
			w.fx.now += (uint32_t)random() % LIFETIME;
			fx_expire(&w.fx);
			is_counted(&w);
		}
		if (!w.n_pending && random() % 300 == 0) {
			fx_configure(&w.fx, random_model());
			is_counted(&w);
			w.reloads++;
		}
	}
	/* and all of that has come to pass */
	if (w.bound < 500 || w.undone < 500 || w.ended < 100 || w.refused < 100 || w.reloads < 10 ||
	    w.most < 3)
		fail_msg("%lu bound, %lu undone, %lu ended, %lu refused, %lu reloads, at most %lu",
			 w.bound, w.undone, w.ended, w.refused, w.reloads, w.most);
	fx_close(&w.fx);
}

/* More circuits than there is room for at first, and all gone again, in another order. */
static void many_circuits_come_and_go(void **state)
{
	enum { MANY = 5000 };
	struct model *model = fx_model(0);
	struct fixture fx;
	char agent[8];

	(void)state;
	model->subnets[0].prefix_len = 16;
	model->subnets[0].mask = 0xffff0000;
	fx_pool(&model->subnets[0], POOL, POOL + MANY - 1);
	model->subnets[0].leases_per_circuit = 1;
	fx = fx_open(model);
	for (int i = 0; i < MANY; i++) {
		struct lease_row row = {.addr = POOL + (uint32_t)i,
					.subnet_id = 1,
					.state = LEASE_BOUND,
					.generation = (uint64_t)i + 1,
					.promised = 1000000,
					.giaddr = RELAY};
		struct change change;

		row.client.chaddr[4] = (uint8_t)(i >> 8);
		row.client.chaddr[5] = (uint8_t)i;
		row.agent_len = (uint8_t)snprintf((char *)row.agent, sizeof(row.agent), "\1\4%04x",
						  i);
		assert_int_equal(change_make(fx.engine, &row, NULL, &change), 0);
	}
	for (int round = 0, i = 0; round < MANY; round++, i = (i + 1777) % MANY) {
		struct dhcp_opt its = {
			.data = (uint8_t *)agent,
			.len = (uint16_t)snprintf(agent, sizeof(agent), "\1\4%04x", i)};

		assert_int_equal(quota_of_circuit(&fx.engine->quota, fx.model, fx.model->subnets,
						  RELAY, &its),
				 1);
		fx_end(&fx, POOL + (uint32_t)i, LEASE_END_RELEASED, 0, 0, fx.now);
		assert_int_equal(quota_of_circuit(&fx.engine->quota, fx.model, fx.model->subnets,
						  RELAY, &its),
				 0);
	}
	for (size_t i = 0; i <= fx.engine->quota.mask; i++)
		assert_true(!fx.engine->quota.circuits[i].key);
	fx_close(&fx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_more_of_a_circuit_is_not_answered),
		cmocka_unit_test(what_is_offered_does_not_count_yet),
		cmocka_unit_test(what_is_bound_goes_on),
		cmocka_unit_test(what_has_ended_leaves_room),
		cmocka_unit_test(what_is_being_closed_counts),
		cmocka_unit_test(a_reservation_can_be_moved_to),
		cmocka_unit_test(another_identity_of_a_reserved_address_is_no_other_lease),
		cmocka_unit_test(a_circuit_is_the_relay_s_the_switch_s_and_the_port_s),
		cmocka_unit_test(who_comes_by_no_relay_is_of_no_circuit),
		cmocka_unit_test(letting_a_lease_run_out_is_no_way_round),
		cmocka_unit_test(what_the_relay_says_is_kept),
		cmocka_unit_test(one_more_on_a_link_is_not_answered),
		cmocka_unit_test(who_is_refused_takes_no_offer_away),
		cmocka_unit_test(a_bootp_client_counts),
		cmocka_unit_test(rapid_commit_is_bound_by_it),
		cmocka_unit_test(a_shared_network_is_one_link),
		cmocka_unit_test(each_subnet_has_its_own_limit),
		cmocka_unit_test(a_move_within_the_network_is_no_other_lease),
		cmocka_unit_test(the_counts_are_what_a_walk_finds),
		cmocka_unit_test(many_circuits_come_and_go),
	};

	return cmocka_run_group_tests_name("engine/quota", tests, NULL, NULL);
}
