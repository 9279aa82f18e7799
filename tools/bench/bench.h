/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the benchmark's BPF programs and its userspace share: the request that
 * is written anew for every iteration, and whose request it is.
 *
 * The request is one Ethernet frame of BENCH_FRAME bytes. Client `i` has address
 * base + i and MAC 02:00:i (four bytes, network order); which client iteration `xid` is
 * follows from xid alone, so that whoever sees a reply knows whose it must be.
 */
#ifndef XDHCP_BENCH_H
#define XDHCP_BENCH_H

#include <linux/types.h>

#define BENCH_FRAME	   342 /* a BOOTP message of 300 bytes (RFC 1542 2.1) */
#define BENCH_FRAME_WORDS  43
#define BENCH_SHAPES	   8   /* layouts of the options, each a form of its own */
#define BENCH_CLIENT_ID_AT 288 /* the MAC within option 61, which follows option 53 */

/* Userspace writes it between runs, the programs while they run: never both. */
struct bench_run {
	__u64 shapes[BENCH_SHAPES][BENCH_FRAME_WORDS]; /* of client i: i % BENCH_SHAPES */
	__u64 frame[BENCH_FRAME_WORDS];
	__u32 base;    /* address of client 0, host order */
	__u32 clients; /* how many there are */
	__u32 ip_sum;  /* of the frame's IP header without source and checksum, native words */
	__u32 xid;     /* of the next iteration */
	__u32 slot;    /* whose grant restore_second clears */
	__u32 ifindex; /* where `generate` sends */
	__u64 failed;  /* iterations whose frame was not as it must be: nothing measured counts */

	/* live frames */
	__u64 left;	    /* frames `generate` may still send */
	__u64 sent;	    /* and has sent */
	__u64 start, end;   /* ns of CLOCK_MONOTONIC: first and last frame sent */
	__u64 echoed;	    /* frames that `echo` turned round */
	__u64 seen_echoes;  /* right frames that reached the sink */
	__u64 seen_replies; /* ACKs to the right client with the right address */
	__u64 seen;	    /* frames of which a sample's checksum was looked at */
	__u64 seen_wrong;   /* frames that are neither */
};

/* The client of iteration `xid`, of `clients`: any of them, in no order. */
static inline __u32 bench_client(__u32 xid, __u32 clients)
{
	__u64 mixed = (xid + 1ull) * 0xd6e8feb86659fd93ull;

	mixed = (mixed ^ mixed >> 32) * 0xa24baed4963ee407ull;
	return (__u32)((mixed >> 32) * clients >> 32);
}

#endif
