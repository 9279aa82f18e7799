// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What the control channel asks the daemon for: status, statistics, leases,
 * configuration. Reads only, except for the reload. Wall times are made here, from
 * CLOCK_BOOTTIME, for display.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "control/commands.h"
#include "daemon/daemon.h"
#include "proto/relay.h"

static json_t *status_interfaces(const struct daemon *d)
{
	json_t *list = json_array();

	for (const struct port *port = d->ports; port; port = port->next)
		json_array_append_new(
			list, json_pack("{s:s, s:i, s:i, s:s}", "name", port->info.name, "ifindex",
					(int)port->info.ifindex, "link", (int)port->link_id, "mode",
					port->xdp_mode ? port->xdp_mode : "off"));
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

#define X(name, action, help) json_object_set_new(object, #name, json_integer((json_int_t)v->name));
	XDHCP_VERDICTS(X)
#undef X
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
	const struct policy *policy;
	struct verdicts sum = {0};

	if (!d->fp) {
		json_object_update_new(object,
				       json_pack("{s:i, s:i, s:i, s:o}", "entries", 0, "capacity",
						 0, "acks", 0, "verdicts", status_verdicts(&sum)));
		return object;
	}
	policy = fastpath_policy(d->fp);
	fastpath_verdicts(d->fp, &sum);
	json_object_update_new(
		object,
		json_pack("{s:I, s:I, s:I, s:I, s:o, s:s, s:I, s:s, s:I, s:o}", "entries",
			  (json_int_t)d->published, "capacity",
			  (json_int_t)fastpath_capacity(d->fp), "slots-used",
			  (json_int_t)fastpath_slots_used(d->fp), "acks",
			  (json_int_t)fastpath_acks(&sum), "verdicts", status_verdicts(&sum),
			  "operator", policy[XDHCP_POLICY_OPERATOR].closed ? "off" : "on",
			  "answer-until",
			  (json_int_t)boot_to_wall(policy[XDHCP_POLICY_DAEMON].answer_until),
			  "pin-path", d->config->fast_path.pin_path, "templates",
			  (json_int_t)template_index_in_use(d->templates), "map-ids",
			  status_maps(d)));
	return object;
}

static uint64_t parse_failed(const struct daemon *d)
{
	uint64_t sum = 0;

	for (unsigned i = 1; i < DHCP_DECODE_COUNT; i++)
		sum += d->count.parse_failed[i];
	return sum;
}

static uint64_t silent(const struct daemon *d)
{
	uint64_t sum = 0;

#define X(name, text) sum += d->count.reasons[SILENT_##name];
	SILENT_REASONS(X)
#undef X
	return sum;
}

static uint64_t kernel_drops(const struct daemon *d)
{
	uint64_t sum = d->count.kernel_drops;

	for (const struct port *port = d->ports; port; port = port->next)
		sum += packet_kernel_drops(port->socket);
	return sum;
}

static struct verdicts verdicts(const struct daemon *d)
{
	struct verdicts sum = {0};

	if (d->fp)
		fastpath_verdicts(d->fp, &sum);
	return sum;
}

/* What XDP drops, and why: over a limit, or by a check that failed. */
static void each_xdp_drop(const struct verdicts *sum,
			  void (*fn)(void *ctx, const char *name, uint64_t value), void *ctx)
{
#define X(name, action, help)                                 \
	if (XDHCP_VERDICT_##name >= XDHCP_VERDICT_FIRST_DROP) \
		fn(ctx, #name, sum->name);
	XDHCP_VERDICTS(X)
#undef X
}

/* Kernel, XDP and daemon drops, and their sum: packets for us that nobody looked at or answered. */
struct drops {
	uint64_t kernel, xdp, malformed, total;
};

static struct drops drops(const struct daemon *d)
{
	struct drops drops = {.kernel = kernel_drops(d), .malformed = parse_failed(d)};
	struct verdicts sum = verdicts(d);

	drops.xdp = fastpath_drops(&sum);
	drops.total = drops.kernel + drops.xdp + drops.malformed + d->count.commit_failed_messages +
		      d->count.deferred_dropped + d->count.send_failed;
	return drops;
}

static void put_count(void *object, const char *name, uint64_t value)
{
	json_object_set_new(object, name, json_integer((json_int_t)value));
}

static json_t *status_drops(const struct daemon *d)
{
	struct drops sum = drops(d);
	struct verdicts by_xdp = verdicts(d);
	json_t *reasons = json_object(), *limits = json_object();

	each_xdp_drop(&by_xdp, put_count, limits);
	for (unsigned i = 1; i < DHCP_DECODE_COUNT; i++)
		json_object_set_new(reasons, dhcp_decode_name((enum dhcp_decode_result)i),
				    json_integer((json_int_t)d->count.parse_failed[i]));
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:o}", "total",
			 (json_int_t)sum.total, "kernel", (json_int_t)sum.kernel, "xdp",
			 (json_int_t)sum.xdp, "parse-failed", (json_int_t)sum.malformed,
			 "commit-failed", (json_int_t)d->count.commit_failed_messages, "deferred",
			 (json_int_t)d->count.deferred_dropped, "send-failed",
			 (json_int_t)d->count.send_failed, "parse-failed-by-reason", reasons,
			 "xdp-by-reason", limits);
}

