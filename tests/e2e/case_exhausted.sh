#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# A pool that runs out: the operator is told once, the client that comes too late gets no
# answer with the reason in the log, and an address that is given back goes to it.
. "$(dirname "$0")/lib.sh"

LIFETIME=600
POOL="$NET.100 - $NET.101"
rig
config
daemon
first=$(dora c cli chaddr=02:00:00:00:00:01) || fail "no lease for the first client"
dora c cli chaddr=02:00:00:00:00:02 >/dev/null || fail "no lease for the second client"
one c cli discover chaddr=02:00:00:00:00:03 wait=200 >/dev/null && fail "an address out of nothing"
expect "the reason to be logged" grep -q '02:00:00:00:00:03.*no answer: no free address' "$(log)"
equal "times it is counted" "$(statistic xdhcp-silent-no-free-address) $(statistic xdhcp-silent)" "1 1"
await 70 "the operator to be told" grep -q 'warning: subnet 1: its pools are exhausted' "$(log)"
addr=$(jq -r .yiaddr <<<"$first")
one c cli release chaddr=02:00:00:00:00:01 src="$addr" ciaddr="$addr" wait=100 >/dev/null || :
await 5 "the address to be free" unbound "$addr"
third=$(dora c cli chaddr=02:00:00:00:00:03) || fail "no lease for the third client"
equal "the address given back" "$(jq -r .yiaddr <<<"$third")" "$addr"
equal "lines about it" "$(grep -c 'pools are exhausted' "$(log)")" 1
