# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash
#
# The rig of the benchmarks that compare whole servers: the end-to-end cases' (tests/e2e/lib.sh), on a veth. Each end has
# its own NAPI thread, so that what XDP and the kernel's network stack do for a request is done in the thread of the
# server's end, and counted by that thread's CPU time, as the server's own work is by its process's: whoever the server
# is, and whatever else there is on its CPU. There are two arrangements (arrange), neither of which is a network card:
#
#  two CPUs   the generator and the clients' end on the first, the server and its end on the other. Nobody is in the
#             server's way, but each cache line of a frame and of the ring that it comes in is in the other CPU's cache and
#             must be fetched from there, for the answer the other way round. A card puts frames where the CPU that is to
#             have them finds them at once, or in memory, from where they can be fetched ahead. So this overstates what
#             receiving costs anybody; beside it an answer of XDP's is little, that of a process is as large as ever.
#  one CPU    all on the server's: frames are in its own caches, nearer than a card puts them, which understates receiving.
#             The threads of the veth take precedence of the generator, as soft interrupts do, so that it is 64 frames out
#             (at most: a batch), 64 through the server, 64 back. What that switching costs is shared out among the threads,
#             which a card's polling does not need: a little too much for everybody. The generator's program and data share
#             the caches, which is too much for everybody, too, and most for a process, which is switched with it at
#             every request: a server's figures of both arrangements show how much.
#
# What both of them count for any XDP program, receiving and sending, is shown by an echo (start_echo): a program that
# turns the headers round and sends the frame back, on a veth of its own beside the server's, same CPUs, same generator,
# same requests. What a server costs above it is the server's, the rest is the veth's and its threads'. As the echo looks at
# the headers only, fetching the rest of a frame is the server's, too. Only figures that were got with the kernel's BPF
# statistics off are compared with one another: they cost some 20-40 ns a run inside of what they count, whatever the
# program.
#
# Every server
#  - has its files in build/bench, on a disk and not in a tmpfs
#  - gives the same clients their leases by whole exchanges before anything is measured
#  - finds its clients' MAC addresses in its neighbour table, since clients answer ARP
#  - logs no more than its documentation advises for speed
# Sourced by a part, whose last argument is the file for its figures.

OUT=$(realpath "${!#}")
mkdir -p "$B/bench"
WORK=$(realpath "$B/bench")
cd "${BASH_SOURCE[0]%/*}/../.."
. tests/e2e/lib.sh

