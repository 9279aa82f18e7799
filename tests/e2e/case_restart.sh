#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# An orderly stop and start: XDP answers in between, the maps keep their ids, the next daemon says that it has
# adopted the cache, hits and grants go on, and no ICMP unreachable leaves, whether a daemon runs or not.
. "$(dirname "$0")/lib.sh"

LIFETIME=600
rig
config
daemon
capture=$DIR/icmp.txt
read -ra enter <<<"$(in_ns c)"
background "$capture" "${enter[@]}" tcpdump -n -l -i cli 'icmp and src host 192.0.2.1'
await 10 "tcpdump" grep -q 'listening on' "$capture"

addr=$(dora c cli | jq -r .yiaddr)
# the address is there, so that the server's kernel could deliver an ICMP
ip -n "$ID-c" address add "$addr/24" dev cli
again() { renew c cli "$addr" 192.0.2.1 "$(mac s srv)" wait=1500; }
slow() { renew c cli "$addr" 192.0.2.1 "$(mac s srv)" wait=1500 prl="1,3,$1"; }
again >/dev/null || fail "no renewal"
slow 6 >/dev/null || fail "no slow renewal"
ids=$(map_ids)
hits=$(lease_field "$addr" hits)
acks=$(acks_xdp)
equal "hits" "$hits $acks" "1 1"

stop
expect "leases_txt to show the lease without a daemon" in_txt "$addr"
again >/dev/null || fail "no renewal without a daemon"
daemon
expect "a line about adoption" logged ' 1 slots adopted'
equal "map ids" "$(map_ids)" "$ids"
expect "the lease to be there" bound "$addr" "$(mac c cli)"
again >/dev/null || fail "no renewal after the restart"
equal "hits go on" "$(lease_field "$addr" hits)" 3
equal "ACKs by XDP go on" "$(acks_xdp)" 3
slow 15 >/dev/null || fail "no slow renewal after the restart"
if grep -q 'unreachable' "$capture"; then
	cat "$capture"
	fail "an ICMP unreachable left"
fi

# the same without a daemon behind: now the kernel has to complain, or this case could not have seen it
stop
slow 28 && fail "an answer without a daemon"
await 5 "an ICMP unreachable without a daemon" grep -q 'unreachable' "$capture"
