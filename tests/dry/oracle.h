/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What was promised to whom, and what the store holds, kept apart from all that the daemon knows.
 */
#ifndef XDHCP_TESTS_ORACLE_H
#define XDHCP_TESTS_ORACLE_H

#include "engine/engine.h"

void oracle_reset(void);
bool oracle_is_ours(uint32_t addr);

/* The store: it is what it is told. NULL: no row. */
const struct lease_row *oracle_row(uint32_t addr);
void oracle_store(const struct lease_row *row);
/* All rows, by address. fn's negative return ends it. */
int oracle_rows(int (*fn)(void *arg, const struct lease_row *row), void *arg);

/* A whole frame of BOOTP length or more that goes to a client, from the daemon or from XDP. */
void oracle_reply(const uint8_t *bootp, size_t len, bool by_xdp);
/* The client has given it back, or said that it is no good. */
void oracle_ended(uint32_t addr, const uint8_t chaddr[6]);

/* A decided reply is one that could be sent: it is encoded, and read back. */
void oracle_encoded(const struct dhcp_msg *msg, const struct dhcp_reply *reply);

#endif
