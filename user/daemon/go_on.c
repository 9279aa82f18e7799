// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Work that is done a piece an event, so that a million leases keep no client, timer or command
 * waiting. What event_base_once() has with a timeout of zero libevent runs at once, and whatever
 * that adds, too, before it looks at a socket again: what goes on with itself so would run to its
 * end. With the shortest timeout there is, sockets are looked at in between. (A timer that
 * event_add() sets to zero waits for that turn by itself: receive.c.)
 */
#include <errno.h>

#include "daemon/daemon.h"

int daemon_go_on(struct daemon *d, event_callback_fn fn)
{
	const struct timeval soon = {.tv_usec = 1};

	return event_base_once(d->base, -1, EV_TIMEOUT, fn, d, &soon) ? -ENOMEM : 0;
}
