#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# slow: 12
#
# A sync of the store takes half a second: nothing is sent before it is done, the renewals that XDP answers are as
# many as were asked, the control channel answers, and nobody goes without.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/store_fault.sh"

NET=10.20.0
PREFIX=16
fault_rig
POOL="10.20.1.0 - 10.20.2.255"
faulty_disk
config
daemon
SMAC=$(mac s srv)
load dora -i cli -n 100 -o "$DIR/state" >/dev/null || fail "not every client got a lease"
load renew -i cli -s "$DIR/state" -r 1 >/dev/null || fail "the first renewals"
disk sync-ms=500
: >"$DIR/fault.log"

# XDP's clients beside one that needs the disk
before=$(acks_xdp)
read -ra enter <<<"$(in_ns c)"
"${enter[@]}" "$LOADGEN" renew -i cli -s "$DIR/state" -r 30 --rate 1000 --retries 0 -l "$DIR/promises" >"$DIR/renew.json" 2>"$DIR/renew.log" &
loader=$!
PIDS+=("$loader")
LOGS+=("$DIR/renew.log" "$DIR/renew.json")
for i in 1 2 3; do
	one c cli discover chaddr=02:00:00:00:01:0$i wait=5000 >"$DIR/offer" || fail "no OFFER"
	one c cli request chaddr=02:00:00:00:01:0$i requested="$(jq -r .yiaddr "$DIR/offer")" server="$NET.1" wait=5000 \
		>>"$DIR/acks" || fail "no ACK"
	ctl status >"$DIR/status" || fail "the control channel does not answer"
done
status=0
wait "$loader" || status=$?
equal "loadgen's exit code" "$status" 0
equal "sent, acked, nak, lost, bad" "$(jq -c '[.sent, .acked, .nak, .lost, .bad]' "$DIR/renew.json")" "[3000,3000,0,0,0]"
expect "all of them to be XDP's" test "$(($(acks_xdp) - before))" -ge 3000
equal "ACKs of those who need the disk" "$(wc -l <"$DIR/acks")" 3

# each of these ACKs came after a sync of the log that had begun after its request
jq -r '"\(.sent) \(.at)"' "$DIR/acks" >"$DIR/acked"
early=$(awk 'FNR == NR { if ($3 == 0 && $4 ~ /-wal$/) { n++; b[n] = $1; e[n] = $2 }; next }
	{ ok = 0; for (i = 1; i <= n; i++) if (b[i] >= $1 && e[i] <= $2) ok = 1; if (!ok) print }' "$DIR/fault.log" "$DIR/acked")
equal "ACKs before the sync was done" "$early" ""
equal "failures" "$(statistic xdhcp-commits-failed)" 0

# a storm: slow, but nobody is forgotten and nothing uncovered
RATE=60
storm_starts
sleep 4
covered "$DB" "$PROMISES" "$(($(boottime) - 1))" || fail "a promise is not in the store"
disk
fault_over
promises "$DIR/promises" >"$DIR/p"
covered "$DB" "$DIR/p" || fail "a promise of XDP's is not in the store"
