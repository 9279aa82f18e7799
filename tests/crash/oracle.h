/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The oracle of the wire: what clients have been promised, as they saw it.
 *
 * Invariant checked here: at no time do two clients hold a promise of one
 * address. A promise runs from the ACK's arrival to (request sent + lifetime): the part that
 * is sure however the server rounds. It ends early when its client sends a RELEASE or DECLINE
 * of it afterwards, or gets a NAK.
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

struct oracle_holder {
	uint8_t chaddr[6]; /* all zero: nobody yet */
	double until;
};

struct oracle {
	FILE *log;
	struct oracle_holder
		holders[65536]; /* by the address's low half: the load keeps to a /16 */
	uint64_t wandered, violations;
};

/* Opens the log; NULL: none is kept. Ends the program where it cannot. */
void oracle_open(struct oracle *o, const char *path);
/* Says on stdout what is wrong, and counts it. */
__attribute__((format(printf, 2, 3))) void oracle_violation(struct oracle *o, const char *format,
							    ...);
/* An ACK of `addr` for `lifetime` has arrived. Returns until when the promise surely runs. */
double oracle_promised(struct oracle *o, uint32_t addr, const uint8_t chaddr[6], double sent,
		       double now, uint32_t lifetime);
/* Its holder has given it up, or must. */
void oracle_ended(struct oracle *o, uint32_t addr, const uint8_t chaddr[6], double now);

#endif
