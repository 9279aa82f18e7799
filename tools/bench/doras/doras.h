/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Whole exchanges (DISCOVER, OFFER, REQUEST, ACK) at a rate that does not depend on how the server
 * answers: an exchange begins when it is due, and what has not come to its ACK within the patience
 * is lost. Each message is sent once; or, if asked so, again as RFC 2131 4.1 has it: after 4 s, 8,
 * 16, 32 and 64, each more or less by up to a second, and after a NAK from the beginning (3.1 step
 * 5).
 *
 * Every reply is taken apart and judged as loadgen does it. What is odd about one but would not
 * keep a correct client from using it is counted by what it is, and taken, if the server is
 * another's (lenient); else it is wrong. So is an address that two clients have.
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
	uint32_t settle_ms; /* retransmit: how long what is under way may still take at the end */
	uint8_t prefix;
	bool random; /* any of them, instead of in turn */
	bool lenient, retransmit;
	bool echo; /* an answer is the message itself, sent back */
};

struct doras_result {
	uint64_t begun, offered, acked, naks, wrong, doubled, late, foreign, dropped;
	uint64_t again;	  /* of those begun: by a client that had an ACK already */
	uint64_t in_time; /* of those acked: while others still began */
	/* exchanges under way at the end more than at half time, beyond what begins in a fiftieth
	 * of a second: they pile up */
	uint64_t behind;
	uint64_t sent;	   /* messages, each time one was */
	uint64_t resent;   /* of these: again */
	uint64_t answered; /* replies to any of them */
	double seconds;	   /* in which exchanges began */
	double loss;	   /* 0-1 */
};

/* 0, or -1: said why. */
int doras_open(const struct doras_options *o, struct doras **ret_doras);
void doras_close(struct doras *doras);

/* `rate` exchanges a second for `seconds`, and until what is under way has ended. 0, or -1: said
 * why. */
int doras_run(struct doras *doras, double rate, double seconds, struct doras_result *ret_result);
/* Of the last run, in microseconds: {offer, ack, whole}, each p50, p90, p99, p99.9, max. */
json_t *doras_latency(struct doras *doras);
/* {"NAK: flags differ": how often, ...} since doras_open(). */
json_t *doras_oddities(const struct doras *doras);
/* The index of the first client that has not been used. */
uint32_t doras_next(const struct doras *doras);

#endif
