/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The lease table as the engine changes it; private to engine/. A record is in
 * the identity indexes if its row names a client who may come back for it, and in the
 * deadline heap if something is promised that will end.
 */
#ifndef XDHCP_TABLE_H
#define XDHCP_TABLE_H

#include "groups.h"
#include "lease.h"

/* Identity as it is matched: the client id, together with the MAC it came from, else the MAC. */
struct identity {
	const uint8_t *chaddr;
	const uint8_t *client_id; /* by_hw: not looked at */
	uint8_t client_id_len;
	bool by_hw;
};

/* A blank FREE record without generation. NULL: no memory. `addr` must have none. */
struct lease *table_make(struct lease_table *table, uint32_t addr);
/* Forgets a record as if it had never been. */
void table_drop(struct lease_table *table, struct lease *lease);
/* Makes the next table_set() with this row infallible. -ENOMEM. */
int table_reserve(struct lease_table *table, struct lease *lease, const struct lease_row *row);
/*
 * The record becomes `row`, in memory state `state` (CLOSING with `closing_to`,
 * else row->state). table_reserve() came first, or the row was there before.
 */
void table_set(struct lease_table *table, struct lease *lease, const struct lease_row *row,
	       uint8_t state, uint8_t closing_to, bool by_hw);
/* Raised above all that was ever loaded or given; its low 32 bits are never 0. */
uint64_t table_generation(struct lease_table *table);

bool lease_is(const struct lease *lease, const struct identity *identity); /* the exact one */
/* Is it bound by the client id of `identity`, on whatever MAC? */
bool lease_has_id(const struct lease *lease, const struct identity *identity);
struct identity lease_identity(const struct lease *lease); /* points into the record */

/*
 * The model that says what lies where, and for whom it is reserved. It is used until the next call;
 * before the first nothing is found by client. Then each record is to be refiled, before anything
 * else is done; its identity is as it was, but for `by_hw`.
 */
void table_configure(struct lease_table *table, const struct model *model);
void table_refile(struct lease_table *table, struct lease *lease, bool by_hw);
const struct subnet *table_subnet(const struct lease_table *table, uint32_t addr);

/* Leases of exactly this identity in `subnet`; of a client id there, on whatever MAC. */
struct lease_firsts table_find(struct lease_table *table, const struct identity *identity,
			       const struct subnet *subnet);
struct lease_firsts table_find_id(struct lease_table *table, const struct identity *identity,
				  const struct subnet *subnet);
/* The others of a group that table_find(), table_find_id() gave the first of; NULL ends. */
struct lease *table_after(struct lease_table *table, const struct lease *lease);
struct lease *table_after_id(struct lease_table *table, const struct lease *lease);
/*
 * What the two will look up, and what lies at `addr`, fetched in three steps (ahead.c). `by_id`
 * NULL: nothing is looked up by client id.
 */
void table_hashes(const struct lease_table *table, const struct identity *identity,
		  const struct subnet *subnet, uint64_t *ret_exact, uint64_t *ret_by_id);
void table_look_ahead(const struct lease_table *table, uint64_t exact, const uint64_t *by_id,
		      uint32_t addr, unsigned step);
uint64_t table_visited(const struct lease_table *table); /* records looked at so, ever */

uint64_t identity_hash(uint64_t seed, const struct identity *identity);
bool identity_equal(const struct identity *a, const struct identity *b);

#endif
