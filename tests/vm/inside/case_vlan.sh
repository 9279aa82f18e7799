#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# 802.1Q, one tag: while RX VLAN offload hides it the VLAN's fast path is generic, which is said with the remedy; with
# rxvlan off it is native on the lower device. Each as the daemon's, byte for byte; a real client, too. A VLAN that is
# made while the daemon runs, and one of another id under the same name.
. "$(dirname "$0")/links.sh"

ends
vlan s srv srv.5 id 5
vlan c cli cli.5 id 5
address s srv.5 "$NET.1/24"
IFACE=srv.5
config
daemon
expect "the line with the remedy" logged \
	'srv.5: the fast path is generic, .*: srv takes VLAN tags off .*; remedy: ethtool -K srv rxvlan off, or fast-path.rxvlan: off$'
lease_on cli.5
await 20 "a hit on the VLAN's own device" hit cli.5 srv.5
equal "where XDP is" "$(attached)" "srv.5 2"
both_ways "a renewal" renew c cli.5 "$addr" "$NET.1" "$(mac s srv.5)" $client hex=1 xid=7

FAST_PATH=", rxvlan: off"
config
ctl reload >/dev/null
expect "that it is turned off" logged 'srv: RX VLAN offload turned off'
expect "where it is now" logged 'srv.5: the fast path has moved: native on srv, tag 5$'
offload srv off
equal "where XDP is" "$(attached)" "srv 1"
expect "no slot to be lost by the move" hit cli.5 srv.5
both_ways "a renewal" renew c cli.5 "$addr" "$NET.1" "$(mac s srv.5)" $client hex=1 xid=8
both_ways "a broadcast one" one c cli.5 request $client ciaddr="$addr" src="$addr" hex=1 xid=9
# the same client elsewhere: untagged, and in another VLAN
vlan c cli cli.6 id 6
both_ways "untagged" renew c cli "$addr" "$NET.1" "$(mac s srv)" $client hex=1 xid=10 wait=1000
equal "the answer to it" "$REPLY" ""
both_ways "another VLAN" renew c cli.6 "$addr" "$NET.1" "$(mac s srv)" $client hex=1 xid=11 wait=1000
equal "the answer to it" "$REPLY" ""
passed "VLAN: generic while the tag is hidden, native on the lower device when it is not, with parity"

client_dhclient d c cli.5
await 30 "dhclient's lease" happened d '^BOUND 192\.0\.2\.1'
before=$(verdict ack_renewing)
await 60 "dhclient's renewal" happened d '^RENEW 192\.0\.2\.1'
expect "it was XDP's" more_than "$before" verdict ack_renewing
passed "VLAN: dhclient's renewal at T1 is answered by XDP"

# of another id
ip -n "$ID-s" link del srv.5
vlan s srv srv.5 id 6
address s srv.5 "$NET.1/24"
await 20 "the VLAN of another id" logged 'serving on srv.5 .*fast path: native on srv, tag 6\)'
await 20 "a hit in it" hit cli.6 srv.5
both_ways "the id of before" renew c cli.5 "$addr" "$NET.1" "$(mac s srv)" $client hex=1 xid=12 wait=1000
equal "the answer to it" "$REPLY" ""
ip -n "$ID-s" link del srv.5
await 20 "it to be gone" logged 'srv.5 is gone'
await 10 "nothing to be attached" equal_silent "" attached
passed "VLAN: made while the daemon runs, with another id, gone"
