#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# slow: 15
#
# DECLINEs: what is another's cannot be declined; who takes addresses and declines them empties a pool for the time of
# the quarantine, no address for longer than that, and told to the operator; bystanders keep theirs.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/attack.sh"

LIFETIME=600
POOL="$NET.100 - $NET.139"
GLOBAL="decline-probation-period: 3"
rig
config
daemon
smac=$(mac s srv)
bystanders 20
victim=192.0.2.100
expect "the victim to be a bystander" grep -q $victim "$DIR/bystanders"
rows() { sql "SELECT addr, hex(chaddr), hex(client_id), generation, state FROM lease ORDER BY addr"; }
before=$(rows)
bystanders_begin 300
declined() { statistic pkt4-decline-received; }
read_() { [ "$(declined)" = "$1" ]; }
forge() {
	local n
	n=$(declined)
	one c cli decline "$@" >/dev/null
	await 5 "the DECLINE to be read" read_ $((n + 1))
}

# --- what declines nothing ---

other=chaddr=02:00:00:00:66:66
note xdhcp-silent-not-its-address xdhcp-silent-for-another-server
# shellcheck disable=SC2086 # words
{
	forge $other requested=$victim server=192.0.2.1
	forge $other cid=01aabbcc requested=$victim server=192.0.2.1
	forge $other ciaddr=$victim src=$victim dst=192.0.2.1 dmac="$smac"
	forge $other requested=192.0.2.1 server=192.0.2.1
	forge $other requested=192.0.2.139 server=192.0.2.1 # free, and nobody's
	forge $other requested=10.0.0.1 server=192.0.2.1
	forge $other
	equal "DECLINEs of what is not theirs, counted" "$(since xdhcp-silent-not-its-address)" 7
	forge chaddr="$(awk -v a=$victim '$0 ~ a { print $2 }' "$DIR/bystanders")" requested=$victim server=192.0.2.250
	equal "DECLINEs for another server, counted" "$(since xdhcp-silent-for-another-server)" 1
	one c cli decline requested=192.0.2.100 server=192.0.2.1 vary=chaddr walk=40 count=2000 every=0.2 quiet=1 >/dev/null
	await 5 "a flood of DECLINEs to be read" more_than $((NOTED[xdhcp-silent-not-its-address] + 2006)) statistic xdhcp-silent-not-its-address
}
equal "the leases" "$(rows)" "$before"
equal "declined addresses" "$(statistic declined-addresses)" 0

# --- what cannot be told from the owner's own: its address is in quarantine, it gets another, and nobody else gets that one ---

owner="chaddr=02:00:00:00:00:05 cid=01020000000005"
# shellcheck disable=SC2086 # words
{
	had=$(dora c cli $owner | jq -r .yiaddr)
	forge $owner requested="$had" server=192.0.2.1
	await 5 "the quarantine" equal_silent 1 lease_field "$had" state
	expect "no slot for it" not in_txt "$had"
	one c cli request chaddr=02:00:00:00:00:06 requested="$had" server=192.0.2.1 >"$DIR/rival" || fail "no answer to a rival"
	equal "what a rival hears that asks for it" "$(jq -r .type "$DIR/rival")" nak
	has=$(dora c cli $owner | jq -r .yiaddr) || fail "no lease for the owner"
	expect "another address for the owner than $had" test "$has" != "$had"
	one c cli release $owner ciaddr="$has" src="$has" dst=192.0.2.1 dmac="$smac" server=192.0.2.1 >/dev/null
	await 5 "its binding to end" equal_silent "" sql "SELECT addr FROM lease WHERE state = 1 AND hex(chaddr) LIKE '020000000005%'"
	await 10 "the quarantine to end" equal_silent 0 statistic declined-addresses
}

# --- all that is left, taken and declined, twice ---

load dora -i cli -n 20 --prefix 0x66 -o "$DIR/taken" -l "$DIR/taken.acks" >/dev/null || fail "the attacker got no leases"
load decline -i cli -s "$DIR/taken" >/dev/null
all_declined() { [ "$(statistic declined-addresses)" = 20 ]; }
await 5 "the quarantine" all_declined
began=$(boottime)
one c cli discover chaddr=02:00:00:00:00:01 wait=200 >/dev/null && fail "an address in quarantine is offered"
one c cli discover chaddr=02:00:00:00:00:02 requested=192.0.2.139 wait=200 >/dev/null && fail "an address in quarantine is offered to who asks for it"
# to decline what is declined makes it no longer
note xdhcp-silent-ended-already xdhcp-silent-not-its-address
load decline -i cli -s "$DIR/taken" >/dev/null
again() { [ $(($(since xdhcp-silent-ended-already) + $(since xdhcp-silent-not-its-address))) = 20 ]; }
await 5 "the second DECLINEs to be read" again
await 5 "the operator to be told" logged 'warning: subnet 1: its pools are exhausted'
none_declined() { [ "$(statistic declined-addresses)" = 0 ]; }
await 10 "the end of the quarantine" none_declined
lasted=$(($(boottime) - began))
say "the quarantine has lasted about $lasted s"
expect "it to be as long as configured, not $lasted s" test "$lasted" -ge 2 -a "$lasted" -le 7
load dora -i cli -n 20 --prefix 0x33 -l "$DIR/acks.attack" >"$DIR/after" || fail "new clients are not served: $(cat "$DIR/after")"

bystanders_end
equal "the bystanders' leases" "$(rows | head -n 20)" "$before"
daemon_bounded 100
all_covered
