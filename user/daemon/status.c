// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The status: the server as it is, whole. Wall times are made here, from CLOCK_BOOTTIME, for
 * display. Reads only.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "control/commands.h"
#include "daemon/conflict.h"
#include "daemon/daemon.h"
#include "daemon/foreign.h"
#include "daemon/inspect.h"

/* Powers of two that the buckets of commits show: 16 us to a minute, and up to COMMIT_MAX leases.
 */
#define COMMIT_US_FROM	 4
#define COMMIT_US_TO	 26
#define COMMIT_LEASES_TO 10

_Static_assert(1 << COMMIT_LEASES_TO == COMMIT_MAX, "what a commit may hold");

/*
 * What it has lost beneath us is of all its traffic, and may hold what XDP has dropped and counted:
 * shown beside the drops, and not among them.
 */
static json_t *interface(const struct port *port, const struct link_losses *losses)
{
	json_t *object = json_pack("{s:s, s:i, s:i, s:s, s:I, s:I, s:I}", "name", port->info.name,
				   "ifindex", (int)port->info.ifindex, "link", (int)port->link_id,
				   "mode", port->xdp_mode ? port->xdp_mode : "off",
				   "foreign-offers", (json_int_t)port->foreign_offers,
				   "foreign-acks", (json_int_t)port->foreign_acks, "foreign-naks",
				   (json_int_t)port->foreign_naks);

	if (losses->known)
		json_object_update_new(object,
				       json_pack("{s:I, s:I}", "rx-dropped",
						 (json_int_t)losses->rx_dropped, "rx-missed",
						 (json_int_t)losses->rx_missed));
	return object;
}

struct link_losses *losses_of_ports(const struct daemon *d)
{
	size_t n = ports_count(d);
	struct link_losses *losses = calloc(n ? n : 1, sizeof(*losses));

	if (!losses)
		return NULL;
	n = 0;
	for (const struct port *port = d->ports; port; port = port->next)
		losses[n++].ifindex = port->info.ifindex;
	if (n)
		links_losses(losses, n);
	return losses;
}

static json_t *status_interfaces(const struct daemon *d)
{
	json_t *list = json_array();
	struct link_losses *losses;
	size_t n = 0;

	losses = losses_of_ports(d);
	for (const struct port *port = d->ports; port; port = port->next)
		json_array_append_new(
			list, interface(port, losses ? &losses[n++] : &(struct link_losses){0}));
	free(losses);
	return list;
}

/* "native" if any interface is, else "generic", else "off". */
static const char *mode_in_force(const struct daemon *d)
{
	const char *mode = "off";

	for (const struct port *port = d->ports; port; port = port->next) {
		if (port->xdp_mode && strcmp(mode, "native"))
			mode = port->xdp_mode;
	}
	return mode;
}

static json_t *status_verdicts(const struct verdicts *v)
{
	json_t *object = json_object();

	for (unsigned i = 0; i < XDHCP_VERDICT_COUNT; i++)
		json_object_set_new(object, verdict_name(i),
				    json_integer((json_int_t)verdict_count(v, i)));
	return object;
}

static json_t *status_maps(const struct daemon *d)
{
	json_t *object = json_object();
	const char *name;

	for (unsigned i = 0; (name = fastpath_map_name(i)); i++)
		json_object_set_new(object, name, json_integer(fastpath_map_id(d->fp, name)));
	return object;
}

static json_t *status_fast_path(const struct daemon *d)
{
	bool dispatcher = d->config->fast_path.attach == FAST_PATH_DISPATCHER;
	json_t *object = json_pack("{s:s, s:s, s:o}", "mode", mode_in_force(d), "attach",
				   dispatcher ? "dispatcher" : "link", "interfaces",
				   status_interfaces(d));
	struct verdicts sum = verdicts_by_now(d);
	const struct policy *policy;

	if (!d->fp) {
		json_object_update_new(object,
				       json_pack("{s:i, s:i, s:i, s:o}", "entries", 0, "capacity",
						 0, "acks", 0, "verdicts", status_verdicts(&sum)));
		return object;
	}
	policy = fastpath_policy(d->fp);
	json_object_update_new(
		object, json_pack("{s:I, s:I, s:I, s:I, s:o, s:s, s:I, s:s, s:I, s:o}", "entries",
				  (json_int_t)d->published, "capacity",
				  (json_int_t)fastpath_capacity(d->fp), "slots-used",
				  (json_int_t)fastpath_slots_used(d->fp), "acks",
				  (json_int_t)fastpath_acks(&sum), "verdicts",
				  status_verdicts(&sum), "operator",
				  policy[XDHCP_POLICY_GATES].closed ? "off" : "on", "answer-until",
				  (json_int_t)boot_to_wall(policy[XDHCP_POLICY_GATES].answer_until),
				  "pin-path", d->config->fast_path.pin_path, "templates",
				  (json_int_t)template_index_in_use(d->templates), "map-ids",
				  status_maps(d)));
	return object;
}

