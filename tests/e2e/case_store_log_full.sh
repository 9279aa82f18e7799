#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# slow: 14
#
# The disk has no room for the store's log to grow, by a full disk (ENOSPC) and by a limit of the file's size, which
# is no reason to die: as on a full disk.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/store_fault.sh"

fault_rig
faulty_disk
config
fault_start
disk grow-wal=28
fault_began "full|No space left"
fault_holds
disk
fault_ended

sleep 9 # for the log's next line about an outage
prlimit --pid "$(daemon_pid)" --fsize="$(stat -c %s "$DB-wal"):unlimited"
fault_began "full|No space left|File too large"
fault_holds
prlimit --pid "$(daemon_pid)" --fsize=unlimited:unlimited
fault_ended
fault_over
