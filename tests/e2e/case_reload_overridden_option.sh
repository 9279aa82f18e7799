#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# A reload changes only a flag (never-send, then always-send) of a global option whose data the subnet overrides: the
# answers that this changes leave the cache; XDP's after the reload are the daemon's.
. "$(dirname "$0")/lib.sh"

LIFETIME=600
flags() { # FLAGS of the global option
	GLOBAL="option-data: [{name: ntp-servers, data: 192.0.2.9, $1}]"
	config
	sed -i 's/\(name: routers, .*\)}\]$/\1}, {name: ntp-servers, data: 192.0.2.8}]/' "$DIR/s.yaml"
}
rig
flags "never-send: false"
daemon
addr=$(dora c cli prl=1,3,42 | jq -r .yiaddr) || fail "no lease"
full() { renew c cli "$addr" 192.0.2.1 "$(mac s srv)" xid=7 hex=1 prl=1,3,42; }
bare() { renew c cli "$addr" 192.0.2.1 "$(mac s srv)" xid=7 hex=1 prl=1,3; }
ntp() { "$1" | jq -r '.options["42"] // "none"'; }
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
compare() { # WHAT FULL BARE: the time server in each form's answers
	for form in full bare; do
		both_ways "$1, $form" $form
		await 5 "$1, $form: XDP to answer" by_xdp $form
	done
	equal "$1: time server by XDP" "$(ntp full) $(ntp bare)" "$2 $3"
}

compare "at first" c0000208 none
reload "never-send: true"
compare "never-send" none none
reload "never-send: false"
compare "no never-send" c0000208 none
reload "always-send: true"
compare "always-send" c0000208 c0000208
