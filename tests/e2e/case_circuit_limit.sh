#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# One lease for each port of a switch (leases-per-circuit-id): a second device at the port hears nothing, other ports and
# the same port of another switch are not concerned; the first one renews by XDP all the while, also past its relay and
# with the port full. The count is right after a restart and after a crash; a release makes room. A limit that is
# reached by what is bound already ends nothing.
. "$(dirname "$0")/lib.sh"

LIFETIME=600
SUBNET="- {id: 2, subnet: 10.5.0.0/24, pools: [{pool: 10.5.0.100 - 10.5.0.199}]}"
GLOBAL="leases-per-circuit-id: 1
stash-agent-options: false"
rig
ip -n "$ID-s" route add 10.5.0.0/24 via 192.0.2.9
address c cli 192.0.2.9/24
config
daemon
port1=option=82:01027031020173 port2=option=82:01027032020173 elsewhere=option=82:01027031020174
first=02:00:00:00:00:01 second=02:00:00:00:00:02 third=02:00:00:00:00:03 stranger=02:00:00:00:00:04
behind() { # PORT CHADDR WORDS...: the answer, "TYPE ADDRESS"
	local port=$1 chaddr=$2
	shift 2
	one c cli "$@" chaddr="$chaddr" "$port" giaddr=10.5.0.2 src=10.5.0.2 dst="$NET.1" dmac="$(mac s srv)" sport=67 \
		server="$NET.1" wait=400 | type_and_address
}
discover() { behind "$1" "$2" discover; }
request() { behind "$1" "$2" request requested="$3"; }
fast() { by_xdp request $port1 $first 10.5.0.100 >/dev/null; }
full() { # WHEN
	local before
	before=$(statistic xdhcp-silent-circuit-full)
	equal "an offer $1" "$(discover $port1 $stranger)" ""
	equal "an answer to its request $1" "$(request $port1 $stranger 10.5.0.150)" ""
	equal "refusals counted $1" "$(statistic xdhcp-silent-circuit-full)" $((before + 2))
	fast || fail "the first is not XDP's $1"
}

equal "the offer" "$(discover $port1 $first)" "offer 10.5.0.100"
equal "the second's" "$(discover $port1 $second)" "offer 10.5.0.101"
equal "the first's ACK" "$(request $port1 $first 10.5.0.100)" "ack 10.5.0.100"
await 5 "XDP to answer" fast
full "while it has one"
expect "the reason in the log" logged "no answer: its circuit has as many leases as it may"
equal "another port" "$(discover $port2 $second)" "offer 10.5.0.101"
equal "its ACK" "$(request $port2 $second 10.5.0.101)" "ack 10.5.0.101"
expect "the port of another switch" test "$(discover $elsewhere $third)" = "offer 10.5.0.102"

stop
daemon
full "after a restart"
crash
daemon
full "after a crash"

# Past its relay, by the router
renewed() {
	renew c cli 10.5.0.100 "$NET.1" "$(mac s srv)" chaddr=$first smac=02:00:00:00:00:ff | type_and_address
}
equal "a renewal past the relay" "$(renewed)" "ack 10.5.0.100"
full "after it"

# Two at a port, then one again: both renew
GLOBAL="leases-per-circuit-id: 2"
config
ctl reload >/dev/null
equal "a second one" "$(request $port1 $third 10.5.0.103)" "ack 10.5.0.103"
GLOBAL="leases-per-circuit-id: 1"
config
ctl reload >/dev/null
equal "the one" "$(request $port1 $first 10.5.0.100)" "ack 10.5.0.100"
equal "the other" "$(request $port1 $third 10.5.0.103)" "ack 10.5.0.103"
full "with two that are bound"

release() { # CHADDR ADDR
	one c cli release ciaddr="$2" src="$2" dst="$NET.1" dmac="$(mac s srv)" chaddr="$1" smac=02:00:00:00:00:ff >/dev/null
	await 5 "the lease to end" unbound "$2"
}
release $third 10.5.0.103
full "with one of them gone"
release $first 10.5.0.100
equal "the third device's offer" "$(discover $port1 $stranger | cut -d' ' -f1)" offer
equal "internal failures" "$(verdict drop_internal)" 0
