#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# modes: native generic
# slow: 15
#
# A RELEASE within a second of a grant by XDP may have crossed it: the binding ends, but the store holds the address
# until the grant does, and the next client gets it then and no sooner.
. "$(dirname "$0")/lib.sh"

LIFETIME=8
POOL="192.0.2.100 - 192.0.2.100"
one_=chaddr=02:00:00:00:00:01 two=chaddr=02:00:00:00:00:02
addr=192.0.2.100
rig
config
daemon
smac=$(mac s srv)
release() { one c cli release $one_ ciaddr=$addr src=$addr dst=192.0.2.1 dmac="$smac" server=192.0.2.1; }
soon() { [ "$(jq -s '.[1].sent - .[0].sent < 0.9' "$DIR/ack" "$DIR/release")" = true ]; }
deadline=$((SECONDS + 60))
until dora c cli $one_ >/dev/null &&
	renew c cli $addr 192.0.2.1 "$smac" $one_ >"$DIR/ack" && release >"$DIR/release" && soon; do
	[ $SECONDS -lt $deadline ] || fail "no RELEASE within a second of a renewal"
done
equal "ACKs by XDP: the last one" "$(($(acks_xdp) > 0))" 1
end=$(jq '.sent + .lifetime' "$DIR/ack")
await 5 "the binding to end" unbound $addr
row=$(sql 'SELECT state, ended FROM lease')
equal "the store's row: held, by release" "$row" "3|1"
held=$(sql 'SELECT promised FROM lease')
expect "it to be held until $held, not before the grant ends ($end)" jq -en "$held >= $end and $held <= $end + 2"
second() { dora c cli $two wait=100 >"$DIR/second"; }
await 20 "the next client's lease" second
expect "no ACK to it before the grant's end ($end): $(cat "$DIR/second")" jq -e ".type == \"ack\" and .at >= $end" "$DIR/second"
