/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * When a client that has no answer sends again: a wheel of slots a hundredth of a second apart. A
 * client is in one slot at most, linked by `earlier` and `later`.
 */
#ifndef XDHCP_BENCH_TIMERS_H
#define XDHCP_BENCH_TIMERS_H

#include <stdint.h>

#include "../../loadgen/loadgen.h"

#define TIMERS_TICK 10000000u /* ns */

struct timers;

struct timers *timers_new(uint64_t now); /* NULL: no memory */
void timers_free(struct timers *timers);
/* At `due`, not earlier than a tick from now and at most 80 s ahead, instead of what was set
 * before. */
void timers_set(struct timers *timers, struct client *client, uint64_t due);
void timers_clear(struct client *client);
/* Of all whose time has come, one after the other, each no longer set. `fn` returns negative errno:
 * then it ends and returns that. */
int timers_run(struct timers *timers, uint64_t now, int (*fn)(void *arg, struct client *client),
	       void *arg);

#endif
