/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Who is answered at all, by hardware address: an operator's lists of addresses and of their
 * prefixes. A list is kept as ranges of 48-bit numbers, ascending and apart from each other once it
 * is settled, so that a look-up is one binary search whatever the list is made of. Pure data;
 * config/ builds it, the model owns it.
 */
#ifndef XDHCP_FILTER_H
#define XDHCP_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/message.h"
#include "reasons.h"

struct subnet;

struct hw_range { /* inclusive; the first byte of an address is the highest */
	uint64_t first, last;
};

struct hw_list {
	struct hw_range *v;
	size_t n, room;
};

/* All addresses that begin with these `len` bytes. -ENOMEM. */
int hw_list_add(struct hw_list *list, const uint8_t *prefix, size_t len);
/* Once all are added; before that nothing is looked up. */
void hw_list_settle(struct hw_list *list);
void hw_list_free(struct hw_list *list); /* NULL: nothing */
bool hw_list_has(const struct hw_list *list, const uint8_t hw[DHCP_CHADDR_LEN]);

/* Why nobody with this address is answered in the subnet: what is denied, whatever is allowed;
 * else what is not allowed, where a list says what is. REASON_NONE: it is answered. */
enum reason filter_refuses(const struct subnet *subnet, const uint8_t hw[DHCP_CHADDR_LEN]);

#endif
