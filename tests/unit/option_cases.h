/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the tests of option values have in common: bytes of a case, and messages of refusals.
 */
#ifndef XDHCP_TEST_OPTION_CASES_H
#define XDHCP_TEST_OPTION_CASES_H

#define BYTES(s) s, sizeof(s) - 1

#define NO_ADDRESS(t) "'" t "' is not an IPv4 address (like 192.0.2.1)"
#define NO_ROUTE(t)   "'" t "' is not a route (like 10.0.0.0/8 - 192.0.2.1)"
#define NO_NAME(t)                                                                                 \
	"'" t "' is not a domain name: labels of 1 to 63 letters, digits, '-' and '_', separated " \
	"by dots"
#define NO_HEX(t)                                                                                \
	"'" t "' is not hex: pairs of hex digits, separated by ':', ' ' or nothing, or text in " \
	"single quotes"
#define NO_PSID(t)    "'" t "' is not a PSID (like 63/6: a number, and the 0 to 16 bits it fits)"
#define NO_PREFIX6(t) "'" t "' is not an IPv6 prefix (like 2001:db8::/32)"

#endif
