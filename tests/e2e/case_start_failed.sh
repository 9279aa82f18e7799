#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# slow: 15
#
# A start that fails, over and over (UDP port 67 is taken; the control socket cannot be made), is no sign of life: the
# second at which XDP stops stays what it was, and XDP does stop then.
. "$(dirname "$0")/lib.sh"

LIFETIME=600
FAST_PATH=", unattended: 12"
rig
config
daemon
smac=$(mac s srv)
addr=$(dora c cli | jq -r .yiaddr) || fail "no lease"
again() { renew c cli "$addr" 192.0.2.1 "$smac" wait=1500; }
again >/dev/null || fail "no renewal"
crash
until=$(policy 0 answer_until)

socket=$DIR/s.sock
sed -i "s|socket-name: $socket|socket-name: $DIR/s.yaml/s.sock|" "$DIR/s.yaml"
# a later second, so that a push would show
await 5 "a second to pass" more_than $((until - 12)) boottime
refused
expect "why: $(cat "$DIR/refused")" grep -q ' error: control socket' "$DIR/refused"
equal "answer_until after a start without a control socket" "$(policy 0 answer_until)" "$until"
config

read -ra enter <<<"$(in_ns s)"
LOGS+=("$DIR/taken")
background "$DIR/taken" "${enter[@]}" perl -MSocket -e '
	$| = 1;
	socket(my $s, PF_INET, SOCK_DGRAM, 0) or die $!;
	bind($s, sockaddr_in(67, INADDR_ANY)) or die $!;
	print "taken\n";
	sleep 1000'
await 5 "port 67 to be taken" grep -q taken "$DIR/taken"
for _ in 1 2 3; do
	refused
	expect "why: $(cat "$DIR/refused")" grep -q ' error: UDP port 67: ' "$DIR/refused"
	equal "answer_until after a start without port 67" "$(policy 0 answer_until)" "$until"
done
n=$(acks_xdp)
if [ "$(boottime)" -lt $((until - 2)) ]; then
	again >/dev/null || fail "no renewal with the daemon dead"
	expect "it to be XDP's" more_acks_than "$n"
fi
await 20 "XDP's last second to pass" more_than "$until" boottime
expect "no answer after it" not again
expect "the verdict to say why" more_than 0 verdict pass_unattended
