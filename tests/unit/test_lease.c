// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The lease table and what it is made of: heap, index, set of fresh addresses. */
#include "engine_fixture.h"
#include "engine/fresh.h"
#include "engine/table.h"

static struct lease_row row_of(uint32_t addr, uint64_t generation, uint32_t promised)
{
	struct lease_row row = {.addr = addr,
				.subnet_id = 1,
				.generation = generation,
				.state = LEASE_BOUND,
				.cltt = 10,
				.lifetime = 100,
				.promised = promised,
				.ack_until = promised};

	fx_mac(row.client.chaddr, (uint8_t)addr);
	return row;
}

static void rows_come_back(void **state)
{
	struct lease_table *t = lease_table_new();
	struct lease_row row = row_of(0x0a000005, 7, 50), got, bad;

	(void)state;
	row.client.client_id_len = 255;
	memset(row.client.client_id, 0xab, 255);
	memset(row.hostname, 'h', MODEL_NAME_MAX);
	row.giaddr = 0x0a000001;
	row.agent_len = 255;
	memset(row.agent, 0xcd, 255);
	row.end = LEASE_END_RELEASED;
	row.granted_until = 60;
	row.ack_until = 70;
	assert_int_equal(lease_load(t, &row), 0);
	assert_int_equal(lease_load(t, &row), -EEXIST);
	bad = row;
	bad.addr = 0;
	assert_int_equal(lease_load(t, &bad), -EINVAL);
	bad = row_of(0x0a000006, 0, 5);
	assert_int_equal(lease_load(t, &bad), -EINVAL);
	bad = row_of(0x0a000006, 1, 5);
	bad.state = LEASE_CLOSING;
	assert_int_equal(lease_load(t, &bad), -EINVAL);
	assert_int_equal(lease_count(t), 1);
	lease_row(lease_at(t, row.addr), &got);
	assert_memory_equal(&got, &row, sizeof(row));
	assert_int_equal(strlen(lease_hostname(lease_at(t, row.addr))), MODEL_NAME_MAX);
	lease_table_free(t);
}

/* Whichever of the three texts is there, and whatever stood there before. */
static void texts_of_all_lengths(void **state)
{
	static const uint8_t lens[] = {0, 1, 7, 255};
	struct lease_table *t = lease_table_new();
	struct lease_row row = row_of(0x0a000005, 7, 50), got;
	struct lease *lease;

	(void)state;
	assert_int_equal(lease_load(t, &row), 0);
	lease = lease_at(t, row.addr);
	for (unsigned i = 0; i < 64 * 64; i++) { /* of each, to each */
		unsigned now = (i % 64 * 37 + i / 64) % 64;

		row = row_of(0x0a000005, 7, 50);
		row.client.client_id_len = lens[now % 4];
		row.agent_len = lens[now / 4 % 4];
		memset(row.client.client_id, 'i', row.client.client_id_len);
		memset(row.agent, 'a', row.agent_len);
		memset(row.hostname, 'h', lens[now / 16]);
		assert_int_equal(table_reserve(t, lease, &row), 0);
		table_set(t, lease, &row, LEASE_BOUND, LEASE_END_NONE, false);
		lease_row(lease, &got);
		assert_memory_equal(&got, &row, sizeof(row));
		assert_string_equal(lease_hostname(lease), row.hostname);
	}
	lease_table_free(t);
}

static void walk_in_address_order(void **state)
{
	const uint32_t addrs[] = {0xffffffff, 0x00000001, 0x0a000100, 0x0a0000ff,
				  0x0a010000, 0x0b000000, 0x0a000101};
	const uint32_t sorted[] = {0x00000001, 0x0a0000ff, 0x0a000100, 0x0a000101,
				   0x0a010000, 0x0b000000, 0xffffffff};
	struct lease_table *t = lease_table_new();
	struct lease *lease;
	size_t n = 0;

	(void)state;
	assert_null(lease_next(t, 0));
	for (size_t i = 0; i < 7; i++) {
		struct lease_row row = row_of(addrs[i], i + 1, 5);

		assert_int_equal(lease_load(t, &row), 0);
	}
	for (lease = lease_next(t, 0); lease; lease = lease_after(t, lease))
		assert_int_equal(lease->addr, sorted[n++]);
	assert_int_equal(n, 7);
	assert_int_equal(lease_next(t, 0x0a000101)->addr, 0x0a000101);
	assert_int_equal(lease_next(t, 0x0a000102)->addr, 0x0a010000);
	assert_null(lease_at(t, 0x0a000102));
	lease_table_free(t);
}

