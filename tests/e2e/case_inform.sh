#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# INFORM (options only, no lease, to ciaddr), reservations by hw-address and client-id, and an asked lifetime.
. "$(dirname "$0")/lib.sh"

LIFETIME=600
SUBNET='  reservations:
  - {hw-address: "02:00:00:00:00:07", ip-address: 192.0.2.7, hostname: seven, option-data: [{name: routers, data: 192.0.2.254}]}
  - {client-id: "ff:01:02:03", ip-address: 192.0.2.8}
  min-valid-lifetime: 300
  max-valid-lifetime: 900'
rig
config
daemon
reply=$(one c cli inform ciaddr=192.0.2.77 src=192.0.2.77 prl=1,3) || fail "no answer to INFORM"
equal "the answer to INFORM" "$(jq -r '"\(.type) \(.yiaddr) \(.lifetime) \(.t1) \(.t2) \(.router) \(.dst)"' <<<"$reply")" \
	"ack 0.0.0.0 0 0 0 192.0.2.1 192.0.2.77"
equal "leases" "$(live_leases)" 0
ack=$(dora c cli chaddr=02:00:00:00:00:07 prl=1,3) || fail "no lease"
equal "the reserved address" "$(jq -r '.yiaddr + " " + .router' <<<"$ack")" "192.0.2.7 192.0.2.254"
ack=$(dora c cli chaddr=02:00:00:00:00:09 cid=ff010203) || fail "no lease"
equal "the address reserved by client id" "$(jq -r .yiaddr <<<"$ack")" 192.0.2.8
for asked in 100 700 5000; do
	ack=$(dora c cli chaddr=02:00:00:00:01:00 lifetime=$asked) || fail "no lease"
	granted="${granted:-}$(jq -r '"\(.lifetime)/\(.t1)/\(.t2) "' <<<"$ack")"
done
equal "granted lifetimes" "$granted" "300/150/262 700/350/612 900/450/787 "
ack=$(renew c cli "$(jq -r .yiaddr <<<"$ack")" 192.0.2.1 "$(mac s srv)" chaddr=02:00:00:00:01:00 lifetime=5000) || fail "no renewal"
equal "granted by XDP" "$(jq -r .lifetime <<<"$ack") $(acks_xdp)" "900 1"
expect "good checksums from XDP" test "$(jq -r .sums <<<"$ack")" = true
