/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the benchmarks measure: a veth pair in a network namespace of this
 * process, the real XDP program attached at the server's end over real maps, and
 * as many bound clients as wanted. The slots are published by the daemon's own
 * code from answers of its own engine; only the store and the sockets are left out, so
 * nothing here is as the benchmark would like it to be.
 *
 * Nothing survives the process, however it ends: the namespace takes the veths
 * with it, and the bpffs with the pins is one of our own.
 */
#ifndef XDHCP_BENCH_WORLD_H
#define XDHCP_BENCH_WORLD_H

#include "daemon/daemon.h"

#include "frames.h"

#define WORLD_REPLY_MAX 2048

struct world {
	struct daemon d;
	struct port port; /* the server's end */
	/* On it: FRAMES_VLAN alone, and in FRAMES_OUTER_VLAN. */
	struct port vlans[XDHCP_LINK_TAGS];
	int program;	  /* fd of `xdhcp`; d.fp's */
	uint32_t clients; /* bound and published so far */
	uint32_t client_ifindex;
};

/* Room for `clients`. 0, or -1: said why. Changes the process' namespaces. */
int world_open(struct world *w, uint32_t clients);
void world_close(struct world *w);
/* Binds and publishes clients until there are `clients`. 0, or -1: said why. */
int world_bind(struct world *w, uint32_t clients);

/* The bound clients below `clients` have renewed in the shape of each, too. */
int world_learn_shapes(struct world *w, uint32_t clients);

/* Binds and publishes the clients that come by another link, a relay or a router, too. */
int world_bind_elsewhere(struct world *w);

/*
 * What the daemon itself answers to this frame now (nothing is changed), with the frame's tags,
 * which the kernel takes off before and puts back behind it. Its length; 0: nothing.
 */
size_t world_answer(struct world *w, const uint8_t *frame, uint8_t reply[WORLD_REPLY_MAX]);

/* Attaches this program in place of xdhcp; -1: xdhcp again, as the daemon does it. */
int world_attach(struct world *w, int program);

/* One line on stderr; returns -1. */
int bench_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
