#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# A relay's address becomes the host's, which has more of them than a link's record has room for: the daemon refuses the
# relay from then on, and XDP does not go on answering it from what it has learned. Others' relayed clients are learned again.
. "$(dirname "$0")/lib.sh"

LIFETIME=600
SUBNET="- {id: 2, subnet: 10.5.0.0/24, pools: [{pool: 10.5.0.100 - 10.5.0.199}]}"
rig
for i in 1 2 3 4 5 6 7; do address s lo 10.9.0.$i/32; done
ip -n "$ID-s" route add 10.5.0.0/24 via 192.0.2.9
address c cli 192.0.2.9/24
config
daemon
relayed() { # GIADDR CHADDR WORDS...: the answer, "TYPE ADDRESS"
	local giaddr=$1 chaddr=$2
	shift 2
	one c cli "$@" chaddr="$chaddr" giaddr="$giaddr" src="$giaddr" dst="$NET.1" dmac="$(mac s srv)" sport=67 \
		server="$NET.1" wait=400 | type_and_address
}
request() { relayed "$1" "$2" request requested="$3"; }
hit() { by_xdp request "$@" >/dev/null; }
first=02:00:00:00:00:01 second=02:00:00:00:00:02
relayed 10.5.0.2 $first discover >/dev/null || fail "no offer"
await 10 "a hit for the one relay" hit 10.5.0.2 $first 10.5.0.100
relayed 10.5.0.3 $second discover >/dev/null || fail "no offer"
await 10 "a hit for the other" hit 10.5.0.3 $second 10.5.0.101

ip -n "$ID-s" link add br0 type bridge
ip -n "$ID-s" link set br0 up
address s br0 10.5.0.2/32
refused() { [ -z "$(request 10.5.0.2 $first 10.5.0.100)" ]; }
await 5 "the relay to be refused" refused
before=$(acks_xdp)
for i in 1 2 3; do expect "it to be refused still ($i)" refused; done
equal "ACKs to it by XDP" "$(acks_xdp)" "$before"
ctl fast-path off >/dev/null
expect "the daemon to say the same" refused
ctl fast-path on >/dev/null
await 10 "a hit for the other again" hit 10.5.0.3 $second 10.5.0.101
expect "the one to be refused still" refused

ip -n "$ID-s" link del br0
answered() { [ "$(request 10.5.0.2 $first 10.5.0.100)" = "ack 10.5.0.100" ]; }
await 10 "the relay to be served again" answered
await 10 "a hit for it" hit 10.5.0.2 $first 10.5.0.100
