#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# modes: native generic
#
# 1,000 clients, 100 renewals each: all answered, and all by XDP after each form's first; then a round in each
# other state of RFC 2131 4.3.2.
. "$(dirname "$0")/lib.sh"

LIFETIME=3600
NET=10.20.0
PREFIX=16
POOL="10.20.1.0 - 10.20.5.255"
rig
config
daemon
load dora -i cli -n 1000 -o "$DIR/state" || fail "not every client got a lease"
equal "leases" "$(live_leases)" 1000
before=$(acks_xdp)
load renew -i cli -s "$DIR/state" -r 100 >"$DIR/renew.json" || { cat "$DIR/renew.json"; verdicts; fail "renewals were lost"; }
cat "$DIR/renew.json"
equal "sent, acked, nak, lost, bad" "$(jq -c '[.sent, .acked, .nak, .lost, .bad]' "$DIR/renew.json")" "[100000,100000,0,0,0]"
by_xdp=$(($(acks_xdp) - before))
say "of 100000 renewals XDP answered $by_xdp"
expect "all but each form's first to be XDP's ($by_xdp)" test "$by_xdp" -ge 99000
for mode in rebind reboot select; do
	before=$(acks_xdp)
	load renew -i cli -s "$DIR/state" -r 2 --mode $mode >"$DIR/$mode.json" || { cat "$DIR/$mode.json"; fail "$mode: some were lost"; }
	by_xdp=$(($(acks_xdp) - before))
	say "$mode: of 2000 XDP answered $by_xdp"
	expect "$mode: all but each form's first to be XDP's ($by_xdp)" test "$by_xdp" -ge 1000
done
equal "internal failures" "$(verdict drop_internal)" 0
