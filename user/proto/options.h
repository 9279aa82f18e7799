/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The table of DHCPv4 options: code, Kea's name, type. The single source for
 * the configuration and for the log. Pure.
 */
#ifndef XDHCP_OPTIONS_H
#define XDHCP_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * X(name, Kea's word in option-def, one value in words, several, the bytes that a value has at
 * least, the function of option_parse.c that reads one; NULL: option_parse() does). The comments
 * name the section that says how the type is written.
 */
/* clang-format off */
#define OPTION_KEA_TYPES(X) \
	/* RFC 4039 4 */ \
	X(EMPTY, "empty", "nothing (no value)", "nothing (no value)", 1, parse_empty) \
	X(BINARY, "binary", "hex digits", "hex digits", 1, parse_hex) \
	/* RFC 2132 4.1: one byte */ \
	X(FLAG, "boolean", "true or false", "list of true or false", 1, parse_flag) \
	/* two's complement; of option-def only, as S16 */ \
	X(S8, "int8", "signed 8-bit number", "list of signed 8-bit numbers", 1, parse_signed) \
	/* in network byte order as all that follow */ \
	X(S16, "int16", "signed 16-bit number", "list of signed 16-bit numbers", 2, parse_signed) \
	/* RFC 2132 3.4 */ \
	X(S32, "int32", "signed 32-bit number", "list of signed 32-bit numbers", 4, parse_signed) \
	/* RFC 2132 4.5 */ \
	X(U8, "uint8", "8-bit number", "list of 8-bit numbers", 1, parse_unsigned) \
	/* RFC 2132 3.15 */ \
	X(U16, "uint16", "16-bit number", "list of 16-bit numbers", 2, parse_unsigned) \
	/* RFC 2132 4.6 */ \
	X(U32, "uint32", "32-bit number", "list of 32-bit numbers", 4, parse_unsigned) \
	/* RFC 2132 3.5 */ \
	X(ADDRESS, "ipv4-address", "IPv4 address", "list of IPv4 addresses", 4, parse_address) \
	/* RFC 5969 7.1.1: 16 bytes */ \
	X(ADDRESS6, "ipv6-address", "IPv6 address", "list of IPv6 addresses", 16, parse_address6) \
	/* RFC 7598 4.1: length and the prefix's bytes: "2001:db8::/32"; of option-def only */ \
	X(PREFIX6, "ipv6-prefix", "IPv6 prefix", "list of IPv6 prefixes", 1, parse_prefix6) \
	/* RFC 7618 9: length, then the PSID's bits to the left: "63/6" */ \
	X(PSID, "psid", "PSID (VALUE/BITS)", "list of PSIDs (VALUE/BITS)", 3, parse_psid) \
	/* RFC 2132 2: without a trailing NUL */ \
	X(STRING, "string", "string", "list of strings", 1, parse_string) \
	/* 8-bit length, then text; of option-def only */ \
	X(TUPLE8, "tuple", "string", "list of strings", 1, parse_tuple) \
	/* RFC 1035 3.1 labels */ \
	X(FQDN, "fqdn", "domain name", "list of domain names", 1, parse_fqdn) \
	/* the fields one after the other; array: the last one repeats */ \
	X(RECORD, "record", "record", "record", 1, NULL)
/* Kea has no word for them: of our table only. */
#define OPTION_OTHER_TYPES(X) \
	/* RFC 2132 4.3, 5.8: two addresses, policy filter and static route */ \
	X(ADDRESS_PAIR, NULL, "pair of IPv4 addresses", "list of pairs of IPv4 addresses", 8, NULL) \
	/* RFC 3442: "10.0.0.0/8 - 192.0.2.1" */ \
	X(ROUTE, NULL, "route (PREFIX/LENGTH - ROUTER)", \
	  "list of routes (PREFIX/LENGTH - ROUTER)", 1, parse_route) \
	/* RFC 8572 8.3: 16-bit length, then text */ \
	X(TUPLE, NULL, "string", "list of strings", 1, parse_tuple) \
	/* RFC 3361 3: one byte, 1 and addresses or 0 and domain names; a list */ \
	X(HOSTS, NULL, "IPv4 address or domain name", \
	  "list of IPv4 addresses or of domain names", 1, NULL) \
	/* RFC 9463 5.1: resolvers of encrypted DNS (option_dnr.h); a list */ \
	X(DNR, NULL, "resolver (PRIORITY, NAME, ADDRESSES, PARAMETERS)", \
	  "list of resolvers (PRIORITY, NAME, ADDRESSES, PARAMETERS)", 1, NULL)
