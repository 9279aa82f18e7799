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
"${enter[@]}" "$DHCPONE" cli request $one_ ciaddr=$addr src=$addr dst=192.0.2.1 dmac="$smac" count=100000 every=120 \
	>>"$DIR/1.acks" 2>"$DIR/inject.log" &
injector=$!
PIDS+=("$injector")
await 5 "renewals by XDP" more_than 5 acks_xdp

release() { # CLIENT NUMBER: the holder gives up
	one c cli release "$1" ciaddr=$addr src=$addr dst=192.0.2.1 dmac="$smac" server=192.0.2.1 >>"$DIR/$2.acks"
}
second_gets_it() { dora c cli $two wait=80 >>"$DIR/2.acks"; }
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

# the oracle: promises run from the ACK's arrival to request + lifetime, and are cut by the holder's own RELEASE
for i in 1 2; do
	jq -r --argjson i $i 'if .type == "ack" then "P \(.at) \($i) \(.sent) \(.sent + .lifetime)"
		elif .type == "sent" then "E \(.sent) \($i)" else empty end' "$DIR/$i.acks"
done | sort -s -n -k2,2 >"$DIR/all"
awk '
	$1 == "E" { released[$3] = $2; if (until[$3] > $2) until[$3] = $2; next }
	{
		n[$3]++
		other = 3 - $3
		if ($4 < released[$3]) # it crossed the RELEASE: nobody takes it for a promise
			next
		if (until[other] > $2) {
			printf "  both hold it: %s at %s, %s until %s\n", $3, $2, other, until[other]
			bad++
		}
		if ($5 > until[$3])
			until[$3] = $5
	}
	END { printf "  %d ACKs to the first, %d to the second, %d at once\n", n[1], n[2], bad; exit bad || !n[1] || n[2] < 3 }
' "$DIR/all" || fail "never two holders"
