/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Relay agent information (option 82, RFC 3046): its sub-options. Pure. Bytes come from
 * the network or the store and are trusted in nothing.
 */
#ifndef XDHCP_RELAY_H
#define XDHCP_RELAY_H

#include "message.h"

enum relay_suboption {
	RELAY_CIRCUIT_ID = 1,	       /* RFC 3046 3.1 */
	RELAY_REMOTE_ID = 2,	       /* RFC 3046 3.2 */
	RELAY_LINK_SELECTION = 5,      /* RFC 3527: an address of the client's link */
	RELAY_SERVER_ID_OVERRIDE = 11, /* RFC 5107: what option 54 shall say */
	RELAY_ID = 12,		       /* RFC 6925 5: which relay */
	RELAY_SOURCE_PORT = 19,	       /* RFC 8357: the relay listens at its source port */
};

/*
 * The first sub-option `code` of `agent` (option 82's data; absent: none). False: it is not there,
 * or the sub-options before it run past the end. *ret points into agent->data.
 */
bool relay_suboption(const struct dhcp_opt *agent, uint8_t code, struct dhcp_opt *ret);
/* The same of an address, host order; 0: not there, or not of four bytes. */
uint32_t relay_address(const struct dhcp_opt *agent, uint8_t code);

/* RFC 8357 5.1: it listens at the port that it sent from. */
bool relay_at_source_port(const struct dhcp_opt *agent);

#define RELAY_TEXT_STR (3 * 255)
/*
 * A circuit id or the like for people: in quotes if all of it is printable ASCII that needs no
 * escape, else in hex with colons. Of more than 255 bytes the first.
 */
const char *relay_text(const struct dhcp_opt *id, char buf[RELAY_TEXT_STR]);

#endif
