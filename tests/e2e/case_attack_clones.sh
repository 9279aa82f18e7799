#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Machines that say they are each other: one MAC on two ports of a switch, with and without client ids of their own, one MAC on two
# links, one client id on many MACs, and frames that come twice (a VRRP pair, a loop). Who cannot be told apart is one client with one
# lease; who can has a lease of its own; nobody's address is another's.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/attack.sh"

LIFETIME=600
second_subnet
segment
for n in s c d e; do namespace $n; done
port s srv
port c cli
port d cli
veth s srv2 e cli2
address s srv 192.0.2.1/24
address s srv2 192.0.3.1/24
pass e cli2
config
daemon
smac=$(mac s srv)
bystanders 20
bystanders_begin 300
# both_renew WHAT ADDRESS WORDS...: from either port, by XDP
both_renew() {
	local what=$1 addr=$2 ns n
	shift 2
	for ns in c d; do
		n=$(hits "$addr")
		equal "$what: renewal from $ns" "$(renew $ns cli "$addr" 192.0.2.1 "$smac" "$@" | type_and_address)" "ack $addr"
		expect "$what: renewal from $ns to be XDP's" test "$(hits "$addr")" -gt "$n"
	done
}

# --- one MAC, and nothing else to tell them apart ---

m=chaddr=02:00:5e:00:01:01
first=$(dora c cli $m | jq -r .yiaddr) || fail "no lease"
equal "the second machine's address" "$(dora d cli $m | type_and_address)" "ack $first"
equal "leases of the MAC" "$(sql "SELECT count(*) FROM lease WHERE hex(chaddr) LIKE '02005E000101%' AND state = 1")" 1
both_renew "one MAC" "$first" $m
# one of them leaves: the other still has what XDP has promised it, and may keep it
one d cli release $m ciaddr="$first" src="$first" dst=192.0.2.1 dmac="$smac" server=192.0.2.1 >/dev/null
await 5 "the binding to end" unbound "$first"
expect "another client not to be offered its address" test \
	"$(one d cli discover chaddr=02:00:00:00:00:07 requested="$first" | jq -r .yiaddr)" != "$first"
equal "the one that stays" "$(renew c cli "$first" 192.0.2.1 "$smac" $m | type_and_address)" "ack $first"
equal "bound again" "$(lease_field "$first" state)" 0

# --- one MAC, each with a client id: two clients ---

a=$(dora c cli chaddr=02:00:5e:00:01:02 cid=01aa | jq -r .yiaddr)
b=$(dora d cli chaddr=02:00:5e:00:01:02 cid=01bb | jq -r .yiaddr)
expect "two addresses, not twice $a" test -n "$a" -a -n "$b" -a "$a" != "$b"
both_renew "one MAC, the first client id" "$a" chaddr=02:00:5e:00:01:02 cid=01aa
both_renew "one MAC, the second client id" "$b" chaddr=02:00:5e:00:01:02 cid=01bb
equal "the one that wants the other's address" \
	"$(one c cli request chaddr=02:00:5e:00:01:02 cid=01aa requested="$b" | jq -r .type)" nak

# --- one MAC on two links: one lease on each ---

there=$(dora e cli2 $m | type_and_address)
expect "a lease on the other link, not $there" test "${there#ack 192.0.3.}" != "$there"
both_renew "one MAC on two links" "$first" $m

# --- one client id on a hundred MACs: the first has what is its, each other one an address of its own ---

original=$(dora c cli chaddr=02:00:00:00:01:00 cid=01cccc | jq -r .yiaddr)
note pkt4-nak-sent
one c cli request cid=01cccc requested="$original" vary=chaddr count=100 every=1 quiet=1 wait=1000 >"$DIR/clones"
equal "clones that ask for the first one's address" "$(jq -c '[.ack, .nak]' "$DIR/clones")" "[0,100]"
equal "NAKs that were counted" "$(since pkt4-nak-sent)" 100
seen=$original
for i in 1 2 3; do
	clone=$(dora d cli chaddr=02:00:00:00:01:0$i cid=01cccc | jq -r .yiaddr)
	expect "an address of its own for clone $i, not $clone" test -n "$clone" -a "${seen#*"$clone"}" = "$seen"
	seen="$seen $clone"
	both_renew "clone $i" "$clone" chaddr=02:00:00:00:01:0$i cid=01cccc
done
both_renew "the first with that client id" "$original" chaddr=02:00:00:00:01:00 cid=01cccc
expect "it to be logged" logged 'client id of 02:00:00:00:01:01 is already in use by another MAC'

# --- every frame twice ---

twice() { # TYPE WORDS...: prints both replies
	one c cli "$@" count=2 every=0 wait=300 | type_and_address | sort -u
}
d=chaddr=02:00:5e:00:01:03
offer=$(twice discover $d)
double=${offer#offer }
equal "what is offered to a doubled DISCOVER" "$offer" "offer $double"
equal "what a doubled REQUEST gets" "$(twice request $d requested="$double" server=192.0.2.1)" "ack $double"
equal "what a doubled renewal gets" "$(twice request $d ciaddr="$double" src="$double" dst=192.0.2.1 dmac="$smac")" "ack $double"
equal "leases of it" "$(sql "SELECT count(*) FROM lease WHERE hex(chaddr) LIKE '02005E000103%'")" 1
one c cli release $d ciaddr="$double" src="$double" dst=192.0.2.1 dmac="$smac" server=192.0.2.1 count=2 every=0 >/dev/null
await 5 "the binding to end" unbound "$double"
equal "what it gets again" "$(dora c cli $d | type_and_address)" "ack $double"

PERCENT=20 # of few renewals
bystanders_end
daemon_bounded 200
all_covered
