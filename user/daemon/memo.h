/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * From a reply to the memo that the fast path repeats: see memo.c. Used by
 * publish.c and, with the same engine, by the parity tests.
 */
#ifndef XDHCP_MEMO_H
#define XDHCP_MEMO_H

#include <stdbool.h>

#include "net/slots.h"
#include "proto/reply.h"

/*
 * The constant part of an ACK of `msg`, gated by policy record `gate`. false: not to
 * be memoised (not an ACK, shortened, or too long for a template).
 */
bool memo_template(const struct dhcp_msg *msg, const struct dhcp_reply *reply, uint32_t gate,
		   struct template *ret_template);
/* Is the answer to it made without what the lease has stored of a relay? */
bool memo_is_relayed(const struct dhcp_msg *msg);

/*
 * The client's tail: the reply's pieces, and of those that this reply does
 * not send the ones in `old` (NULL: none), which other forms still send. false: does not fit.
 */
bool memo_tail(const struct dhcp_reply *reply, const struct template *t,
	       const struct slot_tail *old, struct slot_tail *ret_tail);

#endif
