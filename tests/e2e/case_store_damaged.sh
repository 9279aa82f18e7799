#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# slow: 22
#
# A page of the store is bad while it is in use: once that is seen nothing new is promised and nothing more is written
# to the file, however often clients ask. Where it was only read badly the server goes on when it reads well. Where the
# file has been written to since, by whomever, it wants a restart.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/store_fault.sh"

NET=10.20.0
PREFIX=16
fault_rig
POOL="10.20.1.0 - 10.20.3.255"
faulty_disk
config
fault_start
load dora -i cli -n 400 -o "$DIR/state" >/dev/null || fail "not every client got a lease"
equal "the leases' first page" "$(sql "SELECT rootpage FROM sqlite_schema WHERE name = 'lease'")" 4
# Its pages are in the file, and nowhere else; and a shell writes to the store, so that what the daemon has of it in
# memory is not believed any more.
seen_anew() {
	sqlite3 -cmd '.timeout 5000' "$DB" "PRAGMA wal_checkpoint(TRUNCATE); UPDATE boot SET wall_offset = wall_offset + 1" >/dev/null
}
disk bad-page=4
seen_anew
fault_began "damaged|malformed"
bad=$(sha256sum <"$DB")
fault_holds
equal "the file" "$(sha256sum <"$DB")" "$bad"
disk
await 15 "the store to serve" serves
fault_ended

sqlite3 -cmd '.timeout 5000' "$DB" 'PRAGMA wal_checkpoint(TRUNCATE)' >/dev/null
cp "$DB" "$DIR/whole.db"
dd if=/dev/zero of="$DB" bs=4096 seek=3 count=1 conv=notrunc 2>/dev/null
sqlite3 -cmd '.timeout 5000' "$DB" "UPDATE boot SET wall_offset = wall_offset + 1"
await 5 "the store to fail" equal_silent failing store_state
dd if="$DIR/whole.db" of="$DB" bs=4096 skip=3 seek=3 count=1 conv=notrunc 2>/dev/null
wants_restart() { status | jq -r .store.error | grep -q "written or replaced since: restart"; }
await 15 "it to be said" wants_restart
expect "no OFFER" not one c cli discover chaddr=02:00:00:00:00:04 wait=700
crash
as_a_crash_leaves_it
daemon
dora c cli chaddr=02:00:00:00:00:04 >/dev/null || fail "no lease for a new client"
fault_over
