/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * How often which value was met, in a fixed number of buckets: four to each power of two, so that
 * a percentile is told to within a quarter of itself, and each power of two is the end of a bucket.
 * A bucket holds what is greater than the end of the one before and not greater than its own (as
 * Prometheus' `le` has it); the ends are 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20 ... 2^32. What
 * is greater is in the last bucket too, and whole in sum and max. Adding is a few instructions, and
 * allocates nothing. Pure; a zeroed one is empty.
 */
#ifndef XDHCP_HISTOGRAM_H
#define XDHCP_HISTOGRAM_H

#include <stdint.h>

#define HISTOGRAM_BUCKETS 124
#define HISTOGRAM_POWERS  32

struct histogram {
	uint64_t count, sum, max;
	uint64_t buckets[HISTOGRAM_BUCKETS];
};

/* The bucket of a value, and the greatest value of a bucket. */
static inline unsigned histogram_bucket(uint64_t value)
{
	uint32_t less = value > UINT32_MAX ? UINT32_MAX : value ? (uint32_t)value - 1 : 0;
	unsigned octave;

	if (less < 4)
		return less;
	octave = 29 - (unsigned)__builtin_clz(less); /* 4 to 7: 0 */
	return 4 * octave + (less >> octave);
}

static inline uint64_t histogram_end(unsigned bucket)
{
	return bucket < 4 ? bucket + 1 : ((uint64_t)(bucket % 4) + 5) << (bucket / 4 - 1);
}

static inline void histogram_add(struct histogram *h, uint64_t value)
{
	h->count++;
	h->sum += value;
	h->max = value > h->max ? value : h->max;
	h->buckets[histogram_bucket(value)]++;
}

/*
 * What `percent` (1 to 100) of the values are not greater than: the end of the bucket where they
 * are reached, or the greatest value if that is less. 0 of an empty one.
 */
uint64_t histogram_percentile(const struct histogram *h, unsigned percent);
/* How many values are not greater than 2^exponent, which is less than HISTOGRAM_POWERS. */
uint64_t histogram_up_to(const struct histogram *h, unsigned exponent);

#endif
