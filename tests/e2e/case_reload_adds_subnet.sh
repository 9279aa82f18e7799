#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# A reload adds a subnet that names the interface, and takes it away again: the other subnet's client there is
# answered the same with the fast path and without it.
. "$(dirname "$0")/lib.sh"

LIFETIME=600
rig
config
daemon
addr=$(dora c cli | jq -r .yiaddr) || fail "no lease"
again() { renew c cli "$addr" 192.0.2.1 "$(mac s srv)" xid=7 hex=1 wait=1500; }
rebind() { one c cli request ciaddr="$addr" src="$addr" xid=7 hex=1 wait=1500; }
reload() { # SUBNET
	local n
	n=$(grep -c 'reloaded from' "$(log)" || :)
	SUBNET=$1
	config
	kill -HUP "$(daemon_pid)"
	await 5 "the reload" more_than "$n" grep -c 'reloaded from' "$(log)"
}
compare() { # WHAT
	both_ways "$1, renewing" again
	say "$1: $(jq -r .type <<<"${REPLY:-{\"type\":\"no reply\"\}}")"
	both_ways "$1, rebinding" rebind
}

compare "one subnet"
by_xdp() { # a renewal is answered from the cache
	local n
	n=$(acks_xdp)
	again && more_acks_than "$n"
}
await 5 "XDP to answer" by_xdp
reload "- id: 2
  subnet: 198.51.100.0/24
  interface: srv
  pools: [{pool: 198.51.100.100 - 198.51.100.199}]"
compare "another subnet names the interface"
reload ""
compare "one subnet again"
await 5 "XDP to answer again" by_xdp
