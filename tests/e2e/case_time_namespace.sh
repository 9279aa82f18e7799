#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# In a time namespace whose CLOCK_BOOTTIME is not the kernel's the daemon refuses to start, says why and what to do,
# and touches neither store nor maps; XDP goes on. One without an offset is as good as none.
. "$(dirname "$0")/lib.sh"

# time_namespace SECONDS: makes one that is that far off and sets ENTER
time_namespace() {
	background "$DIR/holder.log" unshare --time --boottime "$1" sleep 3600
	ENTER=(nsenter "--time=/proc/$PID/ns/time_for_children" --)
	await 5 "the time namespace" off_by "$PID" "$1"
}
off_by() { grep -q "^boottime *$2 " "/proc/$1/timens_offsets" && [ -e "/proc/$1/ns/time_for_children" ]; }

LIFETIME=600
rig
config
daemon
ip=$(dora c cli chaddr=02:00:00:00:00:01 | jq -r .yiaddr)
again() { renew c cli "$ip" 192.0.2.1 "$(mac s srv)" chaddr=02:00:00:00:00:01; }
again >/dev/null || fail "no renewal"
equal "ACKs by XDP" "$(acks_xdp)" 1
crash
state() { map_ids; leases_txt; sqlite3 -readonly "$DIR/s.db" .dump; }
before=$(state)

for offset in 1000 -10; do
	time_namespace "$offset"
	equal "the clock in there" "$(("$("${ENTER[@]}" cut -d. -f1 /proc/uptime)" - $(boottime)))" "$offset"
	refused "${ENTER[@]}"
	cat "$DIR/refused"
	equal "errors" "$(grep -c "error:" "$DIR/refused")" 1
	expect "the offset and the remedy" grep -q "this time namespace's is $offset s and 0 ns off: run xdhcpd outside" "$DIR/refused"
done
equal "store and maps" "$(state)" "$before"
again >/dev/null || fail "no renewal after that"
equal "ACKs by XDP after that" "$(acks_xdp)" 2

time_namespace 0
in_ns() { echo nsenter --net="/run/netns/$ID-$1" "${ENTER[@]}"; }
daemon
[ "$(readlink "/proc/$DPID/ns/time")" != "$(readlink /proc/self/ns/time)" ] || fail "the daemon is in no time namespace"
expect "a line about adoption" logged ' 1 slots adopted'
again >/dev/null || fail "no renewal in a time namespace without an offset"
equal "ACKs by XDP in there" "$(acks_xdp)" 3
