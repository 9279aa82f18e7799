#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# A fast path smaller than the network, and one who takes an address here and there, so that each takes the slots of a whole
# /24: who comes too late is served by the daemon, which is said once; who is in the cache stays there; and when a /24 has no leases
# any more its slots go to one that has.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/attack.sh"

LIFETIME=600
NET=10.20.0
PREFIX=16
POOL="10.20.1.0 - 10.20.8.255"
FAST_PATH=", max-entries: 768" # three /24s
rig
config
daemon
smac=$(mac s srv)
capacity() { status | jq -c '."fast-path" | [.["slots-used"], .capacity]'; }
bystanders 20
equal "slots, used and in all, at first" "$(capacity)" "[256,768]"
bystanders_begin 300
note xdhcp-not-published-no-slot

take() { # N: an address in the N-th /24
	local addr=10.20.$1.10
	equal "the attacker's address" "$(dora c cli chaddr=02:66:00:00:00:0"$1" requested="$addr" | type_and_address)" "ack $addr"
}
give_back() { # N
	one c cli release chaddr=02:66:00:00:00:0"$1" ciaddr=10.20."$1".10 src=10.20."$1".10 dst=10.20.0.1 dmac="$smac" server=10.20.0.1 >/dev/null
	await 5 "the binding to end" unbound 10.20."$1".10
}
for n in 2 3 4 5 6 7 8; do take $n; done
equal "slots, used and in all" "$(capacity)" "[768,768]"
equal "ACKs without a slot" "$(since xdhcp-not-published-no-slot)" 5
equal "lines about it" "$(grep -c 'all 768 slots are given to other networks' "$(log)")" 1

# who has no slot is served, again and again, by the daemon
late=chaddr=02:00:00:00:00:01
addr=$(dora c cli $late requested=10.20.8.77 | jq -r .yiaddr)
equal "a late client's address" "$addr" 10.20.8.77
renews() { renew c cli "$addr" 10.20.0.1 "$smac" $late; }
for i in 1 2 3; do
	equal "a late client's renewal" "$(renews | jq -r .type)" ack
done
expect "it not to be in the cache" not in_txt "$addr"
equal "ACKs without a slot" "$(since xdhcp-not-published-no-slot)" 9
equal "lines about it" "$(grep -c 'all 768 slots are given to other networks' "$(log)")" 1

# a slot whose lease has ended is the next lease's of that address
give_back 2
equal "the next client's address" "$(dora c cli chaddr=02:00:00:00:00:02 requested=10.20.2.10 | jq -r .yiaddr)" 10.20.2.10
expect "it to be in the cache" in_txt 10.20.2.10
# a /24 without leases gives its slots away, not one that has some
give_back 3
cached() { renews >/dev/null && in_txt "$addr"; }
await 5 "the late client to be in the cache" cached
n=$(hits "$addr")
renews >/dev/null || fail "no renewal"
equal "the late client's renewals by XDP" "$(hits "$addr")" $((n + 1))
expect "the next client to have stayed in the cache" in_txt 10.20.2.10
equal "slots, used and in all, at the end" "$(capacity)" "[768,768]"

# the address that had one of these slots before: a lease like any other, without a slot now
take 3
expect "no slot for it" not in_txt 10.20.3.10
bystanders_end
daemon_bounded 100
all_covered

# and the next daemon finds it all as it is
crash
daemon
n=$(acks_xdp)
for a in "$addr 02:00:00:00:00:01" "10.20.2.10 02:00:00:00:00:02"; do
	expect "${a% *} to be in the cache after a crash" in_txt "${a% *}"
	renew c cli "${a% *}" 10.20.0.1 "$smac" chaddr="${a#* }" >/dev/null || fail "no renewal"
done
equal "ACKs by XDP after a crash" $(($(acks_xdp) - n)) 2
