/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A machine in one process: the daemon's own code (user/daemon, engine, store's front, slots,
 * templates) and the XDP program's own code (bpf/, compiled for this processor) run as
 * coroutines, interleaved by a scheduler that a test or an explorer commands. Doubles stand only
 * at the rim: the kernel's maps and links (rim_maps.c), sockets, interfaces, clock and event loop
 * (rim_kernel.c), and the disk (rim_store.c).
 *
 *   actors ──frames──▶ CPUs (XDP) ──pass──▶ socket ──▶ daemon ──frames──▶ clients
 *      │                   └────TX────────────────────────────────────────▶    │
 *      └─ time, kill, stop, start, reload, reboot, store ...         oracle.c ◀┘ sees all frames
 *
 * Who runs is decided at every step: in the daemon before and after each store to a slot, each
 * commit, each barrier, each frame sent, each look at meta or policy, and between two events; in
 * the XDP program before each load or store of a word of a map that others may write. A barrier
 * completes only when every CPU that was inside a run at its begin has left that run.
 *
 * What survives: kill -9 leaves maps, links and store; reboot leaves the store. The process's
 * memory (heap.c) is thrown away in both.
 *
 *	static void script(void *arg)                  // an actor
 *	{
 *		world_start(CONFIG);
 *		assert(world_await_serving());
 *		uint32_t addr = client_lease(0);       // clients.h
 *		world_kill();
 *		...
 *	}
 *	struct world_options options = {.cpus = 1};
 *	world_new(&options);
 *	world_actor("script", script, NULL);
 *	world_run();
 *	if (world.violation[0]) ...
 */
#ifndef XDHCP_TESTS_MODEL_WORLD_H
#define XDHCP_TESTS_MODEL_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi.h"

struct daemon;
struct store;

#define WORLD_CPUS	3
#define WORLD_ACTORS	4
#define WORLD_FRAME	1600
#define WORLD_SOCKET	128 /* frames that a socket's buffer holds */
#define WORLD_IFINDEX	7
#define WORLD_INTERFACE "lan0"
#define WORLD_SERVER	0xc0000201u /* 192.0.2.1 */
#define WORLD_PINS	"/model/pins"

enum world_store {
	WORLD_STORE_MEMORY, /* rim_store.c: the contract of store.h in memory */
	WORLD_STORE_REAL,   /* user/store/sqlite.c on `store_name`, with whatever VFS is SQLite's
			       default; the memory one beside it must say the same at every load */
};

struct world_options {
	unsigned cpus; /* 1 .. WORLD_CPUS */
	enum world_store store;
	const char *store_name; /* of a real one */
	/*
	 * A real store whose process is killed or whose machine loses power: called in place of
	 * store_close(), perhaps in the middle of a commit (then `busy`). NULL: store_close(),
	 * and no kill inside the store.
	 */
	void (*abandon_store)(struct store *store, bool busy);
	/* So many templates, and XDP steps before it looks into one. 0: enough, and no step. */
	unsigned templates;
	bool trace; /* says on stderr what happens */
};

enum world_maps { WORLD_MAPS_NONE, WORLD_MAPS_PINNED, WORLD_MAPS_OTHER_ABI };

/* What a test may read. Written by the files of this room only. */
struct world {
	struct world_options options;
	uint64_t now;	       /* ms since the world began; never falls */
	uint64_t booted;       /* `now` at which CLOCK_BOOTTIME was 0 */
	unsigned boot;	       /* number of this boot */
	struct daemon *daemon; /* NULL: not running, or not begun to start */
	bool alive;	       /* a process is there */
	bool starting;	       /* in daemon_start() */
	bool serving;	       /* and daemon_start() succeeded */
	int start_result;      /* of the last daemon_start() that came to an end */
	uint64_t steps;	       /* of all coroutines, since world_new() */
	uint64_t commands;     /* to end a lease, that have */
	uint64_t starts, commits, refusals, fast_acks, slow_acks, naks, offers;
	char violation[512]; /* the first; empty: none */
};
extern struct world world;

/* Everything as on the first day: empty store, no maps, boot 1, the daemon not running. */
void world_new(const struct world_options *options);

/* --- actors and their run --- */

/* An actor: fn runs as a coroutine from the next world_run() on. */
void world_actor(const char *name, void (*fn)(void *arg), void *arg);
/*
 * Runs until all actors have come to their end and nothing else is to be done at this time, or
 * something is violated. Actors are forgotten; the rest of the world stands, so that further actors
 * may go on with it.
 */
