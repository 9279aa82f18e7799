#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The configuration names another pin-path while the old one's program still answers: the daemon refuses to start, in
# one line with the remedy, and the address stays its client's; after the remedy it starts, and nobody else gets it.
. "$(dirname "$0")/lib.sh"

LIFETIME=600
POOL="192.0.2.100 - 192.0.2.100"
one_=chaddr=02:00:00:00:00:01 two=chaddr=02:00:00:00:00:02
rig
config
daemon
dora c cli $one_ >/dev/null || fail "no lease"
again() { renew c cli 192.0.2.100 192.0.2.1 "$(mac s srv)" $one_ wait=1500; }
again >/dev/null || fail "no renewal"
stop
cp "$DIR/s.yaml" "$DIR/former.yaml"
sed -i "s|pin-path: $(pin)|&-other|" "$DIR/s.yaml"
expect "another pin-path" not cmp -s "$DIR/s.yaml" "$DIR/former.yaml"

for _ in 1 2; do
	refused
	equal "lines with an error" "$(grep -c ' error: ' "$DIR/refused")" 1
	expect "the interface and the remedy in it" grep -q ' error: srv: .*pin-path.*--detach-fast-path' "$DIR/refused"
done
n=$(acks_xdp)
again >/dev/null || fail "no renewal by the former program"
expect "it to be XDP's" more_acks_than "$n"
expect "nothing for another client" not dora c cli $two wait=300

inside s "$B/xdhcpd" -c "$DIR/former.yaml" --detach-fast-path >"$DIR/detach.log" 2>&1 || fail "the remedy: $(cat "$DIR/detach.log")"
expect "no answer without a daemon and a program" not again
daemon
# the first's promise runs: nothing for anybody else
expect "nothing for another client" not dora c cli $two wait=500
equal "its client keeps it" "$(again | type_and_address)" "ack 192.0.2.100"
again >/dev/null || fail "no renewal"
equal "ACKs by XDP from the new maps" "$("$BPFTOOL" -j map lookup pinned "$(pin)-other/verdicts" key 0 0 0 0 |
	jq '[.formatted.values[].value | to_entries[] | select(.key | startswith("ack_")) | .value] | add')" 1
