#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# slow: 30
#
# The server is away (daemon dead, fast path switched off) for longer than T2: the client rebinds, finds it
# back, and keeps its address. Then the operator switches the fast path on again and XDP answers.
. "$(dirname "$0")/lib.sh"

LIFETIME=40
GLOBAL="renew-timer: 4
rebind-timer: 9"
rig
config
daemon

client_dhclient c1 c cli
await 20 "dhclient to be bound" happened c1 '^BOUND '
addr=$(address_of c1)
await 10 "a renewal by XDP" more_than 0 verdict ack_renewing
crash
ctl fast-path off >/dev/null || fail "fast-path off with the daemon dead"
acks=$(acks_xdp)
rebinding() { sed -n '/^bound to/,$p' "$DIR/c1.log" | grep -q 'DHCPREQUEST .* to 255.255.255.255'; }
await 30 "dhclient to rebind" rebinding
equal "ACKs by XDP while it is off" "$(acks_xdp)" "$acks"
expect "REQUESTs to be passed for the operator's gate" more_than 0 verdict pass_gate_operator

n=$(times c1 '^(RENEW|REBIND) ')
daemon
expect "a word about the closed gate" logged 'gate is closed|fast-path off'
await 30 "dhclient to be renewed" times_more c1 '^(RENEW|REBIND) ' "$n"
equal "ACKs by XDP: the gate is honoured at the start" "$(acks_xdp)" "$acks"
equal "the address" "$(address_of c1)" "$addr"
expect "it never to expire" not happened c1 '^(EXPIRE|FAIL)'

ctl fast-path on >/dev/null || fail "fast-path on"
await 20 "XDP to answer again" more_than "$acks" acks_xdp
equal "the address" "$(address_of c1)" "$addr"
