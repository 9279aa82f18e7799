#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# modes: native generic
#
# dhclient: a lease from the daemon, two renewals at T1 that XDP answers and dhclient accepts, release.
. "$(dirname "$0")/lib.sh"

LIFETIME=12
rig
config
daemon

client_dhclient c1 c cli
await 20 "dhclient to be bound" happened c1 '^BOUND 192\.0\.2\.1[0-9][0-9] 12 192\.0\.2\.1$'
addr=$(address_of c1)
expect "the address on the interface" has_address c cli "$addr"
expect "the daemon to show the lease" bound "$addr" "$(mac c cli)"
equal "ACKs by XDP so far" "$(acks_xdp)" 0
before=$(lease_field "$addr" expire)

await 15 "two renewals" times_more c1 '^RENEW' 1
await 5 "all renewals to be answered by XDP" all_by_xdp c1
equal "renewals XDP did not know" "$(verdict pass_form)" 0
expect "the lease to be extended" test "$(lease_field "$addr" expire)" -gt "$before"
expect "no event but these" test "$(grep -vcE '^(PREINIT|BOUND|RENEW) ' "$DIR/c1.events")" = 0
expect "hits in the slot" test "$(lease_field "$addr" hits)" -ge 2

inside c dhclient -4 -r -sf "$HOOK" -e EVENTS="$DIR/c1.events" -cf "$DIR/c1.conf" \
	-lf "$DIR/c1.leases" -pf "$DIR/c1.clientpid" cli >>"$DIR/c1.log" 2>&1
await 5 "the lease to end" unbound "$addr"
expect "the slot to be closed" not in_txt "$addr"
