#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# modes: native generic
# slow: 100
#
# A minute of everything at once: DISCOVERs of random MACs, clients that take what they can and give it back, RELEASEs and DECLINEs in
# others' names, renewals in the bystanders' names, ever new forms, odd frames, and an interface that flaps; beside a storm of real clients with
# leases of ten seconds (tests/crash/storm.c), which is the oracle: no address with two holders, every promise in the store. The
# daemon's memory and descriptors at the end are what they were after the first third.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/attack.sh"

LIFETIME=10
NET=10.20.0
PREFIX=16
POOL="10.20.1.0 - 10.20.4.255"
IFACE='srv, srv2'
FAST_PATH=", max-entries: 1024"
GLOBAL="decline-probation-period: 3
offer-lifetime: 1"
# forms' clients, who seldom find a free address among all these
reservations=$(for i in {0..19}; do printf '{hw-address: "02:00:00:01:00:%02x", ip-address: 10.20.1.%u}, ' "$i" $((100 + i)); done)
SUBNET="  reservations: [$reservations]"'
- id: 2
  subnet: 192.0.3.0/24
  valid-lifetime: 600
  pools: [{pool: 192.0.3.100 - 192.0.3.199}]'
rig
namespace d
make_link() {
	ip -n "$ID-s" link add srv2 address 02:00:00:00:99:01 type veth peer name cli2 netns "$ID-d"
	inside s ethtool -K srv2 tx off >/dev/null
	inside d ethtool -K cli2 tx off >/dev/null
	ip -n "$ID-d" link set cli2 up
	ip -n "$ID-s" link set srv2 up
	pass d cli2
	address s srv2 192.0.3.1/24
}
make_link
config
daemon
smac=$(mac s srv)
SECS=60
witnesses="xdhcp-silent-not-its-address pkt4-parse-failed"
# shellcheck disable=SC2086
note $witnesses pkt4-discover-received
descriptors() { find "/proc/$DPID/fd" -type l | wc -l; }
read -ra enter <<<"$(in_ns c)"
read -ra enter_d <<<"$(in_ns d)"
background "$DIR/storm.log" "${enter[@]}" "$B/tests/crash/storm" -i cli -n 500 -t $SECS -r 2000 -d -l "$DIR/promises"
storm=$PID
LOGS+=("$DIR/storm.log")
await 10 "promises" test -s "$DIR/promises"

# endless COMMAND...: again and again until the storm is over
endless() {
	(
		trap - EXIT
		while alive "$storm"; do
			"$@" >/dev/null 2>&1 || :
		done
	) &
	PIDS+=($!)
}
endless "${enter[@]}" "$LOADGEN" offer-flood -i cli -n 5000 --rate 3000 --timeout 100
takes() {
	"${enter[@]}" "$LOADGEN" dora -i cli -n 200 --batch --prefix 0x66 --timeout 300 --retries 0 -o "$DIR/taken"
	"${enter[@]}" "$LOADGEN" decline -i cli -s "$DIR/taken" -n 20
	"${enter[@]}" "$LOADGEN" release -i cli -s "$DIR/taken"
}
endless takes
in_others_names() { # of clients that nobody is: a storm's client cannot tell a forged ending from its own
	local way="dst=10.20.0.1 dmac=$smac server=10.20.0.1"
	# shellcheck disable=SC2086
	for t in release decline; do
		"${enter[@]}" "$DHCPONE" cli $t ciaddr=10.20.1.0 requested=10.20.1.0 src=10.20.1.0 $way vary=chaddr walk=1024 \
			count=1000 every=1 quiet=1
	done
	"${enter[@]}" "$DHCPONE" cli request requested=10.20.1.0 vary=chaddr vary=cid vary=options walk=1024 count=1000 every=1 quiet=1
}
endless in_others_names
forms() { "${enter[@]}" "$B/tests/e2e/forms" cli 20 300 && echo "20 clients, 300 forms" >>"$DIR/formed"; }
endless forms
frames() { "${enter[@]}" "$B/tests/e2e/frameflood" send cli 02:00:00:00:77:01 10.20.1.5 "$smac" 10.20.0.1 1; sleep 0.5; }
endless frames
flaps() {
	ip -n "$ID-s" link set srv2 down
	ip -n "$ID-s" link set srv2 up
	"${enter_d[@]}" "$DHCPONE" cli2 discover vary=chaddr count=200 every=1 quiet=1
	ip -n "$ID-s" link del srv2
	sleep 0.5
	make_link
	sleep 1
}
endless flaps

first=
while alive "$storm"; do
	sleep 10
	# what is promised while the store is being read is not in it yet
	covered "$DIR/s.db" "$DIR/promises" "$(($(boottime) - 1))" || fail "a promise is not covered"
	say "$(rss) KiB, $(descriptors) descriptors, $(status | jq -c '[.leases, .commits, .drops.kernel, ."fast-path".acks]')"
	third=$((${third:-0} + 1))
	[ $third != 2 ] || first="$(rss) $(descriptors)"
done
status=0
wait "$storm" || status=$?
cat "$DIR/storm.log"
equal "storm's exit code" "$status" 0
expect "the daemon to be the one that was started" alive "$DPID"
expect "its memory to have stayed (${first% *} KiB after the first third, $(rss) now)" test "$(rss)" -le $((${first% *} + 8192))
await 10 "its descriptors to be as many as after the first third (${first#* })" eval "[ \$(descriptors) -le $((${first#* } + 3)) ]"
# each of the attacks has taken place
for n in $witnesses; do
	say "$n: $(since "$n")"
	expect "$n by the attacks" test "$(since "$n")" -ge 100
done
expect "a flood of DISCOVERs, not $(since pkt4-discover-received)" test "$(since pkt4-discover-received)" -ge 20000
expect "all of the forms to have been answered at least once" test -s "$DIR/formed"
expect "addresses to have been taken" test -s "$DIR/taken"
expect "the interface to have flapped" test "$(grep -c 'srv2 is gone or not to be served any more' "$(log)")" -ge 3
equal "internal failures" "$(verdict drop_internal)" 0
equal "failed commits" "$(statistic xdhcp-commits-failed)" 0
expect "a new client to be served" eval 'sleep 4; dora c cli chaddr=02:00:00:00:00:01'
