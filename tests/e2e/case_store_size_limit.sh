#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# slow: 16
#
# A limit of the file's size (setrlimit) keeps the store's log from growing: no reason to die of SIGXFSZ, but as a
# full disk.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/store_fault.sh"

fault_rig
config
fault_start
prlimit --pid "$(daemon_pid)" --fsize="$(stat -c %s "$DIR/s.db-wal"):unlimited"
fault_began "full|No space left"
fault_settles
fault_holds
prlimit --pid "$(daemon_pid)" --fsize=unlimited:unlimited
fault_ended
fault_over
