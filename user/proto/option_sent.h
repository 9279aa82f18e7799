/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The options of a reply as text, for the log. Pure.
 */
#ifndef XDHCP_OPTION_SENT_H
#define XDHCP_OPTION_SENT_H

#include "reply.h"

/*
 * "name value; name value", in the order of the frame, then those in file and sname; 224 for the
 * name of what only the configuration has a name for, and its bytes in hex. Printable ASCII. Long
 * values, and at cap all, end in "..."; always terminated if cap > 0.
 */
void option_sent_format(const struct dhcp_msg *request, const struct dhcp_reply *reply, char *buf,
			size_t cap);

#endif
