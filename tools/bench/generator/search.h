/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The highest rate at which a server is not yet overrun: doubled while it carries what is offered,
 * halved while it does not, then bisected.
 */
#ifndef XDHCP_BENCH_SEARCH_H
#define XDHCP_BENCH_SEARCH_H

#include <stdbool.h>

#define SEARCH_LOSS   0.01
#define SEARCH_CLOSE  1.04 /* enough, of two rates */
#define SEARCH_PROBES 40
/* of the wanted rate: what cannot be made is no failure of the server's */
#define SEARCH_MADE 0.9

struct search_result {
	bool carried;
	bool cut_short; /* less than was wanted could be made */
	double made;	/* a second */
};

/*
 * `probe` tries a rate: 0, or -1 (said why). It ends between two rates as `close` as that. Returns
 * the highest rate that is carried, else the highest that can be made, which `ret_generator` tells;
 * 0: none is; -1: a probe has failed.
 */
double search_rate(double first, double close,
		   int (*probe)(void *arg, double rate, struct search_result *ret_result),
		   void *arg, bool *ret_generator);

#endif
