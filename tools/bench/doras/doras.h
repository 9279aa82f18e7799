/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Whole exchanges (DISCOVER, OFFER, REQUEST, ACK) at a rate that does not depend on how the server
 * answers: an exchange begins when it is due, each message is sent once, and what has not come to
 * its ACK within the patience is lost. Every reply is taken apart and judged as loadgen does it,
 * and no address may be given to two clients.
 */
#ifndef XDHCP_BENCH_DORAS_H
#define XDHCP_BENCH_DORAS_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

struct doras;

struct doras_options {
	const char *interface;
	uint32_t clients, first; /* they are first .. first + clients - 1; in turn, and then anew */
	uint32_t patience_ms;
	uint8_t prefix;
	bool random, lenient; /* random: any of them, instead of in turn */
};

struct doras_result {
	uint64_t begun, offered, acked, naks, wrong, late, foreign, dropped;
	uint64_t again;	 /* of those begun: by a client that had an ACK already */
	uint64_t behind; /* exchanges under way at the end beyond what a fiftieth of a second holds
			  */
	double seconds;
	double loss; /* 0-1 */
};

/* 0, or -1: said why. */
int doras_open(const struct doras_options *o, struct doras **ret_doras);
void doras_close(struct doras *doras);

/* `rate` exchanges a second for `seconds`, and until what is under way has ended. 0, or -1: said
 * why. */
int doras_run(struct doras *doras, double rate, double seconds, struct doras_result *ret_result);
/* Of the last run, in microseconds: {offer, ack, whole}, each p50, p90, p99, p99.9, max. */
json_t *doras_latency(struct doras *doras);
/* The index of the first client that has not been used. */
uint32_t doras_next(const struct doras *doras);

#endif