static void deadlines(void **state)
{
	struct lease_table *t = lease_table_new();
	struct lease_row row;
	struct lease *lease;

	(void)state;
	assert_null(lease_due(t, XDHCP_FOREVER));
	row = row_of(1, 1, 100);
	lease_load(t, &row);
	row = row_of(2, 2, 50);
	row.state = LEASE_HELD;
	lease_load(t, &row);
	row = row_of(3, 3, XDHCP_FOREVER);
	lease_load(t, &row);
	row = row_of(4, 4, 10);
	row.state = LEASE_FREE;
	lease_load(t, &row);
	row = row_of(5, 5, 40);
	row.state = LEASE_DECLINED;
	lease_load(t, &row);

	assert_null(lease_due(t, 39));
	assert_int_equal(lease_due(t, 40)->addr, 5);
	/* a grant re-arms, and only ever raises */
	lease = lease_at(t, 5);
	lease_granted(t, lease, 90, 120);
	assert_int_equal(lease->cltt, 90);
	lease_granted(t, lease, 80, 110);
	assert_int_equal(lease->cltt, 90);
	assert_int_equal(lease_deadline(lease), 120);
	assert_int_equal(lease_due(t, 1000)->addr, 2);
	lease_granted(t, lease_at(t, 2), 90, XDHCP_FOREVER);
	assert_int_equal(lease_deadline(lease_due(t, XDHCP_FOREVER)), 100);
	/* nothing was granted on a free one */
	lease_granted(t, lease_at(t, 4), 90, 500);
	assert_int_equal(lease_deadline(lease_at(t, 4)), 10);
	lease_credit(lease_at(t, 1), 400);
	assert_int_equal(lease_at(t, 1)->ack_until, 400);
	lease_table_free(t);
}

static void generations_have_a_low_half(void **state)
{
	struct lease_table *t = lease_table_new();
	struct lease_row row = row_of(1, 0x1fffffffe, 5);

	(void)state;
	lease_load(t, &row);
	assert_true(table_generation(t) == 0x1ffffffff);
	assert_true(table_generation(t) == 0x200000001);
	lease_table_free(t);
}

struct number {
	unsigned key;
	bool in;
	struct heap_node at;
};

static bool number_less(const struct heap_node *a, const struct heap_node *b)
{
	return member_of(a, struct number, at)->key < member_of(b, struct number, at)->key;
}

static void heap_gives_the_least(void **state)
{
	enum { N = 500 };
	struct heap heap = {.less = number_less};
	struct number v[N] = {0};

	(void)state;
	srand48(2);
	for (unsigned step = 0; step < 100000; step++) {
		struct number *x = &v[lrand48() % N];
		unsigned least = UINT32_MAX;

		if (x->in) {
			heap_remove(&heap, &x->at);
		} else {
			x->key = (unsigned)(lrand48() % 1000) * N + (unsigned)(x - v);
			heap_insert(&heap, &x->at);
		}
		x->in = !x->in;
		for (unsigned i = 0; i < N && step % 16 == 0; i++)
			least = v[i].in && v[i].key < least ? v[i].key : least;
		if (step % 16 == 0 && heap.root)
			assert_int_equal(member_of(heap.root, struct number, at)->key, least);
	}
}

static void fresh_gives_the_lowest(void **state)
{
	static const uint64_t sizes[] = {1, 2, 63, 64, 65, 4096, 4097, 300000};

	(void)state;
	srand48(3);
	for (size_t k = 0; k < sizeof(sizes) / sizeof(sizes[0]); k++) {
		uint64_t size = sizes[k], count = size;
		bool *taken = calloc(size, sizeof(*taken));
		struct fresh f;

		assert_int_equal(fresh_init(&f, size), 0);
		for (uint64_t i = 0; i < size; i++) {
			assert_int_equal(fresh_lowest(&f), i);
			fresh_clear(&f, i);
		}
		assert_int_equal(fresh_lowest(&f), -1);
		for (uint64_t i = size; i-- > 0;) {
			fresh_set(&f, i);
			assert_int_equal(fresh_lowest(&f), i);
		}
		for (unsigned i = 0; i < 2000; i++) {
			uint64_t at = (uint64_t)lrand48() % size, lowest = 0;

			if (taken[at])
				fresh_set(&f, at);
			else
				fresh_clear(&f, at);
			count += taken[at] ? 1 : -1;
			taken[at] = !taken[at];
			while (lowest < size && taken[lowest])
				lowest++;
			assert_int_equal(fresh_lowest(&f), lowest < size ? (int64_t)lowest : -1);
			assert_int_equal(f.count, count);
		}
		fresh_destroy(&f);
		free(taken);
	}
}

