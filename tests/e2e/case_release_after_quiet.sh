#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# modes: native generic
#
# After a renewal by XDP and some seconds without a packet a RELEASE crosses no grant: the pool's only address is
# free at once, for the next client.
. "$(dirname "$0")/lib.sh"

LIFETIME=600
POOL="192.0.2.100 - 192.0.2.100"
one_=chaddr=02:00:00:00:00:01 two=chaddr=02:00:00:00:00:02
addr=192.0.2.100
rig
config
daemon
smac=$(mac s srv)
dora c cli $one_ >/dev/null || fail "no lease"
renew c cli $addr 192.0.2.1 "$smac" $one_ >"$DIR/ack" || fail "no renewal"
equal "ACKs by XDP" "$(acks_xdp)" 1
quiet=$(jq '.at + 4 | floor' "$DIR/ack")
await 10 "some seconds to pass" more_than "$quiet" boottime
equal "the store's row before" "$(sql 'SELECT state FROM lease')" 1
one c cli release $one_ ciaddr=$addr src=$addr dst=192.0.2.1 dmac="$smac" server=192.0.2.1 >/dev/null
await 5 "the binding to end" unbound $addr
equal "the store's row: free, by release" "$(sql 'SELECT state, ended FROM lease')" "0|1"
equal "the next client's address" "$(dora c cli $two | type_and_address)" "ack $addr"
