// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * lease4-get, lease4-get-all and lease4-del. Leases are shown with Kea's field names; what
 * Kea does not know stands in Kea's own place for extensions, user-context.
 *
 * A million leases make a reply of hundreds of megabytes, so the server takes lease4-get-all as a
 * stream: parts in address order, made as the reader takes them, the count and the result at the
 * end. A part is bounded both in bytes and in leases looked at, so that one command never holds
 * the event loop. A lease that begins or ends behind the cursor meanwhile is not seen;
 * none is seen twice.
 */
#include "commands.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <event2/buffer.h>

#define LOOKED_AT_MAX 4096 /* leases a part */

static json_t *addr_json(uint32_t addr)
{
	struct in_addr in = {htonl(addr)};
	char text[INET_ADDRSTRLEN];

	return json_string(inet_ntop(AF_INET, &in, text, sizeof(text)));
}

static json_t *hex_json(const uint8_t *data, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	char text[255 * 3];
	size_t n = 0;

	for (size_t i = 0; i < len && n + 3 <= sizeof(text); i++) {
		text[n++] = digits[data[i] >> 4];
		text[n++] = digits[data[i] & 15];
		text[n++] = ':';
	}
	return json_stringn(text, n ? n - 1 : 0);
}

/* Hex as Kea has it in a user-context: upper case, without colons. */
static json_t *bare_hex_json(const char *prefix, const struct control_bytes *bytes)
{
	static const char digits[] = "0123456789ABCDEF";
	char text[2 + 2 * 255];
	size_t n = strlen(prefix);

	memcpy(text, prefix, n);
	for (size_t i = 0; i < bytes->len && n + 2 <= sizeof(text); i++) {
		text[n++] = digits[bytes->data[i] >> 4];
		text[n++] = digits[bytes->data[i] & 15];
	}
	return json_stringn(text, n);
}

/* Where and as Kea keeps it with `store-extended-info`. NULL: there is nothing. */
static json_t *relay_json(const struct control_lease *lease)
{
	json_t *info;

	if (!lease->agent.len)
		return NULL;
	info = json_object();
	if (lease->relay_id.len)
		json_object_set_new(info, "relay-id", bare_hex_json("", &lease->relay_id));
	if (lease->remote_id.len)
		json_object_set_new(info, "remote-id", bare_hex_json("", &lease->remote_id));
	json_object_set_new(info, "sub-options", bare_hex_json("0x", &lease->agent));
	return json_pack("{s:o}", "relay-agent-info", info);
}

/* Wall-clock seconds; null: never. */
static json_t *end_json(uint64_t wall)
{
	return wall ? json_integer((json_int_t)wall) : json_null();
}

static json_t *lease_json(const struct control_lease *lease)
{
	json_t *ours = json_pack("{s:o}", "expire", end_json(lease->expire));

	if (lease->slot >= 0) {
		json_object_set_new(ours, "slot", json_integer(lease->slot));
		json_object_set_new(ours, "hits", json_integer((json_int_t)lease->hits));
	}
	json_object_set_new(ours, "ack-until", end_json(lease->ack_until));
	if (lease->giaddr)
		json_object_set_new(ours, "giaddr", addr_json(lease->giaddr));
	return json_pack(
		"{s:o, s:I, s:o, s:o*, s:I, s:I, s:b, s:b, s:o, s:I, s:{s:o*, s:o}}", "ip-address",
		addr_json(lease->addr), "subnet-id", (json_int_t)lease->subnet_id, "hw-address",
		hex_json(lease->hw, sizeof(lease->hw)), "client-id",
		lease->client_id_len ? hex_json(lease->client_id, lease->client_id_len) : NULL,
		"cltt", (json_int_t)lease->cltt, "valid-lft", (json_int_t)lease->valid_lft,
		"fqdn-fwd", 0, "fqdn-rev", 0, "hostname",
		control_text(lease->hostname ? lease->hostname : ""), "state",
		(json_int_t)lease->state, "user-context", "ISC", relay_json(lease), "xdhcp", ours);
}

/* A subnet id of the arguments: an integer from 1. */
static bool subnet_id_of(const json_t *value, uint32_t *ret_id)
{
	json_int_t id = json_integer_value(value);

	if (!json_is_integer(value) || id < 1 || id > UINT32_MAX)
		return false;
	*ret_id = (uint32_t)id;
	return true;
}

