#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# modes: native generic
# slow: 12
#
# More DISCOVERs than the daemon can decide, for as long as real clients are there: those that renew at the daemon (XDP's gate is closed)
# are answered each at the first try, for what completes an exchange goes first, in the kernel and in the daemon; new clients come to
# their leases, though some of their DISCOVERs are lost among the others. Each frame that was sent is answered, left unanswered by the
# rules, or counted as dropped, to the last one.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/attack.sh"

LIFETIME=600
NET=10.20.0
PREFIX=16
POOL="10.20.1.0 - 10.20.255.254"
rig
config
daemon
load dora -i cli -n 40 --batch -o "$DIR/state" >/dev/null || fail "no leases"
ctl fast-path off >/dev/null
sleep 1

drops() { status | jq ".drops.$1"; }
names="pkt4-received pkt4-sent pkt4-receive-drop xdhcp-silent xdhcp-drop-kernel-begins xdhcp-drop-kernel-completes xdhcp-drop-queue-full-request"
names+=" xdhcp-drop-queue-stale-request xdhcp-drop-queue-full-discover"
# shellcheck disable=SC2086
note $names
lost=$(lost c cli)
read -ra enter <<<"$(in_ns c)"
# The first flood finds the daemon standing still, and no buffer holds so many: whatever else the machine does, some are dropped.
kill -STOP "$(daemon_pid)"
(
	trap - EXIT
	while [ ! -e "$DIR/enough" ]; do
		# always the same clients: their offers shall not use up the addresses
		"${enter[@]}" "$LOADGEN" offer-flood -i cli -n 60000 --rate 0 --timeout 20 --seed 1 || exit 1
	done
) >"$DIR/flood" 2>"$DIR/flood.log" </dev/null &
flood=$!
PIDS+=("$flood")
await 20 "the first flood to be sent" test -s "$DIR/flood"
kill -CONT "$(daemon_pid)"
await 10 "the daemon to be flooded" eval '[ $(($(since xdhcp-drop-queue-full-discover) + $(since xdhcp-drop-kernel-begins))) -ge 1000 ]'
load renew -i cli -s "$DIR/state" -r 20 --rate 400 --retries 0 --timeout 2000 >"$DIR/renew" || fail "renewals: $(cat "$DIR/renew")"
load dora -i cli -n 60 --batch --rate 40 --prefix 0x55 --timeout 300 --retries 20 -o "$DIR/new" >"$DIR/dora" || fail "new clients: $(cat "$DIR/dora")"
touch "$DIR/enough"
wait "$flood" || fail "an offer was bad: $(cat "$DIR/flood" "$DIR/flood.log")"
say "floods: $(jq -sc '[map(.sent), map(.offers)] | map(add)' "$DIR/flood"), renewals: $(jq -c '[.sent, .acked]' "$DIR/renew"), new: $(cat "$DIR/dora")"
equal "renewals answered, and each at once" "$(jq -c '[.sent, .acked, .lost]' "$DIR/renew")" "[800,800,0]"
equal "REQUESTs that were dropped" \
	"$(since xdhcp-drop-kernel-completes) $(since xdhcp-drop-queue-full-request) $(since xdhcp-drop-queue-stale-request)" "0 0 0"
sent=$(jq -s 'map(.sent + .resent) | add' "$DIR/flood" "$DIR/renew" "$DIR/dora")
sent=$((sent - $(lost c cli) + lost))
# what came is what was taken in and what there was no room for; what was taken in met one fate each
came() { echo $(($(since pkt4-received) + $(drops kernel))); }
await 10 "all of them to be seen" more_than $((sent - 1)) came
say "$sent came: $(since pkt4-received) taken in, $(status | jq -c .drops)"
equal "what came" "$(came)" "$sent"
fates() { echo $(($(since pkt4-sent) + $(since pkt4-receive-drop) + $(since xdhcp-silent))); }
await 10 "each to have met its fate" equal_silent "$sent" fates
expect "DISCOVERs to have been dropped" test "$(since pkt4-receive-drop)" -ge 1000
