#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# slow: 6
#
# Kea 2.2's config-get of a broad configuration (tests/kea/dhcp4.json) is taken by xdhcpd as it is, and more than 200
# crafted clients (tests/kea/clients) get the same answers of both, field by field, but for what tests/kea/differences
# has, each with its reason. Each server is in a namespace of its own, with interfaces of the same names, addresses and
# MACs, and files of its own at the same paths.
. "$(dirname "$0")/lib.sh"

KEA=/usr/sbin/kea-dhcp4
[ -x "$KEA" ] || fail "$KEA is missing; run: tools/deps"
case $("$KEA" -v) in 2.2.*) ;; *) fail "$KEA is not 2.2" ;; esac

# /run and the pins as this process alone has them; what is in $DIR is everybody's
alone() { # NS RUN COMMAND...
	local ns=$1 run=$2 enter
	shift 2
	read -ra enter <<<"$(in_ns "$ns")"
	# shellcheck disable=SC2016
	background "$run.log" "${enter[@]}" unshare --mount --propagation private sh -ec '
		mkdir -p "$1/kea" "$1/xdhcp"
		chmod 750 "$1/kea"
		mount -t bpf bpf /sys/fs/bpf
		mount --bind "$1" /run
		shift
		exec "$@"' sh "$run" "$@"
	LOGS+=("$run.log")
}

namespace c
for s in k x; do
	namespace $s
	for n in 0 1 2 3; do
		veth $s e$n c $s$n
		ip -n "$ID-$s" link set e$n address 02:ff:00:00:00:0$n
	done
	address $s e0 10.0.0.1/24
	address $s e1 10.1.0.1/24
	address $s e2 10.4.0.1/24
	address $s e3 10.5.0.1/24
	# the relays are behind one router
	ip -n "$ID-$s" neigh add 10.0.0.254 lladdr 02:fe:00:00:00:01 dev e0 nud permanent
	for net in 10.2.0.0/16 10.3.0.0/16 10.6.0.0/16 10.7.0.0/16 10.200.0.0/16; do
		ip -n "$ID-$s" route add $net via 10.0.0.254
	done
done
for n in 0 1 2 3; do pass c x$n; done

mkdir -p "$DIR/k" "$DIR/x"
alone k "$DIR/k" env KEA_PIDFILE_DIR=/run/kea KEA_LOCKFILE_DIR=/run/kea "$KEA" -c "$TOP/tests/kea/dhcp4.json"
KEA_PID=$PID
socket_or_dead() { [ -S "$DIR/k/kea/kea4.sock" ] || ! alive "$KEA_PID"; }
await 20 "Kea to start" socket_or_dead
alive "$KEA_PID" || fail "Kea ended at its start"
"$B/xdhcpctl" -s "$DIR/k/kea/kea4.sock" --json config >"$DIR/answer.json" || fail "no config-get"
# byte for byte, as Kea writes it in one line
sed -n 's/^{ "arguments": \(.*\), "result": 0 }$/\1/p' "$DIR/answer.json" >"$DIR/config.json"
equal "Kea's configuration" "$(jq -cS . "$DIR/config.json")" "$(jq -ceS .arguments "$DIR/answer.json")"

# Loaded as it is, with nothing but these notices
read -ra enter <<<"$(in_ns x)"
"${enter[@]}" "$B/xdhcpd" -t -c "$DIR/config.json" >"$DIR/notices" 2>&1 || { cat "$DIR/notices"; fail "xdhcpd -t refuses it"; }
sed 's/^[^ ]*config\.json:[0-9:]* //' "$DIR/notices" | sort -u >"$DIR/notices.seen"
diff -u <(grep -v "^#" "$TOP/tests/kea/notices") "$DIR/notices.seen" || fail "other notices"

S=x/x
alone x "$DIR/x" "$B/xdhcpd" -c "$DIR/config.json"
DPID=$PID
started() { grep -q 'server version .* started' "$DIR/x.log" || ! alive "$DPID"; }
await 20 "xdhcpd to start" started
alive "$DPID" || fail "xdhcpd ended at its start"

jq -r '.. | objects | .pools? // empty | .[].pool' "$DIR/config.json" | while read -r pool; do
	case $pool in
	*/*) first=$(as_number "${pool%/*}"); last=$((first + (1 << (32 - ${pool#*/})) - 1)) ;;
	*) first=$(as_number "${pool%-*}"); last=$(as_number "${pool#*-}") ;;
	esac
	echo $first $last
done >"$DIR/pools"
inside c "$B/tests/kea/play" "$TOP/tests/kea/clients" "$TOP/tests/kea/differences" "$DIR/pools" k x >"$DIR/played" ||
	{ cat "$DIR/played"; fail "the answers differ"; }
read -r _ clients _ _ alike _ <<<"$(tail -n 1 "$DIR/played" | tr -d ,)"
say "$clients clients, $alike answers alike"
[ "$clients" -ge 200 ] || fail "too few clients"
