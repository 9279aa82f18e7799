#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# modes: native generic
# slow: 100
#
# A minute and a half of storm (tests/crash/storm.c) by 3,000 clients over 2,048 addresses with leases of 10 s: no
# address with two holders, and every promise in the store while it is in use.
. "$(dirname "$0")/lib.sh"

LIFETIME=10
NET=10.20.0
PREFIX=16
POOL="10.20.1.0 - 10.20.8.255"
GLOBAL="decline-probation-period: 5
loggers: [{name: xdhcpd, severity: WARN}]"
ready() { answers_status; }
rig
config
daemon
read -ra enter <<<"$(in_ns c)"
background "$DIR/storm.log" "${enter[@]}" "$B/tests/crash/storm" -i cli -n 3000 -t 90 -r 6000 -d -l "$DIR/promises"
storm=$PID
LOGS+=("$DIR/storm.log")
await 10 "promises" test -s "$DIR/promises"
while alive "$storm"; do
	sleep 10
	# what is promised while the store is being read is not in it yet
	covered "$DIR/s.db" "$DIR/promises" "$(($(boottime) - 1))" || fail "a promise is not covered"
done
status=0
wait "$storm" || status=$?
cat "$DIR/storm.log"
equal "storm's exit code" "$status" 0
equal "requests of holders without an answer" "$(tail -n 1 "$DIR/storm.log" | jq .unanswered)" 0
expect "most of the load to be XDP's" test "$(acks_xdp)" -gt $(($(tail -n 1 "$DIR/storm.log" | jq .acked) / 2))
