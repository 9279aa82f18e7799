/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the engine's tests share: a small model, a link, messages filled
 * directly (no codec), and a caller that decides, commits and ends as the daemon does.
 * Header only, so that tests of other rooms do not link the engine.
 */
#ifndef XDHCP_ENGINE_FIXTURE_H
#define XDHCP_ENGINE_FIXTURE_H

#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "abi.h"
#include "engine/engine.h"

#define UNUSED __attribute__((unused))

#define SERVER	 0x0a000001u /* 10.0.0.1, our address on the link, and server id */
#define OTHER	 0x0a0000feu /* another server */
#define POOL	 0x0a000064u /* 10.0.0.100, the pool's first */
#define LIFETIME 3600u
#define START	 1000u /* the clock, at first */

struct fixture {
	struct model *model;
	struct lease_table *leases;
	struct engine *engine;
	struct engine_link link;
	double horizon;
	uint32_t now;
	struct decision d; /* the last one */
};

/* Any other option of a request. */
struct more {
	uint8_t code;
	const void *data; /* NULL: absent */
	size_t len;
};

/* A request in words; what is zero is absent. */
struct req {
	uint8_t type;
	uint8_t mac; /* the last byte of 02:00:00:00:00:xx */
	const char *id, *name, *prl, *agent;
	size_t id_len, name_len, agent_len;
	uint32_t ciaddr, requested, server, giaddr, lifetime;
	uint16_t max, flags;
	bool unicast, routed;
	struct more more[5];
};

static UNUSED uint8_t *fx_bytes(const void *data, size_t len)
{
	uint8_t *p = malloc(len ? len : 1);

	memcpy(p, data, len);
	return p;
}

static UNUSED struct option_value *fx_option(struct option_list *list, uint8_t code,
					     const void *data, size_t len)
{
	struct option_value *v;

	list->v = realloc(list->v, (list->n + 1) * sizeof(*list->v));
	v = &list->v[list->n++];
	*v = (struct option_value){.code = code, .len = (uint16_t)len, .data = fx_bytes(data, len)};
	return v;
}

static UNUSED struct subnet *fx_subnet(struct model *model, uint32_t prefix, uint8_t prefix_len)
{
	struct subnet *s;

	model->subnets = realloc(model->subnets, (model->n_subnets + 1) * sizeof(*s));
	s = &model->subnets[model->n_subnets++];
	*s = (struct subnet){
		.id = (uint32_t)model->n_subnets,
		.prefix = prefix,
		.mask = prefix_len ? ~0u << (32 - prefix_len) : 0,
		.prefix_len = prefix_len,
		.life = {.valid = LIFETIME,
			 .min = LIFETIME,
			 .max = LIFETIME,
			 .calculate_tee_times = true,
			 .t1_percent = 0.5,
			 .t2_percent = 0.875},
		.match_client_id = true,
		.enabled = true,
		.reservations_in_subnet = true,
		.reservations_global = true,
		.bootp = BOOTP_RESERVED,
	};
	return s;
}

/* Ascending. */
static UNUSED void fx_pool(struct subnet *s, uint32_t first, uint32_t last)
{
	assert_true(!s->n_pools || s->pools[s->n_pools - 1].last < first);
	s->pools = realloc(s->pools, (s->n_pools + 1) * sizeof(*s->pools));
	s->pools[s->n_pools++] = (struct pool){.first = first, .last = last};
}

/* Ascending. */
static UNUSED void fx_exclude(struct subnet *s, uint32_t first, uint32_t last)
{
	s->exclusions = realloc(s->exclusions, (s->n_exclusions + 1) * sizeof(*s->exclusions));
	s->exclusions[s->n_exclusions++] = (struct address_range){.first = first, .last = last};
}

static UNUSED void fx_relay(struct subnet *s, uint32_t addr)
{
	s->relays = realloc(s->relays, (s->n_relays + 1) * sizeof(*s->relays));
	s->relays[s->n_relays++] = addr;
}

