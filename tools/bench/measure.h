/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The two measurements of the fast path. Each prints its table on stdout, adds
 * its figures to a JSON object, and fails if a single frame was not treated as it
 * must be: figures of a program that does something else are no figures.
 */
#ifndef XDHCP_BENCH_MEASURE_H
#define XDHCP_BENCH_MEASURE_H

#include <jansson.h>

#include "world.h"

#include "tools/bench/harness.skel.h"

#define RUNS_MAX 1001

struct measure {
	struct world world;
	struct harness_bpf *harness;
	struct bench_run *run; /* the harness' memory */
	uint32_t clients;      /* the many of "random": at most so many fit */
	unsigned runs;	       /* of each test-run variant */
	unsigned iterations;   /* of a run */
	unsigned alternations; /* of echo and xdhcp on the veth */
	unsigned frames;       /* of each of them */
	uint32_t xid;	       /* of the next run's first iteration: no two runs have the same */
	unsigned looks;	       /* how often, before all else, the CPU was looked at */
	double best_copy;      /* ns: see measure_calm() */
	double best_mix;
	unsigned repeated;  /* runs that were not calm and were made again */
	unsigned disturbed; /* runs that count although they never were */
};

/* 0, or -1: said why. */
int measure_testrun(struct measure *m, json_t *ret_json);
int measure_veth(struct measure *m, json_t *ret_json);

/* All counters of the program now. */
int measure_verdicts(struct measure *m, struct verdicts *ret_verdicts);
/* 0 if since `before` only `verdict` moved, by `n` (UINT64_MAX: by however many); else said. */
int measure_moved(struct measure *m, const struct verdicts *before, enum xdhcp_verdict verdict,
		  uint64_t n, uint64_t *ret_n);

double measure_cpu_ns(void); /* CPU time of this thread */

/*
 * Is the CPU as fast as it has ever been in this process, within 8 %, at copying and at reckoning?
 * On a virtual machine, or beside another thread of the same core, it is not for seconds at a time.
 * A run that is not calm before and after is to be made again, MEASURE_TRIES times in all; a flood,
 * which is long, FLOOD_TRIES (veth.c).
 */
bool measure_calm(struct measure *m);
#define MEASURE_TRIES 30

struct quartiles {
	double q1, median, q3;
};
/* Sorts the samples. */
struct quartiles quartiles(double *samples, size_t n);
json_t *quartiles_json(const struct quartiles *q);

#endif
