/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The table of DHCPv4 options: code, Kea's name, type. The single source for
 * configuration, logs, dumps and documentation. Pure.
 */
#ifndef XDHCP_OPTIONS_H
#define XDHCP_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The comments name the section that says how the type is written. */
enum option_type {
	OPTION_EMPTY,	     /* RFC 4039 4 */
	OPTION_FLAG,	     /* RFC 2132 4.1: true/false, one byte */
	OPTION_U8,	     /* RFC 2132 4.5 */
	OPTION_U16,	     /* RFC 2132 3.15, in network byte order as all that follow */
	OPTION_U32,	     /* RFC 2132 4.6 */
	OPTION_S32,	     /* RFC 2132 3.4: two's complement */
	OPTION_ADDRESS,	     /* RFC 2132 3.5 */
	OPTION_STRING,	     /* RFC 2132 2: without a trailing NUL */
	OPTION_FQDN,	     /* RFC 1035 3.1 labels */
	OPTION_BINARY,	     /* hex */
	OPTION_ADDRESS_PAIR, /* RFC 2132 4.3, 5.8: two addresses, policy filter and static route */
	OPTION_ROUTE,	     /* RFC 3442: "10.0.0.0/8 - 192.0.2.1" */
	OPTION_S8,	     /* two's complement; of Kea's option-def only, as S16 */
	OPTION_S16,
	OPTION_ADDRESS6, /* RFC 5969 7.1.1: 16 bytes */
	OPTION_PREFIX6,	 /* RFC 7598 4.1: length and the prefix's bytes: "2001:db8::/32" */
	OPTION_PSID,	 /* RFC 7618 9: length, then the PSID's bits to the left: "63/6" */
	OPTION_TUPLE,	 /* RFC 8572 8.3: 16-bit length, then text */
	OPTION_TUPLE8,	 /* 8-bit length, then text; of Kea's option-def only, as PREFIX6 */
	OPTION_HOSTS,	 /* RFC 3361 3: one byte, 1 and addresses or 0 and domain names; a list */
	OPTION_DNR,	 /* RFC 9463 5.1: resolvers of encrypted DNS (option_dnr.h); a list */
	OPTION_RECORD,	 /* the fields one after the other; array: the last one repeats */
};

#define OPTION_TYPES	  (OPTION_RECORD + 1)
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
 * The inverse, for dumps and logs: printable ASCII whatever the data. def NULL, or data that is
 * not of the type: hex. Truncates with "..." at cap; always terminated if cap > 0.
 */
void option_format(const struct option_def *def, const uint8_t *data, size_t len, char *buf,
		   size_t cap);

#endif
