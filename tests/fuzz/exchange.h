/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The language of fuzz_packet's inputs: the number of a configuration, then what happens, one thing
 * after another. Shared by the harness and by what makes its corpus. Whatever bytes there are is an
 * exchange; what is missing at the end is zero.
 *
 *   MESSAGE type who what how n OPTIONS   a client's message; n bytes of options as they are
 *   FRAME n n BYTES                       a frame as it is; n of 16 bits
 *   AGAIN which at at value               a frame that was sent before, one byte of it replaced
 *   PASS span                             time goes by, see exchange_spans
 *   SETTLE                                barriers pass, and what waited for them is done
 *   RELOAD number                         another configuration, or this one
 *   DIGIT at at digit                     the same with one digit changed
 *   STORE fails                           from now on no commit succeeds (odd), or all do
 *   BATCH                                 what follows is one batch with what precedes
 *   RESTART how                           another daemon; odd: the one before was killed
 */
#ifndef XDHCP_FUZZ_EXCHANGE_H
#define XDHCP_FUZZ_EXCHANGE_H

#include <stdint.h>

enum exchange_op {
	EXCHANGE_MESSAGE,
	EXCHANGE_FRAME,
	EXCHANGE_AGAIN,
	EXCHANGE_PASS,
	EXCHANGE_SETTLE,
	EXCHANGE_RELOAD,
	EXCHANGE_DIGIT,
	EXCHANGE_STORE,
	EXCHANGE_BATCH,
	EXCHANGE_RESTART,
	EXCHANGE_OPS,
};

/* who: bits 0-2 the MAC, bits 3-5 the client id, bits 6-7 the place. */
#define WHO(mac, id, place) ((uint8_t)((mac) | (id) << 3 | (place) << 6))
enum exchange_id {
	ID_NONE,
	ID_MAC,	   /* 1 and the MAC (RFC 2132 9.14) */
	ID_SHARED, /* the same of all: clones */
	ID_SHORT,
	ID_DUID, /* RFC 4361 6.1: an IAID of its own, a DUID that two share */
	ID_LONG, /* 40 bytes */
	ID_DUID_OTHER,
	ID_EMPTY,
};
enum exchange_place {
	PLACE_LINK,
	PLACE_RELAY,	   /* 10.0.1.1 */
	PLACE_RELAY_TWIN,  /* 10.0.1.2: the other of a pair */
	PLACE_RELAY_OTHER, /* 10.99.0.1, known by relay.ip-addresses */
};

/* what: bits 0-3 which address is asked for, bits 4-7 how. */
#define WHAT(addr, state) ((uint8_t)((addr) | (state) << 4))
enum exchange_addr {
	ADDR_NONE,
	ADDR_OFFERED, /* what this MAC was offered or given last */
	ADDR_OTHERS,  /* what the next MAC was */
	ADDR_POOL,    /* 4 and more: 10.0.0.(addr), in the first subnet */
};
enum exchange_state {
	STATE_REQUESTED,  /* option 50 */
	STATE_SELECTING,  /* 50 and 54, ours */
	STATE_CIADDR,	  /* ciaddr, broadcast */
	STATE_DIRECT,	  /* ciaddr, unicast to us, past a relay */
	STATE_OTHER,	  /* 50 and 54, another server's */
	STATE_CIADDR_AND, /* ciaddr and 50 */
	STATES,
};

/* how */
#define HOW_BROADCAST 1u /* the B flag */
#define HOW_NO_XDP    2u /* straight to the daemon */
#define HOW_NO_END    4u
#define HOW_SMALL     8u   /* 57 is 576 */
#define HOW_LIST      16u  /* a parameter request list */
#define HOW_AGENT     32u  /* option 82: circuit "port" */
#define HOW_ROUTED    64u  /* a router's MAC */
#define HOW_SNAME     128u /* the last options are in sname, and 52 says so */

static const uint32_t exchange_spans[] = {1, 2, 5, 10, 11, 30, 60, 150, 300, 301, 600, 3600, 90000};

extern uint64_t exchange_start; /* nanoseconds of CLOCK_BOOTTIME at which each begins */

/* As text; NULL beyond the last. */
const char *exchange_config(unsigned number);

#endif
