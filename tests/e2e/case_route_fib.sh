#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# modes: native generic
# slow: 8
# fast-path.route: fib. A relay's requests come in from one router, and the host's route to it goes by another: XDP sends
# where the kernel would. Without forwarding there are no routes for XDP: that is said, and the daemon serves alone.
# Changed live to reverse, the answers go back where the requests came from; and where there is no route, or one by
# another interface, the daemon's.
. "$(dirname "$0")/lib.sh"

NET=192.168.7
LIFETIME=600
FAST_PATH=", route: fib"
CLIENT=02:00:00:00:07:01
AGENT=0104706f7274
segment
for n in s t1 t2; do namespace $n; done
port s srv
port t1 near
port t2 near
address s srv 10.9.0.1/24
address t1 near 10.9.0.2/24
address t2 near 10.9.0.3/24
ip -n "$ID-t1" address add $NET.1/24 dev lo
ip -n "$ID-t2" address add $NET.1/24 dev lo
ip -n "$ID-s" route add $NET.0/24 via 10.9.0.3
inside s sysctl -qw net.ipv4.conf.srv.forwarding=0
config
daemon
expect "a line about forwarding" logged "srv: fast-path.route is fib, but IPv4 is not forwarded there.*sysctl net/ipv4/conf/srv/forwarding=1"

# relayed WORDS...: a REQUEST that the first router's relay sends. Nobody listens at the routers' ports: what comes there
# is counted as a datagram without a port.
relayed() {
	one t1 near request chaddr=$CLIENT smac="$(mac t1 near)" dmac="$(mac s srv)" src=$NET.1 dst=10.9.0.1 giaddr=$NET.1 \
		sport=67 option=82:$AGENT wait=${WAIT:-300} requested=$NET.100 "$@" >/dev/null || :
}
came_to() { inside "$1" awk '$1 == "Udp:" && $3 ~ /^[0-9]/ { print $3 }' /proc/net/snmp; } # NS
# answers WHAT NS BY_XDP BY_DAEMON: to one request, how many come to which router
answers() {
	local xdp before slow
	xdp=$(acks_xdp) before=$(came_to "$2") slow=$(slow_acks)
	relayed
	equal "XDP's answers $1" $(($(acks_xdp) - xdp)) "$3"
	# it may have to look at a new interface first
	[ "$4" = 0 ] || await 5 "the daemon's $1" more_than "$slow" slow_acks
	equal "the daemon's $1" $(($(slow_acks) - slow)) "$4"
	await 2 "an answer at $2 $1" more_than "$before" came_to "$2"
}
slow_acks() { grep -c 'DHCPREQUEST for .*: DHCPACK$' "$(log)" || :; }

one t1 near discover chaddr=$CLIENT smac="$(mac t1 near)" dmac="$(mac s srv)" src=$NET.1 dst=10.9.0.1 giaddr=$NET.1 \
	sport=67 option=82:$AGENT wait=300 >/dev/null || :
relayed server=10.9.0.1
expect "the lease" bound $NET.100 $CLIENT
answers "without forwarding" t2 0 1
expect "it to be for want of a route" more_than 0 verdict pass_route

inside s sysctl -qw net.ipv4.conf.srv.forwarding=1
answers "with it" t2 1 0
answers "again" t2 1 0

# Live, and back
sed -i 's/route: fib/route: reverse/' "$DIR/s.yaml"
ctl reload >/dev/null
answers "by the way that it came" t1 1 0
sed -i 's/route: reverse/route: fib/' "$DIR/s.yaml"
ctl reload >/dev/null
answers "as routed" t2 1 0
equal "lines about forwarding" "$(grep -c 'is not forwarded there' "$(log)")" 1

# By another interface: the daemon's; and so is what has no route
veth s other t2 other
address s other 10.10.0.1/24
address t2 other 10.10.0.3/24
ip -n "$ID-s" route replace $NET.0/24 via 10.10.0.3
passed=$(verdict pass_route)
answers "by another interface" t2 0 1
ip -n "$ID-s" route del $NET.0/24
slow=$(slow_acks) xdp=$(acks_xdp)
relayed
await 2 "a line about the route" logged "cannot send to $NET\\.1: Network is unreachable"
equal "XDP's answers without a route" "$(acks_xdp)" "$xdp"
equal "passes for want of a way" "$(verdict pass_route)" $((passed + 2))

equal "internal failures" "$(verdict drop_internal)" 0
