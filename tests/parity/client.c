// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* See client.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "wire.h"

#include "client.h"
#include "compare.h"

#define SERVER		0xc0000201 /* 192.0.2.1 */
#define FQDN_HEADER_LEN 3
#define MANGLED		1000 /* of each state */

static const char *const states[] = {"SELECTING", "INIT-REBOOT", "RENEWING", "REBINDING"};

struct client client_new(struct rig *rig, unsigned number)
{
	struct client client = {
		.rig = rig, .server = SERVER, .mac = {2, 0, 0, 2, (uint8_t)(number >> 8)}};

	client.mac[5] = (uint8_t)number;
	return client;
}

struct form form_new(const char *name)
{
	return (struct form){.name = name};
}

void form_client_id(struct form *form, const struct client *client)
{
	uint8_t id[7] = {1};

	memcpy(id + 1, client->mac, 6);
	packet_option(&form->p, 61, id, sizeof(id));
}

struct form form_of(const char *name, const struct client *client, const char *prl)
{
	struct form form = form_new(name);

	form_client_id(&form, client);
	if (prl)
		packet_option_str(&form.p, 55, prl);
	return form;
}

void form_fqdn(struct form *form, uint8_t flags, const char *name)
{
	uint8_t data[255] = {flags};
	size_t at = FQDN_HEADER_LEN;

	if (!(flags & FQDN_E)) {
		memcpy(data + at, name, strlen(name));
		packet_option(&form->p, 81, data, at + strlen(name));
		return;
	}
	while (*name) {
		size_t label = strcspn(name, ".");

		data[at++] = (uint8_t)label;
		memcpy(data + at, name, label);
		at += label;
		name += label;
		if (*name && !*++name)
			data[at++] = 0;
	}
	packet_option(&form->p, 81, data, at);
}

static struct packet message(const struct client *client, enum shape_state state)
{
	struct packet_host host = {.addr = client->addr}, server = {.addr = client->server};

	memcpy(host.mac, client->mac, 6);
	memcpy(server.mac, rig_mac(client->rig), 6);
	switch (state) {
	case SELECTING:
		return packet_selecting(&host, client->addr, client->server);
	case INIT_REBOOT:
		return packet_init_reboot(&host, client->addr);
	case RENEWING:
		return packet_renewing(&host, client->addr, &server);
	case REBINDING:
		return packet_rebinding(&host, client->addr);
	default:
		return packet_discover(&host);
	}
}

size_t client_frame(const struct client *client, const struct form *form, enum shape_state state,
		    uint8_t *frame)
{
	static uint32_t xid = 0x2000;
	struct packet p = message(client, state);

	p.xid = ++xid;
	p.secs = 3;
	p.flags = client->broadcast ? 0x8000 : 0;
	packet_raw(&p, form->p.options, form->p.options_len);
	memset(frame, 0, RIG_FRAME_MAX);
	return packet_build(&p, frame, RIG_FRAME_MAX);
}

void client_asks_daemon(const struct client *client, const struct form *form,
			enum shape_state state, struct rig_reply *ret_reply)
{
	uint8_t frame[RIG_FRAME_MAX];
	size_t len = client_frame(client, form, state, frame);

	if (!rig_daemon(client->rig, frame, len, true, ret_reply))
		fail_msg("%s: the daemon does not take it", form->name);
}

static void expect_type(const struct form *form, const struct rig_reply *reply, uint8_t type)
{
	const uint8_t *found = packet_find(reply->data, reply->len, 53, NULL);
	const char *wrong = packet_check(reply->data, reply->len);

	if (!reply->len || !found || *found != type)
		fail_msg("%s: the daemon sends %d, not %d", form->name, found ? *found : -1, type);
	if (wrong)
		fail_msg("%s: %s", form->name, wrong);
}

void client_learns(const struct client *client, const struct form *form, enum shape_state state)
{
	static struct rig_reply reply;

	client_asks_daemon(client, form, state, &reply);
	expect_type(form, &reply, DHCP_ACK);
}

void client_obtains(struct client *client, const struct form *form, uint32_t addr)
{
	static struct rig_reply reply;

	client->addr = 0;
	client_asks_daemon(client, form, DISCOVERING, &reply);
	expect_type(form, &reply, DHCP_OFFER);
	client->addr = packet_get32(reply.data + PACKET_YIADDR);
	client_learns(client, form, SELECTING);
	if (addr)
		assert_int_equal(client->addr, addr);
	rig_settle(client->rig);
}

