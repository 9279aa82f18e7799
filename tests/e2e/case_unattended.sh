#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Nobody home: after a crash XDP answers on until `unattended` seconds after the daemon's last sign of life,
# then passes; after SIGTERM for 60 s more.
. "$(dirname "$0")/lib.sh"

LIFETIME=600
FAST_PATH=", unattended: 9"
rig
config
daemon
ack=$(dora c cli) || fail "no lease"
addr=$(jq -r .yiaddr <<<"$ack")
again() { renew c cli "$addr" 192.0.2.1 "$(mac s srv)" wait=1500; }
again >/dev/null || fail "no renewal"

ahead() { echo $(($(policy 0 answer_until) - $(boottime))); }
expect "answer_until within 9 s ($(ahead))" test "$(ahead)" -ge 4 -a "$(ahead)" -le 10
# the living daemon pushes it
first=$(policy 0 answer_until)
await 15 "answer_until to be pushed" more_than "$first" policy 0 answer_until

crash
again >/dev/null || fail "no renewal right after the crash"
n=$(acks_xdp)
silent() { ! again; }
await 15 "XDP to stop" silent
expect "it to have answered meanwhile" more_than "$((n - 1))" acks_xdp
expect "the verdict to say why" more_than 0 verdict pass_unattended
expect "answer_until to be over" test "$(ahead)" -le 0

FAST_PATH=
config
daemon
expect "answer_until a lifetime ahead ($(ahead))" test "$(ahead)" -ge 590 -a "$(ahead)" -le 601
again >/dev/null || fail "no renewal with a new daemon"
n=$(acks_xdp)
again >/dev/null || fail "no renewal"
expect "XDP to answer again" more_than "$n" acks_xdp
stop
expect "answer_until about 60 s ahead after SIGTERM ($(ahead))" test "$(ahead)" -ge 57 -a "$(ahead)" -le 61
n=$(acks_xdp)
again >/dev/null || fail "no renewal after SIGTERM"
expect "XDP to have answered it" more_than "$n" acks_xdp
