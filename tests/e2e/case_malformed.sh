#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# modes: native generic
#
# The corpus of malformed frames on the wire: of a stranger who claims another's address, and of a client whose
# renewals XDP answers. The daemon answers others all the while, counts each frame that it refuses under its reason, loses no lease, and a
# real client gets one afterwards.
. "$(dirname "$0")/lib.sh"

LIFETIME=3600
rig
config
daemon

# reasons: what the daemon has refused, as badframes has it
reasons() {
	ctl stats | jq -c '.arguments | to_entries | map(select(.key | startswith("xdhcp-parse-failed-")))
		| map({key: .key[19:] | gsub("-"; "_"), value: .value[0][0]}) | from_entries'
}
# corpus MAC ADDRESS KEEP: sends it and holds what was counted against what had to be; the result is in $DIR/sent
corpus() {
	local before
	before=$(reasons)
	inside c "$B/tests/e2e/badframes" cli "$1" "$2" "$(mac s srv)" 192.0.2.1 "$3" >"$DIR/sent" || fail "see above"
	say "$(cat "$DIR/sent")"
	equal "refused, by reason" "$(jq -nSc --argjson a "$before" --argjson b "$(reasons)" '$b | with_entries(.value -= $a[.key])')" \
		"$(jq -Sc .refused "$DIR/sent")"
}
# whose each lease is, and since when
leases() { sql "SELECT addr, hex(chaddr), hex(client_id), generation FROM lease WHERE state = 1 ORDER BY addr"; }

load dora -i cli -n 20 -o "$DIR/state" >/dev/null || fail "not every client got a lease"
# with what every frame of the corpus has, so that XDP answers them from the first
ack=$(dora c cli chaddr=02:00:00:00:77:02 host=host prl=1,3,6,15) || fail "no lease"
addr=$(jq -r .yiaddr <<<"$ack")
before=$(leases)
equal "leases" "$(wc -l <<<"$before")" 21

expect "an address of another's to claim" test "${before%%|*}" = $((0xc0000264))
corpus 02:00:00:00:77:01 192.0.2.100 0
expect "frames of every reason that a packet socket shows" jq -e '.refused | del(.not_dhcp) | all(. > 0)' "$DIR/sent"
equal "ACKs by XDP" "$(acks_xdp)" 0
equal "the leases" "$(leases)" "$before"

corpus 02:00:00:00:77:02 "$addr" 1
say "XDP answered $(acks_xdp), the daemon $(statistic pkt4-ack-sent) with INFORMs and without"
expect "ACKs by XDP" more_acks_than 20
equal "wrong UDP checksums that XDP did not answer" "$(jq .refused.udp_checksum "$DIR/sent")" 0
equal "the leases" "$(leases)" "$before"
equal "internal failures" "$(verdict drop_internal)" 0
equal "failed commits" "$(statistic xdhcp-commits-failed)" 0

client_dhclient c1 c cli
await 10 "a lease for a real client" happened c1 '^BOUND 192\.0\.2\.1'
expect "the daemon to be the one that was started" alive "$DPID"
