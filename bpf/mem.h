/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * How the program touches memory: whole words at any alignment (packets and
 * slots are bytes), and the order of reads that abi.h asks for.
 */
#ifndef XDHCP_BPF_MEM_H
#define XDHCP_BPF_MEM_H

#include <stdbool.h>

#include <linux/bpf.h>
#include <linux/types.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

/* Words of memory that is also accessed as bytes or as other words. */
typedef __u16 __attribute__((may_alias)) word16;
typedef __u32 __attribute__((may_alias)) word32;
typedef __u64 __attribute__((may_alias)) word64;

#define AT16(p) (*(word16 *)(p))
#define AT32(p) (*(word32 *)(p))
#define AT64(p) (*(word64 *)(p))

/* One load, now, whatever is known of the value: for words that others may change. */
#define READ_ONCE(x) (*(const volatile typeof(x) *)&(x))

/*
 * `p`, so that what is read through it is read after `word` was. The compiler
 * cannot look through the asm; a CPU that reorders loads (arm64) keeps the address
 * dependency; to the verifier the sum is `p` + 0.
 */
#define READ_AFTER(p, word)                           \
	({                                            \
		__u64 zero = (word);                  \
		asm volatile("%0 &= 0" : "+r"(zero)); \
		(typeof(p))((__u64)(p) + zero);       \
	})

/*
 * Keeps a value in the register in which it is checked. Left alone, clang
 * computes it anew after the check, and the verifier does not know the new one.
 */
#define KEEP(p) asm volatile("" : "+r"(p))

/*
 * 0, but to the verifier any number; `any` is some value that it does not know.
 * What starts as a known 0 and is tested in a loop makes a state of its own on every path.
 */
static __always_inline __u64 unknown_zero(__u64 any)
{
	asm volatile("%0 ^= %0" : "+r"(any));
	return any;
}

/* A ones-complement sum below 2^48 (RFC 1071), folded to 0x10000 at most; 0xffff: all is right. */
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
