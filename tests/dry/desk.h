/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A daemon at work without a kernel: frames go in through the real batch, are decided, committed to
 * a store that is an array, published into dry maps and sent to nobody; the XDP program answers
 * from the same maps. Whatever happens, an oracle looks on (oracle.c) and aborts if
 *
 *   - an ACK of either path promises a second that the store does not cover (I1);
 *   - an address is offered or ACKed while its promise to another chaddr runs (I5);
 *   - XDP answers otherwise than the daemon would, or touches a frame that it passes (I2, I4);
 *   - a reply has lengths, sums or options that are wrong, or is not read back as it was meant;
 *   - a message that came in has not one fate, and one only: answered, left unanswered by decision,
 *     dropped under one reason, not ours, taken where no answer is due, or waiting;
 *   - a change that is undone leaves a trace, or the same request is decided otherwise after it;
 *   - once nothing waits any more, a slot is open that is no bound lease's, or has more credit than
 *     the store (I1).
 *
 * One at a time. The link is interface 1, rig0, with 10.0.0.1/24, 192.0.2.1/24 and 198.51.100.1/24.
 */
#ifndef XDHCP_TESTS_DESK_H
#define XDHCP_TESTS_DESK_H

#include <stdbool.h>

#include "dry.h"
#include "proto/reply.h"

#define DESK_LINK  "rig0"
#define DESK_ADDRS 3
#define DESK_SENT  128 /* replies remembered */

struct desk_reply {
	uint8_t data[DHCP_FRAME_MAX]; /* a whole frame; of a routed one all but the UDP payload is 0
				       */
	size_t len;
};

struct desk_counts {
	unsigned long received, decided, undone, changes, commits_failed;
	unsigned long commits, rows; /* of commits that had any */
	unsigned long offers, acks, naks, bootp, silent, deferred, ends;
	unsigned long restarts;
	unsigned long xdp_acks, xdp_passes, compared;
	unsigned long xdp_relayed, xdp_routed; /* of xdp_acks */
};

struct desk {
	struct desk_counts count;
	struct desk_reply sent[DESK_SENT]; /* the latest where there is no room for all */
	unsigned n_sent;		   /* of them; who has read them makes it 0 */
	bool commits_fail;		   /* from now on: the store is out of order */
	bool store_refuses;		   /* from now on: each change, as another server's */
	bool sends_fail;		   /* from now on, on the link itself */
	uint64_t kernel_drops;		   /* what the socket says of itself */
	bool link_is_down;		   /* once the socket is empty */
	bool thorough;			   /* each change is undone once before it stands; slow */
};

extern const uint8_t desk_mac[6];
extern const uint32_t desk_addrs[DESK_ADDRS];

/* NULL: the configuration is not accepted. */
struct desk *desk_start(const char *yaml);
void desk_stop(struct desk *desk);
/*
 * Another daemon over the same maps and store: after an orderly stop, or where the one before was
 * killed. The store is in order again.
 */
void desk_restart(struct desk *desk, bool killed);
/* As by SIGHUP. false: not accepted, and nothing changed. */
bool desk_reload(struct desk *desk, const char *yaml);

/* Puts a frame into the socket; desk_work() has the daemon take what is there, in batches. */
void desk_put(struct desk *desk, const uint8_t *frame, size_t len);
void desk_work(struct desk *desk);
/* The link has another MAC from now on, and is not desk_mac's any more. */
void desk_other_mac(struct desk *desk);
/* What the daemon has dropped since it came up: of a group (drops.h); NULL: in all. */
uint64_t desk_dropped(const struct desk *desk, const char *group);
/* Barriers pass, and what waited for them is done. */
void desk_settle(struct desk *desk);
/* Time goes by; at its end a second's duties are done, and the sweep's if its time has come. */
void desk_pass(struct desk *desk, uint32_t seconds);

/* The frame at XDP; true: it has answered, and as the daemon would have. */
bool desk_xdp(struct desk *desk, const uint8_t *frame, size_t len, struct desk_reply *ret_reply);

#endif
