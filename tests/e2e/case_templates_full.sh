#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Many clients in many forms use up all templates: those that no slot names any more are free again within seconds, not
# at the next sweep (60 s).
. "$(dirname "$0")/lib.sh"

LIFETIME=600
NET=192.168.0
PREFIX=22
POOL="192.168.0.10 - 192.168.3.250"
GLOBAL="option-data: [{name: domain-name-servers, data: 192.0.2.53}, {name: domain-name, data: example.org}, {name: ntp-servers, data: 192.0.2.54}, {name: log-servers, data: 192.0.2.55}, {name: time-servers, data: 192.0.2.56}, {name: smtp-server, data: 192.0.2.57}, {name: pop-server, data: 192.0.2.58}, {name: www-server, data: 192.0.2.59}]"
rig
config
daemon
inside c "$B/tests/e2e/forms" cli 640 15 || fail "see above"
say "$(status | jq -c ."\"fast-path\"".templates) in use, $(statistic xdhcp-not-published-too-many-forms) refused, $(statistic pkt4-request-received)"
expect "no template to have been free" test "$(statistic xdhcp-not-published-no-template)" -gt 0
expect "it to be said" logged 'no template is free'
fewer() { [ "$(status | jq '."fast-path".templates')" -lt 6000 ]; }
await 15 "templates to be collected" fewer
other="chaddr=02:00:00:00:00:09 prl=1,6,42,3"
addr=$(dora c cli $other | jq -r .yiaddr)
before=$(acks_xdp)
for _ in 1 2 3; do
	renew c cli "$addr" "$NET.1" "$(mac s srv)" $other >/dev/null || fail "no answer to a renewal"
done
equal "a new client's renewals by XDP" "$(($(acks_xdp) - before))" 3
