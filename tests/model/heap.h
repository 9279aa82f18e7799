/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The memory of the daemon's process: whatever its coroutines allocate (malloc and its kin are
 * wrapped by the linker) comes from one arena, which a start or a kill throws away whole.
 */
#ifndef XDHCP_TESTS_MODEL_HEAP_H
#define XDHCP_TESTS_MODEL_HEAP_H

#include <stddef.h>

void heap_reset(void);
/* Between these two even the daemon's code allocates from the test's own memory. They nest. */
void heap_leave(void);
void heap_return(void);

#endif