/* The argument 'ip-address'. false: *ret_refusal says what is wrong (NULL: no memory). */
static bool address_of(const struct control_call *call, uint32_t *ret_addr, json_t **ret_refusal)
{
	const json_t *address = json_object_get(call->arguments, "ip-address");
	struct in_addr in;

	if (!address)
		*ret_refusal = control_reply(CONTROL_ERROR, "'ip-address' parameter is missing",
					     NULL);
	else if (!json_is_string(address))
		*ret_refusal = control_reply(CONTROL_ERROR,
					     "'ip-address' parameter must be a string", NULL);
	else if (inet_pton(AF_INET, json_string_value(address), &in) != 1)
		*ret_refusal = control_replyf(CONTROL_ERROR,
					      "'ip-address': '%s' is not an IPv4 address",
					      json_string_value(address));
	else {
		*ret_addr = ntohl(in.s_addr);
		return true;
	}
	return false;
}

json_t *command_lease4_get(const struct control_call *call)
{
	const json_t *subnet = json_object_get(call->arguments, "subnet-id");
	struct control_lease lease;
	json_t *refusal = NULL;
	uint32_t id = 0, addr;

	if (!address_of(call, &addr, &refusal))
		return refusal;
	if (subnet && !subnet_id_of(subnet, &id))
		return control_reply(
			CONTROL_ERROR,
			"'subnet-id' parameter must be an integer from 1 to 4294967295", NULL);
	if (!call->ops->lease(call->arg, addr, &lease) || (subnet && lease.subnet_id != id))
		return control_reply(CONTROL_EMPTY, "Lease not found.", NULL);
	return control_reply(CONTROL_OK, "IPv4 lease found.", lease_json(&lease));
}

/* --- lease4-del --- */

static void deleted(void *ctx, enum control_deleted outcome)
{
	static const struct {
		enum control_result result;
		const char *text;
	} replies[] = {
		[CONTROL_DELETED] = {CONTROL_OK, "IPv4 lease deleted."},
		[CONTROL_DELETED_HELD] = {CONTROL_OK,
					  "IPv4 lease deleted. XDP has renewed it in the last "
					  "moment: its address is held for as long as was promised "
					  "then."},
		[CONTROL_DELETED_NONE] = {CONTROL_EMPTY, "IPv4 lease not found."},
		[CONTROL_DELETED_ENDS] = {CONTROL_CONFLICT,
					  "The lease is over already; its address is held for as "
					  "long as it may be promised still."},
		[CONTROL_DELETED_FAILED] = {CONTROL_ERROR, "The lease could not be deleted."},
	};

	control_later_reply(ctx,
			    control_reply(replies[outcome].result, replies[outcome].text, NULL));
}

/* By its address alone: a client may have leases in several subnets. */
json_t *command_lease4_del(const struct control_call *call)
{
	json_t *refusal = NULL;
	const char *key;
	json_t *value;
	uint32_t addr;

	json_object_foreach ((json_t *)call->arguments, key, value) {
		if (strcmp(key, "ip-address") != 0 && strcmp(key, "update-ddns") != 0 &&
		    strcmp(key, "subnet-id") != 0)
			return control_replyf(CONTROL_ERROR,
					      "'%s' parameter is not supported: a lease is deleted "
					      "by its 'ip-address'",
					      key);
	}
	if (!address_of(call, &addr, &refusal))
		return refusal;
	call->later->taken = true;
	call->ops->lease_delete(call->arg, addr, deleted, call->later);
	return NULL;
}

/* --- lease4-get-all --- */

/* Which subnets are wanted: sorted ids; n 0: all. */
struct wanted {
	uint32_t *ids;
	size_t n;
};

