# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash
#
# What the attack cases share, on top of lib.sh: bystanders who renew all the while, and the bounds that no attack may
# break. An attack lies between bystanders_begin and bystanders_end.

# second_subnet: before config; 192.0.3.0/24 on srv2, too, which the case makes (or second_link).
second_subnet() {
	IFACE='srv, srv2'
	SUBNET='- id: 2
  subnet: 192.0.3.0/24
  pools: [{pool: 192.0.3.100 - 192.0.3.199}]'
}
# second_link: srv2, and cli2 in namespace d at its other end.
second_link() {
	namespace d
	veth s srv2 d cli2
	address s srv2 192.0.3.1/24
}

# bystanders N: N clients with leases, known in $DIR/bystanders.
bystanders() {
	load dora -i cli -n "$1" --batch -o "$DIR/bystanders" -l "$DIR/acks" >/dev/null || fail "no leases for the bystanders"
}

# bystanders_begin RATE: they renew, so many a second, until bystanders_end. Notes what the daemon is like before the attack.
bystanders_begin() {
	local enter
	LOG_LINES=$(wc -l <"$(log)")
	RSS=$(rss)
	BEGAN=$(boottime)
	ACKS_XDP=$(acks_xdp)
	read -ra enter <<<"$(in_ns c)"
	: >"$DIR/renewals"
	background "$DIR/renewals" "${enter[@]}" "$LOADGEN" renew -i cli -s "$DIR/bystanders" -r 0 --seconds 600 \
		--rate "$1" -l "$DIR/acks" --timeout "${TIMEOUT:-1000}"
	BYSTANDERS=$PID
}

# bystanders_end: every renewal was answered, by its xid and soundly (loadgen), and, but for PERCENT (10), by XDP.
# ATTACK_ACKS: how many of XDP's ACKs were the attacker's.
bystanders_end() {
	local json by_xdp acked
	kill -INT "$BYSTANDERS"
	wait "$BYSTANDERS" || :
	json=$(tail -n 1 "$DIR/renewals")
	say "bystanders: $json"
	equal "bystanders' renewals lost, refused, badly answered" "$(jq -c '[.lost, .nak, .bad]' <<<"$json")" "[0,0,0]"
	acked=$(jq .acked <<<"$json")
	equal "bystanders' renewals answered" "$acked" "$(jq .sent <<<"$json")"
	expect "renewals of bystanders at all" test "$acked" -ge 100
	by_xdp=$(($(acks_xdp) - ACKS_XDP - ${ATTACK_ACKS:-0}))
	expect "bystanders' renewals to be XDP's, not only $by_xdp of $acked" test "$by_xdp" -ge $((acked * (100 - ${PERCENT:-10}) / 100))
}

# renewed: how many of the bystanders' renewals have been answered so far.
renewed() { wc -l <"$DIR/acks"; }

# The daemon's memory in KiB.
rss() { awk '/^VmRSS/ { print $2 }' "/proc/$(daemon_pid)/status"; }

# daemon_bounded [CHANGES]: since bystanders_begin its memory and its log have not grown with the number of packets. CHANGES: lines
# of the log that say who has an address.
daemon_bounded() {
	local lines kib seconds=$(($(boottime) - BEGAN + 2))
	expect "the daemon to be the one that was started" alive "$DPID"
	kib=$(($(rss) - RSS))
	lines=$(($(wc -l <"$(log)") - LOG_LINES))
	say "$kib KiB more of memory, $lines lines of the log, $(statistic xdhcp-log-lines-left-out) left out"
	expect "the daemon's memory to be bounded, not $kib KiB more" test "$kib" -le "${KIB:-16384}"
	expect "the log to be bounded, not $lines lines in $seconds s" test "$lines" -le $((1000 + 50 * seconds + ${1:-0} + 100))
	equal "internal failures" "$(verdict drop_internal)" 0
	equal "failed commits" "$(statistic xdhcp-commits-failed)" 0
}

# all_covered: each promise that was heard ($DIR/acks of the bystanders, $DIR/acks.* of others: a file has one writer at a time) is in
# the store, and was never another's.
all_covered() {
	cat "$DIR"/acks* >"$DIR/heard"
	promises "$DIR/heard" >"$DIR/promises"
	one_holder "$DIR/promises"
	covered "$DIR/s.db" "$DIR/promises" || fail "a promise is not covered"
}

# one_holder PROMISES: no address is promised to two at a time, but for what was given up ("E" lines).
one_holder() {
	sort -s -n -k4,4 "$1" | awk '
		$1 == "P" {
			if (($2 in who) && who[$2] != $3 && until[$2] > $5) {
				printf "two holders: %s promised to %s at %s, while %s holds it until %s\n", $2, $3, $5, who[$2], until[$2]
				bad++
			}
			if (who[$2] != $3 || $6 > until[$2]) { who[$2] = $3; until[$2] = $6 }
		}
		END { exit bad }' || fail "an address has two holders"
}

# note NAME...: statistics as they are now, in NOTED; since NAME: what has been added to one.
declare -A NOTED
note() {
	local n all
	all=$(ctl stats | jq -c .arguments)
	for n in "$@"; do NOTED[$n]=$(jq -r ".\"$n\"[0][0]" <<<"$all"); done
}
since() { echo $(($(statistic "$1") - NOTED[$1])); }
