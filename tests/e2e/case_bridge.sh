#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# A bridge has no native XDP: mode auto is generic there, says so and answers, like the daemon byte for byte; mode
# native leaves it to the daemon, and says why.
. "$(dirname "$0")/lib.sh"

LIFETIME=600 MODE=auto IFACE=br0
namespace s
namespace c
veth s srv c cli
ip -n "$ID-s" link add br0 type bridge forward_delay 0
ip -n "$ID-s" link set srv master br0
ip -n "$ID-s" link set br0 up
address s br0 "$NET.1/24"
config
daemon
expect "the line that says which and why" logged 'br0: the fast path is generic, slower .*: br0: its driver cannot do native XDP$'
expect "the mode" logged 'serving on br0 \(link 1, 1 address, fast path: generic\)'
client=chaddr=02:00:00:00:00:01
addr=$(dora c cli $client | jq -r .yiaddr) || fail "no lease"
bridge=$(mac s br0)
hit() { by_xdp renew c cli "$addr" "$NET.1" "$bridge" $client; }
await 10 "a hit on the bridge" hit
both_ways "a renewal" renew c cli "$addr" "$NET.1" "$bridge" $client hex=1 xid=7
both_ways "a broadcast one" one c cli request $client ciaddr="$addr" src="$addr" hex=1 xid=8
equal "where XDP is" "$(ip -n "$ID-s" -j -d link | jq -r '[.[] | select(.xdp) | "\(.ifname) \(.xdp.mode)"] | join(",")')" "br0 2"

stop
MODE=native
config
daemon
expect "the line that says why there is none" logged 'br0: no fast path here, the daemon serves it alone: br0: its driver cannot do native XDP$'
before=$(acks_xdp)
renew c cli "$addr" "$NET.1" "$bridge" $client >/dev/null || fail "no renewal"
equal "ACKs by XDP" "$(acks_xdp)" "$before"
