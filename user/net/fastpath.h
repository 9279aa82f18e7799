/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The fast path as userspace holds it: the BPF object, its pinned maps and
 * links, and the maps as plain memory. Knows nothing of leases or messages:
 * the caller says what a slot shall hold and in which order (daemon/).
 *
 * Pins under pin-path (bpffs allows no dot in names):
 *   leases blocks templates policy verdicts budgets barrier
 *   captures capture meta                                  the maps (abi.h)
 *   leases_txt                                             the iterator
 *   link_IFINDEX, dispatcher_IFINDEX                       one an attached interface
 * What survives a crash: all of that. The lock (flock on the pin directory) does not.
 */
#ifndef XDHCP_FASTPATH_H
#define XDHCP_FASTPATH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi.h"
#include "verdicts.h"

struct fastpath;

struct fastpath_options {
	const char *pin_path;
	uint32_t slots;	    /* wanted capacity; rounded up to whole /24s */
	uint32_t templates; /* 0: default */
	bool dispatcher;    /* attached by libxdp's dispatcher, else by a link of its own */
	uint32_t priority;  /* of the dispatcher's programs the lowest runs first */
};

/* What was found under the pins. */
enum fastpath_found {
	FASTPATH_FRESH,	  /* nothing: maps were made */
	FASTPATH_ADOPTED, /* maps of this ABI, large enough, used by every pinned link's program */
	FASTPATH_FOREIGN, /* others: harvest them (fastpath_harvest), then fastpath_replace */
};

/*
 * Makes the pin directory and takes its flock. -EBUSY: *ret_holder is the pid
 * that holds it (0 if it cannot be told). Other errors: no bpffs, no privilege; `why` says
 * which in one line, with the remedy.
 */
int fastpath_lock(const char *pin_path, int *ret_lock, int *ret_holder, char *why, size_t why_len);

/*
 * Opens what is pinned, else makes and pins it; loads the program over the
 * maps (the links keep the program they run until fastpath_attach). With FOREIGN no pinned
 * link answers any more (it got a program that only passes, so that the NIC need not reset, or
 * was detached) and the running programs have left; nothing else is changed. Until
 * fastpath_replace, a FOREIGN one can only be harvested, and what is frozen of its fastpath_meta
 * written (NULL: none is pinned). The operator's gate is as it was in all three. The caller holds
 * the lock. Not to be called from two threads at once.
 */
int fastpath_open(const struct fastpath_options *options, struct fastpath **ret_fastpath,
		  enum fastpath_found *ret_found, char *why, size_t why_len);
/* Removes the FOREIGN pins and makes fresh maps in their place. */
int fastpath_replace(struct fastpath *fp, char *why, size_t why_len);
/* Unmaps and closes (NULL: nothing); pins, links and their program stay. */
void fastpath_close(struct fastpath *fp);
/*
 * Detaches every link and removes every pin under pin_path, and pin_path if that leaves it empty
 * (--detach-fast-path). 0 also where there was nothing.
 */
int fastpath_remove(const char *pin_path, char *why, size_t why_len);

/* --- links --- */

enum fastpath_attach_mode { FASTPATH_NATIVE, FASTPATH_GENERIC };

/*
 * Attaches (or atomically updates the pinned link of) one interface. -EBUSY: another XDP program
 * is there and is left alone. -ENOTEMPTY: one is on a device above. -EOPNOTSUPP: the driver cannot
 * in this mode. -EPROTONOSUPPORT: the kernel refuses libxdp's dispatcher. One that is attached in
 * the other of the two ways goes first.
 */
int fastpath_attach(struct fastpath *fp, uint32_t ifindex, enum fastpath_attach_mode mode,
		    char *why, size_t why_len);
/*
 * Gives an attached link's driver the program once more, in place: some (virtio_net in
 * Linux 6.1) forget it while the machine sleeps, and the kernel goes on showing it as attached.
 * On failure it is detached, so that nothing is shown that may not run: attach it anew.
 */
int fastpath_give_again(struct fastpath *fp, uint32_t ifindex);
/* 0: what fastpath_attach() has attached there has been taken away. 1; or negative errno. */
int fastpath_has(struct fastpath *fp, uint32_t ifindex);
int fastpath_detach(struct fastpath *fp, uint32_t ifindex); /* 0 also if it was not attached */
/*
 * Does an xdhcp program, whosever maps it uses, run on the interface? 1: yes;
 * 0: no; -EPERM: some program runs, but what it is cannot be told without CAP_SYS_ADMIN.
 */
