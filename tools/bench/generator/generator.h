/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the generators of the benchmarks (renewals, doras) have in common: their words, whose CPU
 * time they count, and how a measurement goes: the highest rate that is carried, if it is to be
 * found, then that rate for as long as was asked, and less where it is too much for that long. How
 * frames are made, paced and judged is each one's own.
 */
#ifndef XDHCP_BENCH_GENERATOR_H
#define XDHCP_BENCH_GENERATOR_H

#include <stdbool.h>

#include <jansson.h>

#include "account.h"
#include "search.h"

struct generator {
	const char *usage; /* all of it; the generator's name is the program's */
	const char *interface;
	double rate, seconds, probe;
	double close; /* a search ends between two rates as close as that */
	bool search;
	struct account server;
};

#define GENERATOR_DEFAULTS                                                                \
	{                                                                                 \
		.seconds = 1, .probe = 0.5, .close = SEARCH_CLOSE, .server = {.cpu = -1 } \
	}

#define GENERATOR_SHORT "i:r:t:a:"
enum { OPT_SEARCH = 256, OPT_PROBE, OPT_CLOSE, OPT_CPU, OPT_OWN /* and on: the generator's own */ };
#define GENERATOR_LONG                                                                            \
	{"search", no_argument, NULL, OPT_SEARCH}, {"probe", required_argument, NULL, OPT_PROBE}, \
		{"close", required_argument, NULL, OPT_CLOSE},                                    \
	{                                                                                         \
		"cpu", required_argument, NULL, OPT_CPU                                           \
	}
#define GENERATOR_USAGE                                                                        \
	"  -t SECONDS    how long (1)\n"                                                       \
	"  --search      first finds the highest rate, from RATE on, of which at most 1 % is " \
	"lost\n"                                                                               \
	"  --probe S     how long it tries each (0.5)\n"                                       \
	"  --close RATIO of the two rates between which it ends (1.04)\n"                      \
	"  -a NAME=PID,PID...  whose CPU time is to be counted; up to four times\n"            \
	"  --cpu N       how long that CPU was busy\n"

/* What is wrong with the words, and how they should be; ends the program. */
_Noreturn void generator_die(const struct generator *g, const char *what);
/* A number from 0 to max, else it dies. */
double generator_number(const struct generator *g, const char *text, double max);
/* An option that all have, with its optarg; another one: it dies. */
void generator_option(struct generator *g, int option);
/* When all are read. */
void generator_check(const struct generator *g);

struct generator_calls {
	/* Tries a rate for so long: 0, or -1: said why. */
	int (*probe)(void *arg, double rate, double seconds, struct search_result *ret_result);
	/* The same, with all that is to be known of it; NULL: said why. */
	json_t *(*measure)(void *arg, double rate, struct search_result *ret_result);
	void (*nothing)(void *arg); /* says what came of the last probe: no rate is carried */
};

/*
 * The figures at the rate, or at the highest one; `limit` among them if it was looked for: whether
 * it is the server's or the generator's. NULL: said why.
 */
json_t *generator_measure(const struct generator *g, const struct generator_calls *calls,
			  void *arg);

#endif
