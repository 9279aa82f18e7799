#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# modes: native
# What a service manager hears: the phases of the start in their order, READY=1 when clients are answered and not before,
# RELOADING=1 and READY=1 around each reload, also one that is refused, WATCHDOG=1 while the main loop turns and not while it
# stands still, STOPPING=1; at a path and at an abstract address. The status shows the same phases, and the memory.
. "$(dirname "$0")/lib.sh"

rig
config
heard=$DIR/heard
# manager SOCKET: in the daemon's namespace, since an abstract address is of one
manager() {
	local enter
	: >"$heard"
	read -ra enter <<<"$(in_ns s)"
	background "$heard" "${enter[@]}" "$B/tests/e2e/notifysink" "$1"
	MANAGER=$PID
	await 5 "the manager's socket" grep -q '^listening$' "$heard"
}
times_heard() { grep -c "$1" "$heard" || :; }
# in this order, whatever comes between
in_order() { # WORD...
	local line=0 found word
	for word in "$@"; do
		found=$(tail -n "+$((line + 1))" "$heard" | grep -n -m 1 -- "$word" | cut -d: -f1)
		[ -n "$found" ] || { cat "$heard"; fail "'$word' was not heard, or not in this order"; }
		line=$((line + found))
	done
}

manager "$DIR/manager"
RUN_BY=(env NOTIFY_SOCKET="$DIR/manager" WATCHDOG_USEC=400000)
daemon
dora c cli >/dev/null
await 5 "READY=1" grep -q '^READY=1; STATUS=serving 0 leases on 1 interfaces$' "$heard"
in_order '^STATUS=starting: store; EXTEND_TIMEOUT_USEC=[0-9]*; WATCHDOG=1$' 'starting: maps' 'starting: load' 'starting: commit' \
	'starting: adopt' 'starting: check' 'starting: serve' '^READY=1'
equal "how often it was ready" "$(times_heard READY=1)" 1
await 5 "WATCHDOG=1 of the main loop" grep -q '^WATCHDOG=1$' "$heard"
for phase in configuration store maps load commit adopt check serve; do
	expect "a line about $phase" logged "^xdhcpd: start: $phase: [0-9]+ [a-z]+ in [0-9.]+ s\$"
done
equal "phases of the status" "$(status | jq -r '[.start.phases[].phase] | join(" ")')" "configuration store maps load commit adopt check serve"
expect "memory" jq -e '.memory | ."rss-anon" > 100000 and ."rss-peak" >= ."rss-anon" and .maps > 100000' <<<"$(status)"

# the signal is told by the clock by which the manager sent it; two reloads, the second of what is no configuration
sent=$(awk '{ printf "%.0f\n", $1 * 1000000 }' /proc/uptime)
kill -HUP "$DPID"
await 5 "READY=1 again" equal_silent 2 times_heard READY=1
in_order '^READY=1' '^RELOADING=1; MONOTONIC_USEC=[0-9]*; STATUS=' '^READY=1'
told=$(sed -n 's/^RELOADING=1; MONOTONIC_USEC=\([0-9]*\);.*/\1/p' "$heard")
# /proc/uptime has hundredths, and is ahead of this clock where the machine has been suspended
expect "the time at which it reloads ($told) to be that of the signal ($sent)" test "$told" -gt 0 -a "$told" -lt $((sent + 60000000))
echo 'subnet4: 1' >>"$DIR/$S.yaml"
kill -HUP "$DPID"
await 5 "READY=1 after a reload that was refused" equal_silent 3 times_heard READY=1
in_order '^READY=1' '^RELOADING=1' '^READY=1' '^RELOADING=1' '^READY=1'
expect "nothing to be changed" logged 'configuration not reloaded'

# while the process stands still nobody says that it turns
kill -STOP "$DPID"
sleep 0.3 # what had been said before is printed
n=$(times_heard '^WATCHDOG=1$')
sleep 1
equal "WATCHDOG=1 while it stands still" "$(times_heard '^WATCHDOG=1$')" "$n"
kill -CONT "$DPID"
await 5 "WATCHDOG=1 again" more_than "$n" times_heard '^WATCHDOG=1$'

stop
await 5 "STOPPING=1" grep -q '^STOPPING=1' "$heard"
in_order '^RELOADING=1' '^RELOADING=1' '^READY=1' '^STOPPING=1'
equal "the last word" "$(tail -n 1 "$heard" | cut -d';' -f1)" STOPPING=1
end "$MANAGER"

# one that cannot start never says that it is ready, and who watches another process hears no WATCHDOG=1
config
manager "@$ID"
RUN_BY=(env NOTIFY_SOCKET="@$ID" WATCHDOG_USEC=400000 WATCHDOG_PID=1)
daemon
await 5 "READY=1 at an abstract address" grep -q '^READY=1' "$heard"
equal "WATCHDOG=1" "$(times_heard WATCHDOG=1)" 0
: >"$heard"
RUN_BY=(env NOTIFY_SOCKET="@$ID")
refused
await 5 "the attempt to be heard" grep -q '^STATUS=starting: store' "$heard"
equal "how often the second was ready" "$(times_heard READY=1)" 0
