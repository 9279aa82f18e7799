/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the files of the world share with each other, and with nobody else. */
#ifndef XDHCP_TESTS_MODEL_INSIDE_H
#define XDHCP_TESTS_MODEL_INSIDE_H

#include "world.h"

struct store_entry;

/* --- world.c --- */

/* A thread of the daemon's process beside its main one. */
void world_process_thread(void (*fn)(void *arg), void *arg);
/* Is no CPU in a run that had begun by `mark`? */
uint64_t world_mark(void);
bool world_left(uint64_t mark);

/* --- rim_kernel.c --- */

void kernel_reset(void);
void kernel_process_gone(void); /* its sockets, events and signals */
void kernel_configure(const char *config);
void kernel_signal(int number);
void kernel_command_release(uint32_t addr); /* comes on the control socket, if there is a daemon */
void kernel_receive(const uint8_t *frame, size_t len); /* into the socket, if there is one */

/* --- rim_maps.c --- */

#define MAPS_BLOCKS	   4u /* /24s that can have slots */
#define MAPS_BLOCKS_PLACES ((MAPS_BLOCKS + XDHCP_BLOCK_PROBES - 1) * XDHCP_BLOCK_GROUP)

struct maps {
	bool pinned, other_abi;
	uint32_t capacity;
	struct slot *slots;
	uint32_t blocks[MAPS_BLOCKS]; /* prefix by block number; 0: not given */
	struct block directory[MAPS_BLOCKS_PLACES];
	uint32_t n_templates;
	struct template *templates;
	struct policy *policy;
	struct meta meta;
};

void maps_reset(void);
void maps_process_gone(void);
void maps_interface_gone(void); /* with the program on it */
void maps_reboot(void);
/* That the interface's program runs on; NULL: none, or it only passes. */
struct maps *maps_attached(void);
struct maps *maps_pinned(void);					      /* NULL: none */
struct slot *maps_slot(struct maps *maps, uint32_t addr);	      /* NULL: none */
uint32_t maps_addr(const struct maps *maps, const struct slot *slot); /* 0: no slot of theirs */
uint64_t maps_hash(void);

/* --- rim_store.c --- */

void disk_reset(void);
void disk_process_gone(void);
uint64_t disk_hash(void);
bool disk_busy(void); /* inside a call of a real store, which may be halfway */
/* The row as a daemon that started now would load it; false: there is none. */
struct lease_row;
bool disk_row(uint32_t addr, struct lease_row *ret_row);

/* --- xdp.c --- */

enum xdp_fate { XDP_FATE_PASS, XDP_FATE_TX, XDP_FATE_DROP };

/*
 * Runs the program on a frame in the CPU's own buffer, of which there is `room` before the frame.
 * The frame's place may change. Steps (world_step) before every access to what others may change.
 */
uint8_t *xdp_buffer(unsigned cpu); /* WORLD_FRAME bytes, XDP_HEADROOM after the start */
#define XDP_HEADROOM 256
enum xdp_fate xdp_run(unsigned cpu, struct maps *maps, uint8_t **frame, size_t *len);
void xdp_reset(void);

#endif
