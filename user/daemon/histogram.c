// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Reading a histogram. See histogram.h. Holds no state.
 */
#include "daemon/histogram.h"

uint64_t histogram_percentile(const struct histogram *h, unsigned percent)
{
	/* rounded up, without count * percent, which may not fit */
	uint64_t wanted = h->count / 100 * percent + (h->count % 100 * percent + 99) / 100;
	uint64_t reached = 0;

	for (unsigned i = 0; i < HISTOGRAM_BUCKETS - 1 && wanted; i++) {
		reached += h->buckets[i];
		if (reached >= wanted)
			return histogram_end(i) < h->max ? histogram_end(i) : h->max;
	}
	return h->max;
}

uint64_t histogram_up_to(const struct histogram *h, unsigned exponent)
{
	uint64_t n = 0;

	for (unsigned i = 0; i <= histogram_bucket(UINT64_C(1) << exponent); i++)
		n += h->buckets[i];
	return n;
}