static struct identity named(const char *id, const uint8_t *mac)
{
	return (struct identity){.chaddr = mac,
				 .client_id = (const uint8_t *)id,
				 .client_id_len = (uint8_t)strlen(id)};
}

static struct lease *first_of(struct lease_table *t, const struct identity *identity,
			      enum lease_kind kind)
{
	return table_find(t, identity, NULL).of[kind];
}

/* The walk of a group: each member once. */
static unsigned walked(struct lease_table *t, struct lease *lease, bool exact)
{
	static bool seen[1001];
	unsigned n = 0;

	memset(seen, 0, sizeof(seen));
	for (; lease; lease = exact ? table_after(t, lease) : table_after_id(t, lease), n++) {
		assert_false(seen[lease->addr]);
		seen[lease->addr] = true;
	}
	return n;
}

/* One client id from two MACs, on a thousand addresses, bound or free. */
static void found_by_identity(void **state)
{
	struct lease_table *t = lease_table_new();
	struct model model = {0};
	uint8_t mac1[6], mac2[6];
	struct identity a, b;

	(void)state;
	fx_mac(mac1, 1);
	fx_mac(mac2, 2);
	table_configure(t, &model);
	for (uint32_t i = 1; i <= 1000; i++) {
		uint32_t addr = i * 3 % 1001; /* in no order */
		struct lease_row row = row_of(addr, addr, 100);

		fx_mac(row.client.chaddr, addr % 2 ? 1 : 2);
		row.client.client_id_len = 1;
		row.client.client_id[0] = addr % 10 ? 'a' : 'b';
		row.state = addr % 3 ? LEASE_FREE : LEASE_BOUND;
		assert_int_equal(lease_load(t, &row), 0);
	}
	a = named("a", mac1);
	b = named("b", mac2);
	assert_int_equal(walked(t, first_of(t, &a, KIND_BOUND), true), 167);
	assert_int_equal(walked(t, first_of(t, &a, KIND_FREE), true), 333);
	assert_int_equal(walked(t, table_find_id(t, &b, NULL).of[KIND_BOUND], false), 33);
	assert_int_equal(walked(t, table_find_id(t, &b, NULL).of[KIND_FREE], false), 67);
	/* of what is bound the oldest is first, of what is free the newest */
	for (uint32_t addr = 3; addr <= 1000; addr += 6) {
		assert_int_equal(first_of(t, &a, KIND_BOUND)->addr, addr);
		table_drop(t, lease_at(t, addr));
	}
	for (uint32_t addr = 999; addr < 1000; addr -= 2) {
		if (addr % 3 == 0)
			continue;
		assert_int_equal(first_of(t, &a, KIND_FREE)->addr, addr);
		table_drop(t, lease_at(t, addr));
	}
	assert_null(first_of(t, &a, KIND_BOUND));
	assert_null(first_of(t, &a, KIND_FREE));
	assert_null(first_of(t, &a, KIND_OTHER));
	assert_null(first_of(t, &a, KIND_BOUND_CLOSING));
	a = named("c", mac1);
	assert_null(first_of(t, &a, KIND_BOUND));
	assert_null(table_find_id(t, &a, NULL).of[KIND_BOUND]);
	lease_table_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_come_back),
		cmocka_unit_test(texts_of_all_lengths),
		cmocka_unit_test(walk_in_address_order),
		cmocka_unit_test(deadlines),
		cmocka_unit_test(generations_have_a_low_half),
		cmocka_unit_test(heap_gives_the_least),
		cmocka_unit_test(fresh_gives_the_lowest),
		cmocka_unit_test(found_by_identity),
	};

	return cmocka_run_group_tests_name("lease", tests, NULL, NULL);
}
