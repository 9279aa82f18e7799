#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# modes: native generic
#
# What happens to interfaces while the daemon runs: another MAC, down and up, an address of the host's elsewhere, a second
# interface that appears and vanishes, a foreign program that goes. XDP follows each time, or stays as it is.
. "$(dirname "$0")/lib.sh"

LIFETIME=600 IFACE='srv, late'
SUBNET='- {id: 2, subnet: 198.51.100.0/24, pools: [{pool: 198.51.100.100 - 198.51.100.199}]}'
rig
config
daemon
client=chaddr=02:00:00:00:00:01
addr=$(dora c cli $client | jq -r .yiaddr) || fail "no lease"
hit() { by_xdp renew c cli "$addr" "$NET.1" "${1:-$(mac s srv)}" $client wait=1000; } # [MAC]
await 10 "a hit" hit

# an address elsewhere: in the records at once, and no slot is lost by it
address s lo 203.0.113.1/32
known() { "$BPFTOOL" -j map dump pinned "$(pin)/policy" | grep -Eq '203,"?0"?,"?113"?,"?1|"0xcb","0x00?","0x71","0x01?"'; }
await 10 "XDP to know of the address" known
expect "a hit right after the host has another address" hit
reply=$(renew c cli "$addr" 203.0.113.1 "$(mac s srv)" $client) || fail "no answer by the other address"
equal "its source" "$(jq -r .src <<<"$reply")" 203.0.113.1
both_ways "a renewal at the other address" renew c cli "$addr" 203.0.113.1 "$(mac s srv)" $client hex=1 xid=5

# another MAC
before=$(mac s srv)
ip -n "$ID-s" link set srv down
ip -n "$ID-s" link set srv address 02:00:00:00:aa:aa
ip -n "$ID-s" link set srv up
await 15 "a hit with the other MAC" hit
both_ways "a renewal to the old MAC" renew c cli "$addr" "$NET.1" "$before" $client hex=1 xid=6 wait=300
equal "the answer to it" "$REPLY" ""

# an interface that appears while it runs
veth s late c far
pass c far
address s late 198.51.100.1/24
await 15 "the late interface to be served" logged 'serving on late \(link 2, .*fast path: (native|generic)\)'
there=$(dora c far chaddr=02:00:00:00:00:02 | jq -r .yiaddr) || fail "no lease on the late interface"
late_hit() {
	local n
	n=$(acks_xdp)
	renew c far "$there" 198.51.100.1 "$(mac s late)" chaddr=02:00:00:00:00:02 && more_acks_than "$n"
}
await 10 "a hit on the late interface" late_hit
expect "a hit on the other one" hit
ip -n "$ID-s" link del late
await 10 "the late interface to be gone" logged 'late is gone'
expect "a hit after it has gone" hit
# shellcheck disable=SC2012
equal "what is attached" "$(ls "$(pin)" | grep -c '^link_')" 1

# another program is there first, and goes
kill -STOP "$DPID"
veth s late c far
pass s late
pass c far
address s late 198.51.100.1/24
kill -CONT "$DPID"
await 15 "a warning" logged 'late: no fast path here'
ip -n "$ID-s" link set dev late xdp off
ip -n "$ID-s" link set late promisc on # any change is told
there=$(dora c far chaddr=02:00:00:00:00:02 | jq -r .yiaddr) || fail "no lease on the late interface"
await 15 "a hit where another program was" late_hit
