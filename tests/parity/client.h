/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Clients made of options: what one sends in all of its REQUESTs is a form, put together by a
 * test; the rest follows from the state. And what a test says of a form: that it is learned from
 * one slow answer and then answered by XDP in each state, or never. What fails says the form's
 * name, the state and XDP's way out. Every answer of XDP is compared with the daemon's.
 */
#ifndef XDHCP_PARITY_CLIENT_H
#define XDHCP_PARITY_CLIENT_H

#include "../common/packet_builder.h"
#include "rig.h"
#include "shapes.h"

struct client {
	struct rig *rig;
	uint8_t mac[6];
	uint32_t addr, server; /* its address and whom it asks; 192.0.2.1 unless it is set */
	bool broadcast;	       /* B flag */
};

/* Options are appended to `p` by packet_option() and the like; nothing else of it counts. */
struct form {
	const char *name;
	struct packet p;
};

/* A client that no other number makes; it has no address. */
struct client client_new(struct rig *rig, unsigned number);
struct form form_new(const char *name);
/* One with the client identifier of an Ethernet address (RFC 2132 9.14), and a list (NULL: none).
 */
struct form form_of(const char *name, const struct client *client, const char *prl);
void form_client_id(struct form *form, const struct client *client);
/* Option 81: flags, then the name as text or, with E, in labels; with a dot at its end the root. */
void form_fqdn(struct form *form, uint8_t flags, const char *name);
#define FQDN_S 1u
#define FQDN_E 4u

/* The frame of a message; RIG_FRAME_MAX bytes are there. Each has an xid of its own. */
size_t client_frame(const struct client *client, const struct form *form, enum shape_state state,
		    uint8_t *frame);

/* The daemon's answer. Its change is kept and published, but no barrier is waited for. */
void client_asks_daemon(const struct client *client, const struct form *form,
			enum shape_state state, struct rig_reply *ret_reply);
/* The same, for what is ACKed. */
void client_learns(const struct client *client, const struct form *form, enum shape_state state);
/* DISCOVER and REQUEST; XDP then answers. `addr`: what it must be given; 0: any. */
void client_obtains(struct client *client, const struct form *form, uint32_t addr);
void client_leaves(struct client *client);

/* XDP's answer, compared with the daemon's. True: it answered. */
bool client_is_answered(const struct client *client, const struct form *form,
			enum shape_state state, struct rig_reply *ret_reply);
/* In all four states. */
void answered(const struct client *client, const struct form *form);
void passed(const struct client *client, const struct form *form, enum xdhcp_verdict verdict);
/* Passes as a form not seen; is learned in RENEWING, and answered in all four. */
void learned(const struct client *client, const struct form *form);
/* Passes by `verdict` however often the daemon ACKs it in each state. */
void never_learned(const struct client *client, const struct form *form,
		   enum xdhcp_verdict verdict);
/* Learned, it removes the other form at once and for good: their tails differ. */
void displaces(const struct client *client, const struct form *form, const struct form *former);
/*
 * Every byte of the form's four frames changed, and mangled frames: what XDP answers the daemon
 * answers alike. The form was learned.
 */
void attacked(const struct client *client, const struct form *form);

/* Of a reply: an option's data (NULL: absent), and whether it is this. */
const uint8_t *option_in(const struct rig_reply *reply, uint8_t code, size_t *ret_len);
bool option_is(const struct rig_reply *reply, uint8_t code, const void *data, size_t len);

/* Does XDP answer in all four states with this in the option? NULL: without the option. */
void says(const struct client *client, const struct form *form, uint8_t code, const void *data,
	  size_t len);

#endif
