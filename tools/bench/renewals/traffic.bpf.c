// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Renewals out and their ACKs in, as fast as one CPU goes: the generator of
 * bench/renewals (see main.c for why it is in the kernel).
 *
 * generate: live frames of BPF_PROG_TEST_RUN, sent into the clients' end of a veth. One that is not
 * due yet is dropped and comes round again: that is how it waits.
 *
 * sink: at the clients' end: whose answer, the right address, and the first one? Of some also
 * whether it is an ACK and its checksum right. Where echoes are counted, an answer is the request
 * itself, its headers turned round.
 *
 * Both run on one CPU, so nothing here is atomic. Invariant: a request counts as answered at most
 * once.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "../bench.h"
#include "mem.h"
#include "traffic.h"
#include "wire.h"
#include "words.h"

/* frames that are made good after something was in the way: the veth's ring has 256 */
#define BEHIND		  64
#define BOOTP_FIELD(name) (TRAFFIC_BOOTP_AT + __builtin_offsetof(struct dhcp_header, name))
#define OPTIONS_AT	  (TRAFFIC_BOOTP_AT + sizeof(struct dhcp_header))
#define OPTIONS_MAX	  32
#define PROTOCOL_UDP	  17

struct traffic run;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct traffic_client);
} clients SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, TRAFFIC_ASKED);
	__type(key, __u32);
	__type(value, struct traffic_asked);
} asked SEC(".maps");

static __always_inline __u32 client_of(__u32 xid)
{
	return run.in_turn ? xid % run.clients : bench_client(xid, run.clients);
}

/* Is it time? */
static __always_inline bool due(void)
{
	__u64 now, most = BEHIND * run.interval;

	if (!run.interval)
		return true;
	now = bpf_ktime_get_ns() << 8;
	if (now < run.next)
		return false;
	if (run.next + most < now)
		run.next = now - most;
	run.next += run.interval;
	return true;
}

static __always_inline void write_client(__u8 *data, const struct traffic_client *c, __u32 xid)
{
	__u64 sum = (__u64)run.udp_sum + 2ull * c->addr + 2ull * c->index + bpf_htonl(xid) +
		    (c->name & 0xffffffff) + (c->name >> 32);
	__u16 csum = csum_finish(sum);

	AT32(data + TRAFFIC_MAC_AT) = c->index;
	AT32(data + TRAFFIC_SOURCE_AT) = c->addr;
	AT16(data + TRAFFIC_IP_CSUM_AT) = csum_finish((__u64)run.ip_sum + c->addr);
	AT16(data + TRAFFIC_UDP_CSUM_AT) = csum ? csum : 0xffff;
	AT32(data + TRAFFIC_XID_AT) = bpf_htonl(xid);
	AT32(data + TRAFFIC_CIADDR_AT) = c->addr;
	AT32(data + TRAFFIC_CHADDR_AT) = c->index;
	AT32(data + TRAFFIC_CLIENT_ID_AT) = c->index;
	AT64(data + TRAFFIC_NAME_AT) = c->name;
}

static __always_inline int fail(void)
{
	run.failed++;
	return XDP_DROP;
}

SEC("xdp")
int generate(struct xdp_md *ctx)
{
	__u8 *data = (__u8 *)(long)ctx->data;
	__u32 xid = run.xid, client, at = xid % TRAFFIC_ASKED;
	struct traffic_client *c;
	struct traffic_asked *a;

	if (!run.left || !due())
		return XDP_DROP;
	client = client_of(xid);
	c = bpf_map_lookup_elem(&clients, &client);
	a = bpf_map_lookup_elem(&asked, &at);
	if (!c || !a || data + TRAFFIC_FRAME > (__u8 *)(long)ctx->data_end)
		return fail();
#pragma unroll
	for (__u32 i = 0; i < TRAFFIC_FRAME / 8; i++)
		AT64(data + 8 * i) = run.frame[i];
	AT32(data + TRAFFIC_FRAME - 6) = AT32((__u8 *)run.frame + TRAFFIC_FRAME - 6);
	AT16(data + TRAFFIC_FRAME - 2) = AT16((__u8 *)run.frame + TRAFFIC_FRAME - 2);
	write_client(data, c, xid);
	*a = (struct traffic_asked){.xid = xid, .client = client};
	run.xid = xid + 1;
	run.left--;
	if (run.sent++ == 0)
		run.start = bpf_ktime_get_ns();
	if (!run.left)
		run.end = bpf_ktime_get_ns();
	if (!(xid & run.untimed))
		a->sent = bpf_ktime_get_ns();
	return bpf_redirect(run.ifindex, 0);
}

