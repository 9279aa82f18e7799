// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What a message costs is bounded however many records name its client: one client id on many
 * MACs, one identity on many addresses, a network of many subnets. Counted in records
 * looked at, never timed; the answers are checked along with it.
 */
#include "engine_fixture.h"
#include "engine/private.h"

#define CROWD 3000u
#define FIRST 0x0a000100u /* the pool's */
#define MOST  32	  /* records looked at for one DISCOVER or REQUEST */

static struct fixture open_wide(void)
{
	struct model *model = fx_model(0);

	model->subnets[0].prefix_len = 16;
	model->subnets[0].mask = 0xffff0000;
	fx_pool(&model->subnets[0], FIRST, FIRST + 2 * CROWD);
	return fx_open(model);
}

/* Decides for a MAC that ends in these four bytes. Returns how many records it looked at. */
static uint64_t ask_mac(struct fixture *fx, struct req req, uint32_t mac)
{
	static struct dhcp_msg msg;
	uint64_t before = table_visited(fx->leases);

	fx_message(&req, &msg);
	dhcp_put_addr(msg.chaddr + 2, mac);
	dhcp_put_addr(msg.eth_src + 2, mac);
	engine_decide(fx->engine, &fx->link, &msg, fx->now, &fx->d);
	return table_visited(fx->leases) - before;
}

static uint32_t lease_mac(struct fixture *fx, const char *id, uint32_t mac, uint32_t wanted)
{
	uint32_t addr;

	ask_mac(fx, (struct req){.type = DHCP_DISCOVER, .id = id, .requested = wanted}, mac);
	assert_int_equal(fx->d.reply.type, DHCP_OFFER);
	addr = fx->d.reply.yiaddr;
	ask_mac(fx,
		(struct req){.type = DHCP_REQUEST, .id = id, .server = SERVER, .requested = addr},
		mac);
	assert_int_equal(fx->d.reply.type, DHCP_ACK);
	return addr;
}

static uint32_t discover(struct fixture *fx, const char *id, uint32_t mac)
{
	assert_in_range(ask_mac(fx, (struct req){.type = DHCP_DISCOVER, .id = id}, mac), 0, MOST);
	assert_int_equal(fx->d.reply.type, DHCP_OFFER);
	return fx->d.reply.yiaddr;
}

/* Whatever became of them: bound, half of them released, all, and taken by others. */
static void one_client_id_on_many_macs(void **state)
{
	struct fixture fx = open_wide();
	uint32_t last = 0;

	(void)state;
	for (uint32_t mac = 0; mac < CROWD; mac++)
		last = lease_mac(&fx, "cloned", mac, 0);
	/* one more is a clone, and gets an address of its own */
	assert_int_equal(discover(&fx, "cloned", 0xf00000), last + 1);
	/* a clone that is bound stays bound */
	assert_int_equal(discover(&fx, "cloned", 7), FIRST + 7);

	for (uint32_t mac = 0; mac < CROWD; mac += 2)
		fx_end(&fx, FIRST + mac, LEASE_END_RELEASED, 0, 0, fx.now);
	fx.now += 100;
	/* one that released has its own address again, the others are clones of those bound */
	assert_int_equal(discover(&fx, "cloned", 4), FIRST + 4);
	assert_int_equal(discover(&fx, "cloned", 0xf00001), last + 1);

	for (uint32_t mac = 1; mac < CROWD; mac += 2)
		fx_end(&fx, FIRST + mac, LEASE_END_RELEASED, 0, 0, fx.now);
	fx.now += 100;
	/* none runs: any other MAC is the same client, its last address the latest bound */
	assert_int_equal(discover(&fx, "cloned", 0xf00002), last);
	/* another takes that, for good: then it is the one before */
	fx.now += 100;
	assert_int_equal(lease_mac(&fx, "other", 0xf00003, last), last);
	assert_int_equal(discover(&fx, "cloned", 0xf00002), last - 1);
	discover(&fx, "third", 0xf00004); /* nor do others pay for it */
	fx_close(&fx);
}

/* One that takes and leaves address after address; counted with what its ACK files. */
static void one_client_on_many_addresses(void **state)
{
	struct fixture fx = open_wide();

	(void)state;
	for (uint32_t i = 0; i < CROWD; i++) {
		struct req req = {.type = DHCP_REQUEST,
				  .id = "rover",
				  .server = SERVER,
				  .requested = FIRST + i};

		assert_in_range(ask_mac(&fx, req, 1), 0, MOST);
		assert_int_equal(fx.d.reply.type, DHCP_ACK);
		fx_end(&fx, FIRST + i, LEASE_END_RELEASED, 0, 0, fx.now);
	}
	assert_int_equal(discover(&fx, "rover", 1), FIRST + CROWD - 1);
	fx_close(&fx);
}

