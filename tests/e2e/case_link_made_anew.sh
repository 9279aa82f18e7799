#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# An interface that is made anew while nobody looks (the daemon sees both ends of the change in
# one scan): with other addresses it is answered for with those, never with what an
# earlier one had; under the same index it is served again, by both paths.
. "$(dirname "$0")/lib.sh"

LIFETIME=600
rig
srv_mac=$(mac s srv)
config
daemon
client=chaddr=02:00:00:00:00:01
addr=$(dora c cli $client | jq -r .yiaddr) || fail "no lease"

rebind() { one c cli request $client ciaddr="$addr" src="$addr" wait=1500; }
served_by() { [ "$(rebind | jq -r .server)" = "$1" ]; }
hit() { by_xdp served_by "$1"; }

# anew ADDRESS [INDEX]: deleted and made again between two looks of the daemon.
anew() {
	kill -STOP "$(daemon_pid)"
	ip -n "$ID-s" link del srv
	# shellcheck disable=SC2086
	ip -n "$ID-s" link add srv ${2:+index $2} type veth peer name cli netns "$ID-c"
	inside s ethtool -K srv tx off >/dev/null
	inside c ethtool -K cli tx off >/dev/null
	ip -n "$ID-s" link set srv address "$srv_mac" up
	ip -n "$ID-c" link set cli up
	pass c cli
	address s srv "$1/24"
	kill -CONT "$(daemon_pid)"
}

await 10 "the first interface's hits" hit "$NET.1"
anew "$NET.2"
await 20 "hits with the second's address" hit "$NET.2"
anew "$NET.1"
await 20 "hits with the third's address" hit "$NET.1"
for _ in 1 2 3 4; do
	expect "nothing but its own address" served_by "$NET.1"
done

index=$(ip -n "$ID-s" -j link show srv | jq '.[0].ifindex')
anew "$NET.1" "$index"
await 20 "the same index to be served again" hit "$NET.1"
