# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash
#
# What the cases of a store in trouble (case_store_*.sh) share: a disk of its own, a storm of clients with the oracle
# that sees every frame, and what must hold while the store fails and afterwards. Sourced after lib.sh. A case is
#
#     fault_rig; [small_disk MB | faulty_disk]; config; fault_start
#     ... the fault ...
#     fault_began REGEX; fault_holds
#     ... its end ...
#     fault_ended; fault_over
#
# What is checked: nothing new is promised while it lasts (no OFFER, no ACK by the daemon), XDP renews on what is stored,
# the fault is told once at its begin and once at its end and shown by status and statistics, endings of that
# time are made up for, every promise ever seen on the wire is covered by the store, and no address had two holders.

# the store on a tmpfs of so many MB
small_disk() {
	mkdir "$DIR/disk"
	mount -t tmpfs -o "size=${1}m" xdhcp-test "$DIR/disk"
	MOUNTS+=("$DIR/disk")
	DB=$DIR/disk/s.db
}

# the store on a disk that `disk WORDS` makes fail (faultdisk.c), and `disk` without words mends
faulty_disk() {
	mkdir "$DIR/faulty"
	DB=$DIR/faulty/s.db
	RUN_BY=(env LD_PRELOAD="$B/tests/e2e/faultdisk.so" FAULTDISK="$DIR/fault" FAULTDISK_UNDER="$DIR/faulty/")
	disk
}
disk() { echo "$*" >"$DIR/fault.new" && mv "$DIR/fault.new" "$DIR/fault"; }

keeper=chaddr=02:00:00:00:00:01  # renews by XDP
leaver=chaddr=02:00:00:00:00:02  # releases while the store fails
fresh=chaddr=02:00:00:00:00:03   # comes while the store fails
EARLIER=()                       # logs of storms that are over

fault_rig() {
	LIFETIME=60
	POOL="$NET.100 - $NET.229"
	GLOBAL="decline-probation-period: 3
offer-lifetime: 2"
	FAST_PATH=", unattended: 3600, horizon: 3"
	rig
}

