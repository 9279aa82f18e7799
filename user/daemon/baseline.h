/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What counters stood at when they were reset: it is taken off when they are shown. The counters
 * themselves go on, for the daemon's own use and for the status, and those of XDP are not ours to
 * write. A restart forgets it. No clock, no I/O.
 */
#ifndef XDHCP_BASELINE_H
#define XDHCP_BASELINE_H

#include <stdint.h>

struct baseline; /* a list of them begins as NULL */

/* 0 where it was never reset. */
uint64_t baseline_of(const struct baseline *list, const char *name);
/* 0 or -ENOMEM. */
int baseline_set(struct baseline **list, const char *name, uint64_t value);
void baseline_forget(struct baseline **list);

#endif
