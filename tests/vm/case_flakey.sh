#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The store's disk fails under the file system, by dm-flakey. One that refuses writes: nothing is promised that is not
# on it, XDP lives on its credit, the log says so; ext4 stays shut until it is mounted anew, and so does the daemon;
# then all goes on. One that loses writes and says nothing: what it has lost, the maps still know.
. "$(dirname "$0")/lib.sh"

LIFETIME=60
POOL="192.0.2.100 - 192.0.2.102"
FAST_PATH=", horizon: 2, unattended: 3600"
GLOBAL="offer-lifetime: 1"
client_side
disk
DISK=(-drive "file=$DIR/disk,format=raw,if=none,id=disk" -device virtio-blk-pci,drive=disk)
boot

# disk_is WORDS...: what dm-flakey makes of it from now on; none: a sound one.
disk_is() {
	local size
	size=$(guest "cat /sys/block/vda/size")
	if [ $# -eq 0 ]; then
		guest "dmsetup load store --table '0 $size linear /dev/vda 0'"
	else
		guest "dmsetup load store --table '0 $size flakey /dev/vda 0 0 3600 $# $*'"
	fi
	guest "dmsetup suspend --noudevsync --nolockfs store && dmsetup resume --noudevsync store"
}
guest "dmsetup create --noudevsync store --notable"
disk_is
mount_disk() { guest "mount -t ext4 /dev/dm-0 /disk"; }
mount_disk
# Is it shut? Only a journal that cannot be written shuts it, by itself within 5 s: sync asks for that at once.
shut() { guest "sync -f /disk; ! { mkdir /disk/shut && rmdir /disk/shut; }"; }
logged() { daemon_log | grep -q "$1"; }
unheard() { # a new client N: whatever it is offered, nothing is promised to it
	local offer
	offer=$(one c cli discover "chaddr=$(client "$1")" wait=500) || return 0
	! one c cli request "chaddr=$(client "$1")" "requested=$(jq -r .yiaddr <<<"$offer")" "server=$NET.1" wait=1500
}
quick() { # the holder's renewal is XDP's
	local acks
	acks=$(acks_xdp)
	renewal 1 "$holder" >/dev/null || fail "no renewal, $1"
	equal "ACKs by XDP, $1" "$(acks_xdp)" $((acks + 1))
}

# --- writes fail ---

config
daemon
holder=$(lease_of 1)
quick "before"
commit=$(guest "sqlite3 -readonly $STORE 'SELECT newest_commit FROM meta'")
disk_is error_writes
unheard 2 || fail "a promise that the disk does not hold"
unheard 2 || fail "another such promise"
renewal 1 "$holder" wait=1500 prl=1,3,15 && fail "a slow renewal that the disk does not hold"
quick "while the disk refuses writes"
expect "the log to say so" logged 'xdhcpd: .*store'
await 10 "the file system to be shut" shut
passed "writes fail: nobody new is promised anything, XDP lives on its credit"
disk_is
unheard 2 || fail "a promise on a file system that is shut"
quick "while the file system is shut"
stop
guest "umount /disk"
mount_disk
equal "the newest commit" "$(guest "sqlite3 -readonly $STORE 'SELECT newest_commit FROM meta'")" "$commit"
daemon
expect "the holder's lease" bound "$holder" "$(client 1)"
quick "after it"
second=$(lease_of 2)
expect "another address" test "$second" != "$holder"
passed "mounted anew: the lease is there, its renewal is XDP's, new clients are served"

# --- writes are lost, and nobody is told ---

disk_is drop_writes
lost=$(lease_of 3)
expect "the third address" test "$lost" != "$holder" -a "$lost" != "$second"
renewal 3 "$lost" >/dev/null || fail "no renewal"
crash
guest "umount /disk"
disk_is
mount_disk
equal "rows of the third in what the disk has kept" "$(row "$lost" "count(*)")" 0
daemon
expect "the log to say so" logged 'the store is older than the one the fast path was filled from'
one c cli discover "chaddr=$(client 4)" wait=1500 && fail "an address that was promised to others is offered"
renewal 1 "$holder" >/dev/null || fail "the renewal that opens the slot again"
quick "from an older store"
passed "lost writes: what the maps have promised beyond the store is held, and nobody else gets it"
