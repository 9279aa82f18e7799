#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# A machine and its clone with the same client id, for which there is a reservation with options of its own: each is
# answered with the same frame by XDP and by the daemon, while the first holds the reservation and after its RELEASE.
. "$(dirname "$0")/lib.sh"

LIFETIME=600
SUBNET='  reservations: [{client-id: "01aabbcc", ip-address: 192.0.2.77, hostname: original,
    option-data: [{name: domain-name-servers, data: 192.0.2.8}]}]'
rig
config
daemon
smac=$(mac s srv)
first="chaddr=02:00:00:00:00:0a cid=01aabbcc prl=1,3,6,12"
clone="chaddr=02:00:00:00:00:0b cid=01aabbcc prl=1,3,6,12"
# shellcheck disable=SC2086 # words
{
	equal "the first's address and DNS server" \
		"$(dora c cli $first | jq -r '.yiaddr + " " + .dns')" "192.0.2.77 192.0.2.8"
	addr=$(dora c cli $clone | jq -r .yiaddr)
	expect "another address for the clone, not '$addr'" test -n "$addr" -a "$addr" != 192.0.2.77
	again_first() { renew c cli 192.0.2.77 192.0.2.1 "$smac" $first xid=7 hex=1 wait=1500; }
	again_clone() { renew c cli "$addr" 192.0.2.1 "$smac" $clone xid=7 hex=1 wait=1500; }
}

both_ways "the first" again_first
equal "its reply" "$(jq -r '.type + " " + .dns' <<<"$REPLY")" "ack 192.0.2.8"
both_ways "the clone" again_clone
equal "its reply" "$(jq -r .type <<<"$REPLY")" ack
n=$(acks_xdp)
again_first >/dev/null || fail "no renewal"
expect "XDP to have answered the first" more_acks_than "$n"

# shellcheck disable=SC2086
one c cli release $first ciaddr=192.0.2.77 src=192.0.2.77 dst=192.0.2.1 dmac="$smac" server=192.0.2.1 >/dev/null
await 10 "the first's lease to end" unbound 192.0.2.77
both_ways "the clone after the first's RELEASE" again_clone
