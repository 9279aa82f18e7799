/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * How many lines of the log others may cause: a burst, and so many a second. Whoever sends
 * packets must not fill the disk. Pure; seconds of any clock that only rises.
 */
#ifndef XDHCP_LOG_LIMIT_H
#define XDHCP_LOG_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

#define LOG_LIMIT_BURST	     1000
#define LOG_LIMIT_RATE	     50 /* a second */
#define LOG_LIMIT_SAID_EVERY 10 /* seconds between two lines about those left out */

struct log_limit {
	uint32_t used;		 /* of the burst */
	uint32_t at;		 /* second up to which `used` was paid back */
	uint64_t left_out, said; /* lines, and how many of them were said to be */
	uint32_t said_at;	 /* second of the last line about it */
};

/* May one more line be written? Counts it either way. */
bool log_limit_take(struct log_limit *limit, uint32_t now);
/* How many were left out since this last said so; 0: none, or it is too early to say. */
uint64_t log_limit_left_out(struct log_limit *limit, uint32_t now);

#endif
