#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# A NIC that hides tags, and no VLAN on it that this namespace knows: it is served natively, and one line says what would happen
# to tagged frames, and what helps. fast-path.rxvlan: off does that, at a reload as well.
. "$(dirname "$0")/lib.sh"

LIFETIME=600
rig
offload() { inside s ethtool -k srv | awk -v f="$1:" '$1 == f { print $2 }'; }
warning='srv: srv takes VLAN tags off before XDP sees them, so tagged frames, should any reach it, look untagged; remedy: ethtool -K srv rxvlan off rx-vlan-stag-hw-parse off, or fast-path.rxvlan: off$'
equal "the offload of a new interface" "$(offload rx-vlan-offload)" on
config
daemon
expect "where XDP is" logged 'serving on srv .*fast path: native\)'
expect "the warning" logged "$warning"
equal "warnings" "$(grep -c 'takes VLAN tags off' "$(log)")" 1
equal "the offload, which nobody may touch" "$(offload rx-vlan-offload)" on
FAST_PATH=", rxvlan: off"
config
ctl reload >/dev/null
await 5 "that it is turned off" logged 'srv: RX VLAN offload turned off'
equal "the offload" "$(offload rx-vlan-offload) $(offload rx-vlan-stag-hw-parse)" "off off"
inside s ethtool -K srv rxvlan on
await 10 "it to be turned off again" equal_silent off offload rx-vlan-offload
stop
config
daemon
equal "warnings at a start when it is off" "$(tail -c "+$((LOG_FROM + 1))" "$(log)" | grep -c 'takes VLAN tags off')" 0
