#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Two relays on one link, as of a pair of routers, forward each broadcast twice, with two giaddrs, by two ways, to two
# addresses of the server: both are answered, with one address and one lease, whichever of the two server identifiers the
# client has chosen. ISC's adds option 82 and dnsmasq's does not.
. "$(dirname "$0")/lib.sh"

LIFETIME=600
GLOBAL="renew-timer: 2"
IFACE="srv1, srv2"
segment
for n in s c r1 r2; do namespace $n; done
veth s srv1 r1 relay-up
veth s srv2 r2 relay-up
port r1 lan
port r2 lan
port c cli
address s srv1 10.9.1.1/24
address s srv2 10.9.2.1/24
ip -n "$ID-s" address add 10.255.0.1/32 dev lo
address r1 relay-up 10.9.1.2/24
address r2 relay-up 10.9.2.2/24
address r1 lan 192.0.2.2/24
address r2 lan 192.0.2.3/24
for r in 1 2; do
	ip -n "$ID-r$r" route add default via 10.9.$r.1
	inside r$r sysctl -qw net.ipv4.ip_forward=1
	pass r$r relay-up
done
ip -n "$ID-s" route add 192.0.2.0/24 via 10.9.1.2
ip -n "$ID-s" route add 192.0.2.3/32 via 10.9.2.2
config
daemon
for r in 1 2; do LOGS+=("$DIR/relay$r.log"); done
read -ra enter <<<"$(in_ns r1)"
background "$DIR/relay1.log" "${enter[@]}" dhcrelay -4 -d -a -iu relay-up -id lan 10.255.0.1
read -ra enter <<<"$(in_ns r2)"
background "$DIR/relay2.log" "${enter[@]}" dnsmasq --keep-in-foreground --log-facility=- --log-dhcp --port=0 --user=root \
	--conf-file=/dev/null --pid-file= --dhcp-relay=192.0.2.3,10.9.2.1
await 5 "ISC's relay" grep -q 'Sending on.*fallback' "$DIR/relay1.log"
await 5 "dnsmasq's relay" grep -q 'started' "$DIR/relay2.log"

# pair TYPE WORDS...: the two answers, each as TYPE ADDRESS SERVER, that of ISC's relay first
pair() {
	local type=$1
	shift
	one c cli "$type" chaddr=02:00:00:00:00:01 replies=2 wait=1500 "$@" | tee "$DIR/replies" |
		jq -rs 'sort_by(.giaddr) | map("\(.type) \(.yiaddr) \(.server)") | join(", ")'
}
both() { echo "$1 $2 10.255.0.1, $1 $2 10.9.2.1"; } # TYPE ADDRESS
generation() { sql "SELECT generation FROM lease"; }

equal "the offers" "$(pair discover)" "$(both offer 192.0.2.100)"
equal "their relays" "$(jq -rs 'map(.giaddr) | sort | join(" ")' "$DIR/replies")" "192.0.2.2 192.0.2.3"
equal "leases" "$(live_leases)" 0
equal "the ACKs" "$(pair request requested=192.0.2.100 server=10.255.0.1)" "$(both ack 192.0.2.100)"
first=$(generation)
equal "the ACKs of the other's offer" "$(pair request requested=192.0.2.100 server=10.9.2.1)" "$(both ack 192.0.2.100)"
equal "the ACKs of a reboot" "$(pair request requested=192.0.2.100)" "$(both ack 192.0.2.100)"
equal "the ACKs of a rebinding" "$(pair request ciaddr=192.0.2.100)" "$(both ack 192.0.2.100)"
equal "the offers again" "$(pair discover)" "$(both offer 192.0.2.100)"
equal "the NAKs" "$(pair request requested=10.77.0.9)" "$(both nak 0.0.0.0)"
equal "leases" "$(live_leases)" 1
equal "the binding, which is one" "$(generation)" "$first"
expect "both in the log" logged "DHCPREQUEST for 192.0.2.100 from 02:00:00:00:00:01 via 192.0.2.2 circuit \"lan\" on srv1: DHCPACK"
expect "both in the log" logged "DHCPREQUEST for 192.0.2.100 from 02:00:00:00:00:01 via 192.0.2.3 on srv2: DHCPACK"

# A real client; it renews by way of the second router, whatever way it was bound
client_dhclient c1 c cli
await 10 "a lease" happened c1 '^BOUND 192\.0\.2\.101 600 192\.0\.2\.1$'
ip -n "$ID-c" route replace default via 192.0.2.3
await 10 "two renewals" times_more c1 '^RENEW 192\.0\.2\.101' 1
expect "the renewal in the log" logged "DHCPREQUEST for 192.0.2.101 from $(mac c cli) via srv2: DHCPACK"
expect "no event but these" test "$(grep -vcE '^(PREINIT|BOUND|RENEW) ' "$DIR/c1.events")" = 0
equal "leases" "$(live_leases)" 2
