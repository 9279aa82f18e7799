/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Both paths over one state: a daemon's engine, leases and published maps, and
 * the XDP program run on the same frames. Nothing is mocked but the clock's source of
 * packets: publish.c fills real maps, the kernel runs the real program.
 *
 * The link is ifindex 1, which BPF_PROG_TEST_RUN reports for its frames.
 */
#ifndef XDHCP_PARITY_RIG_H
#define XDHCP_PARITY_RIG_H

#include "daemon/daemon.h"

#define RIG_FRAME_MAX 2048

struct rig {
	struct daemon d;
	struct port port;
	int prog;
	char pins[64];
	int lock;
	uint64_t runs;
};

struct rig_reply {
	uint8_t data[RIG_FRAME_MAX];
	size_t len; /* 0: no reply */
};

/* Starts with a configuration in YAML; fails the running test if it cannot. */
void rig_start(struct rig *rig, const char *yaml);
void rig_stop(struct rig *rig);

/* The XDP program on a frame. true: XDP_TX, with its reply; a pass must leave the frame untouched.
 */
bool rig_xdp(struct rig *rig, const uint8_t *frame, size_t len, struct rig_reply *ret_reply);

/*
 * The daemon on a frame, as if XDP were not there. With `keep` its change stays and is
 * published (learned); else it is undone, so that the state is as before.
 * false: it does not take the frame at all. UDP's checksum is not verified (I2's exception).
 */
bool rig_daemon(struct rig *rig, const uint8_t *frame, size_t len, bool keep,
		struct rig_reply *ret_reply);

/* Lets everything that waits for a barrier happen. */
void rig_settle(struct rig *rig);

#endif
