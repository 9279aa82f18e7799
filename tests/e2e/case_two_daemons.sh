#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Two daemons on one pin directory, and two on one store: the second ends with exit code 1 and names the
# first one's pid; the first does not notice.
. "$(dirname "$0")/lib.sh"

LIFETIME=600
rig
namespace s2
veth s2 srv c cli2
address s2 srv 192.0.2.2/24
config
daemon
first=$DPID
dora c cli >/dev/null || fail "no lease"

second() { # WHAT: starts $DIR/second.yaml, which must fail
	local enter status=0
	read -ra enter <<<"$(in_ns s2)"
	timeout 20 "${enter[@]}" "$B/xdhcpd" -c "$DIR/second.yaml" >"$DIR/second.log" 2>&1 || status=$?
	equal "exit code of a second daemon on the same $1" "$status" 1
	grep -q "process $first" "$DIR/second.log" || {
		cat "$DIR/second.log"
		fail "the second daemon on the same $1 does not name the holder"
	}
}
sed "s|$DIR/s\.sock|$DIR/second.sock|; s|$DIR/s\.db|$DIR/second.db|" "$DIR/s.yaml" >"$DIR/second.yaml"
second "pin directory"
sed "s|$DIR/s\.sock|$DIR/second.sock|; s|$(pin)|$(pin)2|" "$DIR/s.yaml" >"$DIR/second.yaml"
second store

expect "the first to live" alive "$first"
renew c cli "$(ctl leases | jq -r '.arguments.leases[0]."ip-address"')" 192.0.2.1 "$(mac s srv)" >/dev/null ||
	fail "no renewal by the first"
equal "ACKs by XDP" "$(acks_xdp)" 1