int fastpath_answers(uint32_t ifindex);
/* Removes pinned links whose device is gone (ENOLINK) or is not in keep[]. Returns how many. */
int fastpath_prune(struct fastpath *fp, const uint32_t *keep, size_t n);

/* --- maps as memory --- */

struct meta *fastpath_meta(struct fastpath *fp);
struct policy *fastpath_policy(struct fastpath *fp); /* XDHCP_POLICY_ENTRIES records */
struct template *fastpath_templates(struct fastpath *fp, uint32_t *ret_n);
uint32_t fastpath_capacity(const struct fastpath *fp);	 /* slots */
uint32_t fastpath_slots_used(const struct fastpath *fp); /* given to /24s */
/* All maps by their names, for `status`; NULL: there are no more. */
const char *fastpath_map_name(unsigned i);
/* Map ids, for `status` and for tests that adoption kept them. 0: none of this name. */
uint32_t fastpath_map_id(const struct fastpath *fp, const char *map);
/* What all of them take, as the kernel counts it; it is charged to no process's memory. */
uint64_t fastpath_map_bytes(const struct fastpath *fp);

/*
 * The slot of an address (host order). With `make` its /24 gets its 256
 * slots if it has none. NULL: none, or no capacity left. *ret_index (may be
 * NULL) is the number for `bpftool map lookup`.
 */
struct slot *fastpath_slot(struct fastpath *fp, uint32_t addr, bool make, uint32_t *ret_index);

/* The first /24 from `prefix` on that has slots (host order). -ENOENT: none there. */
int fastpath_block_next(const struct fastpath *fp, uint32_t prefix, uint32_t *ret_prefix);
/*
 * Gives the slots of the /24 `from` to `to`, which has none, and wipes them. The caller knows that
 * running programs have left them and that what they granted is in the store. -EBUSY: one is open.
 * Other errors: `from` has them still, or, if a crash or the kernel came in between, nobody has.
 */
int fastpath_block_move(struct fastpath *fp, uint32_t from, uint32_t to);

/* One slot as found, whatever ABI wrote it (the harvest header). */
struct fastpath_grant {
	uint32_t addr; /* host order, from the slot's place, also when it is closed */
	bool open;
	uint8_t chaddr[6];
	uint16_t link;
	uint32_t generation, ack_until, last, granted_until;
};
/* Walks every slot of every block whose generation is not 0. fn's negative return ends it. */
int fastpath_harvest(struct fastpath *fp, int (*fn)(void *arg, const struct fastpath_grant *grant),
		     void *arg);

/*
 * Waits until no program runs that started before the call (milliseconds:
 * not on the packet thread). Thread-safe against everything else here.
 */
int fastpath_barrier(struct fastpath *fp);

int fastpath_verdicts(const struct fastpath *fp, struct verdicts *ret_sum); /* over all CPUs */
uint64_t fastpath_acks(const struct verdicts *sum);			    /* all TX verdicts */
uint64_t fastpath_drops(const struct verdicts *sum);			    /* all DROP verdicts */

/*
 * Removes the ring that a capture which was killed has left (capture.h); else does nothing. `now`:
 * second of CLOCK_BOOTTIME. Waits for running programs if there was one.
 */
void fastpath_capture_tidy(struct fastpath *fp, uint32_t now);

/* --- without a daemon: what xdhcpctl does on the pins --- */

/*
 * Closes or opens the operator's gate. Closed: no packet is answered any more when this
 * returns. -ENOENT: nothing is pinned.
 */
int fastpath_operator_gate(const char *pin_path, bool closed, char *why, size_t why_len);

#define FASTPATH_OFFLINE_LINKS 64
struct fastpath_offline {
	uint32_t abi;
	uint32_t capacity, slots_used; /* slots */
	bool operator_closed, daemon_closed;
	uint32_t answer_until; /* CLOCK_BOOTTIME second from which XDP passes */
	struct verdicts verdicts;
	unsigned n_links;			/* pinned, of which links[] has the first */
	uint32_t links[FASTPATH_OFFLINE_LINKS]; /* ifindexes */
};
/* -ENOENT: nothing is pinned. -EPROTO: by a daemon of another ABI. */
int fastpath_status_offline(const char *pin_path, struct fastpath_offline *ret_status, char *why,
			    size_t why_len);

#endif
