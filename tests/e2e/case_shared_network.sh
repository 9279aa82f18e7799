#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# modes: native generic
#
# A shared network: two subnets on one link, with two free addresses each beside the exclusions. Four clients get them, each
# with its subnet's mask, router and server, and renew by XDP, in the second as in the first; a fifth gets none. Whose
# reservation is in the sibling gets that, and is moved to it when it is made while the client has another.
. "$(dirname "$0")/lib.sh"

namespace s
namespace c
namespace d
segment
port s srv
port c cli
port d cli
address s srv 192.0.2.1/24
address s srv 198.51.100.1/25
network() { # RESERVATION
	cat >"$DIR/s.yaml" <<-EOT
		interfaces-config: {interfaces: [srv]}
		control-socket: {socket-type: unix, socket-name: $DIR/s.sock}
		lease-database: {type: sqlite, name: $DIR/s.db}
		fast-path: {mode: $MODE, pin-path: $(pin)}
		valid-lifetime: 600
		renew-timer: 2
		shared-networks:
		- name: floor
		  interface: srv
		  option-data: [{name: domain-name, data: floor.example.org}]
		  subnet4:
		  - id: 1
		    subnet: 192.0.2.0/24
		    pools: [{pool: 192.0.2.96/29}]
		    exclusions: [192.0.2.96, 192.0.2.98 - 192.0.2.101, 192.0.2.103]
		    option-data: [{name: routers, data: 192.0.2.1}]
		  - id: 2
		    subnet: 198.51.100.0/25
		    pools: [{pool: 198.51.100.100 - 198.51.100.101}]
		    option-data: [{name: routers, data: 198.51.100.1}]
		    reservations:
		    - {hw-address: "02:00:00:00:00:77", ip-address: 198.51.100.77}
		$1
	EOT
}
network ""
daemon
smac=$(mac s srv)

# What an ACK says beside the address
terms() { jq -r '"\(.type) \(.options."1") \(.router) \(.server)"'; }
FIRST="ack ffffff00 192.0.2.1 192.0.2.1"
SECOND="ack ffffff80 198.51.100.1 198.51.100.1"
PRL="prl=1,3,15"

ack=$(dora c cli chaddr=02:00:00:00:00:77 $PRL) || fail "no lease for whose reservation is in the sibling"
equal "its address" "$(jq -r .yiaddr <<<"$ack")" 198.51.100.77
equal "its terms" "$(terms <<<"$ack")" "$SECOND"

client_dhclient c1 c cli
await 10 "an address of the first subnet" happened c1 '^BOUND 192\.0\.2\.(97|102) 600 192\.0\.2\.1$'
ack=$(dora c cli chaddr=02:00:00:00:00:02 $PRL) || fail "no second address of the first subnet"
second=$(jq -r .yiaddr <<<"$ack")
equal "its terms" "$(terms <<<"$ack")" "$FIRST"
equal "the first subnet's" "$(printf '%s\n' "$second" "$(address_of c1)" | sort | xargs)" "192.0.2.102 192.0.2.97"
client_dhclient d1 d cli
D1=$PID
await 10 "an address of the second subnet" happened d1 '^BOUND 198\.51\.100\.10[01] 600 198\.51\.100\.1$'
ack=$(dora c cli chaddr=02:00:00:00:00:04 $PRL) || fail "no second address of the second subnet"
fourth=$(jq -r .yiaddr <<<"$ack")
equal "its terms" "$(terms <<<"$ack")" "$SECOND"
equal "the second subnet's" "$(printf '%s\n' "$fourth" "$(address_of d1)" | sort | xargs)" "198.51.100.100 198.51.100.101"
equal "the network's domain" "$(jq -r '.options."15"' <<<"$ack" | xxd -r -p)" floor.example.org
one c cli discover chaddr=02:00:00:00:00:05 wait=500 && fail "an offer where there is nothing left"
expect "so in the log" logged "DHCPDISCOVER from 02:00:00:00:00:05 via srv: no answer: no free address"
one c cli request chaddr=02:00:00:00:00:05 requested=192.0.2.98 wait=300 | grep -q '"ack"' && fail "an excluded address"

# Renewals, of real clients and by their bytes
await 15 "two renewals in the first" times_more c1 '^RENEW 192' 1
await 15 "two renewals in the second" times_more d1 '^RENEW 198' 1
await 5 "all renewals to be answered by XDP" all_by_xdp c1 d1
end "$D1"
again() { # MESSAGE-WORDS...: the second client's, then the fourth's
	local client=$1 addr=$2
	shift 2
	one c cli request chaddr="02:00:00:00:00:$client" $PRL hex=1 xid=7 wait=1500 "$@" "ciaddr=$addr" "src=$addr"
}
own() { again "$1" "$2" dmac="$smac" dst="$3"; } # CLIENT ADDRESS SERVER
for each in "02 $second 192.0.2.1 $FIRST" "04 $fourth 198.51.100.1 $SECOND" "02 $second 198.51.100.1 $FIRST"; do
	read -r client addr server terms <<<"$each"
	both_ways "the renewal of $addr at $server" own "$client" "$addr" "$server"
	equal "its source" "$(jq -r .src <<<"$REPLY")" "$server"
	equal "its terms" "$(terms <<<"$REPLY")" "$terms"
	both_ways "the rebinding of $addr" again "$client" "$addr"
	equal "its terms" "$(terms <<<"$REPLY")" "$terms"
done

# A reservation in the sibling for whom the first subnet has bound: refused once, and it moves
before=$(address_of c1)
network "    - {hw-address: '$(mac c cli)', ip-address: 198.51.100.50}"
ctl reload >/dev/null
await 15 "the client to move" happened c1 '^BOUND 198\.51\.100\.50 600 198\.51\.100\.1$'
expect "the reason in the log" logged "DHCPREQUEST for $before from $(mac c cli) .*via srv: DHCPNAK: another address is reserved for this client"
expect "the new lease" bound 198.51.100.50 "$(mac c cli)"
equal "refusals" "$(statistic pkt4-nak-sent)" 1
