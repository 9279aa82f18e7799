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

#include "filter.h"

#define MODEL_IFNAME   16
#define MODEL_NAME_MAX 255 /* of a hostname */

#define MODEL_CLASS_NAME_MAX 255
#define MODEL_CLASSES_MAX    1024 /* names of client classes, defined or only mentioned */

/* Client classes by their numbers, in the order of the configuration; owned. */
struct class_list {
	uint16_t *v;
	size_t n;
};

struct option_value { /* one configured option */
	uint8_t code;
	bool always_send, never_send;
	struct class_list classes; /* only for members of one of them; empty: for all */
	uint16_t len;
	uint8_t *data;
};

/*
 * Sorted by nothing: configuration order. Several of one code differ in their classes: the first
 * that is for the client is the scope's; the one for all, if there is one, is the last of them. One
 * that is not for the client is as if it were not there.
 */
struct option_list {
	struct option_value *v;
	size_t n;
};

struct boot_fields {	      /* of a scope; empty: not set here */
	uint32_t next_server; /* 0, but set: none is sent, whatever outer scopes have */
	bool next_server_set;
	char server_hostname[64];
	char boot_file_name[128];
};

struct lifetimes { /* seconds; DHCP_LIFETIME_INFINITE allowed */
	uint32_t valid, min, max;
	bool calculate_tee_times;
	double t1_percent, t2_percent;
	uint32_t renew_timer, rebind_timer; /* 0: not set; win over the percentages */
};

/* What every level of the configuration may set; the narrowest that sets a thing wins. */
struct scope {
	struct option_list options;
	struct boot_fields boot;
};

struct expr;

/* How one comes to be a member of a client class. */
enum class_by {
	CLASS_BY_TEST,	   /* its test is true; never, if it has none */
	CLASS_BY_TEMPLATE, /* its template-test has a value that is not empty */
	CLASS_BY_SPAWN,	   /* SPAWN_TEMPLATE_VALUE: the value of `of` is `value` */
	CLASS_BY_VENDOR,   /* VENDOR_CLASS_VALUE: option 60 is `value` */
	CLASS_BY_ALL,	   /* everybody */
	CLASS_BY_BOOTP,	   /* a BOOTP client */
	CLASS_BY_KNOWN,	   /* it has a reservation */
	CLASS_BY_UNKNOWN,  /* it has none */
};

/*
 * A client class: each name that the configuration mentions is one, whether client-classes
 * defines it or not. The classes of a client's reservation are its too, whatever they are by; so
 * are those that somebody requires whose test is true.
 */
struct client_class {
	char *name;
	enum class_by by;
	const char *value;     /* BY_SPAWN, BY_VENDOR: within name */
	uint16_t of;	       /* BY_SPAWN: the template */
	bool defined;	       /* in client-classes; these come first, in their order there */
	bool when_required;    /* only-if-required: evaluated only where a list requires it */
	bool with_reservation; /* evaluated once the client's reservation is known: its test names
				  KNOWN, UNKNOWN, or a class that is so itself */
	bool memoisable; /* membership is told by what a request's form and a slot hold: so are its
			    test, and all classes that this names */
	struct expr *test; /* BY_TEST: a truth, or NULL; BY_TEMPLATE: a string */
	struct scope scope;
	uint32_t valid, min, max; /* lifetimes, seconds; 0: not set here */
	uint32_t offer_lifetime;  /* seconds; 0: not set here */
};

#define SCOPES_MAX (5 + MODEL_CLASSES_MAX)

/* Those that apply together, the narrowest first. */
struct scopes {
	const struct scope *v[SCOPES_MAX];
	size_t n;
};

/*
 * X(name, key): by what a reservation knows its client, in the order in which it is looked for
 * unless host-reservation-identifiers says another.
 */
#define RESERVED_BY(X)                                                   \
	X(HW_ADDRESS, "hw-address")                                      \
	X(DUID, "duid")		    /* of a client id by RFC 4361 6.1 */ \
	X(CIRCUIT_ID, "circuit-id") /* RFC 3046 3.1 */                   \
	X(REMOTE_ID, "remote-id")   /* RFC 3046 3.2 */                   \
	X(CLIENT_ID, "client-id")                                        \
	X(FLEX_ID, "flex-id") /* the value of the operator's identifier-expression */

enum reserved_by {
#define X(name, key) RESERVED_BY_##name,
	RESERVED_BY(X)
#undef X
		RESERVED_BY_COUNT,
};

