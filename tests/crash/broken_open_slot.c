// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Planted fault: a binding that ends stays in the cache. Its slot is not closed, and XDP goes on
 * promising an address that has become another's.
 */
#include "net/slots.h"

void __wrap_slot_close(struct slot *slot);

void __wrap_slot_close(struct slot *slot)
{
	(void)slot;
}