void world_run(void);
/* Runs fn at once as the only actor, with the default schedule: no interleaving, nothing chosen. */
void world_play(void (*fn)(void *arg), void *arg);
/* Violation: ends world_run(). Callable from everywhere. */
void world_violated(const char *format, ...) __attribute__((format(printf, 1, 2)));
void world_say(const char *format, ...) __attribute__((format(printf, 1, 2))); /* if traced */

/* The number of the first actor's thread; the next one's is one more. Those below it are the
 * machine's own. */
#define WORLD_FIRST_ACTOR (2 + WORLD_CPUS)

/*
 * Who decides. schedule() gets the threads that can run, `last` (the one that ran, or -1) first
 * if it still can; choose() gets a number of ways, 0 being the usual one. NULL: always 0.
 */
struct world_decider {
	unsigned (*schedule)(void *arg, const unsigned *threads, unsigned n, bool last_is_first);
	unsigned (*choose)(void *arg, unsigned n, const char *what);
	void *arg;
};
void world_decide_by(const struct world_decider *decider);
unsigned world_choose(unsigned n, const char *what); /* 0 .. n - 1 */

/* From a coroutine: lets others run. world_wait: until ready(arg) holds. */
void world_step(const char *where);
void world_wait(const char *what, bool (*ready)(void *arg), void *arg);
/* The same, or until nothing can run but actors. */
void world_await_or_rest(bool (*ready)(void *arg), void *arg);
bool world_in_daemon(void); /* is it the daemon's code that runs? */

/* --- what actors do; each takes effect at once, and lets others run before and after --- */

void world_advance(uint64_t ms); /* time passes */
/* Nothing can run but actors: daemon, CPUs and barrier wait for time, frames or nothing. */
void world_settle(void);
/* Time passes second by second, and everything settles after each. */
void world_pass(unsigned seconds);

/* A process begins, with this configuration (YAML; must stay in memory). Not if one is alive. */
void world_start(const char *config);
bool world_await_serving(void); /* false: daemon_start() failed, world.start_result says how */
void world_stop(void);		/* SIGTERM, and awaits its end */
void world_kill(void);		/* SIGKILL; nothing if none is alive */
void world_stall(bool stalled); /* SIGSTOP, SIGCONT: the process does not run */
/* The operator ends the lease or the quarantine of an address; does not wait. */
void world_command_release(uint32_t addr);
void world_reload(const char *config); /* changes the file and sends SIGHUP; does not wait */
/* Power off and on: kill, maps, links and queued frames are gone, CLOCK_BOOTTIME starts at 0. */
void world_reboot(void);
/* The same after an outage, and with CLOCK_BOOTTIME at `up` when clients are heard again. */
void world_reboot_after(uint64_t outage_ms, uint64_t up_ms);

/* The pinned maps are another ABI's from now on: the next start harvests and replaces them. */
void world_maps_of_other_abi(void);
/* Pins and links are gone (rm in bpffs, --detach-fast-path), with all that was granted. */
void world_maps_lost(void);
/* A copy of the store is put aside; and put back in its place (no daemon may be alive). */
void world_store_copy(void);
void world_store_restore(void);
/* Another file is there in the place of a real store: the mirror learns from it at the next start.
 */
void world_store_changed(void);
/* Another server binds the address to a client, in a store that they share, if it is nobody's. */
void world_store_bound_by_other(uint32_t addr, unsigned client, uint32_t lifetime);
void world_interface(bool there); /* it goes, or comes again */
/* The next `n` commits fail whole, with this negative errno. */
void world_commits_fail(unsigned n, int error);
/* The next `n` barriers fail. */
void world_barriers_fail(unsigned n);

/* --- frames --- */

/* A client's frame arrives; REQUESTs are XDP's first, on this CPU. */
void world_frame(const uint8_t *frame, size_t len, unsigned cpu, bool is_request);

/*
 * A hash of the state: maps, rows, promises, where each thread stands. Of the daemon's memory only
 * where its code stands is in it.
 */
uint64_t world_hash(void);

/* --- time as the daemon knows it --- */

uint32_t world_seconds(void);		      /* CLOCK_BOOTTIME, rounded down */
uint64_t world_of_boottime(uint32_t seconds); /* `now` at that second; UINT64_MAX: never */

#endif
