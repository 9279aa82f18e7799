#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# What operators look at: a slot, policy and verdicts by bpftool with named fields, leases_txt with a line a
# live lease (also with the daemon dead), the store in the sqlite3 shell, and xdhcpctl.
. "$(dirname "$0")/lib.sh"

LIFETIME=600
rig
config
daemon
for i in 1 2 3 4 5 6 7; do
	dora c cli chaddr=02:00:00:00:00:0$i host=host$i >/dev/null || fail "no lease"
done
ctl leases >"$DIR/leases.json"
addr=$(jq -r '.arguments.leases[] | select(."hw-address" == "02:00:00:00:00:03") | ."ip-address"' "$DIR/leases.json")
renew c cli "$addr" 192.0.2.1 "$(mac s srv)" chaddr=02:00:00:00:00:03 host=host3 >/dev/null || fail "no renewal"

# status, statistics
equal "fast-path of status" "$(status | jq -c '."fast-path" | [.mode, .entries, .acks, .verdicts.ack_renewing, (.interfaces | length), (.capacity > 0)]')" \
	"[\"$MODE\",7,1,1,1,true]"
equal "ACKs in the statistics" "$(statistic pkt4-ack-sent)" 8
equal "leases" "$(live_leases)" 7
version=$("$B/xdhcpd" --version)
expect "a version ($version)" test -n "$version"
"$B/xdhcpctl" -s "$DIR/s.sock" status | grep -q native || fail "xdhcpctl status"
"$B/xdhcpctl" -s "$DIR/s.sock" stats | grep -q 'pkt4-ack-sent' || fail "xdhcpctl stats"
"$B/xdhcpctl" -s "$DIR/s.sock" leases | grep -q "$addr" || fail "xdhcpctl leases"

# lease ADDR says the slot's number; bpftool shows that slot
slot=$(lease_field "$addr" slot)
"$B/xdhcpctl" -s "$DIR/s.sock" lease "$addr" | grep -qw "$slot" || fail "xdhcpctl lease does not tell the slot"
# shellcheck disable=SC2046
"$BPFTOOL" -j map lookup pinned "$(pin)/leases" key $(le32 "$slot") >"$DIR/slot.json"
equal "the slot" "$(jq -c '.formatted.value | [.addr, .chaddr, .hits, (.ack_until > .granted_until), (.granted_until > 0), (.last > 0)]' "$DIR/slot.json" |
	tr -d '"' | sed 's/0x//g')" "[[$(tr . , <<<"$addr")],[2,0,0,0,0,3],1,true,true,true]"
equal "names in policy" "$(policy 0 name | head -c 300 | tr -d '[]", \n' | wc -c | awk '{ print ($1 > 3) }')" 1
expect "a gate in policy" test "$(policy 0 kind)" = 1
equal "the link in policy" "$("$BPFTOOL" -j map dump pinned "$(pin)/policy" | jq '[.[].formatted.value | select(.kind == 2)] | length')" 1
equal "a verdict" "$(verdict ack_renewing)" 1
equal "map ids in the status" "$(status | jq -r '."fast-path"."map-ids" | to_entries[] | "\(.key) \(.value)"' | sort)" "$(map_ids | sort)"

lines() { leases_txt | grep -Ec '^[0-9]+ 192\.0\.2\.[0-9]+ 02:00:00:00:00:0[1-7] '; }
equal "lines in leases_txt" "$(lines)" 7
expect "the host's slot in leases_txt" test "$(leases_txt | awk -v a="$addr" '$2 == a { print $1 }')" = "$slot"

# the store for people
equal "the view" "$(sql "SELECT count(*) FROM leases WHERE state = 'bound' AND mac LIKE '02:00:00:00:00:0_' AND hostname LIKE 'host_'")" 7
expect "times as text" test "$(sql "SELECT expires > datetime('now') AND ack_until >= expires FROM leases WHERE address = '$addr'")" = 1

# a RELEASE takes its line away
one c cli release chaddr=02:00:00:00:00:03 ciaddr="$addr" src="$addr" dst=192.0.2.1 dmac="$(mac s srv)" server=192.0.2.1 >/dev/null
await 5 "the release" unbound "$addr"
equal "lines in leases_txt" "$(lines)" 6

crash
equal "lines in leases_txt with the daemon dead" "$(lines)" 6
expect "xdhcpctl to say that nobody answers" not ctl status
