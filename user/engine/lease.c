// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The lease table. Addresses are found through a tree of four levels of 256,
 * which is also their order; by client in groups, one for each subnet. Nothing
 * here survives the process: it is rebuilt from the store.
 */
#include "lease.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "abi.h"
#include "index.h"
#include "records.h"
#include "table.h"

struct node { /* of leases on the last level, of nodes above */
	void *at[256];
};

struct lease_table {
	struct node root;
	const struct model *model; /* NULL: not configured, then nothing is found by client */
	struct groups exact, by_client_id;
	struct heap deadlines;
	struct records records;
	size_t n;
	uint64_t generation; /* the highest given or loaded */
};

struct identity lease_identity(const struct lease *lease)
{
	return (struct identity){.chaddr = lease->chaddr,
				 .client_id = lease_client_id(lease),
				 .client_id_len = lease->client_id_len,
				 .by_hw = lease->by_hw};
}

uint64_t identity_hash(uint64_t seed, const struct identity *identity)
{
	uint64_t hash = index_hash(seed, identity->chaddr, DHCP_CHADDR_LEN);

	if (identity->by_hw)
		return hash;
	return index_hash(hash, identity->client_id, identity->client_id_len);
}

static bool earlier(const struct heap_node *a, const struct heap_node *b)
{
	const struct lease *x = member_of(a, struct lease, at_heap);
	const struct lease *y = member_of(b, struct lease, at_heap);
	uint32_t dx = lease_deadline(x), dy = lease_deadline(y);

	return dx != dy ? dx < dy : x->addr < y->addr;
}

struct lease_table *lease_table_new(void)
{
	struct lease_table *table = calloc(1, sizeof(*table));
	uint64_t seed;

	if (!table)
		return NULL;
	/* Where memory lies is unknown to clients; what is found does not depend on it. */
	seed = index_hash((uintptr_t)table, &table, sizeof(table));
	table->deadlines.less = earlier;
	if (groups_init(&table->exact, table, &table->records, true, seed) < 0 ||
	    groups_init(&table->by_client_id, table, &table->records, false, seed + 1) < 0) {
		lease_table_free(table);
		return NULL;
	}
	return table;
}

static void free_nodes(struct node *node, int level)
{
	if (level == 0)
		return;
	for (unsigned i = 0; i < 256; i++) {
		if (node->at[i]) {
			free_nodes(node->at[i], level - 1);
			free(node->at[i]);
		}
	}
}

void lease_table_free(struct lease_table *table)
{
	if (!table)
		return;
	free_nodes(&table->root, 3);
	records_destroy(&table->records);
	groups_destroy(&table->exact);
	groups_destroy(&table->by_client_id);
	free(table);
}

/* --- by address --- */

static unsigned place(uint32_t addr, int level)
{
	return addr >> 8 * level & 0xff;
}

/* The node of the last level that has the place of `addr`. NULL: there is none. */
static const struct node *leaf_of(const struct lease_table *table, uint32_t addr)
{
	const struct node *node = &table->root;

	for (int level = 3; level > 0 && node; level--)
		node = node->at[place(addr, level)];
	return node;
}

struct lease *lease_at(const struct lease_table *table, uint32_t addr)
{
	const struct node *leaf = leaf_of(table, addr);

	return leaf ? leaf->at[place(addr, 0)] : NULL;
}

/* Where the record of `addr` is entered; makes the nodes above. NULL: no memory. */
static void **entry(struct lease_table *table, uint32_t addr)
{
	struct node *node = &table->root;

	for (int level = 3; level > 0; level--) {
		void **below = &node->at[place(addr, level)];

		if (!*below && !(*below = calloc(1, sizeof(struct node))))
			return NULL;
		node = *below;
	}
	return &node->at[place(addr, 0)];
}

/* The first entry at or after `addr` below `node`; `addr` 0: any. */
static struct lease *first_below(const struct node *node, int level, uint32_t addr)
{
	unsigned from = place(addr, level);

	for (unsigned i = from; i < 256; i++) {
		struct lease *lease;

		if (!node->at[i])
			continue;
		if (level == 0)
			return node->at[i];
		lease = first_below(node->at[i], level - 1,
				    i == from ? addr & ((1u << 8 * level) - 1) : 0);
		if (lease)
			return lease;
	}
	return NULL;
}

