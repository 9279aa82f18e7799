// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* See measure.h: what both measurements need. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "measure.h"

#define LOOPS	    20000
#define CALM	    1.08
#define FIRST_LOOKS 100

int measure_verdicts(struct measure *m, struct verdicts *ret_verdicts)
{
	int r = fastpath_verdicts(m->world.d.fp, ret_verdicts);

	return r < 0 ? bench_fail("the verdicts cannot be read: %s", strerror(-r)) : 0;
}

int measure_moved(struct measure *m, const struct verdicts *before, enum xdhcp_verdict verdict,
		  uint64_t n, uint64_t *ret_n)
{
	struct verdicts now;
	const uint64_t *a = (const uint64_t *)before, *b = (const uint64_t *)&now;

	if (measure_verdicts(m, &now) < 0)
		return -1;
	for (int i = 0; i < XDHCP_VERDICT_COUNT; i++) {
		if (i != (int)verdict && a[i] != b[i])
			return bench_fail("%llu frames met %s instead of %s",
					  (unsigned long long)(b[i] - a[i]), verdict_name(i),
					  verdict_name(verdict));
	}
	if (n != UINT64_MAX && b[verdict] - a[verdict] != n)
		return bench_fail("%s moved by %llu, not %llu", verdict_name(verdict),
				  (unsigned long long)(b[verdict] - a[verdict]),
				  (unsigned long long)n);
	if (ret_n)
		*ret_n = b[verdict] - a[verdict];
	return 0;
}

/* --- calm --- */

double measure_cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* What restoring does, word by word. */
static void copy_frame(volatile uint64_t *to, const volatile uint64_t *from)
{
	for (int word = 0; word < BENCH_FRAME_WORDS; word++)
		to[word] = from[word];
}

/* What a program does beside that: as much at once as the CPU can. */
static void mix_frame(volatile uint64_t *to, const volatile uint64_t *from)
{
	uint64_t lanes[4] = {1, 2, 3, 4};

	for (int word = 0; word < BENCH_FRAME_WORDS; word++) {
		uint64_t *lane = &lanes[word & 3];

		*lane = ((*lane ^ from[word]) + (*lane >> 7)) * 0x9e3779b97f4a7c15ull;
	}
	to[0] = lanes[0] ^ lanes[1] ^ lanes[2] ^ lanes[3];
}

/* ns for one frame in the first-level cache. The best of three. */
static double frame_ns(void (*fn)(volatile uint64_t *to, const volatile uint64_t *from))
{
	static uint64_t from[BENCH_FRAME_WORDS], to[BENCH_FRAME_WORDS];
	double best = 0, ns;

	for (int i = 0; i < 3; i++) {
		ns = measure_cpu_ns();
		for (int loop = 0; loop < LOOPS; loop++)
			fn(to, from);
		ns = measure_cpu_ns() - ns;
		if (i == 0 || ns < best)
			best = ns;
	}
	return best / LOOPS;
}

/* As fast as it has ever been? */
static bool is_best(double ns, double *best)
{
	if (*best == 0 || ns < *best)
		*best = ns;
	return ns <= *best * CALM;
}

bool measure_calm(struct measure *m)
{
	for (; m->looks < FIRST_LOOKS; m->looks++) {
		is_best(frame_ns(copy_frame), &m->best_copy);
		is_best(frame_ns(mix_frame), &m->best_mix);
	}
	return is_best(frame_ns(copy_frame), &m->best_copy) &&
	       is_best(frame_ns(mix_frame), &m->best_mix);
}

/* --- statistics --- */

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Between two samples where it falls between them. */
static double quantile(const double *sorted, size_t n, double q)
{
	double at = q * (double)(n - 1);
	size_t low = (size_t)at, high = low + 1 < n ? low + 1 : low;

	return sorted[low] + (sorted[high] - sorted[low]) * (at - (double)low);
}

struct quartiles quartiles(double *samples, size_t n)
{
	qsort(samples, n, sizeof(*samples), compare);
	return (struct quartiles){
		.q1 = quantile(samples, n, 0.25),
		.median = quantile(samples, n, 0.5),
		.q3 = quantile(samples, n, 0.75),
	};
}

json_t *quartiles_json(const struct quartiles *q)
{
	return json_pack("{s:f, s:f, s:f}", "q1", q->q1, "median", q->median, "q3", q->q3);
}
