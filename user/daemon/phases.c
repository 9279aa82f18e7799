// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The start, told apart in phases: how long each took and how much it had to do, in the log and in
 * the status. While one lasts, the log and the service manager hear once a second how far it
 * is, and the latter that this is no hang, so that no start is ended by a timeout because
 * there are many leases. Nothing of it outlives the process.
 */
#include <inttypes.h>
#include <stdio.h>

#include "daemon/daemon.h"

#define SECOND	   1000000   /* microseconds */
#define HEARD_FROM 120000000 /* microseconds: after each word the next one comes within */
#define LOOK_EVERY 1024	     /* leases; a power of two */

static const struct {
	const char *name, *unit;
} phases[] = {
#define X(id, name, unit) [START_##id] = {name, unit},
	START_PHASES(X)
#undef X
};

const char *start_phase_name(enum start_phase phase)
{
	return phases[phase].name;
}

const char *start_phase_unit(enum start_phase phase)
{
	return phases[phase].unit;
}

static double seconds(int64_t us)
{
	return (double)us / SECOND;
}

static void end(struct start *s, enum start_phase phase, int64_t now, uint64_t count)
{
	s->phases[phase].us = now - s->phase_began;
	s->phases[phase].count = count;
	log_info("start: %s: %" PRIu64 " %s in %.3f s", phases[phase].name, count,
		 phases[phase].unit, seconds(s->phases[phase].us));
}

void start_began(struct daemon *d)
{
	struct start *s = &d->start;
	int64_t now = monotonic_microseconds();

	if (!s->began)
		s->began = now;
	s->phase_began = s->began;
	s->watchdog = notify_watchdog() > 0;
	end(s, START_CONFIGURATION, now, d->config->model.n_subnets);
}

void start_phase(struct daemon *d, enum start_phase phase, uint64_t of)
{
	struct start *s = &d->start;

	s->phase = phase;
	s->of = of;
	s->phase_began = s->told = monotonic_microseconds();
	notify_service("STATUS=starting: %s\nEXTEND_TIMEOUT_USEC=%d%s", phases[phase].name,
		       HEARD_FROM, s->watchdog ? "\nWATCHDOG=1" : "");
}

void start_progress(struct daemon *d, uint64_t done)
{
	struct start *s = &d->start;
	char text[160];
	int64_t now;

	if (done % LOOK_EVERY)
		return;
	now = monotonic_microseconds();
	if (now - s->told < SECOND)
		return;
	s->told = now;
	/* what was counted before may have become more */
	snprintf(text, sizeof(text), "%s: %" PRIu64 " of %" PRIu64 " %s (%u %%)",
		 phases[s->phase].name, done, s->of < done ? done : s->of, phases[s->phase].unit,
		 s->of > done ? (unsigned)(100 * done / s->of) : 100);
	log_info("start: %s after %.1f s", text, seconds(now - s->phase_began));
	notify_service("STATUS=starting: %s\nEXTEND_TIMEOUT_USEC=%d%s", text, HEARD_FROM,
		       s->watchdog ? "\nWATCHDOG=1" : "");
}

void start_phase_done(struct daemon *d, uint64_t count)
{
	end(&d->start, d->start.phase, monotonic_microseconds(), count);
}

void start_ended(struct daemon *d)
{
	d->start.us = monotonic_microseconds() - d->start.began;
	log_info("start: serving after %.3f s", seconds(d->start.us));
}
