/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Kea's expressions, compiled: what flex-id reservations (and later client classes) are found by.
 * config/ parses the text and builds the tree with expr_new(); here it is evaluated. Pure; a
 * tree is immutable and owns its operands. Evaluation never fails: what is absent is the empty
 * string, as in Kea.
 */
#ifndef XDHCP_EXPR_H
#define XDHCP_EXPR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/message.h"

#define EXPR_VALUE_MAX 4096 /* bytes of a string while it is evaluated; longer ones are cut */

struct expr;

/* What it is evaluated on. Borrowed. */
struct expr_input {
	const struct dhcp_msg *msg;
	struct dhcp_opt agent; /* the relay information in effect (option 82's data), or none */
	const char *interface; /* the link that the message came in by */
	bool known;	       /* the client has a reservation */
};

/*
 * Evaluates a string expression. Returns the value's length, at most `cap` (the rest is cut).
 */
size_t expr_string(const struct expr *expr, const struct expr_input *in, uint8_t *buf, size_t cap);
bool expr_bool(const struct expr *expr, const struct expr_input *in);
/* Is it a truth (==, and, exists ...) rather than a string? */
bool expr_is_bool(const struct expr *expr);
/*
 * Does it read only what a form of request, the slot and the lease hold? If not (xid, secs, hops,
 * lengths, addresses that the packet came from), an answer that depends on it is not memoised.
 */
bool expr_memoisable(const struct expr *expr);
void expr_free(struct expr *expr); /* NULL: nothing */

#endif
