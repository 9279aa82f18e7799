#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# slow: 10
#
# While addresses are probed, nobody else waits: clients get and renew what they have, and other probes begin, before the
# first offer that is probed leaves. Who sends again meanwhile is not probed for twice, and gets one offer.
. "$(dirname "$0")/lib.sh"

LIFETIME=600
rig
config
daemon
clients=$(seq 10 29)
for i in $clients; do dora c cli chaddr=02:00:00:00:00:$i >/dev/null || fail "no lease for $i"; done
GLOBAL="conflict-detection: {method: arp, timeout: 6000}"
config
ctl reload >/dev/null
ctl fast-path off >/dev/null

read -ra enter <<<"$(in_ns c)"
background "$DIR/first" "${enter[@]}" "$DHCPONE" cli discover chaddr=02:00:00:00:01:01 wait=20000
await 5 "the first probe" equal_silent 1 statistic xdhcp-probes-waiting
background "$DIR/second" "${enter[@]}" "$DHCPONE" cli discover chaddr=02:00:00:00:01:02 xid=7 wait=20000
await 5 "the second probe" equal_silent 2 statistic xdhcp-probes-waiting
again() { one c cli discover chaddr=02:00:00:00:01:02 wait=1; }
for i in $clients; do dora c cli chaddr=02:00:00:00:00:$i >"$DIR/ack" || fail "no lease for $i meanwhile"; done
expect "no answer to a copy meanwhile" not again
replaced() { statistic xdhcp-drop-probe-replaced; }
await 2 "the copy to take its place" equal_silent 1 replaced
equal "probes that go on" "$(statistic xdhcp-probes-waiting)" 2
expect "no offer yet" test ! -s "$DIR/first" -a ! -s "$DIR/second"
await 15 "the first offer" grep -q '"offer"' "$DIR/first"
await 15 "the end of the second probe" equal_silent 0 statistic xdhcp-probes-waiting
equal "probes" "$(statistic xdhcp-probes-sent)" 2
# the copy had another xid: it is the one that was answered
expect "an offer to the copy alone" test ! -s "$DIR/second"
offers=$(statistic pkt4-offer-sent)
equal "offers" "$offers" $((2 * 20 + 2))
equal "nothing left out" "$(statistic xdhcp-probes-left-out)" 0
