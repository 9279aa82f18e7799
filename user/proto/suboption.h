/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What options have inside: sub-options (code, length, data), and the blocks of enterprises that
 * options 124 and 125 consist of (RFC 3925 3, 4). Pure. Bytes come from the network, the store or
 * a file and are trusted in nothing; what runs past the end ends the walk.
 */
#ifndef XDHCP_SUBOPTION_H
#define XDHCP_SUBOPTION_H

#include "message.h"

struct suboption {
	uint8_t code;
	struct dhcp_opt data; /* points into what is walked */
};

/*
 * The next one from *at, which is 0 at first. False: there is none, or it runs past the end;
 * *at is then the place where none begins: the whole length, if all of it was sub-options.
 * `padded`: PAD may stand between them and END ends them (RFC 2132 8.4); else 0 and 255 are codes
 * like any other (RFC 3046 2.0, RFC 3925 4).
 */
bool suboption_next(const struct dhcp_opt *all, bool padded, size_t *at, struct suboption *ret);
/* The first one with `code`; all->data may be NULL. False: it is not there. */
bool suboption_find(const struct dhcp_opt *all, bool padded, uint8_t code, struct dhcp_opt *ret);

#define VENDOR_BLOCK_HEADER   5 /* the enterprise's number, and a length */
#define VENDOR_BLOCK_DATA_MAX 255

struct vendor_block {
	uint32_t enterprise;
	struct dhcp_opt data; /* points into what is walked */
};

/* As suboption_next(). */
bool vendor_block_next(const struct dhcp_opt *all, size_t *at, struct vendor_block *ret);
static inline void vendor_block_start(uint8_t header[VENDOR_BLOCK_HEADER], uint32_t enterprise,
				      uint8_t len)
{
	dhcp_put_u32(header, enterprise);
	header[VENDOR_BLOCK_HEADER - 1] = len;
}

#endif