storm_starts() {
	local enter
	read -ra enter <<<"$(in_ns c)"
	PROMISES=$DIR/promises.${#EARLIER[@]}
	background "$DIR/storm.log" "${enter[@]}" "$B/tests/crash/storm" -i cli -n 60 -s 77 -t 100000 -r "${RATE:-200}" -d -l "$PROMISES"
	STORM=$PID
	await 10 "promises" test -s "$PROMISES"
}

# storm_ends: no violation, and what it was promised is in the store.
storm_ends() {
	local status=0
	kill "$STORM"
	wait "$STORM" || status=$?
	equal "storm's exit code: $(cat "$DIR/storm.log")" "$status" 0
	covered "${DB:-$DIR/$S.db}" "$PROMISES" || fail "a promise is not in the store"
}

renews() { # WORDS...: the keeper, whose ACK must come
	renew c cli "$KEPT" "$NET.1" "$SMAC" $keeper wait=2000 "$@"
}

fault_start() {
	daemon
	SMAC=$(mac s srv)
	KEPT=$(dora c cli $keeper | jq -r .yiaddr) || fail "no lease"
	LEFT=$(dora c cli $leaver | jq -r .yiaddr) || fail "no lease"
	renews >/dev/null || fail "no first renewal"
	LOGS+=("$DIR/storm.log")
	storm_starts
	sleep 1
}

store_state() { status | jq -r .store.state; }
by_daemon() { # OFFERs and ACKs
	ctl stats | jq '.arguments | .["pkt4-offer-sent"][0][0] + .["pkt4-ack-sent"][0][0] - .["xdhcp-xdp-ack-sent"][0][0]'
}
lines() { tail -c "+$((LOG_FROM + 1))" "$(log)" | grep -Ec -- "$1" || :; }
fails() { [ "$(store_state)" = failing ] && [ "$(lines 'the store does not commit: ')" -gt "${OUTAGES:-0}" ]; }
serves() { [ "$(store_state)" = serving ] && [ "$(lines 'the store commits again, after')" -gt "${OUTAGES:-0}" ]; }

# fault_began REGEX: the store fails, and that is said with this reason.
fault_began() {
	await 5 "the store to fail" fails
	expect "the reason in the log" logged "error: the store does not commit: .*$1"
	expect "the reason in the status" grep -Eq -- "$1" <<<"$(status | jq -r .store.error)"
	equal "xdhcp-store-failing" "$(statistic xdhcp-store-failing)" 1
	one c cli inform $fresh ciaddr="$NET.250" src="$NET.250" wait=2000 >/dev/null || fail "INFORM is not answered"
	expect "xdhcpctl status to say it" grep -q '^store  *failing for ' <<<"$("$B/xdhcpctl" -s "$DIR/$S.sock" status)"
}

# fault_settles: no commit succeeds any more; on a full disk a small one may find what a larger one has left.
fault_settles() {
	local newest failed
	while :; do
		newest=$(sql 'SELECT newest_commit FROM meta') failed=$(statistic xdhcp-commits-failed)
		await 10 "the store to be tried" more_than "$((failed + 2))" statistic xdhcp-commits-failed
		[ "$(sql 'SELECT newest_commit FROM meta')" != "$newest" ] || return 0
	done
}

# fault_holds: nothing new while it lasts, and what is stored goes on.
fault_holds() {
	local sent acks failed
	sent=$(by_daemon) acks=$(acks_xdp) failed=$(status | jq '.drops."commit-failed"')
	expect "no OFFER" not one c cli discover $fresh wait=700
	expect "no ACK of another form" not renews host="form${OUTAGES:-0}"
	renews >/dev/null || fail "XDP does not renew on what is stored"
	expect "XDP to have answered that" more_acks_than "$acks"
	one c cli release $leaver ciaddr="$LEFT" src="$LEFT" dst="$NET.1" dmac="$SMAC" server="$NET.1" >/dev/null
	await 5 "the slot of what was released to be closed" not in_txt "$LEFT"
	equal "OFFERs and ACKs by the daemon" "$(by_daemon)" "$sent"
	expect "what was not answered to be counted" test "$(status | jq '.drops."commit-failed"')" -gt "$failed"
	equal "the store" "$(store_state)" failing
	equal "lines that it fails" "$(lines 'the store does not commit')" $((${OUTAGES:-0} + 1))
	[ -n "${UNREADABLE:-}" ] || as_a_crash_leaves_it
}

# as_a_crash_leaves_it [FILE]: what is promised is in the store's files as they are; FILE if it was moved from its log.
as_a_crash_leaves_it() {
	local db=${DB:-$DIR/$S.db}
	cp "${1:-$db}" "$DIR/now.db"
	[ ! -e "$db-wal" ] || cp "$db-wal" "$DIR/now.db-wal"
	covered "$DIR/now.db" "$PROMISES" "$(($(boottime) - 1))" || fail "a promise is not in the store"
	rm -f "$DIR"/now.db*
}

# fault_ended: it serves again, without a restart, and makes up for what it could not do.
fault_ended() {
	await 10 "the store to serve" serves
	renews host="form${OUTAGES:-0}" >/dev/null || fail "no renewal in another form"
	renews >/dev/null || fail "no renewal in the first form"
	OUTAGES=$((${OUTAGES:-0} + 1))
	equal "xdhcp-store-failing" "$(statistic xdhcp-store-failing)" 0
	await 5 "the release to be stored" equal_silent "0|1" sql "SELECT state, ended FROM lease WHERE addr = $(as_number "$LEFT")"
	LEFT=$(dora c cli $leaver | jq -r .yiaddr) || fail "no new lease"
	dora c cli $fresh >/dev/null || fail "no lease for a new client"
	equal "lines that it serves" "$(lines 'the store commits again')" "$OUTAGES"
	covered "${DB:-$DIR/$S.db}" "$PROMISES" "$(($(boottime) - 1))" || fail "a promise is not in the store"
}

# fault_over: the oracle's last word, with the store as the stopped daemon left it.
fault_over() {
	storm_ends
	stop
	equal "the store's own check" "$(sqlite3 -readonly "${DB:-$DIR/$S.db}" 'PRAGMA integrity_check')" ok
	covered "${DB:-$DIR/$S.db}" "$PROMISES" || fail "a promise is not in the store"
}
