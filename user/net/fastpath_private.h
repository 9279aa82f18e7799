/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the files behind fastpath.h share: the object itself, the names of the
 * pins, and small helpers. Nothing outside user/net includes this.
 */
#ifndef XDHCP_FASTPATH_PRIVATE_H
#define XDHCP_FASTPATH_PRIVATE_H

#include <limits.h>
#include <stdatomic.h>

#include "fastpath.h"

enum net_map {
#define X(id, name) MAP_##id,
	XDHCP_MAPS(X)
#undef X
		MAP_COUNT,
};
extern const char *const net_map_names[MAP_COUNT];

#define PIN_LEASES_TXT	   "leases_txt"
#define PIN_LEASES_TXT_NEW "leases_txt_new" /* on its way to be renamed over the former */
#define PIN_LINK_PREFIX	   "link_"
#define PIN_DISPATCHER	   "dispatcher_" /* IFINDEX: see dispatcher.c */
#define PIN_DISPATCHER_NEW "dispatcher_new"

/* An mmapable array as memory; `stride` is the distance of its values. */
struct region {
	uint8_t *base; /* NULL: not mapped */
	size_t len;
	uint32_t stride, n;
};

/* /24 -> its first slot, in two levels: what `blocks` says, for this process alone. */
struct block_index {
	uint32_t *of_16[65536]; /* by the upper 16 bits; 256 entries: first slot + 1; 0: none */
};

struct xdhcp_bpf;

struct fastpath {
	char *pin_path;
	uint32_t slots, templates; /* wanted */
	bool dispatcher;	   /* beside other programs, by libxdp's dispatcher */
	uint32_t priority;
	struct dispatched {
		uint32_t ifindex, program;
	} * dispatched; /* what this process has attached so */
	size_t n_dispatched;
	enum fastpath_found found;
	struct xdhcp_bpf *skeleton;
	char *verifier_log;
	int program;	     /* fd of `xdhcp`, owned by the skeleton; -1 while FOREIGN */
	int maps[MAP_COUNT]; /* owned; -1: none. FOREIGN: those that are pinned */
	struct region leases_map, blocks_map, templates_map, policy_map, meta_map;
	struct block_index *blocks;
	/*
	 * The barrier's maps. The first outer one is private, so that there is a
	 * barrier before our own maps are there; none is closed before fastpath_close(),
	 * since another thread may be waiting in it.
	 */
	int barrier_inner, barrier_private;
	atomic_int barrier_outer;
};

