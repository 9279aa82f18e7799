// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * status, stats, commands: the server as it is. Prints what the reply holds
 * and leaves out what it does not, so that older and newer daemons can be asked alike.
 */
#include "cli.h"

#include <inttypes.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "net/fastpath.h"

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
		print_field("gate", "off: the operator closed it; open: xdhcpctl fast-path on");
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
		const json_t *samples = json_object_get(json_object_get(reply.json, "arguments"),
							"pkt4-ack-sent");
		const json_t *value = json_array_get(json_array_get(samples, 0), 0);

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

struct verdict {
	const char *name;
	int64_t count;
};

static int by_count(const void *a, const void *b)
{
	const struct verdict *x = a, *y = b;

	return x->count > y->count ? -1 : x->count < y->count;
}

static void print_verdicts(const json_t *fast)
{
	json_t *map = json_object_get(fast, "verdicts"), *value;
	size_t n = 0, size = json_object_size(map), len = 0;
	struct verdict *all = calloc(size + 1, sizeof(*all));
	const char *name;
	char text[1024] = "";

	if (!all)
		return;
	json_object_foreach (map, name, value) {
		if (json_is_integer(value) && json_integer_value(value) > 0)
			all[n++] = (struct verdict){name, json_integer_value(value)};
	}
	qsort(all, n, sizeof(*all), by_count);
	for (size_t i = 0; i < n && i < TOP_VERDICTS && len + 96 < sizeof(text); i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%.64s %" PRId64,
					i ? "\n" : "", all[i].name, all[i].count);
	if (n > TOP_VERDICTS)
		snprintf(text + len, sizeof(text) - len, "\n... %zu more: --json",
			 n - TOP_VERDICTS);
	if (n > 0)
		print_field("verdicts", "%s", text);
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
	print_reasons("malformed", json_object_get(drops, "parse-failed-by-reason"));
	print_reasons("by XDP", json_object_get(drops, "xdp-by-reason"));
}

/* Of what was understood: why it got no answer, a NAK, or an OFFER of no address. */
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
	print_verdicts(fast);
	if (pins)
		print_field("pins", "%s", pins);
}

/* --- the daemon is dead: what the pins still say --- */

static uint32_t boot_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint32_t)now.tv_sec;
}

static void print_orphan_links(const struct fastpath_offline *offline)
{
	char text[1024] = "none: nothing is answered", name[IF_NAMESIZE];
	size_t n = 0;

	for (unsigned i = 0; i < offline->n_links && i < FASTPATH_OFFLINE_LINKS; i++) {
		uint32_t ifindex = offline->links[i];

		if (n + IF_NAMESIZE + 2 > sizeof(text))
			break;
		/* of another network namespace, or gone */
		if (!if_indextoname(ifindex, name))
			snprintf(name, sizeof(name), "#%u", ifindex);
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s", n ? ", " : "", name);
	}
	print_field("interfaces", "%s", text);
}

static void print_orphan_gate(const struct fastpath_offline *offline)
{
	uint32_t now = boot_now(), until = offline->answer_until;
	char left[DURATION_STR];

	if (offline->operator_closed)
		print_field("gate", "off: the operator closed it; open: xdhcpctl fast-path on");
	else if (offline->daemon_closed)
		print_field("gate", "closed by the daemon");
	else if (until == XDHCP_FOREVER)
		print_field("gate", "open: XDP answers renewals");
	else if (until > now)
		print_field("gate", "open: XDP answers renewals for %s more",
			    duration_str(until - now, left));
	else
		print_field("gate", "no daemon for too long: XDP passes everything since %s",
			    duration_str(now - until, left));
}

static void print_orphans(const struct cli *cli)
{
	const char *pins = cli->pin_path ? cli->pin_path : XDHCP_PIN_PATH;
	struct fastpath_offline offline;
	char why[512] = "";

	if (cli->socket_given && !cli->pin_path) {
		print_field("fast path", "to see its pins, name them: --pin-path DIR");
		return;
	}
	if (fastpath_status_offline(pins, &offline, why, sizeof(why)) < 0) {
		print_field("fast path", "%s", why);
		return;
	}

	json_t *verdicts = json_object(), *fast;

#define X(name, action, help) \
	json_object_set_new(verdicts, #name, json_integer((json_int_t)offline.verdicts.name));
	XDHCP_VERDICTS(X)
#undef X
	fast = json_pack("{s:o}", "verdicts", verdicts);
	print_field("fast path", "pinned in %s", pins);
	print_orphan_links(&offline);
	print_orphan_gate(&offline);
	print_field("slots", "%u of %u", offline.slots_used, offline.capacity);
	print_field("ACKs", "%" PRIu64 " by XDP", fastpath_acks(&offline.verdicts));
	print_field("drops", "%" PRIu64 " by XDP", fastpath_drops(&offline.verdicts));
	print_verdicts(fast);
	print_field("leases", "cat %s/leases_txt", pins);
	json_decref(fast);
}

int cli_status(const struct cli *cli)
{
	struct reply reply;
	char why[512];
	json_t *checked;

	if (client_ask(cli, "status-get", NULL, CLIENT_SECONDS, &reply, why, sizeof(why)) < 0) {
		cli_fail(cli, CLI_UNREACHABLE, "%s", why);
		if (!cli->json)
			print_orphans(cli);
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
	print_drops(status);
	print_decisions(status);
	json_decref(checked);
	return code;
}

int cli_stats(const struct cli *cli)
{
	static const struct column columns[] = {{"STATISTIC", false, true}, {"VALUE", true, false}};
	json_t *reply, *samples;
	const char *name;
	int code = client_command(cli, "statistic-get-all", NULL, CLIENT_SECONDS, &reply);

	if (!reply)
		return code;

	struct table *table = table_new(columns, 2);
	size_t shown = 0;

	json_object_foreach (json_object_get(reply, "arguments"), name, samples) {
		const json_t *value = json_array_get(json_array_get(samples, 0), 0);
		char *text = json_dumps(value, JSON_ENCODE_ANY);

		if (cli->argc > 0 && !strstr(name, cli->argv[0])) {
			free(text);
			continue;
		}
		table_row(table, (const char *const[]){name, text});
		free(text);
		shown++;
	}
	if (shown == 0) {
		fprintf(stderr, "xdhcpctl: no statistic has '%s' in its name\n",
			cli->argc > 0 ? cli->argv[0] : "");
		code = CLI_EMPTY;
		table_free(table);
	} else {
		table_print(table, stdout);
	}
	json_decref(reply);
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
