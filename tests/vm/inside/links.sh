# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash
#
# What the cases in this folder share, on top of the end-to-end library. They run in the test machine (tests/vm/case_links.sh),
# whose kernel has VLANs and bonds. Each says `passed WHAT` for each outcome.
. "$(dirname "${BASH_SOURCE[0]}")/../../e2e/lib.sh"

LIFETIME=60 MODE=auto
PATIENCE=5 # the machine is emulated
client=chaddr=02:00:00:00:00:01

passed() { echo "PASS $*"; }

# ends: namespaces s (srv) and c (cli), whose frames have their tags in them as those from a wire have.
ends() {
	namespace s
	namespace c
	veth s srv c cli
	pass c cli
	tags_in_frames c cli
}

# tags_in_frames NS IF: a veth hands its sender's tags over beside the frame unless the sender puts them in.
tags_in_frames() { inside "$1" ethtool -K "$2" txvlan off tx-vlan-stag-hw-insert off >/dev/null; }

# vlan NS LOWER NAME ARGS...: a VLAN device, up.
vlan() {
	local ns=$1 lower=$2 name=$3
	shift 3
	ip -n "$ID-$ns" link add link "$lower" name "$name" type vlan "$@"
	ip -n "$ID-$ns" link set "$name" up
}

# lease_on IF: the client's, ADDR
lease_on() { addr=$(dora c "$1" $client | jq -r .yiaddr) || fail "no lease on $1"; }

# hit CLIENT_IF SERVER_IF: a renewal that XDP answers.
hit() { by_xdp renew c "$1" "$addr" "$NET.1" "$(mac s "$2")" $client wait=1500 >/dev/null; }

# attached: the server's interfaces with XDP and its mode (1: native, 2: generic)
attached() { ip -n "$ID-s" -j -d link | jq -r '[.[] | select(.xdp) | "\(.ifname) \(.xdp.mode)"] | join(",")'; }

# offload IF on|off: what rxvlan is there
offload() { inside s ethtool -k "$1" | grep -q "^rx-vlan-offload: $2" || fail "rxvlan of $1 is not $2"; }
