#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# slow: 150
#
# The fast path by libxdp's dispatcher, natively on virtio_net, beside two other XDP programs: one that runs before it
# and one that runs after it and counts what is passed. They are there before the daemon, come, go and stay as
# they like; the daemon is killed, exchanged, configured otherwise and leaves.
. "$(dirname "$0")/lib.sh"

MEMORY=1024 CLOCKSOURCE=tsc
STORE=/tmp/s.db
LIFETIME=600
client_side
boot

# What xdp-loader says of the interface's programs: a line "NAME PRIORITY ACTION" each, in the order in which they run.
programs() {
	guest "xdp-loader status srv" | awk '$1 == "=>" { print $3, $2, $NF }' | tr '\n' ' '
}
program_id() { guest "xdp-loader status srv" | awk -v name="$1" '$1 == "=>" && $3 == name { print $4 }'; }
counted() { guest "bpftool -j map lookup name counted key 0 0 0 0" | jq .formatted.value; }
load() { # PRIORITY OBJECT
	guest "xdp-loader load -m native -P $1 srv $2" || fail "xdp-loader does not load $2"
}
# hit and passed_on: a renewal of the first client, answered by XDP; by the daemon, after the counting program has seen it.
hit() {
	local seen acks
	seen=$(counted) acks=$(acks_xdp)
	renewal 1 "$addr" >/dev/null || fail "no renewal: $1"
	equal "ACKs by XDP: $1" "$(acks_xdp)" $((acks + 1))
	equal "what the other program sees of it: $1" "$(counted)" "$seen"
}
passed_on() {
	local seen acks
	seen=$(counted) acks=$(acks_xdp)
	renewal 1 "$addr" >/dev/null || fail "no renewal: $1"
	equal "ACKs by XDP: $1" "$(acks_xdp)" "$acks"
	equal "what the other program sees of it: $1" "$(counted)" $((seen + 1))
}

# --- beside one that is there already, and one that comes ---

load 60 /count.bpf.o
before=$(program_id count)
FAST_PATH=", attach: dispatcher"
config
daemon
equal "programs" "$(programs)" "xdhcp 50 XDP_PASS count 60 XDP_PASS "
equal "the other program" "$(program_id count)" "$before"
equal "status" "$(status | jq -r '."fast-path" | .mode + " " + .attach')" "native dispatcher"
seen=$(counted)
addr=$(lease_of 1)
equal "what the other program sees of DISCOVER and REQUEST" "$(counted)" $((seen + 2))
hit "after the first lease"
load 10 /pass.bpf.o
equal "programs" "$(programs)" "pass 10 XDP_PASS xdhcp 50 XDP_PASS count 60 XDP_PASS "
hit "behind one that came later"
ctl fast-path off >/dev/null
passed_on "switched off"
ctl fast-path on >/dev/null
hit "switched on"
passed "XDP answers between two other programs; the one behind it sees what passes"

# --- killed, and the next one ---

ids() { map_ids | tr '\n' ' '; }
maps=$(ids) id=$(program_id xdhcp)
crash
hit "with the daemon dead"
equal "the program" "$(program_id xdhcp)" "$id"
guest "xdhcpctl --pin-path $PIN status" | grep -q '^interfaces *srv' || fail "the dead daemon's interface is not shown"
# clients that renew all the while get every answer from XDP
acks=$(acks_xdp)
: >"$DIR/renewals"
while [ ! -e "$DIR/enough" ]; do
	if renewal 1 "$addr" >/dev/null; then echo yes; else echo no; fi
	sleep 0.1
done >"$DIR/renewals" &
renewing=$!
daemon
touch "$DIR/enough"
wait "$renewing"
equal "renewals without an answer while the daemon was started" "$(grep -c no "$DIR/renewals" || :)" 0
equal "ACKs by XDP while the daemon was started" "$(acks_xdp)" $((acks + $(grep -c yes "$DIR/renewals")))
equal "maps" "$(ids)" "$maps"
equal "programs" "$(programs)" "pass 10 XDP_PASS xdhcp 50 XDP_PASS count 60 XDP_PASS "
[ "$(program_id xdhcp)" != "$id" ] || fail "the program was not exchanged"
hit "after the exchange"
passed "kill -9 and a restart: the same maps, the program exchanged, $(grep -c yes "$DIR/renewals") renewals meanwhile"

# --- configured otherwise, and back ---

stop
FAST_PATH=", attach: link"
config
daemon
daemon_log | tail -n 20 | grep -q 'srv: no fast path here.*another XDP program' || fail "not refused: $(daemon_log)"
equal "programs" "$(programs)" "pass 10 XDP_PASS count 60 XDP_PASS "
passed_on "with a link, which cannot be where others are"
stop
FAST_PATH=", attach: dispatcher, priority: 5"
config
daemon
equal "programs" "$(programs)" "xdhcp 5 XDP_PASS pass 10 XDP_PASS count 60 XDP_PASS "
hit "with another priority"
stop
FAST_PATH=", attach: dispatcher, mode: generic"
config
sed -i 's/mode: native, //' "$DIR/$S.yaml"
daemon
daemon_log | tail -n 20 | grep -q 'set fast-path.mode: native' || fail "not refused: $(daemon_log)"
equal "programs" "$(programs)" "pass 10 XDP_PASS count 60 XDP_PASS "
stop
passed "a change of fast-path.attach, .priority and .mode leaves the other programs where they are"

# --- leaving ---

FAST_PATH=", attach: dispatcher"
config
daemon
hit "once more"
stop
hit "after an orderly stop"
guest "xdhcpd --detach-fast-path -c /etc/xdhcp.yaml" || fail "not detached"
equal "programs" "$(programs)" "pass 10 XDP_PASS count 60 XDP_PASS "
equal "the other program" "$(program_id count)" "$before"
guest "[ ! -e $PIN ]" || fail "pins are left: $(guest "ls $PIN")"
passed "--detach-fast-path leaves the other programs"

# --- the dispatcher is ours alone; one without dispatcher ---

guest "xdp-loader unload srv --all" || fail "not unloaded"
daemon
equal "programs" "$(programs)" "xdhcp 50 XDP_PASS "
guest "xdp-loader unload srv --all" || fail "not unloaded"
taken_away() { [ "$(status | jq -r '."fast-path".mode')" = off ]; }
await 20 "the daemon to see that its program has been taken away" taken_away
renewal 1 "$addr" >/dev/null || fail "no renewal"
stop
FAST_PATH=", attach: link"
config
daemon
guest "ip -d link show srv" | grep -q 'name xdhcp' || fail "no link: $(guest "ip -d link show srv")"
stop
guest "xdhcpd --detach-fast-path -c /etc/xdhcp.yaml"
guest "ip link set dev srv xdpdrv obj /pass.bpf.o sec xdp" || fail "no other program"
FAST_PATH=", attach: dispatcher"
config
daemon
daemon_log | tail -n 20 | grep -q "srv: no fast path here.*without libxdp's dispatcher" || fail "not refused: $(daemon_log)"
guest "ip -d link show srv" | grep -q 'name pass' || fail "the other program is gone"
renewal 1 "$addr" >/dev/null || fail "no renewal"
stop
passed "one without dispatcher is left alone, and the daemon serves"
