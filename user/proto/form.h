/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The form of a request as the daemon computes it: the same 44-bit keyed hash
 * as the XDP program's walk (include/form.h), over giaddr, option 82 and
 * every option but 50, 53, 54, 57, 80 and 116. Pure.
 */
#ifndef XDHCP_USER_FORM_H
#define XDHCP_USER_FORM_H

#include "message.h"

/*
 * Returns the hash (never 0), or 0 if this request can never be answered by
 * the fast path: overload; 50, 53, 54 or 57 repeated or of a wrong
 * length; option 82 repeated; more options than it walks.
 */
uint64_t dhcp_form(const struct dhcp_msg *msg, const uint64_t key[2]);

#endif
