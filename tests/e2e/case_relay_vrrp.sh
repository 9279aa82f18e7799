#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# modes: native generic
# Two routers of one link with a relay each, ISC's dhcrelay, both of which add option 82, as of a VRRP pair: each broadcast
# comes twice by one link of the server. Both forms are in the client's slot, and the one past the relays, too: what is
# asked again is XDP's, both times, and so is a real client's first renewal.
. "$(dirname "$0")/lib.sh"

SERVER=10.9.0.1
LIFETIME=60
GLOBAL="renew-timer: 1
rebind-timer: 3"
CLIENT=02:00:00:00:00:01
segment
for n in s c r1 r2; do namespace $n; done

# A second segment beside lib.sh's, towards the server
ip -n "$ID-b" link add br1 type bridge forward_delay 0
ip -n "$ID-b" link set br1 up
uplink() { # NS IF
	veth "$1" "$2" b "p-$1-up"
	ip -n "$ID-b" link set "p-$1-up" master br1
	pass b "p-$1-up"
}
uplink s srv
uplink r1 uplink
uplink r2 uplink
port r1 lan
port r2 lan
port c cli
address s srv $SERVER/24
for r in 1 2; do
	address r$r uplink 10.9.0.$((r + 1))/24
	address r$r lan 192.0.2.$((r + 1))/24
	inside r$r sh -c 'echo 1 > /proc/sys/net/ipv4/ip_forward'
done
ip -n "$ID-s" route add 192.0.2.2/32 via 10.9.0.2
ip -n "$ID-s" route add 192.0.2.3/32 via 10.9.0.3
ip -n "$ID-s" route add 192.0.2.0/24 via 10.9.0.2
config
daemon
for r in 1 2; do
	LOGS+=("$DIR/relay$r.log")
	read -ra enter <<<"$(in_ns r$r)"
	background "$DIR/relay$r.log" "${enter[@]}" dhcrelay -4 -d -a -iu uplink -id lan $SERVER
done
for r in 1 2; do await 5 "relay $r" grep -q 'Sending on.*fallback' "$DIR/relay$r.log"; done

# pair TYPE WORDS...: the two answers, each as TYPE ADDRESS RELAY
pair() {
	local type=$1
	shift
	one c cli "$type" chaddr=$CLIENT replies=2 wait=1500 "$@" |
		jq -rs 'sort_by(.giaddr) | map("\(.type) \(.yiaddr) \(.giaddr)") | join(", ")'
}
both() { echo "$1 $2 192.0.2.2, $1 $2 192.0.2.3"; } # TYPE ADDRESS
slow_acks() { grep -c 'DHCPREQUEST for .*: DHCPACK$' "$(log)"; }

equal "the offers" "$(pair discover)" "$(both offer 192.0.2.100)"
equal "the ACKs" "$(pair request requested=192.0.2.100 server=$SERVER)" "$(both ack 192.0.2.100)"
equal "XDP's answers yet" "$(acks_xdp)" 0
equal "the daemon's ACKs" "$(slow_acks)" 2
n=0
for words in "requested=192.0.2.100 server=$SERVER" "requested=192.0.2.100" "ciaddr=192.0.2.100" "ciaddr=192.0.2.100"; do
	# shellcheck disable=SC2086
	equal "the ACKs of $words" "$(pair request $words)" "$(both ack 192.0.2.100)"
	n=$((n + 2))
	equal "XDP's of them" "$(acks_xdp)" $n
done
equal "the daemon's ACKs" "$(slow_acks)" 2

# A real client renews past them, rebinds by both when the direct way is blocked, and renews past them again
renewed=$(verdict ack_renewing)
client_dhclient c1 c cli
await 10 "a lease" happened c1 '^BOUND 192\.0\.2\.101 60 192\.0\.2\.1$'
ip -n "$ID-c" route replace default via 192.0.2.2
passed=$(slow_acks)
await 10 "two renewals" times_more c1 '^RENEW 192\.0\.2\.101' 1
# a relay sees what is routed past it, too, and may be answered first
await 10 "them to be XDP's" more_than $((renewed + 1)) verdict ack_renewing
ip -n "$ID-c" route del default
rebound=$(verdict ack_rebinding)
await 10 "a rebinding" more_than "$rebound" verdict ack_rebinding
await 2 "it to be XDP's, by both" more_than $((rebound + 1)) verdict ack_rebinding
ip -n "$ID-c" route replace default via 192.0.2.2
renewals=$(times c1 '^RENEW')
await 10 "a renewal" times_more c1 '^RENEW' "$renewals"
equal "the daemon's ACKs" "$(slow_acks)" "$passed"
expect "no event but these" test "$(grep -vcE '^(PREINIT|BOUND|RENEW|REBIND) ' "$DIR/c1.events")" = 0
equal "leases" "$(live_leases)" 2
equal "internal failures" "$(verdict drop_internal)" 0