struct lease *lease_next(const struct lease_table *table, uint32_t addr)
{
	return first_below(&table->root, 3, addr);
}

struct lease *lease_after(const struct lease_table *table, const struct lease *lease)
{
	return lease->addr == UINT32_MAX ? NULL : lease_next(table, lease->addr + 1);
}

size_t lease_count(const struct lease_table *table)
{
	return table->n;
}

/* --- records --- */

struct lease *table_make(struct lease_table *table, uint32_t addr)
{
	void **at = entry(table, addr);
	struct lease *lease = at ? records_take(&table->records) : NULL;

	if (!lease)
		return NULL;
	*lease = (struct lease){.addr = addr, .text = lease->text, .text_cap = lease->text_cap};
	*at = lease;
	table->n++;
	return lease;
}

/*
 * By right of its client id, since its generation? An address that is reserved for a machine is
 * bound to whatever identity that machine shows last.
 */
static bool by_right(const struct lease_table *table, const struct lease *lease)
{
	const struct subnet *subnet = table_subnet(table, lease->addr);
	const struct reservation *r = subnet ? subnet_reserved_address(subnet, lease->addr) : NULL;

	return lease->stored == LEASE_BOUND && (!r || reservation_by_client_id(r));
}

static uint8_t kind(const struct lease_table *table, const struct lease *lease)
{
	if (lease->state == LEASE_FREE)
		return KIND_FREE;
	if (lease->state == LEASE_CLOSING)
		return by_right(table, lease) ? KIND_BOUND_CLOSING : KIND_OTHER_CLOSING;
	return by_right(table, lease) ? KIND_BOUND : KIND_OTHER;
}

static void group(struct lease_table *table, struct lease *lease)
{
	if (!lease->indexed || !table->model)
		return;
	lease->kind = kind(table, lease);
	groups_insert(&table->exact, lease);
	if (!lease->by_hw)
		groups_insert(&table->by_client_id, lease);
}

static void ungroup(struct lease_table *table, struct lease *lease)
{
	if (!lease->indexed || !table->model)
		return;
	groups_remove(&table->exact, lease);
	if (!lease->by_hw)
		groups_remove(&table->by_client_id, lease);
}

static void untime(struct lease_table *table, struct lease *lease)
{
	if (lease->timed)
		heap_remove(&table->deadlines, &lease->at_heap);
	lease->timed = false;
}

static void time_lease(struct lease_table *table, struct lease *lease)
{
	lease->timed = (lease->state == LEASE_BOUND || lease->state == LEASE_HELD ||
			lease->state == LEASE_DECLINED) &&
		       lease_deadline(lease) != XDHCP_FOREVER;
	if (lease->timed)
		heap_insert(&table->deadlines, &lease->at_heap);
}

static void unlink_lease(struct lease_table *table, struct lease *lease)
{
	untime(table, lease);
	ungroup(table, lease);
	lease->indexed = false;
}

static void link_lease(struct lease_table *table, struct lease *lease)
{
	time_lease(table, lease);
	/* Who declined an address shall not be given it again for having had it. */
	lease->indexed = lease->generation && lease->stored != LEASE_DECLINED &&
			 lease->end != LEASE_END_DECLINED;
	group(table, lease);
}

void table_configure(struct lease_table *table, const struct model *model)
{
	groups_clear(&table->exact, table->n);
	groups_clear(&table->by_client_id, table->n);
	table->model = model;
}

void table_refile(struct lease_table *table, struct lease *lease, bool by_hw)
{
	lease->by_hw = by_hw;
	group(table, lease);
}

const struct subnet *table_subnet(const struct lease_table *table, uint32_t addr)
{
	return model_subnet_of(table->model, addr);
}

void table_drop(struct lease_table *table, struct lease *lease)
{
	unlink_lease(table, lease);
	*entry(table, lease->addr) = NULL; /* the nodes are there */
	records_drop(&table->records, lease);
	table->n--;
}

static size_t text_len(const struct lease_row *row)
{
	size_t name = strnlen(row->hostname, MODEL_NAME_MAX);

	if (!row->client.client_id_len && !row->agent_len && !name)
		return 0;
	return row->client.client_id_len + row->agent_len + name + 1u;
}

