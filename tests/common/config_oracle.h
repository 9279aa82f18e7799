/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What must hold of the answer to any configuration whatever, good or bad.
 */
#ifndef XDHCP_TEST_CONFIG_ORACLE_H
#define XDHCP_TEST_CONFIG_ORACLE_H

#include <stdbool.h>

/*
 * Loads the text. Either a model that holds its invariants, survives config-get and back with
 * the same digests and can be configured into an engine; or printable errors with places inside the
 * text, in order. Aborts if not. true: it loaded.
 */
bool config_oracle(const char *text);

#endif
