#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# INFORM in all its forms (RFC 2131 4.3.5: options only, no lease, to ciaddr), with dhcpcd as well; reservations by
# hw-address and client-id, and an asked lifetime.
. "$(dirname "$0")/lib.sh"

LIFETIME=600
SUBNET='  reservations:
  - {hw-address: "02:00:00:00:00:07", ip-address: 192.0.2.7, hostname: seven, option-data: [{name: routers, data: 192.0.2.254}]}
  - {client-id: "ff:01:02:03", ip-address: 192.0.2.8}
  min-valid-lifetime: 300
  max-valid-lifetime: 900'
rig
config
daemon
reply=$(one c cli inform ciaddr=192.0.2.77 src=192.0.2.77 prl=1,3) || fail "no answer to INFORM"
equal "the answer to INFORM" "$(jq -r '"\(.type) \(.yiaddr) \(.lifetime) \(.t1) \(.t2) \(.router) \(.dst)"' <<<"$reply")" \
	"ack 0.0.0.0 0 0 0 192.0.2.1 192.0.2.77"

# inform WORDS...: TYPE CIADDR DST DMAC PORT, and whether there is anything of a lease in it
inform() {
	one c cli inform chaddr=02:00:00:00:00:77 prl=1,3,252 "$@" | jq -r '"\(.type) \(.ciaddr) \(.dst) \(.dmac) \(.port) " +
		([.yiaddr, .lifetime, .t1, .t2] == ["0.0.0.0", 0, 0, 0] | tostring)'
}
HOST=02:00:00:00:00:77
for way in "" "dst=192.0.2.1 dmac=$(mac s srv)"; do
	# shellcheck disable=SC2086 # words
	equal "the answer, asked by ${way:-broadcast}" "$(inform ciaddr=192.0.2.77 src=192.0.2.77 $way)" \
		"ack 192.0.2.77 192.0.2.77 $HOST 68 true"
done
# browsers ask for WPAD's option again and again
for n in 1 2 3; do
	equal "answer $n to the same" "$(inform ciaddr=192.0.2.77 src=192.0.2.77 xid=99)" "ack 192.0.2.77 192.0.2.77 $HOST 68 true"
done
equal "the B bit, which changes nothing" "$(inform ciaddr=192.0.2.77 src=192.0.2.77 broadcast=1)" "ack 192.0.2.77 192.0.2.77 $HOST 68 true"
equal "without ciaddr" "$(inform src=192.0.2.77)" "ack 0.0.0.0 192.0.2.77 $HOST 68 true"
equal "without any address" "$(inform)" "ack 0.0.0.0 255.255.255.255 ff:ff:ff:ff:ff:ff 68 true"
equal "from outside of the pools" "$(inform ciaddr=192.0.2.9 src=192.0.2.9)" "ack 192.0.2.9 192.0.2.9 $HOST 68 true"
equal "the answer to who is of another network" "$(inform ciaddr=10.1.1.1 src=10.1.1.1 wait=400)" ""
expect "the reason in the log" logged "DHCPINFORM for 10.1.1.1 from $HOST via srv: no answer: the address is of another network"
for edge in 192.0.2.0 192.0.2.255; do
	equal "the answer to $edge" "$(inform ciaddr=$edge src=192.0.2.77 wait=400)" ""
	equal "the answer to $edge by a relay" "$(inform ciaddr=$edge giaddr=192.0.2.66 src=192.0.2.66 wait=400)" ""
done
equal "such addresses" "$(statistic xdhcp-silent-address-of-no-host)" 4
# By a relay: to the client, of which the relay is told nothing; or to the relay, if the client says no address
ip -n "$ID-c" address add 192.0.2.66/24 dev cli
ip -n "$ID-c" address add 192.0.2.77/24 dev cli
equal "by a relay" "$(inform ciaddr=192.0.2.77 giaddr=192.0.2.66 src=192.0.2.66 option=82:010161 dst=192.0.2.1 dmac="$(mac s srv)")" \
	"ack 192.0.2.77 192.0.2.77 $(mac c cli) 68 true"
equal "by a relay, without ciaddr" "$(inform giaddr=192.0.2.66 src=192.0.2.66 option=82:010161)" \
	"ack 0.0.0.0 192.0.2.66 $(mac c cli) 67 true"
ip -n "$ID-c" address flush dev cli
client_dhcpcd c1 c cli -s 192.0.2.78/24
await 15 "dhcpcd to be informed" happened c1 '^INFORM 192\.0\.2\.78 - 192\.0\.2\.1$'
end "$PID"
equal "answers by XDP" "$(acks_xdp)" 0
equal "leases" "$(live_leases)" 0

# Who has a lease keeps it as it is
ack=$(dora c cli chaddr=02:00:00:00:00:06) || fail "no lease"
addr=$(jq -r .yiaddr <<<"$ack")
before=$(sql "SELECT * FROM lease")
reply=$(one c cli inform chaddr=02:00:00:00:00:06 ciaddr="$addr" src="$addr" prl=1,3) || fail "no answer to INFORM"
equal "the lease after an INFORM" "$(sql "SELECT * FROM lease")" "$before"

ack=$(dora c cli chaddr=02:00:00:00:00:07 prl=1,3) || fail "no lease"
equal "the reserved address" "$(jq -r '.yiaddr + " " + .router' <<<"$ack")" "192.0.2.7 192.0.2.254"
ack=$(dora c cli chaddr=02:00:00:00:00:09 cid=ff010203) || fail "no lease"
equal "the address reserved by client id" "$(jq -r .yiaddr <<<"$ack")" 192.0.2.8
for asked in 100 700 5000; do
	ack=$(dora c cli chaddr=02:00:00:00:01:00 lifetime=$asked) || fail "no lease"
	granted="${granted:-}$(jq -r '"\(.lifetime)/\(.t1)/\(.t2) "' <<<"$ack")"
done
equal "granted lifetimes" "$granted" "300/150/262 700/350/612 900/450/787 "
ack=$(renew c cli "$(jq -r .yiaddr <<<"$ack")" 192.0.2.1 "$(mac s srv)" chaddr=02:00:00:00:01:00 lifetime=5000) || fail "no renewal"
equal "granted by XDP" "$(jq -r .lifetime <<<"$ack") $(acks_xdp)" "900 1"
expect "good checksums from XDP" test "$(jq -r .sums <<<"$ack")" = true
