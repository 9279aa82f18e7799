#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# modes: native generic
#
# fast-path.attach: dispatcher. Where the kernel refuses libxdp's dispatcher, libxdp attaches a program alone without a
# word: that is undone and said in a line, the daemon serves, and nothing is left. Where the kernel takes
# it, XDP answers, with the daemon dead as well. Either way another program without dispatcher stays what it is,
# and link and dispatcher follow each other when the configuration changes. (Beside other programs: tests/vm.)
. "$(dirname "$0")/lib.sh"

LIFETIME=600
rig
ip -n "$ID-s" link add other type veth peer name far # for libxdp's own answer
ip -n "$ID-s" link set other up
runs() { ip -n "$ID-s" -d link show "$1" | grep -o 'prog/xdp.*' || :; }
renewed() { renew c cli "$addr" 192.0.2.1 "$(mac s srv)" >/dev/null || fail "no renewal: $1"; }

# What this kernel does, by xdp-loader alone: it falls back, too. Of several at a time all but one fail at once.
loader() { await 30 "xdp-loader $1" inside s xdp-loader "$@"; }
loader load -m "${MODE/generic/skb}" other "$PASS_OBJ"
case $(runs other) in
*'name xdp_dispatcher'*) possible=yes ;;
*'name pass'*) possible= ;;
*) fail "neither: $(runs other)" ;;
esac
loader unload other --all
say "libxdp's dispatcher is ${possible:+not }refused by this kernel"

FAST_PATH=", attach: dispatcher"
config
daemon
addr=$(dora c cli | jq -r .yiaddr)
served() {
	renewed "$1"
	renewed "$1"
	if [ "$possible" ]; then
		equal "mode in status: $1" "$(status | jq -r '."fast-path" | .mode + " " + .attach')" "$MODE dispatcher"
		expect "ACKs by XDP: $1" more_acks_than 1
		inside s xdp-loader status srv >"$DIR/loader" || fail "xdp-loader status"
		grep -q ' 50 *xdhcp ' "$DIR/loader" || fail "not in xdp-loader's status: $1"
	else
		expect "one line that says why and what to do: $1" logged \
			'srv: no fast path here.*refuses libxdp.s dispatcher.*set fast-path.attach: link'
		equal "lines of that: $1" "$(tail -c "+$((LOG_FROM + 1))" "$(log)" | grep -c dispatcher)" 1
		equal "mode in status: $1" "$(status | jq -r '."fast-path".mode')" off
		equal "what the interface runs: $1" "$(runs srv)" ""
		equal "pins: $1" "$(ls "$(pin)" | grep -c 'dispatcher\|link' || :)" 0
	fi
}
served "at first"
crash
[ -z "$possible" ] || renewed "with the daemon dead"
daemon
served "after a kill -9"
stop

# from a link, and back to one
FAST_PATH=
config
daemon
renewed "with a link"
before=$(acks_xdp)
renewed "with a link"
equal "ACKs by XDP with a link" "$(acks_xdp)" $((before + 1))
expect "the program alone" grep -q 'name xdhcp' <<<"$(runs srv)"
stop
FAST_PATH=", attach: dispatcher"
config
daemon
served "after a link"
stop

# another program, without dispatcher
ctl_detach() { inside s "$B/xdhcpd" --detach-fast-path -c "$DIR/$S.yaml" 2>"$DIR/detach"; }
expect "detaching" ctl_detach
equal "what the interface runs" "$(runs srv)" ""
pass s srv
before=$(runs srv)
daemon
expect "a line about the other program" logged "srv: no fast path here.*another XDP program.*without libxdp's dispatcher"
renewed "beside another program"
equal "the other program" "$(runs srv)" "$before"
stop
expect "detaching" ctl_detach
equal "the other program" "$(runs srv)" "$before"
