/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The start's phases: see phases.c. Whoever adds one adds a line to START_PHASES and calls
 * start_phase() and start_phase_done() around its work; the log, the status and what the service
 * manager hears follow. The README names them all.
 */
#ifndef XDHCP_PHASES_H
#define XDHCP_PHASES_H

#include <stdbool.h>
#include <stdint.h>

/*
 * In their order: X(id, name, what is counted).
 *
 * configuration  from exec to a model
 * store          opened, with its log settled
 * maps           opened and the program loaded, or made
 * load           slots harvested, rows merged with them
 * commit         what that has changed
 * adopt          slots that stay in service
 * check          leases filed under the configuration, scopes closed that it changes
 * serve          interfaces, sockets, programs
 */
#define START_PHASES(X)                              \
	X(CONFIGURATION, "configuration", "subnets") \
	X(STORE, "store", "leases")                  \
	X(MAPS, "maps", "slots")                     \
	X(LOAD, "load", "leases")                    \
	X(COMMIT, "commit", "leases")                \
	X(ADOPT, "adopt", "slots")                   \
	X(CHECK, "check", "leases")                  \
	X(SERVE, "serve", "interfaces")

enum start_phase {
#define X(id, name, unit) START_##id,
	START_PHASES(X)
#undef X
		START_PHASE_COUNT,
};

struct start {
	/* monotonic_microseconds(): of the start, of this phase, of the last word about it */
	int64_t began, phase_began, told;
	enum start_phase phase;
	uint64_t of; /* how much there is to do in it, as far as is known */
	bool watchdog;
	int64_t us; /* all of it, until it serves */
	struct {
		int64_t us;
		uint64_t count;
	} phases[START_PHASE_COUNT];
};

struct daemon;

const char *start_phase_name(enum start_phase phase);
const char *start_phase_unit(enum start_phase phase);
void start_began(struct daemon *d); /* the configuration is read, since start.began */
/* A phase begins, with so much to do; 0: nobody knows. */
void start_phase(struct daemon *d, enum start_phase phase, uint64_t of);
/* So much of it is done. To be called for each lease or slot: only every 1024th costs anything. */
void start_progress(struct daemon *d, uint64_t done);
void start_phase_done(struct daemon *d, uint64_t count);
void start_ended(struct daemon *d);

#endif
