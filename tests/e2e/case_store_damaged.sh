#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# slow: 18
#
# Pages of the store turn bad while it is in use: once that is seen nothing new is promised and nothing more is written
# to the file, however often clients ask; with the pages whole again the server goes on.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/store_fault.sh"

NET=10.20.0
PREFIX=16
fault_rig
POOL="10.20.1.0 - 10.20.3.255"
mkdir "$DIR/store"
DB=$DIR/store/s.db
config
fault_start
load dora -i cli -n 400 -o "$DIR/state" >/dev/null || fail "not every client got a lease"
# its pages are in the file, and nowhere else; the fourth is the root of the leases
sqlite3 "$DB" 'PRAGMA wal_checkpoint(TRUNCATE)' >/dev/null
equal "the leases' first page" "$(sql "SELECT rootpage FROM sqlite_schema WHERE name = 'lease'")" 4
cp "$DB" "$DIR/whole.db"
dd if=/dev/zero of="$DB" bs=4096 seek=3 count=1 conv=notrunc 2>/dev/null
# a shell writes to the store, so that what the daemon has of it in memory is not believed any more
sqlite3 "$DB" "BEGIN IMMEDIATE; UPDATE boot SET wall_offset = wall_offset + 1; COMMIT"
fault_began "damaged|malformed"
bad=$(sha256sum <"$DB")
UNREADABLE=1
fault_holds
equal "the damaged file" "$(sha256sum <"$DB")" "$bad"
dd if="$DIR/whole.db" of="$DB" bs=4096 skip=3 seek=3 count=1 conv=notrunc 2>/dev/null
await 15 "the store to serve" serves
fault_ended
fault_over
