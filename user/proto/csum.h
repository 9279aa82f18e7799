/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The Internet checksum (RFC 1071), for the codec and for whoever builds
 * templates and tails. Pure. Sums are of 16-bit words as they lie in memory, so
 * that a folded sum is stored and compared without swapping, on either
 * endianness, and is what `sum` and `tail_sum` in abi.h hold.
 *
 * A template's sum is dhcp_csum_fold() over dhcp_csum_add() of siaddr, sname, file,
 * cookie and options, each with odd = false (all of them start at even offsets of the
 * BOOTP message); a tail piece's is that of the piece alone with odd = false, and
 * whoever places it at an odd offset swaps its two bytes.
 */
#ifndef XDHCP_CSUM_H
#define XDHCP_CSUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Adds `len` bytes to `sum`. odd: data[0] stands at an odd offset of what is summed. A
 * byte without a partner counts as if zero stood beside it. Any number of calls of up to
 * 65535 bytes may be added up without folding between them as long as there are fewer
 * than 65536.
 */
uint32_t dhcp_csum_add(uint32_t sum, const void *data, size_t len, bool odd);

/* Folds to 16 bits, not complemented: the checksum field is its complement. */
uint16_t dhcp_csum_fold(uint32_t sum);

#endif