/* clang-format on */
#define OPTION_TYPES(X)     \
	OPTION_KEA_TYPES(X) \
	OPTION_OTHER_TYPES(X)

enum option_type {
#define X(name, ...) OPTION_##name,
	OPTION_TYPES(X)
#undef X
};

#define X(...) +1
enum { OPTION_TYPE_COUNT = OPTION_TYPES(X) };
#undef X

#define OPTION_FIELDS_MAX 32

/* What a value must be beside its type and bounds. */
enum option_check {
	OPTION_CHECK_NONE,
	OPTION_CHECK_NETMASK,	/* ones, then zeros */
	OPTION_CHECK_NODE_TYPE, /* RFC 2132 8.7: 1, 2, 4 or 8 */
	OPTION_CHECK_FILTER,	/* a pair's second address is a mask (RFC 2132 4.3) */
	OPTION_CHECK_ROUTE,	/* a pair's first address is not 0.0.0.0 (RFC 2132 5.8) */
};

struct option_def {
	uint8_t code;
	const char *name; /* Kea's, e.g. "domain-name-servers" */
	enum option_type type;
	bool array;    /* one or more values */
	bool reserved; /* the server sets it itself (50-59, 61, 82 ...): not configurable */
	enum option_check check;
	uint32_t min, max; /* of integers; max 0: all that the type holds */
	bool compressed;   /* OPTION_FQDN lists: RFC 1035 4.1.4 within the option (RFC 3397 2) */
	/*
	 * Name and type are ours, Kea has none: in a Kea file the option, given by its code
	 * alone and without csv-format, is in hex.
	 */
	bool ours;
	bool wrong;		  /* an option-def that is in error: nothing is read by it */
	const char *encapsulates; /* the space whose options follow its own data; NULL: none */
	/*
	 * Of OPTION_RECORD. No field is RECORD, EMPTY, HOSTS, DNR or ADDRESS_PAIR; STRING and
	 * BINARY, which have no length of their own, stand last and do not repeat.
	 */
	uint8_t n_fields;
	uint8_t fields[OPTION_FIELDS_MAX]; /* enum option_type */
};

#define OPTION_SPACE_DHCP4 "dhcp4" /* a message's own options, which the table below holds */

const struct option_def *option_by_code(uint8_t code); /* NULL: not in the table */
const struct option_def *option_by_name(const char *name);
/*
 * The same in any space that Kea has definitions for; in OPTION_SPACE_DHCP4 these are the two
 * above. Codes of the other spaces are from 0 to 255.
 */
const struct option_def *option_in_space(const char *space, uint8_t code);
const struct option_def *option_in_space_by_name(const char *space, const char *name);
const char *option_type_name(enum option_type type, bool array); /* "list of IPv4 addresses" */
/* The same of a whole definition, a record's fields too. Truncates at cap, always terminated. */
void option_describe(const struct option_def *def, char *buf, size_t cap);

/*
 * Parses Kea's csv-format text ("10.0.0.1, 10.0.0.2") by the option's type
 * into at most `cap` bytes. Returns the length (0 only for OPTION_EMPTY), or
 * -EINVAL with whybuf saying what is wrong and what is allowed; buf's contents are
 * then undefined. Spaces around values do not count; in a string "\," is a comma, as in
 * Kea, and so is a bare comma. A value may be longer than 255 bytes, as in Kea, and is then
 * split on the wire (RFC 3396). Numbers are decimal, or hex after 0x. OPTION_BINARY reads as
 * option_parse_hex().
 * The fields of a record are separated by commas; a last string or hex has the rest of the text.
 */
int option_parse(const struct option_def *def, const char *text, uint8_t *buf, size_t cap,
		 char *whybuf, size_t whylen);
/*
 * csv-format false: pairs of hex digits, optionally separated by ':' or ' ', optional 0x; or,
 * as in Kea, text in single quotes. Returns as option_parse() does.
 */
int option_parse_hex(const char *text, uint8_t *buf, size_t cap, char *whybuf, size_t whylen);
/*
 * The inverse, for the log: printable ASCII whatever the data. def NULL, or data that is
 * not of the type: hex. Truncates with "..." at cap; always terminated if cap > 0.
 */
void option_format(const struct option_def *def, const uint8_t *data, size_t len, char *buf,
		   size_t cap);
/*
 * Are these bytes, which somebody wrote in hex, what option_parse() could have made: of the type,
 * and within the definition's bounds? Options of the space that it encapsulates may follow.
 * 0, or -EINVAL as option_parse().
 */
int option_check_bytes(const struct option_def *def, const uint8_t *data, size_t len, char *whybuf,
		       size_t whylen);

#endif
