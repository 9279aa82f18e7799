/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The fast path without a kernel: the XDP program compiled for this machine (xdp.c), over maps that
 * are plain memory (maps.c), with a clock that only moves when it is told to. The daemon's side is
 * all real; what would go to the kernel is caught at the linker (--wrap, see DRY_WRAPS in the
 * Makefile). So histories of both run without root, under sanitizers, and a hundred times faster.
 * What it cannot show is what the kernel does: tests/bpf and tests/parity are there for that.
 */
#ifndef XDHCP_TESTS_DRY_H
#define XDHCP_TESTS_DRY_H

#include <stddef.h>
#include <stdint.h>

#include "abi.h"
#include "verdicts.h"

/* What the program finds in its maps. */
struct dry_maps {
	struct slot *slots;
	struct template *templates;
	struct policy *policy;
	struct meta *meta;
	uint32_t n_slots, n_templates;
	struct block *blocks;
	uint32_t n_places;
	struct verdicts verdicts;
	struct link_budgets budgets[XDHCP_POLICY_LINKS_N];
};

extern struct dry_maps dry_maps; /* of the one fast path that is open */
extern uint64_t dry_clock;	 /* CLOCK_BOOTTIME, nanoseconds */

#define DRY_SECOND 1000000000ull

/*
 * By so much the daemon's fine clock goes on each time that it is read. As long as that is not
 * changed, a second: nothing is waited for, all that there is lies in the socket.
 */
extern int64_t dry_microseconds;
/* Instead of a wait. NULL: there must be none. */
extern void (*dry_wait)(int64_t us);

/*
 * Memory for the maps that is not their own: a kernel's (tests/fuzz/prog_run.c). NULL: their own.
 * To be set before a fast path is opened; it is cleared then.
 */
struct dry_memory {
	struct slot *slots;
	struct template *templates;
	struct policy *policy;
	struct meta *meta;
	uint32_t n_slots, n_templates;
	struct block *blocks; /* enough places for n_slots */
	/* After each run of the program: what it was given, and what came of it. */
	void (*ran)(const uint8_t *frame, size_t len, uint32_t action, const uint8_t *out,
		    size_t out_len);
};
extern const struct dry_memory *dry_memory;

/*
 * Runs the program on a frame that came in by interface 1. What is beyond the
 * frame is poisoned, so that a byte read there is seen. Returns the XDP action; the frame as it is
 * then is in `out`, `cap` bytes, which must be enough.
 */
uint32_t dry_xdp(const uint8_t *frame, size_t len, uint8_t *out, size_t cap, size_t *ret_len);

#endif
