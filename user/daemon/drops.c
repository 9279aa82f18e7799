// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The walk over the tables of drops.h, and what XDP has counted, in sum. Holds no state.
 */
#include "daemon/daemon.h"
#include "daemon/drops.h"

static const struct drop of_daemon[DROP_COUNT] = {
#define X(name, group, reason, help) [DROP_##name] = {group, reason, "xdhcp-drop-" group, 0},
	DAEMON_DROPS(X)
#undef X
};

struct verdicts verdicts_by_now(const struct daemon *d)
{
	struct verdicts sum = {0};

	if (d->fp)
		fastpath_verdicts(d->fp, &sum);
	return sum;
}

/* By sockets that are open. */
static uint64_t by_kernel(const struct daemon *d, enum packet_kind kind)
{
	uint64_t sum = 0;

	for (const struct port *port = d->ports; port; port = port->next)
		sum += packet_kernel_drops(port->inlets[kind].socket);
	return sum;
}

static uint64_t by_daemon(const struct daemon *d, enum daemon_drop reason)
{
	switch (reason) {
	case DROP_kernel_completes:
		return d->count.dropped[reason] + by_kernel(d, PACKET_COMPLETES);
	case DROP_kernel_begins:
		return d->count.dropped[reason] + by_kernel(d, PACKET_BEGINS);
	case DROP_out_of_memory:
		return d->count.reasons[SILENT_out_of_memory];
	default:
		return d->count.dropped[reason];
	}
}

void drops_each(const struct daemon *d, void (*fn)(void *ctx, const struct drop *drop), void *ctx)
{
	struct verdicts sum = verdicts_by_now(d);

	for (unsigned i = 0; i < DROP_COUNT; i++) {
		struct drop drop = of_daemon[i];

		drop.n = by_daemon(d, (enum daemon_drop)i);
		fn(ctx, &drop);
	}
	for (unsigned i = XDHCP_VERDICT_FIRST_DROP; i < XDHCP_VERDICT_COUNT; i++)
		fn(ctx,
		   &(struct drop){"xdp", verdict_name(i), "xdhcp-xdp", verdict_count(&sum, i)});
	for (unsigned i = DHCP_DECODE_ok + 1; i < DHCP_DECODE_COUNT; i++)
		fn(ctx, &(struct drop){"parse-failed", dhcp_decode_name((enum dhcp_decode_result)i),
				       "xdhcp-parse-failed", d->count.parse_failed[i]});
}
