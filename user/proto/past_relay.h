/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a relayed client will send when it renews: RFC 2131 4.3.2, RENEWING: "This message will be
 * unicast, so no relay agents will be involved in its transmission." Pure.
 */
#ifndef XDHCP_PAST_RELAY_H
#define XDHCP_PAST_RELAY_H

#include "message.h"

/*
 * The renewal of `addr`, as it arrives here by a router, by a client that sends in it what it sent
 * in `relayed`, without what only its relay and its state put there: giaddr, options 82, 50 and 54.
 * `room`: relayed->options_len bytes for its options. *ret_msg points into both.
 */
void dhcp_past_relay(const struct dhcp_msg *relayed, uint32_t addr, uint8_t *room,
		     struct dhcp_msg *ret_msg);

#endif
