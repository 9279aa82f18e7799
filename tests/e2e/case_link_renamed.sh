#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# A subnet is bound to an interface by name, and the interface gets another name while it is up:
# from then on XDP answers as the daemon does, which is not at all.
. "$(dirname "$0")/lib.sh"

LIFETIME=600
IFACE='srv, two'
SUBNET='  interface: srv'
rig
config
daemon
client=chaddr=02:00:00:00:00:01
addr=$(dora c cli $client | jq -r .yiaddr) || fail "no lease"
rebind() { one c cli request $client ciaddr="$addr" src="$addr" wait=300 >/dev/null; }
await 10 "a renewal" rebind
before=$(acks_xdp)
ip -n "$ID-s" link set srv name two
await 10 "the daemon to notice" grep -q 'serving on two' "$(log)"
rebind && fail "answered for a subnet of another interface"
equal "ACKs by XDP since" "$(($(acks_xdp) - before))" 0