/* A shared network of all subnets from this one on; call it when all are there. */
static UNUSED struct shared_network *fx_network(struct model *model, size_t from)
{
	struct shared_network *network;

	assert_null(model->networks);
	network = model->networks = calloc(1, sizeof(*model->networks));
	model->n_networks = 1;
	for (size_t i = from; i < model->n_subnets; i++)
		model->subnets[i].network = network;
	return network;
}

/* A class, and its number. */
static UNUSED uint16_t fx_class(struct model *model, const char *name, enum class_by by)
{
	model->classes = realloc(model->classes, (model->n_classes + 1) * sizeof(*model->classes));
	model->classes[model->n_classes] = (struct client_class){
		.name = strdup(name), .by = by, .defined = true, .memoisable = true};
	return (uint16_t)model->n_classes++;
}

static UNUSED void fx_name_class(struct class_list *list, uint16_t number)
{
	list->v = realloc(list->v, (list->n + 1) * sizeof(*list->v));
	list->v[list->n++] = number;
}

static UNUSED void fx_mac(uint8_t mac[6], uint8_t last)
{
	memcpy(mac, (uint8_t[6]){2, 0, 0, 0, 0, last}, 6);
}

/* In a set: a subnet's or the model's (then it is global). */
static UNUSED struct reservation *fx_reserve_by(struct reservation_set *set, enum reserved_by by,
						const void *id, size_t len, uint32_t addr)
{
	struct reservation *r;

	set->list = realloc(set->list, (set->n + 1) * sizeof(*set->list));
	r = &set->list[set->n++];
	*r = (struct reservation){.addr = addr};
	reservation_identify(r, by, id, len);
	return r;
}

/* By MAC, or by `id` if that is given. */
static UNUSED struct reservation *fx_reserve(struct subnet *s, uint8_t mac, const char *id,
					     uint32_t addr)
{
	uint8_t hw[6];

	fx_mac(hw, mac);
	if (id)
		return fx_reserve_by(&s->reservations, RESERVED_BY_CLIENT_ID, id, strlen(id), addr);
	return fx_reserve_by(&s->reservations, RESERVED_BY_HW_ADDRESS, hw, sizeof(hw), addr);
}

/* The order in which reservations are looked for: `first`, then the others as by default. */
static UNUSED void fx_look_first_for(struct model *model, enum reserved_by first)
{
	model->n_order = 0;
	model->order[model->n_order++] = first;
	for (int by = 0; by < RESERVED_BY_COUNT; by++) {
		if ((enum reserved_by)by != first)
			model->order[model->n_order++] = (enum reserved_by)by;
	}
}

/* 10.0.0.0/24 with a pool of `n` addresses from POOL; more may be added before fx_open(). */
static UNUSED struct model *fx_model(uint32_t n)
{
	struct model *model = calloc(1, sizeof(*model));
	struct subnet *s = fx_subnet(model, 0x0a000000, 24);

	if (n)
		fx_pool(s, POOL, POOL + n - 1);
	for (int by = 0; by < RESERVED_BY_COUNT; by++)
		model->order[model->n_order++] = (enum reserved_by)by;
	model->stash_agent_options = true;
	model->echo_client_id = true;
	model->offer_lifetime = 10;
	model->decline_probation = 600;
	return model;
}

static UNUSED void fx_configure(struct fixture *fx, struct model *model)
{
	struct engine_config config = {.model = model, .horizon = fx->horizon};
	struct model *old = fx->model;

	if (model != old)
		assert_int_equal(model_index(model), 0);
	assert_int_equal(engine_configure(fx->engine, &config), 0);
	fx->model = model;
	if (old && old != model) {
		model_free(old);
		free(old);
	}
}

static UNUSED struct fixture fx_open(struct model *model)
{
	struct fixture fx = {.horizon = 3, .now = START};

	strcpy(fx.link.name, "eth0");
	fx.link.addrs[0] = SERVER;
	fx.link.masks[0] = 0xffffff00;
	fx.leases = lease_table_new();
	assert_non_null(fx.leases);
	fx.engine = engine_new(fx.leases);
	assert_non_null(fx.engine);
	fx_configure(&fx, model);
	return fx;
}

