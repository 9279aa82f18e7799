/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Who was promised what, by all frames that left the machine, and whether that is kept:
 *
 *   uncovered     the store, as a daemon would load it now, does not hold what was promised (I1)
 *   two holders   an address is ACKed or offered to one client while another's promise runs (I5)
 *   quarantine    a declined address is ACKed or offered to anybody
 *   credit        an open slot may promise more than the store holds, or is another lease's
 *
 * A promise runs from the frame that makes it for the lifetime that stands in it, counted from the
 * moment at which the server began to handle the request. It ends early by a RELEASE or DECLINE
 * alone that its holder sends after the request that it answers: so a NAK ends nothing, and what
 * XDP grants to whoever renews after a RELEASE holds the address. So does an operator's word end
 * all promises of an address, and its quarantine, but for what is granted from then on.
 */
#ifndef XDHCP_TESTS_MODEL_ORACLE_H
#define XDHCP_TESTS_MODEL_ORACLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum oracle_message { ORACLE_OTHER, ORACLE_REQUEST, ORACLE_RELEASE, ORACLE_DECLINE };

void oracle_reset(void);
void oracle_client_sent(unsigned client, uint32_t xid, enum oracle_message message, uint32_t addr);
/* XDP or the daemon takes a client's frame up now. */
void oracle_handled(const uint8_t *frame, size_t len);
void oracle_sent(const uint8_t *frame, size_t len, bool by_xdp); /* a server's frame */
/* An operator ends its lease, or its quarantine, which is nobody's promise. */
void oracle_commanded(uint32_t addr, bool quarantine);
void oracle_committed(void); /* the store has changed */
void oracle_serving(void);   /* a daemon has started */
/* By an older one: what neither it nor a slot knows is lost, and no daemon can help it. */
void oracle_store_replaced(void);
void oracle_published(uint32_t addr); /* its slot was opened, or given credit */
/* What was promised so far counts no more: the store was lost with all that could tell of it. */
void oracle_forget(void);
/* All running promises against the store; at rest also that nothing is left half done. */
void oracle_check(void);
/* Another server makes a promise. */
void oracle_promised(unsigned client, uint32_t addr, uint32_t lifetime);
/* What was promised to a client last, if that runs; else 0. */
uint32_t oracle_address_of(unsigned client);
bool oracle_quarantined(uint32_t addr); /* in the store, for a DECLINE that was seen */
/* Promises that run now. */
unsigned oracle_running(void);
/* A hash of who holds what, for the count of distinct states. */
uint64_t oracle_hash(void);

#endif
