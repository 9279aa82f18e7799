#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# modes: native generic
#
# A client that asks in ever new forms takes a few templates and no more, and another is published meanwhile.
. "$(dirname "$0")/lib.sh"

LIFETIME=600
GLOBAL="option-data: [{name: domain-name-servers, data: 192.0.2.53}, {name: domain-name, data: example.org}, {name: ntp-servers, data: 192.0.2.54}, {name: log-servers, data: 192.0.2.55}, {name: time-servers, data: 192.0.2.56}, {name: smtp-server, data: 192.0.2.57}, {name: pop-server, data: 192.0.2.58}, {name: www-server, data: 192.0.2.59}]"
rig
config
daemon
read -ra enter <<<"$(in_ns c)"
background "$DIR/forms.log" "${enter[@]}" "$B/tests/e2e/forms" cli 1 300000
flood=$PID
# as many as there are templates, and more
await 30 "the flood" more_than 9000 statistic pkt4-request-received
in_use=$(status | jq '."fast-path".templates')
say "$in_use in use, $(statistic xdhcp-not-published-too-many-forms) refused, $(statistic pkt4-request-received) REQUESTs, $(acks_xdp) by XDP"
expect "few templates in use, not $in_use" test "$in_use" -le 20
expect "the rest refused" test "$(statistic xdhcp-not-published-too-many-forms)" -ge 8000
other="chaddr=02:00:00:00:00:09 prl=1,6,42,3"
addr=$(dora c cli $other | jq -r .yiaddr)
before=$(verdict ack_renewing)
for _ in 1 2 3 4 5; do
	renew c cli "$addr" 192.0.2.1 "$(mac s srv)" $other >/dev/null || fail "no answer to a renewal"
done
equal "another client's renewals by XDP, all but its form's first" "$(($(verdict ack_renewing) - before))" 5
expect "the flood to go on" alive "$flood"
equal "ACKs without a template" "$(statistic xdhcp-not-published-no-template)" 0
