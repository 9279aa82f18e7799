// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The configurations of exchange.h: small subnets, so that they run out, and short times. Each has
 * something that the others have not.
 */
#include "exchange.h"

#include <stddef.h>

uint64_t exchange_start = 1000500000000;

#define LINK "interfaces-config: {interfaces: [rig0]}\nvalid-lifetime: 300\n"
#define NAMES                                                            \
	"option-data: [{name: domain-name-servers, data: 192.0.2.53},\n" \
	"  {name: domain-name, data: example.org}, {name: routers, data: 10.0.0.1}]\n"
#define FIRST "{id: 1, subnet: 10.0.0.0/28, pools: [{pool: 10.0.0.4 - 10.0.0.9}]"

static const char *const configs[] = {
	/* 0: one small subnet */
	LINK NAMES "subnet4: [" FIRST "}]\n",
	/* 1: relays, a shared network, exclusions */
	LINK NAMES "authoritative: true\n"
		   "subnet4: [" FIRST ", exclusions: [10.0.0.5]},\n"
		   "  {id: 9, subnet: 10.99.1.0/29, relay: {ip-addresses: [10.99.0.1]},\n"
		   "   pools: [{pool: 10.99.1.2 - 10.99.1.4}]}]\n"
		   "shared-networks:\n"
		   "- {name: floor, option-data: [{name: routers, data: 10.0.1.1}], subnet4: [\n"
		   "  {id: 2, subnet: 10.0.1.0/29, pools: [{pool: 10.0.1.3 - 10.0.1.4}]},\n"
		   "  {id: 3, subnet: 10.0.2.0/29, pools: [{pool: 10.0.2.2 - 10.0.2.3}]}]}\n",
	/* 2: reservations of every kind, in and out of the pools */
	LINK NAMES
	"stash-agent-options: true\n"
	"host-reservation-identifiers: [circuit-id, duid, flex-id, hw-address, client-id, "
	"remote-id]\n"
	"hooks-libraries: [{library: libdhcp_flex_id.so,\n"
	"  parameters: {identifier-expression: \"option[77].hex\"}}]\n"
	"reservations-global: true\n"
	"reservations: [{hw-address: \"02:00:00:00:00:05\", hostname: everywhere, ip-address: "
	"10.0.0.7}]\n"
	"subnet4: [" FIRST ", reservations: [\n"
	"  {hw-address: \"02:00:00:00:00:00\", ip-address: 10.0.0.11, hostname: zero.example},\n"
	"  {client-id: \"53\", ip-address: 10.0.0.4, option-data: [{name: ntp-servers, data: "
	"192.0.2.7,\n"
	"    always-send: true}]},\n"
	"  {duid: \"000164756964\", ip-address: 10.0.0.5},\n"
	"  {circuit-id: \"'port'\", ip-address: 10.0.0.12, boot-file-name: by-port},\n"
	"  {remote-id: \"'remote'\", hostname: far},\n"
	"  {flex-id: \"'iPXE'\", ip-address: 10.0.0.6, next-server: 10.0.0.2}]},\n"
	"  {id: 2, subnet: 10.0.1.0/28, pools: [{pool: 10.0.1.3 - 10.0.1.8}],\n"
	"   reservations: [{circuit-id: \"'port'\", ip-address: 10.0.1.9}]}]\n",
	/* 3: BOOTP, PXE, boot data */
	LINK NAMES
	"boot-file-name: boot/file.efi\nnext-server: 10.0.0.3\nserver-hostname: boot\n"
	"bootp: all\nrapid-commit: true\n"
	"subnet4: [" FIRST
	", reservations: [{hw-address: \"02:00:00:00:00:01\", ip-address: 10.0.0.10,\n"
	"  boot-file-name: \"\"}]},\n"
	"  {id: 2, subnet: 10.0.1.0/28, bootp: reserved, pools: [{pool: 10.0.1.3 - 10.0.1.8}]}]\n",
	/* 4: answers that are long, or left out */
	LINK
	"option-data: [{name: vendor-encapsulated-options, csv-format: false, data: \"010203\"},\n"
	"  {name: domain-search, data: \"a.example.org, b.example.org, c.example.net\"},\n"
	"  {name: classless-static-route, data: \"10.0.0.0/8 - 10.0.0.1, 0.0.0.0/0 - 10.0.0.2\"},\n"
	"  {name: v6-only-preferred, data: 300}, {name: auto-config, data: 0},\n"
	"  {name: host-name, data: configured},\n"
	"  {code: 224, csv-format: false, always-send: true, data: "
	"\"'0123456789012345678901234567890123456"
	"789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456"
	"789'\"},\n"
	"  {code: 225, csv-format: false, always-send: true, data: "
	"\"'0123456789012345678901234567890123456"
	"789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456"
	"789'\"},\n"
	"  {name: vivso-suboptions, csv-format: false, data: "
	"\"0000118b0402020a0b00000de903010163\"}]\n"
	"subnet4: [" FIRST
	"}, {id: 2, subnet: 10.0.1.0/28, pools: [{pool: 10.0.1.3 - 10.0.1.8}]}]\n",
	/* 5: lifetimes, clients of one identity, one pool that is soon empty */
	"interfaces-config: {interfaces: [rig0]}\n"
	"valid-lifetime: 60\nmin-valid-lifetime: 5\nmax-valid-lifetime: 4294967295\n"
	"offer-lifetime: 10\ndecline-probation-period: 30\nmatch-client-id: false\necho-client-id: "
	"false\n"
	"authoritative: true\nrapid-commit: true\n"
	"subnet4: [{id: 1, subnet: 10.0.0.0/29, pools: [{pool: 10.0.0.4 - 10.0.0.5}]},\n"
	"  {id: 2, subnet: 10.0.1.0/29, match-client-id: true, valid-lifetime: 4294967295,\n"
	"   pools: [{pool: 10.0.1.3 - 10.0.1.4}]}]\n",
	/* 6: a subnet that is deactivated, one that is renumbered */
	LINK NAMES "subnet4: [{id: 1, subnet: 10.0.0.0/28, enabled: false, pools: [{pool: 10.0.0.4 "
		   "- 10.0.0.9}]},\n"
		   "  {id: 4, subnet: 10.0.1.0/28, pools: [{pool: 10.0.1.3 - 10.0.1.8}]}]\n",
};

const char *exchange_config(unsigned number)
{
	return number < sizeof(configs) / sizeof(configs[0]) ? configs[number] : NULL;
}
