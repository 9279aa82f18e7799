#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# slow: 14
#
# The store's file system turns read-only while it is in use, as one does that has met an error; and it is
# read-only at the start, which is refused while the fast path goes on.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/store_fault.sh"

fault_rig
small_disk 16
faulty=$DIR/disk
RUN_BY=(env LD_PRELOAD="$B/tests/e2e/faultdisk.so" FAULTDISK="$DIR/fault" FAULTDISK_UNDER="$faulty/")
disk
config
fault_start
disk write=30
fault_began "Read-only file system"
fault_holds
disk
fault_ended

crash
mount -o remount,ro "$DIR/disk"
acks=$(acks_xdp) sums=$(cd "$DIR/disk" && sha256sum s.db*)
refused
equal "lines of the refusal" "$(grep -c error "$DIR/refused")" 1
expect "the file and why: $(cat "$DIR/refused")" grep -Eq "error: store $DB: .*(read-only|Read-only)" "$DIR/refused"
equal "the store's files" "$(cd "$DIR/disk" && sha256sum s.db*)" "$sums"
renews host=form0 >/dev/null || fail "XDP does not renew after a start that was refused"
expect "XDP to have answered that" more_acks_than "$acks"
mount -o remount,rw "$DIR/disk"
OUTAGES=0
daemon
fault_over
