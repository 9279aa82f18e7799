#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Conflict detection by ICMP, as Kea's ping-check library is configured: on the link, and, where ARP is wished, behind a
# relay. Where there is no way to a subnet, its addresses are offered as they are.
. "$(dirname "$0")/lib.sh"

LIFETIME=600
POOL="192.0.2.100 - 192.0.2.109"
GLOBAL="hooks-libraries: [{library: /usr/lib/kea/hooks/libdhcp_ping_check.so, parameters: {reply-timeout: 300}}]"
SUBNET="- id: 2
  subnet: 10.5.0.0/24
  conflict-detection: {method: arp}
  pools: [{pool: 10.5.0.100 - 10.5.0.109}]
- id: 3
  subnet: 10.6.0.0/24
  pools: [{pool: 10.6.0.100 - 10.6.0.109}]"
rig
ip -n "$ID-s" route add 10.5.0.0/24 via 192.0.2.9
address c cli 192.0.2.9/24
address c cli 192.0.2.100/24
address c lo 10.5.0.100/32
config
daemon
relayed() { # GIADDR WORDS...
	local giaddr=$1
	shift
	one c cli discover giaddr="$giaddr" src="$giaddr" dst="$NET.1" dmac="$(mac s srv)" sport=67 "$@" | type_and_address
}
not_offered() { # ADDRESS COMMAND...
	local addr=$1 offer
	shift
	offer=$("$@")
	[ "${offer% *}" = offer ] || fail "no offer, but '$offer'"
	[ "$offer" != "offer $addr" ] || fail "an offer of the address that is in use"
	expect "it in the log" logged "$addr is in use by a host that answers ICMP"
	await 5 "the quarantine" equal_silent 1 lease_field "$addr" state
}
direct() { one c cli discover "$@" | type_and_address; }
not_offered 192.0.2.100 direct chaddr=02:00:00:00:00:01 requested=192.0.2.100
not_offered 10.5.0.100 relayed 10.5.0.2 chaddr=02:00:00:00:00:02 requested=10.5.0.100
equal "conflicts" "$(statistic xdhcp-conflicts-found)" 2
equal "probes" "$(statistic xdhcp-probes-sent)" 4
equal "nothing left out" "$(statistic xdhcp-probes-left-out)" 0

expect "no conflict where nobody answers" test \
	"$(relayed 10.5.0.2 chaddr=02:00:00:00:00:03 requested=10.5.0.107)" = "offer 10.5.0.107"
ip -n "$ID-s" route add 10.6.0.0/24 via 192.0.2.9
ip -n "$ID-s" route add unreachable 10.6.0.106/32
expect "an offer where nobody can be asked" test \
	"$(relayed 10.6.0.2 chaddr=02:00:00:00:00:04 requested=10.6.0.106)" = "offer 10.6.0.106"
equal "it is counted" "$(statistic xdhcp-probes-left-out)" 1
expect "and said" logged "cannot probe 10\.6\.0\.106"
