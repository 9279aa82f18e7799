#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# OFFERs without an address. Option 116 (RFC 2563): who sends it hears, where nothing is free, whether to configure itself.
# Option 108 (RFC 8925): who asks for it where it is configured is offered none, not by rapid commit either; who has
# a lease is told in its renewals, by XDP as by the daemon; others are served as ever. No lease comes of any of it.
. "$(dirname "$0")/lib.sh"

LIFETIME=600
POOL="$NET.100 - $NET.100"
rig
auto_config() { # YAML of option-data at the top
	GLOBAL=$1
	config
}
auto_config "option-data: [{name: auto-config, data: 0}]"
daemon
discover() { one c cli discover wait=600 "$@" | jq -r '"\(.type) \(.yiaddr) \(.lifetime) \(.options."116") \(.options."108")"'; }
silent() { # WHAT WORDS...
	local what=$1 reply
	shift
	reply=$(one c cli discover wait=400 "$@") && fail "$what: $reply"
	return 0
}
OTHER=chaddr=02:00:00:00:01:16

# An address is free: 116 changes nothing, and is not in the answer (RFC 2563 2.3)
equal "an offer while there is one" "$(discover $OTHER option=116:01)" "offer 192.0.2.100 600 null null"
addr=$(dora c cli | jq -r .yiaddr)
equal "the only address" "$addr" 192.0.2.100

equal "what is offered then" "$(discover $OTHER option=116:01)" "offer 0.0.0.0 0 00 null"
equal "to who allows it or not" "$(discover $OTHER option=116:00)" "offer 0.0.0.0 0 00 null"
expect "the reason in the log" logged "DHCPDISCOVER from 02:00:00:00:01:16 via srv: DHCPOFFER.*no free address"
silent "an offer to who does not send it" $OTHER
silent "an offer to who sends it in another length" $OTHER option=116:0101
sed -i 's/auto-config, data: 0/auto-config, data: 1/' "$DIR/s.yaml"
ctl reload >/dev/null
equal "the other value" "$(discover $OTHER option=116:01)" "offer 0.0.0.0 0 01 null"
auto_config ""
ctl reload >/dev/null
silent "an offer where it is not configured" $OTHER option=116:01

# 108, of which the seconds are in the option
auto_config "option-data: [{name: v6-only-preferred, data: 1800}]
rapid-commit: true"
POOL="$NET.100 - $NET.101"
config
ctl reload >/dev/null
equal "who asks" "$(discover $OTHER prl=1,3,108)" "offer 0.0.0.0 0 null 00000708"
equal "who asks and would be bound at once" "$(discover $OTHER prl=1,3,108 option=80:)" "offer 0.0.0.0 0 null 00000708"
equal "who does not ask" "$(discover $OTHER prl=1,3)" "offer 192.0.2.101 600 null null"
equal "leases" "$(live_leases)" 1
again() { renew c cli "$addr" 192.0.2.1 "$(mac s srv)" xid=7 hex=1 wait=1500 "$@"; }
both_ways "the renewal of who asks" again prl=1,3,108
equal "it" "$(jq -r '"\(.type) \(.yiaddr) \(.options."108")"' <<<"$REPLY")" "ack 192.0.2.100 00000708"
both_ways "the renewal of who does not" again prl=1,3
equal "it" "$(jq -r '"\(.type) \(.yiaddr) \(.options."108")"' <<<"$REPLY")" "ack 192.0.2.100 null"
n=$(acks_xdp)
again prl=1,3,108 >/dev/null || fail "no renewal"
expect "an ACK by XDP" more_acks_than "$n"
