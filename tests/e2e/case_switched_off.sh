#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The fast path is switched off in the file, and a crashed daemon's program still answers: the next one stops it,
# keeps what it has promised, and only then forgets the maps; one that is on again begins afresh. The same on an
# older copy of the store, which knows nothing of the lease: its address is held.
. "$(dirname "$0")/lib.sh"

LIFETIME=600
POOL="192.0.2.100 - 192.0.2.100"
rig
config
daemon
stop
cp "$DIR/s.db" "$DIR/old.db" # before the first lease
attached() { ip -n "$ID-s" -d link show srv | grep -q 'prog/xdp'; }
again() { renew c cli 192.0.2.100 192.0.2.1 "$(mac s srv)" wait=1500; }
other() { dora c cli chaddr=02:00:00:00:00:02 wait=300 >"$DIR/other"; }
to_mode() {
	MODE=$1
	config
}
given=$MODE

daemon
dora c cli >/dev/null || fail "no lease"
crash
again >/dev/null || fail "no renewal without a daemon"
to_mode off
daemon
expect "no program on the interface" not attached
expect "no pins" not test -e "$(pin)/leases"
expect "no lease for another" not other
again >/dev/null || fail "no renewal by the daemon"
stop

to_mode "$given"
daemon
again >/dev/null || fail "no renewal"
again >/dev/null || fail "no second renewal"
equal "ACKs by XDP: of two, the first is the daemon's" "$(acks_xdp)" 1
crash
rm -f "$DIR/s.db" "$DIR/s.db-wal" "$DIR/s.db-shm"
cp "$DIR/old.db" "$DIR/s.db"
to_mode off
daemon
expect "a warning" logged "warning: the store is older"
expect "no pins" not test -e "$(pin)/leases"
expect "no lease for another of what only XDP knew of" not other
