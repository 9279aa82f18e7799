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

enum option_type {
	OPTION_EMPTY,
	OPTION_FLAG, /* true/false, one byte */
	OPTION_U8,
	OPTION_U16,
	OPTION_U32,
	OPTION_S32,
	OPTION_ADDRESS,
	OPTION_STRING,
	OPTION_FQDN,	     /* RFC 1035 labels */
	OPTION_BINARY,	     /* hex */
	OPTION_ADDRESS_PAIR, /* two addresses, e.g. policy filter, static route */
	OPTION_ROUTE,	     /* RFC 3442: "10.0.0.0/8 - 192.0.2.1" */
};

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
};

const struct option_def *option_by_code(uint8_t code); /* NULL: not in the table */
const struct option_def *option_by_name(const char *name);
const char *option_type_name(enum option_type type, bool array); /* "list of IPv4 addresses" */

/*
 * Parses Kea's csv-format text ("10.0.0.1, 10.0.0.2") by the option's type
 * into at most `cap` bytes. Returns the length (0 only for OPTION_EMPTY), or
 * -EINVAL with whybuf saying what is wrong and what is allowed; buf's contents are
 * then undefined. Spaces around values do not count; in a string "\," is a comma, as in
 * Kea, and so is a bare comma. A string has at most 255 bytes; a list may be longer
 * and is then split on the wire (RFC 3396). OPTION_BINARY reads as option_parse_hex().
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
