/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The schema: one row a key. The single source of what may stand where: reading, checks,
 * defaults, config-get's types and the documentation all come from the
 * table, so that a new key is a new row (and the code that acts on it).
 */
#ifndef XDHCP_CONFIG_SCHEMA_H
#define XDHCP_CONFIG_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config.h"

/* The maps that keys stand in; X(name, path of a key in it, for documentation). */
#define SCHEMA_SCOPES(X)                             \
	X(ROOT, "")                                  \
	X(INTERFACES, "interfaces-config.")          \
	X(NETWORK, "shared-networks[].")             \
	X(SUBNET, "subnet4[].")                      \
	X(POOL, "subnet4[].pools[].")                \
	X(RESERVATION, "reservations[].")            \
	X(RELAY, "relay.")                           \
	X(OPTION, "option-data[].")                  \
	X(OPTION_DEF, "option-def[].")               \
	X(CLASS, "client-classes[].")                \
	X(COMPATIBILITY, "compatibility.")           \
	X(HOOK, "hooks-libraries[].")                \
	X(FLEX_ID, "hooks-libraries[].parameters.")  \
	X(PING, "hooks-libraries[].parameters.")     \
	X(CONFLICT, "conflict-detection.")           \
	X(LEASE_DATABASE, "lease-database.")         \
	X(FAST_PATH, "fast-path.")                   \
	X(LIMITS, "fast-path.limits.")               \
	X(SOCKET, "control-socket.")                 \
	X(LOGGER, "loggers[].")                      \
	X(DDNS, "dhcp-ddns.")                        \
	X(LOG_OUTPUT, "loggers[].output-options[].") \
	X(EXPIRED, "expired-leases-processing.")     \
	X(SANITY, "sanity-checks.")                  \
	X(THREADS, "multi-threading.")               \
	X(QUEUE, "dhcp-queue-control.")              \
	X(CONFIG_CONTROL, "config-control.")

enum schema_scope {
#define X(name, path) SCOPE_##name,
	SCHEMA_SCOPES(X)
#undef X
		SCOPE_COUNT,
};

/*
 * Kea's libraries that are built in: X(scope of their parameters, file, function of hooks.c that
 * builds from these).
 */
#define SCHEMA_LIBRARIES(X)                             \
	X(FLEX_ID, "libdhcp_flex_id.so", build_flex_id) \
	X(PING, "libdhcp_ping_check.so", build_ping_check)

#define SCHEMA_EVERYWHERE ((1u << SCOPE_COUNT) - 1)

enum schema_type {
	TYPE_INTEGER,
	TYPE_NUMBER,
	TYPE_BOOL,
	TYPE_STRING,
	TYPE_CHOICE,  /* one of row->allowed */
	TYPE_ADDRESS, /* IPv4 */
	TYPE_MAP,     /* of row->child's keys */
	TYPE_MAPS,    /* list of such maps */
	TYPE_STRINGS, /* list of strings */
	TYPE_ANY,     /* any content, for people and other programs */
	TYPE_IGNORED, /* a key of Kea's without effect here: any content, and a notice */
	TYPE_REFUSED, /* a key of Kea's that would be needed but is not there: only empty */
};

