#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# slow: 12
#
# fsync fails (EIO): nothing new is promised, XDP renews on what is stored; once fsync works again so does the server.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/store_fault.sh"

fault_rig
faulty_disk
config
fault_start
disk sync=5
fault_began "disk I/O error"
fault_holds
disk
fault_ended
fault_over
