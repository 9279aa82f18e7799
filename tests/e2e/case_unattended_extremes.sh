#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# modes: native generic
# slow: 30
#
# The ends of fast-path.unattended: for ever is for ever and no wrap-around into never; with 0 and 1 the living
# daemon's fast path answers steadily and stops within seconds of its death.
. "$(dirname "$0")/lib.sh"

LIFETIME=600
rig
smac=$(mac s srv)
addr=
begin() { # UNATTENDED
	FAST_PATH=", unattended: $1"
	config
	daemon
	[ -n "$addr" ] || addr=$(dora c cli | jq -r .yiaddr) || fail "no lease"
	again >/dev/null || fail "unattended $1: no renewal"
}
again() { renew c cli "$addr" 192.0.2.1 "$smac" wait=1500 "$@"; }
silent() { ! again; }
steady() { # WHAT N EVERY: N renewals, all answered by XDP
	local before passed
	before=$(acks_xdp)
	passed=$(verdict pass_unattended)
	again count="$2" every="$3" >"$DIR/steady" || fail "$1: no renewal"
	equal "$1: replies" "$(wc -l <"$DIR/steady")" "$2"
	equal "$1: ACKs by XDP" $(($(acks_xdp) - before)) "$2"
	equal "$1: requests that found nobody home" "$(verdict pass_unattended)" "$passed"
}

begin 4294967295
steady "unattended for ever" 10 20
crash
steady "unattended for ever, daemon dead" 10 20
begin 4294967295
stop
expect "a minute after SIGTERM all the same" test $(($(policy 0 answer_until) - $(boottime))) -le 61

for unattended in 0 1; do
	begin $unattended
	# longer than the seconds between two signs of life
	steady "unattended $unattended" 35 100
	crash
	await 10 "unattended $unattended: XDP to stop after the crash" silent
	expect "the verdict to say why" more_than 0 verdict pass_unattended
done

begin 0
steady "unattended 0 once more" 5 20
stop
expect "no answer once a daemon without unattended answers has stopped" silent
