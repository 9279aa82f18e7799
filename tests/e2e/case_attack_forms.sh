#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# slow: 10
#
# Clients that ask in ever new forms until no template is left, then ones whose every request has other options and another name:
# who is in the cache stays there, who comes new is served, and what was used up comes back.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/attack.sh"

LIFETIME=600
NET=192.168.0
PREFIX=22
POOL="192.168.0.10 - 192.168.3.250"
GLOBAL="option-data: [{name: domain-name-servers, data: 192.0.2.53}, {name: domain-name, data: example.org}, {name: ntp-servers, data: 192.0.2.54}, {name: log-servers, data: 192.0.2.55}, {name: time-servers, data: 192.0.2.56}, {name: smtp-server, data: 192.0.2.57}, {name: pop-server, data: 192.0.2.58}, {name: www-server, data: 192.0.2.59}]"
rig
config
daemon
bystanders 20
bystanders_begin 300
templates() { status | jq '."fast-path".templates'; }

inside c "$B/tests/e2e/forms" cli 640 15 || fail "see above"
say "$(templates) templates in use, $(statistic xdhcp-not-published-no-template) ACKs without one"
expect "no template to have been free" test "$(statistic xdhcp-not-published-no-template)" -gt 0
equal "lines about it" "$(grep -c 'no template is free' "$(log)")" 1
late="chaddr=02:00:00:00:00:09 prl=1,6,42,3"
# shellcheck disable=SC2086
addr=$(dora c cli $late | jq -r .yiaddr) || fail "a new client is not served"
# shellcheck disable=SC2086
renews() { renew c cli "$addr" $NET.1 "$(mac s srv)" $late; }
equal "a new client's renewal" "$(renews | jq -r .type)" ack
cached() { renews >/dev/null && in_txt "$addr"; }
await 15 "it to be in the cache, when templates have been collected" cached

# one client, other options and another name each time: its lease is its own all the while
mine=$(dora c cli chaddr=02:00:00:00:00:08 | jq -r .yiaddr)
one c cli request chaddr=02:00:00:00:00:08 ciaddr="$mine" src="$mine" vary=options vary=host count=3000 every=0.3 quiet=1 wait=1000 \
	log="$DIR/acks.attack" >"$DIR/flood"
equal "requests that were answered" "$(jq -c '[.sent, .ack, .nak]' "$DIR/flood")" "[3000,3000,0]"
expect "its lease" bound "$mine" 02:00:00:00:00:08
# clients that have none, and want none that is theirs
one c cli request requested=192.168.1.1 vary=chaddr vary=cid vary=options vary=host count=3000 every=0.3 quiet=1 wait=500 >"$DIR/flood"
equal "strangers that were given something" "$(jq .ack "$DIR/flood")" 0

KIB=32768 # 640 leases more, and all templates
bystanders_end
daemon_bounded 1500
all_covered
