// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * status, commands: the server as it is (its statistics: stats.c). Prints what the reply holds
 * and leaves out what it does not, so that older and newer daemons can be asked alike.
 */
#include "cli.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define TOP_VERDICTS 8

static void print_server(const json_t *status)
{
	int64_t pid = get_int(status, "pid", -1), uptime = get_int(status, "uptime", -1),
		reload = get_int(status, "reload", -1);
	char text[160] = "", buf[DURATION_STR];
	size_t n = 0;

	if (pid >= 0)
		n += (size_t)snprintf(text + n, sizeof(text) - n, ", pid %" PRId64, pid);
	if (uptime >= 0)
		n += (size_t)snprintf(text + n, sizeof(text) - n, ", up %s",
				      duration_str((uint64_t)uptime, buf));
	if (reload >= 0)
		snprintf(text + n, sizeof(text) - n, ", configuration read %s ago",
			 duration_str((uint64_t)reload, buf));
	print_field("server", "xdhcpd %s%s", get_str(status, "version", ""), text);
}

/* Interfaces are names, or maps with a name and a mode. */
static void print_interfaces(const json_t *fast)
{
	const json_t *list = json_object_get(fast, "interfaces"), *each;
	char text[1024] = "none";
	size_t i, n = 0;

	json_array_foreach (list, i, each) {
		const char *name = json_is_string(each) ? json_string_value(each)
							: get_str(each, "name", "?");
		const char *mode = get_str(each, "mode", NULL);
		int len = snprintf(text + n, sizeof(text) - n, "%s%s%s%s%s", n ? ", " : "", name,
				   mode ? " (" : "", mode ? mode : "", mode ? ")" : "");

		if (len < 0 || (size_t)len >= sizeof(text) - n)
			break;
		n += (size_t)len;
	}
	if (list)
		print_field("interfaces", "%s", text);
}

static void print_gate(const json_t *fast)
{
	const char *gate = get_str(fast, "operator", NULL);
	int64_t until = get_int(fast, "answer-until", 0);
	char at[TIME_STR];

	if (!gate)
		return;
	if (strcmp(gate, "off") == 0)
		print_field("gate", GATE_OFF);
	else if (until > 0)
		print_field("gate", "open, without a daemon until %s", time_str(until, at));
	else
		print_field("gate", "open");
}

/* XDP's ACKs and the daemon's: pkt4-ack-sent counts both, and is asked after the former. */
static void print_acks(const struct cli *cli, int64_t by_xdp)
{
	struct reply reply;
	char why[512];
	int64_t all = -1;

	if (client_ask(cli, "statistic-get", json_pack("{s:s}", "name", "pkt4-ack-sent"),
		       CLIENT_SECONDS, &reply, why, sizeof(why)) == 0) {
		const json_t *value = get_sample(json_object_get(reply.json, "arguments"),
						 "pkt4-ack-sent");

		if (json_is_integer(value))
			all = json_integer_value(value);
		reply_free(&reply);
	}
	if (all > 0 && all >= by_xdp)
		print_field("ACKs",
			    "%" PRId64 " by XDP, %" PRId64 " by the daemon (%.1f %% by XDP)",
			    by_xdp, all - by_xdp, 100.0 * (double)by_xdp / (double)all);
	else
		print_field("ACKs", "%" PRId64 " by XDP", by_xdp);
}

static int by_count(const void *a, const void *b)
{
	const struct verdict *x = a, *y = b;

	return x->count > y->count ? -1 : x->count < y->count;
}

void print_verdicts(struct verdict *all, size_t n)
{
	char text[1024] = "";
	size_t len = 0;

	qsort(all, n, sizeof(*all), by_count);
	while (n > 0 && all[n - 1].count <= 0)
		n--;
	for (size_t i = 0; i < n && i < TOP_VERDICTS && len + 96 < sizeof(text); i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%.64s %" PRId64,
					i ? "\n" : "", all[i].name, all[i].count);
	if (n > TOP_VERDICTS)
		snprintf(text + len, sizeof(text) - len, "\n... %zu more: --json",
			 n - TOP_VERDICTS);
	if (n > 0)
		print_field("verdicts", "%s", text);
}

static void print_verdicts_of(const json_t *fast)
{
	json_t *map = json_object_get(fast, "verdicts"), *value;
	struct verdict *all = calloc(json_object_size(map) + 1, sizeof(*all));
	const char *name;
	size_t n = 0;

	if (!all)
		return;
	json_object_foreach (map, name, value)
		all[n++] = (struct verdict){name, (int64_t)json_integer_value(value)};
	print_verdicts(all, n);
	free(all);
}