int table_reserve(struct lease_table *table, struct lease *lease, const struct lease_row *row)
{
	return records_text(&table->records, lease, text_len(row));
}

static void set_row(struct lease *lease, const struct lease_row *row)
{
	size_t len = text_len(row);

	lease->subnet_id = row->subnet_id;
	lease->generation = row->generation;
	lease->end = row->end;
	lease->cltt = row->cltt;
	lease->lifetime = row->lifetime;
	lease->promised = row->promised;
	lease->granted_until = row->granted_until;
	lease->ack_until = row->ack_until;
	memcpy(lease->chaddr, row->client.chaddr, sizeof(lease->chaddr));
	lease->client_id_len = row->client.client_id_len;
	lease->giaddr = row->giaddr;
	lease->agent_len = row->agent_len;
	lease->hostname_len = 0;
	if (!len)
		return;
	lease->hostname_len = (uint8_t)(len - 1 - lease->client_id_len - lease->agent_len);
	memcpy(lease->text, row->client.client_id, lease->client_id_len);
	memcpy(lease->text + lease->client_id_len, row->agent, lease->agent_len);
	memcpy(lease->text + lease->client_id_len + lease->agent_len, row->hostname,
	       lease->hostname_len);
	lease->text[len - 1] = '\0';
}

/*
 * Is it in the same groups afterwards, and in the same place there? So with every renewal. What
 * link_lease(), kind() and before() in groups.c look at is all here.
 */
static bool stays_grouped(const struct lease *lease, const struct lease_row *row, uint8_t state,
			  bool by_hw)
{
	const struct client *client = &row->client;

	return lease->generation == row->generation && lease->state == state &&
	       lease->stored == row->state && lease->end == row->end && lease->by_hw == by_hw &&
	       !memcmp(lease->chaddr, client->chaddr, sizeof(lease->chaddr)) &&
	       lease->client_id_len == client->client_id_len &&
	       !memcmp(lease_client_id(lease), client->client_id, client->client_id_len);
}

void table_set(struct lease_table *table, struct lease *lease, const struct lease_row *row,
	       uint8_t state, uint8_t closing_to, bool by_hw)
{
	bool stays;

	by_hw = by_hw || !row->client.client_id_len;
	stays = stays_grouped(lease, row, state, by_hw);
	if (stays)
		untime(table, lease);
	else
		unlink_lease(table, lease);
	set_row(lease, row);
	lease->stored = row->state;
	lease->state = state;
	lease->closing_to = closing_to;
	lease->by_hw = by_hw;
	if (row->generation > table->generation)
		table->generation = row->generation;
	if (stays)
		time_lease(table, lease);
	else
		link_lease(table, lease);
}

uint64_t table_generation(struct lease_table *table)
{
	do
		table->generation++;
	while (!(uint32_t)table->generation); /* slots carry the low half, 0 is no lease */
	return table->generation;
}

int lease_load(struct lease_table *table, const struct lease_row *row)
{
	struct lease *lease;

	if (!row->addr || !row->generation || row->state > LEASE_DECLINED ||
	    row->state == LEASE_CLOSING)
		return -EINVAL;
	if (lease_at(table, row->addr))
		return -EEXIST;
	lease = table_make(table, row->addr);
	if (!lease)
		return -ENOMEM;
	if (table_reserve(table, lease, row) < 0) {
		table_drop(table, lease);
		return -ENOMEM;
	}
	table_set(table, lease, row, row->state, LEASE_END_NONE, false);
	return 0;
}

void lease_row(const struct lease *lease, struct lease_row *ret_row)
{
	*ret_row = (struct lease_row){
		.addr = lease->addr,
		.subnet_id = lease->subnet_id,
		.generation = lease->generation,
		.state = lease->stored,
		.end = lease->end,
		.client.client_id_len = lease->client_id_len,
		.cltt = lease->cltt,
		.lifetime = lease->lifetime,
		.promised = lease->promised,
		.granted_until = lease->granted_until,
		.ack_until = lease->ack_until,
		.giaddr = lease->giaddr,
		.agent_len = lease->agent_len,
	};
	memcpy(ret_row->agent, lease_agent(lease), lease->agent_len);
	memcpy(ret_row->client.chaddr, lease->chaddr, sizeof(lease->chaddr));
	memcpy(ret_row->client.client_id, lease_client_id(lease), lease->client_id_len);
	memcpy(ret_row->hostname, lease_hostname(lease), lease->hostname_len);
}

