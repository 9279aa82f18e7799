#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# --detach-fast-path: refused while the daemon lives; else the program leaves the interface, the pins are
# gone and nothing answers. The next daemon begins afresh and keeps every lease.
. "$(dirname "$0")/lib.sh"

LIFETIME=600
rig
config
daemon
addr=$(dora c cli | jq -r .yiaddr)
again() { renew c cli "$addr" 192.0.2.1 "$(mac s srv)" wait=1500; }
again >/dev/null || fail "no renewal"
attached() { ip -n "$ID-s" -d link show srv | grep -q 'prog/xdp'; }
detach() {
	local enter
	read -ra enter <<<"$(in_ns s)"
	"${enter[@]}" "$B/xdhcpd" -c "$DIR/s.yaml" --detach-fast-path >>"$DIR/detach.log" 2>&1
}
LOGS+=("$DIR/detach.log")
expect "an attached program" attached
expect "it to be refused while the daemon lives" not detach
expect "the holder to be named" grep -q "process $DPID" "$DIR/detach.log"
stop
expect "the program to stay after an orderly stop" attached
detach || fail "--detach-fast-path"
expect "no program on the interface" not attached
expect "no pins" not test -e "$(pin)/leases"
expect "no answer" not again
detach || fail "--detach-fast-path a second time"

daemon
expect "the lease to be there" bound "$addr" "$(mac c cli)"
again >/dev/null || fail "no renewal"
again >/dev/null || fail "no renewal"
equal "ACKs by XDP: of two, the first is the daemon's" "$(acks_xdp)" 1
