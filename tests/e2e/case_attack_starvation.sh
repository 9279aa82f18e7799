#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Starvation by random MACs, against a /24: first DISCOVERs alone, then DISCOVERs and REQUESTs until nothing is left. Those who have
# leases renew all the while; what is only offered comes back; reserved addresses are not taken; the operator is told.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/attack.sh"

LIFETIME=600
GLOBAL="offer-lifetime: 2"
SUBNET='  reservations: [{hw-address: "02:00:00:00:00:77", ip-address: 192.0.2.150}]'
rig
config
daemon
bystanders 20
uptime_() { status | jq .uptime; }
await 5 "the daemon's first look at its pools" more_than 1 uptime_
bystanders_begin 500
note pkt4-discover-received pkt4-offer-sent xdhcp-silent-no-free-address

# 99 addresses are in the pool that are not reserved
load offer-flood -i cli -n 10000 --rate 5000 --timeout 300 >"$DIR/flood" || fail "an offer was bad: $(cat "$DIR/flood")"
say "flood: $(cat "$DIR/flood")"
equal "DISCOVERs that were counted" "$(since pkt4-discover-received)" 10000
equal "OFFERs that were counted" "$(since pkt4-offer-sent)" "$(jq .offers "$DIR/flood")"
equal "each DISCOVER to be offered or counted as without an address" \
	$(($(since pkt4-offer-sent) + $(since xdhcp-silent-no-free-address))) 10000
equal "addresses that were given to the flood" "$(live_leases)" 20
new=$(dora c cli chaddr=02:00:00:00:00:01) || fail "no address right after the flood"
new=$(jq -r .yiaddr <<<"$new")
# an address that is held for the flood's client is not given to who wishes for it; when the offer has lapsed it is
wished=192.0.2.187
[ "$new" != $wished ] || wished=192.0.2.188
comes_back() { # each time another client: one that has an OFFER is held to it
	tries=$((tries + 1))
	[ "$(one c cli discover chaddr="$(printf '02:00:00:00:01:%02x' $tries)" requested=$wished wait=300 | jq -r .yiaddr)" = $wished ]
}
tries=0
await 6 "what was only offered to come back" comes_back

# takes them: those that come too late get no answer
load dora -i cli -n 120 --batch --prefix 0x66 --timeout 300 --retries 0 -o "$DIR/taken" -l "$DIR/acks.attack" >"$DIR/take" || :
say "taken: $(cat "$DIR/take")"
# 99 less the bystanders and the new client; who was offered an address that another was faster to take hears a NAK
equal "what was left to be taken" "$(jq .acked "$DIR/take")" 78
equal "who got none" "$(jq -c '.nak + .lost, .bad' "$DIR/take" | paste -sd ' ')" "42 0"
equal "the reserved address among them" "$(grep -c '192\.0\.2\.150' "$DIR/taken" || :)" 0
one c cli discover chaddr=02:00:00:00:00:02 wait=300 >/dev/null && fail "an address out of nothing"
expect "the reason to be counted" test "$(since xdhcp-silent-no-free-address)" -ge $((1 + $(jq .lost "$DIR/take")))
await 5 "the operator to be told" logged 'warning: subnet 1: its pools are exhausted, all 100 addresses'
reserved=$(dora c cli chaddr=02:00:00:00:00:77 | jq -r .yiaddr) || fail "no answer to the owner of the reserved address"
equal "the reserved address" "$reserved" 192.0.2.150

bystanders_end
daemon_bounded 100
all_covered

# what the attacker gives back is new clients' at once
load release -i cli -s "$DIR/taken" >/dev/null
await 5 "addresses to be free" equal_silent 22 live_leases
load dora -i cli -n 50 --batch --prefix 0x33 >"$DIR/after" || fail "new clients are not served: $(cat "$DIR/after")"
equal "lines about the exhausted pools" "$(grep -c 'pools are exhausted' "$(log)")" 1
