#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# A RELEASE and a thousand copies of its client's REQUEST, read at once: what waits for the ending costs few commits,
# and both the client and another one are answered.
. "$(dirname "$0")/lib.sh"

LIFETIME=600
client=chaddr=02:00:00:00:00:01 other=chaddr=02:00:00:00:00:02
rig
config
daemon
smac=$(mac s srv)
ctl fast-path off >/dev/null
addr=$(dora c cli $client | jq -r .yiaddr)
read -ra enter <<<"$(in_ns c)"
received() { ip -n "$ID-s" -s -j link show dev srv | jq '.[0].stats64.rx.packets'; }
before=$(statistic xdhcp-commits)
seen=$(received)
kill -STOP "$DPID"
one c cli release $client ciaddr="$addr" src="$addr" dst=192.0.2.1 dmac="$smac" server=192.0.2.1 >/dev/null
background "$DIR/client" "${enter[@]}" "$DHCPONE" cli request $client requested="$addr" count=1000 every=0 wait=8000
background "$DIR/other" "${enter[@]}" "$DHCPONE" cli discover $other wait=20000
await 15 "all to be sent" more_than $((seen + 1001)) received
kill -CONT "$DPID"
await 5 "the client's answer" grep -q '"type":"ack"' "$DIR/client"
await 5 "the other's offer" grep -q '"type":"offer"' "$DIR/other"
settled() { [ "$(statistic pkt4-release-received) $(statistic pkt4-request-received)" = "1 1001" ]; }
await 5 "all to be read" settled
# of the copies read with the first, and before the ending, all but the last
expect "copies to be dropped" test "$(status | jq .drops.deferred)" -ge 62
bound_again() { [ "$(lease_field "$addr" state)" = 0 ]; }
await 5 "the client's lease" bound_again
commits=$(($(statistic xdhcp-commits) - before))
say "$commits commits"
expect "few commits, not $commits" test "$commits" -le 20
