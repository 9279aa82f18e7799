// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The table of keys (schema.h). Kea's keys that have no effect here are rows
 * too, with the reason as their help: nothing in a file is ever ignored silently.
 */
#include "schema.h"

#include <stdio.h>
#include <string.h>

#include "engine/model.h"
#include "paths.h"
#include "proto/options.h"

#define S(scope)      (1u << SCOPE_##scope)
#define LEVELS	      (S(ROOT) | S(NETWORK) | S(SUBNET)) /* inherited inwards */
#define CLASS_OPTIONS (LEVELS | S(POOL) | S(RESERVATION) | S(CLASS))
#define DDNS_LEVELS   (LEVELS | S(POOL) | S(CLASS))
#define SECONDS_MAX   4294967295.0
#define YEARS_10      315360000.0
#define RATE_MAX      10000000.0 /* of a link: a packet in 100 ns */

#define NAME(scope, file, build)   " " file
#define NAME_COMMA(by, name)	   " " name ","
#define TYPE_WORD(name, word, ...) "|" word
#define IDENTIFIERS		   RESERVED_BY(NAME_COMMA)
#define LIBRARIES		   SCHEMA_LIBRARIES(NAME)

const struct schema_row schema[] = {
	/* --- interfaces --- */
	{KEY_INTERFACES_CONFIG, S(ROOT), "interfaces-config", TYPE_MAP, .child = SCOPE_INTERFACES,
	 .required = true, .help = "where to serve"},
	{KEY_INTERFACES, S(INTERFACES), "interfaces", TYPE_STRINGS, .min = 1, .max = 1024,
	 .required = true,
	 .help = "interface names, or \"*\": all Ethernet interfaces that a subnet names or that "
		 "have an address in one; and, if a subnet's clients are behind relays alone, all "
		 "with "
		 "any address"},
	{KEY_NONE, S(INTERFACES), "dhcp-socket-type", TYPE_CHOICE, .allowed = "raw|udp",
	 .dflt = "raw", .ignored = true,
	 .help = "raw sockets are used, and a bound UDP socket beside them"},
	{KEY_NONE, S(INTERFACES), "re-detect", TYPE_BOOL, .ignored = true,
	 .help = "interfaces are always followed"},
	{KEY_NONE, S(INTERFACES), "outbound-interface", TYPE_CHOICE,
	 .allowed = "same-as-inbound|use-routing", .dflt = "same-as-inbound", .ignored = true,
	 .help = "an answer leaves where its request came in, a relay's by the kernel's routing"},
	{KEY_NONE, S(INTERFACES), "service-sockets-require-all", TYPE_BOOL, .ignored = true,
	 .help = "an interface that appears later is served from then on"},
	{KEY_NONE, S(INTERFACES), "service-sockets-max-retries|service-sockets-retry-wait-time",
	 TYPE_INTEGER, .max = SECONDS_MAX, .ignored = true,
	 .help = "an interface that appears later is served from then on"},

	/* --- lifetimes --- */
	{KEY_VALID_LIFETIME, LEVELS, "valid-lifetime", TYPE_INTEGER, .min = 1, .max = SECONDS_MAX,
	 .dflt = "3600", .help = "seconds a lease is granted for; 4294967295: for ever"},
	{KEY_MIN_VALID_LIFETIME, LEVELS, "min-valid-lifetime", TYPE_INTEGER, .min = 1,
	 .max = SECONDS_MAX, .dflt = "valid-lifetime",
	 .help = "the least that a client which asks for a lifetime is granted"},
	{KEY_MAX_VALID_LIFETIME, LEVELS, "max-valid-lifetime", TYPE_INTEGER, .min = 1,
	 .max = SECONDS_MAX, .dflt = "valid-lifetime",
	 .help = "the most that a client which asks for a lifetime is granted"},
	{KEY_RENEW_TIMER, LEVELS, "renew-timer", TYPE_INTEGER, .max = SECONDS_MAX, .dflt = "0",
	 .help = "T1 in seconds; 0: by t1-percent"},
	{KEY_REBIND_TIMER, LEVELS, "rebind-timer", TYPE_INTEGER, .max = SECONDS_MAX, .dflt = "0",
	 .help = "T2 in seconds; 0: by t2-percent"},
	{KEY_CALCULATE_TEE_TIMES, LEVELS, "calculate-tee-times", TYPE_BOOL, .dflt = "true",
	 .help = "send T1 and T2 as parts of the lifetime where no timer is set"},
	{KEY_T1_PERCENT, LEVELS, "t1-percent", TYPE_NUMBER, .max = 1, .open = true, .dflt = "0.5",
	 .help = "T1 as a part of the lifetime"},
	{KEY_T2_PERCENT, LEVELS, "t2-percent", TYPE_NUMBER, .max = 1, .open = true, .dflt = "0.875",
	 .help = "T2 as a part of the lifetime"},

	/* --- options --- */
	{KEY_OPTION_DATA, CLASS_OPTIONS, "option-data", TYPE_MAPS, .child = SCOPE_OPTION,
	 .help = "DHCP options, sent to clients that ask for them; routers, domain-name-servers "
		 "and domain-name to all"},
	{KEY_OPTION_NAME, S(OPTION), "name", TYPE_STRING, .min = 1, .max = 128,
	 .help = "the option's name, such as domain-name-servers"},
	{KEY_OPTION_CODE, S(OPTION), "code", TYPE_INTEGER, .max = 255,
	 .help = "the option's code, instead of its name; 0 and 255 are none in the space dhcp4"},
	{KEY_OPTION_SPACE, S(OPTION), "space", TYPE_STRING, .max = 128, .dflt = "dhcp4",
	 .help = "dhcp4; vendor-encapsulated-options-space: a sub-option of option 43; vendor-N: "
		 "one of option 125 for enterprise N; or a space that an option of yours "
		 "encapsulates. Sub-options are sent in the same scope's option, which need not "
		 "be there"},
	{KEY_OPTION_TEXT, S(OPTION), "data", TYPE_STRING, .max = 65535,
	 .help = "its value: text by the option's type, or hex if csv-format is false; of more "
		 "than 255 bytes it is sent in pieces (RFC 3396)"},
	{KEY_OPTION_CSV_FORMAT, S(OPTION), "csv-format", TYPE_BOOL,
	 .dflt = "true for known options",
	 .help = "true: data is text, values separated by commas; false: data is hex"},
	{KEY_OPTION_ALWAYS_SEND, S(OPTION), "always-send", TYPE_BOOL, .dflt = "false",
	 .help = "send it also to clients that do not ask for it"},
	{KEY_OPTION_NEVER_SEND, S(OPTION), "never-send", TYPE_BOOL, .dflt = "false",
	 .help = "never send it, though an outer scope sets it"},
	{KEY_OPTION_DEF, S(ROOT) | S(CLASS), "option-def", TYPE_MAPS, .max = 1000,
	 .child = SCOPE_OPTION_DEF,
	 .help = "options that have no name and type here, and sub-options of vendors; in a class, "
		 "for "
		 "its own option-data: options 43 and 224 to 254"},
	{KEY_DEF_NAME, S(OPTION_DEF), "name", TYPE_STRING, .min = 1, .max = 128, .required = true,
	 .help = "the option's name"},
	{KEY_DEF_CODE, S(OPTION_DEF), "code", TYPE_INTEGER, .max = 255, .required = true,
	 .help = "the option's code"},
	{KEY_DEF_TYPE, S(OPTION_DEF), "type", TYPE_CHOICE,
	 .allowed = &("" OPTION_KEA_TYPES(TYPE_WORD))[1], .required = true,
	 .help = "what its value is"},
	{KEY_DEF_ARRAY, S(OPTION_DEF), "array", TYPE_BOOL, .dflt = "false",
	 .help = "it has one or more values; of a record, the last field has"},
	{KEY_DEF_RECORD_TYPES, S(OPTION_DEF), "record-types", TYPE_STRING, .max = 1024, .dflt = "",
	 .help = "the types of a record's fields, separated by commas"},
	{KEY_DEF_SPACE, S(OPTION_DEF), "space", TYPE_STRING, .max = 128, .dflt = "dhcp4",
	 .help = "the space it is in, as in option-data"},
	{KEY_DEF_ENCAPSULATE, S(OPTION_DEF), "encapsulate", TYPE_STRING, .max = 128, .dflt = "",
	 .help = "the space whose options follow its own value; empty: none"},

	/* --- shared networks and subnets --- */
	{KEY_SHARED_NETWORKS, S(ROOT), "shared-networks", TYPE_MAPS, .child = SCOPE_NETWORK,
	 .help = "groups of subnets that are on one link; a client may get an address of any"},
	{KEY_NETWORK_NAME, S(NETWORK), "name", TYPE_STRING, .min = 1, .max = 128, .required = true,
	 .help = "the shared network's name, for people"},
	{KEY_SUBNET4, S(ROOT) | S(NETWORK), "subnet4", TYPE_MAPS, .child = SCOPE_SUBNET,
	 .help = "the subnets that are served, or those of a shared network"},
	{KEY_SUBNET_ID, S(SUBNET), "id", TYPE_INTEGER, .min = 1, .max = 4294967294.0,
	 .dflt = "the next free number",
	 .help = "the subnet's stable number; leases are kept by it"},
	{KEY_SUBNET_PREFIX, S(SUBNET), "subnet", TYPE_STRING, .max = 64, .required = true,
	 .help = "ADDRESS/LENGTH, such as 192.0.2.0/24"},
	{KEY_SUBNET_INTERFACE, S(NETWORK) | S(SUBNET), "interface", TYPE_STRING, .max = 15,
	 .dflt = "",
	 .help = "the interface it is on, in a shared network one for all; empty: the one with an "
		 "address in it"},
	{KEY_ENABLED, S(SUBNET), "enabled", TYPE_BOOL, .dflt = "true",
	 .help = "false: nobody is answered in it; leases are kept"},
	{KEY_RELAY, S(NETWORK) | S(SUBNET), "relay", TYPE_MAP, .child = SCOPE_RELAY,
	 .help = "relays whose clients belong here, beside those with an address in the subnet"},
	{KEY_RELAY_ADDRESSES, S(RELAY), "ip-addresses", TYPE_STRINGS, .max = 1024,
	 .help = "the relays' addresses (giaddr)"},
	{KEY_RELAY_ADDRESS, S(RELAY), "ip-address", TYPE_ADDRESS,
	 .help = "ip-addresses of one relay, as older Kea wrote it"},
	{KEY_POOLS, S(SUBNET), "pools", TYPE_MAPS, .child = SCOPE_POOL,
	 .help = "the addresses that are given to any client"},
	{KEY_POOL, S(POOL), "pool", TYPE_STRING, .max = 64, .required = true,
	 .help = "FIRST - LAST, or ADDRESS/LENGTH"},
	{KEY_NONE, S(POOL), "pool-id", TYPE_INTEGER, .max = SECONDS_MAX, .ignored = true,
	 .help = "pools are named by their addresses"},
	{KEY_EXCLUSIONS, S(SUBNET), "exclusions", TYPE_STRINGS,
	 .help = "addresses of pools that are given only to clients they are reserved for: "
		 "ADDRESS, FIRST - LAST, or ADDRESS/LENGTH"},
	{KEY_COMPATIBILITY, S(ROOT), "compatibility", TYPE_MAP, .child = SCOPE_COMPATIBILITY,
	 .help = "departures from the usual"},
	{KEY_EXCLUDE_FIRST_LAST_24, S(COMPATIBILITY), "exclude-first-last-24", TYPE_BOOL,
	 .dflt = "false",
	 .help = "pools of subnets of /24 or larger leave out addresses ending in .0 and .255"},
	{KEY_NONE, S(COMPATIBILITY), "lenient-option-parsing", TYPE_BOOL, .ignored = true,
	 .help = "the tuples and names it is about never make a message invalid here"},
	{KEY_NONE, S(COMPATIBILITY), "ignore-dhcp-server-identifier", TYPE_BOOL, .allowed = "false",
	 .dflt = "false",
	 .help = "a request that names another server is its to answer (RFC 2131 3.1, 4)"},
	{KEY_NONE, S(COMPATIBILITY), "ignore-rai-link-selection", TYPE_BOOL, .allowed = "false",
	 .dflt = "false",
	 .help = "a relay that names the client's subnet must be heard (RFC 3527 3)"},

	/* --- reservations --- */
	{KEY_RESERVATIONS, S(ROOT) | S(SUBNET), "reservations", TYPE_MAPS,
	 .child = SCOPE_RESERVATION,
	 .help = "what single clients get, in their subnet or wherever reservations-global is "
		 "true"},
	{KEY_HW_ADDRESS, S(RESERVATION), "hw-address", TYPE_STRING, .max = 64,
	 .help = "the client's MAC address; a reservation has exactly one such identifier"},
	{KEY_DUID, S(RESERVATION), "duid", TYPE_STRING, .max = 1024,
	 .help = "the DUID in its client identifier (RFC 4361) in hex"},
	{KEY_CIRCUIT_ID, S(RESERVATION), "circuit-id", TYPE_STRING, .max = 1024,
	 .help = "the circuit at its relay (option 82, sub-option 1) in hex, or text in inner "
		 "quotes: \"'text'\""},
	{KEY_REMOTE_ID, S(RESERVATION), "remote-id", TYPE_STRING, .max = 1024,
	 .help = "the remote id that its relay sends (option 82, sub-option 2) in hex, or text in "
		 "inner quotes"},
	{KEY_CLIENT_ID, S(RESERVATION), "client-id", TYPE_STRING, .max = 1024,
	 .help = "the client's identifier (option 61) in hex, or text in inner quotes: \"'text'\""},
	{KEY_FLEX_ID, S(RESERVATION), "flex-id", TYPE_STRING, .max = 1024,
	 .help = "what the identifier-expression makes of its requests, in hex, or text in inner "
		 "quotes"},
	{KEY_IP_ADDRESS, S(RESERVATION), "ip-address", TYPE_ADDRESS,
	 .help = "its address; none: any from a pool"},
	{KEY_HOSTNAME, S(RESERVATION), "hostname", TYPE_STRING, .max = 253, .dflt = "",
	 .help = "its name, sent as option 12, or in option 81 to a client that sends one"},
	{KEY_HOST_RESERVATION_IDENTIFIERS, S(ROOT), "host-reservation-identifiers", TYPE_STRINGS,
	 .min = 1, .dflt = "auto",
	 .help = "by what reservations are looked for, in the order given; auto:" IDENTIFIERS
		 " in this one"},
	{KEY_RESERVATIONS_GLOBAL, LEVELS, "reservations-global", TYPE_BOOL, .dflt = "false",
	 .help = "use the global reservations, after the subnet's own"},
	{KEY_RESERVATIONS_IN_SUBNET, LEVELS, "reservations-in-subnet", TYPE_BOOL, .dflt = "true",
	 .help = "use the reservations of the subnet"},
	{KEY_RESERVATIONS_OUT_OF_POOL, LEVELS, "reservations-out-of-pool", TYPE_BOOL,
	 .dflt = "false",
	 .help = "says that no reserved address lies in a pool; one that does is its client's all "
		 "the same"},
	{KEY_RESERVATION_MODE, LEVELS, "reservation-mode", TYPE_CHOICE,
	 .allowed = "all|out-of-pool|global|disabled|off", .dflt = "all",
	 .help = "reservations-global, -in-subnet and -out-of-pool in one word, as Kea had it "
		 "before 1.9.1"},

	/* --- how to answer --- */
	{KEY_AUTHORITATIVE, LEVELS, "authoritative", TYPE_BOOL, .dflt = "false",
	 .help = "refuse unknown clients that claim an address of our pools, instead of silence"},
	{KEY_NEXT_SERVER, CLASS_OPTIONS, "next-server", TYPE_ADDRESS, .dflt = "",
	 .help = "the boot server's address (siaddr); 0.0.0.0: none, whatever stands further out, "
		 "but in a class or a reservation not set, as in Kea; empty: not set"},
	{KEY_SERVER_HOSTNAME, CLASS_OPTIONS, "server-hostname", TYPE_STRING, .max = 63, .dflt = "",
	 .help = "the boot server's name (sname); empty: not set"},
	{KEY_BOOT_FILE_NAME, CLASS_OPTIONS, "boot-file-name", TYPE_STRING, .max = 127, .dflt = "",
	 .help = "the boot file (file); empty: not set"},
	{KEY_MATCH_CLIENT_ID, LEVELS, "match-client-id", TYPE_BOOL, .dflt = "true",
	 .help = "know clients by their client identifier; false: by hardware address only"},
	{KEY_RAPID_COMMIT, LEVELS, "rapid-commit", TYPE_BOOL, .dflt = "false",
	 .help = "bind at once where a DISCOVER has option 80 (RFC 4039); not with a second server "
		 "on the link"},
	{KEY_BOOTP, LEVELS, "bootp", TYPE_CHOICE, .allowed = "none|reserved|all", .dflt = "none",
	 .help = "which BOOTP clients are served (RFC 1534): those with a reserved address, or "
		 "all, from the pools too; what they are given is theirs for ever"},
	{KEY_QUALIFYING_SUFFIX, LEVELS, "ddns-qualifying-suffix", TYPE_STRING, .max = 253,
	 .dflt = "",
	 .help = "the domain that follows reserved names which do not end in it, and clients' own "
		 "which have none, in options 12 and 81; empty: none"},
	{KEY_STORE_EXTENDED_INFO, LEVELS, "store-extended-info", TYPE_BOOL, .dflt = "false",
	 .help = "keep the relay information (option 82) with the lease, to be looked at"},
	{KEY_STASH_AGENT_OPTIONS, S(ROOT), "stash-agent-options", TYPE_BOOL, .dflt = "true",
	 .help = "a renewal that does not come by the relay is taken as if it had brought the "
		 "relay information of before. Kea's default is false: there a client that is "
		 "known by circuit-id or remote-id is unknown at its first renewal"},
	{KEY_ALLOW_HW_ADDRESSES, LEVELS, "allow-hw-addresses", TYPE_STRINGS,
	 .help = "MAC addresses, and prefixes of whole bytes such as \"00:11:22:*\", of those who "
		 "are "
		 "answered; all others are not. \"*\": everybody; empty: nobody"},
	{KEY_DENY_HW_ADDRESSES, LEVELS, "deny-hw-addresses", TYPE_STRINGS,
	 .help = "MAC addresses, and prefixes as in allow-hw-addresses, of those who are not "
		 "answered, though they be allowed; what they give back is taken. Empty: nobody"},
	{KEY_LEASES_PER_CIRCUIT_ID, LEVELS, "leases-per-circuit-id", TYPE_INTEGER,
	 .max = 4294967295.0, .dflt = "0",
	 .help = "how many may be bound of one relay's circuit (option 82, sub-option 1; where "
		 "there "
		 "is a remote id, sub-option 2, by that as well), in the shared network or the "
		 "subnet; another is not answered, what is bound is renewed. 0: any number"},
	{KEY_LEASES_PER_LINK, LEVELS, "leases-per-link", TYPE_INTEGER, .max = 4294967295.0,
	 .dflt = "0",
	 .help = "how many may be bound in the shared network, or in a subnet that is in none; "
		 "another is not answered, what is bound is renewed. 0: any number"},
	{KEY_ALLOW_SERVERS, LEVELS, "allow-servers", TYPE_STRINGS,
	 .help = "addresses of other DHCP servers that may answer here, such as a fail-over "
		 "partner; what any other one answers is counted and logged"},
	{KEY_FOREIGN_SERVER_PERIOD, S(ROOT), "foreign-server-period", TYPE_INTEGER,
	 .max = SECONDS_MAX, .dflt = "3600",
	 .help = "seconds between two lines of the log about one foreign server on one interface; "
		 "0: none is looked for"},
	{KEY_ECHO_CLIENT_ID, S(ROOT), "echo-client-id", TYPE_BOOL, .dflt = "true",
	 .help = "send the client identifier back (RFC 6842)"},
	{KEY_OFFER_LIFETIME, LEVELS, "offer-lifetime", TYPE_INTEGER, .max = 86400, .dflt = "10",
	 .help = "seconds that an offered address is held for its client; 0: as if not set, since "
		 "offers are always held"},
	{KEY_DECLINE_PROBATION_PERIOD, S(ROOT), "decline-probation-period", TYPE_INTEGER,
	 .max = YEARS_10, .dflt = "600",
	 .help = "seconds that a declined address is not offered to anybody"},

	/* --- client classes --- */
	{KEY_CLASSES, S(ROOT), "client-classes", TYPE_MAPS, .max = 1000, .child = SCOPE_CLASS,
	 .help = "groups of clients that are answered alike, in the order in which they are "
		 "evaluated: what several say, the first says. There without being defined: ALL, "
		 "KNOWN and UNKNOWN (by a reservation), BOOTP, and VENDOR_CLASS_ with option 60 "
		 "after it. Members of DROP are not answered"},
	{KEY_CLASS_NAME, S(CLASS), "name", TYPE_STRING, .min = 1, .max = 255, .required = true,
	 .help = "the class's name"},
	{KEY_CLASS_TEST, S(CLASS), "test", TYPE_STRING, .min = 1, .max = 65535,
	 .help = "who is a member: an expression that is true or false; none: those whose "
		 "reservation says so"},
	{KEY_CLASS_TEMPLATE_TEST, S(CLASS), "template-test", TYPE_STRING, .min = 1, .max = 65535,
	 .help = "an expression whose value, if it is not empty, makes a client a member of this "
		 "class and of SPAWN_NAME_VALUE"},
	{KEY_CLASS_IF_REQUIRED, S(CLASS), "only-if-required", TYPE_BOOL, .dflt = "false",
	 .help = "only-in-additional-list as older Kea wrote it"},
	{KEY_CLASS_IN_ADDITIONAL, S(CLASS), "only-in-additional-list", TYPE_BOOL, .dflt = "false",
	 .help = "evaluate it only for those whose pool, subnet or shared network asks for it in "
		 "evaluate-additional-classes, once their address is chosen"},
	{KEY_CLASS_VALID_LIFETIME, S(CLASS), "valid-lifetime", TYPE_INTEGER, .min = 1,
	 .max = SECONDS_MAX,
	 .help = "seconds that members' leases are granted for, whatever their subnet says; "
		 "4294967295: for ever"},
	{KEY_CLASS_MIN_VALID_LIFETIME, S(CLASS), "min-valid-lifetime", TYPE_INTEGER, .min = 1,
	 .max = SECONDS_MAX, .dflt = "valid-lifetime",
	 .help = "the least that a member which asks for a lifetime is granted"},
	{KEY_CLASS_MAX_VALID_LIFETIME, S(CLASS), "max-valid-lifetime", TYPE_INTEGER, .min = 1,
	 .max = SECONDS_MAX, .dflt = "valid-lifetime",
	 .help = "the most that a member which asks for a lifetime is granted"},
	{KEY_CLASS_OFFER_LIFETIME, S(CLASS), "offer-lifetime", TYPE_INTEGER, .max = 86400,
	 .dflt = "0", .help = "seconds that an address offered to a member is held; 0: not set"},
	{KEY_GUARD, S(NETWORK) | S(SUBNET) | S(POOL), "client-class", TYPE_STRING, .max = 255,
	 .dflt = "", .help = "client-classes of one, as older Kea wrote it; empty: for all"},
	{KEY_GUARDS, S(NETWORK) | S(SUBNET) | S(POOL), "client-classes", TYPE_STRINGS, .max = 1000,
	 .help = "only members of one of these get an address here; empty: all"},
	{KEY_REQUIRED_CLASSES, S(NETWORK) | S(SUBNET) | S(POOL), "require-client-classes",
	 TYPE_STRINGS, .max = 1000, .help = "evaluate-additional-classes as older Kea wrote it"},
	{KEY_ADDITIONAL_CLASSES, S(NETWORK) | S(SUBNET) | S(POOL), "evaluate-additional-classes",
	 TYPE_STRINGS, .max = 1000,
	 .help = "classes that are evaluated, though they be only-in-additional-list, for those "
		 "who "
		 "have got an address here; their options count least of all classes'"},
	{KEY_RESERVED_CLASSES, S(RESERVATION), "client-classes", TYPE_STRINGS, .max = 1000,
	 .help = "classes that this client is a member of, whatever their tests say"},
	{KEY_OPTION_CLASSES, S(OPTION), "client-classes", TYPE_STRINGS, .max = 1000,
	 .help = "only for members of one of these; one option may stand several times, for other "
		 "classes each. Empty: for all"},

	/* --- conflict detection --- */
	{KEY_CONFLICT_DETECTION, LEVELS, "conflict-detection", TYPE_MAP, .child = SCOPE_CONFLICT,
	 .help = "asking whether a host uses an address before it is offered (RFC 2131 3.1); what "
		 "an inner level does not set, an outer one does"},
	{KEY_CONFLICT_METHOD, S(CONFLICT), "method", TYPE_CHOICE, .allowed = "none|arp|icmp",
	 .dflt = "none",
	 .help = "arp: of clients on our links, by ICMP of those behind relays; icmp: an echo "
		 "request. It makes an offer late by the timeout, and nobody else's answer"},
	{KEY_CONFLICT_TIMEOUT, S(CONFLICT), "timeout", TYPE_INTEGER, .min = 1, .max = 10000,
	 .dflt = "500", .help = "milliseconds that an answer is waited for"},
	{KEY_CONFLICT_CACHE, S(CONFLICT), "cache", TYPE_INTEGER, .max = YEARS_10, .dflt = "600",
	 .help = "seconds that an address which nobody answered for is believed to be free, and "
		 "that its last client may have it again unasked"},

	/* --- Kea's libraries: only what they do, none is loaded --- */
	{KEY_HOOKS_LIBRARIES, S(ROOT), "hooks-libraries", TYPE_MAPS, .child = SCOPE_HOOK,
	 .help = "Kea's libraries whose function is built in; nothing is loaded"},
	{KEY_HOOK_LIBRARY, S(HOOK), "library", TYPE_STRING, .min = 1, .max = 4000, .required = true,
	 .help = "the file of one that is built in, with or without its directory:" LIBRARIES},
	{KEY_HOOK_PARAMETERS, S(HOOK), "parameters", TYPE_ANY, .help = "the library's own keys"},
	{KEY_IDENTIFIER_EXPRESSION, S(FLEX_ID), "identifier-expression", TYPE_STRING, .max = 65535,
	 .dflt = "",
	 .help = "what a client's flex-id is: an expression as in Kea's client classes, whose "
		 "value is a string; empty: none has one"},
	{KEY_REPLACE_CLIENT_ID, S(FLEX_ID), "replace-client-id", TYPE_BOOL, .allowed = "false",
	 .dflt = "false",
	 .help = "leases are kept by what clients call themselves, not by their flex-id"},
	{KEY_NONE, S(FLEX_ID), "ignore-iaid", TYPE_BOOL, .ignored = true,
	 .help = "it is of DHCPv6"},
	{KEY_NONE, S(FLEX_ID), "cid-as-rfc4361-duid", TYPE_BOOL, .ignored = true,
	 .help = "it tells what replaces client identifiers, and nothing does"},

	{KEY_PING_ENABLE, S(PING), "enable-ping-check", TYPE_BOOL, .dflt = "true",
	 .help = "conflict-detection by ICMP wherever no other is set"},
	{KEY_PING_TIMEOUT, S(PING), "reply-timeout", TYPE_INTEGER, .min = 1, .max = 10000,
	 .dflt = "100", .help = "conflict-detection's timeout"},
	{KEY_PING_CLTT, S(PING), "ping-cltt-secs", TYPE_INTEGER, .max = YEARS_10, .dflt = "60",
	 .help = "conflict-detection's cache"},
	{KEY_NONE, S(PING), "min-ping-requests", TYPE_INTEGER, .min = 1, .max = 100,
	 .ignored = true, .help = "one echo request is sent"},
	{KEY_NONE, S(PING), "ping-channel-threads", TYPE_INTEGER, .max = SECONDS_MAX,
	 .ignored = true, .help = "no thread waits for an answer"},

	/* --- the store --- */
	{KEY_LEASE_DATABASE, S(ROOT), "lease-database", TYPE_MAP, .child = SCOPE_LEASE_DATABASE,
	 .restart = true, .help = "where leases are kept"},
	{KEY_LEASE_TYPE, S(LEASE_DATABASE), "type", TYPE_CHOICE, .allowed = "sqlite|memfile",
	 .later = "postgresql|mysql", .dflt = "sqlite", .restart = true,
	 .help = "sqlite: the embedded store; memfile, for Kea's files: the same, beside the named "
		 "file as NAME.db"},
	{KEY_LEASE_NAME, S(LEASE_DATABASE), "name", TYPE_STRING, .min = 1, .max = 4000,
	 .dflt = XDHCP_STORE, .restart = true, .help = "its file"},
	{KEY_NONE, S(LEASE_DATABASE), "persist", TYPE_BOOL, .ignored = true,
	 .help = "leases are always kept on stable storage"},
	{KEY_NONE, S(LEASE_DATABASE), "lfc-interval|max-row-errors", TYPE_INTEGER,
	 .max = SECONDS_MAX, .ignored = true, .help = "the embedded store needs no clean-up"},

	/* --- the fast path --- */
	{KEY_FAST_PATH, S(ROOT), "fast-path", TYPE_MAP, .child = SCOPE_FAST_PATH,
	 .help = "answering renewals by XDP"},
	{KEY_FAST_PATH_MODE, S(FAST_PATH), "mode", TYPE_CHOICE,
	 .allowed = "auto|native|generic|off", .dflt = "auto", .restart = true,
	 .help = "auto: native where the driver can, else generic, which taxes all of an "
		 "interface's traffic"},
	{KEY_FAST_PATH_ATTACH, S(FAST_PATH), "attach", TYPE_CHOICE, .allowed = "link|dispatcher",
	 .dflt = "link", .restart = true,
	 .help = "link: alone on each interface; dispatcher: by libxdp's, beside other XDP "
		 "programs"},
	{KEY_FAST_PATH_PRIORITY, S(FAST_PATH), "priority", TYPE_INTEGER, .max = 2147483647,
	 .dflt = "50", .restart = true,
	 .help = "place among the dispatcher's programs: the lowest runs first"},
	{KEY_FAST_PATH_RXVLAN, S(FAST_PATH), "rxvlan", TYPE_CHOICE, .allowed = "keep|off",
	 .dflt = "keep",
	 .help = "RX VLAN offload of NICs that are served or VLANs lie on; off: it is turned off "
		 "where it hides tags from XDP, and stays so"},
	{KEY_FAST_PATH_ROUTE, S(FAST_PATH), "route", TYPE_CHOICE, .allowed = "reverse|fib",
	 .dflt = "reverse",
	 .help = "XDP's way back to a relay, or to a client behind a router; reverse: to the MAC "
		 "that the request came from; fib: as the host routes, if that is by the same "
		 "interface"},
	{KEY_FAST_PATH_PIN_PATH, S(FAST_PATH), "pin-path", TYPE_STRING, .min = 2, .max = 255,
	 .dflt = XDHCP_PIN_PATH, .restart = true,
	 .help = "the directory in a bpffs that keeps the cache while no daemon runs"},
	{KEY_FAST_PATH_HORIZON, S(FAST_PATH), "horizon", TYPE_NUMBER, .min = 2, .max = 1000,
	 .dflt = "3", .help = "how far ahead, in lifetimes, credit for renewals is kept on disk"},
	{KEY_FAST_PATH_MAX_ENTRIES, S(FAST_PATH), "max-entries", TYPE_INTEGER, .max = 16777216,
	 .dflt = "0", .restart = true,
	 .help = "leases that the cache holds; 0: all configured addresses"},
	{KEY_FAST_PATH_UNATTENDED, S(FAST_PATH), "unattended", TYPE_INTEGER, .max = SECONDS_MAX,
	 .dflt = "the global valid-lifetime; 86400 if that is infinite",
	 .help = "seconds that renewals are still answered after the daemon has crashed"},

	{KEY_FAST_PATH_LIMITS, S(FAST_PATH), "limits", TYPE_MAP, .child = SCOPE_LIMITS,
	 .help = "what XDP drops when there is too much of it: nothing, unless a rate is set"},
	{KEY_LIMIT_CLIENT_RATE, S(LIMITS), "client-rate", TYPE_NUMBER, .max = 1000, .dflt = "0",
	 .help = "ACKs a second that one client gets of XDP, at least 0.001; 0: no limit"},
	{KEY_LIMIT_CLIENT_BURST, S(LIMITS), "client-burst", TYPE_INTEGER, .min = 1, .max = 1000,
	 .dflt = "client-rate, at least 1", .help = "ACKs that it gets at once"},
	{KEY_LIMIT_DISCOVER_RATE, S(LIMITS), "discover-rate", TYPE_NUMBER, .max = RATE_MAX,
	 .dflt = "0",
	 .help = "DISCOVERs a second that one link gives the daemon, at least 0.25; 0: no limit"},
	{KEY_LIMIT_DISCOVER_BURST, S(LIMITS), "discover-burst", TYPE_INTEGER, .min = 1,
	 .max = RATE_MAX, .dflt = "discover-rate, at least 1", .help = "DISCOVERs at once"},
	{KEY_LIMIT_OTHER_RATE, S(LIMITS), "other-rate", TYPE_NUMBER, .max = RATE_MAX, .dflt = "0",
	 .help = "all else a second that one link gives the daemon, at least 0.25: first REQUESTs "
		 "of clients, and whatever comes to port 67 and is not answered by XDP; 0: no "
		 "limit"},
	{KEY_LIMIT_OTHER_BURST, S(LIMITS), "other-burst", TYPE_INTEGER, .min = 1, .max = RATE_MAX,
	 .dflt = "other-rate, at least 1", .help = "of that at once"},

	/* --- control and logs --- */
	{KEY_CONTROL_SOCKET, S(ROOT), "control-socket", TYPE_MAP, .child = SCOPE_SOCKET,
	 .restart = true, .help = "where commands are taken"},
	{KEY_CONTROL_SOCKETS, S(ROOT), "control-sockets", TYPE_MAPS, .child = SCOPE_SOCKET,
	 .max = 1, .restart = true,
	 .help = "control-socket as a list; empty: no commands are taken"},
	{KEY_SOCKET_TYPE, S(SOCKET), "socket-type", TYPE_CHOICE, .allowed = "unix",
	 .later = "http|https", .dflt = "unix", .restart = true, .help = "its type"},
	{KEY_SOCKET_NAME, S(SOCKET), "socket-name", TYPE_STRING, .max = 107, .dflt = XDHCP_SOCKET,
	 .restart = true, .help = "its path; empty: no commands are taken"},
	{KEY_LOGGERS, S(ROOT), "loggers", TYPE_MAPS, .child = SCOPE_LOGGER,
	 .help = "what is logged"},
	{KEY_LOGGER_NAME, S(LOGGER), "name", TYPE_STRING, .min = 1, .max = 128, .required = true,
	 .help = "xdhcpd, kea-dhcp4, root or *: the daemon; others have no effect"},
	{KEY_LOGGER_SEVERITY, S(LOGGER), "severity", TYPE_CHOICE,
	 .allowed = "DEBUG|INFO|WARN|ERROR|FATAL|NONE", .dflt = "INFO",
	 .help = "the least that is logged; errors always are"},
	{KEY_NONE, S(LOGGER), "debuglevel", TYPE_INTEGER, .max = 99, .ignored = true,
	 .help = "there is one level of DEBUG"},
	{KEY_NONE, S(LOGGER), "output_options|output-options", TYPE_MAPS, .child = SCOPE_LOG_OUTPUT,
	 .ignored = true, .help = "the daemon logs to stderr, whose reader keeps it"},

	/* --- anywhere --- */
	{KEY_USER_CONTEXT, SCHEMA_EVERYWHERE, "user-context", TYPE_ANY,
	 .help = "any content, for people and other programs"},
	{KEY_COMMENT, SCHEMA_EVERYWHERE, "comment", TYPE_ANY, .help = "any content, for people"},

	/* --- Kea's keys without effect here: their types and words are held to all the same --- */
	{KEY_NONE, S(LOG_OUTPUT), "output", TYPE_STRING, .min = 1, .max = 4000, .required = true,
	 .ignored = true, .help = "stdout, stderr, syslog or a file"},
	{KEY_NONE, S(LOG_OUTPUT), "pattern", TYPE_STRING, .max = 1024, .ignored = true,
	 .help = "how a line is written"},
	{KEY_NONE, S(LOG_OUTPUT), "flush", TYPE_BOOL, .ignored = true,
	 .help = "whether each line is written at once, which is always so"},
	{KEY_NONE, S(LOG_OUTPUT), "maxsize|maxver", TYPE_INTEGER, .max = SECONDS_MAX,
	 .ignored = true, .help = "how a file is rotated"},
	{KEY_NONE, S(ROOT), "multi-threading", TYPE_MAP, .child = SCOPE_THREADS, .ignored = true,
	 .help = "packets are handled in batches by one thread, and renewals by XDP on all CPUs"},
	{KEY_NONE, S(THREADS), "enable-multi-threading", TYPE_BOOL, .ignored = true,
	 .help = "whether there are threads"},
	{KEY_NONE, S(THREADS), "thread-pool-size|packet-queue-size", TYPE_INTEGER, .max = 65535,
	 .ignored = true, .help = "how many threads, and what waits for them"},
	{KEY_NONE, S(ROOT), "dhcp-queue-control", TYPE_MAP, .child = SCOPE_QUEUE, .ignored = true,
	 .help = "what waits does so in the kernel's rings, and DISCOVERs do not crowd out "
		 "REQUESTs"},
	{KEY_NONE, S(QUEUE), "enable-queue", TYPE_BOOL, .ignored = true,
	 .help = "whether there is a queue"},
	{KEY_NONE, S(QUEUE), "queue-type", TYPE_STRING, .max = 128, .ignored = true,
	 .help = "its kind"},
	{KEY_NONE, S(QUEUE), "capacity", TYPE_INTEGER, .max = SECONDS_MAX, .ignored = true,
	 .help = "how much it holds"},
	{KEY_NONE, S(ROOT), "parked-packet-limit", TYPE_INTEGER, .max = SECONDS_MAX,
	 .ignored = true, .help = "no packet waits for another program"},
	{KEY_NONE, S(ROOT), "sanity-checks", TYPE_MAP, .child = SCOPE_SANITY, .ignored = true,
	 .help = "the store is always checked"},
	{KEY_NONE, S(SANITY), "lease-checks", TYPE_CHOICE, .allowed = "none|warn|fix|fix-del|del",
	 .dflt = "warn", .ignored = true, .help = "what becomes of a lease outside its subnet"},
	{KEY_NONE, S(SANITY), "extended-info-checks", TYPE_CHOICE,
	 .allowed = "none|fix|strict|pedantic", .dflt = "fix", .ignored = true,
	 .help = "what becomes of extended information that is not as it should be"},
	{KEY_NONE, S(ROOT), "expired-leases-processing", TYPE_MAP, .child = SCOPE_EXPIRED,
	 .ignored = true, .help = "leases end when they expire, and their clients are remembered"},
	{KEY_NONE, S(EXPIRED),
	 "reclaim-timer-wait-time|flush-reclaimed-timer-wait-time|max-reclaim-time|"
	 "unwarned-reclaim-cycles",
	 TYPE_INTEGER, .max = 65535, .ignored = true, .help = "how often it is done"},
	{KEY_NONE, S(EXPIRED), "hold-reclaimed-time|max-reclaim-leases", TYPE_INTEGER,
	 .max = SECONDS_MAX, .ignored = true,
	 .help = "how long an expired lease is kept, and how many are dealt with at once"},
	{KEY_NONE, S(ROOT), "statistic-default-sample-count|statistic-default-sample-age",
	 TYPE_INTEGER, .max = SECONDS_MAX, .ignored = true,
	 .help = "statistics keep their newest value"},
	{KEY_NONE, S(ROOT), "server-tag", TYPE_STRING, .max = 256, .ignored = true,
	 .help = "there is nothing that would use it"},
	{KEY_NONE, LEVELS, "cache-threshold", TYPE_NUMBER, .max = 1, .open = true, .ignored = true,
	 .help = "the fast path keeps renewals off the disk, and grants them whole lifetimes"},
	{KEY_NONE, LEVELS, "cache-max-age", TYPE_INTEGER, .max = SECONDS_MAX, .ignored = true,
	 .help = "the fast path keeps renewals off the disk, and grants them whole lifetimes"},
	{KEY_NONE, LEVELS, "allocator", TYPE_CHOICE, .allowed = "iterative|random|flq|shared-flq",
	 .dflt = "iterative", .ignored = true,
	 .help = "a client's own address first, then one never used, then the longest unused"},
	{KEY_NONE, LEVELS, "adaptive-lease-time-threshold", TYPE_NUMBER, .min = 0, .max = 1,
	 .allowed = "1", .dflt = "1", .help = "lifetimes do not depend on how full the pools are"},
	{KEY_NONE, S(ROOT), "reservations-lookup-first", TYPE_BOOL, .ignored = true,
	 .help = "reservations are always looked up before leases"},
	{KEY_NONE, S(ROOT), "early-global-reservations-lookup", TYPE_BOOL, .allowed = "false",
	 .dflt = "false",
	 .help = "what chooses a client's subnet is its link, not its global reservation's "
		 "classes"},
	{KEY_NONE, S(ROOT), "ip-reservations-unique", TYPE_BOOL, .allowed = "true", .dflt = "true",
	 .help = "an address is reserved for one client"},
	{KEY_NONE, S(ROOT), "dhcp-ddns", TYPE_MAP, .child = SCOPE_DDNS,
	 .help = "dynamic DNS is not in this release"},
	{KEY_NONE, S(DDNS), "enable-updates", TYPE_BOOL, .allowed = "false", .dflt = "false",
	 .help = "dynamic DNS is not in this release"},
	{KEY_NONE, S(DDNS), "max-queue-size", TYPE_INTEGER, .max = SECONDS_MAX, .ignored = true,
	 .help = "dynamic DNS is not in this release"},
	{KEY_NONE, S(DDNS), "sender-port|server-port", TYPE_INTEGER, .max = 65535, .ignored = true,
	 .help = "dynamic DNS is not in this release"},
	{KEY_NONE, S(DDNS), "sender-ip|server-ip", TYPE_STRING, .max = 64, .ignored = true,
	 .help = "dynamic DNS is not in this release"},
	{KEY_NONE, S(DDNS), "ncr-protocol", TYPE_CHOICE, .allowed = "UDP|TCP", .dflt = "UDP",
	 .ignored = true, .help = "dynamic DNS is not in this release"},
	{KEY_NONE, S(DDNS), "ncr-format", TYPE_CHOICE, .allowed = "JSON", .dflt = "JSON",
	 .ignored = true, .help = "dynamic DNS is not in this release"},
	{KEY_NONE, S(DDNS), "override-no-update|override-client-update", TYPE_BOOL, .ignored = true,
	 .help = "dynamic DNS is not in this release"},
	{KEY_NONE, DDNS_LEVELS,
	 "ddns-send-updates|ddns-override-no-update|ddns-override-client-update|"
	 "ddns-update-on-renew|ddns-use-conflict-resolution",
	 TYPE_BOOL, .ignored = true, .help = "dynamic DNS is not in this release"},
	{KEY_NONE, DDNS_LEVELS, "ddns-conflict-resolution-mode", TYPE_CHOICE,
	 .allowed = "check-with-dhcid|no-check-with-dhcid|check-exists-with-dhcid|"
		    "no-check-without-dhcid",
	 .dflt = "check-with-dhcid", .ignored = true, .help = "dynamic DNS is not in this release"},
	{KEY_NONE, DDNS_LEVELS, "ddns-ttl-percent", TYPE_NUMBER, .max = 1, .ignored = true,
	 .help = "dynamic DNS is not in this release"},
	{KEY_NONE, DDNS_LEVELS, "ddns-ttl|ddns-ttl-min|ddns-ttl-max", TYPE_INTEGER,
	 .max = SECONDS_MAX, .ignored = true, .help = "dynamic DNS is not in this release"},
	{KEY_NONE, S(DDNS), "generated-prefix", TYPE_STRING, .max = 253, .ignored = true,
	 .help = "no name is made up for a client"},
	{KEY_NONE, DDNS_LEVELS, "ddns-generated-prefix", TYPE_STRING, .max = 253, .ignored = true,
	 .help = "no name is made up for a client"},

	/* These change the names in options 12 and 81, with updates or without. */
	{KEY_NONE, S(DDNS), "replace-client-name", TYPE_CHOICE, .allowed = "never",
	 .later = "always|when-present|when-not-present", .dflt = "never",
	 .help = "a client keeps the name it has, unless one is reserved for it"},
	{KEY_NONE, DDNS_LEVELS, "ddns-replace-client-name", TYPE_CHOICE, .allowed = "never",
	 .later = "always|when-present|when-not-present", .dflt = "never",
	 .help = "a client keeps the name it has, unless one is reserved for it"},
	{KEY_NONE, S(DDNS), "qualifying-suffix", TYPE_STRING, .max = 253, .allowed = "",
	 .help = "use ddns-qualifying-suffix"},
	{KEY_NONE, DDNS_LEVELS & ~LEVELS, "ddns-qualifying-suffix", TYPE_STRING, .max = 253,
	 .allowed = "", .help = "names are completed by that of the subnet"},
	{KEY_NONE, DDNS_LEVELS | S(DDNS), "hostname-char-set", TYPE_STRING, .max = 1024,
	 .allowed = "[^A-Za-z0-9.-]|[^A-Za-z0-9._-]|",
	 .help = "a client's name keeps its letters, digits, dots, \"-\" and \"_\""},
	{KEY_NONE, DDNS_LEVELS | S(DDNS), "hostname-char-replacement", TYPE_STRING, .max = 253,
	 .allowed = "-|", .help = "what a client's name cannot keep becomes \"-\""},

	/* --- Kea's keys that matter and are not there --- */
	{KEY_NONE, S(ROOT), "hosts-database|hosts-databases", TYPE_REFUSED,
	 .help = "the configuration is this file; databases are not in this release"},
	{KEY_NONE, S(ROOT), "config-control", TYPE_MAP, .child = SCOPE_CONFIG_CONTROL,
	 .help = "where else the configuration comes from: nowhere"},
	{KEY_NONE, S(CONFIG_CONTROL), "config-databases", TYPE_REFUSED,
	 .help = "the configuration is this file; databases are not in this release"},
	{KEY_NONE, S(CONFIG_CONTROL), "config-fetch-wait-time", TYPE_INTEGER, .max = 65535,
	 .ignored = true, .help = "the configuration is this file"},
	{KEY_NONE, S(ROOT), "dhcp4o6-port", TYPE_REFUSED, .help = "not in this release"},
	{KEY_NONE, S(SUBNET), "4o6-interface|4o6-interface-id|4o6-subnet", TYPE_REFUSED,
	 .help = "not in this release"},
	{KEY_NONE, S(LEASE_DATABASE),
	 "host|port|user|password|connect-timeout|max-reconnect-tries|reconnect-wait-time|on-fail|"
	 "retry-on-startup|readonly|trust-anchor|cert-file|key-file|cipher-list|"
	 "password-file|ssl-mode|read-timeout|write-timeout|tcp-user-timeout",
	 TYPE_REFUSED, .help = "only the embedded store is in this release"},
	{KEY_NONE, S(SOCKET),
	 "socket-address|socket-port|http-headers|authentication|trust-anchor|cert-file|key-file|"
	 "cert-required",
	 TYPE_REFUSED, .help = "only unix sockets are in this release"},
};

