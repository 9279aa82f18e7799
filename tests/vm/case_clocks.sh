#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The machine's wall clock is set, far and to both sides, before and while it serves: nothing changes but how times are
# shown. And the machine is paused from outside: its clocks do not see that, so what it holds it holds longer, never
# shorter. What is checked against time is checked against the host's clock, which nobody sets.
. "$(dirname "$0")/lib.sh"

STORE=/tmp/s.db # what a cut of the power leaves is another case's matter
LIFETIME=30 SHORT=8
GLOBAL="min-valid-lifetime: $SHORT"
client_side
boot
config
daemon

real() { date +%s; }
set_clock() { # date does not say by its exit code that it could not
	guest "date -s @$1 >/dev/null"
	expect "the clock to be set" between "$1" "$(guest "date +%s")" $(($1 + 5))
}
# No earlier one can be set: the kernel keeps the wall clock ahead of its uptime.
earliest() { calculate "int($(guest_now)) + 30" | cut -d. -f1; }
fixed() { # what no clock may change: holders, and what is promised and how far the credit goes, in slots and store
	ctl leases | jq -r '.arguments.leases[] | "\(."ip-address") \(."hw-address") \(.state)"'
	leases_txt | awk '{ print $1, $2, $3, $5, $8 }'
	guest "sqlite3 -readonly $STORE 'SELECT addr, generation, state, chaddr, promised, ack_until FROM lease'"
}
between() { [ "$2" -ge "$1" ] && [ "$2" -le "$3" ]; }

# shown ADDRESS: times are shown by the wall clock that the machine has now
shown() {
	local wall lease
	wall=$(guest "date +%s")
	lease=$(lease "$1")
	expect "expires within a lifetime: $lease at $wall" between "$wall" "$(jq '."user-context".xdhcp.expire' <<<"$lease")" \
		$((wall + LIFETIME + 2))
	expect "the end of the credit behind that" between "$((wall + LIFETIME))" "$(jq '."user-context".xdhcp."ack-until"' <<<"$lease")" \
		$((wall + 4 * LIFETIME))
	expect "last seen a moment ago: $lease at $wall" between $((wall > 5 ? wall - 5 : 1)) "$(jq .cltt <<<"$lease")" $((wall + 2))
}

# unmoved WHAT: a renewal is XDP's, and nothing else has moved since `before` was taken
unmoved() {
	local acks
	equal "holders, promises and credit, $1" "$(fixed)" "$before"
	acks=$(acks_xdp)
	renewal 1 "$holder" >/dev/null || fail "no renewal, $1"
	equal "ACKs by XDP, $1" "$(acks_xdp)" $((acks + 1))
	shown "$holder"
}

# --- set while serving ---

holder=$(lease_of 1)
renewal 1 "$holder" >/dev/null || fail "no renewal"
silent_since=$(now)
silent=$(lease_of 2)
before=$(fixed)
for clock in "ten years ahead:$(($(real) + 315360000))" "beyond 32 bits:4294967400" "back to the year 2000:946684800" \
	"back to 1970:$(earliest)" "to the time that it is:$(real)"; do
	set_clock "${clock#*:}"
	unmoved "${clock%:*}"
	passed "wall clock set ${clock%:*}: no lease lost or freed, credit as it was, the renewal is XDP's, expires by the new clock"
done
expect "the silent client's lease to run" holds "$(now) - $silent_since < $LIFETIME"
expect "its lease to be there" bound "$silent" "$(client 2)"

# --- started before the time is known ---

renewal 1 "$holder" >/dev/null || fail "no renewal"
promised=$(row "$holder" "max(promised, granted_until)")
stop
set_clock "$(earliest)"
daemon
renewal 1 "$holder" >/dev/null || fail "no renewal in 1970"
asked=$(real)
early=$(lease_of 3)
given=$(real)
shown "$early"
before=$(row "$early" "promised, ack_until")
setting=$(real)
set_clock "$setting"
late=$(($(real) - setting)) # by so much at most the machine's clock is behind now
expect "the lease of before" bound "$holder" "$(client 1)"
expect "the lease of 1970" bound "$early" "$(client 3)"
shown "$early"
equal "its promise and credit" "$(row "$early" "promised, ack_until")" "$before"
expect "its end where it was" between $((asked + LIFETIME - late - 2)) "$(lease_field "$early" expire)" $((given + LIFETIME + 2))
expect "what was promised before still to be" test "$(row "$holder" "max(promised, granted_until)")" -ge "$promised"
acks=$(acks_xdp)
renewal 3 "$early" >/dev/null || fail "no renewal after the jump"
equal "ACKs by XDP after the jump" "$(acks_xdp)" $((acks + 1))
passed "started in 1970, the clock then jumps to now: leases kept, lifetimes right, the renewal is XDP's"

await $((LIFETIME + 60)) "the silent client's lease to end" unbound "$silent"
held=$(calculate "$(now) - $silent_since")
expect "its end no earlier than promised, $held s" holds "$held >= $LIFETIME"
passed "a lease that nobody renews ends after its $LIFETIME s, no earlier ($held s), whatever the wall clock said"

# --- paused ---

PAUSE=6
since=$(now)
silent=$(lease_of 4 "lifetime=$SHORT")
holder=$(lease_of 1)
renewal 1 "$holder" >/dev/null || fail "no renewal before the pause"
synchronise
behind=$BEHIND
monitor stop
sleep "$PAUSE"
monitor cont
synchronise
lost=$(calculate "$BEHIND - $behind")
expect "the machine's clock to have stood still, $lost s" holds "$lost > $PAUSE - 1"
acks=$(acks_xdp)
renewal 1 "$holder" >/dev/null || fail "no renewal after the pause"
equal "ACKs by XDP after the pause" "$(acks_xdp)" $((acks + 1))
# by its own clock the machine may promise no more than what is on its disk
expect "the grant within the credit" test "$(of_slot "$holder" granted_until)" -le "$(row "$holder" ack_until)"
await $((SHORT + PAUSE + 60)) "the silent client's lease to end" unbound "$silent"
held=$(calculate "$(now) - $since")
expect "its end no earlier than promised and later by the pause, $held s" holds "$held >= $SHORT + $PAUSE - 1"
passed "paused for $PAUSE s, which its clocks did not see ($lost s behind): no credit exceeded, leases end that much later, none earlier"