/* All that a client can be known by; borrowed. len 0: it has no such identifier. */
struct identifiers {
	struct {
		const uint8_t *data;
		uint16_t len;
	} v[RESERVED_BY_COUNT];
};

struct reservation {
	uint32_t addr; /* 0: none, only options and hostname */
	char hostname[MODEL_NAME_MAX + 1];
	struct scope scope;
	struct class_list classes; /* its client is a member of */
	bool global;		   /* of the model, not of a subnet; by model_index() */
	UT_hash_handle by_id;	   /* in its set: key */
	UT_hash_handle by_addr;	   /* in subnet->reserved: addr */
	uint16_t key_len;
	uint8_t key[1 + 255]; /* enum reserved_by, then the identifier */
};

struct reservation_set { /* of a subnet, or the global ones */
	struct reservation *list;
	size_t n;
	struct reservation *by_id; /* uthash head */
};

struct address_range {
	uint32_t first, last; /* inclusive */
};

struct pool { /* ascending; pools do not overlap, and lie within their subnet */
	uint32_t first, last;
	struct class_list guards;   /* only for members of one of them; empty: for all */
	struct class_list required; /* evaluated for those who get an address of it */
	struct scope scope;
};

/* One level's own lists; NULL: it has none. An empty list is one. Owned. */
struct hw_lists {
	struct hw_list *allow, *deny;
};

/* Servers that may answer beside us, at one level; NULL: it says nothing. Malloc'ed whole. */
struct server_list {
	size_t n;
	uint32_t addrs[];
};

struct shared_network {		  /* several subnets on one link */
	struct class_list guards; /* as a subnet's; its subnets are for members of both alone */
	struct scope scope;
	struct hw_lists hw;
	struct server_list *servers;
};

enum bootp { BOOTP_NONE, BOOTP_RESERVED, BOOTP_ALL }; /* which BOOTP clients are served */

/* How it is found out, before an address is offered, that another host uses it. */
enum conflict_method { CONFLICT_NONE, CONFLICT_ARP, CONFLICT_ICMP };

struct conflict_detection {
	enum conflict_method method;
	uint32_t timeout; /* milliseconds that an answer is waited for */
	uint32_t cache;	  /* seconds that a missing one is believed */
};

struct subnet {
	uint32_t id; /* operator's, stable, from 1 */
	uint32_t prefix, mask;
	uint8_t prefix_len;
	bool enabled; /* false: nobody is answered */
	/* How it is chosen (engine/locate.c), its own or else its shared network's. */
	char interface[MODEL_IFNAME]; /* empty: by the interface's address */
	uint32_t *relays;	      /* relay.ip-addresses */
	size_t n_relays;
	const struct shared_network *network; /* NULL: none */
	/* Only for members of one of them, and of one of its network's; empty: for all. */
	struct class_list guards;
	struct class_list required; /* evaluated for its clients: its network's, then its own */

	struct pool *pools;
	size_t n_pools;
	struct address_range
		*exclusions; /* ascending, not overlapping; in effect only inside pools */
	size_t n_exclusions;
	bool exclude_first_last; /* *.0 and *.255, of a subnet of 256 addresses or more */

	struct scope scope;
	struct lifetimes life;
	bool authoritative;
	bool match_client_id;
	bool rapid_commit;	  /* RFC 4039 */
	bool store_extended_info; /* relay information with the lease, for people */
	enum bootp bootp;
	char *domain;		 /* ddns-qualifying-suffix, without a dot at its end; NULL: none */
	uint32_t offer_lifetime; /* seconds an offer is held; 0: the model's */

	struct hw_lists hw; /* its own */
	const struct hw_list *allow,
		*deny; /* in effect here, each the narrowest there is, or NULL */
	/* At most so many are bound; 0: any number. Of one circuit, and in all, on its link: in its
	 * shared network, if it has one (quota.c). */
	uint32_t leases_per_circuit, leases_per_link;
	struct conflict_detection conflict;
	struct server_list *servers;		 /* its own */
	const struct server_list *allow_servers; /* in effect here, or NULL */

	bool reservations_in_subnet, reservations_global; /* which of them are used here */
	struct reservation_set reservations;
	struct reservation *reserved; /* uthash head: by address, global ones that lie here too */
	uint64_t digest; /* of everything in or above this scope that can change an answer */
};