/* A shared network, in each subnet of which the client had an address: each costs the same. */
static void one_client_in_a_network_of_many_subnets(void **state)
{
	enum { N = 200 };
	struct model *model = fx_model(1);
	struct fixture fx;

	(void)state;
	for (uint32_t i = 1; i < N; i++)
		fx_pool(fx_subnet(model, 0x0a000000 + (i << 8), 24), POOL + (i << 8),
			POOL + (i << 8));
	fx_network(model, 0);
	fx = fx_open(model);
	for (uint32_t i = 0; i < N; i++) {
		struct req req = {.type = DHCP_REQUEST,
				  .id = "rover",
				  .server = SERVER,
				  .requested = POOL + (i << 8)};

		assert_in_range(ask_mac(&fx, req, 1), 0, N * 8);
		assert_int_equal(fx.d.reply.type, DHCP_ACK);
		fx_end(&fx, req.requested, LEASE_END_RELEASED, 0, 0, fx.now);
	}
	assert_in_range(ask_mac(&fx, (struct req){.type = DHCP_DISCOVER, .id = "rover"}, 1), N,
			N * 8);
	assert_int_equal(fx.d.reply.yiaddr, POOL + ((N - 1) << 8)); /* the latest of all */
	fx_close(&fx);
}

/* The index becomes larger while it is used, and no message pays for the others' places. */
static void many_clients_one_after_the_other(void **state)
{
	struct fixture fx = open_wide();
	char id[16];

	(void)state;
	for (uint32_t i = 0; i < CROWD; i++) {
		uint32_t addr;
		struct req req = {.type = DHCP_REQUEST, .id = id, .server = SERVER};

		sprintf(id, "client-%u", i);
		addr = discover(&fx, id, i);
		req.requested = addr;
		assert_in_range(ask_mac(&fx, req, i), 0, MOST);
		assert_int_equal(fx.d.reply.type, DHCP_ACK);
	}
	for (uint32_t i = 0; i < CROWD; i++) { /* all are still found */
		sprintf(id, "client-%u", i);
		assert_int_equal(discover(&fx, id, i), FIRST + i);
	}
	fx_close(&fx);
}

/* Nor is the record of a client that renews taken out and put back. */
static void a_renewal_looks_its_lease_up_and_no_more(void **state)
{
	struct fixture fx = open_wide();
	struct req renewal = {.type = DHCP_REQUEST, .id = "one", .unicast = true};

	(void)state;
	renewal.ciaddr = lease_mac(&fx, "one", 1, 0);
	for (int i = 0; i < 3; i++) {
		fx.now += 100;
		assert_in_range(ask_mac(&fx, renewal, 1), 1, 2);
		assert_int_equal(fx.d.reply.type, DHCP_ACK);
		assert_int_equal(fx.d.change.row.cltt, fx.now);
	}
	fx_close(&fx);
}

/* Whoever asks for whatever, by whatever way, known or not: nothing is looked at, only fetched. */
static void looking_ahead_changes_nothing(void **state)
{
	static const char *const ids[] = {NULL, "one", "two"};
	static const uint32_t addrs[] = {0, FIRST, FIRST + 1, 0xffffffff};
	static struct dhcp_msg msg;
	struct fixture fx = open_wide();
	uint64_t before;

	(void)state;
	lease_mac(&fx, "one", 1, FIRST);
	before = table_visited(fx.leases);
	for (unsigned i = 0; i < 3 * 4 * 4 * 2; i++) {
		struct engine_ahead ahead;
		struct engine_link link = fx.link;
		struct req req = {.type = i % 2 ? DHCP_REQUEST : DHCP_DISCOVER,
				  .id = ids[i / 2 % 3],
				  .requested = addrs[i / 6 % 4]};

		if (i / 24 & 1)
			req.ciaddr = addrs[i / 6 % 4];
		if (i / 24 & 2)
			link.addrs[0] = 0;
		fx_message(&req, &msg);
		for (unsigned step = 0; step < ENGINE_AHEAD; step++)
			engine_look_ahead(fx.engine, &link, &msg, step, &ahead);
	}
	assert_int_equal(table_visited(fx.leases), before);
	assert_int_equal(lease_count(fx.leases), 1);
	fx_close(&fx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_client_id_on_many_macs),
		cmocka_unit_test(one_client_on_many_addresses),
		cmocka_unit_test(one_client_in_a_network_of_many_subnets),
		cmocka_unit_test(many_clients_one_after_the_other),
		cmocka_unit_test(a_renewal_looks_its_lease_up_and_no_more),
		cmocka_unit_test(looking_ahead_changes_nothing),
	};

	return cmocka_run_group_tests_name("engine: crowd", tests, NULL, NULL);
}
