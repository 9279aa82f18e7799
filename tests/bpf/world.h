/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The XDP program in a world that the test makes: one link (ifindex 1, which
 * BPF_PROG_TEST_RUN reports), one scope, one template, one open slot, everything
 * allowed. A test changes what it is about, runs a frame, and looks at verdict, output and
 * slot. Maps are the object's own and unpinned; nothing outlives the process.
 */
#ifndef XDHCP_TESTS_BPF_WORLD_H
#define XDHCP_TESTS_BPF_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi.h"
#include "verdicts.h"
#include "xdhcp.skel.h"

#include "../common/packet_builder.h"

#define WORLD_ADDR	  PACKET_ADDR(192, 0, 2, 10)
#define WORLD_SERVER_ADDR PACKET_ADDR(192, 0, 2, 1)
#define WORLD_SECOND_ADDR PACKET_ADDR(198, 51, 100, 1) /* another of ours */
#define WORLD_BROADCAST	  PACKET_ADDR(192, 0, 2, 255)
#define WORLD_IFINDEX	  1
#define WORLD_LINK_AT	  (XDHCP_POLICY_LINKS + policy_link_place(WORLD_IFINDEX, 0))
#define WORLD_SCOPE_AT	  (XDHCP_POLICY_SCOPES + 3)
#define WORLD_LINK	  7
#define WORLD_TEMPLATE	  2
#define WORLD_LIFETIME	  3600
#define WORLD_SLOTS	  512
#define WORLD_FIRST	  256 /* of 192.0.2.0/24 */
#define WORLD_TEMPLATES	  8

struct world {
	struct xdhcp_bpf *skel;
	int prog;
	struct slot *slots;
	struct block *blocks;
	struct template *templates;
	struct policy *policy;
	struct meta *meta;
	struct verdicts *per_cpu; /* scratch, one a possible CPU */
	struct verdicts counted;  /* as of the last run */
	int cpus;

	struct packet_host client, server;
	/* of WORLD_ADDR: */
	struct slot *slot;
	struct template *template;
	struct policy *link, *scope;
};

struct outcome {
	enum xdhcp_verdict verdict; /* the only counter that moved, by one */
	uint32_t action;	    /* XDP_* */
	uint8_t frame[4096];
	size_t len;
};

/* Opens, resizes, loads. Ends the program with a message if it cannot (no root). */
void world_open(struct world *w);
/* The same, but `patch` may change the program's instructions before it is loaded. */
void world_open_patched(struct world *w, void (*patch)(struct bpf_insn *insns, size_t n));
void world_close(struct world *w);
/* Back to the beginning: everything allowed, the slot open and without forms. */
void world_reset(struct world *w);

/* Seconds of CLOCK_BOOTTIME, rounded down. */
uint32_t world_now(void);

/* Gives the slot the form of this request, as the daemon would compute it. */
void world_learn(struct world *w, const struct packet *request);
uint64_t world_form(const struct world *w, const uint8_t *frame, size_t len);

/* Fills the template: message type, server id, lifetime ..., and `more` options bytes. */
void world_template(struct world *w, const uint8_t *more, size_t len);
/* Appends an option to the template and makes its sum right. */
void world_template_option(struct world *w, uint8_t code, const void *data, size_t len);
/* The slot's tail piece, a whole option with `len` bytes of data; len < 0: absent. In order. */
void world_tail(struct world *w, enum xdhcp_tail_piece piece, uint8_t code, int len);

/* Makes the sums right of what is in template and tail. */
void world_sums(struct world *w);

/* Runs a frame. Fails the test unless exactly one verdict moved, by one. */
void world_run(struct world *w, const uint8_t *frame, size_t len, struct outcome *ret_outcome);
/* Of the frame only `first` bytes lie in its first buffer. -EINVAL: not with this kernel (6.18). */
int world_run_split(struct world *w, const uint8_t *frame, size_t len, size_t first,
		    struct outcome *ret_outcome);
void world_run_packet(struct world *w, const struct packet *p, struct outcome *ret_outcome);

/* The whole frame that must answer `request`; returns its length. */
size_t world_expected(const struct world *w, const struct packet *request, uint8_t *frame,
		      size_t cap);

/* The same for a request that is a frame: what the reply copies is read from it. */
size_t world_expected_for(const struct world *w, const uint8_t *request, uint8_t *frame,
			  size_t cap);

/*
 * What the daemon's encoder makes of a request's frame and of the parts that are in template and
 * slot.
 */
size_t world_encoded(const struct world *w, const uint8_t *request, size_t len, uint8_t *frame,
		     size_t cap);

/* The counters as they are now, over all CPUs. */
void world_verdicts(const struct world *w, struct verdicts *ret);
uint32_t world_verdict_action(enum xdhcp_verdict verdict);

#endif
