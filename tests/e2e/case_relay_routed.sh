#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# A relay behind a router, of a subnet that no link of the server has an address in: answers go to giaddr on the
# way that the server's routing says, from the address that was asked, whatever the interface that the request came
# in by; the clients renew past the relay; where there is no route it is counted and said once. All of it is the daemon's
# to answer here: XDP answers by the way that a request came in by.
. "$(dirname "$0")/lib.sh"

NET=192.168.7
IFACE='"*"'
LIFETIME=600
CLIENT=02:00:00:00:07:01
AGENT=0104706f72740203aabbcc
namespace s
namespace t
namespace r
veth s srv t near
veth s srv2 t near2
veth t far r wan
address s srv 10.9.0.1/24
address s srv2 10.10.0.1/24
ip -n "$ID-s" address add 10.255.0.1/32 dev lo
address t near 10.9.0.2/24
address t near2 10.10.0.2/24
address t far 10.8.0.1/24
address r wan 10.8.0.2/24
ip -n "$ID-r" address add $NET.1/24 dev lo
inside t sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.near.rp_filter=0 \
	net.ipv4.conf.near2.rp_filter=0 net.ipv4.conf.far.rp_filter=0
ip -n "$ID-t" route add $NET.0/24 via 10.8.0.2
ip -n "$ID-t" route add 10.255.0.1/32 via 10.9.0.1
ip -n "$ID-s" route add 10.8.0.0/16 via 10.9.0.2
ip -n "$ID-s" route add $NET.0/24 via 10.9.0.2
pass t near
pass t near2
config
daemon
ctl fast-path off >/dev/null

from_far() { # TYPE DST WORDS...: what arrives at the router's far side
	local type=$1 dst=$2
	shift 2
	one r wan "$type" chaddr=$CLIENT smac="$(mac r wan)" dmac="$(mac t far)" dst="$dst" wait=1500 "$@"
}
relayed() { # TYPE WORDS...
	local type=$1
	shift
	from_far "$type" "${ASKED:-10.9.0.1}" src=$NET.1 giaddr=$NET.1 option=82:$AGENT "$@"
}
got() { jq -r "\"\\(.$1)\"" <<<"$reply"; }

