// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The kernel's side of the benchmark. BPF_PROG_TEST_RUN with `repeat` hands a
 * program the packet as the run before left it, so every program here that
 * measures another one first resets the frame's length and writes the whole request
 * anew, then tail-calls the program in `target`. With `target` empty it answers XDP_TX
 * itself: the cost of restoring, to be subtracted.
 *
 *   noop             nothing at all
 *   rewrite          writes the request; the length is left alone
 *   restore          resets the length, always by a call, so that it costs the same whether
 *                    there was something to undo or not, and writes the request
 *   restore_client   ... of another client each time
 *   restore_shape    ... whose options are laid out in one of BENCH_SHAPES ways
 *   restore_second   ... and makes the client's last grant forgotten: as if it had been in
 *                    another second, which in real life it always was
 *   echo             swaps the addresses and ports and sends the frame back
 *   generate, sink   live frames: the clients' end of a veth
 *
 * Invariant: `failed` is 0 after a run, or its figures mean nothing.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "abi.h"
#include "bench.h"
#include "mem.h"
#include "wire.h"
#include "words.h"

#define IP_AT		  14
#define UDP_AT		  34
#define BOOTP_AT	  42
#define OPTIONS_AT	  (BOOTP_AT + sizeof(struct dhcp_header))
#define BOOTP_FIELD(name) (BOOTP_AT + __builtin_offsetof(struct dhcp_header, name))

struct bench_run run;

/* Those of the program that is measured. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 256);
	__type(key, __u32);
	__type(value, struct slot);
} leases SEC(".maps");

/* The program that is measured. */
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} target SEC(".maps");

static __always_inline bool fail(void)
{
	run.failed++;
	return false;
}

/* Takes back what a reply did to the length: it grows at the head and shrinks at the tail. */
static __always_inline bool reset_length(struct xdp_md *ctx)
{
	long longer = (long)((__u64)ctx->data_end - (__u64)ctx->data) - BENCH_FRAME;

	if (bpf_xdp_adjust_head(ctx, longer > 0 ? longer : 0))
		return fail();
	return longer >= 0 || bpf_xdp_adjust_tail(ctx, -longer) == 0 || fail();
}

static __always_inline bool write_words(struct xdp_md *ctx, const __u64 *words, __u8 **ret_data)
{
	__u8 *data = (__u8 *)(long)ctx->data;
	const __u8 *data_end = (const __u8 *)(long)ctx->data_end;
	__u64 len = (__u64)data_end - (__u64)data;

	KEEP(len);
	if (data + BENCH_FRAME > data_end || len != BENCH_FRAME)
		return fail();
#pragma unroll
	for (__u32 i = 0; i < BENCH_FRAME / 8; i++)
		AT64(data + 8 * i) = words[i];
	AT32(data + BENCH_FRAME - 6) = AT32((__u8 *)words + BENCH_FRAME - 6);
	AT16(data + BENCH_FRAME - 2) = AT16((__u8 *)words + BENCH_FRAME - 2);
	*ret_data = data;
	return true;
}

static __always_inline bool write_frame(struct xdp_md *ctx, __u8 **ret_data)
{
	return write_words(ctx, run.frame, ret_data);
}

/* Makes it the request of the next iteration's client: puts in place what is that client's own. */
static __always_inline void write_client(__u8 *data)
{
	__u32 xid = run.xid++;
	__u32 client = bench_client(xid, run.clients);
	__u32 addr = bpf_htonl(run.base + client);

	client = bpf_htonl(client);
	AT32(data + 8) = client;
	AT32(data + IP_AT + 12) = addr;
	AT16(data + IP_AT + 10) = csum_finish((__u64)run.ip_sum + addr);
	AT32(data + BOOTP_FIELD(xid)) = bpf_htonl(xid);
	AT32(data + BOOTP_FIELD(ciaddr)) = addr;
	AT32(data + BOOTP_FIELD(chaddr) + 2) = client;
	AT32(data + BENCH_CLIENT_ID_AT + 2) = client;
}

SEC("xdp.frags")
int noop(struct xdp_md *ctx)
{
	(void)ctx;
	return XDP_TX;
}

SEC("xdp.frags")
int rewrite(struct xdp_md *ctx)
{
	__u8 *data;

	return write_frame(ctx, &data) ? XDP_TX : XDP_ABORTED;
}

SEC("xdp.frags")
int restore(struct xdp_md *ctx)
{
	__u8 *data;

	if (!reset_length(ctx) || !write_frame(ctx, &data))
		return XDP_ABORTED;
	bpf_tail_call_static(ctx, &target, 0);
	return XDP_TX;
}

SEC("xdp.frags")
int restore_client(struct xdp_md *ctx)
{
	__u8 *data;

	if (!reset_length(ctx) || !write_frame(ctx, &data))
		return XDP_ABORTED;
	write_client(data);
	bpf_tail_call_static(ctx, &target, 0);
	return XDP_TX;
}

SEC("xdp.frags")
int restore_shape(struct xdp_md *ctx)
{
	__u32 shape = bench_client(run.xid, run.clients) % BENCH_SHAPES;
	__u8 *data;

	if (!reset_length(ctx) || !write_words(ctx, run.shapes[shape], &data))
		return XDP_ABORTED;
	write_client(data);
	bpf_tail_call_static(ctx, &target, 0);
	return XDP_TX;
}

