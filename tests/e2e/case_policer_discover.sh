#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# A flood of DISCOVERs, as fast as they can be sent, against fast-path.limits: the renewals of 1,000 clients are all answered at the
# first try, the daemon does its other work, and what is dropped is counted by its reason, to the last frame. Limits come and go by
# reloads, close nothing, and hold while the daemon is dead.
. "$(dirname "$0")/lib.sh"

LIFETIME=600
NET=10.20.0
PREFIX=16
POOL="10.20.1.0 - 10.20.5.255"
LIMITS="discover-rate: 50, discover-burst: 20"
rig
config
daemon
load dora -i cli -n 1000 --batch -o "$DIR/state" >/dev/null || fail "not every client got a lease"
load renew -i cli -s "$DIR/state" -r 1 >/dev/null || fail "the first renewals"
smac=$(mac s srv)

both() { verdicts | jq '.drop_discover_rate + .pass_discover'; }
drops() { verdicts | jq '.drop_discover_rate + .drop_client_rate + .drop_other_rate'; }
# flood_begin, flood_end: DISCOVERS of them have reached XDP
flood_begin() {
	local enter
	DISCOVERS=$(both)
	read -ra enter <<<"$(in_ns c)"
	: >"$DIR/flood.json"
	background "$DIR/flood.json" "${enter[@]}" "$LOADGEN" offer-flood -i cli -n 10000000 --rate 0 --seconds 30 --timeout 200 --seed $((++SEED))
	FLOOD=$PID
	await 5 "the flood" more_than $((DISCOVERS + 1000)) both
}
flood_end() {
	alive "$FLOOD" || fail "the flood was over before what it was for"
	kill -INT "$FLOOD"
	wait "$FLOOD" || :
	DISCOVERS=$(($(both) - DISCOVERS))
	cat "$DIR/flood.json"
}
SEED=0
# frames that the veth had no room for
lost_on_the_way() { inside c ip -s -j link show cli | jq '.[0].stats64.tx.dropped'; }

# no limits: nothing is dropped
equal "drops before there are limits" "$(drops)" 0
limits "$LIMITS"
before=$(acks_xdp) passed=$(verdict pass_discover) began=$(date +%s%N)
flood_begin
load renew -i cli -s "$DIR/state" -r 0 --seconds 1 --rate 5000 --retries 0 --timeout 3000 >"$DIR/renew.json" || { cat "$DIR/renew.json"; fail "renewals were lost in the flood"; }
one c cli inform chaddr=02:00:00:00:88:01 ciaddr=10.20.0.9 src=10.20.0.9 dst=10.20.0.1 dmac="$smac" wait=1000 >/dev/null ||
	fail "the daemon does not answer an INFORM in the flood"
flood_end
cat "$DIR/renew.json"
sent=$(jq .sent "$DIR/renew.json")
equal "renewals answered, refused, lost, badly answered" "$(jq -c '[.acked, .nak, .lost, .bad]' "$DIR/renew.json")" "[$sent,0,0,0]"
expect "renewals at all, not only $sent" test "$sent" -ge 1000
equal "renewals answered by XDP" "$(($(acks_xdp) - before))" "$sent"
passed=$(($(verdict pass_discover) - passed)) most=$((20 + 50 * ($(date +%s%N) - began) / 1000000000 + 1))
say "of $DISCOVERS DISCOVERs $passed have reached the daemon"
expect "a flood, not only $DISCOVERS DISCOVERs" test "$DISCOVERS" -ge 10000
expect "20 and 50 a second to pass, not $passed" test "$passed" -ge 20 -a "$passed" -le "$most"
equal "DISCOVERs sent, and counted" "$((DISCOVERS + $(lost_on_the_way)))" "$(jq -s '.[-1].sent' "$DIR/flood.json")"

# each place says the same
dropped=$(verdict drop_discover_rate)
equal "drops by their reasons" "$(drops)" "$dropped"
shown=$(status | jq -c .drops)
equal "drops in the status" "$(jq -c '[.xdp, ."xdp-by-reason".drop_discover_rate, ."xdp-by-reason".drop_internal]' <<<"$shown")" "[$dropped,$dropped,0]"
equal "the statistic" "$(statistic xdhcp-xdp-drop-discover-rate)" "$dropped"
equal "the sum of all drops" "$(statistic pkt4-receive-drop)" "$((dropped + $(jq .kernel <<<"$shown")))"
expect "the status to say so to people" grep -q "drop_discover_rate $dropped" <("$B/xdhcpctl" -s "$DIR/s.sock" status)

# with the daemon dead, too
crash
flood_begin
load renew -i cli -s "$DIR/state" -r 1 --retries 0 >"$DIR/renew.json" || { cat "$DIR/renew.json"; fail "renewals were lost with the daemon dead"; }
flood_end
expect "drops with the daemon dead" test "$(verdict drop_discover_rate)" -ge $((dropped + DISCOVERS / 2))
expect "xdhcpctl to tell them" grep -q "drops *$(drops) by XDP" <("$B/xdhcpctl" -s "$DIR/s.sock" --pin-path "$(pin)" status 2>&1)

# a daemon that starts with other limits than the last one had: no slot is closed for that
FAST_PATH=", limits: {other-rate: 1000}"
config
before=$(acks_xdp)
daemon
load renew -i cli -s "$DIR/state" -r 1 --retries 0 >/dev/null || fail "renewals were lost after the restart"
equal "renewals by XDP after the restart" "$(($(acks_xdp) - before))" 1000
dropped=$(verdict drop_discover_rate)
one c cli discover count=500 every=0 wait=300 vary=chaddr quiet=1 >/dev/null || fail "no OFFER without a limit"
equal "DISCOVERs dropped without a limit" "$(verdict drop_discover_rate)" "$dropped"

# off again
limits ""
dropped=$(drops)
one c cli discover count=500 every=0 wait=300 vary=chaddr quiet=1 >/dev/null || fail "no OFFER without limits"
load renew -i cli -s "$DIR/state" -r 3 --retries 0 >/dev/null || fail "renewals were lost"
equal "drops without limits" "$(drops)" "$dropped"
equal "renewals by XDP since the restart" "$(($(acks_xdp) - before))" 4000
equal "internal failures" "$(verdict drop_internal)" 0
