/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Copies of hits for `xdhcpctl capture`: the request as it came, before room is made for the
 * reply, and the reply as it is sent. The frame is only read (I4), and whether it is answered does
 * not depend on anything here: a ring that is full loses the copy and counts it.
 *
 * Off costs a hit one comparison, with a word of the gates' record, which check_gates()
 * has read (capture_until). xdhcpctl moves it ahead twice a second, so one that was killed
 * costs nothing after two more; the ring that it left goes with the next capture, or with the
 * daemon's next second. The filter is applied here, so that only what is wanted is copied.
 *
 * Global functions, which the verifier looks at once and not on each way that leads to
 * them. A record's size must be known to it: there are three. Nobody is woken (an interrupt
 * for each frame is what the fast path is there to avoid): the reader looks by itself.
 */
#ifndef XDHCP_BPF_CAPTURE_H
#define XDHCP_BPF_CAPTURE_H

#include "maps.h"
#include "mem.h"

static __always_inline bool capture_wants(const struct capture *c, __u32 addr, __u64 mac,
					  __u32 link)
{
	bool of_addr = c->n_addrs == 0, of_mac = c->n_macs == 0;

	if (c->link != 0 && c->link != link)
		return false;
	for (__u32 i = 0; i < XDHCP_CAPTURE_FILTERS; i++) {
		const __u8 *of = c->macs[i];

		if (i < c->n_addrs && (addr & AT32(c->masks[i])) == AT32(c->addrs[i]))
			of_addr = true;
		if (i < c->n_macs && mac == (AT32(of) | (__u64)AT16(of + 4) << 32))
			of_mac = true;
	}
	return of_addr && of_mac && (c->sample <= 1 || bpf_get_prandom_u32() % c->sample == 0);
}

/* Into a record with place for `size` bytes of the frame; 1 <= copied <= size. */
static __always_inline bool capture_copy(struct xdp_md *ctx, void *ring, __u32 size, __u32 len,
					 __u32 copied, __u32 reply)
{
	struct captured *to = bpf_ringbuf_reserve(ring, sizeof(*to) + size, 0);

	if (!to)
		return false;
	to->ns = bpf_ktime_get_boot_ns();
	to->len = len;
	to->copied = copied;
	to->reply = reply;
	if (bpf_xdp_load_bytes(ctx, 0, to->frame, copied) < 0)
		bpf_ringbuf_discard(to, BPF_RB_NO_WAKEUP);
	else
		bpf_ringbuf_submit(to, BPF_RB_NO_WAKEUP);
	return true;
}

#define CAPTURE_SMALL  496 /* nearly every request and reply */
#define CAPTURE_MEDIUM 1008
#define CAPTURE_LARGE  XDHCP_CAPTURE_MAX

/* The frame as it is now. */
__noinline int capture_frame(struct xdp_md *ctx, __u32 reply)
{
	__u32 zero = 0, len = bpf_xdp_get_buff_len(ctx);
	long copied; /* 6.1 learns that it is 1 or more only of a signed number */
	struct capture *c = bpf_map_lookup_elem(&capture, &zero);
	void *ring = bpf_map_lookup_elem(&captures, &zero);
	bool done;

	if (!c || !ring)
		return 0;
	copied = c->snaplen < len ? c->snaplen : len;
	KEEP(copied);
	if (copied < 1)
		return 0;
	if (copied > CAPTURE_LARGE)
		copied = CAPTURE_LARGE;
	if (copied <= CAPTURE_SMALL)
		done = capture_copy(ctx, ring, CAPTURE_SMALL, len, copied, reply);
	else if (copied <= CAPTURE_MEDIUM)
		done = capture_copy(ctx, ring, CAPTURE_MEDIUM, len, copied, reply);
	else
		done = capture_copy(ctx, ring, CAPTURE_LARGE, len, copied, reply);
	if (!done)
		__sync_fetch_and_add(&c->lost, 1);
	return 0;
}

/*
 * A hit, its request still untouched. `addr`: the client's, as in the packet; `mac`: its bytes as
 * in memory. Returns whether its reply is wanted, too. A frame for whose reply the driver then has
 * no room passes, and its copy stays.
 */
__noinline int capture_request(struct xdp_md *ctx, __u32 addr, __u64 mac, __u32 link)
{
	__u32 zero = 0;
	const struct capture *c = bpf_map_lookup_elem(&capture, &zero);

	if (!c || !capture_wants(c, addr, mac, link))
		return 0;
	capture_frame(ctx, 0);
	return 1;
}

#endif
