/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The directory in `blocks` as memory: which /24 has which slots (struct block in
 * abi.h). Pure. One writes; programs may read at the same time.
 */
#ifndef XDHCP_DIRECTORY_H
#define XDHCP_DIRECTORY_H

#include <stdbool.h>
#include <stdint.h>

#include "abi.h"

/* How many places the directory of so many slots has, and its block_shift. */
uint32_t directory_places(uint32_t slots, uint32_t *ret_shift);
/* The same for a shift that was found; 0: no directory has it. */
uint32_t directory_places_of(uint32_t shift);

/* Has this /24 a place that is free? */
bool directory_has_room(const struct block *places, uint32_t shift, uint32_t prefix);
/*
 * Enters a /24 (host order) that has no place. -ENOSPC: all it may have are taken.
 * -EINVAL: 0.0.0.0/24, whose word could be that of an empty place.
 */
int directory_add(struct block *places, uint32_t shift, uint32_t prefix, uint32_t first);
/* -ENOENT: it has none. */
int directory_remove(struct block *places, uint32_t shift, uint32_t prefix);

#endif
