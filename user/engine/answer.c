// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Replies: which options, in which order, in which part. What is the same for
 * all clients of one recipe goes to options[], what is the client's own to the
 * tail, so that a template is a copy of what was sent. For one form of request and
 * one client's record the answer is always the same, whichever of the four states
 * the REQUEST was in: that is what makes it memoisable.
 */
#include <arpa/inet.h>
#include <string.h>

#include "ask.h"
#include "proto/options.h"

struct recipe {
	const struct option_value *by_code[256]; /* of the narrowest scope that sets it */
	bool wanted[256], never[256];
	uint8_t order[256];
	unsigned n;
	uint8_t mask[4];
	struct option_value derived_mask;
};

static const struct dhcp_opt *requested_list(const struct ask *ask)
{
	const struct dhcp_opt *list = &ask->msg->opt[DHO_PARAMETER_REQUEST_LIST];

	return list->data && list->len ? list : NULL;
}

static bool asks_for(const struct ask *ask, uint8_t code)
{
	const struct dhcp_opt *list = requested_list(ask);

	return list && memchr(list->data, code, list->len);
}

/* What the server says itself, or the encoder, or what only clients send. */
static bool not_configurable(uint8_t code)
{
	const struct option_def *def = option_by_code(code);

	return code == DHO_PAD || code == DHO_END || (def && def->reserved);
}

/* Reservation before subnet before global; never-send in any of them is final. */
static void gather(const struct ask *ask, struct recipe *recipe)
{
	const struct option_list *scopes[] = {
		&ask->engine->config.model->scope.options,
		&ask->subnet->scope.options,
		ask->reservation ? &ask->reservation->scope.options : NULL,
	};

	recipe->derived_mask = (struct option_value){
		.code = DHO_SUBNET_MASK, .len = sizeof(recipe->mask), .data = recipe->mask};
	for (int i = 0; i < 4; i++)
		recipe->mask[i] = (uint8_t)(ask->subnet->mask >> (24 - 8 * i));
	recipe->by_code[DHO_SUBNET_MASK] = &recipe->derived_mask;
	for (size_t s = 0; s < sizeof(scopes) / sizeof(scopes[0]); s++) {
		for (size_t i = 0; scopes[s] && i < scopes[s]->n; i++) {
			const struct option_value *v = &scopes[s]->v[i];

			if (not_configurable(v->code))
				continue;
			recipe->by_code[v->code] = v;
			recipe->never[v->code] |= v->never_send;
		}
	}
}

static void want(struct recipe *recipe, uint8_t code)
{
	if (!recipe->by_code[code] || recipe->wanted[code] || recipe->never[code])
		return;
	recipe->wanted[code] = true;
	recipe->order[recipe->n++] = code;
}

static void want_always(struct recipe *recipe, const struct option_list *options)
{
	for (size_t i = 0; i < options->n; i++) {
		if (options->v[i].always_send)
			want(recipe, options->v[i].code);
	}
}

/*
 * RFC 2132 3.3: "If both the subnet mask and the router option are specified in
 * a DHCP reply, the subnet mask option MUST be first."
 */
static void mask_before_routers(struct recipe *recipe)
{
	uint8_t *mask = memchr(recipe->order, DHO_SUBNET_MASK, recipe->n);
	uint8_t *routers = memchr(recipe->order, DHO_ROUTERS, recipe->n);

	if (!mask || !routers || mask < routers)
		return;
	memmove(routers + 1, routers, (size_t)(mask - routers));
	*routers = DHO_SUBNET_MASK;
}

static void choose_options(const struct ask *ask, struct recipe *recipe)
{
	static const uint8_t unasked[] = {DHO_SUBNET_MASK, DHO_ROUTERS, DHO_DOMAIN_NAME_SERVERS,
					  DHO_DOMAIN_NAME};
	const struct dhcp_opt *list = requested_list(ask);

	/* The name goes into the tail if there is one. */
	if (ask->decision->reply.tail[XDHCP_TAIL_HOSTNAME].len)
		recipe->never[DHO_HOST_NAME] = true;
	/* RFC 2132 9.8: the server "MUST try to insert the requested options in the order
	 * requested by the client". */
	for (size_t i = 0; list && i < list->len; i++)
		want(recipe, list->data[i]);
	for (size_t i = 0; !list && i < sizeof(unasked); i++)
		want(recipe, unasked[i]);
	if (ask->reservation)
		want_always(recipe, &ask->reservation->scope.options);
	want_always(recipe, &ask->subnet->scope.options);
	want_always(recipe, &ask->engine->config.model->scope.options);
	mask_before_routers(recipe);
}

static void put_u32(struct dhcp_reply *reply, uint8_t code, uint32_t value)
{
	uint32_t be = htonl(value);

	dhcp_reply_add(reply, code, &be, sizeof(be)); /* among the first: always fits */
}

static void put_piece(struct dhcp_piece *piece, uint8_t code, const void *data, size_t len)
{
	piece->data[0] = code;
	piece->data[1] = (uint8_t)len;
	memcpy(piece->data + 2, data, len);
	piece->len = (uint16_t)(2 + len);
}

/* What the client must get whatever the size. */
static bool essential(uint8_t code)
{
	return code == DHO_SUBNET_MASK || code == DHO_ROUTERS || code == DHO_DOMAIN_NAME_SERVERS;
}

/* Leaves out the last option that may be left out. false: there is none. */
static bool leave_one_out(struct recipe *recipe)
{
	for (unsigned i = recipe->n; i-- > 0;) {
		if (essential(recipe->order[i]))
			continue;
		memmove(&recipe->order[i], &recipe->order[i + 1], recipe->n - i - 1);
		recipe->n--;
		return true;
	}
	return false;
}

