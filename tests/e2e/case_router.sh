#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# A host that routes: renewals of clients behind it to a server elsewhere pass through it untouched, though
# their address, client and form are in its own cache; its own clients' renewals it answers.
. "$(dirname "$0")/lib.sh"

LIFETIME=600
rig
namespace t
veth s wan t eth
address s wan 203.0.113.1/24
address t eth 203.0.113.9/24
inside s sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.srv.rp_filter=0
ip -n "$ID-t" route add 192.0.2.0/24 via 203.0.113.1
config
daemon

ack=$(dora c cli) || fail "no lease"
addr=$(jq -r .yiaddr <<<"$ack")
gateway=$(mac s srv)
renew c cli "$addr" 192.0.2.1 "$gateway" >/dev/null || fail "no renewal"
equal "ACKs by XDP" "$(acks_xdp)" 1

capture() { # NS IF COUNT OUT: the UDP payloads to port 67 that are seen there, in hex
	local enter
	read -ra enter <<<"$(in_ns "$1")"
	background "$4.err" "${enter[@]}" tcpdump -Q in -U -n -i "$2" -c "$3" -w "$4" 'udp dst port 67'
	await 10 "tcpdump" grep -q 'listening on' "$4.err"
}
payloads() { tcpdump -n -r "$1" -x 2>/dev/null | awk '/^[ \t]*0x/ { sub(/^[^:]*:/, ""); gsub(" ", ""); printf "%s", $0; next } { printf "\n" } END { printf "\n" }' | cut -c 41- | sed '/^$/d'; }

capture t eth 5 "$DIR/far.pcap"
far=$PID
capture s srv 5 "$DIR/near.pcap"
near=$PID
before=$(verdict pass_not_us)
slow=$(statistic pkt4-ack-sent)
renew c cli "$addr" 203.0.113.9 "$gateway" count=5 every=20 wait=300 &&
	fail "somebody answered a renewal to a server that is not there"
gone() { ! alive "$1"; }
await 10 "five renewals at the far server" gone "$far"
await 10 "five renewals at the router" gone "$near"
equal "verdicts 'not us'" "$(($(verdict pass_not_us) - before))" 5
equal "ACKs by XDP" "$(acks_xdp)" 1
equal "ACKs by anybody" "$(statistic pkt4-ack-sent)" "$slow"
expect "packets to be compared" test "$(payloads "$DIR/far.pcap" | wc -l)" = 5
equal "what arrived at the far server" "$(payloads "$DIR/far.pcap" | md5sum)" "$(payloads "$DIR/near.pcap" | md5sum)"
renew c cli "$addr" 192.0.2.1 "$gateway" >/dev/null || fail "no renewal of our own client any more"
equal "ACKs by XDP" "$(acks_xdp)" 2
