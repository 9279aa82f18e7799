# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash
#
# The rig of the end-to-end cases: network namespaces, veth pairs, daemons,
# clients, and conditions that are waited for with a deadline. A case begins with
#
#     . "$(dirname "$0")/lib.sh"
#
# and ends with success if it comes to its end. Everything made here has the
# case's random id in its name and is removed when the case ends, however it ends:
# processes (by the pids recorded), namespaces, pins, files. Namespaces are
# entered with nsenter, since `ip netns exec` hides bpffs.
set -eu

TOP=$(cd "${BASH_SOURCE[0]%/*}/../.." && pwd)
B=${B:-$TOP/build}
case $B in /*) ;; *) B=$TOP/$B ;; esac
MODE=${MODE:-native}
PASS_OBJ=$B/tests/e2e/pass.bpf.o
DHCPONE=$B/tests/e2e/dhcpone
LOADGEN=${LOADGEN:-$B/loadgen}
HOOK=$TOP/tests/e2e/client-hook
BPFTOOL=${BPFTOOL:-$(command -v bpftool || echo /usr/sbin/bpftool)}

ID=xd-$(od -An -N3 -tx1 /dev/urandom | tr -d ' \n')
DIR=$(mktemp -d "${WORK:-/tmp}/$ID.XXXXXX")
chmod 755 "$DIR"
PIDS=()       # every background process, in the order they were started
NAMESPACES=() # full names
MOUNTS=()     # mount points below $DIR
LOGS=()       # what a failing case shows

say() { echo "  $*"; }

fail() {
	echo "  failed at ${BASH_SOURCE[1]##*/}:${BASH_LINENO[0]}: $*"
	exit 1
}

# --- processes ---

alive() { kill -0 "$1" 2>/dev/null; }

# Ends one process: TERM, and KILL if it has not gone within five seconds.
end() {
	local deadline=$((SECONDS + 5))
	kill "$1" 2>/dev/null || return 0
	while alive "$1"; do
		if [ "$SECONDS" -ge "$deadline" ]; then
			kill -9 "$1" 2>/dev/null || :
			break
		fi
		sleep 0.05
	done
	wait "$1" 2>/dev/null || :
}

# background LOG COMMAND...: runs it with its output in LOG; PID is its pid.
background() {
	local log=$1
	shift
	"$@" >>"$log" 2>&1 </dev/null &
	PID=$!
	PIDS+=("$PID")
}