static void print_store(const json_t *status)
{
	const json_t *store = json_object_get(status, "store");
	const char *state = get_str(store, "state", NULL);
	char length[DURATION_STR];

	if (!state || strcmp(state, "serving") == 0)
		return;
	print_field("store", "%s for %s: %s", state,
		    duration_str((uint64_t)get_int(store, "for", 0), length),
		    get_str(store, "error", "?"));
}

/* "2.8 s: store 0.1, load 1.2, check 0.9": phases that took a twentieth of a second or more. */
static void print_start(const json_t *status)
{
	const json_t *start = json_object_get(status, "start"), *each;
	int64_t all = get_int(start, "milliseconds", -1);
	char text[512] = "";
	size_t i, n = 0;

	json_array_foreach (json_object_get(start, "phases"), i, each) {
		int64_t ms = get_int(each, "milliseconds", 0);

		if (ms >= 50 && n + 64 < sizeof(text))
			n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%.32s %.1f",
					      n ? ", " : ": ", get_str(each, "phase", "?"),
					      (double)ms / 1000);
	}
	if (all >= 0)
		print_field("started in", "%.1f s%s", (double)all / 1000, text);
}

static void print_memory(const json_t *status)
{
	const json_t *memory = json_object_get(status, "memory");
	int64_t own = get_int(memory, "rss-anon", -1);

	if (own >= 0)
		print_field("memory", "%.1f MB, maps %.1f MB beside it", (double)own / 1e6,
			    (double)get_int(memory, "maps", 0) / 1e6);
}

/* How often which of them; a reason a line. */
static void print_reasons(const char *field, const json_t *reasons)
{
	json_t *value;
	const char *name;
	char text[2048] = "";
	size_t n = 0;

	json_object_foreach ((json_t *)reasons, name, value) {
		if (json_integer_value(value) > 0 && n + 96 < sizeof(text))
			n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%.64s %" PRId64,
					      n ? "\n" : "", name,
					      (int64_t)json_integer_value(value));
	}
	if (n > 0)
		print_field(field, "%s", text);
}

/* "deferred-by-reason": "deferred". Two groups have plainer words. */
static const char *reasons_field(const char *name, char *buf, size_t len)
{
	char *end;

	if (strcmp(name, "parse-failed-by-reason") == 0)
		return "malformed";
	if (strcmp(name, "xdp-by-reason") == 0)
		return "by XDP";
	snprintf(buf, len, "%s", name);
	end = strstr(buf, "-by-reason");
	if (end)
		*end = '\0';
	return buf;
}

/* One total; its parts where they are not zero. */
static void print_drops(const json_t *status)
{
	json_t *drops = json_object_get(status, "drops"), *value;
	int64_t total = get_int(drops, "total", -1), sum = 0;
	const char *name;
	char text[512] = "";
	size_t n = 0;

	if (!drops)
		return;
	json_object_foreach (drops, name, value) {
		if (strcmp(name, "total") == 0 || !json_is_integer(value))
			continue;
		sum += json_integer_value(value);
		if (json_integer_value(value) != 0 && n + 96 < sizeof(text))
			n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%.64s %" PRId64,
					      n ? ", " : ": ", name,
					      (int64_t)json_integer_value(value));
	}
	print_field("drops", "%" PRId64 "%s", total >= 0 ? total : sum, text);
	json_object_foreach (drops, name, value) {
		if (json_is_object(value))
			print_reasons(reasons_field(name, text, sizeof(text)), value);
	}
}

/* What an interface has lost of whatever traffic: it is not in the total. */
static void print_losses(const json_t *fast)
{
	const json_t *each;
	char text[1024] = "";
	size_t i, n = 0;

	json_array_foreach (json_object_get(fast, "interfaces"), i, each) {
		int64_t dropped = get_int(each, "rx-dropped", 0);
		int64_t missed = get_int(each, "rx-missed", 0);

		if ((dropped || missed) && n + 128 < sizeof(text))
			n += (size_t)snprintf(text + n, sizeof(text) - n,
					      "%s%.16s: %" PRId64 " dropped, %" PRId64
					      " missed, of frames of any kind",
					      n ? "\n" : "", get_str(each, "name", "?"), dropped,
					      missed);
	}
	if (n > 0)
		print_field("beneath", "%s", text);
}

/* Half of them are not longer (greater) than the first number, 99 of 100 than the second. */
static void print_commits(const json_t *status)
{
	const json_t *commit = json_object_get(status, "commit");
	const json_t *leases = json_object_get(commit, "leases");
	const json_t *us = json_object_get(commit, "microseconds");
	int64_t n = get_int(us, "count", 0);

	if (n > 0)
		print_field("commits",
			    "%" PRId64 " of %" PRId64 " leases; in each %" PRId64 ", %" PRId64
			    ", at most %" PRId64 "; took %" PRId64 ", %" PRId64 ", at most %" PRId64
			    " us",
			    n, get_int(leases, "sum", 0), get_int(leases, "p50", 0),
			    get_int(leases, "p99", 0), get_int(leases, "max", 0),
			    get_int(us, "p50", 0), get_int(us, "p99", 0), get_int(us, "max", 0));
}

