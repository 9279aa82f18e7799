/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The way back to a relay, or to a client behind a router: where the request came from, or, with
 * fast-path.route: fib, as the kernel would send it. That is of use only over the interface that
 * the request came in by, as XDP transmits on no other; and only if the next hop's address is
 * known: else the daemon's reply makes the kernel ask for it. The kernel looks up no route for a
 * device that does not forward.
 */
#ifndef XDHCP_BPF_ROUTE_H
#define XDHCP_BPF_ROUTE_H

#include "parse.h"

#define ROUTE_FAMILY 2 /* AF_INET */

/*
 * The MAC of the next hop on the way from `src` to `dst` over `device`, its bytes as in memory; 0:
 * there is none. `len`: of the IP packet. The Ethernet source is the device's, which the link's
 * record has.
 */
__noinline __u64 route_mac(struct xdp_md *ctx, __u32 src, __u32 dst, __u32 device, __u32 len)
{
	struct bpf_fib_lookup way = {
		.family = ROUTE_FAMILY,
		.l4_protocol = IPPROTO_UDP,
		.tot_len = len,
		.ifindex = device,
		.ipv4_src = src,
		.ipv4_dst = dst,
	};

	/* not BPF_FIB_LOOKUP_OUTPUT: it takes a worse route if only that is over this device */
	if (bpf_fib_lookup(ctx, &way, sizeof(way), 0) != BPF_FIB_LKUP_RET_SUCCESS ||
	    way.ifindex != device)
		return 0;
	return AT32(way.dmac) | (__u64)AT16(way.dmac + 4) << 32;
}

/* Of what did not come from the client itself: r->from becomes where its reply goes. */
static __always_inline bool find_route(struct xdp_md *ctx, struct request *r, __u32 len)
{
	const struct policy *link = r->link;

	if (forget(READ_ONCE(link->route)) != XDHCP_ROUTE_FIB)
		return true;
	__u32 dst = forget(r->way) == WAY_RELAYED ? r->giaddr : r->ciaddr;
	__u64 mac = route_mac(ctx, r->ip_dst, dst, link->device, len);

	if (!mac)
		return false;
	r->from = forget(mac);
	return true;
}

#endif
