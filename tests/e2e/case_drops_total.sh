#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# modes: native generic
# slow: 12
#
# One honest total: what generators got no answer to is what the server says it has dropped, to the last message, whoever dropped it:
# malformed frames by the daemon, a limit's DISCOVERs and renewals by XDP, and what a daemon that stands still has no room for by the
# kernel. The parts make up the total, in the status and in the statistics, and what is left unanswered by the rules is not in it.
. "$(dirname "$0")/lib.sh"

LIFETIME=600
NET=10.20.0
PREFIX=16
POOL="10.20.1.0 - 10.20.255.254"
rig
config
daemon
smac=$(mac s srv)

total() { status | jq .drops.total; }
silent() { statistic xdhcp-silent; }
# flood N TIMEOUT: DISCOVERs of as many clients, at once; UNANSWERED of those that came through
flood() {
	local before
	before=$(lost c cli)
	load offer-flood -i cli -n "$1" --rate 0 --timeout "$2" --seed $((++SEED)) >"$DIR/flood" || fail "an offer was bad: $(cat "$DIR/flood")"
	UNANSWERED=$(jq ".sent - .offers - .dropped - ($(lost c cli) - $before)" "$DIR/flood")
}
SEED=0
BEFORE=$(total)
SHOWN=$(status | jq .drops)
# counted WHAT N PART...: the total has grown by N since it was last asked, and these parts of it with it
counted() {
	local what=$1 n=$2 now shown parts
	shift 2
	now=$(total) shown=$(status | jq .drops)
	equal "what was dropped: $what" "$((now - BEFORE))" "$n"
	equal "the parts of it: $what" "$(jq -n --argjson a "$SHOWN" --argjson b "$shown" '[$ARGS.positional[] | $b[.] - $a[.]] | add // 0' --args "$@")" "$n"
	BEFORE=$now SHOWN=$shown
	equal "the statistic" "$(statistic pkt4-receive-drop)" "$now"
	parts=$(ctl stats | jq '[.arguments | to_entries[] | select(.key | test("^xdhcp-(drop|xdp-drop|parse-failed)-")) | .value[0][0]] | add')
	equal "the sum of its parts in the statistics" "$parts" "$now"
	equal "the sum of its parts in the status" "$(status | jq '[.drops | to_entries[] | select(.key != "total" and (.value | type) == "number").value] | add')" "$now"
}

# answered, and left unanswered by the rules: no drops
load dora -i cli -n 20 --batch -o "$DIR/state" >/dev/null || fail "no leases"
load renew -i cli -s "$DIR/state" -r 1 >/dev/null || fail "the first renewals"
# of the commits, too, each is in the status' histograms once
commits=$(status | jq .commit)
say "commits: $(jq -c 'map_values(del(.buckets))' <<<"$commits")"
equal "commits" "$(jq -c '[.leases.count, .microseconds.count, .leases.buckets["+Inf"], .microseconds.buckets["+Inf"]] | unique' <<<"$commits")" "[$(statistic xdhcp-commits)]"
equal "their leases" "$(jq .leases.sum <<<"$commits")" "$(statistic xdhcp-leases-committed)"
expect "buckets that add up" jq -e 'map(.buckets | [.[]] | . == sort) | all' <<<"$commits"
flood 500 500
equal "DISCOVERs without an answer" "$UNANSWERED" 0
quiet=$(silent)
one c cli request chaddr=02:00:00:00:88:01 requested=10.20.1.1 server=10.20.0.77 wait=200 >/dev/null || :
await 5 "silence for another server's clients" more_than "$quiet" silent
counted "nothing" 0

# malformed
inside c "$B/tests/e2e/badframes" cli 02:00:00:00:77:01 10.20.0.250 "$smac" 10.20.0.1 1 >"$DIR/bad" || fail "see above"
say "malformed: $(cat "$DIR/bad")"
refused=$(jq '[.refused[]] | add' "$DIR/bad")
expect "malformed frames" test "$refused" -ge 100
counted "malformed frames" "$refused" parse-failed

# limits
limits "discover-rate: 0.25, discover-burst: 20, client-rate: 0.01, client-burst: 3"
flood 2000 500
expect "DISCOVERs over the limit, not only $UNANSWERED" test "$UNANSWERED" -ge 1000
counted "DISCOVERs over the limit" "$UNANSWERED" xdp
load renew -i cli -s "$DIR/state" -r 5 --retries 0 --timeout 200 >"$DIR/renew" 2>/dev/null || :
equal "renewals of clients over theirs" "$(jq -c '[.sent, .acked, .lost]' "$DIR/renew")" "[100,60,40]"
counted "renewals over the limit" 40 xdp
limits ""

# the socket's buffer
kill -STOP "$DPID"
(
	await 30 "the flood to be sent" more_than "$(($(verdict pass_discover) + 59000))" verdict pass_discover
	sleep 0.3
	kill -CONT "$DPID"
) &
flood 60000 2500
wait $! || fail "the flood was not seen"
say "$(cat "$DIR/flood"), $UNANSWERED unanswered"
expect "a buffer that overflows, not only by $UNANSWERED" test "$UNANSWERED" -ge 5000
counted "what there was no room for" "$UNANSWERED" kernel queue-full
say "$("$B/xdhcpctl" -s "$DIR/s.sock" status | grep -A12 '^drops')"
await 5 "the server to be as it was" dora c cli chaddr=02:00:00:00:88:02
