#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# modes: native generic
#
# xdhcpctl release: a quarantine ends before its time, on disk when the command returns, and the address is given out
# again; so does a lease, which is out of the fast path then.
. "$(dirname "$0")/lib.sh"

LIFETIME=600
POOL="192.0.2.100 - 192.0.2.100"
addr=192.0.2.100 two=chaddr=02:00:00:00:00:02
one_=chaddr=02:00:00:00:00:01
rig
config
daemon
smac=$(mac s srv)
code() { # WANTED ARGUMENTS...: of a command without --json
	local status=0 wanted=$1
	shift
	"$B/xdhcpctl" -s "$DIR/s.sock" "$@" >"$DIR/said" 2>&1 || status=$?
	equal "the exit code of $*" "$status" "$wanted"
}
in_store() { sql "SELECT state FROM leases WHERE address = '$addr'"; }

code 3 release $addr
expect "why" grep -q "IPv4 lease not found" "$DIR/said"
code 1 release 192.0.2.x

dora c cli $one_ >/dev/null || fail "no lease"
one c cli decline $one_ requested=$addr server=192.0.2.1 >/dev/null
await 5 "the quarantine" equal_silent 1 lease_field $addr state
equal "in the store" "$(in_store)" declined
expect "no offer of it" not one c cli discover $two wait=500
code 0 release $addr
expect "its word" grep -qx "IPv4 lease deleted." "$DIR/said"
equal "in the store at once" "$(in_store)" "free (declined)"
equal "declined addresses" "$(statistic declined-addresses)" 0
expect "it in the log" logged "$addr: its quarantine is ended by command"
equal "the next client" "$(dora c cli $two | type_and_address)" "ack $addr"

# a lease: XDP renews it until then, and not from then on
hit() { by_xdp renew c cli $addr 192.0.2.1 "$smac" $two; }
await 5 "a renewal by XDP" hit
released_when_quiet() { # a grant within the last second holds the address
	ctl release $addr >"$DIR/said" && [ "$(jq -r .text "$DIR/said")" = "IPv4 lease deleted." ]
}
quiet=$(($(boottime) + 3))
past() { [ "$(boottime)" -ge $quiet ]; }
await 10 "the grant to be old" past
expect "the end of the lease" released_when_quiet
equal "in the store at once" "$(in_store)" "free (released)"
expect "no slot" not in_txt $addr
before=$(acks_xdp)
expect "no lease to be shown" test -z "$(lease $addr)"
renew c cli $addr 192.0.2.1 "$smac" $two wait=500 >"$DIR/answer" || :
equal "ACKs by XDP" "$(acks_xdp)" "$before"
equal "another client" "$(dora c cli $one_ | type_and_address)" "ack $addr"

# a grant in the last moment: the lease is over, and its address held
await 5 "a renewal by XDP" by_xdp renew c cli $addr 192.0.2.1 "$smac" $one_
ctl release $addr >"$DIR/said"
case $(jq -r .text "$DIR/said") in
"IPv4 lease deleted.") equal "in the store" "$(in_store)" "free (released)" ;; # a slow machine: the moment had passed
*)
	expect "why" grep -q "held" "$DIR/said"
	equal "in the store" "$(in_store)" "held (released)"
	equal "a second time" "$(ctl release $addr | jq .result)" 4
	;;
esac
