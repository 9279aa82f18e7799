/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The oracle of the wire: what clients have been promised, as they saw it.
 *
 * Invariant checked here: no address is offered or promised to a client while another holds a
 * promise of it. A promise runs from the ACK's arrival to (request sent + lifetime): the part that
 * is sure however the server rounds. It ends early when its client sends a RELEASE or DECLINE
 * of it afterwards; an ACK of what was asked for before that is none.
 *
 * The log, for the oracle of the store (covered in tests/e2e/lib.sh), a line each, times in seconds
 * of CLOCK_BOOTTIME:
 *   P ADDRESS CHADDR SENT RECEIVED UNTIL     a promise
 *   E ADDRESS CHADDR TIME                    its holder has given it up
 */
#ifndef XDHCP_TESTS_ORACLE_H
#define XDHCP_TESTS_ORACLE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define ORACLE_HOLDERS 65536

struct oracle_holder {
	uint32_t addr;
	uint8_t chaddr[6];	      /* all zero: nobody yet */
	double sent, received, until; /* of the promise that runs longest */
	double ended;		      /* when it was given up; 0: it has not been */
	double gave_up;		      /* when this client last did so, also before this promise */
};

struct oracle {
	FILE *log;
	/* by the address's low half: the load keeps to a /16 */
	struct oracle_holder holders[ORACLE_HOLDERS];
	uint64_t promised, wandered, violations;
};

/* Opens the log; NULL: none is kept. Ends the program where it cannot. */
void oracle_open(struct oracle *o, const char *path);
/* Says on stdout what is wrong, and counts it. */
__attribute__((format(printf, 2, 3))) void oracle_violation(struct oracle *o, const char *format,
							    ...);
/*
 * An ACK of `addr` for `lifetime` has arrived. Returns until when the promise surely runs; 0: it is
 * none, the client has given the address up since it asked.
 */
double oracle_promised(struct oracle *o, uint32_t addr, const uint8_t chaddr[6], double sent,
		       double now, uint32_t lifetime);
/* An OFFER of it has arrived. */
void oracle_offered(struct oracle *o, uint32_t addr, const uint8_t chaddr[6], double now);
/* Its holder has given it up, or must. */
void oracle_ended(struct oracle *o, uint32_t addr, const uint8_t chaddr[6], double now);

/* The promise of the address that was made last; NULL: none runs at that time. */
const struct oracle_holder *oracle_running(const struct oracle *o, uint32_t addr, double at);
bool oracle_holds(const struct oracle *o, uint32_t addr, const uint8_t chaddr[6], double at);

#endif
