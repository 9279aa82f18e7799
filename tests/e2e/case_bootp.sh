#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# modes: native generic
#
# BOOTP (RFC 951, 1534): bootpc gets the address and boot data that are reserved for it, for ever, and again after a
# restart; others get silence, or with `bootp: all` an address of the pools; with `none` all get silence.
. "$(dirname "$0")/lib.sh"

LIFETIME=600
subnet() { # KEY: VALUE
	SUBNET="  $1
  reservations:
  - {hw-address: '02:00:00:00:00:b1', ip-address: 192.0.2.10, next-server: 192.0.2.9, boot-file-name: net.boot}"
	config
}
rig
subnet "bootp: reserved"
ip -n "$ID-c" link set cli address 02:00:00:00:00:b1
ip -n "$ID-c" route add 255.255.255.255/32 dev cli # it sends by a plain socket
daemon

# what it prints are the shell's assignments; it hears broadcasts alone, having no address yet
bootp_client() {
	inside c timeout 10 bootpc --dev cli --serverbcast --returniffail 2>>"$DIR/bootpc.log" | tr -d "'" | LC_ALL=C sort | xargs
}
LOGS+=("$DIR/bootpc.log")
WANT="BOOTFILE=net.boot BROADCAST=192.0.2.255 GATEWAY=0.0.0.0 GATEWAYS=192.0.2.1 GATEWAYS_1=192.0.2.1"
WANT+=" IPADDR=192.0.2.10 NETMASK=255.255.255.0 NETWORK=192.0.2.0 SERVER=192.0.2.9"
infinite() { sql "SELECT address, mac, state, expires FROM leases WHERE state = 'bound' ORDER BY address" | xargs; }
counts() { echo "$(statistic xdhcp-bootp-received) $(statistic xdhcp-bootp-sent) $(acks_xdp)"; }
again() { one c cli bootp wait=600 "$@"; }

equal "what bootpc was told" "$(bootp_client)" "$WANT"
expect "it in the log" logged "BOOTREQUEST for 192.0.2.10 from 02:00:00:00:00:b1 via srv: BOOTREPLY$"
equal "the store" "$(infinite)" "192.0.2.10|02:00:00:00:00:b1|bound|never"
equal "the lease" "$(lease 192.0.2.10 | jq -c '[.state, ."valid-lft", ."user-context".xdhcp.expire]')" "[0,4294967295,null]"
stop
daemon
equal "what bootpc was told after a restart" "$(bootp_client)" "$WANT"
equal "the store" "$(infinite)" "192.0.2.10|02:00:00:00:00:b1|bound|never"

# No DHCP in the answer, and 300 bytes of it
reply=$(again hex=1) || fail "no answer"
equal "the reply" "$(jq -c '[.type, .yiaddr, .server, .lifetime, .options."53", .options."51", (.frame | length / 2)]' <<<"$reply")" \
	'["bootp","192.0.2.10","0.0.0.0",0,null,null,342]'
# RFC 951 3: who knows its address is told the rest
equal "whom it tells" "$(again ciaddr=192.0.2.10 | jq -r '"\(.type) \(.yiaddr) \(.ciaddr) \(.dst) \(.options."1")"')" \
	"bootp 0.0.0.0 192.0.2.10 192.0.2.10 ffffff00"
equal "received, sent, by XDP" "$(counts)" "3 3 0"

again chaddr=02:00:00:00:00:b2 && fail "an answer for whom nothing is reserved"
expect "the reason" logged "BOOTREQUEST from 02:00:00:00:00:b2 via srv: no answer: no address is reserved for this BOOTP client"

subnet "bootp: all"
ctl reload >/dev/null
reply=$(again chaddr=02:00:00:00:00:b2) || fail "no answer with 'all'"
equal "its address" "$(jq -r .yiaddr <<<"$reply")" 192.0.2.100
equal "the same again" "$(again chaddr=02:00:00:00:00:b2 | jq -r .yiaddr)" 192.0.2.100
equal "the store" "$(infinite)" "192.0.2.10|02:00:00:00:00:b1|bound|never 192.0.2.100|02:00:00:00:00:b2|bound|never"
# nobody else gets it
equal "another's address" "$(dora c cli chaddr=02:00:00:00:00:b3 requested=192.0.2.100 | jq -r .yiaddr)" 192.0.2.101

subnet "bootp: none"
ctl reload >/dev/null
again && fail "an answer with 'none'"
expect "the reason" logged "BOOTREQUEST from 02:00:00:00:00:b1 via srv: no answer: BOOTP clients are not served"
equal "received, sent, by XDP" "$(counts)" "7 5 0"
