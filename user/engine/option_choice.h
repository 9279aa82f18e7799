/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Which configured options stand in a reply, in which order, and where they find room. Private to
 * engine/; lives on the stack of one answer.
 */
#ifndef XDHCP_OPTION_CHOICE_H
#define XDHCP_OPTION_CHOICE_H

#include "ask.h"

/*
 * Those that apply to the client at `addr` (its pool counts); 0: it has no address. Classes that
 * subnet and pool require are evaluated now.
 */
void ask_scopes(const struct ask *ask, uint32_t addr, struct scopes *ret);
/* Is the option set in one of them, and one that may be sent? */
bool scopes_have(const struct ask *ask, const struct scopes *scopes, uint8_t code);
/* never-send in one of them */
bool scopes_never(const struct ask *ask, const struct scopes *scopes, uint8_t code);

/* The option in one scope that is for this client's classes, or NULL. */
const struct option_value *scope_option(const struct ask *ask, const struct scope *scope,
					uint8_t code);

/*
 * vendor.c: option 125 (RFC 3925 4) for this client, from all the scopes; returns its length, 0:
 * none. *ret_named: the client names enterprises.
 */
size_t vendor_options(const struct ask *ask, const struct scopes *scopes, uint8_t *buf, size_t cap,
		      bool *ret_named);

struct option_choice {
	const struct option_value *by_code[256]; /* of the narrowest scope that sets it */
	bool wanted[256], never[256];
	bool essential[256]; /* left out last */
	uint8_t order[256];  /* of what is wanted */
	unsigned n;

	/* Values that are made here. */
	struct option_value mask, vendor;
	uint8_t mask_data[4];
	uint8_t vendor_data[DHCP_REPLY_OPTIONS_MAX];
};

/* Has the client asked for the option by its parameter request list? */
bool option_asked(const struct ask *ask, uint8_t code);
/* What there is for this client, and what of it is sent. The reply's tail stands already. */
void option_choice_make(const struct ask *ask, const struct scopes *scopes,
			struct option_choice *ret);
/*
 * Writes it behind what stands in the reply's options, whose boot fields are set. What is longer
 * than the client takes goes to file and sname, else is left out, and so are names in the tail.
 */
void option_choice_write(const struct ask *ask, const struct option_choice *choice,
			 struct dhcp_reply *reply);

#endif
