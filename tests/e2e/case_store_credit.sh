#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# slow: 30
#
# An outage of the store that is longer than the credit: XDP renews as far as what is stored allows and not a second
# further, with the daemon failing, and refused by the disk at its next start; then the leases end, and when the
# disk works again the addresses go to whoever asks, nobody's before its time.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/store_fault.sh"

fault_rig
LIFETIME=4
POOL="$NET.100 - $NET.149"
FAST_PATH=", unattended: 3600, horizon: 3"
faulty_disk
config
fault_start
sleep 2
disk sync=5
fault_began "disk I/O error"
credit=$(sql "SELECT ack_until FROM lease WHERE addr = $(as_number "$KEPT")")
acks=$(acks_xdp)
renews >>"$DIR/kept" || fail "no renewal on what is stored"
expect "XDP to have answered it" more_acks_than "$acks"
# the sweep that would extend it comes by, and must not
await 20 "the credit to end" eval '! renews wait=300 >>"$DIR/kept"'
expect "the verdict to say it" more_than 0 verdict pass_credit
expect "some of it to have been used" test "$(wc -l <"$DIR/kept")" -gt 5
equal "promises beyond $credit" "$(jq "select(.sent + .lifetime > $credit)" "$DIR/kept")" ""
as_a_crash_leaves_it
crash
refused
expect "why: $(cat "$DIR/refused")" grep -q "error: store $DB: .*Input/output error" "$DIR/refused"
await 20 "every credit to end" eval 'n=$(acks_xdp); sleep 1; [ "$(acks_xdp)" = "$n" ]'
as_a_crash_leaves_it
refused
disk
daemon
await 10 "the leases of before to be granted anew" more_than 20 live_leases
sleep 2
covered "$DB" "$PROMISES" "$(($(boottime) - 1))" || fail "a promise is not in the store"
fault_over
expect "addresses to have gone to others" test "$(tail -n 1 "$DIR/storm.log" | jq .wandered)" -gt 0
