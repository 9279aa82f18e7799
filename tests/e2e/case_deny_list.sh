#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# slow: 15
# A reload denies a client while it renews by XDP: once the command has answered neither side answers it, though the
# daemon is killed at that moment; its neighbour in the subnet and the clients of the other subnet never leave the fast
# path. What it gives back is taken. Denied no more, it is answered by the daemon once; who is not on a list of the
# allowed is not answered either.
. "$(dirname "$0")/lib.sh"

LIFETIME=600
rig
veth s srv2 c cli2
address s srv2 198.51.100.1/24
pass c cli2
IFACE="srv, srv2"
SUBNET="- id: 2
  subnet: 198.51.100.0/24
  pools: [{pool: 198.51.100.100 - 198.51.100.199}]"
config
daemon

neighbour=02:00:00:00:00:0c
a=$(dora c cli | jq -r .yiaddr)
n=$(dora c cli chaddr=$neighbour | jq -r .yiaddr)
b=$(dora c cli2 | jq -r .yiaddr)
renew_a() { renew c cli "$a" 192.0.2.1 "$(mac s srv)" "$@"; }
renew_n() { renew c cli "$n" 192.0.2.1 "$(mac s srv)" chaddr=$neighbour "$@"; }
renew_b() { renew c cli2 "$b" 198.51.100.1 "$(mac s srv2)" "$@"; }
fast_a() { by_xdp renew_a >/dev/null; }
# Requests that XDP has passed for these reasons
slow() { echo "$(verdict pass_gate_scope) $(verdict pass_form)"; }
silent() { # WHEN
	local before
	before=$(acks_xdp)
	renew_a wait=300 && fail "an answer $1"
	one c cli discover wait=300 && fail "an offer $1"
	equal "ACKs by XDP $1" "$(acks_xdp)" "$before"
	bound "$a" "$(mac c cli)" || fail "no lease $1"
}
others() { # WHEN
	by_xdp renew_n >/dev/null || fail "its neighbour is not XDP's $1"
	by_xdp renew_b >/dev/null || fail "the other subnet is not XDP's $1"
}
deny() { # LINE
	GLOBAL=$1
	config
	ctl reload >/dev/null
}

fast_a || fail "XDP does not answer"
others "at first"

# Renewals of all three for three seconds; in the middle the reload, and with its answer the daemon's end
renew_a count=300 every=10 wait=500 >"$DIR/a.replies" &
running_a=$!
PIDS+=("$running_a")
renew_n count=300 every=10 wait=500 >"$DIR/n.replies" &
running_n=$!
PIDS+=("$running_n")
renew_b count=300 every=10 wait=500 >"$DIR/b.replies" &
running_b=$!
PIDS+=("$running_b")
answered() { [ "$(grep -c '"ack"' "$DIR/a.replies")" -ge 50 ]; }
await 5 "renewals" answered
fast=$(acks_xdp)
before=$(cat "$DIR"/[anb].replies | wc -l)
deny "deny-hw-addresses: [$(mac c cli), 02:ff:*]"
at=$(cut -d' ' -f1 /proc/uptime)
crash
wait "$running_a" "$running_n" "$running_b"
acks=$(grep -c '"ack"' "$DIR/a.replies")
say "$acks of 300 renewals were answered before"
expect "some to be too late" test "$acks" -lt 299
# /proc/uptime is a hundredth behind
equal "answers after the reload" "$(jq -s --argjson at "$at" '[.[] | select(.sent > $at + 0.02)] | length' "$DIR/a.replies")" 0
equal "its neighbour's ACKs" "$(grep -c '"ack"' "$DIR/n.replies")" 300
equal "the other subnet's ACKs" "$(grep -c '"ack"' "$DIR/b.replies")" 300
expect "all of them to be XDP's" test "$(($(acks_xdp) - fast))" -ge $((600 + acks - before - 20))
fast=$(acks_xdp)
renew_a wait=300 && fail "an answer with the daemon dead"
equal "ACKs by XDP with the daemon dead" "$(acks_xdp)" "$fast"
others "with the daemon dead"

daemon
silent "after a restart"
others "after a restart"
expect "the reason in the log" logged "no answer: its hardware address is denied"
expect "the reason to be counted" test "$(statistic xdhcp-silent-hw-address-denied)" -ge 2

# What it gives back is taken, and what it had of XDP is as it was
one c cli release ciaddr="$a" src="$a" dst=192.0.2.1 dmac="$(mac s srv)" >/dev/null
await 5 "the lease to end" unbound "$a"

# Denied no more: the daemon once, then XDP
deny ""
equal "its address again" "$(dora c cli | jq -r .yiaddr)" "$a"
await 5 "XDP to answer again" fast_a
others "after all that"

# With a list of the allowed all others are denied
deny "allow-hw-addresses: [\"02:*\", $(mac c cli2)]"
silent "where it is not among the allowed"
others "of those who are allowed"
expect "the reason to be counted" test "$(statistic xdhcp-silent-hw-address-not-allowed)" -ge 2
equal "requests of theirs that were slow" "$(slow)" "0 0"
equal "internal failures" "$(verdict drop_internal)" 0

# Denied while there is no daemon: XDP goes on, and stops with the start
deny ""
await 5 "XDP to answer once more" fast_a
stop
fast_a || fail "XDP does not go on without a daemon"
GLOBAL="deny-hw-addresses: [$(mac c cli)]"
config
daemon
silent "after a start with the list"
others "after that start"
