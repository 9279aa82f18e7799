#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# A client that leaves its checksums to hardware, behind a bridge to whose port they are completed: generic XDP would
# send the reply with the request's unfinished business, and 16 bits of the body would be overwritten on the way. It
# passes such renewals; the daemon's ACK reaches the client, which renews at each T1.
. "$(dirname "$0")/lib.sh"

LIFETIME=12 MODE=generic
namespace s
namespace b
namespace c
veth s srv b north
veth b south c cli
inside b ethtool -K north tx on >/dev/null
inside c ethtool -K cli tx on >/dev/null
ip -n "$ID-b" link add br0 type bridge forward_delay 0
ip -n "$ID-b" link set north master br0
ip -n "$ID-b" link set south master br0
ip -n "$ID-b" link set br0 up
address s srv "$NET.1/24"
config
daemon

client_dhclient c1 c cli
await 20 "dhclient to be bound" happened c1 '^BOUND '
await 20 "two renewals" times_more c1 '^RENEW' 1
expect "renewals that XDP passes for that" test "$(verdict pass_partial_checksum)" -ge 2
expect "no bad checksum at the client" test "$(inside c nstat -asz UdpInCsumErrors | awk '/UdpInCsumErrors/ { print $2 }')" = 0
equal "events but these" "$(grep -vcE '^(PREINIT|BOUND|RENEW) ' "$DIR/c1.events")" 0

client=chaddr=02:00:00:00:00:01
addr=$(dora c cli $client | jq -r .yiaddr) || fail "no lease"
hit() { by_xdp renew c cli "$addr" "$NET.1" "$(mac s srv)" $client; }
await 10 "a whole checksum's hit" hit