/* Our own keys. Kea's others are all KEY_NONE: never suggested, never asked for. */
enum schema_key {
	KEY_NONE,
	KEY_INTERFACES_CONFIG,
	KEY_INTERFACES,
	KEY_VALID_LIFETIME,
	KEY_MIN_VALID_LIFETIME,
	KEY_MAX_VALID_LIFETIME,
	KEY_RENEW_TIMER,
	KEY_REBIND_TIMER,
	KEY_CALCULATE_TEE_TIMES,
	KEY_T1_PERCENT,
	KEY_T2_PERCENT,
	KEY_OPTION_DATA,
	KEY_OPTION_NAME,
	KEY_OPTION_CODE,
	KEY_OPTION_SPACE,
	KEY_OPTION_TEXT,
	KEY_OPTION_CSV_FORMAT,
	KEY_OPTION_ALWAYS_SEND,
	KEY_OPTION_NEVER_SEND,
	KEY_OPTION_DEF,
	KEY_DEF_NAME,
	KEY_DEF_CODE,
	KEY_DEF_TYPE,
	KEY_DEF_ARRAY,
	KEY_DEF_RECORD_TYPES,
	KEY_DEF_SPACE,
	KEY_DEF_ENCAPSULATE,
	KEY_SHARED_NETWORKS,
	KEY_NETWORK_NAME,
	KEY_SUBNET4,
	KEY_SUBNET_ID,
	KEY_SUBNET_PREFIX,
	KEY_SUBNET_INTERFACE,
	KEY_ENABLED,
	KEY_RELAY,
	KEY_RELAY_ADDRESSES,
	KEY_RELAY_ADDRESS,
	KEY_POOLS,
	KEY_POOL,
	KEY_EXCLUSIONS,
	KEY_COMPATIBILITY,
	KEY_EXCLUDE_FIRST_LAST_24,
	KEY_RESERVATIONS,
	KEY_HW_ADDRESS,
	KEY_DUID,
	KEY_CIRCUIT_ID,
	KEY_REMOTE_ID,
	KEY_CLIENT_ID,
	KEY_FLEX_ID,
	KEY_IP_ADDRESS,
	KEY_HOSTNAME,
	KEY_HOST_RESERVATION_IDENTIFIERS,
	KEY_RESERVATIONS_GLOBAL,
	KEY_RESERVATIONS_IN_SUBNET,
	KEY_RESERVATIONS_OUT_OF_POOL,
	KEY_RESERVATION_MODE,
	KEY_AUTHORITATIVE,
	KEY_RAPID_COMMIT,
	KEY_BOOTP,
	KEY_QUALIFYING_SUFFIX,
	KEY_STORE_EXTENDED_INFO,
	KEY_STASH_AGENT_OPTIONS,
	KEY_ALLOW_HW_ADDRESSES,
	KEY_DENY_HW_ADDRESSES,
	KEY_LEASES_PER_CIRCUIT_ID,
	KEY_LEASES_PER_LINK,
	KEY_ALLOW_SERVERS,
	KEY_FOREIGN_SERVER_PERIOD,
	KEY_NEXT_SERVER,
	KEY_SERVER_HOSTNAME,
	KEY_BOOT_FILE_NAME,
	KEY_MATCH_CLIENT_ID,
	KEY_ECHO_CLIENT_ID,
	KEY_OFFER_LIFETIME,
	KEY_DECLINE_PROBATION_PERIOD,
	KEY_HOOKS_LIBRARIES,
	KEY_HOOK_LIBRARY,
	KEY_HOOK_PARAMETERS,
	KEY_IDENTIFIER_EXPRESSION,
	KEY_REPLACE_CLIENT_ID,
	KEY_CONFLICT_DETECTION,
	KEY_CONFLICT_METHOD,
	KEY_CONFLICT_TIMEOUT,
	KEY_CONFLICT_CACHE,
	KEY_PING_ENABLE,
	KEY_PING_TIMEOUT,
	KEY_PING_CLTT,
	KEY_LEASE_DATABASE,
	KEY_LEASE_TYPE,
	KEY_LEASE_NAME,
	KEY_FAST_PATH,
	KEY_FAST_PATH_MODE,
	KEY_FAST_PATH_ATTACH,
	KEY_FAST_PATH_PRIORITY,
	KEY_FAST_PATH_RXVLAN,
	KEY_FAST_PATH_ROUTE,
	KEY_FAST_PATH_PIN_PATH,
	KEY_FAST_PATH_HORIZON,
	KEY_FAST_PATH_MAX_ENTRIES,
	KEY_FAST_PATH_UNATTENDED,
	KEY_FAST_PATH_LIMITS,
	KEY_LIMIT_CLIENT_RATE,
	KEY_LIMIT_CLIENT_BURST,
	KEY_LIMIT_DISCOVER_RATE,
	KEY_LIMIT_DISCOVER_BURST,
	KEY_LIMIT_OTHER_RATE,
	KEY_LIMIT_OTHER_BURST,
	KEY_CONTROL_SOCKET,
	KEY_CONTROL_SOCKETS,
	KEY_SOCKET_TYPE,
	KEY_SOCKET_NAME,
	KEY_LOGGERS,
	KEY_LOGGER_NAME,
	KEY_LOGGER_SEVERITY,
	KEY_CLASSES,
	KEY_CLASS_NAME,
	KEY_CLASS_TEST,
	KEY_CLASS_TEMPLATE_TEST,
	KEY_CLASS_IF_REQUIRED,
	KEY_CLASS_IN_ADDITIONAL,
	KEY_CLASS_VALID_LIFETIME,
	KEY_CLASS_MIN_VALID_LIFETIME,
	KEY_CLASS_MAX_VALID_LIFETIME,
	KEY_CLASS_OFFER_LIFETIME,
	KEY_GUARD,
	KEY_GUARDS,
	KEY_REQUIRED_CLASSES,
	KEY_ADDITIONAL_CLASSES,
	KEY_RESERVED_CLASSES,
	KEY_OPTION_CLASSES,
	KEY_USER_CONTEXT,
	KEY_COMMENT,
	KEY_COUNT,
};

