/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What clients send to a desk, as packet_builder.h makes it, and the configuration of one pool that
 * most tests of a desk have. (Apart from desk.h: the fuzzers that use it have a `struct packet` of
 * another make.)
 */
#ifndef XDHCP_DRY_SENT_H
#define XDHCP_DRY_SENT_H

#include "../common/packet_builder.h"
#include "desk.h"

/* Leases of `lifetime` seconds (digits), ninety addresses; what else a fast path has begins with a
 * comma. */
#define SENT_CONFIG(lifetime, fast_path)                         \
	"interfaces-config: {interfaces: [" DESK_LINK "]}\n"     \
	"control-socket: {socket-type: unix, socket-name: ''}\n" \
	"valid-lifetime: " lifetime "\n"                         \
	"fast-path: {max-entries: 512" fast_path "}\n"           \
	"subnet4:\n"                                             \
	"- id: 1\n"                                              \
	"  subnet: 192.0.2.0/24\n"                               \
	"  pools: [{pool: 192.0.2.10 - 192.0.2.99}]\n"

/* It waits to be received. */
static inline void sent_put(struct desk *desk, const struct packet *p)
{
	uint8_t frame[PACKET_MAX];

	desk_put(desk, frame, packet_build(p, frame, sizeof(frame)));
}

/* It is received, decided and answered. */
static inline void sent_now(struct desk *desk, const struct packet *p)
{
	sent_put(desk, p);
	desk_work(desk);
	desk_settle(desk);
}

#endif
