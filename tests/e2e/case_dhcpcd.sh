#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# modes: native generic
#
# dhcpcd: a lease from the daemon, two renewals at T1 that XDP answers and dhcpcd accepts, release.
. "$(dirname "$0")/lib.sh"

LIFETIME=20
rig
config
daemon

client_dhcpcd c1 c cli
await 30 "dhcpcd to be bound" happened c1 '^BOUND 192\.0\.2\.1[0-9][0-9] 20 192\.0\.2\.1$'
addr=$(address_of c1)
expect "the address on the interface" has_address c cli "$addr"
expect "the daemon to show the lease" bound "$addr" "$(mac c cli)"
before=$(lease_field "$addr" expire)

await 30 "two renewals" times_more c1 '^RENEW' 1
await 5 "all renewals to be answered by XDP" all_by_xdp c1
expect "the lease to be extended" test "$(lease_field "$addr" expire)" -gt "$before"

kill -ALRM "$PID" # dhcpcd's word for: release and end
await 10 "the lease to end" unbound "$addr"
await 5 "the address to leave the interface" no_address c cli "$addr"
expect "the slot to be closed" not in_txt "$addr"
