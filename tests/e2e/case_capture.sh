#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# modes: native generic
# slow: 10
#
# xdhcpctl capture: what XDP answers is seen by tcpdump and tshark while it happens, byte for byte; a filter sees
# its client alone; a second capture is told of the first. A reader that goes ends it; one that is killed stops
# costing by itself, and its ring goes, by the living daemon or by the next capture with the daemon dead.
. "$(dirname "$0")/lib.sh"

LIFETIME=600
GLOBAL="renew-timer: 2"
rig
config
daemon

ann=02:00:00:00:00:0a bob=02:00:00:00:00:0b
ann_addr=$(dora c cli chaddr=$ann | jq -r .yiaddr)
bob_addr=$(dora c cli chaddr=$bob | jq -r .yiaddr)
again() { renew c cli "$2" 192.0.2.1 "$(mac s srv)" chaddr="$1" hex=1; }
ann() { again $ann "$ann_addr" >"$DIR/ann" || fail "no renewal of ann"; }
bob() { again $bob "$bob_addr" >"$DIR/bob" || fail "no renewal of bob"; }

# capture LOG ARGS...: in the background; CAPTURE is its pid
capture() {
	local log=$1
	shift
	: >"$log"
	LOGS+=("$log")
	background "$log" "$B/xdhcpctl" --pin-path "$(pin)" capture "$@"
	CAPTURE=$PID
}
# the same into a pipe; READER reads it
piped() {
	local log=$1 fifo=$1.pipe
	shift
	mkfifo "$fifo"
	: >"$log.ctl"
	LOGS+=("$log" "$log.ctl")
	"$B/xdhcpctl" --pin-path "$(pin)" capture >"$fifo" 2>"$log.ctl" </dev/null &
	CAPTURE=$!
	PIDS+=("$CAPTURE")
	"$@" >"$log" 2>&1 <"$fifo" &
	READER=$!
	PIDS+=("$READER")
}
rings() { "$BPFTOOL" -j map dump pinned "$(pin)/captures" | jq length; }
no_ring() { [ "$(rings)" = 0 ] && [ "$(policy 0 capture_until)" = 0 ]; }
runs() { [ "$(rings)" = 1 ] && [ "$(policy 0 capture_until)" -gt "$(boottime)" ]; }
seen() { [ "$(grep -Ec -- "$2" "$1")" -ge "$3" ]; }
# code PID: of a capture that ends
code() {
	CODE=0
	await 5 "the capture to end" not alive "$1"
	wait "$1" || CODE=$?
}

expect "no ring before" no_ring

# tcpdump, live, and a client of the real kind
piped "$DIR/tcpdump" tcpdump -l -n -v -r -
await 5 "tcpdump to have the head of the file" seen "$DIR/tcpdump" 'reading from file -' 1
await 5 "the capture to run" runs
ann
await 5 "the request and the ACK at tcpdump" seen "$DIR/tcpdump" 'DHCP-Message.*(Request|ACK)' 2
client_dhclient c1 c cli
client=$PID
await 20 "dhclient to be bound" happened c1 '^BOUND'
second=0
"$B/xdhcpctl" --pin-path "$(pin)" capture >"$DIR/second" 2>&1 || second=$?
equal "exit code of a second capture" "$second" 1
grep -q "another capture runs (pid $CAPTURE)" "$DIR/second" || fail "who runs is not said: $(cat "$DIR/second")"
await 8 "a renewal of dhclient" happened c1 '^RENEW'
mine="Client-Ethernet-Address $(mac c cli)"
await 5 "its request and its ACK at tcpdump" seen "$DIR/tcpdump" "$mine" 2
equal "what tcpdump makes of it" "$(grep -A30 "$mine" "$DIR/tcpdump" | grep -o 'DHCP-Message.*' | sed 's/.*: //' | head -2 | paste -sd ' ')" "Request ACK"
expect "checksums that tcpdump believes" not grep -qE 'bad.*cksum' "$DIR/tcpdump"
end "$READER"
code "$CAPTURE"
equal "exit code of a capture whose reader has gone" "$CODE" 0
grep -Eq '[0-9]+ frames captured, 0 lost' "$DIR/tcpdump.ctl" || fail "no sum: $(cat "$DIR/tcpdump.ctl")"
expect "no ring after it" no_ring
end "$client"

