#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# A reload changes only a flag (never-send, then always-send) of a global option whose data the subnet overrides: the
# answers that this changes leave the cache; XDP's after the reload are the daemon's.
. "$(dirname "$0")/lib.sh"

LIFETIME=600
flags() { # FLAGS of the global option
	GLOBAL="option-data: [{name: domain-name-servers, data: 192.0.2.9, $1}]"
	config
	sed -i 's/\(name: routers, .*\)}\]$/\1}, {name: domain-name-servers, data: 192.0.2.8}]/' "$DIR/s.yaml"
}
rig
flags "never-send: false"
daemon
addr=$(dora c cli prl=1,3,6 | jq -r .yiaddr) || fail "no lease"
full() { renew c cli "$addr" 192.0.2.1 "$(mac s srv)" xid=7 hex=1 prl=1,3,6; }
bare() { renew c cli "$addr" 192.0.2.1 "$(mac s srv)" xid=7 hex=1 prl=1,3; }
dns() { "$1" | jq -r .dns; }
by_xdp() { # FORM: it is answered from the cache
	local n
	n=$(acks_xdp)
	"$1" && more_acks_than "$n"
}
reload() { # FLAGS
	local n
	n=$(grep -c 'reloaded from' "$(log)" || :)
	flags "$1"
	kill -HUP "$(daemon_pid)"
	await 5 "the reload" more_than "$n" grep -c 'reloaded from' "$(log)"
}
compare() { # WHAT FULL BARE: the DNS server in each form's answers
	for form in full bare; do
		both_ways "$1, $form" $form
		await 5 "$1, $form: XDP to answer" by_xdp $form
	done
	equal "$1: DNS server by XDP" "$(dns full) $(dns bare)" "$2 $3"
}

compare "at first" 192.0.2.8 0.0.0.0
reload "never-send: true"
compare "never-send" 0.0.0.0 0.0.0.0
reload "never-send: false"
compare "no never-send" 192.0.2.8 0.0.0.0
reload "always-send: true"
compare "always-send" 192.0.2.8 192.0.2.8
