// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * leases, lease, release: who has which address, until when, and what XDP did for it.
 */
#include "cli.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "proto/relay.h"

static const json_t *ours(const json_t *lease)
{
	return json_object_get(json_object_get(lease, "user-context"), "xdhcp");
}

static const char *state_str(int64_t state)
{
	static const char *const names[] = {"bound", "declined", "expired", "released"}; /* Kea's */

	return state >= 0 && state < 4 ? names[state] : "unknown";
}

/* What its relay said, from Kea's place for it: "0x" and hex. len 0: nothing. */
static struct dhcp_opt relay_info(const json_t *lease, uint8_t buf[255])
{
	const json_t *isc = json_object_get(json_object_get(lease, "user-context"), "ISC");
	const char *hex = get_str(json_object_get(isc, "relay-agent-info"), "sub-options", "");
	struct dhcp_opt agent = {.data = buf};

	if (strncmp(hex, "0x", 2) == 0)
		hex += 2;
	for (;
	     isxdigit((unsigned char)hex[0]) && isxdigit((unsigned char)hex[1]) && agent.len < 255;
	     hex += 2)
		sscanf(hex, "%2hhx", &buf[agent.len++]);
	return agent;
}

/* For people; empty: its relay says no such thing. */
static const char *relay_id(const json_t *lease, uint8_t code, char buf[RELAY_TEXT_STR])
{
	uint8_t bytes[255];
	struct dhcp_opt agent = relay_info(lease, bytes), id;

	if (relay_suboption(&agent, code, &id))
		return relay_text(&id, buf);
	return "";
}

/* How long still, for the table. */
static const char *remaining_str(const json_t *lease, int64_t now, char buf[DURATION_STR])
{
	int64_t expire = get_int(ours(lease), "expire", -1);

	if (expire < 0)
		return "never";
	return expire > now ? duration_str((uint64_t)(expire - now), buf) : "over";
}

/* By which relay and on which of its circuits, in one word or two. */
static void relay_cell(const json_t *lease, char *buf, size_t len)
{
	const char *giaddr = get_str(ours(lease), "giaddr", "");
	char text[RELAY_TEXT_STR];
	const char *id = relay_id(lease, RELAY_CIRCUIT_ID, text);

	if (!*id)
		id = relay_id(lease, RELAY_REMOTE_ID, text);
	snprintf(buf, len, "%s%s%s", giaddr, *giaddr && *id ? " " : "", id);
}

static void lease_row(struct table *table, const json_t *lease, int64_t now)
{
	char left[DURATION_STR], subnet[24], hits[24] = "-", relay[RELAY_TEXT_STR + 20];

	snprintf(subnet, sizeof(subnet), "%" PRId64, get_int(lease, "subnet-id", 0));
	if (json_object_get(ours(lease), "slot"))
		snprintf(hits, sizeof(hits), "%" PRId64, get_int(ours(lease), "hits", 0));
	relay_cell(lease, relay, sizeof(relay));
	table_row(table,
		  (const char *const[]){
			  get_str(lease, "ip-address", "?"), get_str(lease, "hw-address", "?"),
			  get_str(lease, "hostname", ""), state_str(get_int(lease, "state", 0)),
			  remaining_str(lease, now, left), subnet, hits,
			  relay, /* where the table has that column */
		  });
}

static bool any_relayed(const json_t *leases)
{
	const json_t *lease;
	char cell[2];
	size_t i;

	json_array_foreach (leases, i, lease) {
		relay_cell(lease, cell, sizeof(cell));
		if (cell[0])
			return true;
	}
	return false;
}

/* The subnet ids of the command line. NULL: one is not an id. */
static json_t *subnet_ids(const struct cli *cli, const char **ret_wrong)
{
	json_t *list = json_array();

	for (int i = 0; i < cli->argc; i++) {
		char *end;

		errno = 0;
		long long id = strtoll(cli->argv[i], &end, 10);

		if (errno || end == cli->argv[i] || *end || id < 1 || id > UINT32_MAX) {
			*ret_wrong = cli->argv[i];
			json_decref(list);
			return NULL;
		}
		json_array_append_new(list, json_integer(id));
	}
	return list;
}