struct model {
	struct subnet *subnets; /* ascending by prefix; prefixes do not overlap */
	size_t n_subnets;
	const struct subnet **by_id; /* all of them, by model_index() */
	struct shared_network *networks;
	size_t n_networks;
	struct client_class *classes; /* at most MODEL_CLASSES_MAX; the defined ones first */
	size_t n_classes;
	const struct client_class *drop; /* DROP, whose members are not answered; NULL: none */
	struct scope scope;		 /* global */
	struct hw_lists hw;		 /* likewise */
	struct server_list *servers;	 /* likewise */
	struct reservation_set reservations;
	enum reserved_by order[RESERVED_BY_COUNT]; /* host-reservation-identifiers */
	size_t n_order;
	struct expr *flex_id;	  /* identifier-expression; NULL: none */
	bool stash_agent_options; /* a direct renewal is judged by the relay information stored */
	bool echo_client_id;
	uint32_t offer_lifetime;    /* seconds an offer is held */
	uint32_t decline_probation; /* seconds */
};

static inline bool subnet_contains(const struct subnet *subnet, uint32_t addr)
{
	return (addr & subnet->mask) == subnet->prefix;
}
/* Are their clients on one link? So are all of a shared network. */
static inline bool subnets_on_one_link(const struct subnet *x, const struct subnet *y)
{
	return x == y || (x->network && x->network == y->network);
}
/* The subnet that `addr` lies in, or NULL. */
const struct subnet *model_subnet_of(const struct model *model, uint32_t addr);
const struct subnet *model_subnet_by_id(const struct model *model, uint32_t id);
/*
 * The client's reservation where it is in `subnet`: in the model's order of identifiers, first
 * among the subnet's own, then the global ones, as far as the subnet uses them; or NULL. The
 * address of a global one counts only if it lies in the subnet.
 */
const struct reservation *model_reservation(const struct model *model, const struct subnet *subnet,
					    const struct identifiers *ids);
/* Is the reservation this client's by the identifier that it names? */
bool reservation_is_for(const struct reservation *reservation, const struct identifiers *ids);
static inline enum reserved_by reservation_by(const struct reservation *reservation)
{
	return (enum reserved_by)reservation->key[0];
}
/*
 * By what a clone shows as well; it is one identity's. The interfaces of one host have one DUID
 * but a client id each (RFC 4361 6.1: the IAID), and are no clones of each other.
 */
static inline bool reservation_by_client_id(const struct reservation *reservation)
{
	return reservation_by(reservation) == RESERVED_BY_CLIENT_ID ||
	       reservation_by(reservation) == RESERVED_BY_DUID;
}
const char *reserved_by_name(enum reserved_by by); /* its key in the configuration */
bool server_list_has(const struct server_list *list, uint32_t addr); /* NULL: nothing */
/* Sets by what it is found; len 1 to 255. */
void reservation_identify(struct reservation *reservation, enum reserved_by by, const void *data,
			  size_t len);
const struct reservation *subnet_reserved_address(const struct subnet *subnet, uint32_t addr);
/* The first pool, or excluded range, that does not end before `addr`; or NULL. */
const struct pool *subnet_pool_from(const struct subnet *subnet, uint32_t addr);
const struct address_range *subnet_exclusion_from(const struct subnet *subnet, uint32_t addr);
/* Is an address of the subnet excluded? Nobody is given it from a pool; who has it reserved is. */
bool subnet_excludes(const struct subnet *subnet, uint32_t addr);
/* The pool of `subnet` that `addr` lies in, or NULL. */
const struct pool *subnet_pool_of(const struct subnet *subnet, uint32_t addr);

/*
 * What applies to a client of the subnet, in Kea's precedence: reservation and pool (NULL: none),
 * subnet, shared network, global.
 */
void scopes_of(const struct model *model, const struct subnet *subnet, const struct pool *pool,
	       const struct reservation *reservation, struct scopes *ret);

/* T1 and T2 for a granted lifetime, always T1 < T2 < lifetime (RFC 2131 4.4.5); 0: not sent. */
void lifetimes_tee(const struct lifetimes *life, uint32_t lifetime, uint32_t *ret_t1,
		   uint32_t *ret_t2);
/* What is granted when `asked` (0: option 51 absent) is asked for. */
uint32_t lifetimes_grant(const struct lifetimes *life, uint32_t asked);

/* The shortest T1 of any lease that may be granted; 0: none is sent a T1. */
uint32_t model_shortest_t1(const struct model *model);

/*
 * Makes by_id and the hash heads; called once by the builder, which has sorted subnets, pools and
 * exclusions. Checks nothing. -ENOMEM.
 */
int model_index(struct model *model);
void model_free(struct model *model);

#endif
