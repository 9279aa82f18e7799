#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# modes: native generic
#
# fast-path.limits.client-rate: a client that repeats its renewal without end gets an ACK as often as is allowed; the rest is dropped
# and reaches nobody. Others do not notice. The limit comes and goes by a reload.
. "$(dirname "$0")/lib.sh"

LIFETIME=600
rig
config
daemon
load dora -i cli -n 20 --batch -o "$DIR/state" >/dev/null || fail "no leases"
load renew -i cli -s "$DIR/state" -r 1 >/dev/null || fail "the first renewals"
a=$(dora c cli | jq -r .yiaddr)
smac=$(mac s srv)
# repeat N: of N renewals at once so many were answered
repeat() { renew c cli "$a" 192.0.2.1 "$smac" count="$1" every=0 wait=300 | grep -c '"type":"ack"' || :; }
repeat 1 >/dev/null # its form is known from here on
equal "renewals answered without a limit" "$(repeat 50)" 50
equal "drops without a limit" "$(verdict drop_client_rate)" 0

# an ACK in a hundred seconds: none comes for the time that this takes
limits "client-rate: 0.01, client-burst: 3"
slow() { verdicts | jq '[to_entries[] | select(.key | startswith("pass_")) | select(.key | startswith("pass_not") | not) | .value] | add'; }
passed=$(slow) acks=$(acks_xdp)
equal "renewals answered at its rate" "$(repeat 50)" 3
equal "ACKs" "$(($(acks_xdp) - acks))" 3
equal "drops" "$(verdict drop_client_rate)" 47
equal "what has reached the daemon of it" "$(slow)" "$passed"
promised=$(hits "$a")
equal "renewals answered a little later" "$(repeat 20)" 0
equal "its hits" "$(hits "$a")" "$promised"
for ((i = 0; i < 3; i++)); do
	load renew -i cli -s "$DIR/state" -r 1 --retries 0 >/dev/null || fail "others are hampered"
done
status=0
load renew -i cli -s "$DIR/state" -r 1 --retries 0 --timeout 200 >"$DIR/renew.json" 2>/dev/null || status=$?
equal "renewals of others beyond their own rate" "$status $(jq -c '[.acked, .lost]' "$DIR/renew.json")" "1 [0,20]"
equal "drops in the status" "$(status | jq -c '[.drops.xdp, .drops."xdp-by-reason".drop_client_rate]')" "[87,87]"
equal "the statistic" "$(statistic xdhcp-xdp-drop-client-rate)" 87
equal "the sum of all drops" "$(statistic pkt4-receive-drop)" 87

# a higher one is in force at once; then none
limits "client-rate: 1000, client-burst: 30"
n=$(repeat 30)
expect "renewals at the higher rate, not $n" test "$n" = 30
limits ""
equal "renewals answered without a limit" "$(repeat 50)" 50
load renew -i cli -s "$DIR/state" -r 5 --retries 0 >/dev/null || fail "renewals are lost without a limit"
equal "drops without a limit" "$(verdict drop_client_rate)" 87
