#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The machine sleeps (S3, and once as s2idle), which CLOCK_BOOTTIME counts. Leases that ran out meanwhile
# end, and XDP grants nothing that is not covered, from the first packet on: those that wait for the machine are clients'
# who have asked all the time. Linux 6.1's virtio_net forgets the XDP program, which the daemon mends; in generic mode
# it stays, so there the moment of waking up is seen.
. "$(dirname "$0")/lib.sh"

MACHINE=pc # QEMU's q35 sleeps only once
STORE=/tmp/s.db
LIFETIME=60 SHORT=5 NAP=7
GLOBAL="min-valid-lifetime: $SHORT"
FAST_PATH=", horizon: 2"
client_side
boot

suspended() { monitor query-status && [ "$(jq -r .status "$DIR/monitor.reply")" = suspended ]; }
exits() { guest "dmesg | grep -c 'PM: suspend exit'" || :; }
# S3: the machine stands still until it is woken.
sleep_deep() {
	guest "grep -qF '[deep]' /sys/power/mem_sleep" || fail "S3 is not what this kernel does for 'mem': $(guest 'cat /sys/power/state /sys/power/mem_sleep')"
	ask "echo mem >/sys/power/state"
	await 60 "the machine to sleep" suspended
	sleep "$NAP"
	monitor system_wakeup
	answer 120 || fail "the machine did not sleep: $(guest 'dmesg | tail')"
}
# s2idle: its processors idle until an interrupt that may wake it comes, here a character for the agent.
sleep_idle() {
	ask "echo enabled >/sys/class/tty/ttyS1/power/wakeup; echo freeze >/sys/power/state"
	sleep "$NAP"
	ask ""
	answer 120 || fail "the machine did not sleep: $(guest 'dmesg | tail')"
	# the character itself may have been lost, or be answered, too
	ask "echo together again"
	together() { answer 30 | grep 'together again' >/dev/null; }
	together || together || fail "the machine does not answer after its sleep"
}
# nap HOW: the machine sleeps for NAP seconds. It must be able to.
nap() {
	local behind at_most before slept
	slept=$(exits)
	synchronise
	behind=$BEHIND at_most=$AT_MOST before=$(guest_now)
	"sleep_$1"
	equal "times it has slept" "$(exits)" $((slept + 1))
	expect "it to have slept" holds "$(guest_now) - $before > $NAP - 1"
	synchronise
	expect "the sleep to count: $behind..$at_most behind before, $BEHIND..$AT_MOST after" holds \
		"$BEHIND - $at_most < 1.1 && $AT_MOST - $behind > -1.1"
}

# --- native ---

config
daemon
holder=$(lease_of 1)
silent=$(lease_of 2 "lifetime=$SHORT")
renewal 1 "$holder" >/dev/null || fail "no renewal"
equal "ACKs by XDP" "$(acks_xdp)" 1
expect "the silent client's lease" bound "$silent" "$(client 2)"
nap deep
passed "asleep for $NAP s (S3): CLOCK_BOOTTIME has counted them ($BEHIND..$AT_MOST s behind the host's)"
noticed() { guest "grep -q 'this machine was suspended for' /tmp/daemon.log"; }
await 60 "the daemon to notice" noticed
await 60 "the silent client's lease to end" unbound "$silent"
passed "a lease that ran out in the sleep is ended after it"
expect "the other lease to be there" bound "$holder" "$(client 1)"
acks=$(acks_xdp)
renewal 1 "$holder" >/dev/null || fail "no renewal after the sleep"
equal "ACKs by XDP after the sleep" "$(acks_xdp)" $((acks + 1))
passed "after the sleep renewals are XDP's again, though the driver had forgotten it"
stop

# --- generic: XDP at the very moment, and no daemon that could extend anything ---

MODE=generic FAST_PATH="$FAST_PATH, unattended: 3600"
config
daemon
short=$(lease_of 3 "lifetime=$SHORT")
guest 'kill -STOP $(cat /tmp/daemon.pid)'
credit=$(of_slot "$short" ack_until)
acks=$(acks_xdp)
read -ra enter <<<"$(in_ns c)"
background "$DIR/asking" "${enter[@]}" "$DHCPONE" cli request "ciaddr=$short" "src=$short" "dst=$NET.1" dmac=02:00:00:00:0a:01 \
	"chaddr=$(client 3)" "lifetime=$SHORT" count=100000 every=100
asking=$PID
await 30 "an answer by XDP" more_acks_than "$acks"
nap deep
refused_for() { [ "$(verdict "$1")" -gt "$2" ]; }
await 60 "XDP to refuse for lack of credit" refused_for pass_credit 0
kill -INT "$asking"
wait "$asking" || :
replies=$(wc -l <"$DIR/asking")
expect "grants within the credit" test "$(of_slot "$short" granted_until)" -le "$credit"
# what each client heard, by the host's clock
jq -se --argjson credit "$credit" --argjson behind "$AT_MOST" 'map(select(.sent + .lifetime > $credit + $behind)) == []' \
	"$DIR/asking" >/dev/null || fail "an ACK beyond the credit: $(tail -n 1 "$DIR/asking"), credit $credit + $AT_MOST"
passed "credit that ran out in the sleep: XDP grants nothing from the first packet on ($replies ACKs before it, none beyond)"
guest 'kill -CONT $(cat /tmp/daemon.pid)'
await 60 "the lease to be the daemon's to give again" renewal 3 "$short" "lifetime=$SHORT"
stop

FAST_PATH=${FAST_PATH/3600/5}
config
daemon
holder=$(lease_of 1)
renewal 1 "$holder" >/dev/null || fail "no renewal"
acks=$(acks_xdp)
crash
renewal 1 "$holder" >/dev/null || fail "no renewal without a daemon"
equal "ACKs by XDP without a daemon" "$(acks_xdp)" $((acks + 1))
nap idle
renewal 1 "$holder" wait=500 && fail "an answer without a daemon"
expect "XDP to be unattended" refused_for pass_unattended 0
equal "ACKs by XDP after its time" "$(acks_xdp)" $((acks + 1))
passed "a daemon that died before the sleep (s2idle): its time ran out in it, XDP passes"