struct schema_row {
	enum schema_key key;
	unsigned scopes;  /* set of 1u << enum schema_scope */
	const char *name; /* KEY_NONE: one or more, separated by '|' */
	enum schema_type type;
	/* Of an INTEGER or NUMBER its value, of a STRING its length in bytes, of a
	 * list its members; max 0: no bound. */
	double min, max;
	bool open; /* NUMBER: min and max themselves are not allowed */
	/* Values, separated by '|': a CHOICE's; of other types all that is possible here of what
	 * Kea knows, NULL: all. */
	const char *allowed;
	const char *later; /* CHOICE: known values that this release does not have */
	const char *dflt;  /* NULL: none */
	enum schema_scope child;
	bool required; /* in each of its scopes */
	bool restart;  /* a reload does not change it: the daemon must be restarted */
	bool ignored;  /* a key of Kea's without effect here, of a type that is checked: a notice */
	const char *help;
};

extern const struct schema_row schema[];
extern const size_t schema_n;

/* The row of a key in a scope, or NULL. */
const struct schema_row *schema_find(enum schema_scope scope, const char *name);
const struct schema_row *schema_row(enum schema_key key); /* never NULL for a KEY_* */
/* The known key of this scope that is nearest to `name`; false: none is near. */
#define SCHEMA_NAME_MAX 48
bool schema_nearest(enum schema_scope scope, const char *name, char ret_nearest[SCHEMA_NAME_MAX]);
/* Is `name` one of the words of `list` ("a|b|c")? Returns the word's position or -1. */
int schema_word(const char *list, const char *name);
/* Optimal string alignment distance of two short words; long ones are at distance 99. */
unsigned schema_distance(const char *a, const char *b);
const char *schema_type_name(const struct schema_row *row);
const char *schema_scope_path(enum schema_scope scope);
/* doc.c: type, range, default and what else is to be known of the row, without its help. */
void config_print_kind(FILE *out, const struct schema_row *row);
/* Such a path as people write it, "subnet4.pools": without brackets and the dot at its end, and
 * "global" for the one of the global keys, which is empty. */
#define SCHEMA_PATH_MAX CONFIG_PATH_MAX
const char *schema_plain_path(const char *path, char buf[SCHEMA_PATH_MAX]);

/* A place that a key may stand in. */
struct schema_match {
	const struct schema_row *row;
	enum schema_scope scope;
};

#define SCHEMA_MATCHES_MAX (2 * SCOPE_COUNT)
/*
 * schema_path.c. The keys that `path` names: "subnet4.pools.option-data", with brackets or without,
 * from the global keys or from any map on; each row once. 0: there is none; then `ret_nearest` is
 * the path that may have been meant, empty if none is near.
 */
size_t schema_lookup(const char *path, struct schema_match ret_matches[SCHEMA_MATCHES_MAX],
		     char ret_nearest[SCHEMA_PATH_MAX]);
/* Does the path name the map of global keys: "", "global", "Dhcp4"? */
bool schema_is_global(const char *path);
/* Does the row hold maps of keys? Then *ret_scope is what these are. */
bool schema_holds(const struct schema_row *row, enum schema_scope *ret_scope);

#endif
