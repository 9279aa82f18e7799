#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# A client whose forms have different lifetimes (option 51 in one of them): what an orderly stop gives back of its
# credit leaves enough for the longest of them, so that the store covers all that XDP promises in its minute.
. "$(dirname "$0")/lib.sh"

LIFETIME=600
GLOBAL="max-valid-lifetime: 86400"
rig
config
daemon
addr=$(dora c cli lifetime=86400 | jq -r .yiaddr) || fail "no lease"
short() { renew c cli "$addr" 192.0.2.1 "$(mac s srv)"; }
long() { renew c cli "$addr" 192.0.2.1 "$(mac s srv)" lifetime=86400; }
# both forms in the cache, and the daemon's latest answer is the short one
equal "the short form's lifetime" "$(short | jq .lifetime)" 600
n=$(acks_xdp)
equal "the lifetimes by XDP" "$(short | jq .lifetime) $(long | jq .lifetime)" "600 86400"
equal "ACKs by XDP" "$(acks_xdp)" $((n + 2))
before=$(sql 'SELECT ack_until FROM lease')
stop

stored=$(sql 'SELECT ack_until FROM lease')
expect "credit given back ($before before, $stored now)" test "$stored" -lt "$before"
expect "the store ($stored) to cover the longest form up to XDP's last second ($(policy 0 answer_until))" \
	test "$stored" -ge $(($(policy 0 answer_until) + 86400))
n=$(acks_xdp)
for i in 1 2 3; do
	for form in short long; do
		ack=$($form) || fail "no renewal after the stop"
		expect "the store ($stored) to cover the $form form's ACK $ack" \
			jq -e --argjson stored "$stored" '.type == "ack" and .sent + .lifetime <= $stored' <<<"$ack"
	done
done
equal "ACKs by XDP after the stop" "$(acks_xdp)" $((n + 6))
