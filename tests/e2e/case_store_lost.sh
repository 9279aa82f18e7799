#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# slow: 45
# The store is lost, or an older copy of it is restored, while the cache lives on: what XDP has promised is held, so
# that nobody else gets the address before its time, and its client keeps it.
. "$(dirname "$0")/lib.sh"

LIFETIME=8
POOL="192.0.2.100 - 192.0.2.100"
FAST_PATH=", unattended: 60"
one_=chaddr=02:00:00:00:00:01 two=chaddr=02:00:00:00:00:02
rig
config
daemon
stop
cp "$DIR/s.db" "$DIR/old.db" # before the first lease

again() { renew c cli 192.0.2.100 192.0.2.1 "$(mac s srv)" $one_ wait=1500; }
early() { # WHAT: the second client must not get the address before the first one's promise ends
	local until
	until=$(jq -s 'map(.sent + .lifetime) | max' "$DIR/promises")
	await 40 "$1: the second client's lease" eval 'dora c cli $two wait=200 >"$DIR/second"'
	expect "$1: no promise to the second before $until" test "$(jq ".at >= $until" "$DIR/second")" = true
}

for what in older another; do
	: >"$DIR/promises"
	daemon
	await 30 "the first client's lease" dora c cli $one_ wait=300
	again >>"$DIR/promises" || fail "no renewal"
	crash
	again >>"$DIR/promises" || fail "no renewal without a daemon"
	rm -f "$DIR/s.db" "$DIR/s.db-wal" "$DIR/s.db-shm"
	[ "$what" = another ] || cp "$DIR/old.db" "$DIR/s.db"
	daemon
	expect "$what: a warning" logged "warning: the store is $what"
	# its holder keeps it
	reply=$(again) || reply=
	[ -z "$reply" ] || [ "$(jq -r .type <<<"$reply")" = ack ] || fail "$what: its client gets $reply"
	[ -z "$reply" ] || echo "$reply" >>"$DIR/promises"
	early "$what"
	one c cli release $two ciaddr=192.0.2.100 src=192.0.2.100 server=192.0.2.1 >/dev/null
	stop
done
