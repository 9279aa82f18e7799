// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Planted fault: free before harvest. What XDP has granted is not looked at when a binding ends, so
 * its address is free while the grant runs.
 */
#include "net/slots.h"

void __wrap_slot_grant(const struct slot *slot, uint32_t *ret_last, uint32_t *ret_granted_until);

void __wrap_slot_grant(const struct slot *slot, uint32_t *ret_last, uint32_t *ret_granted_until)
{
	(void)slot;
	*ret_last = *ret_granted_until = 0;
}