/* Writes one line to `why` and returns `error` (negative errno), for `return net_why(...)`. */
int net_why(char *why, size_t why_len, int error, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* The same for a system call on `what`: adds strerror and, for EPERM, the remedy. */
int net_why_errno(char *why, size_t why_len, int error, const char *what);

#define VERIFIER_LOG_LEN ((16u << 20) - 1) /* only touched when a program is refused */
/* The verifier's last word, without its statistics. Writes to `log`. */
const char *verifier_refusal(char *log);

/* --- pins.c --- */

/* -ENAMETOOLONG or 0. */
int pins_path(char buf[PATH_MAX], const char *pin_path, const char *name);
/* An fd, -ENOENT: not pinned, or another negative errno. */
int pins_get(const char *pin_path, const char *name);
int pins_remove(const char *pin_path, const char *name); /* 0 also if it was not there */
/* Detaches the link that is pinned as `name` and open as `fd`; closes fd and removes the pin. */
int pins_remove_link(const char *pin_path, const char *name, int fd);
/* Is pin_path a directory on a bpffs? */
int pins_check(const char *pin_path, char *why, size_t why_len);
/*
 * Calls fn for every link_IFINDEX. fn may remove that pin. Returns the number of calls, fn's
 * first negative return, or negative errno; 0 where there is no directory.
 */
int pins_each_link(const char *pin_path, int (*fn)(void *arg, const char *name, uint32_t ifindex),
		   void *arg);
/* The same for every PREFIX followed by an IFINDEX. */
int pins_each(const char *pin_path, const char *prefix,
	      int (*fn)(void *arg, const char *name, uint32_t ifindex), void *arg);

/* Who holds a flock on this inode, by /proc/locks; 0: it does not say (another pid namespace). */
struct stat;
int pins_lock_holder(const struct stat *st);

/* --- offline.c --- */

/* A map under the pins of whatever daemon: its descriptor, or as memory. -ENOENT: none there. */
int pins_open(const char *pin_path, enum net_map map, char *why, size_t why_len);
int pins_map(const char *pin_path, enum net_map map, bool writable, struct region *ret_region,
	     char *why, size_t why_len);
/* -EPROTO, since they are of this other ABI. */
int pins_why_abi(const char *pin_path, uint32_t abi, char *why, size_t why_len);

/* --- memory.c --- */

/* Maps the whole of an mmapable array. -EMEDIUMTYPE: it is none. */
int region_map(int fd, bool writable, struct region *ret_region);
void region_unmap(struct region *region);
int map_info(int fd, struct bpf_map_info *ret_info);
/* Maps all that is there to be mapped; in FOREIGN leases, blocks, and of meta what is frozen. */
int memory_map(struct fastpath *fp);
void memory_unmap(struct fastpath *fp);
/* NULL: none. -EBADMSG: a block beyond `slots`; with `lenient` it is left out instead. */
int blocks_read(const struct region *places, uint32_t slots, bool lenient,
		struct block_index **ret_blocks);
/* Those of ABI version 1, which is only ever foreign, into what blocks_read() has made; else none.
 */
int blocks_read_hashed(int fd, uint32_t slots, struct block_index *blocks);
void blocks_free(struct block_index *blocks);
/* Sum of the per-CPU counters of one `verdicts` map. */
int verdicts_sum(int fd, struct verdicts *ret_sum);

/* --- barrier.c --- */

int barrier_make(int *ret_inner, int *ret_outer);
int barrier_wait(int outer, int inner);

/* --- programs.c --- */

/* Does the program use all the maps in ids[n]? Negative errno. */
int program_uses_maps(uint32_t program, const uint32_t *ids, unsigned n);
/* 1: by its name; 0: no, or there is none; -EPERM: CAP_SYS_ADMIN is needed to tell. */
int program_is_xdhcp(uint32_t program);
/* What runs there, as seen from this network namespace. -ENOENT: nothing, or no single one. */
int interface_runs(uint32_t ifindex, enum fastpath_attach_mode *ret_mode, uint32_t *ret_program);
/*
 * Calls fn with the id of each program that a dispatcher, the program with that id, calls. fn's
 * first return that is not 0 ends it, and is returned.
 */
int programs_behind(uint32_t dispatcher, int (*fn)(void *arg, uint32_t program), void *arg);

/* --- dispatcher.c: fastpath_attach() and so on, where libxdp's dispatcher is asked for --- */

int dispatcher_attach(struct fastpath *fp, uint32_t ifindex, enum fastpath_attach_mode mode,
		      char *why, size_t why_len);
/* 1: what dispatcher_attach() has attached there is there. */
int dispatcher_has(const struct fastpath *fp, uint32_t ifindex,
		   enum fastpath_attach_mode *ret_mode);
int dispatcher_give_again(struct fastpath *fp, uint32_t ifindex);
/*
 * Takes what a daemon of this pin_path has attached so away, and no other program. 0 also where
 * there was nothing.
 */
int dispatcher_detach(const char *pin_path, uint32_t ifindex);
/* Does a program over the policy map that the pin `name` is run behind the interface's? */
int dispatcher_runs(const char *pin_path, const char *name, uint32_t ifindex);
/* 0: what runs there uses the maps, and the pin is ids[1], their policy. -ESTALE: others. */
int dispatcher_uses(const char *pin_path, const char *name, uint32_t ifindex,
		    const uint32_t ids[2]);
/* Closes the daemon's gate for whatever was attached so, of whichever ABI. */
int dispatchers_neutralise(const char *pin_path);

/* --- attach.c --- */

/* Removes the pinned link of an interface. 0 also if there is none. */
int link_detach(const char *pin_path, uint32_t ifindex);
/* One line for an `error` of attaching; returns it. */
int why_not_attached(int error, uint32_t ifindex, enum fastpath_attach_mode mode, char *why,
		     size_t why_len);

/* Does this link's program use all the maps in ids[n]? Negative errno. */
int link_uses_maps(int link_fd, const uint32_t *ids, unsigned n);
/*
 * Every pinned link gets a program that only passes (so that the interface
 * does not go down and up as it may when XDP leaves it); a link that takes none is detached.
 */
int links_neutralise(struct fastpath *fp);
/* Pins the iterator over `leases`, atomically in place of an older one. */
int leases_txt_pin(struct fastpath *fp, int program);

#endif