static int by_id(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

/* True: fine, and wanted->ids is the caller's to free. False: *ret_refusal (NULL: no memory). */
static bool wanted_of(const json_t *arguments, struct wanted *wanted, json_t **ret_refusal)
{
	const json_t *list = json_object_get(arguments, "subnets");
	size_t n = json_array_size(list);
	bool wrong = list && n == 0;

	*wanted = (struct wanted){0};
	if (!list)
		return true;
	if (n > 0)
		wanted->ids = calloc(n, sizeof(*wanted->ids));
	for (size_t i = 0; wanted->ids && i < n && !wrong; i++)
		wrong = !subnet_id_of(json_array_get(list, i), &wanted->ids[i]);
	if (wrong || !wanted->ids) {
		free(wanted->ids);
		*ret_refusal = !wrong ? NULL
				      : control_reply(CONTROL_ERROR,
						      "'subnets' parameter must be a list of one "
						      "or more subnet ids",
						      NULL);
		return false;
	}
	qsort(wanted->ids, n, sizeof(*wanted->ids), by_id);
	wanted->n = n;
	return true;
}

static bool is_wanted(const struct wanted *wanted, uint32_t subnet_id)
{
	return wanted->n == 0 ||
	       bsearch(&subnet_id, wanted->ids, wanted->n, sizeof(*wanted->ids), by_id) != NULL;
}

struct listing {
	const struct wanted *wanted;
	json_t *leases;
};

static bool list_lease(void *ctx, const struct control_lease *lease)
{
	struct listing *listing = ctx;

	if (is_wanted(listing->wanted, lease->subnet_id))
		json_array_append_new(listing->leases, lease_json(lease));
	return true;
}

json_t *command_lease4_get_all(const struct control_call *call)
{
	struct wanted wanted;
	json_t *refusal;

	if (!wanted_of(call->arguments, &wanted, &refusal))
		return refusal;

	struct listing listing = {.wanted = &wanted, .leases = json_array()};

	call->ops->leases(call->arg, 0, list_lease, &listing);
	free(wanted.ids);

	size_t n = json_array_size(listing.leases);

	return json_pack("{s:{s:o}, s:i, s:o}", "arguments", "leases", listing.leases, "result",
			 n ? CONTROL_OK : CONTROL_EMPTY, "text",
			 json_sprintf("%zu IPv4 lease(s) found.", n));
}

struct lease_stream {
	struct control_call call; /* without its arguments: they die with the request */
	struct wanted wanted;
	uint32_t from; /* the cursor */
	bool begun, wrapped;
	uint64_t count;
	/* of the part at work */
	struct evbuffer *out;
	size_t bytes;
	unsigned looked_at;
	bool cut; /* ended by its bounds, not by the leases' end */
	bool failed;
};

struct lease_stream *lease_stream_new(const struct control_call *call, json_t **ret_reply)
{
	struct wanted wanted;

	if (!wanted_of(call->arguments, &wanted, ret_reply))
		return NULL;

	struct lease_stream *stream = calloc(1, sizeof(*stream));

	if (!stream) {
		free(wanted.ids);
		return NULL;
	}
	stream->call = *call;
	stream->call.arguments = NULL;
	stream->wanted = wanted;
	return stream;
}

void lease_stream_free(struct lease_stream *stream)
{
	if (!stream)
		return;
	free(stream->wanted.ids);
	free(stream);
}

static bool stream_lease(void *ctx, const struct control_lease *lease)
{
	struct lease_stream *stream = ctx;

	stream->from = lease->addr + 1;
	stream->wrapped = stream->from == 0;
	if (is_wanted(&stream->wanted, lease->subnet_id)) {
		json_t *json = lease_json(lease);
		char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;

		if (!text ||
		    evbuffer_add_printf(stream->out, "%s%s", stream->count ? ",\n" : "", text) < 0)
			stream->failed = true;
		free(text);
		json_decref(json);
		stream->count++;
	}
	stream->looked_at++;
	stream->cut = stream->looked_at >= LOOKED_AT_MAX ||
		      evbuffer_get_length(stream->out) >= stream->bytes;
	return !stream->cut && !stream->failed;
}

int lease_stream_next(struct lease_stream *stream, struct evbuffer *out, size_t bytes)
{
	const struct control_ops *ops = stream->call.ops;

	stream->out = out;
	stream->bytes = evbuffer_get_length(out) + bytes;
	stream->looked_at = 0;
	stream->cut = false;
	if (!stream->begun) {
		stream->begun = true;
		if (evbuffer_add_printf(out, "{\"arguments\":{\"leases\":[") < 0)
			return -ENOMEM;
	}
	if (!stream->wrapped)
		ops->leases(stream->call.arg, stream->from, stream_lease, stream);
	if (stream->failed)
		return -ENOMEM;
	if (stream->cut) /* white space: a part that found nothing wanted is not empty either */
		return evbuffer_add(out, "\n", 1) < 0 ? -ENOMEM : 1;
	if (evbuffer_add_printf(out, "]},\"result\":%d,\"text\":\"%llu IPv4 lease(s) found.\"}\n",
				stream->count ? CONTROL_OK : CONTROL_EMPTY,
				(unsigned long long)stream->count) < 0)
		return -ENOMEM;
	return 0;
}