/* Of what was understood: why it got no answer, a NAK, or an OFFER of no address. */
/* Addresses that were asked for before they were offered; nothing where none is. */
static void print_probes(const json_t *status)
{
	const json_t *probes = json_object_get(status, "conflict-detection");
	int64_t sent = get_int(probes, "probes-sent", 0), left_out = get_int(probes, "left-out", 0);
	char text[64] = "";

	if (left_out > 0)
		snprintf(text, sizeof(text), ", %" PRId64 " left out", left_out);
	if (sent > 0 || left_out > 0)
		print_field("probes",
			    "%" PRId64 " sent, %" PRId64 " found in use, %" PRId64 " wait%s", sent,
			    get_int(probes, "conflicts", 0), get_int(probes, "waiting", 0), text);
}

static void print_decisions(const json_t *status)
{
	json_t *kinds = json_object_get(status, "reasons");

	print_reasons("silent", json_object_get(kinds, "silent"));
	print_reasons("nak", json_object_get(kinds, "nak"));
	print_reasons("no address", json_object_get(kinds, "offer"));
}

static void print_fast_path(const struct cli *cli, const json_t *fast)
{
	int64_t entries = get_int(fast, "entries", -1), capacity = get_int(fast, "capacity", 0);
	int64_t acks = get_int(fast, "acks", -1);
	const char *pins = get_str(fast, "pin-path", NULL);

	print_field("fast path", "%s%s", get_str(fast, "mode", "unknown"),
		    strcmp(get_str(fast, "attach", "link"), "dispatcher") == 0
			    ? ", by libxdp's dispatcher"
			    : "");
	print_interfaces(fast);
	print_gate(fast);
	if (entries >= 0 && capacity > 0)
		print_field("entries", "%" PRId64 " of %" PRId64 " (%.0f %%)", entries, capacity,
			    100.0 * (double)entries / (double)capacity);
	if (acks >= 0)
		print_acks(cli, acks);
	print_verdicts_of(fast);
	if (pins)
		print_field("pins", "%s", pins);
}

/* Who else answers, where, and how much of it was heard. */
static void print_foreign(const json_t *status)
{
	const json_t *each;
	char text[8192] = "";
	size_t i, n = 0;

	json_array_foreach (json_object_get(status, "foreign-servers"), i, each) {
		const char *mac = get_str(each, "mac", NULL);

		if (n + 192 > sizeof(text))
			break;
		n += (size_t)snprintf(text + n, sizeof(text) - n,
				      "%s%.15s on %.16s%s%.17s: %" PRId64 " offers, %" PRId64
				      " ACKs, %" PRId64 " NAKs, chosen %" PRId64 " times",
				      n ? "\n" : "", get_str(each, "server", "?"),
				      get_str(each, "interface", "?"), mac ? ", " : "",
				      mac ? mac : "", get_int(each, "offers", 0),
				      get_int(each, "acks", 0), get_int(each, "naks", 0),
				      get_int(each, "chosen", 0));
	}
	if (n > 0)
		print_field("foreign", "%s", text);
}

int cli_status(const struct cli *cli)
{
	struct reply reply;
	char why[512];
	json_t *checked;

	if (client_ask(cli, "status-get", NULL, CLIENT_SECONDS, &reply, why, sizeof(why)) < 0) {
		cli_fail(cli, CLI_UNREACHABLE, "%s", why);
		if (!cli->json)
			print_offline(cli);
		return CLI_UNREACHABLE;
	}

	int code = client_take(cli, &reply, &checked);

	if (!checked)
		return code;

	const json_t *status = json_object_get(checked, "arguments");
	const json_t *fast = json_object_get(status, "fast-path");
	int64_t leases = get_int(status, "leases", -1);

	print_server(status);
	print_start(status);
	print_memory(status);
	if (leases >= 0)
		print_field("leases", "%" PRId64, leases);
	print_store(status);
	if (fast)
		print_fast_path(cli, fast);
	print_commits(status);
	print_drops(status);
	print_losses(fast);
	print_probes(status);
	print_decisions(status);
	print_foreign(status);
	json_decref(checked);
	return code;
}

int cli_commands(const struct cli *cli)
{
	json_t *reply;
	const json_t *name;
	size_t i;
	int code = client_command(cli, "list-commands", NULL, CLIENT_SECONDS, &reply);

	if (!reply)
		return code;
	json_array_foreach (json_object_get(reply, "arguments"), i, name)
		printf("%s\n", json_is_string(name) ? json_string_value(name) : "?");
	json_decref(reply);
	return code;
}
