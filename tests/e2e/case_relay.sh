#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# modes: native generic
# slow: 20
#
# Clients behind real relays, ISC's dhcrelay with option 82 and then dnsmasq's without: address by way of
# the relay, renewals sent to the server directly by way of the router, release.
. "$(dirname "$0")/lib.sh"

SERVER=10.9.0.1
LIFETIME=12
namespace s
namespace r
namespace c
veth s srv r relay-up
veth r relay-down c cli
address s srv $SERVER/24
address r relay-up 10.9.0.2/24
address r relay-down "$NET.1/24"
inside r sh -c 'echo 1 > /proc/sys/net/ipv4/ip_forward'
ip -n "$ID-s" route add "$NET.0/24" via 10.9.0.2
pass c cli
pass r relay-up
config
daemon

# The relay broadcasts to the client from its raw socket; renewals go through the router's stack.
served_through() { # NAME COMMAND...: the relay
	local relay=$1 client=c-$1 addr before enter
	shift
	: >"$DIR/$relay.log"
	LOGS+=("$DIR/$relay.log")
	read -ra enter <<<"$(in_ns r)"
	background "$DIR/$relay.log" "${enter[@]}" "$@"
	local pid=$PID
	client_dhclient "$client" c cli
	local client_pid=$PID
	await 20 "a lease by $relay" happened "$client" '^BOUND 192\.0\.2\.1[0-9][0-9] 12 192\.0\.2\.1$'
	addr=$(address_of "$client")
	expect "the daemon to show the lease" bound "$addr" "$(mac c cli)"
	ip -n "$ID-c" route replace default via "$NET.1" # the hook sets the address alone
	before=$(lease_field "$addr" expire)
	await 20 "two renewals past $relay" times_more "$client" '^RENEW' 1
	expect "renewals without giaddr" logged "DHCPREQUEST for $addr from $(mac c cli) via srv: DHCPACK"
	expect "the lease to be extended" test "$(lease_field "$addr" expire)" -gt "$before"
	expect "no event but these" test "$(grep -vcE '^(PREINIT|BOUND|RENEW) ' "$DIR/$client.events")" = 0
	inside c dhclient -4 -r -sf "$HOOK" -e EVENTS="$DIR/$client.events" -cf "$DIR/$client.conf" \
		-lf "$DIR/$client.leases" -pf "$DIR/$client.clientpid" cli >>"$DIR/$client.log" 2>&1
	await 5 "the lease to end" unbound "$addr"
	end "$client_pid"
	end "$pid"
}

served_through dhcrelay dhcrelay -4 -d -a -iu relay-up -id relay-down $SERVER
expect "the relay's address in the log" logged "DHCPDISCOVER .*$NET\.1"
served_through dnsmasq dnsmasq --keep-in-foreground --log-facility=- --log-dhcp --port=0 --user=root --conf-file=/dev/null \
	--pid-file= "--dhcp-relay=$NET.1,$SERVER"
equal "internal failures" "$(verdict drop_internal)" 0
