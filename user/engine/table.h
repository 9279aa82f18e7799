/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The lease table as the engine changes it; private to engine/. A record is in
 * the identity indexes if its row names a client who may come back for it, and in the
 * deadline heap if something is promised that will end.
 */
#ifndef XDHCP_TABLE_H
#define XDHCP_TABLE_H

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
int table_reserve(struct lease *lease, const struct lease_row *row);
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
/* Leases of exactly this identity, the newest change first; NULL ends. */
struct lease *table_first(const struct lease_table *table, const struct identity *identity);
struct lease *table_after(const struct lease *lease, const struct identity *identity);
/* Leases of a client id on whatever MAC. */
struct lease *table_first_id(const struct lease_table *table, const struct identity *identity);
struct lease *table_after_id(const struct lease *lease, const struct identity *identity);

uint64_t identity_hash(uint64_t seed, const struct identity *identity);
bool identity_equal(const struct identity *a, const struct identity *b);

#endif
