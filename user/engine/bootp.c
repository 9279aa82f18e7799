// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * BOOTP clients (RFC 951), as a DHCP server serves them (RFC 1534 2): one request, one reply, and
 * the address is the client's for ever, since it knows of no lease. Which of them are served the
 * subnet says. Nothing of it is for the fast path. The binding survives a crash as any other.
 */
#include <errno.h>

#include "ask.h"

/* The one reserved for it before any other. -EAGAIN: once what it had is closed. */
static int find_address(struct ask *ask, uint32_t *ret_addr)
{
	if (ask_obtainable(ask, ask->reserved)) {
		*ret_addr = ask->reserved;
		return 0;
	}
	if (ask->closing || ask_reserved_closing(ask))
		return -EAGAIN;
	return ask_allocate(ask, ret_addr);
}

/* RFC 951 3: who fills in ciaddr has an address, and only wants to be told the rest. */
static void tell(struct ask *ask)
{
	const struct dhcp_msg *msg = ask->msg;

	if (ask->subnet->bootp == BOOTP_RESERVED && ask->reserved != msg->ciaddr)
		decide_silent(ask, SILENT_bootp_not_reserved);
	else if (!ask_on_network(ask, msg->ciaddr))
		decide_silent(ask, SILENT_address_of_another_network);
	else
		answer_bootp(ask, msg->ciaddr);
}

static void give(struct ask *ask)
{
	bool only_reserved = ask->subnet->bootp == BOOTP_RESERVED;
	uint32_t addr;
	int r = find_address(ask, &addr);

	if (r == 0) {
		answer_bootp(ask, addr);
		/* RFC 1534 2: the binding is BOUND once the BOOTREPLY is sent. */
		decide_bind(ask, addr, DHCP_LIFETIME_INFINITE);
	} else if (r == -EAGAIN) {
		ask->decision->kind = DECISION_DEFER;
	} else if (r == -EDQUOT) {
		decide_silent(ask, ask->refused);
	} else if (r == -ENOMEM) {
		decide_silent(ask, SILENT_out_of_memory);
	} else {
		decide_silent(ask,
			      only_reserved ? SILENT_bootp_not_reserved : SILENT_no_free_address);
	}
}

void decide_bootp(struct ask *ask)
{
	if (ask->subnet->bootp == BOOTP_NONE)
		decide_silent(ask, SILENT_bootp_not_served);
	else if (ask->msg->ciaddr)
		tell(ask);
	else
		give(ask);
}
