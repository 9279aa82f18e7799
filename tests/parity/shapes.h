/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The REQUESTs of real clients, by their shape: which options each sends in
 * which state, in its own order (from client sources and captures).
 */
#ifndef XDHCP_PARITY_SHAPES_H
#define XDHCP_PARITY_SHAPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum shape_state { SELECTING, INIT_REBOOT, RENEWING, REBINDING, SHAPE_STATES, DISCOVERING };

enum shape_kind {
	SHAPE_DHCLIENT,
	SHAPE_UDHCPC,
	SHAPE_DHCPCD,
	SHAPE_NETWORKD,
	SHAPE_NETWORKMANAGER,
	SHAPE_APPLE,
	SHAPE_WINDOWS,
	SHAPE_ANDROID,
	SHAPE_LWIP,
	SHAPE_PRINTER, /* lwIP 1.3: RENEW lacks 55 */
	SHAPE_LONG,    /* asks for everything, request as long as 1500 bytes allow */
	SHAPE_BARE,    /* no client id, no PRL */
	SHAPE_KINDS,
};

struct shape {
	enum shape_kind kind;
	enum shape_state state;
	uint8_t mac[6];
	uint32_t addr, server; /* host order; asked address, server id */
	bool broadcast;	       /* B flag */
	bool client_id;	       /* where the kind leaves it open */
	bool reversed;	       /* options in the opposite order */
	unsigned prl;	       /* which parameter request list, SHAPE_PRLS of them */
	uint32_t xid;
};

#define SHAPE_PRLS 4

const char *shape_name(enum shape_kind kind);
/* Forms that the shape's client has on a direct link: how many slow answers it may need. */
unsigned shape_forms(enum shape_kind kind);
/* Writes the whole frame. Returns its length. */
size_t shape_frame(const struct shape *shape, const uint8_t server_mac[6], uint8_t *frame,
		   size_t cap);
/* Makes the IP header's checksum right again after a change. */
void shape_fix_ip(uint8_t *frame);

#endif
