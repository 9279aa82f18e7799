#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# slow: 16
#
# The disk has no room for the store's log to grow (ENOSPC): as on a full disk.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/store_fault.sh"

fault_rig
faulty_disk
config
fault_start
disk grow-wal=28
fault_began "full|No space left"
fault_settles
fault_holds
disk
fault_ended
fault_over
