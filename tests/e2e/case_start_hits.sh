#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# modes: native
# slow: 15
#
# Clients that XDP knows do not wait while a daemon loads a large store: hits go on through the whole start, however long it
# takes (it is halted in the middle of loading), none is lost, and the next daemon goes on from there. The start says how far it
# is. What an orderly stop has given back of the credit is restored at once after the start, not before it.
. "$(dirname "$0")/lib.sh"

LIFETIME=3600
NET=10.64.0
PREFIX=11
POOL="10.64.1.0 - 10.64.5.255"
ROWS=400000
rig
config
daemon
load dora -i cli -n 100 -o "$DIR/state" || fail "not every client got a lease"
load renew -i cli -s "$DIR/state" -r 1 >/dev/null || fail "the first renewals"
before=$(sql 'SELECT min(ack_until) FROM lease')
stop
expect "credit to be given back" test "$(sql 'SELECT max(ack_until) FROM lease')" -lt "$before"

# more leases, of clients that are not here
sqlite3 "$DIR/s.db" "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $ROWS)
	INSERT INTO lease (addr, subnet_id, generation, state, ended, chaddr, cltt, lifetime, promised, granted_until, ack_until, boot)
	SELECT $(as_number 10.72.0.0) + i, 1, 1000 + i, 1, 0, CAST(printf('%06d', i) AS BLOB), l.cltt, l.lifetime, l.promised, 0, l.promised, l.boot
	FROM n, (SELECT * FROM lease LIMIT 1) l"
equal "rows" "$(sql 'SELECT count(*) FROM lease')" $((ROWS + 100))

read -ra enter <<<"$(in_ns c)"
start=$(acks_xdp)
"${enter[@]}" "$LOADGEN" renew -i cli -s "$DIR/state" -r 40 --rate 1000 --retries 0 >"$DIR/renew.json" 2>"$DIR/renew.log" &
loader=$!
PIDS+=("$loader")
LOGS+=("$DIR/renew.log" "$DIR/renew.json")
await 10 "renewals under way" more_than "$((start + 200))" acks_xdp

: >>"$(log)"
LOG_FROM=$(stat -c %s "$(log)")
read -ra enter <<<"$(in_ns s)"
background "$(log)" "${enter[@]}" "$B/xdhcpd" -c "$DIR/$S.yaml"
DPID=$PID
echo "$DPID" >"$DIR/$S.pid"
until logged '^xdhcpd: start: maps: '; do
	alive "$DPID" || fail "xdhcpd ended at its start"
	sleep 0.01
done
kill -STOP "$DPID"
if logged '^xdhcpd: start: load: [0-9]+ leases in'; then fail "loading was over before it could be halted"; fi
n=$(acks_xdp)
await 5 "hits while the daemon loads" more_acks_than $((n + 1000))
kill -CONT "$DPID"
n=$(acks_xdp)
await 20 "the start" ready
expect "all to be loaded" logged "^xdhcpd: start: load: $((ROWS + 100)) leases in"
expect "progress, of more than a second" logged '^xdhcpd: start: load: [0-9]+ of [0-9]+ leases \([0-9]+ %\) after'
expect "nothing to be written before clients are served" logged '^xdhcpd: start: commit: 0 leases'
expect "hits all the while" more_acks_than "$n"
await 10 "the credit to be restored" eval '[ "$(sql "SELECT min(ack_until) FROM lease WHERE addr < $(as_number 10.72.0.0)")" -ge '"$((before - 2))"' ]'
status=0
wait "$loader" || status=$?
equal "loadgen's exit code" "$status" 0
equal "sent, acked, nak, lost, bad" "$(jq -c '[.sent, .acked, .nak, .lost, .bad]' "$DIR/renew.json")" "[4000,4000,0,0,0]"
equal "ACKs by XDP" "$(($(acks_xdp) - start))" 4000
