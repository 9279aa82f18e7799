#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# An untagged link with VLANs on it: while the device hides their tags it has no fast path, and says so; when it is
# off it has, whoever has turned it off. Turned on again, it has none. A VLAN that is moved into another namespace is not
# seen any more: a line warns of its frames, and with fast-path.rxvlan: off XDP tells them apart.
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

vlan s srv away id 20
await 20 "nothing to be attached" equal_silent "" attached
namespace e
ip -n "$ID-s" link set away netns "$ID-e"
await 20 "a hit beside a VLAN in another namespace" hit cli srv
expect "the warning" logged 'srv: srv takes VLAN tags off .*, so tagged frames, should any reach it, look untagged; remedy: ethtool -K srv rxvlan off'
FAST_PATH=", rxvlan: off"
config
ctl reload >/dev/null
await 20 "that it is turned off" logged 'srv: RX VLAN offload turned off'
offload srv off
expect "a hit still" hit cli srv
before=$(acks_xdp)
equal "the answer to that VLAN" "$(one c cli request $client requested="$addr" vlan=20 wait=1000)" ""
equal "ACKs by XDP" "$(acks_xdp)" "$before"
equal "where XDP is" "$(attached)" "srv 1"
passed "tags of a VLAN in another namespace are warned of, and seen when the offload is off"
