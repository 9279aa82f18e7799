/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The generator's userspace: loads it for the clients of a loadgen state file,
 * sends so many renewals at such a rate, waits for what is still to come.
 */
#ifndef XDHCP_BENCH_FLOOD_H
#define XDHCP_BENCH_FLOOD_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

struct flood;

struct flood_result {
	uint64_t sent, answered, wrong, duplicates, late;
	double seconds; /* from the first frame sent to the last */
	double rate;	/* answered a second */
	double loss;	/* 0-1 */
};

/* Attaches the sink to `interface`; `echo`: what answers sends each request back. 0, or -1: said
 * why. */
int flood_open(const char *interface, const char *state, bool in_turn, bool echo,
	       struct flood **ret_flood);
void flood_close(struct flood *flood);
uint32_t flood_clients(const struct flood *flood);

/* `rate` a second for `seconds`; 0: as fast as it goes. Latencies since the last call are in
 * flood_latency(). */
int flood_run(struct flood *flood, double rate, double seconds, struct flood_result *ret_result);
/* p50, p90, p99, p99.9 and the number of those that were timed; microseconds. */
json_t *flood_latency(const struct flood *flood);

#endif
