// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The statistics: Kea's under Kea's names, those that Kea has none of as xdhcp-*. Counters since
 * the daemon's start, but for XDP's, which outlive it; the rest is as of now. Reads only.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/daemon.h"
#include "daemon/inspect.h"

struct emitter {
	void (*fn)(void *ctx, const struct control_stat *stat);
	void *ctx;
};

static void emit(const struct emitter *e, const char *name, uint64_t value)
{
	struct control_stat stat = {.name = name, .value = (int64_t)value};

	e->fn(e->ctx, &stat);
}

/* Counters are named by C's words, statistics as Kea's. */
static void emit_reason(const struct emitter *e, const char *group, const char *reason,
			uint64_t value)
{
	char name[80];

	snprintf(name, sizeof(name), "%s%s%s", group, reason ? "-" : "", reason ? reason : "");
	for (char *c = name; *c; c++)
		*c = *c == '_' ? '-' : *c;
	emit(e, name, value);
}

/* "xdhcp-silent-no-free-address": why what was understood got no answer, a NAK or no address. */
static void emit_reasons(const struct daemon *d, const struct emitter *e)
{
	char kind[32];

	for (unsigned i = REASON_NONE + 1; i < REASON_COUNT; i++) {
		if (i == SILENT_out_of_memory)
			continue;
		snprintf(kind, sizeof(kind), "xdhcp-%s", reason_kind((enum reason)i));
		emit_reason(e, kind, reason_name((enum reason)i), d->count.reasons[i]);
	}
}

/* "xdhcp-parse-failed-udp-checksum", "xdhcp-xdp-drop-client-rate", "xdhcp-drop-send-failed" */
static void emit_drop(void *emitter, const struct drop *drop)
{
	emit_reason(emitter, drop->statistic, drop->reason, drop->n);
}

/*
 * Of a histogram what one number can say; its buckets, which who asks for all statistics every
 * second would get dozens of, are in the status.
 */
static void emit_histogram(const struct emitter *e, const char *group, const struct histogram *h)
{
	emit_reason(e, group, "p50", histogram_percentile(h, 50));
	emit_reason(e, group, "p99", histogram_percentile(h, 99));
	emit_reason(e, group, "max", h->max);
}

/* By decision. For want of memory is none: it is among the drops. */
static uint64_t silent(const struct daemon *d)
{
	uint64_t sum = 0;

#define X(name, text) sum += d->count.reasons[SILENT_##name];
	SILENT_REASONS(X)
#undef X
	return sum - d->count.reasons[SILENT_out_of_memory];
}

static struct verdicts verdicts(const struct daemon *d)
{
	struct verdicts sum = {0};

	if (d->fp)
		fastpath_verdicts(d->fp, &sum);
	return sum;
}

/* Frames of any kind: beside the drops, not among them (status.c). */
static void emit_losses(const struct daemon *d, const struct emitter *e)
{
	struct link_losses *losses = losses_of_ports(d);
	uint64_t dropped = 0, missed = 0;
	size_t n = 0;

	for (const struct port *port = d->ports; losses && port; port = port->next, n++) {
		dropped += losses[n].rx_dropped;
		missed += losses[n].rx_missed;
	}
	free(losses);
	emit(e, "xdhcp-interfaces-rx-dropped", dropped);
	emit(e, "xdhcp-interfaces-rx-missed", missed);
}

static void emit_messages(const struct daemon *d, const struct emitter *e)
{
	static const char *const received[DHCP_INFORM + 1] = {
		[DHCP_DISCOVER] = "pkt4-discover-received",
		[DHCP_REQUEST] = "pkt4-request-received",
		[DHCP_DECLINE] = "pkt4-decline-received",
		[DHCP_RELEASE] = "pkt4-release-received",
		[DHCP_INFORM] = "pkt4-inform-received"};
	struct verdicts sum = verdicts(d);
	uint64_t acks = fastpath_acks(&sum);

	/* What XDP answered came in and went out as well. */
	for (unsigned t = 0; t <= DHCP_INFORM; t++) {
		if (received[t])
			emit(e, received[t],
			     d->count.type_received[t] + (t == DHCP_REQUEST ? acks : 0));
	}
	emit(e, "pkt4-received", d->count.received - d->count.not_ours + acks);
	emit(e, "pkt4-offer-sent", d->count.type_sent[DHCP_OFFER]);
	emit(e, "pkt4-ack-sent", d->count.type_sent[DHCP_ACK] + acks);
	emit(e, "pkt4-nak-sent", d->count.type_sent[DHCP_NAK]);
	emit(e, "pkt4-sent",
	     d->count.type_sent[DHCP_OFFER] + d->count.type_sent[DHCP_ACK] +
		     d->count.type_sent[DHCP_NAK] + d->count.type_sent[DHCP_BOOTP] + acks);
	emit(e, "pkt4-parse-failed", drops_of(d, "parse-failed"));
	emit(e, "pkt4-receive-drop", drops_total(d));
	drops_each(d, emit_drop, (void *)e);
	emit_losses(d, e);
	emit(e, "xdhcp-bootp-received", d->count.type_received[DHCP_BOOTP]);
	emit(e, "xdhcp-bootp-sent", d->count.type_sent[DHCP_BOOTP]);
	emit(e, "xdhcp-xdp-ack-sent", acks);
	emit(e, "xdhcp-not-ours", d->count.not_ours);
	emit(e, "xdhcp-silent", silent(d));
	emit_reasons(d, e);
	emit(e, "xdhcp-commits", d->count.commits);
	emit(e, "xdhcp-commits-failed", d->count.commit_failed);
	emit(e, "xdhcp-store-failing", d->outage.lasts);
	emit(e, "xdhcp-leases-committed", d->count.commit_rows);
	emit_histogram(e, "xdhcp-commit-leases", &d->count.commit_batch);
	emit_histogram(e, "xdhcp-commit-us", &d->count.commit_us);
	emit(e, "xdhcp-commit-us-sum", d->count.commit_us.sum);
	emit(e, "xdhcp-log-lines-left-out", log_lines_left_out());
	emit(e, "xdhcp-not-published-no-slot", d->count.publish_full);
	emit(e, "xdhcp-not-published-no-template", d->count.template_full);
	emit(e, "xdhcp-not-published-too-many-forms", d->count.template_refused);
}

void show_statistics(const struct daemon *d, void (*fn)(void *ctx, const struct control_stat *stat),
		     void *ctx)
{
	const struct emitter e = {fn, ctx};
	uint64_t assigned = 0, declined = 0;
	char name[64];

	emit_messages(d, &e);
	for (size_t i = 0; i < d->config->model.n_subnets; i++) {
		const struct subnet *subnet = &d->config->model.subnets[i];
		struct engine_usage usage;

		engine_usage(d->engine, subnet, &usage);
		assigned += usage.assigned;
		declined += usage.declined;
		snprintf(name, sizeof(name), "subnet[%" PRIu32 "].total-addresses", subnet->id);
		emit(&e, name, usage.total);
		snprintf(name, sizeof(name), "subnet[%" PRIu32 "].assigned-addresses", subnet->id);
		emit(&e, name, usage.assigned);
		snprintf(name, sizeof(name), "subnet[%" PRIu32 "].declined-addresses", subnet->id);
		emit(&e, name, usage.declined);
	}
	emit(&e, "assigned-addresses", assigned);
	emit(&e, "declined-addresses", declined);
	emit(&e, "reclaimed-leases", d->count.reclaimed);
}
