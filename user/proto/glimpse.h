/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a frame seems to be, for a few loads: enough to say in which order frames are decoded, and
 * whether two say the same. It verifies nothing (dhcp_decode() does) and never reads beyond the
 * frame. Pure.
 */
#ifndef XDHCP_GLIMPSE_H
#define XDHCP_GLIMPSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dhcp_glimpse {
	uint8_t type;	 /* enum dhcp_type; DHCP_BOOTP: none is seen, or none that clients send */
	uint16_t ip;	 /* where its IP header begins */
	uint16_t header; /* where its BOOTP header does; 0: it has none */
};

void dhcp_glimpse(const uint8_t *frame, size_t len, struct dhcp_glimpse *ret);

/*
 * Does `b` ask what `a` does? Equal but for what a client that sends once more may change: `secs`
 * (RFC 2131 2), the IP identification, and the checksums as far as they follow from these: a copy
 * of what was broken on its way may be whole. Both have a BOOTP header.
 */
bool dhcp_is_repeated(const uint8_t *a, size_t a_len, const struct dhcp_glimpse *a_glimpse,
		      const uint8_t *b, size_t b_len, const struct dhcp_glimpse *b_glimpse);

#endif
