#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# A bridge has no native XDP, and to a generic one frames of VLANs would look untagged: the kernel takes a tag off before
# the bridge has the frame. In every mode the daemon serves it alone, says so in one line, and answers no tagged frame.
. "$(dirname "$0")/lib.sh"

LIFETIME=600 IFACE=br0
no_generic='to generic XDP on br0 frames of VLANs would look untagged'
namespace s
namespace c
veth s srv c cli
ip -n "$ID-s" link add br0 type bridge forward_delay 0
ip -n "$ID-s" link set srv master br0
ip -n "$ID-s" link set br0 up
address s br0 "$NET.1/24"
client=chaddr=02:00:00:00:00:01
attached() { ip -n "$ID-s" -j -d link | jq -r '[.[] | select(.xdp) | .ifname] | join(",")'; }

for MODE in auto native generic; do
	case $MODE in
	auto) why="br0: its driver cannot do native XDP, and $no_generic" ;;
	native) why='br0: its driver cannot do native XDP' ;;
	generic) why=$no_generic ;;
	esac
	config
	daemon
	expect "the line that says why ($MODE)" logged "br0: no fast path here, the daemon serves it alone: $why\$"
	expect "the mode ($MODE)" logged 'serving on br0 \(link 1, 1 address, fast path: none\)'
	equal "where XDP is ($MODE)" "$(attached)" ""
	addr=$(dora c cli $client | jq -r .yiaddr) || fail "no lease"
	before=$(acks_xdp)
	for i in 1 2; do
		renew c cli "$addr" "$NET.1" "$(mac s br0)" $client >/dev/null || fail "no renewal $i ($MODE)"
		equal "the answer to INIT-REBOOT" \
			"$(one c cli request $client requested="$addr" wait=1000 | type_and_address)" "ack $addr"
		equal "answers in VLAN 20" "$(one c cli request $client requested="$addr" vlan=20 wait=300)" ""
	done
	equal "ACKs by XDP ($MODE)" "$(acks_xdp)" "$before"
	stop
done