SEC("xdp.frags")
int restore_second(struct xdp_md *ctx)
{
	__u32 at = run.slot;
	struct slot *slot = bpf_map_lookup_elem(&leases, &at);
	__u8 *data;

	if (!slot)
		fail();
	if (!slot || !reset_length(ctx) || !write_frame(ctx, &data))
		return XDP_ABORTED;
	*(volatile word64 *)((__u8 *)slot + XDHCP_GRANT_OFFSET) = 0;
	bpf_tail_call_static(ctx, &target, 0);
	return XDP_TX;
}

static __always_inline void swap_headers(__u8 *data)
{
	__u32 high = AT32(data), ip = AT32(data + IP_AT + 12), ports = AT32(data + UDP_AT);
	__u16 low = AT16(data + 4);

	AT32(data) = AT32(data + 6);
	AT16(data + 4) = AT16(data + 10);
	AT32(data + 6) = high;
	AT16(data + 10) = low;
	AT32(data + IP_AT + 12) = AT32(data + IP_AT + 16);
	AT32(data + IP_AT + 16) = ip;
	AT32(data + UDP_AT) = ports >> 16 | ports << 16;
}

SEC("xdp.frags")
int echo(struct xdp_md *ctx)
{
	__u8 *data = (__u8 *)(long)ctx->data;

	if (data + BOOTP_AT > (__u8 *)(long)ctx->data_end)
		return XDP_PASS;
	swap_headers(data);
	run.echoed++;
	return XDP_TX;
}

SEC("xdp.frags")
int generate(struct xdp_md *ctx)
{
	__u64 left = run.left;
	__u8 *data;

	if (!left || !write_frame(ctx, &data)) /* its length is reset by the kernel */
		return XDP_ABORTED;
	write_client(data);
	if (run.sent++ == 0)
		run.start = bpf_ktime_get_ns();
	run.left = left - 1;
	if (left == 1)
		run.end = bpf_ktime_get_ns();
	return bpf_redirect(run.ifindex, 0);
}

/*
 * The client of this xid, its MAC and its address where a reply (op 2) or the echo of its
 * request (op 1) has them?
 */
static __always_inline bool is_right(const __u8 *data)
{
	__u32 client = bench_client(bpf_ntohl(AT32(data + BOOTP_FIELD(xid))), run.clients);
	__u32 addr = bpf_htonl(run.base + client);

	return AT16(data + 12) == bpf_htons(ETH_P_IP) && AT32(data + 2) == bpf_htonl(client) &&
	       AT16(data) == bpf_htons(0x0200) && AT32(data + IP_AT + 16) == addr &&
	       AT32(data + UDP_AT) == bpf_htonl(DHCP_SERVER_PORT << 16 | DHCP_CLIENT_PORT) &&
	       AT32(data + BOOTP_FIELD(ciaddr)) == addr &&
	       AT32(data + BOOTP_FIELD(cookie)) == bpf_htonl(DHCP_COOKIE);
}

#define CHECKED_EACH 64 /* of so many frames one's UDP checksum is made anew */

/* Of a datagram that ends with its frame. The echo is of a request, which has none. */
static __always_inline bool checksum_right(const __u8 *data, const __u8 *data_end)
{
	const __u8 *p = data + UDP_AT;
	__u64 sum = (__u64)AT32(data + IP_AT + 12) + AT32(data + IP_AT + 16) +
		    bpf_htons(IPPROTO_UDP) + AT16(data + UDP_AT + 4);

	for (int i = 0; i < 190 && p + 8 <= data_end; i++, p += 8)
		sum += (__u64)AT32(p) + AT32(p + 4);
	for (int i = 0; i < 3 && p + 2 <= data_end; i++, p += 2)
		sum += AT16(p);
	if (p + 1 <= data_end)
		sum += *p;
	return csum_finish(sum) == 0 || AT16(data + UDP_AT + 6) == 0;
}

SEC("xdp.frags")
int sink(struct xdp_md *ctx)
{
	const __u8 *data = (const __u8 *)(long)ctx->data;
	__u8 op, type;

	if (data + OPTIONS_AT + 3 > (const __u8 *)(long)ctx->data_end || !is_right(data)) {
		run.seen_wrong++;
		return XDP_DROP;
	}
	if (run.seen++ % CHECKED_EACH == 0 &&
	    !checksum_right(data, (const __u8 *)(long)ctx->data_end)) {
		run.seen_wrong++;
		return XDP_DROP;
	}
	op = data[BOOTP_AT];
	type = data[OPTIONS_AT + 2];
	if (op == DHCP_BOOTREQUEST && type == DHCP_REQUEST)
		run.seen_echoes++;
	else if (op == DHCP_BOOTREPLY && type == DHCP_ACK &&
		 AT32(data + BOOTP_FIELD(yiaddr)) == AT32(data + BOOTP_FIELD(ciaddr)))
		run.seen_replies++;
	else
		run.seen_wrong++;
	return XDP_DROP;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
