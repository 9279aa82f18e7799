/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Random networks for the histories of test_pairs.c: a plan is what the operator means, in the
 * test's own words. plan_text() writes it as a configuration; the questions below are answered
 * from the plan alone, so that what the server makes of the text is held against it.
 */
#ifndef XDHCP_TEST_PLAN_H
#define XDHCP_TEST_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PLAN_SUBNETS	  4
#define PLAN_POOLS	  3
#define PLAN_EXCLUSIONS	  2
#define PLAN_CLIENTS	  8
#define PLAN_RESERVATIONS 10
#define PLAN_PLACES	  4	      /* place k: where subnet k is; place 0 is our own link */
#define PLAN_SERVER	  0x0a000001u /* 10.0.0.1 */

struct plan_range {
	uint32_t first, last;
};

struct plan_subnet { /* 10.0.k.0/24 */
	uint32_t prefix;
	int network; /* -1: in no shared network */
	bool enabled, authoritative, match_client_id, rapid_commit;
	int bootp;	       /* 0 none, 1 reserved, 2 all */
	bool by_relay_address; /* chosen by relay.ip-addresses rather than by giaddr in it */
	uint32_t min, valid, max;
	struct plan_range pools[PLAN_POOLS], exclusions[PLAN_EXCLUSIONS];
	unsigned n_pools, n_exclusions;
};

struct plan_client {
	uint8_t mac[6];
	uint8_t id[12]; /* id_len 0: none */
	uint8_t id_len;
	bool bootp;
};

enum plan_by { PLAN_HW, PLAN_ID, PLAN_DUID, PLAN_CIRCUIT };

struct plan_reservation {
	int subnet; /* -1: global */
	enum plan_by by;
	unsigned client, place; /* place: of CIRCUIT */
	uint32_t addr;		/* 0: none */
	bool named;
};

struct plan {
	struct plan_subnet subnets[PLAN_SUBNETS];
	unsigned n_subnets;
	struct plan_client clients[PLAN_CLIENTS];
	struct plan_reservation reservations[PLAN_RESERVATIONS];
	unsigned n_reservations;
	bool stash, exclude_first_last, global_reservations;
};

void plan_make(struct plan *plan, uint64_t seed);		/* seed: not 0 */
void plan_text(const struct plan *plan, char *buf, size_t cap); /* aborts if it does not fit */

/* What a relay at `place` puts into giaddr, and the circuit that a client is on there. */
uint32_t plan_giaddr(const struct plan *plan, unsigned place);
size_t plan_circuit(unsigned place, unsigned client, char buf[16]);

const struct plan_subnet *plan_subnet_of(const struct plan *plan, uint32_t addr); /* or NULL */
/* Is it an address that a client at `place` can use: of the subnet there or of a sibling? */
bool plan_is_at(const struct plan *plan, unsigned place, uint32_t addr);
bool plan_in_pool(const struct plan *plan, uint32_t addr); /* and not excluded, nor a router's */
/* Is it reserved for anybody / could it be for this client, wherever that has been? */
bool plan_reserved(const struct plan *plan, uint32_t addr);
bool plan_reserved_for(const struct plan *plan, uint32_t addr, unsigned client, unsigned places);
/* Has the client an address reservation, other than `addr`, that could be meant for it? */
bool plan_reserved_elsewhere(const struct plan *plan, uint32_t addr, unsigned client,
			     unsigned places);

#endif
