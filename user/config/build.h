/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Building struct config out of a tree that read.c has checked. Every
 * function reports what is wrong and goes on; what it builds is then never
 * used, only freed, so that a half-built model must always be freeable.
 */
#ifndef XDHCP_CONFIG_BUILD_H
#define XDHCP_CONFIG_BUILD_H

#include "classes.h"
#include "config.h"
#include "read.h"

/* A subnet and where it stands. */
struct placed_subnet {
	struct subnet *subnet; /* valid until the model's list is sorted */
	const struct node *map, *network;
	bool good; /* its prefix is right, and with it what lies in it */
};

/* A reservation, held against all others when all of them are there. */
struct claim {
	const struct reservation *reservation;
	const struct reservation *list;	  /* its set's, by which sets are told apart */
	const struct node *map, *network; /* network NULL: of a subnet of its own, or global */
	bool global;			  /* of no subnet */
	bool identified;		  /* its identifier is right */
};

/* One run over a document. */
struct build {
	struct report *report;
	const struct node *root;
	struct config *config;
	struct lifetimes life;		    /* global */
	struct conflict_detection conflict; /* where no level sets it */
	bool ping_check;		    /* it is as Kea's library says */
	struct placed_subnet *subnets;
	size_t n_subnets;
	struct claim *claims;
	size_t n_claims, room_claims;
	struct class_names classes;
};

/* For errors in `node`: after "x:" the value, for a list's map the map. */
static inline struct place place_in(const struct node *map, enum schema_key key)
{
	const struct node *node = member(map, key);

	return node ? node->at : map->at;
}

/* Not 0/8, 127/8, multicast or reserved: a host, a relay, a subnet may have it. */
static inline bool is_host_address(uint32_t addr)
{
	return addr >> 24 != 0 && addr >> 24 != 127 && addr >> 24 < 224;
}

/* options.c: what any level may set, option-data and boot fields. */
void build_scope(struct report *report, const struct node *map, struct scope *ret_scope);

/* lifetimes.c */
/* The lifetimes of a scope inside `outer` (NULL: the global scope). */
void build_lifetimes(struct report *report, const struct node *scope, const struct lifetimes *outer,
		     struct lifetimes *ret_life);

/* daemon.c */
/* interfaces, store, fast path, control socket, loggers. */
void build_daemon(struct report *report, const struct node *root, const struct lifetimes *life,
		  struct config *config);
/* Is one of the interfaces that are served, or are all? */
bool config_serves(const struct config *config, const char *interface);

/* hw_lists.c */
/* allow- and deny-hw-addresses of one level. */
void build_hw_lists(struct report *report, const struct node *map, struct hw_lists *ret_lists);

/* servers.c */
/* allow-servers of one level; NULL: it is not there. */
struct server_list *build_servers(struct report *report, const struct node *map);

/* network.c */
/* shared-networks and subnet4, sorted by prefix; `life` and the interfaces are there already. */
void build_subnets(struct build *build);
/* relay -> addresses, ascending. */
void build_relays(struct report *report, const struct node *map, uint32_t **ret_relays,
		  size_t *ret_n);
/* interface, "" if there is none. */
void build_interface(struct report *report, const struct node *map, const struct config *config,
		     char ret_interface[MODEL_IFNAME]);

/* subnet.c */
/*
 * One subnet and all in it. `life`: the outer one; `network` and its map: NULL if it is in none.
 * False: its prefix is wrong, and with it the rest has no place.
 */
bool build_subnet(struct build *build, const struct node *map, const struct node *network_map,
		  const struct shared_network *network, const struct lifetimes *life,
		  struct subnet *subnet);

/* What conflict-detection is where neither a level nor a library sets it. */
void build_conflict_default(struct build *build);

/* reservation-mode and what has replaced it exclude each other in one map. */
void check_mode(struct report *report, const struct node *map);
/* ddns-qualifying-suffix of one map. */
void check_domain(struct report *report, const struct node *map);

/* pool.c */
/* "192.0.2.0/24"; false if it is anything else. */
bool parse_prefix(const char *text, uint32_t *ret_addr, unsigned *ret_len);
uint32_t prefix_mask(unsigned len);
/* pools and exclusions; the prefix and `exclude_first_last` are there already. */
void build_pools(struct report *report, const struct node *map, struct subnet *subnet);

/* reservation.c */
/* host-reservation-identifiers -> the model's order. */
void build_identifiers(struct build *build);
/*
 * reservations of a subnet, whose prefix and pools are there already, or, `subnet` NULL, the
 * global ones.
 */
void build_reservations(struct build *build, const struct node *map, const struct node *network,
			struct subnet *subnet, bool out_of_pool);

/* A host's or a domain's name; one dot may end it. */
bool is_hostname(const char *text);

/* ip-address of a reservation: inside the subnet, and a host's. */
void check_address(struct report *report, const struct node *map, const struct subnet *subnet);

/* overlaps.c */
/* Numbers that are given must differ, the others get the next free ones; prefixes lie apart. */
void check_subnets(struct build *build);
/* One address for one client, one reservation for one client; global ones against the subnets. */
void check_reservations(struct build *build);

/* hooks.c */
struct option_defs;
/* hooks-libraries -> flex_id and its text. */
void build_hooks(struct build *build, const struct option_defs *defs);
/* Kea's library that serves all BOOTP clients is there. */
bool hooks_set_bootp(const struct node *root);
/* The map of hooks-libraries that names this one of Kea's, or NULL. */
const struct node *hooks_library(const struct node *root, const char *name);

/* digest.c */
/*
 * Fills every subnet's digest, a 64-bit hash of everything that can change an answer in it:
 * its own and inherited values in effect, pools, reservations and options, those of
 * the subnets that share its network, and which interfaces and relays are left to it. Equal for
 * equal meanings, whatever the notation, the numbering of subnets or the order of other scopes.
 * -ENOMEM.
 */
int build_digests(struct model *model);

/* tree.c */
/* The document as jansson's tree, {"Dhcp4": ...}. New reference; NULL: no memory. */
json_t *tree_json(const struct node *root);
/* One value. */
json_t *tree_value(const struct node *node);

/* show.c */
/* The rows of config_show(), of a document that read.c has checked. NULL: no memory. */
json_t *show_tree(const struct config *config, const struct node *root, const uint32_t *only,
		  size_t n_only);

#endif
