#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# QinQ: 0x8100 in 0x88a8, natively on the lowest device when neither tag is hidden; three tags are too many for XDP, and the
# outer VLAN beside the inner one is a link of its own.
. "$(dirname "$0")/links.sh"

ends
vlan s srv outer proto 802.1ad id 100
vlan s outer inner id 7
vlan c cli outer proto 802.1ad id 100
vlan c outer inner id 7
vlan s inner third id 8
address s inner "$NET.1/24"
address s outer 198.51.100.1/24
address s third 203.0.113.1/24
IFACE='inner, outer, third'
SUBNET='- {id: 2, subnet: 198.51.100.0/24, pools: [{pool: 198.51.100.100 - 198.51.100.199}]}
- {id: 3, subnet: 203.0.113.0/24, pools: [{pool: 203.0.113.100 - 203.0.113.199}]}'
config
daemon
expect "both offloads in the remedy" logged 'inner: the fast path is generic, .*ethtool -K srv rxvlan off rx-vlan-stag-hw-parse off'
lease_on inner
await 20 "a hit on the inner VLAN's own device" hit inner inner
FAST_PATH=", rxvlan: off"
config
ctl reload >/dev/null
expect "where the inner VLAN is" logged 'inner: the fast path has moved: native on srv, tags 100\.7$'
expect "where the outer VLAN is" logged 'outer: the fast path has moved: native on srv, tag 100$'
expect "why the third is not" logged 'third: the fast path is generic, .*two VLAN tags at most$'
offload srv off
await 20 "a hit with two tags" hit inner inner
both_ways "a renewal with two tags" renew c inner "$addr" "$NET.1" "$(mac s inner)" $client hex=1 xid=7
both_ways "a broadcast one" one c inner request $client ciaddr="$addr" src="$addr" hex=1 xid=8
both_ways "its client in the outer VLAN alone" \
	renew c outer "$addr" "$NET.1" "$(mac s outer)" $client hex=1 xid=9 wait=1000
there=$(dora c outer chaddr=02:00:00:00:00:02 | jq -r .yiaddr) || fail "no lease in the outer VLAN"
outer_hit() {
	local before
	before=$(acks_xdp)
	renew c outer "$there" 198.51.100.1 "$(mac s outer)" chaddr=02:00:00:00:00:02 >/dev/null && more_acks_than "$before"
}
await 20 "a hit in the outer VLAN" outer_hit
passed "QinQ: two tags and the outer one alone natively, with parity; three are generic"
