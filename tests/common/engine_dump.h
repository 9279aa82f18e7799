/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * All that an engine knows as text, to be compared: what was undone is as it was. On the way its
 * indexes, queues and counters are held against each other; it aborts where they differ.
 */
#ifndef XDHCP_TEST_ENGINE_DUMP_H
#define XDHCP_TEST_ENGINE_DUMP_H

#include "engine/engine.h"

struct engine_dump { /* one line an address, with whatever is filed for it */
	char text[64 * 1024];
	size_t len;
};

/* Of the model's subnets; they are small ones. */
void engine_dump(const struct engine *engine, const struct model *model, struct engine_dump *ret);
/* Removes what only time removes, so that it is not mistaken for an effect. */
void engine_lapse(struct engine *engine, uint32_t now);

#endif
