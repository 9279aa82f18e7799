#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# slow: 14
#
# What README says of a damaged store: what can be read of it goes into a new one. The leases that are lost are held as
# far as XDP may have promised them: under a storm that goes on all the while nobody else gets their addresses.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/store_fault.sh"

NET=10.20.0
PREFIX=16
fault_rig
POOL="10.20.1.0 - 10.20.3.255"
mkdir "$DIR/store"
DB=$DIR/store/leases.db
config
fault_start
load dora -i cli -n 400 -o "$DIR/state" -l "$DIR/promised" >/dev/null || fail "not every client got a lease"
load renew -i cli -s "$DIR/state" -r 2 -l "$DIR/renewed" >/dev/null || fail "the renewals"
crash
sqlite3 "$DB" 'PRAGMA wal_checkpoint(TRUNCATE)' >/dev/null
dd if=/dev/urandom of="$DB" bs=4096 seek=6 count=1 conv=notrunc 2>/dev/null
refused
expect "why: $(cat "$DIR/refused")" grep -q "restore a copy, or save what sqlite3's .dump still reads" "$DIR/refused"

commands=$(awk '/^What can be read of a damaged store/ { here = 1 } here && /^```/ { fence++; next } fence == 1' "$TOP/README.md")
expect "commands in README" grep -q '\.dump' <<<"$commands"
(cd "$DIR/store" && bash -e -c "$commands") || fail "README's commands"
say "$(sql 'SELECT count(*) FROM lease') leases of $(sqlite3 -readonly "$DIR/store/bad/leases.db" 'SELECT count(*) FROM lease' 2>/dev/null || echo more) are read"
daemon
expect "some to be held: $(grep adopted "$(log)")" logged 'slots adopted, [1-9][0-9]* addresses held'
held=$(sql 'SELECT count(*) FROM lease WHERE state = 3')
expect "a part of them" test "$held" -gt 10 -a "$held" -lt 300
promises "$DIR/promised" >"$DIR/p"
promises "$DIR/renewed" >>"$DIR/p"
covered "$DB" "$DIR/p" || fail "a promise is not in the store"
sleep 2
fault_over
