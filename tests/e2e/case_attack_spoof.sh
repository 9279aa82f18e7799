#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# slow: 15
#
# Requests in another's name, and for another's address: whatever is sent, the victim's binding stays the victim's, and its
# next renewal is answered; by XDP, but where a relay's word was forged. What the forger itself hears is said line by line.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/attack.sh"

LIFETIME=600
second_subnet
rig
second_link
pass d cli2
config
daemon
smac=$(mac s srv) smac2=$(mac s srv2)
other=02:00:00:00:66:66
# two victims, one known by its MAC, one by its client id
words_of() {
	case $1 in
	1) echo "chaddr=02:00:00:00:00:01 host=one prl=1,3,6" ;;
	2) echo "chaddr=02:00:00:00:00:02 host=two prl=1,3,6 cid=01020000000002" ;;
	esac
}
# shellcheck disable=SC2046,SC2086 # words
for v in 1 2; do
	addr_of[v]=$(dora c cli $(words_of $v) | jq -r .yiaddr)
done
row() { sql "SELECT addr, hex(chaddr), hex(client_id), generation, state, hostname FROM lease WHERE addr IN
	($(as_number "${addr_of[1]}"), $(as_number "${addr_of[2]}")) ORDER BY addr"; }
rows=$(row)
equal "rows of the victims" "$(wc -l <<<"$rows")" 2
bystanders 20
bystanders_begin 300

# attempt WHAT HEARD NS IF WORDS...: HEARD is "type yiaddr dst dmac" of what the forger hears, or none.
attempt() {
	local what=$1 heard=$2 ns=$3 ifname=$4 got
	shift 4
	got=$(one "$ns" "$ifname" request "$@" wait=$([ "$heard" = none ] && echo 100 || echo 3000)) || :
	[ -z "$got" ] || got="$(field type) $(field yiaddr) $(field dst) $(field dmac)"
	equal "$what: what is heard" "${got:-none}" "$heard"
	unharmed "$what" "$v"
}
field() { # NAME: of the line in got
	local rest=${got#*\"$1\":\"}
	echo "${rest%%\"*}"
}
BY=1 # victims' renewals are XDP's
unharmed() { # WHAT [VICTIM]: it renews, or both do
	local v got before
	for v in ${2:-1 2}; do
		before=$(hits "${addr_of[v]}")
		# shellcheck disable=SC2046
		got=$(renew c cli "${addr_of[v]}" 192.0.2.1 "$smac" $(words_of $v)) || fail "$1: victim $v has no answer"
		equal "$1: victim $v's renewal" "$(field type) $(field yiaddr) $(field dst)" "ack ${addr_of[v]} ${addr_of[v]}"
		[ $BY = 0 ] || expect "$1: victim $v's renewal to be XDP's" test "$(hits "${addr_of[v]}")" = $((before + 1))
	done
	equal "$1: the victims' bindings" "$(row)" "$rows"
}
unharmed "at first"

everybody="0.0.0.0 255.255.255.255 ff:ff:ff:ff:ff:ff"
for v in 1 2; do
	a=${addr_of[v]}
	# shellcheck disable=SC2207
	w=($(words_of $v))
	m=02:00:00:00:00:0$v
	keep="ciaddr=$a src=$a"
	# shellcheck disable=SC2086
	{
		# in the victim's name: the answer is the victim's own, to its address
		attempt "the victim's frame, by XDP" "ack $a $a $m" c cli $keep dst=192.0.2.1 dmac="$smac" "${w[@]}"
		attempt "from another MAC" "ack $a $a $other" c cli $keep dst=192.0.2.1 dmac="$smac" "${w[@]}" smac=$other
		attempt "REBINDING from another MAC" "ack $a $a $other" c cli $keep "${w[@]}" smac=$other
		attempt "INIT-REBOOT from another MAC" "ack $a $a $m" c cli requested="$a" "${w[@]}" smac=$other
		attempt "another form" "ack $a $a $m" c cli $keep "${w[@]}" option=60:657665
		attempt "a short lifetime" "ack $a $a $m" c cli $keep "${w[@]}" lifetime=1
		# for the victim's address, by somebody else: refused, to that one
		for words in "$keep dst=192.0.2.1 dmac=$smac" "$keep" "requested=$a" "requested=$a server=192.0.2.1"; do
			attempt "another client: $words" "nak $everybody" c cli $words chaddr=$other
			attempt "another client, the victim's options: $words" "nak $everybody" c cli $words "${w[@]}" chaddr=$other
			attempt "the victim's MAC, another client id: $words" "nak $everybody" c cli $words "${w[@]}" cid=01aabbcc
		done
		# in the victim's name for an address that is not its own: a NAK frees nothing
		for words in requested=192.0.2.199 "requested=192.0.2.199 server=192.0.2.1" "ciaddr=192.0.2.199 src=192.0.2.199" \
			requested=10.0.0.1 "requested=${addr_of[3 - v]}"; do
			attempt "the victim, another address: $words" "nak $everybody" c cli $words "${w[@]}"
		done
		# another server chosen in its name
		attempt "another server chosen" none c cli requested="$a" server=192.0.2.250 "${w[@]}"
		# from another link: refused there, unless it comes by a router's MAC, as renewals across a router do
		for words in "$keep dst=192.0.2.1 dmac=$smac2" "$keep dst=192.0.3.1 dmac=$smac2" "$keep" "requested=$a"; do
			attempt "from another link: $words" "nak $everybody" d cli2 $words "${w[@]}"
		done
		attempt "by a router of another link" "ack $a $a $other" d cli2 $keep dst=192.0.2.1 dmac="$smac2" "${w[@]}" smac=$other
		# by a relay that is none, without and with option 82: the answer goes to giaddr
		attempt "a forged relay" none c cli requested="$a" giaddr=192.0.2.66 dst=192.0.2.1 dmac="$smac" "${w[@]}" smac=$other
		attempt "a forged relay on another link" none d cli2 requested="$a" giaddr=192.0.2.66 dst=192.0.3.1 dmac="$smac2" \
			"${w[@]}" smac=$other
	}
	unharmed "after all of it"
done

# the client id of victim 2 on another MAC: a clone, which gets another address
clone=$(dora c cli chaddr=$other cid=01020000000002) || fail "no lease for the clone"
expect "another address for the clone" test "$(jq -r .yiaddr <<<"$clone")" != "${addr_of[2]}"
expect "the clone to be logged" logged 'client id of 02:00:00:00:66:66 is already in use'
unharmed "a clone"

# with option 82 the lease keeps what the relay seems to have said: unicast renewals are the daemon's then, until the
# client speaks to all again
# shellcheck disable=SC2046
one c cli request requested="${addr_of[1]}" giaddr=192.0.2.66 dst=192.0.2.1 dmac="$smac" $(words_of 1) smac=$other \
	option=82:0104deadbeef wait=100 >/dev/null || :
BY=0
unharmed "forged option 82"
# shellcheck disable=SC2046
one c cli request ciaddr="${addr_of[1]}" src="${addr_of[1]}" $(words_of 1) >/dev/null || fail "no REBINDING"
unharmed "forged option 82, after a REBINDING"
BY=1
unharmed "forged option 82, after that"

# floods of it
# shellcheck disable=SC2046
{
	a=${addr_of[1]}
	one c cli request ciaddr="$a" src="$a" dst=192.0.2.1 dmac="$smac" $(words_of 1) count=5000 every=0.05 quiet=1 wait=500 \
		log="$DIR/acks.attack" >"$DIR/flood"
	equal "renewals in the victim's name" "$(jq -c '[.sent, .ack, .nak]' "$DIR/flood")" "[5000,5000,0]"
	unharmed "a flood in its name"
	one c cli request ciaddr="$a" src="$a" $(words_of 1) vary=options count=2000 every=0.2 quiet=1 wait=500 \
		log="$DIR/acks.attack" >"$DIR/flood"
	equal "the same in ever new forms" "$(jq -c '[.sent, .ack, .nak]' "$DIR/flood")" "[2000,2000,0]"
	BY=0 # its own form may have had to give way
	unharmed "a flood of forms"
	BY=1
	unharmed "a flood of forms, the second time"
	one c cli request requested="$a" chaddr=$other count=2000 every=0.2 quiet=1 wait=500 >"$DIR/flood"
	equal "requests for the victim's address" "$(jq -c '[.sent, .ack, .nak]' "$DIR/flood")" "[2000,0,2000]"
	unharmed "a flood of NAKs"
}
ATTACK_ACKS=5000
PERCENT=15
bystanders_end
daemon_bounded
all_covered
