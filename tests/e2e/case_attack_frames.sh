#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# modes: native generic
#
# Floods of odd frames from a stranger: lengths that lie, frames cut off, giants, fragments, IP options, tags. XDP lets each through to the
# last byte as it was; the daemon counts each; the bystanders do not notice.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/attack.sh"

LIFETIME=600
rig
ip -n "$ID-s" link set srv mtu 3000
ip -n "$ID-c" link set cli mtu 3000
config
victim=192.0.2.100 # the first bystander's
stranger=02:00:00:00:77:01
flood() { inside c "$B/tests/e2e/frameflood" send cli $stranger $victim "$(mac s srv)" 192.0.2.1 "$1"; }
watch() { # what comes through, into $DIR/watched, until watched
	local enter
	read -ra enter <<<"$(in_ns s)"
	: >"$DIR/watched"
	background "$DIR/watched" "${enter[@]}" "$B/tests/e2e/frameflood" watch srv $stranger
	WATCH=$PID
	await 5 "the watcher" grep -q watching "$DIR/watched"
}
watched() { # their number and sum
	kill "$WATCH"
	await 5 "the watcher's sum" grep -q frames "$DIR/watched"
	tail -n 1 "$DIR/watched"
}

# what comes through where there is no XDP: the kernel itself has no use for tags that are cut off
watch
flood 1 >"$DIR/round"
plain=$(watched)
say "one round: $(cat "$DIR/round"), without XDP $plain come through"
expect "frames" test "$(jq .frames <<<"$plain")" -ge 2000

daemon
bystanders 20
expect "the victim to be one of them" grep -q "$victim" "$DIR/bystanders"
leases() { sql "SELECT addr, hex(chaddr), hex(client_id), generation FROM lease WHERE state = 1 ORDER BY addr"; }
before=$(leases)
bystanders_begin 500

# what one round costs
settled() { # nothing waits in either of the daemon's sockets: it answers
	one c cli discover chaddr=02:00:00:00:88:02 wait=2000 >/dev/null || fail "the daemon does not answer"
	one c cli inform chaddr=02:00:00:00:88:01 ciaddr=192.0.2.2 src=192.0.2.2 wait=2000 >/dev/null || fail "the daemon does not answer"
}
repeated() { status | jq .drops.repeated; }
enough="pkt4-parse-failed pkt4-discover-received pkt4-release-received pkt4-decline-received pkt4-inform-received"
# shellcheck disable=SC2086
{
	note $enough
	flood 1 >/dev/null
	settled
	declare -A once
	for n in $enough; do once[$n]=$(since "$n"); done
	for n in pkt4-inform-received pkt4-discover-received; do once[$n]=$((once[$n] - 1)); done
	say "one round: $(for n in $enough; do echo -n "$n ${once[$n]}, "; done)"

	once_copies=$(repeated)
	watch
	note $enough
	flood 20 >"$DIR/flood"
	settled
	for n in $enough; do
		fence=0 # settled's own
		case $n in pkt4-inform-received | pkt4-discover-received) fence=1 ;; esac
		# but for copies that waited at once: one of them was looked at, the others are counted as such
		got=$(($(since "$n") - fence)) wanted=$((20 * ${once[$n]})) copies=$(repeated)
		expect "$n in twenty rounds to be $wanted, not $got, with $once_copies copies in the one and $((copies - once_copies)) in these" \
			test "$got" -ge $((wanted - copies + once_copies)) -a "$got" -le $((wanted + 20 * once_copies))
	done
}
equal "what has come through XDP, byte by byte" "$(watched)" "$(printf '{"frames":%u,"sum":"%016x"}' \
	$((20 * $(jq .frames <<<"$plain"))) $((20 * 0x$(jq -r .sum <<<"$plain"))))"
# a giant that is a datagram with padding behind it is that datagram; one that says it is a giant is too short for the buffer
note xdhcp-parse-failed-truncated pkt4-nak-sent
copies=$(repeated)
inside c "$B/tests/e2e/frameflood" giants cli $stranger $victim "$(mac s srv)" 192.0.2.1 10 >/dev/null
settled
copies=$(($(repeated) - copies))
whole=$(since pkt4-nak-sent) cut=$(since xdhcp-parse-failed-truncated)
say "giants: $whole whole, $cut not, $copies copies of those that waited at once"
expect "giants that are not whole" test "$cut" -ge 1 -a "$cut" -le 10
expect "giants of padding, refused as any request for another's address" test "$whole" -ge 1 -a "$whole" -le 10
equal "giants, and copies of them" $((whole + cut + copies)) 20
bystanders_end
equal "the leases" "$(leases)" "$before"
daemon_bounded
all_covered