static UNUSED void fx_close(struct fixture *fx)
{
	engine_free(fx->engine);
	lease_table_free(fx->leases);
	model_free(fx->model);
	free(fx->model);
}

static UNUSED void fx_set(struct dhcp_msg *msg, uint8_t code, const void *data, size_t len)
{
	msg->opt[code] = (struct dhcp_opt){.data = data, .len = (uint16_t)len};
}

static UNUSED void fx_message(const struct req *req, struct dhcp_msg *msg)
{
	*msg = (struct dhcp_msg){
		.type = req->type,
		.ciaddr = req->ciaddr,
		.giaddr = req->giaddr,
		.flags = req->flags,
		.has_requested = req->requested != 0,
		.requested = req->requested,
		.has_server_id = req->server != 0,
		.server_id = req->server,
		.has_lease_time = req->lifetime != 0,
		.lease_time = req->lifetime,
		.max_size = req->max,
		.ip_src = req->ciaddr,
		.ip_dst = req->unicast ? SERVER : 0xffffffff,
		.in = {.link = 1, .our_addr = req->unicast ? SERVER : 0},
	};
	fx_mac(msg->chaddr, req->mac);
	fx_mac(msg->eth_src, req->routed ? 0xff : req->mac);
	if (req->id)
		fx_set(msg, DHO_CLIENT_IDENTIFIER, req->id,
		       req->id_len ? req->id_len : strlen(req->id));
	if (req->name)
		fx_set(msg, DHO_HOST_NAME, req->name,
		       req->name_len ? req->name_len : strlen(req->name));
	if (req->prl)
		fx_set(msg, DHO_PARAMETER_REQUEST_LIST, req->prl, strlen(req->prl));
	if (req->agent)
		fx_set(msg, DHO_RELAY_AGENT, req->agent,
		       req->agent_len ? req->agent_len : strlen(req->agent));
	for (size_t i = 0; i < sizeof(req->more) / sizeof(req->more[0]); i++) {
		if (req->more[i].data)
			fx_set(msg, req->more[i].code, req->more[i].data, req->more[i].len);
	}
}

/* Decides without committing; the decision is fx->d. */
static UNUSED enum decision_kind fx_decide(struct fixture *fx, struct req req)
{
	static struct dhcp_msg msg;

	fx_message(&req, &msg);
	engine_decide(fx->engine, &fx->link, &msg, fx->now, &fx->d);
	return fx->d.kind;
}

/* Ends a binding as the daemon would, with this grant in its slot. */
static UNUSED struct change fx_end(struct fixture *fx, uint32_t addr, enum lease_end end,
				   uint32_t last, uint32_t granted_until, uint32_t received)
{
	struct lease *lease = lease_at(fx->leases, addr);
	struct change change;

	assert_non_null(lease);
	engine_begin_end(fx->engine, lease, end);
	assert_int_equal(lease->state, LEASE_CLOSING);
	engine_finish_end(fx->engine, lease, last, granted_until, received, fx->now, &change);
	engine_confirm(fx->engine, &change);
	return change;
}

/* Whatever is due is ended; nothing was granted by XDP. */
static UNUSED void fx_expire(struct fixture *fx)
{
	struct lease *lease;

	while ((lease = lease_due(fx->leases, fx->now)))
		fx_end(fx, lease->addr, LEASE_END_EXPIRED, 0, 0, 0);
}

/* Decides, commits, ends. Returns the reply's type, or 0 for none. */
static UNUSED uint8_t fx_ask(struct fixture *fx, struct req req)
{
	enum decision_kind kind = fx_decide(fx, req);

	if (kind == DECISION_END)
		fx_end(fx, fx->d.end_addr, fx->d.end, 0, 0, fx->now);
	if (fx->d.has_change)
		engine_confirm(fx->engine, &fx->d.change);
	return kind == DECISION_REPLY ? fx->d.reply.type : 0;
}

static UNUSED uint32_t fx_offer(struct fixture *fx, struct req req)
{
	req.type = DHCP_DISCOVER;
	return fx_ask(fx, req) == DHCP_OFFER ? fx->d.reply.yiaddr : 0;
}

