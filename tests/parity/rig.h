/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Both paths over one state: a daemon's engine, leases and published maps, and
 * the XDP program run on the same frames. Nothing is mocked but the clock's source of
 * packets: publish.c fills real maps, the kernel runs the real program.
 *
 * The link is ifindex 1, which BPF_PROG_TEST_RUN reports for its frames. It has two addresses,
 * 192.0.2.1/24 and 198.51.100.1/24, and is called rig0.
 */
#ifndef XDHCP_PARITY_RIG_H
#define XDHCP_PARITY_RIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "abi.h"
#include "verdicts.h"

#define RIG_FRAME_MAX 2048

struct rig;

struct rig_reply {
	uint8_t data[RIG_FRAME_MAX];
	size_t len; /* 0: no reply */
};

/* Starts with a configuration in YAML; fails the running test if it cannot. */
struct rig *rig_start(const char *yaml);
void rig_stop(struct rig *rig);
/* The one of the tests of a program: set up by a function that this makes, and torn down. */
extern struct rig *rig;
#define RIG_SETUP(name, yaml)          \
	static int name(void **state)  \
	{                              \
		(void)state;           \
		rig = rig_start(yaml); \
		return 0;              \
	}
/* The same, with so much more, a literal, in the configuration, an array. */
#define RIG_SETUP_WITH(name, more, yaml)                          \
	static int name(void **state)                             \
	{                                                         \
		char text[sizeof(yaml) + sizeof(more)];           \
                                                                  \
		(void)state;                                      \
		snprintf(text, sizeof(text), "%s%s", more, yaml); \
		rig = rig_start(text);                            \
		return 0;                                         \
	}
int rig_teardown(void **state);
const uint8_t *rig_mac(const struct rig *rig);

/* The XDP program on a frame. true: XDP_TX, with its reply; a pass must leave the frame untouched.
 */
bool rig_xdp(struct rig *rig, const uint8_t *frame, size_t len, struct rig_reply *ret_reply);
/* The same, for its way out. */
enum xdhcp_verdict rig_verdict(struct rig *rig, const uint8_t *frame, size_t len);
/* Of the XDP program: the frames, and those it answered. */
uint64_t rig_runs(const struct rig *rig);
uint64_t rig_hits(const struct rig *rig);

/* What the daemon gets from now on comes in by another link; XDP's frames still by the first, 1. */
void rig_move(struct rig *rig, uint16_t link);

/*
 * The daemon on a frame, as if XDP were not there. With `keep` its change stays and is
 * published (learned); else it is undone, so that the state is as before.
 * false: it does not take the frame at all. UDP's checksum is not verified (I2's exception).
 */
bool rig_daemon(struct rig *rig, const uint8_t *frame, size_t len, bool keep,
		struct rig_reply *ret_reply);
/* Was that decision put off until an ending is over? */
bool rig_deferred(const struct rig *rig);

/*
 * The same in a batch, as batch.c does it: decided one after another, and published once the
 * changes are committed; or undone if that fails. At most RIG_BATCH of them; nothing that takes a
 * barrier happens in between.
 */
#define RIG_BATCH 4
bool rig_batch_add(struct rig *rig, const uint8_t *frame, size_t len, struct rig_reply *ret_reply);
void rig_batch_end(struct rig *rig, bool fails);
unsigned rig_batched(const struct rig *rig);

/* Lets everything that waits for a barrier happen. */
void rig_settle(struct rig *rig);

/* What is known of an address. Slot NULL: its /24 has none. */
const struct slot *rig_slot(const struct rig *rig, uint32_t addr);
const struct template *rig_template(const struct rig *rig, uint64_t form);
bool rig_is_bound(const struct rig *rig, uint32_t addr);
bool rig_is_closing(const struct rig *rig, uint32_t addr);    /* its ending has begun */
unsigned rig_agent_len(const struct rig *rig, uint32_t addr); /* relay information stored */

/*
 * The end of a binding as ending.c does it, but for the commit. What XDP has granted is harvested,
 * and holds the address if `crossed`: the client's message may have been on its way then.
 */
void rig_end_begin(struct rig *rig, uint32_t addr, bool declined);
void rig_end_finish(struct rig *rig, uint32_t addr, bool crossed); /* once a barrier has passed */
void rig_release(struct rig *rig, uint32_t addr); /* all of it; the address is free */

#endif
