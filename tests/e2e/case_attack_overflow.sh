#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# modes: native generic
#
# More packets than the daemon can take: it stands still while they come, its socket's buffer overflows. XDP renews all the while, what
# was dropped is counted to the last packet, and the daemon goes on where it was.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/attack.sh"

LIFETIME=600
rig
config
daemon
bystanders 20
dora c cli chaddr=02:00:00:00:00:01 >/dev/null || fail "no lease"
bystanders_begin 1000
note pkt4-discover-received pkt4-receive-drop
kill -STOP "$DPID"
load offer-flood -i cli -n 60000 --rate 0 --timeout 100 >"$DIR/flood" || fail "an offer was bad: $(cat "$DIR/flood")"
equal "OFFERs of a daemon that stands still" "$(jq .offers "$DIR/flood")" 0
before=$(renewed)
await 5 "renewals after the buffer has overflowed" more_than $((before + 200)) renewed
kill -CONT "$DPID"
await 5 "a new client after it" dora c cli chaddr=02:00:00:00:00:02 wait=300
dropped() { status | jq '.drops.total'; }
all_seen() { [ $(($(since pkt4-discover-received) + $(dropped))) -ge $((60000 + 1)) ]; }
await 10 "every packet to be decided or counted as dropped" all_seen
discovers=$(since pkt4-discover-received)
say "$(status | jq -c .drops), $discovers DISCOVERs decided"
dropped=$(status | jq .drops.kernel)
expect "drops by the kernel" test "$dropped" -ge 5000
dropped=$(dropped)
# the new client may have had to ask twice
expect "each packet to be counted once" test $((dropped + discovers - 60000)) -le 20
equal "drops in the statistics" "$(since pkt4-receive-drop)" "$dropped"
bystanders_end
daemon_bounded 100
all_covered
await 5 "the daemon to be as it was" dora c cli chaddr=02:00:00:00:00:03