static bool fill_options(struct dhcp_reply *reply, uint16_t from, const struct recipe *recipe)
{
	bool all = true;

	reply->options_len = from;
	for (unsigned i = 0; i < recipe->n; i++) {
		const struct option_value *v = recipe->by_code[recipe->order[i]];

		all &= dhcp_reply_add(reply, recipe->order[i], v->data, v->len) == 0;
	}
	return all;
}

/* RFC 2132 9.10: no longer than the client takes. */
static void put_options(struct ask *ask, struct recipe *recipe)
{
	struct dhcp_reply *reply = &ask->decision->reply;
	uint16_t from = reply->options_len;
	size_t max = dhcp_reply_ip_max(ask->msg);

	while (!fill_options(reply, from, recipe) || dhcp_reply_ip_len(ask->msg, reply) > max) {
		reply->shortened = true;
		if (leave_one_out(recipe))
			continue;
		if (!reply->tail[XDHCP_TAIL_HOSTNAME].len)
			return;
		reply->tail[XDHCP_TAIL_HOSTNAME].len = 0;
	}
}

static void copy_string(uint8_t *to, const char *from, size_t size)
{
	memcpy(to, from, strnlen(from, size));
}

static void put_boot_fields(const struct ask *ask, struct dhcp_reply *reply)
{
	const struct boot_fields *scopes[] = {
		ask->reservation ? &ask->reservation->scope.boot : NULL,
		&ask->subnet->scope.boot,
		&ask->engine->config.model->scope.boot,
	};

	for (size_t s = 0; s < sizeof(scopes) / sizeof(scopes[0]); s++) {
		if (!scopes[s])
			continue;
		if (!reply->siaddr)
			reply->siaddr = scopes[s]->next_server;
		if (!reply->sname[0])
			copy_string(reply->sname, scopes[s]->server_hostname, sizeof(reply->sname));
		if (!reply->file[0])
			copy_string(reply->file, scopes[s]->boot_file_name, sizeof(reply->file));
	}
}

/* RFC 6842: the client identifier is echoed, in a NAK too. */
static void put_client_id(const struct ask *ask, struct dhcp_reply *reply)
{
	if (ask->client.client_id_len && ask->engine->config.model->echo_client_id)
		put_piece(&reply->tail[XDHCP_TAIL_CLIENT_ID], DHO_CLIENT_IDENTIFIER,
			  ask->client.client_id, ask->client.client_id_len);
}

static void put_tail(const struct ask *ask, const struct recipe *recipe, struct dhcp_reply *reply)
{
	const char *name = ask->decision->hostname;
	bool told = ask->msg->opt[DHO_HOST_NAME].data || asks_for(ask, DHO_HOST_NAME);

	if (name[0] && told && !recipe->never[DHO_HOST_NAME])
		put_piece(&reply->tail[XDHCP_TAIL_HOSTNAME], DHO_HOST_NAME, name, strlen(name));
	put_client_id(ask, reply);
}

static struct dhcp_reply *begin(struct ask *ask, uint8_t type)
{
	struct dhcp_reply *reply = &ask->decision->reply;

	ask->decision->kind = DECISION_REPLY;
	reply->type = type;
	reply->server_id = ask->server_id;
	reply->source = ask->server_id;
	dhcp_reply_add(reply, DHO_MESSAGE_TYPE, &type, 1);
	put_u32(reply, DHO_SERVER_IDENTIFIER, ask->server_id);
	return reply;
}

static void complete(struct ask *ask, struct dhcp_reply *reply, uint32_t addr)
{
	struct recipe recipe = {0};
	const char *name = ask_name(ask, addr);

	memcpy(ask->decision->hostname, name, strlen(name) + 1);
	gather(ask, &recipe);
	put_tail(ask, &recipe, reply);
	put_boot_fields(ask, reply);
	choose_options(ask, &recipe);
	put_options(ask, &recipe);
}

void answer_lease(struct ask *ask, uint8_t type, uint32_t addr, uint32_t lifetime)
{
	struct dhcp_reply *reply = begin(ask, type);
	uint32_t t1, t2;

	/* RFC 2131 table 3: ciaddr is copied into an ACK, and zero in an OFFER. */
	reply->ciaddr = type == DHCP_ACK ? ask->msg->ciaddr : 0;
	reply->yiaddr = addr;
	reply->lifetime = lifetime;
	put_u32(reply, DHO_LEASE_TIME, lifetime);
	lifetimes_tee(&ask->subnet->life, lifetime, &t1, &t2);
	if (t1)
		put_u32(reply, DHO_RENEWAL_TIME, t1);
	if (t2)
		put_u32(reply, DHO_REBINDING_TIME, t2);
	complete(ask, reply, addr);
}

/* RFC 2131 4.3.5: no lease time, no yiaddr. */
void answer_inform(struct ask *ask)
{
	struct dhcp_reply *reply = begin(ask, DHCP_ACK);

	reply->inform = true;
	reply->ciaddr = ask->msg->ciaddr;
	complete(ask, reply, ask->decision->addr);
}

/* RFC 2131 table 3: message, client identifier, server identifier and nothing else. */
void answer_nak(struct ask *ask, const char *reason)
{
	struct dhcp_reply *reply = begin(ask, DHCP_NAK);

	ask->decision->reason = reason;
	dhcp_reply_add(reply, DHO_MESSAGE, reason, strlen(reason));
	put_client_id(ask, reply);
}
