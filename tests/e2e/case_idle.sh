#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# modes: native generic
#
# Idle when idle: with leases in the store and in XDP, and no messages, the daemon wakes once a second for its duties (what ends, how
# long XDP may answer alone, what sockets are empty) and for the sweep, and for nothing else. Its other thread sleeps. Counted, not
# timed: as many wake-ups as seconds have passed, whatever the machine is doing.
. "$(dirname "$0")/lib.sh"

LIFETIME=3600
rig
config
daemon
load dora -i cli -n 20 --batch >/dev/null || fail "no leases"
# woken FIELD: of all threads
woken() { cat /proc/"$DPID"/task/*/status | awk -v f="$1_ctxt_switches:" '$1 == f { n += $2 } END { print n }'; }
threads() { find "/proc/$DPID/task" -mindepth 1 -maxdepth 1 | wc -l; }
ticks() { awk '{ print $14 + $15 }' "/proc/$DPID/stat"; }
acks() { statistic pkt4-ack-sent; }
await 5 "twenty ACKs" equal_silent 20 acks
sleep 2 # slots are opened and the barriers over
cpu=$(ticks) least=
# the least of three: a sweep, or a store that says how far the clock has come, may fall into one of them
for _ in 1 2 3; do
	began=$(date +%s%N) before=$(woken voluntary)
	sleep 2
	times=$(($(woken voluntary) - before))
	seconds=$((($(date +%s%N) - began + 500000000) / 1000000000))
	say "$times wake-ups of $(threads) threads in $seconds s"
	expect "it to be alive at all" test "$times" -ge 1
	[ -n "$least" ] && [ $((times - seconds)) -ge "$least" ] || least=$((times - seconds))
done
expect "the daemon to wake once a second, not $least times more" test "$least" -le 2
cpu=$(($(ticks) - cpu))
expect "hardly any CPU, not $cpu ticks" test "$cpu" -le 6
