/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Option 162, resolvers of encrypted DNS (RFC 9463 5.1), in Kea's notation: "PRIORITY, NAME,
 * ADDRESSES, PARAMETERS", resolvers separated by '|', addresses and parameters by spaces,
 * protocols of alpn by "\,". For option_parse.c and option_format.c. Pure.
 */
#ifndef XDHCP_OPTION_DNR_H
#define XDHCP_OPTION_DNR_H

#include "option_text.h"

int option_dnr_parse(struct out *out, struct token text);
/* False: the data is none, or cannot be written so; t holds part of it then. */
bool option_dnr_format(struct text *t, const uint8_t *data, size_t len);

#endif
