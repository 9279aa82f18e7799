/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The frames of the benchmarks, each BENCH_FRAME bytes, so that restoring any of
 * them costs the same: tags and a relay's option 82 take their room from the
 * padding. The request is that of a usual client (options 53 61 57 12 55), without a UDP
 * checksum, which nobody then has to make anew. Pure.
 */
#ifndef XDHCP_BENCH_FRAMES_H
#define XDHCP_BENCH_FRAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "bench.h"
#include "verdicts.h"

/* Addresses are host order. Client i's is FRAMES_BASE + i; see bench.h for its MAC. */
#define FRAMES_BASE	   0x0a400010u /* 10.64.0.16 */
#define FRAMES_CLIENTS_MAX (1u << 20)
#define FRAMES_SERVER	   0x0a5ffffeu /* 10.95.255.254 */
/* In client 0's /24, which has its slots, but below the pool. */
#define FRAMES_UNKNOWN 0x0a400009u
#define FRAMES_RELAY   0x0a5ffffdu /* 10.95.255.253 */
/* VLAN ids. In two tags the outer one's is of type 0x88a8, the inner one's the same as alone. */
#define FRAMES_VLAN	  10
#define FRAMES_OUTER_VLAN 100

/* X(name, verdict, help): what the XDP program makes of it once the client is bound; what a table
 * calls it. */
#define FRAME_KINDS(X)                                                                     \
	X(renewal, ack_renewing, "a client's renewal, answered before")                    \
	X(first, ack_selecting, "its first REQUEST, in SELECTING")                         \
	X(vlan, ack_renewing, "1 client in a VLAN (802.1Q)")                               \
	X(qinq, ack_renewing, "1 client in a VLAN in another (QinQ)")                      \
	X(relayed, ack_rebinding, "1 client, brought by a relay, option 82")               \
	X(routed, ack_renewing, "the same client, brought by a router")                    \
	X(discover, pass_discover, "a DISCOVER")                                           \
	X(unknown_form, pass_form, "a renewal with an option that it did not have before") \
	X(unknown_address, pass_no_slot, "a renewal of an address without a lease")        \
	X(dns, pass_not_dhcp, "UDP to port 53")                                            \
	X(tcp, pass_not_udp, "TCP")                                                        \
	X(ipv6, pass_not_ip, "IPv6")

enum frame_kind {
#define X(name, verdict, help) FRAME_##name,
	FRAME_KINDS(X)
#undef X
		FRAME_KIND_COUNT,
};

/* `xid` in host order; `server_mac` is where renewals go. */
void frame_build(enum frame_kind kind, uint32_t client, uint32_t xid, const uint8_t server_mac[6],
		 uint8_t frame[BENCH_FRAME]);
/* The same, its options laid out in the way of its shape (below BENCH_SHAPES). */
void frame_build_shape(enum frame_kind kind, uint32_t client, uint32_t shape, uint32_t xid,
		       const uint8_t server_mac[6], uint8_t frame[BENCH_FRAME]);
const char *frame_help(enum frame_kind kind);
enum xdhcp_verdict frame_verdict(enum frame_kind kind);
bool frame_is_answered(enum frame_kind kind);
/*
 * Whose they are where all are one client's: client 0's, or one's beyond FRAMES_CLIENTS_MAX if they
 * come by another link, a relay or a router.
 */
uint32_t frame_client(enum frame_kind kind);
#define FRAMES_CLIENTS_ELSEWHERE 3

/*
 * Makes the frame what `run` restores, with `clients` clients of whom iteration `xid` is one; which
 * one is of use only where it has no tags.
 */
void frame_load(struct bench_run *run, const uint8_t frame[BENCH_FRAME], uint32_t clients,
		uint32_t xid);

#endif
