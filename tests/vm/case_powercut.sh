#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# slow: 40
#
# The machine's power is cut at random moments under a storm of clients (tests/crash/storm.c, on the host, who live on):
# QEMU is killed, and of what its disk had not been told to flush some is lost or torn. After each cut, before the
# daemon starts again: every promise that a client has seen and that still runs is on the disk. After its start: every
# such promise is renewed (the storm's audit), and nobody gets an address that another holds (its oracle). Two
# rounds, with LONG=1 forty, or ROUNDS; SEED repeats the order of things, not their timing.
. "$(dirname "$0")/lib.sh"

rounds=${ROUNDS:-$([ -n "${LONG:-}" ] && echo 40 || echo 2)}
seed=${SEED:-$((0x$(od -An -N3 -tx1 /dev/urandom | tr -d ' \n')))}
RANDOM=$((seed % 32768))
echo "NOTE seed $seed, $rounds rounds"

LIFETIME=60
POOL="192.0.2.100 - 192.0.2.159"
GLOBAL="decline-probation-period: 3
offer-lifetime: 2
loggers: [{name: xdhcpd, severity: WARN}]"
FAST_PATH=", horizon: 2"
start() {
	send "$DIR/s.yaml" /etc/xdhcp.yaml
	guest "setsid xdhcpd -c /etc/xdhcp.yaml </dev/null >/dev/console 2>&1 &"
}
up() { [ "$(ctl status | jq '.arguments.pid' 2>/dev/null)" -gt 0 ]; }
pause() { sleep "$(awk -v r=$RANDOM -v a="$1" -v b="$2" 'BEGIN { print a + (b - a) * r / 32768 }')"; }
# Waits, not for long, for the next write to the disk: so that the cut comes between that and its flush.
in_a_write() {
	local blocks deadline=$((SECONDS + 2))
	blocks=$(stat -c %b "$DIR/disk.log")
	while [ "$(stat -c %b "$DIR/disk.log")" = "$blocks" ] && [ "$SECONDS" -lt "$deadline" ]; do :; done
}
# The store as the cut has left it, read in the machine; its times are those of the boot that was cut.
lease_rows() {
	guest "rm -f /tmp/dead*; for f in $STORE*; do cp \$f /tmp/dead\${f#$STORE}; done; sqlite3 -separator ' ' /tmp/dead \"SELECT (addr >> 24) || '.' || (addr >> 16 & 255) || '.' || (addr >> 8 & 255) || '.' || (addr & 255), lower(substr(hex(chaddr), 1, 12)), state, max(promised, ack_until) FROM lease\"" |
		awk -v behind="$dead_behind" '{ $4 += behind; print }'
}

client_side
disk
boot
mount_disk
config
start
await 120 "xdhcpd to start" up
read -ra enter <<<"$(in_ns c)"
background "$DIR/storm.log" "${enter[@]}" "$B/tests/crash/storm" -i cli -n 90 -s "$seed" -t 100000 -r 300 -d -l "$DIR/promises"
storm=$PID
LOGS+=("$DIR/storm.log")
await 60 "promises" test -s "$DIR/promises"

for ((round = 1; round <= rounds; round++)); do
	case $((RANDOM % 4)) in
	0) pause 0 1 ;;
	*) pause 1 6 ;;
	esac
	((RANDOM % 3)) && in_a_write
	kill -USR1 "$storm"
	dead_behind=$AT_MOST
	power_cut
	cut_disk $((seed + round)) >"$DIR/cut"
	sed "s/^/NOTE round $round: /" "$DIR/cut"
	boot
	mount_disk
	covered - "$DIR/promises" || fail "round $round of seed $seed: a promise is not on the disk"
	alive "$storm" || fail "storm ended"
	start
	((round == rounds || RANDOM % 4)) || continue # again while it starts
	await 120 "xdhcpd to start" up
	kill -USR2 "$storm"
done
pause 4 5 # for the audit, and the last promises
kill -TERM "$storm"
status=0
wait "$storm" || status=$?
cat "$DIR/storm.log"
equal "storm's exit code (seed $seed)" "$status" 0
figure() { tail -n 1 "$DIR/storm.log" | jq ".$1"; }
expect "promises to have been renewed after a cut (seed $seed)" test "$(figure audited)" -gt "$rounds"
[ "$rounds" -lt 10 ] || expect "addresses to have wandered" test "$(figure wandered)" -gt 0
passed "$rounds power cuts, $(figure promised) promises: every one that runs is on the disk and renewed, no address with two holders (seed $seed)"
