#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# slow: 15
#
# Forged RELEASEs: which end a binding and which do not; that one cannot be told from the victim's own takes nothing from the victim
# that XDP has just renewed: nobody else gets the address, and its next renewal is answered.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/attack.sh"

LIFETIME=600
second_subnet
rig
second_link
config
daemon
smac=$(mac s srv) smac2=$(mac s srv2)
other=02:00:00:00:66:66
one_="chaddr=02:00:00:00:00:01 host=one"
two="chaddr=02:00:00:00:00:02 host=two cid=01020000000002"
# shellcheck disable=SC2086 # words
{
	a1=$(dora c cli $one_ | jq -r .yiaddr)
	a2=$(dora c cli $two | jq -r .yiaddr)
}
bystanders 20
bystanders_begin 300
released() { statistic pkt4-release-received; }
read_() { [ "$(released)" = "$1" ]; }

# forge NS IF WORDS...: a RELEASE, and nothing more until the daemon has decided it
forge() {
	local ns=$1 ifname=$2 n
	shift 2
	n=$(released)
	one "$ns" "$ifname" release "$@" >/dev/null
	await 5 "the RELEASE to be read" read_ $((n + 1))
}
renews() { # WHAT ADDRESS WORDS...
	local what=$1 addr=$2
	shift 2
	equal "$what: the victim's renewal" "$(renew c cli "$addr" 192.0.2.1 "$smac" "$@" | type_and_address)" "ack $addr"
}

# --- what ends nothing ---

rows() { sql "SELECT addr, hex(chaddr), hex(client_id), generation, state FROM lease ORDER BY addr"; }
before=$(rows)
note xdhcp-silent-not-its-address xdhcp-silent-for-another-server
way="dst=192.0.2.1 dmac=$smac server=192.0.2.1"
# shellcheck disable=SC2086 # words
{
	forge c cli chaddr=$other ciaddr="$a1" src="$a1" $way                      # another client
	forge c cli chaddr=$other cid=01020000000002 ciaddr="$a2" src="$a2" $way   # the victim's client id on another MAC
	forge c cli chaddr=02:00:00:00:00:02 ciaddr="$a2" src="$a2" $way           # its MAC without its client id
	forge c cli $one_ cid=01aabbcc ciaddr="$a1" src="$a1" $way                 # its MAC with another one
	forge c cli $one_ ciaddr="$a2" src="$a1" $way                              # one victim, the other's address
	forge c cli $one_ src="$a1" $way                                           # no address
	forge c cli $one_ ciaddr=10.0.0.1 src="$a1" $way                           # of no network
	equal "RELEASEs of what is not theirs, counted" "$(since xdhcp-silent-not-its-address)" 7
	forge c cli $one_ ciaddr="$a1" src="$a1" dst=192.0.2.1 dmac="$smac" server=192.0.2.250
	equal "RELEASEs for another server, counted" "$(since xdhcp-silent-for-another-server)" 1
	one c cli release ciaddr=192.0.2.100 src=192.0.2.100 $way vary=chaddr walk=30 count=2000 every=0.2 quiet=1 >/dev/null
	await 5 "a flood of RELEASEs to be read" more_than $((NOTED[xdhcp-silent-not-its-address] + 2006)) statistic xdhcp-silent-not-its-address
	equal "the leases" "$(rows)" "$before"
	renews "after those that end nothing" "$a1" $one_
	renews "after those that end nothing" "$a2" $two
}

# --- what cannot be told from the victim's own ---

crossed() { # WHAT ADDRESS VICTIM'S-WORDS -- NS IF WORDS...: a RELEASE right behind a renewal by XDP
	local what=$1 addr=$2 victim=() n rival deadline=$((SECONDS + 10))
	shift 2
	while [ "$1" != -- ]; do
		victim+=("$1")
		shift
	done
	shift
	n=$(hits "$addr")
	until [ "$(hits "$addr")" -gt "$n" ] && [ "$(renew c cli "$addr" 192.0.2.1 "$smac" "${victim[@]}" | jq .at)" != null ]; do
		[ $SECONDS -lt $deadline ] || fail "$what: XDP does not renew"
		renew c cli "$addr" 192.0.2.1 "$smac" "${victim[@]}" >/dev/null || fail "$what: no renewal"
	done
	forge "$@"
	await 5 "$what: the binding to end" equal_silent 3 lease_field "$addr" state
	equal "$what: the store's row: held, by release" "$(sql "SELECT state, ended FROM lease WHERE addr = $(as_number "$addr")")" "3|1"
	# a rival that wants this very address
	rival=$(one c cli discover chaddr=$other requested="$addr" | jq -r .yiaddr)
	expect "$what: the rival to be offered another address than $addr" test "$rival" != "$addr"
	equal "$what: the rival's REQUEST" "$(one c cli request chaddr=$other requested="$addr" server=192.0.2.1 | jq -r .type)" nak
	renews "$what" "$addr" "${victim[@]}"
	equal "$what: bound again" "$(lease_field "$addr" state)" 0
}
# shellcheck disable=SC2086
{
	crossed "by MAC" "$a1" $one_ -- c cli $one_ ciaddr="$a1" src="$a1" $way
	crossed "by client id" "$a2" $two -- c cli $two ciaddr="$a2" src="$a2" $way
	crossed "without a server id" "$a1" $one_ -- c cli $one_ ciaddr="$a1" src="$a1" dst=192.0.2.1 dmac="$smac"
	crossed "from another MAC" "$a2" $two -- c cli $two ciaddr="$a2" src="$a2" $way smac=$other
	crossed "from another link" "$a1" $one_ -- d cli2 $one_ ciaddr="$a1" src="$a1" dst=192.0.2.1 dmac="$smac2" server=192.0.2.1
	crossed "by a forged relay" "$a1" $one_ -- c cli $one_ ciaddr="$a1" giaddr=192.0.2.66 $way
}
bystanders_end

# --- where XDP has renewed nothing lately the address is free; it stays the victim's to have, at once ---

ctl fast-path off >/dev/null
# shellcheck disable=SC2086
{
	again=$(dora c cli chaddr=02:00:00:00:00:03 | jq -r .yiaddr)
	for how in reboot discover; do
		forge c cli chaddr=02:00:00:00:00:03 ciaddr="$again" src="$again" $way
		await 5 "the binding to end" equal_silent "0|1" sql "SELECT state, ended FROM lease WHERE addr = $(as_number "$again")"
		equal "a stranger's address" "$(dora c cli chaddr=02:00:00:00:09:0${#how} | jq -r ".yiaddr != \"$again\"")" true
		if [ $how = reboot ]; then
			back=$(one c cli request chaddr=02:00:00:00:00:03 requested="$again")
		else
			back=$(dora c cli chaddr=02:00:00:00:00:03)
		fi
		equal "what the victim gets by $how" "$(type_and_address <<<"$back")" "ack $again"
	done
}
daemon_bounded 100
all_covered
