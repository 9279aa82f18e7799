// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The sockets' filters: classic BPF, which every kernel compiles. Frames of IPv4 and UDP to port
 * 67, untagged (or their tag stripped), with one tag or two; of these a REQUEST, DECLINE, RELEASE
 * or INFORM for the one socket, all else for the other. Each frame is one's and never both's.
 *
 * Two sockets have two buffers: what a flood of DISCOVERs overflows is their own, at the price of
 * the kernel alone, and no REQUEST is lost by it. The message type is looked for in the first
 * PACKET_FILTER_STEPS options (real clients send it first or second); whoever hides it behind more
 * is taken for one who begins, or a flood would only have to say its type late. What is in the
 * daemon's queue is told apart by the whole of its options (proto/glimpse.h). Malformed frames
 * come through with those that begin: the decoder counts them.
 *
 * What servers reply, for who looks for foreign ones, has a filter and a socket of its own: from
 * UDP port 67, BOOTREPLY. Those to other hosts' MACs are let in: a switch that floods them, or a
 * bridge, shows them.
 *
 * A load beyond the frame's end ends a filter with 0, which would lose the frame for both, so
 * the walk looks at the length before each option. The first fragment of a datagram comes
 * through and is counted by the decoder; later ones name no port.
 */
#include "packet_filter.h"

#include <netinet/in.h>

#include <linux/if_ether.h>
#include <linux/if_packet.h>

#include "wire.h"

#define ACCEPT 0x40000 /* bytes: all of it */
/* Of the first option, from the UDP header's beginning. */
#define OPTIONS (8 + sizeof(struct dhcp_header))

_Static_assert(PACKET_FILTER_STEPS * 16 + 96 <= PACKET_FILTER_MAX, "walk() and the rest");

enum label { NOWHERE, NONE, DHCP, TYPE, COMPLETES, BEGINS, LABELS };

enum { SOURCE = 0, DESTINATION = 2 }; /* of UDP's ports, in its header */

struct program {
	struct sock_filter *at;
	enum label to[PACKET_FILTER_MAX]; /* of jumps */
	size_t n, places[LABELS];
	uint32_t port; /* SOURCE or DESTINATION: which of them is 67 */
};

static void emit(struct program *p, uint16_t code, uint32_t k, uint8_t jt, uint8_t jf)
{
	p->to[p->n] = NOWHERE;
	p->at[p->n++] = (struct sock_filter)BPF_JUMP(code, k, jt, jf);
}

static void load(struct program *p, uint16_t how, uint32_t at)
{
	emit(p, BPF_LD | how, at, 0, 0);
}

static void go(struct program *p, enum label to)
{
	emit(p, BPF_JMP | BPF_JA, 0, 0, 0);
	p->to[p->n - 1] = to;
}

/* If what is loaded is `value`. */
static void go_if(struct program *p, uint32_t value, enum label to)
{
	emit(p, BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1);
	go(p, to);
}

static void go_unless(struct program *p, uint32_t value, enum label to)
{
	emit(p, BPF_JMP | BPF_JEQ | BPF_K, value, 1, 0);
	go(p, to);
}

static void place(struct program *p, enum label label)
{
	p->places[label] = p->n;
}

/* The IP header at `ip`: goes to DHCP, with the UDP header's place in X, or NONE. */
static void check_ip(struct program *p, uint32_t ip)
{
	load(p, BPF_B | BPF_ABS, ip + 9);
	go_unless(p, IPPROTO_UDP, NONE);
	load(p, BPF_H | BPF_ABS, ip + 6);
	emit(p, BPF_JMP | BPF_JSET | BPF_K, 0x1fff, 0, 1);
	go(p, NONE);
	emit(p, BPF_LDX | BPF_B | BPF_MSH, ip, 0, 0);
	load(p, BPF_H | BPF_IND, ip + p->port);
	go_unless(p, DHCP_SERVER_PORT, NONE);
	emit(p, BPF_MISC | BPF_TXA, 0, 0, 0);
	emit(p, BPF_ALU | BPF_ADD | BPF_K, ip, 0, 0);
	emit(p, BPF_MISC | BPF_TAX, 0, 0, 0);
	go(p, DHCP);
}

/* The ethertype at `at`: to check_ip() behind it, or on if it is a tag's. */
static void check_ethertype(struct program *p, uint32_t at, bool may_be_outer)
{
	size_t jump;

	load(p, BPF_H | BPF_ABS, at);
	jump = p->n;
	emit(p, BPF_JMP | BPF_JEQ | BPF_K, ETH_P_IP, 0, 0);
	check_ip(p, at + 2);
	p->at[jump].jf = (uint8_t)(p->n - jump - 1);
	if (may_be_outer) {
		emit(p, BPF_JMP | BPF_JEQ | BPF_K, ETH_P_8021AD, 2, 0);
		go_unless(p, ETH_P_8021Q, NONE);
	} else {
		go_unless(p, ETH_P_8021Q, NONE);
	}
}