const size_t schema_n = sizeof(schema) / sizeof(schema[0]);

int schema_word(const char *list, const char *name)
{
	size_t len = strlen(name);

	for (int i = 0;; i++) {
		size_t n = strcspn(list, "|");

		if (n == len && !memcmp(list, name, n))
			return i;
		if (!list[n])
			return -1;
		list += n + 1;
	}
}

const struct schema_row *schema_find(enum schema_scope scope, const char *name)
{
	for (size_t i = 0; i < schema_n; i++) {
		if ((schema[i].scopes & (1u << scope)) && schema_word(schema[i].name, name) >= 0)
			return &schema[i];
	}
	return NULL;
}

const struct schema_row *schema_row(enum schema_key key)
{
	for (size_t i = 0; i < schema_n; i++) {
		if (schema[i].key == key)
			return &schema[i];
	}
	return NULL;
}

#define WORD_MAX 48

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

unsigned schema_distance(const char *a, const char *b)
{
	unsigned d[3][WORD_MAX + 1], *before = d[0], *last = d[1], *now = d[2];
	size_t n = strnlen(a, WORD_MAX + 1), m = strnlen(b, WORD_MAX + 1);

	if (n > WORD_MAX || m > WORD_MAX)
		return 99;
	for (size_t j = 0; j <= m; j++)
		last[j] = before[j] = (unsigned)j;
	for (size_t i = 1; i <= n; i++) {
		unsigned *oldest = before;

		now[0] = (unsigned)i;
		for (size_t j = 1; j <= m; j++) {
			now[j] = least(least(last[j], now[j - 1]) + 1,
				       last[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				now[j] = least(now[j], before[j - 2] + 1);
		}
		before = last;
		last = now;
		now = oldest;
	}
	return last[m];
}

static void nearest_word(const struct schema_row *row, const char *name, unsigned *best,
			 char nearest[SCHEMA_NAME_MAX])
{
	for (const char *at = row->name; *at; at += *at == '|') {
		size_t n = strcspn(at, "|");
		char word[SCHEMA_NAME_MAX];
		unsigned d;

		snprintf(word, sizeof(word), "%.*s", (int)n, at);
		d = schema_distance(name, word);
		if (d < *best) {
			*best = d;
			memcpy(nearest, word, sizeof(word));
		}
		at += n;
	}
}

bool schema_nearest(enum schema_scope scope, const char *name, char ret_nearest[SCHEMA_NAME_MAX])
{
	char nearest[SCHEMA_NAME_MAX];
	unsigned best = 99;

	/* our own keys go before those of Kea's that have no meaning here */
	for (int own = 1; own >= 0; own--) {
		for (size_t i = 0; i < schema_n; i++) {
			if ((schema[i].key != KEY_NONE) == own && schema[i].type != TYPE_REFUSED &&
			    (schema[i].scopes & (1u << scope)))
				nearest_word(&schema[i], name, &best, nearest);
		}
	}
	/* Further than that it is another word, not a slip. */
	if (best > strlen(name) / (best <= 2 ? 2 : 3))
		return false;
	memcpy(ret_nearest, nearest, sizeof(nearest));
	return true;
}

const char *schema_type_name(const struct schema_row *row)
{
	static const char *const names[] = {
		[TYPE_INTEGER] = "whole number",
		[TYPE_NUMBER] = "number",
		[TYPE_BOOL] = "true or false",
		[TYPE_STRING] = "text",
		[TYPE_CHOICE] = "word",
		[TYPE_ADDRESS] = "IPv4 address",
		[TYPE_MAP] = "map",
		[TYPE_MAPS] = "list of maps",
		[TYPE_STRINGS] = "list of words",
		[TYPE_ANY] = "anything",
		[TYPE_IGNORED] = "no effect",
		[TYPE_REFUSED] = "only empty",
	};

	return names[row->type];
}

const char *schema_scope_path(enum schema_scope scope)
{
	static const char *const paths[] = {
#define X(name, path) path,
		SCHEMA_SCOPES(X)
#undef X
	};

	return paths[scope];
}

const char *schema_plain_path(const char *path, char buf[SCHEMA_PATH_MAX])
{
	size_t n = 0;

	for (; *path && n < SCHEMA_PATH_MAX - 1; path++) {
		if (*path != '[' && *path != ']')
			buf[n++] = *path;
	}
	if (n && buf[n - 1] == '.')
		n--;
	buf[n] = 0;
	return n ? buf : "global";
}
