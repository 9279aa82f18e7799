#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# modes: native generic
# slow: 80
#
# udhcpc: a lease from the daemon, its renewal at T1 answered by XDP and accepted, release. udhcpc
# takes no lease for shorter than 122 s, so its T1 is over a minute away; then it is asked for another.
# The link has the latency of a real one, since udhcpc opens the socket for the answer to a renewal only
# after it has sent it: what XDP sends within the same microseconds is refused by the client's own kernel.
. "$(dirname "$0")/lib.sh"

LIFETIME=124
rig_with_cable 200
config
daemon

client_udhcpc c1 c cli
await 20 "udhcpc to be bound" happened c1 '^BOUND 192\.0\.2\.1[0-9][0-9] 124 192\.0\.2\.1$'
addr=$(address_of c1)
expect "the address on the interface" has_address c cli "$addr"
expect "the daemon to show the lease" bound "$addr" "$(mac c cli)"
before=$(lease_field "$addr" expire)

await 80 "the renewal at T1" happened c1 '^RENEW 192\.0\.2\.1[0-9][0-9] 124 192\.0\.2\.1$'
equal "renewals answered by XDP" "$(verdict ack_renewing)" 1
expect "the lease to be extended" test "$(lease_field "$addr" expire)" -gt "$before"

kill -USR1 "$PID"
await 10 "a renewal at once" times_more c1 '^RENEW' 1
equal "renewals answered by XDP" "$(verdict ack_renewing)" 2

kill -USR2 "$PID"
await 5 "the lease to end" unbound "$addr"
await 5 "the address to leave the interface" no_address c cli "$addr"
expect "the slot to be closed" not in_txt "$addr"
