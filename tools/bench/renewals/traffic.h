/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the generator of renewals and its userspace share. A frame is the
 * loadgen form `fixed` in state RENEWING: always TRAFFIC_FRAME bytes, and what is a client's
 * own stands at the same places, all even, in every client's.
 */
#ifndef XDHCP_BENCH_TRAFFIC_H
#define XDHCP_BENCH_TRAFFIC_H

#include <linux/types.h>

#define TRAFFIC_FRAME 342
#define TRAFFIC_WORDS 43

/* where in the frame: what is written for each client, and what for each frame */
#define TRAFFIC_MAC_AT	     8 /* the index, within the Ethernet source */
#define TRAFFIC_IP_AT	     14
#define TRAFFIC_IP_CSUM_AT   24
#define TRAFFIC_SOURCE_AT    26
#define TRAFFIC_UDP_AT	     34
#define TRAFFIC_UDP_CSUM_AT  40
#define TRAFFIC_BOOTP_AT     42
#define TRAFFIC_XID_AT	     46
#define TRAFFIC_CIADDR_AT    54
#define TRAFFIC_CHADDR_AT    72	 /* the index */
#define TRAFFIC_CLIENT_ID_AT 290 /* the index */
#define TRAFFIC_NAME_AT	     300 /* eight bytes */

#define TRAFFIC_ASKED 32768 /* how many of the latest requests are remembered */
#define TRAFFIC_STEPS 512   /* of the histogram: 16 an octave of nanoseconds */

/* In network order. */
struct traffic_client {
	__u32 addr, index;
	__u64 name;
};

struct traffic_asked {
	__u64 sent; /* ns of CLOCK_MONOTONIC; 0: its time is not taken */
	__u32 xid, client;
	__u32 answered, unused;
};

/* Userspace writes it between runs, the programs while they run: never both. */
struct traffic {
	__u64 frame[TRAFFIC_WORDS]; /* without what is a client's own */
	__u32 clients;
	__u32 in_turn; /* each of them once a round, instead of any of them */
	__u32 ip_sum;  /* of the frame as above, native words */
	__u32 udp_sum;
	__u32 ifindex;
	__u32 xid;	 /* of the next frame */
	__u32 untimed;	 /* mask: frames whose xid has one of these bits are not timed */
	__u32 unchecked; /* likewise: replies whose checksum and type are not looked at */
	__u32 echo;	 /* an answer is the request itself, sent back */
	__u64 interval;	 /* 1/256 ns between frames; 0: as fast as it goes */
	__u64 next;	 /* 1/256 ns: when the next is due */

	__u64 left; /* frames still to be sent */
	__u64 sent, failed;
	__u64 start, end; /* ns: the first and the last frame sent */
	__u64 answered, wrong, duplicates, late, others;
	__u64 latency[TRAFFIC_STEPS];
};

#endif