const uint8_t *lease_client_id(const struct lease *lease)
{
	return lease->client_id_len ? lease->text : (const uint8_t *)"";
}

const char *lease_hostname(const struct lease *lease)
{
	return lease->hostname_len
		       ? (const char *)lease->text + lease->client_id_len + lease->agent_len
		       : "";
}

const uint8_t *lease_agent(const struct lease *lease)
{
	return lease->agent_len ? lease->text + lease->client_id_len : (const uint8_t *)"";
}

/* --- by identity --- */

static bool same_id(const struct identity *a, const struct identity *b)
{
	return a->client_id_len == b->client_id_len &&
	       !memcmp(a->client_id, b->client_id, a->client_id_len);
}

bool identity_equal(const struct identity *a, const struct identity *b)
{
	return a->by_hw == b->by_hw && !memcmp(a->chaddr, b->chaddr, DHCP_CHADDR_LEN) &&
	       (a->by_hw || same_id(a, b));
}

bool lease_is(const struct lease *lease, const struct identity *identity)
{
	const struct identity own = lease_identity(lease);

	return identity_equal(&own, identity);
}

bool lease_has_id(const struct lease *lease, const struct identity *identity)
{
	const struct identity own = lease_identity(lease);

	return !own.by_hw && !identity->by_hw && same_id(&own, identity);
}

struct lease_firsts table_find(struct lease_table *table, const struct identity *identity,
			       const struct subnet *subnet)
{
	return groups_find(&table->exact, identity, subnet);
}

struct lease_firsts table_find_id(struct lease_table *table, const struct identity *identity,
				  const struct subnet *subnet)
{
	return groups_find(&table->by_client_id, identity, subnet);
}

void table_hashes(const struct lease_table *table, const struct identity *identity,
		  const struct subnet *subnet, uint64_t *ret_exact, uint64_t *ret_by_id)
{
	*ret_exact = groups_hash(&table->exact, identity, subnet);
	*ret_by_id = groups_hash(&table->by_client_id, identity, subnet);
}

void table_look_ahead(const struct lease_table *table, uint64_t exact, const uint64_t *by_id,
		      uint32_t addr, unsigned step)
{
	const struct node *leaf = leaf_of(table, addr);

	groups_look_ahead(&table->exact, exact, step);
	if (by_id)
		groups_look_ahead(&table->by_client_id, *by_id, step);
	if (!leaf)
		return;
	if (step == 0)
		__builtin_prefetch(&leaf->at[place(addr, 0)]);
	else if (step == 1 && leaf->at[place(addr, 0)])
		__builtin_prefetch(leaf->at[place(addr, 0)]);
}

struct lease *table_after(struct lease_table *table, const struct lease *lease)
{
	return groups_after(&table->exact, lease);
}

struct lease *table_after_id(struct lease_table *table, const struct lease *lease)
{
	return groups_after(&table->by_client_id, lease);
}

uint64_t table_visited(const struct lease_table *table)
{
	return table->exact.visited + table->by_client_id.visited;
}

/* --- deadlines --- */

uint32_t lease_deadline(const struct lease *lease)
{
	return later(lease->promised, lease->granted_until);
}

struct lease *lease_due(struct lease_table *table, uint32_t now)
{
	struct heap_node *top = table->deadlines.root;
	struct lease *lease = top ? member_of(top, struct lease, at_heap) : NULL;

	return lease && lease_deadline(lease) <= now ? lease : NULL;
}

void lease_granted(struct lease_table *table, struct lease *lease, uint32_t last,
		   uint32_t granted_until)
{
	if (lease->state == LEASE_FREE)
		return;
	if (lease->timed)
		heap_remove(&table->deadlines, &lease->at_heap);
	if (granted_until > lease->granted_until)
		lease->granted_until = granted_until;
	if (last > lease->cltt)
		lease->cltt = last;
	if (lease->timed && lease_deadline(lease) == XDHCP_FOREVER)
		lease->timed = false;
	if (lease->timed)
		heap_insert(&table->deadlines, &lease->at_heap);
}

void lease_credit(struct lease *lease, uint32_t ack_until)
{
	if (lease->state == LEASE_BOUND)
		lease->ack_until = ack_until;
}
