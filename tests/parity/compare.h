/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Parity (I2) of single frames: XDP passes it untouched, or its answer is that of the daemon in
 * the same state, byte for byte of the whole frame. And the ways to change a frame.
 */
#ifndef XDHCP_PARITY_COMPARE_H
#define XDHCP_PARITY_COMPARE_H

#include "rig.h"

/*
 * XDP's answer, which must be the daemon's. true: XDP answered, and the daemon the same. Where the
 * daemon puts its decision off until an address of that client has been closed there is nothing to
 * compare yet: false. `what` and `where` (which byte was changed, say) are for the message of a
 * failure.
 */
bool same_answer(struct rig *rig, const uint8_t *frame, size_t len, const char *what, size_t where);

/*
 * The frame with each of its bytes changed alone: to every other value, or to a few that are a
 * bit, a sign or a neighbour away. Bytes of the IP header also with its checksum made right.
 * Returns how many of them XDP answered.
 */
uint64_t any_byte(struct rig *rig, const uint8_t *frame, size_t len, bool every_value,
		  const char *what);

/* Of SEED from the environment, else of the time; the first one prints it. */
uint32_t random32(void);
/*
 * Changes a frame in a buffer of RIG_FRAME_MAX bytes a few times: bytes, bits, the options moved
 * along, another length. Returns the new length.
 */
size_t mangle(uint8_t *frame, size_t len);

#endif