void client_leaves(struct client *client)
{
	rig_release(client->rig, client->addr);
	client->addr = 0;
}

bool client_is_answered(const struct client *client, const struct form *form,
			enum shape_state state, struct rig_reply *ret_reply)
{
	uint8_t frame[RIG_FRAME_MAX];
	size_t len = client_frame(client, form, state, frame);

	if (!same_answer(client->rig, frame, len, form->name, 0))
		return false;
	if (ret_reply)
		rig_xdp(client->rig, frame, len, ret_reply);
	return true;
}

static enum xdhcp_verdict verdict_of(const struct client *client, const struct form *form,
				     enum shape_state state)
{
	uint8_t frame[RIG_FRAME_MAX];
	size_t len = client_frame(client, form, state, frame);

	return rig_verdict(client->rig, frame, len);
}

void answered(const struct client *client, const struct form *form)
{
	for (unsigned state = 0; state < SHAPE_STATES; state++) {
		if (!client_is_answered(client, form, state, NULL))
			fail_msg("%s, %s: XDP does not answer: %s", form->name, states[state],
				 verdict_name(verdict_of(client, form, state)));
	}
}

void passed(const struct client *client, const struct form *form, enum xdhcp_verdict verdict)
{
	for (unsigned state = 0; state < SHAPE_STATES; state++) {
		enum xdhcp_verdict v = verdict_of(client, form, state);

		if (v != verdict)
			fail_msg("%s, %s: XDP's way out is %s, not %s", form->name, states[state],
				 verdict_name(v), verdict_name(verdict));
	}
}

void learned(const struct client *client, const struct form *form)
{
	passed(client, form, XDHCP_VERDICT_pass_form);
	client_learns(client, form, RENEWING);
	rig_settle(client->rig);
	answered(client, form);
}

void never_learned(const struct client *client, const struct form *form, enum xdhcp_verdict verdict)
{
	passed(client, form, verdict);
	for (unsigned state = 0; state < SHAPE_STATES; state++) {
		client_learns(client, form, state);
		rig_settle(client->rig);
		passed(client, form, verdict);
	}
}

void attacked(const struct client *client, const struct form *form)
{
	uint8_t frame[RIG_FRAME_MAX];
	uint64_t hits = 0;

	for (unsigned state = 0; state < SHAPE_STATES; state++) {
		size_t len = client_frame(client, form, state, frame);

		hits += any_byte(client->rig, frame, len, false, form->name);
		for (unsigned i = 0; i < MANGLED; i++) {
			len = client_frame(client, form, state, frame);
			len = mangle(frame, len);
			same_answer(client->rig, frame, len, form->name, i);
		}
	}
	if (!hits)
		fail_msg("%s: XDP answers none of the changed frames", form->name);
}

void displaces(const struct client *client, const struct form *form, const struct form *former)
{
	answered(client, former);
	passed(client, form, XDHCP_VERDICT_pass_form);
	client_learns(client, form, RENEWING);
	passed(client, former, XDHCP_VERDICT_pass_no_slot);
	rig_settle(client->rig);
	passed(client, former, XDHCP_VERDICT_pass_form);
	answered(client, form);
}

const uint8_t *option_in(const struct rig_reply *reply, uint8_t code, size_t *ret_len)
{
	return packet_find(reply->data, reply->len, code, ret_len);
}

bool option_is(const struct rig_reply *reply, uint8_t code, const void *data, size_t len)
{
	size_t found_len;
	const uint8_t *found = option_in(reply, code, &found_len);

	return found && found_len == len && !memcmp(found, data, len);
}

void says(const struct client *client, const struct form *form, uint8_t code, const void *data,
	  size_t len)
{
	static struct rig_reply reply;

	for (unsigned state = 0; state < SHAPE_STATES; state++) {
		assert_true(client_is_answered(client, form, state, &reply));
		if (data ? !option_is(&reply, code, data, len) : !!option_in(&reply, code, NULL))
			fail_msg("%s: option %u is not as it should be", form->name, code);
	}
}
