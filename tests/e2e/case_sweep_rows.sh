#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# What XDP grants within a lease's credit costs the store nothing: the sweep takes note of it and writes no row; and a
# daemon that is killed then forgets nothing of it.
. "$(dirname "$0")/lib.sh"

LIFETIME=8
FAST_PATH=', horizon: 20' # it would be extended after two minutes
rig
config
daemon
load dora -i cli -n 3 -o "$DIR/state" >/dev/null || fail "not every client got a lease"
address=$(awk '$1 == 0 { print $3 }' "$DIR/state")
rows=$(statistic xdhcp-leases-committed)
until=$(lease_field "$address" ack-until)
granted=$(lease_field "$address" cltt)

renewed() { load renew -i cli -s "$DIR/state" -r 1 >/dev/null || fail "a renewal was lost"; }
sweeps() { grep -c "for $address .* since the last sweep" "$(log)"; }

# one sweep has done all it does when the next one speaks
for n in 1 2; do
	await 5 "another second" more_than "$granted" date +%s
	renewed
	await 5 "sweep $n" equal_silent $n sweeps
	granted=$(lease_field "$address" cltt)
done
equal "rows after the sweep" "$(statistic xdhcp-leases-committed)" "$rows"
equal "the credit" "$(lease_field "$address" ack-until)" "$until"
granted=$(lease_field "$address" cltt)
crash
daemon
expect "the grant to be known after a crash" test "$(lease_field "$address" cltt)" -ge "$granted"
