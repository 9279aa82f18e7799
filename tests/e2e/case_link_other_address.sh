#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# modes: native generic
#
# An interface comes back with another address, while the daemon is dead or lives: no answer from the cache names the
# old server. One that comes back as it was keeps its cache.
. "$(dirname "$0")/lib.sh"

LIFETIME=600
rig
srv_mac=$(mac s srv)
config
daemon
client=chaddr=02:00:00:00:00:01
addr=$(dora c cli $client | jq -r .yiaddr) || fail "no lease"
rebind() { one c cli request $client ciaddr="$addr" src="$addr" wait=1500; }
come_back() { # ADDRESS: deleted and made anew, with the same MAC
	ip -n "$ID-s" link del srv
	veth s srv c cli
	ip -n "$ID-s" link set srv address "$srv_mac"
	pass c cli
	address s srv "$1/24"
}
server() { # WHAT ADDRESS: every REBIND that is answered is answered by it, soon by XDP
	local n reply deadline=$((SECONDS + 15))
	n=$(acks_xdp)
	until more_acks_than "$n"; do
		[ $SECONDS -lt $deadline ] || fail "$1: XDP does not answer"
		reply=$(rebind) || continue
		equal "$1: the server's address" "$(jq -r '.type + " " + .server + " " + .src' <<<"$reply")" "ack $2 $2"
	done
}

server "at first" 192.0.2.1
crash
come_back 192.0.2.1
daemon
n=$(acks_xdp)
rebind >/dev/null || fail "no REBIND"
expect "the cache of an interface that came back as it was" more_acks_than "$n"

crash
come_back 192.0.2.2
daemon
server "another address, daemon dead" 192.0.2.2
ctl fast-path off >/dev/null
equal "another address, by the daemon" "$(rebind | jq -r .server)" 192.0.2.2
ctl fast-path on >/dev/null

come_back 192.0.2.3
await 10 "the interface to be served again" logged 'srv: addresses changed|serving on srv .* 1 address'
await 10 "an answer on the interface that came back" rebind
server "another address, daemon alive" 192.0.2.3
