#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Two servers with disjoint pools on one segment: both offer, the one that is chosen ACKs, each renews only
# its own, and neither says a word about the other's clients.
. "$(dirname "$0")/lib.sh"

LIFETIME=16
segment
for n in s1 s2 c d; do namespace $n; done
port s1 srv
port s2 srv
port c cli
port d cli
address s1 srv 192.0.2.1/24
address s2 srv 192.0.2.2/24
S=a POOL="192.0.2.100 - 192.0.2.149"
config
daemon s1
S=b POOL="192.0.2.150 - 192.0.2.199"
config
daemon s2

who=chaddr=02:00:00:00:00:01
offers=$(one c cli discover $who replies=2 wait=1000 | jq -sr 'sort_by(.server) | map(.server) | join(" ")')
equal "servers that offer" "$offers" "192.0.2.1 192.0.2.2"

# SELECTING the first: one ACK, and the second withdraws
offer=$(one c cli discover $who replies=2 wait=1000 | jq -sr '.[] | select(.server == "192.0.2.1") | .yiaddr')
acks=$(one c cli request $who requested="$offer" server=192.0.2.1 replies=2 wait=1000)
equal "answers to the chosen server's REQUEST" "$(jq -sr 'map(.type + " " + .server) | join(",")' <<<"$acks")" "ack 192.0.2.1"

# RENEWING unicast, REBINDING and INIT-REBOOT broadcast: the first only, and by XDP
for words in "ciaddr=$offer src=$offer dst=192.0.2.1 dmac=$(mac s1 srv)" "ciaddr=$offer src=$offer" "requested=$offer"; do
	# shellcheck disable=SC2086
	acks=$(one c cli request $who $words replies=2 wait=1000)
	equal "answers to $words" "$(jq -sr 'map(.type + " " + .server) | join(",")' <<<"$acks")" "ack 192.0.2.1"
done
S=b
equal "ACKs by the second server's XDP" "$(acks_xdp)" 0
equal "ACKs by the second server" "$(statistic pkt4-ack-sent)" 0
equal "NAKs by the second server" "$(statistic pkt4-nak-sent)" 0
S=a
equal "ACKs by the first server's XDP" "$(acks_xdp)" 3

# a real client stays with its server
client_dhclient c1 d cli
await 20 "dhclient to be bound" happened c1 '^BOUND '
await 20 "a renewal" happened c1 '^RENEW '
a=$(S=a verdict ack_renewing) b=$(S=b verdict ack_renewing)
server=$(grep -m1 -o 'DHCPACK of .*' "$DIR/c1.log" | awk '{ print $5 }')
case $server in
192.0.2.1) equal "renewals by XDP (a, b)" "$a $b" "2 0" ;;
192.0.2.2) equal "renewals by XDP (a, b)" "$a $b" "1 1" ;;
*) fail "dhclient's server is '$server'" ;;
esac
