// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * A million leases: loaded, allocated, renewed, released, expired. Anything
 * that walked leases or addresses would not finish: 600,000 operations of a million steps.
 * What it takes in memory is bounded as well.
 */
#include <malloc.h>
#include <unistd.h>

#include "engine_fixture.h"

#define LEASES 1000000u
#define FIRST  0x0a200000u /* 10.32.0.0, of 10.32.0.0/11 */
#define OPS    100000u

static struct req client(uint32_t n, char name[16])
{
	struct req req = {.mac = (uint8_t)n, .id = name};

	sprintf(name, "client-%u", n);
	return req;
}

static void fill(struct lease_table *leases)
{
	for (uint32_t i = 0; i < LEASES; i++) {
		struct lease_row row = {.addr = FIRST + 10 + i,
					.subnet_id = 1,
					.generation = i + 1,
					.state = i % 2 ? LEASE_BOUND : LEASE_FREE,
					.end = i % 2 ? LEASE_END_NONE : LEASE_END_EXPIRED,
					.lifetime = LIFETIME,
					.promised = i % 2 ? START + 1 + i % LIFETIME : i % START,
					.ack_until = START + LIFETIME};
		struct req req = client(i, (char *)row.client.client_id);

		row.client.client_id_len = (uint8_t)strlen(req.id);
		fx_mac(row.client.chaddr, req.mac);
		sprintf(row.hostname, "host-%u", i);
		if (i % 4 == 0) {
			row.giaddr = FIRST + 2;
			row.agent_len = 20;
		}
		if (lease_load(leases, &row) < 0)
			fail_msg("row %u", i);
	}
}

/* Bytes of memory that are this process's own. */
static size_t anonymous(void)
{
	FILE *f = fopen("/proc/self/statm", "r");
	unsigned long size, resident, shared;

	assert_non_null(f);
	assert_int_equal(fscanf(f, "%lu %lu %lu", &size, &resident, &shared), 3);
	fclose(f);
	return (resident - shared) * (size_t)sysconf(_SC_PAGESIZE);
}

/* A few more each time. */
static void filed(void *arg, size_t n)
{
	size_t *last = arg;

	assert_in_range(n, *last + 1, *last + 1000);
	*last = n;
}

/* How far it is, is told up to the last one. */
static void again_with_progress(struct fixture *fx, const struct model *model)
{
	size_t last = 0;
	struct engine_config config = {
		.model = model, .horizon = fx->horizon, .filed = filed, .arg = &last};

	assert_int_equal(engine_configure(fx->engine, &config), 0);
	assert_int_equal(last, LEASES);
}

static void a_million(void **state)
{
	struct model *model = calloc(1, sizeof(*model));
	struct fixture fx = {.horizon = 3, .now = START, .leases = lease_table_new()};
	bool plain = mallinfo2().uordblks; /* the sanitizers' allocator does not say */
	size_t before = anonymous(), used;
	struct engine_usage usage;
	char name[16];

	(void)state;
	assert_true(sizeof(struct lease) <= 120);
	fx_pool(fx_subnet(model, FIRST, 11), FIRST + 10, FIRST + 9 + LEASES + OPS);
	model->offer_lifetime = 10;
	fx.link.addrs[0] = FIRST + 1;
	fx.link.masks[0] = 0xffe00000;
	fill(fx.leases);
	fx.engine = engine_new(fx.leases);
	fx_configure(&fx, model);
	used = anonymous() - before;
	assert_true(!plain || used < 180u << 20);
	again_with_progress(&fx, model);
	engine_usage(fx.engine, &model->subnets[0], &usage);
	assert_int_equal(usage.assigned, LEASES / 2);
	assert_int_equal(usage.free_used, LEASES / 2);
	assert_int_equal(usage.free_fresh, OPS);

	for (uint32_t i = 0; i < OPS; i++) { /* new ones, on addresses never used */
		uint32_t addr = fx_offer(&fx, client(LEASES + i, name));
		struct req req = client(LEASES + i, name);

		assert_int_equal(addr, FIRST + 10 + LEASES + i);
		req.type = DHCP_REQUEST;
		req.requested = addr;
		req.server = FIRST + 1;
		assert_int_equal(fx_ask(&fx, req), DHCP_ACK);
	}
	for (uint32_t i = 0; i < OPS; i++) { /* strangers, on the longest free */
		uint32_t addr = fx_offer(&fx, client(2 * LEASES + i, name));
		struct req req = client(2 * LEASES + i, name);

		assert_int_equal((addr - FIRST - 10) % START, i / (LEASES / START) * 2);
		req.type = DHCP_REQUEST;
		req.requested = addr;
		req.server = FIRST + 1;
		assert_int_equal(fx_ask(&fx, req), DHCP_ACK);
	}
	for (uint32_t i = 1; i < 2 * OPS; i += 2) { /* renewals, some releases */
		assert_int_equal(fx_renew(&fx, client(i, name), FIRST + 10 + i), DHCP_ACK);
		if (i % 3 == 0)
			fx_release(&fx, client(i, name), FIRST + 10 + i);
	}
	fx.now += LIFETIME / 10;
	fx_expire(&fx);
	engine_usage(fx.engine, &model->subnets[0], &usage);
	assert_int_equal(usage.assigned + usage.free_used, LEASES + OPS);
	if (plain)
		print_message("%zu MiB for a million leases\n", used >> 20);
	fx_close(&fx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_million),
	};

	return cmocka_run_group_tests_name("engine: a million leases", tests, NULL, NULL);
}
