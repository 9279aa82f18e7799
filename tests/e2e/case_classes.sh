#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Client classes and XDP: each class's answers are its own on both paths; a class that no form tells is the daemon's to
# answer, said by -t and at the start; another option of a class, a guard and DROP reach clients with the reload.
. "$(dirname "$0")/lib.sh"

LIFETIME=600
classes() { # NTP-SERVER-OF-PHONES [MORE-CLASSES]
	GLOBAL="client-classes:
- {name: phones, test: \"option[60].text == 'phone'\", valid-lifetime: 300, option-data: [{name: ntp-servers, data: $1}]}
- {name: users, test: \"not member('phones') and option[77].exists\", option-data: [{name: ntp-servers, data: 192.0.2.77}]}
${2:-}"
	config
}
rig
classes 192.0.2.60
daemon

phone=(option=60:70686f6e65 prl=1,3,42)
user=(option=77:75 prl=1,3,42)
declare -A ADDR
ADDR[phone]=$(dora c cli chaddr=02:00:00:00:00:01 "${phone[@]}" | jq -r .yiaddr) || fail "no lease for the phone"
ADDR[user]=$(dora c cli chaddr=02:00:00:00:00:02 "${user[@]}" | jq -r .yiaddr) || fail "no lease for the user"
ADDR[other]=$(dora c cli chaddr=02:00:00:00:00:03 prl=1,3,42 | jq -r .yiaddr) || fail "no lease for the other"
phone() { renew c cli "${ADDR[phone]}" 192.0.2.1 "$(mac s srv)" chaddr=02:00:00:00:00:01 xid=7 hex=1 "${phone[@]}"; }
user() { renew c cli "${ADDR[user]}" 192.0.2.1 "$(mac s srv)" chaddr=02:00:00:00:00:02 xid=7 hex=1 "${user[@]}"; }
other() { renew c cli "${ADDR[other]}" 192.0.2.1 "$(mac s srv)" chaddr=02:00:00:00:00:03 xid=7 hex=1 prl=1,3,42; }
told() { "$1" | jq -r '"\(.options["42"] // "none") \(.options["51"])"'; }
fast() { # COMMAND: it is answered from the cache
	local n
	n=$(acks_xdp)
	"$1" >/dev/null && more_acks_than "$n"
}
reload() {
	local n
	n=$(grep -c 'reloaded from' "$(log)" || :)
	kill -HUP "$(daemon_pid)"
	await 5 "the reload" more_than "$n" grep -c 'reloaded from' "$(log)"
}
compare() { # WHAT CLIENT TOLD
	both_ways "$1, $2" "$2"
	await 5 "$1: XDP to answer the $2" fast "$2"
	equal "$1: time server and lifetime of the $2, by XDP" "$(told "$2")" "$3"
}

compare "at first" phone "c000023c 0000012c"
compare "at first" user "c000024d 00000258"
compare "at first" other "none 00000258"
before=$(acks_xdp)
equal "the phone that calls itself a user" \
	"$(renew c cli "${ADDR[phone]}" 192.0.2.1 "$(mac s srv)" chaddr=02:00:00:00:00:01 "${user[@]}" | jq -r '.options["42"]')" c000024d
equal "ACKs by XDP of another form" "$(acks_xdp)" "$before"

# --- what a reload changes ---

classes 192.0.2.61
reload
compare "another time server" phone "c000023d 0000012c"
compare "another time server" other "none 00000258"

classes 192.0.2.61 "- {name: late, test: \"pkt4.transid == 0x00000008\", option-data: [{name: ntp-servers, data: 192.0.2.8}]}"
expect "-t to name what is not memoised" grep -q 'late' <("$B/xdhcpd" -t -c "$DIR/s.yaml" 2>&1)
reload
equal "another transaction" "$(renew c cli "${ADDR[other]}" 192.0.2.1 "$(mac s srv)" chaddr=02:00:00:00:00:03 xid=8 prl=1,3,42 | jq -r '.options["42"]')" c0000208
both_ways "what no form tells" other
expect "XDP to leave it to the daemon" not fast other
expect "XDP to leave it to the daemon ever" not fast other

classes 192.0.2.61 "- {name: DROP, test: \"pkt4.mac == 0x020000000003\"}"
reload
expect "no answer to a member of DROP" not one c cli request ciaddr="${ADDR[other]}" src="${ADDR[other]}" dst=192.0.2.1 \
	dmac="$(mac s srv)" chaddr=02:00:00:00:00:03 prl=1,3,42 wait=700
compare "beside DROP" phone "c000023d 0000012c"
expect "the reason to be counted" test "$(statistic xdhcp-silent-dropped-by-class)" -ge 1