equal "interfaces" "$(status | jq -c "[.\"fast-path\".interfaces[].name] | sort")" "[\"srv\",\"srv2\"]"
reply=$(relayed discover) || fail "no offer"
addr=$(got yiaddr)
equal "the offer's way" "$(got 'type) \(.src) \(.dst) \(.port) \(.ttl) \(.sums) \(.smac')" \
	"offer 10.9.0.1 $NET.1 67 63 true $(mac t far)"
equal "giaddr and option 82" "$(got 'giaddr) \(.options."82"')" "$NET.1 $AGENT"
equal "option 82's place" "$(jq -r '.options | keys_unsorted[-1]' <<<"$reply")" 82
reply=$(relayed request requested="$addr" server=10.9.0.1) || fail "no ACK"
equal "the ACK" "$(got 'type) \(.yiaddr) \(.lifetime) \(.options."82"')" "ack $addr 600 $AGENT"
expect "the lease" bound "$addr" $CLIENT
equal "its relay" "$(lease_field "$addr" giaddr)" $NET.1
equal "what its relay said" "$(lease "$addr" | jq -c '."user-context".ISC')" \
	'{"relay-agent-info":{"remote-id":"AABBCC","sub-options":"0x0104706F72740203AABBCC"}}'
expect "the circuit for people" grep -Eq '^circuit-id +"port"$' <("$B/xdhcpctl" -s "$DIR/s.sock" lease "$addr")
expect "the circuit in the log" logged "DHCPREQUEST for $addr from $CLIENT via $NET.1 circuit \"port\" on srv: DHCPACK"

# RFC 2131 4.3.2: the relay is to broadcast a NAK, and is told so
reply=$(relayed request requested=10.77.0.9 option=61:00ff) || fail "no NAK"
equal "the NAK" "$(got 'type) \(.dst) \(.port) \(.broadcast) \(.options."82"')" "nak $NET.1 67 true $AGENT"

# RFC 8357: the relay listens where it sent from
reply=$(AGENT=${AGENT}1300 relayed request requested="$addr" server=10.9.0.1 sport=1067) ||
	fail "no ACK to another port"
equal "the port" "$(got port)" 1067

# RFC 2131 4.3.5: to ciaddr, past the relay, which is told nothing
reply=$(relayed inform ciaddr=$NET.77) || fail "no answer to a relayed INFORM"
equal "the INFORM's ACK" "$(got 'type) \(.dst) \(.port) \(.giaddr) \(.options."82"')" "ack $NET.77 68 0.0.0.0 null"

# The client renews past the relay, by the router
reply=$(from_far request 10.9.0.1 src="$addr" ciaddr="$addr") || fail "no renewal"
equal "the renewal" "$(got 'type) \(.src) \(.dst) \(.port')" "ack 10.9.0.1 $addr 68"
equal "its relay still" "$(lease_field "$addr" giaddr)" $NET.1

# So does who must not, and hears of it: a broadcast on the server's link would not reach it
reply=$(from_far request 10.9.0.1 src=$NET.199 ciaddr=$NET.199) || fail "no NAK past the relay"
equal "the NAK past the relay" "$(got 'type) \(.src) \(.dst) \(.port')" "nak 10.9.0.1 $NET.199 68"

# Addresses of ours that are on another interface than the one it comes in by
for ASKED in 10.10.0.1 10.255.0.1; do
	ip -n "$ID-t" route replace $ASKED/32 via 10.9.0.1
	reply=$(relayed request requested="$addr") || fail "no ACK from $ASKED"
	equal "the source" "$(got 'src) \(.dst) \(.ttl')" "$ASKED $NET.1 63"
done

# The way back is another than the way in, and the kernel is strict about it
inside s sysctl -qw net.ipv4.conf.all.rp_filter=1 net.ipv4.conf.srv.rp_filter=1 net.ipv4.conf.srv2.rp_filter=1
ip -n "$ID-s" route replace $NET.0/24 via 10.10.0.2
ASKED=10.9.0.1
reply=$(relayed request requested="$addr") || fail "no ACK by the other way"
equal "its source" "$(got 'src) \(.dst')" "10.9.0.1 $NET.1"

# No route: counted, said once, and nothing else is held up
equal "failed sends" "$(status | jq '.drops."send-failed"')" 0
ip -n "$ID-s" route del $NET.0/24
relayed request requested="$addr" count=20 every=10 wait=300 && fail "an answer without a route"
equal "failed sends" "$(status | jq '.drops."send-failed"')" 20
expect "the reason in the log" logged "cannot send to $NET\\.1: Network is unreachable"
equal "lines about it" "$(grep -c 'cannot send to' "$(log)")" 1
ip -n "$ID-s" route add $NET.0/24 via 10.9.0.2
relayed request requested="$addr" >/dev/null || fail "no ACK with the route back"
equal "failed sends" "$(status | jq '.drops."send-failed"')" 20

# With a subnet on a link and none beyond, "*" is that link alone
stop
SUBNET="- id: 2
  subnet: 10.9.0.0/24
  interface: srv
  pools: [{pool: 10.9.0.100 - 10.9.0.199}]"
NET=10.10.0
config
daemon
equal "interfaces" "$(status | jq -c '[."fast-path".interfaces[].name] | sort')" '["srv","srv2"]'
stop
SUBNET=
config
daemon
equal "interfaces" "$(status | jq -c '[."fast-path".interfaces[].name]')" '["srv2"]'

# Nor is one remote that shares a network with a subnet on a link
stop
NET=10.20.0
SUBNET="  interface: srv"
GLOBAL="shared-networks: [{name: both, subnet4: [{id: 7, subnet: 192.168.7.0/24}, {id: 8, subnet: 10.9.0.0/24}]}]"
config
daemon
equal "interfaces" "$(status | jq -c '[."fast-path".interfaces[].name]')" '["srv"]'
