#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# slow: 12
#
# A store that cannot be used is refused at the start, exit status 1, with one line that names it and the remedy. Not a
# byte of it changes, nor of its log, and XDP goes on with what the last daemon left. With the store in its place again
# the next one starts as if nothing had been.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/store_fault.sh"

NET=10.20.0
PREFIX=16
fault_rig
POOL="10.20.1.0 - 10.20.3.255"
mkdir "$DIR/store" "$DIR/good"
DB=$DIR/store/s.db
config
fault_start
load dora -i cli -n 400 -o "$DIR/state" >/dev/null || fail "not every client got a lease"
storm_ends
crash
# what a killed daemon leaves: a database and a log that is not folded; and the same, folded
cp "$DIR"/store/s.db* "$DIR/good/"
rm -f "$DIR"/good/*-shm
mkdir "$DIR/folded"
cp "$DIR/good/s.db" "$DIR/good/s.db-wal" "$DIR/folded/"
sqlite3 "$DIR/folded/s.db" 'PRAGMA wal_checkpoint(TRUNCATE)' >/dev/null
leases=$(sqlite3 -readonly "$DIR/folded/s.db" 'SELECT count(*) FROM lease')
pages=$(sqlite3 -readonly "$DIR/folded/s.db" 'PRAGMA page_count')
rm -f "$DIR"/folded/*-wal "$DIR"/folded/*-shm
expect "the leases to be some pages" test "$pages" -gt 8
sums() { (cd "$DIR/store" && find . ! -name '*.lock' ! -name '*-shm' -type f ! -empty -exec sha256sum {} + | sort); }

# fresh KIND: the store as the killed daemon left it (good) or folded
fresh() {
	rm -rf "$DIR/store"
	mkdir "$DIR/store"
	cp "$DIR/$1"/s.db* "$DIR/store/"
	rm -f "$DB.lock"
}

# stays_out WHAT REGEX [COMMAND...]
stays_out() {
	local what=$1 regex=$2 before acks
	shift 2
	before=$(sums) acks=$(acks_xdp)
	refused "$@"
	say "$what: $(cat "$DIR/refused")"
	equal "$what: errors" "$(grep -c "error:" "$DIR/refused")" 1
	expect "$what: the file's name" grep -q "error: store $DB: $DB" "$DIR/refused"
	expect "$what: why, and the remedy" grep -Eq -- "$regex" "$DIR/refused"
	equal "$what: the files" "$(sums)" "$before"
	renews >/dev/null || fail "$what: no renewal"
	expect "$what: XDP to have answered it" more_acks_than "$acks"
}

fresh good
echo "leases: none of your business" >"$DB"
stays_out "a text file" "is not a lease database: nothing was changed; .* move this one away"
fresh good
dd if=/dev/urandom of="$DB" bs=16 count=1 conv=notrunc 2>/dev/null
stays_out "another header" "is not a lease database: nothing was changed; .* move this one away"
fresh folded
sqlite3 "$DB" 'PRAGMA application_id = 252006674' # Fossil's
stays_out "another program's database" "another program's SQLite database: nothing was changed; .* move this one away"
fresh folded
sqlite3 "$DB" 'PRAGMA user_version = 99'
stays_out "a newer schema" "schema version 99, .* nothing was changed; use the newer version, or restore a copy"
fresh good
: >"$DB"
stays_out "an empty file" "is empty: remove it to begin without any leases, or restore a copy"
fresh folded
truncate -s $(((pages - 2) * 4096)) "$DB"
stays_out "a truncated file" "is damaged .*nothing was changed; restore a copy, or save what sqlite3's .dump still reads"
fresh folded
dd if=/dev/urandom of="$DB" bs=4096 seek=4 count=$((pages - 4)) conv=notrunc 2>/dev/null
stays_out "pages of noise" "is damaged .*nothing was changed; restore a copy, or save what sqlite3's .dump still reads"
fresh folded
# the second page of leases in the place of the third: each is whole, and the leases are not in order
dd if="$DB" of="$DB" bs=4096 skip=4 seek=5 count=1 conv=notrunc 2>/dev/null
sqlite3 -cmd '.dbconfig no_ckpt_on_close on' "$DB" 'UPDATE boot SET wall_offset = wall_offset + 1' >/dev/null
expect "a log that is not folded" test -s "$DB-wal"
stays_out "mixed up pages" "(is damaged|out of order)"
fresh good
rm "$DB"
stays_out "a log without its file" "is missing but its log .* put the file back, or move the log away"
fresh good
rm "$DB"
mkdir "$DB"
stays_out "a directory" "is not a regular file: nothing was changed"
rmdir "$DB"
fresh good
chown 65534:65534 "$DB"*
chmod 0600 "$DB"*
stays_out "somebody else's file" "Permission denied" setpriv --bounding-set -dac_override,-dac_read_search

# and all is as it was
fresh good
daemon
expect "all leases to be there" logged "adopted"
equal "leases in the store" "$(sql 'SELECT count(*) FROM lease')" "$leases"
covered "$DB" "$PROMISES" || fail "a promise is not in the store"
acks=$(acks_xdp)
renews >/dev/null || fail "no renewal"
expect "XDP to have answered it" more_acks_than "$acks"
