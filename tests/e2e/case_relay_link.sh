#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Link selection (RFC 3527) by a real relay: ISC's asks with the address of its upper interface as giaddr, which lies in another
# subnet with pools of its own, and names the client's link. The answers go to giaddr, the address is of the link.
. "$(dirname "$0")/lib.sh"

LIFETIME=600
GLOBAL="renew-timer: 2"
SUBNET="- id: 2
  subnet: 10.9.0.0/24
  pools: [{pool: 10.9.0.100 - 10.9.0.199}]"
namespace s
namespace r
namespace c
veth s srv r relay-up
veth r lan c cli
address s srv 10.9.0.1/24
address r relay-up 10.9.0.2/24
address r lan 192.0.2.1/24
inside r sysctl -qw net.ipv4.ip_forward=1
ip -n "$ID-s" route add 192.0.2.0/24 via 10.9.0.2
pass r relay-up
config
daemon
: >"$DIR/relay.log"
LOGS+=("$DIR/relay.log")
read -ra enter <<<"$(in_ns r)"
background "$DIR/relay.log" "${enter[@]}" dhcrelay -4 -d -U relay-up -id lan 10.9.0.1
RELAY=$PID
await 5 "the relay" grep -q 'Sending on.*fallback' "$DIR/relay.log"

client_dhclient c1 c cli
await 10 "an address of the link" happened c1 '^BOUND 192\.0\.2\.100 600 192\.0\.2\.1$'
expect "giaddr in the log" logged "DHCPREQUEST for 192.0.2.100 from $(mac c cli) via 10.9.0.2 circuit \"lan\" on srv: DHCPACK"
equal "what the relay said" "$(lease 192.0.2.100 | jq -r '."user-context".ISC."relay-agent-info"."sub-options"')" \
	"0x0103$(printf lan | xxd -p -u)0504C0000201"
# past the relay; ISC's would hear that as well, on both of its sides
end "$RELAY"
ip -n "$ID-c" route replace default via 192.0.2.1 # the hook sets the address alone
n=$(times c1 '^RENEW')
await 10 "two renewals" times_more c1 '^RENEW 192\.0\.2\.100 600 192\.0\.2\.1$' $((n + 1))
# predicted when the relayed one was answered
await 10 "them in the log" logged "DHCPREQUEST for 192.0.2.100 from $(mac c cli): DHCPACK by XDP"
equal "leases" "$(live_leases)" 1
