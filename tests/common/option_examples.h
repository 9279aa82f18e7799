/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * An example of every option that has a row in the table: for the table's own test, and for what
 * real clients are sent.
 */
#ifndef XDHCP_TEST_OPTION_EXAMPLES_H
#define XDHCP_TEST_OPTION_EXAMPLES_H

struct option_example {
	const char *good, *bad; /* the good one as it is formatted, too; NULL: no such option */
};

extern const struct option_example option_examples[256]; /* by code */

#endif
