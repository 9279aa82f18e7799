#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# modes: native generic
#
# Conflict detection by ARP: an address that another host uses is not offered, and not bound to at once (RFC 4039), but
# quarantined; the client gets another one. Its own answer is no conflict. What was found out is believed, and nobody is
# asked about an address that its client has.
. "$(dirname "$0")/lib.sh"

LIFETIME=600
POOL="192.0.2.100 - 192.0.2.109"
GLOBAL="conflict-detection: {method: arp, timeout: 300}"
SUBNET="  rapid-commit: true"
segment
for n in s c h; do namespace $n; done
port s srv
port c cli
port h eth
address s srv 192.0.2.1/24
address h eth 192.0.2.100/24
address h eth 192.0.2.102/24
config
daemon
read -ra enter <<<"$(in_ns h)"
background "$DIR/arp" "${enter[@]}" tcpdump -l -e -n -i eth arp
await 5 "tcpdump" grep -q listening "$DIR/arp"
one_=chaddr=02:00:00:00:00:01 two=chaddr=02:00:00:00:00:02
offered() { one c cli discover "$@" | type_and_address; }

offer=$(offered $one_ requested=192.0.2.100)
[ "${offer% *}" = offer ] || fail "no offer, but '$offer'"
[ "$offer" != "offer 192.0.2.100" ] || fail "an offer of the host's address"
expect "it in the log, with the host's MAC" logged "192\.0\.2\.100 is in use by $(mac h eth)"
await 5 "the quarantine" equal_silent 1 lease_field 192.0.2.100 state
equal "the store" "$(sql "SELECT state FROM leases WHERE address = '192.0.2.100'")" declined
equal "conflicts" "$(statistic xdhcp-conflicts-found)" 1
equal "declined addresses" "$(statistic declined-addresses)" 1
equal "probes" "$(statistic xdhcp-probes-sent)" 2
expect "RFC 5227's probe" grep -Eq "$(mac s srv) > ff:ff:ff:ff:ff:ff.* who-has 192\.0\.2\.100 .*tell 0\.0\.0\.0" "$DIR/arp"

expect "the status to say so" bash -c "$B/xdhcpctl -s $DIR/s.sock status | grep -Eq '^probes +2 sent, 1 found in use, 0 wait$'"

# not asked about again: what was offered, what is quarantined, what the client has
equal "the offer anew" "$(offered $one_)" "$offer"
equal "who asks for what is quarantined" "$(offered $one_ requested=192.0.2.100)" "$offer"
equal "probes" "$(statistic xdhcp-probes-sent)" 2
dora c cli $one_ requested=192.0.2.100 >/dev/null || fail "no lease"
equal "who has it" "$(offered $one_)" "$offer"
equal "probes" "$(statistic xdhcp-probes-sent)" 2

# rapid commit
ack=$(offered $two requested=192.0.2.102 option=80:)
[ "${ack% *}" = ack ] || fail "no ACK, but '$ack'"
[ "$ack" != "ack 192.0.2.102" ] || fail "an ACK of the host's address"
equal "conflicts" "$(statistic xdhcp-conflicts-found)" 2
expect "it to be bound" bound "${ack#* }" 02:00:00:00:00:02

# the client uses what it asks for: it answers, and may have it
address c cli 192.0.2.105/24
equal "its own address" "$(one c cli discover requested=192.0.2.105 | type_and_address)" "offer 192.0.2.105"
expect "a reply of its own" grep -Eq "192\.0\.2\.105 is-at|who-has 192\.0\.2\.105" "$DIR/arp"
equal "conflicts" "$(statistic xdhcp-conflicts-found)" 2

# an address that the host leaves
ip -n "$ID-h" address flush dev eth
equal "the end of the quarantine" "$(ctl release 192.0.2.100 | jq -r '"\(.result) \(.text)"')" "0 IPv4 lease deleted."
equal "who asks for it then" "$(offered chaddr=02:00:00:00:00:03 requested=192.0.2.100)" "offer 192.0.2.100"
equal "nothing left out" "$(statistic xdhcp-probes-left-out)" 0

# who DECLINEs an address says more than a probe that nobody has answered
sed -i 's/^conflict-detection/decline-probation-period: 1\n&/' "$DIR/s.yaml"
ctl reload >/dev/null
sent=$(statistic xdhcp-probes-sent)
one c cli decline $one_ requested="${offer#* }" server=192.0.2.1 >/dev/null
await 5 "the quarantine" unbound "${offer#* }"
await 10 "its end" equal_silent "" lease "${offer#* }"
equal "who asks for it then" "$(offered chaddr=02:00:00:00:00:05 requested="${offer#* }")" "$offer"
equal "probes" "$(statistic xdhcp-probes-sent)" $((sent + 1))

sent=$(statistic xdhcp-probes-sent)
sed -i 's/method: arp/method: none/' "$DIR/s.yaml"
ctl reload >/dev/null
equal "without it" "$(offered chaddr=02:00:00:00:00:04 requested=192.0.2.108)" "offer 192.0.2.108"
equal "probes" "$(statistic xdhcp-probes-sent)" "$sent"
