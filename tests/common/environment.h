/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Numbers by which whoever runs a test makes it longer, or another: SEED, ROUNDS and the like. */
#ifndef XDHCP_TEST_ENVIRONMENT_H
#define XDHCP_TEST_ENVIRONMENT_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

/* `otherwise` where it is not set; any number where it is "random", another at each call. */
static inline uint64_t from_environment(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);
	uint32_t any;

	if (text && !strcmp(text, "random")) {
		if (getrandom(&any, sizeof(any), 0) != sizeof(any))
			abort();
		return any;
	}
	return text ? strtoull(text, NULL, 0) : otherwise;
}

#endif