static void add_count(json_t *object, const char *name, uint64_t n)
{
	json_int_t before = json_integer_value(json_object_get(object, name));

	json_object_set_new(object, name, json_integer(before + (json_int_t)n));
}

/* {"total", GROUP: its sum, GROUP-by-reason: {REASON: n}} */
static void add_drop(void *arg, const struct drop *drop)
{
	json_t *drops = arg, *reasons;
	char name[64];

	add_count(drops, "total", drop->n);
	add_count(drops, drop->group, drop->n);
	if (!drop->reason)
		return;
	snprintf(name, sizeof(name), "%s-by-reason", drop->group);
	reasons = json_object_get(drops, name);
	if (!reasons) {
		reasons = json_object();
		json_object_set_new(drops, name, reasons);
	}
	add_count(reasons, drop->reason, drop->n);
}

static json_t *status_drops(const struct daemon *d)
{
	json_t *object = json_object();

	drops_each(d, add_drop, object);
	return object;
}

/*
 * Its buckets add up, as Prometheus has them: how many values were not greater than 2^from, ...
 * 2^to, and all.
 */
static json_t *histogram(const struct histogram *h, unsigned from, unsigned to)
{
	json_t *buckets = json_object();
	char le[24];

	for (unsigned i = from; i <= to; i++) {
		snprintf(le, sizeof(le), "%" PRIu64, UINT64_C(1) << i);
		json_object_set_new(buckets, le, json_integer((json_int_t)histogram_up_to(h, i)));
	}
	json_object_set_new(buckets, "+Inf", json_integer((json_int_t)h->count));
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:o}", "count", (json_int_t)h->count, "sum",
			 (json_int_t)h->sum, "max", (json_int_t)h->max, "p50",
			 (json_int_t)histogram_percentile(h, 50), "p99",
			 (json_int_t)histogram_percentile(h, 99), "buckets", buckets);
}

/* Of commits that succeeded: the leases in each, and how long it took. */
static json_t *status_commit(const struct daemon *d)
{
	return json_pack("{s:o, s:o}", "leases",
			 histogram(&d->count.commit_batch, 0, COMMIT_LEASES_TO), "microseconds",
			 histogram(&d->count.commit_us, COMMIT_US_FROM, COMMIT_US_TO));
}

/* kind -> reason -> how often. */
static json_t *status_reasons(const struct daemon *d)
{
	json_t *kinds = json_object();

	for (unsigned i = REASON_NONE + 1; i < REASON_COUNT; i++) {
		const char *kind = reason_kind((enum reason)i);
		json_t *names = json_object_get(kinds, kind);

		if (i == SILENT_out_of_memory) /* among the drops */
			continue;
		if (!names) {
			names = json_object();
			json_object_set_new(kinds, kind, names);
		}
		json_object_set_new(names, reason_name((enum reason)i),
				    json_integer((json_int_t)d->count.reasons[i]));
	}
	return kinds;
}

/*
 * While it fails: for how many seconds, and why. That names a file, whose name is of whatever
 * bytes, and may end within a character.
 */
static json_t *status_store(const struct daemon *d)
{
	if (!d->outage.lasts)
		return json_pack("{s:s}", "state", "serving");
	return json_pack("{s:s, s:I, s:o}", "state", "failing", "for",
			 (json_int_t)(boot_seconds() - d->outage.since), "error",
			 control_text(d->outage.why));
}

/* Addresses that are asked for before they are offered. */
static json_t *status_conflict(const struct daemon *d)
{
	return json_pack("{s:I, s:I, s:I, s:I}", "probes-sent", (json_int_t)d->count.probes_sent,
			 "left-out", (json_int_t)d->count.unprobed, "conflicts",
			 (json_int_t)d->count.conflicts, "waiting", (json_int_t)conflict_waits(d));
}

json_t *show_status(const struct daemon *d)
{
	uint32_t now = boot_seconds();

	return json_pack("{s:i, s:I, s:I, s:s, s:o, s:o, s:I, s:o, s:I, s:o, s:o, s:o, s:o, s:o, "
			 "s:o}",
			 "pid", (int)getpid(), "uptime", (json_int_t)(now - d->started), "reload",
			 (json_int_t)(now - d->reloaded), "version", XDHCP_VERSION, "start",
			 status_start(d), "memory", status_memory(d), "leases",
			 (json_int_t)lease_count(d->leases), "store", status_store(d), "commits",
			 (json_int_t)d->count.commits, "commit", status_commit(d), "drops",
			 status_drops(d), "conflict-detection", status_conflict(d),
			 "foreign-servers", foreign_show(d), "reasons", status_reasons(d),
			 "fast-path", status_fast_path(d));
}
