// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What the service manager is told from the end of the start to the stop (phases.c has what
 * comes before): that the daemon serves, reloads, stops; that its main loop turns (WATCHDOG, by a
 * timer of that loop and by nothing else, so that a hang is seen); and, once a minute, what there
 * is to say in one line. Without a service manager all of it is nothing.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "daemon/daemon.h"

#define STATUS_EVERY 60	       /* seconds */
#define STOP_USEC    120000000 /* a million leases may be written in an orderly stop */

/* "; 500 ACKs in 60 s, 99 % by XDP", since this was asked last; nothing at the first time. */
static void describe_acks(struct daemon *d, char *buf, size_t len)
{
	struct service *s = &d->service;
	struct verdicts verdicts = verdicts_by_now(d);
	uint64_t by_xdp = fastpath_acks(&verdicts), by_daemon = d->count.type_sent[DHCP_ACK];
	uint64_t xdp_now = by_xdp - s->by_xdp, all_now = xdp_now + by_daemon - s->by_daemon;
	uint32_t now = boot_seconds();

	buf[0] = '\0';
	if (s->described && all_now)
		snprintf(buf, len, "; %" PRIu64 " ACKs in %" PRIu32 " s, %" PRIu64 " %% by XDP",
			 all_now, now - s->described, 100 * xdp_now / all_now);
	s->by_xdp = by_xdp;
	s->by_daemon = by_daemon;
	s->described = now;
}

static void tell(struct daemon *d, const char *state, const char *acks)
{
	d->service.outage = d->outage.lasts;
	if (d->outage.lasts)
		notify_service("%sSTATUS=the store does not commit, renewals go on%s", state, acks);
	else
		notify_service("%sSTATUS=serving %zu leases on %zu interfaces%s", state,
			       lease_count(d->leases), ports_count(d), acks);
}

static void alive(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
	notify_service("WATCHDOG=1");
}

int service_start(struct daemon *d)
{
	int64_t us = notify_watchdog();
	struct timeval period = {.tv_sec = us / 1000000, .tv_usec = us % 1000000};

	if (!us)
		return 0;
	d->service.watchdog = event_new(d->base, -1, EV_PERSIST, alive, d);
	return d->service.watchdog && !event_add(d->service.watchdog, &period) ? 0 : -ENOMEM;
}

void service_ready(struct daemon *d)
{
	char acks[100];

	if (!notify_wanted())
		return;
	if (!d->service.described) /* from here on they are counted */
		describe_acks(d, acks, sizeof(acks));
	tell(d, "READY=1\n", "");
}

void service_tick(struct daemon *d)
{
	struct service *s = &d->service;
	char acks[100];

	if (d->outage.lasts == s->outage && boot_seconds() - s->described < STATUS_EVERY)
		return;
	if (!notify_wanted())
		return;
	describe_acks(d, acks, sizeof(acks));
	tell(d, "", acks);
}

void service_reloading(void)
{
	notify_service("RELOADING=1\nMONOTONIC_USEC=%" PRId64 "\nSTATUS=reading the configuration",
		       monotonic_microseconds());
}

void service_stopping(struct daemon *d)
{
	notify_service("STOPPING=1\nSTATUS=stopping\nEXTEND_TIMEOUT_USEC=%d", STOP_USEC);
	if (d->service.watchdog)
		event_free(d->service.watchdog);
	d->service.watchdog = NULL;
}
