#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# modes: native generic
# slow: 20
#
# An interface that does everything to its server: down and up, deleted and made anew under load, renamed, with another MAC, without its
# address, in another namespace, gone while the daemon is dead. Its client keeps its lease and is renewed by XDP when the interface is
# back; clients of the other interface notice nothing; of what is gone no pin stays.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/attack.sh"

LIFETIME=600
second_subnet
rig
namespace d
namespace e
# make_link [INDEX]
smac2=02:00:00:00:99:01
make_link() {
	# shellcheck disable=SC2086
	ip -n "$ID-s" link add srv2 ${1:+index $1} address $smac2 type veth peer name cli2 netns "$ID-d"
	inside s ethtool -K srv2 tx off >/dev/null
	inside d ethtool -K cli2 tx off >/dev/null
	ip -n "$ID-d" link set cli2 up
	pass d cli2
}
bring_up() { # what a link loses when it goes
	ip -n "$ID-s" link set srv2 up
	address s srv2 192.0.3.1/24
}
index_of() { ip -n "$ID-s" -j link show srv2 | jq '.[0].ifindex'; }
make_link
bring_up
config
daemon
client="chaddr=02:00:00:00:00:01 host=one prl=1,3,6"
# shellcheck disable=SC2086
addr=$(dora d cli2 $client | jq -r .yiaddr)
row() { sql "SELECT addr, hex(chaddr), generation, state FROM lease WHERE subnet_id = 2"; }
lease_before=$(row)
bystanders 20
bystanders_begin 300
# shellcheck disable=SC2086
rebind() { one d cli2 request $client ciaddr="$addr" src="$addr" wait=${1:-300}; }
hit() { # a renewal, and by XDP
	local n
	n=$(hits "$addr")
	rebind 300 >/dev/null && [ "$(hits "$addr")" -gt "$n" ]
}
pinned() { find "$(pin)" -name 'link_*' | wc -l; }
deaf() { ! rebind 200 >/dev/null; }
# back WHAT: served again, by XDP, and nothing was lost
back() {
	await 10 "$1: renewals by XDP" hit
	equal "$1: the lease" "$(row)" "$lease_before"
	equal "$1: pinned links" "$(pinned)" 2
	expect "$1: the daemon to live" alive "$DPID"
}
back "at first"

# shellcheck disable=SC2086
flood() { # requests and more until the link breaks under it
	local enter
	read -ra enter <<<"$(in_ns d)"
	background "$DIR/flood" "${enter[@]}" "$DHCPONE" cli2 request $client ciaddr="$addr" src="$addr" count=100000 every=0.3 quiet=1
	FLOOD=$PID
	background "$DIR/flood" "${enter[@]}" "$DHCPONE" cli2 discover vary=chaddr count=100000 every=1 quiet=1
	FLOOD2=$PID
}
still() {
	kill "$FLOOD" "$FLOOD2" 2>/dev/null || :
	wait "$FLOOD" "$FLOOD2" 2>/dev/null || :
}

for i in 1 2 3; do
	ip -n "$ID-s" link set srv2 down
	[ $i != 3 ] || expect "down: no answer" deaf
	ip -n "$ID-s" link set srv2 up
done
back "down and up"

for i in 1 2; do
	index=$(index_of)
	flood
	sleep 0.2
	ip -n "$ID-s" link del srv2
	await 5 "deleted: its pin to go" test ! -e "$(pin)/link_$index"
	still
	make_link
	bring_up
	back "deleted and made anew ($i)"
done
index=$(index_of)
ip -n "$ID-s" link del srv2
make_link "$index"
bring_up
back "made anew under the same index"

goings() { grep -c 'srv2 is gone or not to be served any more' "$(log)"; }
n=$(goings)
ip -n "$ID-s" link set srv2 name other
await 5 "renamed: not to be served" more_than "$n" goings
expect "renamed: no answer under another name" deaf
equal "renamed: pinned links" "$(pinned)" 1
ip -n "$ID-s" link set other name srv2
back "renamed and named back"

ip -n "$ID-s" link set srv2 address 02:00:00:00:99:02
new_mac() { [ "$(rebind | jq -r .smac)" = 02:00:00:00:99:02 ]; }
await 5 "another MAC: answers from it" new_mac
back "another MAC"
equal "another MAC: answers by XDP from it" "$(rebind | jq -r .smac)" 02:00:00:00:99:02
ip -n "$ID-s" link set srv2 address $smac2

ip -n "$ID-s" address flush dev srv2
await 5 "no address: no answer" deaf
ip -n "$ID-s" address add 192.0.3.1/24 brd + dev srv2
back "its address removed and added"

ip -n "$ID-s" link set srv2 netns "$ID-e"
await 5 "moved away: its pin to go" equal_silent 1 pinned
ip -n "$ID-e" link set srv2 up
ip -n "$ID-e" address add 192.0.3.1/24 dev srv2
expect "moved away: no answer from there" deaf
has_program() { ip -n "$ID-$1" -d link show "$2" | grep -q prog/xdp; }
expect "moved away: no program left on it" not has_program e srv2
ip -n "$ID-e" link set srv2 netns "$ID-s"
bring_up
back "moved to another namespace and back"
expect "moved back: a program on it" has_program s srv2

bystanders_end
daemon_bounded 100
all_covered

# gone while nobody looks: XDP goes on for the others, the next daemon prunes what is left of it
crash
ip -n "$ID-s" link del srv2
expect "renewals of the others while the daemon is dead" load renew -i cli -s "$DIR/bystanders" -r 2
daemon
equal "deleted while the daemon was dead: pinned links" "$(pinned)" 1
make_link
bring_up
back "deleted while the daemon was dead"
