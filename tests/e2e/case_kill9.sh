#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# kill -9 of the daemon under renewal load: no renewal is lost while it is dead nor at its restart, the maps
# keep their ids, hits and grants go on, all leases are there, and every promise is covered by the store.
. "$(dirname "$0")/lib.sh"

LIFETIME=60
NET=10.20.0
PREFIX=16
POOL="10.20.1.0 - 10.20.5.255"
rig
config
daemon
load dora -i cli -n 500 -o "$DIR/state" || fail "not every client got a lease"
load renew -i cli -s "$DIR/state" -r 1 >/dev/null || fail "the first renewals"
equal "leases" "$(live_leases)" 500
ids=$(map_ids)
slow=$(verdict pass_form)

start=$(acks_xdp)
read -ra enter <<<"$(in_ns c)"
"${enter[@]}" "$LOADGEN" renew -i cli -s "$DIR/state" -r 48 --rate 2000 --retries 0 -l "$DIR/promises" >"$DIR/renew.json" 2>"$DIR/renew.log" &
loader=$!
PIDS+=("$loader")
LOGS+=("$DIR/renew.log" "$DIR/renew.json")
await 10 "renewals under way" more_than "$((start + 2000))" acks_xdp
crash
dead=$(acks_xdp)
cp "$DIR/s.db" "$DIR/dead.db"
cp "$DIR/s.db-wal" "$DIR/dead.db-wal" 2>/dev/null || :
lines=$(leases_txt | grep -c ' 10\.20\.')
equal "leases in leases_txt with the daemon dead" "$lines" 500
await 10 "XDP to go on with the daemon dead" more_than "$((dead + 4000))" acks_xdp
say "$(($(acks_xdp) - dead)) renewals answered with the daemon dead"
daemon
again=$(acks_xdp)
equal "map ids" "$(map_ids)" "$ids"
expect "a line about adoption" logged ' 500 slots adopted'
equal "leases" "$(live_leases)" 500
await 10 "XDP to go on with the new daemon" more_than "$((again + 2000))" acks_xdp
status=0
wait "$loader" || status=$?
cat "$DIR/renew.json"
equal "loadgen's exit code" "$status" 0
equal "sent, acked, nak, lost, bad" "$(jq -c '[.sent, .acked, .nak, .lost, .bad]' "$DIR/renew.json")" "[24000,24000,0,0,0]"
equal "renewals that the cache did not know" "$(verdict pass_form)" "$slow"
equal "ACKs by XDP" "$(($(acks_xdp) - start))" 24000
promises "$DIR/promises" >"$DIR/p"
covered "$DIR/dead.db" "$DIR/p" || fail "a promise is not covered by the store as the crash left it"
covered "$DIR/s.db" "$DIR/p" || fail "a promise is not covered by the store"
