#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# An interface without an address of its own: the subnet is bound to it by name, and a client without an address
# gets its lease there all the same.
. "$(dirname "$0")/lib.sh"

LIFETIME=600
namespace s
namespace c
veth s srv c cli
pass c cli
ip -n "$ID-s" address add 203.0.113.1/32 dev lo
SUBNET='  interface: srv'
config
daemon
ack=$(dora c cli) || fail "no lease"
equal "the server id is an address of this host" "$(jq -r .server <<<"$ack")" 203.0.113.1
one c cli request ciaddr="$(jq -r .yiaddr <<<"$ack")" src="$(jq -r .yiaddr <<<"$ack")" >/dev/null || fail "no rebinding"
equal "ACKs by XDP" "$(acks_xdp)" 1
