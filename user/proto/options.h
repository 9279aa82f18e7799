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
};

struct option_def {
	uint8_t code;
	const char *name; /* Kea's, e.g. "domain-name-servers" */
	enum option_type type;
	bool array;    /* one or more values */
	bool reserved; /* the server sets it itself (50-59, 61, 82 ...): not configurable */
};

const struct option_def *option_by_code(uint8_t code); /* NULL: not in the table */
const struct option_def *option_by_name(const char *name);
const char *option_type_name(enum option_type type, bool array); /* "list of IPv4 addresses" */

/*
 * Parses Kea's csv-format text ("10.0.0.1, 10.0.0.2") by the option's type
 * into at most `cap` bytes. Returns the length, or -EINVAL with *ret_why
 * pointing to a static or `whybuf` text that says what is wrong and what is allowed.
 */
int option_parse(const struct option_def *def, const char *text, uint8_t *buf, size_t cap,
		 char *whybuf, size_t whylen);
/* csv-format false: hex digits, optionally separated by ':' or ' ', optional 0x. */
int option_parse_hex(const char *text, uint8_t *buf, size_t cap, char *whybuf, size_t whylen);
/* The inverse, for dumps; truncates with "..." at cap. */
void option_format(const struct option_def *def, const uint8_t *data, size_t len, char *buf,
		   size_t cap);

#endif
