/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Random numbers that are the same in every run (xorshift64), so that what fails once fails
 * again.
 */
#ifndef XDHCP_TEST_RANDOM_H
#define XDHCP_TEST_RANDOM_H

#include <stdint.h>

static uint64_t random_state;

/* Not 0. */
static inline void random_seed(uint64_t seed)
{
	random_state = seed;
}

static inline uint32_t random_below(uint32_t below)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (uint32_t)(random_state >> 32) % below;
}

#endif