OTHER_CPU=0
GENERATOR_CPU=$OTHER_CPU
SERVER_CPU=1
RENEWALS=$B/bench/renewals
# names of their own: their NAPI threads are found by them
NEAR=s-${ID#xd-}
FAR=c-${ID#xd-}
ECHO_NEAR=e-${ID#xd-}
ECHO_FAR=d-${ID#xd-}
ECHO_OBJ=$B/tools/bench/harness.bpf.o
ECHO= # not empty: what is measured is the echo
NET=10.64.0
PREFIX=11
SERVER=10.64.0.1
IFACE=$NEAR
STATE=$DIR/clients
SERVER_PIDS= # comma-separated

[ "$(nproc)" -ge 2 ] || fail "the server needs a CPU of its own: two at least"
for p in kea-dhcp4 dhcpd dnsmasq; do
	command -v $p >/dev/null || fail "$p is missing; run: make bench"
done

# --- the network ---

napi_threads() { # INTERFACE
	grep -ls "^napi/$1-" /proc/[0-9]*/comm | cut -d/ -f3 || :
}
has_napi_thread() { [ -n "$(napi_threads "$1")" ]; }

# threaded NS IF CPU: its NAPI runs in a thread of its own, on that CPU. GRO is on, so that it has NAPI without XDP, too.
threaded() {
	local pid
	inside "$1" ethtool -K "$2" gro on
	# sysfs shows the namespace that mounted it
	ip netns exec "$ID-$1" sh -c 'echo 1 >/sys/class/net/'"$2"'/threaded'
	await 5 "a NAPI thread of $2" has_napi_thread "$2"
	for pid in $(napi_threads "$2"); do taskset -cp "$3" "$pid" >/dev/null; done
}

# link NEAR FAR: a veth from s to c.
link() {
	local pid
	veth s "$1" c "$2"
	pass c "$2"
	threaded s "$1" $SERVER_CPU
	threaded c "$2" $GENERATOR_CPU
	# what arrives at the clients is looked at before more is sent
	for pid in $(napi_threads "$2"); do chrt -f -p 1 "$pid"; done
}

# network: anew, with two CPUs; what was there goes.
network() {
	local i
	GENERATOR_CPU=$OTHER_CPU
	for i in s c; do
		[ ! -e "/run/netns/$ID-$i" ] || ip netns del "$ID-$i"
	done
	NAMESPACES=()
	namespace s
	namespace c
	link "$NEAR" "$FAR"
	address s "$NEAR" "$SERVER/$PREFIX"
	SERVER_MAC=$(mac s "$NEAR")
}

# start_echo: beside the server; ECHO=1 measures it, with the requests of the server's clients.
start_echo() {
	link "$ECHO_NEAR" "$ECHO_FAR"
	inside s ip link set dev "$ECHO_NEAR" xdpdrv obj "$ECHO_OBJ" program echo
}

# arrange one|two: see above.
arrange() {
	local pid
	GENERATOR_CPU=$OTHER_CPU
	[ "$1" = two ] || GENERATOR_CPU=$SERVER_CPU
	for pid in $(napi_threads "$FAR") $(napi_threads "$ECHO_FAR"); do taskset -cp $GENERATOR_CPU "$pid" >/dev/null; done
	for pid in $(napi_threads "$NEAR") $(napi_threads "$ECHO_NEAR"); do
		if [ "$1" = two ]; then chrt -o -p 0 "$pid"; else chrt -f -p 1 "$pid"; fi
	done
}

# --- servers ---

LIFETIME=3600
POOL_FIRST=10.64.1.0
POOL_LAST=10.64.16.255

# on_server_cpu LOG COMMAND...: in the background, in namespace s.
on_server_cpu() {
	local log=$1 enter
	shift
	read -ra enter <<<"$(in_ns s)"
	: >>"$log"
	LOGS+=("$log")
	background "$log" taskset -c $SERVER_CPU "${enter[@]}" "$@"
	SERVER_PIDS=$PID
}

# The copies are not what AppArmor's profiles of Debian's programs name, which would forbid them our files.
copied() { # PROGRAM
	[ -e "$DIR/bin-$1" ] || cp "$(command -v "$1")" "$DIR/bin-$1"
	echo "$DIR/bin-$1"
}

# xdhcpd [MODE [KEYS]]: KEYS of fast-path, each preceded by a comma.
start_xdhcpd() {
	MODE=${1:-native}
	FAST_PATH=${2:-}
	POOL="$POOL_FIRST - $POOL_LAST"
	GLOBAL='loggers: [{name: xdhcpd, severity: WARN}]'
	config
	on_server_cpu "$(log)" "$B/xdhcpd" -c "$DIR/$S.yaml"
	DPID=$PID
	echo "$PID" >"$DIR/$S.pid"
	await 60 "xdhcpd to start" answers_status
}

# begin_with FILE: the leases that a server of others finds when it starts: those of EXISTING, which is used up, or none.
EXISTING=
begin_with() {
	rm -f "$1"
	: >"$1"
	[ -z "$EXISTING" ] || mv "$EXISTING" "$1"
	EXISTING=
}

# start_kea PERSIST: memfile, without its periodic clean-up of the file; Kea's ARM advises WARN where speed counts.
start_kea() {
	mkdir -p "$DIR/kea"
	rm -f "$DIR/kea"/*
	[ -z "$EXISTING" ] || begin_with "$DIR/kea/leases.csv"
	jq -n --arg interface "$NEAR" --arg file "$DIR/kea/leases.csv" --argjson persist "$1" --argjson lifetime "$LIFETIME" \
		--arg subnet "$NET.0/$PREFIX" --arg pool "$POOL_FIRST - $POOL_LAST" --arg router "$SERVER" '{Dhcp4: {
		"interfaces-config": {interfaces: [$interface], "dhcp-socket-type": "raw"},
		"control-socket": {"socket-type": "unix", "socket-name": ($file + ".sock")},
		"lease-database": {type: "memfile", persist: $persist, name: $file, "lfc-interval": 0},
		"valid-lifetime": $lifetime, "calculate-tee-times": true, "t1-percent": 0.5, "t2-percent": 0.875,
		"ddns-send-updates": false, authoritative: true,
		loggers: [{name: "kea-dhcp4", severity: "WARN", "output_options": [{output: "stderr"}]}],
		subnet4: [{id: 1, subnet: $subnet, pools: [{pool: $pool}], "option-data": [{name: "routers", data: $router}]}]}}' \
		>"$DIR/kea.json"
	on_server_cpu "$DIR/kea.log" env KEA_PIDFILE_DIR="$DIR/kea" KEA_LOCKFILE_DIR="$DIR/kea" "$(copied kea-dhcp4)" -c "$DIR/kea.json"
}

start_dnsmasq() {
	begin_with "$DIR/dnsmasq.leases"
	on_server_cpu "$DIR/dnsmasq.log" dnsmasq --keep-in-foreground --conf-file=/dev/null --user=root --port=0 \
		--interface="$NEAR" --bind-interfaces --dhcp-authoritative --no-ping --quiet-dhcp --log-facility=- --pid-file= \
		--dhcp-range="$POOL_FIRST,$POOL_LAST,255.224.0.0,$LIFETIME" --dhcp-lease-max=2000000 \
		--dhcp-option=option:router,"$SERVER" --dhcp-leasefile="$DIR/dnsmasq.leases"
}

# dhcpd logs each message by syslog, and nothing turns that off; there is none in the way here.
start_dhcpd() {
	begin_with "$DIR/dhcpd.leases"
	cat >"$DIR/dhcpd.conf" <<-EOT
		authoritative;
		ddns-update-style none;
		ping-check false;
		echo-client-id true;
		default-lease-time $LIFETIME;
		max-lease-time $LIFETIME;
		option routers $SERVER;
		subnet 10.64.0.0 netmask 255.224.0.0 { range $POOL_FIRST $POOL_LAST; }
	EOT
	on_server_cpu "$DIR/dhcpd.log" "$(copied dhcpd)" -4 -f -q --no-pid -user root -group root -cf "$DIR/dhcpd.conf" \
		-lf "$DIR/dhcpd.leases" "$NEAR"
}

stopped() { ! alive "$SERVER_PIDS"; }

STOP_SECONDS=60 # a million leases may be written in an orderly stop
# stop_in_order: xdhcpd; its store and its maps stay.
stop_in_order() {
	kill "$SERVER_PIDS"
	await $STOP_SECONDS "the daemon to stop" stopped
	wait "$SERVER_PIDS" || fail "the daemon did not stop in order"
}

now_ms() { echo $(($(date +%s%N) / 1000000)); }

# seconds_to_start: xdhcpd's anew, until it answers a status. STARTED_IN.
seconds_to_start() {
	local began
	began=$(now_ms)
	on_server_cpu "$(log)" "$B/xdhcpd" -c "$DIR/$S.yaml"
	until answers_status; do
		alive "$SERVER_PIDS" || fail "the daemon did not start again"
		sleep 0.005
	done
	STARTED_IN=$(awk -v ms=$(($(now_ms) - began)) 'BEGIN { print ms / 1000 }')
}

# bytes that the pinned maps take, and anonymous memory of the daemon
maps_bytes() {
	local m
	for m in "$(pin)"/*; do
		"$BPFTOOL" -j map show pinned "$m" 2>/dev/null | jq '.bytes_memlock // empty' || :
	done | jq -s add
}
anonymous_bytes() { awk '/^RssAnon:/ { print $2 * 1024 }' "/proc/$SERVER_PIDS/status"; }

dotted() { echo "$(($1 >> 24 & 255)).$(($1 >> 16 & 255)).$(($1 >> 8 & 255)).$(($1 & 255))"; }

# pool N: so many addresses at least, in whole /24s
pool() { POOL_LAST=$(dotted $(($(as_number $POOL_FIRST) + ($1 + 256) / 256 * 256 - 1))); }

# stop_server: in order; the fast path goes with xdhcpd.
stop_server() {
	end "$SERVER_PIDS"
	rm -rf "$(pin)"
	rm -f "$DIR/$S".db* "$STATE"
}

# the thread that writes the file system's journal, if it has one
disk=$(df --output=source "$DIR" | tail -n 1)
journal() { grep -ls "^jbd2/${disk##*/}-" /proc/[0-9]*/comm | cut -d/ -f3 || :; }

# --- clients ---

# clients WORDS...: loadgen, on the generator's CPU.
clients() { inside c taskset -c $GENERATOR_CPU "$LOADGEN" "$@"; }

answers() { clients dora -n 1 -i "$FAR" --prefix 119 --form fixed --timeout 500 --retries 0 ${LENIENT:+--lenient}; }

# get_leases N [RATE]: whole exchanges, at most so many frames a second; then a renewal each, unless there is a RATE. All is
# judged by loadgen. And what ARP would have told.
get_leases() {
	await 30 "a lease" answers
	alive "$SERVER_PIDS" || fail "the server has ended"
	clients dora -n "$1" -i "$FAR" --form fixed --batch -w "${WINDOW:-32}" --timeout 3000 --retries 10 ${LENIENT:+--lenient} \
		${2:+--rate "$2"} -o "$STATE" >"$DIR/dora.json" || fail "not every client has a lease: $(cat "$DIR/dora.json")"
	awk -v dev="$NEAR" '!/^#/ { print "neigh replace " $3 " lladdr " $2 " dev " dev " nud permanent" }' "$STATE" >"$DIR/neighbours"
	[ "$1" -gt 10000 ] || ip -n "$ID-s" -batch "$DIR/neighbours"
	[ -z "${2:-}" ] || return 0
	clients renew -s "$STATE" -i "$FAR" -r 1 -w "${WINDOW:-32}" --timeout 3000 --retries 10 ${LENIENT:+--lenient} --any-lease >"$DIR/renew.json" ||
		fail "not every client could renew: $(cat "$DIR/renew.json")"
}

# renewals WORDS...: bench/renewals, with what the server's side uses counted, or the echo's (ECHO). Prints its JSON.
renewals() {
	local near=$NEAR far=$FAR words=(-a "server=$SERVER_PIDS")
	[ -z "$ECHO" ] || near=$ECHO_NEAR far=$ECHO_FAR words=(--echo)
	words+=(-a "napi=$(napi_threads "$near" | paste -sd,)")
	[ "$GENERATOR_CPU" = "$SERVER_CPU" ] || words+=(--cpu "$SERVER_CPU")
	inside c taskset -c "$GENERATOR_CPU" "$RENEWALS" -i "$far" -s "$STATE" "${words[@]}" "$@"
}

# own_time: the XDP program's own, by the kernel's statistics (which are part of it), in us; null if the server has none.
own_time() { # WORDS...
	local id near=$NEAR
	[ -z "$ECHO" ] || near=$ECHO_NEAR
	id=$(ip -n "$ID-s" -j -d link show "$near" | jq '.[0].xdp.prog.id // empty')
	[ -n "$id" ] || { echo null; return; }
	renewals --program "$id" "$@" | jq .us_a_renewal.bpf
}

package() { dpkg-query -W -f '${Version}' "$1"; }
