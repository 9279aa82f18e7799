#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# slow: 14
#
# The store's disk is full, by another file: nothing new is promised, XDP renews on what is stored; when there is
# room again the server goes on, without a restart.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/store_fault.sh"

fault_rig
small_disk 4
config
fault_start
dd if=/dev/zero of="$DIR/disk/other" bs=4k 2>/dev/null && fail "the disk took more than it has"
equal "room on the disk" "$(df --output=avail "$DIR/disk" | tail -n 1 | tr -d ' ')" 0
fault_began "full|No space left"
fault_settles
fault_holds
rm "$DIR/disk/other"
fault_ended
fault_over
