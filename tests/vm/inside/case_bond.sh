#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# A bond: the program is on it and runs at its members; frames of the backup member pass, and the bond drops them.
# Failover, a VLAN on the bond, and a mode whose driver takes no XDP.
. "$(dirname "$0")/links.sh"

LIFETIME=600
namespace s
namespace c
segment
port c cli
for i in 1 2; do
	port s "m$i"
	ip -n "$ID-s" link set "m$i" down
done
bond() { # MODE
	ip -n "$ID-s" link add bnd type bond mode "$1" miimon 100
	for i in 1 2; do
		ip -n "$ID-s" link set "m$i" down
		ip -n "$ID-s" link set "m$i" master bnd
	done
	ip -n "$ID-s" link set bnd up
	address s bnd "$NET.1/24"
}
active() { ip -n "$ID-s" -j -d link show bnd | jq -r '.[0].linkinfo.info_data.active_slave'; }
bond active-backup
await 10 "an active member" not equal_silent null active
IFACE='bnd, bnd.5'
SUBNET='- {id: 2, subnet: 198.51.100.0/24, pools: [{pool: 198.51.100.100 - 198.51.100.199}]}'
config
daemon
expect "its mode" logged 'serving on bnd .*fast path: native\)'
equal "where XDP is" "$(attached)" "bnd 1"
lease_on cli
await 20 "a hit" hit cli bnd
both_ways "a renewal" renew c cli "$addr" "$NET.1" "$(mac s bnd)" $client hex=1 xid=7
# broadcast: both members get it, one answers
before=$(verdict pass_gate_link)
equal "answers to a broadcast" "$(one c cli request $client ciaddr="$addr" src="$addr" replies=2 wait=1500 | grep -c '"ack"')" 1
expect "the backup member to pass it" more_than "$before" verdict pass_gate_link

first=$(active)
case $first in m1) other=m2 ;; *) other=m1 ;; esac
ip -n "$ID-s" link set "$first" down
await 20 "the failover" equal_silent "$other" active
await 20 "a hit after the failover" hit cli bnd
ip -n "$ID-s" link set "$first" up
both_ways "a broadcast one" one c cli request $client ciaddr="$addr" src="$addr" hex=1 xid=8
passed "bond: answered at the active member alone, also after a failover"

# a VLAN on it, whose tags the members hide
tags_in_frames c cli
tags_in_frames b p-s-m1
tags_in_frames b p-s-m2
vlan c cli cli.5 id 5
FAST_PATH=", rxvlan: off"
config
ctl reload >/dev/null
vlan s bnd bnd.5 id 5
address s bnd.5 198.51.100.1/24
await 20 "the VLAN on the bond" logged 'serving on bnd.5 .*fast path: native on bnd, tag 5\)'
expect "both members' offload to be off" logged 'm1: RX VLAN offload turned off'
expect "both members' offload to be off" logged 'm2: RX VLAN offload turned off'
there=$(dora c cli.5 chaddr=02:00:00:00:00:02 | jq -r .yiaddr) || fail "no lease in the VLAN"
vlan_hit() {
	local n
	n=$(acks_xdp)
	renew c cli.5 "$there" 198.51.100.1 "$(mac s bnd)" chaddr=02:00:00:00:00:02 >/dev/null && more_acks_than "$n"
}
await 20 "a hit in the VLAN" vlan_hit
both_ways "a renewal in the VLAN" renew c cli.5 "$there" 198.51.100.1 "$(mac s bnd)" chaddr=02:00:00:00:00:02 hex=1 xid=9
expect "a hit beside it" hit cli bnd
passed "bond: a VLAN on it"

ip -n "$ID-s" link del bnd
await 20 "the bond to be gone" logged 'bnd is gone'
bond balance-alb
await 20 "the other mode's line" logged \
	'bnd: no fast path here, the daemon serves it alone: .*, and to generic XDP on bnd frames of VLANs would look untagged; remedy: mode active-backup, balance-rr, balance-xor or 802.3ad$'
await 20 "its state" logged 'serving on bnd .*fast path: none\)'
equal "where XDP is" "$(attached)" ""
before=$(acks_xdp)
for i in 1 2; do renew c cli "$addr" "$NET.1" "$(mac s bnd)" $client wait=3000 >/dev/null || fail "no renewal $i"; done
equal "ACKs by XDP" "$(acks_xdp)" "$before"
passed "bond: in a mode without native XDP the daemon serves it alone"
