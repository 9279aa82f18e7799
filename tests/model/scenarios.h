/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The scenarios: small ones for every interleaving, and one large one for random runs. */
#ifndef XDHCP_TESTS_MODEL_SCENARIOS_H
#define XDHCP_TESTS_MODEL_SCENARIOS_H

#include "explore.h"
#include "faults.h"

extern const struct scenario scenarios[];
extern const unsigned n_scenarios;
extern const struct scenario scenario_mixed; /* many clients, everything that can happen */
/* The same where slots and templates are scarce: they go from one to another all the time. */
extern const struct scenario scenario_scarce;

const struct scenario *scenario_by_name(const char *name); /* NULL: none */

#endif
