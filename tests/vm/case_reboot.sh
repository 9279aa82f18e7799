#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# An orderly stop and a reboot of the machine: leases survive it, and addresses that were abandoned are not held to the
# end of the credit that the store had given to XDP: the stop has given it back.
. "$(dirname "$0")/lib.sh"

LIFETIME=8 HORIZON=50
POOL="192.0.2.100 - 192.0.2.101"
FAST_PATH=", horizon: $HORIZON, unattended: 2"
client_side
disk
boot
mount_disk
config
daemon
holder=$(lease_of 1)
asked=$(now)
abandoned=$(lease_of 2)
renewal 1 "$holder" >/dev/null || fail "no renewal"
renewal 2 "$abandoned" >/dev/null || fail "no renewal"
equal "ACKs by XDP" "$(acks_xdp)" 2
expect "credit on the disk far ahead" holds "$(row "$abandoned" ack_until) > $(guest_now) + $LIFETIME * ($HORIZON - 1)"
stop
daemon_log | grep -q 'server stopped' || fail "no orderly stop"
expect "credit to have been given back" holds "$(row "$abandoned" ack_until) < $(guest_now) + 2 * $LIFETIME + 5"
guest "umount /disk"
ask "reboot -f"
gone 90
keep_disk

boot
mount_disk
daemon
daemon_log | grep -q ': 2 leases loaded' || fail "leases: $(daemon_log)"
renewal 1 "$holder" >/dev/null || fail "the holder's renewal after the reboot"
expect "the holder's lease" bound "$holder" "$(client 1)"
passed "leases survive a reboot, their holders renew"
third() { renewal 1 "$holder" && one c cli discover "chaddr=$(client 3)" wait=300; }
holds "$(now) < $asked + $LIFETIME" && third && fail "an address that was promised to others is offered"
await $((20 * LIFETIME)) "the abandoned address to be given to another" third
free=$(calculate "$(now) - $asked")
expect "not while its promise ran, $free s" holds "$free >= $LIFETIME"
equal "the address of the third" "$(lease_of 3)" "$abandoned"
renewal 1 "$holder" >/dev/null || fail "the holder's renewal at the end"
passed "an address that was abandoned before an orderly stop is free after $free s, its credit was for $((LIFETIME * HORIZON)) s"