cleanup() {
	local status=$? i
	trap - EXIT INT TERM HUP
	trap '' PIPE # whoever read our output may have gone
	set +e
	if [ "$status" != 0 ]; then
		for i in "${LOGS[@]}"; do
			[ -s "$i" ] || continue
			echo "  --- ${i##*/} (last 60 lines)"
			tail -n 60 "$i" | sed 's/^/  | /'
		done
	fi
	for ((i = ${#PIDS[@]} - 1; i >= 0; i--)); do
		end "${PIDS[i]}"
	done
	# what a client has left in its namespace: only processes of namespaces made here
	for i in "${NAMESPACES[@]}"; do
		for p in $(ip netns pids "$i" 2>/dev/null); do
			kill -9 "$p" 2>/dev/null
		done
	done
	for i in "${NAMESPACES[@]}"; do
		ip netns del "$i" 2>/dev/null
	done
	rm -rf /sys/fs/bpf/"$ID"*
	[ -n "${KEEP:-}" ] && [ "$status" != 0 ] && cp -r "$DIR" "$KEEP"
	for ((i = ${#MOUNTS[@]} - 1; i >= 0; i--)); do
		umount "${MOUNTS[i]}"
	done
	rm -rf "$DIR"
	exit "$status"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# await SECONDS WHAT COMMAND...: polls until the command succeeds; fails the case if it never does. PATIENCE: as many
# times as long, on a machine that is slow.
await() {
	local deadline what=$2
	deadline=$(($(date +%s%N) + $1 * ${PATIENCE:-1} * 1000000000))
	shift 2
	until "$@" >/dev/null 2>&1; do
		if [ "$(date +%s%N)" -ge "$deadline" ]; then
			echo "  failed at ${BASH_SOURCE[1]##*/}:${BASH_LINENO[0]}: waited in vain for $what"
			exit 1
		fi
		sleep 0.1
	done
}

# expect WHAT COMMAND...: the command must succeed now.
expect() {
	local what=$1
	shift
	"$@" >/dev/null || {
		echo "  failed at ${BASH_SOURCE[1]##*/}:${BASH_LINENO[0]}: expected $what"
		exit 1
	}
}

not() { ! "$@"; }

# equal_silent WANTED COMMAND...: for await.
equal_silent() {
	local wanted=$1
	shift
	[ "$("$@")" = "$wanted" ]
}

# equal WHAT GOT WANTED
equal() {
	[ "$2" = "$3" ] || {
		echo "  failed at ${BASH_SOURCE[1]##*/}:${BASH_LINENO[0]}: $1 is '$2', not '$3'"
		exit 1
	}
}

# --- namespaces and links ---

# namespace NAME: makes it; NAME is short and local to the case.
namespace() {
	local full=$ID-$1
	ip netns add "$full"
	NAMESPACES+=("$full")
	ip -n "$full" link set lo up
	# nothing of IPv6, and no answers for addresses of other interfaces
	inside "$1" sh -c 'echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6
		echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6' 2>/dev/null || :
}

# inside NAME COMMAND...: runs it there; the shell's child is the command itself.
inside() {
	local full=$ID-$1
	shift
	nsenter --net="/run/netns/$full" -- "$@"
}

# For a background process whose pid must be the program's own: nsenter execs it.
in_ns() { echo nsenter --net="/run/netns/$ID-$1" --; }

# veth NS1 IF1 NS2 IF2: a pair without checksum offload, both ends up.
veth() {
	ip link add name "$2" netns "$ID-$1" type veth peer name "$4" netns "$ID-$3"
	inside "$1" ethtool -K "$2" tx off >/dev/null
	inside "$3" ethtool -K "$4" tx off >/dev/null
	ip -n "$ID-$1" link set "$2" up
	ip -n "$ID-$3" link set "$4" up
}

# pass NS IF: the program that lets XDP_TX frames in.
pass() { inside "$1" ip link set dev "$2" xdp obj "$PASS_OBJ" sec xdp; }

address() { ip -n "$ID-$1" address add "$3" brd + dev "$2"; }

# rig: namespaces s (interface srv, 192.0.2.1/24) and c (interface cli).
rig() {
	namespace s
	namespace c
	veth s srv c cli
	address s srv "$NET.1/${PREFIX:-24}"
	pass c cli
}

# segment: a bridge in namespace b.
segment() {
	namespace b
	ip -n "$ID-b" link add br0 type bridge forward_delay 0
	ip -n "$ID-b" link set br0 up
}

# port NS IF: connects a new interface IF in namespace NS with the bridge.
port() {
	local far=p-$1-$2
	veth "$1" "$2" b "${far:0:15}"
	ip -n "$ID-b" link set "${far:0:15}" master br0
	pass b "${far:0:15}"
}

# rig_with_cable MICROSECONDS: the same as rig, over a link that has a real one's latency.
rig_with_cable() {
	local enter
	namespace s
	namespace c
	namespace b
	veth s srv b near
	veth c cli b far
	address s srv "$NET.1/${PREFIX:-24}"
	pass b near
	read -ra enter <<<"$(in_ns b)"
	background "$DIR/cable.log" "${enter[@]}" "$B/tests/e2e/cable" near far "$1"
}

mac() { ip -n "$ID-$1" -j link show dev "$2" | jq -r '.[0].address'; }

boottime() { cut -d. -f1 /proc/uptime; }

mount_bpffs() {
	[ "$(stat -f -c %T /sys/fs/bpf)" = bpf_fs ] || mount -t bpf bpf /sys/fs/bpf
}

# --- the daemon ---
#
# S is the daemon that the functions speak of; its files are $DIR/$S.yaml, .sock, .db, .log.

S=s
NET=192.0.2
IFACE=srv
LIFETIME=20
POOL=
GLOBAL=     # further lines of YAML at the top
SUBNET=     # further lines of the subnet (indented by two)
FAST_PATH=  # further keys of fast-path, each preceded by a comma
ROUTER=
DPID=
DB=        # the store's file, if not $DIR/$S.db
RUN_BY=()  # what starts xdhcpd and becomes it
mount_bpffs

pin() { echo "/sys/fs/bpf/$ID-$S"; }
log() { echo "$DIR/$S.log"; }

# config: writes $DIR/$S.yaml from the variables above.
config() {
	cat >"$DIR/$S.yaml" <<-EOT
		interfaces-config: {interfaces: [$IFACE]}
		control-socket: {socket-type: unix, socket-name: $DIR/$S.sock}
		lease-database: {type: sqlite, name: ${DB:-$DIR/$S.db}}
		fast-path: {mode: $MODE, pin-path: $(pin)$FAST_PATH}
		valid-lifetime: $LIFETIME
		$GLOBAL
		subnet4:
		- id: 1
		  subnet: $NET.0/${PREFIX:-24}
		  pools: [{pool: ${POOL:-$NET.100 - $NET.199}}]
		  option-data: [{name: routers, data: ${ROUTER:-$NET.1}}]
		$SUBNET
	EOT
}

daemon_pid() { cat "$DIR/$S.pid"; }

ready() { tail -c "+$((LOG_FROM + 1))" "$(log)" | grep -q 'server version .* started'; }
ready_or_dead() { ready || ! alive "$DPID"; }

# daemon [NS]: starts xdhcpd in the namespace (s) and waits until it is ready.
daemon() {
	local ns=${1:-s} enter
	[ -e "$(log)" ] || { : >"$(log)"; LOGS+=("$(log)"); }
	LOG_FROM=$(stat -c %s "$(log)")
	read -ra enter <<<"$(in_ns "$ns")"
	background "$(log)" "${enter[@]}" "${RUN_BY[@]}" "$B/xdhcpd" -c "$DIR/$S.yaml"
	DPID=$PID
	echo "$DPID" >"$DIR/$S.pid"
	await 20 "xdhcpd to start" ready_or_dead
	ready || fail "xdhcpd ended at its start"
}

# refused [COMMAND...]: xdhcpd, run by COMMAND in namespace s with $DIR/$S.yaml, must
# not start; what it says is in $DIR/refused.
refused() {
	local enter status=0
	read -ra enter <<<"$(in_ns s)"
	timeout -k 2 15 "${enter[@]}" "${RUN_BY[@]}" "$@" "$B/xdhcpd" -c "$DIR/$S.yaml" >"$DIR/refused" 2>&1 || status=$?
	[ "$status" = 1 ] && ! grep -q 'server version .* started' "$DIR/refused" && return
	cat "$DIR/refused"
	echo "  failed at ${BASH_SOURCE[1]##*/}:${BASH_LINENO[0]}: a start that had to be refused ended with status $status"
	exit 1
}

# logged REGEX: since the daemon's last start.
logged() { tail -c "+$((LOG_FROM + 1))" "$(log)" | grep -Eq -- "$1"; }

stop() { end "$(daemon_pid)"; }

crash() {
	local pid
	pid=$(daemon_pid)
	kill -9 "$pid"
	wait "$pid" 2>/dev/null || :
}

ctl() { "$B/xdhcpctl" -s "$DIR/$S.sock" --pin-path "$(pin)" --json "$@"; }
answers_status() { ctl status 2>/dev/null | jq -e '.arguments.pid' >/dev/null; }

# limits LIMITS: those that XDP drops by, and no other key of fast-path, by a reload.
limits() {
	FAST_PATH=", limits: {$1}"
	config
	ctl reload >/dev/null || fail "limits $1 are not taken"
}

# The counters as the pinned map has them, so that they can be read with the daemon dead.
verdicts() {
	"$BPFTOOL" -j map lookup pinned "$(pin)/verdicts" key 0 0 0 0 |
		jq -c '[.formatted.values[].value | to_entries[]] | group_by(.key)
			| map({(.[0].key): (map(.value) | add)}) | add'
}
verdict() { verdicts | jq -r ".$1"; }
acks_xdp() { verdicts | jq -r 'to_entries | map(select(.key | startswith("ack_"))) | map(.value) | add'; }

# all_by_xdp NAME...: as many renewals as these clients tell of. To be awaited: they go on meanwhile.
all_by_xdp() {
	local name sum=0
	for name in "$@"; do sum=$((sum + $(times "$name" '^RENEW'))); done
	[ "$(verdict ack_renewing)" = "$sum" ]
}

# more_acks_than N: XDP has answered more often than that.
more_acks_than() { [ "$(acks_xdp)" -gt "$1" ]; }

# by_xdp COMMAND...: it succeeds, and an ACK of XDP's was among what it got.
by_xdp() {
	local before
	before=$(acks_xdp)
	"$@" && more_acks_than "$before"
}

# more_than N COMMAND...: it prints a number above N.
more_than() {
	local n=$1
	shift
	[ "$("$@")" -gt "$n" ]
}

status() { ctl status | jq -c '.arguments'; }
lease() { ctl lease "$1" | jq -c '.arguments // empty'; }
# lease_field ADDRESS FIELD: hw-address, cltt, state ..., or slot, hits, expire, ack-until.
lease_field() { lease "$1" | jq -r "(.\"$2\" // .\"user-context\".xdhcp.\"$2\") | values"; }
# bound ADDRESS MAC
bound() { [ "$(lease_field "$1" hw-address) $(lease_field "$1" state)" = "$2 0" ]; }
unbound() { case $(lease_field "$1" state) in 0) return 1 ;; esac; }
statistic() { ctl stats | jq -r ".arguments.\"$1\"[0][0]"; }
live_leases() { ctl leases | jq '[.arguments.leases[]? | select(.state == 0)] | length'; }
leases_txt() { cat "$(pin)/leases_txt"; }
in_txt() { leases_txt | grep -q " $1 "; }
# hits ADDRESS: how often XDP has answered from its slot; 0 without one.
hits() {
	local line
	line=$(leases_txt | grep " $1 ") || line=0
	echo "${line##* }"
}
lost() { # NS IF: frames that it had no room for
	inside "$1" ip -s -j link show "$2" | jq '.[0].stats64.tx.dropped'
}
policy() { # KEY FIELD, of the pinned map
	"$BPFTOOL" -j map lookup pinned "$(pin)/policy" key $(le32 "$1") | jq -r ".formatted.value.$2"
}
# as_number ADDRESS: as the store has it.
as_number() {
	local a b c d
	IFS=. read -r a b c d <<<"$1"
	echo $((a << 24 | b << 16 | c << 8 | d))
}
le32() { echo $(($1 & 255)) $(($1 >> 8 & 255)) $(($1 >> 16 & 255)) $(($1 >> 24 & 255)); }

map_ids() {
	local m
	for m in leases blocks templates policy verdicts budgets barrier captures capture meta; do
		"$BPFTOOL" -j map show pinned "$(pin)/$m" | jq -r "\"$m \" + (.id | tostring)"
	done
}

# sql QUERY: on the store, which may be in use.
sql() { sqlite3 -readonly -cmd '.timeout 5000' "${DB:-$DIR/$S.db}" "$1"; }

# --- clients ---
#
# A client has a name N: its log is $DIR/N.log, and $DIR/N.events has one line for each
# call of its hook: REASON ADDRESS LIFETIME ROUTER.

client_files() {
	: >>"$DIR/$1.events"
	[ -e "$DIR/$1.log" ] || { : >"$DIR/$1.log"; LOGS+=("$DIR/$1.log"); }
}

# client_dhclient NAME NS IF [ARGS...]
client_dhclient() {
	local name=$1 ns=$2 ifname=$3 enter
	shift 3
	client_files "$name"
	[ -e "$DIR/$name.conf" ] || cat >"$DIR/$name.conf" <<-EOT
		timeout 10; retry 1; reboot 3; select-timeout 0; initial-interval 1; backoff-cutoff 2;
		request subnet-mask, broadcast-address, routers, domain-name-servers;
	EOT
	: >>"$DIR/$name.leases"
	read -ra enter <<<"$(in_ns "$ns")"
	background "$DIR/$name.log" "${enter[@]}" dhclient -4 -d -v -sf "$HOOK" -e EVENTS="$DIR/$name.events" \
		-cf "$DIR/$name.conf" -lf "$DIR/$name.leases" -pf "$DIR/$name.clientpid" "$@" "$ifname"
}

# client_udhcpc NAME NS IF [ARGS...]
client_udhcpc() {
	local name=$1 ns=$2 ifname=$3 enter
	shift 3
	client_files "$name"
	read -ra enter <<<"$(in_ns "$ns")"
	background "$DIR/$name.log" env EVENTS="$DIR/$name.events" "${enter[@]}" udhcpc -f -i "$ifname" \
		-s "$HOOK" -t 5 -T 1 -A 1 "$@"
}

# client_dhcpcd NAME NS IF [ARGS...]: dhcpcd's state directories are fixed, so each gets its own.
client_dhcpcd() {
	local name=$1 ns=$2 ifname=$3
	shift 3
	client_files "$name"
	mkdir -p "$DIR/$name.lib" "$DIR/$name.run"
	[ -e "$DIR/$name.conf" ] || cat >"$DIR/$name.conf" <<-EOT
		hostname
		option subnet_mask, routers, domain_name_servers, interface_mtu
		require dhcp_server_identifier
		noipv4ll
		timeout 15
	EOT
	local enter
	read -ra enter <<<"$(in_ns "$ns")"
	background "$DIR/$name.log" "${enter[@]}" unshare --mount --propagation private sh -ec '
		mount --bind "$1.lib" /var/lib/dhcpcd
		mkdir -p /run/dhcpcd
		mount --bind "$1.run" /run/dhcpcd
		conf=$1.conf events=$1.events hook=$2
		shift 2
		exec dhcpcd -4 -B -d -f "$conf" -c "$hook" -e EVENTS="$events" "$@"
	' sh "$DIR/$name" "$HOOK" "$@" "$ifname"
}

# happened NAME REGEX: a line of its events matches.
happened() { grep -Eq -- "$2" "$DIR/$1.events"; }
# times NAME REGEX
times() { grep -Ec -- "$2" "$DIR/$1.events" || :; }
times_more() { [ "$(times "$1" "$2")" -gt "$3" ]; }
# address_of NAME: of the latest event with an address.
address_of() { awk '$2 ~ /^[0-9]/ { a = $2 } END { print a }' "$DIR/$1.events"; }

has_address() { ip -n "$ID-$1" -4 -j addr show dev "$2" | jq -e --arg a "$3" '.[0].addr_info[]? | select(.local == $a)'; }
no_address() { ! has_address "$@"; }

# load WORDS...: the load generator, as clients of namespace c
load() { inside c "$LOADGEN" "$@"; }

# --- single requests: prints the replies as JSON lines; succeeds with a reply ---

one() {
	local ns=$1
	shift
	inside "$ns" "$DHCPONE" "$@"
}

# dora NS IF [WORDS...]: DISCOVER, then REQUEST of what is offered; prints the ACK.
dora() {
	local ns=$1 ifname=$2 offer
	shift 2
	offer=$(one "$ns" "$ifname" discover "$@") || return 1
	one "$ns" "$ifname" request "$@" requested="$(jq -r .yiaddr <<<"$offer")" server="$(jq -r .server <<<"$offer")"
}

# type_and_address: of replies, as one of these has printed them
type_and_address() { jq -r '.type + " " + .yiaddr'; }

# both_ways WHAT COMMAND...: a request of `one` (with hex=1 and an xid) that is answered with the very same frame
# whether XDP may answer or the daemon alone; REPLY is the daemon's. Both orders, since the daemon learns from the first.
both_ways() {
	local what=$1 way fast
	shift
	for way in first second third; do
		fast=$("$@") || fast=
		ctl fast-path off >/dev/null
		REPLY=$("$@") || REPLY=
		ctl fast-path on >/dev/null
		[ "$(jq -r '.type + .frame' <<<"$fast")" = "$(jq -r '.type + .frame' <<<"$REPLY")" ] && continue
		echo "  failed at ${BASH_SOURCE[1]##*/}:${BASH_LINENO[0]}: $what: the $way reply with the fast path on is"
		echo "    ${fast:-no reply}"
		echo "  and with it off"
		echo "    ${REPLY:-no reply}"
		exit 1
	done
}

# promises LOG: loadgen's -l as storm's lines.
promises() { awk '{ printf "P %s %s %.6f %.6f %.6f\n", $2, $3, $5 / 1e9, $1 / 1e9, $5 / 1e9 + $4 }' "$1"; }

# lease_rows DB: address, MAC, state and how far it may be promised, a line each.
lease_rows() {
	sqlite3 -readonly -cmd '.timeout 5000' -separator ' ' "$1" "
		SELECT (addr >> 24) || '.' || (addr >> 16 & 255) || '.' || (addr >> 8 & 255) || '.' || (addr & 255),
			lower(substr(hex(chaddr), 1, 12)), state, max(promised, ack_until) FROM lease"
}

# covered DB LOG [BEFORE]: every promise in storm's LOG that still runs, up to BEFORE
# (seconds of CLOCK_BOOTTIME), is in the store DB, for the same client and at least as long.
# Prints each that is not. DB may be in use.
covered() {
	local now
	now=$(boottime)
	{ # the first line is there even if no lease is
		echo "- - 0 0"
		lease_rows "$1"
	} |
		awk -v now="$now" -v before="${3:-1e18}" '
			FNR == NR { row[$1] = $2; state[$1] = $3; limit[$1] = $4; next }
			$1 == "P" && $5 <= before {
				gsub(":", "", $3)
				if (!($2 in who) || who[$2] != $3 || $6 > until[$2]) { who[$2] = $3; sent[$2] = $4; until[$2] = $6 }
			}
			$1 == "E" {
				gsub(":", "", $3)
				if ($2 in who && who[$2] == $3 && sent[$2] <= $4) delete who[$2]
			}
			END {
				for (a in who) {
					n++
					if (until[a] <= now)
						continue
					running++
					if (row[a] != who[a] || (state[a] != 1 && state[a] != 3) || limit[a] < until[a]) {
						printf "not covered: %s promised to %s until %.3f; store: %s state %s until %s\n",
							a, who[a], until[a], row[a], state[a], limit[a]
						bad++
					}
				}
				printf "  %d promises, %d still running, %d not covered\n", n, running, bad
				exit bad || !n
			}' - "$2"
}

# renew NS IF ADDR SERVER SMAC [WORDS...]: in state RENEWING.
renew() {
	local ns=$1 ifname=$2 addr=$3 server=$4 dmac=$5
	shift 5
	one "$ns" "$ifname" request ciaddr="$addr" src="$addr" dst="$server" dmac="$dmac" "$@"
}
