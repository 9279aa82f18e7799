/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What must hold, in tests that also run where there is no cmocka (fuzzers): says what did not, and
 * aborts, which both take for a finding.
 */
#ifndef XDHCP_TEST_REQUIRE_H
#define XDHCP_TEST_REQUIRE_H

#include <stdio.h>
#include <stdlib.h>

#define require(truth)                                                                      \
	do {                                                                                \
		if (!(truth)) {                                                             \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #truth); \
			abort();                                                            \
		}                                                                           \
	} while (0)

/* With a text of its own. */
#define wrong(...)                                              \
	do {                                                    \
		fprintf(stderr, "%s:%d: ", __FILE__, __LINE__); \
		fprintf(stderr, __VA_ARGS__);                   \
		fputc('\n', stderr);                            \
		abort();                                        \
	} while (0)

#endif
