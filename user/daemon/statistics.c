// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The statistics: Kea's under Kea's names, those that Kea has none of as xdhcp-*. Counters since
 * the daemon's start or a reset, but for XDP's, which outlive it; the rest is as of now. A reset
 * changes what is shown here and nothing else (baseline.h), but for the histograms of commits,
 * which are emptied: no difference has a percentile.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/baseline.h"
#include "daemon/conflict.h"
#include "daemon/daemon.h"
#include "daemon/inspect.h"

enum kind {
	COUNT,	    /* since the start */
	OF_COMMITS, /* of a histogram */
	STATE,	    /* as of now */
};

struct emitter {
	void (*fn)(void *ctx, const char *name, enum kind kind, uint64_t value);
	void *ctx;
};

static void emit(const struct emitter *e, const char *name, uint64_t value)
{
	e->fn(e->ctx, name, COUNT, value);
}

static void emit_state(const struct emitter *e, const char *name, uint64_t value)
{
	e->fn(e->ctx, name, STATE, value);
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

struct drops {
	const struct emitter *e;
	uint64_t total, parse_failed;
};

/* "xdhcp-parse-failed-udp-checksum", "xdhcp-xdp-drop-client-rate", "xdhcp-drop-send-failed" */
static void emit_drop(void *ctx, const struct drop *drop)
{
	struct drops *drops = ctx;

	emit_reason(drops->e, drop->statistic, drop->reason, drop->n);
	drops->total += drop->n;
	if (strcmp(drop->group, "parse-failed") == 0)
		drops->parse_failed += drop->n;
}

/* The total is of the same moment as its parts, which XDP goes on counting. */
static void emit_drops(const struct daemon *d, const struct emitter *e)
{
	struct drops drops = {.e = e};

	drops_each(d, emit_drop, &drops);
	emit(e, "pkt4-parse-failed", drops.parse_failed);
	emit(e, "pkt4-receive-drop", drops.total);
}

/*
 * Of a histogram what one number can say; its buckets, which who asks for all statistics every
 * second would get dozens of, are in the status.
 */
static void emit_commits(const struct daemon *d, const struct emitter *e)
{
	const struct histogram *leases = &d->count.commit_batch, *us = &d->count.commit_us;
	const struct {
		const char *name;
		uint64_t value;
	} all[] = {
		{"xdhcp-commit-leases-p50", histogram_percentile(leases, 50)},
		{"xdhcp-commit-leases-p99", histogram_percentile(leases, 99)},
		{"xdhcp-commit-leases-max", leases->max},
		{"xdhcp-commit-us-p50", histogram_percentile(us, 50)},
		{"xdhcp-commit-us-p99", histogram_percentile(us, 99)},
		{"xdhcp-commit-us-max", us->max},
		{"xdhcp-commit-us-sum", us->sum},
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		e->fn(e->ctx, all[i].name, OF_COMMITS, all[i].value);
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
	struct verdicts sum = verdicts_by_now(d);
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
	emit_drops(d, e);
	emit_losses(d, e);
	emit(e, "xdhcp-bootp-received", d->count.type_received[DHCP_BOOTP]);
	emit(e, "xdhcp-bootp-sent", d->count.type_sent[DHCP_BOOTP]);
	emit(e, "xdhcp-xdp-ack-sent", acks);
	emit(e, "xdhcp-not-ours", d->count.not_ours);
	emit(e, "xdhcp-silent", silent(d));
	emit_reasons(d, e);
	emit(e, "xdhcp-commits", d->count.commits);
	emit(e, "xdhcp-commits-failed", d->count.commit_failed);
	emit_state(e, "xdhcp-store-failing", d->outage.lasts);
	emit(e, "xdhcp-leases-committed", d->count.commit_rows);
	emit_commits(d, e);
	emit(e, "xdhcp-log-lines-left-out", log_lines_left_out());
	emit(e, "xdhcp-not-published-no-slot", d->count.publish_full);
	emit(e, "xdhcp-not-published-no-template", d->count.template_full);
	emit(e, "xdhcp-not-published-too-many-forms", d->count.template_refused);
}

static void emit_subnets(const struct daemon *d, const struct emitter *e)
{
	uint64_t assigned = 0, declined = 0;
	char name[64];

	for (size_t i = 0; i < d->config->model.n_subnets; i++) {
		const struct subnet *subnet = &d->config->model.subnets[i];
		struct engine_usage usage;

		engine_usage(d->engine, subnet, &usage);
		assigned += usage.assigned;
		declined += usage.declined;
		snprintf(name, sizeof(name), "subnet[%" PRIu32 "].total-addresses", subnet->id);
		emit_state(e, name, usage.total);
		snprintf(name, sizeof(name), "subnet[%" PRIu32 "].assigned-addresses", subnet->id);
		emit_state(e, name, usage.assigned);
		snprintf(name, sizeof(name), "subnet[%" PRIu32 "].declined-addresses", subnet->id);
		emit_state(e, name, usage.declined);
	}
	emit_state(e, "assigned-addresses", assigned);
	emit_state(e, "declined-addresses", declined);
}

static void emit_all(const struct daemon *d, const struct emitter *e)
{
	emit_messages(d, e);
	emit_subnets(d, e);
	emit(e, "reclaimed-leases", d->count.reclaimed);
	emit(e, "xdhcp-probes-sent", d->count.probes_sent);
	emit(e, "xdhcp-probes-left-out", d->count.unprobed);
	emit(e, "xdhcp-conflicts-found", d->count.conflicts);
	emit_state(e, "xdhcp-probes-waiting", conflict_waits(d));
	emit(e, "pkt4-foreign-offer-received", d->count.foreign_offers);
	emit(e, "pkt4-foreign-ack-received", d->count.foreign_acks);
	emit(e, "pkt4-foreign-nak-received", d->count.foreign_naks);
	emit(e, "xdhcp-foreign-chosen", d->count.foreign_chosen);
	emit(e, "xdhcp-foreign-unread", d->count.replies_dropped);
}

struct show {
	const struct baseline *baselines;
	void (*fn)(void *ctx, const struct control_stat *stat);
	void *ctx;
};

static void show(void *ctx, const char *name, enum kind kind, uint64_t value)
{
	const struct show *to = ctx;
	uint64_t from = kind == COUNT ? baseline_of(to->baselines, name) : 0;
	/* an interface that went takes its counts with it */
	const struct control_stat stat = {name, value > from ? (int64_t)(value - from) : 0};

	to->fn(to->ctx, &stat);
}

void show_statistics(const struct daemon *d, void (*fn)(void *ctx, const struct control_stat *stat),
		     void *ctx)
{
	struct show to = {d->baselines, fn, ctx};
	const struct emitter e = {show, &to};

	emit_all(d, &e);
}

struct reset {
	struct daemon *d;
	const char *only; /* NULL: all */
	int result;
};

static void reset(void *ctx, const char *name, enum kind kind, uint64_t value)
{
	struct reset *to = ctx;
	int r = 0;

	if (to->only && strcmp(to->only, name) != 0)
		return;
	if (kind == COUNT)
		r = baseline_set(&to->d->baselines, name, value);
	else if (kind == STATE && to->only)
		r = -EINVAL;
	else if (kind == OF_COMMITS && strncmp(name, "xdhcp-commit-us-", 16) == 0)
		to->d->count.commit_us = (struct histogram){0};
	else if (kind == OF_COMMITS)
		to->d->count.commit_batch = (struct histogram){0};
	if (to->result == 0 || to->result == -ENOENT)
		to->result = r;
}

int reset_statistics(struct daemon *d, const char *name)
{
	struct reset to = {d, name, -ENOENT};
	const struct emitter e = {reset, &to};

	emit_all(d, &e);
	return to.result;
}
