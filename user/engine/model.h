/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The configuration as the engine reads it: subnets, pools, reservations and
 * option data, already checked and immutable. config/ builds it; a reload
 * builds another and swaps. Owns all of its memory. Pure data.
 */
#ifndef XDHCP_MODEL_H
#define XDHCP_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <uthash.h>

#define MODEL_IFNAME   16
#define MODEL_NAME_MAX 255 /* of a hostname */

struct option_value { /* one configured option */
	uint8_t code;
	bool always_send, never_send;
	uint16_t len;
	uint8_t *data;
};

struct option_list { /* sorted by nothing: configuration order, later duplicates are errors */
	struct option_value *v;
	size_t n;
};

struct boot_fields { /* of a scope; 0 or empty: not set here */
	uint32_t next_server;
	char server_hostname[64];
	char boot_file_name[128];
};

struct lifetimes { /* seconds; DHCP_LIFETIME_INFINITE allowed */
	uint32_t valid, min, max;
	bool calculate_tee_times;
	double t1_percent, t2_percent;
	uint32_t renew_timer, rebind_timer; /* 0: not set; win over the percentages */
};

struct reservation {
	uint32_t addr;	   /* 0: none, only options and hostname */
	bool by_client_id; /* else by hw-address */
	uint8_t hw[6];
	uint8_t client_id[255];
	uint8_t client_id_len;
	char hostname[MODEL_NAME_MAX + 1];
	struct option_list options;
	struct boot_fields boot;
	UT_hash_handle by_id;	/* in subnet->reservations: key built by reservation_key() */
	UT_hash_handle by_addr; /* in subnet->reserved: key addr */
	uint8_t key[1 + 255];	/* 0x00 + hw, or 0x01 + client id */
	uint16_t key_len;
};

struct pool {		      /* pools do not overlap, and lie within their subnet */
	uint32_t first, last; /* inclusive */
};

struct subnet {
	uint32_t id; /* operator's, stable, from 1 */
	uint32_t prefix, mask;
	uint8_t prefix_len;
	char interface[MODEL_IFNAME]; /* empty: chosen by the interface's address */
	struct pool *pools;
	size_t n_pools;
	struct option_list options;
	struct boot_fields boot;
	struct lifetimes life;
	bool authoritative;
	bool match_client_id;
	struct reservation *reservation_list;
	size_t n_reservations;
	struct reservation *reservations; /* uthash heads */
	struct reservation *reserved;
	uint64_t digest; /* of everything in or above this scope that can change an answer */
};

struct model {
	struct subnet *subnets; /* ascending by prefix; prefixes do not overlap */
	size_t n_subnets;
	struct option_list options; /* global */
	struct boot_fields boot;
	bool echo_client_id;
	uint32_t offer_lifetime;    /* seconds an offer is held */
	uint32_t decline_probation; /* seconds */
};

/* The subnet that `addr` lies in, or NULL. */
const struct subnet *model_subnet_of(const struct model *model, uint32_t addr);
const struct subnet *model_subnet_by_id(const struct model *model, uint32_t id);
/* The client's reservation in `subnet` (client id first, then hw-address), or NULL. */
const struct reservation *subnet_reservation(const struct subnet *subnet, const uint8_t hw[6],
					     const uint8_t *client_id, size_t client_id_len);
const struct reservation *subnet_reserved_address(const struct subnet *subnet, uint32_t addr);

/* T1 and T2 for a granted lifetime, always T1 < T2 < lifetime (RFC 2131 4.4.5); 0: not sent. */
void lifetimes_tee(const struct lifetimes *life, uint32_t lifetime, uint32_t *ret_t1,
		   uint32_t *ret_t2);
/* What is granted when `asked` (0: option 51 absent) is asked for. */
uint32_t lifetimes_grant(const struct lifetimes *life, uint32_t asked);

/* Builds the hash heads and checks nothing; called once by the builder. */
int model_index(struct model *model);
void model_free(struct model *model);

#endif