int cli_leases(const struct cli *cli)
{
	static const struct column columns[] = {
		{"ADDRESS", false, false}, {"MAC", false, false},	{"HOSTNAME", false, true},
		{"STATE", false, false},   {"EXPIRES IN", true, false}, {"SUBNET", true, false},
		{"HITS", true, false},	   {"RELAY", false, false},
	};
	json_t *arguments = NULL, *reply;
	const json_t *leases, *lease;
	size_t i;

	if (cli->argc > 0) {
		const char *wrong = "";
		json_t *ids = subnet_ids(cli, &wrong);

		if (!ids)
			return cli_fail(cli, CLI_USAGE, "'%s' is not a subnet id (1 to 4294967295)",
					wrong);
		arguments = json_pack("{s:o}", "subnets", ids);
	}

	int code = client_command(cli, "lease4-get-all", arguments, CLIENT_SECONDS_LONG, &reply);

	if (!reply)
		return code;

	leases = json_object_get(json_object_get(reply, "arguments"), "leases");

	size_t n = sizeof(columns) / sizeof(columns[0]) - !any_relayed(leases);
	struct table *table = table_new(columns, n);
	int64_t now = time(NULL);

	json_array_foreach (leases, i, lease)
		lease_row(table, lease, now);
	table_print(table, stdout);
	json_decref(reply);
	return code;
}

/* A wall-clock end, with what is left; `never` when there is none. */
static void print_end(const char *name, int64_t wall, int64_t now)
{
	char at[TIME_STR], left[DURATION_STR];

	if (wall < 0)
		print_field(name, "never");
	else if (wall > now)
		print_field(name, "%s, in %s", time_str(wall, at),
			    duration_str((uint64_t)(wall - now), left));
	else
		print_field(name, "%s, %s ago", time_str(wall, at),
			    duration_str((uint64_t)(now - wall), left));
}

static void print_slot(const struct cli *cli, const json_t *x)
{
	int64_t slot = get_int(x, "slot", -1);
	char key[KEY_STR];

	if (slot < 0) {
		print_field("fast path", "not in it: the daemon answers");
		return;
	}

	char *pins = client_pin_path(cli);

	print_field("fast path", "slot %" PRId64 ", %" PRId64 " hits", slot, get_int(x, "hits", 0));
	print_field("bpftool", "bpftool map lookup pinned %s/leases key hex %s",
		    pins ? pins : XDHCP_PIN_PATH, key_str((uint32_t)slot, key));
	free(pins);
}

static void print_relay(const json_t *lease)
{
	static const struct {
		const char *name;
		uint8_t code;
	} ids[] = {{"circuit-id", RELAY_CIRCUIT_ID},
		   {"remote-id", RELAY_REMOTE_ID},
		   {"relay-id", RELAY_ID}};
	const char *giaddr = get_str(ours(lease), "giaddr", NULL);
	char text[RELAY_TEXT_STR];

	if (giaddr)
		print_field("relay", "%s", giaddr);
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		const char *id = relay_id(lease, ids[i].code, text);

		if (*id)
			print_field(ids[i].name, "%s", id);
	}
}

static void print_lease(const struct cli *cli, const json_t *lease)
{
	const json_t *x = ours(lease);
	const char *client_id = get_str(lease, "client-id", NULL);
	const char *hostname = get_str(lease, "hostname", "");
	int64_t now = time(NULL), lifetime = get_int(lease, "valid-lft", 0);
	char at[TIME_STR], length[DURATION_STR];

	print_field("address", "%s", get_str(lease, "ip-address", "?"));
	print_field("state", "%s", state_str(get_int(lease, "state", 0)));
	print_field("subnet", "%" PRId64, get_int(lease, "subnet-id", 0));
	print_field("MAC", "%s", get_str(lease, "hw-address", "?"));
	if (client_id)
		print_field("client-id", "%s", client_id);
	if (*hostname)
		print_field("hostname", "%s", hostname);
	print_relay(lease);
	if (lifetime == UINT32_MAX)
		print_field("lifetime", "infinite");
	else
		print_field("lifetime", "%" PRId64 " s (%s)", lifetime,
			    duration_str((uint64_t)lifetime, length));
	print_field("last seen", "%s", time_str(get_int(lease, "cltt", 0), at));
	print_end("expires", get_int(x, "expire", -1), now);
	print_end("credit", get_int(x, "ack-until", -1), now);
	print_slot(cli, x);
}

int cli_lease(const struct cli *cli)
{
	json_t *reply;
	int code = client_command(cli, "lease4-get", json_pack("{s:s}", "ip-address", cli->argv[0]),
				  CLIENT_SECONDS, &reply);

	if (!reply)
		return code;
	print_lease(cli, json_object_get(reply, "arguments"));
	json_decref(reply);
	return code;
}

int cli_release(const struct cli *cli)
{
	json_t *reply;
	int code = client_command(cli, "lease4-del", json_pack("{s:s}", "ip-address", cli->argv[0]),
				  CLIENT_SECONDS, &reply);

	if (!reply)
		return code;
	put_text(get_str(reply, "text", ""), stdout);
	json_decref(reply);
	return code;
}
