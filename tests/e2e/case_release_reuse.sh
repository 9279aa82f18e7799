#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# modes: native generic
# slow: 20
#
# One address, two clients. The first releases it and goes on renewing all the same (a stream of its old
# renewals), the second wants it: at no time do both hold a promise of it.
. "$(dirname "$0")/lib.sh"

LIFETIME=4
POOL="192.0.2.100 - 192.0.2.100"
rig
config
daemon
one_=chaddr=02:00:00:00:00:01 two=chaddr=02:00:00:00:00:02
addr=192.0.2.100
smac=$(mac s srv)
dora c cli $one_ >"$DIR/1.acks" || fail "no lease"

read -ra enter <<<"$(in_ns c)"
"${enter[@]}" "$DHCPONE" cli request $one_ ciaddr=$addr src=$addr dst=192.0.2.1 dmac="$smac" count=100000 every=5 \
	>>"$DIR/1.acks" 2>"$DIR/inject.log" &
injector=$!
PIDS+=("$injector")
await 5 "renewals by XDP" more_than 20 acks_xdp

release() { # WORD: the holder gives up; notes when
	awk '{ print $1 }' /proc/uptime >>"$DIR/$2.released"
	one c cli release "$1" ciaddr=$addr src=$addr dst=192.0.2.1 dmac="$smac" server=192.0.2.1 wait=0 >/dev/null || :
}
second_gets_it() { dora c cli $two wait=200 >>"$DIR/2.acks"; }
for round in 1 2 3; do
	release $one_ 1
	# the ghost's renewals may keep the address for a lifetime; let it end
	deadline=$((SECONDS + 20))
	until second_gets_it; do
		[ $SECONDS -lt $deadline ] || break
		release $one_ 1
	done
	[ $SECONDS -lt $deadline ] || fail "round $round: the second client never got the address"
	release $two 2
	# the first may have it again
	dora c cli $one_ wait=500 >>"$DIR/1.acks" || :
	await 10 "the first to be served again" more_than 0 acks_xdp
done
end "$injector"

# the oracle: promises (from the ACK's arrival to request + lifetime), cut by the holder's own RELEASE
for i in 1 2; do
	jq -r 'select(.type == "ack") | "P \(.sent) \(.at) \(.sent + .lifetime) '$i'"' "$DIR/$i.acks"
	sed 's/.*/E & '$i'/' "$DIR/$i.released"
done | sort -s -n -k2,2 >"$DIR/all"
awk '
	$1 == "E" { if (sent[$3] <= $2 && until[$3] > $2) until[$3] = $2; next }
	{
		n[$5]++
		other = 3 - $5
		if (until[other] > $3) { printf "  both hold it: %s at %s, %s until %s\n", $5, $3, other, until[other]; bad++ }
		if ($4 > until[$5]) { until[$5] = $4; sent[$5] = $2 }
	}
	END { printf "  %d ACKs to the first, %d to the second, %d at once\n", n[1], n[2], bad; exit bad || !n[1] || n[2] < 3 }
' "$DIR/all" || fail "never two holders"
