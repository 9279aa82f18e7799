#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# slow: 22
#
# The store's files are removed under the daemon. Its log, or the log's index: what was in it is saved and a new one
# begun, nobody notices but the log. The file itself: nothing new is promised until it is back; another in its place is
# none, and not touched; after a restart upon it the promises that XDP may have made are held.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/store_fault.sh"

fault_rig
mkdir "$DIR/store"
DB=$DIR/store/s.db
config
fault_start
sleep 2 # so that there are promises old enough to be surely stored

for suffix in wal shm; do
	n=$(lines "its log was removed while in use; nothing that was in it is lost")
	rm "$DB-$suffix"
	renews host="$suffix" >/dev/null || fail "no renewal without the -$suffix"
	await 5 "a line about it" more_than "$n" lines "its log was removed while in use; nothing that was in it is lost"
	expect "a new one" test -s "$DB-$suffix"
	as_a_crash_leaves_it
done
equal "lines about an outage" "$(lines 'the store does not commit')" 0
rm "$DB-wal"
await 5 "another line" more_than 2 lines "its log was removed while in use; nothing that was in it is lost"
crash
storm_ends
daemon
renews >/dev/null || fail "no renewal"
storm_starts

mv "$DB" "$DIR/store/away"
UNREADABLE=1
fault_began "was removed or replaced while in use: put it back, or restart"
fault_holds
mv "$DIR/store/away" "$DB"
fault_ended

# another file in its place, and back again
sqlite3 "$DB" ".backup '$DIR/other.db'"
mv "$DB" "$DIR/store/away"
cp "$DIR/other.db" "$DB"
await 5 "the store to fail" equal_silent failing store_state
expect "no OFFER" not one c cli discover chaddr=02:00:00:00:00:04 wait=700
as_a_crash_leaves_it "$DIR/store/away"
equal "the file in its place" "$(sha256sum <"$DB")" "$(sha256sum <"$DIR/other.db")"
mv "$DIR/store/away" "$DB"
await 10 "the store to serve" equal_silent serving store_state
dora c cli chaddr=02:00:00:00:00:04 >/dev/null || fail "no lease for a new client"
fault_over
