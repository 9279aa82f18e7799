/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Random configurations, and random requests of a few clients to them: whatever can stand in an
 * answer is set somewhere by some of them. All of it follows from random32().
 */
#ifndef XDHCP_PARITY_RANDOM_MODEL_H
#define XDHCP_PARITY_RANDOM_MODEL_H

#include "client.h"

#define RANDOM_CLIENTS 6 /* as many MACs */

/* A configuration of the link's two subnets, valid until the next call. */
const char *random_model(void);
/* Options of a client with the identifier of this number, in any order; some twice. */
void random_form(const struct client *client, uint32_t id, struct form *ret);
#define RANDOM_IDS 9 /* 0: none; the last two: that of its MAC */

uint32_t below(uint32_t n); /* 0 to n - 1 */

#endif
