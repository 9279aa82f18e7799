#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# slow: 20
# A subnet that a reload deactivates while its clients renew by XDP: from then on none of them is answered, by
# neither side, also after restarts; the other subnet's clients do not leave the fast path; leases stay. Activated
# again, each is answered by the daemon once.
. "$(dirname "$0")/lib.sh"

LIFETIME=600
rig
veth s srv2 c cli2
address s srv2 198.51.100.1/24
pass c cli2
IFACE="srv, srv2"
second() { # ENABLED
	SUBNET="- id: 2
  subnet: 198.51.100.0/24
  enabled: $1
  pools: [{pool: 198.51.100.100 - 198.51.100.199}]"
	config
}
second true
daemon

a=$(dora c cli | jq -r .yiaddr)
b=$(dora c cli2 | jq -r .yiaddr)
renew_a() { renew c cli "$a" 192.0.2.1 "$(mac s srv)" "$@"; }
renew_b() { renew c cli2 "$b" 198.51.100.1 "$(mac s srv2)" "$@"; }
fast_b() { # a renewal that XDP answers
	local n
	n=$(acks_xdp)
	renew_b >/dev/null && more_acks_than "$n"
}
uptime() { cut -d' ' -f1 /proc/uptime; }
# Since the gate: 2, whose id, among the scopes' records.
gate() { "$BPFTOOL" -j map dump pinned "$(pin)/policy" | jq '.[].formatted.value | select(.kind == 3 and .id == 2) | .closed'; }
silent() { # WHEN
	local before
	before=$(acks_xdp)
	renew_b wait=700 && fail "an answer $1"
	one c cli2 discover wait=300 && fail "an offer $1"
	one c cli2 request requested="$b" wait=300 && fail "an answer to a reboot $1"
	equal "ACKs by XDP $1" "$(acks_xdp)" "$before"
	equal "the gate $1" "$(gate)" 1
	bound "$b" "$(mac c cli2)" || fail "no lease $1"
}

await 5 "XDP to answer" fast_b
equal "the gate at first" "$(gate)" 0

# 300 renewals of each in three seconds; the reload falls in the middle
slow=$(statistic pkt4-ack-sent)
fast=$(acks_xdp)
renew_a count=300 every=10 wait=500 >"$DIR/a.replies" &
PIDS+=($!)
running_a=$!
renew_b count=300 every=10 wait=500 >"$DIR/b.replies" &
PIDS+=($!)
running_b=$!
answered() { [ "$(grep -c '"ack"' "$DIR/b.replies")" -ge 50 ]; }
await 5 "renewals" answered
second false
ctl reload >/dev/null
at=$(uptime)
wait "$running_a" "$running_b"
equal "the other subnet's ACKs" "$(grep -c '"ack"' "$DIR/a.replies")" 300
b_acks=$(grep -c '"ack"' "$DIR/b.replies")
say "$b_acks of 300 renewals were answered before"
expect "some to be too late" test "$b_acks" -lt 299
# /proc/uptime is a hundredth behind
equal "answers after the reload" "$(jq -s --argjson at "$at" '[.[] | select(.sent > $at + 0.02)] | length' "$DIR/b.replies")" 0
equal "ACKs by XDP, all of them" "$(($(acks_xdp) - fast))" $((300 + b_acks))
equal "ACKs by the daemon" "$(($(statistic pkt4-ack-sent) - slow))" $((300 + b_acks))
expect "the reason in the log" logged "via srv2: no answer: .*(deactivated|disabled|enabled)"

silent "after the reload"
stop
daemon
silent "after a restart"
crash
daemon
silent "after a crash"

# Activated again: the daemon once, then XDP
second true
before=$(acks_xdp)
ctl reload >/dev/null
renew_b >/dev/null || fail "no answer when activated again"
equal "ACKs by XDP: the first is slow" "$(acks_xdp)" "$before"
equal "the gate again" "$(gate)" 0
await 5 "XDP to answer again" fast_b
bound "$b" "$(mac c cli2)" || fail "another lease than before"

# Deactivated while there was no daemon: XDP went on, and stops with the start
stop
before=$(acks_xdp)
renew_b >/dev/null || fail "XDP does not go on without a daemon"
expect "an ACK by XDP" more_acks_than "$before"
second false
daemon
silent "after a start with another configuration"
