/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Random numbers that are the same in every run, so that what fails once fails again. Those of a
 * whole program (random_seed, random_below), or of a state of one's own (random_next).
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

static inline uint32_t random_below(uint32_t below) /* xorshift64 */
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (uint32_t)(random_state >> 32) % below;
}

/* xorshift64*; the state is not 0. */
static inline uint32_t random_next(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return (uint32_t)((*state * 0x2545f4914f6cdd1dull) >> 32);
}

#define RANDOM_STRIDE 0x9e3779b97f4a7c15ull

/* What splitmix64 makes of a number: of RANDOM_STRIDE, twice that, ... a sequence without a seed
 * that is worse than others. */
static inline uint64_t random_mix(uint64_t z)
{
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

#endif
