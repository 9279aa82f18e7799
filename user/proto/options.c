// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The option table. See options.h. Names and types are those of Kea 2.2 (and
 * of later Kea or the RFC where 2.2 has none: 80, 121, 150), so that its
 * configurations read unchanged. Bounds are the RFC's; the section stands beside the
 * row or above the group. The other options that IANA registers have names and
 * types of ours in the same style (OURS). What has sub-options or a layout of its own
 * is hex; what has options of a space in it (encapsulates) can have its data in hex before
 * them. Codes that are unassigned, withdrawn (RFC 3679) or private are not in the
 * table, but for two that clients ask for: 160 and Microsoft's 249.
 */
#include "options.h"

#include <stdio.h>
#include <string.h>

#define ROW(code_, name_, type_, ...) \
	[code_] = {.code = (code_), .name = (name_), .type = OPTION_##type_, __VA_ARGS__}
#define LIST	       .array = true
#define RESERVED       .reserved = true
#define OURS	       .ours = true
#define FIELDS(n, ...) .n_fields = (n), .fields = {__VA_ARGS__}
#define AT_LEAST(n)    .min = (n), .max = UINT32_MAX
#define SPACE(name_)   .encapsulates = (name_)

/* clang-format off */
static const struct option_def table[256] = {
	/* RFC 2132 3 */
	ROW(1, "subnet-mask", ADDRESS, .check = OPTION_CHECK_NETMASK),
	ROW(2, "time-offset", S32),
	ROW(3, "routers", ADDRESS, LIST),
	ROW(4, "time-servers", ADDRESS, LIST),
	ROW(5, "name-servers", ADDRESS, LIST),
	ROW(6, "domain-name-servers", ADDRESS, LIST),
	ROW(7, "log-servers", ADDRESS, LIST),
	ROW(8, "cookie-servers", ADDRESS, LIST),
	ROW(9, "lpr-servers", ADDRESS, LIST),
	ROW(10, "impress-servers", ADDRESS, LIST),
	ROW(11, "resource-location-servers", ADDRESS, LIST),
	ROW(12, "host-name", STRING),
	ROW(13, "boot-size", U16),
	ROW(14, "merit-dump", STRING),
	ROW(15, "domain-name", STRING),
	ROW(16, "swap-server", ADDRESS),
	ROW(17, "root-path", STRING),
	ROW(18, "extensions-path", STRING),

	/* RFC 2132 4, 5: the IP layer, per host and per interface */
	ROW(19, "ip-forwarding", FLAG),
	ROW(20, "non-local-source-routing", FLAG),
	ROW(21, "policy-filter", ADDRESS_PAIR, LIST, .check = OPTION_CHECK_FILTER),
	ROW(22, "max-dgram-reassembly", U16, AT_LEAST(576)),
	ROW(23, "default-ip-ttl", U8, AT_LEAST(1)),
	ROW(24, "path-mtu-aging-timeout", U32),
	ROW(25, "path-mtu-plateau-table", U16, LIST, AT_LEAST(68)),
	ROW(26, "interface-mtu", U16, AT_LEAST(68)),
	ROW(27, "all-subnets-local", FLAG),
	ROW(28, "broadcast-address", ADDRESS),
	ROW(29, "perform-mask-discovery", FLAG),
	ROW(30, "mask-supplier", FLAG),
	ROW(31, "router-discovery", FLAG),
	ROW(32, "router-solicitation-address", ADDRESS),
	ROW(33, "static-routes", ADDRESS_PAIR, LIST, .check = OPTION_CHECK_ROUTE),

	/* RFC 2132 6, 7: link layer and TCP */
	ROW(34, "trailer-encapsulation", FLAG),
	ROW(35, "arp-cache-timeout", U32),
	ROW(36, "ieee802-3-encapsulation", FLAG),
	ROW(37, "default-tcp-ttl", U8, AT_LEAST(1)),
	ROW(38, "tcp-keepalive-interval", U32),
	ROW(39, "tcp-keepalive-garbage", FLAG),

	/* RFC 2132 8: applications and services */
	ROW(40, "nis-domain", STRING),
	ROW(41, "nis-servers", ADDRESS, LIST),
	ROW(42, "ntp-servers", ADDRESS, LIST),
	ROW(43, "vendor-encapsulated-options", BINARY, SPACE("vendor-encapsulated-options-space")),
	ROW(44, "netbios-name-servers", ADDRESS, LIST),
	ROW(45, "netbios-dd-server", ADDRESS, LIST),
	ROW(46, "netbios-node-type", U8, .check = OPTION_CHECK_NODE_TYPE),
	ROW(47, "netbios-scope", STRING),
	ROW(48, "font-servers", ADDRESS, LIST),
	ROW(49, "x-display-manager", ADDRESS, LIST),

	/* RFC 2132 9: DHCP itself */
	ROW(50, "dhcp-requested-address", ADDRESS, RESERVED),
	ROW(51, "dhcp-lease-time", U32, RESERVED),
	ROW(52, "dhcp-option-overload", U8, RESERVED, .min = 1, .max = 3),
	ROW(53, "dhcp-message-type", U8, RESERVED),
	ROW(54, "dhcp-server-identifier", ADDRESS, RESERVED),
	ROW(55, "dhcp-parameter-request-list", U8, LIST, RESERVED),
	ROW(56, "dhcp-message", STRING, RESERVED),
	ROW(57, "dhcp-max-message-size", U16, RESERVED, AT_LEAST(576)),
	ROW(58, "dhcp-renewal-time", U32, RESERVED),
	ROW(59, "dhcp-rebinding-time", U32, RESERVED),
	ROW(60, "vendor-class-identifier", STRING),
	ROW(61, "dhcp-client-identifier", BINARY, RESERVED),

	ROW(62, "nwip-domain-name", STRING), /* RFC 2242 */
	ROW(63, "nwip-suboptions", BINARY),

	/* RFC 2132 8.11-8.21, 9.4, 9.5 */
	ROW(64, "nisplus-domain-name", STRING),
	ROW(65, "nisplus-servers", ADDRESS, LIST),
	ROW(66, "tftp-server-name", STRING),
	ROW(67, "boot-file-name", STRING),
	ROW(68, "mobile-ip-home-agent", ADDRESS, LIST),
	ROW(69, "smtp-server", ADDRESS, LIST),
	ROW(70, "pop-server", ADDRESS, LIST),
	ROW(71, "nntp-server", ADDRESS, LIST),
	ROW(72, "www-server", ADDRESS, LIST),
	ROW(73, "finger-server", ADDRESS, LIST),
	ROW(74, "irc-server", ADDRESS, LIST),
	ROW(75, "streettalk-server", ADDRESS, LIST),
	ROW(76, "streettalk-directory-assistance-server", ADDRESS, LIST),

	/* later RFCs */
	ROW(77, "user-class", BINARY), /* RFC 3004 */
	ROW(78, "slp-directory-agent", RECORD, LIST, /* RFC 2610 3 */
	    FIELDS(2, OPTION_FLAG, OPTION_ADDRESS)),
	ROW(79, "slp-service-scope", RECORD, /* RFC 2610 4 */
	    FIELDS(2, OPTION_FLAG, OPTION_STRING)),
	ROW(80, "rapid-commit", EMPTY, RESERVED), /* RFC 4039 */
	ROW(81, "fqdn", BINARY, RESERVED), /* RFC 4702 */
	ROW(82, "dhcp-agent-options", BINARY, RESERVED), /* RFC 3046 */
	/* RFC 4174 2: functions, access, administrative flags, security, servers */
	ROW(83, "isns-servers", RECORD, LIST, OURS,
	    FIELDS(5, OPTION_U16, OPTION_U16, OPTION_U16, OPTION_U32, OPTION_ADDRESS)),
	ROW(85, "nds-servers", ADDRESS, LIST), /* RFC 2241 */
	ROW(86, "nds-tree-name", STRING), /* RFC 2241 */
	ROW(87, "nds-context", STRING), /* RFC 2241 */
	ROW(88, "bcms-controller-names", FQDN, LIST), /* RFC 4280 */
	ROW(89, "bcms-controller-address", ADDRESS, LIST), /* RFC 4280 */
	ROW(90, "authenticate", BINARY), /* RFC 3118 */
	ROW(91, "client-last-transaction-time", U32), /* RFC 4388 6.1 */
	ROW(92, "associated-ip", ADDRESS, LIST), /* RFC 4388 6.1 */
	ROW(93, "client-system", U16, LIST), /* RFC 4578 2.1 */
	ROW(94, "client-ndi", RECORD, /* RFC 4578 2.2 */
	    FIELDS(3, OPTION_U8, OPTION_U8, OPTION_U8)),
	ROW(95, "ldap-url", STRING, OURS), /* RFC 3679 3.2 */
	ROW(97, "uuid-guid", RECORD, FIELDS(2, OPTION_U8, OPTION_BINARY)), /* RFC 4578 2.3 */
	ROW(98, "uap-servers", STRING), /* RFC 2485 */
	ROW(99, "geoconf-civic", BINARY), /* RFC 4776 */
	ROW(100, "pcode", STRING), /* RFC 4833 */
	ROW(101, "tcode", STRING), /* RFC 4833 */
	ROW(108, "v6-only-preferred", U32), /* RFC 8925 */
	ROW(109, "dhcp4o6-s46-saddr", ADDRESS6, OURS), /* RFC 8539 */
	ROW(112, "netinfo-server-address", ADDRESS, LIST), /* RFC 3679 3.2 */
	ROW(113, "netinfo-server-tag", STRING), /* RFC 3679 3.2 */
	ROW(114, "v4-captive-portal", STRING), /* RFC 8910 */
	ROW(116, "auto-config", U8, .max = 1), /* RFC 2563 2 */
	ROW(117, "name-service-search", U16, LIST), /* RFC 2937 */
	ROW(118, "subnet-selection", ADDRESS, RESERVED), /* RFC 3011 */
	ROW(119, "domain-search", FQDN, LIST, .compressed = true), /* RFC 3397 */
	ROW(120, "sip-servers", HOSTS, LIST, OURS), /* RFC 3361 */
	ROW(121, "classless-static-route", ROUTE, LIST), /* RFC 3442 */
	ROW(122, "cablelabs-client-conf", BINARY, SPACE("cablelabs-client-conf")), /* RFC 3495 */
	ROW(123, "geoconf", BINARY, OURS), /* RFC 6225 */
	/* RFC 3925 3, 4: enterprise number; as in Kea the hex begins with the data's length */
	ROW(124, "vivco-suboptions", RECORD, FIELDS(2, OPTION_U32, OPTION_BINARY)),
	ROW(125, "vivso-suboptions", RECORD, FIELDS(2, OPTION_U32, OPTION_BINARY)),
	/* RFC 4578 2.4: PXE clients ask for them, vendors say what they mean */
	ROW(128, "pxe-vendor-128", BINARY, OURS),
	ROW(129, "pxe-vendor-129", BINARY, OURS),
	ROW(130, "pxe-vendor-130", BINARY, OURS),
	ROW(131, "pxe-vendor-131", BINARY, OURS),
	ROW(132, "pxe-vendor-132", BINARY, OURS),
	ROW(133, "pxe-vendor-133", BINARY, OURS),
	ROW(134, "pxe-vendor-134", BINARY, OURS),
	ROW(135, "pxe-vendor-135", BINARY, OURS),
	ROW(136, "pana-agent", ADDRESS, LIST), /* RFC 5192 */
	ROW(137, "v4-lost", FQDN), /* RFC 5223 */
	ROW(138, "capwap-ac-v4", ADDRESS, LIST), /* RFC 5417 */
	ROW(139, "mos-addresses", BINARY, OURS), /* RFC 5678 2 */
	ROW(140, "mos-domains", BINARY, OURS), /* RFC 5678 3 */
	ROW(141, "sip-ua-cs-domains", FQDN, LIST), /* RFC 6011 */
	ROW(142, "andsf-servers", ADDRESS, LIST, OURS), /* RFC 6153 */
	ROW(143, "v4-sztp-redirect", TUPLE, LIST), /* RFC 8572 8.1 */
	ROW(144, "geoloc", BINARY, OURS), /* RFC 6225 */
	ROW(145, "forcerenew-nonce-capable", U8, LIST, OURS), /* RFC 6704 3.1.1 */
	ROW(146, "rdnss-selection", RECORD, LIST, /* RFC 6731 4.3 */
	    FIELDS(4, OPTION_U8, OPTION_ADDRESS, OPTION_ADDRESS, OPTION_FQDN)),
	ROW(147, "v4-dots-ri", FQDN, OURS), /* RFC 8973 5.3 */
	ROW(148, "v4-dots-address", ADDRESS, LIST, OURS), /* RFC 8973 5.3 */
	ROW(150, "tftp-server-address", ADDRESS, LIST, OURS), /* RFC 5859 */
	/* RFC 6926 6.2: bulk leasequery */
	ROW(151, "status-code", RECORD, FIELDS(2, OPTION_U8, OPTION_STRING)),
	ROW(152, "base-time", U32),
	ROW(153, "start-time-of-state", U32),
	ROW(154, "query-start-time", U32),
	ROW(155, "query-end-time", U32),
	ROW(156, "dhcp-state", U8),
	ROW(157, "data-source", U8),
	ROW(158, "v4-pcp-server", BINARY, OURS), /* RFC 7291 4: lists of lists */
	ROW(159, "v4-portparams", RECORD, FIELDS(2, OPTION_U8, OPTION_PSID)), /* RFC 7618 9 */
	ROW(160, "v4-captive-portal-rfc7710", STRING, OURS), /* given up for 114 by RFC 8910 */
	ROW(161, "mud-url", STRING, OURS), /* RFC 8520 10 */
	ROW(162, "v4-dnr", DNR, LIST), /* RFC 9463 5.1 */
	/* tentatively assigned (RFC 3942) */
	ROW(175, "etherboot", BINARY, OURS),
	ROW(176, "ip-telephone", STRING, OURS),
	ROW(177, "packetcable-cablehome", BINARY, OURS),
	/* RFC 5071 */
	ROW(208, "pxelinux-magic", U32, OURS),
	ROW(209, "pxelinux-configfile", STRING, OURS),
	ROW(210, "pxelinux-pathprefix", STRING, OURS),
	ROW(211, "pxelinux-reboottime", U32, OURS),
	/* RFC 5969 7.1.1: mask length, prefix length, prefix, border relays */
	ROW(212, "option-6rd", RECORD, LIST,
	    FIELDS(4, OPTION_U8, OPTION_U8, OPTION_ADDRESS6, OPTION_ADDRESS)),
	ROW(213, "v4-access-domain", FQDN), /* RFC 5986 */
	ROW(220, "subnet-allocation", BINARY, OURS), /* RFC 6656 */
	ROW(221, "virtual-subnet-selection", BINARY, OURS), /* RFC 6607 */
	ROW(249, "ms-classless-static-route", ROUTE, LIST, OURS), /* as 121 (MS-DHCPE 2.2.8) */
};
/* clang-format on */

const struct option_def *option_by_code(uint8_t code)
{
	return table[code].name ? &table[code] : NULL;
}

const struct option_def *option_by_name(const char *name)
{
	for (size_t i = 0; i < 256; i++)
		if (table[i].name && strcmp(table[i].name, name) == 0)
			return &table[i];
	return NULL;
}

const char *option_type_name(enum option_type type, bool array)
{
	static const char *const names[][2] = {
#define X(name, word, one, several, ...) {one, several},
		OPTION_TYPES(X)
#undef X
	};

	return (unsigned)type < sizeof(names) / sizeof(names[0]) ? names[type][array] : "?";
}

void option_describe(const struct option_def *def, char *buf, size_t cap)
{
	size_t n = 0;

	if (def->type != OPTION_RECORD) {
		snprintf(buf, cap, "%s", option_type_name(def->type, def->array));
		return;
	}
	if (cap > 0)
		buf[0] = '\0';
	for (unsigned i = 0; i < def->n_fields && n < cap; i++) {
		bool last = i + 1 == def->n_fields;

		n += (size_t)snprintf(
			buf + n, cap - n, "%s%s", i ? ", " : "",
			option_type_name((enum option_type)def->fields[i], last && def->array));
	}
}
