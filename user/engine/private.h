/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The engine's inside; private to engine/. Four kinds of state beside the
 * lease table, all made anew at every configuration:
 *
 *  - areas: a pool with its never-used addresses, its free ones by age and its
 *    OFFERs by age. Every address of a pool that is reserved to nobody and not excluded
 *    is in exactly one of: fresh (no record), spare (record is FREE), offered, or none
 *    (in use). An excluded address is as if it were in no pool.
 *  - offers: addresses held for a client between OFFER and REQUEST.
 *  - counts by subnet, and of what is limited by link and circuit (quota.c).
 *  - subnets_by: which subnets an interface, a relay or a shared network has. It follows from the
 *    model alone; no message changes it.
 *
 * Which of the first three an address belongs to follows from its record, its offer and
 * the model alone (areas_file), so undoing a change is restoring the record and
 * filing the address again.
 */
#ifndef XDHCP_ENGINE_PRIVATE_H
#define XDHCP_ENGINE_PRIVATE_H

#include "engine.h"
#include "fresh.h"
#include "index.h"
#include "quota.h"
#include "table.h"

struct offer {
	uint32_t addr, until; /* lapsed when now >= until */
	uint64_t number;      /* order of making */
	struct area *area;
	struct heap_node at_heap;
	struct index_node at_addr, at_client;
	struct identity identity; /* points into this record */
	uint8_t chaddr[DHCP_CHADDR_LEN];
	uint8_t client_id[];
};

struct area {
	uint32_t first, last;
	const struct subnet *subnet;
	uint64_t excluded; /* how many of its addresses */
	struct fresh fresh;
	struct heap spare;  /* struct lease, longest free first */
	struct heap offers; /* struct offer, oldest first */
};

struct subnet_count {
	uint64_t assigned, declined;
};

struct subnet_list {
	const struct subnet **v;
	size_t n;
};

struct relay_link {
	uint32_t relay;
	const struct subnet *subnet;
};

/* Which subnets an interface, a relay or a shared network has. */
struct subnets_by {
	struct subnet_list interfaces; /* those that name one: by its name, then id */
	struct subnet_list networks;   /* those of one: by network, then id */
	struct relay_link *relays;     /* ascending; one subnet a relay */
	size_t n_relays;
};

/* The pools of a model, and what is counted by subnet. */
struct areas {
	struct area *v; /* ascending */
	size_t n;
	struct subnet_count *counts; /* by place in model->subnets */
};

struct engine {
	struct lease_table *leases;
	struct engine_config config;
	struct areas areas;
	struct subnets_by subnets_by;
	struct quota quota;
	struct index offers_by_addr, offers_by_client;
	uint64_t offer_number;
	void (*watch)(void *arg, const uint16_t *classes, size_t n); /* NULL: nobody does */
	void *watch_arg;
};

/* areas.c */
int areas_build(struct areas *areas, const struct model *model); /* all fresh. -ENOMEM */
void areas_destroy(struct areas *areas);
/* The areas of a subnet, consecutive. */
struct area *areas_of(const struct engine *engine, const struct subnet *subnet, size_t *ret_n);
struct area *area_at(const struct engine *engine,
		     uint32_t addr); /* NULL: in no pool, or excluded */
/* Takes an address out of wherever it is filed, before its record or offer changes; and back. */
void areas_unfile(struct engine *engine, uint32_t addr);
void areas_file(struct engine *engine, uint32_t addr);
/* An address that turns out to be a server's own or a relay's: not filed until something changes.
 */
void area_withhold(struct engine *engine, uint32_t addr);
void area_give_back(struct engine *engine, uint32_t addr); /* files it again */
/* What allocation takes next; 0: none. */
uint32_t area_fresh(const struct area *area);
struct lease *area_longest_free(const struct area *area);
bool lease_freed_before(const struct lease *a, const struct lease *b);

/* subnets_by.c */
int subnets_by_build(struct subnets_by *by, const struct model *model); /* -ENOMEM */
void subnets_by_destroy(struct subnets_by *by);
/* The subnets that name this interface, but of a shared network only the first. */
const struct subnet *const *subnets_by_interface(const struct subnets_by *by, const char *name,
						 size_t *ret_n);
/* The first of those that list this relay; NULL: none does. */
const struct subnet *subnet_by_relay(const struct subnets_by *by, uint32_t relay);
/*
 * All subnets of the network of *subnet, in the order of their ids, and its place among them; if
 * it has none: `subnet`, the one.
 */
const struct subnet *const *subnets_by_network(const struct subnets_by *by,
					       const struct subnet *const *subnet, size_t *ret_n,
					       size_t *ret_at);

/* offers.c */
int offers_init(struct engine *engine);
void offers_destroy(struct engine *engine);
struct offer *offer_at(const struct engine *engine, uint32_t addr);
/* The client's offer in `subnet`, or NULL. */
struct offer *offer_of(const struct engine *engine, const struct subnet *subnet,
		       const struct identity *identity);
/*
 * Holds `addr`, which lies in a pool and is not offered, until `until`; number 0: a new one.
 * -ENOMEM, -EEXIST (the client has one in that pool's subnet), -EINVAL.
 */
int offer_make(struct engine *engine, uint32_t addr, const struct identity *identity,
	       uint32_t until, uint64_t number);
void offer_extend(struct offer *offer, uint32_t until);
void offer_drop(struct engine *engine, struct offer *offer);
void offers_lapse(struct engine *engine, struct area *area, uint32_t now);
struct offer *area_oldest_offer(const struct area *area);
bool offer_before(const struct offer *a, const struct offer *b);

/* change.c */
/* Sets a record and files its address; what the row says was reserved for or is shorter. */
void record_set(struct engine *engine, struct lease *lease, const struct lease_row *row,
		uint8_t state, uint8_t closing_to);
/* Is the MAC the identity? `subnet` NULL: the address is of none. */
bool identity_by_hw(const struct subnet *subnet, uint8_t client_id_len);
struct identity identity_of_client(const struct client *client, const struct subnet *subnet);
/*
 * Applies `row` to the record of row->addr (made if there is none; `offer`, NULL
 * or the client's own, is used up) and fills *ret_change. -ENOMEM: nothing is changed.
 */
int change_make(struct engine *engine, const struct lease_row *row, struct offer *offer,
		struct change *ret_change);

#endif
