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

#endif
