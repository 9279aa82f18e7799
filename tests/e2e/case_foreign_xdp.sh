#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Another XDP program is on the interface already: it is left alone, the log says so, and the daemon serves
# without a fast path there, until that one goes.
. "$(dirname "$0")/lib.sh"

LIFETIME=600
rig
pass s srv
foreign() { ip -n "$ID-s" -d link show srv | grep -o 'prog/xdp id [0-9]*'; }
before=$(foreign)
config
daemon
expect "a warning" logged 'srv: no fast path'
addr=$(dora c cli | jq -r .yiaddr)
for i in 1 2; do
	renew c cli "$addr" 192.0.2.1 "$(mac s srv)" >/dev/null || fail "no renewal"
done
equal "ACKs by XDP" "$(acks_xdp)" 0
equal "mode in status" "$(status | jq -r '."fast-path".mode')" off
equal "the other program" "$(foreign)" "$before"
stop
equal "the other program" "$(foreign)" "$before"

# it goes while the daemon runs: with the next reload XDP is there
daemon
expect "a warning" logged 'srv: no fast path'
ip -n "$ID-s" link set dev srv xdp off
ctl reload >/dev/null || fail "no reload"
hit() { renew c cli "$addr" 192.0.2.1 "$(mac s srv)" >/dev/null && more_acks_than 0; }
await 10 "a hit where another program was" hit