/* kind -> reason -> how often. */
static json_t *status_reasons(const struct daemon *d)
{
	json_t *kinds = json_object();

	for (unsigned i = REASON_NONE + 1; i < REASON_COUNT; i++) {
		const char *kind = reason_kind((enum reason)i);
		json_t *names = json_object_get(kinds, kind);

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

static json_t *status(void *arg)
{
	struct daemon *d = arg;
	uint32_t now = boot_seconds();

	return json_pack("{s:i, s:I, s:I, s:s, s:o, s:o, s:I, s:o, s:I, s:o, s:o, s:o}", "pid",
			 (int)getpid(), "uptime", (json_int_t)(now - d->started), "reload",
			 (json_int_t)(now - d->reloaded), "version", XDHCP_VERSION, "start",
			 status_start(d), "memory", status_memory(d), "leases",
			 (json_int_t)lease_count(d->leases), "store", status_store(d), "commits",
			 (json_int_t)d->count.commits, "drops", status_drops(d), "reasons",
			 status_reasons(d), "fast-path", status_fast_path(d));
}

static json_t *config(void *arg)
{
	struct daemon *d = arg;

	return json_incref(d->config->tree);
}

static int config_test(void *arg, const json_t *tree, char **ret_text)
{
	struct config_errors errors = {0};
	struct config *tested = NULL;
	char *text = json_dumps(tree, JSON_INDENT(2));
	int r;

	(void)arg;
	if (!text) {
		*ret_text = strdup("out of memory");
		return -ENOMEM;
	}
	r = config_load("config-test", text, &tested, &errors);
	free(text);
	if (r < 0)
		*ret_text = config_error_text(&errors);
	else
		config_free(tested);
	config_errors_free(&errors);
	return r;
}

static int config_reload(void *arg, char **ret_text)
{
	return reload(arg, ret_text);
}

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
static void emit_by_name(const struct emitter *e, const char *group, const char *reason,
			 uint64_t value)
{
	char name[80];

	snprintf(name, sizeof(name), "xdhcp-%s-%s", group, reason);
	for (char *c = name; *c; c++)
		*c = *c == '_' ? '-' : *c;
	emit(e, name, value);
}

/* "xdhcp-parse-failed-udp-checksum": why what is not a message was not decoded. */
static void emit_parse_failed(const struct daemon *d, const struct emitter *e)
{
	for (unsigned i = 1; i < DHCP_DECODE_COUNT; i++)
		emit_by_name(e, "parse-failed", dhcp_decode_name((enum dhcp_decode_result)i),
			     d->count.parse_failed[i]);
}

/* "xdhcp-silent-no-free-address": why what was understood got no answer, a NAK or no address. */
static void emit_reasons(const struct daemon *d, const struct emitter *e)
{
	for (unsigned i = REASON_NONE + 1; i < REASON_COUNT; i++)
		emit_by_name(e, reason_kind((enum reason)i), reason_name((enum reason)i),
			     d->count.reasons[i]);
}

/* "xdhcp-xdp-drop-client-rate" */
static void emit_xdp_drop(void *emitter, const char *name, uint64_t value)
{
	emit_by_name(emitter, "xdp", name, value);
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
	emit(e, "pkt4-parse-failed", parse_failed(d));
	emit(e, "pkt4-receive-drop", drops(d).total);
	emit_parse_failed(d, e);
	emit(e, "xdhcp-bootp-received", d->count.type_received[DHCP_BOOTP]);
	emit(e, "xdhcp-bootp-sent", d->count.type_sent[DHCP_BOOTP]);
	emit(e, "xdhcp-xdp-ack-sent", acks);
	each_xdp_drop(&sum, emit_xdp_drop, (void *)e);
	emit(e, "xdhcp-silent", silent(d));
	emit_reasons(d, e);
	emit(e, "xdhcp-commits", d->count.commits);
	emit(e, "xdhcp-commits-failed", d->count.commit_failed);
	emit(e, "xdhcp-store-failing", d->outage.lasts);
	emit(e, "xdhcp-leases-committed", d->count.commit_rows);
	emit(e, "xdhcp-log-lines-left-out", log_lines_left_out());
	emit(e, "xdhcp-not-published-no-slot", d->count.publish_full);
	emit(e, "xdhcp-not-published-no-template", d->count.template_full);
	emit(e, "xdhcp-not-published-too-many-forms", d->count.template_refused);
}

static void statistics(void *arg, void (*fn)(void *ctx, const struct control_stat *stat), void *ctx)
{
	struct daemon *d = arg;
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

/* Kea's lease states. */
static uint32_t kea_state(const struct lease *lease)
{
	if (lease->state == LEASE_DECLINED)
		return 1;
	if (lease->state == LEASE_FREE || lease->state == LEASE_HELD)
		return lease->end == LEASE_END_RELEASED ? 3 : 2;
	return 0;
}

static struct control_bytes suboption(const struct dhcp_opt *agent, uint8_t code)
{
	struct dhcp_opt sub = {0};

	relay_suboption(agent, code, &sub);
	return (struct control_bytes){sub.data, sub.len};
}

static void show_relay(const struct lease *lease, struct control_lease *ret)
{
	const struct dhcp_opt agent = {lease_agent(lease), lease->agent_len};

	ret->giaddr = lease->giaddr;
	if (!agent.len)
		return;
	ret->agent = (struct control_bytes){agent.data, agent.len};
	ret->remote_id = suboption(&agent, RELAY_REMOTE_ID);
	ret->relay_id = suboption(&agent, RELAY_ID);
}

static void show(struct daemon *d, const struct lease *lease, struct control_lease *ret)
{
	uint32_t last = lease->cltt, until = lease_deadline(lease), granted, granted_last,
		 index = 0;
	struct slot *slot = d->fp ? fastpath_slot(d->fp, lease->addr, false, &index) : NULL;

	*ret = (struct control_lease){.addr = lease->addr,
				      .subnet_id = lease->subnet_id,
				      .client_id = lease_client_id(lease),
				      .client_id_len = lease->client_id_len,
				      .hostname = lease_hostname(lease),
				      .valid_lft = lease->lifetime,
				      .state = kea_state(lease),
				      .slot = -1};
	memcpy(ret->hw, lease->chaddr, sizeof(ret->hw));
	show_relay(lease, ret);
	if (slot && slot->generation == (uint32_t)lease->generation) {
		slot_grant(slot, &granted_last, &granted);
		last = later(last, granted_last);
		until = later(until, granted);
		ret->slot = slot_is_open(slot) ? (int64_t)index : -1;
		ret->hits = slot->hits;
	}
	ret->cltt = boot_to_wall(last);
	ret->expire = boot_to_wall(until);
	ret->ack_until = boot_to_wall(lease->ack_until);
}

static void leases(void *arg, uint32_t from,
		   bool (*fn)(void *ctx, const struct control_lease *lease), void *ctx)
{
	struct daemon *d = arg;
	struct lease *lease = lease_next(d->leases, from);

	for (; lease; lease = lease_after(d->leases, lease)) {
		struct control_lease shown;

		if (lease->state != LEASE_FREE) {
			show(d, lease, &shown);
			if (!fn(ctx, &shown))
				return;
		}
	}
}

static bool one_lease(void *arg, uint32_t addr, struct control_lease *ret_lease)
{
	struct daemon *d = arg;
	const struct lease *lease = lease_at(d->leases, addr);

	if (!lease || lease->state == LEASE_FREE)
		return false;
	show(d, lease, ret_lease);
	return true;
}

const struct control_ops daemon_control_ops = {
	.version = XDHCP_VERSION,
	.status = status,
	.config = config,
	.config_test = config_test,
	.config_reload = config_reload,
	.statistics = statistics,
	.leases = leases,
	.lease = one_lease,
};
