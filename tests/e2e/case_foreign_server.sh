#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# A foreign server on a served link, dnsmasq: its OFFERs and ACKs are counted and it is logged once a period, an ACK of
# an address of ours is an error; in allow-servers it is of no account. A client that chooses a server that is not
# heard tells of it. Requests are served all the while, and replies that come in a flood are left to the kernel.
. "$(dirname "$0")/lib.sh"

LIFETIME=600
POOL="192.0.2.100 - 192.0.2.109"
segment
for n in s c r; do namespace $n; done
port s srv
port c cli
port r rogue
address s srv 192.0.2.1/24
address r rogue 192.0.2.2/24
config
daemon
read -ra enter <<<"$(in_ns r)"
background "$DIR/rogue.log" "${enter[@]}" dnsmasq --keep-in-foreground --log-facility=- --log-dhcp --port=0 --user=root \
	--conf-file=/dev/null --interface=rogue --bind-interfaces --dhcp-range=192.0.2.105,192.0.2.150,1h \
	--dhcp-authoritative --no-ping --dhcp-leasefile="$DIR/rogue.leases"
await 5 "dnsmasq" grep -q 'DHCP, IP range' "$DIR/rogue.log"
lines() { grep -c "warning: foreign DHCP server $1 on srv" "$(log)" || :; }
errors() { grep -c "error: foreign DHCP server 192\.0\.2\.2 on srv" "$(log)" || :; }
of_rogue() { one c cli "$1" wait=1000 replies=2 "${@:2}" | jq -sr '.[] | select(.server == "192.0.2.2") | .type + " " + .yiaddr'; }

who=chaddr=02:00:00:00:00:01
offer=$(of_rogue discover $who broadcast=1)
[ "${offer% *}" = offer ] || fail "the foreign server does not offer, but '$offer'"
addr=${offer#* }
await 5 "its OFFER to be counted" equal_silent 1 statistic pkt4-foreign-offer-received
expect "a line about it" logged "warning: foreign DHCP server 192\.0\.2\.2 on srv \($(mac r rogue) from 192\.0\.2\.2\): DHCPOFFER of $addr to 02:00:00:00:00:01"
equal "what the foreign server ACKs" "$(of_rogue request replies=1 $who requested="$addr" server=192.0.2.2 broadcast=1)" "ack $addr"
await 5 "its ACK to be counted" equal_silent 1 statistic pkt4-foreign-ack-received
equal "who chose it" "$(statistic xdhcp-foreign-chosen)" 1
equal "by link" "$(status | jq -c '."fast-path".interfaces[0] | [."foreign-offers", ."foreign-acks"]')" "[1,1]"
equal "in the status" "$(status | jq -r '."foreign-servers"[] | "\(.server) \(.interface) \(.mac) \(.source) \(.offers) \(.acks) \(.chosen)"')" \
	"192.0.2.2 srv $(mac r rogue) 192.0.2.2 1 1 1"
of_rogue discover $who broadcast=1 >/dev/null
await 5 "its second OFFER to be counted" equal_silent 2 statistic pkt4-foreign-offer-received
equal "lines about it" "$(lines 192.0.2.2)" 1

# an address that we may give, or have given
address=$(one c cli discover chaddr=02:00:00:00:00:05 wait=1000 replies=2 | jq -sr '.[] | select(.server == "192.0.2.1") | .yiaddr')
[ -n "$address" ] || fail "no offer of ours"
in_pool=192.0.2.109
equal "what is asked of the foreign server" "$(of_rogue discover chaddr=02:00:00:00:00:06 requested=$in_pool broadcast=1)" "offer $in_pool"
equal "what it ACKs" "$(of_rogue request replies=1 chaddr=02:00:00:00:00:06 requested=$in_pool server=192.0.2.2 broadcast=1)" "ack $in_pool"
await 5 "an error" equal_silent 1 errors
expect "its words" logged "gave 192\.0\.2\.1[0-9]* to 02:00:00:00:00:0., which lies in our pools"

# nobody hears this one, but its client tells
one c cli request wait=100 chaddr=02:00:00:00:00:03 requested=192.0.2.200 server=192.0.2.3 >/dev/null
await 5 "a line about who was chosen" equal_silent 1 lines '192\.0\.2\.3'
expect "its words" logged "192\.0\.2\.3 on srv \(only its clients are heard\): DHCPREQUEST of 192\.0\.2\.200 by 02:00:00:00:00:03"

# allowed
sed -i '1i allow-servers: [192.0.2.2]' "$DIR/s.yaml"
ctl reload >/dev/null
offers=$(statistic pkt4-foreign-offer-received) acks=$(statistic pkt4-foreign-ack-received) chosen=$(statistic xdhcp-foreign-chosen)
offer=$(of_rogue discover chaddr=02:00:00:00:00:07 broadcast=1)
of_rogue request replies=1 chaddr=02:00:00:00:00:07 requested="${offer#* }" server=192.0.2.2 broadcast=1 >/dev/null
one c cli request wait=100 chaddr=02:00:00:00:00:03 requested=192.0.2.201 server=192.0.2.4 >/dev/null
await 5 "a line about another" equal_silent 1 lines '192\.0\.2\.4'
equal "OFFERs of who is allowed" "$(statistic pkt4-foreign-offer-received)" "$offers"
equal "its ACKs" "$(statistic pkt4-foreign-ack-received)" "$acks"
equal "its clients" "$(statistic xdhcp-foreign-chosen)" $((chosen + 1))
equal "errors" "$(errors)" 1
