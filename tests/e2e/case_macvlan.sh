#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# A macvlan has no native XDP, and to a generic one frames of VLANs would look untagged: the daemon serves it alone, says
# so, and answers no tagged frame. Beneath it its lower device, served natively, is a link of its own: each answers with
# its own address, and each client only where its lease is.
. "$(dirname "$0")/lib.sh"

LIFETIME=600 MODE=auto IFACE='mv0, srv'
SUBNET='- {id: 2, subnet: 198.51.100.0/24, pools: [{pool: 198.51.100.100 - 198.51.100.199}]}'
namespace s
namespace c
veth s srv c cli
pass c cli
ip -n "$ID-s" link add link srv name mv0 type macvlan mode bridge
ip -n "$ID-s" link set mv0 up
address s mv0 "$NET.1/24"
address s srv 198.51.100.1/24
config
daemon
expect "the line that says why there is none" logged 'mv0: no fast path here, the daemon serves it alone: mv0: its driver cannot do native XDP, and to generic XDP on mv0 frames of VLANs would look untagged$'
expect "the lower device's mode" logged 'serving on srv .*fast path: native\)'
macvlan=$(mac s mv0) lower=$(mac s srv)
# to one of them alone: what is broadcast reaches both
lease_at() { # CHADDR MAC: of the server at that MAC
	local offer
	offer=$(one c cli discover chaddr="$1" dmac="$2") || return 1
	one c cli request chaddr="$1" dmac="$2" requested="$(jq -r .yiaddr <<<"$offer")" server="$(jq -r .server <<<"$offer")"
}
upper=$(lease_at 02:00:00:00:00:01 "$macvlan" | jq -r .yiaddr) || fail "no lease on the macvlan"
beneath=$(lease_at 02:00:00:00:00:02 "$lower" | jq -r .yiaddr) || fail "no lease on the lower device"
answered() { [ "$(renew c cli "$2" "$3" "$4" chaddr="$1" | jq -r .server)" = "$3" ]; } # CHADDR ADDRESS SERVER MAC
hit() { by_xdp answered "$@"; }
before=$(acks_xdp)
for i in 1 2; do
	answered 02:00:00:00:00:01 "$upper" "$NET.1" "$macvlan" || fail "no renewal $i on the macvlan"
	equal "answers in VLAN 20" \
		"$(one c cli request chaddr=02:00:00:00:00:01 requested="$upper" vlan=20 wait=300)" ""
done
equal "ACKs by XDP on the macvlan" "$(acks_xdp)" "$before"
await 10 "a hit on the lower device" hit 02:00:00:00:00:02 "$beneath" 198.51.100.1 "$lower"
both_ways "the macvlan's renewal" renew c cli "$upper" "$NET.1" "$macvlan" chaddr=02:00:00:00:00:01 hex=1 xid=7
both_ways "the lower device's" renew c cli "$beneath" 198.51.100.1 "$lower" chaddr=02:00:00:00:00:02 hex=1 xid=8
both_ways "the macvlan's client at the lower device" \
	renew c cli "$upper" "$NET.1" "$lower" chaddr=02:00:00:00:00:01 hex=1 xid=9 wait=600