static UNUSED uint8_t fx_select(struct fixture *fx, struct req req, uint32_t addr)
{
	req.type = DHCP_REQUEST;
	req.requested = addr;
	req.server = SERVER;
	return fx_ask(fx, req);
}

static UNUSED uint8_t fx_reboot(struct fixture *fx, struct req req, uint32_t addr)
{
	req.type = DHCP_REQUEST;
	req.requested = addr;
	return fx_ask(fx, req);
}

static UNUSED uint8_t fx_renew(struct fixture *fx, struct req req, uint32_t addr)
{
	req.type = DHCP_REQUEST;
	req.ciaddr = addr;
	req.unicast = true;
	return fx_ask(fx, req);
}

/* DISCOVER and REQUEST. Returns the address. */
static UNUSED uint32_t fx_lease(struct fixture *fx, struct req req)
{
	uint32_t addr = fx_offer(fx, req);

	assert_int_not_equal(addr, 0);
	assert_int_equal(fx_select(fx, req, addr), DHCP_ACK);
	assert_int_equal(fx->d.reply.yiaddr, addr);
	return addr;
}

static UNUSED void fx_release(struct fixture *fx, struct req req, uint32_t addr)
{
	req.type = DHCP_RELEASE;
	req.ciaddr = addr;
	req.unicast = true;
	fx_ask(fx, req);
}

static UNUSED void fx_decline(struct fixture *fx, struct req req, uint32_t addr)
{
	req.type = DHCP_DECLINE;
	req.requested = addr;
	req.server = SERVER;
	fx_ask(fx, req);
}

/* The option in the reply's constant part; NULL: absent. */
static UNUSED const uint8_t *fx_option_at(const struct dhcp_reply *reply, uint8_t code, size_t *len)
{
	for (size_t i = 0; i + 2 <= reply->options_len; i += 2u + reply->options[i + 1]) {
		if (reply->options[i] == code) {
			*len = reply->options[i + 1];
			return &reply->options[i + 2];
		}
	}
	return NULL;
}

static UNUSED bool fx_has(const struct dhcp_reply *reply, uint8_t code)
{
	size_t len;

	return fx_option_at(reply, code, &len) != NULL;
}

static UNUSED void fx_has_no_lease(const struct dhcp_reply *reply)
{
	assert_int_equal(reply->yiaddr, 0);
	assert_int_equal(reply->lifetime, 0);
	assert_false(fx_has(reply, DHO_LEASE_TIME));
	assert_false(fx_has(reply, DHO_RENEWAL_TIME));
	assert_false(fx_has(reply, DHO_REBINDING_TIME));
}

static UNUSED uint32_t fx_option_u32(const struct dhcp_reply *reply, uint8_t code)
{
	size_t len;
	const uint8_t *p = fx_option_at(reply, code, &len);
	uint32_t be;

	if (!p || len != 4)
		return 0;
	memcpy(&be, p, 4);
	return ntohl(be);
}

/* The option in the reply's constant part holds these bytes. */
static UNUSED void fx_option_is(const struct dhcp_reply *reply, uint8_t code, const void *data,
				size_t len)
{
	size_t n = 0;
	const uint8_t *p = fx_option_at(reply, code, &n);

	assert_non_null(p);
	assert_int_equal(n, len);
	assert_memory_equal(p, data, len);
}

/* A whole piece of the tail. */
static UNUSED void fx_piece_is(const struct dhcp_piece *piece, uint8_t code, const void *data,
			       size_t len)
{
	assert_int_equal(piece->len, 2 + len);
	assert_int_equal(piece->data[0], code);
	assert_int_equal(piece->data[1], len);
	assert_memory_equal(piece->data + 2, data, len);
}

/* The codes in options[], in order, as a string. */
static UNUSED const char *fx_codes(const struct dhcp_reply *reply, char buf[1024])
{
	char *p = buf;

	*p = '\0';
	for (size_t i = 0; i + 2 <= reply->options_len; i += 2u + reply->options[i + 1])
		p += sprintf(p, "%s%u", i ? " " : "", reply->options[i]);
	return buf;
}

#endif