/* One option, X bytes behind where the first would be were X 0: TYPE, BEGINS, or on to the next. */
static void walk_option(struct program *p)
{
	load(p, BPF_W | BPF_LEN, 0);
	emit(p, BPF_ALU | BPF_SUB | BPF_K, OPTIONS + 3, 0, 0);
	emit(p, BPF_JMP | BPF_JGE | BPF_X, 0, 1, 0);
	go(p, BEGINS);
	load(p, BPF_B | BPF_IND, OPTIONS);
	go_if(p, DHO_MESSAGE_TYPE, TYPE);
	go_if(p, DHO_END, BEGINS);
	emit(p, BPF_JMP | BPF_JEQ | BPF_K, DHO_PAD, 0, 2);
	load(p, BPF_IMM, 1);
	emit(p, BPF_JMP | BPF_JA, 2, 0, 0);
	load(p, BPF_B | BPF_IND, OPTIONS + 1);
	emit(p, BPF_ALU | BPF_ADD | BPF_K, 2, 0, 0);
	emit(p, BPF_ALU | BPF_ADD | BPF_X, 0, 0, 0);
	emit(p, BPF_MISC | BPF_TAX, 0, 0, 0);
}

static void walk(struct program *p)
{
	static const uint8_t completes[] = {DHCP_REQUEST, DHCP_DECLINE, DHCP_RELEASE, DHCP_INFORM};

	place(p, DHCP);
	load(p, BPF_W | BPF_LEN, 0);
	emit(p, BPF_JMP | BPF_JGE | BPF_K, OPTIONS + 3, 1, 0);
	go(p, BEGINS);
	for (unsigned i = 0; i < PACKET_FILTER_STEPS; i++)
		walk_option(p);
	go(p, BEGINS);
	place(p, TYPE);
	load(p, BPF_B | BPF_IND, OPTIONS + 1);
	go_unless(p, 1, BEGINS);
	load(p, BPF_B | BPF_IND, OPTIONS + 2);
	for (unsigned i = 0; i < sizeof(completes); i++)
		go_if(p, completes[i], COMPLETES);
	go(p, BEGINS);
}

/* Of what comes in; goes to DHCP or to NONE. */
static void check_frame(struct program *p)
{
	check_ethertype(p, 12, true);
	check_ethertype(p, 16, false);
	load(p, BPF_H | BPF_ABS, 20);
	go_unless(p, ETH_P_IP, NONE);
	check_ip(p, 22);
}

/* Jumps to labels become jumps by so many instructions. */
static size_t settle(struct program *p)
{
	for (size_t i = 0; i < p->n; i++) {
		if (p->to[i] != NOWHERE)
			p->at[i].k = (uint32_t)(p->places[p->to[i]] - i - 1);
	}
	return p->n;
}

size_t packet_filter_replies(struct sock_filter ret[PACKET_FILTER_MAX])
{
	struct program p = {.at = ret, .port = SOURCE};

	load(&p, BPF_B | BPF_ABS, (uint32_t)(SKF_AD_OFF + SKF_AD_PKTTYPE));
	go_if(&p, PACKET_OUTGOING, NONE);
	check_frame(&p);
	place(&p, DHCP);
	load(&p, BPF_B | BPF_IND, 8); /* op */
	go_unless(&p, DHCP_BOOTREPLY, NONE);
	emit(&p, BPF_RET | BPF_K, ACCEPT, 0, 0);
	place(&p, NONE);
	emit(&p, BPF_RET | BPF_K, 0, 0, 0);
	return settle(&p);
}

size_t packet_filter(enum packet_kind kind, struct sock_filter ret[PACKET_FILTER_MAX])
{
	struct program p = {.at = ret, .port = DESTINATION};

	load(&p, BPF_B | BPF_ABS, (uint32_t)(SKF_AD_OFF + SKF_AD_PKTTYPE));
	go_if(&p, PACKET_OTHERHOST, NONE);
	go_if(&p, PACKET_OUTGOING, NONE);
	check_frame(&p);
	walk(&p);
	place(&p, COMPLETES);
	emit(&p, BPF_RET | BPF_K, kind == PACKET_COMPLETES ? ACCEPT : 0, 0, 0);
	place(&p, BEGINS);
	emit(&p, BPF_RET | BPF_K, kind == PACKET_BEGINS ? ACCEPT : 0, 0, 0);
	place(&p, NONE);
	emit(&p, BPF_RET | BPF_K, 0, 0, 0);
	return settle(&p);
}
