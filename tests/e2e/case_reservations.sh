#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# slow: 15
# Reservations behind a real relay that adds option 82 (ISC's, whose circuit id is the name of its port): by circuit,
# which the renewal past the relay does not show; by client id and MAC, in pools and outside, of a subnet and
# global; with the second machine of a circuit; and what becomes of a renewal without stash-agent-options.
. "$(dirname "$0")/lib.sh"

SERVER=10.9.0.1
LIFETIME=600
namespace s
namespace r
namespace c
namespace d
veth s srv r relay-up
veth r port1 c cli
veth r port2 d cli
address s srv $SERVER/24
address r relay-up 10.9.0.2/24
address r port1 192.0.2.1/24
address r port2 198.51.100.1/24
inside r sysctl -qw net.ipv4.ip_forward=1
ip -n "$ID-s" route add 192.0.2.0/24 via 10.9.0.2
ip -n "$ID-s" route add 198.51.100.0/24 via 10.9.0.2
pass r relay-up

GLOBAL="renew-timer: 1
stash-agent-options: true
reservations-global: true
reservations:
- {hw-address: '02:00:00:00:00:61', ip-address: 198.51.100.61, hostname: global-one}
- {hw-address: '02:00:00:00:00:62', hostname: global-name}"
SUBNET="  reservations:
  - {circuit-id: \"'port1'\", ip-address: 192.0.2.50, hostname: desk-1, next-server: 192.0.2.9}
- id: 2
  subnet: 198.51.100.0/24
  pools: [{pool: 198.51.100.100 - 198.51.100.199}]
  reservations:
  - {client-id: \"'desk-2'\", ip-address: 198.51.100.60, hostname: desk-2}
  - {hw-address: '02:00:00:00:00:11', ip-address: 198.51.100.111}"
config
daemon
server=$(mac r port2) # the clients' router

: >"$DIR/relay.log"
LOGS+=("$DIR/relay.log")
relay() {
	local enter
	: >"$DIR/relay.log"
	read -ra enter <<<"$(in_ns r)"
	background "$DIR/relay.log" "${enter[@]}" dhcrelay -4 -d -a -iu relay-up -id port1 -id port2 $SERVER
	RELAY=$PID
	await 5 "the relay" grep -q 'Sending on.*fallback' "$DIR/relay.log"
}
relay

# --- by circuit: dhclient behind port1 ---

client_dhclient c1 c cli
client=$PID
await 10 "the address of the circuit" happened c1 '^BOUND 192\.0\.2\.50 600 192\.0\.2\.1$'
ip -n "$ID-c" route replace default via 192.0.2.1 # the hook sets the address alone
machine=$(mac c cli)
expect "the lease" bound 192.0.2.50 "$machine"
circuit() { lease 192.0.2.50 | jq -r '."user-context".ISC."relay-agent-info"."sub-options"'; }
equal "what the relay said" "$(circuit)" "0x0105$(printf port1 | xxd -p -u)"
expect "the circuit in the log" \
	logged "DHCPREQUEST for 192.0.2.50 from $machine \(desk-1\) via 192.0.2.1 circuit \"port1\" on srv: DHCPACK$"
# ISC's relay hears what is routed past it as well, so it has to go
end "$RELAY"
n=$(times c1 '^RENEW')
await 10 "renewals without the relay" times_more c1 '^RENEW 192\.0\.2\.50 600 192\.0\.2\.1$' $((n + 1))
# predicted when the relayed one was answered
await 10 "them in the log" logged "DHCPREQUEST for 192.0.2.50 from $machine \(desk-1\): DHCPACK by XDP"
equal "what the relay said, still" "$(circuit)" "0x0105$(printf port1 | xxd -p -u)"
equal "refusals" "$(statistic pkt4-nak-sent)" 0

# Where that is not kept the renewal is a stranger's, and refused. The refusal goes the way the request came, so
# the client hears it and begins anew, by the relay.
stash() { # VALUE
	sed -i "s/stash-agent-options: .*/stash-agent-options: $1/" "$DIR/s.yaml"
	ctl reload >/dev/null
}
stash false
await 10 "the renewal to be refused" \
	logged "DHCPREQUEST for 192.0.2.50 from $machine via srv: DHCPNAK: the address is reserved for another client$"
n=$(times c1 '^BOUND')
relay
await 20 "the lease by the relay once more" times_more c1 '^BOUND 192\.0\.2\.50 ' "$n"
stash true
end "$client"

# A second machine on the same port: from the pool, until the first is done, but under the name of the port
ack=$(dora c cli chaddr=02:00:00:00:00:12) || fail "no lease for the second machine"
addr=$(jq -r .yiaddr <<<"$ack")
equal "its address and name" "${addr%.*} $(lease_field "$addr" hostname)" "192.0.2 desk-1"
expect "its address to be of the pool ($addr)" test "${addr##*.}" -ge 100
bound 192.0.2.50 "$machine" || fail "the first's lease is gone"

# --- by client id, MAC, globally: behind port2 ---

client_udhcpc u1 d cli -x "0x3d:$(printf desk-2 | xxd -p)" -n
await 10 "the address of the client id" happened u1 '^BOUND 198\.51\.100\.60 600 '
equal "its name" "$(lease_field 198.51.100.60 hostname)" desk-2
end "$PID"
# each: its last byte, address, and name
for want in "11 198.51.100.111 " "61 198.51.100.61 global-one" "62 198.51.100.1[0-9][0-9] global-name"; do
	read -r last address name <<<"$want"
	ack=$(dora d cli chaddr=02:00:00:00:00:"$last") || fail "no lease for $last"
	addr=$(jq -r .yiaddr <<<"$ack")
	expect "$addr to be $address ($last)" grep -qx "$address" <<<"$addr"
	equal "the name of $last" "$(lease_field "$addr" hostname)" "$name"
	# the direct renewal: of the machine, and not of its circuit
	ack=$(renew d cli "$addr" $SERVER "$server" chaddr=02:00:00:00:00:"$last") || fail "no renewal for $last"
	equal "the renewal of $last" "$(type_and_address <<<"$ack")" "ack $addr"
	await 10 "it past the relay" logged "DHCPREQUEST for $addr from 02:00:00:00:00:$last.*( via srv: DHCPACK$|: DHCPACK by XDP)"
done