/* --- replies --- */

/* Is option 53 there, and is it what answers? */
static __always_inline bool is_answer(struct xdp_md *ctx)
{
	__u32 at = OPTIONS_AT, type = run.echo ? DHCP_REQUEST : DHCP_ACK;
	__u8 o[3];

	for (int i = 0; i < OPTIONS_MAX; i++) {
		if (bpf_xdp_load_bytes(ctx, at, o, sizeof(o)))
			return false;
		if (o[0] == DHO_MESSAGE_TYPE)
			return o[2] == type;
		at += o[0] == DHO_PAD ? 1 : 2 + o[1];
	}
	return false;
}

/* Over data with a right checksum in it the sum is all ones (RFC 1071). */
static __always_inline bool checksum_right(const __u8 *data, const __u8 *data_end)
{
	__u32 len = bpf_ntohs(AT16(data + TRAFFIC_UDP_AT + 4));
	__u64 sum = AT32(data + TRAFFIC_SOURCE_AT) + (__u64)AT32(data + TRAFFIC_SOURCE_AT + 4) +
		    bpf_htons(PROTOCOL_UDP) + bpf_htons((__u16)len);
	const __u8 *p = data + TRAFFIC_UDP_AT;

	if (AT16(data + TRAFFIC_UDP_CSUM_AT) == 0)
		return true; /* not used (RFC 768) */
	for (__u32 i = 0; i < 740 && i + 1 < len; i += 2, p += 2) {
		KEEP(p);
		if (p + 2 > data_end)
			return false;
		sum += AT16(p);
	}
	if (len & 1) {
		KEEP(p);
		if (p + 1 > data_end)
			return false;
		sum += *p;
	}
	return csum_finish(sum) == 0;
}

static __always_inline void time_taken(__u64 sent)
{
	__u64 ns = bpf_ktime_get_ns() - sent;
	__u32 octave = 0, step;

	for (; octave < 40 && ns >> octave > 31; octave++)
		;
	step = ns >> octave; /* 16-31, or less in the first octave */
	if (step >= 16)
		step = (octave + 1) * 16 + step - 16;
	if (step < TRAFFIC_STEPS)
		run.latency[step]++;
}

/* Whose answer it is must follow from all that says so; the request has no yiaddr yet. */
static __always_inline bool is_clients(const __u8 *data, const struct traffic_client *c)
{
	__u8 op = run.echo ? DHCP_BOOTREQUEST : DHCP_BOOTREPLY;
	__u32 addr = run.echo ? AT32(data + TRAFFIC_CIADDR_AT) : AT32(data + BOOTP_FIELD(yiaddr));

	return data[TRAFFIC_BOOTP_AT] == op && addr == c->addr &&
	       AT32(data + TRAFFIC_CHADDR_AT) == c->index &&
	       AT16(data + BOOTP_FIELD(chaddr)) == AT16((__u8 *)run.frame + 6);
}

static __always_inline int wrong(void)
{
	run.wrong++;
	return XDP_DROP;
}

SEC("xdp")
int sink(struct xdp_md *ctx)
{
	const __u8 *data = (const __u8 *)(long)ctx->data;
	const __u8 *data_end = (const __u8 *)(long)ctx->data_end;
	struct traffic_client *c;
	struct traffic_asked *a;
	__u32 xid, at;

	if (data + OPTIONS_AT > data_end || AT16(data + 12) != bpf_htons(ETH_P_IP) ||
	    data[TRAFFIC_IP_AT] != 0x45 || data[TRAFFIC_IP_AT + 9] != PROTOCOL_UDP ||
	    AT32(data + TRAFFIC_UDP_AT) != bpf_htonl(DHCP_SERVER_PORT << 16 | DHCP_CLIENT_PORT)) {
		run.others++;
		return XDP_PASS;
	}
	xid = bpf_ntohl(AT32(data + TRAFFIC_XID_AT));
	at = xid % TRAFFIC_ASKED;
	a = bpf_map_lookup_elem(&asked, &at);
	if (!a || a->xid != xid) {
		run.late++;
		return XDP_DROP;
	}
	c = bpf_map_lookup_elem(&clients, &a->client);
	if (!c || !is_clients(data, c))
		return wrong();
	if (!(xid & run.unchecked) && !checksum_right(data, data_end))
		return wrong();
	if (!(xid & run.unchecked) && !is_answer(ctx))
		return wrong();
	if (a->answered) {
		run.duplicates++;
		return XDP_DROP;
	}
	a->answered = 1;
	run.answered++;
	if (a->sent)
		time_taken(a->sent);
	return XDP_DROP;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