# one client alone, into a file, and an end by count
from=$(date +%s)
capture "$DIR/one.log" --mac $bob --address "$bob_addr/32" --interface srv --count 2 -w "$DIR/one.pcap"
await 5 "the capture to run" runs
ann
bob
code "$CAPTURE"
equal "exit code" "$CODE" 0
equal "clients" "$(tcpdump -n -v -r "$DIR/one.pcap" 2>/dev/null | grep -o 'Client-Ethernet-Address.*' | sort | uniq -c | xargs)" \
	"2 Client-Ethernet-Address $bob"
tcpdump -tt -n -r "$DIR/one.pcap" 2>/dev/null | awk -v from="$from" -v to="$(date +%s)" '
	$1 < from || $1 > to + 1 || $1 < last { exit 1 } { last = $1 }' || fail "not by the wall clock"
xxd -p "$DIR/one.pcap" | tr -d '\n' | grep -q "$(jq -r .frame "$DIR/bob")" || fail "the ACK is not the one that came"

# many, and an end by signal: every frame of every hit is there, or told of
load dora -i cli -n 50 -o "$DIR/state" >/dev/null || fail "no leases"
before=$(acks_xdp)
capture "$DIR/int.log" -w "$DIR/int.pcap"
await 5 "the capture to run" runs
load renew -i cli -s "$DIR/state" -r 20 --rate 2000 >"$DIR/renew.json" || fail "renewals: $(cat "$DIR/renew.json")"
kill -INT "$CAPTURE"
code "$CAPTURE"
equal "exit code after a signal" "$CODE" 0
expect "no ring" no_ring
read -r _ frames _ _ lost _ <"$DIR/int.log"
expect "hits" test "$(acks_xdp)" -ge $((before + 1000))
equal "frames and lost ones" $((frames + lost)) $((2 * ($(acks_xdp) - before)))
equal "frames in the file" "$(tcpdump -n -r "$DIR/int.pcap" 2>/dev/null | wc -l)" "$frames"

# killed: the daemon's next second takes its ring
capture "$DIR/killed.log" -w "$DIR/killed.pcap"
await 5 "the capture to run" runs
kill -9 "$CAPTURE"
wait "$CAPTURE" 2>/dev/null || :
await 4 "the daemon to take away the ring of a capture that was killed" no_ring

# no daemon: tshark, live; killed, then the next
crash
piped "$DIR/tshark" tshark -l -n -r - -T fields -e dhcp.hw.mac_addr -e dhcp.option.dhcp
await 5 "the capture to run" runs
ann
await 10 "the request and the ACK at tshark" seen "$DIR/tshark" "^$ann[[:space:]]+[35]$" 2
before=$(boottime)
kill -9 "$CAPTURE"
wait "$CAPTURE" 2>/dev/null || :
await 4 "it to cost nothing" not runs
expect "no more than three seconds" test "$(policy 0 capture_until)" -le $((before + 3))
equal "rings, since nobody takes it away" "$(rings)" 1
capture "$DIR/next.log" --count 2 -w "$DIR/next.pcap"
await 5 "the capture to run" runs
bob
code "$CAPTURE"
equal "exit code" "$CODE" 0
expect "no ring after the next capture" no_ring
equal "frames" "$(tcpdump -n -r "$DIR/next.pcap" 2>/dev/null | wc -l)" 2

# nobody may who may not
why=$(setpriv --reuid=65534 --clear-groups "$B/xdhcpctl" --pin-path "$(pin)" capture 2>&1 >/dev/null) && fail "a capture by anybody"
grep -q 'needs root, or CAP_BPF' <<<"$why" || fail "no remedy: $why"
