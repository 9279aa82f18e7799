#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# An upgrade from the first version of the store: XDP answers meanwhile, the new daemon takes the store to its own version,
# and has every lease, in the cache and out of it; so it does with the store alone, as after a reboot. A store
# of a version to come is refused and left as it is.
. "$(dirname "$0")/lib.sh"

LIFETIME=3600
rig
config
daemon

# The text that the program of that time made its stores with is tests/common/store_version_1.h.
version_1() { # FILE: with what is in $DIR/s.db
	sed -n '/^static const char store_version_1\[\] =/,/";$/ s/^\t"\(.*\)";\{0,1\}$/\1/p' "$TOP/tests/common/store_version_1.h" |
		tr -d '\n' | xargs -0 printf '%b' >"$DIR/version_1.sql"
	{
		cat "$DIR/version_1.sql"
		echo "ATTACH '$DIR/s.db' AS new;
			BEGIN;
			DELETE FROM meta; INSERT INTO meta SELECT id, uuid, newest_commit FROM new.meta;
			INSERT INTO boot SELECT number, boot_id, start, newest, wall_offset FROM new.boot;
			INSERT INTO lease SELECT addr, subnet_id, generation, state, ended, chaddr, client_id, hostname, cltt, lifetime,
				promised, granted_until, ack_until, boot FROM new.lease;
			COMMIT;"
	} | sqlite3 -bail "$1"
}
version() { sqlite3 "$DIR/s.db" "PRAGMA user_version"; }
downgrade() {
	rm -f "$DIR/v1.db"
	version_1 "$DIR/v1.db" >/dev/null || fail "cannot make a store of version 1"
	rm -f "$DIR"/s.db*
	mv "$DIR/v1.db" "$DIR/s.db"
	equal "its version" "$(version)" 1
}
leases() { sql "SELECT addr, subnet_id, state, generation, hex(chaddr), hex(client_id), hostname FROM lease ORDER BY addr"; }

load dora -i cli -n 50 -o "$DIR/state" >/dev/null || fail "not every client got a lease"
WORDS="chaddr=02:00:00:00:00:99 cid=01aabbcc host=kept"
# shellcheck disable=SC2086 # words
{
	addr=$(dora c cli $WORDS | jq -r .yiaddr)
	again() { renew c cli "$addr" 192.0.2.1 "$(mac s srv)" wait=1500 $WORDS "$@"; }
}
again >/dev/null || fail "no renewal"
gone=$(dora c cli chaddr=02:00:00:00:00:98 | jq -r .yiaddr)
one c cli decline chaddr=02:00:00:00:00:98 requested="$gone" server=192.0.2.1 >/dev/null
await 5 "the DECLINE" equal_silent 1 lease_field "$gone" state
stop
before=$(leases)
equal "leases" "$(wc -l <<<"$before")" 52
n=$(acks_xdp)
downgrade
again >/dev/null || fail "no renewal without a daemon"
expect "it to be XDP's" more_acks_than "$n"

adopted() { # WHEN
	equal "the version $1" "$(version)" 2
	equal "the leases $1" "$(leases)" "$before"
	equal "the live ones $1" "$(live_leases)" 51
	again >/dev/null || fail "no renewal $1"
	again prl=1,3 >/dev/null || fail "no renewal by the daemon $1"
	load renew -i cli -s "$DIR/state" -r 2 >"$DIR/renew.json" || { cat "$DIR/renew.json"; fail "renewals were lost $1"; }
	equal "those of all clients $1: acked, lost, bad" "$(jq -c '[.acked, .nak, .lost, .bad]' "$DIR/renew.json")" "[100,0,0,0]"
	equal "the declined one $1" "$(lease_field "$gone" state)" 1
}
n=$(acks_xdp)
daemon
expect "the cache to be adopted" logged '^xdhcpd: 52 leases loaded; fast path: 51 slots adopted, 0 addresses held'
adopted "with the cache"
expect "ACKs by XDP" more_acks_than $((n + 100))

stop
inside s "$B/xdhcpd" --detach-fast-path -c "$DIR/s.yaml" >>"$(log)" 2>&1 || fail "the fast path is not detached"
downgrade
daemon
expect "no cache" logged '^xdhcpd: 52 leases loaded; fast path: 0 slots adopted'
adopted "without the cache"

stop
sqlite3 "$DIR/s.db" "PRAGMA user_version = 3" >/dev/null
sum=$(md5sum <"$DIR/s.db")
refused
expect "the reason" grep -q 'version 3' "$DIR/refused"
equal "the store" "$(md5sum <"$DIR/s.db")" "$sum"
