/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Arithmetic on words as they lie in a packet: ones-complement sums (RFC 1071), which need no
 * swapping, and MAC addresses. Pure.
 */
#ifndef XDHCP_BPF_WORDS_H
#define XDHCP_BPF_WORDS_H

#include "mem.h"

/* A sum below 2^48, folded to 0x10000 at most; 0xffff: all is right. */
static __always_inline __u32 csum_fold(__u64 sum)
{
	__u32 low = sum, folded = (sum >> 32) + (low >> 16) + (low & 0xffff); /* <= 0x2fffd */

	return (folded >> 16) + (folded & 0xffff);
}

/* The complement, for a checksum field. */
static __always_inline __u16 csum_finish(__u64 sum)
{
	__u32 folded = csum_fold(sum);

	return ~(folded + (folded >> 16));
}

/* A MAC address at the beginning of a word, alone. */
static __always_inline __u64 mac_word(__u64 word)
{
	return word << 16; /* little-endian, as form.h */
}

#endif
