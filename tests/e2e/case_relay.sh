#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# modes: native generic
# slow: 20
#
# Clients behind real relays, ISC's dhcrelay with option 82 and then dnsmasq's without: address by way of
# the relay, renewals sent to the server directly by way of the router, which XDP answers from the first on, since they
# were foretold; rebinding by way of the relay when the direct way is blocked, answered by XDP too; release.
. "$(dirname "$0")/lib.sh"

SERVER=10.9.0.1
LIFETIME=60
GLOBAL="renew-timer: 1
rebind-timer: 3"
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

slow_acks() { grep -c 'DHCPREQUEST for .*: DHCPACK$' "$(log)"; }

# The relay broadcasts to the client from its raw socket; renewals go through the router's stack.
served_through() { # NAME COMMAND...: the relay
	local relay=$1 client=c-$1 addr renewed rebound passed events enter
	shift
	: >"$DIR/$relay.log"
	LOGS+=("$DIR/$relay.log")
	read -ra enter <<<"$(in_ns r)"
	background "$DIR/$relay.log" "${enter[@]}" "$@"
	local pid=$PID
	renewed=$(verdict ack_renewing)
	client_dhclient "$client" c cli
	local client_pid=$PID
	await 20 "a lease by $relay" happened "$client" '^BOUND 192\.0\.2\.1[0-9][0-9] 60 192\.0\.2\.1$'
	addr=$(address_of "$client")
	expect "the daemon to show the lease" bound "$addr" "$(mac c cli)"
	ip -n "$ID-c" route replace default via "$NET.1" # the hook sets the address alone
	passed=$(slow_acks)
	await 10 "two renewals past $relay" times_more "$client" '^RENEW' 1
	expect "them to be XDP's, the first one too" more_than $((renewed + 1)) verdict ack_renewing
	# Blocked, it is by the relay alone: dhcrelay sees the unicasts as well, dnsmasq what is broadcast at T2
	inside r sh -c 'echo 0 > /proc/sys/net/ipv4/ip_forward'
	rebound=$(verdict ack_rebinding) events=$(times "$client" '^RE')
	await 10 "an answer by $relay" times_more "$client" '^RE' "$events"
	expect "it to be XDP's" more_than "$rebound" verdict ack_rebinding
	inside r sh -c 'echo 1 > /proc/sys/net/ipv4/ip_forward'
	ip -n "$ID-c" route replace default via "$NET.1"
	events=$(times "$client" '^RENEW')
	await 10 "renewals past it again" times_more "$client" '^RENEW' "$events"
	equal "the daemon's ACKs" "$(slow_acks)" "$passed"
	expect "no event but these" test "$(grep -vcE '^(PREINIT|BOUND|RENEW|REBIND) ' "$DIR/$client.events")" = 0
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
