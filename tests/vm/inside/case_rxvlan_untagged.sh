#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# An untagged link with VLANs on it: while the device hides their tags it has no fast path, and says so; when it is
# off it has, whoever has turned it off. Turned on again, it has none.
. "$(dirname "$0")/links.sh"

ends
vlan s srv srv.5 id 5
address s srv "$NET.1/24"
IFACE=srv
config
daemon
expect "the line that says so" logged 'srv: no fast path here, .*: srv takes VLAN tags off .* look untagged; remedy: ethtool -K srv rxvlan off'
lease_on cli
before=$(acks_xdp)
renew c cli "$addr" "$NET.1" "$(mac s srv)" $client >/dev/null || fail "no renewal"
equal "ACKs by XDP" "$(acks_xdp)" "$before"
equal "where XDP is" "$(attached)" ""
inside s ethtool -K srv rxvlan off >/dev/null
await 20 "a hit without the offload" hit cli srv
both_ways "a renewal" renew c cli "$addr" "$NET.1" "$(mac s srv)" $client hex=1 xid=7
equal "where XDP is" "$(attached)" "srv 1"
inside s ethtool -K srv rxvlan on >/dev/null
await 20 "nothing to be attached" equal_silent "" attached
renew c cli "$addr" "$NET.1" "$(mac s srv)" $client >/dev/null || fail "no renewal"
ip -n "$ID-s" link del srv.5
await 20 "a hit without the VLAN" hit cli srv
passed "an untagged link beside VLANs has a fast path only while their tags are not hidden"
